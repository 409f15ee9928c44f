//! Any bytes as a TIFF structure: an orientation or none, a time of capture or none.

#![no_main]

use imaging::exif::{captured, orientation};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|tiff: &[u8]| {
    assert!(orientation(tiff).is_none_or(|turn| (1..=8).contains(&turn)));
    if let Some(captured) = captured(tiff) {
        assert!(captured.ahead.is_none_or(|minutes| minutes.abs() <= 15 * 60));
    }
});
