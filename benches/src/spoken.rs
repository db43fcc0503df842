//! The commands the benchmarks give, in the JSON that people and programs use.

use node::command::Command;
use serde_json::{Value, json};
use vocab::RecordId;

/// `json` as a command.
pub(crate) fn command(json: Value) -> Command {
    serde_json::from_value(json).expect("the commands here are written by hand and tried at every run")
}

/// What a tier says before it can sell: what it makes, from what, and its offer, whose record comes last.
pub(crate) fn tier(
    spec: &str,
    unit: &str,
    input: Option<(&str, &str)>,
    from: &str,
    price: &str,
) -> [Command; 3] {
    [describe(spec, unit, false), recipe(spec, input), offer(spec, from, price)]
}

pub(crate) fn describe(spec: &str, unit: &str, serialised: bool) -> Command {
    let name = json!({"en": spec, "zh": spec});
    let specification = json!({"id": spec, "name": name, "unit": unit, "serialised": serialised,
        "properties": {"material": "oak", "finish": "linseed oil"}});
    command(json!({"do": "describe", "specification": specification}))
}

pub(crate) fn recipe(output: &str, input: Option<(&str, &str)>) -> Command {
    let inputs: Vec<_> = input.iter().map(|(spec, each)| json!({"spec": spec, "quantity": each})).collect();
    let step = json!({"name": "make", "work_center": "bench", "run_s": 600, "fixed_s": 3_600});
    command(json!({"do": "model", "recipes": [{"output": output, "inputs": inputs, "steps": [step]}],
        "work_centers": {"bench": {"units": 4}}}))
}

pub(crate) fn offer(spec: &str, from: &str, price: &str) -> Command {
    let tiers = json!([{"from": from, "unit_price": price}]);
    command(json!({"do": "offer", "spec": spec, "prices": {"currency": "EUR", "tiers": tiers}, "step": from,
        "expires_days": 300}))
}

pub(crate) fn raise(spec: &str, quantity: u64) -> Command {
    command(json!({"do": "raise", "spec": spec, "quantity": quantity.to_string()}))
}

pub(crate) fn need(spec: &str, quantity: u64) -> Command {
    command(json!({"do": "need", "spec": spec, "quantity": quantity.to_string(),
        "ceiling": {"amount": "130", "currency": "EUR"}, "expires_days": 7}))
}

pub(crate) fn enquire(offer: RecordId, quantity: u64) -> Command {
    command(json!({"do": "enquire", "offer": offer, "quantity": quantity.to_string()}))
}

/// A command that names one record and nothing else.
fn about(verb: &str, field: &str, id: RecordId) -> Command {
    command(json!({"do": verb, field: id}))
}
pub(crate) fn accept(deal: RecordId) -> Command {
    about("accept", "deal", deal)
}
pub(crate) fn decline(deal: RecordId) -> Command {
    about("decline", "deal", deal)
}
pub(crate) fn ship(deal: RecordId) -> Command {
    about("ship", "deal", deal)
}
pub(crate) fn receive(handover: RecordId) -> Command {
    about("receive", "handover", handover)
}
pub(crate) fn settle(deal: RecordId) -> Command {
    about("settle", "deal", deal)
}
pub(crate) fn withdraw(listing: RecordId) -> Command {
    about("withdraw", "listing", listing)
}
pub(crate) fn start(plan: RecordId) -> Command {
    command(json!({"do": "start", "plan": plan, "index": 0}))
}
pub(crate) fn finish(plan: RecordId) -> Command {
    command(json!({"do": "finish", "plan": plan, "index": 0}))
}
pub(crate) fn feedback(deal: RecordId) -> Command {
    command(json!({"do": "feedback", "deal": deal, "rating": 4, "text": "The seat could be wider.",
        "wishes": {"seat_width": "48 cm"}}))
}
