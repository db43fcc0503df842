//! What a site plan says: what to make, buy and deliver when, and what serves what.
//!
//! A [`SitePlan`] stands for itself: everything in it is named by number within the plan or by the names of the
//! [`Situation`](super::Situation).

use serde::{Deserialize, Serialize};
use vocab::{Decimal, SpecId, Timestamp};

/// A plan of a whole site.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitePlan {
    /// what is made, by start
    pub make: Vec<SiteOrder>,
    /// what is bought, by arrival
    pub buy: Vec<SitePurchase>,
    /// what is delivered, in the order of the demands
    pub deliver: Vec<Delivery>,
    /// how each demand fares, in the order of the demands
    pub demands: Vec<Outcome>,
    /// what serves what
    pub pegging: Vec<Peg>,
}

/// One make order with its processes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteOrder {
    /// what
    pub spec: SpecId,
    /// how much comes out
    pub quantity: Decimal,
    /// the name of the firm or started [`Work`](super::Work) that it is
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
    /// its steps, in sequence
    pub processes: Vec<SiteProcess>,
    /// what else comes out
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_products: Vec<ByProductMade>,
}

/// What comes out of an order beside what it is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByProductMade {
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
}

/// One step of an order, in time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteProcess {
    /// which step of the recipe, from 0
    pub step: u32,
    /// where; the step's own name for it when another firm does it
    pub work_center: String,
    /// when the work begins
    pub start: Timestamp,
    /// when the work ends; closed hours since `start` are pauses
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

/// One purchase.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitePurchase {
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// when to order at the latest
    pub order_at: Timestamp,
    /// when it is there
    pub arrives: Timestamp,
}

/// So much to a demand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// the demand's name
    pub demand: String,
    /// when
    pub at: Timestamp,
    /// how much
    pub quantity: Decimal,
}

/// How one demand fares.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// the demand's name
    pub demand: String,
    /// when all of it is delivered; `None` = it cannot be
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Timestamp>,
    /// seconds after the due date; 0 = on time
    pub late_s: i64,
    /// what is lacking when it cannot be delivered
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacking: Option<SpecId>,
}

/// So much of one supply goes to one use.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peg {
    /// what
    pub spec: SpecId,
    /// where it comes from
    pub from: Supply,
    /// where it goes
    pub to: Use,
    /// how much
    pub quantity: Decimal,
    /// when it is taken
    pub at: Timestamp,
}

/// Where something comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// a lot in stock, by name
    Stock(String),
    /// a receipt, by name
    Receipt(String),
    /// a make order, by its place in [`SitePlan::make`]
    Make(u32),
    /// a purchase, by its place in [`SitePlan::buy`]
    Buy(u32),
}

/// Where something goes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// a demand, by name
    Demand(String),
    /// a make order, by its place in [`SitePlan::make`]
    Make(u32),
    /// safety stock
    Safety,
}
