//! A writer in an office: the nurse drafts and photographs, the GP sends. Some drafts stay drafts.

use super::{Shared, upload};
use crate::dice::Dice;
use crate::ledger::{Chosen, Entry};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Lengths of pictures in bytes, chosen among: a phone's thumbnail to a camera's file.
const LENGTHS: [usize; 6] = [60_000, 150_000, 300_000, 700_000, 1_500_000, 3_000_000];
/// How many drafts are left lying: one in so many.
const LEFT: usize = 9;

/// Writes referrals until the stop.
pub async fn write(shared: Shared, office: usize, mut dice: Dice) {
    while !shared.stopped() {
        let referral = dice.id();
        one(&shared, office, referral, &mut dice).await;
        tokio::time::sleep(dice.pause(20, 400)).await;
    }
}

async fn one(shared: &Shared, office: usize, referral: Uuid, dice: &mut Dice) {
    let place = &shared.plan.offices[office];
    let (nurse, gp) = (shared.person(&place.nurse.cookie), shared.person(&place.gp.cookie));
    let department = dice.below(shared.plan.departments.len());
    let (question, finding) = (format!("What is this? {}", dice.id()), dice.id());
    let path = format!("/api/intake/referrals/{referral}");
    shared.ledger.write(&Entry::Begins { referral, office, department, question: question.clone() });
    let content = content(&shared.plan.departments[department], &question, finding);
    let draft = json!({ "version": 0, "practiceId": place.practice, "content": content });
    let saved = nurse.ask(dice, Method::PUT, &path, Some(&draft)).await;
    if saved.status != 200 {
        return nurse.odd(&format!("PUT {path}"), &saved);
    }
    shared.ledger.write(&Entry::Began { referral });
    for _ in 0..dice.between(1, 3) {
        let (which, length, seed) = (dice.below(8), *dice.of(&LENGTHS), dice.below(1 << 30) as u32);
        let picture = shared.album.picture(which, length, seed);
        if upload::send(shared, &nurse, dice, (referral, Some(finding)), &picture).await.is_none() {
            return;
        }
    }
    if dice.once_in(LEFT) {
        return shared.ledger.write(&Entry::Leaves { referral });
    }
    shared.ledger.write(&Entry::Submits { referral });
    let body = json!({ "version": saved.json()["version"] });
    let receipt = gp.post(dice, &format!("{path}/submit"), &body).await;
    if receipt.status != 200 {
        return gp.odd(&format!("POST {path}/submit"), &receipt);
    }
    shared.ledger.write(&Entry::Submitted { referral, receipt: named(&receipt.json()["images"]) });
}

/// The pictures of a receipt, a referral or a case.
pub fn named(images: &Value) -> Vec<Chosen> {
    let one = |image: &Value| {
        let image_id = image["id"].as_str()?.parse().ok()?;
        Some(Chosen { image: image_id, sha256: image["sha256"].as_str()?.to_owned() })
    };
    images.as_array().into_iter().flatten().filter_map(one).collect()
}

/// A complete draft's content.
pub fn content(department: &crate::plan::Department, question: &str, finding: Uuid) -> Value {
    tests::answered(json!({
        "patient": { "identifierSystem": "no-national", "identifier": "13917404075", "name": "Kari SYNTHETIC",
            "birthDate": "1974-11-13", "sex": "female" },
        "specialty": department.specialty, "departmentId": department.id, "priority": "routine",
        "question": question, "history": "Growing since summer.",
        "findings": [{ "id": finding, "bodySite": { "code": "66643007", "system": "SCT", "display": "Skin of back" },
            "laterality": "left", "kind": "lesion", "description": "Two-coloured, 7 mm.", "duration": "6 months" }],
    }))
}
