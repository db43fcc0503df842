//! One order through three tiers, from need to traced item, on a good day.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::command::Done;
use node::view::{DealState, OrderState};
use support::*;
use trace::TraceState;

#[test]
fn an_order_binds_all_tiers_and_promises_the_longest_path() {
    let mut c = chairs(1);
    let id = buy(&mut c, 2);
    let (buyer, workshop) = (c.buyer, c.workshop);
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    assert!(c.world.run_until(60, |w| state(w, workshop, &id) == Some(DealState::Bound)));
    c.world.run(5);
    for who in [c.forest, c.sawmill, c.workshop] {
        let node = c.world.node(who).unwrap();
        assert!(node.orders(c.world.now()).iter().all(|o| o.state == OrderState::Firm), "{who}");
        assert!(node.deals(c.world.now()).iter().all(|d| d.state == DealState::Bound), "{who}");
    }
    let deal = deal(&c.world, buyer, &id).unwrap();
    // 3 + 2 + 1 days of waiting; 2 chairs take 2 h, 8 boards 8 h, 0.4 m3 rounds up to one batch, 1 h
    let promised_s = vocab::seconds_between(deal.start, deal.promise.unwrap());
    assert_eq!(promised_s, 6 * 86_400 + (2 + 8 + 1) * 3_600);
    assert_eq!(deal.total.unwrap().amount, decimal("240"));
}

#[test]
fn what_was_made_is_delivered_paid_and_traced_to_its_source() {
    let mut c = chairs(2);
    let id = buy(&mut c, 2);
    let buyer = c.buyer;
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    c.world.run(5);
    work_off(&mut c.world);
    let delivered = deal(&c.world, buyer, &id).unwrap();
    assert_eq!(delivered.state, DealState::Delivered);
    assert_eq!(delivered.owed.unwrap().amount, decimal("240"));
    c.world
        .recorded(c.workshop, json(serde_json::json!({"do": "settle", "deal": id, "note": "cash"})))
        .unwrap();
    assert!(c.world.run_until(30, |w| state(w, buyer, &id) == Some(DealState::Settled)));

    let lot = delivered.goods[0].lot;
    assert_eq!(delivered.goods[0].serials.len(), 2);
    let Done::Trace(found) =
        c.world.command(buyer, json(serde_json::json!({"do": "trace", "lot": lot}))).unwrap()
    else {
        panic!("not a trace")
    };
    let door: Vec<_> = found.tree.handling.iter().map(|h| (h.from, h.to, h.verified)).collect();
    assert_eq!(
        door,
        [(c.world.agent(c.workshop), c.world.agent(buyer), true)],
        "the last step is to the door"
    );
    let mut node = &found.tree;
    for (issuer, spec) in [(c.workshop, "chair"), (c.sawmill, "oak-board"), (c.forest, "oak-log")] {
        assert_eq!(node.state, TraceState::Verified, "{spec}");
        assert_eq!(node.issuer, Some(c.world.agent(issuer)), "{spec}");
        assert_eq!(node.spec.as_ref().unwrap().as_str(), spec);
        node = node.inputs.first().unwrap_or(node);
    }
    assert!(node.inputs.is_empty());

    let log = node.lot;
    let Done::Recall(recall) =
        c.world.command(c.forest, json(serde_json::json!({"do": "recall", "lot": log}))).unwrap()
    else {
        panic!("not a recall")
    };
    let text = serde_json::to_string(&recall.tree).unwrap();
    assert!(text.contains(&c.world.agent(buyer).to_string()), "{text}");
}

#[test]
fn a_node_rebuilt_from_its_disk_shows_the_same() {
    let mut c = chairs(3);
    let id = buy(&mut c, 3);
    let buyer = c.buyer;
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    c.world.run(5);
    work_off(&mut c.world);
    for who in 0..c.world.len() {
        let (node, again) = (c.world.node(who).unwrap(), c.world.rebuilt(who));
        let show = |n: &node::Node| {
            let now = c.world.now();
            serde_json::to_string(&(n.deals(now), n.orders(now), n.stock(), n.handovers(), n.offers(now)))
                .unwrap()
        };
        assert_eq!(show(node), show(&again), "{who}");
        assert_eq!(node.checkpoint(), again.checkpoint());
    }
}

#[test]
fn neighbours_watch_each_others_logs_and_see_them_grow() {
    let mut c = chairs(4);
    let seen = |c: &Chairs, who: usize, of: usize| {
        let peers = c.world.node(who).unwrap().peers();
        peers.into_iter().find(|p| p.who.agent == c.world.agent(of)).and_then(|p| p.witnessed).unwrap_or(0)
    };
    let first = seen(&c, c.buyer, c.workshop);
    assert!(first > 0, "a checkpoint is shown when two nodes meet");
    let id = buy(&mut c, 1);
    let (buyer, workshop) = (c.buyer, c.workshop);
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    c.world.kill(workshop);
    c.world.start(workshop);
    c.world.run(5);
    assert!(
        seen(&c, buyer, workshop) > first,
        "a longer log is believed once it is proved to begin with the shorter"
    );
}
