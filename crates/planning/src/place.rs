//! When it can be done: forward placement within finite capacity.
//!
//! [`place`] gives each make order of an [`Explosion`] the earliest time at which its inputs are there and its work
//! centres have room, inputs before what needs them. The end of the last one is the date to promise.
//!
//! What it deliberately does not do: move what is reserved, split an order over units, let a part of an order go
//! ahead, or look for a better sequence. It answers for one demand, given everything promised before.

use crate::check::work_center_at;
use crate::explode::{in_range, input_at, output_at, positive_micros};
use crate::opening::Opening;
use crate::profile::Profile;
use crate::{Capacity, Error, Explosion, HORIZON_S, Input, MakeOrder, Model, Recipe, Result, Step};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{Decimal, SpecId, Timestamp, after};
use vocab::{Phrase, phrase};

/// Processes with their times, and the date that follows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// what is done, inputs before what needs them, the steps of an order in sequence
    pub processes: Vec<PlannedProcess>,
    /// when everything demanded is there
    pub promise: Timestamp,
}

/// One step of one make order, in time (Valueflows `Process`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedProcess {
    /// what the order makes
    pub spec: SpecId,
    /// how much of it the order makes
    pub quantity: Decimal,
    /// which step of the recipe, from 0
    pub step: u32,
    /// the kind of work (process specification)
    pub name: String,
    /// where
    pub work_center: String,
    /// when the work begins
    pub start: Timestamp,
    /// when the work ends, and with it the use of the work centre; closed hours since `start` are pauses
    pub work_end: Timestamp,
    /// when the step is over, the step's fixed time after the work included
    pub end: Timestamp,
    /// what it consumes, in all; only in the first step of an order
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// it is the order's last step and produces the output
    pub last: bool,
}

/// Places everything `explosion` makes, from `start` on, around what `capacity` has promised already.
///
/// `arrivals` tells when what is bought is here, for each key of `explosion.buy`; what is taken from stock is here
/// at `start`. With nothing to make the promise is the last arrival, or `start`.
///
/// A step's working time is `setup_s + run_s * batches`, on one unit of its work centre, in its open hours; it may
/// pause while the centre is closed but not for other work. After it `fixed_s` elapses. A step without working
/// time needs neither a free unit nor open hours. `model` is one that [`Model::check`] accepts.
///
/// # Errors
/// [`Error::NoArrival`] for a purchase without a date, [`Error::NoRecipe`] when `explosion` is of another model,
/// [`Error::BeyondHorizon`] when work cannot end within [`HORIZON_S`], and what a model that fails its check gives.
pub fn place(
    model: &Model,
    explosion: &Explosion,
    arrivals: &BTreeMap<SpecId, Timestamp>,
    capacity: &Capacity,
    start: Timestamp,
) -> Result<Plan> {
    let mut there: BTreeMap<&SpecId, Timestamp> = BTreeMap::new();
    for (spec, quantity) in &explosion.buy {
        let arrival =
            arrivals.get(spec).ok_or_else(|| Error::NoArrival { spec: spec.clone(), quantity: *quantity })?;
        there.insert(spec, start.max(*arrival));
    }
    let horizon = after(start, HORIZON_S);
    let mut shop = Shop { model, capacity, start, horizon, centers: BTreeMap::new() };
    let mut processes = Vec::new();
    // made things are listed parents first
    for order in explosion.make.iter().rev() {
        let recipe =
            model.recipes.get(&order.spec).ok_or_else(|| Error::NoRecipe { spec: order.spec.clone() })?;
        let inputs = recipe.inputs.iter().filter_map(|input| there.get(&input.spec));
        let ready = inputs.copied().fold(start, Timestamp::max);
        let end = shop.place_order(recipe, order, ready, &mut processes)?;
        there.insert(&order.spec, end);
    }
    let promise = there.into_values().fold(start, Timestamp::max);
    Ok(Plan { processes, promise })
}

/// The work centres as they fill up while one plan is made.
struct Shop<'a> {
    model: &'a Model,
    capacity: &'a Capacity,
    start: Timestamp,
    horizon: Timestamp,
    centers: BTreeMap<&'a str, Center>,
}

struct Center {
    /// 0 = no limit
    units: u32,
    opening: Opening,
    in_use: Profile,
}

impl<'a> Shop<'a> {
    /// Places the steps of one order, none before `ready`; says when its output is there.
    fn place_order(
        &mut self,
        recipe: &'a Recipe,
        order: &MakeOrder,
        ready: Timestamp,
        processes: &mut Vec<PlannedProcess>,
    ) -> Result<Timestamp> {
        if recipe.steps.is_empty() {
            return Err(crate::check::no_steps(&order.spec));
        }
        let batches = batches(recipe, order)?;
        let mut inputs = total_inputs(recipe, order, batches)?;
        let mut end = ready;
        for (index, step) in recipe.steps.iter().enumerate() {
            let at = || {
                let (spec, step) = (&order.spec, &step.name);
                let number = index + 1;
                phrase(
                    format!("recipe {spec}, step {number} ({step})"),
                    format!("{spec} 的配方第 {number} 步（{step}）"),
                )
            };
            let beyond = |shop: &Self| Error::BeyondHorizon {
                at: at(),
                work_center: step.work_center.clone(),
                from: end,
                horizon: shop.horizon,
            };
            let (work, fixed) = step_times(step, batches).ok_or_else(|| beyond(self))?;
            let (start, work_end) = self.find_room(&at, step, end, work)?.ok_or_else(|| beyond(self))?;
            let over = work_end.checked_add(fixed).ok().filter(|t| *t <= self.horizon);
            end = over.ok_or_else(|| beyond(self))?;
            processes.push(PlannedProcess {
                spec: order.spec.clone(),
                quantity: order.quantity,
                step: index as u32,
                name: step.name.clone(),
                work_center: step.work_center.clone(),
                start,
                work_end,
                end,
                inputs: std::mem::take(&mut inputs),
                last: index + 1 == recipe.steps.len(),
            });
        }
        Ok(end)
    }

    /// The earliest interval from `ready` on in which one unit is free for all of `work`; taken at once.
    fn find_room(
        &mut self,
        at: &dyn Fn() -> Phrase,
        step: &'a Step,
        ready: Timestamp,
        work: SignedDuration,
    ) -> Result<Option<(Timestamp, Timestamp)>> {
        let center = self.center(at, &step.work_center)?;
        if work.is_zero() {
            return Ok(Some((ready, ready)));
        }
        let mut from = ready;
        while let Some((start, end)) = center.opening.stretch(from, work) {
            let full_until = match center.units {
                0 => None,
                units => center.in_use.full_until(start, end, units),
            };
            match full_until {
                Some(t) => from = t,
                None => {
                    center.in_use.add(start, end);
                    return Ok(Some((start, end)));
                }
            }
        }
        Ok(None)
    }

    fn center(&mut self, at: &dyn Fn() -> Phrase, name: &'a str) -> Result<&mut Center> {
        use std::collections::btree_map::Entry;
        match self.centers.entry(name) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                let center = self.model.work_center(&at(), name)?;
                let at = work_center_at(name);
                let opening = Opening::new(&at, center.calendar.as_ref(), self.start, self.horizon)?;
                let in_use = self.capacity.profile(name, self.start);
                Ok(new.insert(Center { units: center.units, opening, in_use }))
            }
        }
    }
}

/// Where a step of the recipe for `spec` is wrong; `index` from 0.
pub(crate) fn step_at(spec: &SpecId, index: usize, step: &Step) -> Phrase {
    let (name, number) = (&step.name, index + 1);
    phrase(format!("recipe {spec}, step {number} ({name})"), format!("{spec} 的配方第 {number} 步（{name}）"))
}

/// How many batches an order is, rounded up.
pub(crate) fn batches(recipe: &Recipe, order: &MakeOrder) -> Result<i128> {
    let quantity = positive_micros(
        || {
            let spec = &order.spec;
            phrase(format!("make order {spec}"), format!("制作单 {spec}"))
        },
        order.quantity,
    )?;
    let batch = positive_micros(|| output_at(&order.spec), recipe.output_quantity)?;
    Ok((quantity + batch - 1) / batch)
}

fn total_inputs(recipe: &Recipe, order: &MakeOrder, batches: i128) -> Result<Vec<Input>> {
    let total = |input: &Input| {
        let micros = positive_micros(|| input_at(&input.spec), input.quantity)? * batches;
        let quantity = in_range(micros).ok_or_else(|| Error::TooMuch {
            spec: order.spec.clone(),
            quantity: order.quantity,
            input: input.spec.clone(),
        })?;
        Ok(Input::new(input.spec.clone(), quantity))
    };
    recipe.inputs.iter().map(total).collect()
}

/// Working time and fixed time of a step; `None` when negative or beyond the horizon.
pub(crate) fn step_times(step: &Step, batches: i128) -> Option<(SignedDuration, SignedDuration)> {
    let run_s = i128::from(step.run_s).checked_mul(batches)?;
    let work_s = i64::try_from(run_s.checked_add(i128::from(step.setup_s))?).ok()?;
    let within = |s: &i64| (0..=HORIZON_S).contains(s);
    let (work_s, fixed_s) = (Some(work_s).filter(within)?, Some(step.fixed_s).filter(within)?);
    Some((SignedDuration::from_secs(work_s), SignedDuration::from_secs(fixed_s)))
}
