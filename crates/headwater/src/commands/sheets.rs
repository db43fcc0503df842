//! `headwater import plan` and `headwater export plan`: a workshop in sheets of a spreadsheet, or in one JSON file.
//!
//! All sheets are read and checked before anything has an effect.

use super::{Context, export, files};
use crate::cli::ExportArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::sheets::{Book, Kind, Slips, Table, Workshop, give, read, read::File, take, template};
use crate::sheets::{write_csv, write_xlsx};
use jiff::Timestamp;
use node::command::Command;
use planning::Model;
use planning::site::{Situation, StockLot};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use vocab::Decimal;

/// Most files of a folder that are looked at.
const FILES_MAX: usize = 1_000;

pub(super) fn import(c: &Context, paths: &[PathBuf], out: Option<&Path>) -> Result<()> {
    let slips = Slips::new(c.lang);
    let mut found = Vec::new();
    for path in paths {
        found.extend(gather(c, path)?);
    }
    let tables = read::read(found, &slips);
    let workshop = take(&tables, Timestamp::now(), &slips);
    let refused = |slips: Slips| {
        let message = slips.into_list().join("\n");
        Err(Failure::new(Exit::Usage, "csv", message).remedy(c.say(Msg::CsvNothingDone, &[])))
    };
    if !slips.is_empty() {
        return refused(slips);
    }
    if let Some(out) = out {
        return write_json(c, Some(out), &workshop);
    }
    let client = c.client()?;
    let known = super::import::known_specs(&client)?;
    for row in stock_rows(&tables, &slips) {
        if row.text("spec").is_some_and(|spec| !known.contains(spec)) {
            row.slip("spec", c.say(Msg::CsvUnknownSpec, &[]));
        }
    }
    if !slips.is_empty() {
        return refused(slips);
    }
    send(c, &client, workshop, stock_rows(&tables, &slips).map(|row| (row.table.label.clone(), row.number)))
}

fn stock_rows<'a>(tables: &'a [Table], slips: &'a Slips) -> impl Iterator<Item = crate::sheets::Row<'a>> {
    tables.iter().filter(|table| table.kind == Kind::Stock).flat_map(|table| table.rows(slips))
}

/// The model as one command, then one for each row of stock.
fn send(
    c: &Context,
    client: &Client,
    workshop: Workshop,
    rows: impl Iterator<Item = (String, usize)>,
) -> Result<()> {
    let Workshop { model, situation } = workshop;
    let Model { recipes, work_centers, people, tools, items } = model;
    let counts = [recipes.len(), work_centers.len(), situation.stock.len()];
    let recipes = recipes.into_values().collect();
    let answer = client.command(&Command::Model { recipes, work_centers, people, tools, items })?;
    let mut recorded = vec![answer["recorded"].clone()];
    for (done, (lot, (label, number))) in situation.stock.iter().zip(rows).enumerate() {
        let command = Command::Raise {
            spec: lot.spec.clone(),
            quantity: lot.quantity,
            serials: vec![],
            properties: BTreeMap::new(),
        };
        let answer = client.command(&command).map_err(|e| Failure {
            message: c.say(Msg::CsvRow, &[&label, &number, &e.message]),
            remedy: Some(c.say(Msg::CsvStopped, &[&number, &done])),
            ..e
        })?;
        recorded.push(answer["recorded"].clone());
    }
    let left_out = situation.receipts.len() + situation.demands.len();
    c.tell(&json!({ "recorded": recorded, "left_out": left_out }), || {
        let done = c.say(Msg::PlanImported, &[&counts[0], &counts[1], &counts[2]]);
        match left_out {
            0 => done,
            _ => format!("{done}\n{}", c.say(Msg::PlanLeftOut, &[&left_out])),
        }
    })
}

/// The files that a path stands for.
fn gather(c: &Context, path: &Path) -> Result<Vec<File>> {
    let is = |path: &Path, ending: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    if !path.is_dir() {
        if !is(path, "csv") && !is(path, "xlsx") {
            return Err(Failure::new(Exit::Usage, "file", c.say(Msg::SheetFileKind, &[&path.display()])));
        }
        return Ok(vec![File {
            name: path.display().to_string(),
            stem: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            is_workbook: is(path, "xlsx"),
            bytes: files::bytes(c, path)?,
        }]);
    }
    let unreadable =
        |e: std::io::Error| Failure::new(Exit::Usage, "file", c.say(Msg::CannotRead, &[&path.display(), &e]));
    let entries = std::fs::read_dir(path).map_err(unreadable)?.take(FILES_MAX);
    let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths: Vec<_> = paths.map_err(unreadable)?.into_iter().filter(|p| is(p, "csv")).collect();
    paths.sort();
    let files: Result<Vec<_>> = paths.iter().map(|path| gather(c, path)).collect();
    Ok(files?.into_iter().flatten().collect())
}

pub(super) fn export(c: &Context, args: &ExportArgs) -> Result<()> {
    if let Some(folder) = &args.template {
        let book = template(c.lang).map_err(|e| Failure::new(Exit::Failed, "file", e.to_string()))?;
        return write_book(c, &book, folder);
    }
    let workshop = match &args.from {
        Some(path) => files::workshop(c, path)?,
        None => of_node(c)?,
    };
    match args.out.as_deref() {
        Some(path) if path.extension().is_none_or(|ending| ending != "json") => {
            if !workshop.situation.work.is_empty() {
                eprintln!("{}", c.say(Msg::PlanNoWork, &[]));
            }
            write_book(c, &give(&workshop), path)
        }
        out => write_json(c, out, &workshop),
    }
}

/// What a running node makes and has in stock.
fn of_node(c: &Context) -> Result<Workshop> {
    let client = c.client()?;
    let unreadable = |e: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "answer", c.say(Msg::NotReadable, &[&"model", &"JSON", e]))
    };
    let model: Model = serde_json::from_value(client.get("model")?).map_err(|e| unreadable(&e))?;
    let mut stock = Vec::new();
    for item in client.list("stock")? {
        let spec = item["spec"].as_str().unwrap_or_default();
        for lot in item["lots"].as_array().into_iter().flatten() {
            let quantity: Decimal =
                lot["quantity"].as_str().unwrap_or_default().parse().map_err(|e| unreadable(&e))?;
            stock.push(StockLot {
                lot: lot["lot"].as_str().unwrap_or_default().to_owned(),
                spec: spec.parse().map_err(|e| unreadable(&e))?,
                quantity,
                expires: None,
            });
        }
    }
    let situation =
        Situation { now: Timestamp::now(), stock, receipts: vec![], work: vec![], demands: vec![] };
    Ok(Workshop { model, situation })
}

fn write_book(c: &Context, book: &Book, path: &Path) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "file", c.say(Msg::CannotWrite, &[&path.display(), e]))
    };
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
        let bytes = write_xlsx(book, c.lang).map_err(|e| failed(&e))?;
        std::fs::write(path, bytes).map_err(|e| failed(&e))?;
    } else {
        write_csv(book, path, c.lang).map_err(|e| failed(&e))?;
    }
    c.tell(&json!({ "written": path }), || c.say(Msg::Written, &[&path.display()]))
}

fn write_json(c: &Context, out: Option<&Path>, workshop: &Workshop) -> Result<()> {
    export::write(c, out, |to| {
        serde_json::to_writer_pretty(&mut *to, workshop).map_err(std::io::Error::from)?;
        writeln!(to)
    })
}
