//! What a site plan starts from: the time, what is there, what is under way, and who wants what by when.
//!
//! A [`Situation`] is data; with a [`Model`](crate::Model) it is all that planning needs to know.

use serde::{Deserialize, Serialize};
use vocab::{Decimal, SpecId, Timestamp};

/// Where a site stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// nothing is planned before this
    pub now: Timestamp,
    /// what is in stock
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stock: Vec<StockLot>,
    /// what has been bought and is on its way
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// make orders that are firm or have been started, and do not move
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<Work>,
    /// what is wanted
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<SiteDemand>,
}

/// So much of a thing in stock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockLot {
    /// its name
    pub lot: String,
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// not to be used after this; `None` = keeps for ever
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// So much of a thing that will arrive.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// its name
    pub id: String,
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// when it is there
    pub at: Timestamp,
}

/// A make order that does not move: what of it is still to be done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// its name
    pub id: String,
    /// what it makes
    pub spec: SpecId,
    /// how much of it
    pub quantity: Decimal,
    /// what is still to be done, in sequence; the last ends with the output
    pub processes: Vec<WorkProcess>,
    /// what it has not taken from stock yet, wanted when its first process begins
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<WorkInput>,
}

/// A process whose times are fixed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkProcess {
    /// which step of the recipe, from 0
    pub step: u32,
    /// where
    pub work_center: String,
    /// since when, or from when
    pub start: Timestamp,
    /// until when it keeps its work centre
    pub work_end: Timestamp,
    /// when the step is over
    pub end: Timestamp,
    /// who works on it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// the tool in use
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// which unit, from 0, where set-up depends on what ran there before
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<u32>,
}

/// What fixed work will take.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkInput {
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
}

/// So much of a thing that somebody wants by a date.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteDemand {
    /// its name, unlike any other's
    pub id: String,
    /// what
    pub spec: SpecId,
    /// how much, above zero
    pub quantity: Decimal,
    /// by when; `None` = as early as can be, and never late
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// 1 = before all others; a larger number waits for smaller ones
    #[serde(default = "middle")]
    pub priority: u8,
}

fn middle() -> u8 {
    2
}
