//! What a node shows of the shop floor.

use crate::deals::Stage as DealStage;
use crate::estimates::{SAMPLES_MIN, step, times};
use crate::node::Node;
use crate::orders::{Held, Order};
use crate::runs::{Run, RunStage};
use crate::view::*;
use crate::words::{list, said};
use planning::{PlannedProcess, Step};
use std::collections::BTreeMap;
use vocab::{Decimal, RecordId, SpecId, Text, Timestamp, seconds_between};

/// Most lots shown for an input.
const LOTS_MAX: usize = 100;

impl Run {
    pub(crate) fn pause_view(&self) -> Option<PauseView> {
        match &self.stage {
            RunStage::Paused(p) => Some(PauseView { reason: p.reason, note: p.note.clone(), at: p.at }),
            _ => None,
        }
    }
}

impl Node {
    /// What is to be done at a work centre, or at all, in the order in which to do it; at most `limit` entries.
    pub fn floor(&self, work_center: Option<&str>, limit: usize, now: Timestamp) -> FloorView {
        let mut found = vec![];
        for order in self.orders.iter().filter(|o| o.is_firm()) {
            let Some(held) = order.held() else { continue };
            for (index, (planned, run)) in (0_u32..).zip(held.plan.processes.iter().zip(&held.runs)) {
                if run.is_done() || work_center.is_some_and(|name| name != planned.work_center) {
                    continue;
                }
                let waits_for = self.waits_for(order, held, index, now);
                let rank = match (run.state(), &waits_for) {
                    (ProcessState::Started | ProcessState::Paused, _) => 0,
                    (_, None) => 1,
                    (_, Some(_)) => 2,
                };
                let due = order.ask.due.unwrap_or(held.plan.promise);
                found.push((
                    (rank, planned.start, due, held.reservation, index),
                    (order, held, planned, run, waits_for),
                ));
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        let truncated = found.len() > limit;
        let entries = found
            .into_iter()
            .take(limit)
            .map(|((_, _, due, _, index), (order, held, planned, run, waits_for))| {
                let step = self.model.recipes.get(&planned.spec).and_then(|r| step(r, planned.step));
                let behind = if run.started_at.is_some() { planned.work_end } else { planned.start };
                FloorEntry {
                    plan: held.reservation,
                    index,
                    order: order.id,
                    spec: planned.spec.clone(),
                    name: self.board.spec_name(&planned.spec),
                    step: planned.step,
                    work: planned.name.clone(),
                    work_center: planned.work_center.clone(),
                    quantity: held.goes_in(index),
                    start: planned.start,
                    work_end: planned.work_end,
                    state: run.state(),
                    paused: run.pause_view(),
                    ready: waits_for.is_none(),
                    waits_for,
                    good: run.good,
                    scrap: run.scrap,
                    started_at: run.started_at,
                    worked_s: run.worked_s + self.worked_since(&planned.work_center, run, now),
                    inputs: self.floor_inputs(order.id, planned, run, now),
                    due,
                    late_s: seconds_between(behind, now).max(0),
                    crew: step.and_then(|s| s.crew.clone()),
                    people: planned.people.clone(),
                    tool: planned.tool.clone(),
                }
            })
            .collect();
        FloorView { now, work_center: work_center.map(str::to_owned), entries, truncated }
    }

    /// What a process that is not begun waits for; `None` when it can begin.
    fn waits_for(&self, order: &Order, held: &Held, index: u32, now: Timestamp) -> Option<Text> {
        let (planned, state) = held.process(index)?;
        if state != ProcessState::Planned {
            return None;
        }
        if let Some((before, _)) =
            held.before(index).filter(|_| !held.unblocked(index)).and_then(|i| held.process(i))
        {
            let (name, at) = (&before.name, &before.work_center);
            return Some(said!("'{name}' at {at} is not done", "“{name}”（{at}）尚未完成"));
        }
        let lacks = |spec: &SpecId, quantity: Decimal| {
            let lacking = quantity - self.fit_for(order.id, spec, now);
            lacking.is_positive().then(|| self.comes_from(order, held, spec, lacking))
        };
        let lacking: Vec<Text> = planned.inputs.iter().filter_map(|i| lacks(&i.spec, i.quantity)).collect();
        (!lacking.is_empty()).then(|| list(&lacking))
    }

    /// Where so much of an input that is not here is to come from.
    fn comes_from(&self, order: &Order, held: &Held, spec: &SpecId, lacking: Decimal) -> Text {
        if let Some(deal) =
            held.chosen.get(spec).and_then(|d| self.deals.get(d)).filter(|d| d.moved.accepted < d.quantity)
        {
            let name = self.who(&deal.with).name;
            let promise = match &deal.stage {
                DealStage::Bound { promise, .. } => Some(*promise),
                _ => deal.quoted().map(|q| q.promise),
            };
            return match promise {
                Some(at) => {
                    let day = at.strftime("%F");
                    said!(
                        "{lacking} of '{spec}' from {name}, promised for {day}",
                        "“{spec}”{lacking}，{name}承诺 {day} 到"
                    )
                }
                None => said!("{lacking} of '{spec}' from {name}", "“{spec}”{lacking}，由{name}供应"),
            };
        }
        let made = held.plan.processes.iter().zip(&held.runs);
        if made.clone().any(|(p, run)| p.spec == *spec && p.last && !run.is_done()) {
            return said!("'{spec}' is still being made", "“{spec}”仍在制作");
        }
        let expired = self.stock.allowed(order.id, spec) >= lacking;
        match expired {
            true => {
                said!("{lacking} of '{spec}': what is here has expired", "“{spec}”{lacking}：现有的已过期")
            }
            false => said!("{lacking} of '{spec}' are lacking: get more", "“{spec}”缺 {lacking}：请补货"),
        }
    }

    fn floor_inputs(
        &self,
        order: RecordId,
        planned: &PlannedProcess,
        run: &Run,
        now: Timestamp,
    ) -> Vec<FloorInput> {
        if run.started_at.is_some() {
            return vec![];
        }
        let input = |input: &planning::Input| FloorInput {
            spec: input.spec.clone(),
            name: self.board.spec_name(&input.spec),
            quantity: input.quantity,
            lots: self.floor_lots(order, &input.spec, input.quantity, now),
        };
        planned.inputs.iter().map(input).collect()
    }

    /// The lots of a thing, those to be taken first, and what would be taken of each.
    fn floor_lots(&self, order: RecordId, spec: &SpecId, quantity: Decimal, now: Timestamp) -> Vec<FloorLot> {
        // what can be taken is shown as chosen even while there is not enough
        let take = quantity.min(self.fit_for(order, spec, now));
        let chosen = self.choose_lots(order, spec, take, now).unwrap_or_default();
        let chosen: BTreeMap<RecordId, Decimal> = chosen.into_iter().map(|g| (g.lot, g.quantity)).collect();
        let mut lots: BTreeMap<RecordId, FloorLot> = BTreeMap::new();
        for holding in self.stock.of_spec(spec) {
            let expires = self.expires(holding);
            let lot = lots.entry(holding.lot).or_insert_with(|| FloorLot {
                lot: holding.lot,
                quantity: Decimal::ZERO,
                expires,
                expired: expires.is_some_and(|end| end <= now),
                chosen: chosen.get(&holding.lot).copied().unwrap_or_default(),
            });
            lot.quantity += holding.quantity;
        }
        let mut lots: Vec<FloorLot> = lots.into_values().collect();
        lots.sort_by_key(|l| (l.expired, l.chosen.is_zero(), l.expires.is_none(), l.expires, l.lot));
        lots.truncate(LOTS_MAX);
        lots
    }

    /// What the shop floor has shown of each step, beside what the recipes say.
    pub fn estimates(&self) -> Vec<EstimateView> {
        let mut views = vec![];
        for (spec, recipe) in &self.model.recipes {
            for (index, step) in (0_u32..).zip(&recipe.steps) {
                let others = step.alternatives.iter().map(|a| a.work_center.as_str());
                for center in std::iter::once(step.work_center.as_str()).chain(others) {
                    views.extend(self.estimate_view(spec, index, step, center));
                }
            }
        }
        views
    }

    fn estimate_view(&self, spec: &SpecId, index: u32, step: &Step, center: &str) -> Option<EstimateView> {
        let (setup_s, run_s) = times(step, center)?;
        let seen = self.estimates.get(spec, index, center);
        let enough = seen.filter(|s| s.samples >= SAMPLES_MIN);
        Some(EstimateView {
            spec: spec.clone(),
            name: self.board.spec_name(spec),
            step: index,
            work: step.name.clone(),
            work_center: center.to_owned(),
            samples: seen.map_or(0, |s| s.samples as u64),
            setup_s,
            run_s,
            actual_run_s: seen.map(|s| s.run_s),
            recipe_scrap: step.scrap,
            scrap: seen.map_or(Decimal::ZERO, |s| s.scrap),
            suggested_run_s: enough.map(|s| s.run_s).filter(|s| *s != run_s),
            suggested_scrap: enough.map(|s| s.scrap).filter(|s| *s != step.scrap),
        })
    }
}
