//! Searching a shop: dispatching rules, a lower bound, and then moves of critical operations.

mod bound;
mod dispatch;
mod graph;

use super::random::Random;
use super::search::Pace;
use super::{Outcome, Progress, Shop};
use dispatch::{Rule, dispatch};
use graph::Graph;

pub(super) fn search(shop: &Shop, seed: u64, keep_going: impl FnMut(&Progress) -> bool) -> Outcome {
    let mut random = Random::new(seed);
    let mut graphs = [Rule::MostWorkLeft, Rule::FirstCome, Rule::Shortest]
        .map(|rule| Graph::new(shop, &dispatch(shop, rule, &mut random)));
    graphs.sort_by_key(Graph::makespan);
    let mut pace = Pace::new(graphs[0].schedule(), bound::lower_bound(shop), keep_going);
    while !pace.is_over() {
        let graph = Graph::new(shop, &dispatch(shop, Rule::Mixed, &mut random));
        pace.moved(graph.makespan(), || graph.schedule());
    }
    pace.finish()
}
