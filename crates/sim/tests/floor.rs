//! The shop floor: what is taken, counted, spoilt and timed, and what that says of the recipe.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::Node;
use node::view::{EstimateView, FloorEntry, OrderState, OrderView, ProcessState};
use serde_json::{Value, json};
use sim::{Faults, World};
use support::{decimal, describe};
use vocab::{DAY_S, Decimal, RecordId, after};

/// A workshop on its own that glues chairs: assembly of 10 minutes and 30 minutes a chair, then sanding.
struct Shop {
    world: World,
}

const ME: usize = 0;

impl Shop {
    fn new(seed: u64) -> Self {
        let mut world = World::new(seed, Faults::NONE);
        world.add("workshop");
        describe(&mut world, ME, "chair", "each", false);
        describe(&mut world, ME, "glue", "kg", false);
        let mut shop = Self { world };
        shop.tell(json!({"do": "model",
            "recipes": [{"output": "chair", "inputs": [{"spec": "glue", "quantity": "2"}], "steps": [
                {"name": "assembly", "work_center": "bench", "setup_s": 600, "run_s": 1800},
                {"name": "sanding", "work_center": "bench", "run_s": 600}]}],
            "work_centers": {"bench": {"units": 4}}}));
        shop
    }
    fn node(&self) -> &Node {
        self.world.node(ME).unwrap()
    }
    fn tell(&mut self, command: Value) -> RecordId {
        self.world.recorded(ME, support::json(command.clone())).unwrap_or_else(|e| panic!("{command}: {e}"))
    }
    /// Why a command is refused; nothing may have changed by it.
    fn refused(&mut self, command: Value) -> String {
        let before = (self.world.disk(ME).len(), self.shown());
        let why = self.world.recorded(ME, support::json(command.clone())).unwrap_err();
        assert_eq!((self.world.disk(ME).len(), self.shown()), before, "{command}");
        why
    }
    fn shown(&self) -> String {
        shown(self.node(), &self.world)
    }
    fn glue(&mut self, quantity: &str, expires_in_days: Option<i64>) -> RecordId {
        let date = |days| after(self.world.now(), days * DAY_S).to_string();
        let properties = expires_in_days.map_or(json!({}), |days| json!({"expires": date(days)}));
        self.tell(json!({"do": "raise", "spec": "glue", "quantity": quantity, "properties": properties}))
    }
    /// An own order, firm; its plan.
    fn order(&mut self, chairs: i64) -> RecordId {
        let id = self.tell(json!({"do": "plan", "spec": "chair", "quantity": chairs.to_string()}));
        self.world.run(2);
        self.tell(json!({"do": "accept", "deal": id}));
        let order = self.orders().into_iter().find(|o| o.id == id).unwrap();
        assert_eq!(order.state, OrderState::Firm, "{:?}", order.trouble);
        order.processes[0].plan
    }
    fn orders(&self) -> Vec<OrderView> {
        self.node().orders(self.world.now())
    }
    fn order_of(&self, plan: RecordId) -> OrderView {
        self.orders().into_iter().find(|o| o.processes.iter().any(|p| p.plan == plan)).unwrap()
    }
    fn floor(&self) -> Vec<FloorEntry> {
        self.node().floor(None, 100, self.world.now()).entries
    }
    fn left(&self, lot: RecordId) -> Decimal {
        self.node().goods().lots().filter(|h| h.lot == lot).map(|h| h.quantity).sum()
    }
    fn on_hand(&self, spec: &str) -> Decimal {
        self.node().goods().on_hand(&spec.parse().unwrap())
    }
    fn start(&mut self, plan: RecordId, index: u32) {
        self.tell(json!({"do": "start", "plan": plan, "index": index}));
    }
    fn finish(&mut self, plan: RecordId, index: u32) {
        self.tell(json!({"do": "finish", "plan": plan, "index": index}));
    }
    fn estimate(&self, step: u32) -> EstimateView {
        self.node().estimates().into_iter().find(|e| e.step == step).unwrap()
    }
}

fn shown(node: &Node, world: &World) -> String {
    let now = world.now();
    serde_json::to_string(&(node.orders(now), node.stock(), node.floor(None, 100, now), node.estimates()))
        .unwrap()
}

#[test]
fn what_expires_first_is_taken_first_and_a_person_may_choose_otherwise() {
    let mut shop = Shop::new(81);
    let [keeps, late, soon] = [None, Some(30), Some(5)].map(|days| shop.glue("3", days));
    let plan = shop.order(2);
    let entry = shop.floor().remove(0);
    let lots: Vec<_> = entry.inputs[0].lots.iter().map(|l| (l.lot, l.chosen)).collect();
    assert_eq!(lots, [(soon, 3.into()), (late, 1.into()), (keeps, 0.into())]);
    shop.start(plan, 0);
    assert_eq!([keeps, late, soon].map(|lot| shop.left(lot)), [3, 2, 0].map(Decimal::from));

    let other = shop.order(1);
    let both = json!([{"lot": keeps, "quantity": "1.5"}, {"lot": late, "quantity": "0.5"}]);
    shop.tell(json!({"do": "start", "plan": other, "index": 0, "lots": both}));
    assert_eq!([keeps, late].map(|lot| shop.left(lot)), [decimal("1.5"), decimal("1.5")]);
    // more material than was planned is said when the work is done, and stands in the passport
    let more = json!([{"lot": late, "quantity": "0.5"}]);
    shop.tell(json!({"do": "finish", "plan": other, "index": 0, "lots": more}));
    assert_eq!(shop.left(late), 1.into());
}

#[test]
fn an_expired_lot_is_taken_only_when_somebody_names_it() {
    let mut shop = Shop::new(82);
    shop.tell(json!({"do": "model", "items": {"glue": {"shelf_life_s": 10 * DAY_S}}}));
    let old = shop.glue("4", None);
    let plan = shop.order(2);
    shop.world.run(11 * DAY_S);
    let entry = shop.floor().remove(0);
    assert!(!entry.ready && entry.inputs[0].lots[0].expired);
    assert!(entry.waits_for.unwrap().in_language("en").contains("expired"));
    let why = shop.refused(json!({"do": "start", "plan": plan, "index": 0}));
    assert!(why.contains("4 expired"), "{why}");
    // nor is it planned with
    let demand = shop.tell(json!({"do": "plan", "spec": "glue", "quantity": "1"}));
    shop.world.run(2);
    let order = shop.orders().into_iter().find(|o| o.id == demand).unwrap();
    assert_eq!(order.state, OrderState::Dropped);

    let named = json!([{"lot": old, "quantity": "4"}]);
    shop.tell(json!({"do": "start", "plan": plan, "index": 0, "lots": named}));
    assert_eq!(shop.left(old), 0.into());
    let odd =
        json!({"do": "raise", "spec": "glue", "quantity": "1", "properties": {"expires": "next spring"}});
    assert!(shop.refused(odd).contains("2030-12-20"));
}

#[test]
fn pauses_and_closed_hours_are_not_work() {
    let mut shop = Shop::new(83);
    shop.glue("100", None);
    let plan = shop.order(1);
    shop.start(plan, 0);
    shop.world.run(1_000);
    shop.tell(json!({"do": "pause", "plan": plan, "index": 0, "reason": "tool", "note": "blade"}));
    let paused = shop.order_of(plan).processes.remove(0);
    assert_eq!((paused.state, paused.worked_s), (ProcessState::Paused, 1_000));
    shop.world.run(5_000);
    assert_eq!(shop.floor()[0].paused.as_ref().unwrap().note, "blade");
    shop.start(plan, 0);
    shop.world.run(500);
    shop.finish(plan, 0);
    let done = shop.order_of(plan).processes.remove(0);
    assert_eq!((done.state, done.worked_s), (ProcessState::Done, 1_500));

    // open one hour a day: two days on, two hours have passed at most
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    shop.tell(json!({"do": "model", "work_centers": {"bench": {"units": 4, "calendar":
        {"zone": "UTC", "shifts": [{"days": days, "from": "08:00", "to": "09:00"}]}}}}));
    shop.start(plan, 1);
    shop.world.run(2 * DAY_S);
    shop.finish(plan, 1);
    let worked_s = shop.order_of(plan).processes[1].worked_s;
    assert_eq!(worked_s, 7_200);
}

#[test]
fn what_was_spoilt_makes_the_order_short_and_the_stock_stays_true() {
    let mut shop = Shop::new(84);
    shop.glue("20", None);
    let plan = shop.order(10);
    shop.start(plan, 0);
    shop.tell(
        json!({"do": "report", "plan": plan, "index": 0, "good": "4", "scrap": "1", "reason": "quality"}),
    );
    assert_eq!(shop.order_of(plan).short, 1.into());
    shop.tell(json!({"do": "report", "plan": plan, "index": 0, "good": "2"}));
    let too_much = json!({"do": "report", "plan": plan, "index": 0, "good": "2", "scrap": "2"});
    assert!(shop.refused(too_much).contains("3 left"));
    shop.tell(json!({"do": "finish", "plan": plan, "index": 0, "quantity": "9"}));
    let next = shop.floor().remove(0);
    assert_eq!((next.index, next.quantity, next.ready), (1, 9.into(), true));
    shop.start(plan, 1);
    shop.tell(json!({"do": "finish", "plan": plan, "index": 1, "scrap": "2", "reason": "tool"}));
    let order = shop.order_of(plan);
    assert_eq!((order.state, order.short), (OrderState::Made, 3.into()));
    assert_eq!((order.processes[1].good, order.processes[1].scrap), (7.into(), 2.into()));
    assert_eq!((shop.on_hand("chair"), shop.on_hand("glue")), (7.into(), 0.into()));
    shop.node().check_invariants().unwrap();
}

#[test]
fn an_order_of_which_nothing_good_came_is_over_and_made_nothing() {
    let mut shop = Shop::new(85);
    shop.glue("20", None);
    let plan = shop.order(2);
    shop.start(plan, 0);
    shop.tell(json!({"do": "finish", "plan": plan, "index": 0, "scrap": "2", "reason": "machine"}));
    let order = shop.order_of(plan);
    assert_eq!((order.state, order.short), (OrderState::Made, 2.into()));
    assert_eq!(shop.on_hand("chair"), 0.into());
    assert!(shop.floor().is_empty());
    shop.node().check_invariants().unwrap();
}

#[test]
fn three_runs_suggest_a_time_that_its_owner_may_take() {
    let mut shop = Shop::new(86);
    shop.glue("100", None);
    for (n, minutes) in [50, 20, 40].into_iter().enumerate() {
        assert_eq!(shop.estimate(0).suggested_run_s, None, "after {n} runs");
        let plan = shop.order(2);
        shop.start(plan, 0);
        shop.world.run(600 + 2 * minutes * 60);
        shop.tell(json!({"do": "finish", "plan": plan, "index": 0, "scrap": "1"}));
    }
    let seen = shop.estimate(0);
    assert_eq!((seen.samples, seen.run_s, seen.actual_run_s), (3, 1_800, Some(2_400)));
    assert_eq!((seen.scrap, seen.suggested_run_s), (decimal("0.5"), Some(2_400)));
    assert!(shop.refused(json!({"do": "take_estimate", "spec": "chair", "step": 1})).contains("three runs"));
    assert!(shop.refused(json!({"do": "take_estimate", "spec": "chair", "step": 7})).contains("from 0"));
    shop.tell(json!({"do": "take_estimate", "spec": "chair", "step": 0}));
    let step = &shop.node().model().recipes[&"chair".parse().unwrap()].steps[0];
    assert_eq!((step.run_s, step.setup_s, step.scrap), (2_400, 600, decimal("0.5")));
    assert_eq!(shop.estimate(0).suggested_run_s, None, "the recipe says so now");
    // from here on twice as much is begun, and half of it may be spoilt
    let plan = shop.order(2);
    let entry = shop.floor().into_iter().find(|e| e.plan == plan && e.index == 0).unwrap();
    assert_eq!((entry.quantity, entry.inputs[0].quantity), (4.into(), 8.into()));
    shop.start(plan, 0);
    shop.tell(json!({"do": "report", "plan": plan, "index": 0, "scrap": "2"}));
    assert_eq!(shop.order_of(plan).short, 0.into());
    shop.tell(json!({"do": "report", "plan": plan, "index": 0, "scrap": "1"}));
    assert_eq!(shop.order_of(plan).short, 1.into());
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_nothing_half_done() {
    let mut shop = Shop::new(87);
    let lot = shop.glue("3", None);
    let other = shop.glue("9", None);
    let plan = shop.order(2);
    let unknown = RecordId([7; 32]);
    let pick = |lot: RecordId, quantity: &str| json!([{"lot": lot, "quantity": quantity}]);
    for (command, expected) in [
        (json!({"do": "start", "plan": plan, "index": 9}), "index"),
        (json!({"do": "start", "plan": unknown, "index": 0}), "no plan"),
        (json!({"do": "start", "plan": plan, "index": 1}), "not done"),
        (json!({"do": "start", "plan": plan, "index": 0, "lots": pick(unknown, "1")}), "not here"),
        (json!({"do": "start", "plan": plan, "index": 0, "lots": pick(lot, "4")}), "3 there"),
        (json!({"do": "start", "plan": plan, "index": 0, "lots": pick(other, "5")}), "4 planned"),
        (json!({"do": "start", "plan": plan, "index": 0, "lots": pick(lot, "0")}), "above zero"),
        (json!({"do": "pause", "plan": plan, "index": 0, "reason": "break"}), "not started"),
        (json!({"do": "report", "plan": plan, "index": 0, "good": "1"}), "not started"),
        (json!({"do": "finish", "plan": plan, "index": 0}), "not started"),
    ] {
        let why = shop.refused(command.clone());
        assert!(why.contains(expected), "{command}: {why}");
    }
    shop.start(plan, 0);
    for (command, expected) in [
        (json!({"do": "start", "plan": plan, "index": 0}), "started already"),
        (json!({"do": "report", "plan": plan, "index": 0}), "how much"),
        (json!({"do": "report", "plan": plan, "index": 0, "good": "-1"}), "zero or more"),
        (json!({"do": "finish", "plan": plan, "index": 0, "scrap": "3"}), "2 left"),
        (json!({"do": "finish", "plan": plan, "index": 0, "quantity": "-1"}), "came out"),
        (json!({"do": "finish", "plan": plan, "index": 0, "lots": pick(other, "90")}), "there"),
        (json!({"do": "pause", "plan": plan, "index": 0, "reason": "other", "note": "x".repeat(501)}), "500"),
    ] {
        let why = shop.refused(command.clone());
        assert!(why.contains(expected), "{command}: {why}");
    }
    shop.finish(plan, 0);
    assert!(shop.refused(json!({"do": "finish", "plan": plan, "index": 0})).contains("done already"));
}

#[test]
fn the_dispatch_list_has_what_is_under_way_then_what_can_begin_then_what_waits() {
    let mut shop = Shop::new(88);
    shop.glue("8", None);
    let [first, second] = [2, 2].map(|n| shop.order(n));
    shop.start(second, 0);
    let listed: Vec<_> = shop.floor().iter().map(|e| (e.plan, e.index, e.state, e.ready)).collect();
    let (planned, started) = (ProcessState::Planned, ProcessState::Started);
    assert_eq!(listed[..2], [(second, 0, started, true), (first, 0, planned, true)]);
    let waits: Vec<_> = shop.floor()[2..].iter().map(|e| e.waits_for.clone().unwrap()).collect();
    assert_eq!(waits.len(), 2);
    for text in waits {
        assert!(text.in_language("en").contains("'assembly' at bench is not done"));
        assert!(text.in_language("zh").contains("尚未完成"));
    }
    let now = shop.world.now();
    assert_eq!(shop.node().floor(Some("bench"), 3, now).entries.len(), 3);
    assert!(shop.node().floor(Some("bench"), 3, now).truncated);
    assert!(shop.node().floor(Some("lathe"), 3, now).entries.is_empty());
}

#[test]
fn a_step_done_early_gives_its_capacity_back() {
    let mut shop = Shop::new(89);
    shop.glue("8", None);
    let plan = shop.order(4);
    let used = |shop: &Shop| {
        let open = after(shop.world.now(), 30 * DAY_S);
        let load = shop.node().capacity().load("bench", shop.world.now(), open);
        load.iter().map(|l| i64::from(l.units) * vocab::seconds_between(l.start, l.end)).sum::<i64>()
    };
    let before = used(&shop);
    shop.start(plan, 0);
    shop.finish(plan, 0);
    assert!(used(&shop) < before - 7_000, "{before} {}", used(&shop));
}

#[test]
fn a_node_rebuilt_from_its_disk_knows_the_floor_as_it_was() {
    let mut shop = Shop::new(90);
    shop.glue("100", Some(9));
    for n in 0..3 {
        let plan = shop.order(2);
        shop.start(plan, 0);
        shop.world.run(3_600 + n);
        shop.tell(json!({"do": "report", "plan": plan, "index": 0, "good": "1", "scrap": "1"}));
        shop.tell(json!({"do": "pause", "plan": plan, "index": 0, "reason": "people"}));
        if n < 2 {
            shop.finish(plan, 0);
        }
    }
    let again = shop.world.rebuilt(ME);
    assert_eq!(shown(&again, &shop.world), shop.shown());
    again.check_invariants().unwrap();
}
