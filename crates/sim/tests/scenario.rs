//! Whole scenarios under faults and lies: nothing that must hold breaks, and a seed is one history.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use sim::scenario::{Played, Scenario, Setting, play};
use sim::soak;

fn village(nodes: usize, seed: u64, faults: &str) -> (Scenario, Setting) {
    (
        Scenario::built_in("village").unwrap(),
        Setting { nodes, hours: 24, seed, trials: faults.parse().unwrap() },
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

/// Small enough for a test, whatever the seed says.
fn mixed(seed: u64) {
    let (name, setting) = soak::mix(seed);
    let scenario = Scenario::built_in(name).unwrap();
    let small = Setting { nodes: setting.nodes.min(30), hours: 24, ..setting };
    let (played, shortest) = soak::run(&scenario, &small).unwrap();
    assert!(shortest.is_none(), "{name}, seed {seed}: {shortest:#?}");
    good(&played);
}

#[test]
fn a_fixed_set_of_mixes_breaks_nothing() {
    (1..=4).for_each(mixed);
}

#[test]
fn mixes_nobody_has_seen_before_break_nothing() {
    let clock = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let first = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(clock);
    println!("fresh seeds from {first}: SEED={first} runs these again");
    (first..first + 2).for_each(mixed);
}
