//! Putting a backup into an empty deployment.
//!
//! Keys whose referrals were erased since are destroyed before the database comes, so at no moment can an erased referral be
//! read. The list of them is the union of all that is known: the key store's own tombstones (the newest backup of the keys is
//! taken, whichever backup of the database is restored), the lists beside every backup in both folders, a file that the
//! administrator gives (`lysbro erase` writes one), and, by the caller, `ReferralErased` events in the restored log.

use super::database::{is_empty, load};
use super::manifest::{self, KeysManifest, Manifest};
use super::objects::{LIST, put_back};
use super::{Say, folder, io, newest};
use crate::keys::{KeyError, KeyStore, RootKey, Roots};
use crate::settings::Settings;
use crate::{Clock, Db, Error, Random};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// What was put back.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The backup.
    pub manifest: Manifest,
    /// Its keys.
    pub keys: KeysManifest,
    /// Keys that must stay destroyed.
    pub tombstones: BTreeSet<Uuid>,
    /// The root keys that open its keys: two when the backup was taken while the root key was being changed, the older first.
    pub roots: Vec<RootKey>,
    /// Objects on its list that the backup does not hold any more.
    pub lost: Vec<String>,
}

/// Refuses a deployment in which anything stands; of root keys those in `given` may be there already.
///
/// # Errors
/// What stands there, and the remedy.
pub async fn check_empty(settings: &Settings, given: &[RootKey]) -> Result<(), Error> {
    let remedy = "restore into an empty deployment: a new data folder, new databases, a new bucket";
    let prints = fingerprints(given);
    for stands in fingerprints(&Roots::Folder(settings.data.clone()).read()?) {
        if !prints.contains(&stands) {
            let folder = settings.data.display();
            return Err(Error::Start(format!("another root.key, {stands}, stands in {folder}: {remedy}")));
        }
    }
    for place in settings.databases() {
        if !is_empty(place).await? {
            return Err(Error::Start(format!("the {} is not empty: {remedy}", place.what)));
        }
    }
    let (objects, _, _) = crate::run::open_store(settings).await?;
    if objects.list("", None, 1).await?.is_empty() {
        Ok(())
    } else {
        Err(Error::Start(format!("the object store is not empty: {remedy}")))
    }
}

fn fingerprints(roots: &[RootKey]) -> Vec<String> {
    roots.iter().map(RootKey::fingerprint).collect()
}

/// Puts the newest backup in `from` (or the one it names), with the newest keys in `keys_from`, into an empty deployment.
///
/// # Errors
/// Before `mark` and anything else is written: a backup that is not whole, keys that are older than it, the wrong root key, a deployment that
/// is not empty. Later: what could not be read or written; empty the deployment and begin again.
pub async fn restore(
    settings: &Settings,
    given: &[RootKey],
    (from, keys_from): (&Path, &Path),
    more_tombstones: &[PathBuf],
    mark: &Path,
    say: &Say,
) -> Result<Restored, Error> {
    let (from, keys_from) = (newest(from)?, newest(keys_from)?);
    let manifest: Manifest = manifest::read(&from)?;
    let keys: KeysManifest = manifest::read(&keys_from)?;
    if keys.at < manifest.at {
        return Err(Error::Start(format!(
            "the newest keys are of {}, the backup is of {}: referrals of between could not be read. Give the folder with its keys",
            keys.at, manifest.at
        )));
    }
    let prints = fingerprints(given);
    if prints.iter().all(|print| !keys.roots.contains(print)) {
        return Err(Error::Start(format!(
            "this root key has the fingerprint {}, the backup needs {}: take the recovery sheet with that fingerprint",
            prints.join(" or "),
            keys.roots.join(" or ")
        )));
    }
    check_empty(settings, given).await?;
    say(&format!("backup         {} with keys of {}", manifest.name, keys.name));
    manifest::check(&from, &manifest)?;
    manifest::check(&keys_from, &keys)?;
    // Nothing was written before this.
    std::fs::write(mark, "").map_err(|error| io(mark, &error))?;
    let tombstones = tombstones(&from, &keys_from, more_tombstones)?;
    say("keys           restoring");
    let part = |parts: &[manifest::Part], name: &str| {
        parts.iter().find(|part| part.name == name).map(|part| part.file.clone())
    };
    let absent = |what: &str| Error::Damaged(format!("the manifest names no {what}"));
    let file = part(&keys.parts, "keys").ok_or_else(|| absent("keys"))?;
    load(&keys_from.join(file), &settings.keys_url).await?;
    // Before the rest, which can take hours: a root key that does not open everything is told now.
    let (tombstones, roots) = destroy(settings, given, tombstones).await?;
    let lost = {
        let (objects, _, _) = crate::run::open_store(settings).await?;
        put_back(from.parent().unwrap_or(&from), &from.join(LIST), &objects, say).await?
    };
    if let Some(file) = manifest.file("access-log") {
        say("access log     restoring");
        if settings.audit_url == settings.database_url {
            return Err(Error::Start(
                "this backup has an access log of its own: set audit-url to a database of its own".into(),
            ));
        }
        load(&from.join(file), &settings.audit_url).await?;
    } else if settings.audit_url != settings.database_url {
        return Err(Error::Start(
            "in this backup the access log stands in the database: set audit-url to the same".into(),
        ));
    }
    say("database       restoring");
    load(&from.join(manifest.file("database").ok_or_else(|| absent("database"))?), &settings.database_url).await?;
    Ok(Restored { manifest, keys, tombstones, roots, lost })
}

/// Every key that is known to have been destroyed, from all lists that are at hand.
fn tombstones(from: &Path, keys_from: &Path, more: &[PathBuf]) -> Result<BTreeSet<Uuid>, Error> {
    let mut all = BTreeSet::new();
    for backup in [from, keys_from] {
        for whole in manifest::whole(backup.parent().unwrap_or(backup))? {
            let list = whole.join(folder::TOMBSTONES);
            if list.is_file() {
                all.extend(folder::read_tombstones(&list)?);
            }
        }
    }
    for list in more {
        all.extend(folder::read_tombstones(list)?);
    }
    Ok(all)
}

/// Destroys them again in the restored key store; gives back all that are destroyed there now, and the root keys that open the
/// others.
async fn destroy(
    settings: &Settings,
    given: &[RootKey],
    listed: BTreeSet<Uuid>,
) -> Result<(BTreeSet<Uuid>, Vec<RootKey>), Error> {
    let clock = Clock::system();
    let db = Db::open(&settings.keys_url, &["keys"], clock.clone()).await?;
    // A backup of an older program: what is destroyed is destroyed in today's table.
    crate::run::migrate_keys(&db).await?;
    let keys = KeyStore::new(db.clone(), given.to_vec(), Random::default(), clock);
    for id in listed {
        keys.destroy(id).await?;
    }
    let roots = keys.openers().await.map_err(|error| match error {
        KeyError::WrongRoot => Error::Start(
            "keys in this backup open by none of the root keys given: it was taken while the root key was being changed; give the older one as LYSBRO_ROOT_KEY and the newer one as LYSBRO_ROOT_KEY_NEXT, and begin again in an empty deployment".into(),
        ),
        other => other.into(),
    })?;
    let mut tx = db.begin().await?;
    let all = crate::keys::tombstones(&mut tx).await?.into_keys().collect();
    drop(tx);
    db.close().await;
    Ok((all, roots))
}
