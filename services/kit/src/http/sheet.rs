//! A table as CSV in a request's body: longer than any JSON here, read whole, and only where a route asks for it.

use super::Problem;
use super::extract::broken_body;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

/// Longest table in bytes.
pub const SHEET_LIMIT: usize = 10 * 1024 * 1024;

/// The bytes of a table that came as `text/csv`. What they say is the service's to read.
#[derive(Clone, Debug)]
pub struct Sheet(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Sheet {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let headers = request.headers();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let kind = text(header::CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("text/csv") {
            let detail = "Send the file as CSV with Content-Type: text/csv.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-csv", detail));
        }
        if text(header::CONTENT_LENGTH)
            .and_then(|length| length.parse().ok())
            .is_some_and(|all: usize| all > SHEET_LIMIT)
        {
            return Err(too_large());
        }
        let (mut pieces, mut bytes) = (request.into_body().into_data_stream(), BytesMut::new());
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| broken_body(&error))?;
            if bytes.len() + piece.len() > SHEET_LIMIT {
                return Err(too_large());
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Self(bytes.freeze()))
    }
}

fn too_large() -> Problem {
    let detail = format!("The file is larger than {} MiB. Cut it into several files.", SHEET_LIMIT >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file-too-large", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn read(kind: &str, body: Body) -> Result<usize, (u16, String)> {
        let request = Request::builder().header("content-type", kind).body(body).expect("a request");
        let read = Sheet::from_request(request, &()).await;
        read.map(|sheet| sheet.0.len()).map_err(|problem| (problem.status.as_u16(), problem.code.into_owned()))
    }

    #[tokio::test]
    async fn a_table_of_ten_mebibytes_is_read_and_a_longer_one_is_not() {
        assert_eq!(read("text/csv; charset=utf-8", Body::from(vec![b'a'; SHEET_LIMIT])).await, Ok(SHEET_LIMIT));
        let pieces = vec![Ok::<_, std::io::Error>(vec![b'a'; SHEET_LIMIT]), Ok(vec![b'a'])];
        let longer = Body::from_stream(futures::stream::iter(pieces));
        assert_eq!(read("Text/CSV", longer).await, Err((413, "file-too-large".into())));
        assert_eq!(read("application/json", Body::from("{}")).await, Err((415, "not-csv".into())));
    }
}
