//! What must hold of every search for a schedule, on random small problems.

#![allow(clippy::unwrap_used, clippy::panic)]

mod exact;
mod faults;

use exact::shortest;
use planning::schedule::{Activity, Mode, Outcome, Problem, Project, Shop, check, search};
use proptest::collection::vec;
use proptest::prelude::*;
use vocab::Phrase;

fn shop(machines: usize, jobs: Vec<Vec<Vec<(usize, u32)>>>) -> Problem {
    let mode = |(machine, duration)| Mode { machine, duration };
    let modes = |modes: Vec<_>| modes.into_iter().map(mode).collect();
    let jobs = jobs.into_iter().map(|job: Vec<_>| job.into_iter().map(modes).collect()).collect();
    Problem::Shop(Shop::new(machines, jobs, Phrase::plain).unwrap())
}

/// Activities with their duration, usage and, of those after them, which follow.
fn project(capacities: Vec<u32>, activities: Vec<(u32, Vec<u32>, Vec<bool>)>) -> Problem {
    let count = activities.len();
    let activity = |(n, (duration, usage, follow)): (usize, (u32, Vec<u32>, Vec<bool>))| Activity {
        duration,
        usage: usage.iter().zip(&capacities).map(|(used, of)| used % (of + 1)).collect(),
        successors: (n + 1..count).zip(follow).filter(|(_, follows)| *follows).map(|(n, _)| n).collect(),
    };
    let activities = activities.into_iter().enumerate().map(activity).collect();
    Problem::Project(Project::new(capacities.clone(), activities, Phrase::plain).unwrap())
}

prop_compose! {
    fn shops(jobs: usize, steps: usize, modes: usize)(machines in 1..4_usize)(
        jobs in vec(vec(vec((0..machines, 0..9_u32), 1..=modes), 1..=steps), 1..=jobs),
        machines in Just(machines),
    ) -> Problem {
        shop(machines, jobs)
    }
}

prop_compose! {
    fn projects(activities: usize)(
        capacities in vec(1..5_u32, 1..3),
        activities in vec((0..7_u32, vec(0..9_u32, 2), vec(prop::bool::weighted(0.3), 12)), 1..=activities),
    ) -> Problem {
        let width = capacities.len();
        let fit = |(duration, usage, follow): (u32, Vec<u32>, Vec<bool>)| (duration, usage[..width].to_vec(), follow);
        project(capacities, activities.into_iter().map(fit).collect())
    }
}

fn search_for(problem: &Problem, seed: u64, moves: u64) -> Outcome {
    search(problem, seed, |so_far| so_far.moves < moves)
}

fn sound(problem: &Problem, seed: u64) {
    let outcome = search_for(problem, seed, 400);
    check(problem, &outcome.schedule).unwrap();
    assert!(outcome.schedule.makespan <= outcome.start);
    assert!(outcome.bound <= outcome.schedule.makespan);
    assert_eq!(outcome, search_for(problem, seed, 400), "the same seed, the same search");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_shops_schedule_can_be_carried_out_and_is_no_worse_than_its_start(
        problem in shops(6, 5, 3), seed: u64,
    ) {
        sound(&problem, seed);
    }

    #[test]
    fn a_projects_schedule_can_be_carried_out_and_is_no_worse_than_its_start(
        problem in projects(12), seed: u64,
    ) {
        sound(&problem, seed);
    }

    #[test]
    fn a_tiny_shop_is_solved(problem in shops(3, 3, 2), seed: u64) {
        let outcome = search_for(&problem, seed, 4_000);
        let shortest = shortest(&problem);
        prop_assert_eq!(outcome.schedule.makespan, shortest);
        prop_assert!(outcome.bound <= shortest);
    }

    #[test]
    fn a_tiny_project_is_solved(problem in projects(6), seed: u64) {
        let outcome = search_for(&problem, seed, 2_000);
        let shortest = shortest(&problem);
        prop_assert_eq!(outcome.schedule.makespan, shortest);
        prop_assert!(outcome.bound <= shortest);
    }
}

/// The six jobs on six machines of Fisher and Thompson (1963), whose shortest makespan is 55.
const FT06: &str = "6 6
2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1
";

#[test]
fn a_classic_is_solved_by_every_seed() {
    let problem = planning::schedule::read(FT06).unwrap();
    for seed in 0..20 {
        let outcome = search(&problem, seed, |so_far| so_far.moves < 100_000 && so_far.makespan > 55);
        assert_eq!(outcome.schedule.makespan, 55, "seed {seed}");
        check(&problem, &outcome.schedule).unwrap();
    }
}

#[test]
fn a_search_that_may_not_go_on_returns_its_start() {
    let problem = planning::schedule::read(FT06).unwrap();
    let outcome = search(&problem, 1, |_| false);
    assert_eq!((outcome.schedule.makespan, outcome.moves), (outcome.start, 0));
    check(&problem, &outcome.schedule).unwrap();
}

#[test]
fn nobody_is_asked_to_go_on_when_the_bound_is_reached() {
    let one_after_the_other = shop(1, vec![vec![vec![(0, 3)]], vec![vec![(0, 4)]]]);
    let side_by_side = project(vec![2], vec![(3, vec![1], vec![]), (4, vec![1], vec![])]);
    for (problem, makespan) in [(one_after_the_other, 7), (side_by_side, 4)] {
        let outcome = search(&problem, 1, |_| panic!("there is nothing to search for"));
        assert_eq!((outcome.schedule.makespan, outcome.bound), (makespan, makespan));
    }
}
