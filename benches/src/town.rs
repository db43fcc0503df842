//! A workshop's working life, to have its log: nodes that talk to each other directly, in their own time.
//!
//! The workshop buys boards from a sawmill, makes chairs, sells them to four households; it renews its offer, is
//! turned down, shipped to, paid and told what could be better. What it keeps of that is a [`Log`] of the mix of
//! records a real one has. Every record is said by a real node and checked by the node it reaches.

use crate::{Context, Result, spoken};
use ledger::Signer;
use node::command::{Command, Done};
use node::effect::{Effect, Entry, Input};
use node::{Config, Node, Policy};
use std::collections::{BTreeMap, VecDeque};
use vocab::{AgentId, RecordId, Timestamp, after};

const START_S: i64 = 1_767_600_000;
/// Between one deal and the next.
const ROUND_S: i64 = 1_200;
const WORKSHOP: usize = 0;
const SAWMILL: usize = 1;
const HOUSEHOLDS: usize = 4;
/// More rounds than any log here needs.
const ROUNDS_MAX: usize = 100_000;

/// What one node has kept, in order, and what it takes to read it again.
pub(crate) struct Log {
    pub(crate) secrets: Secrets,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
pub(crate) struct Secrets {
    pub(crate) seed: [u8; 32],
    pub(crate) log: [u8; 32],
}

impl Secrets {
    pub(crate) fn node(&self) -> Node {
        let config = Config { name: "Workshop".to_owned(), next_key: None, policy: policy() };
        Node::new(Signer::from_seed(&self.seed), self.log, config)
    }
}

fn policy() -> Policy {
    // public records reach everyone at once here: nothing is left to compare
    Policy { reconcile_s: 86_400, ..Policy::default() }
}

struct Town {
    nodes: Vec<Node>,
    by_agent: BTreeMap<AgentId, usize>,
    waiting: VecDeque<(usize, Input)>,
    replies: BTreeMap<u64, node::command::Reply>,
    commands: u64,
    now: Timestamp,
    /// what the workshop keeps
    kept: Vec<Entry>,
    /// the last record of each kind at each node
    last: BTreeMap<(usize, String), RecordId>,
}

impl Log {
    /// Lets the town live until the workshop has kept `records` records.
    pub(crate) fn of_a_workshop(context: &Context, secrets: Secrets, records: usize) -> Result<Self> {
        let mut town = Town::new(secrets)?;
        let mut offer = town.open()?;
        for round in 0..ROUNDS_MAX {
            if town.kept.len() >= records {
                break;
            }
            if round % 500 == 0 {
                context.say(&format!("a log: {} of {records} records", town.kept.len()));
            }
            town.round(round, &mut offer)?;
        }
        let mut entries = town.kept;
        entries.truncate(records);
        Ok(Self { secrets, entries })
    }

    /// How many records of each kind there are, the most frequent first.
    pub(crate) fn mix(&self) -> String {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        self.entries.iter().for_each(|e| *kinds.entry(&e.record.kind).or_default() += 1);
        let mut kinds: Vec<_> = kinds.into_iter().map(|(kind, count)| (count, kind)).collect();
        kinds.sort_by(|a, b| b.cmp(a));
        let words: Vec<_> = kinds.iter().map(|(count, kind)| format!("{kind} {count}")).collect();
        words.join(", ")
    }
}

impl Town {
    fn new(secrets: Secrets) -> Result<Self> {
        let mut town = Self {
            nodes: vec![secrets.node()],
            by_agent: BTreeMap::new(),
            waiting: VecDeque::new(),
            replies: BTreeMap::new(),
            commands: 0,
            now: Timestamp::from_second(START_S)?,
            kept: vec![],
            last: BTreeMap::new(),
        };
        for i in 0..=HOUSEHOLDS {
            let seed = [i as u8 + 1; 32];
            let name = if i == 0 { "Sawmill".to_owned() } else { format!("Household {i}") };
            let config = Config { name, next_key: None, policy: policy() };
            town.nodes.push(Node::new(Signer::from_seed(&seed), seed, config));
        }
        town.by_agent = town.nodes.iter().map(Node::me).zip(0..).collect();
        for who in 0..town.nodes.len() {
            let effects = town.nodes[who].begin(town.now);
            town.carry_out(who, effects);
        }
        let all: Vec<_> = town.by_agent.iter().map(|(agent, who)| (*agent, *who)).collect();
        for (agent, who) in &all {
            for (peer, _) in all.iter().filter(|(peer, _)| peer != agent) {
                town.waiting.push_back((*who, Input::PeerUp(*peer)));
            }
        }
        town.settle_down();
        Ok(town)
    }

    fn carry_out(&mut self, who: usize, effects: Vec<Effect>) {
        let me = self.nodes[who].me();
        for effect in effects {
            match effect {
                Effect::Append(entry) => {
                    self.last.insert((who, entry.record.kind.clone()), entry.record.id);
                    if who == WORKSHOP {
                        self.kept.push(entry);
                    }
                }
                Effect::Send { to, frame } => {
                    if let Some(to) = self.by_agent.get(&to) {
                        self.waiting.push_back((*to, Input::Frame { from: me, bytes: frame.encode() }));
                    }
                }
                Effect::Publish { signed, .. } => {
                    for to in (0..self.nodes.len()).filter(|to| *to != who) {
                        self.waiting.push_back((to, Input::Heard((*signed).clone())));
                    }
                }
                Effect::Reply(number, reply) => {
                    self.replies.insert(number, reply);
                }
                Effect::Forget { .. }
                | Effect::Wake(_)
                | Effect::Tell(_)
                | Effect::Topics(_)
                | Effect::Join { .. }
                | Effect::Dial { .. } => {}
            }
        }
    }

    /// Until nobody has anything left to say.
    fn settle_down(&mut self) {
        while let Some((who, input)) = self.waiting.pop_front() {
            let effects = self.nodes[who].handle(input, self.now);
            self.carry_out(who, effects);
        }
    }

    fn tell(&mut self, who: usize, command: Command) -> Result<RecordId> {
        self.commands += 1;
        let number = self.commands;
        self.waiting.push_back((who, Input::Command(number, Box::new(command.clone()))));
        self.settle_down();
        match self.replies.remove(&number) {
            Some(Ok(Done::Recorded(id))) => Ok(id),
            Some(Ok(other)) => Err(format!("{command:?} came to {other:?}").into()),
            Some(Err(e)) => Err(format!("{command:?} at node {who}: {e}").into()),
            None => Err(format!("{command:?} at node {who} was not answered").into()),
        }
    }

    fn last(&self, who: usize, kind: &str) -> Result<RecordId> {
        let found = self.last.get(&(who, kind.to_owned()));
        found.copied().ok_or_else(|| format!("node {who} has no {kind}").into())
    }

    /// Everyone sets up shop; returns the workshop's offer.
    fn open(&mut self) -> Result<RecordId> {
        self.tell(SAWMILL, spoken::describe("oak-board", "each", false))?;
        self.tell(SAWMILL, spoken::offer("oak-board", "1", "12"))?;
        self.tell(WORKSHOP, spoken::describe("chair", "each", true))?;
        self.tell(WORKSHOP, spoken::recipe("chair", Some(("oak-board", "4"))))?;
        self.tell(WORKSHOP, spoken::offer("chair", "1", "120"))
    }

    fn round(&mut self, round: usize, offer: &mut RecordId) -> Result<()> {
        self.now = after(self.now, ROUND_S);
        (0..self.nodes.len()).for_each(|who| self.waiting.push_back((who, Input::Tick)));
        self.settle_down();
        let household = 2 + round % HOUSEHOLDS;
        if round.is_multiple_of(50) {
            self.tell(SAWMILL, spoken::raise("oak-board", 500))?;
        }
        if round % 40 == 39 {
            self.tell(WORKSHOP, spoken::withdraw(*offer))?;
            *offer = self.tell(WORKSHOP, spoken::offer("chair", "1", "120"))?;
        }
        if round.is_multiple_of(30) {
            self.tell(household, spoken::need("chair", 3))?;
        }
        let deal = self.tell(household, spoken::enquire(*offer, 2))?;
        if round % 8 == 7 {
            self.tell(household, spoken::decline(deal))?;
            return Ok(());
        }
        self.tell(household, spoken::accept(deal))?;
        let (plan, boards) = (self.last(WORKSHOP, "reservation")?, self.last(SAWMILL, "enquiry")?);
        self.tell(SAWMILL, spoken::ship(boards))?;
        let delivery = self.last(WORKSHOP, "handover")?;
        self.tell(WORKSHOP, spoken::receive(delivery))?;
        self.tell(SAWMILL, spoken::settle(boards))?;
        self.tell(WORKSHOP, spoken::start(plan))?;
        self.tell(WORKSHOP, spoken::finish(plan))?;
        self.tell(WORKSHOP, spoken::ship(deal))?;
        let delivery = self.last(household, "handover")?;
        self.tell(household, spoken::receive(delivery))?;
        self.tell(WORKSHOP, spoken::settle(deal))?;
        if round.is_multiple_of(10) {
            self.tell(household, spoken::feedback(deal))?;
        }
        Ok(())
    }
}
