//! An agent's log as a Merkle tree (RFC 6962 section 2, proofs as in RFC 9162 section 2.1).
//!
//! [`Log`] holds the tree's hashes in memory, [`TreeHead`] is its size and root at one moment. A leaf is a salted
//! commitment to a record, so an [`InclusionProof`] shows that one record stood there and lets nobody test guesses
//! about its neighbours; a [`ConsistencyProof`] shows that an earlier head is a prefix of a later one.
//!
//! The log knows record ids only: no record, no author, no signature.

use crate::{Error, Result, hex};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use vocab::RecordId;
use vocab::phrase;

/// A SHA-256 value in the tree.
type Hash = [u8; 32];

/// A log's size in records and its Merkle root.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// how many records
    pub size: u64,
    /// RFC 6962 root over them
    #[serde(with = "hex::array")]
    pub root: Hash,
}

/// The Merkle tree over one agent's records, in the order of their sequence numbers.
#[derive(Clone)]
pub struct Log {
    salts: Hmac<Sha256>,
    /// `levels[k][i]`: the root of the full subtree over leaves `i << k .. (i + 1) << k`
    levels: Vec<Vec<Hash>>,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log({} records)", self.size())
    }
}

impl Log {
    /// An empty log whose leaf salts derive from `secret`.
    pub fn new(secret: [u8; 32]) -> Self {
        let salts = Hmac::new_from_slice(&secret).expect("HMAC takes a key of any length");
        Self { salts, levels: vec![Vec::new()] }
    }

    /// Adds the next record.
    pub fn append(&mut self, id: RecordId) {
        let salt = self.salt(self.size());
        self.push(leaf_hash(&commitment(&salt, &id)));
    }

    fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => break,
            }
        }
    }

    /// How many records.
    pub fn size(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// Root over all records.
    pub fn root(&self) -> Hash {
        self.subtree(0, self.size())
    }

    /// Root over the first `size` records.
    pub fn root_at(&self, size: u64) -> Result<Hash> {
        self.within(size)?;
        Ok(self.subtree(0, size))
    }

    /// Size and root now.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size(), root: self.root() }
    }

    /// Proof that the record at `index` (from 0; its sequence number less one) is in the log as it is now.
    pub fn inclusion(&self, index: u64) -> Result<InclusionProof> {
        self.within(index.saturating_add(1))?;
        let size = self.size();
        let mut path = Vec::new();
        let (mut start, mut end) = (0, size);
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                path.push(self.subtree(middle, end));
                end = middle;
            } else {
                path.push(self.subtree(start, middle));
                start = middle;
            }
        }
        path.reverse();
        Ok(InclusionProof { index, size, salt: self.salt(index), path })
    }

    /// Proof that the first `old` records are the beginning of the first `new` ones.
    pub fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof> {
        self.within(new)?;
        if old > new {
            return Err(Error::Range { asked: old, size: new });
        }
        let mut path = Vec::new();
        // RFC 6962 section 2.1.2; an empty log is a prefix of every log and needs no proof
        let (mut start, mut end) = (0, if old == 0 { 0 } else { new });
        while end > old || (start > 0 && end == old) {
            if end == old {
                path.push(self.subtree(start, end));
                break;
            }
            let middle = start + split(end - start);
            if old <= middle {
                path.push(self.subtree(middle, end));
                end = middle;
            } else {
                path.push(self.subtree(start, middle));
                start = middle;
            }
        }
        path.reverse();
        Ok(ConsistencyProof { old, new, path })
    }

    fn within(&self, size: u64) -> Result<()> {
        if size > self.size() {
            return Err(Error::Range { asked: size, size: self.size() });
        }
        Ok(())
    }

    /// Root over leaves `start..end`, where `start` is as RFC 6962 splits trees: a multiple of every full
    /// subtree's width to its right.
    fn subtree(&self, start: u64, end: u64) -> Hash {
        let width = end - start;
        if width == 0 {
            return Sha256::digest([]).into();
        }
        if width.is_power_of_two() {
            return self.levels[width.trailing_zeros() as usize][(start / width) as usize];
        }
        let middle = start + split(width);
        node_hash(&self.subtree(start, middle), &self.subtree(middle, end))
    }

    fn salt(&self, index: u64) -> [u8; 16] {
        let mac = self.salts.clone().chain_update((index + 1).to_be_bytes()).finalize().into_bytes();
        let mut salt = [0; 16];
        salt.copy_from_slice(&mac[..16]);
        salt
    }
}

/// The largest power of two smaller than `width`, for `width` of 2 or more.
fn split(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

fn commitment(salt: &[u8; 16], id: &RecordId) -> Hash {
    Sha256::new().chain_update(salt).chain_update(id.0).finalize().into()
}

fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Most hashes a proof in a log of at most 2^64 records can need, with one to spare.
const PATH_MAX: usize = 65;

/// Shows that a record stands in a log of a given size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// place in the log, from 0
    pub index: u64,
    /// size of the log it was made for
    pub size: u64,
    /// opens the leaf's commitment
    #[serde(with = "hex::array")]
    pub salt: [u8; 16],
    /// sibling hashes, from the leaf up
    #[serde(with = "hex::list")]
    pub path: Vec<Hash>,
}

impl InclusionProof {
    /// Checks that `id` stands at `index` of the log with this head (RFC 9162 section 2.1.3.2).
    pub fn verify(&self, id: &RecordId, head: &TreeHead) -> Result<()> {
        if self.size != head.size || self.index >= self.size {
            return Err(Error::Proof(phrase(
                "it speaks of another size than the tree head, or of a place beyond it",
                "它所说的大小与树头不同，或位置超出树头",
            )));
        }
        self.verify_leaf(leaf_hash(&commitment(&self.salt, id)), &head.root)
    }

    fn verify_leaf(&self, leaf: Hash, root: &Hash) -> Result<()> {
        let (mut place, mut last, mut hash) = (self.index, self.size - 1, leaf);
        for sibling in bounded(&self.path)? {
            if last == 0 {
                return Err(Error::Proof(phrase(
                    "its path is too long for the size of the log",
                    "相对日志的大小，其路径过长",
                )));
            }
            if place % 2 == 1 || place == last {
                hash = node_hash(sibling, &hash);
                climb(&mut place, &mut last);
            } else {
                hash = node_hash(&hash, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        match last == 0 && hash == *root {
            true => Ok(()),
            false => Err(Error::Proof(phrase("its path does not lead to the root", "其路径不通向根"))),
        }
    }
}

/// Shows that a log at one size is a prefix of itself at a later size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// the earlier size
    pub old: u64,
    /// the later size
    pub new: u64,
    /// subtree hashes, in the order of RFC 6962 section 2.1.2
    #[serde(with = "hex::list")]
    pub path: Vec<Hash>,
}

impl ConsistencyProof {
    /// Checks that the log with head `old` is a prefix of the one with head `new` (RFC 9162 section 2.1.4.2).
    pub fn verify(&self, old: &TreeHead, new: &TreeHead) -> Result<()> {
        if (self.old, self.new) != (old.size, new.size) || old.size > new.size {
            return Err(Error::Proof(phrase(
                "it speaks of other sizes than the two tree heads, or of a log that shrank",
                "它所说的大小与两个树头不同，或日志变短了",
            )));
        }
        let path = bounded(&self.path)?;
        let nothing_to_show = old.size == new.size || old.size == 0;
        if nothing_to_show {
            let same = if old.size == 0 { old.root == leafless() } else { old.root == new.root };
            return match same && path.is_empty() && (new.size > 0 || new.root == leafless()) {
                true => Ok(()),
                false => Err(Error::Proof(phrase(
                    "the two roots differ, or hashes were sent where none are needed",
                    "两个根不同，或发送了不需要的哈希",
                ))),
            };
        }
        let (mut place, mut last) = (old.size - 1, new.size - 1);
        while place % 2 == 1 {
            place >>= 1;
            last >>= 1;
        }
        let mut hashes = path.iter();
        // when the earlier log is a full subtree, its root is known and not sent
        let first = if old.size.is_power_of_two() { Some(&old.root) } else { hashes.next() };
        let Some(first) = first else {
            return Err(Error::Proof(phrase("its path is empty", "其路径为空")));
        };
        let (mut earlier, mut later) = (*first, *first);
        for sibling in hashes {
            if last == 0 {
                return Err(Error::Proof(phrase(
                    "its path is too long for the size of the log",
                    "相对日志的大小，其路径过长",
                )));
            }
            if place % 2 == 1 || place == last {
                earlier = node_hash(sibling, &earlier);
                later = node_hash(sibling, &later);
                climb(&mut place, &mut last);
            } else {
                later = node_hash(&later, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        match last == 0 && earlier == old.root && later == new.root {
            true => Ok(()),
            false => Err(Error::Proof(phrase(
                "its path does not lead from the earlier root to the later one",
                "其路径不从较早的根通向较晚的根",
            ))),
        }
    }
}

/// Skips the levels on which a node at the right edge has no sibling.
fn climb(place: &mut u64, last: &mut u64) {
    while place.is_multiple_of(2) && *place != 0 {
        *place >>= 1;
        *last >>= 1;
    }
}

fn leafless() -> Hash {
    Sha256::digest([]).into()
}

fn bounded(path: &[Hash]) -> Result<&[Hash]> {
    match path.len() <= PATH_MAX {
        true => Ok(path),
        false => {
            Err(Error::Proof(phrase("its path is longer than any log needs", "其路径比任何日志所需的都长")))
        }
    }
}

#[cfg(test)]
mod tests;
