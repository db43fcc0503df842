//! Whether a model can be right: every mistake is named with its place, its value and the remedy.
//!
//! [`Model::check`] stops at the first mistake, [`Model::mistakes`] goes on for those who correct a whole
//! spreadsheet at once. They do not judge whether a recipe is any good, only whether it can be planned with.

mod calendar;
mod recipe;
mod shop;

use crate::explode::positive_micros;
use crate::graph::{self, ITEMS_MAX};
use crate::{Error, HORIZON_S, LotSize, Model, Result, WorkCenter};
use std::collections::BTreeSet;
use vocab::{Decimal, Phrase, SpecId, phrase};

/// Most recipes, work centres, people and tools of a model.
const RECIPES_MAX: usize = ITEMS_MAX / 2;
const WORK_CENTERS_MAX: usize = 1_000;
const PEOPLE_MAX: usize = 1_000;
const TOOLS_MAX: usize = 1_000;
const NAME_BYTES_MAX: usize = 64;

/// What a mistake is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Place {
    /// the whole
    Model,
    /// the recipe for this, itself
    Recipe(SpecId),
    /// an input of it, counted from 0
    Input(SpecId, usize),
    /// a by-product of it, counted from 0
    ByProduct(SpecId, usize),
    /// a step of it, counted from 0
    Step(SpecId, usize),
    /// what is to be known of a thing
    Item(SpecId),
    /// a work centre
    WorkCenter(String),
    /// somebody who works
    Person(String),
    /// a tool
    Tool(String),
}

/// Something in a model that cannot be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// what it is about, for programs
    pub place: Place,
    /// the same for people, with the value and what would be right
    pub error: Error,
}

impl Model {
    /// Checks that this model can be planned with: no recipe needs itself, all that is named is there, quantities
    /// and times can be, calendars open, lists are not too long.
    ///
    /// # Errors
    /// The first mistake found, with what would be right.
    pub fn check(&self) -> Result<()> {
        match self.mistakes(1).pop() {
            Some(mistake) => Err(mistake.error),
            None => Ok(()),
        }
    }

    /// The mistakes in this model, at most `limit`, each with what would be right.
    pub fn mistakes(&self, limit: usize) -> Vec<Mistake> {
        let mut found = Mistakes { place: Place::Model, found: vec![], limit };
        let model = || phrase("model", "模型");
        found.take(not_too_long(&model(), phrase("recipes", "个配方"), self.recipes.len(), RECIPES_MAX));
        let centers = phrase("work centres", "个工作中心");
        found.take(not_too_long(&model(), centers, self.work_centers.len(), WORK_CENTERS_MAX));
        found.take(not_too_long(&model(), phrase("items", "种物料"), self.items.len(), ITEMS_MAX));
        found.take(not_too_long(&model(), phrase("people", "个人员"), self.people.len(), PEOPLE_MAX));
        found.take(not_too_long(&model(), phrase("tools", "种工装"), self.tools.len(), TOOLS_MAX));
        // a list out of all bounds is not worth reading
        if found.found.is_empty() {
            self.look_through(&mut found);
        }
        found.found
    }

    fn look_through(&self, found: &mut Mistakes) {
        for (name, center) in &self.work_centers {
            found.place = Place::WorkCenter(name.clone());
            shop::check_work_center(name, center, found);
        }
        for (name, person) in &self.people {
            found.place = Place::Person(name.clone());
            shop::check_person(name, person, found);
        }
        for (name, tool) in &self.tools {
            found.place = Place::Tool(name.clone());
            shop::check_tool(name, tool, found);
        }
        for (spec, item) in &self.items {
            found.place = Place::Item(spec.clone());
            shop::check_item(spec, item, found);
        }
        for recipe in &self.recipes {
            if found.is_full() {
                return;
            }
            recipe::check_recipe(self, recipe, found);
        }
        found.place = Place::Model;
        if let Err(error) = graph::parents_first(self, self.recipes.keys()) {
            if let Error::Loop { path } = &error
                && let Some(Ok(spec)) = path.split(" -> ").next().map(str::parse)
            {
                found.place = Place::Recipe(spec);
            }
            found.add(error);
        }
    }

    /// The work centre of that name. `at` says who asks.
    pub(crate) fn work_center(&self, at: &Phrase, name: &str) -> Result<&WorkCenter> {
        self.work_centers.get(name).ok_or_else(|| Error::UnknownWorkCenter {
            at: at.clone(),
            value: shown(name),
            known: some_of(self.work_centers.keys()),
        })
    }
}

/// Mistakes as they are found, up to a limit.
struct Mistakes {
    /// what is being looked at
    place: Place,
    found: Vec<Mistake>,
    limit: usize,
}

impl Mistakes {
    fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }
    fn add(&mut self, error: Error) {
        if !self.is_full() {
            self.found.push(Mistake { place: self.place.clone(), error });
        }
    }
    fn take(&mut self, checked: Result<()>) {
        checked.unwrap_or_else(|error| self.add(error));
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
        0,
        phrase("give it at least one", "请至少给出一步"),
    )
}

fn mistake(at: &Phrase, what: Phrase, value: impl std::fmt::Display, remedy: Phrase) -> Error {
    Error::Model { at: at.clone(), what, value: Phrase::plain(value), remedy }
}

/// A name that may be of any length, cut to what is worth showing.
fn shown(name: &str) -> String {
    name.chars().take(NAME_BYTES_MAX).collect()
}

/// The first few names there are.
fn some_of<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.take(8).map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn check_name(at: &Phrase, what: Phrase, name: &str) -> Result<()> {
    match name.len() {
        1..=NAME_BYTES_MAX => Ok(()),
        _ => Err(mistake(at, what, shown(name), phrase("give one of 1 to 64 bytes", "请给出 1 至 64 字节"))),
    }
}

fn check_text(at: &Phrase, text: Option<&vocab::Text>) -> Result<()> {
    let remedy = || phrase("give a short one, or none", "请给一个短名称，或不填");
    let Some(Err(e)) = text.map(|text| text.check("name")) else { return Ok(()) };
    Err(Error::Model { at: at.clone(), what: name(), value: Phrase::of(&e), remedy: remedy() })
}

fn name() -> Phrase {
    phrase("name", "名称")
}

fn not_too_long(at: &Phrase, what: Phrase, count: usize, limit: usize) -> Result<()> {
    if count <= limit {
        return Ok(());
    }
    Err(Error::TooMany { at: at.clone(), what, count, limit })
}

fn check_seconds(at: &Phrase, what: &'static str, seconds: i64) -> Result<()> {
    if (0..=HORIZON_S).contains(&seconds) {
        return Ok(());
    }
    let remedy = phrase("give whole seconds from 0 to ten years", "请给出 0 秒至十年之间的整秒数");
    Err(mistake(at, phrase(what, what), seconds, remedy))
}

/// A quantity that may be zero.
fn check_amount(at: &Phrase, what: &Phrase, quantity: Decimal) -> Result<()> {
    match quantity.is_zero() {
        true => Ok(()),
        false => positive_micros(
            || at.clone().and(format!(", {what}"), format!("的{}", vocab::Said::zh(what))),
            quantity,
        )
        .map(|_| ()),
    }
}

/// Whether some quantity fits: a multiple of the lot's own step and of `batch`, from its minimum to its maximum.
fn check_lot(at: &Phrase, lot: &LotSize, batch: Option<Decimal>, found: &mut Mistakes) {
    if found.is_full() {
        return;
    }
    let before = found.found.len();
    found.take(check_amount(at, &phrase("minimum lot", "最小批量"), lot.minimum));
    found.take(check_amount(at, &phrase("lot multiple", "批量倍数"), lot.multiple));
    let maximum = lot.maximum.map(|maximum| {
        positive_micros(|| at.clone().and(", maximum lot", "的最大批量"), maximum).map(|_| maximum)
    });
    let (Some(Ok(maximum)), true) = (maximum.clone(), found.found.len() == before) else {
        found.take(maximum.map_or(Ok(()), |m| m.map(|_| ())));
        return;
    };
    if maximum < lot.minimum {
        let remedy = phrase(
            format!("let it be at least the minimum, {}", lot.minimum),
            format!("不得小于最小批量 {}", lot.minimum),
        );
        found.add(mistake(at, phrase("maximum lot", "最大批量"), maximum, remedy));
        return;
    }
    let steps = [Some(lot.multiple), batch].into_iter().flatten().map(Decimal::micros).filter(|m| *m > 0);
    let step = steps.fold(1, least_common_multiple);
    let least = (lot.minimum.micros().max(1) + step - 1) / step * step;
    if least > maximum.micros() {
        let step = Decimal::from_micros(step);
        let remedy = phrase(
            format!("let a multiple of {step} lie between minimum and maximum"),
            format!("最小与最大批量之间须有 {step} 的倍数"),
        );
        found.add(mistake(at, phrase("maximum lot", "最大批量"), maximum, remedy));
    }
}

/// Of two millionths each below 10^18: their product stays inside an `i128`.
fn least_common_multiple(a: i128, b: i128) -> i128 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

/// The names in `list` that are in it more than once, each as often as it is too much.
fn repeated<T: Ord>(list: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    let mut again = Vec::new();
    for name in list {
        match seen.contains(&name) {
            true => again.push(name),
            false => drop(seen.insert(name)),
        }
    }
    again
}
