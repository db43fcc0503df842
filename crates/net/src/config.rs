//! What a node decides about its network, and the endpoint that follows from it.
//!
//! Nothing outside is ever contacted unasked: no public relay, no public address book, no port mapping.

use crate::Error;
use iroh::address_lookup::memory::MemoryLookup;
use iroh::endpoint::{BindOpts, IdleTimeout, QuicTransportConfig, VarInt, presets};
use iroh::{Endpoint, RelayMode, RelayUrl, SecretKey};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

/// A peer that says nothing for this long is gone. Short, because what is written to a killed peer's connection
/// until then is lost and must be sent again.
const IDLE_MS: u32 = 6_000;
/// Three chances to be heard before the other side gives up.
const KEEP_ALIVE: Duration = Duration::from_secs(2);
/// First guess of a round trip: a dial to a peer that is just starting is repeated after three of these.
const INITIAL_RTT: Duration = Duration::from_millis(100);
/// Bytes in flight: one frame of the largest size on a stream, two on a connection.
const STREAM_WINDOW: u32 = crate::FRAME_BYTES_MAX as u32;
const CONNECTION_WINDOW: u32 = 2 * STREAM_WINDOW;

/// How this node takes part.
#[derive(Clone)]
pub struct Config {
    /// seed of the Ed25519 key that is this node's name on the network
    pub secret: [u8; 32],
    /// UDP address to listen on; port 0 lets the system choose, a fixed port lets peers find this node again at once
    pub bind: SocketAddr,
    /// listen on 127.0.0.1 (and the port of `bind`) and tell nobody another address; turns `mdns` off
    pub loopback_only: bool,
    /// find and be found by nodes on the local network
    pub mdns: bool,
    /// a relay of one's own, for peers behind NATs; it sees who talks to whom, never what
    pub relay: Option<RelayUrl>,
    /// name of the network: nodes hear each other's records when they use the same
    pub network: String,
}

impl Default for Config {
    /// All interfaces, any port, network `main`, no discovery, no relay, and a secret of zeros to be replaced.
    fn default() -> Self {
        Self {
            secret: [0; 32],
            bind: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            loopback_only: false,
            mdns: false,
            relay: None,
            network: "main".to_owned(),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("bind", &self.bind)
            .field("loopback_only", &self.loopback_only)
            .field("mdns", &self.mdns)
            .field("relay", &self.relay)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

impl Config {
    pub(crate) async fn endpoint(&self, lookup: MemoryLookup) -> Result<Endpoint, Error> {
        let bind = match self.loopback_only {
            true => SocketAddr::from((Ipv4Addr::LOCALHOST, self.bind.port())),
            false => self.bind,
        };
        let failed = |cause: String| Error::Bind { bind, cause };
        let relay = match &self.relay {
            Some(url) => RelayMode::custom([url.clone()]),
            None => RelayMode::Disabled,
        };
        let mut builder = Endpoint::builder(presets::Minimal)
            .secret_key(SecretKey::from_bytes(&self.secret))
            .relay_mode(relay)
            .transport_config(transport())
            .address_lookup(lookup)
            .clear_ip_transports()
            .bind_addr(bind)
            .map_err(|e| failed(e.to_string()))?;
        if bind.ip() == Ipv4Addr::UNSPECIFIED {
            // the same port over IPv6, where there is IPv6
            let v6 = SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, bind.port(), 0, 0);
            let optional = BindOpts::default().set_is_required(false);
            builder = builder.bind_addr_with_opts(v6, optional).map_err(|e| failed(e.to_string()))?;
        }
        builder.bind().await.map_err(|e| failed(format!("{e:#}")))
    }
}

fn transport() -> QuicTransportConfig {
    QuicTransportConfig::builder()
        .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(IDLE_MS))))
        .default_path_max_idle_timeout(Duration::from_millis(IDLE_MS.into()))
        .keep_alive_interval(KEEP_ALIVE)
        .default_path_keep_alive_interval(KEEP_ALIVE)
        .initial_rtt(INITIAL_RTT)
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
        .receive_window(VarInt::from_u32(CONNECTION_WINDOW))
        .send_window(CONNECTION_WINDOW.into())
        .build()
}
