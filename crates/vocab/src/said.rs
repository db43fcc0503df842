//! Faults and refusals in the languages of those who read them.
//!
//! [`Said`] is what every error type does; a [`Phrase`] is a piece of one that is worded where the trouble is found,
//! in both languages side by side, so that neither can be forgotten.

use crate::{Error, Text};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};

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

/// A few words in English and in Simplified Chinese; by `Display` the English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    en: Cow<'static, str>,
    zh: Cow<'static, str>,
}

/// The same words in English and in Simplified Chinese.
pub fn phrase(en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Phrase {
    Phrase { en: en.into(), zh: zh.into() }
}

impl Phrase {
    /// What reads the same in every language: a name, a number, the words of another program.
    pub fn plain(text: impl Display) -> Self {
        let text = text.to_string();
        phrase(text.clone(), text)
    }

    /// With more words after it.
    pub fn and(self, en: impl Display, zh: impl Display) -> Self {
        phrase(format!("{}{en}", self.en), format!("{}{zh}", self.zh))
    }

    /// What was said elsewhere.
    pub fn of(said: &impl Said) -> Self {
        phrase(said.to_string(), said.zh())
    }
}

impl Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.en)
    }
}

impl Said for Phrase {
    fn zh(&self) -> String {
        self.zh.clone().into_owned()
    }
}

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Decimal { value, remedy } => format!("“{value}”不是有效的数量：{}", remedy.zh()),
            Self::Unit { value, known } => format!("未知的单位“{value}”：请使用其中之一：{known}"),
            Self::Currency { value } => {
                format!("未知的币种“{value}”：请使用 ISO 4217 代码，例如 EUR、USD 或 CNY")
            }
            Self::Id { value, kind, remedy } => format!("“{value}”不是{}：{}", kind.zh(), remedy.zh()),
            Self::Price { what, value, remedy } => {
                format!("价格表：{}（{}）：{}", what.zh(), value.zh(), remedy.zh())
            }
            Self::Text { field, what, value } => format!("字段 {field} {}（“{value}”）", what.zh()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AgentId, Currency, Decimal, Money, PriceSchedule, RecordId, SpecId, Unit};

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let price =
            PriceSchedule::flat(Money { amount: Decimal::from(-5), currency: "EUR".parse().unwrap() });
        let faults = [
            ("x1", "x1".parse::<Decimal>().unwrap_err()),
            ("0.0000001", "0.0000001".parse::<Decimal>().unwrap_err()),
            ("1000000000000", "1000000000000".parse::<Decimal>().unwrap_err()),
            ("ell", "ell".parse::<Unit>().unwrap_err()),
            ("XXQ", "XXQ".parse::<Currency>().unwrap_err()),
            ("nobody", "nobody".parse::<AgentId>().unwrap_err()),
            ("nothing", "nothing".parse::<RecordId>().unwrap_err()),
            ("No Name", "No Name".parse::<SpecId>().unwrap_err()),
            ("-5", price.check().unwrap_err()),
            ("title", Text::Plain(String::new()).check("title").unwrap_err()),
        ];
        for (value, fault) in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains(value) && zh.contains(value), "{en} / {zh}");
            assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        }
    }

    #[test]
    fn a_phrase_is_a_text_with_both_languages() {
        let text = phrase("give more", "请多给一些").text();
        assert_eq!((text.in_language("en"), text.in_language("zh")), ("give more", "请多给一些"));
    }
}
