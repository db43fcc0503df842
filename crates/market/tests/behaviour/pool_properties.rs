//! What holds for every pool, whatever is pledged.

use crate::support::*;
use market::pool::{PledgeVote, Settled, Weight, settle, sum_root};
use market::statement::{Outcome, PoolTerms};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vocab::{AgentId, Decimal, RecordId};

/// Least, beyond the least, ceiling; all in whole steps of what [`pools`] draws.
type Wish = (i64, i64, i64);

fn votes_from(step: Decimal, wishes: &[(u64, Wish)]) -> Vec<PledgeVote> {
    let vote = |(seed, (least, more, ceiling)): &(u64, Wish)| {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let (at_least, at_most) = (step * n(*least), step * n(least + more));
        PledgeVote {
            id: RecordId(bytes),
            member: AgentId(bytes),
            at_least,
            at_most,
            ceiling: n(*ceiling),
            weight: Weight::Counts,
        }
    };
    // one id, one pledge: what shrinks to the same number is the same
    let unlike: BTreeMap<u64, PledgeVote> = wishes.iter().rev().map(|w| (w.0, vote(w))).collect();
    unlike.into_values().collect()
}

fn pools() -> impl Strategy<Value = PoolTerms> {
    let step = prop::sample::select(vec!["1", "0.5", "0.000001", "3", "250"]);
    (step, 1_i64..30, prop::collection::vec((1_i64..40, 0_i64..15), 0..4), 1_i64..60, 0_i64..80).prop_map(
        |(step, first, more, threshold, room)| {
            let step = d(step);
            let (mut from, mut price) = (first, 100);
            let mut tiers = vec![(from, price)];
            for (further, cheaper) in more {
                (from, price) = (from + further, price - cheaper);
                tiers.push((from, price));
            }
            let mut prices = prices(&tiers);
            prices.tiers.iter_mut().for_each(|t| t.from = t.from * step);
            let cap = step * n(first.max(threshold) + room);
            let threshold = step * n(threshold);
            PoolTerms { prices, step, minimum: step, threshold, cap, ..terms(agent(9)) }
        },
    )
}

/// Wishes with a least of up to `least` steps.
fn wishes(least: i64) -> impl Strategy<Value = Vec<(u64, Wish)>> {
    prop::collection::vec((any::<u64>(), (1..=least, 0_i64..12, 40_i64..110)), 0..30)
}

fn price(settled: &Settled) -> Option<Decimal> {
    match &settled.outcome {
        Outcome::Made { unit_price, .. } => Some(unit_price.amount),
        Outcome::Lapsed {} => None,
    }
}

/// A pool that was made stays made, at no higher price.
fn only_lowers(before: &Settled, after: &Settled) -> bool {
    match (price(before), price(after)) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => after <= before,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nobody_gets_what_it_did_not_sign_for(terms in pools(), wishes in wishes(12)) {
        let votes = votes_from(terms.step, &wishes);
        let settled = settle(&terms, &votes);
        let sum: Decimal = settled.shares.iter().map(|s| s.quantity).sum();
        let Outcome::Made { unit_price, total } = settled.outcome else {
            prop_assert!(settled.shares.is_empty());
            return Ok(());
        };
        prop_assert_eq!(total, sum);
        prop_assert!(total <= terms.cap && total >= terms.threshold && total.is_positive());
        // the price is one that the schedule gives for the total: the deepest tier reached or one less deep
        prop_assert!(terms.prices.unit_price(total).unwrap().amount <= unit_price.amount);
        prop_assert!(terms.prices.tiers.iter().any(|t| t.unit_price == unit_price.amount && t.from <= total));
        prop_assert!(settled.shares.windows(2).all(|pair| pair[0].pledge < pair[1].pledge));
        for share in &settled.shares {
            let vote = votes.iter().find(|v| v.id == share.pledge).unwrap();
            prop_assert!(vote.at_least <= share.quantity && share.quantity <= vote.at_most);
            prop_assert!(share.quantity.is_multiple_of(terms.step));
            prop_assert!(unit_price.amount <= vote.ceiling);
        }
    }

    #[test]
    fn the_order_of_pledges_does_not_matter(
        terms in pools(),
        (straight, shuffled) in wishes(12).prop_flat_map(|wishes| {
            // the same id twice, with two contents, is nonsense, but must not make two results either
            let doubled: Vec<_> = wishes.iter().map(|w| (w.0 / 2, w.1)).chain(wishes.clone()).collect();
            let votes: Vec<_> = doubled.iter().flat_map(|w| votes_from(d("1"), &[*w])).collect();
            (Just(votes.clone()), Just(votes).prop_shuffle())
        }),
    ) {
        let scale = |votes: Vec<PledgeVote>| -> Vec<PledgeVote> {
            let scaled = |v: PledgeVote| PledgeVote {
                at_least: v.at_least * terms.step, at_most: v.at_most * terms.step, ..v
            };
            votes.into_iter().map(scaled).collect()
        };
        let (a, b) = (scale(straight), scale(shuffled));
        prop_assert_eq!(settle(&terms, &a), settle(&terms, &b));
        prop_assert_eq!(sum_root(&a), sum_root(&b));
    }

    #[test]
    fn below_the_cap_the_deepest_tier_reached_wins_and_everyone_kept_gets_all_it_wants(
        terms in pools(), wishes in wishes(12),
    ) {
        let votes = votes_from(terms.step, &wishes);
        let everything: Decimal = votes.iter().map(|v| v.at_most).sum();
        let terms = PoolTerms { cap: terms.cap.max(everything), ..terms };
        // the rule of the design, word for word
        let wanted = |price: Decimal| votes.iter().filter(move |v| v.ceiling >= price).map(|v| v.at_most).sum::<Decimal>();
        let tiers = terms.prices.tiers.iter().rev();
        let expected = tiers.map(|t| (t, wanted(t.unit_price)))
            .find(|(t, wanted)| *wanted >= t.from.max(terms.threshold));
        let settled = settle(&terms, &votes);
        match (expected, settled.outcome) {
            (None, outcome) => prop_assert_eq!(outcome, Outcome::Lapsed {}),
            (Some((tier, wanted)), Outcome::Made { unit_price, total }) => {
                prop_assert_eq!((unit_price.amount, total), (tier.unit_price, wanted));
            }
            (Some(_), Outcome::Lapsed {}) => prop_assert!(false, "lapsed, though reached"),
        }
    }

    #[test]
    fn when_the_cap_binds_all_of_it_goes_out_and_nobody_is_a_step_from_its_proportion(
        terms in pools(), wishes in wishes(3),
    ) {
        let votes = votes_from(terms.step, &wishes);
        let votes: Vec<_> = votes.into_iter().filter(|v| v.at_most <= terms.cap).collect();
        let settled = settle(&terms, &votes);
        let Outcome::Made { unit_price, total } = settled.outcome else { return Ok(()) };
        let kept = || votes.iter().filter(|v| v.ceiling >= unit_price.amount);
        let least: Decimal = kept().map(|v| v.at_least).sum();
        let more: Decimal = kept().map(|v| v.at_most - v.at_least).sum();
        prop_assume!(least <= terms.cap && least + more > terms.cap);
        prop_assert_eq!(total, terms.cap);
        prop_assert_eq!(settled.shares.len(), kept().count());
        let (left, more) = ((terms.cap - least).micros(), more.micros());
        for vote in kept() {
            let got = settled.share_of(&vote.member).unwrap().quantity - vote.at_least;
            let ideal_times_more = (vote.at_most - vote.at_least).micros() * left;
            prop_assert!((got.micros() * more - ideal_times_more).abs() < terms.step.micros() * more);
        }
    }

    #[test]
    fn a_further_pledge_only_lowers_the_price_where_each_takes_as_little_as_a_step(
        terms in pools(), wishes in wishes(1), further in wishes(1),
    ) {
        let few = votes_from(terms.step, &wishes);
        let more = votes_from(terms.step, &[wishes, further].concat());
        prop_assert!(only_lowers(&settle(&terms, &few), &settle(&terms, &more)));
    }

    #[test]
    fn a_further_pledge_only_lowers_the_price_where_the_least_of_all_is_within_the_cap(
        terms in pools(), wishes in wishes(12), further in wishes(12),
    ) {
        let few = votes_from(terms.step, &wishes);
        let more = votes_from(terms.step, &[wishes, further].concat());
        let least: Decimal = more.iter().map(|v| v.at_least).sum();
        let terms = PoolTerms { cap: terms.cap.max(least), ..terms };
        prop_assert!(only_lowers(&settle(&terms, &few), &settle(&terms, &more)));
    }

    #[test]
    fn no_pledge_however_stiff_undoes_a_price_that_pliant_ones_reach(
        terms in pools(), pliant in wishes(12), stiff in wishes(80),
    ) {
        let votes = votes_from(terms.step, &pliant);
        let Some(reached) = price(&settle(&terms, &votes)) else { return Ok(()) };
        let tier = terms.prices.tiers.iter().rev().find(|t| t.unit_price == reached).unwrap();
        let slack = terms.cap - tier.from.max(terms.threshold) + terms.step;
        prop_assume!(votes.iter().all(|v| v.at_least <= slack));
        let more = votes_from(terms.step, &[pliant, stiff].concat());
        prop_assert!(only_lowers(&settle(&terms, &votes), &settle(&terms, &more)));
    }

    #[test]
    fn any_numbers_are_an_answer_not_a_panic(
        numbers in prop::collection::vec((any::<i64>(), any::<i64>(), any::<i64>()), 0..8),
        step in any::<i64>(), cap in any::<i64>(), threshold in any::<i64>(), places in 0_u32..=6,
    ) {
        let number = |m| Decimal::new(m, places);
        let terms = PoolTerms {
            step: number(step), minimum: number(step), cap: number(cap), threshold: number(threshold),
            ..terms(agent(9))
        };
        let votes: Vec<_> = numbers.iter().zip(0..).map(|((least, most, ceiling), i)| PledgeVote {
            at_least: number(*least), at_most: number(*most), ceiling: number(*ceiling), ..vote(i, 1, 1, 1)
        }).collect();
        let settled = settle(&terms, &votes);
        prop_assert!(settled.shares.len() <= votes.len());
        prop_assert_eq!(market::pool::progress(&terms, &votes).outcome, settled.outcome);
    }
}
