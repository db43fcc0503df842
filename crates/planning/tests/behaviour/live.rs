//! Random rich sites: what is planned for them holds, and what is undone leaves no trace.

use crate::models::*;
use crate::referee::judge;
use planning::site::{
    Options, Planner, Receipt, SiteChange, SiteDemand, Situation, StockLot, Work, WorkProcess, solve,
};
use planning::{
    Alternative, ByProduct, Calendar, Changeover, Crew, Input, Item, LotSize, Model, Outside, Per, Person,
    Purchase, Recipe, Step, Substitute, Tool, WorkCenter,
};
use proptest::prelude::*;
use vocab::{Decimal, RecordId};

/// Dice from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64) % limit
    }
    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }
    fn some<T>(&mut self, n: i64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(n).then(|| value(self))
    }
}

fn shifts(dice: &mut Dice) -> Calendar {
    let hours = [("06:00", "14:00"), ("08:00", "17:00"), ("00:00", "20:00")][dice.below(3) as usize];
    let days = r#"["mon","tue","wed","thu","fri","sat"]"#;
    let shift = format!(r#"{{"days": {days}, "from": "{}", "to": "{}"}}"#, hours.0, hours.1);
    serde_json::from_str(&format!(r#"{{"zone": "Europe/Berlin", "shifts": [{shift}]}}"#)).unwrap()
}

fn site(seed: u64) -> (Model, Situation) {
    let mut dice = Dice(seed);
    let dice = &mut dice;
    let mut model = Model::default();
    for name in ["c0", "c1", "c2"] {
        let changeovers = match dice.one_in(3) {
            true => [("a", "b", 50), ("b", "a", 700), ("a", "a", 0)]
                .map(|(from, to, setup_s)| Changeover { from: from.into(), to: to.into(), setup_s })
                .to_vec(),
            false => vec![],
        };
        let center = WorkCenter {
            units: 1 + dice.below(2) as u32,
            calendar: dice.some(3, shifts),
            efficiency_percent: [100, 80, 130][dice.below(3) as usize],
            changeovers,
            ..WorkCenter::default()
        };
        model.work_centers.insert(name.into(), center);
    }
    for (name, skills) in [("ann", vec!["weld"]), ("bo", vec!["weld", "paint"]), ("cy", vec!["paint"])] {
        let skills = skills.into_iter().map(String::from).collect();
        model.people.insert(name.into(), Person { skills, calendar: dice.some(3, shifts) });
    }
    model.tools.insert("die".into(), Tool { units: 1 });
    let items = 8;
    for index in 0..items {
        let known = Item {
            safety_stock: Decimal::from(if dice.one_in(4) { dice.below(5) } else { 0 }),
            shelf_life_s: dice.some(5, |d| 200_000 + d.below(400_000)).unwrap_or(0),
            purchase: (index >= 5).then(|| Purchase {
                lead_time_s: dice.below(200_000),
                lot: LotSize { minimum: Decimal::from(dice.below(20)), ..LotSize::default() },
                calendar: None,
            }),
        };
        model.items.insert(item(index), known);
        if index < 5 {
            model.recipes.insert(item(index), recipe_of(dice, index, items));
        }
    }
    let demand = |dice: &mut Dice, n: usize| SiteDemand {
        id: format!("d{n}"),
        spec: item(dice.below(4) as usize),
        quantity: Decimal::from(1 + dice.below(12)),
        due: Some(second(dice.below(1_500_000))),
        priority: 1 + dice.below(3) as u8,
    };
    let demands = (0..6 + dice.below(8) as usize).map(|n| demand(dice, n)).collect();
    let mut stock = Vec::new();
    let mut receipts = Vec::new();
    for index in 0..items {
        if dice.one_in(2) {
            let expires = dice.some(3, |d| second(d.below(500_000)));
            let quantity = Decimal::from(1 + dice.below(30));
            stock.push(StockLot { lot: format!("l{index}"), spec: item(index), quantity, expires });
        }
        if dice.one_in(4) {
            let (at, quantity) = (second(dice.below(300_000)), Decimal::from(1 + dice.below(30)));
            receipts.push(Receipt { id: format!("r{index}"), spec: item(index), quantity, at });
        }
    }
    let work = dice.some(2, |dice| {
        let spec = item(4);
        let steps = model.recipes[&spec].steps.len();
        let end = second(3_000 + dice.below(50_000));
        Work {
            id: "w0".into(),
            quantity: Decimal::from(4),
            processes: vec![WorkProcess {
                step: steps as u32 - 1,
                work_center: "c0".into(),
                start: second(0),
                work_end: end,
                end,
                people: vec![],
                tool: None,
                unit: Some(0),
            }],
            inputs: vec![],
            spec,
        }
    });
    let work = work.into_iter().collect();
    (model, Situation { now: second(0), stock, receipts, work, demands })
}

fn recipe_of(dice: &mut Dice, index: usize, items: usize) -> Recipe {
    let mut recipe = Recipe::new(item(index));
    recipe.output_quantity = Decimal::from(1 + dice.below(2));
    for below in index + 1..items {
        if dice.one_in(3) || below == 7 {
            let mut input = Input::new(item(below), Decimal::from(1 + dice.below(3)));
            if dice.one_in(5) {
                input.per = Per::Order;
            }
            if below == 5 && dice.one_in(2) {
                input.substitutes = vec![Substitute { spec: item(6), quantity: Decimal::from(2) }];
            }
            if below != 6 || recipe.inputs.iter().all(|i| i.substitutes.is_empty()) {
                recipe.inputs.push(input);
            }
        }
    }
    for number in 0..1 + dice.below(3) {
        let center = |dice: &mut Dice| format!("c{}", dice.below(3));
        let own = center(dice);
        let other = format!("c{}", (own[1..].parse::<i64>().unwrap() + 1) % 3);
        let (setup_s, run_s) = (dice.below(900), 1 + dice.below(900));
        recipe.steps.push(Step {
            name: format!("s{number}"),
            work_center: own,
            setup_s,
            run_s,
            fixed_s: dice.some(4, |d| d.below(9_000)).unwrap_or(0),
            alternatives: dice
                .some(3, |d| Alternative {
                    work_center: other,
                    setup_s: d.below(900),
                    run_s: 1 + d.below(900),
                })
                .into_iter()
                .collect(),
            scrap: Decimal::new(dice.some(4, |d| d.below(30)).unwrap_or(0), 2),
            crew: dice.some(3, |d| Crew {
                skill: ["weld", "paint"][d.below(2) as usize].into(),
                people: 1 + d.below(2) as u32,
            }),
            tool: dice.some(4, |_| "die".to_owned()),
            family: dice.some(2, |d| ["a", "b"][d.below(2) as usize].to_owned()),
            transfer: dice.some(4, |d| Decimal::from(1 + d.below(3))),
            outside: None,
            ..Step::default()
        });
    }
    if dice.one_in(4) {
        let outside = Outside { service: spec("plating"), lead_time_s: dice.below(90_000) };
        recipe.steps.push(Step { name: "out".into(), outside: Some(outside), ..recipe.steps[0].clone() });
        let last = recipe.steps.last_mut().unwrap();
        (last.alternatives, last.crew, last.tool, last.scrap) = (vec![], None, None, Decimal::ZERO);
    }
    if dice.one_in(4) {
        recipe.by_products.push(ByProduct { spec: item(7), quantity: Decimal::ONE });
    }
    if dice.one_in(3) {
        recipe.lot = LotSize {
            minimum: Decimal::from(4),
            maximum: Some(Decimal::from(4 + 2 * dice.below(5))),
            multiple: Decimal::from(2),
        };
    }
    recipe
}

fn key(n: u8) -> RecordId {
    RecordId([n; 32])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_plan_holds_before_an_independent_judge(seed: u64) {
        let (model, situation) = site(seed);
        let plan = solve(&model, &situation, &Options::default()).unwrap();
        judge(&model, &situation, &plan).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&plan, &solve(&model, &situation, &Options::default()).unwrap());
        let text = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(serde_json::from_str::<planning::site::SitePlan>(&text).unwrap(), plan);
    }

    #[test]
    fn what_is_quoted_can_be_held_and_what_is_released_leaves_no_trace_and_what_is_confirmed_stays(seed: u64) {
        let (model, mut situation) = site(seed);
        let asked = situation.demands.split_off(situation.demands.len() - 2);
        let mut planner = Planner::new(&model, situation.clone(), &Options::default()).unwrap();
        let before = planner.plan();
        let first = planner.quote(&asked[0]).unwrap();
        prop_assert_eq!(&planner.plan(), &before);
        if first.promise.is_none() {
            return Ok(());
        }
        planner.hold(&first, key(1)).unwrap();
        let held = planner.plan();
        let second = planner.quote(&asked[1]).unwrap();
        if second.promise.is_some() {
            planner.hold(&second, key(2)).unwrap();
            situation.demands.extend(asked.clone());
            judge(&model, &situation, &planner.plan()).map_err(TestCaseError::fail)?;
            prop_assert!(planner.release(key(2)));
        }
        prop_assert_eq!(&planner.plan(), &held);
        prop_assert!(planner.release(key(1)));
        prop_assert!(!planner.release(key(1)));
        prop_assert_eq!(&planner.plan(), &before);
        prop_assert!(!planner.confirm(key(1)));
        planner.hold(&first, key(1)).unwrap();
        let kept = planner.plan();
        prop_assert!(planner.confirm(key(1)) && !planner.release(key(1)));
        prop_assert_eq!(&planner.plan(), &kept);
    }

    #[test]
    fn a_failed_machine_moves_only_what_it_touches_and_improvement_never_makes_it_worse(seed: u64) {
        let (model, situation) = site(seed);
        let mut planner = Planner::new(&model, situation.clone(), &Options::default()).unwrap();
        let (from, until) = (second(60_000), second(200_000));
        let down = SiteChange::Down { work_center: "c1".into(), from, until };
        let before = planner.plan();
        let moved = planner.replan(&[down]).unwrap();
        let after = planner.plan();
        judge(&model, &situation, &after).map_err(TestCaseError::fail)?;
        let works = |p: &planning::site::SiteProcess| {
            p.work_center == "c1" && p.start < until && p.work_end > from && p.start < p.work_end
        };
        prop_assert!(after.make.iter().filter(|o| o.work.is_none()).flat_map(|o| &o.processes).all(|p| !works(p)));
        for (old, new) in before.demands.iter().zip(&after.demands) {
            prop_assert_eq!(old.promise != new.promise, moved.iter().any(|m| m.demand == old.demand));
        }
        let mut rounds = 0;
        let late = |plan: &planning::site::SitePlan| {
            let each = plan.demands.iter().zip(&situation.demands).filter(|(d, _)| d.late_s > 0);
            let weight = |priority| match priority { 1 => 4, 2 => 2, _ => 1_i64 };
            each.map(|(d, s)| (d.late_s + 7 * 86_400) * weight(s.priority)).sum::<i64>()
        };
        let short = |plan: &planning::site::SitePlan| plan.demands.iter().filter(|d| d.promise.is_none()).count();
        planner.improve(seed, || { rounds += 1; rounds < 40 });
        let better = planner.plan();
        judge(&model, &situation, &better).map_err(TestCaseError::fail)?;
        prop_assert!((short(&better), late(&better)) <= (short(&after), late(&after)));
    }
}
