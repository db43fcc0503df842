//! What an agent can do: the knowledge layer of Valueflows 1.0.
//!
//! A [`Model`] holds one [`Recipe`] per thing it can make and the [`WorkCenter`]s on which the [`Step`]s run
//! (`vf:RecipeProcess`, their inputs and outputs `vf:RecipeFlow`), with the [`Person`]s and [`Tool`]s that the steps
//! want beside them and what is to be known of each [`Item`]. All of it is data a person writes, in JSON, TOML or
//! a spreadsheet; [`Model::check`] says whether it can be right. Whatever is left out takes a value that asks for
//! nothing: a recipe of four lines stays one.
//!
//! It knows nothing of stock, orders or dates.

use crate::Calendar;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, SpecId, Text};

/// What an agent can make, and where.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// how things are made, by what comes out
    pub recipes: BTreeMap<SpecId, Recipe>,
    /// where work is done, by the name the steps use
    pub work_centers: BTreeMap<String, WorkCenter>,
    /// what is to be known of things beyond how they are made
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<SpecId, Item>,
    /// who works, by name; steps ask for a skill, not for a name
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<String, Person>,
    /// what the steps share beside work centres: dies, jigs, gauges; by the name the steps use
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, Tool>,
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
    /// what else comes out: co-products and by-products
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_products: Vec<ByProduct>,
    /// how much may be made in one order
    #[serde(default, skip_serializing_if = "LotSize::is_free")]
    pub lot: LotSize,
}

impl Recipe {
    /// A recipe for one unit a batch, with nothing in it yet.
    pub fn new(output: SpecId) -> Self {
        Self {
            output,
            output_quantity: one(),
            inputs: vec![],
            steps: vec![],
            by_products: vec![],
            lot: LotSize::default(),
        }
    }
}

/// Something that comes out of a batch beside what the recipe is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByProduct {
    /// what
    pub spec: SpecId,
    /// how much of it per batch
    pub quantity: Decimal,
}

/// How much one order, to make or to buy, may be for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LotSize {
    /// at least so much; 0 = any
    #[serde(skip_serializing_if = "is_none")]
    pub minimum: Decimal,
    /// at most so much: more is several orders
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Decimal>,
    /// a multiple of so much; 0 = any. What is made is a multiple of the recipe's batch besides.
    #[serde(skip_serializing_if = "is_none")]
    pub multiple: Decimal,
}

impl LotSize {
    /// True when it asks for nothing.
    pub fn is_free(&self) -> bool {
        *self == Self::default()
    }
}

/// So much of a thing that goes in: by its [`Per`] in a [`Recipe`], in all in a
/// [`PlannedProcess`](crate::PlannedProcess).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// what goes in
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// for each what
    #[serde(default, skip_serializing_if = "Per::is_batch")]
    pub per: Per,
    /// what may go in instead, the preferred first, when it is not to be had in time
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<Substitute>,
}

impl Input {
    /// So much per batch, and nothing else will do.
    pub fn new(spec: SpecId, quantity: Decimal) -> Self {
        Self { spec, quantity, per: Per::Batch, substitutes: vec![] }
    }
}

/// What a quantity of an input counts for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// each batch
    #[default]
    Batch,
    /// each order, however large
    Order,
}

impl Per {
    fn is_batch(&self) -> bool {
        *self == Self::Batch
    }
}

/// What may go in instead of an input.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substitute {
    /// what
    pub spec: SpecId,
    /// how much of it, for all that the input says
    pub quantity: Decimal,
}

/// One step of a recipe: so much working time on one unit of a work centre, then so much waiting.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// the kind of work (process specification)
    pub name: String,
    /// where it is done, a key of [`Model::work_centers`]; empty when it is done outside
    #[serde(default, skip_serializing_if = "String::is_empty")]
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
    /// where else it may be done, the preferred first
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// share of what goes through this step that comes out spoilt, from 0 to below 1: so much more is begun
    #[serde(default, skip_serializing_if = "is_none")]
    pub scrap: Decimal,
    /// who must be there while it runs
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew: Option<Crew>,
    /// one of this tool is in use while it runs
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// what the work centre is set up for; see [`WorkCenter::changeovers`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// the next step may begin when so much of the output has passed this one; `None` = when all has
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Decimal>,
    /// another firm does it: it uses no work centre here, and is bought
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
}

/// Another place where a step may be done, with its own times.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// where
    pub work_center: String,
    /// working seconds once per order
    #[serde(default)]
    pub setup_s: i64,
    /// working seconds per batch
    #[serde(default)]
    pub run_s: i64,
}

/// So many people with one skill.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crew {
    /// what they must be able to do
    pub skill: String,
    /// how many of them
    #[serde(default = "one_unit")]
    pub people: u32,
}

/// Work that another firm does on what is sent to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// the service bought, one unit for each unit of the recipe's output
    pub service: SpecId,
    /// elapsed seconds from sending it out to having it back
    pub lead_time_s: i64,
}

/// What is to be known of a thing beyond how it is made.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Item {
    /// so much stays in stock, for what cannot be foreseen; planned for last
    #[serde(skip_serializing_if = "is_none")]
    pub safety_stock: Decimal,
    /// seconds a lot keeps after it was made or bought; 0 = for ever
    #[serde(skip_serializing_if = "is_zero")]
    pub shelf_life_s: i64,
    /// how it is bought when nobody has been asked; a quote tells better
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase: Option<Purchase>,
}

/// How a thing is usually bought.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// seconds from order to arrival
    pub lead_time_s: i64,
    /// how much one purchase may be for
    #[serde(default, skip_serializing_if = "LotSize::is_free")]
    pub lot: LotSize,
    /// when goods are taken in; `None` = at any time
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
}

/// Somebody who works.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// what this person can do
    pub skills: BTreeSet<String>,
    /// when this person works; `None` = whenever the work centre is open
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
}

/// Equal things of which a step uses one while it runs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// how many there are
    #[serde(default = "one_unit")]
    pub units: u32,
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
    /// how fast it works, percent of the times that the steps state
    #[serde(default = "hundred", skip_serializing_if = "is_hundred")]
    pub efficiency_percent: u32,
    /// set-up times by what ran before; a pair that is not listed takes the step's own set-up
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changeovers: Vec<Changeover>,
}

impl Default for WorkCenter {
    /// One unit, round the clock.
    fn default() -> Self {
        Self {
            name: None,
            units: one_unit(),
            calendar: None,
            efficiency_percent: hundred(),
            changeovers: vec![],
        }
    }
}

/// Working seconds to set a work centre up for one family of work after another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changeover {
    /// the family that ran before
    pub from: String,
    /// the family to run
    pub to: String,
    /// working seconds
    pub setup_s: i64,
}

fn one() -> Decimal {
    Decimal::ONE
}
fn one_unit() -> u32 {
    1
}
fn hundred() -> u32 {
    100
}
fn is_hundred(percent: &u32) -> bool {
    *percent == 100
}
fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}
fn is_none(quantity: &Decimal) -> bool {
    quantity.is_zero()
}
