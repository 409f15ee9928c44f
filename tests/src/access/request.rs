//! A valid request for a row of the table: whoever is refused is refused for their rights and not for their words.

use super::table::{How, Row};
use crate::town::{
    Asked, PASSWORD, Somebody, Thing, Town, Who, answer_content, content, context_of, equipment_of, metadata,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The token of every claim that stands before a request.
pub const TOKEN: Uuid = Uuid::from_u128(0x6c79_7362_726f_4000_8000_746f_6b65_6e00);

/// A register of one practice that stands nowhere.
const REGISTER: &str = "key;name;municipality;centrality;distance_km;opened_on\nK1;Imported;Place;3;1;2010-01-01\n";

/// The row's request by somebody on a thing.
pub fn request(town: &Town, row: &Row, by: &Somebody, thing: &Thing) -> Asked {
    let path = fill(row, thing);
    let asked = Asked::new(row.method, &path);
    let body = |value: Value| Asked::new(row.method, &path).json(&value);
    match row.path {
        "/api/directory/reasons" if row.method == "POST" => {
            let practice = office_of(town, by.who);
            body(json!({ "practiceId": practice, "reason": "no-time", "after": "draft" }))
        }
        path if path.starts_with("/api/directory/") => directory(town, row, thing, asked),
        "/api/intake/referrals" => Asked::new(row.method, format!("{path}?tab=waiting")),
        path if path.starts_with("/api/intake/uploads") || path.starts_with("/api/intake/phone/uploads") => {
            upload(row, thing, asked)
        }
        "/api/intake/training" => {
            let practice = office_of(town, by.who);
            body(json!({ "id": town.ctx().new_id(), "practiceId": practice }))
        }
        "/api/intake/phone/open" => body(json!({ "code": town.credentials.phone_code })),
        "/api/intake/referrals/{id}" if row.method == "PUT" => body(draft(town, row, by, thing)),
        "/api/intake/referrals/{id}/submit" => body(json!({ "version": thing.version })),
        "/api/intake/referrals/{id}/ready" if row.method == "POST" => {
            let doctor = if by.who == Who::TakesOverA { by.person } else { town.somebody(sender(thing)).person };
            body(json!({ "version": thing.version, "responsibleId": doctor }))
        }
        "/api/intake/referrals/{id}/transfer" => {
            body(json!({ "practiceId": other(town, thing), "consent": true, "reason": "Moved away." }))
        }
        "/api/intake/practices/{id}/handover" => {
            body(json!({ "fromId": thing.person, "toId": town.somebody(sender(thing)).person, "note": "On leave." }))
        }
        "/api/intake/referrals/{id}/withdraw" => body(json!({ "reason": "Moved away." })),
        "/api/intake/referrals/{id}/information" => {
            body(json!({ "questionId": thing.question, "text": "Since summer.", "imageIds": [] }))
        }
        "/api/intake/referrals/{id}/acknowledge" => body(json!({ "answerId": thing.answer })),
        path if path.ends_with("/entered-in-error") => body(json!({ "reason": "Somebody else." })),
        "/api/intake/referrals/{id}/close-out" => body(json!({ "outcome": "followed" })),
        path if path.ends_with("/filed") => body(json!({ "answerId": thing.answer })),
        "/api/intake/errors/{id}/replacement" => body(json!({ "id": town.ctx().new_id() })),
        "/api/intake/images/{id}" if row.method == "PATCH" => body(json!({ "view": "overview" })),
        path if path.starts_with("/api/review/cases/") && row.method != "GET" => review(town, path, by, thing, asked),
        uptake if uptake.starts_with("/api/uptake/study") => study(town, row, &path),
        "/api/review/absences/{id}" if row.method == "PUT" => {
            let today = kit::oslo::date(town.ctx().now()).to_string();
            body(json!({ "from": today, "to": today }))
        }
        _ => asked,
    }
}

fn fill(row: &Row, thing: &Thing) -> String {
    let id = match row.path {
        path if path.starts_with("/api/directory/practices")
            || path.starts_with("/api/intake/practices")
            || path.starts_with("/api/uptake/") =>
        {
            thing.practice
        }
        path if path.starts_with("/api/directory/context") => context_of(thing.practice),
        path if path.starts_with("/api/directory/colleagues") => thing.person,
        path if path.starts_with("/api/directory/departments") => thing.department,
        path if path.starts_with("/api/directory/people") => thing.person,
        path if path.starts_with("/api/intake/notices") => thing.notice,
        path if path.starts_with("/api/review/notices") => thing.case_notice,
        path if path.contains("/images/") => thing.image,
        path if path.contains("/uploads/") => thing.upload,
        _ => thing.referral,
    };
    let filled = row.path.replace("{indicator}", "I-01").replace("{chart}", "funnel");
    let filled = filled.replace("{id}", &id.to_string()).replace("{grantId}", &thing.grant.to_string());
    let filled = filled.replace("{equipmentId}", &equipment_of(thing.practice).to_string());
    let How::Rendition(size) = row.how else { return filled };
    filled.replace("{rendition}", size).replace("{tile}", size)
}

/// Days of its own: nothing that the town does makes a whole month.
fn study(town: &Town, row: &Row, path: &str) -> Asked {
    let asked = Asked::new(row.method, path);
    let today = kit::oslo::date(town.ctx().now()).to_string();
    let window = json!({ "from": "2000-01-01", "until": today });
    match row.path {
        "/api/uptake/study/bundle" | "/api/uptake/study/exports" => {
            asked.json(&json!({ "window": window, "purpose": "checking" }))
        }
        "/api/uptake/study/sample" => asked.json(&json!({
            "window": window, "outcome": "share", "users": 4, "partners": 1, "covariates": ["list-size"],
            "metric": "gower", "equippedDays": 365
        })),
        _ => Asked::new(row.method, format!("{path}?from=2000-01-01&until={today}")),
    }
}

fn directory(town: &Town, row: &Row, thing: &Thing, asked: Asked) -> Asked {
    let (now, credentials) = (town.ctx().now(), &town.credentials);
    if row.method == "POST" && row.path.starts_with("/api/directory/import") {
        return asked.with("content-type", "text/csv").bytes(REGISTER.as_bytes().to_vec());
    }
    if row.method == "POST" && row.path.starts_with("/api/directory/ordinary") {
        let ordinary = format!("key;month;specialty;referrals\n{};2026-01;ent;3\n", town.practices[1]);
        return asked.with("content-type", "text/csv").bytes(ordinary.into_bytes());
    }
    let body = match (row.method, row.path) {
        ("POST", "/api/directory/sign-in") => {
            json!({ "email": credentials.email, "password": PASSWORD, "totpCode": credentials.code(now) })
        }
        ("POST", "/api/directory/links/open" | "/api/directory/links/sign-in") => {
            json!({ "token": credentials.link })
        }
        ("POST", "/api/directory/links/accept") => {
            json!({ "token": credentials.invitation, "password": PASSWORD, "totpCode": credentials.invitation_code(now) })
        }
        ("POST", "/api/directory/unlock") => json!({ "password": PASSWORD }),
        ("PUT", "/api/directory/me/language") => json!({ "language": "nb" }),
        ("PUT", "/api/directory/me/mail") => json!({ "digest": false }),
        ("PUT", "/api/directory/me/hpr") => json!({ "hprNumber": "9991234" }),
        ("PUT", "/api/directory/practices/{id}/deputy") => json!({ "personId": null }),
        ("POST", "/api/directory/practices") => {
            json!({ "name": "New", "municipality": "Place", "centrality": 3, "distanceKm": 1, "channel": "web",
                "openedOn": "2010-01-01", "testPractice": false })
        }
        ("PUT", "/api/directory/practices/{id}") => {
            json!({ "name": "Renamed", "municipality": "Moved", "effectiveOn": "2026-01-05" })
        }
        ("POST", "/api/directory/practices/{id}/register") => {
            json!({ "from": "2026-01-01", "listSize": 3000, "gps": 3, "staff": 4 })
        }
        ("POST", "/api/directory/me/notice") => json!({ "version": directory::notice::VERSION }),
        ("POST", "/api/directory/practices/{id}/equipment") => json!({ "kind": "otoscope", "from": "2026-01-05" }),
        ("POST", "/api/directory/practices/{id}/equipment/{equipmentId}/withdraw") => json!({ "on": "2026-01-05" }),
        ("POST", "/api/directory/practices/{id}/trainings") => {
            json!({ "on": "2026-01-05", "role": "nurse", "people": 2 })
        }
        ("POST", "/api/directory/practices/{id}/contacts") => {
            json!({ "on": "2026-01-05", "kind": "visit", "note": "They are well." })
        }
        ("POST", "/api/directory/practices/{id}/enablement") => {
            json!({ "step": "equipped", "specialty": null, "on": "2026-01-05" })
        }
        ("POST", "/api/directory/context" | "/api/directory/context/{id}/correct") => {
            json!({ "domain": "outer-setting", "kind": "tariff-change", "from": "2026-01-05", "text": "A new tariff." })
        }
        ("POST", "/api/directory/context/{id}/withdraw") => json!({ "reason": "Noted twice." }),
        ("POST", "/api/directory/departments") => {
            json!({ "name": "New", "hospital": "Hospital", "specialties": ["ent"] })
        }
        ("PATCH", "/api/directory/departments/{id}") => json!({ "dutyPhone": "11", "dutyHours": "Always" }),
        ("POST", "/api/directory/people") => {
            json!({ "name": "New Person", "email": "new@lysbro.example", "language": "en" })
        }
        ("POST", "/api/directory/people/{id}/grants") => {
            json!({ "role": "gp-clinician", "practiceId": town.practices[thing.way.map_or(0, |way| way.office)] })
        }
        ("POST", "/api/directory/people/{id}/grants/{grantId}/end") => json!({ "force": true, "reason": "Left." }),
        ("POST", "/api/directory/practices/{id}/closing") => {
            json!({ "on": "2026-06-30", "coveringId": other(town, thing) })
        }
        ("POST", "/api/directory/colleagues") => {
            json!({ "practiceId": thing.practice, "name": "New Colleague", "email": "colleague@lysbro.example",
                "language": "en", "role": "gp-staff" })
        }
        ("POST", "/api/directory/colleagues/roles/{grantId}/end") => json!({}),
        _ => return asked,
    };
    asked.json(&body)
}

/// A practice that a thing is not in, whoever took over from its own, and that is open.
fn other(town: &Town, thing: &Thing) -> Uuid {
    if thing.practice == town.practices[1] { town.takes_over } else { town.practices[1] }
}

/// The doctor who works in the practice of a thing.
fn sender(thing: &Thing) -> Who {
    [Who::GpA, Who::GpB][thing.way.map_or(0, |way| way.office)]
}

/// A draft as its owner would save it; somebody of another office sends it as their own.
fn draft(town: &Town, row: &Row, by: &Somebody, thing: &Thing) -> Value {
    let practice = by.who.office().map_or(thing.practice, |office| town.practices[office]);
    let way = thing.way.or_else(|| town.things.first()?.way).expect("some way");
    let mut content = content(way, way.department, town.departments[way.department], thing.finding, 1);
    content["question"] = json!("And now?");
    let version = if row.how == How::AsNew { 0 } else { thing.version };
    json!({ "version": version, "practiceId": practice, "content": content })
}

fn upload(row: &Row, thing: &Thing, asked: Asked) -> Asked {
    let asked = asked.with("tus-resumable", "1.0.0");
    let piece = |asked: Asked| {
        asked
            .with("upload-offset", "0")
            .with("content-type", "application/offset+octet-stream")
            .bytes(b"ten bytes.".to_vec())
    };
    match (row.method, row.path, row.how) {
        ("POST", "/api/intake/uploads" | "/api/intake/phone/uploads", _) => {
            let image = Uuid::from_u128(thing.referral.as_u128() ^ 0xff);
            asked
                .with("upload-length", "5000")
                .with("upload-metadata", metadata(thing.referral, image, thing.finding, None))
        }
        ("PATCH", ..) => piece(asked),
        (_, _, How::Override("PATCH")) => piece(asked.with("x-http-method-override", "PATCH")),
        (_, _, How::Override(method)) => asked.with("x-http-method-override", method),
        _ => asked,
    }
}

fn review(town: &Town, path: &str, by: &Somebody, thing: &Thing, asked: Asked) -> Asked {
    // Another answer than the one that stands: the same again would be a repeat, which gets its receipt.
    let content = answer_content(thing.finding, "Anew");
    let body = match path.rsplit('/').next().unwrap_or_default() {
        "renew" | "release" | "undo" => json!({ "token": TOKEN }),
        "shown" => json!({ "token": TOKEN, "imageId": thing.image }),
        "answer" | "answer-draft" => json!({ "token": TOKEN, "content": content }),
        // Everybody's own call.
        "phoned" => {
            json!({ "callId": Uuid::from_u128(thing.referral.as_u128() ^ by.person.as_u128()), "note": "Spoke." })
        }
        "decline" => json!({ "id": act(thing), "token": TOKEN, "reason": "not-suited", "text": "Send the patient." }),
        "forward" => {
            let there = thing.way.map_or(0, |way| 1 - way.department);
            let specialty = ["dermatology", "ent"][there];
            json!({ "id": act(thing), "token": TOKEN, "departmentId": town.departments[there], "specialty": specialty, "text": "Yours." })
        }
        "free" => json!({ "holderId": by.person }),
        "assignment" => {
            let reader = thing.way.map_or(Who::SpecialistX, |way| [Who::SpecialistX, Who::SpecialistY][way.department]);
            json!({ "personId": town.somebody(reader).person })
        }
        "information-request" => json!({ "token": TOKEN, "wants": "history", "text": "Since when?" }),
        _ => return asked,
    };
    asked.json(&body)
}

/// The client's own id of a refusal or forwarding.
fn act(thing: &Thing) -> Uuid {
    Uuid::from_u128(thing.referral.as_u128() ^ 0xfff)
}

/// Where somebody of an office works.
fn office_of(town: &Town, who: Who) -> Uuid {
    if who == Who::TakesOverA { town.takes_over } else { town.practices[who.office().unwrap_or_default()] }
}
