//! Signing in and out, locking and unlocking.

use super::cookie::{self, Presented};
use super::me::Me;
use crate::acts::sign_in as act;
use crate::store::sessions;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kit::caller::MaybeLocked;
use kit::http::{ClientAddress, Json};
use kit::{Caller, Context, Problem};
use serde::Deserialize;

/// What a person signs in with.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credentials {
    #[serde(default)]
    #[schema(required = true)]
    email: String,
    #[serde(default)]
    #[schema(required = true)]
    password: String,
    /// Six digits; each code works once.
    #[serde(default)]
    #[schema(required = true)]
    totp_code: String,
}

#[utoipa::path(post, path = "/sign-in", tag = "directory", security(()), request_body = Credentials, responses(
    (status = OK, body = Me), (status = UNAUTHORIZED, description = "`wrong-credentials`"),
    (status = TOO_MANY_REQUESTS, description = "`too-many-attempts`, with Retry-After")))]
pub async fn sign_in(
    State(ctx): State<Context>,
    ClientAddress(address): ClientAddress,
    Presented(previous): Presented,
    Json(form): Json<Credentials>,
) -> Result<impl IntoResponse, Problem> {
    let opened =
        act::by_password(&ctx, &form.email, form.password, &form.totp_code, address, previous.as_deref()).await?;
    let me = Me::of(&ctx, opened.person, opened.expires_at).await?;
    Ok((cookie::set(&opened.token), Json(me)))
}

/// Ends this session, locked or not. Without one the answer is 401, and the cookie goes all the same.
#[utoipa::path(
    post,
    path = "/sign-out",
    tag = "directory",
    responses((status = NO_CONTENT, description = "Signed out."))
)]
pub async fn sign_out(State(ctx): State<Context>, session: Result<MaybeLocked, Problem>) -> Response {
    let end = async || {
        let MaybeLocked(caller) = session?;
        sessions::end(&ctx.db, &caller.token_hash, ctx.now()).await?;
        Ok::<_, Problem>(())
    };
    match end().await {
        Ok(()) => (cookie::clear(), StatusCode::NO_CONTENT).into_response(),
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED => (cookie::clear(), problem).into_response(),
        // The session may still stand: the browser keeps the cookie and can try again.
        Err(problem) => problem.into_response(),
    }
}

#[utoipa::path(post, path = "/sign-out-everywhere", tag = "directory",
    responses((status = NO_CONTENT, description = "All sessions of the caller are over.")))]
pub async fn sign_out_everywhere(State(ctx): State<Context>, caller: Caller) -> Result<impl IntoResponse, Problem> {
    sessions::end_all(&ctx.db, caller.person, ctx.now()).await?;
    Ok((StatusCode::NO_CONTENT, cookie::clear()))
}

#[utoipa::path(post, path = "/lock", tag = "directory",
    responses((status = NO_CONTENT, description = "Everything but unlocking and signing out answers 401 `locked`.")))]
pub async fn lock(State(ctx): State<Context>, MaybeLocked(caller): MaybeLocked) -> Result<StatusCode, Problem> {
    sessions::lock(&ctx.db, &caller.token_hash, ctx.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The password alone: the session proves the rest.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unlocking {
    #[serde(default)]
    #[schema(required = true)]
    password: String,
}

#[utoipa::path(post, path = "/unlock", tag = "directory", request_body = Unlocking, responses(
    (status = OK, body = Me), (status = UNAUTHORIZED, description = "`wrong-credentials`"),
    (status = TOO_MANY_REQUESTS, description = "`too-many-attempts`, with Retry-After")))]
pub async fn unlock(
    State(ctx): State<Context>,
    MaybeLocked(caller): MaybeLocked,
    Json(form): Json<Unlocking>,
) -> Result<impl IntoResponse, Problem> {
    let token = act::unlock(&ctx, &caller, form.password).await?;
    let me = Me::of(&ctx, caller.person, caller.expires_at).await?;
    Ok((cookie::set(&token), Json(me)))
}
