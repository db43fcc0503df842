//! What a buyer has heard of the price of one capacity: the more a bid takes, the more it may have to bear.

use std::collections::BTreeMap;

/// The least steps that it takes to be in, by what a bid takes. They never fall.
///
/// A large bid that was turned away would have had to displace many; that says nothing of what a small one must bear.
#[derive(Clone, Default, Debug)]
pub struct Asks {
    /// what all pay who are in
    price: u32,
    /// load -> the steps it takes at least; both rise from each entry to the next
    by_load: BTreeMap<u64, u32>,
}

impl Asks {
    /// What those pay who are in: nobody is in for less.
    pub fn hear_price(&mut self, steps: u32) {
        self.price = self.price.max(steps);
        self.by_load.retain(|_, ask| *ask > steps);
    }
    /// A bid for `load` would have to bear so many.
    pub fn hear_ask(&mut self, load: u64, steps: u32) {
        if steps > self.ask(load) {
            self.by_load.retain(|other, ask| *other < load || *ask > steps);
            self.by_load.insert(load, steps);
        }
    }
    /// The least steps that a bid for `load` has to bear, as far as is known.
    pub fn ask(&self, load: u64) -> u32 {
        self.by_load.range(..=load).next_back().map_or(self.price, |(_, ask)| *ask)
    }
    /// The least that was heard a bid would have to bear; what all pay who are in, where none was turned away.
    pub fn least(&self) -> u32 {
        self.by_load.first_key_value().map_or(self.price, |(_, ask)| *ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_large_bid_turned_away_does_not_make_a_small_one_dear() {
        let mut asks = Asks::default();
        asks.hear_price(2);
        asks.hear_ask(50, 9);
        assert_eq!([asks.ask(49), asks.ask(50), asks.ask(80)], [2, 9, 9]);
        asks.hear_ask(10, 4);
        assert_eq!([asks.ask(9), asks.ask(49), asks.ask(50)], [2, 4, 9]);
        assert_eq!(asks.least(), 4);
        asks.hear_price(12);
        assert_eq!([asks.ask(1), asks.ask(80), asks.least()], [12, 12, 12]);
    }

    proptest! {
        #[test]
        fn an_ask_is_the_most_heard_for_so_much_or_less(
            words in prop::collection::vec((any::<bool>(), 1_u64..20, 0_u32..30), 0..40), load in 1_u64..20
        ) {
            let mut asks = Asks::default();
            for (priced, of, steps) in &words {
                if *priced { asks.hear_price(*steps) } else { asks.hear_ask(*of, *steps) }
            }
            let known = words.iter().filter(|(priced, of, _)| *priced || *of <= load).map(|(.., steps)| *steps);
            prop_assert_eq!(asks.ask(load), known.max().unwrap_or(0));
        }
    }
}
