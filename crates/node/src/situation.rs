//! The node as a site planner sees it, and what that planner says: why an order is ready when it is, what would help,
//! and what would be if there were more to do, more hours or a machine less.
//!
//! Everything here is reckoned on a plan made for the question; the live plan is neither moved nor held back.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::orders::{Held, Order};
use crate::view::*;
use crate::words::words;
use planning::site::{
    Options, Planner, Receipt, SiteChange, SiteDemand, Situation, StockLot, Work, WorkProcess,
};
use planning::{Model, Purchase};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, Phrase, RecordId, SpecId, Timestamp};

/// Most orders that are planned together for a question.
const ORDERS_MAX: usize = 1_000;
/// Most demands, and most stretches of time, of one question.
const ASKED_MAX: usize = 100;
/// How hard to try for a question.
const OPTIONS: Options = Options { passes: 1 };

impl Node {
    /// Why an order is ready when it is, and what would help; `None` for one that is not planned.
    ///
    /// # Errors
    /// What planning says against the model; more orders than can be planned at once.
    pub fn why(&self, id: &RecordId, now: Timestamp) -> Result<Option<WhyView>> {
        let Some(order) = self.orders.get(id) else { return Ok(None) };
        let Some((held, _)) = order.planned() else { return Ok(None) };
        let late_s = self.late_s(order, held.plan.promise);
        let mut planner = self.site_planner(&self.site_model(), now)?;
        let name = id.to_string();
        // what has been delivered waits for nothing
        let Ok(why) = planner.why(&name) else {
            return Ok(Some(WhyView {
                on_time: late_s == 0,
                late_s,
                earliest: None,
                chain: vec![],
                relief: vec![],
            }));
        };
        let chain = why.chain.iter().map(WhyLink::of).collect();
        let relief = planner.relief(&name)?.iter().map(ReliefView::of).collect();
        Ok(Some(WhyView { on_time: late_s == 0, late_s, earliest: why.earliest, chain, relief }))
    }

    /// What would be promised, and which orders would move, if all that is asked were so. Changes nothing.
    ///
    /// # Errors
    /// As [`Node::why`]; a work centre that there is not; too long a question.
    pub fn what_if(&self, asked: &WhatIf, now: Timestamp) -> Result<WhatIfView> {
        let long = [asked.demands.len(), asked.overtime.len(), asked.down.len()].into_iter().max();
        if long > Some(ASKED_MAX) {
            return Err(Error::Limit {
                what: words("what-if", "假设"),
                limit: ASKED_MAX,
                remedy: words("ask for less at once", "请减少一次询问的内容"),
            });
        }
        let mut longer = self.site_model();
        let before = self.site_planner(&longer, now)?.plan();
        for hours in &asked.overtime {
            let center = longer.work_centers.get_mut(&hours.work_center).ok_or_else(|| Error::Field {
                field: words("work_center", "工作中心"),
                value: Phrase::plain(&hours.work_center),
                remedy: words("name one of the model", "请使用模型中的名称"),
            })?;
            // without a calendar it is open anyway
            if let Some(calendar) = &mut center.calendar {
                calendar.open_besides(hours.from, hours.to)?;
            }
        }
        longer.check()?;
        let mut planner = self.site_planner(&longer, now)?;
        let down = asked.down.iter().map(|d| SiteChange::Down {
            work_center: d.work_center.clone(),
            from: d.from,
            until: d.to,
        });
        planner.replan(&down.collect::<Vec<_>>())?;
        let then = planner.plan();
        let pairs = before.demands.iter().zip(&then.demands);
        let moved = pairs
            .filter(|(was, is)| (was.late_s, was.promise.is_none()) != (is.late_s, is.promise.is_none()));
        let moved = moved.filter_map(|(was, is)| {
            Some(WhatIfMoved { order: was.demand.parse().ok()?, from: was.promise, to: is.promise })
        });
        let moved = moved.collect();
        let mut promises = vec![];
        for (number, wanted) in asked.demands.iter().enumerate() {
            let demand = SiteDemand {
                id: format!("what-if {number}"),
                spec: wanted.spec.clone(),
                quantity: wanted.quantity,
                due: wanted.due,
                priority: 3,
            };
            let quote = planner.quote(&demand)?;
            let mut key = [0; 32];
            key[..8].copy_from_slice(&(number as u64).to_be_bytes());
            if quote.promise.is_some() {
                // the next one finds this one there
                planner.hold(&quote, RecordId(key))?;
            }
            let (promise, late_s) = (quote.promise, quote.late_s);
            let WhatIfDemand { spec, quantity, due } = wanted.clone();
            promises.push(WhatIfPromise { spec, quantity, due, promise, late_s });
        }
        Ok(WhatIfView { promises, moved })
    }

    /// A plan of everything, around the outages that are known.
    fn site_planner(&self, model: &Model, now: Timestamp) -> Result<Planner> {
        let mut planner = Planner::new(model, self.situation(now)?, &OPTIONS)?;
        let mut down = vec![];
        for center in self.outages.centers() {
            let known = self.outages.of(center).iter().filter(|o| o.until > now);
            down.extend(known.map(|o| SiteChange::Down {
                work_center: center.clone(),
                from: o.from,
                until: o.until,
            }));
        }
        planner.replan(&down)?;
        Ok(planner)
    }

    /// The model, with usual lead times for what is bought.
    fn site_model(&self) -> Model {
        let mut model = self.model.clone();
        let inputs = model.recipes.values().flat_map(|r| r.inputs.iter().map(|i| i.spec.clone()));
        let bought: BTreeSet<SpecId> = inputs.filter(|spec| !self.model.recipes.contains_key(spec)).collect();
        for spec in bought {
            if let Some(lead_time_s) = self.usual_lead_s(&spec) {
                let purchase = &mut model.items.entry(spec).or_default().purchase;
                purchase.get_or_insert(Purchase { lead_time_s, ..Purchase::default() });
            }
        }
        model
    }

    /// Where this node stands: what is here, what is on its way, what has begun, what is wanted.
    fn situation(&self, now: Timestamp) -> Result<Situation> {
        let planned: Vec<_> = self.orders.iter().filter_map(|o| Some((o, o.planned()?.0))).collect();
        if planned.len() > ORDERS_MAX {
            return Err(Error::Limit {
                what: words("orders planned together", "一起排产的订单"),
                limit: ORDERS_MAX,
                remedy: words("look at the plan instead", "请改看计划"),
            });
        }
        let mut lots: BTreeMap<RecordId, StockLot> = BTreeMap::new();
        for holding in self.stock.lots() {
            let (lot, spec) = (holding.lot.to_string(), holding.spec.clone());
            let new = StockLot { lot, spec, quantity: Decimal::ZERO, expires: self.expires(holding) };
            lots.entry(holding.lot).or_insert(new).quantity += holding.quantity;
        }
        let mut situation = Situation {
            now,
            stock: lots.into_values().collect(),
            receipts: vec![],
            work: vec![],
            demands: vec![],
        };
        for (order, held) in planned {
            situation.receipts.extend(held.chosen.values().filter_map(|deal| self.receipt(deal, now)));
            situation.work.extend(begun(held, now));
            situation.demands.extend(self.site_demand(order, held));
        }
        Ok(situation)
    }

    fn receipt(&self, deal: &RecordId, now: Timestamp) -> Option<Receipt> {
        let deal = self.deals.get(deal)?;
        let at = deal.expected(now).filter(|_| deal.is_awaited()).or(deal.quoted().map(|q| q.promise))?;
        let quantity = deal.quantity - deal.moved.accepted - deal.moved.rejected;
        let receipt = Receipt { id: deal.id.to_string(), spec: deal.spec.clone(), quantity, at: at.max(now) };
        quantity.is_positive().then_some(receipt)
    }

    fn site_demand(&self, order: &Order, held: &Held) -> Option<SiteDemand> {
        let shipped: Decimal = self.sales(order).map(|d| d.moved.shipped).sum();
        let quantity = order.quantity - shipped;
        let due = order.ask.due.or_else(|| self.promised(order)).unwrap_or(held.plan.promise);
        let id = order.id.to_string();
        let demand = SiteDemand { id, spec: order.spec.clone(), quantity, due: Some(due), priority: 2 };
        quantity.is_positive().then_some(demand)
    }
}

/// What of an order has begun and is not done.
fn begun(held: &Held, now: Timestamp) -> Vec<Work> {
    let all = || held.plan.processes.iter().zip(held.states());
    let mut found: Vec<Work> = vec![];
    let begun: BTreeSet<_> =
        all().filter(|(_, s)| *s != ProcessState::Planned).map(|(p, _)| &p.spec).collect();
    for spec in begun {
        let left = all().filter(|(p, state)| p.spec == *spec && *state != ProcessState::Done);
        let processes: Vec<_> = left
            .map(|(p, _)| WorkProcess {
                step: p.step,
                work_center: p.work_center.clone(),
                start: p.start,
                work_end: p.work_end.max(now),
                end: p.end.max(now),
                people: p.people.clone(),
                tool: p.tool.clone(),
                unit: p.unit,
            })
            .collect();
        let made = all().filter(|(p, _)| p.last && p.spec == *spec).map(|(p, _)| p.quantity).sum();
        if !processes.is_empty() {
            let id = format!("{} {spec}", held.reservation);
            found.push(Work { id, spec: spec.clone(), quantity: made, processes, inputs: vec![] });
        }
    }
    found
}
