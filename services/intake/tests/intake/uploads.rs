//! tus 1.0, clause by clause (T numbers as in the conformance list of the clinical reference, 5.1).

use crate::office::Office;
use crate::on_both;
use crate::pictures::{Sending, create, digest, jpeg, metadata, upload};
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use futures::future::join_all;
use proto::intake::{UploadFailed, UploadSucceeded};
use serde_json::json;
use std::time::Duration;

on_both!(
    a_picture_arrives_whole,
    a_picture_arrives_in_pieces,
    answers_speak_the_protocol,
    what_is_not_understood_changes_nothing,
    methods_can_be_overridden,
    creation_is_checked,
    a_wrong_checksum_changes_nothing,
    wrong_offsets_change_nothing,
    of_six_pieces_at_one_offset_one_is_taken,
    of_six_whole_pictures_at_once_one_is_taken,
    an_original_without_its_row_goes_with_the_upload,
    what_arrived_before_a_break_is_kept,
    what_arrived_before_the_connection_broke_is_kept,
    an_upload_can_be_ended_and_expires,
);

async fn a_picture_arrives_whole(office: Office) {
    let (id, finding) = office.draft().await;
    let picture = jpeg(700, 1);
    let image = upload(&office, id, Some(finding), &picture).await;

    let shown = office.read(id).await;
    let row = &shown["images"][0];
    assert_eq!((&row["id"], &row["state"], &row["view"]), (&json!(image), &json!("processing"), &json!("endoscopic")));
    assert_eq!(
        (&row["bytes"], &row["sha256"], &row["findingId"]),
        (&json!(picture.len()), &json!(digest(&picture)), &json!(finding))
    );
    assert_eq!(shown["missing"], json!([]), "a picture that is being prepared is enough");

    let (envelope, fact) = office.last::<UploadSucceeded>(id).await;
    let told = fact.picture.unwrap();
    assert_eq!((told.image, told.sha256), (image.as_bytes().to_vec(), kit::pictures::sha256(&picture)));
    assert_eq!((told.object, told.media_type, told.width), (format!("originals/{image}"), "image/jpeg".into(), 700));
    assert_eq!(
        (envelope.actor_role.as_str(), envelope.specialty.as_str(), envelope.images),
        ("gp-clinician", "dermatology", 1)
    );
    assert_eq!((office.objects("originals/").await, office.objects("staging/").await), (1, 0));

    let original = office.nurse.get(&format!("/images/{image}/original")).await.is(200);
    assert_eq!(original.body, picture);
    assert_eq!(original.header("content-type"), Some("image/jpeg"));
    assert_eq!(original.header("x-content-type-options"), Some("nosniff"));
    assert!(original.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(office.reads(id).await.last().unwrap(), &(office.nurse.id, "image original".into()));
    office.nurse.get(&format!("/images/{image}/512")).await.is(404);
}

async fn a_picture_arrives_in_pieces(office: Office) {
    let (id, _) = office.draft().await;
    // More than two staged pieces of 4 MiB in one request.
    let picture = jpeg(3600, 2);
    assert!(picture.len() > 9 << 20, "{}", picture.len());
    let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), Some(digest(&picture))).await;
    assert_eq!(sending.offset().await, 0);
    sending.patch(0, &picture[..100_000]).await.is(204);
    assert_eq!(sending.offset().await, 100_000);
    let checksum = STANDARD.encode(kit::pictures::sha256(&picture[100_000..9_000_000]));
    sending
        .patch_with(100_000, &picture[100_000..9_000_000], &[("upload-checksum", format!("sha256 {checksum}"))])
        .await
        .is(204);
    assert_eq!(office.objects("staging/").await, 4, "a short one, and three of at most 4 MiB");
    sending.patch(9_000_000, &picture[9_000_000..]).await.is(204);
    let original = office.doctor.get(&format!("/images/{}/original", sending.image)).await.is(200);
    assert_eq!(original.body, picture);
    assert_eq!(sending.offset().await, picture.len(), "T4: HEAD answers after the end too");
    assert_eq!(office.objects("staging/").await, 0);
}

async fn answers_speak_the_protocol(office: Office) {
    let options = office.doctor.send("OPTIONS", "/uploads", &[], "").await.is(204);
    assert_eq!(options.header("tus-version"), Some("1.0.0"));
    assert_eq!(options.header("tus-extension"), Some("creation,checksum,termination,expiration"));
    assert_eq!(options.header("tus-checksum-algorithm"), Some("sha1,sha256"));
    assert_eq!(options.header("tus-max-size"), Some("41943040"));

    let (id, finding) = office.draft().await;
    let sending = Sending::begin(&office, &office.doctor, id, Some(finding), 1000, None).await;
    let head = sending.head().await.is(200);
    assert_eq!((head.header("upload-offset"), head.header("upload-length")), (Some("0"), Some("1000")));
    assert_eq!((head.header("cache-control"), head.header("tus-resumable")), (Some("no-store"), Some("1.0.0")));
    assert!(head.header("upload-expires").unwrap().ends_with(" GMT"));
    assert!(head.header("upload-metadata").unwrap().contains(&STANDARD.encode(id.to_string())));
    assert_eq!(sending.patch(0, b"abc").await.is(204).header("upload-offset"), Some("3"));
}

async fn what_is_not_understood_changes_nothing(office: Office) {
    let (id, _) = office.draft().await;
    let sending = Sending::begin(&office, &office.doctor, id, None, 1000, None).await;
    for method in ["HEAD", "PATCH", "DELETE"] {
        let old = [("tus-resumable", "0.2.2".to_owned())];
        let refused = office.doctor.send(method, &sending.path, &old, "").await.is(412);
        assert_eq!(refused.header("tus-version"), Some("1.0.0"));
        assert_eq!(refused.header("tus-resumable"), Some("1.0.0"));
    }
    let resumable = ("tus-resumable", "1.0.0".to_owned());
    let nowhere = format!("/uploads/{}", office.id());
    let unknown = office.doctor.send("HEAD", &nowhere, std::slice::from_ref(&resumable), "").await.is(404);
    assert_eq!((unknown.header("upload-offset"), unknown.header("tus-resumable")), (None, Some("1.0.0")));
    let plain = [resumable.clone(), ("upload-offset", "0".into()), ("content-type", "image/jpeg".into())];
    let refused = office.doctor.send("PATCH", &sending.path, &plain, "abc").await;
    assert_eq!(refused.refusal(), (415, "wrong-content-type".into()));
    let nowhere = [resumable, ("content-type", "application/offset+octet-stream".into())];
    office.doctor.send("PATCH", &sending.path, &nowhere, "abc").await.is(400);
    assert_eq!(sending.offset().await, 0);
}

/// T11: behind a proxy that lets only GET and POST through.
async fn methods_can_be_overridden(office: Office) {
    let (id, _) = office.draft().await;
    let sending = Sending::begin(&office, &office.doctor, id, None, 1000, None).await;
    let by_post = |method: Option<&str>| {
        let mut headers = vec![
            ("tus-resumable", "1.0.0".to_owned()),
            ("upload-offset", "0".to_owned()),
            ("content-type", "application/offset+octet-stream".to_owned()),
        ];
        headers.extend(method.map(|method| ("x-http-method-override", method.to_owned())));
        let (doctor, path) = (office.doctor.clone(), sending.path.clone());
        async move { doctor.send("POST", &path, &headers, "abc").await }
    };
    let taken = by_post(Some("PATCH")).await.is(204);
    assert_eq!(taken.header("upload-offset"), Some("3"));
    assert!(taken.header("upload-expires").is_some());
    assert_eq!(by_post(Some("HEAD")).await.is(200).header("upload-offset"), Some("3"));
    by_post(None).await.is(405);
    by_post(Some("DELETE")).await.is(204);
    sending.head().await.is(404);
}

async fn creation_is_checked(office: Office) {
    let (id, _) = office.draft().await;
    let image = office.id();
    let good = [("referral", id.to_string()), ("image", image.to_string()), ("view", "overview".to_owned())];
    assert_eq!(create(&office.doctor, 60_000_000, metadata(&good)).await.refusal(), (413, "too-large".into()));
    assert_eq!(create(&office.doctor, 0, metadata(&good)).await.refusal(), (422, "empty-file".into()));
    let headers = [("tus-resumable", "1.0.0".to_owned()), ("upload-metadata", metadata(&good))];
    office.doctor.send("POST", "/uploads", &headers, "").await.is(400);
    office
        .doctor
        .send("POST", "/uploads", &[&headers[..], &[("upload-defer-length", "1".to_owned())]].concat(), "")
        .await
        .is(400);
    let mut nowhere = good.clone();
    nowhere[0].1 = office.id().to_string();
    create(&office.doctor, 10, metadata(&nowhere)).await.is(404);
    assert_eq!(create(&office.doctor, 10, "referral x y".into()).await.refusal(), (400, "malformed".into()));
    // A browser must say what it chose.
    let browser =
        [&headers[..], &[("upload-length", "10".to_owned()), ("sec-fetch-site", "same-origin".to_owned())]].concat();
    let refused = office.doctor.send("POST", "/uploads", &browser, "").await.is(400).json();
    assert_eq!(refused["errors"][0]["field"], "upload-metadata.sha256");
    assert_eq!(office.objects("staging/").await, 0);
}

async fn a_wrong_checksum_changes_nothing(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(200, 3);
    let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), None).await;
    let wrong = STANDARD.encode([7; 32]);
    let refused = sending.patch_with(0, &picture, &[("upload-checksum", format!("sha256 {wrong}"))]).await;
    assert_eq!(refused.refusal(), (460, "checksum-mismatch".into()));
    assert_eq!((sending.offset().await, office.objects("staging/").await), (0, 0));
    sending.patch_with(0, &picture, &[("upload-checksum", "md5 AAAA".into())]).await.is(400);
    let sha1 = STANDARD.encode(ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &picture));
    sending.patch_with(0, &picture, &[("upload-checksum", format!("sha1 {sha1}"))]).await.is(204);
}

async fn wrong_offsets_change_nothing(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 4);
    let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), None).await;
    sending.patch(0, &picture[..100]).await.is(204);
    for offset in [0, 99, 101] {
        assert_eq!(sending.patch(offset, &picture[100..200]).await.refusal(), (409, "wrong-offset".into()));
    }
    let beyond = [&picture[100..], b"more"].concat();
    assert_eq!(sending.patch(100, &beyond).await.refusal(), (400, "beyond-length".into()));
    // The same without an announced length.
    let stream = futures::stream::iter(vec![Ok::<_, std::io::Error>(beyond)]);
    let headers = [
        ("tus-resumable", "1.0.0".to_owned()),
        ("upload-offset", "100".to_owned()),
        ("content-type", "application/offset+octet-stream".to_owned()),
    ];
    let refused = office.doctor.send("PATCH", &sending.path, &headers, Body::from_stream(stream)).await;
    assert_eq!(refused.refusal(), (400, "beyond-length".into()));
    assert_eq!((sending.offset().await, office.objects("staging/").await), (100, 1));
}

async fn of_six_pieces_at_one_offset_one_is_taken(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(300, 5);
    let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), Some(digest(&picture))).await;
    let replies = join_all((0..6).map(|_| sending.patch(0, &picture[..50_000]))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409, 409, 409, 409, 409]);
    assert_eq!((sending.offset().await, office.objects("staging/").await), (50_000, 1));
    let replies = join_all((0..6).map(|_| sending.patch(50_000, &picture[50_000..]))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 204).count(), 1);
    assert_eq!(office.read(id).await["images"].as_array().unwrap().len(), 1);
}

async fn of_six_whole_pictures_at_once_one_is_taken(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(300, 14);
    let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), Some(digest(&picture))).await;
    let replies = join_all((0..6).map(|_| sending.patch(0, &picture))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409, 409, 409, 409, 409]);
    assert_eq!(sending.offset().await, picture.len());
    assert_eq!(office.read(id).await["images"].as_array().unwrap().len(), 1);
    office.wait(time::Duration::hours(7)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!((office.objects("originals/").await, office.objects("staging/").await), (1, 0));
}

/// The process went between the original and its row, and the client never came back.
async fn an_original_without_its_row_goes_with_the_upload(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 15);
    let key = office.ctx.keys.get(id).await.unwrap();
    let mut begun = Vec::new();
    for _ in 0..2 {
        let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), Some(digest(&picture))).await;
        let object = format!("originals/{}", sending.image);
        office.ctx.put_picture(&key, &object, sending.image, &picture).await.unwrap();
        begun.push(sending);
    }
    assert_eq!(office.objects("originals/").await, 2);
    begun[0].end().await.is(204);
    office.wait(time::Duration::minutes(61)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(office.objects("originals/").await, 1, "one was ended");
    for _ in 0..2 {
        office.wait(time::Duration::days(3) + time::Duration::minutes(1)).await;
        assert_eq!(office.world.settle().await.unwrap().len(), 0);
    }
    assert_eq!(office.objects("originals/").await, 0, "the other expired");
}

async fn what_arrived_before_a_break_is_kept(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(700, 6);
    let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), Some(digest(&picture))).await;
    let broken = |from: usize| {
        let part = picture[from..from + 100_000].to_vec();
        let chunks = futures::stream::iter(vec![Ok(part)])
            .chain(futures::stream::once(async { Err(std::io::Error::other("the line broke")) }));
        Body::from_stream(chunks)
    };
    let headers = |offset: usize| {
        vec![
            ("tus-resumable", "1.0.0".to_owned()),
            ("upload-offset", offset.to_string()),
            ("content-type", "application/offset+octet-stream".to_owned()),
        ]
    };
    office.doctor.send("PATCH", &sending.path, &headers(0), broken(0)).await.is(400);
    assert_eq!(sending.offset().await, 100_000);
    // Announced with a checksum it is all or nothing.
    let mut checked = headers(100_000);
    checked.push(("upload-checksum", format!("sha256 {}", STANDARD.encode([0; 32]))));
    office.doctor.send("PATCH", &sending.path, &checked, broken(100_000)).await.is(400);
    assert_eq!((sending.offset().await, office.objects("staging/").await), (100_000, 1));

    // The client goes away altogether: its request's future is dropped, what it had sent stays.
    let (mut line, chunks) = futures::channel::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(4);
    line.try_send(Ok(picture[100_000..150_000].to_vec())).unwrap();
    let headers = headers(100_000);
    let request = office.doctor.send("PATCH", &sending.path, &headers, Body::from_stream(chunks));
    assert!(tokio::time::timeout(Duration::from_millis(300), request).await.is_err());
    drop(line);
    for _ in 0..100 {
        if sending.offset().await == 150_000 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(sending.offset().await, 150_000);
    sending.patch(150_000, &picture[150_000..]).await.is(204);
}

async fn an_upload_can_be_ended_and_expires(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 10);
    let ended = Sending::begin(&office, &office.doctor, id, None, picture.len(), None).await;
    ended.patch(0, &picture[..1000]).await.is(204);
    ended.end().await.is(204);
    ended.head().await.is(404);
    ended.end().await.is(404);
    assert_eq!(office.objects("staging/").await, 0);

    let forgotten = Sending::begin(&office, &office.doctor, id, None, picture.len(), None).await;
    forgotten.patch(0, &picture[..1000]).await.is(204);
    office.wait(time::Duration::days(3) + time::Duration::minutes(1)).await;
    assert_eq!(forgotten.head().await.status, 410);
    assert_eq!(forgotten.patch(1000, &picture[1000..]).await.refusal(), (410, "upload-expired".into()));
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(forgotten.head().await.status, 410);
    assert_eq!(office.objects("staging/").await, 0);
    assert_eq!(office.last::<UploadFailed>(id).await.1.reason, "upload-expired");
    office.wait(time::Duration::days(8)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(forgotten.head().await.status, 404);
}

/// The same over a real connection, which the client tears down in the middle of a body.
async fn what_arrived_before_the_connection_broke_is_kept(office: Office) {
    use tokio::io::AsyncWriteExt;
    let (id, _) = office.draft().await;
    let picture = jpeg(700, 12);
    let sending = Sending::begin(&office, &office.doctor, id, None, picture.len(), Some(digest(&picture))).await;
    let mut line = tokio::net::TcpStream::connect(office.world.running.address).await.unwrap();
    let head = format!(
        "PATCH /api/intake{} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n\r\n",
        sending.path,
        office.doctor.cookie(),
        picture.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&picture[..123_457]).await.unwrap();
    line.flush().await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(sending.offset().await, 0, "nothing is noted before the piece is whole or the line breaks");
    drop(line);
    for _ in 0..100 {
        if sending.offset().await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(sending.offset().await, 123_457);
    sending.patch(123_457, &picture[123_457..]).await.is(204);
    let original = office.doctor.get(&format!("/images/{}/original", sending.image)).await.is(200);
    assert_eq!(original.body, picture);
}
