//! Pools: joint demand on one offer, settled by a rule that every member can recompute.
//!
//! [`settle`] is that rule, a pure function of the terms and a set of [`PledgeVote`]s. A keeper goes [`receive`] ->
//! [`tally`]; everybody else holds its close against the pledges with [`audit`], or against its own pledge alone with
//! [`verify_share`]. [`progress`] says where a pool stands.
//!
//! Not known here: how pledges travel, who is told, and when a timer rings.

mod book;
mod chunk;
mod close;
mod grant;
mod progress;
mod settle;
mod share;
mod sum;
mod tiers;

pub use book::PledgeVote;
pub use chunk::{CHUNK_FROM, CHUNK_PLEDGES_MAX, CHUNKS_MAX, Chunk, LISTED_MAX, chunk_of};
pub use close::{
    Closed, KEEPER_GRACE_S, PLEDGES_MAX, Pledged, PoolFault, Tally, audit, examine, receive, tally,
};
pub use grant::grant;
pub use progress::{Goal, Progress, progress};
pub use settle::{Settled, Share, settle};
pub use share::{Allotted, Extent, Proofs, ProvenShare, ShareProof, verify_share};
pub use sum::{SumNode, SumPath, SumTree};
pub use tiers::{SumRoot, pledge_tree, share_tree, sum_root};
