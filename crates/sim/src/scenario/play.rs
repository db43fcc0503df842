//! One run of a scenario: people settle, live some days under what tries them, and then have time to end what they
//! began, so that all that must hold can be asked of them once more.

use super::owner::{Owners, command_of};
use super::people::{openings, settle};
use super::{Scenario, Trials};
use crate::world::start;
use crate::{Faults, OnBreach, World};
use node::Policy;
use node::view::{DealState, PoolState, Role};
use serde::Serialize;
use std::collections::BTreeMap;
use vocab::{after, seconds_between};

/// What follows from what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// how many nodes
    pub nodes: usize,
    /// how many virtual hours
    pub hours: u32,
    /// what all chance follows from
    pub seed: u64,
    /// what goes wrong
    pub trials: Trials,
}

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Played {
    /// nodes
    pub nodes: usize,
    /// virtual hours
    pub hours: u32,
    /// the seed
    pub seed: u64,
    /// what tried them, as a list
    pub faults: String,
    /// deals that bound both sides
    pub bound: u64,
    /// of these, those whose goods arrived in the time there was
    pub delivered: u64,
    /// deals that somebody turned down
    pub declined: u64,
    /// deals that lapsed by the clock
    pub lapsed: u64,
    /// pools that were made
    pub pools_made: u64,
    /// pools that lapsed
    pub pools_lapsed: u64,
    /// pools whose keeper was caught
    pub pools_disputed: u64,
    /// frames
    pub messages: u64,
    /// their bytes
    pub bytes: u64,
    /// events
    pub events: u64,
    /// records that nodes have said
    pub records: u64,
    /// nodes killed in the middle of a step
    pub crashes: u64,
    /// nodes switched off for a while
    pub switched_off: u64,
    /// partitions of the network
    pub partitions: u64,
    /// clocks that jumped
    pub jumps: u64,
    /// lies told, by their name
    pub lies: BTreeMap<String, u64>,
    /// frames with a lie of which their receiver kept nothing
    pub lies_refused: u64,
    /// proofs against liars that honest nodes have said
    pub lies_proved: u64,
    /// over all events, in order: equal where two runs are one history
    pub digest: String,
    /// invariants that broke
    pub violations: usize,
    /// the first of them
    pub violation: Option<Violation>,
}

/// An invariant that broke, and what led to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Violation {
    /// what, where and when
    pub what: String,
    /// at which event
    pub step: u64,
    /// numbers of those it concerns
    pub agents: Vec<usize>,
    /// what befell them before, the last thing last; empty unless they were watched
    pub story: Vec<String>,
}

/// Seconds in which makers describe themselves and word gets round.
const OPENING_S: i64 = 60;
/// Nodes whose memory is compared with their disks at the end.
const REBUILT_MAX: usize = 200;

/// Plays a scenario; `progress` is told the virtual seconds that have passed and that there are.
///
/// # Errors
/// In words, what makes no sense or a node refused at the start.
pub fn play(
    scenario: &Scenario,
    setting: &Setting,
    progress: impl FnMut(i64, i64),
) -> Result<Played, String> {
    play_watching(scenario, setting, &[], progress)
}

/// As [`play`]; keeps what befalls `watched`.
pub(crate) fn play_watching(
    scenario: &Scenario,
    setting: &Setting,
    watched: &[usize],
    mut progress: impl FnMut(i64, i64),
) -> Result<Played, String> {
    let mut rng = fastrand::Rng::with_seed(setting.seed ^ 0x9e0b_1e55);
    let mut world = World::new(setting.seed, Faults::NONE);
    world.set_on_breach(OnBreach::Note);
    world.set_events_max(u64::MAX);
    world.watch(watched.iter().copied());
    let people = settle(&mut world, scenario, setting.nodes, &setting.trials.lies(), &mut rng);
    world.run(5);
    for (who, person) in people.iter().enumerate() {
        for said in scenario.kinds[person.kind].makes.iter().flat_map(|makes| openings(makes, &person.lies)) {
            let command = command_of(said.clone()).ok_or_else(|| format!("this is no command: {said}"))?;
            world.command(who, command)?;
        }
    }
    world.run(OPENING_S);
    world.set_faults(setting.trials.faults());
    world.keep_news();
    let mut owners = Owners::new(scenario, people, rng, world.now().as_millisecond());
    let policy = Policy::default();
    let lives_until = after(world.now(), i64::from(setting.hours) * 3_600);
    let quiet_s = policy.answer_s + policy.hold_s + 4_000;
    let ends = after(lives_until, quiet_s);
    let mut lived = false;
    while world.breach().is_none() {
        for (who, record, channel) in world.take_news() {
            owners.hear(&world, who, &record, channel);
        }
        let errand = owners.next_ms().filter(|t| !lived && *t < lives_until.as_millisecond());
        let event = world.next_event().map(|t| t.as_millisecond());
        match errand {
            Some(t) if event.is_none_or(|event| event > t) => {
                world.run_to(vocab::Timestamp::from_millisecond(t).unwrap_or(ends));
                owners.act(&mut world);
            }
            _ => {
                let until = if lived { ends } else { lives_until };
                if event.is_some_and(|t| t <= until.as_millisecond()) {
                    world.step();
                } else if lived {
                    break;
                } else {
                    lived = true;
                    world.run_to(lives_until);
                    world.set_faults(Faults::FAR);
                    (0..world.len()).for_each(|who| world.start(who));
                }
            }
        }
        if world.steps.is_multiple_of(4_096) {
            progress(seconds_between(start(), world.now()), seconds_between(start(), ends));
        }
    }
    if world.breach().is_none() {
        world.run_to(ends);
        world.check_ends(setting.trials.lies().is_empty());
        world.check_rebuilt(REBUILT_MAX);
    }
    Ok(sum_up(&world, &owners, setting))
}

fn sum_up(world: &World, owners: &Owners<'_>, setting: &Setting) -> Played {
    let mut played = Played {
        nodes: world.len(),
        hours: setting.hours,
        seed: setting.seed,
        faults: setting.trials.to_string(),
        messages: world.messages,
        bytes: world.bytes,
        events: world.steps,
        records: world.records(),
        crashes: world.crashes,
        switched_off: world.switched_off,
        partitions: world.partitions,
        jumps: world.jumps,
        lies: world.lies_told().clone(),
        lies_refused: world.lies_refused,
        lies_proved: world.said("fraud"),
        digest: world.digest(),
        violations: world.breaches().len(),
        violation: world.breach().map(|breach| Violation {
            what: breach.what.clone(),
            step: breach.step,
            agents: breach.agents.clone(),
            story: world.story().map(str::to_owned).collect(),
        }),
        ..Played::default()
    };
    let now = world.now();
    for node in (0..owners.people().len()).filter_map(|who| world.node(who)) {
        for deal in node.deals(now).into_iter().filter(|d| d.role == Role::Buyer) {
            match deal.state {
                DealState::Refused => played.declined += 1,
                DealState::Lapsed => played.lapsed += 1,
                DealState::Bound | DealState::Shipped | DealState::Cancelled => played.bound += 1,
                DealState::Delivered | DealState::Settled => {
                    played.bound += 1;
                    played.delivered += 1;
                }
                _ => {}
            }
        }
        for pool in node.pools(now).into_iter().filter(|p| p.by.agent == node.me()) {
            match pool.state {
                PoolState::Made => played.pools_made += 1,
                PoolState::Lapsed => played.pools_lapsed += 1,
                PoolState::Disputed => played.pools_disputed += 1,
                PoolState::Open | PoolState::Extended | PoolState::Closing => {}
            }
        }
    }
    played
}
