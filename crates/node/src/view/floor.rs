//! What a node shows of the shop floor: dispatch lists, and what the runs say of the recipes.

use crate::reason::StopReason;
use crate::view::ProcessState;
use planning::Crew;
use serde::Serialize;
use vocab::{Decimal, RecordId, SpecId, Text, Timestamp};

/// The work at a work centre, or at all of them, in the order in which to do it.
#[derive(Clone, Debug, Serialize)]
pub struct FloorView {
    /// this node's clock
    pub now: Timestamp,
    /// where; everywhere when not said
    pub work_center: Option<String>,
    /// what is under way first, then what can begin, then what waits; each by planned start
    pub entries: Vec<FloorEntry>,
    /// there are more than were asked for
    pub truncated: bool,
}

/// A process to work on.
#[derive(Clone, Debug, Serialize)]
pub struct FloorEntry {
    /// the record that reserved it
    pub plan: RecordId,
    /// its number there
    pub index: u32,
    /// the order it serves
    pub order: RecordId,
    /// what it makes
    pub spec: SpecId,
    /// the same, for people
    pub name: Text,
    /// which step of the recipe, from 0
    pub step: u32,
    /// the kind of work
    pub work: String,
    /// where
    pub work_center: String,
    /// how much is to be worked on: what was planned, less what the steps before it lost
    pub quantity: Decimal,
    /// planned
    pub start: Timestamp,
    /// planned
    pub work_end: Timestamp,
    /// where it stands
    pub state: ProcessState,
    /// why it stands still
    pub paused: Option<PauseView>,
    /// it can be worked on now
    pub ready: bool,
    /// what it waits for, when it is not ready
    pub waits_for: Option<Text>,
    /// good pieces reported
    pub good: Decimal,
    /// spoilt pieces reported
    pub scrap: Decimal,
    /// when work on it began
    pub started_at: Option<Timestamp>,
    /// working seconds so far: pauses and closed hours do not count
    pub worked_s: i64,
    /// what it takes when it begins, and from which lots
    pub inputs: Vec<FloorInput>,
    /// when what its order makes is due: as asked for, else as promised
    pub due: Timestamp,
    /// seconds it is behind its planned start, or its planned end once begun
    pub late_s: i64,
    /// who must be there
    pub crew: Option<Crew>,
    /// who is planned to be
    pub people: Vec<String>,
    /// the tool in use
    pub tool: Option<String>,
}

/// Why and since when a process stands still.
#[derive(Clone, Debug, Serialize)]
pub struct PauseView {
    /// why
    pub reason: StopReason,
    /// for people
    pub note: String,
    /// since when
    pub at: Timestamp,
}

/// What a process takes of one thing.
#[derive(Clone, Debug, Serialize)]
pub struct FloorInput {
    /// what
    pub spec: SpecId,
    /// the same, for people
    pub name: Text,
    /// how much
    pub quantity: Decimal,
    /// the lots on hand, in the order in which they are taken; at most 100
    pub lots: Vec<FloorLot>,
}

/// A lot a process may take from.
#[derive(Clone, Debug, Serialize)]
pub struct FloorLot {
    /// its passport
    pub lot: RecordId,
    /// how much of it is here
    pub quantity: Decimal,
    /// when it expires
    pub expires: Option<Timestamp>,
    /// it has: it is taken only when somebody names it
    pub expired: bool,
    /// how much of it would be taken if nobody chooses otherwise
    pub chosen: Decimal,
}

/// What the shop floor has shown of a step, beside what its recipe says.
#[derive(Clone, Debug, Serialize)]
pub struct EstimateView {
    /// what the recipe makes
    pub spec: SpecId,
    /// the same, for people
    pub name: Text,
    /// which step, from 0
    pub step: u32,
    /// the kind of work
    pub work: String,
    /// where
    pub work_center: String,
    /// runs it is reckoned from: the last 32 at most
    pub samples: u64,
    /// the recipe's, seconds once per order
    pub setup_s: i64,
    /// the recipe's, seconds per batch
    pub run_s: i64,
    /// the median of what happened, seconds per batch, once there was a run
    pub actual_run_s: Option<i64>,
    /// the recipe's share of what is spoilt
    pub recipe_scrap: Decimal,
    /// the share that was spoilt
    pub scrap: Decimal,
    /// a run time that fits better, after three runs
    pub suggested_run_s: Option<i64>,
    /// a share of scrap that fits better, after three runs
    pub suggested_scrap: Option<Decimal>,
}
