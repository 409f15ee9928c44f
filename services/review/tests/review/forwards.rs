//! Forwardings: everything goes along, the right goes along, the claim ends.

use crate::house::{DERMATOLOGY, Desk, ENT, House, Referral, content, has, image_id};
use futures::future::join_all;
use kit::testing::DEPLOYMENTS;
use proto::intake::ReferralEnteredInError;
use proto::review::{AnswerGiven, ReferralForwarded};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

const TO_ENT: (Uuid, &str) = (ENT, "ent");

#[tokio::test]
async fn everything_goes_along_and_the_old_department_keeps_a_line() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let there = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let referral = house.with_pictures(2).await;
        let path = format!("/cases/{}", referral.id);
        let offered = house.get(&me, "/departments").await.expect(200).json();
        assert_eq!(offered.as_array().unwrap().len(), 2);
        has(
            &offered[0],
            json!({ "id": DERMATOLOGY, "name": "Dermatology", "specialties": ["dermatology", "plastic-surgery"] }),
        );
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.ask("Since when?").await.expect(204);
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.save(content(&referral.findings)).await.expect(200);
        let due = desk.case().await["dueAt"].clone();
        let (id, image) = (house.ctx().new_id(), image_id(&referral.pictures[0]));
        for (to, text, field) in [
            ((DERMATOLOGY, "dermatology"), "Why?", "departmentId"),
            ((ENT, "dermatology"), "Why?", "specialty"),
            ((Uuid::from_u128(0xd9), "ent"), "Why?", "departmentId"),
            (TO_ENT, " ", "text"),
        ] {
            assert_eq!(desk.forward(id, to, text).await.refused(422, "invalid-input").fields(), [field]);
        }
        for _ in 0..2 {
            desk.forward(id, TO_ENT, " Inside the ear. ").await.expect(204);
        }
        // For whoever had it, it is gone.
        house.get(&me, &path).await.refused(404, "not-found");
        for rendition in ["160", "original"] {
            house.get(&me, &format!("/images/{image}/{rendition}")).await.refused(404, "not-found");
            house.get(&there, &format!("/images/{image}/{rendition}")).await.expect(200);
        }
        for act in ["renew", "claim", "amend"] {
            desk.act(act).await.refused(404, "not-found");
        }
        desk.sign(&content(&referral.findings)).await.refused(404, "not-found");
        desk.forward(id, TO_ENT, "Something else.").await.refused(404, "not-found");
        assert!(house.listed(&me, "").await.is_empty());
        let line = house.get(&me, "/ended").await.expect(200).json()["items"][0].clone();
        has(
            &line,
            json!({ "kind": "forwarded", "toDepartment": "ENT", "what": "ent", "text": "Inside the ear.",
            "opens": false, "ageYears": null, "bodySite": null, "by": "Siri SYNTHETIC" }),
        );
        assert_eq!(line["reference"], json!(referral.id.simple().to_string()[24..].to_uppercase()));
        // For whoever has it now, everything is there, with the question that is still open.
        assert!(house.listed(&there, "").await.is_empty(), "it waits for the reply there as it did here");
        let seen = house.get(&there, &path).await.expect(200).json();
        has(
            &seen,
            json!({ "state": "awaiting-information", "departmentName": "ENT", "specialty": "ent", "dueAt": due, "claim": null,
            "question": "Is this harmless?" }),
        );
        assert_eq!(
            (seen["images"].as_array().unwrap().len(), seen["questions"][0]["text"].clone()),
            (2, json!("Since when?"))
        );
        has(
            &seen["forwards"][0],
            json!({ "text": "Inside the ear.", "by": { "name": "Siri SYNTHETIC", "role": "specialist" },
            "fromDepartment": { "id": DERMATOLOGY, "name": "Dermatology" }, "toDepartment": { "id": ENT, "name": "ENT" },
            "fromSpecialty": "dermatology", "toSpecialty": "ent" }),
        );
        let told = house.published::<ReferralForwarded>(&referral).await;
        let [(event, fact)] = told.as_slice() else { panic!("{} forwardings", told.len()) };
        assert_eq!((event.department(), event.envelope.specialty.as_str()), (Some(ENT), "ent"));
        assert_eq!(event.envelope.from_department, DERMATOLOGY.as_bytes());
        assert_eq!((fact.text.as_str(), fact.to_department_name.as_str()), ("Inside the ear.", "ENT"));
        // And it is answered there, as theirs.
        house.answer(&there, &referral).await;
        let (event, fact) = house.published::<AnswerGiven>(&referral).await.remove(0);
        assert_eq!((event.department(), fact.department_name.as_str()), (Some(ENT), "ENT"));
        let ended = house.get(&there, "/ended").await.expect(200).json();
        has(&ended["items"][0], json!({ "kind": "answered", "opens": true, "what": "gp-manages" }));
        assert_eq!(house.get(&me, "/ended").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_case_may_come_back_and_the_whole_way_is_shown() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let there = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let referral = house.referral();
        house.submit(&referral).await;
        // To another specialty of the same department.
        let desk = Desk::claim(&house, &me, referral.id).await;
        let inside = house.ctx().new_id();
        for _ in 0..2 {
            desk.forward(inside, (DERMATOLOGY, "plastic-surgery"), "To be cut.").await.expect(204);
        }
        has(&desk.case().await, json!({ "specialty": "plastic-surgery", "claim": null }));
        assert_eq!(house.listed(&me, "?specialty=plastic-surgery").await.len(), 1);
        for (person, to, text) in [
            (&me, TO_ENT, "Inside the ear."),
            (&there, (DERMATOLOGY, "dermatology"), "Skin after all."),
            (&me, TO_ENT, "No."),
        ] {
            let desk = Desk::claim(&house, person, referral.id).await;
            house.world.clock.advance(Duration::seconds(5));
            desk.forward(house.ctx().new_id(), to, text).await.expect(204);
        }
        let seen = house.get(&there, &format!("/cases/{}", referral.id)).await.expect(200).json();
        let way: Vec<&str> =
            seen["forwards"].as_array().unwrap().iter().filter_map(|one| one["text"].as_str()).collect();
        assert_eq!(way, ["To be cut.", "Inside the ear.", "Skin after all.", "No."]);
        let lines = house.get(&me, "/ended").await.expect(200).json();
        assert_eq!(lines["items"].as_array().unwrap().len(), 3, "each of its own departures");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn of_two_forwardings_at_once_one_happens() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.specialist("Siri SYNTHETIC").await;
        house.person("Eli SYNTHETIC", "specialist", ENT).await;
        for round in 0..6 {
            let referral = house.referral();
            house.submit(&referral).await;
            let desk = Desk::claim(&house, &me, referral.id).await;
            let to = |n: usize| if n.is_multiple_of(2) { TO_ENT } else { (DERMATOLOGY, "plastic-surgery") };
            let ids: Vec<Uuid> = (0..4).map(|_| house.ctx().new_id()).collect();
            let replies = join_all((0..4).map(|n| desk.forward(ids[n], to(n + round), "Yours."))).await;
            let won = replies.iter().filter(|reply| reply.status == 204).count();
            assert_eq!(won, 1, "{replies:?}");
            for reply in replies.iter().filter(|reply| reply.status != 204) {
                assert!(matches!(reply.code().as_str(), "claim-lost" | "not-found" | "invalid-input"), "{reply:?}");
            }
            house.settle().await;
            assert_eq!(house.published::<ReferralForwarded>(&referral).await.len(), 1);
        }
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_crosses_a_forwarding() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let there = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let ctx = house.ctx().clone();
        let forward = async |desk: Desk<'_>| desk.forward(ctx.new_id(), TO_ENT, "Yours.").await;
        // A withdrawal that came first.
        let gone = begun(&house).await;
        let desk = Desk::claim(&house, &me, gone.id).await;
        house.withdraw(&gone).await;
        forward(desk).await.refused(409, "withdrawn");
        // One that came after: it ends where the case is now.
        let late = begun(&house).await;
        forward(Desk::claim(&house, &me, late.id).await).await.expect(204);
        house.withdraw(&late).await;
        house.get(&me, &format!("/cases/{}", late.id)).await.refused(404, "not-found");
        has(&seen(&house, &there, &late).await, json!({ "state": "withdrawn", "withdrawn": true }));
        // A held answer goes first, and what is answered is not sent on.
        let held = begun(&house).await;
        let desk = Desk::claim(&house, &me, held.id).await;
        desk.sign(&content(&held.findings)).await.expect(200);
        forward(desk).await.refused(409, "already-signed");
        house.released().await;
        assert!(house.published::<ReferralForwarded>(&held).await.is_empty());
        forward(Desk::amend(&house, &me, held.id).await).await.refused(409, "answered");
        // A reply finds the case where it is.
        let asked = begun(&house).await;
        let desk = Desk::claim(&house, &me, asked.id).await;
        desk.ask("Since when?").await.expect(204);
        let question = desk.case().await["questions"][0]["id"].as_str().unwrap().to_owned();
        forward(Desk::claim(&house, &me, asked.id).await).await.expect(204);
        has(&seen(&house, &there, &asked).await, json!({ "state": "awaiting-information" }));
        let theirs = Desk::claim(&house, &there, asked.id).await;
        theirs.ask("How long?").await.refused(409, "question-open");
        theirs.act("release").await.expect(204);
        assert!(house.listed(&there, "").await.is_empty(), "the office owes a reply");
        house.supply(&asked, &question, Vec::new()).await;
        assert_eq!(house.listed(&there, "?filter=returned").await, [asked.id.to_string()]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_case_goes_nowhere_where_nobody_reads() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.specialist("Siri SYNTHETIC").await;
        house.person("Carl SYNTHETIC", "coordinator", ENT).await;
        let referral = begun(&house).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        let id = house.ctx().new_id();
        let refused = desk.forward(id, TO_ENT, "Inside the ear.").await.refused(422, "invalid-input");
        assert_eq!(refused.fields(), ["departmentId"]);
        assert_eq!(refused.json()["errors"][0]["code"], "nobody-there");
        let there = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        house.end_grants(&there).await;
        desk.forward(id, TO_ENT, "Inside the ear.").await.refused(422, "invalid-input");
        house.person("Otto SYNTHETIC", "specialist", ENT).await;
        desk.forward(id, TO_ENT, "Inside the ear.").await.expect(204);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_was_entered_in_error_is_in_no_line_of_what_ended() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.specialist("Siri SYNTHETIC").await;
        house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let [answered, declined, forwarded] = [begun(&house).await, begun(&house).await, begun(&house).await];
        let training = Referral { test: true, ..house.referral() };
        house.submit(&training).await;
        house.answer(&me, &answered).await;
        house.answer(&me, &training).await;
        let desk = Desk::claim(&house, &me, declined.id).await;
        desk.decline(house.ctx().new_id(), "The scalp.").await.expect(204);
        let desk = Desk::claim(&house, &me, forwarded.id).await;
        desk.forward(house.ctx().new_id(), TO_ENT, "Inside the ear.").await.expect(204);
        let lines = house.get(&me, "/ended").await.expect(200).json();
        let lines = lines["items"].as_array().expect("lines");
        assert_eq!(lines.len(), 4);
        for line in lines {
            assert_eq!(line["training"], json!(line["caseId"] == json!(training.id)));
        }
        for referral in [&answered, &declined, &forwarded, &training] {
            house.publish(referral, &ReferralEnteredInError::default()).await;
        }
        house.settle().await;
        assert_eq!(house.get(&me, "/ended").await.expect(200).json()["items"], json!([]));
        house.world.stop().await;
    }
}

async fn begun(house: &House) -> Referral {
    let referral = house.referral();
    house.submit(&referral).await;
    referral
}

async fn seen(house: &House, person: &crate::house::Person, referral: &Referral) -> Value {
    house.get(person, &format!("/cases/{}", referral.id)).await.expect(200).json()
}
