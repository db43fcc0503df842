//! How many units are in use at each instant, as steps over time.
//!
//! A [`Profile`] keeps only the instants at which the number changes, so back-to-back work is one step however
//! many reservations it has, and a search for room jumps from change to change. It does not know who reserved.

use crate::shop::Timeline;
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use vocab::Timestamp;

/// Units in use: each entry holds from its instant up to the next one; before the first, none.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Profile(BTreeMap<Timestamp, u32>);

impl Profile {
    /// It as whole seconds from `start` on; in a second in which the number changes, the larger one counts.
    pub(crate) fn timeline(&self, start: Timestamp) -> Timeline {
        let mut steps: Vec<(i64, u32)> = Vec::new();
        let mut used = 0;
        for (t, now) in std::iter::once((start, self.at(start)))
            .chain(self.0.range((Excluded(start), Unbounded)).map(|(t, used)| (*t, *used)))
        {
            let elapsed = t.duration_since(start);
            let up = i64::from(now < used && elapsed.subsec_nanos() > 0);
            let at = elapsed.as_secs() + up;
            while steps.last().is_some_and(|(last, _)| *last >= at) {
                steps.pop();
            }
            if steps.last().map_or(0, |(_, before)| *before) != now {
                steps.push((at, now));
            }
            used = now;
        }
        Timeline::of(steps)
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
