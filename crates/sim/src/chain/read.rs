//! From the spreadsheet to a [`Chain`]: columns by name, every mistake with its row and column.

use super::{Chain, Class, Demand, Stage};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, SpecId};

const FROM: &str = "/arcs/arc/@from";
const TO: &str = "/arcs/arc/@to";
const NAME: &str = "/stages/stage/@stageName";
const TIME: &str = "/stages/stage/@stageTime";
const COST: &str = "/stages/stage/@stageCost";
const DEMAND: &str = "/stages/stage/@avgDemand";
const CLASS: &str = "/stages/stage/@stageClassification";

/// Most stages of one chain.
const STAGES_MAX: usize = 5_000;
/// Words that mean something in a scenario, and so name nobody.
const RESERVED: [&str; 4] = ["now", "it", "everyone", "buyers"];

struct Table {
    columns: BTreeMap<String, usize>,
    /// with the row's number as a spreadsheet counts
    rows: Vec<(usize, csv::StringRecord)>,
}

struct Row<'a> {
    number: usize,
    cells: &'a csv::StringRecord,
    columns: &'a BTreeMap<String, usize>,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|i| self.cells.get(*i)).unwrap_or_default().trim()
    }
    fn wrong(&self, column: &str, what: &str) -> String {
        let shown: String = self.cell(column).chars().take(40).collect();
        format!("row {}, column {column}: '{shown}': {what}", self.number)
    }
    /// A number that is not negative; an empty cell is zero.
    fn amount(&self, column: &str) -> Result<Decimal, String> {
        match self.cell(column) {
            "" => Ok(Decimal::ZERO),
            text => match text.parse::<Decimal>() {
                Ok(d) if d.is_negative() => Err(self.wrong(column, "below zero: give zero or more")),
                Ok(d) => Ok(d),
                Err(e) => Err(self.wrong(column, &e.to_string())),
            },
        }
    }
}

/// Reads the text of the file.
pub(super) fn chain(text: &str) -> Result<Chain, String> {
    let table = table(text)?;
    let mut stages: Vec<Stage> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids: BTreeMap<SpecId, String> = BTreeMap::new();
    let mut arcs = Vec::new();
    for (number, cells) in &table.rows {
        let row = Row { number: *number, cells, columns: &table.columns };
        match (row.cell(FROM), row.cell(TO), row.cell(NAME)) {
            ("", "", "") => {}
            ("", "", name) => {
                if places.insert(name.to_owned(), stages.len()).is_some() {
                    return Err(row.wrong(NAME, "stands there twice: give each stage one row"));
                }
                let stage = stage(&row)?;
                if let Some(other) = ids.insert(stage.id.clone(), name.to_owned()) {
                    return Err(
                        row.wrong(NAME, &format!("reads like '{other}' in small letters: rename one"))
                    );
                }
                stages.push(stage);
                if stages.len() > STAGES_MAX {
                    return Err(format!("row {number}: more than {STAGES_MAX} stages: split the chain"));
                }
            }
            (from, to, "") if !from.is_empty() && !to.is_empty() => arcs.push(row),
            _ => {
                return Err(format!(
                    "row {number}: fill either {FROM} and {TO}, or {NAME}, not both and not half"
                ));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for arc in arcs {
        let end = |column| {
            let found = places.get(arc.cell(column)).copied();
            found.ok_or_else(|| arc.wrong(column, "no stage has this name: add its row, or correct the name"))
        };
        let (from, to) = (end(FROM)?, end(TO)?);
        if !seen.insert((from, to)) {
            return Err(arc.wrong(FROM, "this arc stands there twice: take one of them out"));
        }
        stages[to].inputs.push(from);
    }
    if stages.is_empty() {
        return Err(format!("no stages: give each stage a row with its {NAME}"));
    }
    // with an outbound arc, demand is what the stages downstream ask for
    let supplies: BTreeSet<usize> = seen.into_iter().map(|(from, _)| from).collect();
    for at in supplies {
        stages[at].demand = Demand::Nobody;
    }
    let chain = Chain { stages };
    if chain.buyers().next().is_none() {
        return Err(format!("nobody orders: give a stage without an outbound arc a {DEMAND} above zero"));
    }
    Ok(chain)
}

fn table(text: &str) -> Result<Table, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let number = record.position().map_or(0, |p| p.line() as usize);
        records.push((number, record));
    }
    let mut records = records.into_iter();
    let root = records.next().and_then(|(_, r)| r.get(0).map(str::to_owned)).unwrap_or_default();
    if root.trim() != "/chain" {
        let shown: String = root.chars().take(40).collect();
        return Err(format!("row 1: '{shown}': the first cell names the root: it should read /chain"));
    }
    let (_, header) = records.next().ok_or("row 2 is missing: it names the columns")?;
    let mut columns = BTreeMap::new();
    for (i, name) in header.iter().enumerate().filter(|(_, n)| !n.trim().is_empty()) {
        if columns.insert(name.trim().to_owned(), i).is_some() {
            return Err(format!("row 2: column {name} stands there twice: take one of them out"));
        }
    }
    for needed in [FROM, TO, NAME, TIME, COST, DEMAND] {
        if !columns.contains_key(needed) {
            return Err(format!("row 2: column {needed} is missing: export it with the others"));
        }
    }
    Ok(Table { columns, rows: records.collect() })
}

fn stage(row: &Row<'_>) -> Result<Stage, String> {
    let name = row.cell(NAME);
    let days = row.amount(TIME)?;
    let micros = days.micros() * i128::from(vocab::DAY_S);
    if micros % 1_000_000 != 0 {
        return Err(
            row.wrong(TIME, "not a whole number of seconds: round the days to 4 places, such as 0.0625")
        );
    }
    let time_s = i64::try_from(micros / 1_000_000).unwrap_or(i64::MAX);
    if time_s > planning::HORIZON_S {
        return Err(row.wrong(TIME, "more than ten years: give the time in days"));
    }
    let daily = row.amount(DEMAND)?;
    let demand = if daily.is_positive() { Demand::Buyers(daily) } else { Demand::Nobody };
    let class = match row.cell(CLASS) {
        "Part" => Class::Part,
        "Manuf" => Class::Manuf,
        "Trans" => Class::Trans,
        "Dist" => Class::Dist,
        "Retail" => Class::Retail,
        _ => Class::Other,
    };
    let id = id(name).ok_or_else(|| row.wrong(NAME, "has no letter or digit: rename the stage"))?;
    Ok(Stage {
        name: name.to_owned(),
        id,
        class,
        time_s,
        cost: row.amount(COST)?,
        demand,
        inputs: Vec::new(),
    })
}

/// The stage's name in the letters that agents and specifications may have.
fn id(name: &str) -> Option<SpecId> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let small = name.chars().map(|c| c.to_ascii_lowercase());
    let text: String = small.map(|c| if allowed(c) { c } else { '-' }).take(50).collect();
    if !text.contains(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let reserved = RESERVED.contains(&text.as_str()) || text.starts_with("now-");
    let free = text.starts_with(|c: char| c.is_ascii_lowercase()) && !reserved;
    if free { text } else { format!("stage-{text}") }.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::tests::SMALL;
    use super::*;

    #[test]
    fn columns_are_found_by_name_with_a_byte_order_mark_or_without() {
        for text in [SMALL, SMALL.trim_start_matches('\u{feff}')] {
            let chain = chain(text).unwrap();
            let names: Vec<_> = chain.stages.iter().map(|s| s.id.to_string()).collect();
            assert_eq!(names, ["part_a", "part_b", "make", "shop"]);
            assert_eq!(chain.stages[2].inputs, [0, 1]);
            assert_eq!(chain.stages[2].time_s, 216_000);
            assert_eq!(chain.stages[3].demand, Demand::Buyers(4.into()));
        }
    }

    #[test]
    fn a_stage_named_like_a_word_of_scenarios_gets_another_name() {
        for name in ["Everyone", "buyers", "now-1"] {
            let chain = chain(&SMALL.replace("Part_A", name)).unwrap();
            assert_eq!(chain.stages[0].id.as_str(), format!("stage-{}", name.to_lowercase()));
        }
    }

    #[test]
    fn every_mistake_names_its_row_and_column() {
        for (find, put, says) in [
            ("/chain", "/chian", vec!["row 1", "/chain"]),
            ("/stages/stage/@stageTime", "/stages/stage/@time", vec!["row 2", "@stageTime is missing"]),
            ("Part_B,Make", "Part_X,Make", vec!["row 4", FROM, "'Part_X'", "no stage"]),
            ("Part_B,Make", "Part_A,Make", vec!["row 4", "twice"]),
            (",,Part_B,7,", ",,Part_B,seven,", vec!["row 7", TIME, "'seven'"]),
            (",,Part_B,7,", ",,Part_B,-7,", vec!["row 7", TIME, "below zero"]),
            (",,Part_B,7,", ",,Part_B,0.00001,", vec!["row 7", TIME, "whole number of seconds"]),
            (",,Part_B,7,2.25", ",,Part_B,7,x", vec!["row 7", COST, "'x'"]),
            (",,Part_B,", ",,Part_A,", vec!["row 7", NAME, "twice"]),
            (",,Part_B,", ",,PART_A,", vec!["row 7", NAME, "'Part_A'"]),
            (",,Part_B,", "Make,,Part_B,", vec!["row 7", "not half"]),
            ("0.5,1,4", "0.5,1,0", vec!["nobody orders", DEMAND]),
        ] {
            let error = chain(&SMALL.replacen(find, put, 1)).unwrap_err();
            for part in says {
                assert!(error.contains(part), "{put}: {error}");
            }
        }
        assert!(chain("").is_err() && chain("/chain\n").is_err());
    }
}
