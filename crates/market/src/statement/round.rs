//! What goes with pools beyond one product at one place: who vouches for a member, where goods are picked up, what is
//! bought together in one round, and what a pool came to once its goods were taken over.

use super::{Pledge, PoolRequest};
use ledger::Statement;
use serde::{Deserialize, Serialize};
use vocab::{AgentId, Decimal, Money, Place, RecordId, Text, Timestamp};

impl PoolRequest {
    /// Without any of the options.
    pub fn plain(offer: RecordId, threshold: Decimal, closes: Timestamp, keeper: AgentId) -> Self {
        Self { offer, threshold, closes, keeper, extended: None, drop_offs: vec![], round: None }
    }
}

impl Pledge {
    /// A first pledge, without any of the options.
    pub fn plain(pool: RecordId, at_least: Decimal, at_most: Decimal, ceiling: Decimal) -> Self {
        let (replaces, drop_off, vouch) = (None, None, None);
        Self { pool, at_least, at_most, ceiling, replaces, extend: false, drop_off, vouch }
    }
}

/// Says that an agent is who it seems and keeps its word, as far as the author knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouch {
    /// vouched for
    pub agent: AgentId,
    /// a deal between the two that went well
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<RecordId>,
    /// what the author holds of the agent's as a deposit
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit: Option<Money>,
    /// not valid after
    pub expires: Timestamp,
}
statement!(Vouch, "vouch", |s| s.because.into_iter().collect());

/// A better price that further pledges would bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextTier {
    /// the price of one unit, for all alike
    pub unit_price: Money,
    /// the total at which it holds
    pub at: Decimal,
    /// how much is missing, from members who would pay that price
    pub missing: Decimal,
}

/// Whose pledges count towards a price.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// everybody's
    #[default]
    All,
    /// those that carry a [`Vouch`] of one of the agents the terms name; others may join at the price these reach
    Vouched,
}

impl Counted {
    pub(crate) fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// What the price of a made pool follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settles {
    /// the quantity pledged: the price of the close is the price
    #[default]
    Pledged,
    /// the quantity members really took over, as the offerer's [`PoolAccount`] says, within each member's ceiling
    Accepted,
}

impl Settles {
    pub(crate) fn is_pledged(&self) -> bool {
        *self == Self::Pledged
    }
}

/// Where members fetch their goods.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropOff {
    /// for people
    pub name: Text,
    /// where it is
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// takes the goods over from the producer and gives each member its part
    pub leader: AgentId,
}

/// Several products bought together: pools of one closing time and the same places to fetch goods at. Its author
/// keeps the pools; one kept by somebody else does not belong to it, whatever its terms say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// for people
    pub name: Text,
    /// all its pools close then
    pub closes: Timestamp,
    /// where members fetch their goods
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop_offs: Vec<DropOff>,
    /// whom members ask
    pub leader: AgentId,
}
statement!(Round, "round");

/// The offerer's word to the leader of a drop-off: who gets how much of a made pool there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropList {
    /// the pool's terms
    pub pool: RecordId,
    /// the close it follows from
    pub close: RecordId,
    /// which drop-off of the terms, from 0
    pub drop_off: u16,
    /// who gets how much, in rising order of pledge
    pub shares: Vec<DropShare>,
}
statement!(DropList, "drop_list", |s| vec![s.pool, s.close]);

/// What one member fetches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropShare {
    /// its pledge, which is the deal's id
    pub pledge: RecordId,
    /// the member
    pub member: AgentId,
    /// how much
    pub quantity: Decimal,
}

/// The offerer's last word on a made pool whose price follows what was taken over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolAccount {
    /// the pool's terms
    pub pool: RecordId,
    /// the close it follows from
    pub close: RecordId,
    /// the price of what was taken over; a member pays it up to its ceiling
    pub unit_price: Money,
    /// the members who took over less than their share, in rising order of pledge
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub short: Vec<Shortfall>,
}
statement!(PoolAccount, "pool_account", |s| vec![s.pool, s.close]);

/// A share that was not taken over in full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shortfall {
    /// whose, by the pledge
    pub pledge: RecordId,
    /// its share by the close
    pub quantity: Decimal,
    /// taken over
    pub accepted: Decimal,
}
