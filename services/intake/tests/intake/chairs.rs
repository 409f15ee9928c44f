//! Whose an open case is, as the office sees it: its lists by date, and what climbs.

use crate::office::Office;
use crate::on_both;
use crate::sending::sent;
use kit::log::Envelope;
use proto::Event;
use proto::directory::PracticeDeputyChosen;
use proto::review::{AnswerGiven, InformationRequested, PracticePhoned};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

on_both!(
    a_sent_referral_is_the_department_s,
    an_unread_answer_climbs,
    what_an_answer_recommends_hurries_it,
    a_deputy_counts_while_they_work_there,
    a_call_gives_it_back,
    open_cases_come_by_their_dates,
);

async fn chair(office: &Office, id: Uuid) -> (String, i64, String) {
    let chair = office.read(id).await["chair"].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&chair["owner"]), chair["level"].as_i64().unwrap_or(-1), text(&chair["due"]))
}

async fn answer(office: &Office, id: Uuid) -> Uuid {
    let answer = office.id();
    office.tell(id, &AnswerGiven { answer: answer.as_bytes().to_vec(), ..AnswerGiven::default() }).await;
    answer
}

/// Publishes a fact about the practice as the directory does.
async fn tell_practice<E: Event>(office: &Office, fact: &E) {
    let mut tx = office.ctx.begin().await.unwrap();
    let envelope = Envelope { key: office.practice.as_bytes().to_vec(), ..office.ctx.about(office.practice, None) };
    office.ctx.publish(&mut tx, envelope, fact).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
}

/// In the middle of a working day, 9 in the morning in Oslo.
fn monday(office: &Office) {
    office.world.clock.hold(kit::testing::monday());
}

async fn a_sent_referral_is_the_department_s(office: Office) {
    monday(&office);
    let (draft, _) = office.draft().await;
    assert_eq!(office.read(draft).await["chair"], Value::Null, "a draft is nobody's case");
    let (id, _) = sent(&office).await;
    assert_eq!(chair(&office, id).await, ("department".into(), 0, "2026-03-05T22:59:59Z".into()));
    office.wait(Duration::days(3) + Duration::hours(15)).await;
    assert_eq!(chair(&office, id).await.1, 1, "late: its coordinator's");
    office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "Moved."})).await.is(204);
    assert_eq!(office.read(id).await["chair"], Value::Null);
}

async fn an_unread_answer_climbs(office: Office) {
    monday(&office);
    let (id, _) = sent(&office).await;
    let question = office.id();
    let asked = InformationRequested { question: question.as_bytes().to_vec(), ..InformationRequested::default() };
    office.tell(id, &asked).await;
    assert_eq!(chair(&office, id).await, ("practice".into(), 0, "2026-03-03T22:59:59Z".into()), "urgent: one day");
    office.wait(Duration::hours(40)).await;
    assert_eq!(chair(&office, id).await, ("call-list".into(), 2, "2026-03-05T22:59:59Z".into()), "no deputy");
    let reply = json!({"questionId": question, "text": "Here.", "imageIds": []});
    office.doctor.post(&format!("/referrals/{id}/information"), reply).await.is(204);
    assert_eq!(chair(&office, id).await.0, "department");
    let first = answer(&office, id).await;
    assert_eq!(chair(&office, id).await.0, "practice");
    let list = office.nurse.get("/referrals?tab=answers").await.is(200).json();
    assert_eq!(list["items"][0]["chair"]["owner"], "practice");
    office.doctor.post(&format!("/referrals/{id}/acknowledge"), json!({"answerId": first})).await.is(204);
    assert_eq!(office.read(id).await["chair"], Value::Null);
    // An amended answer is unread again, and begins anew.
    answer(&office, id).await;
    assert_eq!(chair(&office, id).await, ("practice".into(), 0, "2026-03-05T22:59:59Z".into()));
}

async fn what_an_answer_recommends_hurries_it(office: Office) {
    monday(&office);
    let (id, _) = sent(&office).await;
    // As if it had been sent as routine.
    office.ctx.db.q("update intake_referral set priority = 'routine' where id = $1").bind(id).exec_one().await.unwrap();
    for (disposition, due) in [
        ("cancer-pathway", "2026-03-03T22:59:59Z"),
        ("gp-manages", "2026-03-05T22:59:59Z"),
        ("face-to-face-urgent", "2026-03-03T22:59:59Z"),
    ] {
        let mut tx = office.ctx.begin().await.unwrap();
        let (key, department) = (id.as_bytes().to_vec(), office.department.as_bytes().to_vec());
        let envelope = Envelope { key, department, disposition: disposition.into(), ..office.ctx.about(id, None) };
        let answer = AnswerGiven { answer: office.id().as_bytes().to_vec(), ..AnswerGiven::default() };
        office.ctx.publish(&mut tx, envelope, &answer).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(office.world.settle().await.unwrap().len(), 0);
        assert_eq!(chair(&office, id).await, ("practice".into(), 0, due.into()), "{disposition}");
    }
}

async fn a_deputy_counts_while_they_work_there(office: Office) {
    monday(&office);
    let (id, _) = sent(&office).await;
    answer(&office, id).await;
    let chosen = PracticeDeputyChosen { person: office.nurse.id.as_bytes().to_vec(), name: "SYNTHETIC Siri".into() };
    tell_practice(&office, &chosen).await;
    office.wait(Duration::hours(40)).await;
    assert_eq!(chair(&office, id).await, ("deputy".into(), 1, "2026-03-04T22:59:59Z".into()));
    assert_eq!(office.read(id).await["chair"]["deputy"], "SYNTHETIC Siri");
    let list = office.doctor.get("/referrals?tab=answers").await.is(200).json();
    assert_eq!(list["items"][0]["chair"]["deputy"], "SYNTHETIC Siri");
    let sql = "update kit_grant set ends_at = $2 where person = $1";
    office.ctx.db.q(sql).bind(office.nurse.id).bind(office.ctx.now()).exec_one().await.unwrap();
    assert_eq!(chair(&office, id).await.0, "call-list");
    tell_practice(&office, &PracticeDeputyChosen { person: office.doctor.id.as_bytes().to_vec(), name: "L".into() })
        .await;
    assert_eq!(chair(&office, id).await.0, "deputy");
    tell_practice(&office, &PracticeDeputyChosen::default()).await;
    assert_eq!(chair(&office, id).await.0, "call-list");
}

async fn a_call_gives_it_back(office: Office) {
    monday(&office);
    let (id, _) = sent(&office).await;
    answer(&office, id).await;
    office.wait(Duration::days(2)).await;
    assert_eq!(chair(&office, id).await.0, "call-list");
    let call = PracticePhoned {
        call: office.id().as_bytes().to_vec(),
        phoned_by: "SYNTHETIC Carl".into(),
        note: "KanariNote".into(),
    };
    office.tell(id, &call).await;
    assert_eq!(chair(&office, id).await, ("practice".into(), 0, "2026-03-05T22:59:59Z".into()));
    let shown = office.read(id).await;
    let last = shown["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((last["what"].clone(), last["who"].clone()), (json!("phoned"), json!("SYNTHETIC Carl")));
    assert!(!shown.to_string().contains("KanariNote"), "the note is the department's own");
}

async fn open_cases_come_by_their_dates(office: Office) {
    monday(&office);
    let mut cases = Vec::new();
    for _ in 0..4 {
        cases.push(sent(&office).await.0);
        office.wait(Duration::hours(30)).await;
    }
    let ids = async |tab: &str| -> Vec<Uuid> {
        let list = office.doctor.get(&format!("/referrals?tab={tab}")).await.is(200).json();
        let items = list["items"].as_array().unwrap().clone();
        items.iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect()
    };
    assert_eq!(ids("waiting").await, cases, "longest waiting first");
    // The newest is asked about: the practice's date comes before the department's of those that were sent later.
    let asked = InformationRequested { question: office.id().as_bytes().to_vec(), ..InformationRequested::default() };
    office.tell(cases[3], &asked).await;
    let last = ids("waiting").await;
    // Both are due on Monday: then their ids decide.
    let place = if cases[3] < cases[2] { 2 } else { 3 };
    assert_eq!((last.len(), last.iter().position(|id| *id == cases[3])), (4, Some(place)), "{last:?}");
    for id in [cases[2], cases[0]] {
        answer(&office, id).await;
        office.wait(Duration::days(2)).await;
    }
    assert_eq!(ids("answers").await, [cases[2], cases[0]], "the one that is unread for longest comes first");
}
