//! A whole network on one machine, playing a story that is data.
//!
//! [`run`] reads a [`scenario`], has it [checked](check), starts a [`fleet`] of real nodes (each its own process,
//! key, database and sockets), [plays](play) the steps through their HTTP interfaces, and tells what comes of it.
//! [`chain`] makes scenarios from published supply chains. The format is described in docs/scenarios.md.
//!
//! It does not reach into any node: what it knows of them it was told over HTTP, as any owner would be.

pub(crate) mod chain;
mod check;
mod expect;
pub(crate) mod files;
mod fleet;
mod play;
mod pointer;
mod scenario;
mod tell;
mod words;

use crate::i18n::Lang;
use fleet::{Fleet, Traffic};
use play::Player;
use scenario::Scenario;
use std::path::{Path, PathBuf};
use tell::{Summary, Teller};

/// What to play, and how.
pub(crate) struct Demo {
    /// the scenario's folder
    pub(crate) scenario: PathBuf,
    /// where the nodes keep their data; `demo/NAME` when not given
    pub(crate) work: Option<PathBuf>,
    /// what happens when the story is over
    pub(crate) afterwards: Afterwards,
    /// whether one JSON object follows as the last line
    pub(crate) summary: SummaryFor,
    /// for people
    pub(crate) lang: Lang,
}

/// What happens when the story is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Afterwards {
    /// the nodes go on until Ctrl-C
    Stay,
    /// they stop
    Leave,
}

/// Who wants the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SummaryFor {
    People,
    Programs,
}

/// Whether all checks held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// all of them
    Held,
    /// at least one did not
    Failed,
}

/// Deals that have bound their buyer, by their state.
const BOUND: [&str; 4] = ["bound", "shipped", "delivered", "settled"];

/// Plays a scenario.
///
/// # Errors
/// In words, when it cannot be played at all: what is wrong with it, or why the nodes do not start.
pub(crate) fn run(demo: &Demo) -> Result<Outcome, String> {
    let scenario = Scenario::load(&demo.scenario)?;
    check::check(&scenario).map_err(|faults| faults.join("\n"))?;
    let teller = Teller::new(demo.lang);
    let plot = &scenario.plot;
    let cast = plot.agents.iter().map(|a| (a.id.clone(), teller.say(&a.name).to_owned()));
    let work = demo.work.clone().unwrap_or_else(|| default_work(&demo.scenario));
    let mut fleet = Fleet::new(&work, plot.seed, cast.collect(), demo.lang)?;
    teller.opening(&plot.name, &plot.story, plot.agents.len());
    let mut player = Player::new(&scenario, &mut fleet, &teller);
    player.gather()?;
    player.play();
    player.draw();
    let Player { checks, promises, .. } = player;
    teller.promises(&promises);
    let Traffic { messages, bytes } = fleet.traffic();
    let deals = deals(&fleet, plot.agents.iter().map(|a| a.id.as_str()));
    let failed = checks.iter().filter(|c| !c.ok).count();
    teller.totals(plot.agents.len(), deals, Traffic { messages, bytes }, failed, checks.len());
    let outcome = if failed == 0 { Outcome::Held } else { Outcome::Failed };
    let summary = Summary { agents: plot.agents.len(), deals, messages, bytes, checks, promises };
    let json = serde_json::to_string(&summary).map_err(|e| format!("the result cannot be written: {e}"))?;
    if demo.afterwards == Afterwards::Stay {
        teller.nodes(&fleet.rows());
        teller.stays();
    } else {
        fleet.stop();
    }
    if demo.summary == SummaryFor::Programs {
        println!("{json}");
    }
    if demo.afterwards == Afterwards::Stay {
        wait_for_ctrl_c()?;
        fleet.stop();
    }
    Ok(outcome)
}

/// Bound deals, counted at their buyers.
fn deals<'a>(fleet: &Fleet, ids: impl Iterator<Item = &'a str>) -> u64 {
    let bound = |id: &str| {
        let view = fleet.client(id).ok()?.get("deals").ok()?;
        let deals = view["items"].as_array()?.iter();
        let mine = deals.filter(|d| d["role"] == "buyer" && BOUND.iter().any(|state| d["state"] == *state));
        Some(mine.count() as u64)
    };
    ids.filter_map(bound).sum()
}

fn default_work(scenario: &Path) -> PathBuf {
    // a path that ends in .. has no name of its own
    let name = scenario.canonicalize().ok().and_then(|p| p.file_name().map(|n| n.to_owned()));
    Path::new("demo").join(name.unwrap_or_else(|| "scenario".into()))
}

fn wait_for_ctrl_c() -> Result<(), String> {
    let failed = |e: std::io::Error| format!("cannot wait for Ctrl-C: {e}");
    // a thread of its own: the caller may be inside another runtime
    let waiting = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(tokio::signal::ctrl_c())
    });
    waiting.join().map_err(|_| "the wait for Ctrl-C broke off".to_owned())?.map_err(failed)
}
