//! `headwater import retail`: order lines of a wholesaler-retailer as needs, and where its prices fall with quantity.

use super::{Context, export};
use crate::cli::RetailArgs;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use node::command::Command;
use serde_json::{Value, json};
use sim::retail::{BELOW_PERCENT, Breaks, FROM_PERCENT, LINES_MIN, Orders, Rejection};
use std::fs::File;
use std::path::Path;
use vocab::{Decimal, Timestamp};

/// Most of one code that its supplier makes for one pool.
const CAP: i64 = 1_000_000;

/// Reads a file of order lines, with a progress bar.
pub(super) fn read(c: &Context, path: &Path) -> Result<Orders> {
    let unreadable = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, "file", c.say(Msg::CannotRead, &[&path.display(), why]))
    };
    let file = File::open(path).map_err(|e| unreadable(&e))?;
    let size = file.metadata().map_err(|e| unreadable(&e))?.len();
    let bar = if c.json { ProgressBar::hidden() } else { ProgressBar::new(size) };
    let style = ProgressStyle::with_template("  {bar:30} {percent} %");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let orders = Orders::read(file, |taken| bar.set_position(taken));
    bar.finish_and_clear();
    orders.map_err(|e| unreadable(&c.read(&e)))
}

/// The weeks of `orders` from the one numbered `from`, at most so many.
pub(super) fn weeks(c: &Context, orders: &Orders, from: usize, count: usize) -> Result<Vec<Timestamp>> {
    let all = orders.weeks();
    let chosen: Vec<Timestamp> = all.iter().skip(from.saturating_sub(1)).take(count).copied().collect();
    match from == 0 || chosen.is_empty() {
        true => Err(Failure::usage(c.say(Msg::RetailNoWeek, &[&from, &all.len()]))),
        false => Ok(chosen),
    }
}

/// The Monday of a week, as people write it.
pub(super) fn monday(week: &Timestamp) -> String {
    week.to_string().chars().take(10).collect()
}

pub(super) fn import(c: &Context, args: &RetailArgs) -> Result<()> {
    let orders = read(c, &args.file)?;
    let breaks = Breaks::infer(&orders);
    let chosen = match args.week {
        Some(week) => weeks(c, &orders, week, 1)?,
        None => orders.weeks(),
    };
    if let Some(out) = &args.out {
        write(c, out, &orders, &breaks, &chosen)?;
    }
    let value = summary(&orders, &breaks, &chosen);
    c.tell(&value, || words(c, &orders, &breaks, &value))
}

/// One JSON object a line: an offer for each code with a break, then a need for each line.
fn write(c: &Context, out: &Path, orders: &Orders, breaks: &Breaks, weeks: &[Timestamp]) -> Result<()> {
    let said = |mut value: Value, command: std::result::Result<Command, String>| {
        let command = command.map_err(|why| Failure::new(Exit::Failed, "file", why))?;
        value["command"] = json!(command);
        Ok::<_, Failure>(value)
    };
    let offers = breaks.0.iter().map(|(code, at)| said(json!({}), orders.offer(*code, at, CAP)));
    let needs = orders.lines.iter().filter(|line| weeks.contains(&line.week())).map(|line| {
        let who = json!({"customer": orders.customers[line.customer], "week": monday(&line.week())});
        said(who, orders.need(line))
    });
    let mut lines = offers.chain(needs);
    let mut failed = None;
    export::write(c, Some(out), |to| {
        lines.try_for_each(|line| match line {
            Ok(line) => writeln!(to, "{line}"),
            Err(e) => {
                failed = Some(e);
                Ok(())
            }
        })
    })?;
    failed.map_or(Ok(()), Err)
}

fn summary(orders: &Orders, breaks: &Breaks, weeks: &[Timestamp]) -> Value {
    let perfect = breaks.perfect(orders);
    let count = |why: &Rejection| orders.rejected.get(why).copied().unwrap_or(0);
    let rejected: serde_json::Map<String, Value> = Rejection::ALL
        .iter()
        .filter_map(|why| Some((json!(why).as_str()?.to_owned(), json!(count(why)))))
        .collect();
    let lines = |week: &Timestamp| orders.lines.iter().filter(|l| l.week() == *week).count();
    let by_week: Vec<Value> = weeks
        .iter()
        .map(|week| json!({"week": monday(week), "lines": lines(week), "perfect": perfect.get(week)}))
        .collect();
    let saving: Decimal = perfect.values().map(|p| p.saving).sum();
    let spend = orders.spend();
    json!({
        "rows": orders.rows, "lines": orders.lines.len(), "rejected": rejected, "customers": orders.customers.len(),
        "codes": orders.codes.len(), "spend": spend, "codes_with_break": breaks.0.len(), "perfect_saving": saving,
        "perfect_percent": 100.0 * saving.to_f64_lossy() / spend.to_f64_lossy(),
        "rule": {"lines_min": LINES_MIN, "from_percent": FROM_PERCENT, "below_percent": BELOW_PERCENT},
        "weeks": by_week,
    })
}

fn words(c: &Context, orders: &Orders, breaks: &Breaks, value: &Value) -> String {
    let percent = |value: &Value| format!("{:.2} %", value.as_f64().unwrap_or_default());
    let mut rows = vec![
        (c.say(Msg::RetailRows, &[]), value["rows"].to_string()),
        (c.say(Msg::RetailLines, &[]), orders.lines.len().to_string()),
    ];
    let why = |why: Rejection| match why {
        Rejection::Unreadable => Msg::RejectedUnreadable,
        Rejection::Cancellation => Msg::RejectedCancellation,
        Rejection::Correction => Msg::RejectedCorrection,
        Rejection::NoGoods => Msg::RejectedNoGoods,
        Rejection::WriteOff => Msg::RejectedWriteOff,
        Rejection::NoQuantity => Msg::RejectedNoQuantity,
        Rejection::NoPrice => Msg::RejectedNoPrice,
        Rejection::Duplicate => Msg::RejectedDuplicate,
    };
    let rejected = Rejection::ALL.map(|reason| {
        let count = orders.rejected.get(&reason).copied().unwrap_or(0);
        (format!("  {}", c.say(why(reason), &[])), count.to_string())
    });
    rows.extend(rejected);
    rows.extend([
        (c.say(Msg::RetailCustomers, &[]), orders.customers.len().to_string()),
        (c.say(Msg::RetailCodes, &[]), orders.codes.len().to_string()),
        (c.say(Msg::RetailWeeks, &[]), orders.weeks().len().to_string()),
        (c.say(Msg::RetailSpend, &[]), format!("{:.2} GBP", orders.spend().to_f64_lossy())),
        (c.say(Msg::RetailBreaks, &[]), breaks.0.len().to_string()),
        (c.say(Msg::RetailPerfect, &[]), percent(&value["perfect_percent"])),
    ]);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).add_rows(rows.into_iter().map(|(what, figure)| [what, figure]));
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let rule = c.say(Msg::RetailRule, &[&LINES_MIN, &FROM_PERCENT, &BELOW_PERCENT]);
    format!("{table}\n{rule}\n{}", c.say(Msg::RetailPlaces, &[]))
}
