//! What is to be scheduled, and the schedule: [`Shop`] and [`Project`] can only be made sound.
//!
//! Every time is a whole number of the problem's own unit. The limits keep any sum of times within 32 bits.

use crate::{Error, Result};
use vocab::{Phrase, phrase};

/// Most operations or activities of a problem.
pub(super) const WORK_MAX: usize = 20_000;
/// Most machines or resources of a problem.
pub(super) const RESOURCES_MAX: usize = 1_000;
/// Longest duration of one piece of work, and the largest capacity.
pub(super) const NUMBER_MAX: u32 = 100_000;

/// A problem of either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// machines that do one thing at a time
    Shop(Shop),
    /// resources that several activities share
    Project(Project),
}

/// One way to do an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// machine, from 0
    pub machine: usize,
    /// how long it takes there
    pub duration: u32,
}

/// A step of a job: done in one of its modes, after the step before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// job, from 0
    pub job: usize,
    /// place in the job, from 0
    pub step: usize,
    /// at least one
    pub modes: Vec<Mode>,
}

/// A job shop, flexible where an operation has several modes: machines do one operation at a time, without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    machines: usize,
    jobs: usize,
    operations: Vec<Operation>,
}

/// A piece of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// how long it takes, without a break
    pub duration: u32,
    /// how much of each resource it holds meanwhile
    pub usage: Vec<u32>,
    /// which activities begin only when it has ended
    pub successors: Vec<usize>,
}

/// Activities under precedence that share renewable resources (resource-constrained project scheduling).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    capacities: Vec<u32>,
    activities: Vec<Activity>,
    order: Vec<usize>,
}

/// When one operation or activity runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Slot {
    /// which of its modes; 0 for an activity
    pub mode: usize,
    /// from when
    pub start: u32,
}

/// One slot for each operation or activity, in the problem's order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Schedule {
    /// when everything is done
    pub makespan: u32,
    /// one for each operation or activity
    pub slots: Vec<Slot>,
}

impl Shop {
    /// A shop of `machines` machines and these jobs, each a list of operations, each a list of modes. `at` says
    /// where a job stands, for whoever must correct it.
    ///
    /// # Errors
    /// The first mistake: an unknown machine, an operation without a mode, a number over the limits.
    pub fn new(machines: usize, jobs: Vec<Vec<Vec<Mode>>>, at: impl Fn(usize) -> Phrase) -> Result<Self> {
        let whole = phrase("job shop", "作业车间");
        at_most(&whole, phrase("machines", "台机器"), machines, RESOURCES_MAX)?;
        at_most(&whole, phrase("operations", "道工序"), jobs.iter().map(Vec::len).sum(), WORK_MAX)?;
        let count = jobs.len();
        let mut operations = Vec::new();
        for (job, steps) in jobs.into_iter().enumerate() {
            for (step, modes) in steps.into_iter().enumerate() {
                let n = step + 1;
                let here = || at(job).and(format_args!(", operation {n}"), format_args!("第 {n} 道工序"));
                if modes.is_empty() {
                    let remedy =
                        phrase("give at least one machine and duration", "请至少给出一台机器及其工时");
                    return Err(wrong(here(), phrase("number of machines", "可选机器数"), 0, remedy));
                }
                at_most(
                    &here(),
                    phrase("machines to choose from", "台可选机器"),
                    modes.len(),
                    RESOURCES_MAX,
                )?;
                for Mode { machine, duration } in &modes {
                    below(here(), phrase("machine", "机器"), *machine, machines)?;
                    no_more(here(), phrase("duration", "工时"), *duration, NUMBER_MAX)?;
                }
                operations.push(Operation { job, step, modes });
            }
        }
        if operations.is_empty() {
            return Err(empty(whole));
        }
        Ok(Self { machines, jobs: count, operations })
    }

    /// How many machines there are.
    pub fn machines(&self) -> usize {
        self.machines
    }
    /// How many jobs there are.
    pub fn jobs(&self) -> usize {
        self.jobs
    }
    /// All operations, job by job, each job in its order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

impl Project {
    /// A project with these capacities and activities. `at` says where an activity stands, for whoever must correct
    /// it.
    ///
    /// # Errors
    /// The first mistake: an activity that uses more than there is, an unknown or circular successor, a number over
    /// the limits.
    pub fn new(
        capacities: Vec<u32>,
        activities: Vec<Activity>,
        at: impl Fn(usize) -> Phrase,
    ) -> Result<Self> {
        let whole = phrase("project", "项目");
        at_most(&whole, phrase("resources", "种资源"), capacities.len(), RESOURCES_MAX)?;
        at_most(&whole, phrase("activities", "项活动"), activities.len(), WORK_MAX)?;
        for capacity in &capacities {
            no_more(whole.clone(), phrase("capacity", "容量"), *capacity, NUMBER_MAX)?;
        }
        if activities.is_empty() {
            return Err(empty(whole));
        }
        let mut before = vec![0_usize; activities.len()];
        for (number, activity) in activities.iter().enumerate() {
            no_more(at(number), phrase("duration", "工期"), activity.duration, NUMBER_MAX)?;
            if activity.usage.len() != capacities.len() {
                let (n, remedy) = (capacities.len(), "give one number for each resource");
                let remedy = phrase(format!("{remedy}: {n}"), format!("请为 {n} 种资源各给出一个数"));
                let what = phrase("number of usages", "资源用量个数");
                return Err(wrong(at(number), what, activity.usage.len(), remedy));
            }
            for (usage, capacity) in activity.usage.iter().zip(&capacities) {
                no_more(at(number), phrase("usage", "资源用量"), *usage, *capacity)?;
            }
            at_most(&at(number), phrase("successors", "项后续活动"), activity.successors.len(), WORK_MAX)?;
            for &successor in &activity.successors {
                below(at(number), phrase("successor", "后续活动"), successor, activities.len())?;
                before[successor] += 1;
            }
        }
        let order = in_order(&activities, before);
        match order.iter().copied().collect::<std::collections::BTreeSet<_>>() {
            done if done.len() == activities.len() => Ok(Self { capacities, activities, order }),
            done => {
                let stuck = (0..activities.len()).find(|n| !done.contains(n)).unwrap_or_default();
                let what = phrase("activity that waits for itself", "活动等待其自身");
                let remedy = phrase("take a successor out of the loop", "请从循环中去掉一项后续活动");
                Err(wrong(at(stuck), what, stuck + 1, remedy))
            }
        }
    }

    /// How much there is of each resource.
    pub fn capacities(&self) -> &[u32] {
        &self.capacities
    }
    /// All activities.
    pub fn activities(&self) -> &[Activity] {
        &self.activities
    }
    /// The activities, none before one that it follows.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }
}

/// Those activities that can be put in an order, in that order.
fn in_order(activities: &[Activity], mut before: Vec<usize>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..activities.len()).filter(|n| before[*n] == 0).collect();
    let mut next = 0;
    while let Some(&ready) = order.get(next) {
        next += 1;
        for &successor in &activities[ready].successors {
            before[successor] -= 1;
            if before[successor] == 0 {
                order.push(successor);
            }
        }
    }
    order
}

fn wrong(at: Phrase, what: Phrase, value: impl std::fmt::Display, remedy: Phrase) -> Error {
    Error::Model { at, what, value: Phrase::plain(value), remedy }
}

fn empty(at: Phrase) -> Error {
    wrong(at, phrase("pieces of work", "工作数"), 0, phrase("give at least one", "请至少给出一项"))
}

fn at_most(at: &Phrase, what: Phrase, count: usize, limit: usize) -> Result<()> {
    if count > limit { Err(Error::TooMany { at: at.clone(), what, count, limit }) } else { Ok(()) }
}

fn no_more(at: Phrase, what: Phrase, value: u32, most: u32) -> Result<()> {
    if value <= most {
        return Ok(());
    }
    Err(wrong(at, what, value, phrase(format!("give at most {most}"), format!("请不要超过 {most}"))))
}

/// Numbers are told as the reader counts them, from 1.
fn below(at: Phrase, what: Phrase, index: usize, count: usize) -> Result<()> {
    if index < count {
        return Ok(());
    }
    let remedy =
        phrase(format!("there are {count}: use one of them"), format!("共有 {count} 个：请使用其中之一"));
    Err(wrong(at, what, index.saturating_add(1), remedy))
}
