//! Serving one demand: everything for it as soon as it can be, and then as late as it may be.
//!
//! [`serve`] obtains what is wanted and says when it is delivered; [`right_shift`] moves orders and purchases
//! towards what needs them, so that nothing is made before its time.

use super::net::{FOR_EVER, Net, StepNet};
use super::net_requirement::{Seeker, Timing};
use super::state::{Mark, OrderId, Source, State, SupplyId, User, WantId};
use crate::shop::{Clock, Seconds, route};
use std::collections::BTreeSet;

/// How often a demand is begun anew because what it takes would have expired.
const FRESHER_MAX: u32 = 4;

/// Plans one want as early as it can be; false when it cannot be met.
pub(crate) fn serve(net: &Net, state: &mut State, id: WantId) -> bool {
    let (item, quantity, due) = {
        let want = &state.wants[id as usize];
        (want.item, want.quantity, want.due)
    };
    let mark = state.mark();
    let mut timing = Timing { wanted: due.unwrap_or(0), keeps: 0 };
    for _ in 0..FRESHER_MAX {
        let mut taken = Vec::new();
        match Seeker::new(net, state).obtain(item, quantity, User::Want(id), timing, 0, &mut taken) {
            Err(lacking) => {
                state.roll_back(net, mark);
                state.set_want(id, None, Vec::new(), Some(lacking.0));
                return false;
            }
            Ok(ready) => {
                let expires = taken.iter().filter_map(|t| Some(state.supply(t.supply)?.expires)).min();
                let expires = expires.unwrap_or(FOR_EVER);
                if expires < ready {
                    state.roll_back(net, mark);
                    timing.keeps = ready;
                    continue;
                }
                let at = due.map_or(ready, |due| ready.max(due.min(expires)));
                state.set_want(id, Some(at), taken, None);
                return true;
            }
        }
    }
    state.set_want(id, None, Vec::new(), Some(item));
    false
}

/// Moves all orders and purchases that may move as late as what they serve allows.
pub(crate) fn right_shift_all(net: &Net, state: &mut State) {
    let mut orders: Vec<_> = state.orders().map(|(id, o)| (o.end, o.start, id)).collect();
    orders.sort_unstable_by(|a, b| b.cmp(a));
    for (_, _, id) in orders {
        shift_order(net, state, id);
    }
    let purchases: Vec<_> =
        state.supplies().filter(|(_, s)| s.source == Source::Buy).map(|(id, _)| id).collect();
    for id in purchases {
        shift_purchase(net, state, id);
    }
}

/// Moves the orders and purchases made since `mark`, and nothing else, as late as they may be.
pub(crate) fn right_shift(net: &Net, state: &mut State, mark: Mark) {
    let (orders, supplies) = state.made_since(mark);
    let ends = |id: OrderId| state.order(id).map(|o| (o.end, o.start, id));
    let mut orders: Vec<_> = orders.into_iter().filter_map(ends).collect();
    orders.sort_unstable();
    for (_, _, id) in orders.into_iter().rev() {
        shift_order(net, state, id);
    }
    for id in supplies {
        shift_purchase(net, state, id);
    }
}

/// Everything that serves one want, be it through others.
#[derive(Default)]
pub(crate) struct Service {
    pub(crate) orders: BTreeSet<OrderId>,
    pub(crate) supplies: BTreeSet<SupplyId>,
}

impl Service {
    pub(crate) fn of(state: &State, want: WantId) -> Self {
        let mut service = Self::default();
        let mut todo: Vec<SupplyId> = state.wants[want as usize].taken.iter().map(|t| t.supply).collect();
        while let Some(supply) = todo.pop() {
            if !service.supplies.insert(supply) {
                continue;
            }
            if let Some(Source::Make(id)) = state.supply(supply).map(|s| s.source)
                && service.orders.insert(id)
            {
                todo.extend(state.order(id).into_iter().flat_map(|o| o.taken.iter().map(|t| t.supply)));
            }
        }
        service
    }
}

/// When the first use of a supply is; `None` without any.
fn first_use(state: &State, id: SupplyId) -> Option<Seconds> {
    let at = |(user, _): &(User, _)| match user {
        User::Order(order) => state.order(*order).map(|o| o.start),
        User::Want(want) => state.wants[*want as usize].at,
    };
    state.supply(id)?.pegs.iter().filter_map(at).min()
}

fn shift_order(net: &Net, state: &mut State, id: OrderId) {
    let Some(order) = state.order(id).filter(|o| o.fixed.is_none()) else { return };
    let until = order.outputs.iter().filter_map(|s| first_use(state, *s)).min();
    let Some(until) = until.filter(|u| *u > order.end) else { return };
    let (item, batches, start) = (order.item, order.batches, order.start);
    let fresh = order.taken.iter().filter_map(|t| Some(state.supply(t.supply)?.expires)).min();
    let before = order.stages.clone();
    let steps = net.steps(item);
    route::give_back(&mut state.shop, steps, &before);
    let spare =
        |(step, stage): (&StepNet, &route::Stage)| state.shop.can_spare(&step.task(stage.begun), &stage.slot);
    let moved = match steps.iter().zip(&before).all(spare) {
        true => route::backward(&mut state.shop, steps, batches, until),
        false => None,
    };
    let later = |stages: &Vec<route::Stage>| {
        let begins = stages[0].slot.start;
        begins > start && begins <= fresh.unwrap_or(FOR_EVER)
    };
    match moved {
        Some(stages) if later(&stages) => state.move_order(net, id, stages),
        moved => {
            if let Some(stages) = moved {
                route::give_back(&mut state.shop, steps, &stages);
            }
            route::take(&mut state.shop, steps, &before);
        }
    }
}

fn shift_purchase(net: &Net, state: &mut State, id: SupplyId) {
    let Some(supply) = state.supply(id) else { return };
    let (item, at) = (supply.item, supply.at);
    let Some(mut until) = first_use(state, id).filter(|u| *u > at) else { return };
    let calendar = net.items[item as usize].purchase.as_ref().and_then(|p| p.calendar.clone());
    if let Some(mut clock @ Clock::Windows(_)) = calendar {
        let Some((_, closes)) = clock.window_before(until + 1) else { return };
        until = until.min(closes - 1);
    }
    if until > at {
        state.move_supply(id, until, net.expiry(item, until));
    }
}
