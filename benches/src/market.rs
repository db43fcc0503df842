//! Real order lines through pools and auctions of real nodes: beside perfect pooling, and beside the best that anybody who
//! sees everything could bring about.

use crate::report::{Figure, Row, Section, Target};
use crate::{Context, Result};
use sim::Faults;
use sim::retail::{
    AuctionSetting, Auctioned, Breaks, Instance, Optimum, Orders, PoolSetting, Supply, auction_week,
    pool_week,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::time::Instant;
use vocab::{Decimal, Timestamp};

pub(crate) const FILE: &str = "../shared/data/retail/orders-2010-12-to-2011-06.csv.gz";
pub(crate) const SUPPLIERS: usize = 60;
pub(crate) const SEED: u64 = 1;
/// The week whose lines are auctioned, counted from 0.
pub(crate) const WEEK: usize = 3;
/// Capacity, per cent of demand; what a first trial reached there, per cent of the optimum and messages a line.
const TRIALS: [(u32, f64, f64); 3] = [(150, 98.2, 19.0), (100, 96.8, 21.0), (70, 95.4, 34.0)];

pub(crate) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new("market", "real order lines through pools and auctions");
    let Ok(file) = File::open(FILE) else {
        section.note(format!("Skipped: {FILE} is not there."));
        return Ok(section);
    };
    let orders = Orders::read(file, |_| {})?;
    let breaks = Breaks::infer(&orders);
    let weeks = orders.weeks();
    whole(&mut section, &orders, &breaks);
    let step = context.size(6, weeks.len());
    pools(context, &mut section, &orders, &breaks, weeks.iter().skip(WEEK).step_by(step))?;
    auctions(context, &mut section, &orders, weeks.get(WEEK).copied().unwrap_or_default())?;
    section.note(
        "Order lines: Chen, Sain, Guo 2012, doi 10.1057/dbm.2012.17; what is made up and what the columns mean stands in docs/market.md.",
    );
    Ok(section)
}

fn share(part: Decimal, whole: Decimal) -> Figure {
    Figure::percent(100.0 * part.to_f64_lossy() / whole.to_f64_lossy())
}

fn whole(section: &mut Section, orders: &Orders, breaks: &Breaks) {
    let perfect: Decimal = breaks.perfect(orders).values().map(|p| p.saving).sum();
    section.row(Row::new("order lines kept", Figure::count(orders.lines.len() as f64)));
    section
        .row(Row::new("stock codes whose price falls at a quantity", Figure::count(breaks.0.len() as f64)));
    section.row(Row::new("perfect weekly pooling saves, of all spend", share(perfect, orders.spend())));
}

fn pools<'a>(
    context: &Context,
    section: &mut Section,
    orders: &Orders,
    breaks: &Breaks,
    weeks: impl Iterator<Item = &'a Timestamp>,
) -> Result<()> {
    let setting = PoolSetting { suppliers: SUPPLIERS, seed: SEED, faults: Faults::FAR };
    let (mut saved, mut perfect, mut messages, mut pledged, mut lifted) =
        (Decimal::ZERO, Decimal::ZERO, 0, 0, 0);
    for week in weeks {
        context.say(&format!("market: pools of the week of {week}"));
        let pooled = pool_week(orders, breaks, *week, setting, |_, _| {})?;
        sound(&pooled.violations)?;
        saved += pooled.saving;
        perfect += pooled.perfect_saving;
        messages += pooled.messages;
        pledged += pooled.pledged;
        lifted += pooled.lines_at_tier;
    }
    section.row(
        Row::new("pools of real nodes save, pounds", Figure::count(saved.to_f64_lossy()))
            .beside("perfect pooling of the same lines", Figure::count(perfect.to_f64_lossy()))
            .target(Target::AtLeast(0.95)),
    );
    section.row(Row::new("lines lifted to the volume price", Figure::count(lifted as f64)));
    section.row(Row::new("messages a pledged line", Figure::count(messages as f64 / pledged.max(1) as f64)));
    Ok(())
}

const HEAD: [&str; 12] = [
    "capacity",
    "lines",
    "lots",
    "bought",
    "welfare",
    "known optimum",
    "trial",
    "messages a line",
    "of them meeting",
    "trial",
    "kB a node",
    "quiet after",
];

fn auctions(context: &Context, section: &mut Section, orders: &Orders, week: Timestamp) -> Result<()> {
    section.line(HEAD.map(str::to_owned));
    let setting = AuctionSetting::usual(SEED);
    for (capacity_percent, trial, trial_messages) in TRIALS.into_iter().take(context.size(3, 1)) {
        context.say(&format!("market: auctions at {capacity_percent} % of demand"));
        let supply = Supply { suppliers: SUPPLIERS, capacity_percent, seed: SEED };
        let instance = Instance::of_week(orders, week, supply);
        let began = Instant::now();
        let optimum = Optimum::of(&instance);
        let took = began.elapsed();
        if optimum.welfare != optimum.bound {
            return Err(format!("the optimum is not proved: {} of {}", optimum.welfare, optimum.bound).into());
        }
        let known: BTreeMap<usize, BTreeSet<usize>> = instance
            .buyers()
            .keys()
            .map(|b| (*b, instance.visible(*b, setting.near, setting.random, SEED).into_iter().collect()))
            .collect();
        let seen = Optimum::among(&instance, |buyer, supplier| known[&buyer].contains(&supplier));
        let auctioned = auction_week(orders, &instance, setting, |_, _| {})?;
        sound(&auctioned.violations)?;
        section.row(
            Row::new(
                format!("welfare at capacity {capacity_percent} %"),
                Figure::percent(auctioned.welfare_percent),
            )
            .beside("a first trial", Figure::percent(trial))
            .target(Target::AtLeast(1.0)),
        );
        section.row(
            Row::new("messages a line", Figure::count(auctioned.messages_per_line))
                .beside("a first trial", Figure::count(trial_messages))
                .target(Target::AtMost(1.0)),
        );
        section.row(Row::new("exact optimum, proved by its prices", Figure::ms(took.as_secs_f64() * 1e3)));
        solved_again(context, section, &instance, optimum.welfare)?;
        let seen = 100.0 * seen.welfare as f64 / optimum.welfare as f64;
        section.line(cells(capacity_percent, &auctioned, seen, trial, trial_messages));
    }
    Ok(())
}

#[cfg(feature = "highs")]
fn solved_again(context: &Context, section: &mut Section, instance: &Instance, welfare: i64) -> Result<()> {
    context.say("market: the same solved by HiGHS");
    let began = Instant::now();
    let exact = crate::exact::transport(instance)?;
    section.row(
        Row::new("our optimum, pounds", Figure::count(welfare as f64 / 1e6))
            .beside(format!("HiGHS, in {:.1} s", began.elapsed().as_secs_f64()), Figure::count(exact))
            .target(Target::AtLeast(0.999_999)),
    );
    Ok(())
}

#[cfg(not(feature = "highs"))]
fn solved_again(_: &Context, _: &mut Section, _: &Instance, _: i64) -> Result<()> {
    Ok(())
}

fn cells(percent: u32, a: &Auctioned, seen: f64, trial: f64, trial_messages: f64) -> [String; 12] {
    let each = |count: u64| format!("{:.1}", count as f64 / a.lines.max(1) as f64);
    [
        format!("{percent} %"),
        a.lines.to_string(),
        a.lots.to_string(),
        a.bought.to_string(),
        format!("{:.2} %", a.welfare_percent),
        format!("{seen:.2} %"),
        format!("{trial:.1} %"),
        each(a.messages),
        each(a.meeting_messages),
        format!("{trial_messages:.0}"),
        format!("{:.0}", a.bytes_per_node / 1e3),
        format!("{:.0} s", a.quiet_ms as f64 / 1e3),
    ]
}

pub(crate) fn sound(violations: &[String]) -> Result<()> {
    violations.first().map_or(Ok(()), |first| Err(first.clone().into()))
}
