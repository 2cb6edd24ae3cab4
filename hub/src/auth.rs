//! Who asks: guide, device and role come from the token and from nowhere else.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use guide_common::wire::Problem;
use guide_common::wire::hub::ROTATE_HEADER;

use crate::app::App;
use crate::db::device::{Device, Holder};
use crate::db::epoch_seconds;
use crate::problem::ProblemAnswer;

/// The terminal whose token came with the request.
#[derive(Clone, Debug)]
pub struct Caller {
    holder: Arc<Holder>,
    token: Arc<str>,
}

impl Caller {
    /// The terminal.
    pub fn device(&self) -> &Device {
        &self.holder.device
    }

    /// The token that came with the request.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether the token is still good: for calls that take long.
    pub async fn check_again(&self, app: &App) -> Result<(), ProblemAnswer> {
        holder(app, &self.token).await.map(drop)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ProblemAnswer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ProblemAnswer> {
        parts.extensions.get().cloned().ok_or_else(|| unknown_token("the request names no token").into())
    }
}

/// Lets a request pass whose token is good and whose terminal has not asked too often; the handlers behind it are given
/// the [`Caller`].
pub async fn authenticate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let caller = match caller(&app, request.headers()).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let age_s = epoch_seconds() - caller.holder.token_at;
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if age_s > app.rotate_after_s {
        response.headers_mut().insert(HeaderName::from_static(ROTATE_HEADER), HeaderValue::from_static("1"));
    }
    response
}

async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, ProblemAnswer> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = value.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim) else {
        return Err(unknown_token("the request names no token").into());
    };
    let holder = holder(app, token).await?;
    let device = &holder.device;
    tracing::Span::current().record("device", device.id.as_str()).record("guide", device.guide.as_str());
    if let Err(wait) = app.limits.requests.take(device.id.as_str(), Instant::now()) {
        let problem = Problem::new(429, "too_many_requests", "this terminal asks too often");
        return Err(ProblemAnswer::later(problem.hint("wait as long as Retry-After says"), wait));
    }
    Ok(Caller { token: token.into(), holder })
}

async fn holder(app: &App, token: &str) -> Result<Arc<Holder>, ProblemAnswer> {
    let Some(holder) = app.tokens.holder(app, token).await? else {
        return Err(unknown_token("this token is not known here").into());
    };
    let device = &holder.device;
    if device.revoked_at != 0 {
        let problem = Problem::new(401, "token_revoked", "headquarters has revoked this terminal");
        return Err(problem.hint("ask headquarters for an enrolment code").into());
    }
    if device.training != app.clock.is_virtual() {
        return Err(other_kind(device.training).into());
    }
    Ok(holder)
}

/// Refuses a training terminal at a real hub, and the reverse.
pub fn other_kind(terminal_is_training: bool) -> Problem {
    let detail = if terminal_is_training {
        "this terminal runs on the virtual clock and this hub on the real one"
    } else {
        "this hub runs on the virtual clock, for training, and this terminal on the real one"
    };
    Problem::new(409, "training_mismatch", detail)
        .hint("training data never mixes with real data: use a hub and a terminal of the same kind")
}

/// Refuses a token that this hub does not know.
pub fn unknown_token(detail: &str) -> Problem {
    Problem::new(401, "unauthorized", detail).hint("enrol the terminal: guide enroll URL")
}

/// Refuses what a role may not do.
pub fn role_forbids(detail: &str) -> Problem {
    Problem::new(403, "role_forbids", detail)
}
