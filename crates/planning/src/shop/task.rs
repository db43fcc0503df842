//! What is to be placed: one step of one make order.

use super::{Seconds, Slot};

/// One step of one order: so many batches, at one of some places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) places: &'a [Place],
    /// batches that go through the step, scrap included
    pub(crate) batches: i64,
    /// what the work centre is set up for
    pub(crate) family: Option<u32>,
    /// skill and number of people
    pub(crate) crew: Option<(u32, u32)>,
    pub(crate) tool: Option<u32>,
}

impl Task<'_> {
    /// It done at the place of that number, on whichever unit.
    pub(crate) fn slot(&self, place: usize, start: Seconds, work_end: Seconds, people: Vec<u32>) -> Slot {
        let setup = self.places[place].setup;
        Slot { place: place as u32, start, work_end, unit: None, setup, people }
    }
}

/// A work centre with the times a step takes there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) center: u32,
    /// working seconds once
    pub(crate) setup: Seconds,
    /// working seconds per batch
    pub(crate) run: Seconds,
}
