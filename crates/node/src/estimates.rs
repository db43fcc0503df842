//! What the shop floor shows of the recipes' times: the last few runs of each step at each work centre.
//!
//! [`Estimates`] is a fold over what was finished. It suggests; only its owner changes a recipe.

use planning::{Model, PlannedProcess, Recipe, Step};
use std::collections::{BTreeMap, VecDeque};
use vocab::{Decimal, SpecId};

/// Most runs kept of a step at a work centre.
const SAMPLES_MAX: usize = 32;
/// Fewest runs that suggest anything.
pub(crate) const SAMPLES_MIN: usize = 3;

/// The last runs, by what is made, step and work centre.
#[derive(Default)]
pub(crate) struct Estimates {
    by_step: BTreeMap<Key, VecDeque<Sample>>,
}

type Key = (SpecId, u32, String);

/// One run.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// working seconds for one batch, at the speed the recipe reckons with, set-up not counted
    run_s: i64,
    good: Decimal,
    scrap: Decimal,
}

/// What the runs kept of a step come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub(crate) samples: usize,
    /// the median, seconds per batch
    pub(crate) run_s: i64,
    /// share spoilt, from 0 to below 1, in thousandths
    pub(crate) scrap: Decimal,
}

impl Sample {
    /// What a finished process tells of its step; `None` when the model no longer has that step, nothing went in, or
    /// it took no longer than its set-up: whoever says start and done in one breath tells nothing of the time between.
    pub(crate) fn of(
        model: &Model,
        planned: &PlannedProcess,
        good: Decimal,
        scrap: Decimal,
        worked_s: i64,
    ) -> Option<Self> {
        let recipe = model.recipes.get(&planned.spec)?;
        let step = step(recipe, planned.step).filter(|s| s.name == planned.name)?;
        let (setup_s, _) = times(step, &planned.work_center)?;
        let speed = model.work_centers.get(&planned.work_center)?.efficiency_percent;
        let batches = (good + scrap).div_up(recipe.output_quantity)?.ceil_i64();
        let stated_s = worked_s.saturating_mul(speed.into()) / 100;
        let run_s = stated_s.saturating_sub(setup_s).checked_div(batches).filter(|s| *s > 0)?;
        Some(Self { run_s, good, scrap })
    }
}

impl Estimates {
    pub(crate) fn add(&mut self, spec: &SpecId, step: u32, work_center: &str, sample: Sample) {
        let samples = self.by_step.entry((spec.clone(), step, work_center.to_owned())).or_default();
        if samples.len() == SAMPLES_MAX {
            samples.pop_front();
        }
        samples.push_back(sample);
    }

    /// Forgets what a changed model has no step for.
    pub(crate) fn keep_to(&mut self, model: &Model) {
        self.by_step.retain(|(spec, index, work_center), _| {
            let known = model.recipes.get(spec).and_then(|r| step(r, *index));
            known.is_some_and(|s| times(s, work_center).is_some())
        });
    }

    pub(crate) fn get(&self, spec: &SpecId, step: u32, work_center: &str) -> Option<Seen> {
        self.by_step.get(&(spec.clone(), step, work_center.to_owned())).map(seen_of)
    }
}

fn seen_of(samples: &VecDeque<Sample>) -> Seen {
    let mut runs: Vec<i64> = samples.iter().map(|s| s.run_s).collect();
    runs.sort_unstable();
    let median = |n: usize| (runs[(n - 1) / 2] + runs[n / 2]) / 2;
    let run_s = if runs.is_empty() { 0 } else { median(runs.len()) };
    let (good, scrap): (Decimal, Decimal) =
        (samples.iter().map(|s| s.good).sum(), samples.iter().map(|s| s.scrap).sum());
    let share = scrap.div_up(good + scrap).unwrap_or_default().round(3);
    Seen { samples: samples.len(), run_s, scrap: share.min(Decimal::new(999, 3)) }
}

/// How much goes into a process by its recipe: so much more than comes out as is usually spoilt, in whole batches.
pub(crate) fn begun(model: &Model, planned: &PlannedProcess) -> Decimal {
    let Some(recipe) = model.recipes.get(&planned.spec) else { return planned.quantity };
    let to_come = recipe.steps.iter().skip(usize::try_from(planned.step).unwrap_or(usize::MAX));
    let kept = to_come.map(|s| Decimal::ONE - s.scrap).filter(|share| *share < Decimal::ONE);
    kept.fold(planned.quantity, |out, share| out.div_up(share).unwrap_or(out)).ceil_to(recipe.output_quantity)
}

/// A step of a recipe by its number.
pub(crate) fn step(recipe: &Recipe, index: u32) -> Option<&Step> {
    recipe.steps.get(usize::try_from(index).ok()?)
}

/// Set-up and run time of a step at one of its work centres.
pub(crate) fn times(step: &Step, work_center: &str) -> Option<(i64, i64)> {
    if step.work_center == work_center {
        return Some((step.setup_s, step.run_s));
    }
    let other = step.alternatives.iter().find(|a| a.work_center == work_center)?;
    Some((other.setup_s, other.run_s))
}
