//! A pool's pledges as numbers: whole steps instead of decimals, in order of id whatever order they came in.

use super::tiers::sum_root;
use crate::statement::{Pledge, PoolTerms};
use sha2::{Digest, Sha256};
use std::cell::OnceCell;
use vocab::{AgentId, Decimal, RecordId, Tier};

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
}

impl PledgeVote {
    /// What the pledge `id` of `member` says.
    pub fn new(id: RecordId, member: AgentId, pledge: &Pledge) -> Self {
        let Pledge { at_least, at_most, ceiling, .. } = *pledge;
        Self { id, member, at_least, at_most, ceiling }
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
}

/// Every pledge that can count, in rising order of id.
pub(super) struct Book<'a> {
    pub(super) terms: &'a PoolTerms,
    pub(super) ballots: Vec<Ballot>,
    /// most that will be made, in steps
    pub(super) cap: u64,
    votes: &'a [PledgeVote],
    lots: OnceCell<Vec<[u8; 32]>>,
}

impl<'a> Book<'a> {
    /// Leaves out a vote that the terms cannot take, as [`Pledge::check`] would say of its pledge, and
    /// whatever comes a second time.
    pub(super) fn new(terms: &'a PoolTerms, votes: &'a [PledgeVote]) -> Self {
        let step = terms.step.micros();
        let cap = if step > 0 { whole(terms.cap.micros() / step) } else { 0 };
        let minimum = terms.minimum.micros();
        let ballot = |vote: &PledgeVote| {
            let (least, most) = (vote.at_least.micros(), vote.at_most.micros());
            let fits = step > 0 && least > 0 && least >= minimum && least <= most;
            if !fits || least % step != 0 || most % step != 0 || most / step > i128::from(cap) {
                return None;
            }
            let (least, most) = (whole(least / step), whole(most / step));
            Some(Ballot { id: vote.id, member: vote.member, least, most, ceiling: vote.ceiling })
        };
        let mut ballots: Vec<Ballot> = votes.iter().filter_map(ballot).collect();
        ballots.sort_unstable();
        ballots.dedup_by_key(|b| b.id);
        Self { terms, ballots, cap, votes, lots: OnceCell::new() }
    }

    /// What must be reached for `tier`'s price, in steps.
    pub(super) fn need(&self, tier: &Tier) -> u64 {
        let quantity = tier.from.max(self.terms.threshold).micros().max(1);
        let step = self.terms.step.micros().max(1);
        whole((quantity + step - 1) / step)
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
    /// well before knowing every other pledge. That leaves the keeper, who could try many pledges of its own.
    pub(super) fn lot(&self, i: usize) -> &[u8; 32] {
        let lots = self.lots.get_or_init(|| {
            let root = sum_root(self.votes);
            let salted = Sha256::new().chain_update(b"headwater/lot/1").chain_update(root.hash);
            self.ballots.iter().map(|b| salted.clone().chain_update(b.id.0).finalize().into()).collect()
        });
        &lots[i]
    }
}

fn whole(steps: i128) -> u64 {
    u64::try_from(steps.clamp(0, STEPS_MAX)).unwrap_or(u64::MAX)
}
