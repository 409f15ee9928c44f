//! A practice is closed with one that covers, or merged into another; a patient goes to another practice.

use crate::exchange::answer;
use crate::office::{self, Office, Person};
use crate::on_both;
use crate::pictures::{jpeg, upload};
use crate::sending::sent;
use kit::log::Envelope;
use kit::{At, Role};
use proto::Event;
use proto::directory::{PracticeChanged, PracticeClosed, PracticeDeputyChosen, PracticeMerged};
use proto::intake::ReferralTransferred;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

on_both!(
    a_covering_practice_sees_and_owns_what_is_open,
    what_waits_climbs_to_the_covering_practice_s_deputy,
    a_merged_practice_s_referrals_are_the_other_one_s,
    a_chain_of_closings_ends_at_the_last,
    a_chain_is_walked_whatever_changes_on_it,
    rows_of_before_become_one_edge_each,
    nothing_is_sent_from_a_closed_practice,
    a_right_case_begins_where_it_can_be_sent,
    a_closed_practice_opens_again,
    a_patient_changes_practice,
    a_transfer_needs_consent_and_an_open_practice,
);

/// Another practice with a doctor.
async fn other(office: &Office, name: &str) -> (Uuid, Person) {
    let practice = office.ctx.new_id();
    office::register_practice(&office.ctx, practice, name, false).await;
    let doctor =
        office::person(&office.ctx, &office.doctor.app, practice, Role::GpClinician, &format!("Doctor of {name}"))
            .await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    (practice, doctor)
}

/// Tells something of a practice, that counts from an instant.
async fn tell<E: Event>(office: &Office, practice: Uuid, from: At, fact: &E) {
    let mut tx = office.ctx.begin().await.unwrap();
    let id = practice.as_bytes().to_vec();
    let envelope =
        Envelope { effective_us: from.micros(), practice: id.clone(), key: id, ..office.ctx.about(practice, None) };
    office.ctx.publish(&mut tx, envelope, fact).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
}

fn closed(covering: Uuid) -> PracticeClosed {
    PracticeClosed { covering: covering.as_bytes().to_vec(), ..PracticeClosed::default() }
}

async fn a_covering_practice_sees_and_owns_what_is_open(office: Office) {
    let (covering, doctor) = other(&office, "Havnes").await;
    let (open, _) = sent(&office).await;
    let (done, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{done}/withdraw"), json!({"reason": "Seen here."})).await.is(204);
    let (draft, _) = office.draft().await;
    office.wait(Duration::hours(1)).await;
    tell(&office, office.practice, office.ctx.now() + Duration::days(1), &closed(covering)).await;
    doctor.get(&format!("/referrals/{open}")).await.is(404);
    assert_eq!(doctor.get("/referrals?tab=waiting").await.json()["items"], json!([]));
    office.wait(Duration::days(1)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);

    let waiting = doctor.get("/referrals?tab=waiting").await.is(200).json();
    assert_eq!((&waiting["items"][0]["id"], &waiting["counts"]["waiting"]), (&json!(open), &json!(1)));
    let shown = doctor.get(&format!("/referrals/{open}")).await.is(200).json();
    assert_eq!((&shown["responsible"]["id"], &shown["takenOverBy"]), (&json!(doctor.id), &json!(covering)));
    doctor.get(&format!("/referrals/{done}")).await.is(404);
    // Its drafts are finished by whoever took over, and nothing new begins in it.
    let body = json!({"version": 1, "practiceId": office.practice, "content": office.content(office.id())});
    doctor.json("PUT", &format!("/referrals/{draft}"), body).await.is(200);
    let refused = office.save(office.id(), 0, json!({})).await;
    assert_eq!(refused.refusal(), (409, "practice-closed".into()));

    answer(&office, open, office.id()).await;
    let id = doctor.get(&format!("/referrals/{open}")).await.is(200).json()["answer"]["id"].clone();
    doctor.post(&format!("/referrals/{open}/acknowledge"), json!({"answerId": id})).await.is(204);
    doctor.get(&format!("/referrals/{open}")).await.is(200);
    let last = office.events(open).await.pop().unwrap();
    assert_eq!((last.kind(), last.practice()), ("AnswerAcknowledged", Some(covering)), "the act is the covering one's");
    office.stranger.get(&format!("/referrals/{open}")).await.is(404);
}

async fn what_waits_climbs_to_the_covering_practice_s_deputy(office: Office) {
    let (covering, doctor) = other(&office, "Havnes").await;
    let (id, _) = sent(&office).await;
    answer(&office, id, office.id()).await;
    tell(&office, office.practice, office.ctx.now(), &closed(covering)).await;
    let chosen = PracticeDeputyChosen { person: doctor.id.as_bytes().to_vec(), name: "SYNTHETIC Dag".into() };
    tell(&office, covering, office.ctx.now(), &chosen).await;
    let mut chair = json!({"owner": "practice"});
    while chair["owner"] == "practice" {
        office.wait(Duration::hours(12)).await;
        chair = doctor.get(&format!("/referrals/{id}")).await.is(200).json()["chair"].clone();
    }
    assert_eq!((&chair["owner"], &chair["deputy"]), (&json!("deputy"), &json!("SYNTHETIC Dag")));
    let row = doctor.get("/referrals?tab=answers").await.is(200).json()["items"][0].clone();
    assert_eq!(row["chair"]["deputy"], "SYNTHETIC Dag");
}

async fn a_merged_practice_s_referrals_are_the_other_one_s(office: Office) {
    let (into, doctor) = other(&office, "Havnes").await;
    let (id, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "Seen here."})).await.is(204);
    let (open, _) = sent(&office).await;
    office.wait(Duration::hours(1)).await;
    let fact = PracticeMerged { into: into.as_bytes().to_vec(), ..PracticeMerged::default() };
    tell(&office, office.practice, office.ctx.now(), &fact).await;
    let closed = doctor.get("/referrals?tab=closed").await.is(200).json();
    assert_eq!(closed["items"][0]["id"], json!(id), "everything, and not only what is open");
    assert_eq!(doctor.get(&format!("/referrals/{open}")).await.json()["responsible"]["id"], json!(doctor.id));
    office.doctor.get(&format!("/referrals/{open}")).await.is(200);
}

async fn a_chain_of_closings_ends_at_the_last(office: Office) {
    let ((second, between), (third, last)) = (other(&office, "Havnes").await, other(&office, "Fjell").await);
    let (id, _) = sent(&office).await;
    tell(&office, office.practice, office.ctx.now(), &closed(second)).await;
    assert_eq!(between.get(&format!("/referrals/{id}")).await.json()["responsible"]["id"], json!(between.id));
    office.wait(Duration::hours(1)).await;
    tell(&office, second, office.ctx.now(), &closed(third)).await;
    assert_eq!(last.get(&format!("/referrals/{id}")).await.is(200).json()["responsible"]["id"], json!(last.id));
}

async fn a_closed_practice_opens_again(office: Office) {
    let (covering, doctor) = other(&office, "Havnes").await;
    let (id, _) = sent(&office).await;
    tell(&office, office.practice, office.ctx.now(), &closed(covering)).await;
    doctor.get(&format!("/referrals/{id}")).await.is(200);
    let open = PracticeChanged { name: "Solvik".into(), closed_on: Some(String::new()), ..PracticeChanged::default() };
    tell(&office, office.practice, office.ctx.now(), &open).await;
    doctor.get(&format!("/referrals/{id}")).await.is(404);
    office.save(office.id(), 0, json!({})).await.is(200);
    assert_eq!(office.read(id).await["responsible"]["id"], json!(office.doctor.id), "it falls back");
}

async fn a_patient_changes_practice(office: Office) {
    let (practice, doctor) = other(&office, "Havnes").await;
    let (id, image) = sent(&office).await;
    let names = office.doctor.get("/practices").await.is(200).json();
    assert_eq!(
        names,
        json!([{"id": practice, "name": "Havnes"}, {"id": office.practice, "name": "Solvik legekontor (SYNTHETIC)"}])
    );
    let body = json!({"practiceId": practice, "consent": true, "reason": "Moved to Havnes."});
    let path = format!("/referrals/{id}/transfer");
    doctor.post(&path, body.clone()).await.is(404);
    for _ in 0..2 {
        office.nurse.post(&path, body.clone()).await.is(204);
    }
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    office.doctor.get(&format!("/referrals/{id}")).await.is(404);
    office.doctor.get(&format!("/images/{image}/original")).await.is(404);
    office.doctor.post(&path, body).await.is(404);
    let shown = doctor.get(&format!("/referrals/{id}")).await.is(200).json();
    assert_eq!((&shown["practice"]["name"], &shown["responsible"]["id"]), (&json!("Havnes"), &json!(doctor.id)));
    let told = shown["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&told["what"], &told["note"]), (&json!("transferred"), &json!("Moved to Havnes.")));
    let (envelope, fact) = office.last::<ReferralTransferred>(id).await;
    assert_eq!(
        (envelope.practice, envelope.responsible),
        (practice.as_bytes().to_vec(), office.ctx.pseudonym(doctor.id))
    );
    assert_eq!((fact.from_practice_name.as_str(), fact.consent), ("Solvik legekontor (SYNTHETIC)", true));
    let kept = office.ctx.audit.of_subject(id).await.unwrap();
    assert!(kept.iter().any(|one| one.action == "transfer" && one.person == office.nurse.id), "{kept:?}");
    let moves = office.events(id).await.iter().filter(|event| event.kind() == "ReferralTransferred").count();
    assert_eq!(moves, 1);
}

async fn a_transfer_needs_consent_and_an_open_practice(office: Office) {
    let (practice, _) = other(&office, "Havnes").await;
    let (id, _) = sent(&office).await;
    let path = format!("/referrals/{id}/transfer");
    let form = |practice: Uuid, consent: bool, reason: &str| json!({"practiceId": practice, "consent": consent, "reason": reason});
    let (elsewhere,): (Uuid,) = office
        .ctx
        .db
        .q("select practice from kit_grant where person = $1")
        .bind(office.stranger.id)
        .one()
        .await
        .unwrap();
    for (body, field) in [
        (form(practice, false, "Moved."), "consent"),
        (form(practice, true, " "), "reason"),
        (form(practice, true, &"x".repeat(2_001)), "reason"),
        (form(office.practice, true, "Moved."), "practiceId"),
        (form(office.id(), true, "Moved."), "practiceId"),
        (form(elsewhere, true, "Moved."), "practiceId"),
    ] {
        let refused = office.doctor.post(&path, body).await.is(422).json();
        assert_eq!(refused["errors"][0]["field"], field);
    }
    let empty = office.ctx.new_id();
    office::register_practice(&office.ctx, empty, "Øde", false).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    let refused = office.doctor.post(&path, form(empty, true, "Moved.")).await.is(422).json();
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("practiceId"), &json!("nobody-there"))
    );
    let (draft, _) = office.draft().await;
    let refused = office.doctor.post(&format!("/referrals/{draft}/transfer"), form(practice, true, "Moved.")).await;
    assert_eq!(refused.refusal(), (409, "not-open".into()));
    tell(&office, practice, office.ctx.now(), &PracticeClosed::default()).await;
    let refused = office.doctor.post(&path, form(practice, true, "Moved.")).await.is(422).json();
    assert_eq!(refused["errors"][0]["code"], "unknown-practice");
}

async fn reopened(office: &Office, practice: Uuid) {
    let open = PracticeChanged { name: "Open".into(), closed_on: Some(String::new()), ..PracticeChanged::default() };
    tell(office, practice, office.ctx.now(), &open).await;
}

async fn a_chain_is_walked_whatever_changes_on_it(office: Office) {
    let ((b, second), (c, third), (d, fourth)) =
        (other(&office, "Havnes").await, other(&office, "Fjell").await, other(&office, "Dal").await);
    let (id, _) = sent(&office).await;
    let path = format!("/referrals/{id}");
    // All on one day.
    let day = office.ctx.now();
    tell(&office, office.practice, day, &closed(b)).await;
    tell(&office, b, day, &closed(c)).await;
    tell(&office, c, day, &closed(d)).await;
    let shown = fourth.get(&path).await.is(200).json();
    assert_eq!((&shown["responsible"]["id"], &shown["takenOverBy"]), (&json!(fourth.id), &json!(d)));
    let body = json!({"toId": fourth.id, "referralIds": [id]});
    let handed = fourth.post(&format!("/practices/{d}/handover"), body).await.is(200).json();
    assert_eq!(handed["moved"], 0, "it is hers");
    // In the middle one closes anew, to another one.
    tell(&office, b, day, &closed(d)).await;
    third.get(&path).await.is(404);
    fourth.get(&path).await.is(200);
    // In the middle one opens again: what came to it stays with it.
    reopened(&office, b).await;
    let shown = second.get(&path).await.is(200).json();
    assert_eq!((&shown["responsible"]["id"], &shown["takenOverBy"]), (&json!(second.id), &json!(b)));
    fourth.get(&path).await.is(404);
    let body = json!({"toId": second.id, "referralIds": [id]});
    assert_eq!(second.post(&format!("/practices/{b}/handover"), body).await.is(200).json()["moved"], 0);
    assert_eq!(second.get("/referrals?tab=waiting").await.json()["items"][0]["id"], json!(id));
    assert_eq!(fourth.get("/referrals?tab=waiting").await.json()["items"], json!([]));
    reopened(&office, office.practice).await;
    second.get(&path).await.is(404);
    assert_eq!(office.read(id).await["responsible"]["id"], json!(office.doctor.id));
    // A circle ends somewhere.
    tell(&office, office.practice, day, &closed(b)).await;
    tell(&office, b, day, &closed(office.practice)).await;
    office.read(id).await;
}

/// As a deployment of before has them: every practice at the end of a way has a row.
async fn rows_of_before_become_one_edge_each(office: Office) {
    let (first, (second, _), (third, _), (fourth, _)) =
        (office.practice, other(&office, "Havnes").await, other(&office, "Fjell").await, other(&office, "Dal").await);
    let day = office.ctx.now();
    for (practice, successor, from, merged) in [
        // The first to the second to the third on one day.
        (first, second, day, false),
        (second, third, day, false),
        (first, third, day, false),
        // The third to the fourth later.
        (third, fourth, day + Duration::days(1), true),
        (second, fourth, day + Duration::days(1), false),
        (first, fourth, day + Duration::days(1), false),
    ] {
        let insert = office
            .ctx
            .db
            .q("insert into intake_succession (practice, successor, from_at, merged) values ($1, $2, $3, $4)");
        insert.bind(practice).bind(successor).bind(from).bind(merged).exec_one().await.unwrap();
        office
            .ctx
            .db
            .q("update intake_practice set closed_at = $2 where id = $1")
            .bind(practice)
            .bind(day)
            .exec_one()
            .await
            .unwrap();
    }
    let sql = intake::store::succession::EDGES;
    let edges = &sql[sql.find("insert into").unwrap()..];
    office.ctx.db.q(edges).exec().await.unwrap();
    for (practice, successor) in [(first, second), (second, third), (third, fourth)] {
        let row: Vec<(Uuid,)> = office
            .ctx
            .db
            .q("select successor from intake_closing where practice = $1")
            .bind(practice)
            .all()
            .await
            .unwrap();
        assert_eq!(row, [(successor,)]);
    }
}

async fn nothing_is_sent_from_a_closed_practice(office: Office) {
    let (covering, doctor) = other(&office, "Havnes").await;
    let (draft, finding) = office.draft().await;
    upload(&office, draft, Some(finding), &jpeg(100, 7)).await;
    tell(&office, office.practice, office.ctx.now(), &closed(covering)).await;
    let path = format!("/referrals/{draft}/submit");
    let refused = office.doctor.post(&path, json!({"version": 1})).await.is(409).json();
    assert_eq!(refused["code"], "practice-closed");
    assert!(refused["detail"].as_str().unwrap().contains("Havnes took over"), "{refused}");
    let ready = json!({"version": 1, "responsibleId": office.doctor.id});
    let refused = office.nurse.post(&format!("/referrals/{draft}/ready"), ready).await;
    assert_eq!(refused.refusal(), (409, "practice-closed".into()));
    assert_eq!(office.read(draft).await["state"], "draft", "it is kept");
    doctor.post(&path, json!({"version": 1})).await.is(200);
    let sent = office.events(draft).await.into_iter().find(|event| event.kind() == "ReferralSubmitted").unwrap();
    assert_eq!(sent.practice(), Some(covering));
    assert_eq!(office.doctor.post(&path, json!({"version": 1})).await.is(200).json()["referral"], json!(draft));
}

async fn a_right_case_begins_where_it_can_be_sent(office: Office) {
    let (covering, doctor) = other(&office, "Havnes").await;
    let (id, _) = sent(&office).await;
    let (second, image) = sent(&office).await;
    tell(&office, office.practice, office.ctx.now(), &closed(covering)).await;
    let mark = format!("/referrals/{id}/entered-in-error");
    let body = json!({"reason": "Wrong Kari.", "replacement": office.id()});
    assert_eq!(office.doctor.post(&mark, body.clone()).await.refusal(), (409, "practice-closed".into()));
    let picture = format!("/images/{image}/entered-in-error");
    assert_eq!(office.doctor.post(&picture, body.clone()).await.refusal(), (409, "practice-closed".into()));
    office.doctor.get(&format!("/referrals/{second}")).await.is(200);
    // Out of sight it goes all the same, and whoever took over begins the right case.
    office.doctor.post(&mark, json!({"reason": "Wrong Kari."})).await.is(200);
    let replace = format!("/errors/{id}/replacement");
    let again = json!({"id": body["replacement"]});
    assert_eq!(office.doctor.post(&replace, again.clone()).await.refusal(), (409, "practice-closed".into()));
    doctor.post(&replace, again).await.is(200);
    let path = format!("/referrals/{}", body["replacement"].as_str().unwrap());
    assert_eq!(doctor.get(&path).await.is(200).json()["practice"]["id"], json!(covering));
}
