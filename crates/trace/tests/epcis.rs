//! The export holds to the EPCIS 2.0 JSON schema: required fields, closed vocabularies, forms of values.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::statement::{Handover, Purpose, Takeover};
use trace::{Action, EconomicEvent, epcis_document, lot_uri, piece_uri};
use vocab::{Timestamp, Unit};

/// The rules of the EPCIS 2.0.0 JSON schema that concern the fields written here.
fn check_document(doc: &Value) {
    for field in ["@context", "type", "schemaVersion", "creationDate", "epcisBody"] {
        assert!(doc.get(field).is_some(), "{field}");
    }
    assert_eq!((&doc["type"], &doc["schemaVersion"]), (&"EPCISDocument".into(), &"2.0".into()));
    date(&doc["creationDate"]);
    let mut ids = std::collections::BTreeSet::new();
    for event in doc["epcisBody"]["eventList"].as_array().unwrap() {
        check_event(event);
        assert!(ids.insert(uri(&event["eventID"])), "event ids are unique");
    }
}

fn date(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(text.parse::<Timestamp>().is_ok() && text.contains('T'), "{text}");
}
fn uri(value: &Value) -> String {
    let text = value.as_str().unwrap();
    let (scheme, rest) = text.split_once(':').unwrap();
    assert!(scheme.chars().all(|c| c.is_ascii_lowercase()) && !rest.is_empty(), "{text}");
    assert!(rest.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&b)), "{text}");
    text.to_owned()
}
fn one_of(value: &Value, allowed: &[&str]) {
    assert!(allowed.contains(&value.as_str().unwrap()), "{value}");
}
fn list<'a>(event: &'a Value, field: &str) -> &'a [Value] {
    event.get(field).map_or(&[], |list| list.as_array().unwrap())
}

fn check_event(event: &Value) {
    date(&event["eventTime"]);
    assert_eq!(event["eventTimeZoneOffset"], "+00:00");
    let mut allowed = vec!["type", "eventID", "eventTime", "eventTimeZoneOffset", "bizStep", "disposition"];
    allowed.extend(["sourceList", "destinationList", "bizTransactionList"]);
    match event["type"].as_str().unwrap() {
        "ObjectEvent" => {
            one_of(&event["action"], &["ADD", "OBSERVE", "DELETE"]);
            allowed.extend(["action", "epcList", "quantityList"]);
            assert!(!list(event, "epcList").is_empty() || !list(event, "quantityList").is_empty());
        }
        kind => {
            assert_eq!(kind, "TransformationEvent");
            allowed.extend(["inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList"]);
            allowed.push("transformationID");
            let some = |epcs, classes| !list(event, epcs).is_empty() || !list(event, classes).is_empty();
            let (inputs, outputs) =
                (some("inputEPCList", "inputQuantityList"), some("outputEPCList", "outputQuantityList"));
            assert!(inputs && outputs || event.get("transformationID").is_some() && (inputs || outputs));
        }
    }
    for field in event.as_object().unwrap().keys() {
        assert!(allowed.contains(&field.as_str()), "{field}");
    }
    if let Some(step) = event.get("bizStep") {
        let cbv = ["shipping", "receiving", "accepting", "commissioning", "decommissioning"];
        one_of(step, &[&cbv[..], &["creating_class_instance"]].concat());
    }
    if let Some(disposition) = event.get("disposition") {
        one_of(disposition, &["in_transit", "in_progress", "returned"]);
    }
    for field in ["epcList", "inputEPCList", "outputEPCList"] {
        list(event, field).iter().for_each(|epc| assert!(uri(epc).contains("?s=")));
    }
    for field in ["quantityList", "inputQuantityList", "outputQuantityList"] {
        for element in list(event, field) {
            uri(&element["epcClass"]);
            assert!(element["quantity"].as_f64().unwrap() > 0.0);
            if let Some(uom) = element.get("uom") {
                let uom = uom.as_str().unwrap();
                assert!((2..=3).contains(&uom.len()), "{uom}");
                assert!(uom.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{uom}");
            }
        }
    }
    for (field, end) in [("sourceList", "source"), ("destinationList", "destination")] {
        for element in list(event, field) {
            one_of(&element["type"], &["owning_party", "possessing_party", "location"]);
            uri(&element[end]);
        }
    }
    for element in list(event, "bizTransactionList") {
        one_of(&element["type"], &["po", "desadv", "recadv"]);
        uri(&element["bizTransaction"]);
    }
}

#[test]
fn what_a_workshop_did_reads_as_epcis_2_0() {
    let (mut me, mut supplier, buyer) = (Firm::new(1), Firm::new(2), agent(3));
    let h = delivery(vec![goods(id(1), "oak", "12.5")], me.id(), me.id());
    let given = supplier.says(&h);
    let taken = me.says(&accept_all(given.id, &h));
    let numbered = |e: EconomicEvent| EconomicEvent { serials: vec!["A 1".into(), "ü".into()], ..e };
    let made = me.says(&happened([
        event(Action::Consume, id(1), "oak", kg("12.5")),
        EconomicEvent { lot: None, ..event(Action::Work, id(1), "joinery", kg("1")) },
        numbered(event(Action::Produce, id(2), "chair", each(2))),
        event(Action::Raise, id(3), "glue", kg("3")),
        event(Action::Lower, id(3), "glue", kg("0.25")),
    ]));
    let in_parts = me.says(&happened([in_process(id(9), 4, event(Action::Consume, id(3), "glue", kg("1")))]));
    let sold = delivery(vec![pieces(id(2), "chair", &["A 1", "ü"])], buyer, buyer);
    let sold = me.says(&sold);
    let back = delivery(vec![pieces(id(2), "chair", &["ü"])], me.id(), me.id());
    let back = Handover { purpose: Purpose::Return, ..back };
    let given_back = Firm::new(3).says(&back);
    let taken_back = me.says(&accept_all(given_back.id, &back));
    let refused = Takeover { accepted: vec![], rejected: h.goods.clone(), ..accept_all(given.id, &h) };
    let refused = me.says(&refused);

    let records = [given, taken, made, in_parts, sold, given_back, taken_back, refused];
    let units = BTreeMap::from([(spec("oak"), Unit::Kilogram), (spec("chair"), Unit::Each)]);
    let doc = epcis_document(&me.id(), &records, &units, Timestamp::UNIX_EPOCH).unwrap();
    check_document(&doc);

    let events = doc["epcisBody"]["eventList"].as_array().unwrap();
    let steps: Vec<_> = events.iter().map(|e| (e["type"].as_str().unwrap(), e["bizStep"].as_str())).collect();
    assert_eq!(
        steps,
        [
            ("ObjectEvent", Some("accepting")),
            ("ObjectEvent", Some("commissioning")),
            ("ObjectEvent", Some("decommissioning")),
            ("TransformationEvent", Some("commissioning")),
            ("TransformationEvent", None),
            ("ObjectEvent", Some("shipping")),
            ("ObjectEvent", Some("accepting")),
        ]
    );
    let accepted = &events[0]["quantityList"][0];
    assert_eq!(accepted["epcClass"], lot_uri(&id(1)));
    assert_eq!((&accepted["quantity"], &accepted["uom"]), (&12.5.into(), &"KGM".into()));
    assert_eq!(events[3]["outputEPCList"][0], piece_uri(&id(2), "A 1"));
    assert_eq!(events[1]["quantityList"][0]["quantity"], 3);
    assert_eq!(events[6]["disposition"], "returned");
}

#[test]
fn a_lot_is_named_by_its_hash_as_rfc_6920_says() {
    // RFC 6920, section 8.1: the name of "Hello World!"
    let hash = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069".parse().unwrap();
    assert_eq!(lot_uri(&hash), "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");
    assert!(piece_uri(&hash, "A 1/ü").ends_with("?s=A%201%2F%C3%BC"));
}
