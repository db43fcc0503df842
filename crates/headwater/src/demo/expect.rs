//! What a step expects: a place in an answer, and one comparison that must hold there.
//!
//! An [`Expect`] is read from the scenario with its words still in it; [`Expect::judge`] looks at an answer and says
//! what was found, in a [`Finding`]. Numbers and decimal strings are compared as decimals, instants as instants.

use super::pointer::{Pointer, plain};
use super::words::{Scope, fill, fill_text, shortened};
use serde::Deserialize;
use serde_json::Value;
use vocab::{Decimal, Timestamp};

/// One expectation.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Expect {
    /// another view of the same agent to look at, instead of the step's own answer
    pub(super) get: Option<String>,
    /// where to look, with words
    pub(super) at: String,
    /// an instant in the same answer: what is compared is the days from there to `at`
    pub(super) since: Option<String>,
    /// what must hold
    pub(super) must: Must,
}

/// A comparison, its right side with words.
#[derive(Clone, Debug)]
pub(super) enum Must {
    /// be this
    Is(Value),
    /// be anything but this
    Not(Value),
    /// be this or more, or later
    AtLeast(Value),
    /// be this or less, or earlier
    AtMost(Value),
    /// be a text or list that holds this
    Contain(Value),
    /// be a list, not empty, of nothing else
    All(Value),
    /// be a list of numbers with this sum
    Sum(Value),
    /// be a list of so many
    Count(Value),
    /// be a list of so many or more
    CountAtLeast(Value),
    /// be there, or not
    Exist(Existence),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Existence {
    There,
    Missing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    get: Option<String>,
    at: String,
    since: Option<String>,
    is: Option<Value>,
    not: Option<Value>,
    at_least: Option<Value>,
    at_most: Option<Value>,
    contains: Option<Value>,
    all: Option<Value>,
    sum: Option<Value>,
    count: Option<Value>,
    count_at_least: Option<Value>,
    exists: Option<bool>,
}

impl TryFrom<Written> for Expect {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        let existence = |there| if there { Existence::There } else { Existence::Missing };
        let said = [
            w.is.map(Must::Is),
            w.not.map(Must::Not),
            w.at_least.map(Must::AtLeast),
            w.at_most.map(Must::AtMost),
            w.contains.map(Must::Contain),
            w.all.map(Must::All),
            w.sum.map(Must::Sum),
            w.count.map(Must::Count),
            w.count_at_least.map(Must::CountAtLeast),
            w.exists.map(|there| Must::Exist(existence(there))),
        ];
        let mut said = said.into_iter().flatten();
        match (said.next(), said.next()) {
            (Some(must), None) => Ok(Self { get: w.get, at: w.at, since: w.since, must }),
            _ => Err(format!(
                "the expectation at '{}' needs exactly one of is, not, at_least, at_most, contains, all, sum, \
                 count, count_at_least, exists",
                w.at
            )),
        }
    }
}

impl Must {
    /// The right side, as written.
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Is(v) | Self::Not(v) | Self::AtLeast(v) | Self::AtMost(v) | Self::Contain(v) => Some(v),
            Self::All(v) | Self::Sum(v) | Self::Count(v) | Self::CountAtLeast(v) => Some(v),
            Self::Exist(_) => None,
        }
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::Not(_) => "is not",
            Self::AtLeast(_) => "is at least",
            Self::AtMost(_) => "is at most",
            Self::Contain(_) => "contains",
            Self::All(_) => "each is",
            Self::Sum(_) => "adds up to",
            Self::Count(_) => "has as many as",
            Self::CountAtLeast(_) => "has at least as many as",
            Self::Exist(Existence::There) => "is there",
            Self::Exist(Existence::Missing) => "is not there",
        }
    }

    fn holds(&self, found: Option<&Value>, right: &Value) -> Result<bool, String> {
        let list = || match found {
            Some(Value::Array(list)) => Ok(list),
            _ => Err("not a list: use a pointer with *".to_owned()),
        };
        Ok(match self {
            Self::Exist(Existence::There) => found.is_some_and(|v| !v.is_null()),
            Self::Exist(Existence::Missing) => found.is_none_or(Value::is_null),
            Self::Is(_) => found.is_some_and(|v| same(v, right)),
            Self::Not(_) => found.is_some_and(|v| !same(v, right)),
            Self::AtLeast(_) | Self::AtMost(_) => match found.filter(|v| !v.is_null()) {
                None => false,
                Some(v) => {
                    let order = compare(v, right)?;
                    if matches!(self, Self::AtLeast(_)) { order.is_ge() } else { order.is_le() }
                }
            },
            Self::Contain(_) => match found {
                Some(Value::Array(list)) => list.iter().any(|v| same(v, right)),
                Some(Value::String(text)) => text.contains(&plain(right)),
                _ => false,
            },
            Self::All(_) => list().map(|l| !l.is_empty() && l.iter().all(|v| same(v, right)))?,
            Self::Sum(_) => {
                let total: Option<Decimal> =
                    list()?.iter().map(decimal).try_fold(Decimal::ZERO, |t, d| Some(t + d?));
                total.ok_or("not a list of numbers")? == decimal(right).ok_or("compared with no number")?
            }
            Self::Count(_) => same(&Value::from(list()?.len()), right),
            Self::CountAtLeast(_) => compare(&Value::from(list()?.len()), right)?.is_ge(),
        })
    }
}

/// How an expectation fared.
#[derive(Debug)]
pub(super) struct Finding {
    /// whether it held
    pub(super) ok: bool,
    /// what was looked at, what was expected, what was found
    pub(super) line: String,
    /// the value looked at
    pub(super) found: Option<Value>,
    /// what it was compared with, in short
    pub(super) expected: String,
}

impl Expect {
    /// Looks at `answer`. The error is a word that cannot be filled in or a pointer that is none.
    pub(super) fn judge(&self, answer: &Value, scope: &dyn Scope) -> Result<Finding, String> {
        let look = |text: &str| -> Result<Option<Value>, String> {
            Ok(Pointer::parse(&fill_text(text, scope)?)?.find(answer).to_value())
        };
        let mut found = look(&self.at)?;
        if let Some(since) = &self.since {
            found = match (look(since)?, found) {
                (Some(from), Some(to)) => Some(Value::String(days(&from, &to)?.to_string())),
                _ => None,
            };
        }
        let right = self.must.value().map_or(Ok(Value::Null), |v| fill(v, scope))?;
        let (ok, why_not) = match self.must.holds(found.as_ref(), &right) {
            Ok(ok) => (ok, String::new()),
            Err(why) => (false, format!(" ({why})")),
        };
        let expected = if right.is_null() { String::new() } else { format!(" {}", shortened(&right)) };
        let shown = found.as_ref().map_or_else(|| "nothing".to_owned(), shortened);
        let unit = if self.since.is_some() { " days" } else { "" };
        let (at, verb) = (&self.at, self.must.verb());
        let line = match ok {
            true => format!("{at}: {shown}{unit}"),
            false => format!("{at}: expected that it {verb}{expected}{unit}, found {shown}{unit}{why_not}"),
        };
        let sign = match self.must {
            Must::AtLeast(_) => "≥ ",
            Must::AtMost(_) => "≤ ",
            _ => "",
        };
        Ok(Finding { ok, line, found, expected: format!("{sign}{}", shortened(&right)) })
    }
}

/// Equal, as numbers where both are numbers, as instants where both are, as texts otherwise.
fn same(a: &Value, b: &Value) -> bool {
    a == b || compare(a, b).is_ok_and(|o| o.is_eq())
}

fn compare(a: &Value, b: &Value) -> Result<std::cmp::Ordering, String> {
    if let (Some(a), Some(b)) = (decimal(a), decimal(b)) {
        return Ok(a.cmp(&b));
    }
    match (instant(a), instant(b)) {
        (Some(a), Some(b)) => Ok(a.cmp(&b)),
        _ => Err(format!("cannot compare {} with {}", shortened(a), shortened(b))),
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str().and_then(|text| text.parse().ok())
}

/// Days of 86,400 s from one instant to another: exact to a microday, rounded down below that.
fn days(from: &Value, to: &Value) -> Result<Decimal, String> {
    let both = instant(from).zip(instant(to));
    let (from, to) = both.ok_or_else(|| "since and at must both lead to an instant".to_owned())?;
    let nanoseconds = to.as_nanosecond() - from.as_nanosecond();
    Ok(Decimal::from_micros(nanoseconds.div_euclid(i128::from(vocab::DAY_S) * 1_000)))
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::Fixed;
    use super::*;
    use serde_json::json;

    fn judge(expect: Value, answer: &Value) -> Result<Finding, String> {
        let expect: Expect = serde_json::from_value(expect).map_err(|e| e.to_string())?;
        expect.judge(answer, &Fixed([("me.want", json!("4"))].into()))
    }

    #[test]
    fn comparisons_hold_or_not() {
        let v = json!({"n": "4.0", "t": "2026-03-01T12:00:00Z", "list": ["1", 2], "same": ["a", "a"], "no": null});
        for (expect, ok) in [
            (json!({"at": "/n", "is": 4}), true),
            (json!({"at": "/n", "is": "${want}"}), true),
            (json!({"at": "/n", "not": "4"}), false),
            (json!({"at": "/gone", "not": "4"}), false),
            (json!({"at": "/n", "at_least": "3.5"}), true),
            (json!({"at": "/n", "at_most": "3.5"}), false),
            (json!({"at": "/t", "at_most": "${now+1s}"}), true),
            (json!({"at": "/t", "at_least": "${now+1s}"}), false),
            (json!({"at": "/list", "contains": "2"}), true),
            (json!({"at": "/list", "sum": 3}), true),
            (json!({"at": "/list/*", "count": 2}), true),
            (json!({"at": "/list/*", "count_at_least": 3}), false),
            (json!({"at": "/same/*", "all": "a"}), true),
            (json!({"at": "/none/*", "all": "a"}), false),
            (json!({"at": "/no", "exists": true}), false),
            (json!({"at": "/no", "exists": false}), true),
        ] {
            assert_eq!(judge(expect.clone(), &v).unwrap().ok, ok, "{expect}");
        }
    }

    #[test]
    fn days_between_two_instants_are_exact() {
        let v = json!({"a": "2026-03-01T12:00:00.25Z", "b": "2026-03-10T00:57:36.25Z"});
        let finding = judge(json!({"at": "/b", "since": "/a", "is": "8.54"}), &v).unwrap();
        assert!(finding.ok, "{}", finding.line);
        assert_eq!(finding.found, Some(json!("8.54")));
    }

    #[test]
    fn a_failure_says_what_was_expected_and_what_was_found() {
        let line = judge(json!({"at": "/state", "is": "bound"}), &json!({"state": "quoted"})).unwrap().line;
        assert!(line.contains("bound") && line.contains("quoted") && line.contains("/state"), "{line}");
        let line = judge(json!({"at": "/state", "sum": "1"}), &json!({"state": "quoted"})).unwrap().line;
        assert!(line.contains("not a list"), "{line}");
    }

    #[test]
    fn an_expectation_says_exactly_one_thing() {
        for bad in [json!({"at": "/a"}), json!({"at": "/a", "is": 1, "not": 2}), json!({"at": "/a", "si": 1})]
        {
            assert!(judge(bad, &json!({})).is_err());
        }
    }
}
