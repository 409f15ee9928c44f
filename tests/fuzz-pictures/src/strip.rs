//! What is stripped is the same picture, and there is nothing more to strip from it.

#![no_main]

use kit::picture::{check, strip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let Ok(stripped) = strip(file) else {
        return;
    };
    if let Ok(picture) = check(file) {
        assert_eq!(check(&stripped), Ok(picture));
    }
    assert_eq!(strip(&stripped).as_ref(), Ok(&stripped));
});
