//! The planner that sees everything: all recipes and work places in one model, one capacity, nobody to ask.

use super::{Orders, Works};
use crate::chain::Chain;
use crate::world;
use planning::{Capacity, Demand};
use std::collections::BTreeMap;
use vocab::{DAY_S, Decimal, RecordId, after, seconds_between};

/// Promises to `orders`, in seconds after each was placed, by [`planning::explode`] and [`planning::place`] on one
/// merged model, each around all before it.
///
/// # Errors
/// In words, what the planner says.
pub fn central(chain: &Chain, works: &Works, orders: &Orders) -> Result<Vec<i64>, String> {
    let model = works.model(chain, 0..chain.stages.len());
    let mut capacity = Capacity::default();
    let promise = |(n, order): (usize, &super::Ordered)| {
        let start = order.at(world::start());
        // as a node does
        capacity.forget_before(after(start, -DAY_S));
        let demand = Demand { spec: chain.stages[order.stage].id.clone(), quantity: Decimal::ONE };
        let explosion = planning::explode(&model, &demand, &BTreeMap::new())?;
        let plan = planning::place(&model, &explosion, &BTreeMap::new(), &capacity, start)?;
        let mut key = [0; 32];
        key[..8].copy_from_slice(&(n as u64).to_be_bytes());
        capacity.reserve(RecordId(key), &plan);
        Ok(seconds_between(start, plan.promise))
    };
    orders.0.iter().enumerate().map(promise).collect::<planning::Result<_>>().map_err(|e| e.to_string())
}
