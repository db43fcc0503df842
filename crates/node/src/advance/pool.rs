//! What to do next about a pool: grant its terms, countersign pledges, close it, plan what it ordered, or prove that
//! its keeper lied.

use crate::effect::Topic;
use crate::node::{Node, Todo};
use crate::orders::{Ask, Stage};
use crate::pools::End;
use crate::view::OrderSource;
use crate::words::{about, because, said};
use ledger::Audience;
use market::Fraud;
use market::statement::{Outcome, PledgeReceipt, PoolProgress, Reason, Refusal};
use vocab::{AgentId, Decimal, RecordId, Said, SpecId, Text, Timestamp, after};

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
        let terms = market::pool::grant(id, request, &offer.what, None, now);
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

    /// Takes a refusal that ends no deal: of a request for a pool, or this node's own of something that never had
    /// an effect here, which is said so that its author hears of it. False for any other.
    pub(crate) fn refuses_otherwise(&mut self, record: &ledger::Record) -> Result<bool, crate::deals::Fault> {
        let refusal: Refusal = record.read()?;
        let own = record.author == self.me();
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
                    .pledges
                    .values()
                    .filter(|p| !pool.receipts.contains_key(&p.id))
                    .map(|p| (p.id, p.member))
                    .collect();
                let due = now >= after(pool.terms.closes, crate::pools::CLOSE_WAIT_S);
                let news = !unreceipted.is_empty();
                for (pledge, member) in unreceipted {
                    self.say_or_report(&PledgeReceipt { pool: id, pledge }, Audience::parties([member]), now);
                }
                if news {
                    self.say_progress(id, now);
                }
                if due {
                    self.close_pool(id, now);
                }
            }
            End::Closed { settled, .. } if offerer == me => {
                if matches!(settled.outcome, Outcome::Made { .. }) {
                    self.plan_sold(id, now);
                }
            }
            End::Disputed { close, .. } => {
                let close = *close;
                self.report_pool_fraud(id, close, now);
            }
            _ => {}
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
        let topic = pool.terms.topic.clone();
        let progress =
            PoolProgress { pool: id, members, pledged: progress.pledged, price_now, outcome: ended, topic };
        self.say_or_report(&progress, Audience::Public, now);
    }

    pub(crate) fn close_pool(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let pledges = pool.receipted();
        let members = pledges.iter().map(|p| p.member).chain([pool.offerer]);
        let audience = Audience::parties(members.filter(|m| *m != self.me()));
        match market::pool::tally(&id, &pool.terms, &pledges, now) {
            Ok(tally) => {
                if self.say_or_report(&tally.close(vec![]), audience, now).is_some() {
                    self.say_progress(id, now);
                }
            }
            Err(e) => self.problem(
                now,
                None,
                about(&format!("the pool {id} cannot be closed"), &format!("拼单 {id} 无法结算"), &e),
            ),
        }
    }

    pub(crate) fn report_pool_fraud(&mut self, id: RecordId, close: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let keeper = pool.terms.keeper;
        if self.board.frauds.contains_key(&keeper) || keeper == self.me() {
            return;
        }
        let signed = |id: &RecordId| self.book.get(id).map(|r| (**r.signed()).clone());
        let Some(false_close) = self.book.get(&close) else { return };
        let Ok(body) = false_close.read::<market::statement::PoolClose>() else { return };
        let close_signed = (**false_close.signed()).clone();
        let omission =
            pool.receipts.iter().find(|(p, _)| !body.pledges.contains(p) && !body.replaced.contains(p));
        let earlier = self.book.closes_of(&id, &keeper).into_iter().find(|other| *other != close);
        let fraud = if let Some(receipt) = omission.and_then(|(_, r)| signed(r)) {
            Some(Fraud::Omission { receipt, close: close_signed, chunk: None })
        } else if let Some(a) = earlier.and_then(|e| signed(&e)) {
            Some(Fraud::DoubleClose { a, b: close_signed })
        } else {
            let pledges = body.pledges.iter().chain(&body.replaced).map(signed).collect::<Option<Vec<_>>>();
            signed(&id).zip(pledges).map(|(terms, pledges)| Fraud::FalseClose {
                terms,
                close: close_signed,
                pledges,
            })
        };
        self.accuse(keeper, fraud, now);
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
