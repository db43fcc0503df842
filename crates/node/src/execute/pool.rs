//! Commands about pools beyond a pledge: buying rounds, shipping to a drop-off, the account of what was taken over.

use crate::command::RoundProduct;
use crate::error::{Error, Result};
use crate::node::Node;
use crate::pools::Pool;
use crate::words::words;
use ledger::{Audience, Statement};
use market::statement::{
    Counted, DropOff, EvidenceText, PoolAccount, PoolRequest, PoolTerms, Round, Settles, Shortfall, Vouch,
};
use std::collections::BTreeSet;
use vocab::{AgentId, Decimal, Phrase, RecordId, Text, Timestamp};

/// Most products of one buying round.
const PRODUCTS_MAX: usize = 200;

impl Node {
    pub(crate) fn open_round(
        &mut self,
        name: Text,
        closes: Timestamp,
        drop_offs: Vec<DropOff>,
        products: Vec<RoundProduct>,
        now: Timestamp,
    ) -> Result<RecordId> {
        if products.is_empty() || products.len() > PRODUCTS_MAX {
            return Err(Error::Field {
                field: words("products", "商品"),
                value: Phrase::plain(products.len()),
                remedy: words("name 1 to 200 offers", "请列出 1 到 200 个供应"),
            });
        }
        let mut requests = vec![];
        for product in &products {
            let plain = PoolRequest::plain(product.offer, product.threshold, closes, self.me());
            let request = PoolRequest { extended: product.extended, drop_offs: drop_offs.clone(), ..plain };
            requests.push((self.may_open(&request, now)?, request));
        }
        let round = Round { name, closes, drop_offs, leader: self.me() };
        round.check()?;
        let id = self.say(&round, Audience::Public, now)?;
        for (to, request) in requests {
            self.say(&PoolRequest { round: Some(id), ..request }, self.towards(to), now)?;
        }
        Ok(id)
    }

    /// Whose offer this request is about, if it may be granted: what the offerer would refuse is refused here at once.
    pub(crate) fn may_open(&self, request: &PoolRequest, now: Timestamp) -> Result<AgentId> {
        let remedy = words("it may have expired: see the offers", "它可能已过期：请查看现有报价");
        let listing = self.board.offer(&request.offer, now).ok_or(Error::Unknown {
            kind: words("offer", "报价"),
            id: request.offer,
            remedy,
        })?;
        market::pool::grant(request.offer, request, &listing.what, None, now)?;
        Ok(listing.by)
    }

    /// For one agent, or for nobody else where it is this node itself.
    pub(crate) fn towards(&self, to: AgentId) -> Audience {
        if to == self.me() { Audience::Private } else { Audience::parties([to]) }
    }

    /// The vouch that makes a pledge of this node's count in a pool on these terms, if it has one.
    pub(crate) fn vouch_for(&self, terms: &PoolTerms) -> Option<EvidenceText> {
        if terms.counted == Counted::All {
            return None;
        }
        let me = self.me();
        let fits = |vouch: &Vouch| vouch.agent == me && vouch.expires >= terms.closes_for_good();
        let by_voucher = self
            .book
            .iter()
            .filter(|r| r.kind == Vouch::KIND && r.key == r.author && terms.vouchers.contains(&r.author));
        let found =
            by_voucher.filter(|r| r.read::<Vouch>().is_ok_and(|vouch| fits(&vouch))).min_by_key(|r| r.id)?;
        EvidenceText::new(found.signed()).ok()
    }

    fn own_made(&self, id: &RecordId) -> Result<&Pool> {
        let remedy = words("see the pools on your offers", "请查看你的供应上的拼单");
        let pool =
            self.pools.get(id).ok_or(Error::Unknown { kind: words("pool", "拼单"), id: *id, remedy })?;
        if pool.offerer != self.me() {
            let owner = pool.offerer;
            return Err(Error::NotYours { what: words("pool", "拼单"), id: *id, owner, remedy });
        }
        match pool.made() {
            Some(_) => Ok(pool),
            None => Err(Error::State {
                what: words("pool", "拼单"),
                id: *id,
                state: words("not made", "尚未成团").into(),
                remedy: words("wait until it has closed", "请等它结算"),
            }),
        }
    }

    /// Hands over all that is due at one drop-off, to its leader, who passes each member's part on.
    pub(crate) fn ship_drop_off(&mut self, id: RecordId, index: u16, now: Timestamp) -> Result<RecordId> {
        let pool = self.own_made(&id)?;
        let Some(drop_off) = pool.terms.drop_offs.get(usize::from(index)) else {
            return Err(Error::Field {
                field: words("drop_off", "取货点"),
                value: Phrase::plain(index),
                remedy: words("name one of the pool's drop-offs, from 0", "请从 0 起指明该拼单的取货点"),
            });
        };
        let (leader, spec) = (drop_off.leader, pool.terms.spec.clone());
        let here = pool.shares().into_iter().filter(|pledge| self.drop_off_of(pledge) == Some(index));
        let due: Vec<_> = here
            .filter_map(|pledge| self.deals.get(&pledge))
            .filter(|deal| deal.is_bound() && deal.due().is_positive())
            .map(|deal| (deal.id, deal.with, deal.due()))
            .collect();
        let nothing = Error::State {
            what: words("drop-off of pool", "取货点，拼单"),
            id,
            state: words("nothing due", "没有待发的货").into(),
            remedy: words("see your deals", "请查看你的交易"),
        };
        // all of it or none
        let total: Decimal = due.iter().map(|(.., quantity)| *quantity).sum();
        if total.is_positive() {
            self.choose_lots(id, &spec, total, now)?;
        }
        let mut first = None;
        for (deal, member, _) in due {
            let via = (leader != member && leader != self.me()).then_some(leader);
            let said = self.ship(deal, via, None, now)?;
            first.get_or_insert(said);
        }
        first.ok_or(nothing)
    }

    /// Says what members took over of a pool whose price follows that, and the price that follows.
    pub(crate) fn account_pool(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        let pool = self.own_made(&id)?;
        let state = |state, remedy| Error::State { what: words("pool", "拼单"), id, state, remedy };
        if pool.terms.settles == Settles::Pledged {
            let fixed = words("its price was fixed when it closed", "价格在结算时已定");
            return Err(state(fixed.into(), words("settle each deal", "请逐笔结清")));
        }
        if self.joint.accounts.contains_key(&id) {
            let done = words("accounted for already", "已结算");
            return Err(state(done.into(), words("settle each deal", "请逐笔结清")));
        }
        let Some((close, settled, at_close)) = pool.made() else {
            return Err(state(words("not made", "尚未成团").into(), words("wait", "请等待")));
        };
        let shortfalls = settled.shares.iter().filter_map(|s| self.shortfall(pool, s.pledge, s.quantity));
        let short: Vec<Shortfall> = shortfalls.collect();
        let unit_price = self.account_price(pool, settled, at_close, &short).ok_or_else(|| {
            let lacks = words("some of its pledges are not at hand", "缺少部分认购");
            state(lacks.into(), words("audit it first", "请先审计"))
        })?;
        let members: BTreeSet<AgentId> = settled.shares.iter().map(|s| s.member).collect();
        let audience = Audience::parties(members.into_iter().filter(|m| *m != self.me()));
        let account = PoolAccount { pool: id, close, unit_price, short };
        account.check()?;
        self.say(&account, audience, now)
    }
}
