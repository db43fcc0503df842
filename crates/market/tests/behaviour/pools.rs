//! The rule of a pool, case by case.

use crate::support::*;
use market::pool::{PledgeVote, grant, progress, settle};
use market::statement::{NextTier, Outcome, PoolTerms, Reason};
use vocab::Decimal;

fn made(price: &str, total: i64) -> Outcome {
    Outcome::Made { unit_price: eur(price), total: n(total) }
}
fn pool(tiers: &[(i64, i64)], threshold: i64, cap: i64) -> PoolTerms {
    PoolTerms { prices: prices(tiers), threshold: n(threshold), cap: n(cap), ..terms(agent(9)) }
}
fn singles(count: u8, ceiling: i64) -> Vec<PledgeVote> {
    (0..count).map(|i| vote(i, 1, 1, ceiling)).collect()
}
fn shares(terms: &PoolTerms, votes: &[PledgeVote]) -> Vec<Decimal> {
    settle(terms, votes).shares.iter().map(|s| s.quantity).collect()
}

#[test]
fn chairs_cost_what_the_number_of_pledges_earns() {
    let alone = pool(&[(1, 120), (20, 96), (50, 84)], 1, 60);
    for (count, expected) in [
        (1, made("120", 1)),
        (19, made("120", 19)),
        (20, made("96", 20)),
        (40, made("96", 40)),
        (49, made("96", 49)),
        (50, made("84", 50)),
        (60, made("84", 60)),
        (61, made("84", 60)),
        (200, made("84", 60)),
    ] {
        assert_eq!(settle(&alone, &singles(count, 120)).outcome, expected, "{count} chairs");
    }
}

#[test]
fn below_the_threshold_a_pool_lapses_and_nobody_gets_anything() {
    let settled = settle(&terms(agent(9)), &singles(19, 120));
    assert_eq!(settled.outcome, Outcome::Lapsed {});
    assert!(settled.shares.is_empty());
    assert_eq!(settle(&terms(agent(9)), &[]).outcome, Outcome::Lapsed {});
}

#[test]
fn a_low_ceiling_counts_only_towards_a_price_it_covers() {
    let chairs = pool(&[(1, 120), (20, 96), (50, 84)], 1, 60);
    let mut votes = singles(30, 120);
    votes.extend((30..49).map(|i| vote(i, 1, 1, 84)));
    // 49 would pay 84, one too few: the 30 who pay 96 are served
    let settled = settle(&chairs, &votes);
    assert_eq!(settled.outcome, made("96", 30));
    assert!(settled.share_of(&agent(30)).is_none());
    // one more who would pay more brings the price down for all, and the others in
    votes.push(vote(49, 1, 1, 120));
    let settled = settle(&chairs, &votes);
    assert_eq!(settled.outcome, made("84", 50));
    assert_eq!(settled.share_of(&agent(30)).unwrap().quantity, n(1));
}

#[test]
fn a_tier_above_the_cap_is_never_reached() {
    let chairs = pool(&[(1, 120), (20, 96), (50, 84)], 1, 40);
    assert_eq!(settle(&chairs, &singles(100, 120)).outcome, made("96", 40));
}

#[test]
fn a_short_supply_is_shared_in_proportion_to_what_is_wanted_beyond_the_least() {
    let flour = pool(&[(1, 10)], 1, 60);
    // 60 in all; 30 are needed at least; the other 30 go out as 10 : 20 : 30 wanted more
    let votes = [vote(1, 10, 20, 10), vote(2, 10, 30, 10), vote(3, 10, 40, 10)];
    assert_eq!(shares(&flour, &votes), [n(15), n(20), n(25)]);
}

#[test]
fn what_does_not_divide_goes_to_the_largest_remainders() {
    let flour = pool(&[(1, 10)], 1, 10);
    // 7 beyond the least, wanted 9 : 3 : 2 -> 4.5, 1.5, 1: two steps are given as 4, 1, 1 and one remains
    let votes = [vote(1, 1, 10, 10), vote(2, 1, 4, 10), vote(3, 1, 3, 10)];
    let given = shares(&flour, &votes);
    assert_eq!(given.iter().copied().sum::<Decimal>(), n(10));
    assert!([[5, 3, 2], [6, 2, 2]].map(|g| g.map(n).to_vec()).contains(&given), "{given:?}");
}

#[test]
fn where_even_the_least_is_too_much_lots_are_drawn_and_what_fits_is_let_in() {
    let flour = pool(&[(1, 10)], 5, 10);
    let votes: Vec<_> = (1..=9).map(|i| vote(i, 3, 3, 10)).collect();
    let settled = settle(&flour, &votes);
    assert_eq!(settled.outcome, made("10", 9));
    assert_eq!(settled.shares.len(), 3);
}

#[test]
fn lots_are_drawn_anew_whoever_else_pledges() {
    let one = pool(&[(1, 10)], 1, 1);
    let mut winners = std::collections::BTreeSet::new();
    for last in 10..40 {
        let votes: Vec<_> = (1..=4).chain([last]).map(|i| vote(i, 1, 1, 10)).collect();
        winners.insert(settle(&one, &votes).shares[0].pledge);
    }
    // also among the same four: who wins is open until the last pledge is known
    winners.retain(|winner| *winner < id(10));
    assert!(winners.len() > 1, "{winners:?}");
}

#[test]
fn whole_pledges_that_crowd_each_other_out_of_a_tier_lapse_rather_than_bind_at_a_price_not_earned() {
    let stiff = pool(&[(1, 10)], 10, 10);
    let fit = [vote(1, 5, 5, 10), vote(2, 5, 5, 10)];
    assert_eq!(settle(&stiff, &fit).outcome, made("10", 10));
    let crowded = [vote(1, 6, 6, 10), vote(2, 6, 6, 10)];
    assert_eq!(settle(&stiff, &crowded).outcome, Outcome::Lapsed {});
}

#[test]
fn steps_need_not_be_whole_numbers() {
    let oil = PoolTerms { step: d("0.25"), minimum: d("0.25"), ..pool(&[(1, 10)], 1, 2) };
    let want = |i, most| PledgeVote { at_least: d("0.25"), at_most: d(most), ..vote(i, 1, 1, 10) };
    let given = shares(&oil, &[want(1, "1.75"), want(2, "1")]);
    // 1.5 beyond the least, wanted 1.5 : 0.75
    assert_eq!(given, [d("1.25"), d("0.75")]);
}

#[test]
fn votes_that_the_terms_cannot_take_are_left_out() {
    let chairs = pool(&[(1, 120)], 1, 60);
    for bad in [
        vote(2, 0, 5, 120),
        vote(2, -1, 5, 120),
        vote(2, 5, 4, 120),
        vote(2, 1, 61, 120),
        PledgeVote { at_least: d("0.5"), ..vote(2, 1, 5, 120) },
        PledgeVote { at_most: d("1.5"), ..vote(2, 1, 5, 120) },
    ] {
        assert_eq!(settle(&chairs, &[vote(1, 1, 1, 120), bad]).outcome, made("120", 1));
    }
    let twice = [vote(1, 1, 1, 120), vote(1, 1, 1, 120)];
    assert_eq!(settle(&chairs, &twice).outcome, made("120", 1));
}

#[test]
fn nonsensical_terms_make_no_pool_and_no_panic() {
    let votes = [vote(1, 1, 5, 120)];
    let good = pool(&[(1, 120)], 1, 60);
    for bad in [
        PoolTerms { step: n(0), ..good.clone() },
        PoolTerms { step: n(-1), ..good.clone() },
        PoolTerms { cap: n(-5), ..good.clone() },
        PoolTerms { prices: prices(&[]), ..good.clone() },
        PoolTerms { threshold: Decimal::from(i64::MAX), ..good.clone() },
    ] {
        assert_eq!(settle(&bad, &votes).outcome, Outcome::Lapsed {}, "{bad:?}");
    }
}

#[test]
fn progress_says_what_is_missing_to_the_next_price() {
    let chairs = terms(agent(9));
    let now = progress(&chairs, &singles(12, 120));
    assert_eq!((now.pledges, now.pledged, now.outcome), (12, n(12), Outcome::Lapsed {}));
    assert_eq!(now.next, Some(NextTier { unit_price: eur("96"), at: n(20), missing: n(8) }));
    let later = progress(&chairs, &singles(40, 120));
    assert_eq!(later.outcome, made("96", 40));
    assert_eq!(later.next, Some(NextTier { unit_price: eur("84"), at: n(50), missing: n(10) }));
    assert_eq!(progress(&chairs, &singles(55, 120)).next, None);
    // a tier above the cap is no goal
    assert_eq!(progress(&pool(&[(1, 120), (20, 96), (50, 84)], 1, 40), &singles(40, 120)).next, None);
}

#[test]
fn terms_grant_what_the_offer_grants_and_nothing_else() {
    let (offer, asked) = (chair(), request(agent(9)));
    let good = grant(id(2), &asked, &offer, None, at(0)).unwrap();
    assert_eq!((good.cap, good.threshold, good.minimum, good.closes), (n(60), n(20), n(1), at(1_000)));
    let reason = |request, offer, now| grant(id(2), &request, &offer, None, now).unwrap_err().reason();
    let closed = market::statement::Offer { pooling: None, ..offer.clone() };
    assert_eq!(reason(asked.clone(), closed, at(0)), Reason::Declined);
    assert_eq!(reason(asked.clone(), offer.clone(), at(1_000)), Reason::Late);
    assert_eq!(reason(asked.clone(), offer.clone(), at(2_000_000)), Reason::NoListing);
    let late = market::statement::PoolRequest { closes: at(1_000_001), ..asked.clone() };
    assert_eq!(reason(late, offer.clone(), at(0)), Reason::NoListing);
    let greedy = market::statement::PoolRequest { threshold: n(61), ..asked };
    assert_eq!(reason(greedy, offer, at(0)), Reason::Quantity);
}
