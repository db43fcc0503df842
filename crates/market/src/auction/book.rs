//! A supplier's book of bids: which of them it would serve if the auction ended now, and at what price.

use std::collections::BTreeMap;

/// Bids for one capacity, all or nothing each, known by a key. Prices are whole steps above the reserve, loads whole
/// units of whatever the capacity is counted in.
///
/// The price never falls, and all that are in can bear it. No bid that was pushed out could bear as much per unit as
/// the bid that pushed it. A large bid may go for a small one that bears more: what it leaves free is open to all who
/// bear the price. (To keep it because it brings more in all was tried, and costs welfare: it then stands in the way
/// of every small bid above it.)
#[derive(Clone, Debug)]
pub struct Book<K> {
    capacity: u64,
    used: u64,
    price: u32,
    /// by limit, the lowest first
    kept: BTreeMap<(u32, K), u64>,
}

/// What a bid came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken<K> {
    /// the bid itself is in
    pub is_in: bool,
    /// bids that are out for it, for good
    pub outbid: Vec<K>,
}

/// A bid in the book.
#[derive(Clone, Copy)]
struct Held<K> {
    limit: u32,
    key: K,
    load: u64,
}

impl<K: Ord + Copy> Book<K> {
    /// A book without bids.
    pub fn new(capacity: u64) -> Self {
        Self { capacity, used: 0, price: 0, kept: BTreeMap::new() }
    }
    /// What there is.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }
    /// What the kept bids take.
    pub fn used(&self) -> u64 {
        self.used
    }
    /// What every kept bid would pay, in steps.
    pub fn price(&self) -> u32 {
        self.price
    }
    /// The bids that are in.
    pub fn kept(&self) -> impl Iterator<Item = K> {
        self.kept.keys().map(|(_, key)| *key)
    }

    /// Takes a bid that bears up to `limit` for `load`: it is in if there is room, once those that bear less per unit
    /// have gone for it as far as need be.
    pub fn bid(&mut self, key: K, limit: u32, load: u64) -> Taken<K> {
        let Some((_, mut victims)) = self.room_for(load).filter(|(ask, _)| limit >= *ask) else {
            self.raise(limit);
            return Taken { is_in: false, outbid: vec![] };
        };
        for victim in &victims {
            self.release(victim.key, victim.limit);
        }
        self.used += load;
        self.kept.insert((limit, key), load);
        // those that fit beside it after all stay, the best first
        victims.reverse();
        victims.retain(|victim| {
            let stays = self.used + victim.load <= self.capacity;
            if stays {
                self.used += victim.load;
                self.kept.insert((victim.limit, victim.key), victim.load);
            }
            !stays
        });
        if let Some(highest) = victims.iter().map(|victim| victim.limit).max() {
            self.raise(highest);
        }
        Taken { is_in: true, outbid: victims.into_iter().map(|victim| victim.key).collect() }
    }

    /// The least that a bid for `load` would have to bear to be in; `None` for more than there is.
    pub fn ask(&self, load: u64) -> Option<u32> {
        self.room_for(load).map(|(ask, _)| ask)
    }

    /// Takes a bid out that has come to nothing; the price stays.
    pub fn release(&mut self, key: K, limit: u32) {
        if let Some(load) = self.kept.remove(&(limit, key)) {
            self.used -= load;
        }
    }

    /// What `load` costs to get in, and who goes for it: from the lowest limit up, until it fits.
    fn room_for(&self, load: u64) -> Option<(u32, Vec<Held<K>>)> {
        let (mut free, mut victims) = (self.capacity - self.used, vec![]);
        if load > self.capacity || load == 0 {
            return None;
        }
        let mut ask = self.price;
        for ((limit, key), load_held) in &self.kept {
            if free >= load {
                break;
            }
            free += load_held;
            ask = ask.max(limit.saturating_add(1));
            victims.push(Held { limit: *limit, key: *key, load: *load_held });
        }
        Some((ask, victims))
    }

    /// A bid that bears `limit` was turned away: the price is no lower, as far as all that are in can bear it.
    fn raise(&mut self, limit: u32) {
        let lowest = self.kept.first_key_value().map_or(0, |((limit, _), _)| *limit);
        self.price = self.price.max(limit.min(lowest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_better_bid_takes_the_place_of_the_lowest_and_the_price_follows() {
        let mut book = Book::new(10);
        assert!(book.bid(1, 3, 6).is_in);
        assert!(book.bid(2, 5, 4).is_in);
        assert_eq!((book.price(), book.ask(4), book.ask(11)), (0, Some(4), None));
        assert_eq!(book.bid(3, 2, 1), Taken { is_in: false, outbid: vec![] });
        assert_eq!(book.price(), 2);
        assert_eq!(book.bid(4, 7, 6), Taken { is_in: true, outbid: vec![1] });
        assert_eq!((book.price(), book.used()), (3, 10));
    }

    #[test]
    fn a_large_bid_goes_for_a_small_one_that_bears_more_and_leaves_room() {
        let mut book = Book::new(10);
        book.bid(1, 3, 10);
        assert_eq!(book.bid(2, 4, 1), Taken { is_in: true, outbid: vec![1] });
        assert_eq!((book.ask(9), book.ask(10)), (Some(3), Some(5)));
    }

    proptest! {
        #[test]
        fn capacity_is_never_oversold_and_prices_never_fall(
            bids in prop::collection::vec((0_u32..40, 1_u64..30), 1..120)
        ) {
            let mut book = Book::new(100);
            let mut all = BTreeMap::new();
            let mut price = 0;
            for (key, (limit, load)) in bids.into_iter().enumerate() {
                let ask = book.ask(load).unwrap();
                let taken = book.bid(key, limit, load);
                prop_assert_eq!(taken.is_in, limit >= ask);
                if taken.is_in {
                    all.insert(key, (limit, load));
                }
                for out in &taken.outbid {
                    let (lower, _) = all.remove(out).unwrap();
                    prop_assert!(lower < limit);
                }
                prop_assert_eq!(book.kept().collect::<std::collections::BTreeSet<_>>(), all.keys().copied().collect());
                prop_assert_eq!(all.values().map(|(_, load)| load).sum::<u64>(), book.used());
                prop_assert!(book.used() <= book.capacity());
                prop_assert!(book.price() >= price && all.values().all(|(limit, _)| *limit >= book.price()));
                price = book.price();
            }
        }
    }
}
