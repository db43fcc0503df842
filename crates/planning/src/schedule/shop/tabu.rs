//! Tabu search: always to the best neighbour, even if it is worse, and not back for a while.

use super::graph::{Graph, Move, Sequence};
use super::moves::{Choice, Kind, Neighbours};
use crate::random::Random;
use crate::schedule::Progress;
use crate::schedule::search::Pace;

/// Room for what is forbidden, by hash: two that share a place are forbidden together, which does no harm.
const PLACES: usize = 1 << 16;

pub(super) struct Tabu {
    neighbours: Neighbours,
    forbidden: Vec<u64>,
    now: u64,
    tenure: usize,
    spread: usize,
}

fn place(one: usize, other: usize) -> usize {
    let mixed =
        (one as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (other as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed.wrapping_mul(0x94d0_49bb_1331_11eb) >> 48) as usize % PLACES
}

impl Tabu {
    /// For shops of `operations` operations on `machines` machines.
    pub(super) fn new(operations: usize, machines: usize) -> Self {
        let tenure = 10 + operations / (machines * machines).max(1);
        Self {
            neighbours: Neighbours::default(),
            forbidden: vec![0; PLACES],
            now: 0,
            tenure,
            spread: tenure / 2 + 1,
        }
    }

    /// Searches from where `graph` stands, until so many moves in a row have found nothing better; gives the best.
    pub(super) fn search<F: FnMut(&Progress) -> bool>(
        &mut self,
        graph: &mut Graph,
        patience: u64,
        random: &mut Random,
        pace: &mut Pace<F>,
    ) -> (Sequence, u32) {
        // nothing that was forbidden before is now
        self.now += 1 + (self.tenure + self.spread) as u64;
        let (mut best, mut makespan) = (graph.sequence(), graph.makespan());
        let mut in_vain = 0;
        while in_vain < patience && !pace.is_over() {
            self.now += 1;
            let Some((step, kind)) = self.choose(graph, makespan, random) else { break };
            self.forbid(graph, step, kind, random);
            graph.apply(step);
            pace.moved(graph.makespan(), || graph.schedule());
            in_vain += 1;
            if graph.makespan() < makespan {
                (best, makespan) = (graph.sequence(), graph.makespan());
                in_vain = 0;
            }
        }
        (best, makespan)
    }

    /// The most promising move that is allowed or leads to something new; any if there is none.
    fn choose(&mut self, graph: &Graph, best: u32, random: &mut Random) -> Option<(Move, Kind)> {
        let Self { neighbours, forbidden, now, .. } = self;
        let (mut chosen, mut least, mut ties) = (None, u32::MAX, Choice::default());
        let (mut any, mut some) = (None, Choice::default());
        let mut draw = Random::new(random.seed());
        neighbours.each(graph, random, |step, kind, estimate| {
            if estimate <= least {
                if estimate >= best && is_forbidden(forbidden, *now, graph, step, kind) {
                    if chosen.is_none() && some.takes(&mut draw) {
                        any = Some((step, kind));
                    }
                    return;
                }
                if estimate < least {
                    (least, ties) = (estimate, Choice::default());
                }
                if ties.takes(&mut draw) {
                    chosen = Some((step, kind));
                }
            }
        });
        chosen.or(any)
    }

    /// Forbids to undo a move.
    fn forbid(&mut self, graph: &Graph, step: Move, kind: Kind, random: &mut Random) {
        let until = self.now + (self.tenure + random.below(self.spread)) as u64;
        let op = step.op;
        match kind {
            Kind::Later(last) => {
                let mut other = op;
                while other != last {
                    other = graph.after(other);
                    self.forbidden[place(op, other)] = until;
                }
            }
            Kind::Earlier(first) => {
                let mut other = op;
                while other != first {
                    other = graph.before(other);
                    self.forbidden[place(other, op)] = until;
                }
            }
            Kind::Elsewhere => self.forbidden[place(op, graph.none() + 1 + graph.mode(op))] = until,
        }
    }
}

/// Whether a move puts something before something else too soon, or back to where it was.
fn is_forbidden(forbidden: &[u64], now: u64, graph: &Graph, step: Move, kind: Kind) -> bool {
    let op = step.op;
    let is = |one: usize, other: usize| forbidden[place(one, other)] >= now;
    match kind {
        Kind::Later(last) => {
            let mut other = op;
            while other != last {
                other = graph.after(other);
                if is(other, op) {
                    return true;
                }
            }
            false
        }
        Kind::Earlier(first) => {
            let mut other = op;
            while other != first {
                other = graph.before(other);
                if is(op, other) {
                    return true;
                }
            }
            false
        }
        Kind::Elsewhere => is(op, graph.none() + 1 + step.mode),
    }
}
