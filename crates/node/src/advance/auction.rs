//! What to do next about an auction of one's own: tell bidders where they stand, award what is in at the end.

use crate::auctions::{BidState, PlacedBid};
use crate::node::{Node, Todo};
use ledger::Audience;
use market::auction::{Award, BidStanding};
use market::statement::Offer;
use std::collections::BTreeSet;
use vocab::{AgentId, RecordId, Timestamp};

impl Node {
    pub(crate) fn advance_auction(&mut self, id: RecordId, now: Timestamp) {
        let me = self.me();
        let Some(auction) = self.auctions.get(&id).filter(|a| a.by == me) else { return };
        let (settled, over) = (now > auction.settles_at(), now > auction.capacity.awarded_by());
        let (tells_out, tells_in) = (now >= auction.answers_at, now >= auction.says_in_by);
        if over || !(tells_out || tells_in || settled) {
            return;
        }
        // who is told that a bid is out learns in the same frame where its others stand
        let is_out = |placed: &&PlacedBid| tells_out && placed.state == BidState::Out;
        let told: BTreeSet<AgentId> = self.auctions.untold(&id).filter(is_out).map(|b| b.with).collect();
        let capacity = &auction.capacity;
        let price = capacity.price(auction.book.price());
        let mut said: Vec<(AgentId, BidStanding)> = vec![];
        let all = tells_in || settled;
        for placed in self.auctions.untold(&id).filter(|b| all || told.contains(&b.with)) {
            let is_in = placed.state == BidState::In;
            if is_in && settled {
                continue; // the award says so
            }
            let ask = auction.book.ask(placed.load_of(capacity)).unwrap_or(auction.book.price());
            let price = if is_in { price } else { capacity.price(ask) };
            said.push((placed.with, BidStanding { bid: placed.id, is_in, price }));
        }
        let awarded = auction.book.kept().filter_map(|bid| self.auctions.bid(&bid));
        let awarded: Vec<_> = awarded
            .filter(|placed| settled && placed.state == BidState::In)
            .map(|placed| (placed.with, Award { bid: placed.id, price }))
            .collect();
        for (to, standing) in said {
            self.say_or_report(&standing, Audience::parties([to]), now);
        }
        for (to, award) in awarded {
            self.say_or_report(&award, Audience::parties([to]), now);
        }
    }

    /// Whether what `offer` offers can be had by bidding only at `now`.
    pub(crate) fn is_auctioned(&self, offer: &Offer, now: Timestamp) -> bool {
        let auction = offer.capacity.as_ref().and_then(|draw| self.auctions.get(&draw.auction));
        auction.is_some_and(|a| now <= a.settles_at())
    }

    /// Time has passed for auctions and bids.
    pub(crate) fn auctions_due(&mut self, now: Timestamp) {
        for touched in self.auctions.expire(now) {
            self.auction_touched(touched, now);
        }
    }

    /// Standing orders whose time has come.
    pub(crate) fn wants_due(&mut self, now: Timestamp) {
        let due = self.wants.due(now);
        self.agenda.extend(due.into_iter().map(Todo::Seek));
    }
}
