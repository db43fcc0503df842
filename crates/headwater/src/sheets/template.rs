//! Sheets to begin with: every sheet, a line that says what its columns are for, and an example workshop.

use super::write::comment;
use super::{Book, Kind, Workshop, give};
use crate::i18n::Lang;

const EXAMPLE: &str = include_str!("example.json");

/// All sheets, the example among them.
pub(crate) fn template(lang: Lang) -> Result<Book, serde_json::Error> {
    let example: Workshop = serde_json::from_str(EXAMPLE)?;
    let mut book = give(&example);
    for kind in Kind::ALL {
        book.entry(kind).or_default().insert(0, comment(kind, lang));
    }
    Ok(book)
}
