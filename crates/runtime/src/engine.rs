//! The node's own thread: takes what waits, lets the node think, stores, then acts.
//!
//! One turn: up to 256 waiting inputs are handled, everything they want kept goes to the store in ONE append, and
//! only when that is on the disk are the other effects carried out, in order. When the append fails, the node knows
//! things the disk does not: it is thrown away and rebuilt from the store, and whoever waited for an answer is told
//! the store's error.

use crate::folder::{CHECKPOINT, Folder};
use crate::peers::{self, AddressBook};
use crate::{Error, Result, restore};
use ledger::Signer;
use net::{Net, Peer};
use node::command::{Command, Done};
use node::effect::{Effect, Input, Topic};
use node::{Config, Limits, Node, Policy};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use store::{Forgotten, Store};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use vocab::{AgentId, Timestamp};

/// Most inputs handled, and stored, in one turn.
const TURN_INPUTS_MAX: usize = 256;
/// Most commands that wait for an answer.
const UNANSWERED_MAX: usize = 1_024;
/// Longest sleep: the wall clock may be set while we sleep.
const SLEEP_MAX: Duration = Duration::from_secs(10);
/// After the store failed, it is tried again this much later.
const RETRY_S: i64 = 5;
/// How often the log's checkpoint is written beside it, while it grows.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(600);

/// The real time, to the millisecond, as records and the store keep it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// seconds by which this node's clock is made to differ from the machine's; for trials of clock skew
    pub offset_s: i64,
}

impl Clock {
    /// Now.
    pub fn now(self) -> Timestamp {
        let machine = Timestamp::now().as_millisecond();
        let shifted = machine.saturating_add(self.offset_s.saturating_mul(1_000));
        Timestamp::from_millisecond(shifted).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

type Read = Box<dyn FnOnce(Result<(&Node, Timestamp)>) + Send>;

/// What waits for the thread.
pub(crate) enum Job {
    Input(Input),
    Command(Box<Command>, oneshot::Sender<Result<Done>>),
    Read(Read),
    /// remember where this peer can be dialled
    Learn(Peer),
    /// which peers are remembered
    Remembered(oneshot::Sender<Vec<AgentId>>),
    /// time has passed
    Alarm,
    Stop,
}

/// What is handled and stored together.
#[derive(Default)]
struct Turn {
    inputs: Vec<Input>,
    /// to be done once the inputs before it are stored
    then: Option<Job>,
}

/// What the thread owns.
pub(crate) struct Engine {
    /// absent between a failed append and the next successful rebuild
    node: Result<Node>,
    store: Store,
    signer: Signer,
    log_secret: [u8; 32],
    config: Config,
    book: AddressBook,
    net: Net,
    tells: broadcast::Sender<Topic>,
    clock: Clock,
    wake: Option<Timestamp>,
    unanswered: BTreeMap<u64, oneshot::Sender<Result<Done>>>,
    next_number: u64,
    // what a rebuilt node must be told again
    connected: BTreeSet<AgentId>,
    reachable: Option<Vec<String>>,
    checkpoint: (Instant, u64),
}

impl Engine {
    /// Replays the folder's records into a node and begins.
    pub(crate) fn new(
        folder: Folder,
        net: Net,
        tells: broadcast::Sender<Topic>,
        clock: Clock,
        limits: &Limits,
    ) -> Result<Self> {
        let Folder { archive, secrets } = folder;
        let book = AddressBook::load(&archive.store)?;
        let next_key = Signer::from_seed(&secrets.next).key().0;
        let mut engine = Self {
            node: Err(Error::Stopped),
            signer: Signer::from_seed(&secrets.current),
            log_secret: archive.log_secret,
            config: Config {
                name: archive.name,
                next_key: Some(next_key),
                policy: Policy::default().within(limits),
            },
            store: archive.store,
            book,
            net,
            tells,
            clock,
            wake: None,
            unanswered: BTreeMap::new(),
            next_number: 0,
            connected: BTreeSet::new(),
            reachable: None,
            checkpoint: (Instant::now(), 0),
        };
        engine.rebuild()?;
        engine.keep_checkpoint();
        Ok(engine)
    }

    pub(crate) fn peers(&self) -> Vec<Peer> {
        self.book.peers().collect()
    }

    /// Works until told to stop or nobody is left to tell it anything.
    pub(crate) fn run(mut self, mut jobs: mpsc::Receiver<Job>, alarm: &watch::Sender<Instant>) {
        loop {
            alarm.send_replace(Instant::now() + self.patience());
            let Some(first) = jobs.blocking_recv() else { break };
            let mut turn = Turn::default();
            self.sort(first, &mut turn);
            while turn.then.is_none() && turn.inputs.len() < TURN_INPUTS_MAX {
                let Ok(job) = jobs.try_recv() else { break };
                self.sort(job, &mut turn);
            }
            if self.wake.is_some_and(|at| at <= self.clock.now()) {
                self.wake = None;
                turn.inputs.push(Input::Tick);
            }
            if let Err(e) = self.turn(turn.inputs) {
                tracing::error!(code = e.code(), "nothing of this turn was kept: {e}");
                self.fail(&e);
                // at once, so that what is on the disk can be looked at; if the disk refuses, again in a while
                if self.node.is_err() && self.rebuild().is_ok() {
                    tracing::info!("the node stands again as the disk has it");
                }
            }
            match turn.then {
                Some(Job::Stop) => break,
                Some(job) => self.attend(job),
                None => {}
            }
            self.book.keep(&mut self.store);
            if self.checkpoint.0.elapsed() >= CHECKPOINT_EVERY {
                self.keep_checkpoint();
            }
        }
        jobs.close();
        self.fail(&Error::Stopped);
        self.keep_checkpoint();
        tracing::debug!("the node's thread has ended");
    }

    /// How long to sleep when nothing comes.
    fn patience(&self) -> Duration {
        let Some(wake) = self.wake else { return SLEEP_MAX };
        let ms = wake.as_millisecond().saturating_sub(self.clock.now().as_millisecond());
        Duration::from_millis(u64::try_from(ms).unwrap_or(0)).min(SLEEP_MAX)
    }

    /// Inputs gather; anything else ends the turn and is done after it.
    fn sort(&mut self, job: Job, turn: &mut Turn) {
        match job {
            Job::Input(input) => {
                self.note(&input);
                turn.inputs.push(input);
            }
            Job::Command(command, answer) => {
                self.unanswered.retain(|_, waiting| !waiting.is_closed());
                if self.unanswered.len() >= UNANSWERED_MAX {
                    // nobody listens any more: nothing to tell
                    let _ = answer.send(Err(Error::Busy { waiting: UNANSWERED_MAX }));
                    return;
                }
                let number = self.next_number;
                self.next_number += 1;
                self.unanswered.insert(number, answer);
                turn.inputs.push(Input::Command(number, command));
            }
            // every turn looks at the clock
            Job::Alarm => {}
            other => turn.then = Some(other),
        }
    }

    fn note(&mut self, input: &Input) {
        match input {
            Input::PeerUp(agent) => {
                self.connected.insert(*agent);
            }
            Input::PeerDown(agent) => {
                self.connected.remove(agent);
            }
            Input::Reachable(addresses) => self.reachable = Some(addresses.clone()),
            _ => {}
        }
    }

    fn attend(&mut self, job: Job) {
        match job {
            Job::Read(read) => {
                let now = self.clock.now();
                read(self.node.as_ref().map(|node| (node, now)).map_err(Error::clone));
            }
            Job::Learn(peer) => {
                self.book.learn(peer);
            }
            Job::Remembered(answer) => {
                // an asker that has gone needs no answer
                let _ = answer.send(self.book.peers().map(|peer| peer.agent).collect());
            }
            Job::Input(_) | Job::Command(..) | Job::Alarm | Job::Stop => {}
        }
    }

    /// Handles, stores, acts. On an error nothing was stored or acted on, and the node is gone until the next turn.
    fn turn(&mut self, inputs: Vec<Input>) -> Result<()> {
        if self.node.is_err() {
            self.rebuild()?;
        }
        let now = self.clock.now();
        let node = self.node.as_mut().map_err(|e| e.clone())?;
        let effects: Vec<_> = inputs.into_iter().flat_map(|input| node.handle(input, now)).collect();
        self.carry_out(effects)
    }

    /// A fresh node from the store, told what it needs to know of the world.
    fn rebuild(&mut self) -> Result<()> {
        let started = Instant::now();
        let mut node = Node::new(self.signer.clone(), self.log_secret, self.config.clone());
        restore::replay(&self.store, &mut node)?;
        let now = self.clock.now();
        let mut effects = node.begin(now);
        let again = self.reachable.clone().map(Input::Reachable).into_iter();
        for input in again.chain(self.connected.iter().copied().map(Input::PeerUp)) {
            effects.extend(node.handle(input, now));
        }
        self.node = Ok(node);
        self.carry_out(effects)?;
        let records = self.store.count()?;
        tracing::info!(records, ms = started.elapsed().as_millis() as u64, "records replayed");
        Ok(())
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<()> {
        let (mut kept, mut forgotten) = (vec![], vec![]);
        for effect in &effects {
            match effect {
                Effect::Append(entry) => kept.push(restore::stored(entry)),
                Effect::Forget { author, seq, id } => {
                    kept.retain(|entry| entry.id != *id);
                    forgotten.push(Forgotten { author: *author, seq: *seq, id: *id });
                }
                _ => {}
            }
        }
        if let Err(e) = self.store.write(&forgotten, &kept) {
            let e = Error::from(e);
            self.node = Err(e.clone());
            return Err(e);
        }
        let mut changed = BTreeSet::new();
        for effect in effects {
            match effect {
                Effect::Append(_) | Effect::Forget { .. } => {}
                Effect::Send { to, frame } => self.net.send(to, frame.encode()),
                Effect::Publish { topic, signed } => self.net.publish(&topic.0, signed.to_envelope()),
                Effect::Join { topic, agents } => self.net.join_topic(&topic.0, &agents),
                Effect::Topics(topics) => {
                    self.net.take_part(&topics.into_iter().map(|topic| topic.0).collect());
                }
                Effect::Reply(number, reply) => {
                    if let Some(answer) = self.unanswered.remove(&number) {
                        // whoever asked may have given up waiting
                        let _ = answer.send(reply.map_err(Error::from));
                    }
                }
                Effect::Wake(at) => self.wake = Some(self.wake.map_or(at, |wake| wake.min(at))),
                Effect::Tell(topic) => {
                    changed.insert(topic);
                }
                Effect::Dial { agent, addresses } => {
                    let peer = Peer { agent, addresses: peers::addresses(&addresses) };
                    if self.book.learn(peer.clone()) {
                        // known from here on; dialled when there is something to say
                        self.net.know(peer);
                    }
                }
            }
        }
        for topic in changed {
            // nobody may be watching
            let _ = self.tells.send(topic);
        }
        Ok(())
    }

    /// Answers everyone who waits, and tries the store again soon.
    fn fail(&mut self, e: &Error) {
        for (_, answer) in std::mem::take(&mut self.unanswered) {
            let _ = answer.send(Err(e.clone()));
        }
        let _ = self.tells.send(Topic::Problems);
        self.wake = Some(vocab::after(self.clock.now(), RETRY_S));
    }

    /// Writes down what the log looked like, so that a later look can tell whether it was rewritten since.
    fn keep_checkpoint(&mut self) {
        let Ok(node) = &self.node else { return };
        let size = node.status(self.clock.now()).log_size;
        if size != self.checkpoint.1
            && let Err(e) = self.store.meta_set(CHECKPOINT, node.checkpoint().as_bytes())
        {
            tracing::warn!("the checkpoint was not written down: {e}");
        }
        self.checkpoint = (Instant::now(), size);
    }
}
