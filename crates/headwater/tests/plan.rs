//! Planning from files, with the real program: sheets in and out, a whole site solved, holidays that close.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use std::fs;
use support::{Home, Ran, headwater};

/// Two cups of two lumps each, at a wheel or at a slower one; clay takes two days.
const NEUTRAL: &str = r#"{"meta": {}, "bom": {"0": [[1, 2]]}, "ops": {"0": [
        {"resource": 0, "setup_min": 10.0, "per_unit_min": 5.0}, {"resource": 1, "setup_min": 10.0, "per_unit_min": 9.0}]},
    "lot": {"0": {"min": 1, "mult": 1}}, "supply": {"1": {"lead_days": 2, "min": 10, "mult": 1}}, "stock": [0, 4],
    "demands": [{"id": 7, "item": 0, "qty": 2, "due_min": 60, "prio": 1}, {"id": 8, "item": 0, "qty": 1, "due_min": 120, "prio": 2}]}"#;

fn run(arguments: &[&str]) -> Ran {
    Ran::of(&headwater(arguments).output().unwrap())
}

#[test]
fn a_neutral_problem_is_solved_and_its_plan_is_in_the_same_form() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("problem.json"), NEUTRAL).unwrap();
    let figures =
        run(&["--json", "plan", "solve", &path("problem.json"), "--out", &path("plan.json")]).json();
    let count = |key: &str| figures[key].as_i64().unwrap_or_else(|| panic!("{key} in {figures}"));
    assert_eq!([count("demands"), count("on_time"), count("late"), count("short")], [2, 1, 1, 0]);
    assert_eq!((figures["on_time_pct"].as_f64(), count("buys")), (Some(50.0), 1));
    // the second order's clay arrives after two days, and it is done fifteen minutes later
    let late = (2 * 1_440 + 15 - 120) as f64 / 1_440.0;
    assert!((figures["max_late_days"].as_f64().unwrap() - late).abs() < 0.01, "{figures}");
    let plan: serde_json::Value = serde_json::from_slice(&fs::read(path("plan.json")).unwrap()).unwrap();
    assert_eq!(plan["buy"][0]["arrive_min"].as_f64(), Some(2_880.0));
    let delivered: f64 = plan["deliver"].as_array().unwrap().iter().map(|d| d["qty"].as_f64().unwrap()).sum();
    assert_eq!(delivered, 3.0);
    let words = run(&["--lang", "zh", "plan", "solve", &path("problem.json")]).ok();
    assert!(words.contains("按时率") && words.contains("50"), "{words}");
    // the second order waits for clay, and a faster delivery would gain a day
    let why = run(&["--json", "plan", "why", &path("problem.json"), "8"]).json();
    assert_eq!(why["chain"].as_array().map(Vec::len), Some(2), "{why}");
    assert!(why["chain"][1]["what"].to_string().contains("bought"), "{why}");
    assert_eq!(why["relief"][0]["gain_s"].as_i64(), Some(86_400), "{why}");
    let words = run(&["plan", "why", &path("problem.json"), "8"]).ok();
    assert!(words.contains("late by 2.0 days") && words.contains("half the time"), "{words}");
    run(&["plan", "why", &path("problem.json"), "9"]).fails(2, &["unknown", "9"]);
    fs::write(path("problem.json"), "{}").unwrap();
    run(&["plan", "solve", &path("problem.json")]).fails(2, &["does not read as JSON", "model"]);
}

#[test]
fn the_example_goes_through_sheets_and_is_planned() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    run(&["export", "plan", "--template", &path("sheets")]).ok();
    run(&["--lang", "zh", "export", "plan", "--template", &path("book.xlsx")]).ok();
    run(&["import", "plan", &path("sheets"), "--out", &path("a.json")]).ok();
    run(&["import", "plan", &path("book.xlsx"), "--out", &path("b.json")]).ok();
    assert_eq!(fs::read(path("a.json")).unwrap(), fs::read(path("b.json")).unwrap());
    run(&["export", "plan", "--from", &path("a.json"), "--out", &path("again.xlsx")]).ok();
    run(&["import", "plan", &path("again.xlsx"), "--out", &path("c.json")]).ok();
    assert_eq!(fs::read(path("a.json")).unwrap(), fs::read(path("c.json")).unwrap());
    let figures = run(&["--json", "plan", "solve", &path("a.json"), "--out", &path("plan.json")]).json();
    assert_eq!((figures["demands"].as_i64(), figures["short"].as_i64()), (Some(2), Some(0)), "{figures}");
    let plan: serde_json::Value = serde_json::from_slice(&fs::read(path("plan.json")).unwrap()).unwrap();
    assert!(plan["make"][0]["processes"].as_array().is_some_and(|steps| steps.len() == 4), "{plan}");
    // the first sheet that has a slip stops all of it
    fs::write(dir.path().join("sheets/tools.csv"), "tool,units\nrib,many\n").unwrap();
    run(&["import", "plan", &path("sheets"), "--out", &path("d.json")])
        .fails(2, &["tools.csv, row 2, column 'units': 'many'", "nothing was done"]);
    assert!(!dir.path().join("d.json").exists());
    run(&["export", "model", "--template", &path("x")]).fails(2, &["export plan"]);
}

#[test]
fn sheets_become_the_node_s_model_and_stock_and_holidays_close_its_work_centres() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::new(dir.path(), "Workshop");
    let _up = home.up(&[]);
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    run(&["export", "plan", "--template", &path("sheets")]).ok();
    home.run(&["import", "plan", &path("sheets")])
        .fails(2, &["stock.csv, row 3, column 'spec': 'clay'", "describe it first"]);
    for spec in ["clay", "glaze", "test-piece"] {
        fs::write(path("spec.toml"), format!("id = \"{spec}\"\nunit = \"kg\"\nname = \"{spec}\"\n")).unwrap();
        home.run(&["describe", &path("spec.toml")]).ok();
    }
    let done = home.run(&["import", "plan", &path("sheets")]).ok();
    assert!(done.contains("1 recipes, 4 work centres, 3 lots") && done.contains("left out: 3"), "{done}");
    home.run(&["export", "plan", "--out", &path("out.json")]).ok();
    let out: serde_json::Value = serde_json::from_slice(&fs::read(path("out.json")).unwrap()).unwrap();
    run(&["import", "plan", &path("sheets"), "--out", &path("in.json")]).ok();
    let sheets: serde_json::Value = serde_json::from_slice(&fs::read(path("in.json")).unwrap()).unwrap();
    assert_eq!(out["model"], sheets["model"]);
    assert_eq!(out["situation"]["stock"].as_array().map(Vec::len), Some(3));

    let ics = "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Asia/Shanghai\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261001\n\
        DTEND;VALUE=DATE:20261008\nRRULE:FREQ=YEARLY\nSUMMARY:National Day\nEND:VEVENT\nEND:VCALENDAR\n";
    fs::write(path("holidays.ics"), ics).unwrap();
    for (center, closed) in [("wheel", 2), ("booth", 1)] {
        home.run(&["import", "calendar", &path("holidays.ics"), center]).ok();
        // once more adds nothing
        home.run(&["import", "calendar", &path("holidays.ics"), center]).ok();
        home.run(&["export", "model", "--out", &path("model.json")]).ok();
        let model: serde_json::Value =
            serde_json::from_slice(&fs::read(path("model.json")).unwrap()).unwrap();
        let calendar = &model["work_centers"][center]["calendar"];
        assert_eq!(calendar["closed"].as_array().map(Vec::len), Some(closed), "{calendar}");
        assert_eq!(calendar["closed"][closed - 1]["duration_s"], 604_800);
    }
    home.run(&["import", "calendar", &path("holidays.ics"), "weel"]).fails(2, &["'weel'", "wheel"]);
}
