//! The judge: compares the client's ledger with what the services show over HTTP, with the log, and with uptake's counts.
//!
//! Acknowledged and absent is *lost*; an act that stands twice is *doubled*; an original whose bytes are others is *differing*;
//! what one side sees without what it needs is *half visible*. What was begun and never acknowledged may stand or not, but
//! never half.

mod log;
mod referral;
mod uptake;

use crate::Outcome;
use crate::client::{Reply, ask, http};
use crate::deployment::Deployment;
use crate::ledger::{Chosen, Entry};
use crate::plan::Plan;
use kit::Context;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Lost,
    Doubled,
    Differing,
    HalfVisible,
    /// Anything else that must not be: a broken chain, a parked event, an answer that no good client should get.
    Other,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    faults: Vec<(Fault, String)>,
    notes: Vec<String>,
}

impl Verdict {
    fn add(&mut self, fault: Fault, what: impl Into<String>) {
        self.faults.push((fault, what.into()));
    }

    fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// A check that fails as a whole.
    pub fn also(&mut self, checked: Outcome) {
        if let Err(error) = checked {
            self.add(Fault::Other, error.to_string());
        }
    }

    fn count(&self, wanted: Fault) -> usize {
        self.faults.iter().filter(|(fault, _)| *fault == wanted).count()
    }

    /// Nothing was found.
    pub fn clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// Every fault and note.
    pub fn print(&self) {
        for note in &self.notes {
            println!("{note}");
        }
        for (fault, what) in self.faults.iter().take(60) {
            println!("{fault:?}: {what}");
        }
    }

    /// The last line of a run.
    pub fn line(&self, kills: usize) -> String {
        format!(
            "faults kills={kills} lost={} doubled={} differing={} half_visible={}",
            self.count(Fault::Lost),
            self.count(Fault::Doubled),
            self.count(Fault::Differing),
            self.count(Fault::HalfVisible)
        )
    }
}

/// What the ledger says of one referral.
#[derive(Clone, Debug, Default)]
struct Told {
    office: usize,
    department: usize,
    question: String,
    began: bool,
    uploads: Vec<Chosen>,
    uploaded: Vec<Chosen>,
    submits: bool,
    receipt: Option<Vec<Chosen>>,
    signs: Vec<String>,
    signed: bool,
    asks: Option<String>,
    asked: bool,
    supplies: Option<String>,
    supplied: bool,
    reads: bool,
    read: bool,
}

fn told(entries: &[Entry], verdict: &mut Verdict) -> BTreeMap<Uuid, Told> {
    let mut all: BTreeMap<Uuid, Told> = BTreeMap::new();
    for entry in entries.iter().cloned() {
        match entry {
            Entry::Begins { referral, office, department, question } => {
                all.insert(referral, Told { office, department, question, ..Told::default() });
            }
            Entry::Began { referral } => all.entry(referral).or_default().began = true,
            Entry::Uploads { referral, chosen } => all.entry(referral).or_default().uploads.push(chosen),
            Entry::Uploaded { referral, chosen } => all.entry(referral).or_default().uploaded.push(chosen),
            Entry::Leaves { .. } => {}
            Entry::Submits { referral } => all.entry(referral).or_default().submits = true,
            Entry::Submitted { referral, receipt } => all.entry(referral).or_default().receipt = Some(receipt),
            Entry::Signs { referral, text } => all.entry(referral).or_default().signs.push(text),
            Entry::Signed { referral } => all.entry(referral).or_default().signed = true,
            Entry::Asks { referral, text } => all.entry(referral).or_default().asks = Some(text),
            Entry::Asked { referral } => all.entry(referral).or_default().asked = true,
            Entry::Supplies { referral, text } => all.entry(referral).or_default().supplies = Some(text),
            Entry::Supplied { referral } => all.entry(referral).or_default().supplied = true,
            Entry::Reads { referral } => all.entry(referral).or_default().reads = true,
            Entry::Read { referral } => all.entry(referral).or_default().read = true,
            Entry::Half { referral, seen } => verdict.add(Fault::HalfVisible, format!("{referral}: {seen}")),
            Entry::Odd { request, answer } => verdict.add(Fault::Other, format!("{request} was answered {answer}")),
            Entry::Ends { requests, failures } => {
                verdict.note(format!("{requests} requests, {failures} without an answer or with a 5xx"));
            }
        }
    }
    all
}

/// Somebody who looks, over HTTP.
struct Looking<'a> {
    plan: &'a Plan,
    http: reqwest::Client,
}

impl Looking<'_> {
    /// GET; the services are all up now, so that no answer is an error.
    async fn get(&self, cookie: &str, path: &str) -> Outcome<Reply> {
        ask(&self.http, self.plan, cookie, &Method::GET, path, &[], Vec::new())
            .await
            .ok_or_else(|| format!("GET {path} was not answered in calm weather").into())
    }

    async fn json(&self, cookie: &str, path: &str) -> Outcome<(u16, Value)> {
        let reply = self.get(cookie, path).await?;
        Ok((reply.status, reply.json()))
    }
}

/// Compares the ledger with everything.
pub async fn judge(plan: &Plan, entries: &[Entry], ctx: &Context) -> Outcome<Verdict> {
    let mut verdict = Verdict::default();
    let all = told(entries, &mut verdict);
    let looking = Looking { plan, http: http() };
    let mut stands = Vec::new();
    for (id, told) in &all {
        stands.push(referral::judge(&looking, *id, told, &mut verdict).await?);
    }
    log::judge(ctx, &all, &mut verdict).await?;
    uptake::judge(&looking, &all, &stands, &mut verdict).await?;
    let count = |of: fn(&Told) -> bool| all.values().filter(|told| of(told)).count();
    verdict.note(format!(
        "acknowledged: {} drafts, {} pictures, {} referrals, {} answers, {} questions, {} replies, {} readings",
        count(|told| told.began),
        all.values().map(|told| told.uploaded.len()).sum::<usize>(),
        count(|told| told.receipt.is_some()),
        count(|told| told.signed),
        count(|told| told.asked),
        count(|told| told.supplied),
        count(|told| told.read)
    ));
    if count(|told| told.signed) == 0 || count(|told| told.read) == 0 {
        verdict.add(Fault::Other, "no answer came back in this run, so it proves nothing: let it run longer");
    }
    Ok(verdict)
}

/// Waits until departments and practices are known where they are needed.
pub async fn until_known(plan: &Plan) -> Outcome {
    let looking = Looking { plan, http: http() };
    let begun = Instant::now();
    loop {
        let (_, departments) = looking.json(&plan.offices[0].gp.cookie, "/api/intake/departments").await?;
        let (_, panel) = looking.json(&plan.manager.cookie, "/api/uptake/practices").await?;
        let length = |value: &Value| value.as_array().map_or(0, Vec::len);
        if length(&departments) == plan.departments.len() && length(&panel["practices"]) == plan.offices.len() {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(30) {
            return Err("departments and practices are not known after 30 s".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What is still under way, by the tables: consumers behind the head, pictures to decode, answers in their ten seconds.
const UNDER_WAY: &str = "select
    (select count(*) from log_offset where position < (select position from log_head)) +
    (select count(*) from imaging_job where state = 'waiting') +
    (select count(*) from review_answer where released_at is null)";
/// Longer than a lease of a killed holder and the waits after failures (five minutes at most) can keep anything.
const DRAINED: Duration = Duration::from_secs(400);

/// Waits until everything has drained by itself, and looks that nothing is parked.
pub async fn until_calm(ctx: &Context) -> Outcome {
    let begun = Instant::now();
    loop {
        let (left,): (i64,) = ctx.db.q(UNDER_WAY).one().await?;
        if left == 0 {
            println!("drained by itself in {:.1} s", begun.elapsed().as_secs_f64());
            break;
        }
        if begun.elapsed() > DRAINED {
            return Err(format!("{left} things are still under way after {DRAINED:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let parked = kit::log::parked(&ctx.db).await?;
    if parked.is_empty() { Ok(()) } else { Err(format!("parked: {parked:?}").into()) }
}

/// `lysbro verify` on the stopped deployment (the embedded store has one holder), or beside the running services.
pub async fn verified(deployment: &mut Deployment) -> Outcome {
    if deployment.postgres.is_none() {
        deployment.stop().await?;
    }
    let said = deployment.command(&["verify"]).await?;
    println!("{}", said.trim_end());
    deployment.stop().await
}
