//! The phone's side of a hand-over: its session, and the pictures of its one draft. Everything else is not there for it.

use super::upload::{self, MaybeId, tus};
use super::{image as office_image, seen};
use crate::acting::Acting;
use crate::phone::{COOKIE_NAME, Code, LASTS};
use crate::store::{image, phone, upload as uploads};
use crate::upload::{MAX_IMAGES, MAX_LENGTH, Metadata};
use crate::vocabulary::{ImageState, View};
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use kit::audit::Access;
use kit::caller::Grant;
use kit::http::{Json, Path, SignedIn};
use kit::pictures::sha256;
use kit::{At, Caller, Context, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A phone with a draft: acts with the right of whoever showed the code.
#[derive(Clone, Debug)]
pub struct Phone {
    row: phone::Row,
    caller: Caller,
}

fn over() -> Problem {
    let detail = "This phone is not connected any more. Show a new code on the computer, and scan that.";
    Problem::new(StatusCode::UNAUTHORIZED, "phone-over", detail)
}

fn cookie(parts: &Parts) -> Option<&str> {
    let values = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

impl FromRequestParts<Context> for Phone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let token_hash = sha256(cookie(parts).ok_or_else(over)?.as_bytes());
        let row = phone::session(ctx, token_hash.clone()).await?.ok_or_else(over)?;
        if let Some(signed_in) = parts.extensions.get::<SignedIn>() {
            signed_in.note(row.person);
        }
        let grant = Grant {
            id: row.id,
            role: row.role,
            practice: Some(row.practice),
            practice_name: None,
            department: None,
            department_name: None,
        };
        let expires_at = row.expires_at.unwrap_or(row.code_expires_at);
        // Without a name: what a phone does is done by whoever showed the code.
        let caller = Caller {
            person: row.person,
            name: String::new(),
            grants: vec![grant],
            expires_at,
            locked: false,
            token_hash,
        };
        Ok(Self { row, caller })
    }
}

impl Phone {
    /// A picture of its draft.
    async fn picture(&self, ctx: &Context, id: Uuid) -> Result<(), Problem> {
        let there = image::find(ctx, &self.caller, id).await?;
        if there.is_some_and(|image| image.referral == self.row.referral) { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// An upload to its draft.
    async fn upload(&self, ctx: &Context, id: Uuid) -> Result<(), Problem> {
        let there = uploads::find(ctx, &self.caller, id).await?;
        if there.is_some_and(|upload| upload.referral == self.row.referral) {
            Ok(())
        } else {
            Err(Problem::not_found())
        }
    }
}

type MaybePhone = Result<Phone, Problem>;

/// What stood behind the `#`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneOpening {
    code: String,
}

/// A picture of the draft, as the phone shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhonePicture {
    id: Uuid,
    view: View,
    state: ImageState,
    /// SHA-256 of the picture as sent, 64 hexadecimal digits.
    sha256: String,
}

/// All that a phone learns of a draft.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneView {
    /// What its pictures belong to.
    referral: Uuid,
    /// Whose pictures they are.
    patient_name: String,
    birth_year: Option<i32>,
    /// The finding, when there is one alone: pictures go to it.
    finding: Option<Uuid>,
    pictures: Vec<PhonePicture>,
    /// In one referral.
    max_images: i64,
    /// Bytes of one picture.
    max_image_bytes: i64,
    expires_at: At,
}

/// Opens a code, once: the phone gets a session of its own for half an hour.
#[utoipa::path(post, path = "/phone/open", operation_id = "openPhone", security(()), request_body = PhoneOpening,
    responses((status = NO_CONTENT), (status = GONE, description = "phone-code: used, too late, ended or unknown")))]
pub async fn open(State(ctx): State<Context>, Json(body): Json<PhoneOpening>) -> Result<Response, Problem> {
    let used = || {
        let detail = "This code was used already, or its ten minutes are over. Show a new one on the computer.";
        Problem::gone("phone-code", detail)
    };
    let code = Code::parse(&body.code).ok_or_else(used)?;
    let token = ctx.random.token();
    let cookie_hash = sha256(token.as_bytes());
    let until = ctx.now() + LASTS;
    if !phone::open(&ctx, code.id, sha256(code.secret.as_bytes()), cookie_hash.clone(), until).await? {
        return Err(used());
    }
    let row = phone::session(&ctx, cookie_hash).await?.ok_or_else(used)?;
    let access = Access {
        at: ctx.now(),
        person: row.person,
        action: "open".to_owned(),
        what: "draft on a phone".to_owned(),
        subject: Some(row.referral),
        outcome: "ok".to_owned(),
    };
    ctx.audit.record(access).await?;
    let cookie = format!("{COOKIE_NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Strict");
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// The draft, as far as the phone may know it.
#[utoipa::path(get, path = "/phone", operation_id = "phoneView", security(()), responses((status = OK, body = PhoneView),
    (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn view(State(ctx): State<Context>, phone: Phone) -> Result<Json<PhoneView>, Problem> {
    let acting = Acting::on(&ctx, &phone.caller, phone.row.referral).await?;
    let patient = acting.content.patient.clone().unwrap_or_default();
    let birth_year = patient.birth_date.as_deref().and_then(|date| date.split('-').next()?.parse().ok());
    let finding = match acting.content.findings.as_slice() {
        [only] => Some(only.id),
        _ => None,
    };
    let pictures = image::of_referral(&ctx.db, phone.row.referral).await?;
    let pictures = pictures.into_iter().filter(|image| image.removed_at.is_none()).map(|image| PhonePicture {
        id: image.id,
        view: image.view,
        state: image.state,
        sha256: hex::encode(image.sha256),
    });
    seen(&ctx, &phone.caller, "read", "draft on a phone", Some(phone.row.referral)).await?;
    Ok(Json(PhoneView {
        referral: phone.row.referral,
        patient_name: patient.name.unwrap_or_default(),
        birth_year,
        finding,
        pictures: pictures.collect(),
        max_images: MAX_IMAGES,
        max_image_bytes: MAX_LENGTH,
        expires_at: phone.caller.expires_at,
    }))
}

/// The phone has done its part.
#[utoipa::path(post, path = "/phone/close", operation_id = "closePhone", security(()), responses((status = NO_CONTENT),
    (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn close(State(ctx): State<Context>, phone: Phone) -> Result<Response, Problem> {
    phone::end(&ctx, phone.row.id).await?;
    let cookie = format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// A small picture of the draft: `160` or `512`.
#[utoipa::path(get, path = "/phone/images/{id}/{rendition}", operation_id = "phonePicture", security(()),
    params(("id" = Uuid, Path), ("rendition" = String, Path)),
    responses((status = OK, content((Vec<u8> = "image/jpeg"))), (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn show(
    state: State<Context>,
    phone: Phone,
    Path((id, rendition)): Path<(Uuid, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    phone.picture(&state, id).await?;
    if !matches!(rendition.as_str(), "160" | "512") {
        return Err(Problem::not_found());
    }
    office_image::show(state, phone.caller, Path((id, rendition)), headers).await
}

/// Removes a picture of the draft.
#[utoipa::path(delete, path = "/phone/images/{id}", operation_id = "phoneRemovePicture", security(()), params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn remove(state: State<Context>, phone: Phone, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    phone.picture(&state, id).await?;
    office_image::remove(state, phone.caller, Path(id)).await
}

/// Begins an upload to the draft, as from the computer.
#[utoipa::path(post, path = "/phone/uploads", operation_id = "phoneUpload", security(()),
    params(("Tus-Resumable" = String, Header), ("Upload-Length" = i64, Header), ("Upload-Metadata" = String, Header)),
    responses((status = CREATED), (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn create(State(ctx): State<Context>, phone: MaybePhone, headers: HeaderMap) -> Response {
    tus(begin(&ctx, phone, &headers).await)
}

async fn begin(ctx: &Context, phone: MaybePhone, headers: &HeaderMap) -> Result<Response, Problem> {
    upload::speaks(headers)?;
    let phone = phone?;
    let name = HeaderName::from_static("upload-metadata");
    let metadata = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if Metadata::parse(metadata)?.referral != phone.row.referral {
        return Err(Problem::not_found());
    }
    upload::begin(ctx, Ok(phone.caller), headers, "/api/intake/phone/uploads").await
}

/// Where an upload stands.
#[utoipa::path(head, path = "/phone/uploads/{id}", operation_id = "phoneUploadStanding", security(()),
    params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header)),
    responses((status = OK), (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn status(State(ctx): State<Context>, phone: MaybePhone, id: MaybeId, headers: HeaderMap) -> Response {
    tus(match own(&ctx, phone, &id, &headers).await {
        Ok(caller) => upload::standing(&ctx, Ok(caller), id, &headers).await,
        Err(problem) => Err(problem),
    })
}

/// Takes the next bytes.
#[utoipa::path(patch, path = "/phone/uploads/{id}", operation_id = "phoneUploadPiece", security(()),
    request_body(content_type = "application/offset+octet-stream"),
    params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header), ("Upload-Offset" = i64, Header)),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn patch(
    State(ctx): State<Context>,
    phone: MaybePhone,
    id: MaybeId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    tus(match own(&ctx, phone, &id, &headers).await {
        Ok(caller) => upload::take(ctx, Ok(caller), id, &headers, body).await,
        Err(problem) => Err(problem),
    })
}

/// Ends an upload.
#[utoipa::path(delete, path = "/phone/uploads/{id}", operation_id = "phoneUploadEnd", security(()),
    params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header)),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, description = "phone-over")))]
pub async fn terminate(State(ctx): State<Context>, phone: MaybePhone, id: MaybeId, headers: HeaderMap) -> Response {
    tus(match own(&ctx, phone, &id, &headers).await {
        Ok(caller) => upload::end(&ctx, Ok(caller), id, &headers).await,
        Err(problem) => Err(problem),
    })
}

/// The caller of an upload of the phone's own draft.
async fn own(ctx: &Context, phone: MaybePhone, id: &MaybeId, headers: &HeaderMap) -> Result<Caller, Problem> {
    upload::speaks(headers)?;
    let phone = phone?;
    let Path(id) = id.clone()?;
    phone.upload(ctx, id).await?;
    Ok(phone.caller)
}
