//! Keepers, stand-ins and offerers that lie about how a pool ends, or are away when it does.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use ledger::{Audience, Record, Signed, Statement};
use market::pool::KEEPER_GRACE_S;
use market::statement::{PledgeReceipt, PoolClose};
use node::frame::{Frame, Letter};
use node::view::{DealState, PoolState};
use support::*;
use vocab::{AgentId, RecordId, after};

/// A pool of two members kept by the buyer, whose node is then killed so that it can be spoken for.
fn pool_with_lying_keeper(seed: u64) -> (Chairs, RecordId, Vec<usize>) {
    pool_on(chairs(seed))
}
fn pool_on(mut c: Chairs) -> (Chairs, RecordId, Vec<usize>) {
    let members: Vec<usize> = (0..2).map(|i| c.world.add(&format!("member-{i}"))).collect();
    for m in &members {
        c.world.introduce(*m, c.buyer);
        c.world.introduce(*m, c.workshop);
    }
    c.world.run(70);
    let closes = after(c.world.now(), 60);
    let open = serde_json::json!({"do": "open_pool", "offer": c.offer, "threshold": "2", "closes": closes});
    c.world.recorded(c.buyer, json(open)).unwrap();
    c.world.run(10);
    let id = c.world.node(c.buyer).unwrap().pools(c.world.now())[0].id;
    for m in &members {
        let pledge = serde_json::json!({"do": "pledge", "pool": id, "at_least": "1", "at_most": "2", "ceiling": "130"});
        c.world.recorded(*m, json(pledge)).unwrap();
    }
    c.world.run(20);
    let keeper = c.buyer;
    c.world.kill(keeper);
    c.world.run(60);
    (c, id, members)
}

fn false_close(pool: RecordId) -> PoolClose {
    PoolClose {
        pool,
        pledges: vec![],
        replaced: vec![],
        root: market::pool::sum_root(&[]).to_string(),
        outcome: market::statement::Outcome::Lapsed {},
        chunks: vec![],
        shares: None,
    }
}

#[test]
fn a_close_that_leaves_a_receipted_pledge_out_is_proved_and_binds_nobody() {
    let (mut c, id, members) = pool_with_lying_keeper(27);
    let receipts = c.world.disk(c.buyer).iter().filter_map(|e| e.record.read::<PledgeReceipt>().ok()).count();
    assert_eq!(receipts, 2);
    let lie = sign(&c, c.buyer, &false_close(id), members[0], 900);
    let after_seq = heard(&c, members[0], c.buyer);
    c.world.inject(c.buyer, members[0], mail(after_seq, &[&lie]));
    c.world.run(90);
    let pools = c.world.node(members[0]).unwrap().pools(c.world.now());
    let pool = pools.into_iter().find(|p| p.id == id).unwrap();
    assert_eq!(pool.state, PoolState::Disputed);
    assert!(pool.dispute.unwrap().in_language("en").contains("left out"));
    for who in [c.workshop, members[1]] {
        assert!(c.world.disk(who).iter().any(|e| e.record.kind == "fraud"), "{who}");
    }
    assert!(members.iter().all(|m| c.world.node(*m).unwrap().deals(c.world.now()).is_empty()));
}

#[test]
fn a_second_close_is_proof_against_its_keeper() {
    let (mut c, id, members) = pool_with_lying_keeper(28);
    let keeper = c.buyer;
    c.world.start(keeper);
    c.world.run(60);
    let made = |c: &Chairs, w: usize| {
        c.world.node(w).unwrap().pools(c.world.now()).into_iter().find(|p| p.id == id).unwrap().state
    };
    assert_eq!(made(&c, c.workshop), PoolState::Made);
    let second = sign(&c, keeper, &false_close(id), c.workshop, 950);
    let after_seq = heard(&c, c.workshop, keeper);
    c.world.inject(keeper, c.workshop, mail(after_seq, &[&second]));
    c.world.run(KEEPER_GRACE_S);
    // the offerer stands by the first, and tells
    for who in [c.workshop, members[0], members[1]] {
        assert_eq!(made(&c, who), PoolState::Made, "{who}");
    }
    for who in [c.forest, members[0], members[1]] {
        assert!(c.world.disk(who).iter().any(|e| e.record.kind == "fraud"), "{who}");
    }
}

/// A member that gathered the pledges and whose node is then killed, so that it can be spoken for.
fn pool_without_keeper(seed: u64) -> (Chairs, RecordId, Vec<usize>) {
    let (mut c, id, members) = pool_with_lying_keeper(seed);
    let workshop = c.workshop;
    // from here on nobody else closes
    members.iter().for_each(|m| c.world.kill(*m));
    c.world.run(market::pool::KEEPER_GRACE_S);
    assert!(c.world.node(workshop).is_some());
    (c, id, members)
}
/// The close that follows from the pledges the workshop holds, or from all but the first of them.
fn stand_in(c: &Chairs, pool: RecordId, without: usize) -> (PoolClose, Vec<RecordId>) {
    let disk = c.world.disk(c.workshop);
    let terms = disk.iter().find(|e| e.record.id == pool).unwrap().record.read().unwrap();
    let mut pledges: Vec<_> = disk.iter().filter_map(|e| market::Pledged::read(&e.record).ok()).collect();
    pledges.sort_by_key(|p| p.id);
    let tally = market::pool::tally(&pool, &terms, &pledges[without..], c.world.now()).unwrap();
    (tally.close(vec![]), pledges.iter().map(|p| p.id).collect())
}

#[test]
fn a_stand_in_that_leaves_out_what_it_countersigned_is_proved_and_binds_nobody() {
    let (mut c, id, members) = pool_without_keeper(36);
    let liar = members[0];
    let (unfair, pledges) = stand_in(&c, id, 1);
    let receipts = market::statement::PledgeReceipts { pool: id, pledges };
    let receipts = sign(&c, liar, &receipts, c.workshop, 900);
    let lie = sign(&c, liar, &unfair, c.workshop, 901);
    let after_seq = heard(&c, c.workshop, liar);
    c.world.inject(liar, c.workshop, mail(after_seq, &[&receipts, &lie]));
    c.world.run(90);
    assert!(
        c.world.disk(c.workshop).iter().any(|e| e.record.kind == "fraud"),
        "{}",
        last_problem(&c, c.workshop)
    );
    assert!(c.world.disk(c.workshop).iter().all(|e| e.record.kind != "close_consent"));
    c.world.run(3_600);
    assert_eq!(known(&c, c.workshop, &id), (PoolState::Closing, vec![]));
}

#[test]
fn a_pool_that_its_keeper_may_have_closed_is_over_for_the_offerer_once_all_members_are_free() {
    let (mut c, id, members) = pool_without_keeper(45);
    c.world.run(3_600);
    c.world.start(members[0]);
    c.world.run(60);
    assert_eq!(known(&c, members[0], &id).0, PoolState::Lapsed);
    assert_eq!(known(&c, c.workshop, &id).0, PoolState::Closing);
    c.world.start(members[1]);
    c.world.run(60);
    assert_eq!(known(&c, c.workshop, &id), (PoolState::Lapsed, vec![]));
}

#[test]
fn an_offerer_that_consents_twice_is_proved_and_binds_nobody() {
    let (mut c, id, members) = pool_without_keeper(37);
    let offerer = c.workshop;
    let (one, other) = (sign(&c, members[0], &stand_in(&c, id, 0).0, members[1], 900).id, RecordId([8; 32]));
    let consents = [(one, 910), (other, 911)].map(|(close, seq)| {
        let draft = market::statement::CloseConsent { pool: id, close }.draft(Audience::Public).unwrap();
        let record =
            c.world.signer(offerer).sign(draft, seq, Some(RecordId([9; 32])), c.world.now()).unwrap();
        Signed::clone(record.signed())
    });
    c.world.kill(offerer);
    c.world.start(members[1]);
    c.world.run(5);
    c.world.inject(offerer, members[1], Frame::Public(consents.to_vec()).encode());
    c.world.run(90);
    let pools = c.world.node(members[1]).unwrap().pools(c.world.now());
    assert_eq!(pools.iter().find(|p| p.id == id).unwrap().state, PoolState::Disputed);
    for who in [members[1], c.forest] {
        assert!(c.world.disk(who).iter().any(|e| e.record.kind == "fraud"), "{who}");
    }
    assert!(c.world.node(members[1]).unwrap().deals(c.world.now()).is_empty());
}

/// What each knows of the pool: its state, and of its deals what they are for and where they stand.
fn known(c: &Chairs, who: usize, pool: &RecordId) -> (PoolState, Vec<(RecordId, String, DealState)>) {
    let (node, now) = (c.world.node(who).unwrap(), c.world.now());
    let state = node.pools(now).into_iter().find(|p| p.id == *pool).unwrap().state;
    let deals = node.deals(now).into_iter().filter(|deal| deal.pool == Some(*pool));
    (state, deals.map(|d| (d.id, format!("{} {:?}", d.quantity, d.unit_price), d.state)).collect())
}
fn has(c: &Chairs, who: usize, kind: &str) -> bool {
    c.world.disk(who).iter().any(|e| e.record.kind == kind)
}
/// The keeper's close, over all pledges or all but those of `without`, and the pledges with it.
fn keepers_close(c: &Chairs, pool: RecordId, without: Option<AgentId>, to: usize) -> Letter {
    let disk = c.world.disk(c.workshop);
    let terms = disk.iter().find(|e| e.record.id == pool).unwrap().record.read().unwrap();
    let records: Vec<&Record> = disk.iter().map(|e| &e.record).filter(|r| r.kind == "pledge").collect();
    let records: Vec<_> = records.into_iter().filter(|r| Some(r.author) != without).collect();
    let pledges: Vec<_> = records.iter().map(|r| market::Pledged::read(r).unwrap()).collect();
    let tally = market::pool::tally(&pool, &terms, &pledges, c.world.now()).unwrap();
    // one number for both: what it shows to one is not what it shows to another
    let close = sign(c, c.buyer, &tally.close(vec![]), to, 900);
    let enclosed = records.iter().map(|r| Signed::clone(r.signed())).collect();
    Letter { record: Signed::clone(close.signed()), enclosed }
}
fn shows(c: &mut Chairs, to: usize, letter: Letter) {
    let (keeper, after) = (c.buyer, heard(c, to, c.buyer));
    c.world.inject(keeper, to, Frame::Mail { after, heard: 0, letters: vec![letter] }.encode());
}

#[test]
fn of_two_closes_by_one_keeper_the_offerer_consents_to_the_true_one() {
    let (mut c, id, members) = pool_with_lying_keeper(41);
    let (workshop, [one, other]) = (c.workshop, [members[0], members[1]]);
    let left_out = Some(c.world.agent(other));
    for (to, without) in [(one, None), (workshop, left_out), (other, left_out)] {
        let letter = keepers_close(&c, id, without, to);
        shows(&mut c, to, letter);
    }
    c.world.run(30);
    for who in [workshop, other] {
        assert_eq!(known(&c, who, &id), (PoolState::Disputed, vec![]), "{}", last_problem(&c, who));
    }
    // who was left out has told
    let (state, bought) = known(&c, one, &id);
    assert_eq!((state, bought[0].2), (PoolState::Disputed, DealState::Refused));
    // the one who was left out stands in, and its close is the one that counts
    c.world.run(KEEPER_GRACE_S + 120);
    assert!(has(&c, workshop, "close_consent"));
    let (state, sold) = known(&c, workshop, &id);
    assert_eq!((state, sold.len()), (PoolState::Made, 2));
    for who in [one, other] {
        let (state, bought) = known(&c, who, &id);
        assert_eq!(state, PoolState::Made);
        assert!(bought.len() == 1 && sold.contains(&bought[0]), "{bought:?} of {sold:?}");
        assert_eq!(bought[0].2, DealState::Bound);
    }
}

#[test]
fn a_close_that_the_offerer_proves_false_binds_no_member_to_it() {
    let (mut c, id, members) = pool_with_lying_keeper(42);
    let (workshop, [one, other]) = (c.workshop, [members[0], members[1]]);
    let left_out = Some(c.world.agent(other));
    // who could stand in is away
    c.world.kill(other);
    for (to, without) in [(one, None), (workshop, left_out)] {
        let letter = keepers_close(&c, id, without, to);
        shows(&mut c, to, letter);
    }
    c.world.run(KEEPER_GRACE_S);
    assert_eq!(known(&c, one, &id).1[0].2, DealState::Bound);
    assert!(!has(&c, workshop, "fraud"), "another may still close it");
    c.world.run(3_600);
    assert!(has(&c, workshop, "fraud"));
    let (state, bought) = known(&c, one, &id);
    assert_eq!((state, bought[0].2), (PoolState::Disputed, DealState::Refused));
    c.world.start(other);
    c.world.run(60);
    // what is read back from the disk says the same
    c.world.kill(one);
    c.world.start(one);
    c.world.run(60);
    assert_eq!(known(&c, one, &id).1[0].2, DealState::Refused);
    c.world.check_ends(true);
}

#[test]
fn what_a_disputed_pool_may_still_sell_goes_to_no_other() {
    let mut c = chairs(46);
    let offer = serde_json::json!({"do": "offer", "spec": "chair", "prices": {"currency": "EUR", "tiers": [{"from": "1", "unit_price": "120"}]},
        "pooling": {"cap": "4", "stock": "6", "lead_time_days": 40, "payment": "on receipt"}});
    c.offer = c.world.recorded(c.workshop, json(offer)).unwrap();
    let (mut c, id, members) = pool_on(c);
    let (workshop, opener, left_out) = (c.workshop, c.forest, Some(c.world.agent(members[1])));
    members.iter().for_each(|m| c.world.kill(*m));
    let letter = keepers_close(&c, id, left_out, workshop);
    shows(&mut c, workshop, letter);
    c.world.run(30);
    assert_eq!(known(&c, workshop, &id).0, PoolState::Disputed);
    let opened = |c: &mut Chairs| {
        let closes = after(c.world.now(), 600);
        let open =
            serde_json::json!({"do": "open_pool", "offer": c.offer, "threshold": "1", "closes": closes});
        c.world.recorded(opener, json(open)).unwrap();
        c.world.run(10);
        let pools = c.world.node(workshop).unwrap().pools(c.world.now());
        pools.into_iter().filter(|pool| pool.id != id).map(|pool| pool.terms.cap).collect::<Vec<_>>()
    };
    assert_eq!(opened(&mut c), [decimal("2")]);
    // the offerer's own proof is out: nobody can be bound by that pool any more
    c.world.run(3_600);
    assert!(has(&c, workshop, "fraud"));
    assert_eq!(opened(&mut c).iter().max(), Some(&decimal("4")));
}

/// The keeper is back and closes in truth, while `away` is away, for more than an hour.
fn closed_without(seed: u64, away: impl Fn(&Chairs, &[usize]) -> usize) -> (Chairs, RecordId, Vec<usize>) {
    let (mut c, id, members) = pool_with_lying_keeper(seed);
    let (keeper, away) = (c.buyer, away(&c, &members));
    c.world.kill(away);
    c.world.start(keeper);
    c.world.run(7_200);
    assert_eq!(known(&c, members[0], &id).0, PoolState::Made);
    c.world.start(away);
    c.world.run(120);
    (c, id, members)
}

#[test]
fn a_member_whom_the_close_reaches_too_late_is_free_and_the_offerer_hears_of_it() {
    let (mut c, id, members) = closed_without(43, |_, members| members[1]);
    assert_eq!(known(&c, members[1], &id), (PoolState::Lapsed, vec![]));
    let sold = known(&c, c.workshop, &id).1;
    let states: Vec<_> = sold.iter().map(|(.., state)| *state).collect();
    assert!(states.contains(&DealState::Bound) && states.contains(&DealState::Refused), "{sold:?}");
    c.world.check_ends(true);
}

#[test]
fn an_offerer_that_was_away_is_bound_by_what_was_closed_in_time() {
    let (mut c, id, members) = closed_without(44, |c, _| c.workshop);
    let (state, sold) = known(&c, c.workshop, &id);
    assert_eq!((state, sold.len()), (PoolState::Made, 2));
    assert!(sold.contains(&known(&c, members[1], &id).1[0]), "{sold:?}");
    c.world.check_ends(true);
}
