//! What is public: hearing it, what the passing of time does to it, and watching each other's logs.

use crate::effect::{Channel, Effect, Topic};
use crate::error::Result;
use crate::frame::{Frame, Scope};
use crate::node::{Hears, Node, Todo};
use crate::public::{ends, is_paper, spreads};
use crate::quota::Standing;
use crate::statement::{ReachableAt, Witnessed};
use crate::view::OrderSource;
use crate::words::{about, because, said};
use ledger::{Audience, Checkpoint, ConsistencyProof, Observation, Record, Signed};
use market::statement::Reason;
use vocab::{AgentId, Timestamp, after, seconds_between};

/// Seconds between two clearings of capacity that lies in the past.
const FORGET_S: i64 = 86_400;
/// Agents whose logs are watched although they are strangers: each is some records a day of one's own.
const WITNESSED_MAX: usize = 256;
/// Seconds between two checkpoints cosigned of one agent.
const WITNESS_S: i64 = 3_600;

impl Node {
    /// Takes in a public record from gossip or from a peer.
    pub(crate) fn hear(&mut self, signed: Signed, from: Option<AgentId>, now: Timestamp) {
        self.hear_all(vec![signed], from, now);
    }

    /// The same with many that came together.
    pub(crate) fn hear_all(&mut self, mut signed: Vec<Signed>, from: Option<AgentId>, now: Timestamp) {
        signed.retain(|signed| self.book.get(&signed.id()).is_none());
        for checked in self.check_all(signed) {
            self.hear_checked(checked, from, now);
        }
    }

    fn hear_checked(&mut self, checked: Result<Record>, from: Option<AgentId>, now: Timestamp) {
        let record = match checked {
            Ok(record) => record,
            Err(e) => {
                return self.problem(
                    now,
                    from,
                    about("passed on what cannot be checked", "转来了无法核实的内容", &e),
                );
            }
        };
        let policy = &self.config.policy;
        let partner = from.map_or(self.post.get(&record.author).is_some(), |peer| peer == record.author);
        if policy.hears == Hears::Partners && !partner {
            return;
        }
        let topic = market::Topic::of_record(&record).id();
        let over =
            ends(&record).is_some_and(|t| t <= now) || self.board.is_withdrawn(&record.id, &record.author);
        // with interests, keys and addresses that gossip brings are kept of those whose listings are
        let stray = from.is_none()
            && self.interests.scope() != Scope::Everything
            && is_paper(&record)
            && self.book.public().topics_of(&record.author).next().is_none();
        // silence towards those who flood: what is over the limit is not kept, and not worth a word
        if !spreads(&record) || over || stray || !self.takes(&topic) || !self.has_room(&record, from) {
            return;
        }
        if !self.book.public().has_topic(&topic) {
            self.interests.changed();
        }
        // who knows partners alone passes nothing on, so the others lack nothing of it
        if let Some(from) = from.filter(|_| self.config.policy.hears == Hears::Everybody) {
            self.news_from(&from, &topic, now);
        }
        let (author, kind) = (record.author, record.kind.clone());
        if let Err(fault) = self.take(record, Channel::Heard, now) {
            self.problem(
                now,
                Some(author),
                because(
                    &format!("its public {kind} had no effect"),
                    &format!("它公布的 {kind} 没有生效"),
                    &fault.detail,
                ),
            );
        }
        self.make_room(&author);
    }

    pub(crate) fn reachable(&mut self, mut addresses: Vec<String>, now: Timestamp) {
        addresses.truncate(ReachableAt::ADDRESSES_MAX);
        let known = self.board.reachable.get(&self.me()).is_some_and(|r| r.addresses == addresses);
        if !known {
            self.say_or_report(&ReachableAt { addresses }, Audience::Public, now);
        }
    }

    /// An order of one's own whose hold has ended is over; so is a pool's, which is planned again.
    fn lapse_own_orders(&mut self, now: Timestamp) {
        let over = |o: &&crate::orders::Order| {
            o.source != OrderSource::Deal && !o.is_firm() && o.held().is_some_and(|h| h.hold_until < now)
        };
        let lapsed: Vec<_> = self.orders.waiting().filter(over).map(|o| o.id).collect();
        for id in lapsed {
            self.give_up_for(
                id,
                Reason::Late,
                said!("its hold ended before it was accepted", "接受之前预留已到期"),
                now,
            );
        }
    }

    /// What the passing of time calls for.
    pub(crate) fn periodic(&mut self, now: Timestamp) {
        self.retry_mail(now);
        for id in self.due_orders(now) {
            match self.orders.get(&id).map(|o| o.source) {
                Some(OrderSource::Pool) => self.agenda.insert(Todo::Pool(id)),
                Some(OrderSource::Bid) => self.agenda.insert(Todo::Deal(id)),
                _ => false,
            };
            self.agenda.insert(Todo::Order(id));
        }
        self.lapse_own_orders(now);
        for id in self.orders.looks_due(now) {
            self.agenda.extend([Todo::Order(id), Todo::Replan(id)]);
        }
        self.asks_due(now);
        self.wants_due(now);
        self.searches_due(now);
        self.gathers_due(now);
        self.turns_due(now);
        if seconds_between(self.forgot_at, now) > FORGET_S {
            self.forgot_at = now;
            self.capacity.forget_before(after(now, -FORGET_S));
        }
        for id in self.book.public().ended(now) {
            self.retire(&id);
            self.interests.changed();
        }
        if self.board.expire(now) {
            self.agenda.insert(Todo::Tell(Topic::Market));
        }
        self.compare_due(now);
    }

    pub(crate) fn next_periodic(&self) -> Option<Timestamp> {
        self.next_compare().into_iter().chain(self.book.public().next_end()).min()
    }

    // --- logs ---------------------------------------------------------------------------------------------------

    /// This node's newest checkpoint, a C2SP signed note.
    pub fn checkpoint(&self) -> String {
        Checkpoint::of(&self.signer, self.log.head()).sign(&self.signer)
    }

    pub(crate) fn prove(&mut self, to: AgentId, old: u64, new: u64) {
        if let Ok(proof) = self.log.consistency(old, new) {
            // the note is the one of `new`, which is this node's newest unless it has said something since
            let note = self.checkpoint();
            let proof = match self.log.consistency(old, self.log.size()) {
                Ok(newest) if new != self.log.size() => newest,
                _ => proof,
            };
            self.out.push(Effect::Send { to, frame: Frame::Checkpoint { note, proof: Some(proof) } });
        }
    }

    pub(crate) fn see_checkpoint(
        &mut self,
        from: AgentId,
        note: &str,
        proof: Option<&ConsistencyProof>,
        now: Timestamp,
    ) {
        if Checkpoint::claimed_author(note).ok() != Some(from) {
            return self.problem(
                now,
                Some(from),
                said!("sent a checkpoint that is not its own", "发来的检查点不是它自己的"),
            );
        }
        match self.witness.observe(note, proof) {
            Ok(Observation::First | Observation::Extended) => self.cosign(from, note, now),
            Ok(Observation::Same | Observation::Earlier) => {}
            Ok(Observation::Needs { from: old, to: new }) => {
                self.out.push(Effect::Send { to: from, frame: Frame::Prove { from: old, to: new } });
            }
            Ok(Observation::Fraud(fraud)) => {
                let what = said!(
                    "has signed two histories of {} records: keep both notes\n{}\n{}",
                    "签署了两份各有 {} 条记录的不同历史：请保存这两份签名\n{}\n{}",
                    note.lines().nth(1).unwrap_or("?"),
                    fraud.a,
                    fraud.b
                );
                self.problem(now, Some(from), what);
            }
            Err(e) => {
                self.problem(now, Some(from), about("its checkpoint was refused", "它的检查点被拒绝", &e))
            }
        }
    }

    /// Remembers for good that this agent's log stood so, now and then.
    fn cosign(&mut self, agent: AgentId, note: &str, now: Timestamp) {
        let stranger = self.standing(&agent) == Standing::Stranger;
        if stranger && !self.witnessed.contains_key(&agent) && self.witnessed.len() >= WITNESSED_MAX {
            return;
        }
        let recent = self.witnessed.get(&agent).is_some_and(|t| seconds_between(*t, now) < WITNESS_S);
        if recent {
            return;
        }
        if let Ok(cosignature) = Checkpoint::cosign(note, &self.signer, now) {
            let statement = Witnessed { agent, note: note.to_owned(), cosignature };
            self.say_or_report(&statement, Audience::Private, now);
        }
    }
}
