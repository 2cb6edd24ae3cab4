//! The paths, and what surrounds every request: its id, its line in the log, its time limit.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use guide_common::wire::Problem;
use guide_common::wire::hub::{MAX_PUSH_BYTES, REQUEST_ID_HEADER};
use tracing::Instrument;

use crate::app::App;
use crate::problem::ProblemAnswer;
use crate::routes::{changes, enroll, health, ops};

/// The longest that a request may take, its body's arrival included.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);
/// What may surround the ops of a push of [`MAX_PUSH_BYTES`].
const ENVELOPE_BYTES: usize = 16 * 1024;
/// The most bytes of every other request.
const SMALL_BODY_BYTES: usize = 16 * 1024;

/// The hub's API.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/health", get(health::health))
        .route("/v1/enroll", post(enroll::enroll).layer(DefaultBodyLimit::max(SMALL_BODY_BYTES)))
        .route("/v1/changes", get(changes::changes))
        .route("/v1/ops", post(ops::ops).layer(DefaultBodyLimit::max(MAX_PUSH_BYTES + ENVELOPE_BYTES)))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .with_state(app)
        .layer(from_fn(surround))
}

async fn unknown_path() -> ProblemAnswer {
    Problem::new(404, "unknown_path", "there is nothing here").hint("docs/protocol.md lists the paths").into()
}

async fn unknown_method() -> ProblemAnswer {
    Problem::new(405, "unknown_method", "this path does not take this method").into()
}

async fn surround(request: Request, next: Next) -> Response {
    let request_id = request_id(&request);
    let span = tracing::info_span!(
        "request",
        id = request_id,
        method = %request.method(),
        path = request.uri().path(),
        guide = tracing::field::Empty,
        device = tracing::field::Empty,
    );
    let header = HeaderValue::from_str(&request_id);
    let mut response = answer(request, next).instrument(span).await;
    if let Ok(value) = header {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID_HEADER), value);
    }
    response
}

async fn answer(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let response = match tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            ProblemAnswer(Problem::new(503, "timeout", "the request took too long").hint("try again")).into_response()
        }
    };
    let status = response.status().as_u16();
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status, took_ms, "answered");
    response
}

/// The caller's id, so that one search finds both logs; one of the hub's own where that is missing or no plain word.
fn request_id(request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = given.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if (1..=64).contains(&given.len()) && plain { given.to_owned() } else { uuid::Uuid::now_v7().to_string() }
}
