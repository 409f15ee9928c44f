//! The people of a journey: one practice with a GP and a nurse, another practice, a department, a manager.

use crate::{Client, answered};
use directory::LinkKind;
use kit::{Context, Role};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

/// A practice with its id.
#[derive(Clone, Debug)]
pub struct Practice {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: &'static str,
}

/// Everybody, signed in.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Administrator.
    pub admin: Client,
    /// GP of the first practice.
    pub gp: Client,
    /// Nurse of the first practice.
    pub nurse: Client,
    /// Keeps the people of the first practice.
    pub keeper: Client,
    /// GP of another practice.
    pub stranger: Client,
    /// Specialist of the department.
    pub specialist: Client,
    /// A second specialist of the department.
    pub colleague: Client,
    /// Coordinator of the department.
    pub coordinator: Client,
    /// Specialist of another department.
    pub elsewhere: Client,
    /// Programme manager.
    pub manager: Client,
    /// The first practice, and the other one.
    pub practices: [Practice; 2],
    /// The department (dermatology), and another (ENT).
    pub departments: [Uuid; 2],
}

impl Cast {
    /// Registers everything through the routes, as an administrator would, and signs everybody in by link.
    ///
    /// # Panics
    /// When a step is refused.
    pub async fn assemble(ctx: &Context, base: &str) -> Self {
        let admin = person(ctx, base, "Ada", Role::Administrator, None, None).await;
        let mut departments = [Uuid::nil(); 2];
        for (place, (name, specialties)) in
            [("Skin department", ["dermatology", "plastic-surgery"]), ("ENT department", ["ent", "ent"])]
                .into_iter()
                .enumerate()
        {
            let id = ctx.new_id();
            let specialties =
                if specialties[0] == specialties[1] { json!([specialties[0]]) } else { json!(specialties) };
            let body = json!({ "id": id, "name": name, "hospital": "Hospital", "specialties": specialties });
            admin.post("/api/directory/departments", body).await.expect(201);
            departments[place] = id;
        }
        let mut practices =
            [("Solvik legekontor", 0), ("Havnes legesenter", 1)].map(|(name, _)| Practice { id: Uuid::nil(), name });
        for practice in &mut practices {
            practice.id = ctx.new_id();
            register(&admin, practice).await;
        }
        let [first, second] = [practices[0].id, practices[1].id];
        let [skin, ent] = departments;
        let cast = Self {
            gp: person(ctx, base, "Grete", Role::GpClinician, Some(first), None).await,
            nurse: person(ctx, base, "Nora", Role::GpStaff, Some(first), None).await,
            keeper: person(ctx, base, "Petra", Role::PracticeAdmin, Some(first), None).await,
            stranger: person(ctx, base, "Gunnar", Role::GpClinician, Some(second), None).await,
            specialist: person(ctx, base, "Dagny", Role::Specialist, None, Some(skin)).await,
            colleague: person(ctx, base, "Dina", Role::Specialist, None, Some(skin)).await,
            coordinator: person(ctx, base, "Carl", Role::Coordinator, None, Some(skin)).await,
            elsewhere: person(ctx, base, "Einar", Role::Specialist, None, Some(ent)).await,
            manager: person(ctx, base, "Maja", Role::ProgrammeManager, None, None).await,
            admin,
            practices,
            departments,
        };
        cast.until_known().await;
        cast
    }

    /// New sessions for everybody: the old ones are over.
    ///
    /// # Panics
    /// When somebody is not known any more.
    pub async fn sign_in_again(&mut self, ctx: &Context, base: &str) {
        for (name, client) in [
            ("ada", &mut self.admin),
            ("grete", &mut self.gp),
            ("nora", &mut self.nurse),
            ("petra", &mut self.keeper),
            ("gunnar", &mut self.stranger),
            ("dagny", &mut self.specialist),
            ("dina", &mut self.colleague),
            ("carl", &mut self.coordinator),
            ("einar", &mut self.elsewhere),
            ("maja", &mut self.manager),
        ] {
            let by_email = ctx.db.q("select id from directory_person where email = $1");
            let (id,): (Uuid,) = by_email.bind(format!("{name}@lysbro.example")).one().await.expect("a person");
            let token = directory::make_link(ctx, id, LinkKind::SignIn, Duration::hours(1)).await.expect("a link");
            *client = Client::by_link(base, &token).await;
        }
    }

    /// Waits until the GP's side knows practice and department.
    async fn until_known(&self) {
        crate::eventually("departments known at intake", async || {
            let known = self.gp.get("/api/intake/departments").await.json();
            (known.as_array().is_some_and(|all| all.len() == 2)).then_some(())
        })
        .await;
    }

    /// A complete draft's content for the skin department.
    pub fn content(&self, finding: Uuid) -> Value {
        answered(json!({
            "patient": { "identifierSystem": "no-national", "identifier": "13917404075", "name": "Kari SYNTHETIC", "birthDate": "1974-11-13", "sex": "female" },
            "specialty": "dermatology", "departmentId": self.departments[0], "priority": "routine",
            "question": "Is excision needed?", "history": "Growing since summer.",
            "findings": [{ "id": finding, "bodySite": { "code": "66643007", "system": "SCT", "display": "Skin of back" },
                "laterality": "left", "kind": "lesion", "description": "Two-coloured, 7 mm.", "duration": "6 months" }],
        }))
    }
}

/// Registers a practice that is equipped since January.
///
/// # Panics
/// When a step is refused.
pub async fn register(admin: &Client, practice: &Practice) {
    let body = json!({ "id": practice.id, "name": practice.name, "municipality": "Solvik", "centrality": 5, "distanceKm": 120,
        "channel": "web", "openedOn": "2010-01-01", "testPractice": false });
    admin.post("/api/directory/practices", body).await.expect(201);
    let register = json!({ "from": "2020-01-01", "listSize": 3100, "gps": 3, "staff": 4 });
    admin.post(&format!("/api/directory/practices/{}/register", practice.id), register).await.expect(201);
    let step = json!({ "step": "equipped", "specialty": null, "on": "2026-01-05" });
    admin.post(&format!("/api/directory/practices/{}/enablement", practice.id), step).await.expect(201);
}

/// Makes a person with a role and signs them in by link.
///
/// # Panics
/// When a step is refused.
pub async fn person(
    ctx: &Context,
    base: &str,
    name: &str,
    role: Role,
    practice: Option<Uuid>,
    department: Option<Uuid>,
) -> Client {
    let email = format!("{}@lysbro.example", name.to_lowercase());
    let id = directory::add_person(ctx, None, &format!("{name} Synthetic"), &email, "en").await.expect("a person");
    directory::add_grant(ctx, id, role, practice, department, ctx.now() - Duration::hours(1), None)
        .await
        .expect("a grant");
    let token = directory::make_link(ctx, id, LinkKind::SignIn, Duration::hours(1)).await.expect("a link");
    Client::by_link(base, &token).await
}
