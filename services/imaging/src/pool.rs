//! The parent's side of decoding: a few warm children, each asked one picture at a time.
//!
//! Each [`Lane`] has its own: a progressive picture of 48 megapixels occupies a child for half a second or more, and photographs
//! go by it meanwhile. That of details has one that lives for a single picture.
//!
//! A child that dies or is silent too long is replaced and the picture tried once more in a fresh one; a picture that ends
//! two children is rejected. A child that never gets ready, or that is killed from outside (by a host short of memory; the
//! child's own limits end it otherwise), is a fault of the host and is kept apart, so that a host in trouble delays pictures and
//! never rejects them. Rejected: a child per picture, which costs a process start each.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use rustix::process::Signal;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::lane::Lane;
use crate::wire::{READY, Rejected, Rendered, Reply, Tiled, receive_frame, send_frame};

/// Longest wait for one picture.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// So many times that for its tiles: every pixel is decoded and encoded, and nobody waits.
const TILING: u32 = 3;
/// Longest wait for a child to say that it is ready.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Children that one picture may end.
const ATTEMPTS: u32 = 2;
/// A child retires after so many pictures, long before its limit of processor time.
const PICTURES_PER_CHILD: u32 = 40;

/// Why there are no derivatives.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The picture is at fault: trying again changes nothing.
    #[error("the picture was rejected as {}", .0.code)]
    Rejected(Rejected),
    /// The host is at fault: try again later.
    #[error("the decoding process cannot be run: {0}")]
    Unavailable(#[source] io::Error),
    /// Other pictures of the slow lane are being decoded: try again soon. Only from [`Decoder::try_render`].
    #[error("the lane is full")]
    Busy,
}

/// Children that ended over a picture, by whose fault it was.
fn deaths(by: &'static str) -> metrics::Counter {
    metrics::counter!("decoder_deaths_total", "by" => by)
}

/// Figures of deaths are there before the first.
pub(crate) fn gauges() {
    for by in ["picture", "host"] {
        deaths(by).increment(0);
    }
}

/// A pool of decoding children. Dropping it ends them.
pub struct Decoder {
    program: PathBuf,
    arguments: Vec<OsString>,
    time_limit: Duration,
    lanes: [Children; 3],
}

/// The children of a lane.
struct Children {
    lane: Lane,
    permits: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

impl Decoder {
    /// At most `children` at a time in each lane, each running this executable as `decode`.
    pub fn new(children: usize) -> io::Result<Self> {
        // The link names the running file even after an upgrade has replaced it on disk: both ends then speak the same frames.
        let link = PathBuf::from("/proc/self/exe");
        let program = if link.exists() { link } else { std::env::current_exe()? };
        Ok(Self::with_program(children, program, ["decode"]))
    }

    /// The same with another program, which must speak as [`crate::decode_main`] does.
    pub fn with_program(
        children: usize,
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            time_limit: TIME_LIMIT,
            lanes: Lane::ALL.map(|lane| Children {
                lane,
                permits: Semaphore::new(children.max(1)),
                idle: Mutex::new(Vec::new()),
            }),
        }
    }

    /// Another time limit for one picture.
    #[must_use]
    pub fn time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }
    }

    /// Decodes one picture file, waiting for a free child of its lane first.
    pub async fn render(&self, file: &[u8]) -> Result<Rendered, DecodeError> {
        let children = self.children(file);
        let _permit =
            children.permits.acquire().await.map_err(|_| DecodeError::Unavailable(io::ErrorKind::BrokenPipe.into()))?;
        self.ask(children, file, Reply::into_result).await
    }

    /// The same, without waiting for a child of the slow lane.
    pub async fn try_render(&self, file: &[u8]) -> Result<Rendered, DecodeError> {
        let children = self.children(file);
        if children.lane == Lane::Quick {
            return self.render(file).await;
        }
        let _permit = children.permits.try_acquire().map_err(|_| DecodeError::Busy)?;
        self.ask(children, file, Reply::into_result).await
    }

    /// Cuts one picture file to tiles at full size, waiting for the child of that lane first.
    pub async fn tile(&self, file: &[u8]) -> Result<Tiled, DecodeError> {
        let children = &self.lanes[Lane::Detail.number()];
        let _permit =
            children.permits.acquire().await.map_err(|_| DecodeError::Unavailable(io::ErrorKind::BrokenPipe.into()))?;
        self.ask(children, file, Reply::into_tiled).await
    }

    fn children(&self, file: &[u8]) -> &Children {
        &self.lanes[Lane::of(file).number()]
    }

    async fn ask<T>(&self, children: &Children, file: &[u8], check: Check<T>) -> Result<T, DecodeError> {
        let time_limit = self.time_limit * if children.lane == Lane::Detail { TILING } else { 1 };
        for _ in 0..ATTEMPTS {
            let mut worker = match children.take_idle() {
                Some(worker) => worker,
                None => self.start(children.lane).await.map_err(DecodeError::Unavailable)?,
            };
            match timeout(time_limit, worker.ask(file, children.lane.max_reply(), check)).await {
                Ok(Ok(answer)) => {
                    children.keep(worker);
                    return answer.map_err(DecodeError::Rejected);
                }
                Ok(Err(_)) if worker.was_killed().await => {
                    deaths("host").increment(1);
                    return Err(DecodeError::Unavailable(io::Error::other("the decoder was killed from outside")));
                }
                // A worker that did not answer is dropped here, which kills its process.
                _ => deaths("picture").increment(1),
            }
        }
        Err(DecodeError::Rejected(Rejected::undecodable()))
    }

    async fn start(&self, lane: Lane) -> io::Result<Worker> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(lane.word())
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the child has no standard input or output"));
        };
        let greeting =
            timeout(START_LIMIT, receive_frame(&mut output, READY.len())).await.map_err(io::Error::other)??;
        if greeting != READY {
            return Err(io::Error::other("the child is of another version"));
        }
        Ok(Worker { child, input, output, answered: 0 })
    }
}

impl Children {
    /// An idle child that still lives: one that the host ended meanwhile must not count against the next picture.
    fn take_idle(&self) -> Option<Worker> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop())
            .find_map(|mut worker| matches!(worker.child.try_wait(), Ok(None)).then_some(worker))
    }

    /// A child that cut tiles is not kept: they are rare, and it would only take room.
    fn keep(&self, worker: Worker) {
        if worker.answered < PICTURES_PER_CHILD && self.lane != Lane::Detail {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }
}

/// The answer in a reply that keeps what a sound child promises.
type Check<T> = fn(Reply) -> Option<Result<T, Rejected>>;

struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    answered: u32,
}

impl Worker {
    /// Whether SIGKILL ended it: too much memory would have been refused to it, and too much time ends in [`TIME_LIMIT`].
    async fn was_killed(&mut self) -> bool {
        let ended = timeout(Duration::from_secs(1), self.child.wait()).await;
        matches!(ended, Ok(Ok(status)) if status.signal() == Some(Signal::KILL.as_raw()))
    }

    async fn ask<T>(&mut self, file: &[u8], max_reply: usize, check: Check<T>) -> io::Result<Result<T, Rejected>> {
        send_frame(&mut self.input, file).await?;
        let body = receive_frame(&mut self.output, max_reply).await?;
        let reply = Reply::decode(Bytes::from(body)).map_err(io::Error::other)?;
        self.answered += 1;
        check(reply).ok_or_else(|| io::Error::other("the child broke its promise"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};

    use super::*;

    /// A shell that plays a child: it greets, then does what the test says.
    fn shell(then: &str) -> Decoder {
        let greeting = r"printf '\000\000\000\017lysbro-decode/1'";
        assert_eq!(READY.len(), 0o17);
        Decoder::with_program(1, "/bin/sh", ["-c".to_owned(), format!("{greeting}; {then}")])
    }

    async fn code(decoder: &Decoder) -> String {
        match decoder.render(b"picture").await {
            Err(DecodeError::Rejected(rejected)) => rejected.code,
            other => format!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_picture_that_ends_two_children_is_rejected() {
        let folder = std::env::temp_dir().join(format!("lysbro-pool-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let starts = folder.join("starts");
        let decoder = shell(&format!(
            "echo started >> {}; head -c 11 > {}; exit 1",
            starts.display(),
            folder.join("request").display()
        ));
        assert_eq!(code(&decoder).await, "undecodable");
        assert_eq!(std::fs::read_to_string(&starts).unwrap().lines().count(), 2);
        assert_eq!(std::fs::read(folder.join("request")).unwrap(), b"\0\0\0\x07picture");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// Counters by the value of their label.
    #[derive(Default)]
    struct Counted(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

    impl metrics::Recorder for Counted {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            let label = key.labels().next().unwrap().value().to_owned();
            Counter::from_arc(Arc::clone(self.0.lock().unwrap().entry(label).or_default()))
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[test]
    fn deaths_are_counted_by_whose_fault_they_were() {
        let counted = Counted::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ends = async {
            code(&shell("head -c 11 > /dev/null; exit 1")).await;
            code(&shell("head -c 11 > /dev/null; kill -9 $$")).await;
        };
        metrics::with_local_recorder(&counted, || runtime.block_on(ends));
        let deaths = |by: &str| counted.0.lock().unwrap()[by].load(Ordering::Relaxed);
        assert_eq!((deaths("picture"), deaths("host")), (2, 1));
    }

    #[tokio::test]
    async fn a_silent_child_is_given_up() {
        let started = std::time::Instant::now();
        assert_eq!(code(&shell("exec sleep 60").time_limit(Duration::from_millis(100))).await, "undecodable");
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[tokio::test]
    async fn nonsense_is_not_taken_for_a_picture() {
        assert_eq!(code(&shell("exec cat")).await, "undecodable");
    }

    #[tokio::test]
    async fn a_sound_reply_is_passed_on_and_the_child_kept() {
        // Field 2 (rejected) holding field 1 (code) "cut": 12 05 0a 03 63 75 74.
        let decoder = shell(r"while head -c 11 > /dev/null; do printf '\000\000\000\007\022\005\012\003cut'; done");
        assert_eq!(code(&decoder).await, "cut");
        let process = decoder.lanes[0].idle.lock().unwrap()[0].child.id();
        assert_eq!(code(&decoder).await, "cut");
        assert_eq!(decoder.lanes[0].idle.lock().unwrap()[0].child.id(), process);
    }

    #[tokio::test]
    async fn a_picture_of_the_slow_lane_does_not_hold_up_photographs() {
        // It says "cut" to photographs at once, and nothing to others.
        let decoder = shell(
            r"[ $0 = quick ] || exec sleep 60; head -c 11 > /dev/null; printf '\000\000\000\007\022\005\012\003cut'; cat",
        );
        let mut png = Vec::new();
        let mut to = io::Cursor::new(&mut png);
        image::DynamicImage::new_rgb8(4, 4).write_to(&mut to, image::ImageFormat::Png).unwrap();
        let slow = decoder.render(&png);
        let quick = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(matches!(decoder.try_render(&png).await, Err(DecodeError::Busy)));
            code(&decoder).await
        };
        tokio::select! {
            _ = slow => panic!("the slow lane answered"),
            code = quick => assert_eq!(code, "cut"),
        }
    }

    #[tokio::test]
    async fn tiles_are_asked_of_a_lane_of_their_own() {
        // It says "cut" to who asks for tiles, and ends otherwise.
        let decoder = shell(
            r"[ $0 = detail ] || exit 1; head -c 11 > /dev/null; printf '\000\000\000\007\022\005\012\003cut'; cat",
        );
        assert!(
            matches!(decoder.tile(b"picture").await, Err(DecodeError::Rejected(rejected)) if rejected.code == "cut")
        );
        assert!(decoder.lanes.iter().all(|children| children.idle.lock().unwrap().is_empty()));
        assert_eq!(code(&decoder).await, "undecodable");
    }

    #[tokio::test]
    async fn a_host_in_trouble_rejects_nothing() {
        for decoder in [
            Decoder::with_program(1, "/nonexistent/lysbro", ["decode"]),
            Decoder::with_program(1, "/bin/sh", ["-c", "exit 2"]),
            Decoder::with_program(1, "/bin/sh", ["-c", r"printf '\000\000\000\017lysbro-decode/9'; exec cat"]),
            // What a host that runs out of memory does.
            shell("head -c 11 > /dev/null; kill -9 $$"),
        ] {
            let outcome = decoder.render(b"picture").await;
            assert!(matches!(outcome, Err(DecodeError::Unavailable(_))), "{outcome:?}");
        }
    }
}
