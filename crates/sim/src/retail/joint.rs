//! A week's lots through a joint plan of real nodes: one of them plans, suppliers and buyers say what they would make and
//! take, and what the suppliers award is what counts.
//!
//! Everybody knows the planner. A supplier and a buyer meet when the plan has brought them together. Nothing is said for
//! anybody by this run: rounds, prices, awards and judgements are the nodes' own.

use super::instance::KM;
use super::needs::{CURRENCY, command};
use super::{Instance, Orders};
use crate::firms::EVER_S;
use crate::{Faults, OnBreach, World};
use ledger::Statement;
use market::planner::{PRODUCTS_MAX, PlanPart, bound, plan};
use node::view::{DealState, DemandViewState, Role};
use node::{Hears, Policy};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, SpecId, Timestamp, after};

/// How a week's joint plan is run.
#[derive(Clone, Copy, Debug)]
pub struct JointSetting {
    /// how long inputs are taken, virtual seconds
    pub takes_s: i64,
    /// how long the planner has from then on, virtual seconds
    pub plans_s: i64,
    /// what all chance follows from
    pub seed: u64,
    /// what goes wrong on the way
    pub faults: Faults,
}

impl JointSetting {
    /// Ten minutes to take part, five to plan, on long lines without fault.
    pub fn usual(seed: u64) -> Self {
        Self { takes_s: 600, plans_s: 300, seed, faults: Faults::FAR }
    }
}

/// What came of a week's joint plan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Joint {
    /// order lines of the week
    pub lines: usize,
    /// lots they were ordered in
    pub lots: usize,
    /// lots that were bought
    pub bought: usize,
    /// nodes: the planner, suppliers and buyers
    pub nodes: usize,
    /// what the deals bring, less the set-up of each product at each supplier that makes it, pounds
    pub welfare: Decimal,
    /// what no plan can exceed, pounds
    pub optimum: Decimal,
    /// one by the other, per cent
    pub welfare_percent: f64,
    /// the set-ups in it, pounds
    pub setups: Decimal,
    /// products set up, each supplier's counted
    pub made: usize,
    /// what the buyers pay of the set-ups, pounds
    pub shared: Decimal,
    /// rounds of prices
    pub rounds: u32,
    /// frames between all nodes, those in which they met included
    pub messages: u64,
    /// those in which they met
    pub meeting_messages: u64,
    /// bytes in all frames
    pub bytes: u64,
    /// frames for each line
    pub messages_per_line: f64,
    /// bytes for each node
    pub bytes_per_node: f64,
    /// from the end of inputs until the last buyer held its award, virtual milliseconds
    pub agreed_ms: i64,
    /// invariants that broke, deals that only one side knows
    pub violations: Vec<String>,
}

/// How often it is looked whether anything still moves, virtual milliseconds.
const LOOK_MS: i64 = 1_000;
/// How long the last awards may take after the plan is out, virtual seconds.
const AWARDS_S: i64 = 120;

struct Market<'a> {
    orders: &'a Orders,
    instance: &'a Instance,
    world: World,
    planner: usize,
    /// the node of each buyer
    nodes: BTreeMap<usize, usize>,
    /// demand -> lot
    demands: BTreeMap<RecordId, usize>,
    meeting_messages: u64,
}

/// Runs the joint plan of a week. Calls `told` with how far virtual time has come, of how much.
///
/// # Errors
/// In words: what a node refused.
pub fn joint_week(
    orders: &Orders,
    instance: &Instance,
    setting: JointSetting,
    mut told: impl FnMut(i64, i64),
) -> Result<Joint, String> {
    let mut market = Market::new(orders, instance, setting);
    let began = market.world.now();
    let takes_until = after(began, setting.takes_s);
    let closes = after(takes_until, setting.plans_s);
    let call = market.world.recorded(market.planner, command(json!({
        "do": "plan_call", "name": vocab::both("a week's orders", "一周的订单"), "currency": CURRENCY, "unit": "h",
        "takes_until": takes_until, "closes": closes,
    }))?)?;
    market.world.run(30);
    market.supply(call)?;
    market.want(call)?;
    let since = |t: Timestamp| t.as_millisecond() - began.as_millisecond();
    let (end, mut met, mut agreed) = (after(closes, AWARDS_S), 0, takes_until);
    let mut bought = 0;
    while market.world.now() < end {
        told(since(market.world.now()), since(end));
        market.run_ms(LOOK_MS);
        if market.world.now() <= takes_until {
            continue;
        }
        met = market.meet(met);
        let now = market.bound();
        if now > bought {
            (bought, agreed) = (now, market.world.now());
        }
        let served = market.served();
        if market.world.said("plan_result") > 0 && bought == served && met == served {
            break;
        }
    }
    let mut joint = market.count(call);
    joint.agreed_ms = agreed.as_millisecond() - takes_until.as_millisecond();
    Ok(joint)
}

impl<'a> Market<'a> {
    /// Starts the nodes and lets all meet the planner.
    fn new(orders: &'a Orders, instance: &'a Instance, setting: JointSetting) -> Self {
        let mut world = World::new(setting.seed, setting.faults);
        world.set_on_breach(OnBreach::Note);
        world.set_events_max(u64::MAX);
        let policy = Policy { hears: Hears::Partners, reconcile_s: EVER_S, ..Policy::default() };
        for n in 0..instance.capacities.len() {
            world.add_with(&format!("supplier-{n}"), policy.clone());
        }
        let planner = world.add_with("planner", policy.clone());
        (0..planner).for_each(|supplier| world.introduce(planner, supplier));
        let mut nodes = BTreeMap::new();
        for customer in instance.buyers().keys() {
            let who = world.add_with(&orders.customers[*customer], policy.clone());
            nodes.insert(*customer, who);
            world.introduce(planner, who);
        }
        world.run(5);
        let meeting_messages = world.messages;
        Self { orders, instance, world, planner, nodes, demands: BTreeMap::new(), meeting_messages }
    }

    fn run_ms(&mut self, ms: i64) {
        let end = self.world.now().as_millisecond() + ms;
        self.world.run_to(Timestamp::from_millisecond(end).unwrap_or(Timestamp::MAX));
    }

    fn spec(&self, code: usize) -> &SpecId {
        &self.orders.codes[code].spec
    }

    /// Each supplier says what it would make of all that is wanted.
    fn supply(&mut self, call: RecordId) -> Result<(), String> {
        let codes: BTreeSet<usize> = self.instance.lots.iter().map(|lot| lot.code).collect();
        for supplier in 0..self.instance.capacities.len() {
            let hours = Decimal::new(self.instance.capacities[supplier], 2);
            if !hours.is_positive() {
                continue;
            }
            let product = |code: &usize| {
                json!({
                    "spec": self.spec(*code), "name": self.orders.codes[*code].name, "unit": "each",
                    "unit_price": self.instance.listed(*code, supplier),
                    "load": Decimal::new(self.instance.pence[code], 2),
                    "setup": Decimal::from_micros(i128::from(self.instance.setup(*code, supplier))),
                })
            };
            let products: Vec<_> = codes.iter().take(PRODUCTS_MAX).map(product).collect();
            let supply = json!({
                "do": "plan_supply", "call": call, "quantity": hours, "lead_time_s": 86_400,
                "place": self.instance.places[supplier], "products": products,
            });
            self.world.recorded(supplier, command(supply)?)?;
        }
        Ok(())
    }

    /// Each buyer says one demand a lot.
    fn want(&mut self, call: RecordId) -> Result<(), String> {
        for (n, lot) in self.instance.lots.iter().enumerate() {
            let demand = json!({
                "do": "plan_demand", "call": call, "spec": self.spec(lot.code),
                "quantity": lot.quantity.to_string(),
                "at_most": {"amount": self.instance.money(lot.code, lot.value), "currency": CURRENCY},
                "place": self.instance.buyers()[&lot.customer], "per_km": self.instance.money(lot.code, KM),
            });
            let id = self.world.recorded(self.nodes[&lot.customer], command(demand)?)?;
            self.demands.insert(id, n);
        }
        Ok(())
    }

    /// Lets suppliers meet the buyers that they have something to say to; returns for how many demands that was done.
    fn meet(&mut self, done: usize) -> usize {
        if self.world.said("plan_result") == 0 || done > 0 {
            return done;
        }
        let (mut pairs, mut served) = (BTreeSet::new(), 0);
        for part in parts(&self.world, self.planner) {
            let Some(supplier) = part.served.and_then(|s| self.world.find(&s.by)) else { continue };
            served += part.demands.len();
            let lots = part.demands.iter().filter_map(|id| self.demands.get(id));
            pairs.extend(lots.map(|lot| (supplier, self.nodes[&self.instance.lots[*lot].customer])));
        }
        let before = self.world.messages;
        pairs.into_iter().for_each(|(supplier, buyer)| self.world.introduce(supplier, buyer));
        // the hellos of a meeting are in the very next moments; the mail that waits is sent with the answer to them
        self.run_ms(1);
        self.meeting_messages += self.world.messages - before;
        served
    }

    /// Demands that the plan serves.
    fn served(&self) -> usize {
        let all = parts(&self.world, self.planner).into_iter();
        all.filter(|part| part.served.is_some()).map(|part| part.demands.len()).sum()
    }

    /// Deals that buyers are bound by.
    fn bound(&self) -> usize {
        let of = |who: &usize| {
            let calls = self.world.node(*who).map(|node| node.calls(self.world.now())).unwrap_or_default();
            calls.iter().flat_map(|c| &c.demands).filter(|d| d.state == DemandViewState::Awarded).count()
        };
        self.nodes.values().map(of).sum()
    }

    fn count(&self, call: RecordId) -> Joint {
        let Self { world, instance, .. } = self;
        let suppliers: BTreeMap<_, _> = (0..instance.capacities.len()).map(|s| (world.agent(s), s)).collect();
        let mut violations = world.breaches().to_vec();
        let mut both: BTreeSet<RecordId> = BTreeSet::new();
        for s in suppliers.values() {
            let deals = world.node(*s).map(|node| node.deals(world.now())).unwrap_or_default();
            both.extend(deals.iter().filter(|d| d.state == DealState::Bound).map(|d| d.id));
        }
        let (mut welfare, mut bought, mut shared) = (0_i64, 0, Decimal::ZERO);
        let mut sold: Vec<i64> = vec![0; instance.capacities.len()];
        let mut made: BTreeSet<(usize, usize)> = BTreeSet::new();
        for who in self.nodes.values() {
            let Some(node) = world.node(*who) else { continue };
            let calls = node.calls(world.now());
            let shares: BTreeMap<RecordId, Option<Decimal>> = calls
                .iter()
                .filter(|c| c.id == call)
                .flat_map(|c| c.demands.iter().map(|d| (d.id, d.setup_share)))
                .collect();
            let deals = node.deals(world.now()).into_iter();
            for deal in deals.filter(|d| d.role == Role::Buyer && d.state == DealState::Bound) {
                let (Some(lot), Some(supplier)) =
                    (self.demands.get(&deal.id), suppliers.get(&deal.with.agent).copied())
                else {
                    continue;
                };
                if !both.remove(&deal.id) {
                    violations.push(format!("the deal {} is bound on one side only", deal.id));
                }
                let lot = &instance.lots[*lot];
                bought += 1;
                sold[supplier] += lot.load;
                welfare += instance.welfare(lot, supplier);
                made.insert((lot.code, supplier));
                shared += shares.get(&deal.id).copied().flatten().unwrap_or(Decimal::ZERO) * deal.quantity;
            }
        }
        violations.extend(both.iter().map(|deal| format!("the deal {deal} is bound on one side only")));
        for (s, sold) in sold.iter().enumerate().filter(|(s, sold)| **sold > instance.capacities[*s]) {
            violations.push(format!("supplier-{s} sold {sold} of {}", instance.capacities[s]));
        }
        let setups: i64 = made.iter().map(|(code, supplier)| instance.setup(*code, *supplier)).sum();
        let pounds = |micros: i64| Decimal::from_micros(i128::from(micros));
        let problem = instance.joint();
        let most = bound(&problem, &plan(&problem).1);
        let rounds = world.node(self.planner).map(|node| node.calls(world.now()));
        Joint {
            lines: instance.lines,
            lots: instance.lots.len(),
            bought,
            nodes: world.len(),
            welfare: pounds(welfare - setups),
            optimum: pounds(most),
            welfare_percent: 100.0 * (welfare - setups) as f64 / most.max(1) as f64,
            setups: pounds(setups),
            made: made.len(),
            shared,
            rounds: rounds.into_iter().flatten().find(|c| c.id == call).map_or(0, |c| c.rounds),
            messages: world.messages,
            meeting_messages: self.meeting_messages,
            bytes: world.bytes,
            messages_per_line: world.messages as f64 / instance.lines.max(1) as f64,
            bytes_per_node: world.bytes as f64 / world.len().max(1) as f64,
            agreed_ms: 0,
            violations,
        }
    }
}

/// The parts of the plan, as the planner has said them.
fn parts(world: &World, planner: usize) -> Vec<PlanPart> {
    let said = world.disk(planner).iter().filter(|entry| entry.record.kind == PlanPart::KIND);
    said.filter_map(|entry| entry.record.read::<PlanPart>().ok()).collect()
}
