//! What no schedule of a project can be shorter than.
//!
//! The longest path; and for each resource, the work of those activities that have at least this much path before
//! them and at least that much after them, done without a gap in between.

use super::network::{Network, Way};
use crate::schedule::Project;

/// Pairs of path lengths are looked at up to this many activities; beyond, only all activities together.
const ACTIVITIES_IN_PAIRS_MAX: usize = 2_000;

/// A lower bound of the makespan.
pub(super) fn lower_bound(project: &Project, network: &Network) -> u32 {
    let (heads, tails) = (network.paths(Way::FromStart), network.paths(Way::FromEnd));
    let lengths = (0..network.len()).map(|n| heads[n] + network.duration(n) + tails[n]);
    let longest = lengths.max().unwrap_or(0);
    let mut from: Vec<u32> = heads.clone();
    from.sort_unstable();
    from.dedup();
    if network.len() > ACTIVITIES_IN_PAIRS_MAX {
        from.truncate(1);
    }
    let mut by_tail: Vec<usize> = (0..network.len()).collect();
    by_tail.sort_by_key(|n| std::cmp::Reverse(tails[*n]));
    let mut bound = longest;
    for head in from {
        let mut work = vec![0_u64; project.capacities().len()];
        for &n in by_tail.iter().filter(|n| heads[**n] >= head) {
            let activity = &project.activities()[n];
            for (k, capacity) in project.capacities().iter().enumerate().filter(|(_, c)| **c > 0) {
                work[k] += u64::from(activity.usage[k]) * u64::from(activity.duration);
                let busy = u32::try_from(work[k].div_ceil(u64::from(*capacity))).unwrap_or(u32::MAX);
                if activity.usage[k] > 0 {
                    bound = bound.max(head.saturating_add(busy).saturating_add(tails[n]));
                }
            }
        }
    }
    bound
}
