//! One error type: what was wrong, with what value, and what would be right.

use crate::Phrase;

/// A value that is not a well-formed word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a decimal number in range.
    #[error("'{value}' is not a quantity: {remedy}")]
    Decimal {
        /// what was given
        value: String,
        /// what would be right
        remedy: Phrase,
    },
    /// A unit outside the table.
    #[error("unknown unit '{value}': use one of {known}")]
    Unit {
        /// what was given
        value: String,
        /// the table, comma-separated
        known: String,
    },
    /// A currency outside ISO 4217.
    #[error("unknown currency '{value}': use an ISO 4217 code such as EUR, USD or CNY")]
    Currency {
        /// what was given
        value: String,
    },
    /// Not an identifier of the kind expected.
    #[error("'{value}' is not {kind}: {remedy}")]
    Id {
        /// what was given
        value: String,
        /// the kind of identifier
        kind: Phrase,
        /// what would be right
        remedy: Phrase,
    },
    /// A price schedule that no order could be priced by.
    #[error("price schedule: {what} ({value}): {remedy}")]
    Price {
        /// what is wrong
        what: Phrase,
        /// with what value
        value: Phrase,
        /// what would be right
        remedy: Phrase,
    },
    /// A text that is too long or empty.
    #[error("{field}: {what} ('{value}')")]
    Text {
        /// which field
        field: &'static str,
        /// what is wrong
        what: Phrase,
        /// the first characters of what was given
        value: String,
    },
}
