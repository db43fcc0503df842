//! The plan as its owner sees it: work on work centres over time, what is lacking, what hangs on what, and what would
//! follow from a change.
//!
//! Durations are whole seconds, quantities decimals, instants in UTC.

use super::{DealState, OrderSource, ProcessState};
use planning::{Crew, Load, Stretch};
use serde::Serialize;
use vocab::{AgentId, Decimal, Money, RecordId, SpecId, Text, Timestamp};

/// What is planned between two instants.
#[derive(Clone, Debug, Serialize)]
pub struct PlanView {
    /// the node's clock
    pub now: Timestamp,
    /// from when
    pub from: Timestamp,
    /// up to when, exclusive
    pub to: Timestamp,
    /// where work is done, by name
    pub work_centers: Vec<CenterView>,
    /// what is planned or under way in that time, earliest first, at most 2,000
    pub processes: Vec<PlannedView>,
    /// what is not here yet for work that has not begun, the most urgent first
    pub shortages: Vec<ShortageView>,
    /// there is more than is shown
    pub truncated: bool,
}

/// A work centre over time.
#[derive(Clone, Debug, Serialize)]
pub struct CenterView {
    /// its name in the model
    pub id: String,
    /// for people
    pub name: Text,
    /// how many orders it works on at once; 0 = no limit
    pub units: u32,
    /// when its calendar closes it
    pub closed: Vec<Stretch>,
    /// when it is out of use besides
    pub down: Vec<DownView>,
    /// units in use, closed hours between the parts of one process included
    pub load: Vec<Load>,
    /// day by day
    pub days: Vec<DayView>,
}

/// A time in which a work centre is out of use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DownView {
    /// from when
    pub start: Timestamp,
    /// up to when, exclusive
    pub end: Timestamp,
    /// why
    pub reason: String,
}

/// One day at a work centre, in its own time zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct DayView {
    /// when the day begins
    pub start: Timestamp,
    /// open seconds, for all units together; of one unit where there is no limit
    pub open_s: i64,
    /// of these, in use
    pub used_s: i64,
}

/// How firm a plan is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanStage {
    /// set aside for a quote or an own order that nobody has signed yet
    Hold,
    /// signatures are being collected
    Signing,
    /// every tier has signed
    Firm,
}

/// One process on the board.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedView {
    /// the record that reserved it
    pub plan: RecordId,
    /// its number in that plan
    pub index: u32,
    /// the order it serves
    pub order: RecordId,
    /// what it makes
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// the kind of work
    pub step: String,
    /// how much the order makes
    pub quantity: Decimal,
    /// where
    pub work_center: String,
    /// when the work begins
    pub start: Timestamp,
    /// when the work ends, and with it the use of the work centre
    pub work_end: Timestamp,
    /// when its result is there
    pub end: Timestamp,
    /// how far it is
    pub state: ProcessState,
    /// how firm the order is
    pub stage: PlanStage,
    /// what is only held ends then
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<Timestamp>,
    /// what made the order
    pub source: OrderSource,
    /// for whom, where it is one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<AgentId>,
    /// what they call themselves
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_name: Option<String>,
    /// when it is wanted
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// when the order will be ready by this plan
    pub promise: Timestamp,
    /// by how much that is later than wanted, or than promised where nobody said by when
    pub late_s: i64,
    /// it may be put elsewhere
    pub movable: bool,
    /// the processes of the same plan that it waits for
    pub after: Vec<u32>,
    /// who must be there
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crew: Option<Crew>,
    /// the tool in use
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

/// Something that is not here yet for work that has not begun.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShortageView {
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// how much is lacking
    pub quantity: Decimal,
    /// when the work that takes it begins
    pub needed_at: Timestamp,
    /// the order it is for
    pub order: RecordId,
    /// when it comes, if it is on its way
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrives: Option<Timestamp>,
    /// by which deal
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deal: Option<RecordId>,
}

/// What a node of the tree is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// what was ordered
    Demand,
    /// made here
    Make,
    /// taken from stock
    Stock,
    /// bought
    Purchase,
}

/// So much of something, and where it comes from. The quantities of the children of one specification sum up to what
/// is needed of it.
#[derive(Clone, Debug, Serialize)]
pub struct TreeNode {
    /// where it comes from
    pub kind: NodeKind,
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// how much of it is for what is above
    pub quantity: Decimal,
    /// how much is made or bought at once, where that is more
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Decimal>,
    /// when it is there
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// by how much it is later than wanted
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_s: Option<i64>,
    /// on the chain that sets the date
    pub weakest: bool,
    /// how it is made
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<TreeStep>,
    /// from which lots
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<TreeLot>,
    /// the deal by which it is bought
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deal: Option<RecordId>,
    /// from whom
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<AgentId>,
    /// what they call themselves
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_name: Option<String>,
    /// where that deal stands
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<DealState>,
    /// when they promised it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Timestamp>,
    /// their quote, or all that is set aside for the order, holds until then
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<Timestamp>,
    /// everybody who was asked for it
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<AskedView>,
    /// what it takes
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<TreeNode>,
    /// some of what it takes is left out: a tree has at most 500 nodes
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// One step of making something.
#[derive(Clone, Debug, Serialize)]
pub struct TreeStep {
    /// its number in the plan
    pub index: u32,
    /// the kind of work
    pub step: String,
    /// where
    pub work_center: String,
    /// from when
    pub start: Timestamp,
    /// up to when
    pub end: Timestamp,
    /// how far it is
    pub state: ProcessState,
}

/// So much of one lot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TreeLot {
    /// its passport
    pub lot: RecordId,
    /// how much
    pub quantity: Decimal,
}

/// An enquiry and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct AskedView {
    /// the deal
    pub deal: RecordId,
    /// who was asked
    pub with: AgentId,
    /// what they call themselves
    pub with_name: String,
    /// where it stands
    pub stage: DealState,
    /// it would be there by then
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Timestamp>,
    /// the quote holds until then, while it is one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<Timestamp>,
    /// for one unit
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    /// it was taken
    pub chosen: bool,
}

/// What would follow from putting a process elsewhere.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewView {
    /// the command would do it
    pub possible: bool,
    /// why not
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// where things would be, as far as they would be elsewhere
    pub moves: Vec<MoveView>,
    /// which orders would be ready at another time
    pub promises: Vec<PromiseView>,
}

/// A process at another time or place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MoveView {
    /// the record that reserved it
    pub plan: RecordId,
    /// its number in that plan
    pub index: u32,
    /// where
    pub work_center: String,
    /// when the work begins
    pub start: Timestamp,
    /// when the work ends
    pub work_end: Timestamp,
    /// when its result is there
    pub end: Timestamp,
}

/// An order that is ready at another time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PromiseView {
    /// which
    pub order: RecordId,
    /// for whom, where it is one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<AgentId>,
    /// what they call themselves
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_name: Option<String>,
    /// ready until now
    pub from: Timestamp,
    /// ready then
    pub to: Timestamp,
    /// by how much that is later than wanted, or than promised where nobody said by when
    pub late_s: i64,
}

/// How much of something could be had by when.
#[derive(Clone, Debug, Serialize)]
pub struct CapableView {
    /// what
    pub spec: SpecId,
    /// more and more, later and later; empty when nothing is known of where it comes from
    pub steps: Vec<CapableStep>,
}

/// So much by then.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct CapableStep {
    /// how much
    pub quantity: Decimal,
    /// by when
    pub promise: Timestamp,
}
