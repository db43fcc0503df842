//! What a thing is: its specification, in the languages its makers and users read, and where things are.

use crate::phrase;
use crate::{Decimal, Error, RecordId, Result, SpecId, Unit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Words for people: one text, or one per language (`{"en": "Chair", "zh": "椅子"}`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// the same in every language
    Plain(String),
    /// by BCP 47 primary language tag
    ByLanguage(BTreeMap<String, String>),
}

impl Text {
    /// Longest text a record may carry, in bytes, all languages together.
    pub const BYTES_MAX: usize = 4_000;

    /// The text in `language`, else in English, else in any.
    pub fn in_language(&self, language: &str) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::ByLanguage(map) => {
                map.get(language).or_else(|| map.get("en")).or_else(|| map.values().next()).map_or("", |t| t)
            }
        }
    }

    /// Checks that it says something, within the limit. `field` names it in the error.
    pub fn check(&self, field: &'static str) -> Result<()> {
        let (shortest, total) = match self {
            Self::Plain(text) => (text.len(), text.len()),
            Self::ByLanguage(map) => {
                let shortest = map.values().map(String::len).min().unwrap_or(0);
                (shortest, map.iter().map(|(k, v)| k.len() + v.len()).sum())
            }
        };
        let value = || self.in_language("en").chars().take(40).collect();
        match total {
            _ if shortest == 0 => {
                Err(Error::Text { field, what: phrase("is empty", "为空"), value: value() })
            }
            n if n > Self::BYTES_MAX => Err(Error::Text {
                field,
                what: phrase("is over 4000 bytes", "超过 4000 字节"),
                value: value(),
            }),
            _ => Ok(()),
        }
    }
}
impl Default for Text {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}
impl From<&str> for Text {
    fn from(s: &str) -> Self {
        Self::Plain(s.to_owned())
    }
}

/// Where something is, to the precision its owner chose to give.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// for people
    pub name: String,
    /// degrees north, WGS 84
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<Decimal>,
    /// degrees east, WGS 84
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<Decimal>,
    /// how far from there an offer or need reaches, kilometres
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_km: Option<u32>,
}

/// A resource specification (Valueflows `ResourceSpecification`): what a thing is, in one revision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// the name parties agree on
    pub id: SpecId,
    /// for people
    pub name: Text,
    /// the unit it is counted in
    pub unit: Unit,
    /// a coarse class by which others find it, such as `furniture`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SpecId>,
    /// each piece gets a serial number of its own
    #[serde(default)]
    pub serialised: bool,
    /// what else there is to say, by property name
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// 1 for the first, one more for each that supersedes another
    #[serde(default = "first_revision")]
    pub revision: u32,
    /// the record of the revision this one follows
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<RecordId>,
    /// the feedback records that led to it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<RecordId>,
}

fn first_revision() -> u32 {
    1
}

impl Specification {
    /// Most properties, and most citations, one revision may carry.
    pub const LIST_MAX: usize = 64;

    /// Checks lengths and that serial numbers count whole pieces.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        let too_long = self.properties.len() > Self::LIST_MAX || self.cites.len() > Self::LIST_MAX;
        let value = || self.id.to_string();
        if too_long {
            let what = phrase("more than 64 properties or citations", "属性或引用超过 64 项");
            return Err(Error::Text { field: "properties", what, value: value() });
        }
        if self.serialised && self.unit != Unit::Each {
            let what = phrase("of numbered pieces must be each", "须为 each（件），因为逐件编号");
            return Err(Error::Text { field: "unit", what, value: value() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_something_in_every_language_it_names() {
        let text = |pairs: &[(&str, &str)]| {
            Text::ByLanguage(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
        };
        assert!(text(&[("en", "Chair"), ("zh", "椅子")]).check("name").is_ok());
        for bad in
            [text(&[]), text(&[("en", "Chair"), ("zh", "")]), Text::from(""), Text::from(&*"x".repeat(4_001))]
        {
            assert!(bad.check("name").is_err(), "{bad:?}");
        }
        assert_eq!(text(&[("zh", "椅子")]).in_language("en"), "椅子");
    }

    #[test]
    fn only_whole_pieces_bear_serial_numbers() {
        let spec = |unit| Specification {
            id: "oak-board".parse().unwrap(),
            name: "Oak board".into(),
            unit,
            category: None,
            serialised: true,
            properties: BTreeMap::new(),
            revision: 1,
            supersedes: None,
            cites: vec![],
        };
        assert!(spec(Unit::Each).check().is_ok());
        assert!(spec(Unit::Kilogram).check().unwrap_err().to_string().contains("each"));
    }
}
