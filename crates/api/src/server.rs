//! The listening server: one router, started and stopped as a whole.

use crate::endpoints::{Access, ENDPOINTS};
use crate::error::Problem;
use crate::state::App;
use crate::{Error, app, guard, handlers};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri};
use axum::middleware;
use runtime::Handle;
use std::net::SocketAddr;
use std::time::Duration;
use store::Token;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vocab::phrase;

/// Where the API lives.
pub(crate) const BASE: &str = "/api/v1";
/// Largest request.
const BODY_BYTES_MAX: usize = 2 << 20;
/// How long requests under way may take once the server is to stop.
const GRACE: Duration = Duration::from_secs(3);

/// A server at work.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    app: App,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Serves `node` on `listener`. The token opens the API; see [`Server::link`] for people.
///
/// Bind a loopback address: HTTP is not encrypted. On another one only requests whose Host is a loopback name or
/// that very address are answered, as through a port forwarded from this machine.
pub async fn serve(listener: TcpListener, node: Handle, token: Token) -> Result<Server, Error> {
    let address = listener.local_addr().map_err(Error::Socket)?;
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "HTTP is not encrypted, and other machines can reach this address");
    }
    let app = App::new(node, token, address);
    let router = router(app.clone());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        // a dropped server stops as one that was told to
        let _ = stopped.await;
    });
    let task = tokio::spawn(async move {
        if let Err(e) = serving.await {
            tracing::error!("the HTTP server has ended: {e}");
        }
    });
    tracing::info!(%address, "HTTP is served");
    Ok(Server { address, app, stop, task })
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A new link that opens the web app for whoever uses it first, within ten minutes.
    pub fn link(&self) -> Result<String, Error> {
        self.app.link().map_err(Error::Random)
    }

    /// Answers what is under way, for three seconds at most, and closes the port. Event streams end when the node
    /// does: stop that first.
    pub async fn stop(self) {
        // an error means that it has ended already
        let _ = self.stop.send(());
        let mut task = self.task;
        if tokio::time::timeout(GRACE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

fn router(app: App) -> Router {
    let mut api = Router::new();
    for endpoint in ENDPOINTS {
        let route = (endpoint.route)();
        let route = match endpoint.access {
            Access::Open => route,
            Access::Owner => route.layer(middleware::from_fn_with_state(app.clone(), guard::owner_only)),
        };
        api = api.route(endpoint.path, route);
    }
    let api = api
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    Router::new()
        .nest(BASE, api)
        .fallback(axum::routing::get(app::page))
        .layer(middleware::from_fn_with_state(app.clone(), guard::front_door))
        .with_state(app)
}

async fn unknown_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(100).collect();
    Problem::new(
        StatusCode::NOT_FOUND,
        "route",
        phrase(format!("there is no {BASE}{path}"), format!("没有 {BASE}{path}")),
    )
    .remedy(handlers::see())
}

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        phrase("this route does not know that method", "该地址不支持这种方法"),
    )
    .remedy(handlers::see())
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({})", self.address())
    }
}
