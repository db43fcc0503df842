//! What no schedule of a shop can be shorter than.
//!
//! The longest job; for each machine, its own work done preemptively between heads and tails (Jackson's preemptive
//! schedule; Carlier and Pinson, "An algorithm for solving the job-shop problem", Management Science 35, 1989); for
//! machines that can stand in for one another, the work that only they can do, shared evenly among them.

use crate::schedule::Shop;
use std::collections::BinaryHeap;

/// Sets of machines are looked at one by one up to this many machines.
const MACHINES_IN_SETS_MAX: usize = 12;

struct Piece {
    head: u32,
    duration: u32,
    tail: u32,
    machines: u64,
}

/// A lower bound of the makespan.
pub(super) fn lower_bound(shop: &Shop) -> u32 {
    let pieces = pieces(shop);
    let longest = pieces.iter().map(|p| p.head + p.duration + p.tail).max().unwrap_or(0);
    let alone = (0..shop.machines()).map(|machine| {
        let own = |n: &usize| shop.operations()[*n].modes.iter().all(|mode| mode.machine == machine);
        one_machine((0..pieces.len()).filter(own).map(|n| &pieces[n]).collect())
    });
    let together = if shop.machines() <= MACHINES_IN_SETS_MAX {
        (1..1_u64 << shop.machines()).map(|set| shared(&pieces, set)).max().unwrap_or(0)
    } else {
        0
    };
    longest.max(alone.max().unwrap_or(0)).max(together)
}

fn pieces(shop: &Shop) -> Vec<Piece> {
    let operations = shop.operations();
    let mut pieces: Vec<Piece> = vec![];
    for operation in operations {
        let head = match pieces.last() {
            Some(before) if operation.step > 0 => before.head + before.duration,
            _ => 0,
        };
        let duration = operation.modes.iter().map(|mode| mode.duration).min().unwrap_or(0);
        let machines = operation
            .modes
            .iter()
            .fold(0, |set, mode| set | 1_u64.checked_shl(mode.machine as u32).unwrap_or(0));
        pieces.push(Piece { head, duration, tail: 0, machines });
    }
    for n in (1..pieces.len()).rev() {
        if operations[n].step > 0 {
            pieces[n - 1].tail = pieces[n].tail + pieces[n].duration;
        }
    }
    pieces
}

/// The end of Jackson's preemptive schedule: of what is there, always the piece with the longest tail.
fn one_machine(mut pieces: Vec<&Piece>) -> u32 {
    pieces.sort_by_key(|piece| piece.head);
    let mut waiting: BinaryHeap<(u32, u32)> = BinaryHeap::new();
    let (mut now, mut end, mut next) = (0, 0, 0);
    while next < pieces.len() || !waiting.is_empty() {
        if waiting.is_empty() {
            now = now.max(pieces[next].head);
        }
        while let Some(piece) = pieces.get(next).filter(|piece| piece.head <= now) {
            waiting.push((piece.tail, piece.duration));
            next += 1;
        }
        let Some((tail, duration)) = waiting.pop() else { continue };
        let until = pieces.get(next).map_or(u32::MAX, |piece| piece.head);
        let worked = duration.min(until - now);
        now += worked;
        if worked == duration {
            end = end.max(now + tail);
        } else {
            waiting.push((tail, duration - worked));
        }
    }
    end
}

/// The work that only these machines can do, after the smallest head and before the smallest tail.
fn shared(pieces: &[Piece], set: u64) -> u32 {
    let own = || pieces.iter().filter(|piece| piece.machines & !set == 0);
    let work: u32 = own().map(|piece| piece.duration).sum();
    let head = own().map(|piece| piece.head).min().unwrap_or(0);
    let tail = own().map(|piece| piece.tail).min().unwrap_or(0);
    head + work.div_ceil(set.count_ones()) + tail
}
