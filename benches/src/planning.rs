//! Plans of a whole site: neutral models beside frePPLe, growth, and one more demand in a live plan.
//!
//! The models are read from `HEADWATER_DATA`, else `../shared/data` beside the repository, and left out where that is
//! not there. frePPLe's figures are those of that data's README: version 9.18, one core, plans that the same referee
//! accepts. Growth is measured on models made here, in the shape of that data's generator.

use crate::machine::ran;
use crate::report::{Figure, Row, Section, Target, Times};
use crate::{Context, Result};
use ::planning::neutral::Neutral;
use ::planning::site::{Options, Planner, SitePlan, Situation, solve};
use ::planning::{Alternative, Input, Item, LotSize, Model, Purchase, Recipe, Step, WorkCenter};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;
use vocab::{DAY_S, Decimal, RecordId, SpecId, Timestamp, after};

/// What frePPLe made of a model.
struct Reference {
    model: &'static str,
    cpu_s: f64,
    on_time: f64,
    late_days: f64,
}

/// CPU seconds on an idle core where the README gives them.
const FREPPLE: [Reference; 4] = [
    Reference { model: "k500", cpu_s: 4.2, on_time: 71.0, late_days: 3_882.6 },
    Reference { model: "k2000", cpu_s: 19.1, on_time: 94.8, late_days: 782.9 },
    Reference { model: "m10k_u50", cpu_s: 138.0, on_time: 100.0, late_days: 0.0 },
    Reference { model: "m10k_u60", cpu_s: 186.0, on_time: 99.9, late_days: 9.3 },
];
const QUOTE_MS: f64 = 42.0;

pub(crate) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new("planning", "plans of a whole site");
    let folder = data();
    for reference in &FREPPLE[..context.size(4, 1)] {
        let file = folder.join(format!("planning/{}.json.gz", reference.model));
        let Some((model, situation)) = read(&file)? else {
            section.note(format!("{} was left out: there is no {}.", reference.model, file.display()));
            continue;
        };
        context.say(&format!("planning: {}", reference.model));
        beside_frepple(&mut section, reference, &model, &situation)?;
    }
    if let Some((model, situation)) = read(&folder.join("planning/m1k.json.gz"))? {
        context.say("planning: m1k");
        let (plan, ms) = timed(&model, &situation)?;
        let (on_time, late_days) = fares(&plan);
        section.row(Row::new("m1k: solved, CPU", Figure::ms(ms)));
        section.row(Row::new("m1k: on time, of 100", Figure::count(on_time)));
        section.row(Row::new("m1k: days late in all", Figure::count(late_days)));
        section.note("m1k is the same 10,000 demands at a higher load; frePPLe was stopped unfinished after 2,300 CPU s.");
    }
    for demands in [500, 1_000, 5_000, 10_000, 50_000].into_iter().take(context.size(5, 1)) {
        context.say(&format!("planning: {demands} demands"));
        let (model, situation) = made(demands);
        let (_, ms) = timed(&model, &situation)?;
        section.row(Row::new(format!("{demands} demands at half load: CPU"), Figure::ms(ms)));
        section.row(Row::new("  of it for each demand", Figure::ms(ms / demands as f64)));
    }
    incremental(context, &mut section, &folder)?;
    section.note("CPU time is that of the solve alone: not reading the model, not writing the plan.");
    section.note("frePPLe's figures are cited from the README of the data, not measured here.");
    Ok(section)
}

fn beside_frepple(
    section: &mut Section,
    reference: &Reference,
    model: &Model,
    situation: &Situation,
) -> Result<()> {
    let Reference { model: name, .. } = reference;
    let (plan, ms) = timed(model, situation)?;
    let (on_time, late_days) = fares(&plan);
    let frepple = "frePPLe 9.18";
    let cpu = Row::new(format!("{name}: solved, CPU"), Figure::ms(ms));
    section.row(cpu.beside(frepple, Figure::ms(reference.cpu_s * 1e3)).target(Target::AtMost(0.01)));
    let share = Row::new(format!("{name}: on time, of 100"), Figure::count(on_time));
    section.row(share.beside(frepple, Figure::count(reference.on_time)).target(Target::AtLeast(1.0)));
    let late = Row::new(format!("{name}: days late in all"), Figure::count(late_days));
    section.row(match reference.late_days {
        0.0 => late,
        days => late.beside(frepple, Figure::count(days)).target(Target::AtMost(1.0)),
    });
    Ok(())
}

/// One more demand, quoted, held and taken back, a thousand times.
fn incremental(context: &Context, section: &mut Section, folder: &Path) -> Result<()> {
    let known = read(&folder.join("planning/m10k_u50.json.gz"))?.filter(|_| !context.quick);
    let (model, situation) = known.unwrap_or_else(|| made(context.size(10_000, 500)));
    context.say("planning: one more demand");
    let mut planner = Planner::new(&model, situation.clone(), &Options::default())?;
    let mut times = Times::default();
    for n in 0..context.size(1_000, 50) {
        let mut demand = situation.demands[n * 7_919 % situation.demands.len()].clone();
        demand.id = format!("one more {n}");
        let clock = Instant::now();
        let quote = planner.quote(&demand)?;
        planner.hold(&quote, RecordId([1; 32]))?;
        planner.release(RecordId([1; 32]));
        times.add(clock.elapsed());
    }
    let what = format!("one more into {} demands: quote, hold, undo, median", situation.demands.len());
    let median = Row::new(what, times.median());
    section
        .row(median.beside("frePPLe 9.18, quote alone", Figure::ms(QUOTE_MS)).target(Target::AtMost(0.05)));
    section.row(Row::new("  its 99th percentile", times.p99()));
    Ok(())
}

/// Demands on time of a hundred, and days late in all.
fn fares(plan: &SitePlan) -> (f64, f64) {
    let on_time = plan.demands.iter().filter(|d| d.promise.is_some() && d.late_s == 0).count();
    let late: i64 = plan.demands.iter().map(|d| d.late_s).sum();
    (100.0 * on_time as f64 / plan.demands.len().max(1) as f64, late as f64 / DAY_S as f64)
}

fn timed(model: &Model, situation: &Situation) -> Result<(SitePlan, f64)> {
    let (clock, before) = (Instant::now(), ran());
    let plan = solve(model, situation, &Options::default())?;
    let took = before.zip(ran()).map_or(clock.elapsed(), |(before, after)| after.saturating_sub(before));
    Ok((plan, took.as_secs_f64() * 1e3))
}

fn data() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    std::env::var_os("HEADWATER_DATA").map_or(beside, PathBuf::from)
}

fn read(path: &Path) -> Result<Option<(Model, Situation)>> {
    let Ok(file) = std::fs::File::open(path) else { return Ok(None) };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
    let problem: Neutral = serde_json::from_str(&text)?;
    Ok(Some(problem.compile()?))
}

/// A site of 1,000 items on 100 machines in four levels, with so many demands in half a year at half load.
fn made(demands: usize) -> (Model, Situation) {
    let mut dice = Dice(1);
    let start = after(Timestamp::UNIX_EPOCH, 1_767_225_600);
    let levels = [0..150, 150..425, 425..700, 700..1_000];
    let mut model = Model::default();
    for machine in 0..100 {
        model.work_centers.insert(machine.to_string(), WorkCenter::default());
    }
    let mut gross = vec![0_u64; 1_000];
    let mut wanted = Vec::with_capacity(demands);
    for id in 0..demands {
        let (item, quantity) = (dice.below(150) as usize, 1 + dice.below(20));
        let due = DAY_S * 15 + dice.below(165 * 86_400) as i64;
        gross[item] += quantity;
        wanted.push((id, item, quantity, due, 1 + dice.below(3) as u8));
    }
    for (level, items) in levels[..3].iter().enumerate() {
        for item in items.clone() {
            let mut recipe = Recipe::new(spec(item));
            for _ in 0..2 + dice.below(3) {
                let below = if dice.below(5) > 0 {
                    level + 1
                } else {
                    level + 1 + dice.below(3 - level as u64) as usize
                };
                let range = &levels[below];
                let input = range.start + dice.below(range.len() as u64) as usize;
                if recipe.inputs.iter().all(|i| i.spec != spec(input)) {
                    let each = 1 + dice.below(2);
                    gross[input] += gross[item] * each;
                    recipe.inputs.push(Input::new(spec(input), Decimal::from(each as u32)));
                }
            }
            recipe.lot.minimum =
                Decimal::from([0, 0, 5, 10, 20][dice.below(if level == 0 { 1 } else { 5 }) as usize]);
            model.recipes.insert(spec(item), recipe);
        }
    }
    // so long for each that every machine is busy half the time
    let on = |item: usize, level: usize| (item * 7 % 33) * 3 + level;
    let mut load = vec![0_u64; 100];
    for (level, items) in levels[..3].iter().enumerate() {
        items.clone().for_each(|item| load[on(item, level)] += gross[item]);
    }
    for (level, items) in levels[..3].iter().enumerate() {
        for item in items.clone() {
            let machine = on(item, level);
            let run_s = (180 * 86_400 / 2 / load[machine].max(1)).max(1) as i64;
            let other = Alternative {
                work_center: ((machine + 3) % 99).to_string(),
                setup_s: run_s,
                run_s: run_s + run_s / 5,
            };
            let recipe = model.recipes.entry(spec(item)).or_insert_with(|| Recipe::new(spec(item)));
            recipe.steps.push(Step {
                name: "make".into(),
                work_center: machine.to_string(),
                setup_s: run_s,
                run_s,
                alternatives: if item % 3 == 0 { vec![other] } else { vec![] },
                ..Step::default()
            });
        }
    }
    let mut stock = Vec::new();
    for item in levels[3].clone() {
        let lead_days = 3 + dice.below(23);
        let lot =
            LotSize { minimum: Decimal::from([0, 10, 50][dice.below(3) as usize]), ..LotSize::default() };
        let purchase = Purchase { lead_time_s: lead_days as i64 * DAY_S, lot, calendar: None };
        model.items.insert(spec(item), Item { purchase: Some(purchase), ..Item::default() });
        let quantity = gross[item] * (lead_days + 3) / 180;
        if quantity > 0 {
            let lot = item.to_string();
            let quantity = Decimal::from(quantity as i64);
            stock.push(::planning::site::StockLot { lot, spec: spec(item), quantity, expires: None });
        }
    }
    let demands =
        wanted.into_iter().map(|(id, item, quantity, due, priority)| ::planning::site::SiteDemand {
            id: id.to_string(),
            spec: spec(item),
            quantity: Decimal::from(quantity as i64),
            due: Some(after(start, due)),
            priority,
        });
    let demands = demands.collect();
    (model, Situation { now: start, stock, receipts: vec![], work: vec![], demands })
}

fn spec(item: usize) -> SpecId {
    item.to_string().parse().expect("digits are a name")
}

/// Numbers from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit.max(1)
    }
}
