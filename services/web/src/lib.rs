//! Serves the browser application that `app/` builds, from inside the program.
//!
//! Hashed files under `/assets` never change and are cached for a year; every other address that is no file is a page of
//! the application. Files were compressed when the front end was built, so nothing is compressed at request time.

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kit::{Context, Problem, Routes, Service};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "app/dist"]
struct Dist;

/// The table of contents.
pub fn service() -> Service {
    Service {
        name: "web",
        place: 6,
        routes: Routes::new,
        pages: Some(pages),
        migrations: &[],
        // It serves files: no session, no access log, no keys.
        rights: &[],
        statements: &[],
        objects: &[],
        consumers: Vec::new(),
        repairs: Vec::new(),
        gauges: None,
    }
}

fn pages() -> Router<Context> {
    Router::new().fallback(page)
}

async fn page(method: Method, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return Problem::not_found().into_response();
    }
    let path = uri.path().trim_start_matches('/');
    match (Dist::get(path), path.contains('.')) {
        (Some(_), _) if !path.is_empty() => file(path, &headers),
        (_, true) => Problem::not_found().into_response(),
        _ => file("index.html", &headers),
    }
}

/// The file in the best encoding that the browser takes and that was built.
fn file(path: &str, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes =
        |name: &str| accepted.split(',').any(|one| one.split(';').next().is_some_and(|word| word.trim() == name));
    let compressed = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, ending)| {
        let built = takes(encoding).then(|| Dist::get(&format!("{path}.{ending}"))).flatten()?;
        Some((encoding, built))
    });
    let (encoding, built) = match compressed {
        Some((encoding, built)) => (Some(encoding), built),
        None => match Dist::get(path) {
            Some(built) => (None, built),
            None => return Problem::not_found().into_response(),
        },
    };
    respond(path, encoding, built, headers)
}

fn respond(path: &str, encoding: Option<&'static str>, built: EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!(
        "\"{}\"",
        built.metadata.sha256_hash()[..16].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    );
    let same = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { built.data.into_owned().into_response() };
    let out = response.headers_mut();
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json" | "webmanifest") => "application/json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_page_and_its_files_are_embedded() {
        let index = Dist::get("index.html").expect("the entry page");
        let text = String::from_utf8_lossy(&index.data).into_owned();
        let asset = text.split('"').find(|part| part.starts_with("/assets/")).expect("a hashed file");
        assert!(Dist::get(asset.trim_start_matches('/')).is_some(), "{asset} is embedded");
        assert!(!text.contains("<style"), "no inline style under the strict CSP");
    }

    #[test]
    fn a_browser_gets_brotli_and_another_client_plain() {
        let mut headers = HeaderMap::new();
        assert!(file("index.html", &headers).headers().get(header::CONTENT_ENCODING).is_none());
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, br"));
        assert_eq!(file("index.html", &headers).headers()[header::CONTENT_ENCODING], "br");
    }
}
