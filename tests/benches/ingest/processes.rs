//! Processes of a bench, and their processor time.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Ticks of a second in `/proc`: Linux gives user space 100 on every architecture that this is built for.
const TICKS: f64 = 100.0;

/// A process that is ended when it is dropped.
pub struct Process(Child);

impl Process {
    /// Starts it; what it says goes into a file.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let log = File::create(log).expect("a log");
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Processor time in seconds: its own, its ended children's and its living children's.
    pub fn spent(&self) -> f64 {
        spent(self.0.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `lysbro` with these words.
pub struct Program {
    process: Process,
    /// Where it answers.
    pub url: String,
    /// Kept, so that it can go on writing.
    _output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it and waits until it is ready; what it logs, as much as anywhere, goes into a file.
    pub fn start(words: &[&str], environment: &[(&str, &str)], log: &Path) -> Self {
        let mut command = Command::new(tests::program());
        command.args(words).envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(log).expect("a log"));
        let mut child = command.spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let process = Process(child);
        let mut url = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(output.read_line(&mut line).expect("its output"), 0, "{words:?} ended");
            if let Some(address) = line.strip_prefix("address ") {
                address.trim().clone_into(&mut url);
            }
            if line == "ready\n" {
                return Self { process, url, _output: output };
            }
        }
    }

    /// See [`Process::spent`].
    pub fn spent(&self) -> f64 {
        self.process.spent()
    }

    /// The most memory that it ever held, in MiB; its children's left out.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }
}

/// Processor time of this program in seconds.
pub fn own() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn spent(process: u32) -> f64 {
    let Some(fields) = stat(process) else { return 0.0 };
    let own: f64 = fields[11..15].iter().sum::<f64>() / TICKS;
    own + children(process).into_iter().map(spent).sum::<f64>()
}

/// The fields of `/proc/PID/stat` that come after the name, which may hold anything: state, parent, …, and from the twelfth on
/// user and system time of its own and of its ended children.
fn stat(process: u32) -> Option<Vec<f64>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect())
}

fn children(parent: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").expect("/proc").flatten();
    let all = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    all.filter(|process| stat(*process).is_some_and(|fields| fields[1] as u32 == parent)).collect()
}
