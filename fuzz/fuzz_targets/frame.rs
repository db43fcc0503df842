//! Bytes that claim to be a frame from a peer: decode, encode again, decode again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use node::frame::Frame;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(frame) = Frame::decode(bytes) {
        let again = frame.encode();
        assert_eq!(Frame::decode(&again).expect("what was written reads back").encode(), again);
    }
});
