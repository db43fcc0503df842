//! Work in open hours only: shifts, nights, holidays and changes of the clocks.

use crate::models::*;
use jiff::ToSpan;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use planning::{Calendar, Capacity, Error, Recurring, Weekday, explode, place};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vocab::{RecordId, Timestamp};

fn calendar(json: &str) -> Calendar {
    serde_json::from_str(json).unwrap()
}

/// From when to when so many seconds of work take, ready at `ready`.
fn work(calendar: &Calendar, ready: Timestamp, seconds: i64) -> Result<(Timestamp, Timestamp), Error> {
    let recipe = recipe("cup", "1", &[], &[step("wheel", seconds, 0, 0)]);
    let shop = model(&[recipe], &[("wheel", center(1, Some(calendar.clone())))]);
    shop.check().unwrap();
    let explosion = explode(&shop, &demand("cup", "1"), &BTreeMap::new()).unwrap();
    let plan = place(&shop, &explosion, &BTreeMap::new(), &Capacity::default(), ready)?;
    Ok((plan.processes[0].start, plan.processes[0].work_end))
}

#[test]
fn work_pauses_outside_shifts_and_on_holidays() {
    let week = r#"{"zone": "Europe/Berlin", "holidays": ["2026-04-03", "2026-04-06"], "shifts": [
        {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "12:00"},
        {"days": ["mon", "tue", "wed", "thu"], "from": "12:30", "to": "16:30"}]}"#;
    let cases = [
        ("before opening", "2026-03-02T05:00:00Z", 3_600, "2026-03-02T07:00:00Z", "2026-03-02T08:00:00Z"),
        (
            "to the very end of a shift",
            "2026-03-02T07:00:00Z",
            14_400,
            "2026-03-02T07:00:00Z",
            "2026-03-02T11:00:00Z",
        ),
        ("over lunch", "2026-03-02T10:00:00Z", 7_200, "2026-03-02T10:00:00Z", "2026-03-02T12:30:00Z"),
        (
            "from the end of a shift",
            "2026-03-02T11:00:00Z",
            60,
            "2026-03-02T11:30:00Z",
            "2026-03-02T11:31:00Z",
        ),
        ("over a weekend", "2026-03-06T10:30:00Z", 3_600, "2026-03-06T10:30:00Z", "2026-03-09T07:30:00Z"),
        // clocks go forward on 29 March: 08:00 is 07:00Z before and 06:00Z after
        (
            "over the change of the clocks",
            "2026-03-27T10:00:00Z",
            7_200,
            "2026-03-27T10:00:00Z",
            "2026-03-30T07:00:00Z",
        ),
        // Good Friday and Easter Monday are holidays
        ("over Easter", "2026-04-02T13:30:00Z", 7_200, "2026-04-02T13:30:00Z", "2026-04-07T07:00:00Z"),
    ];
    for (name, ready, seconds, start, end) in cases {
        assert_eq!(work(&calendar(week), at(ready), seconds), Ok((at(start), at(end))), "{name}");
    }
}

#[test]
fn a_night_shift_is_an_hour_shorter_or_longer_when_the_clocks_change() {
    let nights = |holidays: &str| {
        let shifts = r#"[{"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}]"#;
        calendar(&format!(r#"{{"zone": "Europe/Berlin", "holidays": [{holidays}], "shifts": {shifts}}}"#))
    };
    let eight_hours = 8 * 3_600;
    // 28 March, 22:00 CET to 29 March, 06:00 CEST is seven hours; the eighth is worked the next night
    let spring = at("2026-03-28T12:00:00Z");
    let begin = at("2026-03-28T21:00:00Z");
    assert_eq!(work(&nights(""), spring, 7 * 3_600), Ok((begin, at("2026-03-29T04:00:00Z"))));
    assert_eq!(work(&nights(""), spring, eight_hours), Ok((begin, at("2026-03-29T21:00:00Z"))));
    // a holiday on the 29th: the night that began before it ends in it, the next begins a week later
    assert_eq!(
        work(&nights(r#""2026-03-29""#), spring, eight_hours),
        Ok((begin, at("2026-04-04T21:00:00Z")))
    );
    // 24 October, 22:00 CEST to 25 October, 06:00 CET is nine hours
    let autumn = at("2026-10-24T12:00:00Z");
    let nine = Ok((at("2026-10-24T20:00:00Z"), at("2026-10-25T05:00:00Z")));
    assert_eq!(work(&nights(""), autumn, 9 * 3_600), nine);
    // ready in the middle of a night that began the day before
    assert_eq!(work(&nights(""), at("2026-03-29T02:00:00Z"), 3_600).unwrap().0, at("2026-03-29T02:00:00Z"));
}

#[test]
fn a_day_can_have_all_its_hours_and_shifts_that_overlap_count_once() {
    let whole = r#"{"zone": "UTC", "shifts": [{"days": ["thu", "thu"], "from": "00:00", "to": "24:00"},
        {"days": ["thu"], "from": "09:00", "to": "12:00"}]}"#;
    let end = at("2026-01-02T00:00:00Z");
    assert_eq!(work(&calendar(whole), second(0), 86_400), Ok((second(0), end)));
    assert_eq!(work(&calendar(whole), second(0), 86_401).unwrap().1, at("2026-01-08T00:00:01Z"));
}

#[test]
fn a_pause_keeps_the_unit_and_a_reservation_covers_it() {
    let recipe = recipe("cup", "1", &[], &[step("wheel", 0, 3_600, 0)]);
    let shop = model(&[recipe], &[("wheel", center(1, Some(day_shift())))]);
    let mut capacity = Capacity::default();
    let mut next = |cups: &str, key: u8| {
        let explosion = explode(&shop, &demand("cup", cups), &BTreeMap::new()).unwrap();
        let ready = at("2026-03-02T05:00:00Z");
        let plan = place(&shop, &explosion, &BTreeMap::new(), &capacity, ready).unwrap();
        capacity.reserve(RecordId([key; 32]), &plan);
        capacity.check(&shop).unwrap();
        (plan.processes[0].start, plan.promise)
    };
    // Monday 08:00 to Tuesday 10:00, then Tuesday 10:00 to 12:00
    assert_eq!(next("10", 1), (at("2026-03-02T07:00:00Z"), at("2026-03-03T09:00:00Z")));
    assert_eq!(next("2", 2), (at("2026-03-03T09:00:00Z"), at("2026-03-03T11:00:00Z")));
}

#[test]
fn a_centre_open_too_seldom_is_an_error() {
    let day = second(0);
    let a_minute_a_week =
        calendar(r#"{"zone": "UTC", "shifts": [{"days": ["mon"], "from": "09:00", "to": "09:01"}]}"#);
    // 522 Mondays in ten years, a minute each
    assert!(work(&a_minute_a_week, day, 520 * 60).is_ok());
    let error = work(&a_minute_a_week, day, 530 * 60).unwrap_err();
    assert!(matches!(error, Error::BeyondHorizon { .. }), "{error}");
    assert!(work(&a_minute_a_week, Timestamp::MAX, 1).is_err());
    assert!(work(&a_minute_a_week, Timestamp::MIN, 1).is_ok());
}

#[test]
fn overtime_adds_and_closures_take_away() {
    let week = calendar(
        r#"{"zone": "Europe/Berlin", "shifts": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "16:00"}],
        "closed": [{"start": "2026-01-05T08:00:00", "duration_s": 14400, "rule": "FREQ=MONTHLY;BYDAY=1MO"},
                   {"start": "2026-12-24T00:00:00", "duration_s": 691200}],
        "overtime": [{"start": "2026-03-07T08:00:00", "duration_s": 14400}, {"start": "2026-12-26T08:00:00", "duration_s": 3600}]}"#,
    );
    let cases = [
        (
            "a Saturday's overtime",
            "2026-03-06T14:30:00Z",
            3_600,
            "2026-03-06T14:30:00Z",
            "2026-03-07T07:30:00Z",
        ),
        (
            "maintenance on a first Monday",
            "2026-03-02T07:00:00Z",
            3_600,
            "2026-03-02T11:00:00Z",
            "2026-03-02T12:00:00Z",
        ),
        (
            "and again a month later",
            "2026-04-06T06:00:00Z",
            3_600,
            "2026-04-06T10:00:00Z",
            "2026-04-06T11:00:00Z",
        ),
        (
            "not on a second Monday",
            "2026-03-09T07:00:00Z",
            60,
            "2026-03-09T07:00:00Z",
            "2026-03-09T07:01:00Z",
        ),
        (
            "eight days closed, overtime or not",
            "2026-12-23T14:30:00Z",
            3_600,
            "2026-12-23T14:30:00Z",
            "2027-01-01T07:30:00Z",
        ),
        (
            "ready in the midst of them",
            "2026-12-26T07:30:00Z",
            3_600,
            "2027-01-01T07:00:00Z",
            "2027-01-01T08:00:00Z",
        ),
    ];
    for (name, ready, seconds, start, end) in cases {
        assert_eq!(work(&week, at(ready), seconds), Ok((at(start), at(end))), "{name}");
    }
}

/// Whether it is open in the minute that begins at `t`, read off the local clock.
fn is_open(calendar: &Calendar, zone: &TimeZone, t: Timestamp) -> bool {
    let local = zone.to_datetime(t);
    let began_on = |date: jiff::civil::Date, shift: &planning::Shift| {
        shift.days.contains(&Weekday::of(date)) && !calendar.holidays.contains(&date)
    };
    let in_shift = calendar.shifts.iter().any(|shift| {
        let (now, today, yesterday) = (local.time(), local.date(), local.date().yesterday().unwrap());
        if shift.from < shift.to {
            return began_on(today, shift) && shift.from <= now && now < shift.to;
        }
        began_on(today, shift) && shift.from <= now || began_on(yesterday, shift) && now < shift.to
    });
    let within = |recurring: &Recurring| {
        let weeks = if recurring.rule.is_some() { 0..60 } else { 0..1 };
        weeks.into_iter().any(|week: i64| {
            let local = recurring.start.checked_add(week.weeks()).unwrap();
            let start = zone.to_timestamp(local).unwrap();
            start <= t && t < vocab::after(start, recurring.duration_s)
        })
    };
    (in_shift || calendar.overtime.iter().any(within)) && !calendar.closed.iter().any(within)
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn calendars() -> impl Strategy<Value = Calendar> {
    let zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "UTC"];
    // clocks change between 01:00 and 03:00, where hours by the local clock would be ambiguous
    let hour = || {
        (4_u32..=24, prop::sample::select(vec![0_u32, 15, 30]))
            .prop_map(|(h, m)| format!("{h:02}:{:02}", if h == 24 { 0 } else { m }))
    };
    let shift = (prop::sample::subsequence(DAYS.to_vec(), 1..=4), hour(), hour());
    let holidays = prop::collection::vec(0_i32..400, 0..8);
    // hours that no change of the clocks touches, and lengths that are no whole days
    let recurring =
        (0_i32..400, 4_i32..=23, 1_i64..200, any::<bool>()).prop_map(|(day, hour, quarters, weekly)| {
            let start =
                jiff::civil::date(2026, 1, 1).checked_add(day.days()).unwrap().at(hour as i8, 0, 0, 0);
            let duration_s = quarters * 900 + 60;
            let rule = weekly.then(|| "FREQ=WEEKLY".to_owned());
            Recurring { name: None, start, duration_s, rule }
        });
    let some = || prop::collection::vec(recurring.clone(), 0..4);
    let shifts = prop::collection::vec(shift, 1..4);
    (prop::sample::select(zones.to_vec()), shifts, holidays, some(), some()).prop_map(
        |(zone, shifts, holidays, closed, overtime)| {
            let shifts: Vec<_> = shifts
                .into_iter()
                .map(|(days, from, to)| serde_json::json!({"days": days, "from": from, "to": to}))
                .collect();
            let first = jiff::civil::date(2026, 1, 1);
            let holidays: Vec<_> =
                holidays.into_iter().map(|n| first.checked_add(n.days()).unwrap()).collect();
            let json = serde_json::json!({"zone": zone, "shifts": shifts, "holidays": holidays,
                "closed": closed, "overtime": overtime});
            serde_json::from_value(json).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn work_takes_just_the_minutes_that_the_local_clock_shows_open(
        calendar in calendars(),
        ready_min in 0_i64..366 * 24 * 60,
        work_min in 1_i64..3_000,
    ) {
        let zone = TimeZoneDatabase::bundled().get(&calendar.zone).unwrap();
        let minute = |n: i64| second(n * 60);
        let open = |n: &i64| is_open(&calendar, &zone, minute(*n));
        // weekly closures may leave nothing of the week
        let far = ready_min + 30 * 24 * 60;
        let Some(first) = (ready_min..far).find(|n| open(n)) else { return Ok(()) };
        let Some(last) = (first..far).filter(|n| open(n)).nth(work_min as usize - 1) else { return Ok(()) };
        prop_assert_eq!(work(&calendar, minute(ready_min), work_min * 60), Ok((minute(first), minute(last + 1))));
    }

    #[test]
    fn a_calendar_reads_back_as_it_was_written(calendar in calendars()) {
        let text = serde_json::to_string(&calendar).unwrap();
        prop_assert_eq!(serde_json::from_str::<Calendar>(&text).unwrap(), calendar);
    }
}
