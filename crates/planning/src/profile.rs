//! How many units are in use at each instant, as steps over time.
//!
//! A [`Profile`] keeps only the instants at which the number changes, so back-to-back work is one step however
//! many reservations it has, and a search for room jumps from change to change. It does not know who reserved.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use vocab::Timestamp;

/// Units in use: each entry holds from its instant up to the next one; before the first, none.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Profile(BTreeMap<Timestamp, u32>);

impl Profile {
    /// The part of it from `t` on.
    pub(crate) fn from(&self, t: Timestamp) -> Self {
        let mut rest: BTreeMap<_, _> = self.0.range(t..).map(|(t, used)| (*t, *used)).collect();
        match self.at(t) {
            0 => {}
            used => {
                rest.entry(t).or_insert(used);
            }
        }
        Self(rest)
    }

    /// Units in use at `t`.
    pub(crate) fn at(&self, t: Timestamp) -> u32 {
        self.0.range(..=t).next_back().map_or(0, |(_, used)| *used)
    }

    /// One unit more in use from `start` up to `end`.
    pub(crate) fn add(&mut self, start: Timestamp, end: Timestamp) {
        self.change(start, end, |used| used.saturating_add(1));
    }

    /// One unit less in use from `start` up to `end`.
    pub(crate) fn remove(&mut self, start: Timestamp, end: Timestamp) {
        self.change(start, end, |used| used.saturating_sub(1));
    }

    fn change(&mut self, start: Timestamp, end: Timestamp, to: impl Fn(u32) -> u32) {
        if start >= end {
            return;
        }
        for edge in [start, end] {
            let used = self.at(edge);
            self.0.entry(edge).or_insert(used);
        }
        for (_, used) in self.0.range_mut(start..end) {
            *used = to(*used);
        }
        // only the edges can have become steps that change nothing
        for edge in [start, end] {
            let before = self.0.range(..edge).next_back().map_or(0, |(_, used)| *used);
            if self.0.get(&edge) == Some(&before) {
                self.0.remove(&edge);
            }
        }
    }

    /// If all `units` are in use anywhere from `start` up to `end`: the instant at which that first stretch of
    /// full use ends. `None` when there is room for one more throughout.
    pub(crate) fn full_until(&self, start: Timestamp, end: Timestamp, units: u32) -> Option<Timestamp> {
        let full_from = match self.at(start) >= units {
            true => start,
            false => *self.0.range(start..end).find(|(_, used)| **used >= units)?.0,
        };
        let after = self.0.range((Excluded(full_from), Unbounded)).find(|(_, used)| **used < units);
        // the last step is always down to zero, so a stretch of full use has an end
        after.map(|(t, _)| *t)
    }

    /// The steps between `from` and `to` in which units are in use: start, end, units.
    pub(crate) fn steps(&self, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp, u32)> {
        if from >= to {
            return Vec::new();
        }
        let first = (from, self.at(from));
        let inside = self.0.range((Excluded(from), Unbounded)).map(|(t, used)| (*t, *used));
        let starts: Vec<_> = std::iter::once(first).chain(inside.take_while(|(t, _)| *t < to)).collect();
        let ends = starts.iter().skip(1).map(|(t, _)| *t).chain([to]);
        let steps = starts.iter().zip(ends).map(|((start, used), end)| (*start, end, *used));
        steps.filter(|(_, _, used)| *used > 0).collect()
    }
}
