//! How much a node keeps and answers, as its owner sets it: the part of a [`Policy`] that is written in a file.

use crate::node::{Node, Policy};
use crate::quota::Quotas;
use serde::{Deserialize, Serialize};

/// Limits of a node; what a file leaves out is as usual.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// room for the public records of one author, whoever it is
    pub public_per_author: usize,
    /// searches answered to one peer in a minute; 0: none
    pub searches_per_peer: u32,
    /// searches answered to all peers together in a minute
    pub searches_in_all: u32,
    /// how much is kept of whom, when there is no room for all
    pub quotas: Quotas,
}

impl Default for Limits {
    fn default() -> Self {
        Policy::default().limits()
    }
}

impl Limits {
    /// Those of a node that keeps what it can and answers whoever asks: an indexer.
    pub fn wide() -> Self {
        let quotas = Quotas {
            strangers: 1_000_000,
            stamped: 1_000_000,
            per_voucher: 1_000_000,
            in_all: 4_000_000,
            letters_of_strangers: 1_000_000,
            ..Quotas::default()
        };
        Self { public_per_author: 20_000, searches_per_peer: 300, searches_in_all: 6_000, quotas }
    }
}

impl Policy {
    /// This policy within these limits.
    pub fn within(self, limits: &Limits) -> Self {
        let Limits { public_per_author, searches_per_peer, searches_in_all, quotas } = *limits;
        Self { public_per_author, searches_per_peer, searches_in_all, quotas, ..self }
    }
    fn limits(&self) -> Limits {
        Limits {
            public_per_author: self.public_per_author,
            searches_per_peer: self.searches_per_peer,
            searches_in_all: self.searches_in_all,
            quotas: self.quotas,
        }
    }
}

impl Node {
    /// How much this node keeps and answers.
    pub fn limits(&self) -> Limits {
        self.config.policy.limits()
    }
}
