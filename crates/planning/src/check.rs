//! Whether a model can be right: every mistake is named with the thing, its value and the remedy.
//!
//! [`Model::check`] stops at the first mistake. It does not judge whether a recipe is any good, only whether it
//! can be planned with.

use crate::explode::positive_micros;
use crate::graph::{self, ITEMS_MAX};
use crate::opening::Opening;
use crate::{Calendar, Error, HORIZON_S, Input, Model, Recipe, Result, Step, WorkCenter};
use std::collections::BTreeSet;
use vocab::{Phrase, phrase};
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
        let model = phrase("model", "模型");
        not_too_long(&model, phrase("recipes", "个配方"), self.recipes.len(), RECIPES_MAX)?;
        not_too_long(
            &model,
            phrase("work centres", "个工作中心"),
            self.work_centers.len(),
            WORK_CENTERS_MAX,
        )?;
        for (name, center) in &self.work_centers {
            check_work_center(name, center)?;
        }
        for (spec, recipe) in &self.recipes {
            self.check_recipe(spec, recipe)?;
        }
        graph::parents_first(self, self.recipes.keys()).map(|_| ())
    }

    fn check_recipe(&self, spec: &SpecId, recipe: &Recipe) -> Result<()> {
        let at = recipe_at(spec);
        if *spec != recipe.output {
            let remedy =
                phrase("list a recipe under the name of what comes out", "请把配方列在其产出的名称之下");
            return Err(mistake(
                &at,
                phrase("another output", "产出不同"),
                Phrase::plain(&recipe.output),
                remedy,
            ));
        }
        positive_micros(|| at.clone(), recipe.output_quantity)?;
        not_too_long(&at, phrase("inputs", "种投入物"), recipe.inputs.len(), INPUTS_MAX)?;
        not_too_long(&at, phrase("steps", "个步骤"), recipe.steps.len(), STEPS_MAX)?;
        let mut seen = BTreeSet::new();
        for Input { spec: input, quantity, .. } in &recipe.inputs {
            positive_micros(
                || at.clone().and(format!(", input {input}"), format!("的投入物 {input}")),
                *quantity,
            )?;
            if !seen.insert(input) {
                let remedy = phrase("list it once, with the sum", "请只列一次，写明总量");
                return Err(mistake(
                    &at,
                    phrase("the same input twice", "同一投入物列了两次"),
                    Phrase::plain(input),
                    remedy,
                ));
            }
        }
        if recipe.steps.is_empty() {
            return Err(no_steps(spec));
        }
        for (index, step) in recipe.steps.iter().enumerate() {
            let step_number = index + 1;
            let at = at.clone().and(format!(", step {step_number}"), format!("第 {step_number} 步"));
            self.check_step(&at, step)?;
        }
        Ok(())
    }

    fn check_step(&self, at: &Phrase, step: &Step) -> Result<()> {
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
                let remedy =
                    phrase("give whole seconds from 0 to ten years", "请给出 0 秒至十年之间的整秒数");
                return Err(mistake(at, Phrase::plain(what), Phrase::plain(seconds), remedy));
            }
        }
        Ok(())
    }

    /// The work centre of that name. `at` says who asks.
    pub(crate) fn work_center(&self, at: &Phrase, name: &str) -> Result<&WorkCenter> {
        self.work_centers.get(name).ok_or_else(|| {
            let known: Vec<_> = self.work_centers.keys().take(8).map(String::as_str).collect();
            let value = name.chars().take(NAME_BYTES_MAX).collect();
            Error::UnknownWorkCenter { at: at.clone(), value, known: known.join(", ") }
        })
    }
}

fn recipe_at(spec: &SpecId) -> Phrase {
    phrase(format!("recipe {spec}"), format!("{spec} 的配方"))
}

/// Where a work centre is wrong.
pub(crate) fn work_center_at(name: &str) -> Phrase {
    phrase(format!("work centre '{name}'"), format!("工作中心“{name}”"))
}

pub(crate) fn no_steps(spec: &SpecId) -> Error {
    mistake(
        &recipe_at(spec),
        phrase("number of steps", "步骤数"),
        Phrase::plain(0),
        phrase("give it at least one", "请至少给出一步"),
    )
}

fn check_work_center(name: &str, center: &WorkCenter) -> Result<()> {
    let shown: String = name.chars().take(NAME_BYTES_MAX).collect();
    let at = work_center_at(&shown);
    check_name(&at, name)?;
    if let Some(text) = &center.name {
        let fail = |e: vocab::Error| {
            mistake(
                &at,
                phrase("name", "名称"),
                Phrase::of(&e),
                phrase("give a short one, or none", "请给一个短名称，或不填"),
            )
        };
        text.check("name").map_err(fail)?;
    }
    center.calendar.as_ref().map_or(Ok(()), |calendar| check_calendar(&at, calendar))
}

fn check_calendar(at: &Phrase, calendar: &Calendar) -> Result<()> {
    let at = at.clone().and(", calendar", "的日历");
    not_too_long(&at, phrase("shifts", "个班次"), calendar.shifts.len(), SHIFTS_MAX)?;
    not_too_long(&at, phrase("holidays", "个假日"), calendar.holidays.len(), HOLIDAYS_MAX)?;
    if calendar.shifts.is_empty() {
        return Err(mistake(
            &at,
            phrase("number of shifts", "班次数"),
            Phrase::plain(0),
            phrase(
                "give at least one, or no calendar for round the clock",
                "请至少给出一个；全天开放则不填日历",
            ),
        ));
    }
    for (index, shift) in calendar.shifts.iter().enumerate() {
        let number = index + 1;
        let at = at.clone().and(format!(", shift {number}"), format!("第 {number} 班"));
        if shift.days.is_empty() || shift.days.len() > 7 {
            let remedy = phrase(
                "give 1 to 7 days of mon, tue, wed, thu, fri, sat, sun",
                "请给出 mon、tue、wed、thu、fri、sat、sun 中的 1 至 7 天",
            );
            return Err(mistake(
                &at,
                phrase("number of days", "天数"),
                Phrase::plain(shift.days.len()),
                remedy,
            ));
        }
        for (what, time) in [(phrase("from", "开始时间"), shift.from), (phrase("to", "结束时间"), shift.to)]
        {
            if time.second() != 0 || time.subsec_nanosecond() != 0 {
                return Err(mistake(
                    &at,
                    what,
                    Phrase::plain(time),
                    phrase("give whole minutes", "请给出整分钟"),
                ));
            }
        }
    }
    // resolving it is what tells whether there is such a zone
    Opening::new(&at, Some(calendar), Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).map(|_| ())
}

fn check_name(at: &Phrase, name: &str) -> Result<()> {
    match name.len() {
        1..=NAME_BYTES_MAX => Ok(()),
        _ => {
            let shown: String = name.chars().take(NAME_BYTES_MAX).collect();
            Err(mistake(
                at,
                phrase("name", "名称"),
                Phrase::plain(shown),
                phrase("give one of 1 to 64 bytes", "请给出 1 至 64 字节"),
            ))
        }
    }
}

fn not_too_long(at: &Phrase, what: Phrase, count: usize, limit: usize) -> Result<()> {
    if count <= limit {
        return Ok(());
    }
    Err(Error::TooMany { at: at.clone(), what, count, limit })
}

fn mistake(at: &Phrase, what: Phrase, value: Phrase, remedy: Phrase) -> Error {
    Error::Model { at: at.clone(), what, value, remedy }
}
