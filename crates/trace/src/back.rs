//! Backward trace: where a lot came from, gathered record by record.
//!
//! [`BackTrace`] says which records it wants and whom to ask, is fed what comes, and builds a
//! [`TraceNode`](crate::TraceNode) tree at any time. A record is wanted by its hash, so whoever sends it cannot change
//! it; signatures have been checked before. It sends nothing and waits for nothing.

use crate::passport::verify_passport;
use crate::statement::{Handover, LotId, Passport, Takeover};
use crate::{Error, Result};
use ledger::{Record, Statement};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId, Timestamp};

/// Most tiers of passports, and most hands between two of them, that are followed.
pub const DEPTH_MAX: u32 = 32;
/// Most records one trace gathers: a passport, a takeover and a handover for each of 10,000 lots.
pub const RECORDS_MAX: usize = 30_000;
/// Most bytes of records after which nothing further is asked for.
const BYTES_MAX: usize = 64 << 20;
/// Most agents worth asking for one record.
const ASK_MAX: usize = 8;

/// A record that would complete the trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Want {
    /// which
    pub id: RecordId,
    /// who may have it, best first
    pub ask: Vec<AgentId>,
}

/// A trace in the making.
#[derive(Clone, Debug)]
pub struct BackTrace {
    pub(crate) root: LotId,
    cited: BTreeMap<RecordId, Cited>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Cited {
    ask: Vec<AgentId>,
    /// tiers from the root for a passport, hands from the maker for a takeover or handover
    depth: u32,
    found: Found,
}

#[derive(Clone, Debug)]
enum Found {
    Awaited,
    Here(Box<Heard>),
    Nowhere,
}

/// What a record that came says, read once.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) author: AgentId,
    pub(crate) at: Timestamp,
    pub(crate) bytes: usize,
    pub(crate) says: Says,
}

/// The statements a trace can use.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    Passport(Passport),
    Takeover(Takeover),
    Handover(Handover),
    /// of another kind, or not well-formed
    Nothing,
}

/// How the search for a record stands.
pub(crate) enum Sought<'a> {
    Here(&'a Heard),
    Awaited,
    Nowhere,
    /// beyond the limits of a trace
    TooFar,
}

impl BackTrace {
    /// A trace of `lot`; `hints` are who may have its passport, best first: its holder, its issuer.
    pub fn new(lot: LotId, hints: impl IntoIterator<Item = AgentId>) -> Self {
        let mut trace = Self { root: lot, cited: BTreeMap::new(), bytes: 0 };
        let ask: Vec<_> = hints.into_iter().take(ASK_MAX).collect();
        trace.cited.insert(lot, Cited { ask, depth: 0, found: Found::Awaited });
        trace
    }

    /// Records still wanted, each once however often it is cited.
    pub fn wants(&self) -> Vec<Want> {
        let awaited = self.cited.iter().filter(|(_, c)| matches!(c.found, Found::Awaited));
        awaited.map(|(id, c)| Want { id: *id, ask: c.ask.clone() }).collect()
    }
    /// True when nothing more is wanted.
    pub fn is_done(&self) -> bool {
        self.cited.values().all(|c| !matches!(c.found, Found::Awaited))
    }

    /// Takes a record whose signature has been checked. What contradicts is kept and shown as false.
    ///
    /// # Errors
    /// [`Error::NotWanted`] for a record that no part of the trace cites.
    pub fn feed(&mut self, record: Record) -> Result<()> {
        let Some(cited) = self.cited.get_mut(&record.id) else { return Err(Error::NotWanted(record.id)) };
        if matches!(cited.found, Found::Here(_)) {
            return Ok(());
        }
        let bytes = record.signed().bytes.len();
        let heard = Heard { author: record.author, at: record.at, bytes, says: says(&record) };
        cited.found = Found::Here(Box::new(heard));
        self.bytes += bytes;
        self.follow(record.id);
        Ok(())
    }

    /// Notes that nobody who was asked has it. It is taken all the same if it comes later.
    pub fn gave_up(&mut self, id: RecordId) {
        if let Some(cited) = self.cited.get_mut(&id)
            && matches!(cited.found, Found::Awaited)
        {
            cited.found = Found::Nowhere;
        }
    }

    pub(crate) fn sought(&self, id: RecordId) -> Sought<'_> {
        match self.cited.get(&id).map(|c| &c.found) {
            Some(Found::Here(heard)) => Sought::Here(heard),
            Some(Found::Awaited) => Sought::Awaited,
            Some(Found::Nowhere) => Sought::Nowhere,
            None => Sought::TooFar,
        }
    }

    /// Cites what the record builds on, and what those build on where they are here already.
    fn follow(&mut self, id: RecordId) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let Some(Cited { depth, ask, found: Found::Here(heard) }) = self.cited.get(&id) else {
                continue;
            };
            for (next, depth, ask) in citations(heard, *depth, ask) {
                if self.cite(next, depth, ask) {
                    open.push(next);
                }
            }
        }
    }

    /// True when this brought the record nearer, so that what it cites may be within reach now.
    fn cite(&mut self, id: RecordId, depth: u32, ask: Vec<AgentId>) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        let full = self.cited.len() >= RECORDS_MAX || self.bytes >= BYTES_MAX;
        let Some(cited) = self.cited.get_mut(&id) else {
            if !full {
                self.cited.insert(id, Cited { ask, depth, found: Found::Awaited });
            }
            return false;
        };
        for agent in ask {
            if cited.ask.len() < ASK_MAX && !cited.ask.contains(&agent) {
                cited.ask.push(agent);
            }
        }
        let nearer = depth < cited.depth;
        cited.depth = cited.depth.min(depth);
        nearer
    }
}

fn says(record: &Record) -> Says {
    let read = match record.kind.as_str() {
        Passport::KIND => verify_passport(record).ok().map(Says::Passport),
        Takeover::KIND => record.read().ok().map(Says::Takeover),
        Handover::KIND => record.read().ok().map(Says::Handover),
        _ => None,
    };
    read.unwrap_or(Says::Nothing)
}

/// What a record builds on: its id, its distance, who may have it.
fn citations(heard: &Heard, depth: u32, ask: &[AgentId]) -> Vec<(RecordId, u32, Vec<AgentId>)> {
    let author_first = || std::iter::once(heard.author).chain(ask.iter().copied()).collect::<Vec<_>>();
    let mut found = Vec::new();
    match &heard.says {
        Says::Passport(passport) => {
            for input in &passport.inputs {
                // the maker keeps copies of what came with its inputs
                let ask = vec![heard.author, input.issuer];
                found.push((input.lot, depth + 1, ask.clone()));
                found.extend(input.received.map(|takeover| (takeover, 0, ask)));
            }
        }
        Says::Takeover(takeover) => found.push((takeover.handover, depth, author_first())),
        Says::Handover(handover) => {
            found.extend(handover.after.map(|takeover| (takeover, depth + 1, author_first())));
        }
        Says::Nothing => {}
    }
    for (_, _, ask) in &mut found {
        dedup(ask);
    }
    found
}

fn dedup(agents: &mut Vec<AgentId>) {
    let mut seen = BTreeSet::new();
    agents.retain(|agent| seen.insert(*agent));
    agents.truncate(ASK_MAX);
}
