//! Whether a scenario can be played, found out before any node is started.
//!
//! [`check`] walks the steps as the player will, keeping track of who runs and who has saved what, and gathers
//! every fault as one line: which file, which step, what is wrong, what would be right.

use super::expect::Expect;
use super::files;
use super::pointer::Pointer;
use super::scenario::{Act, EVERYONE, Joins, Rule, Scenario, Step};
use super::words::{Word, check_name, words_in};
use node::command::Command;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most faults that are told at once.
const FAULTS_MAX: usize = 20;
/// Most participants one machine is asked to run.
pub(super) const AGENTS_MAX: usize = 200;
/// Most steps of one story.
const STEPS_MAX: usize = 10_000;
/// The views of the HTTP interface that a step may look at.
const VIEWS: &[&str] = &[
    "status",
    "offers",
    "needs",
    "pools",
    "deals",
    "orders",
    "stock",
    "handovers",
    "specifications",
    "feedback",
    "peers",
    "model",
    "me",
    "network",
];
/// Names that every agent has from the start.
pub(super) const GIVEN: [&str; 2] = ["did", "name"];

/// All that is wrong with the scenario; nothing when it can be played.
pub(super) fn check(scenario: &Scenario) -> Result<(), Vec<String>> {
    let mut walk = Walk { scenario, faults: Vec::new(), running: BTreeSet::new(), saved: BTreeMap::new() };
    walk.cast();
    for (i, step) in scenario.plot.steps.iter().enumerate() {
        walk.step(i + 1, step);
    }
    walk.faults.truncate(FAULTS_MAX);
    if walk.faults.is_empty() { Ok(()) } else { Err(walk.faults) }
}

struct Walk<'a> {
    scenario: &'a Scenario,
    faults: Vec<String>,
    running: BTreeSet<&'a str>,
    saved: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// Whether `it` means something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum It {
    None,
    Each,
}

impl<'a> Walk<'a> {
    fn fault(&mut self, place: &str, what: String) {
        self.faults.push(format!("{}: {place}: {what}", self.scenario.dir.join("scenario.toml").display()));
    }

    fn cast(&mut self) {
        let plot = &self.scenario.plot;
        for (what, n, most) in
            [("agents", plot.agents.len(), AGENTS_MAX), ("steps", plot.steps.len(), STEPS_MAX)]
        {
            if n == 0 || n > most {
                self.fault(what, format!("{n} of them: give 1 to {most}"));
            }
        }
        for agent in &plot.agents {
            let place = format!("agent {}", agent.id);
            let taken = ["now", "it", EVERYONE].contains(&agent.id.as_str()) || agent.id.starts_with("now-");
            if let Err(e) = check_name(&agent.id) {
                self.fault(&place, e);
            } else if taken {
                self.fault(&place, "has a name that means something else: take another".to_owned());
            }
            let mut names: BTreeSet<&str> = GIVEN.into();
            for name in agent.set.keys() {
                if let Err(e) = check_name(name) {
                    self.fault(&place, e);
                }
                if !names.insert(name) {
                    self.fault(&place, format!("sets '{name}', which every agent has: take another name"));
                }
            }
            if self.saved.insert(&agent.id, names).is_some() {
                self.fault(&place, "stands there twice: give each agent an id of its own".to_owned());
            }
            if agent.joins == Joins::First {
                self.running.insert(&agent.id);
            }
        }
        for (group, members) in &plot.groups {
            let place = format!("group {group}");
            if self.saved.contains_key(group.as_str()) || group == EVERYONE {
                self.fault(&place, "has the name of an agent, or is everyone: take another".to_owned());
            }
            for member in members.iter().filter(|m| self.scenario.agent(m).is_none()) {
                self.fault(&place, format!("'{member}' is no agent: add it to agents, or take it out"));
            }
        }
    }

    fn step(&mut self, number: usize, step: &'a Step) {
        let said: String = step.say.in_language("en").chars().take(60).collect();
        let place = format!("step {number} ({said})");
        if let Err(e) = step.say.check("say") {
            self.fault(&place, e.to_string());
        }
        for fault in self.act(step) {
            self.fault(&place, fault);
        }
    }

    fn act(&mut self, step: &'a Step) -> Vec<String> {
        let mut faults = Vec::new();
        let members = match (&step.act, &step.who) {
            (Act::Start(id) | Act::Kill(id) | Act::Restart(id), None) => match self.scenario.agent(id) {
                None => return vec![format!("'{id}' is no agent: name one of agents")],
                Some(_) => vec![id.as_str()],
            },
            (Act::Start(_) | Act::Kill(_) | Act::Restart(_), Some(_)) => {
                return vec!["start, kill and restart name the agent themselves: leave out as".to_owned()];
            }
            (_, None) => return vec!["who acts? add as = \"an agent or group\"".to_owned()],
            (_, Some(who)) => match self.scenario.members(who) {
                None => {
                    return vec![format!("'{who}' is no agent and no group: name one of agents or groups")];
                }
                Some(members) => members,
            },
        };
        let wrong = match &step.act {
            Act::Start(id) => !self.running.insert(id),
            Act::Kill(id) => !self.running.remove(id.as_str()),
            Act::Restart(id) => !self.running.contains(id.as_str()),
            _ => !members.iter().any(|m| self.running.contains(m)),
        };
        if wrong {
            faults.push("at this point of the story that node is running already, or not running".to_owned());
        }
        let acting: Vec<&str> = members.into_iter().filter(|m| self.running.contains(m)).collect();
        for who in &acting {
            faults.extend(self.as_one(who, step));
            if faults.len() > FAULTS_MAX {
                break;
            }
        }
        for name in step.save.keys() {
            if let Err(e) = check_name(name) {
                faults.push(e);
            }
            for who in &acting {
                self.saved.entry(who).or_default().insert(name);
            }
        }
        faults.dedup();
        faults
    }

    fn as_one(&self, who: &str, step: &Step) -> Vec<String> {
        let mut faults = Vec::new();
        match &step.act {
            Act::Import(names) => {
                for name in names {
                    let file = self.scenario.file(who, name);
                    match files::commands(&file) {
                        Err(e) => faults.push(e),
                        Ok(commands) => {
                            for command in &commands {
                                let wrong = self.command(who, command, It::None);
                                faults.extend(wrong.into_iter().map(|f| format!("{}: {f}", file.display())));
                            }
                        }
                    }
                }
            }
            Act::Command(command, _) => faults.extend(self.command(who, command, It::None)),
            Act::Look(view) => faults.extend(self.view(who, view).err()),
            Act::Work(rules) => rules.iter().for_each(|rule| faults.extend(self.rule(who, rule))),
            Act::Start(_) | Act::Kill(_) | Act::Restart(_) => {
                if !step.expect.is_empty() || !step.save.is_empty() {
                    faults.push(
                        "start, kill and restart have no answer: expect or save in a step after".into(),
                    );
                }
            }
        }
        if matches!(step.act, Act::Import(_)) && !(step.expect.is_empty() && step.save.is_empty()) {
            faults.push("import has no one answer: expect or save in a step after".to_owned());
        }
        if matches!(step.act, Act::Work(_)) && !step.save.is_empty() {
            faults.push("work has no one answer: save in a step after".to_owned());
        }
        if matches!(step.act, Act::Work(_)) && step.expect.is_empty() {
            faults.push("work needs an expectation that says when all is done".to_owned());
        }
        for expect in &step.expect {
            if matches!(step.act, Act::Work(_)) && expect.get.is_none() {
                faults.push(format!("after work, the expectation at '{}' needs a get of its own", expect.at));
            }
            faults.extend(self.expect(who, expect, It::None));
        }
        faults.extend(step.save.values().filter_map(|at| self.pointer(who, at, It::None).err()));
        if let Some(stage) = &step.promise {
            faults.extend(self.words(who, &Value::from(stage.as_str()), It::None).err());
            if step.expect.first().is_none_or(|e| e.since.is_none()) {
                faults.push("promise needs a first expectation with since, which measures it".to_owned());
            }
        }
        faults
    }

    fn rule(&self, who: &str, rule: &Rule) -> Vec<String> {
        let mut faults: Vec<String> = self.view(who, &rule.get).err().into_iter().collect();
        faults.extend(self.pointer(who, &rule.each, It::None).err());
        rule.only.iter().for_each(|e| faults.extend(self.expect(who, e, It::Each)));
        rule.commands.iter().for_each(|c| faults.extend(self.command(who, c, It::Each)));
        if rule.commands.is_empty() {
            faults.push("a rule without commands would never be done: give it some".to_owned());
        }
        faults
    }

    fn expect(&self, who: &str, expect: &Expect, it: It) -> Vec<String> {
        let mut faults: Vec<String> = Vec::new();
        faults.extend(expect.get.as_ref().and_then(|view| self.view(who, view).err()));
        for at in std::iter::once(&expect.at).chain(&expect.since) {
            faults.extend(self.pointer(who, at, it).err());
        }
        faults.extend(expect.must.value().and_then(|v| self.words(who, v, it).err()));
        faults
    }

    fn view(&self, who: &str, view: &str) -> Result<(), String> {
        self.words(who, &Value::from(view), It::None)?;
        let first = view.split('/').next().unwrap_or_default();
        let one_of_many = ["deals", "records"].contains(&first) && view.split('/').count() == 2;
        if VIEWS.contains(&view) || one_of_many {
            return Ok(());
        }
        Err(format!("'{view}' is no view: take one of {}, deals/ID, records/ID", VIEWS.join(", ")))
    }

    fn pointer(&self, who: &str, at: &str, it: It) -> Result<(), String> {
        self.words(who, &Value::from(at), it)?;
        Pointer::parse(&without_words(at, "x")).map(|_| ())
    }

    fn words(&self, who: &str, value: &Value, it: It) -> Result<(), String> {
        for word in words_in(value)? {
            match &word {
                Word::Now(_) => {}
                Word::It(_) if it == It::Each => {}
                Word::It(_) => return Err("'it' means something in the rules of work only".to_owned()),
                Word::Saved(agent, name, _) => {
                    let agent = agent.as_deref().unwrap_or(who);
                    let drawer = self.saved.get(agent);
                    let drawer =
                        drawer.ok_or_else(|| format!("'{agent}' in ${{{agent}.{name}}} is no agent"))?;
                    if !drawer.contains(name.as_str()) {
                        return Err(format!(
                            "{agent} has not saved '{name}' by then: save it in an earlier step, or set it"
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the command is one a node would read, whatever its words will be.
    fn command(&self, who: &str, command: &Value, it: It) -> Vec<String> {
        if let Err(e) = self.words(who, command, it) {
            return vec![e];
        }
        readable(command).err().into_iter().collect()
    }
}

/// What a word may turn out to be, in a command: a record, an amount, an instant, an agent, a list, goods.
fn stand_ins() -> [Value; 7] {
    let goods = serde_json::json!({"lot": "0".repeat(64), "spec": "x", "quantity": "1"});
    [
        Value::from("0".repeat(64)),
        Value::from("1"),
        Value::from("2026-01-01T00:00:00Z"),
        Value::from("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"),
        Value::from(1),
        Value::Array(Vec::new()),
        goods,
    ]
}

/// Tries the stand-ins, word by word, until the command can be read; each must bring the reader past its own word.
fn readable(command: &Value) -> Result<(), String> {
    /// Most readings tried: enough for four words of every kind.
    const TRIES_MAX: usize = 2_500;
    let mut open = vec![command.clone()];
    let mut plainest: Option<String> = None;
    for _ in 0..TRIES_MAX {
        let Some(next) = open.pop() else { break };
        let mut filled = false;
        for stand_in in stand_ins().into_iter().rev() {
            let mut tried = next.clone();
            if put_first_word(&mut tried, &stand_in) {
                open.push(tried);
                filled = true;
            }
        }
        if filled {
            continue;
        }
        match serde_json::from_value::<Command>(next) {
            Ok(_) => return Ok(()),
            Err(e) => {
                let e = e.to_string();
                let about_a_stand_in = ["'000", "'1'", "2026-01-01", "did:key", "sequence", "map", "integer"];
                let plain = !about_a_stand_in.iter().any(|s| e.contains(s));
                if plain || plainest.is_none() {
                    plainest = Some(e);
                }
            }
        }
    }
    Err(format!(
        "the command cannot be read: {}",
        plainest.unwrap_or_else(|| "too many words in it".to_owned())
    ))
}

/// Puts `stand_in` for the first text with words in it, however deep; says whether there was one.
fn put_first_word(value: &mut Value, stand_in: &Value) -> bool {
    match value {
        Value::String(text) if text.starts_with("${") && text.ends_with('}') => {
            *value = stand_in.clone();
            true
        }
        Value::Array(list) => list.iter_mut().any(|v| put_first_word(v, stand_in)),
        Value::Object(map) => map.values_mut().any(|v| put_first_word(v, stand_in)),
        _ => false,
    }
}

/// `text` with `stand_in` for each of its words.
fn without_words(text: &str, stand_in: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push_str(stand_in);
        rest = after.split_once('}').map_or("", |(_, r)| r);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(agents_and_steps: &str) -> String {
        let head = "name = 'n'\nstory = 's'\n";
        let plot = toml::from_str(&format!("{head}{agents_and_steps}")).unwrap();
        let scenario = Scenario { dir: "net".into(), plot };
        check(&scenario).err().unwrap_or_default().join("\n")
    }

    const TWO: &str =
        "agents = [{ id = 'a', name = 'A', set = { n = '2' } }, { id = 'b', name = 'B', joins = 'later' }]\n";

    #[test]
    fn a_sound_story_has_no_faults() {
        let steps = "
            steps = [
              { say = 'buy', as = 'a', command = { do = 'plan', spec = 'chair', quantity = '${n}' }, save = 'order' },
              { say = 'see', as = 'everyone', get = 'orders', expect = [
                  { at = '/items/[id=${a.order}]/state', is = 'firm' }] },
              { say = 'join', start = 'b' },
              { say = 'work', as = 'b', work = [{ get = 'orders', each = '/items/*/processes/*', commands = [
                  { do = 'start', plan = '${it/plan}', index = '${it/index}' }] }], expect = [
                  { get = 'orders', at = '/items/*', count = 0 }] },
            ]";
        assert_eq!(faults(&format!("{TWO}{steps}")), "");
    }

    #[test]
    fn each_fault_names_file_step_and_remedy() {
        for (step, says) in [
            ("say = 'x', as = 'c', get = 'deals'", "'c' is no agent and no group"),
            ("say = 'x', get = 'deals'", "add as ="),
            ("say = 'x', as = 'b', get = 'deals'", "not running"),
            ("say = 'x', start = 'a'", "running already"),
            ("say = 'x', as = 'a', get = 'deal'", "is no view"),
            ("say = 'x', as = 'a', get = 'deals/${deal}'", "has not saved 'deal'"),
            ("say = 'x', as = 'a', get = 'deals/${b.deal}'", "b has not saved 'deal'"),
            (
                "say = 'x', as = 'a', get = 'deals', expect = [{ at = 'items', is = 1 }]",
                "begin each part with /",
            ),
            ("say = 'x', as = 'a', command = { do = 'plann', spec = 'c' }", "plann"),
            ("say = 'x', as = 'a', command = { do = 'plan', spec = 'Chair', quantity = '1' }", "'Chair'"),
            ("say = 'x', as = 'a', command = { do = 'plan', spec = 'c', quantity = '${n}', x = 1 }", "`x`"),
            ("say = 'x', as = 'a', command = { do = 'accept', deal = '${it/id}' }", "rules of work only"),
            ("say = 'x', as = 'a', import = ['none.toml']", "none.toml"),
            ("say = 'x', as = 'a', get = 'deals', promise = 'p'", "with since"),
        ] {
            let found = faults(&format!("{TWO}steps = [{{ {step} }}]"));
            assert!(
                found.contains(says) && found.contains("step 1 (x)") && found.contains("scenario.toml"),
                "{found}"
            );
        }
    }

    #[test]
    fn the_cast_is_checked() {
        let found = faults(
            "agents = [{ id = 'now', name = 'A' }, { id = 'a', name = 'A' }, { id = 'a', name = 'A' }]\n\
             groups = { g = ['a', 'z'] }\nsteps = [{ say = 'x', as = 'a', get = 'me' }]",
        );
        for says in ["another", "twice", "'z' is no agent"] {
            assert!(found.contains(says), "{found}");
        }
    }
}
