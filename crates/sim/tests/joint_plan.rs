//! Joint plans: goods with a set-up cost are made where all who want them gain most; whoever plans can omit and be away,
//! and binds nobody.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use ledger::{Audience, Record, Signed, Statement};
use market::planner::{Inputs, PlanDemand, PlanPart, PlanResult, PlanSupply, Priced, Served, plan};
use node::frame::{Frame, Letter};
use node::view::{CallView, DealState, DemandViewState, ReplayView, Role};
use serde_json::json as j;
use sim::{Faults, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use support::*;
use vocab::{Decimal, RecordId, after};

/// Inputs are taken for so long, and the plan is out so long after, seconds.
const TAKES_S: i64 = 120;
const PLANS_S: i64 = 180;

struct Market {
    world: World,
    planner: usize,
    suppliers: Vec<usize>,
    buyers: Vec<usize>,
    call: RecordId,
    supplies: Vec<RecordId>,
    demands: Vec<RecordId>,
    /// what the planner has said that its log does not have
    forged: u64,
}

/// One planner; works that make bolts and nuts at different prices, each kind with a set-up; buyers who want some.
fn market(seed: u64, hours: &[i64], buyers: usize, faults: Faults) -> Market {
    market_of(seed, hours, buyers, faults, true)
}
/// The same; `acquainted` suppliers and buyers know each other beforehand, others only the planner.
fn market_of(seed: u64, hours: &[i64], buyers: usize, faults: Faults, acquainted: bool) -> Market {
    let mut world = World::new(seed, Faults::NONE);
    let planner = world.add("planner");
    let suppliers: Vec<_> = (0..hours.len()).map(|i| world.add(&format!("works-{i}"))).collect();
    let buyers: Vec<_> = (0..buyers).map(|i| world.add(&format!("buyer-{i}"))).collect();
    if !acquainted {
        // no listing makes them acquainted
        for (who, category) in
            suppliers.iter().map(|s| (*s, "flour")).chain(buyers.iter().map(|b| (*b, "salt")))
        {
            let wants = j!({"do": "set_interests", "wants": [{"category": category}]});
            world.recorded(who, json(wants)).unwrap();
        }
    }
    for b in &buyers {
        world.introduce(planner, *b);
        suppliers.iter().filter(|_| acquainted).for_each(|s| world.introduce(*s, *b));
    }
    suppliers.iter().for_each(|s| world.introduce(planner, *s));
    world.run(2);
    let takes_until = after(world.now(), TAKES_S);
    let call = j!({"do": "plan_call", "name": "winter", "currency": "EUR", "unit": "h",
        "takes_until": takes_until, "closes": after(takes_until, PLANS_S)});
    let call = world.recorded(planner, json(call)).unwrap();
    world.run(20);
    world.set_faults(faults);
    let mut m =
        Market { world, planner, suppliers, buyers, call, supplies: vec![], demands: vec![], forged: 0 };
    for (i, hours) in hours.iter().enumerate() {
        let product = |spec: &str, price: usize| {
            j!({"spec": spec, "name": spec, "unit": "each", "unit_price": price.to_string(), "load": "0.5",
                "setup": "12"})
        };
        let supply = j!({"do": "plan_supply", "call": m.call, "quantity": hours.to_string(), "lead_time_s": 86_400,
            "products": [product("bolt", 10 + i), product("nut", 11)]});
        let who = m.suppliers[i];
        let id = said(&mut m.world, who, supply);
        m.supplies.push(id);
    }
    for b in 0..m.buyers.len() {
        for (spec, at_most) in [("bolt", 14 + b as i64 % 5), ("nut", 13 + (b as i64 * 3) % 7)] {
            let demand = j!({"do": "plan_demand", "call": m.call, "spec": spec, "quantity": "10",
                "at_most": {"amount": at_most.to_string(), "currency": "EUR"}});
            let who = m.buyers[b];
            let id = said(&mut m.world, who, demand);
            m.demands.push(id);
        }
    }
    m
}

/// Gives a command until the node is up to take it.
fn said(world: &mut World, who: usize, command: serde_json::Value) -> RecordId {
    for _ in 0..20 {
        if let Some(Ok(node::command::Done::Recorded(id))) = world.attempt(who, json(command.clone())) {
            return id;
        }
        world.run(1);
    }
    panic!("{command} was not taken");
}

fn call_at(m: &Market, who: usize) -> CallView {
    let calls = m.world.node(who).unwrap().calls(m.world.now());
    calls.into_iter().find(|c| c.id == m.call).unwrap()
}

fn states(m: &Market) -> Vec<DemandViewState> {
    let views = m.buyers.iter().map(|b| call_at(m, *b));
    views
        .flat_map(|view| view.demands)
        .map(|d| (d.id, d.state))
        .collect::<BTreeMap<_, _>>()
        .into_values()
        .collect()
}

/// What each demand was awarded at, by the buyers' books.
fn bought(m: &Market) -> BTreeMap<RecordId, Decimal> {
    let deals = |who: &usize| m.world.node(*who).unwrap().deals(m.world.now());
    let bound =
        m.buyers.iter().flat_map(deals).filter(|d| d.role == Role::Buyer && d.state == DealState::Bound);
    bound.map(|d| (d.id, d.unit_price.unwrap().amount)).collect()
}

/// Both sides know the same deals at the same prices, and every set-up is paid.
fn assert_sound(m: &Market, seed: u64) {
    let bought = bought(m);
    let mut sold = BTreeMap::new();
    for s in &m.suppliers {
        let node = m.world.node(*s).unwrap();
        node.check_invariants().unwrap();
        let bound: Vec<_> =
            node.deals(m.world.now()).into_iter().filter(|d| d.state == DealState::Bound).collect();
        let view = call_at(m, *s);
        let shares: BTreeMap<_, _> = view.awards.iter().map(|a| (a.demand, a.setup_share)).collect();
        for spec in ["bolt", "nut"] {
            let of = bound.iter().filter(|d| d.spec.as_str() == spec);
            let paid: Decimal = of.clone().map(|d| d.quantity * shares[&d.id]).sum();
            assert!(of.count() == 0 || paid >= decimal("12"), "seed {seed}: {paid} for a set-up of {spec}");
        }
        sold.extend(bound.iter().map(|d| (d.id, d.unit_price.unwrap().amount)));
    }
    assert_eq!(bought, sold, "seed {seed}: both sides know the same deals");
    m.buyers.iter().for_each(|b| m.world.node(*b).unwrap().check_invariants().unwrap());
}

fn record(m: &Market, who: usize, id: &RecordId) -> Record {
    m.world.disk(who).iter().find(|e| e.record.id == *id).unwrap().record.clone()
}

/// Who serves what, if the planner's inputs are planned in one place.
fn in_one_place(m: &Market) -> BTreeMap<RecordId, Option<RecordId>> {
    let records = || m.world.disk(m.planner).iter().map(|e| &e.record);
    let supplies: Vec<(RecordId, Arc<PlanSupply>)> = records()
        .filter(|r| r.kind == PlanSupply::KIND)
        .map(|r| (r.id, r.shared::<PlanSupply>().unwrap()))
        .collect();
    let demands: Vec<(RecordId, Arc<PlanDemand>)> = records()
        .filter(|r| r.kind == PlanDemand::KIND)
        .map(|r| (r.id, r.shared::<PlanDemand>().unwrap()))
        .collect();
    let inputs = Inputs {
        supplies: supplies.iter().map(|(id, s)| (*id, &**s)).collect(),
        demands: demands.iter().map(|(id, d)| (*id, &**d)).collect(),
    };
    let instance = inputs.instance();
    inputs.served(&instance, &plan(&instance).0)
}

#[test]
fn what_the_planner_finds_becomes_deals_on_both_sides_and_can_be_made_again() {
    let mut m = market(1, &[20, 20, 20], 8, Faults::NONE);
    m.world.run(TAKES_S + PLANS_S);
    assert_sound(&m, 1);
    assert!(call_at(&m, m.planner).rounds > 1, "there is not enough at the cheapest: prices moved");
    let served = in_one_place(&m);
    let planned: BTreeSet<_> = served.iter().filter(|(_, s)| s.is_some()).map(|(d, _)| *d).collect();
    assert_eq!(bought(&m).into_keys().collect::<BTreeSet<_>>(), planned, "as if planned in one place");
    assert!(planned.len() >= 8, "{planned:?}");
    let free = states(&m).into_iter().filter(|s| *s == DemandViewState::Unserved).count();
    assert_eq!(free, m.demands.len() - planned.len(), "who is not served is told so");
    for supplier in m.suppliers.clone() {
        let replay = j!({"do": "replay_plan", "call": m.call});
        m.world.recorded(supplier, json(replay)).unwrap();
        m.world.run(20);
        let view = call_at(&m, supplier);
        assert_eq!(view.replay, ReplayView::Same, "{:?}", view.missing);
    }
}

#[test]
fn without_shortage_no_round_is_needed() {
    let mut m = market(2, &[500, 500], 2, Faults::NONE);
    m.world.run(TAKES_S + 30);
    assert_sound(&m, 2);
    assert_eq!(call_at(&m, m.planner).rounds, 0);
    assert!(!bought(&m).is_empty(), "the deals are there half a minute after the last input");
}

#[test]
fn an_order_that_is_planned_is_made_and_delivered_as_any() {
    let mut m = market(3, &[500], 3, Faults::NONE);
    let works = m.suppliers[0];
    for spec in ["bolt", "nut"] {
        describe(&mut m.world, works, spec, "each", false);
        let raise = j!({"do": "raise", "spec": spec, "quantity": "1000"});
        m.world.recorded(works, json(raise)).unwrap();
    }
    m.world.run(TAKES_S + PLANS_S);
    let deals = bought(&m);
    assert!(deals.len() >= 3, "{deals:?}");
    work_off(&mut m.world);
    let state = |id: &RecordId| {
        let all = m.buyers.iter().flat_map(|b| m.world.node(*b).unwrap().deals(m.world.now()));
        all.into_iter().find(|d| d.id == *id).unwrap().state
    };
    assert!(deals.keys().all(|id| state(id) == DealState::Delivered));
}

#[test]
fn a_planner_that_vanishes_locks_nothing_up() {
    let mut m = market(4, &[20, 20], 4, Faults::NONE);
    m.world.run(5);
    m.world.kill(m.planner);
    m.world.run(TAKES_S + PLANS_S + 1_000);
    assert_eq!(bought(&m), BTreeMap::new());
    assert!(states(&m).iter().all(|s| *s == DemandViewState::Lapsed));
    m.world.start(m.planner);
    m.world.run(60);
    assert_eq!(bought(&m), BTreeMap::new(), "too late is too late");
    assert_sound(&m, 4);
}

#[test]
fn a_planner_killed_between_rounds_goes_on_where_it_was() {
    let mut m = market(5, &[20, 20, 20], 8, Faults::NONE);
    let planner = m.planner;
    let rounds = |m: &Market| m.world.node(planner).map_or(0, |n| n.calls(m.world.now())[0].rounds);
    let mut begun = 0;
    for _ in 0..(TAKES_S + 60) * 50 {
        m.world.run_to(vocab::Timestamp::from_millisecond(m.world.now().as_millisecond() + 20).unwrap());
        begun = rounds(&m);
        if begun >= 3 {
            break;
        }
    }
    assert!(begun >= 3, "{begun}");
    m.world.kill(planner);
    m.world.run(20);
    m.world.start(planner);
    m.world.run(PLANS_S);
    assert_sound(&m, 5);
    let planned = in_one_place(&m).into_values().flatten().count();
    assert_eq!(bought(&m).len(), planned, "the same plan as without the fall");
}

#[test]
fn a_supplier_that_is_silent_delays_no_plan_and_frees_its_buyers_by_the_clock() {
    let mut m = market(6, &[20, 20, 20], 8, Faults::NONE);
    m.world.run(5);
    let silent = m.suppliers[0];
    m.world.kill(silent);
    m.world.run(TAKES_S + PLANS_S);
    let there = bought(&m).len();
    assert!(there > 0, "the others have awarded");
    assert!(states(&m).contains(&DemandViewState::Said), "some wait for the silent one");
    m.world.run(1_000);
    assert!(!states(&m).contains(&DemandViewState::Said), "not for ever");
    m.world.start(silent);
    m.world.run(60);
    assert_eq!(bought(&m).len(), there, "what comes too late binds nobody");
    assert_sound(&m, 6);
}

// --- a planner that lies --------------------------------------------------------------------------------------

impl Market {
    /// The planner takes no inputs any more, and from here on says what its owner wants.
    fn turn(&mut self) {
        self.world.run(TAKES_S - 20);
        self.world.kill(self.planner);
        self.world.corrupt(self.planner, &[]);
    }
    fn forge<S: Statement>(&mut self, statement: &S, to: usize) -> Record {
        let draft = statement.draft(Audience::Bearer([self.world.agent(to)].into())).unwrap();
        self.forged += 1;
        let disk = self.world.disk(self.planner).iter();
        let last = disk.rev().find(|e| e.channel == node::effect::Channel::Own);
        let (seq, prev) = last.map(|e| (e.record.seq, e.record.id)).unwrap();
        let signer = self.world.signer(self.planner);
        signer.sign(draft, seq + self.forged, Some(prev), self.world.now()).unwrap()
    }
    fn send(&mut self, to: usize, record: &Record, enclosed: &[Record]) {
        let signed = |record: &Record| Signed::clone(record.signed());
        let letter = Letter { record: signed(record), enclosed: enclosed.iter().map(signed).collect() };
        self.world.inject(
            self.planner,
            to,
            Frame::Mail { after: 0, heard: 0, letters: vec![letter] }.encode(),
        );
    }
    /// Tells a supplier that it is to serve these, at this price.
    fn claim(&mut self, supplier: usize, demands: &[RecordId], price: i64) {
        let (to, supply) = (self.suppliers[supplier], self.supplies[supplier]);
        let mut demands = demands.to_vec();
        demands.sort_unstable();
        let enclosed: Vec<_> = demands.iter().map(|id| record(self, self.planner, id)).collect();
        let served = Some(Served { by: self.world.agent(to), supply });
        let part = self.forge(&PlanPart { call: self.call, served, demands }, to);
        self.send(to, &part, &enclosed);
        let supplies = vec![Priced { supply, price }];
        let result = self.forge(&PlanResult { call: self.call, supplies, parts: vec![part.id] }, to);
        self.send(to, &result, &[]);
    }
}

#[test]
fn a_supplier_does_not_sell_more_than_it_has_whatever_the_plan_says() {
    let mut m = market(7, &[20, 20], 4, Faults::NONE);
    m.turn();
    let demands = m.demands.clone();
    m.claim(0, &demands, 0);
    m.world.run(60);
    assert_eq!(bought(&m), BTreeMap::new(), "80 units are 40 hours");
    assert_eq!(call_at(&m, m.suppliers[0]).replay, ReplayView::Different);
}

#[test]
fn a_price_that_the_supplier_did_not_say_makes_a_plan_false() {
    let mut m = market(8, &[20, 20], 4, Faults::NONE);
    m.turn();
    let demands = m.demands[..2].to_vec();
    m.claim(0, &demands, 77);
    m.world.run(60);
    assert_eq!(bought(&m), BTreeMap::new());
    assert_eq!(call_at(&m, m.suppliers[0]).replay, ReplayView::Different);
}

#[test]
fn who_is_left_out_loses_time_and_nothing_else() {
    let mut m = market(9, &[40, 20], 4, Faults::NONE);
    m.turn();
    let demands = m.demands[2..].to_vec();
    m.claim(0, &demands, 0);
    m.world.run(60);
    assert_sound(&m, 9);
    let states =
        |m: &Market| call_at(m, m.buyers[0]).demands.into_iter().map(|d| d.state).collect::<Vec<_>>();
    assert_eq!(states(&m), [DemandViewState::Said; 2]);
    m.world.run(TAKES_S + PLANS_S + 1_000);
    assert_eq!(states(&m), [DemandViewState::Lapsed; 2]);
}

#[test]
fn a_plan_that_does_not_come_of_its_inputs_is_shown_as_false() {
    let mut m = market(10, &[500, 500], 4, Faults::NONE);
    m.turn();
    // everybody could be served here, and half are said not to be
    let (mut served, mut left) = (m.demands[..4].to_vec(), m.demands[4..].to_vec());
    served.sort_unstable();
    left.sort_unstable();
    let (works, supply, call) = (m.suppliers[0], m.supplies[0], m.call);
    let by = m.world.agent(works);
    let mut parts = vec![];
    for (served, demands) in [(Some(Served { by, supply }), served), (None, left)] {
        let enclosed: Vec<_> = demands.iter().map(|id| record(&m, m.planner, id)).collect();
        let part = m.forge(&PlanPart { call, served, demands }, works);
        m.send(works, &part, &enclosed);
        parts.push(part.id);
    }
    parts.sort_unstable();
    let result = PlanResult { call, supplies: vec![Priced { supply, price: 0 }], parts };
    let result = m.forge(&result, works);
    m.send(works, &result, &[]);
    m.world.run(60);
    assert_eq!(call_at(&m, works).replay, ReplayView::Not);
    m.world.recorded(works, json(j!({"do": "replay_plan", "call": m.call}))).unwrap();
    assert_eq!(call_at(&m, works).replay, ReplayView::Different, "everything it names is there");
    assert_sound(&m, 10);
}

#[test]
fn two_plans_for_one_demand_bind_its_buyer_once() {
    let mut m = market(11, &[20, 20], 4, Faults::NONE);
    m.turn();
    let demands = m.demands[..2].to_vec();
    m.claim(0, &demands, 0);
    m.claim(1, &demands, 0);
    m.world.run(60);
    assert_eq!(bought(&m).len(), 2, "one deal for each of the two");
    assert_sound(&m, 11);
    let again = m.demands[2..4].to_vec();
    m.claim(0, &again, 0);
    m.world.run(60);
    assert_eq!(bought(&m).len(), 2, "a second plan counts for nothing");
    assert_eq!(call_at(&m, m.suppliers[0]).replay, ReplayView::Different);
}

// --- bad days -------------------------------------------------------------------------------------------------

fn one_bad_plan(seed: u64) {
    let mut m = market(seed, &[20, 25, 15], 8, Faults::HARSH);
    m.world.run(TAKES_S + PLANS_S);
    m.world.set_faults(Faults::NONE);
    (0..m.world.len()).for_each(|who| m.world.start(who));
    m.world.run(1_200);
    assert_sound(&m, seed);
    assert!(!states(&m).contains(&DemandViewState::Said), "seed {seed}: nothing stands for ever");
    assert!(!bought(&m).is_empty(), "seed {seed}: a plan was made");
    for who in 0..m.world.len() {
        let (node, again) = (m.world.node(who).unwrap(), m.world.rebuilt(who));
        let show = |n: &node::Node| {
            let mut calls = n.calls(m.world.now());
            calls.iter_mut().for_each(|c| c.replay = ReplayView::Not);
            serde_json::to_string(&calls).unwrap()
        };
        assert_eq!(show(node), show(&again), "seed {seed}, node {who}");
    }
}

#[test]
fn plans_on_bad_days_end_well() {
    let first: u64 = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(100);
    let runs: u64 = std::env::var("SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(4);
    (first..first + runs).for_each(one_bad_plan);
}

#[test]
fn a_standing_order_takes_part_where_its_owner_allows_it_and_is_covered_once() {
    let mut m = market(31, &[40, 40], 3, Faults::NONE);
    let order = |joint: bool| {
        let keep_until = after(m.world.now(), 86_400);
        j!({"do": "standing_order", "spec": "bolt", "quantity": "6", "accept": "auto", "joint": joint,
            "at_most": {"amount": "19", "currency": "EUR"}, "keep_until": keep_until})
    };
    let (willing, not) = (order(true), order(false));
    let (one, other) = (m.buyers[0], m.buyers[1]);
    let taken = said(&mut m.world, one, willing);
    said(&mut m.world, other, not);
    m.world.run(TAKES_S + PLANS_S);
    let own = |m: &Market, who: usize| {
        let view = call_at(m, who).demands.into_iter();
        view.filter(|d| d.demand.because == Some(taken)).map(|d| d.state).collect::<Vec<_>>()
    };
    assert_eq!(own(&m, one), [DemandViewState::Awarded]);
    assert_eq!(own(&m, other), []);
    let orders = m.world.node(one).unwrap().standing_orders(m.world.now());
    assert_eq!(orders.len(), 1);
    assert_sound(&m, 31);
}

#[test]
fn a_plan_brings_together_who_never_met() {
    let mut m = market_of(33, &[40, 40], 3, Faults::NONE, false);
    m.world.run(TAKES_S + PLANS_S);
    assert!(!bought(&m).is_empty());
    assert_sound(&m, 33);
}

#[test]
fn what_came_too_late_does_not_make_a_plan_look_false() {
    let mut m = market(32, &[20, 20], 4, Faults::NONE);
    m.world.run(TAKES_S + 1);
    let late = j!({"do": "plan_demand", "call": m.call, "spec": "bolt", "quantity": "1",
        "at_most": {"amount": "19", "currency": "EUR"}});
    let who = m.buyers[0];
    let refused = m.world.attempt(who, json(late)).unwrap();
    assert!(refused.is_err(), "{refused:?}");
    m.world.run(PLANS_S);
    m.world.attempt(who, json(j!({"do": "replay_plan", "call": m.call}))).unwrap().unwrap();
    m.world.run(60);
    assert_eq!(call_at(&m, who).replay, ReplayView::Same);
}
