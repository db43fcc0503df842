//! A schedule in letters: a row for each machine with the job it works on, or for each resource with its load.

use super::super::Context;
use crate::i18n::Msg;
use planning::schedule::{Problem, Schedule};

const COLUMNS: u64 = 72;
const ROWS_MAX: usize = 40;
/// Jobs beyond these share the last sign.
const JOBS: &[u8] = b"123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#";
const LOADS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(super) fn draw(c: &Context, problem: &Problem, schedule: &Schedule) -> String {
    let makespan = u64::from(schedule.makespan).max(1);
    // what runs in the middle of each column's time
    let column = |time: u32| ((2 * u64::from(time) * COLUMNS + makespan - 1) / (2 * makespan)) as usize;
    let middles = |start: u32, duration: u32| column(start)..column(start + duration);
    let (label, rows) = match problem {
        Problem::Shop(shop) => {
            let mut rows = vec![vec!['·'; COLUMNS as usize]; shop.machines()];
            for (operation, slot) in shop.operations().iter().zip(&schedule.slots) {
                let mode = operation.modes[slot.mode];
                let sign = JOBS[operation.job.min(JOBS.len() - 1)] as char;
                rows[mode.machine][middles(slot.start, mode.duration)].fill(sign);
            }
            (Msg::ScheduleMachine, rows)
        }
        Problem::Project(project) => {
            let mut used = vec![vec![0_u32; COLUMNS as usize]; project.capacities().len()];
            for (activity, slot) in project.activities().iter().zip(&schedule.slots) {
                for (row, amount) in used.iter_mut().zip(&activity.usage) {
                    row[middles(slot.start, activity.duration)].iter_mut().for_each(|used| *used += amount);
                }
            }
            let load = |used: u32, of: u32| LOADS[(8 * used).div_ceil(of.max(1)).min(8) as usize];
            let rows = used.into_iter().zip(project.capacities());
            let rows = rows.map(|(row, of)| row.into_iter().map(|used| load(used, *of)).collect());
            (Msg::ScheduleResource, rows.collect())
        }
    };
    let more = rows.len().saturating_sub(ROWS_MAX);
    let mut lines: Vec<String> = rows
        .iter()
        .enumerate()
        .take(ROWS_MAX)
        .map(|(n, row)| {
            format!("{} {}", c.say(label, &[&format!("{:>3}", n + 1)]), row.iter().collect::<String>())
        })
        .collect();
    if more > 0 {
        lines.push(c.say(Msg::ScheduleRows, &[&more]));
    }
    lines.join("\n")
}
