//! A week's lots through a joint plan of real nodes: one of them plans, suppliers and buyers say what they would make and
//! take, and what the suppliers award is what counts.
//!
//! Everybody knows the planner. A supplier and a buyer meet when the plan has brought them together. Nothing is said for
//! anybody by this run: rounds, prices, awards and judgements are the nodes' own.

use super::instance::KM;
use super::needs::{CURRENCY, command};
use super::week::{LOOK_MS, Sale, Week, pounds};
use super::{Instance, Orders};
use crate::firms::EVER_S;
use crate::{Faults, World};
use ledger::Statement;
use market::planner::{PRODUCTS_MAX, PlanPart, bound, plan};
use node::view::{CallView, DemandViewState};
use node::{Hears, Policy};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, Timestamp, after};

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

/// How long word of the call may take, virtual seconds.
const NEWS_S: i64 = 120;
/// How long the last awards may take after the plan is out, virtual seconds.
const AWARDS_S: i64 = 120;

struct Market<'a> {
    week: Week<'a>,
    planner: usize,
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
    let began = market.week.world.now();
    let takes_until = after(began, setting.takes_s);
    let closes = after(takes_until, setting.plans_s);
    let call = market.week.world.recorded(market.planner, command(json!({
        "do": "plan_call", "name": vocab::both("a week's orders", "一周的订单"), "currency": CURRENCY, "unit": "h",
        "takes_until": takes_until, "closes": closes,
    }))?)?;
    market.await_call(call);
    market.supply(call)?;
    market.want(call)?;
    let since = |t: Timestamp| t.as_millisecond() - began.as_millisecond();
    let (end, mut met, mut agreed) = (after(closes, AWARDS_S), 0, takes_until);
    let mut bought = 0;
    while market.week.world.now() < end {
        told(since(market.week.world.now()), since(end));
        market.week.run_ms(LOOK_MS);
        if market.week.world.now() <= takes_until {
            continue;
        }
        met = market.meet(met);
        let now = market.awarded();
        if now > bought {
            (bought, agreed) = (now, market.week.world.now());
        }
        let served = market.served();
        if market.week.world.said("plan_result") > 0 && bought == served && met == served {
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
        let policy = Policy { hears: Hears::Partners, reconcile_s: EVER_S, ..Policy::default() };
        let mut week = Week::new(orders, instance, (setting.seed, setting.faults), policy);
        let planner = week.add("planner");
        (0..planner).for_each(|supplier| week.world.introduce(planner, supplier));
        week.add_buyers(|_| vec![planner]);
        week.world.run(5);
        let meeting_messages = week.world.messages;
        Self { week, planner, demands: BTreeMap::new(), meeting_messages }
    }

    /// Waits until all know of the call, but no longer: on bad lines, who has not heard of it takes no part.
    fn await_call(&mut self, call: RecordId) {
        for _ in 0..NEWS_S {
            self.week.run_ms(LOOK_MS);
            if (0..self.week.world.len()).all(|who| self.week.knows(who, &call)) {
                return;
            }
        }
    }

    /// Each supplier says what it would make of all that is wanted.
    fn supply(&mut self, call: RecordId) -> Result<(), String> {
        let week = &mut self.week;
        let (instance, orders) = (week.instance, week.orders);
        let codes: BTreeSet<usize> = instance.lots.iter().map(|lot| lot.code).collect();
        for supplier in 0..instance.capacities.len() {
            let Some(hours) = week.hours(supplier).filter(|_| week.knows(supplier, &call)) else { continue };
            let product = |code: &usize| {
                json!({
                    "spec": orders.codes[*code].spec, "name": orders.codes[*code].name, "unit": "each",
                    "unit_price": instance.listed(*code, supplier),
                    "load": Decimal::new(instance.pence[code], 2),
                    "setup": pounds(instance.setup(*code, supplier)),
                })
            };
            let products: Vec<_> = codes.iter().take(PRODUCTS_MAX).map(product).collect();
            let supply = json!({
                "do": "plan_supply", "call": call, "quantity": hours, "lead_time_s": 86_400,
                "place": instance.places[supplier], "products": products,
            });
            week.world.recorded(supplier, command(supply)?)?;
        }
        Ok(())
    }

    /// Each buyer says one demand a lot.
    fn want(&mut self, call: RecordId) -> Result<(), String> {
        let week = &mut self.week;
        let instance = week.instance;
        for (n, lot) in instance.lots.iter().enumerate() {
            if !week.knows(week.nodes[&lot.customer], &call) {
                continue;
            }
            let demand = json!({
                "do": "plan_demand", "call": call, "spec": week.spec(lot.code),
                "quantity": lot.quantity.to_string(),
                "at_most": {"amount": instance.money(lot.code, lot.value), "currency": CURRENCY},
                "place": instance.buyers()[&lot.customer], "per_km": instance.money(lot.code, KM),
            });
            let id = week.world.recorded(week.nodes[&lot.customer], command(demand)?)?;
            self.demands.insert(id, n);
        }
        Ok(())
    }

    /// Lets suppliers meet the buyers that they have something to say to; returns for how many demands that was done.
    fn meet(&mut self, done: usize) -> usize {
        let week = &mut self.week;
        if week.world.said("plan_result") == 0 || done > 0 {
            return done;
        }
        let (mut pairs, mut served) = (BTreeSet::new(), 0);
        for part in parts(&week.world, self.planner) {
            let Some(supplier) = part.served.and_then(|s| week.world.find(&s.by)) else { continue };
            served += part.demands.len();
            let lots = part.demands.iter().filter_map(|id| self.demands.get(id));
            pairs.extend(lots.map(|lot| (supplier, week.nodes[&week.instance.lots[*lot].customer])));
        }
        let before = week.world.messages;
        pairs.into_iter().for_each(|(supplier, buyer)| week.world.introduce(supplier, buyer));
        // the hellos of a meeting are in the very next moments; the mail that waits is sent with the answer to them
        week.run_ms(1);
        self.meeting_messages += week.world.messages - before;
        served
    }

    /// Demands that the plan serves.
    fn served(&self) -> usize {
        let all = parts(&self.week.world, self.planner).into_iter();
        all.filter(|part| part.served.is_some()).map(|part| part.demands.len()).sum()
    }

    /// Demands that were awarded, as their buyers know.
    fn awarded(&self) -> usize {
        let Week { world, nodes, .. } = &self.week;
        let calls = nodes.values().filter_map(|who| Some(world.node(*who)?.calls(world.now())));
        let demands = calls.flatten().flat_map(|call| call.demands);
        demands.filter(|demand| demand.state == DemandViewState::Awarded).count()
    }

    fn count(&self, call: RecordId) -> Joint {
        let Week { world, instance, nodes, .. } = &self.week;
        let (sales, violations) = self.week.sales(&self.demands);
        let called = |who: usize| self.week.called(who, &call);
        let demands = nodes.values().filter_map(|who| called(*who)).flat_map(|c| c.demands);
        let shares: BTreeMap<_, _> = demands.filter_map(|d| Some((d.id, d.setup_share?))).collect();
        let shared = |sale: &Sale| shares.get(&sale.deal.id).map(|share| *share * sale.deal.quantity);
        let made: BTreeSet<_> =
            sales.iter().map(|sale| (instance.lots[sale.lot].code, sale.supplier)).collect();
        let setups: i64 = made.iter().map(|(code, supplier)| instance.setup(*code, *supplier)).sum();
        let welfare = self.week.welfare(&sales) - setups;
        let problem = instance.joint();
        let most = bound(&problem, &plan(&problem).1);
        Joint {
            lines: instance.lines,
            lots: instance.lots.len(),
            bought: sales.len(),
            nodes: world.len(),
            welfare: pounds(welfare),
            optimum: pounds(most),
            welfare_percent: 100.0 * welfare as f64 / most.max(1) as f64,
            setups: pounds(setups),
            made: made.len(),
            shared: sales.iter().filter_map(shared).sum(),
            rounds: called(self.planner).map_or(0, |c| c.rounds),
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

impl Week<'_> {
    fn called(&self, who: usize, call: &RecordId) -> Option<CallView> {
        self.world.node(who)?.calls(self.world.now()).into_iter().find(|c| c.id == *call)
    }
    /// Whether a node has heard of the call, once it is up.
    fn knows(&mut self, who: usize, call: &RecordId) -> bool {
        self.world.run_until(60, |world| world.node(who).is_some());
        self.called(who, call).is_some()
    }
}

/// The parts of the plan, as the planner has said them.
fn parts(world: &World, planner: usize) -> Vec<PlanPart> {
    let said = world.disk(planner).iter().filter(|entry| entry.record.kind == PlanPart::KIND);
    said.filter_map(|entry| entry.record.read::<PlanPart>().ok()).collect()
}
