//! What would help: reliefs that were really tried on a copy of the plan.
//!
//! [`Planner::relief`] takes the chain of [`Planner::why`] and tries, for what it waits for, an hour-round opening, a
//! second unit, a split lot, an express purchase, and to go before what is in its way. Each gain is what the delivery
//! of the demand gained on the copy.

use super::net::Net;
use super::serve::Service;
use super::state::WantId;
use super::why::{LinkKind, Why};
use super::{Moved, Planner};
use crate::Result;
use crate::lot::Micros;
use crate::shop::{Clock, Seconds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use vocab::{Phrase, SpecId, Timestamp, phrase};

/// Most reliefs of one kind tried.
const TRIED_MAX: usize = 6;

/// Something that would make a demand less late.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Relief {
    /// what to do
    #[serde(flatten)]
    pub kind: ReliefKind,
    /// seconds by which the delivery would be earlier, above zero
    pub gain_s: i64,
    /// seconds of overtime, of more machine time, of haste, or of lateness for others that it takes
    pub cost_s: i64,
    /// other promises that would move
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Moved>,
}

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReliefKind {
    /// open a work centre in the hours in which it is closed
    Overtime {
        /// which
        work_center: String,
        /// from when
        from: Timestamp,
        /// until when
        until: Timestamp,
    },
    /// do some of it on another unit like that work centre
    Alternative {
        /// like which
        work_center: String,
    },
    /// make it in two lots
    Split {
        /// what
        spec: SpecId,
    },
    /// have it in half the time
    EarlierPurchase {
        /// what
        spec: SpecId,
    },
    /// let it go before what stands in its way
    Resequence,
}

impl Relief {
    /// It in words.
    pub fn said(&self) -> Phrase {
        match &self.kind {
            ReliefKind::Overtime { work_center, from, until } => phrase(
                format!("open {work_center} outside its hours between {from} and {until}"),
                format!("{from} 至 {until} 期间 {work_center} 加班"),
            ),
            ReliefKind::Alternative { work_center } => phrase(
                format!("use one more unit like {work_center}"),
                format!("增用一台与 {work_center} 相同的设备"),
            ),
            ReliefKind::Split { spec } => {
                phrase(format!("make {spec} in two lots"), format!("将 {spec} 分两批制作"))
            }
            ReliefKind::EarlierPurchase { spec } => {
                phrase(format!("have {spec} delivered in half the time"), format!("{spec} 采购周期减半"))
            }
            ReliefKind::Resequence => {
                phrase("let it go before what stands in its way", "让其排在挡在前面的工作之前")
            }
        }
    }
}

impl Planner {
    /// What would make `demand` less late, most gain for its cost first; empty when it is on time.
    ///
    /// # Errors
    /// As [`Planner::why`].
    pub fn relief(&mut self, demand: &str) -> Result<Vec<Relief>> {
        let why = self.why(demand)?;
        if why.late_s == 0 {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for kind in self.candidates(&why) {
            found.extend(self.attempt(&why, kind)?);
        }
        found.sort_by_key(|r| (r.cost_s / r.gain_s.max(1), -r.gain_s));
        Ok(found)
    }

    fn candidates(&self, why: &Why) -> Vec<ReliefKind> {
        let end = why.earliest.unwrap_or_else(|| self.net.instant(0));
        let (mut centers, mut closed, mut bought, mut made) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for link in &why.chain {
            match &link.kind {
                LinkKind::Work { work_center } => {
                    made.insert(link.spec.clone());
                    closed.insert(work_center.clone());
                }
                LinkKind::Capacity { work_center, .. } => {
                    centers.insert(work_center.clone());
                }
                LinkKind::Material => {
                    bought.insert(link.spec.clone());
                }
                _ => {}
            }
        }
        let from = self.net.instant(0);
        let overtime = |work_center| ReliefKind::Overtime { work_center, from, until: end };
        let resequence = (!centers.is_empty()).then_some(ReliefKind::Resequence);
        let overtime = closed.into_iter().take(TRIED_MAX).map(overtime);
        let alternative = centers.into_iter().map(|work_center| ReliefKind::Alternative { work_center });
        let split = made.into_iter().take(TRIED_MAX).map(|spec| ReliefKind::Split { spec });
        let purchase = bought.into_iter().map(|spec| ReliefKind::EarlierPurchase { spec });
        let all = overtime.chain(alternative.take(TRIED_MAX)).chain(split).chain(purchase.take(TRIED_MAX));
        all.chain(resequence).collect()
    }

    /// What it would bring, if anything.
    fn attempt(&self, why: &Why, kind: ReliefKind) -> Result<Option<Relief>> {
        let mut copy = self.clone();
        let id = copy.find(&why.demand)?;
        let mut others = BTreeSet::new();
        let cost_s = match &kind {
            ReliefKind::Overtime { work_center, until, .. } => copy.open(work_center, *until),
            ReliefKind::Alternative { work_center } => copy.add_unit(work_center, why),
            ReliefKind::Split { spec } => {
                let largest = self.largest_order(id, spec);
                copy.change_net(|net| net.split(spec, largest?))
            }
            ReliefKind::EarlierPurchase { spec } => copy.change_net(|net| net.hasten(spec)),
            ReliefKind::Resequence => {
                others = copy.in_the_way(why, self.state.wants[id as usize].priority);
                others.remove(&id);
                (!others.is_empty()).then_some(0)
            }
        };
        let Some(cost_s) = cost_s else { return Ok(None) };
        copy.state.drop_service(&copy.net, id);
        for other in &others {
            copy.state.drop_service(&copy.net, *other);
        }
        copy.serve_again(BTreeSet::from([id]));
        copy.serve_again(others);
        let (old, new) = (&self.state.wants, &copy.state.wants);
        let gain_s = why.late_s - new[id as usize].late();
        let worse = |(old, new): (&super::state::Want, &super::state::Want)| (new.late() - old.late()).max(0);
        let lateness: Seconds = old.iter().zip(new).map(worse).sum();
        let mut moves = copy.moved(old);
        moves.retain(|m| m.demand != why.demand);
        let relief = Relief { kind, gain_s, cost_s: cost_s + lateness, moves };
        Ok((gain_s > 0 && new[id as usize].at.is_some()).then_some(relief))
    }

    /// Opens a work centre round the clock; the closed seconds until then, `None` when there are none.
    fn open(&mut self, work_center: &str, until: Timestamp) -> Option<Seconds> {
        let center = self.net.centers.binary_search_by(|n| n.as_str().cmp(work_center)).ok()?;
        let clock = &mut self.state.shop.centers[center].resource.clock;
        let until = self.net.seconds(until);
        let mut closed = 0;
        let mut at = 0;
        while at < until
            && let Clock::Windows(_) = clock
            && let Some((start, end)) = clock.window_after(at)
        {
            closed += (start.min(until) - at).max(0);
            at = end;
        }
        *clock = Clock::Always;
        (closed > 0).then_some(closed)
    }

    /// One more unit of a work centre; the seconds that the demand works there.
    fn add_unit(&mut self, work_center: &str, why: &Why) -> Option<Seconds> {
        let center = self.net.centers.binary_search_by(|n| n.as_str().cmp(work_center)).ok()?;
        let center = &mut self.state.shop.centers[center];
        center.resource.units = center.resource.units.checked_add(1)?;
        if let Some(sequence) = &mut center.sequence {
            sequence.units.push(Vec::new());
        }
        let there = |kind: &LinkKind| matches!(kind, LinkKind::Work { work_center: at } if at == work_center);
        let works = why.chain.iter().filter(|l| there(&l.kind));
        Some(works.map(|l| vocab::seconds_between(l.from, l.to)).sum())
    }

    /// The largest order for a thing that serves a want.
    fn largest_order(&self, want: WantId, spec: &SpecId) -> Option<Micros> {
        let item = self.net.by_spec.get(spec)?;
        let orders = Service::of(&self.state, want).orders;
        let orders = orders.iter().filter_map(|id| self.state.order(*id)).filter(|o| o.item == *item);
        orders.map(|o| o.quantity).max()
    }

    fn change_net(&mut self, change: impl FnOnce(&mut Net) -> Option<Seconds>) -> Option<Seconds> {
        change(Arc::make_mut(&mut self.net))
    }
}

impl Net {
    /// Lots of an item for half of `quantity` at most; the set-up that it takes.
    fn split(&mut self, spec: &SpecId, quantity: Micros) -> Option<Seconds> {
        let item = *self.by_spec.get(spec)?;
        let recipe = self.items[item as usize].recipe.as_mut()?;
        recipe.lot = recipe.lot.half_of(quantity)?;
        Some(recipe.steps.iter().filter_map(|s| s.places.first()).map(|p| p.setup).sum())
    }

    /// A purchase in half the time; the seconds of haste.
    fn hasten(&mut self, spec: &SpecId) -> Option<Seconds> {
        let item = *self.by_spec.get(spec)?;
        let purchase = self.items[item as usize].purchase.as_mut()?;
        let haste = purchase.lead_time / 2;
        purchase.lead_time -= haste;
        (haste > 0).then_some(haste)
    }
}
