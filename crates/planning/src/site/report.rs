//! The plan as it stands, told in names and instants.

use super::net::Net;
use super::plan::{
    ByProductMade, Delivery, Outcome, Peg, SiteOrder, SitePlan, SiteProcess, SitePurchase, Supply, Use,
};
use super::serve::Service;
use super::situation::Situation;
use super::state::{self, Order, OrderId, Source, State, SupplyId, User, Want, WantId, WantKind};
use crate::lot::Micros;
use vocab::Decimal;

/// The whole plan.
pub(crate) fn report(net: &Net, state: &State, situation: &Situation) -> SitePlan {
    tell(net, state, situation, state.orders().collect(), state.supplies().collect(), &state.wants)
}

/// What serves one want.
pub(crate) fn fragment(net: &Net, state: &State, situation: &Situation, want: WantId) -> SitePlan {
    let service = Service::of(state, want);
    let orders = service.orders.into_iter().filter_map(|id| Some((id, state.order(id)?))).collect();
    let supplies = service.supplies.into_iter().filter_map(|id| Some((id, state.supply(id)?))).collect();
    tell(net, state, situation, orders, supplies, &state.wants[want as usize..][..1])
}

fn tell(
    net: &Net,
    state: &State,
    situation: &Situation,
    mut orders: Vec<(OrderId, &Order)>,
    supplies: Vec<(SupplyId, &state::Supply)>,
    wants: &[Want],
) -> SitePlan {
    orders.sort_by_cached_key(|(id, o)| (o.start, o.end, o.item, o.quantity, *id));
    let mut buys: Vec<_> = supplies.iter().copied().filter(|(_, s)| s.source == Source::Buy).collect();
    buys.sort_by_cached_key(|(id, s)| (s.at, s.item, s.quantity, *id));
    let places = Places {
        net,
        state,
        situation,
        make: Numbers::of(orders.iter().map(|(id, _)| *id)),
        buy: Numbers::of(buys.iter().map(|(id, _)| *id)),
    };
    let mut plan = SitePlan {
        make: orders.iter().map(|(_, order)| places.order(order)).collect(),
        buy: buys.iter().map(|(_, supply)| places.purchase(supply)).collect(),
        ..SitePlan::default()
    };
    for want in wants {
        let WantKind::Demand(index) = want.kind else { continue };
        let demand = &situation.demands[index as usize];
        if let Some(at) = want.at {
            let (at, quantity) = (net.instant(at), demand.quantity);
            plan.deliver.push(Delivery { demand: demand.id.clone(), at, quantity });
        }
        plan.demands.push(Outcome {
            demand: demand.id.clone(),
            promise: want.at.map(|at| net.instant(at)),
            late_s: want.late(),
            lacking: want.lacking.map(|item| net.items[item as usize].spec.clone()),
        });
    }
    for (id, supply) in supplies {
        let pegs = supply.pegs.iter();
        plan.pegging.extend(pegs.filter_map(|(user, quantity)| places.peg(id, supply, *user, *quantity)));
    }
    plan.pegging.sort_unstable();
    plan
}

/// The place in the plan of what has a number in the state.
struct Numbers(Vec<Option<u32>>);

impl Numbers {
    fn of(ids: impl Iterator<Item = u32>) -> Self {
        let mut places = Vec::new();
        for (place, id) in (0..).zip(ids) {
            if places.len() <= id as usize {
                places.resize(id as usize + 1, None);
            }
            places[id as usize] = Some(place);
        }
        Self(places)
    }

    fn get(&self, id: u32) -> Option<u32> {
        self.0.get(id as usize).copied().flatten()
    }
}

struct Places<'a> {
    net: &'a Net,
    state: &'a State,
    situation: &'a Situation,
    make: Numbers,
    buy: Numbers,
}

impl Places<'_> {
    fn order(&self, order: &Order) -> SiteOrder {
        let net = self.net;
        let spec = net.items[order.item as usize].spec.clone();
        let work = order.fixed.map(|index| &self.situation.work[index as usize]);
        let fixed = work.into_iter().flat_map(|work| &work.processes).map(|p| SiteProcess {
            step: p.step,
            work_center: p.work_center.clone(),
            start: p.start,
            work_end: p.work_end,
            end: p.end,
            people: p.people.clone(),
            tool: p.tool.clone(),
            unit: p.unit,
        });
        let steps = net.steps(order.item);
        let planned = (0..).zip(steps.iter().zip(&order.stages)).map(|(number, (step, stage))| {
            let place = step.places.get(stage.slot.place as usize);
            let name = |place: &crate::shop::Place| net.centers[place.center as usize].clone();
            SiteProcess {
                step: number,
                work_center: place.map(name).unwrap_or_default(),
                start: net.instant(stage.slot.start),
                work_end: net.instant(stage.slot.work_end),
                end: net.instant(stage.end),
                people: stage.slot.people.iter().map(|p| net.people[*p as usize].clone()).collect(),
                tool: step.tool.map(|t| net.tools[t as usize].clone()),
                unit: stage.slot.unit,
            }
        });
        let by_products = order.outputs.iter().skip(1).filter_map(|id| self.state.supply(*id));
        SiteOrder {
            spec,
            quantity: decimal(order.quantity),
            work: work.map(|w| w.id.clone()),
            processes: fixed.chain(planned).collect(),
            by_products: by_products
                .map(|s| ByProductMade {
                    spec: net.items[s.item as usize].spec.clone(),
                    quantity: decimal(s.quantity),
                })
                .collect(),
        }
    }

    fn purchase(&self, supply: &state::Supply) -> SitePurchase {
        let item = &self.net.items[supply.item as usize];
        let lead_time = item.purchase.as_ref().map_or(0, |p| p.lead_time);
        SitePurchase {
            spec: item.spec.clone(),
            quantity: decimal(supply.quantity),
            order_at: self.net.instant(supply.at - lead_time),
            arrives: self.net.instant(supply.at),
        }
    }

    /// `None` when it is of another plan than the one told.
    fn peg(&self, id: SupplyId, supply: &state::Supply, user: User, quantity: Micros) -> Option<Peg> {
        let situation = self.situation;
        let from = match supply.source {
            Source::Stock(index) => Supply::Stock(situation.stock[index as usize].lot.clone()),
            Source::Receipt(index) => Supply::Receipt(situation.receipts[index as usize].id.clone()),
            Source::Make(order) => Supply::Make(self.make.get(order)?),
            Source::Buy => Supply::Buy(self.buy.get(id)?),
        };
        let (to, at) = match user {
            User::Order(order) => (Use::Make(self.make.get(order)?), self.state.order(order)?.start),
            User::Want(want) => {
                let want = &self.state.wants[want as usize];
                let to = match want.kind {
                    WantKind::Demand(index) => Use::Demand(situation.demands[index as usize].id.clone()),
                    WantKind::Safety => Use::Safety,
                    WantKind::Gone => return None,
                };
                (to, want.at?)
            }
        };
        let spec = self.net.items[supply.item as usize].spec.clone();
        Some(Peg { spec, from, to, quantity: decimal(quantity), at: self.net.instant(at) })
    }
}

fn decimal(micros: Micros) -> Decimal {
    Decimal::from_micros(i128::from(micros))
}
