//! The network between the nodes: what they send and publish, and the connections it takes.

use super::queue::Event;
use super::{World, at};
use crate::faults::Order;
use ledger::Signed;
use market::TopicId;
use node::Hears;
use node::effect::Input;
use node::frame::Frame;
use std::sync::Arc;
use vocab::AgentId;

impl World {
    pub(super) fn send(&mut self, who: usize, to: &AgentId, frame: &Frame) {
        if let Some(to) = self.reach(who, to) {
            self.post(who, to, frame.encode(), false);
        }
    }

    /// The peer of that name, if a frame of `who` can be put on the way to it; it is dialled where that is needed.
    pub(super) fn reach(&mut self, who: usize, to: &AgentId) -> Option<usize> {
        let to = self.by_agent.get(to).copied().filter(|to| !self.parted(who, *to))?;
        if !self.peers[who].links.contains_key(&to) {
            // a send to a peer that is not connected dials it first, if its address is known
            if !self.peers[who].book.contains(&self.agent(to)) {
                return None;
            }
            self.schedule(1, Event::Link { a: who, b: to });
        }
        Some(to)
    }

    /// Puts bytes on the way to a peer.
    pub(super) fn post(&mut self, who: usize, to: usize, bytes: Vec<u8>, lie: bool) {
        let copies = if self.chance(self.faults.duplication) { 2 } else { 1 };
        for _ in 0..copies {
            if self.chance(self.faults.loss) {
                continue;
            }
            let mut delay = 1 + self.delay(who, to);
            if self.faults.order == Order::Kept
                && let Some(last) = self.peers[who].links.get_mut(&to)
            {
                *last = (self.now_ms + delay).max(*last);
                delay = *last - self.now_ms;
            }
            self.messages += 1;
            self.bytes += bytes.len() as u64;
            self.schedule(delay, Event::Frame { from: who, to, bytes: bytes.clone(), lie });
        }
    }

    /// Spreads a public record: to every node of an open market, and to those it is connected with.
    pub(super) fn publish(&mut self, who: usize, topic: &TopicId, signed: &Arc<Signed>) {
        if self.gossip(who, *topic, signed) {
            return;
        }
        let partners = self.peers[who].links.keys().copied();
        let mut to: Vec<usize> = partners
            .filter(|p| self.peers[*p].policy.hears == Hears::Partners)
            .chain(self.open.iter().copied())
            .collect();
        to.sort_unstable();
        for to in to.into_iter().filter(|to| *to != who) {
            let takes = self.peers[to].node.as_ref().is_some_and(|node| node.takes(topic));
            if !takes || self.parted(who, to) || self.chance(self.faults.loss) {
                continue;
            }
            let delay = self.delay(who, to);
            self.schedule(delay, Event::Gossip { to, signed: signed.clone() });
        }
    }

    /// How long something is under way this time, milliseconds.
    pub(super) fn delay(&mut self, from: usize, to: usize) -> i64 {
        let by_chance = self.rng.i64(self.faults.delay_ms_min..=self.faults.delay_ms_max);
        by_chance + self.peers[from].line.to(&self.peers[to].line)
    }

    pub(super) fn link(&mut self, a: usize, b: usize) {
        let both_up = self.peers[a].node.is_some() && self.peers[b].node.is_some();
        if a == b || !both_up || self.parted(a, b) || self.peers[a].links.contains_key(&b) {
            return;
        }
        self.peers[a].links.insert(b, self.now_ms);
        self.peers[b].links.insert(a, self.now_ms);
        let (agent_a, agent_b) = (self.agent(a), self.agent(b));
        self.input(a, Input::PeerUp(agent_b));
        self.input(b, Input::PeerUp(agent_a));
    }

    /// Ends a connection; both sides, if they are up, are told.
    pub(super) fn unlink(&mut self, a: usize, b: usize) {
        if self.peers[a].links.remove(&b).is_none() {
            return;
        }
        self.peers[b].links.remove(&a);
        for (who, other) in [(a, b), (b, a)] {
            let agent = self.agent(other);
            self.input(who, Input::PeerDown(agent));
        }
    }

    /// When the next event is due.
    pub fn next_event(&self) -> Option<vocab::Timestamp> {
        self.queue.next_ms().map(at)
    }
}
