//! Calendars by name: a row for each shift, holiday, closure and overtime.

use super::{Calendars, Sheets};
use crate::i18n::Msg;
use crate::sheets::Kind;
use crate::sheets::cells::{self, Entry};
use crate::sheets::row::Row;
use planning::{Calendar, Recurring, Shift};
use vocab::Text;

pub(super) fn take(sheets: &Sheets<'_>) -> Calendars {
    let mut calendars = Calendars::new();
    for row in sheets.rows(Kind::Calendars) {
        let kind = row.need_by("kind", cells::entry);
        let Some(name) = row.need_text("calendar") else { continue };
        let calendar = calendars.entry(name).or_insert_with(|| {
            // a calendar begins with its zone; later rows need not say it again
            let zone = row.need_text("zone").unwrap_or_default();
            Calendar { zone, shifts: vec![], holidays: vec![], closed: vec![], overtime: vec![] }
        });
        if row.text("zone").is_some_and(|zone| zone != calendar.zone) {
            row.slip("zone", row.say(Msg::SheetZones, &[&calendar.zone]));
        }
        match kind {
            Some(Entry::Shift) => calendar.shifts.extend(shift(&row)),
            Some(Entry::Holiday) => calendar.holidays.extend(row.need_by("start", cells::date)),
            Some(Entry::Closed) => calendar.closed.extend(recurring(&row)),
            Some(Entry::Overtime) => calendar.overtime.extend(recurring(&row)),
            None => {}
        }
    }
    calendars
}

fn shift(row: &Row<'_>) -> Option<Shift> {
    let days = row.need_by("days", cells::days);
    let (from, to) = (row.need_by("from", cells::clock), row.need_by("to", cells::clock));
    Some(Shift { days: days?, from: from?, to: to? })
}

fn recurring(row: &Row<'_>) -> Option<Recurring> {
    let start = row.need_by("start", cells::local);
    let duration_s = row.need_by("duration_h", cells::duration(3_600));
    let (name, rule) = (row.text("name").map(Text::from), row.text("rule").map(str::to_owned));
    Some(Recurring { name, start: start?, duration_s: duration_s?, rule })
}
