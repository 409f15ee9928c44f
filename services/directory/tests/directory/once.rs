//! The same request again does the same thing once; another under the same id or key is refused.

use crate::administration::{skin, solvik};
use crate::office::{Browser, Office, id};
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

crate::on_both_engines!(a_client_s_id_makes_once, an_idempotency_key_makes_once, reserved_ids_are_refused);

const ID: &str = "0197a0c0-0000-7000-8000-000000000001";

async fn forms(administrator: &Browser<'_>) -> Vec<(String, Value, &'static str, Value)> {
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let kari = json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" });
    let person = id(&administrator.post("/people", kari).await.is(201));
    vec![
        ("/practices".into(), solvik(), "name", json!("SYNTHETIC Other")),
        (
            format!("/practices/{practice}/register"),
            json!({ "from": "2026-01-01", "listSize": 1, "gps": 1, "staff": 1 }),
            "listSize",
            json!(2),
        ),
        (
            format!("/practices/{practice}/enablement"),
            json!({ "step": "offered", "on": "2026-01-10" }),
            "step",
            json!("agreed"),
        ),
        ("/departments".into(), skin(), "specialties", json!(["ent"])),
        (
            "/people".into(),
            json!({ "name": "Ola SYNTHETIC", "email": "ola@solvik.example", "language": "nb" }),
            "name",
            json!("Ole SYNTHETIC"),
        ),
        (
            format!("/people/{person}/grants"),
            json!({ "role": "gp-staff", "practiceId": practice }),
            "role",
            json!("gp-clinician"),
        ),
    ]
}

async fn events(office: &Office) -> i64 {
    kit::log::head(&office.ctx().db).await.expect("the log")
}

async fn a_client_s_id_makes_once(office: Office) {
    let administrator = office.administrator().await;
    for (path, mut form, field, other) in forms(&administrator).await {
        form["id"] = json!(ID);
        let before = events(&office).await;
        assert_eq!(administrator.post(&path, form.clone()).await.is(201), json!({ "id": ID }), "{path}");
        assert_eq!(events(&office).await, before + 1, "{path}");
        office.later(time::Duration::MINUTE);
        assert_eq!(administrator.post(&path, form.clone()).await.is(201), json!({ "id": ID }), "{path}");
        form[field] = other;
        administrator.post(&path, form).await.is_problem(409, "id-reused");
        assert_eq!(events(&office).await, before + 1, "{path}");
    }
}

async fn an_idempotency_key_makes_once(office: Office) {
    let administrator = office.administrator().await;
    for (number, (path, mut form, field, other)) in forms(&administrator).await.into_iter().enumerate() {
        let key = format!("request-{number}");
        let extra = [("idempotency-key", key.as_str())];
        let before = events(&office).await;
        let made = administrator.send(Method::POST, &path, Some(form.clone()), &extra).await.is(201);
        let again = administrator.send(Method::POST, &path, Some(form.clone()), &extra).await.is(201);
        assert_eq!(made, again, "{path}");
        form[field] = other;
        administrator.send(Method::POST, &path, Some(form), &extra).await.is_problem(409, "key-reused");
        assert_eq!(events(&office).await, before + 1, "{path}");
    }
}

async fn reserved_ids_are_refused(office: Office) {
    let administrator = office.administrator().await;
    let mut form = skin();
    form["id"] = json!(Uuid::from_u128(1));
    let answer = administrator.post("/departments", form).await;
    assert_eq!(answer.faults(), ["id reserved"]);
}
