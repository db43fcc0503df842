//! Recurrence rules of RFC 5545, section 3.3.10, on local dates.
//!
//! A [`Rule`] is read from text; [`Occurrences`] are the local times it means, in order, no further than asked for.
//! Taken are rules by day, week, month and year with `INTERVAL`, `COUNT`, `UNTIL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`,
//! `BYSETPOS` and `WKST`. Parts that set the time of day or count weeks or days of the year are refused by name:
//! nobody closes a workshop by them. It knows no instants but the end of a rule that is written in UTC.

use crate::calendar::Weekday;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::VecDeque;
use std::str::FromStr;
use vocab::{Phrase, phrase};

const RULE_BYTES_MAX: usize = 256;
/// Most numbers in one part.
const LIST_MAX: usize = 64;
const INTERVAL_MAX: i64 = 1_000;
const COUNT_MAX: u32 = 10_000;

/// When something recurs.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    every: Every,
    interval: i64,
    ends: Ends,
    months: Vec<i8>,
    /// from 1, or from the end of the month from -1
    month_days: Vec<i8>,
    /// with which one of the month or year, from either end; 0 = all
    days: Vec<(i8, Weekday)>,
    /// which ones of a period, from either end
    positions: Vec<i16>,
    week_start: Weekday,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Copy, Debug)]
enum Ends {
    Never,
    After(u32),
    /// local time
    At(DateTime),
    /// written in UTC
    AtInstant(Timestamp),
}

impl FromStr for Rule {
    /// What is wrong and what would be right.
    type Err = Phrase;

    fn from_str(text: &str) -> Result<Self, Phrase> {
        if text.len() > RULE_BYTES_MAX {
            return Err(phrase(
                format!("stay below {RULE_BYTES_MAX} bytes"),
                format!("须少于 {RULE_BYTES_MAX} 字节"),
            ));
        }
        let text = text.to_ascii_uppercase();
        let mut every = None;
        let mut rule = Self {
            every: Every::Day,
            interval: 1,
            ends: Ends::Never,
            months: vec![],
            month_days: vec![],
            days: vec![],
            positions: vec![],
            week_start: Weekday::Mon,
        };
        let mut seen = Vec::new();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if seen.contains(&name) {
                return Err(phrase(format!("give {name} once"), format!("{name} 只能写一次")));
            }
            seen.push(name);
            let wrong = |en: &str, zh: &str| phrase(format!("{name}: {en}"), format!("{name}：{zh}"));
            match name {
                "FREQ" => every = Some(Every::read(value)?),
                "INTERVAL" => {
                    let interval = value.parse().ok().filter(|n| (1..=INTERVAL_MAX).contains(n));
                    rule.interval = interval.ok_or_else(|| wrong("1 to 1000", "1 至 1000"))?;
                }
                "COUNT" | "UNTIL" if !matches!(rule.ends, Ends::Never) => {
                    return Err(phrase("give COUNT or UNTIL, not both", "COUNT 与 UNTIL 只能写其一"));
                }
                "COUNT" => {
                    let count = value.parse().ok().filter(|n| (1..=COUNT_MAX).contains(n));
                    rule.ends = Ends::After(count.ok_or_else(|| wrong("1 to 10000", "1 至 10000"))?);
                }
                "UNTIL" => {
                    rule.ends = until(value).ok_or_else(|| {
                        wrong("such as 20301231 or 20301231T220000Z", "例如 20301231 或 20301231T220000Z")
                    })?;
                }
                "BYMONTH" => {
                    rule.months = list(value, |n: &i8| (1..=12).contains(n))
                        .ok_or_else(|| wrong("months from 1 to 12", "1 至 12 月"))?;
                }
                "BYMONTHDAY" => {
                    rule.month_days = list(value, |n: &i8| (1..=31).contains(&n.abs()))
                        .ok_or_else(|| wrong("1 to 31, or -31 to -1", "1 至 31，或 -31 至 -1"))?;
                }
                "BYDAY" => {
                    rule.days =
                        days(value).ok_or_else(|| wrong("such as MO,TU or -1FR", "例如 MO,TU 或 -1FR"))?;
                }
                "BYSETPOS" => {
                    rule.positions = list(value, |n: &i16| (1..=366).contains(&n.abs()))
                        .ok_or_else(|| wrong("1 to 366, or -366 to -1", "1 至 366，或 -366 至 -1"))?;
                }
                "WKST" => {
                    rule.week_start =
                        weekday(value).ok_or_else(|| wrong("a day such as MO", "星期，例如 MO"))?;
                }
                _ => {
                    let name: String = name.chars().take(20).collect();
                    return Err(phrase(
                        format!(
                            "'{name}' is not supported: use FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST"
                        ),
                        format!(
                            "不支持“{name}”：请使用 FREQ、INTERVAL、COUNT、UNTIL、BYMONTH、BYMONTHDAY、BYDAY、BYSETPOS、WKST"
                        ),
                    ));
                }
            }
        }
        rule.every = every
            .ok_or_else(|| phrase("begin with FREQ, such as FREQ=WEEKLY", "须有 FREQ，例如 FREQ=WEEKLY"))?;
        rule.fits_together()
    }
}

impl Rule {
    /// RFC 5545 forbids some parts together.
    fn fits_together(self) -> Result<Self, Phrase> {
        if self.every == Every::Week && !self.month_days.is_empty() {
            return Err(phrase("BYMONTHDAY does not go with WEEKLY", "BYMONTHDAY 不能与 WEEKLY 同用"));
        }
        let by_number = self.days.iter().any(|(nth, _)| *nth != 0);
        if by_number && !matches!(self.every, Every::Month | Every::Year) {
            return Err(phrase(
                "a number in BYDAY goes with MONTHLY or YEARLY",
                "BYDAY 中的序号须与 MONTHLY 或 YEARLY 同用",
            ));
        }
        if !self.positions.is_empty()
            && self.months.is_empty()
            && self.month_days.is_empty()
            && self.days.is_empty()
        {
            return Err(phrase("BYSETPOS needs another BY part", "BYSETPOS 须与其他 BY 部分同用"));
        }
        Ok(self)
    }

    /// What a rule does not say follows from when the first one begins.
    fn filled_in(mut self, start: Date) -> Self {
        if self.month_days.is_empty() && self.days.is_empty() {
            match self.every {
                Every::Day => {}
                Every::Week => self.days = vec![(0, Weekday::of(start))],
                Every::Month => self.month_days = vec![start.day()],
                Every::Year => {
                    self.month_days = vec![start.day()];
                    if self.months.is_empty() {
                        self.months = vec![start.month()];
                    }
                }
            }
        }
        self
    }

    /// How many periods lie between two dates, rounded down; none when `to` is earlier.
    fn periods_between(&self, from: Date, to: Date) -> i64 {
        let days = || i64::from((to - from).get_days());
        let months = |d: Date| i64::from(d.year()) * 12 + i64::from(d.month());
        let units = match self.every {
            Every::Day => days(),
            Every::Week => days() / 7,
            Every::Month => months(to) - months(from),
            Every::Year => i64::from(to.year()) - i64::from(from.year()),
        };
        units.max(0) / self.interval
    }

    /// The first and last date of the period `n` intervals after that of `start`.
    fn period(&self, start: Date, n: i64) -> Option<(Date, Date)> {
        let ahead = n.checked_mul(self.interval)?;
        match self.every {
            Every::Day => {
                let day = start.checked_add(ahead.days()).ok()?;
                Some((day, day))
            }
            Every::Week => {
                let into = (7 + Weekday::of(start) as i64 - self.week_start as i64) % 7;
                let first = start.checked_add((ahead * 7 - into).days()).ok()?;
                Some((first, first.checked_add(6.days()).ok()?))
            }
            Every::Month => {
                let month = i64::from(start.year()) * 12 + i64::from(start.month()) - 1 + ahead;
                let year = i16::try_from(month.div_euclid(12)).ok()?;
                let first = Date::new(year, (month.rem_euclid(12) + 1) as i8, 1).ok()?;
                Some((first, first.last_of_month()))
            }
            Every::Year => {
                let first = Date::new(i16::try_from(i64::from(start.year()) + ahead).ok()?, 1, 1).ok()?;
                Some((first, first.last_of_year()))
            }
        }
    }

    fn is_on(&self, date: Date) -> bool {
        let from_end = date.day() - date.days_in_month() - 1;
        (self.months.is_empty() || self.months.contains(&date.month()))
            && (self.month_days.is_empty()
                || self.month_days.contains(&date.day())
                || self.month_days.contains(&from_end))
            && (self.days.is_empty() || self.days.iter().any(|day| self.is_nth(date, *day)))
    }

    fn is_nth(&self, date: Date, (nth, weekday): (i8, Weekday)) -> bool {
        let in_month = self.every == Every::Month || !self.months.is_empty();
        let (day, days) = match in_month {
            true => (i16::from(date.day()), i16::from(date.days_in_month())),
            false => (date.day_of_year(), date.days_in_year()),
        };
        let nth_matches = match nth {
            0 => true,
            1.. => (day - 1) / 7 + 1 == i16::from(nth),
            _ => (days - day) / 7 + 1 == -i16::from(nth),
        };
        nth_matches && Weekday::of(date) == weekday
    }

    /// The dates of one period on which it falls.
    fn dates(&self, (first, last): (Date, Date)) -> VecDeque<Date> {
        let all: Vec<Date> =
            first.series(1.day()).take_while(|d| *d <= last).filter(|d| self.is_on(*d)).collect();
        if self.positions.is_empty() {
            return all.into();
        }
        let count = all.len() as i16;
        let is_in =
            |index: i16| self.positions.contains(&(index + 1)) || self.positions.contains(&(index - count));
        all.into_iter().zip(0..).filter(|(_, index)| is_in(*index)).map(|(date, _)| date).collect()
    }
}

impl Every {
    fn read(text: &str) -> Result<Self, Phrase> {
        match text {
            "DAILY" => Ok(Self::Day),
            "WEEKLY" => Ok(Self::Week),
            "MONTHLY" => Ok(Self::Month),
            "YEARLY" => Ok(Self::Year),
            _ => Err(phrase(
                "FREQ: DAILY, WEEKLY, MONTHLY or YEARLY",
                "FREQ：DAILY、WEEKLY、MONTHLY 或 YEARLY",
            )),
        }
    }
}

fn list<T: FromStr>(text: &str, fits: impl Fn(&T) -> bool) -> Option<Vec<T>> {
    let numbers: Vec<T> = text.split(',').map(|n| n.parse().ok().filter(&fits)).collect::<Option<_>>()?;
    (numbers.len() <= LIST_MAX).then_some(numbers)
}

fn days(text: &str) -> Option<Vec<(i8, Weekday)>> {
    let day = |text: &str| {
        let (number, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let nth = match number {
            "" => 0,
            number => number.parse().ok().filter(|n: &i8| (1..=53).contains(&n.abs()))?,
        };
        Some((nth, weekday(day)?))
    };
    let days: Vec<_> = text.split(',').map(day).collect::<Option<_>>()?;
    (days.len() <= LIST_MAX).then_some(days)
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}

/// A date, the whole of which counts; a local time; or one in UTC.
fn until(text: &str) -> Option<Ends> {
    let (local, utc) = match text.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (text, false),
    };
    if let Some(date) = compact_date(local).filter(|_| !utc) {
        return Some(Ends::At(date.to_datetime(Time::MAX)));
    }
    let at = DateTime::strptime("%Y%m%dT%H%M%S", local).ok()?;
    match utc {
        true => Some(Ends::AtInstant(TimeZone::UTC.to_timestamp(at).ok()?)),
        false => Some(Ends::At(at)),
    }
}

fn compact_date(text: &str) -> Option<Date> {
    (text.len() == 8).then(|| Date::strptime("%Y%m%d", text).ok())?
}

/// The local times at which something begins, from the period of a given date on, in order.
#[derive(Clone, Debug)]
pub(crate) struct Occurrences {
    rule: Rule,
    start: DateTime,
    /// none begins later
    until: DateTime,
    left: Option<u32>,
    /// the period to look at next
    period: i64,
    dates: VecDeque<Date>,
}

impl Occurrences {
    /// Those of `rule` on and after `start`, which counts only when the rule falls on it. Some before `from` may
    /// come first, none after `to` does. `zone` is for an end that is written in UTC.
    pub(crate) fn new(rule: &Rule, start: DateTime, zone: &TimeZone, from: Date, to: Date) -> Self {
        let rule = rule.clone().filled_in(start.date());
        let last = to.to_datetime(Time::MAX);
        let (until, left) = match rule.ends {
            Ends::Never => (last, None),
            Ends::After(count) => (last, Some(count)),
            Ends::At(at) => (at.min(last), None),
            Ends::AtInstant(at) => (zone.to_datetime(at).min(last), None),
        };
        // who counts must begin at the beginning
        let period = if left.is_some() { 0 } else { rule.periods_between(start.date(), from) };
        Self { rule, start, until, left, period, dates: VecDeque::new() }
    }
}

impl Iterator for Occurrences {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        while self.left != Some(0) {
            let Some(date) = self.dates.pop_front() else {
                let period = self.rule.period(self.start.date(), self.period)?;
                if period.0 > self.until.date() {
                    return None;
                }
                self.period += 1;
                self.dates = self.rule.dates(period);
                continue;
            };
            let at = date.to_datetime(self.start.time());
            if at > self.until {
                return None;
            }
            if at >= self.start {
                self.left = self.left.map(|left| left - 1);
                return Some(at);
            }
        }
        None
    }
}

/// Just once.
pub(crate) fn once() -> Rule {
    Rule {
        every: Every::Year,
        interval: 1,
        ends: Ends::After(1),
        months: vec![],
        month_days: vec![],
        days: vec![],
        positions: vec![],
        week_start: Weekday::Mon,
    }
}

#[cfg(test)]
mod tests;
