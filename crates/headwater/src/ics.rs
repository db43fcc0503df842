//! Closed days out of an iCalendar file (RFC 5545): each `VEVENT` becomes a stretch of local time.
//!
//! Only the few lines are read that say when: `DTSTART`, `DTEND` or `DURATION`, `RRULE`, `SUMMARY`, and of the whole
//! `X-WR-TIMEZONE`. What changes when, and is not understood, is a mistake; what merely describes is passed over.

use crate::i18n::{Lang, Msg, say};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Unit};
use planning::Recurring;
use std::fmt::Display;
use vocab::{DAY_S, Text};

/// Most events of one file.
const EVENTS_MAX: usize = 1_000;
const NAME_CHARS_MAX: usize = 60;

/// What a file says.
#[derive(Debug)]
pub(crate) struct Holidays {
    /// the zone it names for all of it
    pub(crate) zone: Option<String>,
    events: Vec<Event>,
}

#[derive(Debug, Default)]
struct Event {
    line: usize,
    start: Option<Moment>,
    end: Option<Moment>,
    duration: Option<Span>,
    rule: Option<String>,
    name: Option<String>,
}

/// A date, or a time in a zone; without one it is local wherever one is.
#[derive(Clone, Debug)]
struct Moment {
    at: DateTime,
    is_date: bool,
    zone: Option<String>,
}

/// The events of a file, or the line that cannot be taken and why.
pub(crate) fn read(text: &str, lang: Lang) -> Result<Holidays, String> {
    let mut found = Holidays { zone: None, events: Vec::new() };
    let mut event: Option<Event> = None;
    for (number, line) in unfolded(text) {
        let Some((name, parameters, value)) = parts(&line) else { continue };
        let wrong = |message: Msg| {
            let shown: String = line.chars().take(60).collect();
            say(lang, Msg::IcsLine, &[&number, &shown, &say(lang, message, &[])])
        };
        match (name.to_ascii_uppercase().as_str(), &mut event) {
            ("X-WR-TIMEZONE", None) => found.zone = Some(value.to_owned()),
            ("BEGIN", None) if value.eq_ignore_ascii_case("VEVENT") => {
                event = Some(Event { line: number, ..Event::default() });
            }
            ("END", Some(_)) if value.eq_ignore_ascii_case("VEVENT") => found.events.extend(event.take()),
            ("DTSTART", Some(event)) => {
                event.start = Some(moment(parameters, value).ok_or_else(|| wrong(Msg::IcsTime))?);
            }
            ("DTEND", Some(event)) => {
                event.end = Some(moment(parameters, value).ok_or_else(|| wrong(Msg::IcsTime))?);
            }
            ("DURATION", Some(event)) => {
                event.duration = Some(value.parse().map_err(|_| wrong(Msg::IcsTime))?);
            }
            ("RRULE", Some(event)) => event.rule = Some(value.to_owned()),
            ("SUMMARY", Some(event)) => {
                let plain = value.replace("\\,", ",").replace("\\;", ";").replace("\\n", " ");
                event.name = Some(plain.chars().take(NAME_CHARS_MAX).collect());
            }
            ("EXDATE" | "RDATE" | "EXRULE" | "RECURRENCE-ID", Some(_)) => {
                return Err(wrong(Msg::IcsUnsupported));
            }
            _ => {}
        }
        if found.events.len() > EVENTS_MAX {
            return Err(say(lang, Msg::IcsMany, &[&EVENTS_MAX]));
        }
    }
    match found.events.is_empty() {
        true => Err(say(lang, Msg::IcsEmpty, &[])),
        false => Ok(found),
    }
}

impl Holidays {
    /// The events as closed stretches on the clock of `zone`.
    pub(crate) fn closed(&self, zone: &TimeZone, lang: Lang) -> Result<Vec<Recurring>, String> {
        self.events.iter().map(|event| event.closed(zone, lang)).collect()
    }
}

impl Event {
    fn closed(&self, zone: &TimeZone, lang: Lang) -> Result<Recurring, String> {
        let what = || self.name.clone().unwrap_or_default();
        let wrong = |message: Msg| {
            let why: &dyn Display = &say(lang, message, &[]);
            say(lang, Msg::IcsLine, &[&self.line, &what(), why])
        };
        let start = self.start.as_ref().ok_or_else(|| wrong(Msg::IcsNoStart))?;
        let begins = start.on(zone).ok_or_else(|| wrong(Msg::IcsZone))?;
        // a rule in another zone moves against ours when the clocks change
        if self.rule.is_some() && start.is_elsewhere(zone) {
            return Err(wrong(Msg::IcsElsewhere));
        }
        let duration_s = match (&self.end, &self.duration) {
            (Some(end), _) => {
                let ends = end.on(zone).ok_or_else(|| wrong(Msg::IcsZone))?;
                ends.duration_since(begins).as_secs()
            }
            (None, Some(span)) => {
                let relative = SpanRelativeTo::days_are_24_hours();
                span.total((Unit::Second, relative)).map_err(|_| wrong(Msg::IcsTime))? as i64
            }
            // section 3.6.1: a date alone is a whole day, a time alone is no time at all
            (None, None) if start.is_date => DAY_S,
            (None, None) => 0,
        };
        if duration_s <= 0 {
            return Err(wrong(Msg::IcsNoEnd));
        }
        Ok(Recurring {
            name: self.name.clone().filter(|name| !name.is_empty()).map(Text::Plain),
            start: begins,
            duration_s,
            rule: self.rule.clone(),
        })
    }
}

impl Moment {
    /// On the clock of `zone`; `None` when its own zone is not known.
    fn on(&self, zone: &TimeZone) -> Option<DateTime> {
        match &self.zone {
            None => Some(self.at),
            Some(_) if self.is_date => Some(self.at),
            Some(name) => Some(self.at.in_tz(name).ok()?.with_time_zone(zone.clone()).datetime()),
        }
    }
    fn is_elsewhere(&self, zone: &TimeZone) -> bool {
        !self.is_date && self.zone.as_deref().is_some_and(|name| Some(name) != zone.iana_name())
    }
}

fn moment(parameters: &str, value: &str) -> Option<Moment> {
    let tzid = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("TZID").then(|| value.trim_matches('"').to_owned())
    });
    if value.len() == 8 {
        let at = Date::strptime("%Y%m%d", value).ok()?.at(0, 0, 0, 0);
        return Some(Moment { at, is_date: true, zone: None });
    }
    let (local, zone) = match value.strip_suffix('Z') {
        Some(local) => (local, Some("UTC".to_owned())),
        None => (value, tzid),
    };
    Some(Moment { at: DateTime::strptime("%Y%m%dT%H%M%S", local).ok()?, is_date: false, zone })
}

/// Lines with their numbers; one that begins with a blank goes on with the one before it (section 3.1).
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ => lines.push((number, line.to_owned())),
        }
    }
    lines
}

/// Name, parameters, value.
fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    });
    let (before, value) = line.split_at(colon?.0);
    let (name, parameters) = before.split_once(';').unwrap_or((before, ""));
    Some((name, parameters, value.get(1..)?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(events: &str, zone: &str) -> Result<Vec<Recurring>, String> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}\r\nEND:VCALENDAR\r\n");
        read(&text, Lang::En)?.closed(&TimeZone::get(zone).unwrap(), Lang::En)
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:1@example.org\r\n{lines}\r\nEND:VEVENT")
    }

    #[test]
    fn events_become_stretches_of_local_time() {
        let cases = [
            ("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227", "2026-12-25T00:00:00", 2 * DAY_S),
            ("DTSTART;VALUE=DATE:20261225", "2026-12-25T00:00:00", DAY_S),
            ("DTSTART:20261224T120000\r\nDURATION:PT6H", "2026-12-24T12:00:00", 21_600),
            ("DTSTART:20261224T110000Z\r\nDTEND:20261224T170000Z", "2026-12-24T12:00:00", 21_600),
            ("DTSTART;TZID=Asia/Shanghai:20261224T190000\r\nDURATION:PT1H", "2026-12-24T12:00:00", 3_600),
        ];
        for (lines, start, duration_s) in cases {
            let found = closed(&event(lines), "Europe/Berlin").unwrap();
            assert_eq!(
                (found[0].start.to_string().as_str(), found[0].duration_s),
                (start, duration_s),
                "{lines}"
            );
        }
    }

    #[test]
    fn names_rules_and_folded_lines_are_kept() {
        let lines = "DTSTART;VALUE=DATE:20261003\r\nRRULE:FREQ=YEARLY;BYMONTH=10\r\n ;BYMONTHDAY=3\r\nSUMMARY:Unity\\, a day";
        let found = closed(&event(lines), "Europe/Berlin").unwrap().remove(0);
        assert_eq!(found.rule.as_deref(), Some("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=3"));
        assert_eq!(found.name, Some(Text::Plain("Unity, a day".to_owned())));
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_line() {
        let cases = [
            ("DTSTART:tomorrow", "line 5"),
            ("DTSTART;VALUE=DATE:20261225\r\nEXDATE:20271225", "line 6"),
            ("SUMMARY:never", "DTSTART"),
            ("DTSTART:20261224T120000", "DTEND"),
            ("DTSTART:20261224T120000\r\nDTEND:20261224T110000", "DTEND"),
            ("DTSTART;TZID=Mars/Olympus:20261224T120000\r\nDURATION:PT1H", "zone"),
            ("DTSTART:20261224T120000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY", "another time zone"),
        ];
        for (lines, expected) in cases {
            let said = closed(&event(lines), "Europe/Berlin").unwrap_err();
            assert!(said.contains(expected), "{lines}: {said}");
        }
        assert!(closed("X-WR-CALNAME:empty", "UTC").unwrap_err().contains("no VEVENT"));
    }
}
