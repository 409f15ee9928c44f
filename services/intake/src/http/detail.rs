//! One referral with everything about it, as the office's page shows it.

use super::seen;
use crate::acting::Acting;
use crate::content::DraftContent;
use crate::duty::name_of;
use crate::missing::{Setting, Shown, missing};
use crate::referral::State as ReferralState;
use crate::sealed::{self, Answered, AnsweredFinding, Asked, Note, Reply};
use crate::store::{answer, happening, image, place, question};
use crate::vocabulary::{ImageState, View};
use axum::extract::State;
use kit::http::{FieldError, Json, Path};
use kit::seal::DataKey;
use kit::{At, Caller, Context, Error, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::submission::Receipt;

/// A person or place by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    id: Uuid,
    name: String,
}

/// A referral.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Referral {
    id: Uuid,
    version: i64,
    state: ReferralState,
    practice: Named,
    content: DraftContent,
    images: Vec<Image>,
    created_at: At,
    submitted_at: Option<At>,
    due_at: Option<At>,
    receipt: Option<Receipt>,
    /// What Send would refuse now; empty when it was sent.
    missing: Vec<FieldError>,
    questions: Vec<Question>,
    /// The newest.
    answer: Option<Answer>,
    /// Those before it, oldest first.
    earlier_answers: Vec<Answer>,
    acknowledged_at: Option<At>,
    withdrawn_at: Option<At>,
    timeline: Vec<Happening>,
    /// The clinician who answers for it.
    responsible: Option<Named>,
    /// Since when it waits for that clinician to send it.
    ready_at: Option<At>,
    /// The practice that it belongs to now, when that is another one: its own was closed or merged.
    taken_over_by: Option<Uuid>,
}

/// A picture.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    id: Uuid,
    finding_id: Option<Uuid>,
    view: View,
    state: ImageState,
    /// Why it was rejected.
    reason: Option<Reason>,
    quality: Option<Quality>,
    /// Length of the picture as sent.
    bytes: i64,
    /// SHA-256 of the picture as sent, 64 hexadecimal digits.
    sha256: String,
    /// Pixels, upright; none while it is being prepared.
    width: Option<i64>,
    /// Pixels, upright.
    height: Option<i64>,
    added_at: At,
    removed: bool,
}

/// Why a picture was rejected.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reason {
    code: String,
    message: String,
}

/// A measure of a picture, uncalibrated: a hint to take it again, no more.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quality {
    sharpness: f64,
    /// Mean luma, 0 to 255.
    exposure: f64,
    /// `good`, `blurred`, `dark`, `bright` or `small`.
    verdict: String,
}

/// A question of the department.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    id: Uuid,
    asked_at: At,
    asked_by: String,
    wants: Vec<String>,
    text: String,
    supplied_at: Option<At>,
    reply: Option<String>,
    reply_images: Vec<Uuid>,
}

/// Who answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnsweredBy {
    name: String,
    role: String,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    id: Uuid,
    answered_at: At,
    answered_by: AnsweredBy,
    department_name: String,
    summary: String,
    findings: Vec<AnsweredFinding>,
    /// The referral had been withdrawn when it was given.
    after_withdrawal: bool,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Happening {
    at: At,
    /// `started`, `submitted`, `asked`, `supplied`, `answered`, `acknowledged`, `withdrawn`, `discarded`, `restored`, `ready`,
    /// `taken-back`, `handed-over`, `fell` or `transferred`.
    what: String,
    who: Option<String>,
    /// To whom or where to it went.
    to: Option<String>,
    note: Option<String>,
}

/// A referral of the caller's practice.
#[utoipa::path(get, path = "/referrals/{id}", params(("id" = Uuid, Path)), responses((status = OK, body = Referral)))]
pub async fn read(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<Referral>, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    let (row, content, key) = (&acting.row, &acting.content, &acting.key);
    let images = image::of_referral(&ctx.db, id).await?;
    let receipt = Receipt::of(row, &images);
    let missing =
        if row.state == ReferralState::Draft { would_refuse(&ctx, content, &images).await? } else { Vec::new() };
    let questions = question::of_referral(&ctx.db, id).await?;
    let questions = questions.into_iter().map(|row| shown_question(row, key, &images)).collect::<Result<_, Error>>()?;
    let mut earlier = answer::of_referral(&ctx.db, id).await?;
    let answer = earlier.pop().map(|row| shown_answer(row, key)).transpose()?.flatten();
    let earlier =
        earlier.into_iter().filter_map(|row| shown_answer(row, key).transpose()).collect::<Result<_, Error>>()?;
    let timeline = happening::of_referral(&ctx.db, id).await?;
    let timeline = timeline.into_iter().map(|row| shown_happening(row, key)).collect::<Result<_, Error>>()?;
    seen(&ctx, &caller, "read", "referral", Some(id)).await?;
    Ok(Json(Referral {
        id,
        version: row.version,
        state: row.state,
        practice: Named { id: row.practice, name: row.practice_name.clone() },
        images: images.into_iter().map(|image| shown_image(image, content)).collect(),
        created_at: row.created_at,
        submitted_at: row.submitted_at,
        due_at: row.due_at,
        receipt,
        missing,
        questions,
        answer,
        earlier_answers: earlier,
        acknowledged_at: row.acknowledged_at,
        withdrawn_at: row.withdrawn_at,
        timeline,
        responsible: row.responsible.zip(name_of(row, key)?).map(|(id, name)| Named { id, name }),
        ready_at: row.ready_at.filter(|_| row.state == ReferralState::Draft),
        taken_over_by: Some(acting.practice).filter(|practice| *practice != row.practice),
        content: acting.content,
    }))
}

/// What Send would refuse now.
pub async fn would_refuse(
    ctx: &Context,
    content: &DraftContent,
    images: &[image::Row],
) -> sqlx::Result<Vec<FieldError>> {
    let department = match content.department_id {
        Some(id) => place::department(&ctx.db, id).await?,
        None => None,
    };
    let offered = department.as_ref().map(|department| department.specialties.as_slice());
    let setting = Setting { today: ctx.now().date(), synthetic: ctx.settings.synthetic };
    Ok(missing(content, &pictures(images), offered, setting))
}

/// Pictures that were not removed, numbered as the page shows them.
pub fn pictures(images: &[image::Row]) -> Vec<Shown> {
    let there = images.iter().filter(|image| image.removed_at.is_none()).enumerate();
    there
        .map(|(at, image)| Shown {
            id: image.id,
            number: at + 1,
            finding: image.finding,
            state: image.state,
            reason: image.reason_message.clone(),
        })
        .collect()
}

fn shown_image(row: image::Row, content: &DraftContent) -> Image {
    let quality = match (row.sharpness, row.exposure, row.verdict) {
        (Some(sharpness), Some(exposure), Some(verdict)) => Some(Quality { sharpness, exposure, verdict }),
        _ => None,
    };
    Image {
        id: row.id,
        finding_id: row.finding.filter(|id| content.has_finding(*id)),
        view: row.view,
        state: row.state,
        reason: row.reason_code.map(|code| Reason { code, message: row.reason_message.unwrap_or_default() }),
        quality,
        bytes: row.bytes,
        sha256: hex::encode(row.sha256),
        width: row.upright_width,
        height: row.upright_height,
        added_at: row.added_at,
        removed: row.removed_at.is_some(),
    }
}

fn shown_question(row: question::Row, key: &DataKey, images: &[image::Row]) -> Result<Question, Error> {
    let asked: Option<Asked> = row.asked.map(|bytes| sealed::open(key, sealed::ASKED, row.id, &bytes)).transpose()?;
    let reply: Option<Reply> = row.reply.map(|bytes| sealed::open(key, sealed::REPLY, row.id, &bytes)).transpose()?;
    let asked = asked.unwrap_or_else(|| Asked { by: String::new(), wants: Vec::new(), text: String::new() });
    Ok(Question {
        id: row.id,
        asked_at: row.asked_at,
        asked_by: asked.by,
        wants: asked.wants,
        text: asked.text,
        supplied_at: row.supplied_at,
        reply: reply.map(|reply| reply.text),
        reply_images: images.iter().filter(|image| image.question == Some(row.id)).map(|image| image.id).collect(),
    })
}

fn shown_answer(row: answer::Row, key: &DataKey) -> Result<Option<Answer>, Error> {
    let Some(bytes) = row.content else {
        return Ok(None);
    };
    let answered: Answered = sealed::open(key, sealed::ANSWER, row.id, &bytes)?;
    Ok(Some(Answer {
        id: row.id,
        answered_at: row.answered_at,
        answered_by: AnsweredBy { name: answered.by, role: answered.role },
        department_name: answered.department,
        summary: answered.summary,
        findings: answered.findings,
        after_withdrawal: row.after_withdrawal,
    }))
}

fn shown_happening(row: happening::Row, key: &DataKey) -> Result<Happening, Error> {
    let who = row.who.map(|bytes| sealed::open(key, sealed::WHO, row.id, &bytes)).transpose()?;
    let note: Option<Note> = row.note.map(|bytes| sealed::open(key, sealed::NOTE, row.id, &bytes)).transpose()?;
    let Note { to, note } = note.unwrap_or_default();
    Ok(Happening { at: row.at, what: row.what, who, to, note })
}
