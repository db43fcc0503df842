//! The shortest makespan of a tiny problem, by trying every order.

use planning::schedule::{Problem, Project, Shop};

pub(crate) fn shortest(problem: &Problem) -> u32 {
    match problem {
        Problem::Shop(shop) => {
            let firsts = shop.operations().iter().enumerate().filter(|(_, operation)| operation.step == 0);
            let next: Vec<_> = firsts.map(|(n, _)| (Some(n), 0)).collect();
            shop_from(shop, &next, &vec![0; shop.machines()])
        }
        Problem::Project(project) => project_from(project, &vec![None; project.activities().len()]),
    }
}

/// `next` holds each job's next operation and when it is ready, `free` when each machine is.
fn shop_from(shop: &Shop, next: &[(Option<usize>, u32)], free: &[u32]) -> u32 {
    let mut shortest = None;
    for (job, (operation, ready)) in next.iter().enumerate() {
        let Some(n) = *operation else { continue };
        for mode in &shop.operations()[n].modes {
            let end = (*ready).max(free[mode.machine]) + mode.duration;
            let follows = shop.operations().get(n + 1).is_some_and(|operation| operation.step > 0);
            let (mut next, mut free) = (next.to_vec(), free.to_vec());
            next[job] = (follows.then_some(n + 1), end);
            free[mode.machine] = end;
            let found = shop_from(shop, &next, &free);
            shortest = Some(shortest.map_or(found, |best: u32| best.min(found)));
        }
    }
    shortest.unwrap_or_else(|| next.iter().map(|(_, ready)| *ready).max().unwrap())
}

/// `starts` holds what is placed already; each other activity in turn comes as early as it fits.
fn project_from(project: &Project, starts: &[Option<u32>]) -> u32 {
    let activities = project.activities();
    let end = |n: usize| starts[n].map(|start| start + activities[n].duration);
    let mut shortest = None;
    for n in (0..activities.len()).filter(|n| starts[*n].is_none()) {
        let before = (0..activities.len()).filter(|b| activities[*b].successors.contains(&n));
        let Some(ready) = before.map(end).try_fold(0, |ready, end| end.map(|end| end.max(ready))) else {
            continue;
        };
        let fits = |time: u32| {
            project.capacities().iter().enumerate().all(|(k, capacity)| {
                let busy =
                    |o: &usize| starts[*o].is_some_and(|s| s <= time && time < s + activities[*o].duration);
                let used: u32 = (0..activities.len()).filter(busy).map(|o| activities[o].usage[k]).sum();
                used + activities[n].usage[k] <= *capacity
            })
        };
        let start = (ready..).find(|start| (*start..start + activities[n].duration).all(fits)).unwrap();
        let mut starts = starts.to_vec();
        starts[n] = Some(start);
        let found = project_from(project, &starts);
        shortest = Some(shortest.map_or(found, |best: u32| best.min(found)));
    }
    shortest.unwrap_or_else(|| (0..activities.len()).filter_map(end).max().unwrap())
}
