//! How many units of something are in use at each second, as steps over time.
//!
//! A [`Timeline`] keeps only the seconds at which the number changes, sorted, so that back-to-back work is one step
//! however many processes it has, and a search for room jumps from change to change.

use super::Seconds;

/// Units in use: each entry holds from its second up to the next one; before the first, none.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Timeline(Vec<(Seconds, u32)>);

impl Timeline {
    /// From the seconds at which the number changes, sorted, the last down to zero.
    pub(crate) fn of(steps: Vec<(Seconds, u32)>) -> Self {
        Self(steps)
    }

    /// One unit more in use from `start` up to `end`.
    pub(crate) fn add(&mut self, start: Seconds, end: Seconds) {
        self.change(start, end, |used| used.saturating_add(1));
    }

    /// One unit less in use from `start` up to `end`.
    pub(crate) fn remove(&mut self, start: Seconds, end: Seconds) {
        self.change(start, end, |used| used.saturating_sub(1));
    }

    fn before(&self, index: usize) -> u32 {
        index.checked_sub(1).map_or(0, |i| self.0[i].1)
    }

    fn change(&mut self, start: Seconds, end: Seconds, to: impl Fn(u32) -> u32) {
        if start >= end {
            return;
        }
        let first = self.edge(start);
        let last = self.edge(end);
        for (_, used) in &mut self.0[first..last] {
            *used = to(*used);
        }
        // only the edges can have become steps that change nothing
        for index in [last, first] {
            if self.0[index].1 == self.before(index) {
                self.0.remove(index);
            }
        }
    }

    /// The index of a step that begins at `t`, made if need be.
    fn edge(&mut self, t: Seconds) -> usize {
        let index = self.0.partition_point(|(at, _)| *at < t);
        if self.0.get(index).is_none_or(|(at, _)| *at != t) {
            let used = self.before(index);
            self.0.insert(index, (t, used));
        }
        index
    }

    /// The earliest second from `from` on at which fewer than `units` begin to be in use for `length` seconds.
    pub(crate) fn gap_after(&self, from: Seconds, length: Seconds, units: u32) -> Seconds {
        let next = self.0.partition_point(|(at, _)| *at <= from);
        let mut full = self.before(next) >= units;
        let mut start = from;
        for (at, used) in &self.0[next..] {
            if !full && at - start >= length {
                return start;
            }
            if *used >= units {
                full = true;
            } else if full {
                full = false;
                start = *at;
            }
        }
        // the last step is always down to zero
        start
    }

    /// The latest start of `length` seconds, up to `until`, in which fewer than `units` are in use.
    pub(crate) fn gap_before(&self, until: Seconds, length: Seconds, units: u32) -> Seconds {
        let mut end = until;
        let known = self.0.partition_point(|(at, _)| *at < until);
        for (at, used) in self.0[..known].iter().rev() {
            if *used >= units {
                end = *at;
            } else if end - at >= length {
                break;
            }
        }
        end - length
    }

    /// If `units` are in use anywhere from `start` up to `end`: when the first such stretch ends.
    pub(crate) fn full_until(&self, start: Seconds, end: Seconds, units: u32) -> Option<Seconds> {
        let next = self.0.partition_point(|(at, _)| *at <= start);
        let mut full = self.before(next) >= units;
        for (at, used) in &self.0[next..] {
            if full && *used < units {
                return Some(*at);
            }
            if *at >= end && !full {
                return None;
            }
            full = *used >= units;
        }
        None
    }

    /// If `units` are in use anywhere from `start` up to `end`: when the last such stretch begins.
    pub(crate) fn full_from(&self, start: Seconds, end: Seconds, units: u32) -> Option<Seconds> {
        let known = self.0.partition_point(|(at, _)| *at < end);
        let mut full = None;
        for (at, used) in self.0[..known].iter().rev() {
            if *used >= units {
                full = Some(*at);
            } else if full.is_some() {
                break;
            }
            if *at <= start {
                break;
            }
        }
        full
    }
}
