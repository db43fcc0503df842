//! A member's small proof: from its own pledge, the close and two short paths, that it is in, at what price, and for
//! how much.
//!
//! The price follows from the root's sums alone ([`follows`]). The quantity does too wherever the cap does not bind: it
//! is all the pledge wants. Where the cap binds it follows to within one step, and the tree of shares says which; who
//! drew the steps that do not divide, only an [`audit`](super::audit) of all pledges shows. Where not even the least of all
//! fits the cap lots are drawn, and then price, total and share are the word of whoever closed, held against the sums.

use super::book::{Book, PledgeVote, Weight};
use super::close::{Closed, Judged, Pledged, PoolFault, counts, head};
use super::settle::Share;
use super::sum::{SumNode, SumPath, SumTree};
use super::tiers::{SHARES, Sums, pledge_entry, quantity, share_entry};
use crate::statement::{Outcome, PoolClose, PoolTerms};
use serde::{Deserialize, Serialize};
use vocab::{Decimal, Money, RecordId, phrase};

/// What a member holds against a close.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareProof {
    /// from the pledge to the close's root over pledges
    pub path: SumPath,
    /// what it gets, if anything
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allotted: Option<Allotted>,
}

/// What a pledge gets, and where in the tree of shares that stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allotted {
    /// how much
    pub quantity: Decimal,
    /// from there to the close's root over shares
    pub path: SumPath,
}

/// What a small proof shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvenShare {
    /// what the pool came to
    pub outcome: Outcome,
    /// what the pledge gets, if anything
    pub share: Option<Share>,
    /// how many pledges count
    pub members: u64,
    /// what they want at most, in all
    pub pledged: Decimal,
    /// how far it goes
    pub extent: Extent,
}

/// How far a small proof goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// price, total and quantity follow
    Whole,
    /// price and total follow, and the quantity to within one step
    Step,
    /// lots were drawn: nothing contradicts, and only an audit of all pledges shows more
    Lots,
}

/// The two trees of a close, from which each member's proof is cut.
#[derive(Clone, Debug)]
pub struct Proofs {
    pub(super) pledges: SumTree,
    pub(super) shares: SumTree,
    pub(super) settled: Vec<Share>,
}

impl Proofs {
    /// What the author of `pledge` needs; `None` if it does not count.
    pub fn of(&self, pledge: &RecordId) -> Option<ShareProof> {
        let path = self.pledges.path(pledge)?;
        let share = self.settled.binary_search_by_key(pledge, |s| s.pledge).ok().map(|i| self.settled[i]);
        let allotted = match share {
            Some(share) => Some(Allotted { quantity: share.quantity, path: self.shares.path(pledge)? }),
            None => None,
        };
        Some(ShareProof { path, allotted })
    }
}

/// What follows for the pledges that count, or for those that may join.
#[derive(Clone, Copy)]
enum Due {
    All,
    /// less than all is shared out: so much is made of what is wanted and what is needed, in steps
    Part {
        made: u128,
        most: u128,
        least: u128,
    },
    Lots,
}

impl Due {
    fn extent(self) -> Extent {
        match self {
            Self::All => Extent::Whole,
            Self::Part { .. } => Extent::Step,
            Self::Lots => Extent::Lots,
        }
    }
    /// How at most `cap` steps go to those who want `most` and need `least`, and how many; `None` where somebody must be
    /// left out: by lot, or so that cases are whole.
    fn of(book: &Book<'_>, (most, least): (u128, u128), cap: u128) -> Option<(Self, u128)> {
        let made = book.cases(most.min(cap));
        let due = if made == most { Self::All } else { Self::Part { made, most, least } };
        (made >= least).then_some((due, made))
    }
}

/// What follows from the sums of all pledges.
struct Follows {
    /// none where the pool lapsed
    price: Option<Decimal>,
    counting: Due,
    joining: Due,
}

/// Holds a claimed outcome against the sums of all pledges; says how far they reach.
pub(super) fn follows(terms: &PoolTerms, sums: Sums<'_>, claimed: &Outcome) -> Judged<Extent> {
    due(terms, sums, claimed).map(|follows| follows.counting.extent())
}

/// The price, if the pool is made, and how the quantities follow. The same steps as [`settle`](super::settle), with
/// sums in place of pledges.
fn due(terms: &PoolTerms, sums: Sums<'_>, claimed: &Outcome) -> Judged<Follows> {
    let book = Book::new(terms, &[]);
    let steps = |micros: u128| micros / terms.step.micros().unsigned_abs().max(1);
    let cap = u128::from(book.cap);
    let made = |price: Decimal, steps: u128| Outcome::Made {
        unit_price: Money::new(price, terms.prices.currency),
        total: book.quantity(u64::try_from(steps).unwrap_or(u64::MAX)),
    };
    let wrong = |expected: Outcome| Err(PoolFault::Outcome { found: claimed.clone(), expected });
    // whether the claim is this price for a total from `least` to the cap
    let claims = |price: Decimal, least: u128| match claimed {
        Outcome::Made { unit_price, total } => {
            let micros = u128::try_from(total.micros()).unwrap_or(0);
            *unit_price == Money::new(price, terms.prices.currency)
                && (least..=cap).contains(&steps(micros))
                && total.is_multiple_of(terms.case.unwrap_or(terms.step))
        }
        Outcome::Lapsed {} => false,
    };
    let mut drawn = false;
    for (index, tier) in terms.prices.tiers.iter().enumerate().rev() {
        let (most, least) = sums.at(index);
        let (most, least, need) = (steps(most), steps(least), u128::from(book.need(tier)));
        if most.min(cap) < need {
            continue;
        }
        let price = Some(tier.unit_price);
        let Some((counting, reached)) = Due::of(&book, (most, least), cap) else {
            if claims(tier.unit_price, need) {
                return Ok(Follows { price, counting: Due::Lots, joining: Due::Lots });
            }
            // crowded out of this tier, it says
            drawn = true;
            continue;
        };
        let joining = sums.joining(index);
        let joining = Due::of(&book, (steps(joining.0), steps(joining.1)), cap - reached);
        let (joining, follows) = match joining {
            Some((joining, joined)) => (joining, *claimed == made(tier.unit_price, reached + joined)),
            None => (Due::Lots, claims(tier.unit_price, reached)),
        };
        if !follows {
            return wrong(made(tier.unit_price, reached));
        }
        let after_lots = |due: Due| if drawn { Due::Lots } else { due };
        return Ok(Follows { price, counting: after_lots(counting), joining: after_lots(joining) });
    }
    match claimed {
        Outcome::Lapsed {} => {
            let due = if drawn { Due::Lots } else { Due::All };
            Ok(Follows { price: None, counting: due, joining: due })
        }
        Outcome::Made { .. } => wrong(Outcome::Lapsed {}),
    }
}

/// The roots that a close carries, if it is of the sort that carries any.
pub(super) fn roots(close: &PoolClose) -> Judged<(SumNode, SumNode)> {
    let malformed = |e: crate::Error| PoolFault::Malformed(vocab::Phrase::of(&e));
    let shares = close.shares.as_ref().ok_or_else(|| {
        PoolFault::Malformed(phrase("it carries no sums by price", "其中没有按价格列出的总和"))
    })?;
    Ok((close.root.parse().map_err(malformed)?, shares.parse().map_err(malformed)?))
}

/// Checks a close by a member's own pledge and its proof, without anyone else's. What a proof covers is in this module's
/// first words. Whether `closed` binds, where somebody stood in for the keeper, is not known here.
pub fn verify_share(
    pool: &RecordId,
    terms: &PoolTerms,
    closed: &Closed,
    pledge: &Pledged,
    proof: &ShareProof,
) -> Judged<ProvenShare> {
    head(pool, terms, closed)?;
    counts(pool, terms, pledge)?;
    let (root, shares) = roots(&closed.close)?;
    let astray = |what| PoolFault::Astray { pledge: pledge.id, what };
    let sums = Sums::of(terms, &root).ok_or_else(|| astray(phrase("pledges", "认购")))?;
    let vote = pledge.vote(terms, closed.at);
    if !proof.path.leads(Sums::tree(terms), &pledge_entry(terms, &vote), &root) {
        return Err(astray(phrase("pledges", "认购")));
    }
    let outcome = closed.close.outcome.clone();
    let Follows { price, counting, joining } = due(terms, sums, &outcome)?;
    let due = if vote.weight == Weight::Counts { counting } else { joining };
    let total = match &outcome {
        Outcome::Made { total, .. } => u128::try_from(total.micros()).unwrap_or(0),
        Outcome::Lapsed {} => 0,
    };
    if shares.sums.len() != SHARES.width || shares.sums[1] != total {
        return Err(astray(phrase("shares", "份额")));
    }
    let quantity_of = |allotted: &Allotted| {
        let entry = share_entry(pledge.id, allotted.quantity);
        allotted.path.leads(SHARES, &entry, &shares).then_some(allotted.quantity)
    };
    let allotted = match &proof.allotted {
        Some(allotted) => Some(quantity_of(allotted).ok_or_else(|| astray(phrase("shares", "份额")))?),
        None => None,
    };
    let kept = vote.weight != Weight::Out && price.is_some_and(|price| vote.ceiling >= price);
    if !fits(terms, &vote, kept, &due, allotted) {
        return Err(PoolFault::Share { pledge: pledge.id, found: allotted.unwrap_or(Decimal::ZERO) });
    }
    let share = allotted.map(|quantity| Share { pledge: pledge.id, member: pledge.member, quantity });
    Ok(ProvenShare {
        outcome,
        share,
        members: u64::try_from(sums.count()).unwrap_or(u64::MAX),
        pledged: quantity(sums.most()),
        extent: due.extent(),
    })
}

/// Whether this pledge can have been given this much.
fn fits(terms: &PoolTerms, vote: &PledgeVote, kept: bool, due: &Due, given: Option<Decimal>) -> bool {
    let Some(given) = given else { return !kept || matches!(due, Due::Lots) };
    if !kept || given < vote.at_least || given > vote.at_most || !given.is_multiple_of(terms.step) {
        return false;
    }
    match due {
        Due::All => given == vote.at_most,
        Due::Lots => true,
        Due::Part { made, most, least } => {
            let steps = |quantity: Decimal| {
                quantity.micros().unsigned_abs() / terms.step.micros().unsigned_abs().max(1)
            };
            let (more, got) = (steps(vote.at_most - vote.at_least), steps(given - vote.at_least));
            // below the cap of 10^18 steps each, so the products fit
            let (left, asked) = (made - least, most - least);
            let quota = left.saturating_mul(more) / asked.max(1);
            (quota..=quota + 1).contains(&got)
        }
    }
}
