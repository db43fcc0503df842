//! The notice board: what is publicly known of agents, specifications and listings.
//!
//! A fold over public records, this node's own among them. Knows no deals; says nothing about what to do.

use ledger::{Inception, KeyState, Record, Statement};
use market::statement::{Described, Need, Offer, Withdrawal};
use market::{FraudReport, Topic};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{AgentId, RecordId, SpecId, Specification, Text, Timestamp, Unit};

use crate::deals::Fault;
use crate::statement::ReachableAt;

#[derive(Default)]
pub(crate) struct Board {
    pub(crate) keys: BTreeMap<AgentId, KeyState>,
    /// the records that say whose key is whose, in the order in which they count
    pub(crate) key_records: BTreeMap<AgentId, Vec<RecordId>>,
    names: BTreeMap<AgentId, String>,
    pub(crate) offers: BTreeMap<RecordId, Listing<Offer>>,
    pub(crate) needs: BTreeMap<RecordId, Listing<Need>>,
    pub(crate) specifications: BTreeMap<RecordId, Listing<Specification>>,
    /// by name: the newest revision, this node's own before others'
    newest: BTreeMap<SpecId, RecordId>,
    pub(crate) reachable: BTreeMap<AgentId, Reachable>,
    /// agents caught in a provable lie, and the record that proves it
    pub(crate) frauds: BTreeMap<AgentId, RecordId>,
    /// by listing and author: its withdrawal; only a listing's own author's word counts
    withdrawn: BTreeMap<(RecordId, AgentId), RecordId>,
    next_expiry: Option<Timestamp>,
}

/// Where an agent can be dialled, by its newest word.
pub(crate) struct Reachable {
    /// of its record in the agent's log
    seq: u64,
    pub(crate) record: RecordId,
    pub(crate) addresses: Vec<String>,
}

/// Something published.
pub(crate) struct Listing<T> {
    pub(crate) by: AgentId,
    pub(crate) at: Timestamp,
    /// when this node learnt of it
    pub(crate) heard_at: Timestamp,
    /// held once by all who keep clones of its record
    pub(crate) what: Arc<T>,
}

impl Board {
    /// Takes a public record in; true if it was of a kind kept here. `superseded` gathers records to retire.
    pub(crate) fn apply(
        &mut self,
        me: &AgentId,
        record: &Record,
        heard_at: Timestamp,
        superseded: &mut Vec<RecordId>,
    ) -> Result<bool, Fault> {
        let (by, at, id) = (record.author, record.at, record.id);
        match record.kind.as_str() {
            "inception" | "rotation" | "grant" | "revocation" => {
                self.keys.entry(by).or_insert_with(|| KeyState::new(by)).apply(record)?;
                self.key_records.entry(by).or_default().push(id);
                if record.kind == Inception::KIND {
                    self.names.insert(by, record.read::<Inception>()?.name);
                }
            }
            Described::KIND => {
                let what = Arc::new(record.read::<Described>()?.0);
                what.check()?;
                let better =
                    self.newest.get(&what.id).and_then(|i| self.specifications.get(i)).is_none_or(|old| {
                        let rank = |by: AgentId, revision: u32, at: Timestamp| (by == *me, revision, at);
                        rank(by, what.revision, at) >= rank(old.by, old.what.revision, old.at)
                    });
                if better {
                    self.newest.insert(what.id.clone(), id);
                }
                self.specifications.insert(id, Listing { by, at, heard_at, what });
            }
            Offer::KIND => {
                let what = record.shared::<Offer>()?;
                what.check()?;
                if self.withdrawn.contains_key(&(id, by)) {
                    superseded.push(id);
                } else {
                    self.expects(what.expires);
                    self.offers.insert(id, Listing { by, at, heard_at, what });
                }
            }
            Need::KIND => {
                let what = record.shared::<Need>()?;
                what.check()?;
                if self.withdrawn.contains_key(&(id, by)) {
                    superseded.push(id);
                } else {
                    self.expects(what.expires);
                    self.needs.insert(id, Listing { by, at, heard_at, what });
                }
            }
            Withdrawal::KIND => {
                let listing = record.read::<Withdrawal>()?.listing;
                // one heard before its listing must count once that comes
                self.withdrawn.insert((listing, by), id);
                if self.owner(&listing) == Some(by) {
                    self.offers.remove(&listing);
                    self.needs.remove(&listing);
                    superseded.push(listing);
                }
            }
            FraudReport::KIND => {
                let report: FraudReport = record.read()?;
                let accused = report.verify(|r| self.speaks(r))?;
                self.frauds.entry(accused).or_insert(id);
            }
            ReachableAt::KIND => {
                let mut addresses = record.read::<ReachableAt>()?.addresses;
                addresses.truncate(ReachableAt::ADDRESSES_MAX);
                // gossip may bring an older one later
                let newest = self.reachable.get(&by).is_none_or(|known| known.seq < record.seq);
                if newest {
                    let known =
                        self.reachable.insert(by, Reachable { seq: record.seq, record: id, addresses });
                    superseded.extend(known.map(|known| known.record));
                } else {
                    superseded.push(id);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whose listing this is, while it stands.
    pub(crate) fn owner(&self, listing: &RecordId) -> Option<AgentId> {
        self.offers.get(listing).map(|l| l.by).or_else(|| self.needs.get(listing).map(|l| l.by))
    }
    /// Where a standing listing is spread, and until when.
    pub(crate) fn whereabouts(&self, listing: &RecordId) -> (Topic, Option<Timestamp>) {
        let offer = self.offers.get(listing).map(|l| (Topic::of_offer(&l.what), l.what.expires));
        let need = || self.needs.get(listing).map(|l| (Topic::of_need(&l.what), l.what.expires));
        offer.or_else(need).map_or((Topic::Commons, None), |(topic, expires)| (topic, Some(expires)))
    }
    /// Whether a listing's own author has taken it back.
    pub(crate) fn is_withdrawn(&self, listing: &RecordId, by: &AgentId) -> bool {
        self.withdrawn.contains_key(&(*listing, *by))
    }
    /// Takes a listing off the board that this node no longer cares for.
    pub(crate) fn drop_listing(&mut self, id: &RecordId) {
        self.offers.remove(id);
        self.needs.remove(id);
    }
    /// Where this agent's standing listings are spread.
    pub(crate) fn topics_of(&self, by: &AgentId) -> impl Iterator<Item = Topic> {
        let offers = self.offers.values().filter(|l| l.by == *by).map(|l| Topic::of_offer(&l.what));
        let needs = self.needs.values().filter(|l| l.by == *by).map(|l| Topic::of_need(&l.what));
        offers.chain(needs)
    }

    /// The offer, if it stands at `now`.
    pub(crate) fn offer(&self, id: &RecordId, now: Timestamp) -> Option<&Listing<Offer>> {
        self.offers.get(id).filter(|l| l.what.expires > now)
    }

    /// Takes expired listings away; true if there were any.
    pub(crate) fn expire(&mut self, now: Timestamp) -> bool {
        if self.next_expiry.is_none_or(|t| t > now) {
            return false;
        }
        self.offers.retain(|_, l| l.what.expires > now);
        self.needs.retain(|_, l| l.what.expires > now);
        let left =
            self.offers.values().map(|l| l.what.expires).chain(self.needs.values().map(|l| l.what.expires));
        self.next_expiry = left.min();
        true
    }
    fn expects(&mut self, expiry: Timestamp) {
        self.next_expiry = Some(self.next_expiry.map_or(expiry, |t| t.min(expiry)));
    }

    /// Undoes what a record that is dropped has done.
    pub(crate) fn forget(&mut self, record: &Record) {
        let (id, by) = (record.id, record.author);
        self.offers.remove(&id);
        self.needs.remove(&id);
        if let Ok(Withdrawal { listing, .. }) = record.read() {
            self.withdrawn.remove(&(listing, by));
        }
        if record.kind == FraudReport::KIND {
            self.frauds.retain(|_, proof| *proof != id);
        }
        if self.reachable.get(&by).is_some_and(|r| r.record == id) {
            self.reachable.remove(&by);
        }
        if self.key_records.get(&by).is_some_and(|keys| keys.contains(&id)) {
            // an author's keys are dropped together, after all else it said
            self.keys.remove(&by);
            self.key_records.remove(&by);
            self.names.remove(&by);
        }
        if let Some(gone) = self.specifications.remove(&id) {
            let rank = |l: &Listing<Specification>, id: RecordId| (l.what.revision, l.at, id);
            let of = self.specifications.iter().filter(|(_, l)| l.what.id == gone.what.id);
            let next = of.max_by_key(|(id, l)| rank(l, **id)).map(|(id, _)| *id);
            if self.newest.get(&gone.what.id) == Some(&id) {
                match next {
                    Some(next) => self.newest.insert(gone.what.id.clone(), next),
                    None => self.newest.remove(&gone.what.id),
                };
            }
        }
    }

    /// Who has withdrawn this listing, and by what record: the author's word alone counts.
    pub(crate) fn withdrawals(&self, listing: &RecordId) -> impl Iterator<Item = (&AgentId, &RecordId)> {
        let all = (*listing, AgentId([0; 32]))..=(*listing, AgentId([255; 32]));
        self.withdrawn.range(all).map(|((_, by), withdrawal)| (by, withdrawal))
    }

    /// The specification by that name: one's own newest revision, else the newest heard of.
    pub(crate) fn specification(&self, spec: &SpecId) -> Option<&Specification> {
        self.newest.get(spec).and_then(|id| self.specifications.get(id)).map(|l| &*l.what)
    }
    pub(crate) fn category(&self, spec: &SpecId) -> Option<SpecId> {
        self.specification(spec).and_then(|s| s.category.clone())
    }
    pub(crate) fn specification_record(&self, spec: &SpecId) -> Option<RecordId> {
        self.newest.get(spec).copied()
    }
    pub(crate) fn spec_name(&self, spec: &SpecId) -> Text {
        self.specification(spec).map_or_else(|| Text::Plain(spec.to_string()), |s| s.name.clone())
    }
    pub(crate) fn unit(&self, spec: &SpecId) -> Option<Unit> {
        let offered = || self.offers.values().find(|l| l.what.spec == *spec).map(|l| l.what.unit);
        self.specification(spec).map(|s| s.unit).or_else(offered)
    }
    /// What an agent calls itself; empty while unknown.
    pub(crate) fn name(&self, agent: &AgentId) -> String {
        self.names.get(agent).cloned().unwrap_or_default()
    }
    /// Whether a record's key is known to speak for its author.
    pub(crate) fn speaks(&self, record: &Record) -> bool {
        self.keys.get(&record.author).map_or(record.key == record.author, |k| k.held(&record.key, record.seq))
    }
}
