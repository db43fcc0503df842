//! Checkpoints: an agent's signed statement of how long its log is and what root it has.
//!
//! The text form is C2SP tlog-checkpoint in a C2SP signed-note; a witness adds its own line to the note
//! (C2SP tlog-cosignature v1). A [`Checkpoint`] has been verified. Whether it fits an earlier one is for
//! [`Witness`](crate::Witness) to say.

use crate::note::{self, Note, Use};
use crate::{Error, Result, Signer, TreeHead};
use data_encoding::BASE64;
use vocab::{AgentId, Timestamp};
use vocab::{Phrase, phrase};

/// Origin lines and key names are this and the agent's did.
const ORIGIN_PREFIX: &str = "headwater/";

/// A verified statement of a log's size and root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// which log: `headwater/` and the author's did
    pub origin: String,
    /// how many records
    pub size: u64,
    /// RFC 6962 root over them
    pub root: [u8; 32],
}

impl Checkpoint {
    /// What the author of the log that `signer` signs for says when its log has this head.
    pub fn of(signer: &Signer, head: TreeHead) -> Self {
        Self { origin: name_of(&signer.author()), size: head.size, root: head.root }
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root }
    }

    /// The note: the checkpoint's text and the signature of `signer`'s key.
    pub fn sign(&self, signer: &Signer) -> String {
        let text = format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root));
        let signature = signer.sign_bytes(text.as_bytes());
        let line = note::line(&self.origin, Use::Text, &signer.key(), &signature);
        format!("{text}\n{line}")
    }

    /// Reads a note that `author` signed with its first key.
    pub fn verify(note: &str, author: AgentId) -> Result<Self> {
        Self::verify_by(note, author, &author)
    }

    /// Reads a note about the log of `author` that `key` signed: which key may do so, a
    /// [`KeyState`](crate::KeyState) says.
    pub fn verify_by(note: &str, author: AgentId, key: &AgentId) -> Result<Self> {
        let note = Note::parse(note)?;
        let checkpoint = Self::read(note.text)?;
        if checkpoint.origin != name_of(&author) {
            return Err(Error::Note(phrase(
                "its origin is not the log of that author",
                "其来源不是该作者的日志",
            )));
        }
        if !note.is_signed_by(&checkpoint.origin, key) {
            return Err(Error::Note(phrase(
                "it does not bear a true signature of that author's key",
                "没有该作者密钥的真实签名",
            )));
        }
        Ok(checkpoint)
    }

    /// What a note claims, before any signature is checked.
    pub(crate) fn claimed(note: &str) -> Result<Self> {
        Self::read(Note::parse(note)?.text)
    }

    /// Whose log a note claims to be about, before any signature is checked.
    pub fn claimed_author(note: &str) -> Result<AgentId> {
        let origin = Self::claimed(note)?.origin;
        let did = origin.strip_prefix(ORIGIN_PREFIX).and_then(|did| did.parse().ok());
        did.ok_or(Error::Note(phrase(
            "its origin is not 'headwater/' and a did:key",
            "其来源不是“headwater/”加 did:key",
        )))
    }

    /// The line by which a witness says that, at `at`, this was the largest consistent head of the log it had
    /// seen. The line goes at the end of the note. It is for the caller to have verified the note.
    pub fn cosign(note: &str, witness: &Signer, at: Timestamp) -> Result<String> {
        let note = Note::parse(note)?;
        Self::read(note.text)?;
        let seconds = u64::try_from(at.as_second()).map_err(|_| {
            Error::Note(phrase("a cosignature cannot be dated before 1970", "会签日期不能早于 1970 年"))
        })?;
        let signature = witness.sign_bytes(&cosigned(seconds, note.text));
        let blob = [seconds.to_be_bytes().as_slice(), &signature].concat();
        Ok(note::line(&name_of(&witness.key()), Use::Cosignature, &witness.key(), &blob))
    }

    /// When `witness` cosigned the note, by its own clock: the latest, if it did so more than once.
    pub fn verify_cosignature(note: &str, witness: &AgentId) -> Result<Timestamp> {
        let note = Note::parse(note)?;
        Self::read(note.text)?;
        let name = name_of(witness);
        let mut latest = None;
        for blob in note.by(&name, Use::Cosignature, witness) {
            let at = cosigned_at(blob, note.text, witness).ok_or(Error::Note(phrase(
                "a cosignature by that witness is false",
                "该见证者的会签是假的",
            )))?;
            latest = latest.max(Some(at));
        }
        latest.ok_or(Error::Note(phrase("that witness has not cosigned it", "该见证者没有会签")))
    }

    fn read(text: &str) -> Result<Self> {
        let wrong = |what: Phrase| Err(Error::Note(what));
        let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return wrong(phrase(
                "a checkpoint is three lines: origin, size, root",
                "检查点共三行：来源、大小、根",
            ));
        };
        // further lines are extensions, which say nothing here
        if origin.is_empty() || lines.any(str::is_empty) {
            return wrong(phrase("one of its lines is empty", "其中有一行为空"));
        }
        let plain = size.bytes().all(|b| b.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let Some(size) = size.parse().ok().filter(|_| plain) else {
            return wrong(phrase(
                "its size is not a decimal number without leading zeros",
                "其大小不是无前导零的十进制数",
            ));
        };
        match BASE64.decode(root.as_bytes()).map(<[u8; 32]>::try_from) {
            Ok(Ok(root)) => Ok(Self { origin: origin.to_owned(), size, root }),
            _ => wrong(phrase("its root is not 32 bytes in base64", "其根不是 base64 写成的 32 字节")),
        }
    }
}

fn name_of(agent: &AgentId) -> String {
    format!("{ORIGIN_PREFIX}{agent}")
}

fn cosigned(seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

fn cosigned_at(blob: &[u8], text: &str, witness: &AgentId) -> Option<Timestamp> {
    let (seconds, signature) = blob.split_first_chunk::<8>()?;
    let seconds = u64::from_be_bytes(*seconds);
    let at = Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    note::verifies(witness, &cosigned(seconds, text), signature).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn author() -> Signer {
        Signer::from_seed(&[1; 32])
    }
    fn checkpoint() -> Checkpoint {
        Checkpoint::of(&author(), TreeHead { size: 42, root: [7; 32] })
    }
    fn note() -> String {
        checkpoint().sign(&author())
    }
    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_checkpoint_reads_as_the_specification_draws_it() {
        let note = note();
        let lines: Vec<_> = note.lines().collect();
        let did = author().author().to_string();
        assert_eq!(lines[0], format!("headwater/{did}"));
        assert_eq!(lines[1..4], ["42", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", ""]);
        assert!(lines[4].starts_with(&format!("— headwater/{did} ")));
        assert_eq!(Checkpoint::verify(&note, author().author()).unwrap(), checkpoint());
        assert_eq!(Checkpoint::claimed_author(&note).unwrap(), author().author());
    }

    #[test]
    fn the_example_of_the_specification_is_read() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let read = Checkpoint::read(text).unwrap();
        assert_eq!((read.origin.as_str(), read.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(Checkpoint::read(&format!("{text}an extension\n")).unwrap(), read);
    }

    #[test]
    fn another_author_or_another_key_does_not_verify_it() {
        let other = Signer::from_seed(&[2; 32]);
        assert!(Checkpoint::verify(&note(), other.author()).is_err());
        let usurped = Signer::for_author(author().author(), &[2; 32]);
        let note = checkpoint().sign(&usurped);
        assert!(Checkpoint::verify(&note, author().author()).is_err());
        assert!(Checkpoint::verify_by(&note, author().author(), &usurped.key()).is_ok());
    }

    #[test]
    fn malformed_lines_are_refused() {
        let root = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
        for bad in [
            "o\n42\n".to_owned(),
            format!("\n42\n{root}\n"),
            format!("o\n042\n{root}\n"),
            format!("o\n+42\n{root}\n"),
            format!("o\n-1\n{root}\n"),
            format!("o\n18446744073709551616\n{root}\n"),
            format!("o\n\n{root}\n"),
            format!("o\n42\n{}\n", &root[4..]),
            format!("o\n42\n{root}\n\nextension\n"),
        ] {
            assert!(Checkpoint::read(&bad).is_err(), "{bad}");
        }
        assert!(Checkpoint::read(&format!("o\n0\n{root}\n")).is_ok());
    }

    #[test]
    fn witnesses_add_their_lines_and_are_heard_one_by_one() {
        let (w1, w2) = (Signer::from_seed(&[8; 32]), Signer::from_seed(&[9; 32]));
        let mut note = note();
        for (witness, seconds) in [(&w1, 1_679_315_147), (&w2, 1_700_000_000), (&w1, 1_690_000_000)] {
            let line = Checkpoint::cosign(&note, witness, at(seconds)).unwrap();
            note.push_str(&line);
        }
        assert_eq!(Checkpoint::verify(&note, author().author()).unwrap(), checkpoint());
        assert_eq!(Checkpoint::verify_cosignature(&note, &w1.key()).unwrap(), at(1_690_000_000));
        assert_eq!(Checkpoint::verify_cosignature(&note, &w2.key()).unwrap(), at(1_700_000_000));
        assert!(Checkpoint::verify_cosignature(&note, &author().key()).is_err());
        assert!(Checkpoint::cosign(&note, &w1, at(-1)).is_err());
    }

    #[test]
    fn a_cosignature_covers_the_text_and_the_time() {
        let witness = Signer::from_seed(&[8; 32]);
        let line = Checkpoint::cosign(&note(), &witness, at(1_679_315_147)).unwrap();
        let other = Checkpoint { size: 43, ..checkpoint() }.sign(&author());
        assert!(Checkpoint::verify_cosignature(&format!("{other}{line}"), &witness.key()).is_err());
        let text = note().split_once("\n\n").unwrap().0.to_owned() + "\n";
        let signed = format!("cosignature/v1\ntime 1679315147\n{text}");
        let blob = [&1_679_315_147_u64.to_be_bytes()[..], &witness.sign_bytes(signed.as_bytes())].concat();
        assert_eq!(line, note::line(&name_of(&witness.key()), Use::Cosignature, &witness.key(), &blob));
        let redated = [&1_679_315_148_u64.to_be_bytes()[..], &blob[8..]].concat();
        let line = note::line(&name_of(&witness.key()), Use::Cosignature, &witness.key(), &redated);
        assert!(Checkpoint::verify_cosignature(&format!("{}{line}", note()), &witness.key()).is_err());
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies(size in any::<u64>(), root in any::<[u8; 32]>()) {
            let checkpoint = Checkpoint::of(&author(), TreeHead { size, root });
            let read = Checkpoint::verify(&checkpoint.sign(&author()), author().author());
            prop_assert_eq!(read, Ok(checkpoint));
        }

        #[test]
        fn any_text_is_an_answer_not_a_panic(text in "(\\PC|\n){0,200}") {
            prop_assert!(Checkpoint::verify(&text, author().author()).is_err());
            prop_assert!(Checkpoint::verify_cosignature(&text, &author().key()).is_err());
        }

        #[test]
        fn a_changed_note_is_refused(at in any::<usize>(), to in any::<char>()) {
            let good = note();
            let (at, was) = good.char_indices().nth(at % good.chars().count()).unwrap();
            prop_assume!(was != to);
            let bad = format!("{}{to}{}", &good[..at], &good[at + was.len_utf8()..]);
            prop_assert!(Checkpoint::verify(&bad, author().author()).is_err(), "{}", bad);
        }
    }
}
