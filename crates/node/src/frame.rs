//! What two nodes say to each other on the wire: one enum, in postcard form.
//!
//! Records travel in [`Frame::Mail`], in their author's order, until the other side has [`Frame::Heard`] them. The
//! rest helps that along or asks for what is public. Nothing here is trusted: every record is checked on arrival.

use crate::{Error, error::Result};
use ledger::Signed;
use market::TopicId;
use market::search::Query;
use serde::{Deserialize, Serialize};
use trace::ForwardStep;
use vocab::RecordId;

/// One frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Frame {
    /// "I have your mail up to here, and by my clock it is now."
    Hello {
        /// sequence number of the last of your records that I hold
        heard: u64,
        /// the sender's clock, milliseconds since 1970
        now_ms: i64,
        /// whether an answering hello is wanted
        greeting: Greeting,
        /// who speaks, once for each connection
        card: Option<Box<Card>>,
    },
    /// records addressed to the receiver, in order
    Mail {
        /// sequence number of the author's record to the receiver before the first of these; 0 for none
        after: u64,
        /// "I have kept your mail up to this sequence number", so that it need not be said alone
        heard: u64,
        /// the records
        letters: Vec<Letter>,
    },
    /// the same, where there was no mail to say it with
    Heard {
        /// sequence number
        upto: u64,
    },
    /// one message of a set reconciliation over public records (negentropy, protocol version 1)
    Reconcile {
        /// what is compared
        scope: Scope,
        /// who speaks
        turn: Turn,
        /// the message
        message: Vec<u8>,
    },
    /// "Send me these public records."
    Want(Vec<RecordId>),
    /// public records
    Public(Vec<Signed>),
    /// a question
    Ask {
        /// to tell answers apart
        number: u64,
        /// what is asked
        question: Question,
    },
    /// an answer
    Answer {
        /// of the question with this number
        number: u64,
        /// what was found; `None` if nothing, or nothing for the asker
        answer: Option<Found>,
    },
    /// the sender's newest checkpoint, and a proof from the one the receiver holds, if it asked for it
    Checkpoint {
        /// a C2SP signed note
        note: String,
        /// consistency with an earlier size
        proof: Option<ledger::ConsistencyProof>,
    },
    /// "Prove that your log still begins with the one I saw."
    Prove {
        /// the size seen
        from: u64,
        /// the size of the newer checkpoint
        to: u64,
    },
    /// "This is what I keep: compare that with me."
    Interests {
        /// what the sender cares for
        scope: Scope,
        /// whether the receiver's are wanted back
        greeting: Greeting,
    },
    /// "These take part in it too."
    Introduce {
        /// a topic the receiver has named
        topic: TopicId,
        /// where they can be reached, each in its own signed words
        who: Vec<Signed>,
    },
}

/// What a node says of itself when it meets another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Card {
    /// its newest checkpoint, a C2SP signed note
    pub checkpoint: String,
    /// its keys and addresses, unless it keeps everything: then they are compared with the rest
    pub papers: Vec<Signed>,
    /// what it keeps: compare that with me
    pub interests: Scope,
}

impl Card {
    /// Most records of keys and addresses on it.
    pub const PAPERS_MAX: usize = 64;
}

/// A record with the records that prove it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// the record
    pub record: Signed,
    /// what it builds on and the receiver may not have
    pub enclosed: Vec<Signed>,
}

/// Whether a hello wants one back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Greeting {
    /// please answer
    First,
    /// this is the answer
    Return,
}

/// Of which topics.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Scope {
    /// of all
    Everything,
    /// of these, in rising order
    Topics(Vec<TopicId>),
}

impl Scope {
    /// Most topics that may be named.
    pub const TOPICS_MAX: usize = 64;

    /// What both care for.
    pub fn shared_with(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everything, scope) | (scope, Self::Everything) => scope.clone(),
            (Self::Topics(a), Self::Topics(b)) => {
                Self::Topics(a.iter().filter(|topic| b.contains(topic)).copied().collect())
            }
        }
    }
    /// Whether a topic is among them.
    pub fn has(&self, topic: &TopicId) -> bool {
        match self {
            Self::Everything => true,
            Self::Topics(topics) => topics.contains(topic),
        }
    }
}

/// Who speaks in a reconciliation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Turn {
    /// the one who began
    Initiator,
    /// the other
    Responder,
}

/// What can be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Question {
    /// the record of this hash
    Record(RecordId),
    /// what became of a lot here; the passports lead from the asker's own lot to it
    Forward {
        /// the lot
        lot: RecordId,
        /// passports, the asker's first, each an input of the next
        chain: Vec<RecordId>,
    },
    /// listings of this kind that are kept here
    Search(#[serde(with = "as_json")] Query),
    /// the withdrawals of these listings, where they were withdrawn
    Withdrawals(Vec<RecordId>),
    /// what a pool came to, for this pledge of the asker's
    Share {
        /// the pool
        pool: RecordId,
        /// the pledge
        pledge: RecordId,
    },
    /// the pledges of a pool that has closed, in rising order of id
    Pledges {
        /// the pool
        pool: RecordId,
        /// those after this one; from the first when not given
        after: Option<RecordId>,
    },
}

/// What can be found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Found {
    /// a record
    Record(Signed),
    /// what became of the lot
    Forward(#[serde(with = "as_json")] ForwardStep),
    /// listings, and what they rest on: their authors' keys and addresses, the offers pooled on
    Listings {
        /// the records
        records: Vec<Signed>,
        /// there are more than were asked for or fit
        more: bool,
    },
    /// withdrawals
    Withdrawals(Vec<Signed>),
    /// the close in force, and what shows the asker its part of it
    Share(#[serde(with = "as_json")] Box<ShareLetter>),
    /// the keeper is absent: the asker may close, from the pledges it can have here
    StandIn,
    /// some pledges, each with its receipt
    Pledges {
        /// pledges and receipts
        records: Vec<Signed>,
        /// there are more after the last of them
        more: bool,
    },
}

/// A close, and one pledge's part of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareLetter {
    /// the close
    pub close: Signed,
    /// the offerer's consent, where somebody stood in for the keeper
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Signed>,
    /// what the pledge gets; none where it does not count
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<market::pool::ShareProof>,
}

/// A value that says itself which of its fields are there travels as JSON: postcard counts fields by position.
mod as_json {
    use serde::{
        Deserialize, Deserializer, Serializer, de::DeserializeOwned, de::Error as _, ser::Error as _,
    };

    pub(super) fn serialize<T: serde::Serialize, S: Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_bytes(&serde_json::to_vec(value).map_err(S::Error::custom)?)
    }
    pub(super) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
        serde_json::from_slice(&Vec::<u8>::deserialize(d)?).map_err(D::Error::custom)
    }
}

impl Frame {
    /// Largest frame, encoded.
    pub const BYTES_MAX: usize = 4 << 20;
    /// Most records in one frame.
    pub const RECORDS_MAX: usize = 1_000;

    /// As bytes for the wire.
    pub fn encode(&self) -> Vec<u8> {
        // postcard fails only on sequences of unknown length, and a frame has none
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Reads a frame from bytes of a peer.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(Error::Frame(format!(
                "{} bytes are over the limit of {}",
                bytes.len(),
                Self::BYTES_MAX
            )));
        }
        match postcard::take_from_bytes(bytes) {
            Ok((frame, [])) => Ok(frame),
            Ok((_, rest)) => Err(Error::Frame(format!("{} bytes follow it", rest.len()))),
            Err(e) => Err(Error::Frame(e.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Audience, Draft, Signer};
    use proptest::prelude::*;
    use vocab::Timestamp;

    fn frames() -> Vec<Frame> {
        let draft = Draft {
            kind: "note",
            audience: Audience::Public,
            refs: vec![],
            body: serde_json::json!({"a": "1"}),
        };
        let record = Signer::from_seed(&[1; 32]).sign(draft, 1, None, Timestamp::UNIX_EPOCH).unwrap();
        let signed = Signed::clone(record.signed());
        let mut log = ledger::Log::new([2; 32]);
        (0..5).for_each(|_| log.append(record.id));
        let proof = Some(log.consistency(2, 5).unwrap());
        let step = ForwardStep { outputs: vec![record.id], ..ForwardStep::default() };
        let card = Some(Box::new(Card {
            checkpoint: "n".to_owned(),
            papers: vec![signed.clone()],
            interests: Scope::Everything,
        }));
        vec![
            Frame::Hello { heard: 7, now_ms: -1, greeting: Greeting::First, card: None },
            Frame::Hello { heard: 7, now_ms: 1, greeting: Greeting::Return, card },
            Frame::Mail {
                after: 3,
                heard: 2,
                letters: vec![Letter { record: signed.clone(), enclosed: vec![signed.clone()] }],
            },
            Frame::Heard { upto: 9 },
            Frame::Reconcile { scope: Scope::Everything, turn: Turn::Responder, message: vec![1, 2, 3] },
            Frame::Interests { scope: Scope::Topics(vec![TopicId([3; 32])]), greeting: Greeting::First },
            Frame::Introduce { topic: TopicId([3; 32]), who: vec![signed.clone()] },
            Frame::Want(vec![record.id]),
            Frame::Public(vec![signed.clone()]),
            Frame::Ask { number: 1, question: Question::Forward { lot: record.id, chain: vec![record.id] } },
            Frame::Ask { number: 3, question: Question::Search(Query::of(market::search::Wanted::Needs)) },
            Frame::Ask { number: 4, question: Question::Withdrawals(vec![record.id]) },
            Frame::Answer {
                number: 3,
                answer: Some(Found::Listings { records: vec![signed.clone()], more: true }),
            },
            Frame::Answer { number: 4, answer: Some(Found::Withdrawals(vec![signed.clone()])) },
            Frame::Answer { number: 1, answer: Some(Found::Record(signed)) },
            Frame::Answer { number: 2, answer: Some(Found::Forward(step)) },
            Frame::Checkpoint { note: "n".to_owned(), proof },
            Frame::Prove { from: 1, to: 2 },
        ]
    }

    #[test]
    fn every_frame_reads_back_as_it_was_written() {
        for frame in frames() {
            let bytes = frame.encode();
            assert!(!bytes.is_empty(), "{frame:?}");
            assert_eq!(Frame::decode(&bytes).unwrap().encode(), bytes);
            assert!(Frame::decode(&[bytes, vec![0]].concat()).is_err(), "what follows a frame is refused");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_not_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = Frame::decode(&bytes);
        }

        #[test]
        fn a_spoilt_frame_is_an_answer_not_a_panic(which in 0_usize..18, at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let mut bytes = frames()[which].encode();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let _ = Frame::decode(&bytes);
            let _ = Frame::decode(&bytes[..at]);
        }
    }
}
