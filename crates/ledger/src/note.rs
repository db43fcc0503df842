//! Signed notes (C2SP signed-note): text, a blank line, and lines that each carry one signature over it.
//!
//! [`Note`] is a note taken apart, its signatures not yet checked. What the text says is not known here.

use crate::{Error, Result};
use data_encoding::BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use vocab::AgentId;
use vocab::{Phrase, phrase};

/// Largest note, in bytes.
const BYTES_MAX: usize = 64 << 10;
/// Most signature lines; the specification asks for 16 at least.
const SIGNATURES_MAX: usize = 64;

/// What a key is used for, as the signature type byte of the specification.
#[derive(Clone, Copy)]
pub(crate) enum Use {
    /// plain Ed25519 over the text
    Text = 0x01,
    /// a witness's timestamped cosignature (C2SP tlog-cosignature)
    Cosignature = 0x04,
}

/// A note taken apart.
pub(crate) struct Note<'a> {
    /// what was signed, including its last newline
    pub(crate) text: &'a str,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    name: &'a str,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

impl<'a> Note<'a> {
    pub(crate) fn parse(note: &'a str) -> Result<Self> {
        let wrong = |what: Phrase| Error::Note(what);
        if note.len() > BYTES_MAX {
            return Err(Error::TooLarge { bytes: note.len(), max: BYTES_MAX });
        }
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(wrong(phrase("a control character stands in it", "其中含有控制字符")));
        }
        let (text, signatures) = note
            .rsplit_once("\n\n")
            .ok_or(wrong(phrase("no blank line ends its text", "正文之后没有空行")))?;
        // the text keeps the newline that ends its last line
        let text = note
            .get(..text.len() + 1)
            .ok_or(wrong(phrase("no blank line ends its text", "正文之后没有空行")))?;
        let signatures = signatures
            .strip_suffix('\n')
            .ok_or(wrong(phrase("its last line has no end", "最后一行没有换行")))?;
        let lines: Vec<_> =
            signatures.split('\n').take(SIGNATURES_MAX + 1).map(Line::parse).collect::<Result<_>>()?;
        if lines.len() > SIGNATURES_MAX {
            return Err(wrong(phrase("it carries more than 64 signatures", "签名超过 64 个")));
        }
        Ok(Self { text, lines })
    }

    /// The signatures that claim to be by this key under this name. An unknown key's lines are passed over.
    pub(crate) fn by<'n>(
        &'n self,
        name: &'n str,
        used: Use,
        key: &AgentId,
    ) -> impl Iterator<Item = &'n [u8]> {
        let key_id = key_id(name, used, key);
        self.lines.iter().filter(move |l| l.name == name && l.key_id == key_id).map(|l| &l.signature[..])
    }

    /// True when `key` signed the text under `name`, and nothing that claims to be its signature is false.
    pub(crate) fn is_signed_by(&self, name: &str, key: &AgentId) -> bool {
        let mut claims = self.by(name, Use::Text, key).peekable();
        claims.peek().is_some() && claims.all(|signature| verifies(key, self.text.as_bytes(), signature))
    }
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Result<Self> {
        let wrong = Error::Note(phrase(
            "a signature line is not '— name base64'",
            "有签名行不是“— 名称 base64”的格式",
        ));
        let (name, encoded) =
            line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(wrong.clone())?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| wrong.clone())?;
        match bytes.split_at_checked(4) {
            Some((id, signature)) if is_name(name) => {
                let mut key_id = [0; 4];
                key_id.copy_from_slice(id);
                Ok(Self { name, key_id, signature: signature.to_vec() })
            }
            _ => Err(wrong),
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

fn key_id(name: &str, used: Use, key: &AgentId) -> [u8; 4] {
    let hash =
        Sha256::new().chain_update(name).chain_update([b'\n', used as u8]).chain_update(key.0).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// One signature line, with its newline.
pub(crate) fn line(name: &str, used: Use, key: &AgentId, signature: &[u8]) -> String {
    let blob = [&key_id(name, used, key), signature].concat();
    format!("— {name} {}\n", BASE64.encode(&blob))
}

/// Strict Ed25519 verification.
pub(crate) fn verifies(key: &AgentId, message: &[u8], signature: &[u8]) -> bool {
    match (VerifyingKey::from_bytes(&key.0), Signature::from_slice(signature)) {
        (Ok(key), Ok(signature)) => key.verify_strict(message, &signature).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key and note of the examples in golang.org/x/mod/sumdb/note, where the format comes from.
    const NAME: &str = "PeterNeumann";
    const KEY: &str = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key() -> AgentId {
        let bytes = BASE64.decode(KEY.as_bytes()).unwrap();
        assert_eq!(bytes[0], Use::Text as u8);
        AgentId(bytes[1..].try_into().unwrap())
    }

    #[test]
    fn a_note_by_the_reference_implementation_verifies() {
        assert_eq!(key_id(NAME, Use::Text, &key()), [0xc7, 0x4f, 0x20, 0xa3]);
        let note = Note::parse(NOTE).unwrap();
        assert!(note.text.ends_with("problem is.\n"));
        assert!(note.is_signed_by(NAME, &key()));
        assert!(!note.is_signed_by("PeterNeuman", &key()));
        let changed = NOTE.replace("answer", "Answer");
        assert!(!Note::parse(&changed).unwrap().is_signed_by(NAME, &key()));
    }

    #[test]
    fn a_false_signature_beside_a_true_one_spoils_the_note() {
        let forged = format!("{NOTE}{}", line(NAME, Use::Text, &key(), &[0; 64]));
        assert!(!Note::parse(&forged).unwrap().is_signed_by(NAME, &key()));
        let foreign = format!("{NOTE}{}", line("somebody.else", Use::Text, &key(), &[0; 64]));
        assert!(Note::parse(&foreign).unwrap().is_signed_by(NAME, &key()));
    }

    #[test]
    fn what_is_not_a_note_is_refused() {
        let line = NOTE.split("\n\n").nth(1).unwrap();
        for bad in [
            "".to_owned(),
            "\n\n".to_owned(),
            "text\n\n".to_owned(),
            NOTE.trim_end().to_owned(),
            NOTE.replace("\n\n", "\n"),
            NOTE.replace('—', "-"),
            NOTE.replace("nAM=", "nAM"),
            NOTE.replace("nAM=", "nAN="),
            NOTE.replace("PeterN", "Peter+N"),
            NOTE.replace("you think", "you\tthink"),
            format!("text\n\n{}", line.repeat(65)),
            format!("{}{NOTE}", "x".repeat(BYTES_MAX)),
        ] {
            assert!(Note::parse(&bad).is_err(), "{bad:.80}");
        }
        assert!(Note::parse(&format!("text\n\n{}", line.repeat(64))).is_ok());
    }
}
