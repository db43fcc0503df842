//! A pool's pledges as numbers: whole steps instead of decimals, in order of id whatever order they came in.

use super::tiers::{SumRoot, sum_root};
use super::vouched::vouched;
use crate::statement::{Counted, Pledge, PoolTerms};
use sha2::{Digest, Sha256};
use std::cell::OnceCell;
use vocab::{AgentId, Decimal, RecordId, Tier, Timestamp};

/// What a pledge says, as the rule of a pool reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PledgeVote {
    /// the pledge's record
    pub id: RecordId,
    /// its author
    pub member: AgentId,
    /// less than this is of no use
    pub at_least: Decimal,
    /// more than this is not wanted
    pub at_most: Decimal,
    /// most to be paid for one unit
    pub ceiling: Decimal,
    /// what it is worth to a price
    pub weight: Weight,
}

/// What a pledge is worth to the price of a pool that closes at a certain time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// it counts
    Counts,
    /// it may join at the price that others reach: only vouched pledges count, and it carries no vouch
    Joins,
    /// it is out: it did not consent to wait for the second closing time
    Out,
}

impl PledgeVote {
    /// What the pledge `id` of `member` says to a pool on `terms` that closes at `at`.
    pub fn new(terms: &PoolTerms, at: Timestamp, id: RecordId, member: AgentId, pledge: &Pledge) -> Self {
        let Pledge { at_least, at_most, ceiling, extend, .. } = *pledge;
        let weight = match terms.counted {
            _ if terms.is_extended(at) && !extend => Weight::Out,
            Counted::All => Weight::Counts,
            Counted::Vouched if vouched(terms, &member, pledge).is_ok() => Weight::Counts,
            Counted::Vouched => Weight::Joins,
        };
        Self { id, member, at_least, at_most, ceiling, weight }
    }
}

/// More steps than any quantity has, small enough that the product of two fits 128 bits.
const STEPS_MAX: i128 = 1_000_000_000_000_000_000;

/// A pledge in whole steps. Ordered by all it says, so that not even one id with two contents, which no hash has,
/// could make the result depend on the order of votes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ballot {
    pub(super) id: RecordId,
    pub(super) member: AgentId,
    pub(super) least: u64,
    pub(super) most: u64,
    pub(super) ceiling: Decimal,
    pub(super) weight: Weight,
}

/// Every pledge that can count, in rising order of id.
pub(super) struct Book<'a> {
    pub(super) terms: &'a PoolTerms,
    pub(super) ballots: Vec<Ballot>,
    /// most that will be made, in steps: a whole number of cases
    pub(super) cap: u64,
    /// what is made is a multiple of this, in steps
    case: u64,
    votes: &'a [PledgeVote],
    lots: OnceCell<Vec<[u8; 32]>>,
}

impl<'a> Book<'a> {
    /// Leaves out a vote that the terms cannot take, as [`Pledge::check`] would say of its pledge, and
    /// whatever comes a second time.
    pub(super) fn new(terms: &'a PoolTerms, votes: &'a [PledgeVote]) -> Self {
        let step = terms.step.micros();
        let steps = |quantity: Decimal| if step > 0 { whole(quantity.micros() / step) } else { 0 };
        let case = terms.case.map_or(1, steps).max(1);
        let all = steps(terms.cap);
        let cap = all - all % case;
        let minimum = terms.minimum.micros();
        let ballot = |vote: &PledgeVote| {
            let (least, most) = (vote.at_least.micros(), vote.at_most.micros());
            let fits =
                vote.weight != Weight::Out && step > 0 && least > 0 && least >= minimum && least <= most;
            if !fits || least % step != 0 || most % step != 0 || most / step > i128::from(all) {
                return None;
            }
            let (least, most) = (whole(least / step), whole(most / step));
            let PledgeVote { id, member, ceiling, weight, .. } = *vote;
            Some(Ballot { id, member, least, most, ceiling, weight })
        };
        let mut ballots: Vec<Ballot> = votes.iter().filter_map(ballot).collect();
        ballots.sort_unstable();
        ballots.dedup_by_key(|b| b.id);
        Self { terms, ballots, cap, case, votes, lots: OnceCell::new() }
    }

    /// As many of so many steps as whole cases hold.
    pub(super) fn cases(&self, steps: u128) -> u128 {
        steps - steps % u128::from(self.case)
    }

    /// What must be reached for `tier`'s price, in steps: a whole number of cases.
    pub(super) fn need(&self, tier: &Tier) -> u64 {
        let quantity = tier.from.max(self.terms.threshold).micros().max(1);
        let step = self.terms.step.micros().max(1);
        let steps = whole((quantity + step - 1) / step);
        steps.div_ceil(self.case).saturating_mul(self.case)
    }

    /// The ballots whose ceiling covers `tier`'s price, as indexes.
    pub(super) fn kept(&self, tier: &Tier) -> Vec<usize> {
        (0..self.ballots.len()).filter(|i| self.ballots[*i].ceiling >= tier.unit_price).collect()
    }

    /// So many steps as a quantity.
    pub(super) fn quantity(&self, steps: u64) -> Decimal {
        Decimal::from_micros(i128::from(steps) * self.terms.step.micros())
    }

    /// Ballot `i`'s lot. Lots are salted with the root over all pledges: nobody can choose a pledge whose id draws
    /// well before knowing every other pledge. That leaves the keeper, who could try many pledges of its own. Where
    /// some pledges do not count, those that do draw among themselves, so that the others cannot stir their lots.
    pub(super) fn lot(&self, i: usize) -> &[u8; 32] {
        let lots = self.lots.get_or_init(|| {
            let salt = |root: SumRoot| Sha256::new().chain_update(b"headwater/lot/1").chain_update(root.hash);
            let all = salt(sum_root(self.votes));
            let counts = |v: &&PledgeVote| v.weight == Weight::Counts;
            let counted = match self.votes.iter().all(|v| counts(&v)) {
                true => all.clone(),
                false => salt(sum_root(&self.votes.iter().filter(counts).cloned().collect::<Vec<_>>())),
            };
            let lot = |b: &Ballot| {
                let salted = if b.weight == Weight::Counts { &counted } else { &all };
                salted.clone().chain_update(b.id.0).finalize().into()
            };
            self.ballots.iter().map(lot).collect()
        });
        &lots[i]
    }
}

fn whole(steps: i128) -> u64 {
    u64::try_from(steps.clamp(0, STEPS_MAX)).unwrap_or(u64::MAX)
}
