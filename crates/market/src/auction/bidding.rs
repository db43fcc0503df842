//! A buyer's bid: where it gains most by the prices it has heard, up to where the second best would be as good.

/// One way to cover a need, in integers of the buyer's choosing, the same for all ways it compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choice {
    /// what it is worth beyond everything but the price of capacity above the reserve
    pub gain: i64,
    /// what one step of that price costs the buyer; more than 0
    pub per_step: i64,
    /// the least steps it takes to be in, as far as the buyer has heard
    pub ask: u32,
}

impl Choice {
    fn surplus(&self) -> i64 {
        self.gain.saturating_sub(self.per_step.saturating_mul(i64::from(self.ask)))
    }
}

/// Which of `choices` to bid on and what limit to give: the best at the prices known, and so many steps that the
/// second best (or to go without) would be as good, and one more. The limit never exceeds what the need is worth.
/// `None` when none is worth its price. Of equals the first is taken.
///
/// By ε-complementary slackness (Bertsekas 1992, section 2) buyers that bid so end within one step each of the
/// assignment that is best for all of them together, as far as what is sold can be divided.
pub fn best_bid(choices: &[Choice]) -> Option<(usize, u32)> {
    let mut best: Option<(usize, i64)> = None;
    let mut second = 0;
    for (index, choice) in choices.iter().enumerate().filter(|(_, c)| c.per_step > 0) {
        let surplus = choice.surplus();
        match best {
            _ if surplus < 0 => {}
            Some((_, most)) if surplus <= most => second = second.max(surplus),
            _ => {
                second = best.map_or(second, |(_, most)| second.max(most));
                best = Some((index, surplus));
            }
        }
    }
    let (index, surplus) = best?;
    let choice = choices.get(index)?;
    let steps = i64::from(choice.ask) + (surplus - second) / choice.per_step + 1;
    let bearable = choice.gain / choice.per_step;
    Some((index, u32::try_from(steps.min(bearable)).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(gain: i64, per_step: i64, ask: u32) -> Choice {
        Choice { gain, per_step, ask }
    }

    #[test]
    fn a_buyer_bids_on_the_best_up_to_where_the_second_is_as_good() {
        assert_eq!(best_bid(&[choice(100, 2, 0), choice(80, 2, 0)]), Some((0, 11)));
        assert_eq!(best_bid(&[choice(100, 2, 15), choice(80, 2, 0)]), Some((1, 6)));
        assert_eq!(best_bid(&[choice(100, 3, 0)]), Some((0, 33)), "never beyond what it is worth");
        assert_eq!(best_bid(&[choice(50, 1, 51)]), None);
        assert_eq!(best_bid(&[]), None);
    }
}
