//! What changes, as server-sent events (HTML Standard, section 9.2): `event: <topic>`, `data: {}`.
//!
//! An event says where to look, not what is there. A watcher that falls behind is told to look at everything
//! (`resync`) instead of being waited for.

use crate::error::Problem;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use node::effect::Topic;
use std::convert::Infallible;
use std::time::Duration;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;
use vocab::phrase;

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// GET events.
pub(crate) async fn events(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let permit = app.streams().try_acquire_owned().map_err(|_| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", phrase("too many watchers", "观察者过多"))
            .remedy(phrase("close other windows, then try again", "请关闭其他窗口后重试"))
    })?;
    // the first event makes a new watcher look at everything once: what changed before it came is not repeated
    let hello = tokio_stream::once(Event::default().event("resync").data("{}"));
    let changes = BroadcastStream::new(app.node().topics()).map(move |change| {
        // the place is given back when the stream is dropped
        let _held = &permit;
        let name = change.map_or("resync", topic_name);
        Event::default().event(name).data("{}")
    });
    let stream = hello.chain(changes).map(Ok::<_, Infallible>);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn topic_name(topic: Topic) -> &'static str {
    match topic {
        Topic::Market => "market",
        Topic::Deals => "deals",
        Topic::Workshop => "workshop",
        Topic::Stock => "stock",
        Topic::Peers => "peers",
        Topic::Feedback => "feedback",
        Topic::Problems => "problems",
    }
}
