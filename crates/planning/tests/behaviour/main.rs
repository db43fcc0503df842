//! What the planner promises, as tables and as properties of random models.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod calendars;
mod capacity;
mod explosion;
mod hours;
mod live;
mod mistakes;
mod models;
mod placement;
mod referee;
mod relocation;
mod site;
