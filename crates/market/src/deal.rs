//! How deadlines travel upstream and back, and whether a quote answers what was asked.
//!
//! [`Deadlines`] keeps a margin between tiers: answers come back in time to be used, and what an upstream partner
//! holds outlives what is promised downstream on the strength of it. [`quote_fits`] judges one quote.
//! Not known here: who is asked, what is in stock, and the state of any conversation.

use crate::check::{VISITED_MAX, ensure};
use crate::statement::{Enquiry, Offer, Quote, Reason};
use crate::visit::visit_tag;
use crate::{Error, Result};
use std::collections::BTreeSet;
use vocab::{AgentId, RecordId, Timestamp, after};

/// Most that an honest clock is off, seconds: machines that ask a time server are within one; one that does not
/// may drift for weeks before it is off by more.
pub const SKEW_S_MAX: i64 = 15;
/// Time for one message and its answer, seconds, with a failed dial (5 s), a retry and a durable write each way.
pub const ROUND_TRIP_S: i64 = 30;

/// The margin kept between one tier and the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deadlines {
    /// seconds
    pub margin_s: i64,
}

impl Default for Deadlines {
    /// Two clocks off in opposite directions, and a round trip.
    fn default() -> Self {
        Self { margin_s: 2 * SKEW_S_MAX + ROUND_TRIP_S }
    }
}

/// What an enquiry received becomes when it is passed on: all of an [`Enquiry`] but what is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upstream {
    /// the same for the whole tree
    pub start: Timestamp,
    /// a margin earlier
    pub answer_by: Timestamp,
    /// a margin later
    pub hold_until: Timestamp,
    /// one less
    pub depth: u32,
    /// the first enquiry of the tree
    pub origin: RecordId,
    /// with the asker and the one who passes it on
    pub visited: Vec<String>,
}

impl Upstream {
    /// False when asking `agent` would go round in a circle.
    pub fn may_ask(&self, agent: &AgentId) -> bool {
        !self.visited.contains(&visit_tag(&self.origin, agent))
    }
}

impl Deadlines {
    /// How `me`, asked by `asker` with the enquiry `id`, may ask upstream at `now`.
    ///
    /// Fails with [`Reason::Loop`] when it has gone round or far enough, and with [`Reason::Late`] when no answer
    /// could be back in time.
    pub fn upstream(
        &self,
        id: RecordId,
        enquiry: &Enquiry,
        asker: &AgentId,
        me: &AgentId,
        now: Timestamp,
    ) -> Result<Upstream> {
        enquiry.check()?;
        let origin = enquiry.origin.unwrap_or(id);
        let mut visited: BTreeSet<String> = enquiry.visited.iter().cloned().collect();
        let mine = visit_tag(&origin, me);
        ensure(asker != me && !visited.contains(&mine), || {
            Error::because(
                Reason::Loop,
                "visited",
                &mine,
                "ask somebody who has not been asked on the way here",
            )
        })?;
        let depth = enquiry.depth.checked_sub(1).ok_or_else(|| {
            Error::because(Reason::Loop, "depth", 0, "let the enquiry travel further, or stock the inputs")
        })?;
        // rising order, so that a list does not tell the way it came
        visited.extend([mine, visit_tag(&origin, asker)]);
        ensure(visited.len() <= VISITED_MAX, || {
            let remedy = format!("pass at most {VISITED_MAX} agents");
            Error::because(Reason::Loop, "visited", visited.len(), remedy)
        })?;
        let answer_by = after(enquiry.answer_by, self.margin_s.saturating_neg());
        ensure(answer_by > now && answer_by >= enquiry.start, || {
            let remedy = format!(
                "leave more than {} s after the start, {}, to ask upstream; it is {now}",
                self.margin_s, enquiry.start
            );
            Error::because(Reason::Late, "answer_by", enquiry.answer_by, remedy)
        })?;
        Ok(Upstream {
            start: enquiry.start,
            answer_by,
            hold_until: after(enquiry.hold_until, self.margin_s),
            depth,
            origin,
            visited: visited.into_iter().collect(),
        })
    }

    /// How long a quote may hold whose goods depend on quotes that hold until `upstream`: as long as asked, and a
    /// margin less than any of them. `None` if that is over at `now`.
    pub fn downstream_hold(
        &self,
        requested: Timestamp,
        upstream: impl Iterator<Item = Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let hold = upstream.map(|t| after(t, self.margin_s.saturating_neg())).fold(requested, Timestamp::min);
        (hold > now).then_some(hold)
    }
}

/// Whether `quote` answers `enquiry` at `now`, at no more than `offer` says where the offer is known.
pub fn quote_fits(enquiry: &Enquiry, quote: &Quote, offer: Option<&Offer>, now: Timestamp) -> Result<()> {
    quote.check()?;
    ensure(quote.quantity == enquiry.quantity, || {
        let remedy = format!("quote what was asked, {}", enquiry.quantity);
        Error::because(Reason::Quantity, "quantity", quote.quantity, remedy)
    })?;
    ensure(quote.promise >= enquiry.start, || {
        let remedy = format!("promise no earlier than the start, {}", enquiry.start);
        Error::field("promise", quote.promise, remedy)
    })?;
    ensure(quote.hold_until > now, || {
        Error::because(Reason::Late, "hold_until", quote.hold_until, format!("hold longer; it is {now}"))
    })?;
    // the price it had when asked: an offer may expire while its quote holds
    let Some(listed) = offer.and_then(|o| o.prices.unit_price(quote.quantity)) else { return Ok(()) };
    let fair = quote.unit_price.currency == listed.currency && quote.unit_price.amount <= listed.amount;
    ensure(fair, || {
        Error::field("unit_price", quote.unit_price, format!("ask no more than the offer, {listed}"))
    })
}
