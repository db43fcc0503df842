//! `headwater simulate retail`: weeks of real order lines through pools and auctions of real nodes in virtual time.

mod joint;

use super::{Context, retail};
use crate::cli::ReplayArgs;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use sim::Faults;
use sim::retail::{
    AuctionSetting, Auctioned, Breaks, Instance, Orders, PoolSetting, Pooled, Supply, auction_week, pool_week,
};
use vocab::{Decimal, Timestamp};

pub(super) fn run(c: &Context, args: &ReplayArgs) -> Result<()> {
    let Some(file) = &args.file else {
        return Err(Failure::usage(c.say(Msg::ReplayNoFile, &[])).remedy(c.say(Msg::ReplayNoFileRemedy, &[])));
    };
    let percent = (args.capacity * Decimal::from(100)).ceil_i64();
    let percent = u32::try_from(percent).ok().filter(|p| (1..=10_000).contains(p));
    let percent = percent.ok_or_else(|| Failure::usage(c.say(Msg::ReplayCapacity, &[&args.capacity])))?;
    let orders = retail::read(c, file)?;
    let chosen = retail::weeks(c, &orders, args.from, args.weeks)?;
    if args.setup {
        return joint::run(c, args, percent, &orders, &chosen);
    }
    let breaks = Breaks::infer(&orders);
    let bar = bar(c);
    let mut weeks = vec![];
    for week in chosen {
        let (pooled, auctioned) = replay(c, args, percent, &orders, &breaks, week, &bar)
            .map_err(|why| Failure::new(Exit::Failed, "simulation", why))?;
        weeks.push((week, pooled, auctioned));
    }
    bar.finish_and_clear();
    let broken = weeks.iter().flat_map(|(_, p, a)| p.violations.iter().chain(&a.violations));
    let listed = weeks.iter().map(|(week, p, a)| value(week, p, a));
    tell(c, args, percent, listed, broken, || table(c, &weeks))
}

/// How far a week has come; hidden where a program reads.
fn bar(c: &Context) -> ProgressBar {
    let bar = if c.json { ProgressBar::hidden() } else { ProgressBar::no_length() };
    let style = ProgressStyle::with_template("  {msg} {bar:30}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What all weeks came to, as an object or a table. An invariant that broke is the failure.
fn tell<'a>(
    c: &Context,
    args: &ReplayArgs,
    percent: u32,
    weeks: impl Iterator<Item = Value>,
    broken: impl Iterator<Item = &'a String>,
    table: impl FnOnce() -> String,
) -> Result<()> {
    let (weeks, broken): (Vec<_>, Vec<_>) = (weeks.collect(), broken.collect());
    let whole = json!({
        "weeks": weeks, "violations": broken.len(), "seed": args.seed, "suppliers": args.suppliers,
        "capacity_percent": percent,
    });
    c.tell(&whole, table)?;
    match broken.first() {
        None => Ok(()),
        Some(first) => Err(Failure::new(Exit::Failed, "simulation", (*first).clone())),
    }
}

/// A row a week under such a head, and what in it is made up.
fn sheet(c: &Context, head: &[Msg], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head.iter().map(|msg| c.say(*msg, &[])));
    table.add_rows(rows);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    format!("{table}\n{}", c.say(Msg::ReplaySynthetic, &[]))
}

/// Pounds, rounded to pence, for a program to read.
fn pounds(amount: Decimal) -> f64 {
    (amount.to_f64_lossy() * 100.0).round() / 100.0
}

fn replay(
    c: &Context,
    args: &ReplayArgs,
    percent: u32,
    orders: &Orders,
    breaks: &Breaks,
    week: Timestamp,
    bar: &ProgressBar,
) -> std::result::Result<(Pooled, Auctioned), String> {
    let show = |msg: Msg| bar.set_message(c.say(msg, &[&retail::monday(&week)]));
    let at = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    show(Msg::ReplayPools);
    let setting = PoolSetting { suppliers: args.suppliers, seed: args.seed, faults: Faults::FAR };
    let pooled = pool_week(orders, breaks, week, setting, |done, all| at(done as u64, all as u64))?;
    show(Msg::ReplayAuctions);
    let supply = Supply { suppliers: args.suppliers, capacity_percent: percent, seed: args.seed };
    let instance = Instance::of_week(orders, week, supply);
    let setting = AuctionSetting::usual(args.seed);
    let auctioned = auction_week(orders, &instance, setting, |done_ms, all_ms| {
        at(done_ms.unsigned_abs(), all_ms.unsigned_abs());
    })?;
    Ok((pooled, auctioned))
}

fn value(week: &Timestamp, pooled: &Pooled, auctioned: &Auctioned) -> Value {
    json!({
        "week": retail::monday(week), "lines": pooled.lines, "lines_at_tier": pooled.lines_at_tier,
        "saving": pounds(pooled.saving), "perfect_saving": pounds(pooled.perfect_saving),
        "welfare": pounds(auctioned.welfare), "optimum": pounds(auctioned.optimum),
        "messages_per_line": auctioned.messages_per_line, "bytes_per_node": auctioned.bytes_per_node,
        "agreed_ms": auctioned.agreed_ms, "pools": pooled, "auctions": auctioned,
    })
}

fn table(c: &Context, weeks: &[(Timestamp, Pooled, Auctioned)]) -> String {
    let head = [
        Msg::ReplayWeek,
        Msg::ReplayLines,
        Msg::ReplayLifted,
        Msg::ReplaySaved,
        Msg::ReplayOfPerfect,
        Msg::ReplayOfOptimum,
        Msg::ReplayMessages,
        Msg::ReplayBytes,
        Msg::ReplayAgreed,
    ];
    let percent = |part: Decimal, whole: Decimal| match whole.is_positive() {
        true => format!("{:.2} %", 100.0 * part.to_f64_lossy() / whole.to_f64_lossy()),
        false => "-".to_owned(),
    };
    let row = |(week, p, a): &(Timestamp, Pooled, Auctioned)| {
        vec![
            retail::monday(week),
            p.lines.to_string(),
            format!("{} / {}", p.lines_at_tier, p.perfect_lines),
            format!("{:.2}", p.saving.to_f64_lossy()),
            percent(p.saving, p.perfect_saving),
            percent(a.welfare, a.optimum),
            format!("{:.1} / {:.1}", p.messages_per_line, a.messages_per_line),
            format!("{:.0} / {:.0}", p.bytes_per_node / 1e3, a.bytes_per_node / 1e3),
            format!("{:.1} / {:.1}", p.agreed_ms as f64 / 1e3, a.agreed_ms as f64 / 1e3),
        ]
    };
    sheet(c, &head, weeks.iter().map(row))
}
