//! What became of it: events, stock, lots, passports (floor 2).
//!
//! [`statement`] is what agents say about goods. [`Stock`] is a fold over one agent's own; [`BackTrace`] reads out of
//! everybody's where a lot came from, [`ForwardTrace`] what became of it, and [`epcis_document`] retells one
//! agent's events in the words of GS1.
//!
//! This crate knows no prices, deals or plans: a deal is only an id under which goods move.

mod back;
mod check;
mod epcis;
mod error;
mod event;
mod forward;
mod passport;
mod said;
pub mod statement;
mod stock;
mod tree;

pub use back::{BackTrace, Want};
pub use check::{EVENTS_MAX, GOODS_MAX, SERIALS_MAX};
pub use epcis::{epcis_document, lot_uri, piece_uri};
pub use error::Error;
pub use event::{Action, EconomicEvent, ProcessRef, StockEffect};
pub use forward::{
    ForwardHand, ForwardNode, ForwardState, ForwardStep, ForwardTrace, ForwardWant, Holder, may_ask_forward,
};
pub use passport::{passport_inputs, serials, verify_passport};
pub use stock::{Handed, Holding, LotHistory, Origin, Shortfall, Stock, Transit};
pub use tree::{Contradiction, Gap, Hand, TraceNode, TraceState};

/// Result of judging a statement about goods, or of booking one.
pub type Result<T> = std::result::Result<T, Error>;
