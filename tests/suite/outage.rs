//! The object store goes away in five ways while an office works: text is saved, complete referrals are sent, pictures wait
//! where they are and go on by themselves, nothing that was acknowledged is lost.
//!
//! A few seconds per way here; `make faults-outage MINUTES=10` takes ten minutes for each.

use http::Method;
use kit::pictures::sha256;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{Cast, Client, Mode, Reply, Served, Toward, Upload, eventually, jpeg};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

const PIECE: usize = 64 << 10;
/// No request may hang; the figure that matters is printed.
const HANGS: Duration = Duration::from_secs(40);
/// Pictures that are on their way when the store goes.
const UNDER_WAY: usize = 4;

const WAYS: [(&str, Mode); 5] = [
    ("refused", Mode::Refuse),
    ("silent", Mode::Silent),
    ("slow", Mode::Slow(1000)),
    ("503", Mode::Unavailable),
    ("reset", Mode::Reset(Toward::Server, 8 << 10)),
];

/// A referral with pictures as the office knows it.
struct Written {
    referral: Uuid,
    finding: Uuid,
    version: Value,
    /// Acknowledged: id and bytes.
    pictures: Vec<(Uuid, Vec<u8>)>,
    sent: bool,
}

struct Office<'a> {
    served: &'a Served,
    cast: &'a Cast,
    written: Vec<Written>,
    drafts: u32,
    refused: u32,
    longest: Duration,
    drained: Duration,
    seed: u32,
}

/// A picture on its way, as the browser keeps it.
struct Travelling {
    referral: usize,
    image: Uuid,
    bytes: Vec<u8>,
    location: Option<String>,
}

fn path(referral: Uuid) -> String {
    format!("/api/intake/referrals/{referral}")
}

impl Office<'_> {
    async fn timed(&mut self, request: impl Future<Output = Reply>) -> Reply {
        let began = Instant::now();
        let reply = tokio::time::timeout(HANGS, request).await.expect("no request hangs");
        self.longest = self.longest.max(began.elapsed());
        reply
    }

    fn picture(&mut self) -> Vec<u8> {
        self.seed += 1;
        jpeg(1000, 800, self.seed)
    }

    async fn write(&mut self) -> usize {
        let (referral, finding) = (self.served.ctx.new_id(), self.served.ctx.new_id());
        let draft =
            json!({ "version": 0, "practiceId": self.cast.practices[0].id, "content": self.cast.content(finding) });
        let reply = self.timed(self.cast.nurse.put(&path(referral), draft)).await.expect(200);
        self.drafts += 1;
        let version = reply.json()["version"].clone();
        self.written.push(Written { referral, finding, version, pictures: Vec::new(), sent: false });
        self.written.len() - 1
    }

    /// Typing goes on.
    async fn save_again(&mut self, referral: usize) {
        let (id, finding) = (self.written[referral].referral, self.written[referral].finding);
        let mut content = self.cast.content(finding);
        content["history"] = json!(format!("Saved for the {}th time.", self.drafts));
        let version = &self.written[referral].version;
        let draft = json!({ "version": version, "practiceId": self.cast.practices[0].id, "content": content });
        let nurse = self.cast.nurse.clone();
        let reply = self.timed(nurse.put(&path(id), draft)).await.expect(200);
        self.written[referral].version = reply.json()["version"].clone();
        self.drafts += 1;
    }

    fn choose(&mut self, referral: usize) -> Travelling {
        Travelling { referral, image: self.served.ctx.new_id(), bytes: self.picture(), location: None }
    }

    /// One attempt as a browser makes it: begin or ask where it stands, then piece by piece. True when it arrived.
    async fn attempt(&mut self, picture: &mut Travelling, pieces: usize) -> bool {
        let nurse = self.cast.nurse.clone();
        let hash = hex::encode(sha256(&picture.bytes));
        let tus = [("tus-resumable", "1.0.0")];
        let mut offset = 0;
        if let Some(location) = &picture.location {
            let stands = self.timed(nurse.send(Method::HEAD, location, &tus, Vec::new())).await;
            if !self.taken(&stands) {
                return false;
            }
            offset = stands.header("upload-offset").parse().expect("an offset");
        } else {
            let at = &self.written[picture.referral];
            let (referral, finding) = (at.referral, Some(at.finding));
            let (image, length) = (picture.image, picture.bytes.len());
            let of = Upload { referral, image, finding, view: "overview", sha256: Some(&hash), length };
            let begun = self.timed(nurse.begin_upload(&of)).await;
            if !self.taken(&begun) {
                return false;
            }
            picture.location = Some(begun.header("location").to_owned());
        }
        let location = picture.location.clone().expect("a location");
        for _ in 0..pieces {
            if offset == picture.bytes.len() {
                break;
            }
            let piece = &picture.bytes[offset..picture.bytes.len().min(offset + PIECE)];
            let reply = self.timed(nurse.send_piece(&location, offset, piece)).await;
            if !self.taken(&reply) {
                return false;
            }
            offset = reply.header("upload-offset").parse().expect("an offset");
        }
        let arrived = offset == picture.bytes.len();
        if arrived {
            self.written[picture.referral].pictures.push((picture.image, picture.bytes.clone()));
        }
        arrived
    }

    /// Either taken over, or asked to wait; nothing else may happen to a picture.
    fn taken(&mut self, reply: &Reply) -> bool {
        if reply.status.is_success() {
            return true;
        }
        self.refused += 1;
        assert_eq!(reply.status.as_u16(), 503, "{}", reply.text());
        assert!(!reply.header("retry-after").is_empty(), "it says when to come again");
        false
    }

    async fn send(&mut self, referral: usize) {
        let (id, version) = (self.written[referral].referral, self.written[referral].version.clone());
        let receipt =
            self.timed(self.cast.gp.post(&format!("{}/submit", path(id)), json!({ "version": version }))).await;
        let named = receipt.expect(200).json()["images"].as_array().map_or(0, Vec::len);
        assert_eq!(named, self.written[referral].pictures.len(), "the receipt names every picture");
        self.written[referral].sent = true;
    }

    /// Every picture of the referral has its smaller copies.
    async fn ready(&self, referral: usize) {
        let at = &self.written[referral];
        let (id, pictures) = (at.referral, at.pictures.len());
        eventually("pictures ready", async || {
            let draft = self.cast.nurse.get(&path(id)).await.json();
            let images = draft["images"].as_array()?;
            (images.len() == pictures && images.iter().all(|image| image["state"] == "ready")).then_some(())
        })
        .await;
    }
}

/// Sends the head of a request and no byte of its body; gives the answer's head.
async fn head_alone(client: &Client, location: &str, offset: usize, length: usize) -> String {
    let (address, cookie) = (client.address(), client.cookie());
    let request = format!(
        "PATCH {location} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(HANGS, stream.read(&mut answer)).await.expect("an answer").expect("bytes");
    String::from_utf8_lossy(&answer[..read]).to_lowercase()
}

/// How long the store is away: `LYSBRO_OUTAGE_MINUTES` for the long run.
fn lasts() -> Duration {
    let minutes = std::env::var("LYSBRO_OUTAGE_MINUTES").ok().map(|text| text.parse().expect("minutes"));
    minutes.map_or(Duration::from_secs(1), |minutes: f64| Duration::from_secs_f64(minutes * 60.0))
}

async fn one_outage(office: &mut Office<'_>, way: Mode) {
    let complete = office.write().await;
    let mut picture = office.choose(complete);
    assert!(office.attempt(&mut picture, usize::MAX).await);
    office.ready(complete).await;
    let (waiting, half) = (office.write().await, office.write().await);
    let mut travelling = vec![office.choose(half)];
    office.attempt(&mut travelling[0], 1).await;
    for _ in 1..UNDER_WAY {
        let next = office.choose(half);
        travelling.push(next);
    }
    // Arrived, and imaging has hardly begun with it.
    let mut unread = office.choose(waiting);
    assert!(office.attempt(&mut unread, usize::MAX).await);
    office.served.line.set(way);
    let began = Instant::now();
    while !refused_before_the_body(office, &travelling).await {
        assert!(began.elapsed() < 2 * HANGS, "the service does not notice that its store is away");
        attempts(office, &mut travelling).await;
    }
    let ready = office.cast.nurse.get("/readyz").await.expect(200).json();
    assert_eq!((&ready["objects"], &ready["ready"]), (&json!("down"), &json!(true)), "text is still served: {ready}");
    office.send(complete).await;
    let noticed = Instant::now();
    while noticed.elapsed() < lasts() {
        office.save_again(half).await;
        attempts(office, &mut travelling).await;
        for awake in [&office.cast.gp, &office.cast.specialist] {
            awake.get("/api/directory/me").await.expect(200);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(!travelling.is_empty(), "a store that was away took pictures");
    office.served.line.set(Mode::Pass);
    let back = Instant::now();
    while !travelling.is_empty() {
        assert!(back.elapsed() < 3 * HANGS, "{} pictures do not arrive by themselves", travelling.len());
        attempts(office, &mut travelling).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for referral in [waiting, half] {
        office.ready(referral).await;
        office.send(referral).await;
    }
    office.drained = office.drained.max(back.elapsed());
    println!("  away {:.1} s, drained in {:.1} s", began.elapsed().as_secs_f64(), back.elapsed().as_secs_f64());
}

/// Tries each picture once more and keeps those that still travel. One that could not begin tries that again.
async fn attempts(office: &mut Office<'_>, travelling: &mut Vec<Travelling>) {
    for mut picture in std::mem::take(travelling) {
        if !office.attempt(&mut picture, usize::MAX).await {
            travelling.push(picture);
        }
    }
}

/// Whether an upload is told to wait from the head of its request alone.
async fn refused_before_the_body(office: &Office<'_>, travelling: &[Travelling]) -> bool {
    let Some((picture, location)) = travelling.iter().find_map(|one| Some((one, one.location.as_ref()?))) else {
        return false;
    };
    let stands = office.cast.nurse.send(Method::HEAD, location, &[("tus-resumable", "1.0.0")], Vec::new()).await;
    if stands.status.is_success() {
        return false;
    }
    // The offset is not known while the store is away, and the refusal must not depend on it.
    let answer = head_alone(&office.cast.nurse, location, PIECE.min(picture.bytes.len()), PIECE).await;
    assert!(answer.contains("503") && answer.contains("retry-after: 5"), "before a byte of the body: {answer}");
    true
}

/// Everything that was acknowledged, compared byte for byte. Returns how many pictures and referrals are not there, and how
/// many are there twice.
async fn judge(office: &Office<'_>) -> (usize, usize) {
    let (mut lost, mut doubled) = (0, 0);
    for written in &office.written {
        let there = office.cast.gp.get(&path(written.referral)).await.json();
        let images = there["images"].as_array().map_or(0, Vec::len);
        lost += usize::from(there["state"] != if written.sent { "submitted" } else { "draft" });
        lost += written.pictures.len().saturating_sub(images);
        doubled += images.saturating_sub(written.pictures.len());
        for (image, bytes) in &written.pictures {
            let original = office.cast.gp.get(&format!("/api/intake/images/{image}/original")).await;
            lost += usize::from(original.bytes != *bytes);
        }
    }
    let sent = office.written.iter().filter(|written| written.sent).count();
    let listed = eventually("every sent referral on the worklist", async || {
        let list = office.cast.specialist.get("/api/review/worklist?filter=unclaimed").await.json();
        let listed = list["items"].as_array()?.len();
        (listed >= sent.min(50)).then_some(listed)
    })
    .await;
    (lost, doubled + listed.saturating_sub(sent))
}

#[tokio::test]
async fn the_store_goes_away_in_five_ways_and_nothing_is_lost() {
    let served = Served::start().await;
    let cast = Cast::assemble(&served.ctx, &served.url).await;
    let mut office = Office {
        served: &served,
        cast: &cast,
        written: Vec::new(),
        drafts: 0,
        refused: 0,
        longest: Duration::ZERO,
        drained: Duration::ZERO,
        seed: 0,
    };
    for (name, way) in WAYS {
        println!("{name}");
        one_outage(&mut office, way).await;
    }
    let (lost, doubled) = judge(&office).await;
    let pictures: usize = office.written.iter().map(|written| written.pictures.len()).sum();
    let sent = office.written.iter().filter(|written| written.sent).count();
    println!(
        "outage modes={} lost={lost} doubled={doubled} drafts={} sent={sent} pictures={pictures} asked_to_wait={} longest_request_s={:.1} \
         longest_drain_s={:.1} rss_peak_mib={}",
        WAYS.len(),
        office.drafts,
        office.refused,
        office.longest.as_secs_f64(),
        office.drained.as_secs_f64(),
        served.peak_mib()
    );
    assert_eq!((lost, doubled), (0, 0), "{}", served.log());
    assert!(kit::log::parked(&served.ctx.db).await.expect("a list").is_empty(), "nothing is parked");
    assert!(kit::log::verify_chain(&served.ctx.db).await.expect("a walk").broken.is_empty());
}
