//! Delivery between two nodes: where each peer stands in this node's mail, and when to try again.
//!
//! The log is the outbox: what a peer is owed is the records addressed to it after the last one it has heard.
//! Nothing here needs to survive a restart, because a hello says again what was heard.

use crate::pace::Pace;
use std::collections::BTreeMap;
use vocab::{AgentId, Timestamp, after};

/// Seconds before the first repeat; doubled each time, up to [`RETRY_MAX_S`].
const RETRY_S: i64 = 2;
const RETRY_MAX_S: i64 = 60;
/// Most records under way to one peer.
pub(crate) const WINDOW: usize = 256;

#[derive(Default)]
pub(crate) struct Post {
    lanes: BTreeMap<AgentId, Lane>,
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
    /// public records are being compared since then
    pub(crate) reconciling: Option<Timestamp>,
    pub(crate) reconciled: Option<Timestamp>,
    /// something public has been learnt from another peer since then, which this one may lack
    pub(crate) news: bool,
    /// what it asks to be looked for
    pub(crate) searches: Pace,
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
            reconciling: None,
            reconciled: None,
            news: false,
            searches: Pace::default(),
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
    /// Something public was learnt from `from`: the others may lack it.
    pub(crate) fn news_from(&mut self, from: &AgentId) {
        self.lanes.iter_mut().filter(|(peer, _)| *peer != from).for_each(|(_, lane)| lane.news = true);
    }
    pub(crate) fn connected(&self) -> impl Iterator<Item = &AgentId> {
        self.lanes.iter().filter(|(_, l)| l.connected).map(|(a, _)| a)
    }
    /// Peers whose repeat is due.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<AgentId> {
        self.lanes.iter().filter(|(_, l)| l.retry_at.is_some_and(|t| t <= now)).map(|(a, _)| *a).collect()
    }
    pub(crate) fn next_retry(&self) -> Option<Timestamp> {
        self.lanes.values().filter_map(|l| l.retry_at).min()
    }
}

impl Lane {
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
    pub(crate) fn reset_backoff(&mut self) {
        self.retry_s = RETRY_S;
        self.retry_at = None;
    }
}
