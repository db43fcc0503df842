//! The tasks between network and node: events become inputs, absent peers are knocked at again.

use crate::engine::Job;
use ledger::Signed;
use net::{Event, Net};
use node::effect::Input;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc;
use vocab::AgentId;

/// How often it is looked whether there are connections enough.
const KNOCK_EVERY: Duration = Duration::from_secs(20);
/// Connections a node sees to without having anything to say: enough to hear of everything by comparing notes, few
/// enough that a thousand nodes do not each hold a thousand. Whoever has mail for another dials it besides.
const PEERS_WANTED: usize = 8;
/// How often it is looked whether this node's own addresses have changed.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Opens a connection without saying anything: the empty frame, which no node is shown.
pub(crate) fn knock(net: &Net, agent: AgentId) {
    net.send(agent, Vec::new());
}

/// Hands what comes from the network to the node, waiting where the node is busy: peers wait in turn.
pub(crate) async fn listen(net: Net, mut events: mpsc::Receiver<Event>, jobs: mpsc::WeakSender<Job>) {
    while let Some(event) = events.recv().await {
        let job = match event {
            Event::Connected(agent) => Job::Input(Input::PeerUp(agent)),
            Event::Disconnected(agent) => Job::Input(Input::PeerDown(agent)),
            Event::Frame { bytes, .. } if bytes.is_empty() => continue,
            Event::Frame { from, bytes } => Job::Input(Input::Frame { from, bytes }),
            Event::Heard { bytes } => match Signed::from_envelope(&bytes) {
                Ok(signed) => Job::Input(Input::Heard(signed)),
                Err(e) => {
                    tracing::debug!("gossip that is no record: {e}");
                    continue;
                }
            },
            Event::Discovered(peer) => {
                tracing::info!(peer = %peer.agent.short(), "found on the local network");
                meet(&net, peer.clone());
                Job::Learn(peer)
            }
        };
        let Some(jobs) = jobs.upgrade() else { break };
        if jobs.send(job).await.is_err() {
            break;
        }
    }
}

/// Makes use of the addresses of a peer that was pointed out to this node, at once.
pub(crate) fn meet(net: &Net, peer: net::Peer) {
    let agent = peer.agent;
    net.know(peer);
    knock(net, agent);
    net.join(&[agent]);
}

/// Makes use of what was remembered: everyone's addresses, a few first knocks. [`keep_knocking`] does the rest, so
/// that a start is not a thousand dials at once.
pub(crate) fn look_up(net: &Net, remembered: Vec<net::Peer>) {
    let first: Vec<_> = remembered.iter().take(PEERS_WANTED).map(|peer| peer.agent).collect();
    remembered.into_iter().for_each(|peer| net.know(peer));
    first.iter().for_each(|agent| knock(net, *agent));
    net.join(&first);
}

/// Knocks at remembered peers while too few are connected, a few at a time in turn.
pub(crate) async fn keep_knocking(net: Net, jobs: mpsc::WeakSender<Job>) {
    let mut last = None;
    loop {
        tokio::time::sleep(KNOCK_EVERY).await;
        let Some(jobs) = jobs.upgrade() else { break };
        let (answer, remembered) = tokio::sync::oneshot::channel();
        if jobs.send(Job::Remembered(answer)).await.is_err() {
            break;
        }
        drop(jobs);
        let Ok(remembered) = remembered.await else { break };
        let connected: BTreeSet<_> = net.stats().connected.into_iter().collect();
        let away: Vec<_> = remembered.into_iter().filter(|agent| !connected.contains(agent)).collect();
        let wanted = PEERS_WANTED.saturating_sub(connected.len()).min(away.len());
        let from = away.iter().position(|agent| Some(*agent) > last).unwrap_or(0);
        let turn: Vec<_> = away.iter().cycle().skip(from).take(wanted).collect();
        turn.iter().for_each(|agent| knock(&net, **agent));
        last = turn.last().map(|agent| **agent);
    }
}

/// Tells the node where it can be reached, at the start and whenever that has changed.
pub(crate) async fn watch_addresses(net: Net, jobs: mpsc::WeakSender<Job>) {
    let mut told = None;
    loop {
        let addresses: Vec<String> = net.me().addresses.iter().map(ToString::to_string).collect();
        let Some(jobs) = jobs.upgrade() else { break };
        if told.as_ref() != Some(&addresses) {
            told = Some(addresses.clone());
            if jobs.send(Job::Input(Input::Reachable(addresses))).await.is_err() {
                break;
            }
        }
        drop(jobs);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
