//! A photograph from the first byte to the safe object, and to its three smaller copies: `make bench-ingest`.
//!
//! Processor time, user and system, of the process that serves, from `/proc`: ours and the peer's in turn, `ROUNDS` times (7); the
//! medians are told, per picture of 12 megapixels. The client is this program and counts on no side, but for the put below.
//!
//! `ingest-nginx-put` is a picture in one request, `ingest-nginx-put-pieces` in pieces of 1 MiB; `UPLOADS` (32) a round. Ours is
//! `lysbro serve directory intake` on the embedded databases, with `lysbro store` as a process of its own that is not counted. The
//! peer is the same bytes received by nginx into a file (one request always), and put once to the same store by the AWS SDK as
//! it comes, which signs the payload and adds its CRC. What each does beyond the other:
//! - Ours asks who it is and what they may, begins the upload and takes it (two requests at least), judges the picture's frame,
//!   sums it, seals it by AES-GCM, sums what is sealed, writes rows and an event in transactions of SQLite, and syncs them.
//!   In pieces it stages each, sealed, and reads all of them back at the end.
//! - The peer writes a file that nobody syncs, and makes sums for the signature alone. It doesn't know whose picture it is.
//!
//! `ingest-orthanc` is a picture and all that is made of it, `PICTURES` (8) a round. Ours is `lysbro serve` as it comes, with its
//! decoding children, from the upload until all three copies are stored and shown as ready. The peer is Orthanc with DICOMweb and
//! its SQLite index: STOW-RS of the JPEG, encapsulated by the client, and one rendering at 512 and one at 2048 pixels. Orthanc
//! makes no copy of 160, no measure of sharpness, and renders anew whenever somebody looks; ours never again.

mod nginx;
mod orthanc;
pub mod processes;

use crate::figure::{self, median};
use crate::images;
use kit::settings::{Settings, Store};
use kit::{Clock, Context};
use processes::Program;
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use tests::{Cast, Client, Upload};
use uuid::Uuid;

/// Pixels of the photograph.
const SIDES: (u32, u32) = (4032, 3024);
/// Most pictures in one draft.
const IN_A_DRAFT: usize = 20;
/// What a request leaves behind to be done counts, too.
const AFTERWARDS: Duration = Duration::from_millis(250);

/// Every line.
pub async fn run() {
    let picture = images::photograph(SIDES);
    println!("picture bytes={} pixels={}x{}", picture.len(), SIDES.0, SIDES.1);
    let mut lines = nginx::lines(&picture).await;
    lines.push(orthanc::line(&picture).await);
    figure::load();
    for Line { name, ours, peer } in lines {
        figure::line(name, median(&ours), median(&peer), "ms");
    }
}

/// Milliseconds of processor time per picture, of every round.
struct Line {
    name: &'static str,
    ours: Vec<f64>,
    peer: Vec<f64>,
}

impl Line {
    fn new(name: &'static str) -> Self {
        Self { name, ours: Vec::new(), peer: Vec::new() }
    }
}

/// Services of ours as a process, and a doctor who is signed in.
struct Ours {
    program: Program,
    ctx: Context,
    cast: Cast,
}

impl Ours {
    /// `names` as on the command line: none are all.
    async fn start(folder: &Path, names: &[&str], environment: &[(&str, &str)]) -> Self {
        let data = folder.join("data");
        let arguments =
            ["serve", "--listen", "127.0.0.1:0", "--synthetic=true", "--data", data.to_str().expect("text")];
        let program = Program::start(&[arguments.as_slice(), names].concat(), environment, &folder.join("log"));
        let settings = Settings { store: Store::Closed, ..Settings::embedded(&data) };
        let mut services = lysbro::services();
        services.retain(|service| names.is_empty() || names.contains(&service.name));
        let (ctx, _) = kit::run::open(&services, settings, Clock::system()).await.expect("its databases");
        let cast = Cast::assemble(&ctx, &program.url).await;
        Self { program, ctx, cast }
    }

    /// Drafts with room for so many pictures: which one each belongs to, with an id for it.
    async fn places(&self, count: usize) -> Vec<(Uuid, Uuid)> {
        let mut places = Vec::new();
        while places.len() < count {
            let (referral, finding) = (self.ctx.new_id(), self.ctx.new_id());
            let content = self.cast.content(finding);
            let draft = json!({ "version": 0, "practiceId": self.cast.practices[0].id, "content": content });
            self.cast.gp.put(&format!("/api/intake/referrals/{referral}"), draft).await.expect(200);
            let room = IN_A_DRAFT.min(count - places.len());
            places.extend((0..room).map(|_| (referral, self.ctx.new_id())));
        }
        places
    }

    /// Uploads the picture to a place, in pieces of so many bytes.
    async fn upload(&self, (referral, image): (Uuid, Uuid), picture: &[u8], sha256: &str, piece: usize) {
        let gp = &self.cast.gp;
        let view = "overview";
        let of = Upload { referral, image, finding: None, view, sha256: Some(sha256), length: picture.len() };
        let begun = gp.begin_upload(&of).await.expect(201);
        for (number, part) in picture.chunks(piece).enumerate() {
            gp.send_piece(begun.header("location"), number * piece, part).await.expect(204);
        }
    }

    /// How many of these pictures are shown as ready; asked beside the service, so that it costs nothing there.
    async fn ready(&self, places: &[(Uuid, Uuid)]) -> usize {
        let mut ready = 0;
        for (_, image) in places {
            let (state,): (String,) = self
                .ctx
                .db
                .q("select state from intake_image where id = $1")
                .bind(*image)
                .one()
                .await
                .expect("a picture");
            assert_ne!(state, "rejected");
            ready += usize::from(state == "ready");
        }
        ready
    }
}

/// A client of a peer, who is nobody there.
async fn answering(url: &str, path: &str) -> Client {
    let client = Client::new(url);
    tests::eventually("the peer's answer", async || {
        client.try_send(http::Method::GET, path, &[], Vec::new()).await.ok()
    })
    .await;
    client
}
