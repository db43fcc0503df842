//! How frames and records travel between nodes (floor 4).
//!
//! [`Net`] is a cheap handle to one endpoint: [`Net::send`] carries opaque frames to one agent, in order, over the
//! one connection the two share; [`Net::publish`] spreads opaque records by gossip among those who [take part](Net::take_part) in a topic. What arrives comes out as
//! [`Event`]s. A [`Peer`] is an agent with the addresses it may be dialled at, and its text form is a ticket.
//!
//! An agent's Ed25519 key is its address: QUIC proves it in the handshake, so `from` in an event can be trusted.
//! Delivery cannot: a frame written just before a connection broke may be lost, one sent again may come twice, and
//! gossip is a hint. The node above repeats what was not answered and compares heads.
//!
//! This crate does not know what a frame says, who deserves an answer, or what was said before.

mod config;
mod error;
mod gossip;
mod link;
mod links;
mod mdns;
mod net;
mod peer;
mod said;
mod shared;
mod stats;
mod wire;

pub use config::Config;
pub use error::Error;
pub use iroh::RelayUrl;
pub use net::{Event, Net};
pub use peer::Peer;
pub use stats::Stats;

/// What a topic is called: 32 bytes that mean something above.
pub type Topic = [u8; 32];

/// Longest frame, in bytes; a longer one is not sent, and a peer that announces one is cut off.
pub const FRAME_BYTES_MAX: usize = 4 << 20;
/// Longest record that gossip carries, in bytes; longer ones travel as frames on request.
pub const RECORD_BYTES_MAX: usize = 64 << 10;
