//! Pools: joint demand on one offer, as a fold over terms, pledges, receipts and closes.
//!
//! A close is believed only after this node has recomputed it from the signed pledges ([`market::audit`]). Knows no
//! deals; those follow from a pool that was made.

use crate::book::Book;
use crate::deals::Fault;
use crate::words::said;
use ledger::{Record, Statement};
use market::statement::{Pledge, PledgeReceipt, PoolClose, PoolProgress, PoolRequest, PoolTerms, Reason};
use market::{Closed, Pledged, Settled};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId, Said, Text, Timestamp, after};

/// How long after closing time a close may still arrive, seconds: after that, pledges have lapsed.
pub(crate) const CLOSE_GRACE_S: i64 = 3_600;
/// How long the keeper waits for pledges signed in time that are still on their way, seconds.
pub(crate) const CLOSE_WAIT_S: i64 = 2;

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
    /// pledges known here: one's own, and all of them at the keeper's
    pub(crate) pledges: BTreeMap<RecordId, Pledged>,
    /// pledge -> receipt
    pub(crate) receipts: BTreeMap<RecordId, RecordId>,
    /// the keeper's newest word, and its number in the keeper's log: gossip brings an older one later
    pub(crate) progress: Option<(u64, PoolProgress)>,
    pub(crate) end: End,
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
    /// The member's pledge that counts: the one no other of its pledges replaces.
    pub(crate) fn pledge_of(&self, member: &AgentId) -> Option<&Pledged> {
        let mine = || self.pledges.values().filter(|p| p.member == *member);
        mine().find(|p| !mine().any(|other| other.pledge.replaces == Some(p.id)))
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
        self.pledges.values().filter(|p| self.receipts.contains_key(&p.id)).cloned().collect()
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
            PoolProgress::KIND,
        ];
        kinds.contains(&kind)
    }

    /// Pools whose time has come, for closing or for lapsing.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<RecordId> {
        let mut touched = vec![];
        while let Some((t, id)) = self.deadlines.first().copied() {
            if t > now {
                break;
            }
            self.deadlines.remove(&(t, id));
            touched.push(id);
            let Some(pool) = self.all.get_mut(&id) else { continue };
            let last = after(pool.terms.closes, CLOSE_GRACE_S);
            if !matches!(pool.end, End::Open) {
                continue;
            }
            if t >= last {
                pool.end = End::Lapsed;
            } else {
                self.deadlines.insert((last, id));
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
            PledgeReceipt::KIND => self.receipt(record),
            PoolClose::KIND => self.close(record, at, book),
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
        let pool = Pool {
            id: record.id,
            offerer: record.author,
            terms,
            pledges: BTreeMap::new(),
            receipts: BTreeMap::new(),
            progress: None,
            end: End::Open,
        };
        self.all.entry(record.id).or_insert(pool);
        Ok(record.id)
    }

    fn pledge(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Result<RecordId, Fault> {
        let pledge: Pledge = record.read()?;
        let pool = self.known(&pledge.pool)?;
        if record.author != *me && pool.terms.keeper != *me {
            return invalid(said!("this node does not keep that pool", "本节点不保管该拼单"));
        }
        let late = at > after(pool.terms.closes, CLOSE_WAIT_S) || !matches!(pool.end, End::Open);
        if late {
            return Err(Fault {
                reason: Reason::Late,
                detail: said!("the pool closed at {}", "拼单已于 {} 截止", pool.terms.closes),
            });
        }
        let current = pool.pledge_of(&record.author).map(|p| p.id);
        let pledged = Pledged { id: record.id, member: record.author, at: record.at, pledge };
        market::pool::receive(&pool.id, &pool.terms, &pledged, current).map_err(market::Error::from)?;
        let id = pool.id;
        pool.pledges.insert(record.id, pledged);
        Ok(id)
    }

    fn receipt(&mut self, record: &Record) -> Result<RecordId, Fault> {
        let receipt: PledgeReceipt = record.read()?;
        let pool = self.known(&receipt.pool)?;
        if pool.terms.keeper != record.author || !pool.pledges.contains_key(&receipt.pledge) {
            return invalid(said!(
                "it is not the keeper's receipt for a pledge known here",
                "它不是保管人对本节点已知认购的回执"
            ));
        }
        let id = pool.id;
        pool.receipts.insert(receipt.pledge, record.id);
        Ok(id)
    }

    fn close(&mut self, record: &Record, at: Timestamp, book: &Book) -> Result<RecordId, Fault> {
        let close: PoolClose = record.read()?;
        let pool = self.known(&close.pool)?;
        let id = pool.id;
        if pool.terms.keeper != record.author {
            return invalid(said!("only the keeper may close a pool", "只有保管人可以结算拼单"));
        }
        match &pool.end {
            End::Open => {}
            End::Closed { close: first, .. } => {
                let why = said!("closed twice: {first} and {}", "结算了两次：{first} 和 {}", record.id);
                pool.end = End::Disputed { close: record.id, why };
                return Ok(id);
            }
            End::Disputed { .. } => return Ok(id),
            End::Lapsed => {
                return Err(Fault {
                    reason: Reason::Late,
                    detail: said!("the pool has lapsed", "拼单已失效"),
                });
            }
        }
        if at > after(pool.terms.closes, CLOSE_GRACE_S) {
            return Err(Fault {
                reason: Reason::Late,
                detail: said!("the close came too late", "结算来得太迟"),
            });
        }
        let closed = Closed::read(record, |id| book.get(id))?;
        let pledges = closed
            .listed()
            .filter_map(|pledge| book.get(pledge))
            .map(Pledged::read)
            .collect::<market::Result<Vec<_>>>()?;
        let omitted = pool.receipts.keys().find(|pledge| closed.lists(pledge) == Some(false));
        let verdict = match omitted {
            Some(pledge) => {
                Err(said!("the receipted pledge {pledge} is left out", "遗漏了已有回执的认购 {pledge}"))
            }
            None => market::audit(&id, &pool.terms, &closed, &pledges).map_err(|e| e.text()),
        };
        pool.end = match verdict {
            Ok(settled) => End::Closed { close: record.id, settled },
            Err(why) => End::Disputed { close: record.id, why },
        };
        Ok(id)
    }
}

fn invalid<T>(detail: Text) -> Result<T, Fault> {
    Err(Fault { reason: Reason::Invalid, detail })
}
