//! One error type: what was wrong with a statement, and what would be right.

use vocab::{AgentId, Phrase, RecordId};

/// A statement that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More bytes than a record may have.
    #[error("a record of {bytes} bytes is over the limit of {max}: split it or send a reference")]
    TooLarge {
        /// size found
        bytes: usize,
        /// size allowed
        max: usize,
    },
    /// Bytes that are not a record.
    #[error("not a record: {0}")]
    Malformed(Phrase),
    /// A signature that does not fit the bytes and the key.
    #[error("record {id}: the signature is not one by {author} over these bytes")]
    Signature {
        /// hash of the bytes
        id: RecordId,
        /// whose signature was claimed
        author: AgentId,
    },
    /// A body that cannot be read as its kind.
    #[error("record {id}: not a well-formed {kind}: {why}")]
    Body {
        /// which record
        id: RecordId,
        /// its declared kind
        kind: String,
        /// what is wrong
        why: Phrase,
    },
    /// A place the log does not reach.
    #[error("the log has {size} records, so nothing can be said about {asked}")]
    Range {
        /// the size or sequence number asked for
        asked: u64,
        /// how many there are
        size: u64,
    },
    /// A Merkle proof that proves nothing.
    #[error("the proof does not hold: {0}")]
    Proof(Phrase),
    /// A note that is not a checkpoint, or not one by whom it should be.
    #[error("not a checkpoint to rely on: {0}")]
    Note(Phrase),
    /// A key that may not say this.
    #[error("record {seq} of {author}, signed with the key {key}: {why}")]
    Key {
        /// in whose name
        author: AgentId,
        /// with which key
        key: AgentId,
        /// place in the author's log
        seq: u64,
        /// what stands against it
        why: Phrase,
    },
    /// A statement about another author than the one asked about.
    #[error("this is by or about {found}, where {expected} was expected")]
    Author {
        /// who was asked about
        expected: AgentId,
        /// who it is by or about
        found: AgentId,
    },
    /// Two records that convict nobody.
    #[error("no proof of equivocation: {0}")]
    Equivocation(Phrase),
    /// A store at its limit.
    #[error("no room for more {what}: {max} is the limit")]
    Full {
        /// what is kept there
        what: Phrase,
        /// how many at most
        max: usize,
    },
    /// A record out of its place.
    #[error("record {found} stands where record {expected}, naming the one before it, was expected")]
    Sequence {
        /// sequence number of the place
        expected: u64,
        /// sequence number found there
        found: u64,
    },
    /// A history that cannot be taken.
    #[error("the history is good up to its record {place}, which is not: {why}")]
    History {
        /// which record, from 1
        place: u64,
        /// what is wrong with it
        why: Box<Error>,
    },
}
