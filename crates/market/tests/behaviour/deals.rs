//! Deadlines on the way upstream, and quotes on the way back.

use crate::support::*;
use market::deal::{Deadlines, Terms, quote_fits};
use market::statement::{Enquiry, Offer, Quote, Reason, Sooner};
use market::visit_tag;
use proptest::prelude::*;
use vocab::{AgentId, RecordId, Timestamp};

const MARGIN: Deadlines = Deadlines { margin_s: 60 };

fn enquiry() -> Enquiry {
    Enquiry {
        offer: id(1),
        spec: "chair".parse().unwrap(),
        quantity: n(20),
        due: None,
        start: at(0),
        answer_by: at(600),
        hold_until: at(3_600),
        depth: 3,
        origin: None,
        visited: vec![],
    }
}
fn quote() -> Quote {
    Quote {
        enquiry: id(5),
        quantity: n(20),
        unit_price: eur("96"),
        promise: at(90_000),
        hold_until: at(3_600),
        also: vec![],
    }
}

/// How `me` may pass on the enquiry `id` of `asker`.
fn passing(
    deadlines: &Deadlines,
    id: RecordId,
    enquiry: &Enquiry,
    asker: &AgentId,
    me: &AgentId,
    now: Timestamp,
) -> market::Result<Terms> {
    deadlines.upstream(&Terms::of(id, enquiry)?, Some(asker), me, now)
}

#[test]
fn an_enquiry_passed_on_asks_for_an_earlier_answer_and_a_longer_hold() {
    let up = passing(&MARGIN, id(5), &enquiry(), &agent(1), &agent(2), at(1)).unwrap();
    assert_eq!((up.start, up.answer_by, up.hold_until, up.depth), (at(0), at(540), at(3_660), 2));
    assert_eq!(up.origin, id(5));
    let mut tags = vec![visit_tag(&id(5), &agent(1)), visit_tag(&id(5), &agent(2))];
    tags.sort();
    assert_eq!(up.visited, tags);
    assert!(!up.may_ask(&agent(1)) && !up.may_ask(&agent(2)) && up.may_ask(&agent(3)));
}

fn passed_on(before: &Enquiry, number: u8, asker: u8, me: u8) -> market::Result<Enquiry> {
    let up = passing(&MARGIN, id(number), before, &agent(asker), &agent(me), at(1))?;
    let (start, answer_by, hold_until, depth) = (up.start, up.answer_by, up.hold_until, up.depth);
    let (origin, visited) = (Some(up.origin), up.visited);
    Ok(Enquiry { start, answer_by, hold_until, depth, origin, visited, ..before.clone() })
}

#[test]
fn an_enquiry_that_comes_round_is_refused_as_a_loop() {
    let second = passed_on(&enquiry(), 5, 1, 2).unwrap();
    second.check().unwrap();
    let third = passed_on(&second, 6, 2, 3).unwrap();
    assert_eq!((third.origin, third.visited.len()), (Some(id(5)), 3));
    for visited in [1, 2, 3] {
        let error = passed_on(&third, 7, 3, visited).unwrap_err();
        assert_eq!(error.reason(), Reason::Loop, "{error}");
    }
    assert_eq!(passed_on(&enquiry(), 5, 2, 2).unwrap_err().reason(), Reason::Loop);
    let fourth = passed_on(&third, 7, 3, 4).unwrap();
    assert_eq!(fourth.depth, 0);
    assert_eq!(passed_on(&fourth, 8, 4, 5).unwrap_err().reason(), Reason::Loop);
}

#[test]
fn an_enquiry_is_not_passed_on_when_no_answer_could_be_back_in_time() {
    let up = |enquiry: &Enquiry, now| passing(&MARGIN, id(5), enquiry, &agent(1), &agent(2), now);
    assert!(up(&enquiry(), at(539)).is_ok());
    assert_eq!(up(&enquiry(), at(540)).unwrap_err().reason(), Reason::Late);
    let planned_later = Enquiry { start: at(541), ..enquiry() };
    assert_eq!(up(&planned_later, at(1)).unwrap_err().reason(), Reason::Late);
}

#[test]
fn a_malformed_or_crowded_enquiry_is_not_passed_on() {
    let up = |enquiry: &Enquiry| passing(&MARGIN, id(5), enquiry, &agent(1), &agent(2), at(1));
    assert!(up(&Enquiry { quantity: n(0), ..enquiry() }).is_err());
    let visited = (10..73).map(|i| visit_tag(&id(9), &agent(i))).collect();
    let crowded = Enquiry { origin: Some(id(9)), visited, ..enquiry() };
    crowded.check().unwrap();
    assert_eq!(up(&crowded).unwrap_err().reason(), Reason::Loop);
}

#[test]
fn a_quote_holds_no_longer_than_asked_and_a_margin_less_than_what_it_rests_on() {
    let hold = |requested, upstream: &[i64], now| {
        MARGIN.downstream_hold(at(requested), upstream.iter().map(|s| at(*s)), at(now))
    };
    assert_eq!(hold(1_000, &[], 0), Some(at(1_000)));
    assert_eq!(hold(1_000, &[1_060, 2_000], 0), Some(at(1_000)));
    assert_eq!(hold(1_000, &[1_500, 700], 0), Some(at(640)));
    assert_eq!(hold(1_000, &[700], 640), None);
    assert_eq!(hold(1_000, &[], 1_000), None);
}

#[test]
fn a_quote_answers_what_was_asked_at_no_more_than_was_offered() {
    let judge = |quote: &Quote, offer: Option<&Offer>| quote_fits(&enquiry(), quote, offer, at(10));
    judge(&quote(), None).unwrap();
    judge(&quote(), Some(&chair())).unwrap();
    judge(&Quote { unit_price: eur("90"), ..quote() }, Some(&chair())).unwrap();
    judge(&Quote { unit_price: eur("500"), ..quote() }, None).unwrap();
    let dollars = vocab::Money::new(n(1), "USD".parse().unwrap());
    for bad in [
        Quote { quantity: n(19), ..quote() },
        Quote { unit_price: eur("96.01"), ..quote() },
        Quote { unit_price: dollars, ..quote() },
        Quote { unit_price: eur("-1"), ..quote() },
        Quote { promise: at(-1), ..quote() },
        Quote { hold_until: at(10), ..quote() },
    ] {
        assert!(judge(&bad, Some(&chair())).is_err(), "{bad:?}");
    }
}

#[test]
fn what_could_be_had_earlier_is_less_and_earlier_rising_to_what_was_asked() {
    let part =
        |quantity, price: &str, s| Sooner { quantity: n(quantity), unit_price: eur(price), promise: at(s) };
    let judge = |also: &[Sooner]| {
        quote_fits(&enquiry(), &Quote { also: also.to_vec(), ..quote() }, Some(&chair()), at(10))
    };
    // the price of so few is that of so few
    judge(&[part(5, "120", 100), part(10, "120", 80_000)]).unwrap();
    for bad in [
        &[part(20, "96", 100)][..],
        &[part(5, "120", 90_000)],
        &[part(5, "120", -1)],
        &[part(0, "120", 100)],
        &[part(5, "120.01", 100)],
        &[part(10, "120", 100), part(5, "120", 50)],
        &[part(5, "120", 100), part(10, "120", 100)],
        &[part(5, "120", 100), part(5, "120", 200)],
        &[1, 2, 3, 4, 5].map(|i| part(i, "120", 100 * i)),
    ] {
        assert!(judge(bad).is_err(), "{bad:?}");
    }
    let foreign = Sooner { unit_price: vocab::Money::new(n(1), "USD".parse().unwrap()), ..part(5, "1", 100) };
    assert!(Quote { also: vec![foreign], ..quote() }.check().is_err());
    let plain = serde_json::to_string(&quote()).unwrap();
    assert!(!plain.contains("also"), "a quote without it is written as before: {plain}");
}

proptest! {
    /// Down a chain of quotes, each hold ends a margin before the one it rests on.
    #[test]
    fn along_a_chain_every_hold_outlives_the_promise_built_on_it(tiers in 1_usize..10, asked in 700_i64..10_000) {
        let mut chain = vec![Enquiry { depth: 16, hold_until: at(asked), answer_by: at(650), ..enquiry() }];
        for tier in 0..tiers {
            let (number, me) = (tier as u8 + 5, tier as u8 + 2);
            chain.push(passed_on(&chain[tier], number, me - 1, me).unwrap());
        }
        let mut below: Option<Timestamp> = None;
        for tier in chain.iter().rev() {
            let hold = MARGIN.downstream_hold(tier.hold_until, below.into_iter(), at(10)).unwrap();
            // each asked a margin more for every tier, so nobody has to hold for less than was asked
            prop_assert_eq!(hold, tier.hold_until);
            prop_assert!(below.is_none_or(|upstream| vocab::seconds_between(hold, upstream) >= MARGIN.margin_s));
            below = Some(hold);
        }
    }

    #[test]
    fn any_dates_are_an_answer_not_a_panic(
        start in any::<i64>(), answer in any::<i64>(), hold in any::<i64>(), now in any::<i64>(), margin_s in any::<i64>(),
    ) {
        let date = |s| vocab::after(at(0), s);
        let asked = Enquiry { start: date(start), answer_by: date(answer), hold_until: date(hold), ..enquiry() };
        let deadlines = Deadlines { margin_s };
        if let Ok(up) = passing(&deadlines, RecordId([1; 32]), &asked, &AgentId([1; 32]), &AgentId([2; 32]), date(now)) {
            prop_assert!(up.answer_by > date(now));
        }
        if let Some(held) = deadlines.downstream_hold(date(hold), [date(answer)].into_iter(), date(now)) {
            prop_assert!(held > date(now) && held <= date(hold));
        }
    }
}
