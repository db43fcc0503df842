//! How long a stage works on an order, and how much of that time its one work place is taken.
//!
//! The data knows stage times and no capacities. With limits, a stage has one work place, and an order takes it for
//! the part of the stage time that would keep it busy so many per cent of the days at the mean rate of orders, never
//! longer than the stage time; the rest of the stage time passes without it. An order that waits for nobody takes
//! its stage time exactly, so the longest path stays what it was.

use crate::chain::{Chain, Reckoned};
use planning::{Model, Recipe, Step, WorkCenter};
use vocab::Decimal;

/// What an order costs each stage in time, in the chain's order.
#[derive(Clone, Debug)]
pub struct Works(Vec<Work>);

/// What one order costs one stage in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    /// seconds for which it takes the work place
    pub run_s: i64,
    /// seconds that pass after that
    pub rest_s: i64,
}

/// Orders under way at once, on average, in the chain's longest path: the longest path is so many times the mean time
/// between two orders.
const UNDER_WAY: i64 = 80;

impl Works {
    /// No limits: every stage time passes without taking anything.
    pub fn unlimited(chain: &Chain) -> Self {
        Self(chain.stages.iter().map(|s| Work { run_s: 0, rest_s: s.time_s }).collect())
    }

    /// One work place for each stage, busy at most `percent` of the time when orders come [`Self::mean_gap_s`] apart.
    pub fn limited(chain: &Chain, reckoned: &Reckoned, percent: u32) -> Self {
        let gap_s = i128::from(Self::mean_gap_s(chain, reckoned));
        let all: i128 = chain.buyers().map(|(_, daily)| daily.micros()).sum();
        // of each stage: the demand that reaches it, over every way
        let mut reaching = vec![0_i128; chain.stages.len()];
        chain.buyers().for_each(|(at, daily)| reaching[at] = daily.micros());
        for &at in reckoned.inputs_first.iter().rev() {
            for &input in &chain.stages[at].inputs {
                reaching[input] += reaching[at];
            }
        }
        let work = |(at, stage): (usize, &crate::chain::Stage)| {
            let busy = gap_s * all * i128::from(percent) / (100 * reaching[at].max(1));
            let run_s = i64::try_from(busy).unwrap_or(i64::MAX).min(stage.time_s);
            Work { run_s, rest_s: stage.time_s - run_s }
        };
        Self(chain.stages.iter().enumerate().map(work).collect())
    }

    /// Seconds between two orders, on average.
    pub fn mean_gap_s(chain: &Chain, reckoned: &Reckoned) -> i64 {
        let longest = chain.buyers().map(|(at, _)| reckoned.longest_s[at]).max().unwrap_or(0);
        (longest / UNDER_WAY).max(1)
    }

    /// Of one stage.
    pub fn of(&self, at: usize) -> Work {
        self.0[at]
    }

    /// What the stages named can make, where: one recipe and one work place for each.
    pub fn model(&self, chain: &Chain, stages: impl Iterator<Item = usize>) -> Model {
        let mut model = Model::default();
        for at in stages {
            let (stage, Work { run_s, rest_s }) = (&chain.stages[at], self.of(at));
            let site = stage.id.to_string();
            let input = |i: &usize| planning::Input::new(chain.stages[*i].id.clone(), Decimal::ONE);
            let mut recipe = Recipe::new(stage.id.clone());
            recipe.inputs = stage.inputs.iter().map(input).collect();
            let (name, work_center) = ("work".to_owned(), site.clone());
            recipe.steps.push(Step { name, work_center, run_s, fixed_s: rest_s, ..Step::default() });
            model.recipes.insert(stage.id.clone(), recipe);
            model.work_centers.insert(site, WorkCenter::default());
        }
        model
    }
}
