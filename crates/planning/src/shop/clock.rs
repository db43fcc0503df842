//! A calendar in whole seconds: the stretches of open time as numbers, with the open time before each.
//!
//! A [`Clock`] counts seconds from the base of a plan and unrolls its calendar only as far as somebody asks.
//! [`Clock::forward`] and [`Clock::backward`] place work that pauses while it is closed. It does not know what is
//! busy.

use super::Seconds;
use crate::opening::Opening;
use crate::{Calendar, Result};
use vocab::{Phrase, Timestamp, after};

/// When something is open, in seconds from a base.
#[derive(Clone)]
pub(crate) enum Clock {
    /// round the clock
    Always,
    /// by calendar
    Windows(Windows),
}

/// Open windows in order of time, as far as they have been asked for.
#[derive(Clone)]
pub(crate) struct Windows {
    opening: Opening,
    base: Timestamp,
    /// how far the opening has been asked
    asked: Timestamp,
    list: Vec<Window>,
    /// there are no more than `list`
    complete: bool,
}

#[derive(Clone, Copy)]
struct Window {
    start: Seconds,
    end: Seconds,
    /// open seconds in all earlier windows
    before: Seconds,
}

impl Clock {
    /// The clock of `calendar` from `base` up to `horizon` seconds later. `at` names it in the error.
    pub(crate) fn new(
        at: &Phrase,
        calendar: Option<&Calendar>,
        base: Timestamp,
        horizon: Seconds,
    ) -> Result<Self> {
        if calendar.is_none() {
            return Ok(Self::Always);
        }
        let opening = Opening::new(at, calendar, base, after(base, horizon))?;
        Ok(Self::Windows(Windows { opening, base, asked: base, list: Vec::new(), complete: false }))
    }

    /// The earliest start at or after `from`, in open time, and the end of `work` begun then.
    pub(crate) fn forward(&mut self, from: Seconds, work: Seconds) -> Option<(Seconds, Seconds)> {
        match self {
            Self::Always => Some((from, from.checked_add(work)?)),
            Self::Windows(windows) => windows.forward(from, work),
        }
    }

    /// The latest end at or before `until`, in open time, and the start of `work` that ends then; none that would
    /// begin before the base.
    pub(crate) fn backward(&mut self, until: Seconds, work: Seconds) -> Option<(Seconds, Seconds)> {
        match self {
            Self::Always => (until >= work).then(|| (until - work, until)),
            Self::Windows(windows) => windows.backward(until, work),
        }
    }

    /// The first open window that ends after `t`.
    pub(crate) fn window_after(&mut self, t: Seconds) -> Option<(Seconds, Seconds)> {
        match self {
            Self::Always => Some((Seconds::MIN, Seconds::MAX)),
            Self::Windows(windows) => {
                let index = windows.find(|w| w.end > t)?;
                Some((windows.list[index].start, windows.list[index].end))
            }
        }
    }

    /// The last open window that begins before `t`.
    pub(crate) fn window_before(&mut self, t: Seconds) -> Option<(Seconds, Seconds)> {
        match self {
            Self::Always => Some((Seconds::MIN, Seconds::MAX)),
            Self::Windows(windows) => {
                windows.unroll(t);
                let index = windows.list.partition_point(|w| w.start < t).checked_sub(1)?;
                Some((windows.list[index].start, windows.list[index].end))
            }
        }
    }
}

impl Windows {
    fn forward(&mut self, from: Seconds, work: Seconds) -> Option<(Seconds, Seconds)> {
        let first = self.find(|w| w.end > from)?;
        let window = self.list[first];
        let start = from.max(window.start);
        let target = (window.before + start - window.start).checked_add(work)?;
        let last = self.find(|w| w.before + (w.end - w.start) >= target)?;
        let last = self.list[last];
        Some((start, last.start + target - last.before))
    }

    fn backward(&mut self, until: Seconds, work: Seconds) -> Option<(Seconds, Seconds)> {
        self.unroll(until);
        let last = self.list.partition_point(|w| w.start < until).checked_sub(1)?;
        let window = self.list[last];
        let end = until.min(window.end);
        let target = window.before + (end - window.start) - work;
        if target < 0 {
            return None;
        }
        let first = self.list[self.list.partition_point(|w| w.before + (w.end - w.start) <= target)];
        Some((first.start + target - first.before, end))
    }

    /// The index of the first window for which `found` holds; it must hold for all later ones too.
    fn find(&mut self, found: impl Fn(&Window) -> bool) -> Option<usize> {
        while !self.list.last().is_some_and(&found) {
            self.next()?;
        }
        Some(self.list.partition_point(|w| !found(w)))
    }

    /// Makes sure that every window that begins before `t` is there.
    fn unroll(&mut self, t: Seconds) {
        while self.list.last().is_none_or(|w| w.start < t) {
            if self.next().is_none() {
                break;
            }
        }
    }

    fn next(&mut self) -> Option<()> {
        if self.complete {
            return None;
        }
        let Some((start, end)) = self.opening.window_after(self.asked) else {
            self.complete = true;
            return None;
        };
        self.asked = end;
        // whole seconds inside the window
        let start_ns = start.duration_since(self.base).as_nanos();
        let end_ns = end.duration_since(self.base).as_nanos();
        let up = |ns: i128| (ns + 999_999_999).div_euclid(1_000_000_000) as Seconds;
        let (start, end) = (up(start_ns).max(0), end_ns.div_euclid(1_000_000_000) as Seconds);
        let before = self.list.last().map_or(0, |w| w.before + (w.end - w.start));
        self.list.push(Window { start: start.min(end), end, before });
        Some(())
    }
}

#[cfg(test)]
mod tests;
