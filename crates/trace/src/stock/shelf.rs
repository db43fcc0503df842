//! Goods in one place, lot by lot and takeover by takeover, in the order they came.
//!
//! A [`Holding`] is what is left of one lot from one arrival. [`Shelf::plan`] says which holdings a draw would come
//! from without touching them, so that what follows cannot fail. Nothing here knows why goods move.

use crate::statement::{Goods, LotId};
use crate::{Error, Result};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vocab::phrase;
use vocab::{Decimal, RecordId, SpecId, Unit};

/// What is left, or taken, of one lot from one arrival.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Holding {
    /// the lot
    pub lot: LotId,
    /// what it is
    pub spec: SpecId,
    /// what it is counted in, once an event has said so
    pub unit: Option<Unit>,
    /// how much
    pub quantity: Decimal,
    /// which pieces, where they are numbered
    pub serials: BTreeSet<String>,
    /// this agent's takeover by which it came; `None` for what it made or found itself
    pub received: Option<RecordId>,
    /// place in the order of arrivals
    #[serde(skip)]
    pub(crate) arrival: u64,
}

impl Holding {
    fn slot(&self) -> Slot {
        (self.lot, self.received)
    }
    fn queue_place(&self) -> (SpecId, u64, Slot) {
        (self.spec.clone(), self.arrival, self.slot())
    }
    /// As a line of goods.
    pub fn goods(&self) -> Goods {
        Goods {
            lot: self.lot,
            spec: self.spec.clone(),
            quantity: self.quantity,
            serials: self.serials.iter().cloned().collect(),
        }
    }
    /// The first `quantity` of it; of numbered pieces, whole ones only.
    pub(super) fn first(&self, quantity: Decimal) -> Self {
        let quantity = quantity.min(self.quantity);
        if self.serials.is_empty() {
            return Self { quantity, ..self.clone() };
        }
        let whole = quantity.floor_to(Decimal::ONE);
        let count = usize::try_from(whole.ceil_i64()).unwrap_or(0);
        let serials = self.serials.iter().take(count).cloned().collect();
        Self { quantity: whole, serials, ..self.clone() }
    }
}

type Slot = (LotId, Option<RecordId>);

/// Which arrivals of a lot may be drawn on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arrivals {
    Any,
    Of(RecordId),
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Shelf {
    holdings: BTreeMap<Slot, Holding>,
    /// the same, by specification and arrival
    queue: BTreeSet<(SpecId, u64, Slot)>,
}

impl Shelf {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.holdings.values()
    }

    pub(super) fn of_lot(&self, lot: LotId) -> impl Iterator<Item = &Holding> {
        self.holdings.range((lot, None)..=(lot, Some(RecordId([0xff; 32])))).map(|(_, h)| h)
    }

    /// Oldest first.
    pub(super) fn of_spec<'a>(&'a self, spec: &SpecId) -> impl Iterator<Item = &'a Holding> {
        let first = (spec.clone(), 0, (RecordId([0; 32]), None));
        let last = (spec.clone(), u64::MAX, (RecordId([0xff; 32]), Some(RecordId([0xff; 32]))));
        self.queue.range(first..=last).filter_map(|(_, _, slot)| self.holdings.get(slot))
    }

    pub(super) fn specs(&self) -> BTreeSet<&SpecId> {
        self.queue.iter().map(|(spec, _, _)| spec).collect()
    }

    pub(super) fn has(&self, lot: LotId, arrivals: Arrivals) -> bool {
        match arrivals {
            Arrivals::Any => self.of_lot(lot).next().is_some(),
            Arrivals::Of(takeover) => self.holdings.contains_key(&(lot, Some(takeover))),
        }
    }

    /// These lots alone, to try a draw on.
    pub(super) fn clone_lots(&self, lots: impl Iterator<Item = LotId>) -> Self {
        let mut copy = Self::default();
        for lot in lots.collect::<BTreeSet<_>>() {
            self.of_lot(lot).for_each(|holding| copy.put(holding.clone()));
        }
        copy
    }

    pub(super) fn set_unit(&mut self, lot: LotId, unit: Option<Unit>) {
        let all = (lot, None)..=(lot, Some(RecordId([0xff; 32])));
        self.holdings.range_mut(all).for_each(|(_, holding)| holding.unit = unit);
    }

    pub(super) fn put(&mut self, part: Holding) {
        let Some(there) = self.holdings.get_mut(&part.slot()) else {
            self.queue.insert(part.queue_place());
            self.holdings.insert(part.slot(), part);
            return;
        };
        if part.arrival < there.arrival {
            // older goods that come back keep their turn
            self.queue.remove(&there.queue_place());
            there.arrival = part.arrival;
            self.queue.insert(there.queue_place());
        }
        there.quantity += part.quantity;
        there.serials.extend(part.serials);
    }

    /// Takes away what [`Self::plan`] found or [`Self::put`] added.
    pub(super) fn remove(&mut self, part: &Holding) {
        let Some(there) = self.holdings.get_mut(&part.slot()) else { return };
        there.quantity -= part.quantity;
        for serial in &part.serials {
            there.serials.remove(serial);
        }
        if there.quantity.is_zero() {
            let place = there.queue_place();
            self.queue.remove(&place);
            self.holdings.remove(&part.slot());
        }
    }

    /// Which parts a draw would come from, oldest arrival first.
    pub(super) fn plan(
        &self,
        lot: LotId,
        arrivals: Arrivals,
        quantity: Decimal,
        serials: &[String],
    ) -> Result<Vec<Holding>> {
        let fits = |h: &&Holding| arrivals == Arrivals::Any || arrivals.names(h.received);
        let mut there: Vec<&Holding> = self.of_lot(lot).filter(fits).collect();
        there.sort_by_key(|h| h.arrival);
        let total: Decimal = there.iter().map(|h| h.quantity).sum();
        if there.is_empty() {
            return Err(Error::UnknownLot { lot });
        }
        if total < quantity {
            return Err(Error::NotEnough { lot, wanted: quantity, there: total });
        }
        if !serials.is_empty() {
            return pieces(lot, &there, serials);
        }
        if let Some(serial) = there.iter().find_map(|h| h.serials.first()) {
            let what = phrase("and its like are numbered: say which", "及其同类逐件编号：请指明是哪些");
            return Err(Error::Piece { lot, serial: serial.clone(), what });
        }
        let (mut left, mut parts) = (quantity, Vec::new());
        for holding in there {
            if left.is_zero() {
                break;
            }
            let part = holding.first(left);
            left -= part.quantity;
            parts.push(part);
        }
        Ok(parts)
    }

    /// True when queue and holdings say the same and nothing is empty, negative or miscounted.
    pub(super) fn is_sound(&self) -> bool {
        let sound = |h: &Holding| {
            let counted = Decimal::from(h.serials.len() as i64) == h.quantity;
            h.quantity.is_positive()
                && (h.serials.is_empty() || counted)
                && self.queue.contains(&h.queue_place())
        };
        self.queue.len() == self.holdings.len() && self.holdings.values().all(sound)
    }
}

impl Arrivals {
    fn names(self, received: Option<RecordId>) -> bool {
        matches!(self, Self::Of(takeover) if received == Some(takeover))
    }
}

fn pieces(lot: LotId, there: &[&Holding], serials: &[String]) -> Result<Vec<Holding>> {
    let mut chosen: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for serial in serials {
        let Some(at) = there.iter().position(|h| h.serials.contains(serial)) else {
            return Err(Error::Piece {
                lot,
                serial: serial.clone(),
                what: phrase("is not here", "不在此处"),
            });
        };
        chosen.entry(at).or_default().insert(serial.clone());
    }
    let part = |(at, serials): (usize, BTreeSet<String>)| Holding {
        quantity: Decimal::from(serials.len() as i64),
        serials,
        ..there[at].clone()
    };
    Ok(chosen.into_iter().map(part).collect())
}
