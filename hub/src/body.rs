//! The bodies of requests and answers: bounded by their unpacked bytes, and packed (gzip) where it gains.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use guide_common::pack::{self, UnpackError};
use guide_common::wire::Problem;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes};

use crate::problem::ProblemAnswer;

/// Larger answers are packed on a thread of their own, so that no other request waits for it.
const LARGE: usize = 64 * 1024;

/// Passes on a request whose body, unpacked, has at most `max` bytes.
pub async fn bounded(request: Request, next: Next, max: usize) -> Response {
    match unpacked(request, max).await {
        Ok(request) => next.run(request).await,
        Err(problem) => ProblemAnswer::from(problem).into_response(),
    }
}

async fn unpacked(request: Request, max: usize) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let is_packed = is_packed(&parts.headers)?;
    let bytes = Limited::new(body, max).collect().await.map_err(|error| match error.is::<LengthLimitError>() {
        true => too_large(),
        false => Problem::new(400, "bad_request", "the body did not arrive whole"),
    })?;
    let mut bytes = bytes.to_bytes();
    if is_packed {
        bytes = pack::unpack(&bytes, max).map(Bytes::from).map_err(|error| match error {
            UnpackError::TooLong => too_large(),
            UnpackError::Damaged => Problem::new(400, "bad_request", "the body is no whole gzip"),
        })?;
        parts.headers.remove(header::CONTENT_ENCODING);
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn is_packed(headers: &HeaderMap) -> Result<bool, Problem> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let encoding = encodings.next().map(HeaderValue::as_bytes).unwrap_or(b"identity");
    match encoding.trim_ascii().to_ascii_lowercase().as_slice() {
        _ if encodings.next().is_some() => Err(unknown_encoding()),
        b"gzip" => Ok(true),
        b"identity" => Ok(false),
        _ => Err(unknown_encoding()),
    }
}

fn unknown_encoding() -> Problem {
    Problem::new(415, "unknown_encoding", "a body is sent as it is or as gzip, once")
}

fn too_large() -> Problem {
    Problem::new(413, "too_large", "the body is larger than this path takes").hint("send less at once")
}

/// Whether the sender of these headers reads gzip.
pub fn reads_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// Packs an answer's body where that gains.
pub async fn packed(response: Response) -> Response {
    let length = response.body().size_hint().exact().and_then(|length| usize::try_from(length).ok());
    if length.is_none_or(|length| length < pack::MIN_BYTES) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // it lies in memory already: reading it cannot fail
    let Ok(bytes) = body.collect().await else {
        return ProblemAnswer::from(Problem::new(500, "internal", "the answer was lost")).into_response();
    };
    let bytes = bytes.to_bytes();
    let packed = if bytes.len() < LARGE {
        pack::pack(&bytes)
    } else {
        let source = bytes.clone();
        tokio::task::spawn_blocking(move || pack::pack(&source)).await.unwrap_or_default()
    };
    if packed.is_empty() || packed.len() >= bytes.len() {
        return Response::from_parts(parts, Body::from(bytes));
    }
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(packed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_only_where_it_is_asked_for() {
        let reads = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            reads_gzip(&headers)
        };
        assert!(reads("gzip") && reads("br, GZIP;q=0.5") && reads("gzip;q=1, identity"));
        assert!(!reads("br") && !reads("gzip;q=0") && !reads("x-gzip-like") && !reads(""));
        assert!(!reads_gzip(&HeaderMap::new()));
    }
}
