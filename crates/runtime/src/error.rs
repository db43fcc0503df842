//! Why a running node could not do something: its own refusal, its disk, its network, or its end.

use std::sync::Arc;

/// What went wrong. Cheap to clone: one full disk answers many commands.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The node refused; nothing has changed.
    #[error(transparent)]
    Refused(#[from] node::Error),
    /// The data folder could not be used; nothing was acknowledged that is not on the disk.
    #[error(transparent)]
    Store(Arc<store::Error>),
    /// The network could not be started.
    #[error(transparent)]
    Net(Arc<net::Error>),
    /// A stored record does not fit those before it.
    #[error("record {position} in the data folder cannot be taken ({why}): restore the folder from a backup")]
    Unsound {
        /// its place, from 1
        position: u64,
        /// what is wrong with it
        why: String,
    },
    /// A value beside the records does not read as it should.
    #[error(
        "'{name}' in the data folder does not read as it should ({why}): restore the folder from a backup"
    )]
    Value {
        /// its name
        name: &'static str,
        /// what is wrong with it
        why: String,
    },
    /// A name that cannot be an agent's.
    #[error("'{name}' cannot be a name: use 1 to {max} characters on one line")]
    Name {
        /// what was given, shortened
        name: String,
        /// most characters
        max: usize,
    },
    /// The system gave no thread or no random bytes.
    #[error("the system gives no {what} ({why}): close other programs, then try again")]
    System {
        /// what was asked for
        what: &'static str,
        /// its answer
        why: String,
    },
    /// Too much is waiting.
    #[error("the node has too much to do ({waiting} things wait): try again in a moment")]
    Busy {
        /// how much waits
        waiting: usize,
    },
    /// No answer came; whether the command took effect shows in the lists.
    #[error("no answer within {seconds} s: look whether it took effect before trying again")]
    Slow {
        /// how long was waited
        seconds: u64,
    },
    /// The node has ended.
    #[error("the node has stopped: start it again")]
    Stopped,
}

impl Error {
    /// A name for programs that does not change when the words do.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(e) => e.code(),
            Self::Store(e) => match **e {
                store::Error::Locked { .. } => "locked",
                store::Error::Full { .. } => "disk_full",
                store::Error::Missing { .. } => "not_initialised",
                store::Error::Exists { .. } => "exists",
                store::Error::PassphraseNeeded { .. }
                | store::Error::PassphraseWrong { .. }
                | store::Error::PassphraseUnused { .. }
                | store::Error::PassphraseEmpty => "passphrase",
                _ => "storage",
            },
            Self::Net(_) => "network",
            Self::Unsound { .. } | Self::Value { .. } => "damaged",
            Self::Name { .. } => "name",
            Self::System { .. } => "system",
            Self::Busy { .. } => "busy",
            Self::Slow { .. } => "slow",
            Self::Stopped => "stopped",
        }
    }
}

impl From<store::Error> for Error {
    fn from(e: store::Error) -> Self {
        Self::Store(Arc::new(e))
    }
}
impl From<net::Error> for Error {
    fn from(e: net::Error) -> Self {
        Self::Net(Arc::new(e))
    }
}
