//! What is paid where members took over less than they had pledged.
//!
//! A pool that settles on what was accepted has its price from the quantity that counts and was really taken over: the
//! price of the deepest tier it reaches, the first tier's where it reaches none, and never less than the price of the
//! close. Each member pays that price up to its own ceiling, for what it took over itself.

use super::book::{PledgeVote, Weight};
use super::settle::Settled;
use crate::statement::{Outcome, PoolTerms};
use std::collections::BTreeMap;
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

/// The price of one unit where a pool closed at `at_close` and `accepted` of what counts was taken over, before any
/// member's ceiling.
pub fn accepted_price(terms: &PoolTerms, at_close: Money, accepted: Decimal) -> Money {
    let first = terms.prices.tiers.first().map_or(at_close.amount, |t| t.unit_price);
    let reached = terms.prices.unit_price(accepted).map_or(first, |price| price.amount);
    Money::new(reached.max(at_close.amount), at_close.currency)
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
    let votes: BTreeMap<RecordId, &PledgeVote> = votes.iter().map(|v| (v.id, v)).collect();
    let took = |pledge: &RecordId| accepted.get(pledge).copied().unwrap_or(Decimal::ZERO);
    let counted = |pledge: &RecordId| votes.get(pledge).is_some_and(|v| v.weight == Weight::Counts);
    // more than one's share is one's own affair: it earns nobody a price
    let all = settled.shares.iter().filter(|s| counted(&s.pledge)).map(|s| took(&s.pledge).min(s.quantity));
    let price = accepted_price(terms, at_close, all.sum());
    let owed = |share: &super::Share| {
        let ceiling = votes.get(&share.pledge)?.ceiling;
        let unit_price = Money::new(price.amount.min(ceiling), price.currency);
        Some(Owed { pledge: share.pledge, member: share.member, accepted: took(&share.pledge), unit_price })
    };
    settled.shares.iter().filter_map(owed).collect()
}
