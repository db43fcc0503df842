//! What may stand in a cell: durations, days, dates and times as people write them, read and written.

use crate::i18n::{Lang, Msg, say};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use planning::{Per, Weekday};
use std::str::FromStr;
use vocab::{DAY_S, Decimal, Said};

/// Why a cell cannot be taken, in a reader's language.
pub(crate) type Why = Box<dyn FnOnce(Lang) -> String>;

fn why(message: Msg) -> Why {
    Box::new(move |lang| say(lang, message, &[]))
}

/// What a type reads by itself.
pub(crate) fn said<T: FromStr<Err: Said + 'static>>(text: &str) -> Result<T, Why> {
    text.parse().map_err(|e: T::Err| -> Why {
        Box::new(move |lang| match lang {
            Lang::En => e.to_string(),
            Lang::Zh => e.zh(),
        })
    })
}

/// A whole number from 0.
pub(crate) fn whole<T: TryFrom<u32>>(text: &str) -> Result<T, Why> {
    let number = text.parse::<u32>().ok().and_then(|n| n.try_into().ok());
    number.ok_or_else(|| why(Msg::CellWhole))
}

const UNITS: [(&str, i64); 12] = [
    ("seconds", 1),
    ("s", 1),
    ("秒", 1),
    ("min", 60),
    ("分钟", 60),
    ("分", 60),
    ("h", 3_600),
    ("小时", 3_600),
    ("d", DAY_S),
    ("days", DAY_S),
    ("day", DAY_S),
    ("天", DAY_S),
];

/// A number of `unit` seconds, or with a unit of its own: `90s`, `15min`, `2h`, `3d`. In whole seconds.
pub(crate) fn duration(unit: i64) -> impl Fn(&str) -> Result<i64, Why> {
    move |text| {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let (number, suffix) = (digits, text[digits.len()..].trim());
        let unit = match suffix {
            "" => Some(unit),
            suffix => UNITS.iter().find(|(name, _)| suffix.eq_ignore_ascii_case(name)).map(|(_, s)| *s),
        };
        let micros = number.parse::<Decimal>().ok().map(Decimal::micros);
        let seconds = unit.zip(micros).and_then(|(unit, micros)| {
            let micros = micros.checked_mul(i128::from(unit))?;
            // days and hours are seldom whole in seconds; the nearest is meant
            i64::try_from((micros + micros.signum() * 500_000) / 1_000_000).ok()
        });
        seconds.ok_or_else(|| why(Msg::CellDuration))
    }
}

/// The shortest that [`duration`] reads back as so many seconds.
pub(crate) fn write_duration(seconds: i64, unit: i64) -> String {
    if seconds % unit == 0 {
        return (seconds / unit).to_string();
    }
    let (n, name) =
        [(3_600, "h"), (60, "min"), (1, "s")].into_iter().find(|(n, _)| seconds % n == 0).unwrap_or((1, "s"));
    format!("{}{name}", seconds / n)
}

/// A time of day, `08:00`; `24:00` is the midnight after.
pub(crate) fn clock(text: &str) -> Result<Time, Why> {
    let read = || {
        let (hour, rest) = text.split_once([':', '：'])?;
        let minute = rest.split_once(':').map_or(rest, |(minute, _)| minute);
        match (hour.parse().ok()?, minute.parse().ok()?) {
            (24, 0) => Some(Time::midnight()),
            (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
        }
    };
    read().ok_or_else(|| why(Msg::CellClock))
}

const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Mon, "mon", "一"),
    (Weekday::Tue, "tue", "二"),
    (Weekday::Wed, "wed", "三"),
    (Weekday::Thu, "thu", "四"),
    (Weekday::Fri, "fri", "五"),
    (Weekday::Sat, "sat", "六"),
    (Weekday::Sun, "sun", "日"),
];

/// Days of the week: `mon-fri`, `mon,wed`, `周一至周五`.
pub(crate) fn days(text: &str) -> Result<Vec<Weekday>, Why> {
    let day = |text: &str| {
        let text = text.trim().to_ascii_lowercase();
        let zh = text.trim_start_matches("周").trim_start_matches("星期").trim_start_matches("礼拜");
        let zh = if zh == "天" { "日" } else { zh };
        DAYS.iter().position(|(_, en, name)| (text.len() >= 3 && text.starts_with(en)) || zh == *name)
    };
    let read = || {
        let mut found = Vec::new();
        for part in list(text) {
            match part.split_once(['-', '至', '到', '–']) {
                Some((first, last)) => {
                    let (first, last) = (day(first)?, day(last)?);
                    let count = (last + 7 - first) % 7 + 1;
                    found.extend((0..count).map(|n| DAYS[(first + n) % 7].0));
                }
                None => found.push(DAYS[day(part)?].0),
            }
        }
        (!found.is_empty()).then_some(found)
    };
    read().ok_or_else(|| why(Msg::CellDays))
}

pub(crate) fn write_days(days: &[Weekday]) -> String {
    let name = |day: &Weekday| DAYS.iter().find(|(d, _, _)| d == day).map_or("", |(_, en, _)| en);
    days.iter().map(name).collect::<Vec<_>>().join(",")
}

/// Several words in one cell.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；', ',', '，', '、']).map(str::trim).filter(|part| !part.is_empty())
}

/// A date, which means its last second; a local time; or an instant.
pub(crate) fn instant(text: &str) -> Result<Timestamp, Why> {
    let local = || {
        let at = match text.parse::<Date>() {
            Ok(date) if text.len() <= 10 => date.at(23, 59, 59, 0),
            _ => text.parse::<DateTime>().ok()?,
        };
        at.to_zoned(TimeZone::system()).ok().map(|zoned| zoned.timestamp())
    };
    text.parse().ok().or_else(local).ok_or_else(|| why(Msg::CellInstant))
}

/// A local time, or a date, which means its midnight.
pub(crate) fn local(text: &str) -> Result<DateTime, Why> {
    text.parse().map_err(|_| why(Msg::CellLocal))
}

pub(crate) fn date(text: &str) -> Result<Date, Why> {
    // a spreadsheet may give a date its midnight
    let text = text.split_once(['T', ' ']).map_or(text, |(date, _)| date);
    text.parse().map_err(|_| why(Msg::CellLocal))
}

pub(crate) fn per(text: &str) -> Result<Per, Why> {
    match text.to_ascii_lowercase().as_str() {
        "batch" | "批" => Ok(Per::Batch),
        "order" | "单" => Ok(Per::Order),
        _ => Err(why(Msg::CellPer)),
    }
}

/// What a row of a calendar says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    Shift,
    Holiday,
    Closed,
    Overtime,
}

pub(crate) fn entry(text: &str) -> Result<Entry, Why> {
    match text.to_ascii_lowercase().as_str() {
        "shift" | "班次" => Ok(Entry::Shift),
        "holiday" | "假日" => Ok(Entry::Holiday),
        "closed" | "停工" => Ok(Entry::Closed),
        "overtime" | "加班" => Ok(Entry::Overtime),
        _ => Err(why(Msg::CellEntry)),
    }
}
