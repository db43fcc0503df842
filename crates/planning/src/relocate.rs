//! One process of a plan put elsewhere, and what follows from it in the same plan.
//!
//! [`Plan::after`] says what a process waits for. [`relocate`] puts one process at another time or on another work centre
//! and places what waits for it anew, as early as it can be, within the [`Capacity`] that others have left. All else
//! stays where it is. It does not know what was promised on the strength of the plan: whoever asks compares the dates.

use crate::place::batches;
use crate::shop::Shop;
use crate::site::net::{Names, seconds_up};
use crate::{Capacity, Error, Model, Plan, PlannedProcess, Recipe, Result, Step};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Phrase, SpecId, Timestamp, after, phrase, seconds_between};

/// Where a process of a plan is to be put.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relocation {
    /// its number in the plan
    pub index: usize,
    /// it begins then, or when the work centre next opens
    pub start: Timestamp,
    /// on another work centre that its step allows; `None` = where it is
    pub work_center: Option<String>,
}

impl Plan {
    /// The numbers of the processes that process `index` waits for: the step before it, or for a first step the last
    /// steps of what it consumes.
    pub fn after(&self, index: usize) -> Vec<usize> {
        let Some(process) = self.processes.get(index) else { return vec![] };
        let before = &self.processes[..index];
        if process.step > 0 {
            let same = |p: &PlannedProcess| p.spec == process.spec && p.step + 1 == process.step;
            return before.iter().rposition(same).into_iter().collect();
        }
        let consumed = |p: &PlannedProcess| p.last && process.inputs.iter().any(|i| i.spec == p.spec);
        before.iter().enumerate().filter(|(_, p)| consumed(p)).map(|(i, _)| i).collect()
    }

    /// The numbers of all processes that wait for process `index`, be it for another that waits for it.
    pub fn followers(&self, index: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([index]);
        // inputs come before what needs them, so one look at each is enough
        for later in index.saturating_add(1)..self.processes.len() {
            if self.after(later).iter().any(|i| found.contains(i)) {
                found.insert(later);
            }
        }
        found.remove(&index);
        found
    }
}

/// `plan` with one process put elsewhere.
///
/// `arrivals` tells when what is neither made in the plan nor here yet is here; `capacity` holds `plan` itself among
/// what is reserved; `stays` says of a process by its number that it has begun and is left alone; nothing is placed
/// before `now`.
///
/// # Errors
/// [`Error::NoProcess`] for a number the plan does not have, [`Error::NotThere`] for a work centre the step does not
/// allow, [`Error::TooEarly`] before `now` or before what it waits for, [`Error::Full`] where no unit is free for the
/// whole of it, [`Error::NoRecipe`] when its recipe has changed beyond it, [`Error::BeyondHorizon`].
pub fn relocate(
    model: &Model,
    plan: &Plan,
    to: &Relocation,
    arrivals: &BTreeMap<SpecId, Timestamp>,
    capacity: &Capacity,
    stays: impl Fn(usize) -> bool,
    now: Timestamp,
) -> Result<Plan> {
    let process = plan
        .processes
        .get(to.index)
        .ok_or(Error::NoProcess { index: to.index, count: plan.processes.len() })?;
    let moving: BTreeSet<usize> =
        plan.followers(to.index).into_iter().filter(|i| !stays(*i)).chain([to.index]).collect();
    let base = on_the_beat_of(process.start, now);
    let mut floor = Floor::new(model, plan, &moving, to.work_center.as_deref(), capacity, base)?;
    let mut moved = plan.clone();
    for index in &moving {
        let p = &plan.processes[*index];
        let waits = plan.after(*index).into_iter().map(|i| moved.processes[i].end);
        // where it stands what it waits for is enough, be it a first part of it
        let stands = |end: Timestamp| if *index == to.index { end.min(p.start) } else { end };
        let made = |spec: &SpecId| plan.processes[..*index].iter().any(|q| q.last && q.spec == *spec);
        let bought =
            p.inputs.iter().filter(|i| !made(&i.spec)).filter_map(|i| arrivals.get(&i.spec).copied());
        let ready = waits.map(stands).chain(bought).fold(now, Timestamp::max);
        let (center, from) = match *index == to.index {
            true => (to.work_center.as_deref().unwrap_or(&process.work_center), to.start),
            false => (p.work_center.as_str(), ready),
        };
        if from < ready {
            return Err(Error::TooEarly { at: step_at(p), start: from, earliest: ready });
        }
        floor.put(&mut moved.processes[*index], center, from, *index == to.index)?;
    }
    // what is done away from here, an arrival or the start itself, cannot have moved
    let last = |plan: &Plan| plan.processes.iter().map(|p| p.end).max();
    let elsewhere = Some(plan.promise).filter(|promise| last(plan).is_none_or(|end| end < *promise));
    moved.promise = last(&moved).into_iter().chain(elsewhere).max().unwrap_or(plan.promise);
    Ok(moved)
}

/// The last instant up to `now` that is whole seconds away from `t`: reckoned from there, what stands can stay.
fn on_the_beat_of(t: Timestamp, now: Timestamp) -> Timestamp {
    after(t, seconds_between(t, now))
}

fn step_at(p: &PlannedProcess) -> Phrase {
    let (spec, number, name) = (&p.spec, p.step + 1, &p.name);
    phrase(format!("{spec}, step {number} ({name})"), format!("{spec} 第 {number} 步（{name}）"))
}

/// The shop without the processes that move.
struct Floor<'a> {
    model: &'a Model,
    names: Names<'a>,
    shop: Shop,
    now: Timestamp,
}

impl<'a> Floor<'a> {
    fn new(
        model: &'a Model,
        plan: &'a Plan,
        moving: &BTreeSet<usize>,
        other: Option<&str>,
        capacity: &Capacity,
        now: Timestamp,
    ) -> Result<Self> {
        let processes = moving.iter().map(|i| &plan.processes[*i]);
        let recipes: BTreeMap<&SpecId, &Recipe> =
            processes.clone().filter_map(|p| model.recipes.get_key_value(&p.spec)).collect();
        let centers: BTreeSet<&str> =
            processes.clone().map(|p| p.work_center.as_str()).chain(other).collect();
        let steps = recipes.values().flat_map(|r| &r.steps);
        let own: BTreeSet<&str> = steps.flat_map(allowed).collect();
        let names = Names::of(model, recipes.values().copied(), |n| centers.contains(n) || own.contains(n));
        let mut shop = names.shop(model, now)?;
        let mut rest = capacity.clone();
        rest.free_processes(processes);
        rest.fill(&names, &mut shop, model, now);
        Ok(Self { model, names, shop, now })
    }

    /// Puts a process on a work centre, as early as can be from `from` on; `there_only`: no later than when the centre
    /// next opens.
    fn put(&mut self, p: &mut PlannedProcess, center: &str, from: Timestamp, there_only: bool) -> Result<()> {
        let no_recipe = || Error::NoRecipe { spec: p.spec.clone() };
        let recipe = self.model.recipes.get(&p.spec).ok_or_else(no_recipe)?;
        let (batch, batches) = batches(recipe, p.quantity)?;
        let number = p.step as usize;
        let told = recipe.steps.get(number).ok_or_else(no_recipe)?;
        let mut step = self.names.steps(recipe, batch)?.swap_remove(number);
        if let Some(outside) = &told.outside {
            let back = after(from, outside.lead_time_s.saturating_add(told.fixed_s));
            (p.start, p.work_end, p.end) = (from, from, back);
            return Ok(());
        }
        step.places.retain(|place| self.names.centers.get(center) == Some(&place.center));
        if step.places.is_empty() {
            let known = allowed(told).collect::<Vec<_>>().join(", ");
            let work_center = center.chars().take(64).collect();
            return Err(Error::NotThere { at: step_at(p), work_center, known });
        }
        let horizon = after(self.now, self.shop.horizon);
        let (at, work_center) = (step_at(p), center.to_owned());
        let beyond = || Error::BeyondHorizon { at, work_center, from, horizon };
        let begun = step.begun(batches).ok_or_else(beyond.clone())?;
        let task = step.task(begun);
        let ready = seconds_up(self.now, from);
        let slot = self.shop.earliest(&task, ready).ok_or_else(beyond.clone())?;
        let opens = &mut self.shop.centers[step.places[0].center as usize].resource.clock;
        let opens = opens.forward(ready, (slot.work_end - slot.start).min(1)).map(|(start, _)| start);
        if there_only && opens != Some(slot.start) {
            let free = after(self.now, slot.start);
            return Err(Error::Full { work_center: center.to_owned(), start: from, free });
        }
        let end = slot.work_end.saturating_add(step.fixed);
        if end > self.shop.horizon {
            return Err(beyond());
        }
        self.shop.take(&task, &slot);
        p.work_center = center.to_owned();
        (p.start, p.work_end, p.end) =
            (after(self.now, slot.start), after(self.now, slot.work_end), after(self.now, end));
        let people: Vec<&String> = self.model.people.keys().collect();
        p.people = slot.people.iter().map(|i| people[*i as usize].clone()).collect();
        p.unit = slot.unit;
        Ok(())
    }
}

/// Where a step may be done.
fn allowed(step: &Step) -> impl Iterator<Item = &str> {
    let others = step.alternatives.iter().map(|a| a.work_center.as_str());
    std::iter::once(step.work_center.as_str()).chain(others)
}
