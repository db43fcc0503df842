//! Bad lines and machines that die: whatever happens, promises are kept or end, and nobody's books disagree.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::frame::{Frame, Greeting};
use node::view::{DealState, Role};
use sim::{Faults, World};
use std::collections::BTreeMap;
use support::*;
use vocab::{Decimal, SpecId};

/// Both sides of every deal tell the same end, once faults have ceased.
fn assert_agreement(world: &World, seed: u64) {
    for who in 0..world.len() {
        for deal in world.node(who).unwrap().deals(world.now()) {
            let other = (0..world.len()).find(|o| world.agent(*o) == deal.with.agent).unwrap();
            let theirs = world.node(other).unwrap().deal(&deal.id, world.now());
            let Some(theirs) = theirs else {
                assert!(
                    deal.state == DealState::Lapsed,
                    "seed {seed}: {deal:?} is unknown to {}",
                    deal.with.name
                );
                continue;
            };
            let ended =
                |s: DealState| matches!(s, DealState::Refused | DealState::Lapsed | DealState::Cancelled);
            let open = |s: DealState| {
                matches!(
                    s,
                    DealState::Enquired | DealState::Quoted | DealState::Accepted | DealState::Confirmed
                )
            };
            assert!(!open(deal.state), "seed {seed}: {} still {:?} after its deadlines", deal.id, deal.state);
            assert_eq!(
                ended(deal.state),
                ended(theirs.state),
                "seed {seed}: {:?} here, {:?} there",
                deal,
                theirs
            );
            if !ended(deal.state) {
                assert_eq!(
                    (deal.unit_price, deal.promise, deal.quantity),
                    (theirs.unit_price, theirs.promise, theirs.quantity)
                );
                assert_eq!((deal.accepted, deal.shipped), (theirs.accepted, theirs.shipped), "seed {seed}");
            }
        }
    }
}

/// What all have together is what came into being less what was used up.
fn assert_conservation(world: &World, seed: u64) {
    let mut have: BTreeMap<SpecId, Decimal> = BTreeMap::new();
    let mut made: BTreeMap<SpecId, Decimal> = BTreeMap::new();
    for who in 0..world.len() {
        let node = world.node(who).unwrap();
        for holding in node.goods().lots().chain(node.goods().custody()) {
            *have.entry(holding.spec.clone()).or_default() += holding.quantity;
        }
        for transit in node.goods().in_transit() {
            for goods in &transit.handover.goods {
                *have.entry(goods.spec.clone()).or_default() += goods.quantity;
            }
        }
        for entry in world
            .disk(who)
            .iter()
            .filter(|e| e.record.kind == "happened" && e.record.author == world.agent(who))
        {
            let happened: trace::statement::Happened = entry.record.read().unwrap();
            for event in happened.events {
                let sign = match event.action.stock_effect() {
                    trace::StockEffect::Increment => event.quantity.value,
                    trace::StockEffect::Decrement => -event.quantity.value,
                    trace::StockEffect::None => Decimal::ZERO,
                };
                *made.entry(event.spec).or_default() += sign;
            }
        }
    }
    have.retain(|_, q| !q.is_zero());
    made.retain(|_, q| !q.is_zero());
    assert_eq!(have, made, "seed {seed}");
}

fn assert_restart(world: &World, seed: u64) {
    for who in 0..world.len() {
        let (node, again) = (world.node(who).unwrap(), world.rebuilt(who));
        let show = |n: &node::Node| {
            let now = world.now();
            let states: Vec<_> =
                n.deals(now).into_iter().map(|d| (d.id, d.role, d.shipped, d.accepted, d.paid)).collect();
            serde_json::to_string(&(states, n.stock(), n.handovers(), n.model())).unwrap()
        };
        assert_eq!(show(node), show(&again), "seed {seed}, node {who}");
        assert_eq!(node.checkpoint(), again.checkpoint(), "seed {seed}, node {who}");
    }
}

fn one_bad_day(seed: u64) {
    let mut c = chairs(seed);
    c.world.set_faults(Faults::HARSH);
    let mut wanted = vec![];
    for n in 1..=3 {
        let enquire = serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": n.to_string()});
        if let Ok(id) = c.world.recorded(c.buyer, json(enquire)) {
            wanted.push(id);
        }
    }
    let buyer = c.buyer;
    for id in wanted {
        c.world.run_until(500, |w| state(w, buyer, &id).is_some_and(|s| s != DealState::Enquired));
        if state(&c.world, buyer, &id) == Some(DealState::Quoted) {
            // the quote may lapse before its owner gets round to it: that is an answer too
            let _ = c.world.recorded(buyer, json(serde_json::json!({"do": "accept", "deal": id})));
        }
    }
    c.world.run(200);
    c.world.set_faults(Faults::NONE);
    c.world.run(2_000);
    for who in 0..c.world.len() {
        c.world.start(who);
    }
    c.world.run(200);
    assert_agreement(&c.world, seed);
    work_off(&mut c.world);
    c.world.run(200);
    assert_agreement(&c.world, seed);
    assert_conservation(&c.world, seed);
    assert_restart(&c.world, seed);
    let bound =
        c.world.node(buyer).unwrap().deals(c.world.now()).into_iter().filter(|d| d.role == Role::Buyer);
    for deal in bound.filter(|d| d.state >= DealState::Bound && d.state <= DealState::Settled) {
        assert_eq!(deal.state, DealState::Delivered, "seed {seed}: what was bound was delivered");
    }
}

#[test]
fn bad_days_end_well() {
    let first: u64 = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(100);
    let days: u64 = std::env::var("SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(12);
    (first..first + days).for_each(one_bad_day);
}

#[test]
fn a_late_word_of_what_was_heard_keeps_nobody_awake() {
    let hello = Frame::Hello { heard: 0, now_ms: 0, greeting: Greeting::Return, card: None };
    for late in [Frame::Heard { upto: 0 }, hello] {
        let mut c = chairs(9);
        let id = buy(&mut c, 2);
        let (buyer, workshop) = (c.buyer, c.workshop);
        assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
        c.world.run(300);
        c.world.inject(workshop, buyer, late.encode());
        let before = c.world.steps;
        c.world.run(600);
        assert!(c.world.steps - before < 1_000, "{} steps in ten minutes", c.world.steps - before);
    }
}

#[test]
fn one_seed_is_one_history() {
    let run = || {
        let mut c = chairs(7);
        c.world.set_faults(Faults::HARSH);
        let enquire = serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "2"});
        let _ = c.world.recorded(c.buyer, json(enquire));
        c.world.run(300);
        let logs: Vec<_> = (0..c.world.len())
            .map(|w| c.world.disk(w).iter().map(|e| e.record.id).collect::<Vec<_>>())
            .collect();
        (c.world.messages, c.world.bytes, logs)
    };
    assert_eq!(run(), run());
}
