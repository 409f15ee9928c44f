//! Seeds the demonstration: one list of moments in time order, each done with the clock held there.

use super::answers::{answers, missing_views};
use super::case::{PATIENTS, story, synthetic_number};
use super::pictures::{self, Flaw, PictureKind};
use super::programme::{PRACTICES, PracticePlan, Story};
use super::visitor::Visitor;
use axum::Router;
use axum::http::Method;
use base64::Engine;
use kit::{At, Context, Error, Role, Service};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::Write;
use time::Duration;
use uuid::Uuid;

/// Somebody who gets a sign-in link.
#[derive(Clone)]
pub(super) struct Person {
    pub id: Uuid,
    pub name: &'static str,
    pub role: Role,
}

/// A moment of the programme, by practice or referral.
#[derive(Clone, Copy)]
enum Act {
    Step { practice: usize, step: &'static str },
    Send { practice: usize, serial: usize },
    Answer { serial: usize },
    Acknowledge { serial: usize },
    Ask { serial: usize },
}

struct Seeder<'a> {
    services: &'a [Service],
    ctx: &'a Context,
    app: Router,
    admin: Visitor,
    practices: Vec<Uuid>,
    departments: HashMap<&'static str, Uuid>,
    gps: Vec<Uuid>,
    specialists: HashMap<&'static str, Uuid>,
    sites: HashMap<String, Value>,
    drawn: HashMap<(PictureKind, Flaw, usize), Vec<u8>>,
    /// Referral, story and sender of each serial number.
    sent: HashMap<usize, (Uuid, &'static Story, Uuid)>,
}

const DEPARTMENTS: [(&str, &str); 3] = [
    ("dermatology", "Skin department"),
    ("ent", "Ear, nose and throat department"),
    ("plastic-surgery", "Plastic surgery department"),
];

/// One GP per practice.
const GPS: [&str; 12] = [
    "Grete Synthetic",
    "Halvor Synthetic",
    "Ingeborg Synthetic",
    "Jens Synthetic",
    "Kjersti Synthetic",
    "Lars Synthetic",
    "Mette Synthetic",
    "Nils Synthetic",
    "Oddny Synthetic",
    "Per Synthetic",
    "Ragnhild Synthetic",
    "Test Synthetic",
];

/// Makes the programme; returns whom to give links, one per role.
pub(super) async fn programme(services: &[Service], ctx: &Context) -> Result<Vec<Person>, Error> {
    let today = ctx.now();
    ctx.clock.hold(today - Duration::days(280));
    let app = kit::http::app(services, ctx.clone());
    let admin = person(ctx, "Ada Synthetic", "ada@lysbro.example", Role::Administrator, None, None).await?;
    let mut seeder = Seeder {
        services,
        ctx,
        admin: Visitor::new(app.clone(), ctx.clone(), admin.id),
        app,
        practices: Vec::new(),
        departments: HashMap::new(),
        gps: Vec::new(),
        specialists: HashMap::new(),
        sites: HashMap::new(),
        drawn: HashMap::new(),
        sent: HashMap::new(),
    };
    let mut people = seeder.register().await?;
    people.push(admin);
    let acts = moments(today);
    let total = acts.len();
    for (done, (at, act)) in acts.into_iter().enumerate() {
        ctx.clock.hold(at);
        seeder.act(act).await?;
        kit::run::drain(services, ctx).await?;
        progress(done + 1, total);
    }
    Ok(people)
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

/// Everything that happens, in time order; nothing later than a minute ago.
fn moments(today: At) -> Vec<(At, Act)> {
    let mut acts = Vec::new();
    let mut serial = 0;
    let ago = |days: i64, hour: i64, minute: i64| {
        At::midnight((today - Duration::days(days)).date()) + Duration::minutes(hour * 60 + minute)
    };
    for (practice, plan) in PRACTICES.iter().enumerate() {
        for (step, days) in plan.steps {
            acts.push((ago(*days, 9, practice as i64), Act::Step { practice, step }));
        }
        for days in plan.sends {
            let sent = ago(*days, 8 + (serial as i64 % 7), (serial as i64 * 13) % 60);
            acts.push((sent, Act::Send { practice, serial }));
            let answered = sent + Duration::hours(5 + (serial as i64 * 11) % 60);
            if serial % 9 == 4 && *days < 20 {
                acts.push((answered, Act::Ask { serial }));
            } else if *days > 2 {
                acts.push((answered, Act::Answer { serial }));
                if *days > 12 {
                    acts.push((answered + Duration::hours(3 + serial as i64 % 20), Act::Acknowledge { serial }));
                }
            }
            serial += 1;
        }
    }
    acts.retain(|(at, _)| *at < today - Duration::minutes(1));
    acts.sort_by_key(|(at, _)| *at);
    acts
}

async fn person(
    ctx: &Context,
    name: &'static str,
    email: &str,
    role: Role,
    practice: Option<Uuid>,
    department: Option<Uuid>,
) -> Result<Person, Error> {
    let told = |error: &dyn std::fmt::Display| Error::Start(format!("seeding: {name}: {error}"));
    let id = directory::add_person(ctx, None, name, email, "en").await.map_err(|error| told(&error))?;
    directory::add_grant(ctx, id, role, practice, department, ctx.now(), None).await.map_err(|error| told(&error))?;
    Ok(Person { id, name, role })
}

impl Seeder<'_> {
    /// Departments, practices, people; returns one person per role but the administrator.
    async fn register(&mut self) -> Result<Vec<Person>, Error> {
        let ctx = self.ctx;
        let mut people = Vec::new();
        for (specialty, name) in DEPARTMENTS {
            let id = ctx.new_id();
            let body = json!({ "id": id, "name": name, "hospital": "Northern university hospital", "specialties": [specialty], "dutyPhone": "00 00 00 00",
                "dutyHours": "Mon–Fri 08–15; otherwise the hospital's switchboard" });
            self.admin.ask(Method::POST, "/api/directory/departments", body).await?;
            self.departments.insert(specialty, id);
            let (who, email) = match specialty {
                "dermatology" => ("Dagny Synthetic", "dagny@lysbro.example"),
                "ent" => ("Einar Synthetic", "einar@lysbro.example"),
                _ => ("Petra Synthetic", "petra@lysbro.example"),
            };
            let specialist = person(ctx, who, email, Role::Specialist, None, Some(id)).await?;
            self.specialists.insert(specialty, specialist.id);
            if specialty == "dermatology" {
                people.push(specialist);
                people.push(
                    person(ctx, "Carl Synthetic", "carl@lysbro.example", Role::Coordinator, None, Some(id)).await?,
                );
            }
        }
        for (place, plan) in PRACTICES.iter().enumerate() {
            let id = self.register_practice(plan).await?;
            let name = GPS[place % GPS.len()];
            let given = name.split(' ').next().unwrap_or_default().to_lowercase();
            let email = format!("{given}@lysbro.example");
            let gp = person(ctx, name, &email, Role::GpClinician, Some(id), None).await?;
            self.gps.push(gp.id);
            if place == 0 {
                people.push(gp);
                people.push(person(ctx, "Siri Synthetic", "siri@lysbro.example", Role::GpStaff, Some(id), None).await?);
            }
        }
        people.push(person(ctx, "Maja Synthetic", "maja@lysbro.example", Role::ProgrammeManager, None, None).await?);
        kit::run::drain(self.services, ctx).await?;
        let sites = Visitor::new(self.app.clone(), ctx.clone(), self.gps[0])
            .ask(Method::GET, "/api/intake/body-sites", Value::Null)
            .await?;
        for site in sites.as_array().into_iter().flatten() {
            self.sites.insert(site["code"].as_str().unwrap_or_default().to_owned(), site.clone());
        }
        Ok(people)
    }

    async fn register_practice(&mut self, plan: &PracticePlan) -> Result<Uuid, Error> {
        let id = self.ctx.new_id();
        let opened = (self.ctx.now() - Duration::days(3650)).date().to_string();
        let practice = json!({
            "id": id, "name": plan.name, "municipality": plan.municipality, "centrality": plan.centrality,
            "distanceKm": plan.distance_km, "channel": "web", "openedOn": opened, "testPractice": plan.test, "phone": "00 00 00 00",
        });
        self.admin.ask(Method::POST, "/api/directory/practices", practice).await?;
        let register = json!({
            "from": self.ctx.now().date().to_string(), "listSize": plan.list_size, "gps": plan.gps, "staff": plan.staff,
        });
        self.admin.ask(Method::POST, &format!("/api/directory/practices/{id}/register"), register).await?;
        self.practices.push(id);
        Ok(id)
    }

    async fn act(&mut self, act: Act) -> Result<(), Error> {
        match act {
            Act::Step { practice, step } => {
                let path = format!("/api/directory/practices/{}/enablement", self.practices[practice]);
                let body = json!({ "step": step, "specialty": null, "on": self.ctx.now().date().to_string() });
                self.admin.ask(Method::POST, &path, body).await.map(drop)
            }
            Act::Send { practice, serial } => self.send(practice, serial).await,
            Act::Answer { serial } => self.answer(serial).await,
            Act::Ask { serial } => self.ask_for_more(serial).await,
            Act::Acknowledge { serial } => {
                let Some((referral, _, gp)) = self.sent.get(&serial).copied() else { return Ok(()) };
                let mut gp = Visitor::new(self.app.clone(), self.ctx.clone(), gp);
                let path = format!("/api/intake/referrals/{referral}");
                let shown = gp.ask(Method::GET, &path, json!({})).await?;
                let body = json!({ "answerId": shown["answer"]["id"] });
                gp.ask(Method::POST, &format!("{path}/acknowledge"), body).await.map(drop)
            }
        }
    }

    async fn send(&mut self, practice: usize, serial: usize) -> Result<(), Error> {
        let story = story(serial);
        let (given, born, sex) = PATIENTS[(serial * 5 + practice) % PATIENTS.len()];
        let (referral, finding) = (self.ctx.new_id(), self.ctx.new_id());
        let site = self.sites.get(story.site.0);
        let content = json!({
            "patient": {
                "identifierSystem": "no-national", "identifier": synthetic_number(born, serial),
                "name": format!("{given} SYNTHETIC"), "birthDate": born, "sex": sex,
            },
            "specialty": story.specialty, "departmentId": self.departments[story.specialty], "priority": story.priority,
            "question": story.question, "history": story.history,
            "findings": [{
                "id": finding, "kind": story.finding_kind, "laterality": story.laterality,
                "bodySite": { "code": story.site.0, "system": site.map_or(json!("SCT"), |site| site["system"].clone()), "display": story.site.1 },
                "description": story.description, "duration": story.duration,
            }],
            "answers": answers(story, finding), "viewOverrides": missing_views(story, finding),
        });
        let gp = self.gps[practice];
        let mut visitor = Visitor::new(self.app.clone(), self.ctx.clone(), gp);
        let path = format!("/api/intake/referrals/{referral}");
        let draft = json!({ "version": 0, "practiceId": self.practices[practice], "content": content });
        let saved = visitor.ask(Method::PUT, &path, draft).await?;
        for (place, (view, kind)) in story.pictures.iter().enumerate() {
            let flaw = match (serial * 3 + place) % 17 {
                5 => Flaw::Blurred,
                9 => Flaw::Dark,
                12 => Flaw::Sideways,
                _ => Flaw::None,
            };
            let picture =
                self.drawn.entry((*kind, flaw, place)).or_insert_with(|| pictures::draw(*kind, 7 + place as u64, flaw));
            // What happens at one moment has no order: pictures and the lines of the history would stand shuffled.
            self.ctx.clock.advance(Duration::seconds(8));
            upload(&mut visitor, self.ctx, referral, finding, view, picture).await?;
        }
        self.ctx.clock.advance(Duration::seconds(8));
        visitor.ask(Method::POST, &format!("{path}/submit"), json!({ "version": saved["version"] })).await?;
        self.sent.insert(serial, (referral, story, gp));
        Ok(())
    }

    /// Opens the case as its specialist; `None` when it was never sent.
    async fn claim(&mut self, serial: usize) -> Result<Option<(Visitor, String, Value, Value)>, Error> {
        let Some((referral, story, _)) = self.sent.get(&serial).copied() else { return Ok(None) };
        let mut specialist = Visitor::new(self.app.clone(), self.ctx.clone(), self.specialists[story.specialty]);
        let path = format!("/api/review/cases/{referral}");
        let claim = specialist.ask(Method::POST, &format!("{path}/claim"), json!({})).await?;
        let case = specialist.ask(Method::GET, &path, Value::Null).await?;
        Ok(Some((specialist, path, claim["token"].clone(), case)))
    }

    async fn answer(&mut self, serial: usize) -> Result<(), Error> {
        let Some((mut specialist, path, token, case)) = self.claim(serial).await? else { return Ok(()) };
        let Some((_, story, _)) = self.sent.get(&serial).copied() else { return Ok(()) };
        for image in case["images"].as_array().into_iter().flatten() {
            let shown = json!({ "token": token, "imageId": image["id"] });
            specialist.ask(Method::POST, &format!("{path}/shown"), shown).await?;
        }
        self.ctx.clock.advance(Duration::seconds(40));
        let findings: Vec<_> = case["findings"]
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
        specialist.ask(Method::POST, &format!("{path}/answer"), answer).await?;
        self.ctx.clock.advance(Duration::seconds(12));
        Ok(())
    }

    async fn ask_for_more(&mut self, serial: usize) -> Result<(), Error> {
        let Some((mut specialist, path, token, _)) = self.claim(serial).await? else { return Ok(()) };
        let text = "Please send a sharper close-up at right angles, with a ruler beside the finding.";
        let question = json!({ "token": token, "wants": "better-images", "text": text });
        specialist.ask(Method::POST, &format!("{path}/information-request"), question).await.map(drop)
    }
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
