//! Stories played by the real program: real processes, real sockets, real databases.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tiny");

fn headwater(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
    command.args(arguments).args(["--lang", "en"]).stdin(Stdio::null());
    command
}

fn play(scenario: &Path, work: &Path) -> (Output, Value) {
    let (scenario, work) = (scenario.to_str().unwrap(), work.to_str().unwrap());
    let output =
        headwater(&["demo", "--once", "--json", "--scenario", scenario, "--work", work]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    let summary = serde_json::from_str(last);
    let summary = summary.unwrap_or_else(|e| {
        panic!("{e}: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    });
    (output, summary)
}

fn failed_checks(summary: &Value) -> Vec<&Value> {
    summary["checks"].as_array().unwrap().iter().filter(|c| c["ok"] != true).collect()
}

/// The tiny scenario with one text of its story replaced.
fn changed(find: &str, put: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["mill/mill.toml", "shop/shop.toml", "scenario.toml"] {
        let text = fs::read_to_string(Path::new(TINY).join(file)).unwrap();
        let text = if file == "scenario.toml" { text.replacen(find, put, 1) } else { text };
        fs::create_dir_all(dir.path().join(file).parent().unwrap()).unwrap();
        fs::write(dir.path().join(file), text).unwrap();
    }
    dir
}

#[test]
fn a_small_network_plays_its_story_and_a_false_expectation_fails_it() {
    let work = tempfile::tempdir().unwrap();
    let work = work.path().join("demo");
    let (output, summary) = play(Path::new(TINY), &work);
    let story = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(failed_checks(&summary).is_empty(), "{story}");
    assert!(output.status.success(), "{story}");
    assert_eq!((&summary["agents"], &summary["deals"]), (&Value::from(3), &Value::from(1)));
    assert_eq!(summary["promises"][0]["stage"], "Table");
    assert_eq!(summary["promises"][0]["promised_days"], 2);
    assert!(summary["messages"].as_u64().unwrap() > 0 && summary["bytes"].as_u64().unwrap() > 0);
    assert!(story.contains("verified") && story.contains("Board"), "the trace is drawn: {story}");

    // the same folder again: it is wiped, and this time the promise is not what is expected
    let wrong = changed("is = \"2\" },", "is = \"3\" },");
    let text = fs::read_to_string(wrong.path().join("scenario.toml")).unwrap();
    fs::write(wrong.path().join("scenario.toml"), text.replace("within_s = 30", "within_s = 10")).unwrap();
    let (output, summary) = play(wrong.path(), &work);
    assert_eq!(output.status.code(), Some(1));
    let failed = failed_checks(&summary);
    let detail = failed[0]["detail"].as_str().unwrap();
    assert!(failed.len() == 1 && detail.contains("is 3 days, found 2 days"), "{detail}");
}

#[test]
fn a_story_that_cannot_be_played_is_refused_before_any_node_starts() {
    let work = tempfile::tempdir().unwrap();
    let work = work.path().join("demo");
    for (find, put, says) in [
        ("${order}", "${ordre}", vec!["scenario.toml", "step 5", "'ordre'"]),
        ("mill.toml", "mil.toml", vec!["step 1", "mil.toml"]),
        ("do = \"plan\"", "do = \"paln\"", vec!["step 4", "paln"]),
        ("as = \"mill\"", "as = \"mil\"", vec!["step 1", "'mil'"]),
        ("within_s = 30", "wihtin_s = 30", vec!["scenario.toml", "wihtin_s"]),
    ] {
        let scenario = changed(find, put);
        let scenario = scenario.path().to_str().unwrap();
        let output = headwater(&["demo", "--once", "--scenario", scenario, "--work", work.to_str().unwrap()])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(says.iter().all(|s| told.contains(s)), "{told}");
        assert!(!work.exists(), "nothing was started");
    }
}

/// Linux alone shows processes as folders.
#[cfg(target_os = "linux")]
#[test]
fn when_the_runner_is_killed_its_nodes_stop_by_themselves() {
    let work = tempfile::tempdir().unwrap();
    let work = work.path().join("demo");
    let mut runner = headwater(&["demo", "--scenario", TINY, "--work", work.to_str().unwrap()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let running = work.join("shop").join("run.json");
    let deadline = Instant::now() + Duration::from_secs(60);
    let pid = loop {
        let note = fs::read(&running).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        if let Some(pid) = note.and_then(|note| note["pid"].as_u64()) {
            break pid;
        }
        assert!(Instant::now() < deadline, "the shop never ran");
        std::thread::sleep(Duration::from_millis(50));
    };
    let process = PathBuf::from(format!("/proc/{pid}"));
    assert!(process.exists());
    runner.kill().unwrap();
    runner.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while process.exists() {
        assert!(Instant::now() < deadline, "the shop outlives its runner");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The published data, where it is there: `HEADWATER_DATA`, else `../shared/data` beside the repository.
fn chain(number: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("HEADWATER_DATA").map_or(beside, PathBuf::from);
    let file = data.join("chains").join(format!("{number}.csv"));
    if !file.is_file() {
        println!(
            "skipped: {} is not there; set HEADWATER_DATA to the folder that holds chains/",
            file.display()
        );
        return None;
    }
    Some(file)
}

#[test]
fn a_real_supply_chain_promises_its_longest_path() {
    let Some(file) = chain("01") else { return };
    let dir = tempfile::tempdir().unwrap();
    let scenario = dir.path().join("chain-01");
    let imported =
        headwater(&["import", "chain", file.to_str().unwrap(), "--out", scenario.to_str().unwrap()]);
    let imported = { imported }.output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let (output, summary) = play(&scenario, &dir.path().join("demo"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(summary["agents"], 8);
    // the slowest part takes 28 days, either product 10 more, the shops none; each shop's order buys by its arcs:
    // shops 1 and 3 one product of three parts, shop 2 two of them
    let promises = summary["promises"].as_array().unwrap();
    let promised: BTreeMap<_, _> = promises
        .iter()
        .map(|p| (p["stage"].as_str().unwrap(), p["promised_days"].as_f64().unwrap()))
        .collect();
    assert_eq!(
        promised,
        BTreeMap::from([("Retail_0001", 38.0), ("Retail_0002", 38.0), ("Retail_0003", 38.0)])
    );
    assert_eq!(summary["deals"], 16);
}
