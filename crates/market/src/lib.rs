//! Needs meet offers: listings, matching, pools, quotes, agreements (floor 2).
//!
//! [`statement`] is what agents say to one another. The rest are pure functions of such statements: which offers
//! fit a need, what a pool's pledges come to.
//!
//! This crate knows no recipes, stock or goods, and nobody's state: it judges statements, the node keeps them.

mod error;
pub mod statement;

pub use error::Error;

/// Result of judging a market statement.
pub type Result<T> = std::result::Result<T, Error>;
