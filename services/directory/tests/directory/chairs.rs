//! A practice's telephone and deputy, and what people choose to be sent.

use crate::administration::solvik;
use crate::office::{Office, id};
use kit::Role;
use kit::log::{Opened, Recorded};
use proto::Event;
use proto::directory::{
    PersonRegistered, PracticeChanged, PracticeDeputyChosen, PracticeRegistered, PreferencesChosen,
};
use serde_json::{Value, json};
use uuid::Uuid;

crate::on_both_engines!(
    a_practice_has_a_telephone,
    the_register_brings_telephones,
    a_deputy_works_in_the_practice,
    a_choice_is_published_once,
    a_clinician_has_a_number,
);

async fn all(office: &Office) -> Vec<Recorded> {
    kit::log::page(&office.ctx().db, 0).await.expect("events")
}

async fn of_kind<E: Event>(office: &Office) -> Vec<E> {
    let mut found = Vec::new();
    for event in all(office).await.into_iter().filter(|event| event.kind() == E::KIND) {
        match office.ctx().open::<E>(&event).await.expect("it opens") {
            Opened::Open(fact) => found.push(fact),
            Opened::Erased => panic!("erased"),
        }
    }
    found
}

async fn a_practice_has_a_telephone(office: Office) {
    let administrator = office.administrator().await;
    let mut form = solvik();
    form["phone"] = json!("ring us");
    let refused = administrator.post("/practices", form.clone()).await.is(422);
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("phone"), &json!("not-a-number"))
    );
    form["phone"] = json!(" +47 77 00 00 00 ");
    let practice = id(&administrator.post("/practices", form).await.is(201));
    assert_eq!(administrator.get("/practices").await.is(200)[0]["phone"], "+47 77 00 00 00");
    assert_eq!(of_kind::<PracticeRegistered>(&office).await[0].phone, "+47 77 00 00 00");
    let path = format!("/practices/{practice}");
    let change = |phone: Option<&str>| {
        let mut body = json!({ "name": "SYNTHETIC Solvik", "municipality": "Solvik", "effectiveOn": "2026-03-02" });
        if let Some(phone) = phone {
            body["phone"] = json!(phone);
        }
        body
    };
    for (phone, stands, told) in [
        (None, json!("+47 77 00 00 00"), None),
        (Some("77 11"), json!("77 11"), Some("77 11")),
        (Some(""), Value::Null, Some("")),
    ] {
        administrator.put(&path, change(phone)).await.is(204);
        assert_eq!(administrator.get("/practices").await.is(200)[0]["phone"], stands);
        let last = of_kind::<PracticeChanged>(&office).await.pop().expect("a change");
        assert_eq!(last.phone.as_deref(), told);
    }
}

async fn the_register_brings_telephones(office: Office) {
    let administrator = office.administrator().await;
    let header = "key;name;municipality;centrality;distance_km;opened_on;phone";
    let file = |phone: &str| format!("{header}\r\nK1;SYNTHETIC Solvik;Solvik;6;212;2019-01-01;{phone}\r\n");
    for phone in ["77 00 00 00", "77 00 00 01"] {
        let report = administrator.csv("/import", file(phone)).await.is(200);
        assert_eq!(report["faults"], json!([]));
        assert_eq!(administrator.get("/practices").await.is(200)[0]["phone"], phone);
    }
    let again = administrator.csv("/import", file("77 00 00 01")).await.is(200);
    assert_eq!(again["unchanged"], 1);
    // A file without the column says nothing about it.
    let without =
        "key;name;municipality;centrality;distance_km;opened_on\r\nK1;SYNTHETIC Solvik;Solvik;6;212;2019-01-01\r\n";
    assert_eq!(administrator.csv("/import", without).await.is(200)["unchanged"], 1);
    assert_eq!(of_kind::<PracticeChanged>(&office).await[0].phone.as_deref(), Some("77 00 00 01"));
}

async fn a_deputy_works_in_the_practice(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let path = format!("/practices/{practice}/deputy");
    let siri = json!({ "name": "Siri SYNTHETIC", "email": "siri@solvik.example", "language": "nb" });
    let person = id(&administrator.post("/people", siri).await.is(201));
    let refused = administrator.put(&path, json!({ "personId": person })).await.is(422);
    assert_eq!(refused["errors"][0]["code"], "not-of-practice");
    let grant = json!({ "role": "gp-staff", "practiceId": practice });
    let grant = id(&administrator.post(&format!("/people/{person}/grants"), grant).await.is(201));
    for _ in 0..2 {
        administrator.put(&path, json!({ "personId": person })).await.is(204);
    }
    let listed = administrator.get("/practices").await.is(200);
    assert_eq!(listed[0]["deputy"], json!({ "id": person, "name": "Siri SYNTHETIC" }));
    administrator.put(&path, json!({})).await.is(204);
    assert_eq!(administrator.get("/practices").await.is(200)[0]["deputy"], Value::Null);
    let chosen: Vec<(Vec<u8>, String)> =
        of_kind::<PracticeDeputyChosen>(&office).await.into_iter().map(|fact| (fact.person, fact.name)).collect();
    assert_eq!(
        chosen,
        [(person.as_bytes().to_vec(), "Siri SYNTHETIC".to_owned()), (Vec::new(), String::new())],
        "the same again is no second choice"
    );
    administrator.post(&format!("/people/{person}/grants/{grant}/end"), json!({})).await.is(204);
    administrator.put(&path, json!({ "personId": person })).await.is(422);
    let nowhere = format!("/practices/{}/deputy", Uuid::from_u128(u128::MAX));
    administrator.put(&nowhere, json!({})).await.is_problem(404, "not-found");
    let manager = office.person("kari", Role::ProgrammeManager).await;
    office.signed_in(manager).await.put(&path, json!({})).await.is_problem(404, "not-found");
}

async fn a_choice_is_published_once(office: Office) {
    let person = office.person("siri", Role::ProgrammeManager).await;
    let browser = office.signed_in(person).await;
    assert_eq!(browser.get("/me").await.is(200)["mailDigest"], true);
    for _ in 0..2 {
        browser.put("/me/mail", json!({ "digest": false })).await.is(204);
    }
    assert_eq!(browser.get("/me").await.is(200)["mailDigest"], false);
    browser.put("/me/language", json!({ "language": "en" })).await.is(204);
    browser.put("/me/language", json!({ "language": "en" })).await.is(204);
    browser.put("/me/mail", json!({ "digest": true })).await.is(204);
    let chosen: Vec<(String, bool)> =
        of_kind::<PreferencesChosen>(&office).await.into_iter().map(|fact| (fact.language, fact.digest)).collect();
    assert_eq!(chosen, [("nb".into(), false), ("en".into(), false), ("en".into(), true)]);
    browser.put("/me/mail", json!({ "digest": "no" })).await.is_problem(400, "malformed");
}

async fn a_clinician_has_a_number(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let mut siri =
        json!({ "name": "Siri SYNTHETIC", "email": "siri@solvik.example", "language": "nb", "hprNumber": "HPR 1" });
    assert_eq!(administrator.post("/people", siri.clone()).await.faults(), ["hprNumber not-a-number"]);
    siri["hprNumber"] = json!("1234567890");
    assert_eq!(administrator.post("/people", siri.clone()).await.faults(), ["hprNumber too-long"]);
    siri["hprNumber"] = json!(" 9991234 ");
    let siri = id(&administrator.post("/people", siri).await.is(201));
    let listed = |list: Value, who: Uuid| {
        let people = list.as_array().expect("a list").clone();
        people.into_iter().find(|one| one["id"] == json!(who)).expect("the person")["hprNumber"].clone()
    };
    assert_eq!(listed(administrator.get("/people").await.is(200), siri), "9991234");

    // Whoever keeps a practice's people writes it with the invitation, or leaves it out.
    let keeper = office.person("petra", Role::ProgrammeManager).await;
    let grant = json!({ "role": "practice-admin", "practiceId": practice });
    administrator.post(&format!("/people/{keeper}/grants"), grant).await.is(201);
    let keeper = office.signed_in(keeper).await;
    let form = |email: &str, number: Option<&str>| {
        let mut form = json!({ "practiceId": practice, "name": "Liv SYNTHETIC", "email": email, "language": "nb",
            "role": "gp-clinician" });
        if let Some(number) = number {
            form["hprNumber"] = json!(number);
        }
        form
    };
    assert_eq!(
        keeper.post("/colleagues", form("liv@solvik.example", Some("x"))).await.faults(),
        ["hprNumber not-a-number"]
    );
    for (email, number, stands) in [
        ("liv@solvik.example", Some("7"), "7"),
        ("lea@solvik.example", None, ""),
        ("liv@solvik.example", Some("8"), "7"),
    ] {
        let invited = id(&keeper.post("/colleagues", form(email, number)).await.is(201));
        assert_eq!(listed(administrator.get("/people").await.is(200), invited), stands, "{email} {number:?}");
    }

    // Their own act changes it; the same again is no second choice, and another choice does not tell it again.
    let browser = office.signed_in(siri).await;
    assert_eq!(browser.get("/me").await.is(200)["person"]["hprNumber"], "9991234");
    assert_eq!(browser.put("/me/hpr", json!({ "hprNumber": "12 34" })).await.faults(), ["hprNumber not-a-number"]);
    for number in [" 9995678", "9995678"] {
        browser.put("/me/hpr", json!({ "hprNumber": number })).await.is(204);
    }
    assert_eq!(browser.get("/me").await.is(200)["person"]["hprNumber"], "9995678");
    browser.put("/me/mail", json!({ "digest": false })).await.is(204);
    browser.put("/me/hpr", json!({ "hprNumber": "" })).await.is(204);
    let me = browser.get("/me").await.is(200);
    assert_eq!((&me["person"]["hprNumber"], &me["mailDigest"]), (&json!(""), &json!(false)));
    let chosen: Vec<Option<String>> =
        of_kind::<PreferencesChosen>(&office).await.into_iter().map(|fact| fact.hpr_number).collect();
    assert_eq!(chosen, [Some("9995678".to_owned()), None, Some(String::new())]);
    let told = of_kind::<PersonRegistered>(&office).await;
    let told: Vec<&str> =
        told.iter().map(|fact| fact.hpr_number.as_str()).filter(|number| !number.is_empty()).collect();
    assert_eq!(told, ["9991234", "7"]);
}
