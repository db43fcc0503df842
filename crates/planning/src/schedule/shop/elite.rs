//! A handful of good schedules, and ever new ones from between two of them.
//!
//! Two schedules are joined by mixing the places of each operation in their orders: whatever both do in the same
//! order, the one between does too, and no operation comes before one that it waits for. Tabu search takes it from
//! there, and what it finds displaces the worst (after Peng, Lu, Cheng, "A tabu search/path relinking algorithm to
//! solve the job shop scheduling problem", Computers & OR 53, 2015).

use super::dispatch::{Rule, dispatch};
use super::graph::{Graph, Sequence};
use super::tabu::Tabu;
use crate::random::Random;
use crate::schedule::search::Pace;
use crate::schedule::{Progress, Shop};

/// How many schedules live at a time.
const ELITE: usize = 10;
/// How many moves in vain end one tabu search.
const PATIENCE: u64 = 2_000;
/// Children in a row that were of no use, after which a new elite is raised.
const BARREN_MAX: usize = 60;

struct Member {
    sequence: Sequence,
    makespan: u32,
}

pub(super) struct Elite<'a> {
    shop: &'a Shop,
    graph: Graph<'a>,
    tabu: Tabu,
    random: Random,
}

impl<'a> Elite<'a> {
    pub(super) fn new(shop: &'a Shop, start: &Sequence, random: Random) -> Self {
        let tabu = Tabu::new(shop.operations().len(), shop.machines());
        Self { shop, graph: Graph::new(shop, start), tabu, random }
    }

    /// Raises an elite and joins its members until that is of no more use.
    pub(super) fn generation<F: FnMut(&Progress) -> bool>(
        &mut self,
        first: Option<&Sequence>,
        pace: &mut Pace<F>,
    ) {
        let mut members: Vec<Member> = vec![];
        while members.len() < ELITE && !pace.is_over() {
            let sequence = match first {
                Some(first) if members.is_empty() => first.clone(),
                _ => dispatch(self.shop, Rule::Mixed, &mut self.random),
            };
            members.push(self.improve(&sequence, pace));
        }
        let mut barren = 0;
        while barren < BARREN_MAX && members.len() > 1 && !pace.is_over() {
            let one = self.random.below(members.len());
            let other = (one + 1 + self.random.below(members.len() - 1)) % members.len();
            let between = self.between(&members[one].sequence, &members[other].sequence);
            let child = self.improve(&between, pace);
            let worst = (0..members.len()).max_by_key(|n| members[*n].makespan).unwrap_or(0);
            let known = members
                .iter()
                .any(|m| m.makespan == child.makespan && self.alike(&m.sequence, &child.sequence));
            barren += 1;
            if !known && child.makespan <= members[worst].makespan {
                if child.makespan < members[worst].makespan {
                    barren = 0;
                }
                members[worst] = child;
            }
        }
    }

    fn improve<F: FnMut(&Progress) -> bool>(&mut self, from: &Sequence, pace: &mut Pace<F>) -> Member {
        self.graph.set(from);
        let (graph, random) = (&mut self.graph, &mut self.random);
        pace.moved(graph.makespan(), || graph.schedule());
        let (sequence, makespan) = self.tabu.search(graph, PATIENCE, random, pace);
        Member { sequence, makespan }
    }

    fn between(&mut self, one: &Sequence, other: &Sequence) -> Sequence {
        let part = 300 + self.random.below(401);
        let places = |sequence: &Sequence| {
            let mut places = vec![0; sequence.order.len()];
            sequence.order.iter().enumerate().for_each(|(place, op)| places[*op as usize] = place);
            places
        };
        let (here, there) = (places(one), places(other));
        let mut order = one.order.clone();
        order.sort_by_key(|op| here[*op as usize] * (1_000 - part) + there[*op as usize] * part);
        let modes = one.modes.iter().zip(&other.modes);
        let modes = modes.map(|(a, b)| if self.random.permille(part) { *b } else { *a }).collect();
        Sequence { modes, order }
    }

    /// Whether two are all but the same.
    fn alike(&self, one: &Sequence, other: &Sequence) -> bool {
        let neighbours = |sequence: &Sequence| {
            let mut last = vec![u32::MAX; self.shop.machines()];
            let mut before = vec![u32::MAX; sequence.order.len()];
            for &op in &sequence.order {
                let mode = sequence.modes[op as usize] as usize;
                let machine = self.shop.operations()[op as usize].modes[mode].machine;
                before[op as usize] = std::mem::replace(&mut last[machine], op);
            }
            before
        };
        let (one, other) = (neighbours(one), neighbours(other));
        let differ = one.iter().zip(&other).filter(|(a, b)| a != b).count();
        differ * 50 <= one.len()
    }
}
