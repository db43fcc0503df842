//! Choosing lots to take from: by an order of preference that whoever asks gives, or by name.

use super::Stock;
use super::shelf::{Arrivals, Holding};
use crate::check::positive;
use crate::statement::{Goods, LotId};
use crate::{Error, Result};
use std::collections::BTreeMap;
use vocab::{Decimal, RecordId, SpecId, phrase};

impl Stock {
    /// Chooses lots for `key`, first in, first out, from what it has claimed and what is free.
    ///
    /// # Errors
    /// [`Error::NotFree`] if that is less than `quantity`, or if it asks for part of a numbered piece.
    pub fn pick(&self, key: RecordId, spec: &SpecId, quantity: Decimal) -> Result<Vec<Goods>> {
        self.pick_by(key, spec, quantity, |_| Some(()))
    }

    /// The same with the lowest rank first, and of one rank the oldest; what has no rank is not taken.
    ///
    /// # Errors
    /// [`Error::NotFree`] if what has a rank is less than `quantity`, and as [`Self::pick`].
    pub fn pick_by<R: Ord>(
        &self,
        key: RecordId,
        spec: &SpecId,
        quantity: Decimal,
        rank: impl Fn(&Holding) -> Option<R>,
    ) -> Result<Vec<Goods>> {
        positive(phrase("picked quantity", "拣取数量"), quantity)?;
        let short = |free| Error::NotFree { spec: spec.clone(), wanted: quantity, free };
        let allowed = self.allowed(key, spec);
        if quantity > allowed {
            return Err(short(allowed));
        }
        let mut ranked: Vec<_> = self.of_spec(spec).filter_map(|h| Some((rank(h)?, h))).collect();
        // a stable sort: of one rank the oldest stays first
        ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
        let (picked, left) = first(ranked.into_iter().map(|(_, holding)| holding), quantity);
        if left.is_zero() { Ok(picked) } else { Err(short(quantity - left)) }
    }

    /// So much of a lot on hand as a line of goods: the pieces named, or the first ones of the oldest arrival.
    ///
    /// # Errors
    /// A lot that is not on hand, more of it than is there, part of a numbered piece, or a piece that is not there.
    pub fn pick_lot(&self, lot: LotId, quantity: Decimal, serials: &[String]) -> Result<Goods> {
        positive(phrase("picked quantity", "拣取数量"), quantity)?;
        let mut here: Vec<&Holding> = self.on_hand.of_lot(lot).collect();
        here.sort_by_key(|h| h.arrival);
        let spec = here.first().ok_or(Error::UnknownLot { lot })?.spec.clone();
        if !serials.is_empty() {
            let goods = Goods { lot, spec, quantity, serials: serials.to_vec() };
            self.on_hand.plan(lot, Arrivals::Any, quantity, serials)?;
            return Ok(goods);
        }
        let (mut picked, left) = first(here.into_iter(), quantity);
        let short = || Error::NotEnough { lot, wanted: quantity, there: quantity - left };
        picked.pop().filter(|_| left.is_zero()).ok_or_else(short)
    }

    /// How much of what is on hand this order may take: its claim and what is free.
    pub fn allowed(&self, key: RecordId, spec: &SpecId) -> Decimal {
        self.reserved_for(key, spec) + self.free_of(spec)
    }
}

/// The first `quantity` of these, and how much they lack; two arrivals of one lot are one line.
fn first<'a>(holdings: impl Iterator<Item = &'a Holding>, quantity: Decimal) -> (Vec<Goods>, Decimal) {
    let mut left = quantity;
    let mut picked: Vec<Goods> = Vec::new();
    let mut lines: BTreeMap<LotId, usize> = BTreeMap::new();
    for holding in holdings {
        if left.is_zero() {
            break;
        }
        let part = holding.first(left);
        if part.quantity.is_zero() {
            continue;
        }
        left -= part.quantity;
        match lines.get(&part.lot) {
            Some(&line) => {
                picked[line].quantity += part.quantity;
                picked[line].serials.extend(part.serials);
            }
            None => {
                lines.insert(part.lot, picked.len());
                picked.push(part.goods());
            }
        }
    }
    (picked, left)
}
