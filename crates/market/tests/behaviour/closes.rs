//! Closing a pool, and refusing a false close.

use crate::support::*;
use market::pool::{
    CHUNK_FROM, Chunk, Closed, KEEPER_GRACE_S, Pledged, PoolFault, Tally, audit, receive, sum_root, tally,
};
use market::statement::{Outcome, Pledge, PoolClose, PoolTerms};
use vocab::RecordId;

const POOL: RecordId = RecordId([100; 32]);

fn chairs() -> PoolTerms {
    terms(agent(9))
}
fn pledged(number: u8, member: u8, at_most: i64, replaces: Option<u8>) -> Pledged {
    let replaces = replaces.map(id);
    let pledge = Pledge { replaces, ..pledge(POOL, 1, at_most, 120) };
    Pledged { id: id(number), member: agent(member), at: at(500), pledge }
}
/// Three members, one of whom has edited its pledge twice.
fn story() -> Vec<Pledged> {
    vec![
        pledged(50, 1, 10, None),
        pledged(3, 2, 1, None),
        pledged(70, 2, 2, Some(3)),
        pledged(20, 2, 9, Some(70)),
        pledged(30, 3, 8, None),
    ]
}
fn closed(close: PoolClose) -> Closed {
    Closed { by: agent(9), at: at(1_000), close, chunks: vec![] }
}
fn good() -> PoolClose {
    close(&POOL, &chairs(), &story()).unwrap()
}
fn fault(close: PoolClose) -> PoolFault {
    audit(&POOL, &chairs(), &closed(close), &story()).unwrap_err()
}

#[test]
fn an_edited_pledge_counts_once_as_it_was_last() {
    let close = good();
    assert_eq!(close.pledges, [id(20), id(30), id(50)]);
    assert_eq!(close.replaced, [id(3), id(70)]);
    assert_eq!(close.outcome, Outcome::Made { unit_price: eur("96"), total: n(27) });
    let settled = audit(&POOL, &chairs(), &closed(close), &story()).unwrap();
    assert_eq!(settled.share_of(&agent(2)).unwrap().quantity, n(9));
}

#[test]
fn a_close_does_not_depend_on_the_order_pledges_came_in() {
    let mut backwards = story();
    backwards.reverse();
    assert_eq!(close(&POOL, &chairs(), &backwards).unwrap(), good());
    assert!(audit(&POOL, &chairs(), &closed(good()), &backwards).is_ok());
}

#[test]
fn an_empty_pool_closes_as_lapsed() {
    let empty = close(&POOL, &chairs(), &[]).unwrap();
    assert_eq!(empty.outcome, Outcome::Lapsed {});
    assert!(audit(&POOL, &chairs(), &closed(empty), &story()).unwrap().shares.is_empty());
}

#[test]
fn pledges_not_listed_do_not_change_an_audit() {
    let mut known = story();
    known.push(pledged(60, 6, 30, None));
    known.push(pledged(61, 3, 30, Some(30)));
    assert!(audit(&POOL, &chairs(), &closed(good()), &known).is_ok());
}

#[test]
fn the_keeper_lets_in_one_chain_of_pledges_for_each_member() {
    let terms = chairs();
    let first = pledged(3, 2, 1, None);
    let edit = pledged(70, 2, 2, Some(3));
    assert_eq!(receive(&POOL, &terms, &first, None), Ok(()));
    assert_eq!(receive(&POOL, &terms, &edit, Some(id(3))), Ok(()));
    assert!(matches!(receive(&POOL, &terms, &edit, None), Err(PoolFault::Chain { .. })));
    assert!(matches!(receive(&POOL, &terms, &first, Some(id(70))), Err(PoolFault::Chain { .. })));
    assert!(matches!(receive(&id(1), &terms, &first, None), Err(PoolFault::Pool { .. })));
    let late = Pledged { at: at(1_001), ..first.clone() };
    assert!(matches!(receive(&POOL, &terms, &late, None), Err(PoolFault::Late { .. })));
    let big = pledged(3, 2, 61, None);
    assert!(matches!(receive(&POOL, &terms, &big, None), Err(PoolFault::Unfit { .. })));
}

#[test]
fn a_false_close_is_refused_for_what_is_false_in_it() {
    let outcome = Outcome::Made { unit_price: eur("84"), total: n(27) };
    assert!(matches!(fault(PoolClose { outcome, ..good() }), PoolFault::Outcome { .. }));
    assert!(matches!(fault(PoolClose { outcome: Outcome::Lapsed {}, ..good() }), PoolFault::Outcome { .. }));
    assert!(matches!(fault(PoolClose { root: "0".repeat(96), ..good() }), PoolFault::Malformed(_)));
    let other = good().root.replacen(|c| c != '0', "0", 1);
    assert!(matches!(fault(PoolClose { root: other, ..good() }), PoolFault::Root { .. }));
    let shares = good().shares.unwrap().replacen(|c| c != '0', "0", 1);
    assert!(matches!(fault(PoolClose { shares: Some(shares), ..good() }), PoolFault::Root { .. }));
    assert!(matches!(fault(PoolClose { root: "no".into(), ..good() }), PoolFault::Malformed(_)));
    assert!(matches!(fault(PoolClose { pool: id(1), ..good() }), PoolFault::Pool { .. }));
    let without_one = vec![id(20), id(50)];
    assert!(matches!(fault(PoolClose { pledges: without_one, ..good() }), PoolFault::Root { .. }));
    let shuffled = vec![id(30), id(20), id(50)];
    assert!(matches!(fault(PoolClose { pledges: shuffled, ..good() }), PoolFault::Malformed(_)));
    let doubled = vec![id(20), id(20), id(30), id(50)];
    assert!(matches!(fault(PoolClose { pledges: doubled, ..good() }), PoolFault::Malformed(_)));
    let invented = vec![id(20), id(30), id(50), id(99)];
    assert_eq!(fault(PoolClose { pledges: invented, ..good() }), PoolFault::Missing(id(99)));
}

#[test]
fn a_close_by_another_or_before_its_time_is_refused() {
    let stranger = Closed { by: agent(8), ..closed(good()) };
    assert!(matches!(audit(&POOL, &chairs(), &stranger, &story()), Err(PoolFault::Keeper { .. })));
    let early = Closed { at: at(999), ..closed(good()) };
    assert!(matches!(audit(&POOL, &chairs(), &early, &story()), Err(PoolFault::Early { .. })));
}

#[test]
fn replaced_pledges_are_those_that_counted_ones_replace_and_no_others() {
    let both = vec![id(20), id(30), id(50), id(70)];
    let twice = PoolClose { pledges: both, replaced: vec![id(3)], ..good() };
    assert!(matches!(fault(twice), PoolFault::Unlisted(_) | PoolFault::Twice { .. }));
    assert_eq!(fault(PoolClose { replaced: vec![id(70)], ..good() }), PoolFault::Unlisted(id(3)));
    assert_eq!(fault(PoolClose { replaced: vec![], ..good() }), PoolFault::Unlisted(id(70)));
    // leaving member 3 out by calling its pledge replaced
    let hidden = PoolClose { pledges: vec![id(20), id(50)], replaced: vec![id(3), id(30), id(70)], ..good() };
    assert_eq!(fault(hidden), PoolFault::NotReplaced(id(30)));
    // an earlier edit counted instead of the last
    let old = PoolClose { pledges: vec![id(30), id(50), id(70)], replaced: vec![id(3), id(20)], ..good() };
    assert_eq!(fault(old), PoolFault::NotReplaced(id(20)));
}

#[test]
fn two_pledges_of_one_member_do_not_both_count() {
    let mut known = story();
    known.push(pledged(80, 3, 5, None));
    assert!(matches!(close(&POOL, &chairs(), &known), Err(PoolFault::Twice { .. })));
    let both = PoolClose { pledges: vec![id(20), id(30), id(50), id(80)], ..good() };
    assert!(matches!(audit(&POOL, &chairs(), &closed(both), &known), Err(PoolFault::Twice { .. })));
}

#[test]
fn nobody_replaces_the_pledge_of_another() {
    let mut known = story();
    known.push(pledged(80, 4, 5, Some(30)));
    assert!(matches!(close(&POOL, &chairs(), &known), Err(PoolFault::Chain { .. })));
}

#[test]
fn a_listed_pledge_that_is_late_foreign_or_unfit_is_refused() {
    for (n, spoil) in [
        |p: &mut Pledged| p.at = at(1_001),
        |p: &mut Pledged| p.pledge.pool = id(1),
        |p: &mut Pledged| p.pledge.at_least = n(0),
    ]
    .into_iter()
    .enumerate()
    {
        let mut known = story();
        spoil(&mut known[0]);
        let found = audit(&POOL, &chairs(), &closed(good()), &known).unwrap_err();
        assert!(found.is_closers(), "{n}: {found}");
        assert!(found.to_string().contains(&if n == 1 { id(1) } else { id(50) }.to_string()), "{found}");
    }
}

#[test]
fn a_close_from_before_there_were_sums_by_price_still_verifies() {
    let votes: Vec<_> = [(20, 2, 9), (30, 3, 8), (50, 1, 10)]
        .map(|(number, member, most)| market::pool::PledgeVote {
            member: agent(member),
            ..vote(number, 1, most, 120)
        })
        .to_vec();
    let old = PoolClose { root: sum_root(&votes).to_string(), shares: None, ..good() };
    let text = serde_json::to_string(&old).unwrap();
    assert!(!text.contains("shares") && !text.contains("chunks"), "{text}");
    assert!(audit(&POOL, &chairs(), &closed(old.clone()), &story()).is_ok());
    assert!(matches!(fault(PoolClose { root: "0".repeat(96), ..old }), PoolFault::Root { .. }));
}

#[test]
fn a_member_stands_in_for_the_keeper_after_the_grace_and_a_stranger_never() {
    let by = |byte, second| Closed { by: agent(byte), at: at(second), ..closed(good()) };
    let judge = |closed| audit(&POOL, &chairs(), &closed, &story());
    let grace = 1_000 + KEEPER_GRACE_S;
    assert!(matches!(judge(by(2, grace - 1)), Err(PoolFault::Keeper { .. })));
    assert!(judge(by(2, grace)).is_ok());
    assert!(matches!(judge(by(7, grace)), Err(PoolFault::Keeper { .. })));
}

fn many(count: usize) -> (PoolTerms, Vec<Pledged>) {
    let terms = PoolTerms { cap: n(1_000_000), ..chairs() };
    let pledge = |i: usize| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&(i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        Pledged { id: RecordId(bytes), member: vocab::AgentId(bytes), ..pledged(0, 0, 1, None) }
    };
    (terms, (1..=count).map(pledge).collect())
}
/// The close of a large pool and its parts, as the keeper signs them.
fn signed_close(tally: Tally) -> (Closed, Vec<Chunk>) {
    let mut keeper = Author::new(1);
    let parts: Vec<_> = tally.chunks().iter().map(|part| keeper.says(part, 1_000)).collect();
    assert!(parts.iter().all(|part| part.signed().bytes.len() < ledger::Signed::BYTES_MAX / 4));
    let close = keeper.says(&tally.close(parts.iter().map(|p| p.id).collect()), 1_000);
    assert!(close.signed().bytes.len() < 100_000);
    let closed = Closed::read(&close, |id| parts.iter().find(|p| p.id == *id)).unwrap();
    (Closed { chunks: vec![], ..closed.clone() }, closed.chunks)
}

#[test]
fn a_large_pool_is_closed_in_parts_and_audited_once_all_are_at_hand() {
    let (terms, pledges) = many(CHUNK_FROM + 1);
    let keeper = Author::new(1).id();
    let terms = PoolTerms { keeper, ..terms };
    let (bare, chunks) = signed_close(tally(&POOL, &terms, &pledges, at(1_000)).unwrap());
    assert!(bare.close.pledges.is_empty() && chunks.len() > 1);
    let missing = audit(&POOL, &terms, &bare, &pledges).unwrap_err();
    assert!(matches!(missing, PoolFault::Missing(_)) && !missing.is_closers());
    let whole = Closed { chunks: chunks.clone(), ..bare.clone() };
    assert_eq!(audit(&POOL, &terms, &whole, &pledges).unwrap().shares.len(), pledges.len());
    assert!(pledges.iter().all(|p| whole.lists(&p.id) == Some(true)));
    assert_eq!(whole.lists(&id(255)), Some(false));
    assert_eq!(bare.lists(&id(255)), None);
    // a part of another author, and one that lists what belongs elsewhere
    let mut foreign = whole.clone();
    foreign.chunks[0].by = agent(3);
    assert!(matches!(audit(&POOL, &terms, &foreign, &pledges), Err(PoolFault::Malformed(_))));
    let mut moved = whole.clone();
    let stray = moved.chunks[1].part.pledges.remove(0);
    moved.chunks[0].part.pledges.push(stray);
    assert!(matches!(audit(&POOL, &terms, &moved, &pledges), Err(PoolFault::Malformed(_))));
}
