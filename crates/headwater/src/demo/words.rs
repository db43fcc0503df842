//! Filling in `${...}`: the whole expression language of a scenario.
//!
//! Inside the braces stands a [`Word`]: `now` with an optional distance (`${now+8s}`), `it` (what a rule works on),
//! or a name that the acting agent saved (`${deal}`) or another did (`${workshop.deal}`); `it` and names may go on
//! with a pointer (`${it/goods/0}`). A text that is nothing but one word takes the value as it is; elsewhere the
//! value is written into the text. What names mean is for a [`Scope`] to say.

use super::pointer::{Pointer, plain};
use serde_json::Value;
use vocab::Timestamp;

/// One expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// the moment of asking, moved by so many seconds
    Now(i64),
    /// what is being worked on, and where in it
    It(Pointer),
    /// something saved: by whom (`None` = the acting agent), under what name, and where in it
    Saved(Option<String>, String, Pointer),
}

/// What names mean.
pub(super) trait Scope {
    /// The time.
    fn now(&self) -> Timestamp;
    /// What is being worked on.
    fn it(&self) -> Option<&Value>;
    /// What `agent` (`None` = the acting one) saved as `name`.
    fn saved(&self, agent: Option<&str>, name: &str) -> Option<&Value>;
}

impl Word {
    /// Reads what stands between the braces.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(distance) = text.strip_prefix("now") {
            if distance.is_empty() {
                return Ok(Self::Now(0));
            }
            if distance.starts_with(['+', '-']) {
                return seconds(distance).map(Self::Now);
            }
        }
        let (name, pointer) = text.find('/').map_or((text, ""), |i| text.split_at(i));
        let pointer = Pointer::parse(pointer)?;
        if name == "it" {
            return Ok(Self::It(pointer));
        }
        let (agent, name) = name.split_once('.').map_or((None, name), |(a, n)| (Some(a), n));
        for part in agent.iter().chain(Some(&name)) {
            check_name(part)?;
        }
        Ok(Self::Saved(agent.map(str::to_owned), name.to_owned(), pointer))
    }

    fn value(&self, scope: &dyn Scope) -> Result<Value, String> {
        let (root, pointer, called) = match self {
            Self::Now(s) => return Ok(Value::String(vocab::after(scope.now(), *s).to_string())),
            Self::It(pointer) => (scope.it(), pointer, "it".to_owned()),
            Self::Saved(agent, name, pointer) => {
                let called = agent.as_ref().map_or_else(|| name.clone(), |a| format!("{a}.{name}"));
                (scope.saved(agent.as_deref(), name), pointer, called)
            }
        };
        let root =
            root.ok_or_else(|| format!("${{{called}}} is not known here: save it in an earlier step"))?;
        let found = pointer.find(root).to_value();
        found.ok_or_else(|| format!("${{{called}{pointer}}} leads nowhere in {}", shortened(root)))
    }
}

/// Whether this can name an agent, a group or a variable; the error says what could.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 64 && name.chars().all(allowed) {
        return Ok(());
    }
    let shown: String = name.chars().take(70).collect();
    Err(format!("'{shown}' is not a name: use 1 to 64 of a-z 0-9 - _ starting with a letter"))
}

/// Reads a distance in time such as `+8s`, `-2h`, `+90d`, as seconds.
fn seconds(text: &str) -> Result<i64, String> {
    let fail = || format!("'now{text}' is not a time: write now, now+8s, now+5m, now-2h or now+90d");
    let unit = text.chars().last().ok_or_else(fail)?;
    let per_unit = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => vocab::DAY_S,
        _ => return Err(fail()),
    };
    let count: i64 = text[..text.len() - 1].parse().map_err(|_| fail())?;
    count.checked_mul(per_unit).ok_or_else(fail)
}

/// A text, cut where words stand.
enum Piece<'a> {
    Text(&'a str),
    Word(Word),
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let end = rest[at..].find('}').map(|e| at + e);
        let end = end.ok_or_else(|| format!("'{text}' has a ${{ without its }}"))?;
        found.push(Piece::Text(&rest[..at]));
        found.push(Piece::Word(Word::parse(&rest[at + 2..end])?));
        rest = &rest[end + 1..];
    }
    found.push(Piece::Text(rest));
    found.retain(|p| !matches!(p, Piece::Text("")));
    Ok(found)
}

/// Every word in `value`, at any depth; the first that cannot be read is the error.
pub(super) fn words_in(value: &Value) -> Result<Vec<Word>, String> {
    let words = |text: &str| {
        let only = |p| match p {
            Piece::Word(word) => Some(word),
            Piece::Text(_) => None,
        };
        Ok(pieces(text)?.into_iter().filter_map(only).collect())
    };
    match value {
        Value::String(text) => words(text),
        Value::Array(list) => list.iter().map(words_in).collect::<Result<Vec<_>, _>>().map(|w| w.concat()),
        Value::Object(map) => map.values().map(words_in).collect::<Result<Vec<_>, _>>().map(|w| w.concat()),
        _ => Ok(Vec::new()),
    }
}

/// `value` with its words filled in.
pub(super) fn fill(value: &Value, scope: &dyn Scope) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => match &pieces(text)?[..] {
            [Piece::Word(word)] => word.value(scope)?,
            _ => Value::String(fill_text(text, scope)?),
        },
        Value::Array(list) => list.iter().map(|v| fill(v, scope)).collect::<Result<_, _>>()?,
        Value::Object(map) => {
            let one = |(k, v): (&String, &Value)| Ok((k.clone(), fill(v, scope)?));
            Value::Object(map.iter().map(one).collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

/// `text` with its words written into it.
pub(super) fn fill_text(text: &str, scope: &dyn Scope) -> Result<String, String> {
    let written = pieces(text)?.into_iter().map(|piece| match piece {
        Piece::Text(text) => Ok(text.to_owned()),
        Piece::Word(word) => word.value(scope).map(|v| plain(&v)),
    });
    written.collect()
}

/// A value short enough for a line.
pub(super) fn shortened(value: &Value) -> String {
    const CHARS_MAX: usize = 160;
    let text = plain(value);
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    /// A scope for tests: noon, something to work on, and what two agents saved.
    pub(crate) struct Fixed(pub(crate) BTreeMap<&'static str, Value>);
    impl Scope for Fixed {
        fn now(&self) -> Timestamp {
            "2026-03-01T12:00:00Z".parse().unwrap()
        }
        fn it(&self) -> Option<&Value> {
            self.0.get("it")
        }
        fn saved(&self, agent: Option<&str>, name: &str) -> Option<&Value> {
            self.0.get(format!("{}.{name}", agent.unwrap_or("me")).as_str())
        }
    }
    fn scope() -> Fixed {
        let known = [
            ("it", json!({"plan": "p", "index": 3})),
            ("me.deal", json!("d1")),
            ("mill.list", json!([{"lot": "l"}])),
        ];
        Fixed(BTreeMap::from(known))
    }

    #[test]
    fn a_text_of_one_word_takes_the_value_as_it_is() {
        let filled = fill(&json!({"i": "${it/index}", "all": ["${mill.list}"]}), &scope()).unwrap();
        assert_eq!(filled, json!({"i": 3, "all": [[{"lot": "l"}]]}));
    }

    #[test]
    fn a_word_among_others_is_written_into_the_text() {
        let filled = fill(&json!("/items/[id=${deal}]/${it/index}"), &scope()).unwrap();
        assert_eq!(filled, json!("/items/[id=d1]/3"));
    }

    #[test]
    fn times_are_said_from_now() {
        let at = |text: &str| fill(&json!(text), &scope()).unwrap();
        assert_eq!(at("${now}"), json!("2026-03-01T12:00:00Z"));
        assert_eq!(at("${now+8s}"), json!("2026-03-01T12:00:08Z"));
        assert_eq!(at("${now-2h}"), json!("2026-03-01T10:00:00Z"));
        assert_eq!(at("${now+3d}"), json!("2026-03-04T12:00:00Z"));
    }

    #[test]
    fn what_cannot_be_said_names_itself_and_the_remedy() {
        for (bad, named) in [
            ("${nobody}", "${nobody} is not known"),
            ("${mill.list/7}", "leads nowhere"),
            ("${now+8x}", "now+8s"),
            ("${now+9999999999999999d}", "not a time"),
            ("${open", "without its }"),
            ("${Big}", "not a name"),
        ] {
            let error = fill(&json!(bad), &scope()).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
