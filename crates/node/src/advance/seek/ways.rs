//! The ways to cover a standing order at a moment: offers sold by auction, and whatever has a fixed price.

use super::ANSWER_S;
use crate::node::Node;
use crate::pools::End;
use crate::statement::Way;
use crate::view::Role;
use crate::wants::Want;
use ledger::Statement;
use market::auction::{Capacity, Choice};
use market::matching::{Candidate, Known, Size, Wish, candidates, visible};
use market::statement::{Offer, PoolRequest, Reason};
use vocab::{AgentId, Currency, Decimal, Money, RecordId, Timestamp, after};

/// No bid or pledge is sent later than so long before the close, seconds.
pub(super) const AHEAD_S: i64 = 2;
/// How long a pool is open that a standing order asks for, seconds.
const POOL_S: i64 = 86_400;
/// Times an offer is asked about for one standing order.
const TRIES_MAX: usize = 2;

/// An offer to bid on.
pub(super) struct Auctioned {
    pub(super) want: RecordId,
    pub(super) to: AgentId,
    pub(super) offer: RecordId,
    pub(super) quantity: Decimal,
    pub(super) currency: Currency,
    /// most that one unit is worth, the price of capacity included
    pub(super) most: Decimal,
    pub(super) besides: Decimal,
    pub(super) distance_km: Option<u32>,
    pub(super) expected: Timestamp,
    pub(super) answer_by: Timestamp,
    pub(super) until: Timestamp,
    pub(super) choice: Choice,
    listed: Decimal,
    load: Decimal,
    capacity: Capacity,
}

/// A way at a price known beforehand.
pub(super) struct Fixed {
    pub(super) way: Way,
    pub(super) to: AgentId,
    pub(super) offer: RecordId,
    pub(super) quantity: Decimal,
    pub(super) unit_price: Money,
    /// most that one unit is worth this way
    pub(super) most: Decimal,
    pub(super) besides: Decimal,
    pub(super) distance_km: Option<u32>,
    pub(super) expected: Timestamp,
    pub(super) until: Timestamp,
    /// what it is worth beyond its price, in millionths, for one unit
    pub(super) gain: i64,
}

impl Auctioned {
    /// What one unit costs when a unit of capacity costs so many steps.
    pub(super) fn price_at(&self, steps: u32) -> Decimal {
        self.capacity.unit_price_up(self.listed, self.load, steps)
    }
    /// The steps that `at_most` for one unit bears.
    pub(super) fn limit_for(&self, at_most: Decimal) -> Option<u32> {
        self.capacity.limit(self.listed, self.load, at_most)
    }
}

impl Node {
    /// What this node knows of an offer besides what it says.
    pub(super) fn known(&self, author: &AgentId, offer: &Offer) -> Known {
        let specification = offer.specification.and_then(|id| self.board.specifications.get(&id));
        let properties = specification.map(|s| s.what.properties.keys().cloned().collect());
        let dealt = self.deals.iter().filter(|d| d.with == *author && d.role == Role::Buyer);
        let (mut kept, mut failed) = (0, 0);
        for deal in dealt {
            let refused = deal.refused_with().is_some_and(|reason| {
                matches!(reason, Reason::Late | Reason::Upstream | Reason::NoSource | Reason::Busy)
            });
            match () {
                () if deal.is_bound() && !deal.is_awaited() => kept += 1,
                () if refused || deal.standing().is_some_and(|s| s.promise < self.clock) => failed += 1,
                () => {}
            }
        }
        Known { properties: properties.unwrap_or_default(), kept, failed }
    }

    /// The ways to cover `want` that are worth their price and in time: by auction, and at a fixed price, the best
    /// first.
    pub(super) fn ways(&self, want: &Want, now: Timestamp) -> (Vec<Auctioned>, Vec<Fixed>) {
        let (me, order, policy) = (self.me(), &want.order, &self.config.policy);
        let mine = |by: &AgentId| *by == me || self.board.frauds.contains_key(by);
        let listed = self.board.offers.iter().filter(|(_, l)| l.what.spec == order.spec && !mine(&l.by));
        let open = listed.filter(|(id, l)| l.what.expires > now && !want.declined(id));
        let open = open.map(|(id, l)| (*id, l.by, &*l.what));
        let seen = visible(open, &me, order.place.as_ref(), policy.sees_near, policy.sees_random);
        let wish = Wish {
            spec: &order.spec,
            quantity: order.quantity,
            size: Size::Exact,
            place: order.place.as_ref(),
            preferences: &order.preferences,
        };
        let found = candidates(seen.into_iter(), &wish, |by, offer| self.known(by, offer), now);
        let near = |c: &Candidate| {
            order.max_distance_km.is_none_or(|most| c.distance_km.is_none_or(|km| km <= most))
        };
        let (mut auctioned, mut fixed) = (vec![], vec![]);
        for found in found.iter().filter(|c| near(c) && c.unit_price.currency == order.at_most.currency) {
            let Some(offer) = self.board.offers.get(&found.offer).map(|l| &*l.what) else { continue };
            if offer.capacity.is_some() {
                auctioned.extend(self.auctioned(want, found, offer, now));
            } else {
                fixed.extend(self.solo(want, found, offer, now));
            }
            if order.pool {
                fixed.extend(self.pooled(want, found, offer, now));
            }
        }
        fixed.sort_by_key(|way| (std::cmp::Reverse(way.gain), way.expected, way.offer));
        (auctioned, fixed)
    }

    fn auctioned(&self, want: &Want, found: &Candidate, offer: &Offer, now: Timestamp) -> Option<Auctioned> {
        let (order, draw) = (&want.order, offer.capacity.as_ref()?);
        let auction = self.auctions.get(&draw.auction).filter(|a| a.by == found.author)?;
        let capacity = &auction.capacity;
        let expected = after(capacity.closes, offer.lead_time_s);
        let in_time = order.by.is_none_or(|by| expected <= by);
        let open = capacity.is_open(now) && after(now, AHEAD_S) <= capacity.closes && !auction.silent;
        let refused = |id: &RecordId| {
            self.auctions.bid(id).is_some_and(|b| b.is_refused() && b.bid.offer == found.offer)
        };
        let load = capacity.load(order.quantity, draw.load);
        let fits = load <= capacity.amount();
        let same = found.unit_price.currency == capacity.step.currency;
        if !(in_time && open && fits && same) || want.bids.iter().any(refused) {
            return None;
        }
        // what counts besides the price is not the supplier's
        let most = order.at_most.amount - found.besides;
        let gain = most - found.unit_price.amount - capacity.reserve * draw.load;
        let choice = Choice {
            gain: i64::try_from(gain.micros()).ok()?,
            per_step: i64::try_from((capacity.step.amount * draw.load).micros()).ok()?.max(1),
            ask: auction.asks.ask(load),
        };
        Some(Auctioned {
            want: want.id,
            to: found.author,
            offer: found.offer,
            quantity: order.quantity,
            currency: found.unit_price.currency,
            most,
            besides: found.besides,
            distance_km: found.distance_km,
            expected,
            answer_by: after(now, ANSWER_S).min(capacity.awarded_by()),
            until: capacity.closes,
            choice,
            listed: found.unit_price.amount,
            load: draw.load,
            capacity: capacity.clone(),
        })
    }

    /// To buy alone.
    fn solo(&self, want: &Want, found: &Candidate, offer: &Offer, now: Timestamp) -> Option<Fixed> {
        let asked = want.sought.iter().filter_map(|id| self.deals.get(id)?.enquiry());
        if asked.filter(|e| e.offer == found.offer).count() >= TRIES_MAX {
            return None;
        }
        let expected = after(now, offer.lead_time_s);
        self.fixed(want, found, Way::Enquire, found.unit_price, (expected, offer.expires))
    }

    /// To buy with others, where that is cheaper than alone and alone would still be in time if it fails.
    fn pooled(&self, want: &Want, found: &Candidate, offer: &Offer, now: Timestamp) -> Option<Fixed> {
        let order = &want.order;
        let (alone, quantity) = (found.unit_price.amount, order.quantity);
        let currency = found.unit_price.currency;
        let in_time = |closes: Timestamp| {
            let last = after(closes, offer.lead_time_s + self.config.policy.answer_s);
            order.by.is_none_or(|by| last <= by)
        };
        let mine = |pool: &RecordId| {
            want.sought.iter().any(|id| self.book.get(id).is_some_and(|r| r.refs.first() == Some(pool)))
        };
        let open = self.pools.iter().filter(|p| p.terms.offer == found.offer && matches!(p.end, End::Open));
        for pool in open.filter(|p| !mine(&p.id)) {
            let terms = &pool.terms;
            let pledged = pool.progress.as_ref().map_or(Decimal::ZERO, |(_, p)| p.pledged);
            let total = (pledged + quantity).max(terms.threshold);
            let price = terms.prices.unit_price(total).filter(|price| price.amount < alone);
            let fits = quantity >= terms.minimum
                && quantity.is_multiple_of(terms.step)
                && pledged + quantity <= terms.cap;
            let takes = after(now, AHEAD_S) <= terms.closes && in_time(terms.closes);
            if let (Some(price), true) = (price, fits && takes) {
                let dates = (after(terms.closes, terms.lead_time_s), terms.closes);
                return self.fixed(want, found, Way::Pool(pool.id), price, dates);
            }
        }
        let pooling = offer.pooling.as_ref()?;
        // one pool is asked for by one order: others find it
        let requested =
            want.sought.iter().any(|id| self.book.get(id).is_some_and(|r| r.kind == PoolRequest::KIND));
        let closes = after(now, POOL_S).min(after(offer.expires, -AHEAD_S));
        let tier = offer
            .prices
            .tiers
            .iter()
            .find(|t| t.unit_price < alone && t.from <= pooling.cap && t.from >= quantity);
        let tier = tier.filter(|_| !requested && in_time(closes) && quantity <= pooling.cap)?;
        let (way, price) =
            (Way::OpenPool { threshold: tier.from, closes }, Money::new(tier.unit_price, currency));
        self.fixed(want, found, way, price, (after(closes, pooling.lead_time_s), offer.expires))
    }

    fn fixed(
        &self,
        want: &Want,
        found: &Candidate,
        way: Way,
        unit_price: Money,
        (expected, until): (Timestamp, Timestamp),
    ) -> Option<Fixed> {
        let order = &want.order;
        let most = order.at_most.amount - found.besides;
        let gain = i64::try_from((most - unit_price.amount).micros()).ok()?;
        let in_time = order.by.is_none_or(|by| expected <= by);
        (gain >= 0 && in_time).then_some(Fixed {
            way,
            to: found.author,
            offer: found.offer,
            quantity: order.quantity,
            unit_price,
            most,
            besides: found.besides,
            distance_km: found.distance_km,
            expected,
            until,
            gain,
        })
    }
}
