//! Who pays how much of a set-up: all who get one product from one supplier share it, the same for each unit, but nobody
//! beyond its own limit.

use vocab::Decimal;

/// One who gets some of a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member {
    /// how much
    pub quantity: Decimal,
    /// what it would pay for one unit beyond the listed price
    pub room: Decimal,
}

/// What each pays for one unit beyond the listed price, in the order of `members`; `None` if all of them together do
/// not bear the set-up. It is the smallest amount x, in millionths, such that x a unit, or one's room where that is
/// less, covers it.
pub fn shares(setup: Decimal, members: &[Member]) -> Option<Vec<Decimal>> {
    let paid = |surcharge: i128| -> Option<i128> {
        members.iter().try_fold(0_i128, |sum, m| {
            sum.checked_add(m.quantity.micros().checked_mul(m.room.micros().min(surcharge))?)
        })
    };
    if members.iter().any(|m| m.room.is_negative() || !m.quantity.is_positive()) {
        return None;
    }
    // amounts are millionths, and so are quantities
    let due = setup.micros().max(0).checked_mul(1_000_000)?;
    let (mut low, mut high) = (0_i128, members.iter().map(|m| m.room.micros()).max().unwrap_or(0));
    if paid(high)? < due {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if paid(middle)? >= due {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(members.iter().map(|m| Decimal::from_micros(m.room.micros().min(low))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn member(quantity: i64, room: &str) -> Member {
        Member { quantity: quantity.into(), room: room.parse().unwrap_or_default() }
    }
    fn decimals(texts: &[&str]) -> Option<Vec<Decimal>> {
        texts.iter().map(|t| t.parse().ok()).collect()
    }

    #[test]
    fn all_pay_the_same_for_a_unit_but_nobody_beyond_its_limit() {
        assert_eq!(shares(12.into(), &[member(1, "5"), member(3, "5")]), decimals(&["3", "3"]));
        assert_eq!(shares(12.into(), &[member(4, "1"), member(4, "5")]), decimals(&["1", "2"]));
        assert_eq!(shares(1.into(), &[member(3, "5")]), decimals(&["0.333334"]), "rounded up");
        assert_eq!(shares(0.into(), &[member(3, "5")]), decimals(&["0"]));
    }

    #[test]
    fn what_all_together_do_not_bear_is_not_made() {
        assert_eq!(shares(25.into(), &[member(4, "1"), member(4, "5")]), None);
        assert_eq!(
            shares(1.into(), &[member(1, "-1"), member(1, "5")]),
            None,
            "one would pay beyond its limit"
        );
        assert_eq!(shares(1.into(), &[]), None);
    }

    proptest! {
        #[test]
        fn the_set_up_is_covered_by_the_least_surcharge(
            setup in 0_i64..100_000_000,
            members in prop::collection::vec((1_i64..50_000_000, 0_i64..5_000_000), 1..8),
        ) {
            let members: Vec<_> = members
                .into_iter()
                .map(|(q, r)| Member { quantity: Decimal::new(q, 6), room: Decimal::new(r, 6) })
                .collect();
            let due = i128::from(setup) * 1_000_000;
            let paid = |of: &dyn Fn(usize) -> i128| -> i128 {
                members.iter().enumerate().map(|(i, m)| m.quantity.micros() * of(i)).sum()
            };
            match shares(Decimal::new(setup, 6), &members) {
                None => prop_assert!(paid(&|i| members[i].room.micros()) < due),
                Some(shares) => {
                    prop_assert!(paid(&|i| shares[i].micros()) >= due);
                    prop_assert!(shares.iter().zip(&members).all(|(s, m)| *s <= m.room && !s.is_negative()));
                    let most = shares.iter().map(|s| s.micros()).max().unwrap_or(0);
                    let same = shares.iter().zip(&members).all(|(s, m)| s.micros() == most.min(m.room.micros()));
                    prop_assert!(same, "the same for each unit");
                    prop_assert!(most == 0 || paid(&|i| (most - 1).min(members[i].room.micros())) < due);
                }
            }
        }
    }
}
