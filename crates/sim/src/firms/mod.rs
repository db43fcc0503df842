//! A supply chain whose firms are independent nodes, beside one planner that sees everything.
//!
//! [`Works`] says how long each stage works on an order, [`Orders`] who orders when. [`Network`] is the chain as a
//! [`World`](crate::World) with one node per stage; [`Network::run`] has the demand stages order and tells how it went
//! ([`Outcome`]). [`central`] plans the same orders in the same order with one merged model,
//! and [`measure`] sets the two side by side. Nothing here looks into a
//! node: what is measured is what its owner could see, and what the network carried.

mod central;
mod measure;
mod network;
mod orders;
mod run;
mod works;

pub use central::central;
pub use measure::{Measured, Setting, measure};
pub(crate) use network::EVER_S;
pub use network::Network;
pub use orders::{Ordered, Orders};
pub use run::{Agreed, Outcome};
pub use works::{Work, Works};

/// Due dates are so many hundredths of the longest path after the order.
pub const DUE_PERCENT: i64 = 110;

/// When an order at a stage whose longest path is `longest_s` is due, seconds after it was placed.
pub fn due_s(longest_s: i64) -> i64 {
    longest_s * DUE_PERCENT / 100
}
