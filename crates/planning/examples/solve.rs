//! Plans a neutral model: `solve MODEL.json [PLAN.json | quotes] [PASSES]`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a tool for measuring, not a library")]

use planning::neutral::{Neutral, NeutralPlan};
use planning::site::{Options, Planner, solve};
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&args[1]).unwrap();
    let (model, situation) = serde_json::from_str::<Neutral>(&text).unwrap().compile().unwrap();
    let passes = args.get(3).map_or(1, |p| p.parse().unwrap());
    let clock = Instant::now();
    let plan = solve(&model, &situation, &Options { passes }).unwrap();
    let took = clock.elapsed().as_secs_f64();
    let late: i64 = plan.demands.iter().map(|d| d.late_s).sum();
    let on_time = plan.demands.iter().filter(|d| d.promise.is_some() && d.late_s == 0).count();
    println!(
        "{} took {took:.4} s, on time {:.2} %, late days {:.1}, makes {}, buys {}",
        args[1],
        100.0 * on_time as f64 / plan.demands.len() as f64,
        late as f64 / 86_400.0,
        plan.make.len(),
        plan.buy.len()
    );
    if let Some(path) = args.get(2).filter(|p| *p == "quotes") {
        let _ = path;
        let mut planner = Planner::new(&model, situation.clone(), &Options { passes }).unwrap();
        let mut times = Vec::new();
        for n in 0..1_000_usize {
            let mut demand = situation.demands[n * 7919 % situation.demands.len()].clone();
            demand.id = format!("new-{n}");
            let key = vocab::RecordId([7; 32]);
            let clock = Instant::now();
            let quote = planner.quote(&demand).unwrap();
            planner.hold(&quote, key).unwrap();
            planner.release(key);
            times.push(clock.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        println!("quote, hold, undo: median {:.3} ms, p95 {:.3} ms", times[500], times[950]);
        return;
    }
    if let Some(path) = args.get(2) {
        std::fs::write(path, serde_json::to_string(&NeutralPlan::of(&plan)).unwrap()).unwrap();
    }
}
