//! What an agent can do: the knowledge layer of Valueflows 1.0.
//!
//! A [`Model`] holds one [`Recipe`] per thing it can make and the [`WorkCenter`]s on which the [`Step`]s run
//! (`vf:RecipeProcess`, their inputs and outputs `vf:RecipeFlow`). All of it is data a person writes, in JSON or
//! TOML; [`Model::check`] says whether it can be right.
//!
//! It knows nothing of stock, orders or dates.

use crate::Calendar;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{Decimal, SpecId, Text};

/// What an agent can make, and where.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// how things are made, by what comes out
    pub recipes: BTreeMap<SpecId, Recipe>,
    /// where work is done, by the name the steps use
    pub work_centers: BTreeMap<String, WorkCenter>,
}

/// How one thing is made: one batch of inputs becomes one batch of output, by steps in sequence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// what comes out
    pub output: SpecId,
    /// how much comes out of one batch; only whole batches are made
    #[serde(default = "one")]
    pub output_quantity: Decimal,
    /// what goes into one batch, needed when the first step begins
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// what is done, one after the other
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// So much of a thing that goes in: per batch in a [`Recipe`], in all in a [`PlannedProcess`](crate::PlannedProcess).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// what goes in
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
}

/// One step of a recipe: so much working time on one unit of a work centre, then so much waiting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// the kind of work (process specification)
    pub name: String,
    /// where it is done, a key of [`Model::work_centers`]
    pub work_center: String,
    /// working seconds once per order
    #[serde(default)]
    pub setup_s: i64,
    /// working seconds per batch
    #[serde(default)]
    pub run_s: i64,
    /// elapsed seconds once per order after the work, such as drying or transport; uses no capacity and heeds no
    /// calendar
    #[serde(default)]
    pub fixed_s: i64,
    /// person-seconds per batch; what the work costs people, not what limits it
    #[serde(default)]
    pub labour_s: i64,
}

/// A place of work: one or more equal units, open at set hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkCenter {
    /// for people, where the key does not say it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// how many orders it can work on at once; 0 = no limit
    #[serde(default = "one_unit")]
    pub units: u32,
    /// when it is open; `None` = round the clock
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
}

impl Default for WorkCenter {
    /// One unit, round the clock.
    fn default() -> Self {
        Self { name: None, units: one_unit(), calendar: None }
    }
}

fn one() -> Decimal {
    Decimal::ONE
}
fn one_unit() -> u32 {
    1
}
