//! A week's nodes, and what they have agreed on when it is over.

use super::{Instance, Orders};
use crate::{Faults, OnBreach, World};
use node::Policy;
use node::view::{DealState, DealView, Role};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, SpecId, Timestamp};

/// How often it is looked whether anything still moves, virtual milliseconds.
pub(super) const LOOK_MS: i64 = 1_000;

/// Suppliers, who are the first nodes of the world, and buyers.
pub(super) struct Week<'a> {
    pub(super) orders: &'a Orders,
    pub(super) instance: &'a Instance,
    pub(super) world: World,
    /// the node of each buyer
    pub(super) nodes: BTreeMap<usize, usize>,
    policy: Policy,
}

/// A lot that was bought.
pub(super) struct Sale {
    pub(super) lot: usize,
    pub(super) supplier: usize,
    pub(super) deal: DealView,
}

impl<'a> Week<'a> {
    /// Starts the suppliers' nodes.
    pub(super) fn new(
        orders: &'a Orders,
        instance: &'a Instance,
        (seed, faults): (u64, Faults),
        policy: Policy,
    ) -> Self {
        let mut world = World::new(seed, faults);
        world.set_on_breach(OnBreach::Note);
        world.set_events_max(u64::MAX);
        for n in 0..instance.capacities.len() {
            world.add_with(&format!("supplier-{n}"), policy.clone());
        }
        Self { orders, instance, world, nodes: BTreeMap::new(), policy }
    }

    /// Starts another node.
    pub(super) fn add(&mut self, name: &str) -> usize {
        self.world.add_with(name, self.policy.clone())
    }

    /// Starts the buyers' nodes, each of which knows the nodes that `knows` names.
    pub(super) fn add_buyers(&mut self, knows: impl Fn(usize) -> Vec<usize>) {
        for customer in self.instance.buyers().keys() {
            let who = self.add(&self.orders.customers[*customer]);
            self.nodes.insert(*customer, who);
            knows(*customer).into_iter().for_each(|other| self.world.introduce(who, other));
        }
    }

    pub(super) fn run_ms(&mut self, ms: i64) {
        let end = self.world.now().as_millisecond() + ms;
        self.world.run_to(Timestamp::from_millisecond(end).unwrap_or(Timestamp::MAX));
    }

    pub(super) fn spec(&self, code: usize) -> &SpecId {
        &self.orders.codes[code].spec
    }

    /// The hours a supplier sells; `None` where it has none.
    pub(super) fn hours(&self, supplier: usize) -> Option<Decimal> {
        let hours = Decimal::new(self.instance.capacities[supplier], 2);
        hours.is_positive().then_some(hours)
    }

    /// The deals that bind a node in this role.
    pub(super) fn bound(&self, who: usize, role: Role) -> impl Iterator<Item = DealView> {
        let deals = self.world.node(who).map(|node| node.deals(self.world.now())).unwrap_or_default();
        deals.into_iter().filter(move |d| d.role == role && d.state == DealState::Bound)
    }

    /// What was bought, `lots` saying which deal is for which; then every invariant that broke: what the nodes noted,
    /// deals that only one side knows, capacity sold twice.
    pub(super) fn sales(&self, lots: &BTreeMap<RecordId, usize>) -> (Vec<Sale>, Vec<String>) {
        let Self { world, instance, .. } = self;
        let suppliers: BTreeMap<_, _> = (0..instance.capacities.len()).map(|s| (world.agent(s), s)).collect();
        let mut violations = world.breaches().to_vec();
        let sold = suppliers.values().flat_map(|s| self.bound(*s, Role::Supplier));
        let mut one_sided: BTreeSet<RecordId> = sold.map(|deal| deal.id).collect();
        let mut sales = vec![];
        for deal in self.nodes.values().flat_map(|who| self.bound(*who, Role::Buyer)) {
            // what only one side has stays
            if !one_sided.remove(&deal.id) {
                one_sided.insert(deal.id);
            }
            if let Some((lot, supplier)) = lots.get(&deal.id).zip(suppliers.get(&deal.with.agent)) {
                sales.push(Sale { lot: *lot, supplier: *supplier, deal });
            }
        }
        violations.extend(one_sided.iter().map(|deal| format!("the deal {deal} is bound on one side only")));
        let mut loads: Vec<i64> = vec![0; instance.capacities.len()];
        sales.iter().for_each(|sale| loads[sale.supplier] += instance.lots[sale.lot].load);
        for (s, sold) in loads.iter().enumerate().filter(|(s, sold)| **sold > instance.capacities[*s]) {
            violations.push(format!("supplier-{s} sold {sold} of {}", instance.capacities[s]));
        }
        (sales, violations)
    }

    /// What sales bring, set-ups aside, millionths of a pound.
    pub(super) fn welfare(&self, sales: &[Sale]) -> i64 {
        let of = |sale: &Sale| self.instance.welfare(&self.instance.lots[sale.lot], sale.supplier);
        sales.iter().map(of).sum()
    }
}

/// Millionths of a pound as pounds.
pub(super) fn pounds(micros: i64) -> Decimal {
    Decimal::from_micros(i128::from(micros))
}
