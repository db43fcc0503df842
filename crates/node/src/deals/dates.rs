//! Other dates for a bound deal: what was offered or asked for, what became of it, and the date that stands.
//!
//! A [`Proposal`] is kept for good and is open while nobody has answered it, its time is not up and the date it would
//! change still stands; the rules themselves are in `market::date`. Knows no plans: why a date moves is not its matter.

use super::{Deal, Deals, Ending, Fault, GRACE_S, Stage, Took, fault};
use crate::view::Role;
use crate::words::said;
use ledger::Record;
use market::statement::{DateAnswer, Delay, DelayAnswer, Reason, Refusal};
use market::{Side, Standing};
use vocab::{AgentId, RecordId, Timestamp, after};

/// Most proposals of one side that may be open in one deal: an honest node makes one an hour and fewer.
pub(crate) const OPEN_MAX: usize = 16;

/// Another date, offered by the supplier or asked for by the buyer.
pub(crate) struct Proposal {
    pub(crate) record: RecordId,
    pub(crate) side: Side,
    /// when it was said, by its author's clock
    pub(crate) at: Timestamp,
    pub(crate) delay: Delay,
    pub(crate) answer: Option<DateAnswer>,
}

/// What a deal was before an answer that its receiver may still call late.
pub(super) struct Before {
    answer: RecordId,
    stage: Stage,
}

impl Deal {
    /// The date both sides are bound to, once they are.
    pub(crate) fn standing(&self) -> Option<Standing> {
        match &self.stage {
            Stage::Bound { promise, dated, .. } => Some(Standing {
                deal: self.id,
                promise: *promise,
                set_by: *dated,
                shipped: self.moved.shipped,
                quantity: self.quantity,
            }),
            _ => None,
        }
    }
    /// What `side` has said of the date that stands now, oldest first.
    pub(crate) fn said_of_date(&self, side: Side) -> impl DoubleEndedIterator<Item = &Proposal> {
        let set_by = self.standing().map(|s| s.set_by);
        self.dates.iter().filter(move |p| p.side == side && Some(p.delay.changes) == set_by)
    }
    /// The newest proposal of `side` that waits for an answer at `now`.
    pub(crate) fn open_date(&self, side: Side, now: Timestamp) -> Option<&Proposal> {
        self.said_of_date(side).rev().find(|p| p.answer.is_none() && p.delay.answer_by >= now)
    }
    /// The date last offered by the supplier, while the one it would change stands.
    pub(crate) fn told(&self) -> Option<Timestamp> {
        self.said_of_date(Side::Supplier).next_back().map(|p| p.delay.promise)
    }
    /// When the goods are to be expected at `now`: by the date that stands, or later if the supplier has said so and
    /// nobody can agree to it any more.
    pub(crate) fn expected(&self, now: Timestamp) -> Option<Timestamp> {
        let stands = self.standing()?.promise;
        match self.open_date(Side::Supplier, now) {
            Some(_) => Some(stands),
            None => Some(self.told().map_or(stands, |told| told.max(stands))),
        }
    }
    /// The side of this node.
    pub(crate) fn side(&self) -> Side {
        if self.role == Role::Buyer { Side::Buyer } else { Side::Supplier }
    }
    fn side_of(&self, me: &AgentId, author: &AgentId) -> std::result::Result<Side, Fault> {
        match () {
            () if *author == self.buyer(me) => Ok(Side::Buyer),
            () if *author == self.supplier(me) => Ok(Side::Supplier),
            () => fault(Reason::Invalid, said!("it is not a party to the deal", "它不是这笔交易的一方")),
        }
    }
    /// True when `author` has treated the deal as bound since it was.
    pub(crate) fn has_spoken(&self, me: &AgentId, author: &AgentId) -> bool {
        let side = if author == me { self.side() } else { self.other_side() };
        let of_dates = self.dates.iter().any(|p| p.side == side || p.answer.is_some());
        of_dates || self.cancellation.as_ref().is_some_and(|wish| wish.by == *author)
    }
    fn other_side(&self) -> Side {
        if self.role == Role::Buyer { Side::Supplier } else { Side::Buyer }
    }
    fn bound_to(&self) -> std::result::Result<Standing, Fault> {
        match self.standing() {
            Some(standing) => Ok(standing),
            None => fault(
                Reason::Invalid,
                said!("only a bound deal has a date to change", "只有已约定的交易才有日期可改"),
            ),
        }
    }
}

impl Deals {
    pub(super) fn delay(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Took {
        let delay: Delay = record.read()?;
        let deal = self.answered(&delay.deal)?;
        let (id, side, standing) = (deal.id, deal.side_of(me, &record.author)?, deal.bound_to()?);
        let asked = delay.request.and_then(|request| {
            deal.said_of_date(Side::Buyer).find(|p| p.record == request && p.answer.is_none())
        });
        market::delay_fits(&standing, side, &delay, asked.map(|p| &p.delay), in_time(record, at))?;
        let open = deal.said_of_date(side).filter(|p| p.answer.is_none() && p.delay.answer_by >= at).count();
        if open >= OPEN_MAX {
            let detail = said!(
                "{open} dates of yours wait for an answer: wait for it",
                "你已有 {open} 个日期等待答复：请等候"
            );
            return fault(Reason::Busy, detail);
        }
        self.index.insert(record.id, id);
        if let Some(deal) = self.all.get_mut(&id) {
            deal.history.push(record.id);
            deal.dates.push(Proposal { record: record.id, side, at: record.at, delay, answer: None });
        }
        Ok(id)
    }

    pub(super) fn answer_date(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Took {
        let answer: DelayAnswer = record.read()?;
        answer.check()?;
        let deal = self.answered(&answer.delay)?;
        let (id, side) = (deal.id, deal.side_of(me, &record.author)?);
        let Some(proposal) = deal.dates.iter().find(|p| p.record == answer.delay) else {
            return fault(
                Reason::Invalid,
                said!("it answers no date of this deal", "它答复的不是这笔交易的日期"),
            );
        };
        let standing = deal.bound_to()?;
        let when = in_time(record, at);
        market::answer_fits(&standing, proposal.side, &proposal.delay, side, answer.answer, when)?;
        let mut next = deal.stage.clone();
        match (&mut next, answer.answer) {
            (Stage::Bound { promise, dated, .. }, DateAnswer::Accept) => {
                (*promise, *dated) = (proposal.delay.promise, record.id);
            }
            (stage, DateAnswer::Cancel) => *stage = Stage::Over(Ending::Cancelled),
            (_, DateAnswer::Accept | DateAnswer::Refuse) => {}
        }
        if let Some(deal) = self.all.get_mut(&id) {
            if answer.answer != DateAnswer::Refuse {
                deal.before = Some(Before { answer: record.id, stage: deal.stage.clone() });
            }
            if let Some(proposal) = deal.dates.iter_mut().find(|p| p.record == answer.delay) {
                proposal.answer = Some(answer.answer);
            }
        }
        self.set(&id, record.id, next);
        Ok(id)
    }

    /// A refusal that is about a date: of a proposal, or word that an answer came too late, which undoes the answer.
    /// `None` when it is about something else.
    pub(super) fn refuse_date(&mut self, me: &AgentId, record: &Record, refusal: &Refusal) -> Option<Took> {
        let deal = self.of(&refusal.answers)?;
        let (id, own) = (deal.id, record.author == *me);
        let late = deal.before.as_ref().is_some_and(|b| b.answer == refusal.answers);
        let said = deal.dates.iter().position(|p| p.record == refusal.answers);
        if !late && said.is_none() {
            return None;
        }
        let side = match deal.side_of(me, &record.author) {
            Ok(side) => side,
            Err(fault) => return Some(Err(fault)),
        };
        let deal = self.all.get_mut(&id)?;
        if let Some(proposal) = said.and_then(|i| deal.dates.get_mut(i)) {
            if proposal.side != side && proposal.answer.is_none() {
                proposal.answer = Some(DateAnswer::Refuse);
            }
            deal.history.push(record.id);
        } else if !own && refusal.reason == Reason::Late && side != deal.side() {
            let stage = deal.before.take().map(|b| b.stage)?;
            self.set(&id, record.id, stage);
        }
        Some(Ok(id))
    }
}

/// The time to judge a record by: what was signed in time may arrive a little later.
fn in_time(record: &Record, at: Timestamp) -> Timestamp {
    record.at.max(after(at, -GRACE_S)).min(at)
}
