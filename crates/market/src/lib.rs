//! Needs meet offers: listings, matching, pools, quotes, agreements (floor 2).
//!
//! [`statement`] is what agents say to one another; each has a `check` of whether it is well-formed. The rest are
//! pure functions of such statements: [`matching`] says which offers fit a need, [`deal`] how deadlines travel upstream,
//! [`date`] how a bound deal's date may move, [`pool`] what a pool's pledges come to,
//! [`topic`] where a public record is spread, and a [`Fraud`] proves from signed bytes alone that somebody lied.
//!
//! This crate knows no recipes, stock or goods, and nobody's state: it judges statements, the node keeps them.

pub mod auction;
mod check;
pub mod date;
pub mod deal;
mod error;
mod fraud;
mod hex;
pub mod matching;
pub mod planner;
pub mod pool;
mod said;
pub mod search;
pub mod statement;
pub mod topic;
mod visit;

pub use check::{DEPTH_MAX, NAME_BYTES_MAX, NOTE_BYTES_MAX, SOONER_MAX, VISITED_MAX};
pub use check::{DROP_OFFS_MAX, EXTENSION_S_MAX, LINES_MAX, TOLERANCE_PERCENT_MAX, VOUCHERS_MAX};
pub use date::{Side, Standing, answer_fits, delay_fits};
pub use deal::{Deadlines, Terms, quote_fits};
pub use error::Error;
pub use fraud::Fraud;
pub use pool::{Closed, Pledged, PoolFault, Settled, audit, settle};
pub use statement::FraudReport;
pub use topic::{Interest, Topic, TopicId};
pub use visit::visit_tag;

/// Result of judging a market statement.
pub type Result<T> = std::result::Result<T, Error>;
