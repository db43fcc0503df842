//! What the trees of a pool sum: how much was pledged at each price, and who gets how much of it.
//!
//! The tree over the pledges ([`pledge_tree`]) has for its sums how many there are, what they want at most and need at
//! least in all, and the same two for each tier of the prices over the pledges that count and whose ceiling covers that
//! tier; where only vouched pledges count, two more over the others. So its root alone says which price the rule gives. The tree over the shares ([`share_tree`]) has how many there are and what
//! they come to. [`SumRoot`] is the older root, over pledges and their `at_most` alone: old closes carry it, and lots
//! are salted with it.

use super::book::{PledgeVote, Weight};
use super::settle::Share;
use super::sum::{Entry, SumNode, SumTree, Tree};
use crate::error::shown;
use crate::statement::PoolTerms;
use crate::{Error, hex};
use std::fmt;
use std::str::FromStr;
use vocab::{Decimal, RecordId, phrase};

/// Sums before those of the tiers: count, most, least.
const BEFORE_TIERS: usize = 3;

/// Sums of each tier: two for what counts, and two for what may join where not all counts.
fn per_tier(terms: &PoolTerms) -> usize {
    if terms.counted.is_all() { 2 } else { 4 }
}
fn pledges(terms: &PoolTerms) -> Tree {
    Tree { label: b"headwater/pool/2", width: BEFORE_TIERS + per_tier(terms) * terms.prices.tiers.len() }
}
pub(super) const SHARES: Tree = Tree { label: b"headwater/share/1", width: 2 };
const AT_MOST: Tree = Tree { label: b"headwater/pool/1", width: 1 };

fn micros(quantity: Decimal) -> u128 {
    u128::try_from(quantity.micros()).unwrap_or(0)
}

/// What one pledge adds.
pub(super) fn pledge_entry(terms: &PoolTerms, vote: &PledgeVote) -> Entry {
    let (most, least) = (micros(vote.at_most), micros(vote.at_least));
    let tiers = terms.prices.tiers.iter().flat_map(|tier| {
        let sums = match vote.weight {
            Weight::Counts if vote.ceiling >= tier.unit_price => [most, least, 0, 0],
            Weight::Joins if vote.ceiling >= tier.unit_price => [0, 0, most, least],
            _ => [0; 4],
        };
        sums.into_iter().take(per_tier(terms))
    });
    Entry { id: vote.id, sums: [1, most, least].into_iter().chain(tiers).collect() }
}

pub(super) fn share_entry(pledge: RecordId, quantity: Decimal) -> Entry {
    Entry { id: pledge, sums: vec![1, micros(quantity)] }
}

/// The tree over the pledges that count, in whatever order they come.
pub fn pledge_tree(terms: &PoolTerms, votes: &[PledgeVote]) -> SumTree {
    SumTree::new(pledges(terms), votes.iter().map(|vote| pledge_entry(terms, vote)).collect())
}

/// The tree over what each pledge gets.
pub fn share_tree(shares: &[Share]) -> SumTree {
    SumTree::new(SHARES, shares.iter().map(|s| share_entry(s.pledge, s.quantity)).collect())
}

/// What the pledges below the root of a [`pledge_tree`] come to, quantities in millionths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums<'a> {
    sums: &'a [u128],
    per_tier: usize,
}

impl<'a> Sums<'a> {
    /// `None` when the root is not of a tree over pledges on these terms.
    pub(super) fn of(terms: &PoolTerms, root: &'a SumNode) -> Option<Self> {
        let per_tier = per_tier(terms);
        (root.sums.len() == pledges(terms).width).then_some(Self { sums: &root.sums, per_tier })
    }
    pub(super) fn tree(terms: &PoolTerms) -> Tree {
        pledges(terms)
    }
    pub(super) fn count(self) -> u128 {
        self.sums[0]
    }
    pub(super) fn most(self) -> u128 {
        self.sums[1]
    }
    /// What is wanted at most and needed at least by those that count and whose ceiling covers the tier of this index.
    pub(super) fn at(self, tier: usize) -> (u128, u128) {
        let first = BEFORE_TIERS + self.per_tier * tier;
        (self.sums[first], self.sums[first + 1])
    }
    /// The same of those that may join.
    pub(super) fn joining(self, tier: usize) -> (u128, u128) {
        let first = BEFORE_TIERS + self.per_tier * tier;
        if self.per_tier < 4 { (0, 0) } else { (self.sums[first + 2], self.sums[first + 3]) }
    }
}

/// The older root: over pledges and the sum of their `at_most`. Written as 96 hexadecimal digits: hash, then total.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SumRoot {
    /// commits to every pledge below
    pub hash: [u8; 32],
    /// sum of their `at_most`, in millionths
    pub total: u128,
}

/// The older root over `votes`, in whatever order they come; each id counts once.
pub fn sum_root(votes: &[PledgeVote]) -> SumRoot {
    let entry = |vote: &PledgeVote| Entry { id: vote.id, sums: vec![micros(vote.at_most)] };
    let SumNode { hash, sums } = SumTree::new(AT_MOST, votes.iter().map(entry).collect()).root();
    SumRoot { hash, total: sums[0] }
}

impl SumRoot {
    /// Sum of the pledges' `at_most`.
    pub fn quantity(&self) -> Decimal {
        quantity(self.total)
    }
}

/// What a decimal of 96 bits can hold.
const QUANTITY_MICROS_MAX: i128 = (1 << 96) - 1;

/// Millionths as a quantity.
pub(super) fn quantity(micros: u128) -> Decimal {
    Decimal::from_micros(i128::try_from(micros).unwrap_or(i128::MAX).min(QUANTITY_MICROS_MAX))
}

impl fmt::Display for SumRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:032x}", hex::encode(&self.hash), self.total)
    }
}
impl FromStr for SumRoot {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let fail = || {
            Error::field(
                "root",
                shown(s),
                phrase(
                    "write 96 hexadecimal digits: a hash, then a sum",
                    "请写 96 位十六进制数字：先哈希，后总和",
                ),
            )
        };
        let bytes = hex::decode(s).filter(|b| b.len() == 48).ok_or_else(fail)?;
        let (hash, total) = bytes.split_at(32);
        Ok(Self {
            hash: hash.try_into().map_err(|_| fail())?,
            total: u128::from_be_bytes(total.try_into().map_err(|_| fail())?),
        })
    }
}
