//! Bad input gets a clear message and loses nothing. Every message is collected and compared with a reviewed list.

use crate::journey::{read, send};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use tests::{Cast, EMBEDDED, Reply, jpeg, world};
use time::Duration;
use uuid::Uuid;

/// What was told, by case.
#[derive(Default)]
struct Told(BTreeMap<String, String>);

impl Told {
    fn note(&mut self, case: &str, reply: &Reply) {
        let body = reply.json();
        assert_eq!(reply.header("content-type"), "application/problem+json", "{case}: {}", reply.text());
        assert!(!body["requestId"].as_str().unwrap_or_default().is_empty(), "{case} names its request");
        let mut text =
            format!("{} {}: {}", reply.status.as_u16(), reply.code(), body["detail"].as_str().unwrap_or_default());
        for error in body["errors"].as_array().into_iter().flatten() {
            let part = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            write!(text, "\n    {}: {} ({})", part("field"), part("message"), part("code")).expect("text");
        }
        // The one time of day in these messages differs by run.
        if let Some(at) = text.find(" UTC").filter(|at| text[at - 5..*at].contains(':')) {
            text.replace_range(at - 5..at, "hh:mm");
        }
        self.0.insert(case.to_owned(), text);
    }
}

/// Makes one thing of a complete draft wrong.
type Spoil = fn(&mut Value);

fn nhs(content: &mut Value, number: &str) {
    content["patient"]["identifierSystem"] = json!("nhs");
    content["patient"]["identifier"] = json!(number);
}

fn other(content: &mut Value, number: &str) {
    content["patient"]["identifierSystem"] = json!("generic");
    content["patient"]["identifier"] = json!(number);
}

/// Every field of a draft with a value that Send must refuse.
fn wrong_fields() -> Vec<(&'static str, Spoil)> {
    vec![
        ("patient missing", |c| c["patient"] = Value::Null),
        ("identifier missing", |c| c["patient"]["identifier"] = json!("")),
        ("identifier too short", |c| c["patient"]["identifier"] = json!("1391740407")),
        ("identifier with letters", |c| c["patient"]["identifier"] = json!("13917404o75")),
        ("identifier that begins with no day", |c| c["patient"]["identifier"] = json!("31917404075")),
        ("identifier mistyped", |c| c["patient"]["identifier"] = json!("13917404057")),
        ("NHS number too long", |c| nhs(c, "943 476 58701")),
        ("NHS number with letters", |c| nhs(c, "943 476 587O")),
        ("NHS number mistyped", |c| nhs(c, "943 476 5871")),
        ("NHS number that is a filler", |c| nhs(c, "999 999 9999")),
        ("another number too long", |c| other(c, "Passport number AB 123 456, Norway")),
        ("another number with what can't be seen", |c| other(c, "AB\u{200b}123456")),
        ("name missing", |c| c["patient"]["name"] = json!("  ")),
        ("birth date missing", |c| c["patient"]["birthDate"] = json!("")),
        ("birth date impossible", |c| c["patient"]["birthDate"] = json!("1974-02-30")),
        ("birth date in the future", |c| c["patient"]["birthDate"] = json!("2999-01-01")),
        ("birth date other than the number's", |c| c["patient"]["birthDate"] = json!("1974-11-12")),
        ("sex missing", |c| c["patient"]["sex"] = Value::Null),
        ("specialty missing", |c| c["specialty"] = Value::Null),
        ("department missing", |c| c["departmentId"] = Value::Null),
        ("department unknown", |c| c["departmentId"] = json!(Uuid::from_u128(77))),
        ("department of another specialty", |c| c["specialty"] = json!("ent")),
        ("priority missing", |c| c["priority"] = Value::Null),
        ("question missing", |c| c["question"] = json!("")),
        ("no finding", |c| c["findings"] = json!([])),
        ("site missing", |c| c["findings"][0]["bodySite"] = Value::Null),
        ("site unknown", |c| c["findings"][0]["bodySite"]["code"] = json!("0")),
        ("laterality missing", |c| c["findings"][0]["laterality"] = Value::Null),
        ("kind missing", |c| c["findings"][0]["kind"] = Value::Null),
        ("history missing", |c| c["history"] = Value::Null),
        ("no questionnaire answered", |c| c["answers"] = json!([])),
        ("consent not given", |c| c["answers"][0]["values"]["consent"] = json!(false)),
        ("a size beyond reason", |c| c["answers"][2]["values"]["size-longest"] = json!(5000)),
        ("“none” and something", |c| c["answers"][1]["values"]["risk"] = json!(["none", "161432005"])),
        ("a day that is none", |c| burn(c, "2026-02-30")),
        ("a day to come", |c| burn(c, "2999-01-01")),
        ("suspected cancer as routine", |c| c["answers"][0]["values"]["request-type"] = json!("suspected-cancer")),
        ("a red flag as routine", |c| {
            red_flag(c, json!({ "spokeWith": "Dr. Lund", "at": an_hour_ago() }));
            c["priority"] = json!("routine");
        }),
        ("a red flag not phoned in", |c| red_flag(c, Value::Null)),
        ("a call with nobody", |c| red_flag(c, json!({ "spokeWith": "", "at": an_hour_ago() }))),
        ("a call of another day", |c| red_flag(c, json!({ "spokeWith": "Dr. Lund", "at": "2026-03-02T07:00:00Z" }))),
        ("a call at no time", |c| red_flag(c, json!({ "spokeWith": "Dr. Lund", "at": null }))),
        ("a call to come", |c| red_flag(c, json!({ "spokeWith": "Dr. Lund", "at": "2999-01-01T07:00:00Z" }))),
        ("a view missing without a reason", |c| c["viewOverrides"] = json!([])),
        ("a questionnaire of another world", |c| c["answers"][0]["version"] = json!(99)),
        ("an answer that is none", |c| c["answers"][0]["values"]["consent"] = json!("yes")),
        ("an answer about nothing", |c| c["answers"][0]["values"]["nothing"] = json!("x")),
        ("an answer too long", |c| c["answers"][0]["values"]["medication"] = json!("x".repeat(4001))),
        ("the same answered twice", |c| c["answers"][1] = c["answers"][0].clone()),
        ("answers of the wrong level", |c| c["answers"][2]["findingId"] = Value::Null),
        ("a reason too long", |c| c["viewOverrides"][0]["reason"] = json!("x".repeat(501))),
    ]
}

/// A burn for the plastic surgeons, on a day.
fn burn(content: &mut Value, day: &str) {
    content["specialty"] = json!("plastic-surgery");
    content["findings"][0]["kind"] = json!("burn");
    *content = tests::answered(content.take());
    content["answers"][1]["values"]["burned-on"] = json!(day);
}

/// When somebody was phoned about it.
fn an_hour_ago() -> kit::At {
    kit::Clock::system().now() - Duration::HOUR
}

/// A burn with smoke inhaled, and whether that was phoned in.
fn red_flag(content: &mut Value, call: Value) {
    burn(content, "2026-03-01");
    content["priority"] = json!("urgent");
    content["answers"][1]["values"]["danger"] = json!(["inhalation"]);
    content["emergencyCall"] = call;
}

#[tokio::test]
async fn every_bad_input_is_told_and_nothing_is_lost() {
    let world = world(EMBEDDED).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let mut told = Told::default();
    fields(&world, &cast, &mut told).await;
    files(&world, &cast, &mut told).await;
    links(&world, &cast, &mut told).await;
    claims(&world, &cast, &mut told).await;
    let mut listed = String::new();
    for (case, text) in &told.0 {
        writeln!(listed, "{case}\n  {text}").expect("text");
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/messages.txt");
    if std::env::var_os("UPDATE_MESSAGES").is_some() {
        std::fs::write(file, &listed).expect("written");
    }
    let reviewed = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(reviewed, listed, "messages changed: review them, then UPDATE_MESSAGES=1");
    world.stop().await;
}

async fn fields(world: &kit::testing::World, cast: &Cast, told: &mut Told) {
    for (case, spoil) in wrong_fields() {
        let (referral, finding) = (world.ctx().new_id(), world.ctx().new_id());
        let mut content = cast.content(finding);
        spoil(&mut content);
        let path = format!("/api/intake/referrals/{referral}");
        let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": content });
        let saved = cast.gp.put(&path, draft).await;
        if saved.status == 200 {
            let kept = cast.gp.get(&path).await.expect(200).json();
            if !content["question"].is_null() {
                assert_eq!(kept["content"]["question"], content["question"], "{case}: what was typed is kept");
            }
            let refused = cast.gp.post(&format!("{path}/submit"), json!({ "version": saved.json()["version"] })).await;
            assert_eq!(refused.status, 422, "{case}: {}", refused.text());
            told.note(&format!("send, {case}"), &refused);
        } else {
            assert!(saved.status.is_client_error(), "{case}: {}", saved.text());
            told.note(&format!("save, {case}"), &saved);
        }
    }
    let refused = cast.gp.put("/api/intake/referrals/not-an-id", json!({})).await;
    told.note("an address that is no id", &refused.expect(404));
    let malformed = cast
        .gp
        .send(
            http::Method::PUT,
            &format!("/api/intake/referrals/{}", Uuid::from_u128(4)),
            &[("content-type", "application/json")],
            b"{".to_vec(),
        )
        .await;
    told.note("not JSON", &malformed.expect(400));
}

async fn files(world: &kit::testing::World, cast: &Cast, told: &mut Told) {
    let (referral, finding) = (world.ctx().new_id(), world.ctx().new_id());
    let path = format!("/api/intake/referrals/{referral}");
    let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": cast.content(finding) });
    let saved = cast.gp.put(&path, draft).await.expect(200).json();
    let no_picture = cast.gp.post(&format!("{path}/submit"), json!({ "version": saved["version"] })).await.expect(422);
    told.note("send, no picture", &no_picture);
    let good = jpeg(1000, 800, 4);
    let cut = &good[..good.len() / 2];
    for (case, status, bytes) in [
        ("a text file named .jpg", 415, b"Dear colleague, the picture is attached.".to_vec()),
        ("a film", 415, b"\0\0\0\x18ftypmp42\0\0\0\0isommp42".to_vec()),
        ("a truncated JPEG", 422, cut.to_vec()),
        ("an empty file", 422, Vec::new()),
    ] {
        let (_, reply) = cast.gp.upload(referral, Some(finding), "close-up", &bytes).await;
        assert!(reply.status.is_client_error(), "{case}: {} {}", reply.status, reply.text());
        assert!(reply.status == status || case == "an empty file", "{case}: {}", reply.text());
        told.note(case, &reply);
    }
    let of = tests::Upload {
        referral,
        image: Uuid::from_u128(6),
        finding: None,
        view: "close-up",
        sha256: None,
        length: 60_000_000,
    };
    told.note("a 60 MB picture", &cast.gp.begin_upload(&of).await.expect(413));
    let wrong = "00".repeat(32);
    let of = tests::Upload { sha256: Some(&wrong), length: good.len(), ..of };
    let begun = cast.gp.begin_upload(&of).await.expect(201);
    let location = begun.header("location").to_owned();
    told.note("a picture that changed on the way", &cast.gp.send_piece(&location, 0, &good).await.expect(422));
    let draft = cast.gp.get(&path).await.expect(200).json();
    assert_eq!(draft["images"], json!([]), "no refused file is kept");
    assert_eq!(draft["content"]["question"], "Is excision needed?");
}

async fn links(world: &kit::testing::World, cast: &Cast, told: &mut Told) {
    let ctx = world.ctx();
    let person =
        directory::add_person(ctx, None, "Late Synthetic", "late@lysbro.example", "en").await.expect("a person");
    let kind = directory::LinkKind::SignIn;
    let token = directory::make_link(ctx, person, kind, Duration::seconds(-1)).await.expect("a link");
    let nobody = tests::Client::new(&world.url());
    let used = directory::make_link(ctx, person, kind, Duration::hours(1)).await.expect("a link");
    nobody.post("/api/directory/links/sign-in", json!({ "token": used })).await.expect(200);
    for (case, token, status) in
        [("an expired link", token, 410), ("a link used twice", used, 410), ("an unknown link", "x".repeat(43), 404)]
    {
        let reply = nobody.post("/api/directory/links/sign-in", json!({ "token": token })).await.expect(status);
        told.note(case, &reply);
    }
    told.note("nobody signed in", &nobody.get("/api/intake/referrals?tab=drafts").await.expect(401));
    told.note(
        "another practice's referral",
        &cast.stranger.get("/api/intake/referrals/00000000-0000-0000-0000-000000000001").await.expect(404),
    );
}

async fn claims(world: &kit::testing::World, cast: &Cast, told: &mut Told) {
    let referral = world.ctx().new_id();
    let sent = send(world, cast, referral).await;
    let case = read(cast, referral, sent.images.len()).await;
    let path = format!("/api/review/cases/{referral}");
    told.note(
        "a case that a colleague reads",
        &cast.colleague.post(&format!("{path}/claim"), json!({})).await.expect(409),
    );
    let empty = json!({ "token": case["token"], "content": { "summary": "", "findings": [{ "findingId": case["findings"][0]["id"], "diagnosis": "", "certainty": null, "disposition": null, "plan": "" }] } });
    told.note("an empty answer", &cast.specialist.post(&format!("{path}/answer"), empty).await.expect(422));
    cast.coordinator.post(&format!("{path}/take-over"), json!({})).await.expect(200);
    let stale = json!({ "token": case["token"], "wants": "history", "text": "More, please." });
    told.note("a stale claim", &cast.specialist.post(&format!("{path}/information-request"), stale).await.expect(409));
    let late = json!({ "version": 1, "practiceId": cast.practices[0].id, "content": {} });
    let changed = cast.gp.put(&format!("/api/intake/referrals/{referral}"), late).await;
    assert!(changed.status.is_client_error(), "{}", changed.text());
    told.note("changing what was sent", &changed);
}
