//! What one firm makes and offers, as a file: the commands it stands for.
//!
//! A file (TOML, or JSON by its ending) has the sections of [`Sheet`]; each entry becomes one [`Command`] in the
//! order specifications, model, stock, offers, needs, so that a file is taken as a whole or refused as a whole
//! before anything is said.

use super::scenario::read;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What a file may hold; every entry is written like the command it stands for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Sheet {
    /// what things are: each a `describe`
    specifications: Vec<Value>,
    /// how they are made, and
    recipes: Vec<Value>,
    /// where: together one `model`
    work_centers: BTreeMap<String, Value>,
    /// what is there: each a `raise`
    stock: Vec<Value>,
    /// what is offered: each an `offer`
    offers: Vec<Value>,
    /// what is wanted: each a `need`
    needs: Vec<Value>,
}

/// The commands that the file stands for, as JSON with their words; the error names file and place.
pub(crate) fn commands(file: &Path) -> Result<Vec<Value>, String> {
    let text = read(file)?;
    let sheet: Sheet = match file.extension().and_then(|e| e.to_str()) {
        Some("json") => serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?,
        _ => toml::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?,
    };
    let mut commands: Vec<Value> = Vec::new();
    commands.extend(sheet.specifications.into_iter().map(|s| json!({"do": "describe", "specification": s})));
    if !sheet.recipes.is_empty() || !sheet.work_centers.is_empty() {
        commands.push(json!({"do": "model", "recipes": sheet.recipes, "work_centers": sheet.work_centers}));
    }
    for (kind, entries) in [("raise", sheet.stock), ("offer", sheet.offers), ("need", sheet.needs)] {
        for mut entry in entries {
            let place = entry.as_object_mut();
            let place = place.ok_or_else(|| format!("{}: every {kind} is a table", file.display()))?;
            place.insert("do".to_owned(), Value::from(kind));
            commands.push(entry);
        }
    }
    match commands.is_empty() {
        true => {
            Err(format!("{}: says nothing: give it specifications, recipes, stock or offers", file.display()))
        }
        false => Ok(commands),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_commands_in_an_order_that_works() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("mill.toml");
        let text = "[[offers]]\nspec = 'board'\n[[stock]]\nspec = 'log'\nquantity = '3'\n\
                    [[specifications]]\nid = 'board'\n[work_centers.saw]\nunits = 1\n";
        std::fs::write(&file, text).unwrap();
        let kinds: Vec<_> = commands(&file).unwrap().iter().map(|c| c["do"].clone()).collect();
        assert_eq!(kinds, ["describe", "model", "raise", "offer"]);
    }

    #[test]
    fn an_unknown_section_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("mill.toml");
        std::fs::write(&file, "[[offerings]]\nspec = 'board'\n").unwrap();
        let error = commands(&file).unwrap_err();
        assert!(error.contains("mill.toml") && error.contains("offerings"), "{error}");
    }
}
