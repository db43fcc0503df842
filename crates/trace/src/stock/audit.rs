//! The books held against themselves: what the simulator asks after every step.

use super::{Origin, Stock};
use crate::statement::LotId;
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, SpecId};

impl Stock {
    /// Checks that nothing is negative, that no more is promised than is here or coming, and that of every lot what
    /// came, less what went, is what is here.
    ///
    /// # Errors
    /// [`Error::Unbalanced`], which only a defect of this program can cause.
    pub fn check(&self) -> Result<()> {
        let unsound = |what: &str| Error::Unbalanced {
            what: what.to_owned(),
            found: Decimal::ZERO,
            expected: Decimal::ONE,
        };
        if !self.on_hand.is_sound() || !self.custody.is_sound() {
            return Err(unsound("number of sound shelves"));
        }
        if !self.claims.is_sound() {
            return Err(unsound("number of sound claim books"));
        }
        let mut here: BTreeMap<LotId, (Decimal, usize)> = BTreeMap::new();
        let moving = self.transit.values().flat_map(|t| t.parts.iter().map(|(_, part)| part));
        for part in self.on_hand.iter().chain(self.custody.iter()).chain(moving) {
            let sum = here.entry(part.lot).or_default();
            sum.0 += part.quantity;
            sum.1 += part.serials.len();
        }
        for (lot, history) in &self.lots {
            let (quantity, pieces) = here.remove(lot).unwrap_or_default();
            same(format!("lot {lot}"), quantity, history.came - history.went)?;
            let came = history.origins.iter().map(Origin::quantity).sum();
            same(format!("what came of lot {lot}"), history.came, came)?;
            let named = history.pieces.as_ref().map_or(0, BTreeSet::len);
            same(format!("pieces of lot {lot}"), count(pieces), count(named))?;
        }
        match here.first_key_value() {
            Some((lot, (quantity, _))) => same(format!("unheard-of lot {lot}"), *quantity, Decimal::ZERO),
            None => self.check_claims(),
        }
    }

    fn check_claims(&self) -> Result<()> {
        let mut lacking: BTreeMap<SpecId, Decimal> = BTreeMap::new();
        for shortfall in self.shortfalls() {
            *lacking.entry(shortfall.spec).or_default() += shortfall.quantity;
        }
        let specs: BTreeSet<_> = self.lots.values().map(|history| &history.spec).collect();
        for spec in specs {
            let covered = self.claims.held(spec) - lacking.remove(spec).unwrap_or_default();
            same(format!("reserved {spec}"), self.reserved(spec), covered)?;
        }
        Ok(())
    }
}

fn count(n: usize) -> Decimal {
    Decimal::from(i64::try_from(n).unwrap_or(i64::MAX))
}

fn same(what: String, found: Decimal, expected: Decimal) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::Unbalanced { what, found, expected }) }
}
