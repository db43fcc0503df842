//! What has become of each lot that was ever here: the pages forward trace reads.
//!
//! A [`LotHistory`] stays when the lot is gone. It also keeps what came and went in all, against which the shelves
//! are audited, and which pieces are here, so that no piece can arrive twice.

use super::Holding;
use crate::statement::LotId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, Decimal, RecordId, SpecId, Unit};

/// How some of a lot came to be here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Origin {
    /// made here
    Made {
        /// how much
        quantity: Decimal,
    },
    /// found here, or here when the books were opened
    Raised {
        /// how much
        quantity: Decimal,
    },
    /// taken over
    Received {
        /// from whom
        from: AgentId,
        /// this agent's takeover
        takeover: RecordId,
        /// how much was accepted
        quantity: Decimal,
    },
}

/// Some of a lot that was handed to someone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handed {
    /// to whom
    pub to: AgentId,
    /// under which record
    pub handover: RecordId,
    /// how much, less what was refused
    pub quantity: Decimal,
    /// which pieces, where they are numbered
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub serials: BTreeSet<String>,
}

/// All that happened here to one lot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LotHistory {
    /// what it is
    pub spec: SpecId,
    /// what it is counted in, once an event has said so
    pub unit: Option<Unit>,
    /// how it came, in order
    pub origins: Vec<Origin>,
    /// lots that went into it here
    pub inputs: BTreeSet<LotId>,
    /// lots made here that it went into
    pub outputs: BTreeSet<LotId>,
    /// to whom it went, by handover, answered or not
    pub handed: BTreeMap<RecordId, Handed>,
    /// all that ever came here
    pub came: Decimal,
    /// all that was used up, lost, or taken over by others
    pub went: Decimal,
    /// `None` where pieces are not numbered
    #[serde(skip)]
    pub(super) pieces: Option<BTreeSet<String>>,
}

impl LotHistory {
    pub(super) fn new(spec: SpecId, numbered: Option<BTreeSet<String>>) -> Self {
        Self {
            spec,
            unit: None,
            origins: Vec::new(),
            inputs: BTreeSet::new(),
            outputs: BTreeSet::new(),
            handed: BTreeMap::new(),
            came: Decimal::ZERO,
            went: Decimal::ZERO,
            pieces: numbered,
        }
    }

    /// The takeover under which more of it, found or returned, is put; `None` where it was made here.
    pub(super) fn home(&self) -> Option<RecordId> {
        let mut home = None;
        for origin in &self.origins {
            match origin {
                Origin::Made { .. } => return None,
                Origin::Received { takeover, .. } => home = Some(*takeover),
                Origin::Raised { .. } => {}
            }
        }
        home
    }

    pub(super) fn forget_pieces(&mut self, part: &Holding) {
        let Some(pieces) = &mut self.pieces else { return };
        for serial in &part.serials {
            pieces.remove(serial);
        }
    }

    pub(super) fn is_own_make(&self) -> bool {
        self.origins.iter().any(|o| matches!(o, Origin::Made { .. }))
    }
}

impl Origin {
    pub(super) fn quantity(&self) -> Decimal {
        match self {
            Self::Made { quantity } | Self::Raised { quantity } | Self::Received { quantity, .. } => {
                *quantity
            }
        }
    }
}
