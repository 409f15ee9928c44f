//! Equipment, trainings, contacts and reasons of a practice; the notice and one's own record.

use crate::administration::solvik;
use crate::events::{kinds, log_of, open};
use crate::office::{Browser, Office, id, text};
use directory::{add_grant, add_person};
use kit::Role;
use proto::directory::{EquipmentPlaced, ReasonGiven, SupportGiven};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

crate::on_both_engines!(
    equipment_comes_and_goes_and_equips,
    trainings_and_contacts_are_kept,
    the_history_is_the_programme_s_alone,
    an_office_says_why_once_a_month_at_most,
    the_notice_is_confirmed_once,
    people_see_their_own_accesses_page_by_page,
);

async fn practice(administrator: &Browser<'_>) -> (Uuid, String) {
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    (practice, format!("/practices/{practice}"))
}

pub async fn gp(office: &Office, practice: Uuid, name: &str) -> Uuid {
    let email = format!("{name}@synthetic.example");
    let person = add_person(office.ctx(), None, name, &email, "nb").await.expect("a person");
    let now = office.ctx().now();
    add_grant(office.ctx(), person, Role::GpStaff, Some(practice), None, now, None).await.expect("a grant");
    person
}

async fn equipment_comes_and_goes_and_equips(office: Office) {
    let administrator = office.administrator().await;
    let (practice, path) = practice(&administrator).await;
    let manager = office.person("maja", Role::ProgrammeManager).await;
    let manager = office.signed_in(manager).await;
    let form = json!({ "kind": "dermatoscope", "specialty": "dermatology", "make": " Scope 2 ", "serial": "S2-77", "place": "Room 2",
        "from": "2026-02-01" });
    let scope = id(&manager.post(&format!("{path}/equipment"), form).await.is(201));
    let again = json!({ "kind": "camera", "specialty": null, "from": "2026-02-03" });
    manager.post(&format!("{path}/equipment"), again).await.is(201);
    let end = json!({ "on": "2026-02-20", "reason": "Broken" });
    let gone = format!("{path}/equipment/{scope}/withdraw");
    manager.post(&gone, json!({ "on": "2026-01-31" })).await.is_problem(422, "invalid-input");
    manager.post(&gone, end.clone()).await.is(204);
    let before = log_of(&office, practice).await.len();
    manager.post(&gone, end).await.is(204);
    manager.post(&format!("{path}/equipment/{practice}/withdraw"), json!({ "on": "2026-02-20" })).await.is(404);
    let events = log_of(&office, practice).await;
    assert_eq!(events.len(), before, "the same end again is no second one");
    let expected =
        ["PracticeRegistered", "EnablementRecorded", "EquipmentPlaced", "EquipmentPlaced", "EquipmentWithdrawn"];
    assert_eq!(kinds(&events), expected, "the first piece is the step as well");
    let placed = &events[2].envelope;
    assert_eq!((placed.about.as_str(), placed.specialty.as_str()), ("dermatoscope", "dermatology"));
    assert_eq!((placed.actor_role.as_str(), placed.thing.as_slice()), ("programme-manager", &scope.as_bytes()[..]));
    assert!(!format!("{placed:?}").contains("S2-77"), "the serial number is sealed");
    let fact: EquipmentPlaced = open(&office, &events[2]).await;
    assert_eq!((fact.make.as_str(), fact.serial.as_str(), fact.place.as_str()), ("Scope 2", "S2-77", "Room 2"));
    let history = manager.get(&path).await.is(200);
    let all = history["equipment"].as_array().expect("equipment");
    assert_eq!(
        (text(&all[0]["serial"]), text(&all[0]["until"]), text(&all[0]["reason"])),
        ("S2-77", "2026-02-20", "Broken")
    );
    assert_eq!((text(&all[1]["kind"]), &all[1]["until"]), ("camera", &Value::Null));
    assert_eq!(history["enablement"], json!([{ "step": "equipped", "specialty": "dermatology", "on": "2026-02-01" }]));
    // Another day corrects.
    manager.post(&gone, json!({ "on": "2026-02-25", "reason": "Broken" })).await.is(204);
    assert_eq!(text(&manager.get(&path).await.is(200)["equipment"][0]["until"]), "2026-02-25");
    assert_eq!(kinds(&log_of(&office, practice).await).last().copied(), Some("EquipmentWithdrawn"));
}

async fn trainings_and_contacts_are_kept(office: Office) {
    let administrator = office.administrator().await;
    let (practice, path) = practice(&administrator).await;
    for (role, people, on) in [("nurse", 3, "2026-02-10"), ("doctor", 1, "2026-02-12")] {
        let form = json!({ "on": on, "specialty": null, "role": role, "people": people });
        administrator.post(&format!("{path}/trainings"), form).await.is(201);
    }
    let note = "They ask for a shorter cable.";
    let form = json!({ "on": "2026-02-14", "kind": "visit", "note": note });
    administrator.post(&format!("{path}/contacts"), form).await.is(201);
    for (from, size) in [("2024-01-01", 1900), ("2026-01-01", 2100)] {
        let form = json!({ "from": from, "listSize": size, "gps": 3, "staff": 4 });
        administrator.post(&format!("{path}/register"), form).await.is(201);
    }
    let events = log_of(&office, practice).await;
    let training = events.iter().find(|event| event.kind() == "TrainingGiven").expect("a training");
    assert_eq!((training.envelope.about.as_str(), training.envelope.people), ("nurse", 3));
    assert!(training.sealed.is_none(), "there is nothing to seal");
    let contact = events.iter().find(|event| event.kind() == "SupportGiven").expect("a contact");
    assert_eq!(
        (contact.envelope.about.as_str(), open::<SupportGiven>(&office, contact).await.note.as_str()),
        ("visit", note)
    );
    let (sealed,): (Vec<u8>,) =
        office.ctx().db.q("select note_sealed from directory_contact").one().await.expect("a note");
    assert!(!String::from_utf8_lossy(&sealed).contains("cable"));
    let history = administrator.get(&path).await.is(200);
    assert_eq!(history["trainings"].as_array().map(Vec::len), Some(2));
    assert_eq!(text(&history["contacts"][0]["note"]), note);
    let sizes: Vec<&Value> =
        history["registers"].as_array().expect("entries").iter().map(|one| &one["listSize"]).collect();
    assert_eq!(sizes, [&json!(2100), &json!(1900)], "newest first");
    let steps: Vec<&str> =
        history["enablement"].as_array().expect("steps").iter().map(|one| text(&one["step"])).collect();
    assert_eq!(steps, ["trained"], "once");
}

async fn the_history_is_the_programme_s_alone(office: Office) {
    let administrator = office.administrator().await;
    let (practice, path) = practice(&administrator).await;
    let nurse = gp(&office, practice, "siri").await;
    let nurse = office.signed_in(nurse).await;
    nurse.get(&path).await.is(404);
    for (form, body) in [
        ("equipment", json!({ "kind": "camera", "from": "2026-02-01" })),
        ("trainings", json!({ "on": "2026-02-01", "role": "nurse", "people": 1 })),
        ("contacts", json!({ "on": "2026-02-01", "kind": "phone", "note": "Hello" })),
    ] {
        nurse.post(&format!("{path}/{form}"), body.clone()).await.is(404);
        administrator.post(&format!("/practices/{}/{form}", Uuid::from_u128(1 << 70)), body).await.is(404);
    }
    administrator.get(&format!("/practices/{}", Uuid::from_u128(1 << 70))).await.is(404);
    administrator.get(&path).await.is(200);
    let read = office.ctx().audit.of_subject(practice).await.expect("the access log");
    assert!(read.iter().any(|one| one.what == "practice history" && one.action == "read"), "{read:?}");
}

async fn an_office_says_why_once_a_month_at_most(office: Office) {
    let administrator = office.administrator().await;
    let (practice, path) = practice(&administrator).await;
    let nurse_id = gp(&office, practice, "siri").await;
    let nurse = office.signed_in(nurse_id).await;
    let askable = |list: &Value| list[0]["askable"].as_bool();
    assert_eq!(askable(&nurse.get("/reasons").await.is(200)), Some(true));
    let form = json!({ "practiceId": practice, "reason": "pictures", "after": "draft", "text": " The light. " });
    nurse
        .post("/reasons", json!({ "practiceId": Uuid::from_u128(1 << 70), "reason": "other", "after": "draft" }))
        .await
        .is(404);
    let made = id(&nurse.post("/reasons", form.clone()).await.is(201));
    assert_eq!(askable(&nurse.get("/reasons").await.is(200)), Some(false));
    // What a client sends twice is one reason.
    let mut repeat = form;
    repeat["id"] = json!(made);
    assert_eq!(id(&nurse.post("/reasons", repeat).await.is(201)), made);
    // Somebody else of the office in the same month is told that it was said.
    let other = gp(&office, practice, "sara").await;
    let other = office.signed_in(other).await;
    let again = json!({ "practiceId": practice, "reason": "no-time", "after": "silence" });
    other.post("/reasons", again).await.is_problem(409, "asked-already");
    office.later(Duration::days(31));
    let nurse = office.signed_in(nurse_id).await;
    assert_eq!(askable(&nurse.get("/reasons").await.is(200)), Some(true));
    let aside = json!({ "id": "0197a0c0-0000-7000-8000-000000000009", "practiceId": practice, "reason": "not-now", "after": "silence" });
    nurse.post("/reasons", aside.clone()).await.is(201);
    nurse.post("/reasons", aside).await.is(201);
    assert_eq!(askable(&nurse.get("/reasons").await.is(200)), Some(false), "waved aside is an answer");
    let events = log_of(&office, practice).await;
    let given: Vec<_> = events.iter().filter(|event| event.kind() == "ReasonGiven").collect();
    let words: Vec<&str> = given.iter().map(|event| event.envelope.about.as_str()).collect();
    assert_eq!(words, ["pictures", "not-now"]);
    assert_eq!(given[0].envelope.actor_role, "gp-staff");
    let fact: ReasonGiven = open(&office, given[0]).await;
    assert_eq!((fact.text.as_str(), fact.after.as_str()), ("The light.", "draft"));
    let administrator = office.signed_in(office.person("eva", Role::Administrator).await).await;
    let history = administrator.get(&path).await.is(200);
    assert_eq!(
        (text(&history["reasons"][1]["reason"]), text(&history["reasons"][1]["text"])),
        ("pictures", "The light.")
    );
    administrator.get("/reasons").await.is(404);
}

async fn the_notice_is_confirmed_once(office: Office) {
    let person = office.person("ada", Role::Administrator).await;
    let browser = office.signed_in(person).await;
    let me = browser.get("/me").await.is(200);
    assert_eq!(
        (text(&me["notice"]["version"]), &me["notice"]["confirmedAt"]),
        (directory::notice::VERSION, &Value::Null)
    );
    browser.post("/me/notice", json!({ "version": "1999-01" })).await.is_problem(422, "invalid-input");
    for _ in 0..2 {
        browser.post("/me/notice", json!({ "version": directory::notice::VERSION })).await.is(204);
        office.later(Duration::MINUTE);
    }
    let me = browser.get("/me").await.is(200);
    assert_eq!(text(&me["notice"]["confirmedAt"]), "2026-03-02T08:00:00Z");
    let events = log_of(&office, person).await;
    let confirmed: Vec<_> = events.iter().filter(|event| event.kind() == "NoticeConfirmed").collect();
    assert_eq!(confirmed.len(), 1);
    let clear = &confirmed[0].envelope;
    assert_eq!((clear.about.as_str(), clear.actor_role.as_str()), (directory::notice::VERSION, "administrator"));
}

async fn people_see_their_own_accesses_page_by_page(office: Office) {
    let person = office.person("ada", Role::Administrator).await;
    let browser = office.signed_in(person).await;
    let (practice, path) = practice(&browser).await;
    for _ in 0..53 {
        browser.get(&path).await.is(200);
    }
    let other = office.signed_in(office.person("eva", Role::Administrator).await).await;
    other.get(&path).await.is(200);
    let first = browser.get("/me/accesses").await.is(200);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(50));
    assert!(!first.to_string().contains(&practice.to_string()), "nouns, and no ids");
    let next = text(&first["next"]).to_owned();
    let second = browser.get(&format!("/me/accesses?cursor={next}")).await.is(200);
    assert_eq!((second["items"].as_array().map(Vec::len), &second["next"]), (Some(3), &Value::Null));
    assert_eq!(
        other.get("/me/accesses").await.is(200)["items"].as_array().map(Vec::len),
        Some(1),
        "others' stay theirs"
    );
    browser.get("/me/accesses?cursor=abc").await.is_problem(422, "invalid-input");
}
