//! The OpenAPI 3.1 document: the table of endpoints, the shapes, and one worked example of every command.

use crate::endpoints::{Access, ENDPOINTS, Endpoint, TAGS};
use crate::schema;
use crate::server::BASE;
use serde_json::{Map, Value, json};

/// Every command: its name, what it does, and an example.
const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "describe",
        "Publish a specification, or a revision that supersedes and cites.",
        r#"{"specification": {"id": "chair-48", "name": {"en": "Chair, 48 cm", "zh": "椅子（48 厘米）"}, "unit": "each", "serialised": true}}"#,
    ),
    (
        "model",
        "Add or replace recipes (by output) and work centres (by name).",
        r#"{"recipes": [{"output": "chair-48", "inputs": [{"spec": "oak-board-27", "quantity": "2.5"}], "steps": [{"name": "saw", "work_center": "bench", "setup_s": 600, "run_s": 1800}]}], "work_centers": {"bench": {"units": 2}}}"#,
    ),
    (
        "raise",
        "Book stock that was found, opened with, or harvested: a new lot.",
        r#"{"spec": "oak-board-27", "quantity": "40", "properties": {"origin": "Spessart"}}"#,
    ),
    (
        "lower",
        "Book stock that was lost, spoilt or miscounted.",
        r#"{"lot": "RECORD", "quantity": "2", "note": "split"}"#,
    ),
    (
        "offer",
        "Publish an offer.",
        r#"{"spec": "chair-48", "prices": {"currency": "EUR", "tiers": [{"from": "1", "unit_price": "120"}, {"from": "20", "unit_price": "96"}]}, "lead_time_days": 21, "pooling": {"cap": "60", "lead_time_days": 28, "payment": "on delivery"}}"#,
    ),
    (
        "need",
        "Publish a need.",
        r#"{"spec": "chair-48", "quantity": "4", "ceiling": {"amount": "110", "currency": "EUR"}}"#,
    ),
    (
        "set_interests",
        "Say what this node is to hear of, in place of what was said before; nothing means everything it hears.",
        r#"{"wants": [{"category": "furniture"}, {"category": "timber", "place": {"name": "Berlin", "latitude": "52.52", "longitude": "13.40", "radius_km": 150}}]}"#,
    ),
    ("withdraw", "Take an offer or need back.", r#"{"listing": "RECORD"}"#),
    (
        "enquire",
        "Ask an offerer for price and date.",
        r#"{"offer": "RECORD", "quantity": "4", "due": "2030-12-20T12:00:00Z"}"#,
    ),
    (
        "plan",
        "Plan an order of one's own, asking upstream for what is missing.",
        r#"{"spec": "chair-48", "quantity": "10"}"#,
    ),
    (
        "move_process",
        "Put a process elsewhere in the plan; what waits for it follows. Refused where a promise to another would move.",
        r#"{"plan": "RECORD", "index": 0, "start": "2030-12-20T12:00:00Z", "work_center": "bench-2"}"#,
    ),
    (
        "accept",
        "Sign a quote, or the plan of an own order: all tiers bind, or none does. With the id of a proposal: have it done.",
        r#"{"deal": "RECORD"}"#,
    ),
    ("decline", "Turn a quote, plan or proposal down and let its holds go.", r#"{"deal": "RECORD"}"#),
    (
        "open_pool",
        "Ask an offerer to sign terms for a pool, kept by this node.",
        r#"{"offer": "RECORD", "threshold": "20", "closes": "2030-12-01T12:00:00Z"}"#,
    ),
    (
        "pledge",
        "Pledge to a pool, or edit one's pledge.",
        r#"{"pool": "RECORD", "at_least": "10", "at_most": "14", "ceiling": "100", "extend": true, "drop_off": 0}"#,
    ),
    (
        "open_round",
        "Open a buying round: a pool for each product, all kept by this node, closing and handed out together.",
        r#"{"name": "Saturday", "closes": "2030-12-01T12:00:00Z", "drop_offs": [{"name": "School", "leader": "did:key:z6Mkf4XhsxSXfEAWNK6GcFu7TyVs21AfUTRjiguqMhNQeDgk"}], "products": [{"offer": "RECORD", "threshold": "20"}]}"#,
    ),
    (
        "ship_drop_off",
        "As the producer of a made pool: hand over all that is due at one drop-off, to its leader.",
        r#"{"pool": "RECORD", "drop_off": 0}"#,
    ),
    (
        "account_pool",
        "As the producer of a made pool whose price follows what was taken over: say what that was, and what it costs.",
        r#"{"pool": "RECORD"}"#,
    ),
    (
        "capacity",
        "Sell capacity by auction to those who order goods that need it.",
        r#"{"name": "hours", "quantity": "40", "unit": "h", "closes": "2030-12-01T12:00:00Z", "step": {"amount": "0.5", "currency": "EUR"}}"#,
    ),
    (
        "bid",
        "Bid for goods whose offer names an auction.",
        r#"{"offer": "RECORD", "quantity": "10", "at_most": {"amount": "18", "currency": "EUR"}}"#,
    ),
    (
        "plan_call",
        "Call for a joint plan of who makes what for whom, which this node will make.",
        r#"{"name": "winter", "currency": "EUR", "unit": "h", "takes_until": "2030-12-01T12:00:00Z", "closes": "2030-12-01T12:10:00Z"}"#,
    ),
    (
        "plan_supply",
        "Say what this node would make under a joint plan.",
        r#"{"call": "RECORD", "quantity": "40", "lead_time_s": 604800, "products": [{"spec": "bolt", "name": "bolt", "unit": "each", "unit_price": "2", "load": "0.1", "setup": "30"}]}"#,
    ),
    (
        "plan_demand",
        "Say what this node would take under a joint plan, and at most for how much.",
        r#"{"call": "RECORD", "spec": "bolt", "quantity": "100", "at_most": {"amount": "3", "currency": "EUR"}, "per_km": "0.001"}"#,
    ),
    (
        "replay_plan",
        "Make a joint plan again from what it was made of; the view of the call says what came of it.",
        r#"{"call": "RECORD"}"#,
    ),
    (
        "standing_order",
        "Let this node look for something by itself until it is found or given up.",
        r#"{"spec": "bread", "quantity": "4", "at_most": {"amount": "5", "currency": "EUR"}, "accept": "ask", "pool": true, "keep_until": "2030-12-20T12:00:00Z", "preferences": {"per_km": "0.01"}}"#,
    ),
    (
        "cancel_standing",
        "Stop looking. What has been bid stands until it is out or lapses.",
        r#"{"order": "RECORD"}"#,
    ),
    (
        "audit_pool",
        "Check every pledge under a pool's close again; the pool's view says what came of it.",
        r#"{"pool": "RECORD"}"#,
    ),
    (
        "cancel",
        "Ask the other side to undo a bound deal before its goods have left.",
        r#"{"deal": "RECORD", "reason": "moved house"}"#,
    ),
    (
        "answer_cancel",
        "Answer the other side's wish to cancel: agree or refuse.",
        r#"{"deal": "RECORD", "answer": "agree"}"#,
    ),
    (
        "ask_date",
        "Ask the other side of a bound deal for another date; as its supplier, offer a later one.",
        r#"{"deal": "RECORD", "promise": "2030-12-18T12:00:00Z", "reason": "we move in earlier"}"#,
    ),
    (
        "answer_delay",
        "Answer another date that the supplier offers: accept, refuse, cancel or pass_on.",
        r#"{"deal": "RECORD", "answer": "accept"}"#,
    ),
    (
        "down",
        "A work centre is out of order or closed: nothing is planned there, and what was is moved.",
        r#"{"work_center": "bench", "until": "2030-12-02T08:00:00Z", "reason": "the spindle broke"}"#,
    ),
    ("up", "A work centre is in use again.", r#"{"work_center": "bench"}"#),
    (
        "start",
        "A process has begun, or goes on after a pause; lots that expire first are taken, or those named.",
        r#"{"plan": "RECORD", "index": 0, "lots": [{"lot": "RECORD", "quantity": "2.5"}]}"#,
    ),
    (
        "pause",
        "Work on a process stands still, because of: material, machine, tool, people, quality, break, other.",
        r#"{"plan": "RECORD", "index": 0, "reason": "tool", "note": "blade is blunt"}"#,
    ),
    (
        "report",
        "So much came out of a process, and so much was spoilt, since the last report.",
        r#"{"plan": "RECORD", "index": 0, "good": "4", "scrap": "1", "reason": "quality"}"#,
    ),
    (
        "finish",
        "A process is done: good output in all, what was spoilt since the last report, and what more went in.",
        r#"{"plan": "RECORD", "index": 0, "quantity": "9", "scrap": "1", "reason": "material"}"#,
    ),
    (
        "take_estimate",
        "Write the run time and scrap that the shop floor has shown of a step into its recipe.",
        r#"{"spec": "chair-48", "step": 0}"#,
    ),
    ("ship", "Hand goods over under a deal, to the buyer or to a carrier.", r#"{"deal": "RECORD"}"#),
    (
        "receive",
        "Take over what was handed to this node, whole or in part.",
        r#"{"handover": "RECORD", "rejected": [{"lot": "RECORD", "spec": "chair-48", "quantity": "1", "serials": ["3"]}], "reason": "broken leg"}"#,
    ),
    (
        "pass_on",
        "As a carrier: hand on what was taken over; what the consignee refused goes back.",
        r#"{"handover": "RECORD"}"#,
    ),
    ("settle", "The payee's word that a claim was paid.", r#"{"deal": "RECORD", "note": "bank transfer"}"#),
    (
        "feedback",
        "Tell the maker of an item what was learnt.",
        r#"{"deal": "RECORD", "serial": "3", "rating": 4, "text": "a little low", "wishes": {"seat_height": "48 cm"}}"#,
    ),
    (
        "know",
        "Remember that this agent is known: what it publishes has room, and whom it vouches for counts.",
        r#"{"agent": "AGENT"}"#,
    ),
    (
        "vouch",
        "Vouch publicly for an agent; the newest word for it counts, so one that ends at once takes an earlier one back.",
        r#"{"agent": "AGENT", "deposit": {"amount": "50", "currency": "EUR"}, "until": "2030-12-20T12:00:00Z"}"#,
    ),
    (
        "stamp",
        "Publish work that was spent on this node's key (see `headwater stamp`).",
        r#"{"expires": "2030-12-20T12:00:00Z", "nonce": 8513}"#,
    ),
    (
        "search",
        "Ask peers what they keep of what is looked for, and compare their answers.",
        r#"{"query": {"kind": "offers", "text": "oak chair", "place": {"name": "Freiburg", "latitude": "47.99", "longitude": "7.85", "radius_km": 50}, "limit": 20}}"#,
    ),
    ("trace", "Trace a lot back to its sources.", r#"{"lot": "RECORD"}"#),
    ("recall", "Trace a lot forward to everything it went into.", r#"{"lot": "RECORD"}"#),
];

/// An agent that reads as one, in the examples.
const AGENT: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

fn examples() -> impl Iterator<Item = (&'static str, &'static str, Value)> {
    // an id that reads as one, so that the examples can be tried as they stand
    let record = "5f".repeat(32);
    COMMANDS.iter().filter_map(move |(name, what, fields)| {
        let mut example: Value =
            serde_json::from_str(&fields.replace("RECORD", &record).replace("AGENT", AGENT)).ok()?;
        example["do"] = json!(name);
        Some((*name, *what, example))
    })
}

/// The document.
pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for endpoint in ENDPOINTS {
        let path = paths.entry(format!("{BASE}{}", endpoint.path)).or_insert_with(|| json!({}));
        path[endpoint.method] = operation(endpoint);
    }
    let mut schemas = schema::schemas();
    let names: Vec<_> = COMMANDS.iter().map(|(name, ..)| *name).collect();
    let about: String = COMMANDS.iter().map(|(name, what, _)| format!("\n- `{name}`: {what}")).collect();
    schemas.insert(
        "Command".to_owned(),
        json!({
            "type": "object",
            "required": ["do"],
            "properties": {"do": {"type": "string", "enum": names}},
            "description": format!("One thing to do: `do` names it, the other fields say how (see the examples).\n{about}"),
        }),
    );
    let tags: Vec<_> = TAGS.iter().map(|(name, what)| json!({"name": name, "description": what})).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Headwater node",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "One node of a Headwater network, for its owner. Quantities and amounts are decimal \
                strings, times are instants in UTC, errors say what was wrong and what would be right.",
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"}
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "the text of the file `token` in the data folder"},
                "session": {"type": "apiKey", "in": "cookie", "name": "headwater_PORT", "description": "from POST /session; with it, methods that change something need the node's own Origin"}
            }
        }
    })
}

fn operation(e: &Endpoint) -> Value {
    let id = e.path.trim_matches('/').replace(['/', '.'], "_").replace(['{', '}'], "");
    let answer = match e.gives {
        "events" => {
            json!({"text/event-stream": {"schema": {"type": "string"}, "example": "event: market\ndata: {}\n\n"}})
        }
        shape => json!({"application/json": {"schema": schema::schema_of(shape).0}}),
    };
    let error = |what: &str| json!({"description": what, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}});
    let mut responses = json!({
        "200": {"description": "done", "content": answer},
        "403": error("a foreign Host or Origin, or somebody else's thing"),
        "503": error("the node is busy or stopping")
    });
    let mut operation = json!({
        "operationId": format!("{}_{id}", e.method),
        "tags": [e.tag],
        "summary": e.summary,
    });
    match e.access {
        Access::Open => operation["security"] = json!([]),
        Access::Owner => responses["401"] = error("no token, or no live session"),
    }
    if e.path.contains("{id}") {
        operation["parameters"] = json!([{"name": "id", "in": "path", "required": true, "description": "64 hexadecimal digits", "schema": {"$ref": "#/components/schemas/record"}}]);
        responses["404"] = error("nothing of that kind bears this id here");
    }
    if let Some(shape) = e.takes.strip_prefix('?') {
        let parameter = |(name, kind, meaning): &(&str, &str, &str)| {
            let (schema, optional) = schema::schema_of(kind.trim_end_matches('?'));
            let optional = optional || kind.ends_with('?');
            json!({"name": name, "in": "query", "required": !optional, "description": meaning, "schema": schema})
        };
        operation["parameters"] = schema::fields(shape).iter().map(parameter).collect();
        responses["400"] = error("the query does not read as what this route takes");
        responses["422"] = error("the node refused; the message says why");
    } else if !e.takes.is_empty() {
        let mut content = json!({"schema": schema::schema_of(e.takes).0});
        if e.takes == "Command" {
            let examples: Map<_, _> = examples()
                .map(|(name, what, value)| (name.to_owned(), json!({"summary": what, "value": value})))
                .collect();
            content["examples"] = Value::Object(examples);
            responses["404"] = error("nothing of that kind bears this id here");
            responses["409"] = error("the thing is not in the state the command needs");
            responses["422"] = error("the node refused; the message says why");
            responses["507"] = error("no room on the disk: nothing was changed");
        }
        operation["requestBody"] = json!({"required": true, "content": {"application/json": content}});
        responses["400"] = error("the body does not read as what this route takes");
        responses["413"] = error("the request is over 2 MiB");
    }
    operation["responses"] = responses;
    operation
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_reads_back_as_an_openapi_document_with_every_endpoint() {
        let document = document();
        let read: utoipa::openapi::OpenApi = serde_json::from_value(document.clone()).unwrap();
        for e in ENDPOINTS {
            let item = &read.paths.paths[&format!("{BASE}{}", e.path)];
            let operation = match e.method {
                "get" => &item.get,
                "post" => &item.post,
                "delete" => &item.delete,
                other => panic!("{other}"),
            };
            assert!(operation.is_some(), "{} {}", e.method, e.path);
        }
        let operations = |v: &Value| v.as_object().map_or(0, Map::len);
        let listed: usize = document["paths"].as_object().unwrap().values().map(operations).sum();
        assert_eq!(listed, ENDPOINTS.len());
    }

    #[test]
    fn every_reference_points_at_a_schema() {
        fn walk(v: &Value, schemas: &Value) {
            match v {
                Value::Object(map) => {
                    if let Some(Value::String(to)) = map.get("$ref") {
                        let name = to.strip_prefix("#/components/schemas/").unwrap();
                        assert!(schemas.get(name).is_some(), "{to}");
                    }
                    map.values().for_each(|v| walk(v, schemas));
                }
                Value::Array(list) => list.iter().for_each(|v| walk(v, schemas)),
                _ => {}
            }
        }
        let document = document();
        walk(&document, &document["components"]["schemas"]);
    }

    #[test]
    fn there_is_an_example_of_every_command_and_each_reads_as_one() {
        let mut named = BTreeSet::new();
        for (name, _, example) in examples() {
            serde_json::from_value::<node::command::Command>(example)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            named.insert(name.to_owned());
        }
        // serde names every variant when it meets one it does not know
        let error = serde_json::from_str::<node::command::Command>(r#"{"do": "no such command"}"#)
            .unwrap_err()
            .to_string();
        let known = error.split("expected one of ").nth(1).unwrap();
        let known: BTreeSet<_> = known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(known.len() > 20, "{known:?}");
        assert_eq!(named, known);
    }
}
