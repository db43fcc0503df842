//! The disjunctive graph of a shop's schedule: each operation after the one before it in its job and on its machine.
//!
//! A [`Graph`] is a full selection of modes and machine sequences, kept acyclic, with its topological order and with
//! the head (longest path to) and tail (longest path after) of each operation. [`Graph::apply`] makes one [`Move`]
//! and re-reckons only what lies behind it (heads) and before it (tails). A [`Sequence`] is the same, written down.

use crate::schedule::{Mode, Schedule, Shop, Slot};

/// An operation, by its number; `Graph::none()` stands for none, with head, tail and duration 0.
pub(super) type Op = usize;

/// An operation in the graph, small enough for two to share a cache line.
#[derive(Clone, Copy)]
pub(super) struct Node {
    job_before: u32,
    job_after: u32,
    before: u32,
    after: u32,
    pub(super) duration: u32,
    pub(super) head: u32,
    pub(super) tail: u32,
    mode: u32,
}

/// Take an operation out of its sequence and do it in this mode, right after another operation (or first).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) op: Op,
    pub(super) mode: usize,
    pub(super) after: Op,
}

/// Modes, and an order from which machine sequences follow.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) modes: Vec<u32>,
    pub(super) order: Vec<u32>,
}

pub(super) struct Graph<'a> {
    shop: &'a Shop,
    nodes: Vec<Node>,
    first: Vec<u32>,
    ends: Vec<u32>,
    order: Vec<u32>,
    place: Vec<u32>,
    makespan: u32,
    later: Vec<u32>,
    marked: Vec<bool>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(shop: &'a Shop, sequence: &Sequence) -> Self {
        let operations = shop.operations();
        let none = operations.len();
        let last = |op: Op| operations.get(op + 1).is_none_or(|next| next.step == 0);
        let link = |op: usize| op as u32;
        let mut nodes: Vec<Node> = (0..none)
            .map(|op| Node {
                job_before: link(if operations[op].step == 0 { none } else { op - 1 }),
                job_after: link(if last(op) { none } else { op + 1 }),
                before: link(none),
                after: link(none),
                duration: 0,
                head: 0,
                tail: 0,
                mode: 0,
            })
            .collect();
        let nowhere = link(none);
        nodes.push(Node {
            job_before: nowhere,
            job_after: nowhere,
            before: nowhere,
            after: nowhere,
            duration: 0,
            head: 0,
            tail: 0,
            mode: 0,
        });
        let mut graph = Self {
            shop,
            nodes,
            first: vec![nowhere; shop.machines()],
            ends: (0..none).filter(|op| last(*op)).map(link).collect(),
            order: vec![],
            place: vec![0; none + 1],
            makespan: 0,
            later: vec![],
            marked: vec![false; none + 1],
        };
        graph.set(sequence);
        graph
    }

    /// Becomes what was written down.
    pub(super) fn set(&mut self, sequence: &Sequence) {
        let none = self.none();
        self.order.clone_from(&sequence.order);
        let mut last = vec![none; self.shop.machines()];
        for (place, &op) in sequence.order.iter().enumerate() {
            let op = op as usize;
            self.place[op] = place as u32;
            let mode = sequence.modes[op] as usize;
            let Mode { machine, duration } = self.modes(op)[mode];
            self.nodes[op].mode = mode as u32;
            self.nodes[op].duration = duration;
            self.link(op, last[machine], none, machine);
            last[machine] = op;
        }
        self.reckon(0, none.saturating_sub(1));
    }

    pub(super) fn sequence(&self) -> Sequence {
        let mut order = self.order.clone();
        order.sort_by_key(|op| (self.nodes[*op as usize].head, self.place[*op as usize]));
        Sequence { modes: self.nodes[..self.none()].iter().map(|node| node.mode).collect(), order }
    }

    pub(super) fn schedule(&self) -> Schedule {
        let slots = self.nodes[..self.none()].iter();
        let slots = slots.map(|node| Slot { mode: node.mode as usize, start: node.head }).collect();
        Schedule { makespan: self.makespan, slots }
    }

    pub(super) fn none(&self) -> Op {
        self.nodes.len() - 1
    }
    pub(super) fn makespan(&self) -> u32 {
        self.makespan
    }
    pub(super) fn node(&self, op: Op) -> &Node {
        &self.nodes[op]
    }
    pub(super) fn modes(&self, op: Op) -> &'a [Mode] {
        &self.shop.operations()[op].modes
    }
    pub(super) fn mode(&self, op: Op) -> usize {
        self.nodes[op].mode as usize
    }
    pub(super) fn machine(&self, op: Op) -> usize {
        self.modes(op)[self.mode(op)].machine
    }
    pub(super) fn first_on(&self, machine: usize) -> Op {
        self.first[machine] as usize
    }
    pub(super) fn before(&self, op: Op) -> Op {
        self.nodes[op].before as usize
    }
    pub(super) fn after(&self, op: Op) -> Op {
        self.nodes[op].after as usize
    }
    pub(super) fn job_before(&self, op: Op) -> Op {
        self.nodes[op].job_before as usize
    }
    pub(super) fn job_after(&self, op: Op) -> Op {
        self.nodes[op].job_after as usize
    }
    pub(super) fn ends(&self) -> impl Iterator<Item = Op> {
        self.ends.iter().map(|op| *op as usize)
    }
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }
    pub(super) fn place(&self, op: Op) -> usize {
        self.place[op] as usize
    }
    /// When it ends, if everything begins as early as it can.
    pub(super) fn end(&self, op: Op) -> u32 {
        self.nodes[op].head + self.nodes[op].duration
    }
    /// The longest path from its start.
    pub(super) fn rest(&self, op: Op) -> u32 {
        self.nodes[op].tail + self.nodes[op].duration
    }

    fn link(&mut self, op: Op, before: Op, after: Op, machine: usize) {
        let none = self.none();
        self.nodes[op].before = before as u32;
        self.nodes[op].after = after as u32;
        if before == none {
            self.first[machine] = op as u32;
        } else {
            self.nodes[before].after = op as u32;
        }
        if after != none {
            self.nodes[after].before = op as u32;
        }
    }

    fn unlink(&mut self, op: Op) {
        let (none, before, after) = (self.none(), self.before(op), self.after(op));
        if before == none {
            let machine = self.machine(op);
            self.first[machine] = after as u32;
        } else {
            self.nodes[before].after = after as u32;
        }
        if after != none {
            self.nodes[after].before = before as u32;
        }
    }

    fn relink(&mut self, Move { op, mode, after }: Move) {
        self.unlink(op);
        let Mode { machine, duration } = self.modes(op)[mode];
        self.nodes[op].mode = mode as u32;
        self.nodes[op].duration = duration;
        let next = if after == self.none() { self.first_on(machine) } else { self.after(after) };
        self.link(op, after, next, machine);
    }

    /// Makes a move. False, and nothing is changed, if it would make work wait for itself.
    pub(super) fn apply(&mut self, step: Move) -> bool {
        let op = step.op;
        let back = Move { op, mode: self.mode(op), after: self.before(op) };
        self.relink(step);
        let Some((from, to)) = self.reorder(op) else {
            self.relink(back);
            return false;
        };
        self.reckon(from, to);
        true
    }

    /// Puts the order right after `op` was linked anew; gives the stretch that changed. `None` if it cannot be right.
    fn reorder(&mut self, op: Op) -> Option<(usize, usize)> {
        let (none, here) = (self.none(), self.place(op));
        let (befores, afters) =
            ([self.job_before(op), self.before(op)], [self.job_after(op), self.after(op)]);
        let from = afters.iter().filter(|o| **o != none).map(|o| self.place(*o)).fold(here, usize::min);
        let to = befores.iter().filter(|o| **o != none).map(|o| self.place(*o)).fold(here, usize::max);
        // what follows `op` goes behind it, all else in the stretch before it
        self.later.clear();
        self.later.push(op as u32);
        self.marked[op] = true;
        for place in from..=to {
            let other = self.order[place] as usize;
            if other != op && (self.marked[self.job_before(other)] || self.marked[self.before(other)]) {
                self.marked[other] = true;
                self.later.push(other as u32);
            }
        }
        let fine = befores.iter().all(|before| !self.marked[*before]);
        if fine {
            let mut next = from;
            for place in from..=to {
                let other = self.order[place];
                if !self.marked[other as usize] {
                    self.order[next] = other;
                    self.place[other as usize] = next as u32;
                    next += 1;
                }
            }
            for &other in &self.later {
                self.order[next] = other;
                self.place[other as usize] = next as u32;
                next += 1;
            }
        }
        for &other in &self.later {
            self.marked[other as usize] = false;
        }
        fine.then_some((from, to))
    }

    /// Heads from one place of the order on, tails from the other back.
    fn reckon(&mut self, from: usize, to: usize) {
        let nodes = &mut self.nodes[..];
        for &op in &self.order[from..] {
            let node = nodes[op as usize];
            let (job, machine) = (nodes[node.job_before as usize], nodes[node.before as usize]);
            nodes[op as usize].head = (job.head + job.duration).max(machine.head + machine.duration);
        }
        for &op in self.order[..=to].iter().rev() {
            let node = nodes[op as usize];
            let (job, machine) = (nodes[node.job_after as usize], nodes[node.after as usize]);
            nodes[op as usize].tail = (job.tail + job.duration).max(machine.tail + machine.duration);
        }
        self.makespan = self.ends().map(|op| self.end(op)).max().unwrap_or(0);
    }
}
