//! The JPEG decoder of our own: planes of the view's size, or an error; small pictures only, for the sake of speed.

#![no_main]

use imaging::photo;
use kit::picture::check;
use libfuzzer_sys::fuzz_target;

const MOST_PIXELS: u32 = 1 << 18;

fuzz_target!(|file: &[u8]| {
    // Nothing else is decoded: what is refused from its header never comes so far.
    if !check(file).is_ok_and(|picture| picture.width * picture.height <= MOST_PIXELS) {
        return;
    }
    if let Ok(source) = photo::read(file, Some(2048)) {
        let (width, height) = source.view.size();
        assert!(width > 0 && height > 0 && width.max(height) <= 2048);
    }
});
