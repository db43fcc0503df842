//! `headwater verify`: everything in the data folder, checked from the first byte, without a network or a key.
//!
//! Every record's hash and signature; the chain and keys of the node's own log; its Merkle root, against the
//! checkpoint that was kept beside it; for other authors, of whom only some records are here, that numbers and
//! links agree where they meet.

use super::Context;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::{Checkpoint, Record, Signed, verify_history};
use node::effect::Channel;
use runtime::Archive;
use serde_json::json;
use std::collections::BTreeMap;
use vocab::{AgentId, RecordId, phrase};

/// What is known of one author's records: by number, the record and the one before it.
type Places = BTreeMap<u64, (RecordId, Option<RecordId>)>;

pub(super) fn run(c: &Context) -> Result<()> {
    let archive = Archive::open(&c.dir)?;
    let bad = |why: String| {
        Failure::new(Exit::Storage, "unsound", c.say(Msg::VerifyBad, &[&c.dir.display(), &why]))
            .remedy(c.say(Msg::VerifyBadRemedy, &[]))
    };
    let count = archive.store.count()?;
    let bar = ProgressBar::new(count).with_message(c.say(Msg::VerifyReading, &[]));
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));

    let mut own: Vec<Signed> = Vec::new();
    let mut me = None;
    let mut others: BTreeMap<AgentId, Places> = BTreeMap::new();
    // the own log's signatures are checked in batches below, with its chain and keys
    let looked = runtime::records(&archive.store, Signed::parse_trusted, |_, entry| {
        bar.inc(1);
        let signed = Signed::clone(entry.record.signed());
        if entry.channel == Channel::Own {
            me = Some(entry.record.author);
            own.push(signed);
            return Ok(());
        }
        let record = signed.verify().map_err(|e| e.to_string())?;
        meet(others.entry(record.author).or_default(), &record)
    });
    bar.finish_and_clear();
    looked.map_err(|e| bad(c.read(&e)))?;

    let size = own.len() as u64;
    let Some(me) = me else {
        return c.tell(&json!({"records": count, "log_size": 0}), || c.say(Msg::VerifyRecords, &[&count]));
    };
    let history = verify_history(own, me, archive.log_secret).map_err(|e| bad(c.read(&e)))?;
    let root: String = history.log.root().iter().map(|byte| format!("{byte:02x}")).collect();
    let checkpoint = match &archive.checkpoint {
        Some(note) => {
            let kept =
                Checkpoint::verify_by(note, me, &history.keys.current()).map_err(|e| bad(c.read(&e)))?;
            let then = history.log.root_at(kept.size).map_err(|e| bad(c.read(&e)))?;
            if then != kept.root {
                let size = kept.size;
                return Err(bad(c.read(&phrase(
                    format!("the log no longer begins with the {size} records it had once"),
                    format!("日志已不再以当初的 {size} 条记录开头"),
                ))));
            }
            Some(kept.size)
        }
        None => None,
    };
    let authors = others.len();
    let outcome = json!({
        "records": count, "agent": me, "log_size": size, "log_root": root, "checkpoint_size": checkpoint,
        "other_authors": authors
    });
    c.tell(&outcome, || {
        let lines = [
            c.say(Msg::VerifyRecords, &[&count]),
            c.say(Msg::VerifyLog, &[&size]),
            c.say(Msg::VerifyRoot, &[&root]),
            match checkpoint {
                Some(size) => c.say(Msg::VerifyCheckpoint, &[&size]),
                None => c.say(Msg::VerifyNoCheckpoint, &[]),
            },
            c.say(Msg::VerifyOthers, &[&authors]),
        ];
        lines.join("\n")
    })
}

/// Sets another author's record in its place: it must follow the one before it and be followed by the one after it,
/// where these are here. Two records in one place are a fork by their author: kept as proof, and not damage.
fn meet(places: &mut Places, record: &Record) -> std::result::Result<(), String> {
    let before = record.seq.checked_sub(1).and_then(|seq| places.get(&seq));
    let after = record.seq.checked_add(1).and_then(|seq| places.get(&seq));
    let fork = places.contains_key(&record.seq);
    let follows = before.is_none_or(|(id, _)| record.prev == Some(*id));
    let followed = after.is_none_or(|(_, prev)| *prev == Some(record.id));
    let fits = fork || (follows && followed);
    if !fits {
        return Err(format!("record {} of {} does not fit its neighbours", record.seq, record.author));
    }
    places.entry(record.seq).or_insert((record.id, record.prev));
    Ok(())
}
