//! A small town for tests of access: offices A and B, departments X and Y, somebody of every kind, and a referral at every
//! stage. Nothing runs by itself in it, so that what a request changes is what changed.
//!
//! `drain` does what consumers and repairs would have done. The clock is held still once the town stands.

mod door;
mod people;
mod things;

pub use door::{Asked, Door};
pub use people::{Credentials, PASSWORD, Session, Somebody, Who};
pub use things::{Stage, Thing, Way, answer_content, content, metadata};

use crate::{Reply, program};
use directory::closing::NewClosing;
use directory::context::NewContextEvent;
use directory::department::NewDepartment;
use directory::equipment::NewEquipment;
use directory::practice::{NewPractice, NewRegister};
use directory::{add_department, add_equipment, add_practice, close_practice, note_context, record_register};
use kit::Context;
use kit::testing::{Engine, Reach, World};
use serde_json::{from_value, json};
use time::Duration;
use uuid::Uuid;

/// The town.
pub struct Town {
    /// Where it stands.
    pub world: World,
    /// The way in.
    pub door: Door,
    /// Everybody, in the order of [`Who::ALL`].
    pub people: Vec<Somebody>,
    /// Offices A and B.
    pub practices: [Uuid; 2],
    /// The practice of which A has become a part: its people see what is A's.
    pub takes_over: Uuid,
    /// Departments X and Y.
    pub departments: [Uuid; 2],
    /// Referrals at their stages.
    pub things: Vec<Thing>,
    /// For signing in.
    pub credentials: Credentials,
}

const STAGES: [Stage; 8] = [
    Stage::Draft,
    Stage::Discarded,
    Stage::Sent,
    Stage::Asked,
    Stage::Answered,
    Stage::Withdrawn,
    Stage::Erased,
    Stage::Mistaken,
];

impl Town {
    /// Builds it: everything between A and X, everything between B and Y, and what was sent crosswise.
    ///
    /// # Panics
    /// When a step is refused.
    pub async fn build(deployment: (Engine, Reach)) -> Self {
        let mut quiet = lysbro::services();
        for service in &mut quiet {
            service.consumers.clear();
            service.repairs.clear();
        }
        let world = World::start(quiet, deployment, |settings| {
            settings.synthetic = true;
            settings.decoder = vec![program(), "decode".into()];
        })
        .await
        .expect("a world");
        world.clock.hold(world.clock.now());
        let ctx = world.ctx().clone();
        let door = Door::new(kit::http::app(&lysbro::services(), ctx.clone()));
        let practices = [practice(&ctx, "A").await, practice(&ctx, "B").await];
        let departments = [department(&ctx, "X", "dermatology").await, department(&ctx, "Y", "ent").await];
        let takes_over = practice(&ctx, "C").await;
        let people = people::gather(&ctx, &door, [practices[0], practices[1], takes_over], departments).await;
        let credentials = Credentials::make(&ctx, &door).await;
        let mut town =
            Self { world, door, people, practices, takes_over, departments, things: Vec::new(), credentials };
        town.drain().await;
        let (ax, by) = (Way { office: 0, department: 0 }, Way { office: 1, department: 1 });
        let crosswise = [Way { office: 0, department: 1 }, Way { office: 1, department: 0 }];
        let wanted = STAGES.map(|stage| (ax, stage)).into_iter().chain(STAGES.map(|stage| (by, stage)));
        let wanted = wanted.chain(crosswise.map(|way| (way, Stage::Sent)));
        let mut things = Vec::new();
        for (seed, (way, stage)) in wanted.enumerate() {
            things.push(town.draft(way, None, stage, seed).await);
        }
        // Sent to X, which sent it on to Y: nothing of it is X's any more.
        things.push(town.draft(crosswise[0], Some(0), Stage::Sent, things.len()).await);
        town.drain().await;
        town.bring_on(&mut things).await;
        town.things = things;
        town.lend_phones().await;
        let merger =
            NewClosing { on: ctx.now().date().to_string(), merged_into_id: Some(takes_over), ..NewClosing::default() };
        close_practice(&ctx, practices[0], &merger).await.expect("a merger");
        town.drain().await;
        // The next six digits: each works once.
        town.world.clock.advance(Duration::minutes(1));
        people::spoil_sessions(&ctx, &town.door, &town.people).await;
        assert!(kit::log::parked(&ctx.db).await.expect("a list").is_empty(), "nothing is parked");
        town
    }

    /// One phone has the draft between A and X; a code for the one between B and Y is shown.
    async fn lend_phones(&mut self) {
        let mut codes = Vec::new();
        for (way, who) in [("AX", Who::GpA), ("BY", Who::GpB)] {
            let path = format!("/api/intake/referrals/{}/phone", self.thing(way, Stage::Draft).referral);
            let shown = self.ask(who, Asked::new("POST", path)).await.expect(201).json();
            codes.push(shown["address"].as_str().and_then(|text| text.split_once('#')).expect("a code").1.to_owned());
        }
        let asked = Asked::new("POST", "/api/intake/phone/open").json(&json!({ "code": codes[0] }));
        let opened = self.door.ask(None, asked).await.expect(204);
        let cookie = opened.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let token = cookie.split_once('=').expect("a cookie").1.to_owned();
        let place = Who::ALL.iter().position(|one| *one == Who::Phone).expect("a phone");
        self.people[place].token = Some(token);
        self.credentials.phone_code = codes.remove(1);
    }

    /// The services' context.
    pub fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    /// Does what consumers and repairs have to do.
    ///
    /// # Panics
    /// When one fails.
    pub async fn drain(&self) {
        kit::run::drain(&lysbro::services(), self.ctx()).await.expect("drained");
    }

    /// Somebody.
    pub fn somebody(&self, who: Who) -> &Somebody {
        let place = Who::ALL.iter().position(|one| *one == who).unwrap_or_default();
        &self.people[place]
    }

    /// Asks as somebody.
    pub async fn ask(&self, who: Who, asked: Asked) -> Reply {
        self.door.ask(self.somebody(who).token.as_deref(), asked).await
    }

    /// A thing between A and X (0 and 0), B and Y, and so on.
    ///
    /// # Panics
    /// When there is none.
    pub fn thing(&self, way: &str, stage: Stage) -> &Thing {
        let fits = |thing: &&Thing| thing.stage == stage && thing.way.is_some_and(|one| one.name() == way);
        self.things.iter().find(fits).expect("a thing")
    }
}

async fn practice(ctx: &Context, name: &str) -> Uuid {
    let form = json!({ "name": format!("KanariPractice{name}"), "municipality": format!("KanariPlace{name}"), "centrality": 5,
        "distanceKm": 120, "channel": "web", "openedOn": "2010-01-01", "testPractice": false });
    let new: NewPractice = from_value(form).expect("a practice");
    let practice = add_practice(ctx, &new).await.expect("a practice");
    let form = json!({ "from": "2020-01-01", "listSize": 3100, "gps": 3, "staff": 4 });
    let register: NewRegister = from_value(form).expect("a register");
    record_register(ctx, practice, &register).await.expect("a register");
    let form = json!({ "id": equipment_of(practice), "kind": "camera", "from": "2020-01-01" });
    let equipment: NewEquipment = from_value(form).expect("equipment");
    add_equipment(ctx, practice, &equipment).await.expect("equipment");
    let form = json!({ "id": context_of(practice), "practiceId": practice, "domain": "inner-setting", "kind": "outage",
        "from": "2026-01-02", "until": "2026-01-03", "text": format!("KanariContext{name}") });
    let event: NewContextEvent = from_value(form).expect("an event");
    note_context(ctx, &event).await.expect("an event");
    practice
}

/// The id of what the context log holds of a practice.
pub fn context_of(practice: Uuid) -> Uuid {
    Uuid::from_u128(practice.as_u128() ^ 0xc0_47_e7)
}

/// The id of a practice's camera.
pub fn equipment_of(practice: Uuid) -> Uuid {
    Uuid::from_u128(practice.as_u128() ^ 0xca_ee_7a)
}

async fn department(ctx: &Context, name: &str, specialty: &str) -> Uuid {
    let form = json!({ "name": format!("KanariDepartment{name}"), "hospital": format!("KanariHospital{name}"),
        "specialties": [specialty] });
    let new: NewDepartment = from_value(form).expect("a department");
    add_department(ctx, &new).await.expect("a department")
}
