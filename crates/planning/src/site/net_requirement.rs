//! Netting in time: where so much of an item comes from, and when all of it is there.
//!
//! A need is met first from what is there by when it is wanted, the first to expire first; the rest is made or
//! bought in lots, and what of a lot is over serves later needs. A supply that comes after it is wanted is taken
//! only when making the thing anew would not be sooner. [`Seeker`] walks down the recipes and places each order by
//! [`route::forward`](crate::shop::route::forward) as soon as its inputs are there.

use super::net::{FOR_EVER, InputNet, Net, RecipeNet};
use super::state::{Order, Source, State, Supply, Taken, User};
use crate::Per;
use crate::lot::Micros;
use crate::shop::route;
use crate::shop::{Clock, Seconds};

/// Most orders tried for one demand.
const TRIED_MAX: u32 = 200_000;
/// Beyond so many, no more comparing.
const COMPARED_MAX: u32 = 5_000;
/// Most recipes below one another, substitutes included.
const DEPTH_MAX: u32 = 64;
/// How often an order is begun anew because what it takes would have expired.
const FRESHER_MAX: u32 = 8;

/// Something that cannot be had: the item.
pub(crate) struct Lacking(pub(crate) u32);

/// When something is wanted.
#[derive(Clone, Copy)]
pub(crate) struct Timing {
    /// there is no need to have it before
    pub(crate) wanted: Seconds,
    /// it must keep until then
    pub(crate) keeps: Seconds,
}

pub(crate) struct Seeker<'a> {
    pub(crate) net: &'a Net,
    pub(crate) state: &'a mut State,
    tried: u32,
}

impl<'a> Seeker<'a> {
    pub(crate) fn new(net: &'a Net, state: &'a mut State) -> Self {
        Self { net, state, tried: 0 }
    }

    /// Pegs `quantity` of `item` to `user`; says when all of it is there.
    pub(crate) fn obtain(
        &mut self,
        item: u32,
        quantity: Micros,
        user: User,
        timing: Timing,
        depth: u32,
        taken: &mut Vec<Taken>,
    ) -> Result<Seconds, Lacking> {
        let mut need = quantity;
        let mut there = self.take_free(item, &mut need, user, timing, timing.wanted, taken);
        while need > 0 {
            let mark = self.state.mark();
            let later = self.later(item, timing);
            let compares = self.tried < COMPARED_MAX;
            if let Some(at) = later
                && !compares
            {
                there = there.max(self.take_free(item, &mut need, user, timing, at, taken));
                continue;
            }
            let known = taken.len();
            match (self.renew(item, need, user, timing, depth, taken), later) {
                (Ok((at, _)), Some(sooner)) if sooner <= at => {
                    self.state.roll_back(self.net, mark);
                    taken.truncate(known);
                    there = there.max(self.take_free(item, &mut need, user, timing, sooner, taken));
                }
                (Err(_), Some(sooner)) => {
                    self.state.roll_back(self.net, mark);
                    taken.truncate(known);
                    there = there.max(self.take_free(item, &mut need, user, timing, sooner, taken));
                }
                (Ok((at, got)), _) => {
                    there = there.max(at);
                    need -= got;
                }
                (Err(lacking), None) => return Err(lacking),
            }
        }
        Ok(there)
    }

    /// Takes what is free by `by` and keeps long enough.
    fn take_free(
        &mut self,
        item: u32,
        need: &mut Micros,
        user: User,
        timing: Timing,
        by: Seconds,
        taken: &mut Vec<Taken>,
    ) -> Seconds {
        let mut there = 0;
        while *need > 0 {
            let free = self.state.free(item);
            let usable = free.iter().take_while(|(at, _)| *at <= by).filter_map(|(at, id)| {
                let expires = self.state.supply(*id)?.expires;
                (expires >= timing.keeps.max(*at)).then_some((expires, *at, *id))
            });
            let first = match self.net.items[item as usize].shelf_life {
                0 if !self.state_expires(item) => first_of(usable),
                _ => usable.min(),
            };
            let Some((_, at, id)) = first else { break };
            let left = self.state.supply(id).map_or(0, |s| s.left);
            let quantity = left.min(*need);
            self.state.peg(id, user, quantity);
            taken.push(Taken { supply: id, quantity });
            *need -= quantity;
            there = there.max(at);
        }
        there
    }

    /// True when a lot of the item in stock may expire.
    fn state_expires(&self, item: u32) -> bool {
        let first = self.state.free(item).first();
        first.is_some_and(|(_, id)| self.state.supply(*id).is_some_and(|s| s.expires < FOR_EVER))
    }

    /// When the first free supply comes that is there only after it is wanted.
    fn later(&self, item: u32, timing: Timing) -> Option<Seconds> {
        let free = self.state.free(item);
        let next = free.partition_point(|(at, _)| *at <= timing.wanted);
        free[next..]
            .iter()
            .find_map(|(at, id)| (self.state.supply(*id)?.expires >= timing.keeps.max(*at)).then_some(*at))
    }

    /// Makes or buys one lot for `need` and pegs it; says when it is there, and how much of the need it meets.
    fn renew(
        &mut self,
        item: u32,
        need: Micros,
        user: User,
        timing: Timing,
        depth: u32,
        taken: &mut Vec<Taken>,
    ) -> Result<(Seconds, Micros), Lacking> {
        self.tried += 1;
        if self.tried > TRIED_MAX || depth > DEPTH_MAX {
            return Err(Lacking(item));
        }
        let net = self.net;
        let known = &net.items[item as usize];
        let id = match (&known.recipe, &known.purchase) {
            (Some(recipe), _) => self.make(item, recipe, need, timing, depth)?,
            (None, Some(_)) => self.buy(item, need, timing)?,
            (None, None) => return Err(Lacking(item)),
        };
        let (at, left) = self.state.supply(id).map(|s| (s.at, s.left)).ok_or(Lacking(item))?;
        let quantity = left.min(need);
        self.state.peg(id, user, quantity);
        taken.push(Taken { supply: id, quantity });
        Ok((at, quantity))
    }

    fn buy(&mut self, item: u32, need: Micros, timing: Timing) -> Result<u32, Lacking> {
        let net = self.net;
        let known = &net.items[item as usize];
        let purchase = known.purchase.as_ref().ok_or(Lacking(item))?;
        let quantity = purchase.lot.order_for(need).ok_or(Lacking(item))?;
        let mut at = purchase.lead_time.max(fresh_from(timing, known.shelf_life));
        if let Some(Clock::Windows(_)) = &purchase.calendar {
            let mut clock = purchase.calendar.clone().unwrap_or(Clock::Always);
            let (opens, _) = clock.window_after(at).ok_or(Lacking(item))?;
            at = at.max(opens);
        }
        Ok(self.state.add_supply(Supply {
            item,
            at,
            expires: net.expiry(item, at),
            quantity,
            left: quantity,
            source: Source::Buy,
            pegs: Vec::new(),
        }))
    }

    fn make(
        &mut self,
        item: u32,
        recipe: &RecipeNet,
        need: Micros,
        timing: Timing,
        depth: u32,
    ) -> Result<u32, Lacking> {
        let quantity = recipe.lot.order_for(need).ok_or(Lacking(item))?;
        let batches = quantity / recipe.batch;
        let length = recipe.least_time(batches);
        let fresh = fresh_from(timing, self.net.items[item as usize].shelf_life);
        let mut inputs = Timing { wanted: timing.wanted - length, keeps: 0 };
        let mut not_before = fresh - length;
        for _ in 0..FRESHER_MAX {
            let mark = self.state.mark();
            let id = self.state.new_order();
            let mut taken = Vec::new();
            let begun = recipe.steps[0].begun(batches).ok_or(Lacking(item))?;
            let mut ready = not_before.max(0);
            for input in &recipe.inputs {
                let at = self.input(input, begun, User::Order(id), inputs, depth + 1, &mut taken)?;
                ready = ready.max(at);
            }
            let stages = route::forward(&mut self.state.shop, &recipe.steps, batches, ready);
            let stages = stages.map_err(|_| Lacking(item))?;
            let (start, end) = (stages[0].slot.start, stages[stages.len() - 1].end);
            let expired =
                taken.iter().any(|t| self.state.supply(t.supply).is_some_and(|s| s.expires < start));
            if expired || end < fresh {
                route::give_back(&mut self.state.shop, &recipe.steps, &stages);
                self.state.roll_back(self.net, mark);
                inputs.keeps = start;
                not_before = start + (fresh - end).max(0);
                continue;
            }
            let outputs = self.outputs(item, recipe, id, batches, quantity, end);
            let main = outputs[0];
            let order = Order { item, batches, quantity, stages, start, end, taken, outputs, fixed: None };
            self.state.set_order(id, order);
            return Ok(main);
        }
        Err(Lacking(item))
    }

    fn outputs(
        &mut self,
        item: u32,
        recipe: &RecipeNet,
        order: u32,
        batches: i64,
        quantity: Micros,
        end: Seconds,
    ) -> Vec<u32> {
        let by_products = recipe.by_products.iter().map(|(item, each)| (*item, each.saturating_mul(batches)));
        let all = std::iter::once((item, quantity)).chain(by_products);
        let supply = |(item, quantity)| Supply {
            item,
            at: end,
            expires: self.net.expiry(item, end),
            quantity,
            left: quantity,
            source: Source::Make(order),
            pegs: Vec::new(),
        };
        let supplies: Vec<_> = all.map(supply).collect();
        supplies.into_iter().map(|s| self.state.add_supply(s)).collect()
    }

    /// Meets one input of an order, by a substitute when that is sooner.
    fn input(
        &mut self,
        input: &InputNet,
        begun: i64,
        user: User,
        timing: Timing,
        depth: u32,
        taken: &mut Vec<Taken>,
    ) -> Result<Seconds, Lacking> {
        let times = match input.per {
            Per::Batch => begun,
            Per::Order => 1,
        };
        if input.substitutes.is_empty() {
            let quantity = input.quantity.checked_mul(times).ok_or(Lacking(input.item))?;
            return self.obtain(input.item, quantity, user, timing, depth, taken);
        }
        let choices = std::iter::once((input.item, input.quantity)).chain(input.substitutes.iter().copied());
        let choices: Vec<(u32, Micros)> =
            choices.filter_map(|(item, each)| Some((item, each.checked_mul(times)?))).collect();
        let known = taken.len();
        let mark = self.state.mark();
        let mut best: Option<(Seconds, usize)> = None;
        let mut lacking = Lacking(input.item);
        for (index, (item, quantity)) in choices.iter().enumerate() {
            match self.obtain(*item, *quantity, user, timing, depth, taken) {
                Ok(at) if at <= timing.wanted.max(0) => return Ok(at),
                Ok(at) => {
                    if best.is_none_or(|(sooner, _)| at < sooner) {
                        best = Some((at, index));
                    }
                }
                Err(other) if index == 0 => lacking = other,
                Err(_) => {}
            }
            self.state.roll_back(self.net, mark);
            taken.truncate(known);
        }
        let (_, index) = best.ok_or(lacking)?;
        let (item, quantity) = choices[index];
        self.obtain(item, quantity, user, timing, depth, taken)
    }
}

fn first_of<T>(mut list: impl Iterator<Item = T>) -> Option<T> {
    list.next()
}

/// When something that keeps for `shelf_life` must come at the earliest.
fn fresh_from(timing: Timing, shelf_life: Seconds) -> Seconds {
    if shelf_life == 0 { 0 } else { timing.keeps - shelf_life }
}

impl RecipeNet {
    /// Seconds that an order of so many batches takes when nothing is in its way and it is always open.
    pub(crate) fn least_time(&self, batches: i64) -> Seconds {
        let step = |s: &super::net::StepNet| match (s.outside, s.places.first()) {
            (Some(outside), _) => outside.lead_time + s.fixed,
            (None, Some(place)) => place
                .run
                .saturating_mul(s.begun(batches).unwrap_or(batches))
                .saturating_add(place.setup + s.fixed),
            (None, None) => s.fixed,
        };
        self.steps.iter().map(step).fold(0, Seconds::saturating_add)
    }
}
