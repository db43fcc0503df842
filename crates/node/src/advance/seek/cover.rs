//! What stands for a standing order already: a bid, a pledge, an enquiry, a deal, or a proposal before its owner.

use super::ANSWER_S;
use crate::auctions::BidState;
use crate::calls::DemandState;
use crate::deals::{Deal, Stage};
use crate::node::Node;
use crate::pools::End;
use crate::wants::Want;
use ledger::Statement;
use market::statement::{Pledge, PoolRequest};
use vocab::{AgentId, Decimal, RecordId, Timestamp, after};

/// What stands for a standing order.
pub(super) enum Cover {
    /// nothing
    Nothing,
    /// something that may yet bind or has bound; look again then
    Stands(Option<Timestamp>),
    /// quotes to choose from
    Quoted { chosen: Option<(AgentId, RecordId)>, others: Vec<RecordId> },
}

impl Node {
    pub(super) fn cover(&self, want: &Want, now: Timestamp) -> Cover {
        let bid = |id: &RecordId| {
            self.auctions.bid(id).is_some_and(|b| b.is_live() || b.state == BidState::Awarded)
        };
        let demand = |id: &RecordId| {
            self.calls.demand(id).is_some_and(|d| d.is_live() || d.state == DemandState::Awarded)
        };
        if want.bids.iter().any(bid) || want.demands.iter().any(demand) {
            return Cover::Stands(None);
        }
        let mut asked: Vec<&Deal> = vec![];
        for id in &want.sought {
            match self.deals.get(id) {
                Some(deal) if deal.is_over() => continue,
                Some(deal) if matches!(deal.stage, Stage::Enquired { .. } | Stage::Quoted(_)) => {
                    asked.push(deal);
                    continue;
                }
                Some(_) => return Cover::Stands(None),
                None => {}
            }
            let Some(record) = self.book.get(id) else { continue };
            let due = after(record.at, ANSWER_S);
            match record.kind.as_str() {
                Pledge::KIND if self.has_open_pledge(id) => return Cover::Stands(None),
                PoolRequest::KIND if self.pools.requests.contains_key(id) && now < due => {
                    return Cover::Stands(Some(due));
                }
                _ => {}
            }
        }
        if !asked.is_empty() {
            return self.weigh(want, &asked, now);
        }
        match want.proposals.last() {
            Some(open) if open.answer.is_none() && now < open.proposal.until => {
                Cover::Stands(Some(open.proposal.until))
            }
            _ => Cover::Nothing,
        }
    }

    /// This pledge of one's own is to a pool that has not ended.
    pub(crate) fn has_open_pledge(&self, id: &RecordId) -> bool {
        let pledge = self.book.get(id).filter(|r| r.kind == Pledge::KIND);
        let pool = pledge.and_then(|r| r.refs.first()).and_then(|pool| self.pools.get(pool));
        pool.is_some_and(|p| matches!(p.end, End::Open))
    }

    /// Waits for the others to answer, a third of their time at most once somebody has; then chooses.
    fn weigh(&self, want: &Want, asked: &[&Deal], now: Timestamp) -> Cover {
        let order = &want.order;
        let open = asked.iter().filter_map(|d| match d.stage {
            Stage::Enquired { answer_by } => Some(answer_by),
            _ => None,
        });
        if let Some(last) = open.max().filter(|_| !want.is_over(now)) {
            let answer_s = self.config.policy.answer_s;
            let quoted = asked.iter().any(|d| d.quoted().is_some());
            let patience = if quoted { after(last, -(answer_s - answer_s / 3)) } else { after(last, 6) };
            if now < patience {
                return Cover::Stands(Some(patience));
            }
        }
        let worth = |deal: &Deal| -> Option<(Decimal, Timestamp, RecordId, AgentId, RecordId)> {
            let quote = deal.quoted()?;
            let offer = self.board.offers.get(&deal.enquiry()?.offer).map(|l| l.what.clone());
            let way_s = vocab::seconds_between(now, quote.promise);
            let place = offer.as_ref().and_then(|o| o.place.clone());
            let distance =
                place.zip(order.place.as_ref()).and_then(|(a, b)| market::matching::distance_km(&a, b));
            let besides = offer.map_or(Decimal::ZERO, |o| {
                order.preferences.cost(distance, way_s, &self.known(&deal.with, &o))
            });
            let cost = quote.unit_price.amount + besides;
            let fits = cost <= order.at_most.amount
                && quote.unit_price.currency == order.at_most.currency
                && order.by.is_none_or(|by| quote.promise <= by)
                && after(now, 1) <= quote.hold_until;
            fits.then_some((cost, quote.promise, deal.id, deal.with, quote.quote))
        };
        let chosen = asked.iter().filter_map(|deal| worth(deal)).min().map(|(.., to, quote)| (to, quote));
        let quotes = asked.iter().filter_map(|d| d.quoted()).map(|q| q.quote);
        let others: Vec<_> = quotes.filter(|quote| chosen.is_none_or(|(_, c)| c != *quote)).collect();
        if chosen.is_none() && others.is_empty() {
            // whoever was asked has not answered in time, and the deals end by the clock
            return Cover::Stands(Some(after(now, 10)));
        }
        Cover::Quoted { chosen, others }
    }
}
