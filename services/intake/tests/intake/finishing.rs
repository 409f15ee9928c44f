//! A crash between any two steps of finishing an upload: one picture, one event, nothing left over.

use crate::office::Office;
use crate::on_both;
use crate::pictures::{Sending, digest, jpeg, upload};
use axum::body::Body;
use intake::finish::{Finished, finish};
use intake::receive::receive;
use intake::store::upload as uploads;
use proto::intake::UploadFailed;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

on_both!(
    head_finishes_after_a_crash,
    a_repair_finishes_after_a_crash,
    the_original_stood_already,
    many_finish_at_once,
    pieces_left_by_a_crash_are_swept,
    a_lost_piece_fails_the_upload,
    the_same_picture_sent_again_is_one_picture,
    another_picture_under_the_same_id_is_refused,
    a_picture_cannot_slip_in_after_send,
    a_refused_picture_sent_again_keeps_its_original,
);

/// The upload as a client began it who announced no digest: it is staged to its last byte.
async fn without_digest(office: &Office, upload: Uuid) -> uploads::Row {
    let row = uploads::any(&office.ctx.db, upload).await.unwrap().unwrap();
    uploads::Row { sha256: None, ..row }
}

/// Every byte is staged and noted, and then the process is gone: nothing was put together.
async fn all_bytes(office: &Office, referral: Uuid, picture: &[u8]) -> Sending<'static> {
    let doctor = Box::leak(Box::new(office.doctor.clone()));
    let sending = Sending::begin(office, doctor, referral, None, picture.len(), Some(digest(picture))).await;
    let row = without_digest(office, sending.id()).await;
    receive(&office.ctx, row, None, Body::from(picture.to_vec())).await.unwrap();
    sending
}

async fn stands_once(office: &Office, referral: Uuid, image: Uuid) {
    let images = office.read(referral).await["images"].clone();
    assert_eq!(images.as_array().unwrap().len(), 1);
    assert_eq!(images[0]["id"], json!(image));
    assert_eq!(office.kinds(referral).await, ["DraftStarted", "UploadSucceeded"]);
    assert_eq!((office.objects("originals/").await, office.objects("staging/").await), (1, 0));
}

async fn head_finishes_after_a_crash(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 1);
    let sending = all_bytes(&office, id, &picture).await;
    assert_eq!(office.read(id).await["images"], json!([]));
    assert_eq!(sending.offset().await, picture.len());
    stands_once(&office, id, sending.image).await;
}

async fn a_repair_finishes_after_a_crash(office: Office) {
    let (id, _) = office.draft().await;
    let sending = all_bytes(&office, id, &jpeg(100, 2)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(office.read(id).await["images"], json!([]), "a request may still be about to do it");
    office.wait(Duration::minutes(1)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    stands_once(&office, id, sending.image).await;
}

async fn the_original_stood_already(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 3);
    let sending = all_bytes(&office, id, &picture).await;
    let key = office.ctx.keys.get(id).await.unwrap();
    office.ctx.put_picture(&key, &format!("originals/{}", sending.image), sending.image, &picture).await.unwrap();
    assert_eq!(finish(&office.ctx, sending.id()).await.unwrap(), Finished::Done);
    assert_eq!(finish(&office.ctx, sending.id()).await.unwrap(), Finished::Done);
    stands_once(&office, id, sending.image).await;
}

async fn many_finish_at_once(office: Office) {
    let (id, _) = office.draft().await;
    let sending = all_bytes(&office, id, &jpeg(300, 4)).await;
    let all = futures::future::join_all((0..6).map(|_| finish(&office.ctx, sending.id()))).await;
    for one in all {
        assert_eq!(one.unwrap(), Finished::Done);
    }
    stands_once(&office, id, sending.image).await;
}

async fn pieces_left_by_a_crash_are_swept(office: Office) {
    let (id, _) = office.draft().await;
    let sending = all_bytes(&office, id, &jpeg(100, 5)).await;
    // As if the process had gone right after the transaction.
    let pieces = uploads::pieces(&office.ctx.db, sending.id()).await.unwrap();
    let staged = office.ctx.objects.get(&pieces[0].object).await.unwrap();
    assert_eq!(finish(&office.ctx, sending.id()).await.unwrap(), Finished::Done);
    office.ctx.objects.put(&pieces[0].object, staged).await.unwrap();
    let sql = "insert into intake_piece (upload, pos, length, object) values ($1, 0, $2, $3)";
    office
        .ctx
        .db
        .q(sql)
        .bind(sending.id())
        .bind(pieces[0].length)
        .bind(pieces[0].object.clone())
        .exec_one()
        .await
        .unwrap();
    // And one that no row ever knew: its request lost its process before the row was written.
    office.ctx.objects.put(&format!("staging/{}/0-0011223344556677", sending.id()), "SYNTHETIC".into()).await.unwrap();
    office.wait(Duration::hours(7)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    stands_once(&office, id, sending.image).await;
}

async fn a_lost_piece_fails_the_upload(office: Office) {
    let (id, _) = office.draft().await;
    let sending = all_bytes(&office, id, &jpeg(100, 6)).await;
    let pieces = uploads::pieces(&office.ctx.db, sending.id()).await.unwrap();
    let mut sealed = office.ctx.objects.get(&pieces[0].object).await.unwrap().to_vec();
    let last = sealed.len() - 1;
    sealed[last] ^= 1;
    office.ctx.objects.put(&pieces[0].object, sealed.into()).await.unwrap();
    let Finished::Refused(problem) = finish(&office.ctx, sending.id()).await.unwrap() else { panic!("not refused") };
    assert_eq!(problem.code, "digest-mismatch");
    assert_eq!(office.last::<UploadFailed>(id).await.1.reason, "digest-mismatch");
    sending.head().await.is(404);
}

async fn the_same_picture_sent_again_is_one_picture(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 7);
    let image = upload(&office, id, None, &picture).await;
    // The client lost the last answer and its notes: same id, same picture.
    let headers = crate::pictures::metadata(&[
        ("referral", id.to_string()),
        ("image", image.to_string()),
        ("view", "close-up".into()),
        ("sha256", digest(&picture)),
    ]);
    let created = crate::pictures::create(&office.doctor, picture.len(), headers).await.is(201);
    let path = created.header("location").unwrap().strip_prefix("/api/intake").unwrap().to_owned();
    let headers = [
        ("tus-resumable", "1.0.0".to_owned()),
        ("upload-offset", "0".to_owned()),
        ("content-type", "application/offset+octet-stream".to_owned()),
    ];
    office.doctor.send("PATCH", &path, &headers, picture).await.is(204);
    stands_once(&office, id, image).await;
}

async fn another_picture_under_the_same_id_is_refused(office: Office) {
    let (id, _) = office.draft().await;
    let image = upload(&office, id, None, &jpeg(100, 8)).await;
    let other = jpeg(100, 9);
    let pairs = |referral: Uuid| {
        crate::pictures::metadata(&[
            ("referral", referral.to_string()),
            ("image", image.to_string()),
            ("view", "scale".into()),
            ("sha256", digest(&other)),
        ])
    };
    assert_eq!(
        crate::pictures::create(&office.doctor, other.len(), pairs(id)).await.refusal(),
        (409, "image-exists".into())
    );
    let (elsewhere, _) = office.draft().await;
    assert_eq!(
        crate::pictures::create(&office.doctor, other.len(), pairs(elsewhere)).await.refusal(),
        (409, "image-exists".into())
    );
    stands_once(&office, id, image).await;
}

async fn a_picture_cannot_slip_in_after_send(office: Office) {
    let (id, finding) = office.draft().await;
    upload(&office, id, Some(finding), &jpeg(100, 10)).await;
    let late = all_bytes(&office, id, &jpeg(100, 11)).await;
    let path = format!("/referrals/{id}/submit");
    let refused = office.doctor.post(&path, json!({"version": 1})).await;
    assert_eq!(refused.refusal(), (409, "upload-under-way".into()));
    // Send looks a moment before the upload is there.
    let ended = "update intake_upload set ended_at = $2 where id = $1";
    office.ctx.db.q(ended).bind(late.id()).bind(Some(office.ctx.now())).exec_one().await.unwrap();
    let receipt = office.doctor.post(&path, json!({"version": 1})).await.is(200).json();
    assert_eq!(receipt["images"].as_array().unwrap().len(), 1);
    office.ctx.db.q(ended).bind(late.id()).bind(None::<kit::At>).exec_one().await.unwrap();
    assert_eq!(late.head().await.status, 409);
    assert_eq!(office.read(id).await["images"].as_array().unwrap().len(), 1);
    office.wait(Duration::minutes(61)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(office.objects("originals/").await, 1);
    assert_eq!(office.last::<UploadFailed>(id).await.1.reason, "already-submitted");
}

async fn a_refused_picture_sent_again_keeps_its_original(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 12);
    let first = all_bytes(&office, id, &picture).await;
    // Refused after its original was put: the draft lay in the bin at that moment.
    office.doctor.delete(&format!("/referrals/{id}")).await.is(204);
    assert!(matches!(finish(&office.ctx, first.id()).await.unwrap(), Finished::Refused(_)));
    assert_eq!(office.objects("originals/").await, 1);
    office.doctor.post(&format!("/referrals/{id}/restore"), json!({})).await.is(204);
    // The same picture under the same id comes again, and stays.
    let pairs = [
        ("referral", id.to_string()),
        ("image", first.image.to_string()),
        ("view", "scale".to_owned()),
        ("sha256", digest(&picture)),
    ];
    let created =
        crate::pictures::create(&office.doctor, picture.len(), crate::pictures::metadata(&pairs)).await.is(201);
    office.wait(Duration::minutes(61)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    let upload: Uuid = created.header("location").unwrap().rsplit('/').next().unwrap().parse().unwrap();
    let row = without_digest(&office, upload).await;
    receive(&office.ctx, row, None, Body::from(picture.clone())).await.unwrap();
    assert_eq!(finish(&office.ctx, upload).await.unwrap(), Finished::Done);
    let original = office.doctor.get(&format!("/images/{}/original", first.image)).await.is(200);
    assert_eq!(original.body, picture);
}
