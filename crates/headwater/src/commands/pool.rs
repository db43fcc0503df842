//! A pool's close, held against its pledges: all of them, or one's own part by a proof that fits in a file.

use super::Context;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::ids::{self, Kind};
use crate::values::IdText;
use indicatif::{ProgressBar, ProgressStyle};
use market::pool::{Extent, PoolProof};
use market::statement::Outcome;
use node::command::Command;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use vocab::Text;

/// Between two looks at how far an audit is.
const LOOK: Duration = Duration::from_millis(250);
/// An audit that has not moved for so long has nobody to ask.
const STUCK: Duration = Duration::from_secs(180);

/// Has the node audit a pool, and waits for the verdict.
pub(super) fn audit(c: &Context, pool: &IdText) -> Result<()> {
    let client = c.client()?;
    let pool = ids::record(&client, c.lang, Kind::Pool, pool)?;
    client.command(&Command::AuditPool { pool })?;
    let bar = ProgressBar::new(0).with_message(c.say(Msg::AuditRunning, &[]));
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut moved = Instant::now();
    let audit = loop {
        let pools = client.list("pools")?;
        let id = pool.to_string();
        let known = pools.into_iter().find(|p| p["id"].as_str() == Some(id.as_str()));
        let audit = known.map(|mut p| p["audit"].take()).unwrap_or_default();
        let number = |key: &str| audit[key].as_u64().unwrap_or(0);
        if number("checked") != bar.position() {
            moved = Instant::now();
        }
        bar.set_length(number("of"));
        bar.set_position(number("checked"));
        if !audit["verdict"].is_null() || moved.elapsed() > STUCK {
            break audit;
        }
        std::thread::sleep(LOOK);
    };
    bar.finish_and_clear();
    let why = || {
        let text: Option<Text> = serde_json::from_value(audit["why"].clone()).ok();
        text.map(|text| text.in_language(c.lang.tag()).to_owned()).unwrap_or_default()
    };
    let failed = |code, said, remedy| {
        Err(Failure::new(Exit::Failed, code, c.say(said, &[&why()])).remedy(c.say(remedy, &[])))
    };
    match audit["verdict"].as_str() {
        Some("true") => c.tell(&audit, || c.say(Msg::AuditTrue, &[&audit["checked"]])),
        Some("false") => failed("false_close", Msg::AuditFalse, Msg::AuditFalseRemedy),
        _ => failed("incomplete", Msg::AuditIncomplete, Msg::AuditIncompleteRemedy),
    }
}

/// Writes this node's proof.
pub(super) fn proof(c: &Context, pool: &IdText, out: Option<&Path>) -> Result<()> {
    let client = c.client()?;
    let pool = ids::record(&client, c.lang, Kind::Pool, pool)?;
    let proof = client.get(&format!("pools/{pool}/proof"))?;
    let Some(out) = out else { return c.print(&proof.to_string()) };
    fs::write(out, proof.to_string())
        .map_err(|e| Failure::new(Exit::Failed, "file", c.say(Msg::CannotWrite, &[&out.display(), &e])))?;
    c.tell(&json!({"written": out}), || c.say(Msg::Written, &[&out.display()]))
}

/// Checks a proof from a file, without a network or a node.
pub(super) fn check(c: &Context, file: &Path) -> Result<()> {
    let bad = |why: String| {
        Failure::new(Exit::Failed, "unproven", c.say(Msg::ProofBad, &[&file.display(), &why]))
            .remedy(c.say(Msg::ProofBadRemedy, &[]))
    };
    let text = fs::read(file).map_err(|e| bad(e.to_string()))?;
    let proof: PoolProof = serde_json::from_slice(&text).map_err(|e| bad(e.to_string()))?;
    // offline only an agent's first key is known to be its own
    let shown = proof.verify(|record| record.key == record.author).map_err(|e| bad(c.read(&e)))?;
    let mine = shown.share.map(|share| share.quantity);
    let value = json!({
        "members": shown.members, "pledged": shown.pledged, "outcome": shown.outcome, "quantity": mine,
        "extent": shown.extent,
    });
    c.tell(&value, || {
        let first = match &shown.outcome {
            Outcome::Made { unit_price, total } => {
                c.say(Msg::ProofMade, &[&shown.members, &shown.pledged, total, unit_price])
            }
            Outcome::Lapsed {} => c.say(Msg::ProofLapsed, &[&shown.members, &shown.pledged]),
        };
        let second = match &mine {
            Some(quantity) => c.say(Msg::ProofGets, &[quantity]),
            None => c.say(Msg::ProofNothing, &[]),
        };
        let third = match shown.extent {
            Extent::Whole => Msg::ProofWhole,
            Extent::Step => Msg::ProofStep,
            Extent::Lots => Msg::ProofLots,
        };
        [first, second, c.say(third, &[])].join("\n")
    })
}
