//! The Merkle-sum tree over pledges.

use crate::support::*;
use market::pool::{PledgeVote, SumNode, SumRoot, pledge_tree, sum_root};
use sha2::{Digest, Sha256};

fn votes(count: u8) -> Vec<PledgeVote> {
    (0..count).map(|i| vote(i, 1, i64::from(i) + 1, 100)).collect()
}

/// RFC 6962, section 2.1, read top down, with sums.
fn by_definition(votes: &[PledgeVote]) -> (Vec<u8>, u128) {
    let label = b"headwater/pool/1".as_slice();
    if let [vote] = votes {
        let sum = vote.at_most.micros() as u128;
        let bytes = [label, &[0], &vote.id.0, &sum.to_be_bytes()].concat();
        return (Sha256::digest(bytes).to_vec(), sum);
    }
    let split = votes.len().next_power_of_two() / 2;
    let (left, right) = (by_definition(&votes[..split]), by_definition(&votes[split..]));
    let bytes = [label, &[1], &left.0, &left.1.to_be_bytes(), &right.0, &right.1.to_be_bytes()].concat();
    (Sha256::digest(bytes).to_vec(), left.1 + right.1)
}

#[test]
fn the_root_is_the_one_the_definition_gives() {
    for count in 1..40 {
        let (hash, total) = by_definition(&votes(count));
        let root = sum_root(&votes(count));
        assert_eq!((root.hash.to_vec(), root.total), (hash, total), "{count} pledges");
    }
    assert_eq!(sum_root(&votes(10)).quantity(), n(55));
    assert_eq!(sum_root(&[]).total, 0);
}

/// The same with sums by price: the chair's tiers are 120, 96 and 84.
fn by_price(votes: &[PledgeVote]) -> (Vec<u8>, Vec<u128>) {
    let label = b"headwater/pool/2".as_slice();
    let bytes = |sums: &[u128]| sums.iter().flat_map(|s| s.to_be_bytes()).collect::<Vec<u8>>();
    if let [vote] = votes {
        let (most, least) = (vote.at_most.micros() as u128, vote.at_least.micros() as u128);
        let mut sums = vec![1, most, least];
        for price in [120, 96, 84] {
            let covered = u128::from(vote.ceiling >= n(price));
            sums.extend([most * covered, least * covered]);
        }
        return (Sha256::digest([label, &[0], &vote.id.0, &bytes(&sums)].concat()).to_vec(), sums);
    }
    let split = votes.len().next_power_of_two() / 2;
    let (left, right) = (by_price(&votes[..split]), by_price(&votes[split..]));
    let hash = Sha256::digest([label, &[1], &left.0, &bytes(&left.1), &right.0, &bytes(&right.1)].concat());
    (hash.to_vec(), left.1.iter().zip(&right.1).map(|(a, b)| a + b).collect())
}

#[test]
fn the_root_with_sums_by_price_is_the_one_the_definition_gives() {
    for count in 1..40_u8 {
        let votes: Vec<_> = (0..count).map(|i| vote(i, 1, 2 + i64::from(i), 80 + i64::from(i))).collect();
        let SumNode { hash, sums } = pledge_tree(&terms(agent(9)), &votes).root();
        assert_eq!((hash.to_vec(), sums), by_price(&votes), "{count} pledges");
    }
}

#[test]
fn every_pledge_has_a_short_path_to_the_root_and_nothing_else_has() {
    for count in 1..70_u8 {
        let tree = pledge_tree(&terms(agent(9)), &votes(count));
        for vote in votes(count) {
            let path = tree.path(&vote.id).unwrap();
            assert!(path.neighbours.len() <= 7 && path.count == u32::from(count));
        }
        assert_eq!(tree.path(&id(200)), None);
    }
}

#[test]
fn a_root_reads_back_as_it_was_written_and_in_no_other_spelling() {
    let root = sum_root(&votes(5));
    assert_eq!(root.to_string().parse::<SumRoot>().unwrap(), root);
    let node = pledge_tree(&terms(agent(9)), &votes(5)).root();
    let text = node.to_string();
    assert_eq!(text.parse::<SumNode>().unwrap(), node);
    assert_eq!(serde_json::from_str::<SumNode>(&serde_json::to_string(&node).unwrap()).unwrap(), node);
    for bad in
        ["", "00", "no", &text.to_uppercase(), &format!("{text}-"), &format!("{text}-01"), &"0".repeat(97)]
    {
        assert!(bad.parse::<SumNode>().is_err() && bad.parse::<SumRoot>().is_err(), "{bad}");
    }
    assert!(format!("{}{}", "0".repeat(64), "-0".repeat(1_000)).parse::<SumNode>().is_err());
}
