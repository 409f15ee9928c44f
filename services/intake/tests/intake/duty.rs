//! Staff prepare and a clinician sends; open referrals are handed over, and fall to somebody when their clinician leaves.

use crate::exchange::answer;
use crate::office::{self, Office, Person};
use crate::on_both;
use crate::pictures::{jpeg, upload};
use crate::sending::sent;
use kit::Role;
use kit::log::Envelope;
use proto::directory::PracticeDeputyChosen;
use proto::intake::{ReferralSubmitted, ResponsibilityTaken};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

on_both!(
    staff_prepare_and_a_clinician_sends,
    a_draft_is_ready_for_a_clinician_of_the_practice_alone,
    whoever_sends_answers_for_it,
    all_or_chosen_referrals_are_handed_over,
    a_handover_stays_in_the_practice,
    a_locum_s_referrals_fall_to_the_covered_clinician,
    a_leaver_s_referrals_fall_to_the_deputy_else_to_the_longest_there,
    an_answer_after_the_end_is_open_again,
    those_that_cannot_be_given_stop_nobody,
    an_emptied_draft_is_on_nobody_s_list,
);

/// A complete draft with its picture.
async fn complete(office: &Office) -> Uuid {
    let (id, finding) = office.draft().await;
    upload(office, id, Some(finding), &jpeg(100, 7)).await;
    id
}

/// A further clinician of the practice.
pub async fn colleague(office: &Office, name: &str) -> Person {
    let person = office::person(&office.ctx, &office.doctor.app, office.practice, Role::GpClinician, name).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    person
}

async fn ends(office: &Office, person: &Person) {
    let sql = "update kit_grant set ends_at = $2 where person = $1";
    office.ctx.db.q(sql).bind(person.id).bind(office.ctx.now()).exec().await.unwrap();
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
}

async fn responsible(office: &Office, referral: Uuid) -> Value {
    office.read(referral).await["responsible"]["id"].clone()
}

async fn staff_prepare_and_a_clinician_sends(office: Office) {
    let id = complete(&office).await;
    let submit = format!("/referrals/{id}/submit");
    let refused = office.nurse.post(&submit, json!({"version": 1})).await;
    assert_eq!(refused.refusal(), (409, "clinician-sends".into()));
    let clinicians = office.nurse.get("/clinicians").await.is(200).json();
    assert_eq!(
        clinicians,
        json!([{"id": office.doctor.id, "name": "SYNTHETIC Liv Lege", "practiceId": office.practice,
            "practiceName": "Solvik legekontor (SYNTHETIC)", "until": null, "coversFor": null, "open": 0}])
    );
    let ready = format!("/referrals/{id}/ready");
    let body = json!({"version": 1, "responsibleId": office.doctor.id});
    for _ in 0..2 {
        office.nurse.post(&ready, body.clone()).await.is(204);
    }
    assert_eq!(office.kinds(id).await, ["DraftStarted", "UploadSucceeded", "ResponsibilityTaken"]);
    let (envelope, fact) = office.last::<ResponsibilityTaken>(id).await;
    assert_eq!(envelope.responsible, office.ctx.pseudonym(office.doctor.id));
    assert_eq!((fact.name.as_str(), envelope.actor_role.as_str()), ("SYNTHETIC Liv Lege", "gp-staff"));
    let mine = office.doctor.get("/referrals?tab=to-send").await.is(200).json();
    assert_eq!((&mine["items"][0]["id"], &mine["counts"]["toSend"]), (&json!(id), &json!(1)));
    assert_eq!(mine["items"][0]["responsible"], "SYNTHETIC Liv Lege");
    let hers = office.nurse.get("/referrals?tab=to-send").await.is(200).json();
    assert_eq!((&hers["items"], &hers["counts"]["toSend"]), (&json!([]), &json!(0)));
    assert_eq!(office.nurse.get("/referrals?tab=drafts").await.json()["items"][0]["ready"], true);

    // Taken back, and given again.
    for _ in 0..2 {
        office.nurse.delete(&ready).await.is(204);
    }
    assert_eq!(office.doctor.get("/referrals?tab=to-send").await.json()["counts"]["toSend"], 0);
    office.nurse.post(&ready, body).await.is(204);
    office.doctor.post(&submit, json!({"version": 1})).await.is(200);
    let (envelope, fact) = office.last::<ReferralSubmitted>(id).await;
    assert_eq!(envelope.responsible, office.ctx.pseudonym(office.doctor.id));
    assert_eq!(fact.responsible, office.doctor.id.as_bytes());
    assert_eq!(fact.responsible_name, "SYNTHETIC Liv Lege");
    let shown = office.read(id).await;
    assert_eq!(shown["responsible"], json!({"id": office.doctor.id, "name": "SYNTHETIC Liv Lege"}));
    assert_eq!(shown["readyAt"], Value::Null, "it was sent");
    let timeline = shown["timeline"].as_array().unwrap();
    let told: Vec<_> = timeline.iter().map(|one| (one["what"].as_str().unwrap(), one["to"].as_str())).collect();
    let liv = Some("SYNTHETIC Liv Lege");
    let expected = [("started", None), ("ready", liv), ("taken-back", liv), ("ready", liv), ("submitted", None)];
    assert_eq!(told, expected);
    assert_eq!(office.nurse.post(&submit, json!({"version": 1})).await.is(200).json()["referral"], json!(id));
    let late = json!({"version": 1, "responsibleId": office.doctor.id});
    assert_eq!(office.nurse.post(&ready, late).await.refusal(), (409, "already-submitted".into()));
    assert_eq!(office.nurse.delete(&ready).await.refusal(), (409, "already-submitted".into()));
}

async fn a_draft_is_ready_for_a_clinician_of_the_practice_alone(office: Office) {
    let id = complete(&office).await;
    let ready = format!("/referrals/{id}/ready");
    for other in [office.nurse.id, office.stranger.id, office.id()] {
        let refused = office.nurse.post(&ready, json!({"version": 1, "responsibleId": other})).await.is(422).json();
        assert_eq!(refused["errors"][0]["code"], "not-a-clinician");
    }
    let body = json!({"version": 1, "responsibleId": office.doctor.id});
    office.stranger.post(&ready, body.clone()).await.is(404);
    let stale = office.nurse.post(&ready, json!({"version": 7, "responsibleId": office.doctor.id})).await;
    assert_eq!(stale.refusal(), (409, "stale-version".into()));
    let empty = office.id();
    office.save(empty, 0, json!({})).await.is(200);
    let refused = office.nurse.post(&format!("/referrals/{empty}/ready"), body.clone()).await.is(422).json();
    assert_eq!(refused["errors"][0]["field"], "patient.identifierSystem", "what Send would refuse");
    // Discarded, it is on nobody's list, and it comes back as a draft.
    office.nurse.post(&ready, body).await.is(204);
    office.nurse.delete(&format!("/referrals/{id}")).await.is(204);
    assert_eq!(office.doctor.get("/referrals?tab=to-send").await.json()["counts"]["toSend"], 0);
    office.nurse.post(&format!("/referrals/{id}/restore"), json!({})).await.is(204);
    assert_eq!(office.doctor.get("/referrals?tab=to-send").await.json()["counts"]["toSend"], 0);
}

async fn whoever_sends_answers_for_it(office: Office) {
    let other = colleague(&office, "SYNTHETIC Ola Lege").await;
    let (id, _) = sent(&office).await;
    assert_eq!(responsible(&office, id).await, json!(office.doctor.id));
    // Named for one and sent by another: the named one keeps it; gone meanwhile, the sender has it.
    let (kept, taken) = (complete(&office).await, complete(&office).await);
    for id in [kept, taken] {
        let body = json!({"version": 1, "responsibleId": other.id});
        office.nurse.post(&format!("/referrals/{id}/ready"), body).await.is(204);
    }
    office.doctor.post(&format!("/referrals/{kept}/submit"), json!({"version": 1})).await.is(200);
    assert_eq!(responsible(&office, kept).await, json!(other.id));
    // Taken back from the list, it is the sender's.
    let back = complete(&office).await;
    let body = json!({"version": 1, "responsibleId": other.id});
    office.nurse.post(&format!("/referrals/{back}/ready"), body).await.is(204);
    office.nurse.delete(&format!("/referrals/{back}/ready")).await.is(204);
    office.doctor.post(&format!("/referrals/{back}/submit"), json!({"version": 1})).await.is(200);
    assert_eq!(responsible(&office, back).await, json!(office.doctor.id));
    let sql = "update kit_grant set ends_at = $2 where person = $1";
    office.ctx.db.q(sql).bind(other.id).bind(office.ctx.now()).exec().await.unwrap();
    office.doctor.post(&format!("/referrals/{taken}/submit"), json!({"version": 1})).await.is(200);
    assert_eq!(responsible(&office, taken).await, json!(office.doctor.id));
}

async fn all_or_chosen_referrals_are_handed_over(office: Office) {
    let other = colleague(&office, "SYNTHETIC Ola Lege").await;
    let (first, second, third) = (sent(&office).await.0, sent(&office).await.0, complete(&office).await);
    let path = format!("/practices/{}/handover", office.practice);
    let chosen = json!({"toId": other.id, "referralIds": [first], "note": "On leave from Monday."});
    assert_eq!(office.nurse.post(&path, chosen.clone()).await.is(200).json()["moved"], 1);
    assert_eq!(office.nurse.post(&path, chosen).await.is(200).json()["moved"], 0, "a repeat");
    let (envelope, fact) = office.last::<ResponsibilityTaken>(first).await;
    assert_eq!(envelope.responsible, office.ctx.pseudonym(other.id));
    assert_eq!((fact.from_name.as_str(), fact.note.as_str()), ("SYNTHETIC Liv Lege", "On leave from Monday."));
    let shown = office.read(first).await;
    let told = shown["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&told["what"], &told["who"]), (&json!("handed-over"), &json!("SYNTHETIC Siri Sykepleier")));
    assert_eq!((&told["to"], &told["note"]), (&json!("SYNTHETIC Ola Lege"), &json!("On leave from Monday.")));
    let body = json!({"version": 1, "responsibleId": office.doctor.id});
    office.nurse.post(&format!("/referrals/{third}/ready"), body).await.is(204);
    let open = |list: Value| -> Vec<i64> {
        list.as_array().unwrap().iter().map(|one| one["open"].as_i64().unwrap()).collect()
    };
    assert_eq!(open(office.doctor.get("/clinicians").await.json()), [2, 1]);
    let all = json!({"fromId": office.doctor.id, "toId": other.id});
    assert_eq!(office.doctor.post(&path, all).await.is(200).json()["moved"], 2);
    assert_eq!(open(office.doctor.get("/clinicians").await.json()), [0, 3]);
    assert_eq!(other.get("/referrals?tab=to-send").await.json()["items"][0]["id"], json!(third));
    assert_eq!(responsible(&office, second).await, json!(other.id));
    for (body, field) in [
        (json!({"toId": office.nurse.id, "fromId": other.id}), "toId"),
        (json!({"toId": office.doctor.id}), "fromId"),
        (json!({"toId": office.doctor.id, "fromId": other.id, "note": "x".repeat(2_001)}), "note"),
    ] {
        assert_eq!(office.doctor.post(&path, body).await.is(422).json()["errors"][0]["field"], field);
    }
}

async fn a_handover_stays_in_the_practice(office: Office) {
    let (id, _) = sent(&office).await;
    let path = format!("/practices/{}/handover", office.practice);
    let body = json!({"toId": office.doctor.id, "referralIds": [id]});
    office.stranger.post(&path, body).await.is(404);
    // Somebody else's referral in one's own practice moves nothing.
    let (own,): (Uuid,) = office
        .ctx
        .db
        .q("select practice from kit_grant where person = $1")
        .bind(office.stranger.id)
        .one()
        .await
        .unwrap();
    let body = json!({"toId": office.stranger.id, "referralIds": [id]});
    let moved = office.stranger.post(&format!("/practices/{own}/handover"), body).await.is(200).json();
    assert_eq!((&moved["moved"], responsible(&office, id).await), (&json!(0), json!(office.doctor.id)));
    // Whoever keeps the list of people hands over, and sees no referral.
    let other = colleague(&office, "SYNTHETIC Ola Lege").await;
    let admin =
        office::person(&office.ctx, &office.doctor.app, office.practice, Role::PracticeAdmin, "SYNTHETIC Eva").await;
    admin.get("/referrals?tab=waiting").await.is(404);
    admin.get(&format!("/referrals/{id}")).await.is(404);
    assert_eq!(admin.get("/clinicians").await.is(200).json().as_array().unwrap().len(), 2);
    let body = json!({"fromId": office.doctor.id, "toId": other.id});
    assert_eq!(admin.post(&path, body).await.is(200).json()["moved"], 1);
}

async fn a_locum_s_referrals_fall_to_the_covered_clinician(office: Office) {
    let covered = colleague(&office, "SYNTHETIC Ola Lege").await;
    let locum = colleague(&office, "SYNTHETIC Vera Vikar").await;
    let until = office.ctx.now() + Duration::days(5);
    let sql = "update kit_grant set ends_at = $2, covers_for = $3 where person = $1";
    office.ctx.db.q(sql).bind(locum.id).bind(until).bind(covered.id).exec().await.unwrap();
    let id = complete(&office).await;
    locum.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(200);
    let list = office.doctor.get("/clinicians").await.json();
    let shown = list.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&shown["name"], &shown["coversFor"]), (&json!("SYNTHETIC Vera Vikar"), &json!(covered.id)));
    office.wait(Duration::days(4)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(responsible(&office, id).await, json!(locum.id));
    office.wait(Duration::days(1)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(responsible(&office, id).await, json!(covered.id));
    let told = office.read(id).await["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&told["what"], &told["who"]), (&json!("fell"), &Value::Null));
    assert_eq!(told["to"], "SYNTHETIC Ola Lege");
    let (envelope, fact) = office.last::<ResponsibilityTaken>(id).await;
    assert_eq!((envelope.responsible, envelope.actor), (office.ctx.pseudonym(covered.id), Vec::new()));
    assert_eq!(fact.from_name, "SYNTHETIC Vera Vikar");
}

async fn a_leaver_s_referrals_fall_to_the_deputy_else_to_the_longest_there(office: Office) {
    let (second, deputy) = (colleague(&office, "SYNTHETIC Ola").await, colleague(&office, "SYNTHETIC Dag").await);
    let leaver = colleague(&office, "SYNTHETIC Leif").await;
    let mut tx = office.ctx.begin().await.unwrap();
    let fact = PracticeDeputyChosen { person: deputy.id.as_bytes().to_vec(), name: "SYNTHETIC Dag".into() };
    let key = office.practice.as_bytes().to_vec();
    office.ctx.publish(&mut tx, Envelope { key, ..office.ctx.about(office.practice, None) }, &fact).await.unwrap();
    tx.commit().await.unwrap();
    let id = complete(&office).await;
    leaver.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(200);
    ends(&office, &leaver).await;
    assert_eq!(responsible(&office, id).await, json!(deputy.id));
    ends(&office, &deputy).await;
    assert_eq!(responsible(&office, id).await, json!(office.doctor.id), "the longest there");
    ends(&office, &office.doctor).await;
    let shown = second.get(&format!("/referrals/{id}")).await.is(200).json();
    assert_eq!(shown["responsible"]["id"], json!(second.id));
    ends(&office, &second).await;
    let shown = office.nurse.get(&format!("/referrals/{id}")).await.is(200).json();
    assert_eq!(shown["responsible"]["id"], json!(second.id), "nobody is left to take it");
    let newcomer = colleague(&office, "SYNTHETIC Nina").await;
    assert_eq!(newcomer.get(&format!("/referrals/{id}")).await.json()["responsible"]["id"], json!(newcomer.id));
}

async fn an_answer_after_the_end_is_open_again(office: Office) {
    let (id, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({"reason": "Seen here."})).await.is(204);
    assert_eq!(office.doctor.get("/clinicians").await.json()[0]["open"], 0);
    answer(&office, id, office.id()).await;
    assert_eq!(office.doctor.get("/clinicians").await.json()[0]["open"], 1);
    let (envelope, fact) = office.last::<ResponsibilityTaken>(id).await;
    assert_eq!(envelope.responsible, office.ctx.pseudonym(office.doctor.id));
    assert_eq!(fact.name, "SYNTHETIC Liv Lege");
}

async fn those_that_cannot_be_given_stop_nobody(office: Office) {
    let other = colleague(&office, "SYNTHETIC Ola Lege").await;
    let (id, _) = sent(&office).await;
    // In a practice whose clinician is not known by name yet, more than are looked at in one go, and before the other one.
    let elsewhere = office.ctx.new_id();
    let sql =
        "insert into kit_grant (id, person, role, practice, practice_name, starts_at) values ($1, $2, $3, $4, $5, $6)";
    let q = office.ctx.db.q(sql).bind(office.ctx.new_id()).bind(office.ctx.new_id()).bind(Role::GpClinician);
    q.bind(elsewhere).bind("x".to_owned()).bind(office.ctx.now() - Duration::days(1)).exec_one().await.unwrap();
    for n in 1..=55 {
        let stuck = Uuid::from_u128(n);
        office.ctx.keys.ensure(stuck).await.unwrap();
        let sql = "insert into intake_referral (id, practice, state, version, test, created_at, updated_at, submitted_at, content) \
            values ($1, $2, 'submitted', 1, $3, $4, $4, $4, $5)";
        let q = office.ctx.db.q(sql).bind(stuck).bind(elsewhere).bind(false).bind(office.ctx.now());
        q.bind(Vec::<u8>::new()).exec_one().await.unwrap();
    }
    ends(&office, &office.doctor).await;
    let shown = other.get(&format!("/referrals/{id}")).await.is(200).json();
    assert_eq!(shown["responsible"]["id"], json!(other.id));
}

async fn an_emptied_draft_is_on_nobody_s_list(office: Office) {
    let to_send = async || office.doctor.get("/referrals?tab=to-send").await.json()["counts"]["toSend"].clone();
    let (draft, finding) = office.draft().await;
    let image = upload(&office, draft, Some(finding), &jpeg(100, 7)).await;
    let ready = format!("/referrals/{draft}/ready");
    office.nurse.post(&ready, json!({"version": 1, "responsibleId": office.doctor.id})).await.is(204);
    let mut content = office.content(finding);
    content["history"] = json!("Has grown for seven months.");
    office.save(draft, 1, content.clone()).await.is(200);
    assert_eq!(to_send().await, 1, "it is still complete");
    content["question"] = json!("");
    office.save(draft, 2, content.clone()).await.is(200);
    assert_eq!(to_send().await, 0);
    assert_eq!(office.kinds(draft).await.last().unwrap(), "ResponsibilityEnded");
    let timeline = office.read(draft).await["timeline"].clone();
    assert_eq!(timeline.as_array().unwrap().last().unwrap()["what"], "taken-back");
    content["question"] = json!("Is it benign?");
    office.save(draft, 3, content).await.is(200);
    office.nurse.post(&ready, json!({"version": 4, "responsibleId": office.doctor.id})).await.is(204);
    assert_eq!(to_send().await, 1);
    office.nurse.delete(&format!("/images/{image}")).await.is(204);
    assert_eq!(to_send().await, 0, "without a picture it can't be sent");
}
