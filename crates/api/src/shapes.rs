//! The shapes of what comes and goes, in a notation of one line for each: `Name: what it is | field type what, ...`.
//!
//! A type is a word of [`words`], a shape's name, a list of choices (`a/b/c`), or one of these with a mark: `X?` may
//! be missing or null, `[X]` a list, `{X}` an object with any keys.

use serde_json::{Map, Value, json};

/// Each shape: its name, what it is, and its fields: name, type, meaning.
pub(crate) type Shape = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

pub(crate) const SHAPES: &[Shape] = &[
    (
        "Who",
        "An agent as shown to people.",
        &[("agent", "agent", ""), ("name", "text", "what it calls itself; empty while unknown")],
    ),
    (
        "Money",
        "An amount of a currency.",
        &[("amount", "decimal", ""), ("currency", "text", "ISO 4217 code")],
    ),
    ("Quantity", "So much of something.", &[("value", "decimal", ""), ("unit", "unit", "")]),
    (
        "Tier",
        "This unit price holds for the whole order from this quantity up.",
        &[("from", "decimal", ""), ("unit_price", "decimal", "")],
    ),
    (
        "PriceSchedule",
        "Unit prices by total quantity.",
        &[
            ("currency", "text", "ISO 4217 code"),
            ("tiers", "[Tier]", "1 to 32, by rising quantity and falling price"),
        ],
    ),
    (
        "Place",
        "Where something is.",
        &[
            ("name", "text", ""),
            ("latitude", "decimal?", "degrees north, WGS 84"),
            ("longitude", "decimal?", "degrees east, WGS 84"),
            ("radius_km", "integer?", "how far from there it reaches"),
        ],
    ),
    (
        "Specification",
        "What a thing is, in one revision.",
        &[
            ("id", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("category", "spec?", "coarse class"),
            ("serialised", "boolean?", "each piece has a serial number"),
            ("properties", "{text}?", ""),
            ("revision", "integer?", "from 1"),
            ("supersedes", "record?", "the revision this one follows"),
            ("cites", "[record]?", "feedback that led to it"),
        ],
    ),
    (
        "Goods",
        "So much of one lot.",
        &[
            ("lot", "record", ""),
            ("spec", "spec", ""),
            ("quantity", "decimal", ""),
            ("serials", "[text]?", ""),
        ],
    ),
    (
        "Pooling",
        "What an offerer grants to pools.",
        &[
            ("cap", "decimal", "most it will make for one pool"),
            ("lead_time_s", "integer", "seconds from close to goods"),
            ("payment", "words", "how and when members pay"),
        ],
    ),
    (
        "Offer",
        "A published intent to provide.",
        &[
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("prices", "PriceSchedule", ""),
            ("minimum", "decimal", ""),
            ("step", "decimal", "orders are multiples of this"),
            ("maximum", "decimal?", ""),
            ("lead_time_s", "integer", "indicative, seconds"),
            ("place", "Place?", ""),
            ("expires", "time", ""),
            ("pooling", "Pooling?", ""),
            ("specification", "record?", ""),
        ],
    ),
    (
        "Need",
        "A published intent to receive.",
        &[
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("quantity", "decimal", ""),
            ("ceiling", "Money?", "most to be paid for one unit"),
            ("due", "time?", ""),
            ("place", "Place?", ""),
            ("expires", "time", ""),
        ],
    ),
    (
        "PoolTerms",
        "The terms of a pool, signed by the offerer.",
        &[
            ("request", "record", ""),
            ("offer", "record", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("minimum", "decimal", ""),
            ("step", "decimal", ""),
            ("prices", "PriceSchedule", ""),
            ("threshold", "decimal", "smallest total that makes the pool"),
            ("cap", "decimal", "most that will be made"),
            ("closes", "time", ""),
            ("allocation", "largest_remainder", ""),
            ("keeper", "agent", ""),
            ("lead_time_s", "integer", "seconds from close to goods"),
            ("payment", "words", ""),
        ],
    ),
    (
        "Status",
        "The node at a glance.",
        &[
            ("me", "Who", ""),
            ("now", "time", "its clock"),
            ("log_size", "integer", "records it has said"),
            ("log_root", "text", "Merkle root of its log, hexadecimal"),
            ("records", "integer", "records it keeps"),
            ("peers", "integer", "connected now"),
            ("recipes", "integer", ""),
            ("listings", "integer", "offers and needs known"),
            ("open_deals", "integer", "deals that wait for somebody"),
            ("problems", "[Problem]", "newest first, at most 100"),
        ],
    ),
    (
        "Problem",
        "Something that went wrong.",
        &[("at", "time", ""), ("peer", "Who?", ""), ("what", "text", "what, and what to do")],
    ),
    (
        "PeerView",
        "A peer.",
        &[
            ("who", "Who", ""),
            ("connected", "boolean", ""),
            ("addresses", "[text]", ""),
            ("undelivered", "integer", "records it has not confirmed yet"),
            ("clock_ahead_s", "integer?", "seconds its clock is ahead"),
            ("witnessed", "integer?", "size of its log at the last checkpoint verified"),
        ],
    ),
    (
        "OfferView",
        "An offer, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("mine", "boolean", ""),
            ("at", "time", ""),
            ("offer", "Offer", ""),
        ],
    ),
    (
        "NeedView",
        "A need, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("mine", "boolean", ""),
            ("at", "time", ""),
            ("need", "Need", ""),
            ("fits", "[record]", "offers that fit it, best first"),
        ],
    ),
    (
        "PoolView",
        "A pool, as known here.",
        &[
            ("id", "record", "the record of its terms"),
            ("by", "Who", ""),
            ("keeper", "Who", ""),
            ("terms", "PoolTerms", ""),
            ("state", "open/closing/made/lapsed/disputed", ""),
            ("members", "integer", ""),
            ("pledged", "decimal", ""),
            ("price_now", "Money?", "if it closed now; null below the threshold"),
            ("solo_price", "Money?", "without a pool"),
            ("mine", "MyPledge?", ""),
            ("result", "PoolResult?", "as recomputed here"),
        ],
    ),
    (
        "MyPledge",
        "This node's pledge.",
        &[
            ("id", "record", "the deal's id if the pool is made"),
            ("at_least", "decimal", ""),
            ("at_most", "decimal", ""),
            ("ceiling", "decimal", ""),
            ("receipted", "boolean", ""),
        ],
    ),
    (
        "PoolResult",
        "What a pool came to.",
        &[
            ("close", "record", ""),
            ("unit_price", "Money", ""),
            ("total", "decimal", ""),
            ("my_quantity", "decimal", ""),
        ],
    ),
    (
        "DealView",
        "A deal, from either side.",
        &[
            ("id", "record", ""),
            ("pool", "record?", ""),
            ("role", "buyer/supplier", ""),
            ("with", "Who", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("quantity", "decimal", ""),
            ("unit_price", "Money?", ""),
            ("total", "Money?", ""),
            (
                "state",
                "enquired/quoted/accepted/confirmed/bound/shipped/delivered/settled/refused/lapsed/cancelled",
                "",
            ),
            ("refused", "refusal?", ""),
            ("promise", "time?", "the goods will be there by then"),
            ("start", "time", ""),
            ("answer_by", "time", ""),
            ("hold_until", "time?", ""),
            ("order", "record?", ""),
            ("shipped", "decimal", ""),
            ("accepted", "decimal", ""),
            ("rejected", "decimal", ""),
            ("owed", "Money?", ""),
            ("paid", "Money?", ""),
            ("cancellation", "CancellationView?", ""),
            ("goods", "[Goods]", ""),
            ("history", "[HistoryLine]", ""),
        ],
    ),
    ("CancellationView", "A wish to cancel.", &[("by", "Who", ""), ("reason", "text", "")]),
    (
        "HistoryLine",
        "One record of a deal's history.",
        &[("record", "record", ""), ("kind", "text", ""), ("by", "Who", ""), ("at", "time", "")],
    ),
    (
        "OrderView",
        "An order: what this node has to do.",
        &[
            ("id", "record", ""),
            ("source", "deal/pool/own", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("quantity", "decimal", ""),
            ("state", "asking/held/signing/firm/made/dropped", ""),
            ("trouble", "text?", ""),
            ("promise", "time?", ""),
            ("start", "time", ""),
            ("take", "{decimal}", "taken from stock"),
            ("purchases", "[PurchaseView]", ""),
            ("processes", "[ProcessView]", ""),
        ],
    ),
    (
        "PurchaseView",
        "An input an order buys in.",
        &[
            ("spec", "spec", ""),
            ("quantity", "decimal", ""),
            ("asked", "[record]", ""),
            ("chosen", "record?", ""),
        ],
    ),
    (
        "ProcessView",
        "One run of a recipe step.",
        &[
            ("plan", "record", ""),
            ("index", "integer", ""),
            ("order", "record", ""),
            ("firm", "boolean", ""),
            ("spec", "spec", ""),
            ("output_name", "words", ""),
            ("quantity", "decimal", ""),
            ("name", "text", ""),
            ("work_center", "text", ""),
            ("start", "time", ""),
            ("end", "time", ""),
            ("state", "planned/started/done", ""),
            ("inputs", "[ProcessInput]", ""),
            ("ready", "boolean", ""),
        ],
    ),
    (
        "ProcessInput",
        "An input of a process.",
        &[("spec", "spec", ""), ("quantity", "decimal", ""), ("available", "decimal", "")],
    ),
    (
        "StockView",
        "Stock of one specification.",
        &[
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit?", ""),
            ("on_hand", "decimal", ""),
            ("reserved", "decimal", ""),
            ("free", "decimal", ""),
            ("lots", "[LotView]", "oldest first"),
        ],
    ),
    (
        "LotView",
        "A lot on hand.",
        &[
            ("lot", "record", "its passport"),
            ("quantity", "decimal", ""),
            ("serials", "[text]", ""),
            ("issuer", "Who?", "who made it"),
        ],
    ),
    (
        "HandoverView",
        "Goods changing hands.",
        &[
            ("id", "record", ""),
            ("deal", "record", ""),
            ("from", "Who", ""),
            ("to", "Who", ""),
            ("consignee", "Who", ""),
            ("purpose", "delivery/return", ""),
            ("goods", "[Goods]", ""),
            ("at", "time", ""),
            ("state", "waiting/taken/partly/refused", ""),
            ("reason", "text", ""),
            ("to_pass_on", "boolean", ""),
        ],
    ),
    (
        "SpecView",
        "A specification, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("mine", "boolean", ""),
            ("specification", "Specification", ""),
        ],
    ),
    (
        "FeedbackView",
        "What a user said of an item.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("at", "time", ""),
            ("mine", "boolean", ""),
            ("spec", "spec", ""),
            ("passport", "record", ""),
            ("serial", "text?", ""),
            ("rating", "integer", "1 to 5"),
            ("text", "text", ""),
            ("wishes", "{text}", ""),
            ("led_to", "[record]", ""),
        ],
    ),
    (
        "Model",
        "How things are made.",
        &[("recipes", "{Recipe}", "by output"), ("work_centers", "{WorkCenter}", "by name")],
    ),
    (
        "Recipe",
        "How one thing is made, per batch.",
        &[
            ("output", "spec", ""),
            ("output_quantity", "decimal?", ""),
            ("inputs", "[Input]?", ""),
            ("steps", "[Step]?", ""),
        ],
    ),
    ("Input", "So much of a thing that goes in.", &[("spec", "spec", ""), ("quantity", "decimal", "")]),
    (
        "Step",
        "One step: work, then waiting; seconds.",
        &[
            ("name", "text", ""),
            ("work_center", "text", ""),
            ("setup_s", "integer?", "once per order"),
            ("run_s", "integer?", "per batch"),
            ("fixed_s", "integer?", "elapsed, once per order"),
            ("labour_s", "integer?", "person-seconds per batch"),
        ],
    ),
    (
        "WorkCenter",
        "A place of work.",
        &[
            ("name", "words?", ""),
            ("units", "integer?", "orders at once; 0 = no limit"),
            ("calendar", "object?", "when it is open; null = round the clock"),
        ],
    ),
    (
        "Me",
        "Who this node is.",
        &[
            ("agent", "agent", ""),
            ("name", "text", ""),
            ("ticket", "text", "give it to others: they can reach this node with it"),
        ],
    ),
    ("Agent", "Who that is.", &[("agent", "agent", "")]),
    ("Ticket", "A peer's ticket.", &[("ticket", "text", "headwater1...")]),
    ("Code", "The code of a one-time link.", &[("code", "text", "what follows #/join/")]),
    ("Link", "A one-time link.", &[("link", "text", "")]),
    ("Note", "A signed note (C2SP signed-note, tlog-checkpoint).", &[("note", "text", "")]),
    (
        "Record",
        "A record as its author signed it.",
        &[
            ("content", "object", "its exact bytes are the signed JSON text (RFC 8785)"),
            ("signature", "text", "Ed25519, hexadecimal"),
        ],
    ),
    (
        "Network",
        "Counts since the start.",
        &[
            ("connected", "[agent]", ""),
            ("gossip_neighbours", "integer", ""),
            ("frames_sent", "integer", ""),
            ("bytes_sent", "integer", ""),
            ("frames_received", "integer", ""),
            ("bytes_received", "integer", ""),
            ("dropped", "integer", ""),
            ("gossip_restarts", "integer", ""),
        ],
    ),
    (
        "Done",
        "What a command came to: one of the three.",
        &[
            ("recorded", "record?", "the record that says it; of an order or deal, its id from here on"),
            ("trace", "object?", "what a lot came from"),
            ("recall", "object?", "what a lot went into"),
        ],
    ),
    ("Error", "What was wrong.", &[("error", "ErrorBody", "")]),
    (
        "ErrorBody",
        "What was wrong.",
        &[
            ("code", "text", "for programs; stable"),
            ("message", "text", "for people: what was wrong, and what would be right"),
            ("remedy", "text?", "what to do"),
        ],
    ),
];

/// The words types are made of.
pub(crate) fn words() -> Map<String, Value> {
    let Value::Object(words) = json!({
        "text": {"type": "string"},
        "integer": {"type": "integer"},
        "boolean": {"type": "boolean"},
        "object": {"type": "object"},
        "refusal": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2, "description": "reason for programs, detail for people"},
        "decimal": {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,6})?$", "description": "exact decimal", "examples": ["12.5"]},
        "time": {"type": "string", "format": "date-time", "description": "instant in UTC"},
        "agent": {"type": "string", "pattern": "^did:key:z6Mk", "description": "an Ed25519 key as did:key"},
        "record": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of a record's bytes"},
        "spec": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._:-]{0,63}$", "description": "the name parties agree on", "examples": ["oak-board-27"]},
        "unit": {"type": "string", "enum": vocab::Unit::ALL},
        "words": {"description": "for people: one text, or one per language", "oneOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}, "examples": [{"en": "Chair", "zh": "椅子"}]}
        ]}
    }) else {
        return Map::new();
    };
    words
}

/// The JSON Schema of a type in our notation, and whether it may be missing.
pub(crate) fn schema_of(kind: &str) -> (Value, bool) {
    if let Some(kind) = kind.strip_suffix('?') {
        return (json!({"anyOf": [schema_of(kind).0, {"type": "null"}]}), true);
    }
    let inside = |open, close| kind.strip_prefix(open).and_then(|k| k.strip_suffix(close));
    if let Some(kind) = inside("[", "]") {
        return (json!({"type": "array", "items": schema_of(kind).0}), false);
    }
    if let Some(kind) = inside("{", "}") {
        return (json!({"type": "object", "additionalProperties": schema_of(kind).0}), false);
    }
    if let Some(kind) = inside("List<", ">") {
        let list = json!({"type": "object", "required": ["items", "truncated"], "properties": {
            "items": {"type": "array", "items": schema_of(kind).0, "maxItems": 1000},
            "truncated": {"type": "boolean", "description": "there are more than 1,000"}
        }});
        return (list, false);
    }
    if kind.contains('/') || kind == "largest_remainder" {
        return (json!({"type": "string", "enum": kind.split('/').collect::<Vec<_>>()}), false);
    }
    (json!({"$ref": format!("#/components/schemas/{kind}")}), false)
}

/// Every shape and word as JSON Schema.
pub(crate) fn schemas() -> Map<String, Value> {
    let mut all = words();
    for (name, what, fields) in SHAPES {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (field, kind, meaning) in *fields {
            let (mut schema, optional) = schema_of(kind);
            if !meaning.is_empty() {
                schema["description"] = json!(meaning);
            }
            if !optional {
                required.push(*field);
            }
            properties.insert((*field).to_owned(), schema);
        }
        let schema =
            json!({"type": "object", "description": what, "required": required, "properties": properties});
        all.insert((*name).to_owned(), schema);
    }
    all
}
