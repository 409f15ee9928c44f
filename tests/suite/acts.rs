//! The acts of a whole journey, each a thing that a client may do again: with the ids of its own that it made before, the
//! claim that it holds, the offset that it asked for. Suites of faults play them one by one.

use crate::copies::Copies;
use http::Method;
use kit::testing::World;
use kit::{Context, Service};
use serde_json::{Value, json};
use std::collections::HashMap;
use tests::{Cast, Client, Reply, Upload, jpeg};
use time::Duration;
use uuid::Uuid;

/// What can be done. In this order they make a journey; a referral is asked about, answered and read, one is withdrawn, one
/// erased, one discarded, and time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Department,
    Practice,
    ChangePractice,
    Register,
    Enablement,
    Person,
    Grant,
    EndGrant,
    Invite,
    Accept,
    WrongPassword,
    SignIn,
    Lock,
    Unlock,
    Language,
    SignOut,
    SignInByLink,
    SignOutEverywhere,
    Draft,
    Picture,
    NoPicture,
    EndUpload,
    ChangePicture,
    RemovePicture,
    PutPictureBack,
    SaveAgain,
    Discard,
    TakeBack,
    Settle,
    Submit,
    SettleSent,
    Read,
    Claim,
    Renew,
    Shown,
    SaveAnswer,
    Release,
    TakeOver,
    Ask,
    SettleAsked,
    PictureForReply,
    SettleReply,
    Supply,
    SettleSupplied,
    ClaimAgain,
    ShownAgain,
    Sign,
    Undo,
    SignAgain,
    Released,
    Acknowledge,
    SecondDraft,
    SecondPicture,
    SecondSubmit,
    Withdraw,
    SettleWithdrawn,
    Erase,
    SettleErased,
    DiscardForGood,
    Rebuild,
    ForgetKeys,
    TimePasses,
}

use Act::{
    Accept, Acknowledge, Ask, ChangePicture, ChangePractice, Claim, ClaimAgain, Department, Discard, DiscardForGood,
    Draft, Enablement, EndGrant, EndUpload, Erase, ForgetKeys, Grant, Invite, Language, Lock, NoPicture, Person,
    Picture, PictureForReply, Practice, PutPictureBack, Read, Rebuild, Register, Release, Released, RemovePicture,
    Renew, SaveAgain, SaveAnswer, SecondDraft, SecondPicture, SecondSubmit, Settle, SettleAsked, SettleErased,
    SettleReply, SettleSent, SettleSupplied, SettleWithdrawn, Shown, ShownAgain, Sign, SignAgain, SignIn, SignInByLink,
    SignOut, SignOutEverywhere, Submit, Supply, TakeBack, TakeOver, TimePasses, Undo, Unlock, Withdraw, WrongPassword,
};

/// The journey.
pub const ALL: [Act; 62] = [
    Department,
    Practice,
    ChangePractice,
    Register,
    Enablement,
    Person,
    Grant,
    EndGrant,
    Invite,
    Accept,
    WrongPassword,
    SignIn,
    Lock,
    Unlock,
    Language,
    SignOut,
    SignInByLink,
    SignOutEverywhere,
    Draft,
    Picture,
    NoPicture,
    EndUpload,
    ChangePicture,
    RemovePicture,
    PutPictureBack,
    SaveAgain,
    Discard,
    TakeBack,
    Settle,
    Submit,
    SettleSent,
    Read,
    Claim,
    Renew,
    Shown,
    SaveAnswer,
    Release,
    TakeOver,
    Ask,
    SettleAsked,
    PictureForReply,
    SettleReply,
    Supply,
    SettleSupplied,
    ClaimAgain,
    ShownAgain,
    Sign,
    Undo,
    SignAgain,
    Released,
    Acknowledge,
    SecondDraft,
    SecondPicture,
    SecondSubmit,
    Withdraw,
    SettleWithdrawn,
    Erase,
    SettleErased,
    DiscardForGood,
    Rebuild,
    ForgetKeys,
    TimePasses,
];

/// A journey under way.
pub struct Play<'a> {
    pub world: &'a World,
    /// All services with their consumers and repairs, which [`Act::Settle`] and its like run.
    pub services: &'a [Service],
    pub cast: &'a Cast,
    pub copies: &'a Copies,
    /// Made by the client, by what they are for.
    ids: HashMap<&'static str, Uuid>,
    /// Given by the server, by what they are for.
    given: HashMap<&'static str, Value>,
    joined: Client,
    seed: u32,
}

/// Whether an act came to its end; else the server's answer that it can't now.
pub type Done = Result<(), Box<Reply>>;

const PASSWORD: &str = "tre SYNTHETIC båter";

impl<'a> Play<'a> {
    pub fn new(world: &'a World, services: &'a [Service], cast: &'a Cast, copies: &'a Copies, seed: u32) -> Self {
        let joined = Client::new(&world.url());
        Self { world, services, cast, copies, ids: HashMap::new(), given: HashMap::new(), joined, seed }
    }

    pub fn ctx(&self) -> &'a Context {
        self.world.ctx()
    }

    /// The client's id of something: made once, so that a repeat is a repeat.
    pub fn id(&mut self, what: &'static str) -> Uuid {
        let ctx = self.ctx();
        *self.ids.entry(what).or_insert_with(|| ctx.new_id())
    }

    fn given(&self, what: &str) -> Value {
        self.given.get(what).cloned().unwrap_or_else(|| panic!("{what} comes from an earlier act"))
    }

    /// Does one act, or repeats it.
    pub async fn perform(&mut self, act: Act) -> Done {
        match act {
            Department | Practice | ChangePractice | Register | Enablement | Person | Grant | EndGrant => {
                self.administration(act).await
            }
            Invite | Accept | WrongPassword | SignIn | Lock | Unlock | Language | SignOut | SignInByLink
            | SignOutEverywhere => self.coming_and_going(act).await,
            Draft | Picture | NoPicture | EndUpload | ChangePicture | RemovePicture | PutPictureBack | SaveAgain
            | Discard | TakeBack => self.writing(act).await,
            Submit | Supply | PictureForReply | Acknowledge | SecondDraft | SecondPicture | SecondSubmit | Withdraw
            | DiscardForGood => self.sending(act).await,
            Read | Claim | Renew | Shown | SaveAnswer | Release | TakeOver | Ask | ClaimAgain | ShownAgain | Sign
            | Undo | SignAgain => self.hospital(act).await,
            Settle | SettleSent | SettleAsked | SettleReply | SettleSupplied | SettleWithdrawn | SettleErased
            | Released | Erase | Rebuild | ForgetKeys | TimePasses => self.house(act).await,
        }
    }

    /// Whether it is done by the house and not by a request.
    pub fn is_of_house(act: Act) -> bool {
        matches!(
            act,
            Settle
                | SettleSent
                | SettleAsked
                | SettleReply
                | SettleSupplied
                | SettleWithdrawn
                | SettleErased
                | Released
                | Erase
                | Rebuild
                | ForgetKeys
                | TimePasses
        )
    }

    async fn json(&self, who: &Client, method: Method, path: &str, body: Value) -> Result<Reply, Box<Reply>> {
        self.copies
            .send(who, method, path, &[("content-type", "application/json")], body.to_string().into_bytes())
            .await
    }

    async fn post(&self, who: &Client, path: &str, body: Value) -> Result<Reply, Box<Reply>> {
        self.json(who, Method::POST, path, body).await
    }

    /// Where the practice that was registered in this journey is.
    fn practice(&self) -> String {
        format!("/api/directory/practices/{}", self.given("practice").as_str().expect("an id"))
    }

    async fn administration(&mut self, act: Act) -> Done {
        let admin = &self.cast.admin;
        let (department, person, grant) = (self.id("department"), self.id("person"), self.id("grant"));
        let (register, step) = (self.id("register"), self.id("step"));
        let practices = "/api/directory/practices";
        match act {
            Department => {
                let body = json!({ "id": department, "name": "Ear department", "hospital": "Hospital", "specialties": ["ent"] });
                self.post(admin, "/api/directory/departments", body).await?.expect(201);
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
            Person => {
                let body = json!({ "id": person, "name": "Pia Synthetic", "email": format!("{person}@lysbro.example"), "language": "nb" });
                self.post(admin, "/api/directory/people", body).await?.expect(201);
            }
            Grant => {
                let path = format!("/api/directory/people/{person}/grants");
                let body = json!({ "id": grant, "role": "gp-staff", "practiceId": self.cast.practices[0].id });
                self.post(admin, &path, body).await?.expect(201);
            }
            EndGrant => {
                let path = format!("/api/directory/people/{person}/grants/{grant}/end");
                self.post(admin, &path, json!({})).await?.expect(204);
            }
            other => panic!("{other:?} is not the administrator's"),
        }
        Ok(())
    }

    fn code(&self) -> String {
        let secret = self.given("secret");
        let secret = totp_rs::Secret::try_from_base32(secret.as_str().expect("text")).expect("base 32");
        let totp = totp_rs::Builder::new().with_secret(secret).build().expect("160 bits");
        totp.generate(self.ctx().now().micros() as u64 / 1_000_000).to_string()
    }

    async fn coming_and_going(&mut self, act: Act) -> Done {
        let person = self.id("person");
        let email = format!("{person}@lysbro.example");
        let joined = self.joined.clone();
        match act {
            Invite => {
                let path = format!("/api/directory/people/{person}/invitation");
                let made = self.copies.once(&self.cast.admin, Method::POST, &path, json!({})).await?.expect(201).json();
                let token = made["link"].as_str().and_then(|link| link.split_once('#')).expect("a link").1.to_owned();
                let shown = joined.post("/api/directory/links/open", json!({ "token": token })).await.expect(200);
                self.given.insert("token", json!(token));
                self.given.insert("secret", shown.json()["totp"]["secret"].clone());
            }
            Accept => {
                let body = json!({ "token": self.given("token"), "password": PASSWORD, "totpCode": self.code() });
                let reply = self.copies.once(&joined, Method::POST, "/api/directory/links/accept", body).await?;
                self.came_in(&reply, 410);
            }
            WrongPassword => {
                let body = json!({ "email": email, "password": "not this one", "totpCode": "000000" });
                let path = "/api/directory/sign-in";
                self.copies.once(&Client::new(&self.world.url()), Method::POST, path, body).await?.expect(401);
            }
            SignIn => {
                // A code works once: the next one.
                self.world.clock.advance(Duration::seconds(31));
                let body = json!({ "email": email, "password": PASSWORD, "totpCode": self.code() });
                let fresh = Client::new(&self.world.url());
                let reply = self.copies.once(&fresh, Method::POST, "/api/directory/sign-in", body).await?;
                self.came_in(&reply, 401);
            }
            Lock => drop(self.post(&joined, "/api/directory/lock", json!({})).await?.expect(204)),
            Unlock => {
                let body = json!({ "password": PASSWORD });
                let reply = self.post(&joined, "/api/directory/unlock", body).await?.expect(200);
                self.joined.keep_cookie(&reply);
            }
            Language => {
                let body = json!({ "language": "en" });
                self.json(&joined, Method::PUT, "/api/directory/me/language", body).await?.expect(204);
            }
            SignOut => {
                let reply = self.copies.once(&joined, Method::POST, "/api/directory/sign-out", json!({})).await?;
                assert!(matches!(reply.status.as_u16(), 204 | 401), "{}", reply.text());
            }
            SignInByLink => {
                let kind = directory::LinkKind::SignIn;
                let made = directory::make_link(self.ctx(), person, kind, Duration::hours(1)).await;
                let token = made.map_err(|_| Box::new(nothing()))?;
                let body = json!({ "token": token });
                let fresh = Client::new(&self.world.url());
                let reply = self.copies.once(&fresh, Method::POST, "/api/directory/links/sign-in", body).await?;
                self.came_in(&reply, 410);
            }
            SignOutEverywhere => {
                let path = "/api/directory/sign-out-everywhere";
                let reply = self.copies.once(&joined, Method::POST, path, json!({})).await?;
                assert!(matches!(reply.status.as_u16(), 204 | 401), "{}", reply.text());
            }
            other => panic!("{other:?} is not about sessions"),
        }
        Ok(())
    }

    /// Keeps the session; what was used up before is told so.
    fn came_in(&mut self, reply: &Reply, used_up: u16) {
        if reply.status.as_u16() == used_up {
            return;
        }
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
        self.joined.keep_cookie(reply);
    }

    fn referral(&mut self, what: &'static str) -> (Uuid, String) {
        let id = self.id(what);
        (id, format!("/api/intake/referrals/{id}"))
    }

    async fn save(&mut self, what: &'static str, version: i64, history: &str) -> Done {
        let (_, path) = self.referral(what);
        let finding = self.id("finding");
        let mut content = self.cast.content(finding);
        content["history"] = json!(history);
        let body = json!({ "version": version, "practiceId": self.cast.practices[0].id, "content": content });
        let saved = self.json(&self.cast.nurse, Method::PUT, &path, body).await?;
        if saved.status == 409 {
            assert_eq!(saved.code(), "stale-version", "{}", saved.text());
            let stands = self.cast.nurse.get(&path).await.expect(200).json();
            assert_eq!(stands["content"]["history"], json!(history), "the draft that stands is the one that was saved");
            self.given.insert("version", stands["version"].clone());
            return Ok(());
        }
        self.given.insert("version", saved.expect(200).json()["version"].clone());
        Ok(())
    }

    /// Begins an upload or goes on with it, until the picture stands; `refused` is the status that a file which is no picture gets.
    async fn upload(&mut self, what: &'static str, referral: Uuid, file: &[u8], refused: Option<u16>) -> Done {
        let (image, finding) = (self.id(what), self.id("finding"));
        let sha256 = hex::encode(kit::pictures::sha256(file));
        let nurse = &self.cast.nurse;
        if !self.given.contains_key(what) {
            let finding = Some(finding);
            let of = Upload { referral, image, finding, view: "overview", sha256: Some(&sha256), length: file.len() };
            let begun = self.copies.begin_upload(nurse, &of).await?.expect(201);
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

    async fn writing(&mut self, act: Act) -> Done {
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

    async fn submit(&mut self, what: &'static str) -> Done {
        let (_, path) = self.referral(what);
        let version = self.cast.gp.get(&path).await.expect(200).json()["version"].clone();
        self.post(&self.cast.gp, &format!("{path}/submit"), json!({ "version": version })).await?.expect(200);
        Ok(())
    }

    async fn sending(&mut self, act: Act) -> Done {
        let (referral, path) = self.referral("referral");
        let (second, other) = self.referral("second");
        match act {
            Submit => self.submit("referral").await?,
            SecondSubmit => self.submit("second").await?,
            SecondDraft => self.save("second", 0, "A second one.").await?,
            SecondPicture => self.upload("second image", second, &jpeg(800, 600, self.seed + 1), None).await?,
            PictureForReply => self.upload("more", referral, &jpeg(800, 600, self.seed + 2), None).await?,
            Supply => {
                let stands = self.cast.nurse.get(&path).await.expect(200).json();
                let body = json!({ "questionId": stands["questions"][0]["id"], "text": "Here it is.", "imageIds": [self.id("more")] });
                self.post(&self.cast.nurse, &format!("{path}/information"), body).await?.expect(204);
            }
            Acknowledge => {
                self.post(&self.cast.gp, &format!("{path}/acknowledge"), json!({})).await?.expect(204);
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

    async fn claim(&mut self, who: &Client, door: &str) -> Done {
        let path = format!("/api/review/cases/{}/{door}", self.id("referral"));
        self.post(who, &path, json!({})).await?.expect(200);
        // Of several at once the last has the token: one more alone.
        let claimed = self.copies.once(who, Method::POST, &path, json!({})).await?.expect(200);
        self.given.insert("claim", claimed.json()["token"].clone());
        Ok(())
    }

    async fn show(&mut self, who: &Client) -> Done {
        let path = format!("/api/review/cases/{}", self.id("referral"));
        let images = who.get(&path).await.expect(200).json()["images"].as_array().cloned().expect("images");
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

    async fn hospital(&mut self, act: Act) -> Done {
        let (specialist, coordinator) = (&self.cast.specialist, &self.cast.coordinator);
        let referral = self.id("referral");
        let case = format!("/api/review/cases/{referral}");
        let token = self.given.get("claim").cloned().unwrap_or(Value::Null);
        let answer = json!({ "token": token, "content": { "summary": "Excise.", "findings": [{ "findingId": self.id("finding"),
            "diagnosis": "Dysplastic naevus", "certainty": "probable", "disposition": "gp-procedure", "plan": "Excise." }] } });
        match act {
            Read => {
                // A read whose record can't be written is refused, and shows nothing.
                for (who, path) in [(&self.cast.gp, format!("/api/intake/referrals/{referral}")), (specialist, case)] {
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
                drop(self.post(specialist, &format!("{case}/renew"), json!({ "token": token })).await?.expect(200))
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
            Sign | SignAgain => drop(self.post(specialist, &format!("{case}/answer"), answer).await?.expect(200)),
            Undo => {
                let told = ["claim-lost", "already-sent"];
                self.ends(specialist, "answer/undo", json!({ "token": token }), &told).await?;
            }
            other => panic!("{other:?} is not the hospital's"),
        }
        Ok(())
    }

    /// What the house does by itself.
    async fn house(&mut self, act: Act) -> Done {
        match act {
            Released => self.world.clock.advance(Duration::seconds(11)),
            Erase => {
                let second = self.id("second");
                return intake::erase(self.ctx(), second).await.map(|_| ()).map_err(|_| Box::new(nothing()));
            }
            Rebuild => {
                let consumers = self.services.iter().flat_map(|service| &service.consumers);
                for consumer in consumers.filter(|consumer| !consumer.reset.is_empty()) {
                    kit::log::rebuild(self.ctx(), consumer).await.map_err(|_| Box::new(nothing()))?;
                }
            }
            ForgetKeys => {
                let later = self.ctx().now() + Duration::days(91);
                kit::idempotency::forget_old(&self.ctx().db, later).await.map_err(|_| Box::new(nothing()))?;
            }
            TimePasses => self.world.clock.advance(Duration::days(12)),
            _ => {}
        }
        self.drain().await
    }

    /// Consumers and repairs until nothing is left, pictures that were put off included.
    pub async fn drain(&self) -> Done {
        for _ in 0..30 {
            kit::run::drain(self.services, self.ctx()).await.map_err(|_| Box::new(nothing()))?;
            let text = "select count(*) from imaging_job where state = 'waiting'";
            let (waiting,): (i64,) = self.ctx().db.q(text).one().await.expect("a count");
            if waiting == 0 {
                return Ok(());
            }
            self.world.clock.advance(Duration::seconds(3));
        }
        Err(Box::new(nothing()))
    }
}

/// The house has no answer to show.
fn nothing() -> Reply {
    Reply { status: http::StatusCode::SERVICE_UNAVAILABLE, headers: http::HeaderMap::new(), bytes: Vec::new() }
}
