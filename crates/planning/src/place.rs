//! When it can be done: forward placement within finite capacity.
//!
//! [`place`] gives each make order of an [`Explosion`] the earliest time at which its inputs are there and its work
//! centres, people and tools have room, inputs before what needs them. The end of the last one is the date to
//! promise.
//!
//! What it deliberately does not do: move what is reserved, let a part of an order go ahead beyond what a step's
//! transfer batch allows, or look for a better sequence. It answers for one demand, given everything promised
//! before; [`site`](crate::site) plans many.

use crate::explode::{in_range, input_at};
use crate::lot::{self, micros};
use crate::shop::{Shop, route};
use crate::site::net::{Names, StepNet};
use crate::{Capacity, Error, Explosion, Input, MakeOrder, Model, Per, Recipe, Result, Step};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, Phrase, SpecId, Timestamp, after, phrase};

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
    /// who works on it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// the tool in use
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// which unit of the work centre, from 0, where set-up depends on what ran there before
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<u32>,
}

/// Places everything `explosion` makes, from `start` on, around what `capacity` has promised already.
///
/// `arrivals` tells when what is bought is here, for each key of `explosion.buy`; what is taken from stock is here
/// at `start`. With nothing to make the promise is the last arrival, or `start`.
///
/// A step's working time is `setup_s + run_s * batches`, scrap and the centre's efficiency reckoned in, on one unit of
/// the first of its work centres to be done, in its open hours; it may pause while the centre is closed or its crew is
/// not at work, but not for other work. After it `fixed_s` elapses. A step without working time needs neither a free
/// unit nor open hours. A step that another firm does is over when its service is said to arrive, and not before its
/// lead time. `model` is one that [`Model::check`] accepts.
///
/// # Errors
/// [`Error::NoArrival`] for a purchase without a date, [`Error::NoRecipe`] when `explosion` is of another model,
/// [`Error::BeyondHorizon`] when work cannot end within [`HORIZON_S`](crate::HORIZON_S), and what a model that fails
/// its check gives.
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
    let mut recipes: BTreeMap<&SpecId, &Recipe> = BTreeMap::new();
    for MakeOrder { spec, .. } in &explosion.make {
        let recipe = model.recipes.get(spec).ok_or_else(|| Error::NoRecipe { spec: spec.clone() })?;
        recipes.insert(spec, recipe);
    }
    let steps = || recipes.values().flat_map(|r| &r.steps);
    let others = steps().flat_map(|s| s.alternatives.iter().map(|a| a.work_center.as_str()));
    let named: BTreeSet<&str> = steps().map(|s| s.work_center.as_str()).chain(others).collect();
    let names = Names::of(model, recipes.values().copied(), |name| named.contains(name));
    let mut shop = names.shop(model, start)?;
    capacity.fill(&names, &mut shop, model, start);
    let mut floor = Floor { names, shop, model, start, processes: Vec::new() };
    // made things are listed parents first
    for order in explosion.make.iter().rev() {
        let Some(recipe) = recipes.get(&order.spec) else { continue };
        let inputs = recipe.inputs.iter().filter_map(|input| there.get(&input.spec));
        let ready = inputs.copied().fold(start, Timestamp::max);
        let end = floor.place_order(recipe, order, ready, arrivals)?;
        let last = there.entry(&order.spec).or_insert(end);
        *last = end.max(*last);
    }
    let promise = there.into_values().fold(start, Timestamp::max);
    Ok(Plan { processes: floor.processes, promise })
}

/// The shop as it fills up while one plan is made.
struct Floor<'a> {
    names: Names<'a>,
    shop: Shop,
    model: &'a Model,
    start: Timestamp,
    processes: Vec<PlannedProcess>,
}

impl Floor<'_> {
    /// Places the steps of one order, none before `ready`; says when its output is there.
    fn place_order(
        &mut self,
        recipe: &Recipe,
        order: &MakeOrder,
        ready: Timestamp,
        arrivals: &BTreeMap<SpecId, Timestamp>,
    ) -> Result<Timestamp> {
        if recipe.steps.is_empty() {
            return Err(crate::check::no_steps(&order.spec));
        }
        let (batch, batches) = batches(recipe, order.quantity)?;
        let mut steps = self.names.steps(recipe, batch)?;
        for (step, told) in recipe.steps.iter().zip(&mut steps) {
            if let (Some(outside), Some(told)) = (&step.outside, &mut told.outside) {
                let back = arrivals.get(&outside.service);
                told.not_before = back.map_or(0, |t| crate::site::net::seconds_up(self.start, *t));
            }
        }
        let ready = crate::site::net::seconds_up(self.start, ready);
        let stages = route::forward(&mut self.shop, &steps, batches, ready);
        let stages = stages.map_err(|(number, from)| self.beyond(recipe, number, from))?;
        let begun = stages.first().map_or(batches, |s| s.begun);
        let mut inputs = total_inputs(recipe, order, begun)?;
        for (index, (step, stage)) in recipe.steps.iter().zip(&stages).enumerate() {
            let StepNet { places, .. } = &steps[index];
            let other = (stage.slot.place as usize).checked_sub(1).and_then(|i| step.alternatives.get(i));
            let center = other.map_or(&step.work_center, |a| &a.work_center);
            let (people, at) = (self.model.people.keys(), |t| after(self.start, t));
            let people: Vec<&String> = if stage.slot.people.is_empty() { vec![] } else { people.collect() };
            self.processes.push(PlannedProcess {
                spec: order.spec.clone(),
                quantity: order.quantity,
                step: index as u32,
                name: step.name.clone(),
                work_center: center.clone(),
                start: at(stage.slot.start),
                work_end: at(stage.slot.work_end),
                end: at(stage.end),
                inputs: std::mem::take(&mut inputs),
                last: index + 1 == recipe.steps.len(),
                people: stage.slot.people.iter().map(|p| people[*p as usize].clone()).collect(),
                tool: step.tool.clone().filter(|_| !places.is_empty()),
                unit: stage.slot.unit,
            });
        }
        Ok(stages.last().map_or(self.start, |s| after(self.start, s.end)))
    }

    fn beyond(&self, recipe: &Recipe, number: usize, from: i64) -> Error {
        let step = &recipe.steps[number];
        Error::BeyondHorizon {
            at: step_at(&recipe.output, number, step),
            work_center: step.work_center.clone(),
            from: after(self.start, from),
            horizon: after(self.start, self.shop.horizon),
        }
    }
}

/// Where a step of the recipe for `spec` is wrong; `index` from 0.
pub(crate) fn step_at(spec: &SpecId, index: usize, step: &Step) -> Phrase {
    let (name, number) = (&step.name, index + 1);
    phrase(format!("recipe {spec}, step {number} ({name})"), format!("{spec} 的配方第 {number} 步（{name}）"))
}

/// The batch of a recipe, and how many of it an order of so much is, rounded up.
pub(crate) fn batches(recipe: &Recipe, quantity: Decimal) -> Result<(lot::Micros, i64)> {
    let (batch, _) = lot::sizes(recipe)?;
    let spec = &recipe.output;
    let at = || phrase(format!("make order {spec}"), format!("制作单 {spec}"));
    let quantity = micros(at, quantity)?;
    Ok((batch, quantity / batch + i64::from(quantity % batch != 0)))
}

/// What an order of so many batches, scrap included, consumes.
fn total_inputs(recipe: &Recipe, order: &MakeOrder, begun: i64) -> Result<Vec<Input>> {
    let total = |input: &Input| {
        let times = match input.per {
            Per::Batch => i128::from(begun),
            Per::Order => 1,
        };
        let each = i128::from(micros(|| input_at(&input.spec), input.quantity)?);
        let quantity = in_range(each * times).ok_or_else(|| Error::TooMuch {
            spec: order.spec.clone(),
            quantity: order.quantity,
            input: input.spec.clone(),
        })?;
        Ok(Input::new(input.spec.clone(), quantity))
    };
    recipe.inputs.iter().map(total).collect()
}
