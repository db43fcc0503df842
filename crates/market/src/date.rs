//! How the date of a bound deal may move: who may offer or ask for another, who may answer, and how.
//!
//! The supplier offers, the buyer signs last. A buyer that wants another date asks, and the supplier's yes is an offer
//! of it. So every change of the date is a record in one log, the buyer's, and two that cross cannot leave the sides
//! with different dates: [`Standing`] names the record that set the date, and what would change another is void.
//! Not known here: plans, and why something is late.

use crate::check::ensure;
use crate::error::shown;
use crate::statement::{DateAnswer, Delay, Reason};
use crate::{Error, Result};
use vocab::{Decimal, RecordId, Timestamp, phrase};

/// A side of a deal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// receives
    Buyer,
    /// provides
    Supplier,
}

/// What both sides of a bound deal hold about its date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// the deal
    pub deal: RecordId,
    /// the date
    pub promise: Timestamp,
    /// the record that set it
    pub set_by: RecordId,
    /// goods that have left under the deal
    pub shipped: Decimal,
    /// goods that it is about
    pub quantity: Decimal,
}

/// Whether `delay`, said by `side`, may be answered at `now`. `asked` is the buyer's request it answers.
///
/// Unasked, a supplier offers later dates only: to be earlier it needs no leave. An offer that answers a request lies
/// between the date that stands and the one asked for.
///
/// # Errors
/// The field that is wrong, its value and what would be right.
pub fn delay_fits(
    standing: &Standing,
    side: Side,
    delay: &Delay,
    asked: Option<&Delay>,
    now: Timestamp,
) -> Result<()> {
    delay.check()?;
    let deal = standing.deal;
    ensure(delay.deal == deal, || {
        let remedy = phrase(format!("name the deal, {deal}"), format!("请指明交易 {deal}"));
        Error::field("deal", shown(delay.deal), remedy)
    })?;
    still_stands(standing, delay)?;
    in_time(delay, now)?;
    let (was, new) = (standing.promise, delay.promise);
    ensure(standing.shipped < standing.quantity, || {
        let remedy = phrase("all goods have left: no date is open", "货物已全部发出，已无日期可改");
        Error::because(Reason::Late, "promise", shown(new), remedy)
    })?;
    let wrong = |remedy| Error::field("promise", shown(new), remedy);
    match (side, asked) {
        (Side::Buyer, _) => {
            ensure(delay.request.is_none(), || {
                let remedy = phrase("only a supplier answers a request", "只有供方可以答复请求");
                Error::field("request", delay.request.map_or(phrase("none", "无"), shown), remedy)
            })?;
            ensure(new != was, || {
                wrong(phrase("ask for another date than the one that stands", "请要求与现有日期不同的日期"))
            })
        }
        (Side::Supplier, None) => {
            ensure(delay.request.is_none(), || {
                let remedy = phrase("answer a request that is open", "请答复尚未了结的请求");
                Error::field("request", delay.request.map_or(phrase("none", "无"), shown), remedy)
            })?;
            ensure(new > was, || {
                wrong(phrase(
                    format!("offer a date after {was}, which stands; an earlier one needs no leave"),
                    format!("须晚于现有日期 {was}；提前交付无需征求同意"),
                ))
            })
        }
        (Side::Supplier, Some(asked)) => {
            let wished = asked.promise;
            let between = (was.min(wished)..=was.max(wished)).contains(&new) && new != was;
            ensure(between, || {
                wrong(phrase(
                    format!("offer {wished}, which was asked for, or a date between it and {was}"),
                    format!("请提供所要求的 {wished}，或它与 {was} 之间的日期"),
                ))
            })
        }
    }
}

/// Whether `side` may give `answer` at `now` to `delay`, which `by` said.
///
/// Only the buyer accepts, as its signature is the last. A buyer may cancel alone, before any goods have left, when
/// the supplier offers of its own accord a later date than it has signed; every other cancellation needs both.
///
/// # Errors
/// The field that is wrong, its value and what would be right.
pub fn answer_fits(
    standing: &Standing,
    by: Side,
    delay: &Delay,
    side: Side,
    answer: DateAnswer,
    now: Timestamp,
) -> Result<()> {
    let wrong = |remedy| Error::field("answer", said(answer), remedy);
    ensure(side != by, || wrong(phrase("let the other side answer", "应由对方答复")))?;
    if answer == DateAnswer::Refuse {
        return Ok(());
    }
    ensure(side == Side::Buyer, || {
        wrong(phrase("answer a request by offering its date, or refuse it", "请提供所要求的日期，或拒绝请求"))
    })?;
    still_stands(standing, delay)?;
    in_time(delay, now)?;
    if answer == DateAnswer::Accept {
        return Ok(());
    }
    ensure(may_cancel(standing, delay), || {
        wrong(phrase(
            "ask to cancel: only a later date that the supplier offers of its own accord lets a buyer cancel alone",
            "请提出取消：只有供方主动提出更晚的日期时，买方才可单方取消",
        ))
    })?;
    ensure(standing.shipped.is_zero(), || {
        let remedy = phrase("refuse them on receipt: goods have left", "货物已发出，请在收货时拒收");
        Error::because(Reason::Late, "answer", said(answer), remedy)
    })
}

/// True when the supplier has offered, unasked, a later date than it signed: grounds for its buyer to cancel.
pub fn may_cancel(standing: &Standing, offer: &Delay) -> bool {
    offer.request.is_none() && offer.promise > standing.promise
}

fn said(answer: DateAnswer) -> vocab::Phrase {
    match answer {
        DateAnswer::Accept => phrase("accept", "接受"),
        DateAnswer::Refuse => phrase("refuse", "拒绝"),
        DateAnswer::Cancel => phrase("cancel", "取消"),
    }
}

fn still_stands(standing: &Standing, delay: &Delay) -> Result<()> {
    let set_by = standing.set_by;
    ensure(delay.changes == set_by, || {
        let remedy = phrase(
            format!("refer to {set_by}, which set the date that stands"),
            format!("请引用 {set_by}，现有日期由它确定"),
        );
        Error::because(Reason::Late, "changes", shown(delay.changes), remedy)
    })
}

fn in_time(delay: &Delay, now: Timestamp) -> Result<()> {
    ensure(now <= delay.answer_by, || {
        let remedy = phrase(format!("answer in time; it is {now}"), format!("请按时答复；现在是 {now}"));
        Error::because(Reason::Late, "answer_by", shown(delay.answer_by), remedy)
    })
}
