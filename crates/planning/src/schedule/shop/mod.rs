//! Searching a shop: dispatching rules, a lower bound, and then moves of critical operations.
//!
//! [`elite`] leads the search, [`tabu`] walks from schedule to schedule, [`moves`] says where it can step, and
//! [`graph`] is the schedule it stands on.

mod bound;
mod dispatch;
mod elite;
mod graph;
mod moves;
mod tabu;

use super::search::Pace;
use super::{Outcome, Progress, Shop};
use crate::random::Random;
use dispatch::{Rule, dispatch};
use elite::Elite;
use graph::Graph;

pub(super) fn search(shop: &Shop, seed: u64, keep_going: impl FnMut(&Progress) -> bool) -> Outcome {
    let mut random = Random::new(seed);
    let mut graphs = [Rule::MostWorkLeft, Rule::FirstCome, Rule::Shortest]
        .map(|rule| Graph::new(shop, &dispatch(shop, rule, &mut random)));
    graphs.sort_by_key(Graph::makespan);
    let mut pace = Pace::new(graphs[0].schedule(), bound::lower_bound(shop), keep_going);
    let first = graphs[0].sequence();
    let mut elite = Elite::new(shop, &first, random);
    let mut start = Some(&first);
    while !pace.is_over() {
        elite.generation(start.take(), &mut pace);
    }
    pace.finish()
}
