//! Which offers fit a need, and in what order to look at them.
//!
//! [`candidates`] ranks the offers for a quantity of something; [`fits`] says whether one offer serves one need.
//! Both only help somebody choose: nothing that is signed depends on them, and a quote may still say no.
//!
//! Distance is reckoned in floating point (haversine, a sphere of 6,371 km) and rounded to whole kilometres: it is
//! a ranking, never a quantity, and two machines may differ by a kilometre at the edge of a radius.

use crate::Result;
use crate::check::{count_within, not_negative};
use crate::statement::{Need, Offer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, Currency, DAY_S, Decimal, Money, Place, RecordId, SpecId, Timestamp};

/// Most candidates returned for one currency: more than anyone will ask for a quote.
pub const CANDIDATES_MAX: usize = 64;
/// Most properties one buyer asks for.
pub const PROPERTIES_MAX: usize = 16;

/// What counts for a buyer besides the price: in money for one unit of goods, so that it can be added to it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// for each kilometre; who does not say where it is counts as near
    #[serde(default, skip_serializing_if = "nothing")]
    pub per_km: Decimal,
    /// for each day until the goods are there
    #[serde(default, skip_serializing_if = "nothing")]
    pub per_day: Decimal,
    /// for each property that the specification on offer does not state, by its name
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Decimal>,
    /// for a supplier that has not kept a deal with this buyer yet
    #[serde(default, skip_serializing_if = "nothing")]
    pub stranger: Decimal,
    /// for a supplier all of whose deals with this buyer came to nothing by its doing; for others in proportion
    #[serde(default, skip_serializing_if = "nothing")]
    pub failed: Decimal,
}

/// What a buyer knows of an offer besides what it says itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known {
    /// properties that the specification on offer states
    pub properties: BTreeSet<String>,
    /// deals with its author that were kept
    pub kept: u32,
    /// deals with its author that its author refused after a quote, or did not keep
    pub failed: u32,
}

fn nothing(amount: &Decimal) -> bool {
    amount.is_zero()
}

impl Preferences {
    /// True when only the price counts.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
    /// Checks that nothing is negative, and how many properties are asked for.
    pub fn check(&self) -> Result<()> {
        not_negative("per_km", self.per_km)?;
        not_negative("per_day", self.per_day)?;
        not_negative("stranger", self.stranger)?;
        not_negative("failed", self.failed)?;
        count_within("properties", self.properties.len(), PROPERTIES_MAX)?;
        self.properties.values().try_for_each(|worth| not_negative("properties", *worth))
    }
    /// What an offer so far away, with goods after so long, costs beyond its price, for one unit.
    pub fn cost(&self, distance_km: Option<u32>, lead_time_s: i64, known: &Known) -> Decimal {
        let days = Decimal::from(lead_time_s.max(0)).div_up(Decimal::from(DAY_S)).unwrap_or_default();
        let lacking = self.properties.iter().filter(|(name, _)| !known.properties.contains(*name));
        let lacking: Decimal = lacking.map(|(_, worth)| *worth).sum();
        let strange = if known.kept == 0 { self.stranger } else { Decimal::ZERO };
        let dealt = Decimal::from(known.kept.saturating_add(known.failed));
        let failed = (self.failed * Decimal::from(known.failed)).div_up(dealt).unwrap_or_default();
        let near = self.per_km * Decimal::from(distance_km.unwrap_or(0));
        (near + self.per_day * days + lacking + strange + failed).round(Decimal::PLACES_MAX)
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// what
    pub spec: &'a SpecId,
    /// how much
    pub quantity: Decimal,
    /// whether an offer may be taken for more
    pub size: Size,
    /// wanted where
    pub place: Option<&'a Place>,
    /// what counts besides the price
    pub preferences: &'a Preferences,
}

/// Whether an offer may be taken for more than is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// just so much
    Exact,
    /// as little more as the offer's steps and minimum allow: what is over is of use later
    AtLeast,
}

/// Which of `listed` a buyer looks at: the `near` ones by distance, and as many `random` others. Which these are
/// follows from the buyer and the offer alone, so that a buyer sees the same ones again and buyers see different ones.
pub fn visible<'a>(
    listed: impl Iterator<Item = (RecordId, AgentId, &'a Offer)>,
    me: &AgentId,
    place: Option<&Place>,
    near: usize,
    random: usize,
) -> Vec<(RecordId, AgentId, &'a Offer)> {
    let lot = |offer: &RecordId| Sha256::new().chain_update(me.0).chain_update(offer.0).finalize();
    let far = |offer: &Offer| within_reach(offer.place.as_ref(), place).map(|d| d.unwrap_or(u32::MAX));
    let mut all: Vec<_> = listed.filter_map(|l| Some((far(l.2)?, lot(&l.0), l))).collect();
    all.sort_by_key(|(far, lot, (id, ..))| (*far, *lot, *id));
    let mut others = all.split_off(near.min(all.len()));
    others.sort_by_key(|(_, lot, (id, ..))| (*lot, *id));
    all.extend(others.into_iter().take(random));
    all.into_iter().map(|(.., listed)| listed).collect()
}

const EARTH_RADIUS_KM: f64 = 6_371.0;

/// An offer worth asking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// the offer
    pub offer: RecordId,
    /// who makes it
    pub author: AgentId,
    /// how much would be ordered
    pub quantity: Decimal,
    /// for one unit, at the quantity asked
    pub unit_price: Money,
    /// usual time from order to goods, seconds
    pub lead_time_s: i64,
    /// how far away; `None` if either side does not say where it is
    pub distance_km: Option<u32>,
    /// what the preferences add to the price of one unit
    pub besides: Decimal,
}

impl Candidate {
    /// What the order would cost, with what the preferences add for what is `wanted` of it.
    pub fn cost(&self, wanted: Decimal) -> Decimal {
        self.unit_price.amount * self.quantity + self.besides * wanted
    }
}

/// The offers that admit what is wished at `now` and reach its place: by what they cost with all that counts, then
/// lead time, then distance (unknown last), then id. `known` says what the buyer knows of each. Currencies cannot be
/// compared: one comes after the other, by code, the best [`CANDIDATES_MAX`] of each.
pub fn candidates<'a>(
    offers: impl Iterator<Item = (RecordId, AgentId, &'a Offer)>,
    wish: &Wish,
    known: impl Fn(&AgentId, &Offer) -> Known,
    now: Timestamp,
) -> Vec<Candidate> {
    let candidate = |(id, author, offer): (RecordId, AgentId, &Offer)| {
        let quantity = match wish.size {
            Size::Exact => wish.quantity,
            Size::AtLeast => wish.quantity.ceil_to(offer.step).max(offer.minimum),
        };
        let unit_price = offer.admits(quantity, now).ok()?;
        let distance_km = within_reach(offer.place.as_ref(), wish.place)?;
        let besides = match wish.preferences.is_none() {
            true => Decimal::ZERO,
            false => wish.preferences.cost(distance_km, offer.lead_time_s, &known(&author, offer)),
        };
        let lead_time_s = offer.lead_time_s;
        Some(Candidate { offer: id, author, quantity, unit_price, lead_time_s, distance_km, besides })
    };
    let mut found: Vec<Candidate> =
        offers.filter(|(_, _, o)| o.spec == *wish.spec).filter_map(candidate).collect();
    found.sort_by_key(|c| {
        let cost = c.cost(wish.quantity);
        (c.unit_price.currency, cost, c.lead_time_s, c.distance_km.unwrap_or(u32::MAX), c.offer)
    });
    let mut taken: BTreeMap<Currency, usize> = BTreeMap::new();
    found.retain(|c| {
        let taken = taken.entry(c.unit_price.currency).or_default();
        *taken += 1;
        *taken <= CANDIDATES_MAX
    });
    found
}

/// How an offer serves a need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fit {
    /// for one unit
    pub unit_price: Money,
    /// when the goods would usually be there; a quote's promise is what binds
    pub expected: Timestamp,
    /// how far away; `None` if either side does not say where it is
    pub distance_km: Option<u32>,
}

/// How `offer` would serve `need` at `now`: same thing and unit, a quantity it admits, a price under the ceiling,
/// usually in time, each within the other's reach. `None` if it would not.
pub fn fits(need: &Need, offer: &Offer, now: Timestamp) -> Option<Fit> {
    if need.spec != offer.spec || need.unit != offer.unit || now > need.expires {
        return None;
    }
    let unit_price = offer.admits(need.quantity, now).ok()?;
    let payable = |c: Money| c.currency == unit_price.currency && unit_price.amount <= c.amount;
    let expected = vocab::after(now, offer.lead_time_s);
    let distance_km = within_reach(offer.place.as_ref(), need.place.as_ref())?;
    let fits = need.ceiling.is_none_or(payable) && need.due.is_none_or(|due| expected <= due);
    fits.then_some(Fit { unit_price, expected, distance_km })
}

/// The distance, if known; `None` if it is known to be more than either place reaches.
pub fn within_reach(a: Option<&Place>, b: Option<&Place>) -> Option<Option<u32>> {
    let (Some(a), Some(b)) = (a, b) else { return Some(None) };
    let distance = distance_km(a, b);
    let too_far = |p: &Place| matches!((distance, p.radius_km), (Some(d), Some(radius)) if d > radius);
    (!too_far(a) && !too_far(b)).then_some(distance)
}

/// Great-circle distance in whole kilometres; `None` if either place has no coordinates.
pub fn distance_km(a: &Place, b: &Place) -> Option<u32> {
    let radians =
        |p: &Place| Some((p.latitude?.to_f64_lossy().to_radians(), p.longitude?.to_f64_lossy().to_radians()));
    let ((north_a, east_a), (north_b, east_b)) = (radians(a)?, radians(b)?);
    let half_chord = ((north_b - north_a) / 2.0).sin().powi(2)
        + north_a.cos() * north_b.cos() * ((east_b - east_a) / 2.0).sin().powi(2);
    // rounding can push it a hair outside, where the arc sine is undefined
    let angle = 2.0 * half_chord.clamp(0.0, 1.0).sqrt().asin();
    Some((EARTH_RADIUS_KM * angle).round() as u32)
}
