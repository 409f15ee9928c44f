//! The letter for the department's own record: the referral with its answer, as PDF and as plain text. An answer that is
//! held is not out, so no letter has it.

use super::{case_for, record};
use crate::answer::AnswerContent;
use crate::case::{Content, Finding as CaseFinding, State};
use crate::given::QuestionnaireAnswers;
use crate::store::case::CaseRow;
use crate::{ReviewError, mistake, sealed, store};
use axum::extract::State as FromState;
use axum::response::Response;
use kit::http::{Path, Query};
use kit::letter::{
    Answer, Declined, Earlier, Exchange, Finding, FindingAnswer, Form, Given, Letter, Mark, Patient, Site, Wanted,
};
use kit::seal::DataKey;
use kit::{Caller, Context, letter};
use uuid::Uuid;

/// The referral and its answer as PDF; whoever reads it has opened the case. What was withdrawn before an answer has none.
#[utoipa::path(
    get, path = "/cases/{id}/letter.pdf", operation_id = "reviewLetterPdf", tag = "review",
    params(("id" = Uuid, Path), ("language" = inline(Option<letter::Language>), Query)),
    responses((status = 200, description = "the letter", body = Vec<u8>, content_type = "application/pdf"), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn pdf(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ReviewError> {
    read(&ctx, &caller, id, wanted, Form::Pdf).await
}

/// The same as plain text.
#[utoipa::path(
    get, path = "/cases/{id}/letter.txt", operation_id = "reviewLetterText", tag = "review",
    params(("id" = Uuid, Path), ("language" = inline(Option<letter::Language>), Query)),
    responses((status = 200, description = "the letter", body = String, content_type = "text/plain"), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn text(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ReviewError> {
    read(&ctx, &caller, id, wanted, Form::Text).await
}

async fn read(ctx: &Context, caller: &Caller, id: Uuid, wanted: Wanted, form: Form) -> Result<Response, ReviewError> {
    let case = case_for(ctx, caller, id).await?;
    let key = ctx.keys.get(case.data_key).await?;
    let letter = filled(ctx, &case, &key).await?;
    if letter.answer.is_none() && case.state == State::Withdrawn {
        return Err(ReviewError::NotFound);
    }
    mistake::note_opening(ctx, &key, id, caller).await?;
    record(ctx, caller, "read", form.noun(), Some(id)).await?;
    Ok(letter::reply(letter, wanted.language, form).await?)
}

async fn filled(ctx: &Context, case: &CaseRow, key: &DataKey) -> Result<Letter, ReviewError> {
    let content: Content = sealed::open(key, sealed::CASE, case.id, case.content.as_deref().unwrap_or_default())?;
    let images = store::image::of_case(&ctx.db, case.id, Uuid::nil()).await?;
    let mut answers = answers(ctx, case, key).await?;
    let answer = answers.pop();
    let declined = declined(ctx, case.id, key).await?;
    let declined = declined.filter(|one| answer.as_ref().is_none_or(|answer| answer.answered_at < one.at));
    let patient = content.patient;
    Ok(Letter {
        reference: letter::reference(case.id),
        mark: Mark::of(ctx.settings.synthetic, case.test),
        made_at: ctx.now(),
        patient: Patient {
            identifier_system: patient.identifier_system,
            identifier: patient.identifier,
            name: patient.name,
            birth_date: patient.birth_date,
            sex: patient.sex,
        },
        practice: case.practice_name.clone(),
        department: case.department_name.clone(),
        specialty: case.specialty.clone(),
        priority: case.priority.as_str().to_owned(),
        referred_by: letter::clinician(&content.referrer_name, &content.referrer_hpr),
        referred_at: case.submitted_at,
        question: content.question,
        history: content.history,
        given: content.questionnaire_answers.into_iter().map(given).collect(),
        phoned: content.emergency_call.map(|call| (call.spoke_with, call.at)),
        findings: content.findings.into_iter().map(finding).collect(),
        pictures: images.into_iter().map(|image| image.image_view).collect(),
        exchanges: exchanges(ctx, case.id, key).await?,
        earlier: answers.into_iter().map(|one| Earlier { answered_at: one.answered_at, by: one.by }).collect(),
        answer,
        declined,
    })
}

fn given(answers: QuestionnaireAnswers) -> Given {
    Given {
        questionnaire: answers.questionnaire,
        version: answers.version,
        finding: answers.finding_id,
        values: answers.values,
    }
}

/// The newest refusal.
async fn declined(ctx: &Context, case: Uuid, key: &DataKey) -> Result<Option<Declined>, ReviewError> {
    let Some(row) = store::decline::of_case(&ctx.db, case).await?.pop() else { return Ok(None) };
    let text = sealed::open(key, sealed::DECLINE, row.id, &row.content)?;
    let reason = row.reason.as_str().to_owned();
    Ok(Some(Declined { at: row.at, by: row.person_name, role: row.role, reason, text }))
}

fn finding(finding: CaseFinding) -> Finding {
    Finding {
        id: finding.id,
        site: finding.body_site.map(|site| Site { code: site.code, system: site.system, display: site.display }),
        laterality: finding.laterality,
        kind: finding.kind,
        description: finding.description,
        duration: finding.duration,
    }
}

async fn exchanges(ctx: &Context, case: Uuid, key: &DataKey) -> Result<Vec<Exchange>, ReviewError> {
    let mut exchanges = Vec::new();
    for row in store::question::of_case(&ctx.db, case).await? {
        let reply = row.reply.map(|reply| sealed::open(key, sealed::REPLY, row.id, &reply)).transpose()?;
        exchanges.push(Exchange {
            asked_at: row.asked_at,
            asked_by: row.asked_name,
            text: sealed::open(key, sealed::QUESTION, row.id, &row.content)?,
            supplied_at: row.supplied_at,
            reply: reply.unwrap_or_default(),
        });
    }
    Ok(exchanges)
}

/// Those that left, oldest first: the last one counts.
async fn answers(ctx: &Context, case: &CaseRow, key: &DataKey) -> Result<Vec<Answer>, ReviewError> {
    let mut answers = Vec::new();
    for row in store::answer::sent(&ctx.db, case.id).await? {
        let content: AnswerContent = sealed::open(key, sealed::ANSWER, row.id, &row.content)?;
        let answered_at = row.released_at.unwrap_or(row.release_at);
        let finding = |one: crate::answer::FindingAnswer| FindingAnswer {
            finding: one.finding_id,
            diagnosis: one.diagnosis,
            certainty: one.certainty.map_or("", |certainty| certainty.as_str()).to_owned(),
            disposition: one.disposition.map_or("", |disposition| disposition.as_str()).to_owned(),
            plan: one.plan,
        };
        answers.push(Answer {
            answered_at,
            by: row.person_name,
            role: row.role,
            amended_because: if row.amends.is_some() { content.reason } else { String::new() },
            tells_patient: content.tells_patient.map_or("", |who| who.as_str()).to_owned(),
            books: content.books.map_or("", |who| who.as_str()).to_owned(),
            summary: content.summary,
            findings: content.findings.into_iter().map(finding).collect(),
            after_withdrawal: case.withdrawn_at.is_some_and(|withdrawn_at| withdrawn_at < answered_at),
        });
    }
    Ok(answers)
}
