//! Odd and broken files through a real process, from the upload to the verdict: refused at once, or taken and then shown or
//! rejected. Nobody panics, nothing hangs, memory stays where it was, and the next good picture is taken.
//!
//! Some 500 here; `make faults-hostile FILES=2000` for the whole set. The files are made in the crate `samples`; the decoder
//! alone gets the same ones in `services/imaging/tests/pictures/hostile.rs`.

use crate::bombs::{memory, signed_in};
use crate::canaries::Process;
use samples::hostile::{self, Odd};
use samples::{Random, every_kind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tests::{Client, Upload, jpeg};
use uuid::Uuid;

/// Most that all of them together may make the process grow; the decoding children have limits of their own.
const GROWTH: u64 = 64 << 20;
/// No verdict takes longer, in a development build on a machine that does something else as well.
const HANG: Duration = Duration::from_secs(30);
/// Pictures are sent by so many at a time.
const AT_ONCE: usize = 3;
/// Of the 20 that a referral holds.
const OF_A_REFERRAL: usize = 18;

/// What must become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Shown,
    Refused,
    /// Refused when it is sent, as it promises too much in its header.
    RefusedAtOnce,
    Either,
}

struct Case {
    what: String,
    file: Vec<u8>,
    wanted: Wanted,
}

#[derive(Debug)]
enum Verdict {
    Shown,
    /// By its code, at the upload.
    Refused(String),
    /// By its code, after decoding.
    Rejected(String),
}

/// By the size at the end of a bomb's name, `… of 1 × 80000000`.
fn is_too_large(what: &str) -> bool {
    let (_, size) = what.rsplit_once(" of ").expect("a size");
    let sides: Vec<u64> = size.split(" × ").map(|side| side.parse().expect("a side")).collect();
    sides[0] * sides[1] > kit::picture::MAX_PIXELS || sides.iter().any(|side| *side > u64::from(kit::picture::MAX_SIDE))
}

fn all(copies: usize) -> Vec<Case> {
    let case = |wanted: Wanted| move |(what, file): Odd| Case { what, file, wanted };
    let kinds = every_kind();
    let mut all: Vec<Case> = Vec::new();
    all.extend(kinds.iter().map(|(kind, file)| case(Wanted::Shown)(((*kind).to_owned(), file.clone()))));
    all.extend(hostile::bombs().into_iter().map(|(what, file)| {
        let wanted = if is_too_large(&what) { Wanted::RefusedAtOnce } else { Wanted::Refused };
        case(wanted)((what, file))
    }));
    all.extend(hostile::others().into_iter().map(case(Wanted::RefusedAtOnce)));
    let harmless = [hostile::odd_profiles(), hostile::odd_exif(), hostile::with_pages().to_vec()];
    all.extend(harmless.into_iter().flatten().map(case(Wanted::Shown)));
    all.push(case(Wanted::Either)(hostile::packed_profile()));
    let mut cuts = Vec::new();
    for (kind, file) in &kinds {
        // Behind the last mark nothing is missed.
        let wanted = |at: usize| if at + 12 >= file.len() { Wanted::Either } else { Wanted::Refused };
        let places = hostile::cuts(file).into_iter();
        cuts.extend(places.map(|at| case(wanted(at))((format!("{kind} cut at {at}"), file[..at].to_vec()))));
    }
    let step = cuts.len().div_ceil(copies).max(1);
    all.extend(cuts.into_iter().step_by(step));
    let mut random = Random(5);
    all.extend(kinds.iter().cycle().take(copies).enumerate().map(|(number, (kind, file))| {
        case(Wanted::Either)((format!("{kind} {number}"), hostile::changed(file, &mut random)))
    }));
    all
}

/// An office that sends one picture after the other and waits for each.
struct Office {
    gp: Client,
    practice: Uuid,
    number: u128,
    referral: Uuid,
    room: usize,
}

impl Office {
    fn new(gp: &Client, practice: Uuid, number: usize) -> Self {
        Self { gp: gp.clone(), practice, number: (number as u128) << 64, referral: Uuid::nil(), room: 0 }
    }

    fn id(&mut self) -> Uuid {
        self.number += 1;
        uuid::Builder::from_random_bytes(((self.number << 24) | 0x5e).to_be_bytes()).into_uuid()
    }

    /// And how long it took since the file was being sent.
    async fn verdict(&mut self, file: &[u8]) -> (Verdict, Duration) {
        if self.room == 0 {
            (self.referral, self.room) = (self.id(), OF_A_REFERRAL);
            let draft = json!({ "version": 0, "practiceId": self.practice, "content": {} });
            self.gp.put(&format!("/api/intake/referrals/{}", self.referral), draft).await.expect(200);
        }
        let (image, sha256) = (self.id(), hex::encode(kit::pictures::sha256(file)));
        let of = Upload {
            referral: self.referral,
            image,
            finding: None,
            view: "close-up",
            sha256: Some(&sha256),
            length: file.len(),
        };
        let mut begun = Instant::now();
        let mut reply = self.gp.begin_upload(&of).await;
        if reply.status == 201 {
            begun = Instant::now();
            reply = self.gp.send_piece(reply.header("location"), 0, file).await;
        }
        if reply.status == 204 {
            self.room -= 1;
            return (self.decoded(image).await, begun.elapsed());
        }
        let took = begun.elapsed();
        assert!(reply.status.is_client_error() && !reply.code().is_empty(), "{} {}", reply.status, reply.text());
        assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{}", reply.text());
        (Verdict::Refused(reply.code()), took)
    }

    async fn decoded(&self, image: Uuid) -> Verdict {
        let begun = Instant::now();
        loop {
            let referral = self.gp.get(&format!("/api/intake/referrals/{}", self.referral)).await.expect(200).json();
            let images = referral["images"].as_array().expect("images");
            let shown = images.iter().find(|one| one["id"] == json!(image)).expect("the picture");
            match shown["state"].as_str() {
                Some("ready") => return Verdict::Shown,
                Some("rejected") => return Verdict::Rejected(text(&shown["reason"]["code"])),
                _ => assert!(begun.elapsed() < HANG, "no verdict: {shown}"),
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// How long each took, with its name, and what became of it.
#[derive(Default)]
struct Figures {
    at_once: Vec<(Duration, String)>,
    decoded: Vec<(Duration, String)>,
    codes: BTreeMap<String, usize>,
}

impl Figures {
    fn add(&mut self, case: &Case, verdict: Verdict, took: Duration) {
        let fits = match (case.wanted, &verdict) {
            (Wanted::Shown, Verdict::Shown) | (Wanted::Either, _) => true,
            (Wanted::RefusedAtOnce, verdict) => matches!(verdict, Verdict::Refused(_)),
            (Wanted::Refused, verdict) => !matches!(verdict, Verdict::Shown),
            (Wanted::Shown, _) => false,
        };
        assert!(fits, "{}: {:?} is wanted, and it is {verdict:?}", case.what, case.wanted);
        assert!(took < HANG, "{}: {took:?}", case.what);
        let (times, code) = match verdict {
            Verdict::Shown => (&mut self.decoded, "shown".to_owned()),
            Verdict::Rejected(code) => (&mut self.decoded, format!("rejected as {code}")),
            Verdict::Refused(code) => (&mut self.at_once, format!("refused as {code}")),
        };
        times.push((took, case.what.clone()));
        *self.codes.entry(code).or_default() += 1;
    }

    fn tell(&self) {
        let by_header = hostile::bombs().iter().map(|(_, file)| header(file)).max();
        println!("bombs by their header alone: at most {} µs", by_header.unwrap_or_default().as_micros());
        let bombs: Vec<_> = self.at_once.iter().filter(|(_, what)| what.contains('×')).cloned().collect();
        println!("bombs over HTTP: {}", times(&bombs));
        println!("refused at the upload: {}", times(&self.at_once));
        println!("decoded: {}", times(&self.decoded));
    }

    fn join(&mut self, other: Self) {
        self.at_once.extend(other.at_once);
        self.decoded.extend(other.decoded);
        for (code, count) in other.codes {
            *self.codes.entry(code).or_default() += count;
        }
    }
}

/// `p50 3 ms, p95 …, slowest 17 ms (what it was)`.
fn times(of: &[(Duration, String)]) -> String {
    let mut sorted: Vec<_> = of.iter().collect();
    sorted.sort();
    let Some((slowest, what)) = sorted.last() else { return "none".into() };
    let part = |percent: usize| sorted[(sorted.len() - 1) * percent / 100].0.as_millis();
    let slowest = slowest.as_millis();
    format!(
        "{} with p50 {} ms, p95 {} ms, p99 {} ms, slowest {slowest} ms ({what})",
        of.len(),
        part(50),
        part(95),
        part(99)
    )
}

/// All cases, by several offices at once.
async fn judge(gp: &Client, practice: Uuid, cases: &[Case]) -> Figures {
    let offices = (0..AT_ONCE).map(|number| async move {
        let mut office = Office::new(gp, practice, number + 1);
        let mut figures = Figures::default();
        for case in cases.iter().skip(number).step_by(AT_ONCE) {
            let (verdict, took) = office.verdict(&case.file).await;
            figures.add(case, verdict, took);
        }
        figures
    });
    let mut all = Figures::default();
    for figures in futures::future::join_all(offices).await {
        all.join(figures);
    }
    all
}

/// How long the judgement of a header takes, without the way there.
fn header(file: &[u8]) -> Duration {
    let begun = Instant::now();
    drop(kit::picture::check(file));
    begun.elapsed()
}

/// The first figure of a metric that has the label.
fn figure(metrics: &str, name: &str) -> u64 {
    let line = metrics.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {metrics}"));
    line.rsplit(' ').next().and_then(|text| text.parse().ok()).expect("a number")
}

#[tokio::test]
async fn every_odd_file_has_its_verdict_and_does_no_harm() {
    let copies = std::env::var("LYSBRO_HOSTILE").map_or(150, |text| text.parse().expect("a number of files"));
    let folder = tempfile::tempdir().expect("a folder");
    let (data, log) = (folder.path().join("data"), folder.path().join("stderr.log"));
    let process = Process::start(&data, &log, None);
    let (gp, _, practice) = signed_in(&process, &data).await;
    let cases = all(copies);
    // The largest good picture of the set warms everything up.
    let good = tests::padded(&jpeg(900, 700, 1), 16 << 20, 1);
    let mut office = Office::new(&gp, practice, 0);
    assert!(matches!(office.verdict(&good).await.0, Verdict::Shown));
    let pid = process.child.id();
    let before = memory(pid, "VmRSS:");
    // Forgets the highest figure so far.
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("a new high-water mark");
    let figures = judge(&gp, practice, &cases).await;
    let peak = memory(pid, "VmHWM:");
    println!("hostile files={} at_once={AT_ONCE} {:?}", cases.len(), figures.codes);
    figures.tell();
    println!("memory: {} MiB before, at most {} MiB during", before >> 20, peak >> 20);
    let metrics = Client::new(&process.base).get("/metrics").await.expect(200).text();
    let deaths = |by: &str| figure(&metrics, &format!("decoder_deaths_total{{by=\"{by}\"}}"));
    println!("decoder deaths: {} by pictures, {} by the host", deaths("picture"), deaths("host"));
    assert_eq!(deaths("host"), 0);
    assert!(peak.saturating_sub(before) <= GROWTH, "{before} bytes before, {peak} at most");
    assert!(matches!(office.verdict(&jpeg(900, 700, 2)).await.0, Verdict::Shown), "the next good picture is taken");
    drop(process);
    let log = std::fs::read_to_string(&log).expect("a log");
    let panics: Vec<_> = log.lines().filter(|line| line.contains("panicked")).collect();
    assert!(!log.is_empty() && panics.is_empty(), "{panics:?}");
}
