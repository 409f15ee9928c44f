//! What a department does: claims, looking, asking, answering.

use super::Act::{
    Ask, Claim, ClaimAgain, FileLetter, Phone, Read, Release, Renew, SaveAnswer, Shown, ShownAgain, Sign, SignAgain,
    TakeOver, Undo,
};
use super::{Act, Done, Play, nothing};
use http::Method;
use serde_json::{Value, json};
use tests::Client;
use uuid::Uuid;

impl Play<'_> {
    async fn claim(&mut self, who: &Client, door: &str) -> Done {
        let referral = self.id("referral");
        self.claim_of(who, door, referral).await
    }

    pub(super) async fn claim_of(&mut self, who: &Client, door: &str, case: Uuid) -> Done {
        let path = format!("/api/review/cases/{case}/{door}");
        self.post(who, &path, json!({})).await?.expect(200);
        // Of several at once the last has the token: one more alone.
        let claimed = self.copies.once(who, Method::POST, &path, json!({})).await?.expect(200);
        self.given.insert("claim", claimed.json()["token"].clone());
        Ok(())
    }

    async fn show(&mut self, who: &Client) -> Done {
        let path = format!("/api/review/cases/{}", self.id("referral"));
        let images = self.see(who, &path).await?.json()["images"].as_array().cloned().expect("images");
        for image in images {
            let shown = json!({ "token": self.given("claim"), "imageId": image["id"] });
            self.post(who, &format!("{path}/shown"), shown).await?.expect(204);
        }
        Ok(())
    }

    /// A holder's act that ends its own right to be repeated: a second time it is told so.
    async fn ends(&mut self, who: &Client, door: &str, body: Value, told: &[&str]) -> Done {
        let path = format!("/api/review/cases/{}/{door}", self.id("referral"));
        let reply = self.post(who, &path, body).await?;
        let fine = reply.status == 204 || (reply.status == 409 && told.contains(&reply.code().as_str()));
        assert!(fine, "{door}: {}", reply.text());
        Ok(())
    }

    pub(super) async fn hospital(&mut self, act: Act) -> Done {
        let (specialist, coordinator) = (&self.cast.specialist, &self.cast.coordinator);
        let referral = self.id("referral");
        let case = format!("/api/review/cases/{referral}");
        let token = self.given.get("claim").cloned().unwrap_or(Value::Null);
        let answer = json!({ "token": token, "content": { "summary": "Excise.", "findings": [{ "findingId": self.id("finding"),
            "diagnosis": "Dysplastic naevus", "certainty": "probable", "disposition": "gp-procedure", "plan": "Excise." }],
            "tellsPatient": "practice", "books": "practice" } });
        match act {
            Read => {
                // A read whose record can't be written is refused, and shows nothing.
                let paths = [(&self.cast.gp, format!("/api/intake/referrals/{referral}")), (specialist, case.clone())];
                for (who, path) in paths {
                    let reply = who.get(&path).await;
                    if reply.status.as_u16() >= 500 {
                        assert!(!reply.text().contains("Kari"), "{}", reply.text());
                        return Err(Box::new(reply));
                    }
                    reply.expect(200);
                }
            }
            Claim | ClaimAgain => self.claim(specialist, "claim").await?,
            TakeOver => self.claim(coordinator, "take-over").await?,
            Renew => {
                drop(self.post(specialist, &format!("{case}/renew"), json!({ "token": token })).await?.expect(200));
            }
            Shown | ShownAgain => self.show(specialist).await?,
            SaveAnswer => {
                self.json(specialist, Method::PUT, &format!("{case}/answer-draft"), answer).await?.expect(200);
            }
            Release => self.ends(specialist, "release", json!({ "token": token }), &["claim-lost"]).await?,
            Ask => {
                let body = json!({ "token": token, "wants": "better-images", "text": "A sharper close-up, please." });
                self.ends(coordinator, "information-request", body, &["question-open"]).await?;
            }
            Phone => {
                // It was asked long ago, and nobody has replied.
                let long_ago = self.ctx().now() - time::Duration::days(30);
                let text = "update review_wait set since = $2 where case_id = $1 and since > $2";
                self.ctx().db.q(text).bind(referral).bind(long_ago).exec().await.map_err(|_| Box::new(nothing()))?;
                let body = json!({ "callId": self.id("call"), "note": "Spoke with Nora." });
                self.post(coordinator, &format!("{case}/phoned"), body).await?.expect(204);
            }
            Sign | SignAgain => drop(self.post(specialist, &format!("{case}/answer"), answer).await?.expect(200)),
            FileLetter => {
                let shown = self.see(specialist, &case).await?.json();
                let body = json!({ "answerId": shown["answers"][0]["id"] });
                self.post(specialist, &format!("{case}/filed"), body).await?.expect(204);
            }
            Undo => {
                let told = ["claim-lost", "already-sent"];
                self.ends(specialist, "answer/undo", json!({ "token": token }), &told).await?;
            }
            other => panic!("{other:?} is not the hospital's"),
        }
        Ok(())
    }
}
