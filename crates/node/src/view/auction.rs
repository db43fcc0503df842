//! Auctions of capacity, bids, and what the node looks for by itself, as shown to people.

use super::{Role, Who};
use crate::command::StandingOrder;
use crate::statement::Proposal;
use market::auction::{Bid, Capacity};
use serde::{Deserialize, Serialize};
use vocab::{Decimal, Money, RecordId, SpecId, Text, Unit};

/// An auction of capacity, as known here.
#[derive(Clone, Debug, Serialize)]
pub struct AuctionView {
    /// its record
    pub id: RecordId,
    /// whose capacity it is
    pub by: Who,
    /// this node's own
    pub mine: bool,
    /// what is sold, from what price, until when
    pub capacity: Capacity,
    /// bids are taken now
    pub open: bool,
    /// price of one unit of capacity: of an own auction what all that are in would pay now, of another's the least
    /// that it takes to be in, as far as this node has heard
    pub price: Money,
    /// how much of an own capacity the bids take that are in
    pub taken: Option<Decimal>,
    /// bids of this node, or to it
    pub bids: Vec<BidView>,
}

/// A bid, from either side.
#[derive(Clone, Debug, Serialize)]
pub struct BidView {
    /// its record; the deal's id once it is awarded
    pub id: RecordId,
    /// in which auction
    pub auction: RecordId,
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
    /// what was bid
    pub bid: Bid,
    /// where it stands
    pub state: BidViewState,
    /// price of one unit of capacity, as the supplier last told about it
    pub price: Option<Decimal>,
}

/// Where a bid stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BidViewState {
    /// no answer yet
    Sent,
    /// it would be awarded if the auction ended now
    In,
    /// others bore more; its author is free
    Out,
    /// the supplier would not have it at all
    Refused,
    /// it has made a deal
    Awarded,
    /// its time passed
    Lapsed,
}

/// A standing order of this node's owner.
#[derive(Clone, Debug, Serialize)]
pub struct StandingOrderView {
    /// its record
    pub id: RecordId,
    /// what is wanted, within what limits
    pub order: StandingOrder,
    /// where it stands
    pub state: StandingState,
    /// the bid that stands for it now, or made the deal
    pub bid: Option<RecordId>,
    /// the deals, pledges and requests for pools it has led to, in order; a bid or pledge is the deal's id once bound
    pub said: Vec<RecordId>,
    /// what is proposed to its owner, to be accepted or declined by this id
    pub proposal: Option<ProposalView>,
}

/// What the node proposes to do for a standing order.
#[derive(Clone, Debug, Serialize)]
pub struct ProposalView {
    /// its record
    pub id: RecordId,
    /// who offers
    pub by: Who,
    /// what is wanted
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// what is proposed
    pub proposal: Proposal,
}

/// Where a standing order stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingState {
    /// the node looks for it
    Looking,
    /// something stands for it and may yet bind
    Bidding,
    /// its owner is to accept or decline
    Proposed,
    /// it has become a deal
    Bought,
    /// given up by its owner, or by its time
    Over,
}
