//! One error type: what about goods could not be taken, with what value, and what would be right.

use crate::statement::LotId;
use vocab::{Decimal, Phrase, RecordId, SpecId};

/// A statement about goods, or a wish for them, that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A word was not well-formed.
    #[error(transparent)]
    Word(#[from] vocab::Error),
    /// A record was not what it should be.
    #[error(transparent)]
    Record(#[from] ledger::Error),
    /// A field holds a value that makes no sense there.
    #[error("{field} is '{value}': {remedy}")]
    Field {
        /// which field
        field: Phrase,
        /// the first characters of its value
        value: Phrase,
        /// what would be right
        remedy: Phrase,
    },
    /// A list over its limit.
    #[error("{count} {what} are over the limit of {max}: split them")]
    TooMany {
        /// what there is too much of
        what: Phrase,
        /// how many were found
        count: usize,
        /// how many are allowed
        max: usize,
    },
    /// A lot that is not here, or no longer.
    #[error("lot {lot} is not here: name one that is on hand or in custody")]
    UnknownLot {
        /// which lot
        lot: LotId,
    },
    /// A lot said to be new that is known.
    #[error("lot {lot} exists already: a new lot needs a passport of its own")]
    LotExists {
        /// which lot
        lot: LotId,
    },
    /// What is said of a lot contradicts what is known of it.
    #[error("lot {lot}: {field} is '{value}', but '{known}' is known of it")]
    LotDiffers {
        /// which lot
        lot: LotId,
        /// what differs
        field: Phrase,
        /// what was said
        value: Phrase,
        /// what is known
        known: Phrase,
    },
    /// More of a lot than there is.
    #[error("lot {lot}: {wanted} asked for, {there} there")]
    NotEnough {
        /// which lot
        lot: LotId,
        /// how much was asked for
        wanted: Decimal,
        /// how much there is
        there: Decimal,
    },
    /// A numbered piece that is not where it should be.
    #[error("lot {lot}: piece '{serial}' {what}")]
    Piece {
        /// which lot
        lot: LotId,
        /// which piece
        serial: String,
        /// what is wrong with it
        what: Phrase,
    },
    /// More of a specification than this order may use.
    #[error("{spec}: {wanted} asked for, {free} free")]
    NotFree {
        /// which specification
        spec: SpecId,
        /// how much was asked for
        wanted: Decimal,
        /// how much may be used
        free: Decimal,
    },
    /// An answer to a handover that is not open.
    #[error("handover {0} is not open here: it was never given, or has been answered")]
    NoSuchHandover(RecordId),
    /// A record that has been booked before.
    #[error("record {0} has been booked already")]
    Booked(RecordId),
    /// Accepted and refused goods are not together what was handed over.
    #[error("lot {lot}: {given} handed over, {answered} answered for: accept or refuse each piece once")]
    Unanswered {
        /// which lot
        lot: LotId,
        /// quantity, or serial number, of the handover
        given: Phrase,
        /// quantity, or serial number, of the takeover
        answered: Phrase,
    },
    /// The books do not balance: a defect of this program.
    #[error("books out of balance: {what} is {found}, should be {expected}")]
    Unbalanced {
        /// which sum
        what: Phrase,
        /// as booked
        found: Decimal,
        /// as it should be
        expected: Decimal,
    },
    /// A record or answer that nobody asked for.
    #[error("record {0} was not asked for")]
    NotWanted(RecordId),
}
