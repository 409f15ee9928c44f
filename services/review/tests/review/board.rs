//! The coordinator's board: who has what, what is nobody's, who is away.

use crate::house::{DERMATOLOGY, Desk, ENT, House, Person, Referral, has, ids};
use kit::testing::DEPLOYMENTS;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

async fn board(house: &House, person: &Person) -> Value {
    house.get(person, "/board").await.expect(200).json()
}

async fn assign(house: &House, by: &Person, case: Uuid, to: Option<Uuid>) -> crate::house::Reply {
    house.put(by, &format!("/cases/{case}/assignment"), json!({ "personId": to })).await
}

/// A day from today.
fn day(house: &House, ahead: i64) -> String {
    (kit::oslo::date(house.ctx().now()) + Duration::days(ahead)).to_string()
}

/// Notes an absence over these days from today.
async fn away(house: &House, by: &Person, whose: Option<Uuid>, (from, to): (i64, i64)) -> (Uuid, crate::house::Reply) {
    let id = house.ctx().new_id();
    let body = json!({ "personId": whose, "from": day(house, from), "to": day(house, to) });
    (id, house.put(by, &format!("/absences/{id}"), body).await)
}

async fn due_in(house: &House, hours: i64) -> Referral {
    let referral = Referral { due_in: Duration::hours(hours), ..house.referral() };
    house.submit(&referral).await;
    referral
}

#[tokio::test]
async fn late_and_nobodys_comes_first() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.known("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let coordinator = house.known("Kim SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let elsewhere = house.known("Eli SYNTHETIC", "coordinator", ENT).await;
        let late = due_in(&house, 3).await;
        let late_assigned = due_in(&house, 1).await;
        let late_asked = due_in(&house, 2).await;
        let free = due_in(&house, 60).await;
        let read = due_in(&house, 50).await;
        let answered = due_in(&house, 1).await;
        house.answer(&me, &answered).await;
        assign(&house, &coordinator, late_assigned.id, Some(me.id)).await.expect(204);
        Desk::claim(&house, &me, late_asked.id).await.ask("Since when?").await.expect(204);
        house.wait(Duration::hours(4)).await;
        house.claim(&me, read.id).await;
        let seen = board(&house, &coordinator).await;
        let order = [&late, &late_assigned, &late_asked, &free, &read].map(|one| one.id.to_string());
        assert_eq!(ids(&seen), order, "late and nobody's, then one of both by due, then the rest");
        let rows = seen["items"].as_array().unwrap();
        let marks: Vec<(bool, bool)> =
            rows.iter().map(|row| (row["overdue"] == json!(true), row["unowned"] == json!(true))).collect();
        assert_eq!(marks, [(true, true), (true, false), (true, false), (false, true), (false, false)]);
        has(
            &rows[1]["assigned"],
            json!({ "to": { "id": me.id, "name": "Siri SYNTHETIC" }, "reassign": false, "mine": false }),
        );
        has(&rows[4]["claim"], json!({ "by": { "id": me.id, "name": "Siri SYNTHETIC" } }));
        assert!(rows[4]["claim"]["since"].is_string());
        has(
            &seen["counts"],
            json!({ "waiting": 3, "reading": 1, "returned": 0, "awaitingInformation": 1, "signed": 0,
            "overdue": 3, "unowned": 2, "reassign": 0 }),
        );
        has(&seen["people"][0], json!({ "id": me.id, "assigned": 1, "reading": 1, "absences": [] }));
        assert_eq!(seen["people"].as_array().unwrap().len(), 1, "a coordinator reads nothing");
        let text = seen.to_string();
        assert!(!text.contains("13917404075") && !text.contains("Kari"), "no identity on the board");
        assert!(ids(&board(&house, &elsewhere).await).is_empty());
        house.get(&elsewhere, &format!("/board?departmentId={DERMATOLOGY}")).await.refused(404, "not-found");
        house.get(&me, "/board").await.refused(404, "not-found");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_board_comes_in_pages() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let coordinator = house.person("Kim SYNTHETIC", "coordinator", DERMATOLOGY).await;
    for n in 0..130_i64 {
        let referral = Referral { due_in: Duration::hours(n % 7 - 3), ..house.referral() };
        house.publish(&referral, &crate::house::submitted(&referral, house.ctx().now() + referral.due_in)).await;
    }
    house.settle().await;
    let first = board(&house, &coordinator).await;
    let next = first["next"].as_str().expect("a second page");
    let second = house.get(&coordinator, &format!("/board?cursor={next}")).await.expect(200).json();
    let all: std::collections::BTreeSet<String> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!((ids(&first).len(), ids(&second).len(), all.len()), (100, 30, 130));
    assert_eq!(second["next"], Value::Null);
    house.get(&coordinator, "/board?cursor=abc").await.refused(400, "malformed");
    house.world.stop().await;
}

#[tokio::test]
async fn an_assignment_is_a_name_and_no_lock() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.known("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let other = house.known("Otto SYNTHETIC", "specialist", DERMATOLOGY).await;
        let coordinator = house.known("Kim SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let elsewhere = house.known("Eli SYNTHETIC", "coordinator", ENT).await;
        let referral = due_in(&house, 5).await;
        for who in [&me, &elsewhere] {
            assign(&house, who, referral.id, Some(me.id)).await.refused(404, "not-found");
        }
        let refused = assign(&house, &coordinator, referral.id, Some(elsewhere.id)).await.refused(422, "invalid-input");
        assert_eq!(refused.json()["errors"][0]["code"], "not-of-department");
        for _ in 0..2 {
            assign(&house, &coordinator, referral.id, Some(me.id)).await.expect(204);
        }
        assert_eq!(house.listed(&me, "?filter=mine").await, [referral.id.to_string()]);
        assert!(house.listed(&other, "?filter=mine").await.is_empty());
        let page = house.get(&me, "/worklist").await.expect(200).json();
        assert_eq!((&page["counts"]["mine"], &page["counts"]["unclaimed"]), (&json!(1), &json!(1)));
        has(&page["items"][0]["assigned"], json!({ "mine": true, "reassign": false }));
        // A colleague may read it all the same; who has it in hand twice has it once.
        let desk = Desk::claim(&house, &other, referral.id).await;
        assert_eq!(house.listed(&me, "?filter=mine").await.len(), 1, "and it stays theirs");
        desk.act("release").await.expect(204);
        house.claim(&me, referral.id).await;
        let page = house.get(&me, "/worklist?filter=mine").await.expect(200).json();
        assert_eq!((ids(&page).len(), &page["counts"]["mine"]), (1, &json!(1)));
        assign(&house, &coordinator, referral.id, None).await.expect(204);
        assert_eq!(house.listed(&me, "?filter=mine").await.len(), 1, "still read");
        // An answer ends it.
        assign(&house, &coordinator, referral.id, Some(other.id)).await.expect(204);
        house.answer(&me, &referral).await;
        assert!(house.listed(&other, "?filter=mine").await.is_empty());
        assign(&house, &coordinator, referral.id, Some(other.id)).await.refused(409, "answered");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn who_is_away_gets_nothing_new_and_has_what_they_had_shown() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.departments().await;
        let me = house.known("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let other = house.known("Otto SYNTHETIC", "specialist", DERMATOLOGY).await;
        let coordinator = house.known("Kim SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let elsewhere = house.known("Eli SYNTHETIC", "coordinator", ENT).await;
        let (first, second) = (due_in(&house, 500).await, due_in(&house, 600).await);
        assign(&house, &coordinator, first.id, Some(me.id)).await.expect(204);
        away(&house, &me, None, (3, 2)).await.1.refused(422, "invalid-input");
        for who in [&other, &elsewhere] {
            away(&house, who, Some(me.id), (1, 2)).await.1.refused(404, "not-found");
        }
        let (first_day, last_day) = (day(&house, 1), day(&house, 2));
        let (id, reply) = away(&house, &me, None, (1, 2)).await;
        reply.expect(204);
        let again = json!({ "from": first_day, "to": last_day });
        house.put(&me, &format!("/absences/{id}"), again.clone()).await.expect(204);
        let changed = json!({ "from": first_day, "to": day(&house, 3) });
        house.put(&me, &format!("/absences/{id}"), changed).await.refused(409, "id-reused");
        // It lies ahead: nothing is shown of it yet but its days.
        assign(&house, &coordinator, second.id, Some(me.id)).await.expect(204);
        assign(&house, &coordinator, second.id, None).await.expect(204);
        house.wait(Duration::days(1)).await;
        let seen = board(&house, &coordinator).await;
        assert_eq!(seen["counts"]["reassign"], json!(1));
        let row = seen["items"].as_array().unwrap().iter().find(|row| row["id"] == json!(first.id)).unwrap();
        has(row, json!({ "unowned": true }));
        assert_eq!(row["assigned"]["reassign"], json!(true));
        let person = seen["people"].as_array().unwrap().iter().find(|one| one["id"] == json!(me.id)).unwrap();
        has(&person["absences"][0], json!({ "from": first_day, "to": last_day, "now": true }));
        let listed = house.get(&other, "/worklist").await.expect(200).json();
        assert!(listed["items"].as_array().unwrap().iter().any(|row| row["assigned"]["reassign"] == json!(true)));
        let refused = assign(&house, &coordinator, second.id, Some(me.id)).await.refused(422, "invalid-input").json();
        assert_eq!(refused["errors"][0]["code"], "absent");
        let message = format!("Siri SYNTHETIC is away until {last_day}. Choose somebody else.");
        assert_eq!(refused["errors"][0]["message"], json!(message));
        assign(&house, &coordinator, first.id, Some(other.id)).await.expect(204);
        // Nobody else's word removes it; a coordinator's does.
        for who in [&other, &elsewhere] {
            house.delete(who, &format!("/absences/{id}")).await.expect(204);
        }
        assert_eq!(house.get(&me, "/absences").await.expect(200).json().as_array().unwrap().len(), 1);
        house.delete(&coordinator, &format!("/absences/{id}")).await.expect(204);
        assert_eq!(house.get(&me, "/absences").await.expect(200).json(), json!([]));
        assign(&house, &coordinator, second.id, Some(me.id)).await.expect(204);
        // Who has no right any more is away for good.
        house.end_grants(&me).await;
        assert_eq!(board(&house, &coordinator).await["counts"]["reassign"], json!(1));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_coordinator_ends_a_claim_and_no_newer_one() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let other = house.specialist("Otto SYNTHETIC").await;
        let coordinator = house.person("Kim SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let elsewhere = house.person("Eli SYNTHETIC", "coordinator", ENT).await;
        let referral = due_in(&house, 5).await;
        let free = format!("/cases/{}/free", referral.id);
        let body = json!({ "holderId": me.id });
        let desk = Desk::claim(&house, &me, referral.id).await;
        for who in [&other, &elsewhere] {
            house.post(who, &free, body.clone()).await.refused(404, "not-found");
        }
        desk.act("renew").await.expect(200);
        house.post(&coordinator, &free, body.clone()).await.expect(204);
        desk.act("renew").await.refused(409, "claim-lost");
        assert_eq!(house.listed(&other, "?filter=unclaimed").await, [referral.id.to_string()]);
        let newer = Desk::claim(&house, &other, referral.id).await;
        house.post(&coordinator, &free, body).await.expect(204);
        newer.act("renew").await.expect(200);
        newer.sign(&crate::house::content(&referral.findings)).await.expect(200);
        let held = json!({ "holderId": other.id });
        house.post(&coordinator, &free, held).await.refused(409, "already-signed");
        house.world.stop().await;
    }
}
