//! A workshop as sheets of a spreadsheet: what it makes and where, what it has, and what is wanted of it.
//!
//! [`columns`] says which sheets and columns there are, in English and Chinese. [`read`] takes them from CSV files,
//! folders of these and workbooks; [`take`] makes a model and a situation of them and names every mistake with its
//! sheet, row, column and value; [`give`] makes sheets of a model, and [`write`] files of sheets. It does not know
//! where a model goes.

mod cells;
mod columns;
mod give;
pub(crate) mod read;
mod row;
mod take;
mod template;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use columns::Kind;
pub(crate) use give::give;
pub(crate) use row::{Row, Slips};
pub(crate) use take::take;
pub(crate) use template::template;
pub(crate) use write::{write_csv, write_xlsx};

use planning::Model;
use planning::site::Situation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A model and where its workshop stands, as one file holds them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workshop {
    pub(crate) model: Model,
    pub(crate) situation: Situation,
}

/// One sheet as it was read.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) kind: Kind,
    /// file, or file and sheet
    pub(crate) label: String,
    /// what each column is, by its English name; empty for one to pass over
    columns: Vec<&'static str>,
    /// with its number as a spreadsheet counts
    rows: Vec<(usize, Vec<String>)>,
}

/// Sheets to write: rows of cells in the order of the columns.
pub(crate) type Book = BTreeMap<Kind, Vec<Vec<String>>>;
