//! The same problems solved by HiGHS, a solver that shares no code with this project: does it agree?
//!
//! In floats, so to about six digits. Compiled with the feature `highs` only: it needs CMake, a C++ compiler and libclang.

use crate::Result;
use good_lp::solvers::highs::highs;
use good_lp::{Expression, Solution, SolverModel, WithMipGap, constraint, variable, variables};
use market::planner;
use sim::retail::Instance;
use std::collections::BTreeMap;

/// Micros of a pound in a pound.
const MICROS: f64 = 1e6;

/// Who should supply which lot where lots may be divided: the linear programme, in pounds.
pub(crate) fn transport(instance: &Instance) -> Result<f64> {
    let mut variables = variables!();
    let mut worth = Expression::default();
    let mut taken: Vec<Expression> = instance.capacities.iter().map(|_| Expression::default()).collect();
    let mut served: Vec<(Expression, f64)> = vec![];
    for lot in &instance.lots {
        let load = lot.load as f64;
        let mut all = Expression::default();
        for (supplier, taken) in taken.iter_mut().enumerate() {
            let gain = instance.gain(lot, supplier) as f64 / MICROS;
            if gain > 0.0 {
                let part = variables.add(variable().min(0.0));
                worth += gain * part;
                all += part;
                *taken += part;
            }
        }
        served.push((all, load));
    }
    let mut problem = variables.maximise(worth.clone()).using(highs);
    for (all, load) in served {
        problem.add_constraint(constraint!(all <= load));
    }
    for (taken, capacity) in taken.into_iter().zip(&instance.capacities) {
        problem.add_constraint(constraint!(taken <= *capacity as f64));
    }
    Ok(problem.solve()?.eval(&worth))
}

/// What no plan can exceed at `prices`, each product by itself solved to the optimum as an integer programme, in pounds.
pub(crate) fn bound(instance: &planner::Instance, prices: &[i64]) -> Result<f64> {
    let price = |supplier: u32| prices[supplier as usize] as f64 / planner::PRICE_LOAD as f64;
    let capacities = instance.capacities.iter().zip(prices);
    let sold: f64 = capacities.map(|(c, price)| *c as f64 * *price as f64 / planner::PRICE_LOAD as f64).sum();
    let mut products: BTreeMap<u32, Vec<&planner::Need>> = BTreeMap::new();
    instance.needs.iter().for_each(|need| products.entry(need.product).or_default().push(need));
    let mut all = sold / MICROS;
    for (product, needs) in products {
        let mut variables = variables!();
        let mut worth = Expression::default();
        let mut made = BTreeMap::new();
        let mut rules = vec![];
        for need in needs {
            let mut once = Expression::default();
            for way in &need.ways {
                let net = (way.gain as f64 - price(way.supplier) * way.load as f64) / MICROS;
                if net > 0.0 {
                    let site =
                        *made.entry(way.supplier).or_insert_with(|| variables.add(variable().binary()));
                    let here = variables.add(variable().min(0.0));
                    worth += net * here;
                    once += here;
                    rules.push(constraint!(here <= site));
                }
            }
            rules.push(constraint!(once <= 1.0));
        }
        for (supplier, site) in &made {
            let setup = instance.setups.get(&(product, *supplier)).copied().unwrap_or(0);
            worth -= (setup as f64 / MICROS) * *site;
        }
        if made.is_empty() {
            continue;
        }
        let mut problem = variables.maximise(worth.clone()).using(highs).with_mip_gap(0.0)?;
        for rule in rules {
            problem.add_constraint(rule);
        }
        all += problem.solve()?.eval(&worth);
    }
    Ok(all)
}
