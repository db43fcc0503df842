//! What is paid where members took over less than they had pledged.
//!
//! A pool that settles on what was accepted has its price from the quantity that counts and was really taken over: the
//! price of the deepest tier it reaches, the first tier's where it reaches none, and never less than the price of the
//! close. Each member pays that price up to its own ceiling, for what it took over itself.

use super::book::{PledgeVote, Weight};
use super::settle::Settled;
use crate::statement::{Outcome, PoolTerms};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, Decimal, Money, RecordId};

/// What one member owes for its share of a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owed {
    /// its pledge
    pub pledge: RecordId,
    /// the member
    pub member: AgentId,
    /// what it took over
    pub accepted: Decimal,
    /// for one unit: the price of what was accepted by all, or its ceiling where that is less
    pub unit_price: Money,
}

impl Owed {
    /// For all it took over.
    pub fn amount(&self) -> Money {
        self.unit_price.times(self.accepted)
    }
}

/// The least and the most that counts as `quantity` delivered, where it may be `percent` less or more.
pub fn tolerated(quantity: Decimal, percent: Option<u8>) -> (Decimal, Decimal) {
    let part = |of_hundred: i128| Decimal::from_micros(quantity.micros() * of_hundred / 100);
    let percent = i128::from(percent.unwrap_or(0));
    (part(100 - percent), part(100 + percent))
}

/// The price of one unit where a pool closed at `at_close` and `accepted` of what counts was taken over, before any
/// member's ceiling.
pub fn accepted_price(terms: &PoolTerms, at_close: Money, accepted: Decimal) -> Money {
    let first = terms.prices.tiers.first().map_or(at_close.amount, |t| t.unit_price);
    let reached = terms.prices.unit_price(accepted).map_or(first, |price| price.amount);
    Money::new(reached.max(at_close.amount), at_close.currency)
}

/// How much of what counts was taken over: of each share what `accepted` says, by pledge, at most the share itself. More
/// than one's share is one's own affair: it earns nobody a price.
pub fn accepted_total(
    votes: &[PledgeVote],
    settled: &Settled,
    accepted: &BTreeMap<RecordId, Decimal>,
) -> Decimal {
    let counts: BTreeSet<RecordId> =
        votes.iter().filter(|v| v.weight == Weight::Counts).map(|v| v.id).collect();
    let counting = settled.shares.iter().filter(|s| counts.contains(&s.pledge));
    counting.map(|s| accepted.get(&s.pledge).map_or(Decimal::ZERO, |took| s.quantity.min(*took))).sum()
}

/// What the members of a pool owe that settled as `settled` from `votes`, where each took over what `accepted` says,
/// by pledge; one that is not named took over nothing. In rising order of pledge; nobody owes for a pool that lapsed.
pub fn settle_accepted(
    terms: &PoolTerms,
    votes: &[PledgeVote],
    settled: &Settled,
    accepted: &BTreeMap<RecordId, Decimal>,
) -> Vec<Owed> {
    let Outcome::Made { unit_price: at_close, .. } = settled.outcome else { return vec![] };
    let price = accepted_price(terms, at_close, accepted_total(votes, settled, accepted));
    let ceilings: BTreeMap<RecordId, Decimal> = votes.iter().map(|v| (v.id, v.ceiling)).collect();
    let owed = |share: &super::Share| {
        let unit_price = Money::new(price.amount.min(*ceilings.get(&share.pledge)?), price.currency);
        let accepted = accepted.get(&share.pledge).copied().unwrap_or(Decimal::ZERO);
        Some(Owed { pledge: share.pledge, member: share.member, accepted, unit_price })
    };
    settled.shares.iter().filter_map(owed).collect()
}
