//! What to do next about a pool: grant its terms, countersign pledges, close it, plan what it ordered, or prove that
//! its keeper lied.

use crate::effect::Topic;
use crate::node::{Node, Todo};
use crate::orders::{Ask, Stage};
use crate::pools::{CLOSE_UNTIL_S, CLOSE_WAIT_S, End};
use crate::view::OrderSource;
use crate::words::{about, because, said};
use ledger::Audience;
use market::Fraud;
use market::statement::{Outcome, PledgeReceipt, PoolProgress, Reason, Refusal};
use vocab::{AgentId, Decimal, RecordId, Said, SpecId, Text, Timestamp, after};

/// A pool of so many members says for each second of its pause how far it has come.
const MEMBERS_A_SECOND: usize = 20;
/// Longest such pause, seconds.
const NEWS_S_MAX: i64 = 120;

impl Node {
    /// As an offerer: signs the terms asked for, or says why not.
    pub(crate) fn answer_request(&mut self, id: RecordId, now: Timestamp) {
        let me = self.me();
        let Some((opener, request)) = self.pools.requests.get(&id) else { return };
        let Some(offer) = self.board.offer(&request.offer, now).filter(|l| l.by == me) else {
            if *opener != me {
                let detail = said!("that offer is not mine, or no longer stands", "该报价不是我的，或已失效");
                self.pools.requests.remove(&id);
                self.refuse(id, Reason::NoListing, detail, now);
            }
            return;
        };
        let terms = market::pool::grant(
            id,
            request,
            &offer.what,
            self.left_for_pools(&request.offer, &offer.what, now),
            now,
        );
        match terms {
            Ok(terms) => {
                self.say_or_report(&terms, Audience::Public, now);
            }
            Err(e) => {
                self.pools.requests.remove(&id);
                self.refuse(id, e.reason(), e.text(), now);
            }
        }
    }

    /// Takes a refusal that ends no one deal: a member's word that a pool has not bound it, a refusal of a request for
    /// one, or this node's own of something that never had an effect here, which is said so that its author hears of
    /// it. False for any other.
    pub(crate) fn refuses_otherwise(
        &mut self,
        record: &ledger::Record,
        at: Timestamp,
    ) -> Result<bool, crate::deals::Fault> {
        let refusal: Refusal = record.read()?;
        let (me, member) = (self.me(), record.author);
        let own = member == me;
        if self.pools.get(&refusal.answers).is_some() {
            if self.pools.set_free(&me, &refusal.answers, member, at) {
                // as with any last signature, whom it reached too late can say so until it has spoken of the deal since
                self.deals.unbind_pool(&refusal.answers, &refusal.detail, |deal| {
                    deal.buyer(&me) == member && !deal.has_spoken(&me, &member)
                });
                self.pool_changed(&refusal.answers, at);
            }
            return Ok(true);
        }
        if self.pools.requests.remove(&refusal.answers).is_none() {
            return Ok(own && self.deals.of(&refusal.answers).is_none());
        }
        if !own {
            let what = because("the pool was not granted", "拼单未获同意", &refusal.detail);
            self.problem(record.at, Some(record.author), what);
        }
        Ok(true)
    }

    pub(crate) fn advance_pool(&mut self, id: RecordId, now: Timestamp) {
        let me = self.me();
        let Some(pool) = self.pools.get(&id) else { return };
        let (keeper, offerer) = (pool.terms.keeper, pool.offerer);
        match &pool.end {
            End::Open if keeper == me => {
                let unreceipted: Vec<_> = pool
                    .unreceipted
                    .iter()
                    .filter_map(|id| pool.pledges.get(id))
                    .map(|p| (p.id, p.member))
                    .collect();
                for (pledge, member) in unreceipted {
                    let audience = Audience::parties([member, offerer].into_iter().filter(|to| *to != me));
                    self.say_or_report(&PledgeReceipt { pool: id, pledge }, audience, now);
                }
                self.say_news(id, now);
                self.close_in_time(id, now);
            }
            End::Open => self.await_close(id, now),
            End::Closed { settled, .. } if offerer == me => {
                if matches!(settled.outcome, Outcome::Made { .. }) {
                    self.plan_sold(id, now);
                }
                self.stand_by(id, now);
                if let Some((_, second)) = self.pools.get(&id).and_then(|pool| pool.twice) {
                    self.report_pool_fraud(id, second, now);
                }
            }
            End::Disputed { close, .. } => {
                let close = *close;
                self.await_close(id, now);
                self.report_pool_fraud(id, close, now);
            }
            End::Closed { .. } | End::Lapsed => {}
        }
        self.follow_consent(id, now);
        self.say_free(id, now);
        self.say_drop_lists(id, now);
    }

    /// As a keeper: says how far the pool has come, the more seldom the more members there are to count.
    fn say_news(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id).filter(|pool| pool.news) else { return };
        let pause = i64::try_from(pool.members() / MEMBERS_A_SECOND).unwrap_or(NEWS_S_MAX).min(NEWS_S_MAX);
        match pool.told_at.map(|told| after(told, pause)).filter(|due| *due > now) {
            Some(due) => self.pools.look_at(id, due),
            None => self.say_progress(id, now),
        }
    }

    /// As a keeper: closes when it is time, unless it is too late for anybody to hear of it in time.
    fn close_in_time(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let closes = pool.due_at(now);
        let due = after(closes, CLOSE_WAIT_S) <= now && now <= after(closes, CLOSE_UNTIL_S);
        if due && pool.in_force().is_none() {
            self.close_pool(id, now);
        }
    }

    /// Notes a pool's order as dropped for now, so that it is tried again later.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn hold_off(
        &mut self,
        id: RecordId,
        source: OrderSource,
        spec: SpecId,
        quantity: Decimal,
        ask: Ask,
        why: Text,
        now: Timestamp,
    ) {
        let stage = Stage::Dropped { why, at: now, bought: vec![] };
        self.orders.open(crate::orders::Order { id, source, spec, quantity, ask, stage });
    }

    pub(crate) fn say_progress(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let ended = match &pool.end {
            End::Closed { settled, .. } => Some(settled.outcome.clone()),
            _ => None,
        };
        let counting = pool.receipted();
        let replaced: Vec<_> = counting.iter().filter_map(|p| p.pledge.replaces).collect();
        let votes: Vec<_> =
            counting.iter().filter(|p| !replaced.contains(&p.id)).map(|p| p.vote(&pool.terms, now)).collect();
        let progress = market::pool::progress(&pool.terms, &votes);
        let price_now = match progress.outcome {
            Outcome::Made { unit_price, .. } => Some(unit_price),
            Outcome::Lapsed {} => None,
        };
        let members = u32::try_from(progress.pledges).unwrap_or(u32::MAX);
        let progress = PoolProgress {
            pool: id,
            members,
            pledged: progress.pledged,
            price_now,
            counted: (progress.counted != progress.pledged).then_some(progress.counted),
            next: progress.next.filter(|_| ended.is_none()),
            outcome: ended,
            topic: pool.terms.topic.clone(),
        };
        self.say_or_report(&progress, Audience::Public, now);
    }

    pub(crate) fn close_pool(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let (pledges, waits) = (pool.receipted(), pool.waits(now));
        if self.say_close(id, &pledges, now).is_some() || waits {
            self.say_progress(id, now);
        }
    }

    /// Closes a pool over these pledges. What fits one record goes to all its members with the pledges; of a larger
    /// pool the offerer is sent the close and its parts, and each member asks for its own share of it.
    pub(crate) fn say_close(
        &mut self,
        id: RecordId,
        pledges: &[market::Pledged],
        now: Timestamp,
    ) -> Option<RecordId> {
        let pool = self.pools.get(&id)?;
        let (me, offerer, keeper) = (self.me(), pool.offerer, pool.terms.keeper);
        // a first closing time settles what was pledged by then, and closes nothing where some wait for the second
        let waits = pool.waits(now);
        let in_time = pledges.iter().filter(|p| !waits || p.at <= pool.terms.closes);
        let pledges: &[_] = &in_time.cloned().collect::<Vec<_>>();
        let tally = match market::pool::tally(&id, &pool.terms, pledges, now) {
            Ok(tally) if waits && tally.settled.outcome == (Outcome::Lapsed {}) => return None,
            Ok(tally) => tally,
            Err(e) => {
                let what =
                    about(&format!("the pool {id} cannot be closed"), &format!("拼单 {id} 无法结算"), &e);
                self.problem(now, None, what);
                return None;
            }
        };
        let parts = tally.chunks();
        if parts.is_empty() {
            // who did not consent to wait has been free since the first closing time
            let stay = pledges.iter().filter(|p| p.pledge.extend || !pool.terms.is_extended(now));
            let members = stay.map(|p| p.member).chain([offerer, keeper]);
            let audience = Audience::parties(members.filter(|m| *m != me));
            return self.say_or_report(&tally.close(vec![]), audience, now);
        }
        let audience = || Audience::Bearer([offerer].into_iter().filter(|to| *to != me).collect());
        let mut said = vec![];
        for part in parts {
            said.push(self.say_or_report(&part, audience(), now)?);
        }
        self.say_or_report(&tally.close(said), audience(), now)
    }

    pub(crate) fn report_pool_fraud(&mut self, id: RecordId, close: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let signed = |id: &RecordId| self.book.get(id).map(|r| (**r.signed()).clone());
        let twice = pool.twice.and_then(|(a, b)| Some((self.book.get(&a)?.author, signed(&a)?, signed(&b)?)));
        let consents = pool.is_consented_twice();
        let (accused, fraud) = if let Some((author, a, b)) = twice {
            (author, Some(if consents { Fraud::DoubleConsent { a, b } } else { Fraud::DoubleClose { a, b } }))
        } else {
            let Some(record) = self.book.get(&close) else { return };
            let closer = record.author;
            let Ok(closed) = market::Closed::read(record, |id| self.book.get(id)) else { return };
            let mut receipts = pool.receipts.iter().filter(|_| closer == pool.terms.keeper);
            let fraud = if let Some((pledge, receipt)) =
                receipts.find(|(pledge, _)| closed.lists(pledge) == Some(false))
            {
                let part =
                    closed.chunks.iter().find(|c| market::pool::chunk_of(pledge, c.part.of) == c.part.index);
                let chunk = part.and_then(|c| signed(&c.id));
                let both = signed(receipt).zip(signed(&close));
                both.map(|(receipt, close)| Fraud::Omission { receipt, close, chunk })
            } else {
                // of a large pool only what its own sums contradict fits a record
                let mut listed = closed.close.pledges.iter().chain(&closed.close.replaced);
                let pledges = listed.try_fold(vec![], |mut all, id| {
                    all.push(signed(id)?);
                    Some(all)
                });
                let known = signed(&id).zip(signed(&close)).zip(pledges);
                known.map(|((terms, close), pledges)| Fraud::FalseClose { terms, close, pledges })
            };
            (closer, fraud)
        };
        if accused == self.me() || !self.should_report(id, &accused, now) {
            return;
        }
        self.accuse(accused, fraud, now);
    }

    /// One proof against an agent is enough for all, but the offerer's own is also its word that nobody is bound: where
    /// that is so it is said in any case, though only when no close can be consented to any more.
    fn should_report(&self, id: RecordId, accused: &AgentId, now: Timestamp) -> bool {
        let known = self.board.frauds.contains_key(accused);
        let Some(pool) = self.pools.get(&id).filter(|pool| pool.offerer == self.me()) else { return !known };
        let over = now > after(pool.due_at(now), CLOSE_UNTIL_S);
        match (pool.consent, &pool.end) {
            (Some(_), _) => !known,
            (None, End::Disputed { .. }) => pool.denied.is_none() && over,
            (None, _) => false,
        }
    }

    /// As a member whom nothing has bound in time: tells the offerer, to whom it may look otherwise.
    fn say_free(&mut self, id: RecordId, now: Timestamp) {
        let me = self.me();
        let Some(pool) = self.pools.get(&id) else { return };
        let bound = matches!(pool.end, End::Closed { .. });
        if bound || pool.offerer == me || pool.pledge_of(&me).is_none() || pool.free.contains(&me) {
            return;
        }
        if now >= pool.free_from(&me) {
            let detail =
                said!("no close of the pool had bound me in time", "直到期限，没有任何拼单结果对我生效");
            let to = Audience::parties([pool.offerer]);
            self.say_or_report(&Refusal { answers: id, reason: Reason::Late, detail }, to, now);
        }
    }

    pub(crate) fn report_equivocation(
        &mut self,
        record: &ledger::Record,
        other: &ledger::Signed,
        now: Timestamp,
    ) {
        if self.board.frauds.contains_key(&record.author) {
            return;
        }
        let fraud = Fraud::Equivocation { a: other.clone(), b: (**record.signed()).clone() };
        self.accuse(record.author, Some(fraud), now);
    }

    /// Publishes a proof, if it proves what it should.
    pub(crate) fn accuse(&mut self, accused: AgentId, fraud: Option<Fraud>, now: Timestamp) {
        let Some(fraud) = fraud else { return };
        let speaks = |r: &ledger::Record| self.board.speaks(r);
        let report = fraud.verify(speaks).and_then(|guilty| fraud.report(guilty));
        match report {
            Ok(report) if report.accused == accused => {
                self.say_or_report(&report, Audience::Public, now);
                self.problem(
                    now,
                    Some(accused),
                    said!("caught in a provable lie: {:?}", "被证实说谎：{:?}", report.kind),
                );
            }
            Ok(_) => {}
            Err(e) => self.problem(
                now,
                Some(accused),
                about("contradicted itself, but not provably", "自相矛盾，但无法证实", &e),
            ),
        }
        self.agenda.insert(Todo::Tell(Topic::Market));
    }
}
