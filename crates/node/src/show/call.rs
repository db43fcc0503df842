//! Views of joint plans.

use crate::calls::{Award, Call, Demand, DemandState, Replay, Supply, SupplyState};
use crate::node::Node;
use crate::view::{
    CallView, DemandView, DemandViewState, PlanAwardView, ReplayView, SupplyView, SupplyViewState,
};
use vocab::{RecordId, Timestamp};

impl Node {
    /// Calls for joint plans known here that are not over, and those this node has to do with; newest first.
    pub fn calls(&self, now: Timestamp) -> Vec<CallView> {
        let me = self.me();
        let view = |call: &Call| {
            let supplies = self.calls.supplies_of(call).filter(|s| s.by == me);
            let supplies: Vec<_> = supplies.map(|s| supply_view(call, s)).collect();
            let demands = self.calls.demands_of(call).filter(|d| d.by == me);
            let demands: Vec<_> = demands.map(|d| self.demand_view(d)).collect();
            let mine = call.by == me;
            let current = now <= call.over_at() || mine || !supplies.is_empty() || !demands.is_empty();
            let (replay, missing) = match self.calls.replays.get(&call.id) {
                _ if call.is_false => (ReplayView::Different, vec![]),
                None => (ReplayView::Not, vec![]),
                Some(Replay::Same) => (ReplayView::Same, vec![]),
                Some(Replay::Different) => (ReplayView::Different, vec![]),
                Some(Replay::Missing(missing)) => (ReplayView::Missing, missing.clone()),
            };
            let of_call = |award: &Award| call.supplies.contains(&award.supply);
            let awards = self.calls.awards().filter(|(_, award)| of_call(award));
            current.then(|| CallView {
                id: call.id,
                by: self.who(&call.by),
                mine,
                open: now <= call.what.takes_until,
                rounds: call.round.map_or(0, |(round, _)| round + 1),
                supplies_taken: call.supplies.len(),
                demands_taken: call.demands.len(),
                call: call.what.clone(),
                supplies,
                demands,
                awards: awards.map(award_view).collect(),
                result: call.plan(),
                replay,
                missing,
            })
        };
        let mut all: Vec<_> = self.calls.iter().filter_map(view).collect();
        all.sort_by_key(|c| (std::cmp::Reverse(c.call.closes), c.id));
        all
    }

    fn demand_view(&self, demand: &Demand) -> DemandView {
        DemandView {
            id: demand.id,
            demand: (*demand.what).clone(),
            state: match demand.state {
                DemandState::Said => DemandViewState::Said,
                DemandState::Unserved => DemandViewState::Unserved,
                DemandState::Refused => DemandViewState::Refused,
                DemandState::Awarded => DemandViewState::Awarded,
                DemandState::Lapsed => DemandViewState::Lapsed,
            },
            named: demand.named.map(|(_, by)| self.who(&by)),
            unit_price: demand.bound.map(|b| b.unit_price),
            setup_share: demand.bound.map(|b| b.setup_share),
        }
    }
}

fn supply_view(call: &Call, supply: &Supply) -> SupplyView {
    SupplyView {
        id: supply.id,
        supply: (*supply.what).clone(),
        state: match supply.state {
            SupplyState::Said | SupplyState::Lapsed if call.result.is_some() => SupplyViewState::Planned,
            SupplyState::Said => SupplyViewState::Said,
            SupplyState::Refused => SupplyViewState::Refused,
            SupplyState::Lapsed => SupplyViewState::Lapsed,
        },
        round: supply.answered,
        price: supply.price,
    }
}

fn award_view((demand, award): (&RecordId, &Award)) -> PlanAwardView {
    let (supply, unit_price, setup_share) = (award.supply, award.unit_price, award.setup_share);
    PlanAwardView { demand: *demand, supply, unit_price, setup_share }
}
