//! The call list: what practices have not read or not answered.

use crate::house::{DERMATOLOGY, Desk, ENT, House, PRACTICE, Person, Referral, content};
use kit::At;
use kit::log::{Envelope, Opened};
use kit::testing::DEPLOYMENTS;
use proto::Event;
use proto::directory::{PracticeChanged, PracticeClosed, PracticeDeputyChosen, PracticeMerged, PracticeRegistered};
use proto::intake::{AnswerAcknowledged, InformationSupplied, ReferralErased, ReferralTransferred};
use proto::review::{AnswerGiven, InformationRequested, PracticePhoned};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

impl House {
    /// Somebody who works in the practice.
    async fn of_practice(&self) -> Uuid {
        self.works_in(PRACTICE).await
    }

    /// Somebody who works in a practice.
    async fn works_in(&self, practice: Uuid) -> Uuid {
        let (ctx, person) = (self.ctx(), self.ctx().new_id());
        ctx.db
            .q("insert into kit_grant (id, person, role, practice, practice_name, starts_at) values ($1, $2, 'gp-staff', $3, 'Practice', $4)")
            .bind(ctx.new_id())
            .bind(person)
            .bind(practice)
            .bind(ctx.now() - Duration::days(1))
            .exec_one()
            .await
            .expect("a grant");
        person
    }

    /// What the register says of a practice from an instant on.
    async fn register_from<E: Event>(&self, practice: Uuid, from: At, fact: &E) {
        let (ctx, key) = (self.ctx(), practice.as_bytes().to_vec());
        let mut tx = ctx.begin().await.expect("a transaction");
        let envelope = Envelope { effective_us: from.micros(), key, ..ctx.about(practice, None) };
        ctx.publish(&mut tx, envelope, fact).await.expect("published");
        tx.commit().await.expect("committed");
        self.settle().await;
    }

    async fn call_list(&self, person: &Person) -> Value {
        self.get(person, "/call-list").await.expect(200).json()
    }

    /// What of a case is on the list.
    async fn whats(&self, person: &Person, referral: &Referral) -> Vec<String> {
        let list = self.call_list(person).await;
        let rows = list["items"].as_array().expect("items").iter().filter(|row| row["id"] == json!(referral.id));
        let mut whats: Vec<String> = rows.map(|row| row["what"].as_str().expect("a word").to_owned()).collect();
        whats.sort();
        whats
    }

    /// The patient went to another practice.
    async fn transfer(&self, referral: &Referral, practice: Uuid) {
        let ctx = self.ctx();
        let key = referral.id.as_bytes().to_vec();
        let envelope = Envelope { practice: practice.as_bytes().to_vec(), key, ..ctx.about(referral.id, None) };
        let fact = ReferralTransferred { practice_name: "Havnes".into(), ..ReferralTransferred::default() };
        let mut tx = ctx.begin().await.expect("a transaction");
        ctx.publish(&mut tx, envelope, &fact).await.expect("published");
        tx.commit().await.expect("committed");
    }

    async fn question(&self, referral: &Referral) {
        self.publish(referral, &InformationRequested::default()).await;
        self.settle().await;
    }

    /// References on the list.
    async fn to_call(&self, person: &Person) -> Vec<String> {
        let list = self.call_list(person).await;
        list["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|row| row["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// Time passes, and nobody's session ends.
    fn later(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    async fn answered(&self, referral: &Referral) -> Uuid {
        let answer = self.ctx().new_id();
        let fact = AnswerGiven { answer: answer.as_bytes().to_vec(), ..AnswerGiven::default() };
        self.publish(referral, &fact).await;
        self.settle().await;
        answer
    }

    async fn read(&self, referral: &Referral, answer: Option<Uuid>) {
        let answer = answer.map(|answer| answer.as_bytes().to_vec()).unwrap_or_default();
        self.publish(referral, &AnswerAcknowledged { answer }).await;
        self.settle().await;
    }
}

async fn waiting(house: &House, priority: &'static str) -> Referral {
    let referral = Referral { priority, ..house.referral() };
    house.submit(&referral).await;
    referral
}

#[tokio::test]
async fn an_unread_answer_climbs_to_the_list_and_a_call_takes_it_down() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let elsewhere = house.person("Eli SYNTHETIC", "coordinator", ENT).await;
        house.of_practice().await;
        let registered =
            PracticeRegistered { name: "SYNTHETIC Solvik".into(), phone: "77 00 00 00".into(), ..Default::default() };
        house.register(PRACTICE, &registered).await;
        let urgent = waiting(&house, "urgent").await;
        let routine = waiting(&house, "routine").await;
        let answer = house.answered(&urgent).await;
        house.answered(&routine).await;
        house.later(Duration::hours(38)); // Tuesday, 23:00 in Oslo
        assert!(house.to_call(&me).await.is_empty(), "the practice has one working day");
        house.later(Duration::hours(2));
        let list = house.call_list(&me).await;
        let row = &list["items"][0];
        assert_eq!((list["count"].clone(), row["id"].clone()), (json!(1), json!(urgent.id)));
        assert_eq!(
            (row["practiceName"].clone(), row["phone"].clone()),
            (json!("SYNTHETIC Solvik"), json!("77 00 00 00"))
        );
        assert_eq!((row["what"].clone(), row["call"].clone()), (json!("unread-answer"), Value::Null));
        assert_eq!(
            (row["climbedAt"].clone(), row["dueAt"].clone()),
            (json!("2026-03-03T23:00:00Z"), json!("2026-03-05T22:59:59Z"))
        );
        assert_eq!(row["reference"], json!(urgent.id.simple().to_string()[24..].to_uppercase()));
        assert!(!list.to_string().contains("Kari"), "nobody's name");
        assert!(house.to_call(&elsewhere).await.is_empty());

        let path = format!("/cases/{}/phoned", urgent.id);
        let body = json!({ "callId": house.ctx().new_id(), "note": " Spoke with Siri. " });
        house.post(&elsewhere, &path, body.clone()).await.refused(404, "not-found");
        house.post(&me, &format!("/cases/{}/phoned", routine.id), body.clone()).await.refused(409, "not-on-call-list");
        for _ in 0..2 {
            house.post(&me, &path, body.clone()).await.expect(204);
        }
        let another = json!({ "callId": house.ctx().new_id(), "note": "" });
        house.post(&me, &path, another).await.refused(409, "not-on-call-list");
        house.settle().await;
        let list = house.call_list(&me).await;
        assert_eq!(list["items"], json!([]));
        assert_eq!(list["phoned"][0]["call"]["note"], "Spoke with Siri.");
        assert_eq!(list["phoned"][0]["call"]["by"], "Carl SYNTHETIC");
        let events = kit::log::of_subject(&house.ctx().db, urgent.id).await.unwrap();
        let calls: Vec<_> = events.iter().filter(|event| event.kind() == PracticePhoned::KIND).collect();
        assert_eq!(calls.len(), 1, "a repeat is one call");
        let Opened::Open(fact) = house.ctx().open::<PracticePhoned>(calls[0]).await.unwrap() else { panic!("erased") };
        assert_eq!((fact.phoned_by.as_str(), fact.note.as_str()), ("Carl SYNTHETIC", "Spoke with Siri."));
        assert_eq!(calls[0].envelope.actor_role, "coordinator");

        house.later(Duration::hours(46)); // Thursday, 23:00 in Oslo
        assert!(house.to_call(&me).await.is_empty());
        house.later(Duration::hours(2)); // The practice was late again, and with the routine answer after three working days.
        let cancer = waiting(&house, "suspected-cancer").await;
        let second = house.answered(&cancer).await;
        house.later(Duration::days(7));
        let by_priority = [cancer.id, urgent.id, routine.id].map(|id| id.to_string());
        assert_eq!(house.to_call(&me).await, by_priority, "the youngest first, because of what is suspected");
        house.read(&cancer, Some(second)).await;
        house.read(&urgent, Some(answer)).await;
        assert_eq!(house.to_call(&me).await, [routine.id.to_string()]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_is_answered_as_urgent_is_telephoned_about_as_soon() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let (me, doctor) = (
            house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await,
            house.specialist("Siri SYNTHETIC").await,
        );
        house.of_practice().await;
        let routine = house.with_pictures(1).await;
        let harmless = house.with_pictures(1).await;
        house.answer(&doctor, &harmless).await;
        let desk = Desk::claim(&house, &doctor, routine.id).await;
        house.look(&doctor, routine.id, &desk.token).await;
        let mut answer = content(&routine.findings);
        answer["findings"][0]["disposition"] = json!("cancer-pathway");
        answer["books"] = json!("department");
        desk.sign(&answer).await.expect(200);
        house.released().await;
        house.later(Duration::hours(38)); // Tuesday, 23:00 in Oslo
        assert!(house.to_call(&me).await.is_empty());
        house.later(Duration::hours(2));
        let list = house.call_list(&me).await;
        assert_eq!(
            (&list["items"][0]["id"], &list["count"]),
            (&json!(routine.id), &json!(1)),
            "the other has three days"
        );
        assert_eq!(list["items"][0]["priority"], "suspected-cancer");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn the_deputy_comes_first_as_long_as_they_work_there() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        house.register(PRACTICE, &PracticeRegistered { name: "SYNTHETIC Solvik".into(), ..Default::default() }).await;
        let deputy = house.of_practice().await;
        house.of_practice().await;
        house
            .register(PRACTICE, &PracticeDeputyChosen { person: deputy.as_bytes().to_vec(), name: "Siri".into() })
            .await;
        house
            .register(
                PRACTICE,
                &PracticeChanged { name: "SYNTHETIC Nye Solvik".into(), phone: Some("1".into()), ..Default::default() },
            )
            .await;
        let referral = waiting(&house, "suspected-cancer").await;
        house.answered(&referral).await;
        house.later(Duration::hours(40));
        assert!(house.to_call(&me).await.is_empty(), "the deputy's");
        let sql = "update kit_grant set ends_at = $2 where person = $1";
        house.ctx().db.q(sql).bind(deputy).bind(house.ctx().now()).exec_one().await.unwrap();
        let list = house.call_list(&me).await;
        assert_eq!(list["items"][0]["practiceName"], "SYNTHETIC Nye Solvik");
        assert_eq!(list["items"][0]["phone"], "1");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_nobody_could_read_is_the_department_s_at_once() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = waiting(&house, "routine").await;
        house.answered(&referral).await;
        assert_eq!(house.to_call(&me).await, [referral.id.to_string()], "nobody works in that practice");
        house.of_practice().await;
        assert!(house.to_call(&me).await.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_question_and_an_amended_answer_wait_like_any_other() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        house.of_practice().await;
        let (asked, amended) = (waiting(&house, "urgent").await, waiting(&house, "urgent").await);
        house.publish(&asked, &InformationRequested::default()).await;
        let first = house.answered(&amended).await;
        // The practice reads the first answer while the second is on its way.
        house.answered(&amended).await;
        house.read(&amended, Some(first)).await;
        house.later(Duration::days(2));
        let list = house.call_list(&me).await;
        assert_eq!(list["count"], 2, "{list}");
        let whats: Vec<&str> =
            list["items"].as_array().unwrap().iter().map(|row| row["what"].as_str().unwrap()).collect();
        assert!(whats.contains(&"open-question") && whats.contains(&"unread-answer"), "{whats:?}");
        house.publish(&asked, &InformationSupplied::default()).await;
        house.settle().await;
        assert_eq!(house.to_call(&me).await, [amended.id.to_string()]);
        // An event of an older program names no answer.
        house.read(&amended, None).await;
        assert!(house.to_call(&me).await.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_refusal_waits_like_an_answer_unless_the_practice_had_withdrawn() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let reader = house.specialist("Siri SYNTHETIC").await;
        house.of_practice().await;
        let (declined, crossed) = (waiting(&house, "urgent").await, waiting(&house, "urgent").await);
        let refusal = house.ctx().new_id();
        for (referral, id) in [(&declined, refusal), (&crossed, house.ctx().new_id())] {
            let desk = Desk::claim(&house, &reader, referral.id).await;
            desk.decline(id, "The scalp: please send the patient.").await.expect(204);
        }
        house.settle().await;
        house.later(Duration::days(2));
        let list = house.call_list(&me).await;
        assert_eq!((list["count"].clone(), list["items"][0]["what"].clone()), (json!(2), json!("unread-answer")));
        // Nobody is asked to read the refusal of what was withdrawn before it came.
        house.withdraw(&crossed).await;
        assert_eq!(house.to_call(&me).await, [declined.id.to_string()]);
        let body = json!({ "callId": house.ctx().new_id(), "note": "" });
        let path = format!("/cases/{}/phoned", crossed.id);
        house.post(&me, &path, body).await.refused(409, "not-on-call-list");
        house.read(&declined, Some(refusal)).await;
        assert!(house.to_call(&me).await.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_waits_goes_along_with_a_forwarded_case() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        house.departments().await;
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let there = house.person("Eli SYNTHETIC", "coordinator", ENT).await;
        let reader = house.specialist("Siri SYNTHETIC").await;
        house.person("Otto SYNTHETIC", "specialist", ENT).await;
        let referral = waiting(&house, "urgent").await;
        house.publish(&referral, &InformationRequested::default()).await;
        house.settle().await;
        assert_eq!(house.to_call(&me).await, [referral.id.to_string()], "nobody works in that practice");
        let desk = Desk::claim(&house, &reader, referral.id).await;
        desk.forward(house.ctx().new_id(), (ENT, "ent"), "Inside the ear.").await.expect(204);
        house.settle().await;
        assert!(house.to_call(&me).await.is_empty());
        assert_eq!(house.to_call(&there).await, [referral.id.to_string()]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_waits_for_a_closed_practice_is_whoever_s_took_over() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let (covering, into) = (house.ctx().new_id(), house.ctx().new_id());
        for (practice, name, phone) in [(PRACTICE, "Solvik", "1"), (covering, "Havnes", "2"), (into, "Fjell", "3")] {
            let registered = PracticeRegistered { name: name.into(), phone: phone.into(), ..Default::default() };
            house.register(practice, &registered).await;
        }
        house.of_practice().await;
        let referral = waiting(&house, "urgent").await;
        house.answered(&referral).await;
        house.later(Duration::hours(40)); // Wednesday
        let called = async || {
            let list = house.call_list(&me).await;
            let row = list["items"][0].clone();
            (list["count"].clone(), row["practiceName"].clone(), row["phone"].clone())
        };
        let tomorrow = house.ctx().now() + Duration::days(1);
        let closed = PracticeClosed { covering: covering.as_bytes().to_vec(), ..PracticeClosed::default() };
        house.register_from(PRACTICE, tomorrow, &closed).await;
        assert_eq!(called().await, (json!(1), json!("Solvik"), json!("1")), "until tomorrow");
        house.later(Duration::days(1));
        assert_eq!(called().await, (json!(1), json!("Havnes"), json!("2")));
        house.answered(&referral).await;
        assert_eq!(called().await.0, json!(1), "a new answer, and nobody works there");
        let deputy = house.works_in(covering).await;
        assert_eq!(called().await.0, json!(0));
        let chosen = PracticeDeputyChosen { person: deputy.as_bytes().to_vec(), name: "Siri".into() };
        house.register(covering, &chosen).await;
        house.later(Duration::days(2));
        assert_eq!(called().await.0, json!(0), "it is the covering practice's deputy's");
        let merged = PracticeMerged { into: into.as_bytes().to_vec(), ..PracticeMerged::default() };
        house.register_from(covering, house.ctx().now(), &merged).await;
        assert_eq!(called().await, (json!(1), json!("Fjell"), json!("3")), "the last one's, where nobody works");
        let open = PracticeChanged { name: "Solvik".into(), closed_on: Some(String::new()), ..Default::default() };
        house.register(PRACTICE, &open).await;
        assert_eq!(called().await, (json!(1), json!("Solvik"), json!("1")), "it has no deputy");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn training_is_not_telephoned_about_and_an_erased_case_leaves_no_note() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let training = Referral { test: true, ..house.referral() };
        house.submit(&training).await;
        house.answered(&training).await;
        assert!(house.to_call(&me).await.is_empty());
        let referral = waiting(&house, "urgent").await;
        house.answered(&referral).await;
        let body = json!({ "callId": house.ctx().new_id(), "note": "KanariNote" });
        house.post(&me, &format!("/cases/{}/phoned", referral.id), body).await.expect(204);
        let long = json!({ "callId": house.ctx().new_id(), "note": "x".repeat(1001) });
        let refused =
            house.post(&me, &format!("/cases/{}/phoned", referral.id), long).await.refused(422, "invalid-input");
        assert_eq!(refused.fields(), ["note"]);
        house.publish(&referral, &ReferralErased {}).await;
        house.settle().await;
        let notes: Vec<(Vec<u8>,)> = house.ctx().db.q("select note from review_call").all().await.unwrap();
        assert_eq!(notes, [(Vec::new(),)]);
        let list = house.call_list(&me).await;
        assert_eq!((list["items"].clone(), list["phoned"].clone()), (json!([]), json!([])));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn the_list_is_the_same_after_a_rebuild() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let (phoned, unread, read) =
            (waiting(&house, "urgent").await, waiting(&house, "routine").await, waiting(&house, "routine").await);
        house
            .register(
                PRACTICE,
                &PracticeRegistered { name: "SYNTHETIC Solvik".into(), phone: "1".into(), ..Default::default() },
            )
            .await;
        for referral in [&phoned, &unread] {
            house.answered(referral).await;
        }
        let answer = house.answered(&read).await;
        house.read(&read, Some(answer)).await;
        let (crossed, moved) = (waiting(&house, "routine").await, waiting(&house, "routine").await);
        house.withdraw(&crossed).await;
        house.question(&crossed).await;
        house.transfer(&moved, Uuid::from_u128(0xa2)).await;
        house.question(&moved).await;
        house.question(&phoned).await;
        let body = json!({ "callId": house.ctx().new_id(), "note": "Spoke." });
        house.post(&me, &format!("/cases/{}/phoned", phoned.id), body).await.expect(204);
        house.settle().await;
        let before = house.call_list(&me).await;
        assert_eq!((before["count"].clone(), before["phoned"][0]["id"].clone()), (json!(2), json!(phoned.id)));
        assert_eq!(before["phoned"].as_array().expect("lines").len(), 2, "the answer and the question: {before}");
        let sql = "select case_id, what, since, answer, phoned_at from review_wait order by case_id, what";
        type Row = (Uuid, String, At, Option<Uuid>, Option<At>);
        let rows = async || -> Vec<Row> { house.ctx().db.q(sql).all().await.expect("rows") };
        let stood = rows().await;
        assert_eq!(stood.len(), 4);
        let services = [review::service()];
        let calls = services[0].consumers.iter().find(|consumer| consumer.name == "review.calls").unwrap();
        kit::log::rebuild(house.ctx(), calls).await.unwrap();
        assert_eq!(house.call_list(&me).await, before);
        assert_eq!(rows().await, stood);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_question_leaves_an_unread_answer_waiting_and_a_call_is_about_both() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        house.of_practice().await;
        let referral = waiting(&house, "urgent").await;
        let answer = house.answered(&referral).await;
        house.later(Duration::days(1));
        house.question(&referral).await;
        house.later(Duration::days(1)); // Wednesday: the answer is late, the question is not.
        assert_eq!(house.whats(&me, &referral).await, ["unread-answer"]);
        house.later(Duration::days(1));
        assert_eq!(house.whats(&me, &referral).await, ["open-question", "unread-answer"]);
        let path = format!("/cases/{}/phoned", referral.id);
        let body = json!({ "callId": house.ctx().new_id(), "note": "" });
        for _ in 0..2 {
            house.post(&me, &path, body.clone()).await.expect(204);
        }
        house.settle().await;
        assert_eq!(house.call_list(&me).await["phoned"].as_array().expect("lines").len(), 2);
        let another = json!({ "callId": house.ctx().new_id(), "note": "" });
        house.post(&me, &path, another.clone()).await.refused(409, "not-on-call-list");
        house.later(Duration::days(5)); // Late again.
        house.read(&referral, Some(answer)).await;
        assert_eq!(house.whats(&me, &referral).await, ["open-question"]);
        house.post(&me, &path, another).await.expect(204);
        house.publish(&referral, &InformationSupplied::default()).await;
        house.settle().await;
        house.later(Duration::days(9));
        assert!(house.whats(&me, &referral).await.is_empty());
        // Whoever answers does without the reply.
        house.question(&referral).await;
        house.answered(&referral).await;
        house.later(Duration::days(9));
        assert_eq!(house.whats(&me, &referral).await, ["unread-answer"]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn nobody_is_telephoned_about_a_question_that_crossed_a_withdrawal() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let (before, after) = (waiting(&house, "urgent").await, waiting(&house, "urgent").await);
        house.question(&before).await;
        assert_eq!(house.to_call(&me).await, [before.id.to_string()], "nobody works in that practice");
        house.withdraw(&before).await;
        house.withdraw(&after).await;
        house.question(&after).await;
        assert!(house.to_call(&me).await.is_empty());
        let sql = "select count(*) from review_wait";
        let (waits,): (i64,) = house.ctx().db.q(sql).one().await.expect("a count");
        assert_eq!(waits, 0);
        // What an older program had written is not shown.
        let now = house.ctx().now();
        let sql = "insert into review_wait (case_id, what, priority, test, since) values ($1, 'open-question', 'urgent', $2, $3)";
        house.ctx().db.q(sql).bind(after.id).bind(false).bind(now).exec_one().await.expect("written");
        assert!(house.to_call(&me).await.is_empty());
        let body = json!({ "callId": house.ctx().new_id(), "note": "" });
        house.post(&me, &format!("/cases/{}/phoned", after.id), body).await.refused(409, "not-on-call-list");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_crosses_a_transfer_waits_for_the_practice_that_has_the_patient() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        let me = house.person("Carl SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let to = house.ctx().new_id();
        for (practice, name) in [(PRACTICE, "Solvik"), (to, "Havnes")] {
            house.register(practice, &PracticeRegistered { name: name.into(), ..Default::default() }).await;
        }
        house.works_in(to).await;
        let referral = waiting(&house, "urgent").await;
        house.transfer(&referral, to).await;
        // Its envelope names the practice that had it when the department wrote.
        house.question(&referral).await;
        assert!(house.to_call(&me).await.is_empty(), "somebody works in the other practice");
        house.later(Duration::days(2));
        assert_eq!(house.call_list(&me).await["items"][0]["practiceName"], "Havnes");
        house.world.stop().await;
    }
}
