//! Every fact is in the log, sealed, without a name in its clear part.

use crate::administration::{skin, solvik};
use crate::office::{Browser, Office, id};
use directory::{LinkKind, make_link, person_by_email};
use kit::log::{Opened, Recorded, of_subject, verify_chain};
use kit::{At, Role};
use proto::Event;
use proto::directory::{
    DepartmentChanged, DepartmentRegistered, EnablementRecorded, GrantEnded, GrantGiven, PersonRegistered,
    PracticeChanged, PracticeRegistered, SignedIn,
};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

crate::on_both_engines!(
    a_practice_s_facts_name_it_and_their_author,
    a_practice_s_facts_are_dated_and_sealed,
    a_department_s_fact_is_sealed,
    a_person_s_facts_are_sealed_under_their_key,
    rights_and_sign_ins_say_where_and_as_what,
    test_practices_are_marked_in_every_fact,
    a_refused_request_leaves_no_fact,
    the_sweep_removes_what_has_served,
);

pub async fn open<E: Event>(office: &Office, event: &Recorded) -> E {
    assert!(event.sealed.is_some());
    match office.ctx().open::<E>(event).await.expect("it opens") {
        Opened::Open(fact) => fact,
        Opened::Erased => panic!("nothing was erased"),
    }
}

fn day(text: &str) -> At {
    serde_json::from_value(json!(format!("{text}T00:00:00Z"))).expect("an instant")
}

pub async fn log_of(office: &Office, subject: Uuid) -> Vec<Recorded> {
    of_subject(&office.ctx().db, subject).await.expect("the log")
}

pub fn kinds(events: &[Recorded]) -> Vec<&str> {
    events.iter().map(Recorded::kind).collect()
}

async fn add(browser: &Browser<'_>, path: &str, form: Value) -> Uuid {
    id(&browser.post(path, form).await.is(201))
}

fn kari() -> Value {
    json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" })
}

/// A practice with everything recorded about it once.
async fn recorded_practice(administrator: &Browser<'_>) -> Uuid {
    let practice = add(administrator, "/practices", solvik()).await;
    let path = format!("/practices/{practice}");
    let register = json!({ "from": "2025-01-01", "listSize": 1900, "gps": 3, "staff": 4 });
    add(administrator, &format!("{path}/register"), register).await;
    let step = json!({ "step": "trained", "specialty": "dermatology", "on": "2026-02-20", "note": "two nurses" });
    add(administrator, &format!("{path}/enablement"), step).await;
    let change = json!({ "name": "SYNTHETIC Nye Solvik", "municipality": "Solvik", "effectiveOn": "2026-03-01" });
    administrator.put(&path, change).await.is(204);
    practice
}

async fn a_practice_s_facts_name_it_and_their_author(office: Office) {
    let administrator = office.administrator().await;
    let practice = recorded_practice(&administrator).await;
    let events = log_of(&office, practice).await;
    assert_eq!(kinds(&events), ["PracticeRegistered", "RegisterRecorded", "EnablementRecorded", "PracticeChanged"]);
    for event in &events {
        let clear = &event.envelope;
        assert_eq!((event.practice(), clear.channel.as_str(), clear.test), (Some(practice), "web", false));
        assert_eq!((clear.actor.len(), clear.actor_role.as_str()), (16, "administrator"));
        assert_eq!(event.occurred_at(), kit::testing::monday());
    }
    verify_chain(&office.ctx().db).await.expect("the chain");
}

async fn a_practice_s_facts_are_dated_and_sealed(office: Office) {
    let administrator = office.administrator().await;
    let practice = recorded_practice(&administrator).await;
    let events = log_of(&office, practice).await;
    let [registered, register, enablement, changed] = &events[..] else { panic!("four facts, not {}", events.len()) };
    let fact: PracticeRegistered = open(&office, registered).await;
    assert_eq!((fact.name.as_str(), fact.centrality, fact.distance_km), ("SYNTHETIC Solvik legekontor", 6, 212));
    assert_eq!(fact.opened_on, "2026-01-05");
    assert_eq!(registered.effective_at(), day("2026-01-05"));
    let sizes = &register.envelope;
    assert_eq!((sizes.list_size, sizes.gps, sizes.staff), (Some(1900), Some(3), Some(4)));
    assert_eq!(register.effective_at(), day("2025-01-01"));
    let step = &enablement.envelope;
    assert_eq!((step.step.as_str(), step.specialty.as_str()), ("trained", "dermatology"));
    assert_eq!(enablement.effective_at(), day("2026-02-20"));
    assert_eq!(open::<EnablementRecorded>(&office, enablement).await.note, "two nurses");
    assert_eq!(open::<PracticeChanged>(&office, changed).await.name, "SYNTHETIC Nye Solvik");
    assert_eq!(changed.effective_at(), day("2026-03-01"));
}

async fn a_department_s_fact_is_sealed(office: Office) {
    let administrator = office.administrator().await;
    let department = add(&administrator, "/departments", skin()).await;
    for _ in 0..2 {
        administrator.patch(&format!("/departments/{department}"), json!({ "dutyHours": "Always" })).await.is(204);
    }
    let events = log_of(&office, department).await;
    assert_eq!(kinds(&events), ["DepartmentRegistered", "DepartmentChanged"], "the same again is no change");
    assert_eq!(events[0].department(), Some(department));
    let fact: DepartmentRegistered = open(&office, &events[0]).await;
    assert_eq!(fact.specialties, ["dermatology", "ent"]);
    assert_eq!((fact.duty_phone.as_str(), fact.duty_hours.as_str()), ("+47 77 00 00 00", "Mon–Fri 08–15"));
    let change: DepartmentChanged = open(&office, &events[1]).await;
    assert_eq!(change, DepartmentChanged { duty_phone: None, duty_hours: Some("Always".into()) });
    assert_eq!(events[1].department(), Some(department));
}

async fn a_person_s_facts_are_sealed_under_their_key(office: Office) {
    let administrator = office.administrator().await;
    let person = add(&administrator, "/people", kari()).await;
    office.accepted(person).await;
    let events = log_of(&office, person).await;
    assert_eq!(kinds(&events), ["PersonRegistered", "SignedIn"]);
    for event in &events {
        let clear = prost::Message::encode_to_vec(&event.envelope);
        let clear = String::from_utf8_lossy(&clear).to_lowercase();
        assert!(!clear.contains("kari") && !clear.contains("solvik"), "a name stands in the clear: {clear}");
    }
    let registered: PersonRegistered = open(&office, &events[0]).await;
    assert_eq!(registered.name, "Kari SYNTHETIC");
    assert_eq!(registered.email, "kari@solvik.example");
    let signed_in: SignedIn = open(&office, &events[1]).await;
    assert_eq!(signed_in.how, "invitation");

    let ctx = office.ctx();
    ctx.keys.destroy(person).await.expect("the key store");
    let erased = ctx.open::<PersonRegistered>(&events[0]).await.expect("a tombstone");
    assert!(matches!(erased, Opened::Erased));
    let found = person_by_email(ctx, " KARI@solvik.example").await.expect("the table");
    assert_eq!(found, Some(person));
}

async fn rights_and_sign_ins_say_where_and_as_what(office: Office) {
    let administrator = office.administrator().await;
    let practice = add(&administrator, "/practices", solvik()).await;
    let person = add(&administrator, "/people", kari()).await;
    let grants = format!("/people/{person}/grants");
    let dated = json!({ "role": "administrator", "from": "2026-03-01", "until": "2026-06-30" });
    add(&administrator, &grants, dated).await;
    let in_practice = json!({ "role": "gp-clinician", "practiceId": practice });
    let grant = add(&administrator, &grants, in_practice).await;
    office.signed_in(person).await;
    let end = json!({ "on": "2026-05-01" });
    administrator.post(&format!("{grants}/{grant}/end"), end).await.is(204);

    let events = log_of(&office, person).await;
    assert_eq!(
        kinds(&events),
        ["PersonRegistered", "GrantGiven", "GrantEnded", "GrantGiven", "SignedIn", "GrantEnded"]
    );
    assert_eq!(events[1].effective_at(), day("2026-03-01"));
    assert_eq!(events[2].effective_at(), day("2026-07-01"), "the last day is included");
    let given: GrantGiven = open(&office, &events[3]).await;
    assert_eq!((given.role.as_str(), given.grant), ("gp-clinician", grant.as_bytes().to_vec()));
    assert_eq!(events[3].practice(), Some(practice));
    let signed_in = &events[4];
    assert_eq!(open::<SignedIn>(&office, signed_in).await.how, "link");
    assert_eq!(signed_in.practice(), Some(practice));
    assert_eq!(signed_in.envelope.actor_role, "gp-clinician");
    assert_eq!(signed_in.envelope.actor, office.ctx().pseudonym(person));
    let ended: GrantEnded = open(&office, &events[5]).await;
    assert_eq!((ended.person, ended.grant), (person.as_bytes().to_vec(), grant.as_bytes().to_vec()));
    assert_eq!(events[5].effective_at(), day("2026-05-01"));
}

async fn test_practices_are_marked_in_every_fact(office: Office) {
    let administrator = office.administrator().await;
    let mut form = solvik();
    form["testPractice"] = json!(true);
    let practice = id(&administrator.post("/practices", form).await.is(201));
    administrator
        .post(&format!("/practices/{practice}/enablement"), json!({ "step": "offered", "on": "2026-01-10" }))
        .await
        .is(201);
    let person = id(&administrator
        .post("/people", json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" }))
        .await
        .is(201));
    administrator
        .post(&format!("/people/{person}/grants"), json!({ "role": "gp-staff", "practiceId": practice }))
        .await
        .is(201);
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
    administrator
        .post("/people", json!({ "name": "Ada", "email": "ada@synthetic.example", "language": "nb" }))
        .await
        .is_problem(422, "invalid-input");
    let me = administrator.get("/me").await.is(200);
    let person = id(&me["person"]);
    let grant = json!({ "role": "gp-staff", "practiceId": Uuid::from_u128(u128::MAX) });
    administrator.post(&format!("/people/{person}/grants"), grant).await.is_problem(422, "invalid-input");
    administrator
        .post(&format!("/people/{person}/grants/{}/end", id(&me["grants"][0])), json!({}))
        .await
        .is_problem(409, "last-administrator");
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
    for table in [
        "select count(*) from kit_session",
        "select count(*) from directory_link",
        "select count(*) from directory_attempt",
    ] {
        let (rows,): (i64,) = office.ctx().db.q(table).one().await.expect("a count");
        assert_eq!(rows, 0, "{table}");
    }
}
