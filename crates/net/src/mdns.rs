//! Finding nodes on the local network, and being found (multicast DNS).
//!
//! A convenience: where multicast is blocked, peers are told by ticket and everything else works the same.

use crate::Peer;
use crate::net::Event;
use crate::shared::{Shared, agent_id, stopped};
use iroh_mdns_address_lookup::{DiscoveryEvent, MdnsAddressLookup};
use n0_future::StreamExt;
use std::sync::Arc;
use std::time::Duration;

const SERVICE: &str = "headwater1";
const CADENCE: Duration = Duration::from_secs(2);

/// Starts announcing and listening; a network that does not allow it is reported in the log alone.
pub(crate) fn start(shared: &Arc<Shared>) {
    let built = MdnsAddressLookup::builder()
        .service_name(SERVICE)
        .discovery_cadence(CADENCE)
        .build(shared.endpoint.id());
    let mdns = match (built, shared.endpoint.address_lookup()) {
        (Ok(mdns), Ok(services)) => {
            services.add(mdns.clone());
            mdns
        }
        (Err(e), _) => return tracing::warn!("no local discovery: {e}"),
        (_, Err(e)) => return tracing::warn!("no local discovery: {e}"),
    };
    shared.runtime.spawn(listen(shared.clone(), mdns));
}

async fn listen(shared: Arc<Shared>, mdns: MdnsAddressLookup) {
    let mut stopping = shared.stopping.clone();
    let listening = async {
        let mut events = mdns.subscribe().await;
        while let Some(event) = events.next().await {
            if let DiscoveryEvent::Discovered { endpoint_info, .. } = event {
                let found = endpoint_info.to_endpoint_addr();
                let peer = Peer { agent: agent_id(found.id), addresses: found.ip_addrs().copied().collect() };
                if shared.events.send(Event::Discovered(peer)).await.is_err() {
                    return;
                }
            }
        }
    };
    tokio::select! {
        () = listening => {}
        () = stopped(&mut stopping) => {}
    }
}
