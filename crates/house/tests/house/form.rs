//! Files are small and say what they are for; every crate takes the workspace's lints.

use crate::none;
use house::{Repository, Source};

const LINES_MAX: usize = 1_000;
/// The door sign is read before the code, so it must not be a book.
const SIGN_LINES_MAX: usize = 25;

#[test]
fn no_file_is_longer_than_a_thousand_lines() {
    let repository = Repository::here();
    let mut files = repository.files("crates", &["rs"]).unwrap();
    files.extend(repository.files("benches", &["rs"]).unwrap());
    files.extend(repository.files("web/src", &["ts", "svelte", "css"]).unwrap());
    files.extend(repository.files("web/tests", &["ts"]).unwrap());
    assert!(files.len() > 100, "only {} files found", files.len());
    let lines = |file: &std::path::PathBuf| repository.read(file).unwrap().lines().count();
    let long = files.iter().map(|file| (file, lines(file))).filter(|(_, lines)| *lines > LINES_MAX);
    none(long.map(|(file, lines)| format!("{} has {lines} lines", file.display())).collect());
}

#[test]
fn every_module_has_a_door_sign() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    for file in repository.files("crates", &["rs"]).unwrap() {
        // a test module of its own file goes without: the file it tests has the sign
        if file.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let text = repository.read(&file).unwrap();
        let sign = text.lines().take_while(|line| line.starts_with("//!")).count();
        if sign == 0 || sign > SIGN_LINES_MAX {
            faults.push(format!("{} begins with {sign} lines of `//!`", file.display()));
        }
    }
    none(faults);
}

#[test]
fn nothing_is_left_to_be_done() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    for file in repository.files("crates", &["rs"]).unwrap() {
        let source = Source::new(&repository.read(&file).unwrap());
        let words = ["todo", "unimplemented"].into_iter().filter(|word| source.uses_macro(word));
        faults.extend(words.map(|word| format!("{} has {word}!", file.display())));
    }
    none(faults);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    // among them: no unwrap and no panic outside tests, no unsafe code, public items documented
    let repository = Repository::here();
    let takes = |name: &String| {
        let manifest = repository.manifest(name).unwrap();
        manifest.get("lints").and_then(|l| l.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
    };
    let names = repository.crates().unwrap();
    none(names.iter().filter(|name| !takes(name)).map(|name| format!("crates/{name}")).collect());
}
