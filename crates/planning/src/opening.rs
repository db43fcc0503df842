//! A calendar as instants: the stretches of open time, reckoned day by day as far as somebody asks.
//!
//! [`Opening::window_after`] gives them one by one, [`Opening::windows`] all at once; placing work in them is the
//! matter of the shop's [`Clock`](crate::shop::Clock). Open is what shifts and overtime say, less what is closed.

use crate::calendar::{Calendar, Recurring, Weekday};
use crate::recur::{Occurrences, Rule, once};
use crate::{Error, Result};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};
use std::collections::BTreeSet;
use vocab::{DAY_S, Phrase, Timestamp, phrase};

/// Longest single stretch of closure or overtime.
const RECURRING_DAYS_MAX: i64 = 366;

/// When a work centre is open, from one instant up to another.
#[derive(Clone)]
pub(crate) enum Opening {
    /// round the clock
    Always {
        /// nothing begins earlier
        from: Timestamp,
        /// nothing ends later
        horizon: Timestamp,
    },
    /// by calendar
    Shifts(Box<Shifts>),
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
            None => Ok(Self::Always { from, horizon }),
            Some(calendar) => Ok(Self::Shifts(Box::new(Shifts::new(at, calendar, from, horizon)?))),
        }
    }

    /// The open stretches between the opening's beginning and its horizon; those that touch are one.
    pub(crate) fn windows(&mut self) -> Vec<(Timestamp, Timestamp)> {
        match self {
            Self::Always { from, horizon } => match from < horizon {
                true => vec![(*from, *horizon)],
                false => vec![],
            },
            Self::Shifts(shifts) => shifts.all(),
        }
    }

    /// The first open stretch that ends after `from`, before the horizon.
    pub(crate) fn window_after(&mut self, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Always { horizon, .. } => (from < *horizon).then_some((from, *horizon)),
            Self::Shifts(shifts) => {
                let index = shifts.window(|w| w.end > from)?;
                Some((shifts.windows[index].start, shifts.windows[index].end))
            }
        }
    }
}

/// Open windows in order of time, none touching the inside of another, with the open time before each.
#[derive(Clone)]
pub(crate) struct Shifts {
    zone: TimeZone,
    /// hours by weekday, earliest first
    hours: Vec<(Weekday, Time, Time)>,
    holidays: BTreeSet<Date>,
    overtime: Recurrences,
    closures: Recurrences,
    /// closed stretches that may reach beyond `covered`, by their beginning
    closed: Vec<(Timestamp, Timestamp)>,
    from: Timestamp,
    horizon: Timestamp,
    /// the next date whose shifts are not windows yet; `None` when there are no more
    next: Option<Date>,
    /// up to where it is settled what is open
    covered: Timestamp,
    windows: Vec<Window>,
}

#[derive(Clone, Copy)]
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
        let first = zone.to_datetime(from).date();
        let range = (first, zone.to_datetime(horizon).date());
        let overtime = at.clone().and(", overtime", "的加班");
        let closed = at.clone().and(", closed", "的停工");
        Ok(Self {
            overtime: Recurrences::new(&overtime, &calendar.overtime, &zone, range)?,
            closures: Recurrences::new(&closed, &calendar.closed, &zone, range)?,
            closed: Vec::new(),
            zone,
            hours,
            holidays: calendar.holidays.iter().copied().collect(),
            from,
            horizon,
            // a night shift that began the day before may still be open
            next: Some(first.yesterday().unwrap_or(first)),
            covered: Timestamp::MIN,
            windows: Vec::new(),
        })
    }

    fn all(&mut self) -> Vec<(Timestamp, Timestamp)> {
        while self.open_next_day().is_some() {}
        let mut all: Vec<(Timestamp, Timestamp)> = Vec::new();
        for window in &self.windows {
            let (start, end) = (window.start.max(self.from), window.end.min(self.horizon));
            match all.last_mut() {
                _ if start >= end => {}
                Some(last) if last.1 == start => last.1 = end,
                _ => all.push((start, end)),
            }
        }
        all
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
        if instant(&self.zone, date.to_datetime(Time::midnight())).is_some_and(|t| t > self.horizon) {
            self.next = None;
            return None;
        }
        let mut open = self.shifts_on(date);
        self.overtime.begun_by(date, &mut open);
        // the clocks may turn the order of local times around
        open.sort();
        for (start, end) in open {
            self.push(start, end);
        }
        Some(())
    }

    fn shifts_on(&self, date: Date) -> Vec<(Timestamp, Timestamp)> {
        if self.holidays.contains(&date) {
            return Vec::new();
        }
        let weekday = Weekday::of(date);
        let first = self.hours.partition_point(|h| h.0 < weekday);
        let last = self.hours.partition_point(|h| h.0 <= weekday);
        let stretch = |(_, from, to): &(Weekday, Time, Time)| {
            // a shift at the very edge of the representable dates is none
            let last_date = if to > from { date } else { date.tomorrow().ok()? };
            let start = instant(&self.zone, date.to_datetime(*from))?;
            Some((start, instant(&self.zone, last_date.to_datetime(*to))?))
        };
        self.hours[first..last].iter().filter_map(stretch).collect()
    }

    /// Adds a stretch, less what is settled already, as shifts may overlap, and less what is closed.
    fn push(&mut self, start: Timestamp, end: Timestamp) {
        let mut at = start.max(self.covered);
        if at >= end {
            return;
        }
        self.covered = end;
        self.closures.begun_by(self.zone.to_datetime(end).date(), &mut self.closed);
        self.closed.sort();
        for index in 0..self.closed.len() {
            let (from, to) = self.closed[index];
            if from >= end {
                break;
            }
            self.add(at, from);
            at = at.max(to);
        }
        self.add(at, end);
        self.closed.retain(|(_, to)| *to > end);
    }

    fn add(&mut self, start: Timestamp, end: Timestamp) {
        if start < end {
            let before = self.windows.last().map_or(SignedDuration::ZERO, Window::open_until_end);
            self.windows.push(Window { start, end, before });
        }
    }
}

/// Stretches of local time that recur, merged in order of their beginning.
#[derive(Clone)]
struct Recurrences {
    zone: TimeZone,
    /// with the length of each in seconds
    each: Vec<(Occurrences, i64)>,
    /// when each begins next
    next: BTreeSet<(DateTime, usize)>,
}

impl Recurrences {
    /// All that may reach into the dates from `first` to `last`.
    fn new(at: &Phrase, list: &[Recurring], zone: &TimeZone, (first, last): (Date, Date)) -> Result<Self> {
        let mut all =
            Self { zone: zone.clone(), each: Vec::with_capacity(list.len()), next: BTreeSet::new() };
        for (index, recurring) in list.iter().enumerate() {
            let rule = rule(&numbered(at, index), recurring)?;
            let reach = (recurring.duration_s / DAY_S + 2).days();
            let from = first.saturating_sub(reach);
            let mut starts = Occurrences::new(&rule, recurring.start, zone, from, last);
            all.next.extend(starts.next().map(|start| (start, index)));
            all.each.push((starts, recurring.duration_s));
        }
        Ok(all)
    }

    /// Adds to `found` those that begin on `date` or before, each once.
    fn begun_by(&mut self, date: Date, found: &mut Vec<(Timestamp, Timestamp)>) {
        while let Some((start, index)) = self.next.first().copied().filter(|(start, _)| start.date() <= date)
        {
            self.next.pop_first();
            let (starts, duration_s) = &mut self.each[index];
            self.next.extend(starts.next().map(|next| (next, index)));
            // whole days are days of the local calendar, whatever the clocks do (RFC 5545, section 3.3.6)
            let end = match *duration_s % DAY_S {
                0 => start
                    .checked_add((*duration_s / DAY_S).days())
                    .ok()
                    .and_then(|end| instant(&self.zone, end)),
                _ => instant(&self.zone, start)
                    .and_then(|t| t.checked_add(SignedDuration::from_secs(*duration_s)).ok()),
            };
            found.extend(instant(&self.zone, start).zip(end));
        }
    }
}

/// One of a list; people count from 1.
pub(crate) fn numbered(at: &Phrase, index: usize) -> Phrase {
    let number = index + 1;
    at.clone().and(format!(" {number}"), format!("第 {number} 项"))
}

/// When `recurring` recurs; also checks when it begins and how long it is.
pub(crate) fn rule(at: &Phrase, recurring: &Recurring) -> Result<Rule> {
    let wrong = |what, value, remedy| Err(Error::Model { at: at.clone(), what, value, remedy });
    if !(1..=RECURRING_DAYS_MAX * DAY_S).contains(&recurring.duration_s) {
        let remedy = phrase("give seconds, from 1 to those of 366 days", "请给出秒数，1 秒至 366 天");
        return wrong(Phrase::plain("duration_s"), Phrase::plain(recurring.duration_s), remedy);
    }
    if !(1970..2200).contains(&recurring.start.year()) {
        let remedy = phrase("a time from 1970 to 2199", "1970 至 2199 年间的时间");
        return wrong(Phrase::plain("start"), Phrase::plain(recurring.start), remedy);
    }
    let Some(text) = &recurring.rule else { return Ok(once()) };
    text.parse().or_else(|remedy| {
        let shown: String = text.chars().take(64).collect();
        wrong(phrase("recurrence rule", "重复规则"), Phrase::plain(shown), remedy)
    })
}

/// The instant of a local time. One that the clocks skip counts from after the change, one that they show
/// twice is the first (RFC 5545, section 3.3.5).
fn instant(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(at).compatible().ok()
}

/// The time zone of that IANA name, from the tables inside this program.
pub(crate) fn zone(at: &Phrase, name: &str) -> Result<TimeZone> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| Error::Model {
        at: at.clone(),
        what: phrase("unknown time zone", "未知的时区"),
        value: Phrase::plain(name.chars().take(64).collect::<String>()),
        remedy: phrase("use an IANA name such as Europe/Berlin", "请使用 IANA 名称，例如 Europe/Berlin"),
    })
}
