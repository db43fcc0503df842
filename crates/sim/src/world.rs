//! The world: nodes, a queue of what happens when, a network between them, and a disk for each.

use crate::faults::{Faults, Order};
use ledger::{Signed, Signer};
use node::command::{Command, Done, Reply};
use node::effect::{Channel, Effect, Entry, Input};
use node::{Config, Hears, Node, Policy};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;
use vocab::{AgentId, RecordId, Timestamp};

/// Virtual time begins here: 2026-01-05T08:00:00Z, a Monday.
const START_S: i64 = 1_767_600_000;
/// Most events of one run: a safeguard against a network that talks to itself for ever.
const EVENTS_MAX: u64 = 5_000_000;

/// A network of nodes in virtual time.
pub struct World {
    rng: fastrand::Rng,
    faults: Faults,
    now_ms: i64,
    queue: BinaryHeap<Reverse<(i64, u64, usize)>>,
    events: BTreeMap<u64, Event>,
    last_event: u64,
    participants: Vec<Participant>,
    by_agent: BTreeMap<AgentId, usize>,
    /// pairs that have a connection
    links: BTreeSet<(usize, usize)>,
    /// from, to: when the last frame on this way arrives
    last_arrival: BTreeMap<(usize, usize), i64>,
    replies: BTreeMap<u64, Reply>,
    last_command: u64,
    /// whom the last event concerned
    concerned: Option<usize>,
    on_breach: OnBreach,
    breaches: Vec<String>,
    said: BTreeMap<String, u64>,
    /// inputs that nodes have taken
    inputs: u64,
    /// events so far
    pub steps: u64,
    /// frames carried
    pub messages: u64,
    /// their size in bytes
    pub bytes: u64,
}

/// What becomes of a run in which an invariant broke.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnBreach {
    /// it stops there, as a test should
    Panic,
    /// it goes on, and [`World::breaches`] tells
    Note,
}

/// After so many inputs one node is held against its invariants as a whole, not only in what may have changed.
const WHOLE_EVERY: u64 = 64;
/// Most breaches that are noted.
const BREACHES_MAX: usize = 100;

struct Participant {
    seed: [u8; 32],
    name: String,
    policy: Policy,
    agent: AgentId,
    node: Option<Node>,
    disk: Vec<Entry>,
    /// whose addresses it knows
    book: BTreeSet<AgentId>,
    /// its clock less the world's
    skew_ms: i64,
    /// numbers its lives, so that what was meant for an earlier one is not done in this
    life: u64,
    /// when it is to be woken next
    wake_ms: Option<i64>,
}

enum Event {
    Frame { from: usize, to: usize, bytes: Vec<u8> },
    Gossip { to: usize, signed: Arc<Signed> },
    Wake { who: usize, life: u64 },
    Restart { who: usize },
    Link { a: usize, b: usize },
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
            now_ms: START_S * 1_000,
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            last_event: 0,
            participants: vec![],
            by_agent: BTreeMap::new(),
            links: BTreeSet::new(),
            last_arrival: BTreeMap::new(),
            replies: BTreeMap::new(),
            last_command: 0,
            concerned: None,
            on_breach: OnBreach::Panic,
            breaches: vec![],
            said: BTreeMap::new(),
            inputs: 0,
            steps: 0,
            messages: 0,
            bytes: 0,
        }
    }

    /// Adds a node that starts at once; returns its number.
    pub fn add(&mut self, name: &str) -> usize {
        self.add_with(name, Policy::default())
    }
    /// Adds a node that behaves by `policy`.
    pub fn add_with(&mut self, name: &str, policy: Policy) -> usize {
        let who = self.participants.len();
        let seed = agent_seed(who);
        let agent = Signer::from_seed(&seed).author();
        self.participants.push(Participant {
            seed,
            name: name.to_owned(),
            policy,
            agent,
            node: None,
            disk: vec![],
            book: BTreeSet::new(),
            skew_ms: 0,
            life: 0,
            wake_ms: None,
        });
        self.by_agent.insert(agent, who);
        self.start(who);
        who
    }
    /// Sets a node's clock so far ahead of the world's.
    pub fn set_skew(&mut self, who: usize, skew_ms: i64) {
        self.participants[who].skew_ms = skew_ms;
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
    /// When the next event is due.
    pub fn next_event(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse((t, ..))| at(*t))
    }
    /// From now on other faults.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// The agent of a node.
    pub fn agent(&self, who: usize) -> AgentId {
        self.participants[who].agent
    }
    /// The signer of a node, for those who forge in tests.
    pub fn signer(&self, who: usize) -> Signer {
        Signer::from_seed(&self.participants[who].seed)
    }
    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.participants.len()
    }
    /// True without nodes.
    pub fn is_empty(&self) -> bool {
        self.participants.is_empty()
    }
    /// A node, if it is up.
    pub fn node(&self, who: usize) -> Option<&Node> {
        self.participants[who].node.as_ref()
    }
    /// What a node has kept.
    pub fn disk(&self, who: usize) -> &[Entry] {
        &self.participants[who].disk
    }
    /// Virtual time.
    pub fn now(&self) -> Timestamp {
        at(self.now_ms)
    }
    fn clock(&self, who: usize) -> Timestamp {
        at(self.now_ms + self.participants[who].skew_ms)
    }

    /// Lets two nodes meet.
    pub fn introduce(&mut self, a: usize, b: usize) {
        let (agent_a, agent_b) = (self.agent(a), self.agent(b));
        self.participants[a].book.insert(agent_b);
        self.participants[b].book.insert(agent_a);
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
            while self.participants[who].node.is_none() && self.now_ms < deadline && self.step() {}
            self.last_command += 1;
            let number = self.last_command;
            self.input(who, Input::Command(number, Box::new(command.clone())));
            while self.now_ms < deadline {
                if let Some(reply) = self.replies.remove(&number) {
                    return reply.map_err(|e| e.to_string());
                }
                if self.participants[who].node.is_none() || !self.step() {
                    break; // killed before it answered: its owner tries again
                }
            }
        }
        Err(format!("{} gave no answer", self.participants[who].name))
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
        while self.queue.peek().is_some_and(|Reverse((t, ..))| *t <= end) {
            self.step();
        }
        self.now_ms = self.now_ms.max(end);
    }

    /// Kills a node: what was not made durable is gone.
    pub fn kill(&mut self, who: usize) {
        self.participants[who].node = None;
        let gone: Vec<_> = self.links.iter().filter(|(a, b)| *a == who || *b == who).copied().collect();
        for (a, b) in gone {
            self.links.remove(&(a, b));
            let other = if a == who { b } else { a };
            let agent = self.agent(who);
            if self.participants[other].node.is_some() {
                self.input(other, Input::PeerDown(agent));
            }
        }
    }
    /// Starts a killed node from its disk.
    pub fn start(&mut self, who: usize) {
        if self.participants[who].node.is_some() {
            return;
        }
        let clock = self.clock(who);
        let p = &mut self.participants[who];
        p.life += 1;
        p.wake_ms = None;
        let mut node = rebuild(p);
        let effects = node.begin(clock);
        p.node = Some(node);
        self.carry_out(who, effects, false);
        let address = self.participants[who].name.clone();
        self.input(who, Input::Reachable(vec![address]));
        let known: Vec<_> =
            self.participants[who].book.iter().filter_map(|a| self.by_agent.get(a)).copied().collect();
        known.into_iter().for_each(|b| self.schedule(1, Event::Link { a: who, b }));
    }
    /// A node made afresh from another's disk, to compare the two.
    pub fn rebuilt(&self, who: usize) -> Node {
        rebuild(&self.participants[who])
    }

    /// Hands raw bytes to a node as if `from` had sent them.
    pub fn inject(&mut self, from: usize, to: usize, bytes: Vec<u8>) {
        let from = self.agent(from);
        self.input(to, Input::Frame { from, bytes });
    }

    fn schedule(&mut self, in_ms: i64, event: Event) {
        self.last_event += 1;
        let to = match &event {
            Event::Frame { to, .. } | Event::Gossip { to, .. } => *to,
            Event::Wake { who, .. } | Event::Restart { who } => *who,
            Event::Link { a, .. } => *a,
        };
        self.queue.push(Reverse((self.now_ms + in_ms, self.last_event, to)));
        self.events.insert(self.last_event, event);
    }

    /// Does what comes next; false when nothing does.
    pub fn step(&mut self) -> bool {
        let Some(Reverse((t, number, who))) = self.queue.pop() else { return false };
        self.now_ms = self.now_ms.max(t);
        self.concerned = Some(who);
        self.steps += 1;
        assert!(number < EVENTS_MAX, "the network talks to itself: {number} events");
        match self.events.remove(&number) {
            Some(Event::Frame { from, to, bytes }) => {
                let from = self.agent(from);
                self.input(to, Input::Frame { from, bytes });
            }
            Some(Event::Gossip { to, signed }) => self.input(to, Input::Heard(Signed::clone(&signed))),
            Some(Event::Wake { who, life }) => {
                let p = &mut self.participants[who];
                if life == p.life && p.wake_ms.take_if(|t| *t <= self.now_ms).is_some() {
                    self.input(who, Input::Tick);
                }
            }
            Some(Event::Restart { who }) => self.start(who),
            Some(Event::Link { a, b }) => self.link(a, b),
            _ => {}
        }
        true
    }

    fn link(&mut self, a: usize, b: usize) {
        let pair = (a.min(b), a.max(b));
        let both_up = self.participants[a].node.is_some() && self.participants[b].node.is_some();
        if a == b || !both_up || !self.links.insert(pair) {
            return;
        }
        let (agent_a, agent_b) = (self.agent(a), self.agent(b));
        self.input(a, Input::PeerUp(agent_b));
        self.input(b, Input::PeerUp(agent_a));
    }

    fn input(&mut self, who: usize, input: Input) {
        let clock = self.clock(who);
        let Some(node) = self.participants[who].node.as_mut() else { return };
        let effects = node.handle(input, clock);
        let kept: Vec<RecordId> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Append(entry) => Some(entry.record.id),
                _ => None,
            })
            .collect();
        self.inputs += 1;
        let checked = match self.inputs.is_multiple_of(WHOLE_EVERY) {
            true => node.check_invariants(),
            false => node.check_invariants_after(&kept),
        };
        if let Err(broken) = checked {
            let (name, since) = (&self.participants[who].name, self.now_ms - START_S * 1_000);
            let breach = format!("invariant broken at {name}, {since} ms after the start: {broken}");
            assert!(self.on_breach == OnBreach::Note, "{breach}");
            self.breaches.push(breach);
            self.breaches.truncate(BREACHES_MAX);
        }
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
        let mut rest = vec![];
        for effect in effects {
            match effect {
                Effect::Append(entry) if durable => {
                    if entry.channel == Channel::Own {
                        *self.said.entry(entry.record.kind.clone()).or_default() += 1;
                    }
                    self.participants[who].disk.push(entry);
                }
                Effect::Append(_) => {}
                other => rest.push(other),
            }
        }
        if durable {
            for effect in rest.into_iter().take(stop_after) {
                self.effect(who, effect);
            }
        }
        if crashes {
            self.kill(who);
            let away = self.rng.i64(1..=self.faults.away_ms_max.max(1));
            self.schedule(away, Event::Restart { who });
        }
    }

    fn effect(&mut self, who: usize, effect: Effect) {
        match effect {
            Effect::Append(_) | Effect::Tell(_) => {}
            Effect::Send { to, frame } => {
                let Some(to) = self.by_agent.get(&to).copied() else { return };
                let pair = (who.min(to), who.max(to));
                if !self.links.contains(&pair) {
                    // a send to a peer that is not connected dials it first, if its address is known
                    if !self.participants[who].book.contains(&self.agent(to)) {
                        return;
                    }
                    self.schedule(1, Event::Link { a: who, b: to });
                }
                let bytes = frame.encode();
                let copies = if self.chance(self.faults.duplication) { 2 } else { 1 };
                for _ in 0..copies {
                    if self.chance(self.faults.loss) {
                        continue;
                    }
                    let mut delay = 1 + self.rng.i64(self.faults.delay_ms_min..=self.faults.delay_ms_max);
                    if self.faults.order == Order::Kept {
                        let last = self.last_arrival.entry((who, to)).or_default();
                        *last = (self.now_ms + delay).max(*last);
                        delay = *last - self.now_ms;
                    }
                    self.messages += 1;
                    self.bytes += bytes.len() as u64;
                    self.schedule(delay, Event::Frame { from: who, to, bytes: bytes.clone() });
                }
            }
            Effect::Publish(signed) => {
                for to in (0..self.participants.len()).filter(|to| *to != who) {
                    let partner = || self.links.contains(&(who.min(to), who.max(to)));
                    if self.participants[to].policy.hears == Hears::Partners && !partner() {
                        continue;
                    }
                    if self.chance(self.faults.loss) {
                        continue;
                    }
                    let delay = self.rng.i64(self.faults.delay_ms_min..=self.faults.delay_ms_max);
                    self.schedule(delay, Event::Gossip { to, signed: signed.clone() });
                }
            }
            Effect::Reply(number, reply) => {
                self.replies.insert(number, reply);
            }
            Effect::Wake(t) => {
                let in_ms = t.as_millisecond() - self.participants[who].skew_ms - self.now_ms;
                let (p, at_ms) = (&mut self.participants[who], self.now_ms + in_ms.max(1));
                // the earliest wish counts, and is answered by the next: as in the runtime
                if p.wake_ms.is_none_or(|t| at_ms < t) {
                    p.wake_ms = Some(at_ms);
                    let life = p.life;
                    self.schedule(in_ms.max(1), Event::Wake { who, life });
                }
            }
            Effect::Dial { agent, .. } => {
                self.participants[who].book.insert(agent);
            }
        }
    }
}

fn rebuild(p: &Participant) -> Node {
    let config = Config { name: p.name.clone(), next_key: None, policy: p.policy.clone() };
    let mut node = Node::new(Signer::from_seed(&p.seed), p.seed, config);
    for entry in &p.disk {
        // what a node kept, it can read
        let restored = node.restore(entry.clone());
        assert!(restored.is_ok(), "{} cannot restore: {restored:?}", p.name);
    }
    node
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}
