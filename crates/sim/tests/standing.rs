//! Standing orders: the node looks for itself, within limits, and its owner has the last word unless it gave it away.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::Policy;
use node::view::{DealState, DealView, Role, StandingOrderView, StandingState, Way};
use serde_json::{Value, json as j};
use sim::{Faults, World};
use support::*;
use vocab::{DAY_S, RecordId, after};

struct Town {
    world: World,
    near: usize,
    far: usize,
    buyer: usize,
}

/// Days pass in these tests: listings are compared now and then only.
fn quiet() -> Policy {
    Policy { reconcile_s: 3_600, ..Policy::default() }
}

/// Two bakers of the same bread: one near and dear, one far and cheap.
fn town(seed: u64) -> Town {
    let mut world = World::new(seed, Faults::NONE);
    let [near, far, buyer] = ["near", "far", "buyer"].map(|n| world.add_with(n, quiet()));
    world.introduce_ring();
    world.run(2);
    for (who, east, price, properties) in
        [(near, "13.5", "5", j!({"organic": "yes"})), (far, "2.35", "3", j!({}))]
    {
        let bread = j!({"id": "bread", "name": "bread", "unit": "each", "properties": properties});
        world.recorded(who, json(j!({"do": "describe", "specification": bread}))).unwrap();
        world.recorded(who, json(j!({"do": "raise", "spec": "bread", "quantity": "500"}))).unwrap();
        let offer = j!({"do": "offer", "spec": "bread", "place": {"name": "there", "latitude": "52.5", "longitude": east},
            "prices": {"currency": "EUR", "tiers": [{"from": "1", "unit_price": price}, {"from": "20", "unit_price": "2.5"}]},
            "pooling": {"cap": "100", "lead_time_days": 1, "payment": "on receipt"}});
        world.recorded(who, json(offer)).unwrap();
    }
    world.run(5);
    Town { world, near, far, buyer }
}

fn want(t: &mut Town, more: Value) -> RecordId {
    let mut order = j!({"do": "standing_order", "spec": "bread", "quantity": "4", "accept": "auto",
        "at_most": {"amount": "8", "currency": "EUR"}, "keep_until": after(t.world.now(), 5 * DAY_S),
        "place": {"name": "here", "latitude": "52.5", "longitude": "13.4"}});
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    t.world.recorded(t.buyer, json(order)).unwrap()
}

fn view(t: &Town, id: &RecordId) -> StandingOrderView {
    let orders = t.world.node(t.buyer).unwrap().standing_orders(t.world.now());
    orders.into_iter().find(|o| o.id == *id).unwrap()
}

fn bound(t: &Town) -> Vec<DealView> {
    let deals = t.world.node(t.buyer).unwrap().deals(t.world.now());
    deals.into_iter().filter(|d| d.role == Role::Buyer && d.state == DealState::Bound).collect()
}

#[test]
fn within_its_limits_it_buys_where_price_and_distance_cost_least_together() {
    for (per_km, from_far) in [("0", true), ("0.01", false)] {
        let mut t = town(1);
        let id = want(&mut t, j!({"preferences": {"per_km": per_km}}));
        t.world.run(60);
        assert_eq!(view(&t, &id).state, StandingState::Bought, "{per_km}");
        let expected = if from_far { t.far } else { t.near };
        let deals = bound(&t);
        assert!(deals.len() == 1 && deals[0].with.agent == t.world.agent(expected), "{per_km}: {deals:?}");
    }
}

#[test]
fn what_a_specification_does_not_state_is_worth_money() {
    let mut t = town(2);
    want(&mut t, j!({"preferences": {"properties": {"organic": "2.5"}}}));
    t.world.run(60);
    assert_eq!(bound(&t)[0].with.agent, t.world.agent(t.near));
}

#[test]
fn nothing_is_bought_beyond_the_limits() {
    let mut t = town(3);
    let dear = want(&mut t, j!({"at_most": {"amount": "2.9", "currency": "EUR"}}));
    let close = want(&mut t, j!({"max_distance_km": 100, "at_most": {"amount": "4.9", "currency": "EUR"}}));
    t.world.run(600);
    assert!([dear, close].iter().all(|id| view(&t, id).state == StandingState::Looking));
    t.world.run(5 * DAY_S);
    assert!([dear, close].iter().all(|id| view(&t, id).state == StandingState::Over) && bound(&t).is_empty());
}

#[test]
fn a_proposal_waits_for_its_owner_and_the_next_one_heeds_what_was_declined() {
    let mut t = town(4);
    let id = want(&mut t, j!({"accept": "ask"}));
    t.world.run(600);
    let first = view(&t, &id).proposal.unwrap();
    assert_eq!((first.proposal.way, first.by.agent), (Way::Enquire, t.world.agent(t.far)));
    assert!(bound(&t).is_empty() && t.world.node(t.buyer).unwrap().deals(t.world.now()).is_empty());
    t.world.recorded(t.buyer, json(j!({"do": "decline", "deal": first.id}))).unwrap();
    t.world.run(10);
    let second = view(&t, &id).proposal.unwrap();
    assert_eq!(second.by.agent, t.world.agent(t.near));
    t.world.recorded(t.buyer, json(j!({"do": "accept", "deal": second.id}))).unwrap();
    t.world.run(60);
    assert_eq!(view(&t, &id).state, StandingState::Bought);
    assert_eq!(bound(&t)[0].with.agent, t.world.agent(t.near));
    assert!(t.world.recorded(t.buyer, json(j!({"do": "decline", "deal": second.id}))).is_err());
}

#[test]
fn it_asks_for_a_pool_where_that_is_cheaper_and_buys_alone_when_that_lapses() {
    let mut t = town(5);
    let id = want(&mut t, j!({"pool": true}));
    t.world.run(60);
    let pools = t.world.node(t.buyer).unwrap().pools(t.world.now());
    assert!(pools.len() == 1 && pools[0].mine.is_some(), "{pools:?}");
    assert_eq!(view(&t, &id).state, StandingState::Bidding);
    t.world.run(DAY_S + 4_000);
    assert_eq!(view(&t, &id).state, StandingState::Bought, "{:?}", view(&t, &id));
    assert!(bound(&t).iter().all(|d| d.pool.is_none()) && bound(&t).len() == 1);
}

#[test]
fn standing_orders_of_strangers_meet_in_one_pool() {
    let mut t = town(6);
    let others: Vec<_> = (0..5).map(|i| t.world.add_with(&format!("household-{i}"), quiet())).collect();
    for other in &others {
        t.world.introduce(t.near, *other);
        t.world.introduce(t.far, *other);
        t.world.introduce(t.buyer, *other);
    }
    t.world.run(70);
    let first = want(&mut t, j!({"pool": true}));
    t.world.run(60);
    let buyer = t.buyer;
    for other in others {
        t.buyer = other;
        want(&mut t, j!({"pool": true}));
        t.world.run(20);
    }
    t.buyer = buyer;
    t.world.run(DAY_S + 100);
    let deals = bound(&t);
    assert_eq!(view(&t, &first).state, StandingState::Bought);
    assert!(deals.len() == 1 && deals[0].pool.is_some(), "{deals:?}");
    assert_eq!(deals[0].unit_price.unwrap().amount, decimal("2.5"));
}

#[test]
fn a_cancelled_one_buys_nothing_and_a_restart_forgets_nothing() {
    let mut t = town(7);
    let id = want(&mut t, j!({"accept": "ask"}));
    t.world.run(10);
    let proposed = view(&t, &id).proposal.unwrap().id;
    t.world.kill(t.buyer);
    t.world.start(t.buyer);
    t.world.run(10);
    assert_eq!(view(&t, &id).proposal.unwrap().id, proposed);
    t.world.recorded(t.buyer, json(j!({"do": "cancel_standing", "order": id}))).unwrap();
    let _ = t.world.recorded(t.buyer, json(j!({"do": "accept", "deal": proposed})));
    t.world.run(600);
    assert!(bound(&t).is_empty() && view(&t, &id).state == StandingState::Over);
}
