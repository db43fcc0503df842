//! Merkle-sum trees: a root that commits to a set of entries and to their totals, and short ways up to it.
//!
//! An entry is a record's id and some sums; which sums, each tree says ([`Tree`]). A [`SumNode`] commits to all entries
//! below it and to their totals; a [`SumPath`] leads from one entry up to the root. Shape: leaves in rising order of id;
//! a level's last node without a neighbour moves up as it is, which gives the tree of RFC 6962, section 2.1. A leaf is
//! `SHA-256(L || 00 || id || sums)`, a node above `SHA-256(L || 01 || left hash || left sums || right hash || right
//! sums)`, sums in 128 bits, big endian, `L` being the tree's label. Both sides' sums stand in the hash, so none can be
//! shifted between branches.

use crate::error::shown;
use crate::{Error, hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use vocab::{RecordId, phrase};

/// Levels of a tree over more entries than there can be.
const LEVELS_MAX: usize = 32;
/// More sums than a tree over a price schedule has.
const SUMS_MAX: usize = 128;

/// What sort of tree, and how many sums each of its nodes has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tree {
    pub(super) label: &'static [u8],
    pub(super) width: usize,
}

/// What an entry adds to the totals.
pub(super) struct Entry {
    pub(super) id: RecordId,
    pub(super) sums: Vec<u128>,
}

/// A node of a tree, such as its root. Written as 64 hexadecimal digits and the sums, each in hexadecimal after a dash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SumNode {
    /// commits to every entry below
    pub hash: [u8; 32],
    /// totals of the entries below
    pub sums: Vec<u128>,
}

/// Writes what is hashed into `bytes`, a buffer that is used again and again.
fn hashed(tree: Tree, tag: u8, parts: &[(&[u8; 32], &[u128])], bytes: &mut Vec<u8>) -> [u8; 32] {
    bytes.clear();
    bytes.extend_from_slice(tree.label);
    bytes.push(tag);
    for (id, sums) in parts {
        bytes.extend_from_slice(*id);
        sums.iter().for_each(|sum| bytes.extend_from_slice(&sum.to_be_bytes()));
    }
    Sha256::digest(bytes).into()
}

impl SumNode {
    fn leaf(tree: Tree, id: &RecordId, sums: Vec<u128>, bytes: &mut Vec<u8>) -> Self {
        Self { hash: hashed(tree, 0, &[(&id.0, &sums)], bytes), sums }
    }
    fn join(tree: Tree, left: &Self, right: &Self, bytes: &mut Vec<u8>) -> Self {
        let hash = hashed(tree, 1, &[(&left.hash, &left.sums), (&right.hash, &right.sums)], bytes);
        // real sums are far below 128 bits: one that is not cannot equal a total over real entries
        let sums = left.sums.iter().zip(&right.sums).map(|(a, b)| a.saturating_add(*b)).collect();
        Self { hash, sums }
    }
    fn empty(tree: Tree) -> Self {
        Self { hash: Sha256::digest(tree.label).into(), sums: vec![0; tree.width] }
    }
}

impl fmt::Display for SumNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.hash))?;
        self.sums.iter().try_for_each(|sum| write!(f, "-{sum:x}"))
    }
}
impl FromStr for SumNode {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let fail = || {
            Error::field(
                "root",
                shown(s.chars().take(100).collect::<String>()),
                phrase(
                    "write 64 hexadecimal digits, then sums in hexadecimal, each after a dash",
                    "请写 64 位十六进制数字，再写各个总和（十六进制，前置连字符）",
                ),
            )
        };
        let mut parts = s.split('-');
        let hash = parts.next().and_then(hex::decode).and_then(|b| b.try_into().ok()).ok_or_else(fail)?;
        let sums = parts.map(|sum| u128::from_str_radix(sum, 16)).take(SUMS_MAX + 1);
        let node = Self { hash, sums: sums.collect::<Result<_, _>>().map_err(|_| fail())? };
        // one way to write each
        if node.sums.len() > SUMS_MAX || node.to_string() != s {
            return Err(fail());
        }
        Ok(node)
    }
}
impl Serialize for SumNode {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for SumNode {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The way from one entry up to the root: a neighbour for each level where there is one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumPath {
    /// the entry's place, from 0, in rising order of id
    pub index: u32,
    /// how many entries there are
    pub count: u32,
    /// the neighbours, from the leaf up
    pub neighbours: Vec<SumNode>,
}

impl SumPath {
    /// True when it leads from `entry` to `root`.
    pub(super) fn leads(&self, tree: Tree, entry: &Entry, root: &SumNode) -> bool {
        let fits = |node: &SumNode| node.sums.len() == tree.width;
        if self.index >= self.count || self.neighbours.len() > LEVELS_MAX || !self.neighbours.iter().all(fits)
        {
            return false;
        }
        let mut bytes = Vec::new();
        let mut node = SumNode::leaf(tree, &entry.id, entry.sums.clone(), &mut bytes);
        let mut neighbours = self.neighbours.iter();
        let (mut index, mut count) = (self.index, self.count);
        while count > 1 {
            let alone = index % 2 == 0 && index + 1 == count;
            if !alone {
                let Some(neighbour) = neighbours.next() else { return false };
                node = match index % 2 {
                    0 => SumNode::join(tree, &node, neighbour, &mut bytes),
                    _ => SumNode::join(tree, neighbour, &node, &mut bytes),
                };
            }
            (index, count) = (index / 2, count.div_ceil(2));
        }
        neighbours.next().is_none() && node == *root
    }
}

/// A whole tree, kept to show the way up from any of its entries.
#[derive(Clone, Debug)]
pub struct SumTree {
    tree: Tree,
    ids: Vec<RecordId>,
    /// from the leaves up; the last has at most one node
    levels: Vec<Vec<SumNode>>,
}

impl SumTree {
    /// Over entries in whatever order they come; each id counts once.
    pub(super) fn new(tree: Tree, mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable_by(|a, b| (a.id, &a.sums).cmp(&(b.id, &b.sums)));
        entries.dedup_by_key(|entry| entry.id);
        let (mut bytes, mut ids) = (Vec::new(), Vec::with_capacity(entries.len()));
        let leaf = |Entry { id, sums }| {
            ids.push(id);
            SumNode::leaf(tree, &id, sums, &mut bytes)
        };
        let leaves = entries.into_iter().map(leaf).collect::<Vec<_>>();
        let mut levels = vec![leaves];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let raised = level.chunks(2).map(|pair| match pair {
                [left, right] => SumNode::join(tree, left, right, &mut bytes),
                alone => alone[0].clone(),
            });
            let raised = raised.collect();
            levels.push(raised);
        }
        Self { tree, ids, levels }
    }

    /// The root.
    pub fn root(&self) -> SumNode {
        self.levels.last().and_then(|top| top.first().cloned()).unwrap_or_else(|| SumNode::empty(self.tree))
    }

    /// The way from `id` up to the root; `None` if it is not among the entries.
    pub fn path(&self, id: &RecordId) -> Option<SumPath> {
        let place = self.ids.binary_search(id).ok()?;
        let count = u32::try_from(self.ids.len()).ok()?;
        let mut at = place;
        let mut neighbours = Vec::with_capacity(self.levels.len());
        for level in &self.levels[..self.levels.len() - 1] {
            neighbours.extend(level.get(at ^ 1).cloned());
            at /= 2;
        }
        Some(SumPath { index: u32::try_from(place).ok()?, count, neighbours })
    }
}
