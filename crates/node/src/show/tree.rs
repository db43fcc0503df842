//! What an order hangs on: from the demand through what is made for it to the stock it takes and the purchases it
//! waits for, with everybody who was asked for them.
//!
//! A plan makes each thing once for all that needs it, so a thing may be needed in several places of the tree: each
//! gets its share, first from stock, then of what is made, then of what is bought. Within a plan the shares of one
//! thing sum up to all that is taken, made and bought of it.

use crate::deals::Deal;
use crate::node::Node;
use crate::orders::{Held, Order, Stage};
use crate::view::*;
use std::collections::BTreeMap;
use trace::ProcessRef;
use vocab::{Decimal, RecordId, SpecId, Timestamp, seconds_between};

/// Most nodes of a tree.
const NODES_MAX: usize = 500;
/// Most lots named in one node.
const LOTS_MAX: usize = 100;

impl Node {
    /// What an order hangs on; `None` for one that is not known.
    pub fn tree(&self, order: &RecordId) -> Option<TreeNode> {
        let order = self.orders.get(order)?;
        let mut root = self.leaf(NodeKind::Demand, &order.spec, order.quantity);
        root.weakest = true;
        if let Some(buyer) = self.deals.get(&order.id) {
            root.deal = Some(buyer.id);
            root.with = Some(buyer.with);
            root.with_name = Some(self.board.name(&buyer.with));
            root.stage = Some(buyer.state());
            root.promise = buyer.promised();
        }
        match (&order.stage, order.planned()) {
            (_, Some((held, stage))) => {
                root.at = Some(held.plan.promise);
                root.late_s = Some(self.late_s(order, held.plan.promise)).filter(|s| *s > 0);
                root.hold_until = (stage != PlanStage::Firm).then_some(held.hold_until);
                let mut grower = Grower::new(self, order, held);
                root.children = grower.supply(&order.spec, order.quantity, None, true);
                root.truncated = grower.nodes > NODES_MAX;
            }
            (Stage::Asking { purchases, .. }, None) => {
                for p in purchases.iter().take(NODES_MAX) {
                    let mut node = self.leaf(NodeKind::Purchase, &p.spec, p.quantity);
                    node.asked = p.enquiries.iter().filter_map(|id| self.asked(id, None)).collect();
                    node.hold_until = node.asked.iter().filter_map(|a| a.hold_until).min();
                    root.children.push(node);
                }
                root.truncated = purchases.len() > NODES_MAX;
            }
            _ => {}
        }
        Some(root)
    }

    fn leaf(&self, kind: NodeKind, spec: &SpecId, quantity: Decimal) -> TreeNode {
        TreeNode {
            kind,
            spec: spec.clone(),
            name: self.board.spec_name(spec),
            quantity,
            of: None,
            at: None,
            late_s: None,
            weakest: false,
            steps: vec![],
            lots: vec![],
            deal: None,
            with: None,
            with_name: None,
            stage: None,
            promise: None,
            hold_until: None,
            asked: vec![],
            children: vec![],
            truncated: false,
        }
    }

    fn asked(&self, deal: &RecordId, chosen: Option<RecordId>) -> Option<AskedView> {
        let deal = self.deals.get(deal)?;
        let quoted = deal.quoted();
        Some(AskedView {
            deal: deal.id,
            with: deal.with,
            with_name: self.board.name(&deal.with),
            stage: deal.state(),
            promise: deal.promised(),
            hold_until: quoted.map(|q| q.hold_until),
            unit_price: quoted.map(|q| q.unit_price),
            chosen: chosen == Some(deal.id),
        })
    }
}

/// Lets a tree grow, and keeps count of what is left of each thing.
struct Grower<'a> {
    node: &'a Node,
    held: &'a Held,
    of: BTreeMap<&'a SpecId, Source>,
    /// lots that are taken from stock
    lots: BTreeMap<&'a SpecId, Vec<TreeLot>>,
    /// by what is bought, everybody who was asked for it
    asked: BTreeMap<&'a SpecId, Vec<RecordId>>,
    nodes: usize,
}

/// Where one thing comes from in a plan, as far as it has not been given a place in the tree.
#[derive(Default)]
struct Source {
    stock: Decimal,
    /// what is made, as far as something needs it
    made: Decimal,
    /// of `made`, what has its place in the tree
    placed: Decimal,
    /// what is bought
    bought: Decimal,
}

impl<'a> Grower<'a> {
    fn new(node: &'a Node, order: &'a Order, held: &'a Held) -> Self {
        let mut needed: BTreeMap<&SpecId, Decimal> = BTreeMap::from([(&order.spec, order.quantity)]);
        for input in held.plan.processes.iter().flat_map(|p| &p.inputs) {
            *needed.entry(&input.spec).or_default() += input.quantity;
        }
        let is_made = |spec: &SpecId| held.plan.processes.iter().any(|p| p.spec == *spec);
        let source = |(spec, needed): (&'a SpecId, Decimal)| {
            let stock = held.take.get(spec).copied().unwrap_or_default().min(needed);
            let rest = needed - stock;
            let (made, bought) = if is_made(spec) { (rest, Decimal::ZERO) } else { (Decimal::ZERO, rest) };
            (spec, Source { stock, made, placed: Decimal::ZERO, bought })
        };
        let of: BTreeMap<_, _> = needed.into_iter().map(source).collect();
        let mut asked: BTreeMap<&SpecId, Vec<RecordId>> = BTreeMap::new();
        for deal in node.deals.iter().filter(|d| d.buys_for == Some(order.id)) {
            asked.entry(&deal.spec).or_default().push(deal.id);
        }
        let lots = held.take.keys().map(|spec| (spec, lots(node, order, held, spec))).collect();
        Self { node, held, of, lots, asked, nodes: 1 }
    }

    /// Where `quantity` of `spec` comes from, for work that begins at `wanted`. `weakest`: the chain that sets the
    /// date leads here.
    fn supply(
        &mut self,
        spec: &SpecId,
        quantity: Decimal,
        wanted: Option<Timestamp>,
        weakest: bool,
    ) -> Vec<TreeNode> {
        let Some(source) = self.of.get_mut(spec) else { return vec![] };
        let stock = quantity.min(source.stock);
        source.stock -= stock;
        let made = (quantity - stock).min(source.made - source.placed);
        let before = source.placed;
        source.placed += made;
        let (total, bought) = (source.made, (quantity - stock - made).min(source.bought));
        source.bought -= bought;
        let mut found = vec![];
        if stock.is_positive() && self.room() {
            let mut node = self.node.leaf(NodeKind::Stock, spec, stock);
            node.lots = self.draw(spec, stock);
            found.push(node);
        }
        if made.is_positive() && self.room() {
            found.push(self.make(spec, made, (before, total), weakest));
        }
        if bought.is_positive() && self.room() {
            found.push(self.purchase(spec, bought, weakest));
        }
        for node in &mut found {
            let late = wanted.zip(node.at).map(|(wanted, at)| seconds_between(wanted, at));
            node.late_s = late.filter(|s| *s > 0);
        }
        found
    }

    fn room(&mut self) -> bool {
        self.nodes += 1;
        self.nodes <= NODES_MAX
    }

    /// Making `quantity` of what is made of it in all, `placed` of the `total` that is needed having its place
    /// already.
    fn make(
        &mut self,
        spec: &SpecId,
        quantity: Decimal,
        (placed, total): (Decimal, Decimal),
        weakest: bool,
    ) -> TreeNode {
        let held = self.held;
        let of = || {
            (0_u32..).zip(held.plan.processes.iter().zip(held.states())).filter(|(_, (p, _))| p.spec == *spec)
        };
        let mut node = self.node.leaf(NodeKind::Make, spec, quantity);
        let at_once: Decimal = of().filter(|(_, (p, _))| p.last).map(|(_, (p, _))| p.quantity).sum();
        node.of = Some(at_once).filter(|all| *all > quantity);
        node.at = of().map(|(_, (p, _))| p.end).max();
        node.weakest = weakest;
        node.steps = of()
            .map(|(index, (p, state))| TreeStep {
                index,
                step: p.name.clone(),
                work_center: p.work_center.clone(),
                start: p.start,
                end: p.end,
                state,
            })
            .collect();
        let begins = of().map(|(_, (p, _))| p.start).min();
        let inputs: Vec<_> = of().flat_map(|(_, (p, _))| &p.inputs).collect();
        let services = self.services(spec);
        let bought = inputs.iter().map(|i| &i.spec).chain(services.iter().copied());
        let latest = bought.filter_map(|spec| Some((self.there(spec)?, spec))).max();
        for input in &inputs {
            // cumulative shares, so that what is lost in rounding one is in the next
            let upto = |placed: Decimal| share(input.quantity, placed, total);
            let needed = upto(placed + quantity) - upto(placed);
            let sets = weakest && latest.is_some_and(|(_, spec)| *spec == input.spec);
            let children = self.supply(&input.spec, needed, begins, sets);
            node.children.extend(children);
        }
        for service in services {
            let sets = weakest && latest.is_some_and(|(_, spec)| spec == service);
            if self.room() {
                node.children.push(self.purchase(service, quantity, sets));
            }
        }
        node.truncated = self.nodes > NODES_MAX;
        node
    }

    /// What other firms are to do on what is made of `spec`.
    fn services(&self, spec: &SpecId) -> Vec<&'a SpecId> {
        let steps = self.node.model.recipes.get(spec).map_or(&[][..], |r| &r.steps);
        let outside = steps.iter().filter_map(|s| Some(&s.outside.as_ref()?.service));
        outside.filter(|service| self.held.chosen.contains_key(*service)).collect()
    }

    /// When a thing that does not come from stock alone is there.
    fn there(&self, spec: &SpecId) -> Option<Timestamp> {
        let made = self.held.plan.processes.iter().filter(|p| p.spec == *spec).map(|p| p.end).max();
        made.or_else(|| self.deal(spec)?.promised())
    }
    fn deal(&self, spec: &SpecId) -> Option<&'a Deal> {
        self.held.chosen.get(spec).and_then(|id| self.node.deals.get(id))
    }

    fn purchase(&mut self, spec: &SpecId, quantity: Decimal, weakest: bool) -> TreeNode {
        let mut node = self.node.leaf(NodeKind::Purchase, spec, quantity);
        node.weakest = weakest;
        let deal = self.deal(spec);
        if let Some(deal) = deal {
            node.of = Some(deal.quantity).filter(|all| *all > quantity);
            node.at = deal.promised();
            node.deal = Some(deal.id);
            node.with = Some(deal.with);
            node.with_name = Some(self.node.board.name(&deal.with));
            node.stage = Some(deal.state());
            node.promise = deal.promised();
            node.hold_until = deal.quoted().map(|q| q.hold_until);
        }
        let chosen = deal.map(|d| d.id);
        let asked = self.asked.get(spec).map_or(&[][..], Vec::as_slice);
        node.asked = asked.iter().filter_map(|id| self.node.asked(id, chosen)).collect();
        node
    }

    /// The next `quantity` of the lots that are taken from stock.
    fn draw(&mut self, spec: &SpecId, quantity: Decimal) -> Vec<TreeLot> {
        let (mut left, mut drawn) = (quantity, vec![]);
        for lot in self.lots.get_mut(spec).into_iter().flatten() {
            let part = left.min(lot.quantity);
            if part.is_positive() && drawn.len() < LOTS_MAX {
                drawn.push(TreeLot { lot: lot.lot, quantity: part });
                lot.quantity -= part;
                left -= part;
            }
        }
        drawn
    }
}

/// `of` in the proportion of `part` to `whole`.
fn share(of: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    if part >= whole {
        return of;
    }
    Decimal::from_micros(of.micros() * part.micros() / whole.micros().max(1))
}

/// The lots an order takes of a thing: those that went in where its work has begun, else those that would.
fn lots(node: &Node, order: &Order, held: &Held, spec: &SpecId) -> Vec<TreeLot> {
    let plan = held.reservation;
    let processes = 0..u32::try_from(held.plan.processes.len()).unwrap_or(u32::MAX);
    let consumed = processes.filter_map(|index| node.consumed.get(&ProcessRef { plan, index })).flatten();
    let consumed: Vec<_> = consumed.filter(|h| h.spec == *spec).collect();
    if !consumed.is_empty() {
        return consumed.iter().map(|h| TreeLot { lot: h.lot, quantity: h.quantity }).collect();
    }
    let wanted = held.take.get(spec).copied().unwrap_or_default();
    let here = wanted.min(node.stock.reserved_for(order.id, spec));
    let picked = node.stock.pick(order.id, spec, here).unwrap_or_default();
    picked.into_iter().map(|g| TreeLot { lot: g.lot, quantity: g.quantity }).collect()
}
