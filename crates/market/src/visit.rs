//! Loop tags: how an enquiry says who has been asked already without saying who.
//!
//! Whoever is asked can tell whether it has been asked before in this tree; a tag from one tree says nothing in
//! another. The 64 bits kept make a false alarm about as likely as one in 10^17 for a tree of a hundred.

use crate::hex;
use sha2::{Digest, Sha256};
use vocab::{AgentId, RecordId};

/// Bytes of the hash that a tag keeps.
const TAG_BYTES: usize = 8;

/// The tag of `agent` in the tree of enquiries that `origin` began: 16 hexadecimal digits.
pub fn visit_tag(origin: &RecordId, agent: &AgentId) -> String {
    let hash = Sha256::new().chain_update(b"headwater/visit/1").chain_update(origin.0).chain_update(agent.0);
    hex::encode(&hash.finalize()[..TAG_BYTES])
}

/// True when `text` has the form of a tag.
pub(crate) fn is_tag(text: &str) -> bool {
    hex::decode(text).is_some_and(|bytes| bytes.len() == TAG_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_differs_by_agent_and_by_tree() {
        let tag = |origin: u8, agent: u8| visit_tag(&RecordId([origin; 32]), &AgentId([agent; 32]));
        assert_eq!(tag(1, 2), tag(1, 2));
        assert_ne!(tag(1, 2), tag(1, 3));
        assert_ne!(tag(1, 2), tag(2, 2));
        assert!(is_tag(&tag(1, 2)));
        // SHA-256("headwater/visit/1" || 01 x 32 || 02 x 32), reckoned apart from this program
        assert_eq!(tag(1, 2), "5f0d57b9764185b1");
    }

    #[test]
    fn other_texts_are_not_tags() {
        for bad in ["", "00", "0011223344556677aa", "001122334455667G", "00112233445566AA", "椅子椅子椅"]
        {
            assert!(!is_tag(bad), "{bad}");
        }
    }
}
