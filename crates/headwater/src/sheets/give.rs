//! Sheets of a model and a situation: what [`take`](super::take()) makes the same of again.
//!
//! Names in other languages than English and Chinese, and work in progress, have no place in sheets.

use super::{Book, Kind, Workshop, cells};
use planning::{Calendar, LotSize, Model, Per, Recipe, Recurring};
use std::collections::BTreeMap;
use vocab::{DAY_S, Decimal, Text};

/// The cells of one row, by column.
type Cells = Vec<(&'static str, String)>;

/// All sheets that have something in them.
pub(crate) fn give(workshop: &Workshop) -> Book {
    let Workshop { model, situation } = workshop;
    let mut sheets = Sheets { book: Book::new(), calendars: Vec::new() };
    sheets.add(Kind::Situation, vec![("now", situation.now.to_string())]);
    sheets.shop(model);
    for recipe in model.recipes.values() {
        sheets.recipe(recipe);
    }
    for stock in &situation.stock {
        let mut row = vec![("spec", stock.spec.to_string()), ("quantity", stock.quantity.to_string())];
        row.push(("lot", stock.lot.clone()));
        row.extend(stock.expires.map(|at| ("expires", at.to_string())));
        sheets.add(Kind::Stock, row);
    }
    for receipt in &situation.receipts {
        let row = vec![
            ("spec", receipt.spec.to_string()),
            ("quantity", receipt.quantity.to_string()),
            ("at", receipt.at.to_string()),
            ("receipt", receipt.id.clone()),
        ];
        sheets.add(Kind::Receipts, row);
    }
    for demand in &situation.demands {
        let mut row = vec![("spec", demand.spec.to_string()), ("quantity", demand.quantity.to_string())];
        row.extend(demand.due.map(|due| ("due", due.to_string())));
        row.extend([("priority", demand.priority.to_string()), ("demand", demand.id.clone())]);
        sheets.add(Kind::Demands, row);
    }
    sheets.book
}

struct Sheets<'a> {
    book: Book,
    /// each with its name
    calendars: Vec<(&'a Calendar, String)>,
}

impl<'a> Sheets<'a> {
    fn add(&mut self, kind: Kind, cells: Cells) {
        let cells: BTreeMap<_, _> = cells.into_iter().collect();
        let row = kind.columns().iter().map(|column| cells.get(column.name).cloned().unwrap_or_default());
        self.book.entry(kind).or_default().push(row.collect());
    }

    fn shop(&mut self, model: &'a Model) {
        for (key, center) in &model.work_centers {
            let mut row = vec![("work_center", key.clone()), ("units", center.units.to_string())];
            match &center.name {
                Some(Text::Plain(name)) => row.push(("name", name.clone())),
                Some(text) => {
                    row.push(("name", text.in_language("en").to_owned()));
                    row.push(("name_zh", text.in_language("zh").to_owned()));
                }
                None => {}
            }
            row.extend(self.calendar(center.calendar.as_ref(), key));
            if center.efficiency_percent != 100 {
                row.push(("efficiency_percent", center.efficiency_percent.to_string()));
            }
            self.add(Kind::WorkCenters, row);
            for changeover in &center.changeovers {
                let row = vec![
                    ("work_center", key.clone()),
                    ("from", changeover.from.clone()),
                    ("to", changeover.to.clone()),
                    ("setup_s", changeover.setup_s.to_string()),
                ];
                self.add(Kind::Changeovers, row);
            }
        }
        for (key, person) in &model.people {
            let skills = person.skills.iter().map(String::as_str).collect::<Vec<_>>().join(";");
            let mut row = vec![("person", key.clone()), ("skills", skills)];
            row.extend(self.calendar(person.calendar.as_ref(), key));
            self.add(Kind::People, row);
        }
        for (key, tool) in &model.tools {
            self.add(Kind::Tools, vec![("tool", key.clone()), ("units", tool.units.to_string())]);
        }
        for (spec, item) in &model.items {
            let mut row = vec![("spec", spec.to_string())];
            row.extend(some("safety_stock", item.safety_stock));
            row.extend(seconds("shelf_life_days", item.shelf_life_s, DAY_S));
            if let Some(purchase) = &item.purchase {
                row.push(("lead_time_days", cells::write_duration(purchase.lead_time_s, DAY_S)));
                row.extend(lot(&purchase.lot));
                row.extend(self.calendar(purchase.calendar.as_ref(), spec.as_str()));
            }
            self.add(Kind::Items, row);
        }
    }

    fn recipe(&mut self, recipe: &Recipe) {
        let output = || ("output", recipe.output.to_string());
        let mut row = vec![output(), ("batch", recipe.output_quantity.to_string())];
        row.extend(lot(&recipe.lot));
        self.add(Kind::Recipes, row);
        for input in &recipe.inputs {
            let named = || ("input", input.spec.to_string());
            let mut row = vec![output(), named(), ("quantity", input.quantity.to_string())];
            row.extend((input.per == Per::Order).then(|| ("per", "order".to_owned())));
            self.add(Kind::Inputs, row);
            for other in &input.substitutes {
                let quantity = ("quantity", other.quantity.to_string());
                let row = vec![output(), named(), ("substitute", other.spec.to_string()), quantity];
                self.add(Kind::Substitutes, row);
            }
        }
        for other in &recipe.by_products {
            let quantity = ("quantity", other.quantity.to_string());
            self.add(Kind::ByProducts, vec![output(), ("by_product", other.spec.to_string()), quantity]);
        }
        for (index, step) in recipe.steps.iter().enumerate() {
            let mut row =
                vec![output(), ("step", step.name.clone()), ("work_center", step.work_center.clone())];
            row.extend(seconds("setup_s", step.setup_s, 1));
            row.extend(seconds("run_s", step.run_s, 1));
            row.extend(seconds("fixed_s", step.fixed_s, 1));
            row.extend(seconds("labour_s", step.labour_s, 1));
            row.extend(some("scrap", step.scrap));
            if let Some(crew) = &step.crew {
                row.extend([("skill", crew.skill.clone()), ("people", crew.people.to_string())]);
            }
            row.extend(step.tool.clone().map(|tool| ("tool", tool)));
            row.extend(step.family.clone().map(|family| ("family", family)));
            row.extend(step.transfer.map(|transfer| ("transfer", transfer.to_string())));
            if let Some(outside) = &step.outside {
                row.push(("service", outside.service.to_string()));
                row.push(("lead_time_days", cells::write_duration(outside.lead_time_s, DAY_S)));
            }
            self.add(Kind::Steps, row);
            let is_unique = recipe.steps.iter().filter(|other| other.name == step.name).count() == 1;
            let name = if is_unique { step.name.clone() } else { (index + 1).to_string() };
            for other in &step.alternatives {
                let mut row =
                    vec![output(), ("step", name.clone()), ("work_center", other.work_center.clone())];
                row.extend(seconds("setup_s", other.setup_s, 1));
                row.extend(seconds("run_s", other.run_s, 1));
                self.add(Kind::Alternatives, row);
            }
        }
    }

    /// The name of a calendar, which it gets from the first that has it.
    fn calendar(&mut self, calendar: Option<&'a Calendar>, owner: &str) -> Option<(&'static str, String)> {
        let calendar = calendar?;
        if let Some((_, name)) = self.calendars.iter().find(|(known, _)| *known == calendar) {
            return Some(("calendar", name.clone()));
        }
        let is_taken = self.calendars.iter().any(|(_, name)| name == owner);
        let name = if is_taken { format!("{owner} {}", self.calendars.len() + 1) } else { owner.to_owned() };
        self.calendars.push((calendar, name.clone()));
        let entry = |kind: &str| {
            vec![("calendar", name.clone()), ("zone", calendar.zone.clone()), ("kind", kind.to_owned())]
        };
        let clock = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
        for shift in &calendar.shifts {
            let mut row = entry("shift");
            row.push(("days", cells::write_days(&shift.days)));
            row.extend([("from", clock(shift.from)), ("to", clock(shift.to))]);
            self.add(Kind::Calendars, row);
        }
        for holiday in &calendar.holidays {
            let mut row = entry("holiday");
            row.push(("start", holiday.to_string()));
            self.add(Kind::Calendars, row);
        }
        let closed = calendar.closed.iter().map(|closed| ("closed", closed));
        for (kind, recurring) in closed.chain(calendar.overtime.iter().map(|o| ("overtime", o))) {
            let Recurring { name, start, duration_s, rule } = recurring;
            let mut row = entry(kind);
            row.push(("start", start.to_string()));
            row.push(("duration_h", cells::write_duration(*duration_s, 3_600)));
            row.extend(rule.clone().map(|rule| ("rule", rule)));
            row.extend(name.as_ref().map(|name| ("name", name.in_language("en").to_owned())));
            self.add(Kind::Calendars, row);
        }
        Some(("calendar", name))
    }
}

fn some(column: &'static str, quantity: Decimal) -> Option<(&'static str, String)> {
    (!quantity.is_zero()).then(|| (column, quantity.to_string()))
}

fn seconds(column: &'static str, seconds: i64, unit: i64) -> Option<(&'static str, String)> {
    (seconds != 0).then(|| (column, cells::write_duration(seconds, unit)))
}

fn lot(lot: &LotSize) -> Cells {
    let maximum = lot.maximum.map(|maximum| ("lot_max", maximum.to_string()));
    let each = [some("lot_min", lot.minimum), maximum, some("lot_multiple", lot.multiple)];
    each.into_iter().flatten().collect()
}
