//! The whole way of every format: recognised, decoded, put right in colour, turned, made smaller and encoded, or refused; small pictures
//! only, for the sake of speed.

#![no_main]

use imaging::derivatives::render;
use kit::picture::check;
use libfuzzer_sys::fuzz_target;

const MOST_PIXELS: u32 = 1 << 18;

fuzz_target!(|file: &[u8]| {
    if !check(file).is_ok_and(|picture| picture.width.saturating_mul(picture.height) <= MOST_PIXELS) {
        return;
    }
    match render(file) {
        Ok(rendered) => {
            assert_eq!(rendered.derivatives.len(), 3);
            assert!(rendered.derivatives.iter().all(|one| check(&one.jpeg).is_ok_and(|it| (it.width, it.height) == (one.width, one.height))));
        }
        Err(rejected) => assert!(!rejected.code.is_empty() && !rejected.message.is_empty()),
    }
});
