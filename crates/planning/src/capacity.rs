//! Capacity already promised: who has set aside which time on which work centre.
//!
//! A [`Capacity`] is the fold of reservations made and released. Each process takes one unit for one unbroken
//! interval, from its start to the end of its work, closed hours in between included: nobody else could use the
//! unit then. Units are alike, so as long as no instant has more intervals than units, each interval can be given
//! a unit of its own.
//!
//! It does not know why a reservation was made, whether it is a hold or firm, or when it lapses: its owner
//! releases it, and its owner bounds how many there are.

use crate::profile::Profile;
use crate::{Error, Model, Plan, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use vocab::phrase;
use vocab::{RecordId, Timestamp};

/// Who reserved: the record that stands behind the reservation.
pub type ReservationKey = RecordId;

/// Capacity already promised, per work centre.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Capacity {
    by_key: BTreeMap<ReservationKey, Vec<Interval>>,
    in_use: BTreeMap<String, Profile>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Interval {
    work_center: String,
    start: Timestamp,
    end: Timestamp,
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
        let intervals: Vec<_> = working
            .map(|p| Interval { work_center: p.work_center.clone(), start: p.start, end: p.work_end })
            .collect();
        for interval in &intervals {
            let profile = self.in_use.entry(interval.work_center.clone()).or_default();
            profile.add(interval.start, interval.end);
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
        if let Some(profile) = self.in_use.get_mut(&interval.work_center) {
            profile.remove(interval.start, interval.end);
            if *profile == Profile::default() {
                self.in_use.remove(&interval.work_center);
            }
        }
    }

    /// How many units of a work centre are in use between `from` and `to`, as steps in order of time; stretches
    /// without use are left out.
    pub fn load(&self, work_center: &str, from: Timestamp, to: Timestamp) -> Vec<Load> {
        let steps = self.in_use.get(work_center).map(|p| p.steps(from, to)).unwrap_or_default();
        steps.into_iter().map(|(start, end, units)| Load { start, end, units }).collect()
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

    /// Checks that at no instant more units are in use than there are, counting the reservations afresh.
    ///
    /// # Errors
    /// [`Error::Overbooked`] with the first such instant of a work centre, [`Error::UnknownWorkCenter`] for a
    /// reservation on one that `model` does not have.
    pub fn check(&self, model: &Model) -> Result<()> {
        let mut changes: BTreeMap<&str, BTreeMap<Timestamp, i64>> = BTreeMap::new();
        for r in self.iter() {
            let of_center = changes.entry(r.work_center).or_default();
            *of_center.entry(r.start).or_default() += 1;
            *of_center.entry(r.end).or_default() -= 1;
        }
        for (name, changes) in changes {
            let units = model.work_center(&phrase("reservation", "预留"), name)?.units;
            let mut used = 0;
            for (at, change) in changes {
                used += change;
                if units > 0 && used > i64::from(units) {
                    let used = u32::try_from(used).unwrap_or(u32::MAX);
                    return Err(Error::Overbooked { work_center: name.to_owned(), at, used, units });
                }
            }
        }
        Ok(())
    }

    /// Units in use at a work centre from `t` on.
    pub(crate) fn profile(&self, work_center: &str, t: Timestamp) -> Profile {
        self.in_use.get(work_center).map(|p| p.from(t)).unwrap_or_default()
    }
}
