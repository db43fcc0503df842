//! Prices of capacity in whole steps above the reserve, and back to money.
//!
//! Inside an auction a price is a number of steps and a load a number of millionths, so that sums and comparisons
//! are exact; at its edge both are decimals.

use super::Capacity;
use vocab::{Decimal, Money};

/// Most steps a price may rise: what a bid could bear beyond that is not told apart.
const STEPS_MAX: i128 = u32::MAX as i128;
/// A unit, in millionths.
const UNIT: i128 = 1_000_000;

impl Capacity {
    /// What there is, in millionths of the unit.
    pub fn amount(&self) -> u64 {
        u64::try_from(self.quantity.micros()).unwrap_or(0)
    }
    /// The price of one unit of capacity after so many steps.
    pub fn price(&self, steps: u32) -> Decimal {
        self.reserve + self.step.amount * Decimal::from(steps)
    }
    /// The steps at which the price of one unit of capacity is `price`, or the next above.
    pub fn steps(&self, price: Decimal) -> u32 {
        let above = (price - self.reserve).micros().max(0);
        let step = self.step.amount.micros().max(1);
        u32::try_from(up(above, step)).unwrap_or(u32::MAX)
    }
    /// What `quantity` units of goods of `load` each take, in millionths of the unit, rounded up.
    pub fn load(&self, quantity: Decimal, load: Decimal) -> u64 {
        let (whole, of) = (quantity.micros(), load.micros());
        u64::try_from(up(whole * of, UNIT)).unwrap_or(u64::MAX)
    }
    /// The most steps that a buyer bears who pays `at_most` for one unit of goods of `load`, listed at `listed`;
    /// `None` if not even the reserve.
    pub fn limit(&self, listed: Decimal, load: Decimal, at_most: Decimal) -> Option<u32> {
        let spare = at_most - listed - self.reserve * load;
        let (whole, step) = (spare.micros() * UNIT, (self.step.amount.micros() * load.micros()).max(1));
        (!spare.is_negative()).then(|| u32::try_from((whole / step).min(STEPS_MAX)).unwrap_or(u32::MAX))
    }
    /// The limit to give for `steps`: what one unit of goods would cost then, rounded up.
    pub fn unit_price_up(&self, listed: Decimal, load: Decimal, steps: u32) -> Decimal {
        (listed + self.price(steps) * load).ceil_to(Decimal::new(1, Decimal::PLACES_MAX))
    }
    /// What one unit of goods of `load` costs, listed at `listed`, when a unit of capacity costs `price`.
    pub fn unit_price(&self, listed: Decimal, load: Decimal, price: Decimal) -> Money {
        Money::new((listed + price * load).round(Decimal::PLACES_MAX), self.step.currency)
    }
}

/// Quotient of two numbers that are not negative, rounded up.
fn up(whole: i128, by: i128) -> i128 {
    (whole + by - 1) / by
}
