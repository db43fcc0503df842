//! Price schedules: tiers of (from quantity, unit price), all-units.

use crate::{Currency, Decimal, Error, Money, Result};
use crate::{Phrase, phrase};
use serde::{Deserialize, Serialize};

/// One step of a price schedule: this unit price holds for the whole order from this quantity up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// smallest total quantity at which the price holds
    pub from: Decimal,
    /// price of one unit
    pub unit_price: Decimal,
}

/// Unit prices that depend on the total quantity. All-units: the price reached holds for every unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSchedule {
    /// ISO 4217 code
    pub currency: Currency,
    /// tiers, by rising quantity and falling price
    pub tiers: Vec<Tier>,
}

impl PriceSchedule {
    /// Most tiers a schedule may have.
    pub const TIERS_MAX: usize = 32;

    /// One price whatever the quantity.
    pub fn flat(unit_price: Money) -> Self {
        Self {
            currency: unit_price.currency,
            tiers: vec![Tier { from: Decimal::ZERO, unit_price: unit_price.amount }],
        }
    }

    /// Checks that there is a tier, none is negative, quantities rise and prices do not.
    pub fn check(&self) -> Result<()> {
        let shown = |tier: &Tier| {
            let Tier { from, unit_price } = tier;
            phrase(format!("from {from} at {unit_price}"), format!("{from} 起，单价 {unit_price}"))
        };
        let fail = |what, value, remedy| Err(Error::Price { what, value, remedy });
        if self.tiers.is_empty() || self.tiers.len() > Self::TIERS_MAX {
            return fail(
                phrase("wrong number of tiers", "价格档数不对"),
                Phrase::plain(self.tiers.len()),
                phrase("give 1 to 32 tiers", "请给出 1 至 32 档"),
            );
        }
        for tier in &self.tiers {
            if tier.from.is_negative() || tier.unit_price.is_negative() {
                return fail(
                    phrase("negative tier", "有负数的档"),
                    shown(tier),
                    phrase("quantities and prices are zero or more", "数量和价格不得小于零"),
                );
            }
        }
        for pair in self.tiers.windows(2) {
            if pair[1].from <= pair[0].from || pair[1].unit_price > pair[0].unit_price {
                return fail(
                    phrase("tier out of order", "档次顺序不对"),
                    shown(&pair[1]),
                    phrase("let quantities rise and prices fall", "数量须递增，价格须递减"),
                );
            }
        }
        Ok(())
    }

    /// The unit price for an order of `quantity`; `None` below the first tier.
    pub fn unit_price(&self, quantity: Decimal) -> Option<Money> {
        let tier = self.tiers.iter().rev().find(|t| t.from <= quantity)?;
        Some(Money::new(tier.unit_price, self.currency))
    }

    /// The next tier above `quantity`, if there is one to reach.
    pub fn next_tier(&self, quantity: Decimal) -> Option<&Tier> {
        self.tiers.iter().find(|t| t.from > quantity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(tiers: &[(i64, i64)]) -> PriceSchedule {
        let tiers = tiers.iter().map(|&(f, p)| Tier { from: f.into(), unit_price: p.into() }).collect();
        PriceSchedule { currency: "EUR".parse().unwrap(), tiers }
    }

    #[test]
    fn the_deepest_tier_reached_prices_every_unit() {
        let s = schedule(&[(1, 120), (20, 96), (50, 84)]);
        s.check().unwrap();
        let price = |q: i64| s.unit_price(q.into()).map(|m| m.amount);
        assert_eq!(price(0), None);
        assert_eq!(price(19), Some(120.into()));
        assert_eq!(price(20), Some(96.into()));
        assert_eq!(price(500), Some(84.into()));
        assert_eq!(s.next_tier(20.into()).unwrap().from, 50.into());
    }

    #[test]
    fn a_schedule_out_of_order_is_refused() {
        for bad in [vec![], vec![(1, 5), (1, 4)], vec![(1, 5), (2, 6)], vec![(-1, 5)]] {
            assert!(schedule(&bad).check().is_err(), "{bad:?}");
        }
    }
}
