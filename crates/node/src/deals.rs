//! Deals: conversations between a buyer and a supplier, as a fold over the records both have signed.
//!
//! A [`Deal`] is in exactly one [`Stage`], which holds just what it has. What a record may do at which stage, and
//! by when, is decided here and nowhere else; what to answer is not.

mod dates;
mod opening;

use crate::error::Result;
use crate::view::Role;
use crate::words::said;
use dates::Before;
pub(crate) use dates::{OPEN_MAX, Proposal};
use ledger::{Record, Statement};
use market::statement::{
    Acceptance, Binding, Cancellation, CancellationConsent, Condition, Confirmation, Delay, DelayAnswer,
    Enquiry, Offer, Quote, Reason, Refusal, Settlement, Sooner,
};
use opening::Opening;
use std::collections::{BTreeMap, BTreeSet};
use trace::statement::Goods;
use vocab::{AgentId, Decimal, Money, RecordId, Said, SpecId, Text, Timestamp, Unit, after};

/// How long after a deadline a record that was signed in time may still arrive, seconds: a round trip on a poor
/// line, well below the margin by which upstream holds outlive downstream ones.
pub(crate) const GRACE_S: i64 = 5;

#[derive(Default)]
pub(crate) struct Deals {
    all: BTreeMap<RecordId, Deal>,
    /// any record of a deal -> the deal
    index: BTreeMap<RecordId, RecordId>,
    deadlines: BTreeSet<(Timestamp, RecordId)>,
}

/// One deal.
pub(crate) struct Deal {
    pub(crate) id: RecordId,
    pub(crate) role: Role,
    pub(crate) with: AgentId,
    pub(crate) origin: Origin,
    pub(crate) spec: SpecId,
    pub(crate) name: Text,
    pub(crate) unit: Unit,
    pub(crate) quantity: Decimal,
    pub(crate) start: Timestamp,
    pub(crate) stage: Stage,
    /// the order of this node's that buys by it, where it is a purchase for one
    pub(crate) buys_for: Option<RecordId>,
    pub(crate) moved: Moved,
    pub(crate) paid: Decimal,
    /// what is delivered may be so much more or less, percent; `None` where nothing of the sort was agreed
    pub(crate) tolerance: Option<u8>,
    /// the price that followed from what all members of a pool took over
    pub(crate) accounted: Option<Money>,
    pub(crate) cancellation: Option<Wish>,
    /// other dates that were offered or asked for
    pub(crate) dates: Vec<Proposal>,
    before: Option<Before>,
    pub(crate) history: Vec<RecordId>,
}

/// What made a deal.
pub(crate) enum Origin {
    Enquiry(Enquiry),
    Pool(RecordId),
    /// the auction
    Bid(RecordId),
    /// the call of a joint plan
    Planned(RecordId),
}

/// Where a deal stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    Enquired {
        answer_by: Timestamp,
    },
    Quoted(Quoted),
    Accepted(Quoted, Accepted),
    Confirmed(Quoted, Accepted, RecordId),
    Bound {
        unit_price: Money,
        promise: Timestamp,
        /// the record that set the promise
        dated: RecordId,
        seal: Seal,
    },
    Over(Ending),
}

/// What bound both sides: only the one who had to receive it in time can know that it came too late.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seal {
    /// the supplier's confirmation
    Confirmation,
    /// the buyer's binding
    Binding,
    /// the close of a pool, which each member has judged
    Close,
    /// the supplier's award of a bid
    Award,
    /// the supplier's award under a joint plan, which the buyer judges by the part that names the supplier
    Planned,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Quoted {
    pub(crate) quote: RecordId,
    pub(crate) unit_price: Money,
    pub(crate) promise: Timestamp,
    pub(crate) hold_until: Timestamp,
    pub(crate) also: Vec<Sooner>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Accepted {
    pub(crate) acceptance: RecordId,
    pub(crate) condition: Condition,
}

/// How a deal ended without goods.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    Refused(Reason, Text),
    Lapsed,
    Cancelled,
}

/// Goods that moved under a deal.
#[derive(Default)]
pub(crate) struct Moved {
    /// handed over by the supplier and neither refused nor returned
    pub(crate) shipped: Decimal,
    /// taken over by the buyer
    pub(crate) accepted: Decimal,
    pub(crate) rejected: Decimal,
    pub(crate) goods: Vec<Goods>,
}

/// A wish to cancel.
pub(crate) struct Wish {
    pub(crate) record: RecordId,
    pub(crate) by: AgentId,
    pub(crate) reason: String,
}

/// Why a record did nothing to its deal.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) reason: Reason,
    pub(crate) detail: Text,
}

fn fault<T>(reason: Reason, detail: Text) -> std::result::Result<T, Fault> {
    Err(Fault { reason, detail })
}
impl From<ledger::Error> for Fault {
    fn from(e: ledger::Error) -> Self {
        Self { reason: Reason::Invalid, detail: e.text() }
    }
}
impl From<vocab::Error> for Fault {
    fn from(e: vocab::Error) -> Self {
        Self { reason: Reason::Invalid, detail: e.text() }
    }
}
impl From<market::Error> for Fault {
    fn from(e: market::Error) -> Self {
        Self { reason: e.reason(), detail: e.text() }
    }
}

type Took = std::result::Result<RecordId, Fault>;

impl Quoted {
    fn bound(&self, seal: Seal, dated: RecordId) -> Stage {
        Stage::Bound { unit_price: self.unit_price, promise: self.promise, dated, seal }
    }
}

impl Deal {
    /// What both sides have agreed to pay, for what was taken over; `None` before they are bound. What comes beyond an
    /// agreed tolerance is not owed.
    pub(crate) fn owed(&self) -> Option<Money> {
        let Stage::Bound { unit_price, .. } = &self.stage else { return None };
        let (_, most) = self.tolerated();
        let accepted =
            if self.tolerance.is_some() { self.moved.accepted.min(most) } else { self.moved.accepted };
        Some(self.accounted.unwrap_or(*unit_price).times(accepted))
    }
    /// The least and the most that counts as what was agreed.
    pub(crate) fn tolerated(&self) -> (Decimal, Decimal) {
        market::pool::tolerated(self.quantity, self.tolerance)
    }
    /// How much is still to be handed over; nothing once it is within the tolerance.
    pub(crate) fn due(&self) -> Decimal {
        let due = self.quantity - self.moved.shipped;
        if self.moved.shipped >= self.tolerated().0 { Decimal::ZERO } else { due }
    }
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Over(_) | Stage::Bound { .. })
    }
    /// Bound, and some of its goods have not been taken over or refused.
    pub(crate) fn is_awaited(&self) -> bool {
        self.is_bound() && self.moved.accepted + self.moved.rejected < self.tolerated().0
    }
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over(_))
    }
    /// The close of a pool that binds it.
    fn closed_by(&self) -> Option<RecordId> {
        match self.stage {
            Stage::Bound { seal: Seal::Close, dated, .. } => Some(dated),
            _ => None,
        }
    }
    /// A pool's close bound it, until another word about the pool ended that.
    fn is_unbound(&self) -> bool {
        matches!(self.origin, Origin::Pool(_)) && self.refused_with() == Some(Reason::Declined)
    }
    /// Why somebody said no, if that ended it.
    pub(crate) fn refused_with(&self) -> Option<Reason> {
        match &self.stage {
            Stage::Over(Ending::Refused(reason, _)) => Some(*reason),
            _ => None,
        }
    }
    pub(crate) fn is_bound(&self) -> bool {
        matches!(self.stage, Stage::Bound { .. })
    }
    pub(crate) fn quoted(&self) -> Option<&Quoted> {
        match &self.stage {
            Stage::Quoted(q) | Stage::Accepted(q, _) | Stage::Confirmed(q, ..) => Some(q),
            Stage::Enquired { .. } | Stage::Bound { .. } | Stage::Over(_) => None,
        }
    }
    pub(crate) fn enquiry(&self) -> Option<&Enquiry> {
        match &self.origin {
            Origin::Enquiry(enquiry) => Some(enquiry),
            Origin::Pool(_) | Origin::Bid(_) | Origin::Planned(_) => None,
        }
    }
    fn supplier(&self, me: &AgentId) -> AgentId {
        if self.role == Role::Supplier { *me } else { self.with }
    }
    pub(crate) fn buyer(&self, me: &AgentId) -> AgentId {
        if self.role == Role::Buyer { *me } else { self.with }
    }
    /// When the clock alone ends it.
    fn deadline(&self) -> Option<Timestamp> {
        match (&self.stage, self.role) {
            // the buyer waits a little longer, so that an answer signed in time is still read
            (Stage::Enquired { answer_by }, _) => Some(after(*answer_by, GRACE_S)),
            (Stage::Quoted(q), _) => Some(q.hold_until),
            (Stage::Accepted(q, _) | Stage::Confirmed(q, ..), _) => Some(after(q.hold_until, GRACE_S)),
            (Stage::Bound { .. } | Stage::Over(_), _) => None,
        }
    }
}

impl Deals {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Deal> {
        self.all.get(id)
    }
    pub(crate) fn get_mut(&mut self, id: &RecordId) -> Option<&mut Deal> {
        self.all.get_mut(id)
    }
    /// The deal this record belongs to.
    pub(crate) fn of(&self, record: &RecordId) -> Option<&Deal> {
        self.index.get(record).and_then(|id| self.all.get(id))
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Deal> {
        self.all.values()
    }
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(t, _)| *t)
    }
    pub(crate) fn open_with(&self, peer: &AgentId) -> usize {
        self.deadlines.iter().filter_map(|(_, id)| self.all.get(id)).filter(|d| d.with == *peer).count()
    }

    /// Adds a deal.
    pub(crate) fn open(&mut self, deal: Deal) {
        self.index.extend(deal.history.iter().map(|record| (*record, deal.id)));
        if let Some(t) = deal.deadline() {
            self.deadlines.insert((t, deal.id));
        }
        self.all.insert(deal.id, deal);
    }

    /// The deals that the close in force of a pool has bound; those that another close had bound before end or follow it.
    pub(crate) fn bind_pool(&mut self, pool: &RecordId, close: RecordId, bound: Vec<Deal>) {
        let of_other = |deal: &Deal| deal.closed_by().is_some_and(|by| by != close);
        let said_again = |deal: &Deal| !of_other(deal) && !deal.is_unbound();
        if bound.first().is_some_and(|deal| self.get(&deal.id).is_some_and(said_again)) {
            return;
        }
        let why = said!("another close of the pool is in force", "该拼单以另一份结果为准");
        self.unbind_pool(pool, &why, of_other);
        for deal in bound {
            if self.get(&deal.id).is_none_or(Deal::is_unbound) {
                self.open(deal);
            }
        }
    }

    /// Ends what the close of a pool had bound, as far as no goods have moved: of its deals, `which`.
    pub(crate) fn unbind_pool(&mut self, pool: &RecordId, why: &Text, which: impl Fn(&Deal) -> bool) {
        let of_pool = |deal: &Deal| matches!(&deal.origin, Origin::Pool(of) if of == pool);
        for deal in self.all.values_mut().filter(|deal| of_pool(deal)) {
            if deal.closed_by().is_some() && deal.moved.shipped.is_zero() && which(deal) {
                deal.stage = Stage::Over(Ending::Refused(Reason::Declined, why.clone()));
            }
        }
    }

    fn set(&mut self, id: &RecordId, record: RecordId, stage: Stage) {
        self.index.insert(record, *id);
        if let Some(deal) = self.all.get_mut(id) {
            if let Some(t) = deal.deadline() {
                self.deadlines.remove(&(t, *id));
            }
            deal.stage = stage;
            deal.history.push(record);
            if let Some(t) = deal.deadline() {
                self.deadlines.insert((t, *id));
            }
        }
    }

    /// Ends what the clock has ended; returns the deals it ended.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<RecordId> {
        let mut ended = vec![];
        while let Some((t, id)) = self.deadlines.first().copied() {
            if t >= now {
                break;
            }
            self.deadlines.remove(&(t, id));
            if let Some(deal) = self.all.get_mut(&id) {
                deal.stage = Stage::Over(Ending::Lapsed);
                ended.push(id);
            }
        }
        ended
    }

    /// True for the kinds this fold takes.
    pub(crate) fn takes(kind: &str) -> bool {
        [
            Quote::KIND,
            Refusal::KIND,
            Acceptance::KIND,
            Confirmation::KIND,
            Binding::KIND,
            Cancellation::KIND,
            CancellationConsent::KIND,
            Delay::KIND,
            DelayAnswer::KIND,
            Settlement::KIND,
        ]
        .contains(&kind)
    }

    /// Opens a deal by an enquiry, sent or received. `with` is the other side.
    pub(crate) fn enquire(
        &mut self,
        record: &Record,
        role: Role,
        with: AgentId,
        name: Text,
        unit: Unit,
    ) -> Result<RecordId> {
        let enquiry: Enquiry = record.read()?;
        enquiry.check()?;
        let opening = Opening {
            id: record.id,
            role,
            with,
            spec: enquiry.spec.clone(),
            name,
            unit,
            quantity: enquiry.quantity,
            start: enquiry.start,
            stage: Stage::Enquired { answer_by: enquiry.answer_by },
            origin: Origin::Enquiry(enquiry),
            tolerance: None,
            history: vec![record.id],
        };
        self.open(opening.into());
        Ok(record.id)
    }

    /// Takes a record that answers an earlier one; `at` is when this node took it. A quote is held against the
    /// offer asked about, as far as `offers` still knows it.
    pub(crate) fn apply<'a>(
        &mut self,
        me: &AgentId,
        record: &Record,
        at: Timestamp,
        offers: impl Fn(&RecordId) -> Option<&'a Offer>,
    ) -> Took {
        match record.kind.as_str() {
            Quote::KIND => self.quote(me, record, at, offers),
            Acceptance::KIND => self.accept(me, record, at),
            Confirmation::KIND => self.confirm(me, record, at),
            Binding::KIND => self.bind(me, record, at),
            Refusal::KIND => self.refuse(me, record),
            Cancellation::KIND => self.wish(me, record),
            CancellationConsent::KIND => self.consent(me, record),
            Delay::KIND => self.delay(me, record, at),
            DelayAnswer::KIND => self.answer_date(me, record, at),
            Settlement::KIND => self.settle(me, record),
            other => fault(Reason::Invalid, said!("'{other}' is not part of a deal", "“{other}”不属于交易")),
        }
    }

    fn answered(&self, id: &RecordId) -> std::result::Result<&Deal, Fault> {
        match self.of(id) {
            Some(deal) => Ok(deal),
            None => fault(
                Reason::Invalid,
                said!("it answers {id}, which is unknown here", "它回应的 {id} 在本节点不存在"),
            ),
        }
    }

    fn quote<'a>(
        &mut self,
        me: &AgentId,
        record: &Record,
        at: Timestamp,
        offers: impl Fn(&RecordId) -> Option<&'a Offer>,
    ) -> Took {
        let quote: Quote = record.read()?;
        let deal = self.answered(&quote.enquiry)?;
        let (Some(enquiry), Stage::Enquired { answer_by }) = (deal.enquiry(), &deal.stage) else {
            return fault(Reason::Late, said!("the enquiry is no longer open", "询价已不再有效"));
        };
        if record.author != deal.supplier(me) {
            return fault(
                Reason::Invalid,
                said!("only the one who was asked may quote", "只有被询价的一方可以报价"),
            );
        }
        if at > after(*answer_by, GRACE_S) {
            return fault(
                Reason::Late,
                said!("an answer was due by {answer_by}", "答复截止时间是 {answer_by}"),
            );
        }
        market::quote_fits(enquiry, &quote, offers(&enquiry.offer), at)?;
        let id = deal.id;
        let quoted = Quoted {
            quote: record.id,
            unit_price: quote.unit_price,
            promise: quote.promise,
            hold_until: quote.hold_until,
            also: quote.also,
        };
        self.set(&id, record.id, Stage::Quoted(quoted));
        Ok(id)
    }

    fn accept(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Took {
        let acceptance: Acceptance = record.read()?;
        let deal = self.answered(&acceptance.quote)?;
        if record.author != deal.buyer(me) {
            return fault(
                Reason::Invalid,
                said!("only the one who asked may accept", "只有询价的一方可以接受"),
            );
        }
        let quoted = match &deal.stage {
            Stage::Quoted(quoted) if quoted.quote == acceptance.quote => quoted.clone(),
            Stage::Over(Ending::Lapsed) => {
                return fault(Reason::Late, said!("the quote has lapsed", "报价已失效"));
            }
            _ => {
                return fault(
                    Reason::Invalid,
                    said!("there is no open quote to accept", "没有可接受的有效报价"),
                );
            }
        };
        if at > quoted.hold_until {
            return fault(
                Reason::Late,
                said!("the quote held until {}", "报价有效期至 {}", quoted.hold_until),
            );
        }
        let id = deal.id;
        let accepted = Accepted { acceptance: record.id, condition: acceptance.condition };
        self.set(&id, record.id, Stage::Accepted(quoted, accepted));
        Ok(id)
    }

    fn confirm(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Took {
        let confirmation: Confirmation = record.read()?;
        let deal = self.answered(&confirmation.acceptance)?;
        if record.author != deal.supplier(me) {
            return fault(Reason::Invalid, said!("only the supplier may confirm", "只有供方可以确认"));
        }
        let (quoted, accepted) = match &deal.stage {
            Stage::Accepted(q, a) if a.acceptance == confirmation.acceptance => (q.clone(), *a),
            Stage::Over(Ending::Lapsed) => {
                return fault(Reason::Late, said!("the acceptance has lapsed", "接受已失效"));
            }
            _ => {
                return fault(
                    Reason::Invalid,
                    said!("there is no open acceptance to confirm", "没有待确认的接受"),
                );
            }
        };
        // dated and arrived in time: a back-dated one still has to arrive within the grace
        if record.at > quoted.hold_until || at > after(quoted.hold_until, GRACE_S) {
            return fault(
                Reason::Late,
                said!("a confirmation was due by {}", "确认的截止时间是 {}", quoted.hold_until),
            );
        }
        let id = deal.id;
        let stage = match accepted.condition {
            Condition::None => quoted.bound(Seal::Confirmation, record.id),
            Condition::Binding => Stage::Confirmed(quoted, accepted, record.id),
        };
        self.set(&id, record.id, stage);
        Ok(id)
    }

    fn bind(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Took {
        let binding: Binding = record.read()?;
        let deal = self.answered(&binding.confirmation)?;
        if record.author != deal.buyer(me) {
            return fault(Reason::Invalid, said!("only the buyer may bind", "只有买方可以使其生效"));
        }
        let quoted = match &deal.stage {
            Stage::Confirmed(q, _, confirmation) if *confirmation == binding.confirmation => q.clone(),
            Stage::Over(Ending::Lapsed) => {
                return fault(Reason::Late, said!("the confirmation has lapsed", "确认已失效"));
            }
            _ => {
                return fault(
                    Reason::Invalid,
                    said!("there is no open confirmation to bind", "没有待生效的确认"),
                );
            }
        };
        if record.at > quoted.hold_until || at > after(quoted.hold_until, GRACE_S) {
            return fault(Reason::Late, said!("it was due by {}", "截止时间是 {}", quoted.hold_until));
        }
        let id = deal.id;
        self.set(&id, record.id, quoted.bound(Seal::Binding, record.id));
        Ok(id)
    }

    /// Either side may end what does not bind it yet. Once bound, only word that the last signature came too late
    /// undoes it: the one who must have received it in time is the one who knows.
    fn refuse(&mut self, me: &AgentId, record: &Record) -> Took {
        let refusal: Refusal = record.read()?;
        if let Some(took) = self.refuse_date(me, record, &refusal) {
            return took;
        }
        let deal = self.answered(&refusal.answers)?;
        let id = deal.id;
        if record.author != *me && record.author != deal.with {
            return fault(Reason::Invalid, said!("it is not a party to the deal", "它不是这笔交易的一方"));
        }
        if let Some(wish) = &deal.cancellation
            && wish.record == refusal.answers
            && wish.by != record.author
        {
            if let Some(deal) = self.all.get_mut(&id) {
                deal.cancellation = None;
                deal.history.push(record.id);
            }
            return Ok(id);
        }
        let by_supplier = record.author == deal.supplier(me);
        let ends = match &deal.stage {
            Stage::Enquired { .. } => by_supplier,
            Stage::Quoted(_) => !by_supplier,
            // the supplier's quote stands until the clock ends it, but it may fail to find its own partners
            Stage::Accepted(..) => true,
            Stage::Confirmed(..) => !by_supplier,
            Stage::Bound { seal, dated, .. } => {
                let receiver = match seal {
                    Seal::Confirmation | Seal::Award | Seal::Planned => !by_supplier,
                    Seal::Binding => by_supplier,
                    Seal::Close => false,
                };
                let last = *dated == refusal.answers && !deal.has_spoken(me, &record.author);
                // a planner may have named two suppliers for one demand: the second of them is refused too
                let ends = refusal.reason == Reason::Late || *seal == Seal::Planned;
                receiver && last && ends && deal.moved.shipped.is_zero()
            }
            Stage::Over(_) => return Ok(id),
        };
        if !ends {
            return fault(
                Reason::Invalid,
                said!("nothing of its author's is open there to refuse", "其中没有作者可以拒绝的内容"),
            );
        }
        self.set(&id, record.id, Stage::Over(Ending::Refused(refusal.reason, refusal.detail)));
        Ok(id)
    }

    fn wish(&mut self, me: &AgentId, record: &Record) -> Took {
        let wish: Cancellation = record.read()?;
        let deal = self.answered(&wish.deal)?;
        let id = deal.id;
        if record.author != *me && record.author != deal.with {
            return fault(Reason::Invalid, said!("it is not a party to the deal", "它不是这笔交易的一方"));
        }
        if !deal.is_bound() || !deal.moved.shipped.is_zero() {
            return fault(
                Reason::Late,
                said!(
                    "only a bound deal whose goods have not left can be cancelled",
                    "只有已约定且货物尚未发出的交易可以取消"
                ),
            );
        }
        self.index.insert(record.id, id);
        if let Some(deal) = self.all.get_mut(&id) {
            deal.cancellation = Some(Wish { record: record.id, by: record.author, reason: wish.reason });
            deal.history.push(record.id);
        }
        Ok(id)
    }

    fn consent(&mut self, me: &AgentId, record: &Record) -> Took {
        let consent: CancellationConsent = record.read()?;
        let deal = self.answered(&consent.cancellation)?;
        let id = deal.id;
        let agreed = deal
            .cancellation
            .as_ref()
            .is_some_and(|w| w.record == consent.cancellation && w.by != record.author);
        if !agreed || (record.author != *me && record.author != deal.with) {
            return fault(
                Reason::Invalid,
                said!("there is no wish to cancel for its author to agree to", "没有可由作者同意的取消请求"),
            );
        }
        if !deal.moved.shipped.is_zero() {
            return fault(Reason::Late, said!("the goods have left", "货物已经发出"));
        }
        self.set(&id, record.id, Stage::Over(Ending::Cancelled));
        Ok(id)
    }

    fn settle(&mut self, me: &AgentId, record: &Record) -> Took {
        let settlement: Settlement = record.read()?;
        let deal = self.answered(&settlement.deal)?;
        let id = deal.id;
        if record.author != deal.supplier(me) {
            return fault(
                Reason::Invalid,
                said!("only the one who is paid may say so", "只有收款方可以声明已付款"),
            );
        }
        let Some(owed) = deal.owed() else {
            return fault(Reason::Invalid, said!("nothing is owed yet", "目前没有应付款项"));
        };
        let amount = settlement.amount;
        if amount.currency != owed.currency
            || !amount.amount.is_positive()
            || deal.paid + amount.amount > owed.amount
        {
            return fault(
                Reason::Invalid,
                said!(
                    "{amount} does not fit the {owed} owed, {} paid",
                    "{amount} 与应付 {owed}、已付 {} 不符",
                    deal.paid
                ),
            );
        }
        if let Some(deal) = self.all.get_mut(&id) {
            deal.paid += amount.amount;
            deal.history.push(record.id);
        }
        Ok(id)
    }
}
