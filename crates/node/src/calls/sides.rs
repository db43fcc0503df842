//! The two sides of a joint plan: what a supplier would make, what a buyer would take.

use market::planner::{PlanDemand, PlanRound, PlanSupply};
use std::collections::BTreeSet;
use std::sync::Arc;
use vocab::{AgentId, Decimal, RecordId};

/// A supplier's commitment, kept by the supplier and by the planner.
pub(crate) struct Supply {
    pub(crate) id: RecordId,
    pub(crate) by: AgentId,
    pub(crate) call: RecordId,
    pub(crate) what: Arc<PlanSupply>,
    pub(crate) state: SupplyState,
    /// the price of its capacity in this round
    pub(crate) price: i64,
    /// what it answered to this round, at the planner
    pub(crate) next: Option<i64>,
    /// the last round told
    pub(crate) told: Option<PlanRound>,
    /// the last round answered
    pub(crate) answered: Option<u32>,
    /// rounds it let pass without an answer, one after the other
    pub(crate) misses: u32,
    /// every price it has said, at the supplier
    pub(crate) said: BTreeSet<i64>,
}

/// Where a supply stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SupplyState {
    Said,
    /// the planner would not have it
    Refused,
    /// by the clock
    Lapsed,
}

/// A buyer's commitment, kept by the buyer and by the planner.
pub(crate) struct Demand {
    pub(crate) id: RecordId,
    pub(crate) by: AgentId,
    pub(crate) call: RecordId,
    pub(crate) what: Arc<PlanDemand>,
    pub(crate) state: DemandState,
    /// the part of the plan that it stands in, and whom that names
    pub(crate) named: Option<(RecordId, AgentId)>,
    pub(crate) bound: Option<Bound>,
}

/// What a demand was bound at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bound {
    pub(crate) unit_price: Decimal,
    pub(crate) setup_share: Decimal,
    pub(crate) limit: Decimal,
}

/// Where a demand stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DemandState {
    Said,
    /// the plan has nobody for it
    Unserved,
    /// the planner would not have it
    Refused,
    /// it has made a deal
    Awarded,
    /// by the clock
    Lapsed,
}

/// What this node has awarded to a demand.
pub(crate) struct Award {
    pub(crate) supply: RecordId,
    pub(crate) load: u64,
    pub(crate) unit_price: Decimal,
    pub(crate) setup_share: Decimal,
}

impl Supply {
    /// The planner waits for its answer to `round`.
    pub(crate) fn is_awaited(&self, round: u32) -> bool {
        let told = self.told.as_ref().is_some_and(|told| told.round == round);
        told && self.answered != Some(round) && self.misses < super::MISSES_MAX
    }
    pub(crate) fn last_price(&self) -> i64 {
        self.next.unwrap_or(self.price)
    }
}

impl Demand {
    /// It may still bind its author.
    pub(crate) fn is_live(&self) -> bool {
        self.state == DemandState::Said
    }
}
