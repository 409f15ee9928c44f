//! Seeds the demonstration: the plan's moments in time order, each done with the clock held there, through the services' own
//! routes. What the log has to carry to another service is carried when somebody needs it, not after every act.

use super::answers::{answers, missing_views};
use super::case::{PATIENTS, synthetic_number};
use super::office::{Office, offices};
use super::ordinary;
use super::pictures::{self, Flaw, PictureKind};
use super::plan::{self, Act, Case, Fate, Plan};
use super::register;
use super::visitor::Visitor;
use axum::Router;
use axum::http::Method;
use base64::Engine;
use kit::{At, Context, Error, Role, Service};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::io::Write;
use time::Duration;
use uuid::Uuid;

/// Somebody who gets a sign-in link.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: Role,
}

/// How much of the programme is seeded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// This part of the old use; recent weeks are always whole.
    pub share: f64,
    /// Whether a bar is drawn on stderr.
    pub bar: bool,
}

pub(super) struct Seeder<'a> {
    /// What runs between acts: everything that the next act could wait for. A specialist signs when every picture was looked at,
    /// so pictures are prepared on the way.
    carrying: Vec<Service>,
    pub(super) ctx: &'a Context,
    /// When it was started; the clock is held elsewhere.
    pub(super) today: At,
    app: Router,
    visitors: HashMap<Uuid, Visitor>,
    pub(super) admin: Uuid,
    pub(super) offices: Vec<Office>,
    pub(super) practices: Vec<Uuid>,
    pub(super) departments: HashMap<&'static str, Uuid>,
    pub(super) gps: HashMap<usize, Uuid>,
    specialists: HashMap<&'static str, Uuid>,
    colleagues: HashMap<&'static str, Uuid>,
    sites: HashMap<String, Value>,
    drawn: HashMap<(PictureKind, Flaw, usize), Vec<u8>>,
    cases: Vec<Case>,
    referrals: HashMap<usize, Uuid>,
    /// Cases of which the log holds something that has not been carried on.
    fresh: HashSet<usize>,
    people: Vec<Person>,
    /// Equipment that can be taken back, by office.
    pub(super) scopes: HashMap<usize, Uuid>,
    pub(super) manager: Uuid,
}

const DEPARTMENTS: [(&str, &str); 3] = [
    ("dermatology", "Skin department"),
    ("ent", "Ear, nose and throat department"),
    ("plastic-surgery", "Plastic surgery department"),
];

/// Given names of GPs; everybody's family name is Synthetic.
const GIVEN: [&str; 24] = [
    "Halvor", "Ingeborg", "Jens", "Kjersti", "Lars", "Mette", "Nils", "Oddny", "Per", "Ragnhild", "Steinar", "Tove",
    "Ulf", "Vigdis", "Arvid", "Berit", "Christen", "Dordi", "Even", "Frida", "Gunnar", "Hilde", "Ivar", "Johanne",
];

/// Makes the programme; returns whom to give links, one per role.
pub(super) async fn programme(services: &[Service], ctx: &Context, extent: Extent) -> Result<Vec<Person>, Error> {
    let today = ctx.now();
    let offices = offices();
    let Plan { cases, moments } = plan::plan(&offices, today, extent.share);
    ctx.clock.hold(today - Duration::days(plan::BEGAN));
    let mut seeder = Seeder::new(services, ctx, today, offices, cases).await?;
    seeder.departments().await?;
    let total = moments.len();
    for (done, (at, act)) in moments.into_iter().enumerate() {
        // Acts take time: one that was planned while the last went on comes after it.
        ctx.clock.hold(at.max(ctx.now()));
        seeder.act(act).await?;
        if extent.bar {
            progress(done + 1, total);
        }
    }
    finish(services, ctx).await?;
    Ok(seeder.people)
}

/// Everybody reads the log to its end. Pictures that nobody has asked for yet are left for later.
async fn finish(services: &[Service], ctx: &Context) -> Result<(), Error> {
    for consumer in services.iter().flat_map(|service| &service.consumers) {
        while kit::log::step(ctx, consumer).await.map_err(|error| Error::Event(error.to_string()))? > 0 {}
    }
    Ok(())
}

fn progress(done: usize, total: usize) {
    let filled = done * 40 / total;
    eprint!("\r[{}{}] {done} of {total}", "#".repeat(filled), " ".repeat(40 - filled));
    if done == total {
        eprintln!();
    }
    // A bar that can't be drawn changes nothing.
    drop(std::io::stderr().flush());
}

/// A number in the register of health personnel that nobody has: real ones don't begin so high. The same in every demonstration.
fn made_up_number(email: &str) -> String {
    let number = email.bytes().fold(0_u32, |number, byte| (number * 31 + u32::from(byte)) % 1_000_000);
    format!("999{number:06}")
}

async fn person(
    ctx: &Context,
    name: &str,
    email: &str,
    role: Role,
    practice: Option<Uuid>,
    department: Option<Uuid>,
) -> Result<Person, Error> {
    let told = |error: &dyn std::fmt::Display| Error::Start(format!("seeding: {name}: {error}"));
    let clinician = matches!(role, Role::GpClinician | Role::Specialist);
    let hpr = if clinician { made_up_number(email) } else { String::new() };
    let id = directory::add_clinician(ctx, None, (name, &hpr), email, "en").await.map_err(|error| told(&error))?;
    directory::add_grant(ctx, id, role, practice, department, ctx.now(), None).await.map_err(|error| told(&error))?;
    Ok(Person { id, name: name.to_owned(), role })
}

impl<'a> Seeder<'a> {
    async fn new(
        services: &[Service],
        ctx: &'a Context,
        today: At,
        offices: Vec<Office>,
        cases: Vec<Case>,
    ) -> Result<Self, Error> {
        let app = kit::http::app(services, ctx.clone());
        let admin = person(ctx, "Ada Synthetic", "ada@lysbro.example", Role::Administrator, None, None).await?;
        Ok(Self {
            carrying: carrying(),
            ctx,
            today,
            app,
            visitors: HashMap::new(),
            admin: admin.id,
            offices,
            practices: Vec::new(),
            departments: HashMap::new(),
            gps: HashMap::new(),
            specialists: HashMap::new(),
            colleagues: HashMap::new(),
            sites: HashMap::new(),
            drawn: HashMap::new(),
            cases,
            referrals: HashMap::new(),
            fresh: HashSet::new(),
            people: vec![admin],
            scopes: HashMap::new(),
            manager: Uuid::nil(),
        })
    }

    fn visitor(&mut self, person: Uuid) -> &mut Visitor {
        let (app, ctx) = (&self.app, self.ctx);
        self.visitors.entry(person).or_insert_with(|| Visitor::new(app.clone(), ctx.clone(), person))
    }

    pub(super) async fn ask(&mut self, person: Uuid, method: Method, path: &str, body: Value) -> Result<Value, Error> {
        self.visitor(person).ask(method, path, body).await
    }

    /// Departments with their specialists, and the programme's own people.
    async fn departments(&mut self) -> Result<(), Error> {
        let ctx = self.ctx;
        for (specialty, name) in DEPARTMENTS {
            let id = ctx.new_id();
            let body = json!({ "id": id, "name": name, "hospital": "Northern university hospital", "specialties": [specialty], "dutyPhone": "00 00 00 00",
                "dutyHours": "Mon–Fri 08–15; otherwise the hospital's switchboard" });
            self.ask(self.admin, Method::POST, "/api/directory/departments", body).await?;
            self.departments.insert(specialty, id);
            let [one, other] = match specialty {
                "dermatology" => ["Dagny", "Didrik"],
                "ent" => ["Einar", "Elin"],
                _ => ["Petra", "Paul"],
            };
            let specialist = self.specialist(one, id).await?;
            self.specialists.insert(specialty, specialist.id);
            let colleague = self.specialist(other, id).await?;
            self.colleagues.insert(specialty, colleague.id);
            if specialty == "dermatology" {
                self.people.push(specialist);
                let role = Role::Coordinator;
                self.people.push(person(ctx, "Carl Synthetic", "carl@lysbro.example", role, None, Some(id)).await?);
            }
        }
        let role = Role::ProgrammeManager;
        let manager = person(ctx, "Maja Synthetic", "maja@lysbro.example", role, None, None).await?;
        self.manager = manager.id;
        self.people.push(manager);
        self.carry().await
    }

    async fn specialist(&self, given: &str, department: Uuid) -> Result<Person, Error> {
        let email = format!("{}@lysbro.example", given.to_lowercase());
        person(self.ctx, &format!("{given} Synthetic"), &email, Role::Specialist, None, Some(department)).await
    }

    /// Carries what the log holds to those who need it.
    async fn carry(&mut self) -> Result<(), Error> {
        self.fresh.clear();
        kit::run::drain(&self.carrying, self.ctx).await
    }

    async fn act(&mut self, act: Act) -> Result<(), Error> {
        if let Act::Ask(case) | Act::Supply(case) | Act::Answer(case) | Act::Acknowledge(case) | Act::Claim(case) = act
            && self.fresh.contains(&case)
        {
            self.carry().await?;
        }
        match act {
            Act::Import => self.import().await,
            Act::People(office) => self.accounts(office).await,
            Act::Look(office) => {
                let Some(gp) = self.gps.get(&office).copied() else { return Ok(()) };
                self.ask(gp, Method::GET, "/api/intake/referrals?tab=drafts", Value::Null).await.map(drop)
            }
            Act::Equip(office) => self.equip(office).await,
            Act::Train(office) => self.train(office).await,
            Act::Contact(office, number) => self.contact(office, number).await,
            Act::WhyNot(office) => self.why_not(office).await,
            Act::TakeBack(office) => self.take_back(office).await,
            Act::Note(number) => self.note(number).await,
            Act::Count => {
                let file = ordinary::file(&self.offices, self.ctx.now());
                self.visitor(self.manager).send_file("/api/directory/ordinary", file).await
            }
            Act::Begin(case) => self.begin(case).await,
            Act::Ask(case) => self.ask_for_more(case).await,
            Act::Supply(case) => self.supply(case).await,
            Act::Answer(case) => self.answer(case).await,
            Act::Acknowledge(case) => self.acknowledge(case).await,
            Act::Withdraw(case) => self.withdraw(case).await,
            Act::Claim(case) => {
                let colleague = self.colleagues[self.cases[case].story.specialty];
                self.claim(case, colleague).await.map(drop)
            }
        }
    }

    /// Imports the register as it stands by now.
    async fn import(&mut self) -> Result<(), Error> {
        let file = register::file(&self.offices, self.today, self.ctx.now());
        self.visitor(self.admin).send_file("/api/directory/import", file).await?;
        if self.practices.is_empty() {
            let listed = self.ask(self.admin, Method::GET, "/api/directory/practices", Value::Null).await?;
            let by_key: HashMap<&str, Uuid> = listed
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|row| Some((row["externalKey"].as_str()?, row["id"].as_str()?.parse().ok()?)))
                .collect();
            let id = |place: usize| by_key.get(register::key(place).as_str()).copied();
            self.practices = (0..self.offices.len()).filter_map(id).collect();
        }
        self.carry().await
    }

    /// An office's GP; in the first one a nurse as well.
    async fn accounts(&mut self, office: usize) -> Result<(), Error> {
        let practice = Some(self.practices[office]);
        let (name, email) = match office {
            0 => ("Grete Synthetic".to_owned(), "grete@lysbro.example".to_owned()),
            _ if self.offices[office].test => ("Test Synthetic".to_owned(), "test@lysbro.example".to_owned()),
            _ => (format!("{} Synthetic", GIVEN[office % GIVEN.len()]), format!("gp{office}@lysbro.example")),
        };
        let gp = person(self.ctx, &name, &email, Role::GpClinician, practice, None).await?;
        self.gps.insert(office, gp.id);
        if office == 0 {
            self.people.push(gp.clone());
            let role = Role::GpStaff;
            self.people.push(person(self.ctx, "Siri Synthetic", "siri@lysbro.example", role, practice, None).await?);
        }
        if self.sites.is_empty() {
            let sites = self.ask(gp.id, Method::GET, "/api/intake/body-sites", Value::Null).await?;
            for site in sites.as_array().into_iter().flatten() {
                self.sites.insert(site["code"].as_str().unwrap_or_default().to_owned(), site.clone());
            }
        }
        Ok(())
    }

    fn gp(&self, case: usize) -> Result<Uuid, Error> {
        let office = self.cases[case].office;
        self.gps.get(&office).copied().ok_or_else(|| Error::Start(format!("seeding: office {office} has no GP yet")))
    }

    fn content(&self, case: usize, finding: Uuid) -> Value {
        let story = self.cases[case].story;
        let (given, born, sex) = PATIENTS[(case * 5 + self.cases[case].office) % PATIENTS.len()];
        let site = self.sites.get(story.site.0);
        let yesterday = (self.ctx.now() - Duration::days(1)).date().to_string();
        json!({
            "patient": {
                "identifierSystem": "no-national", "identifier": synthetic_number(born, case),
                "name": format!("{given} SYNTHETIC"), "birthDate": born, "sex": sex,
            },
            "specialty": story.specialty, "departmentId": self.departments[story.specialty], "priority": story.priority,
            "question": story.question, "history": story.history,
            "findings": [{
                "id": finding, "kind": story.finding_kind, "laterality": story.laterality,
                "bodySite": { "code": story.site.0, "system": site.map_or(json!("SCT"), |site| site["system"].clone()), "display": story.site.1 },
                "description": story.description, "duration": story.duration,
            }],
            "answers": answers(story, finding, &yesterday), "viewOverrides": missing_views(story, finding, &self.cases[case].views()),
        })
    }

    /// Writes a referral and, as its fate says, sends it, leaves it or discards it.
    async fn begin(&mut self, case: usize) -> Result<(), Error> {
        let Case { office, fate, .. } = self.cases[case];
        let gp = self.gp(case)?;
        let (referral, finding) = (self.ctx.new_id(), self.ctx.new_id());
        self.referrals.insert(case, referral);
        let path = format!("/api/intake/referrals/{referral}");
        let content = self.content(case, finding);
        let draft = json!({ "version": 0, "practiceId": self.practices[office], "content": content });
        let saved = self.ask(gp, Method::PUT, &path, draft).await?;
        if fate == Fate::Abandoned {
            self.ctx.clock.advance(Duration::minutes(4));
            return self.ask(gp, Method::DELETE, &path, Value::Null).await.map(drop);
        }
        for (place, (view, kind)) in self.cases[case].pictures() {
            let flaw = match (case * 3 + place) % 17 {
                5 => Flaw::Blurred,
                9 => Flaw::Dark,
                12 => Flaw::Sideways,
                _ => Flaw::None,
            };
            let picture = self
                .drawn
                .entry((*kind, flaw, place))
                .or_insert_with(|| pictures::draw(*kind, 7 + place as u64, flaw))
                .clone();
            // What happens at one moment has no order: pictures and the lines of the history would stand shuffled.
            self.ctx.clock.advance(Duration::seconds(8));
            let ctx = self.ctx;
            upload(self.visitor(gp), ctx, referral, finding, view, &picture).await?;
        }
        if fate == Fate::Draft {
            return Ok(());
        }
        self.ctx.clock.advance(Duration::seconds(8));
        self.ask(gp, Method::POST, &format!("{path}/submit"), json!({ "version": saved["version"] })).await?;
        self.fresh.insert(case);
        Ok(())
    }

    /// Opens the case as a specialist: its path, the claim's token, the case.
    async fn claim(&mut self, case: usize, specialist: Uuid) -> Result<(String, Value, Value), Error> {
        let path = format!("/api/review/cases/{}", self.referrals[&case]);
        let claim = self.ask(specialist, Method::POST, &format!("{path}/claim"), json!({})).await?;
        let shown = self.ask(specialist, Method::GET, &path, Value::Null).await?;
        Ok((path, claim["token"].clone(), shown))
    }

    /// Who reads a case: one specialist mostly, the colleague now and then.
    fn reader(&self, case: usize) -> Uuid {
        let specialty = self.cases[case].story.specialty;
        if case % 4 == 3 { self.colleagues[specialty] } else { self.specialists[specialty] }
    }

    async fn answer(&mut self, case: usize) -> Result<(), Error> {
        let (story, specialist) = (self.cases[case].story, self.reader(case));
        let (path, token, shown) = self.claim(case, specialist).await?;
        for image in shown["images"].as_array().into_iter().flatten() {
            let seen = json!({ "token": token, "imageId": image["id"] });
            self.ask(specialist, Method::POST, &format!("{path}/shown"), seen).await?;
        }
        self.ctx.clock.advance(Duration::seconds(40));
        let findings: Vec<_> = shown["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|finding| {
                json!({
                    "findingId": finding["id"], "diagnosis": story.diagnosis, "certainty": story.certainty,
                    "disposition": story.disposition, "plan": story.plan,
                })
            })
            .collect();
        let (tells, books) = match story.disposition {
            "gp-manages" => ("practice", "nobody"),
            "gp-procedure" => ("practice", "practice"),
            _ => ("department", "department"),
        };
        let content = json!({ "summary": "", "findings": findings, "tellsPatient": tells, "books": books });
        let answer = json!({ "token": token, "content": content });
        self.ask(specialist, Method::POST, &format!("{path}/answer"), answer).await?;
        // It is held for ten seconds, and is a fact then.
        self.ctx.clock.advance(Duration::seconds(12));
        self.fresh.insert(case);
        self.carry().await
    }

    async fn ask_for_more(&mut self, case: usize) -> Result<(), Error> {
        let specialist = self.reader(case);
        let (path, token, _) = self.claim(case, specialist).await?;
        let text = "Please send a sharper close-up at right angles, with a ruler beside the finding.";
        let question = json!({ "token": token, "wants": "better-images", "text": text });
        self.ask(specialist, Method::POST, &format!("{path}/information-request"), question).await?;
        self.fresh.insert(case);
        Ok(())
    }

    async fn supply(&mut self, case: usize) -> Result<(), Error> {
        let (gp, path) = (self.gp(case)?, format!("/api/intake/referrals/{}", self.referrals[&case]));
        let shown = self.ask(gp, Method::GET, &path, Value::Null).await?;
        let reply = json!({
            "questionId": shown["questions"][0]["id"], "imageIds": [],
            "text": "The patient lives far away and will not come again this week. By the ruler it is 7 mm across; no change since last month.",
        });
        self.ask(gp, Method::POST, &format!("{path}/information"), reply).await?;
        self.fresh.insert(case);
        Ok(())
    }

    async fn acknowledge(&mut self, case: usize) -> Result<(), Error> {
        let (gp, path) = (self.gp(case)?, format!("/api/intake/referrals/{}", self.referrals[&case]));
        let shown = self.ask(gp, Method::GET, &path, Value::Null).await?;
        let body = json!({ "answerId": shown["answer"]["id"] });
        self.ask(gp, Method::POST, &format!("{path}/acknowledge"), body).await.map(drop)
    }

    async fn withdraw(&mut self, case: usize) -> Result<(), Error> {
        let (gp, path) = (self.gp(case)?, format!("/api/intake/referrals/{}", self.referrals[&case]));
        let body = json!({ "reason": "The patient was seen at the hospital for something else." });
        self.ask(gp, Method::POST, &format!("{path}/withdraw"), body).await?;
        self.fresh.insert(case);
        Ok(())
    }
}

/// The services with what carries events between offices and departments, and nothing else that runs by itself.
fn carrying() -> Vec<Service> {
    const NEEDED: [&str; 7] = [
        "intake-places",
        "intake-review",
        "intake-imaging",
        "imaging.pictures",
        "decode pictures",
        "review.cases",
        "send signed answers",
    ];
    let mut services: Vec<Service> = crate::services();
    services.retain(|service| matches!(service.name, "intake" | "imaging" | "review"));
    for service in &mut services {
        service.consumers.retain(|consumer| NEEDED.contains(&consumer.name));
        service.repairs.retain(|repair| NEEDED.contains(&repair.name));
    }
    services
}

/// Sends one picture as any tus client would, in one piece.
async fn upload(
    visitor: &mut Visitor,
    ctx: &Context,
    referral: Uuid,
    finding: Uuid,
    view: &str,
    picture: &[u8],
) -> Result<(), Error> {
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let metadata = format!(
        "referral {},image {},finding {},view {},sha256 {}",
        encode(&referral.to_string()),
        encode(&ctx.new_id().to_string()),
        encode(&finding.to_string()),
        encode(view),
        encode(&hex::encode(kit::pictures::sha256(picture))),
    );
    let length = picture.len().to_string();
    let headers =
        [("tus-resumable", "1.0.0"), ("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
    let made = visitor.send(Method::POST, "/api/intake/uploads", &headers, Vec::new()).await?;
    let location = made.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let headers =
        [("tus-resumable", "1.0.0"), ("upload-offset", "0"), ("content-type", "application/offset+octet-stream")];
    let done = visitor.send(Method::PATCH, &location, &headers, picture.to_vec()).await?;
    if done.status.is_success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&done.body).into_owned();
    Err(Error::Start(format!("seeding: picture: {} {told}", done.status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_carries_is_there() {
        let services = carrying();
        let consumers: usize = services.iter().map(|service| service.consumers.len()).sum();
        let repairs: usize = services.iter().map(|service| service.repairs.len()).sum();
        assert_eq!((consumers, repairs), (5, 2));
    }
}
