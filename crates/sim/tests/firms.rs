//! A supply chain of independent firms promises what its arcs say, and nearly what a planner who sees all would.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use sim::chain::{Chain, Reckoned};
use sim::firms::{Network, Orders, Outcome, Works, central};

/// Two shops, a plant with two parts of which one has a source of its own, and a part that goes in at two tiers.
const SMALL: &str = "/chain,,,,,\n\
    /arcs/arc/@from,/arcs/arc/@to,/stages/stage/@stageName,/stages/stage/@stageTime,\
    /stages/stage/@stageCost,/stages/stage/@avgDemand\n\
    Ore,Part,,,,\nPart,Plant,,,,\nBox,Plant,,,,\nPlant,North,,,,\nPlant,South,,,,\nBox,South,,,,\n\
    ,,Ore,4,1,\n,,Part,7,2,\n,,Box,2,0.5,\n,,Plant,2.5,5,\n,,North,0.5,1,4\n,,South,1,1,2\n";

fn read(text: &str) -> (Chain, Reckoned) {
    let chain = Chain::read(text).unwrap();
    let reckoned = Reckoned::of(&chain).unwrap();
    (chain, reckoned)
}

fn run(chain: &Chain, reckoned: &Reckoned, works: &Works, orders: &Orders) -> Outcome {
    let mut network = Network::new(chain, reckoned, works, 1_000, 1).unwrap();
    let outcome = network.run(orders, |_| {}).unwrap();
    assert_eq!(network.world.breaches(), [] as [&str; 0]);
    assert_eq!((outcome.agreed.len(), outcome.failed), (orders.0.len(), 0));
    outcome
}

#[test]
fn without_limits_every_promise_is_the_longest_path_and_every_arc_is_one_enquiry() {
    let (chain, reckoned) = read(SMALL);
    let orders = Orders::once_each(&chain, 2);
    let outcome = run(&chain, &reckoned, &Works::unlimited(&chain), &orders);
    for agreed in &outcome.agreed {
        assert_eq!(agreed.promise_s, reckoned.longest_s[agreed.stage]);
    }
    // to North 4 firms are asked, to South 5: the box twice, by the plant and by the shop
    assert_eq!(outcome.enquiries, 4 + 5);
    assert_eq!(outcome.retries, 0);
}

#[test]
fn with_limits_orders_that_do_not_meet_get_what_a_planner_who_sees_all_gives() {
    let (chain, reckoned) = read(SMALL);
    let works = Works::limited(&chain, &reckoned, 85);
    let mut orders = Orders::in_rounds(&chain, &reckoned, 24, 7);
    for (n, order) in (0..).zip(&mut orders.0) {
        order.at_ms += n * 60_000;
    }
    let outcome = run(&chain, &reckoned, &works, &orders);
    let seen = central(&chain, &works, &orders).unwrap();
    assert!(outcome.agreed.iter().any(|a| a.promise_s > reckoned.longest_s[a.stage]), "nobody waits");
    for agreed in &outcome.agreed {
        assert_eq!(agreed.promise_s, seen[agreed.place], "order {}", agreed.place);
    }
}
