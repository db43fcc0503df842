//! What arrives from peers, and the mail that leaves to them.
//!
//! A frame is believed to come from its connection's key and nothing more: every record in it is checked by its own
//! signature. Mail is taken in its author's order only, so what answers never overtakes what it answers.

use crate::effect::{Channel, Effect, Topic};
use crate::frame::{Card, Frame, Greeting, Letter};
use crate::node::{Node, Todo};
use crate::post::WINDOW;
use crate::words::{about, because, said};
use ledger::{Record, Signed, Statement};
use market::auction::{Award, Bid, BidStanding};
use market::planner::{PlanAward, PlanDemand, PlanPart, PlanSupply};
use market::statement::{
    Acceptance, Binding, Confirmation, Delay, DelayAnswer, Enquiry, Pledge, PoolClose, PoolRequest, Quote,
    Reason,
};
use std::collections::{BTreeSet, VecDeque};
use trace::statement::{Handover, Passport};
use vocab::{AgentId, RecordId, Text, Timestamp};

/// A difference between two clocks that people should be told of, seconds.
const CLOCK_WARN_S: i64 = 30;
/// Most records enclosed with one letter.
const ENCLOSED_MAX: usize = 10_000;
/// Bytes of records in one frame, at most; a single larger letter travels alone.
const MAIL_BYTES: usize = 1 << 20;

impl Node {
    pub(crate) fn arrive(&mut self, from: AgentId, bytes: &[u8], now: Timestamp) {
        let frame = match Frame::decode(bytes) {
            Ok(frame) => frame,
            Err(e) => {
                return self.problem(
                    now,
                    Some(from),
                    about("sent what cannot be read", "发来了无法读取的内容", &e),
                );
            }
        };
        match frame {
            Frame::Hello { heard, now_ms, greeting, card } => {
                self.hello(from, heard, now_ms, greeting, now);
                if let Some(card) = card {
                    self.read_card(from, *card, now);
                }
            }
            Frame::Mail { after, heard, letters } => {
                if self.post.lane(from).confirmed < heard {
                    self.mail_heard(from, heard, now);
                }
                self.mail(from, after, letters, now);
            }
            Frame::Heard { upto } => self.mail_heard(from, upto, now),
            Frame::Reconcile { scope, turn, message } => self.reconcile(from, scope, turn, &message, now),
            Frame::Interests { scope, greeting } => self.hear_interests(from, scope, greeting, now),
            Frame::Introduce { topic, who } => self.introduced(from, topic, who, now),
            Frame::Want(ids) => self.send_public(from, ids),
            Frame::Public(mut records) => {
                records.truncate(Frame::RECORDS_MAX);
                self.hear_all(records, Some(from), now);
            }
            Frame::Ask { number, question } => {
                let answer = self.answer(from, &question, now);
                self.out.push(Effect::Send { to: from, frame: Frame::Answer { number, answer } });
            }
            Frame::Answer { number, answer } => self.answered(from, number, answer, now),
            Frame::Checkpoint { note, proof } => self.see_checkpoint(from, &note, proof.as_ref(), now),
            Frame::Prove { from: old, to: new } => self.prove(from, old, new),
        }
    }

    pub(crate) fn peer_up(&mut self, peer: AgentId, now: Timestamp) {
        let lane = self.post.lane(peer);
        lane.begin(!self.book.mail_after(&peer, lane.confirmed).is_empty(), now);
        let card = self.meet(peer, now);
        // the other side says the same unasked; should either be lost, whoever has something to say asks
        self.greet(peer, Greeting::Return, Some(card), now);
        self.agenda.insert(Todo::Tell(Topic::Peers));
    }

    pub(crate) fn peer_down(&mut self, peer: AgentId) {
        let lane = self.post.lane(peer);
        lane.connected = false;
        lane.greeted = false;
        lane.session = None;
        lane.compare_at = None;
        lane.rewind();
        self.post.confirmed(&peer);
        self.agenda.insert(Todo::Mail(peer));
        self.agenda.insert(Todo::Tell(Topic::Peers));
    }

    /// A peer has kept this node's mail up to there.
    fn mail_heard(&mut self, from: AgentId, upto: u64, now: Timestamp) {
        if self.is_owed(from, upto, now) {
            self.agenda.insert(Todo::Mail(from));
        }
        self.agenda.insert(Todo::Tell(Topic::Peers));
    }

    /// Says what was heard to those to whom no mail has said it in time.
    pub(crate) fn confirm_mail(&mut self, now: Timestamp) {
        for to in self.post.to_confirm(now) {
            self.post.confirmed(&to);
            self.out.push(Effect::Send { to, frame: Frame::Heard { upto: self.book.heard(&to) } });
        }
    }

    fn greet(&mut self, peer: AgentId, greeting: Greeting, card: Option<Card>, now: Timestamp) {
        let (heard, now_ms, card) = (self.book.heard(&peer), now.as_millisecond(), card.map(Box::new));
        let frame = Frame::Hello { heard, now_ms, greeting, card };
        self.post.confirmed(&peer);
        self.out.push(Effect::Send { to: peer, frame });
    }

    /// Who the peer is: keys before what is signed with them.
    fn read_card(&mut self, from: AgentId, mut card: Card, now: Timestamp) {
        card.papers.truncate(Card::PAPERS_MAX);
        self.hear_all(card.papers, Some(from), now);
        self.see_checkpoint(from, &card.checkpoint, None, now);
        self.hear_interests(from, card.interests, Greeting::Return, now);
    }

    fn hello(&mut self, from: AgentId, heard: u64, now_ms: i64, greeting: Greeting, now: Timestamp) {
        let heard = heard.min(self.book.own_size());
        let ahead = (now_ms - now.as_millisecond()).div_euclid(1000);
        let left = self.is_owed(from, heard, now);
        let lane = self.post.lane(from);
        let new_clock = lane.clock_ahead_s.is_none_or(|before| (before - ahead).abs() > CLOCK_WARN_S);
        lane.clock_ahead_s = Some(ahead);
        lane.greeted = true;
        lane.rewind();
        if ahead.abs() > CLOCK_WARN_S && new_clock {
            let what = said!(
                "its clock is {ahead} s ahead of this one's: deadlines may be missed until both are set by a time server",
                "它的时钟比本机快 {ahead} 秒：在双方都用时间服务器校准之前，可能错过期限"
            );
            self.problem(now, Some(from), what);
        }
        if greeting == Greeting::First {
            self.greet(from, Greeting::Return, None, now);
        }
        if left {
            self.agenda.insert(Todo::Mail(from));
        }
    }

    /// Notes that a peer has this agent's mail up to `upto`; whether it is owed more. A word that comes late tells of
    /// less than is known already: what was confirmed since is not owed again.
    fn is_owed(&mut self, peer: AgentId, upto: u64, now: Timestamp) -> bool {
        let upto = upto.max(self.post.lane(peer).confirmed);
        let left = !self.book.mail_after(&peer, upto).is_empty();
        self.post.lane(peer).heard(upto, left, now);
        left
    }

    /// Sends what a peer is owed, as far as the window allows; asks it first what it has, if that is not known.
    pub(crate) fn send_mail(&mut self, peer: AgentId, now: Timestamp) {
        let lane = self.post.lane(peer);
        let (greeted, sent, confirmed) = (lane.greeted, lane.sent, lane.confirmed);
        let unsent = self.book.mail_after(&peer, sent);
        let unconfirmed = self.book.mail_after(&peer, confirmed).len();
        if unconfirmed == 0 {
            // nothing is left to try again
            self.post.lane(peer).heard(confirmed, false, now);
            return;
        }
        if !greeted {
            if self.post.lane(peer).retry_at.is_none_or(|t| t <= now) {
                self.greet(peer, Greeting::First, None, now);
                self.post.lane(peer).schedule(now);
            }
            return;
        }
        let room = WINDOW.saturating_sub(unconfirmed - unsent.len());
        let (mut letters, mut bytes, mut last) = (vec![], 0, sent);
        for seq in unsent.iter().take(room) {
            let Some(record) = self.book.own(*seq) else { break };
            let letter = Letter { record: (**record.signed()).clone(), enclosed: self.enclosures(record) };
            bytes += letter.record.bytes.len() + letter.enclosed.iter().map(|s| s.bytes.len()).sum::<usize>();
            if bytes > MAIL_BYTES && !letters.is_empty() {
                break;
            }
            letters.push(letter);
            last = *seq;
        }
        if let Some(first) = unsent.first().filter(|_| !letters.is_empty()) {
            let (after, heard) = (self.book.mail_before(&peer, *first), self.book.heard(&peer));
            let frame = Frame::Mail { after, heard, letters };
            self.out.push(Effect::Send { to: peer, frame });
            let more = !self.book.mail_after(&peer, last).is_empty();
            self.post.confirmed(&peer);
            let lane = self.post.lane(peer);
            lane.sent = last;
            lane.schedule(now);
            if more && room > 0 && bytes > MAIL_BYTES {
                self.agenda.insert(Todo::Mail(peer));
            }
        }
    }

    /// Sends again what has not been confirmed in time.
    pub(crate) fn retry_mail(&mut self, now: Timestamp) {
        for peer in self.post.due(now) {
            let lane = self.post.lane(peer);
            lane.rewind();
            // a peer that does not confirm may have lost its place: ask
            lane.greeted = false;
            self.agenda.insert(Todo::Mail(peer));
        }
    }

    /// What must accompany a record for its receiver to judge it: the pledges of a close, the demands of a
    /// part of a plan, the part that an award rests on; with goods, the passports
    /// of all that went into them, so that who holds the goods can trace them whoever else is away.
    fn enclosures(&self, record: &Record) -> Vec<Signed> {
        let mut wanted: VecDeque<RecordId> = match record.kind.as_str() {
            PoolClose::KIND | Handover::KIND | PlanPart::KIND | PlanAward::KIND => {
                record.refs.iter().copied().collect()
            }
            _ => return vec![],
        };
        let (mut seen, mut found) = (BTreeSet::new(), vec![]);
        while let Some(id) = wanted.pop_front().filter(|_| found.len() < ENCLOSED_MAX) {
            let Some(shown) = self.book.get(&id).filter(|_| seen.insert(id)) else { continue };
            match shown.kind.as_str() {
                Passport::KIND if record.kind == Handover::KIND => wanted.extend(&shown.refs),
                Pledge::KIND if record.kind == PoolClose::KIND => {}
                // who said it has it
                PlanDemand::KIND if record.kind == PlanPart::KIND => {
                    if record.audience.addressees().any(|to| *to == shown.author) {
                        continue;
                    }
                }
                PlanPart::KIND if record.kind == PlanAward::KIND => {}
                _ => continue,
            }
            found.push((**shown.signed()).clone());
        }
        found
    }

    fn mail(&mut self, from: AgentId, after: u64, letters: Vec<Letter>, now: Timestamp) {
        let (mut expected, mut kept, sent) = (after, 0, letters.len());
        // after a gap nothing is taken: what is heard is said below, and the rest is sent again from there
        let taken = if self.book.heard(&from) < after { 0 } else { WINDOW };
        let (signed, enclosed): (Vec<_>, Vec<_>) =
            letters.into_iter().take(taken).map(|letter| (letter.record, letter.enclosed)).unzip();
        for (checked, mut enclosed) in self.check_all(signed).into_iter().zip(enclosed) {
            if self.book.heard(&from) < expected {
                break;
            }
            let record = match checked {
                Ok(record) if record.author == from => record,
                Ok(record) => {
                    let what = said!(
                        "sent a record of {} as its own mail",
                        "把 {} 的记录当作自己的信件发来",
                        self.who(&record.author).name
                    );
                    return self.problem(now, Some(from), what);
                }
                Err(e) => {
                    return self.problem(
                        now,
                        Some(from),
                        about("its mail was refused", "它的信件被拒绝", &e),
                    );
                }
            };
            if !record.audience.admits(&self.me()) || record.seq <= expected {
                return self.problem(
                    now,
                    Some(from),
                    said!(
                        "its record {} is not addressed here, or out of order",
                        "它的记录 {} 不是发给本节点的，或次序不对",
                        record.id
                    ),
                );
            }
            expected = record.seq;
            if record.seq <= self.book.heard(&from) {
                continue;
            }
            if !self.may_write(from, 1 + enclosed.len(), now) {
                break; // as if it had not come: it is sent again later
            }
            let mut cited: BTreeSet<RecordId> = record.refs.iter().copied().collect();
            enclosed.truncate(ENCLOSED_MAX);
            for shown in self.check_all(enclosed) {
                match shown {
                    Ok(shown) if cited.contains(&shown.id) => {
                        cited.extend(&shown.refs);
                        // what is wrong with a proof shows when the record that needs it is judged
                        let _ = self.take(shown, Channel::Shown, now);
                    }
                    Ok(shown) => {
                        self.problem(
                            now,
                            Some(from),
                            said!(
                                "enclosed {} with a record that does not cite it",
                                "附上的 {} 未被其记录引用",
                                shown.id
                            ),
                        );
                    }
                    Err(e) => self.problem(
                        now,
                        Some(from),
                        about("enclosed what cannot be checked", "附上了无法核实的内容", &e),
                    ),
                }
            }
            kept += 1;
            let (id, kind, author) = (record.id, record.kind.clone(), record.author);
            if let Err(fault) = self.take(record, Channel::Post, now) {
                let what = because(
                    &format!("its {kind} {} had no effect", id.short()),
                    &format!("它的 {kind} {} 没有生效", id.short()),
                    &fault.detail,
                );
                self.problem(now, Some(author), what);
                self.answer_fault(&kind, id, fault.reason, fault.detail, now);
            }
        }
        if kept > 0 && kept == sent {
            self.post.confirm_soon(from, kept, now);
        } else {
            // a gap, a repeat, or more than may be written: its author does not know how far it has come
            self.post.confirm_now(from, now);
        }
    }

    /// Tells the author that what would have bound somebody did not. Never answers a refusal, so that two nodes
    /// cannot refuse each other for ever.
    fn answer_fault(&mut self, kind: &str, id: RecordId, reason: Reason, detail: Text, now: Timestamp) {
        let binds = [
            Enquiry::KIND,
            Quote::KIND,
            Acceptance::KIND,
            Confirmation::KIND,
            Binding::KIND,
            Delay::KIND,
            DelayAnswer::KIND,
            Pledge::KIND,
            PoolRequest::KIND,
            Bid::KIND,
            BidStanding::KIND,
            Award::KIND,
            PlanSupply::KIND,
            PlanDemand::KIND,
            PlanAward::KIND,
        ];
        if binds.contains(&kind) {
            self.refuse(id, reason, detail, now);
        }
    }
}
