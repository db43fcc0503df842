//! The Merkle-sum tree over pledges.

use crate::support::*;
use market::pool::{PledgeVote, SumPath, SumRoot, sum_path, sum_root};
use proptest::prelude::*;
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

#[test]
fn every_pledge_has_a_short_path_to_the_root() {
    for count in 1..70_u8 {
        let votes = votes(count);
        let root = sum_root(&votes);
        for vote in &votes {
            let path = sum_path(&votes, &vote.id).unwrap();
            assert!(path.leads(&vote.id, vote.at_most, &root), "{} of {count}", path.index);
            assert!(path.neighbours.len() <= 7);
        }
    }
    assert_eq!(sum_path(&votes(3), &id(9)), None);
}

#[test]
fn a_path_proves_no_other_pledge_quantity_or_total() {
    let votes = votes(11);
    let root = sum_root(&votes);
    let path = sum_path(&votes, &id(4)).unwrap();
    assert!(path.leads(&id(4), n(5), &root));
    assert!(!path.leads(&id(5), n(5), &root));
    assert!(!path.leads(&id(4), n(6), &root));
    assert!(!path.leads(&id(4), n(5), &SumRoot { total: root.total + 1, ..root }));
    for wrong in [
        SumPath { index: 5, ..path.clone() },
        SumPath { index: 11, ..path.clone() },
        SumPath { count: 1, ..path.clone() },
        SumPath { count: u32::MAX, ..path.clone() },
        SumPath { neighbours: path.neighbours[1..].to_vec(), ..path.clone() },
        SumPath { neighbours: [path.neighbours.clone(), vec![root]].concat(), ..path.clone() },
        SumPath { neighbours: vec![root; 1_000], ..path.clone() },
    ] {
        assert!(!wrong.leads(&id(4), n(5), &root), "{wrong:?}");
    }
    // what a neighbour lacks cannot be made up for in the pledge
    let mut shifted = path.clone();
    shifted.neighbours[0].total -= 1_000_000;
    assert!(!shifted.leads(&id(4), n(6), &root));
}

#[test]
fn roots_read_back_and_nonsense_does_not() {
    let root = sum_root(&votes(5));
    assert_eq!(root.to_string().parse::<SumRoot>().unwrap(), root);
    assert_eq!(root.to_string().len(), 96);
    for bad in ["", "00", &"0".repeat(95), &"0".repeat(98), &"G".repeat(96), &"A".repeat(96)] {
        assert!(bad.parse::<SumRoot>().is_err(), "{bad}");
    }
    let path = sum_path(&votes(5), &id(2)).unwrap();
    let text = serde_json::to_string(&path).unwrap();
    assert_eq!(serde_json::from_str::<SumPath>(&text).unwrap(), path);
}

proptest! {
    #[test]
    fn any_path_is_an_answer_not_a_panic(
        index in any::<u32>(), count in any::<u32>(), totals in prop::collection::vec(any::<u128>(), 0..40),
    ) {
        let neighbours = totals.iter().map(|t| SumRoot { hash: [1; 32], total: *t }).collect();
        let path = SumPath { index, count, neighbours };
        prop_assert!(!path.leads(&id(1), n(1), &sum_root(&votes(3))));
    }
}
