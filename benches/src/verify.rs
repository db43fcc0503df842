//! A whole log, every signature checked, every link followed, every record folded; beside checking signatures alone.

use crate::report::{Figure, Row, Section, Target, Times};
use crate::start::Folder;
use crate::{Context, Result};
use ed25519_dalek::{Signature, VerifyingKey, verify_batch};
use ledger::{Signed, verify_all, verify_history};
use node::effect::{Channel, Entry};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use vocab::AgentId;

/// As many as the ledger takes at a time.
const BATCH: usize = 256;
/// The median counts.
const REPEATS: usize = 3;

/// A signature with what it is held against.
struct Claim<'a> {
    message: &'a [u8],
    signature: Signature,
    key: VerifyingKey,
}

pub(crate) fn run(context: &Context) -> Result<Section> {
    let folder = context.long_log()?;
    let entries = &folder.log.entries;
    let (mut strict, mut batched) = (Times::default(), Times::default());
    let (mut checked, mut folded, mut whole) = (Times::default(), Times::default(), Times::default());
    for repeat in 1..=REPEATS {
        context.say(&format!("verify: {repeat} of {REPEATS}"));
        let claims = claims(entries)?;
        strict.add(one_by_one(&claims)?);
        batched.add(in_batches(&claims)?);
        drop(claims);
        let check = check(&folder)?;
        let fold = fold(&folder)?;
        checked.add(check);
        folded.add(fold);
        whole.add(check + fold);
    }
    let title = format!("full verification and fold of a log of {} records", entries.len());
    let mut section = Section::new("verify", title);
    section.row(
        Row::new("verified and folded", whole.median())
            .beside("as many bare signatures, strict, one by one", strict.median())
            .target(Target::AtMost(1.5)),
    );
    section.row(
        Row::new("verified and folded", whole.median())
            .beside(format!("as many bare signatures, batches of {BATCH}"), batched.median()),
    );
    section.row(
        Row::new("of that: parsed, signatures, hashes, links, keys, Merkle tree", checked.median())
            .beside(format!("bare signatures, batches of {BATCH}"), batched.median()),
    );
    section.row(Row::new("of that: parsed again and folded, as at a start", folded.median()));
    let own = entries.iter().filter(|e| e.channel == Channel::Own).count();
    section.row(Row::new("its own records, of all it keeps", Figure::count(own as f64)));
    section.note(
        "The log is a workshop's: its own records pass ledger::verify_history, those of others, which reach it with \
         gaps, ledger::verify_all; then a fresh node restores all in their order. The bare checks have every key at \
         hand and hash nothing but what Ed25519 hashes.",
    );
    section.note(format!("The mix: {}.", folder.log.mix()));
    Ok(section)
}

fn claims(entries: &[Entry]) -> Result<Vec<Claim<'_>>> {
    let mut keys: BTreeMap<AgentId, VerifyingKey> = BTreeMap::new();
    let mut claims = Vec::with_capacity(entries.len());
    for Entry { record, .. } in entries {
        let key = match keys.get(&record.key) {
            Some(key) => *key,
            None => *keys.entry(record.key).or_insert(VerifyingKey::from_bytes(&record.key.0)?),
        };
        let signed = record.signed();
        let signature = Signature::from_slice(&signed.signature)?;
        claims.push(Claim { message: &signed.bytes, signature, key });
    }
    Ok(claims)
}

fn one_by_one(claims: &[Claim<'_>]) -> Result<Duration> {
    let started = Instant::now();
    for claim in claims {
        claim.key.verify_strict(claim.message, &claim.signature)?;
    }
    Ok(started.elapsed())
}

fn in_batches(claims: &[Claim<'_>]) -> Result<Duration> {
    let started = Instant::now();
    for batch in claims.chunks(BATCH) {
        let messages: Vec<_> = batch.iter().map(|c| c.message).collect();
        let signatures: Vec<_> = batch.iter().map(|c| c.signature).collect();
        let keys: Vec<_> = batch.iter().map(|c| c.key).collect();
        verify_batch(&messages, &signatures, &keys)?;
    }
    Ok(started.elapsed())
}

fn check(folder: &Folder) -> Result<Duration> {
    let signed = |own: bool| -> Vec<Signed> {
        let of = folder.log.entries.iter().filter(|e| (e.channel == Channel::Own) == own);
        of.map(|e| (**e.record.signed()).clone()).collect()
    };
    let (own, others) = (signed(true), signed(false));
    let secrets = folder.log.secrets;
    let me = secrets.node().me();
    let started = Instant::now();
    let history = verify_history(own, me, secrets.log)?;
    for record in verify_all(others) {
        record?;
    }
    let took = started.elapsed();
    if history.log.size() == 0 {
        return Err("the log has no record of its own".into());
    }
    Ok(took)
}

fn fold(folder: &Folder) -> Result<Duration> {
    let read = |e: &Entry| ((**e.record.signed()).clone(), e.at, e.channel);
    let stored: Vec<_> = folder.log.entries.iter().map(read).collect();
    let mut node = folder.log.secrets.node();
    let started = Instant::now();
    for (signed, at, channel) in stored {
        node.restore(Entry { record: signed.parse_trusted()?, at, channel })?;
    }
    Ok(started.elapsed())
}
