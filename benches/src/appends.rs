//! How many signed records a second become durable, in batches as the node makes them under load.

use crate::bare::Commits;
use crate::report::{Figure, Row, Section, Target, Times};
use crate::{Context, Result, deals, spoken};
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{Record, Signed};
use runtime::{Archive, Handle};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};
use store::Store;
use tokio::task::JoinSet;

/// Commands that wait for their answers at the same time.
const ASKERS: usize = 512;
/// Times that each way of storing the same batches is measured; the median counts.
const REPEATS: usize = 5;

/// What was recorded in one turn of the node.
type Batch = Vec<(i64, u8, Record)>;

pub(crate) fn run(context: &Context) -> Result<Section> {
    let commands = context.size(20_000, 1_000);
    let folder = context.folder()?;
    context.say("appends: a node under load");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (took, answer) = runtime.block_on(load(folder.path(), commands))?;
    drop(runtime);
    let batches = batches(folder.path())?;
    let records: usize = batches.iter().map(Vec::len).sum();
    let bytes: usize = batches.iter().flatten().map(|(.., record)| record.signed().bytes.len()).sum();

    context.say("appends: the same batches, stored and stored bare");
    let (mut stored, mut bare, mut signed) = (Times::default(), Times::default(), Times::default());
    for _ in 0..REPEATS {
        let again = context.folder()?;
        bare.add(insert(again.path(), &batches)?);
        stored.add(append(again.path(), &batches)?);
        signed.add(sign(&batches));
    }
    let rate = |took: f64| Figure::per_s(records as f64 / took * 1e3);
    let (bare, stored, signed) = (bare.median().value(), stored.median().value(), signed.median().value());

    let title = format!("durable appends of {records} signed records in {} batches", batches.len());
    let mut section = Section::new("appends", title);
    section.row(
        Row::new("appended by the store", rate(stored))
            .beside("bare SQLite inserts, same bytes and batches", rate(bare))
            .target(Target::AtLeast(0.5)),
    );
    section.row(
        Row::new("commanded, signed, kept and answered by the node", rate(took.as_secs_f64() * 1e3))
            .beside("bare signing, then bare inserts", rate(signed + bare)),
    );
    section.row(Row::new("bare signing", rate(signed)));
    section.row(Row::new("records in a batch, mean", Figure::count(records as f64 / batches.len() as f64)));
    section.row(Row::new("bytes in a record, mean", Figure::count(bytes as f64 / records as f64)));
    section.row(Row::new(format!("answer to one of {ASKERS} waiting commands, median"), answer.median()));
    section.note(format!(
        "{commands} commands 'raise' (each a passport and a stock movement) are given to a running node by {ASKERS} \
         askers at once. The batches are those that its one thread then made; the first row stores the same records \
         in the same batches again, from the signed record to the disk, by the node's own store (whose table also \
         keeps author, number, time and a unique index of hashes), the bare one inserts their bytes into a table of \
         bytes. WAL, synchronous FULL, both."
    ));
    Ok(section)
}

async fn load(folder: &Path, commands: usize) -> Result<(Duration, Times)> {
    runtime::init(folder, "Sawmill", None)?;
    let node = runtime::start(deals::options(folder)).await?;
    node.command(spoken::describe("oak-board", "each", false)).await?;
    let started = Instant::now();
    let mut askers = JoinSet::new();
    for asker in 0..ASKERS {
        let share = commands / ASKERS + usize::from(asker < commands % ASKERS);
        askers.spawn(ask(node.clone(), share));
    }
    let mut times = Times::default();
    while let Some(asked) = askers.join_next().await {
        times.join(asked??);
    }
    let took = started.elapsed();
    node.stop().await;
    Ok((took, times))
}

async fn ask(node: Handle, commands: usize) -> Result<Times> {
    let mut times = Times::default();
    for _ in 0..commands {
        let started = Instant::now();
        node.command(spoken::raise("oak-board", 10)).await?;
        times.add(started.elapsed());
    }
    Ok(times)
}

/// What one turn kept bears one time, and a turn takes longer than a millisecond.
fn batches(folder: &Path) -> Result<Vec<Batch>> {
    let archive = Archive::open(folder)?;
    let mut batches: Vec<Batch> = vec![];
    let mut read = Ok(());
    archive.store.scan(|entry| {
        let record = match Signed::from_envelope(&entry.bytes).and_then(Signed::parse_trusted) {
            Ok(record) => record,
            Err(e) => {
                read = Err(e);
                return ControlFlow::Break(());
            }
        };
        let line = (entry.at_ms, entry.channel, record);
        match batches.last_mut() {
            Some(batch) if batch[0].0 == line.0 => batch.push(line),
            _ => batches.push(vec![line]),
        }
        ControlFlow::Continue(())
    })?;
    Ok(read.map(|()| batches)?)
}

fn append(folder: &Path, batches: &[Batch]) -> Result<Duration> {
    let mut store = Store::open(folder)?;
    let started = Instant::now();
    for batch in batches {
        let entry = |(at_ms, channel, record): &(i64, u8, Record)| store::Entry {
            author: record.author,
            seq: record.seq,
            id: record.id,
            at_ms: *at_ms,
            channel: *channel,
            bytes: record.signed().to_envelope(),
        };
        store.append(&batch.iter().map(entry).collect::<Vec<_>>())?;
    }
    Ok(started.elapsed())
}

fn insert(folder: &Path, batches: &[Batch]) -> Result<Duration> {
    let envelopes = |batch: &Batch| batch.iter().map(|(.., r)| r.signed().to_envelope()).collect();
    let bytes: Vec<Vec<Vec<u8>>> = batches.iter().map(envelopes).collect();
    let mut bare = Commits::open(folder)?;
    let started = Instant::now();
    for batch in &bytes {
        bare.commit(batch.iter().map(Vec::as_slice))?;
    }
    Ok(started.elapsed())
}

fn sign(batches: &[Batch]) -> Duration {
    let key = SigningKey::from_bytes(&[7; 32]);
    let started = Instant::now();
    for (.., record) in batches.iter().flatten() {
        black_box(key.sign(&record.signed().bytes));
    }
    started.elapsed()
}
