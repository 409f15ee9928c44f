//! Who answers for a case in its practice, and the practice to which its patient went.

use crate::house::{DERMATOLOGY, House};
use kit::log::Envelope;
use kit::testing::DEPLOYMENTS;
use proto::Event;
use proto::intake::{ReferralTransferred, ResponsibilityTaken};
use uuid::Uuid;

async fn tell<E: Event>(house: &House, case: Uuid, practice: Uuid, fact: &E) {
    let ctx = house.ctx();
    let mut tx = ctx.begin().await.expect("a transaction");
    let (key, practice) = (case.as_bytes().to_vec(), practice.as_bytes().to_vec());
    ctx.publish(&mut tx, Envelope { key, practice, ..ctx.about(case, None) }, fact).await.expect("published");
    tx.commit().await.expect("committed");
    house.settle().await;
}

#[tokio::test]
async fn the_department_sees_who_answers_for_a_case_and_in_which_practice() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let case = house.with_pictures(1).await;
        let path = format!("/cases/{}", case.id);
        let shown = house.get(&me, &path).await.expect(200).json();
        assert_eq!(shown["responsible"], "Grete SYNTHETIC", "as it was sent");
        let taken = ResponsibilityTaken { name: "Ola SYNTHETIC".into(), ..ResponsibilityTaken::default() };
        tell(&house, case.id, crate::house::PRACTICE, &taken).await;
        assert_eq!(house.get(&me, &path).await.json()["responsible"], "Ola SYNTHETIC");
        let moved = ReferralTransferred {
            practice_name: "Havnes legesenter".into(),
            responsible_name: "Nina SYNTHETIC".into(),
            ..ReferralTransferred::default()
        };
        tell(&house, case.id, Uuid::from_u128(0xa2), &moved).await;
        let shown = house.get(&me, &path).await.json();
        assert_eq!(
            (&shown["responsible"], &shown["practiceName"]),
            (&"Nina SYNTHETIC".into(), &"Havnes legesenter".into())
        );
        // A draft that was made ready has no case: nothing is parked.
        let draft = Uuid::from_u128(0xdd);
        house.ctx().keys.ensure(draft).await.unwrap();
        tell(&house, draft, crate::house::PRACTICE, &taken).await;
        let sealed = "select count(*) from review_case where responsible is not null";
        let (named,): (i64,) = house.ctx().db.q(sealed).one().await.unwrap();
        assert_eq!(named, 1);
        house.world.stop().await;
    }
}
