//! Models that cannot be right are refused, with the thing, its value and the remedy.

use planning::Model;

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
