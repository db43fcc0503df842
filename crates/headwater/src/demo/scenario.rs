//! A scenario as data: who takes part, and the steps of the story.
//!
//! [`Scenario::load`] reads `scenario.toml` of a folder; [`check`](super::check) then says whether it can be played.
//! The format is described in docs/scenarios.md. Nothing here runs anything.

use super::expect::Expect;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use vocab::Text;

/// A network and its story.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// its folder
    pub(super) dir: PathBuf,
    /// what it says
    pub(super) plot: Plot,
}

/// What `scenario.toml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plot {
    /// for people
    pub(super) name: Text,
    /// what it is about, for people
    pub(super) story: Text,
    /// decides who knows whom at the start
    #[serde(default)]
    pub(super) seed: u64,
    /// who takes part
    pub(super) agents: Vec<Agent>,
    /// names for several of them
    #[serde(default)]
    pub(super) groups: BTreeMap<String, Vec<String>>,
    /// what happens
    pub(super) steps: Vec<Step>,
}

/// One participant.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agent {
    /// what steps call it
    pub(super) id: String,
    /// for people
    pub(super) name: Text,
    /// values that its steps can use
    #[serde(default)]
    pub(super) set: BTreeMap<String, Value>,
    /// when its node starts
    #[serde(default)]
    pub(super) joins: Joins,
}

/// When a node starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Joins {
    /// before the first step
    #[default]
    First,
    /// by a step
    Later,
}

/// One step of the story.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Step {
    /// what happens, for people
    pub(super) say: Text,
    /// the agent or group that acts; `None` where the act itself names the agent
    pub(super) who: Option<String>,
    /// what is done
    pub(super) act: Act,
    /// what must hold afterwards
    pub(super) expect: Vec<Expect>,
    /// what is remembered: name -> where in the answer
    pub(super) save: BTreeMap<String, String>,
    /// how long it may take, seconds
    pub(super) within_s: u64,
    /// the stage whose promise the first expectation measures, with words
    pub(super) promise: Option<String>,
    /// whether the answer, a trace, is drawn at the end
    pub(super) draw: Draw,
    /// what a failure means for the rest
    pub(super) after_failure: AfterFailure,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// give the commands that the agent's own files hold
    Import(Vec<String>),
    /// give one command, and see whether it is refused with this code
    Command(Value, Option<String>),
    /// look at a view until all expectations hold
    Look(String),
    /// follow rules until there is nothing left to do and all expectations hold
    Work(Vec<Rule>),
    /// start the node of an agent
    Start(String),
    /// kill -9 the node of an agent
    Kill(String),
    /// kill -9 it and start it again
    Restart(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Draw {
    No,
    AtTheEnd,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AfterFailure {
    Stop,
    GoOn,
}

/// For each thing in a view, some commands.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// the view
    pub(super) get: String,
    /// the things in it: `it`, one after the other
    pub(super) each: String,
    /// only those for which all of this holds
    #[serde(default, rename = "where")]
    pub(super) only: Vec<Expect>,
    /// what to do with each
    pub(super) commands: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    say: Text,
    #[serde(rename = "as")]
    who: Option<String>,
    import: Option<Vec<String>>,
    command: Option<Value>,
    expect_error: Option<String>,
    get: Option<String>,
    work: Option<Vec<Rule>>,
    start: Option<String>,
    kill: Option<String>,
    restart: Option<String>,
    #[serde(default)]
    expect: Vec<Expect>,
    save: Option<Save>,
    within_s: Option<u64>,
    promise: Option<String>,
    #[serde(default)]
    draw: bool,
    #[serde(default)]
    go_on: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Save {
    Recorded(String),
    Places(BTreeMap<String, String>),
}

/// How long a step may take when it does not say, seconds.
const WITHIN_S: u64 = 15;

impl TryFrom<Written> for Step {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        if w.expect_error.is_some() && w.command.is_none() {
            return Err("expect_error goes with command".to_owned());
        }
        let refused = w.expect_error;
        let said = [
            w.import.map(Act::Import),
            w.command.map(|c| Act::Command(c, refused)),
            w.get.map(Act::Look),
            w.work.map(Act::Work),
            w.start.map(Act::Start),
            w.kill.map(Act::Kill),
            w.restart.map(Act::Restart),
        ];
        let mut said = said.into_iter().flatten();
        let (Some(act), None) = (said.next(), said.next()) else {
            let what = "needs exactly one of import, command, get, work, start, kill, restart";
            return Err(format!("the step '{}' {what}", w.say.in_language("en")));
        };
        let save = match (w.save, &act) {
            (None, _) => BTreeMap::new(),
            (Some(Save::Places(places)), _) => places,
            (Some(Save::Recorded(name)), Act::Command(..)) => {
                BTreeMap::from([(name, "/recorded".to_owned())])
            }
            (Some(Save::Recorded(name)), _) => {
                return Err(format!(
                    "save = \"{name}\" needs a place: write save = {{ {name} = \"/items/0/id\" }}"
                ));
            }
        };
        Ok(Self {
            say: w.say,
            who: w.who,
            act,
            expect: w.expect,
            save,
            within_s: w.within_s.unwrap_or(WITHIN_S),
            promise: w.promise,
            draw: if w.draw { Draw::AtTheEnd } else { Draw::No },
            after_failure: if w.go_on { AfterFailure::GoOn } else { AfterFailure::Stop },
        })
    }
}

impl Scenario {
    /// Longest scenario or agent file that is read, in bytes.
    pub(super) const BYTES_MAX: u64 = 8 << 20;

    /// Reads `dir/scenario.toml`; the error names the file, the line and what would be right.
    pub(super) fn load(dir: &Path) -> Result<Self, String> {
        let file = dir.join("scenario.toml");
        let text = read(&file)?;
        let plot = toml::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?;
        Ok(Self { dir: dir.to_owned(), plot })
    }

    /// The agent of that name.
    pub(super) fn agent(&self, id: &str) -> Option<&Agent> {
        self.plot.agents.iter().find(|a| a.id == id)
    }

    /// Those whom `who` means, in the scenario's order; `everyone` means all. `None` when it means nobody known.
    pub(super) fn members(&self, who: &str) -> Option<Vec<&str>> {
        let all = || self.plot.agents.iter().map(|a| a.id.as_str());
        if who == EVERYONE {
            return Some(all().collect());
        }
        match self.plot.groups.get(who) {
            Some(group) => Some(all().filter(|id| group.iter().any(|g| g == id)).collect()),
            None => self.agent(who).map(|a| vec![a.id.as_str()]),
        }
    }

    /// Where an agent's file lies.
    pub(super) fn file(&self, agent: &str, name: &str) -> PathBuf {
        self.dir.join(agent).join(name)
    }
}

/// The group that needs no saying.
pub(super) const EVERYONE: &str = "everyone";

/// Reads a text file of bounded size.
pub(super) fn read(file: &Path) -> Result<String, String> {
    let failed = |e: std::io::Error| {
        let remedy = match e.kind() {
            std::io::ErrorKind::NotFound => "put the file there, or name another folder with --scenario",
            _ => "make it a text file this user can read",
        };
        format!("{}: {e}: {remedy}", file.display())
    };
    let size = std::fs::metadata(file).map_err(failed)?.len();
    if size > Scenario::BYTES_MAX {
        return Err(format!("{}: {size} bytes: keep it below {}", file.display(), Scenario::BYTES_MAX));
    }
    std::fs::read_to_string(file).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_does_exactly_one_thing() {
        for (bad, says) in [
            ("say = 'x'\nas = 'a'", "exactly one of"),
            ("say = 'x'\nas = 'a'\nget = 'deals'\nstart = 'a'", "exactly one of"),
            ("say = 'x'\nas = 'a'\nget = 'deals'\nexpect_error = 'e'", "goes with command"),
            ("say = 'x'\nas = 'a'\nget = 'deals'\nsave = 'n'", "/items/0/id"),
            ("say = 'x'\nas = 'a'\ngte = 'deals'", "gte"),
        ] {
            let error = toml::from_str::<Step>(bad).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_command_saves_the_record_it_came_to() {
        let step: Step =
            toml::from_str("say = 'x'\nas = 'a'\ncommand = { do = 'accept' }\nsave = 'deal'").unwrap();
        assert_eq!(step.save["deal"], "/recorded");
    }
}
