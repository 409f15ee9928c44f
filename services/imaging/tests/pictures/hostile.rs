//! Odd and broken files through the real decoding child: a verdict for each, soon, and nothing of it harms who asked.
//!
//! `LYSBRO_HOSTILE` says how many changed copies are made of each kind (170 by default, some 2,200 files in all).

use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat};
use imaging::{DecodeError, Decoder};

use crate::samples::{Random, every_kind, png_chunk, profile, segment, waves, with_chunks, with_segments, written};

/// Nothing may take longer, in a development build on a machine that does something else as well.
const HANG: Duration = Duration::from_secs(10);

/// Drives files through the child and notes the verdicts.
struct Court {
    decoder: Decoder,
    shown: usize,
    refused: usize,
    slowest: (Duration, String),
}

impl Court {
    fn new() -> Self {
        let decoder = Decoder::with_program(1, env!("CARGO_BIN_EXE_imaging-decode"), ["decode"]).time_limit(HANG);
        Self { decoder, shown: 0, refused: 0, slowest: (Duration::ZERO, String::new()) }
    }

    /// The code of the refusal, if it is one.
    async fn verdict(&mut self, what: &str, file: &[u8]) -> Option<String> {
        let begun = Instant::now();
        let result = self.decoder.render(file).await;
        let took = begun.elapsed();
        assert!(took < HANG, "{what}: {took:?}");
        if took > self.slowest.0 {
            self.slowest = (took, what.to_owned());
        }
        match result {
            Ok(_) => {
                self.shown += 1;
                None
            }
            Err(DecodeError::Rejected(rejected)) => {
                assert!(!rejected.message.is_empty(), "{what}: no reason");
                self.refused += 1;
                Some(rejected.code)
            }
            Err(other) => panic!("{what}: {other}"),
        }
    }

    fn tell(&self, title: &str) {
        println!("{title}: {} shown, {} refused, slowest {:?}", self.shown, self.refused, self.slowest);
    }
}

/// The most memory that this process has had, in MiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// A copy with a few bytes changed, swapped, doubled or taken out, at times cut short.
fn changed(file: &[u8], random: &mut Random) -> Vec<u8> {
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

#[tokio::test]
async fn changed_files_get_a_verdict() {
    let copies = std::env::var("LYSBRO_HOSTILE").ok().map_or(170, |text| text.parse().expect("a number"));
    let mut court = Court::new();
    let mut random = Random(5);
    let before = memory();
    for (kind, file) in every_kind() {
        assert_eq!(court.verdict(kind, &file).await, None, "{kind} is sound");
        for number in 0..copies {
            court.verdict(&format!("{kind} {number}"), &changed(&file, &mut random)).await;
        }
    }
    court.tell("changed");
    assert!(court.refused > court.shown / 4, "the changes are felt");
    let rise = memory() - before;
    assert!(rise <= 64, "memory rose by {rise} MiB");
}

/// Our own decoder also without the child's walls: no change makes it panic.
#[test]
fn changed_photographs_do_not_panic() {
    let mut random = Random(17);
    for (kind, file) in every_kind().into_iter().filter(|(kind, _)| kind.contains("jpeg") || kind.contains("prog")) {
        for _ in 0..100 {
            let copy = changed(&file, &mut random);
            let _ = std::panic::catch_unwind(|| imaging::derivatives::render(&copy))
                .unwrap_or_else(|_| panic!("{kind} of {} bytes", copy.len()));
        }
    }
}

#[tokio::test]
async fn files_cut_at_every_segment_get_a_verdict() {
    let mut court = Court::new();
    for (kind, file) in every_kind() {
        let cuts: Vec<usize> = match &file[..2] {
            [0xFF, _] => (0..file.len()).filter(|at| file[*at] == 0xFF).collect(),
            _ => (0..file.len()).filter(|at| file[*at..].iter().take(4).all(u8::is_ascii_alphabetic)).collect(),
        };
        for at in cuts {
            for at in [at.saturating_sub(1), at, at + 1, at + 3] {
                let cut = &file[..at.min(file.len())];
                let refused = court.verdict(&format!("{kind} cut at {at}"), cut).await.is_some();
                assert!(refused || at + 12 >= file.len(), "{kind} is shown though it ends at {at} of {}", file.len());
            }
        }
    }
    court.tell("cut");
}

fn with_size(file: &[u8], at: usize, size: &[u8]) -> Vec<u8> {
    let mut copy = file.to_vec();
    copy[at..at + size.len()].copy_from_slice(size);
    copy
}

/// Files that promise more than they hold.
fn bombs() -> Vec<(String, Vec<u8>)> {
    let mut bombs = Vec::new();
    for (kind, file) in every_kind() {
        if let Some(at) = file.windows(2).position(|two| matches!(two, [0xFF, 0xC0..=0xC2])) {
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
        } else if &file[12..16] == b"VP8L" {
            bombs.push(("lossless webp of 16384 × 16384".into(), with_size(&file, 21, &[0xFF, 0xFF, 0xFF, 0x0F])));
            bombs.push(("lossless webp of 9000 × 9000".into(), with_size(&file, 21, &[0x27, 0xE3, 0xC9, 0x08])));
        } else {
            bombs.push(("lossy webp of 16383 × 16383".into(), with_size(&file, 26, &[0xFF, 0x3F, 0xFF, 0x3F])));
        }
    }
    bombs
}

#[tokio::test]
async fn bombs_are_refused_from_the_header() {
    let mut court = Court::new();
    for (what, file) in bombs() {
        let begun = Instant::now();
        let judged = kind_of_refusal(&file);
        let took = begun.elapsed();
        let code = court.verdict(&what, &file).await.unwrap_or_else(|| panic!("{what} is shown"));
        if let Some(judged) = judged {
            assert_eq!(code, judged, "{what}");
            assert!(took < Duration::from_millis(50), "{what}: {took:?}");
        }
    }
    court.tell("bombs");
}

fn kind_of_refusal(file: &[u8]) -> Option<&'static str> {
    kit::picture::check(file).err().map(|refusal| refusal.code)
}

#[tokio::test]
async fn profiles_and_exif_without_sense_do_no_harm() {
    let mut court = Court::new();
    let photograph = every_kind().remove(0).1;
    let png = written(&DynamicImage::ImageRgb8(waves(64, 48)), ImageFormat::Png);

    // The longest profile that fits a JPEG, of nothing; one whose pieces contradict each other; one without a piece.
    let mut huge = segment(0xE2, &[&b"ICC_PROFILE\0\x01\x01"[..], vec![0; 60_000].as_slice()].concat());
    assert_eq!(court.verdict("no profile", &with_segments(&photograph, &[huge.clone()])).await, None);
    huge[16] = 2;
    assert_eq!(court.verdict("half a profile", &with_segments(&photograph, &[huge])).await, None);
    let nothing = profile(&vec![0; 255 * 60_000]);
    assert_eq!(court.verdict("15 MB of profile", &with_segments(&photograph, &nothing)).await, None);
    let doubled = [profile(&[7; 100]), profile(&[7; 100])].concat();
    assert_eq!(court.verdict("a profile twice", &with_segments(&photograph, &doubled)).await, None);

    let body = [b"bomb\0\0", zeros(100_000_000).as_slice()].concat();
    court.verdict("100 MB of profile", &with_chunks(&png, &[png_chunk(*b"iCCP", &body, 0)])).await;

    for (what, tiff) in loops() {
        let file = with_segments(&photograph, &[segment(0xE1, &[b"Exif\0\0", tiff.as_slice()].concat())]);
        assert_eq!(court.verdict(what, &file).await, None, "{what}: the picture is shown all the same");
        assert!(kit::picture::strip(&file).is_ok_and(|stripped| stripped.len() < photograph.len() + 64), "{what}");
    }
    court.tell("metadata");
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

/// Files that are two things at once are what they begin as, or nothing.
#[tokio::test]
async fn other_files_are_refused_by_what_they_hold() {
    let mut court = Court::new();
    let photograph = every_kind().remove(0).1;
    let page = b"<html><script>alert(1)</script></html>";
    assert_eq!(court.verdict("a page behind a picture", &[photograph.as_slice(), page].concat()).await, None);
    let comment = with_segments(&photograph, &[segment(0xFE, page)]);
    assert_eq!(court.verdict("a page inside a picture", &comment).await, None);
    assert!(!kit::picture::strip(&comment).expect("stripped").windows(8).any(|window| window == b"<script>"));
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
    for beginning in beginnings {
        for rest in [&b""[..], &photograph] {
            let what = String::from_utf8_lossy(beginning).into_owned();
            let code = court.verdict(&what, &[beginning, rest].concat()).await;
            assert_eq!(code.as_deref(), Some("not-a-picture"), "{what}");
        }
    }
    court.tell("others");
}
