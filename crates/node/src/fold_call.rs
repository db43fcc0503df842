//! The fold, as far as joint plans are concerned.

use crate::deals::{Deal, Fault};
use crate::effect::Topic;
use crate::node::{Node, Todo};
use ledger::{Audience, Record, Statement};
use market::planner::{
    Congestion, PlanAward, PlanCall, PlanDemand, PlanPart, PlanResult, PlanRound, PlanSupply,
};
use market::statement::Refusal;
use vocab::{RecordId, Timestamp};

impl Node {
    /// Takes what is said under calls for joint plans; false for any other kind.
    pub(crate) fn apply_call(&mut self, record: &Record, at: Timestamp) -> Result<bool, Fault> {
        let me = self.me();
        let own = record.author == me;
        let changed = match record.kind.as_str() {
            PlanCall::KIND if record.audience == Audience::Public => {
                self.calls.open(record)?;
                self.wants.news_of(None, at);
                self.agenda.insert(Todo::Tell(Topic::Market));
                Some(record.id)
            }
            PlanSupply::KIND => {
                self.calls.supply_said(&me, record, at)?;
                None
            }
            PlanDemand::KIND => {
                self.calls.demand_said(&me, record, at)?;
                let demand = record.shared::<PlanDemand>()?;
                if let Some(want) = demand.because.filter(|_| own) {
                    self.wants.demanded(&want, record.id);
                }
                None
            }
            PlanRound::KIND => self.calls.round(&me, record)?,
            Congestion::KIND => self.calls.price(&me, record)?,
            PlanPart::KIND => match self.calls.part(&me, record)? {
                Some((call, freed)) => {
                    self.freed(&freed, at);
                    Some(call)
                }
                None => None,
            },
            PlanResult::KIND => self.calls.result(record)?,
            PlanAward::KIND => {
                self.apply_plan_award(record, at)?;
                None
            }
            Refusal::KIND => {
                let answers = record.read::<Refusal>()?.answers;
                let Some((call, freed)) = self.calls.refused(record, &answers) else { return Ok(false) };
                self.freed(&freed, at);
                Some(call)
            }
            _ => return Ok(false),
        };
        self.agenda.extend(changed.map(Todo::Call));
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(true)
    }

    fn apply_plan_award(&mut self, record: &Record, at: Timestamp) -> Result<(), Fault> {
        let me = self.me();
        let demanded = record.refs.first().and_then(|id| self.book.get(id)).cloned();
        let award = if record.author == me {
            self.calls.awarded(&me, record, demanded.as_ref())?
        } else {
            self.calls.bought(record, at)?.0
        };
        let Some(demanded) = demanded else { return Ok(()) };
        let demand = demanded.shared::<PlanDemand>()?;
        let closes = self.calls.get(&demand.call).map_or(at, |call| call.what.closes);
        let with = if record.author == me { demanded.author } else { record.author };
        self.deals.open(Deal::of_plan(&me, &demanded, &demand, (with, closes), &award, record));
        self.deal_changed(&award.demand, at);
        Ok(())
    }

    /// Demands of this node's own that do not stand any more: what they were to cover may need something else.
    pub(crate) fn freed(&mut self, demands: &[RecordId], at: Timestamp) {
        for id in demands {
            if let Some(want) = self.calls.demand(id).and_then(|d| d.what.because) {
                self.wants.news(&want, at);
            }
        }
    }
}
