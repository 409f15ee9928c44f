//! People coming and going: an office's own people, who answers for a referral, a practice's end, a patient's new practice.

use super::Act::{
    ClosePractice, Colleague, EndColleague, HandOver, NewLink, OurDeputy, Ready, TakeBackReady, Transfer, TransferBack,
};
use super::{Act, Done, Play};
use http::Method;
use serde_json::json;

impl Play<'_> {
    pub(super) async fn people(&mut self, act: Act) -> Done {
        let (keeper, colleague, referral) = (&self.cast.keeper, self.id("colleague"), self.id("referral"));
        let [own, other] = [self.cast.practices[0].id, self.cast.practices[1].id];
        let path = format!("/api/intake/referrals/{referral}");
        match act {
            ClosePractice => {
                let practice = self.given("practice");
                let path = format!("/api/directory/practices/{}/closing", practice.as_str().expect("an id"));
                let body = json!({ "on": "2026-12-31", "coveringId": own });
                self.post(&self.cast.admin, &path, body).await?.expect(204);
            }
            OurDeputy => {
                let gp = self.cast.gp.get("/api/directory/me").await.expect(200).json()["person"]["id"].clone();
                let path = format!("/api/directory/practices/{own}/deputy");
                self.json(keeper, Method::PUT, &path, json!({ "personId": gp })).await?.expect(204);
            }
            Colleague => {
                let body = json!({ "id": colleague, "practiceId": own, "name": "Vera Synthetic", "language": "nb",
                    "email": format!("{colleague}@lysbro.example"), "role": "gp-clinician" });
                let invited = self.post(keeper, "/api/directory/colleagues", body).await?.expect(201).json();
                self.given.insert("colleague", invited["id"].clone());
            }
            NewLink => {
                let person = self.given("colleague");
                let path = format!("/api/directory/colleagues/{}/invitation", person.as_str().expect("an id"));
                self.post(keeper, &path, json!({})).await?.expect(201);
            }
            EndColleague => {
                let path = format!("/api/directory/colleagues/roles/{colleague}/end");
                self.post(keeper, &path, json!({})).await?.expect(204);
            }
            Ready => {
                let version = self.cast.nurse.get(&path).await.expect(200).json()["version"].clone();
                let body = json!({ "version": version, "responsibleId": self.given("colleague") });
                self.post(&self.cast.nurse, &format!("{path}/ready"), body).await?.expect(204);
            }
            TakeBackReady => {
                let path = format!("{path}/ready");
                self.json(&self.cast.nurse, Method::DELETE, &path, json!({})).await?.expect(204);
            }
            HandOver => {
                let body = json!({ "referralIds": [referral], "toId": self.given("colleague"), "note": "On leave." });
                let path = format!("/api/intake/practices/{own}/handover");
                self.post(&self.cast.gp, &path, body).await?.expect(200);
            }
            Transfer => {
                let body = json!({ "practiceId": other, "consent": true, "reason": "Moved." });
                self.post(&self.cast.gp, &format!("{path}/transfer"), body).await?.expect(204);
            }
            TransferBack => {
                let body = json!({ "practiceId": own, "consent": true, "reason": "Moved back." });
                self.post(&self.cast.stranger, &format!("{path}/transfer"), body).await?.expect(204);
            }
            other => panic!("{other:?} is not about people"),
        }
        Ok(())
    }
}
