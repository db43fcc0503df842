//! The append-only file of records, and a few small values beside it.
//!
//! One process, one writer: [`Store::open`] takes the folder's lock and keeps it until the [`Store`] is dropped or
//! its process ends, however it ends.

use crate::schema::{self, explain};
use crate::{Error, Result, files};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use std::fs::{File, TryLockError};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use vocab::phrase;
use vocab::{AgentId, RecordId};

/// Longest record, in bytes.
pub const ENTRY_BYTES_MAX: usize = 4 << 20;
/// Longest value under one name of [`Store::meta_set`], in bytes.
pub const META_BYTES_MAX: usize = 4 << 20;

const COLUMNS: &str = "author, seq, id, at_ms, channel, bytes";

/// One record as it was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// who signed it
    pub author: AgentId,
    /// its number in its author's log
    pub seq: u64,
    /// hash of its bytes, as the ledger computed it; the store does not check it
    pub id: RecordId,
    /// when this node appended it: milliseconds since 1970-01-01T00:00Z
    pub at_ms: i64,
    /// how it came; the node's own number, opaque to the store
    pub channel: u8,
    /// the exact signed bytes
    pub bytes: Vec<u8>,
}

/// The records of one node. One writer; not for sharing between threads without a lock.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    db: Connection,
    // dropped last: the folder is free only when the database is closed
    _lock: File,
}

/// A record of another agent that is to be as if it had never come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forgotten {
    /// whose it is
    pub author: AgentId,
    /// its place in its author's log
    pub seq: u64,
    /// its hash
    pub id: RecordId,
}

impl Store {
    /// Opens the folder, making it and its database when they are not there, and looks the database over.
    ///
    /// # Errors
    /// [`Error::Locked`] while another process (or another `Store`) has it open, [`Error::Corrupt`],
    /// [`Error::Newer`] and [`Error::Foreign`] for a database this program cannot use.
    pub fn open(folder: &Path) -> Result<Self> {
        files::ensure_folder(folder)?;
        let path = folder.join("lock");
        let opened = files::owner_only().write(true).create(true).truncate(false).open(&path);
        let lock = opened.map_err(files::failed(phrase("open", "打开"), &path))?;
        lock.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => Error::Locked { folder: folder.to_owned() },
            TryLockError::Error(source) => Error::Io { action: phrase("lock", "锁定"), path, source },
        })?;
        Ok(Self { folder: folder.to_owned(), db: schema::open(folder)?, _lock: lock })
    }

    /// Appends all of `entries`, in order, or none; they are on the disk when it returns.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Duplicate`] and [`Error::TooLarge`] leave everything as it was.
    pub fn append(&mut self, entries: &[Entry]) -> Result<()> {
        self.write(&[], entries)
    }

    /// Takes away all of `forgotten` that are there, then appends all of `entries`, or does nothing of both. What
    /// this node said itself, or was sent, is never taken away.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn write(&mut self, forgotten: &[Forgotten], entries: &[Entry]) -> Result<()> {
        if entries.is_empty() && forgotten.is_empty() {
            return Ok(());
        }
        if let Some(entry) = entries.iter().find(|e| e.bytes.len() > ENTRY_BYTES_MAX) {
            return Err(Error::TooLarge {
                what: phrase("record", "记录"),
                bytes: entry.bytes.len(),
                max: ENTRY_BYTES_MAX,
            });
        }
        let failed = |e| explain(&self.folder, e);
        let transaction =
            self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        {
            let sql = "DELETE FROM record WHERE author = ? AND seq = ? AND id = ? AND channel NOT IN (0, 1)";
            let mut delete = transaction.prepare(sql).map_err(failed)?;
            for f in forgotten {
                delete.execute(params![f.author.0, f.seq as i64, f.id.0]).map_err(failed)?;
            }
            let sql = format!("INSERT INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)");
            let mut insert = transaction.prepare(&sql).map_err(failed)?;
            for e in entries {
                // SQLite's integers are signed: the same 64 bits, read back the same way
                let row = params![e.author.0, e.seq as i64, e.id.0, e.at_ms, e.channel, e.bytes];
                insert.execute(row).map_err(|err| match err.sqlite_error().map(|s| s.extended_code) {
                    Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE) => Error::Duplicate { id: e.id },
                    _ => failed(err),
                })?;
            }
        }
        transaction.commit().map_err(failed)
    }

    /// Shows every record to `visit` in the order they were appended, one at a time, until it says to stop.
    pub fn scan(&self, mut visit: impl FnMut(Entry) -> ControlFlow<()>) -> Result<()> {
        let failed = |e| explain(&self.folder, e);
        let sql = format!("SELECT {COLUMNS} FROM record ORDER BY position");
        let mut statement = self.db.prepare(&sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            if visit(entry(row).map_err(failed)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How many records there are.
    pub fn count(&self) -> Result<u64> {
        let sql = "SELECT count(*) FROM record";
        let count = self.db.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok(count.map_err(|e| explain(&self.folder, e))?.unsigned_abs())
    }

    /// The small value kept under `name`.
    pub fn meta_get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM meta WHERE name = ?";
        self.db.query_row(sql, [name], |row| row.get(0)).optional().map_err(|e| explain(&self.folder, e))
    }

    /// Keeps `value` under `name`, in place of what was there; on the disk when it returns.
    ///
    /// # Errors
    /// [`Error::Full`] and [`Error::TooLarge`] leave the old value.
    pub fn meta_set(&mut self, name: &str, value: &[u8]) -> Result<()> {
        if name.len() + value.len() > META_BYTES_MAX {
            return Err(Error::TooLarge {
                what: phrase("value", "值"),
                bytes: value.len(),
                max: META_BYTES_MAX,
            });
        }
        let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let changed = self.db.execute(sql, params![name, value]);
        changed.map(|_| ()).map_err(|e| explain(&self.folder, e))
    }

    /// Lets the database grow to `pages` of 4,096 bytes and no further, so that a full disk can be tested for
    /// real; no less than it has now.
    pub fn limit_size_for_test(&self, pages: u32) -> Result<()> {
        let limited = self.db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
        limited.map_err(|e| explain(&self.folder, e))
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        author: AgentId(row.get(0)?),
        seq: row.get::<_, i64>(1)? as u64,
        id: RecordId(row.get(2)?),
        at_ms: row.get(3)?,
        channel: row.get(4)?,
        bytes: row.get(5)?,
    })
}
