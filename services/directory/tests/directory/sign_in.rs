//! Signing in by password and authenticator.

use crate::office::{Office, PASSWORD};
use axum::http::header;
use kit::Role;
use serde_json::json;
use time::Duration;

crate::on_both_engines!(
    password_and_code_sign_in,
    a_code_counts_once,
    after_ten_failures_there_is_a_wait_for_everybody_alike,
    success_forgets_failures,
    empty_fields_are_told_and_not_counted,
    many_tries_at_once_are_counted,
);

async fn password_and_code_sign_in(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let (first, secret) = office.accepted(person).await;
    office.later(Duration::seconds(30));
    let browser = office.browser();
    browser.bring(first.token());
    let code = office.code(&secret);
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let form = json!({ "email": " Kari@Synthetic.Example", "password": PASSWORD, "totpCode": spaced });
    let me = browser.post("/sign-in", form).await.is(200);
    assert_eq!(me["person"]["email"], "kari@synthetic.example");
    assert_ne!(browser.token(), first.token(), "the session is a new one");
    first.get("/me").await.is_problem(401, "signed-out");
    browser.get("/me").await.is(200);
}

async fn a_code_counts_once(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let (_, secret) = office.accepted(person).await;
    let form = |code: String| json!({ "email": "kari@synthetic.example", "password": PASSWORD, "totpCode": code });
    office.browser().post("/sign-in", form(office.code(&secret))).await.is_problem(401, "wrong-credentials");
    office.later(Duration::seconds(30));
    let code = office.code(&secret);
    office.browser().post("/sign-in", form(code.clone())).await.is(200);
    office.browser().post("/sign-in", form(code.clone())).await.is_problem(401, "wrong-credentials");
    office.later(Duration::seconds(30));
    office.browser().post("/sign-in", form(code)).await.is_problem(401, "wrong-credentials");
    office.browser().post("/sign-in", form(office.code(&secret))).await.is(200);
}

async fn after_ten_failures_there_is_a_wait_for_everybody_alike(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let (_, secret) = office.accepted(person).await;
    office.person("invited", Role::ProgrammeManager).await;
    let form = |name: &str, password: &str| json!({ "email": format!("{name}@synthetic.example"), "password": password, "totpCode": "000000" });
    let mut seen = Vec::new();
    for name in ["kari", "invited", "nobody"] {
        let mut answers = Vec::new();
        for _ in 0..11 {
            let answer = office.browser().post("/sign-in", form(name, "not this one")).await;
            let wait = answer.headers.get(header::RETRY_AFTER).map(|value| value.to_str().expect("digits").to_owned());
            answers.push((answer.status.as_u16(), answer.code().to_owned(), answer.body["detail"].clone(), wait));
        }
        assert!(
            answers[..10].iter().all(|answer| (answer.0, answer.1.as_str()) == (401, "wrong-credentials")),
            "{answers:?}"
        );
        assert_eq!(
            (answers[10].0, answers[10].1.as_str(), answers[10].3.as_deref()),
            (429, "too-many-attempts", Some("900"))
        );
        seen.push(answers);
    }
    assert!(seen.iter().all(|answers| *answers == seen[0]), "an unknown person is answered like a known one");

    office.later(Duration::minutes(14));
    let right = json!({ "email": "kari@synthetic.example", "password": PASSWORD, "totpCode": office.code(&secret) });
    office.browser().post("/sign-in", right).await.is_problem(429, "too-many-attempts");
    office.later(Duration::minutes(1));
    let right = json!({ "email": "kari@synthetic.example", "password": PASSWORD, "totpCode": office.code(&secret) });
    office.browser().post("/sign-in", right).await.is(200);
}

async fn success_forgets_failures(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let (_, secret) = office.accepted(person).await;
    for _ in 0..2 {
        office.later(Duration::seconds(30));
        for _ in 0..9 {
            let wrong = json!({ "email": "kari@synthetic.example", "password": "not this one", "totpCode": "000000" });
            office.browser().post("/sign-in", wrong).await.is_problem(401, "wrong-credentials");
        }
        let right =
            json!({ "email": "kari@synthetic.example", "password": PASSWORD, "totpCode": office.code(&secret) });
        office.browser().post("/sign-in", right).await.is(200);
    }
}

async fn empty_fields_are_told_and_not_counted(office: Office) {
    for _ in 0..12 {
        let answer = office.browser().post("/sign-in", json!({})).await;
        answer.is_problem(422, "invalid-input");
        assert_eq!(answer.faults(), ["email required", "password required", "totpCode required"]);
    }
}

async fn many_tries_at_once_are_counted(office: Office) {
    let browsers: Vec<_> = (0..14).map(|_| office.browser()).collect();
    let wrong = json!({ "email": "nobody@synthetic.example", "password": "not this one", "totpCode": "000000" });
    let tries = browsers.iter().map(|browser| browser.post("/sign-in", wrong.clone()));
    let answers = futures::future::join_all(tries).await;
    let judged = answers.iter().filter(|answer| answer.status.as_u16() == 401).count();
    let waiting = answers.iter().filter(|answer| answer.status.as_u16() == 429).count();
    assert_eq!((judged, waiting), (10, 4));
}
