//! The plan as its owner sees it: the board, the tree of an order, and what would follow from a change.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::Place;
use node::view::{DealState, NodeKind, PlanStage, PlanView, ProcessState, TreeNode};
use std::collections::BTreeMap;
use support::*;
use vocab::{Decimal, RecordId, SpecId, after};

fn board(c: &Chairs, who: usize) -> PlanView {
    c.world.node(who).unwrap().plan_view(None, None, c.world.now()).unwrap()
}
fn tree(c: &Chairs, who: usize, order: &RecordId) -> TreeNode {
    c.world.node(who).unwrap().tree(order).unwrap()
}

/// A bound order for so many chairs.
fn bound(seed: u64, quantity: i64) -> (Chairs, RecordId) {
    let mut c = chairs(seed);
    let id = buy(&mut c, quantity);
    let buyer = c.buyer;
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    c.world.run(5);
    (c, id)
}

#[test]
fn the_board_shows_what_is_reserved_and_nothing_else() {
    let (mut c, id) = bound(11, 2);
    let before = board(&c, c.workshop);
    assert_eq!(before.processes.len(), 2);
    assert!(before.processes.iter().all(|p| p.order == id && p.stage == PlanStage::Firm && p.late_s == 0));
    assert!(before.processes.iter().all(|p| p.movable && p.with == Some(c.world.agent(c.buyer))));
    assert_eq!(before.processes[1].after, [0]);
    for who in [c.forest, c.sawmill, c.workshop] {
        let (view, node) = (board(&c, who), c.world.node(who).unwrap());
        let bench = &view.work_centers[0];
        assert_eq!(bench.load, node.capacity().load("bench", view.from, view.to));
        let worked: i64 = view.processes.iter().map(|p| vocab::seconds_between(p.start, p.work_end)).sum();
        assert_eq!(bench.days.iter().map(|d| d.used_s).sum::<i64>(), worked, "round the clock");
        assert!(bench.closed.is_empty() && bench.days.iter().all(|d| d.used_s <= d.open_s));
        let open: i64 = bench.days.iter().map(|d| d.open_s).sum();
        assert_eq!(open, 4 * vocab::seconds_between(view.from, view.to), "four units");
    }
    // the boards the workshop waits for are lacking until they come
    let lacking = &before.shortages[0];
    assert_eq!((lacking.spec.as_str(), lacking.quantity), ("oak-board", decimal("8")));
    assert_eq!(
        (lacking.needed_at, lacking.arrives.unwrap()),
        (before.processes[0].start, before.processes[0].start)
    );
    assert!(lacking.deal.is_some() && before.shortages.len() == 1);
    let nothing = c.world.node(c.workshop).unwrap();
    assert!(nothing.plan_view(Some(before.to), Some(before.from), c.world.now()).is_err());
    work_off(&mut c.world);
    let after = board(&c, c.workshop);
    assert!(after.processes.iter().all(|p| p.state == ProcessState::Done && !p.movable));
    assert!(after.shortages.is_empty(), "{:?}", after.shortages);
}

/// What the children of a node supply, by specification.
fn supplied(node: &TreeNode) -> BTreeMap<&SpecId, Decimal> {
    let mut sums = BTreeMap::new();
    for child in &node.children {
        *sums.entry(&child.spec).or_insert(Decimal::ZERO) += child.quantity;
    }
    sums
}

#[test]
fn a_tree_leads_from_the_demand_to_the_purchase_that_sets_the_date() {
    let (c, id) = bound(12, 2);
    let root = tree(&c, c.workshop, &id);
    assert_eq!((root.kind, root.quantity, root.weakest), (NodeKind::Demand, decimal("2"), true));
    assert_eq!(root.at, root.promise);
    let [chairs] = root.children.as_slice() else { panic!("{root:?}") };
    assert_eq!((chairs.kind, chairs.quantity, chairs.steps.len()), (NodeKind::Make, decimal("2"), 2));
    let [boards] = chairs.children.as_slice() else { panic!("{chairs:?}") };
    assert_eq!((boards.kind, boards.quantity, boards.weakest), (NodeKind::Purchase, decimal("8"), true));
    assert_eq!(boards.with, Some(c.world.agent(c.sawmill)));
    assert_eq!(boards.asked.len(), 1);
    assert!(boards.asked[0].chosen && boards.stage == Some(DealState::Bound));
    assert!(c.world.node(c.workshop).unwrap().tree(&RecordId([9; 32])).is_none());
}

#[test]
fn what_is_needed_in_several_places_is_shared_out_to_the_last_piece() {
    let mut c = chairs(13);
    let who = c.workshop;
    for (spec, unit) in [("seat", "each"), ("back", "each"), ("screw", "each"), ("lot-of-wire", "each")] {
        describe(&mut c.world, who, spec, unit, false);
    }
    recipe(&mut c.world, who, "chair", &[("seat", "1"), ("back", "1")], 0);
    recipe(&mut c.world, who, "seat", &[("screw", "3")], 0);
    recipe(&mut c.world, who, "back", &[("screw", "7")], 0);
    // seven screws from one wire: 70 screws for ten chairs would be ten batches, less what is in stock
    let wire = serde_json::json!({"output": "screw", "output_quantity": "7", "inputs": [{"spec": "lot-of-wire", "quantity": "1"}],
        "steps": [{"name": "roll", "work_center": "bench", "run_s": 60}]});
    c.world.recorded(who, json(serde_json::json!({"do": "model", "recipes": [wire]}))).unwrap();
    for (spec, quantity) in [("screw", "11"), ("lot-of-wire", "100")] {
        c.world
            .recorded(who, json(serde_json::json!({"do": "raise", "spec": spec, "quantity": quantity})))
            .unwrap();
    }
    let order = serde_json::json!({"do": "plan", "spec": "chair", "quantity": "10"});
    let order = c.world.recorded(who, json(order)).unwrap();
    let root = tree(&c, who, &order);
    let chairs = &root.children[0];
    assert_eq!(supplied(chairs).values().copied().collect::<Vec<_>>(), [decimal("10"), decimal("10")]);
    let mut total: BTreeMap<(String, &SpecId), Decimal> = BTreeMap::new();
    let mut todo = vec![&root];
    while let Some(node) = todo.pop() {
        *total.entry((format!("{:?}", node.kind), &node.spec)).or_insert(Decimal::ZERO) += node.quantity;
        todo.extend(&node.children);
    }
    for part in &chairs.children {
        let each = if part.spec.as_str() == "seat" { "30" } else { "70" };
        assert_eq!(supplied(part).values().copied().collect::<Vec<_>>(), [decimal(each)], "{part:?}");
    }
    let of = |kind: &str, spec: &str| total[&(kind.to_owned(), &spec.parse::<SpecId>().unwrap())];
    // 100 screws: 11 from stock, 89 made in 13 batches of seven that take 13 wires
    assert_eq!(of("Stock", "screw"), decimal("11"));
    assert_eq!(of("Make", "screw"), decimal("89"));
    assert_eq!(of("Stock", "lot-of-wire"), decimal("13"));
    let lots: Decimal =
        chairs.children.iter().flat_map(|p| &p.children).flat_map(|n| &n.lots).map(|l| l.quantity).sum();
    assert_eq!(lots, decimal("11"), "each stock node names its lots");
}

#[test]
fn while_answers_are_awaited_the_tree_shows_who_was_asked() {
    let mut c = chairs(14);
    c.world.kill(c.sawmill);
    let enquire = serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "2"});
    let id = c.world.recorded(c.buyer, json(enquire)).unwrap();
    c.world.run(5);
    let root = tree(&c, c.workshop, &id);
    let [boards] = root.children.as_slice() else { panic!("{root:?}") };
    assert_eq!((boards.kind, boards.asked.len()), (NodeKind::Purchase, 1));
    assert_eq!((boards.asked[0].stage, boards.asked[0].chosen), (DealState::Enquired, false));
    assert!(boards.hold_until.is_none() && boards.promise.is_none());
}

#[test]
fn a_move_that_would_break_a_promise_is_not_possible_and_one_within_it_is() {
    let (c, id) = bound(15, 2);
    let node = c.world.node(c.workshop).unwrap();
    let (now, view) = (c.world.now(), board(&c, c.workshop));
    let at = |index: usize, s: i64| {
        let p = &view.processes[index];
        Place { plan: p.plan, index: p.index, start: after(p.start, s), work_center: None }
    };
    let late = node.preview(&at(0, 60), now).unwrap();
    assert!(!late.possible);
    assert!(late.why.unwrap().in_language("en").contains("promised to buyer"));
    assert_eq!(late.moves.len(), 2, "the second step follows the first");
    let [promise] = late.promises.as_slice() else { panic!("{:?}", late.promises) };
    assert_eq!((promise.order, promise.late_s), (id, 60));
    assert_eq!(promise.to, after(promise.from, 60));
    let early = node.preview(&at(0, -60), now).unwrap();
    assert!(!early.possible && early.moves.is_empty(), "its boards are not there");
    let same = node.preview(&at(0, 0), now).unwrap();
    assert!(same.possible && same.moves.is_empty() && same.promises.is_empty());
    assert!(node.preview(&Place { plan: id, ..at(0, 0) }, now).is_err(), "not a plan");
    assert_eq!(serde_json::to_string(&board(&c, c.workshop)).unwrap(), serde_json::to_string(&view).unwrap());
}

#[test]
fn a_node_rebuilt_from_its_disk_shows_the_same_plan_and_trees() {
    let (c, _) = bound(16, 3);
    for who in 0..c.world.len() {
        let show = |n: &node::Node| {
            let now = c.world.now();
            let trees: Vec<_> = n.orders(now).iter().map(|o| n.tree(&o.id)).collect();
            serde_json::to_string(&(n.plan_view(None, None, now).unwrap(), trees)).unwrap()
        };
        assert_eq!(show(c.world.node(who).unwrap()), show(&c.world.rebuilt(who)), "{who}");
    }
}
