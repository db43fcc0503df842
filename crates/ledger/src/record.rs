//! Records: one signed statement each.
//!
//! [`Draft`] is what somebody is about to say, [`Signer`] turns it into [`Signed`] bytes, and
//! [`Signed::verify`] turns bytes from anywhere into a [`Record`]. Content is JSON in JCS form (RFC 8785); the
//! signature (Ed25519, RFC 8032, strict verification) covers those bytes. What a body means is not known here.

use crate::{Error, Result};
use ed25519_dalek::SigningKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};
use vocab::{AgentId, RecordId, Timestamp};
use vocab::{Phrase, phrase};

/// The form of record this program writes and reads.
const FORM: &str = "headwater/1";

/// Who may read a record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Audience {
    /// anyone
    Public,
    /// these agents and the author
    Parties(BTreeSet<AgentId>),
    /// sent to these agents; readable by whoever can name its hash, as the holder of an item can
    Bearer(BTreeSet<AgentId>),
    /// the author alone
    Private,
}

impl Audience {
    /// Most agents a record may name.
    pub const PARTIES_MAX: usize = 10_000;

    /// The author and these agents.
    pub fn parties(agents: impl IntoIterator<Item = AgentId>) -> Self {
        Self::Parties(agents.into_iter().collect())
    }
    /// True when `agent`, not being the author, may read it once it asks for it by hash.
    pub fn admits(&self, agent: &AgentId) -> bool {
        match self {
            Self::Public | Self::Bearer(_) => true,
            Self::Parties(parties) => parties.contains(agent),
            Self::Private => false,
        }
    }
    /// The agents it is sent to without being asked.
    pub fn addressees(&self) -> impl Iterator<Item = &AgentId> {
        match self {
            Self::Parties(parties) | Self::Bearer(parties) => Some(parties.iter()),
            Self::Public | Self::Private => None,
        }
        .into_iter()
        .flatten()
    }
}

/// What is about to be said: everything of a record but its author, place in the log, and signature.
#[derive(Clone, Debug)]
pub struct Draft {
    /// what the body is, such as `offer`
    pub kind: &'static str,
    /// who may read it
    pub audience: Audience,
    /// the records it answers or builds on
    pub refs: Vec<RecordId>,
    /// the statement
    pub body: serde_json::Value,
}

/// A typed body: what one kind of record says.
pub trait Statement: Serialize + DeserializeOwned {
    /// the record kind that carries it
    const KIND: &'static str;

    /// The records it answers or builds on.
    fn refs(&self) -> Vec<RecordId> {
        Vec::new()
    }

    /// This statement, about to be said to `audience`.
    fn draft(&self, audience: Audience) -> Result<Draft> {
        let body = serde_json::to_value(self).map_err(|e| Error::Malformed(Phrase::plain(e)))?;
        Ok(Draft { kind: Self::KIND, audience, refs: self.refs(), body })
    }
}

/// Written with the body as a value, read with the body as the untouched text it is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<'a, Body> {
    #[serde(borrow)]
    form: Cow<'a, str>,
    author: AgentId,
    /// the signing key, where it is not the author's first one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<AgentId>,
    seq: u64,
    prev: Option<RecordId>,
    at: Timestamp,
    kind: String,
    audience: Audience,
    refs: Vec<RecordId>,
    body: Body,
}

/// Bytes that claim to be a record, and the signature that came with them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// the content, exactly as its author signed it
    pub bytes: Vec<u8>,
    /// 64 bytes of Ed25519
    pub signature: Vec<u8>,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({}, {} bytes)", self.id().short(), self.bytes.len())
    }
}

/// A record whose signature has been checked. Cheap to clone: what it says is held once.
#[derive(Clone)]
pub struct Record(Arc<Particulars>);

/// What a [`Record`] says of itself, read from its bytes.
pub struct Particulars {
    /// SHA-256 of the signed bytes
    pub id: RecordId,
    /// who says it
    pub author: AgentId,
    /// the key that signed it: the author's own, a rotated one, or one it has delegated
    pub key: AgentId,
    /// place in the author's log, from 1
    pub seq: u64,
    /// the author's record before this one; `None` for the first
    pub prev: Option<RecordId>,
    /// the author's clock
    pub at: Timestamp,
    /// what the body is
    pub kind: String,
    /// who may read it
    pub audience: Audience,
    /// the records it answers or builds on
    pub refs: Vec<RecordId>,
    /// where in the signed bytes the body stands: it is read when somebody asks for it
    body: Range<usize>,
    signed: Arc<Signed>,
    /// the body as the type its kind calls for, once somebody has asked for it to share
    shared: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl Deref for Record {
    type Target = Particulars;

    fn deref(&self) -> &Particulars {
        &self.0
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} by {} #{}", self.kind, self.id.short(), self.author.short(), self.seq)
    }
}

impl Signed {
    /// Largest content, in bytes.
    pub const BYTES_MAX: usize = 1 << 20;
    /// Most records one may refer to.
    pub const REFS_MAX: usize = 10_000;

    /// SHA-256 of the bytes, which is the record's id if they are a record.
    pub fn id(&self) -> RecordId {
        RecordId(Sha256::digest(&self.bytes).into())
    }

    /// One run of bytes for a store: the signature, then the content.
    pub fn to_envelope(&self) -> Vec<u8> {
        [self.signature.as_slice(), self.bytes.as_slice()].concat()
    }
    /// The inverse of [`Self::to_envelope`].
    pub fn from_envelope(envelope: &[u8]) -> Result<Self> {
        match envelope.split_at_checked(64) {
            Some((signature, bytes)) => Ok(Self { bytes: bytes.to_vec(), signature: signature.to_vec() }),
            None => Err({
                let size = envelope.len();
                Error::Malformed(phrase(
                    format!("{size} bytes are too few for a signature"),
                    format!("{size} 字节太少，放不下签名"),
                ))
            }),
        }
    }

    /// Checks size, form and signature. Whether the key may speak for the author is for
    /// [`KeyState`](crate::KeyState) to say when it is not the author's first key.
    pub fn verify(self) -> Result<Record> {
        let record = self.parse()?;
        record.check_signature()?;
        Ok(record)
    }

    /// Reads the bytes without checking the signature: for what this node itself checked before storing it.
    pub fn parse_trusted(self) -> Result<Record> {
        self.parse()
    }

    fn parse(self) -> Result<Record> {
        if self.bytes.len() > Self::BYTES_MAX {
            return Err(Error::TooLarge { bytes: self.bytes.len(), max: Self::BYTES_MAX });
        }
        let text = std::str::from_utf8(&self.bytes).map_err(|e| Error::Malformed(Phrase::plain(e)))?;
        let content: Content<'_, &RawValue> =
            serde_json::from_str(text).map_err(|e| Error::Malformed(Phrase::plain(e)))?;
        let body = content.body.get();
        let body_start = body.as_ptr().addr() - text.as_ptr().addr();
        let body = body_start..body_start + body.len();
        let parties = content.audience.addressees().count();
        let wrong = if content.form != FORM {
            {
                let form: String = content.form.chars().take(20).collect();
                Some(phrase(
                    format!("form '{form}' is not known here; '{FORM}' is"),
                    format!("此处不认识格式“{form}”，只认识“{FORM}”"),
                ))
            }
        } else if content.seq == 0 || (content.seq == 1) != content.prev.is_none() {
            {
                let seq = content.seq;
                Some(phrase(
                    format!("sequence number {seq} does not fit its predecessor"),
                    format!("序号 {seq} 与前一条不符"),
                ))
            }
        } else if content.refs.len() > Self::REFS_MAX || parties > Audience::PARTIES_MAX {
            Some(phrase("more than 10000 references or parties", "引用或当事方超过 10000 个"))
        } else {
            None
        };
        if let Some(why) = wrong {
            return Err(Error::Malformed(why));
        }
        Ok(Record(Arc::new(Particulars {
            id: self.id(),
            author: content.author,
            key: content.key.unwrap_or(content.author),
            seq: content.seq,
            prev: content.prev,
            at: content.at,
            kind: content.kind,
            audience: content.audience,
            refs: content.refs,
            body,
            signed: Arc::new(self),
            shared: OnceLock::new(),
        })))
    }
}

impl Record {
    /// The exact bytes and signature, to store or forward.
    pub fn signed(&self) -> &Arc<Signed> {
        &self.signed
    }

    /// The body as the type its kind calls for.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.raw_body()).map_err(|e| Error::Body {
            id: self.id,
            kind: self.kind.clone(),
            why: Phrase::plain(e),
        })
    }

    /// The statement, if this record is of its kind and well-formed.
    pub fn read<S: Statement>(&self) -> Result<S> {
        if self.kind != S::KIND {
            let why = phrase(format!("it is a {}", self.kind), format!("它是 {}", self.kind));
            return Err(Error::Body { id: self.id, kind: S::KIND.to_owned(), why });
        }
        self.body()
    }

    /// As [`Self::read`], for those who keep the statement: all clones of this record give the same one.
    pub fn shared<S: Statement + Send + Sync + 'static>(&self) -> Result<Arc<S>> {
        let known = self.shared.get().and_then(|known| Arc::clone(known).downcast::<S>().ok());
        match known {
            Some(known) => Ok(known),
            None => {
                let read = Arc::new(self.read::<S>()?);
                // whoever was first, the two are equal
                let _ = self.shared.set(read.clone());
                Ok(read)
            }
        }
    }

    /// The body's JSON text, exactly as it was signed.
    pub fn raw_body(&self) -> &str {
        std::str::from_utf8(&self.signed.bytes[self.body.clone()])
            .expect("parsing found the body as text in these very bytes")
    }

    pub(crate) fn check_signature(&self) -> Result<()> {
        match crate::batch::is_signed(&self.key, &self.signed.bytes, &self.signed.signature) {
            true => Ok(()),
            false => Err(Error::Signature { id: self.id, author: self.key }),
        }
    }
}

/// Signs for one author. Holds the secret key; never printed, wiped from memory when dropped.
#[derive(Clone)]
pub struct Signer {
    author: AgentId,
    key: SigningKey,
}

impl Signer {
    /// The author whose first key comes from this 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        Self { author: AgentId(key.verifying_key().to_bytes()), key }
    }

    /// A rotated or delegated key from `seed` that speaks for `author`.
    pub fn for_author(author: AgentId, seed: &[u8; 32]) -> Self {
        Self { author, key: SigningKey::from_bytes(seed) }
    }

    /// Whom it signs for.
    pub fn author(&self) -> AgentId {
        self.author
    }
    /// The public half of the key it signs with.
    pub fn key(&self) -> AgentId {
        AgentId(self.key.verifying_key().to_bytes())
    }

    /// Signs arbitrary bytes, such as a checkpoint's text.
    pub fn sign_bytes(&self, bytes: &[u8]) -> [u8; 64] {
        use ed25519_dalek::Signer as _;
        self.key.sign(bytes).to_bytes()
    }

    /// Signs `draft` as the author's record number `seq`, after `prev`, at `at`.
    pub fn sign(&self, draft: Draft, seq: u64, prev: Option<RecordId>, at: Timestamp) -> Result<Record> {
        let key = self.key();
        let content = Content {
            form: FORM.into(),
            author: self.author,
            key: (key != self.author).then_some(key),
            seq,
            prev,
            at,
            kind: draft.kind.to_owned(),
            audience: draft.audience,
            refs: draft.refs,
            body: draft.body,
        };
        let bytes =
            serde_json_canonicalizer::to_vec(&content).map_err(|e| Error::Malformed(Phrase::plain(e)))?;
        let signature = self.sign_bytes(&bytes).to_vec();
        Signed { bytes, signature }.parse()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.author)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draft(body: serde_json::Value) -> Draft {
        Draft { kind: "note", audience: Audience::Public, refs: vec![], body }
    }
    fn record() -> Record {
        let signer = Signer::from_seed(&[7; 32]);
        signer.sign(draft(serde_json::json!({"b": "2", "a": "1"})), 1, None, Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn what_was_signed_verifies_and_keeps_its_bytes() {
        let signed = Signed::clone(record().signed());
        let read = signed.clone().verify().unwrap();
        assert_eq!(read.id, record().id);
        assert_eq!(**read.signed(), signed);
        assert_eq!(Signed::from_envelope(&signed.to_envelope()).unwrap(), signed);
    }

    #[test]
    fn content_is_in_canonical_form() {
        let text = String::from_utf8(record().signed().bytes.clone()).unwrap();
        assert!(text.starts_with(r#"{"at":"1970-01-01T00:00:00Z","audience":"public","author":"#), "{text}");
        assert!(text.contains(r#""body":{"a":"1","b":"2"}"#), "{text}");
    }

    #[test]
    fn a_changed_byte_a_foreign_signature_and_a_truncation_are_refused() {
        let good = Signed::clone(record().signed());
        for i in 0..good.bytes.len() {
            let mut bad = good.clone();
            bad.bytes[i] ^= 1;
            assert!(bad.verify().is_err(), "byte {i}");
        }
        let other = Signer::from_seed(&[8; 32]);
        let forged = Signed { signature: other.sign_bytes(&good.bytes).to_vec(), ..good.clone() };
        assert!(matches!(forged.verify(), Err(Error::Signature { .. })));
        let short = Signed { signature: good.signature[..63].to_vec(), ..good };
        assert!(short.verify().is_err());
    }

    #[test]
    fn an_oversized_record_is_refused_before_it_is_read() {
        let signed = Signed { bytes: vec![b' '; Signed::BYTES_MAX + 1], signature: vec![0; 64] };
        assert!(matches!(signed.verify(), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn the_body_is_the_text_that_was_signed() {
        assert_eq!(record().raw_body(), r#"{"a":"1","b":"2"}"#);
        assert_eq!(record().body::<serde_json::Value>().unwrap(), serde_json::json!({"a": "1", "b": "2"}));
        assert!(matches!(record().body::<Vec<u8>>(), Err(Error::Body { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_not_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let signed = Signed { bytes: bytes.clone(), signature: vec![0; 64] };
            prop_assert!(signed.verify().is_err());
            prop_assert_eq!(Signed::from_envelope(&bytes).is_ok(), bytes.len() >= 64);
        }

        #[test]
        fn mutated_records_are_an_answer_not_a_panic(
            cuts in prop::collection::vec((any::<usize>(), 0_usize..20, "[\\PC]{0,8}"), 1..4),
        ) {
            let good = Signed::clone(record().signed());
            let mut bytes = good.bytes.clone();
            for (at, len, insert) in cuts {
                let at = at % (bytes.len() + 1);
                let end = bytes.len().min(at + len);
                bytes.splice(at..end, insert.into_bytes());
            }
            let changed = bytes != good.bytes;
            let signed = Signed { bytes, ..good };
            if let Ok(record) = signed.clone().parse_trusted() {
                let _ = record.body::<serde_json::Value>();
                prop_assert!(!record.raw_body().is_empty());
            }
            prop_assert_eq!(signed.verify().is_err(), changed);
        }
    }
}
