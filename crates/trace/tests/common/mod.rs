//! Firms, lots and signed records to test with.
#![allow(dead_code, clippy::unwrap_used)]

use ledger::{Audience, Record, Signer, Statement};
use trace::statement::{Goods, Handover, Happened, LotId, Passport, PassportInput, Purpose, Takeover};
use trace::{Action, EconomicEvent, ProcessRef};
use vocab::{AgentId, Decimal, Quantity, RecordId, SpecId, Timestamp, Unit};

pub fn d(s: &str) -> Decimal {
    s.parse().unwrap()
}
pub fn spec(s: &str) -> SpecId {
    s.parse().unwrap()
}
pub fn id(n: u8) -> RecordId {
    RecordId([n; 32])
}
pub fn agent(n: u8) -> AgentId {
    Signer::from_seed(&[n; 32]).author()
}
pub fn kg(s: &str) -> Quantity {
    Quantity::new(d(s), Unit::Kilogram)
}
pub fn each(n: i64) -> Quantity {
    Quantity::new(Decimal::from(n), Unit::Each)
}

pub fn goods(lot: LotId, what: &str, quantity: &str) -> Goods {
    Goods { lot, spec: spec(what), quantity: d(quantity), serials: vec![] }
}
pub fn pieces(lot: LotId, what: &str, serials: &[&str]) -> Goods {
    let quantity = Decimal::from(serials.len() as i64);
    Goods { lot, spec: spec(what), quantity, serials: serials.iter().map(|s| (*s).to_owned()).collect() }
}

pub fn event(action: Action, lot: LotId, what: &str, quantity: Quantity) -> EconomicEvent {
    let (spec, lot) = (spec(what), Some(lot));
    EconomicEvent { action, spec, quantity, lot, serials: vec![], process: None, note: String::new() }
}
pub fn in_process(plan: RecordId, index: u32, e: EconomicEvent) -> EconomicEvent {
    EconomicEvent { process: Some(ProcessRef { plan, index }), ..e }
}
pub fn happened(events: impl IntoIterator<Item = EconomicEvent>) -> Happened {
    Happened { events: events.into_iter().collect() }
}

pub fn delivery(goods: Vec<Goods>, to: AgentId, consignee: AgentId) -> Handover {
    Handover { deal: id(200), goods, to, consignee, purpose: Purpose::Delivery, after: None }
}
pub fn accept_all(handover: RecordId, h: &Handover) -> Takeover {
    Takeover { handover, accepted: h.goods.clone(), rejected: vec![], reason: String::new() }
}

pub fn passport(what: &str, quantity: Quantity, inputs: Vec<PassportInput>) -> Passport {
    Passport {
        spec: spec(what),
        name: what.into(),
        quantity,
        serials: vec![],
        processes: vec![],
        inputs,
        properties: Default::default(),
    }
}
pub fn input(passport: &Record, quantity: Quantity, received: Option<RecordId>) -> PassportInput {
    let spec = passport.read::<Passport>().unwrap().spec;
    PassportInput { lot: passport.id, issuer: passport.author, spec, quantity, received }
}

/// One firm's pen: numbers its records.
pub struct Firm {
    signer: Signer,
    last: Option<RecordId>,
    seq: u64,
}
impl Firm {
    pub fn new(seed: u8) -> Self {
        Self { signer: Signer::from_seed(&[seed; 32]), last: None, seq: 0 }
    }
    pub fn id(&self) -> AgentId {
        self.signer.author()
    }
    pub fn says<S: Statement>(&mut self, statement: &S) -> Record {
        self.seq += 1;
        let at = Timestamp::from_second(1_800_000_000 + self.seq as i64).unwrap();
        let draft = statement.draft(Audience::Public).unwrap();
        let record = self.signer.sign(draft, self.seq, self.last, at).unwrap();
        self.last = Some(record.id);
        ledger::Signed::clone(record.signed()).verify().unwrap()
    }
}
