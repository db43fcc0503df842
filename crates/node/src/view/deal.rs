//! Deals as shown.

use super::{ClaimView, Who};
use crate::words::{Words, words};
use market::statement::{Reason, Sooner};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::statement::Goods;
use vocab::{Decimal, Money, RecordId, SpecId, Text, Timestamp, Unit};

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
