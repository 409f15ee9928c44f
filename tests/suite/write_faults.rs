//! Every kind of write fails once at every act that makes it: all or nothing, told clearly, and the same again succeeds once.
//!
//! A journey is played once to note what each act writes and publishes, and once more with one write after another failing.

use crate::acts::{ALL, Act, Play};
use crate::copies::Copies;
use crate::triggers::{Triggers, Write, writes};
use kit::settings::{Mail, MailTls};
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Cast, program};

/// Writes that no act of an office, a hospital or the house reaches, each with its reason.
const NOT_REACHED: &[(&str, &str, &str)] = &[
    ("log_offset", "insert", "a consumer's first step ever, before any act"),
    ("log_parked", "insert", "parks what a projection refuses: kit's own tests make one refuse"),
    ("log_parked", "delete", "takes up what was parked, as above"),
    ("directory_link", "delete", "one statement of the hourly sweep; a row that stays is swept an hour later"),
    ("kit_session", "delete", "the same sweep"),
    ("intake_chore", "insert", "one row for ever, made by whichever step comes first"),
    (
        "intake_succession",
        "update",
        "an upsert's second half: a practice whose closing is recorded again, as intake's own tests do",
    ),
    ("intake_rendition", "update", "an upsert's second half: a picture that is decoded again"),
    ("review_derived", "update", "the same, at the specialist's side"),
    ("review_rendition", "delete", "the same"),
    ("review_department", "update", "an upsert's second half: a department that is registered again"),
    ("review_person", "update", "the same, of a person"),
    ("uptake_enablement", "update", "an upsert's second half: a step that is recorded again for the same day"),
    ("uptake_register", "update", "the same, of the register"),
    ("imaging_derivative", "update", "a smaller copy that is made again"),
    ("imaging_tile", "insert", "of pictures above 4,096 pixels: imaging's own tests"),
    ("imaging_tile", "update", "a tile that is made again"),
    ("review_tile", "insert", "of pictures above 4,096 pixels: review's own tests"),
    ("review_tile", "delete", "the same"),
    (
        "review_call",
        "update",
        "empties the note of a call about a referral that is erased: review's own tests erase one",
    ),
    ("notify_mail", "delete", "forgets what was sent a month ago: `mail` waits as long"),
    ("notify_notice", "delete", "forgets what is erased, and what was written a month ago: `mail` does both"),
    ("kit_damaged", "insert", "the scrub's: `damage` damages objects"),
    ("kit_damaged", "delete", "the same"),
    ("kit_scrub", "insert", "a walk's first step ever"),
];

/// Every service answers requests; consumers and repairs run when an act says so, so that a fault meets the act it is for.
pub async fn quiet_world(deployment: (Engine, Reach)) -> World {
    let mut serving = lysbro::services();
    for service in &mut serving {
        service.consumers.clear();
        service.repairs.clear();
    }
    let world = World::start(serving, deployment, |settings| {
        settings.synthetic = true;
        settings.decoder = vec![program(), "decode".into()];
        // A server that is away: mails are decided, and wait.
        settings.public_url = Some("http://localhost".into());
        settings.mail = Some(Mail {
            host: "127.0.0.1".into(),
            port: 1,
            tls: MailTls::None,
            credentials: None,
            from: "lysbro@lysbro.example".into(),
            hour: 0,
        });
    })
    .await
    .expect("a world");
    world.clock.hold(kit::testing::monday());
    world
}

pub async fn cast(world: &World) -> Cast {
    let services = lysbro::services();
    let url = world.url();
    // Side by side: one that nobody polls while the other goes on might hold SQLite's turn to write.
    let draining = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            kit::run::drain(&services, world.ctx()).await.expect("drained");
        }
    };
    let cast = tokio::select! {
        cast = Cast::assemble(world.ctx(), &url) => cast,
        () = draining => unreachable!("it drains until the cast stands"),
    };
    kit::run::drain(&services, world.ctx()).await.expect("drained");
    cast
}

/// How many events of each kind the log holds.
pub async fn events(world: &World) -> BTreeMap<String, i64> {
    let rows: Vec<(String, i64)> =
        world.ctx().db.q("select kind, count(*) from log_event group by kind").all().await.expect("counts");
    rows.into_iter().collect()
}

/// What came to be between two counts.
pub fn gained(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    let more = |(kind, count): (&String, &i64)| (kind.clone(), count - before.get(kind).copied().unwrap_or(0));
    after.iter().map(more).filter(|(_, count)| *count != 0).collect()
}

struct Noted {
    /// As they come: an upload that is interrupted goes on where it stands, so an earlier write must fail before a later one.
    writes: Vec<Write>,
    events: BTreeMap<String, i64>,
}

async fn note(play: &mut Play<'_>, triggers: &Triggers) -> Vec<(Act, Noted)> {
    let mut all = Vec::new();
    for act in ALL.iter().copied() {
        play.world.clock.advance(time::Duration::SECOND);
        stay_signed_in(play.world).await;
        let before = events(play.world).await;
        triggers.note().await;
        play.perform(act).await.unwrap_or_else(|reply| panic!("{act:?}: {} {}", reply.status, reply.text()));
        let writes = triggers.noted().await;
        all.push((act, Noted { writes, events: gained(&before, &events(play.world).await) }));
    }
    all
}

/// Tables that an act which is interrupted may have moved on in: an upload stands where its last piece stood, and a failed
/// sign-in counts.
fn moves_on(act: Act) -> &'static [&'static str] {
    match act {
        Act::Picture
        | Act::NoPicture
        | Act::EndUpload
        | Act::SecondPicture
        | Act::PictureForReply
        | Act::FourthPicture
        | Act::FifthPicture
        | Act::PhonePicture
        | Act::PassedPicture
        | Act::DiscardForGood => &UPLOADING,
        // Two codes, one after the other: the first one stands when the second fails.
        Act::ShowPhoneCode => &["intake_phone"],
        // The act itself lets time pass for what waits, and for what was said of a month.
        Act::Phone => &["review_wait"],
        Act::WhyNot => &["directory_reason"],
        // The draft is named first; what goes along is copied until it is there.
        Act::RightPatient => &["intake_error", "intake_orphan", "log_event", "log_head"],
        Act::Invite | Act::WrongPassword | Act::SignIn | Act::Unlock | Act::Accept | Act::SignInByLink => {
            &["directory_attempt", "directory_link"]
        }
        _ => &[],
    }
}

/// A picture that stands and whose pieces could not be cleared away yet is whole; a practice's quota is asked for when an upload
/// begins.
const UPLOADING: [&str; 9] = [
    "intake_quota",
    "intake_upload",
    "intake_piece",
    "intake_orphan",
    "intake_referral",
    "intake_happening",
    "intake_image",
    "log_event",
    "log_head",
];

/// Written at every request by its session, and at every read by the access log; the acts that are about them are played for it.
fn by_the_way(act: Act, (table, operation): &Write) -> bool {
    let session = (table.as_str(), *operation) == ("kit_session", "update")
        && !matches!(act, Act::Lock | Act::Unlock | Act::SignOut | Act::SignOutEverywhere);
    session || (table.starts_with("audit_") && act != Act::Read)
}

async fn fail_each(play: &mut Play<'_>, triggers: &Triggers, noted: &[(Act, Noted)]) -> usize {
    let mut failed = 0;
    for (act, was) in noted {
        let (act, house) = (*act, Play::is_of_house(*act));
        play.world.clock.advance(time::Duration::SECOND);
        let before = events(play.world).await;
        for write in was.writes.iter().filter(|write| !by_the_way(act, write)) {
            stay_signed_in(play.world).await;
            let rows = triggers.rows(moves_on(act)).await;
            triggers.arm(write).await;
            let outcome = play.perform(act).await;
            if !house {
                let told = outcome.expect_err(&format!("{act:?} succeeds though {write:?} fails"));
                assert!(matches!(told.status.as_u16(), 500 | 503), "{act:?} {write:?}: {}", told.text());
                let now = triggers.rows(moves_on(act)).await;
                for (old, new) in rows.iter().zip(&now) {
                    assert_eq!(old, new, "{act:?} failed at {write:?} and left something behind");
                }
            }
            triggers.disarm().await;
            failed += 1;
        }
        stay_signed_in(play.world).await;
        play.perform(act).await.unwrap_or_else(|reply| panic!("{act:?} again: {} {}", reply.status, reply.text()));
        if house {
            play.drain().await.unwrap_or_else(|reply| panic!("{act:?} drains: {}", reply.text()));
        }
        let once = gained(&before, &events(play.world).await);
        assert_eq!(once, was.events, "{act:?} has one effect, however often it failed before");
    }
    failed
}

async fn every_write_fails_once(deployment: (Engine, Reach)) {
    let world = quiet_world(deployment).await;
    let (services, copies) = (lysbro::services(), Copies::single());
    let cast = cast(&world).await;
    let triggers = Triggers::put(world.ctx()).await;
    let noted = note(&mut Play::new(&world, &services, &cast, &copies, 1), &triggers).await;
    let reached: BTreeSet<Write> = noted.iter().flat_map(|(_, noted)| noted.writes.iter().cloned()).collect();
    let excused: BTreeSet<Write> = NOT_REACHED.iter().map(|(table, op, _)| ((*table).to_owned(), *op)).collect();
    let missing: Vec<_> = writes().into_iter().filter(|one| !reached.contains(one) && !excused.contains(one)).collect();
    assert!(missing.is_empty(), "no act reaches these writes: give one, or name them with a reason: {missing:?}");
    let needless: Vec<_> = excused.intersection(&reached).filter(|one| one.0 != "intake_chore").collect();
    assert!(needless.is_empty(), "excused and reached all the same: {needless:?}");
    // Twelve days have passed: everybody signs in again.
    let cast = again(&world, cast).await;
    let failed = fail_each(&mut Play::new(&world, &services, &cast, &copies, 100), &triggers, &noted).await;
    assert!(kit::log::parked(&world.ctx().db).await.expect("a list").is_empty(), "no failed write parks an event");
    assert!(kit::log::verify_chain(&world.ctx().db).await.expect("a walk").broken.is_empty());
    println!("write faults: {} kinds of write, failed {failed} times in {} acts", reached.len(), noted.len());
    world.stop().await;
}

/// Days pass while one write after the other fails: nobody's session runs out over it.
async fn stay_signed_in(world: &World) {
    let now = world.ctx().now();
    let text = "update kit_session set seen_at = $1, expires_at = $2 where ended_at is null";
    let kept = world.ctx().db.q(text).bind(now).bind(now + time::Duration::days(4_000));
    kept.exec().await.expect("sessions stay");
}

/// The same people with new sessions.
async fn again(world: &World, mut cast: Cast) -> Cast {
    cast.sign_in_again(world.ctx(), &world.url()).await;
    cast
}

#[tokio::test]
async fn every_write_fails_once_on_the_embedded_default() {
    every_write_fails_once(DEPLOYMENTS[0]).await;
}

#[tokio::test]
async fn every_write_fails_once_on_postgres_and_tcp() {
    every_write_fails_once(DEPLOYMENTS[1]).await;
}
