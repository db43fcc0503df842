//! A plan of a whole site.

use crate::models::*;
use planning::neutral::Neutral;
use planning::site::{
    LinkKind, Options, Planner, ReliefKind, SiteDemand, Situation, StockLot, Supply, Use, solve,
};
use planning::{Item, Purchase};
use vocab::Decimal;

fn wanted(id: &str, what: &str, quantity: &str, due: i64) -> SiteDemand {
    SiteDemand {
        id: id.into(),
        spec: spec(what),
        quantity: quantity.parse().unwrap(),
        due: Some(second(due)),
        priority: 2,
    }
}

#[test]
fn stock_is_used_first_and_the_rest_is_made_just_in_time() {
    let mut shop = model(
        &[recipe("cup", "1", &[("clay", "2")], &[step("wheel", 0, 10, 0)])],
        &[("wheel", center(1, None))],
    );
    let purchase = Purchase { lead_time_s: 100, ..Purchase::default() };
    shop.items.insert(spec("clay"), Item { purchase: Some(purchase), ..Item::default() });
    let lot = StockLot { lot: "l1".into(), spec: spec("cup"), quantity: Decimal::from(3), expires: None };
    let demands = vec![wanted("a", "cup", "5", 1_000)];
    let situation = Situation { now: second(0), stock: vec![lot], receipts: vec![], work: vec![], demands };
    let plan = solve(&shop, &situation, &Options::default()).unwrap();
    assert_eq!(plan.demands[0].promise, Some(second(1_000)));
    assert_eq!(plan.make.len(), 1);
    assert_eq!(plan.make[0].processes[0].start, second(980));
    assert_eq!((plan.buy[0].order_at, plan.buy[0].arrives), (second(880), second(980)));
    let pegs: Vec<_> = plan.pegging.iter().map(|p| (&p.from, &p.to, p.quantity.to_string())).collect();
    let demand = || Use::Demand("a".into());
    assert_eq!(
        pegs,
        [
            (&Supply::Buy(0), &Use::Make(0), "4".to_owned()),
            (&Supply::Stock("l1".into()), &demand(), "3".to_owned()),
            (&Supply::Make(0), &demand(), "2".to_owned()),
        ]
    );
}

#[test]
fn a_neutral_problem_becomes_a_plan() {
    let text = r#"{"meta": {"cal": 0}, "bom": {"0": [[1, 2]]},
        "ops": {"0": [{"resource": 4, "setup_min": 1, "per_unit_min": 2.5, "priority": 1}]},
        "lot": {"0": {"min": 5, "mult": 1}, "1": {"min": 1, "mult": 1}},
        "supply": {"1": {"supplier": 1, "lead_days": 3, "min": 10, "mult": 1}}, "stock": [0, 0],
        "demands": [{"id": 7, "item": 0, "qty": 2, "due_min": 60, "prio": 1}]}"#;
    let problem: Neutral = serde_json::from_str(text).unwrap();
    let (model, situation) = problem.compile().unwrap();
    let plan = solve(&model, &situation, &Options::default()).unwrap();
    assert_eq!(plan.make[0].quantity, Decimal::from(5));
    // three days for the material, then a minute and five times two and a half
    assert_eq!(plan.demands[0].late_s, 3 * 86_400 + 60 + 750 - 3_600);
}

#[test]
fn why_names_what_is_waited_for_and_relief_is_what_really_helps() {
    let mut shop = model(
        &[
            recipe("cup", "1", &[("clay", "1")], &[step("wheel", 0, 100, 0)]),
            recipe("mug", "1", &[], &[step("wheel", 0, 100, 0)]),
        ],
        &[("wheel", center(1, None))],
    );
    let purchase = Purchase { lead_time_s: 400, ..Purchase::default() };
    shop.items.insert(spec("clay"), Item { purchase: Some(purchase), ..Item::default() });
    let demands = vec![wanted("first", "mug", "10", 1_000), wanted("second", "cup", "4", 1_010)];
    let situation = Situation { now: second(0), stock: vec![], receipts: vec![], work: vec![], demands };
    let mut planner = Planner::new(&shop, situation, &Options { passes: 2 }).unwrap();
    let before = planner.plan();
    let late: Vec<_> = before.demands.iter().map(|d| d.late_s).collect();
    // either goes first; the other waits for the wheel
    let last = before.demands.iter().find(|d| d.late_s > 0).unwrap().demand.clone();
    let why = planner.why(&last).unwrap();
    assert!(why.late_s > 0, "{late:?}");
    let waits = why
        .chain
        .iter()
        .any(|l| matches!(&l.kind, LinkKind::Capacity { work_center, .. } if work_center == "wheel"));
    assert!(waits, "{why:?}");
    for link in &why.chain {
        assert!(link.from < link.to && !link.said().to_string().is_empty(), "{link:?}");
    }
    let relief = planner.relief(&last).unwrap();
    let unit = relief.iter().find(|r| matches!(r.kind, ReliefKind::Alternative { .. })).unwrap();
    assert!(unit.gain_s > 0 && unit.moves.is_empty(), "{unit:?}");
    assert_eq!(planner.plan(), before);
}
