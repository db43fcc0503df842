//! When a work centre is open: weekly shifts in a time zone, less holidays.
//!
//! A [`Calendar`] is what a person writes. It knows no instants: [`opening`](crate::opening) reckons those.

use crate::Result;
use crate::opening::zone;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};
use vocab::{Text, Timestamp, phrase, seconds_between};

/// Weekly opening hours in one time zone, less holidays.
///
/// Hours are those of the local clock, so a shift over a change to or from summer time is an hour shorter or longer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// IANA name of the time zone, such as `Europe/Berlin`
    pub zone: String,
    /// when it opens; shifts that overlap count once
    pub shifts: Vec<Shift>,
    /// dates on which no shift begins; one that began the evening before still ends
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Date>,
    /// when it is closed whatever else is said: maintenance, stocktaking, inspections
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Recurring>,
    /// when it is open besides: overtime, a Saturday before the fair
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overtime: Vec<Recurring>,
}

impl Calendar {
    /// Opens it from one instant up to another, besides when it is open anyway.
    ///
    /// # Errors
    /// An unknown time zone. Too long a stretch is for [`Model::check`](crate::Model::check).
    pub fn open_besides(&mut self, from: Timestamp, to: Timestamp) -> Result<()> {
        let start = zone(&phrase("calendar", "日历"), &self.zone)?.to_datetime(from);
        let duration_s = seconds_between(from, to);
        self.overtime.push(Recurring { name: None, start, duration_s, rule: None });
        Ok(())
    }
}

/// A stretch of local time, once or again and again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// for people
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// when the first one begins, local time
    pub start: DateTime,
    /// how long each is, seconds; whole days are days of the local calendar
    pub duration_s: i64,
    /// when it recurs: an RRULE value of RFC 5545, section 3.3.10, such as `FREQ=MONTHLY;BYDAY=1MO`; `None` = once.
    /// `start` counts only when the rule falls on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// The same hours on some days of the week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// the days on which it begins
    pub days: Vec<Weekday>,
    /// when it begins, `"08:00"`
    #[serde(with = "clock")]
    pub from: Time,
    /// when it ends, `"17:00"`; at or before `from` means on the next day, so `"22:00"` to `"06:00"` is a night shift
    #[serde(with = "clock")]
    pub to: Time,
}

/// A day of the week, written `"mon"` to `"sun"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday
    Mon,
    /// Tuesday
    Tue,
    /// Wednesday
    Wed,
    /// Thursday
    Thu,
    /// Friday
    Fri,
    /// Saturday
    Sat,
    /// Sunday
    Sun,
}

impl Weekday {
    /// The day of the week of a date.
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            jiff::civil::Weekday::Monday => Self::Mon,
            jiff::civil::Weekday::Tuesday => Self::Tue,
            jiff::civil::Weekday::Wednesday => Self::Wed,
            jiff::civil::Weekday::Thursday => Self::Thu,
            jiff::civil::Weekday::Friday => Self::Fri,
            jiff::civil::Weekday::Saturday => Self::Sat,
            jiff::civil::Weekday::Sunday => Self::Sun,
        }
    }
}

/// The wire form of a time of day: hours and minutes, `"08:00"`; `"24:00"` reads as midnight.
mod clock {
    use jiff::civil::Time;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    pub(super) fn serialize<S: Serializer>(time: &Time, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Time, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        parse(&text).ok_or_else(|| {
            let shown: String = text.chars().take(20).collect();
            D::Error::custom(format!(
                "'{shown}' is not a time of day: write hours and minutes, such as 08:00"
            ))
        })
    }

    fn parse(text: &str) -> Option<Time> {
        let two = |digits: &str| {
            (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
                .then(|| digits.parse::<i8>().ok())?
        };
        let (hour, minute) = text.split_once(':')?;
        match (two(hour)?, two(minute)?) {
            (24, 0) => Some(Time::midnight()),
            (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
        }
    }
}
