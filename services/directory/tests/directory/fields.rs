//! What a person reads about each wrong field.

use crate::administration::{skin, solvik};
use crate::office::{Answer, Browser, Office, id, text};
use kit::Role;
use serde_json::{Value, json};
use uuid::Uuid;

crate::on_both_engines!(
    a_practice_s_wrong_fields_have_their_message,
    a_department_s_and_a_person_s_wrong_fields_have_their_message,
    a_grant_s_wrong_fields_have_their_message,
    malformed_requests_name_the_field,
);

const NOT_A_DATE: &str = "This is not a date. Write it as YYYY-MM-DD, for example 2026-03-02, from 1900 to 2199.";
const NOT_COME: &str = "This day has not come yet. Write today's date or an earlier one.";

fn message(answer: &Answer, field: &str) -> String {
    answer.is_problem(422, "invalid-input");
    let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
    assert_eq!(errors.len(), 1, "one field was wrong: {errors:?}");
    assert_eq!(text(&errors[0]["field"]), field);
    text(&errors[0]["message"]).to_owned()
}

async fn wrong(browser: &Browser<'_>, path: &str, right: &Value, cases: &[(&str, Value, &str)]) {
    for (field, value, expected) in cases {
        let mut form = right.clone();
        form[*field] = value.clone();
        let answer = browser.post(path, form).await;
        assert_eq!(message(&answer, field), *expected, "{path} {field} = {value}");
    }
}

async fn a_practice_s_wrong_fields_have_their_message(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let long = "x".repeat(201);
    let class = "Choose the centrality class, from 1 (most central) to 6 (least central).";
    let cases = [
        ("name", json!(" "), "Write the practice's name."),
        ("name", json!(long), "Shorten the practice's name to 200 characters."),
        ("municipality", json!(""), "Write the municipality."),
        ("centrality", json!(0), class),
        ("centrality", json!(7), class),
        ("distanceKm", json!(-1), "Write the distance to the hospital in whole kilometres, from 0 to 3000."),
        ("channel", json!("fax"), "Practices reach Lysbro by the browser only: write `web` as the channel."),
        ("openedOn", json!("2026-02-30"), NOT_A_DATE),
        ("openedOn", json!("2026-12-24"), NOT_COME),
    ];
    wrong(&administrator, "/practices", &solvik(), &cases).await;

    let list = "Write how many patients are on the practice's list, from 0 to 100,000.";
    let register = json!({ "from": "2026-01-01", "listSize": 1, "gps": 1, "staff": 1 });
    let cases = [
        ("from", json!("1 January"), NOT_A_DATE),
        ("listSize", json!(100_001), list),
        ("listSize", json!(null), list),
        ("gps", json!(-1), "Write how many GPs work in the practice, from 0 to 1000."),
        ("staff", json!(1001), "Write how many other staff work in the practice, from 0 to 1000."),
    ];
    wrong(&administrator, &format!("/practices/{practice}/register"), &register, &cases).await;

    let cases = [
        ("step", json!(null), "Choose the step: offered, agreed, equipped, connected, trained or support-ended."),
        ("on", json!(""), "Write the date as YYYY-MM-DD, for example 2026-03-02."),
        ("on", json!("2026-03-04"), NOT_COME),
        ("note", json!("x".repeat(2001)), "Shorten the note to 2000 characters."),
    ];
    wrong(
        &administrator,
        &format!("/practices/{practice}/enablement"),
        &json!({ "step": "offered", "on": "2026-01-10" }),
        &cases,
    )
    .await;
}

async fn a_department_s_and_a_person_s_wrong_fields_have_their_message(office: Office) {
    let administrator = office.administrator().await;
    let kari = json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" });
    administrator.post("/people", kari).await.is(201);
    let cases = [
        ("name", json!(""), "Write the department's name."),
        (
            "hospital",
            json!("a\nb"),
            "Write the hospital's name on one line, with letters or digits and without invisible characters.",
        ),
        ("specialties", json!([]), "Choose at least one specialty that the department answers for."),
        ("dutyPhone", json!("ring"), "Write the telephone number with digits and spaces, for example +47 77 00 00 00."),
        ("dutyHours", json!("x".repeat(201)), "Shorten when the telephone is answered to 200 characters."),
    ];
    wrong(&administrator, "/departments", &skin(), &cases).await;

    let cases = [
        ("name", json!(""), "Write the person's name."),
        ("email", json!(""), "Write the person's e-mail address."),
        ("email", json!("kari"), "This is not an e-mail address. Write it as in name@office.example."),
        (
            "email",
            json!("KARI@solvik.example"),
            "Somebody with this e-mail address is registered already. Give them a role, or write another address.",
        ),
        ("language", json!("de"), "Choose the language: en (English) or nb (norsk bokmål)."),
    ];
    wrong(
        &administrator,
        "/people",
        &json!({ "name": "Ola SYNTHETIC", "email": "ola@solvik.example", "language": "nb" }),
        &cases,
    )
    .await;
}

async fn a_grant_s_wrong_fields_have_their_message(office: Office) {
    let administrator = office.administrator().await;
    let practice = Uuid::from_u128(u128::MAX);
    let person = office.person("kari", Role::ProgrammeManager).await;
    let cases = [
        ("role", json!(null), "Choose the role."),
        ("practiceId", json!(practice), "Leave the practice out: this role is not held in a practice."),
        ("departmentId", json!(practice), "Leave the department out: this role is not held in a department."),
        ("role", json!("gp-staff"), "Choose the practice: a GP's or GP staff's role is held in a practice."),
        (
            "role",
            json!("specialist"),
            "Choose the department: a specialist's or coordinator's role is held in a department.",
        ),
        ("from", json!("soon"), "This is not a date. Write it as YYYY-MM-DD, for example 2026-03-02."),
        ("until", json!("2026-03-01"), "The right would end before it begins. Write a last day on or after the first."),
    ];
    for (field, value, expected) in cases {
        let mut form = json!({ "role": "administrator", "from": "2026-03-02" });
        form[field] = value;
        let named = match text(&form["role"]) {
            "gp-staff" => "practiceId",
            "specialist" => "departmentId",
            _ => field,
        };
        let answer = administrator.post(&format!("/people/{person}/grants"), form).await;
        assert_eq!(message(&answer, named), expected);
    }
    for (role, field, expected) in [
        ("gp-staff", "practiceId", "There is no such practice. Choose one from the list."),
        ("coordinator", "departmentId", "There is no such department. Choose one from the list."),
    ] {
        let form = json!({ "role": role, field: Uuid::from_u128(u128::MAX) });
        let answer = administrator.post(&format!("/people/{person}/grants"), form).await;
        assert_eq!(message(&answer, field), expected);
    }
}

async fn malformed_requests_name_the_field(office: Office) {
    let administrator = office.administrator().await;
    for (field, value) in
        [("centrality", json!("six")), ("testPractice", json!(1)), ("adress", json!("x")), ("id", json!("x"))]
    {
        let mut form = solvik();
        form[field] = value;
        let answer = administrator.post("/practices", form).await;
        answer.is_problem(400, "malformed");
        assert_eq!(answer.faults(), [format!("{field} malformed")]);
    }
    let answer = administrator
        .post(&format!("/people/{}/grants", Uuid::from_u128(u128::MAX)), json!({ "role": "administrator" }))
        .await;
    answer.is_problem(404, "not-found");
    administrator.post("/people/not-an-id/invitation", json!({})).await.is_problem(404, "not-found");
}
