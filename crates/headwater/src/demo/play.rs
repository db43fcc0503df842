//! Playing a story: one step after the other, each checked, against running nodes.
//!
//! A [`Player`] keeps what agents have saved, gives commands, looks until what is expected holds or the time is up,
//! and gathers [`Check`]s and [`Promise`]s. It knows the step language, not any scenario.

use super::expect::Expect;
use super::files;
use super::fleet::Fleet;
use super::pointer::Pointer;
use super::scenario::{Act, AfterFailure, Draw, Joins, Rule, Scenario, Step};
use super::tell::{Check, Promise, Teller};
use super::words::{Scope, fill, fill_text, shortened};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use vocab::{Text, Timestamp};

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(50);

/// Plays one scenario.
pub(super) struct Player<'a> {
    scenario: &'a Scenario,
    fleet: &'a mut Fleet,
    teller: &'a Teller,
    /// by agent, then by name
    saved: BTreeMap<String, BTreeMap<String, Value>>,
    pub(super) checks: Vec<Check>,
    pub(super) promises: Vec<Promise>,
    drawings: Vec<(Text, Value)>,
}

/// What names mean to one agent, and to a rule that works on something.
struct Here<'a> {
    saved: &'a BTreeMap<String, BTreeMap<String, Value>>,
    agent: &'a str,
    it: Option<&'a Value>,
}

impl Scope for Here<'_> {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    fn it(&self) -> Option<&Value> {
        self.it
    }
    fn saved(&self, agent: Option<&str>, name: &str) -> Option<&Value> {
        self.saved.get(agent.unwrap_or(self.agent))?.get(name)
    }
}

/// Why a step did not come to what was expected.
struct Miss {
    agent: String,
    why: String,
}

impl<'a> Player<'a> {
    pub(super) fn new(scenario: &'a Scenario, fleet: &'a mut Fleet, teller: &'a Teller) -> Self {
        let set = scenario.plot.agents.iter().map(|a| (a.id.clone(), a.set.clone()));
        let (checks, promises, drawings) = (Vec::new(), Vec::new(), Vec::new());
        Self { scenario, fleet, teller, saved: set.collect(), checks, promises, drawings }
    }

    /// Starts those who are there from the beginning.
    pub(super) fn gather(&mut self) -> Result<(), String> {
        let first = self.scenario.plot.agents.iter().filter(|a| a.joins == Joins::First);
        let first: Vec<String> = first.map(|a| a.id.clone()).collect();
        let bar = self.teller.bar(first.len());
        let started = self.fleet.start(&first, &|| bar.inc(1));
        bar.finish_and_clear();
        started?;
        first.iter().try_for_each(|id| self.meet(id))
    }

    /// Learns what every agent's drawer holds from the start.
    fn meet(&mut self, id: &str) -> Result<(), String> {
        let me = self.fleet.client(id)?.get("me").map_err(|e| format!("{id}: {e}"))?;
        let drawer = self.saved.entry(id.to_owned()).or_default();
        drawer.insert("did".to_owned(), me["agent"].clone());
        drawer.insert("name".to_owned(), me["name"].clone());
        Ok(())
    }

    /// Plays all steps; stops at the first that fails, unless the step says to go on.
    pub(super) fn play(&mut self) {
        let scenario = self.scenario;
        for (i, step) in scenario.plot.steps.iter().enumerate() {
            let number = i + 1;
            let spinner = self.teller.spinner(number, &step.say);
            let began = Instant::now();
            let checks_before = self.checks.len();
            let misses = self.step(number, step, began);
            spinner.finish_and_clear();
            if misses.is_empty() {
                // what was refused is part of the story; what was found where is for the checks
                let refusal = matches!(&step.act, Act::Command(_, Some(_)));
                let details = self.checks[checks_before..].iter().map(|c| c.detail.as_str());
                let detail = details.filter(|_| refusal).collect::<String>();
                self.teller.step_done(number, &step.say, began.elapsed(), &detail);
            }
            for miss in &misses {
                let log = self.fleet.log_tail(&miss.agent);
                let why = format!("{}{}", miss.why, self.problems(&miss.agent));
                self.teller.step_failed(number, &step.say, &miss.agent, &why, &log);
            }
            if !misses.is_empty() && step.after_failure == AfterFailure::Stop {
                break;
            }
        }
    }

    /// What the node itself says went wrong lately.
    fn problems(&self, agent: &str) -> String {
        let status = self.fleet.client(agent).ok().and_then(|c| c.get("status").ok());
        let problems = status.as_ref().and_then(|s| s["problems"].as_array());
        let lines = problems
            .into_iter()
            .flatten()
            .take(3)
            .map(|p| crate::show::words(&p["what"], self.teller.lang()));
        lines.map(|what| format!("\n           {what}")).collect()
    }

    /// Plays one step for each who acts in it, and books a check for it (for each of them where dates are promised).
    fn step(&mut self, number: usize, step: &Step, began: Instant) -> Vec<Miss> {
        let deadline = began + Duration::from_secs(step.within_s);
        let says = format!("{number} {}", step.say.in_language("en"));
        let acting: Vec<String> = match (&step.act, &step.who) {
            (Act::Start(id) | Act::Kill(id) | Act::Restart(id), _) => vec![id.clone()],
            (_, who) => {
                let members = who.as_ref().and_then(|w| self.scenario.members(w)).unwrap_or_default();
                members.into_iter().filter(|m| self.fleet.runs(m)).map(str::to_owned).collect()
            }
        };
        let mut misses = Vec::new();
        let mut details = Vec::new();
        if let Act::Work(rules) = &step.act {
            match self.work(&acting, rules, &step.expect, deadline) {
                Ok(detail) => details.push(detail),
                Err(miss) => misses.push(miss),
            }
        } else {
            for agent in &acting {
                let done = self.act(agent, step, deadline);
                if let Some(stage) = &step.promise {
                    let name = self.filled(agent, stage).unwrap_or_else(|_| stage.clone());
                    let detail = done.as_ref().map_or_else(Clone::clone, Clone::clone);
                    self.checks.push(Check { name: format!("{says}: {name}"), ok: done.is_ok(), detail });
                }
                match done {
                    Ok(detail) => details.push(detail),
                    Err(why) => misses.push(Miss { agent: agent.clone(), why }),
                }
                if !misses.is_empty() && step.after_failure == AfterFailure::Stop {
                    break;
                }
            }
        }
        if step.promise.is_none() {
            let all: Vec<String> = misses.iter().map(|m| format!("{}: {}", m.agent, m.why)).collect();
            details.retain(|d| !d.is_empty());
            let detail = if all.is_empty() { details.into_iter().take(1).collect() } else { all.join("; ") };
            self.checks.push(Check { name: says, ok: misses.is_empty(), detail });
        }
        misses
    }

    fn here<'b>(&'b self, agent: &'b str, it: Option<&'b Value>) -> Here<'b> {
        Here { saved: &self.saved, agent, it }
    }
    fn filled(&self, agent: &str, text: &str) -> Result<String, String> {
        fill_text(text, &self.here(agent, None))
    }

    fn get(&self, agent: &str, view: &str) -> Result<Value, String> {
        let view = self.filled(agent, view)?;
        self.fleet.client(agent)?.get(&view).map_err(|e| e.to_string())
    }

    /// One agent's part of a step that is not work; what was found, in words.
    fn act(&mut self, agent: &str, step: &Step, deadline: Instant) -> Result<String, String> {
        match &step.act {
            Act::Import(names) => self.import(agent, names),
            Act::Command(command, refused) => {
                self.command(agent, step, command, refused.as_deref(), deadline)
            }
            Act::Look(view) => self.look(agent, step, view, deadline),
            Act::Work(_) => Ok(String::new()),
            Act::Start(id) => self.start(id).map(|()| String::new()),
            Act::Kill(id) => self.fleet.kill(id).map(|()| String::new()),
            Act::Restart(id) => {
                self.fleet.kill(id)?;
                self.start(id).map(|()| String::new())
            }
        }
    }

    fn start(&mut self, id: &str) -> Result<(), String> {
        if self.fleet.has_run(id) {
            self.fleet.start_again(id)?;
        } else {
            self.fleet.start(&[id.to_owned()], &|| ())?;
        }
        self.meet(id)
    }

    fn import(&self, agent: &str, names: &[String]) -> Result<String, String> {
        let client = self.fleet.client(agent)?;
        for name in names {
            let file = self.scenario.file(agent, name);
            for command in files::commands(&file)? {
                let command = fill(&command, &self.here(agent, None))?;
                let given = client.post("commands", &command);
                given.map_err(|e| format!("{}: {}: {e}", file.display(), shortened(&command)))?;
            }
        }
        Ok(String::new())
    }

    fn command(
        &mut self,
        agent: &str,
        step: &Step,
        command: &Value,
        refused: Option<&str>,
        deadline: Instant,
    ) -> Result<String, String> {
        // asking again does no harm, and what was asked for may still be on its way
        let asks = ["trace", "recall"].iter().any(|kind| command["do"] == *kind);
        loop {
            let filled = fill(command, &self.here(agent, None))?;
            let answer = match (self.fleet.client(agent)?.post("commands", &filled), refused) {
                (Ok(answer), None) => answer,
                (Err(e), Some(wanted)) if e.code == wanted => return Ok(e.message),
                (Err(e), None) => return Err(e.to_string()),
                (Err(e), Some(wanted)) => return Err(format!("expected the refusal {wanted}, found: {e}")),
                (Ok(answer), Some(wanted)) => {
                    return Err(format!("expected the refusal {wanted}, found {}", shortened(&answer)));
                }
            };
            let judged = self.judge(agent, step, &answer);
            if judged.is_ok() || !asks || Instant::now() >= deadline {
                if step.draw == Draw::AtTheEnd {
                    self.drawings.push((step.say.clone(), answer));
                }
                return judged;
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn look(&mut self, agent: &str, step: &Step, view: &str, deadline: Instant) -> Result<String, String> {
        loop {
            let answer = self.get(agent, view);
            let judged = answer.and_then(|a| self.judge(agent, step, &a));
            if judged.is_ok() || Instant::now() >= deadline {
                return judged;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Whether all the step's expectations hold of the answer; if so, saves what is to be saved. A promise is noted
    /// either way, as last seen.
    fn judge(&mut self, agent: &str, step: &Step, answer: &Value) -> Result<String, String> {
        let mut lines = Vec::new();
        let mut wrong = Vec::new();
        for (i, expect) in step.expect.iter().enumerate() {
            let finding = self.expectation(agent, expect, answer, None)?;
            if let (0, Some(stage)) = (i, &step.promise) {
                let stage = self.filled(agent, stage)?;
                self.note_promise(stage, finding.found.clone(), finding.expected.clone());
            }
            if finding.ok { lines.push(finding.line) } else { wrong.push(finding.line) }
        }
        if !wrong.is_empty() {
            return Err(wrong.join("; "));
        }
        let mut found = Vec::new();
        for (name, at) in &step.save {
            let place = Pointer::parse(&self.filled(agent, at)?)?;
            let value = place.find(answer).to_value().filter(|v| !v.is_null());
            found.push((name.clone(), value.ok_or_else(|| format!("nothing to save at {place}"))?));
        }
        self.saved.entry(agent.to_owned()).or_default().extend(found);
        Ok(lines.join("; "))
    }

    fn expectation(
        &self,
        agent: &str,
        expect: &Expect,
        answer: &Value,
        it: Option<&Value>,
    ) -> Result<super::expect::Finding, String> {
        match &expect.get {
            None => expect.judge(answer, &self.here(agent, it)),
            Some(view) => expect.judge(&self.get(agent, view)?, &self.here(agent, it)),
        }
    }

    fn note_promise(&mut self, stage: String, found: Option<Value>, expected: String) {
        // a number where it can be one: the shortest decimal that reads back as the same is what was reckoned
        let text = found.as_ref().and_then(Value::as_str);
        let number = text.and_then(|t| t.parse::<serde_json::Number>().ok()).map(Value::Number);
        let promised_days = number.or(found).unwrap_or(Value::Null);
        self.promises.retain(|p| p.stage != stage);
        self.promises.push(Promise { stage, promised_days, expected });
    }

    /// Follows the rules, one agent after the other, round and round, until a round finds nothing to do and all
    /// expectations hold.
    fn work(
        &mut self,
        acting: &[String],
        rules: &[Rule],
        expect: &[Expect],
        deadline: Instant,
    ) -> Result<String, Miss> {
        let mut given = 0_usize;
        loop {
            let before = given;
            for agent in acting {
                for rule in rules {
                    let done = self.follow(agent, rule, deadline);
                    given += done.map_err(|why| Miss { agent: agent.clone(), why })?;
                }
            }
            let open = if given > before { None } else { Some(self.still_open(acting, expect)) };
            match open {
                Some(None) => return Ok(format!("{given} commands")),
                Some(Some(miss)) if Instant::now() >= deadline => return Err(miss),
                None if Instant::now() >= deadline => {
                    let why = "the time is up and there is still something to do".to_owned();
                    return Err(Miss { agent: acting.first().cloned().unwrap_or_default(), why });
                }
                Some(Some(_)) => std::thread::sleep(PAUSE),
                None => {}
            }
        }
    }

    fn still_open(&self, acting: &[String], expect: &[Expect]) -> Option<Miss> {
        for agent in acting {
            for one in expect {
                let why = match self.expectation(agent, one, &Value::Null, None) {
                    Ok(finding) if finding.ok => continue,
                    Ok(finding) => finding.line,
                    Err(e) => e,
                };
                return Some(Miss { agent: agent.clone(), why });
            }
        }
        None
    }

    /// Does what the rule says for the first thing it applies to, looks again, and so on; says how many commands
    /// were given.
    fn follow(&self, agent: &str, rule: &Rule, deadline: Instant) -> Result<usize, String> {
        let mut given = 0;
        while Instant::now() < deadline {
            let view = self.get(agent, &rule.get)?;
            let each = Pointer::parse(&self.filled(agent, &rule.each)?)?;
            let things = match each.find(&view).to_value() {
                Some(Value::Array(things)) => things,
                thing => thing.into_iter().collect(),
            };
            let mut chosen = None;
            for it in things {
                let mut all = true;
                for only in &rule.only {
                    all = all && self.expectation(agent, only, &it, Some(&it))?.ok;
                }
                if all {
                    chosen = Some(it);
                    break;
                }
            }
            let Some(it) = chosen else { break };
            for command in &rule.commands {
                let command = fill(command, &self.here(agent, Some(&it)))?;
                let done = self.fleet.client(agent)?.post("commands", &command);
                done.map_err(|e| format!("{}: {e}", shortened(&command)))?;
                given += 1;
            }
        }
        Ok(given)
    }

    /// Draws what steps asked to have drawn.
    pub(super) fn draw(&self) {
        let names = self.saved.values().filter_map(|d| {
            let text = |name: &str| d.get(name).and_then(Value::as_str).map(str::to_owned);
            Some((text("did")?, Value::String(text("name")?)))
        });
        let names: Map<String, Value> = names.collect();
        self.drawings.iter().for_each(|(say, answer)| self.teller.drawing(say, answer, &names));
    }
}
