//! A model and a situation from sheets.
//!
//! Every row is read before anything is refused, so all that cannot be taken is told at once; what cannot be right
//! about the whole is told with the row that it comes from.

mod calendars;
mod recipes;

use super::row::{Row, Slips};
use super::{Kind, Table, Workshop, cells};
use crate::i18n::{Lang, Msg};
use jiff::Timestamp;
use planning::site::{Receipt, SiteDemand, Situation, StockLot};
use planning::{Calendar, Changeover, Item, LotSize, Model, Person, Place, Purchase, Tool, WorkCenter};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{DAY_S, Decimal, Said, SpecId, both};

/// Where each thing of the model is written.
type Origins<'a> = BTreeMap<Place, Row<'a>>;

/// What the sheets say, `now` being the time where they do not name one; only without slips is it all of it.
pub(crate) fn take(tables: &[Table], now: Timestamp, slips: &Slips) -> Workshop {
    let sheets = Sheets { tables, slips };
    let calendars = calendars::take(&sheets);
    let mut model = Model::default();
    let mut origins = Origins::new();
    sheets.work_centers(&calendars, &mut model, &mut origins);
    sheets.items(&calendars, &mut model, &mut origins);
    sheets.people(&calendars, &mut model, &mut origins);
    sheets.tools(&mut model, &mut origins);
    recipes::take(&sheets, &mut model, &mut origins);
    let situation = sheets.situation(now);
    // a reference to a row that could not be read is no mistake of its own
    if slips.is_empty() {
        for mistake in model.mistakes(slips.room()) {
            let what = match slips.lang {
                Lang::En => mistake.error.to_string(),
                Lang::Zh => mistake.error.zh(),
            };
            slips.add(match origin(&origins, &mistake.place) {
                Some(row) => slips.say(Msg::CsvRow, &[&row.table.label, &row.number, &what]),
                None => what,
            });
        }
    }
    Workshop { model, situation }
}

/// The row a place comes from, else that of the recipe it belongs to.
fn origin<'a, 'b>(origins: &'b Origins<'a>, place: &Place) -> Option<&'b Row<'a>> {
    origins.get(place).or_else(|| match place {
        Place::Input(spec, _) | Place::ByProduct(spec, _) | Place::Step(spec, _) | Place::Recipe(spec) => {
            let own =
                [Place::Recipe(spec.clone()), Place::Step(spec.clone(), 0), Place::Input(spec.clone(), 0)];
            own.iter().find_map(|place| origins.get(place))
        }
        _ => None,
    })
}

struct Sheets<'a> {
    tables: &'a [Table],
    slips: &'a Slips,
}

impl<'a> Sheets<'a> {
    fn rows(&self, kind: Kind) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let slips = self.slips;
        self.tables.iter().filter(move |table| table.kind == kind).flat_map(move |table| table.rows(slips))
    }

    fn work_centers(&self, calendars: &Calendars, model: &mut Model, origins: &mut Origins<'a>) {
        for row in self.rows(Kind::WorkCenters) {
            let name = match (row.text("name"), row.text("name_zh")) {
                (Some(en), Some(zh)) => Some(both(en, zh)),
                (one, other) => one.or(other).map(vocab::Text::from),
            };
            let free = WorkCenter::default();
            let center = WorkCenter {
                name,
                units: row.by("units", cells::whole).unwrap_or(free.units),
                calendar: calendar(&row, calendars),
                efficiency_percent: row
                    .by("efficiency_percent", cells::whole)
                    .unwrap_or(free.efficiency_percent),
                changeovers: vec![],
            };
            if let Some(key) = row.need_text("work_center")
                && is_new(origins, Place::WorkCenter(key.clone()), row, "work_center")
            {
                model.work_centers.insert(key, center);
            }
        }
        for row in self.rows(Kind::Changeovers) {
            let (from, to) = (row.need_text("from"), row.need_text("to"));
            let setup_s = row.by("setup_s", cells::duration(1)).unwrap_or(0);
            let Some(key) = row.need_text("work_center") else { continue };
            match (model.work_centers.get_mut(&key), from.zip(to)) {
                (Some(center), Some((from, to))) => center.changeovers.push(Changeover { from, to, setup_s }),
                (None, _) => {
                    row.slip("work_center", row.say(Msg::SheetNoSuch, &[&self.name(Kind::WorkCenters)]))
                }
                _ => {}
            }
        }
    }

    fn items(&self, calendars: &Calendars, model: &mut Model, origins: &mut Origins<'a>) {
        for row in self.rows(Kind::Items) {
            let safety_stock = row.maybe("safety_stock").unwrap_or_default();
            let shelf_life_s = row.by("shelf_life_days", cells::duration(DAY_S)).unwrap_or(0);
            let lead_time_s = row.by("lead_time_days", cells::duration(DAY_S));
            let (lot, calendar) = (lot(&row), calendar(&row, calendars));
            if row.text("lead_time_days").is_none() && (!lot.is_free() || calendar.is_some()) {
                row.slip("lead_time_days", row.say(Msg::SheetNeeded, &[]));
            }
            let purchase = lead_time_s.map(|lead_time_s| Purchase { lead_time_s, lot, calendar });
            if let Some(spec) = row.need::<SpecId>("spec")
                && is_new(origins, Place::Item(spec.clone()), row, "spec")
            {
                model.items.insert(spec, Item { safety_stock, shelf_life_s, purchase });
            }
        }
    }

    fn people(&self, calendars: &Calendars, model: &mut Model, origins: &mut Origins<'a>) {
        for row in self.rows(Kind::People) {
            let skills: BTreeSet<String> = row
                .text("skills")
                .map(|text| cells::list(text).map(str::to_owned).collect())
                .unwrap_or_default();
            let person = Person { skills, calendar: calendar(&row, calendars) };
            if let Some(key) = row.need_text("person")
                && is_new(origins, Place::Person(key.clone()), row, "person")
            {
                model.people.insert(key, person);
            }
        }
    }

    fn tools(&self, model: &mut Model, origins: &mut Origins<'a>) {
        for row in self.rows(Kind::Tools) {
            let tool = Tool { units: row.by("units", cells::whole).unwrap_or(1) };
            if let Some(key) = row.need_text("tool")
                && is_new(origins, Place::Tool(key.clone()), row, "tool")
            {
                model.tools.insert(key, tool);
            }
        }
    }

    fn situation(&self, now: Timestamp) -> Situation {
        let written = self.rows(Kind::Situation).filter_map(|row| row.need_by("now", cells::instant)).last();
        Situation {
            now: written.unwrap_or(now),
            stock: self.stock(),
            receipts: self.receipts(),
            work: vec![],
            demands: self.demands(),
        }
    }

    fn stock(&self) -> Vec<StockLot> {
        let mut names = BTreeSet::new();
        let lot = |row: Row<'a>| {
            let lot = name(&row, "lot", &mut names);
            let expires = row.by("expires", cells::instant);
            let (spec, quantity) = (row.need("spec"), quantity(&row));
            Some(StockLot { lot, spec: spec?, quantity: quantity?, expires })
        };
        self.rows(Kind::Stock).filter_map(lot).collect()
    }

    fn receipts(&self) -> Vec<Receipt> {
        let mut names = BTreeSet::new();
        let receipt = |row: Row<'a>| {
            let id = name(&row, "receipt", &mut names);
            let (spec, quantity, at) = (row.need("spec"), quantity(&row), row.need_by("at", cells::instant));
            Some(Receipt { id, spec: spec?, quantity: quantity?, at: at? })
        };
        self.rows(Kind::Receipts).filter_map(receipt).collect()
    }

    fn demands(&self) -> Vec<SiteDemand> {
        let mut names = BTreeSet::new();
        let demand = |row: Row<'a>| {
            let id = name(&row, "demand", &mut names);
            let due = row.by("due", cells::instant);
            let priority = row.by("priority", cells::whole).unwrap_or(2);
            let (spec, quantity) = (row.need("spec"), quantity(&row));
            Some(SiteDemand { id, spec: spec?, quantity: quantity?, due, priority })
        };
        self.rows(Kind::Demands).filter_map(demand).collect()
    }

    fn name(&self, kind: Kind) -> &'static str {
        kind.name(self.slips.lang)
    }
}

type Calendars = BTreeMap<String, Calendar>;

fn calendar(row: &Row<'_>, calendars: &Calendars) -> Option<Calendar> {
    let found = calendars.get(row.text("calendar")?);
    if found.is_none() {
        row.slip("calendar", row.say(Msg::SheetNoSuch, &[&row.sheet_name(Kind::Calendars)]));
    }
    found.cloned()
}

fn lot(row: &Row<'_>) -> LotSize {
    LotSize {
        minimum: row.maybe("lot_min").unwrap_or_default(),
        maximum: row.maybe("lot_max"),
        multiple: row.maybe("lot_multiple").unwrap_or_default(),
    }
}

/// A quantity above zero.
fn quantity(row: &Row<'_>) -> Option<Decimal> {
    let quantity = row.need::<Decimal>("quantity")?;
    if !quantity.is_positive() {
        row.slip("quantity", ">0");
    }
    Some(quantity)
}

/// The name in this cell, which no row before it may have; without one, the number of the row.
fn name(row: &Row<'_>, column: &str, before: &mut BTreeSet<String>) -> String {
    let name = row.text(column).map_or_else(|| row.number.to_string(), str::to_owned);
    if !before.insert(name.clone()) {
        row.slip(column, row.say(Msg::SheetNameTwice, &[&name]));
    }
    name
}

/// Notes where a place is written; a slip when it is written already.
fn is_new<'a>(origins: &mut Origins<'a>, place: Place, row: Row<'a>, column: &str) -> bool {
    match origins.entry(place) {
        Entry::Vacant(entry) => {
            entry.insert(row);
            true
        }
        Entry::Occupied(entry) => {
            row.slip(column, row.say(Msg::SheetRowTwice, &[&entry.get().number]));
            false
        }
    }
}
