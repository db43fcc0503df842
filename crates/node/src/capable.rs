//! How much of something could be had by when: capable to promise, of several sizes.
//!
//! Each size is planned as an order of its own would be, from free stock and free capacity; of sizes that are there at
//! the same time the largest counts. Nothing is set aside. A handful of sizes are tried, never all.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::orders::Ask;
use crate::view::{CapableStep, CapableView};
use crate::words::words;
use market::statement::{Offer, Sooner};
use planning::{Demand, Plan};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, Phrase, RecordId, SpecId, Timestamp, after};

impl Node {
    /// How much of `spec`, up to `quantity`, could be had by when: from stock, capacity and usual lead times.
    ///
    /// # Errors
    /// A quantity that is not above zero.
    pub fn capable(&self, spec: &SpecId, quantity: Decimal, now: Timestamp) -> Result<CapableView> {
        if !quantity.is_positive() {
            return Err(Error::Field {
                field: words("quantity", "数量"),
                value: Phrase::plain(quantity),
                remedy: words("give more than nothing", "请给出大于零的数量"),
            });
        }
        let mine = self.board.offers.values().find(|l| l.by == self.me() && l.what.spec == *spec);
        let whole = if quantity.is_multiple_of(Decimal::ONE) { Decimal::ONE } else { Decimal::new(1, 6) };
        let step = mine.map_or(whole, |l| l.what.step);
        let usual = |spec: &SpecId, _: Decimal| Some(after(now, self.usual_lead_s(spec)?));
        let mut sizes = self.sizes(spec, quantity, step);
        sizes.insert(quantity);
        let steps = earliest_first(sizes, |size| self.there(spec, size, usual, now));
        Ok(CapableView { spec: spec.clone(), steps })
    }

    /// What could be had earlier than `plan`, as an answer to an enquiry tells it.
    pub(crate) fn sooner(
        &self,
        spec: &SpecId,
        quantity: Decimal,
        plan: &Plan,
        chosen: &BTreeMap<SpecId, RecordId>,
        offer: &Offer,
        (ask, now): (&Ask, Timestamp),
    ) -> Vec<Sooner> {
        // a supplier may be sooner with less, too
        let arrival = |spec: &SpecId, needed: Decimal| {
            let quoted = self.deals.get(chosen.get(spec)?)?.quoted()?;
            let less = quoted.also.iter().find(|part| part.quantity >= needed);
            Some(less.map_or(quoted.promise, |part| part.promise))
        };
        let mut sizes = self.sizes(spec, quantity, offer.step);
        sizes.retain(|size| offer.admits(*size, now).is_ok());
        let start = ask.terms.start;
        let mut found = earliest_first(sizes, |size| self.there(spec, size, arrival, start));
        found.retain(|part| part.promise < plan.promise);
        found.truncate(market::SOONER_MAX);
        let price = |part: CapableStep| {
            let unit_price = offer.prices.unit_price(part.quantity)?;
            Some(Sooner { quantity: part.quantity, unit_price, promise: part.promise })
        };
        found.into_iter().filter_map(price).collect()
    }

    /// Sizes below `quantity` worth trying, in whole steps: what is in stock, a half, a quarter, an eighth.
    fn sizes(&self, spec: &SpecId, quantity: Decimal, step: Decimal) -> BTreeSet<Decimal> {
        let part = |n: i64| Decimal::from_micros(quantity.micros() / i128::from(n));
        let sizes = [self.stock.free_of(spec), part(2), part(4), part(8)];
        let whole = sizes.into_iter().map(|size| size.floor_to(step));
        whole.filter(|size| size.is_positive() && *size < quantity).collect()
    }

    /// When `quantity` of `spec` would be there; `None` when something it needs has no known source or no room.
    fn there(
        &self,
        spec: &SpecId,
        quantity: Decimal,
        arrival: impl Fn(&SpecId, Decimal) -> Option<Timestamp>,
        start: Timestamp,
    ) -> Option<Timestamp> {
        let demand = Demand { spec: spec.clone(), quantity };
        let explosion = planning::explode(&self.model, &demand, &self.stock.free()).ok()?;
        let arrivals =
            explosion.buy.iter().map(|(spec, needed)| Some((spec.clone(), arrival(spec, *needed)?)));
        let arrivals = arrivals.collect::<Option<BTreeMap<_, _>>>()?;
        planning::place(&self.model, &explosion, &arrivals, &self.capacity, start)
            .ok()
            .map(|plan| plan.promise)
    }

    /// How long buying something usually takes, seconds: what the model says of it, else the shortest lead time that
    /// somebody offers.
    pub(crate) fn usual_lead_s(&self, spec: &SpecId) -> Option<i64> {
        let known = self.model.items.get(spec).and_then(|item| item.purchase.as_ref()).map(|p| p.lead_time_s);
        let offers = self.board.offers.values().filter(|l| l.by != self.me() && l.what.spec == *spec);
        known.or_else(|| offers.map(|l| l.what.lead_time_s).min())
    }
}

/// When each size is there, smaller and earlier first; a size that is no earlier than a larger one is left out.
fn earliest_first(
    sizes: BTreeSet<Decimal>,
    there: impl Fn(Decimal) -> Option<Timestamp>,
) -> Vec<CapableStep> {
    let mut found: Vec<CapableStep> = vec![];
    for quantity in sizes.into_iter().rev() {
        let Some(promise) = there(quantity) else { continue };
        if found.last().is_none_or(|larger| promise < larger.promise) {
            found.push(CapableStep { quantity, promise });
        }
    }
    found.reverse();
    found
}
