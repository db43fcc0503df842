//! One participant: a function of inputs and time to effects (floor 3).
//!
//! [`Node::handle`] takes an [`Input`](effect::Input) at a time and says what is to be done as a list of
//! [`Effect`](effect::Effect)s: keep this record, send this frame, wake me then. [`command`] is what its owner can
//! tell it, [`view`] what it shows, [`frame`] what nodes say to one another.
//!
//! It knows no sockets, files, threads or clocks: the real runtime and the simulated network drive the very same
//! node. Its state is a fold over records, so it can be thrown away and rebuilt from them at any time.

mod advance;
mod arrive;
mod asks;
mod auctions;
mod board;
mod book;
mod calls;
mod capable;
pub mod command;
mod compare;
mod deals;
pub mod effect;
mod error;
mod estimates;
mod execute;
mod fold;
mod fold_auction;
mod fold_call;
mod fold_floor;
pub mod frame;
mod gather;
mod interests;
mod invariants;
mod joint;
mod limits;
mod lots;
mod moves;
mod node;
mod orders;
mod outages;
mod pace;
mod partakers;
mod pools;
mod post;
mod public;
mod quota;
mod reason;
mod relocation;
mod runs;
mod search;
mod shifts;
mod show;
mod show_dates;
mod situation;
mod spread;
pub mod stamp;
mod statement;
mod turns;
pub mod view;
mod wants;
mod words;

pub use error::Error;
pub use invariants::Bond;
pub use limits::Limits;
pub use node::{Config, Hears, Node, Policy};
pub use quota::{Quotas, Standing};
pub use reason::StopReason;
pub use relocation::Place;
pub use words::Words;
