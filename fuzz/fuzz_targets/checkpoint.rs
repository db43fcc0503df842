//! Any text as a checkpoint's note, and any bytes as proof of two notes that contradict each other.
#![no_main]

use ledger::{Checkpoint, CheckpointFraud, Signer, Witness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(fraud) = serde_json::from_slice::<CheckpointFraud>(bytes) {
        let _ = fraud.verify();
    }
    let Ok(note) = std::str::from_utf8(bytes) else { return };
    let key = Signer::from_seed(&[0; 32]).key();
    let _ = Checkpoint::verify(note, key);
    let _ = Checkpoint::verify_cosignature(note, &key);
    if let Ok(author) = Checkpoint::claimed_author(note) {
        let _ = Checkpoint::verify(note, author);
        let _ = Witness::new().observe(note, None);
    }
});
