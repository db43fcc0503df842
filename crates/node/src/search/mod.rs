//! Searches: several are asked what they keep, their answers are checked and compared.
//!
//! An indexer is merely a node that keeps more. Nothing it says is believed: every listing is judged by its author's
//! signature and its own words, and what one answerer left out that others showed is told. What was found is not kept
//! until the owner acts on it ([`Node::take_found`]). Which nodes are worth asking is not known here.

mod answer;
mod judge;

use crate::command::Done;
use crate::effect::{Channel, Effect};
use crate::error::{Error, Result};
use crate::frame::{Found, Frame, Question};
use crate::node::Node;
use crate::pace::Pace;
use crate::view::{AnswererView, FoundId, FoundView, SearchOutcome, SearchView, Who};
use crate::words::words;
use judge::{Good, judge};
use ledger::{Record, Signed};
use market::search::{Listed, Query};
use market::statement::Withdrawal;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use vocab::{AgentId, RecordId, Timestamp, after, seconds_between};

/// How long one agent has to answer, seconds; it is asked twice.
const ANSWER_S: i64 = 4;
/// Most searches at once.
const SEARCHES_MAX: usize = 16;
/// How many connected peers are asked when none are named.
const USUALLY_ASKED: usize = 5;
/// Most that can be named.
const ASKED_MAX: usize = 20;
/// Listings younger than this need not have reached everyone: leaving one out says nothing. Seconds.
const NEWS_S: i64 = 3_600;
/// Found listings that are remembered, so that the owner may act on them.
const FOUND_MAX: usize = 1_000;

#[derive(Default)]
pub(crate) struct Searches {
    /// by the number of the command that waits
    jobs: BTreeMap<u64, Job>,
    /// by the number of the question
    open: BTreeMap<u64, Open>,
    /// listings that were found, the newest last: what to take in to act on them
    found: VecDeque<(RecordId, Vec<Record>)>,
    /// what all peers together have asked lately
    pub(crate) answered: Pace,
}

struct Job {
    query: Query,
    answerers: Vec<Answerer>,
    found: BTreeMap<RecordId, Shown>,
    names: BTreeMap<AgentId, String>,
    stage: Stage,
}

/// A search asks twice: what there is, and of what is lacking in an answer, whether it was withdrawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Listings,
    Withdrawals,
}

struct Answerer {
    who: AgentId,
    outcome: SearchOutcome,
    unfit: u64,
    forged: u64,
    expired: u64,
    more: bool,
    gave: BTreeSet<RecordId>,
    left_out: Vec<RecordId>,
}

struct Shown {
    by: AgentId,
    at: Timestamp,
    listed: Listed,
    surely: bool,
}

/// A question under way.
struct Open {
    job: u64,
    asked: AgentId,
    question: Question,
    again: bool,
    due: Timestamp,
}

impl Searches {
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.open.values().map(|o| o.due).min()
    }
}

impl Answerer {
    fn new(who: AgentId) -> Self {
        let outcome = SearchOutcome::Asked;
        let (gave, left_out) = (BTreeSet::new(), vec![]);
        Self { who, outcome, unfit: 0, forged: 0, expired: 0, more: false, gave, left_out }
    }
}

impl Node {
    /// Begins a search that the command of this number waits for.
    ///
    /// # Errors
    /// A query without sense, too many to ask, too many searches at once.
    pub(crate) fn begin_search(
        &mut self,
        number: u64,
        query: Query,
        ask: Vec<AgentId>,
        now: Timestamp,
    ) -> Result<()> {
        query.check()?;
        let limit = |what, limit, remedy| Error::Limit { what, limit, remedy };
        if ask.len() > ASKED_MAX {
            let what = words("agents asked", "询问的参与方");
            return Err(limit(what, ASKED_MAX, words("name fewer", "请少写几个")));
        }
        if self.searches.jobs.len() >= SEARCHES_MAX {
            let what = words("searches at once", "同时进行的搜索");
            return Err(limit(what, SEARCHES_MAX, words("wait for one to end", "请等其中一个结束")));
        }
        let me = self.me();
        let asked: BTreeSet<AgentId> = match ask.is_empty() {
            true => self.some_connected(number),
            false => ask.into_iter().filter(|a| *a != me).collect(),
        };
        let answerers = asked.iter().copied().map(Answerer::new).collect();
        let (found, names) = (BTreeMap::new(), BTreeMap::new());
        let mut job = Job { query, answerers, found, names, stage: Stage::Listings };
        self.search_here(&mut job, now);
        let question = Question::Search(job.query.clone());
        self.searches.jobs.insert(number, job);
        asked.into_iter().for_each(|who| self.ask_search(number, who, question.clone(), now));
        self.go_on_searching(number, now);
        Ok(())
    }

    /// Some connected peers: others for each search, so that no one of them decides what is seen.
    fn some_connected(&self, number: u64) -> BTreeSet<AgentId> {
        let drawn =
            |peer: &AgentId| Sha256::digest([&number.to_be_bytes()[..], &self.me().0, &peer.0].concat());
        let mut peers: Vec<_> = self.post.connected().copied().collect();
        peers.sort_by_cached_key(drawn);
        peers.into_iter().take(USUALLY_ASKED).collect()
    }

    /// What this node keeps itself is part of the answer.
    fn search_here(&self, job: &mut Job, now: Timestamp) {
        let all = self.matching(&job.query, now);
        let mut mine = Answerer::new(self.me());
        mine.outcome = SearchOutcome::Answered;
        mine.more = all.len() > job.query.limit as usize;
        for id in all.into_iter().take(job.query.limit as usize) {
            let Some((record, listed)) = self.book.get(&id).zip(self.listed(&id)) else { continue };
            job.found.insert(id, Shown { by: record.author, at: record.at, listed, surely: true });
            mine.gave.insert(id);
        }
        job.answerers.insert(0, mine);
    }

    fn listed(&self, id: &RecordId) -> Option<Listed> {
        let offer = |id: &RecordId| self.board.offers.get(id).map(|l| Box::new((*l.what).clone()));
        let need = || self.board.needs.get(id).map(|l| Listed::Need(Box::new((*l.what).clone())));
        let pool = || {
            let terms = Box::new(self.pools.get(id)?.terms.clone());
            Some(Listed::Pool { offer: offer(&terms.offer), terms })
        };
        offer(id).map(Listed::Offer).or_else(need).or_else(pool)
    }

    fn ask_search(&mut self, job: u64, asked: AgentId, question: Question, now: Timestamp) {
        let number = self.asks.next_number();
        self.out.push(Effect::Send { to: asked, frame: Frame::Ask { number, question: question.clone() } });
        let due = after(now, ANSWER_S);
        self.searches.open.insert(number, Open { job, asked, question, again: false, due });
    }

    /// Takes an answer to one of the questions of a search.
    pub(crate) fn answered_search(
        &mut self,
        from: AgentId,
        number: u64,
        answer: Option<Found>,
        now: Timestamp,
    ) {
        if self.searches.open.get(&number).is_none_or(|o| o.asked != from) {
            return;
        }
        let Some(open) = self.searches.open.remove(&number) else { return };
        match (answer, open.question) {
            (Some(Found::Listings { records, more }), Question::Search(_)) => {
                self.take_listings(open.job, from, records, more, now);
            }
            (Some(Found::Withdrawals(records)), Question::Withdrawals(ids)) => {
                self.take_withdrawals(open.job, &ids, records);
            }
            (_, Question::Search(_)) => self.note_outcome(open.job, from, SearchOutcome::Refused),
            _ => {}
        }
        self.go_on_searching(open.job, now);
    }

    fn note_outcome(&mut self, job: u64, who: AgentId, outcome: SearchOutcome) {
        let answerers = self.searches.jobs.get_mut(&job).map(|j| &mut j.answerers);
        if let Some(answerer) = answerers.into_iter().flatten().find(|a| a.who == who) {
            answerer.outcome = outcome;
        }
    }

    fn take_listings(&mut self, job: u64, from: AgentId, records: Vec<Signed>, more: bool, now: Timestamp) {
        let Some(job) = self.searches.jobs.get_mut(&job) else { return };
        let judged = judge(records, &job.query, &self.board, now);
        let Some(answerer) = job.answerers.iter_mut().find(|a| a.who == from) else { return };
        answerer.outcome = SearchOutcome::Answered;
        answerer.more = more;
        (answerer.unfit, answerer.forged, answerer.expired) = (judged.unfit, judged.forged, judged.expired);
        job.names.extend(judged.names);
        for Good { record, listed, parts, surely } in judged.good {
            answerer.gave.insert(record.id);
            let shown = Shown { by: record.author, at: record.at, listed, surely };
            job.found.entry(record.id).or_insert(shown);
            if self.book.get(&record.id).is_none() {
                self.searches.found.retain(|(id, _)| *id != record.id);
                self.searches.found.push_back((record.id, parts));
            }
        }
        while self.searches.found.len() > FOUND_MAX {
            self.searches.found.pop_front();
        }
    }

    /// What its author has withdrawn is no longer there, whoever still shows it.
    fn take_withdrawals(&mut self, job: u64, asked: &[RecordId], records: Vec<Signed>) {
        let Some(job) = self.searches.jobs.get_mut(&job) else { return };
        for record in records.into_iter().take(Frame::RECORDS_MAX).filter_map(|s| s.verify().ok()) {
            let speaks = self.board.speaks(&record);
            let listing = record.read::<Withdrawal>().ok().map(|w| w.listing).filter(|id| asked.contains(id));
            let Some(listing) = listing.filter(|_| speaks) else { continue };
            if job.found.get(&listing).is_some_and(|shown| shown.by == record.author) {
                job.found.remove(&listing);
                for answerer in &mut job.answerers {
                    answerer.expired += u64::from(answerer.gave.remove(&listing));
                }
            }
        }
    }

    /// Goes to the next stage when all have answered, and answers the command after the last.
    fn go_on_searching(&mut self, number: u64, now: Timestamp) {
        if self.searches.open.values().any(|o| o.job == number) {
            return;
        }
        let Some(job) = self.searches.jobs.get_mut(&number) else { return };
        job.compare(now);
        if job.stage == Stage::Listings {
            job.stage = Stage::Withdrawals;
            let me = self.signer.author();
            let lacking = job.answerers.iter().filter(|a| a.who != me && !a.left_out.is_empty());
            let lacking: Vec<_> = lacking.map(|a| (a.who, a.left_out.clone())).collect();
            for (who, ids) in lacking {
                self.ask_search(number, who, Question::Withdrawals(ids), now);
            }
            return self.go_on_searching(number, now);
        }
        if let Some(job) = self.searches.jobs.remove(&number) {
            let view = self.search_view(job, now);
            self.out.push(Effect::Reply(number, Ok(Done::Search(Box::new(view)))));
        }
    }

    /// Who has not answered is asked once more, since the first question may not have arrived, and then passed over.
    pub(crate) fn searches_due(&mut self, now: Timestamp) {
        let late: Vec<u64> =
            self.searches.open.iter().filter(|(_, o)| o.due <= now).map(|(n, _)| *n).collect();
        for number in late {
            let Some(open) = self.searches.open.get_mut(&number) else { continue };
            if !open.again {
                (open.again, open.due) = (true, after(now, ANSWER_S));
                let (to, question) = (open.asked, open.question.clone());
                self.out.push(Effect::Send { to, frame: Frame::Ask { number, question } });
                continue;
            }
            let (job, asked) = (open.job, open.asked);
            let listings = matches!(open.question, Question::Search(_));
            self.searches.open.remove(&number);
            if listings {
                self.note_outcome(job, asked, SearchOutcome::Silent);
            }
            self.go_on_searching(job, now);
        }
    }

    fn search_view(&self, job: Job, now: Timestamp) -> SearchView {
        let who = |agent: &AgentId| {
            let known = self.who(agent);
            let told = job.names.get(agent).filter(|_| known.name.is_empty());
            told.map_or(known.clone(), |name| Who { agent: *agent, name: name.clone() })
        };
        let shown_by =
            |id: &RecordId| job.answerers.iter().filter(|a| a.gave.contains(id)).map(|a| a.who).collect();
        let view = |(id, shown): (&RecordId, &Shown)| FoundView {
            id: *id,
            by: who(&shown.by),
            standing: self.standing(&shown.by),
            mine: shown.by == self.me(),
            at: shown.at,
            age_s: seconds_between(shown.at, now),
            distance_km: job.query.distance_km(shown.listed.listing()),
            kept: self.book.get(id).is_some(),
            shown_by: shown_by(id),
            listing: shown.listed.clone(),
        };
        let mut found: Vec<_> = job.found.iter().map(view).collect();
        found.sort_by_key(|f| (f.distance_km, Reverse(f.at), f.id));
        let answerer = |a: &Answerer| AnswererView {
            who: who(&a.who),
            outcome: a.outcome,
            gave: a.gave.len() as u64,
            unfit: a.unfit,
            forged: a.forged,
            expired: a.expired,
            more: a.more,
            left_out: a.left_out.clone(),
        };
        SearchView { found, answerers: job.answerers.iter().map(answerer).collect() }
    }

    /// Listings that searches found lately and that are not kept here, the newest last.
    pub fn found(&self) -> Vec<FoundId> {
        let listing = |(id, parts): &(RecordId, Vec<Record>)| {
            let record = parts.last().filter(|_| self.book.get(id).is_none())?;
            Some(FoundId { id: *id, kind: record.kind.clone() })
        };
        self.searches.found.iter().filter_map(listing).collect()
    }

    /// Takes in a listing that a search found, with its author's keys and address, because its owner acts on it.
    pub(crate) fn take_found(&mut self, listing: &RecordId, now: Timestamp) {
        if self.book.get(listing).is_some() {
            return;
        }
        let found = self.searches.found.iter().find(|(id, _)| id == listing);
        for record in found.map(|(_, parts)| parts.clone()).unwrap_or_default() {
            // what cannot be taken is missed, and told, by the command that needs it
            let _ = self.take(record, Channel::Shown, now);
        }
    }
}

impl Job {
    /// What each answerer left out: shown by others, surely a match, no news, and it said that it gave all.
    fn compare(&mut self, now: Timestamp) {
        let old = |shown: &Shown| shown.surely && seconds_between(shown.at, now) > NEWS_S;
        let due: Vec<RecordId> = self.found.iter().filter(|(_, s)| old(s)).map(|(id, _)| *id).collect();
        for answerer in self.answerers.iter_mut().filter(|a| a.outcome == SearchOutcome::Answered && !a.more)
        {
            answerer.left_out = due.iter().filter(|id| !answerer.gave.contains(id)).copied().collect();
        }
    }
}
