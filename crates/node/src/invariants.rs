//! What must always hold at one node (design, section 6), for tests and the simulator: capacity, stock, holds that
//! end, and agreements judged by the records that were signed, not by the state folded from them.

use crate::deals::{Deal, Origin, Stage as DealStage};
use crate::node::Node;
use crate::orders::Stage;
use crate::pools::End;
use crate::view::Role;
use ledger::{Record, Statement};
use market::auction::{Award, Bid};
use market::planner::{PlanAward, PlanDemand};
use market::pool::Settled;
use market::statement::{Acceptance, Enquiry, Pledge, Quote};
use vocab::{AgentId, Decimal, Money, RecordId, SpecId, Timestamp, seconds_between};

/// What a bound deal binds its two sides to, as one of them has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bond {
    /// which side this is
    pub role: Role,
    /// the other
    pub with: AgentId,
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// for one unit
    pub unit_price: Money,
    /// the goods will be there by then
    pub promise: Timestamp,
    /// the record that set the promise
    pub dated: RecordId,
}

type Checked = std::result::Result<(), String>;

impl Node {
    /// What must always hold at one node: capacity, stock, agreement, holds that end.
    ///
    /// # Errors
    /// In words, what does not hold.
    pub fn check_invariants(&self) -> Checked {
        self.check_capacity()?;
        self.check_stock()?;
        self.check_holds()?;
        self.check_auctions()?;
        self.check_calls()?;
        self.deals.iter().try_for_each(|deal| self.check_agreement(deal))
    }

    /// The same as far as it can have changed by time and by `kept`, the records this node has just kept: enough after
    /// each step of a long run, where the whole would be looked through again and again.
    ///
    /// # Errors
    /// As [`Self::check_invariants`].
    pub fn check_invariants_after(&self, kept: &[RecordId]) -> Checked {
        self.check_holds()?;
        let mut touched = Touched::default();
        for record in kept.iter().filter_map(|id| self.book.get(id)) {
            match record.kind.as_str() {
                kind if TALK.contains(&kind) => {}
                Award::KIND => touched.auctions = true,
                PlanAward::KIND => touched.calls = true,
                kind if PLANS.contains(&kind) => touched.capacity = true,
                _ => touched = Touched { capacity: true, stock: true, auctions: true, calls: true },
            }
        }
        if touched.capacity {
            self.check_capacity()?;
        }
        if touched.stock {
            self.check_stock()?;
        }
        if touched.auctions {
            self.check_auctions()?;
        }
        if touched.calls {
            self.check_calls()?;
        }
        kept.iter().filter_map(|id| self.deals.of(id)).try_for_each(|deal| self.check_agreement(deal))
    }

    /// What the deal of this record binds to; `None` while it binds nobody.
    pub fn bond(&self, record: &RecordId) -> Option<Bond> {
        let deal = self.deals.of(record).or_else(|| self.deals.get(record))?;
        let DealStage::Bound { unit_price, promise, dated, .. } = deal.stage else { return None };
        let (role, with, quantity) = (deal.role, deal.with, deal.quantity);
        Some(Bond { role, with, spec: deal.spec.clone(), quantity, unit_price, promise, dated })
    }

    /// The deal that a record is part of.
    pub fn deal_of(&self, record: &RecordId) -> Option<RecordId> {
        self.deals.of(record).map(|deal| deal.id)
    }

    /// What a pool came to by this close, as this node has recomputed it; `None` if another is in force here.
    pub fn settled(&self, pool: &RecordId, by: &RecordId) -> Option<&Settled> {
        match &self.pools.get(pool)?.end {
            End::Closed { settled, close } if close == by => Some(settled),
            _ => None,
        }
    }

    fn check_capacity(&self) -> Checked {
        self.capacity.check(&self.model).map_err(|e| format!("capacity: {e}"))
    }

    fn check_stock(&self) -> Checked {
        self.stock.check().map_err(|e| format!("stock: {e}"))
    }

    fn check_auctions(&self) -> Checked {
        self.auctions.check(&self.me()).map_err(|e| format!("auction: {e}"))
    }

    fn check_calls(&self) -> Checked {
        self.calls.check(&self.me()).map_err(|e| format!("joint plan: {e}"))
    }

    fn check_holds(&self) -> Checked {
        for order in self.orders.waiting() {
            if let Stage::Held(held) = &order.stage {
                let over = seconds_between(held.hold_until, self.clock);
                if over > crate::deals::GRACE_S + 1 {
                    return Err(format!("hold: order {} is held {over} s past its end", order.id));
                }
            }
        }
        Ok(())
    }

    /// Nobody is bound without a signature of its own, nor to another quantity or price than it signed.
    fn check_agreement(&self, deal: &Deal) -> Checked {
        let DealStage::Bound { unit_price, .. } = deal.stage else { return Ok(()) };
        let signed = match &deal.origin {
            Origin::Enquiry(enquiry) => self.signed_for(deal, enquiry, unit_price),
            // the offerer has signed the terms, and the close is judged by the pledges it lists
            Origin::Pool(_) if deal.role == Role::Supplier => Ok(true),
            Origin::Pool(_) => self.pledged_for(deal, unit_price),
            Origin::Bid(_) => self.bid_for(deal, unit_price),
            Origin::Planned(_) => self.demand_for(deal, unit_price),
        };
        match signed {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("agreement: deal {} binds this node to what it did not sign", deal.id)),
            Err(e) => Err(format!("agreement: deal {}: {e}", deal.id)),
        }
    }

    fn signed_for(&self, deal: &Deal, enquiry: &Enquiry, unit_price: Money) -> ledger::Result<bool> {
        let by_me = |record: &&Record| record.author == self.me();
        let quoted = |quote: &RecordId| -> ledger::Result<bool> {
            let Some(record) = self.book.get(quote) else { return Ok(false) };
            let quote = record.shared::<Quote>()?;
            Ok(quote.unit_price == unit_price && quote.quantity == deal.quantity)
        };
        let kind = if deal.role == Role::Buyer { Acceptance::KIND } else { Quote::KIND };
        let said = deal.history.iter().filter_map(|id| self.book.get(id)).filter(by_me);
        for record in said.filter(|r| r.kind == kind) {
            let quote = match deal.role {
                Role::Buyer => record.shared::<Acceptance>()?.quote,
                Role::Supplier => record.id,
            };
            if quoted(&quote)? && deal.quantity == enquiry.quantity {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn pledged_for(&self, deal: &Deal, unit_price: Money) -> ledger::Result<bool> {
        let Some(record) = self.book.get(&deal.id).filter(|r| r.author == self.me()) else {
            return Ok(false);
        };
        let pledge = record.shared::<Pledge>()?;
        let within = pledge.at_least <= deal.quantity && deal.quantity <= pledge.at_most;
        Ok(within && unit_price.amount <= pledge.ceiling)
    }

    /// The buyer has signed the bid, the supplier an award of it.
    fn bid_for(&self, deal: &Deal, unit_price: Money) -> ledger::Result<bool> {
        let Some(record) = self.book.get(&deal.id) else { return Ok(false) };
        let bid = record.shared::<Bid>()?;
        let said = deal.history.iter().filter_map(|id| self.book.get(id));
        let kind = if deal.role == Role::Buyer { Bid::KIND } else { Award::KIND };
        let signed = said.clone().any(|r| r.author == self.me() && r.kind == kind);
        Ok(signed && bid.quantity == deal.quantity && unit_price.amount <= bid.at_most.amount)
    }

    /// The buyer has signed the demand, the supplier an award of it.
    fn demand_for(&self, deal: &Deal, unit_price: Money) -> ledger::Result<bool> {
        let Some(record) = self.book.get(&deal.id) else { return Ok(false) };
        let demand = record.shared::<PlanDemand>()?;
        let said = deal.history.iter().filter_map(|id| self.book.get(id));
        let kind = if deal.role == Role::Buyer { PlanDemand::KIND } else { PlanAward::KIND };
        let signed = said.clone().any(|r| r.author == self.me() && r.kind == kind);
        Ok(signed && demand.quantity == deal.quantity && unit_price.amount <= demand.at_most.amount)
    }
}

#[derive(Clone, Copy, Default)]
struct Touched {
    capacity: bool,
    stock: bool,
    auctions: bool,
    calls: bool,
}

/// Kinds of record that touch neither capacity nor stock.
const TALK: [&str; 37] = [
    "enquiry",
    "asked",
    "quote",
    "refusal",
    "acceptance",
    "go_ahead",
    "confirmation",
    "binding",
    "demand",
    "inception",
    "reachable",
    "specification",
    "offer",
    "need",
    "withdrawal",
    "fraud",
    "witnessed",
    "pool",
    "pool_request",
    "pool_progress",
    "pledge",
    "pledge_receipt",
    "capacity",
    "bid",
    "standing",
    "standing_order",
    "standing_cancelled",
    "sought",
    "proposal",
    "proposal_answer",
    "plan_call",
    "plan_supply",
    "plan_demand",
    "plan_round",
    "congestion",
    "plan_part",
    "plan_result",
];
/// Kinds that touch capacity alone.
const PLANS: [&str; 4] = ["reservation", "replanned", "firm", "dropped"];
