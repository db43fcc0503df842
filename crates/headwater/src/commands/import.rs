//! `headwater import`: rows of a CSV file, all of them checked before the first has any effect.
//!
//! [`Sheet`] is a file whose columns are known; [`Row::take`] reads a cell and says file, row, column and value when
//! it cannot be taken. Stock becomes one command per row, offers too; recipes become one command in all.

use super::{Context, files};
use crate::client::Client;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use node::command::{Command, OfferDraft, PoolingDraft};
use planning::{Input, Recipe, Step, WorkCenter};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;
use vocab::{Currency, Decimal, PriceSchedule, SpecId, Text, Tier, Unit};

const ROWS_MAX: usize = 10_000;
/// Columns of this beginning are declared in the passport.
const PROPERTY: &str = "property:";

/// A file with known columns.
struct Sheet<'a> {
    c: &'a Context,
    file: String,
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// One row of it; numbered as a spreadsheet does, the column names being row 1.
struct Row<'a> {
    sheet: &'a Sheet<'a>,
    number: usize,
    cells: &'a csv::StringRecord,
}

impl<'a> Sheet<'a> {
    fn open(c: &'a Context, path: &Path, required: &[&str], optional: &[&str]) -> Result<Self> {
        let file = path.display().to_string();
        let wrong = |message: String| Failure::new(Exit::Usage, "csv", message);
        let bytes = files::bytes(c, path)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            wrong(c.say(Msg::CsvEncoding, &[&file])).remedy(c.say(Msg::CsvEncodingRemedy, &[]))
        })?;
        // spreadsheets begin UTF-8 files with a byte order mark
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let unreadable = |e: csv::Error| match e.kind() {
            csv::ErrorKind::UnequalLengths { pos: Some(pos), expected_len, len } => {
                let why = c.say(Msg::CsvCells, &[len, expected_len]);
                wrong(c.say(Msg::CsvRow, &[&file, &(pos.record() + 1), &why]))
                    .remedy(c.say(Msg::CsvNothingDone, &[]))
            }
            _ => wrong(c.say(Msg::NotReadable, &[&file, &"CSV", &e])),
        };
        let columns: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(str::to_owned).collect();
        let known = |column: &str| {
            let property = optional.contains(&PROPERTY) && column.starts_with(PROPERTY);
            property || required.contains(&column) || optional.contains(&column)
        };
        let all = || c.say(Msg::CsvColumns, &[&[required, optional].concat().join(", ")]);
        if let Some(missing) = required.iter().find(|name| !columns.iter().any(|column| column == *name)) {
            return Err(wrong(c.say(Msg::CsvNoColumn, &[&file, missing])).remedy(all()));
        }
        if let Some(unknown) = columns.iter().find(|column| !known(column)) {
            return Err(wrong(c.say(Msg::CsvUnknownColumn, &[&file, unknown])).remedy(all()));
        }
        let rows: Vec<_> =
            reader.records().take(ROWS_MAX + 1).collect::<csv::Result<_>>().map_err(unreadable)?;
        if rows.is_empty() {
            return Err(wrong(c.say(Msg::CsvEmpty, &[&file])));
        }
        if rows.len() > ROWS_MAX {
            let remedy = c.say(Msg::CsvSplit, &[]);
            return Err(wrong(c.say(Msg::CsvTooMany, &[&file, &ROWS_MAX])).remedy(remedy));
        }
        Ok(Self { c, file, columns, rows })
    }

    fn rows(&'a self) -> impl Iterator<Item = Row<'a>> {
        self.rows.iter().enumerate().map(|(i, cells)| Row { sheet: self, number: i + 2, cells })
    }
}

impl Row<'_> {
    /// The cell's text, if there is any.
    fn text(&self, column: &str) -> Option<&str> {
        let at = self.sheet.columns.iter().position(|name| name == column)?;
        self.cells.get(at).filter(|cell| !cell.is_empty())
    }

    fn bad(&self, column: &str, value: &str, why: &dyn Display) -> Failure {
        let Sheet { c, file, .. } = self.sheet;
        let value: String = value.chars().take(60).collect();
        Failure::new(Exit::Usage, "csv", c.say(Msg::CsvCell, &[file, &self.number, &column, &value, why]))
            .remedy(c.say(Msg::CsvNothingDone, &[]))
    }

    fn maybe<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>> {
        let read = |text: &str| text.parse().map_err(|e: T::Err| self.bad(column, text, &e));
        self.text(column).map(read).transpose()
    }

    fn take<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T> {
        match self.maybe(column)? {
            Some(value) => Ok(value),
            // an empty text is no value of any of these types, and its own error says what would be one
            None => "".parse().map_err(|e: T::Err| self.bad(column, "", &e)),
        }
    }

    /// A quantity or price, which is never negative.
    fn amount(&self, column: &str) -> Result<Decimal> {
        let value: Decimal = self.take(column)?;
        if value.is_positive() {
            return Ok(value);
        }
        Err(self.bad(column, &value.to_string(), &">0"))
    }

    fn properties(&self) -> BTreeMap<String, String> {
        let named = self.sheet.columns.iter().filter_map(|column| {
            let name = column.strip_prefix(PROPERTY)?;
            Some((name.to_owned(), self.text(column)?.to_owned()))
        });
        named.collect()
    }

    /// The specification in this cell, which must be known here.
    fn known_spec(&self, column: &str, known: &BTreeSet<String>) -> Result<SpecId> {
        let spec: SpecId = self.take(column)?;
        if known.contains(spec.as_str()) {
            return Ok(spec);
        }
        Err(self.bad(column, spec.as_str(), &self.sheet.c.say(Msg::CsvUnknownSpec, &[])))
    }
}

/// Specifications that stock may be booked of, or offers made for.
pub(super) fn known_specs(client: &Client) -> Result<BTreeSet<String>> {
    let described = client.list("specifications")?;
    let described = described.iter().filter_map(|spec| spec["specification"]["id"].as_str());
    let offered = client.list("offers")?;
    let offered = offered.iter().filter_map(|offer| offer["offer"]["spec"].as_str());
    Ok(described.chain(offered).map(str::to_owned).collect())
}

/// Sends one command for each row, in order.
fn send_all(c: &Context, client: &Client, sheet: &Sheet<'_>, commands: Vec<Command>) -> Result<()> {
    let mut recorded = Vec::with_capacity(commands.len());
    for (done, (row, command)) in sheet.rows().zip(&commands).enumerate() {
        let answer = client.command(command).map_err(|e| Failure {
            message: c.say(Msg::CsvRow, &[&sheet.file, &row.number, &e.message]),
            remedy: Some(c.say(Msg::CsvStopped, &[&row.number, &done])),
            ..e
        })?;
        recorded.push(answer["recorded"].clone());
    }
    c.tell(&json!({ "recorded": recorded }), || c.say(Msg::Imported, &[&commands.len()]))
}

pub(super) fn stock(c: &Context, path: &Path) -> Result<()> {
    let sheet = Sheet::open(c, path, &["spec", "quantity"], &["serials", PROPERTY])?;
    let client = c.client()?;
    let known = known_specs(&client)?;
    let command = |row: Row<'_>| {
        let serials = row.text("serials").unwrap_or_default().split(';').map(str::trim);
        Ok(Command::Raise {
            spec: row.known_spec("spec", &known)?,
            quantity: row.amount("quantity")?,
            serials: serials.filter(|serial| !serial.is_empty()).map(str::to_owned).collect(),
            properties: row.properties(),
        })
    };
    let commands = sheet.rows().map(command).collect::<Result<Vec<_>>>()?;
    send_all(c, &client, &sheet, commands)
}

pub(super) fn offers(c: &Context, path: &Path) -> Result<()> {
    let optional = [
        "category",
        "name",
        "unit",
        "minimum",
        "step",
        "maximum",
        "lead_time_days",
        "expires_days",
        "pool_cap",
        "pool_lead_time_days",
        "pool_payment",
    ];
    let sheet = Sheet::open(c, path, &["spec", "currency", "prices"], &optional)?;
    let client = c.client()?;
    let known = known_specs(&client)?;
    let commands = sheet.rows().map(|row| offer(&row, &known)).collect::<Result<Vec<_>>>()?;
    send_all(c, &client, &sheet, commands)
}

fn offer(row: &Row<'_>, known: &BTreeSet<String>) -> Result<Command> {
    let written = row.text("prices").unwrap_or_default();
    let tier = |text: &str| text.trim().parse::<crate::values::PriceTier>().map(|tier| tier.0);
    let tiers: std::result::Result<Vec<Tier>, _> = written.split(';').map(tier).collect();
    let tiers = tiers.map_err(|e| row.bad("prices", written, &e))?;
    let prices = PriceSchedule { currency: row.take::<Currency>("currency")?, tiers };
    prices.check().map_err(|e| row.bad("prices", written, &e))?;
    let pooling = match row.maybe::<Decimal>("pool_cap")? {
        Some(cap) => {
            let payment = Text::Plain(row.text("pool_payment").unwrap_or("on delivery").to_owned());
            Some(PoolingDraft::new(cap, row.take("pool_lead_time_days")?, payment))
        }
        None => None,
    };
    Ok(Command::Offer(OfferDraft {
        spec: row.known_spec("spec", known)?,
        category: row.maybe("category")?,
        name: row.text("name").map(Text::from),
        unit: row.maybe::<Unit>("unit")?,
        prices,
        minimum: row.maybe("minimum")?,
        step: row.maybe("step")?,
        maximum: row.maybe("maximum")?,
        lead_time_days: row.maybe("lead_time_days")?,
        place: None,
        expires_days: row.maybe("expires_days")?,
        pooling,
        capacity: None,
    }))
}

pub(super) fn recipes(c: &Context, path: &Path) -> Result<()> {
    let optional = [
        "output_quantity",
        "input",
        "quantity",
        "step",
        "work_center",
        "units",
        "setup_s",
        "run_s",
        "fixed_s",
        "labour_s",
    ];
    let sheet = Sheet::open(c, path, &["output"], &optional)?;
    let mut recipes: BTreeMap<SpecId, Recipe> = BTreeMap::new();
    let mut work_centers: BTreeMap<String, WorkCenter> = BTreeMap::new();
    for row in sheet.rows() {
        let output: SpecId = row.take("output")?;
        let recipe = recipes.entry(output.clone()).or_insert_with(|| Recipe::new(output));
        if row.text("output_quantity").is_some() {
            recipe.output_quantity = row.amount("output_quantity")?;
        }
        if row.text("input").is_some() {
            recipe.inputs.push(Input::new(row.take("input")?, row.amount("quantity")?));
        }
        if let Some(name) = row.text("step") {
            let step = step(&row, name.to_owned())?;
            let center = work_centers.entry(step.work_center.clone()).or_default();
            if let Some(units) = row.maybe("units")? {
                center.units = units;
            }
            recipe.steps.push(step);
        }
        if row.text("input").is_none() && row.text("step").is_none() {
            let message = c.say(Msg::CsvRow, &[&sheet.file, &row.number, &c.say(Msg::CsvInputOrStep, &[])]);
            return Err(Failure::new(Exit::Usage, "csv", message).remedy(c.say(Msg::CsvNothingDone, &[])));
        }
    }
    let client = c.client()?;
    // a calendar that was set elsewhere stays: the file says nothing of opening hours
    let model = client.get("model")?;
    for (name, center) in &mut work_centers {
        if let Ok(known) = serde_json::from_value::<WorkCenter>(model["work_centers"][name].clone()) {
            let units =
                sheet.rows().any(|row| row.text("work_center") == Some(name) && row.text("units").is_some());
            *center = WorkCenter { units: if units { center.units } else { known.units }, ..known };
        }
    }
    let answer = client.command(&Command::Model {
        recipes: recipes.into_values().collect(),
        work_centers,
        people: BTreeMap::new(),
        tools: BTreeMap::new(),
        items: BTreeMap::new(),
    })?;
    c.tell(&answer, || c.say(Msg::Imported, &[&sheet.rows.len()]))
}

fn step(row: &Row<'_>, name: String) -> Result<Step> {
    let seconds = |column: &str| {
        let value: i64 = row.maybe(column)?.unwrap_or(0);
        if value < 0 { Err(row.bad(column, &value.to_string(), &"≥0")) } else { Ok(value) }
    };
    let work_center = match row.text("work_center") {
        Some(work_center) => work_center.to_owned(),
        None => return Err(row.bad("work_center", "", &row.sheet.c.say(Msg::CsvInputOrStep, &[]))),
    };
    Ok(Step {
        name,
        work_center,
        setup_s: seconds("setup_s")?,
        run_s: seconds("run_s")?,
        fixed_s: seconds("fixed_s")?,
        labour_s: seconds("labour_s")?,
        ..Step::default()
    })
}
