//! Commands about goods changing hands: ship, take over, pass on.

use crate::error::{Error, Result};
use crate::moves::Move;
use crate::node::Node;
use crate::orders::Stage;
use crate::view::Role;
use ledger::Audience;
use std::collections::BTreeMap;
use trace::statement::{Goods, Handover, Purpose, Takeover};
use vocab::{AgentId, Decimal, RecordId, Timestamp};

impl Node {
    pub(crate) fn ship(
        &mut self,
        id: RecordId,
        via: Option<AgentId>,
        quantity: Option<Decimal>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        if deal.role != Role::Supplier {
            let remedy = "the supplier ships";
            return Err(Error::NotYours { what: "deal", id, owner: deal.with, remedy });
        }
        let due = deal.quantity - deal.moved.shipped;
        let quantity = quantity.unwrap_or(due);
        if !quantity.is_positive() || quantity > due {
            let remedy = "ship no more than is still due";
            return Err(Error::Field {
                field: "quantity",
                value: format!("{quantity} with {due} due"),
                remedy,
            });
        }
        let (spec, buyer) = (deal.spec.clone(), deal.with);
        let key = self.order_of(deal).unwrap_or(id);
        let goods = self.stock.pick(key, &spec, quantity)?;
        let to = via.unwrap_or(buyer);
        // what was bought and is sold on says by which takeover it came, so that a trace can follow it
        let mut by_arrival: BTreeMap<Option<RecordId>, Vec<Goods>> = BTreeMap::new();
        for part in self.stock.drawn(&goods)? {
            by_arrival.entry(part.received).or_default().push(part.goods());
        }
        let mut first = None;
        for (after, goods) in by_arrival {
            let handover =
                Handover { deal: id, goods, to, consignee: buyer, purpose: Purpose::Delivery, after };
            handover.check()?;
            let said = self.say(&handover, Audience::Bearer([to, buyer].into()), now)?;
            first.get_or_insert(said);
        }
        first.ok_or(Error::Unknown { kind: "goods of deal", id, remedy: "see your stock" })
    }

    pub(crate) fn handover_to_me(&self, id: &RecordId) -> Result<&Move> {
        let remedy = "see the handovers to you";
        let of = self.moves.get(id).ok_or(Error::Unknown { kind: "handover", id: *id, remedy })?;
        if of.handover.to != self.me() {
            return Err(Error::NotYours { what: "handover", id: *id, owner: of.handover.to, remedy });
        }
        Ok(of)
    }

    pub(crate) fn receive(
        &mut self,
        id: RecordId,
        rejected: Vec<Goods>,
        reason: String,
        now: Timestamp,
    ) -> Result<RecordId> {
        let of = self.handover_to_me(&id)?;
        if of.answer.is_some() {
            let remedy = "a handover is answered once";
            return Err(Error::State { what: "handover", id, state: "answered".to_owned(), remedy });
        }
        let accepted = without(&of.handover.goods, &rejected)?;
        // all who have a hand in it hear of it: the giver, who first gave it, whom it is for
        let parties = [of.giver, self.moves.first_giver(of), of.handover.consignee]
            .into_iter()
            .filter(|a| *a != self.me());
        let audience = Audience::Bearer(parties.collect());
        let takeover = Takeover { handover: id, accepted, rejected, reason };
        takeover.check(&of.handover)?;
        self.say(&takeover, audience, now)
    }

    /// A carrier hands on what it took over; what was then refused it takes back to where it came from.
    pub(crate) fn pass_on(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        let remedy = "pass on what you took over for another, or what its taker refused";
        let wrong = |state: &str| Error::State { what: "handover", id, state: state.to_owned(), remedy };
        let me = self.me();
        let of = self.moves.get(&id).ok_or(Error::Unknown { kind: "handover", id, remedy })?;
        let Some((takeover, answer)) = &of.answer else { return Err(wrong("not answered yet")) };
        let handover = if of.handover.to == me && of.handover.consignee != me {
            if of.passed_on {
                return Err(wrong("passed on already"));
            }
            Handover {
                deal: of.handover.deal,
                goods: answer.accepted.clone(),
                to: of.handover.consignee,
                consignee: of.handover.consignee,
                purpose: of.handover.purpose,
                after: Some(*takeover),
            }
        } else if of.giver == me && of.handover.after.is_some() && !answer.rejected.is_empty() {
            if of.sent_back {
                return Err(wrong("sent back already"));
            }
            let source = self.moves.first_giver(of);
            Handover {
                deal: of.handover.deal,
                goods: answer.rejected.clone(),
                to: source,
                consignee: source,
                purpose: Purpose::Return,
                after: of.handover.after,
            }
        } else {
            return Err(wrong("not yours to pass on"));
        };
        handover.check()?;
        let parties =
            [handover.to, handover.consignee, self.moves.first_giver(of)].into_iter().filter(|a| *a != me);
        let audience = Audience::Bearer(parties.collect());
        self.say(&handover, audience, now)
    }

    pub(crate) fn order_state(&self, id: &RecordId) -> String {
        self.orders
            .get(id)
            .map_or("unknown", |o| match &o.stage {
                Stage::New => "new",
                Stage::Asking { .. } => "asking upstream",
                Stage::Held(_) => "held",
                Stage::Signing(_) => "collecting signatures",
                Stage::Firm(_) => "firm",
                Stage::Dropped { .. } => "given up",
            })
            .to_owned()
    }
}

/// `goods` less `refused`.
fn without(goods: &[Goods], refused: &[Goods]) -> Result<Vec<Goods>> {
    let mut left = goods.to_vec();
    for bad in refused {
        let line = left.iter_mut().find(|g| g.lot == bad.lot).ok_or(Error::Unknown {
            kind: "lot",
            id: bad.lot,
            remedy: "refuse what was handed over",
        })?;
        line.quantity -= bad.quantity;
        line.serials.retain(|s| !bad.serials.contains(s));
        if line.quantity.is_negative() {
            let remedy = "refuse no more than was handed over";
            return Err(Error::Field { field: "rejected quantity", value: bad.quantity.to_string(), remedy });
        }
    }
    left.retain(|g| g.quantity.is_positive());
    Ok(left)
}
