//! Pools beyond their terms: what they save, rounds of them, who fetches what, and what was not as agreed.

use super::Who;
use market::statement::{DropOff, NextTier};
use serde::{Deserialize, Serialize};
use vocab::{Decimal, Money, RecordId, SpecId, Text, Timestamp, Unit};

/// One quantity bought alone and in a pool.
#[derive(Clone, Debug, Serialize)]
pub struct PoolCompare {
    /// the quantity compared: what this node pledged at most, else the least one may pledge
    pub quantity: Decimal,
    /// price of one unit bought alone; `None` where so little is not sold
    pub solo: Option<Money>,
    /// price of one unit in the pool, as it stands or as it ended; `None` where it makes no pool
    pub pooled: Option<Money>,
    /// what the pool saves on the quantity
    pub saving: Option<Money>,
    /// the nearest better price, and how much is missing
    pub next: Option<NextTier>,
}

/// A buying round.
#[derive(Clone, Debug, Serialize)]
pub struct RoundView {
    /// its record
    pub id: RecordId,
    /// for people
    pub name: Text,
    /// whom members ask
    pub leader: Who,
    /// this node's own
    pub mine: bool,
    /// all its pools close then
    pub closes: Timestamp,
    /// where members fetch their goods
    pub drop_offs: Vec<DropOff>,
    /// its pools, by name of the product
    pub pools: Vec<RecordId>,
    /// what this node gets in all, at most while the pools are open: one line for each pool it pledged to
    pub lines: Vec<RoundLine>,
}

/// What one member gets of one product of a round.
#[derive(Clone, Debug, Serialize)]
pub struct RoundLine {
    /// which pool
    pub pool: RecordId,
    /// for people
    pub name: Text,
    /// how much: what was pledged at most, then the share
    pub quantity: Decimal,
    /// what it is counted in
    pub unit: Unit,
    /// for one unit, as the pool stands or ended
    pub unit_price: Option<Money>,
    /// for all of it
    pub total: Option<Money>,
}

/// Who fetches what at a drop-off, for its leader and the producer.
#[derive(Clone, Debug, Serialize)]
pub struct DropListView {
    /// which pool
    pub pool: RecordId,
    /// the round it belongs to
    pub round: Option<RecordId>,
    /// what
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// what it is counted in
    pub unit: Unit,
    /// which drop-off of the pool, from 0
    pub index: u16,
    /// where
    pub drop_off: DropOff,
    /// who hands the goods out
    pub leader: Who,
    /// this node hands them out
    pub mine: bool,
    /// who makes them
    pub producer: Who,
    /// what all members fetch there
    pub total: Decimal,
    /// who fetches how much
    pub lines: Vec<DropLine>,
}

/// What one member fetches.
#[derive(Clone, Debug, Serialize)]
pub struct DropLine {
    /// the member
    pub member: Who,
    /// its deal
    pub deal: RecordId,
    /// how much
    pub quantity: Decimal,
    /// where it is
    pub state: DropState,
}

/// Where a member's part is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropState {
    /// not there yet
    Coming,
    /// to be fetched
    Here,
    /// handed to the member
    Given,
}

/// Goods taken over that are not what was agreed, beyond what is tolerated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct ClaimView {
    /// more or less
    pub kind: ClaimKind,
    /// by how much: less than agreed, or more than is tolerated and so not owed
    pub quantity: Decimal,
}

/// Which way a delivery is off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// less than agreed
    Short,
    /// more than is tolerated
    Over,
}
