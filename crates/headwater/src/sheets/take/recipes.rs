//! Recipes: one row each for what concerns the whole, and one for each input, step and so on.

use super::{Origins, Sheets, is_new, lot, quantity};
use crate::i18n::Msg;
use crate::sheets::row::Row;
use crate::sheets::{Kind, cells};
use planning::{Alternative, ByProduct, Crew, Input, Model, Outside, Place, Recipe, Step, Substitute};
use vocab::{DAY_S, SpecId};

pub(super) fn take<'a>(sheets: &Sheets<'a>, model: &mut Model, origins: &mut Origins<'a>) {
    for row in sheets.rows(Kind::Recipes) {
        let (batch, lot) = (row.maybe("batch"), lot(&row));
        let Some(output) = row.need::<SpecId>("output") else { continue };
        if is_new(origins, Place::Recipe(output.clone()), row, "output") {
            let recipe = recipe(model, output);
            recipe.output_quantity = batch.unwrap_or(recipe.output_quantity);
            recipe.lot = lot;
        }
    }
    for row in sheets.rows(Kind::Inputs) {
        let input = input(&row);
        let Some(output) = row.need::<SpecId>("output") else { continue };
        let inputs = &mut recipe(model, output.clone()).inputs;
        origins.insert(Place::Input(output, inputs.len()), row);
        inputs.extend(input);
    }
    for row in sheets.rows(Kind::Substitutes) {
        let (spec, quantity) = (row.need("substitute"), quantity(&row));
        let (output, of) = (row.need::<SpecId>("output"), row.need::<SpecId>("input"));
        let Some((output, of)) = output.zip(of) else { continue };
        let inputs = model.recipes.get_mut(&output).map(|recipe| &mut recipe.inputs);
        match inputs.and_then(|inputs| inputs.iter_mut().find(|input| input.spec == of)) {
            Some(input) => {
                let both = spec.zip(quantity);
                input.substitutes.extend(both.map(|(spec, quantity)| Substitute { spec, quantity }));
            }
            None => row.slip("input", row.say(Msg::SheetNoSuch, &[&row.sheet_name(Kind::Inputs)])),
        }
    }
    for row in sheets.rows(Kind::ByProducts) {
        let both = row.need("by_product").zip(quantity(&row));
        let Some(output) = row.need::<SpecId>("output") else { continue };
        let by_products = &mut recipe(model, output.clone()).by_products;
        origins.insert(Place::ByProduct(output, by_products.len()), row);
        by_products.extend(both.map(|(spec, quantity)| ByProduct { spec, quantity }));
    }
    for row in sheets.rows(Kind::Steps) {
        let step = step(&row);
        let Some(output) = row.need::<SpecId>("output") else { continue };
        let steps = &mut recipe(model, output.clone()).steps;
        origins.insert(Place::Step(output, steps.len()), row);
        steps.extend(step);
    }
    for row in sheets.rows(Kind::Alternatives) {
        let work_center = row.need_text("work_center");
        let setup_s = row.by("setup_s", cells::duration(1)).unwrap_or(0);
        let run_s = row.by("run_s", cells::duration(1)).unwrap_or(0);
        let (output, name) = (row.need::<SpecId>("output"), row.need_text("step"));
        let Some((output, name)) = output.zip(name) else { continue };
        match model.recipes.get_mut(&output).and_then(|recipe| one_of(&mut recipe.steps, &name)) {
            Some(step) => {
                step.alternatives.extend(work_center.map(|work_center| Alternative {
                    work_center,
                    setup_s,
                    run_s,
                }));
            }
            None => row.slip("step", row.say(Msg::SheetNoStep, &[])),
        }
    }
}

fn recipe(model: &mut Model, output: SpecId) -> &mut Recipe {
    model.recipes.entry(output.clone()).or_insert_with(|| Recipe::new(output))
}

/// The step of that name, where only one has it, or of that number.
fn one_of<'a>(steps: &'a mut [Step], name: &str) -> Option<&'a mut Step> {
    let mut named = (0..steps.len()).filter(|index| steps[*index].name == name);
    let index = match (named.next(), named.next()) {
        (Some(index), None) => index,
        _ => name.parse::<usize>().ok()?.checked_sub(1)?,
    };
    steps.get_mut(index)
}

fn input(row: &Row<'_>) -> Option<Input> {
    let per = row.by("per", cells::per).unwrap_or_default();
    let (spec, quantity) = (row.need("input"), quantity(row));
    Some(Input { per, ..Input::new(spec?, quantity?) })
}

fn step(row: &Row<'_>) -> Option<Step> {
    let seconds = |column| row.by(column, cells::duration(1)).unwrap_or(0);
    let lead_time_s = row.by("lead_time_days", cells::duration(DAY_S));
    let outside =
        row.maybe("service").map(|service| Outside { service, lead_time_s: lead_time_s.unwrap_or(0) });
    if row.text("service").is_none() {
        match row.text("lead_time_days") {
            Some(_) => row.slip("service", row.say(Msg::SheetNeeded, &[])),
            None if row.text("work_center").is_none() => {
                row.slip("work_center", row.say(Msg::SheetNeeded, &[]))
            }
            None => {}
        }
    }
    let people = row.by("people", cells::whole);
    let crew = row.text("skill").map(|skill| Crew { skill: skill.to_owned(), people: people.unwrap_or(1) });
    if crew.is_none() && people.is_some() {
        row.slip("skill", row.say(Msg::SheetNeeded, &[]));
    }
    Some(Step {
        work_center: row.text("work_center").unwrap_or_default().to_owned(),
        setup_s: seconds("setup_s"),
        run_s: seconds("run_s"),
        fixed_s: seconds("fixed_s"),
        labour_s: seconds("labour_s"),
        alternatives: vec![],
        scrap: row.maybe("scrap").unwrap_or_default(),
        crew,
        tool: row.text("tool").map(str::to_owned),
        family: row.text("family").map(str::to_owned),
        transfer: row.maybe("transfer"),
        outside,
        name: row.need_text("step")?,
    })
}
