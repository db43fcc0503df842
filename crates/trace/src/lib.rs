//! What became of it: events, stock, lots, passports (floor 2).
//!
//! [`statement`] is what agents say about goods; stock is a fold over it, and a trace is read out of it.
//!
//! This crate knows no prices, deals or plans: a deal is only an id under which goods move.

mod event;
pub mod statement;

pub use event::{Action, EconomicEvent, ProcessRef, StockEffect};
