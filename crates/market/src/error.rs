//! One error type: which statement of the market was wrong, with what value, and what would be right.

/// A market statement that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A word was not well-formed.
    #[error(transparent)]
    Word(#[from] vocab::Error),
    /// A field holds a value that makes no sense there.
    #[error("{field} is {value}: {remedy}")]
    Field {
        /// which field
        field: &'static str,
        /// its value
        value: String,
        /// what would be right
        remedy: &'static str,
    },
}
