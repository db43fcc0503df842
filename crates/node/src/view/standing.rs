//! How far others are trusted, and why.

use super::Who;
use crate::Standing;
use serde::Serialize;
use vocab::{Money, RecordId, Timestamp};

/// How far an agent is trusted, and what speaks for it.
#[derive(Clone, Debug, Serialize)]
pub struct StandingView {
    /// who
    pub who: Who,
    /// its standing with this node
    pub standing: Standing,
    /// room that its public records take up here and could be asked to give up: records, and one more for each further KiB
    pub room: u64,
    /// work it has spent on its key: zero bits
    pub stamp_bits: Option<u32>,
    /// when that work ends to count
    pub stamp_expires: Option<Timestamp>,
    /// who vouches for it
    pub vouched_by: Vec<VouchView>,
    /// for whom it vouches
    pub vouches_for: Vec<VouchView>,
}

/// One agent's word for another.
#[derive(Clone, Debug, Serialize)]
pub struct VouchView {
    /// the record
    pub record: RecordId,
    /// the other agent
    pub who: Who,
    /// what the one who vouches says it holds
    pub deposit: Option<Money>,
    /// not valid after
    pub expires: Timestamp,
}
