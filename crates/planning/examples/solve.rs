//! Plans a neutral model: `solve MODEL.json [PLAN.json] [PASSES]`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a tool for measuring, not a library")]

use planning::neutral::{Neutral, NeutralPlan};
use planning::site::{Options, solve};
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
    if let Some(path) = args.get(2) {
        std::fs::write(path, serde_json::to_string(&NeutralPlan::of(&plan)).unwrap()).unwrap();
    }
}
