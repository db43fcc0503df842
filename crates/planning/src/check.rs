//! Whether a model can be right: every mistake is named with the thing, its value and the remedy.
//!
//! [`Model::check`] stops at the first mistake. It does not judge whether a recipe is any good, only whether it
//! can be planned with.

use crate::explode::positive_micros;
use crate::graph::{self, ITEMS_MAX};
use crate::opening::Opening;
use crate::{Calendar, Error, HORIZON_S, Input, Model, Recipe, Result, Step, WorkCenter};
use std::collections::BTreeSet;
use vocab::{SpecId, Timestamp};

/// Most recipes, most work centres, most inputs and steps of a recipe, most shifts and holidays of a calendar.
const RECIPES_MAX: usize = ITEMS_MAX / 2;
const WORK_CENTERS_MAX: usize = 1_000;
const INPUTS_MAX: usize = 256;
const STEPS_MAX: usize = 64;
const SHIFTS_MAX: usize = 32;
const HOLIDAYS_MAX: usize = 1_000;
const NAME_BYTES_MAX: usize = 64;

impl Model {
    /// Checks that this model can be planned with: no recipe needs itself, every step has its work centre, all
    /// quantities are above zero, no time is negative, calendars open, lists are not too long.
    ///
    /// # Errors
    /// The first mistake found, with what would be right.
    pub fn check(&self) -> Result<()> {
        not_too_long("model", "recipes", self.recipes.len(), RECIPES_MAX)?;
        not_too_long("model", "work centres", self.work_centers.len(), WORK_CENTERS_MAX)?;
        for (name, center) in &self.work_centers {
            check_work_center(name, center)?;
        }
        for (spec, recipe) in &self.recipes {
            self.check_recipe(spec, recipe)?;
        }
        graph::parents_first(self, self.recipes.keys()).map(|_| ())
    }

    fn check_recipe(&self, spec: &SpecId, recipe: &Recipe) -> Result<()> {
        let at = format!("recipe {spec}");
        if *spec != recipe.output {
            let remedy = "list a recipe under the name of what comes out";
            return Err(mistake(&at, "another output", recipe.output.as_str(), remedy));
        }
        positive_micros("recipe", spec, recipe.output_quantity)?;
        not_too_long(&at, "inputs", recipe.inputs.len(), INPUTS_MAX)?;
        not_too_long(&at, "steps", recipe.steps.len(), STEPS_MAX)?;
        let mut seen = BTreeSet::new();
        for Input { spec: input, quantity } in &recipe.inputs {
            positive_micros(&format!("{at}, input"), input, *quantity)?;
            if !seen.insert(input) {
                let remedy = "list it once, with the sum";
                return Err(mistake(&at, "the same input twice", input.as_str(), remedy));
            }
        }
        if recipe.steps.is_empty() {
            return Err(no_steps(spec));
        }
        for (index, step) in recipe.steps.iter().enumerate() {
            self.check_step(&format!("{at}, step {}", index + 1), step)?;
        }
        Ok(())
    }

    fn check_step(&self, at: &str, step: &Step) -> Result<()> {
        check_name(at, &step.name)?;
        self.work_center(at, &step.work_center)?;
        let times = [
            ("setup_s", step.setup_s),
            ("run_s", step.run_s),
            ("fixed_s", step.fixed_s),
            ("labour_s", step.labour_s),
        ];
        for (what, seconds) in times {
            if !(0..=HORIZON_S).contains(&seconds) {
                let remedy = "give whole seconds from 0 to ten years";
                return Err(mistake(at, what, &seconds.to_string(), remedy));
            }
        }
        Ok(())
    }

    /// The work centre of that name. `at` says who asks.
    pub(crate) fn work_center(&self, at: &str, name: &str) -> Result<&WorkCenter> {
        self.work_centers.get(name).ok_or_else(|| {
            let known: Vec<_> = self.work_centers.keys().take(8).map(String::as_str).collect();
            let value = name.chars().take(NAME_BYTES_MAX).collect();
            Error::UnknownWorkCenter { at: at.to_owned(), value, known: known.join(", ") }
        })
    }
}

pub(crate) fn no_steps(spec: &SpecId) -> Error {
    mistake(&format!("recipe {spec}"), "number of steps", "0", "give it at least one")
}

fn check_work_center(name: &str, center: &WorkCenter) -> Result<()> {
    let at = format!("work centre '{}'", name.chars().take(NAME_BYTES_MAX).collect::<String>());
    check_name(&at, name)?;
    if let Some(text) = &center.name {
        let fail = |e: vocab::Error| mistake(&at, "name", &e.to_string(), "give a short one, or none");
        text.check("work centre name").map_err(fail)?;
    }
    center.calendar.as_ref().map_or(Ok(()), |calendar| check_calendar(&at, calendar))
}

fn check_calendar(at: &str, calendar: &Calendar) -> Result<()> {
    let at = format!("{at}, calendar");
    not_too_long(&at, "shifts", calendar.shifts.len(), SHIFTS_MAX)?;
    not_too_long(&at, "holidays", calendar.holidays.len(), HOLIDAYS_MAX)?;
    if calendar.shifts.is_empty() {
        return Err(mistake(
            &at,
            "number of shifts",
            "0",
            "give at least one, or no calendar for round the clock",
        ));
    }
    for (index, shift) in calendar.shifts.iter().enumerate() {
        let at = format!("{at}, shift {}", index + 1);
        if shift.days.is_empty() || shift.days.len() > 7 {
            let remedy = "give 1 to 7 days of mon, tue, wed, thu, fri, sat, sun";
            return Err(mistake(&at, "number of days", &shift.days.len().to_string(), remedy));
        }
        for (what, time) in [("from", shift.from), ("to", shift.to)] {
            if time.second() != 0 || time.subsec_nanosecond() != 0 {
                return Err(mistake(&at, what, &time.to_string(), "give whole minutes"));
            }
        }
    }
    // resolving it is what tells whether there is such a zone
    Opening::new(&at, Some(calendar), Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).map(|_| ())
}

fn check_name(at: &str, name: &str) -> Result<()> {
    match name.len() {
        1..=NAME_BYTES_MAX => Ok(()),
        _ => {
            let shown: String = name.chars().take(NAME_BYTES_MAX).collect();
            Err(mistake(at, "name", &shown, "give one of 1 to 64 bytes"))
        }
    }
}

fn not_too_long(at: &str, what: &'static str, count: usize, limit: usize) -> Result<()> {
    if count <= limit {
        return Ok(());
    }
    Err(Error::TooMany { at: at.to_owned(), what, count, limit })
}

fn mistake(at: &str, what: &'static str, value: &str, remedy: &'static str) -> Error {
    Error::Model { at: at.to_owned(), what, value: value.to_owned(), remedy }
}
