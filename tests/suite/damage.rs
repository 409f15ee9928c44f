//! 260 faults in the store's files, on both deployments: every one is found by `lysbro verify` and by one scrub, none is
//! served, smaller copies are made again by themselves, and the truth is told about originals.

use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use tests::drill::{lysbro, said, send};
use tests::{Cast, Client, world};
use time::Duration;
use uuid::Uuid;

const REFERRALS: usize = 12;
const PICTURES: u8 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn every_damaged_object_is_found_and_none_served_on_the_embedded_default() {
    damage(DEPLOYMENTS[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_damaged_object_is_found_and_none_served_on_postgres_and_tcp() {
    damage(DEPLOYMENTS[1]).await;
}

/// An object's file in the store.
fn file(world: &World, object: &str) -> PathBuf {
    let name = hex::encode(kit::pictures::sha256(object.as_bytes()));
    world.folder.path().join("objects/buckets/lysbro").join(&name[..2]).join(name)
}

/// Damages what it takes from the list: 1 bit flipped, cut short, exchanged with another, deleted.
struct Vandal<'a> {
    world: &'a World,
    done: BTreeMap<String, &'static str>,
    faults: usize,
}

impl Vandal<'_> {
    fn flip(&mut self, object: String) {
        let path = file(self.world, &object);
        let mut bytes = fs::read(&path).expect("the file");
        // Somewhere in the content, which comes before the record.
        let place = usize::from(bytes[40]) % (bytes.len() - 700);
        bytes[place] ^= 1 << (self.faults % 8);
        fs::write(path, bytes).expect("flipped");
        self.note(object, "changed");
        self.faults += 1;
    }

    fn cut(&mut self, object: String) {
        let path = file(self.world, &object);
        let bytes = fs::read(&path).expect("the file");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("cut");
        self.note(object, "changed");
        self.faults += 1;
    }

    fn swap(&mut self, one: String, other: String) {
        let (first, second) = (file(self.world, &one), file(self.world, &other));
        let (a, b) = (fs::read(&first).expect("the file"), fs::read(&second).expect("the file"));
        fs::write(first, b).expect("swapped");
        fs::write(second, a).expect("swapped");
        self.note(one, "changed");
        self.note(other, "changed");
        self.faults += 1;
    }

    fn delete(&mut self, object: String) {
        fs::remove_file(file(self.world, &object)).expect("deleted");
        self.note(object, "missing");
        self.faults += 1;
    }

    fn note(&mut self, object: String, what: &'static str) {
        assert!(self.done.insert(object, what).is_none(), "each object once");
    }

    /// `flips` flipped, 10 cut, `pairs` pairs exchanged, 10 deleted.
    fn work(&mut self, objects: Vec<String>, flips: usize, pairs: usize) {
        let mut objects = objects.into_iter();
        let mut take = |count| objects.by_ref().take(count).collect::<Vec<_>>();
        let (flips, cuts, pairs, gone) = (take(flips), take(10), take(pairs * 2), take(10));
        for one in flips {
            self.flip(one);
        }
        for one in cuts {
            self.cut(one);
        }
        for pair in pairs.chunks(2) {
            self.swap(pair[0].clone(), pair[1].clone());
        }
        for one in gone {
            self.delete(one);
        }
    }
}

async fn names(world: &World, prefix: &str) -> Vec<String> {
    let listed = world.ctx().objects.list(prefix, None, usize::MAX).await.expect("a listing");
    listed.into_iter().map(|object| object.key).collect()
}

/// The picture that an object belongs to, and the address's last part.
fn address(object: &str) -> (Uuid, &str) {
    let mut parts = object.split('/').skip(1);
    let image = parts.next().and_then(|id| id.parse().ok()).expect("a picture's id");
    (image, parts.next().map_or("original", |name| name.split('-').next().expect("a size")))
}

async fn get(gp: &Client, object: &str) -> tests::Reply {
    let (image, rendition) = address(object);
    gp.get(&format!("/api/intake/images/{image}/{rendition}")).await
}

async fn sign_in(world: &World) -> Client {
    let gp = directory::person_by_email(world.ctx(), "grete@lysbro.example").await.expect("asked").expect("Grete");
    let kind = directory::LinkKind::SignIn;
    let token = directory::make_link(world.ctx(), gp, kind, kind.lasts()).await.expect("a link");
    Client::by_link(&world.url(), &token).await
}

async fn damage(deployment: (Engine, Reach)) {
    let world = world(deployment).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let mut referral_of = BTreeMap::new();
    for _ in 0..REFERRALS {
        let (referral, finding) = (world.ctx().new_id(), world.ctx().new_id());
        let sent = send(&cast.gp, &cast, referral, finding, PICTURES).await;
        referral_of.extend(sent.into_keys().map(|image| (image, referral)));
    }
    assert!(world.settle().await.expect("settled").is_empty());
    let (originals, derivatives) = (names(&world, "originals/").await, names(&world, "derivatives/").await);
    let mut good = BTreeMap::new();
    for object in originals.iter().chain(&derivatives) {
        good.insert(object.clone(), get(&cast.gp, object).await.expect(200).bytes);
    }
    let kept = fs::read(file(&world, &originals[0])).expect("a good copy");

    let mut vandal = Vandal { world: &world, done: BTreeMap::new(), faults: 0 };
    vandal.work(originals.clone(), 100, 5);
    // From the other end, so that copies of whole originals are among them, and copies of damaged ones.
    vandal.work(derivatives.iter().rev().cloned().collect(), 100, 15);
    let Vandal { done: damaged, faults, .. } = vandal;
    assert_eq!((faults, damaged.len()), (260, 280));

    found_by_verify(&world, &damaged).await;
    for object in &originals {
        none_is_served(&cast.gp, object, &good[object], damaged.contains_key(object)).await;
    }
    // What the reads noted is forgotten: the scrub must find everything by itself.
    for object in damaged.keys() {
        kit::scrub::whole(&world.ctx().db, object).await.expect("forgotten");
    }
    scrubbed(&world).await;
    let listed = listed(&world).await;
    let lost = |object: &String| damaged.contains_key(&format!("originals/{}", address(object).0));
    let (beyond, remade): (Vec<_>, Vec<_>) =
        damaged.keys().partition(|object| object.starts_with("originals/") || lost(object));
    let beyond: BTreeSet<String> = beyond.into_iter().cloned().collect();
    assert_eq!(listed, beyond, "what can't be made again stays on the list");
    assert!(remade.len() > 5, "{}", remade.len());
    let gp = sign_in(&world).await;
    for object in originals.iter().chain(&derivatives) {
        none_is_served(&gp, object, &good[object], damaged.contains_key(object) && !remade.contains(&object)).await;
    }
    told(&world, &gp, &referral_of, &damaged, kept).await;
    world.stop().await;
}

/// A damaged object gives a problem with a sentence, any other its very bytes.
async fn none_is_served(gp: &Client, object: &str, bytes: &[u8], damaged: bool) {
    let reply = get(gp, object).await;
    let wanted = match (damaged, object.starts_with("originals/")) {
        (false, _) => (200, ""),
        (true, true) => (410, "picture-damaged"),
        (true, false) => (503, "picture-remade"),
    };
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), wanted, "{object}");
    assert!(damaged || reply.bytes == bytes, "{object} is not what was stored");
}

/// Beside the running services.
async fn found_by_verify(world: &World, damaged: &BTreeMap<String, &str>) {
    let (clean, text) = said(lysbro(&world.ctx().settings, &["verify"])).await;
    let found: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.split_once(' ').filter(|(what, _)| ["changed", "missing", "nobody's"].contains(what)))
        .map(|(_, object)| object.trim().to_owned())
        .collect();
    assert!(!clean && text.contains("280 faults"), "{text}");
    assert_eq!(found, damaged.keys().cloned().collect(), "{text}");
}

/// One whole round of both walks, hour by hour, while repairs go on.
async fn scrubbed(world: &World) {
    let rounds = async || kit::scrub::states(&world.ctx().db).await.expect("states");
    let before: BTreeMap<_, _> = rounds().await.into_iter().map(|walk| (walk.name, walk.round)).collect();
    for _ in 0..100 {
        world.clock.advance(Duration::hours(1));
        assert!(world.settle().await.expect("settled").is_empty());
        // The round that was under way is no whole one: the next is.
        let now = rounds().await;
        if now.len() == 2 && now.iter().all(|walk| walk.round >= before.get(&walk.name).unwrap_or(&1) + 2) {
            return quiet(world).await;
        }
    }
    panic!("no whole round: {:?}", rounds().await);
}

/// Until no picture is being prepared, nor waits to be: what the host could not read is tried again minutes later.
async fn quiet(world: &World) {
    let waiting = "select count(*) from imaging_job where state = 'waiting' or (state = 'damaged' and due_at <= $1)";
    for _ in 0..300 {
        assert!(world.settle().await.expect("settled").is_empty());
        let db = &world.ctx().db;
        let (count,): (i64,) = db.q(waiting).bind(world.ctx().now()).one().await.expect("a count");
        if count == 0 {
            assert!(world.settle().await.expect("settled").is_empty());
            return;
        }
        world.clock.advance(Duration::seconds(5));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("pictures are still being prepared");
}

async fn listed(world: &World) -> BTreeSet<String> {
    let all = kit::scrub::damaged(&world.ctx().db).await.expect("the list");
    all.into_iter().map(|one| one.object).collect()
}

/// The office is told that a picture is damaged; once its original is put back, it is there again.
async fn told(
    world: &World,
    gp: &Client,
    referral_of: &BTreeMap<Uuid, Uuid>,
    damaged: &BTreeMap<String, &str>,
    kept: Vec<u8>,
) {
    let spoiled = damaged.keys().filter(|object| object.starts_with("derivatives/")).map(|object| address(object).0);
    let hopeless: Vec<Uuid> = spoiled.filter(|image| damaged.contains_key(&format!("originals/{image}"))).collect();
    let image = *hopeless.first().expect("a picture of which nothing good is left");
    let state = async |gp: &Client, image: Uuid| {
        let path = format!("/api/intake/referrals/{}", referral_of[&image]);
        let detail = gp.get(&path).await.expect(200).json();
        let images = detail["images"].as_array().expect("images").clone();
        images.into_iter().find(|one| one["id"] == image.to_string()).expect("the picture")
    };
    let shown = state(gp, image).await;
    assert!(shown["state"] == "rejected" && shown["reason"]["code"] == "picture-damaged", "{shown}");
    // The good copy of the first original goes to its place; its smaller copies are damaged by hand.
    let first = damaged.keys().find(|object| object.starts_with("originals/")).expect("an original");
    let (id, _) = address(first);
    for copy in names(world, &format!("derivatives/{id}/")).await {
        drop(fs::remove_file(file(world, &copy)));
        assert_eq!(get(gp, &copy).await.status, 503);
    }
    quiet(world).await;
    let gp = &sign_in(world).await;
    assert_eq!(state(gp, id).await["state"], "rejected", "told, instead of processing for ever");
    fs::write(file(world, first), kept).expect("put back");
    world.clock.advance(Duration::hours(25));
    quiet(world).await;
    let gp = sign_in(world).await;
    assert_eq!(state(&gp, id).await["state"], "ready", "it is there again");
    get(&gp, first).await.expect(200);
    assert!(!listed(world).await.contains(first));
}
