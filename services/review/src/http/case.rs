//! `GET /cases/{id}`: everything a specialist reads before an answer.

use super::decline::DeclineView;
use super::forward::ForwardView;
use super::{ClaimView, case_for, record};
use crate::answer::{AnswerContent, Books, FindingAnswer, TellsPatient};
use crate::case::{Content, Finding, Patient, Priority, State};
use crate::given::{EmergencyCall, QuestionnaireAnswers, ViewOverride};
use crate::image::ImageState;
use crate::store::answer::AnswerRow;
use crate::store::case::CaseRow;
use crate::store::image::ImageRow;
use crate::store::question::QuestionRow;
use crate::{ReviewError, mistake, question, sealed, store};
use axum::extract::State as FromState;
use kit::http::{Json, Path};
use kit::letter;
use kit::seal::DataKey;
use kit::{At, Caller, Context};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The patient, with the age on the day of reading.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::PatientView)]
pub struct PatientView {
    #[serde(flatten)]
    patient: Patient,
    age_years: Option<i32>,
}

/// Why a picture could not be read.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Reason)]
pub struct Reason {
    code: String,
    message: String,
}

/// Measured quality; an aid, not a judgement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Quality)]
pub struct Quality {
    sharpness: f64,
    /// Mean luma, 0 to 255.
    exposure: f64,
    verdict: String,
}

/// A large picture at full size, in squares.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = review::Tiles)]
pub struct Tiles {
    /// Of each square; those at the right and lower edge are smaller.
    side: i64,
    /// Of the whole, upright.
    width: i64,
    /// Of the whole, upright.
    height: i64,
}

/// A picture.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Image)]
pub struct ImageView {
    id: Uuid,
    finding_id: Option<Uuid>,
    view: String,
    state: ImageState,
    reason: Option<Reason>,
    quality: Option<Quality>,
    /// For a large picture, once they are made.
    tiles: Option<Tiles>,
    /// Length as sent.
    bytes: i64,
    /// Hexadecimal, of the picture as sent.
    sha256: String,
    width: i64,
    height: i64,
    added_at: At,
    /// When it was taken, as far as the picture or the practice says.
    captured_at: Option<At>,
    /// Always false: what was removed was never sent.
    removed: bool,
    /// Whether the caller has looked at it.
    shown: bool,
}

/// A question to the practice and its reply.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Question)]
pub struct QuestionView {
    id: Uuid,
    asked_at: At,
    asked_by: String,
    wants: Vec<String>,
    text: String,
    supplied_at: Option<At>,
    reply: Option<String>,
    reply_images: Vec<Uuid>,
}

/// A signature in its ten seconds.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Signed)]
pub struct Signed {
    /// When it was signed.
    pub signed_at: At,
    /// When the answer leaves.
    pub release_at: At,
}

/// Who answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::AnsweredBy)]
pub struct AnsweredBy {
    pub(super) name: String,
    pub(super) role: String,
}

/// An answer that was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Answer)]
pub struct AnswerView {
    id: Uuid,
    /// The answer that it replaces.
    amends: Option<Uuid>,
    /// Why it replaces it; empty when it replaces none.
    reason: String,
    /// None in answers given before it was asked.
    tells_patient: Option<TellsPatient>,
    /// None in answers given before it was asked.
    books: Option<Books>,
    answered_at: At,
    answered_by: AnsweredBy,
    department_name: String,
    summary: String,
    findings: Vec<FindingAnswer>,
    /// The practice had withdrawn the referral before it left.
    after_withdrawal: bool,
    /// It stands in the hospital's own record.
    filed: Option<Filed>,
}

/// Who filed an answer in their own record, and when.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Filed)]
pub struct Filed {
    by: String,
    at: At,
}

/// A case.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Case)]
pub struct CaseView {
    id: Uuid,
    state: State,
    priority: Priority,
    specialty: String,
    due_at: At,
    submitted_at: At,
    practice_name: String,
    department_id: Uuid,
    department_name: String,
    /// Who sent it, with their number in the register of health personnel when it is known.
    referrer_name: String,
    /// The clinician who answers for it in the practice, in the same way.
    responsible: Option<String>,
    withdrawn: bool,
    /// Sent to try the service: the patient does not exist, or the practice is for tests.
    training: bool,
    patient: PatientView,
    question: String,
    history: String,
    findings: Vec<Finding>,
    /// The practice's, labelled by questionnaire and version.
    questionnaire_answers: Vec<QuestionnaireAnswers>,
    /// It was phoned in before it was sent.
    emergency_call: Option<EmergencyCall>,
    /// Why pictures are missing.
    view_overrides: Vec<ViewOverride>,
    images: Vec<ImageView>,
    questions: Vec<QuestionView>,
    claim: Option<ClaimView>,
    /// The caller's own.
    answer_draft: Option<AnswerContent>,
    signed: Option<Signed>,
    answers: Vec<AnswerView>,
    /// Refusals, oldest first; the case ended with the last one unless a reply brought it back.
    declines: Vec<DeclineView>,
    /// Its way until here, oldest first.
    forwards: Vec<ForwardView>,
}

/// A case of one of the caller's departments; opening it is recorded.
#[utoipa::path(
    get, path = "/cases/{id}", operation_id = "reviewCase", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseView), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn open(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<CaseView>, ReviewError> {
    let case = case_for(&ctx, &caller, id).await?;
    let key = ctx.keys.get(case.data_key).await?;
    let view = view(&ctx, &caller, case, &key).await?;
    mistake::note_opening(&ctx, &key, id, &caller).await?;
    record(&ctx, &caller, "read", "case", Some(id)).await?;
    Ok(Json(view))
}

async fn view(ctx: &Context, caller: &Caller, case: CaseRow, key: &DataKey) -> Result<CaseView, ReviewError> {
    let (now, me, db) = (ctx.now(), caller.person, &ctx.db);
    let content: Content = sealed::open(key, sealed::CASE, case.id, case.content.as_deref().unwrap_or_default())?;
    let images = store::image::of_case(db, case.id, me).await?;
    let mut questions = Vec::new();
    for row in store::question::of_case(db, case.id).await? {
        questions.push(question_view(key, row, &images)?);
    }
    let mut answers = Vec::new();
    for row in store::answer::sent(db, case.id).await? {
        answers.push(answer_view(key, row, &case)?);
    }
    let declines = store::decline::of_case(db, case.id).await?;
    let declines = declines.into_iter().map(|row| DeclineView::open(key, row)).collect::<Result<_, _>>()?;
    let forwards = store::forward::of_case(db, case.id).await?;
    let forwards = forwards.into_iter().map(|row| ForwardView::open(key, row)).collect::<Result<_, _>>()?;
    let draft = store::answer::draft(db, case.id, me).await?;
    let held = store::answer::held(db, case.id).await?;
    let responsible = store::responsible::of_case(db, case.id).await?;
    let responsible = responsible.map(|name| sealed::open(key, sealed::RESPONSIBLE, case.id, &name)).transpose()?;
    Ok(CaseView {
        id: case.id,
        state: case.state,
        priority: case.priority,
        due_at: case.due_at,
        submitted_at: case.submitted_at,
        withdrawn: case.withdrawn_at.is_some(),
        training: case.test,
        claim: case.claim(now).map(|claim| ClaimView::new(claim, me)),
        specialty: case.specialty,
        department_id: case.department,
        practice_name: case.practice_name,
        department_name: case.department_name,
        referrer_name: letter::clinician(&content.referrer_name, &content.referrer_hpr),
        responsible,
        patient: PatientView { age_years: content.patient.age_years(now.date()), patient: content.patient },
        question: content.question,
        history: content.history,
        findings: content.findings,
        questionnaire_answers: content.questionnaire_answers,
        emergency_call: content.emergency_call,
        view_overrides: content.view_overrides,
        images: images.into_iter().map(ImageView::from).collect(),
        questions,
        answer_draft: draft.map(|sealed| sealed::open(key, sealed::DRAFT, case.id, &sealed)).transpose()?,
        signed: held.map(|(signed_at, release_at)| Signed { signed_at, release_at }),
        answers,
        declines,
        forwards,
    })
}

fn question_view(key: &DataKey, row: QuestionRow, images: &[ImageRow]) -> Result<QuestionView, ReviewError> {
    Ok(QuestionView {
        id: row.id,
        asked_at: row.asked_at,
        asked_by: row.asked_name,
        wants: question::split(&row.wants),
        text: sealed::open(key, sealed::QUESTION, row.id, &row.content)?,
        supplied_at: row.supplied_at,
        reply: row.reply.map(|reply| sealed::open(key, sealed::REPLY, row.id, &reply)).transpose()?,
        reply_images: images.iter().filter(|image| image.question == Some(row.id)).map(|image| image.id).collect(),
    })
}

fn answer_view(key: &DataKey, row: AnswerRow, case: &CaseRow) -> Result<AnswerView, ReviewError> {
    let content: AnswerContent = sealed::open(key, sealed::ANSWER, row.id, &row.content)?;
    let answered_at = row.released_at.unwrap_or(row.release_at);
    let by = row.filed_by.map(|by| sealed::open(key, sealed::FILED, row.id, &by)).transpose()?;
    Ok(AnswerView {
        id: row.id,
        amends: row.amends,
        reason: if row.amends.is_some() { content.reason } else { String::new() },
        tells_patient: content.tells_patient,
        books: content.books,
        filed: by.zip(row.filed_at).map(|(by, at)| Filed { by, at }),
        answered_at,
        answered_by: AnsweredBy { name: row.person_name, role: row.role },
        department_name: row.department_name.unwrap_or_else(|| case.department_name.clone()),
        summary: content.summary,
        findings: content.findings,
        after_withdrawal: case.withdrawn_at.is_some_and(|withdrawn_at| withdrawn_at < answered_at),
    })
}

impl From<ImageRow> for ImageView {
    fn from(row: ImageRow) -> Self {
        let quality = match (row.sharpness, row.exposure, row.verdict) {
            (Some(sharpness), Some(exposure), Some(verdict)) => Some(Quality { sharpness, exposure, verdict }),
            _ => None,
        };
        let tiles = match (row.state, row.tile_side, row.tiled_width, row.tiled_height) {
            (ImageState::Ready, Some(side), Some(width), Some(height)) => Some(Tiles { side, width, height }),
            _ => None,
        };
        Self {
            id: row.id,
            finding_id: row.finding,
            view: row.image_view,
            state: row.state,
            reason: row.code.map(|code| Reason { code, message: row.message.unwrap_or_default() }),
            quality,
            tiles,
            bytes: row.bytes,
            sha256: hex::encode(row.sha256),
            width: row.width,
            height: row.height,
            added_at: row.added_at,
            captured_at: row.captured_at,
            removed: false,
            shown: row.shown,
        }
    }
}
