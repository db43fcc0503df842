//! Commands about goods changing hands: ship, take over, pass on.

use crate::error::{Error, Result};
use crate::moves::Move;
use crate::node::Node;
use crate::orders::Stage;
use crate::view::Role;
use crate::words::{Words, words};
use ledger::Audience;
use std::collections::BTreeMap;
use trace::statement::{Goods, Handover, Purpose, Takeover};
use vocab::{AgentId, Decimal, Phrase, RecordId, Timestamp, phrase};

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
            let remedy = words("the supplier ships", "由供方发货");
            return Err(Error::NotYours { what: words("deal", "交易"), id, owner: deal.with, remedy });
        }
        let due = deal.due();
        let quantity = quantity.unwrap_or(due);
        // what is weighed may be a little more than what was agreed
        let most = deal.tolerated().1 - deal.moved.shipped;
        if !quantity.is_positive() || quantity > most {
            let remedy = words("ship no more than is still due", "发货不能超过尚欠的数量");
            return Err(Error::Field {
                field: words("quantity", "数量"),
                value: phrase(format!("{quantity} with {due} due"), format!("{quantity}（尚欠 {due}）")),
                remedy,
            });
        }
        let (spec, buyer) = (deal.spec.clone(), deal.with);
        let key = self.order_of(deal).unwrap_or(id);
        let goods = self.choose_lots(key, &spec, quantity, now)?;
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
        first.ok_or(Error::Unknown {
            kind: words("goods of deal", "货物，交易"),
            id,
            remedy: words("see your stock", "请查看库存"),
        })
    }

    pub(crate) fn handover_to_me(&self, id: &RecordId) -> Result<&Move> {
        let remedy = words("see the handovers to you", "请查看交给你的货物");
        let of =
            self.moves
                .get(id)
                .ok_or(Error::Unknown { kind: words("handover", "交出"), id: *id, remedy })?;
        if of.handover.to != self.me() {
            return Err(Error::NotYours {
                what: words("handover", "交出"),
                id: *id,
                owner: of.handover.to,
                remedy,
            });
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
            let remedy = words("a handover is answered once", "一次交出只能答复一次");
            return Err(Error::State {
                what: words("handover", "交出"),
                id,
                state: phrase("answered", "已答复"),
                remedy,
            });
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
        let remedy = words(
            "pass on what you took over for another, or what its taker refused",
            "只能转交代他人接收的货物，或被拒收的货物",
        );
        let wrong =
            |state: Words| Error::State {
                what: words("handover", "交出"), id, state: state.into(), remedy
            };
        let me = self.me();
        let of =
            self.moves.get(&id).ok_or(Error::Unknown { kind: words("handover", "交出"), id, remedy })?;
        let Some((takeover, answer)) = &of.answer else {
            return Err(wrong(words("not answered yet", "尚未答复")));
        };
        let handover = if of.handover.to == me && of.handover.consignee != me {
            if of.passed_on {
                return Err(wrong(words("passed on already", "已转交")));
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
                return Err(wrong(words("sent back already", "已退回")));
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
            return Err(wrong(words("not yours to pass on", "不由你转交")));
        };
        handover.check()?;
        let parties =
            [handover.to, handover.consignee, self.moves.first_giver(of)].into_iter().filter(|a| *a != me);
        let audience = Audience::Bearer(parties.collect());
        self.say(&handover, audience, now)
    }

    pub(crate) fn order_state(&self, id: &RecordId) -> Phrase {
        let state = self.orders.get(id).map_or(words("unknown", "未知"), |o| match &o.stage {
            Stage::New => words("new", "新建"),
            Stage::Asking { .. } => words("asking upstream", "正在向上游询价"),
            Stage::Held(_) => words("held", "已预留"),
            Stage::Signing(_) => words("collecting signatures", "正在收集签字"),
            Stage::Firm(_) => words("firm", "已确定"),
            Stage::Dropped { .. } => words("given up", "已放弃"),
        });
        state.into()
    }
}

/// `goods` less `refused`.
fn without(goods: &[Goods], refused: &[Goods]) -> Result<Vec<Goods>> {
    let mut left = goods.to_vec();
    for bad in refused {
        let line = left.iter_mut().find(|g| g.lot == bad.lot).ok_or(Error::Unknown {
            kind: words("lot", "批次"),
            id: bad.lot,
            remedy: words("refuse what was handed over", "只能拒收交来的货物"),
        })?;
        line.quantity -= bad.quantity;
        line.serials.retain(|s| !bad.serials.contains(s));
        if line.quantity.is_negative() {
            let remedy = words("refuse no more than was handed over", "拒收不能超过交来的数量");
            return Err(Error::Field {
                field: words("rejected quantity", "拒收数量"),
                value: Phrase::plain(bad.quantity),
                remedy,
            });
        }
    }
    left.retain(|g| g.quantity.is_positive());
    Ok(left)
}
