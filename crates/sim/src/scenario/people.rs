//! Who there is, where, and who knows whom.

use super::{Kind, Makes, Scenario};
use crate::world::Line;
use crate::{Lie, World};
use node::{Hears, Policy};
use serde_json::{Value, json};
use vocab::{RecordId, SpecId};

/// Makers of one thing that somebody who needs it knows, the nearest first.
const KNOWN: usize = 3;
/// One peer in so many lies, where there are to be liars.
const LIARS: usize = 16;
/// How many times its capacity an over-promising firm claims.
const CLAIMS: u32 = 100;

/// A participant as its owner knows it.
pub(super) struct Person {
    pub(super) kind: usize,
    /// thousandths of a degree
    pub(super) place: (i32, i32),
    /// its nearest carrier
    pub(super) carrier: Option<usize>,
    /// it lies, and so its owner may be idle too
    pub(super) lies: Vec<Lie>,
}

/// How many there are of each kind.
pub(super) fn counts(scenario: &Scenario, nodes: usize) -> Vec<usize> {
    let mut left = nodes;
    let last = scenario.kinds.len() - 1;
    let share = |(at, kind): (usize, &Kind)| {
        let wanted = if at == last { left } else { (nodes * kind.per_mille / 1_000).max(1) };
        let count = wanted.min(left);
        left -= count;
        count
    };
    scenario.kinds.iter().enumerate().map(share).collect()
}

/// Starts a node for everyone and lets those meet who deal with each other.
pub(super) fn settle(
    world: &mut World,
    scenario: &Scenario,
    nodes: usize,
    lies: &[Lie],
    rng: &mut fastrand::Rng,
) -> Vec<Person> {
    let policy = Policy { hears: Hears::Partners, reconcile_s: scenario.reconcile_s, ..Policy::default() };
    let luck = rng.usize(0..LIARS);
    let mut people = vec![];
    for (kind, count) in counts(scenario, nodes).into_iter().enumerate() {
        for n in 0..count {
            let of = &scenario.kinds[kind];
            let mut between = |[from, to]: [f64; 2]| ((from + (to - from) * rng.f64()) * 1_000.0) as i32;
            let place = (between(scenario.area.north), between(scenario.area.east));
            let who = world.add_with(&format!("{}-{n}", of.name), policy.clone());
            world.set_line(who, Line { last_mile_ms: of.line_ms, place: Some(place) });
            let liar = !lies.is_empty() && (people.len() + luck).is_multiple_of(LIARS);
            let lies = if liar { lies.to_vec() } else { vec![] };
            if liar {
                world.corrupt(who, &lies);
            }
            people.push(Person { kind, place, carrier: None, lies });
        }
    }
    let near = |who: usize, those: &[usize], people: &[Person]| {
        let (north, east) = people[who].place;
        let mut those: Vec<_> = those.iter().copied().filter(|other| *other != who).collect();
        those.sort_by_key(|other| {
            let (n, e) = people[*other].place;
            (i64::from(n - north).pow(2) + i64::from(e - east).pow(2), *other)
        });
        those.truncate(KNOWN);
        those
    };
    let of = |test: &dyn Fn(&Kind) -> bool| -> Vec<usize> {
        (0..people.len()).filter(|who| test(&scenario.kinds[people[*who].kind])).collect()
    };
    let carriers = of(&|kind| kind.carries);
    let makers = |spec: &SpecId| of(&|kind| kind.makes.as_ref().is_some_and(|m| m.spec == *spec));
    let mut meet = vec![];
    for (at, kind) in scenario.kinds.iter().enumerate() {
        let inputs = kind.makes.iter().flat_map(|m| m.inputs.iter().map(|(spec, _)| spec));
        let needed: Vec<_> = inputs.chain(kind.wants.iter().map(|want| &want.spec)).map(makers).collect();
        for who in (0..people.len()).filter(|who| people[*who].kind == at) {
            for makers in &needed {
                meet.extend(near(who, makers, &people).into_iter().map(|maker| (who, maker)));
            }
        }
    }
    let carrier: Vec<_> =
        (0..people.len()).map(|who| near(who, &carriers, &people).first().copied()).collect();
    for (who, carrier) in carrier.into_iter().enumerate() {
        people[who].carrier = carrier;
        meet.extend(carrier.map(|carrier| (who, carrier)));
    }
    meet.into_iter().for_each(|(a, b)| world.introduce(a, b));
    people
}

/// What a maker says at the start; the offer last.
pub(super) fn openings(makes: &Makes, lies: &[Lie]) -> Vec<Value> {
    let Makes { spec, unit, prices, step, pool_cap, run_s, fixed_s, units, inputs } = makes;
    let units = if lies.contains(&Lie::OverPromise) { units * CLAIMS } else { *units };
    let inputs: Vec<_> =
        inputs.iter().map(|(spec, quantity)| json!({"spec": spec, "quantity": quantity})).collect();
    let work = json!({"name": "work", "work_center": "bench", "run_s": run_s, "fixed_s": fixed_s});
    let tiers: Vec<_> =
        prices.iter().map(|(from, price)| json!({"from": from, "unit_price": price})).collect();
    let mut offer = json!({"do": "offer", "spec": spec, "step": step, "minimum": step,
        "prices": {"currency": "EUR", "tiers": tiers}, "expires_days": 366});
    if let Some(cap) = pool_cap {
        offer["pooling"] = json!({"cap": cap, "lead_time_days": 20, "payment": "on receipt"});
    }
    vec![
        json!({"do": "describe", "specification": {"id": spec, "name": spec, "unit": unit}}),
        json!({"do": "model", "recipes": [{"output": spec, "inputs": inputs, "steps": [work]}],
            "work_centers": {"bench": {"units": units}}}),
        offer,
    ]
}

/// What somebody has heard of that it could buy: offer, offerer, first price.
pub(super) fn offers(world: &World, who: usize, spec: &SpecId) -> Vec<(RecordId, vocab::AgentId)> {
    let Some(node) = world.node(who) else { return vec![] };
    let fits = node.offers(world.now()).into_iter().filter(|o| !o.mine && o.offer.spec == *spec);
    fits.map(|o| (o.id, o.by.agent)).collect()
}
