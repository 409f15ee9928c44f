//! A referral at every stage, made through the routes, with a canary in every name and text.

use super::{Asked, Town, Who};
use crate::{Reply, answered, jpeg, made_up_number};
use base64::Engine;
use kit::log::Envelope;
use proto::imaging::{ImageTiled, Tile};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

/// Where a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Being written, with a picture and another one half uploaded.
    Draft,
    /// A draft that was discarded.
    Discarded,
    /// With the department.
    Sent,
    /// The department asked for more.
    Asked,
    /// Answered and not yet read.
    Answered,
    /// Withdrawn by the office.
    Withdrawn,
    /// Its key was destroyed.
    Erased,
    /// It was entered for the wrong patient.
    Mistaken,
    /// A practice or person that is registered.
    Registered,
    /// A grant that stands, under a person who does not hold it.
    Elsewhere,
    /// Ids that nothing goes by.
    Absent,
}

/// From which office (0 A, 1 B) to which department (0 X, 1 Y).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The office.
    pub office: usize,
    /// The department.
    pub department: usize,
}

impl Way {
    /// For example `AX`.
    pub fn name(self) -> String {
        format!("{}{}", ["A", "B"][self.office], ["X", "Y"][self.department])
    }
}

/// A thing with everything that an address or a body can name of it.
#[derive(Clone, Debug)]
pub struct Thing {
    /// Where it stands.
    pub stage: Stage,
    /// Between whom; none for what is between nobody.
    pub way: Option<Way>,
    /// The department that it was sent to first, when another one has it now.
    pub came_by: Option<usize>,
    /// The referral, which is the case's id as well.
    pub referral: Uuid,
    /// Its version.
    pub version: i64,
    /// Its finding.
    pub finding: Uuid,
    /// Its picture.
    pub image: Uuid,
    /// SHA-256 of the picture in hexadecimal digits.
    pub sha256: String,
    /// An upload: under way where pictures can be added, otherwise the finished one.
    pub upload: Uuid,
    /// The department's question.
    pub question: Uuid,
    /// The department's answer.
    pub answer: Uuid,
    /// A practice.
    pub practice: Uuid,
    /// A department of the register.
    pub department: Uuid,
    /// A person.
    pub person: Uuid,
    /// A grant.
    pub grant: Uuid,
    /// What somebody of the office is told.
    pub notice: Uuid,
    /// What somebody of the department is told.
    pub case_notice: Uuid,
}

impl Thing {
    /// Ids that nothing goes by.
    pub fn absent(town: &Town) -> Self {
        let id = || town.ctx().new_id();
        Self {
            stage: Stage::Absent,
            way: None,
            came_by: None,
            referral: id(),
            version: 1,
            finding: id(),
            image: id(),
            sha256: "0".repeat(64),
            upload: id(),
            question: id(),
            answer: id(),
            practice: id(),
            department: id(),
            person: id(),
            grant: id(),
            notice: id(),
            case_notice: id(),
        }
    }

    /// For reports: `AX Draft`.
    pub fn name(&self) -> String {
        format!("{} {:?}", self.way.map(Way::name).unwrap_or_default(), self.stage)
    }
}

/// What a referral says, to the department that has it first: every text is a canary of its way.
pub fn content(way: Way, first: usize, department: Uuid, finding: Uuid, seed: usize) -> Value {
    let word = |kind: &str| format!("KanariPat{}{kind}", way.name());
    let specialty = ["dermatology", "ent"][first];
    answered(json!({
        "patient": { "identifierSystem": "no-national", "identifier": made_up_number(seed), "name": word("Name"),
            "birthDate": "1974-11-13", "sex": "female" },
        "specialty": specialty, "departmentId": department, "priority": "routine", "question": word("Question"), "history": word("History"),
        "findings": [{ "id": finding, "bodySite": { "code": "66643007", "system": "SCT", "display": "Skin of back" },
            "laterality": "left", "kind": "lesion", "description": word("Description"), "duration": word("Duration") }],
    }))
}

/// `Upload-Metadata` of a picture.
pub fn metadata(referral: Uuid, image: Uuid, finding: Uuid, sha256: Option<&str>) -> String {
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let mut pairs = format!(
        "referral {},image {},finding {},view {}",
        encode(&referral.to_string()),
        encode(&image.to_string()),
        encode(&finding.to_string()),
        // Small pictures are quick, and no photograph may be small.
        encode("endoscopic")
    );
    if let Some(sha256) = sha256 {
        pairs += &format!(",sha256 {}", encode(sha256));
    }
    pairs
}

impl Town {
    async fn do_as(&self, who: Who, asked: Asked, status: u16) -> Reply {
        self.ask(who, asked).await.expect(status)
    }

    async fn begin_upload(&self, who: Who, thing: &Thing, image: Uuid, length: usize, sha256: Option<&str>) -> Uuid {
        let asked = Asked::new("POST", "/api/intake/uploads")
            .with("tus-resumable", "1.0.0")
            .with("upload-length", length.to_string())
            .with("upload-metadata", metadata(thing.referral, image, thing.finding, sha256));
        let begun = self.do_as(who, asked, 201).await;
        let place = begun.header("location").rsplit('/').next().unwrap_or_default();
        place.parse().expect("an upload's id")
    }

    /// A complete draft with its picture.
    pub(super) async fn draft(&self, way: Way, came_by: Option<usize>, stage: Stage, seed: usize) -> Thing {
        let gp = [Who::GpA, Who::GpB][way.office];
        let mut thing =
            Thing { stage, way: Some(way), came_by, practice: self.practices[way.office], ..Thing::absent(self) };
        let first = came_by.unwrap_or(way.department);
        let content = content(way, first, self.departments[first], thing.finding, seed);
        let body = json!({ "version": 0, "practiceId": thing.practice, "content": content });
        let path = format!("/api/intake/referrals/{}", thing.referral);
        let saved = self.do_as(gp, Asked::new("PUT", &path).json(&body), 200).await.json();
        thing.version = saved["version"].as_i64().expect("a version");
        let picture = jpeg(320, 240, seed as u32 + 1);
        thing.sha256 = hex::encode(kit::pictures::sha256(&picture));
        thing.upload = self.begin_upload(gp, &thing, thing.image, picture.len(), Some(&thing.sha256)).await;
        let piece = Asked::new("PATCH", format!("/api/intake/uploads/{}", thing.upload))
            .with("tus-resumable", "1.0.0")
            .with("upload-offset", "0")
            .with("content-type", "application/offset+octet-stream")
            .bytes(picture);
        self.do_as(gp, piece, 204).await;
        self.tile(&thing).await;
        thing
    }

    /// As if the picture were a large one: a tile of it stands.
    async fn tile(&self, thing: &Thing) {
        let (ctx, tile) = (self.ctx(), jpeg(64, 64, 1));
        let key = ctx.keys.get(thing.referral).await.expect("a key");
        let object = format!("derivatives/{}/tile-0-0", thing.image);
        let stored = ctx.replace_picture(&key, &object, thing.image, &tile).await.expect("stored");
        let tile = Tile {
            across: 0,
            down: 0,
            object,
            bytes: tile.len() as u64,
            sha256: stored.sha256,
            stored_sha256: stored.stored_sha256,
        };
        let image = thing.image.as_bytes().to_vec();
        let fact = ImageTiled { image, width: 320, height: 240, side: 1024, tiles: vec![tile] };
        let envelope = Envelope {
            practice: thing.practice.as_bytes().to_vec(),
            key: thing.referral.as_bytes().to_vec(),
            ..ctx.about(thing.referral, None)
        };
        let mut tx = ctx.begin().await.expect("a transaction");
        ctx.publish(&mut tx, envelope, &fact).await.expect("published");
        tx.commit().await.expect("committed");
    }

    /// Brings drafts to their stages; every step through the routes, as people would.
    pub(super) async fn bring_on(&self, things: &mut [Thing]) {
        for thing in things.iter().filter(|thing| !matches!(thing.stage, Stage::Draft)) {
            let gp = Self::gp_of(thing);
            let path = format!("/api/intake/referrals/{}", thing.referral);
            if thing.stage == Stage::Discarded {
                self.do_as(gp, Asked::new("DELETE", &path), 204).await;
                continue;
            }
            let submit = Asked::new("POST", format!("{path}/submit")).json(&json!({ "version": thing.version }));
            self.do_as(gp, submit, 200).await;
        }
        self.drain().await;
        for thing in things.iter() {
            match thing.stage {
                Stage::Asked => self.ask_for_more(thing).await,
                Stage::Answered => self.answer(thing).await,
                Stage::Sent if thing.came_by.is_some() => self.pass_on(thing).await,
                _ => {}
            }
        }
        self.world.clock.advance(Duration::seconds(11));
        self.drain().await;
        for thing in things.iter_mut() {
            self.last_step(thing).await;
        }
        self.drain().await;
        for thing in things.iter_mut().filter(|thing| thing.stage == Stage::Mistaken) {
            let told = self.ask(Self::specialist_of(thing), Asked::new("GET", "/api/review/notices")).await.json();
            thing.case_notice = told["items"][0]["id"].as_str().expect("a notice").parse().expect("an id");
        }
    }

    fn gp_of(thing: &Thing) -> Who {
        [Who::GpA, Who::GpB][thing.way.expect("between somebody").office]
    }

    fn specialist_of(thing: &Thing) -> Who {
        [Who::SpecialistX, Who::SpecialistY][thing.way.expect("between somebody").department]
    }

    async fn claim(&self, thing: &Thing) -> (Who, String, Value) {
        let (who, path) = (Self::specialist_of(thing), format!("/api/review/cases/{}", thing.referral));
        let claim = self.do_as(who, Asked::new("POST", format!("{path}/claim")), 200).await.json();
        (who, path, claim["token"].clone())
    }

    /// From the department that it was sent to first to the one that has it now.
    async fn pass_on(&self, thing: &Thing) {
        let way = thing.way.expect("between somebody");
        let first = Thing { way: Some(Way { department: thing.came_by.expect("another"), ..way }), ..thing.clone() };
        let (who, path, token) = self.claim(&first).await;
        let specialty = ["dermatology", "ent"][way.department];
        let forward = json!({ "id": self.ctx().new_id(), "token": token, "departmentId": self.departments[way.department],
            "specialty": specialty, "text": "KanariForwarded" });
        self.do_as(who, Asked::new("POST", format!("{path}/forward")).json(&forward), 204).await;
    }

    async fn ask_for_more(&self, thing: &Thing) {
        let (who, path, token) = self.claim(thing).await;
        let text = format!("KanariPat{}Asked", thing.way.expect("between somebody").name());
        let question = json!({ "token": token, "wants": "history", "text": text });
        self.do_as(who, Asked::new("POST", format!("{path}/information-request")).json(&question), 204).await;
    }

    async fn answer(&self, thing: &Thing) {
        let (who, path, token) = self.claim(thing).await;
        let shown = json!({ "token": token, "imageId": thing.image });
        self.do_as(who, Asked::new("POST", format!("{path}/shown")).json(&shown), 204).await;
        let name = thing.way.expect("between somebody").name();
        let answer = json!({ "token": token, "content": answer_content(thing.finding, &name) });
        self.do_as(who, Asked::new("POST", format!("{path}/answer")).json(&answer), 200).await;
    }

    /// Somebody on either side has opened it before the doctor marks it.
    async fn mistake(&self, thing: &mut Thing, gp: Who) {
        let path = format!("/api/intake/referrals/{}", thing.referral);
        let colleague = if gp == Who::GpA { Who::StaffA } else { gp };
        self.do_as(colleague, Asked::new("GET", &path), 200).await;
        let case = Asked::new("GET", format!("/api/review/cases/{}", thing.referral));
        self.do_as(Self::specialist_of(thing), case, 200).await;
        let reason = format!("KanariPat{}Reason", thing.way.expect("between somebody").name());
        let asked = Asked::new("POST", format!("{path}/entered-in-error")).json(&json!({ "reason": reason }));
        self.do_as(gp, asked, 200).await;
        let told = self.do_as(colleague, Asked::new("GET", "/api/intake/notices"), 200).await.json();
        if let Some(notice) = told["items"][0]["id"].as_str() {
            thing.notice = notice.parse().expect("an id");
        }
    }

    async fn last_step(&self, thing: &mut Thing) {
        let gp = Self::gp_of(thing);
        let path = format!("/api/intake/referrals/{}", thing.referral);
        match thing.stage {
            Stage::Withdrawn => {
                let reason = format!("KanariPat{}Reason", thing.way.expect("between somebody").name());
                let asked = Asked::new("POST", format!("{path}/withdraw")).json(&json!({ "reason": reason }));
                self.do_as(gp, asked, 204).await;
            }
            Stage::Mistaken => self.mistake(thing, gp).await,
            Stage::Erased => {
                intake::erase(self.ctx(), thing.referral).await.expect("erased");
            }
            Stage::Draft | Stage::Asked => {
                thing.upload = self.begin_upload(gp, thing, self.ctx().new_id(), 5_000, None).await;
                // Nothing came of it for so long that a Send does not wait for it.
                let sql = "update intake_upload set moved_at = $2 where id = $1";
                let long_ago = self.ctx().now() - Duration::minutes(5);
                self.ctx().db.q(sql).bind(thing.upload).bind(long_ago).exec_one().await.expect("aged");
                let referral = self.do_as(gp, Asked::new("GET", &path), 200).await.json();
                if thing.stage == Stage::Asked {
                    let asked = referral["questions"][0]["id"].as_str().expect("a question");
                    thing.question = asked.parse().expect("an id");
                }
            }
            Stage::Answered => {
                let referral = self.do_as(gp, Asked::new("GET", &path), 200).await.json();
                let answer = referral["answer"]["id"].as_str().expect("an answer");
                thing.answer = answer.parse().expect("an id");
            }
            _ => {}
        }
    }
}

/// An answer that can be signed.
pub fn answer_content(finding: Uuid, name: &str) -> Value {
    json!({ "summary": format!("KanariPat{name}Summary"), "findings": [{ "findingId": finding,
        "diagnosis": format!("KanariPat{name}Diagnosis"), "certainty": "probable", "disposition": "gp-manages",
        "plan": format!("KanariPat{name}Plan") }], "tellsPatient": "practice", "books": "nobody" })
}
