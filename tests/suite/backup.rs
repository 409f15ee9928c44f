//! Backup under load, wiped, restored elsewhere: nothing that was acknowledged before is lost, nothing erased comes back.

use kit::testing::DEPLOYMENTS;
use tests::drill;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_restores_whole_on_the_embedded_default() {
    let done = drill::drill(DEPLOYMENTS[0], 20, |_| ()).await;
    assert_eq!((done.referrals, done.pictures, done.lost), (19, 57, 0), "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_restores_whole_on_postgres_and_tcp() {
    let done = drill::drill(DEPLOYMENTS[1], 20, |_| ()).await;
    assert_eq!((done.referrals, done.pictures, done.lost), (19, 57, 0), "{done:?}");
}
