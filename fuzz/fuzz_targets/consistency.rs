//! Any bytes as Merkle proofs: what decodes is checked against a real log and proves only what is true of it.
#![no_main]

use ledger::{ConsistencyProof, InclusionProof, Log, TreeHead};
use libfuzzer_sys::fuzz_target;

const SIZE: u64 = 21;

fuzz_target!(|bytes: &[u8]| {
    let mut log = Log::new([0; 32]);
    (0..SIZE).for_each(|n| log.append(id(n)));
    if let Ok(proof) = serde_json::from_slice::<ConsistencyProof>(bytes) {
        let head = |size: u64| TreeHead { size, root: log.root_at(size.min(SIZE)).unwrap_or_default() };
        if proof.verify(&head(proof.old), &head(proof.new)).is_ok() && proof.new <= SIZE {
            assert_eq!(Ok(proof.path), log.consistency(proof.old, proof.new).map(|p| p.path));
        }
    }
    if let Ok(proof) = serde_json::from_slice::<InclusionProof>(bytes) {
        for n in 0..SIZE {
            if proof.verify(&id(n), &log.head()).is_ok() {
                assert_eq!(Ok(&proof), log.inclusion(n).as_ref());
            }
        }
    }
});

fn id(n: u64) -> vocab::RecordId {
    vocab::RecordId([n as u8; 32])
}
