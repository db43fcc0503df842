//! The fold: what a record changes, and what follows from that at once.
//!
//! The same code runs when a record arrives and when it is read back at restart, so it may look at nothing but the
//! state, the record and when this node took it. It says nothing and asks for nothing: what to do about a change is
//! put on the agenda.

use crate::deals::{Deal, Deals, Ending, Fault, Origin, Stage};
use crate::effect::{Effect, Entry, Topic};
use crate::lots::declared_expiry;
use crate::moves::total;
use crate::node::{Node, Todo};
use crate::orders::{Ask, Order};
use crate::pools::{End, Pools};
use crate::public::spreads;
use crate::statement::{
    Asked, Down, Dropped, Firm, GoAhead, InterestsSet, Knows, ModelSet, OwnDemand, PoolJudged, PoolShare,
    Replanned, Reservation, Up, Witnessed,
};
use crate::view::{DealState, OrderSource, Role};
use crate::words::said;
use ledger::{Audience, Record, Statement};
use market::Terms;
use market::statement::{DropList, Enquiry, Feedback, FraudReport, PoolAccount, Round};
use std::collections::BTreeMap;
use trace::statement::{Goods, Handover, Happened, Passport, Purpose, Takeover};
use trace::{Action, Holding, ProcessRef};
use vocab::{Decimal, RecordId, Said, Text, Timestamp};

impl Node {
    /// The fold: what a record changes. All of it or, on error, nothing.
    pub(crate) fn apply(&mut self, entry: &Entry) -> std::result::Result<(), Fault> {
        let (me, record, at) = (self.me(), &entry.record, entry.at);
        let own = record.author == me;
        if let Some(state) = self.board.keys.get(&record.author) {
            state.allows(record)?;
        } else if record.key != record.author {
            return invalid(said!(
                "{} has not been shown to speak for {}",
                "没有证据表明 {} 可以代表 {}",
                record.key,
                record.author
            ));
        }
        let kind = record.kind.as_str();
        if record.audience == Audience::Public {
            let (mut superseded, quotas) = (std::mem::take(&mut self.superseded), self.config.policy.quotas);
            let taken = self.board.apply(&me, record, at, &mut superseded);
            let taken = match taken {
                Ok(false) => self.quota.apply(record, at, &quotas, &mut superseded),
                other => other,
            };
            self.superseded = superseded;
            if taken? {
                if own && spreads(record) {
                    self.interests.changed();
                }
                if let Some(known) =
                    self.board.reachable.get(&record.author).filter(|_| kind == "reachable" && !own)
                {
                    let addresses = known.addresses.clone();
                    self.out.push(Effect::Dial { agent: record.author, addresses });
                }
                if kind == FraudReport::KIND {
                    for pool in self.pools.proved(&me, record, &record.read()?, at, &self.book) {
                        self.pool_changed(&pool, at);
                    }
                }
                self.listing_heard(&record.id, at);
                self.agenda.insert(Todo::Tell(Topic::Market));
                return Ok(());
            }
        }
        if self.apply_call(record, at)? || self.apply_auction(record, at)? {
            return Ok(());
        }
        if Deals::takes(kind) {
            if kind == "refusal" && self.refuses_otherwise(record, at)? {
                return Ok(());
            }
            let over =
                |n: &Self| record.refs.first().and_then(|id| n.deals.of(id)).is_some_and(Deal::is_over);
            let was_over = over(self);
            let offers = &self.board.offers;
            let id = self.deals.apply(&me, record, at, |id| offers.get(id).map(|l| &*l.what))?;
            if was_over && !over(self) {
                self.expect_purchase(&id);
            }
            self.deal_changed(&id, at);
            return Ok(());
        }
        if Pools::takes(kind) {
            let id = self.pools.apply(&me, record, at, &self.book)?;
            self.pool_changed(&id, at);
            return Ok(());
        }
        if own && self.apply_private(record, at)? {
            return Ok(());
        }
        match kind {
            Enquiry::KIND => self.apply_enquiry(record),
            Handover::KIND => self.apply_handover(record),
            Takeover::KIND => self.apply_takeover(record),
            Feedback::KIND => self.apply_feedback(record),
            Passport::KIND => self.apply_passport(record),
            Round::KIND => self.apply_round(record, at),
            DropList::KIND => self.apply_drop_list(record),
            PoolAccount::KIND => self.apply_account(record),
            // another agent's own affairs, or a kind this program does not know yet: kept, without effect
            _ => Ok(()),
        }
    }

    pub(crate) fn apply_private(
        &mut self,
        record: &Record,
        at: Timestamp,
    ) -> std::result::Result<bool, Fault> {
        match record.kind.as_str() {
            ModelSet::KIND => {
                self.model = record.read::<ModelSet>()?.0;
                self.block_outages();
                self.estimates.keep_to(&self.model);
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            InterestsSet::KIND => self.apply_interests(record.read()?, at)?,
            Knows::KIND => {
                let agent = record.read::<Knows>()?.agent;
                self.quota.know(agent, Some(record.id), at, &self.config.policy.quotas);
            }
            OwnDemand::KIND => {
                let demand: OwnDemand = record.read()?;
                let ask = Ask {
                    terms: Terms {
                        start: record.at,
                        answer_by: demand.answer_by,
                        hold_until: demand.hold_until,
                        depth: self.config.policy.depth,
                        origin: record.id,
                        visited: vec![],
                    },
                    due: None,
                    asker: None,
                };
                self.open_order(record.id, OrderSource::Own, demand.spec, demand.quantity, ask);
            }
            Asked::KIND => {
                let asked: Asked = record.read()?;
                for enquiry in asked.purchases.iter().flat_map(|p| &p.enquiries) {
                    if let Some(deal) = self.deals.get_mut(enquiry) {
                        deal.buys_for = Some(asked.order);
                    }
                }
                self.open_order_for_deal(&asked.order);
                self.orders.asked(&asked.order, asked.purchases, at);
            }
            Reservation::KIND => {
                let r: Reservation = record.read()?;
                self.open_order_for_deal(&r.order);
                for (spec, quantity) in &r.take {
                    self.stock.reserve(r.order, spec, *quantity)?;
                }
                self.capacity.reserve(r.order, &r.plan);
                let (order, chosen) = (r.order, r.chosen.values().copied().collect::<Vec<_>>());
                self.orders.reserve(record.id, r, &self.model);
                chosen.iter().for_each(|deal| self.expect_purchase(deal));
                self.agenda.insert(Todo::Order(order));
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            GoAhead::KIND => {
                let order = record.read::<GoAhead>()?.order;
                self.orders.signing(&order);
                self.agenda.insert(Todo::Order(order));
            }
            Firm::KIND => {
                let order = record.read::<Firm>()?.order;
                self.orders.firm(&order);
                self.look_again(&order);
                self.agenda.insert(Todo::Order(order));
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            Dropped::KIND => {
                let dropped: Dropped = record.read()?;
                self.release(&dropped.order);
                self.orders.drop_order(&dropped.order, dropped.why, at);
                self.agenda.insert(Todo::Tell(Topic::Workshop));
            }
            Happened::KIND => {
                let happened: Happened = record.read()?;
                let drawn = self.drawn(&happened)?;
                self.stock.apply_happened(&happened)?;
                for (process, parts) in drawn {
                    self.consumed.entry(process).or_default().extend(parts);
                }
                self.spend_happened(&happened);
                self.agenda.insert(Todo::Tell(Topic::Stock));
            }
            Down::KIND => self.apply_down(record.id, &record.read()?),
            Up::KIND => self.apply_up(&record.read()?, at),
            Replanned::KIND => self.apply_replanned(record.read()?, at),
            PoolShare::KIND => {
                let id = self.pools.share(&self.signer.author(), record, &self.book)?;
                self.pool_changed(&id, at);
            }
            PoolJudged::KIND => {
                let id = record.read::<PoolJudged>()?.pool;
                self.pools.judge_again(&self.signer.author(), &id, &self.book);
                self.pool_changed(&id, at);
            }
            Witnessed::KIND => {
                let seen: Witnessed = record.read()?;
                // a checkpoint that this node has seen: what comes later is compared with it
                let _ = self.witness.observe(&seen.note, None)?;
                self.witnessed.insert(seen.agent, at);
            }
            _ => return self.apply_floor(record, at),
        }
        Ok(true)
    }

    fn apply_passport(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let passport: Passport = record.read()?;
        passport.check()?;
        // what a stranger wrote and does not read as a time says nothing
        if let Some(Ok(expires)) = declared_expiry(&passport.properties) {
            self.declared_expiry.insert(record.id, expires);
        }
        Ok(())
    }

    /// The arrivals that what is consumed comes from, by process.
    pub(crate) fn drawn(
        &self,
        happened: &Happened,
    ) -> std::result::Result<BTreeMap<ProcessRef, Vec<Holding>>, Fault> {
        let mut goods: BTreeMap<ProcessRef, Vec<Goods>> = BTreeMap::new();
        for event in happened.events.iter().filter(|e| e.action == Action::Consume) {
            if let (Some(process), Some(lot)) = (event.process, event.lot) {
                let line = Goods {
                    lot,
                    spec: event.spec.clone(),
                    quantity: event.quantity.value,
                    serials: event.serials.clone(),
                };
                goods.entry(process).or_default().push(line);
            }
        }
        goods.into_iter().map(|(process, goods)| Ok((process, self.stock.drawn(&goods)?))).collect()
    }

    /// What went into these processes of a plan.
    pub(crate) fn consumed(&self, plan: RecordId, group: &[u32]) -> Vec<Holding> {
        let of = |index: &u32| self.consumed.get(&ProcessRef { plan, index: *index });
        group.iter().filter_map(of).flatten().cloned().collect()
    }

    /// What processes consumed was reserved for their order; what they made is reserved for it in turn.
    pub(crate) fn spend_happened(&mut self, happened: &Happened) {
        for event in &happened.events {
            let Some(order) = event.process.and_then(|p| self.orders.by_plan(&p.plan)).map(|o| o.id) else {
                continue;
            };
            match event.action.stock_effect() {
                trace::StockEffect::Decrement => self.stock.spend(order, &event.spec, event.quantity.value),
                trace::StockEffect::Increment => {
                    // refused only where somebody took it first, which pick and the views then show
                    let _ = self.stock.reserve(order, &event.spec, event.quantity.value);
                }
                trace::StockEffect::None => {}
            }
        }
    }

    pub(crate) fn apply_enquiry(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let own = record.author == self.me();
        let enquiry: Enquiry = record.read()?;
        let known = self.board.offers.get(&enquiry.offer);
        let with = if own { record.audience.addressees().next().copied() } else { Some(record.author) };
        let Some(with) = with else {
            return invalid(said!("an enquiry goes to one agent", "询价只能发给一方"));
        };
        let name = known.map_or_else(|| self.board.spec_name(&enquiry.spec), |l| l.what.name.clone());
        let unit = known.map_or(vocab::Unit::Each, |l| l.what.unit);
        let role = if own { Role::Buyer } else { Role::Supplier };
        let id = self
            .deals
            .enquire(record, role, with, name, unit)
            .map_err(|e| Fault { reason: market::statement::Reason::Invalid, detail: e.text() })?;
        self.agenda.insert(Todo::Deal(id));
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(())
    }

    pub(crate) fn apply_handover(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let handover: Handover = record.read()?;
        handover.check()?;
        let me = self.me();
        let deal = self.deals.get(&handover.deal);
        let supplier = deal.map(|d| if d.role == Role::Supplier { me } else { d.with });
        // others in between carry; the supplier's own handovers are what is shipped
        let ships = handover.purpose == Purpose::Delivery && supplier == Some(record.author);
        if record.author == me {
            let order = deal.filter(|_| ships).and_then(|d| self.order_of(d));
            self.stock.hand_over(record.id, &handover)?;
            if let Some(order) = order {
                for goods in &handover.goods {
                    self.stock.spend(order, &goods.spec, goods.quantity);
                }
            }
        }
        if ships && let Some(deal) = self.deals.get_mut(&handover.deal) {
            deal.moved.shipped += total(&handover.goods);
            deal.moved.goods.extend(handover.goods.clone());
            deal.history.push(record.id);
        }
        self.moves.hand_over(record.id, record.author, record.at, handover);
        self.agenda.insert(Todo::Tell(Topic::Stock));
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(())
    }

    pub(crate) fn apply_takeover(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let me = self.me();
        let takeover: Takeover = record.read()?;
        let Some(of) = self.moves.get(&takeover.handover) else {
            return invalid(said!(
                "the handover {} is not known here",
                "本节点不知道交接 {}",
                takeover.handover
            ));
        };
        if of.handover.to != record.author || of.answer.is_some() {
            return invalid(said!(
                "it is not for its author to take over, or has been already",
                "不该由作者接收，或已经接收过"
            ));
        }
        takeover.check(&of.handover)?;
        let (giver, handover) = (of.giver, of.handover.clone());
        let deal = self.deals.get(&handover.deal).map(|d| (d.id, d.role, d.buys_for));
        if record.author == me {
            self.stock.take_over(record.id, giver, &handover, &takeover, &me)?;
            if let Some((_, Role::Buyer, Some(order))) = deal {
                for goods in &takeover.accepted {
                    self.stock.arrive(order, &goods.spec, goods.quantity);
                }
            }
        } else if giver == me {
            self.stock.taken_over(&takeover)?;
        }
        if let Some(deal) = self.deals.get_mut(&handover.deal) {
            let buyer = if deal.role == Role::Buyer { me } else { deal.with };
            if handover.consignee == buyer && record.author == buyer {
                deal.moved.accepted += total(&takeover.accepted);
                deal.moved.rejected += total(&takeover.rejected);
                deal.moved.shipped -= total(&takeover.rejected);
                deal.history.push(record.id);
            }
        }
        self.moves.take_over(record.id, takeover);
        self.agenda.insert(Todo::Tell(Topic::Stock));
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(())
    }

    pub(crate) fn apply_feedback(&mut self, record: &Record) -> std::result::Result<(), Fault> {
        let feedback: Feedback = record.read()?;
        feedback.check()?;
        let me = self.me();
        let holder = self.deals.get(&feedback.deal).is_some_and(|d| {
            let buyer = if d.role == Role::Buyer { me } else { d.with };
            buyer == record.author
                && d.moved.accepted.is_positive()
                && d.moved.goods.iter().any(|g| g.lot == feedback.passport)
        });
        if !holder {
            return invalid(said!(
                "only a buyer who took the item over can speak of it",
                "只有接收了该物品的买方可以评价它"
            ));
        }
        self.feedback.insert(record.id, feedback);
        self.agenda.insert(Todo::Tell(Topic::Feedback));
        Ok(())
    }

    // --- what follows from changes, in the fold ---------------------------------------------------------------

    /// A deal's stage may have changed: its order follows.
    pub(crate) fn deal_changed(&mut self, id: &RecordId, now: Timestamp) {
        let Some(deal) = self.deals.get(id) else { return };
        let (buys_for, with, settled) = (deal.buys_for, deal.with, deal.state() == DealState::Settled);
        let ended = match &deal.stage {
            Stage::Over(Ending::Refused(_, why)) => Some(why.clone()),
            Stage::Over(Ending::Lapsed) => Some(said!("its deadline passed", "期限已过")),
            Stage::Over(Ending::Cancelled) => Some(said!("cancelled by agreement", "经双方同意取消")),
            _ => None,
        };
        let chosen = |order: &RecordId| self.orders.get(order)?.held()?.chosen.get(&deal.spec).copied();
        if deal.is_over()
            && let Some(order) = buys_for.filter(|order| chosen(order) == Some(deal.id))
        {
            // what was bought for it will not come
            self.stock.call_off(order, &deal.spec, deal.quantity);
        }
        let serves = self.order_of(deal);
        let by_enquiry = matches!(deal.origin, Origin::Enquiry(_));
        if by_enquiry && deal.is_bound() && self.orders.get(id).is_some() {
            self.orders.firm(id);
        }
        if let Some(why) = ended
            && self.orders.get(id).is_some_and(|o| !matches!(o.stage, crate::orders::Stage::Dropped { .. }))
        {
            self.release(id);
            self.orders.drop_order(id, why, now);
        }
        for order in serves.into_iter().chain(buys_for) {
            self.look_again(&order);
            self.agenda.insert(Todo::Order(order));
        }
        self.wants.news_of_record(id, now);
        if settled {
            self.quota.know(with, None, now, &self.config.policy.quotas);
        }
        self.agenda.insert(Todo::Deal(*id));
        self.agenda.insert(Todo::Order(*id));
        self.agenda.insert(Todo::Tell(Topic::Deals));
    }

    /// What a purchase brings will belong to the order it is for.
    fn expect_purchase(&mut self, id: &RecordId) {
        let Some(deal) = self.deals.get(id) else { return };
        let Some((order, held)) = deal.buys_for.and_then(|o| Some((o, self.orders.get(&o)?.held()?))) else {
            return;
        };
        if held.chosen.values().any(|chosen| chosen == id) {
            self.stock.expect(order, &deal.spec, deal.quantity);
        }
    }

    /// Somebody has reported work: what was expected of its order may have changed.
    pub(crate) fn heard_of(&mut self, process: ProcessRef) {
        self.orders.report(process);
        if let Some(order) = self.orders.by_plan(&process.plan).map(|o| o.id) {
            self.look_again(&order);
            self.agenda.insert(Todo::Order(order));
        }
    }

    /// What was set aside for an order is free again; what was begun stays begun.
    pub(crate) fn release(&mut self, order: &RecordId) {
        self.capacity.release(*order);
        self.stock.release(*order);
    }

    /// A pool's state may have changed: a made pool binds deals.
    pub(crate) fn pool_changed(&mut self, id: &RecordId, now: Timestamp) {
        self.agenda.insert(Todo::Tell(Topic::Market));
        self.hold_for_pool(id, now);
        let Some(pool) = self.pools.get(id) else {
            self.agenda.insert(Todo::Request(*id));
            return;
        };
        self.wants.news_of(Some(&pool.terms.spec), now);
        self.agenda.insert(Todo::Pool(*id));
        let me = self.me();
        match &pool.end {
            End::Closed { settled, close } => {
                let mine = settled.shares.iter().filter(|share| share.member == me || pool.offerer == me);
                let mine = mine.filter(|share| !pool.free.contains(&share.member));
                let bound = match settled.outcome {
                    market::statement::Outcome::Made { unit_price, .. } => {
                        mine.map(|share| Deal::of_pool(pool, *close, share, &me, unit_price)).collect()
                    }
                    market::statement::Outcome::Lapsed {} => vec![],
                };
                self.deals.bind_pool(id, *close, bound);
            }
            End::Disputed { why, .. } => self.deals.unbind_pool(id, why, |_| true),
            End::Open | End::Lapsed => return,
        }
        self.agenda.insert(Todo::Tell(Topic::Deals));
    }

    pub(crate) fn open_order(
        &mut self,
        id: RecordId,
        source: OrderSource,
        spec: vocab::SpecId,
        quantity: Decimal,
        ask: Ask,
    ) {
        let stage = crate::orders::Stage::New;
        self.orders.open(Order { id, source, spec, quantity, ask, stage });
        self.agenda.insert(Todo::Order(id));
    }

    /// An order comes into being with the first private record about it.
    pub(crate) fn open_order_for_deal(&mut self, id: &RecordId) {
        let existing = self.orders.get(id);
        if existing.is_some_and(|o| !matches!(o.stage, crate::orders::Stage::Dropped { .. })) {
            return;
        }
        if let Some((source, spec, quantity, ask)) = self.order_terms(id) {
            match existing {
                Some(_) => self.orders.renew(id, ask),
                None => self.open_order(*id, source, spec, quantity, ask),
            }
        }
    }

    /// The order that serves this deal, which this node sells by.
    pub(crate) fn order_of(&self, deal: &Deal) -> Option<RecordId> {
        match &deal.origin {
            Origin::Enquiry(_) | Origin::Bid(_) | Origin::Planned(_) => Some(deal.id),
            Origin::Pool(pool) => Some(*pool),
        }
        .filter(|id| self.orders.get(id).is_some())
    }
}

fn invalid<T>(detail: Text) -> std::result::Result<T, Fault> {
    Err(Fault { reason: market::statement::Reason::Invalid, detail })
}

impl From<trace::Error> for Fault {
    fn from(e: trace::Error) -> Self {
        Self { reason: market::statement::Reason::Invalid, detail: e.text() }
    }
}
