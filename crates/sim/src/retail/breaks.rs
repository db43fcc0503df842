//! Where the wholesaler's own prices fall with quantity.
//!
//! The rule: a stock code has a break at the quantity Q when at least [`LINES_MIN`] lines lie on either side of Q, the
//! commonest price from Q on (the *volume price*) is below the commonest price under Q (the *single price*), at least
//! [`FROM_PERCENT`] per cent of the lines from Q on cost the volume price or less, and at least [`BELOW_PERCENT`] per cent
//! of those under Q cost more. Of several such quantities the one that explains most lines counts, and of equals the
//! smallest.

use super::Orders;
use serde::Serialize;
use std::collections::BTreeMap;
use vocab::{Decimal, Timestamp};

/// Fewest lines on either side of a break.
pub const LINES_MIN: usize = 6;
/// Lines from a break on that must cost the volume price or less, per cent.
pub const FROM_PERCENT: usize = 85;
/// Lines below a break that must cost more than the volume price, per cent.
pub const BELOW_PERCENT: usize = 80;

/// The price falls from this quantity on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Break {
    /// smallest quantity at the volume price
    pub from: i64,
    /// what one costs below
    pub single: Decimal,
    /// what one costs from there on
    pub volume: Decimal,
}

impl Break {
    /// What a line of `quantity` that cost `paid` for one would save at the volume price; nothing where it had it.
    pub fn saving(&self, quantity: i64, paid: Decimal) -> Decimal {
        match quantity < self.from && paid > self.volume {
            true => (paid - self.volume) * Decimal::from(quantity),
            false => Decimal::ZERO,
        }
    }
}

/// The breaks of a file, by position of the code.
#[derive(Clone, Debug, Default)]
pub struct Breaks(pub BTreeMap<usize, Break>);

/// What perfect pooling of some lines would bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Perfect {
    /// lines that would be lifted to the volume price
    pub lines: u64,
    /// what their buyers would save, pounds
    pub saving: Decimal,
}

impl Breaks {
    /// Infers them from all lines.
    pub fn infer(orders: &Orders) -> Self {
        let mut by_code: BTreeMap<usize, Vec<(i64, Decimal)>> = BTreeMap::new();
        for line in &orders.lines {
            by_code.entry(line.code).or_default().push((line.quantity, line.unit_price));
        }
        let found = |(code, mut lines): (usize, Vec<(i64, Decimal)>)| {
            lines.sort_unstable();
            Some((code, break_of(&lines)?))
        };
        Self(by_code.into_iter().filter_map(found).collect())
    }

    /// What perfect pooling would bring: every line of a week in one pool of its code, which gives everybody the
    /// volume price once the week's quantity reaches it.
    pub fn perfect(&self, orders: &Orders) -> BTreeMap<Timestamp, Perfect> {
        let mut ordered: BTreeMap<(Timestamp, usize), i64> = BTreeMap::new();
        for line in &orders.lines {
            *ordered.entry((line.week(), line.code)).or_default() += line.quantity;
        }
        let mut weeks: BTreeMap<Timestamp, Perfect> = BTreeMap::new();
        for line in &orders.lines {
            let week = weeks.entry(line.week()).or_default();
            let Some(at) = self.0.get(&line.code) else { continue };
            let saving = at.saving(line.quantity, line.unit_price);
            if ordered[&(line.week(), line.code)] >= at.from && saving.is_positive() {
                week.lines += 1;
                week.saving += saving;
            }
        }
        weeks
    }
}

/// The break in a code's lines, which rise by quantity.
fn break_of(lines: &[(i64, Decimal)]) -> Option<Break> {
    let mut best: Option<(usize, Break)> = None;
    for at in LINES_MIN..lines.len().saturating_sub(LINES_MIN - 1) {
        if lines[at - 1].0 == lines[at].0 {
            continue;
        }
        let (below, from) = lines.split_at(at);
        let (Some(single), Some(volume)) = (commonest(below), commonest(from)) else { continue };
        let cheap = from.iter().filter(|(_, price)| *price <= volume).count();
        let dear = below.iter().filter(|(_, price)| *price > volume).count();
        let consistent = volume < single
            && cheap * 100 >= from.len() * FROM_PERCENT
            && dear * 100 >= below.len() * BELOW_PERCENT;
        if consistent && best.is_none_or(|(explained, _)| cheap + dear > explained) {
            best = Some((cheap + dear, Break { from: lines[at].0, single, volume }));
        }
    }
    best.map(|(_, found)| found)
}

/// The commonest price; of equals the lowest.
pub(super) fn commonest(lines: &[(i64, Decimal)]) -> Option<Decimal> {
    let mut count: BTreeMap<Decimal, usize> = BTreeMap::new();
    lines.iter().for_each(|(_, price)| *count.entry(*price).or_default() += 1);
    count.into_iter().max_by_key(|(price, n)| (*n, std::cmp::Reverse(*price))).map(|(price, _)| price)
}
