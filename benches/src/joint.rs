//! A week's order lines where it costs something to begin with a product: planned jointly by real nodes, beside what no plan
//! could exceed.

use crate::market::{FILE, SEED, SUPPLIERS, WEEK, sound};
use crate::report::{Figure, Row, Section, Target};
use crate::{Context, Result};
use market::planner::{bound, plan};
use sim::retail::{Instance, JointSetting, Orders, Supply, joint_week};
use std::fs::File;
use std::time::Instant;

/// Capacity, per cent of demand; what a first trial reached there, per cent of the optimum.
const TRIALS: [(u32, f64); 3] = [(200, 99.8), (115, 98.6), (80, 96.6)];
const HEAD: [&str; 9] = [
    "capacity",
    "lines",
    "lots",
    "bought",
    "welfare",
    "trial",
    "messages a line",
    "kB a node",
    "agreed after",
];

pub(crate) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new("joint", "real order lines with set-ups, planned jointly by real nodes");
    let Ok(file) = File::open(FILE) else {
        section.note(format!("Skipped: {FILE} is not there."));
        return Ok(section);
    };
    let orders = Orders::read(file, |_| {})?;
    let week = orders.weeks().get(WEEK).copied().unwrap_or_default();
    section.line(HEAD.map(str::to_owned));
    for (capacity_percent, trial) in TRIALS.into_iter().take(context.size(3, 1)) {
        context.say(&format!("joint: a plan at {capacity_percent} % of demand"));
        let supply = Supply { suppliers: SUPPLIERS, capacity_percent, seed: SEED };
        let instance = Instance::of_week(&orders, week, supply);
        let problem = instance.joint();
        let began = Instant::now();
        let (alone, prices) = plan(&problem);
        let took = began.elapsed();
        let most = bound(&problem, &prices);
        let joint = joint_week(&orders, &instance, JointSetting::usual(SEED), |_, _| {})?;
        sound(&joint.violations)?;
        section.row(
            Row::new(
                format!("welfare at capacity {capacity_percent} %, at least"),
                Figure::percent(joint.welfare_percent),
            )
            .beside("a first trial", Figure::percent(trial))
            .target(Target::AtLeast(1.0)),
        );
        section.row(Row::new("all rounds and the plan, in one place", Figure::ms(took.as_secs_f64() * 1e3)));
        section.row(
            Row::new("what that plan is worth, pounds", Figure::count(alone.worth(&problem) as f64 / 1e6))
                .beside("what no plan can exceed", Figure::count(most as f64 / 1e6)),
        );
        solved_again(context, &mut section, &problem, &prices, most)?;
        section.line([
            format!("{capacity_percent} %"),
            joint.lines.to_string(),
            joint.lots.to_string(),
            joint.bought.to_string(),
            format!("{:.2} %", joint.welfare_percent),
            format!("{trial:.1} %"),
            format!("{:.1}", joint.messages_per_line),
            format!("{:.0}", joint.bytes_per_node / 1e3),
            format!("{:.0} s", joint.agreed_ms as f64 / 1e3),
        ]);
    }
    section.note(
        "Welfare is of the dual bound at the last prices, which no plan can exceed: of the best plan it is no less.",
    );
    Ok(section)
}

#[cfg(feature = "highs")]
fn solved_again(
    context: &Context,
    section: &mut Section,
    problem: &market::planner::Instance,
    prices: &[i64],
    most: i64,
) -> Result<()> {
    context.say("joint: the bound solved by HiGHS");
    let began = Instant::now();
    let exact = crate::exact::bound(problem, prices)?;
    section.row(
        Row::new("our bound, pounds", Figure::count(most as f64 / 1e6))
            .beside(
                format!("HiGHS, each product to the optimum, in {:.0} s", began.elapsed().as_secs_f64()),
                Figure::count(exact),
            )
            .target(Target::AtLeast(0.999_999)),
    );
    Ok(())
}

#[cfg(not(feature = "highs"))]
fn solved_again(
    _: &Context,
    _: &mut Section,
    _: &market::planner::Instance,
    _: &[i64],
    _: i64,
) -> Result<()> {
    Ok(())
}
