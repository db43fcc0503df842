//! From quote to bound through three tiers: four real nodes on loopback, beside the bare round trips and the bare
//! durable commits that the same conversation needs.

use crate::bare::{self, Commits, RoundTrips};
use crate::report::{Figure, Row, Section, Target, Times};
use crate::{Context, Result, spoken};
use node::Node;
use node::view::DealState;
use runtime::{Clock, Handle, Options};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use vocab::{RecordId, Timestamp};

/// Answers that cross the network while a quote, or a bond, comes about: up three tiers and back.
const ROUND_TRIPS: usize = 3;
/// Nodes that must have kept what they say before the next may hear it, on the way up and back.
const COMMITS: usize = 7;
/// Signatures made one after the other: until quoted, and from there until bound.
const SIGNED: [usize; 2] = [11, 9];
/// Signatures of others that are checked on the way, in each half.
const CHECKED: usize = 6;
const PATIENCE: Duration = Duration::from_secs(30);
/// Deals before anything counts.
const WARM_UP: usize = 20;

struct Tiers {
    /// buyer, workshop, sawmill, forest
    nodes: Vec<Handle>,
    offer: RecordId,
}

#[derive(Default)]
struct Measured {
    quoted: Times,
    bound: Times,
    whole: Times,
    bare: Bare,
    frames: f64,
    bytes: f64,
}

/// What was measured between the deals, each for a half of a deal and for both.
#[derive(Default)]
struct Bare {
    trips: [Times; 2],
    durable: [Times; 2],
    signed: [Times; 2],
    commit: Times,
}

pub(crate) fn run(context: &Context) -> Result<Section> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(context))
}

async fn measure(context: &Context) -> Result<Section> {
    let deals = context.size(1_000, 100);
    let mut section = Section::new(
        "deals",
        format!("quote, accept, bound through three tiers: {deals} deals, one after the other"),
    );
    let folder = context.folder()?;
    context.say("deals: four nodes, their folders on the disk");
    let disk = four_nodes(context, folder.path(), deals).await?;
    disk.rows(&mut section, "");
    section.row(
        Row::new("both, median of the last tenth", disk.whole.part(0.9, 1.0).median())
            .beside("median of the first tenth", disk.whole.part(0.0, 0.1).median()),
    );
    section.row(Row::new("one bare durable commit, median", disk.bare.commit.median()));
    section.row(Row::new("one bare durable commit, p99", disk.bare.commit.p99()));
    section.row(Row::new("frames sent for one deal, by all nodes", Figure::count(disk.frames)));
    section.row(Row::new("bytes in them", Figure::count(disk.bytes)));

    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        context.say("deals: four nodes, their folders in memory");
        let folder = tempfile::tempdir_in(memory)?;
        let shm = four_nodes(context, folder.path(), deals).await?;
        shm.rows(&mut section, "in memory: ");
    }
    section.note(
        "An enquiry goes up three tiers and the quote comes back: 6 messages, each answered by the next tier, so 3 \
         round trips; acceptance and confirmation again so. A bare round trip is 1 KiB each way over a stream that \
         stands, between two bare iroh endpoints on loopback.",
    );
    section.note(
        "A node says nothing before it is on its disk, so on the way up and back 7 commits follow one another, \
         twice: buyer, workshop, sawmill, forest, sawmill, workshop, buyer. A bare commit is one row of 1 KiB, \
         SQLite WAL, synchronous FULL, in the same folder. On the same way 20 signatures are made and 12 checked.",
    );
    section.note("The bare measures are taken between the deals, one of each after every deal.");
    section.note(
        "'In memory' is the same network of nodes with its data folders in /dev/shm, where fsync is free.",
    );
    Ok(section)
}

async fn four_nodes(context: &Context, folder: &Path, deals: usize) -> Result<Measured> {
    let tiers = Tiers::start(folder).await?;
    for _ in 0..WARM_UP {
        tiers.deal(&mut Measured::default()).await?;
    }
    let mut measured = Measured::default();
    let mut pair = RoundTrips::open().await?;
    let mut commits = Commits::open(folder)?;
    let before = tiers.traffic();
    for number in 1..=deals {
        tiers.deal(&mut measured).await?;
        measured.bare.sample(&mut pair, &mut commits).await?;
        if number % 200 == 0 {
            context.say(&format!("deals: {number} of {deals}"));
        }
    }
    let after = tiers.traffic();
    measured.frames = (after.0 - before.0) as f64 / deals as f64;
    measured.bytes = (after.1 - before.1) as f64 / deals as f64;
    for node in tiers.nodes {
        node.stop().await;
    }
    pair.close().await?;
    Ok(measured)
}

impl Bare {
    async fn sample(&mut self, pair: &mut RoundTrips, commits: &mut Commits) -> Result<()> {
        let started = Instant::now();
        for half in &mut self.trips {
            pair.standing(ROUND_TRIPS).await?;
            half.add(started.elapsed());
        }
        let started = Instant::now();
        for half in &mut self.durable {
            pair.standing(ROUND_TRIPS).await?;
            commits.one_by_one(COMMITS)?;
            half.add(started.elapsed());
        }
        let started = Instant::now();
        for (half, signed) in self.signed.iter_mut().zip(SIGNED) {
            pair.standing(ROUND_TRIPS).await?;
            commits.one_by_one(COMMITS)?;
            bare::signatures(signed, CHECKED)?;
            half.add(started.elapsed());
        }
        let started = Instant::now();
        commits.one_by_one(1)?;
        self.commit.add(started.elapsed());
        Ok(())
    }
}

impl Measured {
    /// `place` says where the data folders were.
    fn rows(&self, section: &mut Section, place: &str) {
        let lines = [
            ("enquire to quoted", &self.quoted, 0, 1, Some(SIGNED[0])),
            ("accept to bound", &self.bound, 0, 1, None),
            ("both", &self.whole, 1, 2, Some(SIGNED[0] + SIGNED[1])),
        ];
        for (what, times, i, halves, signed) in lines {
            let what = format!("{place}{what}");
            let trips = format!("{} round trips", halves * ROUND_TRIPS);
            let median = || Row::new(format!("{what}, median"), times.median());
            let row = median().beside(format!("{trips}, median"), self.bare.trips[i].median());
            section.row(match (halves, place) {
                (2, "") => row.target(Target::AtMost(3.0)),
                _ => row,
            });
            let p99 = Row::new(format!("{what}, p99"), times.p99());
            section.row(p99.beside(format!("{trips}, p99"), self.bare.trips[i].p99()));
            let commits = format!("{trips}, {} commits", halves * COMMITS);
            section.row(median().beside(format!("{commits}, median"), self.bare.durable[i].median()));
            // the bare halves are measured as the first, then both: the second half alone is not among them
            if let Some(signed) = signed {
                let all = format!("{commits}, {signed} signed, {} checked, median", halves * CHECKED);
                section.row(median().beside(all, self.bare.signed[i].median()));
            }
        }
    }
}

async fn start(dir: &Path, name: &str) -> Result<Handle> {
    let dir = dir.join(name);
    runtime::init(&dir, name, None)?;
    Ok(runtime::start(options(&dir)).await?)
}

/// A node that talks to this machine only.
pub(crate) fn options(dir: &Path) -> Options {
    Options {
        dir: dir.to_owned(),
        passphrase: None,
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        loopback_only: true,
        mdns: false,
        network: "benches".to_owned(),
        relay: None,
        peers: vec![],
        clock: Clock::default(),
        limits: node::Limits::default(),
    }
}

/// Waits until `look` sees something at the node.
async fn seen<T: Send + 'static>(
    node: &Handle,
    what: &str,
    look: impl Fn(&Node, Timestamp) -> Option<T> + Clone + Send + 'static,
) -> Result<T> {
    let mut changes = node.topics();
    let waiting = async {
        loop {
            if let Some(found) = node.read(look.clone()).await? {
                return Ok(found);
            }
            // one that lags has missed changes: then it is time to look anyway
            let _ = changes.recv().await;
        }
    };
    timeout(PATIENCE, waiting).await.map_err(|_| format!("waited {PATIENCE:?} in vain for {what}"))?
}

impl Tiers {
    async fn start(folder: &Path) -> Result<Self> {
        let mut nodes = vec![];
        for name in ["buyer", "workshop", "sawmill", "forest"] {
            nodes.push(start(folder, name).await?);
        }
        for pair in nodes.windows(2) {
            pair[0].know(pair[1].ticket()).await?;
        }
        let goods = [
            (3, "oak-log", "m3", None, "0.05", "300"),
            (2, "oak-board", "each", Some(("oak-log", "0.05")), "1", "12"),
            (1, "chair", "each", Some(("oak-board", "4")), "1", "120"),
        ];
        let mut offer = None;
        for (who, spec, unit, input, from, price) in goods {
            for command in spoken::tier(spec, unit, input, from, price) {
                let node::command::Done::Recorded(id) = nodes[who].command(command).await? else { continue };
                offer = Some(id);
            }
            // its customer must have heard of it before it can ask
            let listed = offer.ok_or("nothing was offered")?;
            seen(&nodes[who - 1], "an offer", move |node, now| {
                node.offers(now).iter().any(|o| o.id == listed).then_some(())
            })
            .await?;
        }
        sleep(Duration::from_secs(1)).await;
        Ok(Self { nodes, offer: offer.ok_or("nothing was offered")? })
    }

    fn traffic(&self) -> (u64, u64) {
        let stats = self.nodes.iter().map(Handle::net_stats);
        stats.fold((0, 0), |(frames, bytes), s| (frames + s.frames_sent, bytes + s.bytes_sent))
    }

    async fn deal(&self, measured: &mut Measured) -> Result<()> {
        let (buyer, forest) = (&self.nodes[0], &self.nodes[3]);
        let standing = forest.read(|node, now| node.status(now).open_deals).await?;
        let started = Instant::now();
        let done = buyer.command(spoken::enquire(self.offer, 2)).await?;
        let node::command::Done::Recorded(id) = done else { return Err("an enquiry is a record".into()) };
        let state = move |wanted: DealState| {
            move |node: &Node, now: Timestamp| {
                let deal = node.deal(&id, now)?;
                (deal.state == wanted || deal.state == DealState::Refused).then_some(deal.state)
            }
        };
        if seen(buyer, "a quote", state(DealState::Quoted)).await? != DealState::Quoted {
            return Err("the enquiry was refused".into());
        }
        let quoted = started.elapsed();
        let accepting = Instant::now();
        buyer.command(spoken::accept(id)).await?;
        if seen(buyer, "the bond", state(DealState::Bound)).await? != DealState::Bound {
            return Err("the acceptance was refused".into());
        }
        let bound = accepting.elapsed();
        measured.quoted.add(quoted);
        measured.bound.add(bound);
        measured.whole.add(quoted + bound);
        // the bindings still travel up: the next deal begins when the last tier has its own
        seen(forest, "the last binding", move |node, now| {
            (node.status(now).open_deals <= standing).then_some(())
        })
        .await
    }
}
