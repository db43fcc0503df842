//! Every fraud is found, and no honest author can be made to look guilty.

use crate::support::*;
use ledger::{Record, Signed, Signer};
use market::Fraud;
use market::pool::{CHUNK_FROM, Pledged, chunk_of, tally};
use market::statement::{
    CloseConsent, FraudKind, FraudReport, Outcome, Pledge, PledgeReceipt, PledgeReceipts, PoolClose,
    PoolTerms,
};
use vocab::RecordId;

/// A pool of three members, the first of whom edited its pledge, up to the moment before its close.
struct Story {
    keeper: Author,
    terms: Record,
    pledges: Vec<Record>,
    receipts: Vec<Record>,
}

impl Story {
    fn new() -> Self {
        let mut keeper = Author::new(9);
        let terms = Author::new(8).says(&terms(keeper.id()), 0);
        let pledge = |replaces| {
            let pool = terms.id;
            Pledge { replaces, ..pledge(pool, 1, 20, 120) }
        };
        let mut anna = Author::new(1);
        let first = anna.says(&pledge(None), 10);
        let edit = anna.says(&pledge(Some(first.id)), 20);
        let pledges =
            vec![first, edit, Author::new(2).says(&pledge(None), 30), Author::new(3).says(&pledge(None), 40)];
        let receipt = |p: &Record| PledgeReceipt { pool: terms.id, pledge: p.id };
        let receipts = pledges.iter().map(|p| keeper.says(&receipt(p), 50)).collect();
        Self { keeper, terms, pledges, receipts }
    }
    fn honest(&self) -> PoolClose {
        self.close_over(&self.pledges)
    }
    fn close_over(&self, pledges: &[Record]) -> PoolClose {
        let pledges: Vec<_> = pledges.iter().map(|p| Pledged::read(p).unwrap()).collect();
        close(&self.terms.id, &self.terms.read::<PoolTerms>().unwrap(), &pledges).unwrap()
    }
    fn omission(&self, receipt: usize, close: &Record) -> Fraud {
        Fraud::Omission { receipt: signed(&self.receipts[receipt]), close: signed(close), chunk: None }
    }
    fn false_close(&self, close: &Record, pledges: &[Record]) -> Fraud {
        let pledges = pledges.iter().map(signed).collect();
        Fraud::FalseClose { terms: signed(&self.terms), close: signed(close), pledges }
    }
}

/// The accusation holds, as records and as a published report, against the keeper and nobody else.
fn assert_proves(fraud: &Fraud, guilty: vocab::AgentId) {
    assert_eq!(fraud.verify(first_key), Ok(guilty));
    let report = fraud.report(guilty).unwrap();
    let record = Author::new(5).says(&report, 2_000);
    let read: FraudReport = record.read().unwrap();
    assert_eq!(read.fraud().unwrap(), *fraud);
    assert_eq!(read.verify(first_key), Ok(guilty));
    assert!(fraud.report(agent(7)).unwrap().verify(first_key).is_err());
    assert_eq!(record.refs.len(), read.evidence.len());
}

#[test]
fn an_omitted_receipt_proves_the_keeper_guilty() {
    let mut story = Story::new();
    let unfair = story.close_over(&story.pledges[..3]);
    let close = story.keeper.says(&unfair, 1_000);
    assert_proves(&story.omission(3, &close), story.keeper.id());
}

#[test]
fn a_pledge_counted_or_replaced_was_not_omitted() {
    let mut story = Story::new();
    let close = story.honest();
    let close = story.keeper.says(&close, 1_000);
    for receipt in 0..4 {
        assert!(story.omission(receipt, &close).verify(first_key).is_err(), "receipt {receipt}");
    }
}

#[test]
fn a_receipt_for_another_pool_or_by_another_keeper_proves_nothing() {
    let mut story = Story::new();
    let unfair = PoolClose { pool: id(1), ..story.close_over(&story.pledges[..3]) };
    let other_pool = story.keeper.says(&unfair, 1_000);
    assert!(story.omission(3, &other_pool).verify(first_key).is_err());
    let unfair = story.close_over(&story.pledges[..3]);
    let other_keeper = Author::new(7).says(&unfair, 1_000);
    assert!(story.omission(3, &other_keeper).verify(first_key).is_err());
    // a pledge is no receipt
    let close = story.keeper.says(&unfair, 1_000);
    let pledge = Fraud::Omission { receipt: signed(&story.pledges[3]), close: signed(&close), chunk: None };
    assert!(pledge.verify(first_key).is_err());
}

#[test]
fn of_a_long_close_one_part_shows_what_was_left_out() {
    let mut keeper = Author::new(9);
    let terms = PoolTerms { cap: n(1_000_000), ..terms(keeper.id()) };
    let pool = id(100);
    let pledge = pledge(pool, 1, 1, 120);
    let pledges = (0..=CHUNK_FROM as u64).map(|i| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        Pledged { id: RecordId(bytes), member: vocab::AgentId(bytes), at: at(1), pledge: pledge.clone() }
    });
    let tally = tally(&pool, &terms, &pledges.collect::<Vec<_>>(), at(1_000)).unwrap();
    let parts: Vec<_> = tally.chunks().iter().map(|part| keeper.says(part, 1_000)).collect();
    let listed = tally.chunks()[0].pledges[0];
    let close = keeper.says(&tally.close(parts.iter().map(|p| p.id).collect()), 1_000);
    let omission = |receipt: &Record, chunk: Option<&Record>| Fraud::Omission {
        receipt: signed(receipt),
        close: signed(&close),
        chunk: chunk.map(signed),
    };
    let receipt = keeper.says(&PledgeReceipts { pool, pledges: vec![listed, id(77)] }, 50);
    let part = &parts[chunk_of(&id(77), parts.len() as u32) as usize];
    assert_proves(&omission(&receipt, Some(part)), keeper.id());
    let kept = keeper.says(&PledgeReceipt { pool, pledge: listed }, 50);
    for (receipt, chunk) in
        [(&receipt, None), (&kept, Some(&parts[0])), (&kept, Some(&parts[1])), (&kept, None)]
    {
        assert!(omission(receipt, chunk).verify(first_key).is_err());
    }
}

#[test]
fn two_consents_to_two_closes_prove_the_offerer_guilty() {
    let mut offerer = Author::new(8);
    let consent = |pool, close| CloseConsent { pool: id(pool), close: id(close) };
    let said = [(1, 10), (1, 11), (1, 10), (2, 11)].map(|(p, c)| offerer.says(&consent(p, c), 1_700));
    let fraud = |a: &Record, b: &Record| Fraud::DoubleConsent { a: signed(a), b: signed(b) };
    assert_proves(&fraud(&said[0], &said[1]), offerer.id());
    let other = Author::new(7).says(&consent(1, 11), 1_700);
    for b in [&said[0], &said[2], &said[3], &other] {
        assert!(fraud(&said[0], b).verify(first_key).is_err(), "{b:?}");
    }
}

#[test]
fn two_closes_that_differ_prove_the_keeper_guilty() {
    let mut story = Story::new();
    let (all, some) = (story.honest(), story.close_over(&story.pledges[..3]));
    let (a, b) = (story.keeper.says(&all, 1_000), story.keeper.says(&some, 1_001));
    assert_proves(&Fraud::DoubleClose { a: signed(&a), b: signed(&b) }, story.keeper.id());
}

#[test]
fn a_close_said_again_a_close_of_another_pool_and_a_close_by_another_prove_nothing() {
    let mut story = Story::new();
    let all = story.honest();
    let a = story.keeper.says(&all, 1_000);
    let again = story.keeper.says(&all, 1_001);
    let other_pool = story.keeper.says(&PoolClose { pool: id(1), ..all }, 1_002);
    let by_another = Author::new(7).says(&story.close_over(&story.pledges[..3]), 1_000);
    for b in [&a, &again, &other_pool, &by_another, &story.pledges[0]] {
        let fraud = Fraud::DoubleClose { a: signed(&a), b: signed(b) };
        assert!(fraud.verify(first_key).is_err(), "{b:?}");
    }
}

#[test]
fn a_close_that_does_not_follow_proves_the_keeper_guilty() {
    let mut story = Story::new();
    let honest = story.honest();
    let lies = [
        PoolClose { outcome: Outcome::Lapsed {}, ..honest.clone() },
        PoolClose { outcome: Outcome::Made { unit_price: eur("120"), total: n(60) }, ..honest.clone() },
        PoolClose { root: "0".repeat(96), ..honest.clone() },
        // a member's pledge passed off as replaced
        {
            let mut without = story.close_over(&story.pledges[..3]);
            without.replaced.push(story.pledges[3].id);
            without.replaced.sort();
            without
        },
    ];
    for lie in lies {
        let close = story.keeper.says(&lie, 1_000);
        assert_proves(&story.false_close(&close, &story.pledges), story.keeper.id());
    }
    // what its own sums contradict is proved without anybody's pledge
    let dear =
        PoolClose { outcome: Outcome::Made { unit_price: eur("120"), total: n(60) }, ..honest.clone() };
    let dear = story.keeper.says(&dear, 1_000);
    assert_proves(&story.false_close(&dear, &[]), story.keeper.id());
    let early = story.keeper.says(&honest, 999);
    assert_proves(&story.false_close(&early, &story.pledges), story.keeper.id());
}

#[test]
fn an_honest_close_is_not_refuted_by_any_choice_of_evidence() {
    let mut story = Story::new();
    let honest = story.honest();
    let close = story.keeper.says(&honest, 1_000);
    for left_out in 0..16_u8 {
        let shown: Vec<Record> =
            (0..4).filter(|i| left_out & 1 << i == 0).map(|i| story.pledges[i].clone()).collect();
        let fraud = story.false_close(&close, &shown);
        assert!(fraud.verify(first_key).is_err(), "{left_out:b}");
    }
    // terms made up to fit the accusation are not those the close names
    let made_up = PoolTerms { threshold: n(61), ..story.terms.read().unwrap() };
    let terms = signed(&Author::new(8).says(&made_up, 0));
    let pledges = story.pledges.iter().map(signed).collect();
    let fraud = Fraud::FalseClose { terms, close: signed(&close), pledges };
    assert!(fraud.verify(first_key).is_err());
}

#[test]
fn two_records_with_one_sequence_number_prove_their_author_guilty() {
    let liar = Author::new(4);
    let receipt = |byte| PledgeReceipt { pool: id(1), pledge: id(byte) };
    let a = liar.says_as(&receipt(1), 10, 2, Some(id(0)));
    let b = liar.says_as(&receipt(2), 10, 2, Some(id(0)));
    assert_proves(&Fraud::Equivocation { a: signed(&a), b: signed(&b) }, liar.id());
    let next = liar.says_as(&receipt(2), 10, 3, Some(a.id));
    let other = Author::new(5).says_as(&receipt(2), 10, 2, Some(id(0)));
    for c in [&a, &next, &other] {
        let fraud = Fraud::Equivocation { a: signed(&a), b: signed(c) };
        assert!(fraud.verify(first_key).is_err(), "{c:?}");
    }
}

#[test]
fn signing_with_a_key_of_ones_own_in_anothers_name_frames_nobody() {
    let victim = Author::new(1).id();
    let forger = Author { signer: Signer::for_author(victim, &[66; 32]), ..Author::new(66) };
    let receipt = |byte| PledgeReceipt { pool: id(1), pledge: id(byte) };
    let forged = |byte| signed(&forger.says_as(&receipt(byte), 10, 2, Some(id(0))));
    let fraud = Fraud::Equivocation { a: forged(1), b: forged(2) };
    assert!(fraud.verify(first_key).is_err());
    // a node that knows the key to be the author's own rotated one takes it
    assert_eq!(fraud.verify(|_| true), Ok(victim));
}

#[test]
fn evidence_whose_bytes_or_signature_were_touched_proves_nothing() {
    let mut story = Story::new();
    let unfair = story.close_over(&story.pledges[..3]);
    let close = story.keeper.says(&unfair, 1_000);
    let good = story.omission(3, &close).report(story.keeper.id()).unwrap();
    assert!(good.verify(first_key).is_ok());
    for i in 0..2 {
        let mut bad = good.clone();
        bad.evidence[i].signature = "00".repeat(64);
        assert!(bad.verify(first_key).is_err());
        let mut bad = good.clone();
        bad.evidence[i].content = bad.evidence[i].content.replace("2027", "2028");
        assert!(bad.verify(first_key).is_err());
    }
}

#[test]
fn a_report_with_too_little_or_too_much_evidence_is_refused() {
    let liar = Author::new(4);
    let receipt =
        |byte: u8| signed(&liar.says_as(&PledgeReceipt { pool: id(1), pledge: id(byte) }, 10, 1, None));
    let good = Fraud::Equivocation { a: receipt(1), b: receipt(2) }.report(liar.id()).unwrap();
    assert!(good.verify(first_key).is_ok());
    for count in [0, 1, 3, 8_000] {
        let evidence = good.evidence.iter().cycle().take(count).cloned().collect();
        assert!(FraudReport { evidence, ..good.clone() }.verify(first_key).is_err(), "{count} records");
    }
    for kind in [FraudKind::Omission, FraudKind::DoubleClose, FraudKind::FalseClose] {
        assert!(FraudReport { kind, ..good.clone() }.verify(first_key).is_err(), "{kind:?}");
    }
    let not_text = Signed { bytes: vec![0xff], signature: vec![0; 64] };
    let fraud = Fraud::Equivocation { a: not_text.clone(), b: not_text };
    assert!(fraud.report(liar.id()).is_err());
    assert_eq!(RecordId(good.evidence[0].id().0), receipt(1).id());
}
