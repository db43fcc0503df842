//! The Merkle-sum tree over a pool's pledges: what was pledged in all, and a short proof that a pledge is in it.
//!
//! A [`SumRoot`] commits to a set of pledges and to their total; a [`SumPath`] leads from one pledge up to it.
//! Shape: leaves in rising order of pledge id; a level's last node without a neighbour moves up as it is, which
//! gives the tree of RFC 6962, section 2.1. A leaf is `SHA-256(L || 00 || pledge id || at_most)`, a node above
//! `SHA-256(L || 01 || left hash || left sum || right hash || right sum)`, sums in millionths as 128 bits, big
//! endian, `L` being `headwater/pool/1`. Both sums stand in the hash, so neither can be shifted between branches.

use super::book::PledgeVote;
use crate::error::shown;
use crate::{Error, hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use vocab::phrase;
use vocab::{Decimal, RecordId};

const LABEL: &[u8] = b"headwater/pool/1";
/// Levels of a tree over more pledges than there can be.
const LEVELS_MAX: usize = 32;

/// The root of a tree of pledges, or of a part of it. Written as 96 hexadecimal digits: hash, then total.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SumRoot {
    /// commits to every pledge below
    pub hash: [u8; 32],
    /// sum of their `at_most`, in millionths
    pub total: u128,
}

impl SumRoot {
    fn leaf(pledge: &RecordId, at_most: Decimal) -> Self {
        let total = u128::try_from(at_most.micros()).unwrap_or(0);
        let hash = Sha256::new().chain_update(LABEL).chain_update([0]).chain_update(pledge.0);
        Self { hash: hash.chain_update(total.to_be_bytes()).finalize().into(), total }
    }
    fn join(left: &Self, right: &Self) -> Self {
        let mut hash = Sha256::new().chain_update(LABEL).chain_update([1]);
        for node in [left, right] {
            hash = hash.chain_update(node.hash).chain_update(node.total.to_be_bytes());
        }
        // real sums are far below 128 bits: one that is not cannot equal a root over real pledges
        Self { hash: hash.finalize().into(), total: left.total.saturating_add(right.total) }
    }

    /// Sum of the pledges' `at_most`.
    pub fn quantity(&self) -> Decimal {
        Decimal::from_micros(i128::try_from(self.total).unwrap_or(i128::MAX).min(QUANTITY_MICROS_MAX))
    }
}

/// What a decimal of 96 bits can hold.
const QUANTITY_MICROS_MAX: i128 = (1 << 96) - 1;

impl fmt::Display for SumRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:032x}", hex::encode(&self.hash), self.total)
    }
}
impl FromStr for SumRoot {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let fail = || {
            Error::field(
                "root",
                shown(s),
                phrase(
                    "write 96 hexadecimal digits: a hash, then a sum",
                    "请写 96 位十六进制数字：先哈希，后总和",
                ),
            )
        };
        let bytes = hex::decode(s).filter(|b| b.len() == 48).ok_or_else(fail)?;
        let (hash, total) = bytes.split_at(32);
        Ok(Self {
            hash: hash.try_into().map_err(|_| fail())?,
            total: u128::from_be_bytes(total.try_into().map_err(|_| fail())?),
        })
    }
}
impl Serialize for SumRoot {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for SumRoot {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The way from one pledge up to the root: a neighbour for each level where there is one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumPath {
    /// the pledge's place, from 0, in rising order of id
    pub index: u32,
    /// how many pledges there are
    pub count: u32,
    /// the neighbours, from the leaf up
    pub neighbours: Vec<SumRoot>,
}

impl SumPath {
    /// True when it leads from `pledge`, with this `at_most`, to `root`.
    pub fn leads(&self, pledge: &RecordId, at_most: Decimal, root: &SumRoot) -> bool {
        if self.index >= self.count || self.neighbours.len() > LEVELS_MAX {
            return false;
        }
        let mut node = SumRoot::leaf(pledge, at_most);
        let mut neighbours = self.neighbours.iter();
        let (mut index, mut count) = (self.index, self.count);
        while count > 1 {
            let alone = index % 2 == 0 && index + 1 == count;
            if !alone {
                let Some(neighbour) = neighbours.next() else { return false };
                node = match index % 2 {
                    0 => SumRoot::join(&node, neighbour),
                    _ => SumRoot::join(neighbour, &node),
                };
            }
            (index, count) = (index / 2, count.div_ceil(2));
        }
        neighbours.next().is_none() && node == *root
    }
}

/// The root over `votes`, in whatever order they come; each id counts once.
pub fn sum_root(votes: &[PledgeVote]) -> SumRoot {
    let mut level = leaves(votes).into_iter().map(|(_, leaf)| leaf).collect::<Vec<_>>();
    while level.len() > 1 {
        level = raise(&level);
    }
    level.pop().unwrap_or_else(|| SumRoot { hash: Sha256::digest(LABEL).into(), total: 0 })
}

/// The way from `pledge` up to the root over `votes`; `None` if it is not among them.
pub fn sum_path(votes: &[PledgeVote], pledge: &RecordId) -> Option<SumPath> {
    let leaves = leaves(votes);
    let place = leaves.binary_search_by_key(&pledge, |(id, _)| id).ok()?;
    let count = u32::try_from(leaves.len()).ok()?;
    let mut level: Vec<SumRoot> = leaves.into_iter().map(|(_, leaf)| leaf).collect();
    let mut neighbours = Vec::new();
    let mut at = place;
    while level.len() > 1 {
        neighbours.extend(level.get(at ^ 1));
        level = raise(&level);
        at /= 2;
    }
    Some(SumPath { index: u32::try_from(place).ok()?, count, neighbours })
}

fn leaves(votes: &[PledgeVote]) -> Vec<(RecordId, SumRoot)> {
    let mut leaves: Vec<_> = votes.iter().map(|v| (v.id, SumRoot::leaf(&v.id, v.at_most))).collect();
    leaves.sort_unstable_by_key(|(id, leaf)| (*id, leaf.total));
    leaves.dedup_by_key(|(id, _)| *id);
    leaves
}

fn raise(level: &[SumRoot]) -> Vec<SumRoot> {
    let pair = |nodes: &[SumRoot]| match nodes {
        [left, right] => SumRoot::join(left, right),
        [alone, ..] => *alone,
        [] => SumRoot { hash: [0; 32], total: 0 },
    };
    level.chunks(2).map(pair).collect()
}
