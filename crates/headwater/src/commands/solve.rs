//! `headwater plan solve` and `why`: the plan of a whole site from a file, made on this machine without a node.

use super::{Context, export, files};
use crate::cli::{SolveArgs, WhyArgs};
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::sheets::Workshop;
use crate::show;
use comfy_table::{ContentArrangement, Table, presets};
use indicatif::ProgressBar;
use planning::neutral::{Neutral, NeutralPlan};
use planning::site::{Link, Options, Planner, Relief, SitePlan};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use vocab::{DAY_S, Said};

/// A problem with its form, in which the plan is written too.
enum Problem {
    Neutral(Box<Workshop>),
    Ours(Box<Workshop>),
}

impl Problem {
    fn planner(&self) -> Result<Planner> {
        let (Self::Neutral(workshop) | Self::Ours(workshop)) = self;
        Planner::new(&workshop.model, workshop.situation.clone(), &Options::default())
            .map_err(|e| Failure::said(Exit::Usage, "plan", &e))
    }
}

pub(super) fn run(c: &Context, args: &SolveArgs) -> Result<()> {
    let started = Instant::now();
    let problem = read(c, &args.file)?;
    let (Problem::Neutral(workshop) | Problem::Ours(workshop)) = &problem;
    let spinner = ProgressBar::new_spinner();
    spinner.set_message(c.say(Msg::SolvePlanning, &[&workshop.situation.demands.len()]));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let mut planner = problem.planner()?;
    if args.improve > 0 {
        spinner.set_message(c.say(Msg::SolveImproving, &[&args.improve]));
        let searched = Instant::now();
        planner.improve(args.seed, || searched.elapsed().as_secs() < args.improve);
    }
    let plan = planner.plan();
    spinner.finish_and_clear();

    if let Some(out) = &args.out {
        export::write(c, Some(out), |to| {
            match &problem {
                Problem::Neutral(_) => serde_json::to_writer(&mut *to, &NeutralPlan::of(&plan)),
                Problem::Ours(_) => serde_json::to_writer(&mut *to, &plan),
            }?;
            writeln!(to)
        })?;
    }
    let figures = figures(&plan, started.elapsed());
    c.tell(&figures, || table(c, &figures))
}

pub(super) fn why(c: &Context, args: &WhyArgs) -> Result<()> {
    let mut planner = read(c, &args.file)?.planner()?;
    let unknown = |e: planning::Error| Failure::said(Exit::Usage, "demand", &e);
    let why = planner.why(&args.demand).map_err(unknown)?;
    let relief = planner.relief(&args.demand).map_err(unknown)?;
    let link = |l: &Link| json!({"what": l.said().text(), "from": l.from, "to": l.to, "spec": l.spec});
    let help = |r: &Relief| json!({"what": r.said().text(), "gain_s": r.gain_s, "cost_s": r.cost_s});
    let answer = json!({
        "demand": why.demand,
        "late_s": why.late_s,
        "earliest": why.earliest,
        "chain": why.chain.iter().map(link).collect::<Vec<_>>(),
        "relief": relief.iter().map(help).collect::<Vec<_>>(),
    });
    c.tell(&answer, || show::why(&answer, c.lang))
}

/// The file says itself which of the two forms it is in.
fn read(c: &Context, path: &Path) -> Result<Problem> {
    #[derive(Deserialize)]
    struct Form {
        bom: Option<IgnoredAny>,
    }
    let bytes = files::unpacked(c, path)?;
    let name = path.display();
    let unreadable = |e: serde_json::Error| {
        Failure::new(Exit::Usage, "file", c.say(Msg::NotReadable, &[&name, &"JSON", &e]))
    };
    let form: Form = serde_json::from_slice(&bytes).map_err(unreadable)?;
    if form.bom.is_none() {
        let workshop: Workshop = serde_json::from_slice(&bytes).map_err(unreadable)?;
        workshop.model.check().map_err(|e| Failure::said(Exit::Usage, "model", &e))?;
        return Ok(Problem::Ours(Box::new(workshop)));
    }
    let neutral: Neutral = serde_json::from_slice(&bytes).map_err(unreadable)?;
    let (model, situation) = neutral.compile().map_err(|e| Failure::said(Exit::Usage, "model", &e))?;
    Ok(Problem::Neutral(Box::new(Workshop { model, situation })))
}

/// How good the plan is and what it took.
fn figures(plan: &SitePlan, taken: Duration) -> Value {
    let days = |seconds: i64| seconds as f64 / DAY_S as f64;
    let to = |places: i32, x: f64| (x * 10_f64.powi(places)).round() / 10_f64.powi(places);
    let demands = plan.demands.len();
    let short = plan.demands.iter().filter(|d| d.promise.is_none()).count();
    let late: Vec<i64> =
        plan.demands.iter().filter(|d| d.promise.is_some() && d.late_s > 0).map(|d| d.late_s).collect();
    let on_time = demands - short - late.len();
    json!({
        "demands": demands,
        "on_time": on_time,
        "on_time_pct": to(2, 100.0 * on_time as f64 / demands.max(1) as f64),
        "late": late.len(),
        "short": short,
        "total_late_days": to(1, days(late.iter().sum())),
        "max_late_days": to(2, days(late.iter().copied().max().unwrap_or(0))),
        "makes": plan.make.len(),
        "buys": plan.buy.len(),
        "seconds": to(3, taken.as_secs_f64()),
        "cpu_s": cpu_seconds().map(|s| to(2, s)),
        "peak_mb": peak_megabytes().map(|mb| to(1, mb)),
    })
}

/// User and system time of this process so far, where the system tells it as Linux does (proc(5)).
fn cpu_seconds() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // the name in brackets may have blanks in it; utime and stime are the 12th and 13th field after it
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS_PER_SECOND)
}

/// The most memory this process has held, likewise.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1_024.0)
}

fn table(c: &Context, figures: &Value) -> String {
    const ROWS: [(&str, Msg); 12] = [
        ("demands", Msg::SolveDemands),
        ("on_time", Msg::SolveOnTime),
        ("on_time_pct", Msg::SolveOnTimePct),
        ("late", Msg::SolveLate),
        ("short", Msg::SolveShort),
        ("total_late_days", Msg::SolveTotalLate),
        ("max_late_days", Msg::SolveMaxLate),
        ("makes", Msg::SolveMakes),
        ("buys", Msg::SolveBuys),
        ("seconds", Msg::SolveSeconds),
        ("cpu_s", Msg::SolveCpu),
        ("peak_mb", Msg::SolvePeak),
    ];
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for (key, name) in ROWS.into_iter().filter(|(key, _)| !figures[*key].is_null()) {
        table.add_row([c.say(name, &[]), figures[key].to_string()]);
    }
    table.to_string()
}
