//! What a search shows: listings from several answerers, and what each answerer gave and kept back.

use super::Who;
use crate::Standing;
use market::search::Listed;
use serde::Serialize;
use vocab::{AgentId, RecordId, Timestamp};

/// What a search came to.
#[derive(Clone, Debug, Serialize)]
pub struct SearchView {
    /// listings, the nearest first where a place was given, then the newest
    pub found: Vec<FoundView>,
    /// this node, then those it asked
    pub answerers: Vec<AnswererView>,
}

/// A listing that was found: checked, but not kept here unless `kept` says so.
#[derive(Clone, Debug, Serialize)]
pub struct FoundView {
    /// its record
    pub id: RecordId,
    /// who published it
    pub by: Who,
    /// how far its publisher is trusted here
    pub standing: Standing,
    /// this node's own
    pub mine: bool,
    /// when it was published, by its author's clock
    pub at: Timestamp,
    /// seconds since then
    pub age_s: i64,
    /// how far from the place looked for, kilometres
    pub distance_km: Option<u32>,
    /// whether this node keeps it
    pub kept: bool,
    /// who showed it
    pub shown_by: Vec<AgentId>,
    /// what it says
    pub listing: Listed,
}

/// A listing that a search found lately and that this node does not keep: the owner may act on it.
#[derive(Clone, Debug, Serialize)]
pub struct FoundId {
    /// its record
    pub id: RecordId,
    /// its kind of record: offer, need or pool
    pub kind: String,
}

/// One of those asked.
#[derive(Clone, Debug, Serialize)]
pub struct AnswererView {
    /// who
    pub who: Who,
    /// whether it answered
    pub outcome: SearchOutcome,
    /// listings that were good
    pub gave: u64,
    /// listings that do not fit what was looked for
    pub unfit: u64,
    /// records that their author did not sign
    pub forged: u64,
    /// listings that have expired or were withdrawn
    pub expired: u64,
    /// it says that it has more than it gave
    pub more: bool,
    /// listings that others showed and that it would have had to show: it said that it gave all, and they are not new
    pub left_out: Vec<RecordId>,
}

/// Whether somebody answered a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchOutcome {
    /// not yet
    Asked,
    /// it did
    Answered,
    /// it said that it will not
    Refused,
    /// nothing came
    Silent,
}
