//! One process of a plan put elsewhere, and what follows from it in the same plan.
//!
//! [`Plan::after`] says what a process waits for. [`relocate`] puts one process at another time or on another work centre
//! and places what waits for it anew, as early as it can be, within the [`Capacity`] that others have left. All else
//! stays where it is. It does not know what was promised on the strength of the plan: whoever asks compares the dates.

use crate::check::work_center_at;
use crate::opening::Opening;
use crate::place::{batches, step_times};
use crate::profile::Profile;
use crate::{Capacity, Error, HORIZON_S, MakeOrder, Model, Plan, PlannedProcess, Result, Step};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Phrase, SpecId, Timestamp, after, phrase};

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
    let mut shop = Shop { model, capacity, now, horizon: after(now, HORIZON_S), centers: BTreeMap::new() };
    let mut moved = plan.clone();
    for index in &moving {
        let p = &plan.processes[*index];
        let waits = plan.after(*index).into_iter().map(|i| moved.processes[i].end);
        let made = |spec: &SpecId| plan.processes[..*index].iter().any(|q| q.last && q.spec == *spec);
        let bought =
            p.inputs.iter().filter(|i| !made(&i.spec)).filter_map(|i| arrivals.get(&i.spec).copied());
        let ready = waits.chain(bought).fold(now, Timestamp::max);
        let (center, from) = match *index == to.index {
            true => (to.work_center.as_deref().unwrap_or(&process.work_center), to.start),
            false => (p.work_center.as_str(), ready),
        };
        let (work, fixed) = work(model, p, center)?;
        if from < ready {
            return Err(Error::TooEarly { at: step_at(p), start: from, earliest: ready });
        }
        let room = shop.room(p, center, from, work, plan, &moving)?;
        if *index == to.index && shop.first_opening(p, center, from, work)? != Some(room.0) {
            return Err(Error::Full { work_center: center.to_owned(), start: from, free: room.0 });
        }
        let end = room.1.checked_add(fixed).ok().filter(|end| *end <= shop.horizon);
        let slot = &mut moved.processes[*index];
        slot.work_center = center.to_owned();
        (slot.start, slot.work_end) = room;
        slot.end = end.ok_or_else(|| shop.beyond(p, center, from))?;
    }
    // what is done away from here, an arrival or the start itself, cannot have moved
    let last = |plan: &Plan| plan.processes.iter().map(|p| p.end).max();
    let elsewhere = Some(plan.promise).filter(|promise| last(plan).is_none_or(|end| end < *promise));
    moved.promise = last(&moved).into_iter().chain(elsewhere).max().unwrap_or(plan.promise);
    Ok(moved)
}

fn step_at(p: &PlannedProcess) -> Phrase {
    let (spec, number, name) = (&p.spec, p.step + 1, &p.name);
    phrase(format!("{spec}, step {number} ({name})"), format!("{spec} 第 {number} 步（{name}）"))
}

/// Working time and fixed time of a process on a work centre, as its recipe has them now.
fn work(model: &Model, p: &PlannedProcess, center: &str) -> Result<(SignedDuration, SignedDuration)> {
    let recipe = model.recipes.get(&p.spec);
    let step = recipe.and_then(|r| Some((r, r.steps.get(usize::try_from(p.step).ok()?)?)));
    let (recipe, step) = step.ok_or_else(|| Error::NoRecipe { spec: p.spec.clone() })?;
    let step = at_center(step, center).ok_or_else(|| {
        let known =
            std::iter::once(&step.work_center).chain(step.alternatives.iter().map(|a| &a.work_center));
        let known = known.map(String::as_str).collect::<Vec<_>>().join(", ");
        Error::NotThere { at: step_at(p), work_center: center.chars().take(64).collect(), known }
    })?;
    let order = MakeOrder { spec: p.spec.clone(), quantity: p.quantity };
    let times = step_times(&step, batches(recipe, &order)?);
    times.ok_or_else(|| Error::NoRecipe { spec: p.spec.clone() })
}

/// The step with the times it has on a work centre; `None` where it may not be done.
fn at_center(step: &Step, center: &str) -> Option<Step> {
    if step.work_center == center {
        return Some(step.clone());
    }
    let other = step.alternatives.iter().find(|a| a.work_center == center)?;
    let (work_center, setup_s, run_s) = (other.work_center.clone(), other.setup_s, other.run_s);
    Some(Step { work_center, setup_s, run_s, ..step.clone() })
}

/// The work centres as they are without the processes that move.
struct Shop<'a> {
    model: &'a Model,
    capacity: &'a Capacity,
    now: Timestamp,
    horizon: Timestamp,
    centers: BTreeMap<String, Center>,
}

struct Center {
    /// 0 = no limit
    units: u32,
    opening: Opening,
    in_use: Profile,
}

impl Shop<'_> {
    /// The earliest interval from `from` on in which a unit is free for all of `work`; taken at once.
    fn room(
        &mut self,
        p: &PlannedProcess,
        name: &str,
        from: Timestamp,
        work: SignedDuration,
        plan: &Plan,
        moving: &BTreeSet<usize>,
    ) -> Result<(Timestamp, Timestamp)> {
        if work.is_zero() {
            return Ok((from, from));
        }
        if !self.centers.contains_key(name) {
            let known = self.model.work_center(&step_at(p), name)?;
            let opening =
                Opening::new(&work_center_at(name), known.calendar.as_ref(), self.now, self.horizon)?;
            let mut in_use = self.capacity.profile(name, self.now);
            for p in moving.iter().map(|i| &plan.processes[*i]).filter(|p| p.work_center == name) {
                in_use.remove(p.start.max(self.now), p.work_end);
            }
            self.centers.insert(name.to_owned(), Center { units: known.units, opening, in_use });
        }
        let beyond = self.beyond(p, name, from);
        let Some(center) = self.centers.get_mut(name) else { return Err(beyond) };
        let mut at = from;
        while let Some((start, end)) = center.opening.stretch(at, work) {
            let full_until = match center.units {
                0 => None,
                units => center.in_use.full_until(start, end, units),
            };
            match full_until {
                Some(t) => at = t,
                None => {
                    center.in_use.add(start, end);
                    return Ok((start, end));
                }
            }
        }
        Err(beyond)
    }

    /// When the work would begin if nobody else were there.
    fn first_opening(
        &mut self,
        p: &PlannedProcess,
        name: &str,
        from: Timestamp,
        work: SignedDuration,
    ) -> Result<Option<Timestamp>> {
        let beyond = self.beyond(p, name, from);
        match self.centers.get_mut(name) {
            Some(center) => Ok(Some(center.opening.stretch(from, work).ok_or(beyond)?.0)),
            None => Ok(Some(from)),
        }
    }

    fn beyond(&self, p: &PlannedProcess, name: &str, from: Timestamp) -> Error {
        let (at, work_center, horizon) = (step_at(p), name.to_owned(), self.horizon);
        Error::BeyondHorizon { at, work_center, from, horizon }
    }
}
