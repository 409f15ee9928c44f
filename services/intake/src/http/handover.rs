//! The computer's side of a hand-over: showing a code, seeing whether a phone has it, ending it.

use super::seen;
use crate::acting::Acting;
use crate::opening;
use crate::phone::{CODE_LASTS, Code, picture};
use crate::referral::State as ReferralState;
use crate::store::phone;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use kit::http::{Json, Path};
use kit::pictures::sha256;
use kit::{At, Caller, Context, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A code for a phone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCode {
    /// `http://…/phone#<code>`: opens once.
    address: String,
    /// The address as a QR code.
    qr_svg: String,
    expires_at: At,
}

/// How far a hand-over has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhoneState {
    /// No code is shown.
    None,
    /// A code can be opened.
    Waiting,
    /// A phone has opened it.
    Connected,
}

/// How far it has come, and until when it lasts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneStanding {
    state: PhoneState,
    expires_at: Option<At>,
}

/// Shows a code for the phone that is to photograph for a draft. One that was shown before is dead.
#[utoipa::path(post, path = "/referrals/{id}/phone", operation_id = "showPhoneCode", params(("id" = Uuid, Path)),
    responses((status = CREATED, body = PhoneCode), (status = CONFLICT, description = "already-submitted")))]
pub async fn show(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<PhoneCode>), Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    if acting.row.state != ReferralState::Draft {
        return Err(Problem::conflict(
            "already-submitted",
            "The referral was sent, so no phone can add pictures to it. Write a new referral.",
        ));
    }
    opening::note(&ctx, &acting.key, id, &caller).await?;
    let code = Code { id: ctx.new_id(), secret: ctx.random.token() };
    let expires_at = ctx.now() + CODE_LASTS;
    let new = phone::New {
        id: code.id,
        referral: id,
        practice: acting.row.practice,
        by: (caller.person, acting.role),
        code_hash: sha256(code.secret.as_bytes()),
        code_expires_at: expires_at,
    };
    let mut tx = ctx.begin().await?;
    phone::add(&mut tx, new).await?;
    tx.commit().await?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let address = code.address(ctx.settings.public_url.as_deref(), host, ctx.settings.listen.port());
    let qr_svg = picture(&address).ok_or_else(|| Problem::internal("the phone's address fits into no QR code"))?;
    Ok((StatusCode::CREATED, Json(PhoneCode { address, qr_svg, expires_at })))
}

/// Whether a phone has the draft.
#[utoipa::path(get, path = "/referrals/{id}/phone", operation_id = "phoneStanding", params(("id" = Uuid, Path)),
    responses((status = OK, body = PhoneStanding)))]
pub async fn standing(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<PhoneStanding>, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    let newest = phone::newest(&ctx.db, id).await?.filter(|row| row.ended_at.is_none());
    let open = acting.row.state == ReferralState::Draft;
    let (state, expires_at) = match newest.filter(|_| open) {
        Some(row) if row.used_at.is_some() => (PhoneState::Connected, row.expires_at),
        Some(row) => (PhoneState::Waiting, Some(row.code_expires_at)),
        None => (PhoneState::None, None),
    };
    let lasts = expires_at.filter(|at| *at > ctx.now());
    seen(&ctx, &caller, "read", "phone of a draft", Some(id)).await?;
    Ok(Json(PhoneStanding { state: if lasts.is_some() { state } else { PhoneState::None }, expires_at: lasts }))
}

/// Ends it: the code is dead, the phone sees nothing any more. A repeat changes nothing.
#[utoipa::path(delete, path = "/referrals/{id}/phone", operation_id = "endPhone", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT)))]
pub async fn end(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    Acting::on(&ctx, &caller, id).await?;
    phone::end_of_draft(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
