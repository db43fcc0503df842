//! Agents without a node: what they publish, signed one after the other.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)]

use ledger::{Audience, Inception, KeyHash, Record, Signed, Signer, Statement};
use vocab::{AgentId, RecordId, Timestamp, after};

pub struct Author {
    pub signer: Signer,
    pub said: Vec<Record>,
}

impl Author {
    /// An agent that has said who it is.
    pub fn new(seed: u32, at: Timestamp) -> Self {
        let mut key = [0x55; 32];
        key[..4].copy_from_slice(&seed.to_be_bytes());
        let signer = Signer::from_seed(&key);
        let next = KeyHash::of(&signer.author());
        let inception = Inception { key: signer.author(), name: format!("author {seed}"), next };
        let mut author = Self { signer, said: vec![] };
        author.say(&inception, at);
        author
    }
    pub fn agent(&self) -> AgentId {
        self.signer.author()
    }
    pub fn say<S: Statement>(&mut self, statement: &S, at: Timestamp) -> Signed {
        let draft = statement.draft(Audience::Public).unwrap();
        let prev = self.said.last().map(|r| r.id);
        let record = self.signer.sign(draft, self.said.len() as u64 + 1, prev, at).unwrap();
        self.said.push(record);
        self.said.last().map(|r| Signed::clone(r.signed())).unwrap()
    }
    pub fn offer(&mut self, at: Timestamp, days: i64) -> Signed {
        let prices = vocab::PriceSchedule::flat(vocab::Money::new(20.into(), "EUR".parse().unwrap()));
        let offer = serde_json::json!({"spec": "jug", "name": {"zh": "陶罐"}, "unit": "each", "prices": prices,
            "minimum": "1", "step": "1", "lead_time_s": 0, "expires": after(at, days * 86_400)});
        let offer: market::statement::Offer = serde_json::from_value(offer).unwrap();
        self.say(&offer, at)
    }
    pub fn withdraw(&mut self, listing: RecordId, at: Timestamp) -> Signed {
        self.say(&market::statement::Withdrawal { listing, topic: Default::default(), expires: None }, at)
    }
    /// Everything said so far.
    pub fn all(&self) -> Vec<Signed> {
        self.said.iter().map(|r| Signed::clone(r.signed())).collect()
    }
}
