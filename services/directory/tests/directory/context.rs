//! The context log: noted, corrected and withdrawn by new rows, and never changed.

use crate::administration::solvik;
use crate::events::{kinds, log_of, open};
use crate::office::{Office, id, text};
use crate::programme::gp;
use kit::{At, Role};
use proto::directory::{ContextNoted, ContextWithdrawn};
use serde_json::{Value, json};
use uuid::Uuid;

crate::on_both_engines!(
    every_row_stays_to_be_seen,
    a_row_is_replaced_once_and_places_must_stand,
    a_practice_sees_what_is_of_it_and_of_all,
    the_log_is_the_programme_s_alone,
);

fn champion(practice: Uuid) -> Value {
    json!({ "practiceId": practice, "domain": "individuals", "kind": "champion-leaves", "from": "2026-02-01",
        "text": "The nurse who took the pictures has left." })
}

async fn every_row_stays_to_be_seen(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let manager = office.person("maja", Role::ProgrammeManager).await;
    let manager = office.signed_in(manager).await;
    let first = id(&manager.post("/context", champion(practice)).await.is(201));
    let mut right = champion(practice);
    right["until"] = json!("2026-02-20");
    let second = id(&administrator.post(&format!("/context/{first}/correct"), right).await.is(201));
    let entry = manager.get("/context").await.is(200)["entries"][0].clone();
    assert_eq!(
        (text(&entry["id"]), text(&entry["now"]["id"])),
        (first.to_string().as_str(), second.to_string().as_str())
    );
    assert_eq!((text(&entry["now"]["until"]), &entry["earlier"][0]["until"]), ("2026-02-20", &Value::Null));
    assert_eq!(text(&entry["earlier"][0]["by"]["name"]), "maja SYNTHETIC");
    assert_eq!(text(&entry["now"]["practice"]["id"]), practice.to_string());
    let withdraw = format!("/context/{second}/withdraw");
    let last = id(&manager.post(&withdraw, json!({ "reason": " It was another office. " })).await.is(201));
    let entry = manager.get("/context").await.is(200)["entries"][0].clone();
    assert_eq!((&entry["now"]["withdrawn"], text(&entry["now"]["text"])), (&json!(true), "It was another office."));
    assert_eq!(text(&entry["now"]["from"]), "2026-02-01");
    assert_eq!(entry["earlier"].as_array().map(Vec::len), Some(2));
    let events = log_of(&office, first).await;
    assert_eq!(kinds(&events), ["ContextNoted", "ContextNoted", "ContextWithdrawn"]);
    let envelope = &events[1].envelope;
    assert_eq!((envelope.domain.as_str(), envelope.about.as_str()), ("individuals", "champion-leaves"));
    let midnight = |day| At::midnight(day).micros();
    assert_eq!(envelope.effective_us, midnight(time::macros::date!(2026 - 02 - 01)));
    assert_eq!(envelope.until_us, Some(midnight(time::macros::date!(2026 - 02 - 20))));
    assert_eq!(kit::log::id_of(&envelope.practice), Some(practice));
    assert!(!format!("{events:?}").contains("nurse"), "the words are sealed");
    let noted: ContextNoted = open(&office, &events[1]).await;
    assert_eq!((noted.row, noted.replaces), (second.as_bytes().to_vec(), first.as_bytes().to_vec()));
    let withdrawn: ContextWithdrawn = open(&office, &events[2]).await;
    assert_eq!((withdrawn.row, withdrawn.reason.as_str()), (last.as_bytes().to_vec(), "It was another office."));
    let sealed: Vec<(Vec<u8>,)> =
        office.ctx().db.q("select text_sealed from directory_context").all().await.expect("rows");
    assert_eq!(sealed.len(), 3);
    assert!(sealed.iter().all(|(bytes,)| !String::from_utf8_lossy(bytes).contains("nurse")));
}

async fn a_row_is_replaced_once_and_places_must_stand(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let mine = office.ctx().new_id();
    let mut form = champion(practice);
    form["id"] = json!(mine);
    for _ in 0..2 {
        assert_eq!(id(&administrator.post("/context", form.clone()).await.is(201)), mine, "the same again is the same");
    }
    form["text"] = json!("Something else.");
    administrator.post("/context", form).await.is_problem(409, "id-reused");
    let correct = format!("/context/{mine}/correct");
    let next = id(&administrator.post(&correct, champion(practice)).await.is(201));
    administrator.post(&correct, champion(practice)).await.is_problem(409, "context-replaced");
    let withdraw = |row: Uuid| format!("/context/{row}/withdraw");
    administrator.post(&withdraw(mine), json!({ "reason": "Twice." })).await.is_problem(409, "context-replaced");
    let last = id(&administrator.post(&withdraw(next), json!({ "reason": "Twice." })).await.is(201));
    let back = format!("/context/{last}/correct");
    administrator.post(&back, champion(practice)).await.is_problem(409, "context-replaced");
    let nowhere = Uuid::from_u128(1 << 70);
    administrator.post(&withdraw(nowhere), json!({ "reason": "Twice." })).await.is(404);
    let before = administrator.get("/context").await.is(200);
    administrator.post("/context", champion(nowhere)).await.is_problem(422, "invalid-input");
    let elsewhere = json!({ "departmentId": nowhere, "domain": "inner-setting", "kind": "outage", "from": "2026-02-01", "text": "Down." });
    administrator.post("/context", elsewhere).await.is_problem(422, "invalid-input");
    assert_eq!(administrator.get("/context").await.is(200), before, "what is refused leaves nothing");
}

async fn a_practice_sees_what_is_of_it_and_of_all(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let other = id(&administrator.post("/practices", solvik()).await.is(201));
    let department = json!({ "name": "Skin", "hospital": "North", "specialties": ["dermatology"] });
    let department = id(&administrator.post("/departments", department).await.is(201));
    let event = |place: Value, on: &str| {
        let mut form = json!({ "domain": "outer-setting", "kind": "other", "from": on, "text": "Something." });
        form.as_object_mut().expect("an object").extend(place.as_object().expect("a place").clone());
        form
    };
    for (place, on) in [
        (json!({ "practiceId": practice }), "2026-01-01"),
        (json!({ "practiceId": other }), "2026-01-02"),
        (json!({ "departmentId": department }), "2026-01-03"),
        (json!({}), "2026-09-04"),
    ] {
        administrator.post("/context", event(place, on)).await.is(201);
    }
    let days = |log: Value| -> Vec<String> {
        log["entries"].as_array().expect("entries").iter().map(|one| text(&one["now"]["from"]).to_owned()).collect()
    };
    let all = administrator.get("/context").await.is(200);
    assert_eq!(all["departments"], json!([{ "id": department, "name": "Skin" }]));
    assert_eq!(text(&all["entries"][1]["now"]["department"]["name"]), "Skin");
    assert_eq!(
        days(all),
        ["2026-09-04", "2026-01-03", "2026-01-02", "2026-01-01"],
        "newest first, also what is to come"
    );
    let of = administrator.get(&format!("/context?practice={practice}")).await.is(200);
    assert_eq!(days(of), ["2026-09-04", "2026-01-03", "2026-01-01"]);
}

async fn the_log_is_the_programme_s_alone(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let row = id(&administrator.post("/context", champion(practice)).await.is(201));
    let nurse = gp(&office, practice, "siri").await;
    let other = office.signed_in(nurse).await;
    other.get("/context").await.is(404);
    other.post("/context", champion(practice)).await.is(404);
    other.post(&format!("/context/{row}/correct"), champion(practice)).await.is(404);
    other.post(&format!("/context/{row}/withdraw"), json!({ "reason": "No." })).await.is(404);
}
