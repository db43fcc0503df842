//! Lists of activities that are crossed, scheduled, justified, and displace worse ones.

use super::network::{Network, Way};
use crate::random::Random;
use crate::schedule::search::Pace;
use crate::schedule::{Progress, Project};
use std::cmp::Reverse;

/// How many lists live at a time: at first, and at most, doubled whenever a population is of no more use.
const POPULATIONS: [usize; 2] = [40, 320];
/// Children for each list in a row that were of no use, after which a new population is raised.
const BARREN_MAX: usize = 20;
/// How often two neighbours in a child's list change places, in a thousand.
const MUTATIONS: usize = 150;

/// A list and what comes of it.
#[derive(Clone)]
pub(super) struct Individual {
    list: Vec<usize>,
    pub(super) starts: Vec<u32>,
    pub(super) makespan: u32,
}

pub(super) struct Nursery<'a> {
    network: Network<'a>,
    random: Random,
    /// latest starts: the smaller, the more urgent
    urgency: Vec<u32>,
    /// places in an order that holds all precedences
    ranks: Vec<usize>,
    taken: Vec<bool>,
    size: usize,
}

impl<'a> Nursery<'a> {
    pub(super) fn new(project: &'a Project, random: Random) -> Self {
        let network = Network::new(project);
        let tails = network.paths(Way::FromEnd);
        let longest = (0..network.len()).map(|n| tails[n] + network.duration(n)).max().unwrap_or(0);
        let urgency = (0..network.len()).map(|n| longest - tails[n] - network.duration(n)).collect();
        let mut ranks = vec![0; network.len()];
        project.order().iter().enumerate().for_each(|(rank, n)| ranks[*n] = rank);
        let taken = vec![false; network.len()];
        Self { network, random, urgency, ranks, taken, size: POPULATIONS[0] }
    }

    pub(super) fn network(&self) -> &Network<'a> {
        &self.network
    }

    /// By the rule of the latest start.
    pub(super) fn by_rule(&mut self) -> Individual {
        let list = self.list(|urgency, _| urgency);
        self.raise(list)
    }

    /// A list in which none stands before one it waits for, the smallest `rank` of an urgency first.
    fn list(&mut self, rank: impl Fn(u32, &mut Random) -> u32) -> Vec<usize> {
        let count = self.network.len();
        let ranks: Vec<u32> = self.urgency.iter().map(|urgency| rank(*urgency, &mut self.random)).collect();
        let mut waits: Vec<usize> = (0..count).map(|n| self.network.before(n).len()).collect();
        let ready = (0..count).filter(|n| waits[*n] == 0);
        let mut ready: std::collections::BTreeSet<(u32, usize)> = ready.map(|n| (ranks[n], n)).collect();
        let mut list = Vec::with_capacity(count);
        while let Some((_, next)) = ready.pop_first() {
            list.push(next);
            for &after in self.network.after(next) {
                waits[after] -= 1;
                if waits[after] == 0 {
                    ready.insert((ranks[after], after));
                }
            }
        }
        list
    }

    /// Schedules a list, pushes everything to the right and then to the left again, and orders it by start.
    fn raise(&mut self, mut list: Vec<usize>) -> Individual {
        let (network, ranks) = (&mut self.network, &self.ranks);
        let mut starts = vec![0; list.len()];
        let straight = network.serial(&list, Way::FromStart, &mut starts);
        if self.random.permille(500) {
            list.sort_unstable_by_key(|n| (starts[*n], ranks[*n]));
            return Individual { list, starts, makespan: straight };
        }
        list.sort_unstable_by_key(|n| Reverse((starts[*n] + network.duration(*n), ranks[*n])));
        network.serial(&list, Way::FromEnd, &mut starts);
        list.sort_unstable_by_key(|n| (Reverse(starts[*n] + network.duration(*n)), ranks[*n]));
        let makespan = network.serial(&list, Way::FromStart, &mut starts);
        list.sort_unstable_by_key(|n| (starts[*n], ranks[*n]));
        Individual { list, starts, makespan }
    }

    /// Between two cuts the mother's list, in the father's order; now and then two neighbours change places.
    fn cross(&mut self, mother: &[usize], father: &[usize]) -> Vec<usize> {
        let cuts = [self.random.below(mother.len() + 1), self.random.below(mother.len() + 1)];
        let (from, to) = (cuts[0].min(cuts[1]), cuts[0].max(cuts[1]));
        let mut child = mother[..from].to_vec();
        self.taken.fill(false);
        child.iter().for_each(|n| self.taken[*n] = true);
        for &n in father {
            if child.len() < to && !self.taken[n] {
                self.taken[n] = true;
                child.push(n);
            }
        }
        child.extend(mother.iter().filter(|n| !self.taken[**n]));
        for at in 1..child.len() {
            let (left, right) = (child[at - 1], child[at]);
            if self.random.permille(MUTATIONS) && !self.network.before(right).contains(&left) {
                child.swap(at - 1, at);
            }
        }
        child
    }

    /// Raises children of a new population until they are of no more use.
    pub(super) fn generation<F: FnMut(&Progress) -> bool>(&mut self, pace: &mut Pace<F>) {
        let mut population: Vec<Individual> = vec![];
        while population.len() < self.size && !pace.is_over() {
            let list = self.list(|urgency, random| {
                if random.permille(500) {
                    random.below(urgency as usize + 20) as u32
                } else {
                    urgency / 2 + random.below(urgency as usize + 2) as u32
                }
            });
            self.admit(list, &mut population, pace);
        }
        let mut barren = 0;
        while barren < BARREN_MAX * self.size && population.len() > 1 && !pace.is_over() {
            let [mother, father] = [(); 2].map(|()| {
                let [a, b] = [(); 2].map(|()| &population[self.random.below(population.len())]);
                if a.makespan <= b.makespan { a } else { b }
            });
            let list = self.cross(&mother.list, &father.list);
            barren = if self.admit(list, &mut population, pace) { 0 } else { barren + 1 };
        }
        self.size = (2 * self.size).min(POPULATIONS[1]);
    }

    /// Whether the list is of use: no worse than the worst, which it displaces, and unlike all.
    fn admit<F: FnMut(&Progress) -> bool>(
        &mut self,
        list: Vec<usize>,
        population: &mut Vec<Individual>,
        pace: &mut Pace<F>,
    ) -> bool {
        let child = self.raise(list);
        pace.moved(child.makespan, || Network::schedule(child.makespan, &child.starts));
        if population.iter().any(|other| other.makespan == child.makespan && other.starts == child.starts) {
            return false;
        }
        if population.len() < self.size {
            population.push(child);
            return true;
        }
        let worst = (0..population.len()).max_by_key(|n| population[*n].makespan).unwrap_or(0);
        let better = child.makespan < population[worst].makespan;
        if child.makespan <= population[worst].makespan {
            population[worst] = child;
        }
        better
    }
}
