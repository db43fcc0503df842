//! A week's order lines in pools: one node for each buyer, one for each supplier, real signed pledges and closes.
//!
//! Each code whose price falls with quantity has one supplier, who publishes its two prices and opens one pool of the
//! week. Whoever paid at least the volume price pledges its quantity, for no more than it paid. The pool closes by the
//! clock; what each buyer's own node has recomputed from the signed pledges is what counts here, nothing else.

use super::needs::{CURRENCY, command};
use super::{Break, Breaks, Orders};
use crate::firms::EVER_S;
use crate::{Faults, OnBreach, World};
use node::view::PoolState;
use node::{Hears, Policy};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, Timestamp, after};

/// How a week is run.
#[derive(Clone, Copy, Debug)]
pub struct PoolSetting {
    /// how many suppliers the codes are spread over
    pub suppliers: usize,
    /// what all chance follows from
    pub seed: u64,
    /// what goes wrong on the way
    pub faults: Faults,
}

/// What came of a week's pools. Milliseconds and shares are for people to read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pooled {
    /// order lines of the week, those without a break included
    pub lines: u64,
    /// buyers of the week, each a node if it has a line to pledge
    pub buyers: u64,
    /// pools opened
    pub pools: u64,
    /// pools that were made
    pub made: u64,
    /// lines pledged
    pub pledged: u64,
    /// lines lifted to the volume price
    pub lines_at_tier: u64,
    /// what their buyers saved, pounds
    pub saving: Decimal,
    /// lines that perfect pooling would have lifted
    pub perfect_lines: u64,
    /// what it would have saved
    pub perfect_saving: Decimal,
    /// frames between all nodes
    pub messages: u64,
    /// bytes in those
    pub bytes: u64,
    /// frames for each pledged line
    pub messages_per_line: f64,
    /// bytes for each node
    pub bytes_per_node: f64,
    /// from closing time until the last member had recomputed its result, virtual milliseconds
    pub agreed_ms: i64,
    /// invariants that broke, results that members did not share
    pub violations: Vec<String>,
}

/// How long pools stay open, virtual seconds.
const OPEN_S: i64 = 300;
/// How long after closing time results are waited for at most.
const RESULT_S: i64 = 3_700;
/// How long after the first few seconds a pool may take to be known to those who would pledge.
const NEWS_S: i64 = 60;
/// How often it is looked whether they are there, milliseconds.
const LOOK_MS: i64 = 100;

/// What one buyer wants of one code in the week.
#[derive(Default)]
struct Wish {
    quantity: i64,
    ceiling: Option<Decimal>,
    /// quantity and price paid of each line
    lines: Vec<(i64, Decimal)>,
}

struct Pool {
    at: Break,
    supplier: usize,
    id: RecordId,
}

/// Runs the pools of the week that begins at `week`. Calls `told` with how many lines are pledged, of how many.
///
/// # Errors
/// In words: what a node refused.
pub fn pool_week(
    orders: &Orders,
    breaks: &Breaks,
    week: Timestamp,
    setting: PoolSetting,
    mut told: impl FnMut(usize, usize),
) -> Result<Pooled, String> {
    let wishes = wishes(orders, breaks, week);
    let codes: BTreeSet<usize> = wishes.keys().map(|(_, code)| *code).collect();
    let buyers: BTreeSet<usize> = wishes.keys().map(|(buyer, _)| *buyer).collect();
    let mut world = World::new(setting.seed, setting.faults);
    world.set_on_breach(OnBreach::Note);
    world.set_events_max(u64::MAX);
    // buyers hear those they buy from, once
    let policy = Policy { hears: Hears::Partners, reconcile_s: EVER_S, ..Policy::default() };
    for n in 0..setting.suppliers {
        world.add_with(&format!("supplier-{n}"), policy.clone());
    }
    let nodes: BTreeMap<usize, usize> =
        buyers.iter().map(|b| (*b, world.add_with(&orders.customers[*b], policy.clone()))).collect();
    let supplier = |code: usize| spread(orders.codes[code].spec.as_str(), setting);
    let meetings: BTreeSet<(usize, usize)> =
        wishes.keys().map(|(buyer, code)| (nodes[buyer], supplier(*code))).collect();
    meetings.into_iter().for_each(|(buyer, supplier)| world.introduce(buyer, supplier));
    world.run(5);
    let pools = open(&mut world, orders, breaks, &codes, supplier)?;
    world.run(5);
    await_news(&mut world, &nodes, &pools, &wishes);
    for (n, ((buyer, code), wish)) in wishes.iter().enumerate() {
        told(n, wishes.len());
        let quantity = wish.quantity.to_string();
        let pledge = json!({"do": "pledge", "pool": pools[code].id, "at_least": quantity, "at_most": quantity,
            "ceiling": wish.ceiling});
        world.recorded(nodes[buyer], command(pledge)?)?;
    }
    let closes = closes(&world, &pools);
    world.run_to(closes);
    let agreed_ms = await_results(&mut world, closes, &nodes, &pools, &wishes);

    let perfect = breaks.perfect(orders).remove(&week).unwrap_or_default();
    let pledged = wishes.values().map(|w| w.lines.len() as u64).sum::<u64>();
    let in_week = || orders.lines.iter().filter(|l| l.week() == week);
    let mut pooled = Pooled {
        lines: in_week().count() as u64,
        buyers: in_week().map(|l| l.customer).collect::<BTreeSet<_>>().len() as u64,
        pools: pools.len() as u64,
        pledged,
        perfect_lines: perfect.lines,
        perfect_saving: perfect.saving,
        messages: world.messages,
        bytes: world.bytes,
        messages_per_line: world.messages as f64 / pledged.max(1) as f64,
        bytes_per_node: world.bytes as f64 / world.len().max(1) as f64,
        agreed_ms,
        ..Pooled::default()
    };
    settle(&world, &nodes, &pools, &wishes, &mut pooled);
    pooled.violations.extend(world.breaches().iter().cloned());
    Ok(pooled)
}

/// Waits until those who would pledge know the pools: on a bad line, somebody hears of one late.
fn await_news(
    world: &mut World,
    nodes: &BTreeMap<usize, usize>,
    pools: &BTreeMap<usize, Pool>,
    wishes: &BTreeMap<(usize, usize), Wish>,
) {
    for _ in 0..NEWS_S {
        let now = world.now();
        let known = |who: usize| -> BTreeSet<RecordId> {
            let pools = world.node(who).map(|node| node.pools(now)).unwrap_or_default();
            pools.iter().map(|pool| pool.id).collect()
        };
        let known: BTreeMap<usize, _> = nodes.iter().map(|(buyer, who)| (*buyer, known(*who))).collect();
        if wishes.keys().all(|(buyer, code)| known[buyer].contains(&pools[code].id)) {
            return;
        }
        world.run(1);
    }
}

/// The supplier of a code: the same in every week.
fn spread(spec: &str, setting: PoolSetting) -> usize {
    let sum = spec.bytes().fold(setting.seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    fastrand::Rng::with_seed(sum).usize(0..setting.suppliers.max(1))
}

/// What each buyer may pledge of each code: the lines that cost the volume price or more.
fn wishes(orders: &Orders, breaks: &Breaks, week: Timestamp) -> BTreeMap<(usize, usize), Wish> {
    let mut wishes: BTreeMap<(usize, usize), Wish> = BTreeMap::new();
    for line in orders.lines.iter().filter(|l| l.week() == week) {
        if breaks.0.get(&line.code).is_some_and(|at| line.unit_price >= at.volume) {
            let wish = wishes.entry((line.customer, line.code)).or_default();
            wish.quantity += line.quantity;
            let ceiling = wish.ceiling.map_or(line.unit_price, |c| c.min(line.unit_price));
            wish.ceiling = Some(ceiling);
            wish.lines.push((line.quantity, line.unit_price));
        }
    }
    wishes
}

/// Has each supplier describe, stock and offer its codes, and open a pool for each.
fn open(
    world: &mut World,
    orders: &Orders,
    breaks: &Breaks,
    codes: &BTreeSet<usize>,
    supplier: impl Fn(usize) -> usize,
) -> Result<BTreeMap<usize, Pool>, String> {
    /// More than anybody orders in a week.
    const CAP: i64 = 1_000_000;
    let mut asked = vec![];
    for code in codes {
        let (who, at, spec) = (supplier(*code), breaks.0[code], &orders.codes[*code].spec);
        let name = &orders.codes[*code].name;
        let described =
            json!({"do": "describe", "specification": {"id": spec, "name": name, "unit": "each"}});
        world.recorded(who, command(described)?)?;
        world.recorded(who, command(json!({"do": "raise", "spec": spec, "quantity": CAP.to_string()}))?)?;
        let offer = world.recorded(who, orders.offer(*code, &at, CAP)?)?;
        asked.push((*code, who, at, offer));
    }
    let closes = after(world.now(), OPEN_S);
    let mut pools = BTreeMap::new();
    for (code, who, at, offer) in asked {
        let open =
            json!({"do": "open_pool", "offer": offer, "threshold": at.from.to_string(), "closes": closes});
        world.recorded(who, command(open)?)?;
        let granted = |world: &World| {
            let pools = world.node(who)?.pools(world.now());
            pools.iter().find(|p| p.terms.offer == offer).map(|p| p.id)
        };
        // on a bad day its supplier is down just now
        world.run_until(NEWS_S, |world| granted(world).is_some());
        let id = granted(world).ok_or_else(|| format!("no pool of {}", orders.codes[code].spec))?;
        pools.insert(code, Pool { at, supplier: who, id });
    }
    Ok(pools)
}

fn closes(world: &World, pools: &BTreeMap<usize, Pool>) -> Timestamp {
    let found = pools.values().next().and_then(|pool| {
        let views = world.node(pool.supplier)?.pools(world.now());
        views.into_iter().find(|v| v.id == pool.id).map(|v| v.terms.closes)
    });
    found.unwrap_or_else(|| world.now())
}

/// Runs until every member knows how its pools ended; returns when the last did, milliseconds after closing time.
fn await_results(
    world: &mut World,
    closes: Timestamp,
    nodes: &BTreeMap<usize, usize>,
    pools: &BTreeMap<usize, Pool>,
    wishes: &BTreeMap<(usize, usize), Wish>,
) -> i64 {
    let mut waiting: BTreeMap<usize, BTreeSet<RecordId>> = BTreeMap::new();
    for (buyer, code) in wishes.keys() {
        waiting.entry(nodes[buyer]).or_default().insert(pools[code].id);
    }
    let (mut took_ms, mut last) = (0, 0);
    while !waiting.is_empty() && took_ms < RESULT_S * 1_000 {
        took_ms += LOOK_MS;
        let t = Timestamp::from_millisecond(closes.as_millisecond() + took_ms).unwrap_or(Timestamp::MAX);
        world.run_to(t);
        let before = waiting.len();
        let ended = |state| !matches!(state, PoolState::Open | PoolState::Closing);
        waiting.retain(|who, open| {
            let Some(node) = world.node(*who) else { return true };
            for view in node.pools(world.now()).iter().filter(|v| ended(v.state)) {
                open.remove(&view.id);
            }
            !open.is_empty()
        });
        if waiting.len() < before {
            last = took_ms;
        }
    }
    last
}

/// Counts what each buyer's node says of its pools.
fn settle(
    world: &World,
    nodes: &BTreeMap<usize, usize>,
    pools: &BTreeMap<usize, Pool>,
    wishes: &BTreeMap<(usize, usize), Wish>,
    pooled: &mut Pooled,
) {
    let mut results: BTreeMap<RecordId, Decimal> = BTreeMap::new();
    let mut views = BTreeMap::new();
    for ((buyer, code), wish) in wishes {
        let (who, pool) = (nodes[buyer], &pools[code]);
        let views = views.entry(who).or_insert_with(|| {
            let seen = world.node(who).map(|node| node.pools(world.now())).unwrap_or_default();
            seen.into_iter().map(|v| (v.id, v)).collect::<BTreeMap<_, _>>()
        });
        let Some(view) = views.get(&pool.id) else {
            pooled.violations.push(format!("a member does not know the pool {}", pool.id));
            continue;
        };
        let Some(result) = view.result.as_ref().filter(|_| view.state == PoolState::Made) else { continue };
        let price = result.unit_price.amount;
        if *results.entry(pool.id).or_insert(price) != price {
            pooled.violations.push(format!("members of the pool {} see two prices", pool.id));
        }
        let bound = result.my_quantity == Decimal::from(wish.quantity);
        debug_assert_eq!(result.unit_price.currency.code(), CURRENCY);
        for (quantity, paid) in wish.lines.iter().filter(|_| bound && price <= pool.at.volume) {
            let saving = pool.at.saving(*quantity, *paid);
            pooled.lines_at_tier += u64::from(saving.is_positive());
            pooled.saving += saving;
        }
    }
    pooled.made = results.len() as u64;
}
