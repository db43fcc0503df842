//! Joint plans, as shown to people.

use super::Who;
use market::planner::{PlanCall, PlanDemand, PlanSupply};
use serde::{Deserialize, Serialize};
use vocab::{Decimal, RecordId};

/// A call for a joint plan, as known here.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// its record
    pub id: RecordId,
    /// who plans
    pub by: Who,
    /// this node's own
    pub mine: bool,
    /// what is planned, until when inputs are taken, when the plan is out
    pub call: PlanCall,
    /// supplies and demands are taken now
    pub open: bool,
    /// rounds of prices begun, at the planner
    pub rounds: u32,
    /// how many supplies are known here
    pub supplies_taken: usize,
    /// how many demands are known here
    pub demands_taken: usize,
    /// supplies of this node
    pub supplies: Vec<SupplyView>,
    /// demands of this node
    pub demands: Vec<DemandView>,
    /// what this node has awarded
    pub awards: Vec<PlanAwardView>,
    /// the plan, where it was shown or named
    pub result: Option<RecordId>,
    /// what came of making it again here
    pub replay: ReplayView,
    /// records of it that were not here when it was made again
    pub missing: Vec<RecordId>,
}

/// A supply of this node's.
#[derive(Clone, Debug, Serialize)]
pub struct SupplyView {
    /// its record
    pub id: RecordId,
    /// what was said
    pub supply: PlanSupply,
    /// where it stands
    pub state: SupplyViewState,
    /// the last round of prices answered, from 0
    pub round: Option<u32>,
    /// the last price of its capacity, millionths of the currency for one unit
    pub price: i64,
}

/// Where a supply stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplyViewState {
    /// the planner has it, or will
    Said,
    /// the planner would not have it
    Refused,
    /// the plan is out
    Planned,
    /// by the clock
    Lapsed,
}

/// A demand of this node's.
#[derive(Clone, Debug, Serialize)]
pub struct DemandView {
    /// its record; the deal's id once it is awarded
    pub id: RecordId,
    /// what was said
    pub demand: PlanDemand,
    /// where it stands
    pub state: DemandViewState,
    /// whom the plan names for it, once that is known
    pub named: Option<Who>,
    /// price of one unit, its share of the set-up included
    pub unit_price: Option<Decimal>,
    /// the share of the set-up in it
    pub setup_share: Option<Decimal>,
}

/// Where a demand stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandViewState {
    /// it waits for the plan
    Said,
    /// the plan has nobody for it
    Unserved,
    /// the planner would not have it
    Refused,
    /// it has made a deal
    Awarded,
    /// by the clock
    Lapsed,
}

/// What this node has awarded to a demand.
#[derive(Clone, Debug, Serialize)]
pub struct PlanAwardView {
    /// the demand, and the deal
    pub demand: RecordId,
    /// the supply it is made from
    pub supply: RecordId,
    /// price of one unit, its share of the set-up included
    pub unit_price: Decimal,
    /// the share of the set-up in it
    pub setup_share: Decimal,
}

/// What came of making a plan again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayView {
    /// it was not made again here
    Not,
    /// something of it is not here
    Missing,
    /// the same came of it
    Same,
    /// something else came of it, or it is not made of what it should be: false
    Different,
}
