//! How the market behaves, told as sentences.

// every line of these is test code, helpers included
#![allow(clippy::unwrap_used, clippy::panic)]

mod closes;
mod dates;
mod deals;
mod frauds;
mod matching;
mod pool_properties;
mod pool_terms;
mod pools;
mod proofs;
mod statements;
mod sums;
mod support;
mod worked;
