//! What each endpoint does: read, ask the node, write.

pub(crate) mod floor;
pub(crate) mod plan;

use crate::error::{Problem, json};
use crate::session::SESSION_IDLE;
use crate::state::App;
use crate::{guard, openapi};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use node::Node;
use node::command::{Command, Done};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::time::Instant;
use vocab::{AgentId, Phrase, RecordId, Said, Timestamp, phrase};

type Answer = Result<Response, Problem>;

/// Longest list; a longer one is cut and says so.
const LIST_MAX: usize = 1_000;

/// Where to read how it is done.
pub(crate) fn see() -> Phrase {
    phrase("see /api/v1/openapi.json", "请参阅 /api/v1/openapi.json")
}

fn ok(body: &impl Serialize) -> Answer {
    Ok(json(StatusCode::OK, body))
}

#[derive(Serialize)]
struct List<T> {
    items: Vec<T>,
    truncated: bool,
}

async fn list<T, Look>(app: &App, look: Look) -> Answer
where
    T: Serialize + Send + 'static,
    Look: FnOnce(&Node, Timestamp) -> Vec<T> + Send + 'static,
{
    let mut items = app.node().read(look).await?;
    let truncated = items.len() > LIST_MAX;
    items.truncate(LIST_MAX);
    ok(&List { items, truncated })
}

macro_rules! lists {
    ($($name:ident: |$node:ident, $now:pat_param| $look:expr;)*) => {$(
        pub(crate) async fn $name(State(app): State<App>) -> Answer {
            list(&app, |$node, $now| $look).await
        }
    )*};
}
lists! {
    offers: |node, now| node.offers(now);
    needs: |node, now| node.needs(now);
    pools: |node, now| node.pools(now);
    rounds: |node, _| node.rounds();
    drop_offs: |node, now| node.drop_lists(now);
    auctions: |node, now| node.auctions(now);
    calls: |node, now| node.calls(now);
    standing_orders: |node, now| node.standing_orders(now);
    deals: |node, now| node.deals(now);
    orders: |node, now| node.orders(now);
    outages: |node, now| node.outages(now);
    stock: |node, _| node.stock();
    handovers: |node, _| node.handovers();
    specifications: |node, _| node.specifications();
    feedback: |node, _| node.feedback();
    peers: |node, _| node.peers();
    found: |node, _| node.found();
}

pub(crate) async fn status(State(app): State<App>) -> Answer {
    ok(&app.node().read(|node, now| node.status(now)).await?)
}

pub(crate) async fn interests(State(app): State<App>) -> Answer {
    ok(&app.node().read(|node, _| node.interests()).await?)
}

pub(crate) async fn model(State(app): State<App>) -> Answer {
    ok(&app.node().read(|node, _| node.model().clone()).await?)
}

pub(crate) async fn epcis(State(app): State<App>) -> Answer {
    let document = app.node().read(|node, _| node.epcis()).await?;
    ok(&document.map_err(runtime::Error::from)?)
}

pub(crate) async fn checkpoint(State(app): State<App>) -> Answer {
    let note = app.node().read(|node, _| node.checkpoint()).await?;
    ok(&serde_json::json!({ "note": note }))
}

#[derive(Serialize)]
struct Me {
    agent: AgentId,
    name: String,
    ticket: String,
}

pub(crate) async fn me(State(app): State<App>) -> Answer {
    let who = app.node().read(|node, now| node.status(now).me).await?;
    ok(&Me { agent: who.agent, name: who.name, ticket: app.node().ticket().to_string() })
}

#[derive(Serialize)]
struct Network {
    connected: Vec<AgentId>,
    gossip_neighbours: usize,
    frames_sent: u64,
    bytes_sent: u64,
    frames_received: u64,
    bytes_received: u64,
    dropped: u64,
    gossip_restarts: u64,
}

pub(crate) async fn network(State(app): State<App>) -> Answer {
    let s = app.node().net_stats();
    ok(&Network {
        connected: s.connected,
        gossip_neighbours: s.gossip_neighbours,
        frames_sent: s.frames_sent,
        bytes_sent: s.bytes_sent,
        frames_received: s.frames_received,
        bytes_received: s.bytes_received,
        dropped: s.dropped,
        gossip_restarts: s.gossip_restarts,
    })
}

fn record_id(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|e: vocab::Error| Problem::new(StatusCode::BAD_REQUEST, "malformed", Phrase::of(&e)))
}

fn unknown(kind: Phrase, id: RecordId) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown",
        phrase(format!("no {kind} {id} is known here"), format!("此处没有{} {id}", kind.zh())),
    )
    .remedy(phrase("look it up in the lists", "请在列表中查找"))
}

pub(crate) async fn pool_proof(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let id = record_id(&id)?;
    let proof = app.node().read(move |node, _| node.pool_proof(&id)).await?;
    ok(&proof.ok_or_else(|| unknown(phrase("proof of a pool", "拼单证明"), id))?)
}

pub(crate) async fn deal(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let id = record_id(&id)?;
    let deal = app.node().read(move |node, now| node.deal(&id, now)).await?;
    ok(&deal.ok_or_else(|| unknown(phrase("deal", "交易"), id))?)
}

#[derive(Serialize)]
struct Shown {
    /// the signed bytes, which are JSON text
    content: Box<RawValue>,
    signature: String,
}

pub(crate) async fn record(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let id = record_id(&id)?;
    let signed = app.node().read(move |node, _| node.record(&id).map(|r| r.signed().clone())).await?;
    let signed = signed.ok_or_else(|| unknown(phrase("record", "记录"), id))?;
    let damaged = |e: String| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", Phrase::plain(e));
    let text = String::from_utf8(signed.bytes.clone()).map_err(|e| damaged(e.to_string()))?;
    let content = RawValue::from_string(text).map_err(|e| damaged(e.to_string()))?;
    ok(&Shown { content, signature: HEXLOWER.encode(&signed.signature) })
}

fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Problem> {
    let body = body.map_err(|e| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            phrase("the request is over 2 MiB", "请求超过 2 MiB"),
        )
        .remedy(phrase("send less at a time", "请减少每次发送的内容")),
        status => Problem::new(status, "malformed", Phrase::plain(e.body_text())),
    })?;
    serde_json::from_slice(&body).map_err(|e| {
        let message = phrase(
            format!("the body does not read as what this route takes: {e}"),
            format!("请求内容不符合该地址的要求：{e}"),
        );
        Problem::new(StatusCode::BAD_REQUEST, "malformed", message).remedy(see())
    })
}

fn query<T>(asked: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    asked.map(|Query(asked)| asked).map_err(|e| {
        let (why, message) = (e.body_text(), "the query does not read as what this route takes");
        let message = phrase(format!("{message}: {why}"), format!("查询参数不符合该地址的要求：{why}"));
        Problem::new(StatusCode::BAD_REQUEST, "malformed", message).remedy(see())
    })
}

pub(crate) async fn command(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Answer {
    let command: Command = read(body)?;
    ok(&app.node().command(command).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    query: market::search::Query,
    #[serde(default)]
    ask: Vec<AgentId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandingQuery {
    agent: Option<AgentId>,
}

pub(crate) async fn standing(
    State(app): State<App>,
    asked: Result<Query<StandingQuery>, QueryRejection>,
) -> Answer {
    let agent = query(asked)?.agent;
    list(&app, move |node, _| node.standings(agent.as_ref())).await
}

pub(crate) async fn limits(State(app): State<App>) -> Answer {
    ok(&app.node().read(|node, _| node.limits()).await?)
}

pub(crate) async fn search(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Answer {
    let Search { query, ask } = read(body)?;
    match app.node().command(Command::Search { query, ask }).await? {
        Done::Search(view) => ok(&view),
        other => ok(&other),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ticket {
    ticket: String,
}

pub(crate) async fn add_peer(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Answer {
    let Ticket { ticket } = read(body)?;
    let malformed = |e: net::Error| Problem::new(StatusCode::BAD_REQUEST, "malformed", Phrase::of(&e));
    let peer: net::Peer = ticket.parse().map_err(malformed)?;
    if peer.agent == app.node().me() {
        let problem = Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            phrase("this is the node's own ticket", "这是本节点自己的凭条"),
        );
        return Err(problem.remedy(phrase(
            "give this ticket to others, and take theirs here",
            "请把这张凭条交给别人，并在此填入他们的",
        )));
    }
    let agent = peer.agent;
    app.node().know(peer).await?;
    ok(&serde_json::json!({ "agent": agent }))
}

pub(crate) async fn link(State(app): State<App>) -> Answer {
    let link = app.link().map_err(|e| no_random(&e))?;
    ok(&serde_json::json!({ "link": link }))
}

fn no_random(e: &getrandom::Error) -> Problem {
    let message =
        phrase(format!("the system gives no random bytes ({e})"), format!("系统没有给出随机字节（{e}）"));
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "system", message).remedy(phrase("try again", "请重试"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

pub(crate) async fn open_session(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    if headers.contains_key(header::ORIGIN) && !guard::origin_is_host(&headers) {
        return Err(guard::foreign_origin());
    }
    let Code { code } = read(body)?;
    let opened = app.sessions().open(&code, Instant::now()).map_err(|e| no_random(&e))?;
    let cookie = opened.ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "code",
            phrase("this link has been used, or is older than ten minutes", "该链接已被使用，或已超过十分钟"),
        )
        .remedy(phrase("make a new one with `headwater link`", "请用 `headwater link` 生成新链接"))
    })?;
    let answer = me(State(app.clone())).await?;
    let age = SESSION_IDLE.as_secs();
    Ok((set_cookie(&app, &cookie, age), answer).into_response())
}

pub(crate) async fn close_session(State(app): State<App>, headers: HeaderMap) -> Answer {
    if let Some(cookie) = guard::cookie(&headers, &app.cookie_name()) {
        app.sessions().close(&cookie);
    }
    let answer = ok(&serde_json::json!({}))?;
    Ok((set_cookie(&app, "", 0), answer).into_response())
}

fn set_cookie(app: &App, value: &str, age_s: u64) -> [(header::HeaderName, String); 1] {
    let name = app.cookie_name();
    [(header::SET_COOKIE, format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age_s}"))]
}

pub(crate) async fn openapi() -> Answer {
    ok(&openapi::document())
}
