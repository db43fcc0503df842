//! Records spread by gossip on the network's one topic.
//!
//! Gossip loses: a burst overflows the subscription, a swarm that fell apart does not grow together by itself. So
//! a lagging or ended stream is taken up again, a node without neighbours asks known peers, and one with
//! neighbours now and then asks a peer it is not next to.

use crate::RECORD_BYTES_MAX;
use crate::net::Event;
use crate::shared::{Shared, jittered, stopped};
use bytes::Bytes;
use iroh::{Endpoint, EndpointId};
use iroh_gossip::api::{ApiError, Event as Heard, GossipReceiver, GossipSender, JoinOptions};
use iroh_gossip::net::Gossip;
use iroh_gossip::proto::TopicId;
use n0_future::StreamExt;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// Room for the gossip header beside the record.
const HEADER_BYTES_MAX: usize = 1024;
/// Records that wait for the node before the subscription lags.
const HEARD_MAX: usize = 1024;
/// Pause before a broken stream is taken up again.
const RESTART_PAUSE: Duration = Duration::from_millis(200);
/// Pause between asking known peers while there is no neighbour, and while there are.
const LONELY_PAUSE: Duration = Duration::from_secs(2);
const MINGLE_PAUSE: Duration = Duration::from_secs(45);
const LONELY_PEERS: usize = 3;

pub(crate) enum Command {
    Publish(Bytes),
    Join(Vec<EndpointId>),
}

pub(crate) fn spawn(endpoint: Endpoint) -> Gossip {
    Gossip::builder().max_message_size(RECORD_BYTES_MAX + HEADER_BYTES_MAX).spawn(endpoint)
}

pub(crate) fn topic(network: &str) -> TopicId {
    TopicId::from_bytes(Sha256::digest(format!("headwater/1/{network}")).into())
}

pub(crate) async fn subscribe(
    gossip: &Gossip,
    topic: TopicId,
    through: Vec<EndpointId>,
) -> Result<(GossipSender, GossipReceiver), ApiError> {
    let bootstrap = through.into_iter().collect();
    let options = JoinOptions { bootstrap, subscription_capacity: HEARD_MAX };
    Ok(gossip.subscribe_with_opts(topic, options).await?.split())
}

/// Takes part in the topic until the node stops.
pub(crate) async fn run(
    shared: Arc<Shared>,
    gossip: Gossip,
    topic: TopicId,
    first: (GossipSender, GossipReceiver),
    mut commands: mpsc::Receiver<Command>,
) {
    let mut stopping = shared.stopping.clone();
    let taking_part = async {
        let (mut sender, mut receiver) = first;
        loop {
            let why = take_part(&shared, &sender, &mut receiver, &mut commands).await;
            tracing::info!("gossip starts over: {why}");
            shared.counters.gossip_restarts.fetch_add(1, Relaxed);
            // the old sender is kept until there is a new one: the topic's neighbours stay
            (sender, receiver) = loop {
                sleep(jittered(RESTART_PAUSE)).await;
                let through = shared.some_known(LONELY_PEERS, &BTreeSet::new());
                match subscribe(&gossip, topic, through).await {
                    Ok(streams) => break streams,
                    Err(e) => tracing::warn!("cannot take up gossip: {e}"),
                }
            };
        }
    };
    tokio::select! {
        () = taking_part => {}
        () = stopped(&mut stopping) => {}
    }
}

/// Returns why the stream has to be taken up again.
async fn take_part(
    shared: &Shared,
    sender: &GossipSender,
    receiver: &mut GossipReceiver,
    commands: &mut mpsc::Receiver<Command>,
) -> String {
    let mut neighbours = BTreeSet::new();
    let mut mingle_at = Instant::now() + jittered(LONELY_PAUSE);
    loop {
        shared.counters.gossip_neighbours.store(neighbours.len(), Relaxed);
        let done = tokio::select! {
            heard = receiver.next() => match heard {
                Some(Ok(Heard::Received(message))) => {
                    // when nobody listens any more, the node is stopping
                    let _ = shared.events.send(Event::Heard { bytes: message.content.into() }).await;
                    Ok(())
                }
                Some(Ok(Heard::NeighborUp(id))) => {
                    neighbours.insert(id);
                    Ok(())
                }
                Some(Ok(Heard::NeighborDown(id))) => {
                    neighbours.remove(&id);
                    if neighbours.is_empty() {
                        mingle_at = Instant::now() + jittered(LONELY_PAUSE);
                    }
                    Ok(())
                }
                Some(Ok(Heard::Lagged)) => return "records came faster than this node took them".to_owned(),
                Some(Err(e)) => return e.to_string(),
                None => return "the stream ended".to_owned(),
            },
            Some(command) = commands.recv() => match command {
                Command::Publish(record) => sender.broadcast(record).await,
                Command::Join(peers) => sender.join_peers(peers).await,
            },
            () = sleep_until(mingle_at) => {
                let (count, pause) =
                    if neighbours.is_empty() { (LONELY_PEERS, LONELY_PAUSE) } else { (1, MINGLE_PAUSE) };
                mingle_at = Instant::now() + jittered(pause);
                match shared.some_known(count, &neighbours) {
                    none if none.is_empty() => Ok(()),
                    some => sender.join_peers(some).await,
                }
            }
        };
        if let Err(e) = done {
            return e.to_string();
        }
    }
}
