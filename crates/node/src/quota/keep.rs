//! What a node keeps of others, in the light of their standing: who is let in, who gives way, what is forgotten.
//!
//! What is dropped is as if it had never come: its effect is undone and it leaves the disk, so that a restart comes to
//! the same state. What something of this node's rests on is never dropped.

use super::{Group, Standing, Way, piece, units};
use crate::effect::{Channel, Effect, Entry};
use crate::node::{Node, Todo};
use crate::stamp::Stamp;
use crate::view::{StandingView, VouchView};
use ledger::{Record, Statement};
use std::collections::BTreeSet;
use vocab::{AgentId, RecordId, Timestamp};

/// Agents of one list.
const LIST_MAX: usize = 1_001;
/// Seconds until what was refused of an agent that is heard now is asked for again.
const AGAIN_S: i64 = 3;
/// The stretch of time for which limits on letters are said, seconds.
const HOUR_S: i64 = 3_600;

impl Node {
    /// How far an agent is trusted to have a name to lose.
    pub fn standing(&self, agent: &AgentId) -> Standing {
        self.quota.standing(&self.me(), agent, self.clock, &self.config.policy.quotas)
    }

    /// Everybody who is more than a stranger, or one agent, whatever it is.
    pub fn standings(&self, one: Option<&AgentId>) -> Vec<StandingView> {
        let all = || self.quota.known().chain(self.quota.backed()).chain(self.quota.stamped()).copied();
        let agents: BTreeSet<AgentId> = one.map_or_else(|| all().collect(), |agent| BTreeSet::from([*agent]));
        let agents = agents.into_iter().filter(|a| one.is_some() || *a != self.me());
        agents.take(LIST_MAX).map(|agent| self.standing_view(agent)).collect()
    }

    fn standing_view(&self, agent: AgentId) -> StandingView {
        let stamp = self.quota.stamp(&agent);
        let vouch = |other: AgentId, v: &super::VouchFor| VouchView {
            record: v.id,
            who: self.who(&other),
            deposit: v.vouch.deposit,
            expires: v.vouch.expires,
        };
        let all = || self.quota.vouches().filter(|(_, v)| v.vouch.expires > self.clock);
        let by = all().filter(|(_, v)| v.vouch.agent == agent).map(|(by, v)| vouch(*by, v));
        let gives = all().filter(|(by, _)| **by == agent).map(|(_, v)| vouch(v.vouch.agent, v));
        StandingView {
            who: self.who(&agent),
            standing: self.standing(&agent),
            room: self.quota.room.units_of(&agent),
            stamp_bits: stamp.map(|(_, bits)| bits),
            stamp_expires: stamp.map(|(expires, _)| expires),
            vouched_by: by.take(LIST_MAX).collect(),
            vouches_for: gives.take(LIST_MAX).collect(),
        }
    }

    /// Where an agent's public records count, and by how many halvings.
    fn group(&self, agent: &AgentId) -> (Group, u32) {
        match self.standing(agent) {
            Standing::Own | Standing::Known => (Group::Known, 0),
            Standing::Vouched { by, .. } => (Group::Vouched(by), 0),
            Standing::Stamped => {
                let work = self.quota.work(agent, self.clock, &self.config.policy.quotas);
                (Group::Stamped, work.unwrap_or(0))
            }
            Standing::Stranger => {
                let there = self.quota.room.group_of(agent).filter(|g| matches!(g, Group::Strangers(_)));
                (there.unwrap_or(Group::Strangers(self.brought())), 0)
            }
        }
    }

    /// How what is being taken in has come.
    fn brought(&self) -> Way {
        self.deliverer.map_or(Way::Air, |peer| match self.standing(&peer) {
            Standing::Own | Standing::Known | Standing::Vouched { .. } => Way::Peer(peer),
            Standing::Stamped | Standing::Stranger => Way::Strangers,
        })
    }

    /// Whether there is room for a public record of another agent; what there is not is remembered for the peer that
    /// brought it, so that it is not asked for again.
    pub(crate) fn has_room(&mut self, record: &Record, from: Option<AgentId>) -> bool {
        let policy = &self.config.policy;
        let (quotas, author, size) = (policy.quotas, record.author, units(record));
        self.deliverer = from;
        let (mut group, mut halvings) = self.group(&author);
        let low = |group: Group| group <= Group::Stamped;
        if low(group)
            && let Some(work) = self.stamps_in(record)
        {
            // what is weighed is what its author will be
            (group, halvings) = (Group::Stamped, work.max(halvings));
        }
        let within = self.quota.room.units_of(&author) + size <= policy.public_per_author as u64;
        let mut fits = within && !(low(group) && size > quotas.record_units);
        if fits {
            let (piece, room) = (piece(record), &mut self.quota.room);
            room.regroup(author, group, halvings);
            room.add(author, group, halvings, piece, size);
            fits = room.gives_way(&author, &quotas) != Some(author);
            room.remove(author, &piece);
            let (group, halvings) = self.group(&author);
            self.quota.room.regroup(author, group, halvings);
        }
        if let Some(lane) = from.filter(|_| !fits).map(|peer| self.post.lane(peer)) {
            lane.refuse(record);
        }
        fits
    }

    /// Bits beyond what is needed, if this record is a stamp that counts.
    fn stamps_in(&self, record: &Record) -> Option<u32> {
        let stamp: Stamp = (record.kind == Stamp::KIND).then(|| record.read().ok()).flatten()?;
        let life = vocab::seconds_between(record.at, stamp.expires);
        let good = stamp.expires > self.clock && life <= Stamp::LIFE_S_MAX;
        good.then(|| stamp.bits(&record.author).checked_sub(self.config.policy.quotas.stamp_bits)).flatten()
    }

    /// Files what has been kept, and holds on to what something said to or by this node rests on.
    pub(crate) fn file(&mut self, entry: &Entry) {
        let record = &entry.record;
        if record.author != self.me() && crate::public::spreads(record) {
            let (group, halvings) = self.group(&record.author);
            self.quota.room.add(record.author, group, halvings, piece(record), units(record));
        }
        if matches!(entry.channel, Channel::Own | Channel::Post) {
            let refs: Vec<RecordId> = record.refs.iter().take(64).copied().collect();
            refs.iter().for_each(|id| self.hold_on(id));
        }
        self.regroup_changed();
    }

    /// A record on which something rests gives way to nobody, nor does what its author is known by.
    fn hold_on(&mut self, id: &RecordId) {
        let Some(author) = self.book.get(id).map(|r| r.author).filter(|a| *a != self.me()) else { return };
        let keys = self.board.key_records.get(&author).into_iter().flatten();
        let address = self.board.reachable.get(&author).map(|r| &r.record);
        for record in keys.chain(address).chain([id]).filter_map(|id| self.book.get(id)) {
            self.quota.room.remove(author, &piece(record));
        }
    }

    /// Those whose standing has changed stand among others, and may be heard where they were refused.
    pub(crate) fn regroup_changed(&mut self) {
        for agent in self.quota.take_changed() {
            let (group, halvings) = self.group(&agent);
            self.quota.room.regroup(agent, group, halvings);
            if group > Group::Strangers(Way::Peer(AgentId([255; 32]))) {
                self.post.hear_again(&agent, vocab::after(self.clock, AGAIN_S));
            }
            self.agenda.insert(Todo::Tell(crate::effect::Topic::Peers));
        }
    }

    /// Drops records until all limits hold; `newcomer` is who came last.
    pub(crate) fn make_room(&mut self, newcomer: &AgentId) {
        let quotas = self.config.policy.quotas;
        while let Some(victim) = self.quota.room.gives_way(newcomer, &quotas) {
            let pieces = self.quota.room.first_to_go(&victim);
            if pieces.is_empty() {
                return;
            }
            for piece in pieces {
                self.quota.room.remove(victim, &piece);
                self.forget(&piece.id);
            }
        }
    }

    /// Stops spreading a record that is overtaken or over.
    pub(crate) fn retire(&mut self, id: &RecordId) {
        self.book.retire(id);
        self.forget_unless_known(id);
    }

    /// A record that is of no use any more is not only retired: what somebody unknown said once is forgotten.
    fn forget_unless_known(&mut self, id: &RecordId) {
        let Some((author, piece)) = self.book.get(id).map(|r| (r.author, piece(r))) else { return };
        let held = self.quota.room.holds(&author, &piece);
        self.quota.room.remove(author, &piece);
        if held && self.group(&author).0 < Group::Known {
            self.forget(id);
        }
    }

    /// As if it had never come.
    fn forget(&mut self, id: &RecordId) {
        self.book.retire(id);
        let Some(record) = self.book.take_out(id) else { return };
        self.board.forget(&record);
        self.pools.forget(&record);
        self.auctions.forget(&record);
        self.calls.forget(&record);
        self.quota.forget(&record, self.clock, &self.config.policy.quotas);
        self.post.refuse(&record);
        self.interests.changed();
        self.out.push(Effect::Forget { author: record.author, seq: record.seq, id: *id });
        self.regroup_changed();
    }

    /// Whether so many more letters of a peer may be taken in: nothing said by post is ever dropped, so strangers are
    /// heard at a pace.
    pub(crate) fn may_write(&mut self, from: AgentId, letters: usize, now: Timestamp) -> bool {
        let quotas = self.config.policy.quotas;
        let letters = u32::try_from(letters).unwrap_or(u32::MAX);
        let one = |n: &mut Self| {
            n.post.lane(from).letters.allows(letters, quotas.letters_per_stranger, HOUR_S, now)
        };
        match self.standing(&from) {
            Standing::Own | Standing::Known | Standing::Vouched { .. } => true,
            Standing::Stamped => one(self),
            Standing::Stranger => {
                one(self) && self.post.strangers.allows(letters, quotas.letters_of_strangers, HOUR_S, now)
            }
        }
    }
}
