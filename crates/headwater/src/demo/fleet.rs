//! The participants' processes: each node its own `headwater up`, with its own folder and ports.
//!
//! A [`Fleet`] starts, kills and stops them and holds a [`Client`] to each. A node knows two or three others at the
//! start, by ticket: the next in a ring and one or two drawn by the scenario's seed; how it hears of the rest is
//! the network's business. It does not know what the nodes are told to do.

use super::check::AGENTS_MAX;
use crate::client::Client;
use crate::i18n::Lang;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// All the nodes of one scenario.
pub(super) struct Fleet {
    program: PathBuf,
    folder: PathBuf,
    seed: u64,
    lang: Lang,
    /// in the scenario's order
    nodes: Vec<Node>,
    /// what nodes that were killed had counted until then
    counted: Traffic,
}

struct Node {
    id: String,
    name: String,
    /// where it listens, HTTP (TCP) and QUIC (UDP): kept over a restart, so that links and tickets stay good
    address: SocketAddr,
    has_run: bool,
    running: Option<Running>,
}

struct Running {
    child: Child,
    /// the node stops when this closes: by the end of this program, however it ends
    _leash: Option<ChildStdin>,
    client: Client,
    link: String,
}

/// What has passed between the nodes.
#[derive(Clone, Copy, Default)]
pub(super) struct Traffic {
    pub(super) messages: u64,
    pub(super) bytes: u64,
}

/// One line of the table at the end.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) link: String,
}

/// The file that shows that a folder was made by this program, and may be wiped by it.
const MARKER: &str = ".headwater-demo";
/// How many processes start at the same time.
const BATCH: usize = 8;
/// How long a node may take to be ready.
const READY: Duration = Duration::from_secs(60);
/// How long a node may take to stop when asked to.
const STOP: Duration = Duration::from_secs(5);

impl Fleet {
    /// A fleet of stopped nodes, as (id, name), in a folder that is new, empty, or a demo's.
    pub(super) fn new(
        folder: &Path,
        seed: u64,
        cast: Vec<(String, String)>,
        lang: Lang,
    ) -> Result<Self, String> {
        let failed =
            |e: std::io::Error| format!("{}: {e}: name another folder with --work", folder.display());
        let program = std::env::current_exe().map_err(|e| format!("cannot find this program itself: {e}"))?;
        if folder.exists() {
            let empty = fs::read_dir(folder).map_err(failed)?.next().is_none();
            if !empty && !folder.join(MARKER).is_file() {
                return Err(format!(
                    "{}: holds something else than a demo: name another folder with --work",
                    folder.display()
                ));
            }
            fs::remove_dir_all(folder).map_err(failed)?;
        }
        fs::create_dir_all(folder.join("logs")).map_err(failed)?;
        fs::write(
            folder.join(MARKER),
            "Made by headwater demo, which wipes this folder when it starts again.\n",
        )
        .map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        let addresses = free_addresses(cast.len())?;
        let node = |((id, name), address)| Node { id, name, address, has_run: false, running: None };
        let nodes = cast.into_iter().zip(addresses).map(node).collect();
        Ok(Self { program, folder, seed, lang, nodes, counted: Traffic::default() })
    }

    /// Starts these nodes, some at a time, then tells each of its peers. `ready` hears of every one.
    pub(super) fn start(&mut self, ids: &[String], ready: &(dyn Fn() + Sync)) -> Result<(), String> {
        let mut wanted: Vec<&mut Node> = self.nodes.iter_mut().filter(|n| ids.contains(&n.id)).collect();
        let (program, folder, lang) = (&self.program, &self.folder, self.lang);
        for batch in wanted.chunks_mut(BATCH) {
            std::thread::scope(|scope| {
                let started: Vec<_> = batch
                    .iter_mut()
                    .map(|node| scope.spawn(move || node.start(program, folder, lang).inspect(|()| ready())))
                    .collect();
                let ended = started
                    .into_iter()
                    .map(|t| t.join().unwrap_or_else(|_| Err("a thread broke off".into())));
                // all are waited for before the first error is told
                ended.collect::<Vec<_>>().into_iter().collect::<Result<(), String>>()
            })?;
        }
        self.introduce(ids)
    }

    /// Tells each of `ids` the tickets of two or three running nodes.
    fn introduce(&self, ids: &[String]) -> Result<(), String> {
        let running: Vec<usize> =
            (0..self.nodes.len()).filter(|i| self.nodes[*i].running.is_some()).collect();
        for (place, &at) in running.iter().enumerate() {
            let node = &self.nodes[at];
            if !ids.contains(&node.id) {
                continue;
            }
            for peer in peers_of(place, running.len(), self.seed) {
                let peer = &self.nodes[running[peer]];
                let failed =
                    |e: &dyn std::fmt::Display| format!("{} cannot be told of {}: {e}", node.id, peer.id);
                let me = self.client(&peer.id)?.get("me").map_err(|e| failed(&e))?;
                let ticket = me["ticket"].as_str().ok_or_else(|| failed(&"it has no ticket"))?;
                let told = self.client(&node.id)?.post("peers", &serde_json::json!({"ticket": ticket}));
                told.map_err(|e| failed(&e))?;
            }
        }
        Ok(())
    }

    /// Kills the node's process with SIGKILL: nothing is said, nothing is flushed.
    pub(super) fn kill(&mut self, id: &str) -> Result<(), String> {
        let before = self.traffic_of(id);
        let node = self.nodes.iter_mut().find(|n| n.id == id);
        let running = node.and_then(|n| n.running.take());
        let mut running = running.ok_or_else(|| format!("{id} is not running"))?;
        let ended = running.child.kill().and_then(|()| running.child.wait());
        ended.map_err(|e| format!("{id} could not be killed: {e}"))?;
        self.counted.messages += before.messages;
        self.counted.bytes += before.bytes;
        Ok(())
    }

    /// Starts a node that was killed, in the same folder and on the same ports. It is told of nobody: who its peers
    /// are, it has to know itself.
    pub(super) fn start_again(&mut self, id: &str) -> Result<(), String> {
        let (program, folder, lang) = (self.program.clone(), self.folder.clone(), self.lang);
        let node = self.nodes.iter_mut().find(|n| n.id == id).ok_or_else(|| format!("{id} is no node"))?;
        node.start(&program, &folder, lang)
    }

    /// Whether the node has run before.
    pub(super) fn has_run(&self, id: &str) -> bool {
        self.nodes.iter().any(|n| n.id == id && n.has_run)
    }
    /// Whether the node runs now.
    pub(super) fn runs(&self, id: &str) -> bool {
        self.nodes.iter().any(|n| n.id == id && n.running.is_some())
    }

    /// The way to speak to a running node.
    pub(super) fn client(&self, id: &str) -> Result<&Client, String> {
        let node = self.nodes.iter().find(|n| n.id == id);
        let running = node.and_then(|n| n.running.as_ref());
        running.map(|r| &r.client).ok_or_else(|| format!("{id} is not running"))
    }

    /// What all nodes have sent since the start, so far as they could be asked.
    pub(super) fn traffic(&self) -> Traffic {
        let running = self.nodes.iter().filter(|n| n.running.is_some());
        running.map(|n| self.traffic_of(&n.id)).fold(self.counted, |sum, t| Traffic {
            messages: sum.messages + t.messages,
            bytes: sum.bytes + t.bytes,
        })
    }

    fn traffic_of(&self, id: &str) -> Traffic {
        let stats = self.client(id).ok().and_then(|c| c.get("network").ok()).unwrap_or(Value::Null);
        let count = |name: &str| stats[name].as_u64().unwrap_or(0);
        Traffic { messages: count("frames_sent"), bytes: count("bytes_sent") }
    }

    /// The running nodes, for the table at the end.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |n: &Node| {
            n.running.as_ref().map(|r| Row { id: n.id.clone(), name: n.name.clone(), link: r.link.clone() })
        };
        self.nodes.iter().filter_map(row).collect()
    }

    /// The last lines of a node's log.
    pub(super) fn log_tail(&self, id: &str) -> Vec<String> {
        const LINES: usize = 15;
        let text = fs::read(log_file(&self.folder, id)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].iter().map(|l| (*l).to_owned()).collect()
    }

    /// Asks all nodes to stop, and waits for them.
    pub(super) fn stop(&mut self) {
        let mut stopping: Vec<Child> = Vec::new();
        for running in self.nodes.iter_mut().filter_map(|n| n.running.take()) {
            // closing the pipe is what asks
            drop(running._leash);
            stopping.push(running.child);
        }
        let deadline = Instant::now() + STOP;
        for mut child in stopping {
            while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(20));
            }
            // already gone, or told twice and too slow: either way there is nothing left to do about it
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.stop();
    }
}

fn log_file(folder: &Path, id: &str) -> PathBuf {
    folder.join("logs").join(format!("{id}.log"))
}

impl Node {
    fn start(&mut self, program: &Path, folder: &Path, lang: Lang) -> Result<(), String> {
        let data = folder.join(&self.id);
        let log = log_file(folder, &self.id);
        let failed = |e: &dyn std::fmt::Display| format!("{} does not start: {e}", self.id);
        if !data.exists() {
            let made = Command::new(program)
                .args(["init", "--name", &self.name, "--dir"])
                .arg(&data)
                .stdin(Stdio::null())
                .output()
                .map_err(|e| failed(&e))?;
            if !made.status.success() {
                return Err(failed(&String::from_utf8_lossy(&made.stderr).trim()));
            }
        }
        let file = File::options().create(true).append(true).open(&log).map_err(|e| failed(&e))?;
        let mut child = Command::new(program)
            .args(["--json", "up", "--loopback", "--stop-with-stdin"])
            .args(["--http", &self.address.to_string(), "--p2p", &self.address.to_string(), "--dir"])
            .arg(&data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .map_err(|e| failed(&e))?;
        let leash = child.stdin.take();
        let said = child.stdout.take().ok_or_else(|| failed(&"it has no output"))?;
        let line = match first_line(said) {
            Ok(line) => line,
            Err(e) => {
                // it is of no use, and its log says why
                let _ = child.kill();
                let _ = child.wait();
                let log = fs::read_to_string(&log).unwrap_or_default();
                return Err(failed(&format!("{e}\n{}", log.trim_end())));
            }
        };
        let ready: Value =
            serde_json::from_str(&line).map_err(|e| failed(&format!("it said {line:?}: {e}")))?;
        let client = Client::open(&data, lang).map_err(|e| failed(&e))?;
        let link = ready["link"].as_str().unwrap_or_default().to_owned();
        self.has_run = true;
        self.running = Some(Running { child, _leash: leash, client, link });
        Ok(())
    }
}

/// The first line that a program says within the time it has; what it says later is read and dropped, so that it
/// never waits for a reader.
fn first_line(said: impl Read + Send + 'static) -> Result<String, String> {
    let (tell, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(said);
        let mut line = String::new();
        let read = reader.read_line(&mut line).map(|_| line);
        // nobody listens when it came too late
        let _ = tell.send(read);
        let _ = std::io::copy(&mut reader, &mut std::io::sink());
    });
    match hear.recv_timeout(READY) {
        Ok(Ok(line)) if line.ends_with('\n') => Ok(line),
        Ok(Ok(_)) => Err("it ended before it was ready".to_owned()),
        Ok(Err(e)) => Err(e.to_string()),
        Err(_) => Err(format!("it was not ready after {} s", READY.as_secs())),
    }
}

/// A loopback address for each of `count` nodes, its port free for TCP and UDP alike. Ports are taken below the range
/// from which systems lend ports to outgoing connections, so that a restarted node finds its own still free; where
/// the search begins depends on this process, so that two demos at once do not reach for the same.
fn free_addresses(count: usize) -> Result<Vec<SocketAddr>, String> {
    const FIRST: u32 = 21_000;
    const PORTS: u32 = 11_000;
    let begin = std::process::id().wrapping_mul(AGENTS_MAX as u32 + 1) % PORTS;
    let mut held = Vec::new();
    for i in 0..PORTS {
        if held.len() == count {
            break;
        }
        let port = u16::try_from(FIRST + (begin + i) % PORTS).unwrap_or(u16::MAX);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if let (Ok(tcp), Ok(udp)) = (TcpListener::bind(address), UdpSocket::bind(address)) {
            held.push((address, tcp, udp));
        }
    }
    match held.len() {
        n if n < count => {
            Err(format!("only {n} of {count} ports from 21000 to 31999 are free: stop other programs"))
        }
        _ => Ok(held.into_iter().map(|(address, ..)| address).collect()),
    }
}

/// Whom the node at `place` of `count` knows at the start: the next in the ring, and one or two drawn by `seed`.
fn peers_of(place: usize, count: usize, seed: u64) -> Vec<usize> {
    if count < 2 {
        return Vec::new();
    }
    let mut peers = vec![(place + 1) % count];
    let mut state = seed ^ (place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let wanted = (1 + (split_mix(&mut state) % 2) as usize).min(count - 2);
    while peers.len() < 1 + wanted {
        let drawn = (split_mix(&mut state) % count as u64) as usize;
        if drawn != place && !peers.contains(&drawn) {
            peers.push(drawn);
        }
    }
    peers
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everyone_knows_a_few_others_and_the_ring_joins_all() {
        for count in 2..40 {
            for place in 0..count {
                let peers = peers_of(place, count, 7);
                let different: BTreeSet<_> = peers.iter().collect();
                assert_eq!(different.len(), peers.len());
                assert!(
                    peers.len() <= 3 && !peers.contains(&place) && peers.contains(&((place + 1) % count))
                );
            }
        }
        assert_eq!(peers_of(0, 1, 7), Vec::<usize>::new());
    }

    #[test]
    fn a_folder_that_is_no_demo_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("letter.txt"), "dear").unwrap();
        let error = Fleet::new(dir.path(), 1, Vec::new(), Lang::En).err().unwrap();
        assert!(error.contains("--work"), "{error}");
        assert!(dir.path().join("letter.txt").is_file());
        let demo = dir.path().join("demo");
        drop(Fleet::new(&demo, 1, Vec::new(), Lang::En).unwrap());
        fs::write(demo.join("old"), "").unwrap();
        drop(Fleet::new(&demo, 1, Vec::new(), Lang::En).unwrap());
        assert!(!demo.join("old").exists());
    }
}
