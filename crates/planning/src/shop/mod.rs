//! The shop: work centres, people and tools as they fill up, and where one make order fits.
//!
//! [`Shop`] is the one placer of this crate. It holds for each resource its [`Clock`] and its [`Timeline`] and
//! finds for one [`Task`] the earliest [`Slot`] from an instant on, or the latest up to one: a unit of the work
//! centre, the people with the skill and the tool, all for one unbroken interval, in which the work goes on while
//! the centre is open and its people are at work. It knows no items, orders or demands.

mod clock;
mod crew;
pub(crate) mod route;
mod sequence;
mod task;
mod timeline;

pub(crate) use clock::Clock;
pub(crate) use sequence::{Job, Sequence};
pub(crate) use task::{Place, Task};
pub(crate) use timeline::Timeline;

use std::collections::BTreeMap;

/// Seconds since the base of a plan.
pub(crate) type Seconds = i64;

/// Everything that work needs a free unit of.
#[derive(Clone, Default)]
pub(crate) struct Shop {
    pub(crate) centers: Vec<Center>,
    pub(crate) people: Vec<Resource>,
    pub(crate) tools: Vec<Resource>,
    /// who has which skill, by the number of the skill
    pub(crate) skills: Vec<Vec<u32>>,
    /// no work ends after this
    pub(crate) horizon: Seconds,
}

/// Equal units with one clock.
#[derive(Clone)]
pub(crate) struct Resource {
    /// 0 = no limit
    pub(crate) units: u32,
    pub(crate) clock: Clock,
    pub(crate) busy: Timeline,
}

/// A work centre.
#[derive(Clone)]
pub(crate) struct Center {
    pub(crate) resource: Resource,
    pub(crate) efficiency_percent: i64,
    /// what runs on each unit, where set-up depends on it
    pub(crate) sequence: Option<Sequence>,
}

/// When and with what a task is done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Slot {
    /// which of the task's places
    pub(crate) place: u32,
    pub(crate) start: Seconds,
    pub(crate) work_end: Seconds,
    /// which unit, where set-up depends on what ran there before
    pub(crate) unit: Option<u32>,
    /// working seconds of set-up in it
    pub(crate) setup: Seconds,
    pub(crate) people: Vec<u32>,
}

/// One resource of the shop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Center(u32),
    Person(u32),
    Tool(u32),
    /// when a work centre with a sequence does not run
    Down(u32),
}

impl Shop {
    /// The earliest slot for `task` from `ready` on, over all its places; the first listed of equals.
    pub(crate) fn earliest(&mut self, task: &Task<'_>, ready: Seconds) -> Option<Slot> {
        let mut best: Option<Slot> = None;
        for index in 0..task.places.len() {
            if let Some(slot) = self.earliest_at(task, index, ready)
                && best.as_ref().is_none_or(|b| slot.work_end < b.work_end)
            {
                best = Some(slot);
            }
        }
        best
    }

    /// The latest slot for `task` whose work ends by `until`, over all its places.
    pub(crate) fn latest(&mut self, task: &Task<'_>, until: Seconds) -> Option<Slot> {
        let mut best: Option<Slot> = None;
        for index in 0..task.places.len() {
            if let Some(slot) = self.latest_at(task, index, until)
                && best.as_ref().is_none_or(|b| slot.start > b.start)
            {
                best = Some(slot);
            }
        }
        best
    }

    fn earliest_at(&mut self, task: &Task<'_>, index: usize, ready: Seconds) -> Option<Slot> {
        let place = &task.places[index];
        let center = self.centers.get_mut(place.center as usize)?;
        if center.sequence.is_some() {
            return sequence::earliest(self, task, index, ready);
        }
        let work = center.work(place, place.setup, task.batches)?;
        let slot = |start, work_end, people| task.slot(index, start, work_end, people);
        if work == 0 {
            return Some(slot(ready, ready, Vec::new()));
        }
        if task.crew.is_none() && task.tool.is_none() {
            let (start, end) = center.resource.earliest(ready, work, self.horizon)?;
            return Some(slot(start, end, Vec::new()));
        }
        let (start, end, people) = crew::earliest(self, task, place.center, work, ready, self.horizon, true)?;
        Some(slot(start, end, people))
    }

    fn latest_at(&mut self, task: &Task<'_>, index: usize, until: Seconds) -> Option<Slot> {
        let place = &task.places[index];
        let center = self.centers.get_mut(place.center as usize)?;
        if center.sequence.is_some() {
            return sequence::latest(self, task, index, until);
        }
        let work = center.work(place, place.setup, task.batches)?;
        let slot = |start, work_end, people| task.slot(index, start, work_end, people);
        if work == 0 {
            return Some(slot(until, until, Vec::new()));
        }
        if task.crew.is_none() && task.tool.is_none() {
            let (start, end) = center.resource.latest(until, work)?;
            return Some(slot(start, end, Vec::new()));
        }
        let (start, end, people) = crew::latest(self, task, place.center, work, until, 0, true)?;
        Some(slot(start, end, people))
    }

    /// Sets aside what `slot` says.
    pub(crate) fn take(&mut self, task: &Task<'_>, slot: &Slot) {
        self.book(task, slot, Timeline::add);
        if let Some((sequence, unit)) = self.sequence_of(task, slot)
            && slot.start < slot.work_end
        {
            sequence.insert(unit, Job::of(task, slot));
        }
    }

    /// Gives back what `slot` says.
    pub(crate) fn give_back(&mut self, task: &Task<'_>, slot: &Slot) {
        self.book(task, slot, Timeline::remove);
        if let Some((sequence, unit)) = self.sequence_of(task, slot) {
            sequence.remove(unit, slot.start);
        }
    }

    fn book(&mut self, task: &Task<'_>, slot: &Slot, book: fn(&mut Timeline, Seconds, Seconds)) {
        if slot.start >= slot.work_end {
            return;
        }
        let center = &mut self.centers[task.places[slot.place as usize].center as usize];
        if center.resource.units > 0 {
            book(&mut center.resource.busy, slot.start, slot.work_end);
        }
        for person in &slot.people {
            book(&mut self.people[*person as usize].busy, slot.start, slot.work_end);
        }
        if let Some(tool) = task.tool {
            book(&mut self.tools[tool as usize].busy, slot.start, slot.work_end);
        }
    }

    /// True when what runs after the time of `slot`, which has been given back, has set-up enough without it.
    pub(crate) fn can_spare(&self, task: &Task<'_>, slot: &Slot) -> bool {
        let place = task.places.get(slot.place as usize);
        let sequence = place.and_then(|p| self.centers[p.center as usize].sequence.as_ref());
        sequence.zip(slot.unit).is_none_or(|(sequence, unit)| sequence.is_sound_at(unit, slot.start))
    }

    /// Nothing runs on a work centre for a time.
    pub(crate) fn close(&mut self, center: usize, from: Seconds, until: Seconds) {
        let center = &mut self.centers[center];
        for _ in 0..center.resource.units {
            center.resource.busy.add(from, until);
        }
        if let Some(sequence) = &mut center.sequence {
            sequence.down.busy.add(from, until);
        }
    }

    fn sequence_of(&mut self, task: &Task<'_>, slot: &Slot) -> Option<(&mut Sequence, u32)> {
        let center = &mut self.centers[task.places[slot.place as usize].center as usize];
        Some((center.sequence.as_mut()?, slot.unit?))
    }

    pub(crate) fn resource(&mut self, part: Part) -> Option<&mut Resource> {
        match part {
            Part::Center(index) => self.centers.get_mut(index as usize).map(|c| &mut c.resource),
            Part::Person(index) => self.people.get_mut(index as usize),
            Part::Tool(index) => self.tools.get_mut(index as usize),
            Part::Down(index) => Some(&mut self.centers.get_mut(index as usize)?.sequence.as_mut()?.down),
        }
    }
}

impl Center {
    /// Working seconds for a set-up and so many batches, at the speed of this centre; `None` = out of range.
    pub(crate) fn work(&self, place: &Place, setup: Seconds, batches: i64) -> Option<Seconds> {
        let stated = place.run.checked_mul(batches)?.checked_add(setup)?;
        match self.efficiency_percent {
            100 => Some(stated),
            percent => Some((stated.checked_mul(100)? + percent - 1) / percent),
        }
    }
}

impl Resource {
    /// The earliest interval from `ready` on in which one unit is free for `work` and that ends by `limit`.
    pub(crate) fn earliest(
        &mut self,
        ready: Seconds,
        work: Seconds,
        limit: Seconds,
    ) -> Option<(Seconds, Seconds)> {
        let mut from = ready;
        loop {
            if let (Clock::Always, 1..) = (&self.clock, self.units) {
                from = self.busy.gap_after(from, work, self.units);
            }
            let (start, end) = self.clock.forward(from, work)?;
            if end > limit {
                return None;
            }
            match self.full_until(start, end) {
                Some(t) => from = t,
                None => return Some((start, end)),
            }
        }
    }

    /// The latest interval up to `until` in which one unit is free for `work`.
    pub(crate) fn latest(&mut self, until: Seconds, work: Seconds) -> Option<(Seconds, Seconds)> {
        let mut until = until;
        loop {
            if let (Clock::Always, 1..) = (&self.clock, self.units) {
                until = self.busy.gap_before(until, work, self.units) + work;
            }
            let (start, end) = self.clock.backward(until, work)?;
            match self.full_from(start, end) {
                Some(t) => until = t,
                None => return Some((start, end)),
            }
        }
    }

    pub(crate) fn full_until(&self, start: Seconds, end: Seconds) -> Option<Seconds> {
        if self.units == 0 { None } else { self.busy.full_until(start, end, self.units) }
    }

    pub(crate) fn full_from(&self, start: Seconds, end: Seconds) -> Option<Seconds> {
        if self.units == 0 { None } else { self.busy.full_from(start, end, self.units) }
    }
}

/// Set-up seconds by the families that ran before and run now.
pub(crate) type Changeovers = BTreeMap<(u32, u32), Seconds>;
