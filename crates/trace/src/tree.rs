//! What a backward trace has found, as a tree, with every step judged.
//!
//! A step is verified when the records it rests on are here and agree; a gap when one is missing; false when one
//! contradicts. The judgement of a [`TraceNode`] is of that lot and of how it came to the maker that used it; its
//! inputs carry their own.

use crate::back::{BackTrace, DEPTH_MAX, Heard, Says, Sought};
use crate::statement::{LotId, Passport, PassportInput, Takeover};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, Decimal, Quantity, RecordId, SpecId, Text, Timestamp, Unit};

/// Most lots a tree shows; further ones are gaps.
pub const NODES_MAX: usize = 10_000;
/// Most bytes of passports a tree shows, each counted as often as it is shown.
const BYTES_MAX: usize = 32 << 20;

/// One lot, how it came, and what went into it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TraceNode {
    /// the lot
    pub lot: LotId,
    /// what it is, by its passport or, without one, by what cites it
    pub spec: Option<SpecId>,
    /// for people
    pub name: Option<Text>,
    /// how much was made
    pub quantity: Option<Quantity>,
    /// how much of it went into the lot above
    pub used: Option<Quantity>,
    /// who made it
    pub issuer: Option<AgentId>,
    /// when its passport was signed, by its issuer's clock
    pub made_at: Option<Timestamp>,
    /// kinds of work done
    pub processes: Vec<String>,
    /// how many pieces are numbered
    pub serials: usize,
    /// what else its maker declares
    pub properties: BTreeMap<String, String>,
    /// the hands it went through on its way to the lot above, in order
    pub handling: Vec<Hand>,
    /// what went in
    pub inputs: Vec<TraceNode>,
    /// the judgement
    pub state: TraceState,
}

/// Goods going from one hand to the next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Hand {
    /// who gave
    pub from: AgentId,
    /// who took over
    pub to: AgentId,
    /// when, by the taker's clock
    pub at: Timestamp,
    /// both halves are here and agree
    pub verified: bool,
}

/// The judgement of one step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TraceState {
    /// every record is here and agrees
    Verified,
    /// something is missing
    Gap {
        /// what
        reason: Gap,
    },
    /// something contradicts
    False {
        /// what
        reason: Contradiction,
    },
}

/// What is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// the passport is still being asked for
    Awaited,
    /// nobody who was asked has the passport
    PassportMissing,
    /// the maker names no takeover for a lot another made
    NoTakeover,
    /// the takeover is not here
    TakeoverMissing,
    /// the handover is not here
    HandoverMissing,
    /// who gave it neither made it nor shows how it came
    GiverUnexplained,
    /// the trace is too deep or too wide
    TooLarge,
}

/// What contradicts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// the record named as its passport is none, or not well-formed
    NotAPassport,
    /// the passport was issued by another than is claimed
    WrongIssuer,
    /// the passport or takeover is of another specification
    WrongSpecification,
    /// the passport counts in another unit
    WrongUnit,
    /// more of it was used than was made
    MoreThanMade,
    /// the record named as takeover is none
    NotATakeover,
    /// somebody else took it over
    WrongTaker,
    /// the record named as handover is none
    NotAHandover,
    /// handover and takeover do not agree
    HalvesDiffer,
    /// the takeover does not accept this lot
    NotAccepted,
    /// more was used, or passed on, than the takeover accepted
    MoreThanAccepted,
}

const VERIFIED: TraceState = TraceState::Verified;
const fn gap(reason: Gap) -> TraceState {
    TraceState::Gap { reason }
}
const fn contradicts(reason: Contradiction) -> TraceState {
    TraceState::False { reason }
}

impl TraceNode {
    /// True when this step and all below are verified.
    pub fn is_verified(&self) -> bool {
        self.state == VERIFIED && self.inputs.iter().all(Self::is_verified)
    }
}

impl BackTrace {
    /// What has been found so far, judged. A lot that goes in at several places is shown at each.
    pub fn tree(&self) -> TraceNode {
        let (made, came, agree) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut view = View { trace: self, made, came, agree, nodes: 0, bytes: 0 };
        view.add_up();
        view.node(self.root, None, 0)
    }
}

struct View<'a> {
    trace: &'a BackTrace,
    /// how much of each lot all passports of the trace together say they used
    made: BTreeMap<(LotId, Unit), Decimal>,
    /// the same of what one takeover brought its taker
    came: BTreeMap<(AgentId, LotId, RecordId), Decimal>,
    /// takeovers that account for the goods of their handover
    agree: BTreeMap<RecordId, bool>,
    nodes: usize,
    bytes: usize,
}

/// A lot as the passport of what it went into speaks of it.
struct Use<'a> {
    maker: AgentId,
    input: &'a PassportInput,
}

impl<'a> View<'a> {
    /// Only passports by their rightful issuers count: a forged one must not make another maker's claims look false.
    fn add_up(&mut self) {
        let mut seen = BTreeSet::from([self.trace.root]);
        let mut open = vec![(self.trace.root, None)];
        while let Some((lot, issuer)) = open.pop() {
            let Sought::Here(record) = self.trace.sought(lot) else { continue };
            let Says::Passport(passport) = &record.says else { continue };
            if issuer.is_some_and(|issuer| issuer != record.author) {
                seen.remove(&lot);
                continue;
            }
            for input in &passport.inputs {
                *self.made.entry((input.lot, input.quantity.unit)).or_default() += input.quantity.value;
                if let Some(takeover) = input.received {
                    let brought = (record.author, input.lot, takeover);
                    *self.came.entry(brought).or_default() += input.quantity.value;
                }
                if seen.insert(input.lot) {
                    open.push((input.lot, Some(input.issuer)));
                }
            }
        }
    }

    fn node(&mut self, lot: LotId, used: Option<Use<'_>>, depth: u32) -> TraceNode {
        self.nodes += 1;
        let mut node = TraceNode {
            lot,
            spec: used.as_ref().map(|u| u.input.spec.clone()),
            name: None,
            quantity: None,
            used: used.as_ref().map(|u| u.input.quantity),
            issuer: used.as_ref().map(|u| u.input.issuer),
            made_at: None,
            processes: Vec::new(),
            serials: 0,
            properties: BTreeMap::new(),
            handling: Vec::new(),
            inputs: Vec::new(),
            state: VERIFIED,
        };
        let record = match self.trace.sought(lot) {
            _ if depth > DEPTH_MAX || self.is_full() => Err(gap(Gap::TooLarge)),
            Sought::Here(record) => Ok(record),
            Sought::Awaited => Err(gap(Gap::Awaited)),
            Sought::Nowhere => Err(gap(Gap::PassportMissing)),
            Sought::TooFar => Err(gap(Gap::TooLarge)),
        };
        let (record, passport) = match record {
            Ok(record @ Heard { says: Says::Passport(passport), .. }) => (record, passport),
            Ok(_) => return TraceNode { state: contradicts(Contradiction::NotAPassport), ..node },
            Err(state) => return TraceNode { state, ..node },
        };
        if let Some(used) = &used {
            if record.author != used.input.issuer {
                // the words of one who had no say in this lot are not shown as its story
                node.state = contradicts(Contradiction::WrongIssuer);
                return node;
            }
            let (state, handling) = self.way(used);
            node.handling = handling;
            node.state = self.fits(used, passport).unwrap_or(state);
        }
        self.bytes += record.bytes;
        node.spec = Some(passport.spec.clone());
        node.name = Some(passport.name.clone());
        node.quantity = Some(passport.quantity);
        node.issuer = Some(record.author);
        node.made_at = Some(record.at);
        node.processes = passport.processes.clone();
        node.serials = passport.serials.len();
        node.properties = passport.properties.clone();
        for input in &passport.inputs {
            if self.is_full() {
                node.state = if node.state == VERIFIED { gap(Gap::TooLarge) } else { node.state };
                break;
            }
            let below = self.node(input.lot, Some(Use { maker: record.author, input }), depth + 1);
            node.inputs.push(below);
        }
        node
    }

    fn is_full(&self) -> bool {
        self.nodes >= NODES_MAX || self.bytes >= BYTES_MAX
    }

    /// What contradicts between a lot's passport and its use.
    fn fits(&self, used: &Use<'_>, passport: &Passport) -> Option<TraceState> {
        let Quantity { value, unit } = used.input.quantity;
        let claimed = self.made.get(&(used.input.lot, unit)).copied().unwrap_or_default().max(value);
        let reason = if passport.spec != used.input.spec {
            Contradiction::WrongSpecification
        } else if passport.quantity.unit != unit {
            Contradiction::WrongUnit
        } else if claimed > passport.quantity.value {
            Contradiction::MoreThanMade
        } else {
            return None;
        };
        Some(contradicts(reason))
    }

    /// How the lot came from its issuer to the maker that used it, hand by hand.
    fn way(&mut self, used: &Use<'_>) -> (TraceState, Vec<Hand>) {
        let mut hands = Vec::new();
        let state = self.walk(used, &mut hands);
        hands.reverse();
        (state, hands)
    }

    fn walk(&mut self, used: &Use<'_>, hands: &mut Vec<Hand>) -> TraceState {
        let Use { maker, input } = used;
        let Some(mut received) = input.received else {
            return if input.issuer == *maker { VERIFIED } else { gap(Gap::NoTakeover) };
        };
        let mut taker = *maker;
        let mut needed = self.came.get(&(taker, input.lot, received)).copied().unwrap_or_default();
        needed = needed.max(input.quantity.value);
        for _ in 0..DEPTH_MAX {
            let Sought::Here(record) = self.trace.sought(received) else { return gap(Gap::TakeoverMissing) };
            let Says::Takeover(takeover) = &record.says else {
                return contradicts(Contradiction::NotATakeover);
            };
            if record.author != taker {
                return contradicts(Contradiction::WrongTaker);
            }
            let Sought::Here(given) = self.trace.sought(takeover.handover) else {
                return gap(Gap::HandoverMissing);
            };
            let Says::Handover(handover) = &given.says else {
                return contradicts(Contradiction::NotAHandover);
            };
            let agree = || handover.check().is_ok() && takeover.check(handover).is_ok();
            let judged = if handover.to == taker && *self.agree.entry(received).or_insert_with(agree) {
                judge(input, needed, takeover)
            } else {
                Some(Contradiction::HalvesDiffer)
            };
            let verified = judged.is_none();
            hands.push(Hand { from: given.author, to: taker, at: record.at, verified });
            if let Some(reason) = judged {
                return contradicts(reason);
            }
            if given.author == input.issuer {
                return VERIFIED;
            }
            let Some(before) = handover.after else { return gap(Gap::GiverUnexplained) };
            needed = handover.quantity_of(input.lot);
            (taker, received) = (given.author, before);
        }
        gap(Gap::TooLarge)
    }
}

/// What contradicts between a takeover and the use made of what it brought.
fn judge(input: &PassportInput, needed: Decimal, takeover: &Takeover) -> Option<Contradiction> {
    let accepted = takeover.accepted_of(input.lot);
    let mut of_lot = takeover.accepted.iter().filter(|g| g.lot == input.lot);
    if accepted.is_zero() {
        Some(Contradiction::NotAccepted)
    } else if of_lot.any(|g| g.spec != input.spec) {
        Some(Contradiction::WrongSpecification)
    } else if accepted < needed {
        Some(Contradiction::MoreThanAccepted)
    } else {
        None
    }
}
