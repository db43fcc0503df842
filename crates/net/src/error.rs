//! What can go wrong before anything is sent; afterwards trouble shows as events and counters.

use std::net::SocketAddr;
use vocab::Phrase;

/// Why the network could not be started or a ticket not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The UDP port could not be had.
    #[error("cannot listen on UDP {bind} ({cause}): free that port or choose another")]
    Bind {
        /// the address asked for
        bind: SocketAddr,
        /// the system's answer
        cause: String,
    },
    /// Not a ticket.
    #[error("'{value}' is not a peer's ticket ({cause}): copy the whole text that starts with headwater1")]
    Ticket {
        /// what was given, shortened
        value: String,
        /// what is wrong with it
        cause: Phrase,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes ({0})")]
    Random(getrandom::Error),
}
