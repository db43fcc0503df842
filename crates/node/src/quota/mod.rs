//! The standing of others: who is known, vouched for, has worked for its key, or is a stranger; and so, whose public
//! records are kept when there is no room for all.
//!
//! A fold over public records (`vouch`, `stamp`, withdrawals) and private ones (whom the owner names), and over deals
//! that were settled. [`Room`](room::Room) says who gives way. What cannot be known here: whether two keys are one person.

mod keep;
mod room;

use crate::deals::Fault;
use crate::stamp::Stamp;
use ledger::{Record, Statement};
use market::statement::Vouch;
pub(crate) use room::{Group, Piece, Room, Way};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, Money, RecordId, Timestamp};

/// How far another agent is trusted to have a name to lose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// this node's own agent
    Own,
    /// the owner has named it, or a deal with it was settled
    Known,
    /// somebody known, or vouched for by somebody known, vouches for it
    Vouched {
        /// who does
        by: AgentId,
        /// what a known agent says that it holds of it
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposit: Option<Money>,
    },
    /// it has worked for its key
    Stamped,
    /// nothing speaks for it
    Stranger,
}

/// How much is kept of whom. A record counts one, and one more for each further KiB.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// zero bits that a stamp needs
    pub stamp_bits: u32,
    /// of all strangers together
    pub strangers: u64,
    /// of all who have worked for their keys together
    pub stamped: u64,
    /// of all for whom one agent vouches together
    pub per_voucher: u64,
    /// of everybody
    pub in_all: u64,
    /// vouches of one agent that count: its first ones
    pub vouches: usize,
    /// largest record of whoever is neither known nor vouched for
    pub record_units: u64,
    /// letters taken in an hour from one stranger
    pub letters_per_stranger: u32,
    /// letters taken in an hour from all strangers together
    pub letters_of_strangers: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            stamp_bits: 22,
            strangers: 60_000,
            stamped: 60_000,
            per_voucher: 20_000,
            in_all: 200_000,
            vouches: 50,
            record_units: 16,
            letters_per_stranger: 3_000,
            letters_of_strangers: 100_000,
        }
    }
}

/// The newest word of one agent for another.
pub(crate) struct VouchFor {
    pub(crate) id: RecordId,
    seq: u64,
    pub(crate) vouch: Vouch,
}

/// Who an agent's voucher is.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Backed {
    by: AgentId,
    deposit: Option<Money>,
}

#[derive(Default)]
pub(crate) struct Quota {
    /// whom the owner has named, or has settled a deal with
    known: BTreeMap<AgentId, Option<RecordId>>,
    /// by whom and for whom
    vouches: BTreeMap<(AgentId, AgentId), VouchFor>,
    /// when the next of them ends
    vouch_ends: Option<Timestamp>,
    /// by agent: its stamp, when it ends, its bits
    stamps: BTreeMap<AgentId, (RecordId, Timestamp, u32)>,
    backed: BTreeMap<AgentId, Backed>,
    pub(crate) room: Room,
    /// agents whose standing has changed since it was last asked
    changed: BTreeSet<AgentId>,
}

impl Quota {
    /// At a node of this agent, whose own word counts like that of whom it knows.
    pub(crate) fn of(me: AgentId) -> Self {
        Self { known: BTreeMap::from([(me, None)]), ..Self::default() }
    }

    pub(crate) fn standing(
        &self,
        me: &AgentId,
        agent: &AgentId,
        now: Timestamp,
        quotas: &Quotas,
    ) -> Standing {
        if agent == me {
            return Standing::Own;
        }
        if self.known.contains_key(agent) {
            return Standing::Known;
        }
        match self.backed.get(agent) {
            Some(backed) => Standing::Vouched { by: backed.by, deposit: backed.deposit },
            None if self.work(agent, now, quotas).is_some() => Standing::Stamped,
            None => Standing::Stranger,
        }
    }
    /// Bits beyond what a stamp needs; `None` without a stamp.
    pub(crate) fn work(&self, agent: &AgentId, now: Timestamp, quotas: &Quotas) -> Option<u32> {
        let (_, expires, bits) = self.stamps.get(agent)?;
        (*expires > now).then(|| bits.checked_sub(quotas.stamp_bits)).flatten()
    }
    pub(crate) fn stamp(&self, agent: &AgentId) -> Option<(Timestamp, u32)> {
        self.stamps.get(agent).map(|(_, expires, bits)| (*expires, *bits))
    }
    /// The record by which the owner has named an agent.
    pub(crate) fn named(&self, agent: &AgentId) -> Option<RecordId> {
        self.known.get(agent).copied().flatten()
    }
    pub(crate) fn known(&self) -> impl Iterator<Item = &AgentId> {
        self.known.keys()
    }
    pub(crate) fn backed(&self) -> impl Iterator<Item = &AgentId> {
        self.backed.keys()
    }
    pub(crate) fn stamped(&self) -> impl Iterator<Item = &AgentId> {
        self.stamps.keys()
    }
    /// Who vouches for whom, as far as is known here.
    pub(crate) fn vouches(&self) -> impl Iterator<Item = (&AgentId, &VouchFor)> {
        self.vouches.iter().map(|((by, _), v)| (by, v))
    }

    /// Takes in that an agent is known: by the owner's record, or by a settled deal.
    pub(crate) fn know(&mut self, agent: AgentId, record: Option<RecordId>, now: Timestamp, quotas: &Quotas) {
        let known = self.known.get(&agent).copied();
        self.known.insert(agent, record.or(known.flatten()));
        if known.is_none() {
            self.changed.insert(agent);
            self.back(now, quotas);
        }
    }

    /// Takes in a public record that bears on standing; false if it does not. `superseded` gathers records to retire.
    pub(crate) fn apply(
        &mut self,
        record: &Record,
        now: Timestamp,
        quotas: &Quotas,
        superseded: &mut Vec<RecordId>,
    ) -> Result<bool, Fault> {
        match record.kind.as_str() {
            Vouch::KIND => {
                let vouch: Vouch = record.read()?;
                vouch.check()?;
                let pair = (record.author, vouch.agent);
                if self.vouches.get(&pair).is_some_and(|v| v.seq > record.seq) {
                    superseded.push(record.id);
                    return Ok(true);
                }
                let new = VouchFor { id: record.id, seq: record.seq, vouch };
                superseded.extend(self.vouches.insert(pair, new).map(|old| old.id));
                self.back_if_heard(&record.author, now, quotas);
            }
            Stamp::KIND => {
                let stamp: Stamp = record.read()?;
                let in_time = vocab::seconds_between(record.at, stamp.expires) <= Stamp::LIFE_S_MAX;
                let bits = if in_time { stamp.bits(&record.author) } else { 0 };
                // worth the most work first, then the longest
                let better =
                    |(_, expires, had): &(_, Timestamp, u32)| (bits, stamp.expires) > (*had, *expires);
                let enough = bits >= quotas.stamp_bits;
                if enough && self.stamps.get(&record.author).is_none_or(better) {
                    self.stamps.insert(record.author, (record.id, stamp.expires, bits));
                    self.changed.insert(record.author);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Undoes what a record that is dropped has done.
    pub(crate) fn forget(&mut self, record: &Record, now: Timestamp, quotas: &Quotas) {
        if record.kind == Vouch::KIND {
            self.vouches.retain(|(by, _), v| *by != record.author || v.id != record.id);
            self.back_if_heard(&record.author, now, quotas);
        }
        if self.stamps.get(&record.author).is_some_and(|(id, ..)| *id == record.id) {
            self.stamps.remove(&record.author);
            self.changed.insert(record.author);
        }
    }

    /// Ends what the clock ends.
    pub(crate) fn expire(&mut self, now: Timestamp, quotas: &Quotas) {
        let over: Vec<_> = self.stamps.iter().filter(|(_, (_, t, _))| *t <= now).map(|(a, _)| *a).collect();
        for agent in over {
            self.stamps.remove(&agent);
            self.changed.insert(agent);
        }
        if self.vouch_ends.is_some_and(|t| t <= now) {
            self.back(now, quotas);
        }
    }

    /// Vouches by strangers change nothing, so that a flood of them costs nothing.
    fn back_if_heard(&mut self, by: &AgentId, now: Timestamp, quotas: &Quotas) {
        if self.known.contains_key(by) || self.backed.contains_key(by) {
            self.back(now, quotas);
        }
    }

    /// Works out anew for whom somebody known vouches, at first or second hand.
    fn back(&mut self, now: Timestamp, quotas: &Quotas) {
        let standing = |by: &AgentId| {
            let all = self.vouches.range((*by, AgentId([0; 32]))..=(*by, AgentId([255; 32])));
            let mut all: Vec<(AgentId, &VouchFor)> =
                all.filter(|(_, v)| v.vouch.expires > now).map(|((by, _), v)| (*by, v)).collect();
            all.sort_by_key(|(_, v)| v.seq);
            all.truncate(quotas.vouches);
            all
        };
        let mut backed: BTreeMap<AgentId, Backed> = BTreeMap::new();
        let mut ends = vec![];
        for (by, v) in self.known.keys().flat_map(standing) {
            ends.push(v.vouch.expires);
            let new = Backed { by, deposit: v.vouch.deposit };
            let old = backed.entry(v.vouch.agent).or_insert(new);
            // a deposit is worth more than a word
            if old.deposit.is_none() && new.deposit.is_some() {
                *old = new;
            }
        }
        let first: Vec<AgentId> = backed.keys().filter(|a| !self.known.contains_key(*a)).copied().collect();
        for (by, v) in first.iter().flat_map(standing) {
            ends.push(v.vouch.expires);
            backed.entry(v.vouch.agent).or_insert(Backed { by, deposit: None });
        }
        let differ = |a: &BTreeMap<AgentId, Backed>, b: &BTreeMap<AgentId, Backed>| {
            a.iter()
                .filter(|(agent, backed)| b.get(*agent) != Some(*backed))
                .map(|(a, _)| *a)
                .collect::<Vec<_>>()
        };
        let changed = [differ(&self.backed, &backed), differ(&backed, &self.backed)].concat();
        self.changed.extend(changed);
        (self.backed, self.vouch_ends) = (backed, ends.into_iter().min());
    }

    /// Whose standing has changed since this was last asked.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<AgentId> {
        std::mem::take(&mut self.changed)
    }
}

/// How much room a record takes up.
pub(crate) fn units(record: &Record) -> u64 {
    1 + record.signed().bytes.len() as u64 / 1_024
}

/// Where a record stands among its author's: what the others rest on goes last.
pub(crate) fn piece(record: &Record) -> Piece {
    let order = match record.kind.as_str() {
        "inception" | "rotation" | "grant" | "revocation" => 0,
        Stamp::KIND => 1,
        Vouch::KIND | "reachable" => 2,
        "withdrawal" | "fraud" => 3,
        _ => 4,
    };
    Piece { order, seq: record.seq, id: record.id }
}
