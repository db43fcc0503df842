//! Invariant: at a work centre, reservations never exceed what it has.

use crate::models::*;
use crate::placement::busy;
use planning::{Capacity, Demand, Error, Load, Model, Plan, explode, place};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, Timestamp};

fn key(n: u8) -> RecordId {
    RecordId([n; 32])
}

fn plan(intervals: &[(&str, i64, i64)]) -> Plan {
    let processes = intervals.iter().map(|(c, a, b)| busy(c, second(*a), second(*b))).collect();
    Plan { processes, promise: second(0) }
}

fn shop(units: u32) -> Model {
    model(&[], &[("saw", center(units, None)), ("yard", center(0, None))])
}

#[test]
fn load_shows_units_in_use_as_steps() {
    let mut capacity = Capacity::default();
    capacity.reserve(key(1), &plan(&[("saw", 10, 30), ("saw", 50, 60), ("yard", 0, 5)]));
    capacity.reserve(key(2), &plan(&[("saw", 20, 40)]));
    let load = |start, end, units| Load { start: second(start), end: second(end), units };
    let seen = |c: &Capacity| c.load("saw", second(15), second(55));
    let both = [load(15, 20, 1), load(20, 30, 2), load(30, 40, 1), load(50, 55, 1)];
    assert_eq!(seen(&capacity), both);
    // the same plan under the same key again changes nothing
    capacity.reserve(key(2), &plan(&[("saw", 20, 40)]));
    assert_eq!(seen(&capacity), both);
    capacity.release(key(2));
    assert_eq!(seen(&capacity), [load(15, 30, 1), load(50, 55, 1)]);
    assert!(capacity.load("anvil", second(0), second(9)).is_empty());
    assert!(capacity.load("saw", second(9), second(0)).is_empty());
}

#[test]
fn too_much_at_one_instant_is_found_and_named() {
    let mut capacity = Capacity::default();
    capacity.reserve(key(1), &plan(&[("saw", 10, 30), ("yard", 0, 99)]));
    capacity.reserve(key(2), &plan(&[("saw", 30, 40), ("yard", 0, 99)]));
    assert_eq!(capacity.check(&shop(1)), Ok(()), "one may begin when the other ends");
    capacity.reserve(key(3), &plan(&[("saw", 29, 31)]));
    let expected = Error::Overbooked { work_center: "saw".into(), at: second(29), used: 2, units: 1 };
    assert_eq!(capacity.check(&shop(1)), Err(expected));
    assert_eq!(capacity.check(&shop(2)), Ok(()));
    assert!(matches!(capacity.check(&Model::default()), Err(Error::UnknownWorkCenter { .. })));
    capacity.release(key(3));
    assert_eq!(capacity.check(&shop(1)), Ok(()));
}

#[test]
fn what_is_past_is_forgotten_and_what_is_released_leaves_nothing() {
    let mut capacity = Capacity::default();
    capacity.reserve(key(1), &plan(&[("saw", 10, 30), ("saw", 30, 60)]));
    capacity.reserve(key(2), &plan(&[("saw", 0, 30)]));
    capacity.forget_before(second(30));
    assert!(capacity.holds(key(1)) && !capacity.holds(key(2)));
    let left: Vec<_> = capacity.iter().map(|r| (r.work_center, r.key, r.start, r.end)).collect();
    assert_eq!(left, [("saw", key(1), second(30), second(60))]);
    capacity.release(key(1));
    assert_eq!(capacity, Capacity::default());
}

#[derive(Debug, Clone)]
enum Deed {
    Reserve { key: u8, item: usize, quantity: i64, start: i64 },
    Release { key: u8 },
    Forget { before: i64 },
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let start = 0_i64..20 * 86_400;
    let deed = prop_oneof![
        6 => (0_u8..12, 0_usize..12, 1_i64..40, start.clone())
            .prop_map(|(key, item, quantity, start)| Deed::Reserve { key, item, quantity, start }),
        2 => (0_u8..12).prop_map(|key| Deed::Release { key }),
        1 => start.prop_map(|before| Deed::Forget { before }),
    ];
    prop::collection::vec(deed, 1..40)
}

/// Units in use at an instant, counted one by one.
fn in_use(capacity: &Capacity, work_center: &str, t: Timestamp) -> usize {
    capacity.iter().filter(|r| r.work_center == work_center && r.start <= t && t < r.end).count()
}

proptest! {
    #[test]
    fn capacity_is_never_exceeded_whatever_is_placed_and_released(model in models(1..=3, true), deeds in deeds()) {
        let mut capacity = Capacity::default();
        for deed in deeds {
            match deed {
                Deed::Reserve { key: n, item: i, quantity, start } => {
                    let wanted = Demand { spec: item(i), quantity: Decimal::from(quantity) };
                    let Ok(explosion) = explode(&model, &wanted, &BTreeMap::new()) else { continue };
                    let arrivals = explosion.buy.keys().map(|s| (s.clone(), second(start))).collect();
                    match place(&model, &explosion, &arrivals, &capacity, second(start)) {
                        Ok(plan) => capacity.reserve(key(n), &plan),
                        Err(error) => prop_assert!(matches!(error, Error::BeyondHorizon { .. }), "{}", error),
                    }
                }
                Deed::Release { key: n } => {
                    capacity.release(key(n));
                    prop_assert!(capacity.iter().all(|r| r.key != key(n)));
                }
                Deed::Forget { before } => {
                    capacity.forget_before(second(before));
                    prop_assert!(capacity.iter().all(|r| r.end > second(before)));
                }
            }
            prop_assert_eq!(capacity.check(&model), Ok(()));
        }
        // use only rises where an interval begins
        let instants: BTreeSet<_> = capacity.iter().map(|r| (r.work_center, r.start)).collect();
        for (name, t) in instants {
            let used = in_use(&capacity, name, t);
            prop_assert!(used <= model.work_centers[name].units as usize, "{} at {}", name, t);
            let shown = capacity.load(name, t, vocab::after(t, 1));
            prop_assert_eq!(shown.first().map(|l| l.units as usize), Some(used), "{} at {}", name, t);
        }
    }
}
