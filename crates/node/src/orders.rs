//! Orders: what this node has to do to keep a promise, as a fold over its own private records.
//!
//! An [`Order`] serves a buyer's enquiry, a pool, or a demand of one's own. It knows what is bought, held and made
//! for it; when to ask, sign or give up is decided in `advance`.

use crate::statement::{AskedFor, Reservation};
use crate::view::{OrderSource, ProcessState};
use market::Terms;
use planning::{Plan, PlannedProcess};
use std::collections::{BTreeMap, BTreeSet};
use trace::ProcessRef;
use vocab::{AgentId, Decimal, RecordId, SpecId, Text, Timestamp};

#[derive(Default)]
pub(crate) struct Orders {
    all: BTreeMap<RecordId, Order>,
    /// reservation record -> order
    plans: BTreeMap<RecordId, RecordId>,
    /// orders that the passing of time may concern
    waiting: BTreeSet<RecordId>,
}

/// One order.
pub(crate) struct Order {
    pub(crate) id: RecordId,
    pub(crate) source: OrderSource,
    pub(crate) spec: SpecId,
    pub(crate) quantity: Decimal,
    pub(crate) ask: Ask,
    pub(crate) stage: Stage,
}

/// How an order was asked for, which is how far it may ask upstream.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) terms: Terms,
    pub(crate) due: Option<Timestamp>,
    /// who asked, so as not to ask it back
    pub(crate) asker: Option<AgentId>,
}

/// Where an order stands.
pub(crate) enum Stage {
    /// nothing has been done for it
    New,
    Asking {
        purchases: Vec<AskedFor>,
        since: Timestamp,
    },
    Held(Held),
    /// signatures are being collected upstream
    Signing(Held),
    Firm(Held),
    Dropped {
        why: Text,
        at: Timestamp,
    },
}

/// What is set aside for an order.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) reservation: RecordId,
    pub(crate) plan: Plan,
    pub(crate) take: BTreeMap<SpecId, Decimal>,
    /// by what is bought in: the deal by which
    pub(crate) chosen: BTreeMap<SpecId, RecordId>,
    pub(crate) hold_until: Timestamp,
    /// by number in the plan
    pub(crate) processes: Vec<ProcessState>,
}

impl Order {
    pub(crate) fn held(&self) -> Option<&Held> {
        match &self.stage {
            Stage::Held(held) | Stage::Signing(held) | Stage::Firm(held) => Some(held),
            Stage::New | Stage::Asking { .. } | Stage::Dropped { .. } => None,
        }
    }
    fn held_mut(&mut self) -> Option<&mut Held> {
        match &mut self.stage {
            Stage::Held(held) | Stage::Signing(held) | Stage::Firm(held) => Some(held),
            Stage::New | Stage::Asking { .. } | Stage::Dropped { .. } => None,
        }
    }
    pub(crate) fn is_firm(&self) -> bool {
        matches!(self.stage, Stage::Firm(_))
    }
    pub(crate) fn is_made(&self) -> bool {
        self.is_firm() && self.held().is_some_and(|h| h.processes.iter().all(|p| *p == ProcessState::Done))
    }
    /// Every deal this order ever asked for or chose.
    pub(crate) fn asked(&self) -> Vec<RecordId> {
        match &self.stage {
            Stage::Asking { purchases, .. } => purchases.iter().flat_map(|p| p.enquiries.clone()).collect(),
            Stage::Held(h) | Stage::Signing(h) | Stage::Firm(h) => h.chosen.values().copied().collect(),
            Stage::New | Stage::Dropped { .. } => vec![],
        }
    }
}

impl Held {
    pub(crate) fn new(id: RecordId, r: Reservation) -> Self {
        let processes = vec![ProcessState::Planned; r.plan.processes.len()];
        Self {
            reservation: id,
            plan: r.plan,
            take: r.take,
            chosen: r.chosen,
            hold_until: r.hold_until,
            processes,
        }
    }
    pub(crate) fn process(&self, index: u32) -> Option<(&PlannedProcess, ProcessState)> {
        let i = usize::try_from(index).ok()?;
        Some((self.plan.processes.get(i)?, *self.processes.get(i)?))
    }
    /// The processes that together make what process `index` helps to make, in order.
    pub(crate) fn same_output(&self, index: u32) -> Vec<u32> {
        let Some((of, _)) = self.process(index) else { return vec![] };
        let all = (0_u32..).zip(&self.plan.processes);
        all.filter(|(_, p)| p.spec == of.spec).map(|(i, _)| i).collect()
    }
    /// The step before has been done, if there is one.
    pub(crate) fn unblocked(&self, index: u32) -> bool {
        let before = self.same_output(index).into_iter().take_while(|i| *i < index).last();
        before.is_none_or(|i| self.process(i).is_some_and(|(_, state)| state == ProcessState::Done))
    }
}

impl Orders {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Order> {
        self.all.get(id)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Order> {
        self.all.values()
    }
    pub(crate) fn by_plan(&self, reservation: &RecordId) -> Option<&Order> {
        self.plans.get(reservation).and_then(|id| self.all.get(id))
    }
    /// Orders that wait for an answer, a signature or another attempt.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Order> {
        self.waiting.iter().filter_map(|id| self.all.get(id))
    }
    pub(crate) fn open(&mut self, order: Order) {
        self.waiting.insert(order.id);
        self.all.insert(order.id, order);
    }
    pub(crate) fn asked(&mut self, id: &RecordId, purchases: Vec<AskedFor>, since: Timestamp) {
        if let Some(order) = self.all.get_mut(id) {
            order.stage = Stage::Asking { purchases, since };
        }
    }
    pub(crate) fn reserve(&mut self, record: RecordId, r: Reservation) {
        let id = r.order;
        self.plans.insert(record, id);
        if let Some(order) = self.all.get_mut(&id) {
            order.stage = Stage::Held(Held::new(record, r));
        }
    }
    pub(crate) fn signing(&mut self, id: &RecordId) {
        self.step(id, |stage| match stage {
            Stage::Held(held) => Stage::Signing(held),
            other => other,
        });
    }
    pub(crate) fn firm(&mut self, id: &RecordId) {
        self.step(id, |stage| match stage {
            Stage::Held(held) | Stage::Signing(held) => Stage::Firm(held),
            other => other,
        });
    }
    pub(crate) fn drop_order(&mut self, id: &RecordId, why: Text, at: Timestamp) {
        self.step(id, |_| Stage::Dropped { why, at });
    }
    /// A pool's order starts anew after it was dropped.
    pub(crate) fn renew(&mut self, id: &RecordId, ask: Ask) {
        if let Some(order) = self.all.get_mut(id) {
            order.ask = ask;
            order.stage = Stage::New;
        }
    }
    pub(crate) fn process(&mut self, process: ProcessRef, state: ProcessState) {
        let Some(order) = self.plans.get(&process.plan).and_then(|id| self.all.get_mut(id)) else { return };
        let Ok(index) = usize::try_from(process.index) else { return };
        if let Some(slot) = order.held_mut().and_then(|h| h.processes.get_mut(index)) {
            *slot = state;
        }
    }
    fn step(&mut self, id: &RecordId, f: impl FnOnce(Stage) -> Stage) {
        if let Some(order) = self.all.get_mut(id) {
            order.stage = f(std::mem::replace(&mut order.stage, Stage::New));
            let over = match order.stage {
                Stage::Firm(_) => true,
                Stage::Dropped { .. } => order.source != OrderSource::Pool,
                Stage::New | Stage::Asking { .. } | Stage::Held(_) | Stage::Signing(_) => false,
            };
            if over {
                self.waiting.remove(id);
            }
        }
    }
}
