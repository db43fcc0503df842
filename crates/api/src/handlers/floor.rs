//! The shop floor: what is to be done where, and what the runs say of the recipes.

use super::{Answer, LIST_MAX, list, ok, query};
use crate::state::App;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorQuery {
    work_center: Option<String>,
}

pub(crate) async fn floor(
    State(app): State<App>,
    asked: Result<Query<FloorQuery>, QueryRejection>,
) -> Answer {
    let center = query(asked)?.work_center;
    ok(&app.node().read(move |node, now| node.floor(center.as_deref(), LIST_MAX, now)).await?)
}

pub(crate) async fn estimates(State(app): State<App>) -> Answer {
    list(&app, |node, _| node.estimates()).await
}
