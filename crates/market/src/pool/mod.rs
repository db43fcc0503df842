//! Pools: joint demand on one offer, settled by a rule that every member can recompute.
//!
//! [`settle`] is that rule, a pure function of the terms and a set of [`PledgeVote`]s. A keeper goes [`receive`] ->
//! [`close`]; everybody else holds its close against the pledges with [`audit`]. [`progress`] says where a pool
//! stands, and [`SumRoot`] lets a member check its own part without the others' pledges.
//!
//! Not known here: how pledges travel, who is told, and when a timer rings.

mod book;
mod close;
mod grant;
mod progress;
mod settle;
mod sum;

pub use book::PledgeVote;
pub use close::{Closed, PLEDGES_MAX, Pledged, PoolFault, audit, close, receive};
pub use grant::grant;
pub use progress::{Goal, Progress, progress};
pub use settle::{Settled, Share, settle};
pub use sum::{SumPath, SumRoot, sum_path, sum_root};
