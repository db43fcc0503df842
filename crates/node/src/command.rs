//! What the owner of a node can tell it to do, and what it answers.
//!
//! A [`Command`] is the body of `POST /api/v1/commands` and what the command line sends; a [`Reply`] is the answer.

use crate::stamp::Stamp;
use crate::view::SearchView;
use crate::{Error, StopReason};
use market::auction::{Capacity, Draw};
use market::matching::Preferences;
use market::planner::{PlanCall, PlanDemand, PlanSupply};
use market::search::Query;
use market::statement::{Counted, DropOff, Pooling, Settles};
use planning::{Item, Person, Recipe, Tool, WorkCenter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::statement::Goods;
use trace::{ForwardNode, TraceNode};
use vocab::{
    AgentId, DAY_S, Decimal, Money, Place, PriceSchedule, RecordId, SpecId, Specification, Text, Timestamp,
    Unit,
};

/// One thing to do. In JSON, `do` names it and the other fields say how.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Publish a specification, or a revision that supersedes and cites.
    Describe {
        /// what it is
        specification: Specification,
    },
    /// Add or replace recipes (by output), work centres, people and tools (by name), and what is known of items.
    Model {
        /// how things are made
        #[serde(default)]
        recipes: Vec<Recipe>,
        /// where
        #[serde(default)]
        work_centers: BTreeMap<String, WorkCenter>,
        /// by whom
        #[serde(default)]
        people: BTreeMap<String, Person>,
        /// with what
        #[serde(default)]
        tools: BTreeMap<String, Tool>,
        /// safety stock, shelf life, usual purchase
        #[serde(default)]
        items: BTreeMap<SpecId, Item>,
    },
    /// Book stock that was found, opened with, or harvested: a new lot.
    Raise {
        /// what
        spec: SpecId,
        /// how much
        quantity: Decimal,
        /// serial numbers, where pieces are numbered; made up in order when none are given
        #[serde(default)]
        serials: Vec<String>,
        /// what else to declare in its passport
        #[serde(default)]
        properties: BTreeMap<String, String>,
    },
    /// Book stock that was lost, spoilt or miscounted.
    Lower {
        /// which lot
        lot: RecordId,
        /// how much
        quantity: Decimal,
        /// which pieces
        #[serde(default)]
        serials: Vec<String>,
        /// why
        note: String,
    },
    /// Publish an offer.
    Offer(OfferDraft),
    /// Publish a need.
    Need {
        /// what
        spec: SpecId,
        /// by which others find it; the specification's when not given
        #[serde(default)]
        category: Option<SpecId>,
        /// for people
        #[serde(default)]
        name: Option<Text>,
        /// how much
        quantity: Decimal,
        /// most to be paid for one unit
        #[serde(default)]
        ceiling: Option<Money>,
        /// wanted by
        #[serde(default)]
        due: Option<Timestamp>,
        /// wanted where
        #[serde(default)]
        place: Option<Place>,
        /// days until it expires
        #[serde(default)]
        expires_days: Option<u32>,
    },
    /// Say what this node is to hear of, in place of what was said before. Nothing: everything it hears.
    SetInterests {
        /// categories, and where
        wants: Vec<market::Interest>,
    },
    /// Take an offer or need back.
    Withdraw {
        /// which
        listing: RecordId,
    },
    /// Ask an offerer for price and date.
    Enquire {
        /// which offer
        offer: RecordId,
        /// how much
        quantity: Decimal,
        /// wanted by
        #[serde(default)]
        due: Option<Timestamp>,
    },
    /// Plan an order of one's own: make (or buy in) so much, asking upstream for what is missing.
    Plan {
        /// what
        spec: SpecId,
        /// how much
        quantity: Decimal,
    },
    /// Put a process elsewhere in the plan; what waits for it follows. Refused where a promise to another would move.
    MoveProcess {
        /// the order's plan
        plan: RecordId,
        /// which process of it
        index: u32,
        /// it begins then, or when the work centre next opens
        start: Timestamp,
        /// another work centre that its step allows
        #[serde(default)]
        work_center: Option<String>,
    },
    /// Sign a quote, or the plan of an own order: all tiers bind, or none does.
    Accept {
        /// the enquiry or own order
        deal: RecordId,
    },
    /// Turn a quote or plan down and let its holds go.
    Decline {
        /// the enquiry or own order
        deal: RecordId,
    },
    /// Ask an offerer to sign terms for a pool, kept by this node.
    OpenPool {
        /// which offer
        offer: RecordId,
        /// smallest total that makes it
        threshold: Decimal,
        /// when it closes
        closes: Timestamp,
        /// a second closing time, for those who consent to it beforehand
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extended: Option<Timestamp>,
        /// where members fetch their goods
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        drop_offs: Vec<DropOff>,
    },
    /// Open a buying round: a pool for each product, all kept by this node, closing and handed out together.
    OpenRound {
        /// for people
        name: Text,
        /// when all its pools close
        closes: Timestamp,
        /// where members fetch their goods
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        drop_offs: Vec<DropOff>,
        /// what is bought together
        products: Vec<RoundProduct>,
    },
    /// As the producer of a made pool: hand over all that is due at one drop-off, to its leader.
    ShipDropOff {
        /// which pool
        pool: RecordId,
        /// which of its drop-offs, from 0
        drop_off: u16,
    },
    /// As the producer of a made pool whose price follows what was taken over: say what that was, and what it costs.
    AccountPool {
        /// which pool
        pool: RecordId,
    },
    /// Pledge to a pool, or edit one's pledge.
    Pledge {
        /// which pool
        pool: RecordId,
        /// less than this is of no use
        at_least: Decimal,
        /// more than this is not wanted
        at_most: Decimal,
        /// most to be paid for one unit
        ceiling: Decimal,
        /// wait for the second closing time, if the first makes no pool
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        extend: bool,
        /// where the goods are to be fetched: which drop-off of the terms, from 0
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drop_off: Option<u16>,
    },
    /// Sell capacity by auction to those who order goods that need it.
    Capacity(Capacity),
    /// Bid for goods whose offer names an auction.
    Bid {
        /// which offer
        offer: RecordId,
        /// how much, all or nothing
        quantity: Decimal,
        /// most to be paid for one unit, capacity included
        at_most: Money,
    },
    /// Call for a joint plan of who makes what for whom, which this node will make.
    PlanCall(PlanCall),
    /// Say what this node would make under a joint plan.
    PlanSupply(PlanSupply),
    /// Say what this node would take under a joint plan, and at most for how much.
    PlanDemand(PlanDemand),
    /// Make a joint plan again from what it was made of, fetched from its planner where it is not here. What came of it
    /// the view of the call says.
    ReplayPlan {
        /// which call
        call: RecordId,
    },
    /// Let this node look for something by itself until it is found or given up.
    StandingOrder(StandingOrder),
    /// Stop looking. What has been bid stands until it is out or lapses.
    CancelStanding {
        /// the standing order
        order: RecordId,
    },
    /// Check every pledge under a pool's close again, those that are not here fetched from whoever has them. How far
    /// that is, and what came of it, the view of the pool says.
    AuditPool {
        /// which pool
        pool: RecordId,
    },
    /// Ask the other side to undo a bound deal before its goods have left.
    Cancel {
        /// the deal
        deal: RecordId,
        /// why
        reason: String,
    },
    /// Answer the other side's wish to cancel.
    AnswerCancel {
        /// the deal
        deal: RecordId,
        /// yes or no
        answer: Answer,
    },
    /// Ask the other side of a bound deal for another date; as its supplier, offer a later one.
    AskDate {
        /// the deal
        deal: RecordId,
        /// the goods would be there by then
        promise: Timestamp,
        /// why, for people
        reason: Text,
    },
    /// Answer another date that the supplier offers.
    AnswerDelay {
        /// the deal
        deal: RecordId,
        /// yes, no, not at all any more, or as this node's own buyers answer
        answer: DateReply,
    },
    /// A work centre is out of order or closed: nothing is planned there, and what was is moved.
    Down {
        /// which, by the name the steps use
        work_center: String,
        /// from when; now when not said
        #[serde(default)]
        from: Option<Timestamp>,
        /// up to when, as far as is known
        until: Timestamp,
        /// why; stays here
        #[serde(default)]
        reason: String,
    },
    /// A work centre is in use again.
    Up {
        /// which
        work_center: String,
    },
    /// A process has begun, or goes on after a pause.
    Start {
        /// the order's plan
        plan: RecordId,
        /// which process of it
        index: u32,
        /// lots to take, where the person chooses: of each thing named these alone, at most what the process takes.
        /// Of what is not named, those that expire first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lots: Vec<LotPick>,
    },
    /// Work on a process stands still.
    Pause {
        /// the order's plan
        plan: RecordId,
        /// which process of it
        index: u32,
        /// why
        reason: StopReason,
        /// for people
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// So much came out of a process, and so much was spoilt, since the last report.
    Report {
        /// the order's plan
        plan: RecordId,
        /// which process of it
        index: u32,
        /// good output
        #[serde(default)]
        good: Decimal,
        /// spoilt
        #[serde(default)]
        scrap: Decimal,
        /// why it was spoilt
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<StopReason>,
    },
    /// A process is done.
    Finish {
        /// the order's plan
        plan: RecordId,
        /// which process of it
        index: u32,
        /// good output in all; when not said what was reported, else what went in less what was spoilt
        #[serde(default)]
        quantity: Option<Decimal>,
        /// spoilt, beyond what was reported
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scrap: Option<Decimal>,
        /// why it was spoilt
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<StopReason>,
        /// what went in beyond what was taken at the start
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lots: Vec<LotPick>,
    },
    /// Write what the shop floor has shown of a step into its recipe: its run time and its scrap.
    TakeEstimate {
        /// what the recipe makes
        spec: SpecId,
        /// which step, from 0
        step: u32,
        /// at which of its work centres; the step's own when not said
        #[serde(default, skip_serializing_if = "Option::is_none")]
        work_center: Option<String>,
    },
    /// Hand goods over under a deal, to the buyer or to a carrier on the way.
    Ship {
        /// the deal
        deal: RecordId,
        /// the carrier, if one carries it
        #[serde(default)]
        via: Option<AgentId>,
        /// how much; all that is due when not said
        #[serde(default)]
        quantity: Option<Decimal>,
    },
    /// Take over what was handed to this node, whole or in part.
    Receive {
        /// the giver's handover
        handover: RecordId,
        /// what is refused
        #[serde(default)]
        rejected: Vec<Goods>,
        /// why
        #[serde(default)]
        reason: String,
    },
    /// As a carrier: hand what was taken over to the next taker; what the consignee refused goes back.
    PassOn {
        /// the handover by which the goods came to this node, or the one its taker refused
        handover: RecordId,
    },
    /// The payee's word that a claim was paid.
    Settle {
        /// the deal
        deal: RecordId,
        /// how much; all that is owed when not said
        #[serde(default)]
        amount: Option<Decimal>,
        /// how
        #[serde(default)]
        note: String,
    },
    /// Tell the maker of an item what was learnt.
    Feedback {
        /// the deal by which it came
        deal: RecordId,
        /// which piece
        #[serde(default)]
        serial: Option<String>,
        /// 1 (poor) to 5 (good)
        rating: u8,
        /// for people
        #[serde(default)]
        text: String,
        /// properties wished for
        #[serde(default)]
        wishes: BTreeMap<String, String>,
    },
    /// Remember that this agent is known: what it publishes has room, and whom it vouches for counts.
    Know {
        /// whom
        agent: AgentId,
    },
    /// Vouch publicly for an agent; the newest word for it counts, so one that ends at once takes an earlier one back.
    Vouch {
        /// for whom
        agent: AgentId,
        /// a deal between the two that went well
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<RecordId>,
        /// what this node's owner holds of the agent's as a deposit
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposit: Option<Money>,
        /// until when; a year when not said
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Publish work that was spent on this agent's key.
    Stamp(Stamp),
    /// Ask peers what they keep of what is looked for, and compare their answers.
    Search {
        /// what
        query: Query,
        /// whom, at most 20; up to 5 connected peers when none are named
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ask: Vec<AgentId>,
    },
    /// Trace a lot back to its sources.
    Trace {
        /// the lot's passport
        lot: RecordId,
    },
    /// Trace a lot forward to everything it went into: the recall set.
    Recall {
        /// the lot's passport
        lot: RecordId,
    },
}

/// Something wanted, within limits, for which the node looks by itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingOrder {
    /// what
    pub spec: SpecId,
    /// how much, all or nothing
    pub quantity: Decimal,
    /// most that one unit is worth to its owner, with what the preferences add
    pub at_most: Money,
    /// wanted where
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// wanted by
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Timestamp>,
    /// from no further than that; who does not say where it is counts as near
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_distance_km: Option<u32>,
    /// who has the last word
    #[serde(default)]
    pub accept: Accept,
    /// whether pools may be joined, where they are cheaper and in time
    #[serde(default)]
    pub pool: bool,
    /// whether the node may take part in joint plans of others, where it has the last word
    #[serde(default)]
    pub joint: bool,
    /// what counts besides the price
    #[serde(default, skip_serializing_if = "Preferences::is_none")]
    pub preferences: Preferences,
    /// it is given up then
    pub keep_until: Timestamp,
}

/// Who has the last word about what a standing order finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// the owner: what is found is proposed
    #[default]
    Ask,
    /// the node, within the order's limits
    Auto,
}

/// One product of a buying round.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundProduct {
    /// which offer
    pub offer: RecordId,
    /// smallest total that makes its pool
    pub threshold: Decimal,
    /// a second closing time for it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<Timestamp>,
}

/// So much of a lot on hand, chosen by a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LotPick {
    /// which lot
    pub lot: RecordId,
    /// how much of it
    pub quantity: Decimal,
    /// which pieces; the first ones when not said
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<String>,
}

/// Yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// agreed
    Agree,
    /// refused
    Refuse,
}

/// What is said to another date that a supplier offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateReply {
    /// it is the date from here on
    Accept,
    /// the date that stood stands
    Refuse,
    /// the deal is undone: open to a buyer whose supplier offers later than it signed, before goods have left
    Cancel,
    /// ask this node's own buyers first, and answer as they do
    PassOn,
}

/// An offer about to be published; what is left out takes a sensible default.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferDraft {
    /// what
    pub spec: SpecId,
    /// by which others find it; the specification's when not given
    #[serde(default)]
    pub category: Option<SpecId>,
    /// for people; the specification's name when not given
    #[serde(default)]
    pub name: Option<Text>,
    /// the specification's unit when not given
    #[serde(default)]
    pub unit: Option<Unit>,
    /// unit price by total quantity
    pub prices: PriceSchedule,
    /// smallest order; one step when not given
    #[serde(default)]
    pub minimum: Option<Decimal>,
    /// orders are multiples of this; 1 when not given
    #[serde(default)]
    pub step: Option<Decimal>,
    /// largest order
    #[serde(default)]
    pub maximum: Option<Decimal>,
    /// usual lead time, days; 0 when not given
    #[serde(default)]
    pub lead_time_days: Option<u32>,
    /// where from, and how far it reaches
    #[serde(default)]
    pub place: Option<Place>,
    /// days until it expires; 30 when not given
    #[serde(default)]
    pub expires_days: Option<u32>,
    /// on what terms buyers may pool
    #[serde(default)]
    pub pooling: Option<PoolingDraft>,
    /// the auction its capacity is sold in, this node's own
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Draw>,
}

/// What an offerer grants to pools, as people say it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolingDraft {
    /// most it will make for one pool
    pub cap: Decimal,
    /// days from close to goods
    pub lead_time_days: u32,
    /// how and when members pay
    pub payment: Text,
    /// what is made for a pool comes in multiples of this
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Decimal>,
    /// most for all its open and made pools together
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<Decimal>,
    /// whose pledges count towards a price
    #[serde(default)]
    pub counted: Counted,
    /// whose vouch makes a pledge count, where only vouched ones do
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouchers: Vec<AgentId>,
    /// what the price follows
    #[serde(default)]
    pub settles: Settles,
    /// what is delivered may be so much more or less, percent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_percent: Option<u8>,
    /// longest time from a pool's closing to a second one, days
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_days: Option<u32>,
}

impl PoolingDraft {
    /// Without any of the options.
    pub fn new(cap: Decimal, lead_time_days: u32, payment: Text) -> Self {
        Self {
            cap,
            lead_time_days,
            payment,
            case: None,
            stock: None,
            counted: Counted::All,
            vouchers: vec![],
            settles: Settles::Pledged,
            tolerance_percent: None,
            extension_days: None,
        }
    }

    /// As it stands in the offer.
    pub(crate) fn pooling(self) -> Pooling {
        let Self { cap, payment, case, stock, counted, vouchers, settles, tolerance_percent, .. } = self;
        let lead_time_s = i64::from(self.lead_time_days) * DAY_S;
        let extension_s = self.extension_days.map(|days| i64::from(days) * DAY_S);
        Pooling {
            cap,
            lead_time_s,
            payment,
            case,
            stock,
            counted,
            vouchers,
            settles,
            tolerance_percent,
            extension_s,
        }
    }
}

/// What a command came to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It was said: the record that says it (for an order or deal, its id from here on).
    Recorded(RecordId),
    /// What a lot came from.
    Trace(Box<Named<TraceNode>>),
    /// What a lot went into.
    Recall(Box<Named<ForwardNode>>),
    /// What was found, and by whom.
    Search(Box<SearchView>),
}

/// A tree of agents' goods, with what the agents call themselves.
#[derive(Clone, Debug, Serialize)]
pub struct Named<T> {
    /// the tree; in JSON its fields stand beside `names`
    #[serde(flatten)]
    pub tree: T,
    /// names, by agent
    pub names: BTreeMap<AgentId, String>,
}

/// The answer to a command.
pub type Reply = Result<Done, Error>;
