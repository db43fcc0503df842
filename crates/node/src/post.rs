//! Delivery between two nodes: where each peer stands in this node's mail, and when to try again.
//!
//! The log is the outbox: what a peer is owed is the records addressed to it after the last one it has heard.
//! Nothing here needs to survive a restart, because a hello says again what was heard.

use crate::compare::Session;
use crate::frame::Scope;
use crate::pace::Pace;
use crate::public::{is_paper, key};
use ledger::Record;
use market::{Topic, TopicId};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId, Timestamp, after};

/// How long what was heard may wait for mail to be said with, seconds.
const CONFIRM_S: i64 = 2;
/// So many letters are not left unconfirmed for longer.
const UNCONFIRMED_MAX: usize = 32;
/// Seconds before the first repeat: the peer may take [`CONFIRM_S`] to confirm. Doubled each time, up to [`RETRY_MAX_S`].
const RETRY_S: i64 = 2 * CONFIRM_S;
const RETRY_MAX_S: i64 = 60;
/// Most records under way to one peer.
pub(crate) const WINDOW: usize = 256;

/// Most records of one peer that are remembered as refused.
const REFUSED_MAX: usize = 16_384;

#[derive(Default)]
pub(crate) struct Post {
    lanes: BTreeMap<AgentId, Lane>,
    /// whose mail was taken in and not yet confirmed: by when that is due, and how many letters
    unsaid: BTreeMap<AgentId, (Timestamp, usize)>,
    /// what strangers write, all together
    pub(crate) strangers: Pace,
}

/// What is known of one peer in this session.
pub(crate) struct Lane {
    pub(crate) connected: bool,
    /// the peer has said what it has heard, so that what it lacks is known
    pub(crate) greeted: bool,
    /// sequence number of the last own record it has confirmed
    pub(crate) confirmed: u64,
    /// sequence number of the last own record sent to it
    pub(crate) sent: u64,
    pub(crate) clock_ahead_s: Option<i64>,
    retry_s: i64,
    /// when to try again, while something is unconfirmed
    pub(crate) retry_at: Option<Timestamp>,
    /// what the peer cares for, once it has said so
    pub(crate) interests: Option<Scope>,
    /// public records are being compared, on this node's word
    pub(crate) session: Option<Session>,
    /// when to compare them next; nothing while there is no connection
    pub(crate) compare_at: Option<Timestamp>,
    /// how long after the last time, seconds
    pub(crate) interval_s: i64,
    /// what it asks to be looked for
    pub(crate) searches: Pace,
    /// what it writes
    pub(crate) letters: Pace,
    /// public records that it has and that there was no room for here, by time and id, with their authors
    refused: BTreeMap<(u64, RecordId), (AgentId, Option<TopicId>)>,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            connected: false,
            greeted: false,
            confirmed: 0,
            sent: 0,
            clock_ahead_s: None,
            retry_s: RETRY_S,
            retry_at: None,
            interests: None,
            session: None,
            compare_at: None,
            interval_s: 0,
            searches: Pace::default(),
            letters: Pace::default(),
            refused: BTreeMap::new(),
        }
    }
}

impl Post {
    pub(crate) fn lane(&mut self, peer: AgentId) -> &mut Lane {
        self.lanes.entry(peer).or_default()
    }
    pub(crate) fn get(&self, peer: &AgentId) -> Option<&Lane> {
        self.lanes.get(peer)
    }
    pub(crate) fn lanes(&self) -> impl Iterator<Item = (&AgentId, &Lane)> {
        self.lanes.iter()
    }
    /// Mail was taken in: it is to be confirmed soon, with mail to its author or alone.
    pub(crate) fn confirm_soon(&mut self, author: AgentId, letters: usize, now: Timestamp) {
        let (by, unsaid) = self.unsaid.entry(author).or_insert((after(now, CONFIRM_S), 0));
        *unsaid += letters;
        if *unsaid >= UNCONFIRMED_MAX {
            *by = now;
        }
    }
    /// Its author does not know where its mail stands: that is said in this turn.
    pub(crate) fn confirm_now(&mut self, author: AgentId, now: Timestamp) {
        self.unsaid.entry(author).or_insert((now, 0)).0 = now;
    }
    /// What was heard of this peer has been said to it, or it is gone.
    pub(crate) fn confirmed(&mut self, author: &AgentId) {
        self.unsaid.remove(author);
    }
    /// To whom it must be said now what was heard.
    pub(crate) fn to_confirm(&self, now: Timestamp) -> Vec<AgentId> {
        self.unsaid.iter().filter(|(_, (by, _))| *by <= now).map(|(author, _)| *author).collect()
    }
    /// Something is new in a topic: it is compared by `by` with all who care for it but `from`.
    pub(crate) fn compare_soon(&mut self, from: Option<&AgentId>, topic: &TopicId, by: Timestamp) {
        let others = self.lanes.iter_mut().filter(|(peer, _)| Some(*peer) != from);
        for lane in others.map(|(_, lane)| lane) {
            if lane.interests.as_ref().is_none_or(|scope| scope.has(topic)) {
                lane.compare_at = lane.compare_at.map(|t| t.min(by));
                lane.interval_s = 0;
            }
        }
    }
    /// Peers whose turn it is to be compared with; one that does not answer is tried again after so many seconds.
    pub(crate) fn to_compare(&self, now: Timestamp, patience_s: i64) -> Vec<AgentId> {
        let due = |lane: &Lane| lane.compares_at(patience_s).is_some_and(|t| t <= now);
        self.lanes.iter().filter(|(_, lane)| due(lane)).map(|(peer, _)| *peer).collect()
    }
    pub(crate) fn next_compare(&self, patience_s: i64) -> Option<Timestamp> {
        self.lanes.values().filter_map(|lane| lane.compares_at(patience_s)).min()
    }
    /// Connected peers that keep everything.
    pub(crate) fn hearing_everything(&self) -> Vec<AgentId> {
        let all = |lane: &Lane| lane.connected && lane.interests == Some(Scope::Everything);
        self.lanes.iter().filter(|(_, lane)| all(lane)).map(|(peer, _)| *peer).collect()
    }
    /// What was dropped is not asked for again.
    pub(crate) fn refuse(&mut self, record: &Record) {
        self.lanes.values_mut().filter(|l| l.connected).for_each(|lane| lane.refuse(record));
    }
    /// What this agent said may be asked for again, by then.
    pub(crate) fn hear_again(&mut self, agent: &AgentId, by: Timestamp) {
        for lane in self.lanes.values_mut() {
            let before = lane.refused.len();
            lane.refused.retain(|_, (author, _)| author != agent);
            if lane.refused.len() != before {
                lane.compare_at = lane.compare_at.map(|t| t.min(by));
            }
        }
    }
    pub(crate) fn connected(&self) -> impl Iterator<Item = &AgentId> {
        self.lanes.iter().filter(|(_, l)| l.connected).map(|(a, _)| a)
    }
    /// Peers whose repeat is due.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<AgentId> {
        self.lanes.iter().filter(|(_, l)| l.retry_at.is_some_and(|t| t <= now)).map(|(a, _)| *a).collect()
    }
    /// When the next repeat or confirmation is due.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let confirms = self.unsaid.values().map(|(by, _)| *by);
        self.lanes.values().filter_map(|l| l.retry_at).chain(confirms).min()
    }
}

impl Lane {
    /// Remembers that the peer has this record, and that there is no room for it here.
    pub(crate) fn refuse(&mut self, record: &Record) {
        let topic = (!is_paper(record)).then(|| Topic::of_record(record).id());
        self.refused.insert(key(record), (record.author, topic));
        if self.refused.len() > REFUSED_MAX {
            self.refused.pop_first();
        }
    }
    /// Records of a scope that the peer need not show again, by time and id.
    pub(crate) fn refused(&self, scope: &Scope) -> Vec<(u64, RecordId)> {
        let within = |topic: &TopicId| *scope == Scope::Everything || scope.has(topic);
        let here = self.refused.values().filter(|(_, topic)| topic.as_ref().is_some_and(within));
        let authors: BTreeSet<_> = here.map(|(author, _)| author).collect();
        let shown = self.refused.iter().filter(|(_, (author, topic))| match topic {
            Some(topic) => within(topic),
            None => *scope == Scope::Everything || authors.contains(author),
        });
        shown.map(|(key, _)| *key).collect()
    }
    pub(crate) fn has_refused(&self) -> bool {
        !self.refused.is_empty()
    }
    fn compares_at(&self, patience_s: i64) -> Option<Timestamp> {
        let at = self.compare_at.filter(|_| self.connected)?;
        Some(self.session.as_ref().map_or(at, |session| at.max(session.until(patience_s))))
    }
    /// The peer holds everything up to `seq`; what was sent beyond may be lost.
    pub(crate) fn heard(&mut self, seq: u64, mail_left: bool, now: Timestamp) {
        if seq > self.confirmed {
            self.retry_s = RETRY_S;
        }
        self.confirmed = self.confirmed.max(seq);
        self.sent = self.sent.max(self.confirmed);
        self.retry_at = mail_left.then(|| after(now, self.retry_s));
    }
    /// Sends again from the last confirmed record.
    pub(crate) fn rewind(&mut self) {
        self.sent = self.confirmed;
    }
    /// Something was sent: try again later, a little later each time.
    pub(crate) fn schedule(&mut self, now: Timestamp) {
        if self.retry_at.is_none_or(|t| t <= now) {
            self.retry_at = Some(after(now, self.retry_s));
            self.retry_s = (self.retry_s * 2).min(RETRY_MAX_S);
        }
    }
    /// A connection stands: what the peer is owed waits for its hello, which is asked for if it does not come.
    pub(crate) fn begin(&mut self, owed: bool, now: Timestamp) {
        (self.connected, self.greeted) = (true, false);
        self.retry_s = RETRY_S;
        self.retry_at = owed.then(|| after(now, RETRY_S));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_is_said_after_a_while_or_many_letters_or_at_once_where_something_is_amiss() {
        let (start, [a, b, c]) = (Timestamp::UNIX_EPOCH, [1, 2, 3].map(|n| AgentId([n; 32])));
        let mut post = Post::default();
        post.confirm_soon(a, 1, start);
        post.confirm_soon(a, 1, after(start, 1));
        post.confirm_soon(b, UNCONFIRMED_MAX, start);
        assert_eq!(post.to_confirm(start), [b]);
        post.confirm_soon(c, 1, start);
        post.confirm_now(c, start);
        assert_eq!(post.to_confirm(start), [b, c]);
        post.confirmed(&b);
        assert_eq!(post.to_confirm(after(start, CONFIRM_S)), [a, c], "the first letter's time counts");
    }
}
