//! What to do next about an order: plan it, ask upstream for what it lacks, weigh the answers, set capacity and
//! stock aside, collect signatures leaves first, or give up and let go.

use super::{REPLAN_S, SIGN_AHEAD_S};
use crate::Error;
use crate::deals::{Deal, Stage as DealStage};
use crate::node::Node;
use crate::orders::{Ask, Held, Stage};
use crate::statement::{Asked, AskedFor, Dropped, Firm, GoAhead, Reservation};
use crate::view::OrderSource;
use crate::words::{because, list, said};
use ledger::Audience;
use market::matching::{Known, Preferences, Size, Wish, candidates};
use market::statement::{Acceptance, Binding, Condition, Confirmation, Enquiry, Quote, Reason};
use planning::{Demand, Explosion};
use std::collections::BTreeMap;
use vocab::{AgentId, Decimal, Money, RecordId, Said, SpecId, Text, Timestamp, after};

impl Node {
    /// Finds out what an order lacks; asks for it, or sets aside what is there.
    pub(crate) fn plan_order(
        &mut self,
        id: RecordId,
        source: OrderSource,
        spec: &SpecId,
        quantity: Decimal,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<(), (Reason, Text)> {
        let no_source = |e: Error| (Reason::NoSource, e.text());
        let demand = Demand { spec: spec.clone(), quantity };
        let explosion = planning::explode(&self.model, &demand, &self.free_and_fit(now))
            .map_err(|e| no_source(e.into()))?;
        if explosion.buy.is_empty() {
            if self.waits_for_turn(id, source, ask, now) {
                return Ok(());
            }
            return self.set_aside(id, source, &explosion, BTreeMap::new(), ask, now);
        }
        let enquiries = self.enquiries(&explosion, ask, now)?;
        let mut purchases = vec![];
        for (spec, quantity, asked) in enquiries {
            let mut ids = vec![];
            for (to, enquiry) in asked {
                ids.extend(self.say_or_report(&enquiry, Audience::parties([to]), now));
            }
            purchases.push(AskedFor { spec, quantity, enquiries: ids });
        }
        self.say_or_report(&Asked { order: id, purchases }, Audience::Private, now);
        Ok(())
    }

    /// Whom to ask for each input that is lacking, and what.
    #[allow(clippy::type_complexity)]
    pub(crate) fn enquiries(
        &self,
        explosion: &Explosion,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Vec<(SpecId, Decimal, Vec<(AgentId, Enquiry)>)>, (Reason, Text)> {
        let me = self.me();
        let terms = self
            .deadlines()
            .upstream(&ask.terms, ask.asker.as_ref(), &me, now)
            .map_err(|e| (e.reason(), e.text()))?;
        let mut asked = vec![];
        for (spec, lacking) in &explosion.buy {
            let offers = self
                .board
                .offers
                .iter()
                .filter(|(_, l)| l.by != me && l.what.spec == *spec && !self.board.frauds.contains_key(&l.by))
                .filter(|(_, l)| terms.may_ask(&l.by) && !self.is_auctioned(&l.what, now));
            // an offer may want more than is lacking: what is over stays in stock
            let (size, preferences) = (Size::AtLeast, Preferences::default());
            let wish = Wish { spec, quantity: *lacking, size, place: None, preferences: &preferences };
            let listed = offers.map(|(id, l)| (*id, l.by, &*l.what));
            let mut ranked = candidates(listed, &wish, |_, _| Known::default(), now);
            ranked.truncate(self.config.policy.suppliers_asked);
            if ranked.is_empty() {
                let e = Error::NoSource { spec: spec.clone(), quantity: lacking.to_string() };
                return Err((Reason::NoSource, e.text()));
            }
            let of_spec = ranked.into_iter().map(|found| {
                let enquiry = Enquiry {
                    offer: found.offer,
                    spec: spec.clone(),
                    quantity: found.quantity,
                    due: ask.due,
                    start: terms.start,
                    answer_by: terms.answer_by,
                    hold_until: terms.hold_until,
                    depth: terms.depth,
                    origin: Some(terms.origin),
                    visited: terms.visited.clone(),
                };
                (found.author, enquiry)
            });
            asked.push((spec.clone(), *lacking, of_spec.collect()));
        }
        Ok(asked)
    }

    /// Places the work, sets capacity and stock aside, and quotes.
    pub(crate) fn set_aside(
        &mut self,
        id: RecordId,
        source: OrderSource,
        explosion: &Explosion,
        chosen: BTreeMap<SpecId, RecordId>,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<(), (Reason, Text)> {
        let quoted = |deal: &RecordId| self.deals.get(deal).and_then(|d| d.quoted());
        let arrivals =
            chosen.iter().filter_map(|(spec, deal)| Some((spec.clone(), quoted(deal)?.promise))).collect();
        let holds = chosen.values().filter_map(|deal| Some(quoted(deal)?.hold_until));
        let Some(hold_until) = self.deadlines().downstream_hold(ask.terms.hold_until, holds, now) else {
            return Err((
                Reason::Late,
                said!(
                    "upstream holds end too soon to promise anything on them",
                    "上游的预留结束得太早，无法据此作出承诺"
                ),
            ));
        };
        let plan = planning::place(&self.model, explosion, &arrivals, &self.capacity, ask.terms.start)
            .map_err(|e| (Reason::NoSource, e.text()))?;
        let promise = plan.promise;
        let sold = self.deals.get(&id).and_then(|d| Some((d, self.board.offers.get(&d.enquiry()?.offer)?)));
        let also = sold.map(|(d, l)| self.sooner(&d.spec, d.quantity, &plan, &chosen, &l.what, (ask, now)));
        let reservation = Reservation { order: id, plan, take: explosion.take.clone(), chosen, hold_until };
        if let Err(e) = self.say(&reservation, Audience::Private, now) {
            return Err((Reason::NoSource, e.text()));
        }
        if source != OrderSource::Deal {
            return Ok(());
        }
        let Some((deal, enquiry)) = self.deals.get(&id).and_then(|d| Some((d, d.enquiry()?))) else {
            return Ok(());
        };
        let unit_price = self
            .board
            .offers
            .get(&enquiry.offer)
            .and_then(|l| l.what.prices.unit_price(deal.quantity))
            .ok_or_else(|| (Reason::NoListing, said!("the offer is gone", "该报价已不存在")))?;
        let also = also.unwrap_or_default();
        let quote = Quote { enquiry: id, quantity: deal.quantity, unit_price, promise, hold_until, also };
        let to = deal.with;
        self.say_or_report(&quote, Audience::parties([to]), now);
        Ok(())
    }

    pub(crate) fn advance_order(&mut self, id: RecordId, now: Timestamp) {
        let Some(order) = self.orders.get(&id) else { return };
        match &order.stage {
            Stage::New => {
                let (source, spec, quantity, ask) =
                    (order.source, order.spec.clone(), order.quantity, order.ask.clone());
                if source != OrderSource::Deal
                    && let Err((_, why)) = self.plan_order(id, source, &spec, quantity, &ask, now)
                {
                    self.give_up(id, why, now);
                }
            }
            Stage::Asking { purchases, since } => {
                let (purchases, since) = (purchases.clone(), *since);
                self.weigh_answers(id, &purchases, since, now);
            }
            Stage::Held(held) => {
                let held = held.clone();
                self.advance_held(id, order.source, &held, now);
            }
            Stage::Signing(held) => {
                let held = held.clone();
                self.collect_signatures(id, order.source, &held, now);
            }
            Stage::Firm(held) => {
                let held = held.clone();
                self.bind_purchases(id, &held, now);
                self.follow(id, now);
            }
            // a buyer that declines or is late frees what was held upstream for it, too
            Stage::Dropped { .. } => {
                self.let_go(&id, now);
                self.follow(id, now);
            }
        }
    }

    /// When all who were asked have answered, or long enough was waited: choose, or give up.
    pub(crate) fn weigh_answers(
        &mut self,
        id: RecordId,
        purchases: &[AskedFor],
        since: Timestamp,
        now: Timestamp,
    ) {
        let Some((source, spec, quantity, ask)) = self.order_terms(&id) else { return };
        let answer = |deal: &RecordId| self.deals.get(deal);
        let open = |d: &Deal| matches!(d.stage, DealStage::Enquired { .. });
        let waiting = purchases.iter().flat_map(|p| &p.enquiries).filter_map(answer).any(open);
        let quotes = |p: &AskedFor| -> Vec<(Timestamp, Money, RecordId)> {
            let quoted =
                p.enquiries.iter().filter_map(answer).filter(|d| matches!(d.stage, DealStage::Quoted(_)));
            let mut found: Vec<_> = quoted
                .filter_map(|d| d.quoted().map(|q| (q.promise, q.unit_price.times(d.quantity), d.id)))
                .collect();
            found.sort();
            found
        };
        let deadline = self.answers_due(&ask, since);
        if waiting && now < deadline {
            let impossible = purchases
                .iter()
                .any(|p| !p.enquiries.iter().filter_map(answer).any(|d| open(d) || d.quoted().is_some()));
            let complete = purchases.iter().all(|p| !quotes(p).is_empty());
            // with one quote for each input, a third of the time is given to the others to do better
            let patience = after(since, vocab::seconds_between(since, deadline) / 3);
            let enough = complete && now >= patience;
            if !impossible && !enough {
                return;
            }
        }
        let mut chosen = BTreeMap::new();
        let mut lacking = vec![];
        for p in purchases {
            // in time and cheap if some are in time, else the earliest
            let all = quotes(p);
            let in_time = all.iter().filter(|(promise, ..)| ask.due.is_none_or(|due| *promise <= due));
            let best = in_time.min_by_key(|(promise, cost, deal)| (*cost, *promise, *deal)).or(all.first());
            match best {
                Some((_, _, deal)) => {
                    chosen.insert(p.spec.clone(), *deal);
                }
                None => lacking.push(self.why_not(p)),
            }
        }
        if lacking.is_empty() && self.waits_for_turn(id, source, &ask, now) {
            return;
        }
        let result = if lacking.is_empty() {
            self.choose(id, source, &spec, quantity, purchases, chosen.clone(), &ask, now)
        } else {
            chosen.clear();
            Err((Reason::Upstream, because("no quote", "没有得到报价", &list(&lacking))))
        };
        if let Err((reason, why)) = result {
            chosen.clear();
            self.give_up_for(id, reason, why, now);
        }
        // whoever quoted and was not chosen may let its hold go at once
        let others: Vec<_> = purchases
            .iter()
            .flat_map(|p| &p.enquiries)
            .filter(|deal| !chosen.values().any(|c| c == *deal))
            .filter_map(|deal| self.deals.get(deal).and_then(|d| d.quoted()).map(|q| q.quote))
            .collect();
        for quote in others {
            self.refuse(quote, Reason::NotChosen, said!("another quote was taken", "已采用另一份报价"), now);
        }
    }

    pub(crate) fn why_not(&self, p: &AskedFor) -> Text {
        let words = p.enquiries.iter().filter_map(|id| self.deals.get(id)).map(|d| {
            let name = self.who(&d.with).name;
            match &d.stage {
                DealStage::Over(crate::deals::Ending::Refused(_, detail)) => {
                    because(&format!("{name} said"), &format!("{name}称"), detail)
                }
                _ => said!("{name} did not answer", "{name}没有答复"),
            }
        });
        because(p.spec.as_str(), p.spec.as_str(), &list(&words.collect::<Vec<_>>()))
    }

    /// Plans again with what has been quoted: stock may have gone since the enquiries were sent.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn choose(
        &mut self,
        id: RecordId,
        source: OrderSource,
        spec: &SpecId,
        quantity: Decimal,
        purchases: &[AskedFor],
        chosen: BTreeMap<SpecId, RecordId>,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<(), (Reason, Text)> {
        let demand = Demand { spec: spec.clone(), quantity };
        let explosion = planning::explode(&self.model, &demand, &self.free_and_fit(now))
            .map_err(|e| (Reason::NoSource, e.text()))?;
        let covered = |spec: &SpecId, needed: Decimal| {
            purchases.iter().any(|p| p.spec == *spec && p.quantity >= needed)
        };
        if let Some((spec, needed)) = explosion.buy.iter().find(|(s, q)| !covered(s, **q)) {
            return Err((
                Reason::NoSource,
                said!(
                    "stock was taken meanwhile: {needed} of '{spec}' are lacking; ask again",
                    "库存已被占用：“{spec}”还缺 {needed}；请重新询价"
                ),
            ));
        }
        let needed = chosen.into_iter().filter(|(s, _)| explosion.buy.contains_key(s)).collect();
        self.set_aside(id, source, &explosion, needed, ask, now)
    }

    pub(crate) fn answers_due(&self, ask: &Ask, since: Timestamp) -> Timestamp {
        after(ask.terms.answer_by, -self.config.policy.margin_s).max(since)
    }

    /// The next moment at which an order that waits for answers must be looked at again.
    pub(crate) fn next_order_deadline(&self) -> Option<Timestamp> {
        let next = |o: &crate::orders::Order| match &o.stage {
            Stage::Asking { since, .. } => {
                let deadline = self.answers_due(&o.ask, *since);
                let patience = after(*since, vocab::seconds_between(*since, deadline) / 3);
                Some(if patience > self.clock { patience } else { deadline })
            }
            Stage::Dropped { at, .. } if o.source.is_sold() => Some(after(*at, REPLAN_S)),
            _ => None,
        };
        self.orders.waiting().filter_map(next).min()
    }

    pub(crate) fn due_orders(&self, now: Timestamp) -> Vec<RecordId> {
        let due = |o: &&crate::orders::Order| match &o.stage {
            Stage::Asking { since, .. } => {
                let deadline = self.answers_due(&o.ask, *since);
                now >= after(*since, vocab::seconds_between(*since, deadline) / 3)
            }
            Stage::Dropped { at, .. } => o.source.is_sold() && now >= after(*at, REPLAN_S),
            _ => false,
        };
        self.orders.waiting().filter(due).map(|o| o.id).collect()
    }

    pub(crate) fn advance_held(&mut self, id: RecordId, source: OrderSource, held: &Held, now: Timestamp) {
        match source {
            OrderSource::Deal => {
                let Some(deal) = self.deals.get(&id) else { return };
                let DealStage::Accepted(quoted, accepted) = deal.stage.clone() else { return };
                if held.plan.processes.iter().any(|p| self.outages.hit(p)) {
                    let why =
                        said!("a work centre it was planned on is out of use", "它所排的工作中心已停用");
                    self.give_up_for(id, Reason::NoSource, why, now);
                    return;
                }
                if after(now, SIGN_AHEAD_S) > quoted.hold_until {
                    self.refuse(
                        accepted.acceptance,
                        Reason::Late,
                        said!("it came too close to the end of the hold", "它来得太接近预留的期限"),
                        now,
                    );
                    return;
                }
                if held.chosen.is_empty() {
                    let to = deal.with;
                    self.say_or_report(
                        &Confirmation { acceptance: accepted.acceptance },
                        Audience::parties([to]),
                        now,
                    );
                } else {
                    self.accept_purchases(id, held, now);
                }
            }
            // an own order waits for its owner's word
            OrderSource::Own => {}
            OrderSource::Pool | OrderSource::Bid => self.go_ahead(id, now),
        }
    }

    /// An order without a buyer's signature to wait for goes ahead.
    pub(crate) fn go_ahead(&mut self, id: RecordId, now: Timestamp) {
        let Some(held) = self.orders.get(&id).and_then(|o| o.held()).cloned() else { return };
        if held.chosen.is_empty() {
            self.say_or_report(&Firm { order: id }, Audience::Private, now);
        } else {
            self.accept_purchases(id, &held, now);
        }
    }

    pub(crate) fn accept_purchases(&mut self, id: RecordId, held: &Held, now: Timestamp) {
        let quotes: Vec<_> = held
            .chosen
            .values()
            .filter_map(|deal| self.deals.get(deal))
            .filter_map(|d| match &d.stage {
                DealStage::Quoted(q) => Some((d.with, q.quote)),
                _ => None,
            })
            .collect();
        if quotes.len() < held.chosen.len() {
            self.give_up_for(
                id,
                Reason::Upstream,
                said!("a quote it was built on has lapsed", "它所依据的一份报价已失效"),
                now,
            );
            return;
        }
        self.say_or_report(&GoAhead { order: id }, Audience::Private, now);
        for (to, quote) in quotes {
            self.say_or_report(
                &Acceptance { quote, condition: Condition::Binding },
                Audience::parties([to]),
                now,
            );
        }
    }

    /// All purchases confirmed: sign downstream and bind upstream in one go. One of them over: retreat.
    pub(crate) fn collect_signatures(
        &mut self,
        id: RecordId,
        source: OrderSource,
        held: &Held,
        now: Timestamp,
    ) {
        let stages: Vec<_> =
            held.chosen.values().filter_map(|d| self.deals.get(d)).map(|d| &d.stage).collect();
        let over = |s: &&&DealStage| {
            matches!(s, DealStage::Over(_) | DealStage::Enquired { .. } | DealStage::Quoted(_))
        };
        if stages.iter().any(|s| over(&s)) || stages.len() < held.chosen.len() {
            self.give_up_for(
                id,
                Reason::Upstream,
                said!("a supplier it needs did not sign", "它所需的一个供方没有签字"),
                now,
            );
            return;
        }
        if !stages.iter().all(|s| matches!(s, DealStage::Confirmed(..))) {
            return;
        }
        if source != OrderSource::Deal {
            if let Some(because) = self.say_or_report(&Firm { order: id }, Audience::Private, now) {
                self.say_bindings(held, because, now);
            }
            return;
        }
        let Some(deal) = self.deals.get(&id) else { return };
        let DealStage::Accepted(quoted, accepted) = deal.stage.clone() else { return };
        if after(now, SIGN_AHEAD_S) > quoted.hold_until {
            self.give_up_for(
                id,
                Reason::Late,
                said!("upstream signatures came too late", "上游的签字来得太迟"),
                now,
            );
            return;
        }
        let to = deal.with;
        let confirmation = Confirmation { acceptance: accepted.acceptance };
        if let Some(because) = self.say_or_report(&confirmation, Audience::parties([to]), now)
            && accepted.condition == Condition::None
        {
            self.say_bindings(held, because, now);
        }
    }

    /// The order is firm: purchases that still wait for this node's binding get it.
    pub(crate) fn bind_purchases(&mut self, id: RecordId, held: &Held, now: Timestamp) {
        let Some(because) = self.deals.get(&id).and_then(|d| d.history.last().copied()) else { return };
        self.say_bindings(held, because, now);
    }

    pub(crate) fn say_bindings(&mut self, held: &Held, because: RecordId, now: Timestamp) {
        let waiting: Vec<_> = held
            .chosen
            .values()
            .filter_map(|d| self.deals.get(d))
            .filter_map(|d| match &d.stage {
                DealStage::Confirmed(_, _, confirmation) => Some((d.with, *confirmation)),
                _ => None,
            })
            .collect();
        for (to, confirmation) in waiting {
            self.say_or_report(&Binding { confirmation, because }, Audience::parties([to]), now);
        }
    }

    /// Gives an order up, tells its buyer, and lets go upstream.
    pub(crate) fn give_up_for(&mut self, id: RecordId, reason: Reason, why: Text, now: Timestamp) {
        self.let_go(&id, now);
        match self.deals.get(&id).map(|d| d.stage.clone()) {
            Some(DealStage::Enquired { .. }) => self.refuse(id, reason, why.clone(), now),
            Some(DealStage::Accepted(_, a)) => self.refuse(a.acceptance, reason, why.clone(), now),
            _ => {}
        }
        self.give_up(id, why, now);
    }

    /// Gives an order up.
    pub(crate) fn give_up(&mut self, id: RecordId, why: Text, now: Timestamp) {
        let standing =
            self.orders.get(&id).is_some_and(|o| !matches!(o.stage, Stage::Dropped { .. } | Stage::Firm(_)));
        if standing {
            self.say_or_report(&Dropped { order: id, why }, Audience::Private, now);
        }
    }

    /// Refuses whatever upstream partners of this order still hold for it.
    pub(crate) fn let_go(&mut self, id: &RecordId, now: Timestamp) {
        let asked = self.orders.get(id).map(|o| o.asked()).unwrap_or_default();
        let open: Vec<_> = asked
            .iter()
            .filter_map(|d| self.deals.get(d))
            .filter_map(|d| match &d.stage {
                DealStage::Quoted(q) => Some(q.quote),
                DealStage::Accepted(_, a) if a.condition == Condition::Binding => Some(a.acceptance),
                DealStage::Confirmed(_, _, confirmation) => Some(*confirmation),
                _ => None,
            })
            .collect();
        for answers in open {
            self.refuse(
                answers,
                Reason::NotChosen,
                said!("the order it was for is given up", "它所服务的订单已放弃"),
                now,
            );
        }
    }
}
