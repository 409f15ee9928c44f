//! One referral with everything about it, as the office's page shows it.

use super::checks::{Checks, checks, would_refuse};
use super::{chair, seen};
use crate::acting::Acting;
use crate::content::DraftContent;
use crate::duty::name_of;
use crate::emergency::Remark;
use crate::missing::Shown;
use crate::opening;
use crate::referral::State as ReferralState;
use crate::sealed::{self, Answered, AnsweredFinding, Asked, CloseOut, Note, Reply};
use crate::store::{answer, chair as chairs, decline, forward, happening, image, question, referral};
use crate::vocabulary::{ImageState, Intention, Outcome, Specialty, View};
use crate::wanted::WantedView;
use axum::extract::State;
use kit::http::{FieldError, Json, Path};
use kit::picture::Kind;
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
    /// To try the service with: about a person who does not exist.
    training: bool,
    content: DraftContent,
    images: Vec<Image>,
    created_at: At,
    submitted_at: Option<At>,
    due_at: Option<At>,
    receipt: Option<Receipt>,
    /// What Send would refuse now; empty when it was sent.
    missing: Vec<FieldError>,
    /// What must be phoned in before it is sent.
    red_flags: Vec<Remark>,
    /// What is to be said, and hinders nothing.
    warnings: Vec<Remark>,
    /// Which pictures belong to it.
    views: Vec<WantedView>,
    questions: Vec<Question>,
    /// The newest.
    answer: Option<Answer>,
    /// Those before it, oldest first.
    earlier_answers: Vec<Answer>,
    /// The newest refusal.
    declined: Option<Declined>,
    /// Its way from department to department, oldest first.
    forwards: Vec<Forwarded>,
    /// Who has it now.
    with_department: Option<String>,
    /// As what they have it now.
    with_specialty: Option<Specialty>,
    acknowledged_at: Option<At>,
    /// What the office would have done without this service.
    intention: Option<Intention>,
    /// What was done after the answer.
    close_out: Option<ClosedOut>,
    /// The answer was read, and what was done is not recorded yet.
    close_out_missing: bool,
    withdrawn_at: Option<At>,
    timeline: Vec<Happening>,
    /// Whose it is; none for what is no open case.
    chair: Option<chair::Chair>,
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
    /// When it was taken, as far as the picture or the client says.
    captured_at: Option<At>,
    removed: bool,
    /// Whether it went out, with the referral or with a reply.
    sent: bool,
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
    /// The answer that it replaces.
    amends: Option<Uuid>,
    /// Why it replaces an earlier one; empty when it replaces none.
    reason: String,
    /// `practice` or `department`; empty in answers given before it was asked.
    tells_patient: String,
    /// `practice`, `department` or `nobody`; empty in answers given before it was asked.
    books: String,
    answered_at: At,
    answered_by: AnsweredBy,
    department_name: String,
    summary: String,
    findings: Vec<AnsweredFinding>,
    /// The referral had been withdrawn when it was given.
    after_withdrawal: bool,
    /// It stands in the office's own record.
    filed: Option<Filed>,
}

/// Who filed an answer in their own record, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Filed {
    by: String,
    at: At,
}

/// What was done after the answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosedOut {
    outcome: Outcome,
    text: String,
    by: String,
    at: At,
}

/// The department ended it without an answer: the practice tells the patient, and nothing is booked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names that a client reads")]
pub struct Declined {
    /// Named when it is acknowledged.
    id: Uuid,
    declined_at: At,
    declined_by: AnsweredBy,
    department_name: String,
    /// `not-suited`, `wrong-department`, `insufficient`, `outside-area` or `other`.
    reason: String,
    text: String,
}

/// A step from department to department.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Forwarded {
    at: At,
    by: String,
    from_department: String,
    from_specialty: String,
    to_department: String,
    to_specialty: String,
    text: String,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Happening {
    at: At,
    /// `started`, `submitted`, `asked`, `supplied`, `answered`, `amended`, `declined`, `forwarded`, `acknowledged`, `phoned`,
    /// `withdrawn`, `discarded`, `restored`, `picture-in-error`, `closed-out`, `filed`, `ready`, `taken-back`, `handed-over`,
    /// `fell` or `transferred`.
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
    let mut images = image::of_referral(&ctx.db, id).await?;
    let receipt = Receipt::of(row, &images);
    images.retain(|image| image.error_at.is_none());
    let missing =
        if row.state == ReferralState::Draft { would_refuse(&ctx, content, &images, row).await? } else { Vec::new() };
    let Checks { red_flags, warnings, views } = checks(&ctx, content, &images);
    let questions = question::of_referral(&ctx.db, id).await?;
    let questions = questions.into_iter().map(|row| shown_question(row, key, &images)).collect::<Result<_, Error>>()?;
    let mut earlier = answer::of_referral(&ctx.db, id).await?;
    let answer = earlier.pop().map(|row| shown_answer(row, key)).transpose()?.flatten();
    let earlier =
        earlier.into_iter().filter_map(|row| shown_answer(row, key).transpose()).collect::<Result<_, Error>>()?;
    let declined = decline::of_referral(&ctx.db, id).await?.pop();
    let declined = declined.map(|row| shown_decline(row, key)).transpose()?.flatten();
    let forwards = forward::of_referral(&ctx.db, id).await?;
    let forwards =
        forwards.into_iter().filter_map(|row| shown_forward(row, key).transpose()).collect::<Result<_, Error>>()?;
    let timeline = happening::of_referral(&ctx.db, id).await?;
    let timeline = timeline.into_iter().map(|row| shown_happening(row, key)).collect::<Result<_, Error>>()?;
    let deputy = chairs::deputy(&ctx, row.practice).await?;
    let case = chairs::case_now(&ctx, id).await?;
    opening::note(&ctx, key, id, &caller).await?;
    seen(&ctx, &caller, "read", "referral", Some(id)).await?;
    Ok(Json(Referral {
        id,
        version: row.version,
        state: row.state,
        practice: Named { id: row.practice, name: row.practice_name.clone() },
        training: row.training,
        images: images.into_iter().map(|image| shown_image(image, content)).collect(),
        created_at: row.created_at,
        submitted_at: row.submitted_at,
        due_at: row.due_at,
        receipt,
        missing,
        red_flags,
        warnings,
        views,
        questions,
        answer,
        earlier_answers: earlier,
        declined,
        forwards,
        with_department: row.department_name.clone(),
        with_specialty: row.specialty,
        acknowledged_at: row.acknowledged_at,
        intention: row.intention,
        close_out: shown_close_out(row, key)?,
        close_out_missing: row.lacks_close_out(),
        withdrawn_at: row.withdrawn_at,
        timeline,
        chair: case.filter(|_| !row.training).and_then(|case| chair::of(&ctx, &case, deputy.as_ref())),
        responsible: row.responsible.zip(name_of(row, key)?).map(|(id, name)| Named { id, name }),
        ready_at: row.ready_at.filter(|_| row.state == ReferralState::Draft),
        taken_over_by: Some(acting.practice).filter(|practice| *practice != row.practice),
        content: acting.content,
    }))
}

/// Pictures that were not removed, numbered as the page shows them.
pub fn pictures(images: &[image::Row]) -> Vec<Shown> {
    let there = images.iter().filter(|image| image.removed_at.is_none()).enumerate();
    there
        .map(|(at, image)| Shown {
            id: image.id,
            number: at + 1,
            finding: image.finding,
            view: image.view,
            size: (image.width as u32, image.height as u32),
            compression: (image.media_type == Kind::Jpeg.media_type())
                .then(|| (image.width * image.height * 3 / image.bytes.max(1)) as u64),
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
        captured_at: row.captured_at,
        removed: row.removed_at.is_some(),
        sent: row.sent_at.is_some(),
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
    let by = row.filed_by.map(|by| sealed::open(key, sealed::FILED, row.id, &by)).transpose()?;
    let filed = by.zip(row.filed_at).map(|(by, at)| Filed { by, at });
    Ok(Some(Answer {
        id: row.id,
        amends: row.amends,
        reason: answered.reason,
        tells_patient: answered.tells_patient,
        books: answered.books,
        answered_at: row.answered_at,
        answered_by: AnsweredBy { name: answered.by, role: answered.role },
        department_name: answered.department,
        summary: answered.summary,
        findings: answered.findings,
        after_withdrawal: row.after_withdrawal,
        filed,
    }))
}

fn shown_decline(row: decline::Row, key: &DataKey) -> Result<Option<Declined>, Error> {
    let Some(bytes) = row.content else {
        return Ok(None);
    };
    let said: sealed::Declined = sealed::open(key, sealed::DECLINED, row.id, &bytes)?;
    Ok(Some(Declined {
        id: row.id,
        declined_at: row.at,
        declined_by: AnsweredBy { name: said.by, role: said.role },
        department_name: said.department,
        reason: said.reason,
        text: said.text,
    }))
}

fn shown_forward(row: forward::Row, key: &DataKey) -> Result<Option<Forwarded>, Error> {
    let Some(bytes) = row.content else {
        return Ok(None);
    };
    let said: sealed::Forwarded = sealed::open(key, sealed::FORWARDED, row.id, &bytes)?;
    Ok(Some(Forwarded {
        at: row.at,
        by: said.by,
        from_department: said.from_department,
        from_specialty: said.from_specialty,
        to_department: said.to_department,
        to_specialty: said.to_specialty,
        text: said.text,
    }))
}

fn shown_close_out(row: &referral::Row, key: &DataKey) -> Result<Option<ClosedOut>, Error> {
    let (Some(outcome), Some(bytes), Some(at)) = (row.close_out, &row.close_out_text, row.closed_out_at) else {
        return Ok(None);
    };
    let CloseOut { text, by } = sealed::open(key, sealed::CLOSE_OUT, row.id, bytes)?;
    Ok(Some(ClosedOut { outcome, text, by, at }))
}

fn shown_happening(row: happening::Row, key: &DataKey) -> Result<Happening, Error> {
    let who = row.who.map(|bytes| sealed::open(key, sealed::WHO, row.id, &bytes)).transpose()?;
    let note: Option<Note> = row.note.map(|bytes| sealed::open(key, sealed::NOTE, row.id, &bytes)).transpose()?;
    let Note { to, note, .. } = note.unwrap_or_default();
    Ok(Happening { at: row.at, what: row.what, who, to, note })
}
