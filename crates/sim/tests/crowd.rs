//! Fifty buyers at once at a workshop that has less than they want.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use sim::crowd::Crowd;

#[test]
fn a_crowd_is_sold_nearly_what_a_queue_is_and_nothing_twice() {
    let crowd = Crowd::new(50, 1);
    let (at_once, in_turn) = (crowd.all_at_once().unwrap(), crowd.one_by_one().unwrap());
    for sold in [at_once, in_turn] {
        assert_eq!((sold.breaches, sold.stuck), (0, 0), "{sold:?}");
        assert!(
            sold.wanted > 80 && sold.sold <= 80,
            "more is wanted than four a day for twenty days: {sold:?}"
        );
    }
    assert!(100 * at_once.sold >= 98 * in_turn.sold, "{at_once:?} {in_turn:?}");
}
