//! One-time links and invitations.

use crate::office::{Office, PASSWORD, text};
use directory::{LinkKind, make_link};
use kit::Role;
use serde_json::json;
use time::Duration;

crate::on_both_engines!(
    an_invitation_leads_from_a_code_to_a_session,
    what_is_wrong_with_an_acceptance_is_told_and_the_link_stays,
    a_link_opens_once,
    a_link_expires,
    a_new_invitation_ends_the_earlier_one_and_all_sessions,
    kinds_of_links_are_not_mixed_up,
    two_who_use_a_link_at_once_are_one_who_gets_in,
);

async fn an_invitation_leads_from_a_code_to_a_session(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let administrator = office.administrator().await;
    let made = administrator.post(&format!("/people/{person}/invitation"), json!({})).await.is(201);
    let token =
        text(&made["link"]).strip_prefix("http://localhost:8460/link#").expect("a browser's address").to_owned();
    assert_eq!(made["expiresAt"], "2026-03-09T08:00:00Z");

    let browser = office.browser();
    let shown = browser.post("/links/open", json!({ "token": token })).await.is(200);
    assert_eq!((&shown["kind"], &shown["email"]), (&json!("invitation"), &json!("kari@synthetic.example")));
    assert_eq!(shown["place"], json!(null));
    assert!(text(&shown["totp"]["uri"]).starts_with("otpauth://totp/"));
    assert!(text(&shown["totp"]["qrSvg"]).contains("<svg"));
    let again = browser.post("/links/open", json!({ "token": token })).await.is(200);
    assert_eq!(again["totp"]["secret"], shown["totp"]["secret"], "looking does not change the code to scan");

    let code = office.code(text(&shown["totp"]["secret"]));
    let me =
        browser.post("/links/accept", json!({ "token": token, "password": PASSWORD, "totpCode": code })).await.is(200);
    assert_eq!(me["hasPassword"], true);
    assert_eq!((&me["idleSeconds"], &me["expiresAt"]), (&json!(900), &json!("2026-03-02T20:00:00Z")));
    assert_eq!(me["grants"][0]["role"], "programme-manager");
    assert_eq!(me["person"]["id"], person.to_string());
    assert_eq!(browser.get("/me").await.is(200), me);
    browser.post("/links/open", json!({ "token": token })).await.is_problem(410, "link-used");
}

async fn what_is_wrong_with_an_acceptance_is_told_and_the_link_stays(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let token = make_link(office.ctx(), person, LinkKind::Invitation, Duration::DAY).await.expect("a link");
    let browser = office.browser();
    let answer = browser.post("/links/accept", json!({ "token": token, "password": "short", "totpCode": "" })).await;
    answer.is_problem(422, "invalid-input");
    assert_eq!(answer.faults(), ["password too-short", "totpCode required"]);
    let answer = browser.post("/links/accept", json!({ "token": token, "password": "", "totpCode": "12" })).await;
    assert_eq!(answer.faults(), ["password required", "totpCode wrong-code"]);
    assert!(browser.token().is_none());
    browser.post("/links/open", json!({ "token": token })).await.is(200);
    browser.post("/links/open", json!({ "token": "made up" })).await.is_problem(404, "link-unknown");
}

async fn a_link_opens_once(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let token = make_link(office.ctx(), person, LinkKind::SignIn, LinkKind::SignIn.lasts()).await.expect("a link");
    let shown = office.browser().post("/links/open", json!({ "token": token })).await.is(200);
    assert_eq!((&shown["kind"], &shown["totp"]), (&json!("sign-in"), &json!(null)));
    let me = office.browser().post("/links/sign-in", json!({ "token": token })).await.is(200);
    assert_eq!(me["hasPassword"], false);
    let answer = office.browser().post("/links/sign-in", json!({ "token": token })).await;
    answer.is_problem(410, "link-used");
    assert!(answer.headers.get("set-cookie").is_none());
}

async fn a_link_expires(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    for (kind, path) in [(LinkKind::SignIn, "/links/sign-in"), (LinkKind::Invitation, "/links/accept")] {
        let token = make_link(office.ctx(), person, kind, kind.lasts()).await.expect("a link");
        office.later(kind.lasts() - Duration::SECOND);
        office.browser().post("/links/open", json!({ "token": token })).await.is(200);
        office.later(Duration::SECOND);
        office.browser().post("/links/open", json!({ "token": token })).await.is_problem(410, "link-expired");
        let mut form = json!({ "token": token });
        if kind == LinkKind::Invitation {
            form = json!({ "token": token, "password": PASSWORD, "totpCode": "123456" });
        }
        office.browser().post(path, form).await.is_problem(410, "link-expired");
    }
}

async fn a_new_invitation_ends_the_earlier_one_and_all_sessions(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let (before, _) = office.accepted(person).await;
    let first = make_link(office.ctx(), person, LinkKind::Invitation, Duration::DAY).await.expect("a link");
    office.later(Duration::MINUTE);
    before.get("/me").await.is(200);
    let (after, _) = office.accepted(person).await;
    office.browser().post("/links/open", json!({ "token": first })).await.is_problem(410, "link-expired");
    before.get("/me").await.is_problem(401, "signed-out");
    after.get("/me").await.is(200);
}

async fn kinds_of_links_are_not_mixed_up(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let invitation = make_link(office.ctx(), person, LinkKind::Invitation, Duration::DAY).await.expect("a link");
    office.browser().post("/links/sign-in", json!({ "token": invitation })).await.is_problem(404, "link-unknown");
    let sign_in = make_link(office.ctx(), person, LinkKind::SignIn, Duration::DAY).await.expect("a link");
    let form = json!({ "token": sign_in, "password": PASSWORD, "totpCode": "123456" });
    office.browser().post("/links/accept", form).await.is_problem(404, "link-unknown");
    office.browser().post("/links/sign-in", json!({ "token": sign_in })).await.is(200);
}

async fn two_who_use_a_link_at_once_are_one_who_gets_in(office: Office) {
    let person = office.person("kari", Role::ProgrammeManager).await;
    let token = make_link(office.ctx(), person, LinkKind::SignIn, Duration::DAY).await.expect("a link");
    let browsers: Vec<_> = (0..6).map(|_| office.browser()).collect();
    let tries = browsers.iter().map(|browser| browser.post("/links/sign-in", json!({ "token": token })));
    let answers = futures::future::join_all(tries).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410, 410, 410, 410, 410]);
}
