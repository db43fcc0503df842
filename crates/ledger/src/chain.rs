//! One author's records in order, and what it means when two of them contradict each other.
//!
//! [`Chain`] follows an author's log record by record: each names the one before by hash. An [`Equivocation`] is
//! two signed records that cannot both stand in one log; anyone who holds it can check it, so it can be passed on.
//!
//! Which keys an author has is for [`KeyState`] to say; what the records mean is not known here.

use crate::{Error, KeyState, Record, Result, Signed};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vocab::phrase;
use vocab::{AgentId, RecordId};

/// How far one author's log has been followed.
#[derive(Clone, Debug)]
pub struct Chain {
    author: AgentId,
    head: Option<Record>,
}

/// What a record is to a chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// the next one: the chain now ends with it
    Next,
    /// the last one again
    Duplicate,
    /// older than the last one: compare it with the one kept at its place, with [`Equivocation::between`]
    Older,
    /// records are missing before it
    Gap {
        /// sequence number of the first one missing
        expected: u64,
    },
    /// it contradicts the last one
    Fork(Box<Equivocation>),
}

impl Chain {
    /// A chain that begins with `author`'s first record.
    pub fn new(author: AgentId) -> Self {
        Self { author, head: None }
    }
    /// A chain already followed up to `head`.
    pub fn after(head: &Record) -> Self {
        Self { author: head.author, head: Some(head.clone()) }
    }

    /// Whose log.
    pub fn author(&self) -> AgentId {
        self.author
    }
    /// Sequence number and id of the last record.
    pub fn head(&self) -> Option<(u64, RecordId)> {
        self.head.as_ref().map(|head| (head.seq, head.id))
    }

    /// The last record.
    pub fn last(&self) -> Option<&Record> {
        self.head.as_ref()
    }

    /// Places a verified record. Only [`Step::Next`] moves the chain.
    pub fn follow(&mut self, record: &Record) -> Result<Step> {
        let step = self.place(record)?;
        if step == Step::Next {
            self.head = Some(record.clone());
        }
        Ok(step)
    }

    /// What [`Self::follow`] would answer.
    pub(crate) fn place(&self, record: &Record) -> Result<Step> {
        if record.author != self.author {
            return Err(Error::Author { expected: self.author, found: record.author });
        }
        if let Some(fork) = self.head.as_ref().and_then(|head| Equivocation::between(head, record)) {
            return Ok(Step::Fork(Box::new(fork)));
        }
        // a first record names no predecessor: parsing has seen to that
        let expected = self.head.as_ref().map_or(1, |head| head.seq.saturating_add(1));
        Ok(match record.seq {
            _ if self.head.as_ref().is_some_and(|head| head.id == record.id) => Step::Duplicate,
            seq if seq == expected => Step::Next,
            seq if seq > expected => Step::Gap { expected },
            _ => Step::Older,
        })
    }
}

/// Two records by one author that cannot both stand in its log: of one sequence number, or neighbours of which the
/// later does not name the earlier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivocation {
    /// one of them; the earlier, if they are neighbours
    #[serde(with = "testimony")]
    pub a: Arc<Signed>,
    /// the other
    #[serde(with = "testimony")]
    pub b: Arc<Signed>,
}

impl Equivocation {
    /// The proof, if these two verified records are one.
    pub fn between(a: &Record, b: &Record) -> Option<Self> {
        let (a, b) = if a.seq <= b.seq { (a, b) } else { (b, a) };
        contradict(a, b).then(|| Self { a: Arc::clone(a.signed()), b: Arc::clone(b.signed()) })
    }

    /// Whom it convicts, when both records are signed by the author's first key.
    ///
    /// Where later or delegated keys signed, their right to do so must be known: see [`Self::verify_with`].
    pub fn verify(&self) -> Result<AgentId> {
        let (a, b) = self.records()?;
        match a.key == a.author && b.key == b.author {
            true => Ok(a.author),
            false => Err(Error::Equivocation(phrase(
                "a key other than the author's first signed it: its keys are needed",
                "它由作者首个密钥以外的密钥签署：需要该作者的密钥记录",
            ))),
        }
    }

    /// Whom it convicts, when `keys` are those of the author and both records are signed by keys it had or had let
    /// in at those places of its log.
    pub fn verify_with(&self, keys: &KeyState) -> Result<AgentId> {
        let (a, b) = self.records()?;
        if a.author != keys.author() {
            return Err(Error::Author { expected: keys.author(), found: a.author });
        }
        match keys.held(&a.key, a.seq) && keys.held(&b.key, b.seq) {
            true => Ok(a.author),
            false => Err(Error::Equivocation(phrase(
                "a key that could not speak for the author signed it",
                "签署它的密钥无权代表该作者",
            ))),
        }
    }

    fn records(&self) -> Result<(Record, Record)> {
        let (a, b) = (Signed::clone(&self.a).verify()?, Signed::clone(&self.b).verify()?);
        match contradict(&a, &b) {
            true => Ok((a, b)),
            false => Err(Error::Equivocation(phrase(
                "the two records can stand in one log",
                "这两条记录可以并存于同一日志",
            ))),
        }
    }
}

fn contradict(a: &Record, b: &Record) -> bool {
    let same_place = a.seq == b.seq && a.id != b.id;
    let broken_link = a.seq.checked_add(1) == Some(b.seq) && b.prev != Some(a.id);
    a.author == b.author && (same_place || broken_link)
}

/// A signed record inside another record's body: the text that was signed and its signature in base64.
mod testimony {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error as _, ser::Error as _};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Testimony {
        text: String,
        signature: String,
    }

    pub(super) fn serialize<S: Serializer>(
        signed: &Arc<Signed>,
        s: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        let text = String::from_utf8(signed.bytes.clone()).map_err(S::Error::custom)?;
        Testimony { text, signature: BASE64.encode(&signed.signature) }.serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<Arc<Signed>, D::Error> {
        let Testimony { text, signature } = Testimony::deserialize(d)?;
        let signature = BASE64.decode(signature.as_bytes()).map_err(D::Error::custom)?;
        Ok(Arc::new(Signed { bytes: text.into_bytes(), signature }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Audience, Draft, Inception, KeyHash, Rotation, Signer, Statement};
    use proptest::prelude::*;
    use vocab::Timestamp;

    fn signer() -> Signer {
        Signer::from_seed(&[3; 32])
    }
    fn says(signer: &Signer, word: &str, seq: u64, prev: Option<&Record>) -> Record {
        let body = serde_json::json!({ "word": word });
        let draft = Draft { kind: "note", audience: Audience::Public, refs: vec![], body };
        signer.sign(draft, seq, prev.map(|p| p.id), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn records_are_followed_in_order() {
        let first = says(&signer(), "a", 1, None);
        let second = says(&signer(), "b", 2, Some(&first));
        let third = says(&signer(), "c", 3, Some(&second));
        let mut chain = Chain::new(first.author);
        assert_eq!(chain.follow(&second).unwrap(), Step::Gap { expected: 1 });
        assert_eq!(chain.follow(&first).unwrap(), Step::Next);
        assert_eq!(chain.follow(&first).unwrap(), Step::Duplicate);
        assert_eq!(chain.follow(&third).unwrap(), Step::Gap { expected: 2 });
        assert_eq!(chain.follow(&second).unwrap(), Step::Next);
        assert_eq!(chain.follow(&first).unwrap(), Step::Older);
        assert_eq!(Chain::after(&second).follow(&third).unwrap(), Step::Next);
        assert_eq!(chain.head(), Some((2, second.id)));
        let stranger = says(&Signer::from_seed(&[4; 32]), "a", 1, None);
        assert!(matches!(chain.follow(&stranger), Err(Error::Author { .. })));
    }

    #[test]
    fn two_records_at_one_place_convict_their_author() {
        let (a, b) = (says(&signer(), "yes", 1, None), says(&signer(), "no", 1, None));
        let mut chain = Chain::after(&a);
        let Step::Fork(fork) = chain.follow(&b).unwrap() else { panic!("no fork") };
        assert_eq!(fork.verify(), Ok(signer().author()));
        assert_eq!(chain.head(), Some((1, a.id)));
        let text = serde_json::to_string(&*fork).unwrap();
        assert_eq!(serde_json::from_str::<Equivocation>(&text).unwrap(), *fork);
        // as part of a record's body it survives canonical form
        let body = serde_json::to_value(&*fork).unwrap();
        let draft = Draft { kind: "note", audience: Audience::Public, refs: vec![], body };
        let record = Signer::from_seed(&[4; 32]).sign(draft, 1, None, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(record.body::<Equivocation>().unwrap().verify(), Ok(signer().author()));
    }

    #[test]
    fn a_neighbour_that_names_another_predecessor_convicts_its_author() {
        let (a, b) = (says(&signer(), "yes", 1, None), says(&signer(), "no", 1, None));
        let after_b = says(&signer(), "so", 2, Some(&b));
        let Step::Fork(fork) = Chain::after(&a).follow(&after_b).unwrap() else { panic!("no fork") };
        assert_eq!(fork.verify(), Ok(signer().author()));
        assert!(Equivocation::between(&b, &after_b).is_none());
        assert!(Equivocation::between(&after_b, &a).is_some());
    }

    #[test]
    fn nobody_is_convicted_by_what_is_no_contradiction_or_by_a_foreign_key() {
        let first = says(&signer(), "a", 1, None);
        let second = says(&signer(), "b", 2, Some(&first));
        let honest = Equivocation { a: Arc::clone(first.signed()), b: Arc::clone(second.signed()) };
        assert!(honest.verify().is_err());
        let twice = Equivocation { a: Arc::clone(first.signed()), b: Arc::clone(first.signed()) };
        assert!(twice.verify().is_err());
        let enemy = Signer::for_author(signer().author(), &[4; 32]);
        let framed = Equivocation::between(&first, &says(&enemy, "no", 1, None)).unwrap();
        assert!(framed.verify().is_err());
        assert!(framed.verify_with(&KeyState::new(signer().author())).is_err());
    }

    #[test]
    fn a_rotated_key_convicts_once_the_keys_are_known() {
        let next = Signer::for_author(signer().author(), &[5; 32]);
        let inception =
            Inception { key: signer().author(), name: "Mill".to_owned(), next: KeyHash::of(&next.key()) };
        let rotation = Rotation { key: next.key(), next: KeyHash([0; 32]) };
        let sign = |signer: &Signer, draft: Result<Draft>, seq, prev: Option<&Record>| {
            signer.sign(draft.unwrap(), seq, prev.map(|p| p.id), Timestamp::UNIX_EPOCH).unwrap()
        };
        let first = sign(&signer(), inception.draft(Audience::Public), 1, None);
        let second = sign(&next, rotation.draft(Audience::Public), 2, Some(&first));
        let mut keys = KeyState::new(signer().author());
        keys.apply(&first).unwrap();
        keys.apply(&second).unwrap();
        let (a, b) = (says(&next, "yes", 3, Some(&second)), says(&next, "no", 3, Some(&second)));
        let fork = Equivocation::between(&a, &b).unwrap();
        assert!(fork.verify().is_err());
        assert_eq!(fork.verify_with(&keys), Ok(signer().author()));
    }

    proptest! {
        #[test]
        fn a_changed_proof_convicts_nobody(at in any::<usize>(), to in any::<char>()) {
            let (a, b) = (says(&signer(), "yes", 1, None), says(&signer(), "no", 1, None));
            let fork = Equivocation::between(&a, &b).unwrap();
            let text = serde_json::to_string(&fork).unwrap();
            let (at, was) = text.char_indices().nth(at % text.chars().count()).unwrap();
            let bad = format!("{}{to}{}", &text[..at], &text[at + was.len_utf8()..]);
            if let Ok(read) = serde_json::from_str::<Equivocation>(&bad) {
                prop_assert!(read == fork || read.verify().is_err());
            }
        }
    }
}
