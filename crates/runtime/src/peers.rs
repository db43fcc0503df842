//! Where peers were last seen, remembered in the store so that a restarted node finds them again.

use crate::{Error, Result};
use net::Peer;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use store::Store;
use vocab::AgentId;

const PEERS: &str = "peers";
const PEERS_MAX: usize = 1_000;
const ADDRESSES_MAX: usize = 16;

/// The address book.
#[derive(Debug, Default)]
pub(crate) struct AddressBook {
    known: BTreeMap<AgentId, Vec<SocketAddr>>,
    changed: bool,
}

impl AddressBook {
    pub(crate) fn load(store: &Store) -> Result<Self> {
        let known = match store.meta_get(PEERS)? {
            Some(json) => {
                serde_json::from_slice(&json).map_err(|e| Error::Value { name: PEERS, why: e.to_string() })?
            }
            None => BTreeMap::new(),
        };
        Ok(Self { known, changed: false })
    }

    /// Takes `peer` in, in place of what was known of it; false when that changes nothing or there is no room.
    pub(crate) fn learn(&mut self, mut peer: Peer) -> bool {
        peer.addresses.truncate(ADDRESSES_MAX);
        let known = self.known.get(&peer.agent);
        let full = known.is_none() && self.known.len() >= PEERS_MAX;
        if full || peer.addresses.is_empty() || known == Some(&peer.addresses) {
            return false;
        }
        self.known.insert(peer.agent, peer.addresses);
        self.changed = true;
        true
    }

    /// Everyone remembered.
    pub(crate) fn peers(&self) -> impl Iterator<Item = Peer> {
        self.known.iter().map(|(agent, addresses)| Peer { agent: *agent, addresses: addresses.clone() })
    }

    /// Writes the book down if it has changed. A book that cannot be written is only an inconvenience.
    pub(crate) fn keep(&mut self, store: &mut Store) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let json = serde_json::to_vec(&self.known).expect("keys are text and values lists of addresses");
        if let Err(e) = store.meta_set(PEERS, &json) {
            tracing::warn!("peers' addresses were not written down: {e}");
        }
    }
}

/// The addresses that read as such: a peer's word is not trusted to be well-formed.
pub(crate) fn addresses(texts: &[String]) -> Vec<SocketAddr> {
    texts.iter().take(ADDRESSES_MAX).filter_map(|text| text.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u16) -> Peer {
        let mut key = [0; 32];
        key[..2].copy_from_slice(&n.to_be_bytes());
        Peer { agent: AgentId(key), addresses: vec![([127, 0, 0, 1], 4000 + n).into()] }
    }

    #[test]
    fn what_was_learnt_is_there_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let mut book = AddressBook::load(&store).unwrap();
        assert!(book.learn(peer(1)) && book.learn(peer(2)) && !book.learn(peer(2)));
        let moved = Peer { addresses: vec![([10, 0, 0, 1], 9).into()], ..peer(1) };
        assert!(book.learn(moved.clone()));
        book.keep(&mut store);
        let peers: Vec<_> = AddressBook::load(&store).unwrap().peers().collect();
        assert_eq!(peers, [moved, peer(2)]);
    }

    #[test]
    fn the_book_has_a_last_page() {
        let mut book = AddressBook::default();
        (0..PEERS_MAX as u16).for_each(|n| assert!(book.learn(peer(n))));
        assert!(!book.learn(peer(5_000)));
        assert!(!book.learn(Peer { addresses: vec![], ..peer(1) }), "no address replaces none");
    }

    #[test]
    fn malformed_addresses_are_passed_over() {
        let texts = ["10.0.0.1:4040".to_owned(), "nonsense".into(), "[::1]:7".into(), String::new()];
        assert_eq!(addresses(&texts), ["10.0.0.1:4040".parse().unwrap(), "[::1]:7".parse().unwrap()]);
    }
}
