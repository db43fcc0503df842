//! One process put elsewhere: what would follow, and doing it.
//!
//! Both ask [`planning::relocate`], so what was shown is what is done. A date that was promised to another agent does
//! not move here: that takes the other side's word.

use crate::deals::Deal;
use crate::error::{Error, Result};
use crate::node::Node;
use crate::orders::Order;
use crate::runs::Run;
use crate::statement::{Cause, Replanned, Shifted};
use crate::view::{MoveView, PreviewView, ProcessState, PromiseView};
use crate::words::words;
use ledger::Audience;
use planning::{Plan, Relocation};
use vocab::{RecordId, Said, Timestamp, phrase};

/// Where a process is to be put.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// the record that reserved the plan
    pub plan: RecordId,
    /// number of the process in that plan
    pub index: u32,
    /// it begins then, or when the work centre next opens
    pub start: Timestamp,
    /// on another work centre that its step allows; `None` = where it is
    pub work_center: Option<String>,
}

impl Node {
    /// What would follow from putting a process elsewhere. Changes nothing.
    ///
    /// # Errors
    /// An unknown plan; whatever else speaks against it is part of the answer.
    pub fn preview(&self, to: &Place, now: Timestamp) -> Result<PreviewView> {
        let order = self.order_of_plan(&to.plan)?;
        let no = |why: Error| PreviewView {
            possible: false,
            why: Some(why.text()),
            moves: vec![],
            promises: vec![],
        };
        let plan = match self.relocated(order, to, now) {
            Ok(plan) => plan,
            Err(why) => return Ok(no(why)),
        };
        let Some((held, _)) = order.planned() else { return Ok(no(self.not_planned(order))) };
        let both = (0_u32..).zip(held.plan.processes.iter().zip(&plan.processes));
        let moves = both.filter(|(_, (was, is))| was != is).map(|(index, (_, p))| MoveView {
            plan: to.plan,
            index,
            work_center: p.work_center.clone(),
            start: p.start,
            work_end: p.work_end,
            end: p.end,
        });
        let buyer = self.deals.get(&order.id);
        let promise = PromiseView {
            order: order.id,
            with: buyer.map(|d| d.with),
            with_name: buyer.map(|d| self.board.name(&d.with)),
            from: held.plan.promise,
            to: plan.promise,
            late_s: self.late_s(order, plan.promise),
        };
        let broken = self.broken(order, held.plan.promise, plan.promise);
        Ok(PreviewView {
            possible: broken.is_none(),
            why: broken.map(|e| e.text()),
            moves: moves.collect(),
            promises: Some(promise).filter(|p| p.from != p.to).into_iter().collect(),
        })
    }

    /// Puts a process elsewhere.
    pub(crate) fn move_process(&mut self, to: &Place, now: Timestamp) -> Result<RecordId> {
        let order = self.order_of_plan(&to.plan)?;
        let plan = self.relocated(order, to, now)?;
        let (held, _) = order.planned().ok_or_else(|| self.not_planned(order))?;
        if let Some(broken) = self.broken(order, held.plan.promise, plan.promise) {
            return Err(broken);
        }
        let both = (0_u32..).zip(held.plan.processes.iter().zip(plan.processes));
        let processes = both.filter(|(_, (was, is))| *was != is).map(|(index, (_, p))| (index, p));
        let cause = Cause::Owner;
        let shifted =
            Shifted { order: order.id, promise: plan.promise, processes: processes.collect(), cause };
        self.say(&Replanned { orders: vec![shifted] }, Audience::Private, now)
    }

    fn order_of_plan(&self, plan: &RecordId) -> Result<&Order> {
        let remedy = words("see the plan", "请查看计划");
        self.orders.by_plan(plan).ok_or(Error::Unknown { kind: words("plan", "计划"), id: *plan, remedy })
    }
    fn not_planned(&self, order: &Order) -> Error {
        Error::State {
            what: words("order", "订单"),
            id: order.id,
            state: self.order_state(&order.id),
            remedy: words("only what is planned can be put elsewhere", "只有已排产的工序可以移动"),
        }
    }

    /// The plan of `order` with a process put elsewhere.
    fn relocated(&self, order: &Order, to: &Place, now: Timestamp) -> Result<Plan> {
        let (held, _) = order.planned().ok_or_else(|| self.not_planned(order))?;
        let state = |index: usize| held.runs.get(index).map(Run::state);
        let index = usize::try_from(to.index).unwrap_or(usize::MAX);
        if state(index).is_some_and(|s| s != ProcessState::Planned) {
            return Err(Error::State {
                what: words("process of plan", "计划的工序"),
                id: to.plan,
                state: words("under way or done", "已开始或已完成").into(),
                remedy: words("put one elsewhere that has not begun", "只能移动尚未开始的工序"),
            });
        }
        let coming = |deal: &RecordId| {
            let deal = self.deals.get(deal)?;
            deal.expected(now).filter(|_| deal.is_awaited()).or(deal.quoted().map(|q| q.promise))
        };
        let arrivals = held.chosen.iter().filter_map(|(spec, deal)| Some((spec.clone(), coming(deal)?)));
        let arrivals = arrivals.collect();
        let to = Relocation { index, start: to.start, work_center: to.work_center.clone() };
        let stays = |index: usize| state(index) != Some(ProcessState::Planned);
        Ok(planning::relocate(&self.model, &held.plan, &to, &arrivals, &self.capacity, stays, now)?)
    }

    /// The promise to another agent that an order would break by being ready at `to` instead of `from`.
    fn broken(&self, order: &Order, from: Timestamp, to: Timestamp) -> Option<Error> {
        let breaks = |deal: &&Deal| deal.promised().is_some_and(|promise| to > promise && to > from);
        let deal = self.sales(order).find(breaks)?;
        let (name, promise) = (self.board.name(&deal.with), deal.promised()?);
        Some(Error::State {
            what: words("deal", "交易"),
            id: deal.id,
            state: phrase(
                format!("promised to {name} by {promise}"),
                format!("已承诺 {name} 于 {promise} 前交付"),
            ),
            remedy: words(
                "ask them for another date first, or move it less",
                "请先与对方商定新日期，或少移一些",
            ),
        })
    }
}
