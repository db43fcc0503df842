//! Orders: what this node has to do to keep a promise, as a fold over its own private records.
//!
//! An [`Order`] serves a buyer's enquiry, a pool, or a demand of one's own. It knows what is bought, held and made
//! for it; when to ask, sign or give up is decided in `advance`.

use crate::runs::Run;
use crate::statement::{AskedFor, Cause, Reservation, Shifted};
use crate::view::{OrderSource, ProcessState};
use market::Terms;
use planning::{Model, Plan, PlannedProcess};
use std::collections::{BTreeMap, BTreeSet};
use trace::ProcessRef;
use vocab::{AgentId, Decimal, RecordId, SpecId, Text, Timestamp, after};

#[derive(Default)]
pub(crate) struct Orders {
    all: BTreeMap<RecordId, Order>,
    /// reservation record -> order
    plans: BTreeMap<RecordId, RecordId>,
    /// orders that the passing of time may concern
    waiting: BTreeSet<RecordId>,
    /// when to look at each firm order again unless something is said of it before
    looks: BTreeSet<(Timestamp, RecordId)>,
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
        /// the deals by which something was bought for it
        bought: Vec<RecordId>,
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
    pub(crate) course: Course,
    /// how much goes into each process by its recipe, what is usually spoilt included; by number in the plan
    begun: Vec<Decimal>,
    /// what became of its processes, by number in the plan
    pub(crate) runs: Vec<Run>,
}

/// How the work of an order has gone so far.
#[derive(Clone, Default)]
pub(crate) struct Course {
    /// times it was planned anew since somebody last reported work on it
    slips: u32,
    /// when it was last planned anew, and why
    pub(crate) replanned: Option<(Timestamp, Cause)>,
    /// in [`Orders::looks`]
    look: Option<Timestamp>,
    /// when everything was to be there by the first plan
    pub(crate) first: Timestamp,
}

impl Course {
    /// How long after a planned time without a report something counts as late, seconds: twice as long each time
    /// nothing is heard.
    pub(crate) fn patience_s(&self, grace_s: i64) -> i64 {
        grace_s << self.slips.min(SLIPS_MAX)
    }
    /// When something planned for `planned` counts as late.
    pub(crate) fn late_at(&self, planned: Timestamp, grace_s: i64) -> Timestamp {
        let since = self.replanned.map_or(planned, |(at, _)| planned.max(at));
        after(since, self.patience_s(grace_s))
    }
}

/// Doublings of patience: from ten minutes to most of a day.
const SLIPS_MAX: u32 = 7;

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
        self.is_firm() && self.held().is_some_and(|h| h.runs.iter().all(Run::is_done))
    }
    /// Every deal this order ever asked for or chose.
    pub(crate) fn asked(&self) -> Vec<RecordId> {
        match &self.stage {
            Stage::Asking { purchases, .. } => purchases.iter().flat_map(|p| p.enquiries.clone()).collect(),
            Stage::Held(h) | Stage::Signing(h) | Stage::Firm(h) => h.chosen.values().copied().collect(),
            Stage::Dropped { bought, .. } => bought.clone(),
            Stage::New => vec![],
        }
    }
}

impl Held {
    pub(crate) fn new(id: RecordId, r: Reservation, model: &Model) -> Self {
        let course = Course { first: r.plan.promise, ..Course::default() };
        let begun = r.plan.processes.iter().map(|p| crate::estimates::begun(model, p)).collect();
        let runs = vec![Run::default(); r.plan.processes.len()];
        Self {
            reservation: id,
            plan: r.plan,
            take: r.take,
            chosen: r.chosen,
            hold_until: r.hold_until,
            course,
            begun,
            runs,
        }
    }
    pub(crate) fn process(&self, index: u32) -> Option<(&PlannedProcess, ProcessState)> {
        let i = usize::try_from(index).ok()?;
        Some((self.plan.processes.get(i)?, self.runs.get(i)?.state()))
    }
    pub(crate) fn run(&self, index: u32) -> Option<&Run> {
        self.runs.get(usize::try_from(index).ok()?)
    }
    /// The processes that together make what process `index` helps to make, in order.
    pub(crate) fn same_output(&self, index: u32) -> Vec<u32> {
        let Some((of, _)) = self.process(index) else { return vec![] };
        let all = (0_u32..).zip(&self.plan.processes);
        all.filter(|(_, p)| p.spec == of.spec).map(|(i, _)| i).collect()
    }
    /// Where each process stands, by number in the plan.
    pub(crate) fn states(&self) -> impl Iterator<Item = ProcessState> + Clone {
        self.runs.iter().map(Run::state)
    }
    /// The step before, if there is one.
    pub(crate) fn before(&self, index: u32) -> Option<u32> {
        self.same_output(index).into_iter().take_while(|i| *i < index).last()
    }
    /// The step before has been done, if there is one.
    pub(crate) fn unblocked(&self, index: u32) -> bool {
        self.before(index).is_none_or(|i| self.run(i).is_some_and(Run::is_done))
    }
    /// How much goes into a process as far as is known: what its recipe begins, less what the steps before it lost.
    pub(crate) fn goes_in(&self, index: u32) -> Decimal {
        let group = self.same_output(index);
        let first = group.first().and_then(|i| self.begun.get(usize::try_from(*i).ok()?));
        let before = group.iter().take_while(|i| **i < index).filter_map(|i| self.run(*i));
        before.fold(first.copied().unwrap_or_default(), |goes_in, run| run.output(goes_in))
    }
    /// What is to come out of a process: no more than was planned, unless it is said.
    pub(crate) fn comes_out(&self, index: u32) -> Decimal {
        let Some(((planned, _), run)) = self.process(index).zip(self.run(index)) else {
            return Decimal::ZERO;
        };
        let output = run.output(self.goes_in(index));
        if run.is_done() || !planned.last { output } else { output.min(planned.quantity) }
    }
    /// How much less than was asked for there will be of what the order is for.
    pub(crate) fn short(&self, spec: &SpecId, quantity: Decimal) -> Decimal {
        let taken = self.take.get(spec).copied().unwrap_or_default();
        let bought = self.chosen.contains_key(spec);
        if bought { Decimal::ZERO } else { (quantity - taken - self.makes(spec)).max(Decimal::ZERO) }
    }
    /// How much of `spec` its own processes make, as far as is known.
    pub(crate) fn makes(&self, spec: &SpecId) -> Decimal {
        let last = (0_u32..).zip(&self.plan.processes).filter(|(_, p)| p.spec == *spec && p.last);
        last.map(|(i, _)| self.comes_out(i)).sum()
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
    pub(crate) fn reserve(&mut self, record: RecordId, r: Reservation, model: &Model) {
        let id = r.order;
        self.plans.insert(record, id);
        if let Some(order) = self.all.get_mut(&id) {
            order.stage = Stage::Held(Held::new(record, r, model));
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
        let bought = self.all.get(id).and_then(|o| o.held()).map(|h| h.chosen.values().copied().collect());
        self.look(id, None);
        self.step(id, |_| Stage::Dropped { why, at, bought: bought.unwrap_or_default() });
    }
    /// Work of an order was planned anew.
    pub(crate) fn shift(&mut self, shifted: Shifted, at: Timestamp) {
        let Some(held) = self.all.get_mut(&shifted.order).and_then(|o| o.held_mut()) else { return };
        for (index, process) in shifted.processes {
            let slot = usize::try_from(index).ok().and_then(|i| held.plan.processes.get_mut(i));
            if let Some(slot) = slot {
                *slot = process;
            }
        }
        held.plan.promise = shifted.promise;
        if shifted.cause != Cause::Owner {
            held.course.slips = held.course.slips.saturating_add(1);
            held.course.replanned = Some((at, shifted.cause));
        }
    }
    /// Somebody has said how work of a process goes.
    pub(crate) fn report(&mut self, process: ProcessRef) {
        let Some(order) = self.plans.get(&process.plan).and_then(|id| self.all.get_mut(id)) else { return };
        let Some(held) = order.held_mut() else { return };
        held.course.slips = 0;
    }
    /// Sets when to look at a firm order again.
    pub(crate) fn look(&mut self, id: &RecordId, at: Option<Timestamp>) {
        let Some(held) = self.all.get_mut(id).and_then(|o| o.held_mut()) else { return };
        let before = std::mem::replace(&mut held.course.look, at);
        before.map(|t| self.looks.remove(&(t, *id)));
        at.map(|t| self.looks.insert((t, *id)));
    }
    /// The next look at a firm order.
    pub(crate) fn next_look(&self) -> Option<Timestamp> {
        self.looks.first().map(|(t, _)| *t)
    }
    /// Firm orders to look at by `now`.
    pub(crate) fn looks_due(&self, now: Timestamp) -> BTreeSet<RecordId> {
        self.looks.iter().take_while(|(t, _)| *t <= now).map(|(_, id)| *id).collect()
    }
    /// A pool's order starts anew after it was dropped.
    pub(crate) fn renew(&mut self, id: &RecordId, ask: Ask) {
        if let Some(order) = self.all.get_mut(id) {
            order.ask = ask;
            order.stage = Stage::New;
        }
    }
    /// What became of a process.
    pub(crate) fn run_mut(&mut self, process: ProcessRef) -> Option<&mut Run> {
        let order = self.plans.get(&process.plan).and_then(|id| self.all.get_mut(id))?;
        order.held_mut()?.runs.get_mut(usize::try_from(process.index).ok()?)
    }
    fn step(&mut self, id: &RecordId, f: impl FnOnce(Stage) -> Stage) {
        if let Some(order) = self.all.get_mut(id) {
            order.stage = f(std::mem::replace(&mut order.stage, Stage::New));
            let over = match order.stage {
                Stage::Firm(_) => true,
                Stage::Dropped { .. } => !order.source.is_sold(),
                Stage::New | Stage::Asking { .. } | Stage::Held(_) | Stage::Signing(_) => false,
            };
            if over {
                self.waiting.remove(id);
            }
        }
    }
}
