//! How the date of a bound deal may move, and who may move it.

use crate::support::*;
use market::statement::{DateAnswer, Delay, Reason};
use market::{Error, Side, Standing, answer_fits, date::may_cancel, delay_fits};
use vocab::Said;

/// Ten pieces for second 1,000, none of which has left.
fn standing() -> Standing {
    Standing { deal: id(1), promise: at(1_000), set_by: id(2), shipped: n(0), quantity: n(10) }
}

fn delay(promise: i64) -> Delay {
    Delay {
        deal: id(1),
        changes: id(2),
        request: None,
        promise: at(promise),
        answer_by: at(400),
        reason: "the saw is down".into(),
    }
}
fn asked(promise: i64) -> Delay {
    Delay { request: None, ..delay(promise) }
}

fn refused(result: market::Result<()>) -> (&'static str, Reason) {
    match result.expect_err("it should have been refused") {
        Error::Field { field, value, remedy, reason } => {
            assert!(!value.to_string().is_empty() && !remedy.zh().is_empty(), "{field}");
            (field, reason)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_supplier_offers_later_dates_only_and_a_buyer_asks_for_any_other() {
    delay_fits(&standing(), Side::Supplier, &delay(1_001), None, at(100)).unwrap();
    delay_fits(&standing(), Side::Buyer, &delay(999), None, at(100)).unwrap();
    delay_fits(&standing(), Side::Buyer, &delay(2_000), None, at(400)).unwrap();
    let left = Standing { shipped: n(10), ..standing() };
    let bad = [
        ("promise", Reason::Invalid, standing(), Side::Supplier, delay(999)),
        ("promise", Reason::Invalid, standing(), Side::Supplier, delay(1_000)),
        ("promise", Reason::Invalid, standing(), Side::Buyer, delay(1_000)),
        ("promise", Reason::Invalid, standing(), Side::Supplier, delay(399)),
        ("promise", Reason::Late, left, Side::Supplier, delay(2_000)),
        ("deal", Reason::Invalid, standing(), Side::Supplier, Delay { deal: id(9), ..delay(2_000) }),
        ("changes", Reason::Late, standing(), Side::Supplier, Delay { changes: id(9), ..delay(2_000) }),
        ("answer_by", Reason::Late, standing(), Side::Supplier, Delay { answer_by: at(99), ..delay(2_000) }),
        (
            "request",
            Reason::Invalid,
            standing(),
            Side::Supplier,
            Delay { request: Some(id(9)), ..delay(2_000) },
        ),
        ("request", Reason::Invalid, standing(), Side::Buyer, Delay { request: Some(id(9)), ..delay(2_000) }),
    ];
    for (field, reason, standing, side, delay) in bad {
        let found = refused(delay_fits(&standing, side, &delay, None, at(100)));
        assert_eq!(found, (field, reason), "{side:?} {delay:?}");
    }
}

#[test]
fn an_offer_that_answers_a_request_lies_between_the_date_that_stands_and_the_one_asked_for() {
    let answers = |promise| Delay { request: Some(id(3)), ..delay(promise) };
    for (wish, offer, fits) in [
        (500, 500, true),
        (500, 999, true),
        (500, 1_000, false),
        (500, 499, false),
        (500, 1_001, false),
        (2_000, 2_000, true),
        (2_000, 2_001, false),
        (2_000, 900, false),
    ] {
        let found = delay_fits(&standing(), Side::Supplier, &answers(offer), Some(&asked(wish)), at(100));
        assert_eq!(found.is_ok(), fits, "{offer} for {wish}");
    }
}

#[test]
fn only_the_buyer_accepts_in_time_what_changes_the_date_that_stands() {
    let judge = |standing: Standing, by, side, answer, now| {
        answer_fits(&standing, by, &delay(2_000), side, answer, at(now))
    };
    judge(standing(), Side::Supplier, Side::Buyer, DateAnswer::Accept, 400).unwrap();
    judge(standing(), Side::Buyer, Side::Supplier, DateAnswer::Refuse, 100).unwrap();
    let moved = Standing { set_by: id(7), ..standing() };
    let bad = [
        ("answer", standing(), Side::Supplier, Side::Supplier, DateAnswer::Accept, 100),
        ("answer", standing(), Side::Buyer, Side::Buyer, DateAnswer::Refuse, 100),
        ("answer", standing(), Side::Buyer, Side::Supplier, DateAnswer::Accept, 100),
        ("answer", standing(), Side::Buyer, Side::Supplier, DateAnswer::Cancel, 100),
        ("answer_by", standing(), Side::Supplier, Side::Buyer, DateAnswer::Accept, 401),
        ("changes", moved, Side::Supplier, Side::Buyer, DateAnswer::Accept, 100),
        ("changes", moved, Side::Supplier, Side::Buyer, DateAnswer::Cancel, 100),
    ];
    for (field, standing, by, side, answer, now) in bad {
        assert_eq!(refused(judge(standing, by, side, answer, now)).0, field, "{side:?} {answer:?}");
    }
}

#[test]
fn a_buyer_cancels_alone_only_where_the_supplier_offered_later_unasked_and_nothing_has_left() {
    let judge = |standing: &Standing, offer: &Delay| {
        answer_fits(standing, Side::Supplier, offer, Side::Buyer, DateAnswer::Cancel, at(100))
    };
    assert!(may_cancel(&standing(), &delay(1_001)));
    judge(&standing(), &delay(1_001)).unwrap();
    let on_request = Delay { request: Some(id(3)), ..delay(1_500) };
    assert_eq!(refused(judge(&standing(), &on_request)), ("answer", Reason::Invalid));
    let begun = Standing { shipped: n(1), ..standing() };
    assert_eq!(refused(judge(&begun, &delay(2_000))), ("answer", Reason::Late));
}
