//! The node itself: what it knows, how it takes a record in, how it says one.
//!
//! [`Node::handle`] is the function from an input and a time to effects. State changes in one place only,
//! [`Node::apply`], which is a fold over records: the same code runs live and at restart. What to do about a change
//! is put on an agenda and decided afterwards, from the state alone, so a crash in between loses nothing.

use crate::advance::Awaited;
use crate::asks::Asks;
use crate::auctions::Auctions;
use crate::board::Board;
use crate::book::{Book, Place};
use crate::calls::Calls;
use crate::compare::Sealed;
use crate::deals::{Deals, Fault};
use crate::effect::{Channel, Effect, Entry, Input, Topic};
use crate::error::{Error, Result};
use crate::estimates::Estimates;
use crate::gather::Gathers;
use crate::interests::Interests;
use crate::joint::Joint;
use crate::moves::Moves;
use crate::orders::Orders;
use crate::outages::Outages;
use crate::partakers::Partakers;
use crate::pools::Pools;
use crate::post::Post;
use crate::quota::{Quota, Quotas};
use crate::search::Searches;
use crate::turns::Turns;
use crate::wants::Wants;
use crate::words::{about, said, words};
use ledger::{Audience, Log, Memo, Record, Signed, Signer, Statement, Witness};
use market::statement::Feedback;
use planning::{Capacity, Model};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use trace::{Holding, ProcessRef, Stock};
use vocab::{AgentId, DAY_S, RecordId, Text, Timestamp, phrase};

/// What a node is told at its start.
#[derive(Clone, Debug)]
pub struct Config {
    /// what it calls itself, in its inception record
    pub name: String,
    /// public half of the key that may one day replace its first
    pub next_key: Option<[u8; 32]>,
    /// how it behaves
    pub policy: Policy,
}

/// How a node behaves where its owner has a choice.
#[derive(Clone, Debug)]
pub struct Policy {
    /// suppliers asked for each input
    pub suppliers_asked: usize,
    /// seconds an enquiry of one's own waits for its answer
    pub answer_s: i64,
    /// seconds for which a quote is asked to hold
    pub hold_s: i64,
    /// seconds by which one tier's deadlines differ from the next's: two skewed clocks and a round trip
    pub margin_s: i64,
    /// tiers an enquiry may travel
    pub depth: u32,
    /// open conversations allowed to one peer
    pub open_per_peer: usize,
    /// room for the public records of one author, whoever it is
    pub public_per_author: usize,
    /// how much is kept of whom, when there is no room for all
    pub quotas: Quotas,
    /// seconds between two comparisons of public records with a peer, at least; doubled while nothing differs
    pub reconcile_s: i64,
    /// the same, at most
    pub reconcile_max_s: i64,
    /// seconds by which work, goods or a promise may slip before it counts as late
    pub grace_s: i64,
    /// seconds the other side has to answer when another date is offered or asked for
    pub date_answer_s: i64,
    /// milliseconds after the moment an order was asked at during which nothing is set aside for it, so that what was
    /// asked earlier and travels slower has its turn first, here and at every firm that does the same; 0: first come,
    /// first served
    pub turn_ms: u64,
    /// whose public records are kept and compared
    pub hears: Hears,
    /// offers of the nearest suppliers that a standing order looks at
    pub sees_near: usize,
    /// other offers it looks at, drawn by lot
    pub sees_random: usize,
    /// searches answered to one peer in a minute; 0: none
    pub searches_per_peer: u32,
    /// searches answered to all peers together in a minute
    pub searches_in_all: u32,
}

/// Whose public records a node keeps and compares with its peers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hears {
    /// everybody's, and it passes them on: an open market
    Everybody,
    /// those of the agents it is or was connected with, from themselves: a firm among thousands that knows its partners
    Partners,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            suppliers_asked: 3,
            answer_s: 400,
            hold_s: 600,
            margin_s: 20,
            depth: 16,
            open_per_peer: 1_000,
            public_per_author: 2_000,
            quotas: Quotas::default(),
            reconcile_s: 60,
            reconcile_max_s: 3_600,
            grace_s: 600,
            date_answer_s: DAY_S,
            turn_ms: 0,
            hears: Hears::Everybody,
            sees_near: 8,
            sees_random: 8,
            searches_per_peer: 30,
            searches_in_all: 600,
        }
    }
}

/// One participant.
pub struct Node {
    pub(crate) signer: Signer,
    pub(crate) config: Config,
    pub(crate) log: Log,
    pub(crate) book: Book,
    pub(crate) board: Board,
    pub(crate) deals: Deals,
    pub(crate) orders: Orders,
    pub(crate) pools: Pools,
    pub(crate) joint: Joint,
    pub(crate) auctions: Auctions,
    pub(crate) calls: Calls,
    pub(crate) wants: Wants,
    pub(crate) stock: Stock,
    pub(crate) moves: Moves,
    pub(crate) model: Model,
    pub(crate) capacity: Capacity,
    pub(crate) outages: Outages,
    pub(crate) feedback: BTreeMap<RecordId, Feedback>,
    pub(crate) witness: Witness,
    /// when this node last cosigned each agent's log
    pub(crate) witnessed: BTreeMap<AgentId, Timestamp>,
    /// what went into each process, by arrival, until its output is given a passport
    pub(crate) consumed: BTreeMap<ProcessRef, Vec<Holding>>,
    /// until when lots keep, where their passports say it
    pub(crate) declared_expiry: BTreeMap<RecordId, Timestamp>,
    pub(crate) estimates: Estimates,
    pub(crate) interests: Interests,
    /// public records that the one being taken in has overtaken
    pub(crate) superseded: Vec<RecordId>,
    pub(crate) quota: Quota,
    /// who has brought what is being taken in
    pub(crate) deliverer: Option<AgentId>,
    // what follows does not survive a restart, and need not
    pub(crate) post: Post,
    pub(crate) partakers: Partakers,
    pub(crate) sealed: Option<Sealed>,
    pub(crate) turns: Turns,
    pub(crate) asks: Asks,
    pub(crate) searches: Searches,
    pub(crate) gathers: Gathers,
    pub(crate) awaited: Awaited,
    pub(crate) problems: VecDeque<(Timestamp, Option<AgentId>, Text)>,
    pub(crate) agenda: BTreeSet<Todo>,
    pub(crate) out: Vec<Effect>,
    wake_at: Option<Timestamp>,
    /// when capacity in the past was last cleared away
    pub(crate) forgot_at: Timestamp,
    /// the latest time this node has been told
    pub(crate) clock: Timestamp,
    /// what others in this process have checked already
    memo: Option<Arc<Memo>>,
}

/// Something whose state has changed and that may call for action.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Todo {
    Deal(RecordId),
    Order(RecordId),
    Pool(RecordId),
    Request(RecordId),
    /// an own auction
    Auction(RecordId),
    /// a call for a joint plan
    Call(RecordId),
    /// a standing order
    Seek(RecordId),
    /// a firm order whose plan no longer fits what is known
    Replan(RecordId),
    Mail(AgentId),
    Tell(Topic),
}

/// Most problems kept for the owner to read.
const PROBLEMS_MAX: usize = 100;
/// Most steps of one input: a safeguard against an agenda that feeds itself.
const STEPS_MAX: usize = 100_000;

impl Node {
    /// A node with an empty log. `log_secret` salts the leaves of its Merkle log.
    pub fn new(signer: Signer, log_secret: [u8; 32], config: Config) -> Self {
        let me = signer.author();
        Self {
            signer,
            config,
            log: Log::new(log_secret),
            book: Book::default(),
            board: Board::default(),
            deals: Deals::default(),
            orders: Orders::default(),
            pools: Pools::default(),
            joint: Joint::default(),
            auctions: Auctions::default(),
            calls: Calls::default(),
            wants: Wants::default(),
            stock: Stock::default(),
            moves: Moves::default(),
            model: Model::default(),
            capacity: Capacity::default(),
            outages: Outages::default(),
            feedback: BTreeMap::new(),
            witness: Witness::default(),
            witnessed: BTreeMap::new(),
            consumed: BTreeMap::new(),
            declared_expiry: BTreeMap::new(),
            estimates: Estimates::default(),
            interests: Interests::default(),
            superseded: vec![],
            quota: Quota::of(me),
            deliverer: None,
            post: Post::default(),
            partakers: Partakers::default(),
            sealed: None,
            turns: Turns::default(),
            asks: Asks::default(),
            searches: Searches::default(),
            gathers: Gathers::default(),
            awaited: Awaited::default(),
            problems: VecDeque::new(),
            agenda: BTreeSet::new(),
            out: vec![],
            wake_at: None,
            forgot_at: Timestamp::UNIX_EPOCH,
            clock: Timestamp::UNIX_EPOCH,
            memo: None,
        }
    }

    /// This node, checking records by a memo that it shares with others in one process: the answers are the same.
    #[must_use]
    pub fn sharing(self, memo: Arc<Memo>) -> Self {
        Self { memo: Some(memo), ..self }
    }

    /// This node's agent.
    pub fn me(&self) -> AgentId {
        self.signer.author()
    }

    /// Takes back a record this node kept, in the order it kept them.
    pub fn restore(&mut self, entry: Entry) -> Result<()> {
        self.pass_time(entry.at);
        // what had no effect then has none now
        if !matches!(self.book.place(&entry.record), Place::Taken(_)) {
            let _ = self.apply(&entry);
        }
        self.keep(&entry);
        self.agenda.clear();
        Ok(())
    }

    /// Begins, once everything kept has been restored.
    pub fn begin(&mut self, now: Timestamp) -> Vec<Effect> {
        self.pass_time(now);
        if self.book.own_size() == 0 {
            let next = self.config.next_key;
            let next = ledger::KeyHash::of(&next.map_or(self.me(), AgentId));
            let inception = ledger::Inception { key: self.me(), name: self.config.name.clone(), next };
            self.say_or_report(&inception, Audience::Public, now);
        }
        let dials: Vec<_> = self.board.reachable.iter().map(|(a, r)| (*a, r.addresses.clone())).collect();
        let me = self.me();
        for (agent, addresses) in dials.into_iter().filter(|(a, _)| *a != me) {
            self.out.push(Effect::Dial { agent, addresses });
        }
        let deals =
            self.deals.iter().filter(|d| d.is_open() || !d.dates.is_empty()).map(|d| Todo::Deal(d.id));
        let orders = self.orders.iter().map(|o| Todo::Order(o.id));
        let pools = self.pools.iter().map(|p| Todo::Pool(p.id));
        let requests = self.pools.requests.keys().map(|id| Todo::Request(*id));
        let auctions = self.auctions.iter().map(|a| Todo::Auction(a.id));
        let calls = self.calls.iter().map(|c| Todo::Call(c.id));
        let wants = self.wants.iter().map(|w| Todo::Seek(w.id));
        let mail = self.book.addressees().map(|a| Todo::Mail(*a));
        self.agenda = deals
            .chain(orders)
            .chain(pools)
            .chain(requests)
            .chain(auctions)
            .chain(calls)
            .chain(wants)
            .chain(mail)
            .collect();
        self.finish(now)
    }

    /// Takes an input at a time, says what is to be done.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        self.pass_time(now);
        match input {
            Input::Command(number, command) => {
                if let Some(reply) = self.execute(number, *command, now) {
                    self.out.push(Effect::Reply(number, reply));
                }
            }
            Input::Frame { from, bytes } => self.arrive(from, &bytes, now),
            Input::Heard(signed) => self.hear(signed, None, now),
            Input::PeerUp(peer) => self.peer_up(peer, now),
            Input::PeerDown(peer) => self.peer_down(peer),
            Input::Reachable(addresses) => self.reachable(addresses, now),
            // whoever calls may have forgotten later wakes for this one: the next is said again
            Input::Tick => self.wake_at = None,
        }
        self.finish(now)
    }

    /// Works off the agenda and hands the effects over.
    fn finish(&mut self, now: Timestamp) -> Vec<Effect> {
        self.periodic(now);
        let mut told = BTreeSet::new();
        for _ in 0..STEPS_MAX {
            let Some(todo) = self.agenda.pop_first() else { break };
            match todo {
                Todo::Deal(id) => self.advance_deal(id, now),
                Todo::Order(id) => self.advance_order(id, now),
                Todo::Pool(id) => self.advance_pool(id, now),
                Todo::Request(id) => self.answer_request(id, now),
                Todo::Auction(id) => self.advance_auction(id, now),
                Todo::Call(id) => self.advance_call(id, now),
                Todo::Seek(id) => self.seek(id, now),
                Todo::Replan(id) => self.replan_late(id, now),
                Todo::Mail(peer) => self.send_mail(peer, now),
                Todo::Tell(topic) => {
                    told.insert(topic);
                }
            }
        }
        self.confirm_mail(now);
        self.take_part();
        self.out.extend(told.into_iter().map(Effect::Tell));
        let next = self.next_wake(now);
        if next != self.wake_at {
            self.wake_at = next;
            self.out.extend(next.map(Effect::Wake));
        }
        std::mem::take(&mut self.out)
    }

    /// Lets the clock end what it ends. The clock of a node never runs backwards, whatever the machine's does.
    fn pass_time(&mut self, now: Timestamp) {
        self.clock = self.clock.max(now);
        self.quota.expire(now, &self.config.policy.quotas);
        self.regroup_changed();
        for id in self.deals.expire(now) {
            self.deal_changed(&id, now);
        }
        let me = self.me();
        for id in self.pools.expire(&me, now) {
            self.hold_for_pool(&id, now);
            self.agenda.insert(Todo::Pool(id));
            self.agenda.insert(Todo::Tell(Topic::Market));
        }
        self.auctions_due(now);
        self.calls_due(now);
    }

    // --- saying ---------------------------------------------------------------------------------------------

    /// Says `statement`: signs it, lets it take effect, and has it kept and delivered. On error nothing has changed.
    pub(crate) fn say<S: Statement>(
        &mut self,
        statement: &S,
        audience: Audience,
        now: Timestamp,
    ) -> Result<RecordId> {
        let draft = statement.draft(audience)?;
        let (seq, prev) = self.book.head().map_or((1, None), |(seq, id)| (seq + 1, Some(id)));
        let record = self.signer.sign(draft, seq, prev, now)?;
        let entry = Entry { record, at: now, channel: Channel::Own };
        self.apply(&entry).map_err(|e| self.fault(&entry.record, e))?;
        self.keep(&entry);
        let (record, me) = (&entry.record, self.me());
        for to in record.audience.addressees().filter(|to| **to != me) {
            self.agenda.insert(Todo::Mail(*to));
        }
        let id = record.id;
        let record = record.clone();
        self.out.push(Effect::Append(entry));
        self.publish(&record, now);
        Ok(id)
    }

    /// Says what cannot fail unless this program is wrong; such a failure is shown to the owner, not hidden.
    pub(crate) fn say_or_report<S: Statement>(
        &mut self,
        statement: &S,
        audience: Audience,
        now: Timestamp,
    ) -> Option<RecordId> {
        match self.say(statement, audience, now) {
            Ok(id) => Some(id),
            Err(e) => {
                self.problem(
                    now,
                    None,
                    about(&format!("could not say '{}'", S::KIND), &format!("无法写下“{}”", S::KIND), &e),
                );
                None
            }
        }
    }

    fn fault(&self, record: &Record, fault: Fault) -> Error {
        Error::State {
            what: words("what this answers,", "所答复的记录"),
            id: record.refs.first().copied().unwrap_or(record.id),
            state: phrase(
                fault.detail.in_language("en").to_owned(),
                fault.detail.in_language("zh").to_owned(),
            ),
            remedy: words("look at its state first", "请先查看其状态"),
        }
    }

    pub(crate) fn problem(&mut self, at: Timestamp, peer: Option<AgentId>, what: Text) {
        self.problems.push_front((at, peer, what));
        self.problems.truncate(PROBLEMS_MAX);
        self.agenda.insert(Todo::Tell(Topic::Problems));
    }

    // --- taking in ------------------------------------------------------------------------------------------

    /// Takes in a checked record of another agent, if it is new. Returns what was wrong with it, if anything.
    pub(crate) fn take(
        &mut self,
        record: Record,
        channel: Channel,
        now: Timestamp,
    ) -> std::result::Result<(), Fault> {
        if record.author == self.me() {
            return Ok(());
        }
        // anyone can sign in another's name: kept, it would stand in the place of what that other says
        if matches!(channel, Channel::Heard | Channel::Shown) && !self.board.speaks(&record) {
            let (key, author) = (record.key, record.author);
            let detail =
                said!("{} has not been shown to speak for {}", "没有证据表明 {} 可以代表 {}", key, author);
            return Err(Fault { reason: market::statement::Reason::Invalid, detail });
        }
        match self.book.place(&record) {
            Place::Known => {
                if channel == Channel::Post {
                    self.book.mark_heard(record.author, record.seq);
                }
                return Ok(());
            }
            Place::Taken(other) => {
                if channel == Channel::Post {
                    self.book.mark_heard(record.author, record.seq);
                }
                self.report_equivocation(&record, &other, now);
                let detail = said!(
                    "{} has said two things as its record {}",
                    "{} 对同一序号 {} 说了两种话",
                    record.author,
                    record.seq
                );
                // without effect of its own, but what cites it, such as the close of a pool that counted it, can be judged
                if channel == Channel::Shown {
                    let entry = Entry { record, at: now, channel };
                    self.keep(&entry);
                    self.out.push(Effect::Append(entry));
                }
                return Err(Fault { reason: market::statement::Reason::Invalid, detail });
            }
            Place::Free => {}
        }
        let entry = Entry { record, at: now, channel };
        let applied = self.apply(&entry);
        self.keep(&entry);
        self.out.push(Effect::Append(entry));
        applied
    }

    fn keep(&mut self, entry: &Entry) {
        if entry.channel == Channel::Own {
            self.log.append(entry.record.id);
        }
        self.book.keep(entry);
        self.file(entry);
        // what overtakes may be overtaken itself: only now does everything stand where it is looked for
        std::mem::take(&mut self.superseded).iter().for_each(|id| self.retire(id));
    }

    /// When the node must be called again at the latest.
    fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let candidates = [
            self.deals.next_deadline(),
            self.pools.next_deadline(),
            self.auctions.next_deadline(),
            self.calls.next_look(),
            self.wants.next_look(),
            self.post.next_deadline(),
            self.asks.next_deadline(),
            self.searches.next_deadline(),
            self.gathers.next_deadline(),
            self.turns.next(),
            self.next_periodic(),
            self.orders.next_look(),
        ];
        let next = candidates.into_iter().flatten().chain(self.next_order_deadline()).min()?;
        // a deadline ends what it ends just after it, so never ask to be woken at or before the present
        Some(next.max(vocab::after(now, 0)).checked_add(std::time::Duration::from_millis(1)).unwrap_or(next))
    }

    /// Checks a signed record from outside.
    pub(crate) fn check(&self, signed: Signed) -> Result<Record> {
        Ok(match &self.memo {
            Some(memo) => memo.verify(signed)?,
            None => signed.verify()?,
        })
    }

    /// The same for many at once, in order.
    pub(crate) fn check_all(&self, signed: Vec<Signed>) -> Vec<Result<Record>> {
        if self.memo.is_some() || signed.len() < 2 {
            return signed.into_iter().map(|signed| self.check(signed)).collect();
        }
        ledger::verify_all(signed).into_iter().map(|checked| Ok(checked?)).collect()
    }
}
