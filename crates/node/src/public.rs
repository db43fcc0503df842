//! The public records a node compares with its peers: in which topic each stands, and until when.
//!
//! Every node files a record by the same rule, so two that take part in a topic hold the same set of it. Knows nothing
//! of who takes part in what.

use ledger::{Audience, Record, Statement};
use market::auction::Capacity;
use market::statement::{Need, Offer, PoolTerms, Withdrawal};
use market::{Topic, TopicId};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, DAY_S, RecordId, Timestamp, after};

/// Longest life of a listing, days.
pub(crate) const LISTING_DAYS_MAX: u32 = 366;
/// A pool or an auction is passed on for so long after it has closed, so that who was away learns of it.
const CLOSED_S: i64 = 7 * DAY_S;
/// A pool's progress is passed on for so long: what is older says nothing of today.
const PROGRESS_S: i64 = 31 * DAY_S;

/// Kinds of public record that every node passes on; other public records are there for who asks.
const SPREADING: [&str; 14] = [
    "inception",
    "rotation",
    "grant",
    "revocation",
    "specification",
    "offer",
    "capacity",
    "need",
    "withdrawal",
    "pool",
    "pool_progress",
    "close_consent",
    "fraud",
    "reachable",
];

pub(crate) fn spreads(record: &Record) -> bool {
    record.audience == Audience::Public && SPREADING.contains(&record.kind.as_str())
}

/// After this a record is of no use to anybody; `None` for what stays.
pub(crate) fn ends(record: &Record) -> Option<Timestamp> {
    let longest = || after(record.at, i64::from(LISTING_DAYS_MAX) * DAY_S);
    match record.kind.as_str() {
        // a listing cannot have itself passed on for longer than one may live
        Offer::KIND => record.shared::<Offer>().ok().map(|o| o.expires.min(longest())),
        Need::KIND => record.shared::<Need>().ok().map(|n| n.expires.min(longest())),
        // its listing may come back from whoever was away, as long as that lives
        Withdrawal::KIND => {
            let expires = record.read::<Withdrawal>().ok().and_then(|w| w.expires);
            Some(expires.unwrap_or_else(longest).min(longest()))
        }
        PoolTerms::KIND => {
            record.read::<PoolTerms>().ok().map(|p| after(p.extended.unwrap_or(p.closes), CLOSED_S))
        }
        Capacity::KIND => record.read::<Capacity>().ok().map(|c| after(c.closes, CLOSED_S)),
        "pool_progress" | "close_consent" => Some(after(record.at, PROGRESS_S)),
        _ => None,
    }
}

/// The public records that are compared.
#[derive(Default)]
pub(crate) struct Public {
    /// by topic: by time and id, as reconciliation compares them
    topics: BTreeMap<TopicId, BTreeSet<(u64, RecordId)>>,
    /// when each ends
    ends: BTreeSet<(Timestamp, RecordId)>,
    /// how many each author has
    by: BTreeMap<AgentId, usize>,
    len: usize,
}

impl Public {
    pub(crate) fn file(&mut self, record: &Record) {
        let topic = Topic::of_record(record).id();
        if self.topics.entry(topic).or_default().insert(key(record)) {
            self.ends.extend(ends(record).map(|t| (t, record.id)));
            *self.by.entry(record.author).or_default() += 1;
            self.len += 1;
        }
    }
    /// True if it stood there.
    pub(crate) fn strike(&mut self, record: &Record) -> bool {
        let topic = Topic::of_record(record).id();
        let Some(set) = self.topics.get_mut(&topic).filter(|set| set.contains(&key(record))) else {
            return false;
        };
        set.remove(&key(record));
        if set.is_empty() {
            self.topics.remove(&topic);
        }
        if let Some(t) = ends(record) {
            self.ends.remove(&(t, record.id));
        }
        self.len -= 1;
        if let Some(count) = self.by.get_mut(&record.author) {
            *count = count.saturating_sub(1);
        }
        true
    }
    /// What has ended by now.
    pub(crate) fn ended(&self, now: Timestamp) -> Vec<RecordId> {
        self.ends.iter().take_while(|(t, _)| *t <= now).map(|(_, id)| *id).collect()
    }
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.ends.first().map(|(t, _)| *t)
    }
    pub(crate) fn topics(&self) -> impl Iterator<Item = (&TopicId, &BTreeSet<(u64, RecordId)>)> {
        self.topics.iter()
    }
    pub(crate) fn has_topic(&self, topic: &TopicId) -> bool {
        self.topics.contains_key(topic)
    }
    pub(crate) fn len(&self) -> usize {
        self.len
    }
    pub(crate) fn by(&self, author: &AgentId) -> usize {
        self.by.get(author).copied().unwrap_or(0)
    }
}

fn key(record: &Record) -> (u64, RecordId) {
    (u64::try_from(record.at.as_second()).unwrap_or(0), record.id)
}
