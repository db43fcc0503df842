//! What a node shows its owner: views computed from its state, never kept.

mod auction;
mod call;
mod floor;
mod plan;
mod pools;
mod tree;

use crate::deals::{Deal, Ending, Origin, Stage as DealStage};
use crate::moves::Move;
use crate::node::Node;
use crate::orders::{Held, Order, Stage};
use crate::pools::{End, Pool};
use crate::view::*;
use ledger::Record;
use market::statement::{EvidenceText, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use trace::statement::{Goods, Passport};
use vocab::{AgentId, Decimal, Money, RecordId, SpecId, Text, Timestamp};

impl Deal {
    /// Where it stands, in the one word shown to people.
    pub(crate) fn state(&self) -> DealState {
        match &self.stage {
            DealStage::Enquired { .. } => DealState::Enquired,
            DealStage::Quoted(_) => DealState::Quoted,
            DealStage::Accepted(..) => DealState::Accepted,
            DealStage::Confirmed(..) => DealState::Confirmed,
            DealStage::Over(Ending::Refused(..)) => DealState::Refused,
            DealStage::Over(Ending::Lapsed) => DealState::Lapsed,
            DealStage::Over(Ending::Cancelled) => DealState::Cancelled,
            DealStage::Bound { .. } => {
                let done = self.moved.accepted + self.moved.rejected >= self.tolerated().0;
                let owed = self.owed().map_or(Decimal::ZERO, |m| m.amount);
                match () {
                    () if done && self.paid >= owed => DealState::Settled,
                    () if done => DealState::Delivered,
                    () if self.moved.shipped.is_positive() => DealState::Shipped,
                    () => DealState::Bound,
                }
            }
        }
    }
}

impl Node {
    /// An agent with the name it gives itself.
    pub(crate) fn who(&self, agent: &AgentId) -> Who {
        Who { agent: *agent, name: self.board.name(agent) }
    }

    /// The node at a glance.
    pub fn status(&self, now: Timestamp) -> Status {
        let head = self.log.head();
        let problem = |(at, peer, what): &(Timestamp, Option<AgentId>, Text)| Problem {
            at: *at,
            peer: peer.map(|p| self.who(&p)),
            what: what.clone(),
        };
        Status {
            me: self.who(&self.me()),
            now,
            log_size: head.size,
            log_root: head.root.iter().map(|b| format!("{b:02x}")).collect(),
            records: self.book.len() as u64,
            peers: self.post.connected().count() as u64,
            recipes: self.model.recipes.len() as u64,
            listings: (self.board.offers.len() + self.board.needs.len()) as u64,
            open_deals: self.deals.iter().filter(|d| d.is_open()).count() as u64,
            problems: self.problems.iter().map(problem).collect(),
        }
    }

    /// How this node makes things, and where.
    pub fn model(&self) -> &planning::Model {
        &self.model
    }
    /// A record kept here.
    pub fn record(&self, id: &RecordId) -> Option<&Record> {
        self.book.get(id)
    }
    /// Capacity set aside at each work centre.
    pub fn capacity(&self) -> &planning::Capacity {
        &self.capacity
    }
    /// This node's goods.
    pub fn goods(&self) -> &trace::Stock {
        &self.stock
    }

    /// Offers that stand, newest first.
    pub fn offers(&self, now: Timestamp) -> Vec<OfferView> {
        let standing = self.board.offers.iter().filter(|(_, l)| l.what.expires > now);
        let mut all: Vec<_> = standing
            .map(|(id, l)| OfferView {
                id: *id,
                by: self.who(&l.by),
                mine: l.by == self.me(),
                at: l.at,
                heard_at: l.heard_at,
                offer: (*l.what).clone(),
            })
            .collect();
        all.sort_by_key(|o| (std::cmp::Reverse(o.at), o.id));
        all
    }

    /// Needs that stand, newest first.
    pub fn needs(&self, now: Timestamp) -> Vec<NeedView> {
        let fits = |need: &market::statement::Need| {
            let mut found: Vec<_> = self
                .board
                .offers
                .iter()
                .filter_map(|(id, l)| market::matching::fits(need, &l.what, now).map(|f| (f.unit_price, *id)))
                .collect();
            found.sort();
            found.into_iter().map(|(_, id)| id).collect()
        };
        let standing = self.board.needs.iter().filter(|(_, l)| l.what.expires > now);
        let mut all: Vec<_> = standing
            .map(|(id, l)| NeedView {
                id: *id,
                by: self.who(&l.by),
                mine: l.by == self.me(),
                at: l.at,
                heard_at: l.heard_at,
                fits: fits(&l.what),
                need: (*l.what).clone(),
            })
            .collect();
        all.sort_by_key(|n| (std::cmp::Reverse(n.at), n.id));
        all
    }

    /// Specifications known, by name and revision.
    pub fn specifications(&self) -> Vec<SpecView> {
        let view = |(id, l): (&RecordId, &crate::board::Listing<vocab::Specification>)| SpecView {
            id: *id,
            by: self.who(&l.by),
            mine: l.by == self.me(),
            specification: (*l.what).clone(),
        };
        let mut all: Vec<_> = self.board.specifications.iter().map(view).collect();
        all.sort_by_key(|s| (s.specification.id.clone(), std::cmp::Reverse(s.specification.revision), s.id));
        all
    }

    /// Pools known, the next to close first.
    pub fn pools(&self, now: Timestamp) -> Vec<PoolView> {
        let mut all: Vec<_> = self.pools.iter().map(|p| self.pool_view(p, now)).collect();
        all.sort_by_key(|p| (p.state, p.terms.closes, p.id));
        all
    }

    fn pool_view(&self, pool: &Pool, now: Timestamp) -> PoolView {
        let me = self.me();
        // those whom the close does not concern have the keeper's word for how it ended
        let told = pool.progress.as_ref().and_then(|(_, p)| p.outcome.as_ref());
        let state = match &pool.end {
            End::Open if told.is_some() && pool.pledge_of(&me).is_none() && pool.offerer != me => {
                match told {
                    Some(Outcome::Made { .. }) => PoolState::Made,
                    _ => PoolState::Lapsed,
                }
            }
            End::Open if now < pool.terms.closes => PoolState::Open,
            End::Open if pool.extended && pool.waits(now) => PoolState::Extended,
            End::Open => PoolState::Closing,
            End::Lapsed => PoolState::Lapsed,
            End::Disputed { .. } => PoolState::Disputed,
            End::Closed { settled, .. } => match settled.outcome {
                Outcome::Made { .. } => PoolState::Made,
                Outcome::Lapsed {} => PoolState::Lapsed,
            },
        };
        let result = match &pool.end {
            End::Closed { close, settled } => match settled.outcome {
                Outcome::Made { unit_price, total } => Some(PoolResult {
                    close: *close,
                    unit_price,
                    total,
                    my_quantity: settled.share_of(&me).map_or(Decimal::ZERO, |s| s.quantity),
                }),
                Outcome::Lapsed {} => None,
            },
            _ => None,
        };
        let progress = pool.progress.as_ref().map(|(_, p)| p);
        PoolView {
            id: pool.id,
            by: self.who(&pool.offerer),
            keeper: self.who(&pool.terms.keeper),
            state,
            members: progress.map_or(0, |p| p.members.into()),
            pledged: progress.map_or(Decimal::ZERO, |p| p.pledged),
            price_now: progress.and_then(|p| p.price_now),
            solo_price: pool.terms.prices.unit_price(pool.terms.minimum),
            counted: progress.and_then(|p| p.counted),
            compare: self.compare(pool),
            mine: pool.pledge_of(&me).map(|p| self.my_pledge(pool, p)),
            result,
            dispute: match &pool.end {
                End::Disputed { why, .. } => Some(why.clone()),
                _ => None,
            },
            audit: self.gathers.audits.get(&pool.id).map(crate::gather::Audit::view),
            terms: pool.terms.clone(),
        }
    }

    /// This node's proof of its part of a pool, for others to check; `None` where there is none yet.
    pub fn pool_proof(&self, id: &RecordId) -> Option<market::pool::PoolProof> {
        let pool = self.pools.get(id)?;
        let mine = pool.pledge_of(&self.me())?.id;
        let text = |id: &RecordId| EvidenceText::new(self.book.get(id)?.signed()).ok();
        let close = pool.closed_by()?;
        Some(market::pool::PoolProof {
            terms: text(id)?,
            pledge: text(&mine)?,
            receipt: pool.receipts.get(&mine).and_then(text),
            close: text(&close)?,
            consent: pool.consent.filter(|c| c.close == close).and_then(|c| text(&c.record)),
            proof: pool.mine.clone().or_else(|| pool.proofs.as_ref()?.of(&mine))?,
        })
    }

    /// Deals, newest first.
    pub fn deals(&self, _now: Timestamp) -> Vec<DealView> {
        let mut all: Vec<_> = self.deals.iter().map(|d| self.deal_view(d)).collect();
        all.sort_by_key(|d| (std::cmp::Reverse(d.start), d.id));
        all
    }
    /// One deal.
    pub fn deal(&self, id: &RecordId, _now: Timestamp) -> Option<DealView> {
        self.deals.get(id).map(|d| self.deal_view(d))
    }

    fn deal_view(&self, deal: &Deal) -> DealView {
        let quoted = deal.quoted();
        let (unit_price, promise) = match &deal.stage {
            DealStage::Bound { unit_price, promise, .. } => (Some(*unit_price), Some(*promise)),
            _ => (quoted.map(|q| q.unit_price), quoted.map(|q| q.promise)),
        };
        let refused = match &deal.stage {
            DealStage::Over(Ending::Refused(reason, detail)) => Some((*reason, detail.clone())),
            _ => None,
        };
        let owed = deal.owed();
        let line = |id: &RecordId| {
            let record = self.book.get(id)?;
            Some(HistoryLine {
                record: *id,
                kind: record.kind.clone(),
                by: self.who(&record.author),
                at: record.at,
            })
        };
        DealView {
            id: deal.id,
            pool: match deal.origin {
                Origin::Pool(pool) => Some(pool),
                Origin::Enquiry(_) | Origin::Bid(_) | Origin::Planned(_) => None,
            },
            auction: match deal.origin {
                Origin::Bid(auction) => Some(auction),
                Origin::Enquiry(_) | Origin::Pool(_) | Origin::Planned(_) => None,
            },
            call: match deal.origin {
                Origin::Planned(call) => Some(call),
                Origin::Enquiry(_) | Origin::Pool(_) | Origin::Bid(_) => None,
            },
            role: deal.role,
            with: self.who(&deal.with),
            spec: deal.spec.clone(),
            name: deal.name.clone(),
            unit: deal.unit,
            quantity: deal.quantity,
            unit_price,
            total: unit_price.map(|p| p.times(deal.quantity)),
            state: deal.state(),
            refused,
            promise,
            also: quoted.map(|q| q.also.clone()).unwrap_or_default(),
            start: deal.start,
            answer_by: deal.enquiry().map_or(deal.start, |e| e.answer_by),
            hold_until: quoted.map(|q| q.hold_until),
            order: deal.buys_for.or_else(|| self.order_of(deal)),
            shipped: deal.moved.shipped,
            accepted: deal.moved.accepted,
            rejected: deal.moved.rejected,
            accounted: deal.accounted,
            claim: deal.claim(),
            paid: owed.map(|m| Money::new(deal.paid, m.currency)),
            owed,
            cancellation: deal
                .cancellation
                .as_ref()
                .filter(|_| deal.is_bound())
                .map(|w| CancellationView { by: self.who(&w.by), reason: w.reason.clone() }),
            expected: self.expected(deal),
            late: self.is_late(deal),
            delay: self.delay_view(deal),
            names: self.lot_names(&deal.moved.goods),
            goods: deal.moved.goods.clone(),
            history: deal.history.iter().filter_map(line).collect(),
        }
    }

    /// Orders, newest first.
    pub fn orders(&self, now: Timestamp) -> Vec<OrderView> {
        let mut all: Vec<_> = self.orders.iter().map(|o| self.order_view(o, now)).collect();
        all.sort_by_key(|o| (std::cmp::Reverse(o.start), o.id));
        all
    }

    /// One order.
    pub fn order(&self, id: &RecordId, now: Timestamp) -> Option<OrderView> {
        self.orders.get(id).map(|o| self.order_view(o, now))
    }

    fn order_view(&self, order: &Order, now: Timestamp) -> OrderView {
        let (state, trouble) = match &order.stage {
            Stage::New | Stage::Asking { .. } => (OrderState::Asking, None),
            Stage::Held(_) => (OrderState::Held, None),
            Stage::Signing(_) => (OrderState::Signing, None),
            Stage::Firm(_) if order.is_made() => (OrderState::Made, None),
            Stage::Firm(held) => (OrderState::Firm, self.lost_purchase(held)),
            Stage::Dropped { why, .. } => (OrderState::Dropped, Some(why.clone())),
        };
        let held = order.held();
        let purchases = match &order.stage {
            Stage::Asking { purchases, .. } => purchases
                .iter()
                .map(|p| PurchaseView {
                    spec: p.spec.clone(),
                    quantity: p.quantity,
                    asked: p.enquiries.clone(),
                    chosen: None,
                })
                .collect(),
            _ => held.map_or(vec![], |h| self.purchases(h)),
        };
        OrderView {
            id: order.id,
            source: order.source,
            spec: order.spec.clone(),
            name: self.board.spec_name(&order.spec),
            quantity: order.quantity,
            state,
            trouble,
            promise: held.map(|h| h.plan.promise),
            start: order.ask.terms.start,
            take: held.map(|h| h.take.clone()).unwrap_or_default(),
            purchases,
            processes: held.map_or(vec![], |h| self.processes(order, h, now)),
            short: held
                .filter(|_| order.is_firm())
                .map_or(Decimal::ZERO, |h| h.short(&order.spec, order.quantity)),
        }
    }

    fn purchases(&self, held: &Held) -> Vec<PurchaseView> {
        let view = |(spec, deal): (&SpecId, &RecordId)| PurchaseView {
            spec: spec.clone(),
            quantity: self.deals.get(deal).map_or(Decimal::ZERO, |d| d.quantity),
            asked: vec![*deal],
            chosen: Some(*deal),
        };
        held.chosen.iter().map(view).collect()
    }

    fn processes(&self, order: &Order, held: &Held, now: Timestamp) -> Vec<ProcessView> {
        let mut views = vec![];
        for (index, (p, run)) in (0_u32..).zip(held.plan.processes.iter().zip(&held.runs)) {
            let state = run.state();
            let available = |spec: &SpecId| self.fit_for(order.id, spec, now);
            let inputs: Vec<_> = p
                .inputs
                .iter()
                .map(|i| ProcessInput {
                    spec: i.spec.clone(),
                    quantity: i.quantity,
                    available: available(&i.spec),
                })
                .collect();
            let there = state != ProcessState::Planned || inputs.iter().all(|i| i.available >= i.quantity);
            let ready = order.is_firm() && held.unblocked(index) && there && state != ProcessState::Done;
            views.push(ProcessView {
                plan: held.reservation,
                index,
                order: order.id,
                firm: order.is_firm(),
                spec: p.spec.clone(),
                output_name: self.board.spec_name(&p.spec),
                quantity: p.quantity,
                name: p.name.clone(),
                work_center: p.work_center.clone(),
                start: p.start,
                end: p.end,
                state,
                inputs,
                ready,
                good: run.good,
                scrap: run.scrap,
                started_at: run.started_at,
                done_at: run.done_at(),
                worked_s: run.worked_s + self.worked_since(&p.work_center, run, now),
                paused: run.pause_view(),
            });
        }
        views
    }

    /// Stock by specification.
    pub fn stock(&self) -> Vec<StockView> {
        let specs: BTreeSet<SpecId> = self.stock.lots().map(|h| h.spec.clone()).collect();
        specs.into_iter().map(|spec| self.stock_view(spec)).collect()
    }

    fn stock_view(&self, spec: SpecId) -> StockView {
        let mut lots: BTreeMap<RecordId, LotView> = BTreeMap::new();
        let mut order = vec![];
        for holding in self.stock.lots().filter(|h| h.spec == spec) {
            let view = lots.entry(holding.lot).or_insert_with(|| {
                order.push(holding.lot);
                let issuer = self.book.get(&holding.lot).map(|r| self.who(&r.author));
                let name = self.lot_name(&holding.lot, &spec);
                LotView { lot: holding.lot, name, quantity: Decimal::ZERO, serials: vec![], issuer }
            });
            view.quantity += holding.quantity;
            view.serials.extend(holding.serials.iter().cloned());
        }
        let lots: Vec<LotView> = order.iter().filter_map(|id| lots.remove(id)).collect();
        // lots of one name give it to the whole; of several revisions, the newest names it
        let same = lots.first().filter(|first| lots.iter().all(|lot| lot.name == first.name));
        StockView {
            name: same.map_or_else(|| self.board.spec_name(&spec), |lot| lot.name.clone()),
            unit: self.board.unit(&spec),
            on_hand: self.stock.on_hand(&spec),
            reserved: self.stock.reserved(&spec),
            free: self.stock.free_of(&spec),
            lots,
            spec,
        }
    }

    /// What a lot's own passport calls it: a later revision of its specification does not rename it.
    fn lot_name(&self, lot: &RecordId, spec: &SpecId) -> Text {
        let passport = self.book.get(lot).and_then(|r| r.read::<Passport>().ok());
        passport.map_or_else(|| self.board.spec_name(spec), |p| p.name)
    }
    fn lot_names(&self, goods: &[Goods]) -> BTreeMap<RecordId, Text> {
        goods.iter().map(|g| (g.lot, self.lot_name(&g.lot, &g.spec))).collect()
    }

    /// Handovers to and from this node, newest first.
    pub fn handovers(&self) -> Vec<HandoverView> {
        let mut all: Vec<_> = self.moves.iter().map(|m| self.handover_view(m)).collect();
        all.sort_by_key(|h| (std::cmp::Reverse(h.at), h.id));
        all
    }

    fn handover_view(&self, of: &Move) -> HandoverView {
        let me = self.me();
        let (state, reason) = match &of.answer {
            None => (HandoverState::Waiting, String::new()),
            Some((_, t)) if t.rejected.is_empty() => (HandoverState::Taken, String::new()),
            Some((_, t)) if t.accepted.is_empty() => (HandoverState::Refused, t.reason.clone()),
            Some((_, t)) => (HandoverState::Partly, t.reason.clone()),
        };
        let answered = of.answer.as_ref();
        let carries = of.handover.to == me
            && of.handover.consignee != me
            && !of.passed_on
            && answered.is_some_and(|(_, t)| !t.accepted.is_empty());
        let refused = of.giver == me
            && of.handover.after.is_some()
            && !of.sent_back
            && answered.is_some_and(|(_, t)| !t.rejected.is_empty());
        HandoverView {
            id: of.id,
            deal: of.handover.deal,
            from: self.who(&of.giver),
            to: self.who(&of.handover.to),
            consignee: self.who(&of.handover.consignee),
            purpose: of.handover.purpose,
            names: self.lot_names(&of.handover.goods),
            goods: of.handover.goods.clone(),
            at: of.at,
            state,
            reason,
            to_pass_on: carries || refused,
        }
    }

    /// What users said of items, newest first.
    pub fn feedback(&self) -> Vec<FeedbackView> {
        let led_to = |id: &RecordId| {
            let citing = self.board.specifications.iter().filter(|(_, l)| l.what.cites.contains(id));
            citing.map(|(spec, _)| *spec).collect()
        };
        let mut all: Vec<_> = self
            .feedback
            .iter()
            .filter_map(|(id, f)| {
                let record = self.book.get(id)?;
                Some(FeedbackView {
                    id: *id,
                    by: self.who(&record.author),
                    at: record.at,
                    mine: record.author == self.me(),
                    spec: f.spec.clone(),
                    name: self.lot_name(&f.passport, &f.spec),
                    passport: f.passport,
                    serial: f.serial.clone(),
                    rating: f.rating,
                    text: f.text.clone(),
                    wishes: f.wishes.clone(),
                    led_to: led_to(id),
                })
            })
            .collect();
        all.sort_by_key(|f| (std::cmp::Reverse(f.at), f.id));
        all
    }

    /// Every other agent known, those connected first.
    pub fn peers(&self) -> Vec<PeerView> {
        let lanes = self.post.lanes().map(|(a, _)| *a);
        let known: BTreeSet<AgentId> =
            self.board.keys.keys().copied().chain(lanes).filter(|a| *a != self.me()).collect();
        let mut all: Vec<_> = known
            .into_iter()
            .map(|agent| {
                let lane = self.post.get(&agent);
                let confirmed = lane.map_or(0, |l| l.confirmed);
                PeerView {
                    who: self.who(&agent),
                    connected: lane.is_some_and(|l| l.connected),
                    addresses: self
                        .board
                        .reachable
                        .get(&agent)
                        .map(|r| r.addresses.clone())
                        .unwrap_or_default(),
                    undelivered: self.book.mail_after(&agent, confirmed).len() as u64,
                    clock_ahead_s: lane.and_then(|l| l.clock_ahead_s),
                    witnessed: self.witness.last(&agent).map(|(_, c)| c.size),
                }
            })
            .collect();
        all.sort_by_key(|p| (!p.connected, p.who.name.clone(), p.who.agent));
        all
    }

    /// What happened here and changed hands, as a GS1 EPCIS 2.0 document.
    pub fn epcis(&self) -> crate::error::Result<serde_json::Value> {
        let kinds = ["happened", "handover", "takeover", "passport"];
        let records = self.book.iter().filter(|r| kinds.contains(&r.kind.as_str()));
        let mut records: Vec<Record> = records.cloned().collect();
        records.sort_by_key(|r| (r.at, r.author, r.seq));
        let lots = self
            .stock
            .lots()
            .map(|h| h.spec.clone())
            .chain(self.board.specifications.values().map(|l| l.what.id.clone()));
        let units = lots.filter_map(|spec| Some((spec.clone(), self.board.unit(&spec)?))).collect();
        Ok(trace::epcis_document(&self.me(), &records, &units, self.clock)?)
    }
}
