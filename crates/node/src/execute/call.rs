//! Commands about joint plans.

use crate::calls::{Call, DemandState, Replay, SupplyState};
use crate::error::{Error, Result};
use crate::frame::Question;
use crate::node::Node;
use crate::words::words;
use ledger::{Audience, Record};
use market::planner::{Inputs, PlanCall, PlanDemand, PlanPart, PlanResult, PlanSupply, finish};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{AgentId, Phrase, RecordId, Timestamp};

/// Most records asked for at once to make a plan again.
const ASKED_MAX: usize = 2_000;

impl Node {
    pub(crate) fn plan_call(&mut self, call: &PlanCall, now: Timestamp) -> Result<RecordId> {
        call.check()?;
        if call.takes_until <= now {
            let remedy = words("give a time to come", "请给出将来的时间");
            let value = Phrase::plain(call.takes_until);
            return Err(Error::Field { field: words("takes_until", "截止时间"), value, remedy });
        }
        self.say(call, Audience::Public, now)
    }

    fn planner_of(&self, call: &RecordId) -> Result<AgentId> {
        let remedy = words("see the calls for joint plans", "请查看联合计划的征集");
        let unknown =
            Error::Unknown { kind: words("call for a joint plan", "联合计划征集"), id: *call, remedy };
        self.calls.get(call).map(|call| call.by).ok_or(unknown)
    }

    /// The planner of a call that this node may take part in: not its own, because a planner sees everybody's limits.
    fn others_planner(&self, call: &RecordId) -> Result<AgentId> {
        let planner = self.planner_of(call)?;
        if planner == self.me() {
            return Err(Error::State {
                what: words("call for a joint plan", "联合计划征集"),
                id: *call,
                state: words("is this node's own", "由本节点发布").into(),
                remedy: words(
                    "who plans sees everybody's limits and takes no part: let another node plan",
                    "规划方能看到所有人的上限，不能参与：请让另一个节点来规划",
                ),
            });
        }
        Ok(planner)
    }

    pub(crate) fn plan_supply(&mut self, supply: &PlanSupply, now: Timestamp) -> Result<RecordId> {
        supply.check()?;
        let planner = self.others_planner(&supply.call)?;
        self.say(supply, Audience::Bearer([planner].into()), now)
    }

    pub(crate) fn plan_demand(&mut self, demand: &PlanDemand, now: Timestamp) -> Result<RecordId> {
        demand.check()?;
        let planner = self.others_planner(&demand.call)?;
        self.say(demand, Audience::Bearer([planner].into()), now)
    }

    pub(crate) fn replay_plan(&mut self, id: RecordId) -> Result<RecordId> {
        self.planner_of(&id)?;
        if self.calls.get(&id).is_none_or(|call| call.plan().is_none()) {
            return Err(Error::State {
                what: words("call for a joint plan", "联合计划征集"),
                id,
                state: words("has no plan here", "在本节点没有计划").into(),
                remedy: words(
                    "wait until it is out: its suppliers are shown it, and buyers by what is awarded to them",
                    "请等它公布：供应方会看到它，买方随成交得知",
                ),
            });
        }
        self.calls.replays.insert(id, Replay::Missing(vec![]));
        self.replay_on();
        Ok(id)
    }

    /// A record that a plan under replay lacks.
    pub(crate) fn is_replayed(&self, record: &Record) -> bool {
        let lacks = |replay: &Replay| matches!(replay, Replay::Missing(ids) if ids.contains(&record.id));
        self.calls.replays.values().any(lacks)
    }

    /// Makes the plans under replay again, as far as what they were made of is here; asks for what is not.
    pub(crate) fn replay_on(&mut self) {
        let open: Vec<RecordId> =
            self.calls.replays.keys().filter(|id| self.calls.is_replayed(id)).copied().collect();
        for id in open {
            let Some(call) = self.calls.get(&id) else { continue };
            let before = match self.calls.replays.get(&id) {
                Some(Replay::Missing(ids)) => ids.clone(),
                _ => vec![],
            };
            // what was asked for is on its way
            if before.iter().filter(|id| self.book.get(id).is_none()).count() * 2 > before.len()
                && before.len() > 1
            {
                continue;
            }
            let planner = call.by;
            let replay = self.replay(call);
            if let Replay::Missing(missing) = &replay {
                for id in missing.iter().filter(|id| !before.contains(id)) {
                    self.ask(planner, Question::Record(*id));
                }
            }
            self.calls.replays.insert(id, replay);
        }
    }

    fn replay(&self, call: &Call) -> Replay {
        let Some((_, result)) = &call.result else {
            return Replay::Missing(call.named.into_iter().collect());
        };
        let lacking = |ids: &mut dyn Iterator<Item = RecordId>| -> Vec<RecordId> {
            ids.filter(|id| self.book.get(id).is_none()).take(ASKED_MAX).collect()
        };
        let named = result.supplies.iter().map(|s| s.supply).chain(result.parts.iter().copied());
        let missing = lacking(&mut named.into_iter());
        if !missing.is_empty() {
            return Replay::Missing(missing);
        }
        let read = |id: &RecordId| self.book.get(id)?.read::<PlanPart>().ok();
        let parts: Vec<PlanPart> = result.parts.iter().filter_map(read).collect();
        let missing = lacking(&mut parts.iter().flat_map(|p| p.demands.iter().copied()));
        match missing.is_empty() {
            false => Replay::Missing(missing),
            true if self.is_plan(call, result, &parts).unwrap_or(false) => Replay::Same,
            true => Replay::Different,
        }
    }

    /// Whether these parts are what comes of their supplies and demands at the prices of `result`; `None` if one of
    /// them is not what it should be.
    fn is_plan(&self, call: &Call, result: &PlanResult, parts: &[PlanPart]) -> Option<bool> {
        let in_time = |record: &&Record| record.at <= call.what.takes_until;
        let mut supplies: BTreeMap<RecordId, (AgentId, Arc<PlanSupply>)> = BTreeMap::new();
        for priced in &result.supplies {
            let record = self.book.get(&priced.supply).filter(in_time)?;
            let supply =
                record.shared::<PlanSupply>().ok().filter(|s| s.call == call.id && s.check().is_ok())?;
            supplies.insert(record.id, (record.author, supply));
        }
        let (mut demands, mut claimed) = (BTreeMap::new(), BTreeMap::new());
        for (part, id) in parts.iter().flat_map(|part| part.demands.iter().map(move |id| (part, id))) {
            let record = self.book.get(id).filter(in_time)?;
            let demand = record.shared::<PlanDemand>().ok()?;
            let fits = demand.call == call.id
                && demand.check().is_ok()
                && demand.at_most.currency == call.what.currency;
            let honest = part.call == call.id
                && part
                    .served
                    .as_ref()
                    .is_none_or(|s| supplies.get(&s.supply).is_some_and(|(by, _)| *by == s.by));
            let twice = demands.insert(*id, demand).is_some();
            claimed.insert(*id, part.served.as_ref().map(|s| s.supply));
            if !fits || !honest || twice {
                return None;
            }
        }
        // everything that was said in time by this node, or to it as the planner, and was not refused must be in it
        let me = self.me();
        let refused = |id: &RecordId| {
            self.calls.demand(id).is_some_and(|d| d.state == DemandState::Refused)
                || self.calls.supply(id).is_some_and(|s| s.state == SupplyState::Refused)
        };
        let omitted = call.demands.iter().chain(&call.supplies).filter(|id| !refused(id)).any(|id| {
            let said = self.book.get(id).filter(in_time);
            let own = said.is_some_and(|r| r.author == me || call.by == me);
            own && !demands.contains_key(id) && !supplies.contains_key(id)
        });
        let distinct: BTreeSet<_> = result.parts.iter().collect();
        let inputs = Inputs {
            supplies: supplies.iter().map(|(id, (_, supply))| (*id, &**supply)).collect(),
            demands: demands.iter().map(|(id, demand)| (*id, &**demand)).collect(),
        };
        let prices: Vec<i64> = result.supplies.iter().map(|s| s.price).collect();
        let instance = inputs.instance();
        let plan = finish(&instance, &prices);
        let all_there = distinct.len() == parts.len();
        Some(!omitted && all_there && inputs.served(&instance, &plan) == claimed)
    }
}
