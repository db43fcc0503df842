//! Closing a pool, and recomputing a close.
//!
//! The keeper lets pledges in with [`receive`] and ends with [`close`]. Everyone else reads the keeper's
//! [`Closed`] and the [`Pledged`] records it lists, and lets [`audit`] find the first [`PoolFault`] or the result.
//! A member may edit its pledge: each edit names the one before it, and only the last counts.

use super::book::PledgeVote;
use super::settle::{Settled, settle};
use super::sum::sum_root;
use crate::Result;
use crate::statement::{Outcome, Pledge, PoolClose, PoolTerms};
use ledger::Record;
use std::collections::{BTreeMap, BTreeSet};
use vocab::Phrase;
use vocab::{AgentId, RecordId, Timestamp};

/// Most pledges, edited ones included, of one pool: each is named twice in a close, which must fit one record.
pub const PLEDGES_MAX: usize = 7_000;

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
}

impl Closed {
    /// Reads a close from its record.
    pub fn read(record: &Record) -> Result<Self> {
        Ok(Self { by: record.author, at: record.at, close: record.read()? })
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
    /// Somebody else than the keeper closed it.
    #[error("closed by {by}: only the keeper {keeper} can")]
    Keeper {
        /// who did
        by: AgentId,
        /// who may
        keeper: AgentId,
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
    /// The bytes of a listed pledge are not at hand: ask for them, then audit again. No proof against anyone.
    #[error("pledge {0} is listed but not at hand")]
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
}

type Judged<T> = std::result::Result<T, PoolFault>;

impl PoolFault {
    /// True when the fault lies in what the keeper signed, not in what the auditor has at hand.
    pub fn is_keepers(&self) -> bool {
        !matches!(self, Self::Missing(_))
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

fn counts(pool: &RecordId, terms: &PoolTerms, pledge: &Pledged) -> Judged<()> {
    let found = pledge.pledge.pool;
    if found != *pool {
        return Err(PoolFault::Pool { found, expected: *pool });
    }
    if pledge.at > terms.closes {
        return Err(PoolFault::Late { pledge: pledge.id, at: pledge.at, closes: terms.closes });
    }
    let unfit = |e: crate::Error| PoolFault::Unfit { pledge: pledge.id, why: Phrase::of(&e) };
    pledge.pledge.check(terms).map_err(unfit)
}

/// The close that follows from every pledge the keeper has countersigned, edited ones included.
pub fn close(pool: &RecordId, terms: &PoolTerms, pledges: &[Pledged]) -> Judged<PoolClose> {
    let replaced: BTreeSet<RecordId> = pledges.iter().filter_map(|p| p.pledge.replaces).collect();
    let counted: BTreeSet<RecordId> =
        pledges.iter().map(|p| p.id).filter(|id| !replaced.contains(id)).collect();
    let counted: Vec<RecordId> = counted.into_iter().collect();
    let replaced: Vec<RecordId> = replaced.into_iter().collect();
    let votes = votes(pool, terms, &counted, &replaced, pledges)?;
    let close = PoolClose {
        pool: *pool,
        pledges: counted,
        replaced,
        root: sum_root(&votes).to_string(),
        outcome: settle(terms, &votes).outcome,
    };
    close.check().map_err(|e| PoolFault::Malformed(Phrase::of(&e)))?;
    Ok(close)
}

/// Recomputes a close from the pledges it lists; `pledges` may hold others too. What the shares are follows from
/// the result, the same for everyone.
pub fn audit(pool: &RecordId, terms: &PoolTerms, closed: &Closed, pledges: &[Pledged]) -> Judged<Settled> {
    let close = &closed.close;
    if close.pool != *pool {
        return Err(PoolFault::Pool { found: close.pool, expected: *pool });
    }
    if closed.by != terms.keeper {
        return Err(PoolFault::Keeper { by: closed.by, keeper: terms.keeper });
    }
    if closed.at < terms.closes {
        return Err(PoolFault::Early { at: closed.at, closes: terms.closes });
    }
    close.check().map_err(|e| PoolFault::Malformed(Phrase::of(&e)))?;
    let votes = votes(pool, terms, &close.pledges, &close.replaced, pledges)?;
    let root = sum_root(&votes).to_string();
    if root != close.root {
        return Err(PoolFault::Root { found: close.root.clone(), expected: root });
    }
    let settled = settle(terms, &votes);
    if settled.outcome != close.outcome {
        return Err(PoolFault::Outcome { found: close.outcome.clone(), expected: settled.outcome });
    }
    Ok(settled)
}

/// The votes of the pledges in `counted`, if they may count and the pledges they replace are those in `replaced`.
fn votes(
    pool: &RecordId,
    terms: &PoolTerms,
    counted: &[RecordId],
    replaced: &[RecordId],
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
        votes.push(PledgeVote::new(*id, member, &counted.pledge));
    }
    match unaccounted.first() {
        Some(id) => Err(PoolFault::NotReplaced(*id)),
        None => Ok(votes),
    }
}
