//! Statements that make no sense are refused, each with a reason that names the value.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use proptest::prelude::*;
use trace::statement::{Goods, Handover, Happened, Passport, Takeover};
use trace::{Action, EVENTS_MAX, GOODS_MAX, SERIALS_MAX, serials, verify_passport};

#[test]
fn events_over_the_limit_or_without_sense_are_refused() {
    let good = event(Action::Raise, id(1), "oak", kg("1"));
    assert!(happened([]).check().is_err());
    assert!(happened(vec![good.clone(); EVENTS_MAX]).check().is_ok());
    assert!(happened(vec![good.clone(); EVENTS_MAX + 1]).check().is_err());
    let wordy = trace::EconomicEvent { note: "x".repeat(2_001), ..good.clone() };
    assert!(happened([wordy]).check().is_err());
    let miscounted = trace::EconomicEvent { serials: vec!["a".into()], quantity: each(2), ..good.clone() };
    assert!(happened([miscounted]).check().is_err());
    let weighed = trace::EconomicEvent { serials: vec!["a".into()], ..good };
    assert!(happened([weighed]).check().is_err(), "numbered pieces are counted");
}

#[test]
fn handovers_over_the_limit_or_without_sense_are_refused() {
    let h = |goods| delivery(goods, agent(2), agent(2)).check();
    let line = |n: usize| Goods { lot: id((n % 250) as u8), ..goods(id(0), "oak", "1") };
    assert!(h(vec![]).is_err());
    assert!(h((0..GOODS_MAX).map(line).collect()).is_ok());
    assert!(h((0..=GOODS_MAX).map(line).collect()).is_err());
    assert!(h(vec![goods(id(1), "oak", "0")]).is_err());
    assert!(h(vec![goods(id(1), "oak", "-1")]).is_err());
    assert!(h(vec![goods(id(1), "oak", "1"), goods(id(1), "pine", "1")]).is_err());
    assert!(h(vec![pieces(id(1), "chair", &["a", "a"])]).is_err());
    assert!(h(vec![pieces(id(1), "chair", &["a"]), pieces(id(1), "chair", &["a"])]).is_err());
    assert!(h(vec![pieces(id(1), "chair", &["a"]), goods(id(1), "chair", "1")]).is_err());
    assert!(h(vec![Goods { quantity: d("2"), ..pieces(id(1), "chair", &["a"]) }]).is_err());
    assert!(h(vec![pieces(id(1), "chair", &[""])]).is_err());
    assert!(h(vec![pieces(id(1), "chair", &["a\nb"])]).is_err());
    let many = |prefix: &str, n| {
        let serials = serials(prefix, n).unwrap();
        Goods { quantity: (n as i64).into(), serials, ..goods(id(1), "chair", "1") }
    };
    assert!(h(vec![many("a", SERIALS_MAX)]).is_ok());
    assert!(h(vec![many("a", SERIALS_MAX), many("b", 1)]).is_err());
}

#[test]
fn passports_over_the_limit_or_without_sense_are_refused() {
    let good = passport("chair", each(2), vec![]);
    assert!(good.check().is_ok());
    let mut maker = Firm::new(1);
    let oak = maker.says(&passport("oak", kg("9"), vec![]));
    let used = input(&oak, kg("1"), None);
    let bad = [
        Passport { quantity: each(0), ..good.clone() },
        Passport { name: "".into(), ..good.clone() },
        Passport { serials: vec!["a".into()], ..good.clone() },
        Passport { processes: vec!["x".repeat(2_001)], ..good.clone() },
        Passport { inputs: vec![used.clone(), used.clone()], ..good.clone() },
        Passport { inputs: vec![input(&oak, kg("0"), None)], ..good.clone() },
        Passport { properties: (0..65).map(|n| (n.to_string(), String::new())).collect(), ..good.clone() },
    ];
    for p in bad {
        assert!(p.check().is_err(), "{p:?}");
        assert!(verify_passport(&maker.says(&p)).is_err());
    }
    assert_eq!(verify_passport(&maker.says(&good)).unwrap(), good);
    assert!(verify_passport(&maker.says(&delivery(vec![], agent(2), agent(2)))).is_err());
}

#[test]
fn serial_numbers_are_distinct_and_sort_as_they_count() {
    let made = serials("CH-26", 120).unwrap();
    assert_eq!((made[0].as_str(), made[119].as_str()), ("CH-26-001", "CH-26-120"));
    assert!(made.is_sorted());
    assert!(serials("x", SERIALS_MAX + 1).is_err());
    assert!(serials("", 1).is_err());
    assert!(serials(&"x".repeat(98), 1).unwrap()[0].len() == 100);
    assert!(serials(&"x".repeat(99), 1).is_err());
}

proptest! {
    #[test]
    fn any_text_read_as_a_statement_is_an_answer_not_a_panic(text in "\\PC{0,200}") {
        prop_assert!(serde_json::from_str::<Happened>(&text).is_err());
        prop_assert!(serde_json::from_str::<Handover>(&text).is_err());
        prop_assert!(serde_json::from_str::<Takeover>(&text).is_err());
        prop_assert!(serde_json::from_str::<Passport>(&text).is_err());
    }
}
