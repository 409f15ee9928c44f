//! One-time links: looking at one, signing in by one, accepting an invitation.

use super::cookie::{self, Presented};
use super::me::Me;
use crate::acts::links;
use crate::link::LinkKind;
use crate::totp::TotpSetup;
use axum::extract::State;
use axum::response::IntoResponse;
use kit::http::{ClientAddress, Json};
use kit::{At, Context, Problem};
use serde::{Deserialize, Serialize};

/// A link's token. It comes in the body: addresses are logged, bodies are not.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    #[serde(default)]
    #[schema(required = true)]
    token: String,
}

/// What a link is for.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkShown {
    kind: LinkKind,
    name: String,
    email: String,
    /// The practice or department where the person works.
    place: Option<String>,
    expires_at: At,
    /// For an invitation: how to set up the authenticator.
    totp: Option<TotpSetup>,
}

#[utoipa::path(post, path = "/links/open", tag = "directory", security(()), request_body = LinkToken, responses(
    (status = OK, body = LinkShown), (status = NOT_FOUND, description = "`link-unknown`"),
    (status = GONE, description = "`link-expired` or `link-used`"),
    (status = TOO_MANY_REQUESTS, description = "`too-many-attempts`, with Retry-After")))]
pub async fn open(
    State(ctx): State<Context>,
    ClientAddress(address): ClientAddress,
    Json(link): Json<LinkToken>,
) -> Result<Json<LinkShown>, Problem> {
    let shown = links::show(&ctx, &link.token, address).await?;
    Ok(Json(LinkShown {
        kind: shown.kind,
        name: shown.person.name,
        email: shown.person.email,
        place: shown.place,
        expires_at: shown.expires_at,
        totp: shown.totp,
    }))
}

#[utoipa::path(post, path = "/links/sign-in", tag = "directory", security(()), request_body = LinkToken, responses(
    (status = OK, body = Me), (status = NOT_FOUND, description = "`link-unknown`"),
    (status = GONE, description = "`link-expired` or `link-used`"),
    (status = TOO_MANY_REQUESTS, description = "`too-many-attempts`, with Retry-After")))]
pub async fn sign_in(
    State(ctx): State<Context>,
    ClientAddress(address): ClientAddress,
    Presented(previous): Presented,
    Json(link): Json<LinkToken>,
) -> Result<impl IntoResponse, Problem> {
    let opened = links::sign_in(&ctx, &link.token, address, previous.as_deref()).await?;
    let me = Me::of(&ctx, opened.person, opened.expires_at).await?;
    Ok((cookie::set(&opened.token), Json(me)))
}

/// An invitation's acceptance.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acceptance {
    #[serde(default)]
    #[schema(required = true)]
    token: String,
    /// At least 12 characters.
    #[serde(default)]
    #[schema(required = true)]
    password: String,
    /// Six digits of the authenticator that the link showed.
    #[serde(default)]
    #[schema(required = true)]
    totp_code: String,
}

#[utoipa::path(post, path = "/links/accept", tag = "directory", security(()), request_body = Acceptance, responses(
    (status = OK, body = Me), (status = NOT_FOUND, description = "`link-unknown`"),
    (status = GONE, description = "`link-expired` or `link-used`"),
    (status = TOO_MANY_REQUESTS, description = "`too-many-attempts`, with Retry-After"),
    (status = UNPROCESSABLE_ENTITY, description = "Field errors on `password` and `totpCode`")))]
pub async fn accept(
    State(ctx): State<Context>,
    ClientAddress(address): ClientAddress,
    Presented(previous): Presented,
    Json(form): Json<Acceptance>,
) -> Result<impl IntoResponse, Problem> {
    let opened = links::accept(&ctx, &form.token, form.password, &form.totp_code, address, previous.as_deref()).await?;
    let me = Me::of(&ctx, opened.person, opened.expires_at).await?;
    Ok((cookie::set(&opened.token), Json(me)))
}
