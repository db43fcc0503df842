//! Whole scenarios under faults and lies: nothing that must hold breaks, and a seed is one history.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use sim::scenario::{Played, Scenario, Setting, play};
use sim::soak;

fn village(nodes: usize, seed: u64, faults: &str) -> (Scenario, Setting) {
    (
        Scenario::built_in("village").unwrap(),
        Setting { nodes, days: 1, seed, trials: faults.parse().unwrap() },
    )
}

fn good(played: &Played) {
    assert!(played.violation.is_none(), "seed {}: {:#?}", played.seed, played.violation);
}

#[test]
fn a_village_lives_a_day_and_its_goods_arrive() {
    let (scenario, setting) = village(40, 1, "none");
    let played = play(&scenario, &setting, |_, _| {}).unwrap();
    good(&played);
    assert!(played.bound > 5 && played.delivered > 0, "{played:#?}");
}

#[test]
fn one_seed_is_one_history_under_all_faults_and_another_seed_is_another() {
    let run = |seed| {
        let (scenario, setting) = village(24, seed, "all");
        play(&scenario, &setting, |_, _| {}).unwrap()
    };
    let first = run(5);
    assert_eq!(first, run(5));
    assert_ne!(first.digest, run(6).digest);
}

#[test]
fn a_fixed_set_of_mixes_breaks_nothing() {
    for seed in 1..=4 {
        let (name, setting) = soak::mix(seed);
        let scenario = Scenario::built_in(name).unwrap();
        let (played, small) = soak::run(&scenario, &Setting { days: 1, ..setting }).unwrap();
        assert!(small.is_none(), "{name}, seed {seed}: {small:#?}");
        good(&played);
    }
}
