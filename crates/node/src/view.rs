//! What a node shows its owner: plain data for the API, the web app and the command line.

mod auction;
mod call;
mod floor;
mod plan;
mod pool;
mod search;
mod standing;
mod why;

use crate::words::{Words, words};
use market::statement::{Need, Reason};
use market::statement::{Offer, PoolTerms, Sooner};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::statement::{Goods, Purpose};
use vocab::{AgentId, Decimal, Money, RecordId, SpecId, Specification, Text, Timestamp, Unit};

pub use crate::statement::{Proposal, Way};
pub use auction::*;
pub use call::*;
pub use floor::*;
pub use plan::*;
pub use pool::*;
pub use search::*;
pub use standing::*;
pub use why::*;

/// An agent as shown to people.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Who {
    /// the key
    pub agent: AgentId,
    /// the name it gives itself; empty while unknown
    pub name: String,
}

/// The node at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// this node
    pub me: Who,
    /// its clock
    pub now: Timestamp,
    /// records it has said
    pub log_size: u64,
    /// Merkle root of its log, hexadecimal
    pub log_root: String,
    /// records it keeps, its own and others'
    pub records: u64,
    /// peers connected now
    pub peers: u64,
    /// what it can make, and what it does
    pub recipes: u64,
    /// offers and needs known
    pub listings: u64,
    /// deals that wait for somebody
    pub open_deals: u64,
    /// what went wrong lately, newest first, at most 100
    pub problems: Vec<Problem>,
}

/// Something that went wrong, for people.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// when
    pub at: Timestamp,
    /// with whom, if with a peer
    pub peer: Option<Who>,
    /// what, and what to do
    pub what: Text,
}

/// A peer.
#[derive(Clone, Debug, Serialize)]
pub struct PeerView {
    /// who
    pub who: Who,
    /// a connection stands
    pub connected: bool,
    /// where it says it can be reached
    pub addresses: Vec<String>,
    /// records of this node's it has not confirmed yet
    pub undelivered: u64,
    /// seconds its clock is ahead of this node's, when last heard
    pub clock_ahead_s: Option<i64>,
    /// size of its log at the last checkpoint this node verified
    pub witnessed: Option<u64>,
}

/// What this node hears of.
#[derive(Clone, Debug, Serialize)]
pub struct InterestsView {
    /// it keeps everything it hears
    pub everything: bool,
    /// what its owner wants to hear of
    pub wants: Vec<market::Interest>,
    /// the topics of what it keeps, by name
    pub topics: Vec<TopicView>,
}

/// A topic of public records.
#[derive(Clone, Debug, Serialize)]
pub struct TopicView {
    /// `commons`, `trade/CATEGORY` or `trade/CATEGORY/H3CELL`
    pub topic: market::Topic,
    /// this node takes part in it by gossip
    pub joined: bool,
    /// public records kept of it
    pub records: u64,
    /// connected peers that keep it too
    pub peers: u64,
}

/// An offer, as known here.
#[derive(Clone, Debug, Serialize)]
pub struct OfferView {
    /// its record
    pub id: RecordId,
    /// who offers
    pub by: Who,
    /// this node's own
    pub mine: bool,
    /// when it was published, by its author's clock
    pub at: Timestamp,
    /// when this node learnt of it
    pub heard_at: Timestamp,
    /// what is offered
    pub offer: Offer,
}

/// A need, as known here.
#[derive(Clone, Debug, Serialize)]
pub struct NeedView {
    /// its record
    pub id: RecordId,
    /// who needs
    pub by: Who,
    /// this node's own
    pub mine: bool,
    /// when it was published, by its author's clock
    pub at: Timestamp,
    /// when this node learnt of it
    pub heard_at: Timestamp,
    /// what is needed
    pub need: Need,
    /// known offers that fit it, best first
    pub fits: Vec<RecordId>,
}

/// A pool, as known here.
#[derive(Clone, Debug, Serialize)]
pub struct PoolView {
    /// its id: the record of its terms
    pub id: RecordId,
    /// who offers
    pub by: Who,
    /// who keeps it
    pub keeper: Who,
    /// the terms
    pub terms: PoolTerms,
    /// where it stands
    pub state: PoolState,
    /// members so far, as the keeper last said
    pub members: u64,
    /// sum of what they would take at most, as the keeper last said
    pub pledged: Decimal,
    /// price if it closed now; `None` below the threshold
    pub price_now: Option<Money>,
    /// price without a pool, for one step
    pub solo_price: Option<Money>,
    /// what counts of `pledged` towards a price, where not all does, as the keeper last said
    pub counted: Option<Decimal>,
    /// alone and together, side by side
    pub compare: PoolCompare,
    /// this node's pledge
    pub mine: Option<MyPledge>,
    /// what it came to, as this node has recomputed it
    pub result: Option<PoolResult>,
    /// what is wrong with its close
    pub dispute: Option<Text>,
    /// how far a full audit is, or what it came to, if the owner has asked for one
    pub audit: Option<AuditView>,
}

/// A full audit of a pool.
#[derive(Clone, Debug, Serialize)]
pub struct AuditView {
    /// pledges checked so far
    pub checked: usize,
    /// how many there are; until the audit ends, as far as known
    pub of: usize,
    /// what it came to; `None` while it goes on
    pub verdict: Option<AuditVerdict>,
    /// what is false or missing
    pub why: Option<Text>,
}

/// What an audit came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditVerdict {
    /// the close follows from its pledges
    True,
    /// it does not
    False,
    /// not everything it lists could be had
    Incomplete,
}

/// Where a pool stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolState {
    /// takes pledges
    Open,
    /// the first closing time made no pool: who consented waits for the second
    Extended,
    /// closing time has passed, the close is awaited
    Closing,
    /// members are bound
    Made,
    /// nobody is bound
    Lapsed,
    /// the keeper was caught cheating: nobody is bound
    Disputed,
}

/// This node's pledge to a pool.
#[derive(Clone, Debug, Serialize)]
pub struct MyPledge {
    /// its record: the deal's id if the pool is made
    pub id: RecordId,
    /// the range wanted
    pub at_least: Decimal,
    /// the range wanted
    pub at_most: Decimal,
    /// most to be paid for one unit
    pub ceiling: Decimal,
    /// the keeper has countersigned it
    pub receipted: bool,
    /// it stands until the second closing time
    pub extend: bool,
    /// where the goods are to be fetched
    pub drop_off: Option<u16>,
    /// it counts towards a price
    pub counted: bool,
    /// how often it has been changed
    pub edits: u64,
}

/// What a pool came to.
#[derive(Clone, Debug, Serialize)]
pub struct PoolResult {
    /// the close
    pub close: RecordId,
    /// price of one unit, for all alike
    pub unit_price: Money,
    /// what all members get together
    pub total: Decimal,
    /// what this node gets
    pub my_quantity: Decimal,
}

/// Which side of a deal this node is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// receives
    Buyer,
    /// provides
    Supplier,
}

/// Where a deal stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealState {
    /// asked, no answer yet
    Enquired,
    /// a quote holds
    Quoted,
    /// the buyer has signed
    Accepted,
    /// the supplier has countersigned; the buyer's condition is still open
    Confirmed,
    /// both are bound
    Bound,
    /// some of the goods are on their way or there
    Shipped,
    /// all goods were taken over or returned
    Delivered,
    /// and what was owed is paid
    Settled,
    /// somebody said no
    Refused,
    /// its deadline passed
    Lapsed,
    /// undone by agreement
    Cancelled,
}

impl DealState {
    /// As people read it.
    pub(crate) fn words(self) -> Words {
        match self {
            Self::Enquired => words("enquired", "已询价"),
            Self::Quoted => words("quoted", "已报价"),
            Self::Accepted => words("accepted", "已接受"),
            Self::Confirmed => words("confirmed", "已确认"),
            Self::Bound => words("bound", "已约定"),
            Self::Shipped => words("shipped", "已发货"),
            Self::Delivered => words("delivered", "已交付"),
            Self::Settled => words("settled", "已结清"),
            Self::Refused => words("refused", "已拒绝"),
            Self::Lapsed => words("lapsed", "已失效"),
            Self::Cancelled => words("cancelled", "已取消"),
        }
    }
}

/// A deal, from either side.
#[derive(Clone, Debug, Serialize)]
pub struct DealView {
    /// its id: the enquiry, or the pledge if a pool made it
    pub id: RecordId,
    /// the pool that made it
    pub pool: Option<RecordId>,
    /// the auction in which it was bid for
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auction: Option<RecordId>,
    /// the call whose plan made it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<RecordId>,
    /// which side this node is on
    pub role: Role,
    /// the other side
    pub with: Who,
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// what it is counted in
    pub unit: Unit,
    /// how much
    pub quantity: Decimal,
    /// for one unit, once quoted
    pub unit_price: Option<Money>,
    /// for all of it, once quoted
    pub total: Option<Money>,
    /// where it stands
    pub state: DealState,
    /// why it was refused
    pub refused: Option<(Reason, Text)>,
    /// the goods will be there by then, once quoted
    pub promise: Option<Timestamp>,
    /// smaller quantities that could be had earlier, while the quote stands
    pub also: Vec<Sooner>,
    /// the moment the promise was reckoned from
    pub start: Timestamp,
    /// an answer is due by then
    pub answer_by: Timestamp,
    /// the quote holds until then
    pub hold_until: Option<Timestamp>,
    /// this node's order that this deal serves (as a purchase) or that serves it (as a sale)
    pub order: Option<RecordId>,
    /// handed over and not refused, so far
    pub shipped: Decimal,
    /// taken over by the buyer
    pub accepted: Decimal,
    /// refused by the buyer
    pub rejected: Decimal,
    /// the price of one unit that followed from what all members of its pool took over
    pub accounted: Option<Money>,
    /// taken over beyond what was agreed, or less
    pub claim: Option<ClaimView>,
    /// for what was taken over
    pub owed: Option<Money>,
    /// said to be paid by the payee
    pub paid: Option<Money>,
    /// the open wish to cancel, and who has it
    pub cancellation: Option<CancellationView>,
    /// when the goods are to be expected by what is known here, once bound: where it is not the promise, they are late
    pub expected: Option<Timestamp>,
    /// bound, and the promise is or will be missed
    pub late: bool,
    /// another date that waits for an answer
    pub delay: Option<DelayView>,
    /// the goods, as far as they are known here
    pub goods: Vec<Goods>,
    /// what the passport of each of their lots calls it
    pub names: BTreeMap<RecordId, Text>,
    /// what was said, in order
    pub history: Vec<HistoryLine>,
}

/// A wish to cancel.
#[derive(Clone, Debug, Serialize)]
pub struct CancellationView {
    /// who asks
    pub by: Who,
    /// why
    pub reason: String,
}

/// Another date for a deal, offered by its supplier or asked for by its buyer.
#[derive(Clone, Debug, Serialize)]
pub struct DelayView {
    /// who wants it
    pub by: Who,
    /// the goods would be there by then
    pub promise: Timestamp,
    /// after that the date that stood stands
    pub answer_by: Timestamp,
    /// why
    pub reason: Text,
    /// this node's owner is to accept or refuse it
    pub to_answer: bool,
    /// its owner may cancel the deal because of it
    pub may_cancel: bool,
}

/// A work centre out of use.
#[derive(Clone, Debug, Serialize)]
pub struct OutageView {
    /// its record
    pub id: RecordId,
    /// which
    pub work_center: String,
    /// from when
    pub from: Timestamp,
    /// up to when
    pub until: Timestamp,
    /// why
    pub reason: String,
}

/// One record of a deal's history.
#[derive(Clone, Debug, Serialize)]
pub struct HistoryLine {
    /// which
    pub record: RecordId,
    /// its kind
    pub kind: String,
    /// who said it
    pub by: Who,
    /// when, by its author's clock
    pub at: Timestamp,
}

/// What an order of this node's serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSource {
    /// a buyer's enquiry
    Deal,
    /// a pool that was made
    Pool,
    /// a bid, or a demand of a joint plan, that was awarded
    Bid,
    /// its own demand
    Own,
}

impl OrderSource {
    /// True for what is sold before it is planned: it is planned until it can be.
    pub(crate) fn is_sold(self) -> bool {
        matches!(self, Self::Pool | Self::Bid)
    }
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// asking upstream
    Asking,
    /// planned: a hold stands
    Held,
    /// signatures are being collected upstream
    Signing,
    /// firm
    Firm,
    /// made
    Made,
    /// given up
    Dropped,
}

/// An order: what this node has to do to keep a promise.
#[derive(Clone, Debug, Serialize)]
pub struct OrderView {
    /// its id: the enquiry, pool or demand record it serves
    pub id: RecordId,
    /// what it serves
    pub source: OrderSource,
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// how much
    pub quantity: Decimal,
    /// where it stands
    pub state: OrderState,
    /// why it was dropped
    pub trouble: Option<Text>,
    /// ready by then, once planned
    pub promise: Option<Timestamp>,
    /// the moment the promise was reckoned from
    pub start: Timestamp,
    /// taken from stock
    pub take: BTreeMap<SpecId, Decimal>,
    /// bought in
    pub purchases: Vec<PurchaseView>,
    /// the work
    pub processes: Vec<ProcessView>,
    /// how much less than `quantity` there will be, as far as the shop floor has said
    pub short: Decimal,
}

/// An input an order buys in.
#[derive(Clone, Debug, Serialize)]
pub struct PurchaseView {
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// the enquiries sent for it
    pub asked: Vec<RecordId>,
    /// the one whose quote was taken
    pub chosen: Option<RecordId>,
}

/// Where a process stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessState {
    /// not begun
    Planned,
    /// under way
    Started,
    /// begun, and standing still
    Paused,
    /// done
    Done,
}

/// One run of a recipe step.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessView {
    /// the record that reserved it
    pub plan: RecordId,
    /// its number there
    pub index: u32,
    /// the order it serves
    pub order: RecordId,
    /// the order is firm, so it may be started
    pub firm: bool,
    /// what it makes
    pub spec: SpecId,
    /// for people
    pub output_name: Text,
    /// how much
    pub quantity: Decimal,
    /// the kind of work
    pub name: String,
    /// where
    pub work_center: String,
    /// planned
    pub start: Timestamp,
    /// planned
    pub end: Timestamp,
    /// where it stands
    pub state: ProcessState,
    /// what it takes, and whether that is there
    pub inputs: Vec<ProcessInput>,
    /// everything it needs is there and the step before is done
    pub ready: bool,
    /// good pieces so far, or in all once it is done
    pub good: Decimal,
    /// spoilt pieces
    pub scrap: Decimal,
    /// when work on it began
    pub started_at: Option<Timestamp>,
    /// when it was done
    pub done_at: Option<Timestamp>,
    /// working seconds so far: pauses and closed hours do not count
    pub worked_s: i64,
    /// why it stands still
    pub paused: Option<PauseView>,
}

/// An input of a process.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessInput {
    /// what
    pub spec: SpecId,
    /// how much it takes
    pub quantity: Decimal,
    /// how much there is for it
    pub available: Decimal,
}

/// Stock of one specification.
#[derive(Clone, Debug, Serialize)]
pub struct StockView {
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// what it is counted in
    pub unit: Option<Unit>,
    /// here
    pub on_hand: Decimal,
    /// promised to orders
    pub reserved: Decimal,
    /// neither
    pub free: Decimal,
    /// by lot, oldest first
    pub lots: Vec<LotView>,
}

/// A lot on hand.
#[derive(Clone, Debug, Serialize)]
pub struct LotView {
    /// its passport
    pub lot: RecordId,
    /// what its passport calls it
    pub name: Text,
    /// how much of it is here
    pub quantity: Decimal,
    /// which pieces
    pub serials: Vec<String>,
    /// who made it
    pub issuer: Option<Who>,
}

/// Goods changing hands, with this node on one side.
#[derive(Clone, Debug, Serialize)]
pub struct HandoverView {
    /// the giver's record
    pub id: RecordId,
    /// under which deal
    pub deal: RecordId,
    /// who gives
    pub from: Who,
    /// who takes
    pub to: Who,
    /// whom they are for
    pub consignee: Who,
    /// why they move
    pub purpose: Purpose,
    /// what
    pub goods: Vec<Goods>,
    /// what the passport of each of their lots calls it
    pub names: BTreeMap<RecordId, Text>,
    /// when it was handed over, by the giver's clock
    pub at: Timestamp,
    /// where it stands
    pub state: HandoverState,
    /// why goods were refused
    pub reason: String,
    /// this node carries goods of it that it should pass on
    pub to_pass_on: bool,
}

/// Where a handover stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverState {
    /// the taker has not signed
    Waiting,
    /// all taken over
    Taken,
    /// some taken over, some refused
    Partly,
    /// all refused
    Refused,
}

/// A specification, as known here.
#[derive(Clone, Debug, Serialize)]
pub struct SpecView {
    /// its record
    pub id: RecordId,
    /// who published it
    pub by: Who,
    /// this node's own
    pub mine: bool,
    /// what it says
    pub specification: Specification,
}

/// What a user said of an item.
#[derive(Clone, Debug, Serialize)]
pub struct FeedbackView {
    /// its record
    pub id: RecordId,
    /// who said it
    pub by: Who,
    /// when
    pub at: Timestamp,
    /// this node said it
    pub mine: bool,
    /// of what
    pub spec: SpecId,
    /// what the item's passport calls it
    pub name: Text,
    /// the item's passport
    pub passport: RecordId,
    /// which piece
    pub serial: Option<String>,
    /// 1 to 5
    pub rating: u8,
    /// for people
    pub text: String,
    /// properties wished for
    pub wishes: BTreeMap<String, String>,
    /// revisions that cite it
    pub led_to: Vec<RecordId>,
}
