//! What every store promises, whichever way it is reached.

use super::Rig;
use crate::objects::{Created, ObjectError, Objects};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ServerSideEncryption};
use bytes::Bytes;
use tempfile::TempDir;

pub(super) async fn stores_reads_and_deletes(rig: Rig) {
    let objects = &rig.objects;
    objects.ready().await.unwrap();
    objects.ensure_bucket().await.unwrap();
    assert_eq!(objects.get("a").await, Err(ObjectError::Absent));
    assert_eq!(objects.head("a").await, Ok(None));
    objects.delete("a").await.unwrap();
    objects.put("a", Bytes::from_static(b"one")).await.unwrap();
    assert_eq!(objects.get("a").await.unwrap(), "one");
    objects.put("a", Bytes::from_static(b"three")).await.unwrap();
    assert_eq!(objects.get("a").await.unwrap(), "three");
    assert_eq!(objects.head("a").await, Ok(Some(5)));
    assert_eq!(objects.put_new("a", Bytes::from_static(b"x")).await, Ok(Created::Exists));
    assert_eq!(objects.get("a").await.unwrap(), "three");
    objects.delete("a").await.unwrap();
    assert_eq!(objects.get("a").await, Err(ObjectError::Absent));
    assert_eq!(objects.put_new("a", Bytes::from_static(b"x")).await, Ok(Created::New));
}

pub(super) async fn bodies_of_many_sizes_come_back_as_they_were(rig: Rig) {
    for size in [0, 1, 255, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3_000_000, 9_000_000] {
        let body: Bytes = (0..size).map(|byte: usize| (byte * 31 % 251) as u8).collect();
        rig.objects.put("body", body.clone()).await.unwrap();
        assert_eq!(rig.objects.head("body").await, Ok(Some(size as u64)));
        assert!(rig.objects.get("body").await.unwrap() == body, "{size} bytes");
    }
}

pub(super) async fn of_sixteen_new_one_wins(rig: Rig) {
    for round in 0..5 {
        let key = format!("race/{round}");
        let puts = (0..16u8).map(|writer| {
            let (objects, key) = (rig.objects.clone(), key.clone());
            tokio::spawn(async move { objects.put_new(&key, vec![writer; 200_000].into()).await.unwrap() })
        });
        let mut winners = Vec::new();
        for (writer, put) in puts.collect::<Vec<_>>().into_iter().enumerate() {
            if put.await.unwrap() == Created::New {
                winners.push(writer as u8);
            }
        }
        assert_eq!(winners.len(), 1, "winners: {winners:?}");
        assert!(rig.objects.get(&key).await.unwrap() == vec![winners[0]; 200_000], "the winner's bytes are stored");
    }
}

pub(super) async fn a_wrong_checksum_leaves_the_good_object(rig: Rig) {
    rig.objects.put("good", Bytes::from_static(b"good")).await.unwrap();
    let put = || {
        let put = rig.objects.client().put_object().bucket(Objects::EMBEDDED_BUCKET).key("good");
        put.body(ByteStream::from_static(b"evil"))
    };
    let wrong = [
        put().checksum_sha256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        put().checksum_crc32("AAAAAA=="),
        put().checksum_crc32_c("AAAAAA=="),
        put().checksum_crc64_nvme("AAAAAAAAAAA="),
        put().checksum_sha1("AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        put().content_md5("AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    for (number, put) in wrong.into_iter().enumerate() {
        let error = put.send().await.unwrap_err();
        assert_eq!(error.code(), Some("BadDigest"), "checksum {number}");
        assert_eq!(rig.objects.get("good").await.unwrap(), "good", "checksum {number}");
    }
    // The right ones are taken.
    let algorithms = [
        ChecksumAlgorithm::Sha256,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
    ];
    for algorithm in algorithms {
        put().checksum_algorithm(algorithm).send().await.unwrap();
    }
    put().content_md5("TFInuPAcbkWULifFKtJJ1Q==").send().await.unwrap_err();
    put().content_md5(md5_of(b"evil")).send().await.unwrap();
}

fn md5_of(body: &[u8]) -> String {
    use base64::Engine;
    use md5::Digest;
    base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(body))
}

/// A stream whose length is known and whose checksum is not: the client announces a trailer.
pub(super) async fn a_checksum_in_a_trailer_is_checked(rig: Rig) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("body");
    let body: Vec<u8> = (0..700_000usize).map(|byte| (byte % 253) as u8).collect();
    std::fs::write(&path, &body).unwrap();
    for algorithm in [ChecksumAlgorithm::Sha256, ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc64Nvme] {
        let stream = ByteStream::from_path(&path).await.unwrap();
        let put = rig.objects.client().put_object().bucket(Objects::EMBEDDED_BUCKET).key("trailer");
        put.checksum_algorithm(algorithm).body(stream).send().await.unwrap();
        assert!(rig.objects.get("trailer").await.unwrap() == body);
    }
}

pub(super) async fn reads_ranges(rig: Rig) {
    let body: Bytes = (0..600_000usize).map(|byte| (byte % 253) as u8).collect();
    rig.objects.put("r", body.clone()).await.unwrap();
    for (start, length) in
        [(0, 1), (10, 10), (0, 600_000), (262_143, 2), (1, 599_998), (599_999, 5), (300_000, 900_000)]
    {
        let end = (start + length).min(body.len());
        let part = rig.objects.get_range("r", start as u64, length as u64).await.unwrap();
        assert!(part == body[start..end], "{length} bytes from {start}");
    }
    assert_eq!(rig.objects.get_range("r", 600_000, 5).await.unwrap(), "");
    assert_eq!(rig.objects.get_range("r", 5, 0).await.unwrap(), "");
    assert_eq!(rig.objects.get_range("absent", 5, 0).await, Err(ObjectError::Absent));
    assert_eq!(rig.objects.get_range("absent", 5, 5).await, Err(ObjectError::Absent));
}

pub(super) async fn lists_in_order_and_in_pages(rig: Rig) {
    let objects = &rig.objects;
    // One of the three thousand goes the whole way; the others are put into the index, which is what a listing reads.
    let keys = |prefix: &str, count: usize| (0..count).map(|n| format!("{prefix}{n:05}")).collect::<Vec<_>>();
    let mut all = [keys("originals/", 1500), keys("staging/ä ö/", 1400), keys("staging/z+&<", 99)].concat();
    rig.embedded.pretend(&all);
    let new = objects.put_new("originals/00700-x", Bytes::from_static(b"123")).await.unwrap();
    assert_eq!(new, Created::New);
    all.push("originals/00700-x".to_owned());
    all.sort_unstable();
    assert_eq!(all.len(), 3000);

    let listed = objects.list("", None, usize::MAX).await.unwrap();
    assert_eq!(listed.iter().map(|object| object.key.clone()).collect::<Vec<_>>(), all);
    let real = listed.iter().find(|object| object.key == "originals/00700-x").unwrap();
    assert_eq!(real.size, 3);
    assert!(real.modified.micros() > 1_600_000_000_000_000);

    let mut paged: Vec<String> = Vec::new();
    loop {
        let page = objects.list("staging/", paged.last().map(String::as_str), 333).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page.into_iter().map(|object| object.key));
    }
    let staging: Vec<_> = all.iter().filter(|key| key.starts_with("staging/")).cloned().collect();
    assert_eq!(paged, staging);

    assert_eq!(objects.list("staging/z+&<", None, 10).await.unwrap().len(), 10);
    assert_eq!(objects.list("", None, 0).await.unwrap(), []);
    assert_eq!(objects.list("nothing/", None, 10).await.unwrap(), []);
    assert_eq!(objects.list("originals/", Some("originals/01499"), 10).await.unwrap(), []);
    // After a key before the prefix: from the prefix on.
    assert_eq!(objects.list("staging/", Some("a"), 1).await.unwrap()[0].key, staging[0]);
}

pub(super) async fn keys_may_be_long_and_nested_and_odd(rig: Rig) {
    let objects = &rig.objects;
    let long = "k".repeat(1024);
    let odd = [
        "a",
        "a/b",
        "a/b/c",
        "a/",
        "A",
        "æøå/日本",
        "line\nbreak",
        "tab\tand \"quotes\" & <tags>",
        "100%25+1",
        "a b",
        "~!*'()",
        "..hidden",
        "trailing.",
        "?query#fragment",
        "a//b",
        &long,
    ];
    for key in odd {
        objects.put(key, Bytes::copy_from_slice(key.as_bytes())).await.unwrap();
    }
    for key in odd {
        assert_eq!(objects.get(key).await.unwrap(), key, "{key:?}");
        assert_eq!(objects.put_new(key, Bytes::new()).await, Ok(Created::Exists), "{key:?}");
    }
    let mut sorted = odd.to_vec();
    sorted.sort_unstable();
    let listed = objects.list("", None, 100).await.unwrap();
    assert_eq!(listed.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), sorted);
    for key in [String::new(), "k".repeat(1025)] {
        assert!(matches!(objects.put(&key, Bytes::new()).await, Err(ObjectError::Refused(_))));
    }
    objects.delete("a").await.unwrap();
    assert_eq!(objects.get("a/b").await.unwrap(), "a/b");
}

pub(super) async fn conditions_on_the_etag_hold(rig: Rig) {
    let put = |tag: &str, body: &'static [u8]| {
        let put = rig.objects.client().put_object().bucket(Objects::EMBEDDED_BUCKET).key("e");
        put.if_match(tag).body(ByteStream::from_static(body))
    };
    assert_eq!(put("*", b"1").send().await.unwrap_err().code(), Some("NoSuchKey"));
    rig.objects.put("e", Bytes::from_static(b"1")).await.unwrap();
    let head = rig.objects.client().head_object().bucket(Objects::EMBEDDED_BUCKET).key("e").send().await.unwrap();
    let tag = head.e_tag().unwrap();
    put(tag, b"2").send().await.unwrap();
    assert_eq!(put(tag, b"3").send().await.unwrap_err().code(), Some("PreconditionFailed"));
    assert_eq!(rig.objects.get("e").await.unwrap(), "2");
}

pub(super) async fn what_is_not_supported_is_refused(rig: Rig) {
    let bucket = Objects::EMBEDDED_BUCKET;
    let client = rig.objects.client();
    let put = || client.put_object().bucket(bucket).key("s").body(ByteStream::from_static(b"x"));
    let refused = [
        put().server_side_encryption(ServerSideEncryption::Aes256),
        put().server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id("k"),
        put().bucket_key_enabled(true),
        put().tagging("a=b"),
        put().acl(aws_sdk_s3::types::ObjectCannedAcl::PublicRead),
    ];
    for (number, put) in refused.into_iter().enumerate() {
        let error = put.send().await.unwrap_err();
        assert_eq!(error.code(), Some("NotImplemented"), "request {number}");
        assert_eq!(error.raw_response().map(|answer| answer.status().as_u16()), Some(501), "request {number}");
    }
    assert_eq!(rig.objects.head("s").await, Ok(None));
    let multipart = client.create_multipart_upload().bucket(bucket).key("s").send().await.unwrap_err();
    assert_eq!(multipart.code(), Some("NotImplemented"));
    let listing = client.list_objects_v2().bucket(bucket).delimiter("/").send().await.unwrap_err();
    assert_eq!(listing.code(), Some("NotImplemented"));
    let elsewhere = client.get_object().bucket("another-bucket").key("s").send().await.unwrap_err();
    assert_eq!(elsewhere.code(), Some("NoSuchBucket"));
}

pub(super) async fn reopening_keeps_everything(rig: Rig) {
    for n in 0..40 {
        rig.objects.put(&format!("keep/{n:02}"), vec![n; 1000 * usize::from(n)].into()).await.unwrap();
    }
    rig.objects.delete("keep/07").await.unwrap();
    rig.objects.put("keep/08", Bytes::from_static(b"again")).await.unwrap();
    let before = rig.objects.list("", None, 100).await.unwrap();
    assert_eq!(before.len(), 39);
    let folder = rig.close().await;

    let (objects, embedded) = Objects::embedded(folder.path()).unwrap();
    assert_eq!(embedded.damaged(), 0);
    assert_eq!(objects.list("", None, 100).await.unwrap(), before);
    assert_eq!(objects.get("keep/08").await.unwrap(), "again");
    assert_eq!(objects.get("keep/39").await.unwrap(), vec![39; 39_000]);
    assert_eq!(objects.get("keep/07").await, Err(ObjectError::Absent));
    assert_eq!(objects.put_new("keep/08", Bytes::new()).await, Ok(Created::Exists));
}
