//! Every fact is in the log, sealed, without a name in its clear part.

use crate::administration::{skin, solvik};
use crate::office::{Office, id};
use directory::{LinkKind, make_link, person_by_email};
use kit::log::{Opened, Recorded, of_subject, verify_chain};
use kit::{At, Role};
use proto::directory::{
    DepartmentRegistered, EnablementRecorded, GrantEnded, GrantGiven, PersonRegistered, PracticeChanged, PracticeRegistered,
    SignedIn,
};
use proto::Event;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

crate::on_both_engines!(
    a_practice_s_facts_are_dated_and_sealed,
    a_person_s_facts_are_sealed_under_their_key,
    test_practices_are_marked_in_every_fact,
    a_refused_request_leaves_no_fact,
    the_sweep_removes_what_has_served,
);

async fn open<E: Event>(office: &Office, event: &Recorded) -> E {
    assert!(event.sealed.is_some());
    match office.ctx().open::<E>(event).await.expect("it opens") {
        Opened::Open(fact) => fact,
        Opened::Erased => panic!("nothing was erased"),
    }
}

fn day(text: &str) -> At {
    serde_json::from_value(json!(format!("{text}T00:00:00Z"))).expect("an instant")
}

async fn a_practice_s_facts_are_dated_and_sealed(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let path = format!("/practices/{practice}");
    administrator.post(&format!("{path}/register"), json!({ "from": "2025-01-01", "listSize": 1900, "gps": 3, "staff": 4 })).await.is(201);
    administrator.post(&format!("{path}/enablement"), json!({ "step": "trained", "specialty": "dermatology", "on": "2026-02-20", "note": "two nurses" })).await.is(201);
    administrator.put(&path, json!({ "name": "SYNTHETIC Nye Solvik", "municipality": "Solvik", "effectiveOn": "2026-03-01" })).await.is(204);
    let events = of_subject(&office.ctx().db, practice).await.expect("the log");
    let kinds: Vec<_> = events.iter().map(Recorded::kind).collect();
    assert_eq!(kinds, ["PracticeRegistered", "RegisterRecorded", "EnablementRecorded", "PracticeChanged"]);
    for event in &events {
        assert_eq!((event.practice(), event.envelope.channel.as_str(), event.envelope.test), (Some(practice), "web", false));
        assert_eq!((event.envelope.actor.len(), event.envelope.actor_role.as_str()), (16, "administrator"));
        assert_eq!(event.occurred_at(), kit::testing::monday());
    }
    let [registered, register, enablement, changed] = &events[..] else { unreachable!("four were counted") };
    let fact: PracticeRegistered = open(&office, registered).await;
    assert_eq!((fact.name.as_str(), fact.centrality, fact.distance_km), ("SYNTHETIC Solvik legekontor", 6, 212));
    assert_eq!((fact.opened_on.as_str(), registered.effective_at()), ("2026-01-05", day("2026-01-05")));
    let sizes = &register.envelope;
    assert_eq!((sizes.list_size, sizes.gps, sizes.staff, register.effective_at()), (Some(1900), Some(3), Some(4), day("2025-01-01")));
    let step = &enablement.envelope;
    assert_eq!((step.step.as_str(), step.specialty.as_str(), enablement.effective_at()), ("trained", "dermatology", day("2026-02-20")));
    assert_eq!(open::<EnablementRecorded>(&office, enablement).await.note, "two nurses");
    assert_eq!(open::<PracticeChanged>(&office, changed).await.name, "SYNTHETIC Nye Solvik");
    assert_eq!(changed.effective_at(), day("2026-03-01"));

    let department = id(&administrator.post("/departments", skin()).await.is(201));
    let events = of_subject(&office.ctx().db, department).await.expect("the log");
    assert_eq!(events[0].department(), Some(department));
    assert_eq!(open::<DepartmentRegistered>(&office, &events[0]).await.specialties, ["dermatology", "ent"]);
    verify_chain(&office.ctx().db).await.expect("the chain");
}

async fn a_person_s_facts_are_sealed_under_their_key(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let person = id(&administrator.post("/people", json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" })).await.is(201));
    let grants = format!("/people/{person}/grants");
    administrator.post(&grants, json!({ "role": "administrator", "from": "2026-03-01", "until": "2026-06-30" })).await.is(201);
    let grant = id(&administrator.post(&grants, json!({ "role": "gp-clinician", "practiceId": practice })).await.is(201));
    office.accepted(person).await;
    administrator.post(&format!("{grants}/{grant}/end"), json!({ "on": "2026-05-01" })).await.is(204);
    let events = of_subject(&office.ctx().db, person).await.expect("the log");
    let kinds: Vec<_> = events.iter().map(Recorded::kind).collect();
    assert_eq!(kinds, ["PersonRegistered", "GrantGiven", "GrantEnded", "GrantGiven", "SignedIn", "GrantEnded"]);
    for event in &events {
        let clear = String::from_utf8_lossy(&prost::Message::encode_to_vec(&event.envelope)).to_lowercase();
        assert!(!clear.contains("kari") && !clear.contains("solvik"), "a name stands in the clear: {clear}");
    }
    let registered: PersonRegistered = open(&office, &events[0]).await;
    assert_eq!((registered.name.as_str(), registered.email.as_str()), ("Kari SYNTHETIC", "kari@solvik.example"));
    assert_eq!(events[2].effective_at(), day("2026-07-01"), "the last day is included");
    let given: GrantGiven = open(&office, &events[3]).await;
    assert_eq!((given.role.as_str(), given.grant, events[3].practice()), ("gp-clinician", grant.as_bytes().to_vec(), Some(practice)));
    let signed_in = &events[4];
    assert_eq!(open::<SignedIn>(&office, signed_in).await.how, "invitation");
    assert_eq!((signed_in.practice(), signed_in.envelope.actor_role.as_str()), (Some(practice), "gp-clinician"));
    assert_eq!(signed_in.envelope.actor, office.ctx().pseudonym(person));
    assert_eq!(open::<GrantEnded>(&office, &events[5]).await.person, person.as_bytes());
    assert_eq!(events[5].effective_at(), day("2026-05-01"));

    office.ctx().keys.destroy(person).await.expect("the key store");
    let erased = office.ctx().open::<PersonRegistered>(&events[0]).await.expect("a tombstone");
    assert!(matches!(erased, Opened::Erased));
    assert_eq!(person_by_email(office.ctx(), " KARI@solvik.example").await.expect("the table"), Some(person));
}

async fn test_practices_are_marked_in_every_fact(office: Office) {
    let administrator = office.administrator().await;
    let mut form = solvik();
    form["testPractice"] = json!(true);
    let practice = id(&administrator.post("/practices", form).await.is(201));
    administrator.post(&format!("/practices/{practice}/enablement"), json!({ "step": "offered", "on": "2026-01-10" })).await.is(201);
    let person = id(&administrator.post("/people", json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" })).await.is(201));
    administrator.post(&format!("/people/{person}/grants"), json!({ "role": "gp-staff", "practiceId": practice })).await.is(201);
    office.signed_in(person).await;
    let of_practice = of_subject(&office.ctx().db, practice).await.expect("the log");
    assert!(of_practice.iter().all(|event| event.envelope.test));
    let of_person = of_subject(&office.ctx().db, person).await.expect("the log");
    let marked: Vec<_> = of_person.iter().map(|event| (event.kind(), event.envelope.test)).collect();
    assert_eq!(marked, [("PersonRegistered", false), ("GrantGiven", true), ("SignedIn", true)]);
    let fact: PracticeRegistered = open(&office, &of_practice[0]).await;
    assert!(fact.test_practice);
}

async fn a_refused_request_leaves_no_fact(office: Office) {
    let administrator = office.administrator().await;
    let before = kit::log::head(&office.ctx().db).await.expect("the log");
    administrator.post("/practices", json!({})).await.is_problem(422, "invalid-input");
    administrator.post("/people", json!({ "name": "Ada", "email": "ada@synthetic.example", "language": "nb" })).await.is_problem(422, "invalid-input");
    let me = administrator.get("/me").await.is(200);
    let person = id(&me["person"]);
    let grant = json!({ "role": "gp-staff", "practiceId": Uuid::from_u128(u128::MAX) });
    administrator.post(&format!("/people/{person}/grants"), grant).await.is_problem(422, "invalid-input");
    administrator.post(&format!("/people/{person}/grants/{}/end", id(&me["grants"][0])), json!({})).await.is_problem(409, "last-administrator");
    assert_eq!(kit::log::head(&office.ctx().db).await.expect("the log"), before);
}

async fn the_sweep_removes_what_has_served(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    office.signed_in(person).await;
    let token = make_link(office.ctx(), person, LinkKind::SignIn, Duration::DAY).await.expect("a link");
    let wrong = json!({ "email": "kari@synthetic.example", "password": "not this one", "totpCode": "000000" });
    office.browser().post("/sign-in", wrong).await.is_problem(401, "wrong-credentials");
    office.later(Duration::days(30));
    office.world.settle().await.expect("the repair");
    office.browser().post("/links/open", json!({ "token": token })).await.is_problem(410, "link-expired");
    office.later(Duration::days(62));
    assert!(office.world.settle().await.expect("the repair").is_empty());
    office.browser().post("/links/open", json!({ "token": token })).await.is_problem(404, "link-unknown");
    for table in ["select count(*) from kit_session", "select count(*) from directory_link", "select count(*) from directory_attempt"] {
        let (rows,): (i64,) = office.ctx().db.q(table).one().await.expect("a count");
        assert_eq!(rows, 0, "{table}");
    }
}
