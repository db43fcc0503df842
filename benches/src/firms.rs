//! Promises across independent firms: every published chain as a network of nodes in virtual time, beside the longest path
//! and beside one planner who sees everything; and many buyers at one workshop at once.

use crate::report::{Figure, Row, Section, Target};
use crate::{Context, Result};
use sim::chain::{Chain, Reckoned};
use sim::crowd::Crowd;
use sim::firms::{Measured, Setting, measure};
use std::fs;
use std::path::{Path, PathBuf};

const CHAINS: &str = "../shared/data/chains";
const QUICK: [&str; 3] = ["01", "03", "07"];
/// Busy per cent of the stages, and how long firms let earlier orders go first.
const PERCENT: u32 = 85;
const TURN_MS: u64 = 1_000;
const SEED: u64 = 1;

struct Found {
    name: String,
    free: Measured,
    in_turn: Measured,
    first_come: Measured,
}

pub(crate) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new("firms", "promises across independent firms");
    let mut found = vec![];
    for file in files(context)? {
        let name = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        context.say(&format!("firms: chain {name}"));
        found.push(chain(context, name, &file)?);
    }
    if found.is_empty() {
        section.note(format!("Skipped the chains: {CHAINS} is not there."));
    } else {
        section.line(HEAD.map(str::to_owned));
        found.iter().for_each(|found| section.line(cells(found)));
        notes(&mut section, &found);
    }
    context.say("firms: crowds");
    crowds(context, &mut section)?;
    Ok(section)
}

fn crowds(context: &Context, section: &mut Section) -> Result<()> {
    let count = |n: i64| Figure::count(n as f64);
    let seeds = context.size(24, 2) as u64;
    let (mut sold, mut queued, mut wanted, mut attempts, mut left) = (0, 0, 0, 0, 0);
    let mut shares = vec![];
    for seed in 1..=seeds {
        let crowd = Crowd::new(50, seed);
        let (at_once, in_turn) = (crowd.all_at_once()?, crowd.one_by_one()?);
        sold += at_once.sold;
        queued += in_turn.sold;
        wanted += at_once.wanted;
        attempts += at_once.attempts as i64;
        left += at_once.breaches + at_once.stuck + in_turn.breaches + in_turn.stuck;
        shares.push(at_once.sold as f64 / in_turn.sold as f64);
    }
    section.row(
        Row::new(format!("{seeds} crowds of 50 buyers at once: chairs sold"), count(sold))
            .beside("sold to the same buyers one by one", count(queued))
            .target(Target::AtLeast(0.98)),
    );
    section.row(Row::new("chairs they wanted", count(wanted)));
    section.row(Row::new("enquiries they needed", count(attempts)));
    section.row(Row::new("invariants broken, holds and deals left open", count(left as i64)));
    let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
    let most = shares.iter().copied().fold(0.0, f64::max);
    section.note(format!("One crowd alone sold {least:.2} to {most:.2} of what its queue did."));
    Ok(())
}

fn files(context: &Context) -> Result<Vec<PathBuf>> {
    if !Path::new(CHAINS).is_dir() {
        return Ok(vec![]);
    }
    let mut files = vec![];
    for entry in fs::read_dir(CHAINS)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|e| e == "csv") && (!context.quick || QUICK.contains(&stem.as_str()))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn chain(context: &Context, name: String, file: &Path) -> Result<Found> {
    let chain = Chain::read(&fs::read_to_string(file)?)?;
    let reckoned = Reckoned::of(&chain)?;
    let run = |orders, percent, turn_ms| {
        let setting = Setting { orders, percent, turn_ms, seed: SEED };
        measure(&chain, &reckoned, setting, |_, _| {})
    };
    let orders = context.size(200, 40);
    let free = run(usize::MAX, None, TURN_MS)?;
    let in_turn = run(orders, Some(PERCENT), TURN_MS)?;
    let first_come = run(orders, Some(PERCENT), 0)?;
    for measured in [&free, &in_turn, &first_come] {
        if let Some(breach) = measured.breaches.first() {
            return Err(format!("chain {name}: {breach}").into());
        }
        if measured.agreed < measured.orders {
            return Err(format!("chain {name}: orders without an agreement").into());
        }
    }
    Ok(Found { name, free, in_turn, first_come })
}

const HEAD: [&str; 17] = [
    "chain",
    "firms",
    "arcs",
    "orders",
    "longest path",
    "enquiries",
    "messages",
    "bytes",
    "virtual ms",
    "real ms",
    "late days",
    "central",
    "ratio",
    "first come",
    "ratio",
    "mean promise",
    "central",
];

fn ratio(m: &Measured) -> String {
    match m.central_late_days > 0.0 {
        true => format!("{:.3}", m.late_days / m.central_late_days),
        false => "-".to_owned(),
    }
}

fn cells(Found { name, free, in_turn, first_come }: &Found) -> [String; 17] {
    let each = |count: u64| format!("{:.1}", count as f64 / free.agreed.max(1) as f64);
    [
        name.clone(),
        free.firms.to_string(),
        free.arcs.to_string(),
        free.orders.to_string(),
        free.longest_path.to_string(),
        each(free.enquiries),
        each(free.messages),
        each(free.bytes),
        format!("{:.0}", free.agreed_ms),
        format!("{:.1}", free.real_ms),
        format!("{:.1}", in_turn.late_days),
        format!("{:.1}", in_turn.central_late_days),
        ratio(in_turn),
        format!("{:.1}", first_come.late_days),
        ratio(first_come),
        format!("{:.2}", in_turn.promise_days),
        format!("{:.2}", in_turn.central_promise_days),
    ]
}

fn notes(section: &mut Section, found: &[Found]) {
    let orders: usize = found.iter().map(|f| f.free.orders).sum();
    let exact: usize = found.iter().map(|f| f.free.longest_path).sum();
    section
        .note(format!("Without limits {exact} of {orders} promises equal the longest path of stage times."));
    let sum = |of: fn(&Found) -> f64| found.iter().map(of).sum::<f64>();
    let central = sum(|f| f.in_turn.central_late_days);
    section.note(format!(
        "Late days beside the central planner, all chains: {:.3} in turn, {:.3} first come, first served.",
        sum(|f| f.in_turn.late_days) / central,
        sum(|f| f.first_come.late_days) / central
    ));
    section.note(
        "Chains: Willems 2008, doi 10.1287/msom.1070.0176; what the columns mean stands in docs/planning.md.",
    );
}
