//! How deals begin: by an enquiry, or bound already by a pool's close, the award of a bid, or one under a joint plan.

use super::{Deal, Moved, Origin, Seal, Stage};
use crate::auctions::{Bought, PlacedBid};
use crate::pools::Pool;
use crate::view::Role;
use ledger::Record;
use market::planner::{PlanAward, PlanDemand};
use vocab::{AgentId, Decimal, Money, RecordId, SpecId, Text, Timestamp, Unit, after};

/// A deal about which nothing has happened yet.
pub(super) struct Opening {
    pub(super) id: RecordId,
    pub(super) role: Role,
    pub(super) with: AgentId,
    pub(super) origin: Origin,
    pub(super) spec: SpecId,
    pub(super) name: Text,
    pub(super) unit: Unit,
    pub(super) quantity: Decimal,
    pub(super) start: Timestamp,
    pub(super) stage: Stage,
    pub(super) tolerance: Option<u8>,
    pub(super) history: Vec<RecordId>,
}

impl From<Opening> for Deal {
    fn from(opening: Opening) -> Self {
        let Opening { id, role, with, origin, spec, name, unit, quantity, start, stage, tolerance, history } =
            opening;
        Self {
            id,
            role,
            with,
            origin,
            spec,
            name,
            unit,
            quantity,
            start,
            stage,
            buys_for: None,
            moved: Moved::default(),
            paid: Decimal::ZERO,
            tolerance,
            accounted: None,
            cancellation: None,
            dates: vec![],
            before: None,
            history,
        }
    }
}

impl Deal {
    /// A deal that the close of a pool has bound.
    pub(crate) fn of_pool(
        pool: &Pool,
        close: RecordId,
        share: &market::pool::Share,
        me: &AgentId,
        unit_price: Money,
    ) -> Self {
        let terms = &pool.terms;
        let buys = share.member == *me;
        let promise = after(pool.due_at(terms.closes), terms.lead_time_s);
        let opening = Opening {
            id: share.pledge,
            role: if buys { Role::Buyer } else { Role::Supplier },
            with: if buys { pool.offerer } else { share.member },
            origin: Origin::Pool(pool.id),
            spec: terms.spec.clone(),
            name: terms.name.clone(),
            unit: terms.unit,
            quantity: share.quantity,
            start: terms.closes,
            stage: Stage::Bound { unit_price, promise, dated: close, seal: Seal::Close },
            tolerance: terms.tolerance_percent,
            history: vec![share.pledge],
        };
        opening.into()
    }

    /// A deal that the award of a bid has bound.
    pub(crate) fn of_bid(placed: &PlacedBid, bought: &Bought, award: RecordId) -> Self {
        let Bought { bid, unit_price, promise } = *bought;
        let opening = Opening {
            id: bid,
            role: placed.role,
            with: placed.with,
            origin: Origin::Bid(placed.auction),
            spec: placed.spec.clone(),
            name: placed.name.clone(),
            unit: placed.unit,
            quantity: placed.bid.quantity,
            start: placed.closes,
            stage: Stage::Bound { unit_price, promise, dated: award, seal: Seal::Award },
            tolerance: None,
            history: vec![bid, award],
        };
        opening.into()
    }

    /// A deal that an award under a joint plan has bound: with whom, and when the call closes.
    pub(crate) fn of_plan(
        me: &AgentId,
        demanded: &Record,
        demand: &PlanDemand,
        (with, closes): (AgentId, Timestamp),
        award: &PlanAward,
        record: &Record,
    ) -> Self {
        let unit_price = Money::new(award.unit_price, demand.at_most.currency);
        let (promise, dated) = (award.promise, record.id);
        let opening = Opening {
            id: demanded.id,
            role: if demanded.author == *me { Role::Buyer } else { Role::Supplier },
            with,
            origin: Origin::Planned(demand.call),
            spec: demand.spec.clone(),
            name: award.name.clone(),
            unit: award.unit,
            quantity: demand.quantity,
            start: closes,
            stage: Stage::Bound { unit_price, promise, dated, seal: Seal::Planned },
            tolerance: None,
            history: vec![demanded.id, record.id],
        };
        opening.into()
    }
}
