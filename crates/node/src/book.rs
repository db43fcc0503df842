//! Every record this node keeps, and where each stands: its own log, its mail to each peer, what peers sent, what
//! is public.
//!
//! Knows nothing of what records mean.

use crate::effect::{Channel, Entry};
use crate::public::{Public, spreads};
use ledger::{Record, Signed};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{AgentId, RecordId};

#[derive(Default)]
pub(crate) struct Book {
    records: BTreeMap<RecordId, Record>,
    /// own records by sequence number less one
    own: Vec<RecordId>,
    /// by addressee: sequence numbers of own records to it, rising
    mail: BTreeMap<AgentId, Vec<u64>>,
    /// by author: sequence number of its last record to this node
    heard: BTreeMap<AgentId, u64>,
    /// by author and sequence number: to notice two records in one place
    places: BTreeMap<(AgentId, u64), RecordId>,
    /// public records that spread
    public: Public,
}

/// What the book makes of a record it is offered.
pub(crate) enum Place {
    /// it is new
    Free,
    /// it is there already
    Known,
    /// another one by the same author bears its number: proof of two histories
    Taken(Arc<Signed>),
}

impl Book {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Record> {
        self.records.get(id)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }
    /// Sequence number and id of this node's last record.
    pub(crate) fn head(&self) -> Option<(u64, RecordId)> {
        self.own.last().map(|id| (self.own.len() as u64, *id))
    }
    pub(crate) fn own(&self, seq: u64) -> Option<&Record> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.records.get(self.own.get(index)?)
    }
    pub(crate) fn own_size(&self) -> u64 {
        self.own.len() as u64
    }

    /// Whether `record` may be kept.
    pub(crate) fn place(&self, record: &Record) -> Place {
        if self.records.contains_key(&record.id) {
            return Place::Known;
        }
        match self.places.get(&(record.author, record.seq)).and_then(|id| self.records.get(id)) {
            Some(other) => Place::Taken(other.signed().clone()),
            None => Place::Free,
        }
    }

    pub(crate) fn keep(&mut self, entry: &Entry) {
        let record = &entry.record;
        self.places.entry((record.author, record.seq)).or_insert(record.id);
        match entry.channel {
            Channel::Own => {
                self.own.push(record.id);
                for to in record.audience.addressees() {
                    self.mail.entry(*to).or_default().push(record.seq);
                }
            }
            Channel::Post => {
                self.heard.insert(record.author, record.seq);
            }
            Channel::Heard | Channel::Shown => {}
        }
        if spreads(record) {
            self.public.file(record);
        }
        self.records.insert(record.id, record.clone());
    }

    /// Notes that a record already kept has now come by post.
    pub(crate) fn mark_heard(&mut self, author: AgentId, seq: u64) {
        let heard = self.heard.entry(author).or_default();
        *heard = seq.max(*heard);
    }
    pub(crate) fn heard(&self, author: &AgentId) -> u64 {
        self.heard.get(author).copied().unwrap_or(0)
    }

    /// Peers this node has ever written to.
    pub(crate) fn addressees(&self) -> impl Iterator<Item = &AgentId> {
        self.mail.keys()
    }
    /// Sequence numbers of own records to `peer` after `seq`, rising.
    pub(crate) fn mail_after(&self, peer: &AgentId, seq: u64) -> &[u64] {
        let all = self.mail.get(peer).map_or(&[][..], Vec::as_slice);
        &all[all.partition_point(|s| *s <= seq)..]
    }
    /// The last own record to `peer` before `seq`; 0 for none.
    pub(crate) fn mail_before(&self, peer: &AgentId, seq: u64) -> u64 {
        let all = self.mail.get(peer).map_or(&[][..], Vec::as_slice);
        all[..all.partition_point(|s| *s < seq)].last().copied().unwrap_or(0)
    }

    pub(crate) fn public(&self) -> &Public {
        &self.public
    }
    /// Stops spreading a record that has been superseded or has ended; it is still kept.
    pub(crate) fn retire(&mut self, id: &RecordId) {
        if let Some(record) = self.records.get(id) {
            self.public.strike(record);
        }
    }
    /// Spreads a record that is kept again.
    pub(crate) fn readmit(&mut self, id: &RecordId) {
        if let Some(record) = self.records.get(id) {
            self.public.file(record);
        }
    }
}

impl Book {
    /// Takes a record away altogether.
    pub(crate) fn take_out(&mut self, id: &RecordId) -> Option<Record> {
        let record = self.records.remove(id)?;
        self.places.remove(&(record.author, record.seq));
        Some(record)
    }
}
