//! What supplier and buyers say in an auction of capacity, and whether it is well-formed.

use crate::Result;
use crate::check::{ensure, not_before, not_negative, positive};
use crate::error::{Error, shown};
use ledger::Statement;
use serde::{Deserialize, Serialize};
use vocab::{Decimal, Money, RecordId, Text, Timestamp, Unit, after, phrase};

/// How long after its close an auction may still award, seconds: after that its bids have lapsed.
pub const AWARD_S: i64 = 900;

fn nothing(amount: &Decimal) -> bool {
    amount.is_zero()
}

/// So much of something scarce, such as hours of a machine, sold by auction to those who order goods that need it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// for people
    pub name: Text,
    /// how much there is
    pub quantity: Decimal,
    /// what it is counted in
    pub unit: Unit,
    /// no bids before; at once where it is not said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Timestamp>,
    /// bids signed later do not count
    pub closes: Timestamp,
    /// what the price of one unit of capacity rises by
    pub step: Money,
    /// where it begins, in the currency of the step
    #[serde(default, skip_serializing_if = "nothing")]
    pub reserve: Decimal,
}

/// What goods take of an auctioned capacity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// the [`Capacity`] record, of the offer's author
    pub auction: RecordId,
    /// capacity for one unit of goods
    pub load: Decimal,
}

/// A buyer's conditional commitment: bound if awarded in time at no more than `at_most`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bid {
    /// what is wanted
    pub offer: RecordId,
    /// how much, all or nothing
    pub quantity: Decimal,
    /// most to be paid for one unit, capacity included
    pub at_most: Money,
    /// without a first standing by then it has lapsed
    pub answer_by: Timestamp,
    /// what it is to cover, known to its author alone: by hash only
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<RecordId>,
}

/// The supplier's word on where a bid stands. *Out* is for good: its author is free to bid elsewhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BidStanding {
    /// the bid
    pub bid: RecordId,
    /// it would be awarded if the auction ended now
    #[serde(rename = "in")]
    pub is_in: bool,
    /// price of one unit of capacity, in the currency of the step: for a bid that is in what it would pay now, for
    /// one that is out the least that one like it would have to bear now
    pub price: Decimal,
}

/// The supplier's certificate: it binds both to the bid at this price.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Award {
    /// the bid taken
    pub bid: RecordId,
    /// price of one unit of capacity, the same for all that are awarded
    pub price: Decimal,
}

impl Statement for Capacity {
    const KIND: &'static str = "capacity";
}
impl Statement for Bid {
    const KIND: &'static str = "bid";
    fn refs(&self) -> Vec<RecordId> {
        [self.offer].into_iter().chain(self.because).collect()
    }
}
impl Statement for BidStanding {
    const KIND: &'static str = "standing";
    fn refs(&self) -> Vec<RecordId> {
        vec![self.bid]
    }
}
impl Statement for Award {
    const KIND: &'static str = "award";
    fn refs(&self) -> Vec<RecordId> {
        vec![self.bid]
    }
}

impl Capacity {
    /// Checks quantity, step and reserve, and that it opens before it closes.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        positive("quantity", self.quantity)?;
        positive("step", self.step.amount)?;
        not_negative("reserve", self.reserve)?;
        self.opens.map_or(Ok(()), |opens| not_before("closes", self.closes, "opens", opens))
    }
    /// True while bids are taken at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.opens.is_none_or(|opens| opens <= now) && now <= self.closes
    }
    /// After that, what was bid and not awarded has lapsed.
    pub fn awarded_by(&self) -> Timestamp {
        after(self.closes, AWARD_S)
    }
}

impl Draw {
    /// Checks the load.
    pub fn check(&self) -> Result<()> {
        positive("load", self.load)
    }
}

impl Bid {
    /// Checks quantity and limit.
    pub fn check(&self) -> Result<()> {
        positive("quantity", self.quantity)?;
        not_negative("at_most", self.at_most.amount)
    }
    /// Checks that it can be in time for `capacity`, in its currency.
    pub fn fits(&self, capacity: &Capacity) -> Result<()> {
        let currency = capacity.step.currency;
        ensure(self.at_most.currency == currency, || {
            let remedy = phrase(format!("bid in {currency}"), format!("请以 {currency} 出价"));
            Error::field("at_most", shown(self.at_most), remedy)
        })?;
        let last = capacity.awarded_by();
        ensure(self.answer_by <= last, || {
            let remedy = phrase(
                format!("no later than {last}, when every bid lapses"),
                format!("不得晚于 {last}，届时所有出价失效"),
            );
            Error::field("answer_by", shown(self.answer_by), remedy)
        })
    }
}

impl BidStanding {
    /// Checks the price.
    pub fn check(&self) -> Result<()> {
        not_negative("price", self.price)
    }
}

impl Award {
    /// Checks the price.
    pub fn check(&self) -> Result<()> {
        not_negative("price", self.price)
    }
}
