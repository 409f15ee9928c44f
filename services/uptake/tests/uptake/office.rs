//! One practice's page, an office's own state, everybody's own record; and that all of it comes back from the log.

use crate::house::{House, about, has, row, use_of};
use crate::programme::programme;
use kit::At;
use kit::log::Envelope;
use kit::testing::DEPLOYMENTS;
use proto::directory::{EquipmentPlaced, EquipmentWithdrawn, ReasonGiven, SignedIn, TrainingGiven};
use proto::intake::{DraftAbandoned, DraftStarted};
use serde_json::{Value, json};
use time::macros::datetime;
use uuid::Uuid;

async fn id_of(house: &House, cookie: &str, name: &str) -> Uuid {
    let panel = house.get(cookie, "/practices").await.expect(200).json();
    row(&panel, name)["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// Equipment that came and went, a training, a reason, a draft that was given up: of one practice.
async fn roll_out(house: &House, practice: Uuid, scope: Uuid) {
    let day = |at: time::OffsetDateTime| At::from(at).micros();
    let thing = scope.as_bytes().to_vec();
    let placed = Envelope {
        about: "dermatoscope".into(),
        specialty: "dermatology".into(),
        thing: thing.clone(),
        effective_us: day(datetime!(2026-01-05 00:00 UTC)),
        ..about(practice, practice)
    };
    let fact = EquipmentPlaced { make: "Scope".into(), serial: "S2-77".into(), place: "Room 2".into() };
    house.publish(placed.clone(), &fact).await;
    let gone = Envelope { effective_us: day(datetime!(2026-03-01 00:00 UTC)), ..placed };
    house.publish(gone, &EquipmentWithdrawn { reason: "Broken".into() }).await;
    for (role, people) in [("nurse", 2), ("nurse", 1), ("doctor", 3)] {
        let training = Envelope {
            about: role.into(),
            people,
            effective_us: day(datetime!(2026-01-12 00:00 UTC)),
            key: Vec::new(),
            ..about(practice, practice)
        };
        house.publish(training, &TrainingGiven {}).await;
    }
    let reason = Envelope {
        about: "pictures".into(),
        actor_role: "gp-staff".into(),
        occurred_us: day(datetime!(2026-03-19 10:00 UTC)),
        ..about(practice, practice)
    };
    house.publish(reason, &ReasonGiven { text: "The light".into(), after: "draft".into() }).await;
    let draft = use_of(practice, house.ctx().new_id(), datetime!(2026-03-19 09:00 UTC).into(), 0);
    house.publish(draft.clone(), &DraftStarted {}).await;
    house.publish(draft, &DraftAbandoned {}).await;
    house.settle().await;
}

#[tokio::test]
async fn a_practice_s_page_tells_all_of_it_and_is_rebuilt_from_the_log() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let user = id_of(&house, &manager, "Aurdal").await;
        let scope = house.ctx().new_id();
        roll_out(&house, user, scope).await;
        let path = format!("/practices/{user}");
        let page = house.get(&manager, &path).await.expect(200).json();
        has(
            &page,
            json!({ "name": "Aurdal", "uses": 3, "firstUse": "2026-01-20", "lastUse": "2026-03-18", "silentDays": 2 }),
        );
        has(&page, json!({ "months": ["2026-01", "2026-02", "2026-03"], "trained": { "nurse": 3, "doctor": 3 } }));
        has(&page["standing"], json!({ "state": "user", "missing": null, "days": 2, "action": null }));
        let did = &page["doings"];
        has(did, json!({ "referrals": [1, 1, 1], "testUse": 1, "draftsStarted": 1, "draftsAbandoned": 1 }));
        // The third was withdrawn: it waits for nobody.
        has(&did["answers"], json!({ "answered": 2, "waiting": 0, "medianHours": 16.0, "p90Hours": 27.2 }));
        let equipment = json!([{ "id": scope, "kind": "dermatoscope", "specialty": "dermatology", "from": "2026-01-05", "until": "2026-03-01" }]);
        assert_eq!(page["equipment"], equipment);
        assert!(!page.to_string().contains("S2-77") && !page.to_string().contains("The light"), "nothing sealed");
        let reasons = json!([{ "at": "2026-03-19T10:00:00Z", "reason": "pictures", "role": "gp-staff" }]);
        assert_eq!(page["reasons"], reasons);
        assert_eq!(page["registers"].as_array().map(Vec::len), Some(2));
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        let passed = kit::log::rebuild(house.ctx(), &uptake::service().consumers[0]).await.expect("rebuilt");
        assert!(passed > 20);
        assert_eq!(house.get(&manager, &path).await.expect(200).json(), page, "the page after a rebuild");
        assert_eq!(house.get(&manager, "/practices").await.expect(200).json(), panel, "and the panel");
        house.get(&manager, &format!("/practices/{}", Uuid::from_u128(7))).await.expect(404);
        let (_, nurse) = house.person("gp-staff").await;
        house.get(&nurse, &path).await.expect(404);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn the_panel_says_where_every_practice_stands_and_how_far_they_came() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        for (name, expected) in [
            ("Aurdal", json!({ "state": "user", "missing": null, "days": 2, "action": null })),
            ("Bø", json!({ "state": "user", "missing": null, "days": 64, "action": null })),
            ("Ås", json!({ "state": "never-used", "missing": "connection", "days": 10, "action": "help-sign-in" })),
            (
                "=Dal",
                json!({ "state": "not-equipped", "missing": "equipment", "days": null, "action": "bring-equipment" }),
            ),
        ] {
            assert_eq!(row(&panel, name)["standing"], expected, "{name}");
        }
        let steps: Vec<(Value, Value, Value)> = panel["funnel"]
            .as_array()
            .expect("a funnel")
            .iter()
            .map(|step| (step["step"].clone(), step["practices"].clone(), step["notRecorded"].clone()))
            .collect();
        let expected = [
            ("equipped", 3, 0),
            ("connected", 2, 2),
            ("trained", 2, 1),
            ("first-use", 2, 0),
            ("several", 0, 0),
            ("active", 0, 0),
        ];
        assert_eq!(steps, expected.map(|(step, practices, missing)| (json!(step), json!(practices), json!(missing))));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn an_office_learns_whether_it_is_silent_and_people_see_their_own_facts() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let user = id_of(&house, &manager, "Bø").await;
        let (nurse, cookie) = house.person("gp-staff").await;
        assert_eq!(house.get(&cookie, "/own").await.expect(200).json(), json!([]), "in no practice");
        let sql = "update kit_grant set practice = $2, practice_name = 'Bø' where person = $1";
        house.ctx().db.q(sql).bind(nurse).bind(user).exec_one().await.expect("a place");
        let own = house.get(&cookie, "/own").await.expect(200).json();
        has(&own[0], json!({ "practiceId": user, "silent": false }));
        house.world.clock.hold(datetime!(2026-05-20 12:00 UTC).into());
        let (_, manager) = house.person("programme-manager").await;
        let (nurse, cookie) = house.person("gp-staff").await;
        house.ctx().db.q(sql).bind(nurse).bind(user).exec_one().await.expect("a place");
        let own = house.get(&cookie, "/own").await.expect(200).json();
        has(&own[0], json!({ "silent": true }));
        has(&own[0]["standing"], json!({ "state": "silent", "action": "ask-why", "days": 125 }));
        house.get(&manager, "/own").await.expect(404);
        let actor = house.ctx().pseudonym(nurse);
        for hour in 0..53 {
            let at = At::from(datetime!(2026-05-01 00:00 UTC)) + time::Duration::hours(hour);
            let signed = Envelope {
                actor: actor.clone(),
                actor_role: "gp-staff".into(),
                occurred_us: at.micros(),
                ..about(user, nurse)
            };
            house.publish(signed, &SignedIn { how: "link".into() }).await;
        }
        house.settle().await;
        let record = house.get(&cookie, "/me").await.expect(200).json();
        has(&record["counts"][0], json!({ "kind": "SignedIn", "count": 53, "firstAt": "2026-05-01T00:00:00Z" }));
        assert_eq!(record["facts"].as_array().map(Vec::len), Some(50));
        has(&record["facts"][0], json!({ "kind": "SignedIn", "practiceName": "Bø", "role": "gp-staff" }));
        let next = record["next"].as_str().expect("another page").to_owned();
        let rest = house.get(&cookie, &format!("/me?cursor={next}")).await.expect(200).json();
        assert_eq!((rest["facts"].as_array().map(Vec::len), rest["next"].clone()), (Some(3), Value::Null));
        let others = house.get(&manager, "/me").await.expect(200).json();
        assert_eq!(others["facts"], json!([]), "nobody sees another's");
        house.get(&cookie, "/me?cursor=soon").await.expect(422);
        house.world.stop().await;
    }
}
