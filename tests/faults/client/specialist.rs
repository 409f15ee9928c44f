//! A specialist: takes a case, looks at every picture, and signs an answer; asks for more before some.

use super::{Person, Shared};
use crate::dice::Dice;
use crate::ledger::Entry;
use serde_json::{Value, json};
use uuid::Uuid;

/// Before one answer in so many there is a question.
const ASKED: usize = 7;

/// Answers until the stop.
pub async fn answer(shared: Shared, department: usize, specialist: usize, mut dice: Dice) {
    let person = shared.person(&shared.plan.departments[department].specialists[specialist].cookie);
    while !shared.stopped() {
        let filter = if dice.once_in(3) { "returned" } else { "unclaimed" };
        let list = person.get(&mut dice, &format!("/api/review/worklist?filter={filter}")).await.json();
        let rows: Vec<Value> = list["items"].as_array().cloned().unwrap_or_default();
        if rows.is_empty() {
            tokio::time::sleep(dice.pause(200, 600)).await;
            continue;
        }
        let row = dice.of(&rows).clone();
        if let Some(id) = row["id"].as_str().and_then(|id| id.parse().ok()) {
            if row["imageCount"].as_i64().unwrap_or_default() < 1 {
                shared.ledger.write(&Entry::Half { referral: id, seen: "on the worklist without a picture".into() });
            }
            one(&shared, &person, id, &mut dice).await;
        }
        tokio::time::sleep(dice.pause(20, 300)).await;
    }
}

async fn one(shared: &Shared, person: &Person, referral: Uuid, dice: &mut Dice) {
    let path = format!("/api/review/cases/{referral}");
    let claim = person.post(dice, &format!("{path}/claim"), &json!({})).await;
    match (claim.status, claim.code().as_str()) {
        (200, _) => {}
        // A colleague was faster.
        (409, "claimed-by-other" | "answered") => return,
        _ => return person.odd(&format!("POST {path}/claim"), &claim),
    }
    let token = claim.json()["token"].clone();
    // One question per case, so that a second one is a fault.
    if dice.once_in(ASKED) && person.get(dice, &path).await.json()["questions"] == json!([]) {
        return question(shared, person, referral, &token, dice).await;
    }
    let Some(case) = looked_at(shared, person, referral, &token, dice).await else { return };
    let text = format!("Benign. {}", dice.id());
    let findings: Vec<Value> = case["findings"].as_array().into_iter().flatten().map(finding).collect();
    let body = json!({ "token": token, "content": { "summary": text, "findings": findings, "tellsPatient": "practice", "books": "nobody" } });
    shared.ledger.write(&Entry::Signs { referral, text });
    let signed = person.post(dice, &format!("{path}/answer"), &body).await;
    if signed.status == 200 {
        shared.ledger.write(&Entry::Signed { referral });
    } else {
        person.odd(&format!("POST {path}/answer"), &signed);
    }
}

fn finding(of: &Value) -> Value {
    json!({ "findingId": of["id"], "diagnosis": "Seborrhoeic keratosis", "certainty": "certain",
        "disposition": "gp-manages", "plan": "No treatment needed." })
}

/// The case, once every picture was looked at. `None` when they are not ready in time: the case is put back.
async fn looked_at(shared: &Shared, person: &Person, referral: Uuid, token: &Value, dice: &mut Dice) -> Option<Value> {
    let path = format!("/api/review/cases/{referral}");
    for _ in 0..20 {
        let case = person.get(dice, &path).await.json();
        let images = case["images"].as_array().cloned().unwrap_or_default();
        if images.is_empty() || case["question"].as_str().is_none_or(str::is_empty) {
            shared.ledger.write(&Entry::Half { referral, seen: "a case without question or pictures".into() });
            return None;
        }
        if images.iter().all(|image| image["state"] == "ready") {
            for image in &images {
                let id = image["id"].as_str().unwrap_or_default();
                let picture = person.get(dice, &format!("/api/review/images/{id}/2048")).await;
                if picture.status != 200 {
                    let seen = format!("picture {id} is called ready and answers {}", picture.short());
                    shared.ledger.write(&Entry::Half { referral, seen });
                    return None;
                }
                person.post(dice, &format!("{path}/shown"), &json!({ "token": token, "imageId": id })).await;
            }
            return Some(case);
        }
        if shared.stopped() {
            break;
        }
        tokio::time::sleep(dice.pause(150, 300)).await;
    }
    person.post(dice, &format!("{path}/release"), &json!({ "token": token })).await;
    None
}

/// Asks for a better picture. A repeat whose first try went through is told that the claim is over.
async fn question(shared: &Shared, person: &Person, referral: Uuid, token: &Value, dice: &mut Dice) {
    let path = format!("/api/review/cases/{referral}");
    let text = format!("A sharper picture, please. {}", dice.id());
    shared.ledger.write(&Entry::Asks { referral, text: text.clone() });
    let body = json!({ "token": token, "wants": ["better-images"], "text": text });
    let asked = person.post(dice, &format!("{path}/information-request"), &body).await;
    let stands = async |dice: &mut Dice| {
        let case = person.get(dice, &path).await.json();
        case["questions"].as_array().into_iter().flatten().any(|question| question["text"] == json!(text))
    };
    if asked.status == 204 || stands(dice).await {
        shared.ledger.write(&Entry::Asked { referral });
    } else {
        person.odd(&format!("POST {path}/information-request"), &asked);
    }
}
