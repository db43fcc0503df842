//! Capacity already promised: who has set aside which time on which work centre.
//!
//! A [`Capacity`] is the fold of reservations made and released. Each process takes one unit for one unbroken
//! interval, from its start to the end of its work, closed hours in between included: nobody else could use the
//! unit then. Units are alike, so as long as no instant has more intervals than units, each interval can be given
//! a unit of its own. The people and the tool of a process are set aside with it.
//!
//! It does not know why a reservation was made, whether it is a hold or firm, or when it lapses: its owner
//! releases it, and its owner bounds how many there are.

use crate::profile::Profile;
use crate::shop::{Job, Part, Shop};
use crate::site::net::{Names, seconds_up};
use crate::{Error, Model, Plan, PlannedProcess, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use vocab::phrase;
use vocab::{RecordId, SpecId, Timestamp};

/// Who reserved: the record that stands behind the reservation.
pub type ReservationKey = RecordId;

/// Capacity already promised: of work centres, people and tools.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Capacity {
    by_key: BTreeMap<ReservationKey, Vec<Interval>>,
    in_use: BTreeMap<Resource, Profile>,
}

/// What can be set aside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Resource {
    WorkCenter(String),
    Person(String),
    Tool(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Interval {
    work_center: String,
    start: Timestamp,
    end: Timestamp,
    people: Vec<String>,
    tool: Option<String>,
    unit: Option<u32>,
    /// which step of which recipe
    spec: SpecId,
    step: u32,
}

impl Interval {
    fn of(process: &PlannedProcess) -> Self {
        Self {
            work_center: process.work_center.clone(),
            start: process.start,
            end: process.work_end,
            people: process.people.clone(),
            tool: process.tool.clone(),
            unit: process.unit,
            spec: process.spec.clone(),
            step: process.step,
        }
    }

    fn resources(&self) -> impl Iterator<Item = Resource> + '_ {
        let people = self.people.iter().cloned().map(Resource::Person);
        let tool = self.tool.iter().cloned().map(Resource::Tool);
        std::iter::once(Resource::WorkCenter(self.work_center.clone())).chain(people).chain(tool)
    }
}

/// One unit of a work centre, set aside from `start` up to `end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Reservation<'a> {
    /// where
    pub work_center: &'a str,
    /// from when
    pub start: Timestamp,
    /// up to when, exclusive
    pub end: Timestamp,
    /// by whom
    pub key: ReservationKey,
}

/// So many units of a work centre in use from `start` up to `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Load {
    /// from when
    pub start: Timestamp,
    /// up to when, exclusive
    pub end: Timestamp,
    /// units in use
    pub units: u32,
}

impl Capacity {
    /// Sets aside what `plan` needs, under `key`. What `key` had before is released, so doing it twice changes
    /// nothing.
    ///
    /// It takes any plan; one that [`place`](crate::place) made against this very capacity fits.
    pub fn reserve(&mut self, key: ReservationKey, plan: &Plan) {
        self.release(key);
        let working = plan.processes.iter().filter(|p| p.start < p.work_end);
        let intervals: Vec<_> = working.map(Interval::of).collect();
        for interval in &intervals {
            for resource in interval.resources() {
                self.in_use.entry(resource).or_default().add(interval.start, interval.end);
            }
        }
        if !intervals.is_empty() {
            self.by_key.insert(key, intervals);
        }
    }

    /// Gives back all that `key` set aside; nothing when it has nothing.
    pub fn release(&mut self, key: ReservationKey) {
        for interval in self.by_key.remove(&key).unwrap_or_default() {
            self.free(&interval);
        }
    }

    /// Drops every interval that ended at or before `t`.
    pub fn forget_before(&mut self, t: Timestamp) {
        let mut past = Vec::new();
        self.by_key.retain(|_, intervals| {
            past.extend(intervals.extract_if(.., |i| i.end <= t));
            !intervals.is_empty()
        });
        for interval in &past {
            self.free(interval);
        }
    }

    fn free(&mut self, interval: &Interval) {
        for resource in interval.resources() {
            if let Some(profile) = self.in_use.get_mut(&resource) {
                profile.remove(interval.start, interval.end);
                if *profile == Profile::default() {
                    self.in_use.remove(&resource);
                }
            }
        }
    }

    /// How many units of a work centre are in use between `from` and `to`, as steps in order of time; stretches
    /// without use are left out.
    pub fn load(&self, work_center: &str, from: Timestamp, to: Timestamp) -> Vec<Load> {
        let center = Resource::WorkCenter(work_center.to_owned());
        let steps = self.in_use.get(&center).map(|p| p.steps(from, to)).unwrap_or_default();
        steps.into_iter().map(|(start, end, units)| Load { start, end, units }).collect()
    }

    /// The parts of a process's interval in which all that it uses is free, in order of time.
    pub fn room(&self, process: &PlannedProcess, model: &Model) -> Vec<(Timestamp, Timestamp)> {
        let interval = Interval::of(process);
        let mut full = Vec::new();
        for resource in interval.resources() {
            let units = match &resource {
                Resource::WorkCenter(name) => model.work_centers.get(name).map_or(0, |c| c.units),
                Resource::Person(_) => 1,
                Resource::Tool(name) => model.tools.get(name).map_or(1, |t| t.units),
            };
            let steps = self.in_use.get(&resource).map(|p| p.steps(interval.start, interval.end));
            full.extend(
                steps.unwrap_or_default().into_iter().filter(|(_, _, used)| units > 0 && *used >= units),
            );
        }
        full.sort();
        let (mut free, mut from) = (Vec::new(), interval.start);
        for (start, end, _) in full {
            if from < start {
                free.push((from, start));
            }
            from = from.max(end);
        }
        if from < interval.end {
            free.push((from, interval.end));
        }
        free
    }

    /// Every interval set aside, by key.
    pub fn iter(&self) -> impl Iterator<Item = Reservation<'_>> {
        self.by_key.iter().flat_map(|(key, intervals)| {
            intervals.iter().map(|i| Reservation {
                work_center: &i.work_center,
                start: i.start,
                end: i.end,
                key: *key,
            })
        })
    }

    /// True when `key` has something set aside.
    pub fn holds(&self, key: ReservationKey) -> bool {
        self.by_key.contains_key(&key)
    }

    /// Checks that at no instant more is in use than there is, of work centres, people and tools, counting the
    /// reservations afresh. A person or tool that `model` does not have counts as one.
    ///
    /// # Errors
    /// [`Error::Overbooked`] with the first such instant of a work centre, [`Error::UnknownWorkCenter`] for a
    /// reservation on one that `model` does not have.
    pub fn check(&self, model: &Model) -> Result<()> {
        let mut changes: BTreeMap<Resource, BTreeMap<Timestamp, i64>> = BTreeMap::new();
        for interval in self.by_key.values().flatten() {
            for resource in interval.resources() {
                let of_it = changes.entry(resource).or_default();
                *of_it.entry(interval.start).or_default() += 1;
                *of_it.entry(interval.end).or_default() -= 1;
            }
        }
        for (resource, changes) in changes {
            let (units, name) = match resource {
                Resource::WorkCenter(name) => {
                    (model.work_center(&phrase("reservation", "预留"), &name)?.units, name)
                }
                Resource::Person(name) => (1, name),
                Resource::Tool(name) => (model.tools.get(&name).map_or(1, |t| t.units), name),
            };
            let mut used = 0;
            for (at, change) in changes {
                used += change;
                if units > 0 && used > i64::from(units) {
                    let used = u32::try_from(used).unwrap_or(u32::MAX);
                    return Err(Error::Overbooked { work_center: name, at, used, units });
                }
            }
        }
        Ok(())
    }

    /// Gives back what these processes use, whoever set it aside.
    pub(crate) fn free_processes<'a>(&mut self, processes: impl Iterator<Item = &'a PlannedProcess>) {
        for interval in processes.filter(|p| p.start < p.work_end).map(Interval::of) {
            let mut lists = self.by_key.values_mut();
            let found = lists.find_map(|list| Some(list.remove(list.iter().position(|i| *i == interval)?)));
            if let Some(interval) = found {
                self.free(&interval);
            }
        }
    }

    /// Sets aside in a shop whose base is `start` what is set aside here from then on.
    pub(crate) fn fill(&self, names: &Names<'_>, shop: &mut Shop, model: &Model, start: Timestamp) {
        for (resource, profile) in &self.in_use {
            let (index, name) = match resource {
                Resource::WorkCenter(name) => (&names.centers, name),
                Resource::Person(name) => (&names.people, name),
                Resource::Tool(name) => (&names.tools, name),
            };
            let Some(index) = index.get(name.as_str()) else { continue };
            let part = match resource {
                Resource::WorkCenter(_) => Part::Center(*index),
                Resource::Person(_) => Part::Person(*index),
                Resource::Tool(_) => Part::Tool(*index),
            };
            if let Some(resource) = shop.resource(part) {
                resource.busy = profile.timeline(start);
            }
        }
        if shop.centers.iter().any(|c| c.sequence.is_some()) {
            self.fill_sequences(names, shop, model, start);
        }
    }

    fn fill_sequences(&self, names: &Names<'_>, shop: &mut Shop, model: &Model, start: Timestamp) {
        let mut jobs: Vec<_> = self.by_key.values().flatten().collect();
        jobs.sort_by_key(|i| (i.start, i.end));
        for interval in jobs {
            let Some(center) = names.centers.get(interval.work_center.as_str()) else { continue };
            let Some(sequence) = &mut shop.centers[*center as usize].sequence else { continue };
            let step = model.recipes.get(&interval.spec).and_then(|r| r.steps.get(interval.step as usize));
            let family = step.and_then(|s| names.families.get(s.family.as_deref()?)).copied();
            let own_setup = step.map_or(0, |s| s.setup_s);
            let unit = interval.unit.unwrap_or(0);
            let before = sequence.units.get(unit as usize).and_then(|u| u.last()).and_then(|j| j.family);
            let setup = sequence.setup(before, family, own_setup);
            let (from, end) = (seconds_down(start, interval.start), seconds_up(start, interval.end));
            sequence.insert(unit, Job { start: from, end, family, setup, own_setup });
        }
    }
}

/// Whole seconds from `base` to `t`, rounded down.
fn seconds_down(base: Timestamp, t: Timestamp) -> i64 {
    -seconds_up(t, base)
}
