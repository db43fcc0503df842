//! `headwater simulate SCENARIO` and `headwater simulate soak`: whole networks in virtual time, under faults and lies.

use super::Context;
use crate::cli::{SimulateArgs, SoakArgs};
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sim::scenario::{Played, Scenario, Setting, Violation, play};
use sim::soak::{self, Soaked};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(super) fn run(c: &Context, args: SimulateArgs) -> Result<()> {
    let named = args.scenario.unwrap_or_default();
    let scenario = match Scenario::built_in(&named) {
        Some(scenario) => scenario,
        None => {
            let makes_no_sense = |why: String| {
                Failure::new(Exit::Usage, "scenario", c.say(Msg::ScenarioUnread, &[&named, &why]))
            };
            let text = std::fs::read_to_string(&named).map_err(|e| makes_no_sense(e.to_string()))?;
            Scenario::read(&text).map_err(makes_no_sense)?
        }
    };
    let setting = Setting {
        nodes: args.nodes.map_or(scenario.nodes, |n| n as usize),
        hours: args.hours.unwrap_or_else(|| args.days.unwrap_or(scenario.days) * 24),
        seed: args.seed,
        trials: args.faults,
    };
    let bar = if c.json { ProgressBar::hidden() } else { ProgressBar::no_length() };
    let style = ProgressStyle::with_template("  {bar:30} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let began = Instant::now();
    let played = play(&scenario, &setting, |passed_s, all_s| {
        bar.set_length(all_s.unsigned_abs());
        bar.set_position(passed_s.unsigned_abs());
        bar.set_message(clock(passed_s));
    });
    bar.finish_and_clear();
    let failed = |why| Failure::new(Exit::Failed, "simulation", why);
    let played = played.map_err(failed)?;
    let took = began.elapsed();
    let per_s = played.events as f64 / took.as_secs_f64().max(0.001);
    let small = match played.violation {
        Some(_) => Some(soak::shrink(&scenario, &setting).map_err(failed)?),
        None => None,
    };
    let value = json!({"scenario": named, "result": played, "seconds": took.as_secs_f64(),
        "events_per_second": per_s.round(), "peak_bytes": peak_bytes(),
        "shortest": small.as_ref().map(|(setting, violation)| shortest(setting, violation))});
    c.tell(&value, || table(c, &scenario, &played, took, per_s))?;
    match small {
        None => Ok(()),
        Some((setting, violation)) => Err(broken(c, &named, &setting, &violation)),
    }
}

pub(super) fn soak(c: &Context, args: &SoakArgs) -> Result<()> {
    let from_clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |d| d.as_secs());
    let first = args.seed.unwrap_or_else(from_clock);
    let began = Instant::now();
    let mut all = Soaked::default();
    let over = |all: &Soaked| {
        args.seeds.is_some_and(|most| all.runs >= most)
            || args.seconds.is_some_and(|most| began.elapsed() >= Duration::from_secs(most))
    };
    if !c.json {
        c.print(&c.say(Msg::SoakBegins, &[&first]))?;
    }
    while !over(&all) {
        let seed = first.wrapping_add(all.runs);
        let (name, setting) = soak::mix(seed);
        let failed = |why| Failure::new(Exit::Failed, "simulation", why);
        let scenario = Scenario::built_in(name).ok_or_else(|| failed(name.to_owned()))?;
        let (played, small) = soak::run(&scenario, &setting).map_err(failed)?;
        all.add(&played);
        if !c.json {
            c.print(&format!(
                "{seed}: {name} --nodes {} --days {} --faults {}",
                setting.nodes,
                setting.hours / 24,
                setting.trials
            ))?;
        }
        if let Some((setting, violation)) = small {
            return Err(broken(c, name, &setting, &violation));
        }
    }
    let value = json!({"first_seed": first, "seconds": began.elapsed().as_secs(), "total": all});
    c.tell(&value, || {
        let mut rows = vec![(Msg::SoakRuns, all.runs.to_string())];
        rows.extend(counted(&all.total));
        rows_table(c, rows)
    })
}

fn broken(c: &Context, name: &str, setting: &Setting, violation: &Violation) -> Failure {
    let Setting { nodes, hours, seed, trials } = setting;
    let again =
        format!("headwater simulate {name} --nodes {nodes} --hours {hours} --seed {seed} --faults {trials}");
    let story = violation.story.join("\n");
    Failure::new(Exit::Failed, "simulation", c.say(Msg::SimulatedBroken, &[&violation.what, &again, &story]))
}

fn shortest(setting: &Setting, violation: &Violation) -> serde_json::Value {
    json!({"nodes": setting.nodes, "hours": setting.hours, "seed": setting.seed,
        "faults": setting.trials.to_string(), "violation": violation})
}

fn table(c: &Context, scenario: &Scenario, played: &Played, took: Duration, per_s: f64) -> String {
    let mut rows = vec![
        (Msg::LivedScenario, scenario.name.in_language(c.lang.tag()).to_owned()),
        (Msg::LivedNodes, format!("{} / {}", played.nodes, clock(i64::from(played.hours) * 3_600))),
        (Msg::LivedFaults, played.faults.clone()),
    ];
    rows.extend(counted(played));
    rows.push((Msg::LivedSpeed, format!("{per_s:.0} / {:.1} s", took.as_secs_f64())));
    if let Some(bytes) = peak_bytes() {
        rows.push((Msg::LivedMemory, format!("{} MB", bytes / 1_000_000)));
    }
    rows.push((Msg::LivedDigest, format!("{} / {}", played.seed, played.digest)));
    rows_table(c, rows)
}

fn counted(p: &Played) -> Vec<(Msg, String)> {
    let told: u64 = p.lies.values().sum();
    vec![
        (Msg::LivedDeals, format!("{} / {} / {} / {}", p.bound, p.delivered, p.declined, p.lapsed)),
        (Msg::LivedPools, format!("{} / {} / {}", p.pools_made, p.pools_lapsed, p.pools_disputed)),
        (Msg::LivedMessages, format!("{} / {} MB", p.messages, p.bytes / 1_000_000)),
        (Msg::LivedEvents, format!("{} / {}", p.events, p.records)),
        (Msg::LivedAccidents, format!("{} / {} / {} / {}", p.crashes, p.switched_off, p.partitions, p.jumps)),
        (Msg::LivedLies, format!("{told} / {} / {}", p.lies_refused, p.lies_proved)),
        (Msg::LivedBroken, p.violations.to_string()),
    ]
}

fn rows_table(c: &Context, rows: Vec<(Msg, String)>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for (what, figure) in rows {
        table.add_row([c.say(what, &[]), figure]);
    }
    table.to_string()
}

/// Virtual time as days and hours.
fn clock(seconds: i64) -> String {
    format!("{} d {:02}:{:02}", seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60)
}

/// Most memory this process has had, where the system tells (Linux).
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1_024)
}
