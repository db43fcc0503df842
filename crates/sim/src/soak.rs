//! Seeds until stopped: each another mix of scenario, size and faults. A violation is made small before it is shown.

use serde::Serialize;

use crate::scenario::{Played, Scenario, Setting, Trial, Trials, Violation, play, play_watching};

/// Most runs that are spent on making a violation small.
const SHRINKS_MAX: usize = 40;

/// What many runs came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Soaked {
    /// how many
    pub runs: u64,
    /// their sums; of what cannot be added, nothing
    #[serde(flatten)]
    pub total: Played,
}

impl Soaked {
    /// Adds a run.
    pub fn add(&mut self, played: &Played) {
        self.runs += 1;
        let all = &mut self.total;
        let sums = [
            (&mut all.bound, played.bound),
            (&mut all.delivered, played.delivered),
            (&mut all.declined, played.declined),
            (&mut all.lapsed, played.lapsed),
            (&mut all.pools_made, played.pools_made),
            (&mut all.pools_lapsed, played.pools_lapsed),
            (&mut all.pools_disputed, played.pools_disputed),
            (&mut all.messages, played.messages),
            (&mut all.bytes, played.bytes),
            (&mut all.events, played.events),
            (&mut all.records, played.records),
            (&mut all.crashes, played.crashes),
            (&mut all.switched_off, played.switched_off),
            (&mut all.partitions, played.partitions),
            (&mut all.jumps, played.jumps),
            (&mut all.lies_refused, played.lies_refused),
            (&mut all.lies_proved, played.lies_proved),
        ];
        sums.into_iter().for_each(|(sum, more)| *sum += more);
        all.nodes += played.nodes;
        all.hours += played.hours;
        all.violations += played.violations;
        for (lie, times) in &played.lies {
            *all.lies.entry(lie.clone()).or_default() += times;
        }
    }
}

/// The scenario and setting that follow from a seed.
pub fn mix(seed: u64) -> (&'static str, Setting) {
    let mut rng = fastrand::Rng::with_seed(seed ^ 0x50a4);
    let (name, _) = Scenario::BUILT_IN[rng.usize(0..Scenario::BUILT_IN.len())];
    let nodes = rng.usize(20..=90);
    let hours = 24 * rng.u32(1..=2);
    let trials = match rng.u32(0..4) {
        0 => Trials::all(),
        1 => Trials(Trial::all().filter(|trial| !matches!(trial, Trial::Lie(_)) && rng.bool()).collect()),
        _ => Trials(Trial::all().filter(|_| rng.u32(0..3) == 0).collect()),
    };
    (name, Setting { nodes, hours, seed, trials })
}

/// Plays a setting; a violation comes with what led to it, in the smallest run found that still shows one.
///
/// # Errors
/// As [`play`].
pub fn run(scenario: &Scenario, setting: &Setting) -> Result<(Played, Option<(Setting, Violation)>), String> {
    let played = play(scenario, setting, |_, _| {})?;
    let small = match &played.violation {
        None => None,
        Some(_) => Some(shrink(scenario, setting)?),
    };
    Ok((played, small))
}

/// The smallest run found that still breaks an invariant, and what befell those whom it concerns.
///
/// Tries to do without each fault, with half the nodes, and with fewer days, as long as something still breaks.
///
/// # Errors
/// As [`play`], or that the run breaks nothing.
pub fn shrink(scenario: &Scenario, setting: &Setting) -> Result<(Setting, Violation), String> {
    let mut best = setting.clone();
    let mut agents = vec![];
    let mut left = SHRINKS_MAX;
    let mut breaks = |candidate: &Setting| -> Result<Option<Vec<usize>>, String> {
        if left == 0 {
            return Ok(None);
        }
        left -= 1;
        Ok(play(scenario, candidate, |_, _| {})?.violation.map(|violation| violation.agents))
    };
    loop {
        let mut smaller = vec![];
        if best.hours > 24 {
            smaller.push(Setting { hours: best.hours - 24, ..best.clone() });
        }
        if best.nodes > 8 {
            smaller.push(Setting { nodes: best.nodes / 2, ..best.clone() });
            smaller.push(Setting { nodes: best.nodes * 3 / 4, ..best.clone() });
        }
        smaller.extend(best.trials.0.iter().map(|without| {
            let trials = Trials(best.trials.0.iter().filter(|trial| *trial != without).copied().collect());
            Setting { trials, ..best.clone() }
        }));
        let mut found = None;
        for candidate in smaller {
            if let Some(concerned) = breaks(&candidate)? {
                found = Some((candidate, concerned));
                break;
            }
        }
        match found {
            Some((candidate, concerned)) => (best, agents) = (candidate, concerned),
            None => break,
        }
    }
    if agents.is_empty() {
        agents = play(scenario, &best, |_, _| {})?.violation.map(|v| v.agents).unwrap_or_default();
    }
    let violation = play_watching(scenario, &best, &agents, |_, _| {})?.violation;
    violation.map(|violation| (best, violation)).ok_or_else(|| "the run breaks nothing".to_owned())
}
