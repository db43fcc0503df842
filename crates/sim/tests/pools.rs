//! Pools: joined by strangers, recomputed by all, lapsed by the clock.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use ledger::{Audience, Signed, Statement};
use market::statement::PoolProgress;
use node::frame::Frame;
use node::view::{DealState, OrderState, PoolState, PoolView};
use support::*;
use vocab::{Decimal, RecordId, after};

fn pool(c: &Chairs, who: usize, id: &RecordId) -> Option<PoolView> {
    c.world.node(who)?.pools(c.world.now()).into_iter().find(|p| p.id == *id)
}

fn with_households(seed: u64, n: usize) -> (Chairs, Vec<usize>) {
    let mut c = chairs(seed);
    let mut all = vec![c.buyer];
    for i in 0..n {
        let h = c.world.add(&format!("household-{i}"));
        c.world.introduce(h, all[i]);
        all.push(h);
    }
    c.world.run(70);
    (c, all)
}

fn open(c: &mut Chairs, threshold: &str, seconds: i64) -> RecordId {
    let closes = after(c.world.now(), seconds);
    let request =
        serde_json::json!({"do": "open_pool", "offer": c.offer, "threshold": threshold, "closes": closes});
    c.world.recorded(c.buyer, json(request)).unwrap();
    let buyer = c.buyer;
    assert!(c.world.run_until(60, |w| !w.node(buyer).unwrap().pools(w.now()).is_empty()));
    c.world.run(5);
    c.world.node(buyer).unwrap().pools(c.world.now())[0].id
}

fn pledge(c: &mut Chairs, who: usize, pool: RecordId, least: i64, most: i64, ceiling: i64) {
    let pledge = serde_json::json!({"do": "pledge", "pool": pool, "at_least": least.to_string(),
        "at_most": most.to_string(), "ceiling": ceiling.to_string()});
    c.world.recorded(who, json(pledge)).unwrap();
}

#[test]
fn members_end_with_the_same_result_and_a_bound_deal_each() {
    let (mut c, all) = with_households(11, 7);
    let id = open(&mut c, "20", 60);
    for (i, who) in all.iter().enumerate() {
        // all but one would pay 96; the last only 84, which 24 pieces do not reach
        let ceiling = if i == all.len() - 1 { 90 } else { 100 + i as i64 };
        pledge(&mut c, *who, id, 1, 3, ceiling);
    }
    pledge(&mut c, all[1], id, 2, 4, 130);
    let (world, wanted) = (&mut c.world, Decimal::from(22));
    assert!(world.run_until(200, |w| all.iter().all(|h| {
        w.node(*h).is_some_and(|n| n.pools(w.now()).iter().any(|p| p.state == PoolState::Made))
    })));
    world.run(30);
    for (i, who) in all.iter().enumerate() {
        let result = pool(&c, *who, &id).unwrap().result.unwrap();
        assert_eq!((result.total, result.unit_price.amount), (wanted, 96.into()), "{i}");
        let mine = match i {
            1 => 4,
            _ if i == all.len() - 1 => 0,
            _ => 3,
        };
        assert_eq!(result.my_quantity, Decimal::from(mine), "{i}");
        let deals = c.world.node(*who).unwrap().deals(c.world.now());
        assert_eq!(
            deals.iter().filter(|d| d.state == DealState::Bound).count(),
            usize::from(mine > 0),
            "{i}"
        );
    }
    let workshop = c.world.node(c.workshop).unwrap();
    assert_eq!(workshop.deals(c.world.now()).iter().filter(|d| d.pool == Some(id)).count(), all.len() - 1);
    let order = workshop.orders(c.world.now()).into_iter().find(|o| o.id == id).unwrap();
    assert_eq!((order.state, order.quantity), (OrderState::Firm, wanted));
    work_off(&mut c.world);
    for who in &all[..all.len() - 1] {
        let deals = c.world.node(*who).unwrap().deals(c.world.now());
        assert!(deals.iter().all(|d| d.state == DealState::Delivered), "{deals:?}");
    }
}

#[test]
fn below_the_threshold_nobody_is_bound() {
    let (mut c, all) = with_households(12, 3);
    let id = open(&mut c, "20", 30);
    for who in &all {
        pledge(&mut c, *who, id, 1, 3, 200);
    }
    c.world.run(60);
    for who in &all {
        assert_eq!(pool(&c, *who, &id).unwrap().state, PoolState::Lapsed);
        assert!(c.world.node(*who).unwrap().deals(c.world.now()).is_empty());
    }
}

#[test]
fn without_its_keeper_and_its_producer_a_pool_lapses_by_the_clock() {
    let (mut c, all) = with_households(13, 3);
    let id = open(&mut c, "4", 30);
    for who in &all {
        pledge(&mut c, *who, id, 1, 3, 200);
    }
    c.world.run(10);
    let (keeper, producer) = (c.buyer, c.workshop);
    c.world.kill(keeper);
    c.world.kill(producer);
    c.world.run(4_000);
    for who in all.iter().filter(|w| **w != keeper) {
        assert_eq!(pool(&c, *who, &id).unwrap().state, PoolState::Lapsed);
    }
    // the keeper comes back and closes: too late for anyone to be bound
    c.world.start(keeper);
    c.world.start(producer);
    c.world.run(300);
    for who in all.iter().chain([&producer]).filter(|w| **w != keeper) {
        assert!(c.world.node(*who).unwrap().deals(c.world.now()).is_empty());
    }
}

/// Quantity, price and close, as this node knows them.
fn result(c: &Chairs, who: usize, id: &RecordId) -> Option<(Decimal, Decimal, RecordId)> {
    let result = pool(c, who, id)?.result?;
    Some((result.total, result.unit_price.amount, result.close))
}
/// A pool of the buyer, who keeps it, and three households, pledged and receipted; it closes in a minute.
fn pledged(seed: u64) -> (Chairs, Vec<usize>, RecordId) {
    let (mut c, all) = with_households(seed, 3);
    for who in &all {
        c.world.introduce(*who, c.workshop);
    }
    c.world.run(20);
    let id = open(&mut c, "4", 60);
    for who in &all {
        pledge(&mut c, *who, id, 1, 3, 200);
    }
    c.world.run(20);
    assert!(all.iter().all(|who| pool(&c, *who, &id).unwrap().mine.unwrap().receipted));
    (c, all, id)
}

#[test]
fn when_the_keeper_is_gone_a_member_closes_and_the_producers_consent_binds_all() {
    let (mut c, all, id) = pledged(16);
    let keeper = c.buyer;
    c.world.kill(keeper);
    c.world.run(1_200);
    let seen: Vec<_> = all[1..].iter().map(|who| result(&c, *who, &id)).collect();
    let (total, price, close) = seen[0].unwrap();
    assert_eq!((total, price), (Decimal::from(12), 120.into()));
    assert!(seen.iter().all(|other| *other == seen[0]), "{seen:?}");
    assert_eq!(result(&c, c.workshop, &id), seen[0]);
    let by = c.world.disk(c.workshop).iter().find(|e| e.record.id == close).unwrap().record.author;
    assert!(all[1..].iter().any(|who| c.world.agent(*who) == by), "a member closed it");
    // the keeper comes back, hears of it, and is bound as the others are
    c.world.start(keeper);
    c.world.run(300);
    assert_eq!(result(&c, keeper, &id), seen[0]);
    for who in &all {
        let deals = c.world.node(*who).unwrap().deals(c.world.now());
        assert_eq!(deals.iter().filter(|d| d.state == DealState::Bound).count(), 1, "{who}");
    }
    work_off(&mut c.world);
}

#[test]
fn a_keeper_that_closed_where_nobody_heard_it_follows_the_close_the_producer_consented_to() {
    let (mut c, all, id) = pledged(17);
    let keeper = c.buyer;
    c.world.cut_off(keeper);
    c.world.run(1_200);
    let own = result(&c, keeper, &id).unwrap();
    let theirs = result(&c, c.workshop, &id).unwrap();
    assert_ne!(own.2, theirs.2, "two closes, one on each side");
    c.world.join(keeper);
    c.world.run(300);
    for who in all.iter().chain([&c.workshop]) {
        assert_eq!(result(&c, *who, &id), Some(theirs), "{who}");
        let deals = c.world.node(*who).unwrap().deals(c.world.now());
        let bound = deals.iter().filter(|d| d.pool == Some(id) && d.state == DealState::Bound).count();
        assert_eq!(bound, if *who == c.workshop { all.len() } else { 1 });
    }
    assert!(c.world.disk(c.workshop).iter().all(|e| e.record.kind != "fraud"));
}

#[test]
fn a_pledge_beyond_the_terms_is_refused_with_the_remedy() {
    let (mut c, _) = with_households(14, 0);
    let id = open(&mut c, "20", 30);
    for (least, most) in [("0", "1"), ("2", "1"), ("1.5", "2"), ("1", "61")] {
        let pledge = serde_json::json!({"do": "pledge", "pool": id, "at_least": least, "at_most": most, "ceiling": "100"});
        let error = c.world.recorded(c.buyer, json(pledge)).unwrap_err();
        assert!(error.contains(": "), "{error}");
    }
}

#[test]
fn the_keepers_newest_word_counts_whichever_comes_last() {
    let (mut c, all) = with_households(15, 2);
    let id = open(&mut c, "20", 600);
    let (keeper, away) = (all[0], all[1]);
    let say = |c: &Chairs, members: u32, seq: u64| {
        let pledged = Decimal::from(i64::from(members));
        let progress = PoolProgress {
            pool: id,
            members,
            pledged,
            price_now: None,
            outcome: None,
            topic: Default::default(),
            counted: None,
            next: None,
        };
        let draft = progress.draft(Audience::Public).unwrap();
        let record = c.world.signer(keeper).sign(draft, seq, Some(id), c.world.now()).unwrap();
        Signed::clone(record.signed())
    };
    let (older, newer) = (say(&c, 9, 900), say(&c, 10, 901));
    let frame = Frame::Public(vec![newer, older]).encode();
    c.world.inject(keeper, away, frame);
    c.world.run(1);
    assert_eq!(pool(&c, away, &id).unwrap().members, 10);
}
