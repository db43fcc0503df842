//! Nodes on loopback for tests, with limits on every wait.

#![allow(clippy::unwrap_used, dead_code)]

use net::{Config, Event, Net};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout};
use vocab::AgentId;

/// The topic every node takes part in.
pub const TOPIC: net::Topic = [7; 32];
pub const LIMIT: Duration = Duration::from_secs(20);

pub struct Node {
    pub net: Net,
    pub events: Receiver<Event>,
}

pub fn config(secret: u8, port: u16) -> Config {
    Config {
        secret: [secret; 32],
        bind: SocketAddr::from(([127, 0, 0, 1], port)),
        loopback_only: true,
        network: "test".to_owned(),
        ..Config::default()
    }
}

impl Node {
    pub async fn start(secret: u8) -> Self {
        Self::start_with(config(secret, 0)).await
    }

    pub async fn start_with(config: Config) -> Self {
        let (net, events) = Net::start(config).await.unwrap();
        net.take_part(&BTreeSet::from([TOPIC]));
        Self { net, events }
    }

    pub fn id(&self) -> AgentId {
        self.net.me().agent
    }

    /// The next event that `wanted` turns into something, or a failure after [`LIMIT`].
    pub async fn until<T>(&mut self, wanted: impl Fn(Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the node runs");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        timeout(LIMIT, found).await.expect("it happens in time")
    }

    pub async fn frame(&mut self) -> (AgentId, Vec<u8>) {
        self.until(frame).await
    }
}

pub fn frame(event: Event) -> Option<(AgentId, Vec<u8>)> {
    match event {
        Event::Frame { from, bytes } => Some((from, bytes)),
        _ => None,
    }
}

/// Tries `attempt` every `pause` until it yields something, or fails after [`LIMIT`].
pub async fn poll<T>(pause: Duration, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt().await {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "not in time");
        tokio::time::sleep(pause).await;
    }
}
