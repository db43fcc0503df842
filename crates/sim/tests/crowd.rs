//! Fifty buyers at once at a workshop that has less than they want.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use node::view::DealState;
use sim::crowd::Crowd;
use support::*;

#[test]
fn crowds_are_sold_what_queues_are_nothing_twice_and_nothing_is_stuck() {
    let (mut at_once, mut in_turn) = (0, 0);
    for seed in 1..=24 {
        let crowd = Crowd::new(50, seed);
        let both = [crowd.all_at_once().unwrap(), crowd.one_by_one().unwrap()];
        for sold in both {
            assert_eq!((sold.breaches, sold.stuck), (0, 0), "{sold:?}");
            assert!(
                sold.wanted > 80 && sold.sold <= 80,
                "more is wanted than four a day for twenty days: {sold:?}"
            );
        }
        at_once += both[0].sold;
        in_turn += both[1].sold;
    }
    // one crowd may do worse or better than its queue, as other buyers get theirs; together they come close
    assert!(100 * at_once >= 95 * in_turn, "{at_once} at once, {in_turn} in turn");
}

#[test]
fn a_declined_quote_lets_go_of_what_was_held_upstream_for_it() {
    let mut c = chairs(5);
    let id = c
        .world
        .recorded(c.buyer, json(serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "1"})))
        .unwrap();
    let (buyer, forest) = (c.buyer, c.forest);
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Quoted)));
    assert!(c.world.node(forest).unwrap().capacity().iter().count() > 0);
    c.world.recorded(buyer, json(serde_json::json!({"do": "decline", "deal": id}))).unwrap();
    c.world.run(5);
    for who in [c.workshop, c.sawmill, c.forest] {
        assert_eq!(c.world.node(who).unwrap().capacity().iter().count(), 0, "{who}");
    }
}
