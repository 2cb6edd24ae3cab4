//! The paths, and what surrounds every request: its id, its line in the log, its time limit, the schema's version, the
//! hub's time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{SecondsFormat, Utc};
use guide_common::wire::hub::{MAX_PUSH_BYTES, MAX_WAIT_S, REQUEST_ID_HEADER, SCHEMA_HEADER, TIME_HEADER};
use guide_common::wire::{Problem, SCHEMA_MIN};
use tracing::Instrument;

use crate::app::App;
use crate::auth::authenticate;
use crate::body;
use crate::problem::ProblemAnswer;
use crate::routes::{changes, enroll, health, inventory, ops, snapshot, token};

/// The longest that a request may take, its body's arrival included: the longest wait for a change, and ten seconds.
const REQUEST_LIMIT: Duration = Duration::from_secs(MAX_WAIT_S as u64 + 10);
/// What may surround the ops of a push of [`MAX_PUSH_BYTES`].
const ENVELOPE_BYTES: usize = 16 * 1024;
/// The most bytes of every other request.
const SMALL_BODY_BYTES: usize = 16 * 1024;

/// The hub's API.
pub fn router(app: App) -> Router {
    let app = Arc::new(app);
    let small = || from_fn(|request: Request, next: Next| body::bounded(request, next, SMALL_BODY_BYTES));
    let large = from_fn(|request: Request, next: Next| body::bounded(request, next, MAX_PUSH_BYTES + ENVELOPE_BYTES));
    Router::new()
        .route("/v1/changes", get(changes::changes))
        .route("/v1/snapshot", get(snapshot::snapshot))
        .route("/v1/inventory", get(inventory::inventory))
        .route("/v1/ops", post(ops::ops).layer(large))
        .route("/v1/token/rotate", post(token::rotate).layer(small()))
        // whatever stands above needs a token
        .route_layer(from_fn_with_state(app.clone(), authenticate))
        .route("/v1/health", get(health::health))
        .route("/v1/enroll", post(enroll::enroll).layer(small()))
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
    let reads_gzip = body::reads_gzip(request.headers());
    let mut response = answer(request, next).instrument(span).await;
    if reads_gzip {
        response = body::packed(response).await;
    }
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    for (name, value) in [(REQUEST_ID_HEADER, request_id), (TIME_HEADER, time)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

async fn answer(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let response = match too_old(&request) {
        Some(problem) => ProblemAnswer::from(problem).into_response(),
        None => tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await.unwrap_or_else(|_| {
            let problem = Problem::new(503, "timeout", "the request took too long").hint("try again");
            ProblemAnswer::from(problem).into_response()
        }),
    };
    let status = response.status().as_u16();
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status, took_ms, "answered");
    response
}

/// Refuses a terminal that speaks an older schema than this hub; only its health may be asked for.
fn too_old(request: &Request) -> Option<Problem> {
    let schema = schema(request.headers());
    (schema < SCHEMA_MIN && request.uri().path() != "/v1/health").then(|| {
        let detail = format!("this hub speaks schema {SCHEMA_MIN} and later, the terminal schema {schema}");
        Problem::new(426, "upgrade_required", detail)
            .hint("install the newer version of guide: what was recorded stays on the terminal and is sent by that one")
    })
}

/// The schema of a request; who names none speaks the first one.
fn schema(headers: &HeaderMap) -> u32 {
    let named = headers.get(SCHEMA_HEADER).and_then(|value| value.to_str().ok());
    named.and_then(|named| named.trim().parse().ok()).unwrap_or(1)
}

/// The caller's id, so that one search finds both logs; one of the hub's own where that is missing or no plain word.
fn request_id(request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = given.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if (1..=64).contains(&given.len()) && plain { given.to_owned() } else { uuid::Uuid::now_v7().to_string() }
}
