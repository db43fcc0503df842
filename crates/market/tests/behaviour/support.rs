//! Statements to start from, and agents to sign them.

use ledger::{Audience, Record, Signed, Signer, Statement};
use market::pool::{PledgeVote, Pledged, PoolFault, Weight, tally};
use market::statement::*;
use vocab::{AgentId, Decimal, Money, PriceSchedule, RecordId, Tier, Timestamp, Unit};

pub(crate) fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}
pub(crate) fn n(whole: i64) -> Decimal {
    Decimal::from(whole)
}
pub(crate) fn eur(text: &str) -> Money {
    Money::new(d(text), "EUR".parse().unwrap())
}
pub(crate) fn id(byte: u8) -> RecordId {
    RecordId([byte; 32])
}
pub(crate) fn agent(byte: u8) -> AgentId {
    AgentId([byte; 32])
}
/// So many seconds into the story.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(crate) fn prices(tiers: &[(i64, i64)]) -> PriceSchedule {
    let tiers = tiers.iter().map(|&(from, price)| Tier { from: n(from), unit_price: n(price) }).collect();
    PriceSchedule { currency: "EUR".parse().unwrap(), tiers }
}

/// The chair of the design: 120 each, 96 from 20, 84 from 50, at most 60.
pub(crate) fn chair() -> Offer {
    Offer {
        spec: "chair".parse().unwrap(),
        category: None,
        name: "Chair".into(),
        unit: Unit::Each,
        prices: prices(&[(1, 120), (20, 96), (50, 84)]),
        minimum: n(1),
        step: n(1),
        maximum: None,
        lead_time_s: 86_400,
        place: None,
        expires: at(1_000_000),
        pooling: Some(pooling()),
        specification: None,
        capacity: None,
    }
}

/// At most 60 for a pool, in two days, with nothing special.
pub(crate) fn pooling() -> Pooling {
    let plain = serde_json::json!({"cap": "60", "lead_time_s": 2 * 86_400, "payment": "on delivery"});
    serde_json::from_value(plain).unwrap()
}

pub(crate) fn request(keeper: AgentId) -> PoolRequest {
    PoolRequest::plain(id(1), n(20), at(1_000), keeper)
}

pub(crate) fn terms(keeper: AgentId) -> PoolTerms {
    market::pool::grant(id(2), &request(keeper), &chair(), None, at(0)).unwrap()
}

pub(crate) fn vote(number: u8, at_least: i64, at_most: i64, ceiling: i64) -> PledgeVote {
    let (at_least, at_most, ceiling) = (n(at_least), n(at_most), n(ceiling));
    PledgeVote { id: id(number), member: agent(number), at_least, at_most, ceiling, weight: Weight::Counts }
}

/// A pledge of that range and ceiling to `pool`.
pub(crate) fn pledge(pool: RecordId, at_least: i64, at_most: i64, ceiling: i64) -> Pledge {
    Pledge::plain(pool, n(at_least), n(at_most), n(ceiling))
}

/// The close of a pool that is not large.
pub(crate) fn close(pool: &RecordId, terms: &PoolTerms, pledges: &[Pledged]) -> Result<PoolClose, PoolFault> {
    tally(pool, terms, pledges, at(1_000)).map(|tally| tally.close(vec![]))
}

/// Somebody who signs, with a log of its own.
pub(crate) struct Author {
    pub(crate) signer: Signer,
    pub(crate) last: Option<(u64, RecordId)>,
}

impl Author {
    pub(crate) fn new(seed: u8) -> Self {
        Self { signer: Signer::from_seed(&[seed; 32]), last: None }
    }
    pub(crate) fn id(&self) -> AgentId {
        self.signer.author()
    }
    pub(crate) fn says(&mut self, statement: &impl Statement, second: i64) -> Record {
        let (seq, prev) = self.last.map_or((1, None), |(seq, id)| (seq + 1, Some(id)));
        let record = self.says_as(statement, second, seq, prev);
        self.last = Some((seq, record.id));
        record
    }
    /// Signs out of order, as only a liar would.
    pub(crate) fn says_as(
        &self,
        statement: &impl Statement,
        second: i64,
        seq: u64,
        prev: Option<RecordId>,
    ) -> Record {
        let draft = statement.draft(Audience::Public).unwrap();
        self.signer.sign(draft, seq, prev, at(second)).unwrap()
    }
}

pub(crate) fn signed(record: &Record) -> Signed {
    Signed::clone(record.signed())
}

/// Takes only records signed by their author's first key.
pub(crate) fn first_key(record: &Record) -> bool {
    record.key == record.author
}
