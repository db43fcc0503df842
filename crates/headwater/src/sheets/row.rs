//! One row of a sheet, whose cells are read one by one; what cannot be taken is noted with its place.

use super::{Table, cells};
use crate::i18n::{Lang, Msg, say};
use std::cell::RefCell;
use std::fmt::Display;
use std::str::FromStr;

/// Most mistakes that are told at once.
const SLIPS_MAX: usize = 100;

/// What cannot be taken, in the reader's language, in the order in which it was found.
#[derive(Debug)]
pub(crate) struct Slips {
    pub(crate) lang: Lang,
    found: RefCell<Vec<String>>,
}

impl Slips {
    pub(crate) fn new(lang: Lang) -> Self {
        Self { lang, found: RefCell::new(Vec::new()) }
    }
    pub(crate) fn add(&self, slip: String) {
        let mut found = self.found.borrow_mut();
        if found.len() < SLIPS_MAX {
            found.push(slip);
        }
    }
    pub(crate) fn say(&self, message: Msg, with: &[&dyn Display]) -> String {
        say(self.lang, message, with)
    }
    /// So many may still be told.
    pub(crate) fn room(&self) -> usize {
        SLIPS_MAX - self.found.borrow().len()
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }
    pub(crate) fn into_list(self) -> Vec<String> {
        self.found.into_inner()
    }
}

/// One row.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) table: &'a Table,
    pub(crate) number: usize,
    cells: &'a [String],
    slips: &'a Slips,
}

impl Table {
    pub(crate) fn rows<'a>(&'a self, slips: &'a Slips) -> impl Iterator<Item = Row<'a>> {
        self.rows.iter().map(move |(number, cells)| Row { table: self, number: *number, cells, slips })
    }
}

impl<'a> Row<'a> {
    /// The cell's text, if there is any.
    pub(crate) fn text(&self, column: &str) -> Option<&'a str> {
        let at = self.table.columns.iter().position(|name| *name == column)?;
        self.cells.get(at).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    /// Notes that this cell cannot be taken, and why.
    pub(crate) fn slip(&self, column: &str, why: impl Display) {
        let value: String = self.text(column).unwrap_or_default().chars().take(60).collect();
        // by the name that stands in the reader's sheet, as far as we can tell
        let column = self.table.kind.column(column).map_or(column, |c| c.name(self.slips.lang));
        self.slips
            .add(self.slips.say(Msg::CsvCell, &[&self.table.label, &self.number, &column, &value, &why]));
    }

    pub(crate) fn say(&self, message: Msg, with: &[&dyn Display]) -> String {
        self.slips.say(message, with)
    }

    /// What the reader calls a sheet.
    pub(crate) fn sheet_name(&self, kind: super::Kind) -> &'static str {
        kind.name(self.slips.lang)
    }

    /// The cell as it was read; nothing when it is empty or cannot be taken.
    pub(crate) fn by<T>(&self, column: &str, read: impl FnOnce(&str) -> Result<T, cells::Why>) -> Option<T> {
        match read(self.text(column)?) {
            Ok(value) => Some(value),
            Err(why) => {
                self.slip(column, why(self.slips.lang));
                None
            }
        }
    }

    /// The same, where it may not be empty.
    pub(crate) fn need_by<T>(
        &self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, cells::Why>,
    ) -> Option<T> {
        if self.text(column).is_none() {
            self.slip(column, self.say(Msg::SheetNeeded, &[]));
        }
        self.by(column, read)
    }

    pub(crate) fn maybe<T: FromStr<Err: vocab::Said + 'static>>(&self, column: &str) -> Option<T> {
        self.by(column, cells::said)
    }
    pub(crate) fn need<T: FromStr<Err: vocab::Said + 'static>>(&self, column: &str) -> Option<T> {
        self.need_by(column, cells::said)
    }
    pub(crate) fn need_text(&self, column: &str) -> Option<String> {
        self.need_by(column, |text| Ok(text.to_owned()))
    }
}
