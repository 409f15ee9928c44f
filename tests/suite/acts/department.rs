//! What a department does beside answering: it amends, frees, gives to somebody, forwards, declines.

use super::Act::{
    AcknowledgeAmendment, AmendClaim, Assign, Away, Back, Decline, DeclineClaim, Forward, ForwardClaim, Free,
    PassedClaim, PassedDraft, PassedPicture, PassedSubmit, ReadRefusal, SignAmendment,
};
use super::{Act, Done, Play};
use http::Method;
use serde_json::{Value, json};
use tests::jpeg;

impl Play<'_> {
    async fn own_id(&self) -> Value {
        self.cast.specialist.get("/api/directory/me").await.expect(200).json()["person"]["id"].clone()
    }

    pub(super) async fn department(&mut self, act: Act) -> Done {
        let (specialist, coordinator) = (&self.cast.specialist, &self.cast.coordinator);
        let (referral, passed) = (self.id("referral"), self.id("passed"));
        let case = format!("/api/review/cases/{passed}");
        let token = self.given.get("claim").cloned().unwrap_or(Value::Null);
        match act {
            AmendClaim => self.claim_of(specialist, "amend", referral).await?,
            PassedClaim | ForwardClaim | DeclineClaim => self.claim_of(specialist, "claim", passed).await?,
            SignAmendment => {
                let finding = json!({ "findingId": self.id("finding"), "diagnosis": "Melanoma in situ", "certainty": "certain",
                    "disposition": "direct-surgery", "plan": "Excise again, 5 mm." });
                let content = json!({ "summary": "Excise again.", "findings": [finding], "tellsPatient": "department",
                    "books": "department", "reason": "Histology has come." });
                let path = format!("/api/review/cases/{referral}/answer");
                let body = json!({ "token": token, "content": content });
                drop(self.post(specialist, &path, body).await?.expect(200));
            }
            AcknowledgeAmendment => self.read_outcome(referral, "answer").await?,
            ReadRefusal => self.read_outcome(passed, "declined").await?,
            PassedDraft => self.save("passed", 0, "One that is passed on.").await?,
            PassedPicture => self.upload("passed image", passed, &jpeg(800, 600, self.seed + 4), None).await?,
            PassedSubmit => self.submit("passed").await?,
            Free => {
                let body = json!({ "holderId": self.own_id().await });
                drop(self.post(coordinator, &format!("{case}/free"), body).await?.expect(204));
            }
            Assign => {
                let body = json!({ "personId": self.own_id().await });
                let path = format!("{case}/assignment");
                drop(self.json(coordinator, Method::PUT, &path, body).await?.expect(204));
            }
            Away | Back => self.absence(act).await?,
            Forward => {
                let body = json!({ "id": self.id("forwarding"), "token": token, "departmentId": self.cast.departments[0],
                    "specialty": "plastic-surgery", "text": "To be cut." });
                drop(self.post(specialist, &format!("{case}/forward"), body).await?.expect(204));
            }
            Decline => {
                let body =
                    json!({ "id": self.id("refusal"), "token": token, "reason": "insufficient", "text": "Too dark." });
                drop(self.post(specialist, &format!("{case}/decline"), body).await?.expect(204));
            }
            other => panic!("{other:?} is not a department's"),
        }
        Ok(())
    }

    async fn absence(&mut self, act: Act) -> Done {
        let path = format!("/api/review/absences/{}", self.id("absence"));
        let first = kit::oslo::date(self.ctx().now());
        let body = json!({ "from": first.to_string(), "to": (first + time::Duration::days(3)).to_string() });
        let (method, body) = if act == Away { (Method::PUT, body) } else { (Method::DELETE, json!({})) };
        drop(self.json(&self.cast.specialist, method, &path, body).await?.expect(204));
        Ok(())
    }

    async fn read_outcome(&mut self, referral: uuid::Uuid, what: &str) -> Done {
        let path = format!("/api/intake/referrals/{referral}");
        let stands = self.cast.gp.get(&path).await.expect(200).json();
        let body = json!({ "answerId": stands[what]["id"] });
        drop(self.post(&self.cast.gp, &format!("{path}/acknowledge"), body).await?.expect(204));
        Ok(())
    }
}
