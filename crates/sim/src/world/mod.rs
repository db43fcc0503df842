//! The world: nodes, a queue of what happens when, a network between them, and a disk for each.

mod accidents;
mod carry;
mod check;
mod ends;
mod lies;
mod line;
mod peer;
mod queue;
mod swarm;
mod trace;

use crate::faults::Faults;
use accidents::Parted;
pub use check::Breach;
use check::Witnesses;
use ledger::{Memo, Record, Signed, Signer};
pub use line::Line;
use node::command::{Command, Done, Reply};
use node::effect::{Channel, Effect, Entry, Input};
use node::{Hears, Node, Policy};
use peer::Peer;
use queue::{Event, Queue};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use swarm::Swarms;
pub use swarm::{Gossiped, Spread};
use trace::Trace;
use vocab::{AgentId, RecordId, Timestamp};

/// Virtual time begins here: 2026-01-05T08:00:00Z, a Monday.
const START_S: i64 = 1_767_600_000;
/// Most events of one run unless said otherwise: a safeguard against a network that talks to itself for ever.
const EVENTS_MAX: u64 = 5_000_000;

/// A network of nodes in virtual time.
pub struct World {
    rng: fastrand::Rng,
    faults: Faults,
    /// how often faults were set
    settings: u64,
    /// nodes that are cut off from all others
    cut_off: BTreeSet<usize>,
    parted: Option<Parted>,
    now_ms: i64,
    queue: Queue,
    events_max: u64,
    peers: Vec<Peer>,
    /// those who hear everybody
    open: BTreeSet<usize>,
    by_agent: HashMap<AgentId, usize>,
    /// what is the same for many nodes is read, checked and held once
    memo: Arc<Memo>,
    /// where records spread by gossip
    swarms: Option<Swarms>,
    replies: BTreeMap<u64, Reply>,
    last_command: u64,
    /// whom the last event concerned
    concerned: Option<usize>,
    /// whose owners have something new to look at
    told: Vec<usize>,
    on_breach: OnBreach,
    breaches: Vec<String>,
    breach: Option<Breach>,
    witnesses: Witnesses,
    trace: Trace,
    said: BTreeMap<String, u64>,
    /// what was just kept, by whom and how, for those who play the owners
    news: Option<Vec<(usize, Record, Channel)>>,
    /// lies told, by name
    lies_told: BTreeMap<String, u64>,
    /// frames with a lie of which their receiver kept nothing
    pub lies_refused: u64,
    /// inputs that nodes have taken
    inputs: u64,
    /// events so far
    pub steps: u64,
    /// frames carried
    pub messages: u64,
    /// their size in bytes
    pub bytes: u64,
    /// nodes killed in the middle of a step
    pub crashes: u64,
    /// nodes switched off for a while
    pub switched_off: u64,
    /// clocks that jumped
    pub jumps: u64,
    /// times the network was parted
    pub partitions: u64,
}

/// What becomes of a run in which an invariant broke.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnBreach {
    /// it stops there, as a test should
    Panic,
    /// it goes on, and [`World::breaches`] tells
    Note,
}

/// When virtual time begins.
pub(crate) fn start() -> Timestamp {
    at(START_S * 1_000)
}

/// The key seed of the agent numbered `index`: the same in every run.
pub fn agent_seed(index: usize) -> [u8; 32] {
    let mut seed = [0x48; 32];
    seed[..8].copy_from_slice(&(index as u64 + 1).to_be_bytes());
    seed
}

impl World {
    /// An empty world whose accidents follow from `seed`.
    pub fn new(seed: u64, faults: Faults) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            faults,
            settings: 0,
            cut_off: BTreeSet::new(),
            parted: None,
            now_ms: START_S * 1_000,
            queue: Queue::default(),
            events_max: EVENTS_MAX,
            peers: vec![],
            open: BTreeSet::new(),
            by_agent: HashMap::new(),
            memo: Arc::default(),
            swarms: None,
            replies: BTreeMap::new(),
            last_command: 0,
            concerned: None,
            told: vec![],
            on_breach: OnBreach::Panic,
            breaches: vec![],
            breach: None,
            witnesses: Witnesses::default(),
            trace: Trace::default(),
            said: BTreeMap::new(),
            news: None,
            lies_told: BTreeMap::new(),
            lies_refused: 0,
            inputs: 0,
            steps: 0,
            messages: 0,
            bytes: 0,
            crashes: 0,
            switched_off: 0,
            jumps: 0,
            partitions: 0,
        }
    }

    /// Adds a node that starts at once; returns its number.
    pub fn add(&mut self, name: &str) -> usize {
        self.add_with(name, Policy::default())
    }
    /// Adds a node that behaves by `policy`.
    pub fn add_with(&mut self, name: &str, policy: Policy) -> usize {
        let who = self.peers.len();
        if policy.hears == Hears::Everybody {
            self.open.insert(who);
        }
        let peer = Peer::new(agent_seed(who), name, policy);
        let agent = peer.agent;
        self.peers.push(peer);
        self.by_agent.insert(agent, who);
        self.expose(who);
        self.start(who);
        who
    }
    /// Says how a node is connected, and where it is.
    pub fn set_line(&mut self, who: usize, line: Line) {
        self.peers[who].line = line;
    }
    /// Most events of this run; one more is a panic.
    pub fn set_events_max(&mut self, events_max: u64) {
        self.events_max = events_max;
    }
    /// Sets a node's clock so far ahead of the world's.
    pub fn set_skew(&mut self, who: usize, skew_ms: i64) {
        self.peers[who].skew_ms = skew_ms;
    }
    /// What becomes of the run when an invariant breaks; it panics unless told otherwise.
    pub fn set_on_breach(&mut self, on_breach: OnBreach) {
        self.on_breach = on_breach;
    }
    /// Which invariants broke, where and when.
    pub fn breaches(&self) -> &[String] {
        &self.breaches
    }
    /// How many records of this kind nodes have said and kept.
    pub fn said(&self, kind: &str) -> u64 {
        self.said.get(kind).copied().unwrap_or(0)
    }
    /// The node that the last event concerned.
    pub fn concerned(&self) -> Option<usize> {
        self.concerned
    }
    /// The nodes whose owners have something new to look at since this was last asked.
    pub fn take_told(&mut self) -> Vec<usize> {
        let told = std::mem::take(&mut self.told);
        told.iter().for_each(|who| self.peers[*who].told = false);
        told
    }

    /// From now on keeps what nodes keep, for [`Self::take_news`].
    pub fn keep_news(&mut self) {
        self.news.get_or_insert_default();
    }
    /// The records that nodes have kept since this was last asked: who, what, and how it came.
    pub fn take_news(&mut self) -> Vec<(usize, Record, Channel)> {
        self.news.as_mut().map(std::mem::take).unwrap_or_default()
    }
    /// How many records nodes have said and kept.
    pub fn records(&self) -> u64 {
        self.said.values().sum()
    }

    /// The node of an agent.
    pub fn find(&self, agent: &AgentId) -> Option<usize> {
        self.by_agent.get(agent).copied()
    }
    /// The agent of a node.
    pub fn agent(&self, who: usize) -> AgentId {
        self.peers[who].agent
    }
    /// The signer of a node, for those who forge in tests.
    pub fn signer(&self, who: usize) -> Signer {
        Signer::from_seed(&self.peers[who].seed)
    }
    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.peers.len()
    }
    /// True without nodes.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }
    /// A node, if it is up.
    pub fn node(&self, who: usize) -> Option<&Node> {
        self.peers[who].node.as_ref()
    }
    /// What a node has kept.
    pub fn disk(&self, who: usize) -> &[Entry] {
        &self.peers[who].disk
    }
    /// Virtual time.
    pub fn now(&self) -> Timestamp {
        at(self.now_ms)
    }
    fn clock_ahead_ms(&self, who: usize) -> i64 {
        self.peers[who].skew_ms + self.peers[who].wander_ms
    }
    fn clock(&self, who: usize) -> Timestamp {
        at(self.now_ms + self.clock_ahead_ms(who))
    }

    /// Lets two nodes meet.
    pub fn introduce(&mut self, a: usize, b: usize) {
        let (agent_a, agent_b) = (self.agent(a), self.agent(b));
        self.peers[a].book.insert(agent_b);
        self.peers[b].book.insert(agent_a);
        self.schedule(1, Event::Link { a, b });
    }
    /// Lets every node meet its neighbours on a ring.
    pub fn introduce_ring(&mut self) {
        let n = self.len();
        (0..n).for_each(|i| self.introduce(i, (i + 1) % n));
    }

    /// Gives a command and runs until it is answered.
    ///
    /// # Errors
    /// The node's error, or that it gave no answer within two virtual minutes.
    pub fn command(&mut self, who: usize, command: Command) -> Result<Done, String> {
        for _ in 0..20 {
            let deadline = self.now_ms + 120_000;
            while self.peers[who].node.is_none() && self.now_ms < deadline && self.step() {}
            self.last_command += 1;
            let number = self.last_command;
            self.input(who, Input::Command(number, Box::new(command.clone())));
            while self.now_ms < deadline {
                if let Some(reply) = self.replies.remove(&number) {
                    return reply.map_err(|e| e.to_string());
                }
                if self.peers[who].node.is_none() || !self.step() {
                    break; // killed before it answered: its owner tries again
                }
            }
        }
        Err(format!("{} gave no answer", self.peers[who].name))
    }
    /// Gives a command; `None` where the node is off, or dies before it answers.
    pub fn attempt(&mut self, who: usize, command: Command) -> Option<Result<Done, String>> {
        self.last_command += 1;
        let number = self.last_command;
        self.input(who, Input::Command(number, Box::new(command)));
        Some(self.replies.remove(&number)?.map_err(|e| e.to_string()))
    }
    /// A command whose answer is a record.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub fn recorded(&mut self, who: usize, command: Command) -> Result<RecordId, String> {
        match self.command(who, command)? {
            Done::Recorded(id) => Ok(id),
            other => Err(format!("answered {other:?}")),
        }
    }

    /// Runs until `done` holds; false if it does not within `seconds`.
    pub fn run_until(&mut self, seconds: i64, mut done: impl FnMut(&Self) -> bool) -> bool {
        let end = self.now_ms + seconds * 1_000;
        while self.now_ms <= end {
            if done(self) {
                return true;
            }
            if !self.step() {
                break;
            }
        }
        done(self)
    }
    /// Runs for so long.
    pub fn run(&mut self, seconds: i64) {
        self.run_to(at(self.now_ms + seconds * 1_000));
    }
    /// Runs until then; not at all if it is past.
    pub fn run_to(&mut self, end: Timestamp) {
        let end = end.as_millisecond();
        while self.queue.next_ms().is_some_and(|t| t <= end) {
            self.step();
        }
        self.now_ms = self.now_ms.max(end);
    }

    /// Kills a node: what was not made durable is gone.
    pub fn kill(&mut self, who: usize) {
        let Some(node) = self.peers[who].node.take() else { return };
        self.peers[who].before = Some(check::books(&node));
        self.leave_swarms(who);
        self.hang_up(who);
    }
    fn hang_up(&mut self, who: usize) {
        let gone: Vec<_> = self.peers[who].links.keys().copied().collect();
        gone.into_iter().for_each(|other| self.unlink(who, other));
    }
    /// Starts a killed node from its disk.
    pub fn start(&mut self, who: usize) {
        if self.peers[who].node.is_some() {
            return;
        }
        let clock = self.clock(who);
        let mut node = self.rebuilt(who);
        self.check_restart(who, &node);
        let effects = node.begin(clock);
        let p = &mut self.peers[who];
        p.life += 1;
        p.wake_ms = None;
        p.node = Some(node);
        self.carry_out(who, effects, false);
        let address = self.peers[who].name.clone();
        self.input(who, Input::Reachable(vec![address]));
        let known: Vec<_> =
            self.peers[who].book.iter().filter_map(|a| self.by_agent.get(a)).copied().collect();
        known.into_iter().for_each(|b| self.schedule(1, Event::Link { a: who, b }));
    }
    /// A node made afresh from another's disk, to compare the two.
    ///
    /// # Panics
    /// When the node cannot read what it kept.
    pub fn rebuilt(&self, who: usize) -> Node {
        self.peers[who].rebuild(&self.memo).expect("what a node kept, it can read")
    }

    /// Hands raw bytes to a node as if `from` had sent them; what `from` says is its own lie from then on.
    pub fn inject(&mut self, from: usize, to: usize, bytes: Vec<u8>) {
        self.peers[from].lies = true;
        let from = self.agent(from);
        self.input(to, Input::Frame { from, bytes });
    }

    fn schedule(&mut self, in_ms: i64, event: Event) {
        self.queue.push(self.now_ms + in_ms, event);
    }

    /// Does what comes next; false when nothing does.
    pub fn step(&mut self) -> bool {
        let Some((t, event)) = self.queue.pop() else { return false };
        self.now_ms = self.now_ms.max(t);
        self.concerned = event.at();
        self.steps += 1;
        assert!(self.steps < self.events_max, "the network talks to itself: {} events", self.steps);
        self.note_event(&event);
        match event {
            Event::Frame { from, to, bytes, lie } => {
                let (from, kept) = (self.agent(from), self.peers[to].disk.len());
                let up = self.peers[to].node.is_some();
                self.input(to, Input::Frame { from, bytes });
                self.lies_refused += u64::from(lie && up && self.peers[to].disk.len() == kept);
            }
            Event::Gossip { to, signed } => self.input(to, Input::Heard(Signed::clone(&signed))),
            Event::Wake { who, life } => {
                let p = &mut self.peers[who];
                if life == p.life && p.wake_ms.take_if(|t| *t <= self.now_ms).is_some() {
                    self.input(who, Input::Tick);
                }
            }
            Event::Restart { who } => self.start(who),
            Event::Link { a, b } => self.link(a, b),
            Event::Swarm(step) => self.swarm_step(*step),
            Event::Accident { of, what } if of == self.settings => self.befall(what),
            Event::Accident { .. } => {}
        }
        true
    }

    fn input(&mut self, who: usize, input: Input) {
        let clock = self.clock(who);
        let Some(node) = self.peers[who].node.as_mut() else { return };
        let effects = node.handle(input, clock);
        self.inputs += 1;
        self.check_node(who, &effects);
        let crashes = self.chance(self.faults.crash);
        self.carry_out(who, effects, crashes);
    }

    fn chance(&mut self, thousandths: u32) -> bool {
        thousandths > 0 && self.rng.u32(0..1_000) < thousandths
    }

    fn carry_out(&mut self, who: usize, effects: Vec<Effect>, crashes: bool) {
        // as the runtime does: one transaction for all that is to be kept, then the rest in order
        let durable = !crashes || self.rng.bool();
        let stop_after = if crashes { self.rng.usize(0..=effects.len()) } else { effects.len() };
        let (mut kept, mut rest, mut forgotten) = (vec![], vec![], BTreeSet::new());
        for effect in effects {
            match effect {
                Effect::Append(entry) => kept.push(entry),
                Effect::Forget { id, .. } => {
                    kept.retain(|entry: &Entry| entry.record.id != id);
                    forgotten.insert(id);
                }
                other => rest.push(other),
            }
        }
        let torn = !durable && !kept.is_empty() && self.chance(self.faults.torn);
        if torn {
            let whole = self.rng.usize(0..kept.len());
            check::half_is_dropped(&kept[whole]);
            kept.truncate(whole);
        }
        if durable && !forgotten.is_empty() {
            self.peers[who].disk.retain(|entry| !forgotten.contains(&entry.record.id));
        }
        if durable || torn {
            kept.into_iter().for_each(|entry| self.keep(who, entry));
        }
        if durable {
            self.check_goods(who);
            rest.into_iter().take(stop_after).for_each(|effect| self.effect(who, effect));
        }
        if crashes && let Some(node) = self.peers[who].node.take() {
            self.crashes += 1;
            self.peers[who].before = durable.then(|| check::books(&node));
            self.leave_swarms(who);
            self.hang_up(who);
            let away = self.rng.i64(1..=self.faults.away_ms_max.max(1));
            self.schedule(away, Event::Restart { who });
        }
    }

    fn keep(&mut self, who: usize, entry: Entry) {
        self.note_kept(who, &entry);
        if entry.channel == Channel::Own {
            let kind = &entry.record.kind;
            match self.said.get_mut(kind) {
                Some(count) => *count += 1,
                None => {
                    self.said.insert(kind.clone(), 1);
                }
            }
            self.memo.share(&entry.record);
        }
        self.check_kept(who, &entry);
        self.check_meaning(who, &entry);
        if let Some(news) = &mut self.news {
            news.push((who, entry.record.clone(), entry.channel));
        }
        self.peers[who].disk.push(entry);
    }

    fn effect(&mut self, who: usize, effect: Effect) {
        match effect {
            Effect::Append(_) | Effect::Forget { .. } => {}
            Effect::Topics(topics) => self.take_part(who, &topics),
            Effect::Join { topic, agents } => {
                let others = agents.iter().filter_map(|agent| self.by_agent.get(agent));
                let others = others.map(|other| *other as u32).collect();
                self.join_swarm(who, topic, others);
            }
            Effect::Tell(_) => {
                if !std::mem::replace(&mut self.peers[who].told, true) {
                    self.told.push(who);
                }
            }
            Effect::Send { to, frame } if self.peers[who].liar.is_some() => self.lie(who, &to, &frame),
            Effect::Send { to, frame } => self.send(who, &to, &frame),
            Effect::Publish { topic, signed } => self.publish(who, &topic, &signed),
            Effect::Reply(number, reply) => {
                self.check_reply(who, &reply);
                self.replies.insert(number, reply);
            }
            Effect::Wake(t) => {
                let in_ms = t.as_millisecond() - self.clock(who).as_millisecond();
                let (p, at_ms) = (&mut self.peers[who], self.now_ms + in_ms.max(1));
                // the earliest wish counts, and is answered by the next: as in the runtime
                if p.wake_ms.is_none_or(|t| at_ms < t) {
                    p.wake_ms = Some(at_ms);
                    let life = p.life;
                    self.schedule(in_ms.max(1), Event::Wake { who, life });
                }
            }
            Effect::Dial { agent, .. } => {
                self.peers[who].book.insert(agent);
            }
        }
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}
