//! The decoding child as it really runs: confined, kept warm, replaced when it dies.

use imaging::{DecodeError, Decoder};
use std::path::PathBuf;
use std::time::Duration;
use tests::{jpeg, program};

fn decoder() -> Decoder {
    Decoder::with_program(1, program(), ["decode"])
}

async fn rejected(decoder: &Decoder, file: &[u8]) -> String {
    match decoder.render(file).await {
        Err(DecodeError::Rejected(rejected)) => rejected.code,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[tokio::test]
async fn a_photograph_becomes_three_smaller_ones_without_metadata() {
    let rendered = decoder().render(&jpeg(3000, 2000, 3)).await.expect("rendered");
    assert_eq!((rendered.width, rendered.height), (3000, 2000));
    let sizes: Vec<_> = rendered.derivatives.iter().map(|one| (one.size, one.width, one.height)).collect();
    assert_eq!(sizes, [(2048, 2048, 1365), (512, 512, 341), (160, 160, 107)]);
    for derivative in &rendered.derivatives {
        let read = image::load_from_memory(&derivative.jpeg).expect("a JPEG");
        assert_eq!((read.width(), read.height()), (derivative.width, derivative.height));
        assert!(!derivative.jpeg.windows(4).any(|window| window == b"Exif"));
    }
}

#[tokio::test]
async fn a_broken_picture_is_rejected_and_the_next_one_is_served_by_the_same_child() {
    let decoder = decoder();
    let good = jpeg(900, 700, 4);
    let mut broken = good.clone();
    broken.truncate(good.len() / 3);
    assert!(!rejected(&decoder, &broken).await.is_empty());
    assert!(!rejected(&decoder, b"no picture at all").await.is_empty());
    assert!(decoder.render(&good).await.is_ok());
}

#[tokio::test]
async fn a_large_photograph_is_cut_to_tiles_by_a_child_of_its_own() {
    let decoder = decoder();
    let tiled = decoder.tile(&jpeg(4200, 1100, 6)).await.expect("cut");
    assert_eq!((tiled.width, tiled.height, tiled.side, tiled.tiles.len()), (4200, 1100, 1024, 10));
    for tile in &tiled.tiles {
        let read = image::load_from_memory(&tile.jpeg).expect("a JPEG");
        assert_eq!((read.width(), read.height()), (tile.width, tile.height));
    }
    assert!(matches!(decoder.tile(b"no picture at all").await, Err(DecodeError::Rejected(_))));
    assert!(decoder.render(&jpeg(900, 700, 4)).await.is_ok());
}

/// A program that dies at once, or one that never says anything, must not hang or reject: the host is at fault.
#[tokio::test]
async fn a_child_that_never_gets_ready_is_the_hosts_fault() {
    for program in ["/bin/false", "/nonexistent/program"] {
        let decoder = Decoder::with_program(1, PathBuf::from(program), ["decode"]).time_limit(Duration::from_secs(1));
        let result = decoder.render(&jpeg(900, 700, 5)).await;
        assert!(matches!(result, Err(DecodeError::Unavailable(_))), "{program}: {result:?}");
    }
}

/// What the child may do is read from its own limits while it waits for work.
#[tokio::test]
async fn the_child_has_taken_files_memory_and_time_from_itself() {
    let mut child = std::process::Command::new(program())
        .arg("decode")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("a child");
    let limits = tests::eventually("the child's limits", async || {
        let text = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).ok()?;
        let soft = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            line[name.len()..].split_whitespace().next().map(str::to_owned)
        };
        let memory = soft("Max address space")?;
        (memory != "unlimited").then(|| (memory, soft("Max open files"), soft("Max file size"), soft("Max cpu time")))
    })
    .await;
    child.kill().expect("killed");
    child.wait().expect("gone");
    let (memory, files, size, cpu) = limits;
    assert!(memory.parse::<u64>().expect("bytes") <= 2 << 30, "{memory}");
    assert!(files.expect("a limit").parse::<u64>().expect("a number") <= 8);
    assert_eq!(size.as_deref(), Some("0"));
    assert_ne!(cpu.as_deref(), Some("unlimited"));
}
