//! Watching other agents' logs: every checkpoint must extend the last one.
//!
//! [`Witness`] remembers the last verified checkpoint of each author and says what a new one is to it. Two signed
//! checkpoints of one size and different roots are a [`CheckpointFraud`], which convinces anyone. A proof that does
//! not hold convinces nobody, because nobody signed it and anyone may have spoilt it: such a checkpoint is refused
//! and its author marked as doubted until a proof holds.

use crate::{Checkpoint, ConsistencyProof, Error, KeyState, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vocab::AgentId;
use vocab::phrase;

/// The last verified checkpoint of each author.
#[derive(Clone, Default, Debug)]
pub struct Witness {
    seen: BTreeMap<AgentId, Seen>,
    /// keys that replaced an author's first
    keys: BTreeMap<AgentId, AgentId>,
    doubted: BTreeSet<AgentId>,
}

#[derive(Clone, Debug)]
struct Seen {
    note: String,
    checkpoint: Checkpoint,
}

/// What a checkpoint is to a witness.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Observation {
    /// the first one of its author
    First,
    /// the one already known
    Same,
    /// it extends the one known, and takes its place
    Extended,
    /// it is a prefix of the one known, which stays
    Earlier,
    /// to tell, a proof between these two sizes of the log is needed
    Needs {
        /// the smaller size
        from: u64,
        /// the larger size
        to: u64,
    },
    /// it contradicts the one known
    Fraud(Box<CheckpointFraud>),
}

impl Witness {
    /// Most authors watched.
    pub const AUTHORS_MAX: usize = 100_000;

    /// A witness that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on, `key` signs the checkpoints of `author`: its [`KeyState`] says so.
    pub fn rotated(&mut self, author: AgentId, key: AgentId) {
        if self.keys.len() < Self::AUTHORS_MAX || self.keys.contains_key(&author) {
            self.keys.insert(author, key);
        }
    }

    /// The last verified note of `author`, to cosign or show.
    pub fn last(&self, author: &AgentId) -> Option<(&str, &Checkpoint)> {
        self.seen.get(author).map(|seen| (seen.note.as_str(), &seen.checkpoint))
    }

    /// The authors whose last offered proof did not hold.
    pub fn doubted(&self) -> impl Iterator<Item = &AgentId> {
        self.doubted.iter()
    }

    /// Checks a note and places it among what is known, with the proof if there is one.
    pub fn observe(&mut self, note: &str, proof: Option<&ConsistencyProof>) -> Result<Observation> {
        let author = Checkpoint::claimed_author(note)?;
        let checkpoint = Checkpoint::verify_by(note, author, self.keys.get(&author).unwrap_or(&author))?;
        let Some(known) = self.seen.get(&author) else {
            if self.seen.len() >= Self::AUTHORS_MAX {
                return Err(Error::Full {
                    what: phrase("logs watched", "关注的日志"),
                    max: Self::AUTHORS_MAX,
                });
            }
            self.seen.insert(author, Seen { note: note.to_owned(), checkpoint });
            return Ok(Observation::First);
        };
        let (old, new) = match known.checkpoint.size <= checkpoint.size {
            true => (known.checkpoint.head(), checkpoint.head()),
            false => (checkpoint.head(), known.checkpoint.head()),
        };
        if old.size == new.size {
            return Ok(match old.root == new.root {
                true => Observation::Same,
                false => Observation::Fraud(Box::new(CheckpointFraud {
                    author,
                    a: known.note.clone(),
                    b: note.to_owned(),
                })),
            });
        }
        let Some(proof) = proof else {
            return Ok(Observation::Needs { from: old.size, to: new.size });
        };
        if let Err(error) = proof.verify(&old, &new) {
            self.doubted.insert(author);
            return Err(error);
        }
        self.doubted.remove(&author);
        if known.checkpoint.size > checkpoint.size {
            return Ok(Observation::Earlier);
        }
        self.seen.insert(author, Seen { note: note.to_owned(), checkpoint });
        Ok(Observation::Extended)
    }
}

/// Two checkpoints of one log, of the same size and with different roots, both signed by its author.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointFraud {
    /// whose log
    pub author: AgentId,
    /// one note
    pub a: String,
    /// the other
    pub b: String,
}

impl CheckpointFraud {
    /// Whom it convicts, when the author's first key signed both.
    pub fn verify(&self) -> Result<AgentId> {
        self.verify_with(&KeyState::new(self.author))
    }

    /// Whom it convicts, when `keys` are the author's and each note is signed by the key that spoke for a log of
    /// that size.
    pub fn verify_with(&self, keys: &KeyState) -> Result<AgentId> {
        if keys.author() != self.author {
            return Err(Error::Author { expected: keys.author(), found: self.author });
        }
        let (a, b) = (self.read(&self.a, keys)?, self.read(&self.b, keys)?);
        match a.size == b.size && a.root != b.root {
            true => Ok(self.author),
            false => Err(Error::Note(phrase("the two do not contradict each other", "两者并不矛盾"))),
        }
    }

    fn read(&self, note: &str, keys: &KeyState) -> Result<Checkpoint> {
        let size = Checkpoint::claimed(note)?.size;
        Checkpoint::verify_by(note, self.author, keys.own_at(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Audience, Draft, Inception, KeyHash, Log, Rotation, Signer, Statement, TreeHead};
    use vocab::{RecordId, Timestamp};

    fn signer() -> Signer {
        Signer::from_seed(&[1; 32])
    }
    fn log(size: u8) -> Log {
        let mut log = Log::new([0; 32]);
        (0..size).for_each(|n| log.append(RecordId([n; 32])));
        log
    }
    fn note(head: TreeHead) -> String {
        Checkpoint::of(&signer(), head).sign(&signer())
    }
    fn honest(size: u64) -> String {
        note(TreeHead { size, root: log(30).root_at(size).unwrap() })
    }
    fn proof(old: u64, new: u64) -> ConsistencyProof {
        log(30).consistency(old, new).unwrap()
    }
    fn size_known(witness: &Witness) -> u64 {
        witness.last(&signer().author()).unwrap().1.size
    }

    #[test]
    fn a_growing_log_is_followed_by_its_proofs() {
        let mut witness = Witness::new();
        assert_eq!(witness.observe(&honest(5), None).unwrap(), Observation::First);
        assert_eq!(witness.observe(&honest(5), None).unwrap(), Observation::Same);
        assert_eq!(witness.observe(&honest(9), None).unwrap(), Observation::Needs { from: 5, to: 9 });
        assert_eq!(size_known(&witness), 5);
        assert_eq!(witness.observe(&honest(9), Some(&proof(5, 9))).unwrap(), Observation::Extended);
        assert_eq!(size_known(&witness), 9);
        assert_eq!(witness.observe(&honest(7), None).unwrap(), Observation::Needs { from: 7, to: 9 });
        assert_eq!(witness.observe(&honest(7), Some(&proof(7, 9))).unwrap(), Observation::Earlier);
        assert_eq!(size_known(&witness), 9);
    }

    #[test]
    fn two_roots_of_one_size_are_fraud_that_anyone_can_check() {
        let mut witness = Witness::new();
        witness.observe(&honest(5), None).unwrap();
        let other = note(TreeHead { size: 5, root: [9; 32] });
        let Observation::Fraud(fraud) = witness.observe(&other, None).unwrap() else { panic!("no fraud") };
        assert_eq!(fraud.verify(), Ok(signer().author()));
        let text = serde_json::to_string(&*fraud).unwrap();
        assert_eq!(serde_json::from_str::<CheckpointFraud>(&text).unwrap(), *fraud);
        for (a, b) in [(honest(5), honest(6)), (honest(5), honest(5))] {
            assert!(CheckpointFraud { author: signer().author(), a, b }.verify().is_err());
        }
        let enemy = Signer::for_author(signer().author(), &[2; 32]);
        let forged = Checkpoint::of(&enemy, TreeHead { size: 5, root: [9; 32] }).sign(&enemy);
        let framed = CheckpointFraud { b: forged, ..*fraud };
        assert!(framed.verify().is_err());
        assert!(framed.verify_with(&KeyState::new(signer().author())).is_err());
    }

    #[test]
    fn a_stolen_key_convicts_nobody_of_what_came_after_its_rotation() {
        let next = Signer::for_author(signer().author(), &[2; 32]);
        let say = |signer: &Signer, draft: Result<Draft>, seq, prev| {
            signer.sign(draft.unwrap(), seq, prev, Timestamp::UNIX_EPOCH).unwrap()
        };
        let first =
            Inception { key: signer().key(), name: "Mill".to_owned(), next: KeyHash::of(&next.key()) };
        let first = say(&signer(), first.draft(Audience::Public), 1, None);
        let second = Rotation { key: next.key(), next: KeyHash([0; 32]) };
        let second = say(&next, second.draft(Audience::Public), 2, Some(first.id));
        let mut keys = KeyState::new(signer().author());
        keys.apply(&first).unwrap();
        keys.apply(&second).unwrap();
        let by = |signer: &Signer, size, byte| {
            Checkpoint::of(signer, TreeHead { size, root: [byte; 32] }).sign(signer)
        };
        let fraud = |a, b| CheckpointFraud { author: signer().author(), a, b }.verify_with(&keys);
        assert!(fraud(by(&next, 5, 0), by(&signer(), 5, 1)).is_err());
        assert_eq!(fraud(by(&next, 5, 0), by(&next, 5, 1)), Ok(signer().author()));
        assert_eq!(fraud(by(&signer(), 1, 0), by(&signer(), 1, 1)), Ok(signer().author()));
    }

    #[test]
    fn a_proof_that_fails_raises_doubt_and_one_that_holds_removes_it() {
        let mut witness = Witness::new();
        witness.observe(&honest(5), None).unwrap();
        let rewritten = note(TreeHead { size: 9, root: [9; 32] });
        assert!(matches!(witness.observe(&rewritten, Some(&proof(5, 9))), Err(Error::Proof(_))));
        assert_eq!(witness.doubted().collect::<Vec<_>>(), [&signer().author()]);
        assert_eq!(size_known(&witness), 5);
        witness.observe(&honest(9), Some(&proof(5, 9))).unwrap();
        assert_eq!(witness.doubted().count(), 0);
    }

    #[test]
    fn after_a_rotation_only_the_new_key_speaks() {
        let mut witness = Witness::new();
        witness.observe(&honest(5), None).unwrap();
        let next = Signer::for_author(signer().author(), &[2; 32]);
        let by_next = Checkpoint::of(&next, TreeHead { size: 9, root: log(9).root() }).sign(&next);
        assert!(witness.observe(&by_next, Some(&proof(5, 9))).is_err());
        witness.rotated(signer().author(), next.key());
        assert_eq!(witness.observe(&by_next, Some(&proof(5, 9))).unwrap(), Observation::Extended);
        assert!(witness.observe(&honest(12), Some(&proof(9, 12))).is_err());
    }
}
