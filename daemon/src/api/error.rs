//! Errors as problems (RFC 9457): what happened, what is safe, and what to do.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guide_common::outcome::Refusal;
use guide_common::wire::Problem;

use crate::core::record::RecordError;
use crate::seat::{NoTerminal, UnlockError};
use crate::store::StoreError;
use crate::sync::client::HubError;

/// A problem as an answer.
#[derive(Debug)]
pub struct ApiError {
    problem: Problem,
    /// After how many seconds another try may be made.
    retry_after: Option<u64>,
}

/// The answer of a handler.
pub type Answer<T> = Result<T, ApiError>;

impl ApiError {
    /// A problem without a hint.
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Self { problem: Problem::new(status, code, detail), retry_after: None }
    }

    /// The same with the next step.
    #[must_use]
    pub fn hint(self, hint: &str) -> Self {
        Self { problem: self.problem.hint(hint), ..self }
    }

    /// The same with how long the next try has to wait.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait.as_secs() + 1), ..self }
    }

    /// A request that cannot be read.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, "bad_request", detail)
    }

    /// A terminal without a guide.
    pub fn not_enrolled() -> Self {
        Self::new(409, "not_enrolled", "this terminal is not enrolled").hint("guide enroll URL")
    }

    /// Why there is no terminal for a request.
    pub fn no_terminal(why: NoTerminal) -> Self {
        match why {
            NoTerminal::NotEnrolled => Self::not_enrolled(),
            NoTerminal::Locked => Self::new(423, "locked", "this terminal is locked").hint("guide unlock"),
            NoTerminal::OtherTurn => {
                Self::new(409, "other_turn", "this terminal was locked, or another guide is at it").hint("guide seats")
            }
        }
    }

    /// A customer whom this terminal does not hold.
    pub fn unknown_customer() -> Self {
        Self::new(404, "unknown_customer", "this guide has no such customer").hint("guide customer find TEXT")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let media_type = HeaderValue::from_static(Problem::MEDIA_TYPE);
        let mut response = (status, [(header::CONTENT_TYPE, media_type)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(422, &refusal.code(), refusal.to_string())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, source = ?std::error::Error::source(&error), "reading the cache");
        Self::new(503, "store", error.to_string()).hint("what was saved is safe; try again, else restart guided")
    }
}

impl From<UnlockError> for ApiError {
    fn from(error: UnlockError) -> Self {
        let detail = error.to_string();
        match error {
            UnlockError::UnknownGuide => Self::new(404, "unknown_guide", detail).hint("guide seats"),
            UnlockError::WrongPin { .. } => Self::new(403, "wrong_pin", detail).hint(
                "forgotten: ask headquarters for a new code, then guide enroll URL; nothing that was saved is lost",
            ),
            UnlockError::Wait(wait) => Self::new(429, "wait", detail).retry_after(wait),
            UnlockError::Pin(_) => Self::new(422, "pin", detail),
            UnlockError::Locked => Self::no_terminal(NoTerminal::Locked),
            UnlockError::Vault(_) | UnlockError::Open(_) => {
                tracing::error!(%error, source = ?std::error::Error::source(&error), "unlocking");
                Self::new(503, "store", detail).hint("guide doctor")
            }
        }
    }
}

impl From<RecordError> for ApiError {
    fn from(error: RecordError) -> Self {
        let detail = error.to_string();
        match error {
            RecordError::Refused(refusal) => refusal.into(),
            RecordError::UnknownCustomer => Self::unknown_customer(),
            RecordError::TaskClosed => Self::new(409, "task_closed", detail).hint("guide undo takes an outcome back"),
            RecordError::NothingToRecord => Self::new(409, "nothing_to_record", detail),
            RecordError::NothingToUndo => Self::new(409, "nothing_to_undo", detail),
            RecordError::NothingToRedo => Self::new(409, "nothing_to_redo", detail),
            RecordError::TooLong => Self::bad_request(detail),
            RecordError::Journal(_) => Self::new(503, "store", detail)
                .hint("make room on the disk, then log it again; guided needs no restart"),
            RecordError::Store(error) => error.into(),
        }
    }
}

/// The hub's refusals of an enrolment.
const ENROLMENT: [&str; 4] = ["wrong_code", "code_spent", "code_over", "training_mismatch"];

impl From<HubError> for ApiError {
    fn from(error: HubError) -> Self {
        let text = error.to_string();
        match error {
            // what the person who enrols can act on keeps its name
            HubError::Refused { detail, code, .. } if ENROLMENT.contains(&code.as_str()) => {
                Self::new(403, &code, detail)
            }
            HubError::Refused { status, detail, code } => {
                let own = if (400..500).contains(&status) { 403 } else { 502 };
                Self::new(own, "hub_refused", format!("the hub refused: {detail} ({code})"))
                    .hint("ask for a new code: guide-hub device code GUIDE")
            }
            HubError::Unauthorised => Self::new(403, "unauthorised", text).hint("guide enroll URL"),
            HubError::Revoked => Self::new(403, "revoked", text).hint("guide enroll URL"),
            HubError::TooOld => Self::new(502, "too_old", text).hint("upgrade guide"),
            HubError::Busy { .. } => Self::new(503, "busy", text).hint("try again later"),
            HubError::Protocol(_) => Self::new(502, "hub_refused", text),
            HubError::Unreachable(_) => {
                Self::new(502, "hub_unreachable", text).hint("check the address and the network, then try again")
            }
            HubError::Setup(_) => Self::bad_request(text),
        }
    }
}

/// The answer to a path that does not exist.
pub async fn no_such_path() -> ApiError {
    ApiError::new(404, "unknown_path", "there is nothing at this path").hint("docs/protocol.md lists the local API")
}

/// The answer to a method that a path does not have.
pub async fn no_such_method() -> ApiError {
    ApiError::new(405, "unknown_method", "this path does not have this method")
}
