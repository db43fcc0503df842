//! Opening hours as pictures want them: windows, the gaps between them, seconds by day.

use crate::models::*;
use planning::{Calendar, Hours, Stretch};

fn nights() -> Calendar {
    serde_json::from_str(
        r#"{"zone": "Europe/Berlin", "shifts": [{"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}],
        "overtime": [{"start": "2026-03-29T06:00:00", "duration_s": 3600}],
        "closed": [{"start": "2026-03-29T23:00:00", "duration_s": 3600}]}"#,
    )
    .unwrap()
}

fn stretch(start: &str, end: &str) -> Stretch {
    Stretch { start: at(start), end: at(end) }
}

#[test]
fn windows_are_cut_to_what_was_asked_and_joined_where_they_touch() {
    let hours = Hours::of(Some(&nights()), at("2026-03-28T22:30:00Z"), at("2026-03-30T01:00:00Z")).unwrap();
    assert_eq!(
        hours.open(),
        [
            stretch("2026-03-28T22:30:00Z", "2026-03-29T05:00:00Z"),
            stretch("2026-03-29T20:00:00Z", "2026-03-29T21:00:00Z"),
            stretch("2026-03-29T22:00:00Z", "2026-03-30T01:00:00Z"),
        ]
    );
    assert_eq!(
        hours.closed(),
        [
            stretch("2026-03-29T05:00:00Z", "2026-03-29T20:00:00Z"),
            stretch("2026-03-29T21:00:00Z", "2026-03-29T22:00:00Z"),
        ]
    );
}

#[test]
fn a_day_is_one_of_the_local_calendar() {
    let hours = Hours::of(Some(&nights()), at("2026-03-28T22:30:00Z"), at("2026-03-30T01:00:00Z")).unwrap();
    let days: Vec<_> = hours.days().iter().map(|d| (d.start, d.end, d.open_s / 60)).collect();
    let midnights = [at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")];
    assert_eq!(
        days,
        [
            (at("2026-03-28T22:30:00Z"), midnights[0], 30),
            // 00:00 to 07:00 without the hour that the clocks skip, and 22:00 to 23:00
            (midnights[0], midnights[1], 7 * 60),
            (midnights[1], at("2026-03-30T01:00:00Z"), 180),
        ]
    );
}

#[test]
fn without_a_calendar_it_is_open_all_the_time() {
    let hours = Hours::of(None, second(0), second(90_000)).unwrap();
    assert_eq!(hours.open(), [Stretch { start: second(0), end: second(90_000) }]);
    assert!(hours.closed().is_empty());
    assert_eq!(hours.days().iter().map(|d| d.open_s).collect::<Vec<_>>(), [86_400, 3_600]);
    assert!(Hours::of(None, second(5), second(5)).unwrap().days().is_empty());
    assert!(Hours::of(None, second(5), second(1)).unwrap().closed().is_empty());
    let far = Hours::of(None, second(0), second(4_000 * 86_400)).unwrap_err().to_string();
    assert!(far.contains("ten years"), "{far}");
}
