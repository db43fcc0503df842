//! Who said what: keys, records, logs, checkpoints, proofs, witnesses (floor 1).
//!
//! A [`Signed`] is bytes that claim to be somebody's statement; a [`Record`] is one whose signature has been
//! checked. Bytes are stored and forwarded as received, never re-encoded: a record's [`RecordId`](vocab::RecordId)
//! is the SHA-256 of exactly those bytes.
//!
//! This crate knows no offers, plans or goods. A record's body is opaque here; only its `kind` is read.

mod batch;
mod chain;
mod checkpoint;
mod error;
mod hex;
mod history;
mod keys;
mod log;
mod memo;
mod note;
mod record;
mod said;
mod witness;

pub use batch::verify_all;
pub use chain::{Chain, Equivocation, Step};
pub use checkpoint::Checkpoint;
pub use error::Error;
pub use history::{History, verify_history};
pub use keys::{Grant, Inception, KeyHash, KeyState, Revocation, Rotation};
pub use log::{ConsistencyProof, InclusionProof, Log, TreeHead};
pub use memo::Memo;
pub use record::{Audience, Draft, Particulars, Record, Signed, Signer, Statement};
pub use witness::{CheckpointFraud, Observation, Witness};

/// Result of checking or making a record.
pub type Result<T> = std::result::Result<T, Error>;
