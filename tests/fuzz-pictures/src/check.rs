//! Any bytes are told to be a picture of a size that can be handled, or are refused with a reason.

#![no_main]

use kit::picture::{MAX_PIXELS, MAX_SIDE, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    match check(file) {
        Ok(picture) => {
            let pixels = u64::from(picture.width) * u64::from(picture.height);
            assert!((1..=MAX_PIXELS).contains(&pixels));
            assert!(picture.width.max(picture.height) <= MAX_SIDE);
        }
        Err(refusal) => assert!(!refusal.code.is_empty() && !refusal.message.is_empty()),
    }
    imaging::Lane::of(file);
});
