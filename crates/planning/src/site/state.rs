//! The plan as it stands: supplies, orders, what is pegged to what, and a journal to go back by.
//!
//! Every unit that is used is pegged to a supply that is there by then, so no stock can go below zero and nothing is
//! promised twice. Every change goes through the few functions here and is written to the journal, so that
//! [`State::roll_back`] restores exactly what was.

use super::net::Net;
use crate::lot::Micros;
use crate::shop::route::{self, Stage};
use crate::shop::{Seconds, Shop};

pub(crate) type SupplyId = u32;
pub(crate) type OrderId = u32;
pub(crate) type WantId = u32;

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) shop: Shop,
    supplies: Vec<Option<Supply>>,
    supplies_gone: Vec<SupplyId>,
    orders: Vec<Option<Order>>,
    orders_gone: Vec<OrderId>,
    /// supplies of each item that are not all pegged, by when they are there
    free: Vec<Vec<(Seconds, SupplyId)>>,
    pub(crate) wants: Vec<Want>,
    journal: Vec<Change>,
}

/// So much of an item that is, or will be, there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Supply {
    pub(crate) item: u32,
    pub(crate) at: Seconds,
    /// not to be used after this
    pub(crate) expires: Seconds,
    pub(crate) quantity: Micros,
    /// not pegged
    pub(crate) left: Micros,
    pub(crate) source: Source,
    pub(crate) pegs: Vec<(User, Micros)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// by its place in the situation
    Stock(u32),
    Receipt(u32),
    Make(OrderId),
    Buy,
}

/// Who takes from a supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum User {
    Want(WantId),
    Order(OrderId),
}

/// So much from a supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) supply: SupplyId,
    pub(crate) quantity: Micros,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) item: u32,
    pub(crate) batches: i64,
    pub(crate) quantity: Micros,
    /// the steps; none when it is fixed work
    pub(crate) stages: Vec<Stage>,
    pub(crate) start: Seconds,
    pub(crate) end: Seconds,
    pub(crate) taken: Vec<Taken>,
    pub(crate) outputs: Vec<SupplyId>,
    /// fixed work, by its place in the situation
    pub(crate) fixed: Option<u32>,
}

/// Something wanted: a demand, or a safety stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    pub(crate) item: u32,
    pub(crate) quantity: Micros,
    pub(crate) due: Option<Seconds>,
    pub(crate) priority: u8,
    pub(crate) kind: WantKind,
    /// when it is delivered; `None` = not planned, or cannot be
    pub(crate) at: Option<Seconds>,
    pub(crate) taken: Vec<Taken>,
    /// what is lacking
    pub(crate) lacking: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WantKind {
    /// by its place among the demands
    Demand(u32),
    Safety,
    /// wanted no more
    Gone,
}

impl Want {
    pub(crate) fn late(&self) -> Seconds {
        self.at.zip(self.due).map_or(0, |(at, due)| (at - due).max(0))
    }
}

#[derive(Clone)]
enum Change {
    NewSupply(SupplyId),
    GoneSupply(SupplyId, Box<Supply>),
    Pegged(SupplyId, User, Micros),
    Unpegged(SupplyId, User, Micros),
    MovedSupply(SupplyId, Seconds, Seconds),
    NewOrder(OrderId),
    Placed(OrderId),
    GoneOrder(OrderId, Box<Order>),
    MovedOrder(OrderId, Vec<Stage>),
    Want(WantId, Box<Want>),
}

/// A point to go back to.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

impl State {
    pub(crate) fn new(shop: Shop, items: usize) -> Self {
        Self {
            shop,
            supplies: Vec::new(),
            supplies_gone: Vec::new(),
            orders: Vec::new(),
            orders_gone: Vec::new(),
            free: vec![Vec::new(); items],
            wants: Vec::new(),
            journal: Vec::new(),
        }
    }

    pub(crate) fn supply(&self, id: SupplyId) -> Option<&Supply> {
        self.supplies.get(id as usize)?.as_ref()
    }

    pub(crate) fn order(&self, id: OrderId) -> Option<&Order> {
        self.orders.get(id as usize)?.as_ref()
    }

    pub(crate) fn supplies(&self) -> impl Iterator<Item = (SupplyId, &Supply)> {
        (0..).zip(&self.supplies).filter_map(|(id, s)| Some((id, s.as_ref()?)))
    }

    pub(crate) fn orders(&self) -> impl Iterator<Item = (OrderId, &Order)> {
        (0..).zip(&self.orders).filter_map(|(id, o)| Some((id, o.as_ref()?)))
    }

    /// Supplies of an item that are not all pegged, by when they are there.
    pub(crate) fn free(&self, item: u32) -> &[(Seconds, SupplyId)] {
        &self.free[item as usize]
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.journal.len())
    }

    /// The orders and the purchases made since `mark`.
    pub(crate) fn made_since(&self, mark: Mark) -> (Vec<OrderId>, Vec<SupplyId>) {
        let (mut orders, mut bought) = (Vec::new(), Vec::new());
        for change in &self.journal[mark.0..] {
            match change {
                Change::Placed(id) => orders.push(*id),
                Change::NewSupply(id) if self.supply(*id).is_some_and(|s| s.source == Source::Buy) => {
                    bought.push(*id);
                }
                _ => {}
            }
        }
        (orders, bought)
    }

    /// Forgets how to go back.
    pub(crate) fn commit(&mut self) {
        self.journal.clear();
    }

    pub(crate) fn add_supply(&mut self, supply: Supply) -> SupplyId {
        let id = self.supplies_gone.pop().unwrap_or(self.supplies.len() as SupplyId);
        self.put_supply(id, supply);
        self.journal.push(Change::NewSupply(id));
        id
    }

    fn put_supply(&mut self, id: SupplyId, supply: Supply) {
        if supply.left > 0 {
            self.set_free(supply.item, supply.at, id, true);
        }
        match self.supplies.get_mut(id as usize) {
            Some(place) => *place = Some(supply),
            None => self.supplies.push(Some(supply)),
        }
    }

    fn cut_supply(&mut self, id: SupplyId) -> Option<Supply> {
        let supply = self.supplies.get_mut(id as usize)?.take()?;
        if supply.left > 0 {
            self.set_free(supply.item, supply.at, id, false);
        }
        self.supplies_gone.push(id);
        Some(supply)
    }

    fn set_free(&mut self, item: u32, at: Seconds, id: SupplyId, is_free: bool) {
        let list = &mut self.free[item as usize];
        match (list.binary_search(&(at, id)), is_free) {
            (Err(index), true) => list.insert(index, (at, id)),
            (Ok(index), false) => {
                list.remove(index);
            }
            _ => {}
        }
    }

    /// Takes so much of a supply; there must be so much left.
    pub(crate) fn peg(&mut self, id: SupplyId, user: User, quantity: Micros) {
        self.change_peg(id, user, quantity);
        self.journal.push(Change::Pegged(id, user, quantity));
    }

    pub(crate) fn unpeg(&mut self, id: SupplyId, user: User, quantity: Micros) {
        self.change_peg(id, user, -quantity);
        self.journal.push(Change::Unpegged(id, user, quantity));
    }

    fn change_peg(&mut self, id: SupplyId, user: User, quantity: Micros) {
        let Some(Some(supply)) = self.supplies.get_mut(id as usize) else { return };
        let was_free = supply.left > 0;
        supply.left -= quantity;
        let is_free = supply.left > 0;
        if quantity > 0 {
            supply.pegs.push((user, quantity));
        } else if let Some(index) = supply.pegs.iter().rposition(|p| *p == (user, -quantity)) {
            supply.pegs.remove(index);
        }
        let (item, at) = (supply.item, supply.at);
        if was_free != is_free {
            self.set_free(item, at, id, is_free);
        }
    }

    /// A supply comes at another time.
    pub(crate) fn move_supply(&mut self, id: SupplyId, at: Seconds, expires: Seconds) {
        if let Some((at, expires)) = self.shift_supply(id, at, expires) {
            self.journal.push(Change::MovedSupply(id, at, expires));
        }
    }

    fn shift_supply(&mut self, id: SupplyId, at: Seconds, expires: Seconds) -> Option<(Seconds, Seconds)> {
        let supply = self.supplies.get_mut(id as usize)?.as_mut()?;
        let before = (supply.at, supply.expires);
        (supply.at, supply.expires) = (at, expires);
        if supply.left > 0 {
            let item = supply.item;
            self.set_free(item, before.0, id, false);
            self.set_free(item, at, id, true);
        }
        Some(before)
    }

    /// The number of an order to come, so that things can be pegged to it.
    pub(crate) fn new_order(&mut self) -> OrderId {
        let id = self.orders_gone.pop().unwrap_or(self.orders.len() as OrderId);
        if id as usize == self.orders.len() {
            self.orders.push(None);
        }
        self.journal.push(Change::NewOrder(id));
        id
    }

    /// Fills an order in; the time of its stages has been set aside.
    pub(crate) fn set_order(&mut self, id: OrderId, order: Order) {
        self.orders[id as usize] = Some(order);
        self.journal.push(Change::Placed(id));
    }

    /// An order moves to other stages, whose time has been set aside in place of the old.
    pub(crate) fn move_order(&mut self, net: &Net, id: OrderId, stages: Vec<Stage>) {
        if let Some(before) = self.swap_stages(id, stages) {
            let item = self.order(id).map_or(0, |o| o.item);
            let end = self.order(id).map_or(0, |o| o.end);
            self.journal.push(Change::MovedOrder(id, before));
            for output in self.order(id).map(|o| o.outputs.clone()).unwrap_or_default() {
                let of = self.supply(output).map_or(item, |s| s.item);
                self.move_supply(output, end, net.expiry(of, end));
            }
        }
    }

    fn swap_stages(&mut self, id: OrderId, stages: Vec<Stage>) -> Option<Vec<Stage>> {
        let order = self.orders.get_mut(id as usize)?.as_mut()?;
        (order.start, order.end) = (stages.first()?.slot.start, stages.last()?.end);
        Some(std::mem::replace(&mut order.stages, stages))
    }

    pub(crate) fn set_want(
        &mut self,
        id: WantId,
        at: Option<Seconds>,
        taken: Vec<Taken>,
        lacking: Option<u32>,
    ) {
        let want = &mut self.wants[id as usize];
        let changed = Want { at, taken, lacking, ..want.clone() };
        let before = std::mem::replace(want, changed);
        self.journal.push(Change::Want(id, Box::new(before)));
    }

    /// Takes back what serves a want, and every order and purchase that then serves nothing.
    pub(crate) fn drop_service(&mut self, net: &Net, id: WantId) {
        let taken = self.wants[id as usize].taken.clone();
        self.set_want(id, None, Vec::new(), None);
        self.let_go(net, User::Want(id), &taken);
    }

    fn let_go(&mut self, net: &Net, user: User, taken: &[Taken]) {
        let mut todo = vec![(user, taken.to_vec())];
        while let Some((user, taken)) = todo.pop() {
            for Taken { supply: id, quantity } in taken {
                self.unpeg(id, user, quantity);
                let Some(supply) = self.supply(id) else { continue };
                if supply.left < supply.quantity {
                    continue;
                }
                match supply.source {
                    Source::Stock(_) | Source::Receipt(_) => {}
                    Source::Buy => self.remove_supply(id),
                    Source::Make(order) => todo.extend(self.remove_if_idle(net, order)),
                }
            }
        }
    }

    fn remove_supply(&mut self, id: SupplyId) {
        if let Some(supply) = self.cut_supply(id) {
            self.journal.push(Change::GoneSupply(id, Box::new(supply)));
        }
    }

    /// Removes an order none of whose outputs is pegged; says what it took.
    fn remove_if_idle(&mut self, net: &Net, id: OrderId) -> Option<(User, Vec<Taken>)> {
        let order = self.order(id).filter(|o| o.fixed.is_none())?;
        let idle = |s: &SupplyId| self.supply(*s).is_none_or(|s| s.left == s.quantity);
        if !order.outputs.iter().all(idle) {
            return None;
        }
        for output in order.outputs.clone() {
            self.remove_supply(output);
        }
        let order = self.cut_order(net, id)?;
        let taken = order.taken.clone();
        self.journal.push(Change::GoneOrder(id, Box::new(order)));
        Some((User::Order(id), taken))
    }

    fn cut_order(&mut self, net: &Net, id: OrderId) -> Option<Order> {
        let order = self.orders.get_mut(id as usize)?.take()?;
        route::give_back(&mut self.shop, net.steps(order.item), &order.stages);
        self.orders_gone.push(id);
        Some(order)
    }

    /// Undoes everything since `mark`.
    pub(crate) fn roll_back(&mut self, net: &Net, mark: Mark) {
        while self.journal.len() > mark.0 {
            let Some(change) = self.journal.pop() else { break };
            self.undo(net, change);
        }
    }

    fn undo(&mut self, net: &Net, change: Change) {
        match change {
            Change::NewSupply(id) => {
                self.cut_supply(id);
            }
            Change::GoneSupply(id, supply) => {
                self.supplies_gone.pop();
                self.put_supply(id, *supply);
            }
            Change::Pegged(id, user, quantity) => self.change_peg(id, user, -quantity),
            Change::Unpegged(id, user, quantity) => self.change_peg(id, user, quantity),
            Change::MovedSupply(id, at, expires) => {
                self.shift_supply(id, at, expires);
            }
            Change::NewOrder(id) => self.orders_gone.push(id),
            Change::Placed(id) => {
                if let Some(order) = self.orders[id as usize].take() {
                    route::give_back(&mut self.shop, net.steps(order.item), &order.stages);
                }
            }
            Change::GoneOrder(id, order) => {
                self.orders_gone.pop();
                route::take(&mut self.shop, net.steps(order.item), &order.stages);
                self.orders[id as usize] = Some(*order);
            }
            Change::MovedOrder(id, stages) => {
                let item = self.order(id).map_or(0, |o| o.item);
                if let Some(moved) = self.swap_stages(id, stages) {
                    route::give_back(&mut self.shop, net.steps(item), &moved);
                    if let Some(Some(order)) = self.orders.get(id as usize) {
                        route::take(&mut self.shop, net.steps(item), &order.stages);
                    }
                }
            }
            Change::Want(id, want) => self.wants[id as usize] = *want,
        }
    }
}
