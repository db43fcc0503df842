//! The moves that can shorten a schedule, and what each would come to.
//!
//! Only moves of operations on a longest path can. Within a block (operations of the path that follow one another on
//! a machine), an operation goes right behind a later one or right before an earlier one (Balas and Vazacopoulos,
//! "Guided local search with shifting bottleneck for job shop scheduling", Management Science 44, 1998), one of the
//! two being at the block's border (Zhang et al., "A tabu search algorithm with a new neighborhood structure for the
//! job shop scheduling problem", Computers & OR 34, 2007). What it comes to is estimated from the heads and tails of
//! the operations between. An operation with several modes also goes to another machine, anywhere between what must
//! come before it and what must come after it there (Mastrolilli and Gambardella, "Effective neighbourhood functions
//! for the flexible job shop problem", Journal of Scheduling 3, 2000); what that comes to is exact.

use super::graph::{Graph, Move, Op};
use crate::random::Random;

/// What a move is about, for whoever must decide on it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// the operation goes behind this one, which was later
    Later(Op),
    /// the operation goes before this one, which was earlier
    Earlier(Op),
    /// to another machine
    Elsewhere,
}

/// Fills buffers of its own, to be kept from one move to the next.
#[derive(Default)]
pub(super) struct Neighbours {
    path: Vec<Op>,
    between: Vec<Op>,
    heads: Vec<u32>,
    loose_heads: Vec<u32>,
    loose_tails: Vec<u32>,
}

impl Neighbours {
    /// Calls `look` with every move and the makespan it is expected to lead to.
    pub(super) fn each(&mut self, graph: &Graph, random: &mut Random, mut look: impl FnMut(Move, Kind, u32)) {
        self.longest_path(graph, random);
        let path = std::mem::take(&mut self.path);
        for block in path.chunk_by(|a, b| graph.after(*a) == *b) {
            self.within(graph, block, &mut look);
        }
        for &op in path.iter().filter(|op| graph.modes(**op).len() > 1) {
            self.elsewhere(graph, op, &mut look);
        }
        self.path = path;
    }

    /// One longest path, where there are several any of them.
    fn longest_path(&mut self, graph: &Graph, random: &mut Random) {
        let none = graph.none();
        self.path.clear();
        let mut choice = Choice::default();
        let mut op = none;
        for end in graph.ends().filter(|end| graph.end(*end) == graph.makespan()) {
            if choice.takes(random) {
                op = end;
            }
        }
        while op != none {
            self.path.push(op);
            let head = graph.node(op).head;
            if head == 0 {
                break;
            }
            let (job, machine) = (graph.job_before(op), graph.before(op));
            let by_machine = machine != none && graph.end(machine) == head;
            let by_job = job != none && graph.end(job) == head;
            op = if by_machine && !(by_job && random.permille(500)) { machine } else { job };
        }
        self.path.reverse();
    }

    fn within(&mut self, graph: &Graph, block: &[Op], look: &mut impl FnMut(Move, Kind, u32)) {
        let [first, inner @ .., last] = block else { return };
        for u in std::iter::once(first).chain(inner) {
            self.later(graph, *u, *last, look);
        }
        for v in inner {
            self.later(graph, *first, *v, look);
            self.earlier(graph, *v, *last, look);
        }
        // next to each other, the one way is the other
        if !inner.is_empty() {
            for v in inner.iter().chain([last]) {
                self.earlier(graph, *first, *v, look);
            }
        }
    }

    /// `u` right behind `v`, if no path leads from what follows `u` in its job to `v`.
    fn later(&mut self, graph: &Graph, u: Op, v: Op, look: &mut impl FnMut(Move, Kind, u32)) {
        let follower = graph.job_after(u);
        if follower != graph.none() && graph.rest(v) < graph.rest(follower) {
            return;
        }
        let estimate = self.estimate_later(graph, u, v);
        look(Move { op: u, mode: graph.mode(u), after: v }, Kind::Later(v), estimate);
    }

    /// `v` right before `u`, if no path leads from `u` to what `v` follows in its job.
    fn earlier(&mut self, graph: &Graph, u: Op, v: Op, look: &mut impl FnMut(Move, Kind, u32)) {
        let leader = graph.job_before(v);
        if leader != graph.none() && graph.end(u) < graph.end(leader) {
            return;
        }
        let estimate = self.estimate_earlier(graph, u, v);
        look(Move { op: v, mode: graph.mode(v), after: graph.before(u) }, Kind::Earlier(u), estimate);
    }

    /// The longest path through `u` and what it passes, when it goes behind `v`.
    fn estimate_later(&mut self, graph: &Graph, u: Op, v: Op) -> u32 {
        self.between.clear();
        self.heads.clear();
        let mut ready = graph.end(graph.before(u));
        let mut op = u;
        while op != v {
            op = graph.after(op);
            let head = ready.max(graph.end(graph.job_before(op)));
            self.between.push(op);
            self.heads.push(head);
            ready = head + graph.node(op).duration;
        }
        let head = ready.max(graph.end(graph.job_before(u)));
        let mut rest =
            graph.rest(graph.job_after(u)).max(graph.rest(graph.after(v))) + graph.node(u).duration;
        let mut longest = head + rest;
        for (op, head) in self.between.iter().zip(&self.heads).rev() {
            rest = rest.max(graph.rest(graph.job_after(*op))) + graph.node(*op).duration;
            longest = longest.max(head + rest);
        }
        longest
    }

    /// The longest path through `v` and what it passes, when it goes before `u`.
    fn estimate_earlier(&mut self, graph: &Graph, u: Op, v: Op) -> u32 {
        self.between.clear();
        self.heads.clear();
        let head = graph.end(graph.before(u)).max(graph.end(graph.job_before(v)));
        let mut ready = head + graph.node(v).duration;
        let mut op = u;
        while op != v {
            let head = ready.max(graph.end(graph.job_before(op)));
            self.between.push(op);
            self.heads.push(head);
            ready = head + graph.node(op).duration;
            op = graph.after(op);
        }
        let mut rest = graph.rest(graph.after(v));
        let mut longest = 0;
        for (op, head) in self.between.iter().zip(&self.heads).rev() {
            rest = rest.max(graph.rest(graph.job_after(*op))) + graph.node(*op).duration;
            longest = longest.max(head + rest);
        }
        rest = rest.max(graph.rest(graph.job_after(v))) + graph.node(v).duration;
        longest.max(head + rest)
    }

    /// `op` on its other machines.
    fn elsewhere(&mut self, graph: &Graph, op: Op, look: &mut impl FnMut(Move, Kind, u32)) {
        let none = graph.none();
        let without = self.without(graph, op);
        let ready = self.loose_heads[graph.job_before(op)];
        let rest = self.loose_tails[graph.job_after(op)];
        let here = graph.machine(op);
        for (mode, other) in graph.modes(op).iter().enumerate().filter(|(_, m)| m.machine != here) {
            let (mut before, mut after) = (none, graph.first_on(other.machine));
            // past those that must come before it
            while after != none && self.loose_heads[after] <= ready && self.loose_tails[after] > rest {
                (before, after) = (after, graph.after(after));
            }
            loop {
                let through =
                    ready.max(self.loose_heads[before]) + other.duration + rest.max(self.loose_tails[after]);
                look(Move { op, mode, after: before }, Kind::Elsewhere, without.max(through));
                // up to those that must come after it
                let over = self.loose_heads[after] > ready && self.loose_tails[after] <= rest;
                if after == none || over {
                    break;
                }
                (before, after) = (after, graph.after(after));
            }
        }
    }

    /// The ends (`loose_heads`) and the longest paths from the start (`loose_tails`) of all operations, and the
    /// makespan, if `gone` were not there.
    fn without(&mut self, graph: &Graph, gone: Op) -> u32 {
        let (none, place) = (graph.none(), graph.place(gone));
        let (before, after) = (graph.before(gone), graph.after(gone));
        self.loose_heads.resize(none + 1, 0);
        self.loose_tails.resize(none + 1, 0);
        let (early, late) = (&graph.order()[..place], &graph.order()[place + 1..]);
        early.iter().for_each(|op| self.loose_heads[*op as usize] = graph.end(*op as usize));
        late.iter().for_each(|op| self.loose_tails[*op as usize] = graph.rest(*op as usize));
        // in its job, what follows it still follows what it follows, with nothing in between
        let job_before = self.loose_heads[graph.job_before(gone)];
        self.loose_heads[gone] = job_before;
        for &op in late {
            let op = op as usize;
            let machine = if op == after { before } else { graph.before(op) };
            let head = self.loose_heads[graph.job_before(op)].max(self.loose_heads[machine]);
            self.loose_heads[op] = head + graph.node(op).duration;
        }
        self.loose_tails[gone] = self.loose_tails[graph.job_after(gone)];
        for &op in early.iter().rev() {
            let op = op as usize;
            let machine = if op == before { after } else { graph.after(op) };
            let tail = self.loose_tails[graph.job_after(op)].max(self.loose_tails[machine]);
            self.loose_tails[op] = tail + graph.node(op).duration;
        }
        graph.ends().map(|end| self.loose_heads[end]).max().unwrap_or(0)
    }
}

/// One of many with equal chances, without knowing how many there are.
#[derive(Default)]
pub(super) struct Choice(usize);

impl Choice {
    pub(super) fn takes(&mut self, random: &mut Random) -> bool {
        self.0 += 1;
        self.0 == 1 || random.below(self.0) == 0
    }
}
