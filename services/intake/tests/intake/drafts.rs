//! Drafts: saved by version, resumed by a colleague, discarded, taken back, purged with their key.

use crate::office::Office;
use crate::on_both;
use crate::pictures::{jpeg, upload};
use kit::keys::KeyError;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

on_both!(
    a_draft_is_saved_and_resumed,
    a_stale_version_is_refused,
    ids_that_mean_something_else_are_refused,
    texts_have_limits,
    a_known_site_keeps_its_name,
    a_discarded_draft_comes_back_within_seven_days,
    a_purged_draft_leaves_nothing,
    lists_show_each_referral_in_its_tab,
    places_can_be_rebuilt,
);

async fn a_draft_is_saved_and_resumed(office: Office) {
    let id = office.id();
    let first = office.save(id, 0, json!({})).await.is(200).json();
    assert_eq!((&first["id"], &first["version"]), (&json!(id), &json!(1)));
    let finding = office.id();
    assert_eq!(office.save(id, 1, office.content(finding)).await.is(200).json()["version"], 2);

    // A colleague of the same practice goes on with it.
    let seen = office.nurse.get(&format!("/referrals/{id}")).await.is(200).json();
    assert_eq!(seen["content"], office.content(finding));
    assert_eq!((&seen["state"], &seen["version"]), (&json!("draft"), &json!(2)));
    assert_eq!(seen["practice"]["name"], "Solvik legekontor (SYNTHETIC)");
    assert_eq!(seen["missing"].as_array().unwrap().len(), 1, "pictures alone: {}", seen["missing"]);
    assert_eq!(seen["missing"][0]["field"], "images");
    assert_eq!(seen["timeline"][0]["who"], "SYNTHETIC Liv Lege");

    let events = office.events(id).await;
    assert_eq!(events.len(), 1);
    let envelope = &events[0].envelope;
    assert_eq!(envelope.kind, "DraftStarted");
    assert_eq!((events[0].practice(), envelope.channel.as_str(), envelope.test), (Some(office.practice), "web", false));
    assert_eq!(
        (envelope.actor_role.as_str(), &envelope.actor),
        ("gp-clinician", &office.ctx.pseudonym(office.doctor.id))
    );
    assert_eq!(office.reads(id).await, [(office.nurse.id, "referral".into())]);

    // Nothing of the patient stands in the clear.
    let (content,): (Vec<u8>,) =
        office.ctx.db.q("select content from intake_referral where id = $1").bind(id).one().await.unwrap();
    assert!(!content.windows(4).any(|window| window == b"Kari"));
}

async fn a_stale_version_is_refused(office: Office) {
    let (id, finding) = office.draft().await;
    let content = office.content(finding);
    // The answer was lost and the same save comes again.
    assert_eq!(office.save(id, 0, content.clone()).await.is(200).json()["version"], 1);
    let mut other = content.clone();
    other["question"] = json!("Something else?");
    let refused = office.save(id, 0, other.clone()).await;
    assert_eq!(refused.refusal(), (409, "stale-version".into()));
    assert!(refused.json()["detail"].as_str().unwrap().contains("version 1"));
    assert_eq!(office.save(id, 1, other).await.is(200).json()["version"], 2);
    assert_eq!(office.save(id, 7, content).await.refusal(), (409, "stale-version".into()));
    assert_eq!(office.kinds(id).await, ["DraftStarted"]);
}

async fn ids_that_mean_something_else_are_refused(office: Office) {
    // Kit's own keys, a practice: a purged draft under such an id would destroy the key of something else.
    for id in [Uuid::from_u128(1), Uuid::from_u128(2), Uuid::nil()] {
        assert_eq!(office.save(id, 0, json!({})).await.refusal(), (400, "malformed".into()));
    }
    for id in [office.practice, office.department] {
        assert_eq!(office.save(id, 0, json!({})).await.refusal(), (404, "not-found".into()));
    }
    let unknown = json!({"version": 0, "practiceId": office.id(), "content": {}});
    office.doctor.json("PUT", &format!("/referrals/{}", office.id()), unknown).await.is(404);
    assert_eq!(office.save(office.id(), 3, json!({})).await.refusal(), (404, "not-found".into()));
}

async fn texts_have_limits(office: Office) {
    let refused = office.save(office.id(), 0, json!({"question": "x".repeat(10_001)})).await.is(422).json();
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("question"), &json!("too-long"))
    );
    let unknown = office.save(office.id(), 0, json!({"questoin": "?"})).await.is(400).json();
    assert!(unknown["errors"][0]["field"].as_str().unwrap().starts_with("content"), "{unknown}");
}

async fn a_known_site_keeps_its_name(office: Office) {
    let (id, mut content) = (office.id(), office.content(office.id()));
    let stands = content.clone();
    content["findings"][0]["bodySite"]["display"] = json!("Left foot");
    for _ in 0..2 {
        assert_eq!(office.save(id, 0, content.clone()).await.is(200).json()["version"], 1);
    }
    assert_eq!(office.read(id).await["content"], stands);
    content["patient"]["name"] = json!("Kari\u{202e}nnamdroN");
    let refused = office.save(id, 1, content).await.is(422).json()["errors"][0].clone();
    assert_eq!((&refused["field"], &refused["code"]), (&json!("patient.name"), &json!("not-plain")));
}

async fn a_discarded_draft_comes_back_within_seven_days(office: Office) {
    let (id, finding) = office.draft().await;
    let path = format!("/referrals/{id}");
    office.doctor.delete(&path).await.is(204);
    office.doctor.delete(&path).await.is(204);
    office.doctor.get(&path).await.is(404);
    office.save(id, 1, office.content(finding)).await.is(404);
    assert_eq!(office.kinds(id).await, ["DraftStarted", "DraftAbandoned"], "a repeat publishes nothing");
    office.wait(Duration::days(7) - Duration::minutes(1)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    office.nurse.post(&format!("{path}/restore"), json!({})).await.is(204);
    office.nurse.post(&format!("{path}/restore"), json!({})).await.is(204);
    assert_eq!(office.read(id).await["content"], office.content(finding));
}

async fn a_purged_draft_leaves_nothing(office: Office) {
    let (id, finding) = office.draft().await;
    upload(&office, id, Some(finding), &jpeg(64, 1)).await;
    assert_eq!(office.objects("originals/").await, 1);
    office.doctor.delete(&format!("/referrals/{id}")).await.is(204);
    office.wait(Duration::days(7) + Duration::minutes(1)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    office.doctor.post(&format!("/referrals/{id}/restore"), json!({})).await.is(404);
    assert_eq!((office.objects("originals/").await, office.objects("staging/").await), (0, 0));
    assert!(matches!(office.ctx.keys.get(id).await, Err(KeyError::Erased)));
    for table in [
        "select count(*) from intake_referral",
        "select count(*) from intake_image",
        "select count(*) from intake_upload",
        "select count(*) from intake_happening",
    ] {
        let (count,): (i64,) = office.ctx.db.q(table).one().await.unwrap();
        assert_eq!(count, 0, "{table}");
    }
    // The id does not come to life again.
    office.save(id, 0, json!({})).await.is(404);
}

async fn lists_show_each_referral_in_its_tab(office: Office) {
    let mut drafts = Vec::new();
    for _ in 0..35 {
        drafts.push(office.draft().await.0);
    }
    let first = office.nurse.get("/referrals?tab=drafts").await.is(200).json();
    assert_eq!(first["counts"], json!({"answers": 0, "waiting": 0, "drafts": 35, "toSend": 0, "closeOuts": 0}));
    let next = format!("/referrals?tab=drafts&cursor={}", first["next"].as_str().unwrap());
    let second = office.nurse.get(&next).await.is(200).json();
    assert_eq!(second["next"], json!(null));
    let mut listed: Vec<String> = Vec::new();
    for page in [&first, &second] {
        listed.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
    }
    let newest_first: Vec<String> = drafts.iter().rev().map(Uuid::to_string).collect();
    assert_eq!(listed, newest_first);
    let row = &first["items"][0];
    assert_eq!(
        (&row["initials"], &row["birthYear"], &row["bodySite"]),
        (&json!("S.N."), &json!(1958), &json!("Skin of back"))
    );
    assert_eq!(row["departmentName"], "Hudavdelingen (SYNTHETIC)");
    assert_eq!(office.stranger.get("/referrals?tab=drafts").await.is(200).json()["items"], json!([]));
    office.doctor.get("/referrals?tab=drafts&cursor=x").await.is(400);
    office.doctor.get("/referrals?tab=other").await.is(400);
}

async fn places_can_be_rebuilt(office: Office) {
    let departments = office.doctor.get("/departments").await.is(200).json();
    assert_eq!(departments[0]["name"], "Hudavdelingen (SYNTHETIC)");
    assert_eq!(departments[0]["specialties"], json!(["dermatology", "plastic-surgery", "ent"]));
    office.ctx.keys.destroy(office.department).await.unwrap();
    let places = intake::service().consumers.into_iter().find(|consumer| !consumer.reset.is_empty()).unwrap();
    kit::log::rebuild(&office.ctx, &places).await.unwrap();
    let erased = office.doctor.get("/departments").await.is(200).json();
    assert_eq!((&erased[0]["id"], &erased[0]["name"]), (&json!(office.department), &json!("erased")));
    let sites = office.doctor.get("/body-sites").await.is(200);
    assert_eq!(sites.header("cache-control"), Some("private, max-age=86400"));
    assert_eq!(sites.json().as_array().unwrap().len(), 207);
    let limits = office.nurse.get("/limits").await.is(200).json();
    assert_eq!((&limits["maxImageBytes"], &limits["maxImages"]), (&json!(41_943_040), &json!(20)));
}
