//! What was entered in error: out of the department's sight at once, claims lost, held answers kept back, openers told.

use crate::house::{DERMATOLOGY, Desk, ENT, House, content, has, image_id};
use kit::testing::DEPLOYMENTS;
use proto::intake::{PictureEnteredInError, ReferralEnteredInError};
use proto::review::{AnswerGiven, CaseEnteredInError};
use serde_json::json;
use time::Duration;

fn marked() -> ReferralEnteredInError {
    ReferralEnteredInError { reason: "Wrong.".into(), marked_by: "SYNTHETIC Liv".into(), replaced_by: Vec::new() }
}

async fn notices(house: &House, person: &crate::house::Person) -> Vec<serde_json::Value> {
    house.get(person, "/notices").await.expect(200).json()["items"].as_array().cloned().expect("items")
}

#[tokio::test]
async fn the_practice_marks_it_and_nobody_here_sees_it_any_more() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let (me, other) = (house.specialist("Siri SYNTHETIC").await, house.specialist("Otto SYNTHETIC").await);
        let referral = house.with_pictures(1).await;
        let (path, image) = (format!("/cases/{}", referral.id), image_id(&referral.pictures[0]));
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.case().await;
        desk.show(image).await.expect(204);
        house.get(&other, &format!("/images/{image}/512")).await.expect(200);
        house.publish(&referral, &marked()).await;
        house.settle().await;
        for person in [&me, &other] {
            house.get(person, &path).await.refused(404, "not-found");
            house.get(person, &format!("/images/{image}/512")).await.refused(404, "not-found");
            house.get(person, &format!("/images/{image}/original")).await.refused(404, "not-found");
            assert!(house.listed(person, "").await.is_empty());
            house.post(person, &format!("{path}/claim"), json!({})).await.refused(404, "not-found");
        }
        for act in ["renew", "release", "answer/undo"] {
            desk.act(act).await.refused(404, "not-found");
        }
        desk.sign(&content(&referral.findings)).await.refused(404, "not-found");
        // Each who opened it is told, and the practice who that was.
        for person in [&me, &other] {
            let told = notices(&house, person).await;
            assert_eq!(told.len(), 1);
            assert_eq!((&told[0]["byDepartment"], &told[0]["answered"]), (&json!(false), &json!(false)));
            let read = format!("/notices/{}/read", told[0]["id"].as_str().expect("an id"));
            let stranger = if person.id == me.id { &other } else { &me };
            house.post(stranger, &read, json!({})).await.refused(404, "not-found");
            for _ in 0..2 {
                house.post(person, &read, json!({})).await.expect(204);
            }
            assert!(notices(&house, person).await.is_empty());
        }
        let published = house.published::<CaseEnteredInError>(&referral).await;
        let names: Vec<&str> = published[0].1.openers.iter().map(|one| one.name.as_str()).collect();
        assert_eq!((published.len(), names), (1, vec!["Siri SYNTHETIC", "Otto SYNTHETIC"]));
        let told: Vec<&[u8]> = published[0].1.openers.iter().map(|one| one.person.as_slice()).collect();
        assert_eq!(told, [me.id.as_bytes(), other.id.as_bytes()], "for the mail");
        assert_eq!((published[0].1.reason.as_str(), published[0].1.marked_by.as_str()), ("", ""));
        // Told again with a draft in its place: nothing more happens.
        house.publish(&referral, &marked()).await;
        house.settle().await;
        assert_eq!(house.published::<CaseEnteredInError>(&referral).await.len(), 1);
        assert!(notices(&house, &me).await.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_held_answer_does_not_leave() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.with_pictures(1).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        house.look(&me, referral.id, &desk.token).await;
        desk.sign(&content(&referral.findings)).await.expect(200);
        house.publish(&referral, &marked()).await;
        house.settle().await;
        house.world.clock.advance(Duration::minutes(1));
        house.settle().await;
        assert!(house.published::<AnswerGiven>(&referral).await.is_empty());
        let sql =
            "select count(*) from review_answer where case_id = $1 and released_at is null and stopped_at is not null";
        let (stopped,): (i64,) = house.ctx().db.q(sql).bind(referral.id).one().await.expect("a count");
        assert_eq!(stopped, 1, "it is kept, and stays here");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn an_answer_that_rests_on_a_wrong_picture_is_a_draft_again() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let (me, other) = (house.specialist("Siri SYNTHETIC").await, house.specialist("Otto SYNTHETIC").await);
        let referral = house.with_pictures(3).await;
        let ids: Vec<_> = referral.pictures.iter().map(image_id).collect();
        let desk = Desk::claim(&house, &me, referral.id).await;
        house.look(&me, referral.id, &desk.token).await;
        let said = content(&referral.findings);
        desk.sign(&said).await.expect(200);
        // The practice marks it, then a colleague another, then the signer the last.
        let wrong = PictureEnteredInError { image: ids[0].as_bytes().to_vec(), ..PictureEnteredInError::default() };
        house.publish(&referral, &wrong).await;
        house.settle().await;
        for marked in 1..3_usize {
            let shown = desk.case().await;
            has(&shown, json!({ "state": "waiting", "signed": null }));
            assert_eq!((&shown["answerDraft"]["summary"], &shown["claim"]["mine"]), (&said["summary"], &json!(true)));
            house.released().await;
            assert!(house.published::<AnswerGiven>(&referral).await.is_empty());
            let told = notices(&house, &me).await;
            has(
                told.last().expect("a notice"),
                json!({ "image": ids[marked - 1], "keptBack": true, "answered": false }),
            );
            desk.act("answer/undo").await.refused(409, "kept-back");
            desk.sign(&said).await.expect(200);
            let by = if marked == 1 { &other } else { &me };
            let path = format!("/images/{}/entered-in-error", ids[marked]);
            house.post(by, &path, json!({ "reason": "A man's ear." })).await.expect(204);
        }
        assert_eq!(notices(&house, &me).await.len(), 3, "also of the one that they marked themselves");
        for told in notices(&house, &me).await {
            let read = format!("/notices/{}/read", told["id"].as_str().expect("an id"));
            house.post(&me, &read, json!({})).await.expect(204);
        }
        desk.act("answer/undo").await.refused(409, "claim-lost");
        desk.sign(&said).await.expect(200);
        house.released().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 1);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn an_amendment_that_rests_on_a_wrong_picture_is_kept_back_too() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.with_pictures(1).await;
        house.answer(&me, &referral).await;
        let desk = Desk::amend(&house, &me, referral.id).await;
        let mut said = content(&referral.findings);
        said["reason"] = json!("Histology.");
        desk.sign(&said).await.expect(200);
        let image = image_id(&referral.pictures[0]);
        let wrong = PictureEnteredInError { image: image.as_bytes().to_vec(), ..PictureEnteredInError::default() };
        house.publish(&referral, &wrong).await;
        house.settle().await;
        house.released().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 1, "the first one");
        has(&desk.case().await, json!({ "state": "amending" }));
        desk.sign(&said).await.expect(200);
        house.released().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 2);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn who_reads_the_letter_has_opened_the_case() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let (pdf, text) = (house.specialist("Siri SYNTHETIC").await, house.specialist("Otto SYNTHETIC").await);
        let referral = house.referral();
        house.submit(&referral).await;
        house.get(&pdf, &format!("/cases/{}/letter.pdf", referral.id)).await.expect(200);
        house.get(&text, &format!("/cases/{}/letter.txt", referral.id)).await.expect(200);
        house.publish(&referral, &marked()).await;
        house.settle().await;
        for person in [&pdf, &text] {
            assert_eq!(notices(&house, person).await.len(), 1, "{}", person.name);
        }
        let published = house.published::<CaseEnteredInError>(&referral).await;
        let names: Vec<&str> = published[0].1.openers.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["Siri SYNTHETIC", "Otto SYNTHETIC"]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn somebody_here_notices_it() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let (me, other) = (house.specialist("Siri SYNTHETIC").await, house.specialist("Otto SYNTHETIC").await);
        let elsewhere = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let referral = house.with_pictures(1).await;
        let desk = Desk::claim(&house, &other, referral.id).await;
        house.look(&other, referral.id, &desk.token).await;
        desk.sign(&content(&referral.findings)).await.expect(200);
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        let path = format!("/cases/{}/entered-in-error", referral.id);
        let body = json!({ "reason": "The pictures show a man." });
        house.post(&elsewhere, &path, body.clone()).await.refused(404, "not-found");
        house.post(&me, &path, json!({ "reason": " . " })).await.refused(422, "invalid-input");
        for _ in 0..2 {
            house.post(&me, &path, body.clone()).await.expect(204);
        }
        house.post(&other, &path, body).await.refused(404, "not-found");
        house.get(&me, &format!("/cases/{}", referral.id)).await.refused(404, "not-found");
        assert!(notices(&house, &me).await.is_empty(), "who marks it knows");
        let told = notices(&house, &other).await;
        assert_eq!((&told[0]["byDepartment"], &told[0]["answered"]), (&json!(true), &json!(true)));
        let published = house.published::<CaseEnteredInError>(&referral).await;
        assert_eq!(published.len(), 1);
        let (event, fact) = &published[0];
        assert_eq!((event.envelope.actor_role.as_str(), fact.marked_by.as_str()), ("specialist", "Siri SYNTHETIC"));
        let told: Vec<&[u8]> =
            fact.openers.iter().map(|one| one.person.as_slice()).filter(|id| !id.is_empty()).collect();
        assert_eq!(told, [other.id.as_bytes()], "no mail to who marks it");
        assert_eq!((fact.reason.as_str(), fact.image.len()), ("The pictures show a man.", 0));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn one_wrong_picture_goes_and_the_rest_stays() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let referral = house.with_pictures(3).await;
        let ids: Vec<_> = referral.pictures.iter().map(image_id).collect();
        for picture in &referral.pictures {
            house.tile(&referral, picture).await;
        }
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.show(ids[2]).await.expect(204);
        let image = ids[0].as_bytes().to_vec();
        let fact = PictureEnteredInError { image, reason: "Wrong.".into(), ..PictureEnteredInError::default() };
        house.publish(&referral, &fact).await;
        house.settle().await;
        let mine = format!("/images/{}/entered-in-error", ids[1]);
        for _ in 0..2 {
            house.post(&me, &mine, json!({ "reason": "A man's ear." })).await.expect(204);
        }
        let shown = desk.case().await;
        let left: Vec<_> = shown["images"].as_array().expect("images").iter().map(|one| one["id"].clone()).collect();
        assert_eq!(left, [json!(ids[2])]);
        house.get(&me, &format!("/images/{}/tiles/0-0", ids[2])).await.expect(200);
        for gone in &ids[..2] {
            house.get(&me, &format!("/images/{gone}/512")).await.refused(404, "not-found");
            house.get(&me, &format!("/images/{gone}/tiles/0-0")).await.refused(404, "not-found");
            desk.show(*gone).await.refused(404, "not-found");
        }
        let page = house.get(&me, "/worklist").await.expect(200).json();
        assert_eq!((&page["items"][0]["imageCount"], &page["items"][0]["imagesReady"]), (&json!(1), &json!(1)));
        // A derivative that is made again later shows nothing, nor do tiles.
        house.prepare(&referral, &referral.pictures[0]).await;
        house.tile(&referral, &referral.pictures[0]).await;
        for part in ["512", "tiles/0-0"] {
            house.get(&me, &format!("/images/{}/{part}", ids[0])).await.refused(404, "not-found");
        }
        // Pictures out of sight need not be looked at.
        desk.sign(&content(&referral.findings)).await.expect(200);
        let published = house.published::<CaseEnteredInError>(&referral).await;
        assert_eq!(published.len(), 2);
        house.world.stop().await;
    }
}
