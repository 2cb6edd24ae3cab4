//! Errors as answers: `application/problem+json`. What a terminal is told never holds a cause from inside the hub.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guide_common::wire::Problem;

use crate::error::HubError;

/// How long a terminal should wait before it tries again where nobody knows it better, in seconds.
const RETRY_AFTER_S: u64 = 2;

/// An error answer.
#[derive(Debug)]
pub struct ProblemAnswer {
    problem: Problem,
    retry_after_s: Option<u64>,
}

impl ProblemAnswer {
    /// The same request may be made again after some time.
    pub fn later(problem: Problem, after: Duration) -> Self {
        Self { problem, retry_after_s: Some(after.as_secs_f64().ceil().max(1.0) as u64) }
    }
}

impl From<Problem> for ProblemAnswer {
    fn from(problem: Problem) -> Self {
        let retry_after_s = (problem.status == 503).then_some(RETRY_AFTER_S);
        Self { problem, retry_after_s }
    }
}

impl From<HubError> for ProblemAnswer {
    fn from(error: HubError) -> Self {
        tracing::error!(error = error.chain(), "a request failed");
        Problem::new(503, "store", "the hub cannot reach its database").hint("try again in a moment").into()
    }
}

impl IntoResponse for ProblemAnswer {
    fn into_response(self) -> Response {
        let Self { problem, retry_after_s } = self;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
