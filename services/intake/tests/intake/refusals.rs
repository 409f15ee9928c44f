//! What is refused: files that are no pictures, one picture too many, people of other practices.

use crate::office::Office;
use crate::on_both;
use crate::pictures::{Sending, create, digest, jpeg, metadata, upload};
use proto::intake::UploadFailed;
use serde_json::json;

on_both!(what_is_no_picture_is_refused, a_referral_holds_twenty_pictures, strangers_find_nothing,);

async fn what_is_no_picture_is_refused(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(100, 7);
    let text = b"This is a letter that somebody called photo.jpg.".repeat(10);
    let truncated = picture[..picture.len() - 50].to_vec();
    let other = digest(&jpeg(100, 8));
    let film = [&b"\0\0\0\x18ftypmp42\0\0\0\0isom"[..], &[7; 300]].concat();
    for (bytes, sha256, status, code) in [
        (&text, None, 415, "not-a-picture"),
        (&film, None, 415, "video"),
        (&truncated, None, 422, "truncated-picture"),
        (&picture, Some(other), 422, "digest-mismatch"),
    ] {
        let sending = Sending::begin(&office, &office.doctor, id, None, bytes.len(), sha256).await;
        sending.patch(0, &bytes[..10]).await.is(204);
        let refused = sending.patch(10, &bytes[10..]).await;
        assert_eq!(refused.refusal(), (status, code.into()));
        assert!(refused.json()["detail"].as_str().unwrap().ends_with('.'));
        sending.head().await.is(404);
        let (envelope, fact) = office.last::<UploadFailed>(id).await;
        assert_eq!((fact.reason.as_str(), fact.image), (code, sending.image.as_bytes().to_vec()));
        assert_eq!(envelope.actor, office.ctx.pseudonym(office.doctor.id));
    }
    assert_eq!(office.read(id).await["images"], json!([]));
    assert_eq!((office.objects("originals/").await, office.objects("staging/").await), (0, 0));
    assert_eq!(
        office.kinds(id).await,
        ["DraftStarted", "UploadFailed", "UploadFailed", "UploadFailed", "UploadFailed"]
    );
}

async fn a_referral_holds_twenty_pictures(office: Office) {
    let (id, _) = office.draft().await;
    let picture = jpeg(40, 9);
    let last = Sending::begin(&office, &office.doctor, id, None, picture.len(), None).await;
    let mut images = Vec::new();
    for _ in 0..20 {
        images.push(upload(&office, id, None, &picture).await);
    }
    // One that was begun in time comes too late.
    assert_eq!(last.patch(0, &picture).await.refusal(), (422, "too-many-images".into()));
    office.wait(time::Duration::minutes(61)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(office.objects("originals/").await, 20, "the refused picture's original goes, and no other");
    let (count,): (i64,) = office.ctx.db.q("select count(*) from intake_orphan").one().await.unwrap();
    assert_eq!(count, 0);
    let good = [("referral", id.to_string()), ("image", office.id().to_string()), ("view", "overview".to_owned())];
    assert_eq!(create(&office.doctor, 10, metadata(&good)).await.refusal(), (422, "too-many-images".into()));
    let removed = format!("/images/{}", images[0]);
    office.doctor.delete(&removed).await.is(204);
    upload(&office, id, None, &picture).await;
    assert_eq!(
        office.doctor.post(&format!("{removed}/restore"), json!({})).await.refusal(),
        (422, "too-many-images".into())
    );
    office.doctor.delete(&format!("/images/{}", images[1])).await.is(204);
    office.doctor.post(&format!("{removed}/restore"), json!({})).await.is(204);
}

async fn strangers_find_nothing(office: Office) {
    let (id, finding) = office.draft().await;
    let picture = jpeg(100, 11);
    let image = upload(&office, id, Some(finding), &picture).await;
    let open = Sending::begin(&office, &office.doctor, id, None, 1000, None).await;
    let stranger = &office.stranger;
    let referral = format!("/referrals/{id}");
    stranger.get(&referral).await.is(404);
    stranger.delete(&referral).await.is(404);
    let draft = json!({"version": 1, "practiceId": office.practice, "content": {}});
    stranger.json("PUT", &referral, draft).await.is(404);
    for (route, body) in [
        ("restore", json!({})),
        ("submit", json!({"version": 1})),
        ("withdraw", json!({"reason": "x"})),
        ("acknowledge", json!({ "answerId": office.id() })),
        ("information", json!({"questionId": office.id(), "text": "x", "imageIds": []})),
    ] {
        stranger.post(&format!("{referral}/{route}"), body).await.is(404);
    }
    stranger.get(&format!("/images/{image}/original")).await.is(404);
    stranger.get(&format!("/images/{image}/512")).await.is(404);
    stranger.json("PATCH", &format!("/images/{image}"), json!({"view": "scale"})).await.is(404);
    stranger.delete(&format!("/images/{image}")).await.is(404);
    stranger.post(&format!("/images/{image}/restore"), json!({})).await.is(404);
    let resumable = [("tus-resumable", "1.0.0".to_owned())];
    for method in ["HEAD", "DELETE"] {
        stranger.send(method, &open.path, &resumable, "").await.is(404);
    }
    let headers = [
        ("tus-resumable", "1.0.0".to_owned()),
        ("upload-offset", "0".to_owned()),
        ("content-type", "application/offset+octet-stream".to_owned()),
    ];
    stranger.send("PATCH", &open.path, &headers, "abc").await.is(404);
    let theirs = [("referral", id.to_string()), ("image", office.id().to_string()), ("view", "overview".to_owned())];
    create(stranger, 10, metadata(&theirs)).await.is(404);
    assert_eq!(open.offset().await, 0);

    // A right that ends, ends on the next request.
    office
        .ctx
        .db
        .q("update kit_grant set ends_at = $1 where person = $2")
        .bind(office.ctx.now())
        .bind(office.doctor.id)
        .exec()
        .await
        .unwrap();
    office.doctor.get(&referral).await.is(404);
    office.doctor.get("/referrals?tab=drafts").await.is(404);
}
