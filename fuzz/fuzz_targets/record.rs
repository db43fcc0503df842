//! Any bytes as a record in its envelope: an answer, never a panic, and what parses keeps its bytes.
#![no_main]

use ledger::{Chain, Equivocation, Grant, Inception, KeyState, Revocation, Rotation, Signed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|envelope: &[u8]| {
    let Ok(signed) = Signed::from_envelope(envelope) else { return };
    assert_eq!(signed.to_envelope(), envelope);
    let _ = signed.clone().verify();
    // past the signature check, which no fuzzer passes by chance
    let Ok(record) = signed.clone().parse_trusted() else { return };
    assert_eq!(**record.signed(), signed);
    assert!(signed.bytes.windows(record.raw_body().len()).any(|w| w == record.raw_body().as_bytes()));
    let _ = record.body::<Inception>();
    let _ = record.body::<Rotation>();
    let _ = record.body::<Grant>();
    let _ = record.body::<Revocation>();
    if let Ok(proof) = record.body::<Equivocation>() {
        let _ = proof.verify();
    }
    let _ = KeyState::new(record.author).apply(&record);
    let _ = Chain::new(record.author).follow(&record);
    let _ = Chain::after(&record).follow(&record);
});
