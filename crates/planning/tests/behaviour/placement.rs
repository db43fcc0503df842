//! When things are done and what date follows.

use crate::models::*;
use planning::{Capacity, Demand, Error, Explosion, Model, Plan, PlannedProcess, explode, place};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vocab::{Decimal, RecordId, SpecId, Timestamp, after};

fn plan(model: &Model, wanted: &Demand, capacity: &Capacity, start: Timestamp) -> Plan {
    let explosion = explode(model, wanted, &BTreeMap::new()).unwrap();
    let arrivals = explosion.buy.keys().map(|spec| (spec.clone(), start)).collect();
    place(model, &explosion, &arrivals, capacity, start).unwrap()
}

/// One process of no matter what that keeps a unit of `work_center` busy.
pub fn busy(work_center: &str, start: Timestamp, end: Timestamp) -> PlannedProcess {
    PlannedProcess {
        spec: spec("other"),
        quantity: Decimal::ONE,
        step: 0,
        name: "other".into(),
        work_center: work_center.into(),
        start,
        work_end: end,
        end,
        inputs: Vec::new(),
        last: true,
        people: Vec::new(),
        tool: None,
        unit: None,
    }
}

#[test]
fn with_nothing_to_make_the_promise_is_the_last_arrival() {
    let model = Model::default();
    let place = |explosion: &Explosion, arrivals: &[(&str, Timestamp)]| {
        let arrivals = arrivals.iter().map(|(name, t)| (spec(name), *t)).collect();
        place(&model, explosion, &arrivals, &Capacity::default(), second(100))
    };
    let stock = Explosion { take: amounts(&[("lamp", "1")]), ..Explosion::default() };
    assert_eq!(place(&stock, &[]).unwrap(), Plan { processes: vec![], promise: second(100) });
    let resale = Explosion { buy: amounts(&[("lamp", "1"), ("bulb", "1")]), ..Explosion::default() };
    let promise =
        |lamp, bulb| place(&resale, &[("lamp", second(lamp)), ("bulb", second(bulb))]).unwrap().promise;
    assert_eq!(promise(500, 300), second(500));
    assert_eq!(promise(5, 3), second(100));
    let error = place(&resale, &[("lamp", second(1))]).unwrap_err();
    assert_eq!(error, Error::NoArrival { spec: spec("bulb"), quantity: Decimal::ONE });
}

#[test]
fn steps_follow_one_another_and_only_the_first_consumes() {
    let table = model(
        &[
            recipe("table", "1", &[("leg", "4")], &[step("bench", 10, 5, 0), step("paint", 0, 1, 3_600)]),
            recipe("leg", "8", &[("wood", "0.75")], &[step("saw", 30, 60, 0)]),
        ],
        &[("saw", center(1, None)), ("bench", center(1, None)), ("paint", center(1, None))],
    );
    table.check().unwrap();
    let explosion = explode(&table, &demand("table", "3"), &BTreeMap::new()).unwrap();
    let arrivals = BTreeMap::from([(spec("wood"), second(1_000))]);
    let plan = place(&table, &explosion, &arrivals, &Capacity::default(), second(0)).unwrap();
    let seen: Vec<_> = plan
        .processes
        .iter()
        .map(|p| {
            let inputs =
                p.inputs.iter().map(|i| format!("{} {}", i.quantity, i.spec)).collect::<Vec<_>>().join(", ");
            let times = [p.start, p.work_end, p.end].map(|t| vocab::seconds_between(second(0), t));
            (p.spec.to_string(), p.quantity.to_string(), p.step, inputs, times, p.last)
        })
        .collect();
    let row = |spec: &str, quantity: &str, step, inputs: &str, times, last| {
        (spec.to_owned(), quantity.to_owned(), step, inputs.to_owned(), times, last)
    };
    assert_eq!(
        seen,
        [
            // 12 legs are 2 batches of 8: 30 + 2 * 60 seconds
            row("leg", "16", 0, "1.5 wood", [1_000, 1_150, 1_150], true),
            row("table", "3", 0, "12 leg", [1_150, 1_175, 1_175], false),
            row("table", "3", 1, "", [1_175, 1_178, 4_778], true),
        ]
    );
    assert_eq!(plan.promise, second(4_778));
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}

#[test]
fn a_later_demand_takes_the_gap_that_is_left() {
    let shop = model(&[recipe("cup", "1", &[], &[step("wheel", 0, 10, 0)])], &[("wheel", center(1, None))]);
    let mut capacity = Capacity::default();
    let taken = [(0, 100), (105, 200), (230, 300)].map(|(a, b)| busy("wheel", second(a), second(b)));
    capacity.reserve(RecordId([1; 32]), &Plan { processes: taken.to_vec(), promise: second(0) });
    for (cups, begins) in [("1", 200), ("3", 200), ("4", 300)] {
        let plan = plan(&shop, &demand("cup", cups), &capacity, second(0));
        assert_eq!(plan.processes[0].start, second(begins), "{cups}");
    }
    capacity.release(RecordId([1; 32]));
    assert_eq!(plan(&shop, &demand("cup", "4"), &capacity, second(0)).promise, second(40));
}

#[test]
fn work_too_long_for_the_horizon_is_refused() {
    let slow =
        model(&[recipe("cup", "1", &[], &[step("wheel", 0, 3_600, 0)])], &[("wheel", center(1, None))]);
    let explosion = explode(&slow, &demand("cup", "87673"), &BTreeMap::new()).unwrap();
    let place = |start| place(&slow, &explosion, &BTreeMap::new(), &Capacity::default(), start);
    for start in [second(0), Timestamp::MIN, Timestamp::MAX] {
        let error = place(start).unwrap_err();
        assert!(matches!(error, Error::BeyondHorizon { .. }), "{error}");
    }
}

#[test]
fn an_explosion_of_another_model_is_refused() {
    let shop = model(&[recipe("cup", "1", &[], &[step("wheel", 0, 10, 0)])], &[("wheel", center(1, None))]);
    let explosion = explode(&shop, &demand("cup", "1"), &BTreeMap::new()).unwrap();
    let place = |model: &Model| place(model, &explosion, &BTreeMap::new(), &Capacity::default(), second(0));
    assert_eq!(place(&Model::default()), Err(Error::NoRecipe { spec: spec("cup") }));
    let no_wheel = Model { work_centers: BTreeMap::new(), ..shop };
    assert!(matches!(place(&no_wheel), Err(Error::UnknownWorkCenter { .. })));
}

/// The longest path to a thing being there, straight from the definition.
fn there(model: &Model, explosion: &Explosion, arrivals: &BTreeMap<SpecId, i64>, spec: &SpecId) -> i64 {
    let Some(order) = explosion.make.iter().find(|m| m.spec == *spec) else {
        return explosion.buy.get(spec).map_or(0, |_| arrivals[spec].max(0));
    };
    let recipe = &model.recipes[spec];
    let batches = order.quantity.div_up(recipe.output_quantity).unwrap().ceil_i64();
    let inputs = recipe.inputs.iter().map(|i| there(model, explosion, arrivals, &i.spec));
    let steps: i64 = recipe.steps.iter().map(|s| s.setup_s + s.run_s * batches + s.fixed_s).sum();
    inputs.max().unwrap_or(0) + steps
}

proptest! {
    #[test]
    fn without_limits_the_promise_is_the_longest_path(
        model in models(0..=0, false),
        quantity in 1_i64..500,
        delays in prop::collection::vec(-1_000_i64..2_000_000, 12),
        nanosecond in 0_i32..1_000_000_000,
    ) {
        let wanted = Demand { spec: item(0), quantity: Decimal::new(quantity, 1) };
        let Ok(explosion) = explode(&model, &wanted, &BTreeMap::new()) else { return Ok(()) };
        // a start between two whole seconds keeps its fraction
        let start = Timestamp::new(second(0).as_second(), nanosecond).unwrap();
        let delays: BTreeMap<_, _> = delays.into_iter().enumerate().map(|(i, s)| (item(i), s)).collect();
        let arrivals = delays.iter().map(|(spec, s)| (spec.clone(), after(start, *s))).collect();
        match place(&model, &explosion, &arrivals, &Capacity::default(), start) {
            Ok(plan) => prop_assert_eq!(plan.promise, after(start, there(&model, &explosion, &delays, &item(0)))),
            Err(error) => prop_assert!(matches!(error, Error::BeyondHorizon { .. }), "{}", error),
        }
    }

    #[test]
    fn work_begins_at_the_first_second_with_room(
        units in 1_u32..4,
        taken in prop::collection::vec((0_i64..100, 1_i64..30), 0..12),
        ready in 0_i64..60,
        work in 1_i64..40,
    ) {
        let recipe = recipe("cup", "1", &[], &[step("wheel", work, 0, 0)]);
        let shop = model(&[recipe], &[("wheel", center(units, None))]);
        let mut capacity = Capacity::default();
        let processes = taken.iter().map(|(a, s)| busy("wheel", second(*a), second(a + s))).collect();
        capacity.reserve(RecordId([1; 32]), &Plan { processes, promise: second(0) });
        let used = |t: i64| taken.iter().filter(|(a, s)| (*a..a + s).contains(&t)).count() as u32;
        let has_room = |begin: &i64| (*begin..begin + work).all(|t| used(t) < units);
        let first = (ready..).find(has_room).unwrap();
        let plan = plan(&shop, &demand("cup", "1"), &capacity, second(ready));
        prop_assert_eq!(plan.processes[0].start, second(first));
        prop_assert_eq!(plan.promise, second(first + work));
    }
}
