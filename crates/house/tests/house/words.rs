//! Whoever reads, reads it in English and in Chinese; and what is pointed to is there.

use crate::none;
use house::Repository;
use std::path::Path;

/// Pages that exist in both languages.
const BOTH: [&str; 2] = ["README", "docs/getting-started"];

#[test]
fn pages_for_newcomers_exist_in_both_languages() {
    let root = Repository::here().root().to_owned();
    let pages = BOTH.iter().flat_map(|page| [format!("{page}.md"), format!("{page}.zh.md")]);
    none(pages.filter(|page| !root.join(page).is_file()).collect());
}

#[test]
fn every_text_of_a_scenario_exists_in_both_languages() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    let files = repository.files("scenarios", &["toml"]).unwrap();
    assert!(!files.is_empty(), "no scenarios found");
    for file in files {
        let text = repository.read(&file).unwrap();
        let table: toml::Table = text.parse().unwrap();
        one_language(&toml::Value::Table(table), &mut |text| {
            faults.push(format!("{}: only in one language: {text}", file.display()));
        });
    }
    none(faults);
}

fn one_language(value: &toml::Value, fault: &mut dyn FnMut(String)) {
    match value {
        toml::Value::Table(table) => {
            if table.contains_key("en") != table.contains_key("zh") {
                fault(value.to_string());
            }
            table.values().for_each(|value| one_language(value, fault));
        }
        toml::Value::Array(values) => values.iter().for_each(|value| one_language(value, fault)),
        _ => {}
    }
}

#[test]
fn every_page_a_document_points_to_is_there() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    for file in repository.files("", &["md"]).unwrap() {
        let text = repository.read(&file).unwrap();
        let folder = repository.root().join(file.parent().unwrap_or(Path::new("")));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let path = link.split_once('#').map_or(link, |(path, _)| path);
            if !path.is_empty() && !path.contains("://") && !folder.join(path).exists() {
                faults.push(format!("{} points to {link}", file.display()));
            }
        }
    }
    none(faults);
}
