//! Files of the study as one ZIP file, and the record of whoever took it.

use crate::UptakeError;
use crate::record::Record;
use crate::study::bundle::Files;
use crate::study::calendar::day_name;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kit::audit::Access;
use kit::{Caller, Context};
use serde::{Deserialize, Serialize};
use std::io::{Cursor, Write};
use utoipa::ToSchema;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What an export is for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Purpose)]
pub enum Purpose {
    /// Research under an agreement.
    Research,
    /// Running the programme.
    Programme,
    /// A report to an owner or an authority.
    Reporting,
    /// Checking the figures.
    Checking,
}

impl Purpose {
    /// As it is recorded.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Research => "research",
            Self::Programme => "programme",
            Self::Reporting => "reporting",
            Self::Checking => "checking",
        }
    }
}

/// Gives a file away and records who took which days until which event, and what for.
pub async fn taken(
    ctx: &Context,
    caller: &Caller,
    record: &Record,
    (name, purpose): (&str, Purpose),
    bytes: Vec<u8>,
) -> Result<Response, UptakeError> {
    let (from, until) = (day_name(record.window.from), day_name(record.window.until));
    let specialty = record.window.specialty.as_deref().map(|one| format!("-{one}")).unwrap_or_default();
    let access = Access {
        at: ctx.now(),
        person: caller.person,
        action: "export".into(),
        what: format!("uptake {name} {from} to {until}{specialty} at {} for {}", record.position, purpose.word()),
        subject: None,
        outcome: "ok".into(),
    };
    ctx.audit.record(access).await?;
    let file = format!("attachment; filename=\"{}-{from}-{until}{specialty}.zip\"", name.replace(' ', "-"));
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, file),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// In the order of names, dated at the beginning of time as ZIP counts it.
pub fn zipped(files: &Files) -> Result<Vec<u8>, UptakeError> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes).map_err(zip::result::ZipError::from)?;
    }
    Ok(zip.finish()?.into_inner())
}
