//! One participant of the world: a node, what drives it, and what it has kept.

use super::line::Line;
use crate::liars::Liar;
use ledger::{Memo, Signer};
use node::effect::Entry;
use node::{Config, Node, Policy};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{AgentId, RecordId};

pub(super) struct Peer {
    pub(super) seed: [u8; 32],
    pub(super) name: String,
    pub(super) policy: Policy,
    pub(super) agent: AgentId,
    pub(super) node: Option<Node>,
    pub(super) disk: Vec<Entry>,
    /// its own records on the disk, in order
    pub(super) said: Vec<RecordId>,
    /// whose addresses it knows
    pub(super) book: BTreeSet<AgentId>,
    /// with whom it has a connection, and when the last frame to each arrives
    pub(super) links: BTreeMap<usize, i64>,
    pub(super) line: Line,
    /// its clock less the world's, as it was set
    pub(super) skew_ms: i64,
    /// and what the faults of the day add to that
    pub(super) wander_ms: i64,
    /// numbers its lives, so that what was meant for an earlier one is not done in this
    pub(super) life: u64,
    /// when it is to be woken next
    pub(super) wake_ms: Option<i64>,
    /// what its books said when it was last killed, if all it knew was on the disk
    pub(super) before: Option<u64>,
    /// its owner has something new to look at
    pub(super) told: bool,
    /// it says what its node did not
    pub(super) lies: bool,
    /// how, where it does so by itself
    pub(super) liar: Option<Box<Liar>>,
}

impl Peer {
    pub(super) fn new(seed: [u8; 32], name: &str, policy: Policy) -> Self {
        Self {
            seed,
            name: name.to_owned(),
            policy,
            agent: Signer::from_seed(&seed).author(),
            node: None,
            disk: vec![],
            said: vec![],
            book: BTreeSet::new(),
            links: BTreeMap::new(),
            line: Line::default(),
            skew_ms: 0,
            wander_ms: 0,
            life: 0,
            wake_ms: None,
            before: None,
            told: false,
            lies: false,
            liar: None,
        }
    }

    /// A node made afresh from the disk.
    ///
    /// # Errors
    /// In words, what it cannot read: what a node kept, it can.
    pub(super) fn rebuild(&self, memo: &Arc<Memo>) -> Result<Node, String> {
        let config = Config { name: self.name.clone(), next_key: None, policy: self.policy.clone() };
        let mut node = Node::new(Signer::from_seed(&self.seed), self.seed, config).sharing(memo.clone());
        for entry in &self.disk {
            node.restore(entry.clone()).map_err(|e| format!("{} cannot restore: {e}", self.name))?;
        }
        Ok(node)
    }
}
