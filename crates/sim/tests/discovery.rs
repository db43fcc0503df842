//! How listings find those who care for them, and leave nothing behind.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use market::topic::Topic;
use node::frame::{Frame, Greeting, Scope, Turn};
use serde_json::{Value, json};
use sim::{Faults, Spread, World};
use support::{describe, json as command};
use vocab::RecordId;

const DAY: i64 = 86_400;

fn place(latitude: &str, longitude: &str, radius_km: u32) -> Value {
    json!({"name": "here", "latitude": latitude, "longitude": longitude, "radius_km": radius_km})
}
fn berlin() -> Value {
    place("52.52", "13.40", 60)
}
fn paris() -> Value {
    place("48.86", "2.35", 60)
}

fn offer(world: &mut World, who: usize, category: &str, more: Value) -> RecordId {
    describe(world, who, "thing", "each", false);
    let tiers = json!([{"from": "1", "unit_price": "9"}]);
    let mut offer = json!({"do": "offer", "spec": "thing", "category": category,
        "prices": {"currency": "EUR", "tiers": tiers}});
    offer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.recorded(who, command(offer)).unwrap()
}

fn interests(world: &mut World, who: usize, wants: Value) {
    world.recorded(who, command(json!({"do": "set_interests", "wants": wants}))).unwrap();
}

fn sees(world: &World, who: usize, listing: &RecordId) -> bool {
    world.node(who).is_some_and(|node| node.offers(world.now()).iter().any(|o| o.id == *listing))
}

#[test]
fn a_node_hears_what_it_cares_for_near_and_far_and_keeps_nothing_else() {
    let mut world = World::new(1, Faults::NONE);
    let [seller, joiner, baker, everyone] = ["seller", "joiner", "baker", "everyone"].map(|n| world.add(n));
    world.introduce_ring();
    interests(&mut world, joiner, json!([{"category": "furniture", "place": berlin()}]));
    interests(&mut world, baker, json!([{"category": "flour"}]));
    world.run(20);
    let near = offer(&mut world, seller, "furniture", json!({"place": place("52.40", "13.05", 50)}));
    let far = offer(&mut world, seller, "furniture", json!({"place": paris()}));
    let anywhere = offer(&mut world, seller, "furniture", json!({}));
    let flour = offer(&mut world, seller, "flour", json!({}));
    world.run(300);
    let seen = |who| [near, far, anywhere, flour].map(|id| sees(&world, who, &id));
    assert_eq!(seen(joiner), [true, false, true, false]);
    assert_eq!(seen(baker), [false, false, false, true]);
    assert_eq!(seen(everyone), [true; 4]);
    let kept = |who: usize, id: &RecordId| world.disk(who).iter().any(|e| e.record.id == *id);
    assert!(
        !kept(joiner, &far) && !kept(joiner, &flour) && !kept(baker, &near),
        "what is of no interest is not kept"
    );

    // another mind: what is no longer of interest goes, what is now comes
    interests(&mut world, joiner, json!([{"category": "flour"}]));
    world.run(300);
    let seen = |who| [near, far, anywhere, flour].map(|id| sees(&world, who, &id));
    assert_eq!(seen(joiner), [false, false, false, true]);
    interests(&mut world, joiner, json!([]));
    world.run(300);
    let seen = |who| [near, far, anywhere, flour].map(|id| sees(&world, who, &id));
    assert_eq!(seen(joiner), [true; 4], "no interests mean everything");
    let rebuilt = world.rebuilt(joiner);
    assert_eq!(rebuilt.offers(world.now()).len(), 4, "and a restart remembers");
}

#[test]
fn interests_that_take_too_many_topics_are_refused_with_a_remedy() {
    let mut world = World::new(2, Faults::NONE);
    let who = world.add("curious");
    let set = |world: &mut World, wants: Value| {
        world.recorded(who, command(json!({"do": "set_interests", "wants": wants})))
    };
    let many: Vec<_> = (0..20).map(|n| json!({"category": format!("kind-{n}")})).collect();
    let refused = set(&mut world, json!(many)).unwrap_err();
    assert!(refused.contains("20") && refused.contains("fewer categories"), "{refused}");
    let wide =
        set(&mut world, json!([{"category": "oil", "place": place("52.5", "13.4", 2_000)}])).unwrap_err();
    assert!(wide.contains("less far"), "{wide}");
    let nowhere = set(&mut world, json!([{"category": "oil", "place": {"name": "home"}}])).unwrap_err();
    assert!(nowhere.contains("latitude"), "{nowhere}");
    assert!(set(&mut world, json!(many[..19])).is_ok());
}

#[test]
fn who_joins_late_or_was_away_learns_what_stands_and_brings_back_no_ghost() {
    let mut world = World::new(3, Faults::NONE);
    let [seller, witness, traveller] = ["seller", "witness", "traveller"].map(|n| world.add(n));
    world.introduce(seller, witness);
    world.introduce(witness, traveller);
    world.introduce(seller, traveller);
    world.run(20);
    let taken_back = offer(&mut world, seller, "furniture", json!({"expires_days": 30}));
    let short = offer(&mut world, seller, "furniture", json!({"expires_days": 1}));
    let standing = offer(&mut world, seller, "furniture", json!({"expires_days": 30}));
    world.run(120);
    assert!([taken_back, short, standing].iter().all(|id| sees(&world, traveller, id)));

    world.kill(traveller);
    world.recorded(seller, command(json!({"do": "withdraw", "listing": taken_back}))).unwrap();
    world.run(2 * DAY);
    let fresh = offer(&mut world, seller, "furniture", json!({}));
    world.run(600);
    assert!(!sees(&world, witness, &taken_back) && !sees(&world, witness, &short));

    // the one who was away meets one who never knew the listing that was taken back, and the author is gone
    let late = world.add("late");
    world.introduce(late, witness);
    world.run(4 * 3_600);
    assert!(
        sees(&world, late, &standing) && sees(&world, late, &fresh),
        "whoever joins late gets what stands"
    );
    world.kill(seller);
    world.kill(witness);
    world.start(traveller);
    world.introduce(traveller, late);
    world.run(4 * 3_600);
    for who in [late, traveller] {
        assert!(!sees(&world, who, &taken_back), "what was withdrawn stays away");
        assert!(!sees(&world, who, &short), "what has expired stays away");
        assert!(sees(&world, who, &standing) && sees(&world, who, &fresh));
    }
    let of = |who: usize| world.node(who).unwrap().offers(world.now());
    let view = of(traveller).into_iter().find(|o| o.id == fresh).unwrap();
    assert!(view.heard_at > view.at, "a listing has its age, and the time it was learnt of");
}

#[test]
fn nobody_withdraws_the_listing_of_another() {
    let mut world = World::new(4, Faults::NONE);
    let [seller, rival, buyer] = ["seller", "rival", "buyer"].map(|n| world.add(n));
    world.introduce_ring();
    world.run(20);
    let listing = offer(&mut world, seller, "furniture", json!({}));
    let statement = market::statement::Withdrawal { listing, topic: Topic::Commons, expires: None };
    let draft = ledger::Statement::draft(&statement, ledger::Audience::Public).unwrap();
    let forged = world.signer(rival).sign(draft, 90, Some(listing), world.now()).unwrap();
    world.inject(rival, buyer, Frame::Public(vec![(**forged.signed()).clone()]).encode());
    world.run(600);
    assert!(sees(&world, buyer, &listing));
}

#[test]
fn quiet_peers_compare_ever_more_seldom_and_at_once_on_news() {
    let mut world = World::new(5, Faults::NONE);
    let [a, b] = ["a", "b"].map(|n| world.add(n));
    world.introduce(a, b);
    world.run(3_600);
    let of_an_hour = |world: &mut World| {
        let before = world.messages;
        world.run(3_600);
        world.messages - before
    };
    let later: Vec<_> = (0..6).map(|_| of_an_hour(&mut world)).collect();
    assert!(later[5] <= 4, "an hour without news is two or three frames: {later:?}");
    let listing = offer(&mut world, a, "furniture", json!({}));
    assert!(world.run_until(120, |world| sees(world, b, &listing)));
}

#[test]
fn a_foreign_scope_is_answered_with_ones_own_interests_and_an_endless_one_is_a_problem() {
    let mut world = World::new(6, Faults::NONE);
    let [baker, liar] = ["baker", "liar"].map(|n| world.add(n));
    interests(&mut world, baker, json!([{"category": "flour"}]));
    world.introduce(baker, liar);
    world.run(20);
    let oil = Topic::trade(&"oil".parse().unwrap()).id();
    let problems = |world: &World| world.node(baker).unwrap().status(world.now()).problems.len();
    let before = (world.messages, problems(&world));
    for scope in [Scope::Everything, Scope::Topics(vec![oil])] {
        let frame = Frame::Reconcile { scope, turn: Turn::Initiator, message: vec![0x61] };
        world.inject(liar, baker, frame.encode());
    }
    assert_eq!(problems(&world), before.1, "a misunderstanding is not a problem");
    world.run(1);
    assert!(world.messages > before.0, "it is told what is kept here");
    let endless = Scope::Topics(vec![oil; 10_000]);
    for frame in [
        Frame::Interests { scope: endless.clone(), greeting: Greeting::First },
        Frame::Reconcile { scope: endless, turn: Turn::Initiator, message: vec![] },
    ] {
        world.inject(liar, baker, frame.encode());
    }
    assert_eq!(problems(&world), before.1 + 2);
}

/// Nodes that know one of two bootstrap nodes and nobody else; half of them care for furniture.
fn town(seed: u64, nodes: usize, faults: Faults) -> (World, Vec<usize>) {
    let mut world = World::new(seed, faults);
    world.set_spread(Spread::Gossip);
    let bootstrap = [world.add("north"), world.add("south")];
    world.introduce(bootstrap[0], bootstrap[1]);
    let townsmen: Vec<_> = (0..nodes).map(|n| world.add(&format!("node {n}"))).collect();
    for who in &townsmen {
        let category = if who % 2 == 0 { "furniture" } else { "flour" };
        interests(&mut world, *who, json!([{"category": category}]));
        world.introduce(*who, bootstrap[who / 2 % 2]);
        world.run(1);
    }
    (world, townsmen)
}

#[test]
fn killing_every_bootstrap_node_after_the_start_stops_nobody_who_knows_a_peer() {
    let (mut world, townsmen) = town(7, 24, Faults::FAR);
    world.run(120);
    world.kill(0);
    world.kill(1);
    world.run(60);
    let furniture: Vec<_> = townsmen.iter().copied().filter(|who| who % 2 == 0).collect();
    let listing = offer(&mut world, furniture[0], "furniture", json!({}));
    let heard = world.run_until(60, |world| furniture.iter().all(|who| sees(world, *who, &listing)));
    let deaf: Vec<_> = furniture.iter().filter(|who| !sees(&world, **who, &listing)).collect();
    assert!(heard, "not heard by {deaf:?}");
    assert!(townsmen.iter().filter(|who| *who % 2 == 1).all(|who| !sees(&world, *who, &listing)));
}

#[test]
fn gossip_that_loses_is_made_good_and_one_seed_is_one_run() {
    let run = || {
        let (mut world, townsmen) = town(8, 16, Faults { loss: 100, ..Faults::FAR });
        world.run(60);
        let furniture: Vec<_> = townsmen.into_iter().filter(|who| who % 2 == 0).collect();
        let listing = offer(&mut world, furniture[1], "furniture", json!({}));
        let heard = world.run_until(600, |world| furniture.iter().all(|who| sees(world, *who, &listing)));
        assert!(heard);
        let gossiped = world.take_gossiped();
        assert!(gossiped.messages > 0 && gossiped.data_bytes > 0 && !gossiped.hops.is_empty());
        (world.now(), world.steps, world.bytes, gossiped)
    };
    assert_eq!(run(), run());
}
