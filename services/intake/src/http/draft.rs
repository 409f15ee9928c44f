//! Writing a draft: the client makes the id, saves by compare-and-set on the version, discards and takes back.

use super::of_office;
use super::ready::recheck;
use crate::acting::{Acting, about, happened};
use crate::content::{DraftContent, Patient};
use crate::quota;
use crate::referral::{RESTORABLE, State as ReferralState};
use crate::sealed;
use crate::store::{phone, place, referral, succession};
use axum::extract::State;
use axum::http::StatusCode;
use kit::caller::Grant;
use kit::http::{Json, Path};
use kit::log::Envelope;
use kit::{At, Caller, Context, Problem};
use proto::intake::{DraftAbandoned, DraftStarted};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A draft as the client has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveDraft {
    /// The version that the client saw last; 0 for a new draft.
    #[schema(minimum = 0)]
    version: i64,
    /// Whose it is.
    practice_id: Uuid,
    /// What was written.
    content: DraftContent,
}

/// What stands now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Saved)]
#[serde(rename_all = "camelCase")]
pub struct DraftVersion {
    /// Which.
    pub id: Uuid,
    /// Which version of it.
    pub version: i64,
    /// Since when.
    pub saved_at: At,
}

/// Creates or saves a draft. Repeating a save that stands already changes nothing.
#[utoipa::path(put, path = "/referrals/{id}", params(("id" = Uuid, Path)), request_body = SaveDraft,
    responses((status = OK, body = DraftVersion), (status = CONFLICT, description = "stale-version: the detail says which version stands"),
        (status = TOO_MANY_REQUESTS, description = "too-many-drafts")))]
pub async fn save(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(mut body): Json<SaveDraft>,
) -> Result<Json<DraftVersion>, Problem> {
    of_office(&caller)?;
    let grant = caller.in_practice(body.practice_id);
    let found = referral::find(&ctx, &caller, id).await?;
    // Whoever took over from the practice goes on with its drafts.
    if grant.is_none() && found.as_ref().is_none_or(|row| row.practice != body.practice_id) {
        return Err(Problem::not_found());
    }
    body.content.name_sites();
    let excesses = body.content.excesses();
    if !excesses.is_empty() {
        return Err(Problem::invalid(excesses));
    }
    if found.is_some() {
        return save_over(&ctx, &caller, id, body).await.map(Json);
    }
    if body.version != 0 {
        return Err(Problem::not_found());
    }
    let grant = grant.ok_or_else(Problem::not_found)?;
    match create(&ctx, &caller, grant, id, &body.content, false).await? {
        Some(saved) => Ok(Json(saved)),
        // Another request made it between the look and the insert, perhaps this one's own repetition.
        None => save_over(&ctx, &caller, id, body).await.map(Json),
    }
}

/// Makes the draft; `None` when the id is taken.
pub async fn create(
    ctx: &Context,
    caller: &Caller,
    grant: &Grant,
    id: Uuid,
    content: &DraftContent,
    training: bool,
) -> Result<Option<DraftVersion>, Problem> {
    fresh(ctx, id).await?;
    let practice = grant.practice.ok_or_else(Problem::not_found)?;
    // Its test flag and channel decide how the study counts, so a practice that has not been read from the log yet waits.
    let practice = place::practice(&ctx.db, practice)
        .await?
        .ok_or_else(|| Problem::unavailable("the practice is not projected yet"))?;
    is_open(ctx, practice.id).await?;
    let key = ctx.keys.ensure(id).await?;
    let sealed = sealed::seal(ctx, &key, sealed::CONTENT, id, content)?;
    let mut tx = ctx.begin().await?;
    let draft = referral::Draft { training, ..row_of(ctx, content, sealed) };
    if !referral::add(&mut tx, id, practice.id, practice.test || training, draft).await? {
        return Ok(None);
    }
    quota::drafts(ctx, &mut tx, practice.id).await?;
    let row = referral::any(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let envelope = Envelope {
        actor: ctx.pseudonym(caller.person),
        actor_role: grant.role.as_str().to_owned(),
        ..about(ctx, &row)
    };
    ctx.publish(&mut tx, envelope, &DraftStarted {}).await?;
    happened(ctx, &mut tx, &key, id, "started", Some(&caller.name)).await?;
    tx.commit().await?;
    Ok(Some(DraftVersion { id, version: row.version, saved_at: row.updated_at }))
}

/// Nothing new begins in a practice that is no more, and nothing is sent from it.
///
/// # Errors
/// 409 `practice-closed`, which names the practice that took over.
pub async fn is_open(ctx: &Context, practice: Uuid) -> Result<(), Problem> {
    if !succession::is_closed(&ctx.db, practice, ctx.now()).await? {
        return Ok(());
    }
    let owner = succession::belongs_to(&ctx.db, practice, ctx.now()).await?;
    let owner = if owner == practice { None } else { place::practice(&ctx.db, owner).await? };
    let remedy = match owner {
        Some(owner) => format!("{} took over: its people finish and send what was begun here.", owner.name),
        None => "Write it in the practice where you work now.".to_owned(),
    };
    let detail =
        format!("This practice is closed: nothing new can begin in it, and nothing can be sent from it. {remedy}");
    Err(Problem::conflict("practice-closed", detail))
}

/// A new referral's id must be a random one that nothing else goes by. Data keys are found by id, and a purged draft's key
/// is destroyed: under the id of a practice or a person that would erase the practice or the person.
pub async fn fresh(ctx: &Context, id: Uuid) -> Result<(), Problem> {
    if !matches!(id.get_version_num(), 4 | 7) {
        return Err(Problem::bad_request("id", "A referral's id must be a random UUID (version 4 or 7)."));
    }
    if kit::log::of_subject(&ctx.db, id).await?.is_empty() { Ok(()) } else { Err(Problem::not_found()) }
}

fn row_of(ctx: &Context, content: &DraftContent, sealed: Vec<u8>) -> referral::Draft {
    let identifier = content.patient.as_ref().and_then(Patient::normal_identifier);
    referral::Draft {
        specialty: content.specialty,
        department: content.department_id,
        priority: content.priority,
        identifier_hash: identifier.map(|(system, number)| ctx.search_hash(system.as_str(), &number)),
        content: sealed,
        training: false,
    }
}

async fn save_over(ctx: &Context, caller: &Caller, id: Uuid, body: SaveDraft) -> Result<DraftVersion, Problem> {
    let acting = Acting::on(ctx, caller, id).await?;
    let row = &acting.row;
    if row.practice != body.practice_id {
        return Err(Problem::invalid_field(
            "practiceId",
            "fixed",
            "A draft stays with the practice that began it. Begin a new one there.",
        ));
    }
    let stands = acting.content == body.content;
    if row.state != ReferralState::Draft {
        return Err(not_a_draft());
    }
    if row.training && acting.content.patient != body.content.patient {
        return Err(Problem::invalid_field(
            "patient",
            "training-patient",
            "The made-up patient of a referral for training can't be changed. Write a new referral for a real patient.",
        ));
    }
    if stands && body.version + 1 == row.version {
        return Ok(DraftVersion { id, version: row.version, saved_at: row.updated_at });
    }
    if body.version != row.version {
        return Err(stale(row.version));
    }
    let sealed = sealed::seal(ctx, &acting.key, sealed::CONTENT, id, &body.content)?;
    let mut tx = ctx.begin().await?;
    if !referral::save(&mut tx, id, body.version, row_of(ctx, &body.content, sealed)).await? {
        drop(tx);
        let now = referral::find(ctx, caller, id).await?.ok_or_else(Problem::not_found)?;
        return Err(if now.state == ReferralState::Draft { stale(now.version) } else { not_a_draft() });
    }
    let saved_at = tx.now();
    recheck(&acting, &mut tx, &body.content).await?;
    tx.commit().await?;
    Ok(DraftVersion { id, version: body.version + 1, saved_at })
}

/// 409 with the version that stands.
pub fn stale(version: i64) -> Problem {
    let detail =
        format!("The draft was changed elsewhere: version {version} stands now. Read it again before you go on.");
    Problem::conflict("stale-version", detail)
}

pub fn not_a_draft() -> Problem {
    Problem::conflict("already-submitted", "The referral was sent and can't be changed any more.")
}

/// Discards a draft. It can be taken back for 7 days, then it is deleted for good.
#[utoipa::path(delete, path = "/referrals/{id}", params(("id" = Uuid, Path)), responses((status = NO_CONTENT)))]
pub async fn discard(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let acting = Acting::even_discarded(&ctx, &caller, id).await?;
    if acting.row.state != ReferralState::Draft {
        return Err(Problem::conflict("already-submitted", "The referral was sent. Withdraw it instead."));
    }
    let mut tx = ctx.begin().await?;
    if referral::discard(&mut tx, id).await? {
        phone::end_of_discarded(&mut tx, id).await?;
        ctx.publish(&mut tx, acting.envelope(), &DraftAbandoned {}).await?;
        acting.happened(&mut tx, "discarded").await?;
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a discarded draft back.
#[utoipa::path(post, path = "/referrals/{id}/restore", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), (status = GONE, description = "discard-final: after 7 days"),
        (status = TOO_MANY_REQUESTS, description = "too-many-drafts")))]
pub async fn restore(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let acting = Acting::even_discarded(&ctx, &caller, id).await?;
    if acting.row.discarded_at.is_none() {
        return Ok(StatusCode::NO_CONTENT);
    }
    let mut tx = ctx.begin().await?;
    let since = tx.now() - RESTORABLE;
    if !referral::restore(&mut tx, id, since).await? {
        drop(tx);
        if Acting::even_discarded(&ctx, &caller, id).await?.row.discarded_at.is_none() {
            // Another request was faster.
            return Ok(StatusCode::NO_CONTENT);
        }
        return Err(Problem::gone(
            "discard-final",
            "The draft was discarded more than 7 days ago and can't be taken back. Write it anew.",
        ));
    }
    quota::drafts(&ctx, &mut tx, acting.row.practice).await?;
    acting.happened(&mut tx, "restored").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
