//! Peers that lie: around an honest node's frames, what a dishonest owner would send with the same key.
//!
//! A [`Liar`] knows its own secret key, what its node sends and what that has on its disk, and nothing else: it cannot
//! sign for others. What it may try is what anyone with a socket and a key could.

use ledger::{Record, Signed, Signer, Statement};
use market::statement::{PoolClose, PoolTerms};
use node::frame::{Frame, Letter};
use serde_json::{Value, json};
use std::collections::VecDeque;
use vocab::{AgentId, RecordId};

/// A way of lying.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lie {
    /// records with a broken signature, or in another's name
    Forge,
    /// old frames again
    Replay,
    /// mail and public records are not sent
    Withhold,
    /// two records of one number
    Equivocate,
    /// a firm claims a hundred times its capacity, and delivers nothing
    OverPromise,
    /// heaps of public records nobody asked for
    Spam,
    /// two closes of one pool
    DoubleClose,
    /// a close that leaves a receipted pledge out
    Censor,
}

impl Lie {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Forge,
        Self::Replay,
        Self::Withhold,
        Self::Equivocate,
        Self::OverPromise,
        Self::Spam,
        Self::DoubleClose,
        Self::Censor,
    ];

    /// As a person writes it in a list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forge => "forge",
            Self::Replay => "replay",
            Self::Withhold => "withhold",
            Self::Equivocate => "equivocate",
            Self::OverPromise => "overpromise",
            Self::Spam => "spam",
            Self::DoubleClose => "doubleclose",
            Self::Censor => "censor",
        }
    }
}

/// One frame with records in so many is made a lie.
const BUSY: u32 = 3;
/// One frame without.
const IDLE: u32 = 40;
/// Old frames a liar keeps to send again.
const KEPT: usize = 32;
/// Records of one heap of spam.
const HEAP: u64 = 10;
/// Where a liar's made-up sequence numbers begin.
const FAR_SEQ: u64 = 1_000_000;

pub(crate) struct Liar {
    signer: Signer,
    lies: Vec<Lie>,
    sent: VecDeque<Vec<u8>>,
    heaped: u64,
}

/// What goes out: bytes, and the lie they are.
pub(crate) type Told = (Option<Vec<u8>>, Option<Lie>);

impl Liar {
    pub(crate) fn new(signer: Signer, lies: &[Lie]) -> Self {
        Self { signer, lies: lies.to_vec(), sent: VecDeque::new(), heaped: 0 }
    }

    /// What it sends where its node would send `frame`; `prey` is somebody in whose name it may lie.
    pub(crate) fn tell<'a>(
        &mut self,
        frame: &Frame,
        prey: AgentId,
        known: impl Fn(&RecordId) -> Option<&'a Record>,
        rng: &mut fastrand::Rng,
    ) -> Vec<Told> {
        let truth = frame.encode();
        let lies = self.choose(frame, rng);
        let told = lies.into_iter().find_map(|lie| self.twist(lie, frame, &truth, prey, &known, rng));
        if self.sent.len() == KEPT {
            self.sent.pop_front();
        }
        self.sent.push_back(truth.clone());
        told.unwrap_or_else(|| vec![(Some(truth), None)])
    }

    /// The lies it may make of this frame, the one it likes best first.
    fn choose(&self, frame: &Frame, rng: &mut fastrand::Rng) -> Vec<Lie> {
        let records = records(frame);
        let closing = records.iter().any(|signed| kind_of(signed) == "pool_close");
        let of_closes = |lie: &Lie| matches!(lie, Lie::DoubleClose | Lie::Censor);
        let mut lies: Vec<Lie> = self.lies.iter().copied().filter(|lie| of_closes(lie) == closing).collect();
        let one_in = if records.is_empty() { IDLE } else { BUSY };
        if !closing && rng.u32(0..one_in) > 0 {
            return vec![];
        }
        rng.shuffle(&mut lies);
        lies
    }

    fn twist<'a>(
        &mut self,
        lie: Lie,
        frame: &Frame,
        truth: &[u8],
        prey: AgentId,
        known: &impl Fn(&RecordId) -> Option<&'a Record>,
        rng: &mut fastrand::Rng,
    ) -> Option<Vec<Told>> {
        let truth = || (Some(truth.to_vec()), None);
        let told = |frame: Frame| (Some(frame.encode()), Some(lie));
        match lie {
            Lie::Forge => {
                let mut forged = records(frame).first().copied()?.clone();
                if rng.bool() {
                    let at = rng.usize(0..forged.bytes.len());
                    forged.bytes[at] ^= 1;
                    return Some(vec![told(instead(frame, forged)), truth()]);
                }
                let number = rng.u64(2..40);
                let foreign = self.says(&forged, |content| {
                    content["author"] = json!(prey);
                    content["key"] = json!(self.signer.key());
                    content["seq"] = json!(number);
                    content["prev"] = json!(vocab::RecordId([7; 32]));
                    content["audience"] = json!("public");
                })?;
                Some(vec![told(Frame::Public(vec![foreign])), truth()])
            }
            Lie::Replay => {
                let old = self.sent.get(rng.usize(0..self.sent.len().max(1)))?.clone();
                Some(vec![truth(), (Some(old), Some(lie))])
            }
            Lie::Withhold => matches!(frame, Frame::Mail { .. } | Frame::Public(_) | Frame::Answer { .. })
                .then(|| vec![(None, Some(lie))]),
            Lie::Equivocate => {
                let twin = self
                    .says(records(frame).first()?, |content| content["at"] = json!("2026-01-05T07:00:00Z"))?;
                Some(match frame {
                    Frame::Public(_) => vec![truth(), told(Frame::Public(vec![twin]))],
                    other => vec![told(instead(other, twin))],
                })
            }
            Lie::Spam => {
                let seed = records(frame).first().copied()?.clone();
                let heap = (0..HEAP).filter_map(|n| {
                    let seq = FAR_SEQ + self.heaped + n;
                    self.says(&seed, |content| {
                        content["seq"] = json!(seq);
                        content["prev"] = json!(vocab::RecordId([7; 32]));
                        content["kind"] = json!("need");
                        content["audience"] = json!("public");
                        content["refs"] = json!([]);
                        content["body"] = json!({"spec": "bread", "name": "bread", "quantity": {"value": "1", "unit": "each"},
                            "expires": "2026-12-31T00:00:00Z"});
                    })
                });
                let heap: Vec<_> = heap.collect();
                self.heaped += HEAP;
                Some(vec![truth(), told(Frame::Public(heap))])
            }
            Lie::DoubleClose | Lie::Censor => {
                let close = records(frame).into_iter().find(|signed| kind_of(signed) == "pool_close")?;
                // clumsily, or so that all but the one left out and the offerer believe it
                let fair = rng.bool().then(|| without_one(close, known, rng)).flatten();
                let other = self.says(close, |content| {
                    if let Some(fair) = &fair {
                        (content["body"], content["refs"]) = (json!(fair), json!(fair.refs()));
                    } else {
                        let dropped = content["body"]["pledges"].as_array_mut().and_then(Vec::pop);
                        if let Some(refs) = content["refs"].as_array_mut() {
                            refs.retain(|id| Some(id) != dropped.as_ref());
                        }
                    }
                    if lie == Lie::DoubleClose {
                        content["seq"] = json!(content["seq"].as_u64().unwrap_or(0) + FAR_SEQ);
                    }
                })?;
                Some(match (lie, frame) {
                    (Lie::DoubleClose, Frame::Mail { heard, letters, .. }) => {
                        let after = letters.last().map_or(0, |letter| seq_of(&letter.record));
                        let enclosed =
                            letters.first().map(|letter| letter.enclosed.clone()).unwrap_or_default();
                        let letters = vec![Letter { record: other, enclosed }];
                        vec![truth(), told(Frame::Mail { after, heard: *heard, letters })]
                    }
                    _ => vec![told(instead(frame, other))],
                })
            }
            // a matter of what its owner says it has, not of frames
            Lie::OverPromise => None,
        }
    }

    /// A record like `signed` but for what `change` does to its content, signed with the liar's key.
    fn says(&self, signed: &Signed, change: impl FnOnce(&mut Value)) -> Option<Signed> {
        let mut content: Value = serde_json::from_slice(&signed.bytes).ok()?;
        change(&mut content);
        let bytes = serde_json_canonicalizer::to_vec(&content).ok()?;
        let signature = self.signer.sign_bytes(&bytes).to_vec();
        Some(Signed { bytes, signature })
    }
}

/// What a close would be, had one of its pledges not been made.
fn without_one<'a>(
    close: &Signed,
    known: &impl Fn(&RecordId) -> Option<&'a Record>,
    rng: &mut fastrand::Rng,
) -> Option<PoolClose> {
    let record = close.clone().verify().ok()?;
    let close: PoolClose = record.read().ok()?;
    let terms: PoolTerms = known(&close.pool)?.read().ok()?;
    let mut left = close.pledges.clone();
    if !close.chunks.is_empty() || left.is_empty() {
        return None;
    }
    left.swap_remove(rng.usize(0..left.len()));
    let listed = left.iter().chain(&close.replaced);
    let pledges: Option<Vec<_>> = listed.map(|id| market::Pledged::read(known(id)?).ok()).collect();
    Some(market::pool::tally(&close.pool, &terms, &pledges?, record.at).ok()?.close(vec![]))
}

fn records(frame: &Frame) -> Vec<&Signed> {
    match frame {
        Frame::Mail { letters, .. } => letters.iter().map(|letter| &letter.record).collect(),
        Frame::Public(records) => records.iter().collect(),
        _ => vec![],
    }
}

/// The same frame with `record` in the place of the one it has the number of, or else of its first.
fn instead(frame: &Frame, record: Signed) -> Frame {
    let mut frame = frame.clone();
    let number = seq_of(&record);
    match &mut frame {
        Frame::Mail { letters, .. } => {
            let at = letters.iter().position(|letter| seq_of(&letter.record) == number).unwrap_or(0);
            letters[at].record = record;
        }
        Frame::Public(records) => records[0] = record,
        _ => {}
    }
    frame
}

fn kind_of(signed: &Signed) -> String {
    content(signed)["kind"].as_str().unwrap_or_default().to_owned()
}

fn seq_of(signed: &Signed) -> u64 {
    content(signed)["seq"].as_u64().unwrap_or(0)
}

fn content(signed: &Signed) -> Value {
    serde_json::from_slice(&signed.bytes).unwrap_or_default()
}
