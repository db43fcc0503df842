//! A whole network of nodes in one deterministic run (floor 5).
//!
//! A [`World`] drives the very nodes that the real runtime drives, in virtual time, over a network and disks whose
//! [`Faults`] are drawn from a seed: delay, loss, duplication, reordering, crashes between any two effects. After
//! every step the node concerned is held against the invariants of the design; the seed is the bug report.
//!
//! [`firms`] makes such a world of a published supply [`chain`] and measures what it promises beside a planner who sees
//! all; [`crowd`] has many buyers ask one workshop for more than it has.
//!
//! It knows no sockets and no real clock: two runs of one seed are the same, to the byte.

pub mod chain;
pub mod crowd;
mod faults;
pub mod firms;
mod liars;
pub mod retail;
pub mod scenario;
pub mod soak;
mod world;

pub use faults::{Faults, Order};
pub use liars::Lie;
pub use world::{Breach, Gossiped, Line, OnBreach, Spread, World, agent_seed};
