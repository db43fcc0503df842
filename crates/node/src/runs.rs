//! What has become of one planned process on the shop floor, as a fold over what was said of it.
//!
//! A [`Run`] counts pieces and working time. Where a process stands in its plan, and what its order makes of it, is
//! for [`orders`](crate::orders).

use crate::reason::StopReason;
use crate::view::ProcessState;
use vocab::{Decimal, Timestamp};

/// One planned process, from not begun to done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) stage: RunStage,
    /// good pieces: reported so far, or in all once it is done
    pub(crate) good: Decimal,
    /// spoilt pieces
    pub(crate) scrap: Decimal,
    pub(crate) started_at: Option<Timestamp>,
    /// working seconds up to the last pause; pauses and closed hours do not count
    pub(crate) worked_s: i64,
}

/// Where a process stands.
#[derive(Clone, Debug, Default)]
pub(crate) enum RunStage {
    #[default]
    Planned,
    Running {
        since: Timestamp,
    },
    Paused(Pause),
    Done {
        at: Timestamp,
    },
}

/// Why nobody works on a process that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Pause {
    pub(crate) reason: StopReason,
    pub(crate) note: String,
    pub(crate) at: Timestamp,
}

impl Run {
    pub(crate) fn state(&self) -> ProcessState {
        match self.stage {
            RunStage::Planned => ProcessState::Planned,
            RunStage::Running { .. } => ProcessState::Started,
            RunStage::Paused(_) => ProcessState::Paused,
            RunStage::Done { .. } => ProcessState::Done,
        }
    }
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.stage, RunStage::Done { .. })
    }
    pub(crate) fn done_at(&self) -> Option<Timestamp> {
        match self.stage {
            RunStage::Done { at } => Some(at),
            _ => None,
        }
    }
    /// Since when it has been running, if it is.
    pub(crate) fn running_since(&self) -> Option<Timestamp> {
        match self.stage {
            RunStage::Running { since } => Some(since),
            _ => None,
        }
    }

    pub(crate) fn begin(&mut self, at: Timestamp) {
        self.started_at.get_or_insert(at);
        self.stage = RunStage::Running { since: at };
    }
    /// `worked_s` are the working seconds since it was begun or resumed.
    pub(crate) fn pause(&mut self, pause: Pause, worked_s: i64) {
        self.worked_s = self.worked_s.saturating_add(worked_s);
        self.stage = RunStage::Paused(pause);
    }
    pub(crate) fn count(&mut self, good: Decimal, scrap: Decimal) {
        self.good += good;
        self.scrap += scrap;
    }
    /// `good` and `scrap` are in all.
    pub(crate) fn finish(&mut self, good: Decimal, scrap: Decimal, at: Timestamp, worked_s: i64) {
        self.worked_s = self.worked_s.saturating_add(worked_s);
        (self.good, self.scrap) = (good, scrap);
        self.stage = RunStage::Done { at };
    }
    /// What comes out of it as far as is known, of so much that goes in.
    pub(crate) fn output(&self, goes_in: Decimal) -> Decimal {
        if self.is_done() { self.good } else { (goes_in - self.scrap).max(Decimal::ZERO) }
    }
}
