//! Pools: joint demand on one offer, as a fold over terms, pledges, receipts and closes.
//!
//! A close is believed only after this node has recomputed it from the signed pledges ([`market::audit`]), or, in a large
//! pool, has held it against its own pledge by a small proof. Knows no deals; those follow from a pool that was made.

mod closing;

use crate::book::Book;
use crate::deals::Fault;
use crate::words::said;
pub(crate) use closing::{Consent, Judgement, Said};
use ledger::{Record, Statement};
use market::pool::{Proofs, ShareProof};
use market::statement::{
    CloseConsent, Pledge, PledgeReceipt, PoolClose, PoolPledges, PoolProgress, PoolRequest, PoolTerms, Reason,
};
use market::{Pledged, Settled};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId, Text, Timestamp, after};

/// How long after closing time a close may still arrive, seconds: after that, pledges have lapsed.
pub(crate) const CLOSE_GRACE_S: i64 = 3_600;
/// How long after closing time one may still be said, or consented to: so that it arrives before that.
pub(crate) const CLOSE_UNTIL_S: i64 = 3_000;
/// How long an offerer keeps what a pool may have sold whose keeper it does not hear, seconds: a week away, say.
const OFFERER_WAITS_S: i64 = 7 * 86_400;
/// How long the keeper waits for pledges signed in time that are still on their way, seconds.
pub(crate) const CLOSE_WAIT_S: i64 = 2;
/// Seconds between two looks at a pool whose close is awaited.
const LOOK_S: i64 = 60;

#[derive(Default)]
pub(crate) struct Pools {
    all: BTreeMap<RecordId, Pool>,
    pub(crate) requests: BTreeMap<RecordId, (AgentId, PoolRequest)>,
    deadlines: BTreeSet<(Timestamp, RecordId)>,
}

/// One pool.
pub(crate) struct Pool {
    pub(crate) id: RecordId,
    pub(crate) offerer: AgentId,
    pub(crate) terms: PoolTerms,
    /// pledges known here: one's own, and all of them at the keeper's and the offerer's
    pub(crate) pledges: BTreeMap<RecordId, Pledged>,
    /// by member: its pledge that counts, the one no other of its pledges replaces
    current: BTreeMap<AgentId, RecordId>,
    /// pledge -> the keeper's receipt
    pub(crate) receipts: BTreeMap<RecordId, RecordId>,
    /// pledges that this node, the keeper, has not countersigned yet
    pub(crate) unreceipted: BTreeSet<RecordId>,
    /// something was countersigned since the keeper last said how far the pool has come
    pub(crate) news: bool,
    /// when this node, the keeper, last said so
    pub(crate) told_at: Option<Timestamp>,
    /// the keeper's newest word, and its number in the keeper's log: gossip brings an older one later
    pub(crate) progress: Option<(u64, PoolProgress)>,
    /// closes at hand, by whomever, in the order they came
    pub(crate) closes: Vec<Said>,
    pub(crate) consent: Option<Consent>,
    /// two consents, or two closes by one author
    pub(crate) twice: Option<(RecordId, RecordId)>,
    /// a proof that the keeper lied about how it ends, heard in time
    pub(crate) lie: Option<RecordId>,
    /// the offerer's own such proof: its word that the keeper's close binds nobody
    pub(crate) denied: Option<RecordId>,
    /// members whom nothing has bound in time, by their own word
    pub(crate) free: BTreeSet<AgentId>,
    /// its first closing time has made no pool, as its keeper said, or it was closed at the second
    pub(crate) extended: bool,
    pub(crate) end: End,
    /// this node's own small proof, where it was shown one
    pub(crate) mine: Option<ShareProof>,
    /// what members' proofs are cut from, once this node has recomputed the close
    pub(crate) proofs: Option<Proofs>,
}

/// How it ended.
pub(crate) enum End {
    /// it has not
    Open,
    /// by a close that this node has recomputed
    Closed { close: RecordId, settled: Settled },
    /// by a close that is false, or by two
    Disputed { close: RecordId, why: Text },
    /// by the clock
    Lapsed,
}

impl Pool {
    /// The member's pledge that counts.
    pub(crate) fn pledge_of(&self, member: &AgentId) -> Option<&Pledged> {
        self.pledges.get(self.current.get(member)?)
    }
    /// The pledges that its close has made deals of.
    pub(crate) fn shares(&self) -> Vec<RecordId> {
        match &self.end {
            End::Closed { settled, .. } => settled.shares.iter().map(|s| s.pledge).collect(),
            End::Open | End::Disputed { .. } | End::Lapsed => vec![],
        }
    }
    /// Pledges that have a receipt, edited ones included.
    pub(crate) fn receipted(&self) -> Vec<Pledged> {
        self.receipts.keys().filter_map(|id| self.pledges.get(id)).cloned().collect()
    }
    /// The closing time that counts at `now`: the second one once it has come, or the first has made no pool.
    pub(crate) fn due_at(&self, now: Timestamp) -> Timestamp {
        self.terms.extended.filter(|second| self.extended || now >= *second).unwrap_or(self.terms.closes)
    }
    /// Whether a second closing time is still to come at `now`.
    pub(crate) fn waits(&self, now: Timestamp) -> bool {
        self.terms.extended.is_some_and(|second| now < second)
    }
    /// The closing time after which `me` is free: who did not consent to wait is after the first.
    fn binds_until(&self, me: &AgentId) -> Timestamp {
        let waits = self.pledge_of(me).is_none_or(|p| p.pledge.extend);
        self.terms.extended.filter(|_| waits).unwrap_or(self.terms.closes)
    }
    /// When `me` is free, if no close has bound it by then. The offerer is later: what was closed in time and has not
    /// reached it still binds others to it.
    pub(crate) fn free_from(&self, me: &AgentId) -> Timestamp {
        let waits = self.offerer == *me && self.terms.keeper != *me;
        after(self.binds_until(me), if waits { OFFERER_WAITS_S } else { CLOSE_GRACE_S })
    }
    /// Whether a close can still make it, as far as is known here at `now`.
    pub(crate) fn may_be_made(&self, now: Timestamp) -> bool {
        match self.end {
            End::Open => true,
            End::Disputed { .. } => {
                self.denied.is_none() && now <= after(self.terms.closes_for_good(), CLOSE_GRACE_S)
            }
            End::Closed { .. } | End::Lapsed => false,
        }
    }
    /// How many members have a pledge known here.
    pub(crate) fn members(&self) -> usize {
        self.current.len()
    }
    /// Whether `me` has to do with how it ends.
    fn concerns(&self, me: &AgentId) -> bool {
        self.offerer == *me || self.terms.keeper == *me || self.current.contains_key(me)
    }
    /// When to look next at a pool that is open at `now`, past its closing time.
    fn look_after(&self, me: &AgentId, now: Timestamp) -> Timestamp {
        let last = self.free_from(me);
        if !self.concerns(me) {
            return last;
        }
        let due = self.due_at(now);
        let first = after(due, CLOSE_WAIT_S);
        if now > first {
            let pause = if now > after(due, CLOSE_GRACE_S) { CLOSE_GRACE_S } else { LOOK_S };
            return after(now, pause).min(last);
        }
        // members of a large pool do not all ask in one second
        let members = self.progress.as_ref().map_or(0, |(_, p)| i64::from(p.members));
        let turn = i64::from(u16::from_be_bytes([me.0[30], me.0[31]])) % (1 + members / 200);
        after(first, 5 + turn).min(last)
    }
}

impl Pools {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Pool> {
        self.all.get(id)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pool> {
        self.all.values()
    }
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(t, _)| *t)
    }
    pub(crate) fn takes(kind: &str) -> bool {
        let kinds = [
            PoolRequest::KIND,
            PoolTerms::KIND,
            Pledge::KIND,
            PledgeReceipt::KIND,
            PoolClose::KIND,
            PoolPledges::KIND,
            CloseConsent::KIND,
            PoolProgress::KIND,
        ];
        kinds.contains(&kind)
    }

    /// Has this pool looked at then.
    pub(crate) fn look_at(&mut self, id: RecordId, then: Timestamp) {
        self.deadlines.insert((then, id));
    }

    /// Undoes what a record that is dropped has done.
    pub(crate) fn forget(&mut self, record: &Record) {
        if let Some(pool) = self.all.remove(&record.id) {
            self.deadlines.retain(|(_, id)| *id != pool.id);
        }
        if let Ok(progress) = record.read::<PoolProgress>()
            && let Some(pool) = self.all.get_mut(&progress.pool)
        {
            pool.progress.take_if(|(seq, _)| *seq == record.seq);
        }
    }

    /// Pools whose time has come, for closing or for lapsing.
    pub(crate) fn expire(&mut self, me: &AgentId, now: Timestamp) -> Vec<RecordId> {
        let mut touched = vec![];
        while let Some((t, id)) = self.deadlines.first().copied() {
            if t > now {
                break;
            }
            self.deadlines.remove(&(t, id));
            touched.push(id);
            let Some(pool) = self.all.get_mut(&id) else { continue };
            // what is disputed may still be settled by another close
            let open = match pool.end {
                End::Open => true,
                End::Disputed { .. } => false,
                End::Closed { .. } | End::Lapsed => continue,
            };
            if t >= pool.free_from(me) {
                if open {
                    pool.end = End::Lapsed;
                }
            } else if t >= after(pool.due_at(t), CLOSE_WAIT_S) {
                self.deadlines.insert((pool.look_after(me, t), id));
            }
        }
        touched
    }

    /// Takes a record of a pool; returns the pool it concerns, or the request.
    pub(crate) fn apply(
        &mut self,
        me: &AgentId,
        record: &Record,
        at: Timestamp,
        book: &Book,
    ) -> Result<RecordId, Fault> {
        match record.kind.as_str() {
            PoolRequest::KIND => {
                let request: PoolRequest = record.read()?;
                request.check()?;
                self.requests.insert(record.id, (record.author, request));
                Ok(record.id)
            }
            PoolTerms::KIND => self.terms(record),
            Pledge::KIND => self.pledge(me, record, at),
            PledgeReceipt::KIND => self.receipt(me, record),
            PoolClose::KIND => self.close(me, record, at, book),
            PoolPledges::KIND => self.part(me, record, book),
            CloseConsent::KIND => self.consent(me, record, at, book),
            PoolProgress::KIND => {
                let progress: PoolProgress = record.read()?;
                let pool = self.known(&progress.pool)?;
                if pool.terms.keeper != record.author {
                    return invalid(said!(
                        "only the keeper may say how far a pool has come",
                        "只有保管人可以公布拼单进度"
                    ));
                }
                let id = pool.id;
                pool.extended |= pool.terms.extended.is_some()
                    && record.at >= after(pool.terms.closes, CLOSE_WAIT_S)
                    && progress.outcome.is_none();
                if record.author == *me {
                    (pool.news, pool.told_at) = (false, Some(at));
                }
                if pool.progress.as_ref().is_none_or(|(seq, _)| *seq < record.seq) {
                    pool.progress = Some((record.seq, progress));
                }
                Ok(id)
            }
            other => invalid(said!("'{other}' is not part of a pool", "“{other}”不属于拼单")),
        }
    }

    fn known(&mut self, id: &RecordId) -> Result<&mut Pool, Fault> {
        match self.all.get_mut(id) {
            Some(pool) => Ok(pool),
            None => invalid(said!("the pool {id} is not known here", "本节点不知道拼单 {id}")),
        }
    }

    fn terms(&mut self, record: &Record) -> Result<RecordId, Fault> {
        let terms: PoolTerms = record.read()?;
        terms.check()?;
        self.requests.remove(&terms.request);
        self.deadlines.insert((after(terms.closes, CLOSE_WAIT_S), record.id));
        if let Some(second) = terms.extended {
            self.deadlines.insert((after(terms.closes, CLOSE_GRACE_S), record.id));
            self.deadlines.insert((after(second, CLOSE_WAIT_S), record.id));
        }
        let pool = Pool {
            id: record.id,
            offerer: record.author,
            terms,
            pledges: BTreeMap::new(),
            current: BTreeMap::new(),
            receipts: BTreeMap::new(),
            unreceipted: BTreeSet::new(),
            news: false,
            told_at: None,
            progress: None,
            closes: vec![],
            consent: None,
            twice: None,
            lie: None,
            denied: None,
            free: BTreeSet::new(),
            extended: false,
            end: End::Open,
            mine: None,
            proofs: None,
        };
        self.all.entry(record.id).or_insert(pool);
        Ok(record.id)
    }

    fn pledge(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Result<RecordId, Fault> {
        let pledge: Pledge = record.read()?;
        let pool = self.known(&pledge.pool)?;
        let keeps = pool.terms.keeper == *me;
        // a copy, should the keeper be absent at close: the keeper judges it
        let copy = !keeps && pool.offerer == *me;
        if record.author != *me && !keeps && !copy {
            return invalid(said!("this node does not keep that pool", "本节点不保管该拼单"));
        }
        let closes = pool.terms.extended.filter(|_| pledge.extend).unwrap_or(pool.terms.closes);
        let late = at > after(closes, CLOSE_WAIT_S) || !matches!(pool.end, End::Open);
        if late && !copy {
            return Err(Fault {
                reason: Reason::Late,
                detail: said!("the pool closed at {closes}", "拼单已于 {closes} 截止"),
            });
        }
        if keeps && pool.pledges.len() >= market::pool::PLEDGES_MAX {
            return invalid(said!("the pool is full", "拼单已满"));
        }
        let current = pool.current.get(&record.author).copied();
        let pledged = Pledged { id: record.id, member: record.author, at: record.at, pledge };
        match market::pool::receive(&pool.id, &pool.terms, &pledged, current) {
            Err(_) if copy => return Ok(pool.id),
            judged => judged.map_err(market::Error::from)?,
        }
        if keeps {
            pool.unreceipted.insert(record.id);
        }
        pool.current.insert(record.author, record.id);
        pool.pledges.insert(record.id, pledged);
        Ok(pool.id)
    }

    fn receipt(&mut self, me: &AgentId, record: &Record) -> Result<RecordId, Fault> {
        let receipt: PledgeReceipt = record.read()?;
        let pool = self.known(&receipt.pool)?;
        // the offerer may hear of the receipt before the pledge
        let known = pool.offerer == *me || pool.pledges.contains_key(&receipt.pledge);
        if pool.terms.keeper != record.author || !known {
            return invalid(said!(
                "it is not the keeper's receipt for a pledge known here",
                "它不是保管人对本节点已知认购的回执"
            ));
        }
        pool.unreceipted.remove(&receipt.pledge);
        pool.news = true;
        pool.receipts.insert(receipt.pledge, record.id);
        Ok(pool.id)
    }
}

fn invalid<T>(detail: Text) -> Result<T, Fault> {
    Err(Fault { reason: Reason::Invalid, detail })
}
