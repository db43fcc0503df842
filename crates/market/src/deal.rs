//! How deadlines travel upstream and back, and whether a quote answers what was asked.
//!
//! [`Deadlines`] keeps a margin between tiers: answers come back in time to be used, and what an upstream partner
//! holds outlives what is promised downstream on the strength of it. [`quote_fits`] judges one quote.
//! Not known here: who is asked, what is in stock, and the state of any conversation.

use crate::check::{VISITED_MAX, ensure};
use crate::error::shown;
use crate::statement::{Enquiry, Offer, Quote, Reason};
use crate::visit::visit_tag;
use crate::{Error, Result};
use std::collections::BTreeSet;
use vocab::phrase;
use vocab::{AgentId, Decimal, Money, RecordId, Timestamp, after};

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

/// On what terms something is asked: all of an [`Enquiry`] but what is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// the same for the whole tree
    pub start: Timestamp,
    /// an answer later than this is not read
    pub answer_by: Timestamp,
    /// how long the quote should hold
    pub hold_until: Timestamp,
    /// how many tiers further up it may travel
    pub depth: u32,
    /// the first enquiry of the tree, or the demand that began it
    pub origin: RecordId,
    /// tags of those who have been asked on the way
    pub visited: Vec<String>,
}

impl Terms {
    /// The terms of the enquiry `id`.
    ///
    /// # Errors
    /// An enquiry that is not well-formed.
    pub fn of(id: RecordId, enquiry: &Enquiry) -> Result<Self> {
        enquiry.check()?;
        Ok(Self {
            start: enquiry.start,
            answer_by: enquiry.answer_by,
            hold_until: enquiry.hold_until,
            depth: enquiry.depth,
            origin: enquiry.origin.unwrap_or(id),
            visited: enquiry.visited.clone(),
        })
    }

    /// False when asking `agent` would go round in a circle.
    pub fn may_ask(&self, agent: &AgentId) -> bool {
        !self.visited.contains(&visit_tag(&self.origin, agent))
    }
}

impl Deadlines {
    /// How `me`, asked on the terms `asked` by `asker` (nobody, where the demand is its own), may ask upstream at
    /// `now`: an answer a margin earlier, a hold a margin longer, one tier less.
    ///
    /// Fails with [`Reason::Loop`] when it has gone round or far enough, and with [`Reason::Late`] when no answer
    /// could be back in time.
    pub fn upstream(
        &self,
        asked: &Terms,
        asker: Option<&AgentId>,
        me: &AgentId,
        now: Timestamp,
    ) -> Result<Terms> {
        let origin = asked.origin;
        let mut visited: BTreeSet<String> = asked.visited.iter().cloned().collect();
        let mine = visit_tag(&origin, me);
        ensure(asker != Some(me) && !visited.contains(&mine), || {
            Error::because(
                Reason::Loop,
                "visited",
                shown(&mine),
                phrase("ask somebody who has not been asked on the way here", "请询问途中尚未问过的人"),
            )
        })?;
        let depth = asked.depth.checked_sub(1).ok_or_else(|| {
            Error::because(
                Reason::Loop,
                "depth",
                shown(0),
                phrase(
                    "let the enquiry travel further, or stock the inputs",
                    "请让询价走得更远，或备足投入物",
                ),
            )
        })?;
        // rising order, so that a list does not tell the way it came
        visited.extend([mine].into_iter().chain(asker.map(|a| visit_tag(&origin, a))));
        ensure(visited.len() <= VISITED_MAX, || {
            let remedy = phrase(
                format!("pass at most {VISITED_MAX} agents"),
                format!("至多经过 {VISITED_MAX} 个主体"),
            );
            Error::because(Reason::Loop, "visited", shown(visited.len()), remedy)
        })?;
        let answer_by = after(asked.answer_by, self.margin_s.saturating_neg());
        ensure(answer_by > now && answer_by >= asked.start, || {
            let (margin, start) = (self.margin_s, asked.start);
            let remedy = phrase(
                format!("leave more than {margin} s after the start, {start}, to ask upstream; it is {now}"),
                format!("开始时间 {start} 之后须留出超过 {margin} 秒向上游询价；现在是 {now}"),
            );
            Error::because(Reason::Late, "answer_by", shown(asked.answer_by), remedy)
        })?;
        Ok(Terms {
            start: asked.start,
            answer_by,
            hold_until: after(asked.hold_until, self.margin_s),
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
        let remedy = {
            let asked = enquiry.quantity;
            phrase(format!("quote what was asked, {asked}"), format!("请按所询数量 {asked} 报价"))
        };
        Error::because(Reason::Quantity, "quantity", shown(quote.quantity), remedy)
    })?;
    not_before_start(quote.promise, enquiry)?;
    ensure(quote.hold_until > now, || {
        Error::because(
            Reason::Late,
            "hold_until",
            shown(quote.hold_until),
            phrase(format!("hold longer; it is {now}"), format!("请保留更久；现在是 {now}")),
        )
    })?;
    for part in &quote.also {
        not_before_start(part.promise, enquiry)?;
        fair(part.quantity, part.unit_price, offer)?;
    }
    fair(quote.quantity, quote.unit_price, offer)
}

fn not_before_start(promise: Timestamp, enquiry: &Enquiry) -> Result<()> {
    ensure(promise >= enquiry.start, || {
        let start = enquiry.start;
        let remedy = phrase(
            format!("promise no earlier than the start, {start}"),
            format!("承诺日期不得早于开始时间 {start}"),
        );
        Error::field("promise", shown(promise), remedy)
    })
}

/// The price asked is no more than the one `offer` had when asked: it may expire while its quote holds.
fn fair(quantity: Decimal, unit_price: Money, offer: Option<&Offer>) -> Result<()> {
    let Some(listed) = offer.and_then(|o| o.prices.unit_price(quantity)) else { return Ok(()) };
    let fair = unit_price.currency == listed.currency && unit_price.amount <= listed.amount;
    ensure(fair, || {
        Error::field(
            "unit_price",
            shown(unit_price),
            phrase(format!("ask no more than the offer, {listed}"), format!("不得高于供应的价格 {listed}")),
        )
    })
}
