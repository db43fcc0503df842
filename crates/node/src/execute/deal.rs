//! Commands about deals and pools: ask, sign, turn down, undo, settle, pledge.

use crate::command::Answer;
use crate::deals::{Deal, Stage as DealStage};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::orders::Stage;
use crate::statement::OwnDemand;
use crate::view::{OrderSource, Role};
use crate::words::{said, words};
use ledger::Audience;
use market::statement::{
    Acceptance, CancellationConsent, Condition, Enquiry, Pledge, PoolRequest, Reason, Settlement,
};
use vocab::{Decimal, Money, Phrase, RecordId, SpecId, Timestamp, after, phrase};

impl Node {
    pub(crate) fn enquire(
        &mut self,
        offer: RecordId,
        quantity: Decimal,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<RecordId> {
        self.take_found(&offer, now);
        let remedy = words("it may have expired: see the offers", "它可能已过期：请查看现有报价");
        let listing = self.board.offer(&offer, now).ok_or(Error::Unknown {
            kind: words("offer", "报价"),
            id: offer,
            remedy,
        })?;
        if listing.by == self.me() {
            let remedy =
                words("to make for yourself, plan an order of your own", "要为自己生产，请计划自己的订单");
            return Err(Error::NotYours {
                what: words("offer", "报价"),
                id: offer,
                owner: listing.by,
                remedy,
            });
        }
        listing.what.admits(quantity, now)?;
        let (to, policy) = (listing.by, &self.config.policy);
        let enquiry = Enquiry {
            offer,
            spec: listing.what.spec.clone(),
            quantity,
            due,
            start: now,
            answer_by: after(now, policy.answer_s),
            hold_until: after(now, policy.answer_s + policy.hold_s),
            depth: policy.depth,
            origin: None,
            visited: vec![],
        };
        enquiry.check()?;
        self.say(&enquiry, Audience::parties([to]), now)
    }

    pub(crate) fn plan(&mut self, spec: SpecId, quantity: Decimal, now: Timestamp) -> Result<RecordId> {
        if !quantity.is_positive() {
            let remedy = words("give more than nothing", "请给出大于零的数量");
            return Err(Error::Field {
                field: words("quantity", "数量"),
                value: Phrase::plain(quantity),
                remedy,
            });
        }
        let policy = &self.config.policy;
        let answer_by = after(now, policy.answer_s);
        let hold_until = after(now, policy.answer_s + policy.hold_s);
        // a recipe that cannot be exploded is the owner's to know at once
        let demand = planning::Demand { spec: spec.clone(), quantity };
        planning::explode(&self.model, &demand, &self.stock.free())?;
        self.say(&OwnDemand { spec, quantity, answer_by, hold_until }, Audience::Private, now)
    }

    pub(crate) fn accept(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        if let Some(order) = self.orders.get(&id).filter(|o| o.source == OrderSource::Own) {
            let Stage::Held(_) = &order.stage else {
                let remedy = words(
                    "accept it once it is planned and while its hold stands",
                    "请在排产之后、预留有效期内接受",
                );
                return Err(Error::State {
                    what: words("order", "订单"),
                    id,
                    state: self.order_state(&id),
                    remedy,
                });
            };
            self.go_ahead(id, now);
            return Ok(id);
        }
        let deal = self.deal_known(&id)?;
        let remedy = words("accept a quote made to you while it holds", "请在有效期内接受给你的报价");
        let DealStage::Quoted(quoted) = &deal.stage else {
            return Err(Error::State {
                what: words("deal", "交易"),
                id,
                state: deal.state().words().into(),
                remedy,
            });
        };
        if deal.role != Role::Buyer {
            return Err(Error::NotYours {
                what: words("acceptance of deal", "接受交易"),
                id,
                owner: deal.with,
                remedy,
            });
        }
        if after(now, 1) > quoted.hold_until {
            let until = quoted.hold_until;
            let state = phrase(format!("held until {until}"), format!("有效期至 {until}"));
            return Err(Error::State {
                what: words("the quote of deal", "报价，交易"),
                id,
                state,
                remedy: words("ask again", "请重新询价"),
            });
        }
        let (to, quote) = (deal.with, quoted.quote);
        self.say(&Acceptance { quote, condition: Condition::None }, Audience::parties([to]), now)
    }

    pub(crate) fn decline(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        if self.orders.get(&id).is_some_and(|o| o.source == OrderSource::Own && !o.is_firm()) {
            self.give_up_for(id, Reason::Declined, said!("declined by its owner", "所有者已放弃"), now);
            return Ok(id);
        }
        let deal = self.deal_known(&id)?;
        let answers = match (&deal.stage, deal.role) {
            (DealStage::Quoted(q), Role::Buyer) => q.quote,
            (DealStage::Enquired { .. }, Role::Supplier) => id,
            _ => {
                let remedy = words(
                    "decline a quote made to you; a bound deal is cancelled instead",
                    "只能谢绝给你的报价；已约定的交易请改为取消",
                );
                return Err(Error::State {
                    what: words("deal", "交易"),
                    id,
                    state: deal.state().words().into(),
                    remedy,
                });
            }
        };
        self.refuse(answers, Reason::Declined, said!("declined", "已谢绝"), now);
        Ok(id)
    }

    pub(crate) fn answer_cancel(&mut self, id: RecordId, answer: Answer, now: Timestamp) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        let me = self.me();
        let remedy = words("there must be a wish of the other side to answer", "须有对方的取消请求才能答复");
        let wish = deal.cancellation.as_ref().filter(|w| w.by != me).map(|w| w.record);
        let cancellation = wish.ok_or(Error::State {
            what: words("deal", "交易"),
            id,
            state: phrase("not to be cancelled", "没有取消请求"),
            remedy,
        })?;
        let to = deal.with;
        match answer {
            Answer::Agree => self.say(&CancellationConsent { cancellation }, Audience::parties([to]), now),
            Answer::Refuse => {
                self.refuse(cancellation, Reason::Declined, said!("the deal stands", "交易继续有效"), now);
                Ok(cancellation)
            }
        }
    }

    pub(crate) fn settle(
        &mut self,
        id: RecordId,
        amount: Option<Decimal>,
        note: String,
        now: Timestamp,
    ) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        if deal.role != Role::Supplier {
            let remedy = words("the one who is paid says so", "由收款方声明");
            return Err(Error::NotYours {
                what: words("claim of deal", "应收款，交易"),
                id,
                owner: deal.with,
                remedy,
            });
        }
        let owed = deal.owed().ok_or(Error::State {
            what: words("deal", "交易"),
            id,
            state: phrase("not bound", "尚未约定"),
            remedy: words("settle what was delivered", "只能结算已交付的部分"),
        })?;
        let amount = Money::new(amount.unwrap_or(owed.amount - deal.paid), owed.currency);
        if !amount.amount.is_positive() {
            let remedy = words(
                "deliver first: a claim arises when goods are taken over",
                "请先交付：货物接收后才产生应收款",
            );
            return Err(Error::State {
                what: words("the claim of deal", "应收款，交易"),
                id,
                state: phrase(
                    format!("{owed} with {} paid", deal.paid),
                    format!("{owed}，已付 {}", deal.paid),
                ),
                remedy,
            });
        }
        let to = deal.with;
        let settlement = Settlement { deal: id, amount, note };
        settlement.check()?;
        self.say(&settlement, Audience::parties([to]), now)
    }

    pub(crate) fn deal_known(&self, id: &RecordId) -> Result<&Deal> {
        self.deals.get(id).ok_or(Error::Unknown {
            kind: words("deal", "交易"),
            id: *id,
            remedy: words("see your deals", "请查看你的交易"),
        })
    }
    pub(crate) fn bound(&self, id: &RecordId) -> Result<&Deal> {
        let deal = self.deal_known(id)?;
        let remedy = words("both sides must have signed", "须双方都已签字");
        match deal.is_bound() {
            true => Ok(deal),
            false => Err(Error::State {
                what: words("deal", "交易"),
                id: *id,
                state: deal.state().words().into(),
                remedy,
            }),
        }
    }

    pub(crate) fn open_pool(&mut self, request: PoolRequest, now: Timestamp) -> Result<RecordId> {
        self.take_found(&request.offer, now);
        let to = self.may_open(&request, now)?;
        self.say(&request, self.towards(to), now)
    }

    pub(crate) fn audit_pool(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        let remedy = words("see the pools", "请查看拼单");
        let pool = self.pools.get(&id).ok_or(Error::Unknown { kind: words("pool", "拼单"), id, remedy })?;
        if pool.in_force().is_none_or(|close| self.book.get(&close).is_none()) {
            return Err(Error::State {
                what: words("pool", "拼单"),
                id,
                state: words("has no close here", "在本节点没有结果").into(),
                remedy: words(
                    "wait until it has closed: only its members are shown the close",
                    "请等它结算：只有成员能看到结果",
                ),
            });
        }
        self.begin_audit(id, now);
        Ok(id)
    }

    /// Pledges, or edits this node's pledge: what it replaces and who vouches is filled in here.
    pub(crate) fn pledge(&mut self, pledge: Pledge, now: Timestamp) -> Result<RecordId> {
        let id = pledge.pool;
        self.take_found(&id, now);
        let remedy = words("see the pools", "请查看拼单");
        let pool = self.pools.get(&id).ok_or(Error::Unknown { kind: words("pool", "拼单"), id, remedy })?;
        let closes = pool.terms.extended.filter(|_| pledge.extend).unwrap_or(pool.terms.closes);
        if now >= closes {
            let remedy = words("pledge to one that is open", "请向尚未截止的拼单认购");
            return Err(Error::State {
                what: words("pool", "拼单"),
                id,
                state: phrase(format!("closed since {closes}"), format!("已于 {closes} 截止")),
                remedy,
            });
        }
        let replaces = pool.pledge_of(&self.me()).map(|p| p.id);
        let pledge = Pledge { replaces, vouch: self.vouch_for(&pool.terms), ..pledge };
        pledge.check(&pool.terms)?;
        let audience =
            Audience::parties([pool.terms.keeper, pool.offerer].into_iter().filter(|to| *to != self.me()));
        let nobody = audience.addressees().next().is_none();
        self.say(&pledge, if nobody { Audience::Private } else { audience }, now)
    }
}
