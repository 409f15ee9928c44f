//! Sixty referrals over sixty days through the routes of all services, with absences, deputies, a call list and an office that
//! closes: at every look each open case has one owner and one date, both ends say the same, and in the end none is left.
//! Every person gets at most one digest a day.
//!
//! The rules alone are judged over a thousand cases and a year in intake's own tests.

use crate::mail::posting_world;
use crate::write_faults::cast;
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use kit::{Context, oslo};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Cast, Client, PostOffice, jpeg};
use time::Duration;
use uuid::Uuid;

const CASES: usize = 60;
const DAYS: i64 = 60;

/// xorshift64*: seeded, so that a run can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(2_685_821_657_736_338_717) >> 33) % below
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Sent,
    Asked,
    Answered,
    Closed,
}

struct Case {
    id: Uuid,
    finding: Uuid,
    office: usize,
    stands: Stands,
}

struct Hospital {
    world: World,
    cast: Cast,
    post: PostOffice,
    dice: Dice,
    cases: Vec<Case>,
    looks: usize,
    owners: BTreeMap<String, usize>,
    calls: usize,
}

impl Hospital {
    async fn open(deployment: (Engine, Reach)) -> Self {
        let post = PostOffice::open().await;
        let world = posting_world(deployment, Some(post.port())).await;
        let cast = cast(&world).await;
        let dice = Dice(42);
        Self { world, cast, post, dice, cases: Vec::new(), looks: 0, owners: BTreeMap::new(), calls: 0 }
    }

    fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    async fn drain(&self) {
        let services = lysbro::services();
        for _ in 0..20 {
            kit::run::drain(&services, self.ctx()).await.expect("drained");
            let waiting = self.ctx().db.q("select count(*) from imaging_job where state = 'waiting'");
            let (waiting,): (i64,) = waiting.one().await.expect("a count");
            if waiting == 0 {
                return;
            }
            self.world.clock.advance(Duration::seconds(3));
        }
        panic!("pictures are not decoded");
    }

    /// Time passes; who is signed in stays so.
    async fn pass(&self, by: Duration) {
        self.world.clock.advance(by);
        let now = self.ctx().now();
        let text = "update kit_session set seen_at = $1, expires_at = $2 where ended_at is null";
        self.ctx().db.q(text).bind(now).bind(now + Duration::days(1)).exec().await.expect("sessions stay");
        self.drain().await;
    }

    /// Somebody of the office that a case comes from.
    fn gp(&self, office: usize) -> &Client {
        [&self.cast.gp, &self.cast.stranger][office]
    }

    async fn send(&mut self, office: usize) {
        let (id, finding) = (self.ctx().new_id(), self.ctx().new_id());
        let mut content = self.cast.content(finding);
        content["priority"] = json!(["routine", "urgent", "suspected-cancer"][self.dice.roll(3) as usize]);
        let path = format!("/api/intake/referrals/{id}");
        let body = json!({ "version": 0, "practiceId": self.cast.practices[office].id, "content": content });
        let gp = self.gp(office);
        let saved = gp.put(&path, body).await.expect(200).json();
        let (_, reply) = gp.upload(id, Some(finding), "overview", &jpeg(800, 600, self.cases.len() as u32)).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
        self.drain().await;
        let submit = json!({ "version": saved["version"] });
        self.gp(office).post(&format!("{path}/submit"), submit).await.expect(200);
        self.cases.push(Case { id, finding, office, stands: Stands::Sent });
        self.drain().await;
    }

    /// The department reads, and answers or asks.
    async fn attend(&mut self, place: usize, ask: bool) {
        let (id, finding) = (self.cases[place].id, self.cases[place].finding);
        let (who, path) = (&self.cast.specialist, format!("/api/review/cases/{id}"));
        let token = who.post(&format!("{path}/claim"), json!({})).await.expect(200).json()["token"].clone();
        if ask {
            let body = json!({ "token": token, "wants": "history", "text": "Since when?" });
            who.post(&format!("{path}/information-request"), body).await.expect(204);
            self.cases[place].stands = Stands::Asked;
        } else {
            let case = who.get(&path).await.expect(200).json();
            for image in case["images"].as_array().expect("images") {
                let shown = json!({ "token": token, "imageId": image["id"] });
                who.post(&format!("{path}/shown"), shown).await.expect(204);
            }
            let content = json!({ "summary": "Fine.", "findings": [{ "findingId": finding, "diagnosis": "Naevus",
                "certainty": "probable", "disposition": "gp-manages", "plan": "Nothing." }],
                "tellsPatient": "practice", "books": "nobody" });
            who.post(&format!("{path}/answer"), json!({ "token": token, "content": content })).await.expect(200);
            self.world.clock.advance(Duration::seconds(11));
            self.cases[place].stands = Stands::Answered;
        }
        self.drain().await;
    }

    /// The office replies or reads.
    async fn see_to(&mut self, place: usize, by: &Client) {
        let path = format!("/api/intake/referrals/{}", self.cases[place].id);
        let shown = by.get(&path).await.expect(200).json();
        if self.cases[place].stands == Stands::Asked {
            let open = shown["questions"].as_array().expect("questions").iter().find(|one| one["suppliedAt"].is_null());
            let body = json!({ "questionId": open.expect("an open one")["id"], "text": "Since May.", "imageIds": [] });
            by.post(&format!("{path}/information"), body).await.expect(204);
            self.cases[place].stands = Stands::Sent;
        } else {
            let body = json!({ "answerId": shown["answer"]["id"] });
            by.post(&format!("{path}/acknowledge"), body).await.expect(204);
            self.cases[place].stands = Stands::Closed;
        }
        self.drain().await;
    }

    /// The coordinator telephones about everything on the list; gives the cases.
    async fn telephone(&mut self) -> Vec<Uuid> {
        let mut called = Vec::new();
        for row in self.call_list().await {
            let body = json!({ "callId": self.ctx().new_id(), "note": "Spoke with Nora." });
            let path = format!("/api/review/cases/{row}/phoned");
            self.cast.coordinator.post(&path, body).await.expect(204);
            called.push(row);
        }
        self.calls += called.len();
        self.drain().await;
        called
    }

    async fn call_list(&self) -> Vec<Uuid> {
        let list = self.cast.coordinator.get("/api/review/call-list").await.expect(200).json();
        ids(&list["items"])
    }

    /// Every row of an office's lists of open cases.
    async fn rows(&self, by: &Client) -> Vec<Value> {
        let mut rows = Vec::new();
        for tab in ["waiting", "answers"] {
            let mut cursor = String::new();
            loop {
                let path = format!("/api/intake/referrals?tab={tab}&cursor={cursor}");
                let page = by.get(&path).await.expect(200).json();
                rows.extend(page["items"].as_array().expect("items").clone());
                let Some(next) = page["next"].as_str() else { break };
                next.clone_into(&mut cursor);
            }
        }
        rows
    }

    /// What both ends show, against what has happened.
    async fn look(&mut self, staffed: [bool; 2]) {
        let (now, to_call) = (self.ctx().now(), self.call_list().await);
        let phoned = self.cast.coordinator.get("/api/review/call-list").await.expect(200).json();
        let phoned: BTreeSet<Uuid> = ids(&phoned["phoned"]).into_iter().collect();
        let to_call: BTreeSet<Uuid> = to_call.into_iter().collect();
        let mut owned: BTreeMap<Uuid, String> = BTreeMap::new();
        for (office, staffed) in staffed.into_iter().enumerate() {
            if !staffed {
                continue;
            }
            for row in self.rows(self.gp(office)).await {
                let id: Uuid = row["id"].as_str().expect("an id").parse().expect("an id");
                let owner = row["chair"]["owner"].as_str().unwrap_or_else(|| panic!("nobody's: {row}")).to_owned();
                let due: kit::At = serde_json::from_value(row["chair"]["due"].clone()).expect("a date");
                assert!(now < due + Duration::SECOND || ["department", "call-list"].contains(&owner.as_str()), "{row}");
                assert!(owned.insert(id, owner).is_none(), "{id} stands twice");
            }
        }
        for case in &self.cases {
            let owner = owned.remove(&case.id);
            let practices = matches!(case.stands, Stands::Asked | Stands::Answered);
            if !staffed[case.office] && case.stands != Stands::Closed {
                // Nobody there can look; whatever waits for them is the department's.
                assert!(
                    !practices || to_call.contains(&case.id) || phoned.contains(&case.id),
                    "{} is nobody's",
                    case.id
                );
                continue;
            }
            match case.stands {
                Stands::Closed => assert_eq!(owner, None, "{}", case.id),
                Stands::Sent => assert_eq!(owner.as_deref(), Some("department"), "{}", case.id),
                Stands::Asked | Stands::Answered => {
                    let owner = owner.unwrap_or_else(|| panic!("{} is on no list", case.id));
                    let called = owner == "call-list";
                    assert!(called || ["practice", "deputy"].contains(&owner.as_str()), "{owner}");
                    assert_eq!(to_call.contains(&case.id), called, "{} is the {owner}'s at {now}", case.id);
                    *self.owners.entry(owner).or_default() += 1;
                }
            }
            self.looks += 1;
        }
        assert!(owned.is_empty(), "{owned:?}");
    }

    async fn grants(&self, name: &str, until: Option<Duration>) {
        let by_email = self.ctx().db.q("select id from directory_person where email = $1");
        let (person,): (Uuid,) = by_email.bind(format!("{name}@lysbro.example")).one().await.expect("a person");
        let (now, far) = (self.ctx().now(), self.ctx().now() + Duration::days(4_000));
        let text = "update kit_grant set ends_at = $2 where person = $1";
        let ends = until.map_or(far, |until| now + until);
        self.ctx().db.q(text).bind(person).bind(ends).exec().await.expect("dated");
    }

    async fn deputy(&self, name: Option<&str>) {
        let person = match name {
            Some(name) => {
                let by_email = self.ctx().db.q("select id from directory_person where email = $1");
                let (person,): (Uuid,) = by_email.bind(format!("{name}@lysbro.example")).one().await.expect("a person");
                Some(person)
            }
            None => None,
        };
        let path = format!("/api/directory/practices/{}/deputy", self.cast.practices[0].id);
        self.cast.admin.put(&path, json!({ "personId": person })).await.expect(204);
        self.drain().await;
    }
}

fn ids(rows: &Value) -> Vec<Uuid> {
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row["id"].as_str().expect("an id").parse().expect("an id")).collect()
}

/// One look, and what people do in half a day.
async fn half_a_day(hospital: &mut Hospital, day: i64, staffed: [bool; 2]) {
    hospital.pass(Duration::hours(12)).await;
    hospital.look(staffed).await;
    if hospital.cases.len() < CASES && day < DAYS - 20 {
        for _ in 0..=hospital.dice.roll(2) {
            // Every fourth one comes from the second office, as long as it is open.
            let office = usize::from(staffed[1] && hospital.dice.one_in(4));
            hospital.send(office).await;
        }
    }
    for place in 0..hospital.cases.len() {
        let case = &hospital.cases[place];
        let (stands, office) = (case.stands, case.office);
        match stands {
            Stands::Sent if hospital.dice.one_in(5) => {
                let ask = hospital.dice.one_in(3);
                hospital.attend(place, ask).await;
            }
            Stands::Asked | Stands::Answered if staffed[office] && hospital.dice.one_in(12) => {
                let by = hospital.gp(office).clone();
                hospital.see_to(place, &by).await;
            }
            _ => {}
        }
    }
    if hospital.dice.one_in(4) {
        hospital.telephone().await;
    }
}

async fn sixty_days(deployment: (Engine, Reach)) {
    let mut hospital = Hospital::open(deployment).await;
    let mut staffed = [true, true];
    for day in 0..DAYS {
        match day {
            5 => hospital.deputy(Some("nora")).await,
            15 => hospital.grants("nora", Some(Duration::ZERO)).await,
            22 => hospital.grants("nora", None).await,
            30 => hospital.deputy(None).await,
            // The second office closes with what waits there.
            35 => {
                hospital.grants("gunnar", Some(Duration::ZERO)).await;
                staffed[1] = false;
            }
            _ => {}
        }
        half_a_day(&mut hospital, day, staffed).await;
        half_a_day(&mut hospital, day, staffed).await;
    }
    // A colleague covers for the office that closed; then everybody does what stands on their list, and nothing is left.
    hospital.grants("gunnar", None).await;
    for _ in 0..40 {
        hospital.pass(Duration::hours(12)).await;
        hospital.look([true, true]).await;
        hospital.telephone().await;
        for place in 0..hospital.cases.len() {
            match hospital.cases[place].stands {
                Stands::Sent => hospital.attend(place, false).await,
                Stands::Asked | Stands::Answered => {
                    let by = hospital.gp(hospital.cases[place].office).clone();
                    hospital.see_to(place, &by).await;
                }
                Stands::Closed => {}
            }
        }
        if hospital.cases.iter().all(|case| case.stands == Stands::Closed) {
            break;
        }
    }
    hospital.look([true, true]).await;
    assert!(hospital.cases.iter().all(|case| case.stands == Stands::Closed), "none is forgotten");
    assert!(hospital.call_list().await.is_empty());
    judge(hospital).await;
}

/// What came of it: everybody was looked at, and no one got two digests on a day.
async fn judge(hospital: Hospital) {
    let mails = hospital.post.mails();
    let mut digests: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut at_once = 0;
    for mail in &mails {
        if mail.header("Subject") == "New in Lysbro" {
            let sent = time::OffsetDateTime::parse(mail.header("Date"), &time::format_description::well_known::Rfc2822);
            let day = oslo::date(sent.expect("a date").into()).to_string();
            *digests.entry((mail.to.clone(), day)).or_default() += 1;
        } else {
            at_once += 1;
        }
    }
    let most = digests.values().max().copied().unwrap_or_default();
    println!(
        "chairs: {} cases, {} looks, {:?}, {} calls; {} digests, at most {most} a day a person, {at_once} at once",
        hospital.cases.len(),
        hospital.looks,
        hospital.owners,
        hospital.calls,
        digests.len()
    );
    assert_eq!(most, 1, "{digests:?}");
    assert!(hospital.cases.len() >= 50 && hospital.calls >= 10 && digests.len() >= 20 && at_once >= 20);
    assert!(hospital.owners.len() == 3, "{:?}", hospital.owners);
    assert!(kit::log::parked(&hospital.ctx().db).await.expect("a list").is_empty());
    let waits: Vec<(i64,)> = hospital.ctx().db.q("select count(*) from notify_wait").all().await.expect("a count");
    assert_eq!(waits, [(0,)], "nobody is written to about what is closed");
    hospital.world.stop().await;
}

#[tokio::test]
async fn sixty_days_on_the_embedded_default() {
    sixty_days(DEPLOYMENTS[0]).await;
}

#[tokio::test]
async fn sixty_days_on_postgres_and_tcp() {
    sixty_days(DEPLOYMENTS[1]).await;
}
