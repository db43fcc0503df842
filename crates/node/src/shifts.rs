//! What shifts planned work, in the fold: work centres out of use, and orders planned anew.
//!
//! Capacity follows at once: an outage takes every unit, and what was set aside there keeps only the parts outside
//! it, so that the books are right before anything is decided. What to plan anew is for `advance`.

use crate::deals::{Deal, OPEN_MAX};
use crate::node::{Node, Todo};
use crate::orders::{Held, Order, Stage};
use crate::outages::Outage;
use crate::statement::{Down, Replanned, Up};
use crate::view::{OrderSource, ProcessState};
use market::Side;
use planning::{Plan, PlannedProcess};
use std::collections::BTreeSet;
use vocab::{DAY_S, RecordId, Timestamp, after};

/// Least time between two dates offered in one deal, seconds; twice as long each time, up to a day.
const OFFER_S: i64 = 3_600;

impl Node {
    pub(crate) fn apply_down(&mut self, record: RecordId, down: &Down) {
        let replaced = self.outages.down(record, down);
        self.change_outages(&down.work_center, &replaced);
    }
    pub(crate) fn apply_up(&mut self, up: &Up, at: Timestamp) {
        let ended = self.outages.up(&up.work_center, at);
        self.change_outages(&up.work_center, &ended);
    }
    /// After a change of the model: outages take all units there are now.
    pub(crate) fn block_outages(&mut self) {
        let centers: Vec<_> = self.outages.centers().cloned().collect();
        centers.iter().for_each(|center| self.change_outages(center, &[]));
    }

    fn change_outages(&mut self, center: &str, before: &[Outage]) {
        before.iter().for_each(|o| self.capacity.release(o.record));
        self.outages.block(center, &self.model, &mut self.capacity);
        let now: Vec<_> = self.outages.of(center).iter().chain(before).cloned().collect();
        let stands = |r: &planning::Reservation| {
            now.iter().any(|o| o.from < r.end && o.until > r.start && o.record != r.key)
        };
        let there = self.capacity.iter().filter(|r| r.work_center == center);
        let hit = there.filter(stands).map(|r| r.key).filter(|key| self.orders.get(key).is_some());
        let hit: BTreeSet<RecordId> = hit.collect();
        for order in hit {
            self.occupy(&order);
            self.agenda.insert(Todo::Order(order));
        }
        self.agenda.insert(Todo::Tell(crate::effect::Topic::Workshop));
    }

    pub(crate) fn apply_replanned(&mut self, replanned: Replanned, at: Timestamp) {
        let orders: Vec<_> = replanned.orders.iter().map(|o| o.order).collect();
        // all let go before any takes hold, so that what one leaves the other can have
        orders.iter().for_each(|id| self.capacity.release(*id));
        for shifted in replanned.orders {
            self.orders.shift(shifted, at);
        }
        for id in &orders {
            self.occupy(id);
            self.look_again(id);
            self.agenda.insert(Todo::Order(*id));
        }
        self.agenda.insert(Todo::Tell(crate::effect::Topic::Workshop));
    }

    /// Sets aside for an order what its unfinished work takes, as far as there is room.
    pub(crate) fn occupy(&mut self, id: &RecordId) {
        self.capacity.release(*id);
        let Some(held) = self.orders.get(id).and_then(|o| o.held()) else { return };
        let mut plan = Plan { processes: vec![], promise: held.plan.promise };
        for p in held.unfinished().filter(|p| p.start < p.work_end) {
            let parts = self.capacity.room(p, &self.model).into_iter();
            let part = |(start, work_end)| PlannedProcess { start, work_end, ..p.clone() };
            plan.processes.extend(parts.map(part));
            self.capacity.reserve(*id, &plan);
        }
    }

    /// Sets when a firm order must be looked at although nothing is said of it.
    pub(crate) fn look_again(&mut self, id: &RecordId) {
        let Some(order) = self.orders.get(id) else { return };
        let look = match &order.stage {
            Stage::Firm(held) => {
                let offers = self.owing(order).filter_map(|d| self.offer_due(d, held));
                offers.chain(self.late_look(held)).min()
            }
            _ => None,
        };
        self.orders.look(id, look);
    }

    /// When something of an order counts as late unless it is reported before.
    pub(crate) fn late_look(&self, held: &Held) -> Option<Timestamp> {
        let grace_s = self.config.policy.grace_s;
        let work = held.plan.processes.iter().zip(held.states()).filter_map(|(p, state)| match state {
            ProcessState::Done => None,
            ProcessState::Planned => Some(p.start),
            _ => Some(p.end),
        });
        let awaited = || held.chosen.values().filter_map(|d| self.deals.get(d)).filter(|d| d.is_awaited());
        let supply = awaited().filter_map(|d| d.expected(self.clock));
        let late = work.chain(supply).map(|t| held.course.late_at(t, grace_s));
        // an offer nobody answers: the supplier has said when its goods come, and that is when they come
        let lapses = awaited()
            .filter_map(|d| d.said_of_date(Side::Supplier).rev().find(|p| p.answer.is_none()))
            .map(|p| after(p.delay.answer_by, 1))
            .filter(|t| held.course.replanned.is_none_or(|(at, _)| at < *t));
        late.chain(lapses).min()
    }

    /// The deals by which this node sells what an order makes, as long as goods are owed by them.
    pub(crate) fn owing<'a>(&'a self, order: &'a Order) -> impl Iterator<Item = &'a Deal> {
        self.sales(order).filter(|d| d.is_bound() && d.moved.shipped < d.quantity)
    }
    /// The deals by which this node sells what an order makes, bound or not.
    pub(crate) fn sales<'a>(&'a self, order: &'a Order) -> impl Iterator<Item = &'a Deal> {
        let pledges = match order.source {
            OrderSource::Deal | OrderSource::Bid => vec![order.id],
            OrderSource::Pool => self.pools.get(&order.id).map(|p| p.shares()).unwrap_or_default(),
            OrderSource::Own => vec![],
        };
        let mine = pledges.into_iter().filter_map(|id| self.deals.get(&id));
        mine.filter(|d| d.side() == Side::Supplier)
    }

    /// True when nothing is left to be made or to arrive.
    pub(crate) fn is_ready(&self, held: &Held) -> bool {
        let awaited = |id| self.deals.get(id).is_some_and(Deal::is_awaited);
        held.unfinished().next().is_none() && !held.chosen.values().any(awaited)
    }

    /// When a new date for this sale is to be offered; `None` when its buyer has nothing new to hear.
    pub(crate) fn offer_due(&self, deal: &Deal, held: &Held) -> Option<Timestamp> {
        let (standing, expected) = (deal.standing()?, held.plan.promise);
        let grace_s = self.config.policy.grace_s;
        let mut said = deal.said_of_date(Side::Supplier);
        let waiting = said.by_ref().filter(|p| p.answer.is_none()).count();
        let told = deal.told().unwrap_or(standing.promise);
        if self.is_ready(held)
            || waiting >= OPEN_MAX
            || expected <= after(told.max(standing.promise), grace_s)
        {
            return None;
        }
        let mut all = deal.dates.iter().filter(|p| p.side == Side::Supplier);
        let Some(last) = all.next_back() else { return Some(Timestamp::UNIX_EPOCH) };
        let often = u32::try_from(all.count()).unwrap_or(u32::MAX).min(DOUBLINGS_MAX);
        let far = expected > after(last.delay.promise, DAY_S);
        Some(if far { last.at } else { after(last.at, (OFFER_S << often).min(DAY_S)) })
    }
}

/// Doublings from an hour to beyond a day.
const DOUBLINGS_MAX: u32 = 5;

impl Held {
    /// Processes that are not done.
    pub(crate) fn unfinished(&self) -> impl Iterator<Item = &PlannedProcess> {
        let all = self.plan.processes.iter().zip(self.states());
        all.filter(|(_, state)| *state != ProcessState::Done).map(|(p, _)| p)
    }
}
