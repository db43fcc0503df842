//! JSON Schema from types in a notation of one word.
//!
//! A type is one of [`words`], a shape's name, a list of choices (`a/b/c`), or one of these with a mark: `X?` may be
//! missing or null, `[X]` is a list, `{X}` an object with any keys, `List<X>` a list as the API answers it.

use crate::shapes;
use serde_json::{Map, Value, json};

/// The words types are made of.
pub(crate) fn words() -> Map<String, Value> {
    let Value::Object(words) = json!({
        "text": {"type": "string"},
        "integer": {"type": "integer"},
        "boolean": {"type": "boolean"},
        "object": {"type": "object"},
        "refusal": {"type": "array", "items": {}, "minItems": 2, "maxItems": 2, "description": "reason for programs, detail for people in both languages"},
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

/// The fields of a shape: name, type, meaning.
pub(crate) fn fields(shape: &str) -> &'static [(&'static str, &'static str, &'static str)] {
    shapes::all().find(|(name, ..)| *name == shape).map_or(&[], |(_, _, fields)| fields)
}

/// Every shape and word as JSON Schema.
pub(crate) fn schemas() -> Map<String, Value> {
    let mut all = words();
    for (name, what, fields) in shapes::all() {
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
