//! Facts: the same after a rebuild and after erasure, and without any patient.

use crate::house::House;
use crate::programme::programme;
use kit::log::rebuild;
use kit::testing::DEPLOYMENTS;

#[tokio::test]
async fn figures_stay_after_a_rebuild_and_after_erasure() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let referrals = programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let before = house.get(&manager, "/practices").await.expect(200).json();
        for referral in referrals {
            house.ctx().keys.destroy(referral).await.unwrap();
        }
        let services = house.world.running.services();
        assert!(rebuild(house.ctx(), &services[0].consumers[0]).await.unwrap() > 20);
        house.settle().await;
        let after = house.get(&manager, "/practices").await.expect(200).json();
        assert_eq!(before, after);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn the_tables_hold_no_patient_and_no_plain_referral() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let referrals = programme(&house).await;
    let sql = "select count(*) from uptake_fact where case_token = $1 or actor = $1";
    for referral in referrals {
        let (found,): (i64,) = house.ctx().db.q(sql).bind(referral.as_bytes().to_vec()).one().await.unwrap();
        assert_eq!(found, 0, "a fact names its referral by a pseudonym");
    }
    let database = std::fs::read(house.world.folder.path().join("lysbro.sqlite"));
    let wal = std::fs::read(house.world.folder.path().join("lysbro.sqlite-wal"));
    let bytes = [database.unwrap_or_default(), wal.unwrap_or_default()].concat();
    let has = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(has("Aurdal"), "the files were read");
    assert!(!has("Kari") && !has("13917404075") && !has("harmless"));
    house.world.stop().await;
}
