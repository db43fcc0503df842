//! What an offerer's pools share: one stock or capacity over all of them, and the lists for those who hand the goods out.

use crate::node::Node;
use crate::orders::Stage;
use market::statement::{DropList, DropShare, Offer};
use std::collections::BTreeMap;
use vocab::{Decimal, RecordId, SpecId, Timestamp};

impl Node {
    /// Whether what an offer promises can only come from stock: this node has no recipe for it.
    fn is_from_stock(&self, spec: &SpecId) -> bool {
        !self.model.recipes.contains_key(spec)
    }

    /// What is left for a further pool on an own offer: what all its pools share, less the caps of those that may be made
    /// and what was made for the others; from stock no more than is on hand and unclaimed. `None` where they share
    /// nothing.
    pub(crate) fn left_for_pools(&self, id: &RecordId, offer: &Offer, now: Timestamp) -> Option<Decimal> {
        let stock = offer.pooling.as_ref()?.stock?;
        let taken: Decimal = self
            .pools
            .iter()
            .filter(|pool| pool.terms.offer == *id && pool.offerer == self.me())
            .map(|pool| match pool.made() {
                Some((_, settled, _)) => settled.shares.iter().map(|s| s.quantity).sum(),
                None if pool.may_be_made(now) => pool.terms.cap,
                None => Decimal::ZERO,
            })
            .sum();
        let left = stock - taken;
        let free = match self.is_from_stock(&offer.spec) {
            true => self.stock.free_of(&offer.spec) - self.unplanned(&offer.spec),
            false => left,
        };
        Some(left.min(free).max(Decimal::ZERO))
    }

    /// What made pools want of a specification and no order has set aside yet.
    fn unplanned(&self, spec: &SpecId) -> Decimal {
        let set_aside = |id: &RecordId| {
            self.orders
                .get(id)
                .is_some_and(|order| !matches!(order.stage, Stage::New | Stage::Dropped { .. }))
        };
        let of_spec = self.pools.iter().filter(|p| p.offerer == self.me() && p.terms.spec == *spec);
        let made = of_spec.filter(|p| !set_aside(&p.id)).filter_map(|p| p.made());
        made.flat_map(|(_, settled, _)| settled.shares.iter().map(|s| s.quantity)).sum()
    }

    /// Part of the fold: what an open pool may take from stock is set aside for it, and free again once it has ended;
    /// what was made is then set aside by its order.
    pub(crate) fn hold_for_pool(&mut self, id: &RecordId, now: Timestamp) {
        let me = self.me();
        let Some(pool) = self.pools.get(id).filter(|pool| pool.offerer == me) else { return };
        let (open, held) = (pool.may_be_made(now), self.joint.held.contains(id));
        let (spec, cap) = (pool.terms.spec.clone(), pool.terms.cap);
        let shared = self.board.offers.get(&pool.terms.offer);
        let shared = shared.is_some_and(|l| l.what.pooling.as_ref().is_some_and(|p| p.stock.is_some()));
        if !open && held {
            self.joint.held.remove(id);
            self.stock.release(*id);
        } else if open && !held && shared && self.is_from_stock(&spec) {
            // granted from what was free
            if self.stock.reserve(*id, &spec, cap).is_ok() {
                self.joint.held.insert(*id);
            }
        }
    }

    /// As the offerer of a pool that was made: tells each leader who fetches what.
    pub(crate) fn say_drop_lists(&mut self, id: RecordId, now: Timestamp) {
        let Some(pool) = self.pools.get(&id) else { return };
        let Some((close, settled, _)) = pool.made().filter(|_| pool.offerer == self.me()) else { return };
        let mut shares: BTreeMap<u16, Vec<DropShare>> = BTreeMap::new();
        for s in &settled.shares {
            let Some(drop_off) = self.drop_off_of(&s.pledge) else { continue };
            let line = DropShare { pledge: s.pledge, member: s.member, quantity: s.quantity };
            shares.entry(drop_off).or_default().push(line);
        }
        let leaders = pool.terms.drop_offs.iter().map(|d| d.leader);
        let lists: Vec<_> = (0_u16..)
            .zip(leaders)
            .filter(|(drop_off, _)| !self.joint.lists.contains_key(&(id, *drop_off)))
            .filter_map(|(drop_off, leader)| {
                let list = DropList { pool: id, close, drop_off, shares: shares.remove(&drop_off)? };
                Some((leader, list))
            })
            .collect();
        for (leader, list) in lists {
            self.say_or_report(&list, self.towards(leader), now);
        }
    }
}
