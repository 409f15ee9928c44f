//! What a GP office does: drafts, pictures, sending, supplying, reading the answer.

use super::Act::{
    Acknowledge, ChangePicture, CloseOut, Discard, DiscardForGood, Draft, EndUpload, File, NoPicture, Picture,
    PictureForReply, PutPictureBack, RemovePicture, SaveAgain, SecondDraft, SecondPicture, SecondSubmit, Submit,
    Supply, TakeBack, Withdraw,
};
use super::{Act, Done, Play};
use http::Method;
use serde_json::json;
use tests::{Client, Upload, jpeg};
use uuid::Uuid;

impl Play<'_> {
    fn referral(&mut self, what: &'static str) -> (Uuid, String) {
        let id = self.id(what);
        (id, format!("/api/intake/referrals/{id}"))
    }

    pub(super) async fn save(&mut self, what: &'static str, version: i64, history: &str) -> Done {
        let (_, path) = self.referral(what);
        let finding = self.id("finding");
        let mut content = self.cast.content(finding);
        content["history"] = json!(history);
        let body = json!({ "version": version, "practiceId": self.cast.practices[0].id, "content": content });
        let saved = self.json(&self.cast.nurse, Method::PUT, &path, body).await?;
        if saved.status == 409 {
            assert_eq!(saved.code(), "stale-version", "{}", saved.text());
            let stands = self.see(&self.cast.nurse, &path).await?.json();
            assert_eq!(stands["content"]["history"], json!(history), "the draft that stands is the one that was saved");
            self.given.insert("version", stands["version"].clone());
            return Ok(());
        }
        self.given.insert("version", saved.expect(200).json()["version"].clone());
        Ok(())
    }

    /// Begins an upload or goes on with it, until the picture stands; `refused` is the status that a file which is no picture gets.
    pub(super) async fn upload(
        &mut self,
        what: &'static str,
        referral: Uuid,
        file: &[u8],
        refused: Option<u16>,
    ) -> Done {
        let nurse = self.cast.nurse.clone();
        self.upload_as(&nurse, "/api/intake/uploads", what, referral, file, refused).await
    }

    /// The same by somebody, to where they send pictures.
    pub(super) async fn upload_as(
        &mut self,
        nurse: &Client,
        place: &str,
        what: &'static str,
        referral: Uuid,
        file: &[u8],
        refused: Option<u16>,
    ) -> Done {
        let (image, finding) = (self.id(what), self.id("finding"));
        let sha256 = hex::encode(kit::pictures::sha256(file));
        if !self.given.contains_key(what) {
            let finding = Some(finding);
            let of = Upload { referral, image, finding, view: "overview", sha256: Some(&sha256), length: file.len() };
            let begun = self.copies.begin_upload_at(nurse, place, &of).await?.expect(201);
            self.given.insert(what, json!(begun.header("location")));
        }
        let location = self.given(what);
        let location = location.as_str().expect("text");
        for _ in 0..20 {
            let tus = [("tus-resumable", "1.0.0")];
            let stands = nurse.send(Method::HEAD, location, &tus, Vec::new()).await;
            if stands.status.as_u16() >= 500 {
                return Err(Box::new(stands));
            }
            if refused.is_some() && [refused, Some(404)].contains(&Some(stands.status.as_u16())) {
                return Ok(());
            }
            let offset: usize = stands.expect(200).header("upload-offset").parse().expect("an offset");
            if offset == file.len() {
                return Ok(());
            }
            let at = offset.to_string();
            let octets = ("content-type", "application/offset+octet-stream");
            let headers = [tus[0], ("upload-offset", at.as_str()), octets];
            let sent = self.copies.send(nurse, Method::PATCH, location, &headers, file[offset..].to_vec()).await?;
            if Some(sent.status.as_u16()) == refused {
                return Ok(());
            }
            assert!(matches!(sent.status.as_u16(), 204 | 404 | 409), "{}", sent.text());
        }
        panic!("{what} does not arrive")
    }

    pub(super) async fn writing(&mut self, act: Act) -> Done {
        let (referral, path) = self.referral("referral");
        let nurse = &self.cast.nurse;
        let image = format!("/api/intake/images/{}", self.id("image"));
        match act {
            Draft => self.save("referral", 0, "Growing since summer.").await?,
            SaveAgain => {
                let version = self.given("version").as_i64().expect("a number");
                self.save("referral", version, "Growing since summer; bled once.").await?;
            }
            Picture => self.upload("image", referral, &jpeg(800, 600, self.seed), None).await?,
            NoPicture => self.upload("no image", referral, b"%PDF-1.7 this is no picture at all", Some(415)).await?,
            EndUpload => {
                if !self.given.contains_key("ended") {
                    let id = self.id("never sent");
                    let (view, sha256) = ("close-up", None);
                    let of = Upload { referral, image: id, finding: None, view, sha256, length: 1000 };
                    let begun = self.copies.begin_upload(nurse, &of).await?.expect(201);
                    self.given.insert("ended", json!(begun.header("location")));
                }
                let location = self.given("ended");
                let location = location.as_str().expect("text");
                let tus = [
                    ("tus-resumable", "1.0.0"),
                    ("upload-offset", "0"),
                    ("content-type", "application/offset+octet-stream"),
                ];
                let stands = nurse.send(Method::HEAD, location, &tus[..1], Vec::new()).await;
                if stands.header("upload-offset") == "0" {
                    self.copies.send(nurse, Method::PATCH, location, &tus, vec![7; 100]).await?;
                }
                let ended = self.copies.send(nurse, Method::DELETE, location, &tus[..1], Vec::new()).await?;
                assert!(matches!(ended.status.as_u16(), 204 | 404), "{}", ended.text());
            }
            ChangePicture => {
                let body = json!({ "view": "close-up" });
                self.json(nurse, Method::PATCH, &image, body).await?.expect(204);
            }
            RemovePicture => drop(self.json(nurse, Method::DELETE, &image, json!({})).await?.expect(204)),
            PutPictureBack => drop(self.post(nurse, &format!("{image}/restore"), json!({})).await?.expect(204)),
            Discard => drop(self.json(nurse, Method::DELETE, &path, json!({})).await?.expect(204)),
            TakeBack => drop(self.post(nurse, &format!("{path}/restore"), json!({})).await?.expect(204)),
            other => panic!("{other:?} is not about a draft"),
        }
        Ok(())
    }

    pub(super) async fn submit(&mut self, what: &'static str) -> Done {
        let (_, path) = self.referral(what);
        let version = self.see(&self.cast.gp, &path).await?.json()["version"].clone();
        self.post(&self.cast.gp, &format!("{path}/submit"), json!({ "version": version })).await?.expect(200);
        Ok(())
    }

    pub(super) async fn sending(&mut self, act: Act) -> Done {
        let (referral, path) = self.referral("referral");
        let (second, other) = self.referral("second");
        match act {
            Submit => self.submit("referral").await?,
            SecondSubmit => self.submit("second").await?,
            SecondDraft => self.save("second", 0, "A second one.").await?,
            SecondPicture => self.upload("second image", second, &jpeg(800, 600, self.seed + 1), None).await?,
            PictureForReply => self.upload("more", referral, &jpeg(800, 600, self.seed + 2), None).await?,
            Supply => {
                let stands = self.see(&self.cast.nurse, &path).await?.json();
                let body = json!({ "questionId": stands["questions"][0]["id"], "text": "Here it is.", "imageIds": [self.id("more")] });
                self.post(&self.cast.nurse, &format!("{path}/information"), body).await?.expect(204);
            }
            Acknowledge => {
                let stands = self.see(&self.cast.gp, &path).await?.json();
                let body = json!({ "answerId": stands["answer"]["id"] });
                self.post(&self.cast.gp, &format!("{path}/acknowledge"), body).await?.expect(204);
            }
            CloseOut => {
                let body = json!({ "outcome": "followed", "text": "Excised." });
                self.post(&self.cast.gp, &format!("{path}/close-out"), body).await?.expect(204);
            }
            File => {
                let stands = self.see(&self.cast.gp, &path).await?.json();
                let body = json!({ "answerId": stands["answer"]["id"] });
                self.post(&self.cast.gp, &format!("{path}/filed"), body).await?.expect(204);
            }
            Withdraw => {
                let body = json!({ "reason": "Wrong patient." });
                self.post(&self.cast.gp, &format!("{other}/withdraw"), body).await?.expect(204);
            }
            DiscardForGood => {
                self.save("third", 0, "Never sent.").await?;
                let (third, path) = self.referral("third");
                self.upload("third image", third, &jpeg(800, 600, self.seed + 3), None).await?;
                self.json(&self.cast.nurse, Method::DELETE, &path, json!({})).await?.expect(204);
            }
            other => panic!("{other:?} is not the office's"),
        }
        Ok(())
    }
}
