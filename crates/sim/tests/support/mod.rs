//! A small economy for the tests: buyer, workshop, sawmill, forest.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)]

use ledger::{Audience, Record, Signed, Statement};
use node::command::Command;
use node::frame::{Frame, Letter};
use node::view::{DealState, DealView, OrderState};
use sim::{Faults, World};
use vocab::{Decimal, RecordId};

pub struct Chairs {
    pub world: World,
    pub forest: usize,
    pub sawmill: usize,
    pub workshop: usize,
    pub buyer: usize,
    pub offer: RecordId,
}

/// The seeds a test goes through: so many from `first`, unless SEED and SEEDS say otherwise.
pub fn seeds(first: u64, many: u64) -> std::ops::Range<u64> {
    let said = |name| std::env::var(name).ok().and_then(|s| s.parse::<u64>().ok());
    let (first, many) = (said("SEED").unwrap_or(first), said("SEEDS").unwrap_or(many));
    first..first + many
}

pub fn json(value: serde_json::Value) -> Command {
    serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{e}: {value}"))
}

pub fn describe(world: &mut World, who: usize, id: &str, unit: &str, serialised: bool) {
    let specification = serde_json::json!({"id": id, "name": id, "unit": unit, "serialised": serialised});
    world.recorded(who, json(serde_json::json!({"do": "describe", "specification": specification}))).unwrap();
}

pub fn recipe(world: &mut World, who: usize, output: &str, inputs: &[(&str, &str)], days: i64) {
    let inputs: Vec<_> = inputs.iter().map(|(s, q)| serde_json::json!({"spec": s, "quantity": q})).collect();
    let ready = serde_json::json!({"name": "make ready", "work_center": "bench", "run_s": 1800});
    let make =
        serde_json::json!({"name": "make", "work_center": "bench", "run_s": 1800, "fixed_s": days * 86_400});
    world
        .recorded(
            who,
            json(serde_json::json!({"do": "model", "recipes": [{"output": output, "inputs": inputs, "steps": [ready, make]}],
                "work_centers": {"bench": {"units": 4}}})),
        )
        .unwrap();
}

pub fn offer(world: &mut World, who: usize, spec: &str, tiers: &[(&str, &str)]) -> RecordId {
    let tiers: Vec<_> = tiers.iter().map(|(f, p)| serde_json::json!({"from": f, "unit_price": p})).collect();
    world
        .recorded(
            who,
            json(
                serde_json::json!({"do": "offer", "spec": spec, "prices": {"currency": "EUR", "tiers": tiers},
                "pooling": {"cap": "60", "lead_time_days": 40, "payment": "on receipt"}}),
            ),
        )
        .unwrap()
}

pub fn chairs(seed: u64) -> Chairs {
    let mut world = World::new(seed, Faults::NONE);
    let [forest, sawmill, workshop, buyer] = ["forest", "sawmill", "workshop", "buyer"].map(|n| world.add(n));
    world.introduce_ring();
    world.run(2);
    describe(&mut world, forest, "oak-log", "m3", false);
    describe(&mut world, sawmill, "oak-board", "each", false);
    describe(&mut world, workshop, "chair", "each", true);
    recipe(&mut world, forest, "oak-log", &[], 3);
    recipe(&mut world, sawmill, "oak-board", &[("oak-log", "0.05")], 2);
    recipe(&mut world, workshop, "chair", &[("oak-board", "4")], 1);
    offer(&mut world, forest, "oak-log", &[("0.05", "300")]);
    offer(&mut world, sawmill, "oak-board", &[("1", "12")]);
    let offer = offer(&mut world, workshop, "chair", &[("1", "120"), ("20", "96"), ("50", "84")]);
    world.run(5);
    Chairs { world, forest, sawmill, workshop, buyer, offer }
}

pub fn deal(world: &World, who: usize, id: &RecordId) -> Option<DealView> {
    world.node(who)?.deal(id, world.now())
}
pub fn state(world: &World, who: usize, id: &RecordId) -> Option<DealState> {
    deal(world, who, id).map(|d| d.state)
}

/// Enquires, waits for the quote and accepts it; returns the deal.
pub fn buy(c: &mut Chairs, quantity: i64) -> RecordId {
    let enquire = serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": quantity.to_string()});
    let id = c.world.recorded(c.buyer, json(enquire)).unwrap();
    let buyer = c.buyer;
    let quoted = c.world.run_until(300, |w| state(w, buyer, &id) == Some(DealState::Quoted));
    assert!(quoted, "no quote: {:?}", deal(&c.world, buyer, &id));
    c.world.recorded(buyer, json(serde_json::json!({"do": "accept", "deal": id}))).unwrap();
    id
}

/// Starts, finishes, ships and receives whatever is ready at any node, until nothing is left to do.
pub fn work_off(world: &mut World) {
    for _ in 0..400 {
        let mut todo: Vec<(usize, serde_json::Value)> = vec![];
        for who in 0..world.len() {
            let Some(node) = world.node(who) else { continue };
            for order in node.orders(world.now()) {
                for p in order.processes.iter().filter(|p| p.ready) {
                    let verb = if p.state == node::view::ProcessState::Planned { "start" } else { "finish" };
                    todo.push((who, serde_json::json!({"do": verb, "plan": p.plan, "index": p.index})));
                }
            }
            for deal in node.deals(world.now()) {
                let mine = deal.role == node::view::Role::Supplier && deal.state == DealState::Bound;
                let order = node.orders(world.now()).into_iter().find(|o| Some(o.id) == deal.order);
                let made = order.is_none_or(|o| o.state == OrderState::Made);
                let there = node.goods().on_hand(&deal.spec) >= deal.quantity;
                if mine && made && there && deal.shipped.is_zero() {
                    todo.push((who, serde_json::json!({"do": "ship", "deal": deal.id})));
                }
            }
            for h in node.handovers() {
                if h.to.agent == world.agent(who) && h.state == node::view::HandoverState::Waiting {
                    todo.push((who, serde_json::json!({"do": "receive", "handover": h.id})));
                }
            }
        }
        if todo.is_empty() {
            return;
        }
        for (who, command) in todo {
            world.command(who, json(command.clone())).unwrap_or_else(|e| panic!("{who} {command}: {e}"));
        }
        world.run(3);
    }
    panic!("work never ends");
}

pub fn decimal(s: &str) -> Decimal {
    s.parse().unwrap()
}

/// A record that `who` signs behind its node's back, as its number `seq`.
pub fn sign<S: Statement>(c: &Chairs, who: usize, statement: &S, to: usize, seq: u64) -> Record {
    let draft = statement.draft(Audience::parties([c.world.agent(to)])).unwrap();
    let prev = (seq > 1).then_some(RecordId([9; 32]));
    c.world.signer(who).sign(draft, seq, prev, c.world.now()).unwrap()
}
pub fn mail(after: u64, records: &[&Record]) -> Vec<u8> {
    let letters = records.iter().map(|r| Letter { record: Signed::clone(r.signed()), enclosed: vec![] });
    Frame::Mail { after, heard: 0, letters: letters.collect() }.encode()
}
/// The last mail of `from` that `to` holds: what new mail must follow.
pub fn heard(c: &Chairs, to: usize, from: usize) -> u64 {
    let post = c.world.disk(to).iter().filter(|e| e.channel == node::effect::Channel::Post);
    post.filter(|e| e.record.author == c.world.agent(from)).map(|e| e.record.seq).max().unwrap_or(0)
}
pub fn last_problem(c: &Chairs, who: usize) -> String {
    let status = c.world.node(who).unwrap().status(c.world.now());
    status.problems.first().map(|p| p.what.in_language("en").to_owned()).unwrap_or_default()
}
