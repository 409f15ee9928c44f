//! Before and after: what would have been done without the service, what was done with the answer, filed in the record.

use crate::exchange::answer;
use crate::office::Office;
use crate::on_both;
use crate::pictures::{jpeg, upload};
use crate::sending::sent;
use proto::intake::{AnswerFiled, CloseOutRecorded, ReferralSubmitted};
use proto::review::AnswerGiven;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

on_both!(
    an_intention_goes_into_the_envelope,
    a_close_out_is_asked_for_until_it_is_recorded,
    a_close_out_can_be_put_right,
    an_amended_answer_asks_for_another_close_out,
    an_answer_is_filed_once,
    erasing_takes_the_words_along,
);

async fn read_answer(office: &Office) -> (Uuid, Value) {
    let (id, _) = sent(office).await;
    answer(office, id, office.id()).await;
    let shown = office.read(id).await;
    let body = json!({ "answerId": shown["answer"]["id"] });
    office.doctor.post(&format!("/referrals/{id}/acknowledge"), body).await.is(204);
    (id, shown["answer"]["id"].clone())
}

async fn an_intention_goes_into_the_envelope(office: Office) {
    let (id, finding) = office.draft().await;
    upload(&office, id, Some(finding), &jpeg(100, 1)).await;
    let path = format!("/referrals/{id}/submit");
    let wrong = office.doctor.post(&path, json!({ "version": 1, "intention": "guess" })).await;
    assert_eq!(wrong.refusal(), (400, "malformed".into()));
    let body = json!({ "version": 1, "intention": "treat" });
    let receipt = office.doctor.post(&path, body.clone()).await.is(200).json();
    assert_eq!(office.doctor.post(&path, body).await.is(200).json(), receipt);
    let (envelope, _) = office.last::<ReferralSubmitted>(id).await;
    assert_eq!(envelope.intention, "treat");
    assert_eq!(office.read(id).await["intention"], "treat");
    // The API sends without one.
    let (other, _) = sent(&office).await;
    let (envelope, _) = office.last::<ReferralSubmitted>(other).await;
    assert_eq!((envelope.intention.as_str(), &office.read(other).await["intention"]), ("", &Value::Null));
}

async fn a_close_out_is_asked_for_until_it_is_recorded(office: Office) {
    let (waiting, _) = sent(&office).await;
    let body = json!({ "outcome": "followed" });
    let early = office.doctor.post(&format!("/referrals/{waiting}/close-out"), body.clone()).await;
    assert_eq!(early.refusal(), (409, "not-read".into()));
    let (id, _) = read_answer(&office).await;
    assert_eq!(office.read(id).await["closeOutMissing"], true);
    let page = office.nurse.get("/referrals?tab=close-out").await.is(200).json();
    assert_eq!((&page["items"][0]["id"], &page["items"][0]["closeOutMissing"]), (&json!(id), &json!(true)));
    assert_eq!((&page["counts"]["closeOuts"], page["items"].as_array().unwrap().len()), (&json!(1), 1));
    assert_eq!(office.doctor.get("/referrals?tab=closed").await.json()["items"][0]["closeOutMissing"], true);
    assert_eq!(office.stranger.get("/referrals?tab=close-out").await.json()["counts"]["closeOuts"], 0);
    let path = format!("/referrals/{id}/close-out");
    office.stranger.post(&path, body.clone()).await.is(404);
    let long = json!({ "outcome": "followed", "text": "x".repeat(2001) });
    assert_eq!(office.doctor.post(&path, long).await.is(422).json()["errors"][0]["code"], "too-long");
    for reply in futures::future::join_all((0..4).map(|_| office.nurse.post(&path, body.clone()))).await {
        reply.is(204);
    }
    let shown = office.read(id).await;
    assert_eq!((&shown["closeOutMissing"], &shown["closeOut"]["outcome"]), (&json!(false), &json!("followed")));
    assert_eq!(shown["closeOut"]["by"], "SYNTHETIC Siri Sykepleier");
    let page = office.nurse.get("/referrals?tab=close-out").await.json();
    assert_eq!((&page["items"], &page["counts"]["closeOuts"]), (&json!([]), &json!(0)));
    let (envelope, _) = office.last::<CloseOutRecorded>(id).await;
    assert_eq!((envelope.close_out.as_str(), envelope.actor_role.as_str()), ("followed", "gp-staff"));
    assert_eq!(office.kinds(id).await.iter().filter(|kind| *kind == "CloseOutRecorded").count(), 1);
}

async fn a_close_out_can_be_put_right(office: Office) {
    let (id, _) = read_answer(&office).await;
    let path = format!("/referrals/{id}/close-out");
    office.doctor.post(&path, json!({ "outcome": "did-not-come" })).await.is(204);
    let right = json!({ "outcome": "referred", "text": " She wanted it. " });
    for _ in 0..2 {
        office.doctor.post(&path, right.clone()).await.is(204);
    }
    let shown = office.read(id).await["closeOut"].clone();
    assert_eq!((&shown["outcome"], &shown["text"]), (&json!("referred"), &json!("She wanted it.")));
    let (envelope, fact) = office.last::<CloseOutRecorded>(id).await;
    assert_eq!((envelope.close_out.as_str(), fact.text.as_str()), ("referred", "She wanted it."));
    assert_eq!(office.kinds(id).await.iter().filter(|kind| *kind == "CloseOutRecorded").count(), 2);
}

async fn an_amended_answer_asks_for_another_close_out(office: Office) {
    let (id, first) = read_answer(&office).await;
    let (path, body) = (format!("/referrals/{id}/close-out"), json!({ "outcome": "followed" }));
    office.doctor.post(&path, body.clone()).await.is(204);
    office.wait(Duration::minutes(1)).await;
    let (first, second): (Uuid, Uuid) = (first.as_str().unwrap().parse().unwrap(), office.id());
    let fact = AnswerGiven {
        answer: second.as_bytes().to_vec(),
        amends: first.as_bytes().to_vec(),
        reason: "Histology has come.".into(),
        ..AnswerGiven::default()
    };
    office.tell(id, &fact).await;
    assert_eq!(office.doctor.post(&path, body.clone()).await.refusal(), (409, "not-read".into()));
    let read = json!({ "answerId": second });
    office.doctor.post(&format!("/referrals/{id}/acknowledge"), read).await.is(204);
    let shown = office.read(id).await;
    assert_eq!((&shown["closeOutMissing"], &shown["closeOut"]), (&json!(true), &Value::Null));
    assert_eq!(office.nurse.get("/referrals?tab=close-out").await.json()["counts"]["closeOuts"], 1);
    // The same was done: that is another record, and the earlier one stays in what happened.
    for _ in 0..2 {
        office.doctor.post(&path, body.clone()).await.is(204);
    }
    let shown = office.read(id).await;
    assert_eq!((&shown["closeOutMissing"], &shown["closeOut"]["outcome"]), (&json!(false), &json!("followed")));
    let happened = shown["timeline"].as_array().unwrap().iter().filter(|one| one["what"] == "closed-out").count();
    let told = office.kinds(id).await.iter().filter(|kind| *kind == "CloseOutRecorded").count();
    assert_eq!((happened, told), (2, 2));
}

async fn an_answer_is_filed_once(office: Office) {
    let (id, answered) = read_answer(&office).await;
    let path = format!("/referrals/{id}/filed");
    assert_eq!(office.read(id).await["answer"]["filed"], Value::Null);
    office.stranger.post(&path, json!({ "answerId": answered })).await.is(404);
    office.doctor.post(&path, json!({ "answerId": office.id() })).await.is(404);
    let (other, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{other}/filed"), json!({ "answerId": answered })).await.is(404);
    office.nurse.post(&path, json!({ "answerId": answered })).await.is(204);
    office.doctor.post(&path, json!({ "answerId": answered })).await.is(204);
    assert_eq!(office.read(id).await["answer"]["filed"]["by"], "SYNTHETIC Siri Sykepleier");
    let (_, fact) = office.last::<AnswerFiled>(id).await;
    assert_eq!(fact.filed_by, "SYNTHETIC Siri Sykepleier");
    assert_eq!(office.kinds(id).await.iter().filter(|kind| *kind == "AnswerFiled").count(), 1);
}

async fn erasing_takes_the_words_along(office: Office) {
    let (id, answered) = read_answer(&office).await;
    let body = json!({ "outcome": "otherwise", "text": "Cortisone first." });
    office.doctor.post(&format!("/referrals/{id}/close-out"), body).await.is(204);
    office.doctor.post(&format!("/referrals/{id}/filed"), json!({ "answerId": answered })).await.is(204);
    intake::erase(&office.ctx, id).await.unwrap();
    for sql in [
        "select count(*) from intake_referral where id = $1 and close_out_text is not null",
        "select count(*) from intake_answer where referral = $1 and filed_by is not null",
        "select count(*) from intake_opening where referral = $1",
    ] {
        let (left,): (i64,) = office.ctx.db.q(sql).bind(id).one().await.unwrap();
        assert_eq!(left, 0, "{sql}");
    }
    // What the study counts stays.
    let sql = "select close_out from intake_referral where id = $1";
    let (outcome,): (Option<String>,) = office.ctx.db.q(sql).bind(id).one().await.unwrap();
    assert_eq!(outcome.as_deref(), Some("otherwise"));
}
