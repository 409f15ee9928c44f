//! The root key is changed while everything runs, and the change is killed again and again: every key opens at every moment,
//! and in the end the old root opens nothing.

use kit::keys::{KeyStore, RootKey, Roots};
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use kit::{Context, Random};
use std::fs;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tests::drill::{Shelf, lysbro, said};
use tests::world;
use uuid::Uuid;

const KEYS: usize = 600;

#[tokio::test(flavor = "multi_thread")]
async fn the_root_key_changes_under_load_and_through_kills_on_the_embedded_default() {
    rotate(DEPLOYMENTS[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_key_changes_under_load_and_through_kills_on_postgres() {
    rotate(DEPLOYMENTS[1]).await;
}

async fn rotate(deployment: (Engine, Reach)) {
    let world = world(deployment).await;
    let ctx = world.ctx().clone();
    let file = world.folder.path().join("root.key");
    let old = RootKey::from_hex(&fs::read_to_string(&file).expect("the file")).expect("a root");
    let mut sealed = Vec::new();
    for _ in 0..KEYS {
        sealed.push(made(&ctx).await);
    }
    let destroyed = sealed.pop().expect("a key").0;
    ctx.keys.destroy(destroyed).await.expect("destroyed");
    let (done, working) = work(ctx.clone(), sealed.clone());
    for millis in [150, 250, 350, 450, 550] {
        let mut rotating = lysbro(&ctx.settings, &["rotate-root-key"]);
        let mut child = rotating.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program");
        tokio::time::sleep(Duration::from_millis(millis)).await;
        drop(child.start_kill());
        child.wait().await.expect("ended");
    }
    let (whole, text) = said(lysbro(&ctx.settings, &["rotate-root-key"])).await;
    assert!(whole && text.contains("RECOVERY SHEET"), "{text}");
    done.store(true, Ordering::SeqCst);
    sealed.extend(working.await.expect("no key failed to open at any moment"));
    let new = RootKey::from_hex(&fs::read_to_string(&file).expect("the file")).expect("a root");
    assert_ne!(new.fingerprint(), old.fingerprint());
    assert!(text.contains(&new.fingerprint()), "{text}");
    assert!(!file.with_file_name("root.key.next").exists());
    every_key_opens(&ctx, &sealed).await;
    assert!(ctx.keys.get(destroyed).await.is_err(), "what was destroyed stays destroyed");
    let reopen = async |root: RootKey| {
        let given = Roots::Given(vec![root]);
        KeyStore::open(ctx.keys.db().clone(), given, Random::default(), ctx.clock.clone()).await
    };
    let refused = reopen(old).await.expect_err("the old root is refused").to_string();
    assert!(refused.contains(&new.fingerprint()), "{refused}");
    reopen(new).await.expect("the new one opens it");
    sheet_and_rehearsal(&world).await;
    world.stop().await;
}

async fn made(ctx: &Context) -> (Uuid, Vec<u8>) {
    let id = ctx.new_id();
    let key = ctx.keys.ensure(id).await.expect("a key");
    (id, key.seal(&ctx.random, "test.value", id.as_bytes(), b"Kari SYNTHETIC"))
}

async fn every_key_opens(ctx: &Context, sealed: &[(Uuid, Vec<u8>)]) {
    for (id, value) in sealed {
        let key = ctx.keys.get(*id).await.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(key.open("test.value", id.as_bytes(), value).as_deref(), Ok(b"Kari SYNTHETIC".as_slice()));
    }
}

/// Ids of keys with something that each sealed.
type Sealed = Vec<(Uuid, Vec<u8>)>;

/// Goes on making keys and opening those that stand; gives back those that it made.
fn work(ctx: Context, sealed: Sealed) -> (Arc<AtomicBool>, tokio::task::JoinHandle<Sealed>) {
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let working = tokio::spawn(async move {
        let mut new = Vec::new();
        while !told.load(Ordering::SeqCst) {
            new.push(made(&ctx).await);
            every_key_opens(&ctx, &sealed[new.len() % sealed.len()..][..1]).await;
        }
        new
    });
    (done, working)
}

/// Not ready for real use until the sheet is on paper and a restore was rehearsed; then it says so no more.
async fn sheet_and_rehearsal(world: &World) {
    let settings = &world.ctx().settings;
    let care = async || world.ctx().keys.care().await.expect("care");
    assert!(care().await.warning().is_some_and(|text| text.contains("sheet") && text.contains("restore")));
    let (shown, text) = said(lysbro(settings, &["recovery-sheet"])).await;
    assert!(!shown && text.contains("--to"), "a root key goes into no pipe: {text}");
    let paper = world.folder.path().join("sheet.txt");
    let (written, text) = said(lysbro(settings, &["recovery-sheet", "--to", paper.to_str().expect("a path")])).await;
    assert!(written, "{text}");
    let root = fs::read_to_string(world.folder.path().join("root.key")).expect("the file");
    let digits: String = fs::read_to_string(&paper).expect("the sheet").split_whitespace().collect();
    assert!(digits.contains(&root), "the sheet has the root key");
    assert!(care().await.sheet.is_some() && care().await.rehearsed.is_none());
    let shelf = Shelf::new();
    let (whole, text) = said(shelf.backup(settings)).await;
    assert!(whole, "{text}");
    let mut empty = kit::testing::Empty::new(if settings.database_url.starts_with("sqlite:") {
        DEPLOYMENTS[0]
    } else {
        DEPLOYMENTS[1]
    })
    .await
    .expect("an empty deployment");
    empty.settings.root_key = Some("ab".repeat(32));
    let (wrong, text) = said(shelf.restore(&empty.settings)).await;
    assert!(!wrong && text.contains("recovery sheet with that fingerprint"), "{text}");
    empty.settings.root_key = Some(root);
    let (restored, text) = said(shelf.restore(&empty.settings)).await;
    assert!(restored, "{text}");
    let code = text.lines().find_map(|line| line.split_once("lysbro rehearsed ")).expect("a code").1;
    let words: Vec<&str> = code.split_whitespace().collect();
    let (guessed, _) = said(lysbro(settings, &["rehearsed", words[0], "0123456789ab"])).await;
    assert!(!guessed, "a rehearsal is not just said");
    let (noted, text) = said(lysbro(settings, &["rehearsed", words[0], words[1]])).await;
    assert!(noted, "{text}");
    assert_eq!(care().await.warning(), None);
}

/// A change of the root key that stopped between the last key and the old root's end: one sheet would not open its backup.
#[tokio::test(flavor = "multi_thread")]
async fn no_backup_is_taken_while_the_root_key_is_being_changed() {
    let world = world(DEPLOYMENTS[0]).await;
    let (ctx, shelf) = (world.ctx().clone(), Shelf::new());
    let old = fs::read_to_string(world.folder.path().join("root.key")).expect("the file");
    let (whole, text) = said(shelf.backup(&ctx.settings)).await;
    assert!(whole, "{text}");
    let next = ctx.keys.roots().next(&ctx.random).expect("a next root");
    stop_before_the_old_root_is_dropped(&ctx, &next).await;
    let other = Shelf::new();
    // With the old root and the next one from the files, and with the next one given alone.
    let alone = kit::settings::Settings { root_key: Some(next.to_hex()), ..ctx.settings.clone() };
    for settings in [&ctx.settings, &alone] {
        let (whole, text) = said(other.backup(settings)).await;
        assert!(!whole && text.contains("finish `lysbro rotate-root-key`"), "{text}");
        assert!(text.trim_end().lines().count() == 1 && !other.backups().exists() && !other.keys().exists(), "{text}");
    }
    mixed_backup_needs_both(&ctx, &shelf, &old, &next).await;
    let (whole, text) = said(lysbro(&ctx.settings, &["rotate-root-key"])).await;
    let (sheet, done) = (text.find("RECOVERY SHEET"), text.find("done: "));
    assert!(whole && sheet.is_some() && sheet < done && text.contains(&next.fingerprint()), "{text}");
    let (whole, text) = said(other.backup(&ctx.settings)).await;
    assert!(whole && text.contains(&format!("root key {}\n", next.fingerprint())), "{text}");
    world.stop().await;
}

/// As a kill leaves it: every key is wrapped by the next root, and the old one's row stands.
async fn stop_before_the_old_root_is_dropped(ctx: &Context, next: &RootKey) {
    let old = ctx.keys.newest().await.expect("the old root").fingerprint();
    ctx.keys.rotate(next).await.expect("wrapped anew");
    let stands = "insert into root_key (fingerprint, since) values ($1, $2)";
    let long_ago = kit::At::from_micros(1);
    ctx.keys.db().q(stands).bind(old).bind(long_ago).exec().await.expect("the old root's row");
}

/// A backup that an older program took at such a moment: the old sheet is refused at once, both are enough, and the root key
/// that opens the keys stands in the new deployment's file.
async fn mixed_backup_needs_both(ctx: &Context, shelf: &Shelf, old: &str, next: &RootKey) {
    let keys = kit::backup::newest(&shelf.keys()).expect("keys");
    let copy = keys.join("keys.sqlite");
    fs::remove_file(&copy).expect("removed");
    ctx.keys.db().q("vacuum into $1").bind(copy.to_string_lossy().into_owned()).exec().await.expect("copied");
    let bytes = fs::read(&copy).expect("the copy");
    let manifest = keys.join("manifest.json");
    let mut value: serde_json::Value = serde_json::from_slice(&fs::read(&manifest).expect("read")).expect("JSON");
    value["roots"].as_array_mut().expect("roots").push(next.fingerprint().into());
    let part = &mut value["parts"][0];
    assert_eq!(part["name"], "keys");
    part["bytes"] = bytes.len().into();
    part["sha256"] = kit::backup::hex(&kit::pictures::sha256(&bytes)).into();
    fs::write(&manifest, value.to_string()).expect("written");

    let mut empty = kit::testing::Empty::new(DEPLOYMENTS[0]).await.expect("an empty deployment");
    empty.settings.root_key = Some(old.to_owned());
    let (restored, text) = said(shelf.restore(&empty.settings)).await;
    assert!(!restored && text.contains("LYSBRO_ROOT_KEY_NEXT"), "{text}");
    let empty = kit::testing::Empty::new(DEPLOYMENTS[0]).await.expect("an empty deployment");
    let both = |settings: &kit::settings::Settings| {
        let mut command = shelf.restore(settings);
        command.env("LYSBRO_ROOT_KEY", old).env("LYSBRO_ROOT_KEY_NEXT", next.to_hex());
        command
    };
    fs::write(empty.folder.path().join("root.key"), "cd".repeat(32)).expect("a foreign root key");
    let (restored, text) = said(both(&empty.settings)).await;
    assert!(!restored && text.contains("another root.key"), "{text}");
    fs::remove_file(empty.folder.path().join("root.key")).expect("removed");
    let (restored, text) = said(both(&empty.settings)).await;
    assert!(restored, "{text}");
    let written = fs::read_to_string(empty.folder.path().join("root.key")).expect("the root key");
    assert_eq!(written, next.to_hex());
    assert!(!empty.folder.path().join("root.key.next").exists());
}
