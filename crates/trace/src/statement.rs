//! What agents say about goods: events in a workshop, passports of lots, and goods changing hands.
//!
//! [`Happened`] is private: what one firm did, as economic events. [`Passport`] speaks for a lot to whoever holds
//! the goods: its record id is the lot's id everywhere. [`Handover`] and [`Takeover`] are the two halves of goods
//! changing hands; nothing has moved for both until the one who takes over has signed.

use crate::event::EconomicEvent;
use ledger::Statement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{AgentId, Decimal, Quantity, RecordId, SpecId, Text};

/// A lot: the id of the record that is its passport.
pub type LotId = RecordId;

/// So much of one lot, piece by piece where it is serialised.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goods {
    /// the lot
    pub lot: LotId,
    /// what it is
    pub spec: SpecId,
    /// how much of it
    pub quantity: Decimal,
    /// which pieces, where they are numbered: as many as `quantity` says
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<String>,
}

/// What happened inside one firm, all of it or none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happened {
    /// the events, in order
    pub events: Vec<EconomicEvent>,
}
impl Statement for Happened {
    const KIND: &'static str = "happened";
    fn refs(&self) -> Vec<RecordId> {
        self.events.iter().filter_map(|e| e.lot).collect()
    }
}

/// What a lot is and what went into it, said by its maker.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// what it is
    pub spec: SpecId,
    /// for people
    pub name: Text,
    /// how much was made
    pub quantity: Quantity,
    /// one for each piece, where pieces are numbered
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<String>,
    /// the kinds of work done, in order
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<String>,
    /// what went into the whole lot
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<PassportInput>,
    /// what else its maker declares
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
}
impl Statement for Passport {
    const KIND: &'static str = "passport";
    fn refs(&self) -> Vec<RecordId> {
        self.inputs.iter().flat_map(|i| std::iter::once(i.lot).chain(i.received)).collect()
    }
}

/// One lot that went into another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassportInput {
    /// its passport
    pub lot: LotId,
    /// who issued that passport
    pub issuer: AgentId,
    /// what it is
    pub spec: SpecId,
    /// how much of it went in, in all
    pub quantity: Quantity,
    /// the maker's takeover record by which it came; `None` for what the maker made itself
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<RecordId>,
}

/// The giver's half of goods changing hands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// the acceptance or pledge under which they move
    pub deal: RecordId,
    /// what
    pub goods: Vec<Goods>,
    /// who takes over: the consignee, or a carrier on the way to it
    pub to: AgentId,
    /// whom they are for in the end
    pub consignee: AgentId,
    /// why they move
    pub purpose: Purpose,
    /// the giver's own takeover, where it passes on what it was handed
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<RecordId>,
}
impl Statement for Handover {
    const KIND: &'static str = "handover";
    fn refs(&self) -> Vec<RecordId> {
        let lots = self.goods.iter().map(|g| g.lot);
        std::iter::once(self.deal).chain(self.after).chain(lots).collect()
    }
}

/// Why goods move.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// from supplier to buyer
    Delivery,
    /// from buyer, or a carrier it refused them from, back to the supplier
    Return,
}

/// The taker's half: what it accepted and what it refused. What it refused stays with the giver.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takeover {
    /// the giver's half
    pub handover: RecordId,
    /// taken over
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Goods>,
    /// refused
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Goods>,
    /// why refused, for people
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
impl Statement for Takeover {
    const KIND: &'static str = "takeover";
    fn refs(&self) -> Vec<RecordId> {
        vec![self.handover]
    }
}
