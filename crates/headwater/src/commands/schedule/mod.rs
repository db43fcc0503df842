//! `headwater plan schedule`: a short schedule for a problem in a file, found on this machine without a node.

mod gantt;

use super::{Context, export, files};
use crate::cli::ScheduleArgs;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use indicatif::{ProgressBar, ProgressStyle};
use planning::schedule::{Outcome, Problem, Schedule, read, search};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(super) fn run(c: &Context, args: &ScheduleArgs) -> Result<()> {
    let text = String::from_utf8(files::bytes(c, &args.file)?);
    let name = args.file.display();
    let unreadable = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, "file", c.say(Msg::CannotRead, &[&name, why]))
    };
    let text = text.map_err(|e| unreadable(&e.utf8_error()))?;
    let problem = read(&text).map_err(|e| unreadable(&c.read(&e)))?;

    let bar = ProgressBar::new(args.seconds);
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} s");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let started = Instant::now();
    let mut told = Duration::ZERO;
    let outcome = search(&problem, args.seed, |so_far| {
        let taken = started.elapsed();
        if taken.saturating_sub(told) > Duration::from_millis(100) {
            told = taken;
            bar.set_message(c.say(Msg::ScheduleSearching, &[&so_far.makespan, &so_far.bound]));
            bar.set_position(taken.as_secs());
        }
        taken.as_secs() < args.seconds
    });
    bar.finish_and_clear();
    let taken = started.elapsed().as_secs_f64();

    let figures = figures(&outcome, taken, args.seed);
    if let Some(out) = &args.out {
        let plan = json!({
            "makespan": outcome.schedule.makespan, "lower_bound": outcome.bound,
            "work": work(&problem, &outcome.schedule),
        });
        export::write(c, Some(out), |to| writeln!(to, "{plan}"))?;
    }
    c.tell(&figures, || {
        let Outcome { schedule, start, bound, moves } = &outcome;
        let verdict = if schedule.makespan == *bound {
            c.say(Msg::ScheduleProven, &[bound])
        } else {
            let gap = format!("{:.2}", figures["gap_percent"].as_f64().unwrap_or_default());
            c.say(Msg::ScheduleFound, &[&schedule.makespan, bound, &gap])
        };
        let searched = c.say(Msg::ScheduleSearched, &[start, moves, &figures["moves_per_second"]]);
        format!("{}\n{verdict}\n{searched}", gantt::draw(c, &problem, schedule))
    })
}

fn figures(outcome: &Outcome, seconds: f64, seed: u64) -> Value {
    let (makespan, bound) = (f64::from(outcome.schedule.makespan), f64::from(outcome.bound));
    let gap = if bound > 0.0 { (makespan / bound - 1.0) * 100.0 } else { 0.0 };
    json!({
        "makespan": outcome.schedule.makespan, "lower_bound": outcome.bound,
        "gap_percent": (gap * 1e3).round() / 1e3, "start": outcome.start, "moves": outcome.moves,
        "moves_per_second": (outcome.moves as f64 / seconds.max(1e-6)).round() as u64,
        "seconds": (seconds * 1e3).round() / 1e3, "seed": seed,
    })
}

/// Each operation or activity with its times; jobs, operations, machines and activities count from 1.
fn work(problem: &Problem, schedule: &Schedule) -> Vec<Value> {
    let slots = schedule.slots.iter();
    match problem {
        Problem::Shop(shop) => {
            let rows = shop.operations().iter().zip(slots).map(|(operation, slot)| {
                let mode = operation.modes[slot.mode];
                json!({
                    "job": operation.job + 1, "operation": operation.step + 1, "machine": mode.machine + 1,
                    "start": slot.start, "end": slot.start + mode.duration,
                })
            });
            rows.collect()
        }
        Problem::Project(project) => {
            let rows = project.activities().iter().zip(slots).enumerate().map(|(n, (activity, slot))| {
                json!({"activity": n + 1, "start": slot.start, "end": slot.start + activity.duration})
            });
            rows.collect()
        }
    }
}
