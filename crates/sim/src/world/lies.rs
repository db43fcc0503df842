//! Liars among the peers: their frames go through [`Liar`], and what honest nodes keep of it is watched.

use super::World;
use crate::liars::{Liar, Lie};
use node::frame::Frame;
use std::collections::BTreeMap;
use vocab::{AgentId, RecordId};

impl World {
    /// From now on this node's owner lies, in these ways.
    pub fn corrupt(&mut self, who: usize, lies: &[Lie]) {
        let signer = self.signer(who);
        self.peers[who].lies = true;
        self.peers[who].liar = (!lies.is_empty()).then(|| Box::new(Liar::new(signer, lies)));
    }

    /// How many lies were told, by their name.
    pub fn lies_told(&self) -> &BTreeMap<String, u64> {
        &self.lies_told
    }

    pub(super) fn lie(&mut self, who: usize, to: &AgentId, frame: &Frame) {
        let Some(to) = self.reach(who, to) else { return };
        let prey = self.rng.usize(0..self.peers.len());
        let prey = if prey == to { who } else { prey };
        let prey = self.agent(prey);
        let peer = &mut self.peers[who];
        let Some(liar) = &mut peer.liar else { return };
        let known =
            |id: &RecordId| peer.disk.iter().map(|entry| &entry.record).find(|record| record.id == *id);
        for (bytes, lie) in liar.tell(frame, prey, known, &mut self.rng) {
            if let Some(lie) = lie {
                *self.lies_told.entry(lie.name().to_owned()).or_default() += 1;
            }
            if let Some(bytes) = bytes {
                self.post(who, to, bytes, lie.is_some());
            }
        }
    }
}
