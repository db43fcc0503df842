//! Faults and refusals in the languages of those who read them.

use crate::Text;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Something this program says to people: in English by `Display`, in Simplified Chinese here.
pub trait Said: Display {
    /// The same in Simplified Chinese.
    fn zh(&self) -> String;

    /// Both, for whoever reads it later.
    fn text(&self) -> Text {
        both(self.to_string(), self.zh())
    }
}

/// One text in English and in Simplified Chinese.
pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text::ByLanguage(BTreeMap::from([("en".to_owned(), en.into()), ("zh".to_owned(), zh.into())]))
}
