//! What the programme did for the demonstration's offices: equipment with serial numbers, trainings, contacts with support; and
//! what offices say when they do not use the service.

use super::seed::Seeder;
use axum::http::Method;
use kit::Error;
use serde_json::{Value, json};

/// What support wrote down: with a champion, with somebody who never began, with somebody who stopped.
const NOTES: [(&str, &str); 3] = [
    (
        "visit",
        "The nurse takes the pictures and the doctor writes. They keep the camera in the treatment room. They ask for a second dermatoscope.",
    ),
    (
        "phone",
        "They mean to begin. The camera stands in the reception, and nobody has time to fetch it during a consultation. A first case together was offered.",
    ),
    (
        "phone",
        "The colleague who took the pictures has left, and nobody took over. They would like a new training in the autumn.",
    ),
];

/// Why offices did not use it, in the order in which offices say it.
const REASONS: [(&str, &str); 9] = [
    ("no-time", ""),
    ("no-patient", ""),
    ("equipment", "The camera is in the other building."),
    ("ordinary", ""),
    ("pictures", "Hard to get the ear drum sharp."),
    ("no-patient", "One or two a year at most."),
    ("sign-in", "The code did not come up on the old telephone."),
    ("phoned", ""),
    ("not-now", ""),
];

impl Seeder<'_> {
    async fn record(&mut self, office: usize, what: &str, body: Value) -> Result<Value, Error> {
        let path = format!("/api/directory/practices/{}/{what}", self.practices[office]);
        self.ask(self.manager, Method::POST, &path, body).await
    }

    pub(super) async fn equip(&mut self, office: usize) -> Result<(), Error> {
        let day = self.ctx.now().date().to_string();
        let room = ["Treatment room", "Reception", "Doctor's office", "Store room"][office % 4];
        let camera = json!({ "kind": "camera", "specialty": null, "make": "Made-up Compact 5", "serial": format!("C5-{:05}", 20_417 + office * 37),
            "place": room, "from": day });
        self.record(office, "equipment", camera).await?;
        let scope = json!({ "kind": "dermatoscope", "specialty": "dermatology", "make": "Made-up Scope 2", "serial": format!("S2-{:05}", 7_101 + office * 53),
            "place": room, "from": day });
        let made = self.record(office, "equipment", scope).await?;
        if let Some(id) = made["id"].as_str().and_then(|id| id.parse().ok()) {
            self.scopes.insert(office, id);
        }
        if office.is_multiple_of(3) {
            let otoscope = json!({ "kind": "otoscope", "specialty": "ent", "make": "Made-up Oto 1", "serial": format!("O1-{:05}", 310 + office * 11),
                "place": room, "from": day });
            self.record(office, "equipment", otoscope).await?;
        }
        Ok(())
    }

    pub(super) async fn train(&mut self, office: usize) -> Result<(), Error> {
        let day = self.ctx.now().date().to_string();
        let (gps, staff) = (self.offices[office].gps, self.offices[office].staff);
        let doctors = json!({ "on": day, "specialty": null, "role": "doctor", "people": gps.div_ceil(2) });
        self.record(office, "trainings", doctors).await?;
        if !office.is_multiple_of(4) {
            let nurses = json!({ "on": day, "specialty": null, "role": "nurse", "people": staff.div_ceil(2) });
            self.record(office, "trainings", nurses).await?;
        }
        Ok(())
    }

    pub(super) async fn contact(&mut self, office: usize, number: usize) -> Result<(), Error> {
        let (kind, note) = NOTES[number];
        let body = json!({ "on": self.ctx.now().date().to_string(), "kind": kind, "note": note });
        self.record(office, "contacts", body).await.map(drop)
    }

    pub(super) async fn why_not(&mut self, office: usize) -> Result<(), Error> {
        let Some(gp) = self.gps.get(&office).copied() else { return Ok(()) };
        let (reason, text) = match self.offices[office].uses {
            Some(_) => ("other", "The one who knew how it works has moved."),
            None => REASONS[office % REASONS.len()],
        };
        let body = json!({ "practiceId": self.practices[office], "reason": reason, "text": text, "after": "silence" });
        self.ask(gp, Method::POST, "/api/directory/reasons", body).await.map(drop)
    }

    pub(super) async fn take_back(&mut self, office: usize) -> Result<(), Error> {
        let Some(scope) = self.scopes.get(&office).copied() else { return Ok(()) };
        let body = json!({ "on": self.ctx.now().date().to_string(), "reason": "Lent to an office that needs it." });
        self.record(office, &format!("equipment/{scope}/withdraw"), body).await.map(drop)
    }
}
