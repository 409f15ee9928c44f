//! Uploads over lines that break: at random places, and at every 64 KiB and one byte beside; with the old PATCH still hanging,
//! and with two at once. Each picture arrives whole, nothing that was acknowledged is taken back, and no object is empty or
//! nobody's.
//!
//! Some hundred here; `make faults-cuts CUTS=5000` for the whole number. `LYSBRO_SEED` makes another series of breaks.

use crate::write_faults::events;
use futures::StreamExt;
use http::Method;
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use samples::Random;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tests::{Cast, Client, jpeg, padded, world};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const BLOCK: usize = 64 << 10;
/// What the server stages at a time: within one PATCH the offset moves here.
const PIECE: usize = intake::upload::PIECE;
/// Pictures that a referral holds.
const OF_A_REFERRAL: usize = 20;
const AT_ONCE: usize = 4;
/// An answer that takes longer does not come.
const HANG: Duration = Duration::from_secs(30);

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// How a line ends before everything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    /// At once, in both directions: what is on its way is lost.
    Reset,
    /// In good order: what was sent arrives.
    Close,
    /// Not at all: nothing more comes.
    Hang,
}

/// How the rest is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Alone,
    /// By two requests at once.
    Twice,
    /// While the lines that hang wake up and go on.
    BesideOld,
}

/// What happens to one picture.
struct Plan {
    picture: Vec<u8>,
    breaks: Vec<(usize, Break)>,
    rest: Rest,
}

impl Plan {
    /// Half of the first breaks go through the borders one after the other, half are anywhere.
    fn of(number: usize, seed: usize, photographs: &[Vec<u8>]) -> Self {
        let mut random = Random(((seed as u64) << 32) | number as u64);
        random.below(2);
        let turn = number / 2;
        let first = match (number % 60, number % 2) {
            (59, _) => PIECE - 1 + number / 60 % 3,
            (_, 0) => border(turn),
            _ => 1 + random.below(5 * BLOCK),
        };
        let beyond = match random.below(4) {
            // Everything is sent, and the answer lost.
            0 => 0,
            1 => 1,
            2 => (first + 1).next_multiple_of(BLOCK) - 1 + random.below(3) - first,
            _ => 1 + random.below(2 * BLOCK),
        };
        let length = (first + beyond).max(BLOCK - 1 + number % 3);
        let mut breaks = vec![first];
        for _ in 0..random.below(3) {
            let last = breaks[breaks.len() - 1];
            let next =
                if random.below(2) == 0 { last + 1 + random.below(BLOCK) } else { last.next_multiple_of(BLOCK) + 1 };
            breaks.extend((next <= length).then_some(next));
        }
        let breaks = breaks.into_iter().map(|at| (at, [Break::Reset, Break::Close, Break::Hang][random.below(3)]));
        let breaks = breaks.collect();
        let rest = [Rest::Alone, Rest::Twice, Rest::BesideOld][random.below(3)];
        let photograph = &photographs[number % photographs.len()];
        Self { picture: padded(photograph, length, (seed + number) as u32), breaks, rest }
    }
}

/// A border of 64 KiB, or the byte before or after it. The first four come often; the next seventeen one after the other.
fn border(turn: usize) -> usize {
    let block = match turn / 3 % 8 {
        7 => 5 + turn / 24 % 17,
        near => 1 + near % 4,
    };
    block * BLOCK + turn % 3 - 1
}

/// One PATCH on a connection of its own, that promises the picture to its end.
struct Line {
    stream: TcpStream,
    sent: usize,
}

impl Line {
    async fn send(&mut self, picture: &[u8], upto: usize) {
        // The server may have closed it already.
        if upto > self.sent && self.stream.write_all(&picture[self.sent..upto]).await.is_ok() {
            self.sent = upto;
        }
    }

    async fn close(mut self) {
        drop(self.stream.shutdown().await);
        let mut told = Vec::new();
        let read = tokio::time::timeout(HANG, self.stream.read_to_end(&mut told)).await;
        drop(read.expect("closed by the server"));
    }

    fn reset(self) {
        drop(self.stream.set_zero_linger());
    }

    /// Sends what is missing; the status, if one comes.
    async fn ends(self, picture: &[u8]) -> Option<u16> {
        let (mut from, mut to) = self.stream.into_split();
        let sending = async {
            drop(to.write_all(&picture[self.sent..]).await);
            to
        };
        let reading = async {
            let mut told = Vec::new();
            // A reset may come behind the answer.
            drop(from.read_to_end(&mut told).await);
            told
        };
        let (_to, told) = tokio::time::timeout(HANG, futures::future::join(sending, reading)).await.expect("an answer");
        String::from_utf8_lossy(&told).strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
    }
}

/// An upload under way, and what it was told.
struct Sending<'a> {
    client: &'a Client,
    location: String,
    picture: &'a [u8],
    /// The furthest byte that any line sent.
    sent: usize,
    /// The offset that was told last.
    told: usize,
    statuses: BTreeMap<u16, usize>,
    /// A line took everything, and its answer is not known.
    unheard: bool,
    begun: Instant,
}

impl Sending<'_> {
    /// Where it stands, by HEAD.
    async fn stands(&mut self) -> usize {
        let reply = self.client.send(Method::HEAD, &self.location, &[("tus-resumable", "1.0.0")], Vec::new()).await;
        let offset = reply.expect(200).header("upload-offset").parse().expect("an offset");
        assert!(offset >= self.told, "{} was acknowledged, and it stands at {offset}", self.told);
        assert!(offset <= self.sent, "it stands at {offset}, and {} were sent", self.sent);
        self.told = offset;
        offset
    }

    /// What was sent before a line was closed in good order is kept.
    async fn arrives(&mut self, upto: usize) {
        let begun = Instant::now();
        while self.stands().await < upto {
            assert!(begun.elapsed() < HANG, "{upto} were sent, and it stands at {}", self.told);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn line(&mut self, from: usize, upto: usize) -> Line {
        let mut stream = TcpStream::connect(self.client.address()).await.expect("a connection");
        let head = format!(
            "PATCH {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {}\r\ntus-resumable: 1.0.0\r\n\
            upload-offset: {from}\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: {}\r\n\r\n",
            self.location,
            self.client.cookie(),
            self.picture.len() - from
        );
        stream.write_all(head.as_bytes()).await.expect("a head");
        let mut line = Line { stream, sent: from };
        self.sent = self.sent.max(upto);
        line.send(self.picture, upto).await;
        line
    }

    /// Lines go to their end together.
    async fn end(&mut self, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.sent = self.picture.len();
        }
        let picture = self.picture;
        for status in futures::future::join_all(lines.into_iter().map(|line| line.ends(picture))).await {
            // An answer before the body was read can be lost when the rest of the body is refused.
            self.unheard |= status.is_none();
            *self.statuses.entry(status.unwrap_or(0)).or_default() += 1;
        }
    }
}

/// What was done and seen, for the printed line.
#[derive(Default)]
struct Tally {
    breaks: BTreeMap<String, usize>,
    borders: BTreeSet<usize>,
    statuses: BTreeMap<u16, usize>,
    bytes: usize,
}

impl Tally {
    fn add(&mut self, plan: &Plan, sending: &Sending<'_>) {
        let names = plan.breaks.iter().map(|(_, way)| format!("{way:?}"));
        for name in names.chain([format!("{:?}", plan.rest)]) {
            *self.breaks.entry(name.to_lowercase()).or_default() += 1;
        }
        let beside = |at: &usize| matches!(at % BLOCK, 0 | 1) || at % BLOCK == BLOCK - 1;
        self.borders.extend(plan.breaks.iter().map(|(at, _)| *at).filter(beside));
        for (status, count) in &sending.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        self.bytes += plan.picture.len();
    }
}

async fn begin<'a>(client: &'a Client, referral: Uuid, image: Uuid, picture: &'a [u8]) -> Sending<'a> {
    let sha256 = hex::encode(kit::pictures::sha256(picture));
    let of = tests::Upload {
        referral,
        image,
        finding: None,
        view: "close-up",
        sha256: Some(&sha256),
        length: picture.len(),
    };
    let location = client.begin_upload(&of).await.expect(201).header("location").to_owned();
    Sending {
        client,
        location,
        picture,
        sent: 0,
        told: 0,
        statuses: BTreeMap::new(),
        unheard: false,
        begun: Instant::now(),
    }
}

/// One picture over its broken lines, read back at the end.
async fn one<'a>(client: &'a Client, referral: Uuid, image: Uuid, plan: &'a Plan) -> Sending<'a> {
    let length = plan.picture.len();
    let mut sending = begin(client, referral, image, &plan.picture).await;
    let (mut hanging, mut certain) = (Vec::new(), true);
    for (at, way) in &plan.breaks {
        let from = sending.stands().await;
        if from >= *at {
            continue;
        }
        let line = sending.line(from, *at).await;
        sending.unheard |= line.sent == length;
        match way {
            Break::Reset => {
                line.reset();
                // What it still brings may come before or after what the next one brings.
                certain = false;
            }
            Break::Close => {
                line.close().await;
                // Who sends everything and is gone at once may not have been listened to at all.
                certain &= *at < length;
                if certain {
                    sending.arrives(*at).await;
                }
            }
            Break::Hang => {
                // Whole pieces of it may still move the offset under the next one.
                certain &= line.sent - from < PIECE;
                hanging.push(line);
            }
        }
    }
    let mut rounds = 0;
    while sending.stands().await < length {
        rounds += 1;
        assert!(rounds < 10, "it does not get to its end: {:?}", sending.statuses);
        let from = sending.told;
        let mut lines = vec![sending.line(from, from).await];
        match plan.rest {
            Rest::Alone => {}
            Rest::Twice => lines.push(sending.line(from, from).await),
            Rest::BesideOld => lines.append(&mut hanging),
        }
        sending.end(lines).await;
    }
    // Too late now: half of them go on all the same.
    hanging.truncate(hanging.len().div_ceil(2));
    sending.end(hanging).await;
    assert_eq!(sending.stands().await, length, "it stays");
    let done = sending.statuses.get(&204).copied().unwrap_or(0);
    assert!(done == 1 || (done == 0 && sending.unheard), "one request ends it: {:?}", sending.statuses);
    // A line that hangs for half a minute is over: on a machine that slow they say so.
    let slow = sending.begun.elapsed() > Duration::from_secs(25);
    let fits = |status: &u16| [0, 204, 409, 503].contains(status) || (slow && *status == 400);
    assert!(sending.statuses.keys().all(fits), "{:?}", sending.statuses);
    let original = client.get(&format!("/api/intake/images/{image}/original")).await.expect(200).bytes;
    assert!(original == plan.picture, "{} bytes were sent, {} others are stored", length, original.len());
    sending
}

async fn drafts(world: &World, cast: &Cast, count: usize) -> Vec<Uuid> {
    let mut all = Vec::new();
    for _ in 0..count {
        let id = world.ctx().new_id();
        let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": {} });
        cast.gp.put(&format!("/api/intake/referrals/{id}"), draft).await.expect(200);
        all.push(id);
    }
    all
}

/// The store holds the pictures and their smaller copies, and nothing else.
async fn nothing_else_is_stored(world: &World, lengths: &BTreeMap<Uuid, usize>) {
    let list = async |prefix: &str| world.ctx().objects.list(prefix, None, usize::MAX).await.expect("a listing");
    let image = |key: &str| key.split('/').nth(1).and_then(|id| id.parse::<Uuid>().ok()).expect("a picture's id");
    let originals = list("originals/").await;
    let empty: Vec<_> = originals.iter().filter(|one| (one.size as usize) < lengths[&image(&one.key)]).collect();
    assert!(empty.is_empty(), "shorter than what was sent: {empty:?}");
    assert!(
        originals.iter().map(|one| image(&one.key)).eq(lengths.keys().copied()),
        "an original of each, of no other"
    );
    let derivatives = list("derivatives/").await;
    assert_eq!(derivatives.len(), 3 * lengths.len());
    assert!(derivatives.iter().all(|one| one.size > 0 && lengths.contains_key(&image(&one.key))));
    let staged = list("staging/").await;
    assert!(staged.is_empty(), "pieces of uploads that are over: {staged:?}");
    let all = list("").await;
    assert_eq!(all.len(), originals.len() + derivatives.len(), "and nothing else");
}

async fn cuts(deployment: (Engine, Reach)) {
    let (wanted, seed) = (setting("LYSBRO_CUTS", 75), setting("LYSBRO_SEED", 1));
    println!("cuts seed={seed} on {deployment:?}");
    let world = world(deployment).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let photographs: Vec<_> = (0..8).map(|number| jpeg(160, 120, number)).collect();
    let referrals = drafts(&world, &cast, wanted.div_ceil(OF_A_REFERRAL)).await;
    let (cast, referrals, photographs) = (&cast, &referrals, &photographs);
    let mut uploads = futures::stream::iter(0..wanted)
        .map(|number| {
            let image = world.ctx().new_id();
            // Two people: one alone may not have so many lines open.
            let client = if number % 2 == 0 { &cast.gp } else { &cast.nurse };
            async move {
                let plan = Plan::of(number, seed, photographs);
                let mut tally = Tally::default();
                tally.add(&plan, &Box::pin(one(client, referrals[number / OF_A_REFERRAL], image, &plan)).await);
                (image, tally)
            }
        })
        .buffer_unordered(AT_ONCE);
    let (mut lengths, mut all) = (BTreeMap::new(), Tally::default());
    while let Some((image, tally)) = uploads.next().await {
        lengths.insert(image, tally.bytes);
        all.bytes += tally.bytes;
        all.borders.extend(tally.borders);
        for (what, count) in tally.breaks {
            *all.breaks.entry(what).or_default() += count;
        }
        for (status, count) in tally.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
    }
    drop(uploads);
    assert!(world.settle().await.expect("settled").is_empty(), "nothing is parked");
    for referral in referrals {
        let shown = cast.gp.get(&format!("/api/intake/referrals/{referral}")).await.expect(200).json();
        let images = shown["images"].as_array().expect("images").clone();
        assert!(images.iter().all(|one| one["state"] == "ready"), "{images:?}");
    }
    let told = events(&world).await;
    assert_eq!(
        (told.get("UploadSucceeded"), told.get("UploadFailed")),
        (Some(&(wanted as i64)), None),
        "one event each"
    );
    nothing_else_is_stored(&world, &lengths).await;
    println!(
        "cuts uploads={wanted} mib={} {:?} borders={} statuses={:?} hashes_equal={} empty=0 nobodys=0 taken_back=0",
        all.bytes >> 20,
        all.breaks,
        all.borders.len(),
        all.statuses,
        lengths.len()
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_over_broken_lines_arrive_whole_on_the_embedded_default() {
    Box::pin(cuts(DEPLOYMENTS[0])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_over_broken_lines_arrive_whole_on_postgres_and_tcp() {
    Box::pin(cuts(DEPLOYMENTS[1])).await;
}
