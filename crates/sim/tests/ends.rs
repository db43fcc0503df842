//! The ways a bound deal ends other than well: cancelled, refused on receipt, sent back, told about.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::view::{DealState, HandoverState, HandoverView};
use support::*;
use vocab::{Decimal, RecordId};

fn bound(seed: u64, quantity: i64) -> (Chairs, RecordId) {
    let mut c = chairs(seed);
    let id = buy(&mut c, quantity);
    let (buyer, workshop) = (c.buyer, c.workshop);
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    assert!(c.world.run_until(60, |w| state(w, workshop, &id) == Some(DealState::Bound)));
    c.world.run(5);
    (c, id)
}

fn do_it(c: &mut Chairs, who: usize, command: serde_json::Value) -> RecordId {
    let id = c.world.recorded(who, json(command.clone())).unwrap_or_else(|e| panic!("{command}: {e}"));
    c.world.run(3);
    id
}

fn handover_to(c: &Chairs, who: usize) -> HandoverView {
    let node = c.world.node(who).unwrap();
    let mine = |h: &HandoverView| h.to.agent == c.world.agent(who) && h.state == HandoverState::Waiting;
    node.handovers().into_iter().find(mine).unwrap()
}

#[test]
fn a_deal_is_cancelled_only_by_agreement_and_frees_what_it_held() {
    let (mut c, id) = bound(41, 1);
    let (buyer, workshop) = (c.buyer, c.workshop);
    do_it(&mut c, buyer, serde_json::json!({"do": "cancel", "deal": id, "reason": "moved house"}));
    assert_eq!(state(&c.world, buyer, &id), Some(DealState::Bound));
    let alone = serde_json::json!({"do": "answer_cancel", "deal": id, "answer": "agree"});
    assert!(c.world.recorded(buyer, json(alone)).is_err(), "nobody agrees with itself");
    do_it(&mut c, workshop, serde_json::json!({"do": "answer_cancel", "deal": id, "answer": "refuse"}));
    assert_eq!(state(&c.world, buyer, &id), Some(DealState::Bound));
    do_it(&mut c, buyer, serde_json::json!({"do": "cancel", "deal": id, "reason": "moved house"}));
    do_it(&mut c, workshop, serde_json::json!({"do": "answer_cancel", "deal": id, "answer": "agree"}));
    assert_eq!(state(&c.world, buyer, &id), Some(DealState::Cancelled));
    assert_eq!(state(&c.world, workshop, &id), Some(DealState::Cancelled));
    assert_eq!(c.world.node(workshop).unwrap().capacity().iter().count(), 0);
}

#[test]
fn goods_a_buyer_refuses_go_back_by_the_carrier_and_are_not_owed() {
    let (mut c, id) = bound(42, 3);
    let (buyer, workshop) = (c.buyer, c.workshop);
    let carrier = c.world.add("carrier");
    c.world.introduce(carrier, workshop);
    c.world.introduce(carrier, buyer);
    c.world.run(10);
    make_all(&mut c);
    let via = c.world.agent(carrier);
    do_it(&mut c, workshop, serde_json::json!({"do": "ship", "deal": id, "via": via}));
    let picked = handover_to(&c, carrier);
    do_it(&mut c, carrier, serde_json::json!({"do": "receive", "handover": picked.id}));
    assert_eq!(
        c.world.node(carrier).unwrap().goods().custody().map(|h| h.quantity).sum::<Decimal>(),
        3.into()
    );
    do_it(&mut c, carrier, serde_json::json!({"do": "pass_on", "handover": picked.id}));
    let twice = serde_json::json!({"do": "pass_on", "handover": picked.id});
    assert!(c.world.recorded(carrier, json(twice)).is_err(), "goods are passed on once");
    let dropped = handover_to(&c, buyer);
    let goods = &dropped.goods[0];
    let bad = serde_json::json!([{"lot": goods.lot, "spec": goods.spec, "quantity": "1", "serials": [goods.serials[0]]}]);
    do_it(
        &mut c,
        buyer,
        serde_json::json!({"do": "receive", "handover": dropped.id, "rejected": bad, "reason": "cracked"}),
    );
    for who in [buyer, workshop] {
        let d = deal(&c.world, who, &id).unwrap();
        assert_eq!((d.accepted, d.rejected, d.state), (2.into(), 1.into(), DealState::Delivered), "{who}");
        assert_eq!(d.owed.unwrap().amount, 240.into());
    }
    do_it(&mut c, carrier, serde_json::json!({"do": "pass_on", "handover": dropped.id}));
    let back = handover_to(&c, workshop);
    assert_eq!(back.goods[0].serials, [goods.serials[0].clone()]);
    do_it(&mut c, workshop, serde_json::json!({"do": "receive", "handover": back.id}));
    let spec = "chair".parse().unwrap();
    assert_eq!(c.world.node(workshop).unwrap().goods().on_hand(&spec), 1.into());
    assert_eq!(c.world.node(carrier).unwrap().goods().custody().count(), 0);
    let over = serde_json::json!({"do": "settle", "deal": id, "amount": "241", "note": ""});
    assert!(c.world.recorded(workshop, json(over)).is_err(), "no more is paid than is owed");
}

#[test]
fn feedback_of_a_holder_reaches_the_maker_and_leads_to_a_revision() {
    let (mut c, id) = bound(43, 1);
    let (buyer, workshop) = (c.buyer, c.workshop);
    let early = serde_json::json!({"do": "feedback", "deal": id, "rating": 2, "text": "low"});
    assert!(c.world.recorded(buyer, json(early)).is_err(), "nobody speaks of what it does not have");
    make_all(&mut c);
    do_it(&mut c, workshop, serde_json::json!({"do": "ship", "deal": id}));
    let dropped = handover_to(&c, buyer);
    do_it(&mut c, buyer, serde_json::json!({"do": "receive", "handover": dropped.id}));
    do_it(
        &mut c,
        buyer,
        serde_json::json!({"do": "feedback", "deal": id, "rating": 3, "text": "the seat is too low",
        "wishes": {"seat_height": "48 cm"}}),
    );
    let heard = c.world.node(workshop).unwrap().feedback();
    assert_eq!(heard.len(), 1);
    let old = c.world.node(workshop).unwrap().specifications().into_iter().find(|s| s.mine).unwrap();
    do_it(
        &mut c,
        workshop,
        serde_json::json!({"do": "describe", "specification": {"id": "chair", "name": "chair", "unit": "each",
        "serialised": true, "revision": 2, "supersedes": old.id, "cites": [heard[0].id], "properties": {"seat_height": "48 cm"}}}),
    );
    assert_eq!(c.world.node(buyer).unwrap().feedback()[0].led_to.len(), 1);
}

/// Works every process off, moving inputs downstream, but leaves the chairs at the workshop.
fn make_all(c: &mut Chairs) {
    for _ in 0..60 {
        let mut todo = vec![];
        for who in [c.forest, c.sawmill, c.workshop] {
            let node = c.world.node(who).unwrap();
            for p in node.orders(c.world.now()).iter().flat_map(|o| &o.processes).filter(|p| p.ready) {
                let verb = if p.state == node::view::ProcessState::Planned { "start" } else { "finish" };
                todo.push((who, serde_json::json!({"do": verb, "plan": p.plan, "index": p.index})));
            }
            for d in
                node.deals(c.world.now()).iter().filter(|d| who != c.workshop && d.state == DealState::Bound)
            {
                let supplies =
                    d.role == node::view::Role::Supplier && node.goods().on_hand(&d.spec) >= d.quantity;
                if supplies {
                    todo.push((who, serde_json::json!({"do": "ship", "deal": d.id})));
                }
            }
            for h in node
                .handovers()
                .iter()
                .filter(|h| h.to.agent == c.world.agent(who) && h.state == HandoverState::Waiting)
            {
                todo.push((who, serde_json::json!({"do": "receive", "handover": h.id})));
            }
        }
        if todo.is_empty() {
            return;
        }
        for (who, command) in todo {
            do_it(c, who, command);
        }
    }
}
