//! What a node says to itself, privately, so that its state is a fold over records and nothing else; and the one
//! public statement that is the node's own: where it can be reached.

use crate::command::Answer;
use crate::reason::StopReason;
use ledger::Statement;
use planning::{Model, Plan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::ProcessRef;
use vocab::{Decimal, Money, RecordId, SpecId, Text, Timestamp};

macro_rules! statement {
    ($name:ident, $kind:literal, |$s:ident| $refs:expr) => {
        impl Statement for $name {
            const KIND: &'static str = $kind;
            fn refs(&self) -> Vec<RecordId> {
                let $s = self;
                $refs
            }
        }
    };
}

fn nothing(quantity: &Decimal) -> bool {
    quantity.is_zero()
}

/// What this agent can make, and where: replaces what was said before.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ModelSet(pub Model);
statement!(ModelSet, "model", |_s| vec![]);

/// What this agent wants to hear of: replaces what was said before. Nothing means everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InterestsSet {
    pub wants: Vec<market::Interest>,
}
statement!(InterestsSet, "interests", |_s| vec![]);

/// A demand of one's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnDemand {
    pub spec: SpecId,
    pub quantity: Decimal,
    pub answer_by: Timestamp,
    pub hold_until: Timestamp,
}
statement!(OwnDemand, "demand", |_s| vec![]);

impl Statement for crate::command::StandingOrder {
    const KIND: &'static str = "standing_order";
}

/// A standing order is given up by its owner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandingCancelled {
    pub order: RecordId,
}
statement!(StandingCancelled, "standing_cancelled", |s| vec![s.order]);

/// What this node said for a standing order: enquiries, a pledge, a request for a pool; nothing, if what its owner
/// had agreed to was gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sought {
    pub order: RecordId,
    pub by: Vec<RecordId>,
}
statement!(Sought, "sought", |s| std::iter::once(s.order).chain(s.by.iter().copied()).collect());

/// How a standing order could be covered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// by a bid in an auction of capacity
    Bid,
    /// by buying alone
    Enquire,
    /// by joining this pool
    Pool(RecordId),
    /// by asking for a pool
    OpenPool {
        /// smallest total that makes it
        threshold: Decimal,
        /// when it closes
        closes: Timestamp,
    },
}

/// What the node would do for a standing order: its owner has the word. Binds nobody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// the standing order
    pub order: RecordId,
    /// by which offer
    pub offer: RecordId,
    /// how
    pub way: Way,
    /// how much
    pub quantity: Decimal,
    /// for one unit: what it would cost, in an auction at most
    pub unit_price: Money,
    /// what the preferences add to it
    #[serde(default, skip_serializing_if = "nothing")]
    pub besides: Decimal,
    /// when the goods would usually be there
    pub expected: Timestamp,
    /// from how far away, where both say where they are
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<u32>,
    /// of no use later
    pub until: Timestamp,
}
statement!(Proposal, "proposal", |s| vec![s.order, s.offer]);

/// The owner's word on a proposal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalAnswer {
    pub proposal: RecordId,
    pub answer: Answer,
}
statement!(ProposalAnswer, "proposal_answer", |s| vec![s.proposal]);

/// What an order lacks and whom it has asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub order: RecordId,
    pub purchases: Vec<AskedFor>,
}
statement!(Asked, "asked", |s| std::iter::once(s.order)
    .chain(s.purchases.iter().flat_map(|p| p.enquiries.clone()))
    .collect());

/// One input an order lacks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedFor {
    pub spec: SpecId,
    pub quantity: Decimal,
    pub enquiries: Vec<RecordId>,
}

/// Capacity, stock and quotes set aside for an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reservation {
    pub order: RecordId,
    pub plan: Plan,
    pub take: BTreeMap<SpecId, Decimal>,
    /// by what is bought in: the enquiry whose quote was chosen
    pub chosen: BTreeMap<SpecId, RecordId>,
    pub hold_until: Timestamp,
}
statement!(Reservation, "reservation", |s| std::iter::once(s.order)
    .chain(s.chosen.values().copied())
    .collect());

/// An order of one's own, or for a pool, goes ahead.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoAhead {
    pub order: RecordId,
}
statement!(GoAhead, "go_ahead", |s| vec![s.order]);

/// An order of one's own, or for a pool, is firm: every tier has signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Firm {
    pub order: RecordId,
}
statement!(Firm, "firm", |s| vec![s.order]);

/// An order is given up and what was set aside is free again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dropped {
    pub order: RecordId,
    pub why: Text,
}
statement!(Dropped, "dropped", |s| vec![s.order]);

/// A process has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Started {
    pub process: ProcessRef,
}
statement!(Started, "started", |s| vec![s.process.plan]);

/// Work on a process stands still.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paused {
    pub process: ProcessRef,
    pub reason: StopReason,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
statement!(Paused, "paused", |s| vec![s.process.plan]);

/// Work on a process goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resumed {
    pub process: ProcessRef,
}
statement!(Resumed, "resumed", |s| vec![s.process.plan]);

/// So much has come out of a process, and so much was spoilt, since that was last said.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reported {
    pub process: ProcessRef,
    #[serde(default, skip_serializing_if = "nothing")]
    pub good: Decimal,
    #[serde(default, skip_serializing_if = "nothing")]
    pub scrap: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<StopReason>,
}
statement!(Reported, "reported", |s| vec![s.process.plan]);

/// A process is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finished {
    pub process: ProcessRef,
    /// what came out in all; as planned where it is not said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<Decimal>,
    /// what was spoilt in all
    #[serde(default, skip_serializing_if = "nothing")]
    pub scrap: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<StopReason>,
}
statement!(Finished, "finished", |s| vec![s.process.plan]);

/// The owner knows this agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Knows {
    pub agent: vocab::AgentId,
}
statement!(Knows, "knows", |_s| vec![]);

/// Where this agent can be dialled.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReachableAt {
    pub addresses: Vec<String>,
}
statement!(ReachableAt, "reachable", |_s| vec![]);

impl ReachableAt {
    pub(crate) const ADDRESSES_MAX: usize = 16;
}

/// A checkpoint of another agent's log that this node has verified.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Witnessed {
    pub agent: vocab::AgentId,
    pub note: String,
    /// this node's cosignature line, C2SP tlog-cosignature
    pub cosignature: String,
}
statement!(Witnessed, "witnessed", |_s| vec![]);

/// The proof by which this node holds a large pool's close against its own pledge.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolShare {
    pub pool: RecordId,
    pub close: RecordId,
    pub proof: market::pool::ShareProof,
}
statement!(PoolShare, "pool_share", |s| vec![s.pool, s.close]);

/// What a pool's close lists and this node lacked has come: the close is judged from here on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolJudged {
    pub pool: RecordId,
}
statement!(PoolJudged, "pool_judged", |s| vec![s.pool]);

/// A work centre cannot be used from one time up to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Down {
    pub work_center: String,
    pub from: Timestamp,
    pub until: Timestamp,
    pub reason: String,
}
statement!(Down, "down", |_s| vec![]);

/// A work centre can be used again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Up {
    pub work_center: String,
}
statement!(Up, "up", |_s| vec![]);

/// Work of firm orders has been planned anew because reality left the plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replanned {
    pub orders: Vec<Shifted>,
}
statement!(Replanned, "replanned", |s| s.orders.iter().map(|o| o.order).collect());

/// What has moved of one order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shifted {
    pub order: RecordId,
    /// when everything is there now
    pub promise: Timestamp,
    /// processes with other times than before, by number in the plan
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub processes: BTreeMap<u32, planning::PlannedProcess>,
    pub cause: Cause,
}

/// Why work moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// a work centre is out of use
    Outage,
    /// work is not where it should be by now
    Late,
    /// what it needs comes later
    Supply,
    /// there is room earlier
    Room,
    /// the owner put it elsewhere
    Owner,
}
