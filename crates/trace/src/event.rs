//! Economic events and the one table of what each action does.

use serde::{Deserialize, Serialize};
use vocab::{Quantity, RecordId, SpecId};

/// What happened (Valueflows 1.0 actions that concern stock and effort within one firm).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// a new lot came out of a process
    Produce,
    /// part of a lot went into a process
    Consume,
    /// equipment was used
    Use,
    /// a person worked
    Work,
    /// stock was found or opened
    Raise,
    /// stock was lost, spoilt or corrected down
    Lower,
}

/// What an action does to stock on hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StockEffect {
    /// adds
    Increment,
    /// takes away
    Decrement,
    /// none
    None,
}

impl Action {
    /// The one table that stock, trace and tests read (Valueflows 1.0, "Actions": `accountingEffect`).
    pub fn stock_effect(self) -> StockEffect {
        match self {
            Self::Produce | Self::Raise => StockEffect::Increment,
            Self::Consume | Self::Lower => StockEffect::Decrement,
            Self::Use | Self::Work => StockEffect::None,
        }
    }
}

/// One economic event (Valueflows `EconomicEvent`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EconomicEvent {
    /// what kind
    pub action: Action,
    /// of what; for `use` and `work` the equipment or skill
    pub spec: SpecId,
    /// how much
    pub quantity: Quantity,
    /// which lot; none for `use` and `work`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<RecordId>,
    /// which pieces
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<String>,
    /// the planned process it belongs to: the order's record and the process number in its plan
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessRef>,
    /// for people, such as why stock was lowered
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A planned process: the record that reserved it, and its number there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessRef {
    /// the reservation record
    pub plan: RecordId,
    /// index into its processes
    pub index: u32,
}
