//! Who orders when: one unit at a demand stage, in a row that follows from a seed.

use super::Works;
use crate::chain::{Chain, Reckoned};
use std::time::Duration;
use vocab::Timestamp;

/// One order for one unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ordered {
    /// the stage where its buyer stands
    pub stage: usize,
    /// milliseconds after the first moment of the run
    pub at_ms: i64,
}

/// Orders, in the order in which they are placed.
#[derive(Clone, Debug)]
pub struct Orders(pub Vec<Ordered>);

/// Orders of one round, at most; the mean is half of it.
const ROUND_MAX: i64 = 8;
/// Milliseconds between two orders of one round: less than a message takes, so all of a round are under way at once.
const ROUND_MS: i64 = 1;
/// Seconds between orders that are placed one by one: long enough for each to be agreed before the next.
const APART_S: i64 = 60;

impl Orders {
    /// Every buyer orders once, one after the other; the first `most` of them.
    pub fn once_each(chain: &Chain, most: usize) -> Self {
        let buyers = chain.buyers().map(|(at, _)| at).zip(0_i64..).take(most);
        Self(buyers.map(|(stage, n)| Ordered { stage, at_ms: n * APART_S * 1_000 }).collect())
    }

    /// So many orders in rounds of zero to eight within the same hundredth of a second, the rounds four mean gaps
    /// apart, each at a stage drawn by its daily demand.
    pub fn in_rounds(chain: &Chain, reckoned: &Reckoned, count: usize, seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let apart_s = Works::mean_gap_s(chain, reckoned) * ROUND_MAX / 2;
        let buyers: Vec<_> = chain.buyers().map(|(at, daily)| (at, daily.micros().max(1) as u128)).collect();
        let all: u128 = buyers.iter().map(|(_, weight)| weight).sum();
        let mut orders = Vec::with_capacity(count);
        for round in 0.. {
            for n in 0..rng.i64(0..=ROUND_MAX) {
                let mut drawn = rng.u128(0..all);
                let buyer = buyers.iter().find(|(_, weight)| {
                    let found = drawn < *weight;
                    drawn = drawn.saturating_sub(*weight);
                    found
                });
                let at_ms = round * apart_s * 1_000 + n * ROUND_MS;
                orders.extend(buyer.map(|(stage, _)| Ordered { stage: *stage, at_ms }));
                if orders.len() >= count {
                    orders.truncate(count);
                    return Self(orders);
                }
            }
        }
        Self(orders)
    }

    /// Those that are under way at once, one round after the other.
    pub(super) fn rounds(&self) -> impl Iterator<Item = &[Ordered]> {
        self.0.chunk_by(|a, b| b.at_ms - a.at_ms <= ROUND_MS)
    }
}

impl Ordered {
    /// When it is placed in a run that begins at `first`.
    pub(super) fn at(&self, first: Timestamp) -> Timestamp {
        let since = u64::try_from(self.at_ms).unwrap_or(0);
        first.checked_add(Duration::from_millis(since)).unwrap_or(first)
    }
}
