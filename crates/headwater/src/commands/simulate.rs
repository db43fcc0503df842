//! `headwater simulate`: a supply chain's firms as independent nodes in one process, beside a planner who sees all.

use super::{Context, live, replay};
use crate::cli::{SimulateArgs, SimulateCmd};
use crate::demo::chain;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sim::firms::{Measured, Setting, measure};

pub(super) fn run(c: &Context, args: SimulateArgs) -> Result<()> {
    let (file, orders, capacity, turn_ms, seed) = match args.what {
        None => return live::run(c, args),
        Some(SimulateCmd::Soak(soak)) => return live::soak(c, &soak),
        Some(SimulateCmd::Retail(weeks)) => return replay::run(c, &weeks),
        Some(SimulateCmd::Chain { file, orders, capacity, turn_ms, seed }) => {
            (file, orders, capacity, turn_ms, seed)
        }
    };
    let (chain, reckoned) = chain::read(&file).map_err(|why| Failure::new(Exit::Usage, "chain", why))?;
    let setting = Setting { orders, percent: capacity, turn_ms, seed };
    let bar = if c.json { ProgressBar::hidden() } else { ProgressBar::no_length() };
    let style = ProgressStyle::with_template("  {bar:30} {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let measured = measure(&chain, &reckoned, setting, |through, all| {
        bar.set_length(all as u64);
        bar.set_position(through as u64);
    });
    bar.finish_and_clear();
    let m = measured.map_err(|why| Failure::new(Exit::Failed, "simulation", why))?;
    let value = json!({"seed": seed, "capacity_percent": capacity, "turn_ms": turn_ms, "measured": m});
    c.tell(&value, || table(c, &m, setting))?;
    match m.breaches.first() {
        None if m.agreed == m.orders => Ok(()),
        None => Err(Failure::new(
            Exit::Failed,
            "simulation",
            c.say(Msg::SimulatedUnagreed, &[&(m.orders - m.agreed), &m.orders]),
        )),
        Some(breach) => Err(Failure::new(Exit::Failed, "simulation", breach.clone())),
    }
}

fn table(c: &Context, m: &Measured, setting: Setting) -> String {
    let each = m.agreed.max(1) as f64;
    let per_order = |count: u64| format!("{:.1}", count as f64 / each);
    let mut rows = vec![
        (Msg::SimulatedFirms, format!("{} / {}", m.firms, m.arcs)),
        (Msg::SimulatedOrders, format!("{} / {}", m.agreed, m.orders)),
        (Msg::SimulatedRetries, m.retries.to_string()),
        (Msg::SimulatedLongest, m.longest_path.to_string()),
        (Msg::SimulatedEnquiries, per_order(m.enquiries)),
        (Msg::SimulatedMessages, per_order(m.messages)),
        (Msg::SimulatedBytes, per_order(m.bytes)),
        (Msg::SimulatedVirtual, format!("{:.0} ms", m.agreed_ms)),
        (Msg::SimulatedReal, format!("{:.1} ms", m.real_ms)),
        (Msg::SimulatedPromise, format!("{:.2} / {:.2}", m.promise_days, m.central_promise_days)),
    ];
    if setting.percent.is_some() {
        rows.push((Msg::SimulatedLate, format!("{:.1} / {:.1}", m.late_days, m.central_late_days)));
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for (what, figure) in rows {
        table.add_row([c.say(what, &[]), figure]);
    }
    table.to_string()
}
