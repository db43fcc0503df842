//! Which key may speak for an agent, and since which of its records.
//!
//! An agent *is* its first key. Its first record, the [`Inception`], commits to the hash of the next key; a
//! [`Rotation`] reveals that key, is signed by it, and commits to the one after (the idea of KERI's
//! pre-rotation: whoever steals the current key cannot rotate, because the next one has never been shown). Devices
//! and staff sign with keys that a [`Grant`] lets in and a [`Revocation`] shuts out. [`KeyState`] is the fold over
//! these records.
//!
//! Nothing here knows what other records mean; their kind is compared, never understood.

use crate::{Error, Record, Result, Statement, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use vocab::{AgentId, Timestamp};
use vocab::{Phrase, phrase};

/// SHA-256 of a public key not yet shown, as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(#[serde(with = "hex::array")] pub [u8; 32]);

impl KeyHash {
    /// The commitment to `key`.
    pub fn of(key: &AgentId) -> Self {
        Self(Sha256::digest(key.0).into())
    }
}

/// An agent's first record: who it is, and a commitment to its next key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inception {
    /// the first key, which is the agent's name for ever
    pub key: AgentId,
    /// what the agent calls itself
    pub name: String,
    /// commitment to the key that may replace it
    pub next: KeyHash,
}

/// Replaces the current key by the one committed to. Signed by the new key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// the key that speaks from this record on
    pub key: AgentId,
    /// commitment to the one after
    pub next: KeyHash,
}

/// Lets a device or a member of staff sign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// the key that may sign from the next record on
    pub key: AgentId,
    /// who or what holds it
    pub label: String,
    /// it may sign records dated before this; `None`: until revoked
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// the kinds of record it may sign; `None`: all but those of this module
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
}

/// Ends a grant, from this record on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// the key that was let in
    pub key: AgentId,
}

impl Statement for Inception {
    const KIND: &'static str = "inception";
}
impl Statement for Rotation {
    const KIND: &'static str = "rotation";
}
impl Statement for Grant {
    const KIND: &'static str = "grant";
}
impl Statement for Revocation {
    const KIND: &'static str = "revocation";
}

/// Longest name or label, in bytes.
const TEXT_MAX: usize = 200;
/// Most kinds a grant may list.
const KINDS_MAX: usize = 100;
/// Most rotations, and most grants, that one agent's log may hold.
const TENURES_MAX: usize = 10_000;

/// Sequence numbers of the records a key may sign: from the first, before the second where it has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Tenure {
    from: u64,
    before: Option<u64>,
}

impl Tenure {
    fn covers(&self, seq: u64) -> bool {
        seq >= self.from && self.before.is_none_or(|before| seq < before)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Delegation {
    tenure: Tenure,
    since: Timestamp,
    grant: Grant,
}

/// The keys of one agent, after some of its records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyState {
    author: AgentId,
    current: AgentId,
    /// commitment to the next key; none is known before the inception
    next: Option<KeyHash>,
    /// the agent's own keys, this one and those before it
    own: BTreeMap<AgentId, Tenure>,
    delegations: Vec<Delegation>,
    /// sequence number of the last record that changed the keys
    changed: u64,
}

impl KeyState {
    /// What is known of `author` before any of its records: its first key.
    pub fn new(author: AgentId) -> Self {
        let own = BTreeMap::from([(author, Tenure { from: 1, before: None })]);
        Self { author, current: author, next: None, own, delegations: Vec::new(), changed: 0 }
    }

    /// Whose keys they are.
    pub fn author(&self) -> AgentId {
        self.author
    }
    /// The key that speaks for the agent now.
    pub fn current(&self) -> AgentId {
        self.current
    }
    /// The grants in force after the records seen so far; those that end at a date are for the reader to compare.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.delegations.iter().filter(|d| d.tenure.before.is_none()).map(|d| &d.grant)
    }

    /// True when `key` could sign the agent's record number `seq`, of some kind, at some time.
    pub fn held(&self, key: &AgentId, seq: u64) -> bool {
        let delegated = || self.delegations.iter().any(|d| d.grant.key == *key && d.tenure.covers(seq));
        self.own.get(key).is_some_and(|t| t.covers(seq)) || delegated()
    }

    /// The agent's own key that spoke for a log of `size` records, and so signed its checkpoint.
    pub(crate) fn own_at(&self, size: u64) -> &AgentId {
        // tenures follow one another from record 1 on; of an empty log the first key speaks
        let mut covering = self.own.iter().filter(|(_, tenure)| tenure.covers(size.max(1)));
        covering.next().map_or(&self.current, |(key, _)| key)
    }

    /// Checks that the key of a verified record may say what the record says.
    pub fn allows(&self, record: &Record) -> Result<()> {
        let refuse = |why| Err(self.refusal(record, why));
        if record.author != self.author {
            return refuse(phrase("these are another author's keys", "这些是另一作者的密钥"));
        }
        if record.kind == Rotation::KIND {
            return match self.next {
                Some(next) if next == KeyHash::of(&record.key) => Ok(()),
                Some(_) => refuse(phrase(
                    "only the key committed to beforehand may sign a rotation",
                    "只有事先承诺的密钥才能签署密钥轮换",
                )),
                None => {
                    refuse(phrase("no inception has committed to a next key", "创始记录没有承诺下一个密钥"))
                }
            };
        }
        if let Some(tenure) = self.own.get(&record.key) {
            return match tenure.covers(record.seq) {
                true => Ok(()),
                false => refuse(phrase(
                    "that key of the author does not speak for this part of its log",
                    "作者的这个密钥不能代表其日志的这一段",
                )),
            };
        }
        if [Inception::KIND, Grant::KIND, Revocation::KIND].contains(&record.kind.as_str()) {
            return refuse(phrase("a delegated key may not change the keys", "受托密钥不得变更密钥"));
        }
        let mut why = phrase("the author has never let that key in", "作者从未授权这个密钥");
        for delegation in self.delegations.iter().filter(|d| d.grant.key == record.key) {
            match delegation.refuses(record) {
                None => return Ok(()),
                Some(reason) => why = reason,
            }
        }
        refuse(why)
    }

    /// Checks a verified record as [`Self::allows`] does and takes in what it changes. Records that change no keys
    /// may be left out; the others are expected in order, and change nothing when refused.
    pub fn apply(&mut self, record: &Record) -> Result<()> {
        self.allows(record)?;
        let kind = record.kind.as_str();
        if (kind == Inception::KIND) != (record.seq == 1) {
            return Err(self.refusal(
                record,
                phrase(
                    "the first record, and no other, is the inception",
                    "只有第一条记录才是创始记录，其他都不是",
                ),
            ));
        }
        if ![Inception::KIND, Rotation::KIND, Grant::KIND, Revocation::KIND].contains(&kind) {
            return Ok(());
        }
        if record.seq <= self.changed {
            return Err(
                self.refusal(record, phrase("a later change of keys is already known", "已有更晚的密钥变更"))
            );
        }
        match kind {
            Inception::KIND => self.incept(record)?,
            Rotation::KIND => self.rotate(record)?,
            Grant::KIND => self.grant(record)?,
            _ => self.revoke(record)?,
        }
        self.changed = record.seq;
        Ok(())
    }

    fn incept(&mut self, record: &Record) -> Result<()> {
        let inception: Inception = record.read()?;
        if inception.key != self.author {
            return Err(self.refusal(
                record,
                phrase("an inception names the author's first key", "创始记录须写明作者的首个密钥"),
            ));
        }
        self.check_text(record, &inception.name)?;
        self.next = Some(inception.next);
        Ok(())
    }

    fn rotate(&mut self, record: &Record) -> Result<()> {
        let rotation: Rotation = record.read()?;
        if rotation.key != record.key {
            return Err(self.refusal(
                record,
                phrase("a rotation names the key that signs it", "密钥轮换须写明签署它的密钥"),
            ));
        }
        if self.own.contains_key(&rotation.key) {
            return Err(self.refusal(
                record,
                phrase("a key that was given up does not come back", "已弃用的密钥不能恢复使用"),
            ));
        }
        if self.own.len() >= TENURES_MAX {
            return Err(
                self.refusal(record, phrase("there are more than 10000 rotations", "密钥轮换超过 10000 次"))
            );
        }
        if let Some(tenure) = self.own.get_mut(&self.current) {
            tenure.before = Some(record.seq);
        }
        self.own.insert(rotation.key, Tenure { from: record.seq, before: None });
        self.current = rotation.key;
        self.next = Some(rotation.next);
        Ok(())
    }

    fn grant(&mut self, record: &Record) -> Result<()> {
        let grant: Grant = record.read()?;
        self.check_text(record, &grant.label)?;
        if self.own.contains_key(&grant.key) {
            return Err(
                self.refusal(record, phrase("the author's own key needs no grant", "作者自己的密钥无需授权"))
            );
        }
        if self.next == Some(KeyHash::of(&grant.key)) {
            return Err(self.refusal(
                record,
                phrase("the next key of the author is not for a delegate", "作者的下一个密钥不能授予受托人"),
            ));
        }
        if grant.kinds.as_ref().is_some_and(|kinds| kinds.len() > KINDS_MAX) {
            return Err(self
                .refusal(record, phrase("a grant lists at most 100 kinds", "一项授权最多列出 100 种记录")));
        }
        if self.delegations.len() >= TENURES_MAX {
            return Err(self.refusal(record, phrase("there are more than 10000 grants", "授权超过 10000 项")));
        }
        // a new grant for the same key replaces the one in force
        self.end_delegation(&grant.key, record.seq);
        let tenure = Tenure { from: record.seq.saturating_add(1), before: None };
        self.delegations.push(Delegation { tenure, since: record.at, grant });
        Ok(())
    }

    fn revoke(&mut self, record: &Record) -> Result<()> {
        let revocation: Revocation = record.read()?;
        match self.end_delegation(&revocation.key, record.seq) {
            Some(_) => Ok(()),
            None => {
                Err(self
                    .refusal(record, phrase("that key holds no grant to revoke", "该密钥没有可撤销的授权")))
            }
        }
    }

    fn end_delegation(&mut self, key: &AgentId, seq: u64) -> Option<()> {
        let in_force = |d: &&mut Delegation| d.grant.key == *key && d.tenure.before.is_none();
        self.delegations.iter_mut().find(in_force).map(|d| d.tenure.before = Some(seq))
    }

    fn check_text(&self, record: &Record, text: &str) -> Result<()> {
        match text.len() <= TEXT_MAX && !text.trim().is_empty() {
            true => Ok(()),
            false => Err(self.refusal(
                record,
                phrase("a name or label has 1 to 200 bytes", "名称或标签须为 1 至 200 字节"),
            )),
        }
    }

    fn refusal(&self, record: &Record, why: Phrase) -> Error {
        Error::Key { author: record.author, key: record.key, seq: record.seq, why }
    }
}

impl Delegation {
    fn refuses(&self, record: &Record) -> Option<Phrase> {
        let kinds = self.grant.kinds.as_ref();
        if !self.tenure.covers(record.seq) {
            Some(phrase(
                "the grant to that key does not cover this part of the log",
                "对该密钥的授权不涵盖日志的这一段",
            ))
        } else if record.at < self.since || self.grant.until.is_some_and(|until| record.at >= until) {
            Some(phrase("the grant to that key does not cover this date", "对该密钥的授权不涵盖这个日期"))
        } else if kinds.is_some_and(|kinds| !kinds.contains(&record.kind)) {
            Some(phrase(
                "the grant to that key does not cover this kind of record",
                "对该密钥的授权不涵盖这种记录",
            ))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
