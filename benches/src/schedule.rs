//! How short the schedules of classic problems are after a second and after ten, beside the best known.
//!
//! The problems are read from the data beside the repository and are no part of it; without them the section says
//! so. Seconds are those in which the thread had a processor, where the system tells, so that a busy machine
//! searches as far as an idle one.

use crate::machine::ran;
use crate::report::{Figure, Row, Section, Target};
use crate::{Context, Result};
use planning::schedule::{check, read, search};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const FOLDER: &str = "../shared/data/scheduling";
const SEED: u64 = 1;
const QUICK: [&str; 5] = ["ft10", "la16", "mk01", "mk04", "j30_1_1"];

/// What solvers of constraint programs reach on these in 20 to 30 s on two cores: the better of OR-tools CP-SAT 9.15
/// and pumpkin-solver 0.5.
const SOLVERS: [(&str, u32); 6] =
    [("la21", 1050), ("mk02", 27), ("mk05", 174), ("mk06", 59), ("mk07", 141), ("mk10", 266)];

/// The shortest makespans of `j30_1_1` to `j30_48_1`: OR-tools CP-SAT 9.15.6755 proves each of them within a minute.
const J30: [u32; 48] = [
    43, 38, 72, 49, 53, 59, 55, 44, 83, 42, 54, 47, 58, 50, 46, 51, 64, 53, 40, 57, 84, 42, 63, 53, 93, 59,
    43, 69, 85, 47, 43, 61, 65, 68, 57, 66, 79, 48, 55, 51, 86, 58, 55, 50, 82, 59, 58, 63,
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    /// ft06 to ft20, la01 to la20
    SmallShops,
    /// la21 to la40
    LargeShops,
    /// mk01 to mk10
    SmallFlexible,
    /// mk11 to mk15
    LargeFlexible,
    /// 32 activities, four resources
    Projects,
}

struct Problem {
    family: Family,
    name: String,
    text: String,
    best: u32,
}

struct Run {
    first: u32,
    after_1_s: u32,
    last: u32,
    bound: u32,
    seconds: f64,
    moves: u64,
}

pub(crate) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new("schedule", "makespans beside the best known, one core, seed 1");
    let folder = Path::new(FOLDER);
    if !folder.is_dir() {
        section.note(format!("SKIPPED: there is no {FOLDER}, seen from where this was started."));
        return Ok(section);
    }
    let seconds = context.size(10, 1);
    let mut families: BTreeMap<Family, Vec<(Problem, Run)>> = BTreeMap::new();
    for problem in problems(folder)? {
        if context.quick && !QUICK.contains(&problem.name.as_str()) {
            continue;
        }
        context.say(&format!("schedule: {}", problem.name));
        let run = solve(&problem, seconds as f64)?;
        families.entry(problem.family).or_default().push((problem, run));
    }
    let all = || families.values().flatten();
    section.line(
        [
            "problem",
            "best known",
            "lower bound",
            "by rule",
            "after 1 s",
            "gap",
            "at the end",
            "gap",
            "seconds",
            "moves",
        ]
        .map(str::to_owned),
    );
    for (problem, run) in all() {
        let gap =
            |makespan: u32| format!("{:.2} %", (f64::from(makespan) / f64::from(problem.best) - 1.0) * 100.0);
        section.line([
            problem.name.clone(),
            problem.best.to_string(),
            run.bound.to_string(),
            run.first.to_string(),
            run.after_1_s.to_string(),
            gap(run.after_1_s),
            run.last.to_string(),
            gap(run.last),
            format!("{:.2}", run.seconds),
            run.moves.to_string(),
        ]);
    }
    for (family, runs) in &families {
        let count = runs.len();
        let mean = |makespan: fn(&Run) -> u32| {
            let gaps = runs.iter().map(|(p, r)| (f64::from(makespan(r)) / f64::from(p.best) - 1.0) * 100.0);
            Figure::percent(gaps.sum::<f64>() / count as f64)
        };
        let name = family.name();
        section.row(Row::new(format!("{name}: mean gap after 1 s"), mean(|r| r.after_1_s)));
        section.row(Row::new(format!("{name}: mean gap after {seconds} s"), mean(|r| r.last)));
        section.row(solved(format!("{name}: at the best known after {seconds} s"), runs.iter()));
    }
    let to_solve = all().filter(|(problem, _)| problem.to_solve());
    let what = format!("ft06, ft10, la01-la20, mk01, mk03, mk04, mk08: at the best known after {seconds} s");
    section.row(solved(what, to_solve).target(Target::AtLeast(1.0)));
    if let Some(projects) = families.get(&Family::Projects) {
        let sum =
            |of: fn(&(Problem, Run)) -> u32| Figure::count(projects.iter().map(of).map(f64::from).sum());
        let row = Row::new("projects: all makespans after 1 s", sum(|(_, run)| run.after_1_s));
        let row = row.beside("the shortest", sum(|(problem, _)| problem.best));
        section.row(row.target(Target::AtMost(1.005)));
    }
    for (name, makespan) in SOLVERS {
        if let Some((_, run)) = all().find(|(problem, _)| problem.name == name) {
            let row = Row::new(format!("{name} after {seconds} s"), Figure::count(f64::from(run.last)));
            let beside = "CP-SAT or pumpkin, two cores, 20-30 s";
            section.row(row.beside(beside, Figure::count(f64::from(makespan))).target(Target::AtMost(1.0)));
        }
    }
    section.note("A run ends when it reaches the best known makespan or its own lower bound.");
    section.note("Every schedule was checked by a verifier that shares nothing with the search.");
    Ok(section)
}

fn solved<'a>(what: String, runs: impl Iterator<Item = &'a (Problem, Run)>) -> Row {
    let (mut solved, mut count) = (0, 0);
    for (problem, run) in runs {
        solved += usize::from(run.last <= problem.best);
        count += 1;
    }
    Row::new(what, Figure::count(solved as f64)).beside("problems", Figure::count(f64::from(count)))
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::SmallShops => "job shops ft and la01-la20",
            Self::LargeShops => "job shops la21-la40",
            Self::SmallFlexible => "flexible mk01-mk10",
            Self::LargeFlexible => "flexible mk11-mk15",
            Self::Projects => "projects j30",
        }
    }
}

impl Problem {
    /// One of those that the solvers named above, or the literature, have long since solved.
    fn to_solve(&self) -> bool {
        let named = ["ft06", "ft10", "mk01", "mk03", "mk04", "mk08"].contains(&self.name.as_str());
        named || (self.family == Family::SmallShops && self.name.starts_with("la"))
    }
}

fn problems(folder: &Path) -> Result<Vec<Problem>> {
    let mut problems = vec![];
    for line in fs::read_to_string(folder.join("best_known.csv"))?.lines().skip(1) {
        let [kind, name, _, best] = line.split(',').collect::<Vec<_>>()[..] else {
            return Err(format!("best_known.csv: four cells wanted: {line}").into());
        };
        let number: u32 = name[2..].parse()?;
        let family = match (kind, &name[..2]) {
            ("jsp", "ft") => Family::SmallShops,
            ("jsp", _) if number <= 20 => Family::SmallShops,
            ("jsp", _) => Family::LargeShops,
            (_, _) if number <= 10 => Family::SmallFlexible,
            (_, _) => Family::LargeFlexible,
        };
        let text = fs::read_to_string(folder.join(kind).join(format!("{name}.txt")))?;
        problems.push(Problem { family, name: name.to_owned(), text, best: best.parse()? });
    }
    for (n, best) in (1..).zip(J30) {
        let name = format!("j30_{n}_1");
        let text = fs::read_to_string(folder.join("rcpsp").join(format!("{name}.rcp")))?;
        problems.push(Problem { family: Family::Projects, name, text, best });
    }
    Ok(problems)
}

fn solve(problem: &Problem, seconds: f64) -> Result<Run> {
    let read = read(&problem.text)?;
    let mut clock = Clock::start();
    let mut after_1_s = None;
    let outcome = search(&read, SEED, |so_far| {
        let now = clock.seconds();
        if now >= 1.0 && after_1_s.is_none() {
            after_1_s = Some(so_far.makespan);
        }
        now < seconds && so_far.makespan > problem.best
    });
    check(&read, &outcome.schedule)?;
    let last = outcome.schedule.makespan;
    Ok(Run {
        first: outcome.start,
        after_1_s: after_1_s.unwrap_or(last),
        last,
        bound: outcome.bound,
        seconds: clock.look(),
        moves: outcome.moves,
    })
}

/// Processor time of this thread; the wall's where the system does not tell.
struct Clock {
    wall: Instant,
    ran_before: Option<Duration>,
    looked: Instant,
    seconds: f64,
}

impl Clock {
    /// How often the system is asked.
    const BETWEEN: Duration = Duration::from_millis(10);

    fn start() -> Self {
        let now = Instant::now();
        Self { wall: now, ran_before: ran(), looked: now, seconds: 0.0 }
    }

    /// Up to a few milliseconds old.
    fn seconds(&mut self) -> f64 {
        if self.looked.elapsed() >= Self::BETWEEN { self.look() } else { self.seconds }
    }

    fn look(&mut self) -> f64 {
        self.looked = Instant::now();
        let ran = ran().zip(self.ran_before).map(|(now, before)| now.saturating_sub(before));
        self.seconds = ran.unwrap_or(self.wall.elapsed()).as_secs_f64();
        self.seconds
    }
}
