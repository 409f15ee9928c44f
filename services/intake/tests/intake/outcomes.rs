//! What a department decides beside an answer: it amends one, declines, forwards.

use crate::office::Office;
use crate::on_both;
use crate::sending::sent;
use proto::intake::AnswerAcknowledged;
use proto::review::{AnswerGiven, FindingAnswer, ReferralDeclined, ReferralForwarded};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

on_both!(
    an_amended_answer_is_unread_again,
    a_refusal_is_read_like_an_answer,
    a_refusal_that_crossed_a_withdrawal_asks_nothing,
    a_refusal_can_be_taken_back_by_an_answer,
    a_second_refusal_is_unread_again,
    a_forwarded_referral_says_where_it_is,
    what_is_erased_says_nothing,
);

async fn answer(office: &Office, referral: Uuid, amends: Option<Uuid>) -> Uuid {
    let id = office.id();
    let finding = FindingAnswer { diagnosis: "Naevus".into(), plan: "None.".into(), ..FindingAnswer::default() };
    let fact = AnswerGiven {
        answer: id.as_bytes().to_vec(),
        answered_by: "SYNTHETIC Hanne Hudlege".into(),
        role: "specialist".into(),
        department_name: "Hudavdelingen (SYNTHETIC)".into(),
        summary: if amends.is_some() { "To be cut.".into() } else { "Benign.".into() },
        findings: vec![finding],
        amends: amends.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        reason: amends.map(|_| "Histology has come.".to_owned()).unwrap_or_default(),
        tells_patient: "practice".into(),
        books: if amends.is_some() { "department".into() } else { "nobody".into() },
    };
    office.tell(referral, &fact).await;
    id
}

async fn decline(office: &Office, referral: Uuid) -> Uuid {
    let id = office.id();
    let fact = ReferralDeclined {
        decline: id.as_bytes().to_vec(),
        declined_by: "SYNTHETIC Hanne Hudlege".into(),
        role: "specialist".into(),
        department_name: "Hudavdelingen (SYNTHETIC)".into(),
        reason: "not-suited".into(),
        text: "The scalp: please send the patient.".into(),
    };
    office.tell(referral, &fact).await;
    id
}

async fn acknowledge(office: &Office, referral: Uuid, read: Uuid) -> crate::office::Reply {
    office.doctor.post(&format!("/referrals/{referral}/acknowledge"), json!({ "answerId": read })).await
}

fn timeline(shown: &Value) -> Vec<&str> {
    shown["timeline"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect()
}

async fn an_amended_answer_is_unread_again(office: Office) {
    let (id, _) = sent(&office).await;
    let first = answer(&office, id, None).await;
    let shown = office.read(id).await["answer"].clone();
    assert_eq!((&shown["tellsPatient"], &shown["books"]), (&json!("practice"), &json!("nobody")));
    assert_eq!((&shown["amends"], &shown["reason"]), (&Value::Null, &json!("")));
    acknowledge(&office, id, first).await.is(204);
    office.wait(Duration::minutes(1)).await;
    let second = answer(&office, id, Some(first)).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["acknowledgedAt"]), (&json!("answered"), &Value::Null));
    assert_eq!(
        (&shown["answer"]["amends"], &shown["answer"]["reason"]),
        (&json!(first), &json!("Histology has come."))
    );
    assert_eq!(shown["answer"]["books"], "department");
    assert_eq!(
        (&shown["earlierAnswers"][0]["id"], &shown["earlierAnswers"][0]["summary"]),
        (&json!(first), &json!("Benign."))
    );
    let row = office.nurse.get("/referrals?tab=answers").await.json()["items"][0].clone();
    assert_eq!((&row["unread"], &row["amended"]), (&json!(true), &json!(true)));
    assert_eq!(acknowledge(&office, id, first).await.refusal(), (409, "newer-answer".into()));
    office.wait(Duration::minutes(1)).await;
    acknowledge(&office, id, second).await.is(204);
    let what = ["started", "submitted", "answered", "acknowledged", "amended", "acknowledged"];
    assert_eq!(timeline(&office.read(id).await), what);
}

async fn a_refusal_is_read_like_an_answer(office: Office) {
    let (id, _) = sent(&office).await;
    let refusal = decline(&office, id).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["answer"]), (&json!("declined"), &Value::Null));
    let said = &shown["declined"];
    assert_eq!((&said["reason"], &said["text"]), (&json!("not-suited"), &json!("The scalp: please send the patient.")));
    assert_eq!(said["declinedBy"], json!({"name": "SYNTHETIC Hanne Hudlege", "role": "specialist"}));
    let list = office.nurse.get("/referrals?tab=answers").await.json();
    assert_eq!((&list["items"][0]["unread"], &list["items"][0]["state"]), (&json!(true), &json!("declined")));
    assert_eq!(list["counts"], json!({"answers": 1, "waiting": 0, "drafts": 0, "toSend": 0, "closeOuts": 0}));
    let withdrawn = office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "x"})).await;
    assert_eq!(withdrawn.refusal(), (409, "declined".into()));
    assert_eq!(acknowledge(&office, id, office.id()).await.refusal(), (409, "newer-answer".into()));
    for _ in 0..2 {
        acknowledge(&office, id, refusal).await.is(204);
    }
    let (envelope, _) = office.last::<AnswerAcknowledged>(id).await;
    assert_eq!(envelope.disposition, "reject", "no answer was read");
    assert_eq!(office.read(id).await["state"], "declined");
    assert_eq!(office.doctor.get("/referrals?tab=closed").await.json()["items"][0]["unread"], false);
}

async fn a_refusal_that_crossed_a_withdrawal_asks_nothing(office: Office) {
    let (id, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "Moved away."})).await.is(204);
    decline(&office, id).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], timeline(&shown).last()), (&json!("withdrawn"), Some(&"declined")));
    assert_eq!(office.doctor.get("/referrals?tab=answers").await.json()["items"], json!([]));
}

/// A reply that was under way brought the case back at the department.
async fn a_refusal_can_be_taken_back_by_an_answer(office: Office) {
    let (id, _) = sent(&office).await;
    let refusal = decline(&office, id).await;
    office.wait(Duration::minutes(1)).await;
    let given = answer(&office, id, None).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["answer"]["id"]), (&json!("answered"), &json!(given)));
    assert_eq!(acknowledge(&office, id, refusal).await.refusal(), (409, "newer-answer".into()));
    acknowledge(&office, id, given).await.is(204);
    let (envelope, _) = office.last::<AnswerAcknowledged>(id).await;
    assert_eq!(envelope.disposition, "");
}

/// A reply that was under way brought the case back, and the department declined it again.
async fn a_second_refusal_is_unread_again(office: Office) {
    let (id, _) = sent(&office).await;
    let first = decline(&office, id).await;
    acknowledge(&office, id, first).await.is(204);
    assert_eq!(office.read(id).await["chair"], Value::Null);
    office.wait(Duration::minutes(1)).await;
    let second = decline(&office, id).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["chair"]["owner"]), (&json!("declined"), &json!("practice")));
    assert_eq!(office.nurse.get("/referrals?tab=answers").await.json()["items"][0]["unread"], true);
    assert_eq!(acknowledge(&office, id, first).await.refusal(), (409, "newer-answer".into()));
    acknowledge(&office, id, second).await.is(204);
    assert_eq!(office.read(id).await["chair"], Value::Null);
}

async fn a_forwarded_referral_says_where_it_is(office: Office) {
    let (id, _) = sent(&office).await;
    let before = office.read(id).await;
    let elsewhere = office.id();
    let forward = |from: &str, to: &str| ReferralForwarded {
        forward: office.id().as_bytes().to_vec(),
        forwarded_by: "SYNTHETIC Hanne Hudlege".into(),
        role: "specialist".into(),
        from_department_name: from.into(),
        to_department_name: to.into(),
        from_specialty: "dermatology".into(),
        to_specialty: "ent".into(),
        text: "Inside the ear.".into(),
        due_us: 0,
    };
    office.tell_of(id, elsewhere, &forward("Hudavdelingen (SYNTHETIC)", "ØNH (SYNTHETIC)")).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["withDepartment"], &shown["withSpecialty"]), (&json!("ØNH (SYNTHETIC)"), &json!("ent")));
    let step = &shown["forwards"][0];
    assert_eq!((&step["text"], &step["by"]), (&json!("Inside the ear."), &json!("SYNTHETIC Hanne Hudlege")));
    assert_eq!((&shown["state"], &shown["dueAt"]), (&json!("submitted"), &before["dueAt"]));
    assert_eq!(shown["receipt"], before["receipt"], "the receipt stays what it was");
    let again = office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(200).json();
    assert_eq!(again, before["receipt"]);
    let row = office.doctor.get("/referrals?tab=waiting").await.json()["items"][0].clone();
    assert_eq!((&row["departmentName"], &row["specialty"]), (&json!("ØNH (SYNTHETIC)"), &json!("ent")));
    // What the office does from now on is about where the referral is.
    office.tell_of(id, office.department, &forward("ØNH (SYNTHETIC)", "Hudavdelingen (SYNTHETIC)")).await;
    office.tell_of(id, elsewhere, &forward("Hudavdelingen (SYNTHETIC)", "ØNH (SYNTHETIC)")).await;
    assert_eq!(office.read(id).await["forwards"].as_array().unwrap().len(), 3, "it may come back");
    office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "Moved."})).await.is(204);
    let events = office.events(id).await;
    let last = events.last().unwrap();
    assert_eq!((last.department(), last.envelope.specialty.as_str()), (Some(elsewhere), "ent"));
    // One that crossed the withdrawal says where it was.
    office.tell_of(id, office.department, &forward("ØNH (SYNTHETIC)", "Hudavdelingen (SYNTHETIC)")).await;
    let shown = office.read(id).await;
    assert_eq!((&shown["state"], &shown["withDepartment"]), (&json!("withdrawn"), &json!("Hudavdelingen (SYNTHETIC)")));
}

async fn what_is_erased_says_nothing(office: Office) {
    let (id, _) = sent(&office).await;
    decline(&office, id).await;
    intake::erase(&office.ctx, id).await.unwrap();
    assert!(office.ctx.keys.get(id).await.is_err());
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    for sql in [
        "select count(*) from intake_decline where referral = $1 and content is not null",
        "select count(*) from intake_forward where referral = $1 and content is not null",
    ] {
        let (left,): (i64,) = office.ctx.db.q(sql).bind(id).one().await.unwrap();
        assert_eq!(left, 0, "{sql}");
    }
}
