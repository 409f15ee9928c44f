//! The reader of an office: reads answers that came, and replies to questions with one more picture.

use super::{Person, Shared, upload};
use crate::dice::Dice;
use crate::ledger::Entry;
use serde_json::json;
use uuid::Uuid;

/// Reads until the stop.
pub async fn read(shared: Shared, office: usize, mut dice: Dice) {
    let place = &shared.plan.offices[office];
    let (nurse, gp) = (shared.person(&place.nurse.cookie), shared.person(&place.gp.cookie));
    while !shared.stopped() {
        let answers = gp.get(&mut dice, "/api/intake/referrals?tab=answers").await.json();
        for row in answers["items"].as_array().into_iter().flatten().take(3) {
            if let Some(id) = row["id"].as_str().and_then(|id| id.parse().ok()) {
                one(&shared, &gp, id, &mut dice).await;
            }
        }
        let waiting = nurse.get(&mut dice, "/api/intake/referrals?tab=waiting").await.json();
        let asked = |row: &&serde_json::Value| row["question"] == json!(true);
        if let Some(row) = waiting["items"].as_array().into_iter().flatten().find(asked)
            && let Some(id) = row["id"].as_str().and_then(|id| id.parse().ok())
        {
            supply(&shared, &nurse, id, &mut dice).await;
        }
        tokio::time::sleep(dice.pause(300, 900)).await;
    }
}

async fn one(shared: &Shared, gp: &Person, referral: Uuid, dice: &mut Dice) {
    let path = format!("/api/intake/referrals/{referral}");
    let detail = gp.get(dice, &path).await.json();
    if detail["answer"]["summary"].as_str().is_none_or(str::is_empty) {
        shared.ledger.write(&Entry::Half { referral, seen: "listed as answered, without an answer".into() });
    }
    shared.ledger.write(&Entry::Reads { referral });
    let body = json!({ "answerId": detail["answer"]["id"] });
    let reply = gp.post(dice, &format!("{path}/acknowledge"), &body).await;
    if reply.status == 204 {
        shared.ledger.write(&Entry::Read { referral });
    } else {
        gp.odd(&format!("POST {path}/acknowledge"), &reply);
    }
}

async fn supply(shared: &Shared, nurse: &Person, referral: Uuid, dice: &mut Dice) {
    let path = format!("/api/intake/referrals/{referral}");
    let detail = nurse.get(dice, &path).await.json();
    let open = |question: &&serde_json::Value| question["suppliedAt"].is_null();
    let Some(question) = detail["questions"].as_array().into_iter().flatten().find(open) else { return };
    let picture = shared.album.picture(dice.below(8), 200_000, dice.below(1 << 30) as u32);
    let Some(chosen) = upload::send(shared, nurse, dice, (referral, None), &picture).await else { return };
    let text = format!("Here it is. {}", dice.id());
    shared.ledger.write(&Entry::Supplies { referral, text: text.clone() });
    let body = json!({ "questionId": question["id"], "text": text, "imageIds": [chosen.image] });
    let reply = nurse.post(dice, &format!("{path}/information"), &body).await;
    if reply.status == 204 {
        shared.ledger.write(&Entry::Supplied { referral });
    } else {
        nurse.odd(&format!("POST {path}/information"), &reply);
    }
}
