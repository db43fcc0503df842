//! Where a pool stands before it closes, for those who look at it.

use super::book::{Book, PledgeVote, Weight};
use super::settle::settle_book;
use crate::statement::{NextTier, Outcome, PoolTerms};
use vocab::{Decimal, Money};

/// Where a pool stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// how many pledges count
    pub pledges: usize,
    /// sum of their `at_most`, whatever their ceilings
    pub pledged: Decimal,
    /// the part of it that counts towards a price
    pub counted: Decimal,
    /// what would follow if it closed now
    pub outcome: Outcome,
    /// the nearest better price; `None` when there is none to reach
    pub next: Option<NextTier>,
}

/// Where a pool on `terms` stands with these pledges.
pub fn progress(terms: &PoolTerms, votes: &[PledgeVote]) -> Progress {
    let book = Book::new(terms, votes);
    let outcome = settle_book(&book).outcome;
    let reached = match &outcome {
        Outcome::Made { unit_price, .. } => Some(unit_price.amount),
        Outcome::Lapsed {} => None,
    };
    let goal = |tier| {
        let need = book.need(tier);
        let counting = |i: &usize| book.ballots[*i].weight == Weight::Counts;
        let kept = book.most(&book.kept(tier).into_iter().filter(counting).collect::<Vec<_>>());
        let missing = need.checked_sub(u64::try_from(kept).ok()?).filter(|m| *m > 0 && need <= book.cap)?;
        let (at, missing) = (book.quantity(need), book.quantity(missing));
        Some(NextTier { unit_price: Money::new(tier.unit_price, terms.prices.currency), at, missing })
    };
    let better = terms.prices.tiers.iter().filter(|t| reached.is_none_or(|price| t.unit_price < price));
    // of equally near ones the cheapest: one threshold can stand above several tiers
    let next = better.filter_map(goal).min_by_key(|g| (g.missing, g.unit_price.amount));
    let most = |worth: fn(Weight) -> bool| {
        book.ballots.iter().filter(|b| worth(b.weight)).map(|b| book.quantity(b.most)).sum()
    };
    let (pledged, counted) = (most(|_| true), most(|w| w == Weight::Counts));
    Progress { pledges: book.ballots.len(), pledged, counted, outcome, next }
}
