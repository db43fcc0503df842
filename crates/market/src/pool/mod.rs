//! Pools: joint demand on one offer, settled by a rule that every member can recompute.
//!
//! [`settle`] is that rule, a pure function of the terms and a set of [`PledgeVote`]s. A keeper goes [`receive`] ->
//! [`tally`]; everybody else holds its close against the pledges with [`audit`], or against its own pledge alone with
//! [`verify_share`]. [`progress`] says where a pool stands.
//!
//! [`grant`] says which terms an offer allows; [`vouched`] whether a pledge carries the word of somebody the terms trust;
//! [`accepted_price`] what is paid where members took over less than they had pledged.
//!
//! Not known here: how pledges travel, who is told, and when a timer rings.

mod accepted;
mod book;
mod chunk;
mod close;
mod grant;
mod portable;
mod progress;
mod settle;
mod share;
mod sum;
mod tiers;
mod vouched;

pub use accepted::{Owed, accepted_price, accepted_total, settle_accepted, tolerated};
pub use book::{PledgeVote, Weight};
pub use chunk::{CHUNK_FROM, CHUNK_PLEDGES_MAX, CHUNKS_MAX, Chunk, LISTED_MAX, chunk_of};
pub use close::{
    Closed, KEEPER_GRACE_S, PLEDGES_MAX, Pledged, PoolFault, Tally, audit, examine, receive, tally,
};
pub use grant::grant;
pub use portable::PoolProof;
pub use progress::{Progress, progress};
pub use settle::{Settled, Share, settle};
pub use share::{Allotted, Extent, Proofs, ProvenShare, ShareProof, verify_share};
pub use sum::{SumNode, SumPath, SumTree};
pub use tiers::{SumRoot, pledge_tree, share_tree, sum_root};
pub use vouched::vouched;
