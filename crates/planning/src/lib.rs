//! How and when: recipes, explosion, netting, capacity, promises (floor 2).
//!
//! A [`Model`] says what an agent can do. [`explode`] turns one [`Demand`] into what to take from stock, make and
//! buy; [`place`] finds the earliest time for the making, within the [`Capacity`] that is still free, and so the
//! date that can be promised: a [`Plan`]. Reserving the plan sets that capacity aside.
//!
//! This crate knows no agents, deals or records: a reservation's key is all it hears of the outside. It is told
//! the time, the free stock and when purchases arrive, and answers with data; nothing here has an effect.

mod calendar;
mod capacity;
mod check;
mod error;
mod explode;
mod graph;
mod hours;
mod lot;
mod model;
pub mod neutral;
mod open_time;
mod opening;
mod place;
mod profile;
mod random;
mod recur;
mod relocate;
mod said;
pub mod schedule;
mod shop;
pub mod site;

pub use calendar::{Calendar, Recurring, Shift, Weekday};
pub use capacity::{Capacity, Load, Reservation, ReservationKey};
pub use check::{Mistake, Place};
pub use error::Error;
pub use explode::{Demand, Explosion, MakeOrder, explode};
pub use hours::{DayHours, Hours, Stretch};
pub use model::{
    Alternative, ByProduct, Changeover, Crew, Input, Item, LotSize, Model, Outside, Per, Person, Purchase,
    Recipe, Step, Substitute, Tool, WorkCenter,
};
pub use open_time::open_seconds;
pub use place::{Plan, PlannedProcess, place};
pub use relocate::{Relocation, relocate};

/// Result of checking a model or planning with it.
pub type Result<T> = std::result::Result<T, Error>;

/// How far ahead of its start a plan may reach, seconds: ten years.
pub const HORIZON_S: i64 = 3_653 * vocab::DAY_S;
