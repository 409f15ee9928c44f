//! The drill of a restore: a deployment is filled, backed up while writing goes on, wiped, and restored elsewhere.

use crate::{Cast, Client, jpeg, program, world};
use directory::LinkKind;
use futures::StreamExt;
use kit::Context;
use kit::settings::{Settings, Store};
use kit::testing::{Empty, Engine, Reach, World};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::Command;
use uuid::Uuid;

/// Referrals on their way at once.
const AT_ONCE: usize = 8;
/// Pictures of a referral in the drill.
const PICTURES: u8 = 3;

/// What was acknowledged: a referral with its pictures' hashes in hex.
pub type Ledger = BTreeMap<Uuid, BTreeMap<Uuid, String>>;

/// How long each part took.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Filling.
    pub fill: Duration,
    /// The first backup, while writing went on.
    pub backup: Duration,
    /// Restoring, with verification.
    pub restore: Duration,
}

/// A finished drill.
#[derive(Debug)]
pub struct Drill {
    /// How long each part took.
    pub times: Times,
    /// Referrals acknowledged before the backup began.
    pub referrals: usize,
    /// Their pictures.
    pub pictures: usize,
    /// Referrals acknowledged while the backup ran.
    pub meanwhile: usize,
    /// Of those acknowledged before: not there after the restore, or not as they were.
    pub lost: usize,
}

/// The program as an administrator runs it on a deployment.
pub fn lysbro(settings: &Settings, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env("LYSBRO_DATA", &settings.data).kill_on_drop(true);
    command.env("LYSBRO_DATABASE_URL", &settings.database_url).env("LYSBRO_KEYS_URL", &settings.keys_url);
    command.env("LYSBRO_AUDIT_URL", &settings.audit_url);
    if let Some(root) = &settings.root_key {
        command.env("LYSBRO_ROOT_KEY", root);
    }
    if let Store::Remote(store) = &settings.store {
        command.env("LYSBRO_OBJECTS_URL", &store.endpoint).env("LYSBRO_OBJECTS_BUCKET", &store.bucket);
        command.env("LYSBRO_OBJECTS_ACCESS_KEY", &store.keys.access_key);
        command.env("LYSBRO_OBJECTS_SECRET_KEY", &store.keys.secret_key);
    }
    command
}

/// Runs a command to its end: whether it succeeded, and everything it said.
///
/// # Panics
/// When it does not start.
pub async fn said(mut command: Command) -> (bool, String) {
    let done = command.output().await.expect("the program runs");
    let text = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (done.status.success(), text)
}

/// Where backups go.
pub struct Shelf {
    folder: TempDir,
}

impl Shelf {
    /// An empty one.
    ///
    /// # Panics
    /// When no folder can be made.
    pub fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    /// The folder of the backups.
    pub fn backups(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    /// The folder of the keys' backups.
    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// The list of erasures that is kept outside.
    pub fn tombstones(&self) -> PathBuf {
        self.folder.path().join("erased.txt")
    }

    /// `lysbro backup` onto this shelf.
    pub fn backup(&self, settings: &Settings) -> Command {
        lysbro(settings, &["backup", "--to", text(&self.backups()), "--keys-to", text(&self.keys())])
    }

    /// `lysbro restore` from this shelf.
    pub fn restore(&self, settings: &Settings) -> Command {
        let mut command =
            lysbro(settings, &["restore", "--from", text(&self.backups()), "--keys-from", text(&self.keys())]);
        if self.tombstones().exists() {
            command.args(["--tombstones", text(&self.tombstones())]);
        }
        command
    }

    /// The newest whole backup.
    ///
    /// # Panics
    /// When there is none.
    pub fn newest(&self) -> PathBuf {
        kit::backup::newest(&self.backups()).expect("a whole backup")
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self::new()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Sends a referral with small pictures through the routes; gives back what was acknowledged.
///
/// # Panics
/// When a step is refused.
pub async fn send(gp: &Client, cast: &Cast, referral: Uuid, finding: Uuid, pictures: u8) -> BTreeMap<Uuid, String> {
    let path = format!("/api/intake/referrals/{referral}");
    let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": cast.content(finding) });
    let saved = gp.put(&path, draft).await.expect(200).json();
    // Small pictures are quick, and no photograph may be small.
    for (place, view) in (0..pictures).zip(["endoscopic", "otoscopic", "document"].into_iter().cycle()) {
        let seed = u32::from_be_bytes(referral.as_bytes()[12..].try_into().expect("4 bytes"));
        let picture = jpeg(96, 72, seed.wrapping_add(u32::from(place)));
        gp.upload(referral, Some(finding), view, &picture).await.1.expect(204);
    }
    let receipt = gp.post(&format!("{path}/submit"), json!({ "version": saved["version"] })).await.expect(200).json();
    let images = receipt["images"].as_array().expect("images");
    let id = |image: &serde_json::Value| image["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    images.iter().map(|image| (id(image), image["sha256"].as_str().unwrap_or_default().to_owned())).collect()
}

/// Fills, backs up under load, erases one referral, wipes, restores elsewhere, and compares with what was acknowledged.
///
/// # Panics
/// With what was said, when a step fails.
pub async fn drill(deployment: (Engine, Reach), referrals: usize, tell: impl Fn(&str)) -> Drill {
    let world = world(deployment).await;
    let cast = Arc::new(Cast::assemble(world.ctx(), &world.url()).await);
    let begun = Instant::now();
    let ids: Vec<(Uuid, Uuid)> = (0..referrals).map(|_| (world.ctx().new_id(), world.ctx().new_id())).collect();
    let mut ledger: Ledger = futures::stream::iter(ids)
        .map(|(referral, finding)| {
            let cast = &cast;
            async move { (referral, send(&cast.gp, cast, referral, finding, PICTURES).await) }
        })
        .buffer_unordered(AT_ONCE)
        .inspect({
            let mut count = 0;
            let tell = &tell;
            move |_| {
                count += 1;
                if count % 500 == 0 {
                    tell(&format!("sent           {count} of {referrals}"));
                }
            }
        })
        .collect()
        .await;
    tell("preparing pictures");
    assert!(world.settle().await.expect("settled").is_empty());
    let fill = begun.elapsed();

    let shelf = Shelf::new();
    let begun = Instant::now();
    let meanwhile = {
        let (done, writer) = writer(&world, Arc::clone(&cast));
        let (whole, told) = said(shelf.backup(&world.ctx().settings)).await;
        done.store(true, Ordering::SeqCst);
        assert!(whole, "{told}");
        tell(&told);
        writer.await.expect("the writer")
    };
    let backup = begun.elapsed();

    let erased = *ledger.keys().next().expect("a referral");
    let list = shelf.tombstones();
    let arguments = ["erase", &erased.to_string(), "--for-ever", "--tombstones", text(&list)];
    let (whole, told) = said(lysbro(&world.ctx().settings, &arguments)).await;
    assert!(whole, "{told}");
    ledger.remove(&erased);

    let root = std::fs::read_to_string(world.folder.path().join("root.key")).expect("the root key");
    world.stop().await; // and its folder and objects are gone

    let begun = Instant::now();
    let mut empty = Empty::new(deployment).await.expect("an empty deployment");
    empty.settings.root_key = Some(root);
    let (whole, told) = said(shelf.restore(&empty.settings)).await;
    assert!(whole, "{told}");
    tell(&told);
    assert!(told.contains("erased         1 referrals again"), "{told}");
    let restore = begun.elapsed();
    let (again, told) = said(shelf.restore(&empty.settings)).await;
    assert!(!again && told.contains("is not empty"), "{told}");
    let manifest = shelf.newest().join("manifest.json");
    let (clean, told) = said(lysbro(&empty.settings, &["verify", "--against", text(&manifest)])).await;
    assert!(clean && told.contains("has the head of"), "{told}");

    let lost = compare(empty, &cast, &ledger, erased).await;
    let pictures = ledger.values().map(BTreeMap::len).sum();
    Drill { times: Times { fill, backup, restore }, referrals: ledger.len(), pictures, meanwhile, lost }
}

/// The doctor, signed in anew.
async fn doctor(ctx: &Context, url: &str) -> Client {
    let gp = directory::person_by_email(ctx, "grete@lysbro.example").await.expect("asked").expect("Grete");
    let token = directory::make_link(ctx, gp, LinkKind::SignIn, time::Duration::hours(1)).await.expect("a link");
    Client::by_link(url, &token).await
}

/// Goes on sending until told to stop; gives back how many were acknowledged.
fn writer(world: &World, cast: Arc<Cast>) -> (Arc<AtomicBool>, tokio::task::JoinHandle<usize>) {
    let done = Arc::new(AtomicBool::new(false));
    let (ctx, url, told) = (world.ctx().clone(), world.url(), Arc::clone(&done));
    let task = tokio::spawn(async move {
        // Anew: while many pictures were prepared, every session may have been idle for too long.
        let gp = doctor(&ctx, &url).await;
        let mut sent = 0;
        while !told.load(Ordering::SeqCst) {
            send(&gp, &cast, ctx.new_id(), ctx.new_id(), PICTURES).await;
            sent += 1;
        }
        sent
    });
    (done, task)
}

/// Reads everything over HTTP from the restored deployment; counts what is not as it was acknowledged.
async fn compare(empty: Empty, before: &Cast, ledger: &Ledger, erased: Uuid) -> usize {
    let restored = World::resume(lysbro::services(), empty, |settings| {
        settings.synthetic = true;
        settings.decoder = vec![program(), "decode".into()];
    })
    .await
    .expect("the restored deployment starts");
    let old = before.gp.at(&restored.url());
    old.get("/api/intake/referrals?tab=sent").await.expect(401);
    let gp = doctor(restored.ctx(), &restored.url()).await;
    let wrong = futures::stream::iter(ledger)
        .map(|(referral, pictures)| {
            let gp = &gp;
            async move {
                let found = gp.get(&format!("/api/intake/referrals/{referral}")).await;
                let mut right = found.status == 200 && found.json()["content"]["patient"]["name"] == "Kari SYNTHETIC";
                for (image, sha256) in pictures {
                    let original = gp.get(&format!("/api/intake/images/{image}/original")).await;
                    let small = gp.get(&format!("/api/intake/images/{image}/160")).await;
                    right &= original.status == 200 && small.status == 200;
                    right &= hex::encode(kit::pictures::sha256(&original.bytes)) == *sha256;
                }
                usize::from(!right)
            }
        })
        .buffer_unordered(AT_ONCE)
        .fold(0, async |all, one| all + one)
        .await;
    let gone = gp.get(&format!("/api/intake/referrals/{erased}")).await;
    assert!(!gone.text().contains("Kari"), "what was erased after the backup stays erased: {}", gone.text());
    assert!(restored.settle().await.expect("settled").is_empty(), "nothing is parked after a restore");
    restored.stop().await;
    wrong
}
