//! What an order hangs on, drawn as a tree: a line for each thing made, taken or bought, `◀` on the chain that sets the
//! date, and below each purchase everybody who was asked.

use crate::i18n::{Lang, Msg, say, word};
use crate::show;
use serde_json::Value;
use vocab::{Timestamp, seconds_between};

/// The tree of an order as the API gives it.
pub(crate) fn draw(tree: &Value, lang: Lang) -> String {
    let mut text = String::new();
    node(tree, lang, ("", ""), &mut text);
    if tree["truncated"] == true {
        text += &say(lang, Msg::TreeTruncated, &[]);
    }
    text.trim_end().to_owned()
}

fn plain(v: &Value) -> &str {
    v.as_str().unwrap_or_default()
}

fn node(v: &Value, lang: Lang, (mark, indent): (&str, &str), text: &mut String) {
    let steps: Vec<_> = v["steps"].as_array().into_iter().flatten().map(|s| plain(&s["step"])).collect();
    let of = v["of"].as_str().map(|all| say(lang, Msg::OfAll, &[&all]));
    let parts = [
        format!("{} {}", plain(&v["quantity"]), show::words(&v["name"], lang)),
        of.unwrap_or_default(),
        word(lang, plain(&v["kind"])).to_owned(),
        steps.join(", "),
        plain(&v["with_name"]).to_owned(),
        v["stage"].as_str().map(|stage| word(lang, stage).to_owned()).unwrap_or_default(),
        show::time(&v["at"]),
        hold(&v["hold_until"], lang),
        if v["weakest"] == true { "◀".to_owned() } else { String::new() },
    ];
    line(mark, &parts, text);
    let asked: Vec<_> = v["asked"].as_array().into_iter().flatten().filter(|a| a["chosen"] != true).collect();
    let children: Vec<_> = v["children"].as_array().into_iter().flatten().collect();
    let count = asked.len() + children.len();
    let marks = |i: usize| match i + 1 == count {
        true => (format!("{indent}└─ "), format!("{indent}   ")),
        false => (format!("{indent}├─ "), format!("{indent}│  ")),
    };
    for (i, enquiry) in asked.iter().enumerate() {
        let price = &enquiry["unit_price"];
        let parts = [
            say(lang, Msg::AskedToo, &[&plain(&enquiry["with_name"])]),
            word(lang, plain(&enquiry["stage"])).to_owned(),
            format!("{} {}", plain(&price["amount"]), plain(&price["currency"])).trim().to_owned(),
            show::time(&enquiry["promise"]),
            hold(&enquiry["hold_until"], lang),
        ];
        line(&marks(i).0, &parts, text);
    }
    for (i, child) in children.iter().enumerate() {
        let (mark, more) = marks(asked.len() + i);
        node(child, lang, (&mark, &more), text);
    }
}

fn line(mark: &str, parts: &[String], text: &mut String) {
    let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    *text += &format!("{mark}{}\n", parts.join("  "));
}

/// How much longer a hold lasts.
fn hold(until: &Value, lang: Lang) -> String {
    let Some(until) = until.as_str().and_then(|t| t.parse::<Timestamp>().ok()) else { return String::new() };
    let left_s = seconds_between(Timestamp::now(), until).max(0);
    say(lang, Msg::HoldLeft, &[&format!("{}:{:02}", left_s / 60, left_s % 60)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tree_names_what_is_made_taken_and_bought_and_who_else_was_asked() {
        let other =
            json!({"deal": "aa".repeat(32), "with_name": "Mill B", "stage": "refused", "chosen": false});
        let tree = json!({"kind": "demand", "name": "Chair", "quantity": "2", "weakest": true, "children": [
            {"kind": "make", "name": "Chair", "quantity": "2", "of": "10", "weakest": true,
                "steps": [{"step": "saw"}, {"step": "glue"}], "children": [
                {"kind": "purchase", "name": {"en": "Board", "zh": "木板"}, "quantity": "8", "weakest": true,
                    "with_name": "Mill A", "stage": "bound", "asked": [other]},
                {"kind": "stock", "name": "Screw", "quantity": "16", "weakest": false}]}]});
        let drawn = draw(&tree, Lang::En);
        let lines: Vec<_> = drawn.lines().collect();
        assert_eq!(lines[0], "2 Chair  wanted  ◀", "{drawn}");
        assert_eq!(lines[1], "└─ 2 Chair  of 10  made here  saw, glue  ◀", "{drawn}");
        assert_eq!(lines[2], "   ├─ 8 Board  bought  Mill A  bound  ◀", "{drawn}");
        assert_eq!(lines[3], "   │  └─ also asked: Mill B  refused", "{drawn}");
        assert_eq!(lines[4], "   └─ 16 Screw  from stock", "{drawn}");
        assert!(draw(&tree, Lang::Zh).contains("木板"));
    }
}
