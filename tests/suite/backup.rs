//! Backup under load, wiped, restored elsewhere: nothing that was acknowledged before is lost, nothing erased comes back.

use kit::testing::DEPLOYMENTS;
use tests::drill::{self, lysbro, said};

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

/// Runs a command that must be refused in one line that says this.
async fn refused(command: tokio::process::Command, what: &str) {
    let (done, text) = said(command).await;
    assert!(!done && text.contains(what) && text.trim_end().lines().count() == 1, "{what}: {text}");
}

#[tokio::test]
async fn what_is_wrong_is_told_in_one_line() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let settings = kit::settings::Settings::embedded(&folder.path().join("data"));
    let mut usage = lysbro(&settings, &["backup"]);
    assert_eq!(usage.output().await.expect("the program").status.code(), Some(2));
    refused(usage, "see lysbro backup --help").await;
    refused(lysbro(&settings, &["serve", "intake", "--objects-url", "none"]), "intake needs the object store").await;
    assert!(!settings.data.exists(), "nothing was made");
    let (done, text) = said(lysbro(&settings, &["--version"])).await;
    assert!(done && text.starts_with("lysbro "), "{text}");
}
