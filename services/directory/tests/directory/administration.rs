//! What administrators and programme managers do.

use crate::office::{Browser, Office, id, text};
use kit::Role;
use serde_json::{Value, json};
use uuid::Uuid;

crate::on_both_engines!(
    practices_are_listed_with_register_and_enablement,
    a_practice_s_new_name_shows_everywhere,
    departments_are_listed_with_their_specialties,
    a_department_s_duty_telephone_changes_field_by_field,
    people_are_listed_with_their_rights_and_the_reading_is_recorded,
    an_administrator_alone_administers,
    somebody_stays_administrator,
    two_who_end_each_other_at_once_leave_one_administrator,
);

pub fn solvik() -> Value {
    json!({ "name": "SYNTHETIC Solvik legekontor", "municipality": "Solvik", "centrality": 6, "distanceKm": 212,
        "channel": "web", "openedOn": "2026-01-05", "testPractice": false })
}

pub fn skin() -> Value {
    json!({ "name": "SYNTHETIC Skin", "hospital": "SYNTHETIC Hospital", "specialties": ["ent", "dermatology"], "dutyPhone": "+47 77 00 00 00",
        "dutyHours": "Mon–Fri 08–15" })
}

async fn add(administrator: &Browser<'_>, path: &str, form: Value) -> Uuid {
    id(&administrator.post(path, form).await.is(201))
}

async fn practices_are_listed_with_register_and_enablement(office: Office) {
    let administrator = office.administrator().await;
    let practice = add(&administrator, "/practices", solvik()).await;
    let silent = add(&administrator, "/practices", json!({ "name": "SYNTHETIC Ytre", "municipality": "Ytre", "centrality": 5, "distanceKm": 90, "openedOn": "2026-01-05" })).await;
    for (from, size) in [("2026-01-01", 2100), ("2025-01-01", 1900), ("2027-01-01", 2500)] {
        add(
            &administrator,
            &format!("/practices/{practice}/register"),
            json!({ "from": from, "listSize": size, "gps": 3, "staff": 4 }),
        )
        .await;
    }
    for (step, specialty, on) in
        [("trained", json!("dermatology"), "2026-02-20"), ("offered", json!(null), "2026-01-10")]
    {
        add(
            &administrator,
            &format!("/practices/{practice}/enablement"),
            json!({ "step": step, "specialty": specialty, "on": on, "note": "two nurses" }),
        )
        .await;
    }
    let manager = office.person("kari", Role::ProgrammeManager).await;
    let list = office.signed_in(manager).await.get("/practices").await.is(200);
    assert_eq!(
        list,
        json!([
            { "id": practice, "name": "SYNTHETIC Solvik legekontor", "municipality": "Solvik", "centrality": 6, "channel": "web",
              "listSize": 2100, "gps": 3, "staff": 4, "testPractice": false, "externalKey": null, "closedOn": null, "trialArm": null, "phone": null, "deputy": null, "takenOverBy": null, "merged": false, "enablement": [
                { "step": "offered", "specialty": null, "on": "2026-01-10" },
                { "step": "trained", "specialty": "dermatology", "on": "2026-02-20" }] },
            { "id": silent, "name": "SYNTHETIC Ytre", "municipality": "Ytre", "centrality": 5, "channel": "web",
              "listSize": null, "gps": null, "staff": null, "testPractice": false, "externalKey": null, "closedOn": null, "trialArm": null, "phone": null, "deputy": null, "takenOverBy": null, "merged": false,
              "enablement": [] },
        ])
    );
    let nowhere = Uuid::from_u128(u128::MAX);
    let register = json!({ "from": "2026-01-01", "listSize": 1, "gps": 1, "staff": 1 });
    administrator.post(&format!("/practices/{nowhere}/register"), register).await.is_problem(404, "not-found");
    let step = json!({ "step": "offered", "on": "2026-01-10" });
    administrator.post(&format!("/practices/{nowhere}/enablement"), step).await.is_problem(404, "not-found");
}

async fn a_practice_s_new_name_shows_everywhere(office: Office) {
    let administrator = office.administrator().await;
    let practice = add(&administrator, "/practices", solvik()).await;
    let person = add(
        &administrator,
        "/people",
        json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" }),
    )
    .await;
    add(&administrator, &format!("/people/{person}/grants"), json!({ "role": "gp-staff", "practiceId": practice }))
        .await;
    let change = json!({ "name": "SYNTHETIC Nye Solvik", "municipality": "Storfjord", "effectiveOn": "2026-03-01" });
    administrator.put(&format!("/practices/{practice}"), change.clone()).await.is(204);
    assert_eq!(administrator.get("/practices").await.is(200)[0]["municipality"], "Storfjord");
    let me = office.signed_in(person).await.get("/me").await.is(200);
    assert_eq!(me["grants"][0]["practice"], json!({ "id": practice, "name": "SYNTHETIC Nye Solvik" }));
    administrator.put(&format!("/practices/{}", Uuid::from_u128(u128::MAX)), change).await.is_problem(404, "not-found");
}

async fn departments_are_listed_with_their_specialties(office: Office) {
    let administrator = office.administrator().await;
    let department = add(&administrator, "/departments", skin()).await;
    assert_eq!(
        administrator.get("/departments").await.is(200),
        json!([{ "id": department, "name": "SYNTHETIC Skin", "hospital": "SYNTHETIC Hospital",
            "specialties": ["dermatology", "ent"], "dutyPhone": "+47 77 00 00 00", "dutyHours": "Mon–Fri 08–15" }])
    );
}

async fn a_department_s_duty_telephone_changes_field_by_field(office: Office) {
    let administrator = office.administrator().await;
    let department = add(&administrator, "/departments", skin()).await;
    let path = format!("/departments/{department}");
    let duty = async || {
        let listed = administrator.get("/departments").await.is(200);
        (listed[0]["dutyPhone"].clone(), listed[0]["dutyHours"].clone())
    };
    administrator.patch(&path, json!({ "dutyHours": "Always" })).await.is(204);
    assert_eq!(duty().await, (json!("+47 77 00 00 00"), json!("Always")));
    administrator.patch(&path, json!({ "dutyPhone": "", "dutyHours": "Always" })).await.is(204);
    assert_eq!(duty().await, (json!(null), json!("Always")));
    administrator.patch(&path, json!({})).await.is(204);
    administrator.patch(&path, json!({ "dutyHours": "x".repeat(201) })).await.is_problem(422, "invalid-input");
    administrator.patch(&path, json!({ "name": "Another" })).await.is_problem(400, "malformed");
    administrator.patch(&format!("/departments/{}", Uuid::from_u128(7)), json!({})).await.is_problem(404, "not-found");
    assert_eq!(duty().await, (json!(null), json!("Always")));
}

async fn people_are_listed_with_their_rights_and_the_reading_is_recorded(office: Office) {
    let administrator = office.administrator().await;
    let (practice, department) =
        (add(&administrator, "/practices", solvik()).await, add(&administrator, "/departments", skin()).await);
    let person = add(
        &administrator,
        "/people",
        json!({ "name": "Kari SYNTHETIC", "email": "Kari@Solvik.example", "language": "en" }),
    )
    .await;
    let grants = format!("/people/{person}/grants");
    add(
        &administrator,
        &grants,
        json!({ "role": "gp-clinician", "practiceId": practice, "from": "2026-03-01", "until": "2026-03-31" }),
    )
    .await;
    add(&administrator, &grants, json!({ "role": "specialist", "departmentId": department, "from": "2026-04-01" }))
        .await;

    let row = |list: Value| {
        list.as_array().and_then(|list| list.iter().find(|row| row["id"] == person.to_string()).cloned()).expect("Kari")
    };
    let kari = row(administrator.get("/people").await.is(200));
    assert_eq!((text(&kari["email"]), &kari["lastSignIn"]), ("kari@solvik.example", &json!(null)));
    assert_eq!(kari["grants"][0]["practice"]["name"], "SYNTHETIC Solvik legekontor");
    assert_eq!(
        (text(&kari["grants"][0]["from"]), text(&kari["grants"][0]["until"])),
        ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    );
    assert_eq!((&kari["grants"][1]["until"], text(&kari["grants"][1]["from"])), (&json!(null), "2026-04-01T00:00:00Z"));

    let browser = office.signed_in(person).await;
    let me = browser.get("/me").await.is(200);
    assert_eq!(me["grants"].as_array().map(Vec::len), Some(1), "the second right has not begun");
    assert_eq!(row(administrator.get("/people").await.is(200))["lastSignIn"], "2026-03-02T08:00:00Z");
    let seen: Vec<(String, String)> = office
        .ctx()
        .audit
        .db()
        .q("select action, what from audit_access where action = 'read'")
        .all()
        .await
        .expect("rows");
    assert_eq!(seen, vec![("read".to_owned(), "people".to_owned()); 2]);
}

async fn an_administrator_alone_administers(office: Office) {
    let administrator = office.administrator().await;
    let practice = add(&administrator, "/practices", solvik()).await;
    let manager = office.person("kari", Role::ProgrammeManager).await;
    let browser = office.signed_in(manager).await;
    let invitation = format!("/people/{manager}/invitation");
    let (register, step, grants) = (
        format!("/practices/{practice}/register"),
        format!("/practices/{practice}/enablement"),
        format!("/people/{manager}/grants"),
    );
    let posts = [
        ("/practices", solvik()),
        (&register, json!({ "from": "2026-01-01", "listSize": 1, "gps": 1, "staff": 1 })),
        (&step, json!({ "step": "offered", "on": "2026-01-10" })),
        ("/departments", skin()),
        ("/people", json!({ "name": "Ola SYNTHETIC", "email": "ola@solvik.example", "language": "nb" })),
        (&invitation, json!({})),
        (&grants, json!({ "role": "programme-manager" })),
    ];
    for (path, form) in posts {
        browser.post(path, form.clone()).await.is_problem(404, "not-found");
        browser.post(path, json!("not even a form")).await.is_problem(404, "not-found");
        office.browser().post(path, form.clone()).await.is_problem(401, "signed-out");
        administrator.post(path, form).await.is(201);
    }
    let change = json!({ "name": "SYNTHETIC Nye Solvik", "municipality": "Solvik", "effectiveOn": "2026-03-01" });
    browser.put(&format!("/practices/{practice}"), change).await.is_problem(404, "not-found");
    for path in ["/people", "/departments"] {
        browser.get(path).await.is_problem(404, "not-found");
        office.browser().get(path).await.is_problem(401, "signed-out");
        administrator.get(path).await.is(200);
    }
}

async fn somebody_stays_administrator(office: Office) {
    let person = office.person("ada", Role::Administrator).await;
    let ada = office.signed_in(person).await;
    let grant = id(&ada.get("/me").await.is(200)["grants"][0]);
    let end = format!("/people/{person}/grants/{grant}/end");
    ada.post(&end, json!({})).await.is_problem(409, "last-administrator");
    office.person("ola", Role::Administrator).await;
    ada.post(&end, json!({})).await.is(204);
    ada.get("/people").await.is_problem(404, "not-found");
}

async fn two_who_end_each_other_at_once_leave_one_administrator(office: Office) {
    let (one, other) =
        (office.person("ada", Role::Administrator).await, office.person("ola", Role::Administrator).await);
    let (ada, ola) = (office.signed_in(one).await, office.signed_in(other).await);
    let own = async |browser: &Browser<'_>| id(&browser.get("/me").await.is(200)["grants"][0]);
    let end_ola = format!("/people/{other}/grants/{}/end", own(&ola).await);
    let end_ada = format!("/people/{one}/grants/{}/end", own(&ada).await);
    // Both stand before the same door until it opens.
    let mut tx = office.ctx().begin().await.expect("a transaction");
    tx.q("update kit_grant set starts_at = starts_at").exec().await.expect("held");
    let open = async move {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        tx.commit().await.expect("opened");
    };
    let (first, second, ()) = tokio::join!(ada.post(&end_ola, json!({})), ola.post(&end_ada, json!({})), open);
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{} {}", first.body, second.body);
}
