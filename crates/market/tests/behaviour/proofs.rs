//! A member's small proof agrees with the rule, and shows nothing that is not so.

use crate::support::*;
use market::pool::{
    Allotted, Closed, Extent, Pledged, PoolFault, ProvenShare, ShareProof, SumNode, SumPath, Tally, audit,
    tally, verify_share,
};
use market::statement::{Counted, EvidenceText, Outcome, PoolClose, PoolTerms, Vouch};
use proptest::prelude::*;
use vocab::{AgentId, Decimal, RecordId};

const POOL: RecordId = RecordId([100; 32]);

fn pledged(number: usize, least: i64, most: i64, ceiling: i64) -> Pledged {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&(number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    let pledge = pledge(POOL, least, most, ceiling);
    Pledged { id: RecordId(bytes), member: AgentId(bytes), at: at(500), pledge }
}
fn closed(tally: Tally) -> Closed {
    Closed { by: agent(9), at: at(1_000), close: tally.close(vec![]), chunks: vec![] }
}
fn with_cap(cap: i64) -> PoolTerms {
    PoolTerms { cap: n(cap), ..terms(agent(9)) }
}
fn show(terms: &PoolTerms, pledges: &[Pledged], which: usize) -> Result<ProvenShare, PoolFault> {
    let tally = tally(&POOL, terms, pledges, at(1_000)).unwrap();
    let proof = tally.proofs.of(&pledges[which].id).unwrap();
    verify_share(&POOL, terms, &closed(tally), &pledges[which], &proof)
}

#[test]
fn where_the_cap_does_not_bind_price_total_and_quantity_follow() {
    let pledges: Vec<_> = (0..9).map(|i| pledged(i, 1, 3, 120 - i as i64 * 4)).collect();
    // ceilings from 120 down to 88: all nine pay 96 or more but the last two
    let shown = show(&with_cap(60), &pledges, 0).unwrap();
    assert_eq!(shown.outcome, Outcome::Made { unit_price: eur("96"), total: n(21) });
    assert_eq!((shown.share.unwrap().quantity, shown.members, shown.pledged), (n(3), 9, n(27)));
    assert_eq!(shown.extent, Extent::Whole);
    assert_eq!(show(&with_cap(60), &pledges, 8).unwrap().share, None);
}

#[test]
fn where_the_cap_binds_the_quantity_follows_to_within_a_step_and_by_lot_it_is_the_closers_word() {
    let flexible: Vec<_> = (0..9).map(|i| pledged(i, 1, 9, 120)).collect();
    let shown = show(&with_cap(50), &flexible, 3).unwrap();
    assert_eq!(shown.extent, Extent::Step);
    assert!([n(5), n(6)].contains(&shown.share.unwrap().quantity));
    let stiff: Vec<_> = (0..9).map(|i| pledged(i, 6, 6, 120)).collect();
    let lots: Vec<_> = (0..9).map(|i| show(&with_cap(50), &stiff, i).unwrap()).collect();
    assert!(lots.iter().all(|shown| shown.extent == Extent::Lots));
    assert_eq!(lots.iter().filter(|shown| shown.share.is_some()).count(), 8);
}

#[test]
fn a_proof_for_another_pledge_quantity_price_or_close_shows_nothing() {
    let pledges: Vec<_> = (0..9).map(|i| pledged(i, 1, 3, 120)).collect();
    let terms = with_cap(60);
    let tally = tally(&POOL, &terms, &pledges, at(1_000)).unwrap();
    let good = tally.proofs.of(&pledges[4].id).unwrap();
    let other = tally.proofs.of(&pledges[5].id).unwrap();
    let closed = closed(tally);
    let judge = |closed: &Closed, pledge: &Pledged, proof: &ShareProof| {
        verify_share(&POOL, &terms, closed, pledge, proof)
    };
    assert!(judge(&closed, &pledges[4], &good).is_ok());
    assert!(matches!(judge(&closed, &pledges[4], &other), Err(PoolFault::Astray { .. })));
    let mut greedy = pledges[4].clone();
    greedy.pledge.at_most = n(4);
    assert!(matches!(judge(&closed, &greedy, &good), Err(PoolFault::Astray { .. })));
    let none = ShareProof { allotted: None, ..good.clone() };
    assert!(matches!(judge(&closed, &pledges[4], &none), Err(PoolFault::Share { .. })));
    let allotted = good.allotted.clone().map(|a| Allotted { quantity: n(2), ..a });
    assert!(matches!(
        judge(&closed, &pledges[4], &ShareProof { allotted, ..good.clone() }),
        Err(PoolFault::Astray { .. })
    ));
    let close = |change: &dyn Fn(&mut PoolClose)| {
        let mut changed = closed.clone();
        change(&mut changed.close);
        judge(&changed, &pledges[4], &good)
    };
    assert!(matches!(close(&|c| c.outcome = Outcome::Lapsed {}), Err(PoolFault::Outcome { .. })));
    let dear = Outcome::Made { unit_price: eur("120"), total: n(27) };
    assert!(matches!(close(&|c| c.outcome = dear.clone()), Err(PoolFault::Outcome { .. })));
    assert!(matches!(close(&|c| c.shares = None), Err(PoolFault::Malformed(_))));
    assert!(matches!(close(&|c| c.pool = id(1)), Err(PoolFault::Pool { .. })));
    let paths = [
        SumPath { index: 99, ..good.path.clone() },
        SumPath { index: good.path.index ^ 1, ..good.path.clone() },
        SumPath { count: 1, ..good.path.clone() },
        SumPath { count: u32::MAX, ..good.path.clone() },
        SumPath { neighbours: good.path.neighbours[1..].to_vec(), ..good.path.clone() },
        SumPath { neighbours: vec![good.path.neighbours[0].clone(); 1_000], ..good.path.clone() },
        SumPath { neighbours: vec![SumNode { hash: [0; 32], sums: vec![] }; 4], ..good.path.clone() },
    ];
    for path in paths {
        let found = judge(&closed, &pledges[4], &ShareProof { path, ..good.clone() });
        assert!(matches!(found, Err(PoolFault::Astray { .. })), "{found:?}");
    }
}

#[test]
fn a_keeper_that_shifts_sums_between_prices_is_found_out() {
    let pledges: Vec<_> = (0..9).map(|i| pledged(i, 1, 3, 120)).collect();
    let terms = with_cap(60);
    let tally = tally(&POOL, &terms, &pledges, at(1_000)).unwrap();
    let proof = tally.proofs.of(&pledges[4].id).unwrap();
    let mut closed = closed(tally);
    let mut root: SumNode = closed.close.root.parse().unwrap();
    root.sums[5] = 0;
    root.sums[6] = 0;
    closed.close.root = root.to_string();
    closed.close.outcome = Outcome::Made { unit_price: eur("120"), total: n(27) };
    assert!(matches!(
        verify_share(&POOL, &terms, &closed, &pledges[4], &proof),
        Err(PoolFault::Astray { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_members_proof_agrees_with_the_rule(
        cap in 20_i64..90,
        wishes in prop::collection::vec((1_i64..12, 0_i64..12, 70_i64..130), 1..25),
    ) {
        let terms = with_cap(cap);
        let pledge = |(i, (least, more, ceiling)): (usize, &(i64, i64, i64))| {
            pledged(i, *least, (least + more).min(cap), *ceiling)
        };
        let pledges: Vec<_> = wishes.iter().enumerate().map(pledge).collect();
        let tally = tally(&POOL, &terms, &pledges, at(1_000)).unwrap();
        let (settled, proofs) = (tally.settled.clone(), tally.proofs.clone());
        let closed = closed(tally);
        for pledge in &pledges {
            let shown = verify_share(&POOL, &terms, &closed, pledge, &proofs.of(&pledge.id).unwrap()).unwrap();
            prop_assert_eq!(&shown.outcome, &settled.outcome);
            prop_assert_eq!(shown.share.as_ref(), settled.share_of(&pledge.member));
        }
        // no other outcome passes, unless lots were drawn
        let shown = verify_share(&POOL, &terms, &closed, &pledges[0], &proofs.of(&pledges[0].id).unwrap()).unwrap();
        for outcome in [Outcome::Lapsed {}, Outcome::Made { unit_price: eur("96"), total: n(30) }] {
            let lie = Closed { close: PoolClose { outcome: outcome.clone(), ..closed.close.clone() }, ..closed.clone() };
            let found = verify_share(&POOL, &terms, &lie, &pledges[0], &proofs.of(&pledges[0].id).unwrap());
            prop_assert!(found.is_err() || outcome == settled.outcome || shown.extent == Extent::Lots);
        }
    }

    #[test]
    fn with_cases_vouched_pledges_and_an_extension_too_every_members_proof_agrees_with_the_rule(
        (cap, case, strict, extended) in (30_i64..90, 1_i64..6, any::<bool>(), any::<bool>()),
        wishes in prop::collection::vec((1_i64..9, 0_i64..9, 80_i64..130, any::<bool>(), any::<bool>()), 1..16),
    ) {
        let mut voucher = Author::new(1);
        let (counted, vouchers) =
            if strict { (Counted::Vouched, vec![voucher.id()]) } else { (Counted::All, vec![]) };
        let terms = PoolTerms {
            case: Some(n(case)), counted, vouchers, extended: Some(at(2_000)), ..with_cap(cap)
        };
        let mut pledge = |(i, (least, more, ceiling, vouched, extend)): (usize, &(i64, i64, i64, bool, bool))| {
            let mut plain = pledged(i, *least, least + more, *ceiling);
            plain.pledge.extend = *extend;
            if *vouched {
                let vouch = Vouch { agent: plain.member, because: None, deposit: None, expires: at(2_000) };
                plain.pledge.vouch = Some(EvidenceText::new(&signed(&voucher.says(&vouch, 0))).unwrap());
            }
            plain
        };
        let pledges: Vec<_> = wishes.iter().enumerate().map(&mut pledge).collect();
        let when = at(if extended { 2_000 } else { 1_000 });
        let tally = tally(&POOL, &terms, &pledges, when).unwrap();
        let (settled, proofs) = (tally.settled.clone(), tally.proofs.clone());
        let closed = Closed { at: when, ..closed(tally) };
        prop_assert_eq!(&audit(&POOL, &terms, &closed, &pledges).unwrap(), &settled);
        for pledge in &pledges {
            let shown = verify_share(&POOL, &terms, &closed, pledge, &proofs.of(&pledge.id).unwrap()).unwrap();
            prop_assert_eq!(&shown.outcome, &settled.outcome);
            prop_assert_eq!(shown.share.as_ref(), settled.share_of(&pledge.member));
        }
    }

    #[test]
    fn any_path_is_an_answer_not_a_panic(
        index in any::<u32>(), count in any::<u32>(), neighbours in prop::collection::vec(any::<u128>(), 0..40),
    ) {
        let pledges: Vec<_> = (0..3).map(|i| pledged(i, 1, 3, 120)).collect();
        let terms = PoolTerms { threshold: n(1), ..with_cap(60) };
        let tally = tally(&POOL, &terms, &pledges, at(1_000)).unwrap();
        let node = |sum: &u128| SumNode { hash: [1; 32], sums: vec![*sum; 9] };
        let path = SumPath { index, count, neighbours: neighbours.iter().map(node).collect() };
        let proof = ShareProof { path: path.clone(), allotted: Some(Allotted { quantity: Decimal::ONE, path }) };
        prop_assert!(verify_share(&POOL, &terms, &closed(tally), &pledges[0], &proof).is_err());
    }
}
