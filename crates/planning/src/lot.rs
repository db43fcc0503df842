//! How much one order is for, and how much must be begun so that so much comes out.

use crate::explode::{output_at, positive_micros};
use crate::{Error, LotSize, Recipe, Result};
use vocab::{Decimal, Phrase, phrase};

/// Millionths of an item's unit; the limit of quantities, 10^18 of them, is inside an `i64`.
pub(crate) type Micros = i64;
/// A share of one.
const ONE: i128 = 1_000_000;

/// What one order may be for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    minimum: Micros,
    /// a multiple of `unit`
    maximum: Micros,
    unit: Micros,
}

impl Lot {
    /// The sizes of orders of whole `batch`es; `at` says where they stand.
    pub(crate) fn new(at: &Phrase, size: &LotSize, batch: Micros) -> Result<Self> {
        let of = |value: Decimal| if value.is_zero() { Ok(0) } else { micros(|| at.clone(), value) };
        let (minimum, multiple) = (of(size.minimum)?, of(size.multiple)?);
        let wrong = |what, value: Decimal| Error::Model {
            at: at.clone(),
            what,
            value: Phrase::plain(value),
            remedy: phrase(
                "give one that holds a whole number of batches and multiples",
                "请给出能容纳整数个批次和倍数的值",
            ),
        };
        let unit = match multiple {
            0 => Some(batch),
            multiple => (batch / gcd(batch, multiple)).checked_mul(multiple),
        };
        let unit = unit.ok_or_else(|| wrong(phrase("multiple", "倍数"), size.multiple))?;
        let maximum = match size.maximum {
            None => Micros::MAX / unit * unit,
            Some(most) => of(most)? / unit * unit,
        };
        if maximum == 0 || maximum < minimum {
            return Err(wrong(phrase("maximum", "最大批量"), size.maximum.unwrap_or_default()));
        }
        Ok(Self { minimum, maximum, unit })
    }

    /// The same, but an order is for half of `quantity` at most; `None` when that is too small for an order.
    pub(crate) fn half_of(self, quantity: Micros) -> Option<Self> {
        let half = (quantity / 2 + self.unit - 1) / self.unit * self.unit;
        (half < quantity && half >= self.minimum.max(self.unit)).then_some(Self { maximum: half, ..self })
    }

    /// How much to order for `need`, at most one order's worth; `None` = out of range.
    pub(crate) fn order_for(&self, need: Micros) -> Option<Micros> {
        let wanted = need.max(self.minimum);
        if wanted >= self.maximum {
            return Some(self.maximum);
        }
        let units = wanted / self.unit + i64::from(wanted % self.unit != 0);
        Some(units.checked_mul(self.unit)?.min(self.maximum))
    }
}

/// Of a million that go into a step, so many come out of the last one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Yield(i128);

impl Yield {
    /// For each step of a recipe.
    pub(crate) fn of(recipe: &Recipe) -> Vec<Self> {
        let mut on = ONE;
        let mut all: Vec<_> = recipe
            .steps
            .iter()
            .rev()
            .map(|step| {
                on = (on * (ONE - step.scrap.micros()).clamp(1, ONE) / ONE).max(1);
                Self(on)
            })
            .collect();
        all.reverse();
        all
    }

    /// Batches that go in so that `batches` come out of the last step; `None` = out of range.
    pub(crate) fn begun(self, batches: i64) -> Option<i64> {
        match self.0 {
            ONE => Some(batches),
            share => i64::try_from((i128::from(batches) * ONE + share - 1) / share).ok(),
        }
    }
}

/// A quantity above zero and in range, in millionths.
pub(crate) fn micros(at: impl FnOnce() -> Phrase, value: Decimal) -> Result<Micros> {
    positive_micros(at, value).map(|m| m as Micros)
}

/// The batch and the order sizes of a recipe.
pub(crate) fn sizes(recipe: &Recipe) -> Result<(Micros, Lot)> {
    let at = output_at(&recipe.output);
    let batch = micros(|| at.clone(), recipe.output_quantity)?;
    Ok((batch, Lot::new(&at, &recipe.lot, batch)?))
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
