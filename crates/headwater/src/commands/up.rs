//! `headwater up`: the node with its network and its web app, until somebody stops it.
//!
//! Ports that were free the first time are kept in `ports.json` and tried first the next time: peers and bookmarks
//! find the node again.

use super::{Context, files, init};
use crate::cli::{OnOff, UpArgs};
use crate::client::Running;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use node::Limits;
use runtime::{Clock, Handle, Options};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use store::Token;
use tokio::net::TcpListener;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const HTTP_PORT: u16 = 7300;
const P2P_PORT: u16 = 7400;
/// How many ports are tried, from the usual one on.
const PORTS_TRIED: u16 = 100;
const PORTS: &str = "ports.json";
/// How much the node keeps and answers, where its owner has a wish.
const LIMITS: &str = "limits.toml";

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Ports {
    http: Option<u16>,
    p2p: Option<u16>,
}

pub(super) fn run(c: &Context, args: UpArgs) -> Result<()> {
    // our own crates speak at the level asked for, libraries only of trouble
    let ours = ["headwater", "runtime", "api", "net", "node", "store"];
    let targets = ours.iter().fold(Targets::new().with_default(tracing::Level::ERROR), |targets, name| {
        targets.with_target(*name, args.log)
    });
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(layer).with(targets).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new(Exit::Failed, "system", e.to_string()))?;
    runtime.block_on(serve(c, args))
}

async fn serve(c: &Context, args: UpArgs) -> Result<()> {
    let signals = Signals::new()?;
    let passphrase = init::passphrase(c, args.passphrase_file.as_deref())?;
    let ports_file = c.dir.join(PORTS);
    let kept = std::fs::read(&ports_file).ok().and_then(|json| serde_json::from_slice(&json).ok());
    let kept: Ports = kept.unwrap_or_default();
    let limits = match c.dir.join(LIMITS) {
        _ if args.keep_all => Limits::wide(),
        file if file.exists() => files::read(c, &file)?,
        _ => Limits::default(),
    };
    let options = Options {
        dir: c.dir.clone(),
        passphrase,
        bind: args.p2p.unwrap_or(SocketAddr::from(([0, 0, 0, 0], P2P_PORT))),
        loopback_only: args.loopback,
        mdns: args.mdns == OnOff::On,
        network: args.network,
        relay: args.relay,
        peers: args.peer,
        clock: Clock { offset_s: args.clock_offset },
        limits,
    };
    let node = match args.p2p {
        Some(_) => runtime::start(options).await?,
        None => start_where_free(c, options, kept.p2p).await?,
    };
    let listener = match http_listener(c, args.http, kept).await {
        Ok(listener) => listener,
        Err(e) => {
            node.stop().await;
            return Err(e);
        }
    };
    let server = api::serve(listener, node.clone(), Token::open(&c.dir)?).await?;
    let (ticket, address) = (node.ticket(), server.address());
    let http = format!("http://{address}");
    Running { http: http.clone(), pid: std::process::id() }.write(&c.dir).map_err(|e| cannot_write(c, &e))?;
    let p2p = ticket.addresses.first().copied();
    let now = Ports { http: Some(address.port()), p2p: p2p.map(|a| a.port()) };
    if let Err(e) =
        serde_json::to_vec(&now).map_err(Into::into).and_then(|json| std::fs::write(&ports_file, json))
    {
        tracing::warn!("the ports were not kept: {e}");
    }
    let link = server.link()?;
    let name = node.read(|node, now| node.status(now).me.name).await?;
    let ticket_text = ticket.to_string();
    c.tell(
        &json!({"http": http, "link": link, "ticket": ticket_text, "p2p": p2p, "pid": std::process::id()}),
        || {
            let mut lines = vec![c.say(Msg::UpRunning, &[&name])];
            lines.extend([c.say(Msg::UpOpen, &[]), format!("  {link}")]);
            lines.extend([c.say(Msg::UpTicket, &[]), format!("  {ticket_text}")]);
            if let Some(p2p) = p2p {
                lines.push(c.say(Msg::UpPeers, &[&p2p]));
            }
            lines.push(c.say(Msg::UpStop, &[]));
            lines.join("\n")
        },
    )?;

    let ended_by_itself = tokio::select! {
        () = signals.stop() => false,
        () = end_of_input(), if args.stop_with_stdin => false,
        () = node.ended() => true,
    };
    eprintln!("{}", c.say(Msg::UpStopping, &[]));
    Running::remove(&c.dir);
    // the node first: what it has answered is on the disk, and event streams end with it
    node.stop().await;
    server.stop().await;
    if ended_by_itself {
        return Err(Failure::new(Exit::Failed, "stopped", c.say(Msg::NodeEnded, &[])));
    }
    eprintln!("{}", c.say(Msg::UpStopped, &[]));
    Ok(())
}

fn cannot_write(c: &Context, e: &std::io::Error) -> Failure {
    Failure::new(Exit::Storage, "storage", c.say(Msg::CannotWrite, &[&c.dir.display(), e]))
}

/// The ports to try, best first: the one kept from before, then the usual one and those after it.
fn candidates(kept: Option<u16>, usual: u16) -> impl Iterator<Item = u16> {
    kept.into_iter().chain(usual..usual.saturating_add(PORTS_TRIED))
}

fn no_port(c: &Context, usual: u16) -> Failure {
    let message = c.say(Msg::NoPort, &[&usual, &usual.saturating_add(PORTS_TRIED - 1)]);
    Failure::new(Exit::Failed, "network", message).remedy(c.say(Msg::NoPortRemedy, &[]))
}

fn notice(c: &Context, wanted: u16, got: u16) {
    if wanted != got {
        eprintln!("{}", c.say(Msg::PortTaken, &[&wanted, &got]));
    }
}

/// Starts the node on the first of the usual UDP ports that can be had.
async fn start_where_free(c: &Context, options: Options, kept: Option<u16>) -> Result<Handle> {
    for port in candidates(kept, P2P_PORT) {
        let bind = SocketAddr::new(options.bind.ip(), port);
        match runtime::start(Options { bind, ..options.clone() }).await {
            Err(runtime::Error::Net(e)) if matches!(*e, net::Error::Bind { .. }) => {}
            started => {
                let node = started?;
                notice(c, kept.unwrap_or(P2P_PORT), port);
                return Ok(node);
            }
        }
    }
    Err(no_port(c, P2P_PORT))
}

async fn http_listener(c: &Context, given: Option<SocketAddr>, kept: Ports) -> Result<TcpListener> {
    let failed = |address: SocketAddr, e: std::io::Error| {
        Failure::new(Exit::Failed, "http", c.say(Msg::CannotListen, &[&address, &e]))
            .remedy(c.say(Msg::NoPortRemedy, &[]))
    };
    if let Some(address) = given {
        if !address.ip().is_loopback() {
            eprintln!("{}", c.say(Msg::UpExposed, &[&address]));
        }
        return TcpListener::bind(address).await.map_err(|e| failed(address, e));
    }
    for port in candidates(kept.http, HTTP_PORT) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match TcpListener::bind(address).await {
            Ok(listener) => {
                notice(c, kept.http.unwrap_or(HTTP_PORT), port);
                return Ok(listener);
            }
            Err(e) if e.kind() == ErrorKind::AddrInUse => {}
            Err(e) => return Err(failed(address, e)),
        }
    }
    Err(no_port(c, HTTP_PORT))
}

/// Comes when standard input ends: when whoever runs this program closes it, or is gone, however it ended.
async fn end_of_input() {
    let (tell, hear) = tokio::sync::oneshot::channel();
    // a thread of its own: a blocking read inside the runtime would keep it from stopping
    std::thread::spawn(move || {
        // an error is an end too, and nobody listens when the node was stopped otherwise
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = tell.send(());
    });
    let _ = hear.await;
}

/// Ctrl-C and, where there is such a thing, SIGTERM; caught from the start, so that a stop while starting is clean.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let on = |kind| signal(kind).map_err(|e| Failure::new(Exit::Failed, "system", e.to_string()));
        Ok(Self { terminate: on(SignalKind::terminate())?, interrupt: on(SignalKind::interrupt())? })
    }
    #[cfg(not(unix))]
    fn new() -> Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn stop(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
    #[cfg(not(unix))]
    async fn stop(self) {
        // an error means that the system has no Ctrl-C: then only the end of the process stops it
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
