//! Files of sheets: a folder of CSV files, or one workbook, with the names of the reader's language.

use super::{Book, Kind};
use crate::i18n::Lang;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// One CSV file for each sheet, in a folder that is made if need be.
pub(crate) fn write_csv(book: &Book, folder: &Path, lang: Lang) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (kind, rows) in book {
        let mut file = fs::File::create(folder.join(format!("{}.csv", kind.name(lang))))?;
        // without it some spreadsheets take the file for one in the encoding of their country
        file.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
        writer.write_record(kind.columns().iter().map(|column| column.name(lang)))?;
        for row in rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
    }
    Ok(())
}

/// One workbook with a sheet for each.
pub(crate) fn write_xlsx(book: &Book, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (bold, grey) = (Format::new().set_bold(), Format::new().set_italic());
    for (kind, rows) in book {
        let sheet = workbook.add_worksheet().set_name(kind.name(lang))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, at) in kind.columns().iter().zip(0..) {
            sheet.write_with_format(0, at, column.name(lang), &bold)?;
        }
        for (row, number) in rows.iter().zip(1..) {
            let is_comment = row.first().is_some_and(|cell| cell.starts_with('#'));
            for ((column, cell), at) in kind.columns().iter().zip(row).zip(0..) {
                let value = cell.parse::<f64>().ok().filter(|x| column.number && x.to_string() == *cell);
                match value {
                    _ if cell.is_empty() => continue,
                    Some(x) => sheet.write_number(number, at, x)?,
                    None if is_comment => sheet.write_string_with_format(number, at, cell, &grey)?,
                    None => sheet.write_string(number, at, cell)?,
                };
            }
        }
        sheet.autofit();
    }
    workbook.save_to_buffer()
}

/// A line that says what stands in each column.
pub(crate) fn comment(kind: Kind, lang: Lang) -> Vec<String> {
    let about = kind.columns().iter().map(|column| column.about(lang).to_owned());
    let mut row: Vec<String> = about.collect();
    if let Some(first) = row.first_mut() {
        first.insert_str(0, "# ");
    }
    row
}
