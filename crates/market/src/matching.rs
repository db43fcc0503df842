//! Which offers fit a need, and in what order to look at them.
//!
//! [`candidates`] ranks the offers for a quantity of something; [`fits`] says whether one offer serves one need.
//! Both only help somebody choose: nothing that is signed depends on them, and a quote may still say no.
//!
//! Distance is reckoned in floating point (haversine, a sphere of 6,371 km) and rounded to whole kilometres: it is
//! a ranking, never a quantity, and two machines may differ by a kilometre at the edge of a radius.

use crate::Result;
use crate::check::not_negative;
use crate::statement::{Need, Offer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{AgentId, Currency, Decimal, Money, Place, RecordId, SpecId, Timestamp};

/// What counts for a buyer besides the price: in money for one unit of goods, so that it can be added to it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// for each kilometre
    #[serde(default, skip_serializing_if = "nothing")]
    pub per_km: Decimal,
}

/// Most candidates returned for one currency: more than anyone will ask for a quote.
pub const CANDIDATES_MAX: usize = 64;

fn nothing(amount: &Decimal) -> bool {
    amount.is_zero()
}

impl Preferences {
    /// True when only the price counts.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
    /// Checks that nothing is negative.
    pub fn check(&self) -> Result<()> {
        not_negative("per_km", self.per_km)
    }
    /// What an offer so far away costs beyond its price, for one unit.
    pub fn cost(&self, distance_km: Option<u32>) -> Decimal {
        self.per_km * Decimal::from(distance_km.unwrap_or(0))
    }
}

const EARTH_RADIUS_KM: f64 = 6_371.0;

/// An offer worth asking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// the offer
    pub offer: RecordId,
    /// who makes it
    pub author: AgentId,
    /// for one unit, at the quantity asked
    pub unit_price: Money,
    /// usual time from order to goods, seconds
    pub lead_time_s: i64,
    /// how far away; `None` if either side does not say where it is
    pub distance_km: Option<u32>,
}

/// The offers that admit `quantity` of `spec` at `now` and reach `place`: by price, then lead time, then distance
/// (unknown last), then id. Currencies cannot be compared: one comes after the other, by code, the best
/// [`CANDIDATES_MAX`] of each.
pub fn candidates<'a>(
    offers: impl Iterator<Item = (RecordId, AgentId, &'a Offer)>,
    spec: &SpecId,
    quantity: Decimal,
    now: Timestamp,
    place: Option<&Place>,
) -> Vec<Candidate> {
    let candidate = |(id, author, offer): (RecordId, AgentId, &Offer)| {
        let unit_price = offer.admits(quantity, now).ok()?;
        let distance_km = within_reach(offer.place.as_ref(), place)?;
        Some(Candidate { offer: id, author, unit_price, lead_time_s: offer.lead_time_s, distance_km })
    };
    let mut found: Vec<Candidate> =
        offers.filter(|(_, _, o)| o.spec == *spec).filter_map(candidate).collect();
    found.sort_by_key(|c| {
        let Money { amount, currency } = c.unit_price;
        (currency, amount, c.lead_time_s, c.distance_km.unwrap_or(u32::MAX), c.offer)
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
