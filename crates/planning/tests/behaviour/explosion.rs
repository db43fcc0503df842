//! What is taken, made and bought.

use crate::models::*;
use planning::{Demand, Error, Model, explode};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vocab::{Decimal, SpecId};

/// A chair of a frame and screws; the frame of screws too, and of oak, sawn in batches of 4 boards.
fn chair() -> Model {
    let free = step("shop", 0, 0, 60);
    let model = model(
        &[
            recipe("chair", "1", &[("frame", "1"), ("screw", "8")], std::slice::from_ref(&free)),
            recipe("frame", "1", &[("oak-board", "2.5"), ("screw", "12")], std::slice::from_ref(&free)),
            recipe("oak-board", "4", &[("oak-log", "0.5")], std::slice::from_ref(&free)),
        ],
        &[("shop", center(0, None))],
    );
    model.check().unwrap();
    model
}

struct Case {
    name: &'static str,
    demand: Demand,
    stock: &'static [(&'static str, &'static str)],
    make: &'static [(&'static str, &'static str)],
    take: &'static [(&'static str, &'static str)],
    buy: &'static [(&'static str, &'static str)],
}

#[test]
fn stock_goes_first_then_the_recipe_then_a_purchase() {
    let cases = [
        Case {
            name: "from nothing: shared screws are added up, boards come in fours",
            demand: demand("chair", "3"),
            stock: &[],
            make: &[("chair", "3"), ("frame", "3"), ("oak-board", "8")],
            take: &[],
            buy: &[("oak-log", "1"), ("screw", "60")],
        },
        Case {
            name: "stock of a shared part is netted once",
            demand: demand("chair", "3"),
            stock: &[("screw", "50")],
            make: &[("chair", "3"), ("frame", "3"), ("oak-board", "8")],
            take: &[("screw", "50")],
            buy: &[("oak-log", "1"), ("screw", "10")],
        },
        Case {
            name: "a part in stock needs nothing below it",
            demand: demand("chair", "2"),
            stock: &[("frame", "9"), ("oak-board", "9")],
            make: &[("chair", "2")],
            take: &[("frame", "2")],
            buy: &[("screw", "16")],
        },
        Case {
            name: "all from stock",
            demand: demand("chair", "2"),
            stock: &[("chair", "2")],
            make: &[],
            take: &[("chair", "2")],
            buy: &[],
        },
        Case {
            name: "resale: neither recipe nor enough stock",
            demand: demand("lamp", "5"),
            stock: &[("lamp", "1.5")],
            make: &[],
            take: &[("lamp", "1.5")],
            buy: &[("lamp", "3.5")],
        },
        Case {
            name: "stock below zero is none",
            demand: demand("lamp", "5"),
            stock: &[("lamp", "-4")],
            make: &[],
            take: &[],
            buy: &[("lamp", "5")],
        },
    ];
    for case in cases {
        let found = explode(&chair(), &case.demand, &amounts(case.stock)).unwrap();
        let make: Vec<_> = found.make.iter().map(|m| (m.spec.clone(), m.quantity)).collect();
        let expected: Vec<_> = case.make.iter().map(|(name, q)| (spec(name), decimal(q))).collect();
        assert_eq!(make, expected, "{}: make", case.name);
        assert_eq!(found.take, amounts(case.take), "{}: take", case.name);
        assert_eq!(found.buy, amounts(case.buy), "{}: buy", case.name);
    }
}

#[test]
fn a_part_shared_by_a_short_and_a_long_branch_is_counted_after_both() {
    let free = [step("shop", 0, 0, 60)];
    for branches in [[("near", "1"), ("far", "1")], [("far", "1"), ("near", "1")]] {
        let machine = model(
            &[
                recipe("machine", "1", &branches, &free),
                recipe("near", "1", &[("bolt", "2")], &free),
                recipe("far", "1", &[("frame", "1")], &free),
                recipe("frame", "1", &[("arm", "1")], &free),
                recipe("arm", "1", &[("bolt", "3")], &free),
                recipe("bolt", "1", &[], &free),
            ],
            &[("shop", center(0, None))],
        );
        let found = explode(&machine, &demand("machine", "10"), &BTreeMap::new()).unwrap();
        let make: Vec<_> = found.make.iter().map(|m| format!("{} {}", m.quantity, m.spec)).collect();
        let expected = ["10 machine", "10 far", "10 near", "10 frame", "10 arm", "50 bolt"];
        assert_eq!(make, expected, "{branches:?}");
    }
}

#[test]
fn a_recipe_that_needs_itself_is_named_with_its_loop() {
    let free = step("shop", 0, 0, 60);
    let looped = model(
        &[
            recipe("top", "1", &[("flour", "1")], std::slice::from_ref(&free)),
            recipe("flour", "1", &[("sack", "1"), ("bread", "1")], std::slice::from_ref(&free)),
            recipe("bread", "1", &[("dough", "1")], std::slice::from_ref(&free)),
            recipe("dough", "1", &[("flour", "1"), ("water", "1")], std::slice::from_ref(&free)),
        ],
        &[("shop", center(0, None))],
    );
    let expected = Error::Loop { path: "bread -> dough -> flour -> bread".into() };
    assert_eq!(looped.check(), Err(expected.clone()));
    let text = expected.to_string();
    assert!(text.starts_with("a recipe that needs itself: bread -> dough -> flour -> bread"), "{text}");
    for name in ["top", "bread", "dough", "flour"] {
        assert_eq!(explode(&looped, &demand(name, "1"), &BTreeMap::new()), Err(expected.clone()), "{name}");
    }
    // what does not touch the loop can be planned
    assert!(explode(&looped, &demand("water", "1"), &BTreeMap::new()).is_ok());

    let own = model(&[recipe("a", "1", &[("a", "1")], &[free])], &[("shop", center(0, None))]);
    assert_eq!(own.check(), Err(Error::Loop { path: "a -> a".into() }));
}

#[test]
fn a_quantity_beyond_reckoning_is_refused() {
    let free = step("shop", 0, 0, 60);
    let centers = [("shop", center(0, None))];
    let huge = model(&[recipe("a", "1", &[("b", "900000000000")], std::slice::from_ref(&free))], &centers);
    let error = explode(&huge, &demand("a", "2"), &BTreeMap::new()).unwrap_err();
    assert!(matches!(error, Error::TooMuch { .. }), "{error}");
    let batch = model(&[recipe("a", "900000000000", &[], &[free])], &centers);
    let error = explode(&batch, &demand("a", "900000000001"), &BTreeMap::new()).unwrap_err();
    assert!(matches!(error, Error::TooMuch { .. }), "{error}");
    for bad in [Decimal::ZERO, Decimal::from(-1), decimal("999999999999") * Decimal::from(2)] {
        let wanted = Demand { spec: spec("a"), quantity: bad };
        let error = explode(&huge, &wanted, &BTreeMap::new()).unwrap_err();
        assert!(matches!(error, Error::Quantity { .. }), "{bad}: {error}");
    }
}

#[test]
fn recipes_too_deep_are_refused() {
    let free = step("shop", 0, 0, 60);
    let link = |i: usize| {
        let below = item(i + 1);
        recipe(item(i).as_str(), "1", &[(below.as_str(), "1")], std::slice::from_ref(&free))
    };
    let chain = |depth: usize| {
        let recipes: Vec<_> = (0..depth).map(link).collect();
        model(&recipes, &[("shop", center(0, None))])
    };
    assert_eq!(chain(64).check(), Ok(()));
    assert_eq!(chain(65).check(), Err(Error::TooDeep { spec: item(65), limit: 64 }));
    let wanted = demand("item-00", "1");
    assert_eq!(explode(&chain(64), &wanted, &BTreeMap::new()).unwrap().make.len(), 64);
    assert!(matches!(explode(&chain(65), &wanted, &BTreeMap::new()), Err(Error::TooDeep { .. })));
}

/// How much is over when `have` covers `need` in whole multiples of `batch`, or `None` when it does not or in more
/// batches than needed.
fn over(have: Decimal, need: Decimal, batch: Decimal) -> Option<Decimal> {
    let over = have - need;
    (!over.is_negative() && over < batch && have.is_multiple_of(batch)).then_some(over)
}

proptest! {
    #[test]
    fn take_make_and_buy_cover_every_need_exactly(
        model in models(0..=3, false),
        quantity in (1_i64..50_000, 0_u32..4),
        stock in prop::collection::btree_map(0_usize..12, (-50_i64..5_000, 0_u32..3), 0..8),
    ) {
        let wanted = Demand { spec: item(0), quantity: Decimal::new(quantity.0, quantity.1) };
        let stock: BTreeMap<SpecId, Decimal> =
            stock.into_iter().map(|(i, (n, places))| (item(i), Decimal::new(n, places))).collect();
        prop_assert_eq!(model.check(), Ok(()));
        let found = match explode(&model, &wanted, &stock) {
            Ok(found) => found,
            // ten levels of a thousand each multiply out to more than a quantity holds
            Err(Error::TooMuch { .. }) => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };

        let made: BTreeMap<&SpecId, Decimal> = found.make.iter().map(|m| (&m.spec, m.quantity)).collect();
        prop_assert_eq!(made.len(), found.make.len(), "each thing is made once");
        let mut need: BTreeMap<SpecId, Decimal> = BTreeMap::from([(item(0), wanted.quantity)]);
        for (position, order) in found.make.iter().enumerate() {
            let recipe = &model.recipes[&order.spec];
            let batches = order.quantity.div_up(recipe.output_quantity).unwrap();
            for input in &recipe.inputs {
                *need.entry(input.spec.clone()).or_default() += batches * input.quantity;
                let of_input = found.make.iter().position(|m| m.spec == input.spec);
                prop_assert!(of_input.is_none_or(|p| p > position), "parents first");
            }
        }
        for index in 0..12 {
            let spec = item(index);
            let get = |map: &BTreeMap<SpecId, Decimal>| map.get(&spec).copied().unwrap_or_default();
            let (need, take, buy) = (get(&need), get(&found.take), get(&found.buy));
            let make = made.get(&spec).copied().unwrap_or_default();
            let free = get(&stock).max(Decimal::ZERO);
            prop_assert_eq!(take, need.min(free), "{}: stock first", spec);
            match model.recipes.get(&spec) {
                None => prop_assert_eq!(take + buy, need, "{}: bought to the last decimal", spec),
                Some(recipe) if take == need => {
                    prop_assert_eq!((make, buy), Default::default(), "{} {}", recipe.output, spec);
                }
                Some(recipe) => {
                    prop_assert!(buy.is_zero());
                    prop_assert!(over(make, need - take, recipe.output_quantity).is_some(),
                        "{}: need {} take {} make {}", spec, need, take, make);
                }
            }
        }
    }
}
