//! The simulator: events per second of a province of 100 to 10,000 real nodes, beside the smallest, and peak memory.

use crate::report::{Figure, Row, Section, Target};
use crate::{Context, Result, start};
use sim::scenario::{Played, Scenario, Setting, Trials, play};
use std::time::Instant;

const SIZES: [usize; 5] = [100, 300, 1_000, 3_000, 10_000];
const QUICK: [usize; 2] = [40, 80];
const HOURS: u32 = 1;
const SEED: u64 = 1;

pub(crate) fn run(context: &Context) -> Result<Section> {
    let scenario = Scenario::built_in("province").ok_or("there is no province")?;
    let mut section = Section::new("sim", "the simulator, a province of real nodes for an hour of trade");
    let sizes: &[usize] = if context.quick { &QUICK } else { &SIZES };
    let mut smallest: Option<f64> = None;
    for nodes in sizes {
        context.say(&format!("sim: {nodes} nodes"));
        let setting = Setting { nodes: *nodes, hours: HOURS, seed: SEED, trials: Trials::default() };
        let began = Instant::now();
        let played = play(&scenario, &setting, |_, _| {})?;
        let per_s = played.events as f64 / began.elapsed().as_secs_f64();
        if let Some(violation) = played.violation {
            return Err(violation.what.into());
        }
        let beside = *smallest.get_or_insert(per_s);
        section.row(
            Row::new(what(&played), Figure::per_s(per_s))
                .beside(format!("with {} nodes", sizes[0]), Figure::per_s(beside))
                .target(Target::AtLeast(0.5)),
        );
    }
    section.row(Row::new("peak memory of this process", Figure::mib(start::status("VmHWM")?)));
    section.note("Invariants are checked after every event. The last five quarters of an hour only end what was begun.");
    Ok(section)
}

fn what(played: &Played) -> String {
    format!("{} nodes: {} events, {} deals, events per second", played.nodes, played.events, played.bound)
}
