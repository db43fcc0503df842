//! Where a public record is spread: the commons, or the trade in one category of goods, near or far.
//!
//! A [`Topic`] is what a record is about, coarsely; its [`TopicId`] is what travels. An [`Interest`] is what a node's
//! owner wants to hear of, and which topics that takes. This module does not know who takes part in a topic.

use crate::check;
use crate::error::{Error, shown};
use crate::planner::PlanCall;
use crate::statement::{Described, Need, Offer};
use crate::{Result, hex};
use ledger::{Record, Statement};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use vocab::{Cell, Place, Resolution, SpecId, phrase};

/// A listing that reaches no farther than this, in kilometres, is spread in its own area only; so far looks who names
/// a place and no radius, and hears of all that is local and reaches it.
pub const LOCAL_KM: u32 = 100;
/// Most topics one node takes part in, the commons among them.
pub const TOPICS_MAX: usize = 20;

/// What a public record is about, as coarsely as it is spread.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Topic {
    /// what concerns everybody, and listings that name no category
    #[default]
    Commons,
    /// trade in one category
    Trade {
        /// the category
        category: SpecId,
        /// the area of what is local (H3, resolution 3); none for what reaches beyond
        cell: Option<Cell>,
    },
}

impl Topic {
    /// What concerns everybody in a category, wherever they are.
    pub fn trade(category: &SpecId) -> Self {
        Self::Trade { category: category.clone(), cell: None }
    }

    /// Where an offer is spread.
    pub fn of_offer(offer: &Offer) -> Self {
        Self::of_listing(offer.category.as_ref(), offer.place.as_ref())
    }

    /// Where a need is spread.
    pub fn of_need(need: &Need) -> Self {
        Self::of_listing(need.category.as_ref(), need.place.as_ref())
    }

    fn of_listing(category: Option<&SpecId>, place: Option<&Place>) -> Self {
        let Some(category) = category else { return Self::Commons };
        let local = place.filter(|p| p.radius_km.is_some_and(|km| km <= LOCAL_KM));
        let cell = local.and_then(|p| Cell::of(p, Resolution::Three));
        Self::Trade { category: category.clone(), cell }
    }

    /// Where a public record is spread: a listing by its category and place, a specification by its category, anything
    /// else where its `topic` says, or in the commons.
    pub fn of_record(record: &Record) -> Self {
        #[derive(Deserialize)]
        struct Placed {
            #[serde(default)]
            topic: Topic,
        }
        let topic = match record.kind.as_str() {
            Offer::KIND => record.shared().map(|offer| Self::of_offer(&offer)),
            Need::KIND => record.shared().map(|need| Self::of_need(&need)),
            Described::KIND => {
                record.read::<Described>().map(|d| d.0.category.as_ref().map_or(Self::Commons, Self::trade))
            }
            PlanCall::KIND => record.read::<PlanCall>().map(|call| call.topic()),
            _ => record.body::<Placed>().map(|placed| placed.topic),
        };
        // what cannot be read is nothing in particular
        topic.unwrap_or_default()
    }

    /// True of the commons.
    pub fn is_commons(&self) -> bool {
        *self == Self::Commons
    }

    /// What travels in its place.
    pub fn id(&self) -> TopicId {
        TopicId(Sha256::digest(self.to_string()).into())
    }
}

/// `commons`, `trade/furniture` or `trade/furniture/831f1dfffffffff`.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commons => f.write_str("commons"),
            Self::Trade { category, cell: None } => write!(f, "trade/{category}"),
            Self::Trade { category, cell: Some(cell) } => write!(f, "trade/{category}/{cell}"),
        }
    }
}

impl FromStr for Topic {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let parts: Vec<_> = s.splitn(4, '/').collect();
        match parts[..] {
            ["commons"] => Ok(Self::Commons),
            ["trade", category] => Ok(Self::Trade { category: category.parse()?, cell: None }),
            ["trade", category, cell] => {
                Ok(Self::Trade { category: category.parse()?, cell: Some(cell.parse()?) })
            }
            _ => Err(Error::field(
                "topic",
                shown(s),
                phrase("name the commons, or trade/category[/area]", "请写 commons，或 trade/类别[/区域]"),
            )),
        }
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

/// The SHA-256 of a topic's text: who does not know the topic cannot read it off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TopicId(pub [u8; 32]);

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}
impl fmt::Debug for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0[..4]))
    }
}

/// What a node's owner wants to hear of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interest {
    /// goods of this category
    pub category: SpecId,
    /// local listings within the radius of this place too ([`LOCAL_KM`] where it gives none); none for only those
    /// that reach far
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Interest {
    /// The topics this takes: the category at large, and the areas within the radius.
    ///
    /// # Errors
    /// When the place has no coordinates, or the radius takes more areas than a node may take part in.
    pub fn topics(&self) -> Result<BTreeSet<Topic>> {
        check::place(&self.place)?;
        let mut topics = BTreeSet::from([Topic::trade(&self.category)]);
        let Some(place) = &self.place else { return Ok(topics) };
        let remedy =
            |en: &'static str, zh: &'static str| Error::field("place", shown(&place.name), phrase(en, zh));
        if place.latitude.is_none() {
            return Err(remedy("give its latitude and longitude", "请给出经纬度"));
        }
        let km = place.radius_km.unwrap_or(LOCAL_KM);
        let cells = Cell::around(place, km, Resolution::Three, TOPICS_MAX).ok_or_else(|| {
            remedy(
                "look less far around it, or leave the place out: what reaches farther than 100 km is heard everywhere",
                "请缩小范围，或不写地点：覆盖超过 100 公里的发布在各地都能听到",
            )
        })?;
        topics.extend(
            cells.into_iter().map(|cell| Topic::Trade { category: self.category.clone(), cell: Some(cell) }),
        );
        Ok(topics)
    }
}
