//! The open links, one per peer that we talk to or that talks to us.
//!
//! A link exists while it has a connection or frames to send. Frames and connections are handed to it under one
//! lock, and it retires under the same lock, so nothing is handed to a link that has ended.

use crate::FRAME_BYTES_MAX;
use crate::link::{self, Arrival};
use crate::shared::Shared;
use crate::wire::{self, Farewell, Hello};
use bytes::Bytes;
use iroh::endpoint::Connection;
use iroh::protocol::{AcceptError, ProtocolHandler};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;
use tokio::sync::mpsc;
use vocab::AgentId;

/// Most peers at a time.
const LINKS_MAX: usize = 1024;
/// What may wait for one peer.
const QUEUED_FRAMES_MAX: usize = 4096;
const QUEUED_BYTES_MAX: usize = 4 * FRAME_BYTES_MAX;
/// Connections from one peer that wait for its link to look at them.
const ARRIVALS_MAX: usize = 4;
/// How long a peer that connected may take to say hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) type Links = BTreeMap<AgentId, Link>;

/// The near end of a link's queues.
#[derive(Debug)]
pub(crate) struct Link {
    frames: mpsc::Sender<Bytes>,
    arrivals: mpsc::Sender<Arrival>,
    gauge: Arc<Gauge>,
}

/// What others may know of a link.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    pub(crate) queued_bytes: AtomicUsize,
    pub(crate) connected: AtomicBool,
}

fn locked(shared: &Shared) -> MutexGuard<'_, Links> {
    shared.links.lock().expect("no code panics while it holds this lock")
}

fn link_to<'a>(shared: &Arc<Shared>, links: &'a mut Links, peer: AgentId) -> Option<&'a mut Link> {
    if !links.contains_key(&peer) {
        if links.len() >= LINKS_MAX {
            return None;
        }
        let (frames, frames_out) = mpsc::channel(QUEUED_FRAMES_MAX);
        let (arrivals, arrivals_out) = mpsc::channel(ARRIVALS_MAX);
        let gauge = Arc::<Gauge>::default();
        let task = link::Task::new(shared.clone(), peer, frames_out, arrivals_out, gauge.clone());
        shared.runtime.spawn(task.run());
        links.insert(peer, Link { frames, arrivals, gauge });
    }
    links.get_mut(&peer)
}

/// Queues a frame; drops it when it cannot be sent or the queue is full.
pub(crate) fn send(shared: &Arc<Shared>, to: AgentId, content: &[u8]) {
    let refused = |why: &str| {
        shared.counters.dropped(1);
        tracing::warn!(peer = %to.short(), bytes = content.len(), "frame dropped: {why}");
    };
    if content.len() > FRAME_BYTES_MAX {
        return refused("longer than 4 MiB");
    }
    if to == shared.me || crate::shared::endpoint_id(to).is_none() {
        return refused("this is not the key of another node");
    }
    let mut links = locked(shared);
    let Some(link) = link_to(shared, &mut links, to) else { return refused("too many peers") };
    let frame = wire::framed(content);
    let bytes = frame.len();
    if link.gauge.queued_bytes.load(Relaxed) + bytes > QUEUED_BYTES_MAX {
        return refused("too many bytes wait for this peer");
    }
    // counted before it can be taken out, or the count could pass below zero
    link.gauge.queued_bytes.fetch_add(bytes, Relaxed);
    if link.frames.try_send(frame).is_err() {
        link.gauge.queued_bytes.fetch_sub(bytes, Relaxed);
        refused("too many frames wait for this peer");
    }
}

/// Hands a connection that `peer` dialled to its link.
fn arrive(shared: &Arc<Shared>, peer: AgentId, arrival: Arrival) {
    let mut links = locked(shared);
    let handed = match link_to(shared, &mut links, peer) {
        Some(link) => link.arrivals.try_send(arrival).map_err(|e| e.into_inner()),
        None => Err(arrival),
    };
    if let Err(arrival) = handed {
        Farewell::TooManyPeers.close(&arrival.connection);
    }
}

/// Ends the link to `peer` unless something was handed to it meanwhile.
pub(crate) fn retire(shared: &Shared, peer: AgentId, idle: impl FnOnce() -> bool) -> bool {
    let mut links = locked(shared);
    let idle = idle();
    if idle {
        links.remove(&peer);
    }
    idle
}

pub(crate) fn connected(shared: &Shared) -> Vec<AgentId> {
    locked(shared).iter().filter(|(_, l)| l.gauge.connected.load(Relaxed)).map(|(peer, _)| *peer).collect()
}

/// Answers peers that dial us.
#[derive(Debug)]
pub(crate) struct Door(pub(crate) Arc<Shared>);

impl ProtocolHandler for Door {
    async fn accept(&self, connection: Connection) -> Result<(), AcceptError> {
        let peer = crate::shared::agent_id(connection.remote_id());
        let greeting = async {
            let mut incoming = connection.accept_uni().await.ok()?;
            let hello = Hello::read(&mut incoming).await.ok()?;
            Some((incoming, hello))
        };
        match tokio::time::timeout(HELLO_TIMEOUT, greeting).await {
            Ok(Some((incoming, hello))) => arrive(&self.0, peer, Arrival { connection, incoming, hello }),
            _ => Farewell::Garbled.close(&connection),
        }
        Ok(())
    }
}
