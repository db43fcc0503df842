//! Models that cannot be right are refused, with the thing, its value and the remedy.

use planning::{Model, Place};
use vocab::Said;

const RIGHT: &str = r#"{
    "recipes": {"cup": {
        "output": "cup",
        "inputs": [{"spec": "clay", "quantity": "0.4"}],
        "steps": [{"name": "throw", "work_center": "wheel", "run_s": 300}, {"name": "dry", "work_center": "shelf", "fixed_s": 86400}]
    }},
    "work_centers": {
        "wheel": {"calendar": {"zone": "Europe/Berlin", "holidays": ["2026-12-25"],
            "shifts": [{"days": ["mon"], "from": "08:00", "to": "17:00"}]}},
        "shelf": {"units": 0, "name": {"en": "Drying shelf", "zh": "晾干架"}}
    }
}"#;

#[test]
fn a_model_reads_with_its_defaults_and_reads_back() {
    let model: Model = serde_json::from_str(RIGHT).unwrap();
    model.check().unwrap();
    let cup = &model.recipes.values().next().unwrap();
    assert_eq!((cup.output_quantity, cup.steps[0].setup_s), (vocab::Decimal::ONE, 0));
    assert_eq!(model.work_centers["wheel"].units, 1);
    assert_eq!(serde_json::from_str::<Model>(&serde_json::to_string(&model).unwrap()).unwrap(), model);
    assert_eq!(serde_json::from_str::<Model>("{}").unwrap(), Model::default());
    Model::default().check().unwrap();
}

#[test]
fn a_mistake_is_named_with_its_place_its_value_and_the_remedy() {
    let long = format!(r#""name": "{}""#, "x".repeat(65));
    let cases: &[(&str, &str, &[&str])] = &[
        (
            r#""work_center": "wheel""#,
            r#""work_center": "whel""#,
            &["recipe cup, step 1", "'whel'", "shelf, wheel"],
        ),
        (r#""quantity": "0.4""#, r#""quantity": "0""#, &["recipe cup, input clay", "'0'", "above zero"]),
        (r#""quantity": "0.4""#, r#""quantity": "-1""#, &["input clay", "'-1'", "above zero"]),
        (
            r#""output": "cup","#,
            r#""output": "cup", "output_quantity": "0","#,
            &["recipe cup", "'0'", "above zero"],
        ),
        (r#""output": "cup","#, r#""output": "mug","#, &["recipe cup", "'mug'", "under the name"]),
        (r#"[{"spec""#, r#"[{"spec": "clay", "quantity": "1"}, {"spec""#, &["recipe cup", "'clay'", "once"]),
        (r#"{"spec": "clay""#, r#"{"spec": "cup""#, &["cup -> cup", "take one of these inputs out"]),
        (
            r#""run_s": 300"#,
            r#""run_s": -1"#,
            &["recipe cup, step 1", "run_s", "'-1'", "from 0 to ten years"],
        ),
        (r#""fixed_s": 86400"#, r#""fixed_s": 999999999"#, &["step 2", "fixed_s", "'999999999'"]),
        (r#""name": "throw""#, r#""name": """#, &["recipe cup, step 1", "name", "1 to 64"]),
        (r#""name": "throw""#, &long, &["recipe cup, step 1", "name", "1 to 64"]),
        ("Europe/Berlin", "Europe/Atlantis", &["work centre 'wheel', calendar", "'Europe/Atlantis'", "IANA"]),
        (r#"["mon"]"#, "[]", &["work centre 'wheel', calendar, shift 1", "'0'", "1 to 7 days"]),
        (r#"{"en": "Drying shelf", "zh": "晾干架"}"#, r#""""#, &["work centre 'shelf'", "name"]),
    ];
    for (right, wrong, expected) in cases {
        let text = RIGHT.replacen(right, wrong, 1);
        assert_ne!(text, RIGHT, "{right}");
        let model: Model = serde_json::from_str(&text).unwrap();
        let error = model.check().expect_err(wrong).to_string();
        assert!(expected.iter().all(|part| error.contains(part)), "{wrong}: {error}");
    }
}

#[test]
fn lists_without_steps_or_shifts_or_too_long_are_refused() {
    let right: Model = serde_json::from_str(RIGHT).unwrap();
    let refused = |change: &dyn Fn(&mut Model), expected: &str| {
        let mut model = right.clone();
        change(&mut model);
        let error = model.check().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let cup = || "cup".parse().unwrap();
    refused(&|m| m.recipes.get_mut(&cup()).unwrap().steps.clear(), "recipe cup: number of steps '0'");
    refused(
        &|m| {
            let steps = &mut m.recipes.get_mut(&cup()).unwrap().steps;
            *steps = vec![steps[0].clone(); 65];
        },
        "recipe cup: 65 steps: give at most 64",
    );
    let shifts = |m: &mut Model, count: usize| {
        let shifts = &mut m.work_centers.get_mut("wheel").unwrap().calendar.as_mut().unwrap().shifts;
        *shifts = vec![shifts[0].clone(); count];
    };
    refused(&|m| shifts(m, 0), "number of shifts '0'");
    refused(&|m| shifts(m, 33), "33 shifts: give at most 32");
    refused(
        &|m| {
            let center = m.work_centers["shelf"].clone();
            m.work_centers.extend((0..1_000).map(|n| (format!("shelf {n}"), center.clone())));
        },
        "1002 work centres: give at most 1000",
    );
}

/// A workshop that uses all there is to say.
const RICH: &str = r#"{
    "recipes": {"vase": {
        "output": "vase", "output_quantity": "4",
        "inputs": [{"spec": "clay", "quantity": "2", "substitutes": [{"spec": "old-clay", "quantity": "2.5"}]},
                   {"spec": "form", "quantity": "1", "per": "order"}],
        "by_products": [{"spec": "shards", "quantity": "0.1"}],
        "lot": {"minimum": "8", "maximum": "40", "multiple": "8"},
        "steps": [
            {"name": "throw", "work_center": "wheel", "setup_s": 60, "run_s": 300, "scrap": "0.05", "transfer": "4",
             "alternatives": [{"work_center": "old wheel", "run_s": 600}], "crew": {"skill": "throwing", "people": 2}, "tool": "die"},
            {"name": "glaze", "work_center": "booth", "run_s": 60, "family": "blue"},
            {"name": "fire", "outside": {"service": "firing", "lead_time_s": 86400}}]
    }},
    "work_centers": {
        "wheel": {"efficiency_percent": 90, "calendar": {"zone": "UTC", "shifts": [{"days": ["mon"], "from": "08:00", "to": "17:00"}],
            "closed": [{"start": "2026-01-01T00:00:00", "duration_s": 86400, "rule": "FREQ=YEARLY"}],
            "overtime": [{"start": "2026-01-03T08:00:00", "duration_s": 3600}]}},
        "old wheel": {}, "booth": {"changeovers": [{"from": "blue", "to": "red", "setup_s": 900}]}
    },
    "items": {"clay": {"safety_stock": "5", "shelf_life_s": 864000, "purchase": {"lead_time_s": 86400, "lot": {"minimum": "10"}}}},
    "people": {"Person A": {"skills": ["throwing"]}, "Person B": {"skills": ["throwing", "glazing"]}},
    "tools": {"die": {"units": 1}}
}"#;

#[test]
fn all_that_a_workshop_can_say_is_checked_and_each_mistake_is_named_in_both_languages() {
    let wheel = "work centre 'wheel', calendar";
    let throw = "recipe vase, step 1";
    let cases: &[(&str, &str, &str, &[&str])] = &[
        (
            r#""efficiency_percent": 90"#,
            r#""efficiency_percent": 0"#,
            "work centre 'wheel'",
            &["efficiency_percent", "'0'", "1 to 1000"],
        ),
        ("FREQ=YEARLY", "FREQ=HOURLY", wheel, &["closed 1", "'FREQ=HOURLY'", "DAILY, WEEKLY"]),
        (r#""duration_s": 3600"#, r#""duration_s": 0"#, wheel, &["overtime 1", "duration_s", "'0'"]),
        ("2026-01-03T08", "1026-01-03T08", wheel, &["overtime 1", "start", "1026", "1970 to 2199"]),
        (
            r#"{"from": "blue", "to": "red", "setup_s": 900}"#,
            r#"{"from": "", "to": "red", "setup_s": 900}"#,
            "work centre 'booth', changeover 1",
            &["from", "1 to 64"],
        ),
        (
            r#""setup_s": 900"#,
            r#""setup_s": -900"#,
            "work centre 'booth', changeover 1",
            &["setup_s", "'-900'"],
        ),
        (
            r#""changeovers": [{"#,
            r#""changeovers": [{"from": "blue", "to": "red", "setup_s": 1}, {"#,
            "work centre 'booth'",
            &["same changeover twice", "'blue -> red'"],
        ),
        (
            r#""booth": {"#,
            r#""booth": {"units": 0, "#,
            "work centre 'booth'",
            &["units", "'0'", "what ran before"],
        ),
        (
            r#""safety_stock": "5""#,
            r#""safety_stock": "-5""#,
            "item clay",
            &["safety stock", "'-5'", "above zero"],
        ),
        (r#""shelf_life_s": 864000"#, r#""shelf_life_s": -1"#, "item clay", &["shelf_life_s", "'-1'"]),
        (
            r#"{"lead_time_s": 86400, "lot""#,
            r#"{"lead_time_s": -86400, "lot""#,
            "item clay, purchase",
            &["lead_time_s", "'-86400'"],
        ),
        (
            r#"{"minimum": "10"}"#,
            r#"{"minimum": "10", "maximum": "9"}"#,
            "item clay, purchase",
            &["maximum lot", "'9'", "at least the minimum, 10"],
        ),
        (
            r#"{"minimum": "10"}"#,
            r#"{"maximum": "0"}"#,
            "item clay, purchase",
            &["maximum lot", "'0'", "above zero"],
        ),
        (r#"["throwing"]"#, "[]", "person 'Person A'", &["number of skills", "'0'", "at least one"]),
        (r#""die": {"units": 1}"#, r#""die": {"units": 0}"#, "tool 'die'", &["units", "'0'", "at least one"]),
        (r#""maximum": "40""#, r#""maximum": "6""#, "recipe vase", &["maximum lot", "'6'", "minimum, 8"]),
        (
            r#""maximum": "40", "multiple": "8""#,
            r#""maximum": "11", "multiple": "6""#,
            "recipe vase",
            &["maximum lot", "'11'", "multiple of 12"],
        ),
        (r#""multiple": "8""#, r#""multiple": "-8""#, "recipe vase", &["lot multiple", "'-8'", "above zero"]),
        (
            r#""quantity": "0.1""#,
            r#""quantity": "0""#,
            "recipe vase, by-product shards",
            &["'0'", "above zero"],
        ),
        (r#""spec": "shards""#, r#""spec": "vase""#, "recipe vase", &["same output twice", "'vase'"]),
        (
            r#""quantity": "2.5""#,
            r#""quantity": "0""#,
            "recipe vase, input clay, substitute old-clay",
            &["'0'"],
        ),
        (
            r#""spec": "old-clay""#,
            r#""spec": "clay""#,
            "recipe vase, input clay",
            &["substitute", "'clay'", "another thing"],
        ),
        (r#""spec": "old-clay""#, r#""spec": "vase""#, "", &["vase -> vase", "take one of these inputs out"]),
        (r#""scrap": "0.05""#, r#""scrap": "1""#, throw, &["scrap", "'1'", "from 0 to below 1"]),
        (r#""scrap": "0.05""#, r#""scrap": "-0.1""#, throw, &["scrap", "'-0.1'"]),
        (r#""transfer": "4""#, r#""transfer": "0""#, throw, &["transfer batch", "'0'", "above zero"]),
        (
            r#""work_center": "old wheel""#,
            r#""work_center": "new wheel""#,
            throw,
            &["alternative 1", "'new wheel'", "booth, old wheel, wheel"],
        ),
        (
            r#""work_center": "old wheel""#,
            r#""work_center": "wheel""#,
            throw,
            &["alternative", "'wheel'", "another work centre"],
        ),
        (r#""run_s": 600"#, r#""run_s": -1"#, throw, &["alternative 1", "run_s", "'-1'"]),
        (
            r#""skill": "throwing""#,
            r#""skill": "trowing""#,
            throw,
            &["nobody has", "'trowing'", "glazing, throwing"],
        ),
        (r#""people": 2"#, r#""people": 3"#, throw, &["people in the crew", "'3'", "only 2"]),
        (r#""people": 2"#, r#""people": 0"#, throw, &["people in the crew", "'0'", "at least one"]),
        (r#""tool": "die""#, r#""tool": "dye""#, throw, &["unknown tool", "'dye'", "one of: die"]),
        (r#""family": "blue""#, r#""family": """#, "recipe vase, step 2", &["family", "1 to 64"]),
        (
            r#""fire", "#,
            r#""fire", "run_s": 5, "#,
            "recipe vase, step 3",
            &["done outside", "'run_s'", "another firm"],
        ),
        (
            r#""fire", "#,
            r#""fire", "work_center": "booth", "#,
            "recipe vase, step 3",
            &["done outside", "'work_center'"],
        ),
        (
            r#""lead_time_s": 86400}}]"#,
            r#""lead_time_s": -1}}]"#,
            "recipe vase, step 3",
            &["lead_time_s", "'-1'"],
        ),
        (r#""service": "firing""#, r#""service": "vase""#, "recipe vase, step 3", &["service", "'vase'"]),
        (
            r#""name": "glaze", "work_center": "booth", "#,
            r#""name": "glaze", "#,
            "recipe vase, step 2",
            &["unknown work centre ''"],
        ),
    ];
    let right: Model = serde_json::from_str(RICH).unwrap();
    assert_eq!(right.mistakes(100), []);
    assert_eq!(serde_json::from_str::<Model>(&serde_json::to_string(&right).unwrap()).unwrap(), right);
    for (right, wrong, place, expected) in cases {
        let text = RICH.replacen(right, wrong, 1);
        assert_ne!(text, RICH, "{right}");
        let model: Model = serde_json::from_str(&text).unwrap();
        let error = model.check().expect_err(wrong);
        let (en, zh) = (error.to_string(), error.zh());
        assert!(en.contains(place) && expected.iter().all(|part| en.contains(part)), "{wrong}: {en}");
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
    }
}

#[test]
fn all_mistakes_are_listed_with_their_places_up_to_a_limit() {
    let text = RICH
        .replacen(r#""die": {"units": 1}"#, r#""die": {"units": 0}"#, 1)
        .replacen(r#""work_center": "old wheel""#, r#""work_center": "new wheel""#, 1)
        .replacen(r#""scrap": "0.05""#, r#""scrap": "5""#, 1)
        .replacen(r#""spec": "old-clay""#, r#""spec": "vase""#, 1);
    let model: Model = serde_json::from_str(&text).unwrap();
    let vase = || "vase".parse().unwrap();
    let places: Vec<_> = model.mistakes(100).into_iter().map(|mistake| mistake.place).collect();
    let step = || Place::Step(vase(), 0);
    assert_eq!(places, [Place::Tool("die".to_owned()), step(), step(), Place::Recipe(vase())]);
    assert_eq!(model.mistakes(2).len(), 2);
    assert_eq!(model.check().unwrap_err(), model.mistakes(1).remove(0).error);
    // with room for one, no more is reckoned with what is wrong
    let full = "{\"tools\": {\"die\": {\"units\": 0}}, \"items\": {\"clay\": {\"purchase\": {\"lead_time_s\": 1, \"lot\": {\"minimum\": \"-1\", \"maximum\": \"1\"}}}}}";
    assert_eq!(serde_json::from_str::<Model>(full).unwrap().mistakes(1).len(), 1);
}

#[test]
fn what_does_not_read_says_why() {
    let cases = [
        (r#""from": "08:00""#, r#""from": "8am""#, "'8am' is not a time of day"),
        (r#""from": "08:00""#, r#""from": "25:00""#, "'25:00' is not a time of day"),
        (r#""from": "08:00""#, r#""from": "+8:00""#, "'+8:00' is not a time of day"),
        (r#"["mon"]"#, r#"["monday"]"#, "monday"),
        (r#"["2026-12-25"]"#, r#"["2026-02-30"]"#, "day"),
        (r#""run_s""#, r#""runtime""#, "runtime"),
        (r#""0.4""#, r#""a lot""#, "a lot"),
    ];
    for (right, wrong, expected) in cases {
        let text = RIGHT.replacen(right, wrong, 1);
        assert_ne!(text, RIGHT, "{right}");
        let error = serde_json::from_str::<Model>(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{wrong}: {error}");
    }
}
