//! One-site planning problems in a neutral form, as other planners read them too.
//!
//! [`Neutral`] is such a problem: bills of material, machines, suppliers, stock and demands, with times in minutes
//! from 2026-01-01T00:00Z. It becomes a [`Model`] and a [`Situation`]; [`NeutralPlan`] is a plan in the same form.
//! Every set-up and every run of one unit is rounded to whole seconds, at least one.

use crate::site::{SiteDemand, SitePlan, Situation, StockLot};
use crate::{
    Alternative, Calendar, Error, Input, Item, LotSize, Model, Purchase, Recipe, Result, Shift, Step,
    Weekday, WorkCenter,
};
use jiff::civil::time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{Decimal, Phrase, SpecId, Timestamp, after, phrase, seconds_between};

/// A one-site planning problem. Items are numbers; machines have one unit.
#[derive(Clone, Debug, Deserialize)]
pub struct Neutral {
    /// what else is to be known
    #[serde(default)]
    pub meta: NeutralMeta,
    /// inputs per unit, by what is made: pairs of item and quantity
    pub bom: BTreeMap<String, Vec<(u32, u32)>>,
    /// where it may be made, by what is made
    pub ops: BTreeMap<String, Vec<NeutralOp>>,
    /// lot sizes of what is made
    pub lot: BTreeMap<String, NeutralLot>,
    /// how the rest is bought
    pub supply: BTreeMap<String, NeutralSupply>,
    /// what is in stock, by item
    pub stock: Vec<u64>,
    /// what is wanted
    pub demands: Vec<NeutralDemand>,
}

/// What else is to be known of a problem.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NeutralMeta {
    /// 1 = machines run 06:00 to 22:00 from Monday to Friday, 0 = round the clock
    #[serde(default)]
    pub cal: u32,
}

/// A machine on which an item may be made.
#[derive(Clone, Debug, Deserialize)]
pub struct NeutralOp {
    /// which
    pub resource: u32,
    /// minutes once
    pub setup_min: f64,
    /// minutes for each unit
    pub per_unit_min: f64,
}

/// A lot size.
#[derive(Clone, Debug, Deserialize)]
pub struct NeutralLot {
    /// at least so many
    pub min: u32,
    /// a multiple of so many
    pub mult: u32,
}

/// A supplier's terms.
#[derive(Clone, Debug, Deserialize)]
pub struct NeutralSupply {
    /// days from order to arrival
    pub lead_days: u32,
    /// at least so many
    pub min: u32,
    /// a multiple of so many
    pub mult: u32,
}

/// A demand.
#[derive(Clone, Debug, Deserialize)]
pub struct NeutralDemand {
    /// its number
    pub id: u32,
    /// what
    pub item: u32,
    /// how many
    pub qty: u32,
    /// minutes from the start
    pub due_min: i64,
    /// 1 = first
    pub prio: u8,
}

/// A plan for a [`Neutral`] problem.
#[derive(Clone, Debug, Serialize)]
pub struct NeutralPlan {
    make: Vec<NeutralMake>,
    buy: Vec<NeutralBuy>,
    deliver: Vec<NeutralDelivery>,
}

#[derive(Clone, Debug, Serialize)]
struct NeutralMake {
    item: u32,
    resource: u32,
    start_min: f64,
    end_min: f64,
    qty: f64,
}

#[derive(Clone, Debug, Serialize)]
struct NeutralBuy {
    item: u32,
    order_min: f64,
    arrive_min: f64,
    qty: f64,
}

#[derive(Clone, Debug, Serialize)]
struct NeutralDelivery {
    demand: u32,
    at_min: f64,
    qty: f64,
}

/// When the clock of a neutral problem begins.
fn start() -> Timestamp {
    after(Timestamp::UNIX_EPOCH, 1_767_225_600)
}

impl Neutral {
    /// The problem as a model and a situation.
    ///
    /// # Errors
    /// [`Error::Model`] for an item that is no number or a time out of range.
    pub fn compile(&self) -> Result<(Model, Situation)> {
        let mut model = Model::default();
        let weekdays = || Calendar {
            zone: "UTC".into(),
            shifts: vec![Shift {
                days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
                from: time(6, 0, 0, 0),
                to: time(22, 0, 0, 0),
            }],
            holidays: vec![],
            closed: vec![],
            overtime: vec![],
        };
        for op in self.ops.values().flatten() {
            let calendar = (self.meta.cal == 1).then(weekdays);
            let center = WorkCenter { calendar, ..WorkCenter::default() };
            model.work_centers.insert(op.resource.to_string(), center);
        }
        for (item, ops) in &self.ops {
            let spec = spec(item)?;
            let mut recipe = Recipe::new(spec.clone());
            for (input, quantity) in self.bom.get(item).into_iter().flatten() {
                recipe.inputs.push(Input::new(self::spec(&input.to_string())?, Decimal::from(*quantity)));
            }
            let mut places = Vec::with_capacity(ops.len());
            for op in ops {
                places.push(Alternative {
                    work_center: op.resource.to_string(),
                    setup_s: seconds(item, op.setup_min)?,
                    run_s: seconds(item, op.per_unit_min)?,
                });
            }
            if !places.is_empty() {
                let first = places.remove(0);
                recipe.steps.push(Step {
                    name: "make".into(),
                    work_center: first.work_center,
                    setup_s: first.setup_s,
                    run_s: first.run_s,
                    alternatives: places,
                    ..Step::default()
                });
            }
            recipe.lot = self.lot.get(item).map(|l| lot(l.min, l.mult)).unwrap_or_default();
            model.recipes.insert(spec, recipe);
        }
        for (item, supply) in &self.supply {
            let lead_time_s = i64::from(supply.lead_days) * vocab::DAY_S;
            let purchase = Purchase { lead_time_s, lot: lot(supply.min, supply.mult), calendar: None };
            model.items.insert(spec(item)?, Item { purchase: Some(purchase), ..Item::default() });
        }
        let mut stock = Vec::new();
        for (item, quantity) in self.stock.iter().enumerate().filter(|(_, q)| **q > 0) {
            let lot = item.to_string();
            let quantity = Decimal::from(i64::try_from(*quantity).unwrap_or(i64::MAX));
            stock.push(StockLot { spec: spec(&lot)?, lot, quantity, expires: None });
        }
        let mut demands = Vec::with_capacity(self.demands.len());
        for demand in &self.demands {
            demands.push(SiteDemand {
                id: demand.id.to_string(),
                spec: spec(&demand.item.to_string())?,
                quantity: Decimal::from(demand.qty),
                due: Some(after(start(), demand.due_min.saturating_mul(60))),
                priority: demand.prio,
            });
        }
        Ok((model, Situation { now: start(), stock, receipts: vec![], work: vec![], demands }))
    }
}

impl NeutralPlan {
    /// A plan of a problem that [`Neutral::compile`] compiled, in its form.
    pub fn of(plan: &SitePlan) -> Self {
        let minutes = |t: Timestamp| seconds_between(start(), t) as f64 / 60.0;
        let number = |text: &str| text.parse().unwrap_or(u32::MAX);
        let make = plan.make.iter().filter_map(|order| {
            let process = order.processes.first()?;
            Some(NeutralMake {
                item: number(order.spec.as_str()),
                resource: number(&process.work_center),
                start_min: minutes(process.start),
                end_min: minutes(process.end),
                qty: order.quantity.to_f64_lossy(),
            })
        });
        let buy = plan.buy.iter().map(|purchase| NeutralBuy {
            item: number(purchase.spec.as_str()),
            order_min: minutes(purchase.order_at),
            arrive_min: minutes(purchase.arrives),
            qty: purchase.quantity.to_f64_lossy(),
        });
        let deliver = plan.deliver.iter().map(|delivery| NeutralDelivery {
            demand: number(&delivery.demand),
            at_min: minutes(delivery.at),
            qty: delivery.quantity.to_f64_lossy(),
        });
        Self { make: make.collect(), buy: buy.collect(), deliver: deliver.collect() }
    }
}

fn spec(item: &str) -> Result<SpecId> {
    item.parse().map_err(|_| wrong(item, phrase("item", "物料"), item))
}

fn lot(min: u32, mult: u32) -> LotSize {
    let at_least = |n: u32| if n <= 1 { Decimal::ZERO } else { Decimal::from(n) };
    LotSize { minimum: at_least(min), maximum: None, multiple: at_least(mult) }
}

/// Whole seconds, at least one, halves to the even one.
fn seconds(item: &str, minutes: f64) -> Result<i64> {
    let seconds = (minutes * 60.0).round_ties_even();
    if !(0.0..=crate::HORIZON_S as f64).contains(&seconds) {
        return Err(wrong(item, phrase("minutes", "分钟数"), minutes));
    }
    Ok((seconds as i64).max(1))
}

fn wrong(item: &str, what: Phrase, value: impl std::fmt::Display) -> Error {
    Error::Model {
        at: phrase(format!("item '{item}'"), format!("物料“{item}”")),
        what,
        value: Phrase::plain(value),
        remedy: phrase("give a number from 0 up to ten years", "请给出 0 至十年之间的数"),
    }
}
