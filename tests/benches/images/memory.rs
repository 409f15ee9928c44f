//! The most memory that the decoding child takes for one picture.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use imaging::Lane;
use imaging::wire::{READY, read_frame, write_frame};

/// Most resident memory in MiB of a fresh child of a lane that was asked one picture.
pub fn peak(program: &Path, lane: Lane, file: &[u8]) -> f64 {
    let mut child = Command::new(program)
        .args(["decode", lane.word()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child");
    let mut output = child.stdout.take().expect("its output");
    assert_eq!(frame(&mut output), READY, "the child is ready");
    let before = highest(&child, "VmHWM:");
    write_frame(child.stdin.as_mut().expect("its input"), file).expect("asked");
    assert!(frame(&mut output).len() > 1000, "a picture came back");
    let (after, room) = (highest(&child, "VmHWM:"), highest(&child, "VmPeak:"));
    drop(child.stdin.take());
    child.wait().expect("its end");
    let limit = lane.memory() >> 20;
    println!("child rests at {before:.1} MiB, at most {after:.1} MiB, in {room:.0} MiB of {limit} MiB of addresses");
    after
}

fn frame(output: &mut impl Read) -> Vec<u8> {
    read_frame(output, 64 << 20).expect("a frame").expect("an answer")
}

/// A figure of the process in MiB.
fn highest(child: &Child, of: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("its figures");
    let line = status.lines().find_map(|line| line.strip_prefix(of)).expect("the figure");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}
