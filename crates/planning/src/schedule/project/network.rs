//! A project as the search sees it, and the serial way to schedule it: each activity in turn, as early as it fits.

use crate::schedule::{Project, Schedule, Slot};

/// Which way time runs: from the end, activities follow their successors.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    FromStart,
    FromEnd,
}

pub(super) struct Network<'a> {
    project: &'a Project,
    before: Vec<Vec<usize>>,
    profile: Profile,
    ends: Vec<u32>,
}

impl<'a> Network<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        let activities = project.activities();
        let mut before = vec![vec![]; activities.len()];
        for (number, activity) in activities.iter().enumerate() {
            activity.successors.iter().for_each(|after| before[*after].push(number));
        }
        let profile = Profile::new(project.capacities());
        Self { project, before, profile, ends: vec![0; activities.len()] }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn before(&self, activity: usize) -> &[usize] {
        &self.before[activity]
    }

    pub(super) fn after(&self, activity: usize) -> &[usize] {
        &self.project.activities()[activity].successors
    }

    /// The longest path to each activity's start, without regard to resources.
    pub(super) fn paths(&self, way: Way) -> Vec<u32> {
        let mut heads = vec![0; self.len()];
        let order = self.project.order();
        let mut visit = |activity: usize| {
            let ends = self.precede(activity, way).iter().map(|b| heads[*b] + self.duration(*b));
            heads[activity] = ends.max().unwrap_or(0);
        };
        match way {
            Way::FromStart => order.iter().for_each(|activity| visit(*activity)),
            Way::FromEnd => order.iter().rev().for_each(|activity| visit(*activity)),
        }
        heads
    }

    fn precede(&self, activity: usize, way: Way) -> &[usize] {
        match way {
            Way::FromStart => &self.before[activity],
            Way::FromEnd => self.after(activity),
        }
    }

    pub(super) fn duration(&self, activity: usize) -> u32 {
        self.project.activities()[activity].duration
    }

    /// Schedules the activities in the order of `list`, in which none precedes one it waits for. Start times go to
    /// `starts`, counted the way time runs; gives the makespan.
    pub(super) fn serial(&mut self, list: &[usize], way: Way, starts: &mut [u32]) -> u32 {
        self.profile.clear();
        let mut makespan = 0;
        for &number in list {
            let ready = self.precede(number, way).iter().map(|before| self.ends[*before]).max().unwrap_or(0);
            let activity = &self.project.activities()[number];
            let start = self.profile.earliest(ready, activity.duration, &activity.usage);
            self.profile.take(start, activity.duration, &activity.usage);
            starts[number] = start;
            self.ends[number] = start + activity.duration;
            makespan = makespan.max(self.ends[number]);
        }
        makespan
    }

    pub(super) fn schedule(makespan: u32, starts: &[u32]) -> Schedule {
        Schedule { makespan, slots: starts.iter().map(|start| Slot { mode: 0, start: *start }).collect() }
    }
}

/// What is free of each resource, from each time to the next; after the last, everything for ever.
struct Profile {
    capacities: Vec<u32>,
    times: Vec<u32>,
    free: Vec<u32>,
}

impl Profile {
    fn new(capacities: &[u32]) -> Self {
        let mut profile = Self { capacities: capacities.to_vec(), times: vec![], free: vec![] };
        profile.clear();
        profile
    }

    fn clear(&mut self) {
        self.times.clear();
        self.times.push(0);
        self.free.clear();
        self.free.extend_from_slice(&self.capacities);
    }

    fn free(&self, at: usize) -> &[u32] {
        &self.free[at * self.capacities.len()..(at + 1) * self.capacities.len()]
    }

    /// The stretch in which this time lies.
    fn stretch(&self, time: u32) -> usize {
        self.times.partition_point(|from| *from <= time) - 1
    }

    fn earliest(&self, ready: u32, duration: u32, usage: &[u32]) -> u32 {
        let mut start = ready;
        let mut at = self.stretch(ready);
        while let Some(next) = self.times.get(at + 1) {
            if duration > 0 && usage.iter().zip(self.free(at)).any(|(used, free)| used > free) {
                start = *next;
            } else if *next >= start + duration {
                break;
            }
            at += 1;
        }
        start
    }

    fn take(&mut self, start: u32, duration: u32, usage: &[u32]) {
        if duration == 0 || usage.iter().all(|used| *used == 0) {
            return;
        }
        let (from, to) = (self.cut(start), self.cut(start + duration));
        for at in from..to {
            let row = at * self.capacities.len();
            usage.iter().enumerate().for_each(|(k, used)| self.free[row + k] -= used);
        }
    }

    /// The stretch that begins at this time, made if there is none.
    fn cut(&mut self, time: u32) -> usize {
        let at = self.stretch(time);
        if self.times[at] == time {
            return at;
        }
        let width = self.capacities.len();
        self.times.insert(at + 1, time);
        let (old, new) = (at * width, (at + 1) * width);
        let end = self.free.len();
        self.free.extend((0..width).map(|_| 0));
        self.free.copy_within(old..end, new);
        at + 1
    }
}
