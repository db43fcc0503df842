//! One peer: dial it, or take the connection it dialled, and carry frames until there is nothing left to do.
//!
//! Two nodes share one connection. When both dial at once, the dial of the smaller key wins: its owner sets the
//! other's connection aside, the owner of the larger key gives its own dial up. The dialling side writes frames
//! only after the other has answered with its own hello, so neither uses a connection that the other will drop.
//! A connection that is dialled later takes the place of the one there is: its peer was restarted.

use crate::links::{self, Gauge};
use crate::net::Event;
use crate::shared::{Shared, jittered, stopped};
use crate::wire::{self, ALPN, Farewell, FrameError, Hello, LENGTH_BYTES};
use bytes::Bytes;
use iroh::endpoint::{Connection, RecvStream, SendStream, WriteError};
use n0_future::task::AbortOnDropHandle;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use vocab::AgentId;

/// A dial that took this long has failed.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);
/// With the peer's own connection at hand, ours has this long to prove better.
const DIAL_TIMEOUT_WITH_ARRIVAL: Duration = Duration::from_secs(1);
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(3);
/// Dials in a row before what waits is dropped, half a minute or so.
const DIALS_MAX: u32 = 7;
/// Frames that leave in one write when many wait.
const BATCH_FRAMES: usize = 64;

/// A connection that the peer dialled and greeted us on.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) connection: Connection,
    pub(crate) incoming: RecvStream,
    pub(crate) hello: Hello,
}

/// A connection that both sides have agreed to use.
struct Carrier {
    connection: Connection,
    incoming: RecvStream,
    outgoing: SendStream,
    hello: Hello,
}

pub(crate) struct Task {
    shared: Arc<Shared>,
    peer: AgentId,
    frames: mpsc::Receiver<Bytes>,
    arrivals: mpsc::Receiver<Arrival>,
    gauge: Arc<Gauge>,
    /// taken from the queue, not yet written whole to one connection
    pending: Vec<Bytes>,
}

impl Task {
    pub(crate) fn new(
        shared: Arc<Shared>,
        peer: AgentId,
        frames: mpsc::Receiver<Bytes>,
        arrivals: mpsc::Receiver<Arrival>,
        gauge: Arc<Gauge>,
    ) -> Self {
        Self { shared, peer, frames, arrivals, gauge, pending: Vec::new() }
    }

    pub(crate) async fn run(mut self) {
        let mut stopping = self.shared.stopping.clone();
        tokio::select! {
            () = stopped(&mut stopping) => {}
            () = self.live() => {}
        }
    }

    async fn live(&mut self) {
        while let Some(mut carrier) = self.establish().await {
            // a restarted peer's new connection follows the old one directly
            while let Some(arrival) = self.carry(carrier).await {
                match self.adopt(arrival).await {
                    Some(next) => carrier = next,
                    None => break,
                }
            }
        }
    }

    /// Waits for a connection as long as there is a reason to have one.
    async fn establish(&mut self) -> Option<Carrier> {
        let mut backoff = BACKOFF_FIRST;
        let mut dials = 0;
        loop {
            let idle = || self.pending.is_empty() && self.frames.is_empty() && self.arrivals.is_empty();
            if idle() && links::retire(&self.shared, self.peer, idle) {
                return None;
            }
            let arrival = match self.arrivals.try_recv() {
                Ok(arrival) => Some(arrival),
                Err(_) => match self.dial().await {
                    Dialled::Answered(carrier) => return Some(carrier),
                    Dialled::Overtaken(arrival) => Some(arrival),
                    Dialled::Failed => None,
                },
            };
            let arrival = match arrival {
                Some(arrival) => Some(arrival),
                None => {
                    dials += 1;
                    if dials >= DIALS_MAX {
                        self.drop_all();
                        continue;
                    }
                    let pause = jittered(backoff);
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                    timeout(pause, self.arrivals.recv()).await.ok().flatten()
                }
            };
            if let Some(arrival) = arrival
                && let Some(carrier) = self.adopt(arrival).await
            {
                return Some(carrier);
            }
        }
    }

    async fn dial(&mut self) -> Dialled {
        let Some(route) = self.shared.route(self.peer) else { return Dialled::Failed };
        let mine_wins = self.shared.me < self.peer;
        let endpoint = self.shared.endpoint.clone();
        let greeting = self.shared.next_dial();
        let attempt = async move {
            let connection = endpoint.connect(route, ALPN).await.map_err(|e| format!("{e:#}"))?;
            let mut outgoing = connection.open_uni().await.map_err(|e| e.to_string())?;
            greeting.write(&mut outgoing).await.map_err(|e| e.to_string())?;
            let mut incoming = connection.accept_uni().await.map_err(|e| e.to_string())?;
            let hello = Hello::read(&mut incoming).await.map_err(|e| e.to_string())?;
            Ok::<_, String>(Carrier { connection, incoming, outgoing, hello })
        };
        tokio::pin!(attempt);
        let mut deadline = Instant::now() + DIAL_TIMEOUT;
        let mut aside: Option<Arrival> = None;
        let failure = loop {
            tokio::select! {
                answered = &mut attempt => match answered {
                    Ok(carrier) => {
                        if let Some(arrival) = aside {
                            Farewell::Duplicate.close(&arrival.connection);
                        }
                        return Dialled::Answered(carrier);
                    }
                    Err(e) => break e,
                },
                Some(arrival) = self.arrivals.recv() => {
                    if !mine_wins {
                        return Dialled::Overtaken(arrival);
                    }
                    deadline = deadline.min(Instant::now() + DIAL_TIMEOUT_WITH_ARRIVAL);
                    if let Some(older) = aside.replace(arrival) {
                        Farewell::Duplicate.close(&older.connection);
                    }
                }
                () = sleep_until(deadline) => break "no answer".to_owned(),
            }
        };
        tracing::debug!(peer = %self.peer.short(), "dial failed: {failure}");
        aside.map_or(Dialled::Failed, Dialled::Overtaken)
    }

    /// Answers a connection the peer dialled; `None` when it is dead already.
    async fn adopt(&self, arrival: Arrival) -> Option<Carrier> {
        let Arrival { connection, incoming, hello } = arrival;
        let answer = async {
            let mut outgoing = connection.open_uni().await.ok()?;
            self.shared.hello().write(&mut outgoing).await.ok()?;
            Some(outgoing)
        };
        match timeout(DIAL_TIMEOUT, answer).await {
            Ok(Some(outgoing)) => Some(Carrier { connection, incoming, outgoing, hello }),
            _ => {
                Farewell::Garbled.close(&connection);
                None
            }
        }
    }

    /// Carries frames both ways until the connection ends, or the peer has dialled another.
    async fn carry(&mut self, carrier: Carrier) -> Option<Arrival> {
        let Carrier { connection, incoming, mut outgoing, hello } = carrier;
        tracing::debug!(peer = %self.peer.short(), "connected");
        self.gauge.connected.store(true, Relaxed);
        let reading = read(self.shared.clone(), self.peer, connection.clone(), incoming);
        let reader = AbortOnDropHandle::new(self.shared.runtime.spawn(reading));
        let replacement = {
            let Self { shared, frames, pending, gauge, arrivals, .. } = self;
            let writer = write(shared, frames, pending, gauge, &mut outgoing);
            tokio::pin!(writer);
            loop {
                tokio::select! {
                    biased;
                    Some(arrival) = arrivals.recv() => {
                        if hello.outdates(&arrival.hello) {
                            Farewell::Duplicate.close(&arrival.connection);
                            continue;
                        }
                        Farewell::Replaced.close(&connection);
                        break Some(arrival);
                    }
                    reason = connection.closed() => {
                        tracing::debug!(peer = %self.peer.short(), "connection ended: {reason}");
                        break None;
                    }
                    _ = &mut writer => break None,
                }
            }
        };
        // the peer may have asked us to stop without closing: one direction alone is no link
        Farewell::Garbled.close(&connection);
        self.gauge.connected.store(false, Relaxed);
        // what was read before the end goes up before the news of the end
        let _ = reader.await;
        let _ = self.shared.events.send(Event::Disconnected(self.peer)).await;
        replacement
    }

    fn drop_all(&mut self) {
        let mut lost = std::mem::take(&mut self.pending);
        while let Ok(frame) = self.frames.try_recv() {
            lost.push(frame);
        }
        self.gauge.queued_bytes.fetch_sub(lost.iter().map(Bytes::len).sum(), Relaxed);
        self.shared.counters.dropped(lost.len());
        tracing::info!(peer = %self.peer.short(), frames = lost.len(), "peer is away: frames dropped");
    }
}

enum Dialled {
    Answered(Carrier),
    /// the peer's own connection is to be used instead
    Overtaken(Arrival),
    Failed,
}

/// Hands up frames until the stream ends. Waits while the node is busy, which in turn makes the peer wait.
async fn read(shared: Arc<Shared>, peer: AgentId, connection: Connection, mut incoming: RecvStream) {
    let mut event = Event::Connected(peer);
    while shared.events.send(event).await.is_ok() {
        event = match wire::read_frame(&mut incoming).await {
            Ok(bytes) => {
                shared.counters.received(bytes.len());
                Event::Frame { from: peer, bytes }
            }
            Err(FrameError::Oversized(bytes)) => {
                tracing::warn!(peer = %peer.short(), bytes, "cut off: it announced a frame over the limit");
                return Farewell::Oversized.close(&connection);
            }
            Err(FrameError::Stream(e)) => {
                tracing::debug!(peer = %peer.short(), "no more frames: {e}");
                return Farewell::Garbled.close(&connection);
            }
        };
    }
}

/// Writes frames as they come, and those that came meanwhile together. Safe to drop at any point: what was not
/// written whole stays in `pending`.
async fn write(
    shared: &Shared,
    frames: &mut mpsc::Receiver<Bytes>,
    pending: &mut Vec<Bytes>,
    gauge: &Gauge,
    outgoing: &mut SendStream,
) -> Result<(), WriteError> {
    let mut chunks = Vec::with_capacity(BATCH_FRAMES);
    loop {
        if pending.is_empty() && frames.recv_many(pending, BATCH_FRAMES).await == 0 {
            return Ok(());
        }
        chunks.clear();
        chunks.extend_from_slice(pending);
        outgoing.write_all_chunks(&mut chunks).await?;
        let bytes: usize = pending.iter().map(Bytes::len).sum();
        gauge.queued_bytes.fetch_sub(bytes, Relaxed);
        shared.counters.sent(pending.len() as u64, (bytes - pending.len() * LENGTH_BYTES) as u64);
        pending.clear();
    }
}
