//! A work centre whose set-up depends on what ran before: what runs on each unit, one after the other.
//!
//! A job fits into a gap when the set-up after the job before it, its run, and no longer a set-up for the job
//! after it than that job has, leave room. It does not move what is there.

use super::{Changeovers, Resource, Seconds, Shop, Slot, Task, crew};

/// The jobs of each unit in order of time.
#[derive(Clone)]
pub(crate) struct Sequence {
    pub(crate) changeovers: Changeovers,
    pub(crate) units: Vec<Vec<Job>>,
    /// when nothing runs; what it is set up for stays
    pub(crate) down: Resource,
}

/// One process on one unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Job {
    pub(crate) start: Seconds,
    pub(crate) end: Seconds,
    pub(crate) family: Option<u32>,
    /// working seconds of set-up in it
    pub(crate) setup: Seconds,
    /// the set-up that its step states
    pub(crate) own_setup: Seconds,
}

impl Job {
    pub(super) fn of(task: &Task<'_>, slot: &Slot) -> Self {
        let own_setup = task.places[slot.place as usize].setup;
        let (start, end) = (slot.start, slot.work_end);
        Self { start, end, family: task.family, setup: slot.setup, own_setup }
    }
}

impl Sequence {
    /// Set-up seconds of a job after another.
    pub(crate) fn setup(&self, before: Option<u32>, family: Option<u32>, own: Seconds) -> Seconds {
        let listed = before.zip(family).and_then(|pair| self.changeovers.get(&pair));
        listed.copied().unwrap_or(own)
    }

    pub(crate) fn insert(&mut self, unit: u32, job: Job) {
        if let Some(jobs) = self.units.get_mut(unit as usize) {
            let index = jobs.partition_point(|j| j.start < job.start);
            jobs.insert(index, job);
        }
    }

    pub(crate) fn remove(&mut self, unit: u32, start: Seconds) {
        if let Some(jobs) = self.units.get_mut(unit as usize) {
            let index = jobs.partition_point(|j| j.start < start);
            if jobs.get(index).is_some_and(|j| j.start == start) {
                jobs.remove(index);
            }
        }
    }

    /// True when the first job from `start` on has set-up enough after the one before it.
    pub(crate) fn is_sound_at(&self, unit: u32, start: Seconds) -> bool {
        let Some(jobs) = self.units.get(unit as usize) else { return true };
        let index = jobs.partition_point(|j| j.start < start);
        let before = index.checked_sub(1).and_then(|i| jobs[i].family);
        jobs.get(index).is_none_or(|next| self.setup(before, next.family, next.own_setup) <= next.setup)
    }

    /// Unit and start of the jobs that have less set-up than they need.
    pub(crate) fn unsound(&self) -> impl Iterator<Item = (u32, Seconds)> {
        (0..).zip(&self.units).flat_map(move |(unit, jobs)| {
            let before = std::iter::once(None).chain(jobs.iter().map(|j| j.family));
            let short = |(before, job): &(Option<u32>, &Job)| {
                self.setup(*before, job.family, job.own_setup) > job.setup
            };
            before.zip(jobs).filter(short).map(move |(_, job)| (unit, job.start))
        })
    }

    /// The gap before job `index` of a unit: when it opens and closes, the set-up in it, and whether the job
    /// after it would still have enough.
    fn gap(
        &self,
        unit: usize,
        index: usize,
        task: &Task<'_>,
        own: Seconds,
    ) -> Option<(Seconds, Seconds, Seconds)> {
        let jobs = &self.units[unit];
        let before = index.checked_sub(1).map(|i| &jobs[i]);
        let setup = self.setup(before.and_then(|j| j.family), task.family, own);
        let opens = before.map_or(Seconds::MIN, |j| j.end);
        let Some(next) = jobs.get(index) else { return Some((opens, Seconds::MAX, setup)) };
        let fits = self.setup(task.family, next.family, next.own_setup) <= next.setup;
        fits.then_some((opens, next.start, setup))
    }
}

pub(super) fn earliest(shop: &mut Shop, task: &Task<'_>, index: usize, ready: Seconds) -> Option<Slot> {
    let place = task.places[index];
    let center = place.center as usize;
    let mut best: Option<Slot> = None;
    for unit in 0..shop.centers[center].sequence.as_ref()?.units.len() {
        let jobs = shop.centers[center].sequence.as_ref()?.units[unit].len();
        let first = shop.centers[center].sequence.as_ref()?.units[unit].partition_point(|j| j.start < ready);
        for gap in first..=jobs {
            let sequence = shop.centers[center].sequence.as_ref()?;
            let Some((opens, closes, setup)) = sequence.gap(unit, gap, task, place.setup) else { continue };
            let work = shop.centers[center].work(&place, setup, task.batches)?;
            let from = ready.max(opens);
            let limit = closes.min(shop.horizon).min(best.as_ref().map_or(Seconds::MAX, |b| b.work_end - 1));
            if limit < from || limit - from < work {
                continue;
            }
            let found = crew::earliest(shop, task, place.center, work, from, limit, false);
            if let Some((start, work_end, people)) = found {
                let unit = Some(unit as u32);
                best = Some(Slot { place: index as u32, start, work_end, unit, setup, people });
                break;
            }
        }
    }
    best
}

pub(super) fn latest(shop: &mut Shop, task: &Task<'_>, index: usize, until: Seconds) -> Option<Slot> {
    let place = task.places[index];
    let center = place.center as usize;
    let mut best: Option<Slot> = None;
    for unit in 0..shop.centers[center].sequence.as_ref()?.units.len() {
        let last = shop.centers[center].sequence.as_ref()?.units[unit].partition_point(|j| j.end < until);
        for gap in (0..=last).rev() {
            let sequence = shop.centers[center].sequence.as_ref()?;
            let Some((opens, closes, setup)) = sequence.gap(unit, gap, task, place.setup) else { continue };
            let work = shop.centers[center].work(&place, setup, task.batches)?;
            let until = until.min(closes);
            let limit = opens.max(0).max(best.as_ref().map_or(0, |b| b.start + 1));
            if until < limit || until - limit < work {
                continue;
            }
            let found = crew::latest(shop, task, place.center, work, until, limit, false);
            if let Some((start, work_end, people)) = found {
                let unit = Some(unit as u32);
                best = Some(Slot { place: index as u32, start, work_end, unit, setup, people });
                break;
            }
        }
    }
    best
}
