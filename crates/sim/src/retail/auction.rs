//! A week's lots through real nodes: suppliers auction their capacity, buyers' nodes bid for themselves.
//!
//! Each buyer knows some suppliers, the nearest and some by lot, and hears no other. It gives its node one standing
//! order a lot, with what the lot is worth to it and what a kilometre costs; where to bid, how much, and where to go
//! when outbid is the node's own business. What counts here is the deals that both sides have signed at the end.

use super::instance::KM;
use super::needs::{CURRENCY, command};
use super::{Instance, Optimum, Orders};
use crate::firms::EVER_S;
use crate::{Faults, OnBreach, World};
use node::effect::Channel;
use node::view::{DealState, Role};
use node::{Hears, Policy};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, SpecId, Timestamp, after};

/// How a week's auctions are run.
#[derive(Clone, Copy, Debug)]
pub struct AuctionSetting {
    /// how many suppliers a buyer knows because they are the nearest
    pub near: usize,
    /// how many others it knows
    pub random: usize,
    /// the step of prices, thousandths of a pound for a pound's work
    pub step: i64,
    /// how long bids are taken, virtual seconds
    pub open_s: i64,
    /// what all chance follows from
    pub seed: u64,
    /// what goes wrong on the way
    pub faults: Faults,
}

/// What came of a week's auctions. Shares and milliseconds are for people to read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Auctioned {
    /// order lines of the week
    pub lines: usize,
    /// lots they were ordered in
    pub lots: usize,
    /// lots that were bought
    pub bought: usize,
    /// nodes, suppliers and buyers
    pub nodes: usize,
    /// what the deals bring, pounds
    pub welfare: Decimal,
    /// what the best of all divisions of lots would, pounds
    pub optimum: Decimal,
    /// one by the other, per cent
    pub welfare_percent: f64,
    /// bids made
    pub bids: u64,
    /// frames between all nodes, those in which they met included
    pub messages: u64,
    /// those in which they met, before the first listing
    pub meeting_messages: u64,
    /// bytes in all frames
    pub bytes: u64,
    /// public records that reached a node by gossip, which are no frames
    pub heard: u64,
    /// frames for each line
    pub messages_per_line: f64,
    /// bytes for each node
    pub bytes_per_node: f64,
    /// from the first standing order to the last bid, virtual milliseconds
    pub quiet_ms: i64,
    /// from the first standing order until the last buyer held its award, virtual milliseconds
    pub agreed_ms: i64,
    /// invariants that broke, deals that only one side knows
    pub violations: Vec<String>,
}

impl AuctionSetting {
    /// Sixteen suppliers known to a buyer, twelve of them near, steps of three hundredths, on long lines without fault.
    pub fn usual(seed: u64) -> Self {
        Self { near: 12, random: 4, step: 30, open_s: 600, seed, faults: Faults::FAR }
    }
}

/// How often it is looked whether anything still moves, virtual milliseconds.
const LOOK_MS: i64 = 1_000;

struct Market<'a> {
    orders: &'a Orders,
    instance: &'a Instance,
    setting: AuctionSetting,
    world: World,
    /// the node of each buyer
    nodes: BTreeMap<usize, usize>,
    /// standing order -> lot
    wanted: BTreeMap<RecordId, usize>,
}

/// Runs the auctions of a week. Calls `told` with how far virtual time has come, of how much.
///
/// # Errors
/// In words: what a node refused.
pub fn auction_week(
    orders: &Orders,
    instance: &Instance,
    setting: AuctionSetting,
    mut told: impl FnMut(i64, i64),
) -> Result<Auctioned, String> {
    let mut market = Market::new(orders, instance, setting);
    let meeting_messages = market.world.messages;
    let closes = after(market.world.now(), setting.open_s);
    market.offer(closes)?;
    market.world.run(2);
    let began = market.world.now();
    market.want(closes)?;
    let (mut bids, mut last_bid) = (0, began);
    let since = |t: Timestamp| t.as_millisecond() - began.as_millisecond();
    let all_ms = since(closes);
    while market.world.now() < closes {
        told(since(market.world.now()), all_ms);
        market.run_ms(LOOK_MS);
        let now = market.world.said("bid");
        if now > bids {
            (bids, last_bid) = (now, market.world.now());
        }
    }
    let (mut awards, mut last_award) = (0, closes);
    for _ in 0..60 {
        market.run_ms(LOOK_MS);
        let now = market.bound().values().map(BTreeSet::len).sum();
        if now > awards {
            (awards, last_award) = (now, market.world.now());
        }
    }
    let mut auctioned = market.count();
    auctioned.meeting_messages = meeting_messages;
    auctioned.quiet_ms = since(last_bid);
    auctioned.agreed_ms = since(last_award);
    Ok(auctioned)
}

impl<'a> Market<'a> {
    /// Starts the nodes and lets those meet that know each other.
    fn new(orders: &'a Orders, instance: &'a Instance, setting: AuctionSetting) -> Self {
        let mut world = World::new(setting.seed, setting.faults);
        world.set_on_breach(OnBreach::Note);
        world.set_events_max(u64::MAX);
        let policy = Policy {
            hears: Hears::Partners,
            reconcile_s: EVER_S,
            public_per_author: 20_000,
            ..Policy::default()
        };
        for n in 0..instance.capacities.len() {
            world.add_with(&format!("supplier-{n}"), policy.clone());
        }
        let mut nodes = BTreeMap::new();
        for customer in instance.buyers().keys() {
            let who = world.add_with(&orders.customers[*customer], policy.clone());
            nodes.insert(*customer, who);
            for supplier in instance.visible(*customer, setting.near, setting.random, setting.seed) {
                world.introduce(who, supplier);
            }
        }
        world.run(5);
        Self { orders, instance, setting, world, nodes, wanted: BTreeMap::new() }
    }

    fn run_ms(&mut self, ms: i64) {
        let end = self.world.now().as_millisecond() + ms;
        self.world.run_to(Timestamp::from_millisecond(end).unwrap_or(Timestamp::MAX));
    }

    fn spec(&self, code: usize) -> &SpecId {
        &self.orders.codes[code].spec
    }

    /// Each supplier auctions its capacity and offers what those who know it want.
    fn offer(&mut self, closes: Timestamp) -> Result<(), String> {
        let mut wanted: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut known = BTreeMap::new();
        let AuctionSetting { near, random, step, seed, .. } = self.setting;
        for lot in &self.instance.lots {
            let seen = known
                .entry(lot.customer)
                .or_insert_with(|| self.instance.visible(lot.customer, near, random, seed));
            seen.iter().for_each(|s| {
                wanted.entry(*s).or_default().insert(lot.code);
            });
        }
        for (supplier, codes) in wanted {
            let hours = Decimal::new(self.instance.capacities[supplier], 2);
            if !hours.is_positive() {
                continue;
            }
            let auction = self.world.recorded(supplier, command(json!({
                "do": "capacity", "name": vocab::both("standard work", "标准工时"), "quantity": hours, "unit": "h",
                "closes": closes, "step": {"amount": Decimal::new(step, 3), "currency": CURRENCY},
            }))?)?;
            for code in codes {
                let price = self.instance.listed(code, supplier);
                let offer = json!({
                    "do": "offer", "spec": self.spec(code), "unit": "each", "name": self.orders.codes[code].name,
                    "prices": {"currency": CURRENCY, "tiers": [{"from": "1", "unit_price": price}]},
                    "place": self.instance.places[supplier],
                    "capacity": {"auction": auction, "load": Decimal::new(self.instance.pence[&code], 2)},
                });
                self.world.recorded(supplier, command(offer)?)?;
            }
        }
        Ok(())
    }

    /// Each buyer gives its node one standing order a lot.
    fn want(&mut self, closes: Timestamp) -> Result<(), String> {
        for (n, lot) in self.instance.lots.iter().enumerate() {
            let order = json!({
                "do": "standing_order", "spec": self.spec(lot.code), "quantity": lot.quantity.to_string(),
                "at_most": {"amount": self.instance.money(lot.code, lot.value), "currency": CURRENCY},
                "place": self.instance.buyers()[&lot.customer], "accept": "auto", "keep_until": closes,
                "preferences": {"per_km": self.instance.money(lot.code, KM)},
            });
            let id = self.world.recorded(self.nodes[&lot.customer], command(order)?)?;
            self.wanted.insert(id, n);
        }
        Ok(())
    }

    /// The bound deals of each node.
    fn bound(&self) -> BTreeMap<usize, BTreeSet<RecordId>> {
        let deals = |who: usize| {
            let deals = self.world.node(who).map(|node| node.deals(self.world.now())).unwrap_or_default();
            let bound = deals.into_iter().filter(|d| d.role == Role::Buyer && d.state == DealState::Bound);
            bound.map(|d| d.id).collect()
        };
        self.nodes.values().map(|who| (*who, deals(*who))).collect()
    }

    fn count(&self) -> Auctioned {
        let Self { world, instance, .. } = self;
        let optimum = Optimum::of(instance);
        let suppliers: BTreeMap<_, _> = (0..instance.capacities.len()).map(|s| (world.agent(s), s)).collect();
        let (mut violations, mut welfare, mut bought) = (world.breaches().to_vec(), 0, 0);
        let mut sold: Vec<i64> = vec![0; instance.capacities.len()];
        let mut both: BTreeSet<RecordId> = BTreeSet::new();
        for s in 0..instance.capacities.len() {
            let deals = world.node(s).map(|node| node.deals(world.now())).unwrap_or_default();
            both.extend(deals.iter().filter(|d| d.state == DealState::Bound).map(|d| d.id));
        }
        for who in self.nodes.values() {
            let Some(node) = world.node(*who) else { continue };
            let deals: BTreeMap<RecordId, _> =
                node.deals(world.now()).into_iter().map(|d| (d.id, d)).collect();
            for order in node.standing_orders(world.now()) {
                let deal = order.bid.and_then(|bid| deals.get(&bid)).filter(|d| d.state == DealState::Bound);
                let (Some(deal), Some(lot)) = (deal, self.wanted.get(&order.id)) else { continue };
                let Some(supplier) = suppliers.get(&deal.with.agent).copied() else { continue };
                if !both.remove(&deal.id) {
                    violations.push(format!("the deal {} is bound on one side only", deal.id));
                }
                let lot = &instance.lots[*lot];
                bought += 1;
                sold[supplier] += lot.load;
                welfare += instance.welfare(lot, supplier);
            }
        }
        violations.extend(both.iter().map(|deal| format!("the deal {deal} is bound on one side only")));
        for (s, sold) in sold.iter().enumerate().filter(|(s, sold)| **sold > instance.capacities[*s]) {
            violations.push(format!("supplier-{s} sold {sold} of {}", instance.capacities[s]));
        }
        let pounds = |micros: i64| Decimal::from_micros(i128::from(micros));
        Auctioned {
            lines: instance.lines,
            lots: instance.lots.len(),
            bought,
            nodes: world.len(),
            welfare: pounds(welfare),
            optimum: pounds(optimum.bound),
            welfare_percent: 100.0 * welfare as f64 / optimum.bound.max(1) as f64,
            bids: world.said("bid"),
            messages: world.messages,
            bytes: world.bytes,
            heard: (0..world.len()).map(|who| heard(world, who)).sum(),
            messages_per_line: world.messages as f64 / instance.lines.max(1) as f64,
            bytes_per_node: world.bytes as f64 / world.len().max(1) as f64,
            violations,
            ..Auctioned::default()
        }
    }
}

/// Public records that a node has kept of what it heard.
fn heard(world: &World, who: usize) -> u64 {
    world.disk(who).iter().filter(|entry| entry.channel == Channel::Heard).count() as u64
}
