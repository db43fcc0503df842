//! Closing a pool, and recomputing a close.
//!
//! The keeper lets pledges in with [`receive`] and ends with [`tally`]. Everyone else reads the keeper's
//! [`Closed`] and the [`Pledged`] records it lists, and lets [`audit`] find the first [`PoolFault`] or the result; a
//! member of a large pool is content with its [small proof](super::share). Where the keeper is absent a member may stand
//! in for it after [`KEEPER_GRACE_S`]; that its close then binds only with the offerer's consent is not known here.
//! A member may edit its pledge: each edit names the one before it, and only the last counts.

use super::book::PledgeVote;
use super::chunk::{Chunk, chunks, lists};
use super::settle::{Settled, settle};
use super::share::{Proofs, follows, roots};
use super::tiers::{Sums, pledge_tree, share_tree, sum_root};
use crate::Result;
use crate::statement::{Outcome, Pledge, PoolClose, PoolPledges, PoolTerms};
use ledger::Record;
use std::collections::{BTreeMap, BTreeSet};
use vocab::Phrase;
use vocab::{AgentId, RecordId, Timestamp, after};

/// Most pledges, edited ones included, of one pool.
pub const PLEDGES_MAX: usize = 200_000;
/// How long after closing time nobody but the keeper may close, seconds.
pub const KEEPER_GRACE_S: i64 = 600;

/// A pledge, with what its record says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pledged {
    /// the pledge's record
    pub id: RecordId,
    /// its author
    pub member: AgentId,
    /// its author's clock
    pub at: Timestamp,
    /// what it says
    pub pledge: Pledge,
}

impl Pledged {
    /// Reads a pledge from its record.
    pub fn read(record: &Record) -> Result<Self> {
        Ok(Self { id: record.id, member: record.author, at: record.at, pledge: record.read()? })
    }
    /// What it says to a pool on `terms` that closes at `at`.
    pub fn vote(&self, terms: &PoolTerms, at: Timestamp) -> PledgeVote {
        PledgeVote::new(terms, at, self.id, self.member, &self.pledge)
    }
}

/// A pool's close, with what its record says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closed {
    /// its author
    pub by: AgentId,
    /// its author's clock
    pub at: Timestamp,
    /// what it says
    pub close: PoolClose,
    /// the parts of its lists that are at hand, where it is a long one
    pub chunks: Vec<Chunk>,
}

impl Closed {
    /// Reads a close from its record; `find` knows records that may be parts of it.
    pub fn read<'a>(record: &Record, find: impl Fn(&RecordId) -> Option<&'a Record>) -> Result<Self> {
        let close: PoolClose = record.read()?;
        let chunks = close.chunks.iter().filter_map(find).map(Chunk::read).collect::<Result<_>>()?;
        Ok(Self { by: record.author, at: record.at, close, chunks })
    }

    /// Whether it lists `pledge`; `None` when the part that would is not at hand.
    pub fn lists(&self, pledge: &RecordId) -> Option<bool> {
        super::chunk::lists_pledge(&self.close, pledge, &self.chunks)
    }
    /// Every pledge it lists, counted or replaced, as far as its parts are at hand.
    pub fn listed(&self) -> impl Iterator<Item = &RecordId> {
        let parts = self.chunks.iter().flat_map(|c| c.part.pledges.iter().chain(&c.part.replaced));
        self.close.pledges.iter().chain(&self.close.replaced).chain(parts)
    }
}

/// What is wrong with a pool's close or with the pledges under it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PoolFault {
    /// The close or pledge belongs to another pool.
    #[error("pool {found} is named where {expected} is meant")]
    Pool {
        /// the pool it names
        found: RecordId,
        /// the pool at hand
        expected: RecordId,
    },
    /// Somebody else than the keeper closed it, too early or without being a member.
    #[error("closed by {by}: only the keeper {keeper} can, and from {from} any member")]
    Keeper {
        /// who did
        by: AgentId,
        /// who may
        keeper: AgentId,
        /// since when members may stand in
        from: Timestamp,
    },
    /// Closed while pledges still counted.
    #[error("closed at {at}: let pledges count until {closes}")]
    Early {
        /// the close's date
        at: Timestamp,
        /// the terms' date
        closes: Timestamp,
    },
    /// The close is not well-formed.
    #[error("malformed close: {0}")]
    Malformed(Phrase),
    /// The bytes of a listed pledge, or of a part of the list, are not at hand: ask for them, then audit again. No proof
    /// against anyone.
    #[error("{0} is listed but not at hand")]
    Missing(RecordId),
    /// A pledge dated after the pool closed.
    #[error("pledge {pledge} is dated {at}: pledges count until {closes}")]
    Late {
        /// which
        pledge: RecordId,
        /// its date
        at: Timestamp,
        /// the terms' date
        closes: Timestamp,
    },
    /// A pledge that the terms cannot take.
    #[error("pledge {pledge}: {why}")]
    Unfit {
        /// which
        pledge: RecordId,
        /// what is wrong
        why: Phrase,
    },
    /// Two pledges of one member that both count.
    #[error("{member} has two pledges, {first} and {second}: one may count")]
    Twice {
        /// whose
        member: AgentId,
        /// one
        first: RecordId,
        /// the other
        second: RecordId,
    },
    /// A pledge that replaces none of its author's, or not the last of them.
    #[error("pledge {pledge} should replace {expected:?}, its author's last pledge in this pool")]
    Chain {
        /// which
        pledge: RecordId,
        /// its author's pledge before it
        expected: Option<RecordId>,
    },
    /// A pledge listed as replaced that no counted pledge replaces.
    #[error("pledge {0} is listed as replaced, but no counted pledge replaces it")]
    NotReplaced(RecordId),
    /// A pledge that a counted one replaces, not listed as such.
    #[error("pledge {0} is replaced by a counted one, but not listed as replaced")]
    Unlisted(RecordId),
    /// A root that is not the pledges'.
    #[error("the root is {found}: over these pledges it is {expected}")]
    Root {
        /// what the close says
        found: String,
        /// what is right
        expected: String,
    },
    /// An outcome that does not follow.
    #[error("the outcome is {found:?}: from these pledges follows {expected:?}")]
    Outcome {
        /// what the close says
        found: Outcome,
        /// what is right
        expected: Outcome,
    },
    /// A path that does not lead from the pledge to a root of the close. No proof against whoever closed.
    #[error("pledge {pledge}: its path does not lead to the close's root over {what}")]
    Astray {
        /// whose path
        pledge: RecordId,
        /// which tree
        what: Phrase,
    },
    /// A share that cannot follow from the close's sums.
    #[error("pledge {pledge} cannot have been given {found} by these sums")]
    Share {
        /// which
        pledge: RecordId,
        /// what it was given
        found: vocab::Decimal,
    },
}

pub(super) type Judged<T> = std::result::Result<T, PoolFault>;

impl PoolFault {
    /// True when the fault lies in what the closer signed, not in what the auditor has at hand.
    pub fn is_closers(&self) -> bool {
        !matches!(self, Self::Missing(_) | Self::Astray { .. } | Self::Share { .. })
    }
}

/// Whether the keeper of `pool` may countersign `pledge`. `current` is its author's pledge that has counted so far.
///
/// Pledges let in by this rule form one chain for each member, so which of them counts is never in doubt.
pub fn receive(
    pool: &RecordId,
    terms: &PoolTerms,
    pledge: &Pledged,
    current: Option<RecordId>,
) -> Judged<()> {
    counts(pool, terms, pledge)?;
    match pledge.pledge.replaces == current {
        true => Ok(()),
        false => Err(PoolFault::Chain { pledge: pledge.id, expected: current }),
    }
}

pub(super) fn counts(pool: &RecordId, terms: &PoolTerms, pledge: &Pledged) -> Judged<()> {
    let found = pledge.pledge.pool;
    if found != *pool {
        return Err(PoolFault::Pool { found, expected: *pool });
    }
    // who did not consent to an extension is settled at the first closing time or not at all
    let closes = terms.extended.filter(|_| pledge.pledge.extend).unwrap_or(terms.closes);
    if pledge.at > closes {
        return Err(PoolFault::Late { pledge: pledge.id, at: pledge.at, closes });
    }
    let unfit = |e: crate::Error| PoolFault::Unfit { pledge: pledge.id, why: Phrase::of(&e) };
    pledge.pledge.check(terms).map_err(unfit)
}

/// What follows from the pledges of a pool: all that a close says, and what shows each member its part of it.
#[derive(Clone, Debug)]
pub struct Tally {
    close: PoolClose,
    /// to cut members' proofs from
    pub proofs: Proofs,
    /// the result
    pub settled: Settled,
}

impl Tally {
    /// The parts of a long close's lists, to be said first; none of a short one.
    pub fn chunks(&self) -> Vec<PoolPledges> {
        chunks(&self.close.pool, &self.close.pledges, &self.close.replaced)
    }
    /// The close; `chunks` are the records of its parts, in order.
    pub fn close(&self, chunks: Vec<RecordId>) -> PoolClose {
        let PoolClose { pool, pledges, replaced, root, outcome, shares, .. } = &self.close;
        let (pledges, replaced) = match chunks.is_empty() {
            true => (pledges.clone(), replaced.clone()),
            false => (vec![], vec![]),
        };
        let (root, outcome, shares) = (root.clone(), outcome.clone(), shares.clone());
        PoolClose { pool: *pool, pledges, replaced, root, outcome, chunks, shares }
    }
}

/// What follows from every pledge that has been countersigned, edited ones included, for a close dated `at`.
pub fn tally(pool: &RecordId, terms: &PoolTerms, pledges: &[Pledged], at: Timestamp) -> Judged<Tally> {
    let mut replaced: Vec<RecordId> = pledges.iter().filter_map(|p| p.pledge.replaces).collect();
    replaced.sort_unstable();
    replaced.dedup();
    let mut counted: Vec<RecordId> =
        pledges.iter().map(|p| p.id).filter(|id| replaced.binary_search(id).is_err()).collect();
    counted.sort_unstable();
    counted.dedup();
    if counted.len() + replaced.len() > PLEDGES_MAX {
        return Err(PoolFault::Malformed(vocab::phrase(
            format!("more than {PLEDGES_MAX} pledges"),
            format!("认购超过 {PLEDGES_MAX} 份"),
        )));
    }
    let votes = votes(pool, terms, at, (&counted, &replaced), pledges)?;
    let settled = settle(terms, &votes);
    let proofs = Proofs {
        pledges: pledge_tree(terms, &votes),
        shares: share_tree(&settled.shares),
        settled: settled.shares.clone(),
    };
    let close = PoolClose {
        pool: *pool,
        pledges: counted,
        replaced,
        root: proofs.pledges.root().to_string(),
        outcome: settled.outcome.clone(),
        chunks: vec![],
        shares: Some(proofs.shares.root().to_string()),
    };
    Ok(Tally { close, proofs, settled })
}

/// From when a member may close in the keeper's place, for a close dated `at`.
fn others_close_from(terms: &PoolTerms, at: Timestamp) -> Timestamp {
    let due = terms.extended.filter(|_| terms.is_extended(at)).unwrap_or(terms.closes);
    after(due, KEEPER_GRACE_S)
}

/// What a close says by itself: that its author could close this pool then, and that its outcome follows from its sums.
pub(super) fn head(pool: &RecordId, terms: &PoolTerms, closed: &Closed) -> Judged<()> {
    let close = &closed.close;
    if close.pool != *pool {
        return Err(PoolFault::Pool { found: close.pool, expected: *pool });
    }
    let from = others_close_from(terms, closed.at);
    if closed.by != terms.keeper && closed.at < from {
        return Err(PoolFault::Keeper { by: closed.by, keeper: terms.keeper, from });
    }
    if closed.at < terms.closes {
        return Err(PoolFault::Early { at: closed.at, closes: terms.closes });
    }
    close.check().map_err(|e| PoolFault::Malformed(Phrase::of(&e)))
}

/// Recomputes a close from the pledges it lists; `pledges` may hold others too. What the shares are follows from
/// the result, the same for everyone.
pub fn audit(pool: &RecordId, terms: &PoolTerms, closed: &Closed, pledges: &[Pledged]) -> Judged<Settled> {
    examine(pool, terms, closed, pledges).map(|(settled, _)| settled)
}

/// As [`audit`]; returns besides what members' proofs are cut from, where the close is of the sort that allows them.
pub fn examine(
    pool: &RecordId,
    terms: &PoolTerms,
    closed: &Closed,
    pledges: &[Pledged],
) -> Judged<(Settled, Option<Proofs>)> {
    head(pool, terms, closed)?;
    let close = &closed.close;
    let roots = close.shares.is_some().then(|| roots(close)).transpose()?;
    if let Some((root, _)) = &roots {
        // so that a false outcome is seen, and proved, without anybody's pledge
        let width = || {
            PoolFault::Malformed(vocab::phrase("its root has no sums by price", "其根没有按价格列出的总和"))
        };
        follows(terms, Sums::of(terms, root).ok_or_else(width)?, &close.outcome)?;
    }
    let (counted, replaced) = lists(close, &closed.by, &closed.chunks)?;
    let votes = votes(pool, terms, closed.at, (&counted, &replaced), pledges)?;
    if closed.by != terms.keeper && !votes.iter().any(|vote| vote.member == closed.by) {
        let from = others_close_from(terms, closed.at);
        return Err(PoolFault::Keeper { by: closed.by, keeper: terms.keeper, from });
    }
    let same = |found: &str, expected: String| match found == expected {
        true => Ok(()),
        false => Err(PoolFault::Root { found: found.to_owned(), expected }),
    };
    let settled = settle(terms, &votes);
    let proofs = match &close.shares {
        None => {
            same(&close.root, sum_root(&votes).to_string())?;
            None
        }
        Some(said) => {
            let pledges = pledge_tree(terms, &votes);
            same(&close.root, pledges.root().to_string())?;
            let shares = share_tree(&settled.shares);
            if settled.outcome == close.outcome {
                same(said, shares.root().to_string())?;
            }
            Some(Proofs { pledges, shares, settled: settled.shares.clone() })
        }
    };
    if settled.outcome != close.outcome {
        return Err(PoolFault::Outcome { found: close.outcome.clone(), expected: settled.outcome });
    }
    Ok((settled, proofs))
}

/// The votes, in a close dated `at`, of the pledges that are listed to count, if they may and the pledges they replace
/// are those listed as replaced.
fn votes(
    pool: &RecordId,
    terms: &PoolTerms,
    at: Timestamp,
    (counted, replaced): (&[RecordId], &[RecordId]),
    pledges: &[Pledged],
) -> Judged<Vec<PledgeVote>> {
    let at_hand: BTreeMap<RecordId, &Pledged> = pledges.iter().map(|p| (p.id, p)).collect();
    let find = |id: RecordId| at_hand.get(&id).copied().ok_or(PoolFault::Missing(id));
    let mut members = BTreeMap::new();
    let mut unaccounted: BTreeSet<RecordId> = replaced.iter().copied().collect();
    let mut votes = Vec::with_capacity(counted.len());
    for id in counted {
        let counted = find(*id)?;
        counts(pool, terms, counted)?;
        // what came while some waited for the second closing time is no part of the first
        if counted.at > terms.closes && !terms.is_extended(at) {
            return Err(PoolFault::Late { pledge: *id, at: counted.at, closes: terms.closes });
        }
        let member = counted.member;
        if let Some(first) = members.insert(member, *id) {
            return Err(PoolFault::Twice { member, first, second: *id });
        }
        let mut last = counted;
        while let Some(before) = last.pledge.replaces {
            // each turn takes one from the list, so this ends
            if !unaccounted.remove(&before) {
                return Err(PoolFault::Unlisted(before));
            }
            let before = find(before)?;
            if before.member != member || before.pledge.pool != *pool {
                return Err(PoolFault::Chain { pledge: last.id, expected: None });
            }
            last = before;
        }
        votes.push(counted.vote(terms, at));
    }
    match unaccounted.first() {
        Some(id) => Err(PoolFault::NotReplaced(*id)),
        None => Ok(votes),
    }
}
