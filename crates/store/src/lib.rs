//! What must survive: the records of one node, its keys and its token, in one folder (floor 4).
//!
//! [`Store`] is an append-only file of signed envelopes in SQLite: when [`Store::append`] returns, the records
//! outlive a crash of the program, the system or the power. [`key`] keeps the node's two Ed25519 seeds,
//! [`Token`] the bearer token of its HTTP interface.
//!
//! This crate does not know what a record says, whether its signature holds or whose turn it is: bytes in, the
//! same bytes out, in the order they came. It does not read the clock; nothing in it is asynchronous.

mod error;
mod files;
pub mod key;
mod records;
mod said;
mod schema;
mod token;

pub use error::Error;
pub use key::Secrets;
pub use records::{ENTRY_BYTES_MAX, Entry, Forgotten, META_BYTES_MAX, Store};
pub use token::Token;

/// Result of a call to the store.
pub type Result<T> = std::result::Result<T, Error>;
