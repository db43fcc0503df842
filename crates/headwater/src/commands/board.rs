//! The plan of a running node: looked at and changed.

use super::Context;
use crate::cli::{CapableArgs, GanttArgs, MoveArgs};
use crate::failure::Result;
use crate::gantt;
use crate::i18n::Msg;
use crate::ids::{self, Kind};
use crate::pegging;
use crate::show;
use crate::values::IdText;
use node::command::Command;
use serde_json::json;
use vocab::{DAY_S, Timestamp, after};

pub(super) fn gantt(c: &Context, args: &GanttArgs) -> Result<()> {
    let from = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or(Timestamp::UNIX_EPOCH);
    let to = after(from, i64::from(args.days) * DAY_S);
    let answer = c.client()?.get(&format!("plan?from={from}&to={to}"))?;
    c.tell(&answer, || gantt::draw(&answer, usize::from(args.width), c.lang))
}

pub(super) fn tree(c: &Context, order: &IdText) -> Result<()> {
    let client = c.client()?;
    let id = ids::record(&client, c.lang, Kind::Order, order)?;
    let answer = client.get(&format!("orders/{id}/tree"))?;
    c.tell(&answer, || pegging::draw(&answer, c.lang))
}

pub(super) fn why(c: &Context, order: &IdText) -> Result<()> {
    let client = c.client()?;
    let id = ids::record(&client, c.lang, Kind::Order, order)?;
    let answer = client.get(&format!("orders/{id}/why"))?;
    c.tell(&answer, || show::why(&answer, c.lang))
}

pub(super) fn capable(c: &Context, args: &CapableArgs) -> Result<()> {
    let CapableArgs { spec, quantity } = args;
    let answer = c.client()?.get(&format!("capable?spec={spec}&quantity={quantity}"))?;
    c.tell(&answer, || show::CAPABLE.table(answer["steps"].as_array().map_or(&[][..], Vec::as_slice), c.lang))
}

pub(super) fn put(c: &Context, args: MoveArgs) -> Result<()> {
    let client = c.client()?;
    let plan = ids::record(&client, c.lang, Kind::Plan, &args.process.plan)?;
    let (index, start, work_center) = (args.process.index, args.start, args.work_center);
    if args.preview {
        let asked = json!({"plan": plan, "index": index, "start": start, "work_center": work_center});
        let answer = client.post("plan/preview", &asked)?;
        return c.tell(&answer, || {
            let why = show::words(&answer["why"], c.lang);
            let possible = if answer["possible"] == true { Msg::MovePossible } else { Msg::MoveNot };
            let rows = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
            let moves = show::MOVES.table(&rows("moves"), c.lang);
            let promises = show::PROMISES.table(&rows("promises"), c.lang);
            [c.say(possible, &[&why]), moves, promises].join("\n")
        });
    }
    let answer = client.command(&Command::MoveProcess { plan, index, start, work_center })?;
    c.tell(&answer, || c.say(Msg::Done, &[]))
}
