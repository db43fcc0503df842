//! What one agent has, folded from its own events and its handovers.
//!
//! [`Stock`] keeps goods on hand, in custody (a carrier's: held, not owned) and in transit (handed over, not yet
//! answered for), orders' claims on them, and a [`LotHistory`] of every lot. Every change is made whole or not at
//! all. It does not know whose statements may be believed: records reach it checked.

mod audit;
mod book;
mod claims;
mod history;
mod pick;
mod shelf;

pub use claims::Shortfall;
pub use history::{Handed, LotHistory, Origin};
pub use shelf::Holding;

use crate::check::positive;
use crate::event::ProcessRef;
use crate::forward::ForwardStep;
use crate::statement::{Goods, Handover, LotId};
use crate::{Error, Result};
use claims::Claims;
use serde::Serialize;
use shelf::{Arrivals, Shelf};
use std::collections::{BTreeMap, BTreeSet};
use vocab::phrase;
use vocab::{Decimal, RecordId, SpecId};

/// One agent's goods.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stock {
    on_hand: Shelf,
    custody: Shelf,
    transit: BTreeMap<RecordId, Transit>,
    lots: BTreeMap<LotId, LotHistory>,
    /// lots that went into and came out of a planned process, which may be told over several records
    processes: BTreeMap<ProcessRef, ProcessLots>,
    claims: Claims,
    /// handovers given and takeovers made, so that none is booked twice
    booked: BTreeSet<RecordId>,
    arrivals: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct ProcessLots {
    consumed: BTreeSet<LotId>,
    produced: BTreeSet<LotId>,
}

/// Where goods stand while this agent has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    OnHand,
    Custody,
}

/// Goods that left under a handover which nobody has answered yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Transit {
    /// the handover's record
    pub id: RecordId,
    /// what it says
    pub handover: Handover,
    /// where each part came from, and goes back to if it is refused
    #[serde(skip)]
    parts: Vec<(Place, Holding)>,
}

impl Stock {
    /// Goods on hand, by lot and takeover.
    pub fn lots(&self) -> impl Iterator<Item = &Holding> {
        self.on_hand.iter()
    }
    /// Goods on hand of one specification, oldest arrival first.
    pub fn of_spec(&self, spec: &SpecId) -> impl Iterator<Item = &Holding> {
        self.on_hand.of_spec(spec)
    }
    /// Goods held for others.
    pub fn custody(&self) -> impl Iterator<Item = &Holding> {
        self.custody.iter()
    }
    /// Handovers given and not yet answered.
    pub fn in_transit(&self) -> impl Iterator<Item = &Transit> {
        self.transit.values()
    }
    /// How much of a specification is on hand, claimed or not.
    pub fn on_hand(&self, spec: &SpecId) -> Decimal {
        self.on_hand.of_spec(spec).map(|h| h.quantity).sum()
    }
    /// What happened here to a lot; `None` for one that was never here.
    pub fn lot_history(&self, lot: &LotId) -> Option<&LotHistory> {
        self.lots.get(lot)
    }

    /// What became of a lot here, for whoever may ask.
    pub fn forward(&self, lot: &LotId) -> ForwardStep {
        let here = self.on_hand.of_lot(*lot).chain(self.custody.of_lot(*lot));
        let on_hand = here.map(|h| h.quantity).sum();
        match self.lots.get(lot) {
            None => ForwardStep { on_hand, ..ForwardStep::default() },
            Some(history) => ForwardStep {
                outputs: history.outputs.iter().copied().collect(),
                handed: history.handed.values().cloned().collect(),
                on_hand,
            },
        }
    }

    /// Which arrivals these goods would be drawn from on hand, such as to name their takeovers in a passport.
    ///
    /// # Errors
    /// A lot, quantity or piece that is not on hand.
    pub fn drawn(&self, goods: &[Goods]) -> Result<Vec<Holding>> {
        let (mut shelf, mut parts) = (self.on_hand.clone_lots(goods.iter().map(|g| g.lot)), Vec::new());
        for line in goods {
            let of_line = shelf.plan(line.lot, Arrivals::Any, line.quantity, &line.serials)?;
            of_line.iter().for_each(|part| shelf.remove(part));
            parts.extend(of_line);
        }
        Ok(parts)
    }

    /// Claims `quantity` of what is on hand and free, for the order `key`.
    ///
    /// # Errors
    /// [`Error::NotFree`] if less is free.
    pub fn reserve(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) -> Result<()> {
        positive(phrase("reserved quantity", "预留数量"), quantity)?;
        let free = self.free_of(spec);
        if quantity > free {
            return Err(Error::NotFree { spec: spec.clone(), wanted: quantity, free });
        }
        self.claims.hold(key, spec, quantity);
        Ok(())
    }
    /// Gives up all claims of `key`, on goods here and on goods to come.
    pub fn release(&mut self, key: RecordId) {
        self.claims.release(key);
    }
    /// Notes that goods of `key` were consumed or handed over: its claim shrinks by `quantity`, at most to nothing.
    /// May come before or after the event that takes the goods.
    pub fn spend(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        self.claims.spend(key, spec, quantity.max(Decimal::ZERO));
    }
    /// Notes that `quantity` has been ordered or planned for `key` and will belong to it when it comes.
    pub fn expect(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        self.claims.expect(key, spec, quantity.max(Decimal::ZERO));
    }
    /// Notes that expected goods are here: up to what `key` expects becomes its claim, the rest is free. May come
    /// before or after the takeover that brings them.
    pub fn arrive(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        self.claims.arrive(key, spec, quantity.max(Decimal::ZERO));
    }
    /// Notes that `quantity` of what `key` expects will not come.
    pub fn call_off(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        self.claims.call_off(key, spec, quantity.max(Decimal::ZERO));
    }

    /// How much of what is on hand is claimed. Claims that a loss left uncovered are [`Self::shortfalls`].
    pub fn reserved(&self, spec: &SpecId) -> Decimal {
        self.claims.held(spec).min(self.on_hand(spec))
    }
    /// How much of what is on hand this order may count on.
    pub fn reserved_for(&self, key: RecordId, spec: &SpecId) -> Decimal {
        self.claims.covered(key, spec, self.on_hand(spec))
    }
    /// How much is on its way for orders.
    pub fn expected(&self, spec: &SpecId) -> Decimal {
        self.claims.expected(spec)
    }
    /// Claims that goods on hand no longer cover, because goods were lost or taken without a claim.
    pub fn shortfalls(&self) -> Vec<Shortfall> {
        self.claims.shortfalls(|spec| self.on_hand(spec))
    }
    /// What nobody has claimed, where it is more than nothing.
    pub fn free(&self) -> BTreeMap<SpecId, Decimal> {
        let free = self.on_hand.specs().into_iter().map(|spec| (spec.clone(), self.free_of(spec)));
        free.filter(|(_, quantity)| quantity.is_positive()).collect()
    }
    /// What of one specification nobody has claimed.
    pub fn free_of(&self, spec: &SpecId) -> Decimal {
        self.on_hand(spec) - self.reserved(spec)
    }
}
