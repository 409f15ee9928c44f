//! What review does by itself: answers whose ten seconds are over become facts; claims that nobody attends to end.

use crate::sealed;
use crate::store::{self, answer::AnswerRow, case::CaseRow};
use crate::{ReviewError, answer::AnswerContent};
use kit::log::Envelope;
use kit::{Context, Error, Repair};
use proto::review::AnswerGiven;
use std::time::Duration;
use tracing::Instrument;

/// Sends held answers.
pub const SEND_ANSWERS: Repair = Repair {
    name: "send signed answers",
    every: Duration::from_secs(1),
    woken: true,
    workers: 1,
    run: |ctx| Box::pin(send_due(ctx)),
};

/// Ends claims whose time is over.
pub const FREE_CLAIMS: Repair = Repair {
    name: "free claims without an attendant",
    every: Duration::from_secs(30),
    woken: true,
    workers: 1,
    run: |ctx| Box::pin(async move { Ok(store::claim::free(&ctx.db, ctx.now()).await?) }),
};

async fn send_due(ctx: &Context) -> Result<u64, Error> {
    let mut sent = 0;
    for answer in store::answer::due(&ctx.db, ctx.now()).await? {
        let request = answer.request.unwrap_or_default();
        let span = tracing::info_span!("send", request.id = %request);
        match Box::pin(kit::http::on_behalf(request, send(ctx, &answer).instrument(span))).await {
            Ok(done) => sent += u64::from(done),
            // One damaged answer must not keep back those behind it.
            Err(Error::Damaged(reason)) => {
                tracing::error!(case = %answer.case_id, reason, "a signed answer can't be sent");
            }
            Err(other) => return Err(other),
        }
    }
    Ok(sent)
}

/// State and event in one transaction; another replica that was first makes it a no-op. Whether the signer still has a right
/// in the department is not asked: the signature was acknowledged while they had it, and the practice waits for the answer.
async fn send(ctx: &Context, answer: &AnswerRow) -> Result<bool, Error> {
    let mut tx = ctx.begin().await?;
    let now = ctx.now();
    let Some(case) = store::case::by_id(&mut tx, answer.case_id).await? else {
        return Err(Error::Damaged("an answer has no case".into()));
    };
    let content = match content_of(ctx, answer, &case).await {
        Ok(content) => content,
        Err(ReviewError::NotFound) => {
            tracing::warn!("a signed answer was not sent: its referral was erased");
            store::case::erase(&mut tx, case.id).await?;
            tx.commit().await?;
            return Ok(true);
        }
        Err(ReviewError::Kit(error)) => return Err(error),
        Err(other) => return Err(Error::Damaged(other.to_string())),
    };
    if !store::answer::send(&mut tx, answer, now).await? {
        return Ok(false);
    }
    ctx.publish(&mut tx, envelope(ctx, answer, &case), &fact(answer, &case, &content)).await?;
    tx.commit().await?;
    metrics::counter!("review_answers_sent_total").increment(1);
    Ok(true)
}

async fn content_of(ctx: &Context, answer: &AnswerRow, case: &CaseRow) -> Result<AnswerContent, ReviewError> {
    let key = ctx.keys.get(case.data_key).await?;
    sealed::open(&key, sealed::ANSWER, answer.id, &answer.content)
}

/// What the study may know of an answer.
fn envelope(ctx: &Context, answer: &AnswerRow, case: &CaseRow) -> Envelope {
    Envelope {
        actor: ctx.pseudonym(answer.person),
        actor_role: answer.role.clone(),
        disposition: answer.disposition.clone(),
        claimed_us: answer.claimed_at.map(kit::At::micros),
        findings: u32::try_from(answer.findings).unwrap_or_default(),
        amends: answer.amends.is_some(),
        ..of_case(ctx, case)
    }
}

/// What every event about a case says of it.
pub fn of_case(ctx: &Context, case: &CaseRow) -> Envelope {
    Envelope {
        test: case.test,
        practice: case.practice.as_bytes().to_vec(),
        department: case.department.as_bytes().to_vec(),
        specialty: case.specialty.clone(),
        channel: case.channel.clone(),
        age_65_plus: case.age_65_plus,
        sex: case.sex.clone(),
        priority: case.priority.as_str().to_owned(),
        key: case.data_key.as_bytes().to_vec(),
        ..ctx.about(case.id, None)
    }
}

fn fact(answer: &AnswerRow, case: &CaseRow, content: &AnswerContent) -> AnswerGiven {
    AnswerGiven {
        answer: answer.id.as_bytes().to_vec(),
        answered_by: answer.person_name.clone(),
        role: answer.role.clone(),
        department_name: case.department_name.clone(),
        summary: content.summary.clone(),
        findings: content.findings.iter().map(proto::review::FindingAnswer::from).collect(),
        amends: answer.amends.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        reason: if answer.amends.is_some() { content.reason.trim().to_owned() } else { String::new() },
        tells_patient: content.tells_patient.map_or_else(String::new, |one| one.as_str().to_owned()),
        books: content.books.map_or_else(String::new, |one| one.as_str().to_owned()),
    }
}
