//! From the bytes in the store back to a node.

use crate::{Error, Result};
use ledger::{Record, Signed};
use node::Node;
use node::effect::{Channel, Entry};
use std::ops::ControlFlow;
use store::Store;
use vocab::Timestamp;

/// A record of the node's as the store keeps it.
pub fn stored(entry: &Entry) -> store::Entry {
    store::Entry {
        author: entry.record.author,
        seq: entry.record.seq,
        id: entry.record.id,
        at_ms: entry.at.as_millisecond(),
        channel: entry.channel.code(),
        bytes: entry.record.signed().to_envelope(),
    }
}

fn entry(
    stored: store::Entry,
    read: impl Fn(Signed) -> ledger::Result<Record>,
) -> std::result::Result<Entry, String> {
    let record = Signed::from_envelope(&stored.bytes).and_then(read).map_err(|e| e.to_string())?;
    if record.id != stored.id {
        return Err(format!("its bytes hash to {}, its place says {}", record.id, stored.id));
    }
    Ok(Entry {
        at: Timestamp::from_millisecond(stored.at_ms).map_err(|e| e.to_string())?,
        channel: Channel::from_code(stored.channel)
            .ok_or_else(|| format!("channel {} is not known to this program", stored.channel))?,
        record,
    })
}

/// Shows every stored record to `visit`, in order, with its place from 1; its hash and signature are checked on the
/// way when `check` says so.
///
/// # Errors
/// [`Error::Unsound`] at the first record that does not read, or that `visit` refuses.
pub fn records(
    store: &Store,
    check: fn(Signed) -> ledger::Result<Record>,
    mut visit: impl FnMut(u64, Entry) -> std::result::Result<(), String>,
) -> Result<()> {
    let mut position = 0;
    let mut outcome = Ok(());
    store.scan(|stored| {
        position += 1;
        let taken = entry(stored, check).and_then(|entry| visit(position, entry));
        match taken {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                outcome = Err(Error::Unsound { position, why });
                ControlFlow::Break(())
            }
        }
    })?;
    outcome
}

/// Replays the store into a fresh node.
pub(crate) fn replay(store: &Store, node: &mut Node) -> Result<()> {
    records(store, Signed::parse_trusted, |_, entry| node.restore(entry).map_err(|e| e.to_string()))
}
