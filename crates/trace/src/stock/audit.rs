//! The books held against themselves: what the simulator asks after every step.

use super::{Origin, Stock};
use crate::statement::LotId;
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, SpecId};
use vocab::{Phrase, phrase};

impl Stock {
    /// Checks that nothing is negative, that no more is promised than is here or coming, and that of every lot what
    /// came, less what went, is what is here.
    ///
    /// # Errors
    /// [`Error::Unbalanced`], which only a defect of this program can cause.
    pub fn check(&self) -> Result<()> {
        let unsound = |what: Phrase| Error::Unbalanced { what, found: Decimal::ZERO, expected: Decimal::ONE };
        if !self.on_hand.is_sound() || !self.custody.is_sound() {
            return Err(unsound(phrase("number of sound shelves", "完好货架数")));
        }
        if !self.claims.is_sound() {
            return Err(unsound(phrase("number of sound claim books", "完好预留簿数")));
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
            same(
                || phrase(format!("lot {lot}"), format!("批次 {lot}")),
                quantity,
                history.came - history.went,
            )?;
            let came = history.origins.iter().map(Origin::quantity).sum();
            same(
                || phrase(format!("what came of lot {lot}"), format!("批次 {lot} 的来货")),
                history.came,
                came,
            )?;
            let named = history.pieces.as_ref().map_or(0, BTreeSet::len);
            same(
                || phrase(format!("pieces of lot {lot}"), format!("批次 {lot} 的件")),
                count(pieces),
                count(named),
            )?;
        }
        match here.first_key_value() {
            Some((lot, (quantity, _))) => {
                let what = || phrase(format!("unheard-of lot {lot}"), format!("未知批次 {lot}"));
                same(what, *quantity, Decimal::ZERO)
            }
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
            same(
                || phrase(format!("reserved {spec}"), format!("预留的 {spec}")),
                self.reserved(spec),
                covered,
            )?;
        }
        Ok(())
    }
}

fn count(n: usize) -> Decimal {
    Decimal::from(i64::try_from(n).unwrap_or(i64::MAX))
}

fn same(what: impl FnOnce() -> Phrase, found: Decimal, expected: Decimal) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::Unbalanced { what: what(), found, expected }) }
}
