//! A node's data folder: its key, its store, and the few values beside the records.
//!
//! [`init`] makes one, [`Folder::open`] takes hold of one. The log secret (from which the salts of the log's leaves
//! derive) is drawn once and kept beside the records, so that it outlives any rotation of the key.

use crate::{Error, Result};
use ledger::Signer;
use std::path::Path;
use store::{Secrets, Store};
use vocab::AgentId;

/// Longest name of an agent, in characters.
pub const NAME_CHARS_MAX: usize = 80;

const NAME: &str = "name";
const LOG_SECRET: &str = "log_secret";
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// Makes a data folder for a new agent called `name`; its key is sealed when there is a passphrase.
///
/// # Errors
/// [`store::Error::Exists`] when there is a key already, [`Error::Name`].
pub fn init(dir: &Path, name: &str, passphrase: Option<&str>) -> Result<AgentId> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        let name = name.chars().take(40).collect();
        return Err(Error::Name { name, max: NAME_CHARS_MAX });
    }
    // the store first: its lock keeps a second `init` and a running node out
    let mut store = Store::open(dir)?;
    let secrets = store::key::create(dir, passphrase)?;
    store.meta_set(NAME, name.as_bytes())?;
    log_secret(&mut store)?;
    store::Token::open(dir)?;
    Ok(Signer::from_seed(&secrets.current).author())
}

/// The records of a data folder and what belongs to them: readable without its key.
#[derive(Debug)]
pub struct Archive {
    /// the records, and the folder's lock
    pub store: Store,
    /// from which the log's leaf salts derive
    pub log_secret: [u8; 32],
    /// the newest checkpoint that was kept: a signed note, with which the log must still agree
    pub checkpoint: Option<String>,
    /// what the agent calls itself
    pub name: String,
}

impl Archive {
    /// Opens a folder that was initialised.
    ///
    /// # Errors
    /// [`store::Error::Missing`] when it was never initialised, [`store::Error::Locked`] while another process uses
    /// it, and what else the store says.
    pub fn open(dir: &Path) -> Result<Self> {
        let key = dir.join("key");
        if !key.exists() {
            // a folder that was never initialised must not be made by looking at it
            return Err(store::Error::Missing { path: key }.into());
        }
        let mut store = Store::open(dir)?;
        Ok(Self {
            log_secret: log_secret(&mut store)?,
            checkpoint: text(&store, CHECKPOINT)?,
            name: text(&store, NAME)?.unwrap_or_default(),
            store,
        })
    }
}

/// A data folder in use by this process: its records and its keys.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) archive: Archive,
    pub(crate) secrets: Secrets,
}

impl Folder {
    pub(crate) fn open(dir: &Path, passphrase: Option<&str>) -> Result<Self> {
        // the key first: a wrong passphrase is told before a large store is looked over
        let secrets = store::key::load(dir, passphrase)?;
        Ok(Self { archive: Archive::open(dir)?, secrets })
    }
}

fn text(store: &Store, name: &'static str) -> Result<Option<String>> {
    let kept = store.meta_get(name)?.map(String::from_utf8).transpose();
    kept.map_err(|_| Error::Value { name, why: "it is not text".to_owned() })
}

fn log_secret(store: &mut Store) -> Result<[u8; 32]> {
    let wrong = |why: &str| Error::Value { name: LOG_SECRET, why: why.to_owned() };
    if let Some(kept) = store.meta_get(LOG_SECRET)? {
        return kept.try_into().map_err(|_| wrong("it is not 32 bytes"));
    }
    if store.count()? > 0 {
        return Err(wrong("it is missing"));
    }
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|e| Error::System { what: "random bytes", why: e.to_string() })?;
    store.meta_set(LOG_SECRET, &secret)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_opens_as_what_was_made_and_is_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let me = init(dir.path(), " Oak Workshop ", None).unwrap();
        let folder = Folder::open(dir.path(), None).unwrap();
        assert_eq!(folder.archive.name, "Oak Workshop");
        assert_eq!(Signer::from_seed(&folder.secrets.current).author(), me);
        let secret = folder.archive.log_secret;
        drop(folder);
        assert_eq!(init(dir.path(), "again", None).unwrap_err().code(), "exists");
        assert_eq!(Folder::open(dir.path(), None).unwrap().archive.log_secret, secret);
    }

    #[test]
    fn looking_at_an_empty_folder_makes_nothing_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("not-there");
        assert_eq!(Folder::open(&missing, None).unwrap_err().code(), "not_initialised");
        assert!(!missing.exists());
    }

    #[test]
    fn a_name_is_one_line_of_bounded_length() {
        let dir = tempfile::tempdir().unwrap();
        for bad in ["", "  ", "two\nlines", &"x".repeat(NAME_CHARS_MAX + 1)] {
            assert_eq!(init(dir.path(), bad, None).unwrap_err().code(), "name", "{bad:?}");
        }
    }
}
