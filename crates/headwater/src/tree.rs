//! Traces drawn as trees, a line for each lot, with what is wrong said where it is wrong.

use crate::i18n::{Lang, Msg, say, word};
use crate::show;
use serde_json::{Map, Value};

struct Drawing<'a> {
    lang: Lang,
    /// what agents call themselves, by key
    names: &'a Map<String, Value>,
    text: String,
}

/// What a lot came from.
pub(crate) fn trace(tree: &Value, lang: Lang) -> String {
    draw(tree, lang, |drawing| drawing.back(tree, "", ""))
}

/// What a lot went into, and who has some of it now.
pub(crate) fn recall(tree: &Value, lang: Lang) -> String {
    draw(tree, lang, |drawing| drawing.forward(tree, "", "", None))
}

fn draw(tree: &Value, lang: Lang, by: impl FnOnce(&mut Drawing<'_>)) -> String {
    let none = Map::new();
    let mut drawing =
        Drawing { lang, names: tree["names"].as_object().unwrap_or(&none), text: String::new() };
    by(&mut drawing);
    drawing.text.trim_end().to_owned()
}

fn plain(v: &Value) -> &str {
    v.as_str().unwrap_or_default()
}

/// The marks before the `i`th of `count` branches, and before what hangs on it.
fn marks(i: usize, count: usize) -> (&'static str, &'static str) {
    if i + 1 == count { ("└─ ", "   ") } else { ("├─ ", "│  ") }
}

impl Drawing<'_> {
    fn name(&self, agent: &Value) -> String {
        let name = self.names.get(plain(agent)).cloned().unwrap_or_default();
        show::who(&serde_json::json!({"agent": agent, "name": name}))
    }

    fn line(&mut self, mark: &str, parts: Vec<String>) {
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        self.text += &format!("{mark}{}\n", parts.join("  "));
    }

    fn measured(v: &Value) -> String {
        format!("{} {}", plain(&v["value"]), plain(&v["unit"])).trim().to_owned()
    }

    fn back(&mut self, node: &Value, mark: &str, indent: &str) {
        let lang = self.lang;
        let name = show::words(&node["name"], lang);
        let what = if name.is_empty() { plain(&node["spec"]).to_owned() } else { name };
        let used = Self::measured(&node["used"]);
        let hands: Vec<_> =
            node["handling"].as_array().into_iter().flatten().map(|h| self.name(&h["from"])).collect();
        let verdict = match (plain(&node["state"]["state"]), plain(&node["state"]["reason"])) {
            ("verified", _) => format!("✓ {}", word(lang, "verified")),
            (state, reason) => format!("✗ {}: {}", word(lang, state), word(lang, reason).replace('_', " ")),
        };
        let processes: Vec<_> = node["processes"].as_array().into_iter().flatten().map(plain).collect();
        self.line(
            mark,
            vec![
                what,
                if used.is_empty() {
                    Self::measured(&node["quantity"])
                } else {
                    say(lang, Msg::Used, &[&used])
                },
                show::id(&node["lot"]),
                if node["issuer"].is_null() {
                    String::new()
                } else {
                    say(lang, Msg::MadeBy, &[&self.name(&node["issuer"])])
                },
                show::time(&node["made_at"]),
                processes.join(", "),
                if hands.is_empty() { String::new() } else { say(lang, Msg::Hands, &[&hands.join(" → ")]) },
                verdict,
            ],
        );
        let inputs: Vec<_> = node["inputs"].as_array().cloned().unwrap_or_default();
        for (i, input) in inputs.iter().enumerate() {
            let (mark, more) = marks(i, inputs.len());
            self.back(input, &format!("{indent}{mark}"), &format!("{indent}{more}"));
        }
    }

    fn forward(&mut self, node: &Value, mark: &str, indent: &str, came: Option<String>) {
        let lang = self.lang;
        let there = match (plain(&node["state"]), node["on_hand"].as_str()) {
            ("answered", Some(on_hand)) => say(lang, Msg::StillThere, &[&on_hand]),
            (state, _) => word(lang, state).to_owned(),
        };
        let parts = vec![came.unwrap_or_default(), self.name(&node["agent"]), show::id(&node["lot"]), there];
        self.line(mark, parts);
        let outputs = node["outputs"].as_array().into_iter().flatten().map(|output| (output, None));
        let handed =
            node["handed"].as_array().into_iter().flatten().map(|handed| {
                (&handed["at"], Some(say(lang, Msg::HandedTo, &[&plain(&handed["quantity"])])))
            });
        let branches: Vec<_> = outputs.chain(handed).collect();
        for (i, (branch, came)) in branches.iter().enumerate() {
            let (mark, more) = marks(i, branches.len());
            self.forward(branch, &format!("{indent}{mark}"), &format!("{indent}{more}"), came.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_trace_is_a_tree_with_names_and_verdicts() {
        let (me, mill) = ("did:key:z6MkAAAAAAAAAAAA", "did:key:z6MkBBBBBBBBBBBB");
        let tree = json!({
            "lot": "aa".repeat(32), "spec": "chair-48", "name": {"en": "Chair", "zh": "椅子"},
            "quantity": {"value": "4", "unit": "each"}, "used": null, "issuer": me, "made_at": null,
            "processes": ["saw", "glue"], "handling": [], "state": {"state": "verified"},
            "inputs": [{"lot": "bb".repeat(32), "spec": "oak-board-27", "used": {"value": "10", "unit": "m"},
                "issuer": mill, "processes": [], "handling": [{"from": mill, "to": me}], "inputs": [],
                "state": {"state": "gap", "reason": "passport_missing"}}],
            "names": {me: "Workshop", mill: "Sawmill"}
        });
        let drawn = trace(&tree, Lang::En);
        let lines: Vec<_> = drawn.lines().collect();
        assert!(lines[0].starts_with("Chair  4 each  aaaaaaaaaa  made by Workshop  saw, glue"), "{drawn}");
        assert!(lines[1].starts_with("└─ oak-board-27  used 10 m"), "{drawn}");
        assert!(lines[1].contains("Sawmill") && lines[1].contains("✗ gap: passport missing"), "{drawn}");
        assert!(trace(&tree, Lang::Zh).starts_with("椅子"), "names follow the language");
    }
}
