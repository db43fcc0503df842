//! What the store promises, asked of real files: order, wholeness, a full disk, damage, other versions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use store::{ENTRY_BYTES_MAX, Entry, Error, Store};
use vocab::{AgentId, RecordId};

fn entry(n: u64, bytes: usize) -> Entry {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&n.to_le_bytes());
    Entry {
        author: AgentId([7; 32]),
        seq: n,
        id: RecordId(id),
        at_ms: -5,
        channel: 200,
        bytes: vec![n as u8; bytes],
    }
}

fn all(store: &Store) -> Vec<Entry> {
    let mut entries = Vec::new();
    store
        .scan(|e| {
            entries.push(e);
            ControlFlow::Continue(())
        })
        .unwrap();
    entries
}

fn filled(folder: &Path, records: u64) -> Vec<Entry> {
    let entries: Vec<_> = (0..records).map(|n| entry(n, 700)).collect();
    Store::open(folder).unwrap().append(&entries).unwrap();
    entries
}

#[test]
fn records_come_back_byte_for_byte_in_the_order_they_were_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/by/open");
    let entries = [entry(9, 100), entry(u64::MAX, 0), entry(1, 5000)];
    {
        let mut store = Store::open(&path).unwrap();
        store.append(&entries[..2]).unwrap();
        store.append(&entries[2..]).unwrap();
        store.append(&[]).unwrap();
        store.meta_set("address-book", b"one").unwrap();
        store.meta_set("address-book", b"two").unwrap();
    }
    let store = Store::open(&path).unwrap();
    assert_eq!(all(&store), entries);
    assert_eq!(store.count().unwrap(), 3);
    assert_eq!(store.meta_get("address-book").unwrap().as_deref(), Some(&b"two"[..]));
    assert_eq!(store.meta_get("nothing").unwrap(), None);

    let mut seen = 0;
    store
        .scan(|_| {
            seen += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!(seen, 1, "a scan stops when told");
}

#[test]
fn a_refused_append_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    store.append(&[entry(1, 10)]).unwrap();
    let refused = store.append(&[entry(2, 10), entry(1, 10)]);
    assert!(matches!(refused, Err(Error::Duplicate { id }) if id == entry(1, 0).id));
    let refused = store.append(&[entry(3, 10), entry(4, ENTRY_BYTES_MAX + 1)]);
    assert!(matches!(refused, Err(Error::TooLarge { .. })));
    assert_eq!(all(&store), [entry(1, 10)]);
}

#[test]
fn a_full_disk_undoes_the_whole_append_and_room_heals_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    store.limit_size_for_test(40).unwrap();
    let mut kept = 0;
    let refused = loop {
        match store.append(&[entry(2 * kept, 3000), entry(2 * kept + 1, 3000)]) {
            Ok(()) => kept += 1,
            Err(e) => break e,
        }
        assert!(kept < 100, "40 pages cannot hold this");
    };
    assert!(matches!(refused, Error::Full { .. }), "{refused}");
    let told = refused.to_string();
    assert!(
        told.contains(&*folder.path().to_string_lossy()) && told.contains("nothing was changed"),
        "{told}"
    );
    assert!(kept > 5);
    assert_eq!(all(&store).len() as u64, 2 * kept);

    store.limit_size_for_test(4000).unwrap();
    store.append(&[entry(2 * kept, 3000), entry(2 * kept + 1, 3000)]).unwrap();
    drop(store);
    assert_eq!(all(&Store::open(folder.path()).unwrap()).len() as u64, 2 * kept + 2);
}

#[test]
fn a_damaged_database_is_named_and_not_used() {
    type Harm = fn(&mut Vec<u8>);
    let damage: [(&str, Harm); 3] = [
        ("not a database at all", |bytes| bytes[..64].fill(b'x')),
        ("inner pages wiped", |bytes| bytes[4096 * 3..4096 * 6].fill(0xee)),
        ("cut off", |bytes| bytes.truncate(4096 * 5)),
    ];
    for (name, harm) in damage {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path(), 100);
        let path = folder.path().join("headwater.db");
        let mut bytes = fs::read(&path).unwrap();
        harm(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let refused = Store::open(folder.path()).expect_err(name);
        assert!(matches!(refused, Error::Corrupt { .. }), "{name}: {refused}");
        assert!(refused.to_string().contains("headwater.db"), "{refused}");
    }
}

#[test]
fn a_newer_or_foreign_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 1);
    let db = rusqlite::Connection::open(folder.path().join("headwater.db")).unwrap();
    db.execute_batch("PRAGMA user_version = 2").unwrap();
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, Error::Newer { found: 2, known: 1, .. }), "{refused}");
    db.execute_batch("PRAGMA application_id = 1").unwrap();
    assert!(matches!(Store::open(folder.path()), Err(Error::Foreign { .. })));
    drop(db);

    let folder = tempfile::tempdir().unwrap();
    let db = rusqlite::Connection::open(folder.path().join("headwater.db")).unwrap();
    db.execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    assert!(matches!(Store::open(folder.path()), Err(Error::Foreign { .. })));
}

#[cfg(unix)]
#[test]
fn records_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node");
    let mut store = Store::open(&path).unwrap();
    store.append(&[entry(1, 10)]).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    for file in fs::read_dir(&path).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[test]
fn what_is_forgotten_leaves_the_disk_unless_this_node_said_it_or_was_sent_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let entries: Vec<_> =
        (0..4).map(|channel| Entry { channel, ..entry(u64::from(channel) + 1, 10) }).collect();
    store.append(&entries).unwrap();
    let forgotten = |e: &Entry| store::Forgotten { author: e.author, seq: e.seq, id: e.id };
    let mut gone: Vec<_> = entries.iter().map(forgotten).collect();
    // another hash in the same place is another record
    gone[2].id = entries[0].id;
    store.write(&gone, &[]).unwrap();
    assert_eq!(all(&store), entries[..3]);
    // what comes again is a record like any other
    store.write(&[], &entries[3..]).unwrap();
    assert_eq!((all(&store), store.count().unwrap()), (entries, 4));
}
