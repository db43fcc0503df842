//! A stamp: work spent on an agent's key, so that a thousand keys cost a thousand times as much as one.
//!
//! A nonce counts by how many zero bits the SHA-256 of key, expiry and nonce begins with: each further bit is twice the
//! work, and checking it is one hash. Where the work is done is not known here: it takes seconds, so not in a node.

use ledger::Statement;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vocab::{AgentId, DAY_S, Timestamp};

/// What makes this hash mean a stamp and nothing else.
const DOMAIN: &[u8] = b"headwater/stamp/1";

/// Work that an agent has spent on its own key; public.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// not valid after, whole seconds
    pub expires: Timestamp,
    /// found by trying
    pub nonce: u32,
}

impl Statement for Stamp {
    const KIND: &'static str = "stamp";
}

impl Stamp {
    /// Longest life of a stamp, seconds: what was worked for once must be worked for again.
    pub const LIFE_S_MAX: i64 = 31 * DAY_S;

    /// How many zero bits the hash begins with.
    pub fn bits(&self, agent: &AgentId) -> u32 {
        let expires = self.expires.as_second().to_be_bytes();
        let hash = Sha256::digest([DOMAIN, &agent.0, &expires, &self.nonce.to_be_bytes()].concat());
        let zeros = hash.iter().take_while(|b| **b == 0).count();
        zeros as u32 * 8 + hash.get(zeros).map_or(0, |b| b.leading_zeros())
    }

    /// Tries the nonces of `range`; the first that reaches `bits`.
    pub fn search(
        agent: &AgentId,
        expires: Timestamp,
        bits: u32,
        mut range: std::ops::Range<u32>,
    ) -> Option<Self> {
        let expires = Timestamp::from_second(expires.as_second()).unwrap_or(expires);
        range.find_map(|nonce| Some(Self { expires, nonce }).filter(|stamp| stamp.bits(agent) >= bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_worth_the_work_for_one_key_and_one_time_only() {
        let (mine, other) = (AgentId([1; 32]), AgentId([2; 32]));
        let expires = Timestamp::from_second(1_767_600_000).unwrap();
        let stamp = Stamp::search(&mine, expires, 10, 0..1 << 16).unwrap();
        assert!(stamp.bits(&mine) >= 10);
        assert!(stamp.bits(&other) < 10);
        let longer = Stamp { expires: vocab::after(expires, 1), ..stamp };
        assert!(longer.bits(&mine) < 10);
        assert_eq!(Stamp::search(&mine, expires, 40, 0..10), None);
    }
}
