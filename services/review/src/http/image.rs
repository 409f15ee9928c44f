//! Pictures: reading one, which is recorded before it leaves, and saying that one was looked at.

use super::{ROLES, case_for, holder, not_held, record};
use crate::claim::LASTS;
use crate::image::{ImageState, Rendition, TilePlace, matches, media};
use crate::{ReviewError, look, mistake, store};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kit::http::{Json, Path};
use kit::{Caller, Context};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Checked at every use: a right that ended, or a sign-out, must not leave pictures behind.
const CACHE: &str = "private, no-cache";

/// A picture that was looked at.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::ShownRequest)]
pub struct ShownRequest {
    token: Uuid,
    image_id: Uuid,
}

/// Notes that the holder of the claim has looked at a picture.
#[utoipa::path(
    post, path = "/cases/{id}/shown", operation_id = "reviewShown", tag = "review", params(("id" = Uuid, Path)),
    request_body = ShownRequest,
    responses((status = 204), (status = 409, description = "`claim-lost` or `image-not-ready`", body = kit::http::ProblemBody))
)]
pub async fn shown(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<ShownRequest>,
) -> Result<StatusCode, ReviewError> {
    case_for(&ctx, &caller, id).await?;
    let holder = holder(&ctx, &caller, id, body.token);
    let mut tx = ctx.begin().await?;
    if !store::claim::hold(&mut tx, holder, holder.now + LASTS).await? {
        drop(tx);
        return Err(not_held(&ctx, &caller, id).await);
    }
    match store::image::state(&mut tx, body.image_id, id).await? {
        None => return Err(ReviewError::NotFound),
        Some(ImageState::Processing | ImageState::Rejected) => {
            return Err(ReviewError::ImageNotReady);
        }
        Some(ImageState::Ready) => {
            store::image::show(&mut tx, body.image_id, caller.person).await?;
        }
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The versions of a picture, for the description.
#[expect(dead_code, reason = "it describes what is read as text")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Versions {
    #[serde(rename = "160")]
    Thumbnail,
    #[serde(rename = "512")]
    Small,
    #[serde(rename = "2048")]
    Screen,
    Original,
}

/// A picture of a case: `160`, `512` or `2048` as JPEG; for specialists `original`, as an attachment: the file as sent, its pixels
/// untouched, without position, serial numbers, thumbnails and other metadata.
#[utoipa::path(
    get, path = "/images/{id}/{rendition}", operation_id = "reviewImage", tag = "review",
    params(
        ("id" = Uuid, Path), ("rendition" = inline(Versions), Path),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier answer")
    ),
    responses((status = 200, content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/heic"))), (status = 304), (status = 404, body = kit::http::ProblemBody), (status = 422, description = "it cannot be stripped", body = kit::http::ProblemBody))
)]
pub async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path((id, rendition)): Path<(Uuid, String)>,
    headers: HeaderMap,
) -> Result<Response, ReviewError> {
    caller.require(&ROLES)?;
    let rendition = Rendition::parse(&rendition)?;
    let (me, now) = (caller.person, ctx.now());
    let (placed, action) = match rendition {
        Rendition::Within(longest) => (store::image::rendition(&ctx.db, id, longest, me, now).await?, "read"),
        Rendition::Original => (store::image::original(&ctx.db, id, me, now).await?, "download"),
    };
    let placed = placed.ok_or(ReviewError::NotFound)?;
    let key = ctx.keys.get(placed.data_key).await?;
    let hash = hex::encode(&placed.sha256);
    let tag = match rendition {
        Rendition::Original => format!("\"{hash}-stripped\""),
        Rendition::Within(_) => format!("\"{hash}\""),
    };
    if matches(headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()), &tag) {
        record(&ctx, &caller, action, &rendition.noun(), Some(placed.case_id)).await?;
        let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, CACHE.to_owned())];
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    mistake::note_opening(&ctx, &key, placed.case_id, &caller).await?;
    let stored = placed.stored();
    let picture = match rendition {
        Rendition::Original => ctx.show_stripped(me, &key, id, &stored, stored.stored_bytes).await?,
        Rendition::Within(_) => ctx.show_picture(me, &key, id, &stored, stored.stored_bytes).await?,
    };
    record(&ctx, &caller, action, &rendition.noun(), Some(placed.case_id)).await?;
    let (kind, ending) = media(&placed.media_type);
    let place = match rendition {
        Rendition::Original => format!("attachment; filename=\"{id}.{ending}\""),
        Rendition::Within(_) => "inline".to_owned(),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, CACHE.to_owned()),
        (header::CONTENT_DISPOSITION, place),
    ];
    Ok((headers, Body::from(picture)).into_response())
}

/// One tile of a large picture at full size, as JPEG: `across-down`, counted from the upper left corner. That somebody looks at a
/// picture's tiles is recorded once in a while, not for every tile.
#[utoipa::path(
    get, path = "/images/{id}/tiles/{tile}", operation_id = "reviewImageTile", tag = "review",
    params(
        ("id" = Uuid, Path), ("tile" = String, Path, description = "for example `3-0`", pattern = "^(0|[1-9][0-9]{0,2})-(0|[1-9][0-9]{0,2})$"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier answer")
    ),
    responses((status = 200, content((Vec<u8> = "image/jpeg"))), (status = 304), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn tile(
    State(ctx): State<Context>,
    caller: Caller,
    Path((id, tile)): Path<(Uuid, String)>,
    headers: HeaderMap,
) -> Result<Response, ReviewError> {
    caller.require(&ROLES)?;
    let place = TilePlace::parse(&tile)?;
    let me = caller.person;
    let placed = store::image::tile(&ctx.db, id, place, me, ctx.now()).await?.ok_or(ReviewError::NotFound)?;
    let key = ctx.keys.get(placed.data_key).await?;
    let noted = look::once(me, id, ctx.now(), record(&ctx, &caller, "read", "image tiles", Some(placed.case_id)));
    let tag = format!("\"{}\"", hex::encode(&placed.sha256));
    if matches(headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()), &tag) {
        noted.await?;
        let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, CACHE.to_owned())];
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    mistake::note_opening(&ctx, &key, placed.case_id, &caller).await?;
    let stored = placed.stored();
    let jpeg = ctx.show_picture(me, &key, id, &stored, stored.stored_bytes).await?;
    noted.await?;
    let headers = [
        (header::CONTENT_TYPE, placed.media_type),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, CACHE.to_owned()),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
    ];
    Ok((headers, Body::from(jpeg)).into_response())
}
