//! The most that anybody who sees everything could bring about: exact, in whole numbers, with its own proof.
//!
//! Who supplies which lot, where lots may be divided, is a transportation problem. It is solved by successive shortest
//! paths (Ahuja, Magnanti, Orlin, *Network Flows*, 1993, section 9.7) on a graph of suppliers: every lot begins where it
//! gains most, and what is more than a supplier has is pushed on along the way that costs least. The prices of
//! capacity that come out prove it: the dual bound at these prices equals what was reached, so no other division of
//! lots, and no assignment of whole lots, is worth more ([`Optimum::bound`]).

use super::{Instance, Lot};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// The best division of lots among suppliers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Optimum {
    /// what it brings, millionths of a pound
    pub welfare: i64,
    /// the price of capacity at each supplier, ten-thousandths of a penny for a penny's work
    pub prices: Vec<i64>,
    /// what cannot be exceeded by anybody, by these prices: equal to `welfare`, which proves both
    pub bound: i64,
}

impl Optimum {
    /// Of an instance.
    pub fn of(instance: &Instance) -> Self {
        Self::among(instance, |_, _| true)
    }

    /// The same where each buyer knows some suppliers only: `knows` says whether the customer knows the supplier.
    pub fn among(instance: &Instance, knows: impl Fn(usize, usize) -> bool) -> Self {
        let suppliers = 0..instance.capacities.len();
        let known = |lot: &Lot| suppliers.clone().filter(|s| knows(lot.customer, *s)).collect();
        let known: Vec<Vec<usize>> = instance.lots.iter().map(known).collect();
        let mut graph = Graph::new(instance, &known);
        graph.begin();
        while graph.push() {}
        let prices = graph.prices();
        Self { welfare: graph.welfare(), bound: bound(instance, &known, &prices), prices }
    }
}

/// What nobody can exceed, whatever the prices: every lot at its best by these prices, and all capacity sold at them.
fn bound(instance: &Instance, known: &[Vec<usize>], prices: &[i64]) -> i64 {
    let sold: i64 = prices.iter().zip(&instance.capacities).map(|(price, capacity)| price * capacity).sum();
    let best = |(lot, known): (&Lot, &Vec<usize>)| {
        let most = known.iter().map(|s| instance.gain(lot, *s) - prices[*s]).max().unwrap_or(0);
        lot.load * most.max(0)
    };
    sold + instance.lots.iter().zip(known).map(best).sum::<i64>()
}

/// Suppliers, and after them *none*, where a lot gains nothing and there is always room.
struct Graph<'a> {
    instance: &'a Instance,
    /// the suppliers each lot may go to
    known: &'a [Vec<usize>],
    none: usize,
    /// what is left of each supplier's capacity; negative where more is assigned than there is
    room: Vec<i64>,
    /// pence of each lot at each supplier
    flow: Vec<BTreeMap<usize, i64>>,
    /// the lots at one supplier by what moving a pennyworth to another would cost; old entries are skipped
    moves: Vec<BinaryHeap<Reverse<(i64, usize)>>>,
    /// the cheapest of each, and from where it has to be looked up again
    costs: Vec<Option<(i64, usize)>>,
    stale: BTreeSet<usize>,
}

impl<'a> Graph<'a> {
    fn new(instance: &'a Instance, known: &'a [Vec<usize>]) -> Self {
        let none = instance.capacities.len();
        let mut room = instance.capacities.clone();
        room.push(i64::MAX);
        let moves = (0..=none).flat_map(|_| (0..=none).map(|_| BinaryHeap::new())).collect();
        let (flow, costs) = (vec![BTreeMap::new(); instance.lots.len()], vec![None; (none + 1) * (none + 1)]);
        Self { instance, known, none, room, flow, moves, costs, stale: BTreeSet::new() }
    }

    fn gain(&self, lot: usize, at: usize) -> i64 {
        if at == self.none { 0 } else { self.instance.gain(&self.instance.lots[lot], at) }
    }

    fn begin(&mut self) {
        for (lot, wanted) in self.instance.lots.iter().enumerate() {
            let places = self.known[lot].iter().copied().chain([self.none]);
            let best = places.max_by_key(|at| (self.gain(lot, *at), Reverse(*at))).unwrap_or(self.none);
            self.add(lot, best, wanted.load);
        }
    }

    fn add(&mut self, lot: usize, at: usize, pence: i64) {
        if at != self.none {
            self.room[at] -= pence;
        }
        self.stale.insert(at);
        let flow = self.flow[lot].entry(at).or_default();
        *flow += pence;
        if *flow == 0 {
            self.flow[lot].remove(&at);
        } else if *flow == pence {
            let here = self.gain(lot, at);
            for to in self.known[lot].iter().copied().chain([self.none]).filter(|to| *to != at) {
                let cost = here - self.gain(lot, to);
                self.moves[at * (self.none + 1) + to].push(Reverse((cost, lot)));
            }
        }
    }

    /// The lot that is moved most cheaply from one to another, and what a pennyworth of it costs.
    fn cheapest(&mut self, from: usize, to: usize) -> Option<(i64, usize)> {
        let heap = &mut self.moves[from * (self.none + 1) + to];
        while let Some(Reverse((cost, lot))) = heap.peek().copied() {
            if self.flow[lot].contains_key(&from) {
                return Some((cost, lot));
            }
            heap.pop();
        }
        None
    }

    fn look(&mut self) {
        let all = self.none + 1;
        for from in std::mem::take(&mut self.stale) {
            for to in 0..all {
                self.costs[from * all + to] = self.cheapest(from, to);
            }
        }
    }

    /// Moves what is too much somewhere along the cheapest way to where there is room; false when nothing is.
    fn push(&mut self) -> bool {
        let all = self.none + 1;
        self.look();
        let mut far: Vec<Option<i64>> = self.room.iter().map(|room| (*room < 0).then_some(0)).collect();
        let mut before = vec![None; all];
        let mut changed = true;
        while changed {
            changed = false;
            for from in 0..all {
                let Some(so_far) = far[from] else { continue };
                for to in 0..all {
                    let Some((cost, lot)) = self.costs[from * all + to] else { continue };
                    if far[to].is_none_or(|known| so_far + cost < known) {
                        (far[to], before[to], changed) = (Some(so_far + cost), Some((from, lot)), true);
                    }
                }
            }
        }
        let end = (0..all).filter(|at| self.room[*at] > 0).filter_map(|at| Some((far[at]?, at))).min();
        let Some((_, end)) = end else { return false };
        let (mut way, mut at) = (vec![], end);
        while let Some((from, lot)) = before[at] {
            way.push((from, at, lot));
            at = from;
        }
        let least = way.iter().map(|(from, _, lot)| self.flow[*lot][from]).min().unwrap_or(0);
        let pence = least.min(self.room[end]).min(-self.room[at]);
        for (from, to, lot) in way {
            self.add(lot, from, -pence);
            self.add(lot, to, pence);
        }
        true
    }

    /// What capacity is worth: what it would cost to push a pennyworth from there to where there is room.
    fn prices(&mut self) -> Vec<i64> {
        let all = self.none + 1;
        self.look();
        let mut price: Vec<Option<i64>> = self.room.iter().map(|room| (*room > 0).then_some(0)).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for from in 0..all {
                for to in 0..all {
                    let (Some((cost, _)), Some(beyond)) = (self.costs[from * all + to], price[to]) else {
                        continue;
                    };
                    if price[from].is_none_or(|known| cost + beyond < known) {
                        (price[from], changed) = (Some(cost + beyond), true);
                    }
                }
            }
        }
        price.truncate(self.none);
        price.into_iter().map(|p| p.unwrap_or(0)).collect()
    }

    fn welfare(&self) -> i64 {
        let of = |(lot, flow): (usize, &BTreeMap<usize, i64>)| {
            flow.iter().map(|(at, pence)| pence * self.gain(lot, *at)).sum::<i64>()
        };
        self.flow.iter().enumerate().map(of).sum()
    }
}
