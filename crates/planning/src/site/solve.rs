//! The order in which demands are served.
//!
//! One pass serves them by due date. A demand that comes out late gives way once: it is planned after those that are
//! due some time later, for they may still be on time if it does not stand in their way, and being late at all is
//! worse than being later. How much time is the pass's patience; a few values are tried while anything is late, and
//! the least late plan is kept.

use super::net::Net;
use super::serve::{right_shift_all, serve};
use super::state::{State, WantId, WantKind};
use super::{SitePlan, Situation, report, start};
use crate::shop::Seconds;
use crate::{Model, Result};
use std::collections::BTreeSet;

/// How hard to try.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// most passes over all demands, at least one; more are made only while something is late
    pub passes: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { passes: 3 }
    }
}

/// Being late at all counts as so many seconds more.
const LATE_AT_ALL_S: Seconds = 7 * vocab::DAY_S;

/// How late a plan is; less is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Lateness {
    /// demands that cannot be delivered
    pub(crate) short: u64,
    /// seconds by priority, and for being late at all
    pub(crate) cost: i128,
}

impl Lateness {
    pub(crate) fn of(state: &State) -> Self {
        let mut total = Self { short: 0, cost: 0 };
        for want in state.wants.iter().filter(|w| matches!(w.kind, WantKind::Demand(_))) {
            total.short += u64::from(want.at.is_none());
            if want.late() > 0 {
                total.cost += i128::from(want.late() + LATE_AT_ALL_S) * weight(want.priority);
            }
        }
        total
    }
}

/// How much a second of lateness counts.
fn weight(priority: u8) -> i128 {
    match priority {
        0 | 1 => 4,
        2 => 2,
        _ => 1,
    }
}

/// The plan of a site: everything on time where it can be, else as little late as was found.
///
/// # Errors
/// What a model that fails its check gives; a quantity out of range; a name in the situation that the model does
/// not have; [`Error::TooMany`](crate::Error::TooMany) beyond the limits. A demand that cannot be met is no error: it
/// has no promise in the plan, and says what is lacking.
pub fn solve(model: &Model, situation: &Situation, options: &Options) -> Result<SitePlan> {
    let (net, empty) = start::start(model, situation)?;
    let state = plan_all(&net, empty, options);
    Ok(report::report(&net, &state, situation))
}

/// Plans everything in `empty`, and moves it as late as it may be.
pub(crate) fn plan_all(net: &Net, empty: State, options: &Options) -> State {
    let dues = || empty.wants.iter().filter_map(|w| w.due);
    let spread = dues().max().unwrap_or(0).saturating_sub(dues().min().unwrap_or(0));
    let patience = [spread / 8, 0, spread / 16, spread / 4, spread / 2];
    let mut best: Option<(Lateness, State)> = None;
    for patience in patience.into_iter().take(options.passes.max(1) as usize) {
        let mut state = empty.clone();
        pass(net, &mut state, patience);
        let lateness = Lateness::of(&state);
        if best.as_ref().is_none_or(|(least, _)| lateness < *least) {
            best = Some((lateness, state));
        }
        if lateness.cost == 0 {
            break;
        }
    }
    let mut state = best.map_or(empty, |(_, state)| state);
    right_shift_all(net, &mut state);
    state.commit();
    state
}

/// Serves all wants; one that is late gives way to those due within `patience` after it. Safety stock comes last.
fn pass(net: &Net, state: &mut State, patience: Seconds) {
    let first = |id: WantId| {
        let want = &state.wants[id as usize];
        let is_safety = want.kind == WantKind::Safety;
        (is_safety, want.due.unwrap_or(Seconds::MAX), want.priority, id, patience > 0 && want.priority > 1)
    };
    let mut queue: BTreeSet<_> = (0..state.wants.len() as WantId).map(first).collect();
    while let Some((is_safety, key, priority, id, gives_way)) = queue.pop_first() {
        let mark = state.mark();
        serve(net, state, id);
        if gives_way && state.wants[id as usize].late() > 0 {
            state.roll_back(net, mark);
            queue.insert((is_safety, key.saturating_add(patience), priority, id, false));
        }
        state.commit();
    }
}
