//! Views of auctions, bids and standing orders.

use crate::auctions::{Auction, BidState, PlacedBid};
use crate::calls::DemandState;
use crate::deals::Deal;
use crate::node::Node;
use crate::view::{AuctionView, BidView, BidViewState, ProposalView, StandingOrderView, StandingState};
use crate::wants::Want;
use vocab::{Decimal, Money, Timestamp};

impl Node {
    /// Auctions known here that still take or award bids, and those this node has to do with; newest first.
    pub fn auctions(&self, now: Timestamp) -> Vec<AuctionView> {
        let view = |auction: &Auction| {
            let mine = auction.by == self.me();
            let bids: Vec<_> =
                self.auctions.bids().filter(|b| b.auction == auction.id).map(|b| self.bid_view(b)).collect();
            let steps = if mine { auction.book.price() } else { auction.asks.least() };
            let current = now <= auction.capacity.awarded_by() || mine || !bids.is_empty();
            current.then(|| AuctionView {
                id: auction.id,
                by: self.who(&auction.by),
                mine,
                open: auction.capacity.is_open(now),
                price: Money::new(auction.capacity.price(steps), auction.capacity.step.currency),
                taken: mine.then(|| Decimal::from_micros(auction.book.used().into())),
                capacity: auction.capacity.clone(),
                bids,
            })
        };
        let mut all: Vec<_> = self.auctions.iter().filter_map(view).collect();
        all.sort_by_key(|a| (std::cmp::Reverse(a.capacity.closes), a.id));
        all
    }

    fn bid_view(&self, placed: &PlacedBid) -> BidView {
        BidView {
            id: placed.id,
            auction: placed.auction,
            role: placed.role,
            with: self.who(&placed.with),
            spec: placed.spec.clone(),
            name: placed.name.clone(),
            unit: placed.unit,
            bid: placed.bid.clone(),
            state: match placed.state {
                BidState::Sent => BidViewState::Sent,
                BidState::In => BidViewState::In,
                BidState::Out => BidViewState::Out,
                BidState::Refused => BidViewState::Refused,
                BidState::Awarded => BidViewState::Awarded,
                BidState::Lapsed => BidViewState::Lapsed,
            },
            price: placed.price,
        }
    }

    /// What this node looks for by itself.
    pub fn standing_orders(&self, now: Timestamp) -> Vec<StandingOrderView> {
        self.wants.iter().map(|want| self.standing_order_view(want, now)).collect()
    }

    fn standing_order_view(&self, want: &Want, now: Timestamp) -> StandingOrderView {
        let proposed = want.proposals.last().filter(|p| p.answer.is_none() && now < p.proposal.until);
        let proposed = proposed.filter(|_| !want.is_over(now));
        let bought = want.sought.iter().any(|id| self.deals.get(id).is_some_and(Deal::is_bound));
        let open = want.sought.iter().any(|id| self.deals.get(id).is_some_and(Deal::is_open));
        let pledged = want.sought.iter().any(|id| self.has_open_pledge(id));
        let bids = want.bids.iter().filter_map(|id| self.auctions.bid(id));
        let standing = bids.rev().find(|b| b.is_live() || b.state == BidState::Awarded);
        let demands = want.demands.iter().filter_map(|id| self.calls.demand(id));
        let demand = demands.rev().find(|d| d.is_live() || d.state == DemandState::Awarded);
        let planned = demand.is_some_and(|d| d.state == DemandState::Awarded);
        let state = match standing.map(|b| b.state) {
            Some(BidState::Awarded) => StandingState::Bought,
            _ if bought || planned => StandingState::Bought,
            Some(_) => StandingState::Bidding,
            None if open || pledged || demand.is_some() => StandingState::Bidding,
            None if proposed.is_some() => StandingState::Proposed,
            None if want.is_over(now) => StandingState::Over,
            None => StandingState::Looking,
        };
        let proposal = proposed.map(|p| ProposalView {
            id: p.id,
            by: self.who(&self.board.offers.get(&p.proposal.offer).map_or(self.me(), |l| l.by)),
            spec: want.order.spec.clone(),
            name: self.board.spec_name(&want.order.spec),
            proposal: p.proposal.clone(),
        });
        let said = want.sought.iter().chain(&want.demands).copied().collect();
        let (order, bid) = (want.order.clone(), standing.map(|b| b.id));
        StandingOrderView { id: want.id, order, state, bid, said, proposal }
    }
}
