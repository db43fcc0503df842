//! What somebody looks for among listings, and whether a listing is such a one.
//!
//! A [`Query`] is judged on what a listing's own signed bytes say and nothing else, so that whoever asks can check
//! every answer, and see what one answerer left out that another showed. Who publishes what, and who keeps it, is not
//! known here.

use crate::check::{NAME_BYTES_MAX, ensure};
use crate::error::shown;
use crate::matching::distance_km;
use crate::statement::{Need, Offer, PoolTerms};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use vocab::{Decimal, Place, SpecId, Text, Timestamp, phrase};

/// Kilometres by which two machines may differ in a distance: at the edge of a radius both answers are right.
const EDGE_KM: u32 = 1;

/// What is looked for. What is not given does not matter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// of which kind
    pub kind: Wanted,
    /// the coarse class the listing names
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SpecId>,
    /// exactly this
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<SpecId>,
    /// words that its names, in any language, or its payment terms hold
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// within this place's radius, and itself reaching it; a listing that does not say where it is is not found so
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// so much is to be had of an offer or pool; a need wants no more
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// most listings of one answer
    #[serde(default = "usual_limit")]
    pub limit: u32,
}

fn usual_limit() -> u32 {
    50
}

/// What kind of listing is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// published intents to provide
    Offers,
    /// published intents to receive
    Needs,
    /// pools that take pledges
    Pools,
}

/// A listing, as it was signed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// an offer
    Offer(Box<Offer>),
    /// a need
    Need(Box<Need>),
    /// a pool
    Pool {
        /// its terms
        terms: Box<PoolTerms>,
        /// the offer pooled on, if it is known
        offer: Option<Box<Offer>>,
    },
}

/// A listing to be judged: borrowed from wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub enum Listing<'a> {
    /// an offer
    Offer(&'a Offer),
    /// a need
    Need(&'a Need),
    /// a pool's terms, and the offer pooled on, if it is known
    Pool(&'a PoolTerms, Option<&'a Offer>),
}

impl<'a> Listing<'a> {
    fn place(self) -> Option<&'a Place> {
        match self {
            Self::Offer(o) => o.place.as_ref(),
            Self::Need(n) => n.place.as_ref(),
            Self::Pool(_, o) => o?.place.as_ref(),
        }
    }
}

impl Listed {
    /// For judging.
    pub fn listing(&self) -> Listing<'_> {
        match self {
            Self::Offer(offer) => Listing::Offer(offer),
            Self::Need(need) => Listing::Need(need),
            Self::Pool { terms, offer } => Listing::Pool(terms, offer.as_deref()),
        }
    }
}

/// How a listing fits a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Judgement {
    /// it does, on any machine
    Fits,
    /// it lies at the edge of the radius: some machines will find it, others not
    AtTheEdge,
    /// it does not
    Unfit,
}

impl Query {
    /// Most listings of one answer.
    pub const LIMIT_MAX: u32 = 100;

    /// Everything of a kind.
    pub fn of(kind: Wanted) -> Self {
        Self {
            kind,
            category: None,
            spec: None,
            text: None,
            place: None,
            quantity: None,
            limit: usual_limit(),
        }
    }

    /// Checks limits, and that a place has coordinates and a radius.
    ///
    /// # Errors
    /// The field that makes no sense.
    pub fn check(&self) -> Result<()> {
        let limit = self.limit;
        ensure((1..=Self::LIMIT_MAX).contains(&limit), || {
            let remedy =
                phrase(format!("ask for 1 to {}", Self::LIMIT_MAX), format!("请填 1 至 {}", Self::LIMIT_MAX));
            Error::field("limit", shown(limit), remedy)
        })?;
        let text = self.text.as_deref().unwrap_or("x");
        ensure(text.len() <= NAME_BYTES_MAX && !text.trim().is_empty(), || {
            let remedy = phrase(
                format!("give a few words, at most {NAME_BYTES_MAX} bytes"),
                format!("请填几个词，至多 {NAME_BYTES_MAX} 字节"),
            );
            Error::field("text", shown(text), remedy)
        })?;
        ensure(self.quantity.is_none_or(|q| q.is_positive()), || {
            Error::field(
                "quantity",
                shown(self.quantity.unwrap_or_default()),
                phrase("give more than 0", "须大于 0"),
            )
        })?;
        let Some(place) = &self.place else { return Ok(()) };
        let known = distance_km(place, place).is_some() && place.radius_km.is_some();
        ensure(known, || {
            let remedy = phrase("give latitude, longitude and radius_km", "请给出纬度、经度和半径（公里）");
            Error::field("place", shown(&place.name), remedy)
        })?;
        crate::check::place(&self.place)
    }

    /// How far from the place looked for, kilometres; `None` if either does not say.
    pub fn distance_km(&self, listing: Listing<'_>) -> Option<u32> {
        distance_km(self.place.as_ref()?, listing.place()?)
    }

    /// Whether `listing` is such a one at `now`, by its own words.
    pub fn judge(&self, listing: Listing<'_>, now: Timestamp) -> Judgement {
        let of_kind = match (self.kind, listing) {
            (Wanted::Offers, Listing::Offer(o)) => o.expires > now,
            (Wanted::Needs, Listing::Need(n)) => n.expires > now,
            (Wanted::Pools, Listing::Pool(p, _)) => p.closes > now,
            _ => false,
        };
        let fits =
            of_kind && self.thing_fits(listing) && self.quantity_fits(listing) && self.text_fits(listing);
        match fits {
            true => self.place_fits(listing),
            false => Judgement::Unfit,
        }
    }

    fn thing_fits(&self, listing: Listing<'_>) -> bool {
        let (spec, category) = match listing {
            Listing::Offer(o) => (&o.spec, o.category.as_ref()),
            Listing::Need(n) => (&n.spec, n.category.as_ref()),
            Listing::Pool(p, o) => (&p.spec, o.and_then(|o| o.category.as_ref())),
        };
        self.spec.as_ref().is_none_or(|s| s == spec)
            && (self.category.is_none() || self.category.as_ref() == category)
    }

    fn quantity_fits(&self, listing: Listing<'_>) -> bool {
        let Some(quantity) = self.quantity else { return true };
        match listing {
            Listing::Offer(o) => {
                quantity >= o.minimum
                    && o.maximum.is_none_or(|m| quantity <= m)
                    && quantity.is_multiple_of(o.step)
            }
            Listing::Need(n) => n.quantity <= quantity,
            Listing::Pool(p, _) => {
                quantity >= p.minimum && quantity <= p.cap && quantity.is_multiple_of(p.step)
            }
        }
    }

    fn text_fits(&self, listing: Listing<'_>) -> bool {
        let Some(text) = &self.text else { return true };
        let (spec, names, place): (_, [Option<&Text>; 2], _) = match listing {
            Listing::Offer(o) => {
                (&o.spec, [Some(&o.name), o.pooling.as_ref().map(|p| &p.payment)], o.place.as_ref())
            }
            Listing::Need(n) => (&n.spec, [Some(&n.name), None], n.place.as_ref()),
            Listing::Pool(p, o) => {
                (&p.spec, [Some(&p.name), Some(&p.payment)], o.and_then(|o| o.place.as_ref()))
            }
        };
        let mut said = vec![spec.as_str()];
        for name in names.into_iter().flatten() {
            match name {
                Text::Plain(text) => said.push(text),
                Text::ByLanguage(map) => said.extend(map.values().map(String::as_str)),
            }
        }
        said.extend(place.map(|p| p.name.as_str()));
        holds(&folded(&said.join("\n")), &folded(text))
    }

    fn place_fits(&self, listing: Listing<'_>) -> Judgement {
        let Some((wanted, radius)) = self.place.as_ref().and_then(|p| Some((p, p.radius_km?))) else {
            return Judgement::Fits;
        };
        let Some((place, distance)) = listing.place().and_then(|p| Some((p, distance_km(wanted, p)?))) else {
            return Judgement::Unfit;
        };
        let reach = place.radius_km.map_or(radius, |own| own.min(radius));
        match distance.abs_diff(reach) <= EDGE_KM {
            true => Judgement::AtTheEdge,
            false if distance < reach => Judgement::Fits,
            false => Judgement::Unfit,
        }
    }
}

/// Lower case, and the wide forms of Latin letters and digits as the narrow ones: what looks alike is alike.
fn folded(text: &str) -> Vec<char> {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

/// Scripts written without spaces between words: Chinese characters, kana.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// Whether `text` holds every word of `wanted`. A run of characters written without spaces may be several words in
/// another order: two thirds of its neighbouring pairs are enough.
fn holds(text: &[char], wanted: &[char]) -> bool {
    let has = |part: &[char]| text.windows(part.len()).any(|w| w == part);
    let words = wanted.split(|c| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.flat_map(|word| word.chunk_by(|a, b| unspaced(*a) == unspaced(*b))).all(|run| {
        if run.len() <= 2 || !unspaced(run[0]) {
            return has(run);
        }
        let found = run.windows(2).filter(|pair| has(pair)).count();
        3 * found >= 2 * (run.len() - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::LEAD_TIME_S_MAX;
    use std::collections::BTreeMap;
    use vocab::PriceSchedule;

    fn now() -> Timestamp {
        Timestamp::from_second(1_767_600_000).unwrap()
    }
    fn place(latitude: &str, longitude: &str, radius_km: Option<u32>) -> Place {
        let degrees = |s: &str| Some(s.parse().unwrap());
        Place {
            name: "Freiburg".into(),
            latitude: degrees(latitude),
            longitude: degrees(longitude),
            radius_km,
        }
    }
    fn offer() -> Offer {
        let names = [("en", "Oak dining chair"), ("zh", "椅子（白橡木）")];
        let json = serde_json::json!({
            "spec": "chair-48", "name": BTreeMap::from(names), "unit": "each", "minimum": "2", "step": "2",
            "prices": PriceSchedule::flat(vocab::Money::new(120.into(), "EUR".parse().unwrap())),
            "lead_time_s": 0, "place": place("47.99", "7.85", None), "expires": vocab::after(now(), LEAD_TIME_S_MAX),
            "category": "furniture",
        });
        serde_json::from_value(json).unwrap()
    }
    fn finds(query: &Query) -> bool {
        query.judge(Listing::Offer(&offer()), now()) == Judgement::Fits
    }

    #[test]
    fn a_query_finds_by_words_in_any_language_place_quantity_and_kind() {
        let query = Query::of(Wanted::Offers);
        assert!(finds(&query) && !finds(&Query::of(Wanted::Needs)));
        for (text, found) in [
            ("oak chair", true),
            ("OAK　ＣＨＡＩＲ", true),
            ("chair-48", true),
            ("oak table", false),
            ("白橡木椅子", true),
            ("椅子", true),
            ("freiburg 椅子", true),
            ("桌子", false),
            ("白橡木桌子", false),
        ] {
            assert_eq!(finds(&Query { text: Some(text.into()), ..query.clone() }), found, "{text}");
        }
        for (quantity, found) in [("4", true), ("1", false), ("3", false)] {
            let quantity = Some(quantity.parse().unwrap());
            assert_eq!(finds(&Query { quantity, ..query.clone() }), found, "{quantity:?}");
        }
        let named = |category: &str| Query { category: Some(category.parse().unwrap()), ..query.clone() };
        assert!(finds(&named("furniture")) && !finds(&named("timber")));
        let mut gone = offer();
        gone.expires = now();
        assert_eq!(query.judge(Listing::Offer(&gone), now()), Judgement::Unfit);
    }

    #[test]
    fn the_edge_of_a_radius_is_neither_in_nor_out() {
        // Basel lies 48 km from Freiburg
        let near =
            |radius| Query { place: Some(place("47.56", "7.59", Some(radius))), ..Query::of(Wanted::Offers) };
        let judged: Vec<_> =
            [40, 51, 60].map(|radius| near(radius).judge(Listing::Offer(&offer()), now())).to_vec();
        assert_eq!(judged, [Judgement::Unfit, Judgement::AtTheEdge, Judgement::Fits]);
        let nowhere = Offer { place: None, ..offer() };
        assert_eq!(near(60).judge(Listing::Offer(&nowhere), now()), Judgement::Unfit);
    }

    #[test]
    fn a_query_without_sense_is_refused() {
        let query = Query::of(Wanted::Pools);
        assert!(query.check().is_ok());
        for bad in [
            Query { limit: 0, ..query.clone() },
            Query { limit: 101, ..query.clone() },
            Query { text: Some(" ".into()), ..query.clone() },
            Query { quantity: Some(Decimal::ZERO), ..query.clone() },
            Query { place: Some(place("47.56", "7.59", None)), ..query.clone() },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
