//! One node alive: its thread, its store, its connections, its clock (floor 5).
//!
//! [`init`] makes a data folder, [`start`] brings the node in it to life and gives a [`Handle`], the only way to
//! reach it: commands and reads wait in one bounded queue for the node's own thread. What waits together is stored
//! together, and nothing is answered, sent or shown before it is on the disk.
//!
//! This crate does not know what a command or record means: it carries inputs to [`node::Node`] and carries out the
//! effects that come back.

mod engine;
mod error;
mod folder;
mod handle;
mod network;
mod peers;
mod restore;
mod said;

pub use engine::Clock;
pub use error::Error;
pub use folder::{Archive, NAME_CHARS_MAX, init};
pub use handle::{Handle, Options, start};
pub use restore::{records, stored};

/// Result of a call to a running node.
pub type Result<T> = std::result::Result<T, Error>;
