//! A crate imports only lower floors; floors 0 to 3 are functions of what they are told.

use crate::none;
use house::{FLOORS, PURE_FLOOR_MAX, Repository, Source, floor};
use toml::{Table, Value};

/// Crates that do input or output, draw randomness or run things at the same time.
const IMPURE_CRATES: [&str; 12] = [
    "axum",
    "fastrand",
    "getrandom",
    "iroh",
    "iroh-gossip",
    "n0-future",
    "rand",
    "rayon",
    "rusqlite",
    "tokio",
    "tracing",
    "ureq",
];
const IMPURE_STD: [&str; 6] = ["env", "fs", "io", "net", "process", "thread"];
/// Clocks, output, and maps whose order differs from run to run.
const IMPURE_WORDS: [&str; 14] = [
    "HashMap",
    "HashSet",
    "Instant",
    "Mutex",
    "OsRng",
    "RwLock",
    "SystemTime",
    "Zoned",
    "async",
    "eprintln",
    "mpsc",
    "print",
    "println",
    "unsafe",
];
/// Floats nobody's goods or money depend on: the order in which offers are looked at, the area a place lies in, lengths of drawn bars, and the
/// minutes of a foreign format, rounded to seconds as they are read.
const FLOATS_IN: [&str; 4] = [
    "crates/market/src/matching.rs",
    "crates/planning/src/neutral.rs",
    "crates/vocab/src/cell.rs",
    "crates/vocab/src/decimal.rs",
];

/// A lock around what is merely remembered: the answers are the same whoever asked before.
const LOCKS_IN: [&str; 1] = ["crates/ledger/src/memo.rs"];

fn dependencies(manifest: &Table, section: &str) -> Vec<String> {
    let table = manifest.get(section).and_then(Value::as_table);
    table.map(|t| t.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn every_crate_stands_on_a_floor_and_its_door_sign_says_which() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    for name in repository.crates().unwrap() {
        let Some(floor) = floor(&name) else {
            faults.push(format!("crates/{name} is not in house::FLOORS"));
            continue;
        };
        let door = ["lib.rs", "main.rs"].map(|file| format!("crates/{name}/src/{file}"));
        let text = door.iter().find_map(|path| repository.read(path).ok()).unwrap_or_default();
        let sign = text.lines().next().unwrap_or("");
        if !sign.contains(&format!("(floor {floor})")) {
            faults.push(format!("the door sign of crates/{name} is `{sign}`, the table says floor {floor}"));
        }
    }
    none(faults);
}

#[test]
fn a_crate_imports_only_lower_floors() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    for name in repository.crates().unwrap() {
        let manifest = repository.manifest(&name).unwrap();
        for dependency in dependencies(&manifest, "dependencies") {
            if floor(&dependency) >= floor(&name) && floor(&dependency).is_some() {
                faults.push(format!("crates/{name} imports {dependency}, which is not below it"));
            }
        }
    }
    none(faults);
}

#[test]
fn floors_0_to_3_do_no_input_or_output_read_no_clock_draw_nothing_and_spawn_nothing() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    for (name, _) in FLOORS.iter().filter(|(_, floor)| *floor <= PURE_FLOOR_MAX) {
        for dependency in dependencies(&repository.manifest(name).unwrap(), "dependencies") {
            if IMPURE_CRATES.contains(&dependency.as_str()) {
                faults.push(format!("crates/{name} depends on {dependency}"));
            }
        }
        let files = repository.files(&format!("crates/{name}/src"), &["rs"]).unwrap();
        assert!(!files.is_empty(), "crates/{name} has no files");
        for file in files {
            let text = repository.read(&file).unwrap();
            let source = Source::new(&text);
            let at = file.display().to_string();
            let modules = IMPURE_STD.iter().filter(|module| source.uses_std(module));
            faults.extend(modules.map(|module| format!("{at} uses std::{module}")));
            let locks = LOCKS_IN.contains(&at.as_str());
            let words = IMPURE_WORDS.iter().filter(|word| source.uses(word) && !(locks && **word == "Mutex"));
            faults.extend(words.map(|word| format!("{at} uses {word}")));
            if source.uses_function("Timestamp", "now") {
                faults.push(format!("{at} reads the clock"));
            }
            if !FLOATS_IN.contains(&at.as_str()) {
                let floats = ["f32", "f64"].iter().filter(|float| source.uses(float));
                faults.extend(floats.map(|float| format!("{at} reckons in {float}")));
            }
        }
    }
    none(faults);
}
