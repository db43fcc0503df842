//! The way to a running node: start it, tell it, ask it, watch it, stop it.

use crate::engine::{Clock, Engine, Job};
use crate::folder::Folder;
use crate::{Error, Result, network};
use net::{Net, Peer, RelayUrl};
use node::command::{Command, Done};
use node::effect::Topic;
use node::{Limits, Node};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use vocab::{AgentId, Timestamp};

/// What may wait for the node's thread.
const JOBS_MAX: usize = 1_024;
/// How long a caller waits for room in that queue.
const ROOM: Duration = Duration::from_secs(5);
/// How long a caller waits for an answer: a trace may have to ask many peers.
const ANSWER: Duration = Duration::from_secs(60);
/// Changes a slow watcher may fall behind.
const TOPICS_MAX: usize = 256;

/// How a node takes part.
#[derive(Clone, Debug)]
pub struct Options {
    /// its data folder, as [`init`](crate::init) made it
    pub dir: PathBuf,
    /// what opens its key, if that is sealed
    pub passphrase: Option<String>,
    /// UDP address to listen on
    pub bind: SocketAddr,
    /// talk to this machine only
    pub loopback_only: bool,
    /// find and be found on the local network
    pub mdns: bool,
    /// nodes hear of each other's offers when they use the same name
    pub network: String,
    /// a relay of one's own
    pub relay: Option<RelayUrl>,
    /// peers to begin with
    pub peers: Vec<Peer>,
    /// the clock
    pub clock: Clock,
    /// how much it keeps and answers
    pub limits: Limits,
}

/// A running node. Clones reach the same one.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    me: AgentId,
    jobs: mpsc::Sender<Job>,
    net: Net,
    // weak: when the thread ends, watchers see their streams end
    tells: broadcast::WeakSender<Topic>,
    tasks: Vec<AbortHandle>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Brings the node in `options.dir` to life. Must be called within a Tokio runtime.
///
/// # Errors
/// What the folder, the store or the network say; nothing is left running then.
pub async fn start(mut options: Options) -> Result<Handle> {
    let (dir, passphrase) = (options.dir.clone(), options.passphrase.take());
    let folder = blocking(move || Folder::open(&dir, passphrase.as_deref())).await??;
    start_in(folder, options).await
}

async fn start_in(folder: Folder, options: Options) -> Result<Handle> {
    let Options { bind, loopback_only, mdns, network, relay, peers, clock, limits, .. } = options;
    let secret = folder.secrets.current;
    let config = net::Config { secret, bind, loopback_only, mdns, relay, network };
    let (net, events) = Net::start(config).await?;
    let (tells, _) = broadcast::channel(TOPICS_MAX);
    let weak_tells = tells.downgrade();
    let built = blocking({
        let net = net.clone();
        move || Engine::new(folder, net, tells, clock, &limits)
    });
    let engine = match built.await.flatten() {
        Ok(engine) => engine,
        Err(e) => {
            net.close().await;
            return Err(e);
        }
    };
    let remembered = engine.peers();
    let (jobs, waiting) = mpsc::channel(JOBS_MAX);
    let (alarm, alarms) = watch::channel(Instant::now());
    let thread = std::thread::Builder::new()
        .name("node".to_owned())
        .spawn(move || engine.run(waiting, &alarm))
        .map_err(|e| Error::System { what: "thread", why: e.to_string() })?;
    let tasks = vec![
        tokio::spawn(ring(alarms, jobs.downgrade())).abort_handle(),
        tokio::spawn(network::listen(net.clone(), events, jobs.downgrade())).abort_handle(),
        tokio::spawn(network::watch_addresses(net.clone(), jobs.downgrade())).abort_handle(),
        tokio::spawn(network::keep_knocking(net.clone(), jobs.downgrade())).abort_handle(),
    ];
    let handle = Handle(Arc::new(Inner {
        me: net.me().agent,
        jobs,
        net,
        tells: weak_tells,
        tasks,
        thread: Mutex::new(Some(thread)),
    }));
    network::look_up(&handle.0.net, remembered);
    for peer in peers {
        handle.know(peer).await?;
    }
    Ok(handle)
}

/// Wakes the thread when the time has come that it last asked for.
async fn ring(mut alarms: watch::Receiver<Instant>, jobs: mpsc::WeakSender<Job>) {
    loop {
        let at = *alarms.borrow_and_update();
        tokio::select! {
            () = tokio::time::sleep_until(at.into()) => {
                let Some(jobs) = jobs.upgrade() else { break };
                if jobs.send(Job::Alarm).await.is_err() {
                    break;
                }
                drop(jobs);
                // rung once: the thread answers by asking for the next time
                if alarms.changed().await.is_err() {
                    break;
                }
            }
            changed = alarms.changed() => {
                if changed.is_err() {
                    break;
                }
            }
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| Error::System { what: "thread", why: e.to_string() })
}

impl Handle {
    /// Who this node is.
    pub fn me(&self) -> AgentId {
        self.0.me
    }

    /// Has something done; what it recorded is on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Refused`] with the node's reason; the store's error, and then nothing was done; [`Error::Slow`].
    pub async fn command(&self, command: Command) -> Result<Done> {
        let (answer, answered) = oneshot::channel();
        self.queue(Job::Command(Box::new(command), answer)).await?;
        match tokio::time::timeout(ANSWER, answered).await {
            Ok(answer) => answer.unwrap_or(Err(Error::Stopped)),
            Err(_elapsed) => Err(Error::Slow { seconds: ANSWER.as_secs() }),
        }
    }

    /// Looks at the node, between turns: everything seen is on the disk.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Node, Timestamp) -> T + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let read = move |view: Result<(&Node, Timestamp)>| {
            // whoever asked may have given up waiting
            let _ = answer.send(view.map(|(node, now)| look(node, now)));
        };
        self.queue(Job::Read(Box::new(read))).await?;
        answered.await.unwrap_or(Err(Error::Stopped))
    }

    /// What changes from now on; ends when the node does.
    pub fn topics(&self) -> broadcast::Receiver<Topic> {
        match self.0.tells.upgrade() {
            Some(tells) => tells.subscribe(),
            None => broadcast::channel(1).1,
        }
    }

    /// This node with its addresses of now; as text, the ticket to give to others.
    pub fn ticket(&self) -> Peer {
        self.0.net.me()
    }

    /// Remembers a peer that the owner names, and dials it.
    pub async fn know(&self, peer: Peer) -> Result<()> {
        let agent = peer.agent;
        network::meet(&self.0.net, peer.clone());
        self.queue(Job::Learn(peer)).await?;
        match agent == self.me() {
            true => Ok(()),
            false => self.command(Command::Know { agent }).await.map(|_| ()),
        }
    }

    /// What has passed through the network so far.
    pub fn net_stats(&self) -> net::Stats {
        self.0.net.stats()
    }

    /// Returns when the node has ended, for whatever reason.
    pub async fn ended(&self) {
        self.0.jobs.closed().await;
    }

    /// Lets the turn under way finish, says goodbye to peers, frees the folder and the port.
    pub async fn stop(self) {
        // a queue that is closed already means the thread is ending by itself
        let _ = self.0.jobs.send(Job::Stop).await;
        let thread = self.0.thread.lock().expect("no code panics while it holds this lock").take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the node's thread did not end cleanly");
            }
        }
        self.0.tasks.iter().for_each(AbortHandle::abort);
        self.0.net.clone().close().await;
    }

    async fn queue(&self, job: Job) -> Result<()> {
        use mpsc::error::SendTimeoutError::{Closed, Timeout};
        self.0.jobs.send_timeout(job, ROOM).await.map_err(|e| match e {
            Timeout(_) => Error::Busy { waiting: JOBS_MAX },
            Closed(_) => Error::Stopped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn options(dir: &Path) -> Options {
        Options {
            dir: dir.to_owned(),
            passphrase: None,
            bind: ([127, 0, 0, 1], 0).into(),
            loopback_only: true,
            mdns: false,
            network: "full-disk".to_owned(),
            relay: None,
            peers: vec![],
            clock: Clock::default(),
            limits: Limits::default(),
        }
    }

    fn described(n: usize) -> Command {
        let command = serde_json::json!({"do": "describe", "specification":
            {"id": format!("thing-{n}"), "name": "x".repeat(3_000), "unit": "each"}});
        serde_json::from_value(command).unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_a_full_disk_what_was_acknowledged_stays_and_nothing_else_is_claimed() {
        let dir = tempfile::tempdir().unwrap();
        crate::init(dir.path(), "Sawmill", None).unwrap();
        // once with room, so that a later start has nothing to add
        start(options(dir.path())).await.unwrap().stop().await;
        let folder = Folder::open(dir.path(), None).unwrap();
        folder.archive.store.limit_size_for_test(40).unwrap();
        let node = start_in(folder, options(dir.path())).await.unwrap();
        let mut done = 0;
        let refused = loop {
            match node.command(described(done)).await {
                Ok(_) => done += 1,
                Err(e) => break e,
            }
            assert!(done < 1_000, "the disk never fills");
        };
        assert_eq!(refused.code(), "disk_full");
        assert!(done > 5, "{done}");
        let known = |node: &Node, _| node.specifications().len();
        assert_eq!(node.read(known).await.unwrap(), done, "the refused one is not claimed");
        assert_eq!(node.command(described(done)).await.unwrap_err().code(), "disk_full");
        node.stop().await;

        let node = start(options(dir.path())).await.unwrap();
        assert_eq!(node.read(known).await.unwrap(), done);
        node.command(described(done)).await.unwrap();
        node.stop().await;
    }

    #[tokio::test]
    async fn a_shifted_clock_is_shifted_for_the_node_too() {
        let dir = tempfile::tempdir().unwrap();
        crate::init(dir.path(), "Sawmill", None).unwrap();
        let shifted = Options { clock: Clock { offset_s: 3_600 }, ..options(dir.path()) };
        let node = start(shifted).await.unwrap();
        let now = node.read(|_, now| now).await.unwrap();
        let ahead = vocab::seconds_between(Timestamp::now(), now);
        assert!((3_590..=3_600).contains(&ahead), "{ahead}");
        node.stop().await;
    }
}
