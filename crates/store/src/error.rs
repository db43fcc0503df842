//! What can go wrong with a data folder, each with what to do about it.

use std::path::PathBuf;
use vocab::{Phrase, RecordId};

/// Why the data folder could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process works on this folder.
    #[error("{} is in use by another process: stop that node first, or give this one a folder of its own", folder.display())]
    Locked {
        /// the data folder
        folder: PathBuf,
    },
    /// No room: the append was undone as a whole.
    #[error("no room left in {}: nothing was changed; free some space, then try again", folder.display())]
    Full {
        /// the data folder
        folder: PathBuf,
    },
    /// The database is damaged.
    #[error("{} is damaged ({detail}): restore this folder from a backup, or move that file away and fetch the records again from peers", path.display())]
    Corrupt {
        /// the database file
        path: PathBuf,
        /// what was found
        detail: Phrase,
    },
    /// The database belongs to another program.
    #[error("{} was not made by Headwater: choose another folder", path.display())]
    Foreign {
        /// the database file
        path: PathBuf,
    },
    /// The database was written by a newer version.
    #[error("{} has format {found}, this program knows up to {known}: install the newer version", path.display())]
    Newer {
        /// the database file
        path: PathBuf,
        /// format in the file
        found: i64,
        /// newest format this program reads
        known: i64,
    },
    /// A record whose place in its author's log is taken, by itself or by another.
    #[error(
        "record {id} is already stored, or another in its place: a record is appended once (nothing was changed)"
    )]
    Duplicate {
        /// the record
        id: RecordId,
    },
    /// A value over its limit.
    #[error("{what} of {bytes} bytes is too large: at most {max} (nothing was changed)")]
    TooLarge {
        /// what kind of value
        what: Phrase,
        /// its size
        bytes: usize,
        /// the limit
        max: usize,
    },
    /// The key file is there already.
    #[error("{} exists already: a key is never overwritten; move it away if you mean to start anew", path.display())]
    Exists {
        /// the file
        path: PathBuf,
    },
    /// A secret file that is not there.
    #[error("{} is missing: initialise this folder first, or restore the file from a backup", path.display())]
    Missing {
        /// the file
        path: PathBuf,
    },
    /// A secret that others on this machine can read.
    #[error("{} can be read by others (mode {mode:03o}): run chmod 600 {}", path.display(), path.display())]
    Exposed {
        /// the file
        path: PathBuf,
        /// its permission bits
        mode: u32,
    },
    /// A secret file that does not read as one.
    #[error("{} does not read as a {kind} ({detail}): restore it from a backup", path.display())]
    Damaged {
        /// the file
        path: PathBuf,
        /// what it should be
        kind: Phrase,
        /// what was found
        detail: Phrase,
    },
    /// The key is encrypted and no passphrase was given.
    #[error("the key in {} is protected: give its passphrase", path.display())]
    PassphraseNeeded {
        /// the key file
        path: PathBuf,
    },
    /// The passphrase does not open the key.
    #[error("this passphrase does not open {}: check it, or restore the file if it was changed", path.display())]
    PassphraseWrong {
        /// the key file
        path: PathBuf,
    },
    /// A passphrase for a key that is not encrypted.
    #[error("the key in {} has no passphrase: leave the passphrase out", path.display())]
    PassphraseUnused {
        /// the key file
        path: PathBuf,
    },
    /// An empty passphrase.
    #[error("an empty passphrase protects nothing: give one of at least one character, or none at all")]
    PassphraseEmpty,
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// what was tried
        action: Phrase,
        /// on what
        path: PathBuf,
        /// the system's answer
        source: std::io::Error,
    },
    /// SQLite failed in another way; whether the last append is kept shows after a restart.
    #[error("the database in {} failed ({source}): check the disk and restart the node", folder.display())]
    Database {
        /// the data folder
        folder: PathBuf,
        /// SQLite's answer
        source: rusqlite::Error,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes ({0}): nothing secret can be made here")]
    Random(getrandom::Error),
    /// The passphrase could not be stretched.
    #[error("cannot derive a key from the passphrase ({0}): free some memory, then try again")]
    Derivation(argon2::Error),
}
