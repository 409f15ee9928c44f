//! What the department and imaging say: questions, answers, smaller copies.

use crate::office::Office;
use crate::on_both;
use crate::pictures::{digest, jpeg, upload};
use crate::sending::sent;
use proto::imaging::{ImageReady, Quality, Rendition};
use proto::intake::InformationSupplied;
use proto::review::{AnswerGiven, FindingAnswer, InformationRequested};
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(
    a_question_is_shown,
    a_reply_is_checked,
    a_reply_goes_out_once,
    nothing_is_added_after_the_answer,
    a_question_after_the_answer_is_open,
    only_a_question_after_the_answer_is_waited_for,
    an_answer_is_read,
    an_answer_that_crossed_a_withdrawal_is_kept,
    a_second_answer_does_not_hide_the_first,
    an_erased_referral_is_gone,
    pictures_become_ready,
    a_damaged_picture_is_never_served,
    events_about_the_unknown_are_ignored,
    statements_prepare,
);

pub async fn ask(office: &Office, referral: Uuid) -> Uuid {
    let question = office.id();
    let fact = InformationRequested {
        question: question.as_bytes().to_vec(),
        wants: "better-images,history".into(),
        text: "A sharper picture, please.".into(),
        asked_by: "SYNTHETIC Hanne Hudlege".into(),
    };
    office.tell(referral, &fact).await;
    question
}

pub async fn answer(office: &Office, referral: Uuid, finding: Uuid) {
    let finding = FindingAnswer {
        finding: finding.as_bytes().to_vec(),
        diagnosis: "Seborrhoeic keratosis".into(),
        certainty: "certain".into(),
        disposition: "gp-manages".into(),
        plan: "No treatment.".into(),
    };
    let fact = AnswerGiven {
        answer: office.id().as_bytes().to_vec(),
        answered_by: "SYNTHETIC Hanne Hudlege".into(),
        role: "specialist".into(),
        department_name: "Hudavdelingen (SYNTHETIC)".into(),
        summary: "Benign.".into(),
        findings: vec![finding],
        tells_patient: "practice".into(),
        books: "nobody".into(),
        ..AnswerGiven::default()
    };
    office.tell(referral, &fact).await;
}

async fn a_question_is_shown(office: Office) {
    let (id, _) = sent(&office).await;
    let question = ask(&office, id).await;
    let shown = office.read(id).await;
    assert_eq!(shown["state"], "awaiting-information");
    let asked = &shown["questions"][0];
    assert_eq!(asked["id"], json!(question));
    assert_eq!(asked["text"], "A sharper picture, please.");
    assert_eq!(asked["wants"], json!(["better-images", "history"]));
    assert_eq!(asked["askedBy"], "SYNTHETIC Hanne Hudlege");
    let waiting = office.doctor.get("/referrals?tab=waiting").await.json();
    assert_eq!(waiting["items"][0]["question"], true);
}

fn reply(question: Uuid, text: &str, images: &[Uuid]) -> Value {
    json!({"questionId": question, "text": text, "imageIds": images})
}

async fn a_reply_is_checked(office: Office) {
    let (id, first) = sent(&office).await;
    let path = format!("/referrals/{id}/information");
    let question = ask(&office, id).await;
    let image = upload(&office, id, None, &jpeg(120, 1)).await;
    let unknown = reply(office.id(), "x", &[]);
    office.doctor.post(&path, unknown).await.is(404);
    for (images, text, field, code) in [
        (vec![], "", "text", "required"),
        (vec![], "Here.", "imageIds", "image-left-out"),
        (vec![image, first], "Here.", "imageIds[1]", "unknown-image"),
    ] {
        let refused = office.doctor.post(&path, reply(question, text, &images)).await;
        let error = refused.is(422).json()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)));
    }
    assert_eq!(office.read(id).await["state"], "awaiting-information");
}

async fn a_reply_goes_out_once(office: Office) {
    let (id, _) = sent(&office).await;
    let path = format!("/referrals/{id}/information");
    let question = ask(&office, id).await;
    let image = upload(&office, id, None, &jpeg(120, 1)).await;
    for _ in 0..2 {
        office.nurse.post(&path, reply(question, "Here.", &[image])).await.is(204);
    }
    let another = office.doctor.post(&path, reply(question, "Another.", &[image])).await;
    assert_eq!(another.refusal(), (409, "already-supplied".into()));

    let (envelope, fact) = office.last::<InformationSupplied>(id).await;
    assert_eq!((envelope.actor_role.as_str(), envelope.images), ("gp-staff", 1));
    assert_eq!((fact.question.as_slice(), fact.text.as_str()), (question.as_bytes().as_slice(), "Here."));
    assert_eq!((fact.pictures.len(), fact.pictures[0].image.as_slice()), (1, image.as_bytes().as_slice()));
    let kinds = office.kinds(id).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "InformationSupplied").count(), 1);

    let shown = office.read(id).await;
    assert_eq!(shown["state"], "submitted");
    assert_eq!(shown["questions"][0]["reply"], "Here.");
    assert_eq!(shown["questions"][0]["replyImages"], json!([image]));
    let receipt = shown["receipt"]["images"].as_array().unwrap();
    assert_eq!(receipt.len(), 1, "the receipt stays what it was");
    let what: Vec<&str> =
        shown["timeline"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["started", "submitted", "asked", "supplied"]);
}

async fn nothing_is_added_after_the_answer(office: Office) {
    let (id, _) = sent(&office).await;
    let question = ask(&office, id).await;
    answer(&office, id, office.id()).await;
    let path = format!("/referrals/{id}/information");
    let late = office.doctor.post(&path, reply(question, "x", &[])).await;
    assert_eq!(late.refusal(), (409, "no-open-question".into()));
    assert_eq!(office.read(id).await["state"], "answered");
}

async fn an_answer_is_read(office: Office) {
    let (id, _) = sent(&office).await;
    let finding: Uuid = office.read(id).await["content"]["findings"][0]["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/referrals/{id}/acknowledge");
    let early = office.doctor.post(&path, json!({ "answerId": office.id() })).await;
    assert_eq!(early.refusal(), (409, "no-answer".into()));
    answer(&office, id, finding).await;
    let list = office.nurse.get("/referrals?tab=answers").await.is(200).json();
    assert_eq!((&list["items"][0]["unread"], &list["counts"]["answers"]), (&json!(true), &json!(1)));
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["answer"]["summary"]), (&json!("answered"), &json!("Benign.")));
    assert_eq!(shown["answer"]["answeredBy"], json!({"name": "SYNTHETIC Hanne Hudlege", "role": "specialist"}));
    assert_eq!(
        (&shown["answer"]["findings"][0]["findingId"], &shown["answer"]["afterWithdrawal"]),
        (&json!(finding), &json!(false))
    );
    assert_eq!(
        office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "x"})).await.refusal(),
        (409, "already-answered".into())
    );
    let other = office.doctor.post(&path, json!({ "answerId": office.id() })).await;
    assert_eq!(other.refusal(), (409, "newer-answer".into()));
    for _ in 0..2 {
        office.doctor.post(&path, json!({ "answerId": shown["answer"]["id"] })).await.is(204);
    }
    assert_eq!(office.kinds(id).await.last().unwrap(), "AnswerAcknowledged");
    assert_eq!(office.kinds(id).await.iter().filter(|kind| *kind == "AnswerAcknowledged").count(), 1);
    assert_eq!(office.read(id).await["state"], "acknowledged");
    assert_eq!(office.nurse.get("/referrals?tab=closed").await.json()["items"][0]["unread"], false);
}

async fn an_answer_that_crossed_a_withdrawal_is_kept(office: Office) {
    let (id, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "Moved away."})).await.is(204);
    answer(&office, id, office.id()).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["answer"]["afterWithdrawal"]), (&json!("withdrawn"), &json!(true)));
    // It waits to be read like any other.
    assert_eq!(office.doctor.get("/referrals?tab=answers").await.json()["items"][0]["id"], json!(id));
    let body = json!({ "answerId": shown["answer"]["id"] });
    office.doctor.post(&format!("/referrals/{id}/acknowledge"), body).await.is(204);
    assert_eq!(office.read(id).await["state"], "withdrawn");
    assert_eq!(office.doctor.get("/referrals?tab=closed").await.json()["items"][0]["id"], json!(id));
}

async fn a_second_answer_does_not_hide_the_first(office: Office) {
    let (id, _) = sent(&office).await;
    let findings = [office.id(), office.id(), office.id()];
    for finding in findings {
        answer(&office, id, finding).await;
        office.wait(time::Duration::minutes(1)).await;
    }
    let shown = office.read(id).await;
    let of = |answer: &Value| answer["findings"][0]["findingId"].clone();
    assert_eq!(of(&shown["answer"]), json!(findings[2]));
    let earlier: Vec<Value> = shown["earlierAnswers"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(earlier, [json!(findings[0]), json!(findings[1])]);
    // Who still has the first one on the page has not read the last one.
    let path = format!("/referrals/{id}/acknowledge");
    let stale = office.doctor.post(&path, json!({ "answerId": shown["earlierAnswers"][0]["id"] })).await;
    assert_eq!(stale.refusal(), (409, "newer-answer".into()));
    assert_eq!(office.doctor.get("/referrals?tab=answers").await.json()["items"][0]["id"], json!(id));
    office.doctor.post(&path, json!({ "answerId": shown["answer"]["id"] })).await.is(204);
    // One that comes after reading is unread again.
    answer(&office, id, office.id()).await;
    assert_eq!(office.read(id).await["state"], "answered");
    let late = office.doctor.post(&path, json!({ "answerId": shown["answer"]["id"] })).await;
    assert_eq!(late.refusal(), (409, "newer-answer".into()));
}

async fn an_erased_referral_is_gone(office: Office) {
    let (kept, _) = sent(&office).await;
    let (id, image) = sent(&office).await;
    let question = ask(&office, id).await;
    answer(&office, id, office.id()).await;
    let unknown = office.id();
    let refused = intake::erase(&office.ctx, unknown).await.unwrap_err();
    assert!(refused.to_string().starts_with(&format!("no referral has the id {unknown}")), "{refused}");
    // The id of something else destroys nothing.
    assert!(intake::erase(&office.ctx, office.practice).await.is_err());
    office.ctx.keys.get(office.practice).await.unwrap();
    for _ in 0..2 {
        intake::erase(&office.ctx, id).await.unwrap();
    }
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    let path = format!("/referrals/{id}");
    office.doctor.get(&path).await.is(404);
    for (act, body) in [
        ("acknowledge", json!({ "answerId": office.id() })),
        ("withdraw", json!({"reason": "x"})),
        ("submit", json!({"version": 1})),
        ("restore", json!({})),
        ("information", reply(question, "x", &[])),
    ] {
        office.doctor.post(&format!("{path}/{act}"), body).await.is(404);
    }
    office.doctor.delete(&path).await.is(404);
    office.save(id, 0, office.content(office.id())).await.is(404);
    office.doctor.get(&format!("/images/{image}/original")).await.is(404);
    let page = office.doctor.get("/referrals?tab=answers").await.is(200).json();
    assert_eq!(
        (&page["items"], &page["counts"]),
        (&json!([]), &json!({"answers": 0, "waiting": 1, "drafts": 0, "closeOuts": 0, "toSend": 0}))
    );
    office.doctor.get(&format!("/referrals/{kept}")).await.is(200);
    let events = office.events(id).await;
    let told: Vec<_> = events.iter().filter(|event| event.kind() == "ReferralErased").collect();
    assert_eq!((told.len(), &told[0].sealed), (1, &None));
    let envelope = &told[0].envelope;
    assert!(envelope.key.is_empty() && envelope.actor.is_empty());
    assert_eq!(
        (told[0].practice(), envelope.specialty.as_str(), envelope.test),
        (Some(office.practice), "dermatology", false)
    );
    for sql in [
        "select count(*) from intake_referral where id = $1 and (length(content) > 0 or identifier_hash is not null or withdraw_reason is not null)",
        "select count(*) from intake_question where referral = $1 and (asked is not null or reply is not null)",
        "select count(*) from intake_answer where referral = $1 and content is not null",
        "select count(*) from intake_happening where referral = $1 and who is not null",
    ] {
        let (left,): (i64,) = office.ctx.db.q(sql).bind(id).one().await.unwrap();
        assert_eq!(left, 0, "{sql}");
    }
}

/// Stores a smaller copy as imaging does, and says so.
async fn ready(office: &Office, referral: Uuid, image: Uuid, copy: &[u8]) -> String {
    let key = office.ctx.keys.get(referral).await.unwrap();
    let object = format!("derivatives/{image}/512");
    let stored = office.ctx.put_picture(&key, &object, image, copy).await.unwrap();
    let rendition = Rendition {
        longest: 512,
        width: 90,
        height: 90,
        object: object.clone(),
        bytes: copy.len() as u64,
        sha256: stored.sha256,
        stored_sha256: stored.stored_sha256,
    };
    let quality =
        Quality { model: "1".into(), sharpness: 12.5, mean_luma: 101.0, verdict: "good".into(), ..Quality::default() };
    let fact = ImageReady {
        image: image.as_bytes().to_vec(),
        renditions: vec![rendition],
        width: 100,
        height: 100,
        quality: Some(quality),
        captured_us: 1_772_000_000_000_000,
    };
    office.tell(referral, &fact).await;
    object
}

async fn pictures_become_ready(office: Office) {
    let (id, image) = sent(&office).await;
    let copy = jpeg(90, 2);
    ready(&office, id, image, &copy).await;
    let shown = office.read(id).await["images"][0].clone();
    assert_eq!((&shown["state"], &shown["width"]), (&json!("ready"), &json!(100)));
    assert_eq!(shown["capturedAt"], "2026-02-25T06:13:20Z");
    assert_eq!(shown["quality"], json!({"sharpness": 12.5, "exposure": 101.0, "verdict": "good"}));
    let path = format!("/images/{image}/512");
    let served = office.nurse.get(&path).await.is(200);
    assert_eq!((served.body.as_slice(), served.header("content-type")), (copy.as_slice(), Some("image/jpeg")));
    let etag = format!("\"{}\"", digest(&copy));
    assert_eq!(served.header("etag"), Some(etag.as_str()));
    assert!(served.header("cache-control").unwrap().starts_with("private"));
    let unchanged = office.nurse.send("GET", &path, &[("if-none-match", etag)], "").await.is(304);
    assert!(unchanged.body.is_empty());
    let reads = office.reads(id).await;
    assert_eq!(reads.iter().filter(|(person, what)| *person == office.nurse.id && what == "image 512").count(), 2);
    for other in ["160", "2048", "513", "original.jpg"] {
        office.nurse.get(&format!("/images/{image}/{other}")).await.is(404);
    }
}

async fn a_damaged_picture_is_never_served(office: Office) {
    let (id, image) = sent(&office).await;
    let object = ready(&office, id, image, &jpeg(90, 3)).await;
    for object in [object, format!("originals/{image}")] {
        let mut bytes = office.ctx.objects.get(&object).await.unwrap().to_vec();
        bytes[40] ^= 1;
        office.ctx.janitor.as_ref().unwrap().put(&object, bytes.into()).await.unwrap();
    }
    for (rendition, status, code) in [("512", 503, "picture-remade"), ("original", 410, "picture-damaged")] {
        let refused = office.doctor.get(&format!("/images/{image}/{rendition}")).await.is(status);
        assert_eq!(refused.code(), code);
    }
}

async fn events_about_the_unknown_are_ignored(office: Office) {
    let (id, elsewhere) = (office.id(), office.id());
    office.ctx.keys.ensure(id).await.unwrap();
    let fact = ImageReady { image: elsewhere.as_bytes().to_vec(), ..ImageReady::default() };
    office.tell(id, &fact).await;
    ask(&office, id).await;
    answer(&office, id, elsewhere).await;
    let (count,): (i64,) = office.ctx.db.q("select count(*) from intake_answer").one().await.unwrap();
    assert_eq!(count, 0);
}

async fn statements_prepare(office: Office) {
    let statements = kit::run::statements(office.world.running.services());
    let own: Vec<_> = statements.iter().filter(|(owner, ..)| *owner == "intake").collect();
    assert!(own.len() > 50, "{}", own.len());
    for (_, name, text) in own {
        office.ctx.db.prepare(text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// The office replied while the answer was on its way; the department takes the referral up again and asks once more.
async fn a_question_after_the_answer_is_open(office: Office) {
    let (id, _) = sent(&office).await;
    let path = format!("/referrals/{id}");
    let first = ask(&office, id).await;
    office.doctor.post(&format!("{path}/information"), reply(first, "Since May.", &[])).await.is(204);
    answer(&office, id, office.id()).await;
    office.wait(time::Duration::minutes(1)).await;
    let second = ask(&office, id).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["chair"]["owner"]), (&json!("awaiting-information"), &json!("practice")));
    let list = office.nurse.get("/referrals?tab=answers").await.json();
    assert_eq!((&list["items"][0]["unread"], &list["items"][0]["question"]), (&json!(true), &json!(true)));
    // Reading the answer leaves the question open.
    let body = json!({ "answerId": shown["answer"]["id"] });
    office.doctor.post(&format!("{path}/acknowledge"), body).await.is(204);
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["chair"]["owner"]), (&json!("awaiting-information"), &json!("practice")));
    assert!(shown["chair"]["due"].is_string() && shown["acknowledgedAt"].is_string());
    let waiting = office.nurse.get("/referrals?tab=waiting").await.json();
    assert_eq!((&waiting["items"][0]["id"], &waiting["items"][0]["question"]), (&json!(id), &json!(true)));
    let told = office.kinds(id).await;
    assert_eq!(told[told.len() - 2..], ["AnswerAcknowledged", "ResponsibilityTaken"], "it stays open");
    office.nurse.post(&format!("{path}/information"), reply(second, "No.", &[])).await.is(204);
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["chair"]["owner"]), (&json!("submitted"), &json!("department")));
    office.wait(time::Duration::minutes(1)).await;
    answer(&office, id, office.id()).await;
    assert_eq!(office.read(id).await["state"], "answered");
    let list = office.nurse.get("/referrals?tab=answers").await.json();
    assert_eq!((&list["items"][0]["unread"], &list["items"][0]["question"]), (&json!(true), &json!(false)));
}

async fn only_a_question_after_the_answer_is_waited_for(office: Office) {
    let (id, _) = sent(&office).await;
    let path = format!("/referrals/{id}");
    ask(&office, id).await;
    office.wait(time::Duration::days(20)).await;
    answer(&office, id, office.id()).await;
    let body = json!({ "answerId": office.read(id).await["answer"]["id"] });
    office.doctor.post(&format!("{path}/acknowledge"), body).await.is(204);
    assert_eq!(office.doctor.get("/clinicians").await.json()[0]["open"], 0);
    office.wait(time::Duration::minutes(1)).await;
    let second = ask(&office, id).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["chair"]["level"]), (&json!("awaiting-information"), &json!(0)), "not late");
    assert_eq!(office.kinds(id).await.last().unwrap(), "ResponsibilityTaken");
    assert_eq!(office.doctor.get("/clinicians").await.json()[0]["open"], 1);
    office.doctor.post(&format!("{path}/information"), reply(second, "No.", &[])).await.is(204);
    assert_eq!(office.read(id).await["state"], "submitted");
}
