//! Commands that only look.

use super::Context;
use crate::failure::Result;
use crate::i18n::Msg;
use crate::ids::{self, Kind};
use crate::show::{self, List};
use crate::values::IdText;
use serde_json::{Value, json};

pub(super) fn list(c: &Context, list: &List) -> Result<()> {
    let answer = c.client()?.get(list.path)?;
    c.tell(&answer, || {
        let rows = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
        let mut text = list.table(rows, c.lang);
        if answer["truncated"] == true {
            text = format!("{text}\n{}", c.say(Msg::Truncated, &[]));
        }
        text
    })
}

/// The processes of all orders, earliest first.
pub(super) fn work(c: &Context) -> Result<()> {
    let orders = c.client()?.list("orders")?;
    let mut processes: Vec<Value> = orders
        .into_iter()
        .flat_map(|mut order| match order["processes"].take() {
            Value::Array(processes) => processes,
            _ => Vec::new(),
        })
        .collect();
    // times are written alike, so their texts sort as they do
    processes.sort_by(|a, b| a["start"].as_str().cmp(&b["start"].as_str()));
    c.tell(&json!({ "items": processes }), || show::WORK.table(&processes, c.lang))
}

/// The work of one work centre, or of all, in the order in which to do it.
pub(super) fn floor(c: &Context, work_center: Option<&str>) -> Result<()> {
    let path = match work_center {
        None => show::FLOOR.path.to_owned(),
        Some(name) => format!("{}?work_center={}", show::FLOOR.path, encoded(name)),
    };
    let answer = c.client()?.get(&path)?;
    c.tell(&answer, || show::FLOOR.table(answer["entries"].as_array().map_or(&[][..], Vec::as_slice), c.lang))
}

/// A value as it stands in a query (RFC 3986, section 2).
fn encoded(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

pub(super) fn status(c: &Context) -> Result<()> {
    let answer = c.client()?.get("status")?;
    c.tell(&answer, || show::status(&answer, c.lang))
}

pub(super) fn deal(c: &Context, deal: &IdText) -> Result<()> {
    let client = c.client()?;
    let id = ids::record(&client, c.lang, Kind::Deal, deal)?;
    let answer = client.get(&format!("deals/{id}"))?;
    c.tell(&answer, || show::deal(&answer, c.lang))
}

pub(super) fn ticket(c: &Context) -> Result<()> {
    let answer = c.client()?.get("me")?;
    c.tell(&answer, || answer["ticket"].as_str().unwrap_or_default().to_owned())
}

pub(super) fn link(c: &Context) -> Result<()> {
    let answer = c.client()?.post("link", &json!({}))?;
    c.tell(&answer, || answer["link"].as_str().unwrap_or_default().to_owned())
}

pub(super) fn add_peer(c: &Context, ticket: &net::Peer) -> Result<()> {
    let answer = c.client()?.post("peers", &json!({ "ticket": ticket }))?;
    c.tell(&answer, || c.say(Msg::PeerAdded, &[&ticket.agent]))
}
