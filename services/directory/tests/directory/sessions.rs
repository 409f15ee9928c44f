//! Locking, unlocking, signing out, and the end of sessions and rights.

use crate::office::{Office, PASSWORD, id};
use axum::http::Method;
use kit::Role;
use serde_json::json;
use time::Duration;

crate::on_both_engines!(
    locked_is_locked_until_the_password,
    unlocking_has_ten_tries,
    signing_out_ends_this_session_alone,
    signing_out_everywhere_ends_all,
    a_session_ends_by_rest_and_by_age,
    an_ended_right_ends_on_the_next_request,
    the_language_is_kept,
    another_site_s_request_is_refused,
    everybody_sees_the_environment,
);

async fn locked_is_locked_until_the_password(office: Office) {
    let person = office.person("kari", Role::Administrator).await;
    let (browser, _) = office.accepted(person).await;
    browser.post("/lock", json!({})).await.is(204);
    browser.post("/lock", json!({})).await.is(204);
    for path in ["/me", "/people", "/practices", "/departments"] {
        browser.get(path).await.is_problem(401, "locked");
    }
    browser.put("/me/language", json!({ "language": "en" })).await.is_problem(401, "locked");
    browser.post("/sign-out-everywhere", json!({})).await.is_problem(401, "locked");
    browser.post("/unlock", json!({ "password": "not this one" })).await.is_problem(401, "wrong-credentials");
    browser.get("/me").await.is_problem(401, "locked");
    let old = browser.token();
    let me = browser.post("/unlock", json!({ "password": PASSWORD })).await.is(200);
    let new = browser.token();
    assert_ne!(new, old, "the session is a new one");
    browser.bring(old.clone());
    browser.get("/me").await.is_problem(401, "locked");
    browser.post("/unlock", json!({ "password": PASSWORD })).await.is(200);
    assert_eq!(browser.token(), new, "a client that lost the answer gets the same session");
    office.later(Duration::minutes(1));
    browser.bring(old);
    browser.post("/unlock", json!({ "password": PASSWORD })).await.is_problem(401, "signed-out");
    browser.bring(new);
    assert_eq!(browser.get("/me").await.is(200), me);
    browser.post("/lock", json!({})).await.is(204);
    browser.post("/sign-out", json!({})).await.is(204);
    assert!(browser.token().is_none());
    browser.post("/unlock", json!({ "password": PASSWORD })).await.is_problem(401, "signed-out");
}

async fn unlocking_has_ten_tries(office: Office) {
    let person = office.person("kari", Role::Administrator).await;
    let (browser, secret) = office.accepted(person).await;
    browser.post("/lock", json!({})).await.is(204);
    for _ in 0..10 {
        browser.post("/unlock", json!({ "password": "" })).await.is_problem(401, "wrong-credentials");
    }
    browser.post("/unlock", json!({ "password": PASSWORD })).await.is_problem(429, "too-many-attempts");
    // The way in is another count: who stands at the locked screen can't keep its owner out.
    office.later(Duration::seconds(30));
    let form = json!({ "email": "kari@synthetic.example", "password": PASSWORD, "totpCode": office.code(&secret) });
    office.browser().post("/sign-in", form).await.is(200);
}

async fn signing_out_ends_this_session_alone(office: Office) {
    let person = office.person("kari", Role::Administrator).await;
    let (here, there) = (office.signed_in(person).await, office.signed_in(person).await);
    let token = here.token();
    let answer = here.post("/sign-out", json!({})).await;
    assert!(answer.headers["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
    answer.is(204);
    here.bring(token);
    here.get("/me").await.is_problem(401, "signed-out");
    there.get("/me").await.is(200);
    let answer = here.post("/sign-out", json!({})).await;
    answer.is_problem(401, "signed-out");
    assert!(here.token().is_none(), "a dead cookie is taken away");
}

async fn signing_out_everywhere_ends_all(office: Office) {
    let person = office.person("kari", Role::Administrator).await;
    let other = office.person("ola", Role::Administrator).await;
    let (here, there, ola) =
        (office.signed_in(person).await, office.signed_in(person).await, office.signed_in(other).await);
    let token = here.token();
    here.post("/sign-out-everywhere", json!({})).await.is(204);
    here.bring(token);
    here.get("/me").await.is_problem(401, "signed-out");
    there.get("/me").await.is_problem(401, "signed-out");
    ola.get("/me").await.is(200);
}

async fn a_session_ends_by_rest_and_by_age(office: Office) {
    let person = office.person("kari", Role::Administrator).await;
    let browser = office.signed_in(person).await;
    for _ in 0..51 {
        office.later(Duration::minutes(14));
        browser.get("/me").await.is(200);
    }
    office.later(Duration::minutes(6));
    browser.get("/me").await.is_problem(401, "signed-out");
    let browser = office.signed_in(person).await;
    office.later(Duration::minutes(15));
    browser.get("/me").await.is_problem(401, "signed-out");
}

async fn an_ended_right_ends_on_the_next_request(office: Office) {
    let administrator = office.administrator().await;
    let person = office.person("kari", Role::ProgrammeManager).await;
    let browser = office.signed_in(person).await;
    browser.get("/practices").await.is(200);
    browser.get("/people").await.is_problem(404, "not-found");

    let grant =
        administrator.post(&format!("/people/{person}/grants"), json!({ "role": "administrator" })).await.is(201);
    browser.get("/me").await.is_problem(401, "signed-out");
    let browser = office.signed_in(person).await;
    browser.get("/people").await.is(200);
    let end = format!("/people/{person}/grants/{}/end", id(&grant));
    office.browser().post(&end, json!({})).await.is_problem(401, "signed-out");
    administrator.post(&end, json!({})).await.is(204);
    administrator.post(&end, json!({})).await.is(204);
    browser.get("/people").await.is_problem(404, "not-found");

    let me = browser.get("/me").await.is(200);
    let rest = format!("/people/{person}/grants/{}/end", id(&me["grants"][0]));
    administrator.post(&rest, json!({ "on": "2026-03-03" })).await.is(204);
    browser.get("/practices").await.is(200);
    office.later(Duration::hours(16));
    let browser = office.signed_in(person).await;
    browser.get("/practices").await.is_problem(404, "not-found");
    assert_eq!(browser.get("/me").await.is(200)["grants"], json!([]));
}

async fn the_language_is_kept(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let browser = office.signed_in(person).await;
    assert_eq!(browser.get("/me").await.is(200)["person"]["language"], "nb");
    browser.put("/me/language", json!({ "language": "en" })).await.is(204);
    assert_eq!(browser.get("/me").await.is(200)["person"]["language"], "en");
    let answer = browser.put("/me/language", json!({ "language": "de" })).await;
    assert_eq!(answer.faults(), ["language required"]);
}

async fn another_site_s_request_is_refused(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let browser = office.signed_in(person).await;
    for extra in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")] {
        let answer = browser.send(Method::POST, "/sign-out", Some(json!({})), &[extra]).await;
        answer.is_problem(403, "cross-origin");
    }
    browser.get("/me").await.is(200);
}

async fn everybody_sees_the_environment(office: Office) {
    let shown = office.browser().get("/environment").await.is(200);
    assert_eq!(shown, json!({ "programme": "Lysbro", "synthetic": true, "version": "0.1.0" }));
}
