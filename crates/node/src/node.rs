//! The node itself: what it knows, how it takes a record in, how it says one.
//!
//! [`Node::handle`] is the function from an input and a time to effects. State changes in one place only,
//! [`Node::apply`], which is a fold over records: the same code runs live and at restart. What to do about a change
//! is put on an agenda and decided afterwards, from the state alone, so a crash in between loses nothing.

use crate::asks::Asks;
use crate::board::Board;
use crate::book::{Book, Place, spreads};
use crate::deals::{Deal, Deals, Fault, Moved, Origin, Stage};
use crate::effect::{Channel, Effect, Entry, Input, Topic};
use crate::error::{Error, Result};
use crate::moves::{Moves, total};
use crate::orders::{Ask, Order, Orders};
use crate::pools::{End, Pools};
use crate::post::Post;
use crate::statement::{
    Asked, Dropped, Finished, Firm, GoAhead, ModelSet, OwnDemand, Reservation, Started, Witnessed,
};
use crate::view::{OrderSource, ProcessState, Role};
use ledger::{Audience, Log, Record, Signed, Signer, Statement, Witness};
use market::statement::{Enquiry, Feedback, PoolTerms};
use planning::{Capacity, Model};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use trace::statement::{Goods, Handover, Happened, Passport, Purpose, Takeover};
use trace::{Action, Holding, ProcessRef, Stock};
use vocab::{AgentId, Decimal, RecordId, Timestamp};

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
    /// public records kept of one author
    pub public_per_author: usize,
    /// public records kept in all
    pub public_in_all: usize,
    /// seconds between two comparisons of public records with peers
    pub reconcile_s: i64,
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
            public_in_all: 200_000,
            reconcile_s: 60,
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
    pub(crate) stock: Stock,
    pub(crate) moves: Moves,
    pub(crate) model: Model,
    pub(crate) capacity: Capacity,
    pub(crate) feedback: BTreeMap<RecordId, Feedback>,
    pub(crate) witness: Witness,
    /// when this node last cosigned each agent's log
    pub(crate) witnessed: BTreeMap<AgentId, Timestamp>,
    /// what went into each process, by arrival, until its output is given a passport
    pub(crate) consumed: BTreeMap<ProcessRef, Vec<Holding>>,
    // what follows does not survive a restart, and need not
    pub(crate) post: Post,
    pub(crate) asks: Asks,
    pub(crate) problems: VecDeque<(Timestamp, Option<AgentId>, String)>,
    pub(crate) agenda: BTreeSet<Todo>,
    pub(crate) out: Vec<Effect>,
    wake_at: Option<Timestamp>,
    /// the latest time this node has been told
    pub(crate) clock: Timestamp,
}

/// Something whose state has changed and that may call for action.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Todo {
    Deal(RecordId),
    Order(RecordId),
    Pool(RecordId),
    Request(RecordId),
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
        Self {
            signer,
            config,
            log: Log::new(log_secret),
            book: Book::default(),
            board: Board::default(),
            deals: Deals::default(),
            orders: Orders::default(),
            pools: Pools::default(),
            stock: Stock::default(),
            moves: Moves::default(),
            model: Model::default(),
            capacity: Capacity::default(),
            feedback: BTreeMap::new(),
            witness: Witness::default(),
            witnessed: BTreeMap::new(),
            consumed: BTreeMap::new(),
            post: Post::default(),
            asks: Asks::default(),
            problems: VecDeque::new(),
            agenda: BTreeSet::new(),
            out: vec![],
            wake_at: None,
            clock: Timestamp::UNIX_EPOCH,
        }
    }

    /// This node's agent.
    pub fn me(&self) -> AgentId {
        self.signer.author()
    }

    /// Takes back a record this node kept, in the order it kept them.
    pub fn restore(&mut self, entry: Entry) -> Result<()> {
        self.pass_time(entry.at);
        // what had no effect then has none now
        let _ = self.apply(&entry);
        self.keep(&entry);
        self.agenda.clear();
        Ok(())
    }

    /// Begins, once everything kept has been restored.
    pub fn begin(&mut self, now: Timestamp) -> Vec<Effect> {
        self.clock = now;
        if self.book.own_size() == 0 {
            let next = self.config.next_key;
            let next = ledger::KeyHash::of(&next.map_or(self.me(), AgentId));
            let inception = ledger::Inception { key: self.me(), name: self.config.name.clone(), next };
            self.say_or_report(&inception, Audience::Public, now);
        }
        let dials: Vec<_> = self.board.reachable.iter().map(|(a, (_, s))| (*a, s.clone())).collect();
        let me = self.me();
        for (agent, addresses) in dials.into_iter().filter(|(a, _)| *a != me) {
            self.out.push(Effect::Dial { agent, addresses });
        }
        let deals = self.deals.iter().filter(|d| d.is_open()).map(|d| Todo::Deal(d.id));
        let orders = self.orders.iter().map(|o| Todo::Order(o.id));
        let pools = self.pools.iter().map(|p| Todo::Pool(p.id));
        let requests = self.pools.requests.keys().map(|id| Todo::Request(*id));
        let mail = self.book.addressees().map(|a| Todo::Mail(*a));
        self.agenda = deals.chain(orders).chain(pools).chain(requests).chain(mail).collect();
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
            Input::Tick => {}
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
                Todo::Mail(peer) => self.send_mail(peer, now),
                Todo::Tell(topic) => {
                    told.insert(topic);
                }
            }
        }
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
        for id in self.deals.expire(now) {
            self.deal_changed(&id, now);
        }
        for id in self.pools.expire(now) {
            self.agenda.insert(Todo::Pool(id));
            self.agenda.insert(Todo::Tell(Topic::Market));
        }
        if self.wake_at.is_some_and(|t| t <= now) {
            self.wake_at = None;
        }
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
        let publish = spreads(record).then(|| Effect::Publish(record.signed().clone()));
        self.out.push(Effect::Append(entry));
        self.out.extend(publish);
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
                self.problem(now, None, format!("could not say '{}': {e}", S::KIND));
                None
            }
        }
    }

    fn fault(&self, record: &Record, fault: Fault) -> Error {
        Error::State {
            what: "what this answers,",
            id: record.refs.first().copied().unwrap_or(record.id),
            state: fault.detail,
            remedy: "look at its state first",
        }
    }

    pub(crate) fn problem(&mut self, at: Timestamp, peer: Option<AgentId>, what: String) {
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
                let detail = format!("{} has said two things as its record {}", record.author, record.seq);
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
    }

    /// The fold: what a record changes. All of it or, on error, nothing.
    fn apply(&mut self, entry: &Entry) -> std::result::Result<(), Fault> {
        let (me, record, at) = (self.me(), &entry.record, entry.at);
        let own = record.author == me;
        if let Some(state) = self.board.keys.get(&record.author) {
            state.allows(record)?;
        } else if record.key != record.author {
            return invalid(format!("{} has not been shown to speak for {}", record.key, record.author));
        }
        let kind = record.kind.as_str();
        if record.audience == Audience::Public {
            let mut superseded = vec![];
            let taken = self.board.apply(&me, record, &mut superseded)?;
            superseded.iter().for_each(|id| self.book.retire(id));
            if taken {
                if let Some((_, addresses)) =
                    self.board.reachable.get(&record.author).filter(|_| kind == "reachable" && !own)
                {
                    self.out.push(Effect::Dial { agent: record.author, addresses: addresses.clone() });
                }
                self.agenda.insert(Todo::Tell(Topic::Market));
                return Ok(());
            }
        }
        if Deals::takes(kind) {
            if kind == "refusal" && self.refuses_otherwise(record)? {
                return Ok(());
            }
            let id = self.deals.apply(&me, record, at)?;
            self.deal_changed(&id, at);
            return Ok(());
        }
        if Pools::takes(kind) {
            let id = self.pools.apply(&me, record, at, &self.book)?;
            self.pool_changed(&id, at);
            return Ok(());
        }
        if own && self.apply_private(record, at)? {
            return Ok(());
        }
        match kind {
            Enquiry::KIND => self.apply_enquiry(record),
            Handover::KIND => self.apply_handover(record),
            Takeover::KIND => self.apply_takeover(record),
            Feedback::KIND => self.apply_feedback(record),
            Passport::KIND => record.read::<Passport>()?.check().map_err(Fault::from),
            // another agent's own affairs, or a kind this program does not know yet: kept, without effect
            _ => Ok(()),
        }
    }

    fn apply_private(&mut self, record: &Record, at: Timestamp) -> std::result::Result<bool, Fault> {
        match record.kind.as_str() {
            ModelSet::KIND => {
                self.model = record.read::<ModelSet>()?.0;
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            OwnDemand::KIND => {
                let demand: OwnDemand = record.read()?;
                let ask = Ask {
                    start: record.at,
                    answer_by: demand.answer_by,
                    hold_until: demand.hold_until,
                    depth: self.config.policy.depth,
                    origin: record.id,
                    visited: vec![],
                    due: None,
                    asker: None,
                };
                self.open_order(record.id, OrderSource::Own, demand.spec, demand.quantity, ask);
            }
            Asked::KIND => {
                let asked: Asked = record.read()?;
                for enquiry in asked.purchases.iter().flat_map(|p| &p.enquiries) {
                    if let Some(deal) = self.deals.get_mut(enquiry) {
                        deal.buys_for = Some(asked.order);
                    }
                }
                self.open_order_for_deal(&asked.order);
                self.orders.asked(&asked.order, asked.purchases, at);
            }
            Reservation::KIND => {
                let r: Reservation = record.read()?;
                self.open_order_for_deal(&r.order);
                for (spec, quantity) in &r.take {
                    self.stock.reserve(r.order, spec, *quantity)?;
                }
                for (spec, enquiry) in &r.chosen {
                    let quantity = self.deals.get(enquiry).map_or(Decimal::ZERO, |d| d.quantity);
                    self.stock.expect(r.order, spec, quantity);
                }
                self.capacity.reserve(r.order, &r.plan);
                let order = r.order;
                self.orders.reserve(record.id, r);
                self.agenda.insert(Todo::Order(order));
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            GoAhead::KIND => {
                let order = record.read::<GoAhead>()?.order;
                self.orders.signing(&order);
                self.agenda.insert(Todo::Order(order));
            }
            Firm::KIND => {
                let order = record.read::<Firm>()?.order;
                self.orders.firm(&order);
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            Dropped::KIND => {
                let dropped: Dropped = record.read()?;
                self.release(&dropped.order);
                self.orders.drop_order(&dropped.order, dropped.why, at);
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            Started::KIND => {
                self.orders.process(record.read::<Started>()?.process, ProcessState::Started);
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            Finished::KIND => {
                self.orders.process(record.read::<Finished>()?.process, ProcessState::Done);
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            Happened::KIND => {
                let happened: Happened = record.read()?;
                let drawn = self.drawn(&happened)?;
                self.stock.apply_happened(&happened)?;
                for (process, parts) in drawn {
                    self.consumed.entry(process).or_default().extend(parts);
                }
                self.spend_happened(&happened);
                self.agenda.insert(Todo::Tell(Topic::Stock));
            }
            Witnessed::KIND => {
                let seen: Witnessed = record.read()?;
                // a checkpoint that this node has seen: what comes later is compared with it
                let _ = self.witness.observe(&seen.note, None)?;
                self.witnessed.insert(seen.agent, at);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The arrivals that what is consumed comes from, by process.
    fn drawn(&self, happened: &Happened) -> std::result::Result<BTreeMap<ProcessRef, Vec<Holding>>, Fault> {
        let mut goods: BTreeMap<ProcessRef, Vec<Goods>> = BTreeMap::new();
        for event in happened.events.iter().filter(|e| e.action == Action::Consume) {
            if let (Some(process), Some(lot)) = (event.process, event.lot) {
                let line = Goods {
                    lot,
                    spec: event.spec.clone(),
                    quantity: event.quantity.value,
                    serials: event.serials.clone(),
                };
                goods.entry(process).or_default().push(line);
            }
        }
        goods.into_iter().map(|(process, goods)| Ok((process, self.stock.drawn(&goods)?))).collect()
    }

    /// What went into these processes of a plan.
    pub(crate) fn consumed(&self, plan: RecordId, group: &[u32]) -> Vec<Holding> {
        let of = |index: &u32| self.consumed.get(&ProcessRef { plan, index: *index });
        group.iter().filter_map(of).flatten().cloned().collect()
    }

    /// What processes consumed was reserved for their order; what they made is reserved for it in turn.
    fn spend_happened(&mut self, happened: &Happened) {
        for event in &happened.events {
            let Some(order) = event.process.and_then(|p| self.orders.by_plan(&p.plan)).map(|o| o.id) else {
                continue;
            };
            match event.action.stock_effect() {
                trace::StockEffect::Decrement => self.stock.spend(order, &event.spec, event.quantity.value),
                trace::StockEffect::Increment => {
                    // refused only where somebody took it first, which pick and the views then show
                    let _ = self.stock.reserve(order, &event.spec, event.quantity.value);
                }
                trace::StockEffect::None => {}
            }
        }
    }

    fn apply_enquiry(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let own = record.author == self.me();
        let enquiry: Enquiry = record.read()?;
        let known = self.board.offers.get(&enquiry.offer);
        let with = if own { record.audience.addressees().next().copied() } else { Some(record.author) };
        let Some(with) = with else { return invalid("an enquiry goes to one agent") };
        let name = known.map_or_else(|| self.board.spec_name(&enquiry.spec), |l| l.what.name.clone());
        let unit = known.map_or(vocab::Unit::Each, |l| l.what.unit);
        let role = if own { Role::Buyer } else { Role::Supplier };
        let id = self
            .deals
            .enquire(record, role, with, name, unit)
            .map_err(|e| Fault { reason: market::statement::Reason::Invalid, detail: e.to_string() })?;
        self.agenda.insert(Todo::Deal(id));
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(())
    }

    fn apply_handover(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let handover: Handover = record.read()?;
        handover.check()?;
        let me = self.me();
        let deal = self.deals.get(&handover.deal);
        let supplier = deal.map(|d| if d.role == Role::Supplier { me } else { d.with });
        // others in between carry; the supplier's own handovers are what is shipped
        let ships = handover.purpose == Purpose::Delivery && supplier == Some(record.author);
        if record.author == me {
            let order = deal.filter(|_| ships).and_then(|d| self.order_of(d));
            self.stock.hand_over(record.id, &handover)?;
            if let Some(order) = order {
                for goods in &handover.goods {
                    self.stock.spend(order, &goods.spec, goods.quantity);
                }
            }
        }
        if ships && let Some(deal) = self.deals.get_mut(&handover.deal) {
            deal.moved.shipped += total(&handover.goods);
            deal.moved.goods.extend(handover.goods.clone());
            deal.history.push(record.id);
        }
        self.moves.hand_over(record.id, record.author, record.at, handover);
        self.agenda.insert(Todo::Tell(Topic::Stock));
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(())
    }

    fn apply_takeover(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let me = self.me();
        let takeover: Takeover = record.read()?;
        let Some(of) = self.moves.get(&takeover.handover) else {
            return invalid(format!("the handover {} is not known here", takeover.handover));
        };
        if of.handover.to != record.author || of.answer.is_some() {
            return invalid("it is not for its author to take over, or has been already");
        }
        takeover.check(&of.handover)?;
        let (giver, handover) = (of.giver, of.handover.clone());
        let deal = self.deals.get(&handover.deal).map(|d| (d.id, d.role, d.buys_for));
        if record.author == me {
            self.stock.take_over(record.id, giver, &handover, &takeover, &me)?;
            if let Some((_, Role::Buyer, Some(order))) = deal {
                for goods in &takeover.accepted {
                    self.stock.arrive(order, &goods.spec, goods.quantity);
                }
            }
        } else if giver == me {
            self.stock.taken_over(&takeover)?;
        }
        if let Some(deal) = self.deals.get_mut(&handover.deal) {
            let buyer = if deal.role == Role::Buyer { me } else { deal.with };
            if handover.consignee == buyer && record.author == buyer {
                deal.moved.accepted += total(&takeover.accepted);
                deal.moved.rejected += total(&takeover.rejected);
                deal.moved.shipped -= total(&takeover.rejected);
                deal.history.push(record.id);
            }
        }
        self.moves.take_over(record.id, takeover);
        self.agenda.insert(Todo::Tell(Topic::Stock));
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(())
    }

    fn apply_feedback(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let feedback: Feedback = record.read()?;
        feedback.check()?;
        let me = self.me();
        let holder = self.deals.get(&feedback.deal).is_some_and(|d| {
            let buyer = if d.role == Role::Buyer { me } else { d.with };
            buyer == record.author
                && d.moved.accepted.is_positive()
                && d.moved.goods.iter().any(|g| g.lot == feedback.passport)
        });
        if !holder {
            return invalid("only a buyer who took the item over can speak of it");
        }
        self.feedback.insert(record.id, feedback);
        self.agenda.insert(Todo::Tell(Topic::Feedback));
        Ok(())
    }

    // --- what follows from changes, in the fold ---------------------------------------------------------------

    /// A deal's stage may have changed: its order follows.
    fn deal_changed(&mut self, id: &RecordId, now: Timestamp) {
        let Some(deal) = self.deals.get(id) else { return };
        let buys_for = deal.buys_for;
        let ended = match &deal.stage {
            Stage::Over(ending) => Some(format!("{ending:?}")),
            _ => None,
        };
        if deal.is_bound() && self.orders.get(id).is_some() {
            self.orders.firm(id);
        }
        if let Some(why) = ended
            && self.orders.get(id).is_some_and(|o| !matches!(o.stage, crate::orders::Stage::Dropped { .. }))
        {
            self.release(id);
            self.orders.drop_order(id, why, now);
        }
        self.agenda.insert(Todo::Deal(*id));
        self.agenda.insert(Todo::Order(*id));
        self.agenda.extend(buys_for.map(Todo::Order));
        self.agenda.insert(Todo::Tell(Topic::Deals));
    }

    /// What was set aside for an order is free again; what was begun stays begun.
    pub(crate) fn release(&mut self, order: &RecordId) {
        self.capacity.release(*order);
        self.stock.release(*order);
    }

    /// A pool's state may have changed: a made pool binds deals.
    fn pool_changed(&mut self, id: &RecordId, _now: Timestamp) {
        self.agenda.insert(Todo::Tell(Topic::Market));
        let Some(pool) = self.pools.get(id) else {
            self.agenda.insert(Todo::Request(*id));
            return;
        };
        self.agenda.insert(Todo::Pool(*id));
        let End::Closed { settled, .. } = &pool.end else { return };
        let market::statement::Outcome::Made { unit_price, .. } = settled.outcome else { return };
        let promise = vocab::after(pool.terms.closes, pool.terms.lead_time_s);
        let me = self.me();
        let bound: Vec<_> = settled
            .shares
            .iter()
            .filter_map(|share| {
                let role = if share.member == me { Role::Buyer } else { Role::Supplier };
                let with = if role == Role::Buyer { pool.offerer } else { share.member };
                (role == Role::Buyer || pool.offerer == me)
                    .then(|| pool_deal(*id, &pool.terms, share, role, with, unit_price, promise))
            })
            .collect();
        for deal in bound {
            if self.deals.get(&deal.id).is_none() {
                self.deals.open(deal);
            }
        }
        self.agenda.insert(Todo::Tell(Topic::Deals));
    }

    fn open_order(
        &mut self,
        id: RecordId,
        source: OrderSource,
        spec: vocab::SpecId,
        quantity: Decimal,
        ask: Ask,
    ) {
        let stage = crate::orders::Stage::New;
        self.orders.open(Order { id, source, spec, quantity, ask, stage });
        self.agenda.insert(Todo::Order(id));
    }

    /// An order comes into being with the first private record about it.
    fn open_order_for_deal(&mut self, id: &RecordId) {
        let existing = self.orders.get(id);
        if existing.is_some_and(|o| !matches!(o.stage, crate::orders::Stage::Dropped { .. })) {
            return;
        }
        if let Some((source, spec, quantity, ask)) = self.order_terms(id) {
            match existing {
                Some(_) => self.orders.renew(id, ask),
                None => self.open_order(*id, source, spec, quantity, ask),
            }
        }
    }

    /// The order that serves this deal, which this node sells by.
    pub(crate) fn order_of(&self, deal: &Deal) -> Option<RecordId> {
        match &deal.origin {
            Origin::Enquiry(_) => Some(deal.id),
            Origin::Pool(pool) => Some(*pool),
        }
        .filter(|id| self.orders.get(id).is_some())
    }

    /// When the node must be called again at the latest.
    fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let candidates = [
            self.deals.next_deadline(),
            self.pools.next_deadline(),
            self.post.next_retry(),
            self.asks.next_deadline(),
            self.next_periodic(),
        ];
        let next = candidates.into_iter().flatten().chain(self.next_order_deadline()).min()?;
        // a deadline ends what it ends just after it, so never ask to be woken at or before the present
        Some(next.max(vocab::after(now, 0)).checked_add(std::time::Duration::from_millis(1)).unwrap_or(next))
    }

    /// Checks a signed record from outside.
    pub(crate) fn check(&self, signed: Signed) -> Result<Record> {
        Ok(signed.verify()?)
    }
}

fn pool_deal(
    pool: RecordId,
    terms: &PoolTerms,
    share: &market::pool::Share,
    role: Role,
    with: AgentId,
    unit_price: vocab::Money,
    promise: Timestamp,
) -> Deal {
    Deal {
        id: share.pledge,
        role,
        with,
        origin: Origin::Pool(pool),
        spec: terms.spec.clone(),
        name: terms.name.clone(),
        unit: terms.unit,
        quantity: share.quantity,
        start: terms.closes,
        stage: Stage::Bound { unit_price, promise },
        buys_for: None,
        moved: Moved::default(),
        paid: Decimal::ZERO,
        cancellation: None,
        history: vec![share.pledge],
    }
}

fn invalid<T>(detail: impl Into<String>) -> std::result::Result<T, Fault> {
    Err(Fault { reason: market::statement::Reason::Invalid, detail: detail.into() })
}

impl From<trace::Error> for Fault {
    fn from(e: trace::Error) -> Self {
        Self { reason: market::statement::Reason::Invalid, detail: e.to_string() }
    }
}
