//! What is refused before any handler sees it: another site's requests, unknown names of this host, bodies that nothing takes.

use super::Problem;
use super::paced::LONGEST;
use super::server::Origin;
use crate::settings::Settings;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use std::net::IpAddr;

/// Why a request may not come in.
pub(super) fn refusal(settings: &Settings, request: &Request) -> Option<Problem> {
    let headers = request.headers();
    let origin = request.extensions().get::<Origin>();
    if origin.is_some_and(|origin| origin.crowded) {
        return Some(crowded());
    }
    if !named_rightly(settings, headers) {
        return Some(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "unknown-host",
            "This service is not known under that name. Use the address that your administrator gave you.",
        ));
    }
    if crosses_origin(settings, request.method(), headers) {
        return Some(Problem::new(
            StatusCode::FORBIDDEN,
            "cross-origin",
            "This request came from another site and was refused.",
        ));
    }
    // What looks after the process is nobody else's: for them it is not there.
    if matches!(request.uri().path(), "/metrics" | "/readyz") && origin.is_some_and(|origin| !origin.inside) {
        return Some(Problem::not_found());
    }
    body_refusal(headers)
}

fn crowded() -> Problem {
    let detail = "Too many requests from your address are under way. Nothing is lost: try again in a moment.";
    let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail);
    problem.retry_after = Some(1);
    problem
}

fn body_refusal(headers: &HeaderMap) -> Option<Problem> {
    let encoded = headers.get_all(header::CONTENT_ENCODING).iter();
    if encoded.into_iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Some(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "compressed-body",
            "Send the request's body as it is, without Content-Encoding.",
        ));
    }
    // hyper has compared several with one another and refused what is no number.
    let announced = text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    announced.filter(|length| *length > LONGEST).map(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("Nothing larger than {} MiB is taken. Send a smaller picture.", LONGEST >> 20),
        )
    })
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Scheme and authority of the address that people type.
fn public(settings: &Settings) -> Option<(&str, &str)> {
    let (scheme, rest) = settings.public_url.as_deref()?.split_once("://")?;
    Some((scheme, rest.split('/').next().unwrap_or(rest)))
}

/// A foreign name that was made to point here (DNS rebinding) would make another site's page our own origin. An address
/// can't be made to point elsewhere. Behind a proxy without `public-url` the names are the proxy's affair.
fn named_rightly(settings: &Settings, headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, header::HOST) else {
        // No browser leaves it out.
        return !headers.contains_key(header::HOST);
    };
    let ours = public(settings).is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    };
    let by_address = name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok();
    ours || by_address || (settings.proxy.is_some() && settings.public_url.is_none())
}

/// Unsafe methods must come from our own pages. A browser says where from in `Sec-Fetch-Site`, `Origin` or both; clients
/// that are no browser say neither, and nobody can make them send another's cookie.
fn crosses_origin(settings: &Settings, method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return false;
    }
    let site = headers.get("sec-fetch-site");
    let origin = headers.get(header::ORIGIN);
    if site.is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none")) {
        return true;
    }
    if let Some(origin) = origin {
        return !same_origin(settings, origin.to_str().unwrap_or_default(), headers);
    }
    // Every browser calls itself Mozilla; one that tells neither is too old to be trusted with a cookie.
    let browser = text(headers, header::USER_AGENT).is_some_and(|agent| agent.starts_with("Mozilla/"));
    site.is_none() && browser && headers.contains_key(header::COOKIE)
}

fn same_origin(settings: &Settings, origin: &str, headers: &HeaderMap) -> bool {
    let (Some((scheme, authority)), Some(host)) = (origin.split_once("://"), text(headers, header::HOST)) else {
        return false;
    };
    let right_scheme = match public(settings) {
        Some((ours, name)) if name.eq_ignore_ascii_case(host) => scheme == ours,
        _ => matches!(scheme, "http" | "https"),
    };
    right_scheme && authority.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(public_url: Option<&str>) -> Settings {
        let mut settings = Settings::embedded("nowhere".as_ref());
        settings.public_url = public_url.map(str::to_owned);
        settings
    }

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn hosts_that_are_ours() {
        let named = settings(Some("https://lysbro.example:8443"));
        let told = |settings: &Settings, host: &str| named_rightly(settings, &headers(&[("host", host)]));
        for host in ["localhost", "LOCALHOST:8460", "127.0.0.1:8460", "[::1]:8460", "192.0.2.7"] {
            assert!(told(&named, host) && told(&settings(None), host), "{host}");
        }
        assert!(told(&named, "Lysbro.example:8443"));
        for host in ["lysbro.example", "lysbro.example.evil.example:8443", "evil.example", "", "localhost.evil.example"]
        {
            assert!(!told(&named, host) && !told(&settings(None), host), "{host}");
        }
        let mut behind = settings(None);
        behind.proxy = Some([192, 0, 2, 1].into());
        assert!(told(&behind, "lysbro.example"));
    }

    #[test]
    fn sites_that_are_ours() {
        let public = settings(Some("https://lysbro.example"));
        let crosses = |method: Method, all: &[(&'static str, &str)]| {
            let mut headers = headers(all);
            headers.entry("host").or_insert("lysbro.example".parse().unwrap());
            crosses_origin(&public, &method, &headers)
        };
        let (ours, browser, cookie) =
            (("origin", "https://lysbro.example"), ("user-agent", "Mozilla/5.0"), ("cookie", "__Host-sid=x"));
        let site = |value| ("sec-fetch-site", value);
        for fine in [
            &[][..],
            &[ours],
            &[ours, site("same-origin"), browser, cookie],
            &[site("same-origin"), browser, cookie],
            &[site("none"), browser, cookie],
            &[cookie, ("user-agent", "tuspy")],
            &[browser],
        ] {
            assert!(!crosses(Method::POST, fine), "{fine:?}");
        }
        for foreign in [
            &[site("cross-site")][..],
            &[site("same-site")],
            &[site("anything")],
            &[site("same-origin"), ("origin", "https://evil.example")],
            &[site("cross-site"), ours],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "https://lysbro.example:444")],
            &[("origin", "http://lysbro.example")],
            &[("origin", "https://lysbro.example.evil.example")],
            &[("origin", "https://evil.example"), ("host", "localhost:8460")],
            &[browser, cookie],
        ] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert!(crosses(method, foreign), "{foreign:?}");
            }
            assert!(!crosses(Method::GET, foreign), "reading is safe, and kept by CORS: {foreign:?}");
        }
        assert!(!crosses(Method::POST, &[("host", "localhost:8460"), ("origin", "http://localhost:8460")]));
    }
}
