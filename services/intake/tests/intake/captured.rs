//! When a picture was taken: the client's word first, the picture's own afterwards.

use crate::office::Office;
use crate::on_both;
use crate::pictures::{Sending, create, digest, jpeg, metadata};
use proto::imaging::ImageReady;
use proto::intake::ReferralSubmitted;
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(the_client_says_when, a_clock_that_runs_ahead_says_nothing);

async fn taken(office: &Office, referral: Uuid, at: &str) -> Uuid {
    let (image, picture) = (office.id(), jpeg(100, 5));
    let pairs = [
        ("referral", referral.to_string()),
        ("image", image.to_string()),
        ("view", "endoscopic".to_owned()),
        ("sha256", digest(&picture)),
        ("captured", at.to_owned()),
    ];
    let begun = create(&office.doctor, picture.len(), metadata(&pairs)).await.is(201);
    let sending = Sending::of(&office.doctor, image, &begun);
    let header = sending.head().await.is(200).header("upload-metadata").unwrap().to_owned();
    assert!(header.contains("captured "), "{header}");
    sending.patch(0, &picture).await.is(204);
    image
}

async fn the_client_says_when(office: Office) {
    let (id, _) = office.draft().await;
    let at = (office.ctx.now() - time::Duration::days(9)).to_string();
    let image = taken(&office, id, &at).await;
    assert_eq!(office.read(id).await["images"][0]["capturedAt"], json!(at));
    // The picture itself knows better.
    let captured = office.ctx.now() - time::Duration::days(30);
    let fact = ImageReady { image: image.as_bytes().to_vec(), captured_us: captured.micros(), ..ImageReady::default() };
    office.tell(id, &fact).await;
    assert_eq!(office.read(id).await["images"][0]["capturedAt"], json!(captured.to_string()));
    // One that says nothing takes nothing back.
    office.tell(id, &ImageReady { image: image.as_bytes().to_vec(), ..ImageReady::default() }).await;
    office.doctor.post(&format!("/referrals/{id}/submit"), json!({ "version": 1 })).await.is(200);
    let (_, fact) = office.last::<ReferralSubmitted>(id).await;
    assert_eq!(fact.pictures[0].captured_us, captured.micros());
}

async fn a_clock_that_runs_ahead_says_nothing(office: Office) {
    let (id, _) = office.draft().await;
    let at = (office.ctx.now() + time::Duration::days(3)).to_string();
    taken(&office, id, &at).await;
    assert_eq!(office.read(id).await["images"][0]["capturedAt"], Value::Null);
}
