//! Sending a referral: once. A repeat gets the same receipt, recomputed from what stands.

use super::checks::would_refuse;
use super::detail::pictures;
use super::draft::{is_open, stale};
use crate::acting::{Acting, noted};
use crate::content::DraftContent;
use crate::due::due;
use crate::duty::{clinician, hpr_number};
use crate::finish::expire_in;
use crate::opening;
use crate::publishing::{Sending, counted, submitted};
use crate::sealed::{self, Note};
use crate::store::{chair, duty, image, place, referral, upload};
use crate::vocabulary::{Intention, Priority};
use axum::extract::State;
use kit::http::{Json, Path};
use kit::letter::reference;
use kit::log::Envelope;
use kit::{At, Caller, Context, Problem, Role, Tx};
use proto::intake::ReferralSubmitted;
use proto::questionnaire::ALL;
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// An upload of which something arrived so long ago is still on its way.
const STILL_COMING: Duration = Duration::minutes(2);

/// Which version is sent: what the person saw and nothing else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    #[schema(minimum = 1)]
    version: i64,
    /// What the office would have done without this service: for the study.
    #[serde(default)]
    intention: Option<Intention>,
}

/// A picture that was sent.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sent {
    id: Uuid,
    /// SHA-256 of the picture as sent, 64 hexadecimal digits.
    sha256: String,
    bytes: i64,
}

/// What was taken over, and by when it is answered.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    referral: Uuid,
    submitted_at: At,
    due_at: At,
    images: Vec<Sent>,
    department_name: String,
    /// Eight characters to name it by on the telephone.
    reference: String,
}

impl Receipt {
    /// From what stands; none before it was sent. Pictures sent later, in reply to a question, are not part of it.
    pub fn of(row: &referral::Row, images: &[image::Row]) -> Option<Self> {
        let with_referral = images.iter().filter(|image| image.sent_at.is_some() && image.question.is_none());
        Some(Self {
            referral: row.id,
            submitted_at: row.submitted_at?,
            due_at: row.due_at?,
            images: with_referral
                .map(|image| Sent { id: image.id, sha256: hex::encode(&image.sha256), bytes: image.bytes })
                .collect(),
            department_name: row.first_sent_to.clone().or_else(|| row.department_name.clone()).unwrap_or_default(),
            reference: reference(row.id),
        })
    }
}

/// Sends a draft. A repeat gets the same receipt.
#[utoipa::path(post, path = "/referrals/{id}/submit", params(("id" = Uuid, Path)), request_body = Submit,
    responses((status = OK, body = Receipt), (status = CONFLICT, description = "stale-version, upload-under-way, practice-closed or, for staff, clinician-sends"),
        (status = UNPROCESSABLE_ENTITY, description = "what is missing, field by field")))]
pub async fn submit(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(Submit { version, intention }): Json<Submit>,
) -> Result<Json<Receipt>, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    if acting.row.submitted_at.is_none() {
        is_open(&ctx, acting.practice).await?;
        if acting.role != Role::GpClinician {
            return Err(clinician_sends());
        }
        if acting.row.version != version {
            return Err(stale(acting.row.version));
        }
        send(&acting, intention).await?;
    }
    let row = referral::find(&ctx, &caller, id).await?.ok_or_else(Problem::not_found)?;
    let images = image::of_referral(&ctx.db, id).await?;
    opening::note(&ctx, &acting.key, id, &caller).await?;
    // Neither sent by us nor by a request that was faster: the draft was changed in between.
    Receipt::of(&row, &images).map(Json).ok_or_else(|| stale(row.version))
}

/// The transition, with the pictures as they stand under the row's lock. When another request was faster it changes nothing.
async fn send(acting: &Acting<'_>, intention: Option<Intention>) -> Result<(), Problem> {
    let Acting { ctx, caller, row, content, key, .. } = acting;
    let department = match content.department_id {
        Some(id) => place::department(&ctx.db, id).await?,
        None => None,
    };
    let department_name = department.map(|department| department.name).unwrap_or_default();
    let mut tx = ctx.begin().await?;
    let at = tx.now();
    let due = due(at, content.priority.unwrap_or(Priority::Routine), &ctx.settings.working_days);
    let when = referral::Sending { at, due, to: department_name.clone(), intention };
    if !referral::submit(&mut tx, row.id, row.version, when).await? {
        return Ok(());
    }
    chair::note(&mut tx, row.id, &ctx.settings.working_days).await?;
    end_uploads(ctx, &mut tx, row.id).await?;
    let mut images = image::of_referral_in(&mut tx, row.id).await?;
    let missing = would_refuse(ctx, content, &images, row).await?;
    if !missing.is_empty() {
        return Err(Problem::invalid(missing));
    }
    images.retain(|image| image.removed_at.is_none());
    for image in &images {
        image::send(&mut tx, image.id, at, None).await?;
    }
    let content = &as_sent(acting, &mut tx, &images).await?;
    let referrer_hpr = hpr_number(ctx, caller.person).await?;
    let sending = Sending {
        practice_name: &row.practice_name,
        department_name: &department_name,
        due,
        referrer_name: &caller.name,
        referrer_hpr: &referrer_hpr,
    };
    let (person, name) = responsible(acting).await?;
    duty::take(&mut tx, row.id, Some(person), Some(sealed::seal(ctx, key, sealed::RESPONSIBLE, row.id, &name)?))
        .await?;
    let intention = intention.map_or_else(String::new, |one| one.as_str().to_owned());
    let envelope = Envelope { responsible: ctx.pseudonym(person), ..acting.envelope() };
    let envelope = Envelope { intention, ..counted(envelope, content, images.len(), at) };
    let responsible_hpr = if person == caller.person { referrer_hpr.clone() } else { hpr_number(ctx, person).await? };
    let fact = ReferralSubmitted {
        responsible: person.as_bytes().to_vec(),
        responsible_name: name,
        responsible_hpr,
        ..submitted(content, &images, &sending)
    };
    ctx.publish(&mut tx, envelope, &fact).await?;
    let note = Note { hpr: Some(fact.referrer_hpr).filter(|number| !number.is_empty()), ..Note::default() };
    noted(ctx, &mut tx, (key, row.id), ("submitted", Some(&caller.name)), &note).await?;
    Ok(tx.commit().await?)
}

/// The content as it goes out, which is what stands from now on: nobody may believe that something went that did not.
async fn as_sent(acting: &Acting<'_>, tx: &mut Tx, images: &[image::Row]) -> Result<DraftContent, Problem> {
    let content = acting.content.as_sent(&ALL, &pictures(images), tx.now().date());
    if content != acting.content {
        let sealed = sealed::seal(acting.ctx, &acting.key, sealed::CONTENT, acting.row.id, &content)?;
        referral::set_content(tx, acting.row.id, sealed).await?;
    }
    Ok(content)
}

/// 409 for staff: they prepare.
fn clinician_sends() -> Problem {
    Problem::conflict(
        "clinician-sends",
        "A clinician sends the referral. Choose who is responsible, and mark it as ready: it then stands on that clinician's list.",
    )
}

/// Who answers for it: the clinician that it was made ready for, else whoever sends it.
async fn responsible(acting: &Acting<'_>) -> Result<(Uuid, String), Problem> {
    let Acting { ctx, caller, row, .. } = acting;
    let named = match row.responsible {
        Some(person) if row.ready_at.is_some() && person != caller.person => {
            clinician(ctx, acting.practice, person).await?
        }
        _ => None,
    };
    Ok(named.map_or_else(|| (caller.person, caller.name.clone()), |one| (one.id, one.name)))
}

/// A referral does not go without a picture that somebody is sending. What was left lying is ended, so that it does not turn
/// up later; one that has every byte only waits to be put together and is never ended here. A second upload of a picture that
/// has arrived is nobody's any more: the client lost the answer that named it, and began anew.
async fn end_uploads(ctx: &Context, tx: &mut Tx, referral: Uuid) -> Result<(), Problem> {
    let since = tx.now() - STILL_COMING;
    let images = image::of_referral_in(tx, referral).await?;
    let arrived = |upload: &upload::Row| {
        images.iter().any(|image| image.id == upload.image && upload.sha256.as_ref() == Some(&image.sha256))
    };
    let (repeated, uploads): (Vec<_>, Vec<_>) = upload::unfinished(tx, referral).await?.into_iter().partition(arrived);
    if uploads.iter().any(|upload| upload.moved_at > since || upload.pos == upload.length) {
        return Err(Problem::conflict(
            "upload-under-way",
            "A picture is still on its way. Wait until it has arrived, or remove it.",
        ));
    }
    for upload in &repeated {
        upload::end(tx, upload.id).await?;
    }
    for upload in &uploads {
        expire_in(ctx, tx, upload).await?;
    }
    Ok(())
}
