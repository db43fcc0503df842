//! Views of what goes with pools: comparisons, rounds, lists for drop-offs, claims.

use crate::deals::Deal;
use crate::node::Node;
use crate::pools::{End, Pool};
use crate::view::*;
use market::pool::{Pledged, Weight};
use market::statement::{DropList, NextTier, Round};
use vocab::{AgentId, Decimal, Money, RecordId, Timestamp};

impl Deal {
    /// What is not as agreed, of what was taken over.
    pub(crate) fn claim(&self) -> Option<ClaimView> {
        let (accepted, (least, most)) = (self.moved.accepted, self.tolerated());
        if self.tolerance.is_none() || !accepted.is_positive() {
            return None;
        }
        match () {
            () if accepted > most => Some(ClaimView { kind: ClaimKind::Over, quantity: accepted - most }),
            () if accepted + self.moved.rejected < least => {
                let lacking = self.quantity - accepted - self.moved.rejected;
                Some(ClaimView { kind: ClaimKind::Short, quantity: lacking })
            }
            () => None,
        }
    }
}

impl Node {
    pub(super) fn my_pledge(&self, pool: &Pool, mine: &Pledged) -> MyPledge {
        let me = self.me();
        MyPledge {
            id: mine.id,
            at_least: mine.pledge.at_least,
            at_most: mine.pledge.at_most,
            ceiling: mine.pledge.ceiling,
            receipted: pool.receipts.contains_key(&mine.id),
            extend: mine.pledge.extend,
            drop_off: mine.pledge.drop_off,
            counted: mine.vote(&pool.terms, pool.terms.closes).weight == Weight::Counts,
            edits: pool.pledges.values().filter(|p| p.member == me && p.pledge.replaces.is_some()).count()
                as u64,
        }
    }

    /// The price of one unit as a pool stands or ended, as far as is known here.
    fn pooled_price(pool: &Pool) -> Option<Money> {
        match (&pool.end, pool.made()) {
            (_, Some((.., price))) => Some(price),
            (End::Open, _) => pool.progress.as_ref().and_then(|(_, p)| p.price_now),
            _ => None,
        }
    }

    pub(super) fn compare(&self, pool: &Pool) -> PoolCompare {
        let terms = &pool.terms;
        let quantity = pool.pledge_of(&self.me()).map_or(terms.minimum, |mine| mine.pledge.at_most);
        let sold = |minimum: Decimal| quantity >= minimum;
        let offer = self.board.offers.get(&terms.offer);
        let solo = terms.prices.unit_price(quantity).filter(|_| offer.is_none_or(|l| sold(l.what.minimum)));
        let pooled = Self::pooled_price(pool);
        let saving = solo
            .zip(pooled)
            .map(|(solo, pooled)| Money::new(solo.amount - pooled.amount, solo.currency).times(quantity));
        let next = matches!(pool.end, End::Open).then(|| next_tier(pool)).flatten();
        PoolCompare { quantity, solo, pooled, saving, next }
    }

    /// Buying rounds known, the next to close first.
    pub fn rounds(&self) -> Vec<RoundView> {
        let mut all: Vec<_> =
            self.joint.rounds.iter().map(|(id, (by, round))| self.round_view(id, by, round)).collect();
        all.sort_by_key(|r| (r.closes, r.id));
        all
    }

    fn round_view(&self, id: &RecordId, by: &AgentId, round: &Round) -> RoundView {
        let me = self.me();
        let mut pools: Vec<&Pool> = self.pools.iter().filter(|p| p.is_of(id, by, round)).collect();
        pools.sort_by_key(|p| (p.terms.name.in_language("en").to_owned(), p.id));
        let line = |pool: &&Pool| {
            let pledged = pool.pledge_of(&me)?.pledge.at_most;
            let quantity = match pool.made() {
                Some((_, settled, _)) => settled.share_of(&me).map_or(Decimal::ZERO, |s| s.quantity),
                None => pledged,
            };
            let unit_price = Self::pooled_price(pool);
            let terms = &pool.terms;
            let total = unit_price.map(|price| price.times(quantity));
            Some(RoundLine {
                pool: pool.id,
                name: terms.name.clone(),
                quantity,
                unit: terms.unit,
                unit_price,
                total,
            })
        };
        RoundView {
            id: *id,
            name: round.name.clone(),
            leader: self.who(&round.leader),
            mine: *by == me,
            closes: round.closes,
            drop_offs: round.drop_offs.clone(),
            lines: pools.iter().filter_map(line).collect(),
            pools: pools.iter().map(|p| p.id).collect(),
        }
    }

    /// Who fetches what at the drop-offs this node leads or supplies, the latest pool first.
    pub fn drop_lists(&self, _now: Timestamp) -> Vec<DropListView> {
        let view = |((pool, index), list): (&(RecordId, u16), &DropList)| {
            let pool = self.pools.get(pool)?;
            Some((pool.terms.closes, self.drop_list_view(pool, *index, list)?))
        };
        let mut all: Vec<_> = self.joint.lists.iter().filter_map(view).collect();
        all.sort_by_key(|(closes, list)| (std::cmp::Reverse(*closes), list.pool, list.index));
        all.into_iter().map(|(_, list)| list).collect()
    }

    fn drop_list_view(&self, pool: &Pool, index: u16, list: &DropList) -> Option<DropListView> {
        let terms = &pool.terms;
        let drop_off = terms.drop_offs.get(usize::from(index))?.clone();
        let lines = list.shares.iter().map(|share| DropLine {
            member: self.who(&share.member),
            deal: share.pledge,
            quantity: share.quantity,
            state: self.drop_state(&share.pledge, &drop_off.leader),
        });
        Some(DropListView {
            pool: pool.id,
            round: terms.round,
            spec: terms.spec.clone(),
            name: terms.name.clone(),
            unit: terms.unit,
            index,
            leader: self.who(&drop_off.leader),
            mine: drop_off.leader == self.me(),
            producer: self.who(&pool.offerer),
            total: list.shares.iter().map(|s| s.quantity).sum(),
            lines: lines.collect(),
            drop_off,
        })
    }

    /// How far a member's part has come, by what this node was told of the handovers.
    fn drop_state(&self, deal: &RecordId, leader: &AgentId) -> DropState {
        let of_deal = || self.moves.iter().filter(|m| m.handover.deal == *deal);
        let taken = |m: &&crate::moves::Move| m.answer.is_some();
        match () {
            () if of_deal().any(|m| m.answer.is_some() && m.handover.to == m.handover.consignee) => {
                DropState::Given
            }
            () if of_deal().filter(taken).any(|m| m.handover.to == *leader) => DropState::Here,
            () => DropState::Coming,
        }
    }
}

/// The nearest better price of an open pool: as its keeper said, else by what is pledged in all.
fn next_tier(pool: &Pool) -> Option<NextTier> {
    let (terms, said) = (&pool.terms, pool.progress.as_ref().map(|(_, p)| p));
    if let Some(next) = said.and_then(|p| p.next) {
        return Some(next);
    }
    let pledged = said.map_or(Decimal::ZERO, |p| p.counted.unwrap_or(p.pledged));
    let reached = said.and_then(|p| p.price_now).map(|price| price.amount);
    let tiers = terms.prices.tiers.iter().filter(|t| reached.is_none_or(|price| t.unit_price < price));
    let goal =
        tiers.map(|tier| (tier.from.max(terms.threshold).ceil_to(terms.case.unwrap_or(terms.step)), tier));
    let near = goal.filter(|(at, _)| *at > pledged && *at <= terms.cap);
    let (at, tier) = near.min_by_key(|(at, tier)| (*at, tier.unit_price))?;
    let unit_price = Money::new(tier.unit_price, terms.prices.currency);
    Some(NextTier { unit_price, at, missing: at - pledged })
}
