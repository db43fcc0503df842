//! A calendar as instants: the stretches of open time, reckoned day by day as far as somebody asks.
//!
//! [`Opening::stretch`] answers the one question of placement: beginning at or after this instant, from when to
//! when does so much work take on one unit? Work pauses while the unit is closed.

use crate::calendar::{Calendar, Weekday};
use crate::{Error, Result};
use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::BTreeSet;
use vocab::Timestamp;
use vocab::{Phrase, phrase};

/// When a work centre is open, from one instant up to another.
pub(crate) enum Opening {
    /// round the clock, up to the horizon
    Always(Timestamp),
    /// by calendar
    Shifts(Shifts),
}

impl Opening {
    /// The open time of `calendar` between `from` and `horizon`. `at` names it in the error.
    pub(crate) fn new(
        at: &Phrase,
        calendar: Option<&Calendar>,
        from: Timestamp,
        horizon: Timestamp,
    ) -> Result<Self> {
        match calendar {
            None => Ok(Self::Always(horizon)),
            Some(calendar) => Ok(Self::Shifts(Shifts::new(at, calendar, from, horizon)?)),
        }
    }

    /// The earliest start at or after `from`, in open time, and the end of `work` begun then; `None` beyond the
    /// horizon. `work` is above zero.
    pub(crate) fn stretch(
        &mut self,
        from: Timestamp,
        work: SignedDuration,
    ) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Always(horizon) => {
                let end = from.checked_add(work).ok().filter(|end| end <= horizon)?;
                Some((from, end))
            }
            Self::Shifts(shifts) => shifts.stretch(from, work),
        }
    }
}

/// Open windows in order of time, none touching the inside of another, with the open time before each.
pub(crate) struct Shifts {
    zone: TimeZone,
    /// hours by weekday, earliest first
    hours: Vec<(Weekday, Time, Time)>,
    holidays: BTreeSet<Date>,
    horizon: Timestamp,
    /// the next date whose shifts are not windows yet; `None` when there are no more
    next: Option<Date>,
    windows: Vec<Window>,
}

struct Window {
    start: Timestamp,
    end: Timestamp,
    /// open time in all earlier windows
    before: SignedDuration,
}

impl Window {
    fn open_until_end(&self) -> SignedDuration {
        self.before + self.end.duration_since(self.start)
    }
}

impl Shifts {
    fn new(at: &Phrase, calendar: &Calendar, from: Timestamp, horizon: Timestamp) -> Result<Self> {
        let zone = zone(at, &calendar.zone)?;
        let each = calendar.shifts.iter();
        let mut hours: Vec<_> = each.flat_map(|s| s.days.iter().map(|day| (*day, s.from, s.to))).collect();
        hours.sort();
        // a night shift that began the day before may still be open
        let first = zone.to_datetime(from).date();
        let next = Some(first.yesterday().unwrap_or(first));
        let holidays = calendar.holidays.iter().copied().collect();
        Ok(Self { zone, hours, holidays, horizon, next, windows: Vec::new() })
    }

    fn stretch(&mut self, from: Timestamp, work: SignedDuration) -> Option<(Timestamp, Timestamp)> {
        let first = self.window(|w| w.end > from)?;
        let start = from.max(self.windows[first].start);
        let skipped = start.duration_since(self.windows[first].start);
        let target = self.windows[first].before.checked_add(skipped)?.checked_add(work)?;
        let last = self.window(|w| w.open_until_end() >= target)?;
        let window = &self.windows[last];
        let end = window.start.checked_add(target - window.before).ok()?;
        (end <= self.horizon).then_some((start, end))
    }

    /// The index of the first window for which `found` holds; it must hold for all later ones too.
    fn window(&mut self, found: impl Fn(&Window) -> bool) -> Option<usize> {
        while !self.windows.last().is_some_and(&found) {
            self.open_next_day()?;
        }
        Some(self.windows.partition_point(|w| !found(w)))
    }

    /// Adds the windows of the next day; `None` when that day is beyond the horizon.
    fn open_next_day(&mut self) -> Option<()> {
        let date = self.next?;
        self.next = date.tomorrow().ok();
        if self.instant(date, Time::midnight()).is_some_and(|t| t > self.horizon) {
            self.next = None;
            return None;
        }
        if self.holidays.contains(&date) {
            return Some(());
        }
        let weekday = Weekday::of(date);
        let first = self.hours.partition_point(|h| h.0 < weekday);
        let last = self.hours.partition_point(|h| h.0 <= weekday);
        for index in first..last {
            let (_, from, to) = self.hours[index];
            // a shift at the very edge of the representable dates is none
            let last_date = if to > from { Some(date) } else { date.tomorrow().ok() };
            let end = last_date.and_then(|date| self.instant(date, to));
            if let (Some(start), Some(end)) = (self.instant(date, from), end) {
                self.push(start, end);
            }
        }
        Some(())
    }

    /// Adds a window, less what is open already: shifts may overlap.
    fn push(&mut self, start: Timestamp, end: Timestamp) {
        let (start, before) = match self.windows.last() {
            Some(last) => (start.max(last.end), last.open_until_end()),
            None => (start, SignedDuration::ZERO),
        };
        if start < end {
            self.windows.push(Window { start, end, before });
        }
    }

    /// The instant of a local time. One that the clocks skip counts from after the change, one that they show
    /// twice is the first (RFC 5545, section 3.3.5).
    fn instant(&self, date: Date, time: Time) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()
    }
}

/// The time zone of that IANA name, from the tables inside this program.
fn zone(at: &Phrase, name: &str) -> Result<TimeZone> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| Error::Model {
        at: at.clone(),
        what: phrase("unknown time zone", "未知的时区"),
        value: Phrase::plain(name.chars().take(64).collect::<String>()),
        remedy: phrase("use an IANA name such as Europe/Berlin", "请使用 IANA 名称，例如 Europe/Berlin"),
    })
}
