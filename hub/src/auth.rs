//! Who asks: guide, device and role come from the token and from nowhere else.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use guide_common::wire::Problem;

use crate::app::App;
use crate::db::device::{self, Device};
use crate::problem::ProblemAnswer;

/// The terminal whose token came with the request.
#[derive(Clone, Debug)]
pub struct Caller(pub Device);

impl FromRequestParts<App> for Caller {
    type Rejection = ProblemAnswer;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ProblemAnswer> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = header.and_then(|value| value.strip_prefix("Bearer ")) else {
            return Err(unknown_token("the request names no token").into());
        };
        let mut conn = app.db.conn().await?;
        let Some(device) = device::by_token(&mut conn, token.trim()).await? else {
            return Err(unknown_token("this token is not known here").into());
        };
        if device.revoked_at != 0 {
            let problem = Problem::new(401, "token_revoked", "headquarters has revoked this terminal");
            return Err(problem.hint("ask headquarters for an enrolment code").into());
        }
        if device.training != app.clock.is_virtual() {
            return Err(other_kind(device.training).into());
        }
        tracing::Span::current().record("device", device.id.as_str()).record("guide", device.guide.as_str());
        Ok(Self(device))
    }
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

fn unknown_token(detail: &str) -> Problem {
    Problem::new(401, "unauthorized", detail).hint("enrol the terminal: guide enroll URL")
}
