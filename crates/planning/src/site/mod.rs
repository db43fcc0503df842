//! A plan of a whole site: all demands at once, on all its resources, with what serves what.
//!
//! [`solve`] turns a [`Model`] and a [`Situation`] into a [`SitePlan`]. It takes the demands one after the other, in
//! an order it searches for, nets each in time down its recipes, places every order as soon as it can be, and in the
//! end moves everything as late as what it serves allows. What may not move is in place before.
//!
//! A [`Planner`] keeps such a plan alive.
//!
//! Inside, everything is whole numbers: [`net`] compiles the model, [`state`] is the plan as it stands.

mod improve;
pub(crate) mod net;
mod net_requirement;
mod plan;
mod planner;
mod relief;
mod report;
mod serve;
mod situation;
mod solve;
mod start;
mod state;
mod why;

pub use plan::{
    ByProductMade, Delivery, Outcome, Peg, SiteOrder, SitePlan, SiteProcess, SitePurchase, Supply, Use,
};
pub use planner::{Moved, Planner, Quote, SiteChange};
pub use relief::{Relief, ReliefKind};
pub use situation::{Receipt, SiteDemand, Situation, StockLot, Work, WorkInput, WorkProcess};
pub use solve::{Options, solve};
pub use why::{Link, LinkKind, Why};
