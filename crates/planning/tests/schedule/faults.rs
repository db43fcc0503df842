//! The verifier finds what is wrong with a schedule.

use super::{project, shop};
use planning::schedule::{Fault, Schedule, Slot, check};

fn schedule(makespan: u32, slots: &[(usize, u32)]) -> Schedule {
    Schedule { makespan, slots: slots.iter().map(|&(mode, start)| Slot { mode, start }).collect() }
}

#[test]
fn a_shops_faults_are_found() {
    // job 0 on machine 0, then on 1 or faster on 0; job 1 on machine 0
    let problem = shop(2, vec![vec![vec![(0, 3)], vec![(1, 4), (0, 2)]], vec![vec![(0, 2)]]]);
    let cases = [
        (schedule(7, &[(0, 0), (0, 3), (0, 3)]), Ok(())),
        (schedule(7, &[(0, 2), (1, 5), (0, 0)]), Ok(())),
        (schedule(7, &[(0, 0), (0, 3)]), Err(Fault::Count { slots: 2, work: 3 })),
        (schedule(7, &[(0, 0), (2, 3), (0, 3)]), Err(Fault::Mode { piece: 1, mode: 2 })),
        (schedule(6, &[(0, 0), (0, 2), (0, 3)]), Err(Fault::Precedence { before: 0, after: 1 })),
        (
            schedule(7, &[(0, 0), (0, 3), (0, 2)]),
            Err(Fault::Capacity { resource: 0, at: 2, used: 2, capacity: 1 }),
        ),
        (schedule(6, &[(0, 0), (0, 3), (0, 3)]), Err(Fault::Makespan { said: 6, is: 7 })),
    ];
    for (schedule, verdict) in cases {
        assert_eq!(check(&problem, &schedule), verdict, "{schedule:?}");
    }
}

#[test]
fn a_projects_faults_are_found() {
    let problem = project(
        vec![3],
        vec![(2, vec![2], vec![true, false]), (3, vec![1], vec![false]), (2, vec![2], vec![])],
    );
    let cases = [
        (schedule(5, &[(0, 0), (0, 2), (0, 2)]), Ok(())),
        (schedule(5, &[(0, 0), (1, 2), (0, 2)]), Err(Fault::Mode { piece: 1, mode: 1 })),
        (schedule(4, &[(0, 0), (0, 1), (0, 2)]), Err(Fault::Precedence { before: 0, after: 1 })),
        (
            schedule(5, &[(0, 0), (0, 2), (0, 1)]),
            Err(Fault::Capacity { resource: 0, at: 1, used: 4, capacity: 3 }),
        ),
        (schedule(9, &[(0, 0), (0, 2), (0, 2)]), Err(Fault::Makespan { said: 9, is: 5 })),
    ];
    for (schedule, verdict) in cases {
        assert_eq!(check(&problem, &schedule), verdict, "{schedule:?}");
    }
}
