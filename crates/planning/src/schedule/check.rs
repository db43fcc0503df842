//! Whether a schedule can be carried out, found out anew from the problem alone.
//!
//! Nothing here is shared with the search: what the search gets wrong must not be wrong here in the same way.

use super::{Problem, Project, Schedule, Shop, Slot};
use std::collections::BTreeMap;

/// Why a schedule cannot be carried out, or is not what it says. Pieces of work are numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More or fewer slots than work.
    #[error("{slots} slots for {work} pieces of work")]
    Count {
        /// slots there are
        slots: usize,
        /// pieces of work there are
        work: usize,
    },
    /// A mode that the piece of work does not have.
    #[error("piece {piece} has no mode {mode}")]
    Mode {
        /// which
        piece: usize,
        /// in which mode
        mode: usize,
    },
    /// A piece of work that begins before one that it follows has ended.
    #[error("piece {after} begins before piece {before} has ended")]
    Precedence {
        /// the one that must end
        before: usize,
        /// the one that begins too early
        after: usize,
    },
    /// More of a machine or resource in use than there is.
    #[error("{used} in use of resource {resource} at {at}, which has {capacity}")]
    Capacity {
        /// which
        resource: usize,
        /// the first such time
        at: u32,
        /// how much is in use
        used: u64,
        /// how much there is
        capacity: u64,
    },
    /// Another end than it says.
    #[error("a makespan of {said} is told, and it is {is}")]
    Makespan {
        /// as told
        said: u32,
        /// as it is
        is: u64,
    },
}

/// Checks a schedule against its problem.
///
/// # Errors
/// The first fault found.
pub fn check(problem: &Problem, schedule: &Schedule) -> Result<(), Fault> {
    let slots = &schedule.slots;
    let ends = match problem {
        Problem::Shop(shop) => check_shop(shop, slots)?,
        Problem::Project(project) => check_project(project, slots)?,
    };
    match ends.into_iter().max().unwrap_or(0) {
        is if is == u64::from(schedule.makespan) => Ok(()),
        is => Err(Fault::Makespan { said: schedule.makespan, is }),
    }
}

fn count(slots: &[Slot], work: usize) -> Result<(), Fault> {
    if slots.len() == work { Ok(()) } else { Err(Fault::Count { slots: slots.len(), work }) }
}

fn check_shop(shop: &Shop, slots: &[Slot]) -> Result<Vec<u64>, Fault> {
    let operations = shop.operations();
    count(slots, operations.len())?;
    let mut ends = Vec::new();
    let mut uses = Vec::new();
    for (piece, (operation, slot)) in operations.iter().zip(slots).enumerate() {
        let mode = operation.modes.get(slot.mode).ok_or(Fault::Mode { piece, mode: slot.mode })?;
        let (start, end) = (u64::from(slot.start), u64::from(slot.start) + u64::from(mode.duration));
        if operation.step > 0 && start < ends[piece - 1] {
            return Err(Fault::Precedence { before: piece - 1, after: piece });
        }
        ends.push(end);
        uses.push((mode.machine, start, end, 1));
    }
    capacity(uses, |_| 1)?;
    Ok(ends)
}

fn check_project(project: &Project, slots: &[Slot]) -> Result<Vec<u64>, Fault> {
    let activities = project.activities();
    count(slots, activities.len())?;
    let mut ends = Vec::new();
    let mut uses = Vec::new();
    for (piece, (activity, slot)) in activities.iter().zip(slots).enumerate() {
        if slot.mode != 0 {
            return Err(Fault::Mode { piece, mode: slot.mode });
        }
        let (start, end) = (u64::from(slot.start), u64::from(slot.start) + u64::from(activity.duration));
        if let Some(&after) = activity.successors.iter().find(|after| u64::from(slots[**after].start) < end) {
            return Err(Fault::Precedence { before: piece, after });
        }
        ends.push(end);
        uses.extend(activity.usage.iter().enumerate().map(|(k, used)| (k, start, end, u64::from(*used))));
    }
    capacity(uses, |k| u64::from(project.capacities()[k]))?;
    Ok(ends)
}

/// `uses` are resource, start, end and amount.
fn capacity(uses: Vec<(usize, u64, u64, u64)>, of: impl Fn(usize) -> u64) -> Result<(), Fault> {
    let mut changes: BTreeMap<(usize, u64), (u64, u64)> = BTreeMap::new();
    for (resource, start, end, amount) in uses.into_iter().filter(|(_, start, end, _)| start < end) {
        changes.entry((resource, start)).or_default().0 += amount;
        changes.entry((resource, end)).or_default().1 += amount;
    }
    let (mut now, mut used) = (0, 0);
    for ((resource, at), (more, less)) in changes {
        if resource != now {
            (now, used) = (resource, 0);
        }
        used = used + more - less;
        if used > of(resource) {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            return Err(Fault::Capacity { resource, at, used, capacity: of(resource) });
        }
    }
    Ok(())
}
