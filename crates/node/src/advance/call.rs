//! What to do next about a joint plan: the planner asks for prices round by round and says the plan, a supplier
//! answers, and awards what the plan gives it if that is so.

use crate::calls::{CLOSE_AHEAD_S, Call, ROUND_S, Supply, SupplyState};
use crate::node::{Node, Todo};
use crate::words::said;
use ledger::Audience;
use market::planner::{
    Congestion, Inputs, Instance, Member, PART_DEMANDS_MAX, PARTS_MAX, PlanAward, PlanDemand, PlanPart,
    PlanResult, PlanRound, Priced, ROUNDS, Served, congestion, finish, opening, propose, scale, shares,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{AgentId, Decimal, RecordId, SpecId, Timestamp, after};

/// What a supplier is to serve by a plan.
type Assigned = Vec<Assignment>;
/// A demand, the part that names it, who wants it.
type Assignment = (RecordId, RecordId, AgentId, Arc<PlanDemand>);

impl Node {
    pub(crate) fn advance_call(&mut self, id: RecordId, now: Timestamp) {
        let Some(call) = self.calls.get(&id) else { return };
        if call.by == self.me() {
            self.plan_jointly(id, now);
        } else {
            self.answer_round(id, now);
            self.award_planned(id, now);
        }
    }

    /// Time has passed for joint plans.
    pub(crate) fn calls_due(&mut self, now: Timestamp) {
        let (due, lapsed) = self.calls.expire(now);
        self.agenda.extend(due.into_iter().map(Todo::Call));
        self.freed(&lapsed, now);
    }

    // --- the planner ------------------------------------------------------------------------------------------

    fn plan_jointly(&mut self, id: RecordId, now: Timestamp) {
        let Some(call) = self.calls.get(&id) else { return };
        if now <= call.plans_at() || now > call.what.closes || call.result.is_some() {
            return;
        }
        if let Some((round, since)) = call.round.filter(|_| call.parts.is_empty()) {
            let awaited = self.calls.supplies_of(call).any(|s| s.is_awaited(round));
            let until = after(since, ROUND_S);
            if awaited && now <= until {
                self.say_round(id, round, now); // to whom it was not told before a crash
                return self.calls.look(id, until);
            }
        }
        let instance = self.calls.problem(id, |calls| {
            calls.get(&id).map(|call| inputs(calls, call).instance()).unwrap_or_default()
        });
        let Some(call) = self.calls.get(&id) else { return };
        let next = call.round.map_or(0, |(round, _)| round + 1);
        let late = after(now, CLOSE_AHEAD_S) > call.what.closes;
        let moved = self.calls.supplies_of(call).any(|s| s.last_price() != s.price);
        let settled = next > 0 && !moved;
        let begun = !call.parts.is_empty();
        if begun || next >= ROUNDS || late || settled || (next == 0 && nobody_is_short(&instance)) {
            self.say_plan(id, &instance, now);
        } else {
            self.say_round(id, next, now);
            self.calls.look(id, after(now, ROUND_S));
        }
    }

    /// Tells the suppliers what they would get at the prices of `round`, if they do not know.
    fn say_round(&mut self, id: RecordId, round: u32, now: Timestamp) {
        let Some(call) = self.calls.get(&id) else { return };
        let begun = call.round.is_some_and(|(at, _)| at == round);
        let untold = |told: Option<&PlanRound>| told.is_none_or(|told| told.round < round);
        if self.calls.supplies_of(call).all(|s| !untold(s.told.as_ref())) {
            return;
        }
        let instance = self.calls.problem(id, |calls| {
            calls.get(&id).map(|call| inputs(calls, call).instance()).unwrap_or_default()
        });
        let Some(call) = self.calls.get(&id) else { return };
        // all begin at one price; the prices of a later round are what was answered to the one before
        let taken = || self.calls.supplies_of(call).filter(|s| s.state == SupplyState::Said);
        let price = |s: &Supply| if begun { s.price } else { s.last_price() };
        let prices: Vec<i64> = match round {
            0 => vec![opening(&instance); instance.capacities.len()],
            _ => taken().map(price).collect(),
        };
        let loads = propose(&instance, &prices).loads(&instance);
        let scale = scale(&instance);
        let told: Vec<_> = taken()
            .zip(loads.into_iter().zip(prices))
            .filter(|(supply, _)| untold(supply.told.as_ref()))
            .map(|(supply, (load, price))| {
                (supply.by, PlanRound { supply: supply.id, round, price, load, scale })
            })
            .collect();
        for (to, round) in told {
            self.say_or_report(&round, Audience::parties([to]), now);
        }
    }

    fn say_plan(&mut self, id: RecordId, instance: &Instance, now: Timestamp) {
        let Some(call) = self.calls.get(&id) else { return };
        let taken = || self.calls.supplies_of(call).filter(|s| s.state == SupplyState::Said);
        let supplies: Vec<Priced> = taken().map(|s| Priced { supply: s.id, price: s.last_price() }).collect();
        let suppliers: BTreeMap<RecordId, AgentId> = taken().map(|s| (s.id, s.by)).collect();
        let prices: Vec<i64> = supplies.iter().map(|s| s.price).collect();
        let plan = finish(instance, &prices);
        let served = inputs(&self.calls, call).served(instance, &plan);
        let told: BTreeSet<RecordId> = call.parts.values().flat_map(|p| p.demands.iter().copied()).collect();
        let mut parts: BTreeMap<(AgentId, Option<RecordId>), Vec<RecordId>> = BTreeMap::new();
        for (demand, supply) in served.into_iter().filter(|(demand, _)| !told.contains(demand)) {
            if let Some(by) = self.calls.demand(&demand).map(|d| d.by) {
                parts.entry((by, supply)).or_default().push(demand);
            }
        }
        let count: usize = parts.values().map(|all| all.len().div_ceil(PART_DEMANDS_MAX)).sum();
        if count + call.parts.len() > PARTS_MAX {
            let what = said!("the plan has {count} parts: too many", "计划有 {count} 个部分：过多");
            return self.problem(now, None, what);
        }
        for ((buyer, supply), demands) in parts {
            let served =
                supply.and_then(|supply| suppliers.get(&supply).map(|by| Served { by: *by, supply }));
            let to = served.as_ref().map_or(buyer, |served| served.by);
            for demands in demands.chunks(PART_DEMANDS_MAX) {
                let part = PlanPart { call: id, served: served.clone(), demands: demands.to_vec() };
                self.say_or_report(&part, Audience::Bearer([to].into()), now);
            }
        }
        let Some(call) = self.calls.get(&id) else { return };
        let result = PlanResult { call: id, supplies, parts: call.parts.keys().copied().collect() };
        let to = suppliers.into_values().collect();
        self.say_or_report(&result, Audience::Bearer(to), now);
        self.calls.solved(&id);
    }

    // --- a supplier -------------------------------------------------------------------------------------------

    fn answer_round(&mut self, id: RecordId, now: Timestamp) {
        let Some(call) = self.calls.get(&id).filter(|c| now <= c.what.closes && c.result.is_none()) else {
            return;
        };
        let planner = call.by;
        let answers: Vec<_> = self
            .calls
            .supplies_of(call)
            .filter_map(|supply| {
                let told =
                    supply.told.as_ref().filter(|told| supply.answered.is_none_or(|r| r < told.round))?;
                if told.round > 0 && !supply.said.contains(&told.price) {
                    return None; // it never said that
                }
                let capacity = supply.what.capacity();
                let price = congestion(told.price, told.load, capacity, told.round, told.scale);
                Some(Congestion { supply: supply.id, round: told.round, price })
            })
            .collect();
        for answer in answers {
            self.say_or_report(&answer, Audience::parties([planner]), now);
        }
    }

    /// Awards what the plan gives this node, if that is as it was said and fits.
    fn award_planned(&mut self, id: RecordId, now: Timestamp) {
        let Some(call) = self.calls.get(&id).filter(|call| now <= call.what.lapses()) else { return };
        if call.result.is_none() {
            return;
        }
        let me = self.me();
        let own: Vec<RecordId> = self.calls.supplies_of(call).filter(|s| s.by == me).map(|s| s.id).collect();
        for supply in own {
            let Some(call) = self.calls.get(&id) else { return };
            match self.assigned(call, result_of(call), supply) {
                None => self.distrust(id, now),
                Some(assigned) => {
                    for (to, award) in self.awards(call, supply, &assigned) {
                        self.say_or_report(&award, Audience::parties([to]), now);
                    }
                }
            }
        }
    }

    /// What a plan gives to a supply of this node's; `None` if that cannot be: another price than it said, a demand
    /// that is not there or not for it, more than it has.
    fn assigned(&self, call: &Call, result: Option<&PlanResult>, supply: RecordId) -> Option<Assigned> {
        let result = result?;
        let of = self.calls.supply(&supply)?;
        let priced = result.supplies.iter().find(|s| s.supply == supply)?;
        let mine =
            |part: &PlanPart| part.served.as_ref().is_some_and(|s| s.by == of.by && s.supply == supply);
        let parts = result.parts.iter().filter_map(|id| Some((*id, call.parts.get(id).filter(|p| mine(p))?)));
        let (mut seen, mut load, mut assigned) = (BTreeSet::new(), 0_u128, vec![]);
        for (part, demands) in parts.map(|(id, part)| (id, &part.demands)) {
            for id in demands {
                let record = self.book.get(id).filter(|r| r.author != of.by)?;
                let demand = record.shared::<PlanDemand>().ok()?;
                let product = of.what.product(&demand.spec)?;
                let fits = demand.check().is_ok()
                    && demand.call == call.id
                    && record.at <= call.what.takes_until
                    && demand.at_most.currency == call.what.currency
                    && demand.limit(of.what.place.as_ref()).is_some_and(|limit| limit >= product.unit_price);
                if !fits || !seen.insert(*id) {
                    return None;
                }
                load += u128::from(product.load_of(demand.quantity));
                assigned.push((*id, part, record.author, demand));
            }
        }
        (of.said.contains(&priced.price) && load <= u128::from(of.what.capacity())).then_some(assigned)
    }

    /// The awards still to be said: each product whose set-up is borne by those who get it.
    fn awards(&self, call: &Call, supply: RecordId, assigned: &Assigned) -> Vec<(AgentId, PlanAward)> {
        let (Some(of), Some(plan)) = (self.calls.supply(&supply), call.plan()) else { return vec![] };
        let mut products: BTreeMap<&SpecId, Vec<&Assignment>> = BTreeMap::new();
        for one in assigned {
            products.entry(&one.3.spec).or_default().push(one);
        }
        let mut said = vec![];
        for (spec, demands) in products {
            let Some(product) = of.what.product(spec) else { continue };
            let room = |demand: &PlanDemand| {
                demand.limit(of.what.place.as_ref()).map_or(Decimal::ZERO, |l| l - product.unit_price)
            };
            let members: Vec<_> = demands
                .iter()
                .map(|(.., demand)| Member { quantity: demand.quantity, room: room(demand) })
                .collect();
            let Some(shares) = shares(product.setup, &members) else { continue };
            for ((demand, part, to, _), setup_share) in demands.into_iter().zip(shares) {
                if self.calls.award(demand).is_none() {
                    let award = PlanAward {
                        demand: *demand,
                        part: *part,
                        plan,
                        unit_price: product.unit_price + setup_share,
                        setup_share,
                        name: product.name.clone(),
                        unit: product.unit,
                        place: of.what.place.clone(),
                        promise: after(call.what.closes, of.what.lead_time_s),
                    };
                    said.push((*to, award));
                }
            }
        }
        said
    }

    /// The plan cannot be: nothing is awarded by it.
    fn distrust(&mut self, id: RecordId, now: Timestamp) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| !call.is_false) else { return };
        call.is_false = true;
        let by = call.by;
        let what = said!(
            "its plan gives this node what cannot be: nothing is awarded by it",
            "它的计划分派给本节点的内容不成立：不据此成交"
        );
        self.problem(now, Some(by), what);
    }
}

fn result_of(call: &Call) -> Option<&PlanResult> {
    call.result.as_ref().map(|(_, result)| result)
}

/// With all prices at nothing, everybody gets what it would like: there is nothing to steer.
fn nobody_is_short(instance: &Instance) -> bool {
    let loads = propose(instance, &vec![0; instance.capacities.len()]).loads(instance);
    loads.iter().zip(&instance.capacities).all(|(load, capacity)| load <= capacity)
}

/// Everything that was taken under a call.
fn inputs<'a>(calls: &'a crate::calls::Calls, call: &'a Call) -> Inputs<'a> {
    let supplies = calls.supplies_of(call).filter(|s| s.state == SupplyState::Said);
    Inputs {
        supplies: supplies.map(|s| (s.id, &*s.what)).collect(),
        demands: calls.demands_of(call).map(|d| (d.id, &*d.what)).collect(),
    }
}
