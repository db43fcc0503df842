//! What must always hold (design, section 6), asked after every step of the node concerned and of those it deals with.
//!
//! A node answers for itself: capacity, stock, holds, agreement. The world, which sees all, asks what no node can: that
//! nothing is believed of anyone that it did not say, that no log is rewritten, that what was acknowledged outlives a
//! crash, that both sides of a deal are bound to the same, and that all who recompute a pool come to one result.

use super::{OnBreach, START_S, World};
use ledger::{Record, Signed, Statement};
use market::auction::Award;
use market::planner::PlanAward;
use market::statement::{Binding, Confirmation, Outcome, PoolClose};
use node::Node;
use node::command::{Done, Reply};
use node::effect::{Channel, Effect, Entry};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use trace::StockEffect;
use trace::statement::{Goods, Handover, Happened, Takeover};
use vocab::{Decimal, RecordId, SpecId};

/// After so many inputs one node is held against its invariants as a whole, not only in what may have changed.
const WHOLE_EVERY: u64 = 64;
/// Most breaches that are noted.
const BREACHES_MAX: usize = 100;

/// An invariant that broke.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// at which event, from 1
    pub step: u64,
    /// whom it concerns
    pub agents: Vec<usize>,
    /// what, in words
    pub what: String,
}

/// What the world remembers to compare later words with.
#[derive(Default)]
pub(super) struct Witnesses {
    /// by close of a pool: what it comes to, and who first said so
    closes: HashMap<RecordId, (Outcome, usize)>,
    /// what each should have of each thing, by its own words about it
    goods: HashMap<(usize, SpecId), Decimal>,
    /// of what somebody has just moved or made
    moved: BTreeSet<SpecId>,
    /// what came into being, less what was used up, by all words about it
    pub(super) made: BTreeMap<SpecId, Decimal>,
}

impl World {
    /// The first invariant that broke.
    pub fn breach(&self) -> Option<&Breach> {
        self.breach.as_ref()
    }

    pub(super) fn broken(&mut self, agents: Vec<usize>, what: &str) {
        let names: Vec<_> = agents.iter().map(|who| self.peers[*who].name.as_str()).collect();
        let since = self.now_ms - START_S * 1_000;
        let what = format!(
            "invariant broken at {}, {since} ms after the start, step {}: {what}",
            names.join(" and "),
            self.steps
        );
        assert!(self.on_breach == OnBreach::Note, "{what}");
        if self.breaches.len() < BREACHES_MAX {
            self.breaches.push(what.clone());
        }
        self.breach.get_or_insert(Breach { step: self.steps, agents, what });
    }

    /// What the node can tell of itself, after an input that led to these effects.
    pub(super) fn check_node(&mut self, who: usize, effects: &[Effect]) {
        let Some(node) = &self.peers[who].node else { return };
        let checked = if self.inputs.is_multiple_of(WHOLE_EVERY) {
            node.check_invariants()
        } else {
            let kept = effects.iter().filter_map(|effect| match effect {
                Effect::Append(entry) => Some(entry.record.id),
                _ => None,
            });
            node.check_invariants_after(&kept.collect::<Vec<_>>())
        };
        if let Err(broken) = checked {
            self.broken(vec![who], &broken);
        }
    }

    /// History: one's own log only grows; of an honest author only what stands in its log is believed.
    pub(super) fn check_kept(&mut self, who: usize, entry: &Entry) {
        let record = &entry.record;
        if entry.channel == Channel::Own {
            let said = &mut self.peers[who].said;
            let follows = record.seq == said.len() as u64 + 1 && record.prev.as_ref() == said.last();
            said.push(record.id);
            if !follows {
                self.broken(
                    vec![who],
                    &format!("history: its record {} does not follow its last", record.id),
                );
            }
        } else if let Some(author) = self.by_agent.get(&record.author).copied() {
            let said = self.peers[author].said.get(record.seq as usize - 1) == Some(&record.id);
            if self.is_honest(author) && !said {
                let what = format!("history: {} {} was kept, but never said", record.kind, record.id);
                self.broken(vec![who, author], &what);
            }
        }
    }

    /// What a record that has just become durable binds to or moves.
    pub(super) fn check_meaning(&mut self, who: usize, entry: &Entry) {
        let (record, own) = (&entry.record, entry.channel == Channel::Own);
        match record.kind.as_str() {
            Confirmation::KIND | Binding::KIND | Award::KIND | PlanAward::KIND => {
                self.check_bond(who, &record.id)
            }
            PoolClose::KIND => self.check_close(who, record),
            Happened::KIND | Handover::KIND | Takeover::KIND if own => {
                if let Err(e) = self.book_goods(who, record) {
                    self.broken(vec![who], &format!("conservation: {} {}: {e}", record.kind, record.id));
                }
            }
            Takeover::KIND => self.check_taken(who, record),
            _ => {}
        }
    }

    /// Agreement: both sides of a deal are bound to the same.
    fn check_bond(&mut self, who: usize, record: &RecordId) {
        let Some(node) = &self.peers[who].node else { return };
        let Some((mine, deal)) = node.bond(record).zip(node.deal_of(record)) else { return };
        let Some(with) = self.by_agent.get(&mine.with).copied() else { return };
        let Some(theirs) = self.peers[with].node.as_ref().and_then(|other| other.bond(&deal)) else { return };
        let to = |b: &node::Bond| (b.spec.clone(), b.quantity, b.unit_price);
        let dated = mine.dated != theirs.dated || mine.promise == theirs.promise;
        if (to(&mine) != to(&theirs) || mine.role == theirs.role || !dated) && self.are_honest(&[who, with]) {
            self.broken(
                vec![who, with],
                &format!("agreement: deal {deal} is {mine:?} here, {theirs:?} there"),
            );
        }
    }

    /// Pools: whoever recomputes a close comes to the same.
    fn check_close(&mut self, who: usize, record: &Record) {
        let Ok(close) = record.shared::<PoolClose>() else { return };
        let node = self.peers[who].node.as_ref();
        let Some(settled) = node.and_then(|node| node.settled(&close.pool, &record.id)) else { return };
        let outcome = settled.outcome.clone();
        match self.witnesses.closes.get(&record.id) {
            None => {
                self.witnesses.closes.insert(record.id, (outcome, who));
            }
            Some((first, by)) if *first != outcome && self.are_honest(&[who, *by]) => {
                let what = format!("pools: close {} is {outcome:?} here, {first:?} there", record.id);
                let agents = vec![who, *by];
                self.broken(agents, &what);
            }
            Some(_) => {}
        }
    }

    /// Conservation: keeps the world's own books of what each should have.
    fn book_goods(&mut self, who: usize, record: &Record) -> ledger::Result<()> {
        let Witnesses { goods, moved, made, .. } = &mut self.witnesses;
        let mut book = |spec: &SpecId, quantity: Decimal| {
            *goods.entry((who, spec.clone())).or_default() += quantity;
            moved.insert(spec.clone());
        };
        match record.kind.as_str() {
            Happened::KIND => {
                for event in record.read::<Happened>()?.events {
                    let change = match event.action.stock_effect() {
                        StockEffect::Increment => event.quantity.value,
                        StockEffect::Decrement => -event.quantity.value,
                        StockEffect::None => continue,
                    };
                    book(&event.spec, change);
                    *made.entry(event.spec.clone()).or_default() += change;
                }
            }
            Handover::KIND => {
                record.read::<Handover>()?.goods.iter().for_each(|g| book(&g.spec, -g.quantity))
            }
            _ => record.read::<Takeover>()?.accepted.iter().for_each(|g| book(&g.spec, g.quantity)),
        }
        Ok(())
    }

    /// Conservation: what a node has is what it has booked.
    pub(super) fn check_goods(&mut self, who: usize) {
        let moved = std::mem::take(&mut self.witnesses.moved);
        let Some(node) = &self.peers[who].node else { return };
        let mut wrong = vec![];
        for spec in moved {
            let goods = node.goods();
            let held = goods.custody().filter(|h| h.spec == spec).map(|h| h.quantity).sum::<Decimal>();
            let (has, key) = (goods.on_hand(&spec) + held, (who, spec));
            let booked = self.witnesses.goods.get(&key).copied().unwrap_or_default();
            if has != booked {
                wrong.push(format!("conservation: it has {has} {} where it has booked {booked}", key.1));
            }
        }
        wrong.into_iter().for_each(|what| self.broken(vec![who], &what));
    }

    /// Conservation: what was taken over, or refused and so is the giver's again, is what was handed over.
    fn check_taken(&mut self, who: usize, record: &Record) {
        let Ok(takeover) = record.read::<Takeover>() else { return };
        let node = self.peers[who].node.as_ref();
        let given = node.and_then(|node| node.record(&takeover.handover));
        let Some(given) = given.filter(|given| given.author == self.peers[who].agent) else { return };
        let Ok(given) = given.read::<Handover>() else { return };
        for goods in &takeover.rejected {
            *self.witnesses.goods.entry((who, goods.spec.clone())).or_default() += goods.quantity;
            self.witnesses.moved.insert(goods.spec.clone());
        }
        let total = |goods: &[Goods]| goods.iter().map(|g| g.quantity).sum::<Decimal>();
        if total(&given.goods) != total(&takeover.accepted) + total(&takeover.rejected) {
            self.broken(vec![who], &format!("conservation: {given:?} were given, {takeover:?} booked"));
        }
    }

    /// Restart: what an owner was told is done is on the disk.
    pub(super) fn check_reply(&mut self, who: usize, reply: &Reply) {
        if let Ok(Done::Recorded(id)) = reply
            && !self.peers[who].disk.iter().rev().any(|entry| entry.record.id == *id)
        {
            self.broken(vec![who], &format!("restart: {id} was acknowledged before it was durable"));
        }
    }

    /// Restart: a node that comes back from its disk knows what it knew, where all of that was durable.
    pub(super) fn check_restart(&mut self, who: usize, again: &Node) {
        if self.peers[who].before.take().is_some_and(|before| before != books(again)) {
            self.broken(vec![who], "restart: it does not know what it knew before");
        }
    }

    /// Whether a node does as this program does.
    pub fn is_honest(&self, who: usize) -> bool {
        !self.peers[who].lies
    }
    fn are_honest(&self, all: &[usize]) -> bool {
        all.iter().all(|who| self.is_honest(*who))
    }
}

/// What a node's books say, as far as only records change them.
pub(super) fn books(node: &Node) -> u64 {
    let mut hasher = DefaultHasher::new();
    node.checkpoint().hash(&mut hasher);
    for holding in node.goods().lots().chain(node.goods().custody()) {
        (holding.lot, &holding.spec, holding.quantity).hash(&mut hasher);
    }
    hasher.finish()
}

/// A store finds a record of which only half was written unreadable, and drops it.
pub(super) fn half_is_dropped(entry: &Entry) {
    let envelope = entry.record.signed().to_envelope();
    let half = Signed::from_envelope(&envelope[..envelope.len() / 2]).and_then(Signed::verify);
    assert!(half.is_err(), "half of {} is taken for a record", entry.record.id);
}
