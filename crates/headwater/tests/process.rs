//! The program as people and scripts meet it: real processes, real folders, real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use serde_json::Value;
use std::fs;
use support::{Home, Ran, headwater, item, until};

const OAK: &str = "id = \"oak-board-27\"\nunit = \"m\"\nname = { en = \"Oak board\", zh = \"橡木板\" }\n";

/// A node that has oak and offers it.
fn sawmill(home: &Home) {
    let spec = home.path().join("oak.toml");
    fs::write(&spec, OAK).unwrap();
    home.run(&["describe", spec.to_str().unwrap()]).ok();
    home.run(&["stock", "raise", "oak-board-27", "40", "--property", "origin=Spessart"]).ok();
    home.run(&["offer", "oak-board-27", "--price", "1=3", "--price", "20=2.50", "--currency", "EUR"]).ok();
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn what_was_acknowledged_is_there_after_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::new(dir.path(), "Sawmill");
    let up = home.up(&[]);
    sawmill(&home);
    let before = home.json(&["status"]);
    let p2p = up.p2p().to_owned();
    up.kill();
    home.run(&["status"]).fails(3, &["no node is running", "headwater --dir"]);
    let verified = home.json(&["verify"]);
    assert_eq!(verified["log_root"], before["log_root"]);
    let up = home.up(&["--p2p", &p2p]);
    let after = home.json(&["status"]);
    assert_eq!(after["log_root"], before["log_root"], "a start says nothing new, and nothing is lost");
    assert_eq!(after["log_size"], before["log_size"]);
    assert!(item(&home, &["stock"], |s| s["on_hand"] == "40").is_some());
    let (code, said) = up.terminate();
    assert_eq!((code, said.contains("stopped")), (0, true), "{said}");
    assert!(!home.path().join("run.json").exists());
}

#[test]
fn killed_while_it_works_it_keeps_every_acknowledged_command_and_no_half_ones() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::new(dir.path(), "Sawmill");
    let mut acknowledged = Vec::new();
    let mut up = home.up(&[]);
    sawmill(&home);
    for round in 0..3 {
        let url = format!("{}/api/v1/commands", up.http());
        let bearer = format!("Bearer {}", fs::read_to_string(home.path().join("token")).unwrap().trim());
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let (url, bearer) = (url.clone(), bearer.clone());
                std::thread::spawn(move || {
                    let body = serde_json::json!({"do": "raise", "spec": "oak-board-27", "quantity": "1"});
                    let mut done = Vec::new();
                    // until the node is killed under it
                    while let Ok(mut answer) =
                        ureq::post(&url).header("authorization", &bearer).send_json(&body)
                    {
                        let Ok(answer) = answer.body_mut().read_json::<Value>() else { break };
                        done.push(answer["recorded"].as_str().unwrap().to_owned());
                    }
                    done
                })
            })
            .collect();
        std::thread::sleep(std::time::Duration::from_millis(150 + 130 * round));
        up.kill();
        let done: Vec<_> = workers.into_iter().flat_map(|w| w.join().unwrap()).collect();
        assert!(!done.is_empty(), "the node was killed before it did anything");
        acknowledged.extend(done);
        home.run(&["verify"]).ok();
        up = home.up(&[]);
    }
    let stock = item(&home, &["stock"], |s| s["spec"] == "oak-board-27").unwrap();
    let lots = stock["lots"].as_array().unwrap();
    for lot in &acknowledged {
        assert!(lots.iter().any(|l| l["lot"] == lot.as_str()), "{lot} is lost");
    }
    // whole lots or none: 40 to begin with, and 1 each
    assert_eq!(text(&stock, "on_hand").parse::<usize>().unwrap(), 40 + lots.len() - 1);
}

#[test]
fn a_folder_has_one_node_and_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::new(dir.path(), "Sawmill");
    home.run(&["init"]).fails(4, &["exists already", "never overwritten"]);
    let up = home.up(&[]);
    home.run(&["up", "--loopback"]).fails(4, &["in use by another process", "stop that node first"]);
    home.run(&["verify"]).fails(4, &["in use by another process"]);
    home.run(&["export", "records"]).fails(4, &["in use by another process"]);
    up.terminate();
    Ran::of(&headwater(["--dir"]).arg(dir.path().join("nothing")).args(["up"]).output().unwrap())
        .fails(4, &["missing", "initialise this folder first"]);
    assert!(!dir.path().join("nothing").exists());
}

#[test]
fn a_sealed_key_opens_with_its_passphrase_only() {
    let dir = tempfile::tempdir().unwrap();
    let (right, wrong) = (dir.path().join("right"), dir.path().join("wrong"));
    fs::write(&right, "correct horse\n").unwrap();
    fs::write(&wrong, "battery staple\n").unwrap();
    let home = dir.path().join("home");
    let run = |arguments: &[&str], file: &std::path::Path| {
        let mut command = headwater(["--dir"]);
        command.arg(&home).args(arguments).arg("--passphrase-file").arg(file);
        Ran::of(&command.output().unwrap())
    };
    run(&["init", "--name", "Sawmill"], &right).ok();
    run(&["up", "--loopback"], &wrong).fails(4, &["this passphrase does not open"]);
    let bare = headwater(["--dir"]).arg(&home).args(["up", "--loopback"]).output().unwrap();
    Ran::of(&bare).fails(4, &["give its passphrase"]);
}

#[test]
fn a_deal_goes_through_on_the_command_line_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (mill, shop) = (Home::new(dir.path(), "Sawmill"), Home::new(dir.path(), "Workshop"));
    let mill_up = mill.up(&[]);
    sawmill(&mill);
    let _shop_up = shop.up(&[]);
    shop.run(&["peer", "add", mill_up.ticket()]).ok();
    let offer = until("the offer", || item(&shop, &["offers"], |o| o["offer"]["spec"] == "oak-board-27"));
    // the first digits are enough, the way the tables show them
    let deal = shop.json(&["enquire", &text(&offer, "id")[..10], "20"]);
    let deal = text(&deal, "recorded").to_owned();
    let reach = |home: &Home, state: &str| {
        until(state, || Some(home.json(&["deals", &deal])).filter(|d| d["state"] == state))
    };
    let quoted = reach(&shop, "quoted");
    assert_eq!(quoted["total"], serde_json::json!({"amount": "50", "currency": "EUR"}));
    shop.run(&["accept", &deal[..8]]).ok();
    reach(&mill, "bound");
    mill.run(&["ship", &deal[..8]]).ok();
    let handover = until("the handover", || item(&shop, &["handovers"], |h| h["state"] == "waiting"));
    shop.run(&["receive", &text(&handover, "id")[..12]]).ok();
    reach(&mill, "delivered");
    mill.run(&["settle", &deal[..8], "--note", "bank transfer"]).ok();
    reach(&shop, "settled");

    let stock = item(&shop, &["stock"], |s| s["on_hand"] == "20").unwrap();
    let lot = text(&stock["lots"][0], "lot")[..10].to_owned();
    let traced = shop.run(&["trace", &lot]).ok();
    assert!(traced.contains("Oak board") && traced.contains("Sawmill"), "{traced}");
    let recalled = mill.run(&["recall", &lot]).ok();
    assert!(recalled.contains("Workshop"), "{recalled}");
    let epcis = mill.run(&["export", "epcis"]).ok();
    assert!(epcis.contains("EPCISDocument"), "{epcis}");
    shop.run(&["feedback", "add", &deal[..8], "4", "--text", "fine grain"]).ok();
    until("the feedback", || item(&mill, &["feedback"], |f| f["text"] == "fine grain"));

    let table = shop.run(&["deals"]).ok();
    assert!(table.contains("settled") && table.contains("Sawmill"), "{table}");
    let chinese = shop.run(&["--lang", "zh", "deals"]).ok();
    assert!(chinese.contains("已结清") && chinese.contains("橡木板"), "{chinese}");
}

#[test]
fn a_clock_an_hour_off_is_told_and_holds_up_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let (mill, shop) = (Home::new(dir.path(), "Sawmill"), Home::new(dir.path(), "Workshop"));
    let mill_up = mill.up(&[]);
    sawmill(&mill);
    let shop_up = shop.up(&["--clock-offset", "3600", "--peer", mill_up.ticket()]);
    let ahead = until("the peer's clock", || {
        let peer = item(&mill, &["peer"], |p| p["connected"] == true)?;
        peer["clock_ahead_s"].as_i64()
    });
    assert!((3_500..=3_700).contains(&ahead), "{ahead}");
    // put right, they deal
    shop_up.terminate();
    let _shop_up = shop.up(&["--peer", mill_up.ticket()]);
    let offer = until("the offer", || item(&shop, &["offers"], |_| true));
    let deal = text(&shop.json(&["enquire", text(&offer, "id"), "2"]), "recorded").to_owned();
    until("a quote", || Some(shop.json(&["deals", &deal])).filter(|d| d["state"] == "quoted"));
}

#[test]
fn csv_is_taken_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::new(dir.path(), "Sawmill");
    let _up = home.up(&[]);
    sawmill(&home);
    let records = || home.json(&["status"])["log_size"].clone();
    let before = records();
    let import = |what: &str, content: &[u8]| {
        let file = dir.path().join("rows.csv");
        fs::write(&file, content).unwrap();
        home.run(&["import", what, file.to_str().unwrap()])
    };
    let bad: [(&str, &[u8], &[&str]); 11] = [
        (
            "stock",
            b"spec,quantity\noak-board-27,3\noak-board-27,three\n",
            &["row 3", "'quantity'", "'three'", "12.5", "nothing was done"],
        ),
        ("stock", b"spec,quantity\noak-board-27,-1\n", &["row 2", "'quantity'", "'-1'"]),
        ("stock", b"spec,quantity\nOak Board,1\n", &["row 2", "'spec'", "'Oak Board'", "oak-board-27"]),
        ("stock", b"spec,quantity\nelm,1\n", &["row 2", "'elm'", "describe it first"]),
        ("stock", b"spec,quantity\noak-board-27\n", &["row 2", "1 cells", "2 column names"]),
        (
            "stock",
            b"spec,amount\noak-board-27,1\n",
            &["column 'quantity' is missing", "the columns are: spec, quantity"],
        ),
        ("stock", b"spec,quantity,colour\noak-board-27,1,red\n", &["column 'colour' is not known"]),
        ("stock", b"spec,quantity\n", &["no rows"]),
        ("stock", b"spec,quantity\n\xcf\xf0,1\n", &["not UTF-8", "CSV UTF-8"]),
        (
            "offers",
            b"spec,currency,prices\noak-board-27,EUR,1=3;20=4\n",
            &["row 2", "'prices'", "let quantities rise and prices fall"],
        ),
        ("recipes", b"output,input,quantity,step\nchair-48,,,\n", &["row 2", "neither an input"]),
    ];
    for (what, content, says) in bad {
        import(what, content).fails(2, says);
    }
    assert_eq!(records(), before, "nothing was half done");

    let stock = "\u{feff}spec, quantity, property:origin\noak-board-27, 2.5, Spessart\noak-board-27, 1,\"Odenwald, east\"\n";
    assert!(import("stock", stock.as_bytes()).ok().contains("rows imported: 2"));
    assert!(item(&home, &["stock"], |s| s["on_hand"] == "43.5").is_some());
    import("offers", b"spec,currency,prices,lead_time_days\noak-board-27,EUR,1=3;20=2,7\n").ok();
    let recipes = b"output,input,quantity,step,work_center,run_s,units\nchair-48,oak-board-27,2.5,,,,\nchair-48,,,saw,bench,600,2\n";
    import("recipes", recipes).ok();
    let model: Value = serde_json::from_str(&home.run(&["export", "model"]).ok()).unwrap();
    assert_eq!(model["recipes"]["chair-48"]["inputs"][0]["quantity"], "2.5");
    assert_eq!(model["work_centers"]["bench"]["units"], 2);
    // what was written out can be read back
    let file = dir.path().join("model.json");
    home.run(&["export", "model", "--out", file.to_str().unwrap()]).ok();
    home.run(&["model", file.to_str().unwrap()]).ok();
}

#[test]
fn what_makes_no_sense_is_said_with_what_would() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::new(dir.path(), "Sawmill");
    let _up = home.up(&[]);
    home.run(&["frobnicate"]).fails(2, &["unrecognized subcommand"]);
    home.run(&["accept", "12"]).fails(2, &["first 6 hexadecimal digits"]);
    home.run(&["accept", "123456"]).fails(2, &["begins with 123456", "look it up in the lists"]);
    home.run(&["accept", &"0".repeat(64)]).fails(1, &["is known here"]);
    home.run(&["plan", "Oak", "1"]).fails(2, &["a-z 0-9", "oak-board-27"]);
    home.run(&["need", "oak", "1", "--ceiling", "3"]).fails(2, &["110EUR"]);
    home.run(&["peer", "add", "headwater1zzz"]).fails(2, &["ticket"]);
    home.run(&["offer", "oak"]).fails(2, &["at least one price", "--price 1=120"]);
    home.run(&["describe", "/does/not/exist.toml"]).fails(2, &["cannot read /does/not/exist.toml"]);
    home.run(&["ship", "123456", "--via", "Nobody"]).fails(2, &["123456"]);
    let told = home.run(&["--json", "accept", "123456"]);
    let told: Value = serde_json::from_str(&told.err).unwrap();
    assert_eq!(told["error"]["code"], "usage");
    home.run(&["--lang", "zh", "accept", "123456"]).fails(2, &["错误", "没有编号以 123456 开头的交易或订单"]);
    let help = home.run(&["--lang", "zh", "up", "--help"]).ok();
    assert!(help.contains("用法") && help.contains("凭条"), "{help}");
}

#[test]
fn damage_to_a_stored_record_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::new(dir.path(), "Sawmill");
    let up = home.up(&[]);
    sawmill(&home);
    up.terminate();
    assert!(home.run(&["verify"]).ok().contains("agrees with the checkpoint"));
    let file = home.path().join("headwater.db");
    let mut bytes = fs::read(&file).unwrap();
    let origin = bytes.windows(8).position(|w| w == b"Spessart").unwrap();
    bytes[origin] = b's';
    fs::write(&file, bytes).unwrap();
    home.run(&["verify"]).fails(4, &["not sound", "restore the folder from a backup"]);
}

#[test]
fn nodes_on_one_machine_find_ports_of_their_own_and_keep_them() {
    let dir = tempfile::tempdir().unwrap();
    let (mill, shop) = (Home::new(dir.path(), "Sawmill"), Home::new(dir.path(), "Workshop"));
    let mill_up = mill.up_at_the_usual_ports(&[]);
    let shop_up = shop.up_at_the_usual_ports(&[]);
    assert_ne!(mill_up.http(), shop_up.http());
    assert_ne!(mill_up.p2p(), shop_up.p2p());
    let (http, p2p) = (shop_up.http().to_owned(), shop_up.p2p().to_owned());
    mill_up.terminate();
    shop_up.terminate();
    // the lower ports are free now, and yet it comes back where it was
    let shop_up = shop.up_at_the_usual_ports(&[]);
    assert_eq!((shop_up.http(), shop_up.p2p()), (http.as_str(), p2p.as_str()));
    let link = shop.run(&["link"]).ok();
    assert!(link.starts_with(shop_up.http()) && link.contains("/#/join/"), "{link}");
    assert_ne!(link.trim(), shop_up.link());
    assert!(shop.run(&["ticket"]).ok().starts_with("headwater1"));
    let taken = &http["http://".len()..];
    mill.run(&["up", "--loopback", "--http", taken]).fails(1, &["cannot listen on", "--http"]);
}
