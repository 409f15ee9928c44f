//! Submits one referral after the other, some at a time: a draft, one picture in two pieces, the submission. It stops at the
//! first request without an answer, and tells what was acknowledged.

use super::oracle::Sent;
use crate::Outcome;
use crate::client::{Album, Reply, ask, content, http};
use crate::dice::Dice;
use crate::plan::Plan;
use base64::Engine;
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How much.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many submissions in all.
    pub submissions: usize,
    /// How many at a time.
    pub workers: usize,
}

const JSON: (&str, &str) = ("content-type", "application/json");
const VERSION: (&str, &str) = ("tus-resumable", "1.0.0");

/// Submits; what was acknowledged.
pub async fn drive(plan: &Plan, load: Load, dice: &mut Dice) -> Outcome<Vec<Sent>> {
    let (plan, album, left) =
        (Arc::new(plan.clone()), Arc::new(Album::make()), Arc::new(AtomicUsize::new(load.submissions)));
    let mut workers = JoinSet::new();
    for number in 0..load.workers {
        let worker = Worker {
            plan: Arc::clone(&plan),
            album: Arc::clone(&album),
            http: http(),
            dice: Dice::new(dice.between(0, 1 << 30) as u64, number as u64),
            office: number % plan.offices.len(),
            sent: Vec::new(),
        };
        workers.spawn(worker.work(Arc::clone(&left)));
    }
    let mut sent = Vec::new();
    while let Some(worker) = workers.join_next().await {
        sent.extend(worker??);
    }
    Ok(sent)
}

struct Worker {
    plan: Arc<Plan>,
    album: Arc<Album>,
    http: reqwest::Client,
    dice: Dice,
    office: usize,
    sent: Vec<Sent>,
}

impl Worker {
    async fn work(mut self, left: Arc<AtomicUsize>) -> Outcome<Vec<Sent>> {
        let take = |left: usize| left.checked_sub(1);
        while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
            if self.one().await?.is_none() {
                break;
            }
        }
        Ok(self.sent)
    }

    /// `None` when a request was not answered with 2xx because the service is going down.
    async fn one(&mut self) -> Outcome<Option<()>> {
        let (referral, finding, image) = (self.dice.id(), self.dice.id(), self.dice.id());
        let (office, department) = (&self.plan.offices[self.office], &self.plan.departments[0]);
        let path = format!("/api/intake/referrals/{referral}");
        let content = content(department, "What is this?", finding);
        let draft = json!({ "version": 0, "practiceId": office.practice, "content": content });
        let Some(saved) = self.ask(Method::PUT, &path, &[JSON], draft.to_string().into_bytes()).await? else {
            return Ok(None);
        };
        let picture = self.album.picture(self.dice.below(8), 0, self.dice.below(1 << 30) as u32);
        let sha256 = hex::encode(kit::pictures::sha256(&picture));
        let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
        let pairs = [
            ("referral", referral.to_string()),
            ("image", image.to_string()),
            ("view", "overview".to_owned()),
            ("finding", finding.to_string()),
            ("sha256", sha256),
        ];
        let metadata: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key} {}", encode(value))).collect();
        let (metadata, length) = (metadata.join(","), picture.len().to_string());
        let headers = [VERSION, ("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
        let Some(begun) = self.ask(Method::POST, "/api/intake/uploads", &headers, Vec::new()).await? else {
            return Ok(None);
        };
        for piece in [0..picture.len() / 2, picture.len() / 2..picture.len()] {
            let offset = piece.start.to_string();
            let headers =
                [VERSION, ("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
            if self.ask(Method::PATCH, &begun.location, &headers, picture[piece].to_vec()).await?.is_none() {
                return Ok(None);
            }
        }
        let upload: Uuid = begun.location.rsplit('/').next().unwrap_or_default().parse()?;
        self.sent.push(Sent { referral, image, upload, length: picture.len(), submitted: false });
        let submit = json!({ "version": saved.json()["version"] }).to_string().into_bytes();
        if self.ask(Method::POST, &format!("{path}/submit"), &[JSON], submit).await?.is_none() {
            return Ok(None);
        }
        if let Some(last) = self.sent.last_mut() {
            last.submitted = true;
        }
        Ok(Some(()))
    }

    /// A whole 2xx; `None` for no answer and for 5xx.
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Outcome<Option<Reply>> {
        let cookie = &self.plan.offices[self.office].gp.cookie;
        match ask(&self.http, &self.plan, cookie, &method, path, headers, body).await {
            Some(reply) if reply.status < 300 => Ok(Some(reply)),
            None => Ok(None),
            Some(reply) if reply.status >= 500 => Ok(None),
            Some(reply) => Err(format!("{method} {path} was answered {}", reply.short()).into()),
        }
    }
}
