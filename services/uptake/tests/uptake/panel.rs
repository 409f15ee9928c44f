//! The panel: use, silence, windows, and who may see it.

use crate::house::{House, about, has, row};
use crate::programme::programme;
use kit::testing::DEPLOYMENTS;
use proto::directory::PracticeChanged;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn the_panel_counts_use_and_silence() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        let rows = panel["practices"].as_array().unwrap();
        let names: Vec<&Value> = rows.iter().map(|row| &row["name"]).collect();
        assert_eq!(names, ["=Dal", "Aurdal", "Bø", "Ås", "Øvingskontoret"]);
        let user = row(&panel, "Aurdal");
        has(user, json!({ "months": [1, 1, 1], "referrals": 3, "imagesSent": 11, "answersRead": 2 }));
        has(user, json!({ "testUse": 1, "listSize": 3000, "medianAnswerHours": 16.0, "silentDays": 2 }));
        has(user, json!({ "firstUse": "2026-01-20", "lastUse": "2026-03-18", "testPractice": false }));
        has(&user["enablement"], json!({ "trained": "2026-01-12", "agreed": null }));
        has(row(&panel, "Bø"), json!({ "months": [1, 0, 0], "silentDays": 64, "municipality": "Bø" }));
        let silent = row(&panel, "Ås");
        has(silent, json!({ "months": [0, 0, 0], "firstUse": null, "silentDays": 10, "listSize": null }));
        has(&silent["enablement"], json!({ "offered": "2026-02-01", "trained": null }));
        has(row(&panel, "=Dal"), json!({ "months": [0, 0, 0], "silentDays": null }));
        let test = row(&panel, "Øvingskontoret");
        has(test, json!({ "referrals": 0, "testUse": 1, "testPractice": true, "firstUse": null }));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn totals_leave_test_practices_out() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        let months = ["2026-01", "2026-02", "2026-03"];
        has(&panel, json!({ "months": months, "from": "2026-01", "to": "2026-03" }));
        let totals = &panel["totals"];
        has(totals, json!({ "practices": 4, "equipped": 3, "withUse": 2, "neverUsed": 1, "referrals": 4 }));
        let share = json!({ "numerator": 4, "denominator": 4, "share": 1.0 });
        assert_eq!(totals["topFourShare"], share);
        let head = kit::log::head(&house.ctx().db).await.unwrap();
        has(&panel, json!({ "logPosition": head, "computedAt": "2026-03-20T12:00:00Z" }));
        let definition = panel["definition"].as_str().unwrap();
        assert!(definition.contains("Europe/Oslo") && definition.contains("withdrawn"));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_practice_that_becomes_one_for_tests_is_counted_no_more() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        let user: Uuid = row(&panel, "Aurdal")["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let changed = PracticeChanged {
            name: "Å".into(),
            municipality: "Å".into(),
            test_practice: Some(true),
            ..PracticeChanged::default()
        };
        house.publish(about(user, user), &changed).await;
        house.settle().await;
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        has(&panel["totals"], json!({ "practices": 3, "withUse": 1 }));
        // What is not said did not change.
        let back = PracticeChanged { test_practice: None, ..changed };
        house.publish(about(user, user), &back).await;
        house.settle().await;
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        has(row(&panel, "Å"), json!({ "testPractice": true }));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn windows_and_specialties_narrow_it() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("administrator").await;
        let january = house.get(&manager, "/practices?from=2026-01&to=2026-01").await.expect(200).json();
        assert_eq!((january["from"].clone(), january["to"].clone()), (json!("2026-01"), json!("2026-01")));
        let user = row(&january, "Aurdal");
        assert_eq!((user["months"].clone(), user["lastUse"].clone()), (json!([1]), json!("2026-01-20")));
        assert_eq!(
            (user["silentDays"].clone(), user["listSize"].clone()),
            (json!(11), json!(2800)),
            "as of the window's end"
        );
        assert_eq!(
            (january["totals"]["equipped"].clone(), january["totals"]["neverUsed"].clone()),
            (json!(2), json!(0))
        );
        let ent = house.get(&manager, "/practices?specialty=ent").await.expect(200).json();
        assert_eq!((ent["totals"]["referrals"].clone(), ent["totals"]["equipped"].clone()), (json!(0), json!(3)));
        assert_eq!(
            (row(&ent, "Aurdal")["enablement"]["trained"].clone(), ent["totals"]["topFourShare"].clone()),
            (Value::Null, Value::Null)
        );
        for (query, field) in [
            ("from=soon", "from"),
            ("to=2026-13", "to"),
            ("from=2026-03&to=2026-01", "from"),
            ("specialty=dental", "specialty"),
        ] {
            let refused = house.get(&manager, &format!("/practices?{query}")).await.expect(422).json();
            assert_eq!(refused["errors"][0]["field"], field, "{query}");
        }
        house.world.stop().await;
    }
}

#[tokio::test]
async fn only_the_programme_sees_it() {
    let house = House::build(DEPLOYMENTS[0]).await;
    for role in ["gp-clinician", "gp-staff", "specialist", "coordinator"] {
        let (_, cookie) = house.person(role).await;
        house.get(&cookie, "/practices").await.expect(404);
        house.get(&cookie, "/practices.csv").await.expect(404);
    }
    house.get("", "/practices").await.expect(401);
    let (_, manager) = house.person("programme-manager").await;
    let empty = house.get(&manager, "/practices").await.expect(200).json();
    assert_eq!((empty["practices"].clone(), empty["totals"]["topFourShare"].clone()), (json!([]), Value::Null));
    assert_eq!(empty["months"].as_array().unwrap().len(), 13, "12 months back when nobody is equipped");
    house.world.stop().await;
}
