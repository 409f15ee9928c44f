//! The letter for the office's own record: the referral with its answer, as PDF and as plain text.

use super::seen;
use crate::acting::Acting;
use crate::answers::QuestionnaireAnswers;
use crate::opening;
use crate::sealed::{self, Answered, Asked, Note, Reply};
use crate::store::{answer, decline, happening, image, question};
use crate::vocabulary::View;
use axum::extract::State;
use axum::response::Response;
use kit::http::{Path, Query};
use kit::letter::{
    Answer, Declined, Earlier, Exchange, Finding, FindingAnswer, Form, Given, Letter, Mark, Patient, Site, Wanted,
};
use kit::seal::DataKey;
use kit::{At, Caller, Context, Error, Problem, letter};
use uuid::Uuid;

/// The referral and its answer as PDF. A draft has none, nor has what was withdrawn before an answer.
#[utoipa::path(get, path = "/referrals/{id}/letter.pdf", params(("id" = Uuid, Path), ("language" = inline(Option<letter::Language>), Query)),
    responses((status = OK, description = "the letter", body = Vec<u8>, content_type = "application/pdf")))]
pub async fn pdf(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    read(&ctx, &caller, id, wanted, Form::Pdf).await
}

/// The same as plain text.
#[utoipa::path(get, path = "/referrals/{id}/letter.txt", params(("id" = Uuid, Path), ("language" = inline(Option<letter::Language>), Query)),
    responses((status = OK, description = "the letter", body = String, content_type = "text/plain")))]
pub async fn text(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    read(&ctx, &caller, id, wanted, Form::Text).await
}

async fn read(ctx: &Context, caller: &Caller, id: Uuid, wanted: Wanted, form: Form) -> Result<Response, Problem> {
    let acting = Acting::on(ctx, caller, id).await?;
    let Some(sent_at) = acting.row.submitted_at else {
        return Err(Problem::not_found());
    };
    let letter = filled(&acting, sent_at).await?;
    if letter.answer.is_none() && acting.row.withdrawn_at.is_some() {
        return Err(Problem::not_found());
    }
    opening::note(ctx, &acting.key, id, caller).await?;
    seen(ctx, caller, "read", form.noun(), Some(id)).await?;
    letter::reply(letter, wanted.language, form).await
}

async fn filled(acting: &Acting<'_>, sent_at: At) -> Result<Letter, Error> {
    let (ctx, row, content, key) = (acting.ctx, &acting.row, &acting.content, &acting.key);
    let images = image::of_referral(&ctx.db, row.id).await?;
    let mut answers = answers(ctx, row.id, key).await?;
    let answer = answers.pop();
    let declined = declined(ctx, row.id, key).await?;
    let declined = declined.filter(|one| answer.as_ref().is_none_or(|answer| answer.answered_at < one.at));
    Ok(Letter {
        reference: letter::reference(row.id),
        mark: Mark::of(ctx.settings.synthetic, row.test),
        made_at: ctx.now(),
        patient: patient(content.patient.as_ref()),
        practice: row.practice_name.clone(),
        department: row.department_name.clone().unwrap_or_default(),
        specialty: content.specialty.map_or("", |one| one.as_str()).to_owned(),
        priority: content.priority.map_or("", |one| one.as_str()).to_owned(),
        referred_by: sender(ctx, row.id, key).await?,
        referred_at: sent_at,
        question: content.question.clone().unwrap_or_default(),
        history: content.history.clone().unwrap_or_default(),
        given: content.answers.iter().map(given).collect(),
        phoned: content.emergency_call.as_ref().and_then(|call| Some((call.spoke_with.clone(), call.at?))),
        findings: content.findings.iter().map(finding).collect(),
        pictures: images
            .iter()
            .filter(|image| image.sent_at.is_some() && image.error_at.is_none())
            .map(|image| word(image.view))
            .collect(),
        exchanges: exchanges(ctx, row.id, key).await?,
        earlier: answers.into_iter().map(|one| Earlier { answered_at: one.answered_at, by: one.by }).collect(),
        answer,
        declined,
    })
}

fn given(answers: &QuestionnaireAnswers) -> Given {
    Given {
        questionnaire: answers.questionnaire.clone(),
        version: answers.version,
        finding: answers.finding_id,
        values: answers.values.clone(),
    }
}

/// The newest refusal.
async fn declined(ctx: &Context, id: Uuid, key: &DataKey) -> Result<Option<Declined>, Error> {
    let Some(row) = decline::of_referral(&ctx.db, id).await?.pop() else { return Ok(None) };
    let Some(content) = row.content else { return Ok(None) };
    let said: sealed::Declined = sealed::open(key, sealed::DECLINED, row.id, &content)?;
    Ok(Some(Declined { at: row.at, by: said.by, role: said.role, reason: said.reason, text: said.text }))
}

fn word(view: View) -> String {
    view.as_str().to_owned()
}

fn patient(patient: Option<&crate::content::Patient>) -> Patient {
    let patient = patient.cloned().unwrap_or_default();
    let number = patient.normal_identifier().map(|(_, number)| number);
    Patient {
        identifier_system: patient.identifier_system.map_or("", |one| one.as_str()).to_owned(),
        identifier: number.or(patient.identifier).unwrap_or_default(),
        name: patient.name.unwrap_or_default(),
        birth_date: patient.birth_date.unwrap_or_default(),
        sex: patient.sex.map_or("", |one| one.as_str()).to_owned(),
    }
}

fn finding(finding: &crate::content::Finding) -> Finding {
    let site = |site: &crate::content::CodedSite| Site {
        code: site.code.clone(),
        system: site.system.clone(),
        display: site.display.clone(),
    };
    Finding {
        id: finding.id,
        site: finding.body_site.as_ref().map(site),
        laterality: finding.laterality.map_or("", |one| one.as_str()).to_owned(),
        kind: finding.kind.map_or("", |one| one.as_str()).to_owned(),
        description: finding.description.clone(),
        duration: finding.duration.clone(),
    }
}

/// Who sent it, as the referral's page tells; empty when it does not.
async fn sender(ctx: &Context, id: Uuid, key: &DataKey) -> Result<String, Error> {
    let happened = happening::of_referral(&ctx.db, id).await?;
    let sent =
        happened.into_iter().find(|one| one.what == "submitted").and_then(|one| Some((one.id, one.who?, one.note)));
    let Some((row, who, note)) = sent else { return Ok(String::new()) };
    let note: Option<Note> = note.map(|note| sealed::open(key, sealed::NOTE, row, &note)).transpose()?;
    let name: String = sealed::open(key, sealed::WHO, row, &who)?;
    Ok(letter::clinician(&name, &note.and_then(|note| note.hpr).unwrap_or_default()))
}

async fn exchanges(ctx: &Context, id: Uuid, key: &DataKey) -> Result<Vec<Exchange>, Error> {
    let mut exchanges = Vec::new();
    for row in question::of_referral(&ctx.db, id).await? {
        let Some(asked) = row.asked else { continue };
        let asked: Asked = sealed::open(key, sealed::ASKED, row.id, &asked)?;
        let reply: Option<Reply> =
            row.reply.map(|reply| sealed::open(key, sealed::REPLY, row.id, &reply)).transpose()?;
        exchanges.push(Exchange {
            asked_at: row.asked_at,
            asked_by: asked.by,
            text: asked.text,
            supplied_at: row.supplied_at,
            reply: reply.map_or_else(String::new, |reply| reply.text),
        });
    }
    Ok(exchanges)
}

/// Oldest first: the last one counts.
async fn answers(ctx: &Context, id: Uuid, key: &DataKey) -> Result<Vec<Answer>, Error> {
    let mut answers = Vec::new();
    for row in answer::of_referral(&ctx.db, id).await? {
        let Some(content) = row.content else { continue };
        let answered: Answered = sealed::open(key, sealed::ANSWER, row.id, &content)?;
        let finding = |one: sealed::AnsweredFinding| FindingAnswer {
            finding: one.finding_id,
            diagnosis: one.diagnosis,
            certainty: one.certainty,
            disposition: one.disposition,
            plan: one.plan,
        };
        answers.push(Answer {
            answered_at: row.answered_at,
            by: answered.by,
            role: answered.role,
            summary: answered.summary,
            findings: answered.findings.into_iter().map(finding).collect(),
            amended_because: answered.reason,
            tells_patient: answered.tells_patient,
            books: answered.books,
            after_withdrawal: row.after_withdrawal,
        });
    }
    Ok(answers)
}
