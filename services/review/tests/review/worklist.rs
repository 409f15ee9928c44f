//! The worklist: order, pages, filters, scope.

use crate::house::{DERMATOLOGY, ENT, House, Referral, ids};
use kit::testing::DEPLOYMENTS;
use serde_json::{Value, json};
use std::collections::HashSet;
use time::Duration;

#[tokio::test]
async fn pages_lose_and_repeat_nothing() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let mut sent: Vec<(usize, i64, Referral)> = Vec::new();
        for n in 0..120_i64 {
            let rank = usize::try_from(n % 3).unwrap();
            let due = (n * 7) % 5; // many share a rank and a due time to the second
            let referral = Referral {
                priority: ["suspected-cancer", "urgent", "routine"][rank],
                due_in: Duration::days(due),
                ..house.referral()
            };
            house
                .publish(&referral, &crate::house::submitted(&referral, kit::testing::monday() + referral.due_in))
                .await;
            sent.push((rank, due, referral));
        }
        house.settle().await;
        let mut cursor = String::new();
        let mut all: Vec<String> = Vec::new();
        let mut pages = 0;
        loop {
            let page = house.get(&me, &format!("/worklist?cursor={cursor}")).await.expect(200).json();
            all.extend(ids(&page));
            pages += 1;
            assert_eq!(page["counts"]["all"], json!(120));
            assert_eq!(page["counts"]["urgent"], json!(80));
            let Some(next) = page["next"].as_str() else {
                break;
            };
            cursor = next.to_owned();
        }
        assert_eq!((pages, all.len()), (3, 120));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 120);
        sent.sort_by_key(|(rank, due, referral)| (*rank, *due, referral.id));
        let expected: Vec<String> = sent.iter().map(|(_, _, referral)| referral.id.to_string()).collect();
        assert_eq!(all, expected, "priority, then due, then id");
        let urgent = house.listed(&me, "?filter=urgent").await;
        assert_eq!(urgent, expected[..50]);
        house.get(&me, "/worklist?cursor=abc").await.refused(400, "malformed");
        house.get(&me, "/worklist?filter=some").await.refused(400, "malformed");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn filters_and_a_row() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let other = house.person("Otto SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let (first, second) = (house.with_pictures(2).await, house.referral());
        let second = Referral { specialty: "plastic-surgery", ..second };
        house.submit(&second).await;
        house.world.clock.advance(Duration::hours(5));
        house.claim(&me, first.id).await;
        assert_eq!(house.listed(&me, "?filter=mine").await, [first.id.to_string()]);
        assert_eq!(house.listed(&me, "?filter=unclaimed").await, [second.id.to_string()]);
        assert!(house.listed(&other, "?filter=mine").await.is_empty());
        assert_eq!(house.listed(&me, "?specialty=plastic-surgery").await, [second.id.to_string()]);
        let page = house.get(&other, "/worklist?specialty=dermatology").await.expect(200).json();
        assert_eq!(
            page["counts"],
            json!({ "all": 1, "mine": 0, "unclaimed": 0, "urgent": 0, "returned": 0, "training": 0 })
        );
        let row = &page["items"][0];
        assert_eq!(
            (row["state"].clone(), row["claim"]["by"]["name"].clone()),
            (json!("claimed"), json!("Siri SYNTHETIC"))
        );
        assert_eq!((row["claim"]["mine"].clone(), row["waitingHours"].clone()), (json!(false), json!(5)));
        assert_eq!((row["bodySite"].clone(), row["question"].clone()), (json!("Forearm"), json!("Is this harmless?")));
        assert_eq!((row["imageCount"].clone(), row["imagesReady"].clone()), (json!(2), json!(2)));
        assert!(row["ageYears"].as_i64().is_some_and(|years| years >= 67), "{row}");
        let text = page.to_string();
        assert!(!text.contains("13917404075") && !text.contains("Kari"), "no identity on the worklist");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn another_department_sees_nothing() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let elsewhere = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let gp = house.person("Nils SYNTHETIC", "gp-clinician", DERMATOLOGY).await;
        let referral = house.with_pictures(1).await;
        let (path, image) = (format!("/cases/{}", referral.id), crate::house::image_id(&referral.pictures[0]));
        let token = house.claim(&me, referral.id).await;
        for outsider in [&elsewhere, &gp] {
            house.get(outsider, &path).await.refused(404, "not-found");
            house.get(outsider, &format!("/images/{image}/2048")).await.refused(404, "not-found");
            house.get(outsider, &format!("/images/{image}/original")).await.refused(404, "not-found");
            let body = json!({ "token": token, "imageId": image });
            house.post(outsider, &format!("{path}/shown"), body).await.refused(404, "not-found");
            for act in ["claim", "take-over"] {
                house.post(outsider, &format!("{path}/{act}"), json!({})).await.refused(404, "not-found");
            }
            for act in ["renew", "release", "answer/undo"] {
                house
                    .post(outsider, &format!("{path}/{act}"), json!({ "token": token }))
                    .await
                    .refused(404, "not-found");
            }
            let answer = json!({ "token": token, "content": crate::house::content(&referral.findings) });
            house.post(outsider, &format!("{path}/answer"), answer.clone()).await.refused(404, "not-found");
            house.put(outsider, &format!("{path}/answer-draft"), answer).await.refused(404, "not-found");
            let ask = json!({ "token": token, "wants": ["other"], "text": "Who?" });
            house.post(outsider, &format!("{path}/information-request"), ask).await.refused(404, "not-found");
        }
        let page = house.get(&elsewhere, "/worklist").await.expect(200).json();
        assert_eq!(
            (page["items"].clone(), page["counts"]["all"].clone(), page["next"].clone()),
            (json!([]), json!(0), Value::Null)
        );
        house.get(&gp, "/worklist").await.refused(404, "not-found");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn two_departments_make_one_worklist() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let sql = "insert into kit_grant (id, person, role, department, department_name, starts_at) values ($1, $2, 'coordinator', $3, 'ENT', $4)";
        house
            .ctx()
            .db
            .q(sql)
            .bind(house.ctx().new_id())
            .bind(me.id)
            .bind(ENT)
            .bind(kit::testing::monday())
            .exec_one()
            .await
            .unwrap();
        let mut expected = Vec::new();
        for n in 0..60_i64 {
            let department = if n % 2 == 0 { DERMATOLOGY } else { ENT };
            let referral = Referral { department, due_in: Duration::hours(n + 1), ..house.referral() };
            house
                .publish(&referral, &crate::house::submitted(&referral, kit::testing::monday() + referral.due_in))
                .await;
            expected.push(referral.id.to_string());
        }
        house.settle().await;
        let first = house.get(&me, "/worklist").await.expect(200).json();
        let next = first["next"].as_str().expect("a second page");
        let second = house.get(&me, &format!("/worklist?cursor={next}")).await.expect(200).json();
        assert_eq!([ids(&first), ids(&second)].concat(), expected);
        assert_eq!((first["counts"]["all"].clone(), second["next"].clone()), (json!(60), Value::Null));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn training_stands_in_a_part_of_its_own() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let real = house.referral();
        house.submit(&real).await;
        let tried =
            Referral { test: true, priority: "suspected-cancer", due_in: Duration::hours(1), ..house.referral() };
        house.submit(&tried).await;
        for filter in ["all", "unclaimed"] {
            assert_eq!(house.listed(&me, &format!("?filter={filter}")).await, [real.id.to_string()], "{filter}");
        }
        assert!(house.listed(&me, "?filter=urgent").await.is_empty());
        assert_eq!(house.listed(&me, "?filter=training").await, [tried.id.to_string()]);
        let page = house.get(&me, "/worklist?filter=training").await.expect(200).json();
        assert_eq!((&page["counts"]["training"], &page["counts"]["all"]), (&json!(1), &json!(1)));
        assert_eq!(page["items"][0]["training"], true);
        house.claim(&me, tried.id).await;
        assert!(house.listed(&me, "?filter=mine").await.is_empty());
        let seen = house.get(&me, &format!("/cases/{}", tried.id)).await.expect(200).json();
        assert_eq!(seen["training"], true);
        house.world.stop().await;
    }
}
