//! What every referral is written with: departments, body sites, limits. Nothing here is about a patient.

use super::of_office;
use crate::body_site::{self, BodySite};
use crate::store::place;
use crate::upload::{MAX_IMAGES, MAX_LENGTH};
use crate::vocabulary::Specialty;
use crate::wanted::{MIN_LONG, MIN_SHORT};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use kit::http::Json;
use kit::picture::Kind;
use kit::{Caller, Context, Problem, picture};
use proto::questionnaire::{ALL, Questionnaire};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A department that takes referrals.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Department {
    id: Uuid,
    name: String,
    hospital: String,
    specialties: Vec<Specialty>,
    /// Whom to phone when it can't wait.
    duty_phone: Option<String>,
    /// When somebody answers there.
    duty_hours: Option<String>,
}

/// Departments that take referrals.
#[utoipa::path(get, path = "/departments", responses((status = OK, body = Vec<Department>)))]
pub async fn departments(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<Department>>, Problem> {
    of_office(&caller)?;
    let departments = place::departments(&ctx.db).await?;
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let shown = departments.into_iter().map(|row| Department {
        id: row.id,
        name: row.name,
        hospital: row.hospital,
        specialties: row.specialties,
        duty_phone: said(row.duty_phone),
        duty_hours: said(row.duty_hours),
    });
    Ok(Json(shown.collect()))
}

/// Body sites: DICOM CID 4029 with English and Norwegian names.
#[utoipa::path(get, path = "/body-sites", responses((status = OK, body = Vec<BodySite>)))]
pub async fn body_sites(caller: Caller) -> Result<Response, Problem> {
    of_office(&caller)?;
    let mut response = axum::Json(body_site::all()).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    Ok(response)
}

/// What referrals of each specialty ask: every version, the newest of each first.
#[utoipa::path(get, path = "/questionnaires", responses((status = OK, body = Vec<Questionnaire>)))]
pub async fn questionnaires(caller: Caller) -> Result<Response, Problem> {
    of_office(&caller)?;
    let mut response = axum::Json(ALL.all()).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}

/// What a picture and a referral may be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Bytes.
    max_image_bytes: i64,
    /// Pixels.
    max_pixels: u64,
    /// In one referral.
    max_images: i64,
    /// Below this the longer side is called small, in pixels (American Telemedicine Association: 800 × 600).
    min_long: u32,
    /// Below this the shorter side is called small, in pixels.
    min_short: u32,
    /// Media types.
    accept: [&'static str; Kind::ALL.len()],
    /// Open drafts of a practice.
    max_drafts: i64,
    /// Unfinished uploads of a practice.
    max_uploads: i64,
    /// Bytes of a practice's pictures that are not sent yet.
    max_waiting_bytes: i64,
}

/// What a picture and a referral may be.
#[utoipa::path(get, path = "/limits", responses((status = OK, body = Limits)))]
pub async fn limits(State(ctx): State<Context>, caller: Caller) -> Result<Json<Limits>, Problem> {
    of_office(&caller)?;
    Ok(Json(Limits {
        max_image_bytes: MAX_LENGTH,
        max_pixels: picture::MAX_PIXELS,
        max_images: MAX_IMAGES,
        min_long: MIN_LONG,
        min_short: MIN_SHORT,
        accept: Kind::ALL.map(Kind::media_type),
        max_drafts: ctx.settings.quotas.drafts,
        max_uploads: ctx.settings.quotas.uploads,
        max_waiting_bytes: ctx.settings.quotas.waiting_bytes,
    }))
}
