use super::*;
use proptest::prelude::*;
use vocab::{DAY_S, phrase};

fn second(s: i64) -> Timestamp {
    // 2026-01-01T00:00:00Z
    Timestamp::from_second(1_767_225_600 + s).unwrap()
}

fn clock(calendar: Option<&Calendar>) -> Clock {
    Clock::new(&phrase("test", "测试"), calendar, second(0), 60 * DAY_S).unwrap()
}

fn calendar(json: &str) -> Calendar {
    serde_json::from_str(json).unwrap()
}

const WEEK: &str = r#"{"zone": "Europe/Berlin", "holidays": ["2026-01-06"], "shifts": [
    {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "12:00"},
    {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "12:00", "to": "16:00"},
    {"days": ["sat"], "from": "22:00", "to": "06:00"}],
    "closed": [{"start": "2026-01-05T10:00:00", "duration_s": 3600, "rule": "FREQ=WEEKLY"}],
    "overtime": [{"start": "2026-01-04T09:00:00", "duration_s": 7200, "rule": "FREQ=WEEKLY;INTERVAL=2"}]}"#;

#[test]
fn the_latest_start_leaves_just_enough_open_time() {
    let hour = |day: i64, hour: i64| (day - 1) * DAY_S + (hour - 1) * 3_600;
    let back = |until, work_h: i64| clock(Some(&calendar(WEEK))).backward(until, work_h * 3_600);
    // Friday the 9th from 08:00 to 16:00, nothing closed; local time is an hour ahead
    assert_eq!(back(hour(9, 16), 8), Some((hour(9, 8), hour(9, 16))));
    assert_eq!(back(hour(9, 20), 8), Some((hour(9, 8), hour(9, 16))));
    assert_eq!(back(hour(9, 15), 9), Some((hour(8, 14), hour(9, 15))));
    // over the holiday on the 6th to Monday the 5th, whose 10:00 to 11:00 is closed
    assert_eq!(back(hour(7, 9), 8), Some((hour(5, 8), hour(7, 9))));
    // the latest start is never in closed time
    assert_eq!(back(hour(7, 9), 1), Some((hour(7, 8), hour(7, 9))));
    // nothing begins before the opening does: Thursday the 1st, Friday the 2nd, the night to the 4th, its overtime
    assert_eq!(back(hour(4, 12), 26), Some((hour(1, 8), hour(4, 11))));
    assert_eq!(back(hour(4, 12), 27), None);
    assert_eq!(clock(None).backward(10, 10), Some((0, 10)));
    assert_eq!(clock(None).backward(10, 11), None);
}

proptest! {
    #[test]
    fn back_and_forth_are_the_same_stretch(until in 0..59 * DAY_S, work in 1..400_000_i64, always: bool) {
        let calendar = calendar(WEEK);
        let mut clock = clock((!always).then_some(&calendar));
        match clock.backward(until, work) {
            Some((start, end)) => {
                prop_assert!(end <= until);
                prop_assert_eq!(clock.forward(start, work), Some((start, end)));
                let later = clock.forward(start + 1, work);
                prop_assert!(later.is_none_or(|(_, end)| end > until), "{later:?}");
            }
            // then even the first start is too late
            None => prop_assert!(clock.forward(0, work).is_none_or(|(_, end)| end > until)),
        }
    }
}
