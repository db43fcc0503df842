//! Which close is in force, and whether it is true: part of the fold.
//!
//! The keeper's close is, unless the offerer has consented to another: then that one, whichever came first. What is in
//! force binds once this node has recomputed it, or has a small proof of its own part.
//!
//! A keeper may show one close to some and another to others. Then the offerer, who is a side of every deal, decides: it
//! consents to a true one, or publishes the proof against the keeper, and nobody is bound. A member that hears neither in
//! time is free, and says so to the offerer.

use super::{CLOSE_GRACE_S, CLOSE_UNTIL_S, End, Pool, Pools, invalid};
use crate::book::Book;
use crate::deals::Fault;
use crate::statement::PoolShare;
use crate::words::said;
use ledger::Record;
use market::pool::{Chunk, KEEPER_GRACE_S, examine, verify_share};
use market::statement::{CloseConsent, FraudReport, PoolClose, PoolPledges, Reason};
use market::{Closed, Pledged, Settled};
use std::collections::BTreeSet;
use vocab::{AgentId, RecordId, Said as _, Timestamp, after};

/// Most closes of one pool that are kept in mind.
const CLOSES_MAX: usize = 64;

/// A close that is at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) id: RecordId,
    pub(crate) by: AgentId,
}

/// The offerer's word for a close.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Consent {
    pub(crate) record: RecordId,
    pub(crate) close: RecordId,
}

impl Pool {
    /// The close in force, if there is one.
    pub(crate) fn in_force(&self) -> Option<RecordId> {
        let keepers = || self.closes.iter().find(|c| c.by == self.terms.keeper).map(|c| c.id);
        self.consent.map(|c| c.close).or_else(keepers)
    }
    /// The close that binds here.
    pub(crate) fn closed_by(&self) -> Option<RecordId> {
        match &self.end {
            End::Closed { close, .. } => Some(*close),
            _ => None,
        }
    }

    /// Recomputes `close` from the pledges it lists, as far as they are at hand; tells which receipted pledge it leaves
    /// out first.
    pub(crate) fn judge<'a>(
        &'a self,
        close: &Record,
        find: impl Fn(&RecordId) -> Option<&'a Record>,
    ) -> market::Result<Judgement> {
        let closed = Closed::read(close, &find)?;
        let omits = |id: &&RecordId| closed.lists(id) == Some(false);
        if let Some(pledge) = self.receipts.keys().filter(|_| closed.by == self.terms.keeper).find(omits) {
            return Ok(Judgement::Omits(*pledge));
        }
        let mut pledges = vec![];
        for id in closed.listed() {
            match (self.pledges.get(id), find(id)) {
                (Some(known), _) => pledges.push(known.clone()),
                (None, Some(record)) => pledges.push(Pledged::read(record)?),
                (None, None) => {}
            }
        }
        Ok(match examine(&self.id, &self.terms, &closed, &pledges) {
            Ok((settled, proofs)) => Judgement::True(settled, proofs),
            Err(fault) if fault.is_closers() => Judgement::False(fault.text()),
            Err(_) => Judgement::Open,
        })
    }

    /// The offerer has consented to two closes.
    pub(crate) fn is_consented_twice(&self) -> bool {
        self.twice.is_some_and(|(a, _)| self.consent.is_some_and(|consent| consent.record == a))
    }

    /// What shows that the keeper says different things about how it ends.
    pub(crate) fn contradiction(&self) -> Option<RecordId> {
        self.twice.map(|(_, second)| second).or(self.denied).or(self.lie)
    }

    /// Lets the close in force take effect, if it can be judged. `new` is not in the book yet.
    fn decide(&mut self, me: &AgentId, new: &Record, book: &Book) {
        let Some(target) = self.in_force().filter(|_| !self.free.contains(me)) else { return };
        // the offerer answers for what it has recomputed itself, until it has said that it does not
        let doubt = if self.offerer == *me { self.denied } else { self.contradiction() };
        if let Some(proof) = doubt.filter(|_| self.consent.is_none()) {
            if !matches!(self.end, End::Disputed { .. }) {
                let why = said!("its keeper contradicts itself: {proof}", "保管人自相矛盾：{proof}");
                self.end = End::Disputed { close: target, why };
            }
            return;
        }
        let judged = match &self.end {
            End::Closed { close, .. } => *close == target,
            // what another word of the keeper's has put in doubt may be consented to
            End::Disputed { close, .. } => {
                *close == target && (self.consent.is_none() || self.is_consented_twice())
            }
            End::Open | End::Lapsed => false,
        };
        let find = |id: &RecordId| if *id == new.id { Some(new) } else { book.get(id) };
        let Some(record) = find(&target).filter(|_| !judged) else { return };
        let closed_at = record.at;
        self.end = match self.judge(record, find) {
            Ok(Judgement::True(settled, proofs)) => {
                self.proofs = proofs;
                self.extended = self.terms.is_extended(closed_at);
                End::Closed { close: target, settled }
            }
            Ok(Judgement::Omits(pledge)) => End::Disputed {
                close: target,
                why: said!("the receipted pledge {pledge} is left out", "遗漏了已有回执的认购 {pledge}"),
            },
            Ok(Judgement::False(why)) => End::Disputed { close: target, why },
            // what it lists is not all at hand
            Ok(Judgement::Open) => return,
            Err(e) => End::Disputed { close: target, why: e.text() },
        };
    }
}

/// What a close is found to be.
pub(crate) enum Judgement {
    True(Settled, Option<market::pool::Proofs>),
    Omits(RecordId),
    False(vocab::Text),
    /// not everything it lists is at hand
    Open,
}

impl Pools {
    pub(super) fn close(
        &mut self,
        me: &AgentId,
        record: &Record,
        at: Timestamp,
        book: &Book,
    ) -> Result<RecordId, Fault> {
        let close: PoolClose = record.read()?;
        let pool = self.known(&close.pool)?;
        let (id, by) = (pool.id, record.author);
        let from = after(pool.due_at(record.at), KEEPER_GRACE_S);
        if by != pool.terms.keeper && record.at < from {
            return invalid(said!(
                "only the keeper may close the pool before {from}",
                "在 {from} 之前只有保管人可以结算拼单"
            ));
        }
        let awaited = pool.consent.is_some_and(|c| c.close == record.id);
        if !awaited {
            in_time(pool, me, record, at)?;
        }
        if pool.closes.len() >= CLOSES_MAX && !awaited {
            return invalid(said!("too many closes of one pool", "同一拼单的结果过多"));
        }
        let earlier = pool.closes.iter().find(|c| c.by == by).map(|c| c.id);
        pool.closes.push(Said { id: record.id, by });
        if let Some(first) = earlier {
            pool.twice = Some((first, record.id));
            if by != pool.terms.keeper {
                return Ok(id);
            }
        }
        pool.decide(me, record, book);
        Ok(id)
    }

    /// A part of a long close has come.
    pub(super) fn part(&mut self, me: &AgentId, record: &Record, book: &Book) -> Result<RecordId, Fault> {
        let part = Chunk::read(record)?.part;
        part.check()?;
        let PoolPledges { pool, .. } = part;
        let pool = self.known(&pool)?;
        if matches!(pool.end, End::Open) {
            pool.decide(me, record, book);
        }
        Ok(pool.id)
    }

    pub(super) fn consent(
        &mut self,
        me: &AgentId,
        record: &Record,
        at: Timestamp,
        book: &Book,
    ) -> Result<RecordId, Fault> {
        let CloseConsent { pool, close } = record.read()?;
        let pool = self.known(&pool)?;
        let (from, until) =
            (after(pool.due_at(record.at), KEEPER_GRACE_S), after(pool.due_at(record.at), CLOSE_UNTIL_S));
        if record.author != pool.offerer || record.at < from || record.at > until {
            return invalid(said!(
                "only the offerer can consent to a close, from {from} to {until}",
                "只有报价方可以在 {from} 至 {until} 之间同意结果"
            ));
        }
        if let Some(first) = pool.consent {
            if first.close != close {
                pool.twice = Some((first.record, record.id));
                let why =
                    said!("consented to twice: {} and {close}", "同意了两份结果：{} 和 {close}", first.close);
                pool.end = End::Disputed { close, why };
            }
            return Ok(pool.id);
        }
        // who believes the keeper's close follows it however late; who is free already stays free
        if pool.closed_by().is_none() {
            in_time(pool, me, record, at)?;
        }
        pool.consent = Some(Consent { record: record.id, close });
        pool.decide(me, record, book);
        Ok(pool.id)
    }

    /// What the close in force lists may be at hand by now.
    pub(crate) fn judge_again(&mut self, me: &AgentId, id: &RecordId, book: &Book) {
        let close = self.get(id).and_then(Pool::in_force).and_then(|close| book.get(&close));
        if let (Some(close), Ok(pool)) = (close, self.known(id)) {
            pool.decide(me, close, book);
        }
    }

    /// A proof against somebody is at hand, and has been checked; returns the pools about whose close it is.
    pub(crate) fn proved(
        &mut self,
        me: &AgentId,
        record: &Record,
        report: &FraudReport,
        at: Timestamp,
        book: &Book,
    ) -> BTreeSet<RecordId> {
        let mut of = BTreeSet::new();
        for (by, close) in report.closes() {
            let Some(pool) = self.all.get_mut(&close.pool).filter(|pool| pool.terms.keeper == by) else {
                continue;
            };
            if record.author == pool.offerer {
                pool.denied = Some(record.id);
            } else if in_time(pool, me, record, at).is_ok() {
                pool.lie = Some(record.id);
            }
            pool.decide(me, record, book);
            of.insert(pool.id);
        }
        of
    }

    /// Its author says that nothing of this pool has bound it in time; false where that is no pool it is a member of. Once
    /// all say so, the offerer need not wait for the keeper.
    pub(crate) fn set_free(&mut self, me: &AgentId, id: &RecordId, author: AgentId, at: Timestamp) -> bool {
        let Some(pool) = self.all.get_mut(id) else { return false };
        let settled = if let End::Closed { settled, .. } = &pool.end { Some(settled) } else { None };
        let is_member =
            pool.current.contains_key(&author) || settled.is_some_and(|s| s.share_of(&author).is_some());
        if !is_member || !pool.free.insert(author) {
            return false;
        }
        let awaited = pool.offerer == *me && matches!(pool.end, End::Open) && !pool.waits(at);
        if awaited && pool.current.keys().all(|member| pool.free.contains(member)) {
            pool.end = End::Lapsed;
        }
        true
    }

    /// This node holds a small proof of what it gets.
    pub(crate) fn share(&mut self, me: &AgentId, record: &Record, book: &Book) -> Result<RecordId, Fault> {
        let PoolShare { pool, close, proof } = record.read()?;
        let pool = self.known(&pool)?;
        let said = book.get(&close).filter(|_| pool.in_force() == Some(close));
        let (Some(said), Some(mine)) = (said, pool.pledge_of(me)) else {
            return invalid(said!("that close is not in force", "该结果并未生效"));
        };
        let closed = Closed::read(said, |_| None)?;
        let shown =
            verify_share(&pool.id, &pool.terms, &closed, mine, &proof).map_err(market::Error::from)?;
        let settled = Settled { outcome: shown.outcome, shares: shown.share.into_iter().collect() };
        pool.extended = pool.terms.is_extended(said.at);
        pool.end = End::Closed { close, settled };
        pool.mine = Some(proof);
        Ok(pool.id)
    }
}

/// Whether word of how a pool ends, taken at `at`, still counts. Members are free after a while; the offerer, who
/// granted the pool and named its keeper, is bound by what was signed in time, however long it was away.
fn in_time(pool: &Pool, me: &AgentId, record: &Record, at: Timestamp) -> Result<(), Fault> {
    let late = |detail| Err(Fault { reason: Reason::Late, detail });
    let offers = pool.offerer == *me;
    let at = if offers { record.at } else { at };
    if matches!(pool.end, End::Lapsed) && !offers {
        return late(said!("the pool has lapsed", "拼单已失效"));
    }
    // who did not consent to wait has lapsed by then
    match at > after(pool.terms.closes_for_good(), CLOSE_GRACE_S) {
        true => late(said!("the close came too late", "结算来得太迟")),
        false => Ok(()),
    }
}
