//! Soft claims of orders on quantities of a specification, held and on their way.
//!
//! A claim names no lot. What is lost or used up is lost to the youngest claims first: a claim is kept as it was
//! made, and how much of it the goods on hand still cover is worked out when asked, so a loss that is made good
//! again needs no repair. This module knows no goods; what is on hand is told to it.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, RecordId, SpecId};

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Claim {
    since: u64,
    held: Decimal,
    coming: Decimal,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Claims {
    claims: BTreeMap<RecordId, BTreeMap<SpecId, Claim>>,
    /// oldest first within a specification
    order: BTreeSet<(SpecId, u64, RecordId)>,
    held: BTreeMap<SpecId, Decimal>,
    coming: BTreeMap<SpecId, Decimal>,
    made: u64,
}

/// A claim that the goods on hand no longer cover.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shortfall {
    /// whose claim
    pub key: RecordId,
    /// on what
    pub spec: SpecId,
    /// how much is lacking
    pub quantity: Decimal,
}

impl Claims {
    pub(super) fn hold(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        self.change(key, spec, quantity, Decimal::ZERO);
    }
    pub(super) fn expect(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        self.change(key, spec, Decimal::ZERO, quantity);
    }
    pub(super) fn spend(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        let held = self.get(key, spec).held;
        self.change(key, spec, -quantity.min(held), Decimal::ZERO);
    }
    pub(super) fn arrive(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        let here = quantity.min(self.get(key, spec).coming);
        self.change(key, spec, here, -here);
    }
    pub(super) fn call_off(&mut self, key: RecordId, spec: &SpecId, quantity: Decimal) {
        let coming = self.get(key, spec).coming;
        self.change(key, spec, Decimal::ZERO, -quantity.min(coming));
    }
    pub(super) fn release(&mut self, key: RecordId) {
        let of_key = self.claims.get(&key).into_iter().flatten();
        let all: Vec<_> = of_key.map(|(spec, c)| (spec.clone(), c.held, c.coming)).collect();
        for (spec, held, coming) in all {
            self.change(key, &spec, -held, -coming);
        }
    }

    fn get(&self, key: RecordId, spec: &SpecId) -> Claim {
        self.claims.get(&key).and_then(|of_key| of_key.get(spec)).cloned().unwrap_or_default()
    }

    fn change(&mut self, key: RecordId, spec: &SpecId, held: Decimal, coming: Decimal) {
        if held.is_zero() && coming.is_zero() {
            return;
        }
        let of_key = self.claims.entry(key).or_default();
        let claim = of_key.entry(spec.clone()).or_insert_with(|| {
            self.made += 1;
            self.order.insert((spec.clone(), self.made, key));
            Claim { since: self.made, ..Claim::default() }
        });
        claim.held += held;
        claim.coming += coming;
        if claim.held.is_zero() && claim.coming.is_zero() {
            self.order.remove(&(spec.clone(), claim.since, key));
            of_key.remove(spec);
            if of_key.is_empty() {
                self.claims.remove(&key);
            }
        }
        add(&mut self.held, spec, held);
        add(&mut self.coming, spec, coming);
    }

    /// All that is claimed of goods on hand, covered or not.
    pub(super) fn held(&self, spec: &SpecId) -> Decimal {
        self.held.get(spec).copied().unwrap_or_default()
    }
    pub(super) fn expected(&self, spec: &SpecId) -> Decimal {
        self.coming.get(spec).copied().unwrap_or_default()
    }

    /// How much of this claim `on_hand` covers, the older claims first.
    pub(super) fn covered(&self, key: RecordId, spec: &SpecId, on_hand: Decimal) -> Decimal {
        if self.held(spec) <= on_hand {
            return self.get(key, spec).held;
        }
        self.walk(spec, on_hand).find(|(k, _, _)| *k == key).map_or(Decimal::ZERO, |(_, covered, _)| covered)
    }

    /// Claims on goods on hand, oldest first: whose, how much is covered, how much lacks.
    fn walk<'a>(
        &'a self,
        spec: &SpecId,
        on_hand: Decimal,
    ) -> impl Iterator<Item = (RecordId, Decimal, Decimal)> + 'a {
        let last = (spec.clone(), u64::MAX, RecordId([0xff; 32]));
        let mut left = on_hand;
        self.order.range((spec.clone(), 0, RecordId([0; 32]))..=last).filter_map(move |(spec, _, key)| {
            let held = self.claims.get(key)?.get(spec)?.held;
            let covered = held.min(left);
            left -= covered;
            Some((*key, covered, held - covered))
        })
    }

    pub(super) fn shortfalls(&self, on_hand: impl Fn(&SpecId) -> Decimal) -> Vec<Shortfall> {
        let mut found = Vec::new();
        for (spec, held) in &self.held {
            let there = on_hand(spec);
            if *held > there {
                let lacking = self.walk(spec, there).filter(|(_, _, lacks)| lacks.is_positive());
                found.extend(lacking.map(|(key, _, quantity)| Shortfall {
                    key,
                    spec: spec.clone(),
                    quantity,
                }));
            }
        }
        found
    }

    /// True when the sums fit the claims and no claim is negative.
    pub(super) fn is_sound(&self) -> bool {
        let (mut held, mut coming) = (BTreeMap::new(), BTreeMap::new());
        let each =
            || self.claims.iter().flat_map(|(key, of_key)| of_key.iter().map(move |(s, c)| (key, s, c)));
        for (_, spec, claim) in each() {
            add(&mut held, spec, claim.held);
            add(&mut coming, spec, claim.coming);
        }
        let sound = |(key, spec, c): (&RecordId, &SpecId, &Claim)| {
            !c.held.is_negative()
                && !c.coming.is_negative()
                && self.order.contains(&(spec.clone(), c.since, *key))
        };
        held == self.held && coming == self.coming && self.order.len() == each().count() && each().all(sound)
    }
}

/// Sums leave no zero behind, so that equal claims have equal sums.
fn add(sums: &mut BTreeMap<SpecId, Decimal>, spec: &SpecId, change: Decimal) {
    let sum = sums.get(spec).copied().unwrap_or_default() + change;
    if sum.is_zero() {
        sums.remove(spec);
    } else {
        sums.insert(spec.clone(), sum);
    }
}
