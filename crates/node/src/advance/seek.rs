//! What to do next about a standing order: find the way to cover it that gains most, then propose it to the owner or
//! take it, as long as nothing else stands for it.
//!
//! A way is to bid in an auction, to join or open a pool, or to enquire; all are compared by what they cost with what
//! the preferences add. `ways` finds them, `cover` says what stands for an order already.

mod cover;
mod ways;

use crate::command::{Accept, Answer};
use crate::node::Node;
use crate::statement::{Proposal, Sought, Way};
use crate::wants::Want;
use crate::words::said;
use cover::Cover;
use ledger::Audience;
use market::auction::{Bid, Choice, best_bid};
use market::planner::PlanDemand;
use market::statement::{Acceptance, Condition, Enquiry, Pledge, PoolRequest, Reason};
use vocab::{AgentId, Money, RecordId, Timestamp, after};
use ways::{AHEAD_S, Auctioned, Fixed};

/// How long a supplier has to say where a bid stands or to grant a pool, seconds: after that the buyer looks elsewhere.
pub(crate) const ANSWER_S: i64 = 120;

impl Node {
    pub(crate) fn seek(&mut self, id: RecordId, now: Timestamp) {
        self.wants.look(&id, None);
        let Some(want) = self.wants.get(&id) else { return };
        match self.cover(want, now) {
            Cover::Stands(look) => self.wants.look(&id, look),
            Cover::Quoted { chosen, others } => {
                let over = want.is_over(now);
                let chosen = chosen.filter(|_| !over);
                if let Some((to, quote)) = chosen {
                    let acceptance = Acceptance { quote, condition: Condition::None };
                    self.say_or_report(&acceptance, Audience::parties([to]), now);
                }
                for quote in others {
                    let detail = said!("another quote was taken, or none", "已采用另一份报价，或都未采用");
                    self.refuse(quote, Reason::NotChosen, detail, now);
                }
                if chosen.is_none() {
                    self.wants.news(&id, now);
                }
            }
            Cover::Nothing if want.is_over(now) => {}
            Cover::Nothing => self.look_for(id, now),
        }
    }

    /// Nothing stands for it: takes or proposes the best way there is.
    fn look_for(&mut self, id: RecordId, now: Timestamp) {
        let Some(want) = self.wants.get(&id) else { return };
        if let Some(agreed) = want.agreed().cloned() {
            return self.take_proposed(id, &agreed, now);
        }
        if let Some((planner, demand)) = self.plan_to_join(want, now) {
            self.say_or_report(&demand, Audience::Bearer([planner].into()), now);
            return;
        }
        let (auctioned, fixed) = self.ways(want, now);
        let accept = want.order.accept;
        let mut choices: Vec<Choice> = auctioned.iter().map(|way| way.choice).collect();
        // whatever has a fixed price is one more choice, which no bid can make dearer
        choices.extend(fixed.first().map(|way| Choice { gain: way.gain, per_step: i64::MAX, ask: 0 }));
        match (best_bid(&choices), accept) {
            (Some((index, limit)), _) if index < auctioned.len() => {
                let Some(way) = auctioned.into_iter().nth(index) else { return };
                match accept {
                    Accept::Auto => self.say_bid(&way, limit, now),
                    Accept::Ask => {
                        self.say_or_report(&way.proposal(limit), Audience::Private, now);
                    }
                }
            }
            (Some(_), Accept::Auto) => self.take_fixed(id, fixed, now),
            (Some(_), Accept::Ask) => {
                if let Some(way) = fixed.into_iter().next() {
                    self.say_or_report(&way.proposal(id), Audience::Private, now);
                }
            }
            (None, _) => {
                // an auction it might bid in may open later
                let opens = self.auctions.iter().filter_map(|a| a.capacity.opens).filter(|t| *t > now).min();
                self.wants.look(&id, opens);
            }
        }
    }

    /// A joint plan that it may take part in and has not yet. Its planner sees the limit, so the node goes there only
    /// where it was told that it may; a plan promises no date beforehand, so not for what is wanted by one.
    fn plan_to_join(&self, want: &Want, now: Timestamp) -> Option<(AgentId, PlanDemand)> {
        let order = &want.order;
        if !order.joint || order.accept != Accept::Auto || order.by.is_some() {
            return None;
        }
        let tried = |call: &RecordId| {
            want.demands.iter().any(|id| self.calls.demand(id).is_some_and(|d| d.call == *call))
        };
        let open = self.calls.iter().find(|call| {
            call.by != self.me()
                && !call.is_false
                && after(now, AHEAD_S) <= call.what.takes_until
                && call.what.currency == order.at_most.currency
                && !tried(&call.id)
        })?;
        let demand = PlanDemand {
            call: open.id,
            spec: order.spec.clone(),
            quantity: order.quantity,
            at_most: order.at_most,
            per_km: order.preferences.per_km,
            max_distance_km: order.max_distance_km,
            place: order.place.clone(),
            because: Some(want.id),
        };
        Some((open.by, demand))
    }

    fn say_bid(&mut self, way: &Auctioned, limit: u32, now: Timestamp) {
        self.say_or_report(&way.bid(limit), Audience::parties([way.to]), now);
    }

    /// Takes the way of the owner's choice, if it is still there at no more than was proposed.
    fn take_proposed(&mut self, id: RecordId, agreed: &Proposal, now: Timestamp) {
        let Some(want) = self.wants.get(&id) else { return };
        let (auctioned, fixed) = self.ways(want, now);
        let bid = auctioned.iter().find(|way| agreed.way == Way::Bid && way.offer == agreed.offer);
        if let Some(way) = bid {
            let limit = way.limit_for(agreed.unit_price.amount).filter(|limit| *limit >= way.choice.ask);
            if let Some(limit) = limit {
                return self.say_bid(way, limit, now);
            }
        }
        let same = |way: &Fixed| way.way == agreed.way && way.offer == agreed.offer;
        let taken: Vec<_> = fixed
            .into_iter()
            .filter(|way| same(way) && way.unit_price.amount <= agreed.unit_price.amount)
            .collect();
        if taken.is_empty() {
            // it has gone: used up, so that something else can be proposed
            self.say_or_report(&Sought { order: id, by: vec![] }, Audience::Private, now);
            self.wants.news(&id, now);
        } else {
            self.take_fixed(id, taken, now);
        }
    }

    /// Takes the first of `ways`; of enquiries, the first few at once.
    fn take_fixed(&mut self, id: RecordId, ways: Vec<Fixed>, now: Timestamp) {
        let Some(order) = self.wants.get(&id).map(|w| w.order.clone()) else { return };
        let Some(first) = ways.first() else { return };
        let mut by = vec![];
        match first.way {
            Way::Bid => {}
            Way::Pool(pool) => {
                let ceiling = first.most;
                let (at_least, at_most) = (order.quantity, order.quantity);
                by.extend(self.pledge(Pledge::plain(pool, at_least, at_most, ceiling), now));
            }
            Way::OpenPool { threshold, closes } => {
                let request = PoolRequest::plain(first.offer, threshold, closes, self.me());
                by.extend(self.open_pool(request, now));
            }
            Way::Enquire => {
                let policy = self.config.policy.clone();
                let asked = ways.iter().filter(|way| way.way == Way::Enquire).take(policy.suppliers_asked);
                for way in asked {
                    let enquiry = Enquiry {
                        offer: way.offer,
                        spec: order.spec.clone(),
                        quantity: order.quantity,
                        due: order.by,
                        start: now,
                        answer_by: after(now, policy.answer_s),
                        hold_until: after(now, policy.answer_s + policy.hold_s),
                        depth: policy.depth,
                        origin: None,
                        visited: vec![],
                    };
                    by.extend(self.say_or_report(&enquiry, Audience::parties([way.to]), now));
                }
            }
        }
        self.say_or_report(&Sought { order: id, by }, Audience::Private, now);
        self.wants.look(&id, Some(after(now, ANSWER_S)));
    }

    /// The owner's word on a proposal; `None` if it is none that waits for it.
    pub(crate) fn answer_proposal(
        &mut self,
        id: RecordId,
        answer: Answer,
        now: Timestamp,
    ) -> Option<crate::error::Result<RecordId>> {
        self.wants.proposed(&id)?;
        let answer = crate::statement::ProposalAnswer { proposal: id, answer };
        Some(self.say(&answer, Audience::Private, now))
    }
}

impl Want {
    /// What the owner has agreed to and has not been done yet.
    fn agreed(&self) -> Option<&Proposal> {
        self.proposals.last().filter(|p| p.answer == Some(Answer::Agree) && !p.used).map(|p| &p.proposal)
    }
}

impl Auctioned {
    fn bid(&self, limit: u32) -> Bid {
        let highest = self.price_at(limit);
        Bid {
            offer: self.offer,
            quantity: self.quantity,
            at_most: Money::new(self.most.min(highest), self.currency),
            answer_by: self.answer_by,
            because: Some(self.want),
        }
    }
    fn proposal(&self, limit: u32) -> Proposal {
        Proposal {
            order: self.want,
            offer: self.offer,
            way: Way::Bid,
            quantity: self.quantity,
            unit_price: Money::new(self.most.min(self.price_at(limit)), self.currency),
            besides: self.besides,
            expected: self.expected,
            distance_km: self.distance_km,
            until: self.until,
        }
    }
}

impl Fixed {
    fn proposal(&self, order: RecordId) -> Proposal {
        Proposal {
            order,
            offer: self.offer,
            way: self.way,
            quantity: self.quantity,
            unit_price: self.unit_price,
            besides: self.besides,
            expected: self.expected,
            distance_km: self.distance_km,
            until: self.until,
        }
    }
}
