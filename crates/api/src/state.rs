//! What every request shares.

use crate::session::Sessions;
use runtime::Handle;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use store::Token;
use tokio::sync::Semaphore;

/// Most event streams at a time.
const STREAMS_MAX: usize = 64;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    node: Handle,
    token: Token,
    sessions: Mutex<Sessions>,
    address: SocketAddr,
    streams: Arc<Semaphore>,
}

impl App {
    pub(crate) fn new(node: Handle, token: Token, address: SocketAddr) -> Self {
        let sessions = Mutex::default();
        let streams = Arc::new(Semaphore::new(STREAMS_MAX));
        Self(Arc::new(Inner { node, token, sessions, address, streams }))
    }

    pub(crate) fn node(&self) -> &Handle {
        &self.0.node
    }
    pub(crate) fn token(&self) -> &Token {
        &self.0.token
    }
    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }
    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.0.sessions.lock().expect("no code panics while it holds this lock")
    }
    pub(crate) fn streams(&self) -> Arc<Semaphore> {
        self.0.streams.clone()
    }

    /// Cookies do not heed ports: nodes on one machine need names of their own.
    pub(crate) fn cookie_name(&self) -> String {
        format!("headwater_{}", self.0.address.port())
    }

    /// A new one-time link that opens the web app.
    pub(crate) fn link(&self) -> Result<String, getrandom::Error> {
        let code = self.sessions().issue(std::time::Instant::now())?;
        let mut address = self.0.address;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        Ok(format!("http://{address}/#/join/{code}"))
    }
}
