//! `headwater simulate retail --setup`: weeks of real order lines through joint plans of real nodes.

use super::super::{Context, retail};
use crate::cli::ReplayArgs;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use sim::Faults;
use sim::retail::{Instance, Joint, JointSetting, Orders, Supply, joint_week};
use vocab::{Decimal, Timestamp};

/// A week and what came of it.
type Week = (Timestamp, Joint);

pub(super) fn run(
    c: &Context,
    args: &ReplayArgs,
    percent: u32,
    orders: &Orders,
    chosen: &[Timestamp],
) -> Result<()> {
    let bar = if c.json { ProgressBar::hidden() } else { ProgressBar::no_length() };
    let style = ProgressStyle::with_template("  {msg} {bar:30}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let faults = if args.faults { Faults::HARSH } else { Faults::FAR };
    let mut weeks: Vec<Week> = vec![];
    for week in chosen {
        bar.set_message(c.say(Msg::ReplayJoint, &[&retail::monday(week)]));
        let supply = Supply { suppliers: args.suppliers, capacity_percent: percent, seed: args.seed };
        let instance = Instance::of_week(orders, *week, supply);
        let setting = JointSetting { faults, ..JointSetting::usual(args.seed) };
        let joint = joint_week(orders, &instance, setting, |done_ms, all_ms| {
            bar.set_length(all_ms.unsigned_abs());
            bar.set_position(done_ms.unsigned_abs());
        });
        weeks.push((*week, joint.map_err(|why| Failure::new(Exit::Failed, "simulation", why))?));
    }
    bar.finish_and_clear();
    let broken: Vec<&String> = weeks.iter().flat_map(|(_, joint)| &joint.violations).collect();
    let listed: Vec<Value> = weeks.iter().map(value).collect();
    let whole = json!({
        "weeks": listed, "violations": broken.len(), "seed": args.seed, "suppliers": args.suppliers,
        "capacity_percent": percent, "faults": args.faults,
    });
    c.tell(&whole, || table(c, &weeks))?;
    match broken.first() {
        None => Ok(()),
        Some(first) => Err(Failure::new(Exit::Failed, "simulation", (*first).clone())),
    }
}

fn value((week, joint): &Week) -> Value {
    let pounds = |amount: Decimal| (amount.to_f64_lossy() * 100.0).round() / 100.0;
    json!({
        "week": retail::monday(week), "lines": joint.lines, "welfare": pounds(joint.welfare),
        "optimum": pounds(joint.optimum), "setups": pounds(joint.setups),
        "messages_per_line": joint.messages_per_line, "bytes_per_node": joint.bytes_per_node,
        "agreed_ms": joint.agreed_ms, "joint": joint,
    })
}

fn table(c: &Context, weeks: &[Week]) -> String {
    let head = [
        Msg::JointWeek,
        Msg::ReplayLines,
        Msg::JointLots,
        Msg::JointMade,
        Msg::JointWelfare,
        Msg::ReplayOfOptimum,
        Msg::JointSetups,
        Msg::JointShared,
        Msg::JointRounds,
        Msg::JointMessages,
        Msg::JointBytes,
        Msg::JointAgreed,
    ];
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head.map(|msg| c.say(msg, &[])));
    for (week, joint) in weeks {
        table.add_row([
            retail::monday(week),
            joint.lines.to_string(),
            format!("{} / {}", joint.bought, joint.lots),
            joint.made.to_string(),
            format!("{:.2}", joint.welfare.to_f64_lossy()),
            format!("{:.2} %", joint.welfare_percent),
            format!("{:.2}", joint.setups.to_f64_lossy()),
            format!("{:.2}", joint.shared.to_f64_lossy()),
            joint.rounds.to_string(),
            format!("{:.1}", joint.messages_per_line),
            format!("{:.0}", joint.bytes_per_node / 1e3),
            format!("{:.1}", joint.agreed_ms as f64 / 1e3),
        ]);
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    format!("{table}\n{}", c.say(Msg::ReplaySynthetic, &[]))
}
