//! What agents say to one another in the market: the body of each kind of record, and nothing else.
//!
//! Listings ([`Offer`], [`Need`]) are public. A deal goes [`Enquiry`] -> [`Quote`] -> [`Acceptance`] ->
//! [`Confirmation`] -> [`Binding`], each answering the one before by its hash; [`Refusal`] ends it at any step.
//! Its date moves by [`Delay`] -> [`DelayAnswer`].
//! A pool goes [`PoolRequest`] -> [`PoolTerms`] -> [`Pledge`] -> [`PledgeReceipt`] -> [`PoolClose`], and where the keeper
//! does not close it -> [`CloseConsent`].
//! Well-formedness beyond the types is checked by each `check`; what follows from a statement is not known here.

use crate::Topic;
use crate::auction::Draw;
use ledger::Statement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{
    AgentId, Decimal, Money, Place, PriceSchedule, RecordId, SpecId, Specification, Text, Timestamp, Unit,
};

macro_rules! statement {
    ($name:ident, $kind:literal $(, |$s:ident| $refs:expr)?) => {
        impl Statement for $name {
            const KIND: &'static str = $kind;
            $(fn refs(&self) -> Vec<RecordId> {
                let $s = self;
                $refs
            })?
        }
    };
}

mod round;

pub use round::*;

/// A specification, published by whoever maintains it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Described(pub Specification);
statement!(Described, "specification", |s| s.0.supersedes.iter().chain(&s.0.cites).copied().collect());

/// A published intent to provide (Valueflows `Intent` with a provider).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// what
    pub spec: SpecId,
    /// a coarse class by which others find it, such as `furniture`; without one it concerns everybody
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SpecId>,
    /// for people
    pub name: Text,
    /// what it is counted in
    pub unit: Unit,
    /// unit price by total quantity
    pub prices: PriceSchedule,
    /// smallest order
    pub minimum: Decimal,
    /// orders are multiples of this
    pub step: Decimal,
    /// largest order, where there is a limit
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Decimal>,
    /// usual time from order to goods, seconds; indicative, a quote's promise is what binds
    pub lead_time_s: i64,
    /// where from, and how far it reaches
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// not valid after
    pub expires: Timestamp,
    /// on what terms buyers may pool; `None` if they may not
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// the specification record offered
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification: Option<RecordId>,
    /// the auction its capacity is sold in: then it is had by bidding, and the price of capacity comes on top
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Draw>,
}
statement!(Offer, "offer", |s| s
    .specification
    .into_iter()
    .chain(s.capacity.as_ref().map(|c| c.auction))
    .collect());

/// What an offerer grants to pools on its offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pooling {
    /// most it will make for one pool
    pub cap: Decimal,
    /// time from close to goods, seconds: the date that binds
    pub lead_time_s: i64,
    /// how and when members pay
    pub payment: Text,
    /// what is made for a pool comes in multiples of this
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Decimal>,
    /// most for all its open and made pools together
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<Decimal>,
    /// whose pledges count towards a price
    #[serde(default, skip_serializing_if = "Counted::is_all")]
    pub counted: Counted,
    /// whose [`Vouch`] makes a pledge count, where only vouched ones do
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouchers: Vec<AgentId>,
    /// what the price follows
    #[serde(default, skip_serializing_if = "Settles::is_pledged")]
    pub settles: Settles,
    /// what is delivered may be so much more or less, percent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_percent: Option<u8>,
    /// longest time from a pool's closing to a second one, seconds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_s: Option<i64>,
}

/// A published intent to receive (Valueflows `Intent` with a receiver).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// what
    pub spec: SpecId,
    /// a coarse class by which others find it, such as `furniture`; without one it concerns everybody
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SpecId>,
    /// for people
    pub name: Text,
    /// what it is counted in
    pub unit: Unit,
    /// how much
    pub quantity: Decimal,
    /// most to be paid for one unit
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Money>,
    /// wanted by
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// wanted where
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// not valid after
    pub expires: Timestamp,
}
statement!(Need, "need");

/// Takes an offer or need back before it expires.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// the author's own listing
    pub listing: RecordId,
    /// where the listing was spread
    #[serde(default, skip_serializing_if = "Topic::is_commons")]
    pub topic: Topic,
    /// when the listing would have expired, until when its withdrawal must be known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}
statement!(Withdrawal, "withdrawal", |s| vec![s.listing]);

/// Asks an offerer for price and date, and travels upstream from there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enquiry {
    /// the offer asked about
    pub offer: RecordId,
    /// what
    pub spec: SpecId,
    /// how much, in the offer's unit
    pub quantity: Decimal,
    /// wanted by
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// the moment all tiers plan from, so that a promise does not depend on how fast messages travel
    pub start: Timestamp,
    /// an answer later than this is not read
    pub answer_by: Timestamp,
    /// how long the buyer would like the quote to hold
    pub hold_until: Timestamp,
    /// how many tiers further up it may travel
    pub depth: u32,
    /// the first enquiry of the tree this one belongs to; `None` for the first itself
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<RecordId>,
    /// who has been asked on the way, as tags that mean nothing outside this tree
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visited: Vec<String>,
}
statement!(Enquiry, "enquiry", |s| [s.offer].into_iter().chain(s.origin).collect());

/// A supplier's conditional commitment, backed by a hold: binding once accepted before `hold_until`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// the enquiry answered
    pub enquiry: RecordId,
    /// how much
    pub quantity: Decimal,
    /// for one unit
    pub unit_price: Money,
    /// the goods will be there by then
    pub promise: Timestamp,
    /// everything must be signed by then, else it lapses
    pub hold_until: Timestamp,
    /// smaller quantities that could be had earlier, rising; nothing is held for them: who wants one asks for it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Sooner>,
}
statement!(Quote, "quote", |s| vec![s.enquiry]);

/// A smaller quantity that could be had earlier than what was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sooner {
    /// how much
    pub quantity: Decimal,
    /// for one unit
    pub unit_price: Money,
    /// the goods could be there by then
    pub promise: Timestamp,
}

/// Ends a conversation at the record it answers: an enquiry, quote, acceptance, confirmation, binding or request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// the record refused
    pub answers: RecordId,
    /// why, for programs
    pub reason: Reason,
    /// why, for people
    pub detail: Text,
}
statement!(Refusal, "refusal", |s| vec![s.answers]);

/// Why something was refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// came after its deadline
    Late,
    /// the listing is unknown, expired or withdrawn
    NoListing,
    /// the quantity is not one the offer allows
    Quantity,
    /// no capacity or stock, or no known source for an input
    NoSource,
    /// the enquiry has gone round in a circle or too far
    Loop,
    /// the asker's clock differs too much
    Clock,
    /// too many open conversations
    Busy,
    /// a better quote was taken
    NotChosen,
    /// an upstream partner refused
    Upstream,
    /// its author decided so
    Declined,
    /// malformed or contradicting what it answers
    Invalid,
}

/// The buyer's signature under a quote. Until the supplier confirms it, and while its condition is open, it binds
/// nobody; after the quote's `hold_until` it never will.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// the quote taken
    pub quote: RecordId,
    /// whether the buyer waits for partners of its own
    pub condition: Condition,
}
statement!(Acceptance, "acceptance", |s| vec![s.quote]);

/// What an acceptance still waits for besides the supplier's confirmation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// nothing: the confirmation binds both
    None,
    /// the buyer's [`Binding`], given when its own order is bound
    Binding,
}

/// The supplier's countersignature under an acceptance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// the acceptance confirmed
    pub acceptance: RecordId,
}
statement!(Confirmation, "confirmation", |s| vec![s.acceptance]);

/// The buyer's certificate that its condition is met: from here on both are bound.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// the confirmation it completes
    pub confirmation: RecordId,
    /// the record that met the condition: the author's confirmation to its own buyer, or its own demand
    pub because: RecordId,
}
statement!(Binding, "binding", |s| vec![s.confirmation, s.because]);

/// Asks to undo a bound deal before its goods have left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// the acceptance or pledge that made the deal
    pub deal: RecordId,
    /// why, for people
    pub reason: String,
}
statement!(Cancellation, "cancellation", |s| vec![s.deal]);

/// Agrees to a cancellation; [`Refusal`] declines it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancellationConsent {
    /// the request agreed to
    pub cancellation: RecordId,
}
statement!(CancellationConsent, "cancellation_consent", |s| vec![s.cancellation]);

/// Says that a bound deal should have another date. From the supplier it is an offer, which binds once the buyer
/// accepts it in time; from the buyer a request, which the supplier answers by an offer or a refusal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// the deal, by the enquiry or pledge that began it
    pub deal: RecordId,
    /// the record that set the date which stands: confirmation, binding, close or the last accepted answer
    pub changes: RecordId,
    /// the buyer's request that this offer answers
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RecordId>,
    /// the goods would be there by then
    pub promise: Timestamp,
    /// an answer later than this is not read, and the date that stood stands
    pub answer_by: Timestamp,
    /// why, for people
    pub reason: Text,
}
statement!(Delay, "delay", |s| [s.deal, s.changes].into_iter().chain(s.request).collect());

/// Answers a [`Delay`] of the other side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayAnswer {
    /// the offer or request answered
    pub delay: RecordId,
    /// yes, no, or not at all any more
    pub answer: DateAnswer,
    /// why, for people
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Text>,
}
statement!(DelayAnswer, "delay_answer", |s| vec![s.delay]);

/// What becomes of a date that was offered or asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateAnswer {
    /// the offered date is the date from here on
    Accept,
    /// the date that stood stands
    Refuse,
    /// the deal is undone
    Cancel,
}

/// Asks an offerer to sign the terms of a pool.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolRequest {
    /// the offer pooled on
    pub offer: RecordId,
    /// smallest total that makes the pool
    pub threshold: Decimal,
    /// pledges count until then
    pub closes: Timestamp,
    /// who countersigns pledges and closes
    pub keeper: AgentId,
    /// a second closing time, for those who consent to it beforehand
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<Timestamp>,
    /// where members fetch their goods
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop_offs: Vec<DropOff>,
    /// the buying round it belongs to
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RecordId>,
}
statement!(PoolRequest, "pool_request", |s| [s.offer].into_iter().chain(s.round).collect());

/// The terms of a pool, signed by the offerer. The pool's id is this record's id: other terms, another pool.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolTerms {
    /// the request granted
    pub request: RecordId,
    /// the offer pooled on
    pub offer: RecordId,
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// what it is counted in
    pub unit: Unit,
    /// smallest pledge
    pub minimum: Decimal,
    /// pledges are multiples of this
    pub step: Decimal,
    /// unit price by total quantity
    pub prices: PriceSchedule,
    /// smallest total that makes the pool
    pub threshold: Decimal,
    /// most that will be made
    pub cap: Decimal,
    /// pledges dated later do not count
    pub closes: Timestamp,
    /// how a short supply is shared
    pub allocation: Allocation,
    /// who countersigns pledges and closes
    pub keeper: AgentId,
    /// time from close to goods, seconds
    pub lead_time_s: i64,
    /// how and when members pay
    pub payment: Text,
    /// what is made is a multiple of this
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Decimal>,
    /// whose pledges count towards a price
    #[serde(default, skip_serializing_if = "Counted::is_all")]
    pub counted: Counted,
    /// whose [`Vouch`] makes a pledge count, where only vouched ones do
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouchers: Vec<AgentId>,
    /// what the price follows
    #[serde(default, skip_serializing_if = "Settles::is_pledged")]
    pub settles: Settles,
    /// what is delivered may be so much more or less, percent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_percent: Option<u8>,
    /// a second closing time: where the first makes no pool, those who consented to wait are settled again then,
    /// and the others are free
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<Timestamp>,
    /// where members fetch their goods
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop_offs: Vec<DropOff>,
    /// the buying round it belongs to
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RecordId>,
    /// where it is spread: where its offer is
    #[serde(default, skip_serializing_if = "Topic::is_commons")]
    pub topic: Topic,
}
statement!(PoolTerms, "pool", |s| [s.request, s.offer].into_iter().chain(s.round).collect());

/// How a short supply is shared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// in proportion, whole steps by largest remainder, ties by hash of the pledge
    LargestRemainder,
}

/// One member's conditional commitment to a pool. Disclosed to the pool's members and offerer at close.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pledge {
    /// the pool's terms
    pub pool: RecordId,
    /// less than this is of no use
    pub at_least: Decimal,
    /// more than this is not wanted
    pub at_most: Decimal,
    /// most to be paid for one unit, in the terms' currency
    pub ceiling: Decimal,
    /// the author's earlier pledge that this one edits
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<RecordId>,
    /// consents to wait for the second closing time
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extend: bool,
    /// where the goods are to be fetched: which drop-off of the terms, from 0
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_off: Option<u16>,
    /// the [`Vouch`] that makes it count, where only vouched pledges do
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouch: Option<EvidenceText>,
}
statement!(Pledge, "pledge", |s| [s.pool].into_iter().chain(s.replaces).collect());

/// The keeper's countersignature: leaving this pledge out of the close is from here on provable.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PledgeReceipt {
    /// the pool's terms
    pub pool: RecordId,
    /// the pledge counted
    pub pledge: RecordId,
}
statement!(PledgeReceipt, "pledge_receipt", |s| vec![s.pool, s.pledge]);

/// Countersigns many pledges at once, as whoever closes a pool in its keeper's place does for the offerer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PledgeReceipts {
    /// the pool's terms
    pub pool: RecordId,
    /// the pledges counted, in rising order of id
    pub pledges: Vec<RecordId>,
}
statement!(PledgeReceipts, "pledge_receipts", |s| vec![s.pool]);

/// The keeper's close: which pledges count, and what follows from them by the terms.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolClose {
    /// the pool's terms
    pub pool: RecordId,
    /// every pledge that counts, one for each member, in rising order of id
    pub pledges: Vec<RecordId>,
    /// every pledge with a receipt that one of these replaces, in rising order of id
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<RecordId>,
    /// Merkle-sum root over the pledges: with sums by price ([`SumNode`](crate::pool::SumNode)) where `shares` is there,
    /// else with one sum ([`SumRoot`](crate::pool::SumRoot))
    pub root: String,
    /// what follows
    pub outcome: Outcome,
    /// the [`PoolPledges`] that list the pledges where they are too many for this record, in order of their index
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chunks: Vec<RecordId>,
    /// Merkle-sum root over what each pledge gets
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<String>,
}
statement!(PoolClose, "pool_close", |s| {
    std::iter::once(s.pool).chain(s.pledges.iter().chain(&s.replaced).chain(&s.chunks).copied()).collect()
});

/// One part of the lists of a long [`PoolClose`]: the pledges whose ids lie in one of equal parts of all ids.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolPledges {
    /// the pool's terms
    pub pool: RecordId,
    /// which part, from 0
    pub index: u32,
    /// of how many
    pub of: u32,
    /// the pledges in it that count, in rising order of id
    pub pledges: Vec<RecordId>,
    /// those in it that one of all these replaces, in rising order of id
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<RecordId>,
}
statement!(PoolPledges, "pool_pledges", |s| vec![s.pool]);

/// The offerer's word that one close binds which somebody else than the keeper said, the keeper being absent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseConsent {
    /// the pool's terms
    pub pool: RecordId,
    /// the close
    pub close: RecordId,
}
statement!(CloseConsent, "close_consent", |s| vec![s.pool, s.close]);

/// How a pool ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// below the threshold at every price: nobody is bound
    Lapsed {},
    /// every kept member is bound at this price
    Made {
        /// price of one unit, for all alike
        unit_price: Money,
        /// sum of what the members get
        total: Decimal,
    },
}

/// The payee's word that a claim, or part of it, has been paid.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// the acceptance or pledge that made the deal
    pub deal: RecordId,
    /// how much was paid
    pub amount: Money,
    /// how, for people
    pub note: String,
}
statement!(Settlement, "settlement", |s| vec![s.deal]);

/// What the holder of an item tells its maker.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// the deal by which the item came
    pub deal: RecordId,
    /// the item's passport
    pub passport: RecordId,
    /// which piece
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// what it is
    pub spec: SpecId,
    /// 1 (poor) to 5 (good)
    pub rating: u8,
    /// for people
    pub text: String,
    /// properties wished for, such as `seat_height: 48 cm`
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub wishes: BTreeMap<String, String>,
}
statement!(Feedback, "feedback", |s| vec![s.deal, s.passport]);

/// How far a pool has come, told to everyone by its keeper now and then. Binds nobody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolProgress {
    /// the pool's terms
    pub pool: RecordId,
    /// members with a receipted pledge
    pub members: u32,
    /// sum of what they would take at most
    pub pledged: Decimal,
    /// price of one unit if it closed now; none below the threshold
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_now: Option<Money>,
    /// how it ended, once it has, for those whom the close itself does not concern
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// where it is spread: where its pool is
    #[serde(default, skip_serializing_if = "Topic::is_commons")]
    pub topic: Topic,
    /// the part of `pledged` that counts towards a price, where not all does
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Decimal>,
    /// the nearest better price, if there is one to reach
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextTier>,
}
statement!(PoolProgress, "pool_progress", |s| vec![s.pool]);

/// Publishes the proof that somebody lied. Anyone can check it, from these bytes alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FraudReport {
    /// whose signatures contradict one another
    pub accused: AgentId,
    /// what they did
    pub kind: FraudKind,
    /// the signed records that prove it, in the order [`Fraud`](crate::Fraud) names them
    pub evidence: Vec<EvidenceText>,
}
statement!(FraudReport, "fraud", |s| s.evidence.iter().map(EvidenceText::id).collect());

/// What a [`FraudReport`] proves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FraudKind {
    /// a keeper left a pledge out of the close that it had countersigned
    Omission,
    /// a keeper closed one pool in two ways
    DoubleClose,
    /// a keeper's close is not what follows from its pledges
    FalseClose,
    /// an author signed two records with one sequence number
    Equivocation,
    /// an offerer consented to two closes of one pool
    DoubleConsent,
}

/// A signed record as text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceText {
    /// the content, exactly as it was signed
    pub content: String,
    /// 64 bytes of Ed25519, hexadecimal
    pub signature: String,
}
