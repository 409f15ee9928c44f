//! Backup under load, wiped, restored elsewhere: nothing that was acknowledged before is lost, nothing erased comes back.

use kit::settings::Settings;
use kit::testing::{DEPLOYMENTS, Empty};
use tests::drill::{self, lysbro, said};
use tests::world;

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
    let settings = Settings::embedded(&folder.path().join("data"));
    let mut usage = lysbro(&settings, &["backup"]);
    assert_eq!(usage.output().await.expect("the program").status.code(), Some(2));
    refused(usage, "see lysbro backup --help").await;
    refused(lysbro(&settings, &["serve", "intake", "--objects-url", "none"]), "intake needs the object store").await;
    assert!(!settings.data.exists(), "nothing was made");
    let (done, text) = said(lysbro(&settings, &["--version"])).await;
    assert!(done && text.starts_with("lysbro "), "{text}");
}

/// What works on a deployment that stands, and makes none.
const OPERATORS: [&[&str]; 9] = [
    &["verify"],
    &["backup", "--to", "nowhere/backups", "--keys-to", "nowhere/keys"],
    &["mend", "--from", "nowhere"],
    &["rotate-root-key"],
    &["recovery-sheet", "--to", "nowhere/sheet.txt"],
    &["rehearsed", "20261121T120000.000Z", "0123456789ab"],
    &["events", "list"],
    &["events", "check"],
    &["erase", "00000000-0000-0000-0000-000000000001", "--for-ever"],
];

#[tokio::test]
async fn a_mistyped_folder_is_not_made_a_deployment() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut settings = Settings::embedded(&folder.path().join("data"));
    for words in OPERATORS {
        refused(lysbro(&settings, words), "there is no deployment in").await;
        assert!(!settings.data.exists(), "{words:?} made it");
    }
    settings = Settings::embedded(folder.path());
    refused(lysbro(&settings, &["rotate-root-key"]), "there is no deployment in").await;
    assert_eq!(folder.path().read_dir().expect("the folder").count(), 0, "nothing was written");
    settings.database_url = "mysql://own:secret@db/lysbro".into();
    refused(lysbro(&settings, &["serve"]), "\"mysql\"").await;
    let mut empty = Empty::new(DEPLOYMENTS[1]).await.expect("an empty deployment");
    empty.settings.root_key = Some("ab".repeat(32));
    for words in [OPERATORS[0], OPERATORS[7]] {
        refused(lysbro(&empty.settings, words), "there is no deployment in").await;
    }
}

#[tokio::test]
async fn beside_a_restore_that_did_not_end_everything_refuses() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let settings = Settings::embedded(folder.path());
    std::fs::write(folder.path().join("restore-not-finished"), "").expect("the mark");
    let others: [&[&str]; 3] = [&["serve"], &["invite", "--email", "a@lysbro.example"], &["migrate"]];
    for words in OPERATORS.into_iter().chain(others) {
        refused(lysbro(&settings, words), "did not end").await;
    }
    assert_eq!(folder.path().read_dir().expect("the folder").count(), 1, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_nowhere_into_the_deployment() {
    let world = world(DEPLOYMENTS[0]).await;
    let settings = &world.ctx().settings;
    let elsewhere = tempfile::TempDir::new().expect("a folder");
    let path = |folder: &std::path::Path| folder.to_str().expect("a plain path").to_owned();
    let own = world.folder.path();
    let free = path(&elsewhere.path().join("free"));
    for bad in
        [own.to_owned(), own.join("backups/new"), own.join("objects"), own.parent().expect("a parent").to_owned()]
    {
        let bad = path(&bad);
        for (to, keys_to) in [(&bad, &free), (&free, &bad)] {
            refused(lysbro(settings, &["backup", "--to", to, "--keys-to", keys_to]), "the deployment's own folder")
                .await;
        }
    }
    assert!(!own.join("backups").exists() && !elsewhere.path().join("free").exists(), "nothing was made");
    world.stop().await;
}
