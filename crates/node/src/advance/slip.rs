//! What to do when reality leaves the plan: work that is late, a machine that failed, goods that come later.
//!
//! Only what no longer fits moves, and what depends on it; orders are planned anew in order of their dates, around all
//! that stays. Work that has begun is never moved: its end is estimated, and what stood behind it makes room.

use crate::deals::Deal;
use crate::node::{Node, Todo};
use crate::orders::{Held, Order, Stage};
use crate::statement::{Cause, Replanned, Shifted};
use crate::view::{OrderSource, ProcessState};
use ledger::Audience;
use planning::{Capacity, Explosion, MakeOrder, Model, Plan, PlannedProcess, Recipe, Step};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{RecordId, SpecId, Timestamp, after, seconds_between};

/// Most orders in one record.
const ORDERS_MAX: usize = 100;
/// Processes after which a record is full.
const PROCESSES_MAX: usize = 500;

/// How much of what has not begun may move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// what no longer fits, and what depends on it
    Broken,
    /// all of it, to be as early as can be
    All,
}

/// Supposed dates of purchases, by deal.
pub(crate) type Dates = BTreeMap<RecordId, Timestamp>;

impl Node {
    /// Plans anew what is on the agenda for it, all at once.
    pub(crate) fn replan_late(&mut self, first: RecordId, now: Timestamp) {
        let mut orders = BTreeSet::from([first]);
        while let Some(Todo::Replan(id)) = self.agenda.first().copied() {
            self.agenda.pop_first();
            orders.insert(id);
        }
        let found = self.replan(&orders, &Dates::new(), Reach::Broken, now);
        let held = |s: &Shifted| self.orders.get(&s.order).and_then(|o| o.held());
        // what was due for a look is noted even when nothing moves, so that it is looked at less often
        let due = |s: &Shifted| held(s).and_then(|h| self.late_look(h)).is_some_and(|t| t <= now);
        let moved = found.into_iter().filter(|s| due(s) || self.differs(s)).collect();
        self.say_replanned(moved, now);
        orders.iter().for_each(|id| self.look_again(id));
    }

    pub(crate) fn say_replanned(&mut self, shifted: Vec<Shifted>, now: Timestamp) {
        let (mut orders, mut moved) = (vec![], 0);
        for shift in shifted {
            moved += shift.processes.len();
            orders.push(shift);
            if orders.len() >= ORDERS_MAX || moved >= PROCESSES_MAX {
                let orders = std::mem::take(&mut orders);
                self.say_or_report(&Replanned { orders }, Audience::Private, now);
                moved = 0;
            }
        }
        if !orders.is_empty() {
            self.say_or_report(&Replanned { orders }, Audience::Private, now);
        }
    }

    /// True when something moves.
    pub(crate) fn differs(&self, shifted: &Shifted) -> bool {
        let held = self.orders.get(&shifted.order).and_then(|o| o.held());
        !shifted.processes.is_empty() || held.is_some_and(|h| h.plan.promise != shifted.promise)
    }

    /// True when the plan of a firm order no longer fits what is known at `now`.
    pub(crate) fn is_broken(&self, held: &Held, now: Timestamp) -> bool {
        let grace_s = self.config.policy.grace_s;
        if held.course.replanned.is_some_and(|(at, _)| at >= now) {
            return false;
        }
        let none = Dates::new();
        let mut supplies = held.chosen.values().filter_map(|d| self.arrival(held, d, &none, now));
        let mut all = (0_u32..).zip(held.plan.processes.iter().zip(held.states()));
        supplies.any(|t| seconds_between(held.plan.promise, t) > grace_s)
            || all.any(|(index, (p, state))| match state {
                ProcessState::Done => false,
                ProcessState::Planned => {
                    self.outages.hit(p)
                        || held.course.late_at(p.start, grace_s) <= now
                        || seconds_between(p.start, self.supply(held, p, &none, now)) > grace_s
                }
                _ => self.estimate(&Shop(&self.model), held, index, p, Reach::Broken, now) != *p,
            })
    }

    /// How `orders`, and those behind their work, are planned anew around everything else; each with what moves of it.
    pub(crate) fn replan(
        &self,
        orders: &BTreeSet<RecordId>,
        dates: &Dates,
        reach: Reach,
        now: Timestamp,
    ) -> Vec<Shifted> {
        let shop = Shop(&self.model);
        let mut capacity = self.capacity.clone();
        let firm = |id: &RecordId| match self.orders.get(id) {
            Some(order) => match &order.stage {
                Stage::Firm(held) => Some((order, held)),
                _ => None,
            },
            None => None,
        };
        let mut concerned = orders.clone();
        for (_, held) in orders.iter().filter_map(firm) {
            concerned.extend(self.behind(&shop, held, now));
        }
        let mut by_date: Vec<_> = concerned.iter().filter_map(firm).collect();
        by_date.sort_by_key(|(order, held)| (self.due(order, held), order.id));
        for (order, held) in &by_date {
            let begun = self.begun(&shop, held, reach, now).into_values().collect();
            capacity.reserve(order.id, &Plan { processes: begun, promise: held.plan.promise });
        }
        let mut found = vec![];
        for (order, held) in by_date {
            let reach = if orders.contains(&order.id) { reach } else { Reach::Broken };
            found.push(self.pass(&shop, &mut capacity, order, held, dates, reach, now));
        }
        found
    }

    /// One order, forwards: what fits stays, what does not goes to the next free place.
    #[allow(clippy::too_many_arguments)]
    fn pass(
        &self,
        shop: &Shop,
        capacity: &mut Capacity,
        order: &Order,
        held: &Held,
        dates: &Dates,
        reach: Reach,
        now: Timestamp,
    ) -> Shifted {
        let grace_s = self.config.policy.grace_s;
        let begun = self.begun(shop, held, reach, now);
        let mut placed: Vec<PlannedProcess> = begun.values().cloned().collect();
        let mut shifted =
            Shifted { order: order.id, promise: now, processes: BTreeMap::new(), cause: Cause::Late };
        // when things are there: as was planned, and now
        let mut made: BTreeMap<&SpecId, (Timestamp, Timestamp)> = BTreeMap::new();
        let mut before: Option<(Timestamp, Timestamp)> = None;
        let mut end = None;
        for (index, (p, state)) in (0_u32..).zip(held.plan.processes.iter().zip(held.states())) {
            let there = match state {
                ProcessState::Done => p.end.min(now),
                ProcessState::Planned => {
                    let inputs = p.inputs.iter().filter_map(|i| made.get(&i.spec)).copied();
                    let waits = inputs.chain(before).filter(|(was, is)| reach == Reach::All || is > was);
                    let supply = self.supply(held, p, dates, now);
                    let ready = waits.map(|(_, is)| is).fold(supply, Timestamp::max);
                    let hit = self.outages.hit(p);
                    let keeps = reach == Reach::Broken
                        && !hit
                        && seconds_between(p.start, ready) <= grace_s
                        && held.course.late_at(p.start, grace_s) > now
                        && shop.fits(p, capacity);
                    let new = if keeps { p.clone() } else { shop.place(p, ready.max(now), capacity) };
                    placed.push(new.clone());
                    let plan = Plan { processes: placed.clone(), promise: new.end };
                    capacity.reserve(order.id, &plan);
                    if new != *p {
                        shifted.cause = match () {
                            () if reach == Reach::All => Cause::Room,
                            () if hit => Cause::Outage,
                            () if !shifted.processes.is_empty() => shifted.cause,
                            () if seconds_between(p.start, supply) > grace_s => Cause::Supply,
                            () => Cause::Late,
                        };
                        shifted.processes.insert(index, new.clone());
                    }
                    new.end
                }
                _ => {
                    let new = begun.get(&index).unwrap_or(p);
                    if new != p {
                        if self.outages.hit(p) {
                            shifted.cause = Cause::Outage;
                        }
                        shifted.processes.insert(index, new.clone());
                    }
                    new.end
                }
            };
            if state != ProcessState::Done {
                end = end.max(Some(there));
            }
            let times = (p.end, there);
            before = (!p.last).then_some(times);
            if p.last {
                let known = made.entry(&p.spec).or_insert(times);
                *known = (known.0.max(times.0), known.1.max(times.1));
            }
        }
        let supplies = held.chosen.values().filter_map(|d| self.arrival(held, d, dates, now));
        shifted.promise = end.into_iter().chain(supplies).max().unwrap_or(held.plan.promise);
        if shifted.processes.is_empty() && shifted.promise > held.plan.promise {
            shifted.cause = Cause::Supply;
        }
        shifted
    }

    /// What has begun, with the end that is to be expected of it.
    fn begun(&self, shop: &Shop, held: &Held, reach: Reach, now: Timestamp) -> BTreeMap<u32, PlannedProcess> {
        let all = (0_u32..).zip(held.plan.processes.iter().zip(held.states()));
        all.filter(|(_, (_, state))| !matches!(state, ProcessState::Planned | ProcessState::Done))
            .map(|(index, (p, _))| (index, self.estimate(shop, held, index, p, reach, now)))
            .collect()
    }

    /// When work that has begun is to be expected to end: as planned, unless it began late, its work centre is out of
    /// use or it is overdue; what is overdue takes as long again as it has been waited for.
    fn estimate(
        &self,
        shop: &Shop,
        held: &Held,
        index: u32,
        p: &PlannedProcess,
        reach: Reach,
        now: Timestamp,
    ) -> PlannedProcess {
        let grace_s = self.config.policy.grace_s;
        let begun = held.run(index).and_then(|r| r.started_at).unwrap_or(p.start);
        let alone = shop.place(p, begun, &Capacity::default());
        let work_end = self.outages.stretched(&p.work_center, begun, alone.work_end);
        let end = after(work_end, seconds_between(alone.work_end, alone.end));
        let mut new = p.clone();
        if seconds_between(p.end, end) > grace_s || (reach == Reach::All && end > now) {
            let start = p.start.max(begun.min(work_end));
            new = PlannedProcess { start: start.min(work_end), work_end, end, ..new };
        }
        if held.course.late_at(new.end, grace_s) <= now {
            let until = after(now, held.course.patience_s(grace_s));
            let works = new.work_end == new.end;
            new.end = until;
            new.work_end = if works { until } else { new.work_end };
        }
        new
    }

    /// Firm orders whose work stands where work of this order that has begun will still be running.
    fn behind(&self, shop: &Shop, held: &Held, now: Timestamp) -> BTreeSet<RecordId> {
        let mut found = BTreeSet::new();
        for (index, new) in self.begun(shop, held, Reach::Broken, now) {
            let Some((old, _)) = held.process(index) else { continue };
            let there = self.capacity.iter().filter(|r| r.work_center == new.work_center);
            let met = there.filter(|r| r.start < new.work_end && r.end > old.work_end);
            found.extend(met.map(|r| r.key));
        }
        found
    }

    /// When what is bought in for a process is here.
    fn supply(&self, held: &Held, p: &PlannedProcess, dates: &Dates, now: Timestamp) -> Timestamp {
        let bought = p.inputs.iter().filter_map(|i| held.chosen.get(&i.spec));
        bought.filter_map(|d| self.arrival(held, d, dates, now)).fold(Timestamp::MIN, Timestamp::max)
    }

    /// When a purchase is to be expected; `None` once it is here, or when it will not come at all.
    fn arrival(&self, held: &Held, deal: &RecordId, dates: &Dates, now: Timestamp) -> Option<Timestamp> {
        let deal = self.deals.get(deal).filter(|d| d.is_awaited())?;
        let expected = dates.get(&deal.id).copied().or(deal.expected(now))?;
        let grace_s = self.config.policy.grace_s;
        let overdue = held.course.late_at(expected, grace_s) <= now;
        Some(if overdue { after(now, held.course.patience_s(grace_s)) } else { expected })
    }

    /// The date that an order has to keep: what its buyers hold, or what its owner was told.
    pub(crate) fn due(&self, order: &Order, held: &Held) -> Timestamp {
        let sold = self.owing(order).filter_map(Deal::standing).map(|s| s.promise);
        match order.source {
            OrderSource::Own => order.ask.due.unwrap_or(held.course.first),
            OrderSource::Deal | OrderSource::Pool | OrderSource::Bid => {
                sold.min().unwrap_or(held.plan.promise)
            }
        }
    }

    /// After a work centre came back: what waited for it goes earlier where that helps.
    pub(crate) fn pull_earlier(&mut self, center: &str, now: Timestamp) {
        let waits = |o: &&Order| {
            let planned = |h: &Held| h.unfinished().any(|p| p.work_center == center && p.work_end > now);
            o.is_firm() && o.held().is_some_and(|h| h.course.replanned.is_some() && planned(h))
        };
        let waiting = self.orders.iter().filter(waits);
        let mut orders: Vec<_> = waiting.filter_map(|o| Some((self.due(o, o.held()?), o.id))).collect();
        orders.sort();
        for (_, id) in orders {
            self.pull_order(id, now);
        }
    }

    /// Plans one order as early as can be around all others; keeps the plan it has where that is no later.
    pub(crate) fn pull_order(&mut self, id: RecordId, now: Timestamp) -> Option<Timestamp> {
        let was = self.orders.get(&id)?.held()?.plan.promise;
        let found = self.replan(&BTreeSet::from([id]), &Dates::new(), Reach::All, now);
        let new = found.into_iter().find(|s| s.order == id).filter(|s| s.promise < was);
        let promise = new.as_ref().map_or(was, |s| s.promise);
        self.say_replanned(new.into_iter().collect(), now);
        Some(promise)
    }
}

/// The shop as `planning` sees it, for one step at a time.
struct Shop<'a>(&'a Model);

impl Shop<'_> {
    /// True when all that a process was planned with is still free then.
    fn fits(&self, p: &PlannedProcess, capacity: &Capacity) -> bool {
        p.start >= p.work_end || capacity.room(p, self.0) == [(p.start, p.work_end)]
    }

    /// The same process at the first free place from `ready` on; if there is none, just later.
    fn place(&self, p: &PlannedProcess, ready: Timestamp, capacity: &Capacity) -> PlannedProcess {
        let (step, output_quantity) = self.step(p);
        let wanted = step.alternatives.iter().map(|a| &a.work_center).chain([&p.work_center]);
        let centers = wanted.filter_map(|name| self.0.work_centers.get_key_value(name));
        let model = Model {
            work_centers: centers.map(|(name, center)| (name.clone(), center.clone())).collect(),
            recipes: BTreeMap::from([(
                p.spec.clone(),
                Recipe { output_quantity, steps: vec![step], ..Recipe::new(p.spec.clone()) },
            )]),
            people: self.0.people.clone(),
            tools: self.0.tools.clone(),
            ..Model::default()
        };
        let make = vec![MakeOrder { spec: p.spec.clone(), quantity: p.quantity }];
        let explosion = Explosion { make, ..Explosion::default() };
        let found = planning::place(&model, &explosion, &BTreeMap::new(), capacity, ready);
        let p = p.clone();
        match found.ok().and_then(|plan| plan.processes.into_iter().next()) {
            Some(at) => {
                PlannedProcess { quantity: p.quantity, step: p.step, last: p.last, inputs: p.inputs, ..at }
            }
            None => {
                let later = |t| after(ready, seconds_between(p.start, t));
                PlannedProcess { start: ready, work_end: later(p.work_end), end: later(p.end), ..p }
            }
        }
    }

    /// The step a process is of, alone, and what its batch is; as it was planned, where the recipe has changed since.
    fn step(&self, p: &PlannedProcess) -> (Step, vocab::Decimal) {
        let recipe = self.0.recipes.get(&p.spec);
        let of = recipe.and_then(|r| r.steps.get(usize::try_from(p.step).ok()?)).filter(|s| s.name == p.name);
        match (recipe, of) {
            (Some(recipe), Some(step)) => (Step { transfer: None, ..step.clone() }, recipe.output_quantity),
            _ => {
                let step = Step {
                    name: p.name.clone(),
                    work_center: p.work_center.clone(),
                    setup_s: seconds_between(p.start, p.work_end),
                    fixed_s: seconds_between(p.work_end, p.end),
                    ..Step::default()
                };
                (step, p.quantity)
            }
        }
    }
}
