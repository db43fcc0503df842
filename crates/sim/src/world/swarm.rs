//! Gossip that really travels: the protocol of `iroh-gossip`, one state for each node and topic, in the world's time.
//!
//! Each topic is a swarm of its own. As in the real network, a node joins through whom it knows, asks again while it
//! has no neighbour, and now and then asks somebody it is not next to, so that what fell apart grows together.

use super::World;
use super::queue::Event;
use bytes::Bytes;
use iroh_gossip::proto::topic::{Command, Event as Heard};
use iroh_gossip::proto::{Config, InEvent, OutEvent, PeerData, Scope, State, TopicId as SwarmId};
use ledger::Signed;
use market::TopicId;
use n0_future::time::Instant;
use node::effect::Input;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How public records spread in a [`World`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Spread {
    /// from their author to everyone who cares, as if there were a line to each
    #[default]
    Direct,
    /// by gossip, from neighbour to neighbour
    Gossip,
}

/// What gossip has cost and brought so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gossiped {
    /// messages put on the way
    pub messages: u64,
    /// their size in bytes
    pub bytes: u64,
    /// of these, in messages that carry a record
    pub data_bytes: u64,
    /// by hops from the author: how often a node heard a record for the first time
    pub hops: BTreeMap<u64, u64>,
}

/// Longest message: a record and its header, as in the real network.
const MESSAGE_MAX: usize = (64 << 10) + 1024;
/// Pauses between asking for a neighbour while there is none, at first, and while there are some, milliseconds.
const LONELY_MS: i64 = 2_000;
const MINGLE_MS: i64 = 45_000;
/// Whom a node without neighbours asks at a time, and how many it remembers of one topic.
const LONELY_PEERS: usize = 3;
const REMEMBERED_MAX: usize = 64;

/// Every swarm of a world.
pub(super) struct Swarms {
    began: Instant,
    members: BTreeMap<(usize, TopicId), Member>,
    pub(super) so_far: Gossiped,
}

struct Member {
    state: State<u32, StdRng>,
    neighbours: BTreeSet<u32>,
    /// who was said to take part
    through: Vec<u32>,
    lonely_ms: i64,
    life: u64,
}

/// What happens to one member of a swarm.
pub(super) struct Step {
    who: usize,
    topic: TopicId,
    what: What,
}

enum What {
    /// a message, or word that one could not be delivered
    In(InEvent<u32>),
    /// a timer of this life
    Timer(u64, InEvent<u32>),
    /// time to look for company, in this life
    Mingle(u64),
}

impl Step {
    pub(super) fn at(&self) -> usize {
        self.who
    }
}

impl Default for Swarms {
    fn default() -> Self {
        // only differences count: every run begins at the same moment
        Self { began: Instant::now(), members: BTreeMap::new(), so_far: Gossiped::default() }
    }
}

impl World {
    /// How public records spread from now on; to be said before the first node is added.
    pub fn set_spread(&mut self, spread: Spread) {
        self.swarms = (spread == Spread::Gossip).then(Swarms::default);
    }
    /// What gossip has cost and brought since this was last asked.
    pub fn take_gossiped(&mut self) -> Gossiped {
        self.swarms.as_mut().map(|s| std::mem::take(&mut s.so_far)).unwrap_or_default()
    }
    /// How many neighbours a node has in a topic.
    pub fn neighbours(&self, who: usize, topic: &TopicId) -> usize {
        let member = self.swarms.as_ref().and_then(|s| s.members.get(&(who, *topic)));
        member.map_or(0, |member| member.neighbours.len())
    }

    pub(super) fn take_part(&mut self, who: usize, topics: &BTreeSet<TopicId>) {
        let Some(swarms) = &self.swarms else { return };
        let here = swarms.members.range((who, TopicId([0; 32]))..=(who, TopicId([255; 32])));
        let before: BTreeSet<_> = here.map(|((_, topic), _)| *topic).collect();
        for topic in before.difference(topics) {
            self.swarm_command(who, *topic, Command::Quit);
            self.swarms.as_mut().map(|s| s.members.remove(&(who, *topic)));
        }
        for topic in topics.difference(&before) {
            let rng = StdRng::seed_from_u64(self.rng.u64(..));
            let config = Config { max_message_size: MESSAGE_MAX, ..Config::default() };
            let member = Member {
                state: State::new(who as u32, PeerData::default(), config, rng),
                neighbours: BTreeSet::new(),
                through: vec![],
                lonely_ms: LONELY_MS,
                life: self.peers[who].life,
            };
            if let Some(swarms) = &mut self.swarms {
                swarms.members.insert((who, *topic), member);
            }
            self.swarm_command(who, *topic, Command::Join(vec![]));
            self.mingle(who, *topic);
        }
    }

    /// These take part in the topic: asks them for a place beside them.
    pub(super) fn join_swarm(&mut self, who: usize, topic: TopicId, others: Vec<u32>) {
        let Some(member) = self.swarms.as_mut().and_then(|s| s.members.get_mut(&(who, topic))) else {
            return;
        };
        let new: Vec<_> = others.iter().filter(|o| !member.through.contains(o)).copied().collect();
        member.through.extend(new);
        let over = member.through.len().saturating_sub(REMEMBERED_MAX);
        member.through.drain(..over);
        self.swarm_command(who, topic, Command::Join(others));
    }

    /// True if gossip carries it, or would.
    pub(super) fn gossip(&mut self, who: usize, topic: TopicId, signed: &Arc<Signed>) -> bool {
        let gossips = self.swarms.is_some();
        if gossips {
            self.swarm_command(
                who,
                topic,
                Command::Broadcast(Bytes::from(signed.to_envelope()), Scope::Swarm),
            );
        }
        gossips
    }

    /// A node is gone, without a word.
    pub(super) fn leave_swarms(&mut self, who: usize) {
        if let Some(swarms) = &mut self.swarms {
            swarms.members.retain(|(member, _), _| *member != who);
        }
    }

    pub(super) fn swarm_step(&mut self, step: Step) {
        let Step { who, topic, what } = step;
        let life = self.swarms.as_ref().and_then(|s| s.members.get(&(who, topic))).map(|m| m.life);
        match what {
            What::In(InEvent::RecvMessage(from, _)) if self.peers[who].node.is_none() => {
                // nobody answers there: the sender notices
                let gone = What::In(InEvent::PeerDisconnected(who as u32));
                let delay = self.delay(who, from as usize);
                self.swarm_in(delay, Step { who: from as usize, topic, what: gone });
            }
            What::In(event) => self.swarm_event(who, topic, event),
            What::Timer(of, event) if life == Some(of) => self.swarm_event(who, topic, event),
            What::Mingle(of) if life == Some(of) => self.mingle(who, topic),
            What::Timer(..) | What::Mingle(_) => {}
        }
    }

    fn mingle(&mut self, who: usize, topic: TopicId) {
        let Some(member) = self.swarms.as_mut().and_then(|s| s.members.get_mut(&(who, topic))) else {
            return;
        };
        let (count, pause) = match member.neighbours.is_empty() {
            true => {
                let pause = member.lonely_ms;
                member.lonely_ms = (2 * pause).min(MINGLE_MS);
                (LONELY_PEERS, pause)
            }
            false => {
                member.lonely_ms = LONELY_MS;
                (1, MINGLE_MS)
            }
        };
        let life = member.life;
        let away = |other: &u32| *other != who as u32 && !member.neighbours.contains(other);
        let mut ask: Vec<u32> = member.through.iter().filter(|o| away(o)).copied().collect();
        if ask.is_empty() {
            let known = self.peers[who].book.iter().filter_map(|agent| self.by_agent.get(agent));
            ask = known.map(|other| *other as u32).filter(away).collect();
        }
        self.rng.shuffle(&mut ask);
        ask.truncate(count);
        if !ask.is_empty() {
            self.swarm_command(who, topic, Command::Join(ask));
        }
        let jittered = self.rng.i64(pause / 2..=pause * 3 / 2);
        self.swarm_in(jittered, Step { who, topic, what: What::Mingle(life) });
    }

    fn swarm_in(&mut self, in_ms: i64, step: Step) {
        self.schedule(in_ms, Event::Swarm(Box::new(step)));
    }

    fn swarm_command(&mut self, who: usize, topic: TopicId, command: Command<u32>) {
        self.swarm_event(who, topic, InEvent::Command(SwarmId::from_bytes(topic.0), command));
    }

    fn swarm_event(&mut self, who: usize, topic: TopicId, event: InEvent<u32>) {
        let since = Duration::from_millis(u64::try_from(self.now_ms - super::START_S * 1_000).unwrap_or(0));
        let Some(swarms) = &mut self.swarms else { return };
        let now = swarms.began + since;
        let Some(member) = swarms.members.get_mut(&(who, topic)) else { return };
        let life = member.life;
        let out: Vec<_> = member.state.handle(event, now, None).collect();
        for event in out {
            match event {
                OutEvent::SendMessage(to, message) => {
                    let bytes = message.size().unwrap_or(0) as u64;
                    let data = matches!(message.kind(), iroh_gossip::proto::state::MessageKind::Data);
                    if let Some(swarms) = &mut self.swarms {
                        swarms.so_far.messages += 1;
                        swarms.so_far.bytes += bytes;
                        swarms.so_far.data_bytes += if data { bytes } else { 0 };
                    }
                    let to = to as usize;
                    if self.parted(who, to) || self.chance(self.faults.loss) {
                        continue;
                    }
                    let delay = 1 + self.delay(who, to);
                    let what = What::In(InEvent::RecvMessage(who as u32, message));
                    self.swarm_in(delay, Step { who: to, topic, what });
                }
                OutEvent::ScheduleTimer(after, timer) => {
                    let ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                    let what = What::Timer(life, InEvent::TimerExpired(timer));
                    self.swarm_in(ms, Step { who, topic, what });
                }
                OutEvent::EmitEvent(_, Heard::Received(heard)) => {
                    // the type is not to be had, its written form says how far the record has come
                    let scope = serde_json::to_value(heard.scope).unwrap_or_default();
                    if let (Some(hops), Some(swarms)) = (scope["Swarm"].as_u64(), &mut self.swarms) {
                        *swarms.so_far.hops.entry(hops).or_default() += 1;
                    }
                    if let Ok(signed) = Signed::from_envelope(&heard.content) {
                        self.input(who, Input::Heard(signed));
                    }
                }
                OutEvent::EmitEvent(_, Heard::NeighborUp(other)) => self.neighbour(who, topic, other, true),
                OutEvent::EmitEvent(_, Heard::NeighborDown(other)) => {
                    self.neighbour(who, topic, other, false)
                }
                OutEvent::DisconnectPeer(_) | OutEvent::PeerData(..) => {}
            }
        }
    }

    fn neighbour(&mut self, who: usize, topic: TopicId, other: u32, up: bool) {
        let Some(member) = self.swarms.as_mut().and_then(|s| s.members.get_mut(&(who, topic))) else {
            return;
        };
        match up {
            true => member.neighbours.insert(other),
            false => member.neighbours.remove(&other),
        };
    }
}
