//! What a referral says beyond its header: questionnaires, red flags and the call, required views, the patient's telephone.

use crate::office::{Office, answered};
use crate::on_both;
use crate::pictures::{Sending, create, digest, jpeg, metadata, upload};
use proto::directory::DepartmentChanged;
use proto::intake::ReferralSubmitted;
use proto::questionnaire::ALL;
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(
    every_questionnaire_is_given,
    the_shortest_answers_to_every_questionnaire_are_sent,
    answers_go_with_the_event_under_their_version,
    what_is_not_asked_any_more_does_not_go,
    a_red_flag_waits_for_the_call,
    a_missing_view_is_named_and_a_reason_is_counted,
    a_photograph_has_a_floor_and_an_eardrum_a_warning,
    a_coarse_or_compressed_photograph_is_advised_of,
    what_even_a_draft_may_not_hold,
    the_duty_telephone_is_projected,
);

fn errors(reply: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = reply["errors"].as_array().unwrap().iter();
    all.map(|error| format!("{} {}", text(&error["field"]), text(&error["code"]))).collect()
}

/// A referral to a specialty with one finding of a kind, answered as shortly as can be.
fn of(office: &Office, specialty: &str, kind: &str, finding: Uuid) -> Value {
    let mut content = office.content(finding);
    content["specialty"] = json!(specialty);
    content["findings"][0]["kind"] = json!(kind);
    answered(content)
}

/// A JPEG of that size: even, so that it is made at once.
fn plain(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let pixels = vec![shade; (width * height * 3) as usize];
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80);
    image::ImageEncoder::write_image(encoder, &pixels, width, height, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// Sends a picture of a view.
async fn show(office: &Office, referral: Uuid, finding: Option<Uuid>, view: &str, picture: &[u8]) -> Uuid {
    let image = office.id();
    let mut pairs = vec![
        ("referral", referral.to_string()),
        ("image", image.to_string()),
        ("view", view.to_owned()),
        ("sha256", digest(picture)),
    ];
    pairs.extend(finding.map(|finding| ("finding", finding.to_string())));
    let begun = create(&office.doctor, picture.len(), metadata(&pairs)).await.is(201);
    Sending::of(&office.doctor, image, &begun).patch(0, picture).await.is(204);
    image
}

async fn send(office: &Office, id: Uuid, version: u64) -> crate::office::Reply {
    office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": version})).await
}

async fn every_questionnaire_is_given(office: Office) {
    let reply = office.nurse.get("/questionnaires").await.is(200);
    assert_eq!(reply.header("cache-control"), Some("private, max-age=3600"));
    let given = reply.json();
    assert_eq!(given.as_array().unwrap().len(), ALL.all().len());
    assert_eq!(
        (&given[0]["id"], &given[0]["version"], &given[0]["level"]),
        (&json!("referral"), &json!(1), &json!("referral"))
    );
    let lesion = given.as_array().unwrap().iter().find(|one| one["id"] == "dermatology-lesion").unwrap();
    let size = &lesion["item"][0];
    assert_eq!(
        (&size["linkId"], &size["type"], &size["required"]),
        (&json!("size-longest"), &json!("quantity"), &json!(true))
    );
    assert_eq!(lesion["kinds"], json!(["lesion"]));
}

/// Every questionnaire is of some specialty and kind; with the shortest answers to all that applies, Send takes it.
async fn the_shortest_answers_to_every_questionnaire_are_sent(office: Office) {
    let mut sent = std::collections::BTreeSet::new();
    for specialty in ["dermatology", "ent", "plastic-surgery"] {
        for kind in ["lesion", "rash", "ear", "wound", "burn", "scar"] {
            let (id, finding) = (office.id(), office.id());
            office.save(id, 0, of(&office, specialty, kind, finding)).await.is(200);
            upload(&office, id, Some(finding), &jpeg(40, 7)).await;
            let shown = office.read(id).await;
            assert_eq!((&shown["missing"], &shown["redFlags"]), (&json!([]), &json!([])), "{specialty} {kind}");
            send(&office, id, 1).await.is(200);
            let (_, fact) = office.last::<ReferralSubmitted>(id).await;
            sent.extend(fact.answers.into_iter().map(|one| (one.questionnaire, one.version)));
        }
    }
    let all: Vec<(String, u32)> = ALL.all().iter().map(|one| (one.id.clone(), one.version)).collect();
    assert_eq!(sent.len(), all.len(), "every questionnaire was sent once at least: {sent:?}");
}

async fn answers_go_with_the_event_under_their_version(office: Office) {
    let (id, finding) = (office.id(), office.id());
    let mut content = of(&office, "dermatology", "lesion", finding);
    content["patient"]["phone"] = json!(" 77 00 00 01 ");
    content["patient"]["address"] = json!("Storgata 1, 9900 Kirkenes");
    content["answers"][0]["values"]["interpreter"] = json!(true);
    content["answers"][0]["values"]["language"] = json!("se");
    content["answers"][2]["values"]["size-longest"] = json!(7.5);
    office.save(id, 0, content.clone()).await.is(200);
    upload(&office, id, Some(finding), &jpeg(40, 1)).await;
    assert_eq!(office.read(id).await["content"]["answers"], content["answers"], "a draft comes back as it was saved");
    send(&office, id, 1).await.is(200);
    let (envelope, fact) = office.last::<ReferralSubmitted>(id).await;
    assert_eq!((envelope.interpreter, envelope.emergency_call), (Some(true), false));
    let patient = fact.patient.unwrap();
    assert_eq!((patient.phone.as_str(), patient.address.as_str()), ("77 00 00 01", "Storgata 1, 9900 Kirkenes"));
    let named: Vec<(&str, u32, bool)> =
        fact.answers.iter().map(|one| (one.questionnaire.as_str(), one.version, one.finding.is_empty())).collect();
    assert_eq!(named, [("referral", 1, true), ("dermatology", 1, true), ("dermatology-lesion", 1, false)]);
    assert_eq!(fact.answers[2].finding, finding.as_bytes());
    let values: Value = serde_json::from_str(&fact.answers[2].values).unwrap();
    assert_eq!(values, content["answers"][2]["values"]);
}

async fn what_is_not_asked_any_more_does_not_go(office: Office) {
    let (id, finding) = (office.id(), office.id());
    let mut content = of(&office, "dermatology", "lesion", finding);
    let lesion = content["answers"][2].clone();
    content["findings"][0]["kind"] = json!("rash");
    let mut content = answered(content);
    content["answers"].as_array_mut().unwrap().push(lesion);
    content["answers"][0]["values"]["language"] = json!("other");
    office.save(id, 0, content.clone()).await.is(200);
    assert_eq!(
        office.read(id).await["content"]["answers"].as_array().unwrap().len(),
        4,
        "changing back brings it back"
    );
    upload(&office, id, Some(finding), &jpeg(40, 1)).await;
    send(&office, id, 1).await.is(200);
    let (_, fact) = office.last::<ReferralSubmitted>(id).await;
    let sent: Vec<&str> = fact.answers.iter().map(|one| one.questionnaire.as_str()).collect();
    assert_eq!(sent, ["referral", "dermatology", "dermatology-rash"]);
    assert!(!fact.answers[0].values.contains("language"), "no interpreter is needed");
    // What the office sees now is what went.
    let stands = office.read(id).await["content"].clone();
    assert_eq!(stands["answers"].as_array().unwrap().len(), 3);
    assert_eq!(stands["answers"][0]["values"].get("language"), None);
    assert_eq!(stands["viewOverrides"].as_array().unwrap().len(), fact.view_overrides.len());
}

async fn a_red_flag_waits_for_the_call(office: Office) {
    let (id, finding) = (office.id(), office.id());
    let mut content = of(&office, "ent", "ear", finding);
    content["answers"][1]["values"]["red-flags"] = json!(["quinsy", "tumour"]);
    office.save(id, 0, content.clone()).await.is(200);
    upload(&office, id, Some(finding), &jpeg(40, 1)).await;
    let shown = office.read(id).await;
    assert_eq!(shown["redFlags"].as_array().unwrap().len(), 1);
    assert_eq!((&shown["redFlags"][0]["code"], &shown["redFlags"][0]["findingId"]), (&json!("quinsy"), &json!(null)));
    assert!(shown["redFlags"][0]["text"]["nb"].as_str().unwrap().contains("ring vakthavende"));
    assert_eq!(shown["warnings"][0]["code"], "cancer-pathway");
    let refused = send(&office, id, 1).await.is(422).json();
    assert_eq!(errors(&refused), ["emergencyCall emergency-call"]);
    content["emergencyCall"] = json!({"spokeWith": "Dr. Lund, on call", "at": null});
    office.save(id, 1, content.clone()).await.is(200);
    let refused = send(&office, id, 2).await.is(422).json();
    assert_eq!(errors(&refused), ["emergencyCall.at required"]);
    content["emergencyCall"]["at"] = json!("1900-01-01T08:00:00Z");
    office.save(id, 2, content.clone()).await.is(200);
    let refused = send(&office, id, 3).await.is(422).json();
    assert_eq!(errors(&refused), ["emergencyCall.at call-too-early"]);
    let at = office.ctx.now() - time::Duration::minutes(12);
    content["emergencyCall"]["at"] = json!(at);
    office.save(id, 3, content).await.is(200);
    send(&office, id, 4).await.is(200);
    let (envelope, fact) = office.last::<ReferralSubmitted>(id).await;
    assert!(envelope.emergency_call);
    let call = fact.emergency_call.unwrap();
    assert_eq!((call.spoke_with.as_str(), call.at_us), ("Dr. Lund, on call", at.micros()));
    let clear = prost_text(&envelope);
    assert!(!clear.contains("lund") && !clear.contains("quinsy"), "{clear}");
}

/// The clear part as text, to look for what may not stand there.
fn prost_text(envelope: &kit::log::Envelope) -> String {
    format!("{envelope:?}").to_lowercase()
}

async fn a_missing_view_is_named_and_a_reason_is_counted(office: Office) {
    let (id, finding) = (office.id(), office.id());
    let mut content = of(&office, "dermatology", "lesion", finding);
    content["viewOverrides"] = json!([]);
    office.save(id, 0, content.clone()).await.is(200);
    let whole = plain(1000, 800, 150);
    show(&office, id, None, "overview", &whole).await;
    let refused = send(&office, id, 1).await.is(422).json();
    let expected = ["findings[0].views.close-up view-missing", "findings[0].views.dermoscopic view-missing"];
    assert_eq!(errors(&refused), expected);
    let views = office.read(id).await["views"].clone();
    let row = |n: usize| {
        let view = &views[n];
        let named = if view["view"].is_null() { view["anyOf"][0].clone() } else { view["view"].clone() };
        (named, view["have"].clone(), view["min"].clone(), view["advice"].clone(), view["overridden"].clone())
    };
    assert_eq!(row(0), (json!("overview"), json!(1), json!(1), json!(false), json!(false)));
    assert_eq!(row(1), (json!("close-up"), json!(0), json!(1), json!(false), json!(false)));
    assert_eq!(row(3), (json!("scale"), json!(0), json!(1), json!(true), json!(false)));
    assert_eq!(views[1]["findingId"], json!(finding));
    assert!(views[1]["text"]["nb"].as_str().unwrap().starts_with("Nærbilde"));
    content["viewOverrides"] = json!([
        {"findingId": finding, "view": "oblique", "reason": "The patient has left."},
        {"findingId": finding, "view": "dermoscopic", "reason": "\u{200b} "},
        {"findingId": finding, "view": "overview", "reason": "There is one."},
    ]);
    office.save(id, 1, content.clone()).await.is(200);
    assert_eq!(errors(&send(&office, id, 2).await.is(422).json()), ["findings[0].views.dermoscopic view-missing"]);
    content["viewOverrides"][1]["reason"] = json!("No dermoscope here.");
    office.save(id, 2, content).await.is(200);
    assert_eq!(office.read(id).await["views"][1]["overridden"], true);
    send(&office, id, 3).await.is(200);
    let (envelope, fact) = office.last::<ReferralSubmitted>(id).await;
    assert_eq!(envelope.view_overrides, 2, "a reason for a view that is there counts for nothing");
    let given: Vec<(&str, &str)> =
        fact.view_overrides.iter().map(|one| (one.view.as_str(), one.reason.as_str())).collect();
    assert_eq!(given, [("oblique", "The patient has left."), ("dermoscopic", "No dermoscope here.")]);
    assert!(!prost_text(&envelope).contains("patient has left"));
}

async fn a_photograph_has_a_floor_and_an_eardrum_a_warning(office: Office) {
    let (id, finding) = (office.id(), office.id());
    office.save(id, 0, of(&office, "ent", "ear", finding)).await.is(200);
    let small = show(&office, id, Some(finding), "close-up", &plain(799, 600, 1)).await;
    show(&office, id, Some(finding), "close-up", &plain(600, 800, 2)).await;
    let warned = |shown: &Value| {
        let all = shown["warnings"].as_array().unwrap().clone();
        all.iter().filter(|one| one["code"] == "small-picture").count()
    };
    assert_eq!(warned(&office.read(id).await), 0);
    for shade in [3, 4] {
        show(&office, id, Some(finding), "otoscopic", &plain(320, 240, shade)).await;
    }
    assert_eq!(warned(&office.read(id).await), 1, "once for a finding");
    let refused = send(&office, id, 1).await.is(422).json();
    assert_eq!(errors(&refused), [format!("images.{small} too-small")]);
    assert!(refused["errors"][0]["message"].as_str().unwrap().starts_with("Picture 1 is 799 × 600 pixels;"));
    office.doctor.delete(&format!("/images/{small}")).await.is(204);
    send(&office, id, 1).await.is(200);
}

/// The same picture in a longer file, as if it were less compressed.
fn longer(picture: &[u8], by: usize) -> Vec<u8> {
    let comment = [vec![0xFF, 0xFE, 0xEA, 0x62], vec![0; 60_000]].concat();
    [&picture[..2], &comment.repeat(by), &picture[2..]].concat()
}

async fn a_coarse_or_compressed_photograph_is_advised_of(office: Office) {
    let (id, finding) = (office.id(), office.id());
    office.save(id, 0, of(&office, "ent", "ear", finding)).await.is(200);
    let mut seen = Vec::new();
    for (view, picture) in [
        // 1600 × 1200 pixels are 5,760,000 bytes: a twentieth of them is 288,000.
        ("close-up", longer(&plain(1600, 1200, 1), 5)),
        ("otoscopic", plain(1000, 800, 2)),
        ("close-up", longer(&plain(1599, 1200, 3), 5)),
        ("close-up", longer(&plain(1200, 1600, 4), 3)),
    ] {
        show(&office, id, Some(finding), view, &picture).await;
        let shown = office.read(id).await;
        let codes = shown["warnings"].as_array().unwrap().iter();
        seen.push(codes.map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" "));
    }
    assert_eq!(seen, ["", "", "coarse-picture", "coarse-picture compressed-picture"]);
}

async fn what_even_a_draft_may_not_hold(office: Office) {
    let good = |values: Value| json!([{"questionnaire": "referral", "version": 1, "values": values}]);
    let id = office.id();
    for (answers, expected) in [
        (json!([{"questionnaire": "made-up", "version": 1}]), "answers[0].questionnaire unknown-questionnaire"),
        (json!([{"questionnaire": "referral", "version": 2}]), "answers[0].questionnaire unknown-questionnaire"),
        (good(json!({"consent": "yes"})), "answers[0].values.consent malformed"),
        (good(json!({"language": "xx"})), "answers[0].values.language malformed"),
        (good(json!({"secret": "x"})), "answers[0].values.? unknown-item"),
        (good(json!({"medication": "x".repeat(4001)})), "answers[0].values.medication too-long"),
        (good(json!({"medication": "a\u{202e}b"})), "answers[0].values.medication not-plain"),
    ] {
        let refused = office.save(id, 0, json!({"answers": answers})).await.is(422).json();
        assert_eq!(errors(&refused), [expected]);
    }
    for (content, expected) in [
        (json!({"patient": {"phone": "1".repeat(41)}}), "patient.phone too-long"),
        (json!({"patient": {"address": "\u{7}"}}), "patient.address not-plain"),
        (json!({"emergencyCall": {"spokeWith": "x".repeat(301)}}), "emergencyCall.spokeWith too-long"),
        (json!({"viewOverrides": [{"view": "scale", "reason": "x".repeat(501)}]}), "viewOverrides[0].reason too-long"),
    ] {
        let refused = office.save(id, 0, content).await.is(422).json();
        assert_eq!(errors(&refused), [expected]);
    }
    for malformed in [
        json!({"answers": [{"questionnaire": "referral", "version": 1, "values": {"consent": {"a": 1}}}]}),
        json!({"viewOverrides": [{"view": "inside", "reason": ""}]}),
    ] {
        office.save(id, 0, malformed).await.is(400);
    }
    office.save(id, 0, json!({"answers": good(json!({"medication": ""})), "emergencyCall": {}})).await.is(200);
}

async fn the_duty_telephone_is_projected(office: Office) {
    let duty = async || {
        let known = office.doctor.get("/departments").await.is(200).json()[0].clone();
        (known["dutyPhone"].clone(), known["dutyHours"].clone())
    };
    assert_eq!(duty().await, (json!("77 00 00 00"), json!("Mon–Fri 08–15")));
    let change = DepartmentChanged { duty_phone: None, duty_hours: Some("Always".into()) };
    office.tell(office.department, &change).await;
    assert_eq!(duty().await, (json!("77 00 00 00"), json!("Always")));
    let none = DepartmentChanged { duty_phone: Some(String::new()), duty_hours: None };
    office.tell(office.department, &none).await;
    assert_eq!(duty().await, (json!(null), json!("Always")));
}
