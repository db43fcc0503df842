//! An agent and where to dial it, and the ticket that carries both as text.
//!
//! `headwater1` + base32 (RFC 4648, lower case, no padding) of: key (32 bytes), number of addresses (1), each
//! address as 4 or 6 (1), the IP (4 or 16), the port (2, big-endian), then the first 4 bytes of the SHA-256 of all
//! that, so that a mistyped ticket is refused instead of dialled.

use crate::Error;
use data_encoding::{BASE32_NOPAD, Encoding};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use vocab::AgentId;
use vocab::phrase;

const PREFIX: &str = "headwater1";
const ADDRESSES_MAX: usize = 16;
const CHECK_BYTES: usize = 4;
const BYTES_MAX: usize = 32 + 1 + ADDRESSES_MAX * 19 + CHECK_BYTES;

const BASE32: Encoding = BASE32_NOPAD;

/// An agent and the addresses it may be dialled at, best first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    /// the agent, which is also its endpoint's key
    pub agent: AgentId,
    /// UDP addresses; a ticket carries the first 16
    pub addresses: Vec<SocketAddr>,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses = &self.addresses[..self.addresses.len().min(ADDRESSES_MAX)];
        let mut bytes = Vec::with_capacity(BYTES_MAX);
        bytes.extend(self.agent.0);
        bytes.push(addresses.len() as u8);
        for address in addresses {
            match address.ip() {
                IpAddr::V4(ip) => {
                    bytes.push(4);
                    bytes.extend(ip.octets());
                }
                IpAddr::V6(ip) => {
                    bytes.push(6);
                    bytes.extend(ip.octets());
                }
            }
            bytes.extend(address.port().to_be_bytes());
        }
        bytes.extend(check(&bytes));
        write!(f, "{PREFIX}{}", BASE32.encode(&bytes).to_ascii_lowercase())
    }
}

impl FromStr for Peer {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let fail = |cause| Error::Ticket { value: s.chars().take(24).collect(), cause };
        let encoded =
            s.trim().strip_prefix(PREFIX).ok_or_else(|| fail(phrase("it starts otherwise", "开头不对")))?;
        if encoded.len() > BASE32.encode_len(BYTES_MAX) {
            return Err(fail(phrase("it is too long", "太长")));
        }
        let bytes = BASE32.decode(encoded.to_ascii_uppercase().as_bytes()).map_err(|_| {
            fail(phrase(
                "it has other characters than a-z and 2-7, or was cut off",
                "含有 a-z 和 2-7 以外的字符，或被截断",
            ))
        })?;
        let (body, given) = bytes
            .len()
            .checked_sub(CHECK_BYTES)
            .map(|at| bytes.split_at(at))
            .ok_or_else(|| fail(phrase("it is too short", "太短")))?;
        if given != check(body) {
            return Err(fail(phrase("it was mistyped or cut off", "输入有误或被截断")));
        }
        parse(body).ok_or_else(|| fail(phrase("its addresses do not add up", "其中的地址不完整")))
    }
}

fn check(body: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = Sha256::digest(body);
    [digest[0], digest[1], digest[2], digest[3]]
}

fn parse(body: &[u8]) -> Option<Peer> {
    let (key, rest) = body.split_first_chunk::<32>()?;
    let (&count, mut rest) = rest.split_first()?;
    let mut addresses = Vec::with_capacity(usize::from(count).min(ADDRESSES_MAX));
    for _ in 0..count {
        let (&family, after) = rest.split_first()?;
        let (ip, after) = match family {
            4 => after.split_first_chunk::<4>().map(|(ip, after)| (IpAddr::from(*ip), after))?,
            6 => after.split_first_chunk::<16>().map(|(ip, after)| (IpAddr::from(*ip), after))?,
            _ => return None,
        };
        let (port, after) = after.split_first_chunk::<2>()?;
        addresses.push(SocketAddr::new(ip, u16::from_be_bytes(*port)));
        rest = after;
    }
    rest.is_empty().then_some(Peer { agent: AgentId(*key), addresses })
}

impl Serialize for Peer {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Peer {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tickets_read_back_whatever_the_case(
            key in any::<[u8; 32]>(),
            addresses in prop::collection::vec(any::<(IpAddr, u16)>(), 0..=ADDRESSES_MAX),
        ) {
            let peer = Peer { agent: AgentId(key), addresses: addresses.into_iter().map(Into::into).collect() };
            let text = peer.to_string();
            prop_assert_eq!(&text.parse::<Peer>().unwrap(), &peer);
            let (prefix, rest) = text.split_at(PREFIX.len());
            let shouted = format!(" {prefix}{}\n", rest.to_ascii_uppercase());
            prop_assert_eq!(&shouted.parse::<Peer>().unwrap(), &peer);
            let json = serde_json::to_string(&peer).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Peer>(&json).unwrap(), &peer);
        }

        #[test]
        fn one_wrong_letter_is_noticed(at in 0_usize..60, letter in "[a-z2-7]") {
            let peer = Peer { agent: AgentId([7; 32]), addresses: vec!["10.0.0.1:4040".parse().unwrap()] };
            let text = peer.to_string();
            let at = PREFIX.len() + at;
            let mistyped = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
            prop_assert!(mistyped == text || mistyped.parse::<Peer>().is_err());
        }

        #[test]
        fn nonsense_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(text.parse::<Peer>().is_err());
            let prefixed = format!("{PREFIX}{text}");
            prop_assert!(prefixed.parse::<Peer>().is_err());
        }
    }

    #[test]
    fn a_ticket_carries_a_bounded_number_of_addresses() {
        let addresses = (1..=99).map(|port| SocketAddr::from(([127, 0, 0, 1], port))).collect();
        let peer = Peer { agent: AgentId([1; 32]), addresses };
        let read = peer.to_string().parse::<Peer>().unwrap();
        assert_eq!(read.addresses, peer.addresses[..ADDRESSES_MAX]);
        assert!(format!("{PREFIX}{}", "a".repeat(100_000)).parse::<Peer>().is_err());
    }
}
