//! One error type: which statement of the market was wrong, with what value, and what would be right.

use crate::pool::PoolFault;
use crate::statement::Reason;
use std::fmt::Display;
use vocab::Phrase;

/// A market statement that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A word was not well-formed.
    #[error(transparent)]
    Word(#[from] vocab::Error),
    /// A record was not well-formed.
    #[error(transparent)]
    Record(#[from] ledger::Error),
    /// A field holds a value that makes no sense there.
    #[error("{field} is {value}: {remedy}")]
    Field {
        /// which field
        field: &'static str,
        /// its value
        value: Phrase,
        /// what would be right
        remedy: Phrase,
        /// what a refusal for it would give as reason
        reason: Reason,
    },
    /// A pool's pledges or its close break the rules.
    #[error(transparent)]
    Pool(#[from] PoolFault),
    /// An accusation that its evidence does not prove.
    #[error("the evidence proves nothing: {0}")]
    Unproven(Phrase),
}

impl Error {
    /// The reason a refusal of what was wrong would give.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Field { reason, .. } => *reason,
            Self::Word(_) | Self::Record(_) | Self::Pool(_) | Self::Unproven(_) => Reason::Invalid,
        }
    }

    pub(crate) fn field(field: &'static str, value: Phrase, remedy: Phrase) -> Self {
        Self::because(Reason::Invalid, field, value, remedy)
    }
    pub(crate) fn because(reason: Reason, field: &'static str, value: Phrase, remedy: Phrase) -> Self {
        Self::Field { field, value, remedy, reason }
    }
}

/// A value as it was given. Values come from peers: enough to find them, not all of them.
pub(crate) fn shown(value: impl Display) -> Phrase {
    Phrase::plain(value.to_string().chars().take(80).collect::<String>())
}
