use super::*;
use proptest::prelude::*;

/// Leaves and roots of the Certificate Transparency reference tree (certificate-transparency repository,
/// merkletree/merkle_tree_test.cc).
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/// Consistency proofs of the same tree: from, to, hashes.
const CONSISTENCY: [(u64, u64, &[&str]); 5] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        7,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];
/// Inclusion proofs of the same tree: index, size, hashes.
const INCLUSION: [(u64, usize, &[&str]); 5] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
}
fn hash(hex: &str) -> Hash {
    bytes(hex).try_into().unwrap()
}
fn hashes(hex: &[&str]) -> Vec<Hash> {
    hex.iter().map(|h| hash(h)).collect()
}
/// The reference tree over its first `size` leaves.
fn reference(size: usize) -> Log {
    let mut log = Log::new([0; 32]);
    LEAVES[..size].iter().for_each(|leaf| log.push(leaf_hash(&bytes(leaf))));
    log
}
fn id(n: u64) -> RecordId {
    RecordId(Sha256::digest(n.to_be_bytes()).into())
}
fn log(size: u64) -> Log {
    let mut log = Log::new([9; 32]);
    (0..size).for_each(|n| log.append(id(n)));
    log
}
fn head(log: &Log, size: u64) -> TreeHead {
    TreeHead { size, root: log.root_at(size).unwrap() }
}

/// RFC 6962 section 2.1, word for word: the hash of a list of leaf hashes.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            node_hash(&naive_root(&leaves[..k]), &naive_root(&leaves[k..]))
        }
    }
}
/// RFC 6962 section 2.1.1.
fn naive_inclusion(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return vec![];
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut path, rest) = match m < k {
        true => (naive_inclusion(m, &leaves[..k]), &leaves[k..]),
        false => (naive_inclusion(m - k, &leaves[k..]), &leaves[..k]),
    };
    path.push(naive_root(rest));
    path
}
/// RFC 6962 section 2.1.2, `SUBPROOF`.
fn naive_consistency(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { vec![] } else { vec![naive_root(leaves)] };
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut path, rest) = match m <= k {
        true => (naive_consistency(m, &leaves[..k], whole), &leaves[k..]),
        false => (naive_consistency(m - k, &leaves[k..], false), &leaves[..k]),
    };
    path.push(naive_root(rest));
    path
}

#[test]
fn roots_are_those_of_the_reference_tree() {
    assert_eq!(reference(0).root(), leafless());
    for (i, root) in ROOTS.iter().enumerate() {
        assert_eq!(reference(i + 1).root(), hash(root), "size {}", i + 1);
        assert_eq!(reference(8).root_at(i as u64 + 1).unwrap(), hash(root));
    }
}

#[test]
fn inclusion_proofs_are_those_of_the_reference_tree() {
    for (index, size, path) in INCLUSION {
        let log = reference(size);
        let proof = log.inclusion(index).unwrap();
        assert_eq!(proof.path, hashes(path), "{index} in {size}");
        let leaf = leaf_hash(&bytes(LEAVES[index as usize]));
        proof.verify_leaf(leaf, &hash(ROOTS[size - 1])).unwrap();
    }
}

#[test]
fn consistency_proofs_are_those_of_the_reference_tree() {
    let log = reference(8);
    for (old, new, path) in CONSISTENCY {
        let proof = log.consistency(old, new).unwrap();
        assert_eq!(proof.path, hashes(path), "{old} to {new}");
        proof.verify(&head(&log, old), &head(&log, new)).unwrap();
    }
}

#[test]
fn every_small_log_agrees_with_the_definition() {
    for size in 0..40 {
        let log = log(size);
        let leaves = &log.levels[0];
        assert_eq!(log.root(), naive_root(leaves));
        for index in 0..size {
            let proof = log.inclusion(index).unwrap();
            assert_eq!(proof.path, naive_inclusion(index as usize, leaves), "{index} in {size}");
            proof.verify(&id(index), &log.head()).unwrap();
        }
        for old in 0..=size {
            let proof = log.consistency(old, size).unwrap();
            if old > 0 {
                assert_eq!(proof.path, naive_consistency(old as usize, leaves, true), "{old} to {size}");
            }
            proof.verify(&head(&log, old), &log.head()).unwrap();
        }
    }
}

#[test]
fn what_the_log_does_not_hold_is_refused_by_name() {
    let log = log(3);
    assert_eq!(log.inclusion(3), Err(Error::Range { asked: 4, size: 3 }));
    assert_eq!(log.inclusion(u64::MAX), Err(Error::Range { asked: u64::MAX, size: 3 }));
    assert_eq!(log.root_at(4), Err(Error::Range { asked: 4, size: 3 }));
    assert_eq!(log.consistency(3, 2), Err(Error::Range { asked: 3, size: 2 }));
    assert!(log.consistency(1, 4).is_err());
}

#[test]
fn a_leaf_is_salted_so_that_neighbours_cannot_be_guessed() {
    let (mut a, mut b) = (Log::new([1; 32]), Log::new([2; 32]));
    for log in [&mut a, &mut b] {
        log.append(id(0));
        log.append(id(0));
    }
    assert_ne!(a.root(), b.root());
    assert_ne!(a.levels[0][0], a.levels[0][1]);
    // HMAC-SHA-256 of the number 1 under the secret, computed by the definition in RFC 2104
    let pad = |byte: u8| [[1 ^ byte; 32], [byte; 32]].concat();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(1_u64.to_be_bytes()).finalize();
    let mac = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    assert_eq!(a.inclusion(0).unwrap().salt, mac[..16]);
}

#[test]
fn a_proof_for_another_size_does_not_move_a_record() {
    // H(l0, l1) is the root of two leaves; told that there are three, l1 would seem to stand at index 2
    let log = log(2);
    let moved = InclusionProof { index: 2, size: 3, ..log.inclusion(1).unwrap() };
    moved.verify_leaf(log.levels[0][1], &log.root()).unwrap();
    assert!(moved.verify(&id(1), &log.head()).is_err());
}

#[test]
fn proofs_read_back_from_json() {
    let log = log(11);
    let inclusion = log.inclusion(4).unwrap();
    let text = serde_json::to_string(&inclusion).unwrap();
    assert_eq!(serde_json::from_str::<InclusionProof>(&text).unwrap(), inclusion);
    let consistency = log.consistency(3, 11).unwrap();
    let text = serde_json::to_string(&consistency).unwrap();
    assert_eq!(serde_json::from_str::<ConsistencyProof>(&text).unwrap(), consistency);
}

prop_compose! {
    fn any_hashes()(path in prop::collection::vec(any::<Hash>(), 0..80)) -> Vec<Hash> { path }
}

proptest! {
    #[test]
    fn larger_logs_agree_with_the_definition(size in 1_u64..600, a in any::<u64>(), b in any::<u64>()) {
        let log = log(size);
        let leaves = &log.levels[0];
        let (index, old) = (a % size, b % size + 1);
        prop_assert_eq!(log.root_at(old).unwrap(), naive_root(&leaves[..old as usize]));
        let inclusion = log.inclusion(index).unwrap();
        prop_assert_eq!(&inclusion.path, &naive_inclusion(index as usize, leaves));
        prop_assert!(inclusion.verify(&id(index), &log.head()).is_ok());
        let consistency = log.consistency(old, size).unwrap();
        prop_assert_eq!(&consistency.path, &naive_consistency(old as usize, leaves, true));
        prop_assert!(consistency.verify(&head(&log, old), &log.head()).is_ok());
    }

    #[test]
    fn a_changed_proof_is_refused(size in 2_u64..200, a in any::<u64>(), at in any::<usize>(), bit in 0_u8..8) {
        let log = log(size);
        let index = a % size;
        let good = log.inclusion(index).unwrap();
        prop_assert!(good.verify(&id(size), &log.head()).is_err());
        let moved = InclusionProof { index: (index + 1) % size, ..good.clone() };
        prop_assert!(moved.verify(&id(index), &log.head()).is_err());
        let mut bad = good.clone();
        let at = at % (bad.path.len() * 32);
        bad.path[at / 32][at % 32] ^= 1 << bit;
        prop_assert!(bad.verify(&id(index), &log.head()).is_err());

        let old = a % (size - 1) + 1;
        let mut bad = log.consistency(old, size).unwrap();
        let at = at % (bad.path.len() * 32);
        bad.path[at / 32][at % 32] ^= 1 << bit;
        prop_assert!(bad.verify(&head(&log, old), &log.head()).is_err());
        bad.path.clear();
        prop_assert!(bad.verify(&head(&log, old), &log.head()).is_err());
    }

    #[test]
    fn a_rewritten_log_has_no_proof(size in 2_u64..100, a in any::<u64>(), b in any::<u64>()) {
        let old = a % (size - 1) + 1;
        let honest = log(size);
        let mut rewritten = Log::new([9; 32]);
        (0..size).for_each(|n| rewritten.append(id(if n == b % old { n + 1_000 } else { n })));
        let proof = rewritten.consistency(old, size).unwrap();
        prop_assert!(proof.verify(&head(&honest, old), &rewritten.head()).is_err());
    }

    #[test]
    fn any_proof_is_an_answer_not_a_panic(
        index in any::<u64>(), size in any::<u64>(), salt in any::<[u8; 16]>(), path in any_hashes(),
        root in any::<Hash>(),
    ) {
        let head = TreeHead { size, root };
        let proof = InclusionProof { index, size, salt, path: path.clone() };
        prop_assert!(proof.verify(&id(0), &head).is_err());
        let old = TreeHead { size: index, root: [0; 32] };
        let proof = ConsistencyProof { old: index, new: size, path };
        prop_assert!(proof.verify(&old, &head).is_err());
    }

    #[test]
    fn any_text_is_no_proof(text in "\\PC{0,200}") {
        prop_assert!(serde_json::from_str::<InclusionProof>(&text).is_err());
        prop_assert!(serde_json::from_str::<ConsistencyProof>(&text).is_err());
    }
}
