//! Whether a calendar can be right.

use super::{Mistakes, check_text, mistake, not_too_long};
use crate::calendar::{Calendar, Recurring, Shift};
use crate::opening;
use vocab::{Phrase, phrase};

const SHIFTS_MAX: usize = 32;
const HOLIDAYS_MAX: usize = 1_000;
const RECURRING_MAX: usize = 1_000;

pub(super) fn check_calendar(at: &Phrase, calendar: &Calendar, found: &mut Mistakes) {
    let at = at.clone().and(", calendar", "的日历");
    found.take(not_too_long(&at, phrase("shifts", "个班次"), calendar.shifts.len(), SHIFTS_MAX));
    found.take(not_too_long(&at, phrase("holidays", "个假日"), calendar.holidays.len(), HOLIDAYS_MAX));
    if calendar.shifts.is_empty() {
        let remedy = phrase(
            "give at least one, or no calendar for round the clock",
            "请至少给出一个；全天开放则不填日历",
        );
        found.add(mistake(&at, phrase("number of shifts", "班次数"), 0, remedy));
    }
    for (index, shift) in calendar.shifts.iter().take(SHIFTS_MAX).enumerate() {
        let number = index + 1;
        check_shift(&at.clone().and(format!(", shift {number}"), format!("第 {number} 班")), shift, found);
    }
    found.take(opening::zone(&at, &calendar.zone).map(|_| ()));
    check_recurring(&at.clone().and(", closed", "的停工"), &calendar.closed, found);
    check_recurring(&at.and(", overtime", "的加班"), &calendar.overtime, found);
}

fn check_shift(at: &Phrase, shift: &Shift, found: &mut Mistakes) {
    if shift.days.is_empty() || shift.days.len() > 7 {
        let remedy = phrase(
            "give 1 to 7 days of mon, tue, wed, thu, fri, sat, sun",
            "请给出 mon、tue、wed、thu、fri、sat、sun 中的 1 至 7 天",
        );
        found.add(mistake(at, phrase("number of days", "天数"), shift.days.len(), remedy));
    }
    for (what, time) in [(phrase("from", "开始时间"), shift.from), (phrase("to", "结束时间"), shift.to)]
    {
        if time.second() != 0 || time.subsec_nanosecond() != 0 {
            found.add(mistake(at, what, time, phrase("give whole minutes", "请给出整分钟")));
        }
    }
}

fn check_recurring(at: &Phrase, list: &[Recurring], found: &mut Mistakes) {
    found.take(not_too_long(at, phrase("entries", "项"), list.len(), RECURRING_MAX));
    for (index, recurring) in list.iter().take(RECURRING_MAX).enumerate() {
        let at = opening::numbered(at, index);
        found.take(check_text(&at, recurring.name.as_ref()));
        found.take(opening::rule(&at, recurring).map(|_| ()));
    }
}
