//! A pool whose close is awaited: asking for one's share of it, and standing in for an absent keeper.
//!
//! A member that has heard no close asks the keeper for it; from [`KEEPER_GRACE_S`] on it asks the offerer, who holds a
//! copy of every pledge and receipt. If the offerer has no close either, it names one asker at a time to stand in. That
//! member gathers the pledges from the offerer, countersigns them, and closes over them; the offerer, who can tell
//! whether any is left out, consents. The consent is public, and it is what binds.

use crate::effect::{Channel, Effect};
use crate::frame::{Found, Frame, Question, ShareLetter};
use crate::node::{Node, Todo};
use crate::pools::{CLOSE_UNTIL_S, CLOSE_WAIT_S, End, Judgement, Pool};
use crate::statement::PoolShare;
use ledger::{Audience, Record, Signed, Statement};
use market::Fraud;
use market::pool::KEEPER_GRACE_S;
use market::statement::{CloseConsent, PledgeReceipts, PoolPledges};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId, Timestamp, after};

/// How long one stand-in has before another may be named, seconds.
const STAND_IN_S: i64 = 180;
/// Seconds between two questions about one pool.
const ASK_AGAIN_S: i64 = 20;
/// Bytes of records in one answer.
const PAGE_BYTES: usize = 1 << 20;

/// What is under way about pools that await their close; none of it needs to survive a restart.
#[derive(Default)]
pub(crate) struct Awaited {
    /// by pool: when its close was last asked for
    asked: BTreeMap<RecordId, Timestamp>,
    /// by pool: who may stand in, and until when no other may
    named: BTreeMap<RecordId, (AgentId, Timestamp)>,
    /// closes that this node, the offerer, does not consent to
    declined: BTreeSet<RecordId>,
}

fn may_stand_in(pool: &Pool, now: Timestamp) -> bool {
    let due = pool.due_at(now);
    now >= after(due, KEEPER_GRACE_S) && now <= after(due, CLOSE_UNTIL_S)
}

impl Node {
    /// As a member or the offerer of a pool that nothing binds yet: asks for its close once it is due. Where the keeper's
    /// is disputed, that is another's.
    pub(super) fn await_close(&mut self, id: RecordId, now: Timestamp) {
        let me = self.me();
        let Some(pool) = self.pools.get(&id) else { return };
        if now <= after(pool.due_at(now), CLOSE_WAIT_S) {
            return;
        }
        let recent = self.awaited.asked.get(&id).is_some_and(|at| after(*at, ASK_AGAIN_S) > now);
        if pool.offerer == me {
            self.consent_to_one(id, now);
            // what one page after another does not bring, such as a second record of one number, is not asked for at once
            if !recent && self.gather_missing(id, now) {
                self.awaited.asked.insert(id, now);
            }
            return;
        }
        let Some(pledge) = pool.pledge_of(&me).map(|p| p.id) else { return };
        let to = if may_stand_in(pool, now) { pool.offerer } else { pool.terms.keeper };
        let helps = to == pool.offerer || matches!(pool.end, End::Open);
        if helps && !recent && to != me && !self.gathers.is_at(&id) {
            self.awaited.asked.insert(id, now);
            self.ask(to, Question::Share { pool: id, pledge });
        }
    }

    /// Asks something whose answer says by itself what it is about.
    pub(crate) fn ask(&mut self, to: AgentId, question: Question) {
        self.out.push(Effect::Send { to, frame: Frame::Ask { number: 0, question } });
    }

    /// The close in force is another than the one believed here, or not at hand: ask for it.
    pub(super) fn follow_consent(&mut self, id: RecordId, now: Timestamp) {
        let me = self.me();
        let Some(pool) = self.pools.get(&id) else { return };
        let lacks = pool.consent.filter(|c| match &pool.end {
            End::Closed { close, .. } | End::Disputed { close, .. } => *close != c.close,
            End::Open | End::Lapsed => false,
        });
        let (Some(_), Some(pledge)) = (lacks, pool.pledge_of(&me).map(|p| p.id)) else { return };
        let recent = self.awaited.asked.get(&id).is_some_and(|at| after(*at, ASK_AGAIN_S) > now);
        let to = pool.offerer;
        self.pools.look_at(id, after(now, ASK_AGAIN_S + 1));
        if !recent {
            self.awaited.asked.insert(id, now);
            self.ask(to, Question::Share { pool: id, pledge });
        }
    }

    /// As the offerer of a pool whose keeper is known to lie: consents to the close that binds here, lest others believe
    /// another.
    pub(super) fn stand_by(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let (keeper, from) = (pool.terms.keeper, after(pool.due_at(now), KEEPER_GRACE_S));
        let doubtful = pool.contradiction().is_some() || self.board.frauds.contains_key(&keeper);
        if doubtful && keeper != self.me() {
            if now < from {
                self.pools.look_at(id, from);
            }
            self.consent_to_mine(id, now);
        }
    }

    fn consent_to_mine(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id).filter(|pool| pool.consent.is_none()) else { return };
        if let Some(close) = pool.closed_by().filter(|_| may_stand_in(pool, now)) {
            self.say_or_report(&CloseConsent { pool: id, close }, Audience::Public, now);
        }
    }

    /// As the offerer: consents to the first close that is true, and leaves nothing out that is known here.
    fn consent_to_one(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        if !may_stand_in(pool, now) || pool.consent.is_some() {
            return;
        }
        let (keeper, disputed) = (pool.terms.keeper, matches!(pool.end, End::Disputed { .. }));
        let candidates: Vec<_> = pool.closes.iter().filter(|c| disputed || c.by != keeper).copied().collect();
        for said in candidates {
            if self.awaited.declined.contains(&said.id) {
                continue;
            }
            let (Some(pool), Some(record)) = (self.pools.get(&id), self.book.get(&said.id)) else { continue };
            let judged = pool.judge(record, |id| self.book.get(id));
            let closed = market::Closed::read(record, |id| self.book.get(id));
            let left_out =
                |closed: market::Closed| pool.receipted().iter().any(|p| closed.lists(&p.id) != Some(true));
            match judged {
                Ok(Judgement::True(..)) if !closed.is_ok_and(left_out) => {
                    self.say_or_report(&CloseConsent { pool: id, close: said.id }, Audience::Public, now);
                    return;
                }
                Ok(Judgement::Open) => {}
                _ => {
                    self.awaited.declined.insert(said.id);
                    if said.by != keeper {
                        self.accuse_stand_in(id, said.id, now);
                    }
                }
            }
        }
    }

    /// What a stand-in countersigned and then left out proves it a liar.
    fn accuse_stand_in(&mut self, id: RecordId, close: RecordId, now: Timestamp) {
        let Some(record) = self.book.get(&close) else { return };
        let Ok(closed) = market::Closed::read(record, |id| self.book.get(id)) else { return };
        let by_it = |r: &&Record| {
            r.author == record.author && r.kind == PledgeReceipts::KIND && r.refs.first() == Some(&id)
        };
        let signed = |r: &Record| (**r.signed()).clone();
        let mut found = None;
        for receipt in self.book.iter().filter(by_it) {
            let Ok(body) = receipt.read::<PledgeReceipts>() else { continue };
            let omitted = body.pledges.iter().find(|pledge| closed.lists(pledge) == Some(false));
            if let Some(pledge) = omitted {
                let part =
                    closed.chunks.iter().find(|c| market::pool::chunk_of(pledge, c.part.of) == c.part.index);
                let chunk = part.and_then(|c| self.book.get(&c.id)).map(signed);
                found = Some(Fraud::Omission { receipt: signed(receipt), close: signed(record), chunk });
                break;
            }
        }
        let accused = record.author;
        if found.is_some() && !self.board.frauds.contains_key(&accused) {
            self.accuse(accused, found, now);
        }
    }

    /// What a member is told of the close; past the keeper's grace, the offerer names one who asks to stand in.
    pub(crate) fn answer_share(
        &mut self,
        from: AgentId,
        id: &RecordId,
        pledge: &RecordId,
        now: Timestamp,
    ) -> Option<Found> {
        let pool = self.pools.get(id)?;
        if pool.pledges.get(pledge).is_none_or(|p| p.member != from) {
            return None;
        }
        let me = self.me();
        // who asks the offerer has heard from the keeper nothing it could believe
        if pool.offerer == me && pool.terms.keeper != me {
            self.consent_to_mine(*id, now);
        }
        let pool = self.pools.get(id)?;
        let signed = |id: &RecordId| self.book.get(id).map(|r| (**r.signed()).clone());
        match &pool.end {
            End::Closed { close, .. } => {
                let letter = ShareLetter {
                    close: signed(close)?,
                    consent: pool.consent.filter(|c| c.close == *close).and_then(|c| signed(&c.record)),
                    proof: pool.proofs.as_ref().and_then(|proofs| proofs.of(pledge)),
                };
                Some(Found::Share(Box::new(letter)))
            }
            End::Open | End::Disputed { .. } if pool.offerer == me && may_stand_in(pool, now) => {
                let receipted = pool.receipts.contains_key(pledge);
                let free = self.awaited.named.get(id).is_none_or(|(who, until)| *who == from || *until < now);
                let closed = pool.closes.iter().any(|c| c.by == from);
                let awaits = pool.in_force().is_some() && matches!(pool.end, End::Open);
                if !receipted || !free || closed || awaits || pool.consent.is_some() {
                    return None;
                }
                self.awaited.named.insert(*id, (from, after(now, STAND_IN_S)));
                Some(Found::StandIn)
            }
            _ => None,
        }
    }

    /// Pledges with their receipts, for a member that stands in or audits, once no more can come.
    pub(crate) fn answer_pledges(
        &self,
        from: AgentId,
        id: &RecordId,
        last: Option<&RecordId>,
        now: Timestamp,
    ) -> Option<Found> {
        let pool = self.pools.get(id)?;
        let over = now > after(pool.due_at(now), CLOSE_WAIT_S);
        let member = pool.pledge_of(&from).is_some() || [pool.offerer, pool.terms.keeper].contains(&from);
        if !over || !member {
            return None;
        }
        let range =
            (last.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded), std::ops::Bound::Unbounded);
        let (mut records, mut bytes, mut more) = (vec![], 0, false);
        for pledge in pool.pledges.range::<RecordId, _>(range).map(|(id, _)| id) {
            let Some(receipt) = pool.receipts.get(pledge) else { continue };
            let both = [self.book.get(pledge), self.book.get(receipt)];
            bytes += both.iter().flatten().map(|r| r.signed().bytes.len() + 64).sum::<usize>();
            if (bytes > PAGE_BYTES || records.len() + 2 > Frame::RECORDS_MAX) && !records.is_empty() {
                more = true;
                break;
            }
            records.extend(both.into_iter().flatten().map(|r| (**r.signed()).clone()));
        }
        Some(Found::Pledges { records, more })
    }

    /// A close and this node's part of it were shown. All of it is checked; who shows it does not matter.
    pub(crate) fn shown_share(&mut self, from: AgentId, letter: ShareLetter, now: Timestamp) {
        let ShareLetter { close, consent, proof } = letter;
        for signed in consent.into_iter().chain([close.clone()]) {
            let Ok(record) = self.check(signed) else { return };
            let _ = self.take(record, Channel::Shown, now);
        }
        let close = close.id();
        let Some(record) = self.book.get(&close) else { return };
        let Ok(closed) = market::Closed::read(record, |id| self.book.get(id)) else { return };
        let id = closed.close.pool;
        let me = self.me();
        let Some(pool) = self.pools.get(&id) else { return };
        let wanted = pool.in_force() == Some(close) && pool.closed_by() != Some(close);
        let Some(mine) = pool.pledge_of(&me).filter(|_| wanted).map(|p| p.id) else { return };
        match proof {
            Some(proof) => {
                // what does not verify has no effect, and the question is put again
                let _ = self.say(&PoolShare { pool: id, close, proof }, Audience::Private, now);
            }
            // left out? the part that should list it shows it
            None => {
                let of = u32::try_from(closed.close.chunks.len()).unwrap_or(0);
                let place = usize::try_from(market::pool::chunk_of(&mine, of)).unwrap_or(0);
                if let Some(part) = closed.close.chunks.get(place) {
                    self.ask(from, Question::Record(*part));
                }
            }
        }
    }

    /// A part of a close's lists was shown, if that is what it is.
    pub(crate) fn shown_part(&mut self, signed: Signed, now: Timestamp) {
        let named = |record: &Record| {
            let part = record.read::<PoolPledges>().ok();
            let pool = part.and_then(|part| self.pools.get(&part.pool));
            let close = pool.and_then(|pool| self.book.get(&pool.in_force()?));
            close.is_some_and(|close| close.refs.contains(&record.id))
        };
        if let Ok(record) = self.check(signed)
            && (named(&record) || self.is_replayed(&record))
        {
            let _ = self.take(record, Channel::Shown, now);
            self.replay_on();
        }
    }

    /// The offerer lets this node close in the keeper's place.
    pub(crate) fn asked_to_stand_in(&mut self, from: AgentId, now: Timestamp) {
        let me = self.me();
        let fit = |pool: &&Pool| {
            let open = match pool.end {
                End::Open => pool.in_force().is_none(),
                End::Disputed { .. } => pool.consent.is_none(),
                End::Closed { .. } | End::Lapsed => false,
            };
            let mine = pool.pledge_of(&me).is_some() && !pool.closes.iter().any(|c| c.by == me);
            pool.offerer == from && open && mine && may_stand_in(pool, now)
        };
        let asked = self.pools.iter().filter(|pool| self.awaited.asked.contains_key(&pool.id)).find(fit);
        if let Some(id) = asked.map(|pool| pool.id) {
            self.gather_to_stand_in(id, from, now);
        }
    }

    /// Every pledge that the offerer holds is at hand: countersign them for it, then close over them.
    pub(crate) fn stand_in(&mut self, id: RecordId, pledges: Vec<Signed>, now: Timestamp) {
        let Some(offerer) = self.pools.get(&id).map(|pool| pool.offerer) else { return };
        let mut pledged = vec![];
        for record in ledger::verify_all(pledges).into_iter().flatten() {
            if let Ok(read) = market::Pledged::read(&record) {
                pledged.push(read);
                // what is wrong with one shows when the close is judged
                let _ = self.take(record, Channel::Shown, now);
            }
        }
        let mut ids: Vec<_> = pledged.iter().map(|p| p.id).collect();
        ids.sort_unstable();
        for part in ids.chunks(market::pool::CHUNK_PLEDGES_MAX) {
            let receipts = PledgeReceipts { pool: id, pledges: part.to_vec() };
            self.say_or_report(&receipts, Audience::parties([offerer]), now);
        }
        self.say_close(id, &pledged, now);
        self.agenda.insert(Todo::Pool(id));
    }
}
