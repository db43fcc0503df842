//! How many demands a second are exploded, placed and reserved, beside hundreds of reservations.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark is a program, not a library")]

use planning::{Capacity, Demand, Model, explode, place};
use std::collections::BTreeMap;
use std::time::Instant;
use vocab::{Decimal, RecordId, SpecId, Timestamp, after};

const ROUNDS: u32 = 5_000;

/// A product of ten made parts, two steps each, on five work centres; `shifts` or round the clock.
fn model(shifts: bool) -> Model {
    let calendar = r#""calendar": {"zone": "Europe/Berlin", "shifts": [
        {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "06:00", "to": "22:00"}]}"#;
    let center = |n: usize| {
        format!(r#""c{n}": {{"units": 2 {}}}"#, if shifts { format!(",{calendar}") } else { String::new() })
    };
    let step =
        |n: usize| format!(r#"{{"name": "s", "work_center": "c{}", "setup_s": 300, "run_s": 60}}"#, n % 5);
    let recipe = |n: usize, inputs: String| {
        let steps = format!("{}, {}", step(n), step(n + 1));
        format!(r#""p{n}": {{"output": "p{n}", "inputs": [{inputs}], "steps": [{steps}]}}"#)
    };
    let input = |name: String| format!(r#"{{"spec": "{name}", "quantity": "2"}}"#);
    let parts = (1..=10).map(|n| recipe(n, input(format!("raw{n}"))));
    let top = recipe(0, (1..=10).map(|n| input(format!("p{n}"))).collect::<Vec<_>>().join(","));
    let recipes = parts.chain([top]).collect::<Vec<_>>().join(",");
    let centers = (0..5).map(center).collect::<Vec<_>>().join(",");
    serde_json::from_str(&format!(r#"{{"recipes": {{{recipes}}}, "work_centers": {{{centers}}}}}"#)).unwrap()
}

fn main() {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    for (name, shifts) in [("round the clock", false), ("weekday shifts", true)] {
        let model = model(shifts);
        model.check().unwrap();
        let wanted = Demand { spec: "p0".parse().unwrap(), quantity: Decimal::from(3) };
        let stock: BTreeMap<SpecId, Decimal> = BTreeMap::new();
        let plan = |capacity: &Capacity, n: u32| {
            let explosion = explode(&model, &wanted, &stock).unwrap();
            let arrivals = explosion.buy.keys().map(|s| (s.clone(), start)).collect();
            place(&model, &explosion, &arrivals, capacity, after(start, i64::from(n))).unwrap()
        };
        let key = |n: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&n.to_be_bytes());
            RecordId(bytes)
        };
        // forty orders of 22 processes each are promised already
        let mut capacity = Capacity::default();
        for n in 0..40 {
            let plan = plan(&capacity, n);
            capacity.reserve(key(n), &plan);
        }
        let reserved = capacity.iter().count();
        let clock = Instant::now();
        for n in 40..40 + ROUNDS {
            let plan = plan(&capacity, n);
            capacity.reserve(key(n), &plan);
            capacity.release(key(n));
        }
        let orders_s = f64::from(ROUNDS) / clock.elapsed().as_secs_f64();
        capacity.check(&model).unwrap();
        println!(
            "{name}: {orders_s:.0} orders/s ({:.0} processes/s) beside {reserved} reservations",
            orders_s * 22.0
        );
    }
}
