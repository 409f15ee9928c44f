//! What the practice answered, that it phoned first, why pictures are missing; and events from before there was any of it.

use crate::house::{House, has, submitted};
use kit::testing::DEPLOYMENTS;
use proto::intake::{Answers, EmergencyCall, Patient, ReferralSubmitted, ViewOverride};
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn a_case_shows_what_was_answered_under_its_version() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.referral();
        let (finding, called) = (referral.findings[0], house.ctx().now() - Duration::minutes(20));
        let header = json!({ "medication": "None", "consent": true, "interpreter": true, "language": "se" });
        // Of a version that this build does not know, with an item that nobody asks any more: shown all the same.
        let lesion = json!({ "size-longest": 7.5, "colours": ["371254008"], "asked-once": "yes" });
        let fact = ReferralSubmitted {
            answers: vec![
                Answers {
                    questionnaire: "referral".into(),
                    version: 1,
                    finding: Vec::new(),
                    values: header.to_string(),
                },
                Answers {
                    questionnaire: "dermatology-lesion".into(),
                    version: 77,
                    finding: finding.as_bytes().to_vec(),
                    values: lesion.to_string(),
                },
            ],
            emergency_call: Some(EmergencyCall { spoke_with: "Dr. Lund".into(), at_us: called.micros() }),
            view_overrides: vec![ViewOverride {
                finding: finding.as_bytes().to_vec(),
                view: "dermoscopic".into(),
                reason: "No dermoscope.".into(),
            }],
            ..submitted(&referral, house.ctx().now())
        };
        house.publish(&referral, &fact).await;
        house.settle().await;
        let case = house.get(&me, &format!("/cases/{}", referral.id)).await.expect(200).json();
        let expected = json!([
            { "questionnaire": "referral", "version": 1, "findingId": null, "values": header },
            { "questionnaire": "dermatology-lesion", "version": 77, "findingId": finding, "values": lesion },
        ]);
        has(
            &case,
            json!({
                "questionnaireAnswers": expected,
                "emergencyCall": { "spokeWith": "Dr. Lund", "at": called },
                "viewOverrides": [{ "findingId": finding, "view": "dermoscopic", "reason": "No dermoscope." }],
                "answers": [],
            }),
        );
        has(&case["patient"], json!({ "phone": "77 00 00 01", "address": "Storgata 1", "name": "Kari SYNTHETIC" }));
        house.world.stop().await;
    }
}

/// An event of the first revision has none of it, and so has a case that was copied before.
#[tokio::test]
async fn an_older_referral_is_read_without() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.referral();
        let fact = submitted(&referral, house.ctx().now());
        let who = fact.patient.clone().unwrap_or_default();
        let older = Patient { phone: String::new(), address: String::new(), ..who };
        house.publish(&referral, &ReferralSubmitted { patient: Some(older), ..fact }).await;
        house.settle().await;
        let case = house.get(&me, &format!("/cases/{}", referral.id)).await.expect(200).json();
        has(&case, json!({ "questionnaireAnswers": [], "emergencyCall": null, "viewOverrides": [] }));
        has(&case["patient"], json!({ "phone": "", "address": "" }));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn old_and_new_questionnaires_are_given_to_label_by() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let given = house.get(&me, "/questionnaires").await.expect(200).json();
        assert_eq!(given.as_array().map(Vec::len), Some(proto::questionnaire::ALL.all().len()));
        assert_eq!(given[0]["item"][1]["linkId"], "provisional-diagnosis");
        house.world.stop().await;
    }
}
