//! Taking a backup.

use super::database::{Snapshot, dump};
use super::manifest::{self, FORMAT, KeysManifest, Manifest, part};
use super::objects::{Copied, LIST, Shelf};
use super::{Head, Say, folder};
use crate::context::Context;
use crate::objects::Objects;
use crate::service::Service;
use crate::settings::{Settings, Store};
use crate::{At, Db, Error, audit, keys, log};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a backup goes, and how many are kept there.
#[derive(Clone, Debug)]
pub struct To {
    /// Database, access log and objects.
    pub folder: PathBuf,
    /// Keys, apart.
    pub keys: PathBuf,
    /// Backups that stay.
    pub keep: usize,
    /// Backups of keys that stay: an erased referral can be read with the help of those before.
    pub keep_keys: usize,
}

/// How often a snapshot is taken again because objects were purged behind it.
const TRIES: usize = 5;
/// A purge deletes objects and then their rows.
const PURGE: Duration = Duration::from_secs(2);

/// Takes a backup beside running services. The context's login can read everything.
///
/// # Errors
/// When anything could not be read or written: then there is no manifest, and no backup.
pub async fn take(ctx: &Context, services: &[Service], to: &To, say: &Say) -> Result<(Manifest, KeysManifest), Error> {
    check_folders(&ctx.settings, to)?;
    check_root(ctx).await?;
    folder::make(&to.folder)?;
    folder::make(&to.keys)?;
    // Until the end: another backup to the same folder is refused, and this one's unfinished folder is nobody else's rubbish.
    let shelf = Shelf::open(&to.folder)?;
    let at = ctx.now();
    let name = manifest::name_of(at);
    let (here, keys_here) = (to.folder.join(&name), to.keys.join(&name));
    for made in [&here, &keys_here] {
        if made.exists() {
            return Err(Error::Start(format!("{} stands already: another backup runs; wait for it", made.display())));
        }
        folder::make(made)?;
    }
    let mut copied = Copied::default();
    let mut tries = 0;
    let (parts, log, access_log, keys_manifest) = loop {
        tries += 1;
        let taken = databases(ctx, services, &here, say).await?;
        // After the database: every key that a row needs is there.
        let keys_manifest = copy_keys(ctx, &name, at, &keys_here, say).await?;
        copied.more(&source(ctx)?, &shelf, &taken.named, say).await?;
        if tries == TRIES || copied.missing.is_empty() || !purged(ctx, services, &copied).await? {
            break (taken.parts, taken.log, taken.access_log, keys_manifest);
        }
        say("database       once more: drafts were purged meanwhile");
    };
    let mut parts = parts;
    folder::write(&here.join(LIST), copied.text().as_bytes())?;
    parts.push(part(&here, "objects", LIST)?);
    let tombstones = keys_manifest.1;
    folder::write(&here.join(folder::TOMBSTONES), tombstones.as_bytes())?;
    parts.push(part(&here, "tombstones", folder::TOMBSTONES)?);
    let faults = copied.missing.iter().map(|key| format!("missing {key}"));
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        name,
        at,
        log,
        access_log,
        parts,
        objects: copied.held.len() as u64,
        object_bytes: copied.held.values().map(|held| held.bytes).sum(),
        faults: faults.chain(copied.damaged.iter().map(|key| format!("damaged {key}"))).collect(),
    };
    // Keys first: whoever finds this backup finds its keys.
    manifest::write(&keys_here, &keys_manifest.0)?;
    folder::sync(&to.keys)?;
    manifest::write(&here, &manifest)?;
    folder::sync(&to.folder)?;
    say(&format!("objects        {} held, {} of them new", manifest.objects, copied.new));
    let (old, old_keys) = (manifest::prune(&to.folder, to.keep)?, manifest::prune(&to.keys, to.keep_keys)?);
    if old + old_keys > 0 {
        say(&format!("removed        {old} older backups, {old_keys} older backups of keys"));
    }
    Ok((manifest, keys_manifest.0))
}

/// Refuses while keys are wrapped by two roots: one recovery sheet would not open such a backup.
async fn check_root(ctx: &Context) -> Result<(), Error> {
    if ctx.keys.is_changing().await? { Err(changing()) } else { Ok(()) }
}

fn changing() -> Error {
    Error::Start(
        "the root key is being changed, and no single recovery sheet would open this backup: finish `lysbro rotate-root-key`, then back up again"
            .into(),
    )
}

/// Refuses folders that share anything with each other or with the deployment, before one of them is made.
fn check_folders(settings: &Settings, to: &To) -> Result<(), Error> {
    for own in own_folders(settings) {
        for backups in [&to.folder, &to.keys] {
            if folder::overlap(&own, backups)? {
                return Err(Error::Start(format!(
                    "{} is, lies inside or is around the deployment's own folder {}: a backup goes elsewhere, best on another disk",
                    backups.display(),
                    own.display()
                )));
            }
        }
    }
    if folder::overlap(&to.folder, &to.keys)? {
        return Err(Error::Start(
            "keys go into a folder of their own, not inside the other or around it: erasing rests on their short retention".into(),
        ));
    }
    Ok(())
}

/// Where the deployment itself keeps anything on this machine.
fn own_folders(settings: &Settings) -> Vec<PathBuf> {
    let mut own = vec![settings.data.clone()];
    if let Store::Embedded(folder) | Store::Beside(folder) = &settings.store {
        own.push(folder.clone());
    }
    for place in settings.databases() {
        if let Some(path) = place.url.strip_prefix("sqlite:") {
            let parent = Path::new(path).parent().filter(|parent| !parent.as_os_str().is_empty());
            own.push(parent.unwrap_or(Path::new(".")).to_owned());
        }
    }
    own
}

/// The objects as they are now: a listing of the embedded store is as of its opening.
fn source(ctx: &Context) -> Result<Objects, Error> {
    match &ctx.settings.store {
        Store::Beside(folder) | Store::Embedded(folder) => Ok(Objects::embedded_beside(folder)?),
        Store::Remote(_) => Ok(ctx.objects.clone()),
        Store::Closed => Err(Error::Start("a backup needs the object store".into())),
    }
}

struct Databases {
    parts: Vec<manifest::Part>,
    named: HashMap<String, Vec<u8>>,
    log: Head,
    access_log: Head,
}

async fn databases(ctx: &Context, services: &[Service], here: &Path, say: &Say) -> Result<Databases, Error> {
    say("database       copying");
    let mut snapshot = dump(&ctx.db, &ctx.settings.database_url, here, "database").await?;
    let mut named = HashMap::new();
    for text in services.iter().flat_map(|service| service.objects) {
        named.extend(snapshot.tx.q(text).all::<(String, Vec<u8>)>().await?);
    }
    let log = head(log::head_of(&mut snapshot.tx).await?);
    let mut parts = Vec::new();
    let access_log = if ctx.settings.audit_url == ctx.settings.database_url {
        let access_log = head(audit::head_of(&mut snapshot.tx).await?);
        parts.push(ended(snapshot, here, "database").await?);
        access_log
    } else {
        parts.push(ended(snapshot, here, "database").await?);
        say("access log     copying");
        let mut snapshot = dump(ctx.audit.db(), &ctx.settings.audit_url, here, "access-log").await?;
        let access_log = head(audit::head_of(&mut snapshot.tx).await?);
        parts.push(ended(snapshot, here, "access-log").await?);
        access_log
    };
    Ok(Databases { parts, named, log, access_log })
}

async fn copy_keys(ctx: &Context, name: &str, at: At, here: &Path, say: &Say) -> Result<(KeysManifest, String), Error> {
    say("keys           copying");
    let mut snapshot = dump(ctx.keys.db(), &ctx.settings.keys_url, here, "keys").await?;
    let tombstones = keys::tombstones(&mut snapshot.tx).await?;
    let count = keys::count(&mut snapshot.tx).await?;
    let roots = keys::in_use(&mut snapshot.tx).await?;
    let keys = ended(snapshot, here, "keys").await?;
    if roots.len() > 1 {
        return Err(changing());
    }
    check_root(ctx).await?;
    let text = folder::tombstones_text(&tombstones);
    folder::write(&here.join(folder::TOMBSTONES), text.as_bytes())?;
    let parts = vec![keys, part(here, "tombstones", folder::TOMBSTONES)?];
    let manifest = KeysManifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        name: name.to_owned(),
        at,
        roots,
        parts,
        keys: count,
        tombstones: tombstones.len() as i64,
    };
    Ok((manifest, text))
}

async fn ended(snapshot: Snapshot, here: &Path, name: &str) -> Result<manifest::Part, Error> {
    let file = snapshot.file.clone();
    snapshot.close().await;
    part(here, name, &file)
}

fn head((number, hash): (i64, Vec<u8>)) -> Head {
    Head { number, hash: hex::encode(hash) }
}

/// Whether anything that the snapshot names and the store lacks is named no more: then it was purged, not lost.
async fn purged(ctx: &Context, services: &[Service], copied: &Copied) -> Result<bool, Error> {
    tokio::time::sleep(PURGE).await;
    let named = named_now(&ctx.db, services).await?;
    Ok(copied.missing.iter().any(|key| !named.contains_key(key)))
}

/// Every object that a row names, with its hash.
async fn named_now(db: &Db, services: &[Service]) -> Result<HashMap<String, Vec<u8>>, Error> {
    let mut named = HashMap::new();
    for text in services.iter().flat_map(|service| service.objects) {
        named.extend(db.q(text).all::<(String, Vec<u8>)>().await?);
    }
    Ok(named)
}
