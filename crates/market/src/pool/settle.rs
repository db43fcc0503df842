//! The rule of a pool: who gets how much, at one price for all.
//!
//! From the deepest tier up: keep the pledges whose ceiling covers the tier's price. The first tier at which the
//! quantity to be made reaches both the tier and the threshold wins. Nobody's order of arrival matters.
//!
//! Where more is wanted than the cap, everyone starts from the least it can use, and what is left goes out in
//! proportion to how much more each wants, in whole steps by largest remainder, ties by lot. Where even the least
//! of all is over the cap, lots are drawn and each pledge in turn is let in if its least still fits.
//!
//! A further pledge can only lower the price, with one exception that no rule can avoid: all-or-nothing pledges
//! (whose least is more than `cap - need + step`) may crowd each other out. Pledges smaller than that which reach
//! a tier by themselves cannot lose it to anyone: either all of them are let in, or one was left out, and then
//! less than its least is left of the cap.

use super::book::{Book, PledgeVote};
use crate::statement::{Outcome, PoolTerms};
use std::cmp::Reverse;
use vocab::{AgentId, Decimal, Money, RecordId, Tier};

/// What a set of pledges comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// the price and total, or that nobody is bound
    pub outcome: Outcome,
    /// who gets how much, in rising order of pledge; a pledge that gets nothing is not listed
    pub shares: Vec<Share>,
}

/// What one pledge gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// the pledge
    pub pledge: RecordId,
    /// its author
    pub member: AgentId,
    /// from the pledge's `at_least` to its `at_most`
    pub quantity: Decimal,
}

impl Settled {
    /// What `member` gets, if anything.
    pub fn share_of(&self, member: &AgentId) -> Option<&Share> {
        self.shares.iter().find(|s| s.member == *member)
    }
}

/// Settles a pool. The result does not depend on the order of `votes`; one that `terms` cannot take is left out.
/// There should be one vote for each member, as [`audit`](super::audit) makes sure.
pub fn settle(terms: &PoolTerms, votes: &[PledgeVote]) -> Settled {
    settle_book(&Book::new(terms, votes))
}

pub(super) fn settle_book(book: &Book<'_>) -> Settled {
    let made = book.terms.prices.tiers.iter().rev().find_map(|tier| settle_at(book, tier));
    made.unwrap_or(Settled { outcome: Outcome::Lapsed {}, shares: Vec::new() })
}

/// So many steps for a ballot, by its index.
type Part = (usize, u64);

fn settle_at(book: &Book<'_>, tier: &Tier) -> Option<Settled> {
    let kept = book.kept(tier);
    let wanted = total(&book.full(&kept));
    let (need, cap) = (u128::from(book.need(tier)), u128::from(book.cap));
    if wanted.min(cap) < need {
        return None;
    }
    let parts = if wanted <= cap { book.full(&kept) } else { share_out(book, kept) };
    let made = total(&parts);
    if made < need {
        return None;
    }
    let share = |(i, steps): Part| {
        let ballot = &book.ballots[i];
        Share { pledge: ballot.id, member: ballot.member, quantity: book.quantity(steps) }
    };
    let outcome = Outcome::Made {
        unit_price: Money::new(tier.unit_price, book.terms.prices.currency),
        // not above the cap, so within 64 bits
        total: book.quantity(u64::try_from(made).unwrap_or(u64::MAX)),
    };
    Some(Settled { outcome, shares: parts.into_iter().map(share).collect() })
}

fn total(parts: &[Part]) -> u128 {
    parts.iter().map(|(_, steps)| u128::from(*steps)).sum()
}

impl Book<'_> {
    fn full(&self, kept: &[usize]) -> Vec<Part> {
        kept.iter().map(|i| (*i, self.ballots[*i].most)).collect()
    }
    fn least(&self, kept: &[usize]) -> u128 {
        kept.iter().map(|i| u128::from(self.ballots[*i].least)).sum()
    }
}

/// Those of `kept` that can all have their least within the cap, in order of id.
fn let_in(book: &Book<'_>, mut kept: Vec<usize>) -> Vec<usize> {
    if book.least(&kept) <= u128::from(book.cap) {
        return kept;
    }
    kept.sort_unstable_by(|a, b| book.lot(*a).cmp(book.lot(*b)));
    let mut left = book.cap;
    kept.retain(|i| {
        let rest = left.checked_sub(book.ballots[*i].least);
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    kept.sort_unstable();
    kept
}

fn share_out(book: &Book<'_>, kept: Vec<usize>) -> Vec<Part> {
    let kept = let_in(book, kept);
    let more = |i: usize| u128::from(book.ballots[i].most - book.ballots[i].least);
    let asked: u128 = kept.iter().map(|i| more(*i)).sum();
    let left = u128::from(book.cap).saturating_sub(book.least(&kept));
    if asked <= left {
        return book.full(&kept);
    }
    // each factor is at most 10^18, so the product fits; the quotient is below `more`, which fits 64 bits
    let quota = |i: usize| left * more(i) / asked;
    let remainder = |i: usize| left * more(i) % asked;
    let given: u128 = kept.iter().map(|i| quota(*i)).sum();
    let mut by_remainder: Vec<(Reverse<u128>, usize)> =
        kept.iter().map(|i| (Reverse(remainder(*i)), *i)).collect();
    by_remainder.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| book.lot(a.1).cmp(book.lot(b.1))));
    // fewer steps remain than there are remainders above zero, so each goes to somebody who wants it
    let over = usize::try_from(left - given).unwrap_or(0);
    let mut parts: Vec<Part> = by_remainder
        .iter()
        .enumerate()
        .map(|(rank, (_, i))| {
            let part = quota(*i) + u128::from(rank < over);
            (*i, book.ballots[*i].least + u64::try_from(part).unwrap_or(0))
        })
        .collect();
    parts.sort_unstable();
    parts
}
