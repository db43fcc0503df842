//! `headwater simulate retail --setup`: weeks of real order lines through joint plans of real nodes.

use super::super::{Context, retail};
use super::{bar, pounds, sheet, tell};
use crate::cli::ReplayArgs;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use serde_json::{Value, json};
use sim::retail::{Instance, Joint, JointSetting, Orders, Supply, joint_week};
use vocab::Timestamp;

/// A week and what came of it.
type Week = (Timestamp, Joint);

pub(super) fn run(
    c: &Context,
    args: &ReplayArgs,
    percent: u32,
    orders: &Orders,
    chosen: &[Timestamp],
) -> Result<()> {
    let bar = bar(c);
    let mut weeks: Vec<Week> = vec![];
    for week in chosen {
        bar.set_message(c.say(Msg::ReplayJoint, &[&retail::monday(week)]));
        let supply = Supply { suppliers: args.suppliers, capacity_percent: percent, seed: args.seed };
        let instance = Instance::of_week(orders, *week, supply);
        let setting = JointSetting::usual(args.seed);
        let joint = joint_week(orders, &instance, setting, |done_ms, all_ms| {
            bar.set_length(all_ms.unsigned_abs());
            bar.set_position(done_ms.unsigned_abs());
        });
        weeks.push((*week, joint.map_err(|why| Failure::new(Exit::Failed, "simulation", why))?));
    }
    bar.finish_and_clear();
    let broken = weeks.iter().flat_map(|(_, joint)| &joint.violations);
    tell(c, args, percent, weeks.iter().map(value), broken, || table(c, &weeks))
}

fn value((week, joint): &Week) -> Value {
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
    let row = |(week, joint): &Week| {
        vec![
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
        ]
    };
    sheet(c, &head, weeks.iter().map(row))
}
