//! A phone that is lent to an open draft, and a draft for training.

use super::Act::{ClosePhone, EndPhone, OpenPhone, PhonePicture, PhoneRemoves, ShowPhoneCode, Training};
use super::{Act, Done, Play};
use http::Method;
use serde_json::json;
use tests::{Client, jpeg};

impl Play<'_> {
    /// The phone, with its cookie.
    fn phone(&self) -> Client {
        let token = self.given("phone");
        Client::new(&self.world.url()).with_cookie(&format!("__Host-phone={}", token.as_str().expect("text")))
    }

    pub(super) async fn lending(&mut self, act: Act) -> Done {
        let referral = self.id("referral");
        let door = format!("/api/intake/referrals/{referral}/phone");
        match act {
            ShowPhoneCode => {
                self.post(&self.cast.nurse, &door, json!({})).await?.expect(201);
                // Of several the last one opens: one more alone.
                let shown =
                    self.copies.once(&self.cast.nurse, Method::POST, &door, json!({})).await?.expect(201).json();
                let code =
                    shown["address"].as_str().and_then(|text| text.split_once('#')).expect("a code").1.to_owned();
                self.given.insert("code", json!(code));
            }
            OpenPhone => {
                let body = json!({ "code": self.given("code") });
                let fresh = Client::new(&self.world.url());
                let reply = self.copies.once(&fresh, Method::POST, "/api/intake/phone/open", body).await?;
                if reply.status != 410 {
                    let cookie =
                        reply.expect(204).header("set-cookie").split(';').next().unwrap_or_default().to_owned();
                    self.given.insert("phone", json!(cookie.split_once('=').expect("a cookie").1));
                }
            }
            PhonePicture => {
                let phone = self.phone();
                let place = "/api/intake/phone/uploads";
                let file = jpeg(800, 600, self.seed + 8);
                self.upload_as(&phone, place, "phone image", referral, &file, None).await?;
                // One that is begun and ended.
                if !self.given.contains_key("phone ended") {
                    let id = self.id("phone never sent");
                    let of = tests::Upload {
                        referral,
                        image: id,
                        finding: None,
                        view: "close-up",
                        sha256: None,
                        length: 1000,
                    };
                    let begun = self.copies.begin_upload_at(&phone, place, &of).await?.expect(201);
                    self.given.insert("phone ended", json!(begun.header("location")));
                }
                let location = self.given("phone ended");
                let tus = [("tus-resumable", "1.0.0")];
                let location = location.as_str().expect("text");
                let ended = self.copies.send(&phone, Method::DELETE, location, &tus, Vec::new()).await?;
                assert!(matches!(ended.status.as_u16(), 204 | 404), "{}", ended.text());
            }
            PhoneRemoves => {
                let path = format!("/api/intake/phone/images/{}", self.id("phone image"));
                self.json(&self.phone(), Method::DELETE, &path, json!({})).await?.expect(204);
            }
            ClosePhone => {
                let reply = self.post(&self.phone(), "/api/intake/phone/close", json!({})).await?;
                assert!(matches!(reply.status.as_u16(), 204 | 401), "{}", reply.text());
            }
            EndPhone => drop(self.json(&self.cast.nurse, Method::DELETE, &door, json!({})).await?.expect(204)),
            Training => {
                let body = json!({ "id": self.id("training"), "practiceId": self.cast.practices[0].id });
                self.post(&self.cast.nurse, "/api/intake/training", body).await?.expect(201);
            }
            other => panic!("{other:?} lends nothing"),
        }
        Ok(())
    }
}
