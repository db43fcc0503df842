//! From start to ready, and what it takes of memory: in a process of its own, with an empty log and a long one.

use crate::report::{Figure, Row, Section, Times};
use crate::town::{Log, Secrets};
use crate::{Context, Result, deals};
use runtime::Archive;
use serde::{Deserialize, Serialize};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use store::Store;
use tempfile::TempDir;

/// Records of one transaction when a log is laid down.
const LAID_DOWN: usize = 1_000;
const REPEATS: usize = 3;
/// How long a node is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// A node's folder with a log in it.
pub(crate) struct Folder {
    dir: TempDir,
    pub(crate) log: Log,
}

impl Folder {
    pub(crate) fn with_log(context: &Context, records: usize) -> Result<Self> {
        let dir = context.folder()?;
        runtime::init(dir.path(), "Workshop", None)?;
        let seed = store::key::load(dir.path(), None)?.current;
        let mut archive = Archive::open(dir.path())?;
        let started = Instant::now();
        let log = Log::of_a_workshop(context, Secrets { seed, log: archive.log_secret }, records)?;
        context.say(&format!("a log of {} records, made in {:.1?}", log.entries.len(), started.elapsed()));
        let stored: Vec<_> = log.entries.iter().map(runtime::stored).collect();
        stored.chunks(LAID_DOWN).try_for_each(|chunk| archive.store.append(chunk))?;
        Ok(Self { dir, log })
    }
}

/// What a process that started a node found.
#[derive(Serialize, Deserialize)]
struct Found {
    ready_ms: f64,
    /// resident, before the node was started and once it has been idle
    before_bytes: u64,
    idle_bytes: u64,
    peak_bytes: u64,
    records: u64,
}

/// Starts the node in `folder`, tells what it took on standard output, and stops it.
pub(crate) fn child(folder: &Path) -> Result<()> {
    let before_bytes = status("VmRSS")?;
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let found = runtime.block_on(async {
        let node = runtime::start(deals::options(folder)).await?;
        let records = node.read(|node, now| node.status(now).records).await?;
        let ready_ms = started.elapsed().as_secs_f64() * 1e3;
        tokio::time::sleep(IDLE).await;
        let (idle_bytes, peak_bytes) = (status("VmRSS")?, status("VmHWM")?);
        node.stop().await;
        Ok::<_, crate::Error>(Found { ready_ms, before_bytes, idle_bytes, peak_bytes, records })
    })?;
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

/// A line of `/proc/self/status`, in bytes.
pub(crate) fn status(name: &str) -> Result<u64> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number =
        line.and_then(|l| l.trim().strip_suffix(" kB")).ok_or("no such line in /proc/self/status")?;
    Ok(number.trim().parse::<u64>()? * 1_024)
}

fn started(folder: &Path) -> Result<Found> {
    let out = Command::new(std::env::current_exe()?).arg("--start").arg(folder).output()?;
    if !out.status.success() {
        return Err(format!("the started node failed: {}", String::from_utf8_lossy(&out.stderr)).into());
    }
    Ok(serde_json::from_slice(&out.stdout)?)
}

pub(crate) fn run(context: &Context) -> Result<Section> {
    let long = context.long_log()?;
    let empty = context.folder()?;
    runtime::init(empty.path(), "Nobody yet", None)?;
    let mut section = Section::new("start", "start to ready, memory, size");
    let mut idle = vec![];
    for (what, dir) in [("an empty log", empty.path()), ("the long log", long.dir.path())] {
        context.say(&format!("start: with {what}"));
        let mut ready = Times::default();
        let mut last = started(dir)?;
        for _ in 0..REPEATS {
            last = started(dir)?;
            ready.add(Duration::from_secs_f64(last.ready_ms / 1e3));
        }
        let what = format!("{what} ({} records)", last.records);
        let row = Row::new(format!("start to ready with {what}"), ready.median());
        section.row(match idle.is_empty() {
            true => row,
            false => row.beside("its rows, only read", Figure::ms(scanned(dir)?)),
        });
        idle.push((what, last));
    }
    let stored: u64 = long.log.entries.iter().map(|e| e.record.signed().bytes.len() as u64 + 64).sum();
    for (i, (what, found)) in idle.iter().enumerate() {
        let row = Row::new(format!("resident, idle, with {what}"), Figure::mib(found.idle_bytes));
        section.row(match i {
            0 => row.beside("the process before its node", Figure::mib(found.before_bytes)),
            _ => row.beside("the bytes of its records", Figure::mib(stored)),
        });
    }
    for (what, found) in &idle {
        section.row(Row::new(format!("resident at most, with {what}"), Figure::mib(found.peak_bytes)));
    }
    let database = fs::metadata(long.dir.path().join("headwater.db"))?.len();
    section.row(
        Row::new("its database on the disk", Figure::mib(database))
            .beside("the bytes of its records", Figure::mib(stored)),
    );
    let program = std::env::current_exe()?.with_file_name("headwater");
    match fs::metadata(&program) {
        Ok(found) => section.row(Row::new("the stripped program", Figure::mib(found.len()))),
        Err(_) => {
            section.note("The program `headwater` is not built: its size is not shown. `make build` first.")
        }
    }
    section.note(
        "A process of its own starts the node in the folder: key, store and its check, replay, network, first \
         answer. The pages of the database are in memory already. Resident memory is VmRSS after two idle seconds.",
    );
    Ok(section)
}

/// Milliseconds to open the store and read every row of it.
fn scanned(dir: &Path) -> Result<f64> {
    let mut times = Times::default();
    for _ in 0..REPEATS {
        let started = Instant::now();
        let mut bytes = 0;
        Store::open(dir)?.scan(|entry| {
            bytes += entry.bytes.len();
            ControlFlow::Continue(())
        })?;
        std::hint::black_box(bytes);
        times.add(started.elapsed());
    }
    Ok(times.median().value())
}
