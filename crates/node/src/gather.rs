//! Fetching the pledges of a pool page by page from whoever holds them: to stand in for a keeper, to judge a close
//! whose pledges are not all at hand, or to audit a large pool for its owner.

use crate::effect::{Channel, Effect, Topic};
use crate::frame::{Frame, Question};
use crate::node::{Node, Todo};
use crate::pools::End;
use crate::statement::PoolJudged;
use crate::view::{AuditVerdict, AuditView};
use ledger::{Audience, Record, Signed, Statement, verify_all};
use market::statement::{Pledge, PledgeReceipt};
use market::{Closed, Pledged};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use vocab::{AgentId, RecordId, Said, Text, Timestamp, after};

/// How long one page may take, seconds.
const PAGE_S: i64 = 8;
/// How often one page is asked for.
const TRIES: u32 = 4;
/// Most pools at once.
const GATHERS_MAX: usize = 16;

#[derive(Default)]
pub(crate) struct Gathers {
    under_way: BTreeMap<RecordId, Gather>,
    /// what audits have come to
    pub(crate) audits: BTreeMap<RecordId, Audit>,
}

/// What a full audit has come to, or how far it is.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    pub(crate) checked: usize,
    pub(crate) of: usize,
    pub(crate) verdict: Option<Verdict>,
}

#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    True,
    False(Text),
    /// not everything the close lists could be had
    Incomplete(Text),
}

impl Audit {
    pub(crate) fn view(&self) -> AuditView {
        let (verdict, why) = match &self.verdict {
            None => (None, None),
            Some(Verdict::True) => (Some(AuditVerdict::True), None),
            Some(Verdict::False(why)) => (Some(AuditVerdict::False), Some(why.clone())),
            Some(Verdict::Incomplete(why)) => (Some(AuditVerdict::Incomplete), Some(why.clone())),
        };
        AuditView { checked: self.checked, of: self.of, verdict, why }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    StandIn,
    /// keep what is missing
    Missing,
    Audit,
}

struct Gather {
    purpose: Purpose,
    asked: AgentId,
    /// whom to ask when that one has nothing
    others: VecDeque<AgentId>,
    last: Option<RecordId>,
    /// pledges with a receipt, as signed
    found: Vec<Signed>,
    /// read, for an audit
    pledged: Vec<Pledged>,
    tries: u32,
    due: Timestamp,
}

impl Gathers {
    pub(crate) fn is_at(&self, pool: &RecordId) -> bool {
        self.under_way.contains_key(pool)
    }
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.under_way.values().map(|g| g.due).min()
    }
}

impl Node {
    pub(crate) fn gather_to_stand_in(&mut self, id: RecordId, offerer: AgentId, now: Timestamp) {
        self.begin_gather(id, Purpose::StandIn, VecDeque::from([offerer]), now);
    }

    /// As the offerer: a close is at hand that lists what is not; false while there is no close, or it is asked already.
    pub(crate) fn gather_missing(&mut self, id: RecordId, now: Timestamp) -> bool {
        let Some(pool) = self.pools.get(&id) else { return false };
        let close = pool.in_force().or_else(|| pool.closes.last().map(|c| c.id));
        if let Some(close) = close.and_then(|close| self.book.get(&close)) {
            let (from, idle) = (VecDeque::from([close.author]), !self.gathers.is_at(&id));
            self.begin_gather(id, Purpose::Missing, from, now);
            return idle && self.gathers.is_at(&id);
        }
        false
    }

    /// For the owner: everything the close lists, checked again.
    pub(crate) fn begin_audit(&mut self, id: RecordId, now: Timestamp) {
        let me = self.me();
        let Some(pool) = self.pools.get(&id) else { return };
        let close = pool.closed_by().or_else(|| pool.in_force()).and_then(|close| self.book.get(&close));
        let Some(closed) = close.and_then(|r| Closed::read(r, |_| None).ok()) else { return };
        let parts: Vec<_> =
            closed.close.chunks.iter().filter(|part| self.book.get(part).is_none()).copied().collect();
        let of = match &pool.end {
            End::Closed { .. } => pool.progress.as_ref().map_or(0, |(_, p)| p.members as usize),
            _ => 0,
        };
        self.gathers.audits.insert(id, Audit { checked: 0, of, verdict: None });
        let holders: BTreeSet<_> = [closed.by, pool.terms.keeper, pool.offerer].into();
        let mut holders: VecDeque<_> = holders.into_iter().filter(|who| *who != me).collect();
        // who closed has them for certain
        if let Some(place) = holders.iter().position(|who| *who == closed.by) {
            holders.swap(0, place);
        }
        let all_here = closed.close.chunks.is_empty() || holders.is_empty() || pool.proofs.is_some();
        for part in parts {
            if let Some(to) = holders.front() {
                self.ask(*to, Question::Record(part));
            }
        }
        if all_here {
            let pledged = self.pledges_here(&id);
            return self.end_audit(id, &pledged);
        }
        self.begin_gather(id, Purpose::Audit, holders, now);
    }

    fn pledges_here(&self, id: &RecordId) -> Vec<Pledged> {
        let of_pool = |r: &&Record| r.kind == Pledge::KIND && r.refs.first() == Some(id);
        self.book.iter().filter(of_pool).filter_map(|r| Pledged::read(r).ok()).collect()
    }

    fn begin_gather(
        &mut self,
        id: RecordId,
        purpose: Purpose,
        mut others: VecDeque<AgentId>,
        now: Timestamp,
    ) {
        if self.gathers.is_at(&id) || self.gathers.under_way.len() >= GATHERS_MAX {
            return;
        }
        let me = self.me();
        others.retain(|who| *who != me);
        let Some(asked) = others.pop_front() else { return };
        let gather = Gather {
            purpose,
            asked,
            others,
            last: None,
            found: vec![],
            pledged: vec![],
            tries: 0,
            due: after(now, PAGE_S),
        };
        self.gathers.under_way.insert(id, gather);
        self.ask(asked, Question::Pledges { pool: id, after: None });
    }

    /// A page has come.
    pub(crate) fn gathered(&mut self, from: AgentId, records: Vec<Signed>, more: bool, now: Timestamp) {
        let records: Vec<Record> = verify_all(records.into_iter().take(Frame::RECORDS_MAX).collect())
            .into_iter()
            .flatten()
            .collect();
        let pledges: Vec<&Record> = records.iter().filter(|r| r.kind == Pledge::KIND).collect();
        let pool = pledges.iter().find_map(|r| r.refs.first().copied());
        // an empty page ends the only search it can belong to
        let id =
            pool.or_else(|| self.gathers.under_way.iter().find(|(_, g)| g.asked == from).map(|(id, _)| *id));
        let Some(id) = id else { return };
        let Some(keeper) = self.pools.get(&id).map(|pool| pool.terms.keeper) else { return };
        let receipted: BTreeSet<RecordId> = records
            .iter()
            .filter(|r| r.author == keeper && r.kind == PledgeReceipt::KIND)
            .filter_map(|r| r.read::<PledgeReceipt>().ok())
            .filter(|receipt| receipt.pool == id)
            .map(|receipt| receipt.pledge)
            .collect();
        let Some(gather) = self.gathers.under_way.get_mut(&id).filter(|g| g.asked == from) else { return };
        let next = pledges.iter().map(|r| r.id).max();
        // pages rise, so this ends
        let rises = next.is_some_and(|next| gather.last.is_none_or(|last| last < next));
        if rises {
            gather.last = next;
        }
        (gather.tries, gather.due) = (0, after(now, PAGE_S));
        let purpose = gather.purpose;
        let mut keep = vec![];
        for record in &pledges {
            match purpose {
                Purpose::StandIn if receipted.contains(&record.id) => {
                    gather.found.push((**record.signed()).clone());
                }
                Purpose::StandIn => {}
                Purpose::Missing => keep.push((*record).clone()),
                Purpose::Audit => gather.pledged.extend(Pledged::read(record)),
            }
        }
        let checked = gather.pledged.len();
        for record in keep {
            let _ = self.take(record, Channel::Shown, now);
        }
        if let Some(audit) = self.gathers.audits.get_mut(&id) {
            audit.checked = checked;
            self.agenda.insert(Todo::Tell(Topic::Market));
        }
        if more && rises {
            return self.ask(from, Question::Pledges { pool: id, after: next });
        }
        self.end_gather(id, now);
    }

    fn end_gather(&mut self, id: RecordId, now: Timestamp) {
        let Some(gather) = self.gathers.under_way.remove(&id) else { return };
        match gather.purpose {
            Purpose::StandIn => self.stand_in(id, gather.found, now),
            Purpose::Missing => {
                self.say_or_report(&PoolJudged { pool: id }, Audience::Private, now);
            }
            Purpose::Audit => self.end_audit(id, &gather.pledged),
        }
    }

    fn end_audit(&mut self, id: RecordId, pledged: &[Pledged]) {
        let Some(pool) = self.pools.get(&id) else { return };
        let close = pool.closed_by().or_else(|| pool.in_force()).and_then(|close| self.book.get(&close));
        let Some(Ok(closed)) = close.map(|record| Closed::read(record, |id| self.book.get(id))) else {
            return;
        };
        let verdict = match market::audit(&id, &pool.terms, &closed, pledged) {
            Ok(_) => Verdict::True,
            Err(fault) if fault.is_closers() => Verdict::False(fault.text()),
            Err(fault) => Verdict::Incomplete(fault.text()),
        };
        let count = closed.listed().count();
        self.gathers.audits.insert(id, Audit { checked: pledged.len(), of: count, verdict: Some(verdict) });
        self.agenda.insert(Todo::Tell(Topic::Market));
    }

    /// Asks again for what has not come, then others, then does with what there is.
    pub(crate) fn gathers_due(&mut self, now: Timestamp) {
        let late: Vec<_> =
            self.gathers.under_way.iter().filter(|(_, g)| g.due <= now).map(|(id, _)| *id).collect();
        for id in late {
            let Some(gather) = self.gathers.under_way.get_mut(&id) else { continue };
            gather.tries += 1;
            gather.due = after(now, PAGE_S);
            if gather.tries >= TRIES {
                match gather.others.pop_front() {
                    Some(next) => (gather.asked, gather.tries) = (next, 0),
                    None if gather.purpose == Purpose::StandIn => {
                        self.gathers.under_way.remove(&id);
                        continue;
                    }
                    None => {
                        self.end_gather(id, now);
                        continue;
                    }
                }
            }
            let (to, after) = (gather.asked, gather.last);
            self.out.push(Effect::Send {
                to,
                frame: Frame::Ask { number: 0, question: Question::Pledges { pool: id, after } },
            });
        }
    }
}
