//! Why a demand is late: the chain of what it waited for, from its delivery back to now.
//!
//! [`Planner::why`] plans the demand once more as early as it can be, with all else in place, and follows from the
//! delivery what came last: the work that made it, the wait for its work centre or for opening hours, the input that
//! was there last, down to a purchase or to now. Nothing is changed.

use super::Planner;
use super::serve::serve;
use super::state::{OrderId, Source, SupplyId, WantId};
use crate::Result;
use crate::shop::Seconds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use vocab::{Phrase, SpecId, Timestamp, phrase};

/// Most links of a chain.
const CHAIN_MAX: usize = 512;

/// Why a demand is met when it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Why {
    /// the demand
    pub demand: String,
    /// the earliest delivery with all else in place; `None` = it cannot be met
    pub earliest: Option<Timestamp>,
    /// seconds after the due date; 0 = on time
    pub late_s: i64,
    /// what it waits for, the last first
    pub chain: Vec<Link>,
}

/// One stretch of time on the way to a delivery, and what it was spent on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// on what
    #[serde(flatten)]
    pub kind: LinkKind,
    /// of the order that makes it, or the purchase
    pub spec: SpecId,
    /// from when
    pub from: Timestamp,
    /// until when
    pub to: Timestamp,
}

/// What a stretch of time is spent on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LinkKind {
    /// it is worked on
    Work {
        /// where
        work_center: String,
    },
    /// the work centre, its people or its tool are busy with something else
    Capacity {
        /// where
        work_center: String,
        /// what runs right before on that work centre
        #[serde(default, skip_serializing_if = "Option::is_none")]
        behind: Option<SpecId>,
    },
    /// the work centre is closed
    Calendar {
        /// where
        work_center: String,
    },
    /// it dries, travels, or is with another firm
    LeadTime,
    /// it is bought
    Material,
    /// it comes from stock, a receipt or fixed work
    Release,
}

impl Link {
    /// It in words.
    pub fn said(&self) -> Phrase {
        let spec = &self.spec;
        match &self.kind {
            LinkKind::Work { work_center } => phrase(
                format!("{spec} is worked on at {work_center}"),
                format!("{spec} 在 {work_center} 加工"),
            ),
            LinkKind::Capacity { work_center, behind: Some(behind) } => phrase(
                format!("{spec} waits for {work_center} behind {behind}"),
                format!("{spec} 在 {work_center} 排在 {behind} 之后等待"),
            ),
            LinkKind::Capacity { work_center, behind: None } => {
                phrase(format!("{spec} waits for {work_center}"), format!("{spec} 等待 {work_center}"))
            }
            LinkKind::Calendar { work_center } => phrase(
                format!("{spec} waits until {work_center} opens"),
                format!("{spec} 等待 {work_center} 开工"),
            ),
            LinkKind::LeadTime => phrase(format!("{spec} dries or is away"), format!("{spec} 静置或外协中")),
            LinkKind::Material => phrase(format!("{spec} is being bought"), format!("{spec} 采购中")),
            LinkKind::Release => phrase(format!("{spec} is awaited"), format!("等待 {spec} 到位")),
        }
    }
}

impl Planner {
    /// Why `demand` is met when it is.
    ///
    /// # Errors
    /// [`Error::Unknown`](crate::Error::Unknown) for a demand that the plan does not have.
    pub fn why(&mut self, demand: &str) -> Result<Why> {
        let id = self.find(demand)?;
        let mark = self.state.mark();
        self.state.drop_service(&self.net, id);
        // as early as can be, not as late as may be
        let due = self.state.wants[id as usize].due;
        serve(&self.net, &mut self.state, id);
        let want = &self.state.wants[id as usize];
        let earliest = want.at.map(|at| self.net.instant(at));
        let late_s = want.at.zip(due).map_or(0, |(at, due)| (at - due).max(0));
        let chain = self.chain(id);
        self.state.roll_back(&self.net, mark);
        Ok(Why { demand: demand.to_owned(), earliest, late_s, chain })
    }

    fn chain(&self, want: WantId) -> Vec<Link> {
        let mut chain = Vec::new();
        let latest = |supplies: &mut dyn Iterator<Item = SupplyId>| {
            supplies.filter_map(|id| Some((self.state.supply(id)?.at, id))).max()
        };
        let mut next = latest(&mut self.state.wants[want as usize].taken.iter().map(|t| t.supply));
        while let Some((at, id)) = next.filter(|_| chain.len() < CHAIN_MAX) {
            let Some(supply) = self.state.supply(id) else { break };
            let own = |kind, from| self.link(kind, supply.item, from, at);
            next = None;
            match supply.source {
                Source::Stock(_) => {}
                Source::Receipt(_) => chain.push(own(LinkKind::Release, 0)),
                Source::Buy => chain.push(own(LinkKind::Material, at - self.lead_time(supply.item))),
                Source::Make(order) => {
                    let Some(made) = self.state.order(order) else { break };
                    if made.fixed.is_some() {
                        chain.push(own(LinkKind::Release, 0));
                        break;
                    }
                    let inputs = latest(&mut made.taken.iter().map(|t| t.supply));
                    let ready = inputs.map_or(0, |(at, _)| at).max(0);
                    self.stages(order, ready, &mut chain);
                    next = inputs;
                }
            }
        }
        chain.truncate(CHAIN_MAX);
        chain
    }

    fn lead_time(&self, item: u32) -> Seconds {
        self.net.items[item as usize].purchase.as_ref().map_or(0, |p| p.lead_time)
    }

    fn link(&self, kind: LinkKind, item: u32, from: Seconds, to: Seconds) -> Link {
        let spec = self.net.items[item as usize].spec.clone();
        Link { kind, spec, from: self.net.instant(from), to: self.net.instant(to) }
    }

    /// The links of one order whose inputs are there at `ready`, the last step first.
    fn stages(&self, id: OrderId, ready: Seconds, chain: &mut Vec<Link>) {
        let Some(order) = self.state.order(id) else { return };
        let steps = self.net.steps(order.item);
        for (index, (step, stage)) in steps.iter().zip(&order.stages).enumerate().rev() {
            let slot = &stage.slot;
            let mut push = |kind, from, to| {
                if from < to {
                    chain.push(self.link(kind, order.item, from, to));
                }
            };
            push(LinkKind::LeadTime, slot.work_end, stage.end);
            let Some(place) = step.places.get(slot.place as usize) else { continue };
            let work_center = self.net.centers[place.center as usize].clone();
            push(LinkKind::Work { work_center: work_center.clone() }, slot.start, slot.work_end);
            let before = index.checked_sub(1).map_or(ready, |i| order.stages[i].end);
            let mut clock = self.state.shop.centers[place.center as usize].resource.clock.clone();
            let opens = clock.forward(before, 1).map_or(before, |(start, _)| start).min(slot.start);
            let behind = self.behind(place.center, slot.start);
            push(LinkKind::Capacity { work_center: work_center.clone(), behind }, opens, slot.start);
            push(LinkKind::Calendar { work_center }, before, opens);
        }
    }

    /// What runs last on a work centre up to `start`.
    fn behind(&self, center: u32, start: Seconds) -> Option<SpecId> {
        let item = self.before(center, start)?.1;
        Some(self.net.items[item as usize].spec.clone())
    }

    /// The order, and its item, that runs last on a work centre up to `start`.
    fn before(&self, center: u32, start: Seconds) -> Option<(OrderId, u32)> {
        let ends = self.state.orders().flat_map(|(id, order)| {
            let stages = self.net.steps(order.item).iter().zip(&order.stages);
            let there = stages.filter(move |(step, stage)| {
                let place = step.places.get(stage.slot.place as usize);
                place.is_some_and(|p| p.center == center)
                    && stage.slot.work_end <= start
                    && stage.slot.start < stage.slot.work_end
            });
            there.map(move |(_, stage)| (stage.slot.work_end, id, order.item))
        });
        ends.max().map(|(_, id, item)| (id, item))
    }

    /// The demands whose work stands right before the waits of `why`, and that may wait for it: of a priority no
    /// higher than `priority`.
    pub(crate) fn in_the_way(&self, why: &Why, priority: u8) -> BTreeSet<WantId> {
        let mut orders = BTreeSet::new();
        for link in &why.chain {
            if let LinkKind::Capacity { work_center, .. } = &link.kind
                && let Ok(center) = self.net.centers.binary_search(work_center)
            {
                let start = self.net.seconds(link.to);
                orders.extend(self.before(center as u32, start).map(|(id, _)| id));
            }
        }
        let wants = self.served_by(&orders).into_iter();
        wants.filter(|id| self.state.wants[*id as usize].priority >= priority).collect()
    }
}
