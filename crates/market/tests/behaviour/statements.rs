//! Well-formed statements pass, and each kind of nonsense is refused by name, value and remedy.

use crate::support::*;
use market::statement::*;
use market::{Error, visit_tag};
use std::collections::BTreeMap;
use vocab::{Decimal, Place, Said, Specification, Text, Unit};

/// The field that was refused; an empty word for what the words themselves refused.
fn refused(result: market::Result<()>) -> &'static str {
    match result.expect_err("it should have been refused") {
        Error::Field { field, value, remedy, .. } => {
            assert!(!value.to_string().is_empty() && !remedy.zh().is_empty(), "{field}");
            field
        }
        Error::Word(_) => "",
        other => panic!("{other}"),
    }
}

fn place(latitude: Option<&str>, longitude: Option<&str>, radius_km: Option<u32>) -> Option<Place> {
    let name = "Workshop".to_owned();
    Some(Place { name, latitude: latitude.map(d), longitude: longitude.map(d), radius_km })
}

#[test]
fn offers() {
    chair().check().unwrap();
    Offer { place: place(Some("-90"), Some("180"), Some(50)), ..chair() }.check().unwrap();
    let pooling = |cap, lead_time_s, payment: &str| {
        Some(Pooling { cap: n(cap), lead_time_s, payment: payment.into(), ..pooling() })
    };
    let bad = [
        ("", Offer { name: "".into(), ..chair() }),
        ("", Offer { name: Text::Plain("x".repeat(4_001)), ..chair() }),
        ("", Offer { prices: prices(&[]), ..chair() }),
        ("step", Offer { step: n(0), ..chair() }),
        ("minimum", Offer { minimum: n(0), ..chair() }),
        ("minimum", Offer { minimum: n(3), step: n(2), ..chair() }),
        ("minimum", Offer { prices: prices(&[(2, 120)]), ..chair() }),
        ("maximum", Offer { maximum: Some(n(0)), ..chair() }),
        ("lead_time_s", Offer { lead_time_s: -1, ..chair() }),
        ("lead_time_s", Offer { lead_time_s: i64::MAX, ..chair() }),
        ("latitude", Offer { place: place(Some("90.1"), Some("0"), None), ..chair() }),
        ("longitude", Offer { place: place(Some("0"), Some("-180.1"), None), ..chair() }),
        ("place", Offer { place: place(Some("0"), None, None), ..chair() }),
        ("radius_km", Offer { place: place(None, None, Some(u32::MAX)), ..chair() }),
        ("pooling.cap", Offer { pooling: pooling(0, 0, "cash"), ..chair() }),
        ("lead_time_s", Offer { pooling: pooling(5, -1, "cash"), ..chair() }),
        ("", Offer { pooling: pooling(5, 0, ""), ..chair() }),
    ];
    for (field, offer) in bad {
        assert_eq!(refused(offer.check()), field, "{offer:?}");
    }
}

#[test]
fn an_offer_admits_what_it_says_at_the_price_of_the_quantity() {
    let offer = Offer { minimum: n(2), step: n(2), maximum: Some(n(60)), ..chair() };
    for (quantity, price) in [(2, "120"), (18, "120"), (20, "96"), (60, "84")] {
        assert_eq!(offer.admits(n(quantity), at(0)), Ok(eur(price)));
    }
    for quantity in [n(0), n(-2), n(1), n(3), n(62), d("2.5")] {
        assert_eq!(offer.admits(quantity, at(0)).unwrap_err().reason(), Reason::Quantity, "{quantity}");
    }
    assert_eq!(offer.admits(n(2), at(1_000_001)).unwrap_err().reason(), Reason::NoListing);
    assert!(offer.admits(n(2), at(1_000_000)).is_ok());
    let wholesale = Offer { prices: prices(&[(10, 5)]), ..chair() };
    assert_eq!(wholesale.admits(n(9), at(0)).unwrap_err().reason(), Reason::Quantity);
}

#[test]
fn needs() {
    let need = Need {
        spec: "chair".parse().unwrap(),
        category: None,
        name: "Chair".into(),
        unit: Unit::Each,
        quantity: n(1),
        ceiling: Some(eur("100")),
        due: None,
        place: None,
        expires: at(1),
    };
    need.check().unwrap();
    assert_eq!(refused(Need { quantity: n(0), ..need.clone() }.check()), "quantity");
    assert_eq!(refused(Need { ceiling: Some(eur("-1")), ..need.clone() }.check()), "ceiling");
    assert_eq!(refused(Need { name: "".into(), ..need.clone() }.check()), "");
    assert_eq!(refused(Need { place: place(Some("91"), Some("0"), None), ..need }.check()), "latitude");
}

#[test]
fn enquiries() {
    let tag = visit_tag(&id(1), &agent(1));
    let good = Enquiry {
        offer: id(1),
        spec: "chair".parse().unwrap(),
        quantity: n(1),
        due: Some(at(100)),
        start: at(0),
        answer_by: at(60),
        hold_until: at(600),
        depth: 16,
        origin: Some(id(1)),
        visited: vec![tag.clone(); 64],
    };
    good.check().unwrap();
    Enquiry { answer_by: at(0), hold_until: at(0), ..good.clone() }.check().unwrap();
    let bad = [
        ("quantity", Enquiry { quantity: n(-1), ..good.clone() }),
        ("answer_by", Enquiry { answer_by: at(-1), ..good.clone() }),
        ("hold_until", Enquiry { hold_until: at(59), ..good.clone() }),
        ("due", Enquiry { due: Some(at(-1)), ..good.clone() }),
        ("depth", Enquiry { depth: 17, ..good.clone() }),
        ("visited", Enquiry { visited: vec![tag; 65], ..good.clone() }),
        ("visited", Enquiry { visited: vec!["did:key:z6Mk".into()], ..good.clone() }),
        ("origin", Enquiry { origin: None, ..good }),
    ];
    for (field, enquiry) in bad {
        assert_eq!(refused(enquiry.check()), field, "{enquiry:?}");
    }
}

#[test]
fn deals() {
    let quote = Quote {
        enquiry: id(1),
        quantity: n(1),
        unit_price: eur("0"),
        promise: at(0),
        hold_until: at(0),
        also: vec![],
    };
    quote.check().unwrap();
    assert_eq!(refused(Quote { quantity: n(0), ..quote.clone() }.check()), "quantity");
    assert_eq!(refused(Quote { unit_price: eur("-0.01"), ..quote }.check()), "unit_price");
    let long = "x".repeat(2_001);
    let refusal = Refusal { answers: id(1), reason: Reason::Busy, detail: "why".into() };
    refusal.check().unwrap();
    let endless = Text::Plain("x".repeat(4_001));
    assert_eq!(refused(Refusal { detail: endless, ..refusal }.check()), "");
    assert_eq!(refused(Cancellation { deal: id(1), reason: long.clone() }.check()), "reason");
    let paid = Settlement { deal: id(1), amount: eur("5"), note: String::new() };
    paid.check().unwrap();
    assert_eq!(refused(Settlement { amount: eur("0"), ..paid.clone() }.check()), "amount");
    assert_eq!(refused(Settlement { note: long, ..paid }.check()), "note");
}

#[test]
fn pool_requests_and_terms() {
    let request = request(agent(9));
    request.check().unwrap();
    assert_eq!(refused(PoolRequest { threshold: n(0), ..request }.check()), "threshold");
    let good = terms(agent(9));
    good.check().unwrap();
    let bad = [
        ("", PoolTerms { prices: prices(&[(5, 1), (4, 1)]), ..good.clone() }),
        ("", PoolTerms { payment: "".into(), ..good.clone() }),
        ("step", PoolTerms { step: n(0), ..good.clone() }),
        ("minimum", PoolTerms { minimum: n(0), ..good.clone() }),
        ("minimum", PoolTerms { minimum: d("1.5"), ..good.clone() }),
        ("threshold", PoolTerms { threshold: n(0), ..good.clone() }),
        ("cap", PoolTerms { cap: d("60.5"), ..good.clone() }),
        ("cap", PoolTerms { cap: n(19), ..good.clone() }),
        ("cap", PoolTerms { prices: prices(&[(61, 1)]), ..good.clone() }),
        ("lead_time_s", PoolTerms { lead_time_s: -1, ..good }),
    ];
    for (field, terms) in bad {
        assert_eq!(refused(terms.check()), field, "{terms:?}");
    }
}

#[test]
fn pledges() {
    let terms = PoolTerms { minimum: n(4), step: n(2), ..terms(agent(9)) };
    let good = pledge(id(1), 4, 60, 0);
    good.check(&terms).unwrap();
    let bad = [
        ("at_least", Pledge { at_least: n(0), ..good.clone() }),
        ("at_least", Pledge { at_least: n(-4), ..good.clone() }),
        ("at_least", Pledge { at_least: n(2), ..good.clone() }),
        ("at_least", Pledge { at_least: n(5), ..good.clone() }),
        ("at_most", Pledge { at_most: n(2), ..good.clone() }),
        ("at_most", Pledge { at_most: n(7), ..good.clone() }),
        ("at_most", Pledge { at_most: n(62), ..good.clone() }),
        ("ceiling", Pledge { ceiling: n(-1), ..good }),
    ];
    for (field, pledge) in bad {
        assert_eq!(refused(pledge.check(&terms)), field, "{pledge:?}");
    }
}

#[test]
fn progress_reports() {
    let good = PoolProgress {
        pool: id(1),
        members: 1,
        pledged: n(0),
        price_now: Some(eur("0")),
        outcome: None,
        topic: Default::default(),
        counted: None,
        next: None,
    };
    good.check().unwrap();
    assert_eq!(refused(PoolProgress { pledged: n(-1), ..good.clone() }.check()), "pledged");
    assert_eq!(refused(PoolProgress { price_now: Some(eur("-1")), ..good }.check()), "price_now");
}

#[test]
fn feedback() {
    let good = Feedback {
        deal: id(1),
        passport: id(2),
        serial: Some("C-7".into()),
        spec: "chair".parse().unwrap(),
        rating: 5,
        text: "seat too low".into(),
        wishes: BTreeMap::from([("seat_height".into(), "48 cm".into())]),
    };
    good.check().unwrap();
    let many = (0..65).map(|i| (format!("wish {i}"), String::new())).collect();
    let long = BTreeMap::from([("x".into(), "y".repeat(401))]);
    let bad = [
        ("rating", Feedback { rating: 0, ..good.clone() }),
        ("rating", Feedback { rating: 6, ..good.clone() }),
        ("text", Feedback { text: "x".repeat(2_001), ..good.clone() }),
        ("serial", Feedback { serial: Some(" ".into()), ..good.clone() }),
        ("wishes", Feedback { wishes: many, ..good.clone() }),
        ("wishes", Feedback { wishes: long, ..good.clone() }),
    ];
    for (field, feedback) in bad {
        assert_eq!(refused(feedback.check()), field, "{feedback:?}");
    }
}

#[test]
fn specifications() {
    let good = Specification {
        id: "chair".parse().unwrap(),
        name: "Chair".into(),
        unit: Unit::Each,
        category: None,
        serialised: true,
        properties: BTreeMap::from([("seat_height".into(), "44 cm".into())]),
        revision: 1,
        supersedes: None,
        cites: vec![],
    };
    Described(good.clone()).check().unwrap();
    let bulk = Specification { unit: Unit::Kilogram, ..good.clone() };
    assert_eq!(refused(Described(bulk).check()), "");
    let long = BTreeMap::from([("seat_height".into(), "x".repeat(401))]);
    assert_eq!(refused(Described(Specification { properties: long, ..good }).check()), "properties");
}

#[test]
fn a_refused_value_is_shown_but_never_in_full() {
    let error = Enquiry {
        visited: vec!["x".repeat(100_000)],
        ..serde_json::from_value(serde_json::json!({
            "offer": id(1), "spec": "chair", "quantity": "1", "start": at(0), "answer_by": at(0),
            "hold_until": at(0), "depth": 1, "origin": id(1),
        }))
        .unwrap()
    }
    .check()
    .unwrap_err();
    assert!(error.to_string().len() < 200, "{error}");
    let error = Settlement { deal: id(1), amount: eur("-3.5"), note: String::new() }.check().unwrap_err();
    assert_eq!(error.to_string(), "amount is -3.5: give more than 0");
}

#[test]
fn a_close_without_edits_is_written_as_before_there_were_any() {
    let close = close(&id(1), &terms(agent(9)), &[]).unwrap();
    let value = serde_json::to_value(&close).unwrap();
    assert!(value.get("replaced").is_none(), "{value}");
    assert_eq!(value["outcome"], serde_json::json!({"lapsed": {}}));
    assert_eq!(Decimal::ZERO.to_string(), "0");
}
