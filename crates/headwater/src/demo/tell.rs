//! How the story is told: lines for people, in their language, and one object for programs.

use super::fleet::{Row, Traffic};
use crate::i18n::Lang;
use crate::tree;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::IsTerminal;
use std::time::Duration;
use vocab::Text;

/// Says things in one language.
pub(super) struct Teller {
    lang: Lang,
    colour: bool,
}

/// What a run came to, for programs.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) agents: usize,
    pub(super) deals: u64,
    pub(super) messages: u64,
    pub(super) bytes: u64,
    pub(super) checks: Vec<Check>,
    pub(super) promises: Vec<Promise>,
}

/// One thing that was checked.
#[derive(Clone, Serialize)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) ok: bool,
    pub(super) detail: String,
}

/// One date that was promised, in days from the order.
#[derive(Serialize)]
pub(super) struct Promise {
    pub(super) stage: String,
    pub(super) promised_days: Value,
    #[serde(skip)]
    pub(super) expected: String,
}

impl Teller {
    pub(super) fn new(lang: Lang) -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { lang, colour }
    }

    pub(super) fn lang(&self) -> Lang {
        self.lang
    }
    /// The scenario's words in the reader's language.
    pub(super) fn say<'a>(&self, text: &'a Text) -> &'a str {
        text.in_language(self.lang.tag())
    }
    /// This program's own words.
    pub(super) fn pick<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(super) fn opening(&self, name: &Text, story: &Text, nodes: usize) {
        println!("\n{}", self.painted("1", self.say(name)));
        println!("{}\n", self.say(story));
        let nodes_word = self.pick(
            "nodes, each a process with its own key, database and socket",
            "个节点，各为独立进程，有自己的密钥、数据库和套接字",
        );
        println!("{nodes} {nodes_word}");
    }

    /// A bar on the error output that counts to `total`; invisible where there is no terminal.
    pub(super) fn bar(&self, total: usize) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("  {bar:32} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(self.pick("nodes ready", "个节点就绪").to_owned());
        bar
    }

    /// A spinner on the error output while a step is under way.
    pub(super) fn spinner(&self, step: usize, say: &Text) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_message(format!("{step:>3}  {}", self.say(say)));
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    pub(super) fn step_done(&self, step: usize, say: &Text, took: Duration, detail: &str) {
        let time = self.painted("2", &format!("{:.2} s", took.as_secs_f64()));
        println!("{} {step:>3}  {}  {time}", self.painted("32", "✓"), self.say(say));
        if !detail.is_empty() {
            println!("         {}", self.painted("2", detail));
        }
    }

    pub(super) fn step_failed(&self, step: usize, say: &Text, agent: &str, why: &str, log: &[String]) {
        println!("{} {step:>3}  {}", self.painted("31", "✗"), self.say(say));
        let of = self.pick("at", "节点");
        println!("         {of} {agent}: {why}");
        if !log.is_empty() {
            println!("         {}", self.pick("the last lines of its log:", "其日志的最后几行："));
            log.iter().for_each(|line| println!("         | {line}"));
        }
    }

    /// The answer to a `trace` or `recall`, as a tree; `names` by did:key.
    pub(super) fn drawing(&self, title: &Text, answer: &Value, names: &Map<String, Value>) {
        println!("\n{}", self.painted("1", self.say(title)));
        for (kind, draw) in [("trace", tree::trace as fn(&Value, Lang) -> String), ("recall", tree::recall)] {
            if let Value::Object(found) = &answer[kind] {
                let mut found = found.clone();
                found.insert("names".to_owned(), Value::Object(names.clone()));
                println!("{}", draw(&Value::Object(found), self.lang));
            }
        }
    }

    pub(super) fn promises(&self, promises: &[Promise]) {
        if promises.is_empty() {
            return;
        }
        let mut table = table();
        table.set_header([
            self.pick("promised to", "承诺对象"),
            self.pick("expected, days", "应为（天）"),
            self.pick("promised, days", "承诺（天）"),
        ]);
        for p in promises {
            table.add_row([p.stage.clone(), p.expected.clone(), p.promised_days.to_string()]);
        }
        println!("\n{table}");
    }

    pub(super) fn nodes(&self, rows: &[Row]) {
        let mut table = table();
        table.set_header([
            self.pick("node", "节点"),
            self.pick("its web app (the link works once)", "网页应用（链接只能用一次）"),
        ]);
        for row in rows {
            let name = if row.name == row.id { row.id.clone() } else { format!("{} ({})", row.name, row.id) };
            table.add_row([name, row.link.clone()]);
        }
        println!("\n{table}");
    }

    pub(super) fn totals(&self, agents: usize, deals: u64, traffic: Traffic, failed: usize, checks: usize) {
        let Traffic { messages, bytes } = traffic;
        let line = match self.lang {
            Lang::Zh => format!(
                "{agents} 个节点，{deals} 笔成交，{messages} 条消息，{bytes} 字节；{checks} 项检查，{failed} 项失败"
            ),
            Lang::En => format!(
                "{agents} nodes, {deals} deals bound, {messages} messages, {bytes} bytes; {checks} checks, {failed} failed"
            ),
        };
        println!("\n{}", self.painted(if failed == 0 { "1;32" } else { "1;31" }, &line));
    }

    pub(super) fn stays(&self) {
        println!(
            "{}",
            self.pick(
                "The nodes go on running. Ctrl-C stops them all.",
                "节点继续运行。按 Ctrl-C 全部停止。"
            )
        );
    }
}

fn table() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table
}
