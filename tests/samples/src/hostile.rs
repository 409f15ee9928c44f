//! Odd and broken files, made of the good ones: changed, cut short, promising more than they hold, two things at once.

use image::{DynamicImage, ImageFormat};

use crate::{Random, every_kind, png_chunk, profile, segment, waves, with_chunks, with_segments, written};

/// What it is, and the file.
pub type Odd = (String, Vec<u8>);

/// A copy with a few bytes changed, swapped, doubled or taken out, at times cut short.
pub fn changed(file: &[u8], random: &mut Random) -> Vec<u8> {
    let mut copy = file.to_vec();
    for _ in 0..=random.below(6) {
        // Half of the changes hit the head, where the structure is.
        let end = if random.below(2) == 0 { copy.len().min(200) } else { copy.len() };
        let at = random.below(end);
        match random.below(8) {
            0..=3 => copy[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, random.below(256) as u8][random.below(7)],
            4 => copy[at] ^= 1 << random.below(8),
            5 => {
                let piece = copy[at..(at + 1 + random.below(32)).min(copy.len())].to_vec();
                copy.splice(at..at, piece);
            }
            6 if copy.len() > 64 => {
                copy.drain(at..(at + 1 + random.below(16)).min(copy.len()));
            }
            _ => {
                let other = random.below(copy.len());
                copy.swap(at, other);
            }
        }
    }
    if random.below(5) == 0 {
        copy.truncate(1 + random.below(copy.len()));
        if random.below(2) == 0 {
            copy.extend([0xFF, 0xD9]);
        }
    }
    copy
}

/// Where a file can be cut: at the beginning of each of its segments, and one byte beside.
pub fn cuts(file: &[u8]) -> Vec<usize> {
    let begins: Vec<usize> = match file {
        [0xFF, ..] => (0..file.len()).filter(|at| file[*at] == 0xFF).collect(),
        _ => (0..file.len()).filter(|at| file[*at..].iter().take(4).all(u8::is_ascii_alphabetic)).collect(),
    };
    let beside = |at: usize| [at.saturating_sub(1), at, at + 1, at + 3];
    begins.into_iter().flat_map(beside).map(|at| at.min(file.len())).collect()
}

fn with_size(file: &[u8], at: usize, size: &[u8]) -> Vec<u8> {
    let mut copy = file.to_vec();
    copy[at..at + size.len()].copy_from_slice(size);
    copy
}

/// Files that promise more than they hold. None can be shown.
pub fn bombs() -> Vec<Odd> {
    let mut bombs = Vec::new();
    for (kind, file) in every_kind() {
        let frame = file.windows(2).position(|two| matches!(two, [0xFF, 0xC0..=0xC2]));
        if let Some(at) = frame.filter(|_| file.starts_with(&[0xFF, 0xD8])) {
            let sides: [[u16; 2]; 4] = [[65_535, 65_535], [20_000, 20_000], [65_535, 1600], [1, 65_535]];
            for [height, width] in sides {
                let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
                bombs.push((format!("{kind} of {width} × {height}"), with_size(&file, at + 5, &size)));
            }
        } else if file.starts_with(b"\x89PNG") {
            for [width, height] in
                [[1, 80_000_000], [50_000, 50_000], [u32::MAX, u32::MAX], [10_000, 10_001], [9000, 10_000]]
            {
                let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
                bombs.push((format!("{kind} of {width} × {height}"), with_size(&file, 16, &size)));
            }
        } else if file[4..].starts_with(b"ftyp") {
            for side in [30_000_u32, u32::MAX, 10_001] {
                let mut bomb = file.clone();
                // Each size that the container states, of tiles and of the whole.
                let stated: Vec<usize> =
                    (0..file.len() - 16).filter(|at| file[*at..].starts_with(b"ispe\0\0\0\0")).collect();
                for at in stated {
                    bomb = with_size(&bomb, at + 8, &[side.to_be_bytes(), side.to_be_bytes()].concat());
                }
                bombs.push((format!("{kind} of {side} × {side}"), bomb));
            }
        } else if file[12..].starts_with(b"VP8L") {
            bombs.push(("lossless webp of 16384 × 16384".into(), with_size(&file, 21, &[0xFF, 0xFF, 0xFF, 0x0F])));
            bombs.push(("lossless webp of 9000 × 9000".into(), with_size(&file, 21, &[0x27, 0xE3, 0xC9, 0x08])));
        } else {
            bombs.push(("lossy webp of 16383 × 16383".into(), with_size(&file, 26, &[0xFF, 0x3F, 0xFF, 0x3F])));
        }
    }
    bombs
}

/// The first of the good ones.
pub fn photograph() -> Vec<u8> {
    every_kind().remove(0).1
}

/// Photographs with profiles that make no sense. All are shown.
pub fn odd_profiles() -> Vec<Odd> {
    let photograph = photograph();
    // The longest that fits a segment, of nothing; one whose pieces contradict each other; 15 MB of nothing; one twice.
    let nothing = segment(0xE2, &[&b"ICC_PROFILE\0\x01\x01"[..], vec![0; 60_000].as_slice()].concat());
    let mut half = nothing.clone();
    half[16] = 2;
    let twice = [profile(&[7; 100]), profile(&[7; 100])].concat();
    let all = [
        ("no profile", vec![nothing]),
        ("half a profile", vec![half]),
        ("15 MB of profile", profile(&vec![0; 255 * 60_000])),
        ("a profile twice", twice),
    ];
    all.into_iter().map(|(what, segments)| (what.to_owned(), with_segments(&photograph, &segments))).collect()
}

/// A small picture whose profile is 100 MB when it is unpacked. Shown or not, nobody unpacks it.
pub fn packed_profile() -> Odd {
    let png = written(&DynamicImage::ImageRgb8(waves(64, 48)), ImageFormat::Png);
    let body = [b"bomb\0\0", zeros(100_000_000).as_slice()].concat();
    ("100 MB of profile".into(), with_chunks(&png, &[png_chunk(*b"iCCP", &body, 0)]))
}

/// Photographs with EXIF that leads nowhere. All are shown.
pub fn odd_exif() -> Vec<Odd> {
    let photograph = photograph();
    let with = |tiff: Vec<u8>| with_segments(&photograph, &[segment(0xE1, &[b"Exif\0\0", tiff.as_slice()].concat())]);
    loops().into_iter().map(|(what, tiff)| (what.to_owned(), with(tiff))).collect()
}

/// Photographs with a page behind them and inside. Both are shown.
pub fn with_pages() -> [Odd; 2] {
    let (photograph, page) = (photograph(), b"<html><script>alert(1)</script></html>");
    [
        ("a page behind a picture".into(), [photograph.as_slice(), page].concat()),
        ("a page inside a picture".into(), with_segments(&photograph, &[segment(0xFE, page)])),
    ]
}

/// Files that begin as something else, alone and with a photograph behind: none is a picture that is taken.
pub fn others() -> Vec<Odd> {
    let beginnings: [&[u8]; 13] = [
        b"GIF89a",
        b"II\x2A\0",
        b"MM\0\x2A",
        b"BM",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x7FELF",
        b"MZ",
        b"\0\0\0\x18ftypavif",
        b"\xFF\x0A",
        b"\0\0\0\x0CJXL \r\n\x87\n",
        b"8BPS",
    ];
    let photograph = photograph();
    let with = |beginning: &[u8], rest: &[u8]| {
        (
            format!("{} and {} bytes", String::from_utf8_lossy(beginning).escape_debug(), rest.len()),
            [beginning, rest].concat(),
        )
    };
    beginnings.iter().flat_map(|beginning| [with(beginning, b""), with(beginning, &photograph)]).collect()
}

/// So many zeros (in steps of 258) as a zlib stream of a hundredth of the size (RFC 1950 and 1951): one, and copies of it.
fn zeros(count: usize) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let (mut held, mut bits) = (0_u64, 0);
    let mut put = |value: u64, count: u32| {
        held |= value << bits;
        bits += count;
        while bits >= 8 {
            stream.push(held as u8);
            held >>= 8;
            bits -= 8;
        }
    };
    // The last block, with fixed codes; each code's first bit comes first.
    put(0b011, 3);
    put(u64::from(0b0011_0000_u8.reverse_bits()), 8);
    for _ in 0..count / 258 {
        // A length of 258 at a distance of 1.
        put(u64::from(0b1100_0101_u8.reverse_bits()), 13);
    }
    put(0, 7 + 7);
    stream.extend([0; 4]);
    stream
}

/// EXIF directories that point at themselves, at each other, and nowhere.
fn loops() -> Vec<(&'static str, Vec<u8>)> {
    let entry = |tag: u16, kind: u16, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &1_u32.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    let directory = |entries: &[Vec<u8>], next: u32| {
        [&(entries.len() as u16).to_be_bytes()[..], &entries.concat(), &next.to_be_bytes()].concat()
    };
    let begin = b"MM\0\x2a\0\0\0\x08";
    let itself = [&begin[..], &directory(&[entry(0x8769, 4, 8), entry(0x8825, 4, 8)], 8)].concat();
    let mut crowded = begin.to_vec();
    crowded.extend([0xFF, 0xFF]);
    crowded.extend(entry(0x8769, 4, 8).repeat(5000));
    let nowhere =
        [&begin[..], &directory(&[entry(0x0112, 3, u32::MAX), entry(0x8769, 4, u32::MAX)], u32::MAX)].concat();
    vec![
        ("a directory that is its own", itself),
        ("65,535 entries", crowded),
        ("pointers to nowhere", nowhere),
        ("no directory", b"II\x2a\0\xff\xff\xff\xff".to_vec()),
        ("a word", b"II".to_vec()),
    ]
}
