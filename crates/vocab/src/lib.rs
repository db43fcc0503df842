//! What words mean: the vocabulary every other crate speaks (floor 0).
//!
//! The types that matter are [`Decimal`] (never a float), [`Quantity`] and [`Money`], the identifiers
//! [`AgentId`], [`RecordId`] and [`SpecId`], the [`PriceSchedule`] of an offer and the [`Specification`] of a
//! thing. Words follow Valueflows 1.0 and GS1; wire forms are strings a person can read.
//!
//! This crate knows no signatures, no records, no deals: it only says what a well-formed value is, and every
//! parse error names the value and what would be right.

mod cell;
mod decimal;
mod error;
mod id;
mod measure;
mod price;
mod said;
mod spec;
mod text_form;

pub use cell::{Cell, Resolution};
pub use decimal::Decimal;
pub use error::Error;
pub use id::{AgentId, RecordId, SpecId};
pub use jiff::Timestamp;
pub use measure::{Currency, Money, Quantity, Unit};
pub use price::{PriceSchedule, Tier};
pub use said::{Phrase, Said, both, phrase};
pub use spec::{Place, Specification, Text};

/// Result of parsing or checking a word.
pub type Result<T> = std::result::Result<T, Error>;

/// Seconds in a day of 24 hours, the unit in which people speak of lead times.
pub const DAY_S: i64 = 86_400;

/// `t` moved by `seconds`, clamped to what a [`Timestamp`] can hold.
///
/// Dates come from peers, so arithmetic on them must never panic.
pub fn after(t: Timestamp, seconds: i64) -> Timestamp {
    let (min, max) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let clamped = t.as_second().saturating_add(seconds).clamp(min, max);
    // keep the sub-second part: only the whole seconds move
    Timestamp::new(clamped, t.subsec_nanosecond()).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// Whole seconds from `a` to `b`, rounded down; negative when `b` is earlier.
pub fn seconds_between(a: Timestamp, b: Timestamp) -> i64 {
    (b.as_nanosecond() - a.as_nanosecond()).div_euclid(1_000_000_000) as i64
}
