//! What each record said under a call changes.

use super::sides::Bound;
use super::{Award, Call, Calls, Demand, DemandState, GATHER_S, Replay, Supply, SupplyState};
use crate::deals::{Fault, GRACE_S};
use crate::words::said;
use ledger::Record;
use market::planner::{
    Congestion, DEMANDS_MAX, PlanAward, PlanCall, PlanDemand, PlanPart, PlanResult, PlanRound, PlanSupply,
    SUPPLIES_MAX,
};
use market::statement::Reason;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId, Text, Timestamp, after};

type Took<T> = Result<T, Fault>;

fn invalid<T>(detail: Text) -> Took<T> {
    Err(Fault { reason: Reason::Invalid, detail })
}
fn late<T>(detail: Text) -> Took<T> {
    Err(Fault { reason: Reason::Late, detail })
}
fn unknown<T>() -> Took<T> {
    let detail = said!("its call is not known here", "本节点不知道它所属的征集");
    Err(Fault { reason: Reason::NoListing, detail })
}

impl Calls {
    /// Takes a call in that somebody announces.
    pub(crate) fn open(&mut self, record: &Record) -> Took<()> {
        let what: PlanCall = record.read()?;
        what.check()?;
        let call = Call {
            id: record.id,
            by: record.author,
            what,
            supplies: BTreeSet::new(),
            demands: BTreeSet::new(),
            round: None,
            parts: BTreeMap::new(),
            result: None,
            named: None,
            is_false: false,
        };
        self.looks.insert((call.plans_at(), call.id));
        self.looks.insert((call.over_at(), call.id));
        self.all.entry(record.id).or_insert(call);
        Ok(())
    }

    /// The call, if what `record` says under it concerns this node: as its author, or as the planner, in time.
    fn entered(&self, me: &AgentId, record: &Record, call: &RecordId, at: Timestamp) -> Took<Option<&Call>> {
        let own = record.author == *me;
        let Some(call) = self.all.get(call) else { return if own { unknown() } else { Ok(None) } };
        if own && call.by == *me {
            return invalid(said!("who plans takes no part in the plan", "规划方不参与自己的计划"));
        }
        if !own && call.by != *me {
            return Ok(None);
        }
        let last = call.what.takes_until;
        let arrived = if own { at } else { after(at, -GATHER_S) };
        if record.at > last || arrived > last || call.round.is_some() || !call.parts.is_empty() {
            return late(said!("it was taken until {last}", "截止于 {last}"));
        }
        Ok(Some(call))
    }

    /// Takes a supply: this node's own, or one under its own call.
    pub(crate) fn supply_said(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Took<bool> {
        let what = record.shared::<PlanSupply>()?;
        what.check()?;
        let Some(call) = self.entered(me, record, &what.call, at)? else { return Ok(false) };
        if self.supplies_of(call).any(|s| s.by == record.author && s.state == SupplyState::Said) {
            return invalid(said!("a supply of its author stands already", "其作者已有一份供给"));
        }
        if call.supplies.len() >= SUPPLIES_MAX {
            return Err(Fault { reason: Reason::Busy, detail: said!("there are too many", "数量过多") });
        }
        let (id, by, of) = (record.id, record.author, what.call);
        let said = BTreeSet::from([0]);
        let state = SupplyState::Said;
        let (price, next, told, answered, misses) = (0, None, None, None, 0);
        let supply = Supply { id, by, call: of, what, state, price, next, told, answered, misses, said };
        self.supplies.insert(id, supply);
        self.all.get_mut(&of).map(|call| call.supplies.insert(id));
        Ok(true)
    }

    /// Takes a demand: this node's own, or one under its own call.
    pub(crate) fn demand_said(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Took<bool> {
        let what = record.shared::<PlanDemand>()?;
        what.check()?;
        let Some(call) = self.entered(me, record, &what.call, at)? else { return Ok(false) };
        if what.at_most.currency != call.what.currency {
            return invalid(said!("the call is in {}", "该征集的币种是 {}", call.what.currency));
        }
        if call.demands.len() >= DEMANDS_MAX {
            return Err(Fault { reason: Reason::Busy, detail: said!("there are too many", "数量过多") });
        }
        let stands = |d: &Demand| d.is_live() || d.state == DemandState::Awarded;
        let own = self.demands.values().filter(|d| d.by == record.author && stands(d));
        let twice = what.because.is_some_and(|need| own.clone().any(|d| d.what.because == Some(need)));
        if twice && record.author == *me {
            return invalid(said!("another demand stands for it already", "已有另一份需求对应它"));
        }
        let (id, by, of) = (record.id, record.author, what.call);
        let state = DemandState::Said;
        self.demands.insert(id, Demand { id, by, call: of, what, state, named: None, bound: None });
        self.all.get_mut(&of).map(|call| call.demands.insert(id));
        Ok(true)
    }

    /// Takes a round: of this node's own call, or of a supply of its own. Returns the call.
    pub(crate) fn round(&mut self, me: &AgentId, record: &Record) -> Took<Option<RecordId>> {
        let told: PlanRound = record.read()?;
        told.check()?;
        let Some(supply) = self.supplies.get(&told.supply) else { return Ok(None) };
        let Some(call) = self.all.get(&supply.call) else { return Ok(None) };
        if record.author != call.by {
            return invalid(said!("it is not the planner's", "不是规划方所说"));
        }
        let (id, planner) = (call.id, call.by == *me);
        if supply.told.as_ref().is_some_and(|before| before.round >= told.round) {
            return Ok(None);
        }
        if planner && call.round.is_none_or(|(round, _)| told.round > round) {
            self.begin_round(&id, told.round, record.at);
        }
        if let Some(supply) = self.supplies.get_mut(&told.supply) {
            if told.round == 0 {
                supply.price = told.price;
                supply.said.insert(told.price);
            }
            supply.told = Some(told);
        }
        Ok(Some(id))
    }

    /// The prices of the last round count from here on.
    fn begin_round(&mut self, id: &RecordId, round: u32, at: Timestamp) {
        let Some(call) = self.all.get_mut(id) else { return };
        let last = call.round.replace((round, at)).map(|(round, _)| round);
        for id in &call.supplies {
            let Some(supply) = self.supplies.get_mut(id) else { continue };
            supply.price = supply.last_price();
            supply.next = None;
            supply.misses = if supply.answered == last { 0 } else { supply.misses + 1 };
        }
    }

    /// Takes a supplier's price. Returns the call.
    pub(crate) fn price(&mut self, me: &AgentId, record: &Record) -> Took<Option<RecordId>> {
        let said: Congestion = record.read()?;
        said.check()?;
        let Some(supply) = self.supplies.get_mut(&said.supply) else { return Ok(None) };
        if record.author != supply.by {
            return invalid(said!("it is another's supply", "这是他人的供给"));
        }
        let Some(call) = self.all.get(&supply.call) else { return Ok(None) };
        if supply.by == *me {
            supply.price = said.price;
            supply.said.insert(said.price);
            supply.answered = Some(said.round);
            return Ok(Some(call.id));
        }
        // what comes after the round or the plan changes neither
        if !call.parts.is_empty() || call.round.is_none_or(|(round, _)| round != said.round) {
            return Ok(None);
        }
        supply.next = Some(said.price);
        supply.answered = Some(said.round);
        Ok(Some(call.id))
    }

    /// Takes a part of a plan. Returns the call, and this node's own demands that it frees.
    pub(crate) fn part(&mut self, me: &AgentId, record: &Record) -> Took<Option<(RecordId, Vec<RecordId>)>> {
        let part: PlanPart = record.read()?;
        part.check()?;
        let Some(call) = self.all.get_mut(&part.call) else { return Ok(None) };
        if record.author != call.by {
            return invalid(said!("it is not the planner's", "不是规划方所说"));
        }
        let mut freed = vec![];
        for id in &part.demands {
            let Some(demand) = self.demands.get_mut(id).filter(|d| d.by == *me) else { continue };
            let named = part.served.as_ref().map(|s| s.by);
            if demand.named.is_some_and(|(of, by)| of != record.id || Some(by) != named)
                || (demand.state == DemandState::Unserved && named.is_some())
            {
                call.is_false = true;
                return invalid(said!(
                    "its author said otherwise of {id} before",
                    "其作者先前对 {id} 另有说法"
                ));
            }
            demand.named = named.map(|by| (record.id, by));
            if named.is_none() && demand.is_live() {
                demand.state = DemandState::Unserved;
                freed.push(*id);
            }
        }
        let id = call.id;
        call.parts.insert(record.id, part);
        Ok(Some((id, freed)))
    }

    /// Takes a plan. Returns the call.
    pub(crate) fn result(&mut self, record: &Record) -> Took<Option<RecordId>> {
        let result: PlanResult = record.read()?;
        result.check()?;
        let Some(call) = self.all.get_mut(&result.call) else { return Ok(None) };
        if record.author != call.by {
            return invalid(said!("it is not the planner's", "不是规划方所说"));
        }
        if call.result.as_ref().is_some_and(|(id, _)| *id != record.id) {
            call.is_false = true;
            return invalid(said!("its author said another plan before", "其作者先前说过另一份计划"));
        }
        call.result = Some((record.id, result));
        Ok(Some(call.id))
    }

    /// Takes an award of this node's own: of what it was named for, within its capacity and the demand's limit.
    pub(crate) fn awarded(
        &mut self,
        me: &AgentId,
        record: &Record,
        demanded: Option<&Record>,
    ) -> Took<PlanAward> {
        let award: PlanAward = record.read()?;
        award.check()?;
        let Some(demanded) = demanded.filter(|d| d.id == award.demand) else { return unknown() };
        let demand = demanded.shared::<PlanDemand>()?;
        let Some(call) = self.all.get(&demand.call) else { return unknown() };
        let part = call.parts.get(&award.part).filter(|part| part.demands.contains(&award.demand));
        let served = part.and_then(|part| part.served.as_ref()).filter(|served| served.by == *me);
        let Some(supply) = served.and_then(|served| self.supplies.get(&served.supply)) else {
            return invalid(said!("the plan does not name its author for it", "计划没有指定其作者供应它"));
        };
        let Some(product) = supply.what.product(&demand.spec).filter(|_| supply.by == *me) else {
            return invalid(said!("it is not made here", "本节点不生产它"));
        };
        let load = product.load_of(demand.quantity);
        let used: u128 =
            self.awards.values().filter(|a| a.supply == supply.id).map(|a| u128::from(a.load)).sum();
        if used + u128::from(load) > u128::from(supply.what.capacity())
            || self.awards.contains_key(&award.demand)
        {
            return invalid(said!("there is no capacity left for it", "已没有产能"));
        }
        if demand.limit(supply.what.place.as_ref()).is_none_or(|limit| award.unit_price > limit) {
            return invalid(said!("it is above the buyer's limit", "高于买方的上限"));
        }
        let (supply, unit_price, setup_share) = (supply.id, award.unit_price, award.setup_share);
        self.awards.insert(award.demand, Award { supply, load, unit_price, setup_share });
        Ok(award)
    }

    /// Takes an award of a demand of this node's own.
    pub(crate) fn bought(&mut self, record: &Record, at: Timestamp) -> Took<(PlanAward, RecordId)> {
        let award: PlanAward = record.read()?;
        award.check()?;
        let Some(demand) = self.demands.get_mut(&award.demand) else { return unknown() };
        let Some(call) = self.all.get_mut(&demand.call) else { return unknown() };
        let last = call.what.lapses();
        match demand.state {
            DemandState::Said if record.at <= last && at <= after(last, GRACE_S) => {}
            DemandState::Said | DemandState::Lapsed => {
                return late(said!("the demand lapsed at {last}", "该需求已于 {last} 失效"));
            }
            DemandState::Awarded | DemandState::Unserved | DemandState::Refused => {
                return invalid(said!("the demand does not stand any more", "该需求已不再有效"));
            }
        }
        if demand.named != Some((award.part, record.author)) {
            return invalid(said!("the plan does not name its author for it", "计划没有指定其作者供应它"));
        }
        let limit = demand.what.limit(award.place.as_ref());
        let Some(limit) = limit.filter(|limit| award.unit_price <= *limit) else {
            return invalid(said!("{} is above the limit", "{} 高于上限", award.unit_price));
        };
        let (unit_price, setup_share) = (award.unit_price, award.setup_share);
        demand.state = DemandState::Awarded;
        demand.bound = Some(Bound { unit_price, setup_share, limit });
        call.named = call.named.or(Some(award.plan));
        let call = call.id;
        Ok((award, call))
    }

    /// Takes the planner's refusal of a supply or demand. Returns the call; `None` if it concerns none.
    pub(crate) fn refused(
        &mut self,
        record: &Record,
        answers: &RecordId,
    ) -> Option<(RecordId, Vec<RecordId>)> {
        let call = |calls: &Self, id: &RecordId| calls.all.get(id).map(|c| (c.id, c.by));
        if let Some(of) = self.supplies.get(answers).map(|s| s.call) {
            let (id, by) = call(self, &of)?;
            if let Some(supply) = self.supplies.get_mut(answers).filter(|_| by == record.author) {
                supply.state = SupplyState::Refused;
            }
            return Some((id, vec![]));
        }
        let of = self.demands.get(answers)?.call;
        let (id, by) = call(self, &of)?;
        let demand = self.demands.get_mut(answers).filter(|d| by == record.author && d.is_live());
        let freed = demand.map(|demand| {
            demand.state = DemandState::Refused;
            demand.id
        });
        Some((id, freed.into_iter().collect()))
    }

    /// A plan under replay may have got what it lacked.
    pub(crate) fn is_replayed(&self, call: &RecordId) -> bool {
        matches!(self.replays.get(call), Some(Replay::Missing(_)))
    }
}
