//! A chain's orders, measured: what its firms promise beside the longest path and beside the planner who sees all.

use super::{Network, Orders, Works, central, due_s};
use crate::chain::{Chain, Reckoned};
use serde::Serialize;
use vocab::DAY_S;

/// What is ordered, under which limits.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// how many orders at most
    pub orders: usize,
    /// how busy a stage is, per cent; without limits each buyer orders once
    pub percent: Option<u32>,
    /// [`node::Policy::turn_ms`]
    pub turn_ms: u64,
    /// what all chance follows from
    pub seed: u64,
}

/// What came of it. Days and milliseconds are for people to read; nothing is reckoned from them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Measured {
    /// firms, each a node
    pub firms: usize,
    /// supply relations
    pub arcs: usize,
    /// orders placed
    pub orders: usize,
    /// orders that all firms concerned have signed
    pub agreed: usize,
    /// attempts beyond the first
    pub retries: u64,
    /// promises that equal the longest path
    pub longest_path: usize,
    /// enquiries between firms
    pub enquiries: u64,
    /// frames between them
    pub messages: u64,
    /// bytes in those
    pub bytes: u64,
    /// from order to agreement, mean of virtual milliseconds
    pub agreed_ms: f64,
    /// real milliseconds for one order, all nodes together
    pub real_ms: f64,
    /// days by which promises are later than due, all orders together
    pub late_days: f64,
    /// the same for the central planner
    pub central_late_days: f64,
    /// mean of the promises, days
    pub promise_days: f64,
    /// the same for the central planner
    pub central_promise_days: f64,
    /// invariants that broke
    pub breaches: Vec<String>,
}

/// Runs the orders with the chain's firms as independent nodes, and plans them with one merged model. Calls `told` with
/// how many orders are through, of how many.
///
/// # Errors
/// In words: what a node refused, or that a run did not end.
pub fn measure(
    chain: &Chain,
    reckoned: &Reckoned,
    setting: Setting,
    mut told: impl FnMut(usize, usize),
) -> Result<Measured, String> {
    let (works, orders) = match setting.percent {
        None => (Works::unlimited(chain), Orders::once_each(chain, setting.orders)),
        Some(percent) => (
            Works::limited(chain, reckoned, percent),
            Orders::in_rounds(chain, reckoned, setting.orders, setting.seed),
        ),
    };
    let count = orders.0.len();
    told(0, count);
    let mut network = Network::new(chain, reckoned, &works, setting.turn_ms, setting.seed)?;
    let outcome = network.run(&orders, |through| told(through, count))?;
    let seen = central(chain, &works, &orders)?;
    let late = |stage: usize, promise_s: i64| (promise_s - due_s(reckoned.longest_s[stage])).max(0);
    let agreed = &outcome.agreed;
    let days = |seconds: i64| seconds as f64 / DAY_S as f64;
    let each = agreed.len().max(1) as f64;
    Ok(Measured {
        firms: chain.stages.len(),
        arcs: chain.arcs(),
        orders: count,
        agreed: agreed.len(),
        retries: outcome.retries,
        longest_path: agreed.iter().filter(|a| a.promise_s == reckoned.longest_s[a.stage]).count(),
        enquiries: outcome.enquiries,
        messages: outcome.messages,
        bytes: outcome.bytes,
        agreed_ms: agreed.iter().map(|a| a.took_ms).sum::<i64>() as f64 / each,
        real_ms: outcome.real.as_secs_f64() * 1e3 / each,
        late_days: days(agreed.iter().map(|a| late(a.stage, a.promise_s)).sum()),
        central_late_days: days(agreed.iter().map(|a| late(a.stage, seen[a.place])).sum()),
        promise_days: days(agreed.iter().map(|a| a.promise_s).sum()) / each,
        central_promise_days: days(agreed.iter().map(|a| seen[a.place]).sum()) / each,
        breaches: network.world.breaches().to_vec(),
    })
}
