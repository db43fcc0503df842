//! Proofs that somebody lied, which anyone can check from signed bytes alone.
//!
//! A [`Fraud`] is records that one author could not have signed honestly. It never rests on what is absent from
//! the evidence, so that leaving something out cannot make an honest author look guilty: a close itself lists the
//! pledges that were replaced, and a close is only refuted with every pledge it lists at hand.

use crate::error::shown;
use crate::pool::{Closed, Pledged, audit};
use crate::statement::{
    CloseConsent, EvidenceText, FraudKind, FraudReport, PledgeReceipt, PledgeReceipts, PoolClose, PoolTerms,
};
use crate::{Error, Result, hex};
use ledger::{Record, Signed, Statement};
use sha2::{Digest, Sha256};
use vocab::{AgentId, RecordId};
use vocab::{Phrase, phrase};

/// What somebody did, and the bytes that prove it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fraud {
    /// Somebody countersigned a pledge, but its close lists it neither as counted nor as replaced.
    Omission {
        /// the countersignature, of one pledge or of several
        receipt: Signed,
        /// the same author's close
        close: Signed,
        /// of a long close, the part that should list the pledge
        chunk: Option<Signed>,
    },
    /// Somebody closed one pool in two ways.
    DoubleClose {
        /// one close
        a: Signed,
        /// another
        b: Signed,
    },
    /// A close is not what follows from the terms and its pledges.
    FalseClose {
        /// the pool's terms
        terms: Signed,
        /// the keeper's close
        close: Signed,
        /// every pledge the close lists, counted or replaced; none where its outcome contradicts its own sums
        pledges: Vec<Signed>,
    },
    /// An author signed two records with one sequence number.
    Equivocation {
        /// one record
        a: Signed,
        /// another
        b: Signed,
    },
    /// An offerer consented to two closes of one pool.
    DoubleConsent {
        /// to one
        a: Signed,
        /// to another
        b: Signed,
    },
}

fn unproven<T>(why: Phrase) -> Result<T> {
    Err(Error::Unproven(why))
}

impl Fraud {
    /// Who is guilty, once every signature and rule has been checked again.
    ///
    /// `speaks` says whether a record's key may speak for its author. It must say no where it does not know: anyone
    /// can sign with a key of their own in another's name. [`Record::key`] equal to [`Record::author`] always may.
    pub fn verify(&self, speaks: impl Fn(&Record) -> bool) -> Result<AgentId> {
        let read = |signed: &Signed| {
            let record = signed.clone().verify()?;
            match speaks(&record) {
                true => Ok(record),
                false => unproven({
                    let (key, author) = (record.key, record.author);
                    phrase(
                        format!("{key} is not known to be a key of {author}"),
                        format!("{key} 不是 {author} 的已知密钥"),
                    )
                }),
            }
        };
        match self {
            Self::Omission { receipt, close, chunk } => {
                let chunk = chunk.as_ref().map(read).transpose()?;
                omission(&read(receipt)?, &read(close)?, chunk.as_ref())
            }
            Self::DoubleConsent { a, b } => double_consent(&read(a)?, &read(b)?),
            Self::DoubleClose { a, b } => double_close(&read(a)?, &read(b)?),
            Self::FalseClose { terms, close, pledges } => {
                let pledges = pledges.iter().map(|p| Pledged::read(&read(p)?)).collect::<Result<Vec<_>>>()?;
                false_close(&read(terms)?, &read(close)?, &pledges)
            }
            Self::Equivocation { a, b } => equivocation(&read(a)?, &read(b)?),
        }
    }

    /// As a statement that accuses `accused`. What it comes to is subject to a record's size: a close of some thousand
    /// pledges is refuted by handing over the records themselves.
    pub fn report(&self, accused: AgentId) -> Result<FraudReport> {
        let (kind, evidence) = match self {
            Self::Omission { receipt, close, chunk } => {
                (FraudKind::Omission, [receipt, close].into_iter().chain(chunk).collect())
            }
            Self::DoubleConsent { a, b } => (FraudKind::DoubleConsent, vec![a, b]),
            Self::DoubleClose { a, b } => (FraudKind::DoubleClose, vec![a, b]),
            Self::FalseClose { terms, close, pledges } => {
                (FraudKind::FalseClose, [terms, close].into_iter().chain(pledges).collect())
            }
            Self::Equivocation { a, b } => (FraudKind::Equivocation, vec![a, b]),
        };
        let evidence = evidence.into_iter().map(EvidenceText::new).collect::<Result<_>>()?;
        Ok(FraudReport { accused, kind, evidence })
    }
}

fn same_author(a: &Record, b: &Record) -> Result<AgentId> {
    match a.author == b.author {
        true => Ok(a.author),
        false => unproven({
            let (a, b) = (a.author, b.author);
            phrase(format!("{a} and {b} are two authors"), format!("{a} 与 {b} 是两个作者"))
        }),
    }
}

/// The pool and the pledges that a receipt countersigns.
fn receipted(record: &Record) -> Result<(RecordId, Vec<RecordId>)> {
    if record.kind == PledgeReceipts::KIND {
        let PledgeReceipts { pool, pledges } = record.read()?;
        return Ok((pool, pledges));
    }
    let PledgeReceipt { pool, pledge } = record.read()?;
    Ok((pool, vec![pledge]))
}

fn omission(receipt: &Record, close: &Record, chunk: Option<&Record>) -> Result<AgentId> {
    let closer = same_author(receipt, close)?;
    let (pool, pledges) = receipted(receipt)?;
    let closed = Closed::read(close, |id| chunk.filter(|chunk| chunk.id == *id))?;
    if pool != closed.close.pool {
        return unproven({
            let b = closed.close.pool;
            phrase(
                format!("receipt and close are for two pools, {pool} and {b}"),
                format!("回执与结果分属两次拼单：{pool} 和 {b}"),
            )
        });
    }
    if closed.chunks.iter().any(|chunk| chunk.part.check().is_err()) {
        return Ok(closer);
    }
    match pledges.iter().any(|pledge| closed.lists(pledge) == Some(false)) {
        true => Ok(closer),
        false => unproven({
            let pledge = pledges.first().copied().unwrap_or(pool);
            phrase(format!("the close lists pledge {pledge}"), format!("拼单结果已列出认购 {pledge}"))
        }),
    }
}

fn double_consent(a: &Record, b: &Record) -> Result<AgentId> {
    let offerer = same_author(a, b)?;
    let (a, b): (CloseConsent, CloseConsent) = (a.read()?, b.read()?);
    match a.pool == b.pool && a.close != b.close {
        true => Ok(offerer),
        false => unproven(phrase(
            "both consent to the same, or to two pools",
            "两份同意书内容相同，或分属两次拼单",
        )),
    }
}

fn double_close(a: &Record, b: &Record) -> Result<AgentId> {
    let keeper = same_author(a, b)?;
    let (a, b): (PoolClose, PoolClose) = (a.read()?, b.read()?);
    if a.pool != b.pool {
        return unproven({
            let (a, b) = (a.pool, b.pool);
            phrase(
                format!("the closes are for two pools, {a} and {b}"),
                format!("两份结果分属两次拼单：{a} 和 {b}"),
            )
        });
    }
    if a == b {
        return unproven(phrase("both closes say the same", "两份拼单结果内容相同"));
    }
    Ok(keeper)
}

fn false_close(terms: &Record, close: &Record, pledges: &[Pledged]) -> Result<AgentId> {
    let closed = Closed::read(close, |_| None)?;
    if closed.close.pool != terms.id {
        return unproven({
            let (pool, terms) = (closed.close.pool, terms.id);
            phrase(
                format!("the close is for pool {pool}, the terms are {terms}"),
                format!("结果属于拼单 {pool}，条款却是 {terms}"),
            )
        });
    }
    match audit(&terms.id, &terms.read::<PoolTerms>()?, &closed, pledges) {
        Ok(_) => unproven(phrase("the close follows from its pledges", "结果与其认购相符")),
        Err(fault) if fault.is_closers() => Ok(closed.by),
        Err(fault) => Err(fault.into()),
    }
}

fn equivocation(a: &Record, b: &Record) -> Result<AgentId> {
    let author = same_author(a, b)?;
    if a.seq != b.seq {
        return unproven({
            let (a, b) = (a.seq, b.seq);
            phrase(format!("sequence numbers {a} and {b} differ"), format!("序号 {a} 与 {b} 不同"))
        });
    }
    if a.id == b.id {
        return unproven(phrase("both are the same record", "两者是同一条记录"));
    }
    Ok(author)
}

impl EvidenceText {
    /// A signed record as text.
    pub fn new(signed: &Signed) -> Result<Self> {
        let content = String::from_utf8(signed.bytes.clone()).map_err(|_| {
            Error::field(
                "evidence",
                shown(signed.id()),
                phrase("give records, which are UTF-8", "请给出记录，即 UTF-8 文本"),
            )
        })?;
        Ok(Self { content, signature: hex::encode(&signed.signature) })
    }
    /// The record's id.
    pub fn id(&self) -> RecordId {
        RecordId(Sha256::digest(&self.content).into())
    }
    pub(crate) fn signed(&self) -> Result<Signed> {
        let signature = hex::decode(&self.signature).ok_or_else(|| {
            Error::field(
                "signature",
                shown(&self.signature),
                phrase("write 128 hexadecimal digits", "请写 128 位十六进制数字"),
            )
        })?;
        Ok(Signed { bytes: self.content.clone().into_bytes(), signature })
    }
}

impl FraudReport {
    /// The fraud it reports, unverified.
    pub fn fraud(&self) -> Result<Fraud> {
        self.check()?;
        let signed = self.evidence.iter().map(EvidenceText::signed).collect::<Result<Vec<_>>>()?;
        let mut signed = signed.into_iter();
        let (Some(a), Some(b)) = (signed.next(), signed.next()) else {
            return unproven(phrase("there are fewer than two records", "记录不足两条"));
        };
        let pledges: Vec<Signed> = signed.collect();
        let more = match self.kind {
            FraudKind::FalseClose => pledges.len(),
            FraudKind::Omission => 1,
            FraudKind::DoubleClose | FraudKind::Equivocation | FraudKind::DoubleConsent => 0,
        };
        if pledges.len() > more {
            return unproven({
                let (kind, count) = (self.kind, self.evidence.len());
                phrase(
                    format!("{kind:?} takes two records, not {count}"),
                    format!("{kind:?} 需要两条记录，而不是 {count} 条"),
                )
            });
        }
        Ok(match self.kind {
            FraudKind::Omission => {
                Fraud::Omission { receipt: a, close: b, chunk: pledges.into_iter().next() }
            }
            FraudKind::DoubleConsent => Fraud::DoubleConsent { a, b },
            FraudKind::DoubleClose => Fraud::DoubleClose { a, b },
            FraudKind::FalseClose => Fraud::FalseClose { terms: a, close: b, pledges },
            FraudKind::Equivocation => Fraud::Equivocation { a, b },
        })
    }

    /// The closes of pools among its evidence, with who signed them.
    pub fn closes(&self) -> impl Iterator<Item = (AgentId, PoolClose)> {
        let records = self.evidence.iter().filter_map(|e| e.signed().ok()?.verify().ok());
        records.filter_map(|record| Some((record.author, record.read().ok()?)))
    }

    /// Checks that the evidence proves the accused guilty, and returns it. `speaks` as for [`Fraud::verify`].
    pub fn verify(&self, speaks: impl Fn(&Record) -> bool) -> Result<AgentId> {
        let guilty = self.fraud()?.verify(speaks)?;
        match guilty == self.accused {
            true => Ok(guilty),
            false => unproven({
                let accused = self.accused;
                phrase(
                    format!("it is against {guilty}, not {accused}"),
                    format!("它针对的是 {guilty}，而不是 {accused}"),
                )
            }),
        }
    }
}
