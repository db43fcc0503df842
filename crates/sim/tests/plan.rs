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

#[test]
fn more_is_never_promised_earlier_and_what_is_in_stock_is_there_at_once() {
    let mut c = chairs(17);
    let raise = || json(serde_json::json!({"do": "raise", "spec": "oak-log", "quantity": "2"}));
    c.world.recorded(c.forest, raise()).unwrap();
    let (node, now) = (c.world.node(c.forest).unwrap(), c.world.now());
    let log: SpecId = "oak-log".parse().unwrap();
    let all = node.capable(&log, decimal("16"), now).unwrap().steps;
    let first = all.first().unwrap();
    assert_eq!((first.quantity, first.promise), (decimal("2"), now), "what is in stock is there now");
    assert_eq!(all.last().unwrap().quantity, decimal("16"));
    assert!(all.len() > 2, "{all:?}");
    assert!(all.windows(2).all(|w| w[0].quantity < w[1].quantity && w[0].promise < w[1].promise), "{all:?}");
    // the last step is what an order of that size would promise
    let order = serde_json::json!({"do": "plan", "spec": "oak-log", "quantity": "16"});
    let mut alone = chairs(17);
    alone.world.recorded(alone.forest, raise()).unwrap();
    let id = alone.world.recorded(alone.forest, json(order)).unwrap();
    let orders = alone.world.node(alone.forest).unwrap().orders(alone.world.now());
    let promise = orders.iter().find(|o| o.id == id).unwrap().promise.unwrap();
    assert_eq!(all.last().unwrap().promise, promise);
    // nobody sells what chairs are made of at a known lead time but the sawmill, which says none: at once
    let chair: SpecId = "chair".parse().unwrap();
    let workshop = c.world.node(c.workshop).unwrap();
    assert!(!workshop.capable(&chair, decimal("2"), now).unwrap().steps.is_empty());
    assert!(workshop.capable(&"nothing-known".parse().unwrap(), decimal("2"), now).unwrap().steps.is_empty());
    assert!(workshop.capable(&chair, Decimal::ZERO, now).is_err());
}

#[test]
fn a_quote_says_what_could_be_had_earlier_and_an_order_of_that_size_gets_that_date() {
    let mut c = chairs(18);
    let raise = serde_json::json!({"do": "raise", "spec": "oak-board", "quantity": "9"});
    c.world.recorded(c.workshop, json(raise)).unwrap();
    let enquire = |c: &mut Chairs, quantity: &str| {
        let command = serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": quantity});
        let id = c.world.recorded(c.buyer, json(command)).unwrap();
        let buyer = c.buyer;
        assert!(c.world.run_until(300, |w| state(w, buyer, &id) == Some(DealState::Quoted)));
        deal(&c.world, buyer, &id).unwrap()
    };
    let all = enquire(&mut c, "8");
    // nine boards are good for two chairs
    let two = all.also.iter().find(|part| part.quantity == decimal("2")).unwrap();
    assert!(two.promise < all.promise.unwrap());
    assert_eq!(two.unit_price.amount, decimal("120"));
    assert!(all.also.len() <= 4);
    c.world.recorded(c.buyer, json(serde_json::json!({"do": "decline", "deal": all.id}))).unwrap();
    c.world.run(10);
    let less = enquire(&mut c, "2");
    let lead = |d: &node::view::DealView, promise| vocab::seconds_between(d.start, promise);
    assert_eq!(lead(&less, less.promise.unwrap()), lead(&all, two.promise));
    assert!(less.also.len() <= 1, "{:?}", less.also);
}

#[test]
fn a_move_does_what_the_preview_showed_and_a_restart_remembers_it() {
    let mut c = chairs(19);
    let who = c.workshop;
    let raise = serde_json::json!({"do": "raise", "spec": "oak-board", "quantity": "40"});
    c.world.recorded(who, json(raise)).unwrap();
    let order = serde_json::json!({"do": "plan", "spec": "chair", "quantity": "3"});
    let order = c.world.recorded(who, json(order)).unwrap();
    c.world.recorded(who, json(serde_json::json!({"do": "accept", "deal": order}))).unwrap();
    let before = board(&c, who);
    let first = &before.processes[0];
    let to = Place { plan: first.plan, index: 0, start: after(first.start, 5_000), work_center: None };
    let command = |to: &Place| {
        json(serde_json::json!({"do": "move_process", "plan": to.plan, "index": to.index, "start": to.start}))
    };
    let preview = c.world.node(who).unwrap().preview(&to, c.world.now()).unwrap();
    assert!(preview.possible && preview.moves.len() == 2 && preview.promises.len() == 1, "{preview:?}");
    c.world.recorded(who, command(&to)).unwrap();
    let moved = board(&c, who);
    for shown in &preview.moves {
        let p = moved.processes.iter().find(|p| p.index == shown.index).unwrap();
        assert_eq!((p.start, p.work_end, p.end), (shown.start, shown.work_end, shown.end));
        assert_eq!(p.work_center, shown.work_center);
    }
    assert_eq!(moved.processes[0].promise, preview.promises[0].to);
    assert_eq!(moved.work_centers[0].load, {
        let node = c.world.node(who).unwrap();
        node.capacity().load("bench", moved.from, moved.to)
    });
    // and back to where it was
    let back = Place { start: first.start, ..to.clone() };
    c.world.recorded(who, command(&back)).unwrap();
    let times = |view: &PlanView| view.processes.iter().map(|p| (p.start, p.end)).collect::<Vec<_>>();
    assert_eq!(times(&board(&c, who)), times(&before));
    c.world.recorded(who, command(&to)).unwrap();
    let rebuilt = c.world.rebuilt(who).plan_view(None, None, c.world.now()).unwrap();
    assert_eq!(serde_json::to_string(&rebuilt).unwrap(), serde_json::to_string(&board(&c, who)).unwrap());
    // what has begun stays where it is
    c.world.run(5_100);
    let start = serde_json::json!({"do": "start", "plan": to.plan, "index": 0});
    c.world.recorded(who, json(start)).unwrap();
    assert!(c.world.recorded(who, command(&back)).unwrap_err().contains("under way"));
}

#[test]
fn a_move_that_breaks_a_promise_is_refused_by_the_command_too() {
    let (mut c, _) = bound(20, 2);
    let p = &board(&c, c.workshop).processes[0];
    let late =
        serde_json::json!({"do": "move_process", "plan": p.plan, "index": 0, "start": after(p.start, 3_600)});
    let refused = c.world.recorded(c.workshop, json(late)).unwrap_err();
    assert!(refused.contains("promised to buyer"), "{refused}");
}

#[test]
fn why_leads_from_the_order_back_and_a_supposition_changes_nothing() {
    let (mut c, id) = bound(21, 2);
    let who = c.workshop;
    let now = c.world.now();
    let show = |c: &Chairs| serde_json::to_string(&board(c, who)).unwrap();
    let before = show(&c);
    let node = c.world.node(who).unwrap();
    let why = node.why(&id, now).unwrap().unwrap();
    assert!(why.on_time && why.late_s == 0 && !why.chain.is_empty(), "{why:?}");
    assert!(why.chain.windows(2).all(|w| w[0].from >= w[1].to), "each link ends before the next: {why:?}");
    assert!(why.chain.iter().all(|l| l.what.in_language("zh") != l.what.in_language("en")));
    assert!(node.why(&RecordId([9; 32]), now).unwrap().is_none());
    let bench = |from: i64, to: i64| node::view::WhatIfHours {
        work_center: "bench".into(),
        from: after(now, from),
        to: after(now, to),
    };
    let asked = node::view::WhatIf {
        demands: vec![node::view::WhatIfDemand {
            spec: "chair".parse().unwrap(),
            quantity: decimal("1"),
            due: Some(after(now, 40 * 86_400)),
        }],
        down: vec![bench(0, 20 * 86_400)],
        overtime: vec![],
    };
    let then = node.what_if(&asked, now).unwrap();
    let [moved] = then.moved.as_slice() else { panic!("{then:?}") };
    assert_eq!(moved.order, id);
    assert!(moved.to > moved.from, "{moved:?}");
    assert!(then.promises[0].promise.is_some() && then.promises[0].late_s == 0, "{then:?}");
    let nothing = node.what_if(&node::view::WhatIf::default(), now).unwrap();
    assert!(nothing.moved.is_empty() && nothing.promises.is_empty());
    let wrong = node::view::WhatIfHours { work_center: "nowhere".into(), ..bench(0, 10) };
    for (overtime, down) in [(vec![wrong.clone()], vec![]), (vec![], vec![wrong])] {
        assert!(node.what_if(&node::view::WhatIf { demands: vec![], overtime, down }, now).is_err());
    }
    assert_eq!(show(&c), before);
    work_off(&mut c.world);
    let done = c.world.node(who).unwrap().why(&id, c.world.now()).unwrap().unwrap();
    assert!(done.chain.is_empty() && done.relief.is_empty(), "{done:?}");
}

#[test]
fn a_supposition_heeds_the_outages_that_are_known() {
    let (mut c, _) = bound(22, 2);
    let (who, now) = (c.workshop, c.world.now());
    let asked = node::view::WhatIf {
        demands: vec![node::view::WhatIfDemand {
            spec: "chair".parse().unwrap(),
            quantity: decimal("1"),
            due: None,
        }],
        ..node::view::WhatIf::default()
    };
    let promise =
        |c: &Chairs| c.world.node(who).unwrap().what_if(&asked, c.world.now()).unwrap().promises[0].promise;
    let until = after(now, 90 * 86_400);
    assert!(promise(&c).unwrap() < until);
    let flood = serde_json::json!({"do": "down", "work_center": "bench", "until": until, "reason": "flood"});
    c.world.recorded(who, json(flood)).unwrap();
    assert!(promise(&c).unwrap() > until);
}

#[test]
fn work_done_by_another_firm_has_its_place_in_the_tree() {
    let mut c = chairs(23);
    let (who, painter) = (c.workshop, c.forest);
    describe(&mut c.world, painter, "painting", "each", false);
    recipe(&mut c.world, painter, "painting", &[], 1);
    offer(&mut c.world, painter, "painting", &[("1", "5")]);
    let frame = serde_json::json!({"output": "frame", "steps": [
        {"name": "weld", "work_center": "bench", "run_s": 60},
        {"name": "paint", "work_center": "", "outside": {"service": "painting", "lead_time_s": 86_400}}]});
    c.world.recorded(who, json(serde_json::json!({"do": "model", "recipes": [frame]}))).unwrap();
    c.world.run(5);
    let order = serde_json::json!({"do": "plan", "spec": "frame", "quantity": "3"});
    let order = c.world.recorded(who, json(order)).unwrap();
    c.world.run(5);
    let tree = tree(&c, who, &order);
    let [made] = tree.children.as_slice() else { panic!("{tree:?}") };
    let [bought] = made.children.as_slice() else { panic!("{made:?}") };
    assert_eq!(
        (bought.kind, bought.spec.as_str(), bought.quantity),
        (NodeKind::Purchase, "painting", decimal("3"))
    );
    assert!(bought.weakest && bought.deal.is_some() && bought.with.is_some(), "{bought:?}");
}
