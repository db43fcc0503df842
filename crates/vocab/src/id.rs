//! Identifiers: who (an Ed25519 key), which record (a hash), what kind of thing (an agreed name).

use crate::phrase;
use crate::text_form::serde_as_text;
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// An agent: an Ed25519 public key, written as a `did:key` (W3C CCG did:key v0.9, multicodec 0xed).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentId(pub [u8; 32]);

const DID_PREFIX: &str = "did:key:z";
const MULTICODEC_ED25519: [u8; 2] = [0xed, 0x01];

impl AgentId {
    /// The last eight characters of the key's text: enough to tell keys apart on a screen, never to decide by.
    pub fn short(&self) -> String {
        let text = self.to_string();
        text[text.len().saturating_sub(8)..].to_owned()
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0_u8; 34];
        bytes[..2].copy_from_slice(&MULTICODEC_ED25519);
        bytes[2..].copy_from_slice(&self.0);
        write!(f, "{DID_PREFIX}{}", bs58::encode(bytes).into_string())
    }
}

impl FromStr for AgentId {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let fail = || Error::Id {
            value: s.chars().take(64).collect(),
            kind: phrase("an agent", "主体标识"),
            remedy: phrase(
                "write the did:key of an Ed25519 key, such as did:key:z6Mk...",
                "请写 Ed25519 密钥的 did:key，例如 did:key:z6Mk...",
            ),
        };
        let encoded = s.strip_prefix(DID_PREFIX).filter(|e| e.len() <= 48).ok_or_else(fail)?;
        match base58(encoded.as_bytes()) {
            Some([a, b, key @ ..]) if [a, b] == MULTICODEC_ED25519 => Ok(Self(key)),
            _ => Err(fail()),
        }
    }
}

/// 34 bytes from base58 (the alphabet of Bitcoin), five digits at a time: every record read names several agents, and
/// digit by digit this took a third of reading it.
fn base58(text: &[u8]) -> Option<[u8; 34]> {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    const VALUES: [u8; 128] = {
        let mut values = [u8::MAX; 128];
        let mut i = 0;
        while i < DIGITS.len() {
            values[DIGITS[i] as usize] = i as u8;
            i += 1;
        }
        values
    };
    // no key begins with the digit for nought: its bytes begin with the multicodec
    if text.first().is_none_or(|first| *first == b'1') {
        return None;
    }
    // least significant first; nine words of 32 bits hold 34 bytes and two bytes that must stay empty
    let mut words = [0_u32; 9];
    for group in text.chunks(5) {
        let (mut value, mut scale) = (0_u64, 1_u64);
        for digit in group {
            let digit = VALUES.get(usize::from(*digit)).copied().filter(|v| *v != u8::MAX)?;
            (value, scale) = (value * 58 + u64::from(digit), scale * 58);
        }
        for word in &mut words {
            let sum = u64::from(*word) * scale + value;
            (*word, value) = (sum as u32, sum >> 32);
        }
        if value != 0 {
            return None;
        }
    }
    let mut bytes = [0_u8; 36];
    for (place, word) in bytes.chunks_exact_mut(4).zip(words.iter().rev()) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    match bytes {
        [0, 0, rest @ ..] if rest[0] != 0 => Some(rest),
        _ => None,
    }
}

/// A record: the SHA-256 of its exact bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub [u8; 32]);

impl RecordId {
    /// The first eight digits, for a screen.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; 64];
        for (i, byte) in self.0.iter().enumerate() {
            text[2 * i] = HEX[usize::from(byte >> 4)];
            text[2 * i + 1] = HEX[usize::from(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for RecordId {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let fail = || Error::Id {
            value: s.chars().take(70).collect(),
            kind: phrase("a record", "记录编号"),
            remedy: phrase(
                "write its SHA-256 as 64 lower-case hexadecimal digits",
                "请写出其 SHA-256，即 64 位小写十六进制数字",
            ),
        };
        let text: &[u8; 64] = s.as_bytes().try_into().map_err(|_| fail())?;
        let digit = |c: u8| HEX.iter().position(|h| *h == c).map(|p| p as u8);
        let mut id = [0_u8; 32];
        for (i, byte) in id.iter_mut().enumerate() {
            match (digit(text[2 * i]), digit(text[2 * i + 1])) {
                (Some(high), Some(low)) => *byte = high << 4 | low,
                _ => return Err(fail()),
            }
        }
        Ok(Self(id))
    }
}

/// What kind of thing: a name parties agree on, such as `chair-48`, `oak-board-27` or `gtin:09506000134352`.
///
/// Two agents mean the same specification when they use the same name. Lower-case ASCII letters, digits and
/// `. _ : -`, 1 to 64 of them, starting with a letter or digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecId(String);

impl SpecId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SpecId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SpecId {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._:-".contains(c);
        let starts_well = s.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        if (1..=64).contains(&s.len()) && starts_well && s.chars().all(allowed) {
            return Ok(Self(s.to_owned()));
        }
        Err(Error::Id {
            value: s.chars().take(70).collect(),
            kind: phrase("a specification name", "规格名称"),
            remedy: phrase(
                "use 1 to 64 of a-z 0-9 . _ : - starting with a letter or digit, such as oak-board-27",
                "请用 1 至 64 个 a-z 0-9 . _ : - 字符，以字母或数字开头，例如 oak-board-27",
            ),
        })
    }
}

macro_rules! debug_as_text {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}
debug_as_text!(AgentId, RecordId, SpecId);
serde_as_text!(AgentId, RecordId, SpecId);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_did_key_from_the_specification_reads_back() {
        // W3C CCG did:key, section 3.1.1, example of an Ed25519 key
        let did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
        assert_eq!(did.parse::<AgentId>().unwrap().to_string(), did);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "did:key:z", "did:web:x", "did:key:z6Mkha"] {
            assert!(bad.parse::<AgentId>().is_err(), "{bad}");
        }
        for bad in ["", "Oak", "-a", "a b", "椅子"] {
            assert!(bad.parse::<SpecId>().is_err(), "{bad}");
        }
        assert!("AB".repeat(32).parse::<RecordId>().is_err());
    }

    proptest! {
        #[test]
        fn base58_is_what_the_library_reads(text in "[1-9A-HJ-NP-Za-km-z0Il]{0,52}", key in any::<[u8; 34]>()) {
            for text in [text, bs58::encode(key).into_string()] {
                let theirs: Option<[u8; 34]> = bs58::decode(&text).into_vec().ok().and_then(|b| b.try_into().ok());
                prop_assert_eq!(base58(text.as_bytes()), theirs.filter(|bytes| bytes[0] != 0), "{}", text);
            }
        }

        #[test]
        fn ids_read_back(bytes in any::<[u8; 32]>()) {
            prop_assert_eq!(AgentId(bytes).to_string().parse::<AgentId>().unwrap(), AgentId(bytes));
            prop_assert_eq!(RecordId(bytes).to_string().parse::<RecordId>().unwrap(), RecordId(bytes));
        }
    }
}
