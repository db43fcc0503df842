//! Joint plans: the calls known here, and what was said under them by this node or to it, as a fold over records.
//!
//! A [`Call`] is a planner's; a [`Supply`] and a [`Demand`] are kept by their authors and by the planner. What binds by
//! an award is a deal and not kept here. What to say next is decided in `advance`, how a plan is made in `market`.

mod sides;
mod take;

pub(crate) use sides::{Award, Demand, DemandState, Supply, SupplyState};

use crate::deals::GRACE_S;
use ledger::Record;
use market::planner::{Instance, PlanCall, PlanPart, PlanResult};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{AgentId, RecordId, Timestamp, after};

/// How long the planner waits for what was signed in time and is still on its way, seconds.
pub(crate) const GATHER_S: i64 = 2;
/// How long a round waits for the suppliers' prices, seconds.
pub(crate) const ROUND_S: i64 = 5;
/// Who has left so many rounds without an answer is not waited for any more.
pub(crate) const MISSES_MAX: u32 = 2;
/// So long before the close no further round is begun, seconds.
pub(crate) const CLOSE_AHEAD_S: i64 = 20;

#[derive(Default)]
pub(crate) struct Calls {
    all: BTreeMap<RecordId, Call>,
    supplies: BTreeMap<RecordId, Supply>,
    demands: BTreeMap<RecordId, Demand>,
    /// of this node as supplier, by demand
    awards: BTreeMap<RecordId, Award>,
    /// when to look at a call again
    looks: BTreeSet<(Timestamp, RecordId)>,
    // what follows does not survive a restart, and need not
    problems: BTreeMap<RecordId, Arc<Instance>>,
    /// plans that are made again here, and what came of it
    pub(crate) replays: BTreeMap<RecordId, Replay>,
}

/// One call.
pub(crate) struct Call {
    pub(crate) id: RecordId,
    pub(crate) by: AgentId,
    pub(crate) what: PlanCall,
    /// taken under it, or this node's own
    pub(crate) supplies: BTreeSet<RecordId>,
    pub(crate) demands: BTreeSet<RecordId>,
    /// the round under way and since when, at the planner
    pub(crate) round: Option<(u32, Timestamp)>,
    /// parts of its plan that are known here
    pub(crate) parts: BTreeMap<RecordId, PlanPart>,
    /// the plan, as first said
    pub(crate) result: Option<(RecordId, PlanResult)>,
    /// the plan that an award to this node names
    pub(crate) named: Option<RecordId>,
    /// its planner has said what is not so
    pub(crate) is_false: bool,
}

/// What came of making a plan again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Replay {
    /// these are not here
    Missing(Vec<RecordId>),
    Same,
    Different,
}

impl Call {
    /// No inputs are taken any more.
    pub(crate) fn plans_at(&self) -> Timestamp {
        after(self.what.takes_until, GATHER_S)
    }
    /// The plan, once it is known which it is.
    pub(crate) fn plan(&self) -> Option<RecordId> {
        self.result.as_ref().map(|(id, _)| *id).or(self.named)
    }
    /// Everything under it has lapsed, for whoever waits for others' last word.
    pub(crate) fn over_at(&self) -> Timestamp {
        after(self.what.lapses(), GRACE_S)
    }
}

impl Calls {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Call> {
        self.all.get(id)
    }
    pub(crate) fn get_mut(&mut self, id: &RecordId) -> Option<&mut Call> {
        self.all.get_mut(id)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.all.values()
    }
    pub(crate) fn supply(&self, id: &RecordId) -> Option<&Supply> {
        self.supplies.get(id)
    }
    pub(crate) fn supplies_of<'a>(&'a self, call: &'a Call) -> impl Iterator<Item = &'a Supply> {
        call.supplies.iter().filter_map(|id| self.supplies.get(id))
    }
    pub(crate) fn demand(&self, id: &RecordId) -> Option<&Demand> {
        self.demands.get(id)
    }
    pub(crate) fn demands_of<'a>(&'a self, call: &'a Call) -> impl Iterator<Item = &'a Demand> {
        call.demands.iter().filter_map(|id| self.demands.get(id))
    }
    pub(crate) fn award(&self, demand: &RecordId) -> Option<&Award> {
        self.awards.get(demand)
    }
    pub(crate) fn awards(&self) -> impl Iterator<Item = (&RecordId, &Award)> {
        self.awards.iter()
    }
    /// Undoes what a record that is dropped has done.
    pub(crate) fn forget(&mut self, record: &Record) {
        if self.all.get(&record.id).is_some_and(|c| c.supplies.is_empty() && c.demands.is_empty()) {
            self.all.remove(&record.id);
        }
    }
    /// The problem a call poses, once nothing more is taken; made by `make` the first time.
    pub(crate) fn problem(&mut self, id: RecordId, make: impl FnOnce(&Self) -> Instance) -> Arc<Instance> {
        if let Some(known) = self.problems.get(&id) {
            return known.clone();
        }
        let made = Arc::new(make(self));
        self.problems.insert(id, made.clone());
        made
    }
    pub(crate) fn solved(&mut self, id: &RecordId) {
        self.problems.remove(id);
    }
    /// Looks at a call again then.
    pub(crate) fn look(&mut self, id: RecordId, at: Timestamp) {
        self.looks.insert((at, id));
    }
    pub(crate) fn next_look(&self) -> Option<Timestamp> {
        self.looks.first().map(|(t, _)| *t)
    }
    /// Ends what the clock ends; returns the calls to be looked at, and what own demands have lapsed.
    pub(crate) fn expire(&mut self, now: Timestamp) -> (Vec<RecordId>, Vec<RecordId>) {
        let (mut due, mut lapsed) = (vec![], vec![]);
        while let Some((t, id)) = self.looks.first().copied().filter(|(t, _)| *t < now) {
            self.looks.remove(&(t, id));
            due.push(id);
            let Some(call) = self.all.get(&id).filter(|call| now > call.over_at()) else { continue };
            for demand in &call.demands {
                if let Some(demand) = self.demands.get_mut(demand).filter(|d| d.is_live()) {
                    demand.state = DemandState::Lapsed;
                    lapsed.push(demand.id);
                }
            }
            for supply in &call.supplies {
                if let Some(supply) = self.supplies.get_mut(supply).filter(|s| s.state == SupplyState::Said) {
                    supply.state = SupplyState::Lapsed;
                }
            }
        }
        (due, lapsed)
    }

    /// What must always hold: nothing is awarded beyond a supply's capacity, nobody is bound above its limit, no need is
    /// covered twice.
    pub(crate) fn check(&self, me: &AgentId) -> Result<(), String> {
        let mut loads: BTreeMap<RecordId, u128> = BTreeMap::new();
        for award in self.awards.values() {
            *loads.entry(award.supply).or_default() += u128::from(award.load);
        }
        for (id, load) in loads {
            let capacity = self.supplies.get(&id).map_or(0, |s| s.what.capacity());
            if load > u128::from(capacity) {
                return Err(format!("supply {id} awards {load} of {capacity}"));
            }
        }
        let mut covered = BTreeSet::new();
        for demand in self.demands.values().filter(|d| d.by == *me) {
            if demand.bound.is_some_and(|bound| bound.unit_price > bound.limit) {
                return Err(format!("demand {} is bound above its limit", demand.id));
            }
            let stands = demand.is_live() || demand.state == DemandState::Awarded;
            if let Some(need) = demand.what.because.filter(|need| stands && !covered.insert(*need)) {
                return Err(format!("two demands stand for {need}"));
            }
        }
        Ok(())
    }
}
