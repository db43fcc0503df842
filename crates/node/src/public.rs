//! The public records a node compares with its peers: in which topic each stands, and until when.
//!
//! Every node files a record by the same rule, so two that take part in a topic hold the same set of it. Knows nothing
//! of who takes part in what.

use crate::frame::Scope;
use crate::stamp::Stamp;
use ledger::{Audience, Record, Statement};
use market::auction::Capacity;
use market::planner::PlanCall;
use market::statement::{Need, Offer, PoolTerms, Round, Vouch, Withdrawal};
use market::{Topic, TopicId};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, DAY_S, RecordId, Timestamp, after};

/// Longest life of a listing, days.
pub(crate) const LISTING_DAYS_MAX: u32 = 366;
/// A pool, an auction or a call is passed on for so long after it has closed, so that who was away learns of it.
const CLOSED_S: i64 = 7 * DAY_S;
/// A pool's progress is passed on for so long: what is older says nothing of today.
const PROGRESS_S: i64 = 31 * DAY_S;

/// Kinds of public record that every node passes on; other public records are there for who asks.
const SPREADING: &[&str] = &[
    "inception",
    "rotation",
    "grant",
    "revocation",
    "specification",
    "offer",
    "capacity",
    "plan_call",
    "need",
    "withdrawal",
    "pool",
    "pool_progress",
    "close_consent",
    "round",
    "vouch",
    "fraud",
    "reachable",
    "stamp",
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
        Round::KIND => record.read::<Round>().ok().map(|r| after(r.closes, CLOSED_S)),
        // the newest word counts, also one that ends at once: it must go where an earlier one went, and stay as long
        Vouch::KIND => Some(longest()),
        PlanCall::KIND => record.read::<PlanCall>().ok().map(|c| after(c.closes, CLOSED_S)),
        Capacity::KIND => record.read::<Capacity>().ok().map(|c| after(c.closes, CLOSED_S)),
        Stamp::KIND => record.read::<Stamp>().ok().map(|s| s.expires.min(longest())),
        "pool_progress" | "close_consent" => Some(after(record.at, PROGRESS_S)),
        _ => None,
    }
}

/// Whether a record says who its author is and where it can be reached: such papers go where its listings go.
pub(crate) fn is_paper(record: &Record) -> bool {
    matches!(record.kind.as_str(), "inception" | "rotation" | "grant" | "revocation" | "reachable")
}

/// By time and id, as reconciliation compares.
type Key = (u64, RecordId);
const FIRST: Key = (0, RecordId([0; 32]));
const LAST: Key = (u64::MAX, RecordId([u8::MAX; 32]));

pub(crate) fn key(record: &Record) -> Key {
    (u64::try_from(record.at.as_second()).unwrap_or(0), record.id)
}

/// The public records that are compared.
#[derive(Default)]
pub(crate) struct Public {
    topics: BTreeMap<TopicId, Shelf>,
    papers: BTreeMap<AgentId, BTreeSet<Key>>,
    /// when each ends
    ends: BTreeSet<(Timestamp, RecordId)>,
    len: usize,
    /// one more with each change
    version: u64,
}

/// One topic's.
#[derive(Default)]
struct Shelf {
    /// by author, so that what one has said is found without going through what all have
    records: BTreeSet<(AgentId, Key)>,
    /// how many each author has here
    by: BTreeMap<AgentId, usize>,
}

impl Public {
    pub(crate) fn file(&mut self, record: &Record) {
        let filed = if is_paper(record) {
            self.papers.entry(record.author).or_default().insert(key(record))
        } else {
            let shelf = self.topics.entry(Topic::of_record(record).id()).or_default();
            let new = shelf.records.insert((record.author, key(record)));
            if new {
                *shelf.by.entry(record.author).or_default() += 1;
            }
            new
        };
        if filed {
            self.ends.extend(ends(record).map(|t| (t, record.id)));
            self.len += 1;
            self.version += 1;
        }
    }
    pub(crate) fn strike(&mut self, record: &Record) {
        if !self.take(record) {
            return;
        }
        if let Some(t) = ends(record) {
            self.ends.remove(&(t, record.id));
        }
        self.len -= 1;
        self.version += 1;
    }
    /// True if it stood there.
    fn take(&mut self, record: &Record) -> bool {
        if is_paper(record) {
            return self.papers.get_mut(&record.author).is_some_and(|papers| papers.remove(&key(record)));
        }
        let topic = Topic::of_record(record).id();
        let Some(shelf) = self.topics.get_mut(&topic) else { return false };
        if !shelf.records.remove(&(record.author, key(record))) {
            return false;
        }
        less(&mut shelf.by, record.author);
        if shelf.records.is_empty() {
            self.topics.remove(&topic);
        }
        true
    }
    /// What is compared of a scope: its topics, and the papers of those who speak there.
    pub(crate) fn within(&self, scope: &Scope) -> impl Iterator<Item = &Key> {
        let shelves: Vec<_> =
            self.topics.iter().filter(|(topic, _)| scope.has(topic)).map(|(_, shelf)| shelf).collect();
        let authors: BTreeSet<_> = match scope {
            Scope::Everything => self.papers.keys().collect(),
            Scope::Topics(_) => shelves.iter().flat_map(|shelf| shelf.by.keys()).collect(),
        };
        let papers = authors.into_iter().filter_map(|author| self.papers.get(author)).flatten();
        shelves.into_iter().flat_map(|shelf| &shelf.records).map(|(_, key)| key).chain(papers)
    }
    /// The part of [`Self::within`] that one author has said.
    pub(crate) fn said_within(&self, scope: &Scope, author: &AgentId) -> impl Iterator<Item = &Key> {
        let speaks = |(topic, shelf): &(&TopicId, &Shelf)| scope.has(topic) && shelf.by.contains_key(author);
        let shelves: Vec<_> = self.topics.iter().filter(speaks).map(|(_, shelf)| shelf).collect();
        let shown = *scope == Scope::Everything || !shelves.is_empty();
        let papers = self.papers.get(author).filter(|_| shown).into_iter().flatten();
        let all = (*author, FIRST)..=(*author, LAST);
        shelves
            .into_iter()
            .flat_map(move |shelf| shelf.records.range(all.clone()))
            .map(|(_, key)| key)
            .chain(papers)
    }
    /// What has ended by now.
    pub(crate) fn ended(&self, now: Timestamp) -> Vec<RecordId> {
        self.ends.iter().take_while(|(t, _)| *t <= now).map(|(_, id)| *id).collect()
    }
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.ends.first().map(|(t, _)| *t)
    }
    /// Topics in which something is said.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &TopicId> {
        self.topics.keys()
    }
    pub(crate) fn has_topic(&self, topic: &TopicId) -> bool {
        self.topics.contains_key(topic)
    }
    /// How many records a topic has, and one of them.
    pub(crate) fn shelf(&self, topic: &TopicId) -> (usize, Option<RecordId>) {
        let shelf = self.topics.get(topic);
        (shelf.map_or(0, |s| s.records.len()), shelf.and_then(|s| s.records.first()).map(|(_, (_, id))| *id))
    }
    /// Topics in which this author speaks.
    pub(crate) fn topics_of(&self, author: &AgentId) -> impl Iterator<Item = &TopicId> {
        self.topics.iter().filter(|(_, shelf)| shelf.by.contains_key(author)).map(|(topic, _)| topic)
    }
    /// How many records the author has in a topic.
    pub(crate) fn count(&self, topic: &TopicId, author: &AgentId) -> usize {
        self.topics.get(topic).and_then(|shelf| shelf.by.get(author)).copied().unwrap_or(0)
    }
    /// What an author says of itself.
    pub(crate) fn papers_of(&self, author: &AgentId) -> impl Iterator<Item = &RecordId> {
        self.papers.get(author).into_iter().flatten().map(|(_, id)| id)
    }
    pub(crate) fn len(&self) -> usize {
        self.len
    }
    pub(crate) fn version(&self) -> u64 {
        self.version
    }
}

fn less(counts: &mut BTreeMap<AgentId, usize>, author: AgentId) {
    if let Some(count) = counts.get_mut(&author) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&author);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Draft, Signer};
    use serde_json::json;

    #[test]
    fn what_one_author_said_in_a_scope_is_its_part_of_the_whole() {
        let mut public = Public::default();
        let mut filed = vec![];
        for seed in 1..=3_u8 {
            let signer = Signer::from_seed(&[seed; 32]);
            let mut prev = None;
            // the third has said who it is, and nothing else
            for (seq, kind) in ["inception", "vouch", "fraud", "vouch"]
                .iter()
                .enumerate()
                .take(if seed == 3 { 1 } else { 4 })
            {
                let draft = Draft { kind, audience: Audience::Public, refs: vec![], body: json!({"n": seq}) };
                let at = Timestamp::from_second(1_000 * seq as i64).unwrap();
                let record = signer.sign(draft, seq as u64 + 1, prev, at).unwrap();
                prev = Some(record.id);
                filed.push(record);
            }
        }
        filed.iter().for_each(|record| public.file(record));
        public.strike(&filed[1]);
        let topics: Vec<_> = public.topics().copied().collect();
        for scope in [Scope::Everything, Scope::Topics(topics), Scope::Topics(vec![])] {
            let by = |author: &AgentId| {
                filed.iter().filter(|r| r.author == *author).map(key).collect::<BTreeSet<_>>()
            };
            for author in filed.iter().map(|r| r.author).collect::<BTreeSet<_>>() {
                let part: BTreeSet<_> =
                    public.within(&scope).copied().filter(|k| by(&author).contains(k)).collect();
                assert_eq!(public.said_within(&scope, &author).copied().collect::<BTreeSet<_>>(), part);
            }
        }
        let [first, .., third] = &filed[..] else { panic!("nothing filed") };
        assert_eq!(public.said_within(&Scope::Everything, &first.author).count(), 3, "one was struck");
        assert_eq!(public.said_within(&Scope::Everything, &third.author).count(), 1);
    }
}
