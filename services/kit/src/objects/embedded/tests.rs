//! What a client cannot see: the files, the sweep, damage, a failed fsync, and what a listing costs.

use super::index::Entry;
use super::{Embedded, fault::Fault};
use crate::objects::{Created, ObjectError, Objects};
use bytes::Bytes;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use tempfile::TempDir;

impl Embedded {
    /// Puts keys into the index without any file.
    pub(in crate::objects) fn pretend(&self, keys: &[String]) {
        let bucket = self.store.bucket(Objects::EMBEDDED_BUCKET).unwrap();
        let mut index = bucket.index_mut();
        for key in keys {
            index.insert(key.clone(), Entry { size: 1, etag: "0".repeat(64), modified: 0 });
        }
    }

    fn file_of(&self, key: &str) -> PathBuf {
        self.store.bucket(Objects::EMBEDDED_BUCKET).unwrap().place(key).file().to_owned()
    }
}

fn open() -> (TempDir, Objects, Embedded) {
    let folder = TempDir::new().unwrap();
    let (objects, embedded) = Objects::embedded(folder.path()).unwrap();
    (folder, objects, embedded)
}

fn incoming(folder: &TempDir) -> usize {
    fs::read_dir(folder.path().join("incoming")).unwrap().count()
}

#[test]
fn a_second_opening_of_a_folder_is_refused_until_the_first_is_closed() {
    let (folder, objects, embedded) = open();
    let error = Objects::embedded(folder.path()).unwrap_err();
    assert!(matches!(&error, ObjectError::Refused(text) if text.contains("already open")), "{error}");
    drop(embedded);
    assert!(Objects::embedded(folder.path()).is_err(), "a client alone keeps it open");
    drop(objects);
    Objects::embedded(folder.path()).unwrap();
}

#[tokio::test]
async fn what_never_got_a_name_is_swept_at_the_next_start() {
    let (folder, objects, embedded) = open();
    objects.put("named", Bytes::from_static(b"kept")).await.unwrap();
    drop((objects, embedded));
    fs::write(folder.path().join("incoming/put-left-by-a-crash"), b"half a picture").unwrap();
    fs::create_dir(folder.path().join("incoming/bucket-left-by-a-crash")).unwrap();
    let (objects, _embedded) = Objects::embedded(folder.path()).unwrap();
    assert_eq!(incoming(&folder), 0);
    assert_eq!(objects.get("named").await.unwrap(), "kept");
}

#[tokio::test]
async fn neither_success_nor_refusal_leaves_a_file_behind() {
    let (folder, objects, _embedded) = open();
    for _ in 0..3 {
        objects.put("a", vec![1; 600_000].into()).await.unwrap();
        assert_eq!(objects.put_new("a", vec![2; 600_000].into()).await, Ok(Created::Exists));
    }
    assert_eq!(incoming(&folder), 0);
    objects.delete("a").await.unwrap();
    let shards = fs::read_dir(folder.path().join("buckets/lysbro")).unwrap();
    assert_eq!(shards.map(|shard| fs::read_dir(shard.unwrap().path()).unwrap().count()).sum::<usize>(), 0);
}

#[tokio::test]
async fn an_abandoned_upload_leaves_nothing() {
    let (folder, objects, _embedded) = open();
    for wait in 0..40 {
        let put = objects.put("abandoned", vec![1; 4_000_000].into());
        let _ = tokio::time::timeout(std::time::Duration::from_micros(wait * 250), put).await;
    }
    // A thread may still be finishing what its request no longer waits for.
    for _ in 0..500 {
        if incoming(&folder) == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(incoming(&folder), 0);
    match objects.get("abandoned").await {
        Ok(body) => assert!(body == vec![1; 4_000_000]),
        Err(error) => assert_eq!(error, ObjectError::Absent),
    }
}

#[tokio::test]
async fn a_flipped_bit_is_not_served() {
    let (_folder, objects, embedded) = open();
    objects.put("picture", vec![7; 700_000].into()).await.unwrap();
    let path = embedded.file_of("picture");
    let mut bytes = fs::read(&path).unwrap();
    bytes[500_000] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(objects.get("picture").await, Err(ObjectError::Damaged(_))));
}

#[tokio::test]
async fn a_cut_swapped_or_missing_file_reads_as_damaged_before_and_after_a_restart() {
    let (folder, objects, embedded) = open();
    for key in ["cut", "swapped", "missing", "empty", "whole"] {
        objects.put(key, vec![7; 5000].into()).await.unwrap();
    }
    let bytes = fs::read(embedded.file_of("cut")).unwrap();
    fs::write(embedded.file_of("cut"), &bytes[..bytes.len() - 1]).unwrap();
    fs::copy(embedded.file_of("whole"), embedded.file_of("swapped")).unwrap();
    fs::write(embedded.file_of("empty"), b"").unwrap();
    fs::remove_file(embedded.file_of("missing")).unwrap();
    for key in ["cut", "swapped", "missing", "empty"] {
        assert!(matches!(objects.get(key).await, Err(ObjectError::Damaged(_))), "{key}");
    }
    drop((objects, embedded));

    let (objects, embedded) = Objects::embedded(folder.path()).unwrap();
    assert_eq!(embedded.damaged(), 3);
    for key in ["cut", "swapped", "empty"] {
        assert!(matches!(objects.get(key).await, Err(ObjectError::Damaged(_))), "{key}");
        // Not overwritten by accident …
        assert_eq!(objects.put_new(key, Bytes::new()).await, Ok(Created::Exists), "{key}");
    }
    assert_eq!(objects.get("missing").await, Err(ObjectError::Absent));
    // … but mended or removed on purpose.
    objects.put("cut", Bytes::from_static(b"mended")).await.unwrap();
    objects.delete("swapped").await.unwrap();
    assert_eq!(embedded.damaged(), 1);
    assert_eq!(objects.get("cut").await.unwrap(), "mended");
    assert_eq!(objects.get("swapped").await, Err(ObjectError::Absent));
    assert_eq!(objects.get("whole").await.unwrap(), vec![7; 5000]);
}

/// A put syncs its file and then its directory; a delete syncs the directory.
#[tokio::test]
async fn after_a_failed_fsync_nothing_is_promised_any_more() {
    for fails_at in 1..=2 {
        let (folder, objects, embedded) = open();
        objects.put("before", Bytes::from_static(b"kept")).await.unwrap();
        embedded.healthy().unwrap();
        embedded.store.disk().fails_at.store(fails_at, Ordering::SeqCst);
        for _ in 0..3 {
            let error = objects.put_new("after", Bytes::from_static(b"lost")).await.unwrap_err();
            assert!(error.is_retryable(), "{error}");
        }
        assert!(objects.delete("before").await.is_err());
        assert!(objects.ready().await.is_err());
        assert!(embedded.healthy().unwrap_err().contains("start Lysbro again"));
        assert_eq!(objects.get("before").await.unwrap(), "kept");
        assert_eq!(objects.get("after").await, Err(ObjectError::Absent));
        drop((objects, embedded));
        let (objects, embedded) = Objects::embedded(folder.path()).unwrap();
        embedded.healthy().unwrap();
        objects.ready().await.unwrap();
        assert_eq!(objects.get("before").await.unwrap(), "kept");
    }
}

#[tokio::test]
async fn a_failed_fsync_fails_the_delete() {
    let (_folder, objects, embedded) = open();
    objects.put("a", Bytes::from_static(b"kept")).await.unwrap();
    embedded.store.disk().fails_at.store(1, Ordering::SeqCst);
    assert!(objects.delete("a").await.is_err());
    assert!(embedded.healthy().is_err());
}

/// The number is the promise: one sync of the file, one of its directory, no more.
#[tokio::test]
async fn a_put_costs_two_syncs() {
    let (_folder, objects, embedded) = open();
    embedded.store.disk().fails_at.store(1000, Ordering::SeqCst);
    objects.put_new("a", vec![1; 1_000_000].into()).await.unwrap();
    assert_eq!(embedded.store.disk().fails_at.load(Ordering::SeqCst), 998);
}

/// None of these keys has a file: whatever is listed came from memory. And the walk starts at its first key.
#[tokio::test]
async fn listing_a_hundred_thousand_objects_reads_no_file() {
    let (_folder, objects, embedded) = open();
    let keys: Vec<String> = (0..100_000).map(|n| format!("originals/{n:06}")).collect();
    embedded.pretend(&keys);
    let page = objects.list("originals/0999", None, 50).await.unwrap();
    assert_eq!(page.len(), 50);
    assert_eq!(page[0].key, "originals/099900");
    let last = objects.list("", Some("originals/099997"), 1000).await.unwrap();
    assert_eq!(
        last.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(),
        ["originals/099998", "originals/099999"]
    );
    let bucket = embedded.store.bucket(Objects::EMBEDDED_BUCKET).unwrap();
    assert!(bucket.index().walk("originals/", None).map(|(key, _)| key).eq(&keys));
    // A file would be missed at once.
    assert!(matches!(objects.get("originals/000000").await, Err(ObjectError::Damaged(_))));
}

#[test]
fn a_folder_of_a_newer_version_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("format"), "lysbro objects 2\n").unwrap();
    let error = Embedded::open(folder.path()).unwrap_err();
    assert!(matches!(&error, ObjectError::Refused(text) if text.contains("layout")), "{error}");
}

#[test]
fn a_bucket_cannot_be_named_like_a_path() {
    let (_folder, _objects, embedded) = open();
    for name in ["..", "../up", "a/b", "A", "", "x"] {
        assert!(matches!(embedded.store.create_bucket(name), Err(Fault::Invalid(_))), "{name:?}");
    }
}
