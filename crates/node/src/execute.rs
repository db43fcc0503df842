//! What the owner wants done: each command becomes statements, or an error that says what would be right.

use crate::command::{Answer, Command, Done, OfferDraft, Reply};
use crate::deals::{Deal, Stage as DealStage};
use crate::error::{Error, Result};
use crate::moves::Move;
use crate::node::Node;
use crate::orders::{Held, Stage};
use crate::statement::{Finished, ModelSet, OwnDemand, Started};
use crate::view::{OrderSource, ProcessState, Role};
use ledger::Audience;
use market::statement::{
    Acceptance, Cancellation, CancellationConsent, Condition, Described, Enquiry, Feedback, Need, Offer,
    Pledge, PoolRequest, Pooling, Reason, Settlement, Withdrawal,
};
use std::collections::BTreeMap;
use trace::statement::{Goods, Handover, Happened, Passport, Purpose, Takeover};
use trace::{Action, EconomicEvent, ProcessRef};
use vocab::{AgentId, DAY_S, Decimal, Money, Quantity, RecordId, SpecId, Timestamp, Unit, after};

/// Days until a listing expires when its owner does not say.
const EXPIRES_DAYS: u32 = 30;
/// Longest life of a listing, days.
const EXPIRES_DAYS_MAX: u32 = 366;

impl Node {
    /// Does a command; `None` when the answer comes later.
    pub(crate) fn execute(&mut self, number: u64, command: Command, now: Timestamp) -> Option<Reply> {
        let id = match command {
            Command::Trace { lot } => {
                let holder = self
                    .moves
                    .iter()
                    .find(|m| m.handover.goods.iter().any(|g| g.lot == lot))
                    .map(|m| m.giver);
                self.begin_trace(number, lot, holder.unwrap_or(self.me()), now);
                return None;
            }
            Command::Recall { lot } => {
                self.begin_recall(number, lot, now);
                return None;
            }
            other => self.recorded(other, now),
        };
        Some(id.map(Done::Recorded))
    }

    fn recorded(&mut self, command: Command, now: Timestamp) -> Result<RecordId> {
        match command {
            Command::Describe { specification } => {
                specification.check()?;
                self.say(&Described(specification), Audience::Public, now)
            }
            Command::Model { recipes, work_centers } => {
                let mut model = self.model.clone();
                model.work_centers.extend(work_centers);
                model.recipes.extend(recipes.into_iter().map(|r| (r.output.clone(), r)));
                model.check()?;
                self.say(&ModelSet(model), Audience::Private, now)
            }
            Command::Raise { spec, quantity, serials, properties } => {
                self.raise(&spec, quantity, serials, properties, now)
            }
            Command::Lower { lot, quantity, serials, note } => {
                let (spec, unit) = self.lot(&lot)?;
                let event = EconomicEvent {
                    action: Action::Lower,
                    spec,
                    quantity: Quantity::new(quantity, unit),
                    lot: Some(lot),
                    serials,
                    process: None,
                    note,
                };
                self.say(&Happened { events: vec![event] }, Audience::Private, now)
            }
            Command::Offer(draft) => self.offer(draft, now),
            Command::Need { spec, name, quantity, ceiling, due, place, expires_days } => {
                let unit = self.board.unit(&spec).ok_or_else(|| Error::NoSpecification(spec.clone()))?;
                let name = name.unwrap_or_else(|| self.board.spec_name(&spec));
                let need = Need {
                    spec,
                    name,
                    unit,
                    quantity,
                    ceiling,
                    due,
                    place,
                    expires: expires(expires_days, now)?,
                };
                need.check()?;
                self.say(&need, Audience::Public, now)
            }
            Command::Withdraw { listing } => {
                let owner = self.board.offers.get(&listing).map(|l| l.by).or(self
                    .board
                    .needs
                    .get(&listing)
                    .map(|l| l.by));
                match owner {
                    Some(owner) if owner == self.me() => {
                        self.say(&Withdrawal { listing }, Audience::Public, now)
                    }
                    Some(owner) => Err(Error::NotYours {
                        what: "listing",
                        id: listing,
                        owner,
                        remedy: "withdraw your own",
                    }),
                    None => Err(Error::Unknown {
                        kind: "listing",
                        id: listing,
                        remedy: "see your offers and needs",
                    }),
                }
            }
            Command::Enquire { offer, quantity, due } => self.enquire(offer, quantity, due, now),
            Command::Plan { spec, quantity } => self.plan(spec, quantity, now),
            Command::Accept { deal } => self.accept(deal, now),
            Command::Decline { deal } => self.decline(deal, now),
            Command::OpenPool { offer, threshold, closes } => self.open_pool(offer, threshold, closes, now),
            Command::Pledge { pool, at_least, at_most, ceiling } => {
                self.pledge(pool, at_least, at_most, ceiling, now)
            }
            Command::Cancel { deal, reason } => {
                let to = self.bound(&deal)?.with;
                let wish = Cancellation { deal, reason };
                wish.check()?;
                self.say(&wish, Audience::parties([to]), now)
            }
            Command::AnswerCancel { deal, answer } => self.answer_cancel(deal, answer, now),
            Command::Start { plan, index } => self.start(ProcessRef { plan, index }, now),
            Command::Finish { plan, index, quantity } => {
                self.finish_process(ProcessRef { plan, index }, quantity, now)
            }
            Command::Ship { deal, via, quantity } => self.ship(deal, via, quantity, now),
            Command::Receive { handover, rejected, reason } => self.receive(handover, rejected, reason, now),
            Command::PassOn { handover } => self.pass_on(handover, now),
            Command::Settle { deal, amount, note } => self.settle(deal, amount, note, now),
            Command::Feedback { deal, serial, rating, text, wishes } => {
                let of = self.bound(&deal)?;
                let (to, spec) = (of.with, of.spec.clone());
                let has = |g: &&Goods| serial.as_ref().is_none_or(|s| g.serials.contains(s));
                let passport = of.moved.goods.iter().find(has).map(|g| g.lot).ok_or(Error::State {
                    what: "deal",
                    id: deal,
                    state: "without such an item".to_owned(),
                    remedy: "name a serial number you received",
                })?;
                let feedback = Feedback { deal, passport, serial, spec, rating, text, wishes };
                feedback.check()?;
                self.say(&feedback, Audience::parties([to]), now)
            }
            Command::Trace { lot } | Command::Recall { lot } => {
                Err(Error::Unknown { kind: "lot", id: lot, remedy: "trace it" })
            }
        }
    }

    // --- listings -----------------------------------------------------------------------------------------------

    fn offer(&mut self, draft: OfferDraft, now: Timestamp) -> Result<RecordId> {
        let unit = draft.unit.or_else(|| self.board.unit(&draft.spec));
        let step = draft.step.unwrap_or(Decimal::ONE);
        let offer = Offer {
            name: draft.name.unwrap_or_else(|| self.board.spec_name(&draft.spec)),
            unit: unit.ok_or_else(|| Error::NoSpecification(draft.spec.clone()))?,
            minimum: draft.minimum.unwrap_or(step),
            step,
            prices: draft.prices,
            maximum: draft.maximum,
            lead_time_s: i64::from(draft.lead_time_days.unwrap_or(0)) * DAY_S,
            place: draft.place,
            expires: expires(draft.expires_days, now)?,
            pooling: draft.pooling.map(|p| Pooling {
                cap: p.cap,
                lead_time_s: i64::from(p.lead_time_days) * DAY_S,
                payment: p.payment,
            }),
            specification: self.board.specification_record(&draft.spec),
            spec: draft.spec,
        };
        offer.check()?;
        self.say(&offer, Audience::Public, now)
    }

    // --- deals --------------------------------------------------------------------------------------------------

    fn enquire(
        &mut self,
        offer: RecordId,
        quantity: Decimal,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let remedy = "it may have expired: see the offers";
        let listing =
            self.board.offer(&offer, now).ok_or(Error::Unknown { kind: "offer", id: offer, remedy })?;
        if listing.by == self.me() {
            let remedy = "to make for yourself, plan an order of your own";
            return Err(Error::NotYours { what: "offer", id: offer, owner: listing.by, remedy });
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

    fn plan(&mut self, spec: SpecId, quantity: Decimal, now: Timestamp) -> Result<RecordId> {
        if !quantity.is_positive() {
            let remedy = "give more than nothing";
            return Err(Error::Field { field: "quantity", value: quantity.to_string(), remedy });
        }
        let policy = &self.config.policy;
        let answer_by = after(now, policy.answer_s);
        let hold_until = after(now, policy.answer_s + policy.hold_s);
        // a recipe that cannot be exploded is the owner's to know at once
        let demand = planning::Demand { spec: spec.clone(), quantity };
        planning::explode(&self.model, &demand, &self.stock.free())?;
        self.say(&OwnDemand { spec, quantity, answer_by, hold_until }, Audience::Private, now)
    }

    fn accept(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        if let Some(order) = self.orders.get(&id).filter(|o| o.source == OrderSource::Own) {
            let Stage::Held(_) = &order.stage else {
                let remedy = "accept it once it is planned and while its hold stands";
                return Err(Error::State { what: "order", id, state: self.order_state(&id), remedy });
            };
            self.go_ahead(id, now);
            return Ok(id);
        }
        let deal = self.deal_known(&id)?;
        let remedy = "accept a quote made to you while it holds";
        let DealStage::Quoted(quoted) = &deal.stage else {
            return Err(Error::State { what: "deal", id, state: format!("{:?}", deal.state()), remedy });
        };
        if deal.role != Role::Buyer {
            return Err(Error::NotYours { what: "acceptance of deal", id, owner: deal.with, remedy });
        }
        if after(now, 1) > quoted.hold_until {
            let state = format!("held until {}", quoted.hold_until);
            return Err(Error::State { what: "the quote of deal", id, state, remedy: "ask again" });
        }
        let (to, quote) = (deal.with, quoted.quote);
        self.say(&Acceptance { quote, condition: Condition::None }, Audience::parties([to]), now)
    }

    fn decline(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
        if self.orders.get(&id).is_some_and(|o| o.source == OrderSource::Own && !o.is_firm()) {
            self.give_up_for(id, Reason::Declined, "declined by its owner".to_owned(), now);
            return Ok(id);
        }
        let deal = self.deal_known(&id)?;
        let answers = match (&deal.stage, deal.role) {
            (DealStage::Quoted(q), Role::Buyer) => q.quote,
            (DealStage::Enquired { .. }, Role::Supplier) => id,
            _ => {
                let remedy = "decline a quote made to you; a bound deal is cancelled instead";
                return Err(Error::State { what: "deal", id, state: format!("{:?}", deal.state()), remedy });
            }
        };
        self.refuse(answers, Reason::Declined, "declined".to_owned(), now);
        Ok(id)
    }

    fn answer_cancel(&mut self, id: RecordId, answer: Answer, now: Timestamp) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        let me = self.me();
        let remedy = "there must be a wish of the other side to answer";
        let wish = deal.cancellation.as_ref().filter(|w| w.by != me).map(|w| w.record);
        let cancellation =
            wish.ok_or(Error::State { what: "deal", id, state: "not to be cancelled".to_owned(), remedy })?;
        let to = deal.with;
        match answer {
            Answer::Agree => self.say(&CancellationConsent { cancellation }, Audience::parties([to]), now),
            Answer::Refuse => {
                self.refuse(cancellation, Reason::Declined, "the deal stands".to_owned(), now);
                Ok(cancellation)
            }
        }
    }

    fn settle(
        &mut self,
        id: RecordId,
        amount: Option<Decimal>,
        note: String,
        now: Timestamp,
    ) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        if deal.role != Role::Supplier {
            let remedy = "the one who is paid says so";
            return Err(Error::NotYours { what: "claim of deal", id, owner: deal.with, remedy });
        }
        let owed = deal.owed().ok_or(Error::State {
            what: "deal",
            id,
            state: "not bound".to_owned(),
            remedy: "settle what was delivered",
        })?;
        let amount = Money::new(amount.unwrap_or(owed.amount - deal.paid), owed.currency);
        if !amount.amount.is_positive() {
            let remedy = "deliver first: a claim arises when goods are taken over";
            return Err(Error::State {
                what: "the claim of deal",
                id,
                state: format!("{owed} with {} paid", deal.paid),
                remedy,
            });
        }
        let to = deal.with;
        let settlement = Settlement { deal: id, amount, note };
        settlement.check()?;
        self.say(&settlement, Audience::parties([to]), now)
    }

    fn deal_known(&self, id: &RecordId) -> Result<&Deal> {
        self.deals.get(id).ok_or(Error::Unknown { kind: "deal", id: *id, remedy: "see your deals" })
    }
    fn bound(&self, id: &RecordId) -> Result<&Deal> {
        let deal = self.deal_known(id)?;
        let remedy = "both sides must have signed";
        match deal.is_bound() {
            true => Ok(deal),
            false => {
                Err(Error::State { what: "deal", id: *id, state: format!("{:?}", deal.state()), remedy })
            }
        }
    }

    // --- pools --------------------------------------------------------------------------------------------------

    fn open_pool(
        &mut self,
        offer: RecordId,
        threshold: Decimal,
        closes: Timestamp,
        now: Timestamp,
    ) -> Result<RecordId> {
        let remedy = "it may have expired: see the offers";
        let listing =
            self.board.offer(&offer, now).ok_or(Error::Unknown { kind: "offer", id: offer, remedy })?;
        let request = PoolRequest { offer, threshold, closes, keeper: self.me() };
        // what the offerer would refuse is refused here at once
        market::pool::grant(offer, &request, &listing.what, now)?;
        let to = listing.by;
        let audience = if to == self.me() { Audience::Private } else { Audience::parties([to]) };
        self.say(&request, audience, now)
    }

    fn pledge(
        &mut self,
        id: RecordId,
        at_least: Decimal,
        at_most: Decimal,
        ceiling: Decimal,
        now: Timestamp,
    ) -> Result<RecordId> {
        let remedy = "see the pools";
        let pool = self.pools.get(&id).ok_or(Error::Unknown { kind: "pool", id, remedy })?;
        if now >= pool.terms.closes {
            let remedy = "pledge to one that is open";
            return Err(Error::State {
                what: "pool",
                id,
                state: format!("closed since {}", pool.terms.closes),
                remedy,
            });
        }
        let replaces = pool.pledge_of(&self.me()).map(|p| p.id);
        let pledge = Pledge { pool: id, at_least, at_most, ceiling, replaces };
        pledge.check(&pool.terms)?;
        let keeper = pool.terms.keeper;
        let audience = if keeper == self.me() { Audience::Private } else { Audience::parties([keeper]) };
        self.say(&pledge, audience, now)
    }

    // --- work ---------------------------------------------------------------------------------------------------

    fn raise(
        &mut self,
        spec: &SpecId,
        quantity: Decimal,
        serials: Vec<String>,
        properties: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let (lot, unit, serials) =
            self.issue_passport(spec, quantity, serials, vec![], vec![], properties, now)?;
        let event = EconomicEvent {
            action: Action::Raise,
            spec: spec.clone(),
            quantity: Quantity::new(quantity, unit),
            lot: Some(lot),
            serials,
            process: None,
            note: String::new(),
        };
        self.say(&Happened { events: vec![event] }, Audience::Private, now)?;
        Ok(lot)
    }

    /// Signs the passport of a new lot; numbers its pieces if its specification wants that.
    #[allow(clippy::too_many_arguments)]
    fn issue_passport(
        &mut self,
        spec: &SpecId,
        quantity: Decimal,
        mut serials: Vec<String>,
        processes: Vec<String>,
        inputs: Vec<trace::statement::PassportInput>,
        properties: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<(RecordId, Unit, Vec<String>)> {
        let unit = self.board.unit(spec).ok_or_else(|| Error::NoSpecification(spec.clone()))?;
        let numbered = self.board.specification(spec).is_some_and(|s| s.serialised);
        if numbered && serials.is_empty() {
            let whole = quantity.is_multiple_of(Decimal::ONE);
            let count =
                usize::try_from(quantity.ceil_i64()).ok().filter(|n| whole && *n <= trace::SERIALS_MAX);
            let count = count.ok_or_else(|| Error::Field {
                field: "quantity",
                value: quantity.to_string(),
                remedy: "pieces with serial numbers are counted whole, at most 10000 to a lot",
            })?;
            serials = trace::serials(&format!("{spec}-{}", self.book.own_size() + 1), count)?;
        }
        let passport = Passport {
            spec: spec.clone(),
            name: self.board.spec_name(spec),
            quantity: Quantity::new(quantity, unit),
            serials: serials.clone(),
            processes,
            inputs,
            properties,
        };
        passport.check()?;
        let lot = self.say(&passport, Audience::Bearer(Default::default()), now)?;
        Ok((lot, unit, serials))
    }

    fn lot(&self, lot: &RecordId) -> Result<(SpecId, Unit)> {
        let remedy = "see your stock";
        let history = self.stock.lot_history(lot).ok_or(Error::Unknown { kind: "lot", id: *lot, remedy })?;
        Ok((
            history.spec.clone(),
            history.unit.or_else(|| self.board.unit(&history.spec)).unwrap_or(Unit::Each),
        ))
    }

    fn process(&self, process: ProcessRef) -> Result<(RecordId, &Held, ProcessState)> {
        let id = process.plan;
        let remedy = "see your processes";
        let order = self.orders.by_plan(&id).ok_or(Error::Unknown { kind: "plan", id, remedy })?;
        let Stage::Firm(held) = &order.stage else {
            let remedy = "work starts when the order is firm";
            return Err(Error::State {
                what: "order",
                id: order.id,
                state: self.order_state(&order.id),
                remedy,
            });
        };
        let (_, state) = held.process(process.index).ok_or(Error::Field {
            field: "index",
            value: process.index.to_string(),
            remedy: "give the number of a process of this plan",
        })?;
        Ok((order.id, held, state))
    }

    fn start(&mut self, process: ProcessRef, now: Timestamp) -> Result<RecordId> {
        let (order, held, state) = self.process(process)?;
        let wrong = |state: &str, remedy| Error::State {
            what: "process of plan",
            id: process.plan,
            state: state.to_owned(),
            remedy,
        };
        if state != ProcessState::Planned {
            return Err(wrong("started already", "finish it when it is done"));
        }
        if !held.unblocked(process.index) {
            return Err(wrong("behind one that is not done", "finish the step before it first"));
        }
        let Some((planned, _)) = held.process(process.index) else {
            return Err(wrong("gone", "see your processes"));
        };
        let inputs = planned.inputs.clone();
        let mut events = vec![];
        for input in &inputs {
            for goods in self.stock.pick(order, &input.spec, input.quantity)? {
                let unit = self.lot(&goods.lot)?.1;
                events.push(EconomicEvent {
                    action: Action::Consume,
                    spec: goods.spec,
                    quantity: Quantity::new(goods.quantity, unit),
                    lot: Some(goods.lot),
                    serials: goods.serials,
                    process: Some(process),
                    note: String::new(),
                });
            }
        }
        if !events.is_empty() {
            self.say(&Happened { events }, Audience::Private, now)?;
        }
        self.say(&Started { process }, Audience::Private, now)
    }

    fn finish_process(
        &mut self,
        process: ProcessRef,
        made: Option<Decimal>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let (_, held, state) = self.process(process)?;
        if state != ProcessState::Started {
            let state = if state == ProcessState::Done { "done already" } else { "not started" };
            let remedy = "start it first, finish it once";
            return Err(Error::State {
                what: "process of plan",
                id: process.plan,
                state: state.to_owned(),
                remedy,
            });
        }
        let held = held.clone();
        let Some((planned, _)) = held.process(process.index) else {
            return Err(Error::Unknown { kind: "process", id: process.plan, remedy: "see your processes" });
        };
        let quantity = made.unwrap_or(planned.quantity);
        if quantity.is_negative() || (quantity.is_zero() && planned.last) {
            let remedy = "give what came out; to give nothing, cancel the order";
            return Err(Error::Field { field: "quantity", value: quantity.to_string(), remedy });
        }
        let step = self
            .model
            .recipes
            .get(&planned.spec)
            .and_then(|r| Some((r, r.steps.get(usize::try_from(planned.step).ok()?)?)));
        let labour_s = step
            .and_then(|(r, s)| Some(Decimal::from(s.labour_s) * planned.quantity.div_up(r.output_quantity)?));
        let used_s = vocab::seconds_between(planned.start, planned.work_end);
        let effort = |action, of: &str, seconds: Decimal| {
            let spec: SpecId = slug(of).parse().ok()?;
            let quantity = Quantity::new(seconds, Unit::Second);
            let (lot, serials, note) = (None, vec![], of.to_owned());
            seconds.is_positive().then_some(EconomicEvent {
                action,
                spec,
                quantity,
                lot,
                serials,
                process: Some(process),
                note,
            })
        };
        let mut events: Vec<_> = [
            effort(Action::Use, &planned.work_center, Decimal::from(used_s)),
            effort(Action::Work, &planned.name, labour_s.unwrap_or(Decimal::ZERO)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if planned.last {
            let group = held.same_output(process.index);
            let consumed = self.consumed(process.plan, &group);
            let inputs = trace::passport_inputs(&consumed, |lot| self.book.get(lot))?;
            let processes =
                group.iter().filter_map(|i| held.process(*i)).map(|(p, _)| p.name.clone()).collect();
            let (lot, unit, serials) = self.issue_passport(
                &planned.spec,
                quantity,
                vec![],
                processes,
                inputs,
                BTreeMap::new(),
                now,
            )?;
            events.push(EconomicEvent {
                action: Action::Produce,
                spec: planned.spec.clone(),
                quantity: Quantity::new(quantity, unit),
                lot: Some(lot),
                serials,
                process: Some(process),
                note: String::new(),
            });
        }
        if !events.is_empty() {
            self.say(&Happened { events }, Audience::Private, now)?;
        }
        self.say(&Finished { process }, Audience::Private, now)
    }

    // --- goods --------------------------------------------------------------------------------------------------

    fn ship(
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

    fn handover_to_me(&self, id: &RecordId) -> Result<&Move> {
        let remedy = "see the handovers to you";
        let of = self.moves.get(id).ok_or(Error::Unknown { kind: "handover", id: *id, remedy })?;
        if of.handover.to != self.me() {
            return Err(Error::NotYours { what: "handover", id: *id, owner: of.handover.to, remedy });
        }
        Ok(of)
    }

    fn receive(
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
    fn pass_on(&mut self, id: RecordId, now: Timestamp) -> Result<RecordId> {
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

fn expires(days: Option<u32>, now: Timestamp) -> Result<Timestamp> {
    match days.unwrap_or(EXPIRES_DAYS) {
        days @ 1..=EXPIRES_DAYS_MAX => Ok(after(now, i64::from(days) * DAY_S)),
        days => {
            let remedy = "give 1 to 366 days";
            Err(Error::Field { field: "expires_days", value: days.to_string(), remedy })
        }
    }
}

/// A name people gave, as a specification name: equipment and skills have no specification of their own yet.
fn slug(name: &str) -> String {
    let kept = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect::<String>();
    let trimmed = kept.trim_matches('-');
    if trimmed.is_empty() { "work".to_owned() } else { trimmed.chars().take(64).collect() }
}
