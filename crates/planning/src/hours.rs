//! Opening hours for pictures: what is open and closed between two instants, and how long on each day.
//!
//! Placement asks [`Opening`](crate::opening::Opening) instead, which reckons no further than it must.

use crate::opening::{Opening, zone};
use crate::{Calendar, Error, HORIZON_S, Result};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Serialize;
use vocab::{Phrase, Timestamp, phrase};

/// From one instant up to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Stretch {
    /// from when
    pub start: Timestamp,
    /// up to when, exclusive
    pub end: Timestamp,
}

/// How long it is open on one day of the local calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct DayHours {
    /// when the day begins, or the part of it that was asked for
    pub start: Timestamp,
    /// when it ends, exclusive
    pub end: Timestamp,
    /// open seconds in it
    pub open_s: i64,
}

/// When a calendar is open between two instants.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: TimeZone,
    from: Timestamp,
    to: Timestamp,
    open: Vec<Stretch>,
}

impl Hours {
    /// Those of `calendar` from `from` up to `to`; without one it is open all the time, and days are those of UTC.
    ///
    /// # Errors
    /// A calendar that fails [`Model::check`](crate::Model::check), and more than [`HORIZON_S`] at once.
    pub fn of(calendar: Option<&Calendar>, from: Timestamp, to: Timestamp) -> Result<Self> {
        let at = phrase("calendar", "日历");
        if to.duration_since(from).as_secs() > HORIZON_S {
            return Err(Error::Model {
                at,
                what: phrase("end", "结束时间"),
                value: Phrase::plain(to),
                remedy: phrase("ask for ten years at most", "至多查询十年"),
            });
        }
        let zone = calendar.map_or(Ok(TimeZone::UTC), |calendar| zone(&at, &calendar.zone))?;
        let windows = Opening::new(&at, calendar, from, to)?.windows();
        let open = windows.into_iter().map(|(start, end)| Stretch { start, end }).collect();
        Ok(Self { zone, from, to, open })
    }

    /// When it is open, in order; stretches that touch are one.
    pub fn open(&self) -> &[Stretch] {
        &self.open
    }

    /// When it is not.
    pub fn closed(&self) -> Vec<Stretch> {
        let starts = std::iter::once(self.from).chain(self.open.iter().map(|s| s.end));
        let ends = self.open.iter().map(|s| s.start).chain([self.to]);
        starts
            .zip(ends)
            .filter(|(start, end)| start < end)
            .map(|(start, end)| Stretch { start, end })
            .collect()
    }

    /// Each day of the local calendar with its open seconds.
    pub fn days(&self) -> Vec<DayHours> {
        let mut days = Vec::new();
        let mut start = self.from;
        let mut first = 0;
        while start < self.to {
            let midnight =
                self.zone.to_datetime(start).date().tomorrow().map(|date| date.to_datetime(Time::midnight()));
            // where the clocks show midnight twice, the day goes on to the second
            let end = midnight.and_then(|at| self.zone.to_ambiguous_timestamp(at).later());
            let end = end.map_or(self.to, |end| end.min(self.to));
            first += self.open[first..].iter().take_while(|s| s.end <= start).count();
            let today = self.open[first..].iter().take_while(|s| s.start < end);
            let open = today.map(|s| s.end.min(end).duration_since(s.start.max(start)).as_secs());
            days.push(DayHours { start, end, open_s: open.sum() });
            start = end;
        }
        days
    }
}
