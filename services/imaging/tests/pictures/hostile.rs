//! Odd and broken files through the real decoding child: a verdict for each, soon, and nothing of it harms who asked.
//!
//! `LYSBRO_HOSTILE` says how many changed copies are made (2,200 by default). The files are made in the crate `samples`; the
//! same ones go through the whole service in `tests/suite/hostile.rs`.

use std::time::{Duration, Instant};

use imaging::{DecodeError, Decoder};
use samples::hostile::{self, photograph};
use samples::{Random, every_kind};

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

#[tokio::test]
async fn changed_files_get_a_verdict() {
    let wanted = std::env::var("LYSBRO_HOSTILE").map_or(2200, |text| text.parse().expect("a number of files"));
    let mut court = Court::new();
    let mut random = Random(5);
    let before = memory();
    let kinds = every_kind();
    for (kind, file) in &kinds {
        assert_eq!(court.verdict(kind, file).await, None, "{kind} is sound");
    }
    for (number, (kind, file)) in kinds.iter().cycle().take(wanted).enumerate() {
        court.verdict(&format!("{kind} {number}"), &hostile::changed(file, &mut random)).await;
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
            let copy = hostile::changed(&file, &mut random);
            let _ = std::panic::catch_unwind(|| imaging::derivatives::render(&copy))
                .unwrap_or_else(|_| panic!("{kind} of {} bytes", copy.len()));
        }
    }
}

#[tokio::test]
async fn files_cut_at_every_segment_get_a_verdict() {
    let mut court = Court::new();
    for (kind, file) in every_kind() {
        for at in hostile::cuts(&file) {
            let refused = court.verdict(&format!("{kind} cut at {at}"), &file[..at]).await.is_some();
            assert!(refused || at + 12 >= file.len(), "{kind} is shown though it ends at {at} of {}", file.len());
        }
    }
    court.tell("cut");
}

#[tokio::test]
async fn bombs_are_refused_from_the_header() {
    let mut court = Court::new();
    for (what, file) in hostile::bombs() {
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
    for (what, file) in hostile::odd_profiles() {
        assert_eq!(court.verdict(&what, &file).await, None, "{what}: the picture is shown all the same");
    }
    let (what, file) = hostile::packed_profile();
    court.verdict(&what, &file).await;
    let longest = photograph().len() + 64;
    for (what, file) in hostile::odd_exif() {
        assert_eq!(court.verdict(&what, &file).await, None, "{what}: the picture is shown all the same");
        assert!(kit::picture::strip(&file).is_ok_and(|stripped| stripped.len() < longest), "{what}");
    }
    court.tell("metadata");
}

/// Files that are two things at once are what they begin as, or nothing.
#[tokio::test]
async fn other_files_are_refused_by_what_they_hold() {
    let mut court = Court::new();
    for (what, file) in hostile::with_pages() {
        assert_eq!(court.verdict(&what, &file).await, None, "{what}");
        assert!(!kit::picture::strip(&file).expect("stripped").windows(8).any(|window| window == b"<script>"));
    }
    for (what, file) in hostile::others() {
        assert_eq!(court.verdict(&what, &file).await.as_deref(), Some("not-a-picture"), "{what}");
    }
    court.tell("others");
}
