//! Who is known to take part in which topic: so that whoever joins one is shown others who are there.
//!
//! Memory of this session only, bounded, and a hint: who is named may be gone.

use market::TopicId;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use vocab::AgentId;

/// Most topics, and most agents of each, that are remembered.
const TOPICS_MAX: usize = 4_096;
const AGENTS_MAX: usize = 64;
/// Most that are shown to one who asks.
pub(crate) const SHOWN_MAX: usize = 8;
/// Peers in each topic with which a node wants a connection.
pub(crate) const WANTED: usize = 2;

#[derive(Default)]
pub(crate) struct Partakers(BTreeMap<TopicId, BTreeSet<AgentId>>);

impl Partakers {
    /// True if that was new, and there was room to remember it.
    pub(crate) fn note(&mut self, topic: TopicId, who: AgentId) -> bool {
        if self.0.len() >= TOPICS_MAX && !self.0.contains_key(&topic) {
            return false;
        }
        let known = self.0.entry(topic).or_default();
        known.len() < AGENTS_MAX && known.insert(who)
    }
    pub(crate) fn of(&self, topic: &TopicId) -> impl Iterator<Item = &AgentId> {
        self.0.get(topic).into_iter().flatten()
    }
    /// A few of those in the topic, others for each who asks, so that all are named about as often.
    pub(crate) fn some(&self, topic: &TopicId, asker: &AgentId) -> Vec<AgentId> {
        let lot = |who: &AgentId| Sha256::new().chain_update(asker.0).chain_update(who.0).finalize();
        let mut drawn: Vec<_> =
            self.of(topic).filter(|who| *who != asker).map(|who| (lot(who), *who)).collect();
        drawn.sort_unstable();
        drawn.into_iter().map(|(_, who)| who).take(SHOWN_MAX).collect()
    }
}
