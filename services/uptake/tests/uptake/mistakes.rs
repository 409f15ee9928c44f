//! What is no use, what waits for nobody, and what is no silence: mistakes, refusals, training, closed practices, equipment
//! that went.

use crate::house::{House, about, has, row, submitted, use_of};
use kit::At;
use kit::log::{Envelope, rebuild};
use kit::testing::DEPLOYMENTS;
use proto::directory::{EquipmentPlaced, EquipmentWithdrawn, PracticeChanged};
use proto::intake::{
    AnswerAcknowledged, CloseOutRecorded, DraftAbandoned, DraftStarted, InformationSupplied, ReferralEnteredInError,
    UploadFailed,
};
use proto::review::{AnswerGiven, CaseEnteredInError, ReferralDeclined};
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

fn january() -> At {
    datetime!(2026-01-05 00:00 UTC).into()
}

fn sent_at() -> At {
    datetime!(2026-02-10 09:00 UTC).into()
}

/// Panel, page and sheet of a practice.
async fn figures(house: &House, cookie: &str, practice: Uuid) -> (Value, Value, String) {
    house.settle().await;
    let panel = house.get(cookie, "/practices").await.expect(200).json();
    let page = house.get(cookie, &format!("/practices/{practice}")).await.expect(200).json();
    let sheet = String::from_utf8(house.get(cookie, "/practices.csv").await.expect(200).bytes).expect("UTF-8");
    let line = sheet.lines().find(|line| line.contains(&practice.to_string())).expect("a line").to_owned();
    (panel, page, line)
}

/// A referral that was supplied, answered and read.
async fn whole_way(house: &House, practice: Uuid) -> Uuid {
    let referral = house.submit(practice, sent_at(), 3).await;
    let later = |hours| use_of(practice, referral, sent_at() + Duration::hours(hours), 2);
    house.publish(later(1), &InformationSupplied::default()).await;
    house.publish(later(2), &AnswerGiven::default()).await;
    house.publish(later(3), &AnswerAcknowledged::default()).await;
    referral
}

#[tokio::test]
async fn what_was_entered_in_error_is_in_no_figure() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let practice = house.practice("Solvik", false, Some(january())).await;
        let (_, manager) = house.person("programme-manager").await;
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(whole_way(&house, practice).await);
        }
        let (panel, page, _) = figures(&house, &manager, practice).await;
        has(row(&panel, "Solvik"), json!({ "referrals": 4, "uses": 4, "imagesSent": 20, "answersRead": 4 }));
        has(&page["doings"], json!({ "referrals": [0, 4, 0], "images": 12, "answersRead": 4 }));
        let mistake = |referral| use_of(practice, referral, sent_at() + Duration::DAY, 0);
        // By the practice, and by the department: the whole of it, one picture of it.
        house.publish(mistake(all[0]), &ReferralEnteredInError::default()).await;
        house.publish(mistake(all[0]), &CaseEnteredInError::default()).await;
        house.publish(mistake(all[1]), &CaseEnteredInError::default()).await;
        let picture = CaseEnteredInError { image: vec![7; 16], ..CaseEnteredInError::default() };
        house.publish(mistake(all[2]), &picture).await;
        let (panel, page, line) = figures(&house, &manager, practice).await;
        has(
            row(&panel, "Solvik"),
            json!({ "referrals": 2, "uses": 2, "imagesSent": 10, "answersRead": 2, "months": [0, 2, 0] }),
        );
        has(&panel["totals"], json!({ "referrals": 2, "withUse": 1 }));
        has(&page, json!({ "uses": 2 }));
        has(&page["doings"], json!({ "referrals": [0, 2, 0], "images": 6, "answersRead": 2 }));
        has(&page["doings"]["answers"], json!({ "answered": 2, "waiting": 0 }));
        assert!(line.ends_with(",0,2,0") && line.contains(",2,10,2,2.00,"), "{line}");
        let passed = rebuild(house.ctx(), &uptake::service().consumers[0]).await.expect("rebuilt");
        assert!(passed > 10);
        assert_eq!(figures(&house, &manager, practice).await, (panel, page, line));
        // The only use of all was a mistake: there was none.
        for referral in &all[2..] {
            house.publish(mistake(*referral), &ReferralEnteredInError::default()).await;
        }
        let (panel, _, _) = figures(&house, &manager, practice).await;
        has(row(&panel, "Solvik"), json!({ "referrals": 0, "firstUse": null }));
        assert_eq!(row(&panel, "Solvik")["standing"]["state"], "never-used");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn refusals_wait_for_nobody_and_training_is_no_attempt() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let practice = house.practice("Solvik", false, Some(january())).await;
        let (_, manager) = house.person("programme-manager").await;
        house.submit(practice, sent_at(), 1).await;
        let refused = house.submit(practice, sent_at(), 1).await;
        let declined =
            Envelope { disposition: "reject".into(), ..use_of(practice, refused, sent_at() + Duration::DAY, 0) };
        house.publish(declined.clone(), &ReferralDeclined::default()).await;
        house.publish(declined, &AnswerAcknowledged::default()).await;
        for test in [true, false] {
            let draft = Envelope { test, ..use_of(practice, house.ctx().new_id(), sent_at(), 0) };
            house.publish(draft.clone(), &DraftStarted {}).await;
            house.publish(draft.clone(), &UploadFailed::default()).await;
            house.publish(draft.clone(), &DraftAbandoned {}).await;
            if test {
                house.publish(draft, &AnswerAcknowledged::default()).await;
            }
        }
        let (panel, page, _) = figures(&house, &manager, practice).await;
        let did = &page["doings"];
        has(&did["answers"], json!({ "answered": 0, "waiting": 1 }));
        has(did, json!({ "draftsStarted": 1, "draftsAbandoned": 1, "uploadsFailed": 1, "answersRead": 0 }));
        has(row(&panel, "Solvik"), json!({ "answersRead": 0 }));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_closed_practice_is_no_silence_and_its_trial_arm_stands_beside_it() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let practice = house.practice("Solvik", false, Some(january())).await;
        let (_, manager) = house.person("programme-manager").await;
        let say = async |closed: &str| {
            let changed = PracticeChanged {
                name: "Solvik".into(),
                municipality: "Tromsø".into(),
                closed_on: Some(closed.into()),
                trial_arm: Some("early".into()),
                ..PracticeChanged::default()
            };
            house.publish(about(practice, practice), &changed).await;
            figures(&house, &manager, practice).await
        };
        let (panel, page, line) = say("2026-03-10").await;
        let closed = json!({ "state": "closed", "missing": null, "days": 10, "action": null });
        has(
            row(&panel, "Solvik"),
            json!({ "standing": closed, "closedOn": "2026-03-10", "trialArm": "early", "silentDays": null }),
        );
        has(&page, json!({ "standing": closed, "closedOn": "2026-03-10", "trialArm": "early" }));
        has(&panel["totals"], json!({ "practices": 1, "equipped": 1, "neverUsed": 0, "closed": 1 }));
        assert_eq!(panel["funnel"][0]["practices"], 1, "it was equipped");
        assert!(line.contains(",closed,,10,2026-03-10,early,0,"), "{line}");
        let shown = house.get(&manager, "/practices.csv?show=closed").await.expect(200).bytes;
        assert_eq!(String::from_utf8(shown).expect("UTF-8").lines().count(), 2);
        // A month that was over before stays as it was.
        let february = house.get(&manager, "/practices?from=2026-01&to=2026-02").await.expect(200).json();
        assert_eq!(row(&february, "Solvik")["standing"]["state"], "never-used");
        let (panel, ..) = say("2026-09-01").await;
        has(row(&panel, "Solvik"), json!({ "closedOn": "2026-09-01" }));
        assert_eq!(row(&panel, "Solvik")["standing"]["state"], "never-used", "until the day comes");
        let (panel, ..) = say("").await;
        has(row(&panel, "Solvik"), json!({ "closedOn": null }));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_was_taken_back_left_out_and_done_is_told() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let practice = house.practice("Solvik", false, Some(january())).await;
        let (_, manager) = house.person("programme-manager").await;
        let piece = |on: At| Envelope {
            about: "camera".into(),
            thing: vec![9; 16],
            effective_us: on.micros(),
            ..about(practice, practice)
        };
        house.publish(piece(january()), &EquipmentPlaced::default()).await;
        let (panel, ..) = figures(&house, &manager, practice).await;
        assert_eq!(row(&panel, "Solvik")["standing"]["missing"], "connection");
        house.publish(piece(datetime!(2026-03-10 00:00 UTC).into()), &EquipmentWithdrawn::default()).await;
        let (panel, page, line) = figures(&house, &manager, practice).await;
        let gone =
            json!({ "state": "never-used", "missing": "equipment-withdrawn", "days": 10, "action": "bring-equipment" });
        assert_eq!((&row(&panel, "Solvik")["standing"], &page["standing"]), (&gone, &gone));
        assert!(line.contains(",never-used,equipment-withdrawn,10,"), "{line}");
        for (left, intention, done) in
            [(2, "refer", "followed"), (1, "refer", "otherwise"), (0, "wait", ""), (0, "refer", "followed")]
        {
            let referral = house.ctx().new_id();
            let sent = use_of(practice, referral, sent_at(), 1);
            let sent = Envelope { view_overrides: left, intention: intention.into(), ..sent };
            house.publish(sent.clone(), &submitted()).await;
            // Put right: the last one counts.
            for close_out in ["did-not-come", done].into_iter().filter(|_| !done.is_empty()) {
                let ended = Envelope { close_out: close_out.into(), intention: String::new(), ..sent.clone() };
                house.publish(ended, &CloseOutRecorded::default()).await;
            }
        }
        let (panel, page, line) = figures(&house, &manager, practice).await;
        has(row(&panel, "Solvik"), json!({ "viewOverrides": [0, 3, 0] }));
        assert!(line.ends_with(",,,3,0,4,0"), "{line}");
        let outcome =
            |intention: &str, done: &str, n: i64| json!({ "intention": intention, "closeOut": done, "referrals": n });
        let outcomes = [outcome("refer", "followed", 2), outcome("refer", "otherwise", 1), outcome("wait", "", 1)];
        has(&page["doings"], json!({ "viewOverrides": [0, 3, 0], "outcomes": outcomes }));
        house.world.stop().await;
    }
}
