//! A process put elsewhere, and what follows in its plan.

use crate::models::*;
use crate::placement::busy;
use planning::{Alternative, Capacity, Error, Model, Plan, Relocation, explode, place, relocate};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vocab::{RecordId, SpecId, Timestamp, seconds_between};

const MINE: RecordId = RecordId([1; 32]);
const OTHER: RecordId = RecordId([2; 32]);

/// A table from legs that are sawn while its top is planed, then put together and painted.
fn table() -> (Model, Plan, Capacity) {
    let mut bench = step("bench", 0, 100, 0);
    bench.alternatives = vec![Alternative { work_center: "shed".into(), setup_s: 0, run_s: 300 }];
    let model = model(
        &[
            recipe("table", "1", &[("leg", "4"), ("top", "1")], &[bench, step("paint", 0, 50, 1_000)]),
            recipe("leg", "4", &[("wood", "1")], &[step("saw", 0, 200, 0)]),
            recipe("top", "1", &[("wood", "1")], &[step("planer", 0, 30, 0)]),
        ],
        &["saw", "planer", "bench", "shed", "paint"].map(|name| (name, center(1, None))),
    );
    model.check().unwrap();
    let explosion = explode(&model, &demand("table", "1"), &BTreeMap::new()).unwrap();
    let mut capacity = Capacity::default();
    let plan = place(&model, &explosion, &wood_at(0), &capacity, second(0)).unwrap();
    capacity.reserve(MINE, &plan);
    (model, plan, capacity)
}

fn wood_at(s: i64) -> BTreeMap<SpecId, Timestamp> {
    BTreeMap::from([(spec("wood"), second(s))])
}
fn number(plan: &Plan, center: &str) -> usize {
    plan.processes.iter().position(|p| p.work_center == center).unwrap()
}
fn to(plan: &Plan, center: &str, s: i64) -> Relocation {
    Relocation { index: number(plan, center), start: second(s), work_center: None }
}
/// When each process begins, by work centre.
fn starts(plan: &Plan) -> BTreeMap<&str, i64> {
    plan.processes.iter().map(|p| (p.work_center.as_str(), seconds_between(second(0), p.start))).collect()
}
fn put(at: &Relocation) -> Result<Plan, Error> {
    let (model, plan, capacity) = table();
    relocate(&model, &plan, at, &wood_at(0), &capacity, |_| false, second(0))
}

#[test]
fn a_process_waits_for_the_step_before_and_for_what_it_consumes() {
    let (_, plan, _) = table();
    let [saw, planer, bench, paint] = ["saw", "planer", "bench", "paint"].map(|c| number(&plan, c));
    assert!(plan.after(saw).is_empty());
    assert_eq!(
        plan.after(bench).into_iter().collect::<std::collections::BTreeSet<_>>(),
        [saw, planer].into()
    );
    assert_eq!(plan.after(paint), [bench]);
    assert!(plan.after(99).is_empty());
    assert_eq!(plan.followers(planer), [bench, paint].into());
    assert_eq!(plan.followers(paint), [].into());
}

#[test]
fn what_waits_for_a_process_follows_it_and_nothing_else_moves() {
    let (_, plan, _) = table();
    assert_eq!(starts(&plan), [("saw", 0), ("planer", 0), ("bench", 200), ("paint", 300)].into());
    let later = put(&to(&plan, "saw", 1_000)).unwrap();
    assert_eq!(starts(&later), [("saw", 1_000), ("planer", 0), ("bench", 1_200), ("paint", 1_300)].into());
    assert_eq!(later.promise, second(1_300 + 50 + 1_000));
    // what has room to wait moves alone
    let slack = put(&to(&plan, "planer", 170)).unwrap();
    assert_eq!(starts(&slack), [("saw", 0), ("planer", 170), ("bench", 200), ("paint", 300)].into());
    assert_eq!(slack.promise, plan.promise);
}

#[test]
fn it_is_refused_before_its_inputs_are_there_and_where_others_are() {
    let (model, plan, mut capacity) = table();
    let bench = number(&plan, "bench");
    let early = put(&to(&plan, "bench", 199)).unwrap_err();
    assert!(matches!(early, Error::TooEarly { earliest, .. } if earliest == second(200)), "{early}");
    let past = relocate(&model, &plan, &to(&plan, "saw", 5), &wood_at(0), &capacity, |_| false, second(10));
    assert!(matches!(past, Err(Error::TooEarly { earliest, .. }) if earliest == second(10)));
    let bought = relocate(&model, &plan, &to(&plan, "saw", 5), &wood_at(50), &capacity, |_| false, second(0));
    assert!(matches!(bought, Err(Error::TooEarly { earliest, .. }) if earliest == second(50)));
    let others = Plan { processes: vec![busy("bench", second(500), second(700))], promise: second(700) };
    capacity.reserve(OTHER, &others);
    let full =
        relocate(&model, &plan, &to(&plan, "bench", 450), &wood_at(0), &capacity, |_| false, second(0));
    assert!(matches!(full, Err(Error::Full { free, .. }) if free == second(700)), "{full:?}");
    let shed = |name: &str| Relocation { work_center: Some(name.into()), ..to(&plan, "bench", 450) };
    let there = relocate(&model, &plan, &shed("shed"), &wood_at(0), &capacity, |_| false, second(0)).unwrap();
    assert_eq!(there.processes[bench].work_end, second(450 + 300), "it is slower there");
    assert!(matches!(put(&shed("paint")), Err(Error::NotThere { .. })));
    assert!(matches!(put(&Relocation { index: 9, ..shed("shed") }), Err(Error::NoProcess { .. })));
}

#[test]
fn it_begins_when_the_work_centre_next_opens_and_what_has_begun_stays() {
    let (mut model, _, _) = table();
    model.work_centers.insert("saw".into(), center(1, Some(day_shift())));
    let explosion = explode(&model, &demand("table", "1"), &BTreeMap::new()).unwrap();
    let mut capacity = Capacity::default();
    let plan = place(&model, &explosion, &wood_at(0), &capacity, second(0)).unwrap();
    capacity.reserve(MINE, &plan);
    let saturday = at("2026-01-03T12:00:00Z");
    let moved = Relocation { start: saturday, ..to(&plan, "saw", 0) };
    let paint = number(&plan, "paint");
    let stays = |index: usize| index == paint;
    let later = relocate(&model, &plan, &moved, &wood_at(0), &capacity, stays, second(0)).unwrap();
    assert_eq!(later.processes[number(&plan, "saw")].start, at("2026-01-05T07:00:00Z"));
    assert_eq!(later.processes[paint], plan.processes[paint]);
}

proptest! {
    #[test]
    fn wherever_a_process_is_put_no_work_centre_is_overbooked_and_the_order_of_work_holds(
        model in models(1..=2, false), index in 0_usize..12, by in 0_i64..200_000, others in 0_i64..50_000,
    ) {
        let wanted = planning::Demand { spec: item(0), quantity: decimal("3") };
        let Ok(explosion) = explode(&model, &wanted, &BTreeMap::new()) else { return Ok(()) };
        let arrivals: BTreeMap<_, _> = explosion.buy.keys().map(|s| (s.clone(), second(0))).collect();
        let mut capacity = Capacity::default();
        let taken = Plan { processes: vec![busy("saw", second(others), second(others + 9_000))], promise: second(0) };
        capacity.reserve(OTHER, &taken);
        let Ok(plan) = place(&model, &explosion, &arrivals, &capacity, second(0)) else { return Ok(()) };
        if plan.processes.is_empty() {
            return Ok(());
        }
        capacity.reserve(MINE, &plan);
        let index = index % plan.processes.len();
        let start = vocab::after(plan.processes[index].start, by);
        let moved = Relocation { index, start, work_center: None };
        let back = Relocation { start: plan.processes[index].start, ..moved.clone() };
        if let Ok(later) = relocate(&model, &plan, &moved, &arrivals, &capacity, |_| false, second(0)) {
            capacity.reserve(MINE, &later);
            prop_assert_eq!(capacity.check(&model), Ok(()));
            prop_assert_eq!(later.processes[index].start, start);
            for (i, p) in later.processes.iter().enumerate() {
                prop_assert!(later.after(i).iter().all(|before| later.processes[*before].end <= p.start));
            }
            prop_assert_eq!(later.promise, later.processes.iter().map(|p| p.end).max().unwrap());
            let again = relocate(&model, &later, &back, &arrivals, &capacity, |_| false, second(0));
            prop_assert_eq!(again.unwrap().processes[index].start, back.start, "it can always go back");
        }
    }
}
