//! A week's lots through real nodes: suppliers auction their capacity, buyers' nodes bid for themselves.
//!
//! Each buyer knows some suppliers, the nearest and some by lot, and hears no other. It gives its node one standing
//! order a lot, with what the lot is worth to it and what a kilometre costs; where to bid, how much, and where to go
//! when outbid is the node's own business. What counts here is the deals that both sides have signed at the end.

use super::instance::KM;
use super::needs::{CURRENCY, command};
use super::week::{LOOK_MS, Week, pounds};
use super::{Instance, Optimum, Orders};
use crate::firms::EVER_S;
use crate::{Faults, World};
use node::effect::Channel;
use node::view::Role;
use node::{Hears, Policy};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, Timestamp, after};

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

struct Market<'a> {
    week: Week<'a>,
    setting: AuctionSetting,
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
    let meeting_messages = market.week.world.messages;
    let closes = after(market.week.world.now(), setting.open_s);
    market.offer(closes)?;
    market.week.world.run(2);
    let began = market.week.world.now();
    market.want(closes)?;
    let week = &mut market.week;
    let (mut bids, mut last_bid) = (0, began);
    let since = |t: Timestamp| t.as_millisecond() - began.as_millisecond();
    let all_ms = since(closes);
    while week.world.now() < closes {
        told(since(week.world.now()), all_ms);
        week.run_ms(LOOK_MS);
        let now = week.world.said("bid");
        if now > bids {
            (bids, last_bid) = (now, week.world.now());
        }
    }
    let (mut awards, mut last_award) = (0, closes);
    for _ in 0..60 {
        week.run_ms(LOOK_MS);
        let now = week.nodes.values().map(|who| week.bound(*who, Role::Buyer).count()).sum();
        if now > awards {
            (awards, last_award) = (now, week.world.now());
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
        let policy = Policy {
            hears: Hears::Partners,
            reconcile_s: EVER_S,
            public_per_author: 20_000,
            ..Policy::default()
        };
        let mut week = Week::new(orders, instance, (setting.seed, setting.faults), policy);
        week.add_buyers(|customer| instance.visible(customer, setting.near, setting.random, setting.seed));
        week.world.run(5);
        Self { week, setting, wanted: BTreeMap::new() }
    }

    /// Each supplier auctions its capacity and offers what those who know it want.
    fn offer(&mut self, closes: Timestamp) -> Result<(), String> {
        let mut wanted: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut known = BTreeMap::new();
        let Week { instance, orders, .. } = self.week;
        let AuctionSetting { near, random, step, seed, .. } = self.setting;
        for lot in &instance.lots {
            let seen = known
                .entry(lot.customer)
                .or_insert_with(|| instance.visible(lot.customer, near, random, seed));
            seen.iter().for_each(|s| {
                wanted.entry(*s).or_default().insert(lot.code);
            });
        }
        for (supplier, codes) in wanted {
            let Some(hours) = self.week.hours(supplier) else { continue };
            let auction = self.week.world.recorded(supplier, command(json!({
                "do": "capacity", "name": vocab::both("standard work", "标准工时"), "quantity": hours, "unit": "h",
                "closes": closes, "step": {"amount": Decimal::new(step, 3), "currency": CURRENCY},
            }))?)?;
            for code in codes {
                let price = instance.listed(code, supplier);
                let offer = json!({
                    "do": "offer", "spec": self.week.spec(code), "unit": "each", "name": orders.codes[code].name,
                    "prices": {"currency": CURRENCY, "tiers": [{"from": "1", "unit_price": price}]},
                    "place": instance.places[supplier],
                    "capacity": {"auction": auction, "load": Decimal::new(instance.pence[&code], 2)},
                });
                self.week.world.recorded(supplier, command(offer)?)?;
            }
        }
        Ok(())
    }

    /// Each buyer gives its node one standing order a lot.
    fn want(&mut self, closes: Timestamp) -> Result<(), String> {
        let week = &mut self.week;
        let instance = week.instance;
        for (n, lot) in instance.lots.iter().enumerate() {
            let order = json!({
                "do": "standing_order", "spec": week.spec(lot.code), "quantity": lot.quantity.to_string(),
                "at_most": {"amount": instance.money(lot.code, lot.value), "currency": CURRENCY},
                "place": instance.buyers()[&lot.customer], "accept": "auto", "keep_until": closes,
                "preferences": {"per_km": instance.money(lot.code, KM)},
            });
            let id = week.world.recorded(week.nodes[&lot.customer], command(order)?)?;
            self.wanted.insert(id, n);
        }
        Ok(())
    }

    fn count(&self) -> Auctioned {
        let Week { world, instance, .. } = &self.week;
        let nodes = self.week.nodes.values().filter_map(|who| world.node(*who));
        let orders = nodes.flat_map(|node| node.standing_orders(world.now()));
        let lots = orders.filter_map(|order| Some((order.bid?, *self.wanted.get(&order.id)?))).collect();
        let (sales, violations) = self.week.sales(&lots);
        let (welfare, optimum) = (self.week.welfare(&sales), Optimum::of(instance));
        Auctioned {
            lines: instance.lines,
            lots: instance.lots.len(),
            bought: sales.len(),
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
