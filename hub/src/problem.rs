//! Errors as answers: `application/problem+json`. What a terminal is told never holds a cause from inside the hub.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guide_common::wire::Problem;

use crate::error::HubError;

/// How long a terminal should wait before it tries again, in seconds.
const RETRY_AFTER_S: &str = "2";

/// An error answer.
#[derive(Debug)]
pub struct ProblemAnswer(pub Problem);

impl From<Problem> for ProblemAnswer {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<HubError> for ProblemAnswer {
    fn from(error: HubError) -> Self {
        tracing::error!(error = error.chain(), "a request failed");
        Self(Problem::new(503, "store", "the hub cannot reach its database").hint("try again in a moment"))
    }
}

impl IntoResponse for ProblemAnswer {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response
    }
}
