//! Pointing into a JSON answer: RFC 6901, and four segments more that find things by what they say.
//!
//! A [`Pointer`] is `/`-separated segments: a member or an index; `[field=value]`, the first element or member for
//! which that holds; `*` or `*[field=value]`, every one; `**`, everything below and the value itself. Conditions
//! are joined by commas, may say `!=`, and reach inside by dots (`[who.name=Sawmill]`).
//!
//! It knows nothing of scenarios: JSON in, [`Found`] out.

use serde_json::Value;
use std::fmt;

/// A way into a JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pointer {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq)]
enum Segment {
    Child(String),
    First(Vec<Condition>),
    Every(Vec<Condition>),
    Anywhere,
}

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    field: Vec<String>,
    equal: Equal,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Equal {
    Yes,
    No,
}

/// What a pointer leads to.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    /// a pointer without `*`: one value, or nothing there
    One(Option<&'a Value>),
    /// a pointer with `*`: as many as there are
    Many(Vec<&'a Value>),
}

impl Found<'_> {
    /// As JSON: the value, or a list of the values; `None` when a pointer to one leads nowhere.
    pub(super) fn to_value(&self) -> Option<Value> {
        match self {
            Self::One(value) => value.cloned(),
            Self::Many(values) => Some(Value::Array(values.iter().map(|v| (*v).clone()).collect())),
        }
    }
}

impl Pointer {
    /// Most segments one pointer may have.
    const SEGMENTS_MAX: usize = 32;

    /// Reads a pointer; the error says what is wrong and what would be right.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.strip_prefix('/').ok_or_else(|| {
                format!("'{text}' is not a pointer: begin each part with /, such as /items/0")
            })?;
            let end = end_of_segment(rest)
                .ok_or_else(|| format!("'{text}' has a [ without its ]: write [field=value]"))?;
            segments.push(Segment::parse(&rest[..end])?);
            rest = &rest[end..];
        }
        match segments.len() {
            n if n > Self::SEGMENTS_MAX => Err(format!("'{text}' has {n} parts: at most 32 are allowed")),
            _ => Ok(Self { text: text.to_owned(), segments }),
        }
    }

    /// What it leads to in `root`.
    pub(super) fn find<'a>(&self, root: &'a Value) -> Found<'a> {
        let (mut at, mut many) = (vec![root], false);
        for segment in &self.segments {
            at = match segment {
                Segment::Child(key) => at.into_iter().filter_map(|v| child(v, key)).collect(),
                Segment::First(conditions) => at
                    .into_iter()
                    .filter_map(|v| children(v).into_iter().find(|c| conditions.iter().all(|k| k.holds(c))))
                    .collect(),
                Segment::Every(conditions) => {
                    many = true;
                    let all = at.into_iter().flat_map(children);
                    all.filter(|c| conditions.iter().all(|k| k.holds(c))).collect()
                }
                Segment::Anywhere => {
                    many = true;
                    let mut below = Vec::new();
                    at.into_iter().for_each(|v| everything(v, &mut below));
                    below
                }
            };
        }
        if many { Found::Many(at) } else { Found::One(at.into_iter().next()) }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Where the segment that `text` begins with ends: at the next `/` outside brackets.
fn end_of_segment(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            '/' if depth == 0 => return Some(i),
            _ => {}
        }
    }
    (depth == 0).then_some(text.len())
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "**" {
            return Ok(Self::Anywhere);
        }
        let inside = |t: &str| t.strip_prefix('[').and_then(|t| t.strip_suffix(']')).map(conditions);
        if let Some(found) = inside(text) {
            return found.map(Self::First);
        }
        match text.strip_prefix('*') {
            Some("") => Ok(Self::Every(Vec::new())),
            Some(rest) => inside(rest)
                .unwrap_or_else(|| Err(format!("'{text}': after * write nothing or [field=value]")))
                .map(Self::Every),
            // RFC 6901, section 4: first ~1, then ~0
            None => Ok(Self::Child(text.replace("~1", "/").replace("~0", "~"))),
        }
    }
}

fn conditions(text: &str) -> Result<Vec<Condition>, String> {
    let one = |part: &str| {
        let (field, value) = part
            .split_once('=')
            .ok_or_else(|| format!("'{part}' is not a condition: write field=value or field!=value"))?;
        let (field, equal) = field.strip_suffix('!').map_or((field, Equal::Yes), |f| (f, Equal::No));
        let field = field.trim().split('.').map(str::to_owned).collect();
        Ok(Condition { field, equal, value: value.trim().to_owned() })
    };
    text.split(',').map(one).collect()
}

impl Condition {
    fn holds(&self, value: &Value) -> bool {
        let found = self.field.iter().try_fold(value, |v, key| child(v, key));
        let same = found.is_some_and(|v| plain(v) == self.value);
        same == (self.equal == Equal::Yes)
    }
}

fn child<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(key),
        Value::Array(list) => key.parse::<usize>().ok().and_then(|i| list.get(i)),
        _ => None,
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    }
}

/// The value and all below it, parents first; serde_json's own nesting limit bounds the recursion.
fn everything<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    into.push(value);
    children(value).into_iter().for_each(|c| everything(c, into));
}

/// A value as people write it: text without its quotes.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn find(text: &str, value: &Value) -> Option<Value> {
        Pointer::parse(text).unwrap().find(value).to_value()
    }

    #[test]
    fn plain_pointers_are_those_of_rfc_6901() {
        let v = json!({"a/b": {"m~n": [1, 2]}, "": 0});
        assert_eq!(find("", &v), Some(v.clone()));
        assert_eq!(find("/a~1b/m~0n/1", &v), Some(json!(2)));
        assert_eq!(find("/", &v), Some(json!(0)));
        assert_eq!(find("/a~1b/x", &v), None);
    }

    #[test]
    fn things_are_found_by_what_they_say() {
        let v = json!({"items": [
            {"id": 1, "who": {"name": "Mill"}, "state": "held"},
            {"id": 2, "who": {"name": "Shop/2"}, "state": "held"},
            {"id": 3, "who": {"name": "Mill"}, "state": "firm"}]});
        assert_eq!(find("/items/[who.name=Mill,state=firm]/id", &v), Some(json!(3)));
        assert_eq!(find("/items/[who.name=Shop/2]/id", &v), Some(json!(2)));
        assert_eq!(find("/items/[id=9]/id", &v), None);
        assert_eq!(find("/items/*[state!=firm]/id", &v), Some(json!([1, 2])));
        assert_eq!(find("/items/*/nothing", &v), Some(json!([])));
        assert_eq!(find("/**/name", &v), Some(json!(["Mill", "Shop/2", "Mill"])));
    }

    #[test]
    fn a_pointer_that_is_none_says_what_would_be_right() {
        for (bad, remedy) in [("items", "/items/0"), ("/a/[x=1", "]"), ("/[x]", "field=value"), ("/*x", "*")]
        {
            let error = Pointer::parse(bad).unwrap_err();
            assert!(error.contains(remedy), "{error}");
        }
        assert!(Pointer::parse(&"/a".repeat(33)).is_err());
    }
}
