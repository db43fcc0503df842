//! Models to test with: small ones by hand, random ones by strategy.

use planning::{Calendar, Demand, Input, Model, Recipe, Step, WorkCenter};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use vocab::{Decimal, SpecId, Timestamp, after};

pub fn spec(name: &str) -> SpecId {
    name.parse().unwrap()
}

pub fn item(index: usize) -> SpecId {
    spec(&format!("item-{index:02}"))
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `seconds` after the beginning of 2026.
pub fn second(seconds: i64) -> Timestamp {
    after(at("2026-01-01T00:00:00Z"), seconds)
}

pub fn demand(name: &str, quantity: &str) -> Demand {
    Demand { spec: spec(name), quantity: decimal(quantity) }
}

pub fn amounts(list: &[(&str, &str)]) -> BTreeMap<SpecId, Decimal> {
    list.iter().map(|(name, quantity)| (spec(name), decimal(quantity))).collect()
}

pub fn step(work_center: &str, setup_s: i64, run_s: i64, fixed_s: i64) -> Step {
    let name = format!("at {work_center}");
    Step { name, work_center: work_center.into(), setup_s, run_s, fixed_s, ..Step::default() }
}

pub fn recipe(output: &str, output_quantity: &str, inputs: &[(&str, &str)], steps: &[Step]) -> Recipe {
    let input = |(name, quantity): &(&str, &str)| Input::new(spec(name), decimal(quantity));
    Recipe {
        output_quantity: decimal(output_quantity),
        inputs: inputs.iter().map(input).collect(),
        steps: steps.to_vec(),
        ..Recipe::new(spec(output))
    }
}

pub fn center(units: u32, calendar: Option<Calendar>) -> WorkCenter {
    WorkCenter { units, calendar, ..WorkCenter::default() }
}

pub fn model(recipes: &[Recipe], centers: &[(&str, WorkCenter)]) -> Model {
    Model {
        recipes: recipes.iter().map(|r| (r.output.clone(), r.clone())).collect(),
        work_centers: centers.iter().map(|(name, c)| ((*name).to_owned(), c.clone())).collect(),
        ..Model::default()
    }
}

/// One week-day shift in Berlin.
pub fn day_shift() -> Calendar {
    serde_json::from_str(
        r#"{"zone": "Europe/Berlin",
            "shifts": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "16:00"}]}"#,
    )
    .unwrap()
}

const CENTERS: [&str; 3] = ["saw", "bench", "paint"];

/// Random models of `item-00` to `item-11` in which an item needs only later ones, on three work centres.
pub fn models(units: RangeInclusive<u32>, calendars: bool) -> impl Strategy<Value = Model> {
    let quantity = || (1_i64..2_000, 0_u32..4).prop_map(|(n, places)| Decimal::new(n, places));
    let input = (0_usize..12, quantity());
    let step = (0_usize..3, 0_i64..7_200, 0_i64..60, 0_i64..20_000);
    let recipe = (quantity(), prop::collection::vec(input, 0..4), prop::collection::vec(step, 1..4));
    let recipes = prop::collection::vec(prop::option::weighted(0.75, recipe), 2..=12);
    let centers = prop::collection::vec((units, any::<bool>()), 3);
    (recipes, centers).prop_map(move |(raw, centers)| {
        let items = raw.len();
        let mut recipes = BTreeMap::new();
        for (index, raw) in raw.into_iter().enumerate() {
            let Some((output_quantity, inputs, steps)) = raw else { continue };
            let later = items - index - 1;
            let inputs: BTreeMap<SpecId, Decimal> = match later {
                0 => BTreeMap::new(),
                _ => inputs.into_iter().map(|(n, q)| (item(index + 1 + n % later), q)).collect(),
            };
            let inputs = inputs.into_iter().map(|(spec, quantity)| Input::new(spec, quantity)).collect();
            let steps = steps.into_iter().map(|(c, s, r, f)| self::step(CENTERS[c], s, r, f)).collect();
            recipes
                .insert(item(index), Recipe { output_quantity, inputs, steps, ..Recipe::new(item(index)) });
        }
        let calendar = |open: bool| (open && calendars).then(day_shift);
        let named = CENTERS.into_iter().zip(centers);
        let work_centers =
            named.map(|(name, (units, open))| (name.to_owned(), center(units, calendar(open)))).collect();
        Model { recipes, work_centers, ..Model::default() }
    })
}
