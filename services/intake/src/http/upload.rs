//! Resumable upload over HTTP: tus 1.0.0. Rules in [`crate::upload`], bytes in [`crate::receive`], the end in [`crate::finish`].
//!
//! The body of a PATCH is read as a stream by hand, so the limit for JSON bodies does not touch it. It is read by a task of
//! its own: when the line breaks, the server drops the request's future, and what arrived would go with it.

use crate::acting::Acting;
use crate::finish::{Finished, finish, image_exists, too_many_images};
use crate::quota;
use crate::receive::{self, Taken, beyond_length, wrong_offset};
use crate::repair;
use crate::store::{image, orphan, upload};
use crate::upload::{
    ALGORITHMS, Checksum, EXTENSIONS, LASTS, MAX_IMAGES, MAX_LENGTH, Metadata, VERSION, http_date, length,
};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kit::http::Path;
use kit::{Caller, Context, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

type Answer = Result<Response, Problem>;
type MaybeCaller = Result<Caller, Problem>;
/// An upload's id, or that the address holds none.
pub type MaybeId = Result<Path<Uuid>, Problem>;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const OCTETS: &str = "application/offset+octet-stream";

/// The one version, for the description.
#[expect(dead_code, reason = "it describes what is read as text")]
#[derive(Serialize, ToSchema)]
enum Spoken {
    #[serde(rename = "1.0.0")]
    One,
}

/// The methods that can be named in a header, for the description.
#[expect(dead_code, reason = "it describes what is read as text")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Overriding {
    Patch,
    Delete,
    Head,
}

/// Every answer says which protocol it speaks, refusals too.
pub fn tus(answer: Answer) -> Response {
    let mut response = answer.into_response();
    let version = HeaderValue::from_static(VERSION);
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert(TUS_VERSION, version.clone());
    }
    response.headers_mut().insert(RESUMABLE, version);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn empty(status: StatusCode, headers: &[(HeaderName, String)]) -> Response {
    let mut response = status.into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether the request speaks the one version.
pub fn speaks(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, RESUMABLE) == Some(VERSION) {
        return Ok(());
    }
    let detail = format!("Say Tus-Resumable: {VERSION}; no other version of the protocol is spoken here.");
    Err(Problem::new(StatusCode::PRECONDITION_FAILED, "unsupported-version", detail))
}

fn capabilities() -> Response {
    empty(
        StatusCode::NO_CONTENT,
        &[
            (TUS_VERSION, VERSION.to_owned()),
            (HeaderName::from_static("tus-extension"), EXTENSIONS.to_owned()),
            (HeaderName::from_static("tus-max-size"), MAX_LENGTH.to_string()),
            (HeaderName::from_static("tus-checksum-algorithm"), ALGORITHMS.to_owned()),
        ],
    )
}

/// What is spoken here.
#[utoipa::path(options, path = "/uploads", security(()), responses((status = NO_CONTENT)))]
pub async fn options() -> Response {
    capabilities()
}

/// What is spoken here.
#[utoipa::path(options, path = "/uploads/{id}", security(()), params(("id" = String, Path)), responses((status = NO_CONTENT)))]
pub async fn options_of_one() -> Response {
    capabilities()
}

/// Begins an upload. `Upload-Metadata`: referral, image, view, finding (optional), sha256 (required from browsers), captured (optional,
/// RFC 3339: when it was taken).
#[utoipa::path(post, path = "/uploads",
    params(("Tus-Resumable" = inline(Spoken), Header), ("Upload-Length" = i64, Header, minimum = 1, maximum = 41_943_040, description = "Bytes of the whole file"),
        ("Upload-Metadata" = String, Header, description = "Pairs of a key and a base64 value: `referral`, `image`, `view`, `finding`, `sha256`, `captured`")),
    responses((status = CREATED, description = "Location is the upload's address"), (status = PRECONDITION_FAILED, description = "unsupported-version"),
        (status = PAYLOAD_TOO_LARGE, description = "too-large"), (status = UNPROCESSABLE_ENTITY, description = "too-many-images, empty-file"),
        (status = TOO_MANY_REQUESTS, description = "too-many-uploads"), (status = INSUFFICIENT_STORAGE, description = "too-many-bytes"),
        (status = SERVICE_UNAVAILABLE, description = "store-away, with Retry-After: the client keeps the picture and comes again")))]
pub async fn create(State(ctx): State<Context>, caller: MaybeCaller, headers: HeaderMap) -> Response {
    tus(begin(&ctx, caller, &headers, "/api/intake/uploads").await)
}

/// Begins an upload, whose address stands under `place`.
pub async fn begin(ctx: &Context, caller: MaybeCaller, headers: &HeaderMap, place: &str) -> Answer {
    speaks(headers)?;
    let caller = caller?;
    let length = length(text(headers, LENGTH))?;
    let metadata = Metadata::parse(text(headers, METADATA).unwrap_or_default())?;
    let from_browser = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if from_browser && metadata.sha256.is_none() {
        return Err(Problem::bad_request("upload-metadata.sha256", "Upload-Metadata: `sha256` is missing."));
    }
    let acting = Acting::on(ctx, &caller, metadata.referral).await?;
    acting.row.state.takes_pictures()?;
    receive::store_is_there(ctx)?;
    match image::any(&ctx.db, metadata.image).await? {
        // The client lost the answer to its last piece and sends the same picture again.
        Some(there) if there.referral == metadata.referral && metadata.sha256.as_ref() == Some(&there.sha256) => {}
        Some(_) => return Err(image_exists()),
        None if image::count_outside(&ctx.db, metadata.referral).await? >= MAX_IMAGES => {
            return Err(too_many_images());
        }
        None => {}
    }
    let (id, expires) = (ctx.new_id(), ctx.now() + LASTS);
    let mut tx = ctx.begin().await?;
    orphan::remove(&mut tx, metadata.image).await?;
    upload::add(&mut tx, id, &metadata, length, expires, (caller.person, acting.role)).await?;
    quota::uploads(ctx, &mut tx, acting.row.practice).await?;
    tx.commit().await?;
    let location = format!("{place}/{id}");
    Ok(empty(
        StatusCode::CREATED,
        &[(header::LOCATION, location), (EXPIRES, http_date(expires)), (OFFSET, "0".to_owned())],
    ))
}

/// The upload in the caller's scope, not over.
async fn found(ctx: &Context, caller: &Caller, id: Uuid) -> Result<upload::Row, Problem> {
    let row = upload::find(ctx, caller, id).await?.ok_or_else(Problem::not_found)?;
    let over = row.ended_at.is_some() || (row.expires_at < ctx.now() && row.pos < row.length);
    if over {
        return Err(Problem::gone(
            "upload-expired",
            "The upload waited too long and was ended. Send the picture again from its beginning.",
        ));
    }
    Ok(row)
}

/// Where an upload stands. One that has every byte and no picture, because a crash came between, is finished here.
#[utoipa::path(head, path = "/uploads/{id}", params(("id" = Uuid, Path), ("Tus-Resumable" = inline(Spoken), Header)),
    responses((status = OK), (status = GONE, description = "upload-expired"), (status = PRECONDITION_FAILED, description = "unsupported-version"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "not-a-picture or video"), (status = UNPROCESSABLE_ENTITY, description = "truncated-picture, digest-mismatch, too-many-images"),
        (status = SERVICE_UNAVAILABLE, description = "store-away, with Retry-After: the client keeps the picture and comes again")))]
pub async fn status(State(ctx): State<Context>, caller: MaybeCaller, id: MaybeId, headers: HeaderMap) -> Response {
    tus(standing(&ctx, caller, id, &headers).await)
}

/// Where it stands.
pub async fn standing(ctx: &Context, caller: MaybeCaller, id: MaybeId, headers: &HeaderMap) -> Answer {
    speaks(headers)?;
    let caller = caller?;
    let Path(id) = id?;
    let row = found(ctx, &caller, id).await?;
    if row.finished_at.is_none() {
        // Who asks wants to go on, and would send the next piece in vain.
        receive::store_is_there(ctx)?;
    }
    if row.pos == row.length && row.finished_at.is_none() {
        finished(ctx, id).await?;
    }
    Ok(empty(
        StatusCode::OK,
        &[
            (OFFSET, row.pos.to_string()),
            (LENGTH, row.length.to_string()),
            (METADATA, row.metadata().to_header()),
            (EXPIRES, http_date(row.expires_at)),
        ],
    ))
}

async fn finished(ctx: &Context, id: Uuid) -> Result<(), Problem> {
    match finish(ctx, id).await? {
        Finished::Done | Finished::Unfinished => Ok(()),
        Finished::Gone => Err(Problem::not_found()),
        Finished::Refused(problem) => Err(problem),
        Finished::Busy => Err(Problem::unavailable("too many pictures at once")),
    }
}

/// Takes the next bytes; with the last ones the picture is put together and judged.
#[utoipa::path(patch, path = "/uploads/{id}", request_body(content_type = "application/offset+octet-stream"),
    params(("id" = Uuid, Path), ("Tus-Resumable" = inline(Spoken), Header), ("Upload-Offset" = i64, Header, minimum = 0, description = "Where the piece begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256` and the piece's digest in base64")),
    responses((status = NO_CONTENT), (status = CONFLICT, description = "wrong-offset"), (status = GONE, description = "upload-expired"),
        (status = PRECONDITION_FAILED, description = "unsupported-version"), (status = UNSUPPORTED_MEDIA_TYPE, description = "not-a-picture or video"),
        (status = UNPROCESSABLE_ENTITY, description = "truncated-picture, digest-mismatch, too-many-images"), (status = 460, description = "checksum-mismatch"),
        (status = SERVICE_UNAVAILABLE, description = "store-away, with Retry-After: the client keeps the picture and comes again")))]
pub async fn patch(
    State(ctx): State<Context>,
    caller: MaybeCaller,
    id: MaybeId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    tus(take(ctx, caller, id, &headers, body).await)
}

/// Takes a piece.
pub async fn take(ctx: Context, caller: MaybeCaller, id: MaybeId, headers: &HeaderMap, body: Body) -> Answer {
    speaks(headers)?;
    let caller = caller?;
    let Path(id) = id?;
    if text(headers, header::CONTENT_TYPE) != Some(OCTETS) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong-content-type",
            format!("Send a piece with Content-Type: {OCTETS}."),
        ));
    }
    let row = found(&ctx, &caller, id).await?;
    receive::store_is_there(&ctx)?;
    let offset: Option<i64> = text(headers, OFFSET).and_then(|text| text.parse().ok());
    let Some(offset) = offset else {
        return Err(Problem::bad_request("upload-offset", "Upload-Offset must say where the piece begins."));
    };
    if offset != row.pos {
        return Err(wrong_offset());
    }
    let announced: i64 = text(headers, header::CONTENT_LENGTH).and_then(|text| text.parse().ok()).unwrap_or(0);
    if announced > row.length - row.pos {
        return Err(beyond_length());
    }
    let checksum = text(headers, CHECKSUM).map(Checksum::parse).transpose()?;
    let permit = receive::permit(caller.person)?;
    let task = tokio::spawn(kit::http::carried(async move {
        let length = row.length;
        let taken = receive::receive(&ctx, row, checksum, body).await;
        drop(permit);
        match taken {
            Ok(taken) if taken.offset == length && !taken.finished => finished(&ctx, id).await.map(|()| taken),
            other => other,
        }
    }));
    let Taken { offset, expires, .. } = task.await.map_err(Problem::internal)??;
    Ok(empty(StatusCode::NO_CONTENT, &[(OFFSET, offset.to_string()), (EXPIRES, http_date(expires))]))
}

/// Ends an upload; a picture that is finished stays.
#[utoipa::path(delete, path = "/uploads/{id}", params(("id" = Uuid, Path), ("Tus-Resumable" = inline(Spoken), Header)),
    responses((status = NO_CONTENT), (status = PRECONDITION_FAILED, description = "unsupported-version")))]
pub async fn terminate(State(ctx): State<Context>, caller: MaybeCaller, id: MaybeId, headers: HeaderMap) -> Response {
    tus(end(&ctx, caller, id, &headers).await)
}

/// Ends it.
pub async fn end(ctx: &Context, caller: MaybeCaller, id: MaybeId, headers: &HeaderMap) -> Answer {
    speaks(headers)?;
    let caller = caller?;
    let Path(id) = id?;
    let row = upload::find(ctx, &caller, id).await?.ok_or_else(Problem::not_found)?;
    repair::terminate(ctx, &row).await?;
    Ok(empty(StatusCode::NO_CONTENT, &[]))
}

/// For clients behind proxies that let only GET and POST through: `X-HTTP-Method-Override` names the method.
#[utoipa::path(post, path = "/uploads/{id}",
    params(("id" = Uuid, Path), ("Tus-Resumable" = inline(Spoken), Header), ("X-HTTP-Method-Override" = inline(Overriding), Header),
        ("Upload-Offset" = Option<i64>, Header, minimum = 0, description = "For PATCH: where the piece begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "As for PATCH")),
    request_body(content = Option<Vec<u8>>, content_type = "application/offset+octet-stream"),
    responses((status = OK, description = "of HEAD"), (status = NO_CONTENT, description = "of PATCH and DELETE"), (status = METHOD_NOT_ALLOWED, description = "method-not-allowed"),
        (status = GONE, description = "upload-expired"), (status = PRECONDITION_FAILED, description = "unsupported-version"), (status = 460, description = "checksum-mismatch")))]
pub async fn overridden(
    state: State<Context>,
    caller: MaybeCaller,
    id: MaybeId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match text(&headers, OVERRIDE).map(str::to_ascii_uppercase).as_deref() {
        Some("PATCH") => patch(state, caller, id, headers, body).await,
        Some("DELETE") => terminate(state, caller, id, headers).await,
        Some("HEAD") => status(state, caller, id, headers).await,
        _ => {
            let detail =
                "An upload is not posted to. Send PATCH, HEAD or DELETE, or name one in X-HTTP-Method-Override.";
            let refused = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail);
            // Who is not signed in hears that first, as everywhere.
            tus(caller.and(Err(refused)))
        }
    }
}
