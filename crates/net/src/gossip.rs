//! Records spread by gossip, in one swarm for each topic the node takes part in.
//!
//! Gossip loses: a burst overflows the subscription, a swarm that fell apart does not grow together by itself. So
//! a lagging or ended stream is taken up again, a node without neighbours asks known peers, and one with
//! neighbours now and then asks a peer it is not next to.

use crate::net::Event;
use crate::shared::{Shared, jittered, some, stopped};
use crate::stats::Counters;
use crate::{RECORD_BYTES_MAX, Topic};
use bytes::Bytes;
use iroh::{Endpoint, EndpointId};
use iroh_gossip::api::{ApiError, Event as Heard, GossipReceiver, GossipSender, JoinOptions};
use iroh_gossip::net::Gossip;
use iroh_gossip::proto::TopicId;
use n0_future::StreamExt;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// Room for the gossip header beside the record.
const HEADER_BYTES_MAX: usize = 1024;
/// Records that wait for the node before the subscription lags.
const HEARD_MAX: usize = 1024;
/// Records that wait to be published in one topic.
const COMMANDS_MAX: usize = 256;
/// Pause before a broken stream is taken up again.
const RESTART_PAUSE: Duration = Duration::from_millis(200);
/// Pause between asking known peers while there is no neighbour, and while there are.
const LONELY_PAUSE: Duration = Duration::from_secs(2);
const MINGLE_PAUSE: Duration = Duration::from_secs(45);
const LONELY_PEERS: usize = 3;
/// Peers remembered of one topic.
const REMEMBERED_MAX: usize = 64;

pub(crate) enum Command {
    Publish(Bytes),
    Join(Vec<EndpointId>),
}

pub(crate) fn spawn(endpoint: Endpoint) -> Gossip {
    Gossip::builder().max_message_size(RECORD_BYTES_MAX + HEADER_BYTES_MAX).spawn(endpoint)
}

/// What gossip calls a topic of this network: networks do not hear one another.
fn topic_id(network: &str, topic: &Topic) -> TopicId {
    let mut hash = Sha256::new_with_prefix(format!("headwater/1/{network}/"));
    hash.update(topic);
    TopicId::from_bytes(hash.finalize().into())
}

async fn subscribe(
    gossip: &Gossip,
    topic: TopicId,
    through: Vec<EndpointId>,
) -> Result<(GossipSender, GossipReceiver), ApiError> {
    let bootstrap = through.into_iter().collect();
    let options = JoinOptions { bootstrap, subscription_capacity: HEARD_MAX };
    Ok(gossip.subscribe_with_opts(topic, options).await?.split())
}

/// The topics a node takes part in, each with a task of its own.
#[derive(Debug)]
pub(crate) struct Swarms {
    gossip: Gossip,
    network: String,
    tasks: Mutex<BTreeMap<Topic, mpsc::Sender<Command>>>,
}

impl Swarms {
    pub(crate) fn new(gossip: Gossip, network: String) -> Self {
        Self { gossip, network, tasks: Mutex::default() }
    }

    /// Takes part in these topics and no others.
    pub(crate) fn take_part(&self, shared: &Arc<Shared>, topics: &BTreeSet<Topic>) {
        let mut tasks = self.tasks();
        // a task whose sender is gone leaves its swarm
        tasks.retain(|topic, _| topics.contains(topic));
        for topic in topics {
            tasks.entry(*topic).or_insert_with(|| {
                let (sender, commands) = mpsc::channel(COMMANDS_MAX);
                let id = topic_id(&self.network, topic);
                shared.runtime.spawn(run(shared.clone(), self.gossip.clone(), id, commands));
                sender
            });
        }
    }

    /// False when the node takes no part in the topic, or too much waits there.
    pub(crate) fn tell(&self, topic: &Topic, command: Command) -> bool {
        self.tasks().get(topic).is_some_and(|task| task.try_send(command).is_ok())
    }

    /// The same for every topic.
    pub(crate) fn tell_all(&self, command: impl Fn() -> Command) -> bool {
        self.tasks().values().filter(|task| task.try_send(command()).is_err()).count() == 0
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<Topic, mpsc::Sender<Command>>> {
        self.tasks.lock().expect("no code panics while it holds this lock")
    }
}

/// Takes part in one topic until the node stops or leaves it.
async fn run(shared: Arc<Shared>, gossip: Gossip, topic: TopicId, mut commands: mpsc::Receiver<Command>) {
    let mut stopping = shared.stopping.clone();
    let taking_part = async {
        let (mut streams, mut through) = (None, VecDeque::new());
        loop {
            let ask = some_of(&shared, &through, LONELY_PEERS, &BTreeSet::new());
            // the old sender is kept until there is a new one: the topic's neighbours stay
            match subscribe(&gossip, topic, ask).await {
                Ok(fresh) => {
                    let (sender, receiver) = streams.insert(fresh);
                    let Some(why) = take_part(&shared, sender, receiver, &mut commands, &mut through).await
                    else {
                        break;
                    };
                    tracing::info!("gossip starts over: {why}");
                    shared.counters.gossip_restarts.fetch_add(1, Relaxed);
                }
                Err(e) => tracing::warn!("cannot take up gossip: {e}"),
            }
            sleep(jittered(RESTART_PAUSE)).await;
        }
    };
    tokio::select! {
        () = taking_part => {}
        () = stopped(&mut stopping) => {}
    }
}

/// Peers to ask for a way into the swarm: those who were said to be there, else any that are known.
fn some_of(
    shared: &Shared,
    through: &VecDeque<EndpointId>,
    count: usize,
    except: &BTreeSet<EndpointId>,
) -> Vec<EndpointId> {
    let away: Vec<_> = through.iter().copied().filter(|id| !except.contains(id)).collect();
    let chosen = some(away, count);
    if chosen.is_empty() { shared.some_known(count, except) } else { chosen }
}

/// The direct neighbours in one swarm, counted among those of the node.
struct Neighbours<'a>(BTreeSet<EndpointId>, &'a Counters);

impl Neighbours<'_> {
    fn up(&mut self, id: EndpointId) {
        if self.0.insert(id) {
            self.1.gossip_neighbours.fetch_add(1, Relaxed);
        }
    }
    fn down(&mut self, id: EndpointId) {
        if self.0.remove(&id) {
            self.1.gossip_neighbours.fetch_sub(1, Relaxed);
        }
    }
}
impl Drop for Neighbours<'_> {
    fn drop(&mut self) {
        self.1.gossip_neighbours.fetch_sub(self.0.len(), Relaxed);
    }
}

/// Returns why the stream has to be taken up again; nothing when the node leaves the topic.
async fn take_part(
    shared: &Shared,
    sender: &GossipSender,
    receiver: &mut GossipReceiver,
    commands: &mut mpsc::Receiver<Command>,
    through: &mut VecDeque<EndpointId>,
) -> Option<String> {
    let mut neighbours = Neighbours(BTreeSet::new(), &shared.counters);
    let mut mingle_at = Instant::now() + jittered(LONELY_PAUSE);
    loop {
        let done = tokio::select! {
            heard = receiver.next() => match heard {
                Some(Ok(Heard::Received(message))) => {
                    // when nobody listens any more, the node is stopping
                    let _ = shared.events.send(Event::Heard { bytes: message.content.into() }).await;
                    Ok(())
                }
                Some(Ok(Heard::NeighborUp(id))) => {
                    neighbours.up(id);
                    Ok(())
                }
                Some(Ok(Heard::NeighborDown(id))) => {
                    neighbours.down(id);
                    if neighbours.0.is_empty() {
                        mingle_at = Instant::now() + jittered(LONELY_PAUSE);
                    }
                    Ok(())
                }
                Some(Ok(Heard::Lagged)) => return Some("records came faster than this node took them".to_owned()),
                Some(Err(e)) => return Some(e.to_string()),
                None => return Some("the stream ended".to_owned()),
            },
            command = commands.recv() => match command {
                Some(Command::Publish(record)) => sender.broadcast(record).await,
                Some(Command::Join(peers)) => {
                    through.extend(peers.iter().copied());
                    while through.len() > REMEMBERED_MAX {
                        through.pop_front();
                    }
                    sender.join_peers(peers).await
                }
                None => return None,
            },
            () = sleep_until(mingle_at) => {
                let (count, pause) =
                    if neighbours.0.is_empty() { (LONELY_PEERS, LONELY_PAUSE) } else { (1, MINGLE_PAUSE) };
                mingle_at = Instant::now() + jittered(pause);
                match some_of(shared, through, count, &neighbours.0) {
                    none if none.is_empty() => Ok(()),
                    some => sender.join_peers(some).await,
                }
            }
        };
        if let Err(e) = done {
            return Some(e.to_string());
        }
    }
}
