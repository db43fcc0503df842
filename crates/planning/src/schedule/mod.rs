//! A good order of work under scarce machines: job shops, flexible job shops, projects.
//!
//! A [`Problem`] is a [`Shop`] or a [`Project`]; [`search`] turns it into a [`Schedule`] of short makespan beside a
//! proven lower bound, for as long as its caller says *keep going*; [`check`] judges a schedule by itself, without
//! the search; [`read()`] takes the text formats in which such problems are published.
//!
//! Two models, not one: the search of a shop lives on the sequences of its machines and the longest path through
//! them, which cumulative resources do not have; that of a project lives on the order in which activities are
//! offered to resource profiles, which is a poor neighbourhood for machines of capacity one.
//!
//! This room knows no calendars, items or dates, and no clock: time is counted in the problem's own unit, from 0.

mod check;
mod model;
mod project;
mod read;
mod search;
mod shop;

pub use check::{Fault, check};
pub use model::{Activity, Mode, Operation, Problem, Project, Schedule, Shop, Slot};
pub use read::read;
pub use search::{Outcome, Progress, search};
