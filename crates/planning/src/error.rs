//! One error type: which thing was wrong, with what value, and what would be right.

use vocab::{Decimal, Phrase, SpecId, Timestamp};

/// A model that cannot be right, or a demand that cannot be planned with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Recipes that need their own output.
    #[error("a recipe that needs itself: {path}: take one of these inputs out of its recipe")]
    Loop {
        /// the loop, such as `a -> b -> a`
        path: String,
    },
    /// A value in a model that cannot be right.
    #[error("{at}: {what} '{value}': {remedy}")]
    Model {
        /// where, such as `recipe chair-48, step 2`
        at: Phrase,
        /// what is wrong there
        what: Phrase,
        /// with what value
        value: Phrase,
        /// what would be right
        remedy: Phrase,
    },
    /// A list in a model that is too long.
    #[error("{at}: {count} {what}: give at most {limit}")]
    TooMany {
        /// where
        at: Phrase,
        /// of what
        what: Phrase,
        /// how many there are
        count: usize,
        /// the most there may be
        limit: usize,
    },
    /// A step on a work centre that the model does not have.
    #[error("{at}: unknown work centre '{value}': add it, or use one of: {known}")]
    UnknownWorkCenter {
        /// where
        at: Phrase,
        /// what was named
        value: String,
        /// the first few there are
        known: String,
    },
    /// Something to make that the model has no recipe for.
    #[error("no recipe for {spec}: add one, or explode the demand again with this model")]
    NoRecipe {
        /// what was to be made
        spec: SpecId,
    },
    /// A quantity out of range.
    #[error("{at}: quantity '{value}': {remedy}")]
    Quantity {
        /// where
        at: Phrase,
        /// with what value
        value: Decimal,
        /// what would be right
        remedy: Phrase,
    },
    /// A recipe or demand that multiplies out to more than a quantity can hold.
    #[error("{quantity} of {spec} needs too much of {input}: stay below 1000000000000 of each")]
    TooMuch {
        /// what was to be made
        spec: SpecId,
        /// how much of it
        quantity: Decimal,
        /// what it needs
        input: SpecId,
    },
    /// More things below one demand than a plan may hold.
    #[error("{spec} needs more than {limit} different things: split its recipes among several agents")]
    TooWide {
        /// what was to be made
        spec: SpecId,
        /// the most there may be
        limit: usize,
    },
    /// More levels of recipes below one another than a plan may hold.
    #[error("{spec} lies more than {limit} recipes deep: join some of the recipes above it")]
    TooDeep {
        /// the thing below the lowest level
        spec: SpecId,
        /// the most levels there may be
        limit: u32,
    },
    /// Something to buy without a date of arrival.
    #[error("no date of arrival for {spec}, {quantity} of which must be bought: ask a supplier first")]
    NoArrival {
        /// what is to be bought
        spec: SpecId,
        /// how much of it
        quantity: Decimal,
    },
    /// Work that cannot end within the planning horizon.
    #[error(
        "{at}: does not fit between {from} and {horizon}: order less, or give work centre '{work_center}' more time"
    )]
    BeyondHorizon {
        /// which step
        at: Phrase,
        /// where it runs
        work_center: String,
        /// when it could have begun at the earliest
        from: Timestamp,
        /// when it must have ended
        horizon: Timestamp,
    },
    /// More units reserved at one instant than the work centre has.
    #[error("work centre '{work_center}': {used} of {units} units in use at {at}: release a reservation")]
    Overbooked {
        /// where
        work_center: String,
        /// the first such instant
        at: Timestamp,
        /// units reserved at that instant
        used: u32,
        /// units there are
        units: u32,
    },
    /// A process that the plan does not have.
    #[error("process {index} of a plan of {count}: count from 0")]
    NoProcess {
        /// the number asked for
        index: usize,
        /// how many there are
        count: usize,
    },
    /// A process put on a work centre that its step does not allow.
    #[error(
        "{at}: cannot be done on '{work_center}': use one of {known}, or add an alternative to its recipe"
    )]
    NotThere {
        /// which step
        at: Phrase,
        /// where it was to be put
        work_center: String,
        /// where it may be done
        known: String,
    },
    /// A process put before what it waits for.
    #[error("{at}: cannot begin at {start}: what it needs is there by {earliest}, begin it then or later")]
    TooEarly {
        /// which step
        at: Phrase,
        /// when it was to begin
        start: Timestamp,
        /// when it can
        earliest: Timestamp,
    },
    /// A process put where no unit is free for the whole of it.
    #[error("work centre '{work_center}' has no room at {start}: the next is at {free}")]
    Full {
        /// where
        work_center: String,
        /// when it was to begin
        start: Timestamp,
        /// when it can
        free: Timestamp,
    },
    /// A promise quoted that can be kept no longer.
    #[error("demand '{demand}': what was quoted is no longer to be had: ask for a new quote")]
    Stale {
        /// the demand
        demand: String,
        /// what was quoted
        promised: Option<Timestamp>,
        /// what is possible now
        possible: Option<Timestamp>,
    },
    /// A name that the plan does not have.
    #[error("unknown name '{name}': use one of the demands, receipts, work and work centres of the plan")]
    Unknown {
        /// what was named
        name: String,
    },
}
