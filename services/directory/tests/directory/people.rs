//! A practice's own people, locums, handing over before somebody leaves, deputies, closing and merging.

use crate::administration::solvik;
use crate::office::{Browser, Office, id, text};
use directory::add_grant;
use kit::Role;
use kit::log::Envelope;
use proto::Event;
use proto::directory::{GrantEnded, GrantGiven, PracticeChanged, PracticeClosed, PracticeDeputyChosen, PracticeMerged};
use proto::intake::{AnswerAcknowledged, ReferralSubmitted, ReferralTransferred, ResponsibilityTaken};
use proto::review::CaseEnteredInError;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

crate::on_both_engines!(
    nobody_leaves_who_answers_for_open_referrals,
    a_department_keeps_somebody_who_answers,
    training_keeps_nobody,
    what_is_open_without_a_clinician_or_was_taken_over_keeps_a_practice,
    a_keeper_gives_themselves_no_role,
    an_address_tells_a_keeper_nothing_of_its_account,
    a_right_that_would_be_over_is_refused,
    a_leaver_is_forced_with_a_reason,
    a_locum_covers_a_doctor_of_the_practice_until_a_day,
    a_practice_invites_and_ends_its_own_people_alone,
    an_invitation_is_no_way_into_somebody_else_s_account,
    whoever_keeps_the_people_chooses_the_deputy,
    a_practice_closes_with_one_that_covers,
    a_practice_is_merged_into_another,
);

struct Practice {
    id: Uuid,
    doctor: Uuid,
    grant: Uuid,
}

async fn practice(office: &Office, administrator: &Browser<'_>, name: &str) -> Practice {
    let mut form = solvik();
    form["name"] = json!(format!("SYNTHETIC {name}"));
    let id = id(&administrator.post("/practices", form).await.is(201));
    let (doctor, grant) = person(office, name, Role::GpClinician, id).await;
    Practice { id, doctor, grant }
}

async fn person(office: &Office, name: &str, role: Role, practice: Uuid) -> (Uuid, Uuid) {
    let email = format!("{}@synthetic.example", name.to_lowercase());
    let id =
        directory::add_person(office.ctx(), None, &format!("{name} SYNTHETIC"), &email, "nb").await.expect("a person");
    let from = office.ctx().now() - Duration::days(1);
    let grant = add_grant(office.ctx(), id, role, Some(practice), None, from, None).await.expect("a grant");
    (id, grant)
}

/// What intake says of a referral for which somebody answers.
async fn told<E: Event + Default>(office: &Office, referral: Uuid, practice: Uuid, who: Uuid) {
    let envelope = Envelope { responsible: office.ctx().pseudonym(who), ..Envelope::default() };
    said::<E>(office, referral, practice, envelope).await;
}

async fn said<E: Event + Default>(office: &Office, referral: Uuid, practice: Uuid, of: Envelope) {
    let ctx = office.ctx();
    ctx.keys.ensure(referral).await.expect("a key");
    let mut tx = ctx.begin().await.expect("a transaction");
    let envelope = Envelope {
        practice: practice.as_bytes().to_vec(),
        key: referral.as_bytes().to_vec(),
        responsible: of.responsible,
        test: of.test,
        ..ctx.about(referral, None)
    };
    ctx.publish(&mut tx, envelope, &E::default()).await.expect("published");
    tx.commit().await.expect("committed");
    assert!(office.world.settle().await.expect("settled").is_empty(), "nothing is parked");
}

async fn last<E: Event>(office: &Office, subject: Uuid) -> (Envelope, E) {
    let events = kit::log::of_subject(&office.ctx().db, subject).await.expect("the log");
    let event = events.into_iter().rfind(|event| event.kind() == E::KIND).expect("an event");
    match office.ctx().open::<E>(&event).await.expect("opened") {
        kit::log::Opened::Open(fact) => (event.envelope, fact),
        kit::log::Opened::Erased => panic!("erased"),
    }
}

async fn nobody_leaves_who_answers_for_open_referrals(office: Office) {
    let administrator = office.administrator().await;
    let here = practice(&office, &administrator, "Grete").await;
    let end = format!("/people/{}/grants/{}/end", here.doctor, here.grant);
    let (first, second) = (office.ctx().new_id(), office.ctx().new_id());
    told::<ReferralSubmitted>(&office, first, here.id, here.doctor).await;
    told::<ResponsibilityTaken>(&office, second, here.id, here.doctor).await;
    let refused = administrator.post(&end, json!({})).await;
    refused.is_problem(409, "open-referrals");
    assert!(text(&refused.body["detail"]).contains("first: 2."), "{}", refused.body);
    // On a later day it is fine: what is open then falls to somebody.
    let (other, _) = person(&office, "Ola", Role::GpClinician, here.id).await;
    told::<ResponsibilityTaken>(&office, first, here.id, other).await;
    administrator.post(&end, json!({})).await.is_problem(409, "open-referrals");
    told::<AnswerAcknowledged>(&office, second, here.id, here.doctor).await;
    // Who works there by another grant as well answers for them still.
    administrator.post(&end, json!({})).await.is(204);
    let me = office.signed_in(here.doctor).await.get("/me").await.is(200);
    assert_eq!(me["grants"], json!([]));
}

async fn a_department_keeps_somebody_who_answers(office: Office) {
    let administrator = office.administrator().await;
    let form = json!({ "name": "SYNTHETIC Skin", "hospital": "SYNTHETIC Hospital", "specialties": ["dermatology"], "dutyPhone": "77 00 00 00" });
    let department = id(&administrator.post("/departments", form).await.is(201));
    let mut all = Vec::new();
    for (name, role) in [("Ines", Role::Specialist), ("Iver", Role::Specialist), ("Cato", Role::Coordinator)] {
        let email = format!("{name}@synthetic.example");
        let person = directory::add_person(office.ctx(), None, name, &email, "nb").await.expect("a person");
        let from = office.ctx().now() - Duration::days(1);
        let grant = add_grant(office.ctx(), person, role, None, Some(department), from, None).await.expect("a grant");
        all.push(format!("/people/{person}/grants/{grant}/end"));
    }
    administrator.post(&all[0], json!({})).await.is(204);
    administrator.post(&all[0], json!({})).await.is(204);
    for body in [json!({}), json!({ "on": "2026-03-09" })] {
        let refused = administrator.post(&all[1], body).await;
        refused.is_problem(409, "last-specialist");
        assert!(text(&refused.body["detail"]).contains("first"), "{}", refused.body);
    }
    administrator.post(&all[2], json!({})).await.is(204);
    assert_eq!(administrator.post(&all[1], json!({ "force": true })).await.faults(), ["reason required"]);
    administrator.post(&all[1], json!({ "force": true, "reason": "The department closes." })).await.is(204);
}

async fn training_keeps_nobody(office: Office) {
    let administrator = office.administrator().await;
    let here = practice(&office, &administrator, "Grete").await;
    let training = Envelope { test: true, responsible: office.ctx().pseudonym(here.doctor), ..Envelope::default() };
    said::<ReferralSubmitted>(&office, office.ctx().new_id(), here.id, training).await;
    administrator.post(&format!("/people/{}/grants/{}/end", here.doctor, here.grant), json!({})).await.is(204);
    administrator.post(&format!("/practices/{}/closing", here.id), json!({ "on": "2026-06-30" })).await.is(204);
}

async fn what_is_open_without_a_clinician_or_was_taken_over_keeps_a_practice(office: Office) {
    let administrator = office.administrator().await;
    let [one, other, third] = [
        practice(&office, &administrator, "Grete").await,
        practice(&office, &administrator, "Gunnar").await,
        practice(&office, &administrator, "Gro").await,
    ];
    let closing = |of: &Practice| format!("/practices/{}/closing", of.id);
    let alone = json!({ "on": "2026-03-02" });
    // Transferred to a practice without a clinician: nobody answers for it, and it is open.
    let referral = office.ctx().new_id();
    said::<ReferralTransferred>(&office, referral, one.id, Envelope::default()).await;
    assert_eq!(administrator.post(&closing(&one), alone.clone()).await.faults(), ["coveringId required"]);
    administrator.post(&closing(&one), json!({ "on": "2026-03-02", "mergedIntoId": other.id })).await.is(204);
    // It is the other practice's now.
    assert_eq!(administrator.post(&closing(&other), alone.clone()).await.faults(), ["coveringId required"]);
    administrator.post(&closing(&other), json!({ "on": "2026-03-02", "coveringId": third.id })).await.is(204);
    assert_eq!(
        administrator.post(&closing(&third), alone.clone()).await.faults(),
        ["coveringId required"],
        "along the chain"
    );
    said::<CaseEnteredInError>(&office, referral, other.id, Envelope::default()).await;
    administrator.post(&closing(&third), alone).await.is(204);
}

async fn a_keeper_gives_themselves_no_role(office: Office) {
    let administrator = office.administrator().await;
    let here = practice(&office, &administrator, "Grete").await;
    let (petra, _) = person(&office, "Petra", Role::PracticeAdmin, here.id).await;
    let keeper = office.signed_in(petra).await;
    let form = json!({ "practiceId": here.id, "name": "P", "email": " PETRA@synthetic.example", "language": "nb", "role": "gp-clinician" });
    let refused = keeper.post("/colleagues", form).await;
    assert_eq!(refused.faults(), ["email yourself"]);
    assert!(text(&refused.body["errors"][0]["message"]).contains("administrator"), "{}", refused.body);
    assert_eq!(keeper.get("/me").await.is(200)["grants"].as_array().map(Vec::len), Some(1));
    let path = format!("/practices/{}/deputy", here.id);
    assert_eq!(
        keeper.put(&path, json!({ "personId": petra })).await.faults(),
        ["personId not-of-practice"],
        "nor the deputy's chair"
    );
}

async fn an_address_tells_a_keeper_nothing_of_its_account(office: Office) {
    let administrator = office.administrator().await;
    let here = practice(&office, &administrator, "Grete").await;
    let (petra, _) = person(&office, "Petra", Role::PracticeAdmin, here.id).await;
    let keeper = office.signed_in(petra).await;
    let stranger = office.person("ines", Role::ProgrammeManager).await;
    let (browser, _) = office.accepted(stranger).await;
    let form = json!({ "name": "Frida SYNTHETIC", "email": "frida@synthetic.example", "language": "nb" });
    let future = id(&administrator.post("/people", form).await.is(201));
    office.later(Duration::MINUTE);
    let listed = async || {
        let list = keeper.get("/colleagues").await.is(200);
        let people = list[0]["people"].as_array().cloned().expect("people");
        move |who: Uuid| people.iter().find(|one| one["id"] == who.to_string()).cloned().expect("somebody")
    };
    for (email, who) in [("ines@synthetic.example", stranger), ("frida@synthetic.example", future)] {
        let form = json!({ "practiceId": here.id, "name": "Guess", "email": email, "language": "nb", "role": "gp-staff", "from": "2020-01-01" });
        assert_eq!(keeper.post("/colleagues", form).await.is(201), json!({ "id": who, "invitation": null }));
        keeper.post(&format!("/colleagues/{who}/invitation"), json!({})).await.is_problem(409, "ask-administrator");
        let row = listed().await(who);
        let told = (&row["email"], &row["lastSignIn"], &row["hasPassword"], &row["linkable"]);
        assert_eq!(told, (&Value::Null, &Value::Null, &Value::Null, &json!(false)));
    }
    // Nobody was signed out, and the right holds at once.
    assert_eq!(browser.get("/me").await.is(200)["grants"].as_array().map(Vec::len), Some(2));
    office.later(Duration::MINUTE);
    office.signed_in(stranger).await;
    let row = listed().await(stranger);
    assert_eq!(
        (text(&row["email"]), &row["hasPassword"]),
        ("ines@synthetic.example", &json!(true)),
        "of the practice now"
    );
}

async fn a_right_that_would_be_over_is_refused(office: Office) {
    let administrator = office.administrator().await;
    let here = practice(&office, &administrator, "Grete").await;
    let (locum, _) = person(&office, "Vera", Role::GpStaff, here.id).await;
    let form = json!({ "role": "gp-clinician", "practiceId": here.id, "from": "2026-01-05", "until": "2026-01-31", "coversFor": here.doctor });
    let refused = administrator.post(&format!("/people/{locum}/grants"), form).await;
    assert_eq!((refused.status.as_u16(), refused.faults()), (422, vec!["until in-past".to_owned()]));
    let far = json!({ "on": "2027-06-30" });
    assert_eq!(
        administrator.post(&format!("/practices/{}/closing", here.id), far).await.faults(),
        ["on too-far-ahead"]
    );
}

async fn a_leaver_is_forced_with_a_reason(office: Office) {
    let administrator = office.administrator().await;
    let here = practice(&office, &administrator, "Grete").await;
    told::<ReferralSubmitted>(&office, office.ctx().new_id(), here.id, here.doctor).await;
    let end = format!("/people/{}/grants/{}/end", here.doctor, here.grant);
    let without = administrator.post(&end, json!({ "force": true })).await;
    assert_eq!(without.faults(), ["reason required"]);
    administrator.post(&end, json!({ "force": true, "reason": "Left at once." })).await.is(204);
    let (_, fact) = last::<GrantEnded>(&office, here.doctor).await;
    assert_eq!((fact.forced, fact.reason.as_str()), (true, "Left at once."));
}

async fn a_locum_covers_a_doctor_of_the_practice_until_a_day(office: Office) {
    let administrator = office.administrator().await;
    let (here, there) =
        (practice(&office, &administrator, "Grete").await, practice(&office, &administrator, "Gunnar").await);
    let form = json!({ "name": "Vera SYNTHETIC", "email": "vera@vikar.example", "language": "nb" });
    let locum = id(&administrator.post("/people", form).await.is(201));
    let grants = format!("/people/{locum}/grants");
    let form = |covered: Uuid, until: Value| json!({ "role": "gp-clinician", "practiceId": here.id, "from": "2026-03-02", "until": until, "coversFor": covered });
    for (body, fault) in [
        (form(here.doctor, Value::Null), "until required"),
        (form(there.doctor, json!("2026-03-20")), "coversFor unknown"),
        (form(locum, json!("2026-03-20")), "coversFor unknown"),
    ] {
        assert_eq!(administrator.post(&grants, body).await.faults(), [fault]);
    }
    administrator.post(&grants, form(here.doctor, json!("2026-03-20"))).await.is(201);
    let (_, fact) = last::<GrantGiven>(&office, locum).await;
    assert_eq!(fact.covers_for, here.doctor.as_bytes());
    let list = administrator.get("/people").await.is(200);
    let vera = list.as_array().expect("a list").iter().find(|one| one["id"] == locum.to_string()).expect("Vera");
    assert_eq!(vera["grants"][0]["coversFor"], here.doctor.to_string());
    let sql = "select covers_for, ends_at from kit_grant where person = $1";
    let (covers_for, ends_at): (Option<Uuid>, kit::At) = office.ctx().db.q(sql).bind(locum).one().await.expect("a row");
    assert_eq!((covers_for, ends_at.to_string().as_str()), (Some(here.doctor), "2026-03-21T00:00:00Z"));
}

async fn a_practice_invites_and_ends_its_own_people_alone(office: Office) {
    let administrator = office.administrator().await;
    let (here, there) =
        (practice(&office, &administrator, "Grete").await, practice(&office, &administrator, "Gunnar").await);
    let (keeper, _) = person(&office, "Petra", Role::PracticeAdmin, here.id).await;
    let keeper = office.signed_in(keeper).await;
    for path in ["/people", "/practices", "/departments"] {
        keeper.get(path).await.is_problem(404, "not-found");
    }
    administrator.get("/colleagues").await.is_problem(404, "not-found");
    let form = |practice: Uuid, role: &str| {
        json!({ "id": "0190a000-0000-7000-8000-000000000001", "practiceId": practice, "name": "Siri SYNTHETIC",
            "email": "siri@synthetic.example", "language": "nb", "role": role, "until": "2026-03-31" })
    };
    keeper.post("/colleagues", form(there.id, "gp-staff")).await.is_problem(404, "not-found");
    assert_eq!(keeper.post("/colleagues", form(here.id, "practice-admin")).await.faults(), ["role not-for-office"]);
    let invited = keeper.post("/colleagues", form(here.id, "gp-staff")).await.is(201);
    let again = keeper.post("/colleagues", form(here.id, "gp-staff")).await.is(201);
    assert_eq!(invited["id"], again["id"], "the same again invites once");
    assert_ne!(invited["invitation"]["link"], again["invitation"]["link"], "with a link that opens");
    keeper.post("/colleagues", form(here.id, "gp-clinician")).await.is_problem(409, "id-reused");
    let list = keeper.get("/colleagues").await.is(200);
    let names: Vec<&str> = list[0]["people"].as_array().expect("people").iter().map(|one| text(&one["name"])).collect();
    assert_eq!(
        (list.as_array().map(Vec::len), names),
        (Some(1), vec!["Grete SYNTHETIC", "Petra SYNTHETIC", "Siri SYNTHETIC"])
    );
    let siri: Uuid = text(&invited["id"]).parse().expect("an id");
    let grant = text(&list[0]["people"][2]["grant"]["id"]);
    keeper.post(&format!("/colleagues/{siri}/invitation"), json!({})).await.is(201);
    office.accepted(siri).await;
    keeper.post(&format!("/colleagues/{siri}/invitation"), json!({})).await.is_problem(409, "has-password");
    keeper.post(&format!("/colleagues/{}/invitation", there.doctor), json!({})).await.is_problem(404, "not-found");
    for other in [there.grant, office.ctx().new_id()] {
        keeper.post(&format!("/colleagues/roles/{other}/end"), json!({})).await.is_problem(404, "not-found");
    }
    told::<ReferralSubmitted>(&office, office.ctx().new_id(), here.id, here.doctor).await;
    let refused = keeper.post(&format!("/colleagues/roles/{}/end", here.grant), json!({})).await;
    refused.is_problem(409, "open-referrals");
    for _ in 0..2 {
        keeper.post(&format!("/colleagues/roles/{grant}/end"), json!({})).await.is(204);
    }
    let left = keeper.get("/colleagues").await.is(200);
    assert_eq!(left[0]["people"].as_array().map(Vec::len), Some(2));
    let (envelope, _) = last::<GrantEnded>(&office, siri).await;
    assert_eq!(envelope.actor_role, "practice-admin");
}

async fn an_invitation_is_no_way_into_somebody_else_s_account(office: Office) {
    let administrator = office.administrator().await;
    let (here, there) =
        (practice(&office, &administrator, "Grete").await, practice(&office, &administrator, "Gunnar").await);
    let (keeper, _) = person(&office, "Petra", Role::PracticeAdmin, here.id).await;
    let keeper = office.signed_in(keeper).await;
    // The other practice's doctor is invited: they get the role, and nobody gets a link to a new password of theirs.
    let form = json!({ "practiceId": here.id, "name": "Somebody", "email": "Gunnar@synthetic.example", "language": "nb",
        "role": "gp-clinician" });
    let invited = keeper.post("/colleagues", form).await.is(201);
    assert_eq!((&invited["id"], &invited["invitation"]), (&json!(there.doctor), &Value::Null));
    keeper
        .post(&format!("/colleagues/{}/invitation", there.doctor), json!({}))
        .await
        .is_problem(409, "ask-administrator");
    let me = office.signed_in(there.doctor).await.get("/me").await.is(200);
    assert_eq!((me["grants"].as_array().map(Vec::len), text(&me["person"]["name"])), (Some(2), "Gunnar SYNTHETIC"));
}

async fn whoever_keeps_the_people_chooses_the_deputy(office: Office) {
    let administrator = office.administrator().await;
    let (here, there) =
        (practice(&office, &administrator, "Grete").await, practice(&office, &administrator, "Gunnar").await);
    let path = format!("/practices/{}/deputy", here.id);
    let (keeper, _) = person(&office, "Petra", Role::PracticeAdmin, here.id).await;
    let keeper = office.signed_in(keeper).await;
    assert_eq!(keeper.put(&path, json!({ "personId": there.doctor })).await.faults(), ["personId not-of-practice"]);
    keeper.put(&path, json!({ "personId": here.doctor })).await.is(204);
    let (_, fact) = last::<PracticeDeputyChosen>(&office, here.id).await;
    assert_eq!((fact.person.as_slice(), fact.name.as_str()), (&here.doctor.as_bytes()[..], "Grete SYNTHETIC"));
    let listed = keeper.get("/colleagues").await.is(200);
    assert_eq!(listed[0]["deputyId"], json!(here.doctor));
    keeper.put(&path, json!({ "personId": null })).await.is(204);
    let other = format!("/practices/{}/deputy", there.id);
    keeper.put(&other, json!({ "personId": null })).await.is_problem(404, "not-found");
    assert_eq!(keeper.get("/colleagues").await.is(200)[0]["deputyId"], Value::Null);
}

async fn a_practice_closes_with_one_that_covers(office: Office) {
    let administrator = office.administrator().await;
    let (here, there) =
        (practice(&office, &administrator, "Grete").await, practice(&office, &administrator, "Gunnar").await);
    told::<ReferralSubmitted>(&office, office.ctx().new_id(), here.id, here.doctor).await;
    let path = format!("/practices/{}/closing", here.id);
    for (body, fault) in [
        (json!({ "on": "2026-06-30" }), "coveringId required"),
        (json!({ "on": "2026-06-30", "coveringId": here.id }), "coveringId itself"),
        (json!({ "on": "2026-06-30", "coveringId": office.ctx().new_id() }), "coveringId unknown"),
    ] {
        assert_eq!(administrator.post(&path, body).await.faults(), [fault]);
    }
    let body = json!({ "on": "2026-06-30", "coveringId": there.id });
    let before = kit::log::head(&office.ctx().db).await.expect("the log");
    for _ in 0..2 {
        administrator.post(&path, body.clone()).await.is(204);
    }
    assert_eq!(kit::log::head(&office.ctx().db).await.expect("the log"), before + 2, "the same again changes nothing");
    let (envelope, fact) = last::<PracticeClosed>(&office, here.id).await;
    assert_eq!(kit::At::from_micros(envelope.effective_us).to_string(), "2026-06-30T00:00:00Z");
    assert_eq!((fact.covering.as_slice(), fact.covering_name.as_str()), (&there.id.as_bytes()[..], "SYNTHETIC Gunnar"));
    let (_, changed) = last::<PracticeChanged>(&office, here.id).await;
    assert_eq!(changed.closed_on.as_deref(), Some("2026-06-30"));
    let row = administrator.get("/practices").await.is(200)[0].clone();
    assert_eq!(
        (&row["closedOn"], &row["takenOverBy"], &row["merged"]),
        (&json!("2026-06-30"), &json!(there.id), &json!(false))
    );
    // One that closes can't take over from another.
    let back = json!({ "on": "2026-07-30", "coveringId": here.id });
    let refused = administrator.post(&format!("/practices/{}/closing", there.id), back).await;
    assert_eq!(refused.faults(), ["coveringId unknown"]);
}

async fn a_practice_is_merged_into_another(office: Office) {
    let administrator = office.administrator().await;
    let (here, there) =
        (practice(&office, &administrator, "Grete").await, practice(&office, &administrator, "Gunnar").await);
    let path = format!("/practices/{}/closing", here.id);
    let both = json!({ "on": "2026-06-30", "coveringId": there.id, "mergedIntoId": there.id });
    assert_eq!(administrator.post(&path, both).await.faults(), ["coveringId one-of-two"]);
    administrator.post(&path, json!({ "on": "2026-06-30", "mergedIntoId": there.id })).await.is(204);
    let (_, fact) = last::<PracticeMerged>(&office, here.id).await;
    assert_eq!((fact.closed_on.as_str(), fact.into_name.as_str()), ("2026-06-30", "SYNTHETIC Gunnar"));
    let doctor = office.signed_in(here.doctor).await;
    doctor.post(&path, json!({ "on": "2026-06-30" })).await.is_problem(404, "not-found");
}
