//! A phone that lends its camera to an open draft: once, for a while, and for nothing else.

use crate::office::{Office, Person, Reply};
use crate::on_both;
use crate::pictures::{digest, jpeg, metadata, upload};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

on_both!(
    a_phone_adds_and_removes_pictures_of_its_draft,
    a_phone_can_do_nothing_else,
    a_code_opens_once_and_not_for_ever,
    wrong_secrets_kill_a_code,
    it_ends_with_the_draft_the_right_and_the_computer,
    it_ends_with_the_session_that_lent_it,
    erased_drafts_leave_no_hand_over,
);

async fn show(office: &Office, draft: Uuid) -> String {
    let shown = office.doctor.post(&format!("/referrals/{draft}/phone"), json!({})).await.is(201).json();
    assert!(shown["qrSvg"].as_str().unwrap().contains("<svg"));
    shown["address"].as_str().unwrap().split_once("/phone#").unwrap().1.to_owned()
}

async fn open(office: &Office, code: &str) -> Reply {
    // Nobody is signed in on the phone.
    office.nobody().post("/phone/open", json!({ "code": code })).await
}

async fn connected(office: &Office) -> (Uuid, Uuid, Person) {
    let (draft, finding) = office.draft().await;
    let code = show(office, draft).await;
    let opened = open(office, &code).await.is(204);
    assert!(opened.header("set-cookie").unwrap().contains("HttpOnly; SameSite=Strict"));
    (draft, finding, office.phone(&opened))
}

async fn send(office: &Office, phone: &Person, referral: Uuid, picture: &[u8]) -> (Uuid, Reply) {
    let image = office.id();
    let pairs = [
        ("referral", referral.to_string()),
        ("image", image.to_string()),
        ("view", "endoscopic".to_owned()),
        ("sha256", digest(picture)),
    ];
    let tus = ("tus-resumable", "1.0.0".to_owned());
    let headers = [tus.clone(), ("upload-length", picture.len().to_string()), ("upload-metadata", metadata(&pairs))];
    let begun = phone.send("POST", "/phone/uploads", &headers, "").await;
    if begun.status != 201 {
        return (image, begun);
    }
    let path = begun.header("location").unwrap().strip_prefix("/api/intake").unwrap().to_owned();
    assert!(path.starts_with("/phone/uploads/"));
    let headers = [
        tus.clone(),
        ("upload-offset", "0".to_owned()),
        ("content-type", "application/offset+octet-stream".to_owned()),
        ("content-length", picture.len().to_string()),
    ];
    let sent = phone.send("PATCH", &path, &headers, picture.to_vec()).await;
    let stands = phone.send("HEAD", &path, &[tus], "").await.is(200);
    assert_eq!(stands.header("upload-offset").unwrap(), picture.len().to_string());
    (image, sent)
}

async fn standing(office: &Office, draft: Uuid) -> String {
    let stands = office.doctor.get(&format!("/referrals/{draft}/phone")).await.is(200).json();
    stands["state"].as_str().unwrap().to_owned()
}

async fn a_phone_adds_and_removes_pictures_of_its_draft(office: Office) {
    let (draft, finding, phone) = connected(&office).await;
    assert_eq!(standing(&office, draft).await, "connected");
    let seen = phone.get("/phone").await.is(200).json();
    assert_eq!((&seen["patientName"], &seen["birthYear"]), (&json!("SYNTHETIC Kari Nordmann"), &json!(1958)));
    assert_eq!((&seen["finding"], &seen["pictures"]), (&json!(finding), &json!([])));
    for hidden in ["SYNTHETIC-1", "03-14", "mole", "six months"] {
        assert!(!seen.to_string().contains(hidden), "{hidden}");
    }
    let (first, sent) = send(&office, &phone, draft, &jpeg(100, 1)).await;
    sent.is(204);
    let (second, sent) = send(&office, &phone, draft, &jpeg(100, 2)).await;
    sent.is(204);
    assert_eq!(phone.get("/phone").await.json()["pictures"].as_array().unwrap().len(), 2);
    phone.delete(&format!("/phone/images/{second}")).await.is(204);
    let images = office.read(draft).await["images"].clone();
    let left: Vec<&Value> = images.as_array().unwrap().iter().filter(|one| one["removed"] == false).collect();
    assert_eq!((left.len(), &left[0]["id"]), (1, &json!(first)));
    let opened = office.ctx.audit.of_subject(draft).await.unwrap();
    assert!(opened.iter().any(|one| (one.action.as_str(), one.person) == ("open", office.doctor.id)));
    phone.send("POST", "/phone/close", &[], "").await.is(204);
    assert_eq!(phone.get("/phone").await.refusal(), (401, "phone-over".into()));
    assert_eq!(standing(&office, draft).await, "none");
}

async fn a_phone_can_do_nothing_else(office: Office) {
    let (draft, _, phone) = connected(&office).await;
    let (other, _) = office.draft().await;
    let theirs = upload(&office, other, None, &jpeg(100, 3)).await;
    let own = upload(&office, draft, None, &jpeg(100, 4)).await;
    for path in [
        format!("/referrals/{draft}"),
        format!("/referrals/{draft}/phone"),
        format!("/images/{own}/original"),
        "/referrals?tab=drafts".into(),
        "/departments".into(),
        "/limits".into(),
        "/notices".into(),
        "/errors".into(),
    ] {
        assert_eq!(phone.get(&path).await.refusal(), (401, "signed-out".into()), "{path}");
    }
    let submit = phone.post(&format!("/referrals/{draft}/submit"), json!({ "version": 1 })).await;
    assert_eq!(submit.refusal(), (401, "signed-out".into()));
    phone.get(&format!("/phone/images/{own}/original")).await.is(404);
    phone.get(&format!("/phone/images/{theirs}/160")).await.is(404);
    phone.delete(&format!("/phone/images/{theirs}")).await.is(404);
    let (_, refused) = send(&office, &phone, other, &jpeg(100, 5)).await;
    assert_eq!(refused.status, 404);
    // An office's session is no phone.
    assert_eq!(office.doctor.get("/phone").await.refusal(), (401, "phone-over".into()));
}

async fn a_code_opens_once_and_not_for_ever(office: Office) {
    let (draft, _) = office.draft().await;
    assert_eq!(standing(&office, draft).await, "none");
    let code = show(&office, draft).await;
    assert_eq!(standing(&office, draft).await, "waiting");
    office.stranger.post(&format!("/referrals/{draft}/phone"), json!({})).await.is(404);
    let phones = (0..4).map(|_| open(&office, &code));
    let opened: Vec<u16> = futures::future::join_all(phones).await.iter().map(|reply| reply.status.as_u16()).collect();
    assert_eq!(opened.iter().filter(|status| **status == 204).count(), 1, "{opened:?}");
    assert_eq!(open(&office, &code).await.refusal(), (410, "phone-code".into()));
    let late = show(&office, draft).await;
    office.wait(Duration::minutes(10)).await;
    assert_eq!(open(&office, &late).await.refusal(), (410, "phone-code".into()));
    // A newer code ends the one before.
    let (old, new) = (show(&office, draft).await, show(&office, draft).await);
    open(&office, &old).await.is(410);
    let phone = office.phone(&open(&office, &new).await.is(204));
    office.wait(Duration::minutes(29)).await;
    phone.get("/phone").await.is(200);
    office.wait(Duration::minutes(1)).await;
    phone.get("/phone").await.is(401);
}

async fn wrong_secrets_kill_a_code(office: Office) {
    let (draft, _) = office.draft().await;
    let code = show(&office, draft).await;
    let id = code.split_once('.').unwrap().0;
    for n in 0..5 {
        assert_eq!(open(&office, &format!("{id}.wrong{n}")).await.refusal(), (410, "phone-code".into()));
    }
    assert_eq!(open(&office, &code).await.refusal(), (410, "phone-code".into()));
    for nonsense in ["", "x", "no.code"] {
        open(&office, nonsense).await.is(410);
    }
}

async fn it_ends_with_the_draft_the_right_and_the_computer(office: Office) {
    let (draft, _, phone) = connected(&office).await;
    office.doctor.delete(&format!("/referrals/{draft}/phone")).await.is(204);
    office.doctor.delete(&format!("/referrals/{draft}/phone")).await.is(204);
    phone.get("/phone").await.is(401);
    let (draft, _, phone) = connected(&office).await;
    let (_, sent) = send(&office, &phone, draft, &jpeg(100, 6)).await;
    sent.is(204);
    office.doctor.post(&format!("/referrals/{draft}/submit"), json!({ "version": 1 })).await.is(200);
    phone.get("/phone").await.is(401);
    let late = office.doctor.post(&format!("/referrals/{draft}/phone"), json!({})).await;
    assert_eq!(late.refusal(), (409, "already-submitted".into()));
    let (draft, _, phone) = connected(&office).await;
    office.doctor.delete(&format!("/referrals/{draft}")).await.is(204);
    phone.get("/phone").await.is(401);
    let (_, _, phone) = connected(&office).await;
    let sql = "update kit_grant set ends_at = $2 where person = $1";
    office.ctx.db.q(sql).bind(office.doctor.id).bind(office.ctx.now()).exec_one().await.unwrap();
    phone.get("/phone").await.is(401);
}

async fn erased_drafts_leave_no_hand_over(office: Office) {
    let (draft, _, _) = connected(&office).await;
    office.doctor.delete(&format!("/referrals/{draft}")).await.is(204);
    office.wait(Duration::days(8)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    let (left,): (i64,) = office.ctx.db.q("select count(*) from intake_phone").one().await.unwrap();
    assert_eq!(left, 0);
}

async fn it_ends_with_the_session_that_lent_it(office: Office) {
    let (draft, _, phone) = connected(&office).await;
    // Taken back, a draft has no phone any more.
    office.doctor.delete(&format!("/referrals/{draft}")).await.is(204);
    office.doctor.post(&format!("/referrals/{draft}/restore"), json!({})).await.is(204);
    phone.get("/phone").await.is(401);
    // A locked screen leaves it, and so does somebody else who goes.
    let (draft, _, phone) = connected(&office).await;
    let now = office.ctx.now();
    let set = async |column: &str, person: Uuid| {
        let sql = match column {
            "locked" => "update kit_session set locked_at = $2 where person = $1",
            _ => "update kit_session set ended_at = $2 where person = $1",
        };
        office.ctx.db.q(sql).bind(person).bind(now + Duration::seconds(1)).exec_one().await.unwrap();
    };
    set("locked", office.doctor.id).await;
    set("ended", office.nurse.id).await;
    phone.get("/phone").await.is(200);
    set("ended", office.doctor.id).await;
    phone.get("/phone").await.is(401);
    let (_, refused) = send(&office, &phone, draft, &jpeg(100, 5)).await;
    assert_eq!(refused.refusal(), (401, "phone-over".into()));
}
