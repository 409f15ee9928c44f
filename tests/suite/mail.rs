//! Mail to staff, handed over to a real server on loopback: what it says, to whom, how often, and what happens while the server
//! is away.

use crate::write_faults::cast;
use kit::db::{Db, Layer, migrate};
use kit::log::Envelope;
use kit::settings::{Mail as Settings, MailTls};
use kit::testing::{DEPLOYMENTS, Empty, Engine, Reach, World};
use kit::{At, Clock, Context, Role};
use proto::Event;
use proto::intake::{
    AnswerAcknowledged, InformationSupplied, PeopleTold, ReferralErased, ReferralSubmitted, ReferralWithdrawn,
};
use proto::review::{
    AnswerGiven, CaseEnteredInError, InformationRequested, Opener, PracticePhoned, ReferralDeclined, ReferralForwarded,
};
use serde_json::json;
use std::collections::BTreeMap;
use tests::{Cast, Client, Mail, Mood, PostOffice, planted, program};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

/// A world whose mail goes to a server of the tests; consumers and repairs run when the test says so.
pub async fn posting_world(deployment: (Engine, Reach), port: Option<u16>) -> World {
    let mut serving = lysbro::services();
    for service in &mut serving {
        service.consumers.clear();
        service.repairs.clear();
    }
    let world = World::start(serving, deployment, |settings| {
        settings.synthetic = true;
        settings.decoder = vec![program(), "decode".into()];
        settings.public_url = Some("https://lysbro.example".into());
        settings.mail = port.map(|port| Settings {
            host: "127.0.0.1".into(),
            port,
            tls: MailTls::None,
            credentials: None,
            from: "lysbro@hospital.example".into(),
            hour: 7,
        });
    })
    .await
    .expect("a world");
    world.clock.hold(kit::testing::monday());
    world
}

struct Post {
    world: World,
    cast: Cast,
    office: PostOffice,
}

/// What a referral is for mail.
#[derive(Clone, Copy)]
struct Referral {
    id: Uuid,
    priority: &'static str,
    /// Of its answer.
    disposition: &'static str,
    test: bool,
}

impl Post {
    async fn start(deployment: (Engine, Reach)) -> Self {
        let office = PostOffice::open().await;
        let world = posting_world(deployment, Some(office.port())).await;
        let cast = cast(&world).await;
        Self { world, cast, office }
    }

    fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    async fn drain(&self) {
        kit::run::drain(&lysbro::services(), self.ctx()).await.expect("drained");
        assert!(kit::log::parked(&self.ctx().db).await.expect("a list").is_empty());
    }

    async fn until(&self, at: time::OffsetDateTime) {
        assert!(At::from(at) >= self.ctx().now());
        self.world.clock.hold(at.into());
        self.drain().await;
    }

    fn referral(&self, priority: &'static str) -> Referral {
        Referral { id: self.ctx().new_id(), priority, disposition: "", test: false }
    }

    /// What another service says of a referral, with canaries wherever there is room.
    async fn tell<E: Event>(&self, referral: Referral, fact: &E) {
        self.tell_of(referral, self.cast.departments[0], fact).await;
    }

    /// The same, of another department.
    async fn tell_of<E: Event>(&self, referral: Referral, department: Uuid, fact: &E) {
        let ctx = self.ctx();
        ctx.keys.ensure(referral.id).await.expect("a key");
        let bytes = |id: Uuid| id.as_bytes().to_vec();
        let envelope = Envelope {
            practice: bytes(self.cast.practices[0].id),
            department: bytes(department),
            specialty: "dermatology".into(),
            channel: "web".into(),
            priority: referral.priority.into(),
            disposition: referral.disposition.into(),
            test: referral.test,
            key: bytes(referral.id),
            ..ctx.about(referral.id, None)
        };
        let mut tx = ctx.begin().await.expect("a transaction");
        ctx.publish(&mut tx, envelope, fact).await.expect("published");
        tx.commit().await.expect("committed");
        self.drain().await;
    }

    async fn submit(&self, referral: Referral, due: time::OffsetDateTime) {
        let fact = ReferralSubmitted {
            practice_name: "KanariPractice".into(),
            department_name: "KanariDepartment".into(),
            question: "KanariQuestion".into(),
            due_us: At::from(due).micros(),
            ..ReferralSubmitted::default()
        };
        self.tell(referral, &fact).await;
    }

    async fn answer(&self, referral: Referral) -> Uuid {
        let answer = self.ctx().new_id();
        let fact = AnswerGiven {
            answer: answer.as_bytes().to_vec(),
            answered_by: "KanariDoctor".into(),
            department_name: "KanariDepartment".into(),
            summary: "KanariSummary".into(),
            ..AnswerGiven::default()
        };
        self.tell(referral, &fact).await;
        answer
    }

    async fn read(&self, referral: Referral, answer: Uuid) {
        self.tell(referral, &AnswerAcknowledged { answer: answer.as_bytes().to_vec() }).await;
    }

    async fn person(&self, name: &str) -> Uuid {
        let by_email = self.ctx().db.q("select id from directory_person where email = $1");
        let (id,): (Uuid,) = by_email.bind(format!("{name}@lysbro.example")).one().await.expect("a person");
        id
    }

    /// To whom mails went since the last look: names, sorted.
    fn new_mails(&self, seen: &mut usize) -> Vec<String> {
        let mails = self.office.mails();
        let mut names: Vec<String> =
            mails[*seen..].iter().map(|mail| mail.to.split('@').next().unwrap_or_default().to_owned()).collect();
        *seen = mails.len();
        names.sort();
        names
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.ctx().db.q(sql).one().await.expect("a count");
        count
    }

    async fn stop(self) {
        assert_plain(&self.office.mails());
        self.world.stop().await;
    }
}

/// No mail says anything of anybody; only its address names whom it goes to.
fn assert_plain(mails: &[Mail]) {
    for mail in mails {
        let text = mail.text();
        for part in [mail.raw.as_str(), text.as_str()] {
            assert_eq!(planted(part.as_bytes()), None, "{part}");
        }
        for word in ["Solvik", "Skin", "Hospital", "dermatology", "Synthetic", "SYNTHETIC"] {
            assert!(!mail.raw.contains(word) && !text.contains(word), "{word}: {text}");
        }
        assert!(mail.header("Subject").starts_with("New in Lysbro"), "{}", mail.raw);
        assert_eq!(
            (mail.from.as_str(), mail.header("To")),
            ("lysbro@hospital.example", format!("<{}>", mail.to).as_str())
        );
        assert!(
            text.contains("https://lysbro.example/") && !text.contains("/case") && text.lines().count() < 10,
            "{text}"
        );
    }
}

/// What is urgent goes at once; everything else once on the next working day, however much it is.
async fn urgent_at_once_and_the_rest_once_a_day(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    // Monday, 9 in the morning in Oslo: the hour of the digest has come.
    let urgent = post.referral("urgent");
    post.submit(urgent, datetime!(2026-03-05 22:59:59 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl", "dagny", "dina"], "the department");
    post.submit(post.referral("routine"), datetime!(2026-03-16 22:59:59 UTC)).await;
    post.tell(Referral { test: true, ..post.referral("urgent") }, &InformationRequested::default()).await;
    assert!(post.new_mails(&mut seen).is_empty(), "the worklist shows what is routine, and training is nobody's news");
    post.tell(urgent, &InformationRequested::default()).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "the practice");
    assert!(post.office.mails()[seen - 1].header("Subject").contains("please look today"));
    let (first, second) = (post.referral("routine"), post.referral("routine"));
    let answer = post.answer(first).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "Monday's digest");
    assert_eq!(post.office.mails()[seen - 1].header("Subject"), "New in Lysbro");
    for _ in 0..3 {
        post.answer(post.referral("routine")).await;
    }
    let late = post.answer(second).await;
    post.until(datetime!(2026-03-02 22:59 UTC)).await;
    post.until(datetime!(2026-03-03 05:59 UTC)).await;
    assert!(post.new_mails(&mut seen).is_empty(), "not before the hour");
    post.read(first, answer).await;
    post.read(second, late).await;
    post.until(datetime!(2026-03-03 06:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "Tuesday's digest, one for all three");
    post.until(datetime!(2026-03-04 10:00 UTC)).await;
    // Wednesday: the urgent question has climbed from the practice, which has no deputy; nothing else is new.
    assert_eq!(post.new_mails(&mut seen), ["carl"], "the call list is the coordinator's");
    post.stop().await;
}

/// What waits climbs by time: to the deputy, to the coordinator, after a call to the practice again.
async fn what_climbs_is_told_to_whom_it_climbs_to(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    let nora = post.person("nora").await;
    let path = format!("/api/directory/practices/{}/deputy", post.cast.practices[0].id);
    post.cast.admin.put(&path, json!({ "personId": nora })).await.expect(204);
    let cancer = post.referral("suspected-cancer");
    let answer = post.answer(cancer).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"]);
    post.until(datetime!(2026-03-03 22:59:59 UTC)).await;
    assert!(post.new_mails(&mut seen).is_empty());
    post.until(datetime!(2026-03-03 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["nora"], "the deputy, and at once");
    post.until(datetime!(2026-03-04 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"]);
    post.world.clock.advance(Duration::hours(9));
    post.tell(cancer, &PracticePhoned { note: "KanariNote".into(), ..PracticePhoned::default() }).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "the practice has it again");
    post.until(datetime!(2026-03-06 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "and then the coordinator, not the deputy");
    post.read(cancer, answer).await;
    let overdue = post.referral("routine");
    post.submit(overdue, datetime!(2026-03-09 22:59:59 UTC)).await;
    post.until(datetime!(2026-03-10 10:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "late at the department: its coordinator's");
    post.until(datetime!(2026-03-20 10:00 UTC)).await;
    assert!(post.new_mails(&mut seen).is_empty(), "each step is told once");
    post.stop().await;
}

/// What an answer recommends for a routine referral may be urgent all the same.
async fn an_answer_is_as_urgent_as_what_it_recommends(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    post.answer(post.referral("routine")).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "the digest of Monday");
    post.answer(post.referral("routine")).await;
    assert!(post.new_mails(&mut seen).is_empty(), "with the next one");
    post.answer(Referral { disposition: "cancer-pathway", ..post.referral("routine") }).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"]);
    post.until(datetime!(2026-03-03 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "it climbs after one working day: there is no deputy");
    post.stop().await;
}

/// Whoever has a notice of a wrong patient or picture is written to at once, once, at both ends.
async fn a_notice_of_a_mistake_is_written_at_once(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    let bytes = |id: Uuid| id.as_bytes().to_vec();
    let (nora, carl) = (post.person("nora").await, post.person("carl").await);
    let referral = post.referral("routine");
    let told = |mistake: Uuid, people: &[Uuid]| PeopleTold {
        mistake: bytes(mistake),
        people: people.iter().map(|id| bytes(*id)).collect(),
    };
    for _ in 0..2 {
        post.tell(referral, &told(referral.id, &[nora])).await;
    }
    assert_eq!(post.new_mails(&mut seen), ["nora"], "once");
    let opener = |person: Vec<u8>| Opener { name: "KanariOpener".into(), opened_us: 1, person };
    let fact = CaseEnteredInError {
        reason: "KanariReason".into(),
        openers: vec![opener(bytes(carl)), opener(Vec::new())],
        ..CaseEnteredInError::default()
    };
    post.tell(referral, &fact).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "and not who marked it");
    let training = Referral { test: true, ..post.referral("routine") };
    post.tell(training, &told(training.id, &[nora])).await;
    assert!(post.new_mails(&mut seen).is_empty());
    // What stands in an old log is nobody's news, and what was erased is forgotten.
    let erased = post.referral("routine");
    let at = post.ctx().now();
    post.world.clock.hold(at + Duration::days(8));
    let sql = "insert into notify_notice (person, mistake, referral, since) values ($1, $2, $2, $3)";
    post.ctx().db.q(sql).bind(nora).bind(erased.id).bind(at).exec_one().await.expect("a notice");
    post.drain().await;
    assert!(post.new_mails(&mut seen).is_empty());
    post.tell(erased, &ReferralErased {}).await;
    assert_eq!(post.count("select count(*) from notify_notice").await, 2);
    post.world.clock.hold(at + Duration::days(40));
    post.drain().await;
    assert_eq!(post.count("select count(*) from notify_notice").await, 0, "after a month");
    assert_eq!(post.count("select count(*) from notify_item").await, 0);
    post.stop().await;
}

/// A refusal is read like an answer, but for what the office had withdrawn.
async fn a_refusal_is_told_like_an_answer(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    let cases = [post.referral("urgent"), post.referral("urgent"), post.referral("urgent")];
    for referral in cases {
        post.submit(referral, datetime!(2026-03-05 22:59:59 UTC)).await;
    }
    assert_eq!(post.new_mails(&mut seen).len(), 9, "the department's three, of each");
    let [declined, before, after] = cases;
    let withdrawn = ReferralWithdrawn { reason: "KanariReason".into() };
    let refuse = |refusal: Uuid| ReferralDeclined {
        decline: refusal.as_bytes().to_vec(),
        text: "KanariText".into(),
        ..ReferralDeclined::default()
    };
    post.tell(before, &withdrawn).await;
    post.tell(before, &refuse(post.ctx().new_id())).await;
    assert!(post.new_mails(&mut seen).is_empty(), "the office waits for nothing any more");
    let refusal = post.ctx().new_id();
    post.tell(declined, &refuse(refusal)).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"]);
    post.tell(after, &refuse(post.ctx().new_id())).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"]);
    post.tell(after, &withdrawn).await;
    assert_eq!(post.count("select count(*) from notify_wait").await, 1, "the two crossed, whichever came first");
    post.until(datetime!(2026-03-03 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "it climbs: there is no deputy");
    post.read(declined, refusal).await;
    assert_eq!(post.count("select count(*) from notify_wait").await, 0);
    post.stop().await;
}

/// A question that is asked while an answer is unread leaves it waiting, and a call is about both. One that crossed a withdrawal is
/// asked of nobody.
async fn a_question_and_an_answer_climb_each_on_its_own(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    let urgent = post.referral("urgent");
    post.submit(urgent, datetime!(2026-03-05 22:59:59 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl", "dagny", "dina"]);
    let answer = post.answer(urgent).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"]);
    post.until(datetime!(2026-03-03 10:00 UTC)).await;
    // A reply that had been under way, and what it leaves open.
    post.tell(urgent, &InformationSupplied::default()).await;
    assert_eq!(post.new_mails(&mut seen), ["carl", "dagny", "dina"], "the reply");
    post.tell(urgent, &InformationRequested::default()).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "the question, and the answer is not told again");
    assert_eq!(post.count("select count(*) from notify_wait").await, 2);
    post.until(datetime!(2026-03-03 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "the answer has climbed");
    post.until(datetime!(2026-03-04 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "the question");
    post.world.clock.advance(Duration::hours(9));
    post.tell(urgent, &PracticePhoned::default()).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "the practice has both again");
    post.read(urgent, answer).await;
    assert_eq!(post.count("select count(*) from notify_wait where what = 'question'").await, 1);
    assert_eq!(post.count("select count(*) from notify_wait").await, 1);
    post.until(datetime!(2026-03-06 23:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl"], "the question is late again");
    // Whoever answers does without the reply.
    let second = post.answer(urgent).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"]);
    post.read(urgent, second).await;
    assert_eq!(post.count("select count(*) from notify_wait").await, 0);
    // It is withdrawn, and what the department asks a moment later is asked of nobody.
    let withdrawn = ReferralWithdrawn { reason: "KanariReason".into() };
    let crossed = post.referral("urgent");
    post.submit(crossed, datetime!(2026-03-12 22:59:59 UTC)).await;
    post.tell(crossed, &withdrawn).await;
    seen = post.office.mails().len();
    post.tell(crossed, &InformationRequested::default()).await;
    assert_eq!(post.count("select count(*) from notify_wait").await, 0);
    assert!(post.new_mails(&mut seen).is_empty());
    post.stop().await;
}

/// Whoever has it now is told, also when the office speaks of it before it has learned of the forwarding.
async fn a_forwarded_referral_is_the_other_department_s_news(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    let urgent = post.referral("urgent");
    post.submit(urgent, datetime!(2026-03-05 22:59:59 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["carl", "dagny", "dina"]);
    let forwarded = ReferralForwarded { text: "KanariText".into(), ..ReferralForwarded::default() };
    post.tell_of(urgent, post.cast.departments[1], &forwarded).await;
    assert_eq!(post.new_mails(&mut seen), ["einar"]);
    post.tell(urgent, &InformationSupplied::default()).await;
    assert_eq!(post.new_mails(&mut seen), ["einar"], "a reply, which names the department that had it");
    post.until(datetime!(2026-03-06 10:00 UTC)).await;
    assert_eq!(post.new_mails(&mut seen), ["einar"], "late, and there is no coordinator");
    post.stop().await;
}

/// What waits for a practice that is closed is told to the one that covers.
async fn a_closed_practice_s_news_is_the_covering_one_s(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    let urgent = post.referral("urgent");
    let answer = post.answer(urgent).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"]);
    let [closes, covers] = [post.cast.practices[0].id, post.cast.practices[1].id];
    let path = format!("/api/directory/practices/{closes}/closing");
    post.cast.admin.post(&path, json!({ "on": "2026-03-02", "coveringId": covers })).await.expect(204);
    post.drain().await;
    assert_eq!(post.new_mails(&mut seen), ["gunnar"]);
    // An answer that comes later names the practice that sent the referral.
    let later = post.referral("urgent");
    let second = post.answer(later).await;
    assert_eq!(post.new_mails(&mut seen), ["gunnar"]);
    post.read(urgent, answer).await;
    post.read(later, second).await;
    post.until(datetime!(2026-03-06 10:00 UTC)).await;
    assert!(post.new_mails(&mut seen).is_empty());
    post.stop().await;
}

/// While the server is away mails wait; they leave by themselves, and nobody gets two digests on a day.
async fn mails_wait_while_the_server_is_away(deployment: (Engine, Reach)) {
    let mut post = Post::start(deployment).await;
    let mut seen = 0;
    post.office.close().await;
    for day in [3, 4, 5] {
        post.answer(post.referral("routine")).await;
        post.answer(post.referral("urgent")).await;
        post.until(datetime!(2026-03-01 12:00 UTC) + Duration::days(day - 1)).await;
    }
    assert!(post.new_mails(&mut seen).is_empty());
    let waiting = "select count(*) from notify_mail where state = 'waiting'";
    let waits = post.count(waiting).await;
    // Grete and Nora a digest and an urgent one, Carl an urgent one about what has climbed.
    assert_eq!(waits, 5, "what became new meanwhile joined what waits");
    let exported = Client::new(&post.world.url()).get("/metrics").await.expect(200).text();
    let says = |name: &str| exported.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert_eq!(
        (says("notify_mail_on"), says("notify_mails_waiting")),
        ("notify_mail_on 1".into(), "notify_mails_waiting 5".into())
    );
    post.office.reopen().await;
    post.drain().await;
    assert!(post.new_mails(&mut seen).is_empty(), "it was tried a moment ago");
    post.world.clock.advance(Duration::minutes(31));
    post.drain().await;
    assert_eq!(post.new_mails(&mut seen), ["carl", "grete", "grete", "nora", "nora"]);
    assert_eq!(post.count(waiting).await, 0);
    // Today's digest is the one that waited.
    post.answer(post.referral("routine")).await;
    assert!(post.new_mails(&mut seen).is_empty());
    post.stop().await;
}

/// What the server says of one mail: later, never, nothing.
async fn a_mail_is_sent_at_least_once(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    post.office.next(&[Mood::Busy, Mood::Refuses]);
    post.answer(post.referral("urgent")).await;
    assert!(post.new_mails(&mut seen).is_empty());
    assert_eq!(post.count("select count(*) from notify_mail where state = 'refused'").await, 1);
    post.world.clock.advance(Duration::minutes(2));
    post.drain().await;
    assert_eq!(post.new_mails(&mut seen).len(), 1, "the one that was to come later");
    post.office.next(&[Mood::Silent]);
    post.submit(post.referral("urgent"), datetime!(2026-03-05 22:59:59 UTC)).await;
    post.world.clock.advance(Duration::minutes(5));
    post.drain().await;
    let sent = post.office.mails().split_off(seen);
    let mut by_id: BTreeMap<(String, String), usize> = BTreeMap::new();
    for mail in &sent {
        *by_id.entry((mail.to.clone(), mail.header("Message-ID").to_owned())).or_default() += 1;
    }
    assert_eq!(by_id.len(), 3, "one mail each for Carl, Dagny and Dina: {by_id:?}");
    assert_eq!(by_id.values().filter(|count| **count == 2).count(), 1, "the one whose taking was not told came again");
    assert_eq!(sent.len(), 4);
    // A month later nothing is remembered of them.
    post.until(datetime!(2026-05-04 10:00 UTC)).await;
    let old = post.ctx().db.q("select count(*) from notify_mail where ended_at < $1");
    let (old,): (i64,) = old.bind(At::from(datetime!(2026-04-01 00:00 UTC))).one().await.expect("a count");
    assert_eq!(old, 0);
    post.stop().await;
}

/// Who does not want the daily mail, who has left, and what was seen to meanwhile.
async fn nobody_gets_what_is_no_news_to_them(deployment: (Engine, Reach)) {
    let post = Post::start(deployment).await;
    let mut seen = 0;
    post.cast.nurse.put("/api/directory/me/mail", json!({ "digest": false })).await.expect(204);
    post.until(datetime!(2026-03-02 22:00 UTC)).await;
    let (read, unread) = (post.referral("routine"), post.referral("routine"));
    let answer = post.answer(read).await;
    post.answer(unread).await;
    assert_eq!(post.new_mails(&mut seen), ["grete"], "Nora does not want the daily one");
    post.answer(post.referral("urgent")).await;
    assert_eq!(post.new_mails(&mut seen), ["grete", "nora"], "what is urgent comes all the same");
    post.read(read, answer).await;
    let gone = post.person("grete").await;
    let sql = "update kit_grant set ends_at = $2 where person = $1";
    post.ctx().db.q(sql).bind(gone).bind(post.ctx().now()).exec_one().await.expect("ended");
    post.answer(post.referral("routine")).await;
    post.until(datetime!(2026-03-03 12:00 UTC)).await;
    assert!(post.new_mails(&mut seen).is_empty(), "Grete has left, Nora reads no digests");
    // Another takes her place, and is told what waits.
    let ctx = post.ctx();
    let new = directory::add_person(ctx, None, "Ny Synthetic", "ny@lysbro.example", "en").await.expect("a person");
    let practice = Some(post.cast.practices[0].id);
    directory::add_grant(ctx, new, Role::GpClinician, practice, None, ctx.now(), None).await.expect("a grant");
    post.drain().await;
    assert!(post.new_mails(&mut seen).contains(&"ny".to_owned()));
    post.stop().await;
}

/// Without a server nothing is decided, and nothing waits for ever.
async fn without_a_server_nothing_waits(deployment: (Engine, Reach)) {
    let world = posting_world(deployment, None).await;
    let post = Post { cast: cast(&world).await, world, office: PostOffice::open().await };
    post.answer(post.referral("urgent")).await;
    post.submit(post.referral("urgent"), datetime!(2026-03-05 22:59:59 UTC)).await;
    post.until(datetime!(2026-03-20 12:00 UTC)).await;
    assert_eq!(post.count("select count(*) from notify_mail").await, 0);
    assert_eq!(post.count("select count(*) from notify_item").await, 0);
    assert_eq!(post.count("select count(*) from notify_wait").await, 2, "what waits for whom is known");
    let exported = Client::new(&post.world.url()).get("/metrics").await.expect(200).text();
    assert!(exported.lines().any(|line| line == "notify_mail_on 0"), "{exported}");
    post.stop().await;
}

/// What waited in the tables of an earlier program waits on.
async fn what_waited_before_is_kept(deployment: (Engine, Reach)) {
    let empty = Empty::new(deployment).await.expect("a deployment");
    let db = Db::open(&empty.settings.database_url, &["notify"], Clock::system()).await.expect("a database");
    let services = lysbro::services();
    let notify = services.iter().find(|service| service.name == "notify").expect("notify");
    let layer = |migrations| Layer { schema: "notify", place: notify.place, migrations };
    let before = notify.migrations.iter().position(|one| one.number == 3).expect("the step");
    migrate(&db, &[layer(&notify.migrations[..before])]).await.expect("as before");
    let (id, at) = (Uuid::from_u128(1), At::from(datetime!(2026-03-02 09:00 UTC)));
    let sql = "insert into notify_wait (referral, practice, department, priority, what, since, due, phoned_at, next_at) \
        values ($1, $1, $1, 'urgent', 'question', $2, $2, $2, $2)";
    db.q(sql).bind(id).bind(at).exec_one().await.expect("a wait");
    migrate(&db, &[layer(notify.migrations)]).await.expect("migrated");
    let sql = "select referral, what, since, due, phoned_at, next_at from notify_wait";
    let rows: Vec<(Uuid, String, At, At, At, At)> = db.q(sql).all().await.expect("rows");
    assert_eq!(rows, [(id, "question".to_owned(), at, at, at, at)]);
    db.close().await;
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::DEPLOYMENTS[0]).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::DEPLOYMENTS[1]).await;
            })+
        }
    };
}
on_both!(
    urgent_at_once_and_the_rest_once_a_day,
    what_climbs_is_told_to_whom_it_climbs_to,
    a_question_and_an_answer_climb_each_on_its_own,
    a_refusal_is_told_like_an_answer,
    an_answer_is_as_urgent_as_what_it_recommends,
    a_notice_of_a_mistake_is_written_at_once,
    what_waited_before_is_kept,
    a_forwarded_referral_is_the_other_department_s_news,
    a_closed_practice_s_news_is_the_covering_one_s,
    mails_wait_while_the_server_is_away,
    a_mail_is_sent_at_least_once,
    nobody_gets_what_is_no_news_to_them,
    without_a_server_nothing_waits,
);
