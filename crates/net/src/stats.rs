//! What has passed through this node since it started.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use vocab::AgentId;

/// Counts since the start, and who is there now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// frames written to a connection
    pub frames_sent: u64,
    /// their bytes
    pub bytes_sent: u64,
    /// frames handed up
    pub frames_received: u64,
    /// their bytes
    pub bytes_received: u64,
    /// frames and records that were not sent: too long, queue full, or the peer stayed away
    pub dropped: u64,
    /// times the gossip stream broke off and was taken up again
    pub gossip_restarts: u64,
    /// peers with a connection now
    pub connected: Vec<AgentId>,
    /// direct neighbours in the gossip swarm now
    pub gossip_neighbours: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) frames_sent: AtomicU64,
    pub(crate) bytes_sent: AtomicU64,
    pub(crate) frames_received: AtomicU64,
    pub(crate) bytes_received: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) gossip_restarts: AtomicU64,
    pub(crate) gossip_neighbours: AtomicUsize,
}

impl Counters {
    pub(crate) fn sent(&self, frames: u64, bytes: u64) {
        self.frames_sent.fetch_add(frames, Relaxed);
        self.bytes_sent.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.frames_received.fetch_add(1, Relaxed);
        self.bytes_received.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn dropped(&self, count: usize) {
        self.dropped.fetch_add(count as u64, Relaxed);
    }

    pub(crate) fn snapshot(&self, connected: Vec<AgentId>) -> Stats {
        Stats {
            frames_sent: self.frames_sent.load(Relaxed),
            bytes_sent: self.bytes_sent.load(Relaxed),
            frames_received: self.frames_received.load(Relaxed),
            bytes_received: self.bytes_received.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            gossip_restarts: self.gossip_restarts.load(Relaxed),
            connected,
            gossip_neighbours: self.gossip_neighbours.load(Relaxed),
        }
    }
}
