//! The plan: the board, the tree of an order, and what would follow from a change.

use super::{Answer, ok, query, read, record_id, unknown};
use crate::state::App;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use vocab::{Decimal, RecordId, SpecId, Timestamp, phrase};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanRange {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

pub(crate) async fn board(State(app): State<App>, asked: Result<Query<PlanRange>, QueryRejection>) -> Answer {
    let PlanRange { from, to } = query(asked)?;
    let view = app.node().read(move |node, now| node.plan_view(from, to, now)).await?;
    ok(&view.map_err(runtime::Error::from)?)
}

pub(crate) async fn tree(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let id = record_id(&id)?;
    let tree = app.node().read(move |node, _| node.tree(&id)).await?;
    ok(&tree.ok_or_else(|| unknown(phrase("order", "订单"), id))?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Relocation {
    plan: RecordId,
    index: u32,
    start: Timestamp,
    #[serde(default)]
    work_center: Option<String>,
}

pub(crate) async fn preview(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Answer {
    let Relocation { plan, index, start, work_center } = read(body)?;
    let to = node::Place { plan, index, start, work_center };
    let preview = app.node().read(move |node, now| node.preview(&to, now)).await?;
    ok(&preview.map_err(runtime::Error::from)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapableQuery {
    spec: SpecId,
    quantity: Decimal,
}

pub(crate) async fn capable(
    State(app): State<App>,
    asked: Result<Query<CapableQuery>, QueryRejection>,
) -> Answer {
    let CapableQuery { spec, quantity } = query(asked)?;
    let view = app.node().read(move |node, now| node.capable(&spec, quantity, now)).await?;
    ok(&view.map_err(runtime::Error::from)?)
}

pub(crate) async fn why(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let id = record_id(&id)?;
    let why = app.node().read(move |node, now| node.why(&id, now)).await?;
    ok(&why
        .map_err(runtime::Error::from)?
        .ok_or_else(|| unknown(phrase("planned order", "已排产的订单"), id))?)
}

pub(crate) async fn what_if(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Answer {
    let asked: node::view::WhatIf = read(body)?;
    let view = app.node().read(move |node, now| node.what_if(&asked, now)).await?;
    ok(&view.map_err(runtime::Error::from)?)
}
