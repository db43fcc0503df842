//! Why work stands still or is spoilt: a few short codes, the same on every shop floor.

use crate::words::{Words, words};
use serde::{Deserialize, Serialize};
use vocab::Said;

/// Why a process is paused, or why pieces were spoilt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// it is missing, or no good
    Material,
    /// it is down, or misbehaves
    Machine,
    /// it is missing, worn or broken
    Tool,
    /// nobody is there, or somebody made a mistake
    People,
    /// it does not come out as it should
    Quality,
    /// people rest, or the shift is over
    Break,
    /// none of these
    #[default]
    Other,
}

impl StopReason {
    /// All of them, as they are shown.
    pub const ALL: [Self; 7] =
        [Self::Material, Self::Machine, Self::Tool, Self::People, Self::Quality, Self::Break, Self::Other];

    /// Its code, as records and the API write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Material => "material",
            Self::Machine => "machine",
            Self::Tool => "tool",
            Self::People => "people",
            Self::Quality => "quality",
            Self::Break => "break",
            Self::Other => "other",
        }
    }

    /// As people read it.
    pub fn words(self) -> Words {
        match self {
            Self::Material => words("material", "物料"),
            Self::Machine => words("machine", "设备"),
            Self::Tool => words("tool", "工装"),
            Self::People => words("people", "人员"),
            Self::Quality => words("quality", "质量"),
            Self::Break => words("break", "休息"),
            Self::Other => words("other", "其他"),
        }
    }
}

impl std::str::FromStr for StopReason {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let codes = || Self::ALL.map(Self::code).join(", ");
        let found = Self::ALL.into_iter().find(|r| r.code() == s || r.words().zh() == s);
        found.ok_or_else(|| format!("write one of {}", codes()))
    }
}
