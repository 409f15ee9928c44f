//! The letter at the department's end: what it says, to whom, and when there is none.

use crate::house::{DERMATOLOGY, Desk, House, Person, content, submitted};
use kit::testing::DEPLOYMENTS;
use proto::intake::{ReferralSubmitted, ResponsibilityTaken};
use time::Duration;
use uuid::Uuid;

async fn text(house: &House, me: &Person, id: Uuid, language: &str) -> String {
    let reply = house.get(me, &format!("/cases/{id}/letter.txt?language={language}")).await.expect(200);
    String::from_utf8(reply.bytes).expect("text")
}

#[tokio::test]
async fn the_letter_says_what_left() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.with_pictures(2).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        house.look(&me, referral.id, &desk.token).await;
        desk.save(content(&referral.findings)).await.expect(200);
        desk.sign(&content(&referral.findings)).await.expect(200);
        // Neither a draft nor what is held is an answer.
        let held = text(&house, &me, referral.id, "en").await;
        assert!(held.contains("Not answered yet.") && !held.contains("Harmless."), "{held}");
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        let said = text(&house, &me, referral.id, "en").await;
        for part in [
            "Kari SYNTHETIC\nBorn 2 March 1958 · Female · National identity number 13917404075",
            "From: Dermatology\nTo: Solvik legekontor",
            "Answered by: Siri SYNTHETIC, specialist, ",
            "Referred by: Nils SYNTHETIC, ",
            "ANSWER\n\nHarmless.\n\nForearm, left – lesion\nDiagnosis: Seborrhoeic keratosis (probable)",
            "Question: Is this harmless?",
        ] {
            assert!(said.contains(part), "{part:?} in {said}");
        }
        assert!(text(&house, &me, referral.id, "nb").await.contains("Fastlegen behandler og følger opp"));
        let pdf = house.get(&me, &format!("/cases/{}/letter.pdf?language=nb", referral.id)).await.expect(200);
        assert!(pdf.bytes.starts_with(b"%PDF-1.7"));
        assert_eq!((pdf.header("content-type"), pdf.header("cache-control")), ("application/pdf", "no-store"));
        let name = format!("inline; filename=\"lysbro-{}.pdf\"", kit::letter::reference(referral.id));
        assert_eq!(pdf.header("content-disposition"), name);
        house.get(&me, &format!("/cases/{}/letter.pdf?language=de", referral.id)).await.refused(400, "malformed");
        let seen = house.ctx().audit.of_subject(referral.id).await.expect("accesses");
        let letters: Vec<_> = seen.iter().map(|one| one.what.as_str()).filter(|what| what.contains("letter")).collect();
        assert_eq!(letters, ["letter text", "letter text", "letter text", "letter pdf"]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_letter_is_of_its_own_department_and_of_what_stands() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let elsewhere = house.person("Per SYNTHETIC", "specialist", Uuid::from_u128(0xee)).await;
        let office = house.person("Liv SYNTHETIC", "gp-clinician", DERMATOLOGY).await;
        let [mine, withdrawn, erased] =
            [house.with_pictures(1).await, house.with_pictures(1).await, house.with_pictures(1).await];
        house.withdraw(&withdrawn).await;
        house.ctx().keys.destroy(erased.id).await.expect("destroyed");
        for form in ["letter.pdf", "letter.txt"] {
            for id in [withdrawn.id, erased.id, house.ctx().new_id()] {
                house.get(&me, &format!("/cases/{id}/{form}")).await.refused(404, "not-found");
            }
            let path = format!("/cases/{}/{form}", mine.id);
            house.get(&me, &path).await.expect(200);
            for other in [&elsewhere, &office] {
                house.get(other, &path).await.refused(404, "not-found");
            }
        }
        house.end_grants(&me).await;
        house.get(&me, &format!("/cases/{}/letter.pdf", mine.id)).await.refused(404, "not-found");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn an_answer_after_a_withdrawal_and_a_second_one_are_told() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let mut referral = house.referral();
        referral.test = true;
        let picture = house.picture(&referral, &[1; 100]).await;
        house.prepare(&referral, &picture).await;
        referral.pictures.push(picture);
        house.submit(&referral).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        house.look(&me, referral.id, &desk.token).await;
        desk.ask("Since when?").await.expect(204);
        let asked = house.get(&me, &format!("/cases/{}", referral.id)).await.expect(200).json();
        let question = asked["questions"][0]["id"].as_str().expect("an id").to_owned();
        house.supply(&referral, &question, Vec::new()).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        house.look(&me, referral.id, &desk.token).await;
        desk.sign(&content(&referral.findings)).await.expect(200);
        house.withdraw(&referral).await;
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        let said = text(&house, &me, referral.id, "en").await;
        assert!(said.starts_with("TEST – for training, not a real patient\n"), "{said}");
        assert!(said.contains("The practice had withdrawn the referral"), "{said}");
        let (before, after) = said.split_once("ASKED ON THE WAY").expect("the question stands in it");
        assert!(before.contains("Harmless.") && after.contains("Since when?\n\nReply, "), "{said}");
        house.world.stop().await;
    }
}

/// Whoever referred, and whoever answers for it, with their numbers in the register of health personnel.
#[tokio::test]
async fn a_referral_names_its_clinicians_with_their_numbers() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let without = house.with_pictures(0).await;
        let referral = house.referral();
        let fact = ReferralSubmitted {
            referrer_hpr: "9991234".into(),
            responsible_hpr: "77".into(),
            ..submitted(&referral, house.ctx().now() + Duration::days(3))
        };
        house.publish(&referral, &fact).await;
        house.settle().await;
        let shown = house.get(&me, &format!("/cases/{}", referral.id)).await.expect(200).json();
        assert_eq!(shown["referrerName"], "Nils SYNTHETIC, HPR 9991234");
        assert_eq!(shown["responsible"], "Grete SYNTHETIC, HPR 77");
        for (language, by) in
            [("en", "Referred by: Nils SYNTHETIC, HPR 9991234, "), ("nb", "Henvist av: Nils SYNTHETIC, HPR 9991234, ")]
        {
            let said = text(&house, &me, referral.id, language).await;
            assert!(said.contains(by), "{by:?} in {said}");
            assert!(!text(&house, &me, without.id, language).await.contains("HPR"));
        }
        let taken =
            |hpr: &str| ResponsibilityTaken { name: "Ola SYNTHETIC".into(), hpr: hpr.into(), ..Default::default() };
        for (hpr, stands) in [("78", "Ola SYNTHETIC, HPR 78"), ("", "Ola SYNTHETIC")] {
            house.publish(&referral, &taken(hpr)).await;
            house.settle().await;
            let shown = house.get(&me, &format!("/cases/{}", referral.id)).await.expect(200).json();
            assert_eq!(shown["responsible"], stands);
        }
        house.world.stop().await;
    }
}
