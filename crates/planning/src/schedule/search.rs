//! The search, whichever kind of problem it is: anytime, never worse than its start, done when a bound is reached.
//!
//! [`search`] is the only door. Its caller owns the clock and is asked again and again whether to go on; the same
//! seed and number of moves give the same schedule.

use super::{Problem, Schedule, project, shop};

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// the shortest makespan so far
    pub makespan: u32,
    /// no schedule is shorter than this
    pub bound: u32,
    /// moves made or schedules built so far
    pub moves: u64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// the best schedule
    pub schedule: Schedule,
    /// the makespan of the first schedule, from a dispatching rule
    pub start: u32,
    /// no schedule is shorter than this
    pub bound: u32,
    /// moves made or schedules built
    pub moves: u64,
}

/// Searches a schedule of short makespan for as long as `keep_going` says so, or until one is proven the shortest.
/// It is asked at the start, and then every few dozen moves.
pub fn search(problem: &Problem, seed: u64, keep_going: impl FnMut(&Progress) -> bool) -> Outcome {
    match problem {
        Problem::Shop(shop) => shop::search(shop, seed, keep_going),
        Problem::Project(project) => project::search(project, seed, keep_going),
    }
}

/// The best so far, and whether to go on.
pub(super) struct Pace<F> {
    keep_going: F,
    best: Schedule,
    start: u32,
    bound: u32,
    moves: u64,
    over: bool,
}

/// The caller is asked once in so many moves.
const MOVES_BETWEEN: u64 = 32;

impl<F: FnMut(&Progress) -> bool> Pace<F> {
    pub(super) fn new(first: Schedule, bound: u32, keep_going: F) -> Self {
        let start = first.makespan;
        let mut pace = Self { keep_going, best: first, start, bound, moves: 0, over: false };
        pace.ask();
        pace
    }

    fn ask(&mut self) {
        let (makespan, bound, moves) = (self.best.makespan, self.bound, self.moves);
        let mut stop = || !(self.keep_going)(&Progress { makespan, bound, moves });
        self.over = self.over || makespan <= bound || stop();
    }

    /// Counts a move that led to a schedule of this makespan, which `schedule` writes down if it is the best.
    pub(super) fn moved(&mut self, makespan: u32, schedule: impl FnOnce() -> Schedule) {
        self.moves += 1;
        let better = makespan < self.best.makespan;
        if better {
            self.best = schedule();
        }
        if better || self.moves.is_multiple_of(MOVES_BETWEEN) {
            self.ask();
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }
    pub(super) fn finish(self) -> Outcome {
        let Self { best, start, bound, moves, .. } = self;
        Outcome { schedule: best, start, bound, moves }
    }
}
