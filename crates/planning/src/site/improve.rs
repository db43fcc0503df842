//! A better plan in spare time: ruin and recreate.
//!
//! Some demands around a late one are taken out of the plan and served anew in another order (Schrimpf et al., Journal
//! of Computational Physics 159, 2000). What does not come out less late is undone, so the plan never gets worse and
//! the search can stop at any moment.

use super::Planner;
use super::serve::{right_shift, serve};
use super::state::{WantId, WantKind};
use crate::random::Random;
use std::collections::BTreeSet;

/// Most demands taken out at once.
const RUINED_MAX: usize = 12;

impl Planner {
    /// Looks for a less late plan for as long as `keep_going` says so and anything is late; says how often it found
    /// one. The same `seed` and number of rounds give the same plan.
    pub fn improve(&mut self, seed: u64, mut keep_going: impl FnMut() -> bool) -> u32 {
        let mut numbers = Random::new(seed);
        let mut found = 0;
        let mut least = self.lateness();
        while keep_going() {
            let late = self.late();
            if late.is_empty() {
                break;
            }
            let ruined = self.choose(&late, &mut numbers);
            let mark = self.state.mark();
            for id in &ruined {
                self.state.drop_service(&self.net, *id);
            }
            let mut more = BTreeSet::new();
            self.settle(&mut more);
            let ruined: Vec<WantId> = ruined.into_iter().chain(more).collect();
            for id in &ruined {
                serve(&self.net, &mut self.state, *id);
            }
            let lateness = self.lateness();
            if lateness < least {
                least = lateness;
                found += 1;
                right_shift(&self.net, &mut self.state, mark);
                self.state.commit();
            } else {
                self.state.roll_back(&self.net, mark);
            }
        }
        found
    }

    fn late(&self) -> Vec<WantId> {
        let wants = (0..).zip(&self.state.wants);
        let late = |w: &super::state::Want| match w.kind {
            WantKind::Demand(_) => w.at.is_none() || w.late() > 0,
            _ => false,
        };
        wants.filter(|(_, w)| late(w)).map(|(id, _)| id).collect()
    }

    /// A late demand first, and some that are due around when it is.
    fn choose(&self, late: &[WantId], numbers: &mut Random) -> Vec<WantId> {
        let first = late[numbers.below(late.len())];
        let due = |id: WantId| self.state.wants[id as usize].due.unwrap_or(i64::MAX);
        let mut near: Vec<(i64, WantId)> = (0..self.state.wants.len() as WantId)
            .filter(|id| *id != first && matches!(self.state.wants[*id as usize].kind, WantKind::Demand(_)))
            .map(|id| (due(id).abs_diff(due(first)).min(i64::MAX as u64) as i64, id))
            .collect();
        let count = 1 + numbers.below(RUINED_MAX);
        let reach = (count * 8).min(near.len());
        if reach > 0 {
            near.select_nth_unstable(reach - 1);
        }
        let mut others = BTreeSet::new();
        for _ in 0..count.min(reach) {
            others.insert(near[numbers.below(reach)].1);
        }
        let mut order: Vec<WantId> = others.into_iter().collect();
        for index in (1..order.len()).rev() {
            order.swap(index, numbers.below(index + 1));
        }
        order.insert(0, first);
        order
    }
}
