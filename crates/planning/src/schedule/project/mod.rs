//! Searching a project: a priority rule, a lower bound, and then a genetic search of activity lists.
//!
//! Lists are crossed at two points (Hartmann, "A competitive genetic algorithm for resource-constrained project
//! scheduling", Naval Research Logistics 45, 1998), and every child is scheduled and justified to the right and to
//! the left (Valls, Ballestin, Quintanilla, "Justification and RCPSP", EJOR 165, 2005).

mod bound;
mod genetic;
mod network;

use super::search::Pace;
use super::{Outcome, Progress, Project};
use crate::random::Random;
use genetic::Nursery;
use network::Network;

pub(super) fn search(project: &Project, seed: u64, keep_going: impl FnMut(&Progress) -> bool) -> Outcome {
    let mut nursery = Nursery::new(project, Random::new(seed));
    let first = nursery.by_rule();
    let bound = bound::lower_bound(project, nursery.network());
    let mut pace = Pace::new(Network::schedule(first.makespan, &first.starts), bound, keep_going);
    while !pace.is_over() {
        nursery.generation(&mut pace);
    }
    pace.finish()
}
