//! One referral, seen by its office and by its department.

use super::{Fault, Looking, Told, Verdict};
use crate::Outcome;
use crate::client::named;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What stands of a referral, for the figures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stands {
    /// Of which office.
    pub office: usize,
    /// It was sent.
    pub submitted: bool,
    /// Its answer was read.
    pub read: bool,
    /// Pictures sent, with the replies'.
    pub images: usize,
}

/// Judges one referral.
pub async fn judge(looking: &Looking<'_>, id: Uuid, told: &Told, verdict: &mut Verdict) -> Outcome<Stands> {
    let office = &looking.plan.offices[told.office];
    let (status, seen) = looking.json(&office.gp.cookie, &format!("/api/intake/referrals/{id}")).await?;
    let case = case(looking, id, told).await?;
    if status == 404 {
        if told.began {
            verdict.add(Fault::Lost, format!("referral {id}"));
        }
        if case.is_some() {
            verdict.add(Fault::HalfVisible, format!("{id}: the department has it, the office does not"));
        }
        return Ok(Stands::default());
    }
    if status != 200 || seen["content"]["question"] != told.question.as_str() {
        verdict.add(Fault::HalfVisible, format!("{id}: {status}, or without what was written"));
    }
    pictures(looking, id, told, &seen, verdict).await?;
    let submitted = !seen["submittedAt"].is_null();
    match (&case, submitted) {
        (None, true) => verdict.add(Fault::HalfVisible, format!("{id}: sent, and the department does not have it")),
        (Some(_), false) => verdict.add(Fault::HalfVisible, format!("{id}: a draft that the department sees")),
        _ => {}
    }
    sent(id, told, &seen, verdict);
    if let Some(case) = case {
        both(id, told, (&seen, &case), verdict);
    }
    answered(id, told, &seen, verdict);
    Ok(Stands {
        office: told.office,
        submitted,
        read: !seen["acknowledgedAt"].is_null(),
        images: if submitted { named(&seen["images"]).len() } else { 0 },
    })
}

/// The case as its department sees it.
async fn case(looking: &Looking<'_>, id: Uuid, told: &Told) -> Outcome<Option<Value>> {
    let specialist = &looking.plan.departments[told.department].specialists[0];
    let (status, case) = looking.json(&specialist.cookie, &format!("/api/review/cases/{id}")).await?;
    Ok((status == 200).then_some(case))
}

/// Every acknowledged picture stands, and every picture that stands is the very bytes that were chosen.
async fn pictures(looking: &Looking<'_>, id: Uuid, told: &Told, seen: &Value, verdict: &mut Verdict) -> Outcome {
    let stand = named(&seen["images"]);
    for chosen in &told.uploaded {
        if !stand.iter().any(|image| image.image == chosen.image) {
            verdict.add(Fault::Lost, format!("picture {} of {id}", chosen.image));
        }
    }
    let ids: BTreeSet<Uuid> = stand.iter().map(|image| image.image).collect();
    let files: BTreeSet<&str> = stand.iter().map(|image| image.sha256.as_str()).collect();
    if ids.len() != stand.len() || files.len() != stand.len() {
        verdict.add(Fault::Doubled, format!("a picture of {id}: {stand:?}"));
    }
    for image in &stand {
        let cookie = &looking.plan.offices[told.office].nurse.cookie;
        let original = looking.get(cookie, &format!("/api/intake/images/{}/original", image.image)).await?;
        let right = told.uploads.iter().find(|chosen| chosen.image == image.image);
        let hash = hex::encode(kit::pictures::sha256(&original.bytes));
        if original.status != 200 {
            verdict.add(Fault::Lost, format!("the file of picture {}: {}", image.image, original.short()));
        } else if right.is_none_or(|right| right.sha256 != hash || image.sha256 != hash) {
            verdict.add(Fault::Differing, format!("picture {} of {id}", image.image));
        }
    }
    let unready = |image: &&Value| image["state"] != "ready";
    if let Some(image) = seen["images"].as_array().into_iter().flatten().find(unready) {
        verdict.add(Fault::HalfVisible, format!("{id}: a picture is not ready at the office after all: {image}"));
    }
    Ok(())
}

/// An acknowledged submission stands, with the receipt that was given.
fn sent(id: Uuid, told: &Told, seen: &Value, verdict: &mut Verdict) {
    let Some(receipt) = &told.receipt else {
        if !told.submits && !seen["submittedAt"].is_null() {
            verdict.add(Fault::Doubled, format!("{id} was sent, and nobody sent it"));
        }
        return;
    };
    let sorted = |mut images: Vec<crate::ledger::Chosen>| {
        images.sort_by_key(|one| one.image);
        images
    };
    if seen["submittedAt"].is_null() {
        verdict.add(Fault::Lost, format!("the submission of {id}"));
    } else if sorted(named(&seen["receipt"]["images"])) != sorted(receipt.clone()) {
        verdict.add(Fault::Differing, format!("the receipt of {id}"));
    }
}

/// Both sides see the same pictures, questions and answers.
fn both(id: Uuid, told: &Told, (seen, case): (&Value, &Value), verdict: &mut Verdict) {
    let ids = |value: &Value| named(&value["images"]).into_iter().map(|one| one.image).collect::<BTreeSet<_>>();
    if ids(seen) != ids(case) || ids(case).is_empty() {
        verdict.add(Fault::HalfVisible, format!("{id}: other pictures at the department than at the office"));
    }
    if case["question"] != told.question.as_str() || case["findings"].as_array().is_none_or(Vec::is_empty) {
        verdict.add(Fault::HalfVisible, format!("{id}: the department has it without what was written"));
    }
    if case["images"].as_array().into_iter().flatten().any(|image| image["state"] != "ready") {
        verdict.add(Fault::HalfVisible, format!("{id}: a picture is not ready at the department"));
    }
    let length = |value: &Value, name: &str| value[name].as_array().map_or(0, Vec::len);
    let answers = usize::from(!seen["answer"].is_null()) + length(seen, "earlierAnswers");
    if answers != length(case, "answers") || length(seen, "questions") != length(case, "questions") {
        verdict.add(Fault::HalfVisible, format!("{id}: answers or questions on one side alone"));
    }
}

/// Acknowledged answers, questions, replies and readings stand once.
fn answered(id: Uuid, told: &Told, seen: &Value, verdict: &mut Verdict) {
    let questions: Vec<&Value> = seen["questions"].as_array().into_iter().flatten().collect();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    if told.signed && !told.signs.iter().any(|signed| seen["answer"]["summary"] == signed.as_str()) {
        verdict.add(Fault::Lost, format!("the answer of {id}"));
    }
    if seen["earlierAnswers"].as_array().is_some_and(|earlier| !earlier.is_empty()) {
        verdict.add(Fault::Doubled, format!("the answer of {id}"));
    }
    if told.asked && !questions.iter().any(|one| one["text"] == text(&told.asks).as_str()) {
        verdict.add(Fault::Lost, format!("the question of {id}"));
    }
    if questions.len() > 1 {
        verdict.add(Fault::Doubled, format!("the question of {id}"));
    }
    if told.supplied && !questions.iter().any(|one| one["reply"] == text(&told.supplies).as_str()) {
        verdict.add(Fault::Lost, format!("the reply of {id}"));
    }
    if told.read && seen["acknowledgedAt"].is_null() {
        verdict.add(Fault::Lost, format!("that the answer of {id} was read"));
    }
    if !told.reads && !seen["acknowledgedAt"].is_null() {
        verdict.add(Fault::Doubled, format!("the answer of {id} was read, and nobody read it"));
    }
}
