//! What to do about dates: offer a buyer the one that has become of its promise, judge the one a supplier offers,
//! and answer a buyer that asks for another.
//!
//! A supplier's date is accepted here only while every promise of this node's own still holds; all else is for its
//! owner to decide. Where what it was bought for has been given up, a deal that its supplier delays is cancelled.

use super::slip::Dates;
use crate::deals::Deal;
use crate::node::Node;
use crate::orders::{Order, Stage};
use crate::statement::Cause;
use crate::words::said;
use ledger::Audience;
use market::statement::{DateAnswer, Delay, DelayAnswer};
use market::{Side, date};
use std::collections::BTreeSet;
use vocab::{RecordId, Text, Timestamp, after};

impl Node {
    /// A firm order: is its plan still true, do its buyers know, what of the dates its suppliers offer?
    pub(crate) fn follow(&mut self, id: RecordId, now: Timestamp) {
        let Some(order) = self.orders.get(&id) else { return };
        let bought = match &order.stage {
            Stage::Firm(held) if self.is_broken(held, now) => {
                self.agenda.insert(crate::node::Todo::Replan(id));
                return;
            }
            Stage::Firm(held) => held.chosen.values().copied().collect(),
            Stage::Dropped { bought, .. } => bought.clone(),
            _ => return,
        };
        for deal in bought {
            self.judge_date(deal, now);
        }
        self.offer_dates(id, now);
    }

    /// Offers another date to exactly the buyers whose date moves.
    fn offer_dates(&mut self, id: RecordId, now: Timestamp) {
        let Some((order, held)) = self.orders.get(&id).and_then(|o| Some((o, o.held()?))) else { return };
        if !order.is_firm() {
            return;
        }
        let grace_s = self.config.policy.grace_s;
        let promise = held.plan.promise.max(after(now, grace_s));
        let reason = why(held.course.replanned.map_or(Cause::Late, |(_, cause)| cause));
        let due = |d: &&Deal| self.offer_due(d, held).is_some_and(|t| t <= now);
        let sales: Vec<_> = self.owing(order).filter(due).map(|d| d.id).collect();
        for deal in sales {
            self.say_date(deal, promise, None, reason.clone(), now);
        }
        self.look_again(&id);
    }

    /// Says another date for a deal, to its other side.
    pub(crate) fn say_date(
        &mut self,
        deal: RecordId,
        promise: Timestamp,
        request: Option<RecordId>,
        reason: Text,
        now: Timestamp,
    ) -> Option<RecordId> {
        let (delay, to) = self.another_date(deal, promise, request, reason, now)?;
        self.say_or_report(&delay, Audience::parties([to]), now)
    }

    pub(crate) fn another_date(
        &self,
        deal: RecordId,
        promise: Timestamp,
        request: Option<RecordId>,
        reason: Text,
        now: Timestamp,
    ) -> Option<(Delay, vocab::AgentId)> {
        let deal = self.deals.get(&deal)?;
        let changes = deal.standing()?.set_by;
        let answer_by = after(now, self.config.policy.date_answer_s).min(promise);
        Some((Delay { deal: deal.id, changes, request, promise, answer_by, reason }, deal.with))
    }

    /// Answers the supplier's date where no owner is needed for it.
    pub(crate) fn judge_date(&mut self, id: RecordId, now: Timestamp) {
        let Some(deal) = self.deals.get(&id).filter(|d| d.side() == Side::Buyer) else { return };
        let Some(offer) = deal.open_date(Side::Supplier, now) else { return };
        let (record, to) = (offer.record, deal.with);
        if let Some(answer) = self.own_answer(deal, &offer.delay, now) {
            let answer = DelayAnswer { delay: record, answer, detail: None };
            self.say_or_report(&answer, Audience::parties([to]), now);
        }
    }

    /// `None`: its owner decides.
    fn own_answer(&self, deal: &Deal, offer: &Delay, now: Timestamp) -> Option<DateAnswer> {
        let asked = offer.request.and_then(|id| deal.dates.iter().find(|p| p.record == id));
        if asked.is_some_and(|p| p.delay.promise == offer.promise) {
            return Some(DateAnswer::Accept);
        }
        let Some(id) = deal.buys_for else {
            let in_time = deal.enquiry()?.due.is_some_and(|due| offer.promise <= due);
            return in_time.then_some(DateAnswer::Accept);
        };
        let order = self.orders.get(&id)?;
        match &order.stage {
            Stage::Firm(_) => {
                let holds = self.with_date(order, deal.id, offer.promise, now).is_some_and(|late| !late);
                holds.then_some(DateAnswer::Accept)
            }
            Stage::Dropped { .. } => {
                let free =
                    deal.standing().is_some_and(|s| s.shipped.is_zero() && date::may_cancel(&s, offer));
                free.then_some(DateAnswer::Cancel)
            }
            _ => None,
        }
    }

    /// What a firm order would promise if a purchase came at `promise`.
    pub(crate) fn supposed(
        &self,
        order: RecordId,
        deal: RecordId,
        promise: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let dates = Dates::from([(deal, promise)]);
        let found = self.replan(&BTreeSet::from([order]), &dates, super::slip::Reach::Broken, now);
        found.into_iter().find(|s| s.order == order).map(|s| s.promise)
    }

    /// Whether a firm order would be late for its own buyers, or later than it is already, if a purchase came then.
    fn with_date(&self, order: &Order, deal: RecordId, promise: Timestamp, now: Timestamp) -> Option<bool> {
        let held = order.held()?;
        let limit = self.due(order, held).max(held.plan.promise);
        Some(self.supposed(order.id, deal, promise, now)? > after(limit, self.config.policy.grace_s))
    }

    /// Answers a buyer that asks for another date: yes, the nearest there is, or no.
    pub(crate) fn answer_wish(&mut self, id: RecordId, now: Timestamp) {
        let Some(deal) = self.deals.get(&id).filter(|d| d.side() == Side::Supplier) else { return };
        let (Some(wish), Some(standing)) = (deal.open_date(Side::Buyer, now), deal.standing()) else {
            return;
        };
        let (request, wished, to) = (wish.record, wish.delay.promise, deal.with);
        if deal.said_of_date(Side::Supplier).any(|p| p.delay.request == Some(request)) {
            return;
        }
        let reason = said!("as you asked", "应贵方要求");
        if wished >= standing.promise {
            self.say_date(id, wished, Some(request), reason, now);
            return;
        }
        let order = self.order_of(deal);
        let held = order.and_then(|id| self.orders.get(&id)).filter(|o| o.is_firm()).and_then(|o| o.held());
        let made = held.is_some_and(|h| self.is_ready(h));
        let nearest = match order {
            Some(_) if made => Some(now),
            Some(order) => self.pull_order(order, now),
            None => None,
        };
        match nearest.map(|t| t.max(wished)).filter(|t| *t < standing.promise) {
            Some(date) => {
                self.say_date(id, date, Some(request), reason, now);
            }
            None => {
                let detail = Some(said!("there is no room earlier", "没有更早的空档"));
                let answer = DelayAnswer { delay: request, answer: DateAnswer::Refuse, detail };
                self.say_or_report(&answer, Audience::parties([to]), now);
            }
        }
    }
}

/// Why a date moves, as its buyer hears it: no names of machines or suppliers.
fn why(cause: Cause) -> Text {
    match cause {
        Cause::Outage => said!("a work centre is out of use", "工作中心停用"),
        Cause::Late => said!("work is behind its plan", "作业落后于计划"),
        Cause::Supply => said!("what it is made of comes later", "所用物料将晚到"),
        Cause::Room | Cause::Owner => said!("the work is planned anew", "作业已重新排产"),
    }
}
