//! Pools as shown: where they stand and how they ended, what they save, rounds of them, who fetches what, and what was not as agreed.

use super::Who;
use market::statement::{DropOff, NextTier, PoolTerms};
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
