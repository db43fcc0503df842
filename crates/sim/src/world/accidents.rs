//! What befalls peers and lines by themselves: partitions, peers that go and come back, clocks that jump.
//!
//! Each happens after a time drawn from the seed, with the mean that [`Faults`] say. A new setting of faults ends the
//! accidents of the one before: a partition heals, clocks are set right, and who is off comes back when it would have.

use super::World;
use super::queue::{Accident, Event};
use crate::faults::Faults;

/// How the network is parted: by a number that gives each node its group.
pub(super) struct Parted {
    salt: u64,
    groups: u64,
    /// connections that were cut
    cut: Vec<(usize, usize)>,
}

impl World {
    /// From now on other faults.
    pub fn set_faults(&mut self, faults: Faults) {
        self.heal();
        self.faults = faults;
        self.settings += 1;
        for who in 0..self.len() {
            self.expose(who);
        }
        self.later(faults.whole_s, Accident::Part);
    }

    /// Lays a node open to the faults of the day.
    pub(super) fn expose(&mut self, who: usize) {
        let faults = self.faults;
        self.peers[who].wander_ms = match faults.skew_ms_max {
            0 => 0,
            most => self.rng.i64(-most..=most),
        };
        self.later(faults.stays_s, Accident::SwitchOff { who });
        self.later(faults.steady_s, Accident::Jump { who });
    }

    /// Schedules an accident after a time with this mean.
    fn later(&mut self, mean_s: i64, what: Accident) {
        if mean_s > 0 {
            // waiting for what comes at any moment alike: the exponential distribution, cut off where it hardly reaches
            let factor = -(1.0 - self.rng.f64()).ln().min(20.0);
            let in_ms = 1 + (factor * mean_s as f64 * 1_000.0) as i64;
            self.schedule(in_ms, Event::Accident { of: self.settings, what });
        }
    }

    pub(super) fn befall(&mut self, what: Accident) {
        let faults = self.faults;
        match what {
            Accident::SwitchOff { who } => {
                if self.peers[who].node.is_some() {
                    self.kill(who);
                    self.switched_off += 1;
                    let off_ms = 1 + self.rng.i64(0..=faults.off_s_max * 1_000);
                    self.schedule(off_ms, Event::Restart { who });
                }
                self.later(faults.stays_s, what);
            }
            Accident::Jump { who } => {
                let by_ms = self.rng.i64(-faults.jump_ms_max..=faults.jump_ms_max);
                self.peers[who].wander_ms += by_ms;
                self.jumps += 1;
                self.later(faults.steady_s, what);
            }
            Accident::Part => {
                self.part();
                let for_ms = 1 + self.rng.i64(0..=faults.parted_s_max * 1_000);
                self.schedule(for_ms, Event::Accident { of: self.settings, what: Accident::Heal });
            }
            Accident::Heal => {
                self.heal();
                self.later(faults.whole_s, Accident::Part);
            }
        }
    }

    fn part(&mut self) {
        let groups = self.rng.u64(2..=u64::from(self.faults.parts_max.max(2)));
        let parted = Parted { salt: self.rng.u64(..), groups, cut: vec![] };
        self.partitions += 1;
        let across: Vec<(usize, usize)> = (0..self.len())
            .flat_map(|a| self.peers[a].links.range(a + 1..).map(move |(b, _)| (a, *b)))
            .filter(|(a, b)| parted.between(*a, *b))
            .collect();
        self.parted = Some(Parted { cut: across.clone(), ..parted });
        across.into_iter().for_each(|(a, b)| self.unlink(a, b));
    }

    fn heal(&mut self) {
        let Some(parted) = self.parted.take() else { return };
        for (a, b) in parted.cut {
            let in_ms = 1 + self.rng.i64(0..=1_000);
            self.schedule(in_ms, Event::Link { a, b });
        }
    }

    /// Cuts a node off from all others, until it is [joined](Self::join) again.
    pub fn cut_off(&mut self, who: usize) {
        self.cut_off.insert(who);
        let links: Vec<usize> = self.peers[who].links.keys().copied().collect();
        links.into_iter().for_each(|other| self.unlink(who, other));
    }
    /// Ends what [`cut_off`](Self::cut_off) began.
    pub fn join(&mut self, who: usize) {
        self.cut_off.remove(&who);
        let known: Vec<usize> =
            self.peers[who].book.iter().filter_map(|agent| self.by_agent.get(agent).copied()).collect();
        known.into_iter().for_each(|b| self.schedule(1, Event::Link { a: who, b }));
    }

    /// True while a partition lies between the two.
    pub(super) fn parted(&self, a: usize, b: usize) -> bool {
        let alone = self.cut_off.contains(&a) || self.cut_off.contains(&b);
        alone || self.parted.as_ref().is_some_and(|parted| parted.between(a, b))
    }
}

impl Parted {
    fn between(&self, a: usize, b: usize) -> bool {
        self.group(a) != self.group(b)
    }
    /// A multiplicative hash (Knuth, The Art of Computer Programming 3, section 6.4).
    fn group(&self, who: usize) -> u64 {
        let mixed = ((who as u64 + 1) ^ self.salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 33) % self.groups
    }
}
