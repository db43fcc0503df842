//! What to do next about a standing order: bid where it gains most, as long as nothing else stands for it.

use crate::auctions::{Auction, BidState};
use crate::command::Accept;
use crate::node::Node;
use crate::wants::Want;
use ledger::Audience;
use market::auction::{Bid, Choice, best_bid};
use market::statement::Offer;
use vocab::{AgentId, Decimal, Money, RecordId, Timestamp, after};

/// How long a supplier has to say where a bid stands, seconds: after that the buyer looks elsewhere.
pub(crate) const ANSWER_S: i64 = 120;
/// No bid is sent later than so long before the close, seconds.
const BID_AHEAD_S: i64 = 2;

/// An offer to bid on.
struct Way {
    to: AgentId,
    bid: Bid,
    /// capacity for one unit, and what a step of its price adds to one
    listed: Decimal,
    load: Decimal,
    auction: RecordId,
    choice: Choice,
}

impl Node {
    pub(crate) fn seek(&mut self, id: RecordId, now: Timestamp) {
        self.wants.look(&id, None);
        let Some(want) = self.wants.get(&id) else { return };
        if want.is_over(now) || self.is_covered(want) || want.order.accept != Accept::Auto {
            return;
        }
        let ways = self.ways(want, now);
        let choices: Vec<Choice> = ways.iter().map(|way| way.choice).collect();
        let found = best_bid(&choices).and_then(|(index, limit)| Some((ways.into_iter().nth(index)?, limit)));
        if let Some((Way { to, mut bid, listed, load, auction, .. }, limit)) = found
            && let Some(auction) = self.auctions.get(&auction)
        {
            let highest = auction.capacity.unit_price_up(listed, load, limit);
            bid.at_most = Money::new(bid.at_most.amount.min(highest), bid.at_most.currency);
            self.say_or_report(&bid, Audience::parties([to]), now);
            return;
        }
        // an auction it might bid in may open later
        let opens = self.auctions.iter().filter_map(|a| a.capacity.opens).filter(|t| *t > now).min();
        self.wants.look(&id, opens);
    }

    /// Something stands for it, or has made a deal of it.
    fn is_covered(&self, want: &Want) -> bool {
        let stands = |id: &RecordId| {
            self.auctions.bid(id).is_some_and(|b| b.is_live() || b.state == BidState::Awarded)
        };
        want.bids.iter().any(stands)
    }

    /// The offers this standing order may bid on at `now`.
    fn ways(&self, want: &Want, now: Timestamp) -> Vec<Way> {
        let me = self.me();
        let offers = self.board.offers.iter().filter(|(_, l)| l.by != me && l.what.spec == want.order.spec);
        let trusted = offers.filter(|(_, l)| !self.board.frauds.contains_key(&l.by));
        trusted
            .filter_map(|(id, l)| {
                let draw = l.what.capacity.as_ref()?;
                let auction = self.auctions.get(&draw.auction).filter(|a| a.by == l.by)?;
                self.way(want, *id, &l.what, auction, draw.load, now)
            })
            .collect()
    }

    fn way(
        &self,
        want: &Want,
        offer_id: RecordId,
        offer: &Offer,
        auction: &Auction,
        load: Decimal,
        now: Timestamp,
    ) -> Option<Way> {
        let (order, capacity) = (&want.order, &auction.capacity);
        let listed = offer.admits(order.quantity, now).ok()?;
        let distance_km = market::matching::within_reach(offer.place.as_ref(), order.place.as_ref())?;
        let near = order.max_distance_km.is_none_or(|most| distance_km.is_none_or(|km| km <= most));
        let in_time = order.by.is_none_or(|by| after(capacity.closes, offer.lead_time_s) <= by);
        let open = capacity.is_open(now) && after(now, BID_AHEAD_S) <= capacity.closes && !auction.silent;
        let same = order.at_most.currency == listed.currency && listed.currency == capacity.step.currency;
        if !(near && in_time && open && same) {
            return None;
        }
        // what the way there costs the buyer is not the supplier's
        let at_most = order.at_most.amount - order.preferences.cost(distance_km);
        let gain = at_most - listed.amount - capacity.reserve * load;
        let choice = Choice {
            gain: i64::try_from(gain.micros()).ok()?,
            per_step: i64::try_from((capacity.step.amount * load).micros()).ok()?.max(1),
            ask: auction.heard,
        };
        let bid = Bid {
            offer: offer_id,
            quantity: order.quantity,
            at_most: Money::new(at_most, listed.currency),
            answer_by: after(now, ANSWER_S).min(capacity.awarded_by()),
            because: Some(want.id),
        };
        Some(Way { to: auction.by, bid, listed: listed.amount, load, auction: auction.id, choice })
    }
}
