//! Looking at pictures, and changing those that were not sent yet.

use super::ready::recheck;
use super::seen;
use crate::acting::Acting;
use crate::finish::too_many_images;
use crate::opening;
use crate::store::{image, referral};
use crate::upload::MAX_IMAGES;
use crate::vocabulary::View;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use kit::http::{Json, Path};
use kit::picture::Kind;
use kit::pictures::Stored;
use kit::{Caller, Context, Problem};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is to be different.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// What it shows.
    #[serde(default)]
    view: Option<View>,
    /// Which finding it belongs to; null: the whole referral; absent: as it is.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    finding_id: Belonging,
}

/// An explicit null is told from a field that is not there.
#[derive(Debug, Default)]
enum Belonging {
    #[default]
    AsItIs,
    To(Option<Uuid>),
}

impl<'de> Deserialize<'de> for Belonging {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::To)
    }
}

/// A picture with the right to act on its referral.
async fn acting_on<'a>(ctx: &'a Context, caller: &'a Caller, id: Uuid) -> Result<(Acting<'a>, image::Row), Problem> {
    let row = image::find(ctx, caller, id).await?.ok_or_else(Problem::not_found)?;
    Ok((Acting::on(ctx, caller, row.referral).await?, row))
}

fn already_sent() -> Problem {
    Problem::conflict("already-submitted", "The picture was sent and can't be changed any more.")
}

/// Says what an unsent picture shows.
#[utoipa::path(patch, path = "/images/{id}", params(("id" = Uuid, Path)), request_body = Change, responses((status = NO_CONTENT)))]
pub async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(change): Json<Change>,
) -> Result<StatusCode, Problem> {
    let (acting, row) = acting_on(&ctx, &caller, id).await?;
    acting.row.state.takes_pictures()?;
    let finding = match change.finding_id {
        Belonging::AsItIs => row.finding,
        Belonging::To(Some(finding)) if !acting.content.has_finding(finding) => {
            let message = "This finding is not part of the saved draft. Save the draft first.";
            return Err(Problem::invalid_field("findingId", "unknown-finding", message));
        }
        Belonging::To(finding) => finding,
    };
    let mut tx = ctx.begin().await?;
    if !referral::touch(&mut tx, row.referral).await?
        || !image::change(&mut tx, id, change.view.unwrap_or(row.view), finding).await?
    {
        return Err(already_sent());
    }
    recheck(&acting, &mut tx, &acting.content).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes an unsent picture; it can be put back.
#[utoipa::path(delete, path = "/images/{id}", params(("id" = Uuid, Path)), responses((status = NO_CONTENT)))]
pub async fn remove(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let (acting, row) = acting_on(&ctx, &caller, id).await?;
    if row.sent_at.is_some() {
        return Err(already_sent());
    }
    let mut tx = ctx.begin().await?;
    if !referral::touch(&mut tx, row.referral).await? {
        return Err(already_sent());
    }
    image::remove(&mut tx, id).await?;
    recheck(&acting, &mut tx, &acting.content).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a removed picture back.
#[utoipa::path(post, path = "/images/{id}/restore", params(("id" = Uuid, Path)), responses((status = NO_CONTENT)))]
pub async fn restore(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let (_, row) = acting_on(&ctx, &caller, id).await?;
    if row.sent_at.is_some() {
        return Err(already_sent());
    }
    let mut tx = ctx.begin().await?;
    if !referral::touch(&mut tx, row.referral).await? {
        return Err(already_sent());
    }
    if image::put_back(&mut tx, id).await? && image::count(&mut tx, row.referral).await? > MAX_IMAGES {
        return Err(too_many_images());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The versions of a picture, for the description.
#[expect(dead_code, reason = "it describes what is read as text")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Rendition {
    #[serde(rename = "160")]
    Thumbnail,
    #[serde(rename = "512")]
    Small,
    #[serde(rename = "2048")]
    Screen,
    Original,
}

/// A picture: `160`, `512` or `2048` (the box in pixels that the JPEG fits into), or `original` as it was sent, byte for byte: it is
/// the office's own. Whoever else gets an original gets it without its metadata.
#[utoipa::path(get, path = "/images/{id}/{rendition}", params(("id" = Uuid, Path), ("rendition" = inline(Rendition), Path), ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier answer")),
    responses((status = OK, description = "the picture", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/heic"))), (status = NOT_MODIFIED)))]
pub async fn show(
    State(ctx): State<Context>,
    caller: Caller,
    Path((id, rendition)): Path<(Uuid, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = image::find(&ctx, &caller, id).await?.ok_or_else(Problem::not_found)?;
    let stored = match rendition.as_str() {
        "original" => Stored {
            object: row.object.clone(),
            sha256: row.sha256.clone(),
            stored_sha256: row.stored_sha256.clone(),
            stored_bytes: row.stored_bytes as u64,
        },
        "160" | "512" | "2048" => {
            let longest = rendition.parse().map_err(|_| Problem::not_found())?;
            let copy = image::rendition(&ctx.db, id, longest).await?.ok_or_else(Problem::not_found)?;
            // The length of the stored bytes is part of their hash; nothing reads it here.
            Stored { object: copy.object, sha256: copy.sha256, stored_sha256: copy.stored_sha256, stored_bytes: 0 }
        }
        _ => return Err(Problem::not_found()),
    };
    let etag = format!("\"{}\"", hex::encode(&stored.sha256));
    let asked = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let unchanged = asked.flat_map(|value| value.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let picture = if unchanged {
        None
    } else {
        let key = ctx.keys.get(row.referral).await?;
        opening::note(&ctx, &key, row.referral, &caller).await?;
        let bytes = if rendition == "original" { row.bytes as u64 } else { 0 };
        Some(ctx.show_picture(caller.person, &key, id, &stored, bytes).await?)
    };
    let action = if rendition == "original" { "download" } else { "read" };
    seen(&ctx, &caller, action, format!("image {rendition}"), Some(row.referral)).await?;
    Ok(answer(picture, &etag, (rendition == "original").then_some(&row)))
}

/// The media type is the one that was found in the bytes; nothing that the client said comes back.
fn answer(picture: Option<Bytes>, etag: &str, original: Option<&image::Row>) -> Response {
    let mut response = Response::new(Body::empty());
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::ETAG, etag);
    // Checked at every use: on a shared PC a picture must not outlive the session, nor the right.
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if picture.is_some() {
        set(header::CONTENT_TYPE, original.map_or("image/jpeg", |row| &row.media_type));
    }
    if let Some(row) = original {
        let extension = Kind::of_media_type(&row.media_type).map_or("bin", Kind::extension);
        set(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{}.{extension}\"", row.id));
    }
    match picture {
        Some(bytes) => *response.body_mut() = Body::from(bytes),
        None => *response.status_mut() = StatusCode::NOT_MODIFIED,
    }
    response
}
