//! What to do next about a deal, an order or a pool: decided from its state alone, so that nothing is lost if the
//! node dies in between, and asking twice does nothing twice.
//!
//! Leaves first: an order confirms to its buyer only when every purchase it needs has been confirmed to it and
//! waits for nothing but its own binding; the confirmation and the bindings are then said in one go.

mod auction;
mod call;
mod date;
mod order;
mod pool;
mod seek;
mod share;
mod slip;
mod stand_in;

pub(crate) use stand_in::Awaited;

use crate::deals::{Origin, Stage as DealStage};
use crate::node::Node;
use crate::orders::{Ask, Stage};
use crate::pools::End;
use crate::view::{OrderSource, Role};
use crate::words::{because, said};
use ledger::Audience;
use market::statement::{Outcome, Reason, Refusal};
use market::{Deadlines, Terms};
pub(crate) use seek::ANSWER_S;
use vocab::{Decimal, RecordId, Said, SpecId, Text, Timestamp, after};

/// How long before a deadline a signature must leave to be in time, seconds.
const SIGN_AHEAD_S: i64 = 1;
/// How far ahead of this node's clock an enquiry may be dated, seconds.
const SKEW_S_MAX: i64 = 120;
/// How long a pool's order waits before it is planned again after a failure, seconds.
const REPLAN_S: i64 = 30;

impl Node {
    pub(crate) fn deadlines(&self) -> Deadlines {
        Deadlines { margin_s: self.config.policy.margin_s }
    }

    pub(crate) fn advance_deal(&mut self, id: RecordId, now: Timestamp) {
        let Some(deal) = self.deals.get(&id) else { return };
        if deal.role != Role::Supplier {
            self.judge_date(id, now);
            return;
        }
        if deal.is_bound() {
            if matches!(deal.origin, Origin::Bid(_) | Origin::Planned(_)) {
                self.plan_sold(id, now);
            }
            self.answer_wish(id, now);
            return;
        }
        let fresh = matches!(deal.stage, DealStage::Enquired { .. }) && self.orders.get(&id).is_none();
        if fresh && let Err((reason, detail)) = self.answer_enquiry(id, now) {
            self.refuse(id, reason, detail, now);
        }
    }

    /// Says no to the last word of a deal.
    pub(crate) fn refuse(&mut self, answers: RecordId, reason: Reason, detail: Text, now: Timestamp) {
        let to =
            self.deals.of(&answers).map(|d| d.with).or_else(|| self.book.get(&answers).map(|r| r.author));
        let Some(to) = to.filter(|to| *to != self.me()) else { return };
        self.say_or_report(&Refusal { answers, reason, detail }, Audience::parties([to]), now);
    }

    pub(crate) fn answer_enquiry(&mut self, id: RecordId, now: Timestamp) -> Result<(), (Reason, Text)> {
        let Some((deal, enquiry)) = self.deals.get(&id).and_then(|d| Some((d, d.enquiry()?))) else {
            return Ok(());
        };
        let (asker, at) = (deal.with, self.book.get(&id).map_or(now, |r| r.at));
        if at > after(now, SKEW_S_MAX) {
            let ahead = vocab::seconds_between(now, at);
            return Err((
                Reason::Clock,
                said!(
                    "your clock is {ahead} s ahead of mine: set it by a time server",
                    "你的时钟比我的快 {ahead} 秒：请用时间服务器校准"
                ),
            ));
        }
        if enquiry.answer_by <= now {
            let late = vocab::seconds_between(enquiry.answer_by, now);
            return Err((
                Reason::Late,
                said!(
                    "the answer was due {late} s ago by my clock: ask again, or check your clock",
                    "按我的时钟，答复期限已过 {late} 秒：请重新询价，或检查你的时钟"
                ),
            ));
        }
        if self.deals.open_with(&asker) > self.config.policy.open_per_peer {
            let limit = self.config.policy.open_per_peer;
            return Err((
                Reason::Busy,
                said!(
                    "{limit} conversations with you are open: end some, or wait",
                    "与你的进行中往来已有 {limit} 个：请先结束一些，或稍后再试"
                ),
            ));
        }
        let offer = self.board.offer(&enquiry.offer, now).filter(|l| l.by == self.me());
        let Some(offer) = offer else {
            return Err((
                Reason::NoListing,
                said!(
                    "that offer is not mine, or no longer stands: look for a newer one",
                    "该报价不是我的，或已失效：请查看更新的报价"
                ),
            ));
        };
        if offer.what.spec != enquiry.spec {
            return Err((
                Reason::Invalid,
                said!(
                    "the offer is for '{}', not '{}'",
                    "该报价是“{}”的，不是“{}”的",
                    offer.what.spec,
                    enquiry.spec
                ),
            ));
        }
        if self.is_auctioned(&offer.what, now) {
            let detail = said!("it is sold by auction: bid for it", "它以竞价出售：请出价");
            return Err((Reason::Invalid, detail));
        }
        offer.what.admits(enquiry.quantity, now).map_err(|e| (e.reason(), e.text()))?;
        let Some((source, spec, quantity, ask)) = self.order_terms(&id) else { return Ok(()) };
        if !ask.terms.may_ask(&self.me()) {
            return Err((Reason::Loop, said!("this enquiry has been here before", "这份询价已经来过这里")));
        }
        self.plan_order(id, source, &spec, quantity, &ask, now)
    }

    /// What an order is for and on what terms, from the records it serves.
    pub(crate) fn order_terms(&self, id: &RecordId) -> Option<(OrderSource, SpecId, Decimal, Ask)> {
        if let Some(deal) = self.deals.get(id) {
            if let (Origin::Bid(_) | Origin::Planned(_), DealStage::Bound { promise, .. }) =
                (&deal.origin, &deal.stage)
            {
                let ask = self.ask_of_sold(*id, *promise);
                return Some((OrderSource::Bid, deal.spec.clone(), deal.quantity, ask));
            }
            let e = deal.enquiry()?;
            let ask = Ask { terms: Terms::of(*id, e).ok()?, due: e.due, asker: Some(deal.with) };
            return Some((OrderSource::Deal, deal.spec.clone(), deal.quantity, ask));
        }
        if let Some(pool) = self.pools.get(id) {
            let End::Closed { settled, .. } = &pool.end else { return None };
            let Outcome::Made { total, .. } = settled.outcome else { return None };
            let ask = self.ask_of_sold(*id, after(pool.due_at(pool.terms.closes), pool.terms.lead_time_s));
            return Some((OrderSource::Pool, pool.terms.spec.clone(), total, ask));
        }
        let order = self.orders.get(id)?;
        Some((order.source, order.spec.clone(), order.quantity, order.ask.clone()))
    }

    /// How an order is asked for that is sold already.
    fn ask_of_sold(&self, id: RecordId, due: Timestamp) -> Ask {
        let policy = &self.config.policy;
        let terms = Terms {
            start: self.clock,
            answer_by: after(self.clock, policy.answer_s),
            hold_until: after(self.clock, policy.answer_s + policy.hold_s),
            depth: policy.depth,
            origin: id,
            visited: vec![],
        };
        Ask { terms, due: Some(due), asker: None }
    }

    /// Plans what is sold already, and again after a while if that fails.
    pub(crate) fn plan_sold(&mut self, id: RecordId, now: Timestamp) {
        let again = match self.orders.get(&id).map(|o| &o.stage) {
            None => true,
            Some(Stage::Dropped { at, .. }) => now >= after(*at, REPLAN_S),
            Some(_) => false,
        };
        if again
            && let Some((source, spec, quantity, ask)) = self.order_terms(&id)
            && let Err((_, why)) = self.plan_order(id, source, &spec, quantity, &ask, now)
        {
            let what = because("what was sold cannot be planned yet", "已售出的订单暂时无法排产", &why);
            self.problem(now, None, what);
            self.hold_off(id, source, spec, quantity, ask, why, now);
        }
    }
}
