//! The real server before a real node, on loopback ports: who is let in, what is answered, what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use api::Server;
use node::Limits;
use runtime::{Clock, Handle, Options};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use store::Token;
use tokio::runtime::Runtime;
use ureq::http::Response;
use ureq::{Agent, Body};

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A node of its own with its server, in a folder that goes away.
struct Fixture {
    runtime: Runtime,
    node: Handle,
    server: Server,
    bearer: String,
    agent: Agent,
    _dir: tempfile::TempDir,
}

impl Fixture {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        runtime::init(dir.path(), "Oak Workshop", None).unwrap();
        let token = Token::open(dir.path()).unwrap();
        let bearer = format!("Bearer {}", token.expose());
        let runtime = Runtime::new().unwrap();
        let (node, server) = runtime.block_on(async {
            let node = runtime::start(Options {
                dir: dir.path().to_owned(),
                passphrase: None,
                bind: LOOPBACK,
                loopback_only: true,
                mdns: false,
                network: "api-test".to_owned(),
                relay: None,
                peers: vec![],
                clock: Clock::default(),
                limits: Limits::default(),
            });
            let node = node.await.unwrap();
            let listener = tokio::net::TcpListener::bind(LOOPBACK).await.unwrap();
            let server = api::serve(listener, node.clone(), token).await.unwrap();
            (node, server)
        });
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20)));
        Self { runtime, node, server, bearer, agent: config.build().into(), _dir: dir }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }
    fn get(&self, path: &str) -> (u16, Value) {
        let url = self.url(&format!("/api/v1{path}"));
        read(self.agent.get(url).header("authorization", &self.bearer).call().unwrap())
    }
    fn post(&self, path: &str, body: &[u8]) -> (u16, Value) {
        let url = self.url(&format!("/api/v1{path}"));
        read(self.agent.post(url).header("authorization", &self.bearer).send(body).unwrap())
    }
    fn command(&self, command: &Value) -> (u16, Value) {
        self.post("/commands", command.to_string().as_bytes())
    }
}

fn read(mut response: Response<Body>) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.body_mut().read_json().unwrap_or(Value::Null))
}

#[track_caller]
fn refused(answer: &(u16, Value), status: u16, code: &str) {
    assert_eq!((answer.0, &answer.1["error"]["code"]), (status, &json!(code)), "{}", answer.1);
    assert!(answer.1["error"]["message"].as_str().is_some_and(|m| m.len() > 10), "{}", answer.1);
}

fn oak() -> Value {
    json!({"do": "describe", "specification": {"id": "oak-board-27", "name": "Oak board", "unit": "m"}})
}

#[test]
fn only_the_owner_is_let_in() {
    let f = Fixture::start();
    for path in ["/status", "/offers", "/events", "/deals/x"] {
        refused(&read(f.agent.get(f.url(&format!("/api/v1{path}"))).call().unwrap()), 401, "unauthorized");
    }
    let wrong = f.agent.get(f.url("/api/v1/status")).header("authorization", "Bearer x").call().unwrap();
    refused(&read(wrong), 401, "unauthorized");
    let unknown = f.agent.get(f.url("/api/v1/status")).header("cookie", "headwater_1=x").call().unwrap();
    refused(&read(unknown), 401, "unauthorized");
    let (status, body) = f.get("/status");
    assert_eq!((status, &body["me"]["name"]), (200, &json!("Oak Workshop")));
    // the description is open to all, and so is the page
    assert_eq!(read(f.agent.get(f.url("/api/v1/openapi.json")).call().unwrap()).0, 200);
    assert_eq!(f.agent.get(f.url("/")).call().unwrap().status(), 200);
}

#[test]
fn a_refusal_comes_in_the_language_that_was_asked_for() {
    let f = Fixture::start();
    let told = |languages: &str, path: &str| {
        let request = f.agent.get(f.url(path)).header("authorization", &f.bearer);
        let (_, body) = read(request.header("accept-language", languages).call().unwrap());
        let error = body["error"].clone();
        (error["message"].as_str().unwrap().to_owned(), error["remedy"].as_str().map(str::to_owned))
    };
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for path in ["/api/v1/nowhere", "/api/v1/deals/nonsense", &format!("/api/v1/records/{}", "a".repeat(64))]
    {
        for (languages, expected) in [("zh-CN,zh;q=0.9,en;q=0.8", true), ("zh", true), ("en-GB,en", false)] {
            let (message, remedy) = told(languages, path);
            assert_eq!(chinese(&message), expected, "{message}");
            assert!(remedy.is_none_or(|r| chinese(&r) == expected), "{path}");
        }
    }
}

#[test]
fn a_name_rebound_to_this_machine_gets_nothing() {
    let f = Fixture::start();
    for path in ["/api/v1/status", "/"] {
        let request =
            f.agent.get(f.url(path)).header("authorization", &f.bearer).header("host", "evil.example");
        refused(&read(request.call().unwrap()), 403, "host");
    }
    let named = format!("localhost:{}", f.server.address().port());
    let request =
        f.agent.get(f.url("/api/v1/status")).header("authorization", &f.bearer).header("host", named);
    assert_eq!(request.call().unwrap().status(), 200);
}

#[test]
fn a_one_time_link_opens_one_session_that_needs_our_own_origin_to_change_things() {
    let f = Fixture::start();
    let link = f.server.link().unwrap();
    let code = link.split("#/join/").nth(1).unwrap();
    let body = json!({ "code": code });
    let foreign =
        f.agent.post(f.url("/api/v1/session")).header("origin", "https://evil.example").send_json(&body);
    refused(&read(foreign.unwrap()), 403, "origin");
    let opened = f.agent.post(f.url("/api/v1/session")).send_json(&body).unwrap();
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(read(opened).1["name"], "Oak Workshop");
    refused(&read(f.agent.post(f.url("/api/v1/session")).send_json(&body).unwrap()), 401, "code");

    let cookie = cookie.split(';').next().unwrap();
    let own = format!("http://{}", f.server.address());
    assert_eq!(read(f.agent.get(f.url("/api/v1/status")).header("cookie", cookie).call().unwrap()).0, 200);
    let act = |origin: &str| {
        let request = f.agent.post(f.url("/api/v1/commands")).header("cookie", cookie);
        read(request.header("origin", origin).send_json(oak()).unwrap())
    };
    refused(&act("https://evil.example"), 403, "origin");
    let silent = f.agent.post(f.url("/api/v1/commands")).header("cookie", cookie).send_json(oak());
    refused(&read(silent.unwrap()), 403, "origin");
    let (status, body) = act(&own);
    assert_eq!(status, 200, "{body}");

    let request = f.agent.delete(f.url("/api/v1/session")).header("cookie", cookie).header("origin", &own);
    assert_eq!(request.call().unwrap().status(), 200);
    refused(
        &read(f.agent.get(f.url("/api/v1/status")).header("cookie", cookie).call().unwrap()),
        401,
        "unauthorized",
    );
}

#[test]
fn nonsense_is_answered_with_what_would_be_right() {
    let f = Fixture::start();
    for nonsense in
        [&b"not json"[..], b"{", b"[]", b"\xff\xfe", br#"{"do": "fly"}"#, br#"{"do": "plan", "spec": 3}"#]
    {
        let answer = f.post("/commands", nonsense);
        refused(&answer, 400, "malformed");
        assert_eq!(answer.1["error"]["remedy"], "see /api/v1/openapi.json");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    refused(&f.post("/commands", deep.as_bytes()), 400, "malformed");
    refused(&f.post("/commands", &vec![b' '; (2 << 20) + 1]), 413, "too_large");
    refused(&f.post("/peers", br#"{"ticket": "headwater1zzz"}"#), 400, "malformed");
    let own = json!({ "ticket": f.node.ticket() }).to_string();
    refused(&f.post("/peers", own.as_bytes()), 400, "malformed");
    refused(&f.get("/nothing"), 404, "route");
    refused(&f.post("/status", b"{}"), 405, "method");
    refused(&f.get("/records/xyz"), 400, "malformed");
    refused(&f.get(&format!("/records/{}", "0".repeat(64))), 404, "unknown");
    refused(&f.get(&format!("/deals/{}", "0".repeat(64))), 404, "unknown");
    let raise = json!({"do": "raise", "spec": "unheard-of", "quantity": "1"});
    refused(&f.command(&raise), 422, "no_specification");
}

#[test]
fn the_floor_lists_what_is_to_be_done_at_a_work_centre() {
    let f = Fixture::start();
    f.command(&oak());
    f.command(&json!({"do": "model", "recipes": [{"output": "oak-board-27", "steps": [{"name": "saw", "work_center": "mill", "run_s": 60}]}], "work_centers": {"mill": {}}}));
    let (_, planned) = f.command(&json!({"do": "plan", "spec": "oak-board-27", "quantity": "5"}));
    f.command(&json!({"do": "accept", "deal": planned["recorded"]}));
    let (status, floor) = f.get("/floor?work_center=mill");
    let entry = &floor["entries"][0];
    assert_eq!((status, &entry["state"], &entry["ready"]), (200, &json!("planned"), &json!(true)), "{floor}");
    let say = |what: Value| {
        let mut command = what;
        command["plan"] = entry["plan"].clone();
        command["index"] = entry["index"].clone();
        f.command(&command)
    };
    refused(&say(json!({"do": "pause", "reason": "break"})), 409, "state");
    assert_eq!(say(json!({"do": "start"})).0, 200);
    assert_eq!(say(json!({"do": "report", "good": "1", "scrap": "2", "reason": "tool"})).0, 200);
    assert_eq!(say(json!({"do": "pause", "reason": "break"})).0, 200);
    refused(&say(json!({"do": "pause", "reason": "bored"})), 400, "malformed");
    let paused = f.get("/floor").1["entries"][0].clone();
    assert_eq!((&paused["paused"]["reason"], &paused["scrap"]), (&json!("break"), &json!("2")));
    assert_eq!(f.get("/orders").1["items"][0]["short"], "2");
    assert_eq!(f.get("/floor?work_center=lathe").1["entries"], json!([]));
    assert_eq!(f.get("/estimates").1["items"][0]["samples"], 0);
    refused(&f.get("/floor?centre=mill"), 400, "malformed");
}

#[test]
fn what_was_commanded_is_in_the_lists_and_its_record_verifies() {
    let f = Fixture::start();
    let (status, described) = f.command(&oak());
    assert_eq!(status, 200, "{described}");
    let raise = json!({"do": "raise", "spec": "oak-board-27", "quantity": "12.5"});
    let (_, raised) = f.command(&raise);
    let (_, stock) = f.get("/stock");
    assert_eq!(stock["items"][0]["lots"][0]["lot"], raised["recorded"]);
    assert_eq!((&stock["items"][0]["on_hand"], &stock["truncated"]), (&json!("12.5"), &json!(false)));

    let id = described["recorded"].as_str().unwrap();
    let url = f.url(&format!("/api/v1/records/{id}"));
    let text =
        f.agent.get(url).header("authorization", &f.bearer).call().unwrap().body_mut().read_to_string();
    let text = text.unwrap();
    // the content stands in the answer byte for byte
    let content = text.strip_prefix(r#"{"content":"#).unwrap().split(r#","signature":"#).next().unwrap();
    let hex = text.rsplit('"').nth(1).unwrap();
    let signature = (0..64).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
    let record = ledger::Signed { bytes: content.as_bytes().to_vec(), signature }.verify().unwrap();
    assert_eq!(record.id.to_string(), id);
    assert_eq!(record.author, f.node.me());
}

#[test]
fn every_documented_route_answers_in_its_documented_shape() {
    let f = Fixture::start();
    f.command(&oak());
    f.command(&json!({"do": "raise", "spec": "oak-board-27", "quantity": "12.5"}));
    f.command(&json!({"do": "model", "recipes": [{"output": "oak-board-27", "steps": [{"name": "saw", "work_center": "mill"}]}], "work_centers": {"mill": {}}}));
    f.command(&json!({"do": "offer", "spec": "oak-board-27", "prices": {"currency": "EUR", "tiers": [{"from": "1", "unit_price": "3"}]}}));
    f.command(&json!({"do": "need", "spec": "oak-board-27", "quantity": "2"}));
    f.command(&json!({"do": "plan", "spec": "oak-board-27", "quantity": "20"}));
    let (_, document) = f.get("/openapi.json");
    let mut answered = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(get) = item.get("get") else { continue };
        if path.contains('{') || path.ends_with("/events") {
            continue;
        }
        // what must be in the query is taken from the examples of its type
        let parameters = get["parameters"].as_array().into_iter().flatten().filter(|p| p["required"] == true);
        let query = parameters.map(|p| {
            let kind = p["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            let example = document["components"]["schemas"][kind]["examples"][0].as_str().unwrap();
            format!("{}={example}", p["name"].as_str().unwrap())
        });
        let query = query.collect::<Vec<_>>().join("&");
        let (status, body) = f.get(&format!("{}?{query}", path.strip_prefix("/api/v1").unwrap()));
        assert_eq!(status, 200, "{path}: {body}");
        let schema = &get["responses"]["200"]["content"]["application/json"]["schema"];
        fits(&body, schema, &document, path);
        answered += 1;
    }
    assert!(answered >= 17, "{answered}");
    for list in ["offers", "needs", "stock", "specifications", "orders"] {
        let (_, body) = f.get(&format!("/{list}"));
        assert!(
            !body["items"].as_array().unwrap().is_empty(),
            "{list} is empty, so its shape was not looked at"
        );
    }
}

/// A small part of JSON Schema, as much as our documents use: what is there is documented, what is required is there.
fn fits(value: &Value, schema: &Value, document: &Value, at: &str) {
    if let Some(to) = schema["$ref"].as_str() {
        let name = to.rsplit('/').next().unwrap();
        return fits(value, &document["components"]["schemas"][name], document, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        if !value.is_null() {
            fits(value, &choices[0], document, at);
        }
        return;
    }
    if let Some(choices) = schema["enum"].as_array() {
        assert!(choices.contains(value), "{at}: {value} is not one of {choices:?}");
    }
    match schema["type"].as_str() {
        Some("string") => assert!(value.is_string(), "{at}: {value}"),
        Some("integer") => assert!(value.is_i64() || value.is_u64(), "{at}: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{at}: {value}"),
        Some("array") => {
            for item in value.as_array().unwrap_or_else(|| panic!("{at}: {value}")) {
                fits(item, &schema["items"], document, &format!("{at}[]"));
            }
        }
        Some("object") => {
            let object = value.as_object().unwrap_or_else(|| panic!("{at}: {value}"));
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(object.contains_key(name.as_str().unwrap()), "{at}: {name} is missing");
            }
            for (name, field) in object {
                let at = format!("{at}.{name}");
                match (&schema["properties"], &schema["additionalProperties"]) {
                    (Value::Object(known), _) => {
                        fits(
                            field,
                            known.get(name).unwrap_or_else(|| panic!("{at} is not documented")),
                            document,
                            &at,
                        );
                    }
                    (_, Value::Null) => {}
                    (_, any) => fits(field, any, document, &at),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn watchers_hear_what_changes_and_their_streams_end_with_the_node() {
    let f = Fixture::start();
    let watch = Agent::config_builder().timeout_recv_body(Some(Duration::from_secs(20))).build();
    let watch: Agent = watch.into();
    let stream = watch.get(f.url("/api/v1/events")).header("authorization", &f.bearer).call().unwrap();
    let mut lines = BufReader::new(stream.into_body().into_reader()).lines();
    let mut event = || loop {
        match lines.next() {
            Some(Ok(line)) => {
                if let Some(name) = line.strip_prefix("event: ") {
                    return Some(name.to_owned());
                }
            }
            _ => return None,
        }
    };
    assert_eq!(event().as_deref(), Some("resync"), "a new watcher is told to look at everything");
    f.command(&oak());
    f.command(&json!({"do": "raise", "spec": "oak-board-27", "quantity": "1"}));
    let mut heard = vec![];
    while !heard.contains(&"stock".to_owned()) {
        heard.push(event().expect("the stream stands until stock has changed"));
    }
    f.runtime.block_on(f.node.clone().stop());
    while event().is_some() {}
    refused(&f.command(&oak()), 503, "stopped");
    f.runtime.block_on(f.server.stop());
}

#[test]
fn pages_carry_the_policy_that_keeps_foreign_code_out() {
    let f = Fixture::start();
    let page = f.agent.get(f.url("/deals/of/mine")).call().unwrap();
    assert_eq!(page.status(), 200, "a path of the app is the app");
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-security-policy").starts_with("default-src 'self';"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-type").starts_with("text/html"));
    assert_eq!(f.agent.get(f.url("/assets/gone.js")).call().unwrap().status(), 404);
    let api = f.agent.get(f.url("/api/v1/openapi.json")).call().unwrap();
    assert_eq!(api.headers()["cache-control"], "no-store");
}

#[test]
fn the_plan_is_shown_tried_and_changed_by_its_routes() {
    let f = Fixture::start();
    f.command(&oak());
    f.command(&json!({"do": "describe", "specification": {"id": "stool", "name": "Stool", "unit": "each"}}));
    f.command(&json!({"do": "raise", "spec": "oak-board-27", "quantity": "40"}));
    let recipe = json!({"output": "stool", "inputs": [{"spec": "oak-board-27", "quantity": "2"}],
        "steps": [{"name": "saw", "work_center": "bench", "run_s": 600}, {"name": "glue", "work_center": "bench", "run_s": 600}]});
    f.command(&json!({"do": "model", "recipes": [recipe], "work_centers": {"bench": {"units": 1}}}));
    let (status, order) = f.command(&json!({"do": "plan", "spec": "stool", "quantity": "3"}));
    assert_eq!(status, 200, "{order}");
    let order = order["recorded"].as_str().unwrap();

    let (status, plan) = f.get("/plan");
    assert_eq!((status, plan["processes"].as_array().unwrap().len()), (200, 2), "{plan}");
    let second = &plan["processes"][1];
    assert_eq!(
        (&second["stage"], &second["after"], &second["order"]),
        (&json!("hold"), &json!([0]), &json!(order))
    );
    assert_eq!(plan["work_centers"][0]["load"][0]["units"], 1);
    refused(&f.get("/plan?from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z"), 422, "field");
    refused(&f.get("/plan?form=2030-01-02T00:00:00Z"), 400, "malformed");

    let (status, tree) = f.get(&format!("/orders/{order}/tree"));
    assert_eq!((status, &tree["children"][0]["kind"]), (200, &json!("make")), "{tree}");
    assert_eq!(tree["children"][0]["children"][0]["lots"][0]["quantity"], "6", "{tree}");
    refused(&f.get(&format!("/orders/{}/tree", "a".repeat(64))), 404, "unknown");
    let (status, why) = f.get(&format!("/orders/{order}/why"));
    assert_eq!((status, &why["on_time"]), (200, &json!(true)), "{why}");

    let document = f.get("/openapi.json").1;
    let shapes = &document["components"]["schemas"];
    fits(&tree, &shapes["TreeNode"], &document, "tree");
    fits(&why, &shapes["WhyView"], &document, "why");

    let first = &plan["processes"][0];
    let place = json!({"plan": first["plan"], "index": 0, "start": first["work_end"]});
    let (status, preview) = f.post("/plan/preview", place.to_string().as_bytes());
    assert_eq!((status, &preview["possible"]), (200, &json!(true)), "{preview}");
    fits(&preview, &shapes["PreviewView"], &document, "preview");
    assert_eq!(f.get("/plan").1["processes"], plan["processes"], "looking changes nothing");
    let mut command = place;
    command["do"] = json!("move_process");
    assert_eq!(f.command(&command).0, 200);
    let moved = f.get("/plan").1["processes"][0].clone();
    for time in ["start", "work_end", "end"] {
        assert_eq!(moved[time], preview["moves"][0][time], "{moved}");
    }
    command["start"] = json!("2001-01-01T00:00:00Z");
    refused(&f.command(&command), 422, "planning");

    let (status, capable) = f.get("/capable?spec=stool&quantity=8");
    let steps = capable["steps"].as_array().unwrap();
    assert_eq!((status, &steps.last().unwrap()["quantity"]), (200, &json!("8")), "{capable}");
    refused(&f.get("/capable?spec=stool&quantity=0"), 422, "field");
    let asked = json!({"demands": [{"spec": "stool", "quantity": "2"}]});
    let (status, then) = f.post("/plan/what-if", asked.to_string().as_bytes());
    assert_eq!((status, then["promises"][0]["promise"].is_string()), (200, true), "{then}");
    fits(&then, &shapes["WhatIfView"], &document, "what-if");
}
