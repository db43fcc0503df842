//! Orders as shown: what is made for them, in which processes, and what is bought.

use super::PauseView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{Decimal, RecordId, SpecId, Text, Timestamp};

/// What an order of this node's serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSource {
    /// a buyer's enquiry
    Deal,
    /// a pool that was made
    Pool,
    /// a bid, or a demand of a joint plan, that was awarded
    Bid,
    /// its own demand
    Own,
}

impl OrderSource {
    /// True for what is sold before it is planned: it is planned until it can be.
    pub(crate) fn is_sold(self) -> bool {
        matches!(self, Self::Pool | Self::Bid)
    }
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// asking upstream
    Asking,
    /// planned: a hold stands
    Held,
    /// signatures are being collected upstream
    Signing,
    /// firm
    Firm,
    /// made
    Made,
    /// given up
    Dropped,
}

/// An order: what this node has to do to keep a promise.
#[derive(Clone, Debug, Serialize)]
pub struct OrderView {
    /// its id: the enquiry, pool or demand record it serves
    pub id: RecordId,
    /// what it serves
    pub source: OrderSource,
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// how much
    pub quantity: Decimal,
    /// where it stands
    pub state: OrderState,
    /// why it was dropped
    pub trouble: Option<Text>,
    /// ready by then, once planned
    pub promise: Option<Timestamp>,
    /// the moment the promise was reckoned from
    pub start: Timestamp,
    /// taken from stock
    pub take: BTreeMap<SpecId, Decimal>,
    /// bought in
    pub purchases: Vec<PurchaseView>,
    /// the work
    pub processes: Vec<ProcessView>,
    /// how much less than `quantity` there will be, as far as the shop floor has said
    pub short: Decimal,
}

/// An input an order buys in.
#[derive(Clone, Debug, Serialize)]
pub struct PurchaseView {
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// the enquiries sent for it
    pub asked: Vec<RecordId>,
    /// the one whose quote was taken
    pub chosen: Option<RecordId>,
}

/// Where a process stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessState {
    /// not begun
    Planned,
    /// under way
    Started,
    /// begun, and standing still
    Paused,
    /// done
    Done,
}

/// One run of a recipe step.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessView {
    /// the record that reserved it
    pub plan: RecordId,
    /// its number there
    pub index: u32,
    /// the order it serves
    pub order: RecordId,
    /// the order is firm, so it may be started
    pub firm: bool,
    /// what it makes
    pub spec: SpecId,
    /// for people
    pub output_name: Text,
    /// how much
    pub quantity: Decimal,
    /// the kind of work
    pub name: String,
    /// where
    pub work_center: String,
    /// planned
    pub start: Timestamp,
    /// planned
    pub end: Timestamp,
    /// where it stands
    pub state: ProcessState,
    /// what it takes, and whether that is there
    pub inputs: Vec<ProcessInput>,
    /// everything it needs is there and the step before is done
    pub ready: bool,
    /// good pieces so far, or in all once it is done
    pub good: Decimal,
    /// spoilt pieces
    pub scrap: Decimal,
    /// when work on it began
    pub started_at: Option<Timestamp>,
    /// when it was done
    pub done_at: Option<Timestamp>,
    /// working seconds so far: pauses and closed hours do not count
    pub worked_s: i64,
    /// why it stands still
    pub paused: Option<PauseView>,
}

/// An input of a process.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessInput {
    /// what
    pub spec: SpecId,
    /// how much it takes
    pub quantity: Decimal,
    /// how much there is for it
    pub available: Decimal,
}
