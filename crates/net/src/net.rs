//! The handle to the network and what comes out of it.

use crate::gossip::{self, Command, Swarms};
use crate::links::{self, Door, Links};
use crate::shared::{PEERS_KNOWN_MAX, Shared, agent_id, endpoint_id};
use crate::stats::Counters;
use crate::wire::ALPN;
use crate::{Config, Error, Peer, RECORD_BYTES_MAX, Stats, Topic, mdns};
use iroh::EndpointAddr;
use iroh::address_lookup::memory::MemoryLookup;
use iroh::protocol::Router;
use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use vocab::AgentId;

/// What waits for the node to take it; then peers have to wait.
const EVENTS_MAX: usize = 128;
/// Peers that one call to [`Net::join`] asks.
const JOIN_PEERS_MAX: usize = 16;
/// How often, and how many times, a closing node looks whether its port is free.
const PORT_PAUSE: Duration = Duration::from_millis(2);
const PORT_TRIES: u32 = 1000;

/// What happened on the network. Events about one peer come in the order they happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// a connection to this agent is open
    Connected(AgentId),
    /// it is closed; frames sent shortly before may be lost
    Disconnected(AgentId),
    /// a frame came
    Frame {
        /// who sent it, proven by the connection
        from: AgentId,
        /// its content
        bytes: Vec<u8>,
    },
    /// a record was published by somebody; whoever delivered it need not be its author
    Heard {
        /// its content
        bytes: Vec<u8>,
    },
    /// a node was found on the local network; tell [`Net::know`] or [`Net::join`] to make use of it
    Discovered(Peer),
}

/// A handle to this node's network; clones are the same network.
///
/// When the last clone is dropped everything ends abruptly; [`Net::close`] says goodbye.
#[derive(Clone, Debug)]
pub struct Net(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    router: Router,
    swarms: Swarms,
    stop: watch::Sender<()>,
    loopback_only: bool,
}

impl Net {
    /// Opens the UDP port and takes part. Events must be taken from the receiver, or peers come to a halt.
    ///
    /// # Errors
    /// [`Error::Bind`] when the port cannot be had.
    pub async fn start(config: Config) -> Result<(Self, mpsc::Receiver<Event>), Error> {
        let lookup = MemoryLookup::new();
        let endpoint = config.endpoint(lookup.clone()).await?;
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        let (stop, stopping) = watch::channel(());
        let shared = Arc::new(Shared {
            me: agent_id(endpoint.id()),
            endpoint: endpoint.clone(),
            relay: config.relay.clone(),
            lookup,
            known: Mutex::new(BTreeSet::new()),
            events,
            counters: Counters::default(),
            links: Mutex::new(Links::new()),
            runtime: Handle::current(),
            stopping,
            instance: getrandom::u64().map_err(Error::Random)?,
            dials: AtomicU64::new(0),
        });
        let gossip = gossip::spawn(endpoint.clone());
        let router = Router::builder(endpoint)
            .accept(ALPN, Door(shared.clone()))
            .accept(iroh_gossip::ALPN, gossip.clone())
            .spawn();
        let swarms = Swarms::new(gossip, config.network.clone());
        if config.mdns && !config.loopback_only {
            mdns::start(&shared);
        }
        let loopback_only = config.loopback_only;
        Ok((Self(Arc::new(Inner { shared, router, swarms, stop, loopback_only })), receiver))
    }

    /// This node, with the addresses it has now; as text, the ticket to give to others.
    pub fn me(&self) -> Peer {
        let shared = &self.0.shared;
        let bound = || shared.endpoint.bound_sockets().into_iter().filter(|a| !a.ip().is_unspecified());
        let addresses: Vec<SocketAddr> = match self.0.loopback_only {
            true => bound().collect(),
            false => {
                let found: Vec<_> = shared.endpoint.addr().ip_addrs().copied().collect();
                if found.is_empty() { bound().collect() } else { found }
            }
        };
        Peer { agent: shared.me, addresses }
    }

    /// Remembers where to dial a peer, in place of what was known. A later dial uses it.
    pub fn know(&self, peer: Peer) {
        let shared = &self.0.shared;
        let Some(id) = endpoint_id(peer.agent).filter(|_| peer.agent != shared.me) else { return };
        let mut known = shared.known.lock().expect("no code panics while it holds this lock");
        if known.len() >= PEERS_KNOWN_MAX && !known.contains(&peer.agent) {
            tracing::warn!(peer = %peer.agent.short(), "not remembered: {PEERS_KNOWN_MAX} peers are known already");
            return;
        }
        known.insert(peer.agent);
        let addresses = peer.addresses.into_iter().map(iroh::TransportAddr::Ip);
        shared.lookup.set_endpoint_info(EndpointAddr::from_parts(id, addresses));
    }

    /// Sends a frame, dialling when there is no connection. Never waits: a frame that is too long, finds the queue
    /// full, or whose peer stays away for half a minute is dropped and counted.
    ///
    /// Frames to one peer arrive in the order they were sent; after a connection broke, some may be missing and the
    /// last few come twice.
    pub fn send(&self, to: AgentId, bytes: Vec<u8>) {
        links::send(&self.0.shared, to, &bytes);
    }

    /// Takes part in these topics from now on, and in no others.
    pub fn take_part(&self, topics: &BTreeSet<Topic>) {
        self.0.swarms.take_part(&self.0.shared, topics);
    }

    /// Publishes a record to everyone who takes part in the topic now; only for who takes part in it itself. Never waits; no promise that it arrives,
    /// and the same bytes published again within some seconds are not passed on.
    /// One longer than [`RECORD_BYTES_MAX`], or too many at a time, are dropped and counted.
    pub fn publish(&self, topic: &Topic, bytes: Vec<u8>) {
        let length = bytes.len();
        if length > RECORD_BYTES_MAX || !self.0.swarms.tell(topic, Command::Publish(bytes.into())) {
            self.0.shared.counters.dropped(1);
            tracing::warn!(
                bytes = length,
                "record not published: too long, too many at a time, or in no topic of this node's"
            );
        }
    }

    /// Asks these peers, who take part in the topic, to be let into its swarm; they are asked again when it falls apart.
    pub fn join_topic(&self, topic: &Topic, peers: &[AgentId]) {
        let ids: Vec<_> = peers.iter().filter_map(|agent| endpoint_id(*agent)).take(JOIN_PEERS_MAX).collect();
        if !self.0.swarms.tell(topic, Command::Join(ids)) {
            tracing::debug!("not joined: no part is taken in that topic, or too much waits there");
        }
    }

    /// Asks these peers to be let into the swarms of this node's topics; those after the sixteenth are not asked.
    pub fn join(&self, peers: &[AgentId]) {
        let ids: Vec<_> = peers
            .iter()
            .filter(|agent| **agent != self.0.shared.me)
            .filter_map(|agent| endpoint_id(*agent))
            .take(JOIN_PEERS_MAX)
            .collect();
        if !ids.is_empty() && !self.0.swarms.tell_all(|| Command::Join(ids.clone())) {
            tracing::warn!("not joined: too much waits to be published; known peers are asked later");
        }
    }

    /// Counts so far.
    pub fn stats(&self) -> Stats {
        self.0.shared.counters.snapshot(links::connected(&self.0.shared))
    }

    /// Closes every connection with a word to the other side. Frames still queued are not sent. Closing the last
    /// handle frees the port.
    pub async fn close(self) {
        self.0.stop.send_replace(());
        if let Err(e) = self.0.router.shutdown().await {
            tracing::warn!("the network did not shut down cleanly: {e}");
        }
        let sockets = self.0.shared.endpoint.bound_sockets();
        let Some(inner) = Arc::into_inner(self.0) else { return };
        drop(inner);
        // the endpoint's last tasks let go of the socket some time after its close has returned
        for _ in 0..PORT_TRIES {
            if sockets.iter().all(|address| UdpSocket::bind(address).is_ok()) {
                return;
            }
            sleep(PORT_PAUSE).await;
        }
        tracing::warn!(?sockets, "the UDP port is not free yet");
    }
}
