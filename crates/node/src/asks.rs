//! Questions to peers that a command waits for: tracing back, tracing forward.
//!
//! A [`Job`] is a pure search that says what it wants next; each want is asked of one agent after the other until
//! one answers. What is found out is kept, so that the same trace works later without anybody.

use crate::command::{Done, Named};
use crate::effect::{Channel, Effect};
use crate::frame::{Found, Frame, Question};
use crate::node::Node;
use crate::words::words;
use ledger::Record;
use std::collections::{BTreeMap, VecDeque};
use trace::{BackTrace, ForwardTrace, Hand};
use vocab::{AgentId, RecordId, Timestamp, after};

/// How long one agent has to answer, seconds.
const ANSWER_S: i64 = 4;
/// How long a whole trace may take, seconds.
const JOB_S: i64 = 60;
/// Most traces at once.
const JOBS_MAX: usize = 64;
/// Most questions under way for one trace.
const ASKS_MAX: usize = 64;

#[derive(Default)]
pub(crate) struct Asks {
    jobs: BTreeMap<u64, Job>,
    open: BTreeMap<u64, Open>,
    last_number: u64,
}

/// A search that a command waits for.
struct Job {
    search: Search,
    ends: Timestamp,
}

enum Search {
    Back(BackTrace),
    Forward(ForwardTrace),
}

/// A question under way.
struct Open {
    job: u64,
    want: Want,
    asked: AgentId,
    /// whom to ask next
    others: VecDeque<AgentId>,
    /// asked again because the first question may not have arrived: a dial may take as long as an answer may
    again: bool,
    due: Timestamp,
}

/// What a search lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Want {
    Record(RecordId),
    Forward { agent: AgentId, lot: RecordId, chain: Vec<RecordId> },
}

impl Want {
    fn question(&self) -> Question {
        match self {
            Self::Record(id) => Question::Record(*id),
            Self::Forward { lot, chain, .. } => Question::Forward { lot: *lot, chain: chain.clone() },
        }
    }
}

impl Asks {
    /// A number that no other question of this node bears.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.open.values().map(|o| o.due).chain(self.jobs.values().map(|j| j.ends)).min()
    }
}

impl Node {
    pub(crate) fn begin_trace(&mut self, number: u64, lot: RecordId, holder: AgentId, now: Timestamp) {
        self.begin_job(number, Search::Back(BackTrace::new(lot, [holder])), now);
    }
    pub(crate) fn begin_recall(&mut self, number: u64, lot: RecordId, now: Timestamp) {
        self.begin_job(number, Search::Forward(ForwardTrace::new(lot, self.me())), now);
    }

    fn begin_job(&mut self, number: u64, search: Search, now: Timestamp) {
        if self.asks.jobs.len() >= JOBS_MAX {
            let limit = crate::Error::Limit {
                what: words("traces at once", "同时进行的溯源"),
                limit: JOBS_MAX,
                remedy: words("wait for one to end", "请等其中一个结束"),
            };
            self.out.push(Effect::Reply(number, Err(limit)));
            return;
        }
        self.asks.jobs.insert(number, Job { search, ends: after(now, JOB_S) });
        self.pursue(number, now);
    }

    /// Gives the search what is here, asks others for the rest, answers the command when nothing is lacking.
    fn pursue(&mut self, number: u64, now: Timestamp) {
        // every round either finds something here or ends: bounded by what a search may want at all
        for _ in 0..20_000 {
            let Some(job) = self.asks.jobs.get_mut(&number) else { return };
            let mut found = false;
            let mut wants = vec![];
            match &mut job.search {
                Search::Back(search) => {
                    for want in search.wants() {
                        match self.book.get(&want.id) {
                            Some(record) => {
                                // a record it did not want is no answer to it
                                let _ = search.feed(record.clone());
                                found = true;
                            }
                            None => wants.push((Want::Record(want.id), want.ask)),
                        }
                    }
                }
                Search::Forward(search) => {
                    let me = self.signer.author();
                    for want in search.wants() {
                        if want.agent == me {
                            let _ = search.feed(me, want.lot, self.stock.forward(&want.lot));
                            found = true;
                        } else {
                            let ask = vec![want.agent];
                            wants.push((
                                Want::Forward { agent: want.agent, lot: want.lot, chain: want.chain },
                                ask,
                            ));
                        }
                    }
                }
            }
            if found {
                continue;
            }
            if wants.is_empty() {
                self.end_job(number);
                return;
            }
            let mut gave_up = false;
            for (want, ask) in wants {
                let under_way = self.asks.open.values().filter(|o| o.job == number);
                if under_way.clone().any(|o| o.want == want) || under_way.count() >= ASKS_MAX {
                    continue;
                }
                let others: VecDeque<_> = ask.into_iter().filter(|a| *a != self.me()).collect();
                gave_up |= !self.ask_next(number, want, others, now);
            }
            if !gave_up {
                return;
            }
        }
        self.end_job(number);
    }

    /// Asks the next who may know; false when there is nobody left, which the search is told.
    fn ask_next(&mut self, job: u64, want: Want, mut others: VecDeque<AgentId>, now: Timestamp) -> bool {
        let Some(to) = others.pop_front() else {
            if let Some(job) = self.asks.jobs.get_mut(&job) {
                match (&mut job.search, &want) {
                    (Search::Back(search), Want::Record(id)) => search.gave_up(*id),
                    (Search::Forward(search), Want::Forward { agent, lot, .. }) => {
                        search.gave_up(*agent, *lot)
                    }
                    _ => {}
                }
            }
            return false;
        };
        let number = self.asks.next_number();
        let question = want.question();
        self.out.push(Effect::Send { to, frame: Frame::Ask { number, question } });
        let due = after(now, ANSWER_S);
        self.asks.open.insert(number, Open { job, want, asked: to, others, again: false, due });
        true
    }

    pub(crate) fn answered(&mut self, from: AgentId, number: u64, answer: Option<Found>, now: Timestamp) {
        let answer = match answer {
            Some(Found::Share(letter)) => return self.shown_share(from, *letter, now),
            Some(Found::StandIn) => return self.asked_to_stand_in(from, now),
            Some(Found::Pledges { records, more }) => return self.gathered(from, records, more, now),
            other => other,
        };
        if self.asks.open.get(&number).is_none_or(|o| o.asked != from) {
            if let Some(Found::Record(signed)) = answer {
                return self.shown_part(signed, now);
            }
            return self.answered_search(from, number, answer, now);
        }
        let Some(open) = self.asks.open.remove(&number) else { return };
        let good = match (answer, &open.want) {
            (Some(Found::Record(signed)), Want::Record(id)) if signed.id() == *id => match self.check(signed)
            {
                Ok(record) => {
                    let _ = self.take(record.clone(), Channel::Shown, now);
                    self.feed_record(open.job, record);
                    true
                }
                Err(_) => false,
            },
            (Some(Found::Forward(step)), Want::Forward { agent, lot, .. }) => {
                if let Some(Search::Forward(search)) =
                    self.asks.jobs.get_mut(&open.job).map(|j| &mut j.search)
                {
                    search.feed(*agent, *lot, step).is_ok()
                } else {
                    false
                }
            }
            _ => false,
        };
        if !good {
            self.ask_next(open.job, open.want, open.others, now);
        }
        self.pursue(open.job, now);
    }

    fn feed_record(&mut self, job: u64, record: Record) {
        if let Some(Search::Back(search)) = self.asks.jobs.get_mut(&job).map(|j| &mut j.search) {
            let _ = search.feed(record);
        }
    }

    /// Who has not answered in time is passed over; what has taken too long ends with what was found.
    pub(crate) fn asks_due(&mut self, now: Timestamp) {
        let late: Vec<u64> = self.asks.open.iter().filter(|(_, o)| o.due <= now).map(|(n, _)| *n).collect();
        for number in late {
            let Some(mut open) = self.asks.open.remove(&number) else { continue };
            if !open.again {
                let question = open.want.question();
                self.out.push(Effect::Send { to: open.asked, frame: Frame::Ask { number, question } });
                open.again = true;
                open.due = after(now, ANSWER_S);
                self.asks.open.insert(number, open);
                continue;
            }
            self.ask_next(open.job, open.want, open.others, now);
            self.pursue(open.job, now);
        }
        let over: Vec<u64> = self.asks.jobs.iter().filter(|(_, j)| j.ends <= now).map(|(n, _)| *n).collect();
        for number in over {
            self.end_job(number);
        }
    }

    fn end_job(&mut self, number: u64) {
        self.asks.open.retain(|_, o| o.job != number);
        if let Some(job) = self.asks.jobs.remove(&number) {
            let done = match job.search {
                Search::Back(search) => {
                    let mut tree = search.tree();
                    tree.handling = self.hands_to_me(&tree.lot);
                    Done::Trace(Box::new(self.named(tree)))
                }
                Search::Forward(search) => Done::Recall(Box::new(self.named(search.tree()))),
            };
            self.out.push(Effect::Reply(number, Ok(done)));
        }
    }

    /// The hands a lot went through on its way to this node: the last steps of its trace, to the door.
    fn hands_to_me(&self, lot: &RecordId) -> Vec<Hand> {
        let me = self.me();
        let for_me = self.moves.iter().filter(|m| m.handover.consignee == me);
        let taken = for_me.filter_map(|m| {
            let (takeover, answer) = m.answer.as_ref()?;
            let record = self.book.get(takeover).filter(|_| answer.accepted.iter().any(|g| g.lot == *lot))?;
            Some(Hand { from: m.giver, to: m.handover.to, at: record.at, verified: true })
        });
        let mut hands: Vec<Hand> = taken.collect();
        hands.sort_by_key(|h| h.at);
        hands
    }

    fn named<T>(&self, tree: T) -> Named<T> {
        let known = self.board.keys.keys();
        Named { tree, names: known.map(|a| (*a, self.board.name(a))).collect() }
    }

    /// Answers a peer's question, if it may know.
    pub(crate) fn answer(&mut self, from: AgentId, question: &Question, now: Timestamp) -> Option<Found> {
        match question {
            Question::Share { pool, pledge } => self.answer_share(from, pool, pledge, now),
            Question::Pledges { pool, after } => self.answer_pledges(from, pool, after.as_ref(), now),
            Question::Record(id) => {
                let record = self.book.get(id)?;
                (record.author == from || record.audience.admits(&from))
                    .then(|| Found::Record((**record.signed()).clone()))
            }
            Question::Forward { lot, chain } => {
                let passports: Vec<Record> =
                    chain.iter().take(64).filter_map(|id| self.book.get(id)).cloned().collect();
                let shown = passports.len() == chain.len();
                (shown && trace::may_ask_forward(&from, &passports, *lot))
                    .then(|| Found::Forward(self.stock.forward(lot)))
            }
            Question::Search(query) => self.answer_search(from, query, now),
            Question::Withdrawals(ids) => self.answer_withdrawals(from, ids, now),
        }
    }
}
