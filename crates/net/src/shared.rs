//! What every task of one node shares, and the randomness that keeps nodes from acting in step.

use crate::links::Links;
use crate::net::Event;
use crate::stats::Counters;
use crate::wire::Hello;
use iroh::address_lookup::memory::MemoryLookup;
use iroh::{Endpoint, EndpointAddr, EndpointId, RelayUrl};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use vocab::AgentId;

/// Most peers whose addresses are remembered.
pub(crate) const PEERS_KNOWN_MAX: usize = 4096;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) me: AgentId,
    pub(crate) endpoint: Endpoint,
    pub(crate) relay: Option<RelayUrl>,
    pub(crate) lookup: MemoryLookup,
    pub(crate) known: Mutex<BTreeSet<AgentId>>,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) counters: Counters,
    pub(crate) links: Mutex<Links>,
    pub(crate) runtime: Handle,
    pub(crate) stopping: watch::Receiver<()>,
    pub(crate) instance: u64,
    pub(crate) dials: AtomicU64,
}

impl Shared {
    /// What to say when answering a dial.
    pub(crate) fn hello(&self) -> Hello {
        Hello { instance: self.instance, dials: self.dials.load(Relaxed) }
    }

    /// What to say when dialling.
    pub(crate) fn next_dial(&self) -> Hello {
        Hello { instance: self.instance, dials: self.dials.fetch_add(1, Relaxed) + 1 }
    }

    /// Where to dial `agent`, besides what address lookup finds; `None` when it is no key at all.
    pub(crate) fn route(&self, agent: AgentId) -> Option<EndpointAddr> {
        let route = EndpointAddr::new(endpoint_id(agent)?);
        Some(match &self.relay {
            Some(url) => route.with_relay_url(url.clone()),
            None => route,
        })
    }

    /// Up to `count` known peers that are not in `except`, chosen at random.
    pub(crate) fn some_known(&self, count: usize, except: &BTreeSet<EndpointId>) -> Vec<EndpointId> {
        let known = self.known.lock().expect("no code panics while it holds this lock");
        let ids = known.iter().filter_map(|a| endpoint_id(*a)).filter(|id| !except.contains(id)).collect();
        drop(known);
        some(ids, count)
    }
}

/// Up to `count` of them, chosen at random.
pub(crate) fn some(mut ids: Vec<EndpointId>, count: usize) -> Vec<EndpointId> {
    for chosen in 0..count.min(ids.len()) {
        let other = chosen + random_below(ids.len() - chosen);
        ids.swap(chosen, other);
    }
    ids.truncate(count);
    ids
}

/// Resolves when the node is closed or its last handle dropped.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<()>) {
    // an error means that the sender is gone, which is the same news
    let _ = stopping.changed().await;
}

pub(crate) fn endpoint_id(agent: AgentId) -> Option<EndpointId> {
    EndpointId::from_bytes(&agent.0).ok()
}

pub(crate) fn agent_id(id: EndpointId) -> AgentId {
    AgentId(*id.as_bytes())
}

fn random_below(limit: usize) -> usize {
    // a system without randomness did not get past the start; the bias of % does not matter here
    getrandom::u64().unwrap_or(0) as usize % limit.max(1)
}

/// Somewhere between half of `usual` and one and a half times it.
pub(crate) fn jittered(usual: Duration) -> Duration {
    usual.mul_f64(0.5 + random_below(1001) as f64 / 1000.0)
}
