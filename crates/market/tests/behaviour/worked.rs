//! The worked numbers of docs/pools.md, reckoned here: a line that is not in the document fails the test.

use crate::support::*;
use market::pool::*;
use market::statement::{Outcome, PoolTerms};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use vocab::Decimal;

const DOCUMENT: &str = include_str!("../../../../docs/pools.md");

fn pool(tiers: &[(i64, i64)], threshold: i64, cap: i64) -> PoolTerms {
    PoolTerms { prices: prices(tiers), threshold: n(threshold), cap: n(cap), ..terms(agent(9)) }
}
fn letter(vote: &PledgeVote) -> char {
    char::from(b'A' + vote.id.0[0] - 1)
}
fn range(vote: &PledgeVote) -> String {
    match vote.at_least == vote.at_most {
        true => vote.at_most.to_string(),
        false => format!("{} to {}", vote.at_least, vote.at_most),
    }
}
/// A table: who pledged what, and gets what.
fn table(terms: &PoolTerms, votes: &[PledgeVote]) -> String {
    let settled = settle(terms, votes);
    let mut text = String::new();
    for vote in votes {
        let got = settled.share_of(&vote.member).map_or("nothing".to_owned(), |s| s.quantity.to_string());
        writeln!(text, "| {} | {} | {} | {got} |", letter(vote), range(vote), vote.ceiling).unwrap();
    }
    match settled.outcome {
        Outcome::Made { unit_price, total } => {
            writeln!(text, "| together | | at {} | {total} |", unit_price.amount).unwrap();
        }
        Outcome::Lapsed {} => writeln!(text, "| together | | lapsed | 0 |").unwrap(),
    }
    text
}
fn documented(text: &str) {
    print!("{text}");
    for line in text.lines() {
        assert!(DOCUMENT.contains(line), "docs/pools.md does not say: {line}");
    }
}

#[test]
fn tiers_and_how_far_it_is_to_the_next() {
    let chairs = pool(&[(1, 120), (20, 96), (50, 84)], 20, 60);
    let votes = [vote(1, 1, 4, 120), vote(2, 2, 2, 100), vote(3, 10, 16, 96), vote(4, 1, 3, 90)];
    documented(&table(&chairs, &votes));
    let next = progress(&chairs, &votes).next.unwrap();
    documented(&format!("{} more at {}", next.missing, next.unit_price.amount));
}

#[test]
fn a_case_that_ranges_fill_and_one_that_nobody_can() {
    let fruit = PoolTerms { case: Some(n(10)), ..pool(&[(10, 5)], 10, 100) };
    documented(&table(&fruit, &[vote(1, 10, 14, 5), vote(2, 8, 10, 5), vote(3, 6, 9, 5)]));
    let eggs = PoolTerms { case: Some(n(12)), ..pool(&[(12, 3)], 12, 120) };
    documented(&table(&eggs, &[vote(1, 12, 12, 3), vote(2, 6, 6, 3), vote(3, 6, 6, 3), vote(4, 5, 5, 3)]));
}

#[test]
fn strangers_join_at_the_price_of_the_vouched() {
    let chairs = pool(&[(1, 120), (20, 96), (50, 84)], 1, 60);
    let stranger = PledgeVote { weight: Weight::Joins, ..vote(2, 1, 35, 120) };
    documented(&table(&chairs, &[vote(1, 1, 20, 120), stranger]));
}

#[test]
fn what_is_owed_follows_what_was_taken_over_and_what_was_weighed() {
    let chairs = pool(&[(1, 120), (20, 96), (50, 84)], 20, 60);
    let votes = [vote(1, 10, 10, 84), vote(2, 15, 15, 90), vote(3, 10, 10, 130), vote(4, 20, 20, 100)];
    let settled = settle(&chairs, &votes);
    let took: BTreeMap<_, Decimal> = [(1, 10), (2, 15), (3, 10), (4, 0)].map(|(i, q)| (id(i), n(q))).into();
    let mut text = String::new();
    for (owed, vote) in settle_accepted(&chairs, &votes, &settled, &took).iter().zip(&votes) {
        let (price, amount) = (owed.unit_price.amount, owed.amount().amount);
        let (got, ceiling) = (settled.share_of(&vote.member).unwrap().quantity, vote.ceiling);
        writeln!(text, "| {} | {got} | {ceiling} | {} | {price} | {amount} |", letter(vote), owed.accepted)
            .unwrap();
    }
    documented(&text);
    let (least, most) = tolerated(n(10), Some(5));
    documented(&format!("from {least} to {most} kg"));
}
