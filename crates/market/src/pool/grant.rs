//! Which terms a pool gets: what the offer grants, what the opener asks, nothing else.

use crate::check::ensure;
use crate::statement::{Allocation, Offer, PoolRequest, PoolTerms, Reason};
use crate::{Error, Result};
use vocab::{RecordId, Timestamp};

/// The terms that `offer` grants the request `id` at `now`. The offerer signs them; anyone can recompute them.
///
/// A member may pledge as little as one step: the offer's minimum is for the pool as a whole.
pub fn grant(id: RecordId, request: &PoolRequest, offer: &Offer, now: Timestamp) -> Result<PoolTerms> {
    request.check()?;
    let pooling = offer.pooling.as_ref().ok_or_else(|| {
        Error::because(Reason::Declined, "pooling", "not granted", "ask for an offer that allows pools")
    })?;
    ensure(now <= offer.expires, || {
        Error::because(Reason::NoListing, "expires", offer.expires, "ask for an offer that is still valid")
    })?;
    ensure(request.closes > now, || {
        Error::because(Reason::Late, "closes", request.closes, format!("let it close after {now}"))
    })?;
    ensure(request.closes <= offer.expires, || {
        let remedy = format!("let it close before the offer expires, {}", offer.expires);
        Error::because(Reason::NoListing, "closes", request.closes, remedy)
    })?;
    let cap = pooling.cap.floor_to(offer.step);
    let threshold = request.threshold.max(offer.minimum);
    ensure(threshold <= cap, || {
        let remedy = format!("ask for at most the cap, {cap}");
        Error::because(Reason::Quantity, "threshold", threshold, remedy)
    })?;
    let terms = PoolTerms {
        request: id,
        offer: request.offer,
        spec: offer.spec.clone(),
        name: offer.name.clone(),
        unit: offer.unit,
        minimum: offer.step,
        step: offer.step,
        prices: offer.prices.clone(),
        threshold,
        cap,
        closes: request.closes,
        allocation: Allocation::LargestRemainder,
        keeper: request.keeper,
        lead_time_s: pooling.lead_time_s,
        payment: pooling.payment.clone(),
    };
    terms.check()?;
    Ok(terms)
}
