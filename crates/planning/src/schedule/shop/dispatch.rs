//! First schedules of a shop: active schedules by Giffler and Thompson (1960), under several priority rules.

use super::graph::Sequence;
use crate::random::Random;
use crate::schedule::{Mode, Shop};

/// Who goes first on a machine.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// whose job has most work left
    MostWorkLeft,
    /// who can begin first
    FirstCome,
    /// who is done soonest
    Shortest,
    /// whose job has most work left, now and then anybody
    Mixed,
}

/// A sequence by this rule.
pub(super) fn dispatch(shop: &Shop, rule: Rule, random: &mut Random) -> Sequence {
    let operations = shop.operations();
    let shortest = |op: usize| operations[op].modes.iter().map(|mode| mode.duration).min().unwrap_or(0);
    let mut left = vec![0; operations.len()];
    for op in (0..operations.len()).rev() {
        let follows = operations.get(op + 1).is_some_and(|next| next.step > 0);
        left[op] = shortest(op) + if follows { left[op + 1] } else { 0 };
    }
    let firsts = (0..operations.len()).filter(|op| operations[*op].step == 0);
    // the next operation of each unfinished job, and when it is ready
    let mut next: Vec<(usize, u32)> = firsts.map(|op| (op, 0)).collect();
    let mut free = vec![0_u32; shop.machines()];
    let mut sequence =
        Sequence { modes: vec![0; operations.len()], order: Vec::with_capacity(operations.len()) };
    let mut soonest = vec![];
    while !next.is_empty() {
        soonest.clear();
        soonest.extend(next.iter().map(|&(op, ready)| {
            let ends = operations[op].modes.iter().enumerate().map(|(number, mode)| {
                let Mode { machine, duration } = *mode;
                let start = ready.max(free[machine]);
                (start + duration, duration, number, machine, start)
            });
            ends.min().unwrap_or_default()
        }));
        let Some(leader) = (0..next.len()).min_by_key(|n| soonest[*n].0) else { break };
        let (end, _, _, machine, _) = soonest[leader];
        // what takes no time may begin only when it ends
        let contest =
            (0..next.len()).filter(|n| *n == leader || (soonest[*n].3 == machine && soonest[*n].4 < end));
        let rank = |n: usize, random: &mut Random| match rule {
            Rule::MostWorkLeft => u32::MAX - left[next[n].0],
            Rule::FirstCome => soonest[n].4,
            Rule::Shortest => soonest[n].0,
            Rule::Mixed if random.permille(300) => random.below(1 << 20) as u32,
            Rule::Mixed => u32::MAX - left[next[n].0],
        };
        let chosen = contest.map(|n| (rank(n, random), random.below(1 << 20), n)).min();
        let Some((_, _, chosen)) = chosen else { break };
        let (end, _, mode, machine, _) = soonest[chosen];
        let op = next[chosen].0;
        sequence.modes[op] = mode as u32;
        sequence.order.push(op as u32);
        free[machine] = end;
        match operations.get(op + 1) {
            Some(following) if following.step > 0 => next[chosen] = (op + 1, end),
            _ => {
                next.swap_remove(chosen);
            }
        }
    }
    sequence
}
