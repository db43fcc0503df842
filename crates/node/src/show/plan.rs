//! The plan board: what stands on the work centres between two instants, and what is lacking for it.

use crate::deals::{Deal, Stage as DealStage};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::orders::{Held, Order, Stage};
use crate::view::*;
use crate::words::words;
use planning::{Hours, Load};
use std::collections::BTreeMap;
use vocab::{DAY_S, Decimal, Phrase, SpecId, Text, Timestamp, after, seconds_between};

/// Most processes, and most shortages, of one view.
const PROCESSES_MAX: usize = 2_000;
/// Longest time of one view, days.
const DAYS_MAX: i64 = 400;
/// Most days of all work centres together.
const CENTER_DAYS_MAX: usize = 20_000;
/// What is shown when nobody says: from so many days before now, to so many after.
const DAYS_BEFORE: i64 = 1;
const DAYS_AFTER: i64 = 28;

impl Deal {
    /// The date that was promised by it, once it was.
    pub(crate) fn promised(&self) -> Option<Timestamp> {
        match &self.stage {
            DealStage::Bound { promise, .. } => Some(*promise),
            _ => self.quoted().map(|q| q.promise),
        }
    }
}

impl Order {
    /// What is set aside for it, and how firmly.
    pub(crate) fn planned(&self) -> Option<(&Held, PlanStage)> {
        match &self.stage {
            Stage::Held(held) => Some((held, PlanStage::Hold)),
            Stage::Signing(held) => Some((held, PlanStage::Signing)),
            Stage::Firm(held) => Some((held, PlanStage::Firm)),
            Stage::New | Stage::Asking { .. } | Stage::Dropped { .. } => None,
        }
    }
}

impl Node {
    /// What is planned from `from` up to `to`; from yesterday up to four weeks ahead where not said.
    pub fn plan_view(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<PlanView> {
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let from = from.unwrap_or_else(|| after(second, -DAYS_BEFORE * DAY_S));
        let to = to.unwrap_or_else(|| after(from.max(second), DAYS_AFTER * DAY_S));
        if !(0..=DAYS_MAX * DAY_S).contains(&seconds_between(from, to)) {
            return Err(Error::Field {
                field: words("to", "结束时间"),
                value: Phrase::plain(to),
                remedy: words("give a time after 'from', at most 400 days", "须晚于 from，至多 400 天"),
            });
        }
        let (mut processes, mut shortages) = (vec![], vec![]);
        let mut free = self.stock.free();
        let mut planned: Vec<_> =
            self.orders.iter().filter_map(|o| o.planned().map(|(held, stage)| (o, held, stage))).collect();
        // whoever begins first takes what is free
        planned.sort_by_key(|(o, held, _)| (held.plan.processes.first().map(|p| p.start), o.id));
        for (order, held, stage) in planned {
            self.on_board(order, held, stage, (from, to), &mut processes);
            self.lacking(order, held, &mut free, &mut shortages);
        }
        processes.sort_by_key(|p| (p.start, p.plan, p.index));
        shortages.sort_by_key(|s| (s.needed_at, s.order));
        let (work_centers, cut) = self.centers(from, to, &processes)?;
        let truncated = cut || processes.len() > PROCESSES_MAX || shortages.len() > PROCESSES_MAX;
        processes.truncate(PROCESSES_MAX);
        shortages.truncate(PROCESSES_MAX);
        Ok(PlanView { now, from, to, work_centers, processes, shortages, truncated })
    }

    fn on_board(
        &self,
        order: &Order,
        held: &Held,
        stage: PlanStage,
        (from, to): (Timestamp, Timestamp),
        board: &mut Vec<PlannedView>,
    ) {
        let buyer = self.deals.get(&order.id);
        let recipe = |spec: &SpecId| self.model.recipes.get(spec);
        for (index, (p, state)) in (0_u32..).zip(held.plan.processes.iter().zip(held.states())) {
            if p.end <= from || p.start >= to {
                continue;
            }
            let step = recipe(&p.spec).and_then(|r| r.steps.get(usize::try_from(p.step).ok()?));
            let waits = held.plan.after(index as usize);
            board.push(PlannedView {
                plan: held.reservation,
                index,
                order: order.id,
                spec: p.spec.clone(),
                name: self.board.spec_name(&p.spec),
                step: p.name.clone(),
                quantity: p.quantity,
                work_center: p.work_center.clone(),
                start: p.start,
                work_end: p.work_end,
                end: p.end,
                state,
                stage,
                hold_until: (stage != PlanStage::Firm).then_some(held.hold_until),
                source: order.source,
                with: buyer.map(|d| d.with),
                with_name: buyer.map(|d| self.board.name(&d.with)),
                due: order.ask.due,
                promise: held.plan.promise,
                late_s: self.late_s(order, held.plan.promise),
                movable: state == ProcessState::Planned,
                after: waits.into_iter().filter_map(|i| u32::try_from(i).ok()).collect(),
                crew: step.and_then(|s| s.crew.clone()),
                tool: step.and_then(|s| s.tool.clone()),
            });
        }
    }

    /// By how much an order that is ready at `ready` is later than wanted, or than promised where nobody said by
    /// when; not less than nothing.
    pub(crate) fn late_s(&self, order: &Order, ready: Timestamp) -> i64 {
        let wanted = order.ask.due.or_else(|| self.promised(order));
        wanted.map_or(0, |wanted| seconds_between(wanted, ready).max(0))
    }
    /// When the order's output was promised to others: the earliest, where there are several.
    pub(crate) fn promised(&self, order: &Order) -> Option<Timestamp> {
        self.sales(order).filter_map(|d| d.promised()).min()
    }

    /// What an order's work that has not begun takes and is neither here nor made on the way. What is free is taken
    /// from `free` as it goes.
    fn lacking(
        &self,
        order: &Order,
        held: &Held,
        free: &mut BTreeMap<SpecId, Decimal>,
        found: &mut Vec<ShortageView>,
    ) {
        let mut here: BTreeMap<&SpecId, Decimal> = BTreeMap::new();
        let states = || held.plan.processes.iter().zip(held.states());
        let mut waiting: Vec<_> = states().filter(|(_, s)| *s == ProcessState::Planned).collect();
        waiting.sort_by_key(|(p, _)| p.start);
        for (p, _) in waiting {
            for input in &p.inputs {
                let spec = &input.spec;
                let own = here.entry(spec).or_insert_with(|| {
                    let coming =
                        states().filter(|(q, s)| q.last && q.spec == *spec && *s != ProcessState::Done);
                    self.stock.reserved_for(order.id, spec) + coming.map(|(q, _)| q.quantity).sum::<Decimal>()
                });
                let mut lacks = input.quantity;
                for there in [own, free.entry(spec.clone()).or_default()] {
                    let taken = lacks.min(*there);
                    *there -= taken;
                    lacks -= taken;
                }
                if lacks.is_positive() {
                    let deal = held.chosen.get(spec).and_then(|id| self.deals.get(id));
                    let deal = deal.filter(|d| d.moved.accepted < d.quantity);
                    found.push(ShortageView {
                        spec: spec.clone(),
                        name: self.board.spec_name(spec),
                        quantity: lacks,
                        needed_at: p.start,
                        order: order.id,
                        arrives: deal.and_then(Deal::promised),
                        deal: deal.map(|d| d.id),
                    });
                }
            }
        }
    }

    /// Every work centre from `from` up to `to`, as many as there is room for.
    fn centers(
        &self,
        from: Timestamp,
        to: Timestamp,
        processes: &[PlannedView],
    ) -> Result<(Vec<CenterView>, bool)> {
        let mut work: BTreeMap<&str, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
        for p in processes.iter().filter(|p| p.start < p.work_end) {
            work.entry(&p.work_center).or_default().push((p.start, p.work_end));
        }
        let (mut views, mut days) = (vec![], 0);
        for (id, center) in &self.model.work_centers {
            let hours = Hours::of(center.calendar.as_ref(), from, to)?;
            let work = work.get(id.as_str()).map_or(&[][..], Vec::as_slice);
            let down = self.outages.of(id).iter().filter(|o| o.until > from && o.from < to);
            let down = down.map(|o| DownView { start: o.from, end: o.until, reason: o.reason.clone() });
            let down: Vec<_> = down.collect();
            let view = CenterView {
                id: id.clone(),
                name: center.name.clone().unwrap_or_else(|| Text::Plain(id.clone())),
                units: center.units,
                closed: hours.closed(),
                load: load(work, from, to),
                days: days_of(&hours, center.units, work, &down),
                down,
            };
            days += view.days.len();
            if days > CENTER_DAYS_MAX {
                return Ok((views, true));
            }
            views.push(view);
        }
        Ok((views, false))
    }
}

/// Units in use as steps in order of time; stretches without use are left out.
fn load(work: &[(Timestamp, Timestamp)], from: Timestamp, to: Timestamp) -> Vec<Load> {
    let mut changes: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for (start, end) in work {
        let (start, end) = ((*start).max(from), (*end).min(to));
        if start < end {
            *changes.entry(start).or_default() += 1;
            *changes.entry(end).or_default() -= 1;
        }
    }
    changes.retain(|_, change| *change != 0);
    let ends: Vec<_> = changes.keys().skip(1).copied().collect();
    let mut units = 0;
    let steps = changes.iter().zip(ends).map(|((start, change), end)| {
        units += change;
        Load { start: *start, end, units: u32::try_from(units).unwrap_or(0) }
    });
    steps.filter(|step| step.units > 0).collect()
}

/// Day by day, how long it is open and how much of that is in use.
fn days_of(hours: &Hours, units: u32, work: &[(Timestamp, Timestamp)], down: &[DownView]) -> Vec<DayView> {
    let overlap = |a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)| {
        seconds_between(a.0.max(b.0), a.1.min(b.1)).max(0)
    };
    let down: Vec<_> = down.iter().map(|d| (d.start, d.end)).collect();
    let view = |day: &planning::DayHours| {
        let first = hours.open().partition_point(|s| s.end <= day.start);
        let open = hours.open()[first..].iter().take_while(|s| s.start < day.end);
        let open: Vec<_> = open.map(|s| (s.start.max(day.start), s.end.min(day.end))).collect();
        // how much of these times is in open hours of the day
        let within = |times: &[(Timestamp, Timestamp)]| -> i64 {
            let today = times.iter().filter(|t| t.0 < day.end && t.1 > day.start);
            today.map(|t| open.iter().map(|open| overlap(*t, *open)).sum::<i64>()).sum()
        };
        let there = day.open_s.saturating_sub(within(&down)).max(0);
        let open_s = there.saturating_mul(i64::from(units.max(1)));
        DayView { start: day.start, open_s, used_s: within(work) }
    };
    hours.days().iter().map(view).collect()
}
