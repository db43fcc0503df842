//! How much of something there was lately: a limit on what peers may ask of this node.

use vocab::{Timestamp, seconds_between};

/// So much in the stretch of time that began then.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    since: Option<Timestamp>,
    taken: u32,
}

impl Pace {
    /// Whether `amount` more is within `limit` for every `seconds`; it is counted if it is.
    pub(crate) fn allows(&mut self, amount: u32, limit: u32, seconds: i64, now: Timestamp) -> bool {
        if self.since.is_none_or(|since| !(0..seconds).contains(&seconds_between(since, now))) {
            *self = Self { since: Some(now), taken: 0 };
        }
        let taken = self.taken.saturating_add(amount);
        let within = taken <= limit;
        if within {
            self.taken = taken;
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::after;

    #[test]
    fn a_pace_allows_so_much_in_each_stretch_of_time() {
        let (start, mut pace) = (Timestamp::UNIX_EPOCH, Pace::default());
        let allowed =
            |pace: &mut Pace, at| (0..5).filter(|_| pace.allows(1, 3, 60, after(start, at))).count();
        assert_eq!([0, 59, 60, 61, 200].map(|at| allowed(&mut pace, at)), [3, 0, 3, 0, 3]);
        assert!(!pace.allows(4, 3, 60, after(start, 900)) && pace.allows(3, 3, 60, after(start, 900)));
    }
}
