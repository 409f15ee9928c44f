//! One Python process with the peers, asked line by line.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The process, which ends with this.
pub struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Of libvips.
    pub version: String,
}

impl Peer {
    /// Starts it.
    pub fn start() -> Self {
        let python = std::env::var_os("PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/images/peer.py");
        let mut child = Command::new(python)
            .arg(script)
            .env("VIPS_CONCURRENCY", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let (input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let mut peer = Self { child, input, output: BufReader::new(output), version: String::new() };
        let line = peer.line();
        let version = line.strip_prefix("ready ").expect("libvips: tests/tools/bench-images.sh gets it");
        version.clone_into(&mut peer.version);
        peer
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("an answer");
        line.trim().to_owned()
    }

    /// The task's answer: processor time in seconds, or the figure that it is about.
    pub fn ask(&mut self, task: &str, path: &Path) -> f64 {
        writeln!(self.input, "{task} {}", path.display()).expect("the peer lives");
        self.line().parse().expect("seconds")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
