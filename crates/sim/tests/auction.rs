//! Auctions of capacity: buyers bid where they gain most, nobody is bound twice, and nothing is oversold, whatever
//! the lines and machines do.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::view::{DealState, OrderState, Role, StandingState};
use serde_json::json as j;
use sim::{Faults, World};
use std::collections::{BTreeMap, BTreeSet};
use support::*;
use vocab::{Decimal, RecordId, Timestamp, after};

/// How long the auctions run, seconds.
const RUNS_S: i64 = 300;

struct Market {
    world: World,
    suppliers: Vec<usize>,
    buyers: Vec<usize>,
    capacities: Vec<RecordId>,
    closes: Timestamp,
}

/// Suppliers with so many hours each, who make the same thing at different prices, and buyers who know them all.
fn market(seed: u64, hours: &[i64], buyers: usize) -> Market {
    let mut world = World::new(seed, Faults::NONE);
    let suppliers: Vec<_> = (0..hours.len()).map(|i| world.add(&format!("works-{i}"))).collect();
    let buyers: Vec<_> = (0..buyers).map(|i| world.add(&format!("buyer-{i}"))).collect();
    for b in &buyers {
        suppliers.iter().for_each(|s| world.introduce(*s, *b));
    }
    world.run(2);
    let closes = after(world.now(), RUNS_S);
    let mut capacities = vec![];
    for (i, (s, hours)) in suppliers.iter().zip(hours).enumerate() {
        describe(&mut world, *s, "part", "each", false);
        world.recorded(*s, json(j!({"do": "raise", "spec": "part", "quantity": "1000"}))).unwrap();
        let capacity = j!({"do": "capacity", "name": "hours", "quantity": hours.to_string(), "unit": "h",
            "closes": closes, "step": {"amount": "0.5", "currency": "EUR"}});
        let id = world.recorded(*s, json(capacity)).unwrap();
        let price = (10 + i).to_string();
        let offer = j!({"do": "offer", "spec": "part", "capacity": {"auction": id, "load": "0.5"},
            "prices": {"currency": "EUR", "tiers": [{"from": "1", "unit_price": price}]}});
        world.recorded(*s, json(offer)).unwrap();
        capacities.push(id);
    }
    world.run(5);
    Market { world, suppliers, buyers, capacities, closes }
}

fn want(m: &mut Market, buyer: usize, quantity: i64, at_most: i64) -> RecordId {
    let order = j!({"do": "standing_order", "spec": "part", "quantity": quantity.to_string(), "accept": "auto",
        "at_most": {"amount": at_most.to_string(), "currency": "EUR"}, "keep_until": m.closes});
    m.world.recorded(m.buyers[buyer], json(order)).unwrap()
}

fn state_of(m: &Market, buyer: usize, want: &RecordId) -> StandingState {
    let orders = m.world.node(m.buyers[buyer]).unwrap().standing_orders(m.world.now());
    orders.into_iter().find(|o| o.id == *want).unwrap().state
}

/// Bound deals of each buyer: the bid, how much, at what price.
fn bought(m: &Market) -> BTreeMap<usize, Vec<(RecordId, Decimal, Decimal)>> {
    let bound = |who: &usize| {
        let deals = m.world.node(*who).unwrap().deals(m.world.now());
        let bound = deals.into_iter().filter(|d| d.role == Role::Buyer && d.state == DealState::Bound);
        bound.map(|d| (d.id, d.quantity, d.unit_price.unwrap().amount)).collect()
    };
    m.buyers.iter().map(|who| (*who, bound(who))).collect()
}

/// Both sides know the same deals, none sold more than it has, and all of one auction pay the same for capacity.
fn assert_sound(m: &Market, seed: u64) {
    let mut sold_to: BTreeSet<RecordId> = BTreeSet::new();
    for (i, (s, id)) in m.suppliers.iter().zip(&m.capacities).enumerate() {
        let node = m.world.node(*s).unwrap();
        node.check_invariants().unwrap();
        let auction = node.auctions(m.world.now()).into_iter().find(|a| a.id == *id).unwrap();
        let deals = node.deals(m.world.now());
        let sold: Vec<_> = deals.iter().filter(|d| d.state == DealState::Bound).collect();
        let hours: Decimal = sold.iter().map(|d| d.quantity * decimal("0.5")).sum();
        assert!(hours <= auction.capacity.quantity, "seed {seed}: works-{i} sold {hours} h");
        for deal in &sold {
            let price = Decimal::from(10 + i as i64) + auction.price.amount * decimal("0.5");
            assert_eq!(deal.unit_price.unwrap().amount, price, "seed {seed}");
        }
        sold_to.extend(sold.iter().map(|d| d.id));
    }
    let bought: BTreeSet<RecordId> = bought(m).into_values().flatten().map(|(id, ..)| id).collect();
    assert_eq!(bought, sold_to, "seed {seed}: both sides know the same deals");
}

#[test]
fn scarce_capacity_goes_to_those_who_bear_most_at_one_price() {
    let mut m = market(1, &[5], 4);
    // ten units fit: those worth 30 and 20; 15 and 12 do not
    let wants: Vec<_> =
        [(0, 15), (1, 30), (2, 12), (3, 20)].map(|(b, worth)| (b, want(&mut m, b, 5, worth))).into();
    m.world.run(RUNS_S + 30);
    assert_sound(&m, 1);
    let states: Vec<_> = wants.iter().map(|(b, id)| state_of(&m, *b, id)).collect();
    assert_eq!(
        states,
        [StandingState::Over, StandingState::Bought, StandingState::Over, StandingState::Bought]
    );
    let paid: Vec<_> = bought(&m).into_values().flatten().map(|(.., price)| price).collect();
    assert_eq!(paid, [decimal("15"), decimal("15")], "what the first who was turned away could bear");
    let orders = m.world.node(m.suppliers[0]).unwrap().orders(m.world.now());
    assert!(orders.len() == 2 && orders.iter().all(|o| o.state == OrderState::Made), "{orders:?}");
}

#[test]
fn who_is_outbid_goes_to_the_next_best() {
    let mut m = market(2, &[5, 5, 5], 3);
    let wants: Vec<_> = [0, 1, 2].map(|b| want(&mut m, b, 10, 40)).into();
    m.world.run(RUNS_S + 30);
    assert_sound(&m, 2);
    assert!(wants.iter().enumerate().all(|(b, id)| state_of(&m, b, id) == StandingState::Bought));
    let dearest = bought(&m).into_values().flatten().map(|(.., price)| price).max().unwrap();
    assert!(dearest <= decimal("13"), "nobody pays much more than the dearest works asks: {dearest}");
}

#[test]
fn goods_are_delivered_on_an_award_as_on_any_deal() {
    let mut m = market(3, &[5], 1);
    let id = want(&mut m, 0, 10, 20);
    m.world.run(RUNS_S + 30);
    assert_eq!(state_of(&m, 0, &id), StandingState::Bought);
    work_off(&mut m.world);
    let deals = m.world.node(m.buyers[0]).unwrap().deals(m.world.now());
    assert_eq!(deals[0].state, DealState::Delivered);
    assert_eq!(deals[0].unit_price.unwrap().amount, decimal("10"));
}

#[test]
fn an_enquiry_does_not_get_around_an_auction() {
    let mut m = market(4, &[5], 1);
    let offer = m.world.node(m.buyers[0]).unwrap().offers(m.world.now())[0].id;
    let enquire = j!({"do": "enquire", "offer": offer, "quantity": "1"});
    let id = m.world.recorded(m.buyers[0], json(enquire)).unwrap();
    m.world.run(5);
    assert_eq!(state(&m.world, m.buyers[0], &id), Some(DealState::Refused));
}

#[test]
fn a_supplier_that_is_away_costs_a_buyer_two_minutes_not_the_goods() {
    let mut m = market(5, &[5, 5], 1);
    m.world.kill(m.suppliers[0]);
    let id = want(&mut m, 0, 10, 20);
    m.world.run(300);
    m.world.start(m.suppliers[0]);
    m.world.run(RUNS_S);
    assert_sound(&m, 5);
    assert_eq!(state_of(&m, 0, &id), StandingState::Bought);
    assert_eq!(bought(&m)[&m.buyers[0]][0].2, decimal("11"), "by the works that was there");
}

fn one_bad_auction(seed: u64) {
    let mut m = market(seed, &[15, 10, 20], 8);
    m.world.set_faults(Faults::HARSH);
    let wants: Vec<_> =
        (0..8).map(|b| (b, want(&mut m, b, 10, 12 + (b as i64 * 5 + seed as i64) % 17))).collect();
    m.world.run(RUNS_S + 20);
    m.world.set_faults(Faults::NONE);
    m.world.run(1_000);
    (0..m.world.len()).for_each(|who| m.world.start(who));
    m.world.run(120);
    assert_sound(&m, seed);
    let got = wants.iter().filter(|(b, id)| state_of(&m, *b, id) == StandingState::Bought).count();
    assert!(got >= 5, "seed {seed}: {got} of 8 were served where there is room for all");
    for who in 0..m.world.len() {
        let (node, again) = (m.world.node(who).unwrap(), m.world.rebuilt(who));
        let show = |n: &node::Node| {
            let now = m.world.now();
            serde_json::to_string(&(n.auctions(now), n.standing_orders(now))).unwrap()
        };
        assert_eq!(show(node), show(&again), "seed {seed}, node {who}");
    }
}

#[test]
fn bad_auctions_end_well() {
    let first: u64 = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(100);
    let runs: u64 = std::env::var("SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(4);
    (first..first + runs).for_each(one_bad_auction);
}
