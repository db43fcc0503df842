//! Real demand: the order lines of a wholesaler-retailer, and what a market without a centre makes of them.
//!
//! [`Orders::read`] turns the file into clean [`Line`]s and counts what it leaves out, by [`Rejection`]. [`Breaks`] finds
//! at which quantities the wholesaler's own prices fall.
//!
//! Source: Chen, Sain, Guo, "Data mining for the online retail industry", Journal of Database Marketing & Customer
//! Strategy Management 19 (2012), doi 10.1057/dbm.2012.17.
//!
//! The file says what was bought, by whom, when and for how much. It does not say where buyers are, what a thing was
//! worth to them, who else could have made it or for how much: all that is synthetic here, follows from a seed, and is
//! said to be so where it is used.

mod auction;
mod breaks;
mod clean;
mod error;
mod instance;
mod joint;
mod needs;
mod optimum;
mod places;
mod pooling;
mod read;
mod week;

pub use auction::{AuctionSetting, Auctioned, auction_week};
pub use breaks::{BELOW_PERCENT, Break, Breaks, FROM_PERCENT, LINES_MIN, Perfect};
pub use clean::Rejection;
pub use error::ReadError;
pub use instance::{Instance, LOT_PENCE, Lot, Supply};
pub use joint::{Joint, JointSetting, joint_week};
pub use optimum::Optimum;
pub use places::place;
pub use pooling::{PoolSetting, Pooled, pool_week};
pub use read::{Code, Line, Orders, WEEK_S};
