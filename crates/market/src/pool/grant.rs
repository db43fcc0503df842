//! Which terms a pool gets: what the offer grants, what the opener asks, nothing else.

use crate::check::ensure;
use crate::error::shown;
use crate::statement::{Allocation, Offer, PoolRequest, PoolTerms, Reason};
use crate::{Error, Result, Topic};
use vocab::phrase;
use vocab::{Decimal, RecordId, Timestamp, after};

/// The terms that `offer` grants the request `id` at `now`. The offerer signs them; anyone can recompute them.
///
/// A member may pledge as little as one step: the offer's minimum is for the pool as a whole. `left` is what the
/// offerer has left of what all its pools share, where they share something: no pool is granted more.
pub fn grant(
    id: RecordId,
    request: &PoolRequest,
    offer: &Offer,
    left: Option<Decimal>,
    now: Timestamp,
) -> Result<PoolTerms> {
    request.check()?;
    let pooling = offer.pooling.as_ref().ok_or_else(|| {
        Error::because(
            Reason::Declined,
            "pooling",
            phrase("not granted", "未获准"),
            phrase("ask for an offer that allows pools", "请选择允许拼单的供应"),
        )
    })?;
    ensure(now <= offer.expires, || {
        Error::because(
            Reason::NoListing,
            "expires",
            shown(offer.expires),
            phrase("ask for an offer that is still valid", "请选择仍然有效的供应"),
        )
    })?;
    ensure(request.closes > now, || {
        Error::because(
            Reason::Late,
            "closes",
            shown(request.closes),
            phrase(format!("let it close after {now}"), format!("截止时间须晚于 {now}")),
        )
    })?;
    if let Some(extended) = request.extended {
        let last =
            pooling.extension_s.map_or(request.closes, |s| after(request.closes, s)).min(offer.expires);
        ensure(extended <= last, || {
            let remedy = match pooling.extension_s {
                None => phrase("this offer grants no extension", "该供应不允许延期"),
                Some(_) => phrase(format!("extend until {last} at most"), format!("至多延期至 {last}")),
            };
            Error::because(Reason::Declined, "extended", shown(extended), remedy)
        })?;
    }
    ensure(request.closes <= offer.expires, || {
        let remedy = {
            let expires = offer.expires;
            phrase(
                format!("let it close before the offer expires, {expires}"),
                format!("须在供应到期（{expires}）之前截止"),
            )
        };
        Error::because(Reason::NoListing, "closes", shown(request.closes), remedy)
    })?;
    let cap = left.map_or(pooling.cap, |left| left.min(pooling.cap));
    let cap = cap.floor_to(pooling.case.unwrap_or(offer.step));
    let threshold = request.threshold.max(offer.minimum);
    ensure(threshold <= cap, || {
        let remedy = match left.is_some_and(|left| left < pooling.cap) {
            true => phrase(
                format!("{cap} is left beside the pools that are open or made"),
                format!("除已开和已成的拼单外，只剩 {cap}"),
            ),
            false => phrase(format!("ask for at most the cap, {cap}"), format!("至多为上限 {cap}")),
        };
        Error::because(Reason::Quantity, "threshold", shown(threshold), remedy)
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
        case: pooling.case,
        counted: pooling.counted,
        vouchers: pooling.vouchers.clone(),
        settles: pooling.settles,
        tolerance_percent: pooling.tolerance_percent,
        extended: request.extended,
        drop_offs: request.drop_offs.clone(),
        round: request.round,
        topic: Topic::of_offer(offer),
    };
    terms.check()?;
    Ok(terms)
}
