//! Commands about deals and pools: ask, sign, turn down, undo, settle, pledge.

use crate::command::Answer;
use crate::deals::{Deal, Stage as DealStage};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::orders::Stage;
use crate::statement::OwnDemand;
use crate::view::{OrderSource, Role};
use ledger::Audience;
use market::statement::{
    Acceptance, CancellationConsent, Condition, Enquiry, Pledge, PoolRequest, Reason, Settlement,
};
use vocab::{Decimal, Money, RecordId, SpecId, Timestamp, after};

impl Node {
    pub(crate) fn enquire(
        &mut self,
        offer: RecordId,
        quantity: Decimal,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let remedy = "it may have expired: see the offers";
        let listing =
            self.board.offer(&offer, now).ok_or(Error::Unknown { kind: "offer", id: offer, remedy })?;
        if listing.by == self.me() {
            let remedy = "to make for yourself, plan an order of your own";
            return Err(Error::NotYours { what: "offer", id: offer, owner: listing.by, remedy });
        }
        listing.what.admits(quantity, now)?;
        let (to, policy) = (listing.by, &self.config.policy);
        let enquiry = Enquiry {
            offer,
            spec: listing.what.spec.clone(),
            quantity,
            due,
            start: now,
            answer_by: after(now, policy.answer_s),
            hold_until: after(now, policy.answer_s + policy.hold_s),
            depth: policy.depth,
            origin: None,
            visited: vec![],
        };
        enquiry.check()?;
        self.say(&enquiry, Audience::parties([to]), now)
    }

    pub(crate) fn plan(&mut self, spec: SpecId, quantity: Decimal, now: Timestamp) -> Result<RecordId> {
        if !quantity.is_positive() {
            let remedy = "give more than nothing";
            return Err(Error::Field { field: "quantity", value: quantity.to_string(), remedy });
        }
        let policy = &self.config.policy;
        let answer_by = after(now, policy.answer_s);
        let hold_until = after(now, policy.answer_s + policy.hold_s);
        // a recipe that cannot be exploded is the owner's to know at once
        let demand = planning::Demand { spec: spec.clone(), quantity };
        planning::explode(&self.model, &demand, &self.stock.free())?;
        self.say(&OwnDemand { spec, quantity, answer_by, hold_until }, Audience::Private, now)
    }

    pub(crate) fn accept(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        if let Some(order) = self.orders.get(&id).filter(|o| o.source == OrderSource::Own) {
            let Stage::Held(_) = &order.stage else {
                let remedy = "accept it once it is planned and while its hold stands";
                return Err(Error::State { what: "order", id, state: self.order_state(&id), remedy });
            };
            self.go_ahead(id, now);
            return Ok(id);
        }
        let deal = self.deal_known(&id)?;
        let remedy = "accept a quote made to you while it holds";
        let DealStage::Quoted(quoted) = &deal.stage else {
            return Err(Error::State { what: "deal", id, state: format!("{:?}", deal.state()), remedy });
        };
        if deal.role != Role::Buyer {
            return Err(Error::NotYours { what: "acceptance of deal", id, owner: deal.with, remedy });
        }
        if after(now, 1) > quoted.hold_until {
            let state = format!("held until {}", quoted.hold_until);
            return Err(Error::State { what: "the quote of deal", id, state, remedy: "ask again" });
        }
        let (to, quote) = (deal.with, quoted.quote);
        self.say(&Acceptance { quote, condition: Condition::None }, Audience::parties([to]), now)
    }

    pub(crate) fn decline(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        if self.orders.get(&id).is_some_and(|o| o.source == OrderSource::Own && !o.is_firm()) {
            self.give_up_for(id, Reason::Declined, "declined by its owner".to_owned(), now);
            return Ok(id);
        }
        let deal = self.deal_known(&id)?;
        let answers = match (&deal.stage, deal.role) {
            (DealStage::Quoted(q), Role::Buyer) => q.quote,
            (DealStage::Enquired { .. }, Role::Supplier) => id,
            _ => {
                let remedy = "decline a quote made to you; a bound deal is cancelled instead";
                return Err(Error::State { what: "deal", id, state: format!("{:?}", deal.state()), remedy });
            }
        };
        self.refuse(answers, Reason::Declined, "declined".to_owned(), now);
        Ok(id)
    }

    pub(crate) fn answer_cancel(&mut self, id: RecordId, answer: Answer, now: Timestamp) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        let me = self.me();
        let remedy = "there must be a wish of the other side to answer";
        let wish = deal.cancellation.as_ref().filter(|w| w.by != me).map(|w| w.record);
        let cancellation =
            wish.ok_or(Error::State { what: "deal", id, state: "not to be cancelled".to_owned(), remedy })?;
        let to = deal.with;
        match answer {
            Answer::Agree => self.say(&CancellationConsent { cancellation }, Audience::parties([to]), now),
            Answer::Refuse => {
                self.refuse(cancellation, Reason::Declined, "the deal stands".to_owned(), now);
                Ok(cancellation)
            }
        }
    }

    pub(crate) fn settle(
        &mut self,
        id: RecordId,
        amount: Option<Decimal>,
        note: String,
        now: Timestamp,
    ) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        if deal.role != Role::Supplier {
            let remedy = "the one who is paid says so";
            return Err(Error::NotYours { what: "claim of deal", id, owner: deal.with, remedy });
        }
        let owed = deal.owed().ok_or(Error::State {
            what: "deal",
            id,
            state: "not bound".to_owned(),
            remedy: "settle what was delivered",
        })?;
        let amount = Money::new(amount.unwrap_or(owed.amount - deal.paid), owed.currency);
        if !amount.amount.is_positive() {
            let remedy = "deliver first: a claim arises when goods are taken over";
            return Err(Error::State {
                what: "the claim of deal",
                id,
                state: format!("{owed} with {} paid", deal.paid),
                remedy,
            });
        }
        let to = deal.with;
        let settlement = Settlement { deal: id, amount, note };
        settlement.check()?;
        self.say(&settlement, Audience::parties([to]), now)
    }

    pub(crate) fn deal_known(&self, id: &RecordId) -> Result<&Deal> {
        self.deals.get(id).ok_or(Error::Unknown { kind: "deal", id: *id, remedy: "see your deals" })
    }
    pub(crate) fn bound(&self, id: &RecordId) -> Result<&Deal> {
        let deal = self.deal_known(id)?;
        let remedy = "both sides must have signed";
        match deal.is_bound() {
            true => Ok(deal),
            false => {
                Err(Error::State { what: "deal", id: *id, state: format!("{:?}", deal.state()), remedy })
            }
        }
    }

    pub(crate) fn open_pool(
        &mut self,
        offer: RecordId,
        threshold: Decimal,
        closes: Timestamp,
        now: Timestamp,
    ) -> Result<RecordId> {
        let remedy = "it may have expired: see the offers";
        let listing =
            self.board.offer(&offer, now).ok_or(Error::Unknown { kind: "offer", id: offer, remedy })?;
        let request = PoolRequest { offer, threshold, closes, keeper: self.me() };
        // what the offerer would refuse is refused here at once
        market::pool::grant(offer, &request, &listing.what, now)?;
        let to = listing.by;
        let audience = if to == self.me() { Audience::Private } else { Audience::parties([to]) };
        self.say(&request, audience, now)
    }

    pub(crate) fn pledge(
        &mut self,
        id: RecordId,
        at_least: Decimal,
        at_most: Decimal,
        ceiling: Decimal,
        now: Timestamp,
    ) -> Result<RecordId> {
        let remedy = "see the pools";
        let pool = self.pools.get(&id).ok_or(Error::Unknown { kind: "pool", id, remedy })?;
        if now >= pool.terms.closes {
            let remedy = "pledge to one that is open";
            return Err(Error::State {
                what: "pool",
                id,
                state: format!("closed since {}", pool.terms.closes),
                remedy,
            });
        }
        let replaces = pool.pledge_of(&self.me()).map(|p| p.id);
        let pledge = Pledge { pool: id, at_least, at_most, ceiling, replaces };
        pledge.check(&pool.terms)?;
        let keeper = pool.terms.keeper;
        let audience = if keeper == self.me() { Audience::Private } else { Audience::parties([keeper]) };
        self.say(&pledge, audience, now)
    }
}
