//! Small measures that guide: how fast the pure floors are on their own.

use crate::report::{Figure, Row, Section, Times};
use crate::{Context, Result, spoken};
use market::pool::{PledgeVote, Weight};
use market::settle;
use market::statement::{Outcome, PoolTerms};
use node::command::Done;
use node::view::DealState;
use planning::{Capacity, Demand, Model};
use serde_json::json;
use sim::{Faults, World};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;
use vocab::{AgentId, Decimal, RecordId, Timestamp, after};

const REPEATS: usize = 5;
const START_S: i64 = 1_767_600_000;

pub(crate) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new("small", "the pure floors on their own");
    context.say("small: pools");
    let pledges = context.size(10_000, 1_000);
    section.row(Row::new(format!("a pool of {pledges} pledges settled, over its cap"), pool(pledges)?));
    context.say("small: plans");
    let orders = context.size(2_000, 200);
    section.row(Row::new(
        format!("{orders} orders of three recipes exploded, placed and set aside"),
        plans(orders)?,
    ));
    context.say("small: simulation");
    let deals = context.size(100, 10);
    let (events, deals_per_s) = simulation(deals)?;
    section.row(Row::new(
        format!("events of a simulated network of 4, {deals} deals, invariants checked"),
        events,
    ));
    section.row(Row::new("deals through three tiers in it", deals_per_s));
    section.note("An order that is planned late in the row finds the work of all before it in its way.");
    section.note(
        "A simulated deal is said, signed, checked and folded by real nodes, without sockets and disks.",
    );
    Ok(section)
}

fn hash(n: usize) -> [u8; 32] {
    let mut bytes = [0; 32];
    // spread over the range, as hashes are
    bytes[..8].copy_from_slice(&(n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes
}

fn pool(pledges: usize) -> Result<Figure> {
    let wanted = 4 * pledges as u64;
    let terms: PoolTerms = serde_json::from_value(json!({
        "request": RecordId(hash(0)), "offer": RecordId(hash(1)), "spec": "chair", "name": "chair",
        "unit": "each", "minimum": "1", "step": "1", "threshold": "20", "cap": (wanted / 2).to_string(),
        "prices": {"currency": "EUR", "tiers": [
            {"from": "1", "unit_price": "120"}, {"from": "20", "unit_price": "96"},
            {"from": (wanted / 4).to_string(), "unit_price": "84"},
        ]},
        "closes": Timestamp::from_second(START_S)?, "allocation": "largest_remainder",
        "keeper": AgentId(hash(2)), "lead_time_s": 864_000, "payment": "on receipt",
    }))?;
    let vote = |n: usize| PledgeVote {
        id: RecordId(hash(n)),
        member: AgentId(hash(n)),
        at_least: Decimal::from(1 + n as i64 % 2),
        at_most: Decimal::from(2 + n as i64 % 7),
        ceiling: Decimal::from(80 + n as i64 % 60),
        weight: Weight::Counts,
    };
    let votes: Vec<_> = (0..pledges).map(vote).collect();
    let mut times = Times::default();
    for _ in 0..REPEATS {
        let started = Instant::now();
        let settled = settle(&terms, &votes);
        times.add(started.elapsed());
        if !matches!(settled.outcome, Outcome::Made { .. }) {
            return Err("the pool is made to be made".into());
        }
    }
    Ok(times.median())
}

fn plans(orders: usize) -> Result<Figure> {
    let recipe = |output: &str, input: Option<(&str, &str)>, center: &str, run_s: i64| {
        let inputs: Vec<_> = input.iter().map(|(s, q)| json!({"spec": s, "quantity": q})).collect();
        let step = json!({"name": "make", "work_center": center, "setup_s": 600, "run_s": run_s});
        json!({"output": output, "inputs": inputs, "steps": [step]})
    };
    let week = json!({"zone": "Europe/Berlin", "shifts": [
        {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "16:00"}]});
    let model: Model = serde_json::from_value(json!({
        "recipes": {
            "seat": recipe("seat", Some(("board", "1")), "saw", 240),
            "frame": recipe("frame", Some(("seat", "1")), "lathe", 900),
            "chair": recipe("chair", Some(("frame", "1")), "bench", 1_500),
        },
        "work_centers": {
            "saw": {"calendar": week}, "lathe": {"units": 2, "calendar": week},
            "bench": {"units": 4, "calendar": week},
        },
    }))?;
    model.check()?;
    let start = Timestamp::from_second(START_S)?;
    let mut capacity = Capacity::default();
    let started = Instant::now();
    for n in 0..orders {
        let at = after(start, 1_800 * n as i64);
        let demand = Demand { spec: "chair".parse()?, quantity: Decimal::from(1 + n as i64 % 3) };
        let explosion = planning::explode(&model, &demand, &BTreeMap::new())?;
        let arrivals = explosion.buy.keys().map(|spec| (spec.clone(), after(at, 86_400))).collect();
        let plan = planning::place(&model, &explosion, &arrivals, &capacity, at)?;
        capacity.reserve(RecordId(hash(n)), &plan);
        black_box(&plan);
    }
    Ok(Figure::per_s(orders as f64 / started.elapsed().as_secs_f64()))
}

/// Events and deals a second.
fn simulation(deals: usize) -> Result<(Figure, Figure)> {
    let mut world = World::new(1, Faults::NONE);
    let [forest, sawmill, workshop, buyer] = ["forest", "sawmill", "workshop", "buyer"].map(|n| world.add(n));
    world.introduce_ring();
    world.run(2);
    let mut last = None;
    let goods = [
        (forest, "oak-log", "m3", None, "0.05", "300"),
        (sawmill, "oak-board", "each", Some(("oak-log", "0.05")), "1", "12"),
        (workshop, "chair", "each", Some(("oak-board", "4")), "1", "120"),
    ];
    for (who, spec, unit, input, from, price) in goods {
        for command in spoken::tier(spec, unit, input, from, price) {
            if let Done::Recorded(id) = world.command(who, command)? {
                last = Some(id);
            }
        }
    }
    world.run(5);
    let offer = last.ok_or("nothing was offered")?;
    let mut events = 0_u64;
    let started = Instant::now();
    for _ in 0..deals {
        let deal = world.recorded(buyer, spoken::enquire(offer, 2))?;
        for wanted in [DealState::Quoted, DealState::Bound] {
            let there = world.run_until(300, |world| {
                events += 1;
                let seen = world.node(buyer).and_then(|node| node.deal(&deal, world.now()));
                seen.is_some_and(|deal| deal.state == wanted)
            });
            if !there {
                return Err(format!("the simulated deal never came to be {wanted:?}").into());
            }
            if wanted == DealState::Quoted {
                world.command(buyer, spoken::accept(deal))?;
            }
        }
    }
    let took = started.elapsed().as_secs_f64();
    Ok((Figure::per_s(events as f64 / took), Figure::per_s(deals as f64 / took)))
}
