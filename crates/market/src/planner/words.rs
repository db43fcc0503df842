//! What a planner, its suppliers and its buyers say, and whether it is well-formed.

use crate::Result;
use crate::check::{LEAD_TIME_S_MAX, count_within, ensure, not_before, not_negative, place, positive};
use crate::error::{Error, shown};
use crate::topic::Topic;
use ledger::Statement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use vocab::{
    AgentId, Currency, Decimal, Money, Place, RecordId, SpecId, Text, Timestamp, Unit, after, phrase,
};

/// How long after a call closes a supplier may still award, seconds: after that everything under it has lapsed.
pub const LAPSE_S: i64 = 900;
/// Most products of one supply.
pub const PRODUCTS_MAX: usize = 4_000;
/// Most supplies a plan is made of.
pub const SUPPLIES_MAX: usize = 1_000;
/// Most demands a plan is made of.
pub const DEMANDS_MAX: usize = 50_000;
/// Most demands of one part.
pub const PART_DEMANDS_MAX: usize = 500;
/// Most parts of one plan.
pub const PARTS_MAX: usize = 8_000;

fn nothing(amount: &Decimal) -> bool {
    amount.is_zero()
}

/// Somebody will plan who makes what for whom; whoever wants to take part tells it by `takes_until`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanCall {
    /// for people
    pub name: Text,
    /// a coarse class by which others find it; without one it concerns everybody
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SpecId>,
    /// in which all prices are
    pub currency: Currency,
    /// what capacity is counted in
    pub unit: Unit,
    /// supplies and demands signed later do not count
    pub takes_until: Timestamp,
    /// the plan is out by then
    pub closes: Timestamp,
}

/// A supplier's conditional commitment, said to the planner: what it would make. It binds by its author's own
/// [`PlanAward`] only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSupply {
    /// the call
    pub call: RecordId,
    /// capacity, in the call's unit
    pub quantity: Decimal,
    /// time from the call's close to goods, seconds
    pub lead_time_s: i64,
    /// where from
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// what it would make, each thing once
    pub products: Vec<Product>,
}

/// One thing that a supplier would make.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// what it is counted in
    pub unit: Unit,
    /// for one unit, set-up aside
    pub unit_price: Decimal,
    /// capacity for one unit
    pub load: Decimal,
    /// what it costs to make any of it
    #[serde(default, skip_serializing_if = "nothing")]
    pub setup: Decimal,
}

/// A buyer's conditional commitment, said to the planner: bound once the supplier that the plan names awards it in time
/// within its limit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDemand {
    /// the call
    pub call: RecordId,
    /// what
    pub spec: SpecId,
    /// how much, all or nothing
    pub quantity: Decimal,
    /// most to be paid for one unit that is made on the spot
    pub at_most: Money,
    /// less so much for each kilometre
    #[serde(default, skip_serializing_if = "nothing")]
    pub per_km: Decimal,
    /// from no farther away
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_distance_km: Option<u32>,
    /// wanted where
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// what it is to cover, known to its author alone: by hash only
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<RecordId>,
}

/// What a supplier would have to take on at the prices of this round.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRound {
    /// the supply
    pub supply: RecordId,
    /// from 0
    pub round: u32,
    /// the price of its capacity at which that was reckoned: the last it said, and at first the same for all
    pub price: i64,
    /// what it would get, millionths of the capacity's unit
    pub load: u64,
    /// what steps of prices are measured by: millionths of the currency for [`super::PRICE_LOAD`] of load
    pub scale: i64,
}

/// A supplier's answer to a round: the price of its capacity from here on. It steers the plan and is paid by nobody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Congestion {
    /// the supply
    pub supply: RecordId,
    /// of which round
    pub round: u32,
    /// millionths of the currency for [`super::PRICE_LOAD`] of load
    pub price: i64,
}

/// Some demands of one buyer, and the supplier to serve them if any: part of a plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanPart {
    /// the call
    pub call: RecordId,
    /// who serves them; nobody where it is not said, and then they are free
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<Served>,
    /// the demands, rising
    pub demands: Vec<RecordId>,
}

/// By whom demands are served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// who
    pub by: AgentId,
    /// its supply
    pub supply: RecordId,
}

/// A whole plan: what it was made of and what it came to. It binds nobody; whoever has what it names can make it again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanResult {
    /// the call
    pub call: RecordId,
    /// the supplies taken with the last price of each, rising
    pub supplies: Vec<Priced>,
    /// its [`PlanPart`]s, rising: each demand taken stands in one
    pub parts: Vec<RecordId>,
}

/// A supply and the last price of its capacity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priced {
    /// the supply
    pub supply: RecordId,
    /// as in [`Congestion`]
    pub price: i64,
}

/// The supplier's certificate: it binds both to the demand at this price.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanAward {
    /// the demand taken
    pub demand: RecordId,
    /// the part of the plan that names its author
    pub part: RecordId,
    /// the [`PlanResult`], by which its buyer can make the plan again
    pub plan: RecordId,
    /// for one unit: what is listed and its share of the set-up
    pub unit_price: Decimal,
    /// the share of the set-up in it
    #[serde(default, skip_serializing_if = "nothing")]
    pub setup_share: Decimal,
    /// for people
    pub name: Text,
    /// what the goods are counted in
    pub unit: Unit,
    /// from where they come
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// the goods will be there by then
    pub promise: Timestamp,
}

impl Statement for PlanCall {
    const KIND: &'static str = "plan_call";
}
impl Statement for PlanSupply {
    const KIND: &'static str = "plan_supply";
    fn refs(&self) -> Vec<RecordId> {
        vec![self.call]
    }
}
impl Statement for PlanDemand {
    const KIND: &'static str = "plan_demand";
    fn refs(&self) -> Vec<RecordId> {
        [self.call].into_iter().chain(self.because).collect()
    }
}
impl Statement for PlanRound {
    const KIND: &'static str = "plan_round";
    fn refs(&self) -> Vec<RecordId> {
        vec![self.supply]
    }
}
impl Statement for Congestion {
    const KIND: &'static str = "congestion";
    fn refs(&self) -> Vec<RecordId> {
        vec![self.supply]
    }
}
impl Statement for PlanPart {
    const KIND: &'static str = "plan_part";
    fn refs(&self) -> Vec<RecordId> {
        let supply = self.served.as_ref().map(|s| s.supply);
        [self.call].into_iter().chain(supply).chain(self.demands.iter().copied()).collect()
    }
}
impl Statement for PlanResult {
    const KIND: &'static str = "plan_result";
    fn refs(&self) -> Vec<RecordId> {
        let supplies = self.supplies.iter().map(|s| s.supply);
        [self.call].into_iter().chain(supplies).chain(self.parts.iter().copied()).collect()
    }
}
impl Statement for PlanAward {
    const KIND: &'static str = "plan_award";
    fn refs(&self) -> Vec<RecordId> {
        vec![self.demand, self.part, self.plan]
    }
}

impl PlanCall {
    /// Checks name and times.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        not_before("closes", self.closes, "takes_until", self.takes_until)
    }
    /// Where it is spread.
    pub fn topic(&self) -> Topic {
        self.category.as_ref().map_or(Topic::Commons, Topic::trade)
    }
    /// After that, whatever was said under it and has not been awarded has lapsed.
    pub fn lapses(&self) -> Timestamp {
        after(self.closes, LAPSE_S)
    }
}

impl PlanSupply {
    /// Checks amounts, and that each thing stands in it once.
    pub fn check(&self) -> Result<()> {
        positive("quantity", self.quantity)?;
        ensure((0..=LEAD_TIME_S_MAX).contains(&self.lead_time_s), || {
            let remedy = phrase(
                format!("give 0 to {LEAD_TIME_S_MAX} seconds"),
                format!("须为 0 至 {LEAD_TIME_S_MAX} 秒"),
            );
            Error::field("lead_time_s", shown(self.lead_time_s), remedy)
        })?;
        place(&self.place)?;
        count_within("products", self.products.len(), PRODUCTS_MAX)?;
        let mut seen = BTreeSet::new();
        self.products.iter().try_for_each(|product| {
            product.name.check("name")?;
            not_negative("unit_price", product.unit_price)?;
            positive("load", product.load)?;
            not_negative("setup", product.setup)?;
            ensure(seen.insert(&product.spec), || {
                Error::field("products", shown(&product.spec), phrase("list each thing once", "每种只列一次"))
            })
        })
    }
    /// How it would make this.
    pub fn product(&self, spec: &SpecId) -> Option<&Product> {
        self.products.iter().find(|p| p.spec == *spec)
    }
}

impl PlanDemand {
    /// Checks amounts and place.
    pub fn check(&self) -> Result<()> {
        positive("quantity", self.quantity)?;
        not_negative("at_most", self.at_most.amount)?;
        not_negative("per_km", self.per_km)?;
        place(&self.place)
    }
}

impl PlanRound {
    /// Checks price and scale.
    pub fn check(&self) -> Result<()> {
        ensure(self.price >= 0, || {
            Error::field("price", shown(self.price), phrase("give 0 or more", "不得小于 0"))
        })?;
        ensure(self.scale > 0, || {
            Error::field("scale", shown(self.scale), phrase("give more than 0", "须大于 0"))
        })
    }
}

impl Congestion {
    /// Checks the price.
    pub fn check(&self) -> Result<()> {
        ensure(self.price >= 0, || {
            Error::field("price", shown(self.price), phrase("give 0 or more", "不得小于 0"))
        })
    }
}

impl PlanPart {
    /// Checks the list of demands.
    pub fn check(&self) -> Result<()> {
        count_within("demands", self.demands.len(), PART_DEMANDS_MAX)?;
        rising("demands", self.demands.iter())
    }
}

impl PlanResult {
    /// Checks the lists and prices.
    pub fn check(&self) -> Result<()> {
        count_within("supplies", self.supplies.len(), SUPPLIES_MAX)?;
        count_within("parts", self.parts.len(), PARTS_MAX)?;
        rising("supplies", self.supplies.iter().map(|s| &s.supply))?;
        rising("parts", self.parts.iter())?;
        let below = self.supplies.iter().find(|s| s.price < 0);
        below.map_or(Ok(()), |s| {
            Err(Error::field("price", shown(s.price), phrase("give 0 or more", "不得小于 0")))
        })
    }
}

impl PlanAward {
    /// Checks amounts and place.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        not_negative("unit_price", self.unit_price)?;
        not_negative("setup_share", self.setup_share)?;
        place(&self.place)
    }
}

fn rising<'a>(field: &'static str, list: impl Iterator<Item = &'a RecordId>) -> Result<()> {
    let mut last: Option<&RecordId> = None;
    for id in list {
        ensure(last.is_none_or(|l| l < id), || {
            Error::field(field, shown(id), phrase("list ids rising, each once", "编号须递增且不重复"))
        })?;
        last = Some(id);
    }
    Ok(())
}
