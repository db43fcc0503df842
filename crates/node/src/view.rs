//! What a node shows its owner: plain data for the API, the web app and the command line.

mod auction;
mod call;
mod deal;
mod floor;
mod order;
mod plan;
mod pool;
mod search;
mod standing;
mod why;

use market::statement::{Need, Offer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::statement::{Goods, Purpose};
use vocab::{AgentId, Decimal, RecordId, SpecId, Specification, Text, Timestamp, Unit};

pub use crate::statement::{Proposal, Way};
pub use auction::*;
pub use call::*;
pub use deal::*;
pub use floor::*;
pub use order::*;
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
