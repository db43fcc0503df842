//! A live plan: quoted from, held in, and changed where something changes.
//!
//! A [`Planner`] keeps the plan of a site as it stands. [`Planner::quote`] says when one more demand could be met and
//! leaves the plan as it was; [`Planner::hold`] sets that aside under a key until [`Planner::confirm`] or
//! [`Planner::release`]. [`Planner::replan`] takes up what has changed and plans only the demands it touches anew;
//! what is firm or has been started stays where it is. A clone is a what-if: nothing done to it is seen in the other.

use super::net::{Net, StepNet};
use super::serve::{right_shift, serve};
use super::situation::{SiteDemand, Situation};
use super::solve::{Lateness, Options, plan_all};
use super::state::{OrderId, Source, State, User, Want, WantId, WantKind};
use super::{SitePlan, report, start};
use crate::lot::micros;
use crate::shop::Seconds;
use crate::shop::route::Stage;
use crate::{Error, Model, ReservationKey, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{Timestamp, phrase};

/// A live plan of a site.
#[derive(Clone)]
pub struct Planner {
    pub(crate) net: Arc<Net>,
    pub(crate) situation: Arc<Situation>,
    pub(crate) state: State,
    held: BTreeMap<ReservationKey, Hold>,
}

#[derive(Clone, Copy)]
struct Hold {
    want: WantId,
    confirmed: bool,
}

/// When one more demand could be met.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Quote {
    /// the demand
    pub demand: SiteDemand,
    /// when all of it could be delivered; `None` = it cannot be
    pub promise: Option<Timestamp>,
    /// seconds after the due date; 0 = on time
    pub late_s: i64,
    /// what would serve it, orders for others among them
    pub fragment: SitePlan,
}

/// Something that has become otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteChange {
    /// nothing runs on a work centre for a time: a failure, a closure
    Down {
        /// where
        work_center: String,
        /// from when
        from: Timestamp,
        /// until when
        until: Timestamp,
    },
    /// a demand is due at another time
    Due {
        /// its name
        demand: String,
        /// when; `None` = as early as can be
        due: Option<Timestamp>,
    },
    /// a demand is wanted no more
    Cancelled {
        /// its name
        demand: String,
    },
    /// the output of firm or started work, or a receipt, will be there at another time
    Expected {
        /// the name of the work or the receipt
        id: String,
        /// when
        at: Timestamp,
    },
}

/// A promise that has moved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Moved {
    /// the demand
    pub demand: String,
    /// what was promised; `None` = nothing
    pub from: Option<Timestamp>,
    /// what is promised now; `None` = it cannot be met any more
    pub to: Option<Timestamp>,
}

impl Planner {
    /// Plans everything in `situation`.
    ///
    /// # Errors
    /// As [`solve`](super::solve()).
    pub fn new(model: &Model, situation: Situation, options: &Options) -> Result<Self> {
        let (net, empty) = start::start(model, &situation)?;
        let state = plan_all(&net, empty, options);
        Ok(Self { net: Arc::new(net), situation: Arc::new(situation), state, held: BTreeMap::new() })
    }

    /// The plan as it stands.
    pub fn plan(&self) -> SitePlan {
        report::report(&self.net, &self.state, &self.situation)
    }

    /// When one more demand could be met; changes nothing.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a quantity out of range, [`Error::NoRecipe`] for a thing that the model does not know.
    pub fn quote(&mut self, demand: &SiteDemand) -> Result<Quote> {
        let id = self.add(demand)?;
        let want = &self.state.wants[id as usize];
        let (promise, late_s) = (want.at.map(|at| self.net.instant(at)), want.late());
        let fragment = report::fragment(&self.net, &self.state, &self.situation, id);
        self.remove(id);
        Ok(Quote { demand: demand.clone(), promise, late_s, fragment })
    }

    /// Sets aside under `key` what serves the demand of `quote`. What `key` held before is released.
    ///
    /// # Errors
    /// [`Error::Stale`] when the promise of the quote can be kept no longer; ask for another. As
    /// [`Planner::quote`] besides.
    pub fn hold(&mut self, quote: &Quote, key: ReservationKey) -> Result<()> {
        self.release(key);
        let want = self.add(&quote.demand)?;
        let promise = self.state.wants[want as usize].at.map(|at| self.net.instant(at));
        if promise.is_none() || quote.promise.is_some_and(|promised| promise > Some(promised)) {
            self.remove(want);
            let (demand, promised) = (quote.demand.id.clone(), quote.promise);
            return Err(Error::Stale { demand, promised, possible: promise });
        }
        self.held.insert(key, Hold { want, confirmed: false });
        Ok(())
    }

    /// What `key` holds is released no more; false when it holds nothing.
    pub fn confirm(&mut self, key: ReservationKey) -> bool {
        let hold = self.held.get_mut(&key);
        hold.map(|hold| hold.confirmed = true).is_some()
    }

    /// Gives back what `key` holds and has not confirmed; without it the plan is as if it had never been asked.
    /// False when there is nothing.
    pub fn release(&mut self, key: ReservationKey) -> bool {
        let Some(Hold { want, confirmed: false }) = self.held.get(&key).copied() else { return false };
        self.held.remove(&key);
        self.remove(want);
        true
    }

    /// Takes up what has changed, and plans anew what that touches and nothing else. The promises that move.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a name that the plan does not have; then nothing has changed.
    pub fn replan(&mut self, changes: &[SiteChange]) -> Result<Vec<Moved>> {
        let before = self.clone();
        let mut touched = BTreeSet::new();
        for change in changes {
            if let Err(error) = self.take_up(change, &mut touched) {
                *self = before;
                return Err(error);
            }
        }
        self.serve_again(touched);
        Ok(self.moved(&before.state.wants))
    }

    /// The promises that are others than `before`.
    pub(crate) fn moved(&self, before: &[Want]) -> Vec<Moved> {
        let pairs = before.iter().zip(&self.state.wants).filter(|(old, new)| old.at != new.at);
        let moved = pairs.filter_map(|(old, new)| {
            let WantKind::Demand(index) = old.kind else { return None };
            let instant = |w: &Want| w.at.map(|at| self.net.instant(at));
            let demand = self.situation.demands.get(index as usize)?.id.clone();
            Some(Moved { demand, from: instant(old), to: instant(new) })
        });
        moved.collect()
    }

    fn take_up(&mut self, change: &SiteChange, touched: &mut BTreeSet<WantId>) -> Result<()> {
        match change {
            SiteChange::Down { work_center, from, until } => {
                let found = self.net.centers.binary_search(work_center).ok();
                let center = found.ok_or_else(|| unknown(work_center))?;
                let (from, until) = (self.net.seconds(*from).max(0), self.net.seconds(*until).max(0));
                let there = self.orders_at(center as u32, from, until);
                self.set_down(&there, touched);
                self.state.shop.close(center, from, until);
            }
            SiteChange::Due { demand, due } => {
                let want = self.find(demand)?;
                self.state.wants[want as usize].due = due.map(|due| self.net.seconds(due));
                self.drop(want, touched);
            }
            SiteChange::Cancelled { demand } => {
                let want = self.find(demand)?;
                touched.remove(&want);
                self.held.retain(|_, hold| hold.want != want);
                self.remove(want);
            }
            SiteChange::Expected { id, at } => self.expect(id, *at, touched)?,
        }
        Ok(())
    }

    /// The output of fixed work or a receipt comes at another time.
    fn expect(&mut self, id: &str, at: Timestamp, touched: &mut BTreeSet<WantId>) -> Result<()> {
        let situation = self.situation.clone();
        let named = |source: Source| match source {
            Source::Receipt(index) => situation.receipts[index as usize].id == id,
            Source::Make(order) => {
                let fixed = self.state.order(order).and_then(|o| o.fixed);
                fixed.is_some_and(|index| situation.work[index as usize].id == id)
            }
            _ => false,
        };
        let found = self.state.supplies().find(|(_, s)| named(s.source)).map(|(id, s)| (id, s.item));
        let (supply, item) = found.ok_or_else(|| unknown(id))?;
        let at = self.net.seconds(at).max(0);
        self.state.move_supply(supply, at, self.net.expiry(item, at));
        let users = self.state.supply(supply).map(|s| s.pegs.clone()).unwrap_or_default();
        let mut early = BTreeSet::new();
        for (user, _) in users {
            match user {
                User::Order(order) if self.state.order(order).is_some_and(|o| o.start < at) => {
                    early.insert(order);
                }
                User::Want(want) if self.state.wants[want as usize].at.is_some_and(|t| t < at) => {
                    self.drop(want, touched);
                }
                _ => {}
            }
        }
        self.set_down(&early, touched);
        Ok(())
    }

    /// Orders that may move and work at a centre between two instants.
    fn orders_at(&self, center: u32, from: Seconds, until: Seconds) -> BTreeSet<OrderId> {
        let steps = |item| self.net.steps(item).iter();
        let there = self.state.orders().filter(|(_, o)| {
            steps(o.item).zip(&o.stages).any(|(step, stage)| {
                let place = step.places.get(stage.slot.place as usize);
                place.is_some_and(|p| p.center == center)
                    && stage.slot.start < until
                    && stage.slot.work_end > from
            })
        });
        there.map(|(id, _)| id).collect()
    }

    /// Takes back every demand that these orders serve, so that they are gone.
    fn set_down(&mut self, orders: &BTreeSet<OrderId>, touched: &mut BTreeSet<WantId>) {
        for want in self.served_by(orders) {
            self.drop(want, touched);
        }
    }

    /// Takes back what lacks set-up since what ran before it is gone.
    pub(crate) fn settle(&mut self, touched: &mut BTreeSet<WantId>) {
        loop {
            let unsound: BTreeSet<(u32, u32, Seconds)> = (0..)
                .zip(&self.state.shop.centers)
                .filter_map(|(index, center)| Some((index, center.sequence.as_ref()?)))
                .flat_map(|(index, sequence)| sequence.unsound().map(move |(unit, at)| (index, unit, at)))
                .collect();
            if unsound.is_empty() {
                return;
            }
            let is_unsound = |(step, stage): (&StepNet, &Stage)| {
                let center = step.places.get(stage.slot.place as usize).map(|p| p.center);
                center.zip(stage.slot.unit).is_some_and(|(c, u)| unsound.contains(&(c, u, stage.slot.start)))
            };
            let orders = self.state.orders();
            let orders = orders.filter(|(_, o)| self.net.steps(o.item).iter().zip(&o.stages).any(is_unsound));
            let wants = self.served_by(&orders.map(|(id, _)| id).collect());
            if wants.is_empty() {
                return;
            }
            wants.into_iter().for_each(|want| self.drop(want, touched));
        }
    }

    /// The wants that these orders serve, be it through others.
    pub(crate) fn served_by(&self, orders: &BTreeSet<OrderId>) -> BTreeSet<WantId> {
        let mut wants = BTreeSet::new();
        let mut seen = orders.clone();
        let mut todo: Vec<OrderId> = orders.iter().copied().collect();
        while let Some(order) = todo.pop() {
            let outputs = self.state.order(order).map(|o| o.outputs.as_slice()).unwrap_or_default();
            for (user, _) in outputs.iter().filter_map(|s| self.state.supply(*s)).flat_map(|s| &s.pegs) {
                match user {
                    User::Want(want) => {
                        wants.insert(*want);
                    }
                    User::Order(up) => {
                        if seen.insert(*up) {
                            todo.push(*up);
                        }
                    }
                }
            }
        }
        wants
    }

    fn drop(&mut self, want: WantId, touched: &mut BTreeSet<WantId>) {
        self.state.drop_service(&self.net, want);
        touched.insert(want);
    }

    /// Serves these wants anew, by due date and priority.
    pub(crate) fn serve_again(&mut self, mut wants: BTreeSet<WantId>) {
        self.settle(&mut wants);
        let mut order: Vec<WantId> = wants.into_iter().collect();
        order.sort_by_key(|id| {
            let want = &self.state.wants[*id as usize];
            (want.kind == WantKind::Safety, want.due.unwrap_or(Seconds::MAX), want.priority, *id)
        });
        let mark = self.state.mark();
        for id in order {
            serve(&self.net, &mut self.state, id);
        }
        right_shift(&self.net, &mut self.state, mark);
        self.state.commit();
    }

    pub(crate) fn find(&self, demand: &str) -> Result<WantId> {
        let is_it = |want: &Want| match want.kind {
            WantKind::Demand(index) => self.situation.demands[index as usize].id == demand,
            _ => false,
        };
        let found = self.state.wants.iter().position(is_it);
        found.map(|index| index as WantId).ok_or_else(|| unknown(demand))
    }

    /// One more demand, served as well as can be.
    fn add(&mut self, demand: &SiteDemand) -> Result<WantId> {
        let item = self.net.by_spec.get(&demand.spec).copied();
        let item = item.ok_or_else(|| Error::NoRecipe { spec: demand.spec.clone() })?;
        let at = || phrase(format!("demand {}", demand.id), format!("需求 {}", demand.id));
        let quantity = micros(at, demand.quantity)?;
        let situation = Arc::make_mut(&mut self.situation);
        situation.demands.push(demand.clone());
        let index = situation.demands.len() as u32 - 1;
        let due = demand.due.map(|due| self.net.seconds(due));
        let kind = WantKind::Demand(index);
        let (priority, taken) = (demand.priority, Vec::new());
        let want = Want { item, quantity, due, priority, kind, at: None, taken, lacking: None };
        self.state.wants.push(want);
        let id = self.state.wants.len() as WantId - 1;
        let mark = self.state.mark();
        serve(&self.net, &mut self.state, id);
        right_shift(&self.net, &mut self.state, mark);
        self.state.commit();
        Ok(id)
    }

    /// A demand and what serves only it are gone.
    fn remove(&mut self, id: WantId) {
        self.state.drop_service(&self.net, id);
        self.state.wants[id as usize].kind = WantKind::Gone;
        self.serve_again(BTreeSet::new());
        while let Some(Want { kind: WantKind::Gone, .. }) = self.state.wants.last() {
            self.state.wants.pop();
        }
        let used = |w: &Want| match w.kind {
            WantKind::Demand(index) => index as usize + 1,
            _ => 0,
        };
        let last = self.state.wants.iter().rev().map(used).find(|n| *n > 0).unwrap_or(0);
        Arc::make_mut(&mut self.situation).demands.truncate(last);
    }

    pub(crate) fn lateness(&self) -> Lateness {
        Lateness::of(&self.state)
    }
}

fn unknown(name: &str) -> Error {
    Error::Unknown { name: name.chars().take(64).collect() }
}
