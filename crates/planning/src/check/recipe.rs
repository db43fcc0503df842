//! Whether a recipe can be right: its quantities, and that all its steps name is there.

use super::{
    Mistakes, Place, check_lot, check_name, check_seconds, mistake, name, no_steps, not_too_long, recipe_at,
    repeated, shown, some_of,
};
use crate::explode::positive_micros;
use crate::{Crew, Input, Model, Outside, Recipe, Step};
use std::collections::BTreeSet;
use vocab::{Decimal, Phrase, SpecId, phrase};

const INPUTS_MAX: usize = 256;
const SUBSTITUTES_MAX: usize = 16;
const BY_PRODUCTS_MAX: usize = 64;
const STEPS_MAX: usize = 64;
const ALTERNATIVES_MAX: usize = 16;

pub(super) fn check_recipe(model: &Model, (spec, recipe): (&SpecId, &Recipe), found: &mut Mistakes) {
    let at = recipe_at(spec);
    found.place = Place::Recipe(spec.clone());
    if *spec != recipe.output {
        let remedy = phrase("list a recipe under the name of what comes out", "请把配方列在其产出的名称之下");
        found.add(mistake(&at, phrase("another output", "产出不同"), &recipe.output, remedy));
    }
    let batch = positive_micros(|| at.clone(), recipe.output_quantity);
    let is_batch = batch.is_ok();
    found.take(batch.map(|_| ()));
    check_lot(&at, &recipe.lot, is_batch.then_some(recipe.output_quantity), found);
    found.take(not_too_long(&at, phrase("inputs", "种投入物"), recipe.inputs.len(), INPUTS_MAX));
    found.take(not_too_long(&at, phrase("steps", "个步骤"), recipe.steps.len(), STEPS_MAX));
    let by_products = &recipe.by_products;
    found.take(not_too_long(&at, phrase("by-products", "种副产品"), by_products.len(), BY_PRODUCTS_MAX));
    if recipe.steps.is_empty() {
        found.add(no_steps(spec));
    }
    for input in repeated(recipe.inputs.iter().map(|i| &i.spec)) {
        let remedy = phrase("list it once, with the sum", "请只列一次，写明总量");
        found.add(mistake(&at, phrase("the same input twice", "同一投入物列了两次"), input, remedy));
    }
    for other in repeated([&recipe.output].into_iter().chain(by_products.iter().map(|b| &b.spec))) {
        let remedy = phrase(
            "list each thing that comes out once, the main one not as a by-product",
            "每种产出只列一次，主产品不要列为副产品",
        );
        found.add(mistake(&at, phrase("the same output twice", "同一产出列了两次"), other, remedy));
    }
    for (index, input) in recipe.inputs.iter().take(INPUTS_MAX).enumerate() {
        found.place = Place::Input(spec.clone(), index);
        check_input(&at, input, found);
    }
    for (index, by_product) in by_products.iter().take(BY_PRODUCTS_MAX).enumerate() {
        found.place = Place::ByProduct(spec.clone(), index);
        let other = &by_product.spec;
        let at = || at.clone().and(format!(", by-product {other}"), format!("的副产品 {other}"));
        found.take(positive_micros(at, by_product.quantity).map(|_| ()));
    }
    for (index, step) in recipe.steps.iter().take(STEPS_MAX).enumerate() {
        found.place = Place::Step(spec.clone(), index);
        let number = index + 1;
        let at = at.clone().and(format!(", step {number}"), format!("第 {number} 步"));
        check_step(model, &at, step, found);
        if step.outside.as_ref().is_some_and(|outside| outside.service == recipe.output) {
            let remedy = phrase(
                "name the service that is bought, not what the recipe makes",
                "请写所采购的加工服务，而不是配方的产出",
            );
            found.add(mistake(&at, phrase("service", "加工服务"), &recipe.output, remedy));
        }
    }
}

fn check_input(at: &Phrase, input: &Input, found: &mut Mistakes) {
    let spec = &input.spec;
    let at = at.clone().and(format!(", input {spec}"), format!("的投入物 {spec}"));
    found.take(positive_micros(|| at.clone(), input.quantity).map(|_| ()));
    let substitutes = &input.substitutes;
    found.take(not_too_long(&at, phrase("substitutes", "种替代料"), substitutes.len(), SUBSTITUTES_MAX));
    for substitute in substitutes.iter().take(SUBSTITUTES_MAX) {
        let other = &substitute.spec;
        let at = || at.clone().and(format!(", substitute {other}"), format!("的替代料 {other}"));
        found.take(positive_micros(at, substitute.quantity).map(|_| ()));
    }
    for other in repeated([spec].into_iter().chain(substitutes.iter().map(|s| &s.spec))) {
        let remedy = phrase("name another thing, each once", "请写另一种物料，每种只列一次");
        found.add(mistake(&at, phrase("substitute", "替代料"), other, remedy));
    }
}

fn check_step(model: &Model, at: &Phrase, step: &Step, found: &mut Mistakes) {
    found.take(check_name(at, name(), &step.name));
    found.take(check_seconds(at, "setup_s", step.setup_s));
    found.take(check_seconds(at, "run_s", step.run_s));
    found.take(check_seconds(at, "fixed_s", step.fixed_s));
    found.take(check_seconds(at, "labour_s", step.labour_s));
    if step.scrap.is_negative() || step.scrap >= Decimal::ONE {
        let remedy =
            phrase("give a share from 0 to below 1, such as 0.02", "请给出 0 至小于 1 的比例，例如 0.02");
        found.add(mistake(at, phrase("scrap", "废品率"), step.scrap, remedy));
    }
    if let Some(transfer) = step.transfer {
        let at = || at.clone().and(", transfer batch", "的转移批量");
        found.take(positive_micros(at, transfer).map(|_| ()));
    }
    match &step.outside {
        Some(outside) => check_outside(at, step, outside, found),
        None => check_places(model, at, step, found),
    }
}

/// What another firm does uses nothing here.
fn check_outside(at: &Phrase, step: &Step, outside: &Outside, found: &mut Mistakes) {
    found.take(check_seconds(at, "lead_time_s", outside.lead_time_s));
    let here = [
        ("work_center", !step.work_center.is_empty()),
        ("setup_s", step.setup_s != 0),
        ("run_s", step.run_s != 0),
        ("labour_s", step.labour_s != 0),
        ("alternatives", !step.alternatives.is_empty()),
        ("crew", step.crew.is_some()),
        ("tool", step.tool.is_some()),
        ("family", step.family.is_some()),
    ];
    for (field, _) in here.into_iter().filter(|(_, given)| *given) {
        let remedy = phrase("leave it out: another firm does this step", "请去掉：此步骤由其他企业完成");
        found.add(mistake(at, phrase("given for a step done outside", "外协步骤不应给出"), field, remedy));
    }
}

fn check_places(model: &Model, at: &Phrase, step: &Step, found: &mut Mistakes) {
    found.take(model.work_center(at, &step.work_center).map(|_| ()));
    let alternatives = &step.alternatives;
    found.take(not_too_long(
        at,
        phrase("alternatives", "个替代工作中心"),
        alternatives.len(),
        ALTERNATIVES_MAX,
    ));
    for (index, other) in alternatives.iter().take(ALTERNATIVES_MAX).enumerate() {
        let number = index + 1;
        let at = at.clone().and(format!(", alternative {number}"), format!("的替代 {number}"));
        found.take(model.work_center(&at, &other.work_center).map(|_| ()));
        found.take(check_seconds(&at, "setup_s", other.setup_s));
        found.take(check_seconds(&at, "run_s", other.run_s));
    }
    for center in repeated([&step.work_center].into_iter().chain(alternatives.iter().map(|a| &a.work_center)))
    {
        let remedy = phrase("name another work centre, each once", "请写另一个工作中心，每个只列一次");
        found.add(mistake(at, phrase("alternative", "替代工作中心"), shown(center), remedy));
    }
    if let Some(tool) = step.tool.as_ref().filter(|tool| !model.tools.contains_key(*tool)) {
        let known = some_of(model.tools.keys());
        let remedy = phrase(
            format!("add it to the tools, or use one of: {known}"),
            format!("请把它加入工装，或使用其中之一：{known}"),
        );
        found.add(mistake(at, phrase("unknown tool", "未知的工装"), shown(tool), remedy));
    }
    if let Some(family) = &step.family {
        found.take(check_name(at, phrase("family", "换型族"), family));
    }
    if let Some(crew) = &step.crew {
        check_crew(model, at, crew, found);
    }
}

fn check_crew(model: &Model, at: &Phrase, crew: &Crew, found: &mut Mistakes) {
    let able = model.people.values().filter(|person| person.skills.contains(&crew.skill)).count();
    let wanted = usize::try_from(crew.people).unwrap_or(usize::MAX);
    if wanted == 0 {
        let remedy = phrase("give at least one, or no crew", "请至少给出 1，或不填人员");
        found.add(mistake(at, phrase("people in the crew", "班组人数"), 0, remedy));
    }
    if able == 0 {
        let skills: BTreeSet<&String> = model.people.values().flat_map(|person| &person.skills).collect();
        let known = some_of(skills.into_iter());
        let remedy = phrase(
            format!("add a person who has it, or use one of: {known}"),
            format!("请添加具备该技能的人员，或使用其中之一：{known}"),
        );
        found.add(mistake(at, phrase("skill that nobody has", "无人具备的技能"), shown(&crew.skill), remedy));
    } else if wanted > able {
        let remedy = phrase(
            format!("only {able} of the people can: ask for fewer, or add people"),
            format!("只有 {able} 人具备该技能：请减少人数，或添加人员"),
        );
        found.add(mistake(at, phrase("people in the crew", "班组人数"), wanted, remedy));
    }
}
