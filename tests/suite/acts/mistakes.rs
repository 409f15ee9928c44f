//! What is done about a wrong patient and a wrong picture, noticed on either side.

use super::Act::{
    FifthDraft, FifthPicture, FifthSubmit, FourthDraft, FourthPicture, FourthSubmit, PatientNoticed, PictureNoticed,
    ReadCaseNotice, ReadFifth, ReadFourth, ReadNotice, RightPatient, WrongPatient, WrongPicture,
};
use super::{Act, Done, Play};
use serde_json::json;
use tests::{Client, jpeg};

impl Play<'_> {
    /// Both sides open it; the colleagues of who marks it are told.
    async fn opened_by_both(&mut self, what: &'static str) -> Done {
        let id = self.id(what);
        let (referral, case) = (format!("/api/intake/referrals/{id}"), format!("/api/review/cases/{id}"));
        self.see(&self.cast.nurse, &referral).await?;
        self.see(&self.cast.specialist, &case).await?;
        self.see(&self.cast.coordinator, &case).await?;
        Ok(())
    }

    async fn read_notices(&self, who: &Client, service: &str) -> Done {
        let told = self.see(who, &format!("/api/{service}/notices")).await?.json();
        for notice in told["items"].as_array().expect("notices") {
            let path = format!("/api/{service}/notices/{}/read", notice["id"].as_str().expect("an id"));
            self.post(who, &path, json!({})).await?.expect(204);
        }
        Ok(())
    }

    pub(super) async fn mistaking(&mut self, act: Act) -> Done {
        let (cast, seed) = (self.cast, self.seed);
        let (fourth, fifth) = (self.id("fourth"), self.id("fifth"));
        let (wrong, noticed) = (self.id("wrong image"), self.id("noticed image"));
        let because = json!({ "reason": "Somebody else." });
        match act {
            FourthDraft => self.save("fourth", 0, "The wrong one.").await?,
            FifthDraft => self.save("fifth", 0, "The wrong one again.").await?,
            FourthPicture => {
                self.upload("wrong image", fourth, &jpeg(800, 600, seed + 4), None).await?;
                self.upload("fourth image", fourth, &jpeg(800, 600, seed + 5), None).await?;
            }
            FifthPicture => {
                self.upload("noticed image", fifth, &jpeg(800, 600, seed + 6), None).await?;
                self.upload("fifth image", fifth, &jpeg(800, 600, seed + 7), None).await?;
            }
            FourthSubmit => self.submit("fourth").await?,
            FifthSubmit => self.submit("fifth").await?,
            ReadFourth => {
                self.opened_by_both("fourth").await?;
                // The one that is erased later was opened in the department too.
                let second = format!("/api/review/cases/{}", self.id("second"));
                self.see(&self.cast.specialist, &second).await?;
            }
            ReadFifth => self.opened_by_both("fifth").await?,
            WrongPicture => {
                let path = format!("/api/intake/images/{wrong}/entered-in-error");
                self.post(&cast.gp, &path, because).await?.expect(200);
            }
            WrongPatient => {
                let path = format!("/api/intake/referrals/{fourth}/entered-in-error");
                self.post(&cast.gp, &path, because).await?.expect(200);
            }
            RightPatient => {
                let body = json!({ "id": self.id("right draft") });
                let path = format!("/api/intake/errors/{fourth}/replacement");
                self.post(&cast.gp, &path, body).await?.expect(200);
            }
            ReadNotice => self.read_notices(&cast.nurse, "intake").await?,
            PictureNoticed => {
                let path = format!("/api/review/images/{noticed}/entered-in-error");
                self.post(&cast.specialist, &path, because).await?.expect(204);
            }
            PatientNoticed => {
                let path = format!("/api/review/cases/{fifth}/entered-in-error");
                self.post(&cast.specialist, &path, because).await?.expect(204);
            }
            ReadCaseNotice => self.read_notices(&cast.coordinator, "review").await?,
            other => panic!("{other:?} is no mistake"),
        }
        Ok(())
    }
}
