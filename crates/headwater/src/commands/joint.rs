//! `headwater joint`: calls for joint plans, what is said under them, and plans made again.

use super::{Context, files, list};
use crate::cli::{JointCallArgs, JointCmd, JointDemandArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::ids::{self, Kind};
use crate::show;
use crate::values::IdText;
use market::planner::{PlanCall, PlanDemand, PlanSupply};
use node::command::Command;
use serde_json::Value;
use std::time::{Duration, Instant};
use vocab::{Decimal, Place, RecordId, Text};

/// Between two looks at how far a replay is.
const LOOK: Duration = Duration::from_millis(250);
/// A replay that lacks the same records for so long has nobody to ask.
const STUCK: Duration = Duration::from_secs(30);

pub(super) fn run(c: &Context, action: Option<JointCmd>) -> Result<()> {
    match action {
        None => list::list(c, &show::CALLS),
        Some(JointCmd::Call(args)) => say(c, |_| Ok(Command::PlanCall(call(args)))),
        Some(JointCmd::Supply { file }) => {
            let supply: PlanSupply = files::read(c, &file)?;
            say(c, |_| Ok(Command::PlanSupply(supply)))
        }
        Some(JointCmd::Demand(args)) => say(c, |client| demand(c, client, args).map(Command::PlanDemand)),
        Some(JointCmd::Show { call }) => {
            let client = c.client()?;
            let view = view(&client, &ids::record(&client, c.lang, Kind::Call, &call)?)?;
            c.tell(&view, || show::call(&view, c.lang))
        }
        Some(JointCmd::Replay { call }) => replay(c, &call),
    }
}

fn say(c: &Context, command: impl FnOnce(&Client) -> Result<Command>) -> Result<()> {
    let client = c.client()?;
    let answer = client.command(&command(&client)?)?;
    c.tell(&answer, || show::recorded(&answer, c.lang))
}

fn call(args: JointCallArgs) -> PlanCall {
    let JointCallArgs { name, currency, unit, takes_until, closes, category } = args;
    PlanCall { name: Text::Plain(name), category, currency, unit, takes_until, closes }
}

fn demand(c: &Context, client: &Client, args: JointDemandArgs) -> Result<PlanDemand> {
    let place = args.latitude.zip(args.longitude).map(|(latitude, longitude)| Place {
        name: format!("{latitude}, {longitude}"),
        latitude: Some(latitude),
        longitude: Some(longitude),
        radius_km: None,
    });
    Ok(PlanDemand {
        call: ids::record(client, c.lang, Kind::Call, &args.call)?,
        spec: args.spec,
        quantity: args.quantity,
        at_most: args.at_most,
        per_km: args.per_km.unwrap_or(Decimal::ZERO),
        max_distance_km: args.max_distance,
        place,
        because: None,
    })
}

fn view(client: &Client, call: &RecordId) -> Result<Value> {
    let id = call.to_string();
    let known = client.list(show::CALLS.path)?.into_iter().find(|c| c["id"].as_str() == Some(id.as_str()));
    Ok(known.unwrap_or_default())
}

/// Has the node make a plan again, and waits until it has what that takes.
fn replay(c: &Context, call: &IdText) -> Result<()> {
    let client = c.client()?;
    let call = ids::record(&client, c.lang, Kind::Call, call)?;
    client.command(&Command::ReplayPlan { call })?;
    let (mut lacks, mut moved) = (Value::Null, Instant::now());
    let view = loop {
        let view = view(&client, &call)?;
        if view["replay"] != "missing" || moved.elapsed() > STUCK {
            break view;
        }
        if view["missing"] != lacks {
            (lacks, moved) = (view["missing"].clone(), Instant::now());
        }
        std::thread::sleep(LOOK);
    };
    let failed = |code, said: String| Err(Failure::new(Exit::Failed, code, said));
    match view["replay"].as_str() {
        Some("same") => c.tell(&view, || c.say(Msg::JointSame, &[])),
        Some("different") => failed("false_plan", c.say(Msg::JointDifferent, &[])),
        _ => failed("incomplete", c.say(Msg::JointMissing, &[&show::items(&view, "missing").len()])),
    }
}
