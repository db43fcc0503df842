use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use rrule::RRuleSet;

/// The local times of a rule, in UTC.
fn starts(rule: &str, start: DateTime, to: Date) -> Vec<DateTime> {
    let rule: Rule = rule.parse().unwrap();
    Occurrences::new(&rule, start, &TimeZone::UTC, start.date(), to).collect()
}

#[test]
fn the_examples_of_the_rfc_fall_on_their_dates() {
    // RFC 5545, section 3.8.5.3; in UTC, as no time zone matters to a local date
    let cases = [
        ("FREQ=DAILY;COUNT=3", "1997-09-02", "02 03 04"),
        ("FREQ=DAILY;UNTIL=19970905T000000Z", "1997-09-02", "02 03 04"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "1997-09-02", "02 12 22"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02", "02 16 30"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR", "1997-09-01", "01 03 05 15 17 19 29"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "05 10 19 24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "05 17 19 31"),
        ("FREQ=MONTHLY;BYDAY=1FR", "1997-09-05", "05"),
        ("FREQ=MONTHLY;BYDAY=TH,1FR", "1997-09-04", "04 05 11 18 25"),
        ("FREQ=MONTHLY;BYDAY=-2MO", "1997-09-22", "22"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", "28"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-02", "13"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29", "29"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "04"),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "19"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", "05"),
        ("freq=yearly", "1997-09-02", "02"),
    ];
    for (rule, start, days) in cases {
        let start: Date = start.parse().unwrap();
        let found = starts(rule, start.at(9, 0, 0, 0), start.last_of_month());
        let found: Vec<_> = found.iter().map(|at| format!("{:02}", at.day())).collect();
        assert_eq!(found.join(" "), days, "{rule}");
    }
}

#[test]
fn what_is_not_understood_is_named_with_what_would_be_right() {
    let cases = [
        ("", "FREQ", "FREQ"),
        ("FREQ=HOURLY", "DAILY, WEEKLY", "DAILY"),
        ("FREQ=DAILY;BYHOUR=8", "'BYHOUR' is not supported", "不支持“BYHOUR”"),
        ("FREQ=YEARLY;BYWEEKNO=20", "'BYWEEKNO' is not supported", "不支持"),
        ("RRULE:FREQ=DAILY", "'RRULE:FREQ' is not supported", "不支持"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20300101", "not both", "只能写其一"),
        ("FREQ=DAILY;FREQ=DAILY", "give FREQ once", "只能写一次"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL: 1 to 1000", "INTERVAL：1 至 1000"),
        ("FREQ=DAILY;COUNT=-1", "COUNT: 1 to 10000", "COUNT"),
        ("FREQ=DAILY;UNTIL=2030", "UNTIL: such as", "例如"),
        ("FREQ=DAILY;UNTIL=20300101Z", "UNTIL: such as", "例如"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH: months from 1 to 12", "BYMONTH"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: 1 to 31", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY: such as", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=五", "BYDAY: such as", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "goes with MONTHLY or YEARLY", "MONTHLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "does not go with WEEKLY", "WEEKLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "needs another BY part", "BYSETPOS"),
        ("FREQ=MONTHLY;WKST=", "WKST: a day such as MO", "WKST"),
    ];
    for (rule, en, zh) in cases {
        let said = rule.parse::<Rule>().unwrap_err();
        assert!(said.to_string().contains(en) && vocab::Said::zh(&said).contains(zh), "{rule}: {said}");
    }
    let long = format!("FREQ=DAILY;BYMONTH={}", "1,".repeat(200));
    assert!(long.parse::<Rule>().unwrap_err().to_string().contains("256 bytes"));
}

#[test]
fn a_rule_without_an_end_is_taken_up_near_the_date_that_is_asked_for() {
    let start = date(1970, 1, 1).at(8, 0, 0, 0);
    for rule in ["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY;INTERVAL=5", "FREQ=YEARLY"] {
        let parsed: Rule = rule.parse().unwrap();
        let (from, to) = (date(2026, 3, 1), date(2028, 1, 1));
        let late = |starts: Occurrences| starts.filter(|at| at.date() >= from).collect::<Vec<_>>();
        let quick = Occurrences::new(&parsed, start, &TimeZone::UTC, from, to);
        let all = Occurrences::new(&parsed, start, &TimeZone::UTC, start.date(), to);
        assert!(quick.period > 10, "{rule}");
        assert_eq!(late(quick), late(all), "{rule}");
    }
    // one that never falls ends with the dates
    assert_eq!(starts("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start, date(2030, 1, 1)), []);
}

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Rules that have a meaning.
fn rules() -> impl Strategy<Value = String> {
    let some = |name: &'static str, of: Vec<String>| {
        let count = of.len().min(4);
        prop::option::weighted(0.4, prop::sample::subsequence(of, 1..=count))
            .prop_map(move |list| list.map_or(String::new(), |list| format!(";{name}={}", list.join(","))))
    };
    let numbers = |range: std::ops::RangeInclusive<i32>| {
        range.filter(|n| *n != 0).map(|n| n.to_string()).collect::<Vec<_>>()
    };
    let ends = prop_oneof![
        Just(String::new()),
        (1..40).prop_map(|n| format!(";COUNT={n}")),
        (2021..2030, 1..13, 1..29).prop_map(|(y, m, d)| format!(";UNTIL={y}{m:02}{d:02}T120000Z")),
    ];
    let names = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].to_vec();
    prop::sample::select(names).prop_flat_map(move |freq| {
        let plain = DAYS.map(str::to_owned).to_vec();
        let nth = |n: i32| DAYS.iter().map(move |day| format!("{n}{day}"));
        // with and without a number at once means either to us and both to the other library
        let numbered: Vec<String> = match freq {
            "MONTHLY" => [-5, -1, 1, 2, 5].into_iter().flat_map(nth).collect(),
            "YEARLY" => [-50, -1, 1, 3, 30].into_iter().flat_map(nth).collect(),
            _ => plain.clone(),
        };
        let by_day = prop_oneof![some("BYDAY", plain), some("BYDAY", numbered)];
        let month_days = if freq == "WEEKLY" { vec![] } else { numbers(-31..=31) };
        let month_day = match month_days.is_empty() {
            true => Just(String::new()).boxed(),
            false => some("BYMONTHDAY", month_days).boxed(),
        };
        let by = (some("BYMONTH", numbers(1..=12)), month_day, by_day);
        let set = some("BYSETPOS", numbers(-3..=3));
        let week = prop::sample::select(DAYS.to_vec()).prop_map(|day| format!(";WKST={day}"));
        (by, set, ends.clone(), week, 1..5).prop_map(
            move |((month, month_day, day), set, ends, week, interval)| {
                let by = format!("{month}{month_day}{day}");
                // the other library lets the first week begin with the start, whatever WKST says
                let set = if by.is_empty() || freq == "WEEKLY" { String::new() } else { set };
                format!("FREQ={freq};INTERVAL={interval}{ends}{by}{set}{week}")
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn a_rule_means_what_another_library_reads_in_it(rule in rules(), day in 0..1_500_i64) {
        let start = date(2020, 1, 1).checked_add(day.days()).unwrap().at(9, 30, 0, 0);
        let text = format!("DTSTART:{}\nRRULE:{rule}", start.strftime("%Y%m%dT%H%M%SZ"));
        let theirs: Result<RRuleSet, _> = text.parse();
        // an end before the beginning is an error there and none at all here
        prop_assume!(theirs.is_ok());
        let theirs = theirs.unwrap().all(30);
        let expected: Vec<String> = theirs.dates.iter().map(|t| t.format("%Y%m%dT%H%M%S").to_string()).collect();
        let parsed: Rule = rule.parse().unwrap();
        let ours = |to| Occurrences::new(&parsed, start, &TimeZone::UTC, start.date(), to);
        let found: Vec<String> = ours(date(9_000, 1, 1))
            .take(expected.len())
            .map(|at| at.strftime("%Y%m%dT%H%M%S").to_string())
            .collect();
        prop_assert_eq!(&found, &expected, "{}", text);
        // a list that was not cut short is the whole of it
        let cut_short = theirs.limited || expected.len() == 30;
        prop_assert!(cut_short || ours(date(2_100, 1, 1)).count() <= expected.len(), "{}", text);
    }
}
