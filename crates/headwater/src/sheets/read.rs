//! Sheets from files: a CSV file is one sheet, a folder one for each CSV file in it, a workbook one for each of its
//! sheets. The name says which; a sheet of another name in a workbook is passed over.

use super::Table;
use super::columns::Kind;
use super::row::Slips;
use crate::i18n::Msg;
use calamine::{Data, Reader, Xlsx};
use std::io::Cursor;

/// Most rows of one sheet.
const ROWS_MAX: usize = 50_000;
/// The same with those that are empty or for people.
const LINES_MAX: usize = 2 * ROWS_MAX;

/// A file with its bytes.
pub(crate) struct File {
    /// as people know it
    pub(crate) name: String,
    /// its name without folder and ending
    pub(crate) stem: String,
    pub(crate) is_workbook: bool,
    pub(crate) bytes: Vec<u8>,
}

/// What the files hold, as far as it can be read; the rest is noted.
pub(crate) fn read(files: Vec<File>, slips: &Slips) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for file in files {
        let found =
            if file.is_workbook { workbook(file, slips) } else { csv(&file, slips).into_iter().collect() };
        for table in found {
            match tables.iter().find(|other| other.kind == table.kind) {
                Some(other) => slips.add(slips.say(Msg::SheetTwice, &[&table.label, &other.label])),
                None => tables.push(table),
            }
        }
    }
    if tables.is_empty() && slips.is_empty() {
        slips.add(slips.say(Msg::SheetNone, &[&names(slips)]));
    }
    tables
}

fn names(slips: &Slips) -> String {
    Kind::ALL.map(|kind| kind.name(slips.lang)).join(", ")
}

fn csv(file: &File, slips: &Slips) -> Option<Table> {
    let Some(kind) = Kind::named(&file.stem) else {
        slips.add(slips.say(Msg::SheetUnknown, &[&file.name, &names(slips)]));
        return None;
    };
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        let what = slips.say(Msg::CsvEncoding, &[&file.name]);
        slips.add(format!("{what}: {}", slips.say(Msg::CsvEncodingRemedy, &[])));
        return None;
    };
    // spreadsheets begin UTF-8 files with a byte order mark; a last line without an end would not be counted
    let text = format!("{}\n", text.trim_start_matches('\u{feff}'));
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut record = csv::StringRecord::new();
    // line breaks within cells begin no rows, and the reader passes over empty lines, which are rows
    let mut breaks = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) if rows.len() > LINES_MAX => {
                too_many(&file.name, slips);
                return None;
            }
            Ok(true) => {
                breaks += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
                let number = (reader.position().line() as usize).saturating_sub(1 + breaks);
                rows.resize(number.saturating_sub(1).clamp(rows.len(), rows.len() + ROWS_MAX), Vec::new());
                rows.push(record.iter().map(str::to_owned).collect());
            }
            Err(e) => {
                slips.add(slips.say(Msg::NotReadable, &[&file.name, &"CSV", &e]));
                return None;
            }
        }
    }
    table(kind, file.name.clone(), rows, slips)
}

fn workbook(file: File, slips: &Slips) -> Vec<Table> {
    let name = file.name;
    let unreadable = |e: calamine::XlsxError| {
        slips.add(slips.say(Msg::NotReadable, &[&name, &"XLSX", &e]));
    };
    let mut workbook = match Xlsx::new(Cursor::new(file.bytes)) {
        Ok(workbook) => workbook,
        Err(e) => {
            unreadable(e);
            return Vec::new();
        }
    };
    let mut tables = Vec::new();
    for sheet in workbook.sheet_names() {
        let Some(kind) = Kind::named(&sheet) else { continue };
        match workbook.worksheet_range(&sheet) {
            Ok(range) if range.end().is_some_and(|(row, _)| row as usize > LINES_MAX) => {
                too_many(&name, slips);
            }
            Ok(range) => {
                // a sheet may begin below its first row
                let above = range.start().map_or(0, |(row, _)| row as usize);
                let rows = range.rows().map(|row| row.iter().map(cell).collect());
                let rows = std::iter::repeat_n(Vec::new(), above).chain(rows).collect();
                tables.extend(table(kind, slips.say(Msg::SheetOf, &[&name, &sheet]), rows, slips));
            }
            Err(e) => unreadable(e),
        }
    }
    tables
}

/// A cell's value as its text would read in a CSV file.
fn cell(cell: &Data) -> String {
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.trim().to_owned(),
        Data::Int(n) => n.to_string(),
        Data::Float(x) => number(*x),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(at) if at.is_duration() => number(at.as_f64()),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let time = format!("{hour:02}:{minute:02}:{second:02}");
            let midnight = (hour, minute, second) == (0, 0, 0);
            // less than a day since the epoch of spreadsheets is a time of day
            match at.as_f64() < 1.0 {
                true => time,
                false if midnight => format!("{year:04}-{month:02}-{day:02}"),
                false => format!("{year:04}-{month:02}-{day:02}T{time}"),
            }
        }
        Data::Error(e) => format!("{e:?}"),
        Data::Empty => String::new(),
    }
}

/// As spreadsheets show it: fifteen significant digits.
fn number(x: f64) -> String {
    format!("{x:.14e}").parse::<f64>().map_or_else(|_| x.to_string(), |rounded| rounded.to_string())
}

/// Rows with their columns known. Rows that are empty or begin with `#` are for people.
fn table(kind: Kind, label: String, rows: Vec<Vec<String>>, slips: &Slips) -> Option<Table> {
    let is_said = |cells: &Vec<String>| {
        let first = cells.iter().find(|cell| !cell.is_empty());
        first.is_some_and(|cell| !cell.starts_with('#'))
    };
    let mut rows: Vec<_> = (1..).zip(rows).filter(|(_, cells)| is_said(cells)).collect();
    if rows.is_empty() {
        return None;
    }
    if rows.len() > ROWS_MAX {
        too_many(&label, slips);
        return None;
    }
    let (_, header) = rows.remove(0);
    let all = || {
        let names = kind.columns().iter().map(|column| column.name(slips.lang));
        slips.say(Msg::CsvColumns, &[&names.collect::<Vec<_>>().join(", ")])
    };
    let mut columns: Vec<&'static str> = Vec::new();
    let before = slips.room();
    for name in &header {
        match kind.column(name) {
            Some(column) if columns.contains(&column.name) => {
                slips.add(slips.say(Msg::SheetColumnTwice, &[&label, name]));
                columns.push("");
            }
            Some(column) => columns.push(column.name),
            None => {
                if !name.is_empty() {
                    let what = slips.say(Msg::CsvUnknownColumn, &[&label, name]);
                    slips.add(format!("{what}: {}", all()));
                }
                columns.push("");
            }
        }
    }
    for column in kind.columns().iter().filter(|c| c.required && !columns.contains(&c.name)) {
        let what = slips.say(Msg::CsvNoColumn, &[&label, &column.name(slips.lang)]);
        slips.add(format!("{what}: {}", all()));
    }
    for (number, cells) in &rows {
        if cells.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
            let why = slips.say(Msg::CsvCells, &[&cells.len(), &columns.len()]);
            slips.add(slips.say(Msg::CsvRow, &[&label, number, &why]));
        }
    }
    (slips.room() == before).then_some(Table { kind, label, columns, rows })
}

fn too_many(label: &str, slips: &Slips) {
    let split = slips.say(Msg::CsvSplit, &[]);
    slips.add(format!("{}: {split}", slips.say(Msg::CsvTooMany, &[&label, &ROWS_MAX])));
}
