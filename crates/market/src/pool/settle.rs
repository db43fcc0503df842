//! The rule of a pool: who gets how much, at one price for all.
//!
//! From the deepest tier up: keep the pledges whose ceiling covers the tier's price. The first tier at which the
//! quantity to be made reaches both the tier and the threshold wins. Nobody's order of arrival matters.
//!
//! Where the terms have a case, what is made is the largest whole number of cases within what is wanted and the cap: the
//! members' ranges take up the difference. Where no whole number of cases lies within all ranges, one pledge is left
//! out, the one without which most can be made; if no one will do, those last by lot until the rest comes out even.
//!
//! Where only vouched pledges count, these alone are settled by the rule, as if there were no others. The others then
//! share what is left of the cap, in whole cases of their own, at the price the vouched have reached: nothing a
//! stranger pledges changes what anybody else gets or pays.
//!
//! Where more is wanted than the cap, everyone starts from the least it can use, and what is left goes out in
//! proportion to how much more each wants, in whole steps by largest remainder, ties by lot. Where even the least
//! of all is over the cap, lots are drawn and each pledge in turn is let in if its least still fits.
//!
//! A further pledge can only lower the price, with one exception that no rule can avoid: all-or-nothing pledges
//! (whose least is more than `cap - need + step`) may crowd each other out, or leave a case that nobody fills. Pledges smaller than that which reach
//! a tier by themselves cannot lose it to anyone: either all of them are let in, or one was left out, and then
//! less than its least is left of the cap.

use super::book::{Book, PledgeVote, Weight};
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
    let (counted, others): (Vec<_>, Vec<_>) =
        book.kept(tier).into_iter().partition(|i| book.ballots[*i].weight == Weight::Counts);
    let need = u128::from(book.need(tier));
    if book.most(&counted).min(u128::from(book.cap)) < need {
        return None;
    }
    let mut parts = allot(book, counted, book.cap);
    let reached = total(&parts);
    if reached < need {
        return None;
    }
    if !others.is_empty() {
        let left = book.cap.saturating_sub(u64::try_from(reached).unwrap_or(u64::MAX));
        parts.extend(allot(book, others, left));
        parts.sort_unstable();
    }
    let made = total(&parts);
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
    pub(super) fn most(&self, kept: &[usize]) -> u128 {
        kept.iter().map(|i| u128::from(self.ballots[*i].most)).sum()
    }
    fn least(&self, kept: &[usize]) -> u128 {
        kept.iter().map(|i| u128::from(self.ballots[*i].least)).sum()
    }
}

/// What each of `kept` gets of at most `cap`, which is a whole number of cases, in order of id.
fn allot(book: &Book<'_>, kept: Vec<usize>, cap: u64) -> Vec<Part> {
    let kept = let_in(book, kept, cap);
    let kept = come_out_even(book, kept, cap);
    let made = book.cases(book.most(&kept).min(u128::from(cap)));
    share_out(book, &kept, made)
}

/// Those of `kept` that can all have their least within the cap, in order of id.
fn let_in(book: &Book<'_>, mut kept: Vec<usize>, cap: u64) -> Vec<usize> {
    if book.least(&kept) <= u128::from(cap) {
        return kept;
    }
    kept.sort_unstable_by(|a, b| book.lot(*a).cmp(book.lot(*b)));
    let mut left = cap;
    kept.retain(|i| {
        let rest = left.checked_sub(book.ballots[*i].least);
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    kept.sort_unstable();
    kept
}

/// Those of `kept` whose ranges together hold a whole number of cases, in order of id. Their least is within the cap.
fn come_out_even(book: &Book<'_>, mut kept: Vec<usize>, cap: u64) -> Vec<usize> {
    let made = |least: u128, most: u128| {
        let made = book.cases(most.min(u128::from(cap)));
        (made >= least).then_some(made)
    };
    let (mut least, mut most) = (book.least(&kept), book.most(&kept));
    if made(least, most).is_some() {
        return kept;
    }
    let range = |i: usize| (u128::from(book.ballots[i].least), u128::from(book.ballots[i].most));
    let without = |i: &usize| {
        let (l, m) = range(*i);
        made(least - l, most - m).filter(|made| *made > 0)
    };
    let spared = kept.iter().filter_map(|i| Some((without(i)?, book.lot(*i), *i))).max();
    if let Some((.., spared)) = spared {
        kept.retain(|i| *i != spared);
        return kept;
    }
    kept.sort_unstable_by(|a, b| book.lot(*a).cmp(book.lot(*b)));
    while made(least, most).is_none() {
        let Some(last) = kept.pop() else { break };
        let (l, m) = range(last);
        (least, most) = (least - l, most - m);
    }
    kept.sort_unstable();
    kept
}

/// `made` among `kept`: everyone its least, the rest in proportion to how much more each wants.
fn share_out(book: &Book<'_>, kept: &[usize], made: u128) -> Vec<Part> {
    let more = |i: usize| u128::from(book.ballots[i].most - book.ballots[i].least);
    let asked: u128 = kept.iter().map(|i| more(*i)).sum();
    let left = made.saturating_sub(book.least(kept));
    if asked <= left {
        return kept.iter().map(|i| (*i, book.ballots[*i].most)).collect();
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
