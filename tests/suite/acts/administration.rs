//! What an administrator does: places, people and their rights.

use super::Act::{
    ChangeDepartment, ChangePractice, Department, Deputy, Enablement, EndGrant, Grant, Import, NoDeputy, Ordinary,
    OrdinaryAgain, Person, Practice, Register,
};
use super::{Act, Done, Play};
use http::Method;
use serde_json::json;

impl Play<'_> {
    /// Where the practice that was registered in this journey is.
    pub(super) fn practice(&self) -> String {
        format!("/api/directory/practices/{}", self.given("practice").as_str().expect("an id"))
    }

    pub(super) async fn administration(&mut self, act: Act) -> Done {
        let admin = &self.cast.admin;
        let (department, person, grant) = (self.id("department"), self.id("person"), self.id("grant"));
        let (register, step) = (self.id("register"), self.id("step"));
        let practices = "/api/directory/practices";
        match act {
            Department => {
                let body = json!({ "id": department, "name": "Ear department", "hospital": "Hospital", "specialties": ["ent"] });
                self.post(admin, "/api/directory/departments", body).await?.expect(201);
            }
            ChangeDepartment => {
                let path = format!("/api/directory/departments/{department}");
                let body = json!({ "dutyPhone": "+47 77 00 00 01", "dutyHours": "Mon–Fri 08–15" });
                self.json(admin, Method::PATCH, &path, body).await?.expect(204);
            }
            Practice => {
                // Without an id of its own: the key makes it once.
                let key = self.id("key").to_string();
                let body = json!({ "name": "Fjord legekontor", "municipality": "Fjord", "centrality": 6, "distanceKm": 90,
                    "channel": "web", "openedOn": "2012-01-01", "testPractice": false });
                let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
                let body = body.to_string().into_bytes();
                let made = self.copies.send(admin, Method::POST, practices, &headers, body).await?.expect(201);
                self.given.insert("practice", made.json()["id"].clone());
            }
            ChangePractice => {
                let path = self.practice();
                let day = kit::oslo::date(self.ctx().now()).to_string();
                let body = json!({ "name": "Fjord helsesenter", "municipality": "Fjord", "effectiveOn": day });
                self.json(admin, Method::PUT, &path, body).await?.expect(204);
            }
            Register => {
                let path = format!("{}/register", self.practice());
                let body = json!({ "id": register, "from": "2021-01-01", "listSize": 2100, "gps": 2, "staff": 2 });
                self.post(admin, &path, body).await?.expect(201);
            }
            Enablement => {
                let path = format!("{}/enablement", self.practice());
                let body = json!({ "id": step, "step": "trained", "specialty": null, "on": "2026-01-20" });
                self.post(admin, &path, body).await?.expect(201);
            }
            Import => {
                let key = self.id("import");
                let header = "key;name;municipality;centrality;distance_km;opened_on;register_from;list_size;gps;staff;agreed;equipped";
                let row =
                    format!("{key};Legekontor {key};Fjord;6;90;2012-01-01;2021-01-01;2100;2;2;2026-01-10;2026-01-20");
                let (headers, body) = ([("content-type", "text/csv")], format!("{header}\r\n{row}\r\n").into_bytes());
                self.copies.send(admin, Method::POST, "/api/directory/import", &headers, body).await?.expect(200);
            }
            Ordinary | OrdinaryAgain => {
                let (key, count) = (self.id("import"), if act == Ordinary { 4 } else { 5 });
                let body = format!("key;month;specialty;referrals\n{key};2026-01;ent;{count}\n").into_bytes();
                let headers = [("content-type", "text/csv")];
                self.copies.send(admin, Method::POST, "/api/directory/ordinary", &headers, body).await?.expect(200);
            }
            Person => {
                let body = json!({ "id": person, "name": "Pia Synthetic", "email": format!("{person}@lysbro.example"), "language": "nb" });
                self.post(admin, "/api/directory/people", body).await?.expect(201);
            }
            Grant => {
                let path = format!("/api/directory/people/{person}/grants");
                let body = json!({ "id": grant, "role": "gp-staff", "practiceId": self.cast.practices[0].id });
                self.post(admin, &path, body).await?.expect(201);
            }
            Deputy | NoDeputy => {
                let path = format!("/api/directory/practices/{}/deputy", self.cast.practices[0].id);
                let body = json!({ "personId": (act == Deputy).then_some(person) });
                self.json(admin, Method::PUT, &path, body).await?.expect(204);
            }
            EndGrant => {
                let path = format!("/api/directory/people/{person}/grants/{grant}/end");
                self.post(admin, &path, json!({})).await?.expect(204);
            }
            other => panic!("{other:?} is not the administrator's"),
        }
        Ok(())
    }
}
