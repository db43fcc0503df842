//! The shape of the database file, and whether a file that is there has it.
//!
//! WAL journal, synchronous FULL: a commit that returned is on the disk. `application_id` tells our files from
//! others', `user_version` is the format's number. One record stands in one place of its author's log: that is kept
//! unique, and not the hash: places come in order, and an index of hashes made appends half as fast.

use crate::{Error, Result, files};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use vocab::{Phrase, phrase};

/// "HWTR", the SQLite application id of our files.
const APPLICATION_ID: i64 = 0x4857_5452;
const FORMAT: i64 = 1;

const CREATE: &str = "
BEGIN IMMEDIATE;
CREATE TABLE record (
    position INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    author BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (author, seq)
) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA application_id = 0x48575452;
PRAGMA user_version = 1;
COMMIT;
";

pub(crate) fn database_path(folder: &Path) -> PathBuf {
    folder.join("headwater.db")
}

/// Opens `folder/headwater.db`, makes it when it is not there, and looks it over.
pub(crate) fn open(folder: &Path) -> Result<Connection> {
    let path = database_path(folder);
    // SQLite gives its side files the database's mode, so this one call closes all three to others
    let created = files::owner_only().write(true).create(true).truncate(false).open(&path);
    created.map_err(files::failed(phrase("open", "打开"), &path))?;
    files::sync_folder(folder)?;

    let failed = |e| explain(folder, e);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(&path, flags).map_err(failed)?;
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    let tables = number("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
    let application = number("PRAGMA application_id").map_err(failed)?;
    let found = number("PRAGMA user_version").map_err(failed)?;
    let empty = (tables, application, found) == (0, 0, 0);
    if !empty && application != APPLICATION_ID {
        return Err(Error::Foreign { path });
    }
    if found > FORMAT {
        return Err(Error::Newer { path, found, known: FORMAT });
    }

    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        let detail = phrase(
            format!("its disk allows no write-ahead log, journal mode is {mode}"),
            format!("其磁盘不支持预写日志，日志模式为 {mode}"),
        );
        return Err(Error::Corrupt { path, detail });
    }
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;").map_err(failed)?;
    if empty {
        db.execute_batch(CREATE).map_err(failed)?;
    } else {
        // far cheaper than the fold over all records that every start does next
        let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if verdict != "ok" {
            return Err(Error::Corrupt { path, detail: Phrase::plain(verdict) });
        }
        // a missing table or column is damage too: say so now, not at the first append
        db.prepare("SELECT position, id, author, seq, at_ms, channel, bytes FROM record, meta")
            .map_err(|e| Error::Corrupt { path: path.clone(), detail: Phrase::plain(e) })?;
    }
    Ok(db)
}

/// SQLite's result codes in our words.
pub(crate) fn explain(folder: &Path, e: rusqlite::Error) -> Error {
    let folder = folder.to_owned();
    let extended = e.sqlite_error().map(|s| s.extended_code);
    match e.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full { folder },
        // a write that the disk or quota refused; a failed flush is not among these: its outcome is unknown
        Some(ErrorCode::SystemIoFailure)
            if matches!(
                extended,
                Some(rusqlite::ffi::SQLITE_IOERR_WRITE | rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
            ) =>
        {
            Error::Full { folder }
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::Corrupt { path: database_path(&folder), detail: Phrase::plain(e) }
        }
        _ => Error::Database { folder, source: e },
    }
}
